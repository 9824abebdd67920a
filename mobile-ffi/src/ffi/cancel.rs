//! Giving up a call that talks to the register. Kotlin and Python cancel a call by cancelling its job; Swift does not pass that on, so a
//! handle is given along.

use std::sync::Arc;

use tokio::sync::watch;

/// Gives up calls that were given it. One handle may be given to several calls.
#[derive(Debug, uniffi::Object)]
pub struct CancelHandle {
    asked: watch::Sender<bool>,
}

impl Default for CancelHandle {
    fn default() -> Self {
        Self { asked: watch::Sender::new(false) }
    }
}

#[uniffi::export]
impl CancelHandle {
    /// A handle that was not used yet.
    #[uniffi::constructor]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Gives up every call that holds this handle, now and later. What was answered for before stays so.
    pub fn cancel(&self) {
        self.asked.send_replace(true);
    }

    /// Whether it was used.
    pub fn is_cancelled(&self) -> bool {
        *self.asked.borrow()
    }
}

impl CancelHandle {
    /// Ends when the handle is used; never, if it is not.
    pub(super) async fn used(&self) {
        // The sender lives as long as this handle.
        drop(self.asked.subscribe().wait_for(|asked| *asked).await);
    }
}

/// Uses a handle when it goes: a future that is dropped gives up what it waited for.
pub(super) struct CancelOnDrop(pub Arc<CancelHandle>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
