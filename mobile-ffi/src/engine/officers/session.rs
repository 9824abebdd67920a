//! Signing in: a PIN opens one officer's key, and until the session is dropped, or nothing was done for some minutes, everything said on this
//! tablet is that officer's word. A lock in the store's folder, which the system takes back from a program that was killed, keeps a second key closed, in this program and in any
//! other.

use core::fmt;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ploughshare_core::document::attestation::Attestation;
use ploughshare_core::ids::OfficerId;
use ploughshare_core::keys::SecretKey;

use super::delay::{Stamp, lease_left_ms};
use super::pin::Pin;
use super::{is_revoked, lease_days, officers};
use crate::engine::{Engine, Tablet};
use crate::error::{ErrorKind, TabletError};
use crate::store::{Result, kv};

/// Name of the file that is locked while a key is open.
pub(in crate::engine) const LOCK: &str = "officer.lock";

/// Who speaks on this tablet: nobody in particular, or the officer who is signed in.
#[derive(Clone, Default)]
pub(crate) struct Speaking(Arc<Mutex<Voice>>);

#[derive(Default)]
enum Voice {
    #[default]
    Nobody,
    /// Their key, and when it was last needed, by the monotonic clock.
    Open { officer: OfficerId, key: SecretKey, used_ms: u64 },
    /// Signed out because nothing was done for long; until they are signed out by hand too, nobody speaks in their place.
    Idle,
}

impl Speaking {
    fn voice(&self) -> MutexGuard<'_, Voice> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

fn idle() -> TabletError {
    TabletError::refused(
        "officer.idle",
        "the officer was signed out because nothing was done for long",
        "Nothing was saved. Sign in again with the PIN.",
    )
}

impl Tablet {
    /// The officer who is signed in. Whoever did nothing for too long is signed out, and their key is forgotten at once.
    pub(in crate::engine) fn speaker(&self) -> Result<Option<OfficerId>> {
        let now_ms = self.platform.monotonic_ms()?;
        let mut voice = self.speaking.voice();
        match &mut *voice {
            Voice::Nobody => Ok(None),
            Voice::Open { officer, used_ms, .. } if now_ms.saturating_sub(*used_ms) < self.idle_ms => {
                *used_ms = now_ms;
                Ok(Some(*officer))
            }
            Voice::Open { .. } | Voice::Idle => {
                *voice = Voice::Idle;
                Err(idle())
            }
        }
    }

    /// Whether an officer is signed in still. An app asks now and then, so that a tablet that lies about forgets the key.
    pub fn is_signed_in(&self) -> Result<bool> {
        let now_ms = self.platform.monotonic_ms()?;
        let mut voice = self.speaking.voice();
        let open = matches!(&*voice, Voice::Open { used_ms, .. } if now_ms.saturating_sub(*used_ms) < self.idle_ms);
        if !open && matches!(&*voice, Voice::Open { .. }) {
            *voice = Voice::Idle;
        }
        Ok(open)
    }
}

/// No other key is open while this is held.
pub(in crate::engine) fn alone(dir: &Path) -> Result<File> {
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

/// An officer who is signed in. Their key is overwritten and the lock given back when this is dropped.
pub struct OfficerSession {
    pub(in crate::engine) officer: OfficerId,
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
        *self.speaking.voice() = Voice::Nobody;
    }
}

impl OfficerSession {
    /// The officer's id.
    pub fn officer(&self) -> String {
        self.officer.to_string()
    }

    /// Signs with their key.
    pub(in crate::engine) fn signed(&self, word: Attestation) -> Result<Attestation> {
        match &*self.speaking.voice() {
            Voice::Open { key, .. } => Ok(word.signed(key)),
            Voice::Nobody | Voice::Idle => Err(idle()),
        }
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
        let used_ms = self.platform.monotonic_ms()?;
        *self.speaking.voice() = Voice::Open { officer: id, key, used_ms };
        let (public_key, name, speaking) = (row.public_key, row.name, self.speaking.clone());
        Ok(OfficerSession { officer: id, public_key, name, speaking, _alone: alone })
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
        self.speaker()?;
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
