//! What officers attested of an item and what their reviews came to, beside the item in `GET /api/v1/items/{item}`.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::entry::Entry;
use ploughshare_core::ids::{DocId, EntryHash, OfficerId, OperationId};
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::problem::Problem;
use super::values::json_of;
use crate::store::read_documents;
use crate::store::read_reviews::{self, Attested};

/// States of a review, as `?review=` takes them.
pub const STATES: [&str; 6] = ["none", "verified", "amended", "has_issues", "rejected", "disputed"];

/// What the reviews of an item came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Review {
    /// none, verified, amended (something was said since), has_issues, rejected, or disputed (reviewers who did not know of each other
    /// came to different ends).
    state: String,
    /// The reviews that count and that no other one stands on: more than one where reviewers did not know of each other.
    latest: Vec<String>,
    /// The version verified last, also when something was said since.
    verified: Option<Verified>,
}

/// A verified version.
#[derive(Debug, Serialize, ToSchema)]
pub struct Verified {
    entry: String,
    officer: String,
    officer_name: Option<String>,
    claimed_at_ms: Option<i64>,
    /// Every path and its value, as they were verified.
    #[schema(value_type = Object)]
    content: serde_json::Value,
    /// Paths that say something else by now, with what they say.
    #[schema(value_type = Object)]
    amendments: serde_json::Value,
}

/// An officer's own word for what they saw of the item.
#[derive(Debug, Serialize, ToSchema)]
pub struct Attestation {
    entry: String,
    /// verified, has_issues, rejected, destroyed, witnessed, handed_over or received.
    what: String,
    officer: String,
    officer_name: Option<String>,
    /// current, amended (more was said since), differs (what was named is not what was read), or missing (what was named is not here).
    standing: String,
    /// It counts; else `reason` says why not.
    counts: bool,
    reason: Option<String>,
    note: String,
    claimed_at_ms: i64,
}

/// Both of a document.
pub(super) async fn of(
    api: &Shared,
    operation: &OperationId,
    doc: &DocId,
) -> Result<(Review, Vec<Attestation>), Problem> {
    let register = &api.app.store.register;
    let attested = read_reviews::attestations(register, operation, doc).await?;
    let Some(reviewed) = read_reviews::review(register, operation, doc).await? else {
        return Ok((Review { state: "none".to_owned(), latest: Vec::new(), verified: None }, Vec::new()));
    };
    let names = read_documents::names(&api.app.store.feed).await?;
    let name = |officer: &OfficerId| names.get(officer).cloned();
    let mut latest: Vec<EntryHash> = attested.iter().filter(|one| is_review(one)).map(|one| one.entry).collect();
    if latest.len() > 1 {
        let entries = read_documents::entries(register, operation, doc).await?;
        let after = entries.iter().map(|received| {
            let entry = Entry::from_bytes(&received.bytes);
            entry.map(|entry| (received.hash, entry.after)).map_err(|error| Problem::internal("store.corrupt", &error))
        });
        latest = not_stood_on(&latest, &after.collect::<Result<_, _>>()?);
    }
    let verified = match reviewed.verified {
        None => None,
        Some(row) => Some(Verified {
            entry: row.entry.to_string(),
            officer: row.officer.to_string(),
            officer_name: name(&row.officer),
            claimed_at_ms: attested.iter().find(|one| one.entry == row.entry).map(|one| one.claimed_at_ms),
            content: json_of(&row.content)?,
            amendments: json_of(&row.amendments)?,
        }),
    };
    let latest = latest.iter().map(ToString::to_string).collect();
    let attestations = attested.into_iter().map(|one| Attestation {
        entry: one.entry.to_string(),
        what: one.what,
        officer: one.officer.to_string(),
        officer_name: name(&one.officer),
        standing: one.standing,
        counts: one.reason.is_none(),
        reason: one.reason,
        note: one.note,
        claimed_at_ms: one.claimed_at_ms,
    });
    Ok((Review { state: reviewed.state, latest, verified }, attestations.collect()))
}

/// A review that counts and is about what is here, as `document::review` of the core takes them.
fn is_review(one: &Attested) -> bool {
    one.reason.is_none()
        && matches!(one.what.as_str(), "verified" | "has_issues" | "rejected")
        && matches!(one.standing.as_str(), "current" | "amended")
}

/// Those that no other one stands on.
fn not_stood_on(reviews: &[EntryHash], after: &BTreeMap<EntryHash, Vec<EntryHash>>) -> Vec<EntryHash> {
    let behind = |hash: &EntryHash| after.get(hash).cloned().unwrap_or_default();
    let mut seen: BTreeSet<EntryHash> = BTreeSet::new();
    let mut open: Vec<EntryHash> = reviews.iter().flat_map(behind).collect();
    while let Some(hash) = open.pop() {
        if seen.insert(hash) {
            open.extend(behind(&hash));
        }
    }
    reviews.iter().filter(|hash| !seen.contains(hash)).copied().collect()
}

#[cfg(test)]
mod tests {
    use ploughshare_core::document::ReviewState as S;

    use super::*;

    #[test]
    fn a_review_that_another_stands_on_is_not_the_latest() {
        let hash = |n: u8| EntryHash::from_bytes([n; 32]);
        let after = BTreeMap::from([(hash(2), vec![hash(1)]), (hash(3), vec![hash(2)]), (hash(4), vec![hash(1)])]);
        assert_eq!(not_stood_on(&[hash(1), hash(3)], &after), [hash(3)]);
        assert_eq!(not_stood_on(&[hash(3), hash(4)], &after), [hash(3), hash(4)]);
    }

    #[test]
    fn the_states_are_those_of_the_core() {
        let all = [S::None, S::Verified, S::Amended, S::HasIssues, S::Rejected, S::Disputed];
        assert_eq!(all.map(S::code), STATES);
    }
}
