//! Documents: what the statements about one thing add up to, with the rows by which they are found.

use std::collections::BTreeSet;

use ploughshare_core::cbor::{self, Value};
use ploughshare_core::decision::Authority;
use ploughshare_core::document::{Content, Document, Statement, fold};
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::domain::schema::{self, FieldType};
use ploughshare_core::domain::serial;
use ploughshare_core::edit::Edit;
use ploughshare_core::ids::DocId;
use ploughshare_core::rules::Finding;
use rusqlite::{OptionalExtension as _, params};
use zeroize::Zeroizing;

use super::index::{self, Facets, Serial};
use super::query::{self, FindingRow};
use super::{Connection, Result, around, entries, id};
use crate::engine::exceptions;
use crate::error::TabletError;

/// Reviews a document in which officers attested something: what their reviews came to, by its code. Asked for no other document.
pub(crate) type Reviewer<'a> = &'a dyn Fn(&Connection, &Document) -> Result<&'static str>;

/// Whether an officer attests something in an entry.
pub(crate) fn attests(statement: &Statement) -> bool {
    statement.entry.edits.iter().any(|edit| matches!(edit, Edit::Attest(_)))
}

/// Folds a document again from all its statements and writes what it adds up to. The fold is given back.
pub(crate) fn refold(
    conn: &Connection,
    document: &DocId,
    authority: &Authority,
    reviewer: Reviewer<'_>,
    now_ms: i64,
) -> Result<Document> {
    let statements = entries::about(conn, document)?;
    write_fold(conn, document, &statements, authority, reviewer, now_ms)
}

/// The same when the statements are at hand.
pub(crate) fn write_fold(
    conn: &Connection,
    document: &DocId,
    statements: &[Statement],
    authority: &Authority,
    reviewer: Reviewer<'_>,
    now_ms: i64,
) -> Result<Document> {
    let folded = fold(*document, statements, &exceptions(authority));
    let content = folded.content();
    let findings = around::findings(conn, &folded, &content, statements, authority, now_ms)?;
    let before = row_of(conn, document)?;
    let row = write_row(conn, &folded, &content, statements.len(), &findings, now_ms)?;
    write_lookups(conn, row, before.is_some(), &folded, &content)?;
    let attestations = statements.iter().filter(|statement| attests(statement)).count();
    if attestations > 0 {
        write_review(conn, row, attestations, reviewer(conn, &folded)?)?;
    }
    Ok(folded)
}

/// Items on this tablet that say a model: what has to be judged anew when the table of models changes.
pub(crate) fn with_model(conn: &Connection, means: &dyn Fn(Option<&str>, &str) -> bool) -> Result<Vec<DocId>> {
    let mut found = Vec::new();
    query::each_item(conn, |document, content| {
        let text = |path: &str| content.get(path).and_then(Value::as_text);
        if text("model").is_some_and(|name| means(text("make"), name)) {
            found.push(document);
        }
        Ok(())
    })?;
    Ok(found)
}

/// Reviews a document again, without touching anything else of it.
pub(crate) fn review_again(
    conn: &Connection,
    document: &DocId,
    authority: &Authority,
    reviewer: Reviewer<'_>,
) -> Result<()> {
    let Some(row) = row_of(conn, document)? else { return Ok(()) };
    let statements = entries::about(conn, document)?;
    let attestations = statements.iter().filter(|statement| attests(statement)).count();
    if attestations > 0 {
        let folded = fold(*document, &statements, &exceptions(authority));
        write_review(conn, row, attestations, reviewer(conn, &folded)?)?;
    }
    Ok(())
}

fn write_review(conn: &Connection, row: i64, attestations: usize, state: &str) -> Result<()> {
    conn.prepare_cached("UPDATE documents SET review_state = ?2, attestations = ?3 WHERE row = ?1")?
        .execute(params![row, state, attestations as i64])?;
    Ok(())
}

/// Documents in which officers attested something; with `unsealed`, only those that hold an entry which is not sealed yet.
pub(crate) fn attested(conn: &Connection, unsealed: bool) -> Result<Vec<DocId>> {
    let mut query = conn.prepare_cached(if unsealed {
        "SELECT id FROM documents INDEXED BY documents_attested
         WHERE attestations > 0
           AND EXISTS (SELECT 1 FROM entries WHERE entries.document = documents.id AND entries.segment IS NULL)"
    } else {
        "SELECT id FROM documents INDEXED BY documents_attested WHERE attestations > 0"
    })?;
    let rows = query.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(&row?, DocId::from_bytes)).collect()
}

/// The row of a document, if it is here.
pub(crate) fn row_of(conn: &Connection, document: &DocId) -> Result<Option<i64>> {
    let mut query = conn.prepare_cached("SELECT row FROM documents WHERE id = ?1")?;
    Ok(query.query_row(params![document.as_bytes()], |row| row.get(0)).optional()?)
}

/// Documents that wait for statements which are not here.
pub(crate) fn waiting(conn: &Connection) -> Result<Vec<(DocId, i64)>> {
    let mut query = conn.prepare_cached("SELECT id, waiting_since_ms FROM documents WHERE waiting > 0 ORDER BY row")?;
    let rows = query.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?)))?;
    rows.map(|row| {
        let (document, since) = row?;
        Ok((id(&document, DocId::from_bytes)?, since))
    })
    .collect()
}

/// Where content is sealed.
pub(super) const CONTENT: &str = "documents.content";
/// Where findings are sealed.
pub(super) const FINDINGS: &str = "documents.findings";

/// Content as it stands in a row, opened.
pub(crate) fn read_content(bytes: &[u8]) -> Result<Content> {
    let Ok(Value::Map(pairs)) = cbor::decode(bytes) else { return Err(TabletError::damaged("a document")) };
    Ok(pairs.into_iter().filter_map(|(k, v)| if let Value::Text(path) = k { Some((path, v)) } else { None }).collect())
}

fn write_content(content: &Content) -> Zeroizing<Vec<u8>> {
    let pairs = content.iter().map(|(k, v)| (Value::Text(k.clone()), v.clone())).collect();
    Zeroizing::new(cbor::encode(&Value::Map(pairs)))
}

fn facets(folded: &Document, content: &Content, now_ms: i64) -> Facets {
    let text = |path: &str| content.get(path).and_then(Value::as_text).map(str::to_owned);
    Facets {
        kind: folded.kind.clone(),
        item_kind: text("kind"),
        class: text("class"),
        status: text("status"),
        serials: serials(folded),
        words: words(folded.kind.as_deref().unwrap_or_default(), content),
        changed_ms: now_ms,
    }
}

fn write_row(
    conn: &Connection,
    folded: &Document,
    content: &Content,
    statements: usize,
    findings: &[Finding],
    now_ms: i64,
) -> Result<i64> {
    let id = folded.id.as_bytes();
    let waiting = folded.waiting.len() as i64;
    let open = findings.iter().filter(|finding| !finding.justified).count();
    let findings: Vec<FindingRow> = findings.iter().map(finding_row).collect();
    let mut write = conn.prepare_cached(
        "INSERT INTO documents (id, version, content, facets, findings, statements, conflicts, waiting, waiting_since_ms,
                                void, update_needed, open_findings)
         VALUES (?1, (SELECT coalesce(max(version), 0) + 1 FROM documents), ?2, ?3, ?4, ?5, ?6, ?7,
                 CASE WHEN ?7 > 0 THEN ?11 END, ?8, ?9, ?10)
         ON CONFLICT (id) DO UPDATE SET
             version = excluded.version,
             content = excluded.content,
             facets = excluded.facets,
             findings = excluded.findings,
             statements = excluded.statements,
             conflicts = excluded.conflicts,
             waiting = excluded.waiting,
             waiting_since_ms = CASE WHEN excluded.waiting > 0
                                     THEN coalesce(documents.waiting_since_ms, excluded.waiting_since_ms) END,
             void = excluded.void,
             update_needed = excluded.update_needed,
             open_findings = excluded.open_findings
         RETURNING row",
    )?;
    let row = write.query_row(
        params![
            id,
            conn.seal(CONTENT, id, &write_content(content))?,
            conn.seal_json(index::PLACE, id, &facets(folded, content, now_ms))?,
            conn.seal_json(FINDINGS, id, &findings)?,
            statements as i64,
            folded.conflicts().len() as i64,
            waiting,
            folded.void.len() as i64,
            folded.update_needed,
            open as i64,
            now_ms,
        ],
        |row| row.get(0),
    )?;
    Ok(row)
}

fn finding_row(finding: &Finding) -> FindingRow {
    FindingRow {
        rule: finding.rule.to_owned(),
        severity: finding.severity.name().to_owned(),
        path: finding.path.clone(),
        message: finding.message.clone(),
        justification: finding.justification.clone(),
    }
}

/// Every value that stands for a serial, the concurrent ones too: a search must not miss what a conflict hides.
fn serials(folded: &Document) -> Vec<Serial> {
    let mut rows = Vec::new();
    for (path, said) in &folded.fields {
        let Some(key) = path.strip_prefix("markings/").and_then(|rest| rest.strip_suffix("/text")) else { continue };
        let is_serial = folded
            .fields
            .get(&format!("markings/{key}/type"))
            .is_some_and(|types| types.iter().any(|t| t.value.as_text() == Some("SER")));
        let withdrawn = folded
            .fields
            .get(&format!("markings/{key}/withdrawn"))
            .is_some_and(|reasons| reasons.iter().all(|r| r.value != Value::Null));
        if !is_serial || withdrawn {
            continue;
        }
        for seen in said.iter().filter_map(|s| s.value.as_text()) {
            let normalised = serial::normalise(seen);
            if !normalised.is_empty() {
                rows.push(Serial { seen: seen.to_owned(), folded: serial::fold(seen), normalised });
            }
        }
    }
    rows
}

fn words(kind: &str, content: &Content) -> String {
    let mut words = String::new();
    for (path, value) in content {
        let Value::Text(text) = value else { continue };
        let free = schema::field(kind, path).map_or(true, |spec| matches!(spec.ty, FieldType::Text { .. }));
        if free {
            words.push_str(&text.to_lowercase());
            words.push('\n');
        }
    }
    words
}

/// Marks by which exact serials are found.
pub(super) const SERIAL: &str = "serial";
/// The same of tags, and of marks that the programme put on.
pub(super) const TAG: &str = "tag";

fn write_lookups(conn: &Connection, row: i64, again: bool, folded: &Document, content: &Content) -> Result<()> {
    if again {
        conn.prepare_cached("DELETE FROM lookups WHERE row = ?1")?.execute(params![row])?;
    }
    let mut write = conn.prepare_cached("INSERT OR IGNORE INTO lookups (mark, row) VALUES (?1, ?2)")?;
    for serial in serials(folded) {
        write.execute(params![conn.mark(SERIAL, serial.normalised.as_bytes())?, row])?;
    }
    if folded.kind.as_deref() == Some("item") {
        let item = ItemRecord::read(content);
        let programme = |kind: &str| matches!(kind, "PRP" | "REG" | "QRC");
        let marked = item.live_markings().filter(|marking| marking.kind.as_deref().is_some_and(programme));
        let borne = marked.filter_map(|marking| marking.seen()).chain(item.tag.as_deref());
        for text in borne.map(serial::normalise).collect::<BTreeSet<_>>() {
            write.execute(params![conn.mark(TAG, text.as_bytes())?, row])?;
        }
    }
    Ok(())
}

/// Since when a document waits for statements that are not here, if it does, ms since the Unix epoch.
pub(crate) fn waiting_since(conn: &Connection, document: &DocId) -> Result<Option<i64>> {
    let mut query = conn.prepare_cached("SELECT waiting_since_ms FROM documents WHERE id = ?1")?;
    Ok(query.query_row(params![document.as_bytes()], |row| row.get(0)).optional()?.flatten())
}

/// Documents of a store of an earlier version that have to be folded again, in the order in which they came, with when each last changed.
pub(crate) fn to_refold(conn: &Connection) -> Result<Vec<(DocId, i64)>> {
    let mut query = conn.prepare("SELECT id, changed_ms FROM refold ORDER BY row")?;
    let rows = query.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?)))?;
    rows.map(|row| {
        let (document, changed_ms) = row?;
        Ok((id(&document, DocId::from_bytes)?, changed_ms))
    })
    .collect()
}

/// All of them are folded again.
pub(crate) fn refolded(conn: &Connection) -> Result<()> {
    conn.execute("DELETE FROM refold", [])?;
    Ok(())
}
