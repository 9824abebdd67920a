//! Opening the store of a tablet again that has sealed itself, because it was too long without contact, was revoked, or lost its vault. The
//! tablet holds a copy of its keys that was sealed to this register; whoever proves to be that tablet, and was not revoked, gets them back,
//! sealed to a key made for the purpose. Anybody else needs a registrar's word, which holds once. Each opening is a leaf of the audit log.
//!
//! No key is kept here, and none is in an error, a log line or a leaf.

use std::str::FromStr as _;

use ploughshare_core::audit::{Leaf, LeafError};
use ploughshare_core::ids::DeviceId;
use ploughshare_core::reopening::Keys;

use crate::app::App;
use crate::persons::PersonsError;
use crate::store::audit_log::{self, Log};
use crate::store::{StoreError, identity, reopenings};

/// Why a store stays sealed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReopenError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A leaf could not be written.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// The register's key to which tablets seal is not here.
    #[error(transparent)]
    Keys(#[from] PersonsError),
    /// Not sealed to this register, changed, or no keys of a store.
    #[error("these sealed bytes are no keys of a tablet's store that were sealed to this register")]
    BadEscrow,
    /// Not a key that one can seal to.
    #[error("`recipient` is an X25519 key as age writes it: `age1…`")]
    BadRecipient,
    /// Another tablet's store, or a revoked one, and no registrar allowed it.
    #[error("a registrar has to allow this: `ploughshare device reopen {0}`")]
    NotAllowed(DeviceId),
    /// No such device.
    #[error("there is no such device")]
    UnknownDevice,
}

impl ReopenError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Leaf(error) => error.code(),
            Self::Keys(error) => error.code(),
            Self::BadEscrow => "reopen.bad_escrow",
            Self::BadRecipient => "reopen.bad_recipient",
            Self::NotAllowed(_) => "reopen.not_allowed",
            Self::UnknownDevice => "device.unknown",
        }
    }
}

/// Opens an escrow for the tablet that asks, and seals the keys to its fresh key.
#[tracing::instrument(name = "device.reopen", skip_all, fields(device = %by))]
pub async fn reopen(
    app: &App,
    by: &DeviceId,
    revoked: bool,
    escrow: &[u8],
    recipient: &str,
) -> Result<Vec<u8>, ReopenError> {
    let recipient = age::x25519::Recipient::from_str(recipient).map_err(|_| ReopenError::BadRecipient)?;
    let plain = app.persons.ready()?.unseal(escrow).ok_or(ReopenError::BadEscrow)?;
    let keys = Keys::from_bytes(&plain).map_err(|_| ReopenError::BadEscrow)?;
    if keys.register != app.register {
        return Err(ReopenError::BadEscrow);
    }
    let now = app.now_us();
    let mut tx = app.store.feed.begin_write().await?;
    let allowed = reopenings::use_up(&mut tx, &keys.device, by, now).await?;
    if !allowed && (revoked || keys.device != *by) {
        tx.rollback().await?;
        return Err(ReopenError::NotAllowed(keys.device));
    }
    let leaf = Leaf::new("device.reopened", now, &by.to_string(), &keys.device.to_string())
        .fact("because", if allowed { "registrar" } else { "contact" })
        .encode()?;
    audit_log::append(&mut tx, Log::Audit, &[leaf]).await?;
    let sealed = age::encrypt(&recipient, &keys.to_bytes()).map_err(|_| ReopenError::BadRecipient)?;
    tx.commit().await?;
    Ok(sealed)
}

/// Allows the store that a tablet sealed to be opened once, by itself or by another. `false` if that was allowed already.
pub async fn allow(app: &App, actor: &str, device: &DeviceId, by: &DeviceId) -> Result<bool, ReopenError> {
    let now = app.now_us();
    let mut tx = app.store.feed.begin_write().await?;
    for known in [device, by] {
        if identity::device(&mut tx, known).await?.is_none() {
            return Err(ReopenError::UnknownDevice);
        }
    }
    if !reopenings::allow(&mut tx, device, by, now).await? {
        return Ok(false);
    }
    let leaf = Leaf::new("device.reopening_allowed", now, actor, &device.to_string()).fact("by", by).encode()?;
    audit_log::append(&mut tx, Log::Audit, &[leaf]).await?;
    tx.commit().await?;
    Ok(true)
}
