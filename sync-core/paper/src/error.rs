//! Why a sheet could not be printed.

/// Why a sheet could not be printed. Odd text is no reason: it is shown for what it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PaperError {
    /// A time that the file itself must bear is not ISO 8601 in UTC.
    #[error("{field} is not a time like 2026-03-01T09:30:00Z")]
    BadTime {
        /// Which field of the sheet.
        field: &'static str,
    },
    /// More text than a QR code that can be read from paper holds.
    #[error("{length} bytes are too many for the QR code: at most {most}")]
    QrTooLong {
        /// How many there are.
        length: usize,
        /// How many there may be.
        most: usize,
    },
    /// More lines than one document may have.
    #[error("{length} lines are too many for one document: at most {most}")]
    TooManyLines {
        /// How many there are.
        length: usize,
        /// How many there may be.
        most: usize,
    },
    /// More bytes than a document may carry as its proof.
    #[error("an attachment of {length} bytes is too large: at most {most}")]
    AttachmentTooLarge {
        /// How many there are.
        length: usize,
        /// How many there may be.
        most: usize,
    },
    /// The type that this crate carries cannot be used, or the writer of the file refused what it was given.
    #[error("the document could not be written: {0}")]
    Writer(String),
}

impl PaperError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadTime { .. } => "paper.bad_time",
            Self::QrTooLong { .. } => "paper.qr_too_long",
            Self::TooManyLines { .. } => "paper.too_many_lines",
            Self::AttachmentTooLarge { .. } => "paper.attachment_too_large",
            Self::Writer(_) => "paper.writer",
        }
    }
}
