//! One deed, one transaction: a procedure often changes several documents (the list and every item on it), and all of it is said or none.
//! What each statement will be worth is judged before it is said; one that would be a claim only is refused unless that is wanted.

use std::collections::BTreeMap;

use ploughshare_core::authorise::{Circumstances, Reason};
use ploughshare_core::cbor::{self, Value};
use ploughshare_core::decision::Authority;
use ploughshare_core::document::{Content, Document, Statement, fold, judge};
use ploughshare_core::domain::draft::Draft;
use ploughshare_core::edit::{Edit, Fields};
use ploughshare_core::entry::Entry;
use ploughshare_core::ids::{DocId, EntryHash, OfficerId};
use rusqlite::{Connection, Transaction};

use super::hints::unfit;
use super::read::{circumstances, claims};
use super::record::{Saying, Voice, append, continued, creation, entry, note_time, what_was_seen};
use super::{Clock, Engine, Session, Tablet, exceptions, newest_decision};
use crate::error::TabletError;
use crate::platform::Platform;
use crate::store::entries::Kept;
use crate::store::{Result, entries, journals};

/// Bytes of edits that one entry takes before another is begun; an entry ends at 64 KiB.
const EDIT_BYTES: usize = 40 * 1024;
/// Edits that one entry takes before another is begun.
const EDITS: usize = 300;

/// For how long after its first word a run of scans is one entry, in ms: its claimed time is that of the first.
const RUN_MS: i64 = 15 * 60 * 1000;

/// A document as it is shown and as it counts.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub id: DocId,
    pub kind: String,
    /// The fold of everything that was said.
    pub everything: Document,
    /// The fold of what counts on the decisions held here.
    pub counts: Document,
    pub statements: Vec<Statement>,
}

impl Seen {
    /// What counts.
    pub(super) fn content(&self) -> Content {
        self.counts.content()
    }

    /// A text that counts.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        self.counts.fields.get(path)?.first()?.value.as_text().map(str::to_owned)
    }

    /// Whether anybody whose word counts says yes: of two who disagree, caution goes with the yes.
    pub(super) fn any_yes(&self, path: &str) -> bool {
        self.counts.fields.get(path).is_some_and(|said| said.iter().any(|one| one.value.as_bool() == Some(true)))
    }

    /// Whether saying this would change what is shown or what counts, or settle a conflict.
    pub(super) fn differs(&self, path: &str, value: &Value) -> bool {
        let same = |document: &Document| match document.fields.get(path).map(Vec::as_slice) {
            None => *value == Value::Null,
            Some([one]) => one.value == *value,
            Some(_) => false,
        };
        !(same(&self.everything) && same(&self.counts))
    }

    /// When its first statement says it was made, ms since the Unix epoch.
    pub(super) fn recorded_ms(&self) -> i64 {
        let birth = self.statements.iter().find(|s| s.hash.document() == self.id);
        birth.map_or(0, |s| s.entry.claimed_ms)
    }
}

/// Reads a document as it is shown and as it counts.
pub(super) fn see(
    conn: &Connection,
    id: &DocId,
    session: Option<&Session>,
    authority: &Authority,
    now_ms: i64,
) -> Result<Seen> {
    let kept = entries::kept_about(conn, id)?;
    let claims = claims(id, &kept, session, authority, now_ms);
    let statements: Vec<Statement> = kept.into_iter().map(|k| k.statement).collect();
    let everything = fold(*id, &statements, &exceptions(authority));
    let kind = everything.kind.clone().ok_or_else(|| TabletError::not_found("document", &id.to_string()))?;
    let counts = if claims.is_empty() {
        everything.clone()
    } else {
        let counting = exceptions(authority).without(claims.keys().copied().collect());
        fold(*id, &statements, &counting)
    };
    Ok(Seen { id: *id, kind, everything, counts, statements })
}

/// A statement that will not count.
pub(super) fn will_not_count(what: &str, reason: Reason) -> TabletError {
    let hint = match reason {
        Reason::NotTheirDevice | Reason::NoRole | Reason::NotTheirKey => {
            "Nothing was saved. If this was granted lately, `sync` first. To say it all the same, as a claim, give --as-claim."
        }
        _ => "Nothing was saved. Somebody else has to do this. To say it all the same, as a claim, give --as-claim.",
    };
    TabletError::refused(reason.code(), format!("this would be a claim only, for {what}: {reason}"), hint)
}

/// One deed under way.
pub(super) struct Deed<'a> {
    pub tx: Transaction<'a>,
    pub session: &'a Session,
    pub officer: OfficerId,
    pub authority: &'a Authority,
    /// When it is done, as the device's clock claims, ms since the Unix epoch.
    pub now_ms: i64,
    clock: &'a mut Clock,
    platform: &'a dyn Platform,
    boot: [u8; 8],
    /// Whether to say it also where it will be a claim only.
    pub as_claim: bool,
    /// What was said as a claim only, with why.
    pub claimed: BTreeMap<DocId, Reason>,
}

impl Tablet {
    /// Does something in one transaction: what `deed` says of any document is saved when it gives a value, and nothing of it when it gives
    /// an error.
    pub(super) fn deed<T>(&self, as_claim: bool, deed: impl FnOnce(&mut Deed<'_>) -> Result<T>) -> Result<T> {
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let Engine { store, session, authority, clock, boot, noted_ms, .. } = &mut *engine;
        let session = session.as_ref().ok_or_else(TabletError::not_enrolled)?;
        let officer = self.speaker()?.unwrap_or(session.officer);
        let tx = store.write()?;
        let now_ms = clock.read(self.platform.as_ref())?.claimed_ms;
        let platform = self.platform.as_ref();
        let claimed = BTreeMap::new();
        let mut under_way =
            Deed { tx, session, officer, authority, now_ms, clock, platform, boot: *boot, as_claim, claimed };
        let done = deed(&mut under_way)?;
        note_time(&under_way.tx, noted_ms, now_ms)?;
        under_way.tx.commit()?;
        Ok(done)
    }
}

impl Deed<'_> {
    /// A document as it is shown and as it counts.
    pub(super) fn see(&self, id: &DocId) -> Result<Seen> {
        see(&self.tx, id, Some(self.session), self.authority, self.now_ms)
    }

    /// A document of this kind by its id or the beginning of it.
    pub(super) fn procedure(&self, kind: &str, text: &str) -> Result<Seen> {
        let seen = self.see(&super::document_id(&self.tx, text)?)?;
        if seen.kind == kind {
            return Ok(seen);
        }
        let message = format!("{} is no {kind} but a document of kind '{}'", short(&seen.id), seen.kind);
        Err(TabletError::refused("document.other_kind", message, "Nothing was saved. Look the id up with `list`."))
    }

    /// Makes a new document. What does not fit into one entry is added by further ones.
    pub(super) fn create(&mut self, mut draft: Draft) -> Result<DocId> {
        draft.check().map_err(unfit)?;
        let mut size = 0;
        let fits = draft.members.iter().take_while(|member| {
            size += member_bytes(&member.fields);
            size < EDIT_BYTES
        });
        let rest = draft.members.split_off(fits.count());
        let edits = vec![creation(&draft)];
        let saying = Saying { document: None, after: Vec::new(), edits };
        let moment = self.clock.read(self.platform)?;
        let (session, officer, authority) = (self.session, self.officer, self.authority);
        let voice = Voice { session, officer, authority, boot: self.boot, moment };
        let entry = entry(&self.tx, &voice, saying)?;
        let id = entry.hash().document();
        self.weigh(id, &[], &entry, &draft.kind)?;
        append(&self.tx, &voice, &draft.kind, entry)?;
        let more =
            rest.into_iter().map(|member| Edit::Add { set: member.set, fields: member.fields.into_iter().collect() });
        let more: Vec<Edit> = more.collect();
        if !more.is_empty() {
            self.say(&id, more)?;
        }
        Ok(id)
    }

    /// Says something of a document. Many edits become several entries; a few are one.
    pub(super) fn say(&mut self, id: &DocId, edits: Vec<Edit>) -> Result<()> {
        let (mut some, mut size) = (Vec::new(), 0);
        for edit in edits {
            let bytes = cbor::encode(&edit.to_value()).len();
            if !some.is_empty() && (size + bytes > EDIT_BYTES || some.len() >= EDITS) {
                self.say_once(id, std::mem::take(&mut some))?;
                size = 0;
            }
            size += bytes;
            some.push(edit);
        }
        if some.is_empty() { Ok(()) } else { self.say_once(id, some) }
    }

    /// Adds what was scanned to a set of a document. Thousands of small things are scanned into one list, and a journal says a thousand
    /// statements of a document at most. So a run of scans is one statement: while the last word on the document is of this officer, adds to the
    /// same set, is not sealed and is minutes old, it is continued. Nobody can have seen it, and whatever was said of it is said still.
    pub(super) fn scanned(&mut self, id: &DocId, edits: Vec<Edit>) -> Result<()> {
        let kept = entries::kept_about(&self.tx, id)?;
        let Some((last, kind)) = self.continuable(id, &kept, &edits)? else { return self.say(id, edits) };
        let others: Vec<Kept> = kept.into_iter().filter(|k| k.statement.hash != last.hash).collect();
        let mut entry = last.entry;
        entry.edits.extend(edits);
        self.weigh(*id, &others, &entry, &kind)?;
        let moment = self.clock.read(self.platform)?;
        let (session, officer, authority) = (self.session, self.officer, self.authority);
        let voice = Voice { session, officer, authority, boot: self.boot, moment };
        continued(&self.tx, &voice, &kind, &last.hash, &entry)
    }

    /// The entry that these scans continue, if there is one, and the kind of the document.
    fn continuable(&self, id: &DocId, kept: &[Kept], edits: &[Edit]) -> Result<Option<(Statement, String)>> {
        let set_of = |edits: &[Edit]| -> Option<String> {
            let mut sets = edits.iter().map(|edit| if let Edit::Add { set, .. } = edit { Some(set) } else { None });
            let first = sets.next()??;
            sets.all(|set| set == Some(first)).then(|| first.clone())
        };
        let Some(set) = set_of(edits) else { return Ok(None) };
        // The last in the store is the last that was said here, or came from elsewhere since.
        let Some(last) = kept.last().filter(|last| last.segment.is_none()) else { return Ok(None) };
        let entry = &last.statement.entry;
        let journal = journals::open(&self.tx)?.ok_or_else(|| TabletError::damaged("no open journal"))?;
        let size: usize = entry.edits.iter().chain(edits).map(|edit| cbor::encode(&edit.to_value()).len()).sum();
        let fits = entry.edits.len() + edits.len() <= EDITS && size <= EDIT_BYTES;
        let fresh = (0..=RUN_MS).contains(&(self.now_ms - entry.claimed_ms));
        let own = entry.journal == journal.id && entry.officer == self.officer && entry.document == Some(*id);
        if !(own && fits && fresh && set_of(&entry.edits) == Some(set)) {
            return Ok(None);
        }
        let statements: Vec<Statement> = kept.iter().map(|k| k.statement.clone()).collect();
        let seen = fold(*id, &statements, &exceptions(self.authority));
        let alone = seen.heads == [last.statement.hash] && !seen.update_needed;
        Ok(seen.kind.filter(|_| alone).map(|kind| (last.statement.clone(), kind)))
    }

    fn say_once(&mut self, id: &DocId, edits: Vec<Edit>) -> Result<()> {
        let kept = entries::kept_about(&self.tx, id)?;
        let statements: Vec<Statement> = kept.iter().map(|k| k.statement.clone()).collect();
        let seen = fold(*id, &statements, &exceptions(self.authority));
        let kind = seen.kind.clone().ok_or_else(|| TabletError::not_found("document", &id.to_string()))?;
        if seen.update_needed {
            let message = format!("{} holds statements of a later version and is read-only here", short(id));
            return Err(TabletError::refused(
                "document.update_needed",
                message,
                "Nothing was saved. Update this program.",
            ));
        }
        let journal = journals::open(&self.tx)?.ok_or_else(|| TabletError::damaged("no open journal"))?;
        let after = what_was_seen(&seen, &statements, &journal.id);
        let moment = self.clock.read(self.platform)?;
        let (session, officer, authority) = (self.session, self.officer, self.authority);
        let voice = Voice { session, officer, authority, boot: self.boot, moment };
        let entry = entry(&self.tx, &voice, Saying { document: Some(*id), after, edits })?;
        self.weigh(*id, &kept, &entry, &kind)?;
        append(&self.tx, &voice, &kind, entry)?;
        Ok(())
    }

    /// Judges an entry before it is said.
    fn weigh(&mut self, id: DocId, kept: &[Kept], entry: &Entry, kind: &str) -> Result<()> {
        let hash = entry.hash();
        let mut statements: Vec<Statement> = kept.iter().map(|k| k.statement.clone()).collect();
        statements.push(Statement { hash, entry: entry.clone() });
        let of = |asked: &EntryHash| {
            if *asked == hash {
                let decision_held = newest_decision(self.authority).unwrap_or(0);
                let device = self.session.device;
                return Circumstances { decision_held, received_ms: self.now_ms, by_register: false, device };
            }
            let found = kept.iter().find(|k| k.statement.hash == *asked);
            circumstances(found, Some(self.session), self.authority, self.now_ms)
        };
        let Some(reason) = judge(id, &statements, self.authority, &of).get(&hash).copied() else { return Ok(()) };
        if !self.as_claim {
            let named = if entry.creates() { format!("a new {kind}") } else { format!("{kind} {}", short(&id)) };
            return Err(will_not_count(&named, reason));
        }
        self.claimed.insert(id, reason);
        Ok(())
    }
}

/// The beginning of an id, as people type it.
pub(super) fn short(id: &DocId) -> String {
    id.to_string().chars().take(12).collect()
}

fn member_bytes(fields: &BTreeMap<String, Value>) -> usize {
    fields.iter().map(|(name, value)| name.len() + 3 + cbor::encode(value).len()).sum()
}

/// Fields of a member or a document under construction: what is not given is left out.
#[derive(Debug, Clone, Default)]
pub(super) struct Says(BTreeMap<String, Value>);

impl Says {
    /// With a value.
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// With a value, if it is given and is not blank.
    pub(super) fn maybe(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value.map(Into::into) {
            None => self,
            Some(Value::Text(text)) if text.trim().is_empty() => self,
            Some(value) => self.with(name, value),
        }
    }

    /// As an edit that adds a member.
    pub(super) fn add(self, set: &str) -> Edit {
        Edit::Add { set: set.to_owned(), fields: self.fields() }
    }

    /// As the fields of a member.
    pub(super) fn fields(self) -> Fields {
        self.0.into_iter().collect()
    }

    /// As a draft of a new document.
    pub(super) fn draft(self, kind: &str) -> Draft {
        let mut draft = Draft::new(kind);
        draft.fields = self.0;
        draft
    }

    /// As edits that set fields.
    pub(super) fn sets(self) -> Vec<Edit> {
        self.0.into_iter().map(|(path, value)| Edit::Set { path, value }).collect()
    }

    /// As edits that set those fields which say something new.
    pub(super) fn news(self, seen: &Seen) -> Vec<Edit> {
        self.0
            .into_iter()
            .filter(|(path, value)| seen.differs(path, value))
            .map(|(path, value)| Edit::Set { path, value })
            .collect()
    }
}

/// An id as a value.
pub(super) fn id_value(id: &DocId) -> Value {
    Value::Bytes(id.to_vec())
}
