//! How one value is sealed at rest.
//!
//! ```text
//! sealed = key id (1) ‖ nonce (24) ‖ XChaCha20-Poly1305(value; AAD = format ‖ place ‖ 0 ‖ key of the row ‖ key id)
//! mark   = first 16 bytes of HMAC-SHA256(what ‖ 0 ‖ text): finds an exact serial or tag without saying it
//! ```
//!
//! A value opens only where it was written: in another row, in another column, or under another version of this format it does not.
//! Nonces are 16 random bytes of this opening of the store and a count, so that a platform's randomness is asked once.

use std::cell::Cell;
use std::collections::BTreeMap;

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::Result;
use crate::error::TabletError;

/// Version of the form of sealed values; part of what each is bound to.
const FORMAT: &[u8] = b"ploughshare tablet record v1\0";
/// Bytes of a nonce.
const NONCE: usize = 24;
/// Bytes of a mark.
pub(crate) const MARK: usize = 16;

/// The data key of a store.
pub(crate) type DataKey = Zeroizing<[u8; 32]>;

/// What one data key gives: a cipher for values, a key for marks, and one for files.
struct Purpose {
    data: DataKey,
    records: XChaCha20Poly1305,
    marks: Zeroizing<[u8; 32]>,
    files: Zeroizing<[u8; 32]>,
}

/// The keys of an open store, by id. What is written is sealed with the newest.
pub(crate) struct Keyring {
    keys: BTreeMap<u8, Purpose>,
    prefix: [u8; 16],
    count: Cell<u64>,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keyring").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}

fn derived(data_key: &DataKey, purpose: &[u8]) -> Result<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, data_key.as_slice())
        .expand(purpose, key.as_mut_slice())
        .map_err(|_| TabletError::internal("a key of the wrong length"))?;
    Ok(key)
}

impl Purpose {
    fn of(data_key: &DataKey) -> Result<Self> {
        let records = derived(data_key, b"ploughshare tablet records v1")?;
        let records = XChaCha20Poly1305::new_from_slice(records.as_slice())
            .map_err(|_| TabletError::internal("a key of the wrong length"))?;
        let marks = derived(data_key, b"ploughshare tablet marks v1")?;
        let files = derived(data_key, b"ploughshare tablet files v1")?;
        Ok(Self { data: data_key.clone(), records, marks, files })
    }
}

fn bound(place: &str, row: &[u8], id: u8) -> Vec<u8> {
    [FORMAT, place.as_bytes(), &[0], row, &[id]].concat()
}

impl Keyring {
    /// The keys that these data keys give; `prefix` is random.
    pub(super) fn new(data_keys: &BTreeMap<u8, DataKey>, prefix: [u8; 16]) -> Result<Self> {
        let keys = data_keys.iter().map(|(id, key)| Ok((*id, Purpose::of(key)?))).collect::<Result<_>>()?;
        Ok(Self { keys, prefix, count: Cell::new(0) })
    }

    /// The data keys themselves, for the copy that is sealed to the register.
    pub(super) fn data_keys(&self) -> BTreeMap<u8, DataKey> {
        self.keys.iter().map(|(id, key)| (*id, key.data.clone())).collect()
    }

    /// The keys of files.
    pub(super) fn file_keys(&self) -> BTreeMap<u8, Zeroizing<[u8; 32]>> {
        self.keys.iter().map(|(id, key)| (*id, key.files.clone())).collect()
    }

    fn nonce(&self) -> [u8; NONCE] {
        let count = self.count.get();
        self.count.set(count.wrapping_add(1));
        let mut nonce = [0; NONCE];
        let bytes = self.prefix.iter().copied().chain(count.to_be_bytes());
        nonce.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        nonce
    }

    /// Seals a value for one place: a column, and the key of the row.
    pub(super) fn seal(&self, place: &str, row: &[u8], value: &[u8]) -> Result<Vec<u8>> {
        let missing = || TabletError::internal("a store without a key");
        let (id, key) = self.keys.last_key_value().ok_or_else(missing)?;
        let nonce = self.nonce();
        let payload = Payload { msg: value, aad: &bound(place, row, *id) };
        let sealed = key.records.encrypt(&nonce.into(), payload);
        let sealed = sealed.map_err(|_| TabletError::internal("a value could not be sealed"))?;
        Ok([&[*id], nonce.as_slice(), &sealed].concat())
    }

    /// Opens a value of that place. Whatever was altered, moved or cut does not open.
    pub(super) fn unseal(&self, place: &str, row: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let damaged = || TabletError::damaged("a sealed value");
        let (id, rest) = sealed.split_first().ok_or_else(damaged)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or_else(damaged)?;
        let key = self.keys.get(id).ok_or_else(damaged)?;
        let payload = Payload { msg: sealed, aad: &bound(place, row, *id) };
        key.records.decrypt(&(*nonce).into(), payload).map(Zeroizing::new).map_err(|_| damaged())
    }

    /// The mark of a text: the same for the same text on this tablet, and nothing to anybody without its key.
    pub(super) fn mark(&self, what: &str, text: &[u8]) -> Result<[u8; MARK]> {
        let missing = || TabletError::internal("a store without a key");
        let (_, key) = self.keys.first_key_value().ok_or_else(missing)?;
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key.marks.as_slice()).map_err(|_| missing())?;
        mac.update(what.as_bytes());
        mac.update(&[0]);
        mac.update(text);
        mac.finalize().into_bytes().first_chunk::<MARK>().copied().ok_or_else(missing)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn ring(ids: &[u8]) -> Keyring {
        let keys = ids.iter().map(|id| (*id, Zeroizing::new([*id; 32]))).collect();
        Keyring::new(&keys, [9; 16]).unwrap()
    }

    #[test]
    fn a_value_opens_in_its_own_place_and_nowhere_else() {
        let ring = ring(&[1]);
        let sealed = ring.seal("entries.bytes", b"row 1", b"AB 12345").unwrap();
        assert_eq!(ring.unseal("entries.bytes", b"row 1", &sealed).unwrap().as_slice(), b"AB 12345");
        for (place, row) in [("entries.bytes", "row 2"), ("kv.value", "row 1"), ("entries.byte", "srow 1")] {
            assert_eq!(ring.unseal(place, row.as_bytes(), &sealed).unwrap_err().code, "storage.damaged");
        }
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert_eq!(ring.unseal("entries.bytes", b"row 1", &altered).unwrap_err().code, "storage.damaged");
            assert_eq!(ring.unseal("entries.bytes", b"row 1", &sealed[..at]).unwrap_err().code, "storage.damaged");
        }
    }

    #[test]
    fn no_two_values_share_a_nonce_and_an_older_key_still_opens() {
        let old = ring(&[1]);
        let (a, b) = (old.seal("p", b"", b"x").unwrap(), old.seal("p", b"", b"x").unwrap());
        assert_ne!(a[1..25], b[1..25]);
        let rotated = ring(&[1, 2]);
        assert_eq!(rotated.unseal("p", b"", &a).unwrap().as_slice(), b"x");
        let new = rotated.seal("p", b"", b"x").unwrap();
        assert_eq!((a[0], new[0]), (1, 2));
        assert_eq!(old.unseal("p", b"", &new).unwrap_err().code, "storage.damaged");
        assert_eq!(old.mark("serial", b"AB1").unwrap(), rotated.mark("serial", b"AB1").unwrap());
    }

    #[test]
    fn a_mark_depends_on_what_it_marks_and_on_the_key() {
        let (one, two) = (ring(&[1]), ring(&[2]));
        assert_ne!(one.mark("serial", b"AB1").unwrap(), one.mark("tag", b"AB1").unwrap());
        assert_ne!(one.mark("serial", b"AB1").unwrap(), two.mark("serial", b"AB1").unwrap());
    }
}
