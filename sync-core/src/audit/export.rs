//! The export file of a log, and the check of it line by line in memory that does not grow with the file.
//!
//! ```text
//! {"format":"ploughshare log export v1","register":"<hex>","log":"audit","size":2,"vkey":"name+hash+base64"}
//! {"index":0,"leaf":"<base64 of the leaf bytes>"}
//! {"index":1,"leaf":"<base64 of the leaf bytes>"}
//! {"checkpoint":"<signed checkpoint of all of it>"}
//! ```
//!
//! JSON Lines, UTF-8, each line exactly as [`header_line`], [`leaf_line`] and [`checkpoint_line`] write it and ended by one
//! `\n`, so that no byte can be altered without being found.
//!
//! What the check shows: the leaves are all of those under the signed head, in order and unaltered. Without a pinned key it
//! only shows that the file agrees with itself, since a forger could sign with a key of their own. And only a checkpoint that
//! somebody outside has kept ([`ExportVerifier::with_witnessed`]) shows that history was not written anew by the owner of the key.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::checkpoint::{self, Checkpoint, VerifierKey};
use super::leaf::{Leaf, MAX_LEAF_BYTES, leaf_hash};
use super::tree::{Edge, Hash};

mod error;

pub use error::ExportError;

/// What the first line says the file is.
pub const FORMAT: &str = "ploughshare log export v1";
/// Longest line in bytes, without its newline. A reader need never hold more than this.
pub const MAX_LINE_BYTES: usize = MAX_LEAF_BYTES * 4 / 3 + 1_024;
/// Most different verbs counted in one file.
pub const MAX_VERBS: usize = 1_024;

/// The first line of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportHeader {
    /// Always [`FORMAT`].
    pub format: String,
    /// The id of the register in lower-case hex.
    pub register: String,
    /// The name of the log, such as `audit` or `reads`.
    pub log: String,
    /// Leaves in the file.
    pub size: u64,
    /// The verifier key of the log.
    pub vkey: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LeafLine {
    index: u64,
    leaf: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckpointLine {
    checkpoint: String,
}

/// What a whole and unaltered export holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The id of the register in lower-case hex.
    pub register: String,
    /// The name of the log.
    pub log: String,
    /// Leaves in the log.
    pub size: u64,
    /// The root under the signed head.
    pub root: Hash,
    /// How many leaves there are of each verb.
    pub by_verb: BTreeMap<String, u64>,
    /// The key that signed the head.
    pub vkey: VerifierKey,
    /// Whether that key was known beforehand. If not, the file only agrees with itself.
    pub pinned: bool,
    /// How many checkpoints kept by others were found to be its beginnings.
    pub witnessed: usize,
}

/// The first line, without its newline.
pub fn header_line(register: &str, log: &str, size: u64, vkey: &VerifierKey) -> String {
    to_line(&ExportHeader {
        format: FORMAT.to_owned(),
        register: register.to_owned(),
        log: log.to_owned(),
        size,
        vkey: vkey.to_string(),
    })
}

/// The line of leaf `index` (from 0), without its newline.
pub fn leaf_line(index: u64, leaf: &[u8]) -> String {
    to_line(&LeafLine { index, leaf: STANDARD.encode(leaf) })
}

/// The last line, without its newline; `note` is the signed checkpoint of the whole file.
pub fn checkpoint_line(note: &str) -> String {
    to_line(&CheckpointLine { checkpoint: note.to_owned() })
}

/// Checks an export line by line. Feed every line, then ask [`ExportVerifier::finish`]; stop at the first error.
#[derive(Debug)]
pub struct ExportVerifier {
    pinned: Option<VerifierKey>,
    witnessed: Vec<Checkpoint>,
    line: u64,
    header: Option<(ExportHeader, VerifierKey)>,
    edge: Edge,
    by_verb: BTreeMap<String, u64>,
    head: Option<Checkpoint>,
}

impl ExportVerifier {
    /// A verifier that believes `pinned`, or without one the key that the file names itself.
    pub fn new(pinned: Option<VerifierKey>) -> Self {
        Self {
            pinned,
            witnessed: Vec::new(),
            line: 0,
            header: None,
            edge: Edge::new(),
            by_verb: BTreeMap::new(),
            head: None,
        }
    }

    /// Demands also that the log begins with an earlier checkpoint that somebody outside has kept. May be called often. The
    /// caller has checked its signature with [`checkpoint::verify`].
    #[must_use]
    pub fn with_witnessed(mut self, checkpoint: Checkpoint) -> Self {
        self.witnessed.push(checkpoint);
        self
    }

    /// Takes the next line as bytes, without its newline.
    pub fn line_bytes(&mut self, line: &[u8]) -> Result<(), ExportError> {
        match std::str::from_utf8(line) {
            Ok(text) => self.line(text),
            Err(_) => Err(ExportError::NotText { line: self.line + 1 }),
        }
    }

    /// Takes the next line, without its newline.
    pub fn line(&mut self, line: &str) -> Result<(), ExportError> {
        self.line += 1;
        if line.len() > MAX_LINE_BYTES {
            return Err(ExportError::LongLine { line: self.line });
        }
        if self.head.is_some() {
            return Err(ExportError::AfterTheEnd { line: self.line });
        }
        let Some((header, _)) = &self.header else {
            return self.take_header(line);
        };
        if self.edge.size() < header.size { self.take_leaf(line) } else { self.take_checkpoint(line) }
    }

    /// What the file holds, once all of it was taken.
    pub fn finish(self) -> Result<Verified, ExportError> {
        let (Some((header, vkey)), Some(head)) = (self.header, self.head) else {
            return Err(ExportError::Unfinished { line: self.line });
        };
        Ok(Verified {
            register: header.register,
            log: header.log,
            size: head.size,
            root: head.root,
            by_verb: self.by_verb,
            vkey,
            pinned: self.pinned.is_some(),
            witnessed: self.witnessed.len(),
        })
    }

    fn take_header(&mut self, line: &str) -> Result<(), ExportError> {
        let header: ExportHeader =
            from_line(line).ok_or(ExportError::BadLine { line: self.line, expected: "a header" })?;
        if header.format != FORMAT {
            return Err(ExportError::BadHeader { reason: "a format that this build does not know" });
        }
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if header.register.is_empty() || !header.register.bytes().all(hex) {
            return Err(ExportError::BadHeader { reason: "the id of the register is not lower-case hex" });
        }
        let vkey = header.vkey.parse::<VerifierKey>().map_err(ExportError::BadKey)?;
        if let Some(pinned) = self.pinned.as_ref().filter(|pinned| **pinned != vkey) {
            return Err(ExportError::OtherKey { pinned: pinned.to_string(), found: vkey.to_string() });
        }
        let origin = checkpoint::origin(&header.register, &header.log);
        for kept in &self.witnessed {
            if kept.origin != origin {
                return Err(ExportError::WitnessedOther { expected: origin, found: kept.origin.clone() });
            }
            if kept.size > header.size {
                return Err(ExportError::ShorterThanWitnessed { size: header.size, witnessed: kept.size });
            }
        }
        self.header = Some((header, vkey));
        self.compare_with_witnessed()
    }

    fn take_leaf(&mut self, line: &str) -> Result<(), ExportError> {
        let expected = self.edge.size();
        let bad = ExportError::BadLine { line: self.line, expected: "a leaf" };
        let parsed: LeafLine = from_line(line).ok_or_else(|| bad.clone())?;
        if parsed.index != expected {
            return Err(ExportError::OutOfPlace { line: self.line, expected, found: parsed.index });
        }
        let bytes = STANDARD.decode(&parsed.leaf).map_err(|_| bad)?;
        let leaf =
            Leaf::decode(&bytes).map_err(|error| ExportError::BadLeaf { line: self.line, index: expected, error })?;
        if !self.by_verb.contains_key(&leaf.verb) && self.by_verb.len() == MAX_VERBS {
            return Err(ExportError::TooManyVerbs { line: self.line, index: expected });
        }
        *self.by_verb.entry(leaf.verb).or_default() += 1;
        self.edge.append(leaf_hash(&bytes)).map_err(|error| ExportError::Tree { line: self.line, error })?;
        self.compare_with_witnessed()
    }

    fn take_checkpoint(&mut self, line: &str) -> Result<(), ExportError> {
        let Some((header, vkey)) = &self.header else {
            return Err(ExportError::Unfinished { line: self.line });
        };
        let parsed: CheckpointLine =
            from_line(line).ok_or(ExportError::BadLine { line: self.line, expected: "a signed head" })?;
        let head = checkpoint::verify(&parsed.checkpoint, vkey)
            .and_then(|head| head.of_log(&checkpoint::origin(&header.register, &header.log)))
            .map_err(|error| ExportError::BadCheckpoint { line: self.line, error })?;
        if head.size != self.edge.size() || head.root != self.edge.root() {
            return Err(ExportError::OtherTree { line: self.line, signed: head.size, found: self.edge.size() });
        }
        self.head = Some(head);
        Ok(())
    }

    /// Wherever a kept checkpoint has as many leaves as were read so far, the roots must be the same.
    fn compare_with_witnessed(&self) -> Result<(), ExportError> {
        let size = self.edge.size();
        let mut here = self.witnessed.iter().filter(|kept| kept.size == size).peekable();
        if here.peek().is_none() {
            return Ok(());
        }
        let root = self.edge.root();
        if here.all(|kept| kept.root == root) {
            Ok(())
        } else {
            Err(ExportError::HistoryRewritten { line: self.line, size })
        }
    }
}

fn to_line(value: &impl Serialize) -> String {
    // Structs of numbers and texts always have a JSON form.
    serde_json::to_string(value).unwrap_or_default()
}

/// Reads a line and demands that it is written as the format writes it: no spaces, one order, no escapes without need.
fn from_line<T: Serialize + for<'de> Deserialize<'de>>(line: &str) -> Option<T> {
    serde_json::from_str::<T>(line).ok().filter(|value| to_line(value) == line)
}
