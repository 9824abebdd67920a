"""Photos, and bundles on a card."""

import os
import struct
import zlib

import mobile_ffi
from mobile_ffi import AppError, Link, Originals, SyncOptions

from .story import Story, rifle


def png(path, width=900, height=600, seed=7):
    """A picture that does not compress away."""
    rows, state = bytearray(), seed
    for _ in range(height):
        rows.append(0)
        for _ in range(width):
            state = (state * 1_103_515_245 + 12_345) % 2**31
            rows += bytes(((state >> 16) & 255, (state >> 8) & 255, state & 255))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(rows), 1)) + chunk(b"IEND", b""))


class Carried(Story):
    async def test_a_photo_is_kept_named_sent_and_fetched_elsewhere(self):
        folder = self.folder()
        one, two = await self.enrolled("collector"), await self.enrolled("collector")
        item = (await one.record(rifle("KV 5001"))).document
        png(f"{folder}/left.png")
        photo = await one.photo_keep(f"{folder}/left.png")
        self.assertEqual((photo.width, photo.height, photo.already), (900, 600, False))
        self.assertLessEqual(photo.small_bytes, 250_000)
        await one.photo_add(item, photo, "left")
        async with self.refuses(AppError.Refused, "photo.there"):
            await one.photo_add(item, photo, "left")
        async with self.refuses(AppError.Refused, "file.unreadable"):
            await one.photo_keep(f"{folder}/nothing.png")
        await one.sync(options=SyncOptions(originals=Originals.NEVER, link=Link(metered=True)))
        self.assertEqual((await one.status()).photos.originals, 1)
        await one.sync(options=SyncOptions(originals=Originals.ALWAYS, link=Link()))
        self.assertEqual((await one.status()).photos.originals, 0)
        await two.sync()
        fetched = await two.photos_fetch(item)
        self.assertEqual((fetched[0].hash, fetched[0].state), (photo.small, "fetched"))
        shown = (await two.photos(item))[0]
        self.assertEqual((shown.view, shown.small), ("left", photo.small))
        copy = await two.photo_bytes(photo.small)
        self.assertEqual(len(copy), photo.small_bytes)
        async with self.refuses(AppError.Refused, "photo.not_here"):
            await two.photo_bytes(photo.hash)

    async def test_a_bundle_is_carried_by_another_tablet_and_the_receipts_come_back(self):
        card = self.folder()
        lonely, carrier = await self.enrolled("collector"), await self.enrolled("collector")
        await lonely.record_all([rifle(f"KV 51{n:02}") for n in range(10)])
        made = await lonely.bundle_export(card)
        self.assertTrue(made.files and made.segments)
        self.assertEqual((await lonely.status()).entries_receipted, 0, "nothing counts as sent by it")
        answers = [await carrier.bundle_upload(path, card) for path in made.files]
        for answer in filter(None, answers):
            self.assertTrue(os.path.exists(answer))
            await lonely.bundle_import(answer)
        self.assertEqual((await lonely.status()).entries_receipted, 10)
        device = (await lonely.enrolment()).device
        for path in await carrier.bundle_fetch(device, card):
            await lonely.bundle_import(path)
        with open(f"{card}/broken.bundle", "wb") as file:
            file.write(b"not a bundle")
        with self.assertRaises(mobile_ffi.AppError.Refused) as caught:
            await lonely.bundle_import(f"{card}/broken.bundle")
        self.assertTrue(caught.exception.problem.code.startswith("bundle."), caught.exception.problem)
