//! Who watches a sync: is told how far it is, and may end it.

use crate::error::TabletError;
use crate::model::SyncProgress;

/// Somebody who is told how far a sync is, and may end it. Called from the thread that syncs, with nothing locked.
pub trait SyncWatch: Send + Sync {
    /// How far it is.
    fn progress(&self, progress: SyncProgress);

    /// Whether it is to end. Asked between rounds and while waiting; what was receipted stays so.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Nobody.
#[derive(Debug, Clone, Copy)]
pub struct Unwatched;

impl SyncWatch for Unwatched {
    fn progress(&self, _: SyncProgress) {}
}

/// Code of [`given_up`].
pub const GIVEN_UP: &str = "sync.cancelled";

/// What a sync, or an exchange with another tablet, ends with when whoever watches ended it.
pub fn given_up() -> TabletError {
    TabletError::refused(
        GIVEN_UP,
        "the exchange was ended by whoever began it",
        "Everything is safe on this device, what came over as well. Begin again to go on from there.",
    )
}
