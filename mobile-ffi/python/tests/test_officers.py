"""Officers with keys of their own: PINs, attesting, signing out."""

from mobile_ffi import AppError, Attesting

from .story import PIN, Story, rifle


class Officers(Story):
    async def test_an_officer_signs_in_attests_and_signs_out(self):
        tablet = await self.enrolled("collector")
        item = (await tablet.record(rifle("KV 2001"))).document
        ines = self.new_officer("inspector")
        async with self.refuses(AppError.Refused, "officer.pin_trivial"):
            await tablet.add_officer(self.register.ticket(ines), "123456")
        added = await tablet.add_officer(self.register.ticket(ines), PIN)
        self.assertEqual((added.name, added.state, added.roles), (ines, "ready", ["inspector"]))
        async with self.refuses(AppError.Refused, "officer.not_signed_in"):
            await tablet.attest(Attesting(documents=[item], what="verified"))
        async with self.refuses(AppError.Refused, "officer.wrong_pin"):
            await tablet.sign_in(ines, "wheat 918273")
        signed_in = await tablet.sign_in(ines, PIN)
        self.assertEqual((signed_in.name, tablet.signed_in()), (ines, signed_in))
        async with self.refuses(AppError.Refused, "officer.another_open"):
            await tablet.sign_in(ines, PIN)
        attested = await tablet.attest(Attesting(documents=[item], what="verified", note="seen"))
        self.assertEqual((attested[0].document, attested[0].claim_code), (item, None))
        self.assertTrue((await tablet.attest(Attesting(documents=[item], what="verified", note="seen")))[0].already)
        self.assertEqual((await tablet.review(item)).state, "verified")
        said = await tablet.record(rifle("KV 2002"))
        self.assertEqual((await tablet.show(said.document)).statements[0].officer_name, ines)
        tablet.sign_out()
        tablet.sign_out()
        self.assertIsNone(tablet.signed_in())
        said = await tablet.record(rifle("KV 2003"))
        self.assertEqual((await tablet.show(said.document)).statements[0].officer_name, tablet.enrolled_for)

    async def test_a_pin_is_changed_and_a_key_forgotten(self):
        tablet = await self.enrolled("collector")
        ines = self.new_officer("inspector")
        await tablet.add_officer(self.register.ticket(ines), PIN)
        await tablet.change_pin(ines, PIN, "wheat 918273")
        async with self.refuses(AppError.Refused, "officer.wrong_pin"):
            await tablet.sign_in(ines, PIN)
        await tablet.sign_in(ines, "wheat 918273")
        async with self.refuses(AppError.Refused, "officer.another_open"):
            await tablet.remove_officer(ines, "wheat 918273")
        tablet.sign_out()
        async with self.refuses(AppError.Refused, "officer.wrong_pin"):
            await tablet.remove_officer(ines, PIN)
        async with self.refuses(AppError.NotFound, "officer.not_here"):
            await tablet.remove_officer(ines, PIN, "Rosa")
        self.assertEqual((await tablet.remove_officer(ines, "wheat 918273")).name, ines)
        self.assertEqual(await tablet.officers(), [])
        async with self.refuses(AppError.NotFound, "officer.not_here"):
            await tablet.sign_in(ines, "wheat 918273")

    async def test_wrong_pins_cost_time_that_opening_again_does_not_shorten(self):
        folder = self.folder()
        tablet = await self.enrolled("collector", folder=folder)
        ines = self.new_officer("inspector")
        await tablet.add_officer(self.register.ticket(ines), PIN)
        codes = []
        for _ in range(8):
            with self.assertRaises(AppError.Refused) as caught:
                await tablet.sign_in(ines, "wheat 918273")
            codes.append(caught.exception.problem.code)
            if codes[-1] == "officer.locked":
                break
        self.assertEqual(codes[-1], "officer.locked")
        await tablet.shutdown()
        again = await self.open(folder)
        async with self.refuses(AppError.Refused, "officer.locked"):
            await again.sign_in(ines, PIN)
        self.assertIsNotNone((await again.officers())[0].locked_until_ms)

    async def test_suspending_signs_out(self):
        tablet = await self.enrolled("collector")
        ines = self.new_officer("inspector")
        await tablet.add_officer(self.register.ticket(ines), PIN)
        await tablet.sign_in(ines, PIN)
        await tablet.suspend()
        self.assertIsNone(tablet.signed_in())
        async with self.refuses(AppError.Suspended, "tablet.suspended"):
            await tablet.attest(Attesting(documents=["00000000"], what="verified"))
        await tablet.resume()
        await tablet.sign_in(ines, PIN)
