//! Signing in: a PIN opens one officer's key, and until the session is dropped everything said on this tablet is that officer's word. A
//! lock in the store's folder, which the system takes back from a program that was killed, keeps a second key closed, in this program and in any
//! other.

use core::fmt;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use ploughshare_core::ids::OfficerId;
use ploughshare_core::keys::SecretKey;

use super::delay::{Stamp, lease_left_ms};
use super::pin::Pin;
use super::{is_revoked, lease_days, officers};
use crate::engine::{Engine, Tablet};
use crate::error::{ErrorKind, TabletError};
use crate::store::{Result, kv};

/// Name of the file that is locked while a key is open.
const LOCK: &str = "officer.lock";

/// Who speaks on this tablet: nobody in particular, or the officer who is signed in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Speaking(Arc<Mutex<Option<OfficerId>>>);

impl Speaking {
    /// The officer who is signed in.
    pub(crate) fn now(&self) -> Option<OfficerId> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, officer: Option<OfficerId>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = officer;
    }

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// No other key is open while this is held.
pub(super) fn alone(dir: &Path) -> Result<File> {
    let failed = |error: std::io::Error| {
        TabletError::new(
            ErrorKind::Storage,
            "storage.access",
            format!("the lock for officers' keys cannot be had: {error}"),
            "Nothing was saved. Check that the store folder may be written.",
        )
    };
    let file = File::options().create(true).truncate(false).write(true).open(dir.join(LOCK)).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(TabletError::refused(
            "officer.another_open",
            "an officer is signed in on this tablet",
            "Nothing was saved. That officer signs out first.",
        )),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// An officer who is signed in. The key is overwritten and the lock given back when this is dropped.
pub struct OfficerSession {
    pub(in crate::engine) officer: OfficerId,
    pub(in crate::engine) key: SecretKey,
    public_key: Vec<u8>,
    name: String,
    speaking: Speaking,
    _alone: File,
}

impl fmt::Debug for OfficerSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OfficerSession").field("officer", &self.officer).finish_non_exhaustive()
    }
}

impl Drop for OfficerSession {
    fn drop(&mut self) {
        self.speaking.set(None);
    }
}

impl OfficerSession {
    /// The officer's id.
    pub fn officer(&self) -> String {
        self.officer.to_string()
    }

    /// Their name, as the register said it.
    pub fn name(&self) -> String {
        self.name.clone()
    }
}

fn revoked() -> TabletError {
    TabletError::refused(
        "officer.key_revoked",
        "the register has revoked this officer's key",
        "Nothing was saved. Recording goes on without it; ask the administrator for a ticket to make a new one.",
    )
}

impl Tablet {
    /// Signs an officer in with their PIN. Until the session is dropped, everything that is said on this tablet is said by them.
    pub fn sign_in(&self, officer: &str, pin: &Pin) -> Result<OfficerSession> {
        let row = self.officer_named(officer)?;
        let alone = alone(&self.dir)?;
        let Some(id) = row.officer else {
            return Err(TabletError::refused(
                "officer.pending",
                "the register does not know this key yet",
                "Nothing was saved. Add the officer again with the same ticket and PIN when there is a link.",
            ));
        };
        {
            let mut engine = self.engine();
            engine.refresh_authority()?;
            if is_revoked(&engine.authority, &row.public_key) {
                return Err(revoked());
            }
            let known = engine.authority.officer_keys.get(&row.public_key);
            if known.is_some_and(|known| engine.session.as_ref().is_some_and(|s| s.device != known.device)) {
                return Err(TabletError::refused(
                    "officer.other_device",
                    "the key was made when this tablet was enrolled as another device",
                    "Nothing was saved. Ask the administrator for a ticket and add the officer again.",
                ));
            }
        }
        let key = self.open_key(&row, pin)?;
        self.speaking.set(Some(id));
        let (public_key, name, speaking) = (row.public_key, row.name, self.speaking.clone());
        Ok(OfficerSession { officer: id, key, public_key, name, speaking, _alone: alone })
    }

    /// Whether an officer who signed in here can sign now: the session is of this tablet, the key not revoked, its lease not over.
    pub(in crate::engine) fn may_sign(&self, engine: &Engine, session: &OfficerSession) -> Result<()> {
        if !session.speaking.is(&self.speaking) {
            return Err(TabletError::refused(
                "officer.other_tablet",
                "the officer is signed in on another tablet",
                "Nothing was saved. Sign in here.",
            ));
        }
        let conn = engine.store.read();
        let now = Stamp::read(self.platform.as_ref())?;
        let row = officers::all(conn)?.into_iter().find(|row| row.public_key == session.public_key);
        let row = row.ok_or_else(|| TabletError::not_found("officer", &session.name))?;
        if is_revoked(&engine.authority, &row.public_key) {
            return Err(revoked());
        }
        let seen = kv::number(conn, kv::SEEN)?.unwrap_or(now.wall_ms);
        let days = lease_days(&row, &engine.authority);
        if lease_left_ms(days, &row.renewed, seen, &now) == 0 {
            return Err(TabletError::refused(
                "officer.lease_over",
                format!("the register was not heard for {days} days"),
                "Nothing was saved. Recording goes on; `sync` when there is a link, then this officer can sign again.",
            ));
        }
        Ok(())
    }
}
