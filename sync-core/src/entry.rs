//! An entry: the edits of one officer at one moment about one document, with what they had seen.
//!
//! Its identity is the SHA-256 of its canonical bytes, a deterministic CBOR map:
//!
//! ```text
//! { 1: journal (16 B)     2: number in the journal, from 0
//!   3: document (16 B; absent in the entry that creates it: the document is named by that entry's hash)
//!   4: officer (16 B)     5: claimed time (ms)   6: boot id (8 B)   7: monotonic time since boot (ms)
//!   8: after [entry hashes, sorted]              9: edits […]      10: vocabulary
//!   11…: fields of later versions, kept and passed on }
//! ```

use crate::cbor::{self, CborError, Value};
use crate::edit::{Edit, EditError};
use crate::ids::{DocId, EntryHash, JournalId, OfficerId};
use crate::keys::sha256;
use crate::limits;

/// The newest vocabulary that this build knows.
pub const VOCABULARY: u32 = 1;

/// The edits of one officer at one moment about one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The journal it stands in.
    pub journal: JournalId,
    /// Its number there, from 0, without gaps.
    pub number: u64,
    /// The document it is about; `None` in the entry that creates it.
    pub document: Option<DocId>,
    /// Who says it.
    pub officer: OfficerId,
    /// When, as the device's clock claims, in ms since the Unix epoch. Never trusted alone.
    pub claimed_ms: i64,
    /// Which start of the device; with the monotonic time it orders what one device did.
    pub boot: [u8; 8],
    /// Milliseconds since that start.
    pub monotonic_ms: u64,
    /// Heads of the document that the author saw, sorted; always with their own last entry on it.
    pub after: Vec<EntryHash>,
    /// What is said.
    pub edits: Vec<Edit>,
    /// Vocabulary that the edits are written in.
    pub vocabulary: u32,
    /// Fields of later versions, kept and passed on.
    pub extra: Vec<(Value, Value)>,
}

/// Why bytes are not an entry. Such a segment is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// Not deterministic CBOR.
    #[error(transparent)]
    Cbor(#[from] CborError),
    /// A field is missing or of the wrong type.
    #[error("field {field} is missing or of the wrong type")]
    Field {
        /// Number of the field.
        field: i64,
    },
    /// Larger than an entry may be.
    #[error("entry of {bytes} bytes; the limit is {}", limits::ENTRY_BYTES)]
    TooLarge {
        /// Size of its canonical bytes.
        bytes: usize,
    },
    /// More heads or edits than an entry may have.
    #[error("too many {what}: {count}")]
    TooMany {
        /// `after` or `edits`.
        what: &'static str,
        /// How many.
        count: usize,
    },
    /// `after` is not sorted or names a hash twice.
    #[error("`after` is not sorted")]
    AfterNotSorted,
    /// A claimed time outside 1970 to 9999.
    #[error("claimed time {ms} ms is outside 1970 to 9999")]
    Claimed {
        /// The time.
        ms: i64,
    },
}

impl EntryError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Cbor(error) => error.code(),
            Self::Field { .. } => "entry.malformed",
            Self::TooLarge { .. } => "entry.too_large",
            Self::TooMany { .. } => "entry.too_many",
            Self::AfterNotSorted => "entry.after_not_sorted",
            Self::Claimed { .. } => "entry.claimed_time",
        }
    }
}

/// Why an entry is void: kept as evidence, folded by nobody, and whatever stands on it stands on what it stood on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Void {
    /// An edit cannot stand.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// It says nothing.
    #[error("the entry has no edits")]
    Empty,
    /// A creation with an `after`, in the middle of other edits, or a second one.
    #[error("a creation stands alone at the front of an entry with an empty `after`")]
    Creation,
    /// It is about a document and names nothing that its author saw of it.
    #[error("the entry names nothing that its author saw")]
    NothingSeen,
    /// Its author's own last entry on the document is not among what it stands on. Where the document shows that the journal forked, only the
    /// fork itself is asked for: honest work on either branch stands.
    #[error("the entry skips its own journal's last entry on this document")]
    SkipsOwnLast,
    /// Its journal has said more about this document than a journal may.
    #[error("more than {} entries of one journal about one document", limits::ENTRIES_PER_JOURNAL_AND_DOCUMENT)]
    JournalLimit,
}

impl Void {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Edit(error) => error.code(),
            Self::Empty => "entry.empty",
            Self::Creation => "entry.creation",
            Self::NothingSeen => "entry.nothing_seen",
            Self::SkipsOwnLast => "entry.skips_own_last",
            Self::JournalLimit => "entry.journal_limit",
        }
    }
}

impl Entry {
    /// The canonical bytes that the identity is made of.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::encode(&self.to_value())
    }

    fn to_value(&self) -> Value {
        let mut pairs =
            vec![(Value::Int(1), Value::Bytes(self.journal.to_vec())), (Value::Int(2), Value::Int(self.number as i64))];
        if let Some(document) = &self.document {
            pairs.push((Value::Int(3), Value::Bytes(document.to_vec())));
        }
        pairs.extend([
            (Value::Int(4), Value::Bytes(self.officer.to_vec())),
            (Value::Int(5), Value::Int(self.claimed_ms)),
            (Value::Int(6), Value::Bytes(self.boot.to_vec())),
            (Value::Int(7), Value::Int(self.monotonic_ms as i64)),
            (Value::Int(8), Value::Array(self.after.iter().map(|h| Value::Bytes(h.to_vec())).collect())),
            (Value::Int(9), Value::Array(self.edits.iter().map(Edit::to_value).collect())),
            (Value::Int(10), Value::Int(i64::from(self.vocabulary))),
        ]);
        pairs.extend(self.extra.iter().cloned());
        Value::Map(pairs)
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EntryError> {
        if bytes.len() > limits::ENTRY_BYTES {
            return Err(EntryError::TooLarge { bytes: bytes.len() });
        }
        Self::from_value(cbor::decode(bytes)?)
    }

    pub(crate) fn from_value(value: Value) -> Result<Self, EntryError> {
        let Value::Map(pairs) = value else { return Err(EntryError::Field { field: 0 }) };
        let mut fields: [Option<Value>; 11] = Default::default();
        let mut extra = Vec::new();
        for (key, value) in pairs {
            match key.as_int().and_then(|n| usize::try_from(n).ok()).and_then(|n| fields.get_mut(n)) {
                Some(slot) => *slot = Some(value),
                None => extra.push((key, value)),
            }
        }
        let [zero, journal, number, document, officer, claimed, boot, monotonic, after, edits, vocabulary] = fields;
        let missing = |field| EntryError::Field { field };
        if zero.is_some() {
            return Err(missing(0));
        }
        let after = after.as_ref().and_then(Value::as_array).ok_or(missing(8))?;
        if after.len() > limits::AFTER {
            return Err(EntryError::TooMany { what: "after", count: after.len() });
        }
        let after = after
            .iter()
            .map(|v| v.as_bytes().and_then(EntryHash::from_slice))
            .collect::<Option<Vec<_>>>()
            .ok_or(missing(8))?;
        if !after.is_sorted_by(|a, b| a < b) {
            return Err(EntryError::AfterNotSorted);
        }
        let edits = edits.as_ref().and_then(Value::as_array).ok_or(missing(9))?;
        if edits.len() > limits::EDITS {
            return Err(EntryError::TooMany { what: "edits", count: edits.len() });
        }
        // An edit that is not built as its shape asks does not sink the segment: it is kept as it came, and its entry is void.
        let edits = edits.iter().map(|v| Edit::from_value(v).unwrap_or_else(|_| Edit::Unknown(v.clone()))).collect();
        let claimed_ms = claimed.as_ref().and_then(Value::as_int).ok_or(missing(5))?;
        if !limits::CLAIMED_MS.contains(&claimed_ms) {
            return Err(EntryError::Claimed { ms: claimed_ms });
        }
        let bytes16 = |v: &Option<Value>, field| -> Result<[u8; 16], EntryError> {
            v.as_ref().and_then(Value::as_bytes).and_then(|b| b.try_into().ok()).ok_or(missing(field))
        };
        Ok(Self {
            journal: JournalId::from_bytes(bytes16(&journal, 1)?),
            number: number.as_ref().and_then(Value::as_uint).ok_or(missing(2))?,
            document: match &document {
                None => None,
                some => Some(DocId::from_bytes(bytes16(some, 3)?)),
            },
            officer: OfficerId::from_bytes(bytes16(&officer, 4)?),
            claimed_ms,
            boot: boot.as_ref().and_then(Value::as_bytes).and_then(|b| b.try_into().ok()).ok_or(missing(6))?,
            monotonic_ms: monotonic.as_ref().and_then(Value::as_uint).ok_or(missing(7))?,
            after,
            edits,
            vocabulary: vocabulary
                .as_ref()
                .and_then(Value::as_uint)
                .and_then(|n| u32::try_from(n).ok())
                .ok_or(missing(10))?,
            extra,
        })
    }

    /// Its identity.
    pub fn hash(&self) -> EntryHash {
        EntryHash::from_bytes(sha256(&self.to_bytes()))
    }

    /// Whether it creates its document.
    pub fn creates(&self) -> bool {
        matches!(self.edits.first(), Some(Edit::Create { .. }))
    }

    /// The kind of document it creates, if it creates one.
    pub fn created_kind(&self) -> Option<&str> {
        match self.edits.first() {
            Some(Edit::Create { kind, .. }) => Some(kind),
            _ => None,
        }
    }

    /// The document it is about, given its hash.
    pub fn about(&self, hash: &EntryHash) -> DocId {
        self.document.unwrap_or_else(|| hash.document())
    }

    /// Whether any edit has a shape that this build does not know.
    pub fn needs_update(&self) -> bool {
        self.edits.iter().any(|edit| match edit {
            Edit::Unknown(value) => Edit::from_value(value).is_ok(),
            _ => false,
        })
    }

    /// Whether any edit is content.
    pub fn has_content(&self) -> bool {
        self.edits.iter().any(Edit::is_content)
    }

    /// Checks what can be checked from the entry and the kind of its document alone; everybody comes to the same answer.
    pub fn check(&self, kind: &str) -> Result<(), Void> {
        if self.edits.is_empty() {
            return Err(Void::Empty);
        }
        let creations = self.edits.iter().filter(|e| matches!(e, Edit::Create { .. })).count();
        let misplaced = match (creations, self.creates()) {
            (0, _) => self.document.is_none() && self.has_content() && !self.needs_update(),
            (1, true) => self.document.is_some() || !self.after.is_empty(),
            _ => true,
        };
        if misplaced {
            return Err(Void::Creation);
        }
        if self.document.is_some() && self.after.is_empty() {
            return Err(Void::NothingSeen);
        }
        for edit in &self.edits {
            if let Edit::Unknown(value) = edit {
                Edit::from_value(value)?;
            }
            edit.check(kind, self.vocabulary)?;
        }
        Ok(())
    }

    /// The flat writes of all edits, in order; member keys come from the hash.
    pub fn writes(&self, hash: &EntryHash) -> Vec<(String, Value)> {
        let stem = member_stem(hash);
        let mut member = 0;
        self.edits.iter().flat_map(|edit| edit.writes(&stem, &mut member)).collect()
    }
}

/// The first half of a member's key: 16 hex digits of the hash of the entry that added it.
pub fn member_stem(hash: &EntryHash) -> String {
    hex::encode(hash.as_bytes().first_chunk::<8>().unwrap_or(&[0; 8]))
}
