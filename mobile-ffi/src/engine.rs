//! The tablet: one object over the store. Every call that saves is durable when it returns.

mod attest;
mod bundle;
mod deed;
mod enrol;
mod findings;
mod hints;
#[cfg(feature = "cli")]
mod import_file;
mod installation;
mod list;
mod models;
pub(crate) mod officers;
mod peer;
mod person;
mod photos;
mod procedures;
mod read;
mod record;
mod review;
mod seal;
mod status;
mod sync;
mod take;
mod token;
mod wipe;

pub use attest::{AttestProgress, Attesting};
pub use bundle::BundleFor;
pub use hints::unfit;
#[cfg(feature = "cli")]
pub use import_file::{ImportDone, ImportOptions, ImportProgress};
pub use models::models_builtin;
pub use officers::{OfficerSession, Pin};
pub use peer::{Invitation, PeerListener};
pub use procedures::*;
pub use record::{BatchOutcome, BatchRow};
pub(crate) use sync::{GIVEN_UP, given_up};
pub use sync::{SyncWatch, Unwatched};

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ploughshare_core::decision::Authority;
use ploughshare_core::document::Exceptions;
use ploughshare_core::ids::{DeviceId, DocId, OfficerId, OperationId, RegisterId};
use ploughshare_core::keys::{PublicKey, SecretKey};

use crate::error::TabletError;
use crate::model::{Enrolment, Originals, TabletConfig};
use crate::platform::{FileVault, KeyVault, Platform, SystemPlatform};
use crate::store::{Result, Store, decisions, kv};

/// Minutes after which an officer who does nothing is signed out, if the app does not say.
const IDLE_MINUTES: u32 = 10;

/// A tablet: its store, its key, and what it knows of who may do what. Share it between threads; saving never waits for the network.
pub struct Tablet {
    engine: Mutex<Engine>,
    /// One sync at a time.
    syncing: Mutex<()>,
    platform: Arc<dyn Platform>,
    vault: Arc<dyn KeyVault>,
    speaking: officers::Speaking,
    dir: PathBuf,
    idle_ms: u64,
    up_bytes: u64,
    down_bytes: u64,
    originals: Originals,
    keep_originals: bool,
}

/// What stands behind the lock.
struct Engine {
    store: Store,
    session: Option<Session>,
    authority: Authority,
    decisions: i64,
    clock: Clock,
    boot: [u8; 8],
    /// The latest wall clock time that was kept, ms since the Unix epoch.
    noted_ms: i64,
}

/// Who this tablet is, in the types of the core.
struct Session {
    enrolment: Enrolment,
    register: RegisterId,
    register_key: PublicKey,
    operation: OperationId,
    officer: OfficerId,
    device: DeviceId,
    /// Gone when a backup was restored onto another device.
    key: Option<SecretKey>,
}

/// The wall clock read through the monotonic one: while the two agree, steps of both are equal, and entries are smaller for it.
struct Clock {
    wall_ms: i64,
    monotonic_ms: u64,
}

/// Wall clock and monotonic time at one moment.
#[derive(Debug, Clone, Copy)]
struct Moment {
    claimed_ms: i64,
    monotonic_ms: u64,
}

impl Clock {
    /// Differences below this are jitter, not somebody setting the clock, in ms.
    const JITTER_MS: i64 = 20;

    fn read(&mut self, platform: &dyn Platform) -> Result<Moment> {
        let (wall, monotonic_ms) = (platform.now_ms()?, platform.monotonic_ms()?);
        let expected = self.wall_ms.saturating_add(monotonic_ms.saturating_sub(self.monotonic_ms) as i64);
        let claimed_ms = if (wall - expected).abs() <= Self::JITTER_MS {
            expected
        } else {
            *self = Self { wall_ms: wall, monotonic_ms };
            wall
        };
        Ok(Moment { claimed_ms, monotonic_ms })
    }
}

impl Engine {
    fn session(&self) -> Result<&Session> {
        self.session.as_ref().ok_or_else(TabletError::not_enrolled)
    }

    /// Reads the decisions again if another program that uses this store took in new ones.
    fn refresh_authority(&mut self) -> Result<()> {
        let count = decisions::count(self.store.read())?;
        if count != self.decisions {
            self.authority = decisions::authority(self.store.read())?;
            self.decisions = count;
        }
        Ok(())
    }
}

/// What folds on this tablet leave out: nothing. A tablet shows every admitted statement; what counts is said beside it.
pub(crate) fn exceptions(authority: &Authority) -> Exceptions {
    Exceptions::of(authority)
}

/// The newest decision held; none before the first.
fn newest_decision(authority: &Authority) -> Option<u64> {
    authority.next.checked_sub(1)
}

impl Tablet {
    /// Opens or makes a tablet's store with the operating system's clock, randomness and files.
    pub fn open(config: TabletConfig) -> Result<Self> {
        let vault = FileVault::new(&PathBuf::from(&config.dir).join("no-backup").to_string_lossy());
        Self::open_with(config, Arc::new(SystemPlatform::default()), Arc::new(vault))
    }

    /// Opens or makes a tablet's store on a platform's own clock, randomness and key storage.
    pub fn open_with(config: TabletConfig, platform: Arc<dyn Platform>, vault: Arc<dyn KeyVault>) -> Result<Self> {
        let store = Store::open(&PathBuf::from(&config.dir))?;
        let boot = platform
            .random(8)?
            .try_into()
            .map_err(|_| TabletError::internal("the platform gave too few random bytes"))?;
        let clock = Clock { wall_ms: platform.now_ms()?, monotonic_ms: platform.monotonic_ms()? };
        let authority = decisions::authority(store.read())?;
        let decisions = decisions::count(store.read())?;
        let mut engine = Engine { store, session: None, authority, decisions, clock, boot, noted_ms: i64::MIN };
        if let Some(bytes) = kv::get(engine.store.read(), kv::ENROLMENT)? {
            let enrolment = serde_json::from_slice(&bytes).map_err(|_| TabletError::damaged("an enrolment"))?;
            engine.session = Some(Session::load(enrolment, vault.as_ref())?);
            installation::settle(&mut engine, platform.as_ref(), vault.as_ref())?;
            review::catch_up(&mut engine, platform.now_ms()?)?;
        }
        Ok(Self {
            engine: Mutex::new(engine),
            syncing: Mutex::new(()),
            platform,
            vault,
            speaking: officers::Speaking::default(),
            dir: PathBuf::from(&config.dir),
            idle_ms: u64::from(config.idle_minutes.unwrap_or(IDLE_MINUTES)).saturating_mul(60_000),
            up_bytes: config.up_bytes.unwrap_or(900_000),
            down_bytes: config.down_bytes.unwrap_or(900_000),
            originals: config.originals,
            keep_originals: config.keep_originals,
        })
    }

    /// The engine. After a panic in an earlier call its transaction was rolled back, so that what is here is consistent.
    fn engine(&self) -> MutexGuard<'_, Engine> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who this tablet is, once it is enrolled.
    pub fn enrolment(&self) -> Option<Enrolment> {
        self.engine().session.as_ref().map(|s| s.enrolment.clone())
    }
}

/// A document by its id or by the beginning of its id (8 hex digits or more) where only one begins so.
fn document_id(conn: &rusqlite::Connection, text: &str) -> Result<DocId> {
    let text = text.trim().to_ascii_lowercase();
    if let Ok(id) = text.parse::<DocId>() {
        return Ok(id);
    }
    let hex = (8..32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    if !hex {
        return Err(TabletError::refused(
            "document.bad_id",
            "a document is named by its id: 32 hex digits, or at least the first 8",
            "Look the id up with `list`.",
        ));
    }
    match crate::store::query::by_prefix(conn, &text)?.as_slice() {
        [one] => Ok(*one),
        [] => Err(TabletError::not_found("document", &text)),
        _ => {
            Err(TabletError::refused("document.ambiguous", "several documents begin so", "Give more digits of the id."))
        }
    }
}
