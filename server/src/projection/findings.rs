//! Findings: rules on each item, and rules that compare it with others of all operations. Never merged, never deleted: a finding is
//! open, justified or fixed. Its id is made of rule, items and key, so that a rebuild finds the same row.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::cbor;
use ploughshare_core::document::Content;
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::domain::serial;
use ploughshare_core::ids::{DocId, OperationId};
use ploughshare_core::keys::sha256;
use ploughshare_core::rules::duplicates::{self, GROUP, Identity, RUN, Shared};
use ploughshare_core::rules::models::Reference;
use ploughshare_core::rules::{self, Finding};

use super::apply::Before;
use super::links::{self, Closed, JUDGED, Subject};
use super::plan::ItemRow;
use super::{ProjectionError, by_keys, change_by_keys};
use crate::store::{Tx, Val};
use crate::vals;

/// A finding as it should stand now.
pub(super) struct Stands {
    pub item: Subject,
    pub other: Option<Subject>,
    pub finding: Finding,
    /// Who gave the reason why it is in order.
    pub officer: Option<[u8; 16]>,
}

/// A finding as it is kept.
struct Kept {
    state: String,
    message: String,
    item: Subject,
    other: Option<Subject>,
}

/// Brings the findings of the changed items up to date.
pub(super) async fn update(
    tx: &mut Tx,
    operation: &OperationId,
    known: &[Val],
    before: &BTreeMap<[u8; 16], Before>,
    items: &[([u8; 16], ItemRow)],
    seq: u64,
    at_us: i64,
    models: &Reference,
) -> Result<(), ProjectionError> {
    let op = *operation.as_bytes();
    let mut kept = kept_of(tx, op, known).await?;

    let mut stands: BTreeMap<[u8; 32], Stands> = BTreeMap::new();
    let mut put = |item: Subject, other: Option<Subject>, finding: Finding| {
        stands.insert(id(&finding, item, other), Stands { item, other, finding, officer: None });
    };
    for (id, item) in items.iter().filter(|(_, item)| !item.moved) {
        let context = rules::Context {
            received_ms: Some(item.received_us / 1000),
            clock_drift_ms: item.clock_drift_ms,
            models,
            ..rules::Context::default()
        };
        for finding in rules::check_item(&item.record, &context) {
            put((op, *id), None, finding);
        }
    }
    let shared = shared(tx, op, before, items).await?;
    kept.extend(shared.reconsidered);
    for (item, other, finding) in shared.found {
        put(item, other, finding);
    }
    let (near, runs) = runs(tx, op, before, items).await?;
    kept.extend(kept_runs(tx, op, &near).await?);
    for (item, finding) in runs {
        put((op, item), None, finding);
    }
    for (item, other, finding) in links::late(tx, op, items).await? {
        put(item, Some(other), finding);
    }
    let closed = links::weigh(tx, &mut stands).await?;
    write(tx, &stands, &kept, &closed, seq, at_us).await
}

/// Brings the findings that a judgement settles up to date among these items, whose links changed while they did not.
pub(super) async fn among(
    tx: &mut Tx,
    subjects: &BTreeSet<Subject>,
    moved: &BTreeSet<Subject>,
    seq: u64,
    at_us: i64,
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
        let judged = |rule: &str| what.rules().contains(&rule) && JUDGED.contains(&rule);
        for pair in duplicates::compare(one, other).into_iter().filter(|pair| judged(pair.finding.rule)) {
            let key = id(&pair.finding, a, Some(b));
            stands.insert(key, Stands { item: a, other: Some(b), finding: pair.finding, officer: None });
        }
    }
    let closed = links::weigh(tx, &mut stands).await?;
    write(tx, &stands, &kept, &closed, seq, at_us).await
}

fn id(finding: &Finding, item: Subject, other: Option<Subject>) -> [u8; 32] {
    let mut bytes = Vec::new();
    let other = other.map(|o| [o.0, o.1].concat()).unwrap_or_default();
    for part in [finding.rule.as_bytes(), &item.0, &item.1, &other, finding.key.as_bytes()] {
        bytes.extend_from_slice(part);
        bytes.push(b'|');
    }
    sha256(&bytes)
}

/// What comparing came to.
#[derive(Default)]
struct Compared {
    found: Vec<(Subject, Option<Subject>, Finding)>,
    /// Findings kept about items that did not change, which have to be looked at again because their group became large or small.
    reconsidered: BTreeMap<[u8; 32], Kept>,
}

/// A pair of items, the lower one first.
type Pair = (Subject, Subject);

/// Compares the changed items with all that share a folded serial, a tag or a photo with them. What is found depends on the items alone:
/// pairs in a group of up to [`GROUP`], one finding an item in a larger one; when a group passes that size, all of it is looked at.
async fn shared(
    tx: &mut Tx,
    op: [u8; 16],
    before: &BTreeMap<[u8; 16], Before>,
    items: &[([u8; 16], ItemRow)],
) -> Result<Compared, ProjectionError> {
    let of = |(id, item): &([u8; 16], ItemRow)| {
        let identity = if item.moved { nothing(*id) } else { Identity::of(DocId::from_bytes(*id), &item.record) };
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
        let pairs =
            duplicates::compare(one, other).into_iter().filter(|pair| what.rules().contains(&pair.finding.rule));
        compared.found.extend(pairs.map(|pair| (a, Some(b), pair.finding)));
    }
    Ok(compared)
}

/// A shared thing in words; photos in hex.
fn key_text(what: Shared, key: &[u8]) -> String {
    if what == Shared::Photo { hex::encode(key) } else { String::from_utf8_lossy(key).into_owned() }
}

/// All items that share these things.
async fn members(
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

fn by_operation(subjects: impl Iterator<Item = Subject>) -> BTreeMap<[u8; 16], Vec<Val>> {
    let mut by_operation: BTreeMap<[u8; 16], Vec<Val>> = BTreeMap::new();
    for (operation, item) in subjects {
        by_operation.entry(operation).or_default().push(Val::from(item));
    }
    by_operation
}

/// Reads the identities that are not at hand.
async fn load(
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
pub(super) fn identity_of(item: [u8; 16], bytes: &[u8]) -> Identity {
    Identity::of(DocId::from_bytes(item), &ItemRecord::read(&content(bytes)))
}

/// What an item that was transferred shares with others: nothing.
pub(super) fn nothing(item: [u8; 16]) -> Identity {
    Identity::of(DocId::from_bytes(item), &ItemRecord::default())
}

/// The content of an item as its row keeps it.
fn content(bytes: &[u8]) -> Content {
    let value = cbor::decode(bytes).unwrap_or(cbor::Value::Null);
    let pairs = value.as_map().unwrap_or_default().iter();
    pairs.filter_map(|(path, value)| Some((path.as_text()?.to_owned(), value.clone()))).collect()
}

/// Consecutive serials at one site (rule R11). An item is in a long run or it is not, and a change reaches only as far as a usual run is
/// long: the items whose findings have to be looked at, and those that are in a long run.
async fn runs(
    tx: &mut Tx,
    op: [u8; 16],
    before: &BTreeMap<[u8; 16], Before>,
    items: &[([u8; 16], ItemRow)],
) -> Result<(BTreeSet<[u8; 16]>, Vec<([u8; 16], Finding)>), ProjectionError> {
    let now = items.iter().map(|(_, i)| (i.serial_norm.as_deref(), i.record.site.as_deref()));
    let then = before.values().map(|b| (b.serial_norm.as_deref(), b.site.as_deref()));
    let reach = RUN as u64;
    let mut window: BTreeSet<String> = BTreeSet::new();
    let mut looked_at: BTreeSet<String> = BTreeSet::new();
    for (norm, site) in now.chain(then) {
        let (Some(norm), Some(_)) = (norm, site) else { continue };
        let Some(parts) = serial::numbered(norm) else { continue };
        let low = parts.number.saturating_sub(2 * reach);
        for number in low..=parts.number.saturating_add(2 * reach) {
            let text = format!("{}{number:0width$}{}", parts.prefix, parts.suffix, width = parts.width);
            if number.abs_diff(parts.number) <= reach {
                looked_at.insert(text.clone());
            }
            window.insert(text);
        }
    }
    let keys: Vec<Val> = window.into_iter().map(Val::from).collect();
    let sql =
        "select id, serial_norm, site from item where operation = $1 and site is not null and serial_norm in ({})";
    let mut identities = Vec::new();
    let mut near = BTreeSet::new();
    for row in by_keys(tx, sql, &vals![op], &keys).await? {
        let (item, norm) = (row.array(0)?, row.text(1)?.to_owned());
        if looked_at.contains(&norm) {
            near.insert(item);
        }
        if !serial::is_placeholder(&norm) {
            identities.push(Identity {
                item: DocId::from_bytes(item),
                class: None,
                make: None,
                model: None,
                calibre: None,
                serial_fold: None,
                serial_norm: Some(norm),
                tag: None,
                status: None,
                site: row.opt_text(2)?.map(str::to_owned),
                photos: Vec::new(),
            });
        }
    }
    let mut found = Vec::new();
    for run in duplicates::runs(&identities, RUN) {
        let message = format!("its serial is one of more than {RUN} consecutive ones at site '{}'", run.site);
        for item in run.items.iter().map(|item| *item.as_bytes()).filter(|item| near.contains(item)) {
            let finding = Finding {
                message: message.clone(),
                key: run.site.clone(),
                args: BTreeMap::from([("site".to_owned(), run.site.clone())]),
                ..run.finding.clone()
            };
            found.push((item, finding));
        }
    }
    Ok((near, found))
}

const KEPT: &str = "select id, state, message, operation, item, other_operation, other_item from finding";

/// Findings kept about items that were here before, on either side of a pair; runs are looked at apart.
async fn kept_of(tx: &mut Tx, op: [u8; 16], known: &[Val]) -> Result<BTreeMap<[u8; 32], Kept>, ProjectionError> {
    let mut kept = BTreeMap::new();
    for side in ["operation = $1 and item in ({})", "other_operation = $1 and other_item in ({})"] {
        let rows = by_keys(tx, &format!("{KEPT} where {side}"), &vals![op], known).await?;
        read_kept(rows, &mut kept)?;
    }
    Ok(kept)
}

async fn kept_runs(
    tx: &mut Tx,
    op: [u8; 16],
    near: &BTreeSet<[u8; 16]>,
) -> Result<BTreeMap<[u8; 32], Kept>, ProjectionError> {
    let keys: Vec<Val> = near.iter().map(Val::from).collect();
    let rows =
        by_keys(tx, &format!("{KEPT} where rule = 'R11' and operation = $1 and item in ({{}})"), &vals![op], &keys)
            .await?;
    let mut kept = BTreeMap::new();
    read_kept(rows, &mut kept)?;
    Ok(kept)
}

fn read_kept(rows: Vec<crate::store::Row>, into: &mut BTreeMap<[u8; 32], Kept>) -> Result<(), ProjectionError> {
    for row in rows {
        let Some(item) = row.opt_array(4)? else { continue };
        let other = row.opt_array(5)?.zip(row.opt_array(6)?);
        let kept = Kept {
            state: row.text(1)?.to_owned(),
            message: row.text(2)?.to_owned(),
            item: (row.array(3)?, item),
            other,
        };
        into.insert(row.array(0)?, kept);
    }
    Ok(())
}

/// Writes what changed, and how many findings stand open at each item.
async fn write(
    tx: &mut Tx,
    stands: &BTreeMap<[u8; 32], Stands>,
    kept: &BTreeMap<[u8; 32], Kept>,
    closed: &Closed,
    seq: u64,
    at_us: i64,
) -> Result<(), ProjectionError> {
    let mut events: Vec<Vec<Val>> = Vec::new();
    let mut event = |id: &[u8; 32], state: &str, officer: Option<[u8; 16]>, reason: Option<&str>| {
        events.push(vals![id, seq, state, officer.map(|officer| officer.to_vec()), reason, at_us]);
    };
    let mut opened: BTreeMap<Subject, i64> = BTreeMap::new();
    let mut count = |item: Subject, other: Option<Subject>, change: i64| {
        for subject in std::iter::once(item).chain(other).filter(|_| change != 0) {
            *opened.entry(subject).or_default() += change;
        }
    };
    let mut fixed = Vec::new();
    for (id, kept) in kept {
        if !stands.contains_key(id) && kept.state != "fixed" {
            fixed.push(Val::from(id));
            let by = closed.get(id);
            event(id, "fixed", by.map(|(officer, _)| *officer), by.map(|(_, reason)| reason.as_str()));
            count(kept.item, kept.other, -i64::from(kept.state == "open"));
        }
    }
    let sql = "update finding set state = 'fixed', changed_seq = $1 where id in ({})";
    change_by_keys(tx, sql, &vals![seq], &fixed).await?;

    let mut fresh = Vec::new();
    for (id, one) in stands {
        let state = if one.finding.justified { "justified" } else { "open" };
        let args = || serde_json::to_string(&one.finding.args).unwrap_or_else(|_| "{}".to_owned());
        let is_open = i64::from(state == "open");
        match kept.get(id) {
            Some(kept) if kept.state == state && kept.message == one.finding.message => {}
            Some(kept) => {
                if kept.state != state {
                    event(id, state, one.officer, one.finding.justification.as_deref());
                }
                let sql = "update finding set state = $1, message = $2, args = $3, changed_seq = $4 where id = $5";
                tx.execute(sql, &vals![state, &one.finding.message, args(), seq, id]).await?;
                count(one.item, one.other, is_open - i64::from(kept.state == "open"));
            }
            None => {
                event(id, state, one.officer, one.finding.justification.as_deref());
                let version = rules::rule(one.finding.rule).map_or(1, |rule| rule.version);
                fresh.push(vals![
                    id,
                    one.finding.rule,
                    version,
                    one.finding.severity.name(),
                    one.item.0,
                    one.item.1,
                    one.other.map(|o| o.0.to_vec()),
                    one.other.map(|o| o.1.to_vec()),
                    one.finding.path.as_deref(),
                    &one.finding.message,
                    args(),
                    state,
                    seq,
                    seq,
                    at_us,
                    &one.finding.key
                ]);
                count(one.item, one.other, is_open);
            }
        }
    }
    if !fresh.is_empty() {
        tx.insert_many("finding", &FINDING, fresh).await?;
    }
    if !events.is_empty() {
        let columns = ["finding", "seq", "state", "officer", "reason", "at"];
        tx.upsert_many("finding_event", &columns, &["finding", "seq"], events).await?;
    }
    let mut alike: BTreeMap<([u8; 16], i64), Vec<Val>> = BTreeMap::new();
    for ((operation, item), change) in opened.into_iter().filter(|(_, change)| *change != 0) {
        alike.entry((operation, change)).or_default().push(Val::from(item));
    }
    for ((operation, change), ids) in alike {
        let sql = "update item set findings_open = findings_open + $1 where operation = $2 and id in ({})";
        change_by_keys(tx, sql, &vals![change, operation], &ids).await?;
    }
    Ok(())
}

const FINDING: [&str; 16] = [
    "id",
    "rule",
    "version",
    "severity",
    "operation",
    "item",
    "other_operation",
    "other_item",
    "path",
    "message",
    "args",
    "state",
    "opened_seq",
    "changed_seq",
    "opened_at",
    "key",
];
