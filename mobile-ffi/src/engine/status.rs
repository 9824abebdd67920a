//! How the tablet stands: what is unsent, what is safe, what waits, how long the lease runs.

use ploughshare_core::document::{Document, fold};
use ploughshare_core::limits;
use rusqlite::Connection;

use super::read::waiting_view;
use super::{Tablet, exceptions, newest_decision};
use crate::model::{NearlyFullView, PersonRefusedView, PhotosWaiting, RefusedView, TabletStatus};
use crate::store::query::count;
use crate::store::{Result, documents, entries, journals, kv, media, persons, segments};

/// One day in ms.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Statements of one journal about one document from which on it is told: a tenth of them are left.
const NEARLY: u64 = limits::ENTRIES_PER_JOURNAL_AND_DOCUMENT as u64 * 9 / 10;
/// Most documents that wait which are listed.
const WAITING: usize = 100;

impl Tablet {
    /// Documents of which this tablet can say little more, the fullest first.
    pub fn nearly_full(&self) -> Result<Vec<NearlyFullView>> {
        nearly_full(self.engine().store.read())
    }

    /// How the tablet stands.
    pub fn status(&self) -> Result<TabletStatus> {
        let now_ms = self.platform.now_ms()?;
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let conn = engine.store.read();
        let session = engine.session.as_ref();
        let key = session.and_then(|s| s.key.as_ref());
        let own = journals::all_own(conn)?;
        let mut unsent = 0;
        let mut stranded = 0;
        for journal in &own {
            let left = journal.next - journal.sealed_next;
            let signable = session
                .zip(key)
                .is_some_and(|(s, key)| key.public().journal(&journal.nonce, &s.operation) == journal.id);
            if signable { unsent += left } else { stranded += left }
        }
        let sum = |state: &str| {
            count(
                conn,
                &format!("SELECT coalesce(sum(next - first), 0) FROM segments WHERE own = 1 AND state = '{state}'"),
            )
        };
        let mut waiting = Vec::new();
        for (id, since) in documents::waiting(conn)?.into_iter().take(WAITING) {
            let folded: Document = fold(id, &entries::about(conn, &id)?, &exceptions(&engine.authority));
            waiting.push(waiting_view(&folded, now_ms - since));
        }
        let refused = segments::all_refused(conn)?.into_iter().map(|r| RefusedView {
            segment: r.hash.to_string(),
            entries: r.entries,
            code: r.code,
            detail: r.detail,
        });
        let persons_refused = persons::all_refused(conn)?
            .into_iter()
            .map(|(hash, code)| PersonRefusedView { hash: hash.to_string(), code });
        Ok(TabletStatus {
            enrolment: session.map(|s| s.enrolment.clone()),
            lease_days_left: session.map(|s| ((s.enrolment.lease_until_ms - now_ms) / DAY_MS).max(0)),
            documents: count(conn, "SELECT count(*) FROM documents")?,
            entries_own: own.iter().map(|j| j.next).sum(),
            entries_unsent: unsent,
            entries_sealed: sum("sealed")?,
            entries_receipted: sum("receipted")?,
            entries_stranded: stranded,
            refused: refused.collect(),
            waiting,
            aside: count(conn, "SELECT count(*) FROM aside")?,
            persons_unsent: persons::unsent(conn)?.len() as u64,
            persons_refused: persons_refused.collect(),
            photos: photos_waiting(conn)?,
            in_conflict: count(conn, "SELECT count(*) FROM documents WHERE conflicts > 0")?,
            with_findings: count(conn, "SELECT count(*) FROM documents WHERE open_findings > 0")?,
            place: kv::number(conn, kv::PLACE)?.unwrap_or(0) as u64,
            decision: newest_decision(&engine.authority),
            update_needed: count(conn, "SELECT count(*) FROM documents WHERE update_needed = 1")?,
            nearly_full: nearly_full(conn)?,
            journal: own.iter().find(|j| j.open).map(|j| j.id.to_string()),
            journals: own.len() as u64,
            last_sync_ms: kv::number(conn, kv::LAST_SYNC)?,
        })
    }
}

/// Documents of which the open journal has nearly said all that it may: one that is full takes no more statements of this tablet.
fn nearly_full(conn: &Connection) -> Result<Vec<NearlyFullView>> {
    let Some(journal) = journals::open(conn)? else { return Ok(Vec::new()) };
    let most = limits::ENTRIES_PER_JOURNAL_AND_DOCUMENT as u64;
    let said = entries::often_said(conn, &journal.id, NEARLY)?;
    Ok(said.into_iter().map(|(id, said)| NearlyFullView { document: id.to_string(), said, most }).collect())
}

/// Photos that wait to be sent, those among them of which it is not settled yet that a statement names them.
fn photos_waiting(conn: &Connection) -> Result<PhotosWaiting> {
    let both = |original| -> Result<(u64, u64)> {
        let (kept, waiting) = (media::sums(conn, "kept", original)?, media::sums(conn, "waiting", original)?);
        Ok((kept.count + waiting.count, kept.bytes + waiting.bytes))
    };
    let ((copies, copies_bytes), (originals, originals_bytes)) = (both(false)?, both(true)?);
    let refused = media::sums(conn, "refused", false)?.count + media::sums(conn, "refused", true)?.count;
    Ok(PhotosWaiting { copies, copies_bytes, originals, originals_bytes, refused })
}
