//! Findings that a judgement settles, looked at again among items whose links changed while they did not.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::rules::duplicates::{self, GROUP, Identity, Shared};

use super::alike::{Pair, load, members};
use super::keep::{KEPT, by_operation, read_kept, write};
use super::{Ruling, Stands, Subject, id};
use crate::projection::links::{self, JUDGED};
use crate::projection::{ProjectionError, by_keys};
use crate::store::Tx;
use crate::vals;

/// Brings the findings that a judgement settles up to date among these items.
pub(in crate::projection) async fn among(
    tx: &mut Tx,
    ruling: &Ruling,
    subjects: &BTreeSet<Subject>,
    moved: &BTreeSet<Subject>,
    (seq, at_us): (u64, i64),
) -> Result<(), ProjectionError> {
    let mut kept = BTreeMap::new();
    let rules: Vec<String> = JUDGED.iter().map(|rule| format!("'{rule}'")).collect();
    let sql = format!("{KEPT} where rule in ({}) and operation = $1 and item in ({{}})", rules.join(", "));
    for (operation, ids) in by_operation(subjects.iter().copied()) {
        read_kept(by_keys(tx, &sql, &vals![operation], &ids).await?, &mut kept)?;
    }
    kept.retain(|_, kept| kept.other.is_some_and(|other| subjects.contains(&other)));
    let mut identities: BTreeMap<Subject, Identity> = BTreeMap::new();
    load(tx, subjects.difference(moved).copied(), &mut identities).await?;
    let mut stands: BTreeMap<[u8; 32], Stands> = BTreeMap::new();
    let mut wanted: BTreeSet<(Shared, Pair)> = BTreeSet::new();
    for what in [Shared::Serial, Shared::Tag] {
        let mut groups: BTreeMap<Vec<u8>, BTreeSet<Subject>> = BTreeMap::new();
        for (subject, identity) in &identities {
            for key in identity.shares(what) {
                groups.entry(key).or_default().insert(*subject);
            }
        }
        groups.retain(|_, group| group.len() > 1);
        // In a crowd there is one finding an item and none for a pair.
        let members = members(tx, what, groups.keys()).await?;
        groups.retain(|key, _| members.get(key).is_some_and(|all| all.len() <= GROUP));
        for group in groups.values() {
            let pairs = group.iter().flat_map(|a| group.iter().filter(move |b| a < *b).map(move |b| (*a, *b)));
            wanted.extend(pairs.map(|pair| (what, pair)));
        }
    }
    for (what, (a, b)) in wanted {
        let (Some(one), Some(other)) = (identities.get(&a), identities.get(&b)) else { continue };
        let judged =
            |rule: &str| what.rules().contains(&rule) && JUDGED.contains(&rule) && ruling.runs(rule, &a, Some(&b));
        for pair in duplicates::compare_as_tuned(one, other, &ruling.of(&a.0))
            .into_iter()
            .filter(|pair| judged(pair.finding.rule))
        {
            let key = id(&pair.finding, a, Some(b));
            let (kind, finding) = ("item".to_owned(), pair.finding);
            stands.insert(key, Stands { kind, item: a, other: Some(b), finding, why: None });
        }
    }
    let closed = links::weigh(tx, &mut stands).await?;
    write(tx, &stands, &kept, &closed, (seq, at_us)).await.map(drop)
}
