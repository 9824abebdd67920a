//! How entries travel: each says only what differs from the entry before it.
//!
//! ```text
//! body [ { 3: document, or i when it is named by after[i]     4: officer, if another
//!          5: claimed time minus that of the entry before      6: boot, if another
//!          7: monotonic step minus claimed step, if not 0      8: after: hash, or n for the n-th entry of this segment
//!          9: edits                                           10: vocabulary, if another   11…: as they are } … ]
//! ```

use crate::cbor::{self, Value};
use crate::entry::{Entry, EntryError, VOCABULARY};
use crate::ids::{DocId, EntryHash, JournalId, OfficerId};
use crate::{edit::Edit, limits};

use super::SegmentError;

/// What the next entry is compared with.
struct Before {
    officer: Value,
    claimed_ms: i64,
    boot: Value,
    monotonic_ms: i64,
    vocabulary: i64,
}

impl Before {
    fn nothing() -> Self {
        Self {
            officer: Value::Null,
            claimed_ms: 0,
            boot: Value::Null,
            monotonic_ms: 0,
            vocabulary: i64::from(VOCABULARY),
        }
    }

    fn step(&mut self, entry: &Entry) {
        self.officer = Value::Bytes(entry.officer.to_vec());
        self.claimed_ms = entry.claimed_ms;
        self.boot = Value::Bytes(entry.boot.to_vec());
        self.monotonic_ms = entry.monotonic_ms as i64;
        self.vocabulary = i64::from(entry.vocabulary);
    }
}

/// Writes the body of a segment.
pub(super) fn write_body(entries: &[(EntryHash, Entry)]) -> Vec<u8> {
    let mut before = Before::nothing();
    let hashes: Vec<EntryHash> = entries.iter().map(|(hash, _)| *hash).collect();
    let items = entries.iter().map(|(_, entry)| {
        let mut pairs = Vec::with_capacity(6);
        let mut put = |key: i64, value: Value| pairs.push((Value::Int(key), value));
        if let Some(document) = &entry.document {
            let named = entry.after.iter().position(|hash| hash.document() == *document);
            put(3, named.map_or_else(|| Value::Bytes(document.to_vec()), |i| Value::Int(i as i64)));
        }
        let officer = Value::Bytes(entry.officer.to_vec());
        if officer != before.officer {
            put(4, officer);
        }
        let claimed = entry.claimed_ms - before.claimed_ms;
        put(5, Value::Int(claimed));
        let boot = Value::Bytes(entry.boot.to_vec());
        if boot != before.boot {
            put(6, boot);
        }
        let slip = (entry.monotonic_ms as i64).wrapping_sub(before.monotonic_ms).wrapping_sub(claimed);
        if slip != 0 {
            put(7, Value::Int(slip));
        }
        if !entry.after.is_empty() {
            let refer = |hash: &EntryHash| {
                let here = hashes.iter().position(|h| h == hash);
                here.map_or_else(|| Value::Bytes(hash.to_vec()), |n| Value::Int(n as i64))
            };
            put(8, Value::Array(entry.after.iter().map(refer).collect()));
        }
        put(9, Value::Array(entry.edits.iter().map(Edit::to_value).collect()));
        if i64::from(entry.vocabulary) != before.vocabulary {
            put(10, Value::Int(i64::from(entry.vocabulary)));
        }
        pairs.extend(entry.extra.iter().cloned());
        before.step(entry);
        Value::Map(pairs)
    });
    let items: Vec<Value> = items.collect();
    cbor::encode(&Value::Array(items))
}

/// Reads the body of a segment back into entries and their identities.
pub(super) fn read_body(body: &[u8], journal: JournalId, first: u64) -> Result<Vec<(EntryHash, Entry)>, SegmentError> {
    let Value::Array(items) = cbor::decode(body)? else {
        return Err(SegmentError::Malformed { part: "body" });
    };
    if items.is_empty() || items.len() > limits::SEGMENT_ENTRIES {
        return Err(SegmentError::Count { count: items.len() });
    }
    let mut before = Before::nothing();
    let mut entries: Vec<(EntryHash, Entry)> = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let at = |source| SegmentError::Entry { index, source };
        let number = first.checked_add(index as u64).filter(|n| i64::try_from(*n).is_ok());
        let number = number.ok_or(SegmentError::Malformed { part: "first" })?;
        let entry = read_entry(item, journal, number, &before, &entries).map_err(at)?;
        let bytes = entry.to_bytes();
        if bytes.len() > limits::ENTRY_BYTES {
            return Err(at(EntryError::TooLarge { bytes: bytes.len() }));
        }
        before.step(&entry);
        entries.push((EntryHash::from_bytes(crate::keys::sha256(&bytes)), entry));
    }
    Ok(entries)
}

fn read_entry(
    item: Value,
    journal: JournalId,
    number: u64,
    before: &Before,
    earlier: &[(EntryHash, Entry)],
) -> Result<Entry, EntryError> {
    let field = |field| EntryError::Field { field };
    let Value::Map(pairs) = item else { return Err(field(0)) };
    let mut slots: [Option<Value>; 11] = Default::default();
    let mut extra = Vec::new();
    for (key, value) in pairs {
        match key.as_int().and_then(|n| usize::try_from(n).ok()).and_then(|n| slots.get_mut(n)) {
            Some(slot) => *slot = Some(value),
            None => extra.push((key, value)),
        }
    }
    let [zero, one, two, document, officer, claimed, boot, slip, after, edits, vocabulary] = slots;
    if zero.is_some() || one.is_some() || two.is_some() {
        return Err(field(0));
    }
    let after = match &after {
        None => Vec::new(),
        Some(list) => {
            let list = list.as_array().ok_or(field(8))?;
            if list.len() > limits::AFTER {
                return Err(EntryError::TooMany { what: "after", count: list.len() });
            }
            let resolve = |v: &Value| match v {
                Value::Int(n) => usize::try_from(*n).ok().and_then(|n| earlier.get(n)).map(|(hash, _)| *hash),
                other => other.as_bytes().and_then(EntryHash::from_slice),
            };
            list.iter().map(resolve).collect::<Option<Vec<_>>>().ok_or(field(8))?
        }
    };
    let document = match document {
        None => None,
        Some(Value::Int(i)) => {
            Some(usize::try_from(i).ok().and_then(|i| after.get(i)).map(EntryHash::document).ok_or(field(3))?)
        }
        Some(other) => Some(other.as_bytes().and_then(DocId::from_slice).ok_or(field(3))?),
    };
    let step = claimed.as_ref().and_then(Value::as_int).ok_or(field(5))?;
    let claimed_ms = before.claimed_ms.checked_add(step).ok_or(field(5))?;
    let slip = slip.map_or(Some(0), |v| v.as_int()).ok_or(field(7))?;
    // Round the end and back, as it was written: only the sum has to be a time.
    let monotonic = before.monotonic_ms.wrapping_add(step).wrapping_add(slip);
    if !limits::CLAIMED_MS.contains(&claimed_ms) {
        return Err(EntryError::Claimed { ms: claimed_ms });
    }
    let edits = edits.as_ref().and_then(Value::as_array).ok_or(field(9))?;
    if edits.len() > limits::EDITS {
        return Err(EntryError::TooMany { what: "edits", count: edits.len() });
    }
    if !after.is_sorted_by(|a, b| a < b) {
        return Err(EntryError::AfterNotSorted);
    }
    let officer = officer.unwrap_or_else(|| before.officer.clone());
    let boot = boot.unwrap_or_else(|| before.boot.clone());
    let vocabulary = vocabulary.map_or(Some(before.vocabulary), |v| v.as_int());
    Ok(Entry {
        journal,
        number,
        document,
        officer: officer.as_bytes().and_then(OfficerId::from_slice).ok_or(field(4))?,
        claimed_ms,
        boot: boot.as_bytes().and_then(|b| b.try_into().ok()).ok_or(field(6))?,
        monotonic_ms: u64::try_from(monotonic).map_err(|_| field(7))?,
        after,
        edits: edits.iter().map(|v| Edit::from_value(v).unwrap_or_else(|_| Edit::Unknown(v.clone()))).collect(),
        vocabulary: vocabulary.and_then(|n| u32::try_from(n).ok()).ok_or(field(10))?,
        extra,
    })
}
