"""Recording without a network, reading, disagreeing."""

import mobile_ffi
from mobile_ffi import AppError, Change, ListFilter, PersonDraft

from ploughshare_mobile import document, member, plain, value

from .story import Story, rifle


class Documents(Story):
    async def test_what_is_recorded_is_found_shown_and_still_there_when_opened_again(self):
        folder = self.folder()
        tablet = await self.enrolled("collector", folder=folder)
        saved = await tablet.record(rifle("KV 1001", "D-1", place={"lat": -3.38, "lon": 29.36, "accuracy_m": 8}))
        shown = await tablet.show(saved.document)
        fields = {field.path: plain(field.value) for field in shown.fields}
        self.assertEqual((fields["make"], fields["tag"]), ("IZHMASH", "D-1"))
        self.assertEqual(fields["place"], {"lat": -3.38, "lon": 29.36, "accuracy_m": 8})
        self.assertEqual(shown.statements[0].state, "unsent")
        page = await tablet.list(ListFilter(serial="kv1001"))
        self.assertEqual([row.document for row in page.rows], [saved.document])
        self.assertEqual(page.rows[0].serials, ["KV 1001"])
        await tablet.shutdown()
        again = await self.open(folder)
        self.assertEqual((await again.show(saved.document[:10])).digest, shown.digest)
        self.assertEqual((await again.status()).entries_unsent, 1)
        self.assertEqual((await again.enrolment()).operation_name, "North")

    async def test_pages_hold_everything_once(self):
        tablet = await self.enrolled()
        saved = await tablet.record_all([rifle(f"P {n:04}") for n in range(7)])
        seen, after = [], None
        while True:
            page = await tablet.list(ListFilter(kind="item", limit=3, after=after))
            seen += [row.document for row in page.rows]
            after = page.next
            if after is None:
                break
        self.assertEqual(seen, [one.document for one in reversed(saved)])

    async def test_bad_input_has_a_code_and_changes_nothing(self):
        tablet = await self.enrolled()
        saved = await tablet.record(rifle("KV 1002"))
        before = await tablet.status()
        async with self.refuses(AppError.Refused, "edit.not_in_list") as caught:
            await tablet.record(rifle("X", **{"condition": "shiny"}))
        self.assertTrue(caught.exception.problem.data_safe)
        self.assertFalse(caught.exception.problem.retryable)
        async with self.refuses(AppError.Refused, "edit.unknown_path"):
            await tablet.record_all([rifle("Y"), document("item", colour="red")])
        async with self.refuses(AppError.Refused, "edit.wrong_type"):
            await tablet.edit(saved.document, [Change.SET(path="quantity", value=value("many"))])
        async with self.refuses(AppError.Refused, "json.malformed"):
            await tablet.record_json("{")
        async with self.refuses(AppError.NotFound, "not_found"):
            await tablet.show("00000000")
        async with self.refuses(AppError.Refused, "document.bad_id"):
            await tablet.show("nothing")
        self.assertEqual((await tablet.status()).entries_own, before.entries_own)

    async def test_changes_of_one_call_are_one_statement(self):
        tablet = await self.enrolled("collector")
        saved = await tablet.record_json('{"class": "ASR", "kind": "weapon"}')
        changes = [
            Change.SET(path="make", value=value("IZHMASH")),
            Change.ADD(member=member("markings", type="SER", text="KV 7")),
        ]
        await tablet.edit(saved.document, changes)
        shown = await tablet.show(saved.document)
        marking = next(f.path for f in shown.fields if f.path.startswith("markings/")).rsplit("/", 1)[0]
        self.assertEqual(len(shown.statements), 2)
        async with self.refuses(AppError.Refused, "edit.no_reason"):
            await tablet.edit(saved.document, [Change.WITHDRAW(member=marking, reason=" ")])
        await tablet.edit(saved.document, [Change.WITHDRAW(member=marking, reason="misread")])
        await tablet.edit(saved.document, [Change.SET(path="make", value=value(None))])
        now = await tablet.show(saved.document)
        self.assertIsNone(next(plain(f.value) for f in now.fields if f.path == "make"))
        then = await tablet.show_as_seen(saved.document, shown.heads)
        self.assertEqual(next(plain(f.value) for f in then.fields if f.path == "make"), "IZHMASH")

    async def test_two_tablets_that_disagree_keep_both_values_until_one_is_chosen(self):
        one, two = await self.enrolled("collector"), await self.enrolled("inspector")
        saved = await one.record(rifle("KV 1003"))
        other = await one.record(rifle("KV 1004"))
        await one.sync()
        await two.sync()
        for document_id in (saved.document, other.document):
            await one.edit(document_id, [Change.SET(path="condition", value=value("SVC"))])
            await two.edit(document_id, [Change.SET(path="condition", value=value("UNS"))])
        for tablet in (one, two, one):
            await tablet.sync()
        for tablet in (one, two):
            conflicts = [c for c in await tablet.conflicts() if c.document == saved.document]
            self.assertEqual({plain(v.value) for v in conflicts[0].values}, {"SVC", "UNS"})
        self.assertEqual((await one.show(saved.document)).digest, (await two.show(saved.document)).digest)
        await two.choose(saved.document, "condition", value("UNS"), "the bolt is cracked")
        await two.resolve(other.document, "condition", 0, "seen again")
        async with self.refuses(AppError.Refused, "choose.no_conflict"):
            await two.choose(saved.document, "condition", value("SVC"), "again")
        await two.sync()
        await one.sync()
        for document_id in (saved.document, other.document):
            shown = [await tablet.show(document_id) for tablet in (one, two)]
            self.assertEqual((shown[0].conflicts, shown[0].digest), ([], shown[1].digest))

    async def test_findings_reviews_and_persons(self):
        tablet = await self.enrolled("collector")
        saved = await tablet.record(rifle("KV 1005", calibre="9x19"))
        found = await tablet.findings()
        self.assertTrue(any(one.document == saved.document for one in found), found)
        self.assertEqual((await tablet.review(saved.document)).state, "none")
        person = await tablet.add_person([saved.document], PersonDraft(is_child=False, name="Zqx Nobody", year_of_birth=1984))
        self.assertEqual((len(person.hash), person.items[0].document), (64, saved.document))
        async with self.refuses(AppError.Refused, "person.child_field"):
            await tablet.add_person([saved.document], PersonDraft(is_child=True, name="Zqx Child"))
        self.assertNotIn("Zqx", str(await tablet.show(saved.document)))
        self.assertEqual((await tablet.status()).persons_unsent, 1)
        self.assertEqual((await tablet.sync()).persons, 1)

    async def test_the_vocabulary_needs_no_tablet(self):
        self.assertEqual(mobile_ffi.version().vocabulary, 1)
        lists = {one.name: one for one in mobile_ffi.code_lists()}
        calibres = mobile_ffi.codes("calibre")
        self.assertEqual(len(calibres), lists["calibre"].codes)
        self.assertEqual([code.code for code in mobile_ffi.codes("calibre", "7.62x39")], ["7.62x39"])
        async with self.refuses(AppError.Refused, "codes.no_such_list"):
            mobile_ffi.codes("moods")
        self.assertIn("item", mobile_ffi.kinds())
        fields = {field.path: field for field in mobile_ffi.fields("item")}
        self.assertEqual((fields["calibre"].takes, fields["calibre"].list), ("code", "calibre"))
        self.assertEqual(fields["markings/*/text"].takes, "text")
        async with self.refuses(AppError.Refused, "edit.unknown_kind"):
            mobile_ffi.fields("mood")
        cards = await mobile_ffi.models_builtin("AKM")
        tablet = await self.enrolled()
        self.assertEqual((await tablet.models("AKM"))[0].id, cards[0].id)
        self.assertTrue(cards[0].cues and cards[0].classes)
