//! Why nothing could be done with a sealed record. Facts about the record's outside only.

use ploughshare_core::audit::LeafError;
use ploughshare_core::person::PersonError;

use crate::store::StoreError;

/// Why nothing could be done with a sealed record.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PersonsError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A leaf could not be written.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// The log of reads could not be written, so nothing is shown.
    #[error("the read could not be written to the log of reads, so nothing is shown")]
    Unlogged,
    /// The register has no person key here: it was there once and its file is gone.
    #[error(
        "the register's person key is not here; records of people can be neither taken in nor read. Restore keys/person.key"
    )]
    KeyMissing,
    /// The key file is that of another register, or one was made anew.
    #[error("the person key here is not the one that this register's records were sealed to. Restore keys/person.key")]
    KeyOther,
    /// The bytes are not those that were named.
    #[error("these bytes are not those named by the hash; they were damaged on the way. Send them again")]
    HashDiffers,
    /// Sealed to another key.
    #[error("this record was not sealed to this register's person key; record the person again after a sync")]
    WrongKey,
    /// Not sealed as it must be, or changed since.
    #[error("these sealed bytes were changed or are not sealed as they must be")]
    Damaged,
    /// Sealed well, but what is inside is no record of a person.
    #[error("what is sealed in there is refused: {0}")]
    BadRecord(PersonError),
    /// The device has brought as many as it may.
    #[error("the device has brought {0} records of people, as many as it may. They are safe; ask the administrator")]
    Quota(u64),
    /// Known in another operation.
    #[error("this record belongs to another operation")]
    OtherOperation,
    /// There is no such operation.
    #[error("there is no such operation")]
    UnknownOperation,
    /// The operation is closed.
    #[error("the operation is closed; nothing more is taken in. Keep the tablet's data and ask the registrar")]
    Closed,
    /// No such record in what the caller may see.
    #[error("there is no sealed record of this name in your operations")]
    Unknown,
    /// Erased.
    #[error("this record was erased; nobody can read it any more")]
    Erased,
    /// A purpose that is not on the list.
    #[error(
        "the purpose is a code of the list person_purpose: receipt_reissue, appeal, benefits, legal, data_subject_request"
    )]
    BadPurpose,
    /// A reference that is not a case number.
    #[error("the reference is a code or case number of 1 to 64 letters, digits and . _ - / : #")]
    BadReference,
    /// A reason that is not on the list.
    #[error(
        "the reason is a code of the list person_erasure: retention, data_subject_request, recorded_in_error, protection, legal"
    )]
    BadReason,
    /// What is kept cannot be opened.
    #[error("the record that is kept cannot be opened: its bytes, its key or the master key were changed")]
    Unreadable,
    /// No random bytes.
    #[error("the operating system gives no random bytes; nothing was changed")]
    NoRandomness,
}

impl PersonsError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Leaf(error) => error.code(),
            Self::Unlogged => "person.unlogged",
            Self::KeyMissing => "person.key_missing",
            Self::KeyOther => "person.key_other",
            Self::HashDiffers => "person.hash_differs",
            Self::WrongKey => "person.wrong_key",
            Self::Damaged => "person.damaged",
            Self::BadRecord(_) => "person.bad_record",
            Self::Quota(_) => "person.quota",
            Self::OtherOperation => "person.other_operation",
            Self::UnknownOperation => "operation.unknown",
            Self::Closed => "operation.closed",
            Self::Unknown => "person.unknown",
            Self::Erased => "person.erased",
            Self::BadPurpose => "person.bad_purpose",
            Self::BadReference => "person.bad_reference",
            Self::BadReason => "person.bad_reason",
            Self::Unreadable => "person.unreadable",
            Self::NoRandomness => "person.no_randomness",
        }
    }
}
