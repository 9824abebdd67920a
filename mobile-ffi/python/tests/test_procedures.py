"""What people do with many items at once, through every door of it."""

from mobile_ffi import (
    AppError,
    Attesting,
    Hold,
    ItemResult,
    Marking,
    NewCount,
    NewDestruction,
    NewHandover,
    NewIncident,
    NewSession,
    NewSpotCheck,
    Placing,
    ProgressListener,
    ReceiptOptions,
    ScrapLeft,
    SealSeen,
    SpotReadingDraft,
    Tally,
)

from ploughshare_mobile import document, plain, value

from .story import PIN, Story, rifle


class Heard(ProgressListener):
    def __init__(self):
        self.items = []

    def advanced(self, progress):
        self.items.append(progress.items)


class Procedures(Story):
    async def supervised(self, *more):
        return await self.enrolled("supervisor", "collector", *more)

    async def rifles(self, tablet, prefix, count, site="depot", store="A"):
        drafts = [
            rifle(f"{prefix} {n:04}", f"{prefix}-{n:03}", status="registered", site=site, store=store)
            for n in range(1, count + 1)
        ]
        await tablet.record_all(drafts)
        return [f"{prefix}-{n:03}" for n in range(1, count + 1)]

    async def test_items_are_stored_moved_held_split_and_add_up(self):
        tablet = await self.supervised()
        tags = await self.rifles(tablet, "CA", 3, site="alpha")
        heard = Heard()
        placed = await tablet.store_items(Placing(items=tags, site="alpha", store="A", rack="1"), heard)
        self.assertEqual((placed[0].now, heard.items[-1]), ("alpha / A / rack 1", 3))
        moved = await tablet.move_items(Placing(items=tags[:1], store="B", reason="cleaning"))
        self.assertEqual(moved[0].now, "alpha / B")
        held = await tablet.hold(tags[0], Hold.EVIDENCE, True, "court order 7")
        chain = await tablet.custody(tags[0])
        self.assertEqual((chain.line.item, chain.evidence_hold, chain.now), (held.item, True, "alpha / B"))
        self.assertEqual(chain.steps[-1].event, "moved")
        lot = document("item", kind="ammunition", quantity=500, calibre="7.62x39", tag="CA-L", site="alpha", store="A", **{"class": "AMM"})
        await tablet.record(lot)
        part = await tablet.split_lot("CA-L", 100, "for the range", "CA-L2")
        self.assertEqual(part.tag, "CA-L2")
        stock = {one.store: one for one in await tablet.stock("alpha", items=True)}
        self.assertEqual((stock["A"].weapons.present, stock["B"].weapons.present), (2, 1))
        self.assertEqual(stock["A"].rounds.present, 500)
        self.assertTrue(stock["A"].items)
        async with self.refuses(AppError.Refused, "item.unknown"):
            await tablet.custody("NOBODY-1")

    async def test_a_hand_over_from_manifest_to_receipt(self):
        tablet = await self.supervised()
        tags = await self.rifles(tablet, "HO", 3, site="bravo")
        new = NewHandover(
            manner="transport", cargo="weapons", from_site="bravo", from_store="A", to_site="south", to_store="B", items=tags[:2]
        )
        view = await tablet.handover_new(new)
        handover = view.document
        self.assertEqual(view.lines, 2)
        self.assertEqual((await tablet.handover_add(handover, tags[2:])).lines, 3)
        scans = await tablet.handover_load(handover, tags, "box 1", progress=Heard())
        self.assertEqual([scan.outcome for scan in scans], ["ok", "ok", "ok"])
        await tablet.handover_seal(handover, [SealSeen(number="S-1", box_name="box 1", state="applied")])
        self.assertEqual((await tablet.handover_depart(handover)).state, "under_way")
        scans = await tablet.handover_receive(handover, tags[:2] + ["X-9"], ReceiptOptions(rack="9", close=True), Heard())
        self.assertEqual([scan.outcome for scan in scans], ["ok", "ok", "unknown"])
        differences = await tablet.handover_diff(handover)
        self.assertIn(("receipt", "missing"), [(one.stage, one.way) for one in differences])
        self.assertEqual((await tablet.handover(handover)).received, 3, "what was surplus is written down too")
        other = await tablet.handover_new(NewHandover(
            manner="transport", cargo="weapons", from_site="south", from_store="B", to_site="bravo", to_store="A", items=tags[:1]))
        self.assertEqual((await tablet.handover_cancel(other.document, "no fuel")).state, "cancelled")

    async def test_a_count_names_what_is_missing_and_it_is_reported(self):
        tablet = await self.supervised("storekeeper")
        tags = await self.rifles(tablet, "CO", 3, site="charlie")
        count = await tablet.count_new(NewCount(site="charlie", store="A", occasion="half_yearly"))
        self.assertEqual((count.expected, count.sample), (3, 3))
        seen = await tablet.count_scan(count.document, [f"{tags[0]},CO 0001", f"{tags[1]},CO 9999"], progress=Heard())
        self.assertEqual([one.result for one in seen], ["present", "serial_differs"])
        await tablet.count_tally(count.document, Tally(quantity=2, **{"_class": "ASR"}))
        closed = await tablet.count_close(count.document, progress=Heard())
        self.assertEqual((closed.shortage, closed.agrees), (1, False))
        by_class = closed.by_class["ASR"]
        self.assertEqual((by_class.expected, by_class.counted), (3, 2))
        self.assertEqual((await tablet.count(count.document)).state, "closed")
        incident = await tablet.incident_new(NewIncident(
            nature="shortage", circumstances="not on the rack", items=[tags[2]], count=count.document))
        shown = {field.path: plain(field.value) for field in (await tablet.show(incident)).fields}
        self.assertEqual(shown["nature"], "shortage")

    async def test_marks_are_reserved_given_and_spoilt(self):
        tablet = await self.supervised()
        tags = await self.rifles(tablet, "MA", 2, site="delta")
        await tablet.sync()
        async with self.refuses(AppError.Refused, "marks.no_session"):
            await tablet.mark(Marking(item=tags[0], location="RCV"))
        session = await tablet.marking_session_open(NewSession(machine="Couth 3", method="STP", depth_um=120))
        block = await tablet.marks_reserve("*BI", 4)
        self.assertEqual((block.prefix, block.count), ("*BI", 4))
        looks = ["exposed", "conspicuous", "recognisable", "readable", "durable", "recoverable"]
        given = await tablet.mark(Marking(item=tags[0], location="RCV", has=looks))
        self.assertEqual((given.item.tag, given.left), (tags[0], 3))
        self.assertEqual((await tablet.spoil_mark(given.mark, "slipped")).tag, tags[0])
        status = await tablet.marks_status()
        self.assertEqual((status.given, status.spoilt, status.left), (0, 1, 3))
        self.assertEqual(await tablet.marking_session_close("belt torn", 40), session)

    async def test_a_destruction_from_plan_to_certificate(self):
        tablet = await self.supervised()
        tags = await self.rifles(tablet, "DE", 5, site="echo")
        await tablet.sync()
        plan = NewDestruction(
            site="echo", method="CUT-T", authority="Ministry of Defence", authorisation="MD 44", third_party="UNMAS", items=tags[:3]
        )
        planned = await tablet.destruction_plan(plan, Heard())
        destruction = planned.destruction.document
        self.assertEqual((planned.added, planned.refused), (3, []))
        self.assertEqual((await tablet.destruction_add(destruction, tags[3:4], progress=Heard())).added, 1)
        self.assertEqual((await tablet.destruction_withdraw(destruction, tags[3], "evidence after all")).planned, 3)
        # Somebody else approves.
        await tablet.sync()
        office = await self.enrolled("registrar")
        registrar = office.enrolled_for
        await office.add_officer(self.register.ticket(registrar), PIN)
        await office.sign_in(registrar, PIN)
        heard = Heard()
        approved = await office.attest(Attesting(documents=[destruction], what="approved"), heard)
        self.assertEqual((approved[0].claim, heard.items[-1]), (None, 1))
        await office.sync()
        await tablet.sync()
        self.assertEqual((await tablet.destruction_start(destruction)).state, "under_way")
        checks = await tablet.destruction_check(destruction, [f"{tags[0]},DE 0001", f"{tags[1]},DE 0002", tags[2]], progress=Heard())
        self.assertEqual([one.identity for one in checks], ["tag_and_serial", "tag_and_serial", "tag_only"])
        results = [ItemResult(item=tag, result="complete", before="01" * 32, after="02" * 32) for tag in tags[:3]]
        self.assertEqual((await tablet.destruction_result(destruction, results[0])).fate, "destroyed")
        done = await tablet.destruction_results(destruction, results[1:], Heard())
        self.assertEqual([one.fate for one in done], ["destroyed", "destroyed"])
        async with self.refuses(AppError.Refused, "destruction.settled"):
            await tablet.destruction_result(destruction, ItemResult(item=tags[0], result="complete"))
        closed = await tablet.destruction_close(destruction, progress=Heard())
        self.assertEqual((closed.destroyed, closed.planned, closed.state), (3, 3, "closed"))
        await tablet.destruction_scrap(destruction, ScrapLeft(weight_g=9_000, recipient="Steel works"))
        view = await tablet.destruction(destruction)
        self.assertEqual((view.scrap_g, view.items[0].has_before, view.approved_by), (9_000, True, registrar))
        other = await tablet.destruction_plan(NewDestruction(
            site="echo", method="CUT-T", authority="Ministry of Defence", authorisation="MD 45", items=tags[4:]))
        self.assertEqual((await tablet.destruction_cancel(other.destruction.document, "no gas")).state, "cancelled")

    async def test_a_spot_check_is_read_blind_and_comes_to_a_verdict(self):
        tablet = await self.supervised()
        await self.rifles(tablet, "SP", 4, site="foxtrot")
        await tablet.sync()
        check = await tablet.spot_check_plan(NewSpotCheck(permille=500, by="site", seed="2026-W12", site="foxtrot", limit_permille=50))
        self.assertEqual((check.population, check.sample, check.unread), (4, 2, 2))
        await tablet.sync()
        ines = await self.enrolled("inspector")
        first = await ines.spot_check_next(check.document)
        self.assertEqual((first.left, first.sample), (2, 2))
        await ines.spot_check_read(check.document, SpotReadingDraft(
            item=first.item, fields={"class": value("ASR"), "serial": value("SP 7777")}))
        second = await ines.spot_check_next(check.document)
        await ines.spot_check_read(check.document, SpotReadingDraft(item=second.item, not_found=True))
        self.assertIsNone(await ines.spot_check_next(check.document))
        self.assertEqual((await ines.spot_check(check.document)).unread, 0)
        await ines.sync()
        await tablet.sync()
        report = await tablet.spot_check_report(check.document)
        self.assertEqual((report.errors, report.verdict), (2, "stop"))
        self.assertEqual(report.in_error[0].fields, ["serial"])
