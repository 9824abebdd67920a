//! A receipt: the register's signed answer that these segments are safe there. COSE_Sign1 by the register's key over
//!
//! ```text
//! { 1: register   2: operation   3: device   4: received (ms)   5: [[segment hash, place, audit leaf] …]   6: newest decision }
//! ```

use coset::{CborSerializable as _, CoseSign1, CoseSign1Builder, HeaderBuilder, iana};

use crate::cbor::{self, Value};
use crate::ids::{DeviceId, OperationId, RegisterId, SegmentHash};
use crate::keys::{PublicKey, SecretKey};

/// One segment that is safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Safe {
    /// The segment.
    pub segment: SegmentHash,
    /// Its place in the operation's feed.
    pub place: u64,
    /// Index of its leaf in the audit log.
    pub leaf: u64,
}

/// The register's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Which register.
    pub register: RegisterId,
    /// In which operation.
    pub operation: OperationId,
    /// To which device.
    pub device: DeviceId,
    /// When they were received, ms since the Unix epoch.
    pub received_ms: i64,
    /// What is safe.
    pub safe: Vec<Safe>,
    /// The register's newest decision then.
    pub decision: u64,
}

/// Why bytes are not a receipt of this register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// Not a receipt.
    #[error("not a receipt")]
    Malformed,
    /// Not signed by the register's key.
    #[error("the receipt is not signed by this register")]
    BadSignature,
}

impl ReceiptError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "receipt.malformed",
            Self::BadSignature => "receipt.bad_signature",
        }
    }
}

impl Receipt {
    /// Signs it with the register's key.
    pub fn sign(&self, key: &SecretKey) -> Vec<u8> {
        let safe = self.safe.iter().map(|s| {
            Value::Array(vec![Value::Bytes(s.segment.to_vec()), Value::Int(s.place as i64), Value::Int(s.leaf as i64)])
        });
        let payload = cbor::encode(&Value::Map(vec![
            (Value::Int(1), Value::Bytes(self.register.to_vec())),
            (Value::Int(2), Value::Bytes(self.operation.to_vec())),
            (Value::Int(3), Value::Bytes(self.device.to_vec())),
            (Value::Int(4), Value::Int(self.received_ms)),
            (Value::Int(5), Value::Array(safe.collect())),
            (Value::Int(6), Value::Int(self.decision as i64)),
        ]));
        CoseSign1Builder::new()
            .protected(HeaderBuilder::new().algorithm(iana::Algorithm::EdDSA).build())
            .payload(payload)
            .create_signature(&[], |message| key.sign(message))
            .build()
            .to_vec()
            .unwrap_or_default()
    }

    /// Reads a receipt and checks the register's signature.
    pub fn verify(bytes: &[u8], key: &PublicKey) -> Result<Self, ReceiptError> {
        let cose = CoseSign1::from_slice(bytes).map_err(|_| ReceiptError::Malformed)?;
        cose.verify_signature(&[], |signature, message| key.verify(message, signature))
            .map_err(|_| ReceiptError::BadSignature)?;
        let payload = cose.payload.as_deref().ok_or(ReceiptError::Malformed)?;
        let value = cbor::decode(payload).map_err(|_| ReceiptError::Malformed)?;
        Self::read(&value).ok_or(ReceiptError::Malformed)
    }

    fn read(value: &Value) -> Option<Self> {
        let raw = |key| value.get_int(key).and_then(Value::as_bytes);
        let safe = value.get_int(5)?.as_array()?.iter().map(|one| {
            let [segment, place, leaf] = one.as_array()? else { return None };
            Some(Safe {
                segment: SegmentHash::from_slice(segment.as_bytes()?)?,
                place: place.as_uint()?,
                leaf: leaf.as_uint()?,
            })
        });
        Some(Self {
            register: RegisterId::from_slice(raw(1)?)?,
            operation: OperationId::from_slice(raw(2)?)?,
            device: DeviceId::from_slice(raw(3)?)?,
            received_ms: value.get_int(4)?.as_int()?,
            safe: safe.collect::<Option<_>>()?,
            decision: value.get_int(6)?.as_uint()?,
        })
    }
}
