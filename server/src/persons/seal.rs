//! Opening what a tablet sealed, and sealing it anew under a key of its own.
//!
//! ```text
//! sealed  = nonce (24) ‖ XChaCha20-Poly1305(data key, padded plain form; AAD = "ploughshare person record v1" ‖ hash ‖ operation)
//! wrapped = nonce (24) ‖ XChaCha20-Poly1305(master key, data key;       AAD = "ploughshare person key v1"    ‖ hash ‖ operation)
//! ```
//!
//! The data key is random and stands nowhere but in `wrapped`: whoever deletes that has erased the record, in every copy of `sealed`.

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use ploughshare_core::ids::{OperationId, PersonHash};
use ploughshare_core::person::PersonRecord;
use zeroize::Zeroizing;

use super::{PersonKeys, PersonsError};

const NONCE: usize = 24;

/// A record as it is kept.
pub(super) struct Sealed {
    pub sealed: Vec<u8>,
    pub wrapped: Vec<u8>,
}

/// Opens what a tablet sealed and checks what it says.
pub(super) fn open(keys: &PersonKeys, bytes: &[u8]) -> Result<PersonRecord, PersonsError> {
    let plain = age::decrypt(&keys.identity, bytes).map_err(|error| match error {
        age::DecryptError::NoMatchingKeys => PersonsError::WrongKey,
        _ => PersonsError::Damaged,
    })?;
    PersonRecord::from_bytes(&Zeroizing::new(plain)).map_err(PersonsError::BadRecord)
}

/// Seals a record under a fresh key, and wraps that.
pub(super) fn seal(
    keys: &PersonKeys,
    hash: &PersonHash,
    operation: &OperationId,
    record: &PersonRecord,
) -> Result<Sealed, PersonsError> {
    let data_key = Zeroizing::new(random::<32>()?);
    let sealed = encrypt(&data_key, &about(b"ploughshare person record v1", hash, operation), &record.to_bytes())?;
    let wrapped = encrypt(&keys.master, &about(b"ploughshare person key v1", hash, operation), data_key.as_slice())?;
    Ok(Sealed { sealed, wrapped })
}

/// Opens a record that is kept.
pub(super) fn unseal(
    keys: &PersonKeys,
    hash: &PersonHash,
    operation: &OperationId,
    kept: &Sealed,
) -> Result<PersonRecord, PersonsError> {
    let data_key = decrypt(&keys.master, &about(b"ploughshare person key v1", hash, operation), &kept.wrapped)?;
    let data_key: Zeroizing<[u8; 32]> =
        Zeroizing::new(data_key.as_slice().try_into().map_err(|_| PersonsError::Unreadable)?);
    let plain = decrypt(&data_key, &about(b"ploughshare person record v1", hash, operation), &kept.sealed)?;
    PersonRecord::from_bytes(&plain).map_err(|_| PersonsError::Unreadable)
}

fn about(what: &[u8], hash: &PersonHash, operation: &OperationId) -> Vec<u8> {
    [what, hash.as_bytes(), operation.as_bytes()].concat()
}

fn random<const N: usize>() -> Result<[u8; N], PersonsError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| PersonsError::NoRandomness)?;
    Ok(bytes)
}

fn encrypt(key: &[u8; 32], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, PersonsError> {
    let nonce = random::<NONCE>()?;
    let cipher = XChaCha20Poly1305::new(key.into());
    let payload = Payload { msg: plain, aad };
    let mut bytes = nonce.to_vec();
    bytes.extend(cipher.encrypt((&nonce).into(), payload).map_err(|_| PersonsError::Unreadable)?);
    Ok(bytes)
}

fn decrypt(key: &[u8; 32], aad: &[u8], bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, PersonsError> {
    let (nonce, text) = bytes.split_first_chunk::<NONCE>().ok_or(PersonsError::Unreadable)?;
    let cipher = XChaCha20Poly1305::new(key.into());
    let plain = cipher.decrypt(nonce.into(), Payload { msg: text, aad }).map_err(|_| PersonsError::Unreadable)?;
    Ok(Zeroizing::new(plain))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use ploughshare_core::person::Person;

    fn keys() -> PersonKeys {
        let identity = age::x25519::Identity::generate();
        let recipient = identity.to_public().to_string();
        PersonKeys { identity, master: Zeroizing::new(random().unwrap()), recipient }
    }

    fn record() -> PersonRecord {
        Person::from_json(&serde_json::json!({ "name": "Zqx Canary" })).unwrap().check(None).unwrap()
    }

    #[test]
    fn a_record_that_is_kept_opens_as_itself_alone_under_its_own_name_operation_and_keys() {
        let (keys, hash, operation) = (keys(), PersonHash::from_bytes([1; 32]), OperationId::from_bytes([2; 16]));
        let kept = seal(&keys, &hash, &operation, &record()).unwrap();
        assert_eq!(unseal(&keys, &hash, &operation, &kept).unwrap(), record());
        let other_hash = PersonHash::from_bytes([3; 32]);
        assert!(unseal(&keys, &other_hash, &operation, &kept).is_err());
        assert!(unseal(&keys, &hash, &OperationId::from_bytes([3; 16]), &kept).is_err());
        assert!(unseal(&self::keys(), &hash, &operation, &kept).is_err());
        let second = seal(&keys, &hash, &operation, &record()).unwrap();
        let crossed = Sealed { sealed: kept.sealed.clone(), wrapped: second.wrapped };
        assert!(unseal(&keys, &hash, &operation, &crossed).is_err(), "every record has a key of its own");
        for at in 0..kept.sealed.len() {
            let mut sealed = kept.sealed.clone();
            sealed[at] ^= 1;
            let flipped = Sealed { sealed, wrapped: kept.wrapped.clone() };
            assert_eq!(unseal(&keys, &hash, &operation, &flipped).unwrap_err().code(), "person.unreadable");
        }
    }

    #[test]
    fn what_was_sealed_to_another_key_or_changed_is_told_apart() {
        let (ours, theirs) = (keys(), keys());
        let sealed = age::encrypt(&ours.identity.to_public(), &record().to_bytes()).unwrap();
        assert_eq!(open(&ours, &sealed).unwrap(), record());
        assert_eq!(open(&theirs, &sealed).unwrap_err().code(), "person.wrong_key");
        for at in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[at] ^= 1;
            let code = open(&ours, &flipped).unwrap_err().code();
            assert!(matches!(code, "person.damaged" | "person.wrong_key"), "byte {at}: {code}");
        }
        let cut = open(&ours, &sealed[..sealed.len() - 1]).unwrap_err();
        assert_eq!(cut.code(), "person.damaged");
        let empty = age::encrypt(&ours.identity.to_public(), b"no record").unwrap();
        assert_eq!(open(&ours, &empty).unwrap_err().code(), "person.bad_record");
    }
}
