"""Two tablets that exchange with each other, without the register."""

import asyncio

from mobile_ffi import AppError, CancelHandle, ListFilter

from .story import Story, Watch, rifle


class Peers(Story):
    async def test_two_tablets_give_each_other_what_they_lack_and_it_lands_once(self):
        one, two = await self.enrolled("collector"), await self.enrolled("collector")
        # Each learns of the other's officer from the register.
        await one.sync()
        await two.sync()
        await one.record_all([rifle(f"KV 61{n:02}") for n in range(8)])
        await two.record_all([rifle(f"KV 62{n:02}") for n in range(3)])
        port = await one.peer_listen("127.0.0.1:0")
        self.assertTrue(port.invitation().startswith("ploughshare-peer:1:127.0.0.1:"))
        self.assertIn(port.address(), port.invitation())
        accepted, connected = await asyncio.gather(one.peer_accept(port), two.peer_connect(port.invitation()))
        self.assertEqual((accepted.pulled, connected.pulled), (3, 8))
        self.assertEqual((accepted.bytes_sent, accepted.bytes_received), (connected.bytes_received, connected.bytes_sent))
        for tablet in (one, two):
            self.assertEqual((await tablet.status()).entries_receipted, 0, "another tablet is not the register")
        await asyncio.gather(one.sync(), two.sync())
        for tablet in (one, two):
            await tablet.sync()
            self.assertEqual(len((await tablet.list(ListFilter(limit=100))).rows), 11)

    async def test_whoever_waits_for_a_tablet_can_give_up_and_blocks_nobody(self):
        tablet = await self.enrolled("collector")
        port = await tablet.peer_listen()
        cancel = CancelHandle()
        async with Watch() as watch:
            waiting = asyncio.ensure_future(tablet.peer_accept(port, cancel))
            await tablet.record(rifle("KV 6300"))
            await tablet.sync()
            cancel.cancel()
            with self.assertRaises(AppError.Cancelled):
                await asyncio.wait_for(waiting, 5)
        self.assertLess(watch.worst_ms, 50)

    async def test_an_address_where_nobody_listens_and_a_code_that_is_none_are_refused(self):
        tablet = await self.enrolled("collector")
        async with self.refuses(AppError.Transport, "peer.unreachable"):
            await tablet.peer_connect("127.0.0.1:9")
        async with self.refuses(AppError.Refused, "peer.bad_code"):
            await tablet.peer_connect("ploughshare-peer:9:nothing")
        async with self.refuses(AppError.Refused, "peer.bad_address"):
            await tablet.peer_listen("203.0.113.1:1")
