//! Admission: the whole write path on one page. Verify outside, then one short transaction: verbatim bytes, a place in the feed, an audit
//! leaf; the receipt is signed once that is durable. The projection follows by itself (`crate::projection`).

mod admit;
mod refuse;
mod verify;

use std::collections::BTreeMap;

use ploughshare_core::exchange::{End, Refused};
use ploughshare_core::ids::{DeviceId, OperationId, SegmentHash};
use ploughshare_core::receipt::{Receipt, Safe};

use crate::app::App;
use crate::store::StoreError;

pub(crate) use admit::{Admitted, admit_one, lock_operation};
pub(crate) use verify::Proven;

/// Who brings segments: a device whose token was checked, in an operation that it is enrolled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bringer {
    /// The device.
    pub device: DeviceId,
    /// The operation.
    pub operation: OperationId,
}

/// What became of the segments brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accepted {
    /// Signed receipts for what is safe.
    pub receipts: Vec<Vec<u8>>,
    /// What was not taken, and why.
    pub refused: Vec<Refused>,
    /// How many segments were new.
    pub fresh: usize,
}

/// Why nothing could be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdmissionError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such operation.
    #[error("there is no operation {0}")]
    UnknownOperation(OperationId),
    /// The operation is closed.
    #[error("operation {0} is closed; nothing more is taken in. Keep the tablet's data and ask the registrar")]
    Closed(OperationId),
    /// An audit leaf could not be written.
    #[error(transparent)]
    Leaf(#[from] ploughshare_core::audit::LeafError),
    /// The register's own statement could not be sealed.
    #[error(transparent)]
    Seal(#[from] ploughshare_core::segment::SegmentError),
    /// The work was cut off.
    #[error("the work was cut off; nothing was changed")]
    Cancelled,
}

impl AdmissionError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::UnknownOperation(_) => "operation.unknown",
            Self::Closed(_) => "operation.closed",
            Self::Leaf(error) => error.code(),
            Self::Seal(error) => error.code(),
            Self::Cancelled => "internal.cancelled",
        }
    }
}

/// Takes in what a device brings. Repetition is answered with the receipt of the first time; one bad segment never stops
/// the others.
#[tracing::instrument(name = "intake.accept", skip_all, fields(device = %who.device, operation = %who.operation, segments = segments.len()))]
pub async fn accept(app: &App, who: &Bringer, segments: Vec<Vec<u8>>) -> Result<Accepted, AdmissionError> {
    if segments.is_empty() {
        return Ok(Accepted::default());
    }
    let (verified, mut refusals) = verify::verify_all(app, who, segments).await?;
    let now_us = app.now_us();

    let mut tx = app.store.feed.begin_write().await?;
    let mut head = lock_operation(&mut tx, &who.operation).await?;
    let mut safe: BTreeMap<i64, Vec<Safe>> = BTreeMap::new();
    let mut fresh = 0;
    for segment in in_order(verified) {
        match admit_one(app, &mut tx, &mut head, segment, now_us).await? {
            Admitted::Safe { received_us, safe: one, fresh: is_fresh } => {
                safe.entry(received_us / 1000).or_default().push(one);
                fresh += usize::from(is_fresh);
            }
            Admitted::Refused(refusal) => refusals.push(refusal),
        }
    }
    let decision = head.decision;
    let forked = head.forked.clone();
    head.store(&mut tx).await?;
    for fork in forked {
        let fork = ploughshare_core::decision::Decision::JournalForked { journal: fork.0, number: fork.1 };
        crate::decide::decide(app, &mut tx, &who.operation, "register", &[fork]).await?;
    }
    refuse::keep(app, &mut tx, who, &refusals, now_us).await?;
    tx.hint("feed").await?;
    tx.commit().await?;

    app.wake.notify_one();
    let receipts = safe.into_iter().map(|(received_ms, safe)| {
        let device = who.device;
        Receipt { register: app.register, operation: who.operation, device, received_ms, safe, decision }.sign(&app.key)
    });
    let refused = refusals.into_iter().map(|r| Refused { hash: r.hash, code: r.code.to_owned(), detail: r.detail });
    Ok(Accepted { receipts: receipts.collect(), refused: refused.collect(), fresh })
}

/// By journal and number, so that what arrives shuffled in one message still fits.
fn in_order(mut segments: Vec<Proven>) -> Vec<Proven> {
    segments.sort_by_key(|s| (s.header.journal, s.header.first, s.hash));
    segments
}

/// A segment that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// SHA-256 of the bytes as they came, or of the payload where it could be read.
    pub hash: SegmentHash,
    /// Stable code.
    pub code: &'static str,
    /// In words.
    pub detail: String,
    /// The bytes as they came.
    pub bytes: Vec<u8>,
    /// Set aside for a person to decide (a revoked device's late work), with its journal.
    pub aside: Option<ploughshare_core::ids::JournalId>,
}

/// Tells a device where the register knows another end of a journal than it named: further, on another branch, or (when nothing
/// more was brought) behind.
pub async fn differing_ends(
    app: &App,
    who: &Bringer,
    named: &[End],
    brought: bool,
) -> Result<Vec<End>, AdmissionError> {
    let mut differing = Vec::new();
    for end in named {
        let row = app
            .store
            .feed
            .query_one(
                "select next_number, last_segment_hash from journal where operation = $1 and id = $2",
                &crate::vals![who.operation.as_bytes(), end.journal.as_bytes()],
            )
            .await?;
        let known = match row {
            None => End { journal: end.journal, next: 0, chain: [0; 8] },
            Some(row) => {
                let last: Option<[u8; 32]> = row.opt_array(1)?;
                let chain = last.and_then(|l| l.first_chunk::<8>().copied()).unwrap_or_default();
                End { journal: end.journal, next: row.uint(0)?, chain }
            }
        };
        let ahead = known.next > end.next || (known.next == end.next && known.chain != end.chain);
        if ahead || (known.next < end.next && !brought) {
            differing.push(known);
        }
    }
    Ok(differing)
}
