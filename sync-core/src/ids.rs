//! Names of things: 16 bytes for what is looked up, 32 bytes for what is proven.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A text that is not the lower-case hex of an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected {expected} hex digits")]
pub struct IdError {
    /// How many hex digits the id has.
    pub expected: usize,
}

impl IdError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        "id.malformed"
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $len]);

        impl $name {
            /// Length in bytes.
            pub const LEN: usize = $len;

            /// From its bytes.
            pub const fn from_bytes(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }

            /// From a slice of exactly the right length.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }

            /// Its bytes.
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// Its bytes, owned.
            pub fn to_vec(&self) -> Vec<u8> {
                self.0.to_vec()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), hex::encode(self.0))
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let mut bytes = [0; $len];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| IdError { expected: 2 * $len })?;
                Ok(Self(bytes))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// A document: the first 16 bytes of the hash of the entry that created it.
    DocId, 16
);
id!(
    /// A journal: the first 16 bytes of SHA-256(device public key ‖ installation nonce ‖ operation).
    JournalId, 16
);
id!(
    /// An operation: one bounded effort, the unit of sharing and access.
    OperationId, 16
);
id!(
    /// An officer: a person who acts.
    OfficerId, 16
);
id!(
    /// A device: the first 16 bytes of the SHA-256 of its public key.
    DeviceId, 16
);
id!(
    /// A register: the first 16 bytes of the SHA-256 of its public key at birth.
    RegisterId, 16
);
id!(
    /// An entry: SHA-256 of its canonical bytes.
    EntryHash, 32
);
id!(
    /// A segment: SHA-256 of its signed payload.
    SegmentHash, 32
);
id!(
    /// A sealed record of a person who handed something in: SHA-256 of its ciphertext, as the tablet sealed it.
    PersonHash, 32
);

id!(
    /// A finding: SHA-256 of its rule, its documents and its key.
    FindingId, 32
);

impl EntryHash {
    /// The document that the entry with this hash creates.
    pub fn document(&self) -> DocId {
        let mut id = [0; 16];
        id.copy_from_slice(self.0.first_chunk::<16>().unwrap_or(&[0; 16]));
        DocId::from_bytes(id)
    }
}
