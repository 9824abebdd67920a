//! Finding an item by what stands on it: its tag, a mark of the programme, its id, or its serial where only one item bears it.

use std::collections::BTreeMap;

use ploughshare_core::cbor::Value;
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::domain::serial::normalise;
use ploughshare_core::ids::DocId;
use rusqlite::Connection;

use super::{ItemLine, refused};
use crate::engine::document_id;
use crate::error::TabletError;
use crate::store::query::{self, Wanted};
use crate::store::{Result, documents};

/// Most items looked at behind one search.
const LIMIT: u32 = 50;

/// Items by tag, made at the first name that is found in no quicker way.
#[derive(Debug, Default)]
pub(super) struct Finder {
    by_tag: Option<BTreeMap<String, Vec<DocId>>>,
}

impl Finder {
    /// The item of that name.
    pub(super) fn item(&mut self, conn: &Connection, text: &str) -> Result<DocId> {
        self.item_of(conn, text, &[])
    }

    /// The item of that name; where several bear it, the one that is among these: the same tag was put on twice, and only one is on the list.
    pub(super) fn item_of(&mut self, conn: &Connection, text: &str, list: &[DocId]) -> Result<DocId> {
        let text = text.trim();
        if text.is_empty() {
            return Err(refused("item.unknown", "an item without a name", "Name it by its tag or id."));
        }
        let found = self.all(conn, text)?;
        let listed: Vec<DocId> = found.iter().filter(|id| list.contains(id)).copied().collect();
        match (found.as_slice(), listed.as_slice()) {
            ([one], _) | (_, [one]) => Ok(*one),
            ([], _) => Err(unknown(text)),
            (several, _) => Err(ambiguous(conn, text, several)),
        }
    }

    fn all(&mut self, conn: &Connection, text: &str) -> Result<Vec<DocId>> {
        if let Ok(id) = text.parse::<DocId>() {
            return Ok(if is_item(conn, &id)? { vec![id] } else { Vec::new() });
        }
        let mut found = borne(conn, text)?;
        if found.is_empty() && text.len() >= 8 {
            found = match document_id(conn, text) {
                Ok(id) if is_item(conn, &id)? => vec![id],
                _ => Vec::new(),
            };
        }
        if found.is_empty() {
            found = query::by_serial(conn, &normalise(text))?;
        }
        if found.is_empty() {
            let by_tag = match self.by_tag.take() {
                Some(by_tag) => by_tag,
                None => tags(conn)?,
            };
            found = by_tag.get(&normalise(text)).cloned().unwrap_or_default();
            self.by_tag = Some(by_tag);
        }
        Ok(found)
    }
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

/// Items that bear this tag or mark, written like this.
fn borne(conn: &Connection, text: &str) -> Result<Vec<DocId>> {
    if text.split_whitespace().any(|word| word.chars().count() < 3) {
        return Ok(Vec::new());
    }
    let wanted = normalise(text);
    let wants =
        Wanted { kind: Some("item".to_owned()), words: Some(text.to_owned()), limit: LIMIT, ..Wanted::default() };
    let mut found = Vec::new();
    for row in query::page(conn, &wants)? {
        let record = ItemRecord::read(&documents::read_content(&row.content)?);
        let tagged = record.tag.as_deref().is_some_and(|tag| normalise(tag) == wanted);
        let marked = record.live_markings().any(|marking| {
            matches!(marking.kind.as_deref(), Some("PRP" | "REG" | "QRC"))
                && marking.seen().is_some_and(|seen| normalise(seen) == wanted)
        });
        if tagged || marked {
            found.push(row.id);
        }
    }
    Ok(found)
}

fn tags(conn: &Connection) -> Result<BTreeMap<String, Vec<DocId>>> {
    let mut by_tag: BTreeMap<String, Vec<DocId>> = BTreeMap::new();
    query::each_item(conn, |id, content| {
        if let Some(tag) = content.get("tag").and_then(Value::as_text) {
            by_tag.entry(normalise(tag)).or_default().push(id);
        }
        Ok(())
    })?;
    Ok(by_tag)
}
