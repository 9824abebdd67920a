//! Weighing findings by how a registrar judged the pair.

use std::collections::{BTreeMap, BTreeSet};

use super::{JUDGED, Subject, rows_of, subject};
use crate::projection::ProjectionError;
use crate::projection::findings::{Stands, Why};
use crate::store::Tx;

/// Findings that a judgement settled: who judged, and why.
pub(in crate::projection) type Closed = BTreeMap<[u8; 32], Why>;

/// A judgement of a pair.
struct Judged {
    judgement: String,
    officer: [u8; 16],
    reason: String,
    seq: u64,
}

/// Marks what is justified, and takes out what is settled because the two are one.
pub(in crate::projection) async fn weigh(
    tx: &mut Tx,
    stands: &mut BTreeMap<[u8; 32], Stands>,
) -> Result<Closed, ProjectionError> {
    let is_pair = |one: &&Stands| one.other.is_some() && JUDGED.contains(&one.finding.rule);
    let mut subjects: BTreeSet<Subject> = BTreeSet::new();
    for one in stands.values().filter(is_pair) {
        subjects.extend(std::iter::once(one.item).chain(one.other));
    }
    let mut closed = Closed::new();
    if subjects.is_empty() {
        return Ok(closed);
    }
    let origins = origins(tx, &mut subjects).await?;
    let judged = judgements(tx, &subjects).await?;
    let leads = leads(tx, &subjects).await?;
    for (id, one) in stands.iter_mut() {
        let (true, Some(other)) = (is_pair(&&*one), one.other) else { continue };
        let (mine, theirs) = (lineage(one.item, &origins), lineage(other, &origins));
        let pairs = mine.iter().flat_map(|a| theirs.iter().map(move |b| (*a.min(b), *a.max(b))));
        let explicit = pairs.filter_map(|pair| judged.get(&pair)).max_by_key(|judged| judged.seq);
        let one_of = (one.item, other);
        let chained = leads.get(&one.item).is_some_and(|lead| Some(lead) == leads.get(&other));
        match explicit {
            Some(judged) if judged.judgement == "different" && !chained => {
                one.why = Some(Why { reason: judged.reason.clone(), officer: judged.officer });
            }
            Some(judged) if judged.judgement == "same" => {
                closed.insert(*id, Why { reason: judged.reason.clone(), officer: judged.officer });
            }
            explicit if chained && explicit.is_none_or(|judged| judged.judgement == "unsure") => {
                // Through others: whoever judged one of the two last stands for it.
                let touches =
                    |(a, b): &(Subject, Subject)| [a, b].iter().any(|one| **one == one_of.0 || **one == one_of.1);
                let last = judged.iter().filter(|(pair, _)| touches(pair)).map(|(_, judged)| judged);
                let last = last.max_by_key(|judged| judged.seq);
                let (officer, reason) =
                    last.map_or(([0; 16], String::new()), |last| (last.officer, last.reason.clone()));
                closed.insert(*id, Why { reason, officer });
            }
            _ => {}
        }
    }
    stands.retain(|id, _| !closed.contains_key(id));
    Ok(closed)
}

/// What items were before they were transferred; all of them join `subjects`.
async fn origins(tx: &mut Tx, subjects: &mut BTreeSet<Subject>) -> Result<BTreeMap<Subject, Subject>, ProjectionError> {
    let mut origins = BTreeMap::new();
    let mut open = subjects.clone();
    while !open.is_empty() {
        let sql =
            "select operation, item, from_operation, from_item from item_origin where operation = $1 and item in ({})";
        let mut next = BTreeSet::new();
        for row in rows_of(tx, sql, &open).await? {
            let (one, from) = (subject(&row, 0)?, subject(&row, 2)?);
            origins.insert(one, from);
            next.insert(from);
        }
        next.retain(|one| subjects.insert(*one));
        open = next;
    }
    Ok(origins)
}

fn lineage(of: Subject, origins: &BTreeMap<Subject, Subject>) -> Vec<Subject> {
    let mut lineage = vec![of];
    let mut last = of;
    while let Some(from) = origins.get(&last).filter(|from| !lineage.contains(from)) {
        lineage.push(*from);
        last = *from;
    }
    lineage
}

async fn judgements(
    tx: &mut Tx,
    subjects: &BTreeSet<Subject>,
) -> Result<BTreeMap<(Subject, Subject), Judged>, ProjectionError> {
    let mut judged = BTreeMap::new();
    for side in ["operation = $1 and item in ({})", "other_operation = $1 and other_item in ({})"] {
        let sql = format!(
            "select operation, item, other_operation, other_item, judgement, officer, reason, seq from item_pair where {side}"
        );
        for row in rows_of(tx, &sql, subjects).await? {
            let one = Judged {
                judgement: row.text(4)?.to_owned(),
                officer: row.array(5)?,
                reason: row.text(6)?.to_owned(),
                seq: row.uint(7)?,
            };
            judged.insert((subject(&row, 0)?, subject(&row, 2)?), one);
        }
    }
    Ok(judged)
}

async fn leads(tx: &mut Tx, subjects: &BTreeSet<Subject>) -> Result<BTreeMap<Subject, Subject>, ProjectionError> {
    let sql = "select operation, item, lead_operation, lead_item from item_link where operation = $1 and item in ({})";
    let rows = rows_of(tx, sql, subjects).await?;
    rows.iter().map(|row| Ok((subject(row, 0)?, subject(row, 2)?))).collect()
}
