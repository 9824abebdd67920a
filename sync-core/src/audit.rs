//! The tamper-evident log: leaves, the Merkle tree over them, signed heads, proofs and the export file.
//!
//! Everything here is pure. The hashes of the tree live in a database, so the work is split in two: ask which stored hashes
//! are needed ([`tree::edge_indexes`], [`tree::inclusion_indexes`], [`tree::consistency_indexes`]), read them, compute.
//!
//! ```text
//! Leaf ─► bytes ─► leaf hash ─► Edge::append ─► stored hashes ─► root ─► Checkpoint (signed note)
//!                                                             └► Inclusion, Consistency ─► text that proves itself
//! ```
//!
//! Hashing is RFC 6962 (SHA-256, `0x00` before a leaf, `0x01` before a node). Heads are C2SP tlog-checkpoints, proofs C2SP
//! tlog-proofs, so that tools other than this project's can check them.
//!
//! A signed tree alone does not stop whoever holds the key from keeping two histories. That takes somebody outside who
//! remembers an earlier checkpoint: see [`export::ExportVerifier::with_witnessed`].

pub mod checkpoint;
pub mod export;
pub mod leaf;
pub mod proof;
pub mod tree;

#[cfg(test)]
mod laws;

pub use checkpoint::{Checkpoint, CheckpointError, VerifierKey};
pub use export::{ExportError, ExportHeader, ExportVerifier, Verified};
pub use leaf::{Leaf, LeafError, leaf_hash};
pub use proof::{Consistency, ConsistencyProof, Inclusion, InclusionProof, ProofError};
pub use tree::{Edge, Hash, StoredHashes, TreeError};
