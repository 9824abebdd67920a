//! An officer's secret key as it is kept: sealed with what the officer knows and with what only this device has.
//!
//! ```text
//! key that seals = Argon2id(PIN, salt, secret of the platform's vault; parameters stored beside it)
//! sealed         = XChaCha20-Poly1305(seed; nonce; bound to parameters, device, public key and officer)
//! ```
//!
//! A copy of the store without the vault's secret opens with no PIN; with both, each guess costs one Argon2id.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use ploughshare_core::ids::{DeviceId, OfficerId};
use ploughshare_core::keys::SecretKey;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::pin::Pin;
use crate::error::TabletError;
use crate::platform::Platform;
use crate::store::Result;

/// Memory in KiB, passes and lanes of a new seal: what OWASP asks for, and bearable on a small tablet.
pub(super) const COST: Cost = Cost { memory_kib: 19 * 1024, passes: 2, lanes: 1 };
/// Most that a store may ask for: damaged numbers must not take the device's memory.
const MOST: Cost = Cost { memory_kib: 256 * 1024, passes: 16, lanes: 8 };

/// What deriving the key costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cost {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
}

/// A sealed key as it stands in the store. Nothing of it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wrapped {
    pub cost: Cost,
    pub salt: Vec<u8>,
    pub nonce: Vec<u8>,
    pub sealed: Vec<u8>,
}

/// What a seal is bound to: a sealed key moved to another row, officer or device does not open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound<'a> {
    /// `None` until the register has said whose ticket it was.
    pub officer: Option<OfficerId>,
    pub device: DeviceId,
    pub public_key: &'a [u8],
}

impl Bound<'_> {
    fn bytes(&self, cost: Cost) -> Vec<u8> {
        let mut bytes = b"ploughshare officer key seal v1\n".to_vec();
        for number in [cost.memory_kib, cost.passes, cost.lanes] {
            bytes.extend(number.to_be_bytes());
        }
        bytes.extend(self.device.as_bytes());
        bytes.extend((self.public_key.len() as u64).to_be_bytes());
        bytes.extend(self.public_key);
        bytes.extend(self.officer.iter().flat_map(|officer| *officer.as_bytes()));
        bytes
    }
}

fn damaged() -> TabletError {
    TabletError::damaged("an officer's key")
}

fn sealer(cost: Cost, salt: &[u8], pin: &Pin, secret: &[u8]) -> Result<XChaCha20Poly1305> {
    if cost.memory_kib > MOST.memory_kib || cost.passes > MOST.passes || cost.lanes > MOST.lanes {
        return Err(damaged());
    }
    let mut key = Zeroizing::new([0; 32]);
    Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(key.len()))
        .and_then(|params| Argon2::new_with_secret(secret, Algorithm::Argon2id, Version::V0x13, params))
        .and_then(|argon2| argon2.hash_password_into(pin.as_bytes(), salt, &mut *key))
        .map_err(|_| damaged())?;
    XChaCha20Poly1305::new_from_slice(&*key).map_err(|_| TabletError::internal("a key of the wrong length"))
}

/// Seals a key under a PIN and a secret of the vault, with a new salt.
pub(super) fn wrap(
    key: &SecretKey,
    pin: &Pin,
    secret: &[u8],
    bound: Bound<'_>,
    platform: &dyn Platform,
) -> Result<Wrapped> {
    let (salt, nonce) = (platform.random(16)?, platform.random(24)?);
    let short = || TabletError::internal("the platform gave too few random bytes");
    let nonce_bytes = <[u8; 24]>::try_from(nonce.as_slice()).map_err(|_| short())?;
    let seed = Zeroizing::new(key.seed());
    let aad = bound.bytes(COST);
    let sealed = sealer(COST, &salt, pin, secret)?
        .encrypt(&nonce_bytes.into(), Payload { msg: &*seed, aad: &aad })
        .map_err(|_| TabletError::internal("a key could not be sealed"))?;
    Ok(Wrapped { cost: COST, salt, nonce, sealed })
}

/// Opens a sealed key; `None` when it does not open: a wrong PIN, another secret, or altered bytes, which nobody can tell apart.
pub(super) fn unwrap(wrapped: &Wrapped, pin: &Pin, secret: &[u8], bound: Bound<'_>) -> Result<Option<SecretKey>> {
    let nonce = <[u8; 24]>::try_from(wrapped.nonce.as_slice()).map_err(|_| damaged())?;
    let aad = bound.bytes(wrapped.cost);
    let opened = sealer(wrapped.cost, &wrapped.salt, pin, secret)?
        .decrypt(&nonce.into(), Payload { msg: &wrapped.sealed, aad: &aad });
    let Ok(seed) = opened.map(Zeroizing::new) else { return Ok(None) };
    let seed = Zeroizing::new(<[u8; 32]>::try_from(seed.as_slice()).map_err(|_| damaged())?);
    let key = SecretKey::ed25519(&seed);
    if key.public().as_bytes() == bound.public_key { Ok(Some(key)) } else { Err(damaged()) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::platform::SystemPlatform;

    const SECRET: [u8; 32] = [3; 32];

    fn opens(wrapped: &Wrapped, pin: &str, secret: &[u8], bound: Bound<'_>) -> bool {
        matches!(unwrap(wrapped, &pin.into(), secret, bound), Ok(Some(_)))
    }

    #[test]
    fn a_key_opens_with_its_pin_its_vault_its_device_and_its_officer_only() {
        let key = SecretKey::ed25519(&[7; 32]);
        let public = key.public();
        let officer = OfficerId::from_bytes([1; 16]);
        let bound =
            Bound { officer: Some(officer), device: DeviceId::from_bytes([2; 16]), public_key: public.as_bytes() };
        let wrapped = wrap(&key, &"274183".into(), &SECRET, bound, &SystemPlatform::default()).unwrap();
        assert!(!wrapped.sealed.windows(8).any(|piece| piece == [7; 8]), "the seed is not in the clear");
        assert_eq!((wrapped.cost.memory_kib, wrapped.cost.passes), (19_456, 2));
        let opened = unwrap(&wrapped, &"274183".into(), &SECRET, bound).unwrap().unwrap();
        assert_eq!(opened.public(), public);
        assert!(!opens(&wrapped, "274184", &SECRET, bound));
        assert!(!opens(&wrapped, "274183", &[4; 32], bound), "the vault of another device");
        assert!(!opens(&wrapped, "274183", &SECRET, Bound { officer: None, ..bound }));
        assert!(!opens(&wrapped, "274183", &SECRET, Bound { officer: Some(OfficerId::from_bytes([9; 16])), ..bound }));
        assert!(!opens(&wrapped, "274183", &SECRET, Bound { device: DeviceId::from_bytes([9; 16]), ..bound }));
        let other = SecretKey::ed25519(&[8; 32]).public();
        assert!(!opens(&wrapped, "274183", &SECRET, Bound { public_key: other.as_bytes(), ..bound }));
    }

    #[test]
    fn no_flipped_byte_opens_and_damaged_numbers_take_no_memory() {
        let key = SecretKey::ed25519(&[7; 32]);
        let public = key.public();
        let bound = Bound { officer: None, device: DeviceId::from_bytes([2; 16]), public_key: public.as_bytes() };
        let wrapped = wrap(&key, &"274183".into(), &SECRET, bound, &SystemPlatform::default()).unwrap();
        let parts: [fn(&mut Wrapped) -> &mut Vec<u8>; 3] = [|w| &mut w.salt, |w| &mut w.nonce, |w| &mut w.sealed];
        for part in parts {
            let length = part(&mut wrapped.clone()).len();
            // The salt goes through Argon2id, so three of its bytes stand for all.
            for at in (0..length).step_by(7) {
                let mut flipped = wrapped.clone();
                if let Some(byte) = part(&mut flipped).get_mut(at) {
                    *byte ^= 1;
                }
                assert!(!opens(&flipped, "274183", &SECRET, bound));
            }
            let mut cut = wrapped.clone();
            part(&mut cut).pop();
            assert!(!opens(&cut, "274183", &SECRET, bound));
        }
        for cost in [Cost { memory_kib: u32::MAX, ..COST }, Cost { passes: 17, ..COST }, Cost { lanes: 0, ..COST }] {
            let error = unwrap(&Wrapped { cost, ..wrapped.clone() }, &"274183".into(), &SECRET, bound).unwrap_err();
            assert_eq!(error.code, "storage.damaged");
        }
        let weaker = Wrapped { cost: Cost { memory_kib: 1024, ..COST }, ..wrapped };
        assert!(!opens(&weaker, "274183", &SECRET, bound));
    }
}
