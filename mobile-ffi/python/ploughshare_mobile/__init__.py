"""The tablet of Ploughshare from Python.

    async with await open_tablet("/var/lib/field/tablet") as tablet:
        await tablet.enrol("https://register.example.org", ticket, "desk tablet")
        saved = await tablet.record(document("item", kind="weapon", **{"class": "ASR"}))
        await tablet.sync()

Everything of the library (`Tablet`, its records, `AppError`) is here too. `mobile_ffi` and its shared library have to be importable;
`mobile-ffi/package bindings python` makes them.
"""

from mobile_ffi import *  # noqa: F401,F403
from mobile_ffi import AppError, OpenConfig, Tablet

import mobile_ffi

from .events import events
from .parts import FileKeyVault, LoggingSink, UrllibTransport, use_event_loop
from .values import document, member, plain, value

__all__ = [
    "FileKeyVault",
    "LoggingSink",
    "UrllibTransport",
    "document",
    "events",
    "member",
    "open_tablet",
    "plain",
    "problem_of",
    "use_event_loop",
    "value",
]


class _Opened:
    """A tablet that is closed when its block ends; used as the tablet itself otherwise."""

    def __init__(self, tablet):
        self.tablet = tablet

    async def __aenter__(self):
        return self.tablet

    async def __aexit__(self, *_):
        await self.tablet.shutdown()


async def open_tablet(data_dir, *, transport=None, vault=None, clock=None, **config):
    """Opens a tablet with the parts that fit a desk or a server; use it with `async with`."""
    use_event_loop()
    vault = vault or FileKeyVault(f"{data_dir}/no-backup")
    config = OpenConfig(data_dir=str(data_dir), **config)
    return _Opened(await Tablet.open(config, transport or UrllibTransport(), vault, clock))


# So that a traceback says what was the matter.
mobile_ffi.Problem.__repr__ = lambda self: f"{self.code}: {self.message}. {self.advice}"


def problem_of(error: AppError):
    """What an error of the library says: code, message, advice, and whether the data is safe."""
    return error.problem
