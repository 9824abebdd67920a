//! Proofs: that a leaf is in a log, and that an earlier head is the beginning of a later one. Both as text that a person can
//! keep in a file and check years later with a public key and nothing else.
//!
//! ```text
//! c2sp.org/tlog-proof@v1        C2SP tlog-proof              old 1207            body of a C2SP tlog-witness request
//! extra <base64 of the leaf>    may be left out              <base64 hash> …
//! index 1206                    from 0
//! <base64 hash> …               one a line                   <signed checkpoint of the later tree>
//!
//! <signed checkpoint>
//! ```

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::checkpoint::{self, Checkpoint, CheckpointError, MAX_CHECKPOINT_BYTES, VerifierKey};
use super::leaf::{Leaf, LeafError, MAX_LEAF_BYTES, leaf_hash};
use super::tree::{self, EMPTY_ROOT, Hash, Prefetched, StoredHashes, TreeError};

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";
/// Most hashes in a proof: one a level, and one more for a tree that is not full.
const MAX_HASHES: usize = 64;
/// Longest proof text read, in bytes.
pub const MAX_PROOF_BYTES: usize = MAX_CHECKPOINT_BYTES + MAX_LEAF_BYTES * 4 / 3 + 64 * (MAX_HASHES + 4);

/// The hashes that lead from one leaf to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    /// The number of the leaf, from 0.
    pub index: u64,
    /// Sibling hashes from the leaf up (RFC 6962, 2.1.1).
    pub hashes: Vec<Hash>,
}

/// The hashes that lead from the root of an earlier tree to that of a later one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consistency {
    /// Leaves in the earlier tree.
    pub old_size: u64,
    /// The hashes (RFC 6962, 2.1.2).
    pub hashes: Vec<Hash>,
}

/// A proof of inclusion with everything it needs but the public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionProof {
    /// Which leaf, and the path from it.
    pub inclusion: Inclusion,
    /// The bytes of the leaf, if they travel along. Believed only once [`InclusionProof::verify`] has said so.
    pub leaf: Option<Vec<u8>>,
    /// The signed checkpoint, as text.
    pub checkpoint: String,
}

/// A proof of consistency with the signed head of the later tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// Which earlier tree, and the hashes.
    pub consistency: Consistency,
    /// The signed checkpoint of the later tree, as text.
    pub checkpoint: String,
}

/// Why a proof could not be made, read or believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The tree could not answer.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The signed head is not to be believed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The bytes that travel along are no leaf.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// The text is not a proof.
    #[error("malformed proof, line {line}: {reason}")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The hashes do not lead from this leaf to this root.
    #[error("leaf {index} is not shown to be in the tree of {size} leaves")]
    NotIncluded {
        /// The number of the leaf, from 0.
        index: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// The hashes do not lead from the earlier root to the later one.
    #[error("the tree of {old} leaves is not shown to be the beginning of the tree of {new} leaves")]
    NotConsistent {
        /// Leaves in the earlier tree.
        old: u64,
        /// Leaves in the later tree.
        new: u64,
    },
    /// The leaf does not travel with the proof.
    #[error("the proof carries no leaf")]
    NoLeaf,
}

impl ProofError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Tree(error) => error.code(),
            Self::Checkpoint(error) => error.code(),
            Self::Leaf(error) => error.code(),
            Self::Malformed { .. } => "proof.malformed",
            Self::NotIncluded { .. } => "proof.not_included",
            Self::NotConsistent { .. } => "proof.not_consistent",
            Self::NoLeaf => "proof.no_leaf",
        }
    }
}

impl Inclusion {
    /// Shows leaf `index` in the tree of `size` leaves; `stored` holds at least [`tree::inclusion_indexes`].
    pub fn build(index: u64, size: u64, stored: &StoredHashes) -> Result<Self, ProofError> {
        let needed = tree::inclusion_indexes(index, size)?;
        check_present(&needed, stored)?;
        let hashes = tlog_tiles::prove_record(size, index, &Prefetched(stored))
            .map_err(|_| ProofError::NotIncluded { index, size })?;
        Ok(Self { index, hashes: plain(hashes) })
    }

    /// Errors unless a leaf of this hash is the one at `index` in the tree of `size` leaves with this root.
    pub fn verify(&self, leaf: &Hash, size: u64, root: &Hash) -> Result<(), ProofError> {
        tree::check_size(size)?;
        let refused = ProofError::NotIncluded { index: self.index, size };
        if self.index >= size || self.hashes.len() > MAX_HASHES {
            return Err(refused);
        }
        let proof = wrapped(&self.hashes);
        tlog_tiles::check_record(&proof, size, tlog_tiles::Hash(*root), self.index, tlog_tiles::Hash(*leaf))
            .map_err(|_| refused)
    }
}

impl Consistency {
    /// Shows the tree of `old_size` leaves to be the beginning of the tree of `new_size`; `stored` holds at least
    /// [`tree::consistency_indexes`].
    pub fn build(old_size: u64, new_size: u64, stored: &StoredHashes) -> Result<Self, ProofError> {
        let needed = tree::consistency_indexes(old_size, new_size)?;
        if old_size == 0 {
            return Ok(Self { old_size, hashes: Vec::new() });
        }
        check_present(&needed, stored)?;
        let hashes = tlog_tiles::prove_tree(new_size, old_size, &Prefetched(stored))
            .map_err(|_| ProofError::NotConsistent { old: old_size, new: new_size })?;
        Ok(Self { old_size, hashes: plain(hashes) })
    }

    /// Errors unless the tree with `old_root` is the beginning of the tree of `new_size` leaves with `new_root`.
    pub fn verify(&self, old_root: &Hash, new_size: u64, new_root: &Hash) -> Result<(), ProofError> {
        tree::check_size(new_size)?;
        let refused = ProofError::NotConsistent { old: self.old_size, new: new_size };
        if self.old_size > new_size || self.hashes.len() > MAX_HASHES {
            return Err(refused);
        }
        if self.old_size == 0 {
            // Everything begins with nothing.
            return if self.hashes.is_empty() && *old_root == EMPTY_ROOT { Ok(()) } else { Err(refused) };
        }
        let (old_root, new_root) = (tlog_tiles::Hash(*old_root), tlog_tiles::Hash(*new_root));
        tlog_tiles::check_tree(&wrapped(&self.hashes), new_size, new_root, self.old_size, old_root).map_err(|_| refused)
    }
}

impl InclusionProof {
    /// The text of the proof, a C2SP tlog-proof.
    pub fn encode(&self) -> String {
        let extra = self.leaf.as_ref().map(|leaf| format!("extra {}\n", STANDARD.encode(leaf))).unwrap_or_default();
        let Self { inclusion: Inclusion { index, hashes }, checkpoint, .. } = self;
        format!("{FIRST_LINE}\n{extra}index {index}\n{}\n{checkpoint}", hash_lines(hashes))
    }

    /// Reads a proof back, believing nothing yet.
    pub fn decode(text: &str) -> Result<Self, ProofError> {
        let mut lines = Lines::new(text)?;
        if lines.next()? != FIRST_LINE {
            return Err(lines.bad("not a tlog-proof of version 1"));
        }
        let mut line = lines.next()?;
        let mut leaf = None;
        if let Some(encoded) = line.strip_prefix("extra ") {
            leaf = Some(STANDARD.decode(encoded).map_err(|_| lines.bad("not base64"))?);
            line = lines.next()?;
        }
        let index = line.strip_prefix("index ").and_then(parse_decimal).ok_or_else(|| lines.bad("no index"))?;
        let hashes = lines.hashes()?;
        Ok(Self { inclusion: Inclusion { index, hashes }, leaf, checkpoint: lines.rest.to_owned() })
    }

    /// Checks the proof for the leaf with these bytes: signed by `key`, of the log `origin`, at this index. Gives the head it
    /// was shown under.
    pub fn verify(&self, leaf: &[u8], origin: &str, key: &VerifierKey) -> Result<Checkpoint, ProofError> {
        let head = checkpoint::verify(&self.checkpoint, key)?.of_log(origin)?;
        self.inclusion.verify(&leaf_hash(leaf), head.size, &head.root)?;
        Ok(head)
    }

    /// Checks the proof for the leaf that travels with it, and gives that leaf.
    pub fn verify_carried(&self, origin: &str, key: &VerifierKey) -> Result<(Leaf, Checkpoint), ProofError> {
        let bytes = self.leaf.as_deref().ok_or(ProofError::NoLeaf)?;
        let head = self.verify(bytes, origin, key)?;
        Ok((Leaf::decode(bytes)?, head))
    }
}

impl ConsistencyProof {
    /// The text of the proof: the body of a C2SP tlog-witness `add-checkpoint` request.
    pub fn encode(&self) -> String {
        let Self { consistency: Consistency { old_size, hashes }, checkpoint } = self;
        format!("old {old_size}\n{}\n{checkpoint}", hash_lines(hashes))
    }

    /// Reads a proof back, believing nothing yet.
    pub fn decode(text: &str) -> Result<Self, ProofError> {
        let mut lines = Lines::new(text)?;
        let old_size =
            lines.next()?.strip_prefix("old ").and_then(parse_decimal).ok_or_else(|| lines.bad("no old size"))?;
        let hashes = lines.hashes()?;
        Ok(Self { consistency: Consistency { old_size, hashes }, checkpoint: lines.rest.to_owned() })
    }

    /// Checks that the log signed by `key` still begins with `earlier`. Gives the later head.
    pub fn verify(&self, earlier: &Checkpoint, key: &VerifierKey) -> Result<Checkpoint, ProofError> {
        let head = checkpoint::verify(&self.checkpoint, key)?.of_log(&earlier.origin)?;
        if earlier.size != self.consistency.old_size {
            return Err(ProofError::NotConsistent { old: earlier.size, new: head.size });
        }
        self.consistency.verify(&earlier.root, head.size, &head.root)?;
        Ok(head)
    }
}

/// The lines of a proof, counted for the messages.
struct Lines<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Result<Self, ProofError> {
        if text.len() > MAX_PROOF_BYTES {
            return Err(ProofError::Malformed { line: 1, reason: "longer than a proof can be" });
        }
        Ok(Self { rest: text, line: 0 })
    }

    fn next(&mut self) -> Result<&'a str, ProofError> {
        self.line += 1;
        let (line, rest) = self.rest.split_once('\n').ok_or_else(|| self.bad("the text ends too early"))?;
        self.rest = rest;
        Ok(line)
    }

    /// Hashes, one a line, up to and with the empty line.
    fn hashes(&mut self) -> Result<Vec<Hash>, ProofError> {
        let mut hashes = Vec::new();
        loop {
            let line = self.next()?;
            if line.is_empty() {
                return Ok(hashes);
            }
            if hashes.len() == MAX_HASHES {
                return Err(self.bad("more hashes than a proof can have"));
            }
            let bytes = STANDARD.decode(line).map_err(|_| self.bad("not base64"))?;
            hashes.push(bytes.try_into().map_err(|_| self.bad("not a hash of 32 bytes"))?);
        }
    }

    fn bad(&self, reason: &'static str) -> ProofError {
        ProofError::Malformed { line: self.line, reason }
    }
}

/// A decimal without sign and leading zeroes.
fn parse_decimal(text: &str) -> Option<u64> {
    text.parse::<u64>().ok().filter(|number| number.to_string() == text)
}

fn hash_lines(hashes: &[Hash]) -> String {
    hashes.iter().map(|hash| STANDARD.encode(hash) + "\n").collect()
}

fn check_present(needed: &[u64], stored: &StoredHashes) -> Result<(), TreeError> {
    match needed.iter().find(|index| !stored.contains_key(index)) {
        Some(missing) => Err(TreeError::MissingHash(*missing)),
        None => Ok(()),
    }
}

fn plain(hashes: Vec<tlog_tiles::Hash>) -> Vec<Hash> {
    hashes.into_iter().map(|hash| hash.0).collect()
}

fn wrapped(hashes: &[Hash]) -> Vec<tlog_tiles::Hash> {
    hashes.iter().map(|hash| tlog_tiles::Hash(*hash)).collect()
}
