//! What the register publishes for tablets is signed alike: COSE_Sign1 by the register's key over deterministic CBOR, with external data that
//! says what it is, so that nothing signed for one purpose can stand for another.

use coset::{CborSerializable as _, CoseSign1, CoseSign1Builder, HeaderBuilder, iana};

use crate::cbor::{self, Value};
use crate::keys::{PublicKey, SecretKey};

/// Why bytes are not what the register signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unsigned {
    /// Not COSE_Sign1 over deterministic CBOR.
    Malformed,
    /// The signature does not fit.
    BadSignature,
}

/// Signs a value with the register's key.
pub(crate) fn sign(about: &[u8], value: &Value, key: &SecretKey) -> Vec<u8> {
    CoseSign1Builder::new()
        .protected(HeaderBuilder::new().algorithm(iana::Algorithm::EdDSA).build())
        .payload(cbor::encode(value))
        .create_signature(about, |message| key.sign(message))
        .build()
        .to_vec()
        .unwrap_or_default()
}

/// Checks the signature, and gives the value with the bytes that were signed.
pub(crate) fn verify(about: &[u8], bytes: &[u8], key: &PublicKey) -> Result<(Value, Vec<u8>), Unsigned> {
    let cose = CoseSign1::from_slice(bytes).map_err(|_| Unsigned::Malformed)?;
    cose.verify_signature(about, |signature, message| key.verify(message, signature))
        .map_err(|_| Unsigned::BadSignature)?;
    let payload = cose.payload.ok_or(Unsigned::Malformed)?;
    let value = cbor::decode(&payload).map_err(|_| Unsigned::Malformed)?;
    Ok((value, payload))
}
