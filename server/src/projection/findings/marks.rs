//! Marks that must be unique, of the programme and of the register, compared across the items of all operations (rule R12).

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::ids::DocId;
use ploughshare_core::rules::Tunings;
use ploughshare_core::rules::applied_marks::{self, MarkUse};
use ploughshare_core::rules::duplicates::GROUP;

use super::Subject;
use super::alike::Compared;
use super::keep::{KEPT, Kept, by_operation, read_kept};
use crate::projection::apply::Before;
use crate::projection::plan::Ruled;
use crate::projection::{ProjectionError, by_keys};
use crate::store::{Tx, Val};
use crate::vals;

/// Who bears a mark.
type Bearers = BTreeMap<DocId, Subject>;

/// Compares the marks of the changed items with the same marks on others. In a group of up to [`GROUP`] each two are a pair, in a larger
/// one the first is paired with every other: where a group comes to be paired in another way, all of it is looked at.
pub(super) async fn reused(
    tx: &mut Tx,
    op: [u8; 16],
    before: &BTreeMap<[u8; 16], Before>,
    items: &[([u8; 16], Ruled)],
) -> Result<Compared, ProjectionError> {
    let mut mine: BTreeMap<String, [Bearers; 2]> = BTreeMap::new();
    for (id, one) in before {
        for text in &one.marks {
            let [then, _] = mine.entry(text.clone()).or_default();
            then.insert(DocId::from_bytes(*id), (op, *id));
        }
    }
    for (id, item) in items.iter().filter(|(_, item)| !item.moved) {
        for one in MarkUse::of(DocId::from_bytes(*id), &item.record) {
            let [_, now] = mine.entry(one.text).or_default();
            now.insert(one.item, (op, *id));
        }
    }
    let bearers = bearers(tx, mine.keys()).await?;
    let mut compared = Compared::default();
    let none = Bearers::new();
    for (text, [then, now]) in &mine {
        let all = bearers.get(text).unwrap_or(&none);
        let mut was = all.clone();
        was.retain(|item, _| !now.contains_key(item));
        was.extend(then);
        let anew = paired_with(all) != paired_with(&was);
        let looked_at = |item: &DocId| anew || now.contains_key(item);
        let one = |item: &DocId| MarkUse { text: text.clone(), item: *item, key: String::new() };
        let first = paired_with(all);
        let uses: Vec<MarkUse> =
            all.keys().filter(|item| first.is_none_or(|first| first == **item || looked_at(item))).map(one).collect();
        // Whether a rule is run is asked of either side, so not here.
        for pair in applied_marks::reused(&uses, &Tunings::default()) {
            let meant = first.is_none_or(|first| first == pair.a) && (looked_at(&pair.a) || looked_at(&pair.b));
            if let (true, Some(a), Some(b)) = (meant, all.get(&pair.a), all.get(&pair.b)) {
                compared.found.push((*a.min(b), Some(*a.max(b)), pair.finding));
            }
        }
        if anew {
            let group: BTreeSet<Subject> = all.values().chain(was.values()).copied().collect();
            reconsider(tx, text, &group, &mut compared.reconsidered).await?;
        }
    }
    Ok(compared)
}

/// With which of them every other is paired; `None` where each is with each.
fn paired_with(bearers: &Bearers) -> Option<DocId> {
    bearers.keys().next().copied().filter(|_| bearers.len() > GROUP)
}

/// All items that bear these marks.
async fn bearers(
    tx: &mut Tx,
    texts: impl Iterator<Item = &String>,
) -> Result<BTreeMap<String, Bearers>, ProjectionError> {
    let keys: Vec<Val> = texts.map(Val::from).collect();
    let sql = "select m.norm, m.operation, m.item from marking as m where m.norm in ({}) and m.type in ('PRP', 'REG') and m.withdrawn = 0 \
               and not exists (select 1 from item_move as v where v.operation = m.operation and v.item = m.item)";
    let mut bearers: BTreeMap<String, Bearers> = BTreeMap::new();
    for row in by_keys(tx, sql, &[], &keys).await? {
        let subject: Subject = (row.array(1)?, row.array(2)?);
        bearers.entry(row.text(0)?.to_owned()).or_default().insert(DocId::from_bytes(subject.1), subject);
    }
    Ok(bearers)
}

/// Findings kept about a mark on items of a group.
async fn reconsider(
    tx: &mut Tx,
    text: &str,
    group: &BTreeSet<Subject>,
    into: &mut BTreeMap<[u8; 32], Kept>,
) -> Result<(), ProjectionError> {
    let sql = format!(
        "{KEPT} where rule = 'R12' and other_item is not null and operation = $1 and key like $2 and item in ({{}})"
    );
    for (operation, ids) in by_operation(group.iter().copied()) {
        // A mark as it is compared has nothing but letters, digits and `*`.
        read_kept(by_keys(tx, &sql, &vals![operation, format!("%/{text}")], &ids).await?, into)?;
    }
    Ok(())
}
