//! What a certificate of destruction says.

use super::{Quantity, SerialSeen, Signature};

/// A certificate of destruction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CertificateSheet {
    /// Number of the certificate.
    pub number: String,
    /// When it was issued, ISO 8601 in UTC (`2026-03-01T09:30:00Z`): the date that the file itself bears.
    pub issued_at: String,
    /// Who issued it.
    pub issued_by: Option<String>,
    /// Name of the programme.
    pub programme: String,
    /// Name of the operation.
    pub operation: String,
    /// The country: its code of ISO 3166-1, which is printed with its name in the language of the sheet, or words.
    pub country: String,
    /// The organisation that runs the programme.
    pub organisation: Option<String>,
    /// Name of the site.
    pub site: String,
    /// Where the site is: the nearest place, district, province.
    pub place: String,
    /// When the destruction began, ISO 8601 in UTC.
    pub begun_at: String,
    /// When it ended, ISO 8601 in UTC.
    pub ended_at: String,
    /// How: codes of the list `destruction_method`, in the order of the processes.
    pub methods: Vec<String>,
    /// Who allowed it.
    pub authorisation: Authorisation,
    /// Reference of the destruction plan and its risk assessment.
    pub plan_reference: Option<String>,
    /// The standing operating procedure and its version.
    pub procedure: Option<String>,
    /// The third party that monitored it.
    pub monitored_by: Option<String>,
    /// What it adds up to.
    pub totals: Totals,
    /// What became of the scrap, step by step.
    pub scrap: Vec<ScrapStep>,
    /// The items, in the order of the list that was hashed.
    pub items: Vec<CertificateItem>,
    /// Who signed, or is to sign.
    pub signatures: Vec<Signature>,
    /// What proves it.
    pub proof: Proof,
    /// The proof itself, carried in the file.
    pub attachment: Option<Attachment>,
}

/// Who allowed a destruction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authorisation {
    /// The authority.
    pub authority: String,
    /// The number of its order.
    pub number: String,
    /// The date of its order, ISO 8601.
    pub date: String,
}

/// What a destruction adds up to, in items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Items on the plan.
    pub planned: u64,
    /// Items that were there.
    pub presented: u64,
    /// Items destroyed.
    pub destroyed: u64,
    /// Items rejected at the check of identity.
    pub rejected: u64,
    /// Items taken off the list, for instance as evidence.
    pub withdrawn: u64,
    /// Weight of all that was destroyed, in grams.
    pub weight_grams: Option<u64>,
    /// Ammunition destroyed.
    pub ammunition: Vec<AmmunitionTotal>,
}

/// Ammunition of one kind that was destroyed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AmmunitionTotal {
    /// What it is: calibre, nature.
    pub description: String,
    /// How much, and how that was found.
    pub quantity: Quantity,
}

/// One step of the scrap on its way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScrapStep {
    /// Weight handed over, in grams.
    pub weight_grams: Option<u64>,
    /// Who took it.
    pub recipient: String,
    /// Number of the weighbridge slip or smelting certificate.
    pub reference: Option<String>,
}

/// One item of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CertificateItem {
    /// The code on its tag.
    pub tag: String,
    /// Class: a code of the list `weapon_class`, or words.
    pub class: String,
    /// Make and model.
    pub make_model: Option<String>,
    /// Calibre.
    pub calibre: Option<String>,
    /// Serial number as seen; none for ammunition.
    pub serial: Option<SerialSeen>,
    /// Quantity, for a lot of ammunition.
    pub quantity: Option<Quantity>,
    /// Result: a code of the list `destruction_result`.
    pub result: String,
    /// Weight in grams.
    pub weight_grams: Option<u64>,
}

/// Where the proof stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// SHA-256 of the item list.
    pub item_list_hash: [u8; 32],
    /// Place of the certificate in the audit log; none while it is not in it.
    pub log_position: Option<u64>,
    /// The checkpoint of the log that covers it, line by line.
    pub checkpoint: Vec<String>,
    /// What the QR code says.
    pub qr: String,
}

/// A file carried in the document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attachment {
    /// Its name, such as `certificate.json`.
    pub name: String,
    /// Its media type, such as `application/json`.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}
