//! The tablet as an app holds it: opened, suspended while the app is in the background, closed. Every call goes through one gate, which
//! leaves the caller's thread at once and turns a panic into an error.

mod carried;
mod custody;
mod documents;
mod gate;
mod life;
mod marking;
mod network;
mod officers;
mod peers;
mod rounds;
mod touched;

use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use self::carried::BundleWritten;
use self::gate::Core;
pub use self::peers::PeerPort;
use super::cancel::CancelHandle;
use super::error::AppError;
use super::events::{EventBatch, EventObserver, Subscription};
use super::host::{DeviceClock, HttpTransport, KeyVault};
use super::runtime;

/// How to open a tablet.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct OpenConfig {
    /// Folder of the store, the app's own and outside backups; made if it is not there. One tablet is enrolled in one operation and has a
    /// folder of its own.
    pub data_dir: String,
    /// Most bytes of statements carried up in one request, 900,000 if not said. It adapts downwards on a bad link.
    #[uniffi(default)]
    pub up_bytes: Option<u64>,
    /// Most bytes of statements asked for in one request, 900,000 if not said.
    #[uniffi(default)]
    pub down_bytes: Option<u64>,
    /// Minutes after which an officer who does nothing is signed out, 10 if not said.
    #[uniffi(default)]
    pub idle_minutes: Option<u32>,
    /// How long one request may take before it is given up and sent again smaller, in ms.
    #[uniffi(default = 60000)]
    pub request_timeout_ms: u64,
}

/// How a tablet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum TabletState {
    /// It works.
    Open,
    /// It holds no file open and waits to be resumed.
    Suspended,
    /// It is at its end; open it anew.
    Closed,
}

/// The officer who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SignedIn {
    /// Their id.
    pub officer: String,
    /// Their name.
    pub name: String,
}

/// A tablet: its store, its keys, and what it knows of who may do what. Share it between threads and screens; saving never waits for
/// the network.
#[derive(uniffi::Object)]
pub struct Tablet {
    pub(super) core: Arc<Core>,
}

/// The folder is this tablet's alone until the file is dropped.
fn alone(folder: &Path) -> Result<File, AppError> {
    let access = |error: std::io::Error| {
        let advice = "Name a folder that the app may write.";
        AppError::storage("storage.access", &format!("the store folder cannot be used: {error}"), advice)
    };
    std::fs::create_dir_all(folder).map_err(access)?;
    let path = folder.join("app.lock");
    let file = File::options().create(true).truncate(false).write(true).open(path).map_err(access)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let advice = "Use the tablet that is open, or close it first.";
            Err(AppError::storage("tablet.open_elsewhere", "this store is open already", advice))
        }
        Err(TryLockError::Error(error)) => Err(access(error)),
    }
}

#[uniffi::export]
impl Tablet {
    /// Opens or makes a tablet. `clock` may be left out where the system's is good enough.
    #[uniffi::constructor(default(clock = None))]
    pub async fn open(
        config: OpenConfig,
        transport: Arc<dyn HttpTransport>,
        vault: Arc<dyn KeyVault>,
        clock: Option<Arc<dyn DeviceClock>>,
    ) -> Result<Arc<Self>, AppError> {
        let core = runtime::waiting(move || Core::open(config, transport, vault, clock)).await?;
        Ok(Arc::new(Self { core }))
    }

    /// How it is. Answers at once.
    pub fn state(&self) -> TabletState {
        self.core.state()
    }

    /// Gives up what talks to the register, waits until what is being saved is saved, and lets go of every file and key. Call it when the
    /// app goes into the background; iOS ends an app that holds a database open while it sleeps. An officer who is signed in is signed out.
    pub async fn suspend(&self) -> Result<(), AppError> {
        self.core.suspend().await
    }

    /// Opens the store again after [`suspend`](Self::suspend).
    pub async fn resume(&self) -> Result<(), AppError> {
        self.core.resume().await
    }

    /// Ends it: the same as suspending, for good. May be called more than once.
    pub async fn shutdown(&self) -> Result<(), AppError> {
        self.core.close().await
    }

    /// Deletes the keys and then the store, for a tablet that is handed on. Work that the register has not receipted is lost; unless
    /// `unsent_too` says that this is wanted, a tablet that holds any is left as it is.
    #[uniffi::method(default(unsent_too = false))]
    pub async fn wipe(&self, unsent_too: bool) -> Result<(), AppError> {
        self.core.wipe(unsent_too).await
    }

    /// Tells an observer what happens from now on, in batches, one after the other.
    pub fn subscribe(&self, observer: Arc<dyn EventObserver>) -> Result<Arc<Subscription>, AppError> {
        self.core.hub.subscribe(observer)
    }

    /// Where events that happen from now on begin, for [`next_events`](Self::next_events).
    pub fn event_cursor(&self) -> u64 {
        self.core.hub.cursor()
    }

    /// The events from a cursor on: at once if there are some, else as soon as something happens, else an empty batch after `wait_ms`. This
    /// is what a Kotlin Flow or a Swift AsyncSequence is made of. `max` is 256 at most.
    #[uniffi::method(default(max = 256, wait_ms = 30000, cancel = None))]
    pub async fn next_events(
        &self,
        cursor: u64,
        max: u32,
        wait_ms: u64,
        cancel: Option<Arc<CancelHandle>>,
    ) -> Result<EventBatch, AppError> {
        let (hub, patience) = (Arc::clone(&self.core.hub), Duration::from_millis(wait_ms));
        // The timer needs the runtime; who gives up waiting leaves nothing behind but a task that ends with its time.
        let waiting = runtime::handle()?.spawn(async move {
            let given_up = async {
                match &cancel {
                    Some(cancel) => cancel.used().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = given_up => None,
                batch = hub.next(cursor, max, Some(patience)) => Some(batch),
            }
        });
        let _ends_with_the_call = AbortOnDrop(waiting.abort_handle());
        match waiting.await {
            Ok(Some(batch)) => Ok(batch),
            Ok(None) => Err(AppError::cancelled()),
            Err(_) => Err(AppError::internal("waiting for events ended", None)),
        }
    }
}

struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Drop for Tablet {
    fn drop(&mut self) {
        self.core.let_go();
    }
}
