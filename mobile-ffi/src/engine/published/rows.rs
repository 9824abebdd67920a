//! Rows of items whose statements are not here: "as the register held them at place N", read-only, listed and searched.

use std::collections::BTreeMap;
use std::ops::Bound;

use ploughshare_core::domain::serial;
use ploughshare_core::ids::DocId;
use ploughshare_core::pack::{Changes, Manifest, Row};
use serde::Serialize;

use super::working::says;
use crate::engine::{Engine, Session, Tablet};
use crate::error::TabletError;
use crate::store::published::{PACK, PACK_CHANGE, PACK_PART};
use crate::store::{Connection, Result, documents, published};

/// Rows a page, if not said.
const PAGE: u32 = 50;
/// Most rows a page.
const MOST: u32 = 1_000;

/// The rows that are here.
#[derive(Debug)]
pub(in crate::engine) struct Rows {
    /// The place of the feed that they are of.
    pub place: u64,
    /// The number of the projection that they are of.
    pub seq: u64,
    /// Each by its item.
    pub by_id: BTreeMap<DocId, Row>,
}

/// A row as the register held it, and nothing that can be said more about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegisterRow {
    /// The item.
    pub document: String,
    /// weapon, part or ammunition.
    pub kind: String,
    /// Class.
    pub class: Option<String>,
    /// Status.
    pub status: Option<String>,
    /// Tag.
    pub tag: Option<String>,
    /// Maker.
    pub make: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Calibre.
    pub calibre: Option<String>,
    /// Site.
    pub site: Option<String>,
    /// Store.
    pub store: Option<String>,
    /// What reviews came to.
    pub review: Option<String>,
    /// Serials as seen.
    pub serials: Vec<String>,
    /// Open findings.
    pub open_findings: u64,
    /// Paths at which several values stand.
    pub conflicts: u64,
    /// Whether it goes on in another operation.
    pub moved: bool,
    /// Whether its statements are here as well, so that more can be said about it.
    pub held: bool,
    /// The place of the feed at which the register held it so.
    pub place: u64,
}

/// Which rows.
#[derive(Debug, Clone, Default)]
pub struct RegisterWanted {
    /// Kind of item.
    pub kind: Option<String>,
    /// Class.
    pub class: Option<String>,
    /// Status.
    pub status: Option<String>,
    /// Site.
    pub site: Option<String>,
    /// A piece of a serial, tag, maker or model, three characters or more.
    pub text: Option<String>,
    /// A piece of a serial, three characters or more.
    pub serial: Option<String>,
    /// Serials also by common misreadings.
    pub confusable: bool,
    /// Only items whose statements are not here.
    pub not_held: bool,
    /// Where the page begins: `next` of the page before.
    pub after: Option<String>,
    /// Rows a page; 50 if 0.
    pub limit: u32,
}

/// A page of rows, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RegisterPage {
    /// The rows.
    pub rows: Vec<RegisterRow>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// The place of the feed that they are of; absent where this tablet has no pack.
    pub place: Option<u64>,
    /// Rows in the pack.
    pub total: u64,
}

fn read(conn: &Connection, session: &Session) -> Result<Option<Rows>> {
    let damaged = |_| TabletError::damaged("the rows of the register");
    let Some(head) = published::get(conn, PACK, 0)? else { return Ok(None) };
    let Session { register, operation, register_key, .. } = session;
    let manifest = Manifest::verify(&head, register, operation, register_key).map_err(damaged)?;
    let mut rows = Rows { place: manifest.place, seq: manifest.seq, by_id: BTreeMap::new() };
    for (place, part) in (0..).zip(&manifest.parts) {
        let bytes = published::get(conn, PACK_PART, place)?;
        let bytes = bytes.ok_or_else(|| TabletError::damaged("a part of the rows of the register"))?;
        rows.by_id.extend(part.read(&bytes).map_err(damaged)?.into_iter().map(|row| (row.id, row)));
    }
    for bytes in published::all(conn, PACK_CHANGE)? {
        let changes = Changes::verify(&bytes, register, operation, rows.seq, register_key).map_err(damaged)?;
        rows.take(changes);
    }
    Ok(Some(rows))
}

impl Rows {
    /// Takes in changes that follow.
    pub fn take(&mut self, changes: Changes) {
        self.place = changes.place;
        self.seq = changes.seq;
        self.by_id.extend(changes.rows.into_iter().map(|row| (row.id, row)));
    }
}

impl Engine {
    /// The rows, if there are any.
    pub(in crate::engine) fn rows(&mut self) -> Result<Option<&mut Rows>> {
        self.session()?;
        if self.published.rows.is_none() {
            self.published.rows = read(self.store.read(), self.session()?)?;
        }
        Ok(self.published.rows.as_mut())
    }

    /// The row of an item, if there is one.
    pub(in crate::engine) fn register_row(&mut self, id: &DocId) -> Result<Option<RegisterRow>> {
        let Some((row, place)) = self.rows()?.and_then(|rows| Some((rows.by_id.get(id)?.clone(), rows.place))) else {
            return Ok(None);
        };
        let held = documents::row_of(self.store.read(), id)?.is_some();
        Ok(Some(shown(&row, held, place)))
    }

    /// What to say of a document that is not here: that the register's row of it is, if it is.
    pub(in crate::engine) fn not_here(&mut self, id: &DocId, error: TabletError) -> TabletError {
        match self.register_row(id) {
            Ok(Some(row)) => TabletError::refused(
                "pack.read_only",
                format!(
                    "of this item only the register's row at place {} is here; what was said about it is not",
                    row.place
                ),
                "Nothing was saved. Open it with a link (`open`), or add it to the working set and sync; then it can be changed.",
            ),
            _ => error,
        }
    }
}

fn shown(row: &Row, held: bool, place: u64) -> RegisterRow {
    RegisterRow {
        document: row.id.to_string(),
        kind: row.kind.clone(),
        class: row.class.clone(),
        status: row.status.clone(),
        tag: row.tag.clone(),
        make: row.make.clone(),
        model: row.model.clone(),
        calibre: row.calibre.clone(),
        site: row.site.clone(),
        store: row.store.clone(),
        review: row.review.clone(),
        serials: row.serials.clone(),
        open_findings: row.findings,
        conflicts: row.conflicts,
        moved: row.moved,
        held,
        place,
    }
}

impl RegisterWanted {
    fn check(&self) -> Result<()> {
        let short = |text: &String| serial::normalise(text).chars().count() < 3;
        if [&self.text, &self.serial].into_iter().flatten().any(short) {
            return Err(TabletError::refused(
                "list.too_short",
                "a row is found by 3 characters or more",
                "Give more characters.",
            ));
        }
        Ok(())
    }

    fn finds(&self, row: &Row) -> bool {
        let equal = |wanted: &Option<String>, here: Option<&String>| wanted.is_none() || wanted.as_ref() == here;
        let by_serial = |text: &String| {
            let (normal, folded) = (serial::normalise(text), serial::fold(text));
            row.serials.iter().any(|here| {
                serial::normalise(here).contains(&normal) || (self.confusable && serial::fold(here).contains(&folded))
            })
        };
        equal(&self.kind, Some(&row.kind))
            && equal(&self.class, row.class.as_ref())
            && equal(&self.status, row.status.as_ref())
            && equal(&self.site, row.site.as_ref())
            && self.text.as_ref().is_none_or(|text| says(row, text))
            && self.serial.as_ref().is_none_or(by_serial)
    }
}

impl Tablet {
    /// The row of an item as the register held it, by its id or the beginning of its id; `None` where there is none or several begin so.
    pub fn register_row(&self, document: &str) -> Result<Option<RegisterRow>> {
        let text = document.trim().to_ascii_lowercase();
        let mut engine = self.engine();
        let low = format!("{text:0<32}").parse::<DocId>();
        let (Ok(low), true) = (low, text.len() >= 8) else { return Ok(None) };
        let found: Vec<DocId> = engine.rows()?.map_or_else(Vec::new, |rows| {
            let from = rows.by_id.range((Bound::Included(low), Bound::Unbounded));
            from.map(|(id, _)| *id).take_while(|id| id.to_string().starts_with(&text)).take(2).collect()
        });
        let [only] = found.as_slice() else { return Ok(None) };
        engine.register_row(only)
    }

    /// One page of the rows that the register published, by id. Empty where this tablet holds everything.
    pub fn register_rows(&self, wanted: &RegisterWanted) -> Result<RegisterPage> {
        wanted.check()?;
        let bad = |_| {
            TabletError::refused("list.bad_page", "that is not where a page begins", "Give `next` of the page before.")
        };
        let after = wanted.after.as_ref().map(|text| text.parse::<DocId>().map_err(bad)).transpose()?;
        let limit = if wanted.limit == 0 { PAGE } else { wanted.limit.min(MOST) } as usize;
        let mut engine = self.engine();
        let Some(rows) = engine.rows()? else { return Ok(RegisterPage::default()) };
        let (place, total) = (rows.place, rows.by_id.len() as u64);
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let found: Vec<Row> = rows
            .by_id
            .range((from, Bound::Unbounded))
            .map(|(_, row)| row)
            .filter(|row| wanted.finds(row))
            .cloned()
            .collect();
        let mut page = RegisterPage { place: Some(place), total, ..RegisterPage::default() };
        for row in found {
            let held = documents::row_of(engine.store.read(), &row.id)?.is_some();
            if held && wanted.not_held {
                continue;
            }
            if page.rows.len() == limit {
                page.next = page.rows.last().map(|last| last.document.clone());
                break;
            }
            page.rows.push(shown(&row, held, place));
        }
        Ok(page)
    }
}
