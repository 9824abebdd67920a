//! What the register published, as this tablet holds it: serials to be noticed, and rows of items whose statements are not here.
//!
//! ```text
//! sync ─► lookups: head, parts, additions ─► Watch ─► notices at entry
//!    └──► others: decisions, collections, procedures; pack: head, parts, changes ─► Rows ─► list, show; what is in the working set
//!         or opened: its entries ─► documents
//! ```
//!
//! Everything is kept as it was signed and checked again when it is read. What does not verify is refused, and what was here before stays.

mod fetch;
mod lookups;
mod notice;
mod opening;
mod packs;
mod rows;
mod working;

pub use notice::SerialNotice;
pub use opening::Opened;
pub use rows::{RegisterPage, RegisterRow, RegisterWanted};
pub use working::WorkingSet;

pub(super) use lookups::Held as HeldLookups;
pub(super) use rows::Rows;

use crate::error::{ErrorKind, TabletError};

/// A place that no feed reaches: whoever names it in an exchange brings its own and asks for nothing back.
pub(super) const NOTHING_BACK: u64 = i64::MAX as u64;

/// What the register published and is held in memory.
#[derive(Debug, Default)]
pub(super) struct Published {
    pub lookups: HeldLookups,
    pub rows: Option<Rows>,
}

impl Published {
    /// Forgets what was read with the keys of the store.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// Something published that does not verify.
fn not_believed(code: &str, what: impl core::fmt::Display) -> TabletError {
    TabletError::new(
        ErrorKind::Server,
        code,
        format!("what the register published is not believed: {what}"),
        "Everything is safe on this device, and what was here before is still used. Somebody may stand between this device and the register: tell the administrator.",
    )
}
