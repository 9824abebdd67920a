//! Photos of different items that look alike (rule R04), compared across all operations. Candidates are found by the keys of
//! [`ploughshare_core::rules::looks`]; how many photos there are makes no difference.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::ids::DocId;
use ploughshare_core::rules::duplicates::{GROUP, Identity};
use ploughshare_core::rules::looks;

use super::alike::{Compared, load};
use super::keep::{KEPT, by_operation, read_kept};
use super::{Ruling, Subject};
use crate::projection::apply::Before;
use crate::projection::plan::Ruled;
use crate::projection::{ProjectionError, by_keys};
use crate::store::{Tx, Val};
use crate::vals;

/// Keys that one statement looks up.
const KEYS: usize = 64;

/// Items by the keys of what their photos look like. Of a crowd some are enough to know that it is one.
type Members = BTreeMap<i64, BTreeSet<Subject>>;

/// Compares what the photos of changed items look like with others under the same keys: each two of up to [`GROUP`] items under a key. Where
/// more share one, each item has one finding that says so, and no two of them are a pair. When a key passes that number, all items
/// under it are looked at.
pub(super) async fn alike(
    tx: &mut Tx,
    ruling: &Ruling,
    before: &BTreeMap<[u8; 16], Before>,
    items: &[([u8; 16], Ruled)],
) -> Result<Compared, ProjectionError> {
    let op = *ruling.operation.as_bytes();
    let mut compared = Compared::default();
    let nothing = ItemRecord::default();
    let of = |(id, item): &([u8; 16], Ruled)| {
        ((op, *id), Identity::of(DocId::from_bytes(*id), if item.moved { &nothing } else { &item.record }))
    };
    let mut identities: BTreeMap<Subject, Identity> = items.iter().map(of).collect();
    identities.retain(|_, identity| !identity.looks.is_empty());
    let mut changed: BTreeMap<i64, [BTreeSet<Subject>; 2]> = BTreeMap::new();
    for (subject, identity) in &identities {
        for key in looks::keys(&identity.looks) {
            let [_, now] = changed.entry(key).or_default();
            now.insert(*subject);
        }
    }
    for (id, one) in before {
        for key in looks::keys(&one.identity.looks) {
            let [then, _] = changed.entry(key).or_default();
            then.insert((op, *id));
        }
    }
    if changed.is_empty() {
        return Ok(compared);
    }
    // Enough of each key to know on which side of the number it is, and was before these items changed.
    let most = GROUP + 1 + items.len().max(before.len());
    let mut members = Members::new();
    read(tx, changed.keys().copied().collect(), most, &mut members).await?;
    let mut looked_at: BTreeSet<Subject> = identities.keys().copied().collect();
    let mut passed: BTreeSet<Subject> = BTreeSet::new();
    let none = BTreeSet::new();
    for (key, [then, now]) in &changed {
        let all = members.get(key).unwrap_or(&none);
        let was: BTreeSet<Subject> = all.difference(now).chain(then).copied().collect();
        if (all.len() > GROUP) != (was.len() > GROUP) {
            looked_at.extend(all);
            passed.extend(all.union(&was));
        }
    }
    load(tx, looked_at.iter().copied(), &mut identities).await?;
    let keys = |subject: &Subject| identities.get(subject).map(|one| looks::keys(&one.looks)).unwrap_or_default();
    let more = looked_at.iter().flat_map(keys).filter(|key| !changed.contains_key(key)).collect();
    read(tx, more, most, &mut members).await?;

    let crowds: BTreeSet<i64> = members.iter().filter(|(_, all)| all.len() > GROUP).map(|(key, _)| *key).collect();
    let mut pairs: BTreeSet<(Subject, Subject)> = BTreeSet::new();
    for subject in &looked_at {
        let keys = keys(subject);
        for all in keys.difference(&crowds).filter_map(|key| members.get(key)) {
            pairs.extend(all.iter().filter(|other| *other != subject).map(|o| (*o.min(subject), *o.max(subject))));
        }
        if !keys.is_disjoint(&crowds) && looks::below(&ruling.of(&subject.0)) > 0 {
            compared.found.push((*subject, None, looks::crowded()));
        }
    }
    load(tx, pairs.iter().flat_map(|(a, b)| [*a, *b]), &mut identities).await?;
    for (a, b) in pairs {
        let (Some(one), Some(other)) = (identities.get(&a), identities.get(&b)) else { continue };
        // In the same crowd: each of them says so already.
        let (mine, theirs) = (looks::keys(&one.looks), looks::keys(&other.looks));
        if mine.intersection(&theirs).any(|key| crowds.contains(key)) {
            continue;
        }
        // Both sides have to take them for alike.
        let below = looks::below(&ruling.of(&a.0)).min(looks::below(&ruling.of(&b.0)));
        compared.found.extend(looks::alike(one, other, below).map(|pair| (a, Some(b), pair.finding)));
    }
    for (operation, ids) in by_operation(passed.into_iter()) {
        for side in ["operation = $1 and item in ({})", "other_operation = $1 and other_item in ({})"] {
            let sql = format!("{KEPT} where rule = 'R04' and key like 'look%' and {side}");
            read_kept(by_keys(tx, &sql, &vals![operation], &ids).await?, &mut compared.reconsidered)?;
        }
    }
    Ok(compared)
}

/// Reads who is under these keys, at most so many of each.
async fn read(tx: &mut Tx, keys: BTreeSet<i64>, most: usize, into: &mut Members) -> Result<(), ProjectionError> {
    let keys: Vec<i64> = keys.into_iter().collect();
    let one = |n: usize| {
        format!(
            "select * from (select look, operation, item from photo_look where look = ${n} order by operation, item limit $1) as k{n}"
        )
    };
    let whole: Vec<String> = (2..KEYS + 2).map(one).collect();
    let sql = whole.join(" union all ");
    for page in keys.chunks(KEYS) {
        let mut values = vals![most];
        values.extend(page.iter().map(|key| Val::from(*key)));
        // One text for every number of keys.
        values.resize(KEYS + 1, values.last().cloned().unwrap_or_else(|| Val::from(0_i64)));
        for row in tx.query(sqlx::AssertSqlSafe(sql.clone()), &values).await? {
            into.entry(row.int(0)?).or_default().insert((row.array(1)?, row.array(2)?));
        }
    }
    Ok(())
}
