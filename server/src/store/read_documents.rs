//! What was said about a document, its conflicts, and what waits.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::ids::{DeviceId, DocId, EntryHash, JournalId, OfficerId, OperationId};

use super::db::{Db, Row};
use super::error::Result;
use super::read_filter::Filter;
use crate::vals;

/// An entry as it was received, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Its identity.
    pub hash: EntryHash,
    /// The journal it stands in.
    pub journal: JournalId,
    /// Its number there.
    pub number: u64,
    /// Who says it.
    pub officer: OfficerId,
    /// On which device.
    pub device: DeviceId,
    /// When, as the device's clock claims.
    pub claimed_at_ms: i64,
    /// When the register received it, in µs.
    pub received_at: i64,
    /// Its segment's place in the feed.
    pub place: u64,
    /// folded, waiting, void or claim.
    pub status: String,
    /// Why it is void or a claim.
    pub code: Option<String>,
    /// The entry itself.
    pub bytes: Vec<u8>,
}

const RECEIVED: &str = "hash, journal, number, officer, device, claimed_at_ms, received_at, place, status, code, bytes";

/// Everything said about a document, in the order received.
pub async fn entries(register: &Db, operation: &OperationId, doc: &DocId) -> Result<Vec<Received>> {
    let sql = sql!("select {RECEIVED} from entry where operation = $1 and doc = $2 order by place, idx");
    register.query(sql, &vals![operation, doc]).await?.into_iter().map(received_of).collect()
}

/// The register's decisions of an operation, as entries, in their order.
pub async fn decisions(register: &Db, operation: &OperationId) -> Result<Vec<Vec<u8>>> {
    let sql =
        "select bytes from entry where operation = $1 and kind = 'decision' and status = 'folded' order by number";
    register.query(sql, &vals![operation]).await?.into_iter().map(|mut row| row.take_bytes(0)).collect()
}

/// The operation of a document of some kind, if it is one of these, with the kind.
pub async fn find(register: &Db, doc: &DocId, within: &BTreeSet<OperationId>) -> Result<Option<(OperationId, String)>> {
    let mut filter = Filter::new();
    filter.within("operation", Some(within));
    filter.equal("id", Some(doc));
    let sql = sql!("select operation, kind from document {} limit 1", filter.sql());
    let row = register.query(sql, filter.values()).await?.into_iter().next();
    row.map(|row| Ok((OperationId::from_bytes(row.array(0)?), row.text(1)?.to_owned()))).transpose()
}

/// A path at which several values stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The operation.
    pub operation: OperationId,
    /// The document.
    pub doc: DocId,
    /// Its kind.
    pub kind: String,
    /// The path.
    pub path: String,
    /// The values and who said them, as JSON of the projection.
    pub choices: String,
    /// Since when, as a number of the projection.
    pub opened_seq: u64,
    /// Since when, in µs.
    pub opened_at: Option<i64>,
    /// Site of the item.
    pub site: Option<String>,
    /// Its store.
    pub store: Option<String>,
}

/// Which conflicts.
#[derive(Debug, Clone, Default)]
pub struct WantedConflicts {
    /// Operations; `None` is every one.
    pub within: Option<BTreeSet<OperationId>>,
    /// The document.
    pub doc: Option<DocId>,
    /// Site of the item.
    pub site: Option<String>,
    /// Its store.
    pub store: Option<String>,
    /// Behind this one.
    pub after: Option<(u64, OperationId, DocId, String)>,
    /// At most so many.
    pub limit: u32,
}

/// Conflicts, the oldest first; one more than the limit when there are more. Those of items that were transferred are closed with them.
pub async fn conflicts(register: &Db, wanted: WantedConflicts) -> Result<Vec<Open>> {
    let mut filter = Filter::new();
    filter.within("c.operation", wanted.within.as_ref());
    filter.equal("c.doc", wanted.doc);
    filter.equal("i.site", wanted.site);
    filter.equal("i.store", wanted.store);
    filter
        .and("not exists (select 1 from item_move as m where m.operation = c.operation and m.item = c.doc)".to_owned());
    if let Some((seq, operation, doc, path)) = wanted.after {
        let (seq, operation) = (filter.bind(seq), filter.bind(operation));
        let (doc, path) = (filter.bind(doc), filter.bind(path));
        filter.and(format!("(c.opened_seq, c.operation, c.doc, c.path) > ({seq}, {operation}, {doc}, {path})"));
    }
    let most = filter.bind(wanted.limit + 1);
    let sql = sql!(
        "select c.operation, c.doc, d.kind, c.path, c.choices, c.opened_seq, \
         (select min(e.received_at) from projection_order as o join entry as e on e.operation = o.operation and e.place = o.place \
         where o.seq = c.opened_seq), i.site, i.store from conflict as c \
         join document as d on d.operation = c.operation and d.id = c.doc \
         left join item as i on i.operation = c.operation and i.id = c.doc {} \
         order by c.opened_seq, c.operation, c.doc, c.path limit {most}",
        filter.sql()
    );
    let open = |row: &Row| {
        Ok(Open {
            operation: OperationId::from_bytes(row.array(0)?),
            doc: DocId::from_bytes(row.array(1)?),
            kind: row.text(2)?.to_owned(),
            path: row.text(3)?.to_owned(),
            choices: row.text(4)?.to_owned(),
            opened_seq: row.uint(5)?,
            opened_at: row.opt_int(6)?,
            site: row.opt_text(7)?.map(str::to_owned),
            store: row.opt_text(8)?.map(str::to_owned),
        })
    };
    register.query(sql, filter.values()).await?.iter().map(open).collect()
}

/// Who said an entry, where and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Teller {
    /// Who.
    pub officer: OfficerId,
    /// On which device.
    pub device: DeviceId,
    /// When, as the device's clock claims.
    pub claimed_at_ms: i64,
    /// When the register received it, in µs.
    pub received_at: i64,
    /// Its segment's place in the feed.
    pub place: u64,
}

/// The bytes of the segment at a place of a feed.
pub async fn segment(feed: &Db, operation: &OperationId, place: u64) -> Result<Option<Vec<u8>>> {
    let sql = "select bytes from segment where operation = $1 and place = $2";
    let row = feed.query_one(sql, &vals![operation, place]).await?;
    row.map(|mut row| row.take_bytes(0)).transpose()
}

/// When the register received the segment at a place of a feed, in µs.
pub async fn received_at(feed: &Db, operation: &OperationId, place: u64) -> Result<Option<i64>> {
    let sql = "select received_at from segment where operation = $1 and place = $2";
    feed.query_one(sql, &vals![operation, place]).await?.map(|row| row.int(0)).transpose()
}

/// When a journal's entry of a number was received, in µs.
pub async fn stated_at(feed: &Db, operation: &OperationId, journal: &JournalId, number: u64) -> Result<Option<i64>> {
    let sql = "select received_at from segment where operation = $1 and journal = $2 and first_number <= $3 \
               and first_number + entry_count > $3 order by place limit 1";
    feed.query_one(sql, &vals![operation, journal, number]).await?.map(|row| row.int(0)).transpose()
}

/// Who said these entries of an operation.
pub async fn tellers(
    register: &Db,
    operation: &OperationId,
    hashes: &BTreeSet<EntryHash>,
) -> Result<BTreeMap<EntryHash, Teller>> {
    const AT_ONCE: usize = 200;
    let mut found = BTreeMap::new();
    let all: Vec<_> = hashes.iter().collect();
    for some in all.chunks(AT_ONCE) {
        let mut filter = Filter::new();
        filter.equal("operation", Some(operation));
        let places: Vec<_> = some.iter().map(|hash| filter.bind(**hash)).collect();
        filter.and(format!("hash in ({})", places.join(", ")));
        let sql = sql!("select hash, officer, device, claimed_at_ms, received_at, place from entry {}", filter.sql());
        for row in register.query(sql, filter.values()).await? {
            let teller = Teller {
                officer: OfficerId::from_bytes(row.array(1)?),
                device: DeviceId::from_bytes(row.array(2)?),
                claimed_at_ms: row.int(3)?,
                received_at: row.int(4)?,
                place: row.uint(5)?,
            };
            found.insert(EntryHash::from_bytes(row.array(0)?), teller);
        }
    }
    Ok(found)
}

/// An entry that stands on one not here yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The operation.
    pub operation: OperationId,
    /// The entry.
    pub entry: EntryHash,
    /// What is missing.
    pub missing: EntryHash,
    /// Since when, in µs.
    pub since: i64,
    /// The journal of the entry.
    pub journal: JournalId,
    /// The document.
    pub doc: DocId,
    /// Who said it.
    pub officer: OfficerId,
    /// On which device.
    pub device: DeviceId,
}

/// What waits, in the order of operation, entry and missing hash; one more than the limit when there are more.
pub async fn waiting(
    register: &Db,
    within: Option<&BTreeSet<OperationId>>,
    after: Option<(OperationId, EntryHash, EntryHash)>,
    limit: u32,
) -> Result<Vec<Waiting>> {
    let mut filter = Filter::new();
    filter.within("w.operation", within);
    if let Some((operation, entry, missing)) = after {
        let (operation, entry, missing) = (filter.bind(operation), filter.bind(entry), filter.bind(missing));
        filter.and(format!("(w.operation, w.entry, w.missing) > ({operation}, {entry}, {missing})"));
    }
    let most = filter.bind(limit + 1);
    let sql = sql!(
        "select w.operation, w.entry, w.missing, w.since, w.journal, e.doc, e.officer, e.device from waiting as w \
         join entry as e on e.operation = w.operation and e.hash = w.entry {} \
         order by w.operation, w.entry, w.missing limit {most}",
        filter.sql()
    );
    let one = |row: &Row| {
        Ok(Waiting {
            operation: OperationId::from_bytes(row.array(0)?),
            entry: EntryHash::from_bytes(row.array(1)?),
            missing: EntryHash::from_bytes(row.array(2)?),
            since: row.int(3)?,
            journal: JournalId::from_bytes(row.array(4)?),
            doc: DocId::from_bytes(row.array(5)?),
            officer: OfficerId::from_bytes(row.array(6)?),
            device: DeviceId::from_bytes(row.array(7)?),
        })
    };
    register.query(sql, filter.values()).await?.iter().map(one).collect()
}

/// The names of officers.
pub async fn names(feed: &Db) -> Result<BTreeMap<OfficerId, String>> {
    let rows = feed.query("select id, name from officer", &[]).await?;
    rows.iter().map(|row| Ok((OfficerId::from_bytes(row.array(0)?), row.text(1)?.to_owned()))).collect()
}

fn received_of(mut row: Row) -> Result<Received> {
    Ok(Received {
        hash: EntryHash::from_bytes(row.array(0)?),
        journal: JournalId::from_bytes(row.array(1)?),
        number: row.uint(2)?,
        officer: OfficerId::from_bytes(row.array(3)?),
        device: DeviceId::from_bytes(row.array(4)?),
        claimed_at_ms: row.int(5)?,
        received_at: row.int(6)?,
        place: row.uint(7)?,
        status: row.text(8)?.to_owned(),
        code: row.opt_text(9)?.map(str::to_owned),
        bytes: row.take_bytes(10)?,
    })
}
