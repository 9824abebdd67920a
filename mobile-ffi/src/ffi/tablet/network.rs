//! What talks to the register: enrolment and sync; and how the tablet stands.

use std::sync::Arc;

use super::Tablet;
use super::gate::Core;
use crate::engine::MarksReserved;
use crate::ffi::cancel::CancelHandle;
use crate::ffi::error::AppError;
use crate::ffi::events::Event;
use crate::ffi::log::{self, LogLevel};
use crate::ffi::progress::{self, ProgressListener, Watching};
use crate::model::{Enrolment, SyncOptions, SyncReport, TabletStatus};

impl Core {
    /// Everything may be another now.
    fn all_new(&self) {
        self.hub.tell(Event::DocumentsChanged { documents: Vec::new(), others: true });
        self.hub.tell(Event::OfficersChanged);
    }
}

#[uniffi::export]
impl Tablet {
    /// Enrols this tablet in an operation with a one-use ticket and makes a first sync. An enrolment whose answer was lost can be tried again
    /// with the same ticket. `label` is what people call this device.
    #[uniffi::method(default(cancel = None))]
    pub async fn enrol(
        &self,
        server: String,
        ticket: String,
        label: String,
        cancel: Option<Arc<CancelHandle>>,
    ) -> Result<Enrolment, AppError> {
        let enrolled =
            self.core.talk(cancel, move |tablet, transport| tablet.enrol(transport, &server, &ticket, &label)).await;
        self.core.all_new();
        enrolled
    }

    /// Who this tablet is in which operation, once it is enrolled.
    pub async fn enrolment(&self) -> Result<Option<Enrolment>, AppError> {
        self.core.read(|tablet| Ok(tablet.enrolment())).await
    }

    /// How the tablet stands: what is unsent, safe, refused or waiting, and how long the lease runs.
    pub async fn status(&self) -> Result<TabletStatus, AppError> {
        self.core.read(crate::engine::Tablet::status).await
    }

    /// Brings what was said here to the register and takes in what others said. Recording goes on meanwhile. A link that breaks costs one
    /// request, never a record: the next sync goes on from there. Several calls at one time sync one after the other.
    ///
    /// `options` say what the app knows of link and battery: originals of photos go over a link that costs nothing, statements and working
    /// copies over any.
    #[uniffi::method(default(cancel = None, progress = None, options = None))]
    pub async fn sync(
        &self,
        cancel: Option<Arc<CancelHandle>>,
        progress: Option<Arc<dyn ProgressListener>>,
        options: Option<SyncOptions>,
    ) -> Result<SyncReport, AppError> {
        let (teller, telling) = progress::begin(progress)?;
        let hub = Arc::clone(&self.core.hub);
        let synced = self
            .core
            .talk(cancel, move |tablet, transport| {
                let watching = Watching { teller, transport: Arc::clone(&transport) };
                let report = tablet.sync_with(transport, &options.unwrap_or_default(), Arc::new(watching))?;
                if report.pulled > 0 {
                    hub.tell(Event::DocumentsChanged { documents: Vec::new(), others: true });
                }
                hub.tell(Event::OfficersChanged);
                hub.tell(Event::Synced { report: report.clone() });
                Ok(report)
            })
            .await;
        telling.end().await;
        match &synced {
            Ok(report) => log::say(LogLevel::Info, "sync", || {
                format!("{} out, {} in, {} requests", report.pushed, report.pulled, report.round_trips)
            }),
            Err(error) => {
                // What came in before it broke is here.
                self.core.all_new();
                log::say(LogLevel::Warn, "sync", || format!("ended early: {}", error.problem().code));
            }
        }
        synced
    }

    /// Asks the register for a block of numbers of a series, so that marks can be given without a network. Asking again after a broken link
    /// gives the same block.
    #[uniffi::method(default(cancel = None))]
    pub async fn marks_reserve(
        &self,
        series: String,
        count: u64,
        cancel: Option<Arc<CancelHandle>>,
    ) -> Result<MarksReserved, AppError> {
        self.core.talk(cancel, move |tablet, transport| tablet.marks_reserve(transport, &series, count)).await
    }
}
