//! The one error of the library, and the one error that an app may answer with.

use crate::error::{ErrorKind, TabletError};
use crate::platform::PlatformError;
use crate::transport::TransportError;

/// What went wrong, for a program and for a person. It never holds a serial, a name or a place.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Problem {
    /// Stable dotted code, for example `storage.full`. Codes are added, never renamed: programs decide by it.
    pub code: String,
    /// What happened, in English.
    pub message: String,
    /// Whether everything that was saved before is still safe on this device. Only a damaged store says no.
    pub data_safe: bool,
    /// What to do now, in English.
    pub advice: String,
    /// Whether the same call can succeed later without any change.
    pub retryable: bool,
    /// Of a fault of this library: the number that stands beside it in the log.
    pub incident: Option<String>,
}

/// Everything that a call can fail with. The case says who can do something about it; `problem` says what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum AppError {
    /// What was asked for is not allowed or not well formed: the input has to change. Nothing was saved.
    #[error("{}", problem.message)]
    Refused {
        /// What it is.
        problem: Problem,
    },
    /// There is nothing by that name here.
    #[error("{}", problem.message)]
    NotFound {
        /// What it is.
        problem: Problem,
    },
    /// The tablet has to be enrolled first, or again.
    #[error("{}", problem.message)]
    NotEnrolled {
        /// What it is.
        problem: Problem,
    },
    /// The network did not carry it: try again when there is a link.
    #[error("{}", problem.message)]
    Transport {
        /// What it is.
        problem: Problem,
    },
    /// The register answered with a refusal.
    #[error("{}", problem.message)]
    Server {
        /// What it is.
        problem: Problem,
    },
    /// The store on this device: full, busy, in use or damaged.
    #[error("{}", problem.message)]
    Storage {
        /// What it is.
        problem: Problem,
    },
    /// The device's clock, randomness or key vault.
    #[error("{}", problem.message)]
    Platform {
        /// What it is.
        problem: Problem,
    },
    /// The caller gave it up.
    #[error("{}", problem.message)]
    Cancelled {
        /// What it is.
        problem: Problem,
    },
    /// The tablet is suspended: resume it, then call again.
    #[error("{}", problem.message)]
    Suspended {
        /// What it is.
        problem: Problem,
    },
    /// The tablet is closed: open it again.
    #[error("{}", problem.message)]
    Closed {
        /// What it is.
        problem: Problem,
    },
    /// A fault of this library. What was saved is safe; the next call works.
    #[error("{}", problem.message)]
    Internal {
        /// What it is.
        problem: Problem,
    },
}

fn problem(code: &str, message: &str, advice: &str, retryable: bool) -> Problem {
    Problem {
        code: code.to_owned(),
        message: message.to_owned(),
        data_safe: true,
        advice: advice.to_owned(),
        retryable,
        incident: None,
    }
}

impl AppError {
    /// What it is.
    pub fn problem(&self) -> &Problem {
        match self {
            Self::Refused { problem }
            | Self::NotFound { problem }
            | Self::NotEnrolled { problem }
            | Self::Transport { problem }
            | Self::Server { problem }
            | Self::Storage { problem }
            | Self::Platform { problem }
            | Self::Cancelled { problem }
            | Self::Suspended { problem }
            | Self::Closed { problem }
            | Self::Internal { problem } => problem,
        }
    }

    pub(super) fn refused(code: &str, message: &str, advice: &str) -> Self {
        Self::Refused { problem: problem(code, message, advice, false) }
    }

    pub(super) fn storage(code: &str, message: &str, advice: &str) -> Self {
        Self::Storage { problem: problem(code, message, advice, true) }
    }

    pub(super) fn cancelled() -> Self {
        let advice = "What was saved is safe; what the register took in before stays so. Call again when it is wanted.";
        Self::Cancelled { problem: problem("call.cancelled", "the call was given up", advice, true) }
    }

    pub(super) fn suspended() -> Self {
        let advice = "What was saved is safe. Resume the tablet, then call again.";
        Self::Suspended { problem: problem("tablet.suspended", "the tablet is suspended", advice, true) }
    }

    pub(super) fn closed() -> Self {
        let advice = "What was saved is safe. Open the tablet again.";
        Self::Closed { problem: problem("tablet.closed", "the tablet is closed", advice, false) }
    }

    pub(super) fn internal(message: &str, incident: Option<String>) -> Self {
        let advice = "What was saved is safe. Try again, and report this with the number of the incident.";
        Self::Internal { problem: Problem { incident, ..problem("internal", message, advice, true) } }
    }
}

impl From<TabletError> for AppError {
    fn from(error: TabletError) -> Self {
        let retryable = error.is_retryable() || error.code == PlatformError::Locked.code();
        let TabletError { kind, code, message, data_safe, hint } = error;
        let problem = Problem { code, message, data_safe, advice: hint, retryable, incident: None };
        match kind {
            ErrorKind::Refused => Self::Refused { problem },
            ErrorKind::NotFound => Self::NotFound { problem },
            ErrorKind::NotEnrolled => Self::NotEnrolled { problem },
            ErrorKind::Transport => Self::Transport { problem },
            ErrorKind::Server => Self::Server { problem },
            ErrorKind::Storage => Self::Storage { problem },
            ErrorKind::Platform => Self::Platform { problem },
            ErrorKind::Internal => Self::Internal { problem },
        }
    }
}

/// What the app's own parts (transport, vault, clock, observers) may answer with instead of a result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum HostError {
    /// Transport: nobody was reached, nothing was sent.
    #[error("{reason}")]
    Offline {
        /// Why; for the log.
        reason: String,
    },
    /// Transport: the connection broke or timed out on the way.
    #[error("{reason}")]
    Interrupted {
        /// Why; for the log.
        reason: String,
    },
    /// Vault: locked, for example before the first unlock after a start. Try later.
    #[error("the secret store is locked")]
    Locked,
    /// Vault: the secrets are gone for good, for example because the screen lock was changed.
    #[error("the secret store no longer opens what was kept in it")]
    Invalidated,
    /// Anything else, an exception that was not expected included.
    #[error("{reason}")]
    Failed {
        /// Why; for the log.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for HostError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { reason: error.reason }
    }
}

impl From<HostError> for PlatformError {
    fn from(error: HostError) -> Self {
        match error {
            HostError::Locked => Self::Locked,
            HostError::Invalidated => Self::Invalidated,
            HostError::Offline { reason } | HostError::Interrupted { reason } | HostError::Failed { reason } => {
                Self::Failed { message: reason }
            }
        }
    }
}

impl From<HostError> for TransportError {
    fn from(error: HostError) -> Self {
        match error {
            HostError::Offline { reason } => Self::Offline { message: reason },
            HostError::Interrupted { reason } => Self::Interrupted { message: reason },
            other => Self::Interrupted { message: other.to_string() },
        }
    }
}
