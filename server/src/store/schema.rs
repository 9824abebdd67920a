//! The tables of both databases with their keys, in the order in which rows can be compared or copied.

use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;

use super::db::{Ask, Db, Row};
use super::error::{Result, StoreError};

/// A table and the columns that order its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The columns of its key.
    pub key: &'static [&'static str],
    /// Columns that are not content: they may differ between a live register and its rebuild.
    pub incidental: &'static [&'static str],
}

const fn table(name: &'static str, key: &'static [&'static str]) -> Table {
    Table { name, key, incidental: &[] }
}

/// What was said. Never rebuilt.
pub const FEED: &[Table] = &[
    table("register_meta", &["key"]),
    table("operation", &["id"]),
    table("officer", &["id"]),
    table("role_grant", &["operation", "officer", "role", "granted_at"]),
    table("device", &["id"]),
    table("device_operation", &["device", "operation"]),
    table("ticket", &["id"]),
    table("device_bundle_key", &["device"]),
    table("officer_key", &["public_key"]),
    table("officer_key_operation", &["public_key", "operation"]),
    table("certificate", &["operation", "document"]),
    table("account", &["officer"]),
    table("setup_link", &["secret_hash"]),
    table("device_reopening", &["device"]),
    table("mark_series", &["name"]),
    table("mark_series_operation", &["operation", "series"]),
    table("mark_block", &["device", "nonce"]),
    table("scope_head", &["operation"]),
    table("journal", &["operation", "id"]),
    table("segment", &["operation", "place"]),
    table("fork_proof", &["operation", "journal", "number", "found_at"]),
    table("refusal", &["id"]),
    table("bundle_asked", &["operation", "device"]),
    table("segment_part", &["operation", "device"]),
    table("segment_aside", &["operation", "hash"]),
    table("person_blob", &["hash"]),
    table("person_key", &["hash"]),
    table("person_recipient", &["operation", "recipient"]),
    table("media_blob", &["operation", "hash"]),
    table("log_head", &["log"]),
    table("log_leaf", &["log", "idx"]),
    table("log_hash", &["log", "idx"]),
    table("checkpoint", &["log", "size"]),
];

/// What is made of it. A rebuild gives the same rows.
pub const REGISTER: &[Table] = &[
    Table { name: "projection_head", key: &["id"], incidental: &["updated_at"] },
    table("projection_order", &["seq"]),
    table("projected_scope", &["operation"]),
    table("entry", &["operation", "hash"]),
    table("waiting", &["operation", "entry", "missing"]),
    table("document", &["operation", "id"]),
    table("conflict", &["operation", "doc", "path"]),
    table("claim", &["operation", "doc", "entry"]),
    table("attestation", &["operation", "doc", "entry", "idx"]),
    table("review", &["operation", "doc"]),
    table("item", &["operation", "id"]),
    Table { name: "marking", key: &["operation", "item", "key"], incidental: &["search_id"] },
    table("photo", &["operation", "item", "key"]),
    table("item_person", &["operation", "item"]),
    table("media_reference", &["operation", "entry", "idx"]),
    table("collection_row", &["operation", "id"]),
    table("procedure_row", &["operation", "id"]),
    table("procedure_reference", &["operation", "procedure", "set_name", "key"]),
    table("procedure_seal", &["operation", "procedure", "key"]),
    table("stock_move", &["operation", "item", "key"]),
    table("justification", &["operation", "doc", "key"]),
    table("finding", &["id"]),
    table("finding_event", &["finding", "seq"]),
    table("judgement", &["operation", "item", "other_operation", "other_item", "seq", "decision"]),
    table("item_pair", &["operation", "item", "other_operation", "other_item"]),
    table("item_move", &["operation", "item"]),
    table("item_origin", &["operation", "item"]),
    table("item_link", &["operation", "item"]),
    table("rollup", &["operation", "kind", "class", "context", "status"]),
];

/// What the register publishes for tablets, made of the rest. A rebuild drops it and compares none of it.
pub const PUBLISHED: &[Table] = &[
    table("lookup_base", &["number"]),
    table("lookup_part", &["base", "idx"]),
    table("lookup_addition", &["base", "idx"]),
    table("pack", &["operation", "seq"]),
    table("pack_part", &["operation", "hash"]),
];

/// Tables and their columns with portable types (`int`, `text`, `bytes`; `?` after a column that may be null), as the
/// database has them.
pub async fn columns(db: &Db) -> Result<BTreeMap<String, BTreeMap<String, String>>> {
    let rows = if db.is_postgres() {
        db.query(
            "select table_name::text, column_name::text, data_type::text, case is_nullable when 'YES' then 1 else 0 end
             from information_schema.columns where table_schema = current_schema()",
            &[],
        )
        .await?
    } else {
        db.query(
            "select t.name, c.name, c.type, 1 - c.\"notnull\" from pragma_table_list as t, pragma_table_info(t.name) as c
             where t.schema = 'main' and t.type = 'table' and t.name not like 'sqlite_%'",
            &[],
        )
        .await?
    };
    let mut tables: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for row in rows {
        if row.text(0)?.starts_with("_sqlx") {
            continue;
        }
        let portable = match row.text(2)?.to_ascii_lowercase().as_str() {
            "bigint" | "integer" => "int".to_owned(),
            "bytea" | "blob" => "bytes".to_owned(),
            other => other.to_owned(),
        };
        let optional = if row.flag(3)? { "?" } else { "" };
        tables
            .entry(row.text(0)?.to_owned())
            .or_default()
            .insert(row.text(1)?.to_owned(), format!("{portable}{optional}"));
    }
    Ok(tables)
}

/// Reads a table in key order, `limit` rows after the first `skip`: for comparing a register with its rebuild.
/// Incidental columns are left out. The names of the columns come first.
pub async fn page(from: impl Ask, db: &Db, table: &Table, skip: u64, limit: u32) -> Result<(Vec<String>, Vec<Row>)> {
    let all = columns(db).await?;
    let names: Vec<String> = all
        .get(table.name)
        .ok_or_else(|| StoreError::Corrupt(format!("table {} is missing", table.name)))?
        .keys()
        .filter(|name| !table.incidental.contains(&name.as_str()))
        .cloned()
        .collect();
    let sql = format!(
        "select {} from {} order by {} limit $1 offset $2",
        names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", "),
        table.name,
        table.key.join(", ")
    );
    let rows = from.ask(AssertSqlSafe(sql), &[limit.into(), skip.into()]).await?;
    Ok((names, rows))
}
