//! The signed head of a pack.
//!
//! ```text
//! { 1: version (1)  2: register  3: operation  4: place  5: newest decision then  6: number of the projection then
//!   7: [[SHA-256, bytes, rows] …] the parts }
//! ```
//!
//! It says nothing of when it was made: the same register at the same place gives the same pack.

use super::{PackError, Row, write_part};
use crate::cbor::Value;
use crate::ids::{OperationId, RegisterId};
use crate::keys::{PublicKey, SecretKey, sha256};
use crate::limits;
use crate::signed;

const ABOUT: &[u8] = b"ploughshare pack v1";

/// A part as the head names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackPart {
    /// SHA-256 of its bytes.
    pub hash: [u8; 32],
    /// How many bytes it has.
    pub bytes: u64,
    /// How many rows.
    pub rows: u64,
}

/// The head of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Whose register.
    pub register: RegisterId,
    /// Which operation.
    pub operation: OperationId,
    /// The place of its feed up to which the register had followed it.
    pub place: u64,
    /// The newest decision of the operation then.
    pub decision: u64,
    /// How far the register was in all feeds together; changes are asked for since then.
    pub seq: u64,
    /// The parts, in order.
    pub parts: Vec<PackPart>,
}

/// Cuts rows, ascending by id, into parts. `None` when a single row is too large for one.
pub fn cut(rows: &[Row]) -> Option<Vec<(PackPart, Vec<u8>)>> {
    let mut parts = Vec::new();
    for rows in rows.chunks(limits::PACK_PART_ROWS) {
        cut_into(rows, &mut parts)?;
    }
    Some(parts)
}

fn cut_into(rows: &[Row], parts: &mut Vec<(PackPart, Vec<u8>)>) -> Option<()> {
    if let Some(bytes) = write_part(rows) {
        let part = PackPart { hash: sha256(&bytes), bytes: bytes.len() as u64, rows: rows.len() as u64 };
        parts.push((part, bytes));
        return Some(());
    }
    if rows.len() < 2 {
        return None;
    }
    let (left, right) = rows.split_at_checked(rows.len() / 2)?;
    cut_into(left, parts)?;
    cut_into(right, parts)
}

impl Manifest {
    /// Rows in all parts.
    pub fn rows(&self) -> u64 {
        self.parts.iter().map(|part| part.rows).sum()
    }

    /// Bytes of all parts.
    pub fn bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.bytes).sum()
    }

    /// Signs it.
    pub fn sign(&self, key: &SecretKey) -> Vec<u8> {
        let part = |part: &PackPart| {
            Value::Array(vec![
                Value::Bytes(part.hash.to_vec()),
                Value::Int(part.bytes as i64),
                Value::Int(part.rows as i64),
            ])
        };
        let value = Value::Map(vec![
            (Value::Int(1), Value::Int(1)),
            (Value::Int(2), Value::Bytes(self.register.to_vec())),
            (Value::Int(3), Value::Bytes(self.operation.to_vec())),
            (Value::Int(4), Value::Int(self.place as i64)),
            (Value::Int(5), Value::Int(self.decision as i64)),
            (Value::Int(6), Value::Int(self.seq as i64)),
            (Value::Int(7), Value::Array(self.parts.iter().map(part).collect())),
        ]);
        signed::sign(ABOUT, &value, key)
    }

    /// Reads a head and checks that this register signed it for this operation.
    pub fn verify(
        bytes: &[u8],
        register: &RegisterId,
        operation: &OperationId,
        key: &PublicKey,
    ) -> Result<Self, PackError> {
        let (value, _) = signed::verify(ABOUT, bytes, key)?;
        if value.get_int(1).and_then(Value::as_int).ok_or(PackError::Malformed)? != 1 {
            return Err(PackError::Version);
        }
        let read = Self::read(&value).ok_or(PackError::Malformed)?;
        if read.register == *register && read.operation == *operation { Ok(read) } else { Err(PackError::Other) }
    }

    fn read(value: &Value) -> Option<Self> {
        let number = |key| value.get_int(key).and_then(Value::as_uint);
        let part = |part: &Value| {
            let [hash, bytes, rows] = part.as_array()? else { return None };
            Some(PackPart {
                hash: hash.as_bytes()?.try_into().ok()?,
                bytes: bytes.as_uint().filter(|n| *n <= limits::PART_BYTES as u64)?,
                rows: rows.as_uint().filter(|n| *n <= limits::PACK_PART_ROWS as u64)?,
            })
        };
        let parts = value.get_int(7)?.as_array().filter(|list| list.len() <= limits::PARTS)?;
        Some(Self {
            register: value.get_int(2)?.as_bytes().and_then(RegisterId::from_slice)?,
            operation: value.get_int(3)?.as_bytes().and_then(OperationId::from_slice)?,
            place: number(4)?,
            decision: number(5)?,
            seq: number(6)?,
            parts: parts.iter().map(part).collect::<Option<_>>()?,
        })
    }
}

impl PackPart {
    /// Reads the rows of this part; refused when the bytes are not the ones that were signed.
    pub fn read(&self, bytes: &[u8]) -> Result<Vec<Row>, PackError> {
        if bytes.len() as u64 != self.bytes || sha256(bytes) != self.hash {
            return Err(PackError::PartDiffers);
        }
        let rows = super::read_part(bytes)?;
        if rows.len() as u64 == self.rows { Ok(rows) } else { Err(PackError::Malformed) }
    }
}
