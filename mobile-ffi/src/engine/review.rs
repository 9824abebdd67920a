//! What officers attested of a document, judged on the decisions held here by the same functions as in the register.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::authorise::Reason;
use ploughshare_core::decision::{Authority, Decision};
use ploughshare_core::document::{
    Attested, Document, Review, ReviewState, Statement, attested, fold, review, same_device,
};
use ploughshare_core::ids::{DocId, EntryHash};
use serde_json::Value as Json;

use super::read::{Reading, claims, device_of};
use super::{Engine, Session, Tablet, document_id, exceptions, newest_decision};
use crate::model::{AmendmentView, AttestationView, ReviewView, SameDeviceView, VerifiedView};
use crate::store::entries::Kept;
use crate::store::{Connection, Result, documents, entries, kv};

/// A document as it counts, and what officers attested of it.
pub(super) struct Reviewed {
    pub counts: Document,
    pub attested: Vec<Attested>,
    pub review: Review,
}

/// Reviews a document.
pub(super) fn reviewed(
    id: DocId,
    statements: &[Statement],
    claims: &BTreeMap<EntryHash, Reason>,
    authority: &Authority,
) -> Reviewed {
    let said = exceptions(authority);
    let counts = fold(id, statements, &said.without(claims.keys().copied().collect()));
    let attested = attested(statements, &counts, claims, &said);
    let review = review(id, statements, &counts, &attested, claims, &said);
    Reviewed { counts, attested, review }
}

/// What the reviews of a document came to, read from the store.
pub(super) fn state(
    conn: &Connection,
    id: &DocId,
    session: Option<&Session>,
    authority: &Authority,
    now_ms: i64,
) -> Result<&'static str> {
    let kept = entries::kept_about(conn, id)?;
    let claims = claims(id, &kept, session, authority, now_ms);
    let statements: Vec<_> = kept.into_iter().map(|k| k.statement).collect();
    Ok(reviewed(*id, &statements, &claims, authority).review.state.code())
}

/// The same of a document that is being read.
pub(super) fn state_of(reading: &Reading<'_>, kept: &[Kept], authority: &Authority) -> &'static str {
    if !kept.iter().any(|k| documents::attests(&k.statement)) {
        return ReviewState::None.code();
    }
    let statements: Vec<_> = kept.iter().map(|k| k.statement.clone()).collect();
    reviewed(reading.document.id, &statements, &reading.claims, authority).review.state.code()
}

/// Attested documents whose review may come to something else by these decisions.
pub(super) fn stirred(conn: &Connection, decided: &[Decision]) -> Result<BTreeSet<DocId>> {
    let (mut stirred, mut all, mut unsealed) = (BTreeSet::new(), false, false);
    for decision in decided {
        match decision {
            Decision::EntryQuarantined { entry, .. } | Decision::EntryReleased { entry, .. } => {
                stirred.extend(entries::document_of(conn, entry)?);
            }
            // These reach back to what was said before.
            Decision::RoleRevoked { .. }
            | Decision::OfficerKeyRevoked { .. }
            | Decision::JournalForked { .. }
            | Decision::PolicySet { .. } => all = true,
            // What is sealed was judged by what its segment held; what is not sealed yet will hold these.
            _ => unsealed = true,
        }
    }
    if all || unsealed {
        stirred.extend(documents::attested(conn, !all)?);
    }
    Ok(stirred)
}

/// Folds what a store of an earlier version held, and reviews what was made before reviews were kept, once.
pub(super) fn catch_up(engine: &mut Engine, now_ms: i64) -> Result<()> {
    let due = documents::to_refold(engine.store.read())?;
    if !due.is_empty() {
        let Engine { store, session, authority, .. } = engine;
        let tx = store.write()?;
        let reviewer =
            |conn: &Connection, document: &Document| state(conn, &document.id, session.as_ref(), authority, now_ms);
        for (document, changed_ms) in due {
            documents::refold(&tx, &document, authority, &reviewer, changed_ms)?;
        }
        documents::refolded(&tx)?;
        kv::remove(&tx, kv::REVIEWS_DUE)?;
        tx.commit()?;
        return Ok(());
    }
    if kv::get(engine.store.read(), kv::REVIEWS_DUE)?.is_none() {
        return Ok(());
    }
    let Engine { store, session, authority, .. } = engine;
    let tx = store.write()?;
    let reviewer =
        |conn: &Connection, document: &Document| state(conn, &document.id, session.as_ref(), authority, now_ms);
    for document in entries::all_attested(&tx)? {
        documents::review_again(&tx, &document, authority, &reviewer)?;
    }
    kv::remove(&tx, kv::REVIEWS_DUE)?;
    tx.commit()?;
    Ok(())
}

impl Tablet {
    /// What officers attested of a document and what it came to, beside what was said since.
    pub fn review(&self, document: &str) -> Result<ReviewView> {
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let now_ms = self.platform.now_ms()?;
        let id = document_id(engine.store.read(), document)?;
        let (kept, folded) = engine.load(&id)?;
        let reading = Reading::new(&engine, folded, &kept, now_ms);
        let statements: Vec<_> = kept.iter().map(|k| k.statement.clone()).collect();
        let reviewed = reviewed(id, &statements, &reading.claims, &engine.authority);
        Ok(view(&engine, &reading, &kept, &reviewed))
    }
}

fn view(engine: &Engine, reading: &Reading<'_>, kept: &[Kept], reviewed: &Reviewed) -> ReviewView {
    let authority = &engine.authority;
    let attestation = |one: &Attested| {
        let by_register = authority.quarantined.contains(&one.entry) || authority.released.contains_key(&one.entry);
        Some(AttestationView {
            what: one.attestation.what.clone(),
            note: one.attestation.note.clone(),
            standing: one.standing.code().to_owned(),
            says: if by_register {
                "register"
            } else if one.claim.is_some() {
                "claim"
            } else {
                "counts"
            }
            .to_owned(),
            claim_code: one.claim.map(|reason| reason.code().to_owned()),
            by: reading.sayer(&one.entry)?,
        })
    };
    let verified = reviewed.review.verified.as_ref().and_then(|verified| {
        let amendment = |(path, now): (&String, &ploughshare_core::cbor::Value)| AmendmentView {
            path: path.clone(),
            label: reading.label(path),
            verified: verified.content.get(path).map_or(Json::Null, |value| reading.json(path, value)),
            proposed: reading.json(path, now),
        };
        Some(VerifiedView {
            by: reading.sayer(&verified.entry)?,
            heads: verified.heads.iter().map(ToString::to_string).collect(),
            amendments: verified.amendments.iter().map(amendment).collect(),
        })
    });
    let by_hash: BTreeMap<EntryHash, &Kept> = kept.iter().map(|k| (k.statement.hash, k)).collect();
    let sealed_by = |hash: &EntryHash| by_hash.get(hash).and_then(|kept| device_of(kept, engine.session.as_ref()));
    let pairs = same_device(&reviewed.attested, &sealed_by, authority);
    ReviewView {
        document: reading.document.id.to_string(),
        kind: reading.document.kind.clone(),
        state: reviewed.review.state.code().to_owned(),
        decision: newest_decision(authority),
        verified,
        attestations: reviewed.attested.iter().filter_map(attestation).collect(),
        claims: reading.claims.keys().filter_map(|hash| reading.sayer(hash)).collect(),
        same_device: pairs
            .iter()
            .map(|one| SameDeviceView {
                pair: one.pair.code().to_owned(),
                entries: vec![one.first.to_string(), one.second.to_string()],
                device: one.device.to_string(),
            })
            .collect(),
    }
}
