//! The sheets: plain data, one struct a document. Nothing in them depends on a language: codes of the code lists stand as
//! codes, times as ISO 8601 in UTC, weights in grams, hashes as bytes.

mod certificate;
mod handover;
mod receipt;

pub use certificate::{
    AmmunitionTotal, Attachment, Authorisation, CertificateItem, CertificateSheet, Proof, ScrapStep, Totals,
};
pub use handover::{Difference, HandoverItem, HandoverSheet, Party, Seal};
pub use receipt::{ReceiptDetails, ReceiptSheet};

/// A serial number as somebody saw it, or why there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SerialSeen {
    /// The characters as seen on the item, in whatever script.
    pub text: Option<String>,
    /// Code of the list `serial_status`, such as `read`, `partial`, `none_marked`.
    pub status: String,
}

/// A number of rounds or pieces, and how it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quantity {
    /// How many.
    pub count: u64,
    /// Code of the list `quantity_method`: `counted`, `estimated` or `weighed`.
    pub method: String,
}

/// A signature that was given on a device, and room for one by pen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signature {
    /// What the signer signs as: `destruction_supervisor`, `independent_witness`, `storekeeper`, `transport_escort`,
    /// `registrar`, `team_leader`, `receiving_officer` or `handing_officer`; anything else is printed as it stands.
    pub role: String,
    /// Name of the officer.
    pub name: String,
    /// For whom the officer acts.
    pub organisation: Option<String>,
    /// When it was signed, ISO 8601 in UTC; none while nobody has.
    pub signed_at: Option<String>,
    /// Fingerprint of the key that signed; none while nobody has.
    pub key_fingerprint: Option<Vec<u8>>,
}
