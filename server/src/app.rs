//! What every part of the server is given: the store, the register's key, the clock, the settings.

use std::path::PathBuf;
use std::sync::Arc;

use ploughshare_core::ids::RegisterId;
use ploughshare_core::keys::SecretKey;
use tokio::sync::{Notify, watch};

use crate::clock::{Clock, SystemClock};
use crate::keyfile::{self, KeyFileError};
use crate::persons::Persons;
use crate::store::{Store, StoreError, Target};

/// How the server is set up; see `config` for where it comes from.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the databases are.
    pub target: Target,
    /// File with the register's secret key; by default `keys/register.key` in the data directory.
    pub key_file: Option<PathBuf>,
    /// File with the secrets for records of people; by default `person.key` beside the register's key.
    pub person_key_file: Option<PathBuf>,
    /// Records of people that a device may bring.
    pub persons_per_device: u32,
    /// Days after which a record of a person is due for erasure; none is named unless asked for.
    pub person_retention_days: Option<u32>,
    /// How long a device's or person's token is good for, in minutes.
    pub token_minutes: u32,
    /// How long a tablet may work without contact, in days (7 to 90).
    pub lease_days: u32,
    /// Bytes of refused segments kept as evidence for each device; beyond it only hash and reason.
    pub evidence_quota_bytes: u64,
    /// Requests a minute that a device may make.
    pub requests_per_minute: u32,
    /// Bytes a minute that a device may bring.
    pub bytes_per_minute: u64,
}

impl Settings {
    /// The defaults, on a database.
    pub fn new(target: Target) -> Self {
        Self {
            target,
            key_file: None,
            person_key_file: None,
            persons_per_device: 20_000,
            person_retention_days: None,
            token_minutes: 15,
            lease_days: 30,
            evidence_quota_bytes: 4 * 1024 * 1024,
            requests_per_minute: 600,
            bytes_per_minute: 64 * 1024 * 1024,
        }
    }
}

/// Why the server could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The register's key.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// The database belongs to a register with another key.
    #[error(
        "this database belongs to register {database}, but the key file is that of register {key}; nothing was changed. Point --key-file at the key of this register"
    )]
    OtherRegister {
        /// Register of the database.
        database: RegisterId,
        /// Register of the key.
        key: RegisterId,
    },
}

impl AppError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Key(error) => error.code(),
            Self::OtherRegister { .. } => "start.other_register",
        }
    }
}

/// The server's parts.
pub struct App {
    /// Both databases.
    pub store: Store,
    /// Who we are.
    pub register: RegisterId,
    /// The register's key.
    pub key: SecretKey,
    /// The secrets for records of people, or why they cannot be used.
    pub persons: Persons,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// How the server is set up.
    pub settings: Settings,
    /// Wakes the projector; a hint only, it also looks by itself.
    pub wake: Notify,
    /// How far the projector is, as the next audit leaf that it will look at.
    pub projected: watch::Sender<u64>,
}

impl core::fmt::Debug for App {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("App").field("register", &self.register).finish_non_exhaustive()
    }
}

impl App {
    /// Opens the store and the register's key; both are made when they are not there yet.
    pub async fn open(settings: Settings) -> Result<Arc<Self>, AppError> {
        Self::open_with(settings, Arc::new(SystemClock)).await
    }

    /// The same with another clock.
    pub async fn open_with(settings: Settings, clock: Arc<dyn Clock>) -> Result<Arc<Self>, AppError> {
        let store = Store::open(&settings.target).await?;
        let key = keyfile::load_or_create(&keyfile::path(&settings))?;
        let register = key.public().register();
        let kept = store.feed.query_one("select value from register_meta where key = 'register'", &[]).await?;
        if let Some(row) = kept {
            let database = RegisterId::from_bytes(row.array(0)?);
            if database != register {
                return Err(AppError::OtherRegister { database, key: register });
            }
        } else {
            let mut tx = store.feed.begin_write().await?;
            let row = crate::vals!["register", register.as_bytes()];
            tx.insert_missing("register_meta", &["key", "value"], vec![row]).await?;
            tx.commit().await?;
        }
        let persons = Persons::open(&store.feed, &keyfile::person_path(&settings)).await?;
        Ok(Arc::new(Self {
            store,
            register,
            key,
            persons,
            clock,
            settings,
            wake: Notify::new(),
            projected: watch::Sender::new(0),
        }))
    }

    /// Microseconds since the Unix epoch.
    pub fn now_us(&self) -> i64 {
        self.clock.now_us()
    }

    /// Milliseconds since the Unix epoch.
    pub fn now_ms(&self) -> i64 {
        self.clock.now_us() / 1000
    }

    /// Random bytes from the operating system. Without them nothing here is safe, so their absence ends the process.
    #[expect(clippy::expect_used, reason = "there is no safe way to go on without randomness")]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        bytes
    }

    /// The origin line of a log's checkpoints.
    pub fn log_origin(&self, log: &str) -> String {
        ploughshare_core::audit::checkpoint::origin(&self.register.to_string(), log)
    }
}
