//! Photos and files: named by the SHA-256 of their bytes in what was said, kept outside all statements.
//!
//! ```text
//! photos/<key>/hash          the original, as the camera wrote it          original
//! photos/<key>/small         its working copy, made on the tablet          small
//! markings/<key>/photo       a photo that shows a marking                  original
//! results/<key>/before       a photo before destruction                    original
//! results/<key>/after        a photo after destruction                     original
//! ```
//!
//! A statement that names a file is signed; so a file that is not the one named cannot take its place. What is known of an original beside
//! its name (size, width, working copy) stands in the member of `photos` with its hash.

mod format;
pub mod receipt;

pub use self::format::{Format, has_metadata, is_heic};

use crate::cbor::Value;
use crate::edit::Edit;
use crate::ids::MediaHash;

/// As what a file is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// As it came.
    Original,
    /// A working copy: small, and without what a camera writes beside the picture.
    Small,
}

impl Role {
    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Small => "small",
        }
    }
}

/// One file that a statement names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// SHA-256 of its bytes.
    pub hash: MediaHash,
    /// As what.
    pub role: Role,
    /// Of a working copy: the original named beside it.
    pub original: Option<MediaHash>,
    /// The set whose member names it.
    pub set: String,
    /// What it shows, a code of `photo_view`.
    pub view: Option<String>,
    /// Its size as stated.
    pub bytes: Option<i64>,
}

/// The fields that name files: set, field, as what.
const FIELDS: [(&str, &str, Role); 5] = [
    ("photos", "hash", Role::Original),
    ("photos", "small", Role::Small),
    ("markings", "photo", Role::Original),
    ("results", "before", Role::Original),
    ("results", "after", Role::Original),
];

/// Every file that these edits name, in the order in which they name them.
pub fn named(edits: &[Edit]) -> Vec<Named> {
    let mut found = Vec::new();
    for edit in edits {
        match edit {
            Edit::Create { members, .. } => {
                for (set, members) in members {
                    for fields in members {
                        member(set, fields, &mut found);
                    }
                }
            }
            Edit::Add { set, fields } => member(set, fields, &mut found),
            Edit::Set { path, value } | Edit::Choose { path, value, .. } => {
                let mut parts = path.split('/');
                let (Some(set), Some(_), Some(field), None) = (parts.next(), parts.next(), parts.next(), parts.next())
                else {
                    continue;
                };
                member(set, &[(field.to_owned(), value.clone())], &mut found);
            }
            _ => {}
        }
    }
    found
}

fn member(set: &str, fields: &[(String, Value)], found: &mut Vec<Named>) {
    let of = |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value);
    let hash = |wanted: &str| of(wanted).and_then(Value::as_bytes).and_then(MediaHash::from_slice);
    for (_, field, role) in FIELDS.iter().filter(|(known, ..)| *known == set) {
        let Some(name) = hash(field) else { continue };
        let (original, bytes) = match role {
            Role::Original => (None, (set == "photos").then(|| of("bytes")).flatten()),
            Role::Small => (hash("hash"), of("small_bytes")),
        };
        let shows = match *field {
            "before" | "after" => Some((*field).to_owned()),
            _ => of("view").and_then(Value::as_text).map(str::to_owned),
        };
        let bytes = bytes.and_then(Value::as_int);
        found.push(Named { hash: name, role: *role, original, set: set.to_owned(), view: shows, bytes });
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn hash(n: u8) -> Value {
        Value::Bytes(vec![n; 32])
    }

    fn fields(pairs: &[(&str, Value)]) -> Vec<(String, Value)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    #[test]
    fn every_way_of_naming_a_file_is_seen_and_nothing_else() {
        let photo = fields(&[
            ("hash", hash(1)),
            ("small", hash(2)),
            ("bytes", Value::Int(9)),
            ("small_bytes", Value::Int(4)),
            ("view", "left".into()),
        ]);
        let edits = [
            Edit::Create {
                kind: "item".to_owned(),
                fields: fields(&[("person", hash(9)), ("make", "X".into())]),
                members: vec![
                    ("photos".to_owned(), vec![photo]),
                    ("markings".to_owned(), vec![fields(&[("photo", hash(1))])]),
                ],
            },
            Edit::Add { set: "results".to_owned(), fields: fields(&[("before", hash(3)), ("after", hash(4))]) },
            Edit::Set { path: "photos/0011223344556677.0/hash".to_owned(), value: hash(5) },
            Edit::Set { path: "photos/0011223344556677.0/view".to_owned(), value: "top".into() },
            Edit::Set { path: "photos/0011223344556677.0/hash".to_owned(), value: Value::Null },
            Edit::Set { path: "person".to_owned(), value: hash(9) },
            Edit::Add { set: "photos".to_owned(), fields: fields(&[("hash", Value::Bytes(vec![1; 31]))]) },
            Edit::Withdraw { path: "photos/0011223344556677.0".to_owned(), reason: "wrong".to_owned() },
        ];
        let found = named(&edits);
        let told: Vec<(u8, Role)> = found.iter().map(|one| (one.hash.as_bytes()[0], one.role)).collect();
        use Role::{Original, Small};
        assert_eq!(told, [(1, Original), (2, Small), (1, Original), (3, Original), (4, Original), (5, Original)]);
        assert_eq!((found[1].original, found[1].bytes), (Some(found[0].hash), Some(4)));
        assert_eq!((found[0].view.as_deref(), found[0].bytes), (Some("left"), Some(9)));
        assert_eq!((found[3].view.as_deref(), found[3].original), (Some("before"), None));
    }
}
