//! Finding an item by what stands on it: its tag, a mark of the programme, its id, or its serial where only one item bears it.

use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::domain::serial::normalise;
use ploughshare_core::ids::DocId;

use super::{ItemLine, refused};
use crate::engine::document_id;
use crate::error::TabletError;
use crate::store::{Connection, Result, query};

/// The item of that name.
pub(super) fn item(conn: &Connection, text: &str) -> Result<DocId> {
    item_of(conn, text, &[])
}

/// The item of that name; where several bear it, the one that is among these: the same tag was put on twice, and only one is on the list.
pub(super) fn item_of(conn: &Connection, text: &str, list: &[DocId]) -> Result<DocId> {
    let text = text.trim();
    if text.is_empty() {
        return Err(refused("item.unknown", "an item without a name", "Name it by its tag or id."));
    }
    let found = all(conn, text)?;
    let listed: Vec<DocId> = found.iter().filter(|id| list.contains(id)).copied().collect();
    match (found.as_slice(), listed.as_slice()) {
        ([one], _) | (_, [one]) => Ok(*one),
        ([], _) => Err(unknown(text)),
        (several, _) => Err(ambiguous(conn, text, several)),
    }
}

fn all(conn: &Connection, text: &str) -> Result<Vec<DocId>> {
    if let Ok(id) = text.parse::<DocId>() {
        return Ok(if is_item(conn, &id)? { vec![id] } else { Vec::new() });
    }
    let mut found = query::by_tag(conn, &normalise(text))?;
    if found.is_empty() && text.len() >= 8 {
        found = match document_id(conn, text) {
            Ok(id) if is_item(conn, &id)? => vec![id],
            _ => Vec::new(),
        };
    }
    if found.is_empty() {
        found = query::by_serial(conn, &normalise(text))?;
    }
    Ok(found)
}

fn unknown(text: &str) -> TabletError {
    refused("item.unknown", format!("no item here is named {text}"), "Look it up with `list`, or `sync` first.")
}

fn ambiguous(conn: &Connection, text: &str, several: &[DocId]) -> TabletError {
    let one = |id: &DocId| {
        let content = query::content(conn, id).ok().flatten().unwrap_or_default();
        let line = ItemLine::of(id, &ItemRecord::read(&content));
        let id: String = line.item.chars().take(12).collect();
        format!("{id} ({})", line.what)
    };
    let names: Vec<String> = several.iter().take(5).map(one).collect();
    let message = format!("several items are named {text}: {}", names.join(", "));
    refused("item.ambiguous", message, "Name the one that is meant by its id.")
}

fn is_item(conn: &Connection, id: &DocId) -> Result<bool> {
    Ok(query::kind(conn, id)?.as_deref() == Some("item"))
}
