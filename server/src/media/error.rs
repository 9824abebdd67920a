//! Why nothing could be done with a file.

use ploughshare_core::audit::LeafError;
use ploughshare_core::limits;

use crate::store::StoreError;

/// Why nothing could be done with a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MediaError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A leaf could not be written.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// The setting names no place for files.
    #[error(
        "media_store `{given}`: {problem}. Use s3://BUCKET/PREFIX with the credentials in the environment, or leave it out for a folder"
    )]
    Place {
        /// What was given.
        given: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The folder or the store of files.
    #[error("the store of files failed: {0}")]
    Files(String),
    /// The folder or the store of files does not answer.
    #[error("the store of files does not answer; nothing was lost. Go on where you were")]
    Away,
    /// The disk for files is full.
    #[error("the disk for files is full; statements are taken in as ever. Keep the file and try later")]
    Full,
    /// There is no such operation.
    #[error("there is no such operation")]
    UnknownOperation,
    /// The operation is closed, and no statement in it names this file.
    #[error("the operation is closed, and no statement in it names this file. Keep it and ask the registrar")]
    Closed,
    /// The device was revoked, and no statement that was taken in names this file.
    #[error("this device was revoked, and no statement that was taken in names this file")]
    Revoked,
    /// Nobody has named it, or the reader may not see who did.
    #[error("no statement in your operations names this file")]
    Unknown,
    /// It is named, and the tablet still has it.
    #[error("this file is named by a statement and has not come yet; see media/missing")]
    NotHere,
    /// It was stored, and is not where it was put.
    #[error("the file was stored and is not where it was put")]
    Lost,
    /// The part does not begin where the register is.
    #[error("the register has {have} bytes of this file; go on there")]
    Offset {
        /// How many bytes are here.
        have: u64,
    },
    /// Another request is bringing the same file from the same device.
    #[error("another request is bringing this file; ask again in a second")]
    InProgress,
    /// Nothing, or more than a file may have.
    #[error("a file has 1 to {} bytes; the working copy of a photo is smaller", limits::MEDIA_BYTES)]
    BadSize,
    /// More bytes in one part than a part has.
    #[error("a part has at most {} bytes", limits::MEDIA_PART_BYTES)]
    PartTooLarge,
    /// More bytes than the size that was said.
    #[error("these are more bytes than the size that was said")]
    BeyondSize,
    /// The bytes are not those that the hash names.
    #[error("the bytes that came are not those that the hash names; they were thrown away. Send the file again")]
    HashDiffers,
    /// The device has brought as much as it may.
    #[error(
        "the device has brought {0} bytes of files, as much as it may. Statements are not touched; ask the administrator"
    )]
    Quota(u64),
    /// Too much that no statement names.
    #[error("the device has brought {0} bytes of files that no statement names; bring the statements first")]
    Unnamed(u64),
    /// Too many that were begun.
    #[error("the device has begun {0} files and finished none of them; finish those first")]
    Unfinished(usize),
    /// The question does not read.
    #[error("the question is 1 to {} hashes of 32 bytes, one after the other", limits::MEDIA_ASKED)]
    BadQuestion,
    /// The work was cut off.
    #[error("the work was cut off; go on where you were")]
    Cancelled,
}

impl MediaError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Leaf(error) => error.code(),
            Self::Place { .. } => "media.place",
            Self::Files(_) => "media.files",
            Self::Away => "media.away",
            Self::Full => "media.full",
            Self::UnknownOperation => "operation.unknown",
            Self::Closed => "operation.closed",
            Self::Revoked => "device.revoked",
            Self::Unknown => "media.unknown",
            Self::NotHere => "media.not_here",
            Self::Lost => "media.lost",
            Self::Offset { .. } => "media.offset",
            Self::InProgress => "media.in_progress",
            Self::BadSize => "media.bad_size",
            Self::PartTooLarge => "media.part_too_large",
            Self::BeyondSize => "media.beyond_size",
            Self::HashDiffers => "media.hash_differs",
            Self::Quota(_) => "media.quota",
            Self::Unnamed(_) => "media.unnamed",
            Self::Unfinished(_) => "media.unfinished",
            Self::BadQuestion => "media.bad_question",
            Self::Cancelled => "internal.cancelled",
        }
    }
}

impl From<std::io::Error> for MediaError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Files(error.to_string()),
        }
    }
}

impl From<object_store::Error> for MediaError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::Lost,
            // What it says may name hosts and buckets: for the log of the server.
            other => {
                tracing::warn!(cause = %other, "media.store_failed");
                Self::Away
            }
        }
    }
}
