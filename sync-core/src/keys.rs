//! Keys that sign: Ed25519 first, ES256 (P-256) for tablets whose hardware holds only that.

use core::fmt;

use ed25519_dalek::Signer as _;
use p256::ecdsa::signature::Verifier as _;
use sha2::{Digest as _, Sha256};

use crate::ids::{DeviceId, JournalId, OperationId, RegisterId};

/// Why a key or a signature is not usable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The bytes are not a key of the named algorithm.
    #[error("the bytes are not a key")]
    Malformed,
    /// The signature does not fit the message and the key.
    #[error("the signature does not fit")]
    BadSignature,
    /// An algorithm other than EdDSA and ES256.
    #[error("algorithm not accepted; use EdDSA or ES256")]
    Algorithm,
}

impl KeyError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "key.malformed",
            Self::BadSignature => "key.bad_signature",
            Self::Algorithm => "key.algorithm",
        }
    }
}

/// How a signature is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// EdDSA over Curve25519 (COSE −8), verified strictly.
    EdDsa,
    /// ECDSA over P-256 with SHA-256 (COSE −7).
    Es256,
}

impl Algorithm {
    /// The COSE algorithm number.
    pub fn cose(self) -> i64 {
        match self {
            Self::EdDsa => -8,
            Self::Es256 => -7,
        }
    }
}

/// The public half of a key.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    kind: PublicKind,
    bytes: Vec<u8>,
}

#[derive(Clone, PartialEq, Eq)]
enum PublicKind {
    Ed(Box<ed25519_dalek::VerifyingKey>),
    P256(Box<p256::ecdsa::VerifyingKey>),
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", hex::encode(&self.bytes))
    }
}

impl PublicKey {
    /// Reads a key: 32 bytes are Ed25519, 33 are a compressed P-256 point.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let kind = if let Ok(ed) = <&[u8; 32]>::try_from(bytes) {
            let key = ed25519_dalek::VerifyingKey::from_bytes(ed).map_err(|_| KeyError::Malformed)?;
            if key.is_weak() {
                return Err(KeyError::Malformed);
            }
            PublicKind::Ed(Box::new(key))
        } else if bytes.len() == 33 {
            PublicKind::P256(Box::new(
                p256::ecdsa::VerifyingKey::from_sec1_bytes(bytes).map_err(|_| KeyError::Malformed)?,
            ))
        } else {
            return Err(KeyError::Malformed);
        };
        Ok(Self { kind, bytes: bytes.to_vec() })
    }

    /// The key as bytes: 32 for Ed25519, 33 for P-256.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How signatures of this key are made.
    pub fn algorithm(&self) -> Algorithm {
        match self.kind {
            PublicKind::Ed(_) => Algorithm::EdDsa,
            PublicKind::P256(_) => Algorithm::Es256,
        }
    }

    /// Checks a signature of 64 bytes over a message.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        match &self.kind {
            PublicKind::Ed(key) => {
                let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| KeyError::BadSignature)?;
                key.verify_strict(message, &signature).map_err(|_| KeyError::BadSignature)
            }
            PublicKind::P256(key) => {
                let signature = p256::ecdsa::Signature::from_slice(signature).map_err(|_| KeyError::BadSignature)?;
                key.verify(message, &signature).map_err(|_| KeyError::BadSignature)
            }
        }
    }

    /// The device that holds this key.
    pub fn device(&self) -> DeviceId {
        DeviceId::from_bytes(first16(&[&self.bytes]))
    }

    /// The register that was born with this key.
    pub fn register(&self) -> RegisterId {
        RegisterId::from_bytes(first16(&[&self.bytes]))
    }

    /// The journal of this key's installation in an operation.
    pub fn journal(&self, nonce: &[u8; 16], operation: &OperationId) -> JournalId {
        JournalId::from_bytes(first16(&[&self.bytes, nonce, operation.as_bytes()]))
    }
}

fn first16(parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let mut id = [0; 16];
    id.copy_from_slice(digest.first_chunk::<16>().unwrap_or(&[0; 16]));
    id
}

/// SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A key that signs. Never printed, never serialised except by [`SecretKey::seed`].
#[derive(Clone)]
pub struct SecretKey(SecretKind);

#[derive(Clone)]
enum SecretKind {
    Ed(Box<ed25519_dalek::SigningKey>),
    P256(Box<p256::ecdsa::SigningKey>),
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(hidden)")
    }
}

impl SecretKey {
    /// An Ed25519 key from 32 random bytes.
    pub fn ed25519(seed: &[u8; 32]) -> Self {
        Self(SecretKind::Ed(Box::new(ed25519_dalek::SigningKey::from_bytes(seed))))
    }

    /// A P-256 key from 32 random bytes.
    pub fn p256(seed: &[u8; 32]) -> Result<Self, KeyError> {
        p256::ecdsa::SigningKey::from_slice(seed)
            .map(|key| Self(SecretKind::P256(Box::new(key))))
            .map_err(|_| KeyError::Malformed)
    }

    /// The 32 bytes it was made from, for the place that keeps it.
    pub fn seed(&self) -> [u8; 32] {
        match &self.0 {
            SecretKind::Ed(key) => key.to_bytes(),
            SecretKind::P256(key) => key.to_bytes().into(),
        }
    }

    /// Its public half.
    pub fn public(&self) -> PublicKey {
        match &self.0 {
            SecretKind::Ed(key) => {
                let public = key.verifying_key();
                PublicKey { bytes: public.to_bytes().to_vec(), kind: PublicKind::Ed(Box::new(public)) }
            }
            SecretKind::P256(key) => {
                let public = *key.verifying_key();
                PublicKey {
                    bytes: public.to_sec1_point(true).as_bytes().to_vec(),
                    kind: PublicKind::P256(Box::new(public)),
                }
            }
        }
    }

    /// Signs a message; 64 bytes.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.0 {
            SecretKind::Ed(key) => key.sign(message).to_bytes().to_vec(),
            SecretKind::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn both_algorithms_sign_and_refuse_a_changed_message() {
        for secret in [SecretKey::ed25519(&[7; 32]), SecretKey::p256(&[7; 32]).unwrap()] {
            let public = PublicKey::from_bytes(secret.public().as_bytes()).unwrap();
            let signature = secret.sign(b"one");
            assert_eq!(public.verify(b"one", &signature), Ok(()));
            assert_eq!(public.verify(b"two", &signature), Err(KeyError::BadSignature));
            assert_eq!(public.verify(b"one", signature.get(..63).unwrap()), Err(KeyError::BadSignature));
        }
    }

    #[test]
    fn bytes_that_are_no_key_are_refused() {
        assert_eq!(PublicKey::from_bytes(&[1; 31]), Err(KeyError::Malformed));
        assert_eq!(PublicKey::from_bytes(&[0; 32]), Err(KeyError::Malformed));
        assert_eq!(PublicKey::from_bytes(&[9; 33]), Err(KeyError::Malformed));
    }
}
