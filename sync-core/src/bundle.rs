//! A bundle: the bytes of an exchange as files, for memory cards and for whoever carries them. A file says on its outside which set it
//! belongs to and for whom it is, and nothing else; the inside is signed by whoever made it and sealed (age, X25519) to whoever it is for.
//!
//! ```text
//! file    [ "ploughshare bundle", 1, label, age file ]
//! label   { 1: set (16 B)   2: number of the file, from 0   3: files in the set   4: for (16 B: device, or the register as a device) }
//! inside  COSE_Sign1 (EdDSA or ES256; kid = maker's device id; external data "ploughshare bundle v1" and the label) over
//! content { 1: register   2: operation   3: made (ms)   4: place known before   5: place known with it
//!           6: [[journal, next, chain] …] ends of the maker's journals   7: [segment …]   8: [receipt …]   9: [[hash, code, detail] …] refused
//!           10: [segment that the register has …] }
//! ```
//!
//! Every file stands alone: it can be taken in before, after or without the others, and twice changes nothing. The label is under the
//! signature, so a carrier cannot give a file another address or number unnoticed. The file itself is sealed outside this crate, which has no
//! randomness.

mod split;

pub use split::{Measured, split};

use coset::{CborSerializable as _, CoseSign1, CoseSign1Builder, HeaderBuilder, RegisteredLabelWithPrivate, iana};
use zeroize::Zeroizing;

use crate::cbor::{self, CborError, Value};
use crate::exchange::{End, Refused, read_blobs, read_ends, read_refused, write_blobs, write_ends, write_refused};
use crate::ids::{DeviceId, OperationId, RegisterId};
use crate::keys::{Algorithm, PublicKey, SecretKey};
use crate::limits;

const NAME: &str = "ploughshare bundle";
const CONTEXT: &[u8] = b"ploughshare bundle v1";

/// Why bytes are not a bundle that may be taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// Not deterministic CBOR, or cut short.
    #[error("bundle: {0}")]
    Cbor(#[from] CborError),
    /// A part is missing or of the wrong type.
    #[error("bundle: {part} is missing or of the wrong type")]
    Malformed {
        /// Which part.
        part: &'static str,
    },
    /// A version that this build does not read.
    #[error("bundle version {version}; this build reads 1: update needed")]
    Version {
        /// The version.
        version: i64,
    },
    /// Larger than a file of a bundle may be.
    #[error("a bundle file of {bytes} bytes; the limit is {}", limits::BUNDLE_BYTES)]
    TooLarge {
        /// Its size.
        bytes: u64,
    },
    /// Something must travel whole that is larger than the files asked for.
    #[error("files of {asked} bytes are too small: the largest part needs {needed}")]
    TooSmall {
        /// What was asked for.
        asked: u64,
        /// What would do.
        needed: u64,
    },
    /// Not signed by whoever it says made it, or the label was changed.
    #[error("the signature of the bundle does not fit: it was changed, or made by another")]
    BadSignature,
}

impl BundleError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Cbor(_) | Self::Malformed { .. } => "bundle.malformed",
            Self::Version { .. } => "bundle.version",
            Self::TooLarge { .. } => "bundle.too_large",
            Self::TooSmall { .. } => "bundle.too_small",
            Self::BadSignature => "bundle.bad_signature",
        }
    }
}

fn missing(part: &'static str) -> BundleError {
    BundleError::Malformed { part }
}

/// What stands on the outside of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// Which set it belongs to.
    pub set: [u8; 16],
    /// Its number in the set, from 0.
    pub number: u64,
    /// How many files the set has.
    pub files: u64,
    /// For whom it is.
    pub to: DeviceId,
}

impl Label {
    fn value(&self) -> Value {
        Value::Map(vec![
            (Value::Int(1), Value::Bytes(self.set.to_vec())),
            (Value::Int(2), Value::Int(self.number as i64)),
            (Value::Int(3), Value::Int(self.files as i64)),
            (Value::Int(4), Value::Bytes(self.to.to_vec())),
        ])
    }

    fn read(value: &Value) -> Option<Self> {
        let raw = |key| value.get_int(key).and_then(Value::as_bytes);
        let (number, files) = (value.get_int(2)?.as_uint()?, value.get_int(3)?.as_uint()?);
        let label = Self { set: raw(1)?.try_into().ok()?, number, files, to: DeviceId::from_slice(raw(4)?)? };
        (number < files && files <= limits::BUNDLE_FILES as u64).then_some(label)
    }

    fn context(&self) -> Vec<u8> {
        [CONTEXT, &cbor::encode(&self.value())].concat()
    }
}

/// A file: its label, and the sealed inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// What stands outside.
    pub label: Label,
    /// An age file.
    pub sealed: Vec<u8>,
}

impl File {
    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::encode(&Value::Array(vec![
            NAME.into(),
            Value::Int(1),
            self.label.value(),
            Value::Bytes(self.sealed.clone()),
        ]))
    }

    /// Reads a file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BundleError> {
        if bytes.len() > limits::BUNDLE_BYTES {
            return Err(BundleError::TooLarge { bytes: bytes.len() as u64 });
        }
        let value = cbor::decode(bytes)?;
        let parts = value.as_array().ok_or(missing("file"))?;
        if parts.first().and_then(Value::as_text) != Some(NAME) {
            return Err(missing("name"));
        }
        let version = parts.get(1).and_then(Value::as_int).ok_or(missing("version"))?;
        if version != 1 {
            return Err(BundleError::Version { version });
        }
        let [_, _, label, sealed] = parts else { return Err(missing("parts")) };
        let label = Label::read(label).ok_or(missing("label"))?;
        Ok(Self { label, sealed: sealed.as_bytes().ok_or(missing("sealed part"))?.to_vec() })
    }
}

/// What a file carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Of which register.
    pub register: RegisterId,
    /// In which operation.
    pub operation: OperationId,
    /// When it was made, as its maker's clock claims, ms since the Unix epoch.
    pub made_ms: i64,
    /// Whoever knows the feed up to here …
    pub after: u64,
    /// … knows it up to here once this is taken in. From a tablet both are the place it holds.
    pub upto: u64,
    /// Ends of the maker's journals.
    pub ends: Vec<End>,
    /// Segments, as they were sealed. From a tablet: those that the register may not have.
    pub segments: Vec<Vec<u8>>,
    /// From a tablet: segments that the register has.
    pub settled: Vec<Vec<u8>>,
    /// Receipts of the register, for whomever.
    pub receipts: Vec<Vec<u8>>,
    /// Segments that the register refused.
    pub refused: Vec<Refused>,
}

impl Content {
    /// Signs it under a label: what is to be sealed.
    pub fn sign(&self, label: &Label, key: &SecretKey) -> Vec<u8> {
        let algorithm = match key.public().algorithm() {
            Algorithm::EdDsa => iana::Algorithm::EdDSA,
            Algorithm::Es256 => iana::Algorithm::ES256,
        };
        CoseSign1Builder::new()
            .protected(HeaderBuilder::new().algorithm(algorithm).key_id(key.public().device().to_vec()).build())
            .payload(self.to_bytes())
            .create_signature(&label.context(), |message| key.sign(message))
            .build()
            .to_vec()
            .unwrap_or_default()
    }

    fn to_bytes(&self) -> Vec<u8> {
        cbor::encode(&Value::Map(vec![
            (Value::Int(1), Value::Bytes(self.register.to_vec())),
            (Value::Int(2), Value::Bytes(self.operation.to_vec())),
            (Value::Int(3), Value::Int(self.made_ms)),
            (Value::Int(4), Value::Int(self.after as i64)),
            (Value::Int(5), Value::Int(self.upto as i64)),
            (Value::Int(6), write_ends(&self.ends)),
            (Value::Int(7), write_blobs(&self.segments)),
            (Value::Int(8), write_blobs(&self.receipts)),
            (Value::Int(9), write_refused(&self.refused)),
            (Value::Int(10), write_blobs(&self.settled)),
        ]))
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, BundleError> {
        let value = cbor::decode(bytes)?;
        let raw = |key| value.get_int(key).and_then(Value::as_bytes);
        let uint = |key| value.get_int(key).and_then(Value::as_uint);
        Ok(Self {
            register: raw(1).and_then(RegisterId::from_slice).ok_or(missing("register"))?,
            operation: raw(2).and_then(OperationId::from_slice).ok_or(missing("operation"))?,
            made_ms: value.get_int(3).and_then(Value::as_int).ok_or(missing("made"))?,
            after: uint(4).ok_or(missing("place"))?,
            upto: uint(5).ok_or(missing("place"))?,
            ends: read_ends(&value, 6, limits::EXCHANGE_JOURNALS).map_err(|_| missing("ends"))?,
            segments: read_blobs(&value, 7, "segments").map_err(|_| missing("segments"))?,
            receipts: read_blobs(&value, 8, "receipts").map_err(|_| missing("receipts"))?,
            refused: read_refused(&value, 9).map_err(|_| missing("refused"))?,
            settled: read_blobs(&value, 10, "settled").map_err(|_| missing("settled"))?,
        })
    }
}

/// The inside of a file as it was unsealed. Nobody has vouched for it yet.
#[derive(Debug, Clone)]
pub struct OpenedBundle {
    from: DeviceId,
    cose: CoseSign1,
    label: Label,
}

impl OpenedBundle {
    /// Reads what was unsealed from a file with this label.
    pub fn open(label: Label, bytes: &[u8]) -> Result<Self, BundleError> {
        if bytes.len() > limits::BUNDLE_BYTES {
            return Err(BundleError::TooLarge { bytes: bytes.len() as u64 });
        }
        let cose = CoseSign1::from_slice(bytes).map_err(|_| missing("signature"))?;
        let known = |algorithm| {
            matches!(
                algorithm,
                Some(RegisteredLabelWithPrivate::Assigned(iana::Algorithm::EdDSA | iana::Algorithm::ES256))
            )
        };
        if !cose.unprotected.is_empty() || !known(cose.protected.header.alg.clone()) {
            return Err(missing("signature"));
        }
        let from = DeviceId::from_slice(&cose.protected.header.key_id).ok_or(missing("key id"))?;
        Ok(Self { from, cose, label })
    }

    /// Who says that they made it.
    pub fn from(&self) -> DeviceId {
        self.from
    }

    /// Checks the maker's signature over content and label.
    pub fn verify(&self, key: &PublicKey) -> Result<Content, BundleError> {
        let algorithm = match key.algorithm() {
            Algorithm::EdDsa => iana::Algorithm::EdDSA,
            Algorithm::Es256 => iana::Algorithm::ES256,
        };
        if key.device() != self.from
            || self.cose.protected.header.alg != Some(RegisteredLabelWithPrivate::Assigned(algorithm))
        {
            return Err(BundleError::BadSignature);
        }
        self.cose
            .verify_signature(&self.label.context(), |signature, message| key.verify(message, signature))
            .map_err(|_| BundleError::BadSignature)?;
        Content::from_bytes(self.cose.payload.as_deref().ok_or(missing("content"))?)
    }
}

/// The secret to which bundles are sealed, as age writes it, from 32 secret bytes.
pub fn age_secret(seed: &[u8; 32]) -> Option<Zeroizing<String>> {
    let prefix = bech32::Hrp::parse("age-secret-key-").ok()?;
    bech32::encode_upper::<bech32::Bech32>(prefix, seed).ok().map(Zeroizing::new)
}

/// What the signing key of a device says to bind a bundle key to itself, when it enrols with this ticket.
pub fn key_proof(ticket: &str, bundle_key: &str) -> Vec<u8> {
    format!("ploughshare bundle key v1\n{ticket}\n{bundle_key}").into_bytes()
}

#[cfg(test)]
mod tests;
