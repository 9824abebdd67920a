//! What waits for a person: how much of each kind, and since when; and what is unfinished in an operation.

use std::collections::BTreeSet;

use ploughshare_core::ids::OperationId;
use serde::Serialize;

use super::Store;
use super::db::{Db, Row};
use super::error::Result;
use super::read_filter::Filter;
use crate::vals;

/// A queue: how much waits in it, and since when the oldest, in µs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Its name; for findings with the severity behind a point.
    pub name: String,
    /// How much.
    pub count: u64,
    /// Since when.
    pub oldest: Option<i64>,
}

/// Procedures that are not at their end.
const OPEN: &str = "coalesce(p.state, 'open') not in ('closed', 'broken_off', 'received', 'cancelled')";
/// Items that came to their end.
const ENDED: &str =
    "('destroyed', 'transferred_to_state', 'deactivated', 'exported_returned', 'disposed_other', 'returned_to_owner')";

/// The conditions of a queue: operations, and the site of the item with alias `i`.
fn filter(operation: &'static str, within: Option<&BTreeSet<OperationId>>, site: Option<&str>) -> Filter {
    let mut filter = Filter::new();
    filter.within(operation, within);
    filter.equal("i.site", site);
    filter
}

/// All queues in a fixed order, but for duplicates, which [`super::read_links`] counts.
pub async fn queues(register: &Db, within: Option<&BTreeSet<OperationId>>, site: Option<&str>) -> Result<Vec<Queue>> {
    let mut queues = Vec::new();
    let mut conflicts = filter("c.operation", within, site);
    conflicts
        .and("not exists (select 1 from item_move as m where m.operation = c.operation and m.item = c.doc)".to_owned());
    let join = "left join item as i on i.operation = c.operation and i.id = c.doc";
    let sql = sql!(
        "select count(*), min((select min(e.received_at) from projection_order as o join entry as e on e.operation = o.operation \
         and e.place = o.place where o.seq = c.opened_seq)) from conflict as c {join} {}",
        conflicts.sql()
    );
    queues.push(queue("conflicts", register.query_one(sql, conflicts.values()).await?)?);

    let mut findings = filter("f.operation", within, site);
    findings.and("f.state = 'open'".to_owned());
    let sql = sql!(
        "select f.severity, count(*), min(f.opened_at) from finding as f \
         left join item as i on i.operation = f.operation and i.id = f.item {} group by f.severity order by f.severity",
        findings.sql()
    );
    for row in register.query(sql, findings.values()).await? {
        let name = format!("findings.{}", row.text(0)?);
        queues.push(Queue { name, count: row.uint(1)?, oldest: row.opt_int(2)? });
    }

    for (name, state) in [("reviews", "none"), ("amended", "amended"), ("disputed", "disputed")] {
        let mut reviews = filter("i.operation", within, site);
        let state = reviews.bind(state);
        reviews.and(format!("coalesce(r.state, 'none') = {state}"));
        reviews.and("not exists (select 1 from item_link as l where l.operation = i.operation and l.item = i.id and l.counts = 0)".to_owned());
        let sql = sql!(
            "select count(*), min(i.received_at) from item as i \
             left join review as r on r.operation = i.operation and r.doc = i.id {}",
            reviews.sql()
        );
        queues.push(queue(name, register.query_one(sql, reviews.values()).await?)?);
    }

    let claims = filter("c.operation", within, site);
    let sql = sql!(
        "select count(*), min(e.received_at) from claim as c join entry as e on e.operation = c.operation and e.hash = c.entry {join} {}",
        claims.sql()
    );
    queues.push(queue("claims", register.query_one(sql, claims.values()).await?)?);

    let waiting = filter("w.operation", within, site);
    let sql = sql!(
        "select count(distinct w.entry), min(w.since) from waiting as w join entry as e on e.operation = w.operation and e.hash = w.entry \
         left join item as i on i.operation = e.operation and i.id = e.doc {}",
        waiting.sql()
    );
    queues.push(queue("waiting", register.query_one(sql, waiting.values()).await?)?);

    let mut procedures = Filter::new();
    procedures.within("p.operation", within);
    procedures.equal("p.site", site);
    procedures.and(OPEN.to_owned());
    let sql = sql!("select count(*), min(p.received_at) from procedure_row as p {}", procedures.sql());
    queues.push(queue("procedures", register.query_one(sql, procedures.values()).await?)?);

    let mut transfers = filter("m.operation", within, site);
    transfers.and(
        "(not exists (select 1 from item_origin as o where o.from_operation = m.operation and o.from_item = m.item) \
         or exists (select 1 from finding as f where f.operation = m.operation and f.item = m.item and f.rule = 'R81' and f.state = 'open'))"
            .to_owned(),
    );
    let sql = sql!(
        "select count(*), min(m.moved_at) from item_move as m left join item as i on i.operation = m.operation and i.id = m.item {}",
        transfers.sql()
    );
    queues.push(queue("transfers", register.query_one(sql, transfers.values()).await?)?);
    Ok(queues)
}

fn queue(name: &str, row: Option<Row>) -> Result<Queue> {
    let name = name.to_owned();
    row.map_or(Ok(Queue { name: name.clone(), count: 0, oldest: None }), |row| {
        Ok(Queue { name, count: row.uint(0)?, oldest: row.opt_int(1)? })
    })
}

/// What is unfinished in an operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Unfinished {
    /// Segments that are not in the register yet.
    pub not_projected: u64,
    /// Segments of revoked devices set aside and not decided.
    pub set_aside: u64,
    /// Statements that wait for others.
    pub waiting: u64,
    /// Paths at which people disagree.
    pub conflicts: u64,
    /// Hand-overs, counts, destructions and their like that are not at their end.
    pub procedures: u64,
    /// Items that somebody still answers for.
    pub in_custody: u64,
}

impl Unfinished {
    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// In words: what there is of it.
    pub fn words(&self) -> String {
        let parts = [
            (self.not_projected, "segments not taken in"),
            (self.set_aside, "segments set aside"),
            (self.waiting, "statements that wait for others"),
            (self.conflicts, "conflicts"),
            (self.procedures, "procedures under way"),
            (self.in_custody, "items in custody"),
        ];
        let there: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
        there.join(", ")
    }
}

/// What is unfinished in an operation.
pub async fn unfinished(store: &Store, operation: &OperationId) -> Result<Unfinished> {
    let (feed, register) = (&store.feed, &store.register);
    let given = "select coalesce(max(next_place), 1) - 1 from scope_head where operation = $1";
    let projected = "select coalesce(max(place), 0) from projected_scope where operation = $1";
    let custody = format!(
        "select count(*) from item as i where i.operation = $1 and coalesce(i.status, '') not in {ENDED} \
         and not exists (select 1 from item_link as l where l.operation = i.operation and l.item = i.id and l.counts = 0)"
    );
    Ok(Unfinished {
        not_projected: one(feed, given, operation).await?.saturating_sub(one(register, projected, operation).await?),
        set_aside: one(
            feed,
            "select count(*) from segment_aside where operation = $1 and decided_at is null",
            operation,
        )
        .await?,
        waiting: one(register, "select count(distinct entry) from waiting where operation = $1", operation).await?,
        conflicts: one(
            register,
            "select count(*) from conflict as c where c.operation = $1 \
             and not exists (select 1 from item_move as m where m.operation = c.operation and m.item = c.doc)",
            operation,
        )
        .await?,
        procedures: one(
            register,
            &format!("select count(*) from procedure_row as p where p.operation = $1 and {OPEN}"),
            operation,
        )
        .await?,
        in_custody: one(register, &custody, operation).await?,
    })
}

async fn one(db: &Db, sql: &str, operation: &OperationId) -> Result<u64> {
    let row = db.query_one(sql!("{sql}"), &vals![operation]).await?;
    row.map_or(Ok(0), |row| row.uint(0))
}
