//! A whole table as the register publishes it: a signed head, and parts that are named by their hashes, so that a broken download goes on where it
//! stopped.
//!
//! ```text
//! head { 1: version (1)  2: register  3: salt (16 B)  4: number of the projection  5: keys  6: [class …], those that occur; "" for none
//!        7: seed  8: length of a segment, as a power of two  9: segments  10: [SHA-256 of each part …] }
//! ```
//!
//! All parts but the last are 256 KiB.

use crate::cbor::Value;
use crate::ids::RegisterId;
use crate::keys::{PublicKey, SecretKey, sha256};
use crate::limits;
use crate::signed::{self, Unsigned};

use super::{LookupError, Table};

const ABOUT: &[u8] = b"ploughshare lookup v1";
/// Most classes.
const CLASSES: usize = 256;

/// What a base is called: SHA-256 of its head.
pub type BaseHash = [u8; 32];

/// A table with what is said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// Whose register.
    pub register: RegisterId,
    /// What keys are hashed with; another one in each base, so that nobody prepares for it.
    pub salt: [u8; 16],
    /// How far the register had followed the feeds.
    pub seq: u64,
    /// Keys in it.
    pub keys: u64,
    /// The classes that occur, sorted; an empty one where items have none.
    pub classes: Vec<String>,
    table: Table,
}

/// A signed head whose parts are still to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    register: RegisterId,
    salt: [u8; 16],
    seq: u64,
    keys: u64,
    classes: Vec<String>,
    shape: (u64, u32, u64),
    parts: Vec<[u8; 32]>,
    hash: BaseHash,
}

impl Base {
    /// A table of keys, sorted and distinct, with their tags. `None` when they are not, or are too many.
    pub fn build(
        register: RegisterId,
        salt: [u8; 16],
        seq: u64,
        classes: Vec<String>,
        entries: &[(u64, u8)],
    ) -> Option<Self> {
        let table = Table::build(entries)?;
        let fits = table.cells().len() <= limits::PARTS * limits::PART_BYTES && classes.len() <= CLASSES;
        fits.then_some(Self { register, salt, seq, keys: entries.len() as u64, classes, table })
    }

    /// What it knows of a key.
    pub fn get(&self, key: u64) -> Option<u8> {
        self.table.get(key)
    }

    /// Its parts, in order.
    pub fn parts(&self) -> impl Iterator<Item = &[u8]> {
        self.table.cells().chunks(limits::PART_BYTES)
    }

    fn to_value(&self) -> Value {
        let (seed, length_bits, segments) = self.table.shape();
        let parts = self.parts().map(|part| Value::Bytes(sha256(part).to_vec())).collect();
        let classes = self.classes.iter().map(|class| Value::Text(class.clone())).collect();
        Value::Map(vec![
            (Value::Int(1), Value::Int(1)),
            (Value::Int(2), Value::Bytes(self.register.to_vec())),
            (Value::Int(3), Value::Bytes(self.salt.to_vec())),
            (Value::Int(4), Value::Int(self.seq as i64)),
            (Value::Int(5), Value::Int(self.keys as i64)),
            (Value::Int(6), Value::Array(classes)),
            (Value::Int(7), Value::Int(seed as i64)),
            (Value::Int(8), Value::Int(i64::from(length_bits))),
            (Value::Int(9), Value::Int(segments as i64)),
            (Value::Int(10), Value::Array(parts)),
        ])
    }

    /// The signed head.
    pub fn sign(&self, key: &SecretKey) -> Vec<u8> {
        signed::sign(ABOUT, &self.to_value(), key)
    }

    /// What it is called.
    pub fn hash(&self) -> BaseHash {
        sha256(&crate::cbor::encode(&self.to_value()))
    }
}

impl From<Unsigned> for LookupError {
    fn from(error: Unsigned) -> Self {
        match error {
            Unsigned::Malformed => Self::Malformed,
            Unsigned::BadSignature => Self::BadSignature,
        }
    }
}

impl Manifest {
    /// Reads a head and checks that this register signed it.
    pub fn verify(bytes: &[u8], register: &RegisterId, key: &PublicKey) -> Result<Self, LookupError> {
        let (value, payload) = signed::verify(ABOUT, bytes, key)?;
        if value.get_int(1).and_then(Value::as_int).ok_or(LookupError::Malformed)? != 1 {
            return Err(LookupError::Version);
        }
        let read = Self::read(&value, sha256(&payload)).ok_or(LookupError::Malformed)?;
        if read.register == *register { Ok(read) } else { Err(LookupError::OtherRegister) }
    }

    fn read(value: &Value, hash: BaseHash) -> Option<Self> {
        let number = |key| value.get_int(key).and_then(Value::as_uint);
        let classes = value.get_int(6)?.as_array().filter(|list| list.len() <= CLASSES)?;
        let parts = value.get_int(10)?.as_array().filter(|list| list.len() <= limits::PARTS)?;
        let shape = (number(7)?, u32::try_from(number(8)?).ok()?, number(9)?);
        let bytes = Table::bytes_of(shape.1, shape.2)?;
        let read = Self {
            register: value.get_int(2)?.as_bytes().and_then(RegisterId::from_slice)?,
            salt: value.get_int(3)?.as_bytes()?.try_into().ok()?,
            seq: number(4)?,
            keys: number(5)?,
            classes: classes.iter().map(|class| class.as_text().map(str::to_owned)).collect::<Option<_>>()?,
            shape,
            parts: parts.iter().map(|part| part.as_bytes()?.try_into().ok()).collect::<Option<_>>()?,
            hash,
        };
        (bytes.div_ceil(limits::PART_BYTES) == read.parts.len()).then_some(read)
    }

    /// What the base is called.
    pub fn hash(&self) -> BaseHash {
        self.hash
    }

    /// How far the register had followed the feeds.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Keys in it.
    pub fn keys(&self) -> u64 {
        self.keys
    }

    /// The hashes of its parts, in order.
    pub fn parts(&self) -> &[[u8; 32]] {
        &self.parts
    }

    /// The base, once all parts are here.
    pub fn assemble<'a>(&self, parts: impl IntoIterator<Item = &'a [u8]>) -> Result<Base, LookupError> {
        let mut parts = parts.into_iter();
        let mut cells = Vec::new();
        for (index, hash) in self.parts.iter().enumerate() {
            let part = parts.next().filter(|part| part.len() <= limits::PART_BYTES && sha256(part) == *hash);
            cells.extend(part.ok_or(LookupError::PartDiffers { index })?);
        }
        let (seed, length_bits, segments) = self.shape;
        let table = Table::from_parts(seed, length_bits, segments, cells).ok_or(LookupError::Malformed)?;
        let Self { register, salt, seq, keys, classes, .. } = self.clone();
        Ok(Base { register, salt, seq, keys, classes, table })
    }
}
