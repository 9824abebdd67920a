//! A collection as a typed record: how items came in. It counts persons and never names one.

use std::collections::BTreeMap;

use crate::cbor::Value;
use crate::domain::item::{NoteRecord, PhotoRecord, RefRecord};
use crate::domain::members::{Parts, get};
use crate::domain::place::Place;

/// Writes the record of a collection from its scalar fields.
macro_rules! collection {
    ($($field:ident: $ty:ty, $label:literal;)+) => {
        /// A collection, read from its document; `None` where nothing was said, or where it was cleared.
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct CollectionRecord {
            $(#[doc = $label] pub $field: Option<$ty>,)+
            /// Notes.
            pub notes: Vec<NoteRecord>,
            /// References to other registers.
            pub refs: Vec<RefRecord>,
            /// Photos.
            pub photos: Vec<PhotoRecord>,
        }

        impl CollectionRecord {
            /// Reads a collection from the content of its document. Never fails; what it does not know it passes over.
            pub fn read(content: &BTreeMap<String, Value>) -> Self {
                let parts = Parts::of(content);
                Self {
                    $($field: get(&parts.scalars, stringify!($field)),)+
                    notes: parts.set("notes", NoteRecord::read),
                    refs: parts.set("refs", RefRecord::read),
                    photos: parts.set("photos", PhotoRecord::read),
                }
            }

            /// The names of the scalar fields that the record has.
            pub fn scalar_names() -> &'static [&'static str] {
                &[$(stringify!($field)),+]
            }
        }
    };
}

collection! {
    context: String, "Context, a code of `context`.";
    holder_category: String, "Category of the holders.";
    operation_name: String, "Name of the operation.";
    site: String, "Site.";
    place: Place, "Where.";
    place_withheld: bool, "Whether the place is withheld.";
    place_name: String, "Name of the place.";
    opened_at: i64, "When it opened, milliseconds since the Unix epoch.";
    closed_at: i64, "When it closed, milliseconds since the Unix epoch.";
    persons: i64, "How many persons came.";
    weapons_expected: i64, "How many weapons are expected.";
    group_code: String, "Group code.";
    language: String, "Language of the record.";
    tracing_permitted: String, "Whether its items may be traced: `yes`, `no` or `restricted`.";
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    #[test]
    fn a_collection_is_read_with_its_notes_and_what_is_strange_is_passed_over() {
        let content = BTreeMap::from([
            ("context".to_owned(), Value::from("DDR")),
            ("persons".to_owned(), Value::Int(40)),
            ("weapons_expected".to_owned(), Value::from("many")),
            ("notes/aaaaaaaaaaaaaaaa.0/text".to_owned(), Value::from("gate opened late")),
        ]);
        let collection = CollectionRecord::read(&content);
        assert_eq!(collection.context.as_deref(), Some("DDR"));
        assert_eq!(collection.persons, Some(40));
        assert_eq!(collection.weapons_expected, None);
        assert_eq!(collection.notes[0].text.as_deref(), Some("gate opened late"));
    }

    #[test]
    fn every_scalar_of_the_schema_is_in_the_record() {
        let scalars: Vec<_> =
            crate::domain::schema::kind("collection").unwrap().fields.iter().map(|field| field.name).collect();
        assert_eq!(CollectionRecord::scalar_names(), scalars);
    }
}
