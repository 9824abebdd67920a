//! Rule R71 across the records of one officer on one day: more than anybody inspects, or two places too far apart. A day is looked at again
//! when one of its records comes, goes or moves, so what is found depends on the records alone.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::domain::place::Place;
use ploughshare_core::ids::{DocId, OfficerId};
use ploughshare_core::rules::Finding;
use ploughshare_core::rules::pace::{Recorded, paced};

use super::keep::{KEPT, Kept, read_kept};
use super::{Ruling, Subject};
use crate::projection::apply::Before;
use crate::projection::{ProjectionError, by_keys};
use crate::store::{Tx, Val};
use crate::vals;

const DAY_MS: i64 = 86_400_000;
/// Records of an officer's day that are looked at, the first ones: whoever makes more is told of these.
const MOST: u32 = 5_000;

/// A finding on a record, or on the two between which an officer would have to fly.
pub(super) type Hurried = (Subject, Option<Subject>, Finding);

/// Looks at the officers' days in which items changed: what is found, and what was found there before.
pub(super) async fn hurried(
    tx: &mut Tx,
    ruling: &Ruling,
    before: &BTreeMap<[u8; 16], Before>,
    items: impl Iterator<Item = [u8; 16]>,
) -> Result<(Vec<Hurried>, BTreeMap<[u8; 32], Kept>), ProjectionError> {
    let op = *ruling.operation.as_bytes();
    let day = |(officer, at_ms): ([u8; 16], i64)| (officer, at_ms.div_euclid(DAY_MS));
    let mut days: BTreeSet<([u8; 16], i64)> = before.values().map(|one| day(one.recorded)).collect();
    let keys: Vec<Val> = items.map(|id| Val::from(&id)).collect();
    let sql = "select recorder, recorded_at_ms from item where operation = $1 and id in ({})";
    for row in by_keys(tx, sql, &vals![op], &keys).await? {
        days.insert(day((row.array(0)?, row.int(1)?)));
    }
    let (mut found, mut kept) = (Vec::new(), BTreeMap::new());
    for (officer, day) in days {
        let (from, to) = (day.saturating_mul(DAY_MS), day.saturating_add(1).saturating_mul(DAY_MS));
        let sql = format!(
            "{KEPT} where rule = 'R71' and (key like '%/pace/%' or key like '%/leap/%') and operation = $1 and item in \
             (select id from item where operation = $1 and recorded_at_ms >= $2 and recorded_at_ms < $3 and recorder in ({{}}))"
        );
        read_kept(by_keys(tx, &sql, &vals![op, from, to], &[Val::from(&officer)]).await?, &mut kept)?;
        for one in paced(&records(tx, op, officer, (from, to)).await?, &ruling.own()) {
            let mut items = one.items.iter().map(|item| (op, *item.as_bytes()));
            let Some(first) = items.next() else { continue };
            let other = items.next().filter(|_| one.finding.key.contains("/leap/"));
            let pair = other.map_or((first, None), |other| (first.min(other), Some(first.max(other))));
            found.push((pair.0, pair.1, one.finding));
        }
    }
    Ok((found, kept))
}

/// The records of an officer in a time. What was transferred is looked at nowhere: it was not recorded here, or is here no more.
async fn records(
    tx: &mut Tx,
    op: [u8; 16],
    officer: [u8; 16],
    (from, to): (i64, i64),
) -> Result<Vec<Recorded>, ProjectionError> {
    let sql = "select i.id, i.recorded_at_ms, i.lat, i.lon, i.accuracy_m from item as i \
               where i.operation = $1 and i.recorder = $2 and i.recorded_at_ms >= $3 and i.recorded_at_ms < $4 \
               and not exists (select 1 from item_origin as o where o.operation = i.operation and o.item = i.id) \
               and not exists (select 1 from item_move as m where m.operation = i.operation and m.item = i.id) \
               order by i.recorded_at_ms, i.id limit $5";
    let rows = tx.query(sql, &vals![op, officer, from, to, MOST]).await?;
    let one = |row: &crate::store::Row| {
        let place = row.opt_int(2)?.zip(row.opt_int(3)?);
        let accuracy = row.opt_int(4)?;
        Ok(Recorded {
            item: DocId::from_bytes(row.array(0)?),
            officer: OfficerId::from_bytes(officer),
            claimed_ms: row.int(1)?,
            place: place.and_then(|(lat, lon)| Place::new(lat, lon, accuracy)),
        })
    };
    rows.iter().map(one).collect()
}
