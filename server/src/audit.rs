//! The tamper-evident log at work: signed heads on demand, proofs, reads written down before they are answered, export, and the check of all
//! of it from the database or from a file.

pub mod export;
pub mod heads;
pub mod reads;
pub mod verify;

pub use self::heads::{checkpoint, consistency, inclusion};
pub use self::reads::ReadsLog;

use ed25519_dalek::SigningKey;
use ploughshare_core::audit::{CheckpointError, ExportError, LeafError, ProofError, TreeError, VerifierKey};

use crate::app::App;
use crate::store::StoreError;
use crate::store::audit_log::Log;

/// Why the log could not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A leaf could not be written.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// A head could not be signed or believed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A proof could not be made.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The tree could not answer.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The export is not what was signed.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// A file cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The work was cut off.
    #[error("the work was cut off; nothing was changed")]
    Cancelled,
}

impl AuditError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Leaf(error) => error.code(),
            Self::Checkpoint(error) => error.code(),
            Self::Proof(error) => error.code(),
            Self::Tree(error) => error.code(),
            Self::Export(error) => error.code(),
            Self::File { .. } => "audit.file",
            Self::Cancelled => "internal.cancelled",
        }
    }
}

/// The log of this name.
pub fn log_named(name: &str) -> Option<Log> {
    [Log::Audit, Log::Reads].into_iter().find(|log| log.name() == name)
}

/// The name under which the register signs the heads of its logs.
pub fn key_name(app: &App) -> String {
    format!("ploughshare/{}", app.register)
}

/// The key that checks the heads of the register's logs; to be pinned by whoever checks.
pub fn verifier_key(app: &App) -> Result<VerifierKey, CheckpointError> {
    VerifierKey::new(&key_name(app), signing_key(app).verifying_key())
}

pub(crate) fn signing_key(app: &App) -> SigningKey {
    SigningKey::from_bytes(&app.key.seed())
}
