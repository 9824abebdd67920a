//! The tablet of Ploughshare: a durable store over the sync core. Records are made without a network, kept whatever happens,
//! and brought to the register when there is a link.
//!
//! ```text
//! record, edit, choose ─► entry ─► one SQLite transaction (entry, document, search rows) ─► durable
//! sync: entries ─► sealed segments (durable) ─► register ─► receipts, others' segments ─► one transaction an answer
//! ```
//!
//! [`Tablet`] is the whole face of it. Clock, randomness, key storage and HTTP come in as traits, so that a platform brings its own;
//! every public type is owned and plain, so that it can be exported to Kotlin and Swift.

mod engine;
mod error;
pub mod import;
mod model;
mod platform;
mod store;
pub mod transport;

pub use engine::{
    AttestProgress, Attesting, BatchOutcome, BatchRow, ImportDone, ImportOptions, ImportProgress, OfficerSession, Pin,
    Tablet, models_builtin, unfit,
};
pub use engine::{
    ChainView, CountView, DeedProgress, DestructionItemView, DestructionView, DiffView, DiscrepancyView, FieldErrors,
    HandoverView, Hold, IdentityView, ItemLine, ItemResult, MarkBlockView, MarkGiven, Marking, MarksReserved, NewCount,
    NewDestruction, NewHandover, NewIncident, NewSession, NewSpotCheck, NextView, Placed, Placing, Planned, Progress,
    ReceiptOptions, RefusedItem, ScanView, ScrapLeft, SealSeen, SessionView, SightingView, SpotCheckView, SpotReading,
    StepView, StockItemView, StockSum, StockView, Tally,
};
pub use error::{ErrorKind, TabletError};
pub use model::*;
pub use platform::{BootTime, FileVault, KeyVault, Platform, PlatformError, SystemPlatform};
pub use ploughshare_core::cbor::Value;
pub use ploughshare_core::domain::draft::{Draft, DraftMember};
pub use ploughshare_core::edit::Edit;
pub use ploughshare_core::person::Person;
pub use ploughshare_core::rules::models::Card;
pub use transport::{HttpHeader, HttpRequest, HttpResponse, HttpTransport, Transport, TransportError};

#[cfg(test)]
mod tests;
