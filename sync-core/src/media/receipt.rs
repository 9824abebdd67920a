//! The register's signed answer to "which of these files are safe with you?". A tablet gives up an original on nothing less, and only when
//! nothing is missing of all that it asked. COSE_Sign1 by the register's key, with external data of its own, over
//!
//! ```text
//! { 1: register   2: operation   3: device   4: at (ms)   5: stored, 32 bytes each, sorted   6: missing, likewise }
//! ```

use coset::{CborSerializable as _, CoseSign1, CoseSign1Builder, HeaderBuilder, iana};

use crate::cbor::{self, Value};
use crate::ids::{DeviceId, MediaHash, OperationId, RegisterId};
use crate::keys::{PublicKey, SecretKey};
use crate::receipt::ReceiptError;

const ABOUT: &[u8] = b"ploughshare media receipt v1";

/// Which of the files that a device asked about the register holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaReceipt {
    /// Which register.
    pub register: RegisterId,
    /// In which operation.
    pub operation: OperationId,
    /// To which device.
    pub device: DeviceId,
    /// When, ms since the Unix epoch.
    pub at_ms: i64,
    /// What is safe, sorted.
    pub stored: Vec<MediaHash>,
    /// What is not here, sorted.
    pub missing: Vec<MediaHash>,
}

impl MediaReceipt {
    /// Whether nothing is missing of what was asked.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }

    /// Signs it with the register's key.
    pub fn sign(&self, key: &SecretKey) -> Vec<u8> {
        let all = |hashes: &[MediaHash]| Value::Bytes(hashes.iter().flat_map(|hash| *hash.as_bytes()).collect());
        let payload = cbor::encode(&Value::Map(vec![
            (Value::Int(1), Value::Bytes(self.register.to_vec())),
            (Value::Int(2), Value::Bytes(self.operation.to_vec())),
            (Value::Int(3), Value::Bytes(self.device.to_vec())),
            (Value::Int(4), Value::Int(self.at_ms)),
            (Value::Int(5), all(&self.stored)),
            (Value::Int(6), all(&self.missing)),
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
            at_ms: value.get_int(4)?.as_int()?,
            stored: hashes(raw(5)?)?,
            missing: hashes(raw(6)?)?,
        })
    }
}

/// Hashes one after the other, as they travel.
pub fn hashes(bytes: &[u8]) -> Option<Vec<MediaHash>> {
    bytes.chunks(MediaHash::LEN).map(MediaHash::from_slice).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn a_receipt_reads_as_it_was_signed_and_no_flipped_bit_survives() {
        let key = SecretKey::ed25519(&[7; 32]);
        let receipt = MediaReceipt {
            register: key.public().register(),
            operation: OperationId::from_bytes([1; 16]),
            device: DeviceId::from_bytes([2; 16]),
            at_ms: 1_700_000_000_000,
            stored: vec![MediaHash::from_bytes([3; 32]), MediaHash::from_bytes([4; 32])],
            missing: vec![MediaHash::from_bytes([5; 32])],
        };
        let bytes = receipt.sign(&key);
        assert_eq!(MediaReceipt::verify(&bytes, &key.public()).unwrap(), receipt);
        assert!(!receipt.is_complete());
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert!(MediaReceipt::verify(&flipped, &key.public()).map_or(true, |read| read == receipt), "byte {at}");
        }
        assert_eq!(hashes(&[0; 33]), None);
    }
}
