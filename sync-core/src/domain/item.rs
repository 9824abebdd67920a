//! An item as a typed record: a weapon, a part, or an ammunition lot.
//!
//! Reading is total: what is unknown is passed over, what is of the wrong type is as good as missing, and nothing fails.

mod members;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use members::{
    ComponentRecord, CustodyRecord, IllicitBasisRecord, JustificationRecord, MarkingRecord, NoteRecord, PhotoRecord,
    RefRecord,
};

use crate::cbor::Value;
use crate::domain::members::{Parts, get, sibling};
use crate::domain::place::Place;
use crate::domain::serial;
use crate::ids::{DocId, OperationId};

/// Writes the record of an item from its scalar fields; every field is a path of the schema.
macro_rules! item {
    ($($field:ident: $ty:ty = $path:literal, $label:literal;)+) => {
        /// An item, read from its document. Fields are those of the schema; `None` where nothing was said, or where it
        /// was cleared.
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct ItemRecord {
            $(#[doc = $label] pub $field: Option<$ty>,)+
            /// Markings, in the order of their keys, withdrawn ones included.
            pub markings: Vec<MarkingRecord>,
            /// Components of a modular or composed weapon.
            pub components: Vec<ComponentRecord>,
            /// Photos.
            pub photos: Vec<PhotoRecord>,
            /// Notes.
            pub notes: Vec<NoteRecord>,
            /// Events of custody, in the order of their keys; `at` says when they were.
            pub custody: Vec<CustodyRecord>,
            /// References to other registers.
            pub refs: Vec<RefRecord>,
            /// Grounds for being illicit.
            pub illicit_basis: Vec<IllicitBasisRecord>,
            /// Findings that somebody has justified.
            pub justifications: Vec<JustificationRecord>,
        }

        impl ItemRecord {
            /// Reads an item from the content of its document. Never fails; what it does not know it passes over.
            pub fn read(content: &BTreeMap<String, Value>) -> Self {
                let parts = Parts::of(content);
                let mut item = Self {
                    $($field: get(&parts.scalars, $path),)+
                    markings: parts.set("markings", MarkingRecord::read),
                    components: parts.set("components", ComponentRecord::read),
                    photos: parts.set("photos", PhotoRecord::read),
                    notes: parts.set("notes", NoteRecord::read),
                    custody: parts.set("custody", CustodyRecord::read),
                    refs: parts.set("refs", RefRecord::read),
                    illicit_basis: parts.set("illicit_basis", IllicitBasisRecord::read),
                    justifications: parts.set("justifications", JustificationRecord::read),
                };
                for marking in &mut item.markings {
                    marking.component = marking.component.take().map(|named: String| sibling(&marking.key, &named));
                    marking.replaces = marking.replaces.take().map(|named: String| sibling(&marking.key, &named));
                }
                for photo in &mut item.photos {
                    photo.marking = photo.marking.take().map(|named: String| sibling(&photo.key, &named));
                }
                item
            }

            /// The paths of the scalar fields that the record has.
            pub fn scalar_names() -> &'static [&'static str] {
                &[$($path),+]
            }
        }
    };
}

item! {
    kind: String = "kind", "Kind of item: `weapon`, `part` or `ammunition`.";
    tag: String = "tag", "Tag.";
    class: String = "class", "Class, a code of `weapon_class`.";
    class_as_seen: String = "class_as_seen", "Class, as seen.";
    make: String = "make", "Maker.";
    make_as_seen: String = "make_as_seen", "Maker, as seen.";
    model: String = "model", "Model.";
    model_as_seen: String = "model_as_seen", "Model, as seen.";
    variant: String = "variant", "Variant.";
    calibre: String = "calibre", "Calibre, a code of `calibre`.";
    calibre_as_seen: String = "calibre_as_seen", "Calibre, as seen.";
    country: String = "country", "Country of manufacture.";
    country_as_seen: String = "country_as_seen", "Country, as seen.";
    country_certainty: String = "country_certainty", "Certainty of the country.";
    year: i64 = "year", "Year of manufacture.";
    year_certainty: String = "year_certainty", "Certainty of the year.";
    action: String = "action", "Action.";
    origin_kind: String = "origin_kind", "How it was made, a code of `origin_kind`.";
    modular: bool = "modular", "Whether it is modular.";
    rechambered: bool = "rechambered", "Whether it was rechambered.";
    antique: bool = "antique", "Whether it is said to be antique.";
    licence: bool = "licence", "Whether it was made under licence.";
    finish: String = "finish", "Finish.";
    magazines: i64 = "magazines", "Number of magazines.";
    serial_status: String = "serial_status", "Status of the serial, as said; see [`ItemRecord::serial_status`].";
    condition: String = "condition", "Condition.";
    loaded: bool = "loaded", "Whether it was loaded when handed in.";
    explosive_hazard: bool = "explosive_hazard", "Whether it is an explosive hazard.";
    safe_to_store: bool = "safe_to_store", "Whether it is safe to store.";
    missing_parts: String = "missing_parts", "Missing parts.";
    nature: String = "nature", "Nature of ammunition.";
    quantity: i64 = "quantity", "Quantity.";
    quantity_method: String = "quantity_method", "How the quantity was found.";
    packaging: String = "packaging", "Packaging.";
    lot_number: String = "lot_number", "Lot number.";
    headstamp: String = "headstamp", "Headstamp.";
    hazard_division: String = "hazard_division", "Hazard division.";
    part_type: String = "part_type", "Type of part.";
    collection: DocId = "collection", "Collection it came in by.";
    context: String = "context", "Context of the collection.";
    holder_category: String = "holder_category", "Category of the holder.";
    collected_at: i64 = "collected_at", "When it was collected, milliseconds since the Unix epoch.";
    place: Place = "place", "Where it was collected.";
    place_withheld: bool = "place_withheld", "Whether the place is withheld.";
    place_name: String = "place_name", "Name of the place.";
    site: String = "site", "Site.";
    group_code: String = "group_code", "Group code.";
    intended: String = "intended", "Intended disposition.";
    status: String = "status", "Status, a code of `status`.";
    evidence_hold: bool = "evidence_hold", "Whether it is held as evidence; `None` where nobody decided.";
    store: String = "store", "Store.";
    rack: String = "rack", "Rack.";
    box_name: String = "box", "Box.";
    language: String = "language", "Language of the record.";
    form_version: i64 = "form_version", "Version of the form.";
    state_stock: bool = "state_stock", "Whether it is from State stock.";
    stock_owner: String = "stock_owner", "Whose stock it is from.";
    case_number: String = "case_number", "Case number.";
    offence: String = "offence", "Offence.";
    person: [u8; 32] = "person", "Name (SHA-256) of the sealed record of who handed it in.";
    trace_pending: bool = "trace_pending", "Whether a trace is pending.";
    temporary: bool = "temporary", "Whether it was handed over temporarily, under joint control (IDDRS 4.11 section 6.1.2).";
    weight_g: i64 = "weight_g", "Weight in grams.";
    destruction: DocId = "destruction", "Destruction in which it ended.";
    split_from: DocId = "split_from", "Lot that it was taken from.";
    origin_operation: OperationId = "origin_operation", "Operation that it came from.";
    origin_item: DocId = "origin_item", "Its document in that operation.";
}

impl ItemRecord {
    /// Markings that still stand.
    pub fn live_markings(&self) -> impl Iterator<Item = &MarkingRecord> {
        self.markings.iter().filter(|marking| marking.is_live())
    }

    /// Whether the item is an ammunition lot.
    pub fn is_ammunition(&self) -> bool {
        self.kind.as_deref() == Some("ammunition") || self.class.as_deref() == Some("AMM")
    }

    /// The serial of the item: of its markings of type `SER` that still stand, the one on the frame or receiver first
    /// (International Tracing Instrument para 10), then those at other places; one with text before one without, one
    /// of the item before one of a component, then by key.
    pub fn serial(&self) -> Option<&MarkingRecord> {
        self.live_markings().filter(|m| m.kind.as_deref() == Some("SER")).min_by_key(|m| {
            let place = match m.location.as_deref() {
                Some("FRM" | "RCV") => 0,
                None => 1,
                Some("TUB" | "TRG") => 2,
                _ => 3,
            };
            (m.seen().is_none(), m.component.is_some(), place, m.key.as_str())
        })
    }

    /// The serial in the form in which serials are compared, if there is one to compare.
    pub fn serial_normalised(&self) -> Option<String> {
        let text = serial::normalise(self.serial()?.seen()?);
        (!text.is_empty()).then_some(text)
    }

    /// The status of the serial: what was said of it; where nothing was said, what the marking itself shows; `None`
    /// where there is nothing to tell it from.
    pub fn serial_status(&self) -> Option<&str> {
        if let Some(said) = self.serial_status.as_deref() {
            return Some(said);
        }
        let marking = self.serial()?;
        match (marking.condition.as_deref(), marking.seen()) {
            (Some("OBL" | "SAN"), None) => Some("obliterated"),
            (Some("NEV"), None) => Some("none_marked"),
            (Some("NIN"), None) => Some("not_inspected"),
            (Some(_), None) => Some("not_legible"),
            (_, Some(text)) if serial::is_partial(text) => Some("partial"),
            (_, Some(_)) => Some("read"),
            (None, None) => None,
        }
    }

    /// Whether the item is recorded as destroyed.
    pub fn is_destroyed(&self) -> bool {
        self.status.as_deref() == Some("destroyed")
    }

    /// The reason given for a rule's findings on this item, if somebody justified them: one that names this finding by its key, or one that
    /// names none and means all of the rule.
    pub fn justification(&self, rule: &str, key: &str) -> Option<&str> {
        self.justifications
            .iter()
            .filter(|j| j.is_live() && j.rule.as_deref() == Some(rule))
            .filter(|j| j.finding.as_deref().is_none_or(|named| named == key))
            .find_map(|j| j.reason.as_deref().filter(|reason| !reason.trim().is_empty()))
    }
}
