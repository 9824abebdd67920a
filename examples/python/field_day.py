"""A day in the field, in Python: enrol, record, work offline, sync.

    python3 field_day.py SERVER TICKET FOLDER

`PYTHONPATH` names the folder of `mobile_ffi.py` (made by `mobile-ffi/package bindings python`) and `mobile-ffi/python`.
"""

import asyncio
import sys

from ploughshare_mobile import (
    AppError,
    Change,
    HostError,
    ListFilter,
    UrllibTransport,
    document,
    member,
    open_tablet,
    value,
)


class Radio(UrllibTransport):
    """HTTP that can be switched off, as in a valley."""

    def __init__(self):
        super().__init__(timeout_s=20)
        self.on = True

    async def execute(self, request):
        if not self.on:
            raise HostError.Offline(reason="no signal")
        return await super().execute(request)


async def day(server, ticket, folder):
    radio = Radio()
    async with await open_tablet(folder, transport=radio) as tablet:
        if await tablet.enrolment() is None:
            enrolment = await tablet.enrol(server, ticket, "example tablet")
            print(f"enrolled in {enrolment.operation_name} for {enrolment.officer_name}")

        radio.on = False
        rifle = document(
            "item",
            member("markings", type="SER", text="KV 4711", location="RCV"),
            kind="weapon",
            make="IZHMASH",
            model="AKM",
            calibre="7.62x39",
            tag="T-001",
            site="alpha",
            place={"lat": -3.38, "lon": 29.36, "accuracy_m": 8},
            **{"class": "ASR"},
        )
        saved = await tablet.record(rifle)
        await tablet.edit(saved.document, [Change.SET(path="condition", value=value("SVC"))])
        try:
            await tablet.sync()
        except AppError.Transport as error:
            print(f"{error.problem.code}: {error.problem.advice}")
        status = await tablet.status()
        print(f"{status.entries_unsent + status.entries_sealed} statements wait, and are safe here")

        found = await tablet.list(ListFilter(serial="4711"))
        print(f"found {len(found.rows)} with that serial: {found.rows[0].make} {found.rows[0].model}")

        radio.on = True
        report = await tablet.sync()
        print(f"brought {report.pushed} statements, {report.receipts} receipts")
        shown = await tablet.show(saved.document)
        print(f"the register has it: {shown.statements[0].state}, and it {shown.standing}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    asyncio.run(day(*sys.argv[1:]))
