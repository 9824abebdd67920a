//! A journal: the append-only entries of one installation in one operation, and how a segment fits to its end.

use crate::ids::{JournalId, SegmentHash};
use crate::segment::VerifiedSegment;

/// How far a journal is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tail {
    /// Which journal.
    pub journal: JournalId,
    /// Number that its next entry will have.
    pub next: u64,
    /// Its last segment; `None` while it is empty.
    pub last: Option<SegmentHash>,
}

/// How a segment fits to what is known of its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It goes on exactly where the journal ends.
    Next,
    /// It begins earlier: a repetition, or a fork. Who holds the earlier segments can tell which.
    Earlier,
    /// Entries before it are missing.
    Gap {
        /// Number of the first missing one.
        missing_from: u64,
    },
    /// It begins where the journal ends but does not name its last segment.
    Unchained,
}

impl Tail {
    /// A journal of which nothing is known yet.
    pub fn empty(journal: JournalId) -> Self {
        Self { journal, next: 0, last: None }
    }

    /// How a segment of this journal fits.
    pub fn fit(&self, segment: &VerifiedSegment) -> Fit {
        let header = segment.header();
        match header.first.cmp(&self.next) {
            core::cmp::Ordering::Less => Fit::Earlier,
            core::cmp::Ordering::Greater => Fit::Gap { missing_from: self.next },
            core::cmp::Ordering::Equal if header.previous == self.last => Fit::Next,
            core::cmp::Ordering::Equal => Fit::Unchained,
        }
    }

    /// The tail after a segment that fits.
    #[must_use]
    pub fn after(&self, segment: &VerifiedSegment) -> Self {
        Self { journal: self.journal, next: segment.next(), last: Some(segment.hash()) }
    }

    /// The first 8 bytes of the last segment's hash: enough for two sides to see that they hold different branches.
    pub fn chain(&self) -> [u8; 8] {
        self.last.map_or([0; 8], |hash| *hash.as_bytes().first_chunk::<8>().unwrap_or(&[0; 8]))
    }
}
