//! Settling links: the groups of items that are one, made anew around what changed; who leads, what counts, and the findings that a
//! judgement closes or opens again.

use std::collections::{BTreeMap, BTreeSet};

use super::{Subject, rows_of, subject};
use crate::projection::{ProjectionError, apply, findings};
use crate::store::Tx;
use crate::vals;

/// A member's row: the lead of its group, and whether it counts.
type Link = (Subject, bool);

/// Makes the groups around these items anew.
pub(in crate::projection) async fn settle(
    tx: &mut Tx,
    ruling: &findings::Ruling,
    seeds: BTreeSet<Subject>,
    seq: u64,
    at_us: i64,
) -> Result<(), ProjectionError> {
    if seeds.is_empty() {
        return Ok(());
    }
    let mut affected = seeds;
    affected.extend(members(tx, &affected).await?);
    let groups = groups(tx, &mut affected).await?;
    let was = links(tx, &affected).await?;
    let moved: BTreeSet<Subject> =
        rows_of(tx, "select operation, item from item_move where operation = $1 and item in ({})", &affected)
            .await?
            .iter()
            .map(|row| subject(row, 0))
            .collect::<Result<_, _>>()?;
    let mut cells: BTreeMap<Subject, [String; 4]> = BTreeMap::new();
    let sql = "select operation, id, kind, coalesce(class, ''), coalesce(context, ''), coalesce(status, '') from item \
               where operation = $1 and id in ({})";
    for row in rows_of(tx, sql, &affected).await? {
        let text = |i: usize| row.text(i).map(str::to_owned);
        cells.insert(subject(&row, 0)?, [text(2)?, text(3)?, text(4)?, text(5)?]);
    }

    let mut now: BTreeMap<Subject, Link> = BTreeMap::new();
    for group in groups {
        let stands = |one: &&Subject| cells.contains_key(*one) && !moved.contains(*one);
        let lead = group.iter().find(stands);
        if group.len() > 1 || group.iter().any(|one| moved.contains(one)) {
            let Some(shown) = lead.or(group.first()) else { continue };
            now.extend(group.iter().map(|one| (*one, (*shown, Some(one) == lead))));
        }
    }
    write(tx, &affected, &was, &now).await?;
    count(tx, &affected, &was, &now, &cells).await?;
    findings::among(tx, ruling, &affected, &moved, (seq, at_us)).await
}

/// All members of the groups that these are in, as written.
async fn members(tx: &mut Tx, of: &BTreeSet<Subject>) -> Result<BTreeSet<Subject>, ProjectionError> {
    let leads: BTreeSet<Subject> = links(tx, of).await?.into_values().map(|(lead, _)| lead).collect();
    let sql = "select operation, item from item_link where lead_operation = $1 and lead_item in ({})";
    rows_of(tx, sql, &leads).await?.iter().map(|row| subject(row, 0)).collect()
}

async fn links(tx: &mut Tx, of: &BTreeSet<Subject>) -> Result<BTreeMap<Subject, Link>, ProjectionError> {
    let sql = "select operation, item, lead_operation, lead_item, counts from item_link where operation = $1 and item in ({})";
    let rows = rows_of(tx, sql, of).await?;
    rows.iter().map(|row| Ok((subject(row, 0)?, (subject(row, 2)?, row.flag(4)?)))).collect()
}

/// What hangs together with these: each group in order. What is found on the way joins `affected`.
async fn groups(tx: &mut Tx, affected: &mut BTreeSet<Subject>) -> Result<Vec<BTreeSet<Subject>>, ProjectionError> {
    let mut joined: BTreeMap<Subject, BTreeSet<Subject>> = BTreeMap::new();
    let mut open = affected.clone();
    while !open.is_empty() {
        let mut next = BTreeSet::new();
        for sql in [
            "select operation, item, other_operation, other_item from item_pair where judgement = 'same' and operation = $1 and item in ({})",
            "select operation, item, other_operation, other_item from item_pair where judgement = 'same' and other_operation = $1 and other_item in ({})",
            "select operation, item, from_operation, from_item from item_origin where operation = $1 and item in ({})",
            "select operation, item, from_operation, from_item from item_origin where from_operation = $1 and from_item in ({})",
        ] {
            for row in rows_of(tx, sql, &open).await? {
                let (one, other) = (subject(&row, 0)?, subject(&row, 2)?);
                joined.entry(one).or_default().insert(other);
                joined.entry(other).or_default().insert(one);
                next.extend([one, other]);
            }
        }
        next.retain(|one| !affected.contains(one));
        affected.extend(&next);
        open = next;
    }
    let mut groups = Vec::new();
    let mut left = affected.clone();
    while let Some(first) = left.pop_first() {
        let mut group = BTreeSet::from([first]);
        let mut open = vec![first];
        while let Some(one) = open.pop() {
            for other in joined.get(&one).into_iter().flatten() {
                if group.insert(*other) {
                    left.remove(other);
                    open.push(*other);
                }
            }
        }
        groups.push(group);
    }
    Ok(groups)
}

async fn write(
    tx: &mut Tx,
    affected: &BTreeSet<Subject>,
    was: &BTreeMap<Subject, Link>,
    now: &BTreeMap<Subject, Link>,
) -> Result<(), ProjectionError> {
    let fresh = now.iter().filter(|(one, link)| was.get(one) != Some(link));
    let rows: Vec<_> = fresh.map(|(one, (lead, counts))| vals![one.0, one.1, lead.0, lead.1, *counts]).collect();
    if !rows.is_empty() {
        let columns = ["operation", "item", "lead_operation", "lead_item", "counts"];
        tx.upsert_many("item_link", &columns, &["operation", "item"], rows).await?;
    }
    for one in affected.iter().filter(|one| was.contains_key(one) && !now.contains_key(one)) {
        tx.execute("delete from item_link where operation = $1 and item = $2", &vals![one.0, one.1]).await?;
    }
    Ok(())
}

/// What counts now and did not, or the other way round. What has no row is no item (any more) and was taken off when it went.
async fn count(
    tx: &mut Tx,
    affected: &BTreeSet<Subject>,
    was: &BTreeMap<Subject, Link>,
    now: &BTreeMap<Subject, Link>,
    cells: &BTreeMap<Subject, [String; 4]>,
) -> Result<(), ProjectionError> {
    let counts = |links: &BTreeMap<Subject, Link>, one: &Subject| links.get(one).is_none_or(|(_, counts)| *counts);
    let mut deltas: BTreeMap<[u8; 16], BTreeMap<[String; 4], i64>> = BTreeMap::new();
    for one in affected {
        let Some(cell) = cells.get(one) else { continue };
        let change = i64::from(counts(now, one)) - i64::from(counts(was, one));
        if change != 0 {
            *deltas.entry(one.0).or_default().entry(cell.clone()).or_default() += change;
        }
    }
    for (operation, delta) in deltas {
        apply::add_up(tx, &operation, delta).await?;
    }
    Ok(())
}
