//! Why a file is not a certificate, or proves nothing.

use crate::audit::ProofError;
use crate::cbor::CborError;
use crate::entry::EntryError;
use crate::ids::DocId;
use crate::keys::KeyError;

/// Why a certificate is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Larger than a certificate may be.
    #[error("a certificate is no larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// Not deterministic CBOR.
    #[error(transparent)]
    Cbor(#[from] CborError),
    /// A part is missing or of the wrong type.
    #[error("this is not a certificate: its {part} is missing or malformed")]
    Malformed {
        /// Which.
        part: &'static str,
    },
    /// Of a later version.
    #[error("the certificate is of version {version}, which this program does not know")]
    Version {
        /// Its version.
        version: i64,
    },
    /// The key is no key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The register did not sign it, or it was changed since.
    #[error("the certificate was changed, or is not by the register of this key")]
    BadSignature,
    /// The body does not inflate within bounds.
    #[error("the body of the certificate does not inflate")]
    Inflate,
    /// An entry in it is none.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// An entry in it is about something else.
    #[error("the certificate carries a statement about something else")]
    Foreign,
    /// It is not in the log.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The leaf in the log is that of something else.
    #[error("what stands in the log is another certificate: {what} differs")]
    OtherLeaf {
        /// What differs.
        what: &'static str,
    },
    /// No supervisor and witnesses signed one and the same state.
    #[error("no state of the destruction was signed by a supervisor and {witnesses} witness(es) other than they")]
    NotSigned {
        /// Witnesses asked for.
        witnesses: i64,
    },
    /// Planned is not destroyed + rejected + withdrawn.
    #[error("the state that was signed is not reconciled")]
    NotReconciled,
    /// The list is not what was signed.
    #[error("the list of items is not what was signed: {item} differs")]
    OtherList {
        /// The first item that differs.
        item: DocId,
    },
}

impl CertificateError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "certificate.too_large",
            Self::Cbor(error) => error.code(),
            Self::Malformed { .. } => "certificate.malformed",
            Self::Version { .. } => "certificate.version",
            Self::Key(error) => error.code(),
            Self::BadSignature => "certificate.bad_signature",
            Self::Inflate => "certificate.inflate",
            Self::Entry(error) => error.code(),
            Self::Foreign => "certificate.foreign_statement",
            Self::Proof(error) => error.code(),
            Self::OtherLeaf { .. } => "certificate.other_leaf",
            Self::NotSigned { .. } => "certificate.not_signed",
            Self::NotReconciled => "certificate.not_reconciled",
            Self::OtherList { .. } => "certificate.other_list",
        }
    }
}
