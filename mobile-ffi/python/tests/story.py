"""What the tests share: one register for all, tablets that are closed at the end, an app that watches its own thread, and a list of what
was called."""

import asyncio
import contextlib
import functools
import inspect
import shutil
import tempfile
import time
import unittest

import mobile_ffi

from ploughshare_mobile import FileKeyVault, OpenConfig, Tablet, UrllibTransport, document, member, use_event_loop

from .register import Register

CALLED = set()
PIN = "barley 274183"


def _counted(owner, name, function):
    @functools.wraps(function)
    def call(*arguments, **named):
        CALLED.add(f"{owner}.{name}" if owner else name)
        return function(*arguments, **named)

    return call


def watch_calls():
    """Notes every call of an exported function; the list is compared with the dump of the surface at the end."""
    for owner in (mobile_ffi.Tablet, mobile_ffi.CancelHandle, mobile_ffi.PeerPort, mobile_ffi.Subscription):
        for name, kind in list(vars(owner).items()):
            if name.startswith("_"):
                continue
            if isinstance(kind, classmethod):
                setattr(owner, name, classmethod(_counted(owner.__name__, name, kind.__func__)))
            elif inspect.isfunction(kind):
                setattr(owner, name, _counted(owner.__name__, name, kind))
    before = mobile_ffi.CancelHandle.__init__
    mobile_ffi.CancelHandle.__init__ = _counted("CancelHandle", "new", before)
    for name in ("version", "code_lists", "codes", "kinds", "fields", "models_builtin", "init_logging"):
        setattr(mobile_ffi, name, _counted(None, name, getattr(mobile_ffi, name)))


watch_calls()


class Watch:
    """Looks every few milliseconds how late the loop is: whatever blocks it is seen."""

    def __init__(self):
        self.worst_ms = 0.0

    async def __aenter__(self):
        self._task = asyncio.ensure_future(self._look())
        return self

    async def _look(self):
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.005)
            self.worst_ms = max(self.worst_ms, (time.monotonic() - before - 0.005) * 1000)

    async def __aexit__(self, *_):
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


class Story(unittest.IsolatedAsyncioTestCase):
    """A story with tablets of one register."""

    register = None
    _names = 0

    @classmethod
    def setUpClass(cls):
        if Story.register is None:
            Story.register = Register()
            unittest.addModuleCleanup(lambda: None)

    async def asyncSetUp(self):
        asyncio.get_running_loop().set_debug(False)
        use_event_loop()
        self._folders, self._tablets = [], []

    async def asyncTearDown(self):
        for tablet in self._tablets:
            with contextlib.suppress(mobile_ffi.AppError):
                await tablet.shutdown()
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)

    def folder(self):
        folder = tempfile.mkdtemp(prefix="ploughshare-tablet-")
        self._folders.append(folder)
        return folder

    async def open(self, folder=None, *, transport=None, vault=None, clock=None, **config):
        folder = folder or self.folder()
        vault = vault or FileKeyVault(f"{folder}/no-backup")
        tablet = await Tablet.open(OpenConfig(data_dir=folder, **config), transport or UrllibTransport(), vault, clock)
        self._tablets.append(tablet)
        return tablet

    def new_officer(self, *roles):
        """A name that nobody had, entered with roles."""
        Story._names += 1
        name = f"Officer {Story._names}"
        self.register.officer(name, *roles)
        return name

    async def enrolled(self, *roles, folder=None, **parts):
        """A tablet enrolled for a new officer."""
        tablet = await self.open(folder, **parts)
        name = self.new_officer(*(roles or ("collector",)))
        await tablet.enrol(self.register.address, self.register.ticket(name), f"{name}'s tablet")
        tablet.enrolled_for = name
        return tablet

    @contextlib.asynccontextmanager
    async def refuses(self, case, code):
        """The block fails with this case of the error and this code."""
        with self.assertRaises(case) as caught:
            yield caught
        problem = caught.exception.problem
        self.assertEqual(problem.code, code, problem)
        self.assertTrue(problem.message and problem.advice, problem)


def rifle(serial, tag=None, **more):
    fields = {"kind": "weapon", "class": "ASR", "make": "IZHMASH", "model": "AKM", "calibre": "7.62x39", **more}
    if tag:
        fields["tag"] = tag
    return document("item", member("markings", type="SER", text=serial, location="RCV"), **fields)
