//! The Merkle tree over the leaves: which stored hashes a question needs, and the answer from them.
//!
//! Every complete subtree has its hash stored once, under a dense number (Crosby and Wallach 2009, 3.3; the order that
//! `tlog_tiles` and Go's sumdb use). A leaf adds one hash and one more for each subtree it completes: two a leaf on average.
//!
//! ```text
//! stored number     2           6            leaves 0 1 2, so size 3
//!                  / \                       edge of size 3 = stored 2 (leaves 0 1) and stored 3 (leaf 2)
//!                 0   1   3                  append leaf 3: writes 4 (leaf), 5 (leaves 2 3), 6 (leaves 0 to 3)
//! ```

use std::cell::RefCell;
use std::collections::BTreeMap;

use tlog_tiles::{HashReader, node_hash, stored_hash_index, sub_tree_index};

/// A SHA-256 hash: of a leaf, of a node, or of a whole tree.
pub type Hash = [u8; 32];

/// Hashes as a database holds them: stored number → hash.
pub type StoredHashes = BTreeMap<u64, Hash>;

/// Most leaves a log can have. Far above what any register writes, and far below where the arithmetic could overflow.
pub const MAX_TREE_SIZE: u64 = 1 << 48;

/// The root of a log without leaves (RFC 6962, 2.1): SHA-256 of nothing.
pub const EMPTY_ROOT: Hash = tlog_tiles::EMPTY_HASH.0;

/// Why the tree could not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// The size is beyond what a log can have.
    #[error("a log of {0} leaves is larger than the {MAX_TREE_SIZE} a log can have")]
    TooLarge(u64),
    /// A stored hash that is needed was not handed in.
    #[error("stored hash {0} is missing")]
    MissingHash(u64),
    /// The leaf asked about is not in a tree of this size.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    NoSuchLeaf {
        /// The number of the leaf, from 0.
        index: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// The earlier tree is larger than the later one.
    #[error("the earlier tree has {old} leaves, the later one {new}")]
    OldIsLarger {
        /// Leaves in the earlier tree.
        old: u64,
        /// Leaves in the later tree.
        new: u64,
    },
    /// The number of hashes on the edge does not fit the size.
    #[error("a tree of {size} leaves has {expected} hashes on its edge, not {found}")]
    EdgeLength {
        /// Leaves in the tree.
        size: u64,
        /// Hashes its edge has.
        expected: u32,
        /// Hashes handed in.
        found: usize,
    },
}

impl TreeError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge(_) => "tree.too_large",
            Self::MissingHash(_) => "tree.missing_hash",
            Self::NoSuchLeaf { .. } => "tree.no_such_leaf",
            Self::OldIsLarger { .. } => "tree.old_is_larger",
            Self::EdgeLength { .. } => "tree.edge_length",
        }
    }
}

/// The stored numbers of the complete subtrees a tree of `size` leaves is made of, in rising order, at most 48. They are all
/// that appending to it or computing its root needs.
pub fn edge_indexes(size: u64) -> Result<Vec<u64>, TreeError> {
    check_size(size)?;
    Ok(sub_tree_index(0, size, Vec::new()))
}

/// The stored numbers needed to prove that leaf `index` (from 0) is in the tree of `size` leaves.
pub fn inclusion_indexes(index: u64, size: u64) -> Result<Vec<u64>, TreeError> {
    check_size(size)?;
    if index >= size {
        return Err(TreeError::NoSuchLeaf { index, size });
    }
    let recorder = Recorder::default();
    // The reader answers with zeros: only the questions are of interest.
    drop(tlog_tiles::prove_record(size, index, &recorder));
    Ok(recorder.asked.into_inner())
}

/// The stored numbers needed to prove that the tree of `old` leaves is the beginning of the tree of `new` leaves.
pub fn consistency_indexes(old: u64, new: u64) -> Result<Vec<u64>, TreeError> {
    check_size(new)?;
    if old > new {
        return Err(TreeError::OldIsLarger { old, new });
    }
    if old == 0 {
        return Ok(Vec::new());
    }
    let recorder = Recorder::default();
    drop(tlog_tiles::prove_tree(new, old, &recorder));
    Ok(recorder.asked.into_inner())
}

/// The right edge of a tree: the hashes of the complete subtrees it is made of. A few dozen hashes that are enough to append
/// and to know the root, however long the log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edge {
    size: u64,
    /// From the largest subtree, at the left, to the smallest.
    hashes: Vec<Hash>,
}

impl Edge {
    /// The edge of a log without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// The edge of the tree of `size` leaves; `stored` holds at least [`edge_indexes`] of it.
    pub fn from_stored(size: u64, stored: &StoredHashes) -> Result<Self, TreeError> {
        let hashes = edge_indexes(size)?
            .into_iter()
            .map(|index| stored.get(&index).copied().ok_or(TreeError::MissingHash(index)))
            .collect::<Result<_, _>>()?;
        Ok(Self { size, hashes })
    }

    /// The edge from its own parts, as [`Edge::size`] and [`Edge::hashes`] gave them.
    pub fn from_parts(size: u64, hashes: Vec<Hash>) -> Result<Self, TreeError> {
        check_size(size)?;
        let expected = size.count_ones();
        if hashes.len() != expected as usize {
            return Err(TreeError::EdgeLength { size, expected, found: hashes.len() });
        }
        Ok(Self { size, hashes })
    }

    /// Leaves in the tree.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hashes of the edge, from the largest subtree to the smallest: as many as `size` has one-bits.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// The root of the tree (RFC 6962, 2.1).
    pub fn root(&self) -> Hash {
        let mut from_the_right = self.hashes.iter().rev();
        let Some(last) = from_the_right.next() else {
            return EMPTY_ROOT;
        };
        from_the_right.fold(*last, |right, left| node(left, &right))
    }

    /// Appends one leaf hash and gives the hashes to store, with their numbers, in rising order.
    pub fn append(&mut self, leaf_hash: Hash) -> Result<Vec<(u64, Hash)>, TreeError> {
        let index = self.size;
        check_size(index + 1)?;
        let mut written = vec![(stored_hash_index(0, index), leaf_hash)];
        let mut hash = leaf_hash;
        let mut level = 0_u8;
        // Each one-bit at the low end of the size is a complete subtree that this leaf makes twice as large.
        while (index >> level) & 1 == 1 {
            let Some(left) = self.hashes.pop() else {
                return Err(TreeError::EdgeLength { size: self.size, expected: index.count_ones(), found: 0 });
            };
            hash = node(&left, &hash);
            level += 1;
            written.push((stored_hash_index(level, index >> level), hash));
        }
        self.hashes.push(hash);
        self.size = index + 1;
        Ok(written)
    }
}

/// The root of the tree of `size` leaves; `stored` holds at least [`edge_indexes`] of it.
pub fn root(size: u64, stored: &StoredHashes) -> Result<Hash, TreeError> {
    Ok(Edge::from_stored(size, stored)?.root())
}

/// The hash of a node: SHA-256 over `0x01`, the left and the right hash.
fn node(left: &Hash, right: &Hash) -> Hash {
    node_hash(tlog_tiles::Hash(*left), tlog_tiles::Hash(*right)).0
}

pub(super) fn check_size(size: u64) -> Result<(), TreeError> {
    if size > MAX_TREE_SIZE { Err(TreeError::TooLarge(size)) } else { Ok(()) }
}

/// Notes which hashes are asked for.
#[derive(Default)]
struct Recorder {
    asked: RefCell<Vec<u64>>,
}

impl HashReader for Recorder {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        self.asked.borrow_mut().extend_from_slice(indexes);
        Ok(vec![tlog_tiles::Hash::default(); indexes.len()])
    }
}

/// Answers from hashes that were read beforehand.
pub(super) struct Prefetched<'a>(pub(super) &'a StoredHashes);

impl HashReader for Prefetched<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        indexes
            .iter()
            .map(|index| self.0.get(index).map(|hash| tlog_tiles::Hash(*hash)))
            .collect::<Option<Vec<_>>>()
            .ok_or(tlog_tiles::Error::IndexesNotInTree)
    }
}
