//! Bundles: the exchange as files, for memory cards and for whoever carries them.

mod carry;
mod export;
mod import;

pub use export::BundleFor;
pub(super) use export::revoked;
pub(super) use import::nothing;

use ploughshare_core::bundle::{BundleError, age_secret};
use zeroize::Zeroizing;

use super::Tablet;
use super::installation::BUNDLE_KEY;
use crate::error::TabletError;
use crate::store::Result;

impl From<BundleError> for TabletError {
    fn from(error: BundleError) -> Self {
        let hint = match &error {
            BundleError::TooSmall { .. } => "Nothing was written. Allow larger files with --max-bytes.",
            BundleError::Version { .. } => "Nothing was taken in. Update this program.",
            _ => "Nothing was taken in. Copy the file again from where it was made.",
        };
        Self::refused(error.code(), error.to_string(), hint)
    }
}

impl Tablet {
    /// The secret that opens bundles for this tablet; made once, durable before anybody hears of it.
    fn bundle_seed(&self) -> Result<Zeroizing<[u8; 32]>> {
        if self.vault.load(BUNDLE_KEY)?.is_none() {
            self.vault.store(BUNDLE_KEY, self.platform.random(32)?)?;
        }
        let seed = self.vault.load(BUNDLE_KEY)?.map(Zeroizing::new);
        let seed = seed.ok_or_else(|| TabletError::internal("the key for bundles was not kept"))?;
        Ok(Zeroizing::new(seed.as_slice().try_into().map_err(|_| TabletError::damaged("a key"))?))
    }

    pub(super) fn bundle_key(&self) -> Result<age::x25519::Identity> {
        let secret = age_secret(&*self.bundle_seed()?).ok_or_else(|| TabletError::damaged("a key"))?;
        secret.parse().map_err(|_| TabletError::damaged("a key"))
    }
}

fn no_key(whose: &str) -> TabletError {
    TabletError::refused(
        "bundle.no_key",
        format!("this tablet does not know to which key bundles for {whose} are sealed"),
        "Nothing was written. Sync once, or take in a bundle of the register first.",
    )
}
