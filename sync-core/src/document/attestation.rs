//! An attestation: an officer's own word for what they saw of a document. It is not content: two officers can attest the same state.
//!
//! What is signed is the deterministic CBOR map without its signature:
//!
//! ```text
//! { 1: what (see KINDS)   2: document   3: [content heads, sorted]
//!   4: SHA-256 of the content read at them                  5: officer    6: note   7: officer's public key   8: signature }
//! ```

use crate::cbor::{self, Value};
use crate::edit::Edit;
use crate::ids::{DocId, EntryHash, OfficerId};
use crate::keys::{KeyError, PublicKey, SecretKey};

/// What an officer can attest: that the record agrees with the thing (`verified`), that it does not and why (`has_issues`, `rejected`),
/// that the thing was destroyed, that they saw it (`witnessed`), that they gave it out of their hands or took it into them, that a plan
/// may be carried out (`approved`), that they counted (`counted`), that they, as the holder of a key, agree to a return (`consented`).
pub const KINDS: &[&str] = &[
    "verified",
    "has_issues",
    "rejected",
    "destroyed",
    "witnessed",
    "handed_over",
    "received",
    "approved",
    "counted",
    "consented",
];

/// An officer's own word for what they saw of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attestation {
    /// What is attested; one of [`KINDS`].
    pub what: String,
    /// Of which document.
    pub document: DocId,
    /// The content heads that were seen, sorted.
    pub heads: Vec<EntryHash>,
    /// SHA-256 of the content read at them.
    pub digest: [u8; 32],
    /// Who attests.
    pub officer: OfficerId,
    /// A word beside it.
    pub note: String,
    /// The officer's own key, where they have one.
    pub key: Option<Vec<u8>>,
    /// Their signature over everything above.
    pub signature: Option<Vec<u8>>,
}

impl Attestation {
    fn pairs(&self) -> Vec<(Value, Value)> {
        let mut pairs = vec![
            (Value::Int(1), Value::Text(self.what.clone())),
            (Value::Int(2), Value::Bytes(self.document.to_vec())),
            (Value::Int(3), Value::Array(self.heads.iter().map(|h| Value::Bytes(h.to_vec())).collect())),
            (Value::Int(4), Value::Bytes(self.digest.to_vec())),
            (Value::Int(5), Value::Bytes(self.officer.to_vec())),
            (Value::Int(6), Value::Text(self.note.clone())),
        ];
        if let Some(key) = &self.key {
            pairs.push((Value::Int(7), Value::Bytes(key.clone())));
        }
        pairs
    }

    /// Signs it with the officer's own key.
    #[must_use]
    pub fn signed(mut self, key: &SecretKey) -> Self {
        self.key = Some(key.public().as_bytes().to_vec());
        self.signature = Some(key.sign(&cbor::encode(&Value::Map(self.pairs()))));
        self
    }

    /// Checks the officer's signature; an attestation without one is not proven.
    pub fn verify(&self) -> Result<(), KeyError> {
        let (Some(key), Some(signature)) = (&self.key, &self.signature) else { return Err(KeyError::BadSignature) };
        PublicKey::from_bytes(key)?.verify(&cbor::encode(&Value::Map(self.pairs())), signature)
    }

    /// As it stands in an `attest` edit.
    pub fn to_value(&self) -> Value {
        let mut pairs = self.pairs();
        if let Some(signature) = &self.signature {
            pairs.push((Value::Int(8), Value::Bytes(signature.clone())));
        }
        Value::Map(pairs)
    }

    /// The attestation that an edit is, if it is one of this version.
    pub fn of_edit(edit: &Edit) -> Option<Self> {
        match edit {
            Edit::Attest(value) => Self::from_value(value),
            _ => None,
        }
    }

    /// Reads what stands in an `attest` edit; `None` if it is not an attestation of this version.
    pub fn from_value(value: &Value) -> Option<Self> {
        let bytes = |key| value.get_int(key).and_then(Value::as_bytes);
        let what = value.get_int(1)?.as_text()?.to_owned();
        let heads = value.get_int(3)?.as_array()?;
        let heads: Vec<EntryHash> =
            heads.iter().map(|v| v.as_bytes().and_then(EntryHash::from_slice)).collect::<Option<_>>()?;
        (KINDS.contains(&what.as_str()) && heads.is_sorted_by(|a, b| a < b)).then_some(())?;
        Some(Self {
            what,
            document: DocId::from_slice(bytes(2)?)?,
            heads,
            digest: bytes(4)?.try_into().ok()?,
            officer: OfficerId::from_slice(bytes(5)?)?,
            note: value.get_int(6)?.as_text()?.to_owned(),
            key: bytes(7).map(<[u8]>::to_vec),
            signature: bytes(8).map(<[u8]>::to_vec),
        })
    }
}
