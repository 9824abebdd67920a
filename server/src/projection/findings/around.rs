//! What is known around a document, read before its rules are run: they ask for nothing that is not at hand.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::cbor::Value;
use ploughshare_core::custody::{self, Lying, StorePlace};
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::domain::serial;
use ploughshare_core::ids::{DeviceId, DocId, OfficerId};
use ploughshare_core::rules::Tunings;
use ploughshare_core::rules::procedures::{Around, Expected, ItemAround, LastCounts, SignedAct, Times};

use super::{Ruling, content};
use crate::projection::plan::{Course, Ruled, counts_for_rules, references, seals};
use crate::projection::{ProjectionError, by_keys};
use crate::store::{Row, Tx, Val, read_stock};
use crate::vals;

/// An item with what people signed on it; nothing else is around it.
pub(super) struct OwnWords<'a> {
    pub item: &'a Ruled,
    pub tunings: Tunings,
}

impl Around for OwnWords<'_> {
    fn item(&self, _: &DocId) -> Option<&ItemAround> {
        None
    }

    fn attestations(&self) -> &[SignedAct] {
        &self.item.acts
    }

    fn recorder(&self) -> Option<OfficerId> {
        Some(OfficerId::from_bytes(self.item.recorder))
    }

    fn expected(&self, _: &str, _: &str, _: i64) -> Option<Expected> {
        None
    }

    fn last_counts(&self, _: &str, _: &str, _: i64) -> Option<LastCounts> {
        None
    }

    fn seal_used(&self, _: &str) -> Vec<DocId> {
        Vec::new()
    }

    fn times(&self) -> Times {
        let (received_ms, clock_drift_ms) = (Some(self.item.received_us / 1000), self.item.clock_drift_ms);
        Times { received_ms, now_ms: None, clock_drift_ms }
    }

    fn tuning(&self) -> &Tunings {
        &self.tunings
    }
}

/// A store at a moment.
type Moment = (StorePlace, i64);

/// What is around a procedure.
pub(super) struct Surroundings<'a> {
    course: &'a Course,
    tunings: Tunings,
    witnesses: i64,
    items: BTreeMap<DocId, ItemAround>,
    expected: Option<(Moment, Expected)>,
    /// Counts of the store that the procedure counts: when, and on which occasion.
    counts: Vec<(i64, String)>,
    /// When the first item came to lie in it.
    opened_ms: Option<i64>,
    seals: BTreeMap<String, Vec<DocId>>,
}

impl Around for Surroundings<'_> {
    fn item(&self, item: &DocId) -> Option<&ItemAround> {
        self.items.get(item)
    }

    fn knows_all(&self) -> bool {
        true
    }

    fn attestations(&self) -> &[SignedAct] {
        &self.course.acts
    }

    fn recorder(&self) -> Option<OfficerId> {
        Some(OfficerId::from_bytes(self.course.recorder))
    }

    fn expected(&self, site: &str, store: &str, at_ms: i64) -> Option<Expected> {
        let ((place, at), expected) = self.expected.as_ref()?;
        (place.site == site && place.store == store && *at == at_ms).then(|| expected.clone())
    }

    fn last_counts(&self, site: &str, store: &str, before_ms: i64) -> Option<LastCounts> {
        let ((place, _), _) = self.expected.as_ref()?;
        let last = |wanted: &[&str]| {
            let before = self.counts.iter().filter(|(at, _)| *at < before_ms);
            let last = before.filter(|(_, occasion)| wanted.contains(&occasion.as_str())).map(|(at, _)| *at).max();
            last.or(self.opened_ms.filter(|opened| *opened < before_ms))
        };
        (place.site == site && place.store == store).then(|| LastCounts {
            weekly_ms: last(&["weekly", "half_yearly", "handover"]),
            half_yearly_ms: last(&["half_yearly", "handover"]),
        })
    }

    fn seal_used(&self, number: &str) -> Vec<DocId> {
        self.seals.get(&serial::normalise(number)).cloned().unwrap_or_default()
    }

    fn times(&self) -> Times {
        let (received_ms, clock_drift_ms) = (Some(self.course.heard_us / 1000), self.course.clock_drift_ms);
        Times { received_ms, now_ms: None, clock_drift_ms }
    }

    fn tuning(&self) -> &Tunings {
        &self.tunings
    }

    fn witnesses_needed(&self) -> i64 {
        self.witnesses
    }
}

/// Reads what is around a procedure.
pub(super) async fn around<'a>(
    tx: &mut Tx,
    ruling: &Ruling,
    id: &[u8; 16],
    course: &'a Course,
) -> Result<Surroundings<'a>, ProjectionError> {
    let op = ruling.operation.as_bytes();
    let named: BTreeSet<DocId> = references(&course.content).into_iter().map(|(_, _, item, _)| item).collect();
    let text = |name: &str| course.content.get(name).and_then(Value::as_text).unwrap_or_default().to_owned();
    let counted = (course.kind == "count").then(|| course.content.get("at").and_then(Value::as_int)).flatten();
    let (mut expected, mut counts, mut opened_ms) = (None, Vec::new(), None);
    if let Some(at) = counted {
        let moment = (StorePlace { site: text("site"), store: text("store") }, at);
        let lying = lying(tx, ruling, &moment).await?;
        counts = earlier_counts(tx, op, id, &moment).await?;
        let sql = "select min(at_ms) from stock_move where operation = $1 and site = $2 and store = $3";
        let first = tx.query_one(sql, &vals![op, &moment.0.site, &moment.0.store]).await?;
        opened_ms = first.map(|row| row.opt_int(0)).transpose()?.flatten();
        expected = Some((moment, lying));
    }
    Ok(Surroundings {
        course,
        tunings: ruling.own(),
        witnesses: ruling.witnesses,
        items: items(tx, op, id, &named).await?,
        expected,
        counts,
        opened_ms,
        seals: sharers(tx, op, id, &seals(&course.content)).await?,
    })
}

/// Items with what a procedure has to know of them.
async fn items(
    tx: &mut Tx,
    op: &[u8; 16],
    procedure: &[u8; 16],
    named: &BTreeSet<DocId>,
) -> Result<BTreeMap<DocId, ItemAround>, ProjectionError> {
    let keys: Vec<Val> = named.iter().map(Val::from).collect();
    let mut blocked: BTreeSet<[u8; 16]> = BTreeSet::new();
    for sql in [
        "select item from finding where severity = 'block' and state = 'open' and operation = $1 and item in ({})",
        "select other_item from finding where severity = 'block' and state = 'open' and other_operation = $1 and other_item in ({})",
    ] {
        for row in by_keys(tx, sql, &vals![op], &keys).await? {
            blocked.insert(row.array(0)?);
        }
    }
    let mut destroyed: BTreeMap<[u8; 16], [u8; 16]> = BTreeMap::new();
    let sql = "select item, procedure from procedure_reference \
               where operation = $1 and destroyed = 1 and procedure <> $2 and item in ({})";
    for row in by_keys(tx, sql, &vals![op, procedure], &keys).await? {
        let by: [u8; 16] = row.array(1)?;
        let first = destroyed.entry(row.array(0)?).or_insert(by);
        *first = (*first).min(by);
    }
    let mut items = BTreeMap::new();
    let sql = "select id, content, recorder, recorded_at_ms from item where operation = $1 and id in ({})";
    for row in by_keys(tx, sql, &vals![op], &keys).await? {
        let id: [u8; 16] = row.array(0)?;
        let around = ItemAround {
            record: ItemRecord::read(&content(row.bytes(1)?)),
            recorder: OfficerId::from_bytes(row.array(2)?),
            recorded_ms: row.int(3)?,
            open_blocking: blocked.contains(&id),
            destroyed_by: destroyed.get(&id).copied().map(DocId::from_bytes),
        };
        items.insert(DocId::from_bytes(id), around);
    }
    Ok(items)
}

/// What lay in a store at a moment, by the movements of all items.
async fn lying(tx: &mut Tx, ruling: &Ruling, (place, at): &Moment) -> Result<Expected, ProjectionError> {
    let moves = read_stock::moves(&mut *tx, &ruling.operation, place, *at).await?;
    let balance = custody::balance(moves.iter().map(|(item, one)| (item, one)), place, *at);
    let lying: BTreeMap<DocId, Lying> = balance.present_items().map(|(item, one)| (*item, one.clone())).collect();
    let keys: Vec<Val> = lying.keys().map(Val::from).collect();
    let sql = "select id, content from item where operation = $1 and id in ({})";
    let mut items = BTreeMap::new();
    for row in by_keys(tx, sql, &vals![ruling.operation], &keys).await? {
        let item = DocId::from_bytes(row.array(0)?);
        if let Some(one) = lying.get(&item) {
            items.insert(item, (ItemRecord::read(&content(row.bytes(1)?)), one.clone()));
        }
    }
    Ok(Expected { items })
}

/// Other counts of a store before a moment, but for those that were broken off.
async fn earlier_counts(
    tx: &mut Tx,
    op: &[u8; 16],
    id: &[u8; 16],
    (place, at): &Moment,
) -> Result<Vec<(i64, String)>, ProjectionError> {
    let sql = "select at_ms, coalesce(occasion, '') from procedure_row where operation = $1 and kind = 'count' and site = $2 \
               and coalesce(store, '') = $3 and at_ms < $4 and id <> $5 and coalesce(state, '') <> 'broken_off'";
    let rows = tx.query(sql, &vals![op, &place.site, &place.store, *at, id]).await?;
    rows.iter().map(|row| Ok((row.int(0)?, row.text(1)?.to_owned()))).collect()
}

/// Other procedures that name a seal.
async fn sharers(
    tx: &mut Tx,
    op: &[u8; 16],
    id: &[u8; 16],
    numbers: &BTreeSet<String>,
) -> Result<BTreeMap<String, Vec<DocId>>, ProjectionError> {
    let keys: Vec<Val> = numbers.iter().map(Val::from).collect();
    let sql = "select distinct number, procedure from procedure_seal where operation = $1 and procedure <> $2 and number in ({})";
    let mut sharers: BTreeMap<String, BTreeSet<DocId>> = BTreeMap::new();
    for row in by_keys(tx, sql, &vals![op, id], &keys).await? {
        sharers.entry(row.text(0)?.to_owned()).or_default().insert(DocId::from_bytes(row.array(1)?));
    }
    Ok(sharers.into_iter().map(|(number, docs)| (number, docs.into_iter().collect())).collect())
}

/// What people signed on documents, in the order of the fold.
pub(super) async fn acts(
    tx: &mut Tx,
    op: &[u8; 16],
    docs: &[Val],
) -> Result<BTreeMap<[u8; 16], Vec<SignedAct>>, ProjectionError> {
    let sql = "select doc, what, officer, key_device, reason, claimed_at_ms, idx from attestation where operation = $1 and doc in ({})";
    let mut signed: BTreeMap<[u8; 16], BTreeMap<u64, SignedAct>> = BTreeMap::new();
    for row in by_keys(tx, sql, &vals![op], docs).await? {
        signed.entry(row.array(0)?).or_default().insert(row.uint(6)?, act_of(&row)?);
    }
    Ok(signed.into_iter().map(|(doc, acts)| (doc, acts.into_values().collect())).collect())
}

fn act_of(row: &Row) -> Result<SignedAct, ProjectionError> {
    Ok(SignedAct {
        what: row.text(1)?.to_owned(),
        officer: OfficerId::from_bytes(row.array(2)?),
        device: row.opt_array(3)?.map(DeviceId::from_bytes),
        counts: counts_for_rules(row.opt_text(4)?),
        claimed_ms: row.int(5)?,
    })
}
