//! The table of serials to be noticed: fetched once, then only added to.

use ploughshare_core::keys::sha256;
use ploughshare_core::lookup::{Additions, LookupError, Manifest, Watch};

use super::fetch::is_not_for_us;
use super::not_believed;
use crate::engine::sync::Run;
use crate::engine::{Engine, Session};
use crate::error::TabletError;
use crate::store::published::{LOOKUP, LOOKUP_ADDED, LOOKUP_NEXT, LOOKUP_NEXT_PART, LOOKUP_PART};
use crate::store::{Connection, Result, kv, published};

/// Additions are asked for no oftener than this, in ms.
const EVERY_MS: i64 = 10 * 60 * 1000;

/// Whether the table was looked for in the store, and what was found.
#[derive(Debug, Default)]
pub(in crate::engine) enum Held {
    #[default]
    Unread,
    Nothing,
    Here(Box<Watch>),
}

fn refused(error: LookupError) -> TabletError {
    not_believed(error.code(), error)
}

fn read(conn: &Connection, session: &Session) -> Result<Held> {
    let damaged = |_| TabletError::damaged("the table of serials to be noticed");
    let Some(head) = published::get(conn, LOOKUP, 0)? else { return Ok(Held::Nothing) };
    let manifest = Manifest::verify(&head, &session.register, &session.register_key).map_err(damaged)?;
    let parts = published::all(conn, LOOKUP_PART)?;
    let mut watch = Watch::new(manifest.assemble(parts.iter().map(Vec::as_slice)).map_err(damaged)?);
    for bytes in published::all(conn, LOOKUP_ADDED)? {
        let additions = Additions::verify(&bytes, &session.register, &session.register_key).map_err(damaged)?;
        watch.add(&additions).map_err(damaged)?;
    }
    Ok(Held::Here(Box::new(watch)))
}

impl Engine {
    /// The table, if it is here.
    pub(in crate::engine) fn watch(&mut self) -> Result<Option<&mut Watch>> {
        self.session()?;
        if matches!(self.published.lookups, Held::Unread) {
            self.published.lookups = read(self.store.read(), self.session()?)?;
        }
        Ok(match &mut self.published.lookups {
            Held::Here(watch) => Some(watch),
            Held::Unread | Held::Nothing => None,
        })
    }
}

impl Run<'_> {
    /// Brings the table up to what the register wants noticed now.
    pub(in crate::engine) fn lookups(&mut self) -> Result<()> {
        let now_ms = self.tablet.platform.now_ms()?;
        let asked = kv::number(self.tablet.engine().store.read(), kv::LOOKUPS_ASKED)?;
        // Asked for once in a while, so that a sync with nothing new stays small.
        if asked.is_some_and(|asked| (asked..asked.saturating_add(EVERY_MS)).contains(&now_ms)) {
            return Ok(());
        }
        match self.follow_lookups() {
            Err(error) if is_not_for_us(&error) => {}
            Err(error) if error.code == "lookup.base_gone" => self.lookup_base()?,
            done => done?,
        }
        let mut engine = self.tablet.engine();
        let tx = engine.store.write()?;
        kv::put_number(&tx, kv::LOOKUPS_ASKED, now_ms)?;
        tx.commit()
    }

    fn follow_lookups(&mut self) -> Result<()> {
        loop {
            let held = self.tablet.engine().watch()?.map(|watch| (hex::encode(watch.base()), watch.next()));
            let Some((base, next)) = held else { return self.lookup_base() };
            let bytes = self.fetch(&format!("/api/v1/lookups/additions?base={base}&from={next}"), None)?;
            let mut engine = self.tablet.engine();
            let session = engine.session()?;
            let additions = Additions::verify(&bytes, &session.register, &session.register_key).map_err(refused)?;
            let Some(watch) = engine.watch()? else { return Ok(()) };
            watch.add(&additions).map_err(refused)?;
            if !additions.entries.is_empty() {
                let tx = engine.store.write()?;
                published::put(&tx, LOOKUP_ADDED, additions.first, &bytes)?;
                tx.commit()?;
            }
            if !additions.more {
                return Ok(());
            }
        }
    }

    /// Fetches a whole table, part by part. The one before goes on to be used until all of this one is here.
    fn lookup_base(&mut self) -> Result<()> {
        match self.lookup_base_parts() {
            // The register has made another one meanwhile.
            Err(error) if error.code == "lookup.part_unknown" => {
                self.forget([LOOKUP_NEXT, LOOKUP_NEXT_PART])?;
                self.lookup_base_parts()
            }
            // What was not believed is not gone on with.
            Err(error) if error.code.starts_with("lookup.") => {
                self.forget([LOOKUP_NEXT, LOOKUP_NEXT_PART])?;
                Err(error)
            }
            done => done,
        }
    }

    fn lookup_base_parts(&mut self) -> Result<()> {
        let (register, key) = {
            let engine = self.tablet.engine();
            let session = engine.session()?;
            (session.register, session.register_key.clone())
        };
        let verified = |bytes: &[u8]| Manifest::verify(bytes, &register, &key).map_err(refused);
        let head = self.piece((LOOKUP_NEXT, 0), "/api/v1/lookups", |bytes| verified(bytes).map(drop))?;
        let manifest = verified(&head)?;
        let mut parts = Vec::with_capacity(manifest.parts().len());
        for (index, hash) in manifest.parts().iter().enumerate() {
            let is_right = |bytes: &[u8]| {
                if sha256(bytes) == *hash { Ok(()) } else { Err(refused(LookupError::PartDiffers { index })) }
            };
            let path = format!("/api/v1/lookups/parts/{}", hex::encode(hash));
            parts.push(self.piece((LOOKUP_NEXT_PART, index as u64), &path, is_right)?);
        }
        let watch = Watch::new(manifest.assemble(parts.iter().map(Vec::as_slice)).map_err(refused)?);
        let mut engine = self.tablet.engine();
        let tx = engine.store.write()?;
        published::replace(&tx, LOOKUP_NEXT, LOOKUP)?;
        published::replace(&tx, LOOKUP_NEXT_PART, LOOKUP_PART)?;
        published::remove(&tx, LOOKUP_ADDED)?;
        tx.commit()?;
        engine.published.lookups = Held::Here(Box::new(watch));
        Ok(())
    }
}
