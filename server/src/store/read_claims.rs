//! Statements that are shown and do not count: the queue that waits for a registrar.

use std::collections::BTreeSet;

use ploughshare_core::ids::{DeviceId, DocId, EntryHash, OfficerId, OperationId};

use super::db::{Db, Row};
use super::error::Result;
use super::read_filter::Filter;

/// A statement that does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The operation.
    pub operation: OperationId,
    /// What it is about.
    pub doc: DocId,
    /// The statement.
    pub entry: EntryHash,
    /// Who says it.
    pub officer: OfficerId,
    /// On which device.
    pub device: DeviceId,
    /// Why it does not count: a stable code.
    pub reason: String,
    /// When, as the device's clock claims.
    pub claimed_at_ms: i64,
    /// When the register received it, in µs.
    pub received_at: i64,
}

/// Claims in the order of operation, document and entry; one more than the limit when there are more.
pub async fn claims(
    register: &Db,
    within: Option<&BTreeSet<OperationId>>,
    doc: Option<&DocId>,
    after: Option<(OperationId, DocId, EntryHash)>,
    limit: u32,
) -> Result<Vec<Claimed>> {
    let mut filter = Filter::new();
    filter.within("c.operation", within);
    filter.equal("c.doc", doc);
    if let Some((operation, doc, entry)) = after {
        let (operation, doc, entry) = (filter.bind(operation), filter.bind(doc), filter.bind(entry));
        filter.and(format!("(c.operation, c.doc, c.entry) > ({operation}, {doc}, {entry})"));
    }
    let most = filter.bind(limit + 1);
    let sql = sql!(
        "select c.operation, c.doc, c.entry, c.officer, e.device, c.reason, e.claimed_at_ms, e.received_at from claim as c \
         join entry as e on e.operation = c.operation and e.hash = c.entry {} \
         order by c.operation, c.doc, c.entry limit {most}",
        filter.sql()
    );
    let one = |row: &Row| {
        Ok(Claimed {
            operation: OperationId::from_bytes(row.array(0)?),
            doc: DocId::from_bytes(row.array(1)?),
            entry: EntryHash::from_bytes(row.array(2)?),
            officer: OfficerId::from_bytes(row.array(3)?),
            device: DeviceId::from_bytes(row.array(4)?),
            reason: row.text(5)?.to_owned(),
            claimed_at_ms: row.int(6)?,
            received_at: row.int(7)?,
        })
    };
    register.query(sql, filter.values()).await?.iter().map(one).collect()
}

/// A statement about something, and whether it counts now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// The operation.
    pub operation: OperationId,
    /// Who says it.
    pub officer: OfficerId,
    /// It is shown and does not count.
    pub claim: bool,
}

/// A statement of one of these operations, if it is one and not a decision of the register.
pub async fn statement(register: &Db, entry: &EntryHash, within: &BTreeSet<OperationId>) -> Result<Option<Judged>> {
    let mut filter = Filter::new();
    filter.within("e.operation", Some(within));
    filter.equal("e.hash", Some(entry));
    filter.and("e.kind <> 'decision'".to_owned());
    let sql = sql!(
        "select e.operation, e.officer, case when c.entry is null then 0 else 1 end from entry as e \
         left join claim as c on c.operation = e.operation and c.doc = e.doc and c.entry = e.hash {} limit 1",
        filter.sql()
    );
    let row = register.query(sql, filter.values()).await?.into_iter().next();
    row.map(|row| {
        let (operation, officer) = (OperationId::from_bytes(row.array(0)?), OfficerId::from_bytes(row.array(1)?));
        Ok(Judged { operation, officer, claim: row.flag(2)? })
    })
    .transpose()
}
