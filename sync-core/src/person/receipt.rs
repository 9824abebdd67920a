//! The register's signed answer that a sealed record of a person is safe there. A tablet deletes its only copy on nothing less.
//! COSE_Sign1 by the register's key, with its own external data so that no other receipt can stand for it, over
//!
//! ```text
//! { 1: register   2: operation   3: device   4: hash of the sealed bytes   5: received (ms)   6: audit leaf }
//! ```

use coset::{CborSerializable as _, CoseSign1, CoseSign1Builder, HeaderBuilder, iana};

use crate::cbor::{self, Value};
use crate::ids::{DeviceId, OperationId, PersonHash, RegisterId};
use crate::keys::{PublicKey, SecretKey};
use crate::receipt::ReceiptError;

const ABOUT: &[u8] = b"ploughshare person receipt v1";

/// The register holds this sealed record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonReceipt {
    /// Which register.
    pub register: RegisterId,
    /// In which operation.
    pub operation: OperationId,
    /// To which device.
    pub device: DeviceId,
    /// What is safe.
    pub hash: PersonHash,
    /// When it was received first, ms since the Unix epoch.
    pub received_ms: i64,
    /// Index of its leaf in the audit log.
    pub leaf: u64,
}

impl PersonReceipt {
    /// Signs it with the register's key.
    pub fn sign(&self, key: &SecretKey) -> Vec<u8> {
        let payload = cbor::encode(&Value::Map(vec![
            (Value::Int(1), Value::Bytes(self.register.to_vec())),
            (Value::Int(2), Value::Bytes(self.operation.to_vec())),
            (Value::Int(3), Value::Bytes(self.device.to_vec())),
            (Value::Int(4), Value::Bytes(self.hash.to_vec())),
            (Value::Int(5), Value::Int(self.received_ms)),
            (Value::Int(6), Value::Int(self.leaf as i64)),
        ]));
        CoseSign1Builder::new()
            .protected(HeaderBuilder::new().algorithm(iana::Algorithm::EdDSA).build())
            .payload(payload)
            .create_signature(ABOUT, |message| key.sign(message))
            .build()
            .to_vec()
            .unwrap_or_default()
    }

    /// Reads one and checks the register's signature.
    pub fn verify(bytes: &[u8], key: &PublicKey) -> Result<Self, ReceiptError> {
        let cose = CoseSign1::from_slice(bytes).map_err(|_| ReceiptError::Malformed)?;
        cose.verify_signature(ABOUT, |signature, message| key.verify(message, signature))
            .map_err(|_| ReceiptError::BadSignature)?;
        let payload = cose.payload.as_deref().ok_or(ReceiptError::Malformed)?;
        let value = cbor::decode(payload).map_err(|_| ReceiptError::Malformed)?;
        Self::read(&value).ok_or(ReceiptError::Malformed)
    }

    fn read(value: &Value) -> Option<Self> {
        let raw = |key| value.get_int(key).and_then(Value::as_bytes);
        Some(Self {
            register: RegisterId::from_slice(raw(1)?)?,
            operation: OperationId::from_slice(raw(2)?)?,
            device: DeviceId::from_slice(raw(3)?)?,
            hash: PersonHash::from_slice(raw(4)?)?,
            received_ms: value.get_int(5)?.as_int()?,
            leaf: value.get_int(6)?.as_uint()?,
        })
    }
}
