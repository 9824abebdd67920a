//! Rules on an item that ask for what the register keeps beside it: the version that was verified last, and the entries themselves.

use std::collections::BTreeMap;

use ploughshare_core::document::{self, Content, Exceptions, Review, ReviewState, Statement, Verified};
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::entry::{Entry, member_stem};
use ploughshare_core::ids::{DeviceId, DocId, EntryHash, OfficerId};
use ploughshare_core::marks;
use ploughshare_core::rules::applied_marks::out_of_block;
use ploughshare_core::rules::{Finding, lots, review};

use super::{Ruling, content};
use crate::projection::plan::Ruled;
use crate::projection::{ProjectionError, by_keys};
use crate::store::{Tx, Val};
use crate::vals;

/// The field that says how the quantity of a lot came about.
const METHOD: &str = "quantity_method";

/// An item and what was found on it.
type Found = Vec<([u8; 16], Finding)>;

/// What these rules find on the items.
pub(super) async fn beside(
    tx: &mut Tx,
    ruling: &Ruling,
    items: &[([u8; 16], Ruled)],
) -> Result<Found, ProjectionError> {
    let items: BTreeMap<[u8; 16], &Ruled> =
        items.iter().filter(|(_, item)| !item.moved).map(|(id, item)| (*id, item)).collect();
    let mut found = edited(tx, ruling, &items).await?;
    found.extend(in_no_block(tx, ruling, &items).await?);
    found.extend(exact_at_once(tx, ruling, &items).await?);
    Ok(found)
}

/// Rule R46: what was changed after it was verified.
async fn edited(tx: &mut Tx, ruling: &Ruling, items: &BTreeMap<[u8; 16], &Ruled>) -> Result<Found, ProjectionError> {
    let verified = items.iter().filter(|(_, item)| item.acts.iter().any(|act| act.what == "verified"));
    let keys: Vec<Val> = verified.map(|(id, _)| Val::from(id)).collect();
    let sql =
        "select doc, entry, officer, amendments from review where operation = $1 and entry is not null and doc in ({})";
    let tuning = ruling.own();
    let mut found = Vec::new();
    for row in by_keys(tx, sql, &vals![ruling.operation], &keys).await? {
        let id = row.array(0)?;
        let Some(item) = items.get(&id) else { continue };
        // The rule looks at what was said since, and at nothing else of it.
        let verified = Verified {
            entry: EntryHash::from_bytes(row.array(1)?),
            officer: OfficerId::from_bytes(row.array(2)?),
            heads: Vec::new(),
            content: Content::new(),
            amendments: content(row.bytes(3)?),
        };
        let review = Review { state: ReviewState::Amended, latest: Vec::new(), verified: Some(verified) };
        found.extend(review::edited(&item.record, &review, &tuning).into_iter().map(|finding| (id, finding)));
    }
    Ok(found)
}

/// Rule R12 on one item: programme marks that come from no block of the device that wrote them.
async fn in_no_block(
    tx: &mut Tx,
    ruling: &Ruling,
    items: &BTreeMap<[u8; 16], &Ruled>,
) -> Result<Found, ProjectionError> {
    let mut found = Vec::new();
    if ruling.blocks.is_empty() {
        return Ok(found);
    }
    let marked = items.iter().filter(|(_, item)| marks::applied(&item.record).any(|mark| mark.session.is_some()));
    let keys: Vec<Val> = marked.map(|(id, _)| Val::from(id)).collect();
    let sql = "select doc, hash, device from entry where operation = $1 and doc in ({})";
    let mut devices: BTreeMap<[u8; 16], BTreeMap<String, DeviceId>> = BTreeMap::new();
    for row in by_keys(tx, sql, &vals![ruling.operation], &keys).await? {
        let (stem, device) = (member_stem(&EntryHash::from_bytes(row.array(1)?)), DeviceId::from_bytes(row.array(2)?));
        devices.entry(row.array(0)?).or_default().insert(stem, device);
    }
    let tuning = ruling.own();
    for (id, devices) in devices {
        let Some(item) = items.get(&id) else { continue };
        // The first half of a member's key names the entry that added it.
        let written_on = |key: &str| key.get(..16).and_then(|stem| devices.get(stem)).copied();
        let findings = out_of_block(&item.record, &written_on, &ruling.blocks, &tuning);
        found.extend(findings.into_iter().map(|finding| (id, finding)));
    }
    Ok(found)
}

/// Rule R56 between versions of a lot: a quantity that was estimated and is said to be exact.
async fn exact_at_once(
    tx: &mut Tx,
    ruling: &Ruling,
    items: &BTreeMap<[u8; 16], &Ruled>,
) -> Result<Found, ProjectionError> {
    let exact = |item: &ItemRecord| item.quantity_method.as_deref().is_some_and(|method| method != "estimated");
    let lots = items.iter().filter(|(_, item)| item.record.is_ammunition() && exact(&item.record));
    let keys: Vec<Val> = lots.map(|(id, _)| Val::from(id)).collect();
    let sql = "select doc, hash, bytes, status from entry where operation = $1 and status in ('folded', 'claim') and doc in ({})";
    let mut lots: BTreeMap<[u8; 16], (Vec<Statement>, Exceptions)> = BTreeMap::new();
    for row in by_keys(tx, sql, &vals![ruling.operation], &keys).await? {
        let hash = EntryHash::from_bytes(row.array(1)?);
        let Ok(entry) = Entry::from_bytes(row.bytes(2)?) else { continue };
        let (statements, exceptions) = lots.entry(row.array(0)?).or_default();
        statements.push(Statement { hash, entry });
        if row.text(3)? == "claim" {
            exceptions.left_out.insert(hash);
        }
    }
    let tuning = ruling.own();
    let mut found = Vec::new();
    for (id, (statements, mut exceptions)) in lots {
        let Some(item) = items.get(&id) else { continue };
        exceptions.bridged.clone_from(&ruling.bridged);
        if let Some(before) = estimated(DocId::from_bytes(id), &statements, &exceptions) {
            found.extend(lots::recounted(&before, &item.record, &tuning).into_iter().map(|finding| (id, finding)));
        }
    }
    Ok(found)
}

/// The last version of a lot whose quantity was estimated, if what is said now stands on one.
fn estimated(id: DocId, statements: &[Statement], exceptions: &Exceptions) -> Option<ItemRecord> {
    let edits = |said: &Statement| {
        !said.entry.creates() && said.entry.writes(&said.hash).iter().any(|(path, _)| path == METHOD)
    };
    if !statements.iter().any(edits) {
        return None;
    }
    let mut version = document::fold(id, statements, exceptions);
    // Each version stands on fewer statements than the one after it.
    loop {
        let record = ItemRecord::read(&version.content());
        let teller = version.fields.get(METHOD)?.first()?.by.first()?;
        if record.quantity_method.as_deref() == Some("estimated") {
            // As it was when somebody estimated: whoever counted since, did.
            let then = document::fold_as_seen(id, statements, &[*teller], exceptions);
            return Some(ItemRecord::read(&then.content()));
        }
        let entry = &statements.iter().find(|said| said.hash == *teller)?.entry;
        if entry.creates() {
            return None;
        }
        version = document::fold_as_seen(id, statements, &entry.after, exceptions);
    }
}
