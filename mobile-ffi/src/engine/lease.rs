//! The lease of the tablet: for how many days it works without contact with the register. When it is over, the store seals itself: its key
//! goes, the copy sealed to the register stays, nothing is wiped. The register opens it again at the next contact.
//!
//! What the lease counts by lies in the vault, beside the key that it guards, so that an older store put back does not lengthen it. What is
//! used of it only grows: by how long the device has run since it was last looked at, which nobody can set. Over a restart it grows by how
//! far the wall clock went on, or by the time since the start, whichever is more: a clock set back takes nothing away. Where the platform
//! does not tell its start, only the wall clock is counted, and set forward it seals early, which costs a sync.

use ploughshare_core::policy::DEVICE_LEASE_DAYS;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::officers::{DAY_MS, Stamp};
use super::{Engine, Session, Tablet};
use crate::error::TabletError;
use crate::model::Enrolment;
use crate::platform::{KeyVault, Platform};
use crate::store::keys::{self, Why};
use crate::store::{Result, kv};

/// Name of the lease in the vault.
pub(super) const LEASE: &str = "lease";
/// Name of the enrolment in the vault: how a sealed tablet finds its register.
pub(super) const CONTACT: &str = "contact";
/// The lease is looked at when one of the clocks has moved by so much, in ms.
const LOOK_MS: i64 = 60_000;
/// What is used is kept when it has grown by so much, in ms.
const KEEP_MS: i64 = 10 * 60_000;

/// The lease as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lease {
    /// For how many days.
    days: i64,
    /// How much of them is used, in ms.
    used_ms: i64,
    /// When that was last looked at.
    at: Stamp,
}

impl Lease {
    /// A whole one, from now on.
    fn whole(days: i64, now: &Stamp) -> Self {
        Self { days, used_ms: 0, at: now.clone() }
    }

    /// The same, looked at now.
    fn looked_at(&self, now: &Stamp) -> Self {
        let same_start = now.boot.as_ref().zip(self.at.boot.as_ref()).is_some_and(|(now, then)| now.0 == then.0);
        let by_wall = if same_start { 0 } else { now.wall_ms.saturating_sub(self.at.wall_ms) };
        let passed = now.since(&self.at).max(by_wall).max(0);
        Self { days: self.days, used_ms: self.used_ms.saturating_add(passed), at: now.clone() }
    }

    /// What is left, in ms.
    pub(super) fn left_ms(&self, now: &Stamp) -> i64 {
        self.days.saturating_mul(DAY_MS).saturating_sub(self.looked_at(now).used_ms).max(0)
    }

    fn load(vault: &dyn KeyVault) -> Result<Option<Self>> {
        // A torn one counts as none: it is made anew from what the store knows.
        Ok(vault.load(LEASE)?.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    fn keep(&self, vault: &dyn KeyVault) -> Result<()> {
        let bytes = serde_json::to_vec(self).map_err(|error| TabletError::internal(error.to_string()))?;
        Ok(vault.store(LEASE, bytes)?)
    }
}

/// Wall clock and monotonic time when the lease was last looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Looked {
    wall_ms: i64,
    monotonic_ms: i64,
}

/// The enrolment that the vault holds.
pub(super) fn contact(vault: &dyn KeyVault) -> Result<Option<Enrolment>> {
    let Some(bytes) = vault.load(CONTACT)?.map(Zeroizing::new) else { return Ok(None) };
    serde_json::from_slice(&bytes).map(Some).map_err(|_| TabletError::damaged("an enrolment"))
}

/// Keeps the enrolment in the vault.
pub(super) fn keep_contact(vault: &dyn KeyVault, enrolment: &Enrolment) -> Result<()> {
    let bytes = serde_json::to_vec(enrolment).map_err(|error| TabletError::internal(error.to_string()))?;
    Ok(vault.store(CONTACT, bytes)?)
}

/// Takes up the lease of an open, enrolled store.
pub(super) fn settle(engine: &mut Engine, vault: &dyn KeyVault, now: &Stamp) -> Result<()> {
    let lease = if let Some(lease) = Lease::load(vault)? {
        lease
    } else {
        let wall_ms = kv::number(engine.store.read(), kv::LAST_SYNC)?.unwrap_or(now.wall_ms);
        let heard = Stamp { wall_ms, boot: None };
        let lease = Lease::whole(engine.authority.policy(&DEVICE_LEASE_DAYS), &heard);
        lease.keep(vault)?;
        lease
    };
    engine.lease = Some(lease);
    if let Some(session) = &engine.session
        && contact(vault)?.is_none()
    {
        keep_contact(vault, &session.enrolment)?;
    }
    Ok(())
}

/// What has to be looked at in the vault, while nothing is locked.
pub(super) struct Due {
    lease: Lease,
    now: Stamp,
    keeps_key: bool,
}

/// What was found there.
pub(super) struct Found {
    lease: Lease,
    over: Option<bool>,
}

/// Whether it is time to look at the lease: once in a while, as the clocks go.
pub(super) fn due(engine: &mut Engine, platform: &dyn Platform) -> Result<Option<Due>> {
    let Some(lease) = engine.lease.clone().filter(|_| engine.is_open().is_ok()) else { return Ok(None) };
    let (wall_ms, monotonic_ms) = (platform.now_ms()?, platform.monotonic_ms()? as i64);
    let moved = |now: i64, then: i64| now.abs_diff(then) >= LOOK_MS.unsigned_abs();
    if !moved(wall_ms, engine.looked.wall_ms) && !moved(monotonic_ms, engine.looked.monotonic_ms) {
        return Ok(None);
    }
    engine.looked = Looked { wall_ms, monotonic_ms };
    let keeps_key = keys::keeps_key(engine.store.read(), Why::Lease)?;
    Ok(Some(Due { lease, now: Stamp::read(platform)?, keeps_key }))
}

/// Looks at the lease as the vault has it, and takes the key out of the vault when it is over.
pub(super) fn look(due: Due, vault: &dyn KeyVault) -> Result<Found> {
    let Due { lease, now, keeps_key } = due;
    // Another program on the same store may have heard the register meanwhile.
    let lease = Lease::load(vault)?.unwrap_or(lease);
    let looked = lease.looked_at(&now);
    let over = looked.left_ms(&now) == 0;
    let used = looked.used_ms.saturating_sub(lease.used_ms);
    let moved = over || used >= KEEP_MS || now.wall_ms.abs_diff(lease.at.wall_ms) >= KEEP_MS.unsigned_abs();
    let lease = if moved { looked } else { lease };
    if moved {
        lease.keep(vault)?;
    }
    if over {
        drop_key(vault, keeps_key)?;
    }
    Ok(Found { lease, over: over.then_some(keeps_key) })
}

/// Goes on with what was found: in a sealed store, when the lease is over.
pub(super) fn found(engine: &mut Engine, found: Found) -> Result<()> {
    match found.over {
        None => engine.lease = Some(found.lease),
        Some(kept) if engine.is_open().is_ok() => sealed(engine, Why::Lease, kept)?,
        Some(_) => {}
    }
    Ok(())
}

/// The wrapping key goes from the vault, unless nobody else could ever open the store.
fn drop_key(vault: &dyn KeyVault, kept: bool) -> Result<()> {
    if !kept {
        vault.remove(keys::STORE_KEY)?;
    }
    Ok(())
}

/// The store is sealed: what was read under its key goes from memory.
fn sealed(engine: &mut Engine, why: Why, kept: bool) -> Result<()> {
    engine.session = None;
    engine.authority = ploughshare_core::decision::Authority::default();
    engine.decisions = -1;
    engine.lease = None;
    keys::seal(engine.store.read(), why, kept)
}

impl Tablet {
    /// Seals the store: its key goes from the vault first, and then what was wrapped under it.
    pub(super) fn seal_store(&self, why: Why) -> Result<()> {
        let kept = keys::keeps_key(self.engine().store.read(), why)?;
        drop_key(self.vault.as_ref(), kept)?;
        sealed(&mut self.engine(), why, kept)
    }

    /// The register was heard: the lease begins again, with what the programme rules now.
    pub(super) fn renew_lease(&self) -> Result<()> {
        let days = self.engine().authority.policy(&DEVICE_LEASE_DAYS);
        let lease = Lease::whole(days, &Stamp::read(self.platform.as_ref())?);
        lease.keep(self.vault.as_ref())?;
        self.engine().lease = Some(lease);
        Ok(())
    }
}

/// The device's key and the enrolment of a tablet whose store is sealed.
pub(super) fn sealed_session(vault: &dyn KeyVault) -> Result<Option<Session>> {
    contact(vault)?.map(|enrolment| Session::load(enrolment, vault)).transpose()
}
