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
/// Most journals named in one exchange message.
pub const EXCHANGE_JOURNALS: usize = 256;
/// Claimed times outside these bounds (1970-01-01 to 9999-12-31, ms since the Unix epoch) are refused as malformed; within them
/// a wrong clock is flagged and never corrected.
pub const CLAIMED_MS: core::ops::RangeInclusive<i64> = 0..=253_402_300_799_999;
/// Largest sealed record of a person, in bytes; the largest size class of its plain form and its envelope fit.
pub const PERSON_BYTES: usize = 64 * 1024;
