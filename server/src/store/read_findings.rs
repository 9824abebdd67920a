//! Findings: what the rules noticed.

use std::collections::BTreeSet;

use ploughshare_core::ids::{DocId, OfficerId, OperationId};

use super::db::{Db, Row};
use super::error::Result;
use super::read_filter::Filter;
use crate::vals;

/// What a rule noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its id.
    pub id: [u8; 32],
    /// The rule.
    pub rule: String,
    /// The rule's version.
    pub version: i64,
    /// How grave.
    pub severity: String,
    /// Operation of the item.
    pub operation: OperationId,
    /// The item.
    pub item: Option<DocId>,
    /// Operation of the other item.
    pub other_operation: Option<OperationId>,
    /// The other item.
    pub other_item: Option<DocId>,
    /// Where in the item.
    pub path: Option<String>,
    /// In words.
    pub message: String,
    /// The facts, as JSON.
    pub args: String,
    /// open, justified or fixed.
    pub state: String,
    /// When, in µs.
    pub opened_at: i64,
    /// Kind of the document.
    pub kind: String,
    /// What names it among the findings of its rule there.
    pub key: String,
    /// Why it is in order.
    pub justification: Option<String>,
    /// Who says so.
    pub justified_by: Option<OfficerId>,
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Operations of either item; `None` is every one.
    pub within: Option<BTreeSet<OperationId>>,
    /// Rule.
    pub rule: Option<String>,
    /// State.
    pub state: Option<String>,
    /// Severity.
    pub severity: Option<String>,
    /// The document on either side.
    pub subject: Option<DocId>,
    /// Its kind.
    pub kind: Option<String>,
    /// Its site.
    pub site: Option<String>,
    /// Behind this one.
    pub after: Option<[u8; 32]>,
    /// At most so many.
    pub limit: u32,
}

/// Findings in the order of their ids; one more than the limit when there are more.
pub async fn list(register: &Db, wanted: &Wanted) -> Result<Vec<Found>> {
    let mut filter = Filter::new();
    if let Some(within) = &wanted.within {
        let (own, other) = (filter.one_of("operation", within), filter.one_of("other_operation", within));
        filter.and(format!("({own} or {other})"));
    }
    filter.equal("rule", wanted.rule.as_ref());
    filter.equal("state", wanted.state.as_ref());
    filter.equal("severity", wanted.severity.as_ref());
    filter.equal("subject_kind", wanted.kind.as_ref());
    if let Some(subject) = &wanted.subject {
        let place = filter.bind(subject);
        filter.and(format!("(item = {place} or other_item = {place})"));
    }
    if let Some(site) = &wanted.site {
        let place = filter.bind(site);
        filter.and(format!(
            "(exists (select 1 from item as i where i.site = {place} and ((i.operation = finding.operation and i.id = finding.item) \
             or (i.operation = finding.other_operation and i.id = finding.other_item))) or (operation, item) in \
             (select operation, id from procedure_row where site = {place} or to_site = {place}) or (operation, item) in \
             (select operation, id from collection_row where site = {place}))"
        ));
    }
    if let Some(after) = wanted.after {
        let place = filter.bind(after);
        filter.and(format!("id > {place}"));
    }
    let most = filter.bind(wanted.limit + 1);
    let sql = sql!("select {COLUMNS} from finding {} order by id limit {most}", filter.sql());
    register.query(sql, filter.values()).await?.iter().map(found_of).collect()
}

const COLUMNS: &str = "id, rule, version, severity, operation, item, other_operation, other_item, path, message, args, state, \
    opened_at, subject_kind, key, justification, justified_by";

/// One finding.
pub async fn one(register: &Db, id: &[u8; 32]) -> Result<Option<Found>> {
    let row = register.query_one(sql!("select {COLUMNS} from finding where id = $1"), &vals![id]).await?;
    row.as_ref().map(found_of).transpose()
}

/// What became of a finding at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// open, justified or fixed.
    pub state: String,
    /// Who gave the reason, where somebody did.
    pub officer: Option<OfficerId>,
    /// The reason.
    pub reason: Option<String>,
    /// When the register took it in, in µs.
    pub at: i64,
}

/// What became of a finding, in order.
pub async fn events(register: &Db, id: &[u8; 32]) -> Result<Vec<Event>> {
    let sql = "select state, officer, reason, at from finding_event where finding = $1 order by seq";
    let one = |row: &Row| {
        Ok(Event {
            state: row.text(0)?.to_owned(),
            officer: row.opt_array(1)?.map(OfficerId::from_bytes),
            reason: row.opt_text(2)?.map(str::to_owned),
            at: row.int(3)?,
        })
    };
    register.query(sql, &vals![id]).await?.iter().map(one).collect()
}

/// Keys of the reasons in an item that mean a finding: by its key, or all of its rule.
pub async fn reasons(
    register: &Db,
    operation: &OperationId,
    item: &DocId,
    rule: &str,
    key: &str,
) -> Result<Vec<String>> {
    let sql = "select key from justification where operation = $1 and doc = $2 and rule = $3 \
               and coalesce(finding, $4) = $4 order by key";
    let rows = register.query(sql, &vals![operation, item, rule, key]).await?;
    rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
}

fn found_of(row: &Row) -> Result<Found> {
    Ok(Found {
        id: row.array(0)?,
        rule: row.text(1)?.to_owned(),
        version: row.int(2)?,
        severity: row.text(3)?.to_owned(),
        operation: OperationId::from_bytes(row.array(4)?),
        item: row.opt_array(5)?.map(DocId::from_bytes),
        other_operation: row.opt_array(6)?.map(OperationId::from_bytes),
        other_item: row.opt_array(7)?.map(DocId::from_bytes),
        path: row.opt_text(8)?.map(str::to_owned),
        message: row.text(9)?.to_owned(),
        args: row.text(10)?.to_owned(),
        state: row.text(11)?.to_owned(),
        opened_at: row.int(12)?,
        kind: row.text(13)?.to_owned(),
        key: row.text(14)?.to_owned(),
        justification: row.opt_text(15)?.map(str::to_owned),
        justified_by: row.opt_array(16)?.map(OfficerId::from_bytes),
    })
}
