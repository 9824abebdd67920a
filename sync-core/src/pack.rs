//! A pack: what the register holds of every item of an operation at one place of its feed, as read-only rows for tablets that do not
//! hold the entries. It lets a tablet join an operation of a hundred thousand items in minutes; whatever it opens to change, it asks the
//! entries of.
//!
//! ```text
//! register rows ─► Row … ─► part (columns, pressed) … ─► Manifest, signed ═► tablet: rows "as the register held them at place N"
//!                    └────► Changes since, signed ══════════════════════►
//! ```
//!
//! A row is what the register says, not a statement: nothing can be said on top of it.

mod changes;
mod columns;
mod manifest;
mod row;

#[cfg(test)]
mod tests;

pub use changes::Changes;
pub use columns::{read_part, write_part};
pub use manifest::{Manifest, PackPart, cut};
pub use row::Row;

use crate::signed::Unsigned;

/// Why bytes are not a pack of this register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// Not of this format, or beyond its limits.
    #[error("not a pack, or beyond its limits")]
    Malformed,
    /// A version that this build does not read.
    #[error("pack of a later version: update needed")]
    Version,
    /// Not signed by the register's key.
    #[error("the pack is not signed by this register")]
    BadSignature,
    /// Of another register or operation.
    #[error("the pack is that of another register or operation")]
    Other,
    /// A part is not the one that the signed list names.
    #[error("a part of the pack is not the one that was signed")]
    PartDiffers,
    /// Changes that do not follow what is here.
    #[error("these changes do not follow what is here")]
    NotNext,
}

impl PackError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "pack.malformed",
            Self::Version => "pack.version",
            Self::BadSignature => "pack.bad_signature",
            Self::Other => "pack.other",
            Self::PartDiffers => "pack.part_differs",
            Self::NotNext => "pack.not_next",
        }
    }
}

impl From<Unsigned> for PackError {
    fn from(error: Unsigned) -> Self {
        match error {
            Unsigned::Malformed => Self::Malformed,
            Unsigned::BadSignature => Self::BadSignature,
        }
    }
}
