//! What a hand-over or transport sheet says.

use super::{Quantity, SerialSeen, Signature};

/// A load on its way from one custodian to another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HandoverSheet {
    /// Number of the sheet.
    pub number: String,
    /// When it was drawn up, ISO 8601 in UTC: the date that the file itself bears.
    pub issued_at: String,
    /// Name of the operation.
    pub operation: String,
    /// Why the load moves.
    pub reason: Option<String>,
    /// Who hands over.
    pub from: Party,
    /// Who receives.
    pub to: Party,
    /// When it was loaded, ISO 8601 in UTC.
    pub loaded_at: Option<String>,
    /// When it was received, ISO 8601 in UTC; none while it is on its way.
    pub received_at: Option<String>,
    /// Vehicle, with its registration.
    pub vehicle: Option<String>,
    /// Who escorts it.
    pub escort: Option<String>,
    /// Seals on the load.
    pub seals: Vec<Seal>,
    /// What is in the load.
    pub items: Vec<HandoverItem>,
    /// Items counted at loading.
    pub loaded: Option<u64>,
    /// Items counted at receipt; none while it is on its way.
    pub received: Option<u64>,
    /// What did not agree, item by item.
    pub differences: Vec<Difference>,
    /// Signature of who hands over.
    pub handing: Signature,
    /// Signature of who receives.
    pub receiving: Signature,
}

/// One side of a hand-over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// Store, site or unit.
    pub name: String,
    /// Whose it is.
    pub organisation: Option<String>,
    /// Where it is.
    pub place: Option<String>,
}

/// A seal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seal {
    /// Number put on at loading.
    pub number: String,
    /// Number found at receipt; none while nobody has looked.
    pub found: Option<String>,
    /// State at receipt: a code of the list `seal_state`; none while nobody has looked.
    pub state: Option<String>,
}

/// One item of the load.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HandoverItem {
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
    /// Box or crate it is in.
    pub container: Option<String>,
    /// Whether it was found at receipt; none while nobody has looked.
    pub received: Option<bool>,
}

/// Something that did not agree at receipt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// The tag that it is about, if it is about one.
    pub tag: Option<String>,
    /// What did not agree.
    pub note: String,
}
