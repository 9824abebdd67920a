//! Why a bundle was not taken in or not made.

use ploughshare_core::bundle::BundleError;
use ploughshare_core::ids::{DeviceId, OperationId};

use crate::admission::AdmissionError;
use crate::store::StoreError;

/// Why a bundle was not taken in or not made. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundlesError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What it brings could not be taken in.
    #[error(transparent)]
    Admission(#[from] AdmissionError),
    /// The bytes are no bundle, or it was changed.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// For somebody else.
    #[error("this bundle is for device {0}; carry it there")]
    NotForUs(DeviceId),
    /// The seal does not open.
    #[error("the sealed part is damaged: it was changed or cut short on the way. Copy the file again")]
    Damaged,
    /// Made by a device that this register does not know.
    #[error("this bundle was made by device {0}, which is not enrolled here")]
    UnknownSender(DeviceId),
    /// Made for another register.
    #[error("this bundle belongs to another register")]
    WrongRegister,
    /// The device does not take part in the operation.
    #[error("device {0} is not enrolled in operation {1}")]
    NotEnrolled(DeviceId, OperationId),
    /// The device never said to which key bundles for it are sealed.
    #[error("device {0} has no bundle key; enrol it anew, or let it sync")]
    NoKey(DeviceId),
    /// The device was revoked.
    #[error("device {0} was revoked; nothing is given to it")]
    Revoked(DeviceId),
    /// The work was cut off.
    #[error("the work was cut off; nothing was changed")]
    Cancelled,
}

impl BundlesError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Admission(error) => error.code(),
            Self::Bundle(error) => error.code(),
            Self::NotForUs(_) => "bundle.not_for_us",
            Self::Damaged => "bundle.damaged",
            Self::UnknownSender(_) => "bundle.unknown_sender",
            Self::WrongRegister => "bundle.wrong_register",
            Self::NotEnrolled(..) => "bundle.not_enrolled",
            Self::NoKey(_) => "bundle.no_key",
            Self::Revoked(_) => "bundle.revoked",
            Self::Cancelled => "internal.cancelled",
        }
    }
}
