//! Why somebody was not let in, or a change of who may do what was not made.

use crate::admission::AdmissionError;
use crate::store::StoreError;

/// Why somebody was not let in, or a change was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The decision could not be stated.
    #[error(transparent)]
    Decision(#[from] AdmissionError),
    /// An audit leaf could not be written.
    #[error(transparent)]
    Leaf(#[from] ploughshare_core::audit::LeafError),
    /// The ticket is not one of this register.
    #[error("there is no such ticket; check it letter by letter, or ask for a new one")]
    TicketUnknown,
    /// The ticket is too old.
    #[error("the ticket has expired; ask for a new one")]
    TicketExpired,
    /// The ticket was used by another device.
    #[error("the ticket was used before, by another device; the use was noted. Ask for a new one")]
    TicketUsed,
    /// The public key is none.
    #[error("the public key is not 32 bytes of Ed25519 or 33 of P-256, in hex")]
    BadKey,
    /// The key belongs to a device that cannot be enrolled once more.
    #[error("this key is enrolled for another officer or was revoked; the device needs a new key")]
    DeviceKnown,
    /// The label is empty or too long.
    #[error("a label is 1 to 64 characters without control characters")]
    BadLabel,
    /// The signature does not prove possession of the key.
    #[error("the signature does not fit the key")]
    BadSignature,
    /// The challenge was not made here, for this device, within the last two minutes.
    #[error("the challenge is not one of this register, or has expired; ask for a new one")]
    BadChallenge,
    /// No device with that id, or it may not sign in. Said alike, so that nobody learns which ids there are.
    #[error("this device is not enrolled here")]
    DeviceUnknown,
    /// The officer may not act.
    #[error("the officer is not active in this register")]
    OfficerInactive,
    /// No such account, a wrong passphrase, or an account that is locked. Said alike.
    #[error("name and passphrase do not fit; after several wrong ones the account rests for a while")]
    BadPassphrase,
    /// The passphrase is too short or too common a pattern.
    #[error("a passphrase has 15 to 1,024 characters, and more than five different ones")]
    WeakPassphrase,
    /// The set-up link is not one of this register, was used, or has expired.
    #[error(
        "the set-up link is not valid or was used; restart the server for a new one while there is no administrator"
    )]
    BadSetupLink,
    /// A name is empty or too long.
    #[error("a name is 1 to 120 characters without control characters")]
    BadName,
    /// A code is not made of the allowed letters.
    #[error("a code is 1 to 64 lower-case letters, digits and dashes, and not `register`")]
    BadCode,
    /// There is no such officer, or several of that name.
    #[error("no officer, or more than one, is known by that; use the id from `ploughshare officer list`")]
    OfficerUnknown,
    /// There is no such operation.
    #[error("there is no such operation; see `ploughshare operation list`")]
    OperationUnknown,
    /// The operation is closed.
    #[error("the operation is closed")]
    OperationClosed,
    /// The code is taken.
    #[error("there is an operation with this code already")]
    CodeTaken,
    /// The officer holds no role in the operation.
    #[error("the officer holds no role in this operation; grant one first, or name it with --role")]
    NoRole,
    /// The device does not take part in the operation.
    #[error("the device is not enrolled in this operation; enrol it with a ticket of its own first")]
    NotEnrolled,
    /// The key is somebody's, is kept elsewhere, or was revoked.
    #[error("this key is somebody's already, is kept on another device, or was revoked; make a new one")]
    OfficerKeyKnown,
    /// No key has this fingerprint.
    #[error("no officer's key has this fingerprint; see `ploughshare officer keys`")]
    OfficerKeyUnknown,
    /// A revocation from a moment to come.
    #[error("a key is revoked from now on or from an earlier moment, not from one to come")]
    NotYet,
    /// No statement by this name.
    #[error("there is no statement with this id in your operations")]
    StatementUnknown,
    /// A reason is missing, too long, or more than a line.
    #[error("a reason is 1 to 500 characters on one line")]
    BadReason,
    /// Nobody decides about their own words.
    #[error("the statement is your own: somebody else has to release it")]
    OwnStatement,
    /// It counts, so there is nothing to release.
    #[error("the statement counts; there is nothing to release")]
    NoClaim,
    /// Hashing was cut off.
    #[error("the work was cut off; nothing was changed")]
    Cancelled,
}

impl IdentityError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Decision(error) => error.code(),
            Self::Leaf(error) => error.code(),
            Self::TicketUnknown => "ticket.unknown",
            Self::TicketExpired => "ticket.expired",
            Self::TicketUsed => "ticket.used",
            Self::BadKey => "key.malformed",
            Self::DeviceKnown => "device.known",
            Self::BadLabel => "device.bad_label",
            Self::BadSignature => "key.bad_signature",
            Self::BadChallenge => "challenge.invalid",
            Self::DeviceUnknown => "device.unknown",
            Self::OfficerInactive => "officer.inactive",
            Self::BadPassphrase => "session.refused",
            Self::WeakPassphrase => "passphrase.weak",
            Self::BadSetupLink => "setup.invalid",
            Self::BadName => "name.malformed",
            Self::BadCode => "operation.bad_code",
            Self::OfficerUnknown => "officer.unknown",
            Self::OperationUnknown => "operation.unknown",
            Self::OperationClosed => "operation.closed",
            Self::CodeTaken => "operation.code_taken",
            Self::NoRole => "role.missing",
            Self::NotEnrolled => "operation.not_enrolled",
            Self::OfficerKeyKnown => "officer.key_known",
            Self::OfficerKeyUnknown => "officer.key_unknown",
            Self::NotYet => "officer.key_not_yet",
            Self::StatementUnknown => "claim.unknown",
            Self::BadReason => "claim.bad_reason",
            Self::OwnStatement => "claim.own",
            Self::NoClaim => "claim.counts",
            Self::Cancelled => "internal.cancelled",
        }
    }
}
