//! Golden vectors: bytes that were once written and must be read for ever (`sync-core/vectors/*.json`, hex in JSON, so that another
//! implementation can check itself against them).
//!
//! **Add, never change.** A vector that does not fit any more means that what people signed can no longer be read, or means something
//! else: put the code right, or make a new version of the format with vectors of its own beside these. To add some, write what
//! makes them into `made` of the module below and run
//!
//! ```sh
//! cargo test -p ploughshare-core add_missing_vectors -- --ignored
//! ```
//!
//! which writes what is not there yet and leaves the rest alone. What zstd makes of a body is not frozen (another release may press
//! it otherwise); that it inflates is.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod documents;
mod entries;
mod messages;
mod segments;

use serde_json::{Map, Value as Json, json};

/// The vectors of one file by name.
type Vectors = Map<String, Json>;

/// Every file: its name, what is frozen in it, what this build makes, and the fields that may come out otherwise.
fn files() -> [(&'static str, &'static str, Vectors, &'static [&'static str]); 4] {
    [
        ("entries", include_str!("../vectors/entries.json"), entries::made(), &[]),
        ("segments", include_str!("../vectors/segments.json"), segments::made(), &["wire"]),
        ("messages", include_str!("../vectors/messages.json"), messages::made(), &[]),
        ("documents", include_str!("../vectors/documents.json"), documents::made(), &[]),
    ]
}

fn frozen(file: &str) -> Vectors {
    let text = files().into_iter().find(|(name, ..)| *name == file).unwrap().1;
    serde_json::from_str(text).unwrap()
}

fn bytes(vector: &Json, field: &str) -> Vec<u8> {
    hex::decode(vector[field].as_str().unwrap()).unwrap()
}

#[test]
fn this_build_makes_the_frozen_vectors() {
    for (file, text, made, may_differ) in files() {
        let frozen: Vectors = serde_json::from_str(text).unwrap();
        for (name, vector) in &frozen {
            let fresh = made.get(name).unwrap_or_else(|| panic!("{file}: nothing makes {name:?} any more"));
            for (field, value) in vector.as_object().unwrap() {
                let same = &fresh[field] == value || may_differ.contains(&field.as_str());
                assert!(same, "{file}: {name}: {field} is frozen as {value}, and made as {}", fresh[field]);
            }
        }
        for name in made.keys() {
            assert!(frozen.contains_key(name), "{file}: {name:?} is not frozen yet: see the top of vectors.rs");
        }
    }
}

#[test]
#[ignore = "writes new vectors into the source tree"]
#[expect(clippy::disallowed_methods, reason = "a tool for maintainers")]
fn add_missing_vectors() {
    for (file, text, made, _) in files() {
        let mut all: Vectors = serde_json::from_str(text).unwrap();
        for (name, vector) in made {
            all.entry(name).or_insert(vector);
        }
        let path = format!("{}/vectors/{file}.json", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(path, serde_json::to_string_pretty(&json!(all)).unwrap() + "\n").unwrap();
    }
}
