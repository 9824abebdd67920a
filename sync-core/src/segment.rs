//! A segment: a sealed run of entries of one journal.
//!
//! What is signed is the list of entry hashes with its circumstances (a deterministic CBOR map):
//!
//! ```text
//! payload { 1: version (1)      2: register (16 B)   3: operation (16 B)   4: journal (16 B)
//!           5: first number     6: previous segment's hash, or null        7: sealed time (ms)
//!           8: place held in the operation's feed, or null                 9: newest decision held
//!          10: [entry hashes]  11: installation nonce (16 B)               12: journal that forked, if this one goes on after it
//!          13…: fields of later versions, kept }
//! ```
//!
//! and what travels leaves out whatever the reader can make again (hashes, journal, numbers, what equals the entry before):
//!
//! ```text
//! wire [ 1, COSE_Sign1 with detached payload, payload without 10, dictionary, inflated size, zstd(body) ]
//! ```
//!
//! Three types, one way: [`SealedSegment`] are bytes of ours, [`OpenedSegment`] is decoded and bounded, [`VerifiedSegment`] is proven.
//! Storage takes only the last.

mod codec;
mod compress;
#[cfg(test)]
mod dictionary;
mod sealed;
mod verified;

pub use compress::{DICTIONARY_NEWEST, Level};
pub use sealed::{SealedSegment, Sealing, seal};
pub use verified::{OpenedSegment, VerifiedSegment, open};

#[cfg(test)]
pub(crate) use compress::inflate;

use crate::cbor::CborError;
use crate::entry::EntryError;
use crate::ids::{JournalId, OperationId, RegisterId, SegmentHash};
use crate::keys::KeyError;
use crate::limits;

/// Under what circumstances a run of entries was sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The register it is meant for; another one refuses it.
    pub register: RegisterId,
    /// The operation it belongs to.
    pub operation: OperationId,
    /// The journal.
    pub journal: JournalId,
    /// Number of its first entry.
    pub first: u64,
    /// The segment before it; `None` for the first.
    pub previous: Option<SegmentHash>,
    /// When it was sealed, as the device's clock claims, ms since the Unix epoch.
    pub sealed_ms: i64,
    /// The newest place of the feed that the device held a receipt or segments for.
    pub place_held: Option<u64>,
    /// The newest decision that the device held.
    pub decision_held: u64,
    /// Random number of the installation; it lives outside backups.
    pub nonce: [u8; 16],
    /// The journal that forked, when this one goes on after it.
    pub after_fork: Option<JournalId>,
    /// Fields of later versions, kept.
    pub extra: Vec<(crate::cbor::Value, crate::cbor::Value)>,
}

/// Why bytes are not a segment that may be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SegmentError {
    /// Not deterministic CBOR, or cut short.
    #[error("segment: {0}")]
    Cbor(#[from] CborError),
    /// A part is missing or of the wrong type.
    #[error("segment: {part} is missing or of the wrong type")]
    Malformed {
        /// Which part.
        part: &'static str,
    },
    /// A version that this build does not read.
    #[error("segment version {version}; this build reads 1: update needed")]
    Version {
        /// The version.
        version: i64,
    },
    /// Larger than a segment may be, as it travels or inflated.
    #[error("segment of {bytes} bytes; the limit is {limit}")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// It inflates to another size than it declares, or the compressed bytes are broken.
    #[error("the body does not inflate to what it declares")]
    Inflate,
    /// A dictionary that this build does not have.
    #[error("compression dictionary {id} is not known: update needed")]
    Dictionary {
        /// Its number.
        id: u64,
    },
    /// No entries, or too many.
    #[error("a segment of {count} entries; 1 to {} are allowed", limits::SEGMENT_ENTRIES)]
    Count {
        /// How many.
        count: usize,
    },
    /// One of its entries cannot be read.
    #[error("entry {index} of the segment: {source}")]
    Entry {
        /// Its place in the segment.
        index: usize,
        /// Why.
        source: EntryError,
    },
    /// Meant for another register.
    #[error("the segment is meant for register {found}")]
    WrongRegister {
        /// Which.
        found: RegisterId,
    },
    /// Signed by another device than the one that brought its key.
    #[error("the segment is not signed by this device")]
    WrongDevice,
    /// The journal is not the one that the key, the nonce and the operation make.
    #[error("the journal does not belong to this key, installation and operation")]
    WrongJournal,
    /// The signature does not fit.
    #[error("the signature of the segment does not fit")]
    BadSignature,
    /// An algorithm other than EdDSA and ES256, or a key that is none.
    #[error(transparent)]
    Key(KeyError),
}

impl SegmentError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Cbor(_) | Self::Malformed { .. } => "segment.malformed",
            Self::Version { .. } => "segment.version",
            Self::TooLarge { .. } => "segment.too_large",
            Self::Inflate => "segment.inflate",
            Self::Dictionary { .. } => "segment.dictionary",
            Self::Count { .. } => "segment.count",
            Self::Entry { source, .. } => source.code(),
            Self::WrongRegister { .. } => "segment.wrong_register",
            Self::WrongDevice => "segment.wrong_device",
            Self::WrongJournal => "segment.wrong_journal",
            Self::BadSignature => "segment.bad_signature",
            Self::Key(error) => error.code(),
        }
    }
}
