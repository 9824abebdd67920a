//! Rules on procedures. A procedure is looked at again when it changes, when an item that it names changes, and when something else changes
//! that its rules ask for: what lies in the store that it counts, a count before it, a seal, a destruction that names the same item. How
//! many that are depends on these ways and not on the size of the register.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::rules::procedures;

use super::around::{acts, around};
use super::keep::{Counted, Of, kept_of, write};
use super::{Ruling, Stands, content, id};
use crate::projection::links::Closed;
use crate::projection::plan::{Course, ItemRow, ProcedureRow, seals};
use crate::projection::{ProjectionError, by_keys};
use crate::store::{Tx, Val};
use crate::vals;

/// A count: site, store, and when.
type CountedAt = (String, String, i64);

/// What the documents of a segment named before it and name after it, as far as other procedures depend on that.
#[derive(Debug, Default)]
pub(in crate::projection) struct Ways {
    /// Documents that change.
    docs: BTreeSet<[u8; 16]>,
    /// Those that were procedures before.
    pub procedures: BTreeSet<[u8; 16]>,
    /// Items that destructions among them destroyed.
    destroyed: BTreeSet<[u8; 16]>,
    /// Movements of the items: those before that are not there after, and the other way round.
    moves: BTreeSet<Vec<Val>>,
    /// Counts among them.
    counts: BTreeSet<CountedAt>,
    /// Seals that they name.
    seals: BTreeSet<String>,
}

/// What the documents of a segment named before it.
pub(in crate::projection) async fn ways_before(
    tx: &mut Tx,
    op: &[u8; 16],
    known: &[Val],
) -> Result<Ways, ProjectionError> {
    let mut ways = Ways::default();
    let sql = "select item, key, kind, class, at_ms, site, store, direction, quantity, event from stock_move where operation = $1 and item in ({})";
    ways.moves.extend(by_keys(tx, sql, &vals![op], known).await?.into_iter().map(crate::store::Row::into_values));
    let sql = "select item from procedure_reference where operation = $1 and destroyed = 1 and procedure in ({})";
    for row in by_keys(tx, sql, &vals![op], known).await? {
        ways.destroyed.insert(row.array(0)?);
    }
    let sql =
        "select id, kind, site, coalesce(store, ''), at_ms from procedure_row where operation = $1 and id in ({})";
    for row in by_keys(tx, sql, &vals![op], known).await? {
        ways.procedures.insert(row.array(0)?);
        if let ("count", Some(site), Some(at)) = (row.text(1)?, row.opt_text(2)?, row.opt_int(4)?) {
            ways.counts.insert((site.to_owned(), row.text(3)?.to_owned(), at));
        }
    }
    let sql = "select number from procedure_seal where operation = $1 and procedure in ({})";
    for row in by_keys(tx, sql, &vals![op], known).await? {
        ways.seals.insert(row.text(0)?.to_owned());
    }
    Ok(ways)
}

impl Ways {
    /// A document of the segment.
    pub fn document(&mut self, id: [u8; 16]) {
        self.docs.insert(id);
    }

    /// An item as it is after the segment.
    pub fn item(&mut self, row: &ItemRow) {
        for one in &row.moves {
            // As read before, but for the operation and the hand-over: what a count sees of a movement.
            let after: Vec<Val> = one.iter().skip(1).take(10).cloned().collect();
            if !self.moves.remove(&after) {
                self.moves.insert(after);
            }
        }
    }

    /// A procedure as it is after the segment.
    pub fn procedure(&mut self, row: &ProcedureRow) {
        for one in &row.references {
            if let (Some(Val::Bytes(item)), Some(Val::Int(1))) = (one.get(4), one.get(6)) {
                self.destroyed.extend(<[u8; 16]>::try_from(item.as_slice()).ok());
            }
        }
        let text = |name: &str| row.course.content.get(name).and_then(|value| value.as_text()).map(str::to_owned);
        let at = row.course.content.get("at").and_then(ploughshare_core::cbor::Value::as_int);
        if let ("count", Some(site), Some(at)) = (row.course.kind.as_str(), text("site"), at) {
            self.counts.insert((site, text("store").unwrap_or_default(), at));
        }
        self.seals.extend(seals(&row.course.content));
    }

    /// The procedures whose rules have to be run again.
    async fn lead_to(
        &self,
        tx: &mut Tx,
        op: &[u8; 16],
        blocking: &BTreeSet<[u8; 16]>,
    ) -> Result<BTreeSet<[u8; 16]>, ProjectionError> {
        let mut found = BTreeSet::new();
        let named: BTreeSet<_> = self.docs.iter().chain(&self.destroyed).chain(blocking).collect();
        let named: Vec<Val> = named.into_iter().map(Val::from).collect();
        let sql = "select distinct procedure from procedure_reference where operation = $1 and item in ({})";
        for row in by_keys(tx, sql, &vals![op], &named).await? {
            found.insert(row.array(0)?);
        }
        // The earliest change in each store: every count from then on sees another stock, or another count before it.
        let mut earliest: BTreeMap<(String, String), i64> = BTreeMap::new();
        for one in &self.moves {
            if let (Some(Val::Int(at)), Some(Val::Text(site)), Some(Val::Text(store))) =
                (one.get(4), one.get(5), one.get(6))
            {
                let first = earliest.entry((site.clone(), store.clone())).or_insert(*at);
                *first = (*first).min(*at);
            }
        }
        for (site, store, at) in &self.counts {
            let first = earliest.entry((site.clone(), store.clone())).or_insert(*at);
            *first = (*first).min(*at);
        }
        let sql = "select id from procedure_row where operation = $1 and kind = 'count' and site = $2 and coalesce(store, '') = $3 \
                   and at_ms >= $4";
        for ((site, store), at) in earliest {
            for row in tx.query(sql, &vals![op, site, store, at]).await? {
                found.insert(row.array(0)?);
            }
        }
        let numbers: Vec<Val> = self.seals.iter().map(Val::from).collect();
        let sql = "select distinct procedure from procedure_seal where operation = $1 and number in ({})";
        for row in by_keys(tx, sql, &vals![op], &numbers).await? {
            found.insert(row.array(0)?);
        }
        Ok(found)
    }
}

/// Brings the findings of procedures up to date: of those that changed, and of those that depend on what changed.
pub(in crate::projection) async fn update(
    tx: &mut Tx,
    ruling: &Ruling,
    ways: &Ways,
    items: &Counted,
    changed: BTreeMap<[u8; 16], Course>,
    (seq, at_us): (u64, i64),
) -> Result<(), ProjectionError> {
    let op = ruling.operation.as_bytes();
    let blocking = items.blocking.iter().filter(|(operation, _)| operation == op).map(|(_, item)| *item).collect();
    let mut docs = ways.lead_to(tx, op, &blocking).await?;
    docs.retain(|doc| !changed.contains_key(doc));
    let mut courses = read(tx, op, &docs).await?;
    courses.extend(changed);
    docs.extend(courses.keys().chain(&ways.procedures));
    look_at(tx, ruling, &docs, courses, (seq, at_us)).await
}

/// Runs the rules on procedures and writes what they find. `docs` are all whose findings are held against it, those included that are
/// no procedures any more.
pub(super) async fn look_at(
    tx: &mut Tx,
    ruling: &Ruling,
    docs: &BTreeSet<[u8; 16]>,
    courses: BTreeMap<[u8; 16], Course>,
    (seq, at_us): (u64, i64),
) -> Result<(), ProjectionError> {
    let op = *ruling.operation.as_bytes();
    let keys: Vec<Val> = docs.iter().map(Val::from).collect();
    let kept = kept_of(tx, op, Of::Procedures, &keys).await?;
    let mut stands = BTreeMap::new();
    for (doc, course) in &courses {
        let around = around(tx, ruling, doc, course).await?;
        for finding in procedures::check(&course.kind, &course.content, &around) {
            let item = (op, *doc);
            stands.insert(
                id(&finding, item, None),
                Stands { kind: course.kind.clone(), item, other: None, finding, why: None },
            );
        }
    }
    write(tx, &stands, &kept, &Closed::new(), (seq, at_us)).await?;
    Ok(())
}

/// Procedures as the rules look at them, from their rows.
pub(super) async fn read(
    tx: &mut Tx,
    op: &[u8; 16],
    docs: &BTreeSet<[u8; 16]>,
) -> Result<BTreeMap<[u8; 16], Course>, ProjectionError> {
    let keys: Vec<Val> = docs.iter().map(Val::from).collect();
    let mut acts = acts(tx, op, &keys).await?;
    let sql = "select id, kind, content, recorder, heard_at, clock_drift_ms from procedure_row where operation = $1 and id in ({})";
    let mut courses = BTreeMap::new();
    for row in by_keys(tx, sql, &vals![op], &keys).await? {
        let doc: [u8; 16] = row.array(0)?;
        let course = Course {
            kind: row.text(1)?.to_owned(),
            content: content(row.bytes(2)?),
            recorder: row.array(3)?,
            heard_us: row.int(4)?,
            clock_drift_ms: row.opt_int(5)?,
            acts: acts.remove(&doc).unwrap_or_default(),
        };
        courses.insert(doc, course);
    }
    Ok(courses)
}
