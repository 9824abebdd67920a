//! Sealing what a store of an earlier version says in plain words. In the transaction of the migration: it is all sealed or all as before.

use ploughshare_core::ids::DocId;
use rusqlite::{Params, Row, params};

use super::{Connection, Result, entries, id, imports, kv, marks, officers, persons, segments};

/// What of the plain rows is gone once they are sealed.
const DROPS: &str = "
    ALTER TABLE entries DROP COLUMN taken_ms;
    ALTER TABLE segments DROP COLUMN refused_text;
    ALTER TABLE segments DROP COLUMN sealed_ms;
    DROP TABLE officer_keys;
    DROP TABLE person_blobs;
    DROP TABLE marks;
    DROP TABLE imports;";

/// Seals every row, one table after the other.
pub(super) fn seal_all(conn: &Connection) -> Result<()> {
    for (key, value) in all(conn, "SELECT key, value FROM kv", |row| Ok((row.get::<_, String>(0)?, bytes(row, 1)?)))? {
        kv::put(conn, &key, &value)?;
    }
    each(conn, "SELECT id FROM entries", |id| {
        let sql = "SELECT hash, taken_ms, bytes FROM entries WHERE id = ?1";
        let one = |row: &Row<'_>| Ok((bytes(row, 0)?, row.get::<_, i64>(1)?, bytes(row, 2)?));
        let (hash, taken_ms, plain) = conn.prepare_cached(sql)?.query_row(params![id], one)?;
        let sealed = entries::sealed(conn, &hash, taken_ms, &plain)?;
        change(conn, "UPDATE entries SET bytes = ?2 WHERE id = ?1", params![id, sealed])
    })?;
    each(conn, "SELECT id FROM segments", |id| {
        let sql = "SELECT hash, bytes, refused_text FROM segments WHERE id = ?1";
        let one = |row: &Row<'_>| Ok((bytes(row, 0)?, bytes(row, 1)?, row.get::<_, Option<String>>(2)?));
        let (hash, plain, why) = conn.prepare_cached(sql)?.query_row(params![id], one)?;
        let sealed = conn.seal(segments::BYTES, &hash, &plain)?;
        let why = why.map(|why| conn.seal(segments::WHY, &hash, why.as_bytes())).transpose()?;
        change(conn, "UPDATE segments SET bytes = ?2, refused_why = ?3 WHERE id = ?1", params![id, sealed, why])
    })?;
    for (hash, plain) in all(conn, "SELECT wire_hash, bytes FROM aside", |row| Ok((bytes(row, 0)?, bytes(row, 1)?)))? {
        let sealed = conn.seal(segments::ASIDE, &hash, &plain)?;
        change(conn, "UPDATE aside SET bytes = ?2 WHERE wire_hash = ?1", params![hash, sealed])?;
    }
    for key in officers::all_plain(conn)? {
        officers::put(conn, &key)?;
    }
    let persons = "SELECT hash, bytes, refused FROM person_blobs ORDER BY saved_ms, hash";
    for (hash, plain, refused) in
        all(conn, persons, |row| Ok((bytes(row, 0)?, bytes(row, 1)?, row.get::<_, Option<String>>(2)?)))?
    {
        let sealed = conn.seal(persons::BYTES, &hash, &plain)?;
        let sql = "INSERT INTO person_rows (hash, bytes, refused) VALUES (?1, ?2, ?3)";
        change(conn, sql, params![hash, sealed, refused])?;
    }
    let used = "SELECT compared, text, state, item, session, at_ms FROM marks";
    let one = |row: &Row<'_>| {
        let used = marks::Row {
            compared: row.get(0)?,
            text: row.get(1)?,
            item: row.get(3)?,
            session: row.get(4)?,
            at_ms: row.get(5)?,
        };
        Ok((used, row.get::<_, String>(2)?))
    };
    for (used, state) in all(conn, used, one)? {
        marks::put(conn, &used, &state)?;
    }
    let imported = "SELECT row_id, content_hash, document FROM imports";
    let one = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, bytes(row, 2)?));
    for (row_id, content_hash, document) in all(conn, imported, one)? {
        imports::add(conn, &row_id, &content_hash, &id(&document, DocId::from_bytes)?)?;
    }
    conn.execute_batch(DROPS)?;
    Ok(())
}

fn bytes(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<u8>> {
    row.get(column)
}

fn all<T>(conn: &Connection, sql: &str, one: impl FnMut(&Row<'_>) -> rusqlite::Result<T>) -> Result<Vec<T>> {
    Ok(conn.prepare(sql)?.query_map([], one)?.collect::<rusqlite::Result<_>>()?)
}

fn each(conn: &Connection, sql: &str, seal: impl Fn(i64) -> Result<()>) -> Result<()> {
    all(conn, sql, |row| row.get(0))?.into_iter().try_for_each(seal)
}

fn change(conn: &Connection, sql: &str, values: impl Params) -> Result<()> {
    conn.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// Writes what an open store says in plain words into a store of an earlier version, as that version did.
#[cfg(test)]
pub(crate) fn unseal_into(conn: &Connection, to: &rusqlite::Connection, version: i64) -> Result<()> {
    use super::query;

    for step in super::schema::STEPS.iter().take(4) {
        to.execute_batch(step)?;
    }
    for (key, _) in all(conn, "SELECT key, value FROM kv", |row| Ok((row.get::<_, String>(0)?, bytes(row, 1)?)))? {
        let sql = "INSERT INTO kv (key, value) VALUES (?1, ?2)";
        to.execute(sql, params![key, kv::get(conn, &key)?])?;
    }
    for table in ["journals", "decisions"] {
        copy(conn, to, table)?;
    }
    let sql = "SELECT id, hash, wire_hash, journal, first, next, own, device, state, size, decision_held, place, leaf,
                      received_ms, refused_code FROM segments";
    let one = |row: &Row<'_>| (0..15).map(|at| row.get(at)).collect::<rusqlite::Result<Vec<rusqlite::types::Value>>>();
    for row in all(conn, sql, one)? {
        let (rest, hash) = (row.get(2..).unwrap_or_default(), row.get(1).cloned());
        let Some(rusqlite::types::Value::Blob(hash)) = hash else { continue };
        let plain = segments::bytes(conn, &id(&hash, ploughshare_core::ids::SegmentHash::from_bytes)?)?;
        let more = [rusqlite::types::Value::Blob(plain.unwrap_or_default()), rusqlite::types::Value::Integer(0)];
        let sql =
            "INSERT INTO segments (id, hash, wire_hash, journal, first, next, own, device, state, size, decision_held,
                                         place, leaf, received_ms, refused_code, bytes, sealed_ms)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let head = row.get(..2).unwrap_or_default();
        to.execute(sql, rusqlite::params_from_iter(head.iter().chain(rest).chain(&more)))?;
    }
    let sql = "SELECT id, hash, journal, number, document, segment FROM entries";
    let one = |row: &Row<'_>| {
        Ok((
            row.get::<_, i64>(0)?,
            bytes(row, 1)?,
            bytes(row, 2)?,
            row.get::<_, i64>(3)?,
            bytes(row, 4)?,
            row.get::<_, Option<i64>>(5)?,
        ))
    };
    for (row, hash, journal, number, document, segment) in all(conn, sql, one)? {
        let plain = entries::by_row(conn, row)?.to_bytes();
        let sql = "INSERT INTO entries (id, hash, journal, number, document, segment, taken_ms, bytes)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7)";
        to.execute(sql, params![row, hash, journal, number, document, segment, plain])?;
    }
    for (row, document) in
        all(conn, "SELECT row, id FROM documents", |row| Ok((row.get::<_, i64>(0)?, bytes(row, 1)?)))?
    {
        let shown = query::content(conn, &id(&document, DocId::from_bytes)?)?.unwrap_or_default();
        let words: String = shown.values().filter_map(|value| value.as_text()).collect::<Vec<_>>().join("\n");
        let sql = "INSERT INTO documents (row, id, kind, content, digest, statements, conflicts, waiting, void, update_needed,
                                          open_findings, changed_ms) VALUES (?1, ?2, 'item', ?3, x'00', 1, 0, 0, 0, 0, 0, ?1)";
        to.execute(sql, params![row, document, words.as_bytes()])?;
        to.execute("INSERT INTO search (rowid, serials, folded, words) VALUES (?1, '', '', ?2)", params![row, words])?;
    }
    if version == 1 {
        to.execute_batch(
            "DROP TABLE officer_keys; DROP TABLE person_blobs; DROP TABLE marks; DROP TABLE mark_blocks;
             DROP INDEX documents_attested;
             ALTER TABLE documents DROP COLUMN review_state;
             ALTER TABLE documents DROP COLUMN attestations;",
        )?;
    }
    Ok(to.pragma_update(None, "user_version", version)?)
}

#[cfg(test)]
fn copy(conn: &Connection, to: &rusqlite::Connection, table: &str) -> Result<()> {
    let columns = conn.prepare(&format!("SELECT * FROM {table}"))?.column_count();
    let one =
        |row: &Row<'_>| (0..columns).map(|at| row.get(at)).collect::<rusqlite::Result<Vec<rusqlite::types::Value>>>();
    for row in all(conn, &format!("SELECT * FROM {table}"), one)? {
        let marks = vec!["?"; columns].join(", ");
        to.execute(&format!("INSERT INTO {table} VALUES ({marks})"), rusqlite::params_from_iter(row))?;
    }
    Ok(())
}
