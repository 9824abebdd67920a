//! Sealing: what was said since the last time becomes signed segments. A seal is committed before its first byte leaves.

use ploughshare_core::segment::{Header, Level, seal};

use super::{Engine, Tablet, newest_decision};
use crate::store::{Result, entries, journals, kv, segments};

use ploughshare_core::limits::SEGMENT_ENTRIES;

impl Tablet {
    /// Seals everything that is not sealed yet. Pressing happens without the lock, so that saving goes on meanwhile; only one sync
    /// runs at a time, and another program on the same store is noticed by the journal's end.
    pub(crate) fn seal_all(&self) -> Result<()> {
        loop {
            let (header, run, key) = {
                let engine = self.engine();
                match next_run(&engine, self.platform.now_ms()?)? {
                    Some(next) => next,
                    None => return Ok(()),
                }
            };
            let sealing = seal(header, &run, &key, Level::Small)?;
            let taken: Vec<_> = run.iter().take(sealing.taken).map(|(hash, _)| *hash).collect();
            let mut engine = self.engine();
            let Engine { store, session, .. } = &mut *engine;
            let device = session.as_ref().ok_or_else(crate::error::TabletError::not_enrolled)?.device;
            let tx = store.write()?;
            let sealed = sealing.segment;
            let (journal, first) = (sealed.header.journal, sealed.header.first);
            let untouched = journals::all_own(&tx)?.iter().any(|j| j.id == journal && j.sealed_next == first);
            // What was scanned meanwhile may have made one of the entries longer: then it is sealed once more, as it is now.
            if untouched && entries::stand(&tx, &journal, first, &taken)? {
                let next = first + sealed.count;
                let row = segments::add_own(&tx, &sealed, &device)?;
                entries::carried(&tx, &journal, first, next, row)?;
                journals::sealed(&tx, &journal, next, &sealed.hash)?;
                tx.commit()?;
            }
        }
    }
}

type Run = (
    Header,
    Vec<(ploughshare_core::ids::EntryHash, ploughshare_core::entry::Entry)>,
    ploughshare_core::keys::SecretKey,
);

/// The next run of entries to seal, of the oldest journal first; `None` when everything is sealed.
fn next_run(engine: &Engine, now_ms: i64) -> Result<Option<Run>> {
    let session = engine.session()?;
    let conn = engine.store.read();
    for journal in journals::all_own(conn)? {
        if journal.sealed_next >= journal.next {
            continue;
        }
        let key = session.key()?;
        if key.public().journal(&journal.nonce, &session.operation) != journal.id {
            // Said under a key that is gone: stranded, shown in the status.
            continue;
        }
        let run = entries::run(conn, &journal.id, journal.sealed_next, SEGMENT_ENTRIES)?;
        let place = kv::number(conn, kv::PLACE)?.filter(|place| *place > 0);
        let header = Header {
            register: session.register,
            operation: session.operation,
            journal: journal.id,
            first: journal.sealed_next,
            previous: journal.last,
            sealed_ms: now_ms,
            place_held: place.map(|p| p as u64),
            decision_held: newest_decision(&engine.authority).unwrap_or(0),
            nonce: journal.nonce,
            after_fork: journal.after_fork,
            extra: Vec::new(),
        };
        return Ok(Some((header, run, key.clone())));
    }
    Ok(None)
}
