//! The part of a sync that a tablet with a working set makes in place of taking in everything: what is no item, the rows of all items, and
//! what was said about those it works with.

use std::collections::BTreeSet;

use ploughshare_core::entries::{Question, Said};
use ploughshare_core::ids::DocId;
use ploughshare_core::limits;
use ploughshare_core::pack::{Changes, Manifest, PackError};

use super::fetch::is_not_for_us;
use super::not_believed;
use super::rows::Rows;
use super::working::{self, MANY, WorkingSet};
use crate::engine::officers::Stamp;
use crate::engine::sync::Run;
use crate::engine::take;
use crate::error::{ErrorKind, TabletError};
use crate::store::published::{PACK, PACK_CHANGE, PACK_NEXT, PACK_NEXT_PART, PACK_PART};
use crate::store::{Result, documents, kv, published};

/// Documents whose entries are asked for at once.
const AT_ONCE: usize = limits::ENTRIES_DOCUMENTS / 2;

fn refused(error: PackError) -> TabletError {
    not_believed(error.code(), error)
}

fn unreadable(error: &ploughshare_core::exchange::ExchangeError) -> TabletError {
    TabletError::new(
        ErrorKind::Server,
        error.code(),
        format!("the register's answer cannot be read: {error}"),
        "Everything is safe on this device. Update this program, or ask the administrator.",
    )
}

impl Run<'_> {
    fn operation_path(&self, tail: &str) -> Result<String> {
        Ok(format!("/api/v1/operations/{}/{tail}", self.tablet.engine().session()?.operation))
    }

    /// The working set of this tablet. Where nobody chose, an operation of many items is held as a pack, and a smaller one whole.
    pub(in crate::engine) fn settle_working_set(&mut self) -> Result<WorkingSet> {
        let (chosen, begun) = {
            let engine = self.tablet.engine();
            let conn = engine.store.read();
            (working::chosen(conn)?, kv::number(conn, kv::PLACE)?.unwrap_or(0) > 0)
        };
        if let Some(set) = chosen {
            return Ok(set);
        }
        let all = begun || !self.is_large()?;
        let set = WorkingSet { all, ..WorkingSet::default() };
        let mut engine = self.tablet.engine();
        let tx = engine.store.write()?;
        working::choose(&tx, &set)?;
        tx.commit()?;
        Ok(set)
    }

    fn is_large(&mut self) -> Result<bool> {
        match self.fetch(&self.operation_path("pack")?, None) {
            Err(error) if is_not_for_us(&error) => Ok(false),
            Err(error) => Err(error),
            Ok(head) => Ok(self.verified(&head)?.rows() >= MANY),
        }
    }

    fn verified(&self, head: &[u8]) -> Result<Manifest> {
        let engine = self.tablet.engine();
        let session = engine.session()?;
        Manifest::verify(head, &session.register, &session.operation, &session.register_key).map_err(refused)
    }

    /// What is no item; the rows of all; what was said about the working set and about what is here already.
    pub(in crate::engine) fn partly(&mut self, set: &WorkingSet) -> Result<()> {
        self.others()?;
        let changed = self.rows()?;
        let (fresh, known, after) = {
            let mut engine = self.tablet.engine();
            let after = kv::number(engine.store.read(), kv::ENTRIES_PLACE)?.unwrap_or(0) as u64;
            let wanted: Vec<DocId> = engine.rows()?.map_or_else(Vec::new, |rows| {
                rows.by_id.values().filter(|row| set.holds(row)).map(|row| row.id).collect()
            });
            let conn = engine.store.read();
            let held = |id: &DocId| Ok(documents::row_of(conn, id)?.is_some());
            let fresh: Vec<DocId> = wanted
                .into_iter()
                .filter_map(|id| held(&id).map(|held| (!held).then_some(id)).transpose())
                .collect::<Result<_>>()?;
            let known: Vec<DocId> = changed
                .into_iter()
                .filter_map(|id| held(&id).map(|held| held.then_some(id)).transpose())
                .collect::<Result<_>>()?;
            (fresh, known, after)
        };
        self.entries_of(&fresh, 0)?;
        self.entries_of(&known, after)?;
        let mut engine = self.tablet.engine();
        let place = engine.rows()?.map_or(0, |rows| rows.place);
        let tx = engine.store.write()?;
        kv::put_number(&tx, kv::ENTRIES_PLACE, place as i64)?;
        tx.commit()
    }

    /// Asks what was said; takes in what came.
    fn question(&mut self, documents: Option<Vec<DocId>>, after: u64) -> Result<Said> {
        let operation = self.tablet.engine().session()?.operation;
        let wanted: Option<BTreeSet<DocId>> = documents.as_ref().map(|list| list.iter().copied().collect());
        let question = Question { operation, documents, after };
        let path = self.operation_path("entries")?;
        let bytes = self.fetch(&path, Some(&question.to_bytes()))?;
        let said = Said::from_bytes(&bytes).map_err(|error| unreadable(&error))?;
        let now = Stamp::read(self.tablet.platform.as_ref())?;
        let taken = take::said(&mut self.tablet.engine(), &said, wanted.as_ref(), &now)?;
        self.report.pulled += taken;
        // An answer that promises more and comes no further would keep a tablet asking for ever.
        Ok(Said { more: said.more && said.place > after, ..said })
    }

    /// Everything that is no item, in the order of the feed: decisions first of all, by which the rest is judged.
    fn others(&mut self) -> Result<()> {
        loop {
            let after = kv::number(self.tablet.engine().store.read(), kv::PLACE)?.unwrap_or(0) as u64;
            let said = self.question(None, after)?;
            let mut engine = self.tablet.engine();
            let tx = engine.store.write()?;
            kv::put_number(&tx, kv::PLACE, said.place.max(after) as i64)?;
            tx.commit()?;
            self.report.place = said.place;
            if !said.more {
                return Ok(());
            }
        }
    }

    /// Everything about some documents behind a place.
    pub(in crate::engine) fn entries_of(&mut self, documents: &[DocId], after: u64) -> Result<()> {
        for some in documents.chunks(AT_ONCE) {
            let mut from = after;
            loop {
                let said = self.question(Some(some.to_vec()), from)?;
                if !said.more {
                    break;
                }
                from = said.place;
            }
        }
        Ok(())
    }

    /// Brings the rows up to what the register holds now. Gives the items whose rows are others than before.
    fn rows(&mut self) -> Result<Vec<DocId>> {
        let Some(since) = self.tablet.engine().rows()?.map(|rows| rows.seq) else { return self.pack() };
        let path = self.operation_path(&format!("pack/changes?since={since}"))?;
        let bytes = match self.fetch(&path, None) {
            Err(error) if error.code == "pack.too_old" => return self.pack(),
            done => done?,
        };
        let mut engine = self.tablet.engine();
        let session = engine.session()?;
        let changes = Changes::verify(&bytes, &session.register, &session.operation, since, &session.register_key)
            .map_err(refused)?;
        let changed = changes.rows.iter().map(|row| row.id).collect();
        if changes.seq > since {
            let tx = engine.store.write()?;
            published::put(&tx, PACK_CHANGE, since, &bytes)?;
            tx.commit()?;
            if let Some(rows) = engine.rows()? {
                rows.take(changes);
            }
        }
        Ok(changed)
    }

    /// Fetches a whole pack, part by part. The one before goes on to be used until all of this one is here.
    fn pack(&mut self) -> Result<Vec<DocId>> {
        match self.pack_parts() {
            Err(error) if error.code == "pack.part_unknown" => {
                self.forget([PACK_NEXT, PACK_NEXT_PART])?;
                self.pack_parts()
            }
            Err(error) if error.code.starts_with("pack.") => {
                self.forget([PACK_NEXT, PACK_NEXT_PART])?;
                Err(error)
            }
            done => done,
        }
    }

    fn pack_parts(&mut self) -> Result<Vec<DocId>> {
        let path = self.operation_path("pack")?;
        let (register, operation, key) = {
            let engine = self.tablet.engine();
            let session = engine.session()?;
            (session.register, session.operation, session.register_key.clone())
        };
        let verified = |bytes: &[u8]| Manifest::verify(bytes, &register, &operation, &key).map_err(refused);
        let head = self.piece((PACK_NEXT, 0), &path, |bytes| verified(bytes).map(drop))?;
        let manifest = verified(&head)?;
        let mut rows = Rows { place: manifest.place, seq: manifest.seq, by_id: std::collections::BTreeMap::new() };
        for (place, part) in (0..).zip(&manifest.parts) {
            let path = format!("{path}/parts/{}", hex::encode(part.hash));
            let is_right = |bytes: &[u8]| part.read(bytes).map(drop).map_err(refused);
            let bytes = self.piece((PACK_NEXT_PART, place), &path, is_right)?;
            rows.by_id.extend(part.read(&bytes).map_err(refused)?.into_iter().map(|row| (row.id, row)));
        }
        let mut engine = self.tablet.engine();
        let before = engine.published.rows.take();
        let tx = engine.store.write()?;
        published::replace(&tx, PACK_NEXT, PACK)?;
        published::replace(&tx, PACK_NEXT_PART, PACK_PART)?;
        published::remove(&tx, PACK_CHANGE)?;
        tx.commit()?;
        let same = |id: &DocId, row| before.as_ref().is_some_and(|before| before.by_id.get(id) == Some(row));
        let changed = rows.by_id.iter().filter(|(id, row)| !same(id, *row)).map(|(id, _)| *id).collect();
        engine.published.rows = Some(rows);
        Ok(changed)
    }
}
