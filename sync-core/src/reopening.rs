//! The keys of a tablet's store on their way: from the tablet to the register in escrow, and back when the register opens it again. Both ways
//! sealed with age, to the register's key and to a fresh key of the tablet; this is what stands inside.
//!
//! ```text
//! "ploughshare tablet keys v1\n" ‖ register (16) ‖ device (16) ‖ { key id (1) ‖ key (32) } …
//! ```
//!
//! The first line keeps these apart from all else that is sealed to the same key.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::ids::{DeviceId, RegisterId};

const HEAD: &[u8] = b"ploughshare tablet keys v1\n";
/// Most keys of one store.
const MOST: usize = 16;

/// The keys of a tablet's store.
pub struct Keys {
    /// The register that may open it.
    pub register: RegisterId,
    /// The tablet that sealed them.
    pub device: DeviceId,
    /// Each key with its id.
    pub keys: BTreeMap<u8, Zeroizing<[u8; 32]>>,
}

impl core::fmt::Debug for Keys {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Keys").field("device", &self.device).finish_non_exhaustive()
    }
}

/// Bytes that are no keys of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these are no keys of a tablet's store")]
pub struct NoKeys;

impl NoKeys {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        "reopen.no_keys"
    }
}

impl Keys {
    /// As they are sealed.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(HEAD.len() + 32 + self.keys.len() * 33));
        bytes.extend_from_slice(HEAD);
        bytes.extend_from_slice(self.register.as_bytes());
        bytes.extend_from_slice(self.device.as_bytes());
        for (id, key) in &self.keys {
            bytes.push(*id);
            bytes.extend_from_slice(key.as_slice());
        }
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NoKeys> {
        let rest = bytes.strip_prefix(HEAD).ok_or(NoKeys)?;
        let (register, rest) = rest.split_first_chunk::<16>().ok_or(NoKeys)?;
        let (device, mut rest) = rest.split_first_chunk::<16>().ok_or(NoKeys)?;
        let mut keys = BTreeMap::new();
        while let Some((id, after)) = rest.split_first() {
            let (key, after) = after.split_first_chunk::<32>().ok_or(NoKeys)?;
            if keys.len() == MOST || keys.insert(*id, Zeroizing::new(*key)).is_some() {
                return Err(NoKeys);
            }
            rest = after;
        }
        let (register, device) = (RegisterId::from_bytes(*register), DeviceId::from_bytes(*device));
        if keys.is_empty() { Err(NoKeys) } else { Ok(Self { register, device, keys }) }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn keys_read_back_and_nothing_else_is_taken_for_keys() {
        let keys = BTreeMap::from([(1, Zeroizing::new([7; 32])), (2, Zeroizing::new([8; 32]))]);
        let device = DeviceId::from_bytes([2; 16]);
        let bytes = Keys { register: RegisterId::from_bytes([1; 16]), device, keys }.to_bytes();
        let back = Keys::from_bytes(&bytes).unwrap();
        assert_eq!((back.device, back.keys.len(), back.to_bytes()), (device, 2, bytes.clone()));
        assert_eq!(format!("{back:?}"), format!("Keys {{ device: {device:?}, .. }}"));
        for cut in (0..bytes.len()).filter(|cut| *cut != bytes.len() - 33) {
            assert_eq!(Keys::from_bytes(bytes.get(..cut).unwrap()).unwrap_err(), NoKeys);
        }
        let twice = [bytes.as_slice(), bytes.get(bytes.len() - 33..).unwrap()].concat();
        assert!(Keys::from_bytes(&twice).is_err());
    }
}
