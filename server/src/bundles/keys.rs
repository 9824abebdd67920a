//! The register's own bundle key. It is made from the register's key, so that there is no second file to lose: whoever holds the one
//! opens what was sealed to the other, and tablets learn it from the decision that opens their operation.

use ploughshare_core::bundle::age_secret;
use ploughshare_core::keys::sha256;
use zeroize::Zeroizing;

use super::BundlesError;
use crate::app::App;

/// What opens bundles for the register.
pub(super) fn identity(app: &App) -> Result<age::x25519::Identity, BundlesError> {
    let seed = Zeroizing::new(app.key.seed());
    let parts = Zeroizing::new([b"ploughshare register bundle key v1".as_slice(), seed.as_slice()].concat());
    let secret = age_secret(&Zeroizing::new(sha256(&parts))).ok_or(BundlesError::Damaged)?;
    secret.parse().map_err(|_| BundlesError::Damaged)
}

/// To what tablets seal bundles for the register, as age writes it.
pub fn recipient(app: &App) -> Option<String> {
    identity(app).ok().map(|identity| identity.to_public().to_string())
}
