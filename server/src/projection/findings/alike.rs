//! Items compared with all others of all operations that share a folded serial, a tag or a photo with them.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::ids::DocId;
use ploughshare_core::rules::Finding;
use ploughshare_core::rules::duplicates::{self, GROUP, Identity, Shared};

use super::keep::{KEPT, Kept, by_operation, read_kept};
use super::{Ruling, Subject, content, id};
use crate::projection::apply::Before;
use crate::projection::plan::Ruled;
use crate::projection::{ProjectionError, by_keys};
use crate::store::{Tx, Val};
use crate::vals;

/// What comparing came to.
#[derive(Default)]
pub(super) struct Compared {
    pub found: Vec<(Subject, Option<Subject>, Finding)>,
    /// Findings kept about items that did not change, which have to be looked at again because their group became large or small.
    pub reconsidered: BTreeMap<[u8; 32], Kept>,
}

/// A pair of items, the lower one first.
pub(super) type Pair = (Subject, Subject);

/// Compares the changed items with all that share a folded serial, a tag or a photo with them. What is found depends on the items alone:
/// pairs in a group of up to [`GROUP`], one finding an item in a larger one; when a group passes that size, all of it is looked at.
pub(super) async fn shared(
    tx: &mut Tx,
    ruling: &Ruling,
    before: &BTreeMap<[u8; 16], Before>,
    items: &[([u8; 16], Ruled)],
) -> Result<Compared, ProjectionError> {
    let op = *ruling.operation.as_bytes();
    let of = |(id, item): &([u8; 16], Ruled)| {
        let nothing = ItemRecord::default();
        let identity = Identity::of(DocId::from_bytes(*id), if item.moved { &nothing } else { &item.record });
        ((op, *id), identity)
    };
    let mut identities: BTreeMap<Subject, Identity> = items.iter().map(of).collect();
    let mut compared = Compared::default();
    let mut wanted: BTreeSet<(Shared, Pair)> = BTreeSet::new();
    for what in Shared::ALL {
        let mut mine: BTreeMap<Vec<u8>, [BTreeSet<Subject>; 2]> = BTreeMap::new();
        for (subject, identity) in &identities {
            for key in identity.shares(what) {
                let [_, now] = mine.entry(key).or_default();
                now.insert(*subject);
            }
        }
        for (id, one) in before {
            for key in one.identity.shares(what) {
                let [then, _] = mine.entry(key).or_default();
                then.insert((op, *id));
            }
        }
        let members = members(tx, what, mine.keys()).await?;
        for (key, [then, now]) in &mine {
            let none = BTreeSet::new();
            let all = members.get(key).unwrap_or(&none);
            let was: BTreeSet<Subject> = all.difference(now).chain(then).copied().collect();
            let passes = (all.len() > GROUP) != (was.len() > GROUP);
            let looked_at = if passes { all } else { now };
            let crowd = duplicates::crowded(what, &key_text(what, key));
            if all.len() > GROUP {
                compared.found.extend(looked_at.iter().map(|item| (*item, None, crowd.clone())));
            } else {
                let pair = |a: &Subject, b: &Subject| (what, (*a.min(b), *a.max(b)));
                wanted.extend(
                    looked_at.iter().flat_map(|a| all.iter().filter(move |b| *b != a).map(move |b| pair(a, b))),
                );
            }
            if passes {
                let both: BTreeSet<Subject> = all.union(&was).copied().collect();
                reconsider(tx, what, &crowd, &both, &mut compared.reconsidered).await?;
            }
        }
    }
    load(tx, wanted.iter().flat_map(|(_, (a, b))| [*a, *b]), &mut identities).await?;
    for (what, (a, b)) in wanted {
        let (Some(one), Some(other)) = (identities.get(&a), identities.get(&b)) else { continue };
        // As one side has it; whether the other looks as well is asked of every pair.
        let pairs = duplicates::compare_as_tuned(one, other, &ruling.of(&a.0));
        let pairs = pairs.into_iter().filter(|pair| what.rules().contains(&pair.finding.rule));
        compared.found.extend(pairs.map(|pair| (a, Some(b), pair.finding)));
    }
    Ok(compared)
}

/// A shared thing in words; photos in hex.
fn key_text(what: Shared, key: &[u8]) -> String {
    if what == Shared::Photo { hex::encode(key) } else { String::from_utf8_lossy(key).into_owned() }
}

/// All items that share these things.
pub(super) async fn members(
    tx: &mut Tx,
    what: Shared,
    keys: impl Iterator<Item = &Vec<u8>>,
) -> Result<BTreeMap<Vec<u8>, BTreeSet<Subject>>, ProjectionError> {
    let text = |key: &Vec<u8>| Val::from(String::from_utf8_lossy(key).into_owned());
    let (sql, keys): (_, Vec<Val>) = match what {
        Shared::Serial => {
            let sql = "select serial_fold, operation, id from item where serial_fold in ({}) and kind <> 'ammunition'";
            (sql, keys.map(text).collect())
        }
        Shared::Tag => ("select tag_norm, operation, id from item where tag_norm in ({})", keys.map(text).collect()),
        Shared::Photo => (
            "select hash, operation, item from photo where hash in ({})",
            keys.map(|key| Val::from(key.clone())).collect(),
        ),
    };
    let mut members: BTreeMap<Vec<u8>, BTreeSet<Subject>> = BTreeMap::new();
    for row in by_keys(tx, sql, &[], &keys).await? {
        let key = if what == Shared::Photo { row.bytes(0)?.to_vec() } else { row.text(0)?.as_bytes().to_vec() };
        members.entry(key).or_default().insert((row.array(1)?, row.array(2)?));
    }
    Ok(members)
}

/// Findings kept about a group that became large or small.
async fn reconsider(
    tx: &mut Tx,
    what: Shared,
    crowd: &Finding,
    group: &BTreeSet<Subject>,
    into: &mut BTreeMap<[u8; 32], Kept>,
) -> Result<(), ProjectionError> {
    let rules: Vec<String> = what.rules().iter().map(|rule| format!("'{rule}'")).collect();
    let sql = format!("{KEPT} where rule in ({}) and operation = $1 and item in ({{}})", rules.join(", "));
    let mut kept = BTreeMap::new();
    for (operation, ids) in by_operation(group.iter().copied()) {
        read_kept(by_keys(tx, &sql, &vals![operation], &ids).await?, &mut kept)?;
    }
    into.extend(kept.into_iter().filter(|(own, kept)| match kept.other {
        Some(other) => group.contains(&other),
        None => *own == id(crowd, kept.item, None),
    }));
    Ok(())
}

/// Reads the identities that are not at hand.
pub(super) async fn load(
    tx: &mut Tx,
    wanted: impl Iterator<Item = Subject>,
    identities: &mut BTreeMap<Subject, Identity>,
) -> Result<(), ProjectionError> {
    let missing: BTreeSet<Subject> = wanted.filter(|subject| !identities.contains_key(subject)).collect();
    for (operation, ids) in by_operation(missing.into_iter()) {
        let sql = "select id, content from item where operation = $1 and id in ({})";
        for row in by_keys(tx, sql, &vals![operation], &ids).await? {
            let item = row.array(0)?;
            identities.insert((operation, item), identity_of(item, row.bytes(1)?));
        }
    }
    Ok(())
}

/// The identity of an item from its content.
fn identity_of(item: [u8; 16], bytes: &[u8]) -> Identity {
    Identity::of(DocId::from_bytes(item), &ItemRecord::read(&content(bytes)))
}
