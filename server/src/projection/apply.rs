//! Applying: the one place that writes the register's tables.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::ids::{DocId, OperationId};
use ploughshare_core::rules::applied_marks::MarkUse;
use ploughshare_core::rules::duplicates::Identity;
use ploughshare_core::rules::looks;

use super::findings::Ruling;
use super::fold::Told;
use super::links::{self, Subject};
use super::plan::{
    ATTESTATION, COLLECTION, DOCUMENT, ENTRY, ITEM, ItemRow, JUSTIFICATION, PROCEDURE, ProcedureRow, REFERENCE, REVIEW,
    RegisterChange, SEAL, STOCK_MOVE, entry_row,
};
use super::{ProjectionError, by_keys, change_by_keys, findings};
use crate::store::{Tx, Val, media};
use crate::vals;

/// Entries that are about no document: decisions, and what only a register may say.
pub(super) async fn loose(
    tx: &mut Tx,
    operation: &OperationId,
    entries: &[(DocId, bool, Told)],
) -> Result<(), ProjectionError> {
    let row = |(doc, decides, told): &(DocId, bool, Told)| {
        let (status, code) = if *decides { ("folded", None) } else { ("void", Some("entry.creation")) };
        entry_row(operation, told, doc, status, code)
    };
    let rows: Vec<_> = entries.iter().map(row).collect();
    if !rows.is_empty() {
        tx.insert_many("entry", &ENTRY, rows).await?;
    }
    Ok(())
}

/// What an item was before, as far as counting and comparing go.
pub(super) struct Before {
    pub cell: [String; 4],
    pub serial_norm: Option<String>,
    pub site: Option<String>,
    pub identity: Identity,
    /// Marks that must be unique, as they are compared.
    pub marks: BTreeSet<String>,
    /// The collection that it came in with.
    pub collection: Option<[u8; 16]>,
    /// Who recorded it, and when they say they did, ms since the Unix epoch.
    pub recorded: ([u8; 16], i64),
}

/// Writes the changes that one segment makes; gives the items whose links have to be looked at.
pub(super) async fn changes(
    tx: &mut Tx,
    ruling: &Ruling,
    changes: Vec<RegisterChange>,
    seq: u64,
    at_us: i64,
) -> Result<BTreeSet<Subject>, ProjectionError> {
    let operation = &ruling.operation;
    let op = operation.as_bytes();
    let mut known: Vec<Val> = changes.iter().filter(|c| c.known).map(|c| Val::from(c.id)).collect();
    known.sort();
    let before = before(tx, operation, &known, seq).await?;
    let mut ways = findings::ways_before(tx, op, &known).await?;
    forget(tx, operation, &known).await?;

    let mut rows = Rows::default();
    let mut items = Vec::new();
    let mut procedures = Vec::new();
    let mut collections = BTreeSet::new();
    for mut change in changes {
        rows.entries.append(&mut change.entries);
        rows.media.append(&mut change.media);
        rows.waiting.append(&mut change.waiting);
        rows.claims.append(&mut change.claims);
        rows.attestations.append(&mut change.attestations);
        rows.reviews.extend(change.review.take());
        rows.documents.extend(change.document.take());
        if let Some(row) = change.collection.take() {
            rows.collections.push(row);
            collections.insert(change.id);
        }
        for (path, choices) in change.conflicts {
            let opened = opened(tx, operation, &change.id, &path, seq, &known).await?;
            rows.conflicts.push(vals![op, change.id, path, choices, opened]);
        }
        for values in change.restated {
            let sql = "update entry set status = $1, code = $2 where operation = $3 and hash = $4";
            tx.execute(sql, &values).await?;
        }
        if !change.born && before.contains_key(&change.id) {
            tx.execute("delete from item where operation = $1 and id = $2", &vals![op, change.id]).await?;
        }
        if change.procedure.is_none() && ways.procedures.contains(&change.id) {
            let sql = "delete from procedure_row where operation = $1 and id = $2";
            tx.execute(sql, &vals![op, change.id]).await?;
        }
        rows.justifications.append(&mut change.justifications);
        ways.document(change.id);
        if let Some(item) = change.item {
            ways.item(&item);
            items.push((change.id, item));
        }
        if let Some(procedure) = change.procedure {
            ways.procedure(&procedure);
            procedures.push((change.id, procedure));
        }
    }
    rows.write(tx, &mut items, &mut procedures).await?;
    write_looks(tx, op, &before, &items).await?;
    close_conflicts(tx, operation, &known, &rows.conflicts).await?;
    if !rows.conflicts.is_empty() {
        let columns = ["operation", "doc", "path", "choices", "opened_seq"];
        tx.upsert_many("conflict", &columns, &["operation", "doc", "path"], std::mem::take(&mut rows.conflicts))
            .await?;
    }
    count(tx, operation, &before, &items).await?;
    let items: Vec<_> = items.into_iter().map(|(id, item)| (id, item.ruled)).collect();
    let linked = links::restate(tx, operation, &known, &items).await?;
    let counted = findings::update(tx, ruling, &known, &before, &items, (seq, at_us)).await?;
    collections.extend(before.values().filter_map(|item| item.collection));
    collections.extend(items.iter().filter_map(|(_, item)| item.record.collection).map(|one| *one.as_bytes()));
    findings::update_collections(tx, ruling, *operation.as_bytes(), &collections, (seq, at_us)).await?;
    let courses = procedures.into_iter().map(|(id, procedure)| (id, procedure.course)).collect();
    findings::update_procedures(tx, ruling, &ways, &counted, courses, (seq, at_us)).await?;
    Ok(linked)
}

#[derive(Default)]
struct Rows {
    entries: Vec<Vec<Val>>,
    media: Vec<Vec<Val>>,
    waiting: Vec<Vec<Val>>,
    claims: Vec<Vec<Val>>,
    attestations: Vec<Vec<Val>>,
    reviews: Vec<Vec<Val>>,
    documents: Vec<Vec<Val>>,
    collections: Vec<Vec<Val>>,
    conflicts: Vec<Vec<Val>>,
    justifications: Vec<Vec<Val>>,
}

impl Rows {
    async fn write(
        &mut self,
        tx: &mut Tx,
        items: &mut [([u8; 16], ItemRow)],
        procedures: &mut [([u8; 16], ProcedureRow)],
    ) -> Result<(), ProjectionError> {
        let take = std::mem::take::<Vec<Vec<Val>>>;
        if !self.entries.is_empty() {
            tx.insert_many("entry", &ENTRY, take(&mut self.entries)).await?;
        }
        if !self.media.is_empty() {
            tx.insert_many("media_reference", &media::REFERENCE, take(&mut self.media)).await?;
        }
        if !self.waiting.is_empty() {
            let columns = ["operation", "entry", "missing", "since", "journal"];
            tx.insert_many("waiting", &columns, take(&mut self.waiting)).await?;
        }
        if !self.claims.is_empty() {
            let columns = ["operation", "doc", "entry", "reason", "officer"];
            tx.insert_many("claim", &columns, take(&mut self.claims)).await?;
        }
        if !self.attestations.is_empty() {
            tx.insert_many("attestation", &ATTESTATION, take(&mut self.attestations)).await?;
        }
        if !self.reviews.is_empty() {
            tx.insert_many("review", &REVIEW, take(&mut self.reviews)).await?;
        }
        if !self.documents.is_empty() {
            tx.upsert_many("document", &DOCUMENT, &["operation", "id"], take(&mut self.documents)).await?;
        }
        if !self.collections.is_empty() {
            tx.upsert_many("collection_row", &COLLECTION, &["operation", "id"], take(&mut self.collections)).await?;
        }
        if !self.justifications.is_empty() {
            tx.insert_many("justification", &JUSTIFICATION, take(&mut self.justifications)).await?;
        }
        write_procedures(tx, procedures).await?;
        write_items(tx, items).await
    }
}

async fn write_procedures(tx: &mut Tx, procedures: &mut [([u8; 16], ProcedureRow)]) -> Result<(), ProjectionError> {
    if procedures.is_empty() {
        return Ok(());
    }
    let (mut rows, mut references, mut seals) = (Vec::new(), Vec::new(), Vec::new());
    for (_, procedure) in procedures {
        rows.push(std::mem::take(&mut procedure.columns));
        references.append(&mut procedure.references);
        seals.append(&mut procedure.seals);
    }
    tx.upsert_many("procedure_row", &PROCEDURE, &["operation", "id"], rows).await?;
    if !references.is_empty() {
        tx.insert_many("procedure_reference", &REFERENCE, references).await?;
    }
    if !seals.is_empty() {
        tx.insert_many("procedure_seal", &SEAL, seals).await?;
    }
    Ok(())
}

async fn write_items(tx: &mut Tx, items: &mut [([u8; 16], ItemRow)]) -> Result<(), ProjectionError> {
    if items.is_empty() {
        return Ok(());
    }
    let mut moves = Vec::new();
    let mut persons = Vec::new();
    let mut markings = Vec::new();
    let mut photos = Vec::new();
    let mut rows = Vec::with_capacity(items.len());
    for (_, item) in items {
        rows.push(std::mem::take(&mut item.columns));
        photos.append(&mut item.photos);
        moves.append(&mut item.moves);
        persons.extend(item.person.take());
        markings.append(&mut item.markings);
    }
    tx.upsert_many("item", &ITEM, &["operation", "id"], rows).await?;
    if !markings.is_empty() {
        let columns = [
            "operation",
            "item",
            "key",
            "type",
            "text",
            "norm",
            "fold",
            "script",
            "condition",
            "location",
            "method",
            "component",
            "photo",
            "withdrawn",
        ];
        tx.insert_many("marking", &columns, markings).await?;
    }
    if !photos.is_empty() {
        tx.insert_many("photo", &["operation", "item", "key", "hash", "view"], photos).await?;
    }
    if !persons.is_empty() {
        tx.insert_many("item_person", &["operation", "item", "hash"], persons).await?;
    }
    if !moves.is_empty() {
        tx.insert_many("stock_move", &STOCK_MOVE, moves).await?;
    }
    Ok(())
}

/// Under what the photos of items are found that look alike, where that changed.
async fn write_looks(
    tx: &mut Tx,
    op: &[u8; 16],
    before: &BTreeMap<[u8; 16], Before>,
    items: &[([u8; 16], ItemRow)],
) -> Result<(), ProjectionError> {
    let mut change: BTreeMap<[u8; 16], [BTreeSet<i64>; 2]> = BTreeMap::new();
    for (id, one) in before {
        change.entry(*id).or_default()[0] = looks::keys(&one.identity.looks);
    }
    for (id, item) in items.iter().filter(|(_, item)| !item.ruled.moved) {
        change.entry(*id).or_default()[1] = looks::keys(&looks::of(&item.ruled.record));
    }
    let mut fresh = Vec::new();
    for (id, [then, now]) in &change {
        let gone: Vec<Val> = then.difference(now).map(|look| Val::from(*look)).collect();
        let sql = "delete from photo_look where operation = $1 and item = $2 and look in ({})";
        change_by_keys(tx, sql, &vals![op, id], &gone).await?;
        fresh.extend(now.difference(then).map(|look| vals![*look, op, id]));
    }
    if !fresh.is_empty() {
        tx.insert_many("photo_look", &["look", "operation", "item"], fresh).await?;
    }
    Ok(())
}

pub(super) async fn before(
    tx: &mut Tx,
    operation: &OperationId,
    ids: &[Val],
    seq: u64,
) -> Result<BTreeMap<[u8; 16], Before>, ProjectionError> {
    let sql = "select id, kind, coalesce(class, ''), coalesce(context, ''), coalesce(status, ''), serial_norm, site, content, recorder, recorded_at_ms from item \
               where operation = $1 and id in ({})";
    let moved = links::moved_before(tx, operation, ids, seq).await?;
    let mut before = BTreeMap::new();
    for row in by_keys(tx, sql, &vals![operation.as_bytes()], ids).await? {
        let text = |i: usize| row.text(i).map(str::to_owned);
        let id: [u8; 16] = row.array(0)?;
        // What was transferred is compared with nothing any more.
        let record = if moved.contains(&id) {
            ItemRecord::default()
        } else {
            ItemRecord::read(&findings::content(row.bytes(7)?))
        };
        let doc = DocId::from_bytes(id);
        let one = Before {
            cell: [text(1)?, text(2)?, text(3)?, text(4)?],
            serial_norm: row.opt_text(5)?.map(str::to_owned),
            site: row.opt_text(6)?.map(str::to_owned),
            identity: Identity::of(doc, &record),
            marks: MarkUse::of(doc, &record).into_iter().map(|mark| mark.text).collect(),
            collection: record.collection.map(|collection| *collection.as_bytes()),
            recorded: (row.array(8)?, row.int(9)?),
        };
        before.insert(id, one);
    }
    Ok(before)
}

/// Rows of known documents that are written anew.
async fn forget(tx: &mut Tx, operation: &OperationId, docs: &[Val]) -> Result<(), ProjectionError> {
    for sql in [
        "delete from waiting where operation = $1 and entry in (select hash from entry where operation = $1 and doc in ({}))",
        "delete from claim where operation = $1 and doc in ({})",
        "delete from attestation where operation = $1 and doc in ({})",
        "delete from review where operation = $1 and doc in ({})",
        "delete from marking where operation = $1 and item in ({})",
        "delete from photo where operation = $1 and item in ({})",
        "delete from item_person where operation = $1 and item in ({})",
        "delete from stock_move where operation = $1 and item in ({})",
        "delete from procedure_reference where operation = $1 and procedure in ({})",
        "delete from procedure_seal where operation = $1 and procedure in ({})",
        "delete from justification where operation = $1 and doc in ({})",
    ] {
        change_by_keys(tx, sql, &vals![operation.as_bytes()], docs).await?;
    }
    Ok(())
}

/// When a conflict was first seen: the segment before, if it stood already.
async fn opened(
    tx: &mut Tx,
    operation: &OperationId,
    doc: &[u8; 16],
    path: &str,
    seq: u64,
    known: &[Val],
) -> Result<u64, ProjectionError> {
    if known.binary_search(&Val::from(doc)).is_err() {
        return Ok(seq);
    }
    let sql = "select opened_seq from conflict where operation = $1 and doc = $2 and path = $3";
    let row = tx.query_one(sql, &vals![operation.as_bytes(), doc, path]).await?;
    Ok(row.map(|row| row.uint(0)).transpose()?.unwrap_or(seq))
}

async fn close_conflicts(
    tx: &mut Tx,
    operation: &OperationId,
    known: &[Val],
    open: &[Vec<Val>],
) -> Result<(), ProjectionError> {
    let sql = "select doc, path from conflict where operation = $1 and doc in ({})";
    for row in by_keys(tx, sql, &vals![operation.as_bytes()], known).await? {
        let values = row.into_values();
        let stands = open.iter().any(|conflict| conflict.get(1..3) == Some(values.as_slice()));
        if !stands {
            let mut key = vals![operation.as_bytes()];
            key.extend(values);
            tx.execute("delete from conflict where operation = $1 and doc = $2 and path = $3", &key).await?;
        }
    }
    Ok(())
}

/// Counts are kept by difference; a cell that falls to nothing is no row.
async fn count(
    tx: &mut Tx,
    operation: &OperationId,
    before: &BTreeMap<[u8; 16], Before>,
    items: &[([u8; 16], ItemRow)],
) -> Result<(), ProjectionError> {
    let mut ids: Vec<Val> = items.iter().map(|(id, _)| Val::from(id)).collect();
    ids.extend(before.keys().map(Val::from));
    let aside = links::uncounted(tx, operation, &ids).await?;
    let mut delta: BTreeMap<[String; 4], i64> = BTreeMap::new();
    for (_, before) in before.iter().filter(|(id, _)| !aside.contains(*id)) {
        *delta.entry(before.cell.clone()).or_default() -= 1;
    }
    for (_, item) in items.iter().filter(|(id, _)| !aside.contains(id)) {
        *delta.entry(item.cell.clone()).or_default() += 1;
    }
    add_up(tx, operation.as_bytes(), delta).await
}

/// Adds to the cells of an operation.
pub(super) async fn add_up(
    tx: &mut Tx,
    operation: &[u8; 16],
    delta: BTreeMap<[String; 4], i64>,
) -> Result<(), ProjectionError> {
    for (cell, n) in delta {
        if n == 0 {
            continue;
        }
        let [kind, class, context, status] = cell;
        let key = vals![n, operation, &kind, &class, &context, &status];
        let changed = tx
            .execute(
                "update rollup set n = n + $1 where operation = $2 and kind = $3 and class = $4 and context = $5 and status = $6",
                &key,
            )
            .await?;
        if changed == 0 {
            let columns = ["n", "operation", "kind", "class", "context", "status"];
            tx.insert_many("rollup", &columns, vec![key]).await?;
        } else if n < 0 {
            tx.execute("delete from rollup where operation = $1 and n = 0", &vals![operation]).await?;
        }
    }
    Ok(())
}
