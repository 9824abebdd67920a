//! Certificates of destruction: gathered from what was said, assessed by the same pure code as on the tablet, issued into the audit log,
//! sealed into a file that proves itself, and put on paper with that file inside.
//!
//! ```text
//! gather ─► assess (core) ─► issue: leaf in the log + row, one transaction ─► seal: proof of the leaf, signature ─► sheet ─► PDF
//! ```

mod gather;
mod issue;
mod sheet;

pub use gather::{Gathered, gather};
pub use issue::{file, issue};
pub use sheet::{Paper, paper, read};

use ploughshare_core::audit::LeafError;
use ploughshare_core::certificate::{CertificateError, Obstacle};
use ploughshare_core::entry::EntryError;
use ploughshare_paper::PaperError;

use crate::audit::AuditError;
use crate::store::StoreError;

/// Why a certificate was not issued or not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The leaf could not be written.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// The certificate does not hold.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// An entry of the register does not read.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// It could not be put on paper.
    #[error(transparent)]
    Paper(#[from] PaperError),
    /// There is no such destruction.
    #[error("there is no such destruction in this operation")]
    Unknown,
    /// The number was given to another destruction.
    #[error("number {number} was given to the certificate of another destruction")]
    NumberTaken {
        /// The number.
        number: String,
    },
    /// The number is no number.
    #[error("a number of a certificate has 1 to 64 letters, digits and . _ - /")]
    BadNumber,
    /// Something stands in the way.
    #[error("the destruction cannot be certified: {}{}", first(obstacles), more(obstacles))]
    Obstacles {
        /// What.
        obstacles: Vec<Obstacle>,
    },
    /// It was not issued yet.
    #[error("no certificate was issued of this destruction")]
    NotIssued,
    /// The paper around the certificate is another one than the certificate makes.
    #[error("the certificate in this file holds, but the paper around it says something else or was changed")]
    PaperDiffers,
    /// The PDF holds no certificate.
    #[error("there is no certificate in this file")]
    NoCertificate,
}

fn first(obstacles: &[Obstacle]) -> &str {
    obstacles.first().map_or("", |one| one.message.as_str())
}

fn more(obstacles: &[Obstacle]) -> String {
    if obstacles.len() > 1 { format!(" (and {} more)", obstacles.len() - 1) } else { String::new() }
}

impl IssueError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Audit(error) => error.code(),
            Self::Leaf(error) => error.code(),
            Self::Certificate(error) => error.code(),
            Self::Entry(error) => error.code(),
            Self::Paper(error) => error.code(),
            Self::Unknown => "document.unknown",
            Self::NumberTaken { .. } => "certificate.number_taken",
            Self::BadNumber => "certificate.bad_number",
            Self::Obstacles { .. } => "certificate.obstacles",
            Self::NotIssued => "certificate.not_issued",
            Self::PaperDiffers => "certificate.paper_differs",
            Self::NoCertificate => "certificate.none_in_file",
        }
    }
}
