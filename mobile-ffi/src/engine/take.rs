//! Taking in an answer, in one transaction: receipts, refusals, what others said, decisions before all else that they judge, the documents
//! touched, and the place reached. What cannot be judged yet is put aside and tried again; nothing is lost.

use std::collections::BTreeSet;

use ploughshare_core::decision::{Authority, Decision};
use ploughshare_core::document::Document;
use ploughshare_core::edit::Edit;
use ploughshare_core::exchange::{Answer, Refused};
use ploughshare_core::ids::{DocId, JournalId};
use ploughshare_core::journal::Fit;
use ploughshare_core::keys::PublicKey;
use ploughshare_core::receipt::Receipt;
use ploughshare_core::rules::models::{OwnModels, named_alike};
use ploughshare_core::segment::{OpenedSegment, VerifiedSegment, open};

use super::officers::Stamp;
use super::{Engine, Session, review};
use crate::error::{ErrorKind, TabletError};
use crate::store::{Connection, Result, carried, decisions, documents, entries, journals, kv, officers, segments};

/// What an answer brought.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Segments that receipts name for the first time.
    pub receipts: u64,
    /// Entries in them.
    pub pushed: u64,
    /// Entries of others that are new here.
    pub pulled: u64,
    /// Segments refused for good.
    pub refused: u64,
    /// Segments to be sent again, because the register has forgotten them.
    pub again: u64,
    /// The register knows more of a journal of this tablet's own: what it left out of this answer has to be asked for.
    pub knows_more: bool,
    /// The open journal must not be gone on with.
    pub new_journal: bool,
}

/// By which way something came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// In answer to a question of now: the register is there.
    Register,
    /// Sealed by the register at some time: whoever knows the feed up to `after` knows it up to `upto` with it.
    Card { after: u64, upto: u64 },
    /// From another tablet. The register may not have it, so it is carried there.
    Tablet,
    /// From another tablet, which knows that the register has it.
    Settled,
}

/// Takes in an answer. `asked_again` are journals that were sent again in this sync already.
pub(super) fn take(
    engine: &mut Engine,
    answer: &Answer,
    asked_again: &mut BTreeSet<JournalId>,
    now: &Stamp,
    way: Way,
) -> Result<Taken> {
    let now_ms = now.wall_ms;
    let mut taken = Taken::default();
    let Engine { store, session, authority, decisions: known, .. } = engine;
    let session = session.as_ref().ok_or_else(TabletError::not_enrolled)?;
    let tx = store.write()?;
    for bytes in &answer.receipts {
        take_receipt(&tx, session, bytes, now_ms, &mut taken)?;
    }
    for refused in &answer.refused {
        take_refusal(&tx, refused, asked_again, &mut taken)?;
    }
    compare_ends(&tx, answer, asked_again, &mut taken)?;

    let mut intake = Intake {
        conn: &tx,
        session,
        authority: authority.clone(),
        touched: BTreeSet::new(),
        decided: Vec::new(),
        pulled: 0,
        now_ms,
        way,
    };
    intake.all(&answer.segments)?;
    let Intake { authority: fresh, mut touched, decided, pulled, .. } = intake;
    taken.pulled = pulled;
    if fresh.bridged != authority.bridged {
        touched.extend(documents::waiting(&tx)?.into_iter().map(|(id, _)| id));
    }
    for (journal, from) in fresh.forked.iter().filter(|(journal, from)| authority.forked.get(journal) != Some(from)) {
        touched.extend(entries::documents_of(&tx, journal, *from)?);
    }
    if fresh.models != authority.models {
        touched
            .extend(documents::with_model(&tx, &|make, name| changed(&authority.models, &fresh.models, make, name))?);
    }
    let reviewer =
        |conn: &Connection, document: &Document| review::state(conn, &document.id, Some(session), &fresh, now_ms);
    for document in &touched {
        documents::refold(&tx, document, &fresh, &reviewer, now_ms)?;
    }
    for document in review::stirred(&tx, &decided)?.difference(&touched) {
        documents::review_again(&tx, document, &fresh, &reviewer)?;
    }
    if journals::open(&tx)?.is_some_and(|j| fresh.forked.contains_key(&j.id)) {
        taken.new_journal = true;
        // What the other copy of this store said in this journal was left out of the answers so far, as the journal was named as our own:
        // everything is asked for once more, and what is here already adds nothing.
        taken.knows_more = true;
        kv::put_number(&tx, kv::PLACE, 0)?;
    }
    match way {
        Way::Register => {
            if !taken.knows_more {
                let place = kv::number(&tx, kv::PLACE)?.unwrap_or(0).max(answer.place as i64);
                kv::put_number(&tx, kv::PLACE, place)?;
                carried::reach(&tx, 0, 0)?;
            }
            kv::put_number(&tx, kv::LAST_SYNC, now_ms)?;
            kv::put_number(&tx, kv::SEEN, now_ms)?;
            officers::renew_all(&tx, now)?;
        }
        Way::Card { after, upto } if !taken.knows_more => carried::reach(&tx, after, upto)?,
        Way::Card { .. } | Way::Tablet | Way::Settled => {}
    }
    let count = decisions::count(&tx)?;
    tx.commit()?;
    *authority = fresh;
    *known = count;
    Ok(taken)
}

/// Whether a name means a model of which something else is said now.
fn changed(before: &OwnModels, now: &OwnModels, make: Option<&str>, name: &str) -> bool {
    let said = |own: &OwnModels, id: &String| own.said().get(id).cloned();
    let ids = before.said().keys().chain(now.said().keys());
    ids.filter(|id| said(before, id) != said(now, id)).any(|id| {
        let models = [before.reference().get(id), now.reference().get(id)];
        models.into_iter().flatten().any(|model| named_alike(model, make, name))
    })
}

fn take_receipt(conn: &Connection, session: &Session, bytes: &[u8], now_ms: i64, taken: &mut Taken) -> Result<()> {
    let untrusted = |code: &str, what: &str| {
        TabletError::new(
            ErrorKind::Server,
            code,
            format!("the answer holds a receipt that proves nothing: {what}"),
            "Everything is safe on this device. Somebody may stand between this device and the register: tell the administrator.",
        )
    };
    let receipt = Receipt::verify(bytes, &session.register_key).map_err(|e| untrusted(e.code(), &e.to_string()))?;
    if receipt.register != session.register || receipt.operation != session.operation {
        return Err(untrusted("receipt.not_ours", "it is for another register or operation"));
    }
    if receipt.device != session.device {
        // For a tablet whose segments were brought from here: it is kept until that one is met.
        return carried::keep_receipt(conn, &receipt.device, bytes, now_ms)
            .and_then(|()| receipt.safe.iter().try_for_each(|safe| carried::arrived(conn, &safe.segment).map(drop)));
    }
    for safe in &receipt.safe {
        if let Some(entries) = segments::receipted(conn, safe, &receipt)? {
            taken.receipts += 1;
            taken.pushed += entries;
        }
    }
    Ok(())
}

fn take_refusal(
    conn: &Connection,
    refused: &Refused,
    asked_again: &mut BTreeSet<JournalId>,
    taken: &mut Taken,
) -> Result<()> {
    if carried::refused(conn, refused)? {
        return Ok(());
    }
    // The register misses what lies before: it has forgotten it, unless it refused that too.
    if refused.code == "journal.gap"
        && let Some(journal) = segments::journal_of(conn, refused)?
        && !segments::any_refused(conn, &journal)?
        && asked_again.insert(journal)
    {
        taken.again += 1 + segments::send_again(conn, &journal, 0)?;
        return Ok(());
    }
    let Some(journal) = segments::refused(conn, refused)? else { return Ok(()) };
    taken.refused += 1;
    // What stands behind a refused segment in its journal cannot be chained any more: new work goes to a new journal.
    if !refused.code.starts_with("device.") && journals::open(conn)?.is_some_and(|j| j.id == journal) {
        taken.new_journal = true;
    }
    Ok(())
}

/// The register knows other ends of own journals: it knows more than this device (restored or cloned: a new journal), or less (it was
/// itself restored: what it forgot is sent again).
fn compare_ends(
    conn: &Connection,
    answer: &Answer,
    asked_again: &mut BTreeSet<JournalId>,
    taken: &mut Taken,
) -> Result<()> {
    let own = journals::all_own(conn)?;
    for end in &answer.ends {
        let Some(journal) = own.iter().find(|j| j.id == end.journal) else { continue };
        let known_here = end.next == 0
            || (end.next <= journal.sealed_next && segments::ends_with(conn, &end.journal, end.next, end.chain)?);
        if !known_here {
            taken.new_journal |= journal.open;
            taken.knows_more |= journal.open;
        } else if end.next < journal.sealed_next && asked_again.insert(end.journal) {
            taken.again += segments::send_again(conn, &end.journal, end.next)?;
        }
    }
    Ok(())
}

/// Taking in segments of others.
struct Intake<'a> {
    conn: &'a Connection,
    session: &'a Session,
    authority: Authority,
    touched: BTreeSet<DocId>,
    decided: Vec<Decision>,
    pulled: u64,
    now_ms: i64,
    way: Way,
}

impl Intake<'_> {
    /// The register's own segments first, then the others; what was aside is tried with them, as long as that helps.
    fn all(&mut self, blobs: &[Vec<u8>]) -> Result<()> {
        let mut open_ones: Vec<(OpenedSegment, Vec<u8>)> = Vec::with_capacity(blobs.len());
        let aside = segments::all_aside(self.conn)?;
        for bytes in aside.iter().chain(blobs) {
            match open(bytes) {
                Ok(opened) => open_ones.push((opened, bytes.clone())),
                Err(error) => segments::put_aside(self.conn, bytes, error.code(), self.now_ms)?,
            }
        }
        let register = self.session.register_key.device();
        open_ones.sort_by_key(|(o, _)| (o.device() != register, o.header().journal, o.header().first));
        loop {
            let before = open_ones.len();
            let mut later = Vec::new();
            for (opened, bytes) in open_ones {
                match self.judge(opened.clone())? {
                    None => segments::drop_aside(self.conn, &bytes)?,
                    Some(code) => {
                        segments::put_aside(self.conn, &bytes, code, self.now_ms)?;
                        later.push((opened, bytes));
                    }
                }
            }
            if later.is_empty() || later.len() == before {
                return Ok(());
            }
            open_ones = later;
        }
    }

    /// Keeps a segment, or says why it has to wait.
    fn judge(&mut self, opened: OpenedSegment) -> Result<Option<&'static str>> {
        if segments::has(self.conn, &opened.hash())? {
            if self.way != Way::Tablet {
                carried::arrived(self.conn, &opened.hash())?;
            }
            return Ok(None);
        }
        let by_register = opened.device() == self.session.register_key.device();
        let key = if by_register {
            self.session.register_key.clone()
        } else {
            let known = self.authority.devices.get(&opened.device()).and_then(|d| PublicKey::from_bytes(&d.key).ok());
            match known {
                Some(key) => key,
                None => return Ok(Some("segment.unknown_device")),
            }
        };
        let verified = match opened.verify(&self.session.register, &key) {
            Ok(verified) if verified.operation() == self.session.operation => verified,
            Ok(_) => return Ok(Some("segment.wrong_operation")),
            Err(error) => return Ok(Some(error.code())),
        };
        let journal = verified.header().journal;
        let own = journals::is_own(self.conn, &journal)?;
        let tail = journals::tail(self.conn, &journal)?;
        let branch = match tail.fit(&verified) {
            _ if own => true,
            Fit::Next => {
                journals::grow(self.conn, &tail.after(&verified))?;
                false
            }
            // The journal forked, and it stands on a branch whose beginning is here.
            _ if segments::chained(self.conn, verified.header())? => true,
            Fit::Earlier | Fit::Unchained | Fit::Gap { .. } => return Ok(Some("journal.gap")),
        };
        self.keep(verified, branch, by_register)?;
        Ok(None)
    }

    fn keep(&mut self, segment: VerifiedSegment, branch: bool, by_register: bool) -> Result<()> {
        let row = segments::add_other(self.conn, &segment, branch)?;
        if self.way == Way::Tablet && !by_register {
            carried::add(self.conn, row, self.now_ms)?;
        }
        for (hash, entry) in segment.into_entries() {
            let Some(id) = entries::add(self.conn, &hash, &entry, &entry.to_bytes(), Some(row), self.now_ms)? else {
                continue;
            };
            self.pulled += 1;
            if entry.document.is_some() || entry.has_content() {
                self.touched.insert(entry.about(&hash));
            }
            if by_register && !branch && entry.edits.iter().any(|e| matches!(e, Edit::Decide { .. })) {
                decisions::add(self.conn, entry.number, id)?;
                self.authority.take_entry(&entry);
                self.decided.extend(entry.edits.iter().filter_map(Decision::from_edit));
            }
        }
        Ok(())
    }
}
