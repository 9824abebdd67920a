//! Finding documents: by kind, class, status, words, serials; in pages, newest first.

use ploughshare_core::document::Content;
use ploughshare_core::domain::serial;
use ploughshare_core::ids::DocId;
use rusqlite::{OptionalExtension as _, Row, params, params_from_iter, types::Value as Sql};
use serde::{Deserialize, Serialize};

use super::documents::{self, read_content};
use super::index::{self, Facets, Looked};
use super::{Connection, Result, id};

/// What is looked for. Everything that is named must hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub kind: Option<String>,
    pub item_kind: Option<String>,
    pub class: Option<String>,
    pub status: Option<String>,
    pub words: Option<String>,
    pub serial: Option<String>,
    pub confusable: bool,
    pub in_conflict: bool,
    pub with_findings: bool,
    pub review: Option<String>,
    pub before_row: Option<i64>,
    pub limit: u32,
}

/// One document found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub row: i64,
    pub id: DocId,
    pub kind: Option<String>,
    pub content: Content,
    /// Every value that stands for a serial, as it was read.
    pub serials: Vec<String>,
    pub conflicts: u64,
    pub waiting: u64,
    pub open_findings: u64,
    pub update_needed: bool,
    pub review_state: String,
    pub changed_ms: i64,
}

const COLUMNS: &str = "row, id, content, facets, conflicts, waiting, open_findings, update_needed, review_state";

fn found(conn: &Connection, row: &Row<'_>) -> Result<Found> {
    let id = id(&row.get::<_, Vec<u8>>(1)?, DocId::from_bytes)?;
    let content = conn.unseal(documents::CONTENT, id.as_bytes(), &row.get::<_, Vec<u8>>(2)?)?;
    let facets: Facets = conn.unseal_json(index::PLACE, id.as_bytes(), &row.get::<_, Vec<u8>>(3)?)?;
    Ok(Found {
        row: row.get(0)?,
        id,
        kind: facets.kind.clone(),
        content: read_content(&content)?,
        serials: facets.serials.iter().map(|serial| serial.seen.clone()).collect(),
        conflicts: row.get::<_, i64>(4)? as u64,
        waiting: row.get::<_, i64>(5)? as u64,
        open_findings: row.get::<_, i64>(6)? as u64,
        update_needed: row.get(7)?,
        review_state: row.get(8)?,
        changed_ms: facets.changed_ms,
    })
}

impl Wanted {
    /// What of it only the index in memory knows.
    fn looked(&self) -> Looked {
        let (normalised, folded) = match &self.serial {
            Some(text) if self.confusable => (None, Some(serial::fold(text))),
            Some(text) => (Some(serial::normalise(text)), None),
            None => (None, None),
        };
        let words = self.words.iter().flat_map(|text| text.split_whitespace()).map(str::to_lowercase).collect();
        Looked {
            kind: self.kind.clone(),
            item_kind: self.item_kind.clone(),
            class: self.class.clone(),
            status: self.status.clone(),
            words,
            normalised,
            folded,
        }
    }

    /// What of it stands in the rows: clauses and their values.
    fn states(&self) -> (String, Vec<Sql>) {
        let (mut sql, mut values) = (String::new(), Vec::new());
        if self.in_conflict {
            sql.push_str(" AND conflicts > 0");
        }
        if self.with_findings {
            sql.push_str(" AND open_findings > 0");
        }
        match self.review.as_deref() {
            Some("none") => sql.push_str(" AND review_state = 'none'"),
            // Few documents are attested: their own index holds them.
            Some(state) => {
                sql.push_str(" AND attestations > 0 AND review_state = ?");
                values.push(Sql::Text(state.to_owned()));
            }
            None => {}
        }
        (sql, values)
    }
}

/// One page, newest first. What is looked for in text comes from the index in memory, and leads where nothing in the rows narrows it down.
pub(crate) fn page(conn: &Connection, wanted: &Wanted) -> Result<Vec<Found>> {
    let looked = wanted.looked();
    let (states, values) = wanted.states();
    let limit = wanted.limit as usize;
    let mut page = Vec::new();
    if looked.anything() {
        conn.index_all()?;
    }
    if looked.anything() && states.is_empty() {
        let index = conn.index.borrow();
        let mut query = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM documents WHERE row = ?1"))?;
        index.find(&looked, wanted.before_row, |row| {
            if page.len() < limit {
                let mut rows = query.query(params![row])?;
                if let Some(row) = rows.next()? {
                    page.push(found(conn, row)?);
                }
            }
            Ok(page.len() < limit)
        })?;
        return Ok(page);
    }
    let sql = format!("SELECT {COLUMNS} FROM documents WHERE row < ?{states} ORDER BY row DESC");
    let before = Sql::Integer(wanted.before_row.unwrap_or(i64::MAX));
    let mut query = conn.prepare_cached(&sql)?;
    let mut rows = query.query(params_from_iter(std::iter::once(before).chain(values)))?;
    let index = conn.index.borrow();
    while page.len() < limit {
        let Some(row) = rows.next()? else { break };
        if !looked.anything() || index.fits(row.get(0)?, &looked) {
            page.push(found(conn, row)?);
        }
    }
    Ok(page)
}

/// A finding as it is kept.
#[derive(Serialize, Deserialize)]
pub(crate) struct FindingRow {
    pub rule: String,
    pub severity: String,
    pub path: Option<String>,
    pub message: String,
    pub justification: Option<String>,
}

/// Findings kept for a document.
pub(crate) fn findings(conn: &Connection, document: &DocId) -> Result<Vec<FindingRow>> {
    let mut query = conn.prepare_cached("SELECT findings FROM documents WHERE id = ?1")?;
    let sealed: Option<Vec<u8>> = query.query_row(params![document.as_bytes()], |row| row.get(0)).optional()?;
    let Some(sealed) = sealed else { return Ok(Vec::new()) };
    conn.unseal_json(documents::FINDINGS, document.as_bytes(), &sealed)
}

/// One number out of a query without parameters.
pub(crate) fn count(conn: &Connection, sql: &str) -> Result<u64> {
    Ok(conn.prepare_cached(sql)?.query_row([], |row| row.get::<_, i64>(0))? as u64)
}

/// Documents whose id begins with these hex digits; at most two are given.
pub(crate) fn by_prefix(conn: &Connection, prefix: &str) -> Result<Vec<DocId>> {
    let low = format!("{prefix:0<32}");
    let high = format!("{prefix:f<32}");
    let (Ok(low), Ok(high)) = (low.parse::<DocId>(), high.parse::<DocId>()) else { return Ok(Vec::new()) };
    let mut query = conn.prepare_cached("SELECT id FROM documents WHERE id BETWEEN ?1 AND ?2 LIMIT 2")?;
    let rows = query.query_map(params![low.as_bytes(), high.as_bytes()], |row| row.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(&row?, DocId::from_bytes)).collect()
}

/// The kind of a document that is here.
pub(crate) fn kind(conn: &Connection, document: &DocId) -> Result<Option<String>> {
    let mut query = conn.prepare_cached("SELECT facets FROM documents WHERE id = ?1")?;
    let sealed: Option<Vec<u8>> = query.query_row(params![document.as_bytes()], |row| row.get(0)).optional()?;
    let Some(sealed) = sealed else { return Ok(None) };
    let facets: Facets = conn.unseal_json(index::PLACE, document.as_bytes(), &sealed)?;
    Ok(facets.kind.clone())
}

/// The content of a document as it is shown.
pub(crate) fn content(conn: &Connection, document: &DocId) -> Result<Option<Content>> {
    let mut query = conn.prepare_cached("SELECT content FROM documents WHERE id = ?1")?;
    let sealed: Option<Vec<u8>> = query.query_row(params![document.as_bytes()], |row| row.get(0)).optional()?;
    let Some(sealed) = sealed else { return Ok(None) };
    read_content(&conn.unseal(documents::CONTENT, document.as_bytes(), &sealed)?).map(Some)
}

/// Looks at every item as it is shown.
pub(crate) fn each_item(conn: &Connection, mut look: impl FnMut(DocId, Content) -> Result<()>) -> Result<()> {
    let mut query = conn.prepare_cached("SELECT id, facets, content FROM documents ORDER BY row")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let document = id(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?, DocId::from_bytes)?;
        let sealed = |column| -> Result<_> { Ok(row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from)?) };
        let facets: Facets = conn.unseal_json(index::PLACE, document.as_bytes(), sealed(1)?)?;
        if facets.kind.as_deref() == Some("item") {
            let content = conn.unseal(documents::CONTENT, document.as_bytes(), sealed(2)?)?;
            look(document, read_content(&content)?)?;
        }
    }
    Ok(())
}

/// Documents of a kind, the newest here first.
pub(crate) fn of_kind(conn: &Connection, kind: &str, limit: u32) -> Result<Vec<DocId>> {
    let wanted = Wanted { kind: Some(kind.to_owned()), limit, ..Wanted::default() };
    Ok(page(conn, &wanted)?.into_iter().map(|found| found.id).collect())
}

/// Documents that bear exactly this serial, normalised.
pub(crate) fn by_serial(conn: &Connection, normalised: &str) -> Result<Vec<DocId>> {
    marked(conn, documents::SERIAL, normalised)
}

/// Documents that bear exactly this tag, normalised.
pub(crate) fn by_tag(conn: &Connection, normalised: &str) -> Result<Vec<DocId>> {
    marked(conn, documents::TAG, normalised)
}

fn marked(conn: &Connection, what: &str, text: &str) -> Result<Vec<DocId>> {
    let mut query = conn.prepare_cached(
        "SELECT d.id FROM lookups l JOIN documents d ON d.row = l.row WHERE l.mark = ?1 ORDER BY l.row LIMIT 50",
    )?;
    let rows = query.query_map(params![conn.mark(what, text.as_bytes())?], |row| row.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(&row?, DocId::from_bytes)).collect()
}
