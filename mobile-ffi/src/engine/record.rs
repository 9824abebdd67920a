//! Saying something: one entry, one transaction, durable on return.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::cbor::{Value, key_order};
use ploughshare_core::decision::Authority;
use ploughshare_core::document::{Document, Statement};
use ploughshare_core::domain::draft::{Draft, json_to_value};
use ploughshare_core::domain::schema::{self, FieldType};
use ploughshare_core::edit::Edit;
use ploughshare_core::entry::{Entry, EntryError, VOCABULARY};
use ploughshare_core::ids::{DocId, EntryHash, OfficerId};
use ploughshare_core::keys::sha256;
use ploughshare_core::limits;

use super::hints::unfit;
use super::{Engine, Moment, Session, Tablet, document_id, exceptions, photos, review};
use crate::error::TabletError;
use crate::model::Saved;
use crate::store::{Connection, Result, documents, entries, imports, journals, kv};

/// How often the time is kept with what is saved, in ms.
const NOTED_EVERY_MS: i64 = 10 * 60 * 1000;

/// What one entry will say.
pub(super) struct Saying {
    /// `None` when it creates one.
    pub document: Option<DocId>,
    /// What its author saw, own last entry included.
    pub after: Vec<EntryHash>,
    /// What is said.
    pub edits: Vec<Edit>,
}

/// Who says it, when.
pub(super) struct Voice<'a> {
    pub session: &'a Session,
    /// The officer who is signed in, or the one that the tablet was enrolled for.
    pub officer: OfficerId,
    pub authority: &'a Authority,
    pub boot: [u8; 8],
    pub moment: Moment,
}

/// The entry that will stand next in the open journal.
pub(super) fn entry(conn: &Connection, voice: &Voice<'_>, saying: Saying) -> Result<Entry> {
    let journal = journals::open(conn)?.ok_or_else(|| TabletError::damaged("no open journal"))?;
    Ok(Entry {
        journal: journal.id,
        number: journal.next,
        document: saying.document,
        officer: voice.officer,
        claimed_ms: voice.moment.claimed_ms.clamp(*limits::CLAIMED_MS.start(), *limits::CLAIMED_MS.end()),
        boot: voice.boot,
        monotonic_ms: voice.moment.monotonic_ms,
        after: saying.after,
        edits: saying.edits,
        vocabulary: VOCABULARY,
        extra: Vec::new(),
    })
}

/// Says an entry that was made with [`entry`] in the same transaction.
pub(super) fn append(conn: &Connection, voice: &Voice<'_>, kind: &str, entry: Entry) -> Result<(Saved, Document)> {
    entry.check(kind)?;
    let bytes = entry.to_bytes();
    if bytes.len() > limits::ENTRY_BYTES {
        return Err(EntryError::TooLarge { bytes: bytes.len() }.into());
    }
    if entry.edits.len() > limits::EDITS {
        return Err(EntryError::TooMany { what: "edits", count: entry.edits.len() }.into());
    }
    let hash = EntryHash::from_bytes(sha256(&bytes));
    let document = entry.about(&hash);
    entries::add(conn, &hash, &entry, &bytes, None, voice.moment.claimed_ms)?
        .ok_or_else(|| TabletError::internal("this entry was said before"))?;
    journals::advance(conn, &entry.journal, entry.number + 1)?;
    photos::note_said(conn, &entry.edits, &document)?;
    let saved = Saved { document: document.to_string(), entry: hash.to_string(), number: entry.number };
    let now_ms = voice.moment.claimed_ms;
    let reviewer = |conn: &Connection, document: &Document| {
        review::state(conn, &document.id, Some(voice.session), voice.authority, now_ms)
    };
    let folded = if entry.document.is_none() {
        documents::write_fold(conn, &document, &[Statement { hash, entry }], voice.authority, &reviewer, now_ms)?
    } else {
        refolded(conn, voice, &document)?
    };
    if let Some(void) = folded.void.get(&hash) {
        return Err(void.clone().into());
    }
    Ok((saved, folded))
}

/// Says an entry in the place of one that it continues, which is not sealed and on which nothing stands.
pub(super) fn continued(
    conn: &Connection,
    voice: &Voice<'_>,
    kind: &str,
    before: &EntryHash,
    entry: &Entry,
) -> Result<()> {
    entry.check(kind)?;
    let bytes = entry.to_bytes();
    if bytes.len() > limits::ENTRY_BYTES {
        return Err(EntryError::TooLarge { bytes: bytes.len() }.into());
    }
    let hash = EntryHash::from_bytes(sha256(&bytes));
    let document = entry.about(&hash);
    if !entries::grow(conn, before, &hash, &bytes)? {
        return Err(TabletError::internal("the entry that is continued is sealed"));
    }
    photos::note_said(conn, &entry.edits, &document)?;
    let folded = refolded(conn, voice, &document)?;
    folded.void.get(&hash).map_or(Ok(()), |void| Err(void.clone().into()))
}

fn refolded(conn: &Connection, voice: &Voice<'_>, document: &DocId) -> Result<Document> {
    let now_ms = voice.moment.claimed_ms;
    let reviewer = |conn: &Connection, document: &Document| {
        review::state(conn, &document.id, Some(voice.session), voice.authority, now_ms)
    };
    documents::refold(conn, document, voice.authority, &reviewer, now_ms)
}

/// The creation that a draft stands for. Sets come in the order in which they stand in the entry, so that the keys of members come out
/// alike for whoever reads it back; members that name each other by number are renumbered with it.
pub(super) fn creation(draft: &Draft) -> Edit {
    let mut order: Vec<usize> = (0..draft.members.len()).collect();
    let set = |i: usize| draft.members.get(i).map_or(Value::Null, |m| Value::Text(m.set.clone()));
    order.sort_by(|a, b| key_order(&set(*a), &set(*b)).then(a.cmp(b)));
    let renumber = |path: &str, value: &Value| -> Value {
        let Value::Text(text) = value else { return value.clone() };
        let named = text.strip_prefix("~.").and_then(|n| n.parse::<usize>().ok());
        let is_key = schema::field(&draft.kind, path).is_ok_and(|spec| matches!(spec.ty, FieldType::MemberKey));
        match named.and_then(|n| order.iter().position(|i| *i == n)) {
            Some(now) if is_key => Value::Text(format!("~.{now}")),
            _ => value.clone(),
        }
    };
    let mut members: Vec<(String, Vec<ploughshare_core::edit::Fields>)> = Vec::new();
    for member in order.iter().filter_map(|i| draft.members.get(*i)) {
        let path = |name: &String| format!("{}/*/{name}", member.set);
        let fields = member.fields.iter().map(|(k, v)| (k.clone(), renumber(&path(k), v))).collect();
        match members.last_mut() {
            Some((set, list)) if *set == member.set => list.push(fields),
            _ => members.push((member.set.clone(), vec![fields])),
        }
    }
    let fields = draft.fields.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    Edit::Create { kind: draft.kind.clone(), fields, members }
}

/// One row of a batch: recorded now, or recorded by an earlier batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchOutcome {
    /// Recorded now.
    Recorded(Saved),
    /// A row of this id was recorded before.
    Already {
        /// As this document.
        document: String,
        /// Whether its content was another one then.
        different: bool,
    },
    /// Refused; nothing of this row was saved.
    Refused(TabletError),
}

/// One row of a batch.
#[derive(Debug, Clone)]
pub struct BatchRow {
    /// What tells this row from all others for ever.
    pub row_id: String,
    /// What tells whether its content has changed since it was recorded; may be empty.
    pub content_hash: String,
    /// What it says.
    pub draft: Draft,
}

impl Tablet {
    /// Records a new document.
    pub fn record(&self, draft: Draft) -> Result<Saved> {
        self.record_all(vec![draft])?.pop().ok_or_else(|| TabletError::internal("nothing was recorded"))
    }

    /// Records many new documents in one transaction: all of them or, if one is refused, none.
    pub fn record_all(&self, drafts: Vec<Draft>) -> Result<Vec<Saved>> {
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let Engine { store, session, authority, clock, boot, noted_ms, .. } = &mut *engine;
        let session = session.as_ref().ok_or_else(TabletError::not_enrolled)?;
        let officer = self.speaker()?.unwrap_or(session.officer);
        let tx = store.write()?;
        let mut all = Vec::with_capacity(drafts.len());
        for draft in drafts {
            draft.check().map_err(unfit)?;
            let moment = clock.read(self.platform.as_ref())?;
            let voice = Voice { session, officer, authority, boot: *boot, moment };
            all.push(create(&tx, &voice, &draft)?.0);
        }
        note_time(&tx, noted_ms, self.platform.now_ms()?)?;
        tx.commit()?;
        Ok(all)
    }

    /// Records a new document from plain JSON, for example `{"class": "ASR", "markings": [{"type": "SER", "text": "AB 12"}]}`.
    pub fn record_json(&self, json: &str) -> Result<Saved> {
        let json: serde_json::Value = serde_json::from_str(json).map_err(|error| {
            TabletError::refused("json.malformed", format!("not JSON: {error}"), "Nothing was saved. Correct the JSON.")
        })?;
        self.record(Draft::from_json(&json).map_err(unfit)?)
    }

    /// Records many documents in one transaction; rows whose id was recorded before add nothing. A row that is refused does not hold up the
    /// others.
    pub fn record_batch(&self, rows: Vec<BatchRow>) -> Result<Vec<BatchOutcome>> {
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let Engine { store, session, authority, clock, boot, noted_ms, .. } = &mut *engine;
        let session = session.as_ref().ok_or_else(TabletError::not_enrolled)?;
        let officer = self.speaker()?.unwrap_or(session.officer);
        let tx = store.write()?;
        let mut outcomes = Vec::with_capacity(rows.len());
        for row in rows {
            if let Some((document, hash)) = imports::find(&tx, &row.row_id)? {
                let different = hash != row.content_hash;
                outcomes.push(BatchOutcome::Already { document: document.to_string(), different });
                continue;
            }
            let moment = clock.read(self.platform.as_ref())?;
            let voice = Voice { session, officer, authority, boot: *boot, moment };
            let point = tx.savepoint()?;
            let outcome = record_row(&point, &voice, &row);
            match outcome {
                Ok(saved) => {
                    point.commit()?;
                    outcomes.push(BatchOutcome::Recorded(saved));
                }
                Err(error) if error.kind == crate::error::ErrorKind::Refused => {
                    drop(point);
                    outcomes.push(BatchOutcome::Refused(error));
                }
                Err(error) => return Err(error),
            }
        }
        note_time(&tx, noted_ms, self.platform.now_ms()?)?;
        tx.commit()?;
        Ok(outcomes)
    }

    /// Says something more about a document. All edits are one statement: they stand or fall together.
    pub fn edit(&self, document: &str, edits: Vec<Edit>) -> Result<Saved> {
        self.say(document, |_| Ok(edits))
    }

    /// Sets fields from plain JSON: an object of path and value; null clears.
    pub fn edit_json(&self, document: &str, json: &str) -> Result<Saved> {
        let fields: BTreeMap<String, serde_json::Value> = serde_json::from_str(json).map_err(|error| {
            let message = format!("not a JSON object of paths and values: {error}");
            TabletError::refused("json.malformed", message, "Nothing was saved. Correct the JSON.")
        })?;
        self.say(document, |seen| {
            let kind = seen.kind.as_deref().unwrap_or_default();
            let set = |(path, json): (String, serde_json::Value)| {
                let value = json_to_value(kind, &path, &json).map_err(unfit)?;
                Ok(Edit::Set { path, value })
            };
            fields.into_iter().map(set).collect()
        })
    }

    /// Adds a member to a set, for example a marking.
    pub fn add_member(&self, document: &str, set: &str, fields: BTreeMap<String, Value>) -> Result<Saved> {
        self.edit(document, vec![Edit::Add { set: set.to_owned(), fields: fields.into_iter().collect() }])
    }

    /// Adds a member to a set from plain JSON: an object of field and value.
    pub fn add_member_json(&self, document: &str, set: &str, json: &str) -> Result<Saved> {
        let fields: BTreeMap<String, serde_json::Value> = serde_json::from_str(json).map_err(|error| {
            let message = format!("not a JSON object of fields and values: {error}");
            TabletError::refused("json.malformed", message, "Nothing was saved. Correct the JSON.")
        })?;
        self.say(document, |seen| {
            let kind = seen.kind.as_deref().unwrap_or_default();
            let field = |(name, json): (String, serde_json::Value)| {
                let value = json_to_value(kind, &format!("{set}/*/{name}"), &json).map_err(unfit)?;
                Ok((name, value))
            };
            let fields = fields.into_iter().map(field).collect::<Result<Vec<_>>>()?;
            Ok(vec![Edit::Add { set: set.to_owned(), fields }])
        })
    }

    /// Withdraws a member, named `set/key`; it stays visible with the reason.
    pub fn withdraw_member(&self, document: &str, member: &str, reason: &str) -> Result<Saved> {
        self.edit(document, vec![Edit::Withdraw { path: member.to_owned(), reason: reason.to_owned() }])
    }

    /// Chooses a value where several stand; any value may be chosen, also one that nobody said yet.
    pub fn choose(&self, document: &str, path: &str, value: Value, reason: &str) -> Result<Saved> {
        self.say(document, |seen| {
            conflict(seen, path)?;
            Ok(vec![Edit::Choose { path: path.to_owned(), value, reason: reason.to_owned() }])
        })
    }

    /// Chooses the value with this number (from 0, as `conflicts` and `show` list them) where several stand.
    pub fn resolve(&self, document: &str, path: &str, index: u32, reason: &str) -> Result<Saved> {
        self.say(document, |seen| {
            let values = conflict(seen, path)?;
            let said = values.get(index as usize).ok_or_else(|| {
                let message = format!("{path} has {} values, numbered from 0", values.len());
                TabletError::refused(
                    "choose.no_such_value",
                    message,
                    "Look at `conflicts` again and name one of its numbers.",
                )
            })?;
            Ok(vec![Edit::Choose { path: path.to_owned(), value: said.value.clone(), reason: reason.to_owned() }])
        })
    }

    /// Says something more about a document whose kind only the store knows: `edits` is told it.
    pub(crate) fn edit_of_kind(&self, document: &str, edits: impl FnOnce(&str) -> Result<Vec<Edit>>) -> Result<Saved> {
        self.say(document, |seen| edits(seen.kind.as_deref().unwrap_or_default()))
    }

    /// Chooses a value, written as JSON, where several stand.
    pub fn choose_json(&self, document: &str, path: &str, json: &serde_json::Value, reason: &str) -> Result<Saved> {
        self.say(document, |seen| {
            conflict(seen, path)?;
            let value = json_to_value(seen.kind.as_deref().unwrap_or_default(), path, json).map_err(unfit)?;
            Ok(vec![Edit::Choose { path: path.to_owned(), value, reason: reason.to_owned() }])
        })
    }

    fn say(&self, document: &str, edits: impl FnOnce(&Document) -> Result<Vec<Edit>>) -> Result<Saved> {
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let Engine { store, session, authority, clock, boot, noted_ms, .. } = &mut *engine;
        let session = session.as_ref().ok_or_else(TabletError::not_enrolled)?;
        let officer = self.speaker()?.unwrap_or(session.officer);
        let id = document_id(store.read(), document)?;
        let moment = clock.read(self.platform.as_ref())?;
        let voice = Voice { session, officer, authority, boot: *boot, moment };
        let tx = store.write()?;
        let saved = say_on(&tx, &voice, &id, edits)?;
        note_time(&tx, noted_ms, moment.claimed_ms)?;
        tx.commit()?;
        Ok(saved)
    }
}

fn create(conn: &Connection, voice: &Voice<'_>, draft: &Draft) -> Result<(Saved, Document)> {
    let saying = Saying { document: None, after: Vec::new(), edits: vec![creation(draft)] };
    append(conn, voice, &draft.kind, entry(conn, voice, saying)?)
}

/// Keeps the time in view once in a while, so that a clock set back later is noticed.
pub(super) fn note_time(conn: &Connection, noted_ms: &mut i64, now_ms: i64) -> Result<()> {
    if now_ms > noted_ms.saturating_add(NOTED_EVERY_MS) {
        *noted_ms = kv::put_later(conn, kv::SEEN, now_ms)?;
    }
    Ok(())
}

/// Says something more about a document, in a transaction of the caller's.
pub(super) fn say_on(
    conn: &Connection,
    voice: &Voice<'_>,
    id: &DocId,
    edits: impl FnOnce(&Document) -> Result<Vec<Edit>>,
) -> Result<Saved> {
    let statements = entries::about(conn, id)?;
    let seen = ploughshare_core::document::fold(*id, &statements, &exceptions(voice.authority));
    let kind = seen.kind.clone().ok_or_else(|| TabletError::not_found("document", &id.to_string()))?;
    if seen.update_needed {
        return Err(TabletError::refused(
            "document.update_needed",
            "this document holds statements of a later version and is read-only here",
            "Nothing was saved. Update this program.",
        ));
    }
    let edits = edits(&seen)?;
    edits.iter().try_for_each(|edit| reason_given(edit).and_then(|()| member_exists(edit, &seen)))?;
    let journal = journals::open(conn)?.ok_or_else(|| TabletError::damaged("no open journal"))?;
    let after = what_was_seen(&seen, &statements, &journal.id);
    let saying = Saying { document: Some(*id), after, edits };
    Ok(append(conn, voice, &kind, entry(conn, voice, saying)?)?.0)
}

fn record_row(conn: &Connection, voice: &Voice<'_>, row: &BatchRow) -> Result<Saved> {
    row.draft.check().map_err(unfit)?;
    let (saved, folded) = create(conn, voice, &row.draft)?;
    imports::add(conn, &row.row_id, &row.content_hash, &folded.id)?;
    Ok(saved)
}

/// The heads, and this journal's own last entry on the document where no head stands on it: that its author saw it must follow from `after`.
pub(super) fn what_was_seen(
    seen: &Document,
    statements: &[Statement],
    journal: &ploughshare_core::ids::JournalId,
) -> Vec<EntryHash> {
    let own = statements.iter().filter(|s| s.entry.journal == *journal).max_by_key(|s| s.entry.number).map(|s| s.hash);
    let mut after: Vec<EntryHash> = seen.heads.iter().copied().take(limits::AFTER).collect();
    if let Some(own) = own.filter(|own| !stands_on(&after, own, statements)) {
        after.truncate(limits::AFTER - 1);
        after.push(own);
    }
    after.sort_unstable();
    after
}

/// Whether one of these entries is `earlier` or comes after it.
fn stands_on(heads: &[EntryHash], earlier: &EntryHash, statements: &[Statement]) -> bool {
    let before: BTreeMap<&EntryHash, &[EntryHash]> =
        statements.iter().map(|s| (&s.hash, s.entry.after.as_slice())).collect();
    let mut seen: BTreeSet<&EntryHash> = BTreeSet::new();
    let mut open: Vec<&EntryHash> = heads.iter().collect();
    while let Some(hash) = open.pop() {
        if hash == earlier {
            return true;
        }
        if seen.insert(hash) {
            open.extend(before.get(hash).copied().unwrap_or_default());
        }
    }
    false
}

fn conflict<'a>(seen: &'a Document, path: &str) -> Result<&'a [ploughshare_core::document::Said]> {
    seen.fields.get(path).filter(|said| said.len() > 1).map(Vec::as_slice).ok_or_else(|| {
        let message = format!("there is no conflict at {path}");
        TabletError::refused("choose.no_conflict", message, "Look at `conflicts`; to change a value use `edit`.")
    })
}

/// Whoever decides says why: others have to live with it.
fn reason_given(edit: &Edit) -> Result<()> {
    match edit {
        Edit::Choose { reason, .. } | Edit::Withdraw { reason, .. } if reason.trim().is_empty() => Err(
            TabletError::refused("edit.no_reason", "no reason was given", "Nothing was saved. Say why in a few words."),
        ),
        _ => Ok(()),
    }
}

/// A path into a set must lead to a member that is there.
fn member_exists(edit: &Edit, seen: &Document) -> Result<()> {
    let (Edit::Set { path, .. } | Edit::Choose { path, .. } | Edit::Withdraw { path, .. }) = edit else {
        return Ok(());
    };
    let mut parts = path.split('/');
    let (Some(set), Some(key)) = (parts.next(), parts.next()) else { return Ok(()) };
    let prefix = format!("{set}/{key}/");
    if seen.fields.range(prefix.clone()..).next().is_some_and(|(path, _)| path.starts_with(&prefix)) {
        return Ok(());
    }
    let message = format!("the document has no member {set}/{key}");
    Err(TabletError::refused(
        "edit.no_such_member",
        message,
        "Nothing was saved. Look at `show` for the members' keys.",
    ))
}
