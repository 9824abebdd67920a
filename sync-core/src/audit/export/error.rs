//! What can be wrong with an export, each with the place it was found at.

use super::super::checkpoint::CheckpointError;
use super::super::leaf::LeafError;
use super::super::tree::TreeError;
use super::{MAX_LINE_BYTES, MAX_VERBS};

/// What is wrong with an export. Lines count from 1, leaves from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// The line is longer than any line of the format.
    #[error("line {line}: longer than {MAX_LINE_BYTES} bytes")]
    LongLine {
        /// The line.
        line: u64,
    },
    /// The line is not UTF-8 text.
    #[error("line {line}: not UTF-8")]
    NotText {
        /// The line.
        line: u64,
    },
    /// The line is not what stands at its place, or not written as the format writes it.
    #[error("line {line}: not {expected} as the format writes it")]
    BadLine {
        /// The line.
        line: u64,
        /// What belongs there.
        expected: &'static str,
    },
    /// The first line is well formed and says something that cannot be.
    #[error("line 1: {reason}")]
    BadHeader {
        /// What cannot be.
        reason: &'static str,
    },
    /// The key in the file is not the one known beforehand.
    #[error("line 1: the file is of the key {found}, not of {pinned}")]
    OtherKey {
        /// The key known beforehand.
        pinned: String,
        /// The key in the file.
        found: String,
    },
    /// The key in the file is no verifier key.
    #[error("line 1: {0}")]
    BadKey(CheckpointError),
    /// A leaf is missing, doubled or out of its place.
    #[error("line {line}: leaf {found} stands where leaf {expected} belongs")]
    OutOfPlace {
        /// The line.
        line: u64,
        /// The leaf that belongs there.
        expected: u64,
        /// The leaf that stands there.
        found: u64,
    },
    /// The bytes of a leaf are no leaf.
    #[error("line {line}, leaf {index}: {error}")]
    BadLeaf {
        /// The line.
        line: u64,
        /// The leaf.
        index: u64,
        /// What is wrong with it.
        error: LeafError,
    },
    /// There are more kinds of verbs than any register has.
    #[error("line {line}, leaf {index}: more than {MAX_VERBS} different verbs")]
    TooManyVerbs {
        /// The line.
        line: u64,
        /// The leaf.
        index: u64,
    },
    /// The log is too large for the tree.
    #[error("line {line}: {error}")]
    Tree {
        /// The line.
        line: u64,
        /// What the tree says.
        error: TreeError,
    },
    /// The signed head is not to be believed.
    #[error("line {line}: {error}")]
    BadCheckpoint {
        /// The line.
        line: u64,
        /// What is wrong with it.
        error: CheckpointError,
    },
    /// The head signs another tree than the leaves make: something among them was altered, left out or added.
    #[error("line {line}: the signed head is of {signed} leaves with another root than the {found} leaves here")]
    OtherTree {
        /// The line.
        line: u64,
        /// Leaves under the signed head.
        signed: u64,
        /// Leaves in the file.
        found: u64,
    },
    /// The log does not begin as somebody outside has seen it.
    #[error(
        "line {line}: the first {size} leaves are not those of the checkpoint that was kept: history was rewritten"
    )]
    HistoryRewritten {
        /// The line at which the two part for certain.
        line: u64,
        /// Leaves under the checkpoint that was kept.
        size: u64,
    },
    /// The log is shorter than somebody outside has seen it.
    #[error("line 1: the log has {size} leaves and had {witnessed} when the checkpoint was kept: its end was cut off")]
    ShorterThanWitnessed {
        /// Leaves in the file.
        size: u64,
        /// Leaves under the checkpoint that was kept.
        witnessed: u64,
    },
    /// The checkpoint that was kept is of another log.
    #[error("the checkpoint that was kept is of the log {found:?}, the file of {expected:?}")]
    WitnessedOther {
        /// The log of the file.
        expected: String,
        /// The log of the checkpoint.
        found: String,
    },
    /// There is something after the signed head.
    #[error("line {line}: the file goes on after its last line")]
    AfterTheEnd {
        /// The line.
        line: u64,
    },
    /// The file ends before the signed head.
    #[error("the file ends after line {line} without a signed head")]
    Unfinished {
        /// The last line.
        line: u64,
    },
}

impl ExportError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::LongLine { .. } => "export.long_line",
            Self::NotText { .. } => "export.not_text",
            Self::BadLine { .. } => "export.bad_line",
            Self::BadHeader { .. } => "export.bad_header",
            Self::OtherKey { .. } => "export.other_key",
            Self::BadKey(_) => "export.bad_key",
            Self::OutOfPlace { .. } => "export.out_of_place",
            Self::BadLeaf { .. } => "export.bad_leaf",
            Self::TooManyVerbs { .. } => "export.too_many_verbs",
            Self::Tree { .. } => "export.too_large",
            Self::BadCheckpoint { .. } => "export.bad_checkpoint",
            Self::OtherTree { .. } => "export.other_tree",
            Self::HistoryRewritten { .. } => "export.history_rewritten",
            Self::ShorterThanWitnessed { .. } => "export.shorter_than_witnessed",
            Self::WitnessedOther { .. } => "export.witnessed_other",
            Self::AfterTheEnd { .. } => "export.after_the_end",
            Self::Unfinished { .. } => "export.unfinished",
        }
    }
}
