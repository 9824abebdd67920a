//! The face of the tablet towards Kotlin, Swift and Python: the same engine that `fieldkit` uses, behind a door that an app can hold.
//!
//! ```text
//! app ─► Tablet (async) ─► gate ─► own runtime, a thread for waiting ─► engine ─► SQLite
//!   ▲                                                                     │
//!   └── HttpTransport, KeyVault, DeviceClock, LogSink, EventObserver ◄────┘   the app's own, never called while something is locked
//! ```
//!
//! What holds for all of it: nothing blocks its caller; no panic reaches the app; a call that is given up (a cancelled `Job`, a dropped
//! `Task`) leaves either all of its deed or nothing; ids are text, times are milliseconds since the Unix epoch.

mod cancel;
mod error;
mod events;
mod host;
mod log;
mod person;
mod progress;
mod runtime;
mod tablet;
#[cfg(test)]
mod tests;
mod value;
mod vocabulary;

pub use cancel::CancelHandle;
pub use error::{AppError, HostError, Problem};
pub use events::{Event, EventBatch, EventObserver, Subscription};
pub use host::{ClockReading, DeviceClock, HttpTransport, KeyVault};
pub use log::{LogLevel, LogSink, init_logging};
pub use person::PersonDraft;
pub use progress::{ProgressListener, ProgressReport};
pub use tablet::{BundleWritten, OpenConfig, PeerPort, SignedIn, Tablet, TabletState};
pub use value::{Change, ClassCount, FieldValue, ItemErrors, MemberDraft, NewDocument, SpotReadingDraft};
pub use vocabulary::{
    CodeInfo, CodeListInfo, FieldInfo, ModelCard, ModelCue, ModelProducer, SimilarModel, VersionInfo, code_lists,
    codes, fields, kinds, models_builtin, version,
};
