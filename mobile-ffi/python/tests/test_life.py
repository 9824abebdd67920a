"""Opening, suspending, closing, wiping; what an app may do wrong."""

import asyncio
import gc
import os
import threading
import time

import mobile_ffi
from mobile_ffi import (
    AppError,
    CancelHandle,
    ClockReading,
    DeviceClock,
    EventObserver,
    HostError,
    HttpResponse,
    HttpTransport,
    KeyVault,
    LogLevel,
    LogSink,
    ProgressListener,
    TabletState,
)

from ploughshare_mobile import FileKeyVault, UrllibTransport, events

from .story import Story, Watch, rifle


class Broken(HttpTransport):
    """A transport that does with a request what the test says; the real one otherwise."""

    def __init__(self, deed=None):
        self.real, self.deed, self.requests, self.dropped = UrllibTransport(), deed, 0, 0

    async def execute(self, request):
        self.requests += 1
        if self.deed is None:
            return await self.real.execute(request)
        try:
            return await self.deed(request)
        except asyncio.CancelledError:
            self.dropped += 1
            raise


def threads():
    return len(os.listdir("/proc/self/task"))


def files():
    return len(os.listdir("/proc/self/fd"))


def memory_kib():
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


class Life(Story):
    async def test_a_store_is_opened_once_and_what_is_closed_says_so(self):
        folder = self.folder()
        tablet = await self.open(folder)
        self.assertEqual(tablet.state(), TabletState.OPEN)
        async with self.refuses(AppError.Storage, "tablet.open_elsewhere"):
            await self.open(folder)
        async with self.refuses(AppError.NotEnrolled, "enrol.missing"):
            await tablet.record(rifle("KV 3001"))
        await tablet.shutdown()
        await tablet.shutdown()
        self.assertEqual(tablet.state(), TabletState.CLOSED)
        for call in (tablet.status, tablet.suspend, tablet.resume):
            async with self.refuses(AppError.Closed, "tablet.closed"):
                await call()
        async with self.refuses(AppError.Storage, "storage.access"):
            await self.open("/proc/nowhere")

    async def test_a_suspended_tablet_holds_no_file_and_goes_on_where_it_was(self):
        folder = self.folder()
        tablet = await self.enrolled(folder=folder)
        await tablet.record(rifle("KV 3002"))
        await tablet.suspend()
        held = [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{fd}")]
        self.assertFalse([path for path in held if path.startswith(folder)])
        self.assertFalse(os.path.exists(f"{folder}/tablet.db-wal"))
        async with self.refuses(AppError.Suspended, "tablet.suspended") as caught:
            await tablet.status()
        self.assertTrue(caught.exception.problem.retryable)
        await tablet.suspend()
        await tablet.resume()
        await tablet.resume()
        self.assertEqual((await tablet.status()).entries_unsent, 1)

    async def test_suspending_gives_up_a_sync_and_loses_nothing(self):
        transport = Broken()
        tablet = await self.enrolled(transport=transport)
        await tablet.record_all([rifle(f"KV 31{n:02}") for n in range(20)])
        forever = asyncio.Event()

        async def hang(_):
            await forever.wait()

        transport.deed = hang
        syncing = asyncio.ensure_future(tablet.sync())
        while transport.requests == 0 or not transport.deed:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        before = time.monotonic()
        await tablet.suspend()
        self.assertLess(time.monotonic() - before, 2)
        async with self.refuses(AppError.Suspended, "tablet.suspended"):
            await syncing
        transport.deed = None
        await tablet.resume()
        self.assertEqual((await tablet.sync()).pushed, 20)

    async def test_a_thousand_openings_leave_nothing_behind(self):
        folder = self.folder()
        tablet = await self.enrolled(folder=folder)
        await tablet.record(rifle("KV 3003"))
        await tablet.shutdown()
        vault, transport = FileKeyVault(f"{folder}/no-backup"), UrllibTransport()
        settled = None
        for turn in range(1_000):
            one = await mobile_ffi.Tablet.open(mobile_ffi.OpenConfig(data_dir=folder), transport, vault, None)
            if turn % 250 == 0:
                self.assertEqual((await one.status()).entries_own, 1)
            if turn % 2:
                await one.shutdown()
            else:
                # An app that forgets to close: letting go of it is enough, if it waits a moment before it opens again.
                del one
                gc.collect()
                for _ in range(400):
                    try:
                        one = await mobile_ffi.Tablet.open(mobile_ffi.OpenConfig(data_dir=folder), transport, vault, None)
                        break
                    except AppError.Storage:
                        await asyncio.sleep(0.005)
                await one.shutdown()
            if turn == 100:
                gc.collect()
                settled = threads(), files(), memory_kib()
        del one
        gc.collect()
        after = threads(), files(), memory_kib()
        self.assertLessEqual(after[0], settled[0] + 4)
        self.assertLessEqual(after[1], settled[1] + 4)
        self.assertLess(after[2], settled[2] + 24 * 1024, f"{settled} {after}")

    async def test_wiping_asks_twice_when_work_is_on_the_tablet_only(self):
        folder = self.folder()
        tablet = await self.enrolled(folder=folder)
        await tablet.record(rifle("KV 3004"))
        async with self.refuses(AppError.Refused, "wipe.unsent"):
            await tablet.wipe()
        self.assertEqual(tablet.state(), TabletState.OPEN)
        await tablet.wipe(unsent_too=True)
        self.assertEqual(tablet.state(), TabletState.CLOSED)
        self.assertFalse(os.path.exists(f"{folder}/tablet.db"))
        self.assertEqual(os.listdir(f"{folder}/no-backup"), [])
        again = await self.open(folder)
        self.assertIsNone(await again.enrolment())

    async def test_the_loop_is_never_blocked_while_much_is_done(self):
        one = await self.enrolled("collector")
        for part in range(4):
            await one.record_all([rifle(f"W{part} {n:04}") for n in range(250)])
        await one.sync()
        two = await self.enrolled("collector")
        await two.record_all([rifle(f"V {n:04}") for n in range(300)])
        async with Watch() as watch:
            reports = await asyncio.gather(two.sync(), one.list(mobile_ffi.ListFilter(limit=100)), two.status())
        self.assertEqual((reports[0].pushed, len(reports[1].rows)), (300, 100))
        self.assertGreater((await two.status()).documents, 1_300)
        self.assertLess(watch.worst_ms, 50 * slowness(), "the caller's thread was blocked")

    async def test_a_call_that_is_given_up_is_given_up(self):
        transport = Broken()
        tablet = await self.enrolled(transport=transport)
        await tablet.record(rifle("KV 3005"))
        hanging = asyncio.Event()

        async def hang(_):
            hanging.set()
            await asyncio.sleep(3_600)

        # By a handle, which is how Swift does it.
        transport.deed = hang
        handle = CancelHandle()
        self.assertFalse(handle.is_cancelled())
        syncing = asyncio.ensure_future(tablet.sync(handle))
        await hanging.wait()
        handle.cancel()
        async with self.refuses(AppError.Cancelled, "call.cancelled"):
            await syncing
        self.assertTrue(handle.is_cancelled())
        async with self.refuses(AppError.Cancelled, "call.cancelled"):
            await tablet.sync(handle)
        # By cancelling the task, which is how Kotlin and Python do it: the request of the app is dropped too.
        hanging.clear()
        syncing = asyncio.ensure_future(tablet.sync())
        await hanging.wait()
        syncing.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await syncing
        for _ in range(100):
            if transport.dropped == 2:
                break
            await asyncio.sleep(0.02)
        self.assertEqual(transport.dropped, 2)
        transport.deed = None
        self.assertEqual((await tablet.sync()).pushed, 1)
        # A save that nobody waits for any more is saved or not, never half.
        saving = asyncio.ensure_future(tablet.record_all([rifle(f"KV 32{n:02}") for n in range(50)]))
        await asyncio.sleep(0)
        saving.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await saving
        self.assertIn((await tablet.status()).entries_own, (1, 51))

    async def test_cancelled_at_every_request_a_sync_ends_well_the_next_time(self):
        transport = Broken()
        tablet = await self.enrolled(transport=transport, up_bytes=16_384)
        pushed = 0
        for stop_at in range(1, 8):
            await tablet.record_all([rifle(f"C{stop_at} {n:03}") for n in range(60)])
            handle, seen = CancelHandle(), 0

            async def cut(request):
                nonlocal seen
                seen += 1
                if seen == stop_at:
                    handle.cancel()
                    await asyncio.sleep(3_600)
                return await transport.real.execute(request)

            transport.deed = cut
            try:
                await tablet.sync(handle)
            except AppError.Cancelled:
                pass
            transport.deed = None
            await tablet.sync()
            pushed += 60
            status = await tablet.status()
            self.assertEqual((status.entries_receipted, status.entries_unsent + status.entries_sealed), (pushed, 0))

    async def test_a_transport_that_misbehaves_costs_nothing_but_time(self):
        transport = Broken()
        tablet = await self.enrolled(transport=transport, request_timeout_ms=300)
        await tablet.record(rifle("KV 3006"))

        async def offline(_):
            raise HostError.Offline(reason="no signal")

        async def surprise(_):
            raise ValueError("Zqx surprise")

        async def endless(_):
            await asyncio.sleep(3_600)

        async def huge(_):
            return HttpResponse(status=200, body=b"x" * (10 * 1024 * 1024))

        async def nonsense(_):
            return HttpResponse(status=200, body=b"<html>hotel wifi</html>")

        async def unknown(_):
            return HttpResponse(status=7, body=b"")

        async def wrong_type(_):
            return "not a response"

        async def failing(_):
            return HttpResponse(status=503, body=b"")

        expected = [
            (offline, AppError.Transport, "transport.offline"),
            (surprise, AppError.Transport, "transport.interrupted"),
            (endless, AppError.Transport, "transport.interrupted"),
            (huge, AppError.Transport, "transport.interrupted"),
            (unknown, AppError.Transport, "transport.interrupted"),
            (wrong_type, AppError.Transport, "transport.interrupted"),
            (failing, AppError.Server, "server.503"),
        ]
        for deed, case, code in expected:
            transport.deed = deed
            with self.subTest(deed.__name__):
                async with self.refuses(case, code) as caught:
                    await tablet.sync()
                self.assertTrue(caught.exception.problem.retryable and caught.exception.problem.data_safe)
                self.assertNotIn("KV 3006", str(caught.exception))
        transport.deed = nonsense
        with self.assertRaises(AppError.Server):
            await tablet.sync()
        transport.deed = None
        self.assertEqual((await tablet.sync()).pushed, 1)

    async def test_a_transport_may_call_back_into_the_tablet(self):
        transport = Broken()
        tablet = await self.enrolled(transport=transport)
        await tablet.record(rifle("KV 3007"))
        seen = []

        async def curious(request):
            seen.append((await tablet.status()).entries_own)
            await tablet.record(rifle(f"KV 33{len(seen):02}"))
            return await transport.real.execute(request)

        transport.deed = curious
        await asyncio.wait_for(tablet.sync(), 30)
        self.assertTrue(seen)
        self.assertEqual((await tablet.status()).entries_own, 1 + len(seen))

    async def test_a_vault_that_is_locked_broken_or_curious(self):
        class Vault(KeyVault):
            def __init__(self, inner):
                self.inner, self.error, self.names = inner, None, set()

            def _go(self, name):
                self.names.add(name)
                if self.error:
                    raise self.error

            def load(self, name):
                self._go(name)
                return self.inner.load(name)

            def store(self, name, secret):
                self._go(name)
                self.inner.store(name, secret)

            def remove(self, name):
                self._go(name)
                self.inner.remove(name)

        folder = self.folder()
        vault = Vault(FileKeyVault(f"{folder}/no-backup"))
        tablet = await self.enrolled(folder=folder, vault=vault)
        await tablet.record(rifle("KV 3008"))
        self.assertIn("device.key", vault.names)
        await tablet.shutdown()
        for error, code in (
            (HostError.Locked(), "platform.locked"),
            (HostError.Invalidated(), "platform.invalidated"),
            (HostError.Failed(reason="no memory"), "platform.failed"),
            (RuntimeError("Zqx"), "platform.failed"),
        ):
            vault.error = error
            async with self.refuses(AppError.Platform, code) as caught:
                await self.open(folder, vault=vault)
            self.assertEqual(caught.exception.problem.retryable, code == "platform.locked")
        vault.error = None
        again = await self.open(folder, vault=vault)
        self.assertEqual((await again.status()).entries_unsent, 1)

    async def test_the_clock_of_the_app_is_believed_and_may_fail(self):
        class Clock(DeviceClock):
            def __init__(self):
                self.wall_ms, self.error = 1_900_000_000_000, None

            def now(self):
                if self.error:
                    raise self.error
                return ClockReading(wall_ms=self.wall_ms, boot_id="7", since_boot_ms=1_000)

        clock = Clock()
        tablet = await self.enrolled(clock=clock)
        saved = await tablet.record(rifle("KV 3009"))
        said = (await tablet.show(saved.document)).statements[0].claimed_ms
        self.assertTrue(0 <= said - clock.wall_ms < 60_000, said)
        clock.error = KeyError("Zqx")
        async with self.refuses(AppError.Platform, "platform.failed"):
            await tablet.record(rifle("KV 3010"))
        clock.error = None
        self.assertEqual((await tablet.status()).entries_own, 1)

    async def test_events_are_pushed_and_pulled_alike(self):
        class Observer(EventObserver):
            def __init__(self, throws=False, tablet=None):
                self.batches, self.throws, self.tablet, self.thread = [], throws, tablet, set()

            def on_events(self, batch):
                self.thread.add(threading.get_ident())
                self.batches.append(batch)
                if self.throws:
                    raise ValueError("Zqx")

        tablet = await self.enrolled()
        cursor = tablet.event_cursor()
        observer, thrower = Observer(), Observer(throws=True)
        subscription, other = tablet.subscribe(observer), tablet.subscribe(thrower)
        saved = []
        for n in range(8):
            saved.append((await tablet.record(rifle(f"KV 34{n:02}"))).document)
            await asyncio.sleep(0.05)
        batch = await tablet.next_events(cursor)
        pulled = [event.documents[0] for event in batch.events]
        self.assertEqual((pulled, batch.missed), (saved, False))
        self.assertEqual((await tablet.next_events(batch.cursor, wait_ms=50)).events, [])
        for _ in range(100):
            pushed = [event.documents[0] for one in observer.batches for event in one.events]
            if pushed == saved:
                break
            await asyncio.sleep(0.02)
        self.assertEqual(pushed, saved)
        self.assertNotIn(threading.get_ident(), observer.thread)
        self.assertTrue(subscription.is_active())
        self.assertFalse(other.is_active(), "who throws five times hears no more")
        subscription.cancel()
        await asyncio.sleep(0.05)
        self.assertFalse(subscription.is_active())
        heard = len(observer.batches)
        await tablet.record(rifle("KV 3499"))
        await asyncio.sleep(0.1)
        self.assertEqual(len(observer.batches), heard)
        self.assertTrue((await tablet.next_events(10**9)).missed)
        # Waiting ends when somebody gives it up.
        handle = CancelHandle()
        waiting = asyncio.ensure_future(tablet.next_events(tablet.event_cursor(), 10, 60_000, handle))
        await asyncio.sleep(0.05)
        handle.cancel()
        async with self.refuses(AppError.Cancelled, "call.cancelled"):
            await waiting
        many = [tablet.subscribe(Observer()) for _ in range(8)]
        async with self.refuses(AppError.Refused, "subscribe.too_many"):
            tablet.subscribe(Observer())
        del many
        # The iterator ends with the tablet.
        kinds = []

        async def listen():
            async for batch in events(tablet, wait_ms=2_000):
                kinds.extend(type(event).__name__ for event in batch.events)

        listening = asyncio.ensure_future(listen())
        await asyncio.sleep(0.05)
        await tablet.sync()
        await tablet.shutdown()
        await asyncio.wait_for(listening, 10)
        self.assertTrue(any("SYNCED" in kind.upper() for kind in kinds), kinds)

    async def test_progress_is_told_and_a_listener_that_throws_or_sleeps_holds_up_nothing(self):
        class Listener(ProgressListener):
            def __init__(self, deed):
                self.reports, self.deed = [], deed

            def advanced(self, progress):
                self.reports.append(progress)
                self.deed()

        def throws():
            raise ValueError("Zqx")

        tablet = await self.enrolled(up_bytes=16_384)
        await tablet.record_all([rifle(f"KV 35{n:03}") for n in range(300)])
        good = Listener(lambda: None)
        report = await tablet.sync(progress=good)
        self.assertEqual(report.pushed, 300)
        last = good.reports[-1].sync
        self.assertEqual((last.up_left, last.round_trips), (0, report.round_trips))
        for deed in (throws, lambda: time.sleep(3)):
            await tablet.record(rifle("KV 3599"))
            before = time.monotonic()
            await tablet.sync(progress=Listener(deed))
            self.assertLess(time.monotonic() - before, 3 * slowness())

    async def test_the_log_tells_no_contents_and_a_sink_may_do_what_it_likes(self):
        lines = []

        class Sink(LogSink):
            def log(self, level, target, message):
                lines.append((level, target, message))
                raise ValueError("ignored")

        mobile_ffi.init_logging(LogLevel.DEBUG, Sink())
        try:
            tablet = await self.enrolled()
            await tablet.record(rifle("ZQX 9999", "ZQX-TAG"))
            await tablet.sync()
            with self.assertRaises(AppError.Refused):
                await tablet.record(rifle("ZQX 1", condition="ZQX"))
            await tablet.shutdown()
            for _ in range(100):
                if any(line[2] == "closed" for line in lines):
                    break
                await asyncio.sleep(0.02)
        finally:
            mobile_ffi.init_logging(LogLevel.ERROR, None)
        self.assertTrue(any(target == "sync" for _, target, _ in lines), lines)
        self.assertNotIn("ZQX", str(lines).upper())


def slowness():
    """A machine that others use too is not the library's fault: measured by how late a thread that only sleeps comes back."""
    worst = 0.0
    for _ in range(40):
        before = time.monotonic()
        time.sleep(0.005)
        worst = max(worst, time.monotonic() - before - 0.005)
    return max(1.0, worst * 1000 / 10)
