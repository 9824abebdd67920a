"""Tablets of several apps on one register."""

import asyncio

from mobile_ffi import Change, ListFilter

from ploughshare_mobile import value

from .story import Story, rifle


class Together(Story):
    async def test_two_tablets_edit_the_same_things_offline_and_come_to_the_same(self):
        one, two = await self.enrolled("collector"), await self.enrolled("collector")
        items = [saved.document for saved in await one.record_all([rifle(f"KV 40{n:02}") for n in range(12)])]
        await one.sync()
        await two.sync()
        for turn, item in enumerate(items):
            await asyncio.gather(
                one.edit(item, [Change.SET(path="model", value=value(f"one {turn}"))]),
                two.edit(item, [Change.SET(path="model", value=value(f"two {turn}"))]),
            )
        new = await two.record(rifle("KV 4099"))
        # At the same time, as long as there is something.
        for _ in range(3):
            await asyncio.gather(one.sync(), two.sync())
        for item in [*items, new.document]:
            shown = [await tablet.show(item) for tablet in (one, two)]
            self.assertEqual(shown[0].digest, shown[1].digest)
            self.assertEqual(sorted(shown[0].heads), sorted(shown[1].heads))
        self.assertGreaterEqual(len((await one.list(ListFilter(in_conflict=True, limit=100))).rows), 12)

    async def test_many_callers_at_once_are_all_answered(self):
        tablet = await self.enrolled()

        async def caller(n):
            saved = await tablet.record(rifle(f"KV 41{n:03}"))
            await tablet.edit(saved.document, [Change.SET(path="model", value=value("AKMS"))])
            await tablet.show(saved.document)
            return saved.number

        numbers = await asyncio.gather(*(caller(n) for n in range(100)), tablet.sync(), tablet.sync())
        self.assertEqual(len(set(numbers[:100])), 100)
        self.assertEqual((await tablet.status()).entries_own, 200)
