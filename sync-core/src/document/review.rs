//! What officers attested of a document, whether it still is what they saw, and what the register therefore shows as verified.
//!
//! An attestation names content by the entries it stands on. Later content leaves it standing for what it named: the verified version
//! stays what it was, and what came after is an amendment that waits for the next verification.

use std::collections::{BTreeMap, BTreeSet};

use super::attestation::Attestation;
use super::fold::fold_as_seen;
use super::{Content, Document, Exceptions, Statement};
use crate::authorise::Reason;
use crate::ids::{DocId, EntryHash, OfficerId};

/// How what was attested relates to what the document says now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is what the document says now.
    Current,
    /// The document says more or other things by now.
    Amended,
    /// The content at the heads named is not what the attestation says was read there.
    Differs,
    /// Something that it names is not here.
    Missing,
}

impl Standing {
    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Amended => "amended",
            Self::Differs => "differs",
            Self::Missing => "missing",
        }
    }
}

/// An attestation with its entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attested {
    /// The entry that carries it.
    pub entry: EntryHash,
    /// When its author says they said it, ms since the Unix epoch.
    pub claimed_ms: i64,
    /// What was attested.
    pub attestation: Attestation,
    /// Whether it still is so.
    pub standing: Standing,
    /// Why it does not count, if it does not.
    pub claim: Option<Reason>,
}

/// What a review came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewState {
    /// Nobody reviewed it.
    None,
    /// It was verified, and nothing was said since.
    Verified,
    /// It was verified, and there are amendments.
    Amended,
    /// A reviewer has comments.
    HasIssues,
    /// A reviewer rejected it.
    Rejected,
    /// Reviewers who did not know of each other came to different ends.
    Disputed,
}

impl ReviewState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::None, Self::Verified, Self::Amended, Self::HasIssues, Self::Rejected, Self::Disputed];

    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Verified => "verified",
            Self::Amended => "amended",
            Self::HasIssues => "has_issues",
            Self::Rejected => "rejected",
            Self::Disputed => "disputed",
        }
    }
}

/// The review of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// What it came to.
    pub state: ReviewState,
    /// The latest reviews, each unknown to the others: one, unless reviewers worked at the same time.
    pub latest: Vec<EntryHash>,
    /// What was verified last, also when something was said since.
    pub verified: Option<Verified>,
}

/// A verified version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The entry of the attestation.
    pub entry: EntryHash,
    /// Who verified.
    pub officer: OfficerId,
    /// The content heads that were verified.
    pub heads: Vec<EntryHash>,
    /// What counts of the content at them.
    pub content: Content,
    /// Paths at which the document says something else by now, with the value it has now.
    pub amendments: BTreeMap<String, crate::cbor::Value>,
}

/// All attestations of a document, in the order of the fold. `document` is the fold of what counts, `claims` what does not.
pub fn attested(
    statements: &[Statement],
    document: &Document,
    claims: &BTreeMap<EntryHash, Reason>,
    exceptions: &Exceptions,
) -> Vec<Attested> {
    let here: BTreeSet<EntryHash> = statements.iter().map(|s| s.hash).collect();
    let mut found: Vec<(usize, Attested)> = Vec::new();
    for Statement { hash, entry } in statements.iter().filter(|s| s.entry.about(&s.hash) == document.id) {
        if document.void.contains_key(hash) || document.waiting.contains_key(hash) {
            continue;
        }
        for attestation in entry.edits.iter().filter_map(Attestation::of_edit) {
            let standing = if !attestation.heads.iter().all(|head| here.contains(head)) {
                Standing::Missing
            } else if fold_as_seen(document.id, statements, &attestation.heads, exceptions).digest()
                != attestation.digest
            {
                Standing::Differs
            } else if attestation.heads == document.content_heads {
                Standing::Current
            } else {
                Standing::Amended
            };
            let claim = claims.get(hash).copied();
            let one = Attested { entry: *hash, claimed_ms: entry.claimed_ms, attestation, standing, claim };
            found.push((ancestors(statements, *hash).len(), one));
        }
    }
    found.sort_by_key(|(depth, one)| (*depth, one.entry));
    found.into_iter().map(|(_, one)| one).collect()
}

/// What the reviews of a document came to.
pub fn review(
    id: DocId,
    statements: &[Statement],
    document: &Document,
    attested: &[Attested],
    claims: &BTreeMap<EntryHash, Reason>,
    exceptions: &Exceptions,
) -> Review {
    let is_review = |a: &&Attested| {
        a.claim.is_none()
            && matches!(a.attestation.what.as_str(), "verified" | "has_issues" | "rejected")
            && matches!(a.standing, Standing::Current | Standing::Amended)
    };
    let reviews: Vec<&Attested> = attested.iter().filter(is_review).collect();
    let mut known: BTreeSet<EntryHash> = BTreeSet::new();
    for one in &reviews {
        known.extend(ancestors(statements, one.entry));
    }
    let latest: Vec<&Attested> = reviews.iter().filter(|one| !known.contains(&one.entry)).copied().collect();
    let verified = reviews.iter().rev().find(|one| one.attestation.what == "verified").map(|one| {
        let left_out = exceptions.left_out.iter().chain(claims.keys()).copied().collect();
        let counting = exceptions.without(left_out);
        let content = fold_as_seen(id, statements, &one.attestation.heads, &counting).content();
        let now = document.content();
        let amendments = now.into_iter().filter(|(path, value)| content.get(path) != Some(value)).collect();
        Verified {
            entry: one.entry,
            officer: one.attestation.officer,
            heads: one.attestation.heads.clone(),
            content,
            amendments,
        }
    });
    let outcome = |a: &Attested| (a.attestation.what.clone(), a.attestation.digest);
    let state = match latest.split_first() {
        None => ReviewState::None,
        Some((first, others)) if others.iter().any(|other| outcome(other) != outcome(first)) => ReviewState::Disputed,
        Some((first, _)) => match first.attestation.what.as_str() {
            "has_issues" => ReviewState::HasIssues,
            "rejected" => ReviewState::Rejected,
            _ if verified.as_ref().is_some_and(|v| v.amendments.is_empty()) => ReviewState::Verified,
            _ => ReviewState::Amended,
        },
    };
    Review { state, latest: latest.iter().map(|a| a.entry).collect(), verified }
}

/// Everything that an entry stands on, without itself.
fn ancestors(statements: &[Statement], of: EntryHash) -> BTreeSet<EntryHash> {
    let all: BTreeMap<EntryHash, &Statement> = statements.iter().map(|s| (s.hash, s)).collect();
    let mut seen = BTreeSet::new();
    let mut open: Vec<EntryHash> = all.get(&of).map(|s| s.entry.after.clone()).unwrap_or_default();
    while let Some(hash) = open.pop() {
        if seen.insert(hash) {
            open.extend(all.get(&hash).into_iter().flat_map(|s| s.entry.after.iter()));
        }
    }
    seen
}
