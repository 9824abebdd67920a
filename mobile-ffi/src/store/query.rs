//! Finding documents: by kind, class, status, words, serials; in pages, newest first.

use ploughshare_core::document::Content;
use ploughshare_core::domain::serial;
use ploughshare_core::ids::DocId;
use rusqlite::{Connection, OptionalExtension as _, params, params_from_iter, types::Value as Sql};

use super::documents::read_content;
use super::{Result, id};

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
    pub content: Vec<u8>,
    pub conflicts: u64,
    pub waiting: u64,
    pub open_findings: u64,
    pub update_needed: bool,
    pub review_state: String,
    pub changed_ms: i64,
}

/// A text as a phrase of the search index.
fn phrase(column: &str, text: &str) -> String {
    format!("{column} : \"{}\"", text.replace('"', "\"\""))
}

/// One page, newest first.
pub(crate) fn page(conn: &Connection, wanted: &Wanted) -> Result<Vec<Found>> {
    let mut sql = String::from(
        "SELECT row, id, kind, content, conflicts, waiting, open_findings, update_needed, changed_ms, review_state FROM documents WHERE 1",
    );
    let mut values: Vec<Sql> = Vec::new();
    let mut also = |clause: &str, value: Option<Sql>| {
        sql.push_str(" AND ");
        sql.push_str(clause);
        values.extend(value);
    };
    for (column, value) in [
        ("kind = ?", &wanted.kind),
        ("item_kind = ?", &wanted.item_kind),
        ("class = ?", &wanted.class),
        ("status = ?", &wanted.status),
    ] {
        if let Some(value) = value {
            also(column, Some(Sql::Text(value.clone())));
        }
    }
    if wanted.in_conflict {
        also("conflicts > 0", None);
    }
    if wanted.with_findings {
        also("open_findings > 0", None);
    }
    match wanted.review.as_deref() {
        Some("none") => also("review_state = 'none'", None),
        // Few documents are attested: their own index holds them.
        Some(state) => also("attestations > 0 AND review_state = ?", Some(Sql::Text(state.to_owned()))),
        None => {}
    }
    if let Some(row) = wanted.before_row {
        also("row < ?", Some(Sql::Integer(row)));
    }
    let mut found_by = Vec::new();
    if let Some(text) = &wanted.words {
        found_by.extend(text.split_whitespace().map(|word| phrase("words", word)));
    }
    match &wanted.serial {
        Some(text) if wanted.confusable => found_by.push(phrase("folded", &serial::fold(text))),
        Some(text) => found_by.push(phrase("serials", &serial::normalise(text))),
        None => {}
    }
    if !found_by.is_empty() {
        also("row IN (SELECT rowid FROM search WHERE search MATCH ?)", Some(Sql::Text(found_by.join(" AND "))));
    }
    sql.push_str(" ORDER BY row DESC LIMIT ?");
    values.push(Sql::Integer(i64::from(wanted.limit)));
    let mut query = conn.prepare_cached(&sql)?;
    let mut rows = query.query(params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Found {
            row: row.get(0)?,
            id: id(&row.get::<_, Vec<u8>>(1)?, DocId::from_bytes)?,
            kind: row.get(2)?,
            content: row.get(3)?,
            conflicts: row.get::<_, i64>(4)? as u64,
            waiting: row.get::<_, i64>(5)? as u64,
            open_findings: row.get::<_, i64>(6)? as u64,
            update_needed: row.get(7)?,
            changed_ms: row.get(8)?,
            review_state: row.get(9)?,
        });
    }
    Ok(found)
}

/// A finding as it is kept.
pub(crate) struct FindingRow {
    pub rule: String,
    pub severity: String,
    pub path: Option<String>,
    pub message: String,
    pub justification: Option<String>,
}

/// Findings kept for a row.
pub(crate) fn findings(conn: &Connection, row: i64) -> Result<Vec<FindingRow>> {
    let mut query = conn.prepare_cached(
        "SELECT rule, severity, path, message, justification FROM findings WHERE row = ?1 ORDER BY place",
    )?;
    let one = |row: &rusqlite::Row<'_>| {
        Ok(FindingRow {
            rule: row.get(0)?,
            severity: row.get(1)?,
            path: row.get(2)?,
            message: row.get(3)?,
            justification: row.get(4)?,
        })
    };
    Ok(query.query_map(params![row], one)?.collect::<rusqlite::Result<_>>()?)
}

/// Serials kept for a row, as seen.
pub(crate) fn serials(conn: &Connection, row: i64) -> Result<Vec<String>> {
    let mut query = conn.prepare_cached("SELECT seen FROM serials WHERE row = ?1 ORDER BY member")?;
    Ok(query.query_map(params![row], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
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
    let mut query = conn.prepare_cached("SELECT kind FROM documents WHERE id = ?1")?;
    Ok(query.query_row(params![document.as_bytes()], |row| row.get(0)).optional()?.flatten())
}

/// The content of a document as it is shown.
pub(crate) fn content(conn: &Connection, document: &DocId) -> Result<Option<Content>> {
    let mut query = conn.prepare_cached("SELECT content FROM documents WHERE id = ?1")?;
    let bytes: Option<Vec<u8>> = query.query_row(params![document.as_bytes()], |row| row.get(0)).optional()?;
    bytes.map(|bytes| read_content(&bytes)).transpose()
}

/// Looks at every item as it is shown.
pub(crate) fn each_item(conn: &Connection, mut look: impl FnMut(DocId, Content) -> Result<()>) -> Result<()> {
    let mut query = conn.prepare_cached("SELECT id, content FROM documents WHERE kind = 'item' ORDER BY row")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let document = id(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?, DocId::from_bytes)?;
        look(document, read_content(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?)?;
    }
    Ok(())
}

/// Documents of a kind, the newest here first.
pub(crate) fn of_kind(conn: &Connection, kind: &str, limit: u32) -> Result<Vec<DocId>> {
    let mut query = conn.prepare_cached("SELECT id FROM documents WHERE kind = ?1 ORDER BY row DESC LIMIT ?2")?;
    let rows = query.query_map(params![kind, limit], |row| row.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(&row?, DocId::from_bytes)).collect()
}

/// Documents that bear exactly this serial, normalised.
pub(crate) fn by_serial(conn: &Connection, normalised: &str) -> Result<Vec<DocId>> {
    let mut query = conn.prepare_cached(
        "SELECT DISTINCT d.id FROM serials s JOIN documents d ON d.row = s.row WHERE s.normalised = ?1 LIMIT 50",
    )?;
    let rows = query.query_map(params![normalised], |row| row.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(&row?, DocId::from_bytes)).collect()
}
