//! What lies in which store, and how it came there: sums over the movements that items' own chains tell.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::custody::{Direction, StockMove, StorePlace};
use ploughshare_core::ids::{DocId, OperationId};
use ploughshare_core::rules::procedures::LastCounts;
use serde::Serialize;
use utoipa::ToSchema;

use super::db::{Ask, Db, Row};
use super::error::{Result, StoreError};
use super::read_filter::Filter;
use crate::vals;

/// An hour in ms.
const HOUR_MS: i64 = 3_600_000;

/// How much moved, and what is there because of it: in − out − destroyed − lost = present.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Figures {
    /// All that came in.
    #[serde(rename = "in")]
    pub came_in: i64,
    /// All that went out.
    pub out: i64,
    /// All that was destroyed.
    pub destroyed: i64,
    /// All that was lost or stolen.
    pub lost: i64,
    /// What is there.
    pub present: i64,
}

impl Figures {
    /// Takes a movement in; `false` where the direction is not one of ours.
    fn take(&mut self, direction: &str, quantity: i64) -> bool {
        let (figure, sign) = match direction {
            "in" => (&mut self.came_in, 1),
            "out" => (&mut self.out, -1),
            "destroyed" => (&mut self.destroyed, -1),
            "lost" => (&mut self.lost, -1),
            _ => return false,
        };
        *figure += quantity;
        self.present += sign * quantity;
        true
    }

    /// All of several kinds together.
    pub fn add(&mut self, other: &Self) {
        self.came_in += other.came_in;
        self.out += other.out;
        self.destroyed += other.destroyed;
        self.lost += other.lost;
        self.present += other.present;
    }
}

/// What lies in a store by kind: pieces, and rounds for ammunition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Stock {
    /// Operation.
    pub operation: String,
    /// Site.
    pub site: String,
    /// Store; empty where only the site is known.
    pub store: String,
    /// Weapons.
    pub weapons: i64,
    /// Parts.
    pub parts: i64,
    /// Lots of ammunition.
    pub lots: i64,
    /// Rounds in them.
    pub rounds: i64,
}

impl Stock {
    /// Whether anything lies in it.
    pub fn lies(&self) -> bool {
        [self.weapons, self.parts, self.lots, self.rounds].iter().any(|n| *n != 0)
    }
}

/// Every store of which anything is known, the emptied ones included.
pub async fn stores(register: &Db, within: Option<&BTreeSet<OperationId>>) -> Result<Vec<Stock>> {
    let mut filter = Filter::new();
    filter.within("operation", within);
    let sql = sql!(
        "select operation, site, store, kind, cast(sum(case when present <> 0 then 1 else 0 end) as bigint), \
         cast(sum(present) as bigint) from (select operation, site, store, kind, item, \
         sum(case direction when 'in' then quantity else -quantity end) as present from stock_move {} \
         group by operation, site, store, kind, item) as lying group by operation, site, store, kind \
         order by operation, site, store, kind",
        filter.sql()
    );
    let mut stores: BTreeMap<(Vec<u8>, String, String), Stock> = BTreeMap::new();
    for row in register.query(sql, filter.values()).await? {
        let key = (row.bytes(0)?.to_vec(), row.text(1)?.to_owned(), row.text(2)?.to_owned());
        let stock = stores.entry(key).or_default();
        let (items, quantity) = (row.int(4)?, row.int(5)?);
        match row.text(3)? {
            "ammunition" => (stock.lots, stock.rounds) = (items, quantity),
            "part" => stock.parts = quantity,
            _ => stock.weapons += quantity,
        }
    }
    let named = |((operation, site, store), stock)| Stock { operation: hex::encode(operation), site, store, ..stock };
    Ok(stores.into_iter().map(named).collect())
}

/// When every store was last counted up to a moment; for one that was not counted in such a way, when its first item came to lie in it.
pub async fn last_counts(
    register: &Db,
    operation: &OperationId,
    until_ms: i64,
) -> Result<BTreeMap<StorePlace, LastCounts>> {
    let place =
        |row: &Row| Ok::<_, StoreError>(StorePlace { site: row.text(0)?.to_owned(), store: row.text(1)?.to_owned() });
    let sql =
        "select site, store, min(at_ms) from stock_move where operation = $1 and at_ms <= $2 group by site, store";
    let mut last = BTreeMap::new();
    for row in register.query(sql, &vals![operation, until_ms]).await? {
        let opened = row.opt_int(2)?;
        last.insert(place(&row)?, LastCounts { weekly_ms: opened, half_yearly_ms: opened });
    }
    let sql = "select site, coalesce(store, ''), max(at_ms), max(case when occasion in ('half_yearly', 'handover') then at_ms end) \
               from procedure_row where operation = $1 and kind = 'count' and at_ms <= $2 and site is not null \
               and occasion in ('weekly', 'half_yearly', 'handover') and coalesce(state, '') <> 'broken_off' \
               group by site, coalesce(store, '')";
    for row in register.query(sql, &vals![operation, until_ms]).await? {
        if let Some(one) = last.get_mut(&place(&row)?) {
            one.weekly_ms = row.opt_int(2)?.or(one.weekly_ms);
            one.half_yearly_ms = row.opt_int(3)?.or(one.half_yearly_ms);
        }
    }
    Ok(last)
}

/// The balance of a store at a moment, by kind of item.
pub async fn balance(
    register: &Db,
    operation: &OperationId,
    place: &StorePlace,
    until_ms: i64,
) -> Result<BTreeMap<String, Figures>> {
    let sql = "select kind, direction, cast(sum(quantity) as bigint) from stock_move \
               where operation = $1 and site = $2 and store = $3 and at_ms <= $4 group by kind, direction";
    let mut balance: BTreeMap<String, Figures> = BTreeMap::new();
    for row in register.query(sql, &vals![operation, &place.site, &place.store, until_ms]).await? {
        let figures = balance.entry(row.text(0)?.to_owned()).or_default();
        known(figures.take(row.text(1)?, row.int(2)?))?;
    }
    Ok(balance)
}

/// What moved in each hour after a moment and up to another one, by the end of the hour and kind of item. A movement at the very end of an
/// hour belongs to it.
pub async fn by_hour(
    register: &Db,
    operation: &OperationId,
    place: &StorePlace,
    (after_ms, until_ms): (i64, i64),
) -> Result<BTreeMap<(i64, String), Figures>> {
    let sql = "select (at_ms + 3599999) / 3600000, kind, direction, cast(sum(quantity) as bigint) from stock_move \
               where operation = $1 and site = $2 and store = $3 and at_ms > $4 and at_ms <= $5 \
               group by (at_ms + 3599999) / 3600000, kind, direction";
    let mut hours: BTreeMap<(i64, String), Figures> = BTreeMap::new();
    for row in register.query(sql, &vals![operation, &place.site, &place.store, after_ms, until_ms]).await? {
        let figures = hours.entry((row.int(0)? * HOUR_MS, row.text(1)?.to_owned())).or_default();
        known(figures.take(row.text(2)?, row.int(3)?))?;
    }
    Ok(hours)
}

/// The next items that ever were in a store up to a moment, at most so many, and their movements there.
pub async fn explained(
    register: &Db,
    operation: &OperationId,
    place: &StorePlace,
    until_ms: i64,
    (after, limit): (Option<DocId>, u32),
) -> Result<Vec<(DocId, StockMove)>> {
    let sql = sql!(
        "{MOVE} where operation = $1 and site = $2 and store = $3 and at_ms <= $4 and item in (select distinct item from stock_move \
         where operation = $1 and site = $2 and store = $3 and at_ms <= $4 and item > $5 order by item limit $6) order by item, at_ms, key"
    );
    let after = after.map(|item| item.to_vec()).unwrap_or_default();
    let values = vals![operation, &place.site, &place.store, until_ms, after, limit];
    register.query(sql, &values).await?.iter().map(move_of).collect()
}

/// All movements in a store up to a moment.
pub async fn moves(
    from: impl Ask,
    operation: &OperationId,
    place: &StorePlace,
    until_ms: i64,
) -> Result<Vec<(DocId, StockMove)>> {
    let sql =
        sql!("{MOVE} where operation = $1 and site = $2 and store = $3 and at_ms <= $4 order by item, at_ms, key");
    from.ask(sql, &vals![operation, &place.site, &place.store, until_ms]).await?.iter().map(move_of).collect()
}

/// The last movement of each of some items up to a moment, wherever it was.
pub async fn last_moves(
    register: &Db,
    operation: &OperationId,
    items: &BTreeSet<DocId>,
    until_ms: i64,
) -> Result<BTreeMap<DocId, StockMove>> {
    let mut last = BTreeMap::new();
    for some in items.iter().collect::<Vec<_>>().chunks(AT_ONCE) {
        let mut filter = Filter::new();
        filter.equal("operation", Some(operation));
        let until = filter.bind(until_ms);
        filter.and(format!("at_ms <= {until}"));
        let places: Vec<_> = some.iter().map(|item| filter.bind(**item)).collect();
        filter.and(format!("item in ({})", places.join(", ")));
        // At one moment what enters comes after what leaves, as a chain is walked.
        let sql = sql!("{MOVE} {} order by item, at_ms, case direction when 'in' then 1 else 0 end, key", filter.sql());
        for row in register.query(sql, filter.values()).await? {
            let (item, one) = move_of(&row)?;
            last.insert(item, one);
        }
    }
    Ok(last)
}

/// The content of some items as deterministic CBOR.
pub async fn contents(
    register: &Db,
    operation: &OperationId,
    items: &BTreeSet<DocId>,
) -> Result<BTreeMap<DocId, Vec<u8>>> {
    let mut found = BTreeMap::new();
    for some in items.iter().collect::<Vec<_>>().chunks(AT_ONCE) {
        let mut filter = Filter::new();
        filter.equal("operation", Some(operation));
        let places: Vec<_> = some.iter().map(|item| filter.bind(**item)).collect();
        filter.and(format!("id in ({})", places.join(", ")));
        let sql = sql!("select id, content from item {}", filter.sql());
        for mut row in register.query(sql, filter.values()).await? {
            found.insert(DocId::from_bytes(row.array(0)?), row.take_bytes(1)?);
        }
    }
    Ok(found)
}

/// Keys in one statement.
const AT_ONCE: usize = 200;
const MOVE: &str = "select item, key, at_ms, site, store, direction, quantity, event, handover from stock_move";

fn move_of(row: &Row) -> Result<(DocId, StockMove)> {
    let direction = match row.text(5)? {
        "in" => Direction::In,
        "out" => Direction::Out,
        "destroyed" => Direction::Destroyed,
        "lost" => Direction::Lost,
        other => return Err(StoreError::Corrupt(format!("a movement goes `{other}`"))),
    };
    let one = StockMove {
        key: row.text(1)?.to_owned(),
        at_ms: row.int(2)?,
        site: row.text(3)?.to_owned(),
        store: row.text(4)?.to_owned(),
        direction,
        quantity: row.int(6)?,
        event: row.text(7)?.to_owned(),
        handover: row.opt_array(8)?.map(DocId::from_bytes),
    };
    Ok((DocId::from_bytes(row.array(0)?), one))
}

fn known(direction: bool) -> Result<()> {
    if direction { Ok(()) } else { Err(StoreError::Corrupt("a movement has no direction of ours".to_owned())) }
}
