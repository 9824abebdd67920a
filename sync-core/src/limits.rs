//! Every limit in one place. A limit counts along one journal or inside one message, never across journals:
//! otherwise replicas that received things in another order would disagree.

/// Largest canonical entry, in bytes.
pub const ENTRY_BYTES: usize = 64 * 1024;
/// Most entries in a segment.
pub const SEGMENT_ENTRIES: usize = 1_024;
/// Largest segment body once inflated, in bytes.
pub const SEGMENT_INFLATED: usize = 1024 * 1024;
/// Largest segment as it travels, in bytes (an incompressible body and its frame).
pub const SEGMENT_WIRE: usize = SEGMENT_INFLATED + 16 * 1024;
/// Most entries one journal may say about one document.
pub const ENTRIES_PER_JOURNAL_AND_DOCUMENT: usize = 1_000;
/// Most journals of one device in one operation that a register admits. A tablet opens one, and another after it was restored or
/// copied; every further journal is one more voice that all replicas have to hear out. A matter of admission, not of folding.
pub const JOURNALS_PER_DEVICE: usize = 128;
/// Most heads an entry may name in `after`.
pub const AFTER: usize = 256;
/// Most edits in an entry.
pub const EDITS: usize = 512;
/// Longest text in an edit, in bytes of UTF-8.
pub const TEXT_BYTES: usize = 16 * 1024;
/// Longest path in an edit, in bytes.
pub const PATH_BYTES: usize = 160;
/// Deepest nesting of CBOR.
pub const CBOR_DEPTH: usize = 12;
/// Largest exchange request or answer, in bytes.
pub const EXCHANGE_BYTES: usize = 4 * 1024 * 1024;
/// Most segments in one exchange message.
pub const EXCHANGE_SEGMENTS: usize = 4_096;
/// Largest head of a streamed message, in bytes.
pub const STREAM_HEAD: usize = 256 * 1024;
/// Most segments for which a streamed message asks receipts again.
pub const STREAM_WANTED: usize = 256;
/// Most journals that two tablets name to each other.
pub const PEER_JOURNALS: usize = 16_384;
/// Largest file of a bundle, in bytes.
pub const BUNDLE_BYTES: usize = 4 * 1024 * 1024;
/// Most files in one set of a bundle.
pub const BUNDLE_FILES: usize = 4_096;
/// Most journals named in one exchange message.
pub const EXCHANGE_JOURNALS: usize = 256;
/// Claimed times outside these bounds (1970-01-01 to 9999-12-31, ms since the Unix epoch) are refused as malformed; within them
/// a wrong clock is flagged and never corrected.
pub const CLAIMED_MS: core::ops::RangeInclusive<i64> = 0..=253_402_300_799_999;
/// Largest sealed record of a person, in bytes; the largest size class of its plain form and its envelope fit.
pub const PERSON_BYTES: usize = 64 * 1024;
/// Largest photo or other file, in bytes.
pub const MEDIA_BYTES: usize = 30_000_000;
/// Largest working copy of a photo, in bytes.
pub const MEDIA_SMALL_BYTES: usize = 250_000;
/// Most bytes of a file in one part of its upload; less is usual.
pub const MEDIA_PART_BYTES: usize = 1024 * 1024;
/// Most pixels of a photo that is decoded, width times height.
pub const MEDIA_PIXELS: u64 = 100_000_000;
/// Most files in one question which of them are stored.
pub const MEDIA_ASKED: usize = 1_000;
/// Largest part of a pack or of a look-up table, in bytes: what a bad link carries in one piece.
pub const PART_BYTES: usize = 256 * 1024;
/// Most parts of a pack or of a look-up table.
pub const PARTS: usize = 4_096;
/// Most rows in a part of a pack.
pub const PACK_PART_ROWS: usize = 4_096;
/// Largest part of a pack once inflated, in bytes.
pub const PACK_PART_INFLATED: usize = 4 * 1024 * 1024;
/// Most markings that a row of a pack shows.
pub const PACK_ROW_SERIALS: usize = 16;
/// Most serials that are added to a look-up table in one message.
pub const LOOKUP_ADDITIONS: usize = 20_000;
/// Most documents whose entries are asked for at once.
pub const ENTRIES_DOCUMENTS: usize = 256;
