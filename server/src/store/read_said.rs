//! Where in an operation's feed something was said about which document.

use std::collections::BTreeSet;

use ploughshare_core::ids::{DeviceId, DocId, EntryHash, OperationId};

use super::db::Db;
use super::error::Result;
use super::read_filter::Filter;
use crate::vals;

/// Documents named in one question.
const AT_ONCE: usize = 200;

/// Where something was said about these documents, behind a place.
pub async fn places(
    register: &Db,
    operation: &OperationId,
    documents: &[DocId],
    after: u64,
) -> Result<Vec<(DocId, u64)>> {
    let mut all = Vec::new();
    for some in documents.chunks(AT_ONCE) {
        let mut filter = Filter::new();
        filter.equal("operation", Some(operation));
        let places: Vec<_> = some.iter().map(|doc| filter.bind(doc)).collect();
        filter.and(format!("doc in ({})", places.join(", ")));
        let after = filter.bind(after);
        filter.and(format!("place > {after}"));
        let sql = sql!("select distinct doc, place from entry {} order by place, doc", filter.sql());
        for row in register.query(sql, filter.values()).await? {
            all.push((DocId::from_bytes(row.array(0)?), row.uint(1)?));
        }
    }
    Ok(all)
}

/// A segment, by what its entries are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand {
    /// Its place.
    pub place: u64,
    /// Entries in it.
    pub entries: u64,
    /// Of these, about items.
    pub items: u64,
    /// Whether the device asked for sealed it.
    pub own: bool,
}

/// Segments behind a place that the register has taken in, in order.
pub async fn stands(
    register: &Db,
    operation: &OperationId,
    device: &DeviceId,
    after: u64,
    limit: u32,
) -> Result<Vec<Stand>> {
    let sql = "select e.place, count(*), sum(case when d.kind = 'item' then 1 else 0 end), \
               min(case when e.device = $4 then 1 else 0 end) from entry as e \
               left join document as d on d.operation = e.operation and d.id = e.doc \
               where e.operation = $1 and e.place > $2 group by e.place order by e.place limit $3";
    let rows = register.query(sql, &vals![operation, after, limit, device]).await?;
    let stand = |row: &super::db::Row| {
        Ok(Stand { place: row.uint(0)?, entries: row.uint(1)?, items: row.uint(2)?, own: row.int(3)? == 1 })
    };
    rows.iter().map(stand).collect()
}

/// Entries at a place that are about no item.
pub async fn others_at(register: &Db, operation: &OperationId, place: u64) -> Result<BTreeSet<EntryHash>> {
    let sql = "select e.hash from entry as e left join document as d on d.operation = e.operation and d.id = e.doc \
               where e.operation = $1 and e.place = $2 and coalesce(d.kind, '') <> 'item'";
    let rows = register.query(sql, &vals![operation, place]).await?;
    rows.iter().map(|row| Ok(EntryHash::from_bytes(row.array(0)?))).collect()
}
