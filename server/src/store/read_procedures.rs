//! Procedures as the register holds them: lists by filter, in pages; and one.

use std::collections::BTreeSet;

use ploughshare_core::ids::{DocId, OperationId};
use serde::Serialize;
use utoipa::ToSchema;

use super::db::{Db, Row};
use super::error::Result;
use super::read_filter::Filter;
use crate::vals;

const COLUMNS: &str = "operation, id, kind, number, state, site, store, to_site, to_store, occasion, at_ms, recorder, device, \
    recorded_at_ms, received_at, conflicts, claims, findings_open, changed_seq";

/// A procedure in a list. Ids in hex, times in ms since the Unix epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Procedure {
    /// Its operation.
    pub operation: String,
    /// Its id.
    pub id: String,
    /// `marking_session`, handover, count, incident, destruction or `spot_check`.
    pub kind: String,
    /// Its number.
    pub number: Option<String>,
    /// How far it is, by the code list of its kind.
    pub state: Option<String>,
    /// Site; of a hand-over the one that gives.
    pub site: Option<String>,
    /// Store; of a hand-over the one that gives.
    pub store: Option<String>,
    /// Site that receives.
    pub to_site: Option<String>,
    /// Store that receives.
    pub to_store: Option<String>,
    /// Occasion of a count.
    pub occasion: Option<String>,
    /// When it was, or is to be.
    pub at_ms: Option<i64>,
    /// Who recorded it.
    pub recorder: String,
    /// On which device.
    pub device: String,
    /// When, as the device's clock claims.
    pub recorded_at_ms: i64,
    /// When the register received it.
    pub received_at_ms: i64,
    /// Paths at which several values stand.
    pub conflicts: i64,
    /// Statements shown that do not count.
    pub claims: i64,
    /// Open findings.
    pub findings_open: i64,
    /// When its rows changed last, as a number of the projection.
    pub changed_seq: i64,
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Operations; `None` is every one.
    pub within: Option<BTreeSet<OperationId>>,
    /// Kind.
    pub kind: Option<String>,
    /// State.
    pub state: Option<String>,
    /// Site, on either side of a hand-over.
    pub site: Option<String>,
    /// Store, on either side of a hand-over.
    pub store: Option<String>,
    /// An item that it names.
    pub item: Option<DocId>,
    /// Behind this one.
    pub after: Option<(OperationId, DocId)>,
    /// At most so many.
    pub limit: u32,
}

/// Procedures in the order of operation and id; one more than the limit when there are more.
pub async fn list(register: &Db, wanted: &Wanted) -> Result<Vec<Procedure>> {
    let mut filter = Filter::new();
    filter.within("operation", wanted.within.as_ref());
    filter.equal("kind", wanted.kind.as_ref());
    filter.equal("state", wanted.state.as_ref());
    for (own, other, value) in [("site", "to_site", &wanted.site), ("store", "to_store", &wanted.store)] {
        if let Some(value) = value {
            let place = filter.bind(value);
            filter.and(format!("({own} = {place} or {other} = {place})"));
        }
    }
    if let Some(item) = &wanted.item {
        let place = filter.bind(item);
        filter.and(format!(
            "(operation, id) in (select operation, procedure from procedure_reference where item = {place})"
        ));
    }
    if let Some((operation, id)) = &wanted.after {
        let (operation, id) = (filter.bind(operation), filter.bind(id));
        filter.and(format!("(operation, id) > ({operation}, {id})"));
    }
    let most = filter.bind(wanted.limit + 1);
    let sql = sql!("select {COLUMNS} from procedure_row {} order by operation, id limit {most}", filter.sql());
    register.query(sql, filter.values()).await?.iter().map(procedure_of).collect()
}

/// One procedure with its content as deterministic CBOR, if it is in one of these operations.
pub async fn one(register: &Db, id: &DocId, within: &BTreeSet<OperationId>) -> Result<Option<(Procedure, Vec<u8>)>> {
    let mut filter = Filter::new();
    filter.within("operation", Some(within));
    filter.equal("id", Some(id));
    let sql = sql!("select {COLUMNS}, content from procedure_row {} limit 1", filter.sql());
    let row = register.query(sql, filter.values()).await?.into_iter().next();
    row.map(|mut row| Ok((procedure_of(&row)?, row.take_bytes(19)?))).transpose()
}

/// The items that a procedure names, as far as they are in its operation: id and content as deterministic CBOR.
pub async fn items_named(register: &Db, operation: &OperationId, procedure: &DocId) -> Result<Vec<(DocId, Vec<u8>)>> {
    let sql = "select id, content from item where operation = $1 and id in \
               (select item from procedure_reference where operation = $1 and procedure = $2) order by id";
    let rows = register.query(sql, &vals![operation, procedure]).await?;
    rows.into_iter().map(|mut row| Ok((DocId::from_bytes(row.array(0)?), row.take_bytes(1)?))).collect()
}

fn procedure_of(row: &Row) -> Result<Procedure> {
    let text = |column| row.opt_text(column).map(|value| value.map(str::to_owned));
    Ok(Procedure {
        operation: hex::encode(row.bytes(0)?),
        id: hex::encode(row.bytes(1)?),
        kind: row.text(2)?.to_owned(),
        number: text(3)?,
        state: text(4)?,
        site: text(5)?,
        store: text(6)?,
        to_site: text(7)?,
        to_store: text(8)?,
        occasion: text(9)?,
        at_ms: row.opt_int(10)?,
        recorder: hex::encode(row.bytes(11)?),
        device: hex::encode(row.bytes(12)?),
        recorded_at_ms: row.int(13)?,
        received_at_ms: row.int(14)? / 1000,
        conflicts: row.int(15)?,
        claims: row.int(16)?,
        findings_open: row.int(17)?,
        changed_seq: row.int(18)?,
    })
}
