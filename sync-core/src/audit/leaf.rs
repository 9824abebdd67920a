//! One line of the log: what was done, when, by whom, to what. Identifiers only, never names, serials or free text.
//!
//! ```text
//! leaf = deterministic CBOR map, at most 65,535 bytes (one tile entry of C2SP tlog-tiles)
//!   "v"       1                       format version
//!   "verb"    text   dotted           "segment.admitted"
//!   "actor"   text   lower-case id    who did it: an id in hex, "register" or "operator"
//!   "at_us"   int    µs since 1970    the register's clock, UTC
//!   "facts"   map    text → text      ids, codes, counts and hashes
//!   "subject" text   lower-case id    what it was done to
//! ```
//!
//! Keys stand in the order of their encoded bytes (RFC 8949, 4.2.1), so one leaf has one encoding. The hash of a leaf is
//! SHA-256 over `0x00` and these bytes (RFC 6962, 2.1).

use std::collections::BTreeMap;

use minicbor::{Decoder, Encoder};

use super::tree::Hash;

/// Longest leaf in bytes: what one entry of a C2SP tlog-tiles bundle can hold.
pub const MAX_LEAF_BYTES: usize = 65_535;
/// Longest verb in bytes.
pub const MAX_VERB_BYTES: usize = 64;
/// Longest actor or subject in bytes.
pub const MAX_ID_BYTES: usize = 200;
/// Most facts on one leaf.
pub const MAX_FACTS: usize = 64;
/// Longest name of a fact in bytes.
pub const MAX_FACT_NAME_BYTES: usize = 64;
/// Longest value of a fact in bytes.
pub const MAX_FACT_VALUE_BYTES: usize = 4_096;

const VERSION: u8 = 1;
const FIELDS: u64 = 6;

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// What was done: lower-case words joined by dots, at least two, such as `segment.admitted` or `item.read`.
    pub verb: String,
    /// When the register did it, in microseconds since the Unix epoch, UTC, by the register's clock.
    pub at_us: i64,
    /// Who did it: the id of an officer or device in lower-case hex, `register` or `operator`.
    pub actor: String,
    /// What it was done to: an id in lower-case hex, or another lower-case identifier.
    pub subject: String,
    /// What else must be provable: ids, codes, counts and hashes as text.
    pub facts: BTreeMap<String, String>,
}

/// Why a leaf could not be written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// The verb is not two or more lower-case words joined by dots.
    #[error("verb {0:?} is not two or more lower-case words joined by dots, at most {MAX_VERB_BYTES} bytes")]
    Verb(String),
    /// The actor or subject is not a lower-case identifier.
    #[error("{field} is not a lower-case identifier of 1 to {MAX_ID_BYTES} bytes")]
    Id {
        /// `actor` or `subject`.
        field: &'static str,
    },
    /// There are more facts than a leaf may carry.
    #[error("{0} facts, at most {MAX_FACTS} are allowed")]
    TooManyFacts(usize),
    /// The name of a fact is not a lower-case word.
    #[error("fact name {0:?} is not lower-case letters, digits and _ of 1 to {MAX_FACT_NAME_BYTES} bytes")]
    FactName(String),
    /// The value of a fact is too long or holds control characters.
    #[error("the value of fact {0:?} has control characters or more than {MAX_FACT_VALUE_BYTES} bytes")]
    FactValue(String),
    /// The leaf is longer than a log entry may be.
    #[error("{0} bytes, a leaf has at most {MAX_LEAF_BYTES}")]
    TooLong(usize),
    /// The bytes are not a leaf of the format above.
    #[error("malformed leaf: {0}")]
    Malformed(String),
    /// The bytes are of a format this build does not know.
    #[error("leaf format {0}, this build knows {VERSION}")]
    Version(u64),
    /// The bytes mean a leaf but are not the one encoding it has.
    #[error("not the canonical encoding of this leaf")]
    NotCanonical,
}

impl LeafError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Verb(_) => "leaf.bad_verb",
            Self::Id { .. } => "leaf.bad_id",
            Self::TooManyFacts(_) => "leaf.too_many_facts",
            Self::FactName(_) => "leaf.bad_fact_name",
            Self::FactValue(_) => "leaf.bad_fact_value",
            Self::TooLong(_) => "leaf.too_long",
            Self::Malformed(_) => "leaf.malformed",
            Self::Version(_) => "leaf.unknown_version",
            Self::NotCanonical => "leaf.not_canonical",
        }
    }
}

impl From<minicbor::decode::Error> for LeafError {
    fn from(error: minicbor::decode::Error) -> Self {
        Self::Malformed(error.to_string())
    }
}

impl Leaf {
    /// A leaf without facts.
    pub fn new(verb: &str, at_us: i64, actor: &str, subject: &str) -> Self {
        Self {
            verb: verb.to_owned(),
            at_us,
            actor: actor.to_owned(),
            subject: subject.to_owned(),
            facts: BTreeMap::new(),
        }
    }

    /// The same leaf with one more fact; a fact of the same name is replaced.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "numbers and texts are handed in as they are")]
    pub fn fact(mut self, name: &str, value: impl ToString) -> Self {
        self.facts.insert(name.to_owned(), value.to_string());
        self
    }

    /// The one encoding of this leaf. Errors when a field is out of its bounds.
    pub fn encode(&self) -> Result<Vec<u8>, LeafError> {
        self.check()?;
        let bytes = self.write().map_err(|error| LeafError::Malformed(error.to_string()))?;
        if bytes.len() > MAX_LEAF_BYTES {
            return Err(LeafError::TooLong(bytes.len()));
        }
        Ok(bytes)
    }

    /// Reads a leaf back. Errors on anything that [`Leaf::encode`] would not have written, byte for byte.
    pub fn decode(bytes: &[u8]) -> Result<Self, LeafError> {
        if bytes.len() > MAX_LEAF_BYTES {
            return Err(LeafError::TooLong(bytes.len()));
        }
        let mut input = Decoder::new(bytes);
        if input.map()? != Some(FIELDS) {
            return Err(LeafError::Malformed(format!("not a map of {FIELDS} fields")));
        }
        expect_key(&mut input, "v")?;
        let version = input.u64()?;
        if version != u64::from(VERSION) {
            return Err(LeafError::Version(version));
        }
        expect_key(&mut input, "verb")?;
        let verb = input.str()?.to_owned();
        expect_key(&mut input, "actor")?;
        let actor = input.str()?.to_owned();
        expect_key(&mut input, "at_us")?;
        let at_us = input.i64()?;
        expect_key(&mut input, "facts")?;
        let facts = read_facts(&mut input)?;
        expect_key(&mut input, "subject")?;
        let subject = input.str()?.to_owned();

        let leaf = Self { verb, at_us, actor, subject, facts };
        // One comparison rules out trailing bytes, other key orders and longer ways to write a number.
        if leaf.encode()? != bytes {
            return Err(LeafError::NotCanonical);
        }
        Ok(leaf)
    }

    fn check(&self) -> Result<(), LeafError> {
        let words = self.verb.split('.').collect::<Vec<_>>();
        if self.verb.len() > MAX_VERB_BYTES || words.len() < 2 || !words.iter().all(|word| is_word(word)) {
            return Err(LeafError::Verb(shortened(&self.verb)));
        }
        for (field, id) in [("actor", &self.actor), ("subject", &self.subject)] {
            if !is_id(id) {
                return Err(LeafError::Id { field });
            }
        }
        if self.facts.len() > MAX_FACTS {
            return Err(LeafError::TooManyFacts(self.facts.len()));
        }
        for (name, value) in &self.facts {
            if name.len() > MAX_FACT_NAME_BYTES || !is_word(name) {
                return Err(LeafError::FactName(shortened(name)));
            }
            if value.len() > MAX_FACT_VALUE_BYTES || value.chars().any(char::is_control) {
                return Err(LeafError::FactValue(name.clone()));
            }
        }
        Ok(())
    }

    fn write(&self) -> Result<Vec<u8>, minicbor::encode::Error<std::convert::Infallible>> {
        let mut facts = self.facts.iter().collect::<Vec<_>>();
        // A shorter text has a smaller head byte, so encoded order is length first.
        facts.sort_by_key(|(name, _)| (name.len(), *name));

        let mut out = Encoder::new(Vec::new());
        out.map(FIELDS)?.str("v")?.u8(VERSION)?;
        out.str("verb")?.str(&self.verb)?;
        out.str("actor")?.str(&self.actor)?;
        out.str("at_us")?.i64(self.at_us)?;
        out.str("facts")?.map(facts.len() as u64)?;
        for (name, value) in facts {
            out.str(name)?.str(value)?;
        }
        out.str("subject")?.str(&self.subject)?;
        Ok(out.into_writer())
    }
}

/// The RFC 6962 hash of a leaf: SHA-256 over `0x00` and its bytes.
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    tlog_tiles::record_hash(bytes).0
}

fn expect_key(input: &mut Decoder<'_>, key: &'static str) -> Result<(), LeafError> {
    if input.str()? == key {
        Ok(())
    } else {
        Err(LeafError::Malformed(format!("field {key:?} is not where it belongs")))
    }
}

fn read_facts(input: &mut Decoder<'_>) -> Result<BTreeMap<String, String>, LeafError> {
    let count = input.map()?.ok_or_else(|| LeafError::Malformed("facts of indefinite length".to_owned()))?;
    if count > MAX_FACTS as u64 {
        return Err(LeafError::TooManyFacts(usize::try_from(count).unwrap_or(usize::MAX)));
    }
    let mut facts = BTreeMap::new();
    for _ in 0..count {
        let name = input.str()?.to_owned();
        let value = input.str()?.to_owned();
        facts.insert(name, value);
    }
    Ok(facts)
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Lower-case letters, digits and `. _ : / -`: holds every id of the register and no name as people write them.
fn is_id(text: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&text.len())
        && text.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b':' | b'/' | b'-')
        })
}

/// What an error message repeats of a text that may be hostile.
fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    fn sample() -> Leaf {
        Leaf::new("segment.admitted", 1_767_225_600_000_000, "register", &"5a".repeat(32))
            .fact("journal", "00112233445566778899aabbccddeeff")
            .fact("n", 1)
            .fact("entries", 20)
    }

    #[test]
    fn a_leaf_reads_back_as_it_was_written() {
        let bytes = sample().encode().unwrap();
        assert_eq!(Leaf::decode(&bytes).unwrap(), sample());
    }

    #[test]
    fn the_bytes_of_a_leaf_are_frozen() {
        let leaf = Leaf::new("item.read", -1, "operator", "a1").fact("bb", "x").fact("c", "y");
        let expected = concat!(
            "a6",
            "617601",
            "6476657262",
            "696974656d2e72656164",
            "656163746f72",
            "686f70657261746f72",
            "6561745f7573",
            "20",
            "656661637473",
            "a2",
            "6163",
            "6179",
            "626262",
            "6178",
            "677375626a656374",
            "626131",
        );
        assert_eq!(hex::encode(leaf.encode().unwrap()), expected);
    }

    #[test]
    fn a_leaf_out_of_bounds_is_not_written() {
        let long = "x".repeat(MAX_FACT_VALUE_BYTES);
        let mut many = sample();
        for n in 0..MAX_FACTS {
            many.facts.insert(format!("f{n}"), String::new());
        }
        let mut fat = Leaf::new("a.b", 0, "register", "x");
        for n in 0..20 {
            fat.facts.insert(format!("f{n}"), long.clone());
        }
        let cases = [
            (Leaf { verb: "read".into(), ..sample() }, "leaf.bad_verb"),
            (Leaf { verb: "Item.read".into(), ..sample() }, "leaf.bad_verb"),
            (Leaf { verb: "item..read".into(), ..sample() }, "leaf.bad_verb"),
            (Leaf { actor: "A Person".into(), ..sample() }, "leaf.bad_id"),
            (Leaf { subject: String::new(), ..sample() }, "leaf.bad_id"),
            (Leaf { subject: "a".repeat(MAX_ID_BYTES + 1), ..sample() }, "leaf.bad_id"),
            (sample().fact("a b", ""), "leaf.bad_fact_name"),
            (sample().fact("a", "line\nline"), "leaf.bad_fact_value"),
            (sample().fact("a", format!("{long}x")), "leaf.bad_fact_value"),
            (many, "leaf.too_many_facts"),
            (fat, "leaf.too_long"),
        ];
        for (leaf, code) in cases {
            assert_eq!(leaf.encode().unwrap_err().code(), code);
        }
        assert!(sample().fact("a", long).encode().is_ok());
    }

    #[test]
    fn only_the_one_encoding_is_read() {
        let bytes = sample().encode().unwrap();
        let mut longer = bytes.clone();
        longer.push(0);
        assert_eq!(Leaf::decode(&longer).unwrap_err(), LeafError::NotCanonical);
        assert_eq!(Leaf::decode(&bytes[..bytes.len() - 1]).unwrap_err().code(), "leaf.malformed");
        assert_eq!(Leaf::decode(&[]).unwrap_err().code(), "leaf.malformed");

        let mut later = bytes.clone();
        later[3] = 2;
        assert_eq!(Leaf::decode(&later).unwrap_err(), LeafError::Version(2));

        // The version written in two bytes instead of one.
        let mut wide = bytes.clone();
        wide.splice(3..4, [0x18, 0x01]);
        assert_eq!(Leaf::decode(&wide).unwrap_err(), LeafError::NotCanonical);

        // Facts in another order.
        let swapped = Leaf::new("a.b", 0, "x", "y").fact("p", "1").fact("q", "1").encode().unwrap();
        let text = hex::encode(&swapped).replace("6170613161716131", "6171613161706131");
        assert_eq!(Leaf::decode(&hex::decode(text).unwrap()).unwrap_err(), LeafError::NotCanonical);
    }
}
