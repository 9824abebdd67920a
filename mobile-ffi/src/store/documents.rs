//! Documents: what the statements about one thing add up to, with the rows by which they are found.

use ploughshare_core::cbor::{self, Value};
use ploughshare_core::decision::Authority;
use ploughshare_core::document::{Content, Document, Statement, fold};
use ploughshare_core::domain::item::{ItemRecord, JustificationRecord};
use ploughshare_core::domain::schema::{self, FieldType};
use ploughshare_core::domain::serial;
use ploughshare_core::edit::Edit;
use ploughshare_core::ids::DocId;
use ploughshare_core::rules::Finding;
use ploughshare_core::rules::pace::Recorded;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Result, around, entries, id};
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
    let open = findings.iter().filter(|f| !f.justified).count();
    let row = write_row(conn, &folded, &content, statements.len(), open, now_ms)?;
    write_search(conn, row, before.is_some(), &folded, &content)?;
    write_findings(conn, row, before.is_some(), &findings)?;
    let attestations = statements.iter().filter(|statement| attests(statement)).count();
    if attestations > 0 {
        write_review(conn, row, attestations, reviewer(conn, &folded)?)?;
    }
    Ok(folded)
}

/// Items on this tablet whose make or model is meant: what has to be judged anew when the table of models changes.
pub(crate) fn with_names(conn: &Connection, meant: &dyn Fn(Option<&str>, Option<&str>) -> bool) -> Result<Vec<DocId>> {
    let mut query = conn.prepare_cached("SELECT id, content FROM documents WHERE kind = 'item' ORDER BY row")?;
    let mut rows = query.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (document, content): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
        let content = read_content(&content)?;
        let text = |path: &str| content.get(path).and_then(Value::as_text);
        if meant(text("make"), text("model")) {
            found.push(id(&document, DocId::from_bytes)?);
        }
    }
    Ok(found)
}

/// Items that were recorded here or on a tablet whose statements are here: who recorded each, when and where, with the reasons that were
/// given for findings on it. What was transferred was recorded elsewhere.
pub(crate) fn recorded(conn: &Connection) -> Result<Vec<(Recorded, Vec<JustificationRecord>)>> {
    let mut query = conn.prepare_cached("SELECT id, content FROM documents WHERE kind = 'item' ORDER BY row")?;
    let mut rows = query.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (document, content): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
        let (item, record) = (id(&document, DocId::from_bytes)?, ItemRecord::read(&read_content(&content)?));
        let Some((officer, claimed_ms)) = entries::birth(conn, &item)?.filter(|_| record.origin_item.is_none()) else {
            continue;
        };
        let place = record.place.filter(|_| record.place_withheld != Some(true));
        found.push((Recorded { item, officer, claimed_ms, place }, record.justifications));
    }
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

/// Content as it stands in a row.
pub(crate) fn read_content(bytes: &[u8]) -> Result<Content> {
    let Ok(Value::Map(pairs)) = cbor::decode(bytes) else { return Err(TabletError::damaged("a document")) };
    Ok(pairs.into_iter().filter_map(|(k, v)| if let Value::Text(path) = k { Some((path, v)) } else { None }).collect())
}

fn write_content(content: &Content) -> Vec<u8> {
    cbor::encode(&Value::Map(content.iter().map(|(k, v)| (Value::Text(k.clone()), v.clone())).collect()))
}

fn write_row(
    conn: &Connection,
    folded: &Document,
    content: &Content,
    statements: usize,
    open_findings: usize,
    now_ms: i64,
) -> Result<i64> {
    let text = |path: &str| content.get(path).and_then(Value::as_text);
    let waiting = folded.waiting.len() as i64;
    let mut write = conn.prepare_cached(
        "INSERT INTO documents (id, kind, content, digest, statements, conflicts, waiting, waiting_since_ms, void,
                                update_needed, open_findings, changed_ms, item_kind, class, status)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, CASE WHEN ?7 > 0 THEN ?11 END, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
         ON CONFLICT (id) DO UPDATE SET
             kind = excluded.kind,
             content = excluded.content,
             digest = excluded.digest,
             statements = excluded.statements,
             conflicts = excluded.conflicts,
             waiting = excluded.waiting,
             waiting_since_ms = CASE WHEN excluded.waiting > 0
                                     THEN coalesce(documents.waiting_since_ms, excluded.waiting_since_ms) END,
             void = excluded.void,
             update_needed = excluded.update_needed,
             open_findings = excluded.open_findings,
             changed_ms = excluded.changed_ms,
             item_kind = excluded.item_kind,
             class = excluded.class,
             status = excluded.status
         RETURNING row",
    )?;
    let row = write.query_row(
        params![
            folded.id.as_bytes(),
            folded.kind,
            write_content(content),
            folded.digest(),
            statements as i64,
            folded.conflicts().len() as i64,
            waiting,
            folded.void.len() as i64,
            folded.update_needed,
            open_findings as i64,
            now_ms,
            text("kind"),
            text("class"),
            text("status"),
        ],
        |row| row.get(0),
    )?;
    Ok(row)
}

/// One serial of an item as it is searched.
struct SerialRow {
    member: String,
    seen: String,
    normalised: String,
    folded: String,
}

/// Every value that stands for a serial, the concurrent ones too: a search must not miss what a conflict hides.
fn serials(folded: &Document) -> Vec<SerialRow> {
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
        for (place, seen) in said.iter().filter_map(|s| s.value.as_text()).enumerate() {
            let normalised = serial::normalise(seen);
            if !normalised.is_empty() {
                let member = if place == 0 { key.to_owned() } else { format!("{key}~{place}") };
                rows.push(SerialRow { member, seen: seen.to_owned(), folded: serial::fold(seen), normalised });
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
            words.push_str(text);
            words.push('\n');
        }
    }
    words
}

fn write_search(conn: &Connection, row: i64, again: bool, folded: &Document, content: &Content) -> Result<()> {
    if again {
        conn.prepare_cached("DELETE FROM serials WHERE row = ?1")?.execute(params![row])?;
        conn.prepare_cached("DELETE FROM search WHERE rowid = ?1")?.execute(params![row])?;
    }
    let rows = serials(folded);
    let mut write =
        conn.prepare_cached("INSERT INTO serials (row, member, seen, normalised, folded) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let (mut normalised, mut skeletons) = (String::new(), String::new());
    for serial in &rows {
        write.execute(params![row, serial.member, serial.seen, serial.normalised, serial.folded])?;
        normalised.push_str(&serial.normalised);
        normalised.push('\n');
        skeletons.push_str(&serial.folded);
        skeletons.push('\n');
    }
    let words = words(folded.kind.as_deref().unwrap_or_default(), content);
    conn.prepare_cached("INSERT INTO search (rowid, serials, folded, words) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![row, normalised, skeletons, words])?;
    Ok(())
}

fn write_findings(conn: &Connection, row: i64, again: bool, findings: &[Finding]) -> Result<()> {
    if again {
        conn.prepare_cached("DELETE FROM findings WHERE row = ?1")?.execute(params![row])?;
    }
    let mut write = conn.prepare_cached(
        "INSERT INTO findings (row, place, rule, severity, path, message, justification) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for (place, finding) in findings.iter().enumerate() {
        write.execute(params![
            row,
            place as i64,
            finding.rule,
            finding.severity.name(),
            finding.path,
            finding.message,
            finding.justification
        ])?;
    }
    Ok(())
}

/// Since when a document waits for statements that are not here, if it does, ms since the Unix epoch.
pub(crate) fn waiting_since(conn: &Connection, document: &DocId) -> Result<Option<i64>> {
    let mut query = conn.prepare_cached("SELECT waiting_since_ms FROM documents WHERE id = ?1")?;
    Ok(query.query_row(params![document.as_bytes()], |row| row.get(0)).optional()?.flatten())
}
