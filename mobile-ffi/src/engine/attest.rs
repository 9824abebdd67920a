//! Attesting: an officer who is signed in gives their own word for what they see of documents. What it will be worth is judged before
//! anything is saved.

use std::collections::BTreeSet;
use std::sync::Arc;

use ploughshare_core::authorise::{Circumstances, Reason};
use ploughshare_core::decision::Authority;
use ploughshare_core::document::attestation::{Attestation, KINDS};
use ploughshare_core::document::{Statement, fold, fold_as_seen, judge};
use ploughshare_core::domain::procedures::HandoverRecord;
use ploughshare_core::edit::Edit;
use ploughshare_core::handover::items;
use ploughshare_core::ids::{DocId, EntryHash};
use ploughshare_core::limits;

use super::officers::OfficerSession;
use super::read::{circumstances, claims};
use super::record::{Saying, Voice, append, entry, what_was_seen};
use super::review::reviewed;
use super::{Engine, Tablet, document_id, exceptions, newest_decision};
use crate::error::TabletError;
use crate::model::AttestedView;
use crate::store::{Connection, Result, entries, journals, kv};

/// What an officer attests of which documents.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Attesting {
    /// The documents: each its id, or at least the first 8 digits.
    pub documents: Vec<String>,
    /// What: one of the kinds of the core, for example `verified`, `has_issues`, `destroyed`, `witnessed`, `handed_over`.
    pub what: String,
    /// A word beside it; may be empty.
    #[uniffi(default)]
    pub note: String,
    /// Whether to attest also where it will not count.
    #[uniffi(default)]
    pub as_claim: bool,
}

/// Told how far attesting has come.
pub trait AttestProgress: Send + Sync {
    /// So many documents are signed; nothing is saved before all are.
    fn advanced(&self, documents: u64);
}

fn refused(code: &str, message: impl Into<String>, hint: &str) -> TabletError {
    TabletError::refused(code, message, &format!("Nothing was saved. {hint}"))
}

/// The entry will not count.
fn will_not_count(document: &DocId, reason: Reason) -> TabletError {
    let hint = match reason {
        Reason::NotTheirDevice | Reason::NoRole | Reason::NotTheirKey => {
            "If this was granted lately, `sync` first. To say it all the same, as a claim, give --as-claim."
        }
        _ => "Somebody else has to do this. To say it all the same, as a claim, give --as-claim.",
    };
    refused(reason.code(), format!("this would not count for {document}: {reason}"), hint)
}

impl Tablet {
    /// Attests something of documents in the name of the officer who is signed in, all in one transaction: all of them or, if one is
    /// refused, none. What the officer attested of the same content before is not said again.
    pub fn attest(
        &self,
        session: &OfficerSession,
        said: Attesting,
        progress: Option<Arc<dyn AttestProgress>>,
    ) -> Result<Vec<AttestedView>> {
        if !KINDS.contains(&said.what.as_str()) {
            let hint = format!("Officers attest: {}.", KINDS.join(", "));
            return Err(refused("attest.no_such_kind", format!("nobody attests `{}`", said.what), &hint));
        }
        if said.note.len() > limits::TEXT_BYTES {
            return Err(refused("attest.note_too_long", "the note is too long", "Shorten it."));
        }
        if said.documents.is_empty() {
            return Err(refused("attest.nothing", "no document was named", "Name one with --item."));
        }
        let mut engine = self.engine();
        engine.refresh_authority()?;
        self.may_sign(&engine, session)?;
        let Engine { store, session: enrolled, authority, clock, boot, .. } = &mut *engine;
        let enrolled = enrolled.as_ref().ok_or_else(TabletError::not_enrolled)?;
        let tx = store.write()?;
        let (mut all, mut named) = (Vec::with_capacity(said.documents.len()), BTreeSet::new());
        let mut documents = Vec::new();
        for document in &said.documents {
            let id = document_id(&tx, document)?;
            documents.push(id);
            if said.what == "consented" {
                documents.extend(returned_by(&tx, &id, authority)?);
            }
        }
        for id in documents {
            if !named.insert(id) {
                continue;
            }
            let moment = clock.read(self.platform.as_ref())?;
            let voice = Voice { session: enrolled, officer: session.officer, authority, boot: *boot, moment };
            all.push(attest_one(&tx, &voice, session, id, &said)?);
            if let Some(progress) = &progress {
                progress.advanced(all.len() as u64);
            }
        }
        kv::put_later(&tx, kv::SEEN, self.platform.now_ms()?)?;
        tx.commit()?;
        Ok(all)
    }
}

/// The items of a hand-over: whoever consents to a return consents on each of them, for a return counts by what is said on the item.
fn returned_by(conn: &Connection, id: &DocId, authority: &Authority) -> Result<BTreeSet<DocId>> {
    let statements: Vec<Statement> = entries::kept_about(conn, id)?.into_iter().map(|kept| kept.statement).collect();
    let folded = fold(*id, &statements, &exceptions(authority));
    let is_one = folded.kind.as_deref() == Some("handover");
    Ok(if is_one { items(&HandoverRecord::read(&folded.content())) } else { BTreeSet::new() })
}

fn attest_one(
    conn: &Connection,
    voice: &Voice<'_>,
    session: &OfficerSession,
    id: DocId,
    said: &Attesting,
) -> Result<AttestedView> {
    let (authority, now_ms) = (voice.authority, voice.moment.claimed_ms);
    let kept = entries::kept_about(conn, &id)?;
    let known = claims(&id, &kept, Some(voice.session), authority, now_ms);
    let mut statements: Vec<Statement> = kept.iter().map(|k| k.statement.clone()).collect();
    let everything = fold(id, &statements, &exceptions(authority));
    let kind = everything.kind.clone().ok_or_else(|| TabletError::not_found("document", &id.to_string()))?;
    if everything.update_needed {
        return Err(refused(
            "document.update_needed",
            format!("{id} holds statements of a later version and is read-only here"),
            "Update this program.",
        ));
    }
    let before = reviewed(id, &statements, &known, authority);
    let heads = before.counts.content_heads.clone();
    if heads.is_empty() {
        return Err(refused(
            "attest.nothing_counts",
            format!("nothing that was said of {id} counts"),
            "There is nothing to attest; look at it with `show`.",
        ));
    }
    let digest = fold_as_seen(id, &statements, &heads, &exceptions(authority)).digest();
    let again = before.attested.iter().find(|one| {
        let word = &one.attestation;
        one.claim.is_none()
            && word.officer == session.officer
            && word.what == said.what
            && word.note == said.note
            && word.heads == heads
            && word.digest == digest
    });
    if let Some(again) = again {
        let (document, entry) = (id.to_string(), again.entry.to_string());
        return Ok(AttestedView { document, entry, already: true, claim: None, claim_code: None });
    }
    let word = Attestation {
        what: said.what.clone(),
        document: id,
        heads,
        digest,
        officer: session.officer,
        note: said.note.clone(),
        key: None,
        signature: None,
    };
    let edits = vec![Edit::Attest(session.signed(word)?.to_value())];
    let journal = journals::open(conn)?.ok_or_else(|| TabletError::damaged("no open journal"))?;
    let after = what_was_seen(&everything, &statements, &journal.id);
    let entry = entry(conn, voice, Saying { document: Some(id), after, edits })?;
    let hash = entry.hash();
    statements.push(Statement { hash, entry: entry.clone() });
    let of = |asked: &EntryHash| {
        if *asked == hash {
            let decision_held = newest_decision(authority).unwrap_or(0);
            let device = voice.session.device;
            return Circumstances { decision_held, received_ms: now_ms, by_register: false, device };
        }
        let found = kept.iter().find(|k| k.statement.hash == *asked);
        circumstances(found, Some(voice.session), authority, now_ms)
    };
    let claim = judge(id, &statements, authority, &of).get(&hash).copied();
    if let Some(reason) = claim.filter(|_| !said.as_claim) {
        return Err(will_not_count(&id, reason));
    }
    let (saved, _) = append(conn, voice, &kind, entry)?;
    Ok(AttestedView {
        document: saved.document,
        entry: saved.entry,
        already: false,
        claim: claim.map(|reason| reason.to_string()),
        claim_code: claim.map(|reason| reason.code().to_owned()),
    })
}
