//! Telling the app how far something long has come: the newest state, as fast as the app takes it, from outside every lock.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::error::{AppError, HostError};
use super::runtime;
use crate::engine::{AttestProgress, DeedProgress, SyncWatch};
use crate::model::SyncProgress;
use crate::transport::Transport;

/// How long the end of a call waits for a listener to hear the last state.
const LAST_WORD: Duration = Duration::from_secs(1);

/// How far something has come.
#[derive(Debug, Clone, Default, PartialEq, uniffi::Record)]
pub struct ProgressReport {
    /// Items of a deed that are done; nothing is saved before all are.
    pub items: u64,
    /// Of a sync: what it did so far and what is left. What was done is safe whatever happens to the rest.
    pub sync: Option<SyncProgress>,
}

/// Hears how far a call has come. States may be left out; the last is always told. What it throws is ignored.
#[uniffi::export(foreign)]
pub trait ProgressListener: Send + Sync {
    /// So far.
    fn advanced(&self, progress: ProgressReport) -> Result<(), HostError>;
}

/// The engine's side of a listener.
pub(super) struct Teller(watch::Sender<ProgressReport>);

impl AttestProgress for Teller {
    fn advanced(&self, documents: u64) {
        self.0.send_modify(|report| report.items = documents);
    }
}

impl DeedProgress for Teller {
    fn advanced(&self, items: u64) {
        self.0.send_modify(|report| report.items = items);
    }
}

/// The engine's side of somebody who waits for a sync: hears how far it is, and ends it with the call.
pub(super) struct Watching {
    pub teller: Option<Arc<Teller>>,
    pub transport: Arc<dyn Transport>,
}

impl SyncWatch for Watching {
    fn progress(&self, progress: SyncProgress) {
        if let Some(teller) = &self.teller {
            teller.0.send_modify(|report| report.sync = Some(progress));
        }
    }

    fn cancelled(&self) -> bool {
        self.transport.is_given_up()
    }
}

/// The task that carries states to a listener.
pub(super) struct Telling(Option<JoinHandle<()>>);

/// Begins to tell a listener, if there is one.
pub(super) fn begin(listener: Option<Arc<dyn ProgressListener>>) -> Result<(Option<Arc<Teller>>, Telling), AppError> {
    let Some(listener) = listener else { return Ok((None, Telling(None))) };
    let (teller, mut heard) = watch::channel(ProgressReport::default());
    let telling = runtime::handle()?.spawn(async move {
        while heard.changed().await.is_ok() {
            let report = heard.borrow_and_update().clone();
            let listener = Arc::clone(&listener);
            drop(runtime::waiting(move || Ok(listener.advanced(report))).await);
        }
    });
    Ok((Some(Arc::new(Teller(teller))), Telling(Some(telling))))
}

impl Telling {
    /// Waits until the last state is told, but not for long.
    pub(super) async fn end(self) {
        let Some(telling) = self.0 else { return };
        if let Ok(runtime) = runtime::handle() {
            drop(runtime.spawn(async move { tokio::time::timeout(LAST_WORD, telling).await }).await);
        }
    }
}
