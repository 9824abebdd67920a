//! Challenges without state: what the register hands out, it can recognise. Proof of possession is the device's signature over one.
//!
//! ```text
//! challenge = base16( made at, ms (8 B) ‖ random (16 B) ‖ SHA-256( key ‖ made at ‖ random ‖ device ) )
//! ```

use ploughshare_core::ids::DeviceId;
use ploughshare_core::keys::{SecretKey, sha256};
use subtle::ConstantTimeEq as _;

/// How long a challenge is good for, in ms.
pub const LIFETIME_MS: i64 = 120_000;
/// How far ahead of us another server process may have been when it made one, in ms.
const AHEAD_MS: i64 = 5_000;
const LEN: usize = 8 + 16 + 32;

/// Makes and recognises challenges. Server processes with one register key recognise each other's.
#[derive(Clone)]
pub struct Challenges([u8; 32]);

impl Challenges {
    /// With a key derived from the register's.
    pub fn new(register: &SecretKey) -> Self {
        Self(derive(register, "ploughshare challenge key v1"))
    }

    /// A fresh challenge for a device.
    pub fn make(&self, device: &DeviceId, now_ms: i64, random: &[u8; 16]) -> String {
        let made = now_ms.to_be_bytes();
        hex::encode([made.as_slice(), random, &self.tag(made, random, device)].concat())
    }

    /// Whether this is one of ours for this device, and still good.
    pub fn recognise(&self, challenge: &str, device: &DeviceId, now_ms: i64) -> bool {
        let mut bytes = [0; LEN];
        if hex::decode_to_slice(challenge, &mut bytes).is_err() {
            return false;
        }
        let Some((made, rest)) = bytes.split_first_chunk::<8>() else { return false };
        let Some((random, tag)) = rest.split_first_chunk::<16>() else { return false };
        let ours: bool = self.tag(*made, random, device).as_slice().ct_eq(tag).into();
        let age = now_ms.saturating_sub(i64::from_be_bytes(*made));
        ours && (-AHEAD_MS..=LIFETIME_MS).contains(&age)
    }

    /// All inputs have fixed lengths, and the whole of the hash is never given out with the key in front known: an extension would not fit.
    fn tag(&self, made: [u8; 8], random: &[u8; 16], device: &DeviceId) -> [u8; 32] {
        sha256(&[self.0.as_slice(), &made, random, device.as_bytes()].concat())
    }
}

/// What a device signs to prove that it holds its key.
pub fn message(challenge: &str) -> Vec<u8> {
    format!("ploughshare device proof v1\n{challenge}").into_bytes()
}

/// A key for another purpose, derived from the register's.
pub(super) fn derive(register: &SecretKey, purpose: &str) -> [u8; 32] {
    sha256(&[purpose.as_bytes(), b"\n", &register.seed()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_good_for_its_device_for_two_minutes() {
        let ours = Challenges::new(&SecretKey::ed25519(&[1; 32]));
        let device = DeviceId::from_bytes([2; 16]);
        let text = ours.make(&device, 1_000_000, &[3; 16]);
        assert!(ours.recognise(&text, &device, 1_000_000));
        assert!(ours.recognise(&text, &device, 1_000_000 + LIFETIME_MS));
        assert!(!ours.recognise(&text, &device, 1_000_001 + LIFETIME_MS));
        assert!(!ours.recognise(&text, &device, 1_000_000 - AHEAD_MS - 1));
        assert!(!ours.recognise(&text, &DeviceId::from_bytes([4; 16]), 1_000_000));
        assert!(!Challenges::new(&SecretKey::ed25519(&[9; 32])).recognise(&text, &device, 1_000_000));
        assert!(!ours.recognise("", &device, 1_000_000));
        let altered = text.replacen('0', "1", 1);
        assert!(!ours.recognise(&altered, &device, 1_000_000));
    }
}
