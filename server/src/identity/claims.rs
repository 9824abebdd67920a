//! What a registrar decides about a single statement: that it counts although nobody was entitled to say it, or that it does not. The
//! decision stands in the feed with its reason, so tablets come to the same answer. Nobody releases their own words.

use ploughshare_core::decision::{Authority, Decision};
use ploughshare_core::entry::Entry;
use ploughshare_core::ids::{EntryHash, OfficerId, OperationId};

use super::{IdentityError, people};
use crate::app::App;
use crate::decide::decide;
use crate::store::read_claims::Judged;
use crate::store::read_documents;

/// Most letters of a reason.
const REASON: usize = 500;

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// It counts after all.
    Release,
    /// It does not count.
    Quarantine,
}

/// A decision made, or one that had been made before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decided {
    /// Where.
    pub operation: OperationId,
    /// Number of the decision; none if it was so already.
    pub decision: Option<u64>,
}

/// Decides about a statement. `judged` is the statement as the register has it now.
pub async fn settle(
    app: &App,
    by: &OfficerId,
    entry: &EntryHash,
    judged: &Judged,
    deed: Deed,
    reason: &str,
) -> Result<Decided, IdentityError> {
    if !people::is_plain(reason, REASON) {
        return Err(IdentityError::BadReason);
    }
    if deed == Deed::Release && judged.officer == *by {
        return Err(IdentityError::OwnStatement);
    }
    let operation = judged.operation;
    let mut authority = Authority::default();
    for bytes in read_documents::decisions(&app.store.register, &operation).await? {
        if let Ok(decision) = Entry::from_bytes(&bytes) {
            authority.take_entry(&decision);
        }
    }
    let (done, decision) = match deed {
        Deed::Release => (
            authority.released.contains_key(entry),
            Decision::EntryReleased { entry: *entry, reason: reason.to_owned() },
        ),
        Deed::Quarantine => (
            authority.quarantined.contains(entry),
            Decision::EntryQuarantined { entry: *entry, reason: reason.to_owned() },
        ),
    };
    if done {
        return Ok(Decided { operation, decision: None });
    }
    if deed == Deed::Release && !judged.claim {
        return Err(IdentityError::NoClaim);
    }
    let mut tx = app.store.feed.begin_write().await?;
    let number = decide(app, &mut tx, &operation, &by.to_string(), &[decision]).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok(Decided { operation, decision: Some(number) })
}
