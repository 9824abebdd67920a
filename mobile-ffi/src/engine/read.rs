//! Showing a document: its content, every value that stands with who said it, its history, what counts and what waits.

use std::collections::BTreeMap;

use ploughshare_core::authorise::{Circumstances, Reason};
use ploughshare_core::cbor::Value;
use ploughshare_core::decision::Authority;
use ploughshare_core::document::{Document, fold, fold_as_seen, history, judge};
use ploughshare_core::domain::draft::value_to_json;
use ploughshare_core::domain::schema::{self, FieldType};
use ploughshare_core::ids::{DeviceId, DocId, EntryHash};
use serde_json::Value as Json;

use super::{Engine, Session, Tablet, document_id, exceptions, findings, newest_decision, review};
use crate::error::TabletError;
use crate::model::{ConflictView, DocumentView, FieldView, HistoryLine, SaidView, Sayer, WaitingView};
use crate::store::entries::Kept;
use crate::store::{Result, documents, entries};

/// Path under which a fold keeps the kind of a document.
const KIND: &str = "$kind";

/// A document with the words for who said what.
pub(super) struct Reading<'a> {
    pub document: Document,
    kept: &'a [Kept],
    sayers: BTreeMap<EntryHash, Sayer>,
    pub claims: BTreeMap<EntryHash, Reason>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(engine: &Engine, document: Document, kept: &'a [Kept], now_ms: i64) -> Self {
        let (session, authority) = (engine.session.as_ref(), &engine.authority);
        let claims = claims(&document.id, kept, session, authority, now_ms);
        let one = |one: &Kept| {
            let hash = one.statement.hash;
            (hash, sayer(one, session, authority, claims.get(&hash).copied()))
        };
        Self { sayers: kept.iter().map(one).collect(), document, kept, claims }
    }

    fn kind(&self) -> &str {
        self.document.kind.as_deref().unwrap_or_default()
    }

    pub(super) fn json(&self, path: &str, value: &Value) -> Json {
        value_to_json(self.kind(), path, value)
    }

    pub(super) fn label(&self, path: &str) -> String {
        schema::field(self.kind(), path).map_or_else(|_| path.to_owned(), |spec| spec.label.to_owned())
    }

    /// Who said an entry.
    pub(super) fn sayer(&self, hash: &EntryHash) -> Option<Sayer> {
        self.sayers.get(hash).cloned()
    }

    fn sayers(&self, hashes: &[EntryHash]) -> Vec<Sayer> {
        hashes.iter().filter_map(|h| self.sayers.get(h).cloned()).collect()
    }

    /// Where several values stand.
    pub(super) fn conflicts(&self) -> Vec<ConflictView> {
        let one = |conflict: ploughshare_core::document::Conflict| ConflictView {
            document: self.document.id.to_string(),
            label: self.label(&conflict.path),
            values: conflict
                .values
                .iter()
                .map(|said| SaidView { value: self.json(&conflict.path, &said.value), by: self.sayers(&said.by) })
                .collect(),
            path: conflict.path,
        };
        self.document.conflicts().into_iter().map(one).collect()
    }

    fn fields(&self) -> Vec<FieldView> {
        let one = |(path, said): (&String, &Vec<ploughshare_core::document::Said>)| {
            let shown = said.first()?;
            let meaning = schema::field(self.kind(), path).ok().and_then(|spec| match (spec.ty, &shown.value) {
                (FieldType::Code(list), Value::Text(code)) => list.label(code).map(str::to_owned),
                _ => None,
            });
            Some(FieldView {
                path: path.clone(),
                label: self.label(path),
                value: self.json(path, &shown.value),
                meaning,
                in_conflict: said.len() > 1,
            })
        };
        self.document.fields.iter().filter(|(path, _)| *path != KIND).filter_map(one).collect()
    }

    fn history(&self, authority: &Authority) -> Vec<HistoryLine> {
        let statements: Vec<_> = self.kept.iter().map(|k| k.statement.clone()).collect();
        let lines = history(self.document.id, &statements, &exceptions(authority));
        let one = |line: ploughshare_core::document::Line| {
            Some(HistoryLine {
                from: line.from.iter().map(|v| self.json(&line.path, v)).collect(),
                to: self.json(&line.path, &line.to),
                by: self.sayers.get(&line.entry)?.clone(),
                concurrent_with: line.concurrent_with.iter().map(ToString::to_string).collect(),
                superseded: line.superseded,
                path: line.path,
            })
        };
        lines.into_iter().filter(|line| line.path != KIND).filter_map(one).collect()
    }

    fn standing(&self) -> &'static str {
        let counting = self.sayers.values().filter(|s| s.counts).count();
        match counting {
            0 => "claim",
            n if n == self.sayers.len() => "counts",
            _ => "partly",
        }
    }
}

/// Which entries of a document do not count on the decisions held here, and why.
pub(super) fn claims(
    document: &DocId,
    kept: &[Kept],
    session: Option<&Session>,
    authority: &Authority,
    now_ms: i64,
) -> BTreeMap<EntryHash, Reason> {
    let statements: Vec<_> = kept.iter().map(|k| k.statement.clone()).collect();
    let by_hash: BTreeMap<EntryHash, &Kept> = kept.iter().map(|k| (k.statement.hash, k)).collect();
    let of = |hash: &EntryHash| circumstances(by_hash.get(hash).copied(), session, authority, now_ms);
    judge(*document, &statements, authority, &of)
}

/// The device that sealed an entry; for what is not sealed yet, this one.
pub(super) fn device_of(kept: &Kept, session: Option<&Session>) -> Option<DeviceId> {
    kept.segment.as_ref().map(|s| s.device).or_else(|| session.map(|s| s.device))
}

fn is_register(device: Option<DeviceId>, session: Option<&Session>) -> bool {
    session.is_some_and(|s| device == Some(s.register_key.device()))
}

/// Under what circumstances an entry is judged on the decisions held here.
pub(super) fn circumstances(
    kept: Option<&Kept>,
    session: Option<&Session>,
    authority: &Authority,
    now_ms: i64,
) -> Circumstances {
    let device = kept.and_then(|kept| device_of(kept, session));
    let carrier = kept.and_then(|kept| kept.segment.as_ref());
    Circumstances {
        decision_held: carrier.map_or(newest_decision(authority).unwrap_or(0), |s| s.decision_held),
        received_ms: match (kept, carrier) {
            // What came from the register had been received there before it came here.
            (Some(kept), Some(carrier)) if carrier.state == "taken" || carrier.state == "branch" => kept.taken_ms,
            (_, Some(carrier)) => carrier.received_ms.unwrap_or(now_ms),
            _ => now_ms,
        },
        by_register: is_register(device, session),
        device: device.unwrap_or(DeviceId::from_bytes([0; 16])),
    }
}

/// Who said an entry, how far it has come, and whether it counts on the decisions held here.
fn sayer(kept: &Kept, session: Option<&Session>, authority: &Authority, claim: Option<Reason>) -> Sayer {
    let entry = &kept.statement.entry;
    let device = device_of(kept, session);
    let by_register = is_register(device, session);
    let device_label = if by_register {
        Some("register".to_owned())
    } else {
        device.and_then(|d| authority.devices.get(&d)).map(|d| d.label.clone())
    };
    Sayer {
        entry: kept.statement.hash.to_string(),
        officer: entry.officer.to_string(),
        officer_name: authority.officers.get(&entry.officer).cloned(),
        device: device.map(|d| d.to_string()),
        device_label,
        claimed_ms: entry.claimed_ms,
        received_ms: kept.segment.as_ref().and_then(|s| s.received_ms),
        state: kept
            .segment
            .as_ref()
            .map_or("unsent", |s| if s.state == "branch" { "taken" } else { &s.state })
            .to_owned(),
        counts: claim.is_none(),
        claim: claim.map(|reason| reason.to_string()),
    }
}

impl Engine {
    /// Everything kept about a document, and its fold.
    pub(super) fn load(&self, id: &DocId) -> Result<(Vec<Kept>, Document)> {
        let kept = entries::kept_about(self.store.read(), id)?;
        if kept.is_empty() {
            return Err(TabletError::not_found("document", &id.to_string()));
        }
        let statements: Vec<_> = kept.iter().map(|k| k.statement.clone()).collect();
        let document = fold(*id, &statements, &exceptions(&self.authority));
        Ok((kept, document))
    }
}

impl Tablet {
    /// Shows everything about a document.
    pub fn show(&self, document: &str) -> Result<DocumentView> {
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let id = document_id(engine.store.read(), document)?;
        let (kept, folded) = engine.load(&id)?;
        self.view(&engine, folded, &kept)
    }

    /// Shows a document as somebody saw it who saw exactly these heads.
    pub fn show_as_seen(&self, document: &str, heads: Vec<String>) -> Result<DocumentView> {
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let id = document_id(engine.store.read(), document)?;
        let bad =
            |_| TabletError::refused("document.bad_head", "a head is named by 64 hex digits", "Copy it from `show`.");
        let heads = heads.iter().map(|h| h.parse::<EntryHash>().map_err(bad)).collect::<Result<Vec<_>>>()?;
        let (mut kept, _) = engine.load(&id)?;
        let statements: Vec<_> = kept.iter().map(|k| k.statement.clone()).collect();
        let folded = fold_as_seen(id, &statements, &heads, &exceptions(&engine.authority));
        let seen = ancestors(&kept, &heads);
        kept.retain(|k| seen.contains(&k.statement.hash));
        self.view(&engine, folded, &kept)
    }

    fn view(&self, engine: &Engine, folded: Document, kept: &[Kept]) -> Result<DocumentView> {
        let now_ms = self.platform.now_ms()?;
        let since = documents::waiting_since(engine.store.read(), &folded.id)?;
        let reading = Reading::new(engine, folded, kept, now_ms);
        let folded = &reading.document;
        let waiting = if folded.waiting.is_empty() {
            Vec::new()
        } else {
            vec![waiting_view(folded, since.map_or(0, |since| now_ms - since))]
        };
        Ok(DocumentView {
            document: folded.id.to_string(),
            kind: folded.kind.clone(),
            fields: reading.fields(),
            conflicts: reading.conflicts(),
            history: reading.history(&engine.authority),
            findings: findings::of_document(engine.store.read(), &folded.id)?,
            statements: kept.iter().filter_map(|k| reading.sayers.get(&k.statement.hash).cloned()).collect(),
            void: folded.void.iter().map(|(hash, why)| format!("{hash}: {why}")).collect(),
            review_state: review::state_of(&reading, kept, &engine.authority).to_owned(),
            standing: reading.standing().to_owned(),
            decision: newest_decision(&engine.authority),
            heads: folded.heads.iter().map(ToString::to_string).collect(),
            digest: hex::encode(folded.digest()),
            waiting,
            update_needed: folded.update_needed,
            moved_to: engine.authority.moved.get(&folded.id).map(|(operation, _)| operation.to_string()),
        })
    }
}

/// What a document waits for.
pub(super) fn waiting_view(folded: &Document, age_ms: i64) -> WaitingView {
    let mut missing: Vec<String> = folded.waiting.values().flatten().map(ToString::to_string).collect();
    missing.sort_unstable();
    missing.dedup();
    WaitingView { document: folded.id.to_string(), age_ms: age_ms.max(0), missing }
}

fn ancestors(kept: &[Kept], heads: &[EntryHash]) -> std::collections::BTreeSet<EntryHash> {
    let all: BTreeMap<EntryHash, &Kept> = kept.iter().map(|k| (k.statement.hash, k)).collect();
    let mut seen = std::collections::BTreeSet::new();
    let mut open = heads.to_vec();
    while let Some(hash) = open.pop() {
        if let Some(one) = all.get(&hash)
            && seen.insert(hash)
        {
            open.extend(&one.statement.entry.after);
        }
    }
    seen
}
