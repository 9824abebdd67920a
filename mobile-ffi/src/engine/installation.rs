//! The installation: a random number in a place that no backup reaches, compared at every opening. If it is missing or another one, this
//! store was restored or cloned; going on in the same journal could say two things under one number, so a new journal begins.

use ploughshare_core::ids::JournalId;
use ploughshare_core::keys::{PublicKey, SecretKey, sha256};
use zeroize::Zeroizing;

use super::{Engine, Session};
use crate::error::TabletError;
use crate::model::Enrolment;
use crate::platform::{KeyVault, Platform};
use crate::store::{Result, journals, kv};

/// Name of the device's key in the vault.
pub(super) const DEVICE_KEY: &str = "device.key";
/// Name of the secret that opens bundles, in the vault.
pub(super) const BUNDLE_KEY: &str = "bundle.key";
/// Name of the installation's number in the vault.
pub(super) const INSTALLATION: &str = "installation";

/// The device's key, if this device still has it.
pub(super) fn device_key(vault: &dyn KeyVault) -> Result<Option<SecretKey>> {
    let Some(seed) = vault.load(DEVICE_KEY)?.map(Zeroizing::new) else { return Ok(None) };
    let seed = Zeroizing::new(<[u8; 32]>::try_from(seed.as_slice()).map_err(|_| TabletError::damaged("a key"))?);
    Ok(Some(SecretKey::ed25519(&seed)))
}

impl Session {
    /// The session of an enrolment.
    pub(super) fn load(enrolment: Enrolment, vault: &dyn KeyVault) -> Result<Self> {
        let damaged = || TabletError::damaged("an enrolment");
        let register_key = hex::decode(&enrolment.register_key).map_err(|_| damaged())?;
        let device = enrolment.device.parse().map_err(|_| damaged())?;
        Ok(Self {
            register: enrolment.register_id.parse().map_err(|_| damaged())?,
            register_key: PublicKey::from_bytes(&register_key).map_err(|_| damaged())?,
            operation: enrolment.operation.parse().map_err(|_| damaged())?,
            officer: enrolment.officer.parse().map_err(|_| damaged())?,
            device,
            // A key that makes another device is as good as none.
            key: device_key(vault)?.filter(|key| key.public().device() == device),
            enrolment,
        })
    }

    /// The key, or what to do without it.
    pub(super) fn key(&self) -> Result<&SecretKey> {
        self.key.as_ref().ok_or_else(|| {
            TabletError::new(
                crate::error::ErrorKind::NotEnrolled,
                "enrol.key_missing",
                "this device does not hold the key that the store was enrolled with; the store was probably restored from a backup",
                "What is stored can be read. Ask the administrator for a new ticket and enrol again.",
            )
        })
    }
}

/// Makes sure that new entries go to a journal which only this installation writes.
pub(super) fn settle(engine: &mut Engine, platform: &dyn Platform, vault: &dyn KeyVault) -> Result<()> {
    let nonce = vault.load(INSTALLATION)?;
    if fits(engine, nonce.as_deref())? { Ok(()) } else { begin_journal(engine, &fresh_number(platform, vault)?) }
}

/// Whether the number of the vault is the one that the open journal was made with. Without a key there is no journal to be made.
pub(super) fn fits(engine: &Engine, nonce: Option<&[u8]>) -> Result<bool> {
    if engine.session()?.key.is_none() {
        return Ok(true);
    }
    let known = kv::get(engine.store.read(), kv::INSTALLATION)?;
    let open = journals::open(engine.store.read())?;
    let same = nonce.map(|n| sha256(n).to_vec()) == known && known.is_some();
    Ok(same && open.is_some_and(|j| nonce == Some(&j.nonce[..])))
}

/// A new number in the vault, for [`begin_journal`]. The vault is the platform's: nothing is locked while it is asked.
pub(super) fn fresh_number(platform: &dyn Platform, vault: &dyn KeyVault) -> Result<[u8; 16]> {
    let nonce: [u8; 16] =
        platform.random(16)?.try_into().map_err(|_| TabletError::internal("the platform gave too few random bytes"))?;
    vault.store(INSTALLATION, nonce.to_vec())?;
    Ok(nonce)
}

/// Begins a new journal, marked as going on after the one that was open. Its number is durable before the journal is.
pub(super) fn begin_journal(engine: &mut Engine, nonce: &[u8; 16]) -> Result<()> {
    let session = engine.session.as_ref().ok_or_else(TabletError::not_enrolled)?;
    let journal: JournalId = session.key()?.public().journal(nonce, &session.operation);
    let tx = engine.store.write()?;
    let before = journals::open(&tx)?;
    journals::begin(&tx, &journal, nonce, before.map(|j| j.id).as_ref())?;
    kv::put(&tx, kv::INSTALLATION, &sha256(nonce))?;
    tx.commit()?;
    Ok(())
}
