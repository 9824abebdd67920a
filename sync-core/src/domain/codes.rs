//! Code lists: stable short codes with English labels.
//!
//! A code is stored in documents exactly as written here. A code, once published, keeps its meaning for ever: lists
//! grow by new codes and a new version, never by re-coding, because documents signed decades ago must still be read.
//! Codes of classes, conditions and markings are three capital letters; codes that are plain words are lower case
//! with underscores; calibres and countries are written the way the trade and ISO write them.

mod arms;
mod calibres;
mod collection;
mod countries;
mod custody;
mod markings;
mod person;
mod procedures;
mod tracing;

pub use arms::{ACTION, CONDITION, HAZARD_DIVISION, ITEM_KIND, NATURE, ORIGIN_KIND, PART_TYPE, WEAPON_CLASS};
pub use calibres::CALIBRE;
pub(crate) use calibres::CALIBRES;
pub use collection::{
    CERTAINTY, CONFIDENCE, CONTEXT, HOLDER_CATEGORY, ILLICIT_BASIS, SdgCategory, TRACING_PERMITTED, sdg_category,
};
pub use countries::COUNTRY;
pub use custody::{
    CUSTODY_EVENT, DESTRUCTION_METHOD, DESTRUCTION_RESULT, INTENDED, PACKAGING, PHOTO_VIEW, QUANTITY_METHOD, STATUS,
};
pub use markings::{MARKING_CONDITION, MARKING_LOCATION, MARKING_METHOD, MARKING_SIDE, MARKING_TYPE, SERIAL_STATUS};
pub use person::{ID_DOCUMENT, PERSON_AGE_GROUP, PERSON_ERASURE, PERSON_PURPOSE, PERSON_SEX};
pub use procedures::{
    CARGO, COUNT_OCCASION, DESTRUCTION_STATE, HANDOVER_MANNER, HANDOVER_STATE, IDENTITY_CHECK, INCIDENT_NATURE,
    INCIDENT_STATE, SEAL_STATE, SIGHTING, WORK_STATE,
};
pub use tracing::{RESPONSE_LIMIT_GROUND, TRACE_FAILURE, TRACE_OUTCOME};

/// One code and its English label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// What is stored, for ever.
    pub code: &'static str,
    /// What an English reader sees; translations are keyed by list and code.
    pub label: &'static str,
}

/// A named, versioned list of codes.
#[derive(Debug, PartialEq, Eq)]
pub struct CodeList {
    /// Name of the list, as used in exports and translations.
    pub name: &'static str,
    /// Rises when codes are added. Codes never change or leave.
    pub version: u32,
    /// The codes, in the order in which a form shows them.
    pub codes: &'static [Code],
}

impl CodeList {
    /// Whether the list has this code, written exactly so.
    pub fn contains(&self, code: &str) -> bool {
        self.codes.iter().any(|c| c.code == code)
    }

    /// The English label of a code.
    pub fn label(&self, code: &str) -> Option<&'static str> {
        self.codes.iter().find(|c| c.code == code).map(|c| c.label)
    }

    /// The code as the list writes it, found without regard to case.
    pub fn find(&self, text: &str) -> Option<&'static str> {
        let text = text.trim();
        self.codes.iter().find(|c| c.code.eq_ignore_ascii_case(text)).map(|c| c.code)
    }
}

/// Every list, in order of its name.
pub fn all() -> &'static [&'static CodeList] {
    static ALL: &[&CodeList] = &[
        &ACTION,
        &CALIBRE,
        &CARGO,
        &CERTAINTY,
        &CONDITION,
        &CONFIDENCE,
        &CONTEXT,
        &COUNT_OCCASION,
        &COUNTRY,
        &CUSTODY_EVENT,
        &DESTRUCTION_METHOD,
        &DESTRUCTION_RESULT,
        &DESTRUCTION_STATE,
        &HANDOVER_MANNER,
        &HANDOVER_STATE,
        &HAZARD_DIVISION,
        &HOLDER_CATEGORY,
        &ID_DOCUMENT,
        &IDENTITY_CHECK,
        &ILLICIT_BASIS,
        &INCIDENT_NATURE,
        &INCIDENT_STATE,
        &INTENDED,
        &ITEM_KIND,
        &MARKING_CONDITION,
        &MARKING_LOCATION,
        &MARKING_METHOD,
        &MARKING_SIDE,
        &MARKING_TYPE,
        &NATURE,
        &ORIGIN_KIND,
        &PACKAGING,
        &PART_TYPE,
        &PERSON_AGE_GROUP,
        &PERSON_ERASURE,
        &PERSON_PURPOSE,
        &PERSON_SEX,
        &PHOTO_VIEW,
        &QUANTITY_METHOD,
        &RESPONSE_LIMIT_GROUND,
        &SEAL_STATE,
        &SERIAL_STATUS,
        &SIGHTING,
        &STATUS,
        &TRACE_FAILURE,
        &TRACE_OUTCOME,
        &TRACING_PERMITTED,
        &WEAPON_CLASS,
        &WORK_STATE,
    ];
    ALL
}

/// The list of that name.
pub fn list(name: &str) -> Option<&'static CodeList> {
    all().iter().copied().find(|list| list.name == name)
}

/// Writes a code list as a table.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident, $list:literal, $($code:literal => $label:literal),+ $(,)?) => {
        $(#[$doc])*
        pub static $name: $crate::domain::codes::CodeList = $crate::domain::codes::CodeList {
            name: $list,
            version: 1,
            codes: &[$($crate::domain::codes::Code { code: $code, label: $label }),+],
        };
    };
}
use codes;

#[cfg(test)]
mod tests;
