//! Two tablets on one network, without a register: one shows its code, the other scans it.

use std::sync::Arc;

use super::Tablet;
use super::gate::{Core, Turn};
use crate::engine::{self, PeerListener, SyncWatch};
use crate::error::TabletError;
use crate::ffi::cancel::CancelHandle;
use crate::ffi::error::AppError;
use crate::ffi::events::Event;
use crate::ffi::progress::{self, ProgressListener, Watching};
use crate::model::PeerReport;

/// A tablet that listens for others, until this is let go.
#[derive(uniffi::Object)]
pub struct PeerPort {
    listener: PeerListener,
}

#[uniffi::export]
impl PeerPort {
    /// What the other tablet scans: address, and which tablet this is, so that nobody else can answer in its place. It fits into a QR code.
    pub fn invitation(&self) -> String {
        self.listener.invitation().to_string()
    }

    /// The address alone, for typing where nothing can be scanned: `192.168.1.5:40123`.
    pub fn address(&self) -> String {
        self.listener.invitation().address.to_string()
    }
}

impl Core {
    /// Exchanges with a tablet, and tells who listens what came of it.
    async fn meet(
        self: &Arc<Self>,
        cancel: Option<Arc<CancelHandle>>,
        progress: Option<Arc<dyn ProgressListener>>,
        meet: impl FnOnce(&engine::Tablet, &dyn SyncWatch) -> Result<PeerReport, TabletError> + Send + 'static,
    ) -> Result<PeerReport, AppError> {
        let (teller, telling) = progress::begin(progress)?;
        let hub = Arc::clone(&self.hub);
        let met = self
            .converse(cancel, Turn::Anybody, move |tablet, transport| {
                let met = meet(tablet, &Watching { teller, transport });
                // What came over before it broke off is here.
                if met.as_ref().map_or(true, |report| report.pulled + report.receipts > 0) {
                    hub.tell(Event::DocumentsChanged { documents: Vec::new(), others: true });
                }
                met
            })
            .await;
        telling.end().await;
        met
    }
}

#[uniffi::export]
impl Tablet {
    /// Begins to listen for other tablets: on `0.0.0.0:0`, any port on all networks, if nothing else is said.
    #[uniffi::method(default(bind = "0.0.0.0:0"))]
    pub async fn peer_listen(&self, bind: String) -> Result<Arc<PeerPort>, AppError> {
        let listener = self.core.read(move |tablet| tablet.peer_listen(&bind)).await?;
        Ok(Arc::new(PeerPort { listener }))
    }

    /// Waits until one tablet calls, and exchanges with it: each proves to the other that it is enrolled in the same operation, and is given
    /// what it lacks. To end the waiting, use `cancel` or cancel the call. Recording, and syncing with the register, go on meanwhile.
    #[uniffi::method(default(cancel = None, progress = None))]
    pub async fn peer_accept(
        &self,
        port: Arc<PeerPort>,
        cancel: Option<Arc<CancelHandle>>,
        progress: Option<Arc<dyn ProgressListener>>,
    ) -> Result<PeerReport, AppError> {
        let accept = move |tablet: &engine::Tablet, watch: &dyn SyncWatch| {
            tablet.peer_accept(&port.listener, watch)?.ok_or_else(engine::given_up)
        };
        self.core.meet(cancel, progress, accept).await
    }

    /// Calls a tablet that listens, and exchanges with it. `whom` is the text of its code, or its address; with the code only that very
    /// tablet is talked to.
    #[uniffi::method(default(cancel = None, progress = None))]
    pub async fn peer_connect(
        &self,
        whom: String,
        cancel: Option<Arc<CancelHandle>>,
        progress: Option<Arc<dyn ProgressListener>>,
    ) -> Result<PeerReport, AppError> {
        self.core.meet(cancel, progress, move |tablet, watch| tablet.peer_connect(&whom, watch)).await
    }
}
