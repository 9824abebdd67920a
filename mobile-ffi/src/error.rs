//! The one error that leaves this library: what happened, whether the data is safe, and what to do.

use ploughshare_core::entry::{EntryError, Void};
use ploughshare_core::segment::SegmentError;
use serde::Serialize;

/// What a caller can do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// What was asked for is not allowed or not well formed: change the input.
    Refused,
    /// There is nothing by that name here.
    NotFound,
    /// The tablet has to be enrolled first, or again.
    NotEnrolled,
    /// The network did not carry it: try again later.
    Transport,
    /// The register answered with a refusal.
    Server,
    /// The store on this device: full, busy or damaged.
    Storage,
    /// The device's clock, randomness or key storage.
    Platform,
    /// A fault of this program.
    Internal,
}

/// The one error that leaves this library.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("{message}")]
pub struct TabletError {
    /// What a caller can do about it.
    pub kind: ErrorKind,
    /// Stable dotted code, for example `storage.full`.
    pub code: String,
    /// What happened, in words; never a serial, a name or a place.
    pub message: String,
    /// Whether everything that was saved before is still safe on this device.
    pub data_safe: bool,
    /// What to do now.
    pub hint: String,
}

impl TabletError {
    /// An error that leaves what was saved untouched.
    pub fn new(kind: ErrorKind, code: &str, message: impl Into<String>, hint: &str) -> Self {
        Self { kind, code: code.to_owned(), message: message.into(), data_safe: true, hint: hint.to_owned() }
    }

    /// Input that is refused; nothing was saved.
    pub fn refused(code: &str, message: impl Into<String>, hint: &str) -> Self {
        Self::new(ErrorKind::Refused, code, message, hint)
    }

    /// Nothing by that name is here.
    pub fn not_found(what: &str, name: &str) -> Self {
        let message = format!("{what} {name} is not in this store");
        Self::new(ErrorKind::NotFound, "not_found", message, "Look it up with `list`, or sync first.")
    }

    /// The tablet is not enrolled.
    pub fn not_enrolled() -> Self {
        Self::new(
            ErrorKind::NotEnrolled,
            "enrol.missing",
            "this tablet is not enrolled in an operation",
            "Ask the administrator for a ticket and enrol first.",
        )
    }

    /// A fault of this program.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, "internal", message, "What was saved is safe. Please report this.")
    }

    /// What is stored cannot be read.
    pub(crate) fn damaged(what: &str) -> Self {
        Self {
            kind: ErrorKind::Storage,
            code: "storage.damaged".to_owned(),
            message: format!("the store holds {what} that cannot be read"),
            data_safe: false,
            hint: "Do not delete anything. Copy the whole store folder and hand it to support; receipted records are safe in the register."
                .to_owned(),
        }
    }

    /// Whether trying again without changing anything can help.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind, ErrorKind::Transport) || self.code == "storage.busy" || self.code.starts_with("server.5")
    }
}

impl From<rusqlite::Error> for TabletError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as C;
        let (code, data_safe, hint) = match error.sqlite_error_code() {
            Some(C::DiskFull) => (
                "storage.full",
                true,
                "Free some space on the device. What was saved before is safe; the last save did not happen.",
            ),
            Some(C::DatabaseBusy | C::DatabaseLocked) => {
                ("storage.busy", true, "Another program uses this store. Close it and try again.")
            }
            Some(C::ReadOnly | C::CannotOpen | C::PermissionDenied) => {
                ("storage.access", true, "Check that the store folder exists and may be written.")
            }
            Some(C::DatabaseCorrupt | C::NotADatabase) => (
                "storage.damaged",
                false,
                "Do not delete anything. Copy the whole store folder and hand it to support; receipted records are safe in the register.",
            ),
            _ => ("storage.failed", true, "What was saved before is safe; the last save did not happen. Try again."),
        };
        Self {
            kind: ErrorKind::Storage,
            code: code.to_owned(),
            message: format!("the store on this device: {error}"),
            data_safe,
            hint: hint.to_owned(),
        }
    }
}

impl From<Void> for TabletError {
    fn from(void: Void) -> Self {
        Self::refused(
            void.code(),
            void.to_string(),
            "Nothing was saved. Correct the field that is named and try again.",
        )
    }
}

impl From<EntryError> for TabletError {
    fn from(error: EntryError) -> Self {
        Self::refused(error.code(), error.to_string(), "Nothing was saved. Shorten the record and try again.")
    }
}

impl From<SegmentError> for TabletError {
    fn from(error: SegmentError) -> Self {
        Self::new(ErrorKind::Internal, error.code(), error.to_string(), "What was saved is safe. Please report this.")
    }
}
