//! What was said about some documents, for a tablet that holds a working set: whole segments where they are short, else excerpts that prove their
//! entries alone. Every entry of a document goes out, whether it counts or not, so that the tablet folds and judges what the register does.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::entries::Said;
use ploughshare_core::ids::{DocId, OperationId};
use ploughshare_core::limits;
use ploughshare_core::segment::{self, SegmentError};

use crate::app::App;
use crate::store::read_said::{self, Stand};
use crate::store::{StoreError, read_documents};

/// Bytes after which no further segment is begun.
const BUDGET: usize = limits::EXCHANGE_BYTES / 3;
/// Segments looked at in one question.
const PAGE: u32 = 256;

/// Why it cannot be told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SaidError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A segment that was admitted cannot be read.
    #[error("a segment that was admitted cannot be read: {0}")]
    Segment(#[from] SegmentError),
}

/// An answer that is being put together.
#[derive(Default)]
struct Packing {
    said: Said,
    bytes: usize,
}

impl Packing {
    fn excerpt(&mut self, excerpt: Vec<u8>) {
        self.bytes += excerpt.len();
        self.said.excerpts.push(excerpt);
    }

    fn whole(&mut self, segment: Vec<u8>) {
        self.bytes += segment.len();
        self.said.segments.push(segment);
    }

    fn is_full(&self) -> bool {
        self.bytes >= BUDGET || self.said.segments.len() + self.said.excerpts.len() >= limits::EXCHANGE_SEGMENTS
    }
}

/// Everything about some documents behind a place, up to where the register has followed the feed.
pub async fn about(app: &App, operation: &OperationId, documents: &[DocId], after: u64) -> Result<Said, SaidError> {
    let register = &app.store.register;
    let place = crate::projection::place(app, operation).await?.max(after);
    let mut packing = Packing { said: Said { place, ..Said::default() }, bytes: 0 };
    // Documents that were said in the same segment go together: each segment is opened once.
    let mut where_said: BTreeMap<u64, BTreeSet<DocId>> = BTreeMap::new();
    for (doc, at) in read_said::places(register, operation, documents, after).await? {
        if at <= place {
            where_said.entry(at).or_default().insert(doc);
        }
    }
    let mut reached = after;
    for (at, docs) in where_said {
        if packing.is_full() {
            packing.said.more = true;
            packing.said.place = reached;
            break;
        }
        let whole = segment_at(app, operation, at).await?;
        let excerpt = segment::open(&whole)?.excerpt(|hash, entry| docs.contains(&entry.about(hash)));
        match excerpt.filter(|excerpt| excerpt.len() < whole.len()) {
            Some(excerpt) => packing.excerpt(excerpt),
            None => packing.whole(whole),
        }
        reached = at;
    }
    Ok(packing.said)
}

async fn segment_at(app: &App, operation: &OperationId, place: u64) -> Result<Vec<u8>, StoreError> {
    let whole = read_documents::segment(&app.store.feed, operation, place).await?;
    whole.ok_or_else(|| StoreError::Corrupt(format!("the segment at place {place} is gone")))
}

/// Everything about documents that are no items, behind a place, in feed order. What the register itself said goes out whole, so that its
/// journal stays one chain.
pub async fn others(app: &App, operation: &OperationId, after: u64) -> Result<Said, SaidError> {
    let register = &app.store.register;
    let own = app.key.public().device();
    let mut packing = Packing { said: Said { place: after, ..Said::default() }, bytes: 0 };
    loop {
        let stands = read_said::stands(register, operation, &own, packing.said.place, PAGE).await?;
        let full = stands.len() == PAGE as usize;
        for Stand { place, entries, items, own } in stands {
            if items < entries || own {
                if packing.is_full() {
                    packing.said.more = true;
                    return Ok(packing.said);
                }
                let whole = segment_at(app, operation, place).await?;
                if items == 0 || own {
                    packing.whole(whole);
                } else {
                    let wanted = read_said::others_at(register, operation, place).await?;
                    // Never whole, though it be shorter: whoever asks for what is no item could not tell its items apart.
                    if let Some(excerpt) = segment::open(&whole)?.excerpt(|hash, _| wanted.contains(hash)) {
                        packing.excerpt(excerpt);
                    }
                }
            }
            packing.said.place = place;
        }
        if !full {
            return Ok(packing.said);
        }
    }
}
