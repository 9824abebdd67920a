//! Rows that changed since a pack or since the changes before, signed.
//!
//! ```text
//! { 1: version (1)  2: register  3: operation  4: number of the projection asked from  5: number reached  6: place reached
//!   7: part with the rows as they are now; absent when none changed }
//! ```

use super::{PackError, Row, read_part};
use crate::cbor::Value;
use crate::ids::{OperationId, RegisterId};
use crate::keys::{PublicKey, SecretKey};
use crate::signed;

const ABOUT: &[u8] = b"ploughshare pack changes v1";

/// Rows that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Whose register.
    pub register: RegisterId,
    /// Which operation.
    pub operation: OperationId,
    /// Since when: a number of the projection.
    pub from: u64,
    /// Until when, likewise.
    pub seq: u64,
    /// The place of the feed that this is.
    pub place: u64,
    /// The rows as they are now, ascending by id.
    pub rows: Vec<Row>,
}

impl Changes {
    /// Signs them. `None` when the rows are too many for one part: a new pack serves better then.
    pub fn sign(&self, key: &SecretKey) -> Option<Vec<u8>> {
        let mut pairs = vec![
            (Value::Int(1), Value::Int(1)),
            (Value::Int(2), Value::Bytes(self.register.to_vec())),
            (Value::Int(3), Value::Bytes(self.operation.to_vec())),
            (Value::Int(4), Value::Int(self.from as i64)),
            (Value::Int(5), Value::Int(self.seq as i64)),
            (Value::Int(6), Value::Int(self.place as i64)),
        ];
        if !self.rows.is_empty() {
            pairs.push((Value::Int(7), Value::Bytes(super::write_part(&self.rows)?)));
        }
        Some(signed::sign(ABOUT, &Value::Map(pairs), key))
    }

    /// Reads some, and checks that this register signed them for this operation and that they go on from where the caller is.
    pub fn verify(
        bytes: &[u8],
        register: &RegisterId,
        operation: &OperationId,
        from: u64,
        key: &PublicKey,
    ) -> Result<Self, PackError> {
        let (value, _) = signed::verify(ABOUT, bytes, key)?;
        if value.get_int(1).and_then(Value::as_int).ok_or(PackError::Malformed)? != 1 {
            return Err(PackError::Version);
        }
        let rows = match value.get_int(7) {
            None => Vec::new(),
            Some(part) => read_part(part.as_bytes().ok_or(PackError::Malformed)?)?,
        };
        let read = Self::read(&value, rows).ok_or(PackError::Malformed)?;
        if read.register != *register || read.operation != *operation {
            return Err(PackError::Other);
        }
        if read.from != from || read.seq < from {
            return Err(PackError::NotNext);
        }
        Ok(read)
    }

    fn read(value: &Value, rows: Vec<Row>) -> Option<Self> {
        let number = |key| value.get_int(key).and_then(Value::as_uint);
        Some(Self {
            register: value.get_int(2)?.as_bytes().and_then(RegisterId::from_slice)?,
            operation: value.get_int(3)?.as_bytes().and_then(OperationId::from_slice)?,
            from: number(4)?,
            seq: number(5)?,
            place: number(6)?,
            rows,
        })
    }
}
