//! What was added to a base since it was made, in the order in which the register noticed it, signed.
//!
//! ```text
//! { 1: version (1)  2: register  3: base (32 B)  4: number of the first, from 0  5: bytes, 8 of a key and one of its tag each
//!   6: number of the projection reached  7: whether there are more }
//! ```
//!
//! A key may come again with another tag: the last one counts, also against the base.

use crate::cbor::Value;
use crate::ids::RegisterId;
use crate::keys::{PublicKey, SecretKey};
use crate::limits;
use crate::signed;

use super::base::BaseHash;
use super::{LookupError, Noticed};

const ABOUT: &[u8] = b"ploughshare lookup additions v1";
/// Bytes of one addition.
const WIDTH: usize = 9;

/// A run of additions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Additions {
    /// Whose register.
    pub register: RegisterId,
    /// To which base.
    pub base: BaseHash,
    /// Number of the first.
    pub first: u64,
    /// Keys and tags.
    pub entries: Vec<(u64, u8)>,
    /// How far the register had followed the feeds.
    pub seq: u64,
    /// Whether there are more behind them.
    pub more: bool,
}

impl Additions {
    /// Signs them.
    pub fn sign(&self, key: &SecretKey) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.entries.len() * WIDTH);
        for (key, tag) in &self.entries {
            bytes.extend(key.to_be_bytes());
            bytes.push(*tag);
        }
        let mut pairs = vec![
            (Value::Int(1), Value::Int(1)),
            (Value::Int(2), Value::Bytes(self.register.to_vec())),
            (Value::Int(3), Value::Bytes(self.base.to_vec())),
            (Value::Int(4), Value::Int(self.first as i64)),
            (Value::Int(5), Value::Bytes(bytes)),
            (Value::Int(6), Value::Int(self.seq as i64)),
        ];
        if self.more {
            pairs.push((Value::Int(7), Value::Bool(true)));
        }
        signed::sign(ABOUT, &Value::Map(pairs), key)
    }

    /// Reads some and checks that this register signed them.
    pub fn verify(bytes: &[u8], register: &RegisterId, key: &PublicKey) -> Result<Self, LookupError> {
        let (value, _) = signed::verify(ABOUT, bytes, key)?;
        if value.get_int(1).and_then(Value::as_int).ok_or(LookupError::Malformed)? != 1 {
            return Err(LookupError::Version);
        }
        let read = Self::read(&value).ok_or(LookupError::Malformed)?;
        if read.register == *register { Ok(read) } else { Err(LookupError::OtherRegister) }
    }

    fn read(value: &Value) -> Option<Self> {
        let bytes = value.get_int(5)?.as_bytes()?;
        let (entries, rest) = bytes.as_chunks::<WIDTH>();
        if !rest.is_empty() || entries.len() > limits::LOOKUP_ADDITIONS {
            return None;
        }
        let entry = |entry: &[u8; WIDTH]| {
            let (key, tag) = entry.split_first_chunk::<8>()?;
            let tag = *tag.first()?;
            Noticed::from_tag(tag)?;
            Some((u64::from_be_bytes(*key), tag))
        };
        Some(Self {
            register: value.get_int(2)?.as_bytes().and_then(RegisterId::from_slice)?,
            base: value.get_int(3)?.as_bytes()?.try_into().ok()?,
            first: value.get_int(4)?.as_uint()?,
            entries: entries.iter().map(entry).collect::<Option<_>>()?,
            seq: value.get_int(6)?.as_uint()?,
            more: match value.get_int(7) {
                None => false,
                Some(more) => more.as_bool()?,
            },
        })
    }
}
