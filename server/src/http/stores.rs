//! `GET /api/v1/stores` and `/stores/balance`: what lies in which store, and how that came about, down to each item.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use axum::Json;
use axum::extract::State;
use ploughshare_core::custody::{self, StockMove, StorePlace};
use ploughshare_core::ids::{DocId, OperationId};
use ploughshare_core::rules::procedures::overdue;
use ploughshare_core::rules::{Finding, Tunings};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::body::Asked;
use super::caller::Signed;
use super::count::{self, Reconciled};
use super::problem::Problem;
use super::values::{Projected, bad_cursor, no_such, page, projected};
use super::wait::wait;
use crate::registrar;
use crate::store::read_stock::{self, Figures, Stock};

/// Most hours in one answer: 31 days.
const HOURS: usize = 744;
const HOUR_MS: i64 = 3_600_000;

/// Whose stores.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Id of an operation.
    #[param(value_type = Option<String>)]
    operation: Option<OperationId>,
    /// `OPERATION:PLACE[,…]`: wait up to five seconds until the register has followed that far.
    wait_place: Option<String>,
    /// Why it is asked, a code or case number, for the log of reads; also as header `X-Purpose`.
    purpose: Option<String>,
}

/// Every store.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stores {
    stores: Vec<Store>,
    projected: Vec<Projected>,
}

/// A store with what lies in it and which of its counts are overdue now (rule R60).
#[derive(Debug, Serialize, ToSchema)]
pub struct Store {
    #[serde(flatten)]
    stock: Stock,
    /// None where nothing lies in it.
    overdue: Vec<Overdue>,
}

/// A count that is overdue.
#[derive(Debug, Serialize, ToSchema)]
pub struct Overdue {
    /// weekly or half_yearly.
    count: String,
    /// Whole days since the last one, or since the first item came to lie there.
    days: i64,
    message: String,
}

/// Every store with what lies in it and which counts are overdue. Stock levels are worth an attack, so the read is written to the log of reads.
#[utoipa::path(get, path = "/api/v1/stores", tag = "register", security(("token" = [])), params(Which), responses(
    (status = 200, body = Stores), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(api): State<Shared>,
    mut signed: Signed,
    Asked(which): Asked<Which>,
) -> Result<Json<Stores>, Problem> {
    let scope = signed.reads()?.narrowed(which.operation);
    signed.because(which.purpose.as_deref())?;
    wait(&api, which.wait_place.as_deref()).await?;
    let stores = watched(&api, read_stock::stores(&api.app.store.register, scope.only()).await?).await?;
    let projected = projected(&api, &scope).await?;
    signed.note(&api, "stores.read", "stores", which.operation.map(|operation| operation.to_string())).await?;
    Ok(Json(Stores { stores, projected }))
}

/// Says of each store which counts are overdue, by the rules of its operation.
async fn watched(api: &Shared, stores: Vec<Stock>) -> Result<Vec<Store>, Problem> {
    let now_ms = api.app.now_ms();
    let mut operations = BTreeMap::new();
    let mut watched = Vec::new();
    for stock in stores {
        let mut due = Vec::new();
        if let (Ok(operation), true) = (stock.operation.parse::<OperationId>(), stock.lies()) {
            if let Entry::Vacant(unknown) = operations.entry(operation) {
                let tunings = Tunings::from(&registrar::authority(&api.app, &operation).await?);
                let last = read_stock::last_counts(&api.app.store.register, &operation, now_ms).await?;
                unknown.insert((tunings, last));
            }
            let place = StorePlace { site: stock.site.clone(), store: stock.store.clone() };
            let known = operations.get(&operation).and_then(|(tunings, last)| Some((tunings, last.get(&place)?)));
            due = known.map(|(tunings, last)| overdue(last, now_ms, tunings)).unwrap_or_default();
        }
        let days = |finding: &Finding| finding.args.get("days").and_then(|days| days.parse().ok()).unwrap_or_default();
        let one = |finding: Finding| Overdue { days: days(&finding), count: finding.key, message: finding.message };
        watched.push(Store { stock, overdue: due.into_iter().map(one).collect() });
    }
    Ok(watched)
}

/// Which balance.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asking {
    /// Id of the operation.
    #[param(value_type = String)]
    operation: Option<OperationId>,
    /// Site; that of the count where one is named.
    site: Option<String>,
    /// Store; left out for what lies at the site in no named store.
    store: Option<String>,
    /// At which moment, ms since the Unix epoch; now, or that of the count where one is named.
    at: Option<i64>,
    /// `hour`: what moved in each hour between `from` and `to`, 744 hours at most.
    by: Option<String>,
    from: Option<i64>,
    to: Option<i64>,
    /// Item by item, in pages.
    explain: Option<bool>,
    /// Id of a count of this store: what it found against what should be there.
    #[param(value_type = Option<String>)]
    count: Option<DocId>,
    /// The `next` of the page before, with `explain`.
    after: Option<String>,
    /// 1 to 500 items, usually 100.
    limit: Option<u32>,
    /// `OPERATION:PLACE[,…]`: wait up to five seconds until the register has followed that far.
    wait_place: Option<String>,
    /// Why it is asked, a code or case number, for the log of reads; also as header `X-Purpose`.
    purpose: Option<String>,
}

/// The balance of a store: in − out − destroyed − lost = present.
#[derive(Debug, Serialize, ToSchema)]
pub struct Balance {
    operation: String,
    site: String,
    store: String,
    at_ms: i64,
    /// All kinds together.
    total: Figures,
    /// By kind: pieces of weapon and part, rounds of ammunition.
    by_kind: BTreeMap<String, Figures>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hours: Option<Vec<Hour>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Vec<Explained>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<Reconciled>,
    /// What to ask for as `after`; absent on the last page.
    next: Option<String>,
    projected: Vec<Projected>,
}

/// What moved in one hour, and what was there at its end.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hour {
    /// The end of the hour.
    until_ms: i64,
    /// By kind.
    by_kind: BTreeMap<String, Figures>,
}

/// One item in a balance.
#[derive(Debug, Serialize, ToSchema)]
pub struct Explained {
    item: String,
    present: i64,
    moves: Vec<Move>,
}

/// One movement of an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct Move {
    at_ms: i64,
    /// in, out, destroyed or lost.
    direction: &'static str,
    quantity: i64,
    /// The event of custody, or the status that stands for one.
    event: String,
    /// The hand-over in which it happened.
    handover: Option<String>,
}

/// What lies in a store at a moment, how that came about, and what a count found. The read is written to the log of reads.
#[utoipa::path(get, path = "/api/v1/stores/balance", tag = "register", security(("token" = [])), params(Asking), responses(
    (status = 200, body = Balance), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn balance(
    State(api): State<Shared>,
    mut signed: Signed,
    Asked(asking): Asked<Asking>,
) -> Result<Json<Balance>, Problem> {
    let needed = |what: &str| Problem::bad("request.query", format!("`{what}` is needed"));
    let operation = asking.operation.ok_or_else(|| needed("operation"))?;
    let scope = signed.reads()?.narrowed(Some(operation));
    signed.because(asking.purpose.as_deref())?;
    if !scope.holds(&operation) {
        return Err(no_such("store"));
    }
    let limit = page(asking.limit)?;
    let after = asking.after.as_deref().map(|text| text.parse().map_err(|_| bad_cursor())).transpose()?;
    let range = asking.range()?;
    wait(&api, asking.wait_place.as_deref()).await?;
    let register = &api.app.store.register;
    let counted = match &asking.count {
        Some(count) => Some(count::read(register, &operation, count).await?),
        None => None,
    };
    let own = counted.as_ref().map(|counted| (counted.place.clone(), counted.at_ms));
    let site =
        asking.site.or_else(|| own.as_ref().map(|(place, _)| place.site.clone())).ok_or_else(|| needed("site"))?;
    let store = asking.store.or_else(|| own.as_ref().map(|(place, _)| place.store.clone())).unwrap_or_default();
    let place = StorePlace { site, store };
    let at_ms = asking.at.or(own.map(|(_, at_ms)| at_ms)).unwrap_or_else(|| api.app.now_ms());

    let by_kind = read_stock::balance(register, &operation, &place, at_ms).await?;
    let mut total = Figures::default();
    for figures in by_kind.values() {
        total.add(figures);
    }
    let hours = match range {
        Some(range) => Some(hours(&api, &operation, &place, range).await?),
        None => None,
    };
    let (mut items, mut next) = (None, None);
    if asking.explain == Some(true) {
        let moves = read_stock::explained(register, &operation, &place, at_ms, (after, limit + 1)).await?;
        let mut explained = explain(moves);
        next = super::values::cut(&mut explained, limit, |one| one.item.clone());
        items = Some(explained);
    }
    let count = match counted {
        Some(counted) if counted.place == place => Some(count::reconcile(register, &operation, &counted).await?),
        Some(_) => return Err(Problem::bad("request.query", "`count` is of another store")),
        None => None,
    };
    let projected = projected(&api, &scope).await?;
    signed.note(&api, "store.balance_read", "store", Some(operation.to_string())).await?;
    let StorePlace { site, store } = place;
    let operation = operation.to_string();
    Ok(Json(Balance { operation, site, store, at_ms, total, by_kind, hours, items, count, next, projected }))
}

impl Asking {
    /// The hours that are asked for.
    fn range(&self) -> Result<Option<(i64, i64)>, Problem> {
        let refused = || {
            let words = format!("`by=hour` goes with `from` and `to`, ms since 1970, {HOURS} hours apart at most");
            Problem::bad("request.query", words)
        };
        match (self.by.as_deref(), self.from, self.to) {
            (None, None, None) => Ok(None),
            (Some("hour"), Some(from), Some(to)) => {
                let span = to.checked_sub(from).ok_or_else(refused)?;
                let fits = from >= 0 && (1..=HOURS as i64 * HOUR_MS).contains(&span);
                if fits { Ok(Some((from, to))) } else { Err(refused()) }
            }
            _ => Err(refused()),
        }
    }
}

/// Hour by hour, each with what was there at its end.
async fn hours(
    api: &Shared,
    operation: &OperationId,
    place: &StorePlace,
    (from, to): (i64, i64),
) -> Result<Vec<Hour>, Problem> {
    let register = &api.app.store.register;
    let ends = custody::hours(from, to, HOURS + 1);
    let (Some(first), Some(last)) = (ends.first(), ends.last()) else { return Ok(Vec::new()) };
    let start = first - HOUR_MS;
    let opening = read_stock::balance(register, operation, place, start).await?;
    let mut present: BTreeMap<String, i64> = opening.into_iter().map(|(kind, f)| (kind, f.present)).collect();
    let mut moved = read_stock::by_hour(register, operation, place, (start, *last)).await?;
    for (_, kind) in moved.keys() {
        present.entry(kind.clone()).or_default();
    }
    let hour = |until_ms: &i64| {
        let of = |(kind, there): (&String, &mut i64)| {
            let mut figures = moved.remove(&(*until_ms, kind.clone())).unwrap_or_default();
            *there += figures.present;
            figures.present = *there;
            (kind.clone(), figures)
        };
        Hour { until_ms: *until_ms, by_kind: present.iter_mut().map(of).collect() }
    };
    Ok(ends.iter().map(hour).collect())
}

fn explain(moves: Vec<(DocId, StockMove)>) -> Vec<Explained> {
    let mut by_item: BTreeMap<DocId, (i64, Vec<Move>)> = BTreeMap::new();
    for (item, one) in moves {
        let (present, moves) = by_item.entry(item).or_default();
        *present += if one.direction == custody::Direction::In { one.quantity } else { -one.quantity };
        moves.push(Move {
            at_ms: one.at_ms,
            direction: one.direction.code(),
            quantity: one.quantity,
            event: one.event,
            handover: one.handover.map(|handover| handover.to_string()),
        });
    }
    let shown = |(item, (present, moves)): (DocId, _)| Explained { item: item.to_string(), present, moves };
    by_item.into_iter().map(shown).collect()
}
