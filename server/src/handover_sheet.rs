//! The paper that travels with a load, as the register holds the hand-over: the same sheet as `fieldkit handover sheet` prints on a tablet, with
//! room for two pens.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::decision::Authority;
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::domain::procedures::{HandoverRecord, LineRecord, SealRecord};
use ploughshare_core::domain::time::format_iso8601;
use ploughshare_core::handover::{self, Differences, Subject};
use ploughshare_core::ids::{DocId, OfficerId, OperationId};
use ploughshare_paper::{
    Difference, HandoverItem, HandoverSheet, Language, PaperError, Party, Quantity, Seal, SerialSeen, Signature,
};

use crate::app::App;
use crate::registrar;
use crate::store::{StoreError, content, identity, read_documents, read_procedures, read_reviews};

/// Why there is no sheet.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SheetError {
    /// There is no such hand-over where the caller may look.
    #[error("there is no such hand-over")]
    Unknown,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The printer.
    #[error(transparent)]
    Paper(#[from] PaperError),
}

/// What the register holds of a hand-over, as its sheet says it.
pub async fn draw_up(
    app: &App,
    within: &BTreeSet<OperationId>,
    document: &DocId,
) -> Result<(OperationId, HandoverSheet), SheetError> {
    let register = &app.store.register;
    let (procedure, bytes) = read_procedures::one(register, document, within).await?.ok_or(SheetError::Unknown)?;
    let operation: OperationId = procedure.operation.parse().map_err(|_| SheetError::Unknown)?;
    if procedure.kind != "handover" {
        return Err(SheetError::Unknown);
    }
    let record = HandoverRecord::read(&content::of_bytes(&bytes).unwrap_or_default());
    let items: BTreeMap<DocId, ItemRecord> = read_procedures::items_named(register, &operation, document)
        .await?
        .into_iter()
        .map(|(id, bytes)| (id, ItemRecord::read(&content::of_bytes(&bytes).unwrap_or_default())))
        .collect();
    let authority = registrar::authority(app, &operation).await?;
    let scope = identity::operation(&app.store.feed, &operation).await?;
    let names = read_documents::names(&app.store.feed).await?;
    let attested = read_reviews::attestations(register, &operation, document).await?;
    let signed = |what: &str, role: &str| {
        let last = attested.iter().rev().find(|one| one.what == what && one.reason.is_none());
        signature(role, last.map(|one| (one.officer, one.claimed_at_ms)), &names, &authority)
    };
    let received = record.state.as_deref() == Some("received");
    let lines = record.lines.iter().filter(|line| line.is_live());
    let loaded: Vec<_> = record.loaded.iter().filter(|scan| scan.is_live()).collect();
    let found: Vec<_> = record.received.iter().filter(|scan| scan.is_live()).collect();
    let arrived: BTreeSet<DocId> = found.iter().filter_map(|scan| scan.item).collect();
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let sheet = HandoverSheet {
        number: record.number.clone().unwrap_or_else(|| document.to_string().chars().take(12).collect()),
        issued_at: format_iso8601(procedure.recorded_at_ms),
        operation: scope.map(|scope| scope.name).unwrap_or_default(),
        reason: record.reason.clone(),
        from: party(&record.from_body, &record.from_site, &record.from_store),
        to: party(&record.to_body, &record.to_site, &record.to_store),
        loaded_at: loaded.iter().filter_map(|scan| scan.at).max().map(format_iso8601),
        received_at: record.arrived_at.filter(|_| received).map(format_iso8601),
        vehicle: record.vehicle.clone(),
        escort: record.escort.clone(),
        seals: seals(&record.seals),
        items: lines.map(|line| item(line, &items, received.then_some(&arrived))).collect(),
        loaded: (!loaded.is_empty()).then(|| count(loaded.len())),
        received: received.then(|| count(found.len())),
        differences: differences(&record, &items),
        handing: signed("handed_over", "handing_officer"),
        receiving: signed("received", "receiving_officer"),
    };
    Ok((operation, sheet))
}

/// The sheet as a PDF.
pub fn print(sheet: &HandoverSheet, language: Language) -> Result<Vec<u8>, SheetError> {
    Ok(ploughshare_paper::handover(sheet, language)?)
}

/// Site and store of one side, or the body that it is.
fn party(body: &Option<String>, site: &Option<String>, store: &Option<String>) -> Party {
    let place = [site, store].into_iter().flatten().cloned().collect::<Vec<_>>().join(" / ");
    match (body.clone(), place.is_empty()) {
        (Some(body), true) => Party { name: body, ..Party::default() },
        (organisation, _) => Party { name: place, organisation, place: None },
    }
}

/// Each seal once: as it was put on, and as it was found.
fn seals(said: &[SealRecord]) -> Vec<Seal> {
    let mut seals: BTreeMap<&str, Seal> = BTreeMap::new();
    for seal in said.iter().filter(|seal| seal.is_live()) {
        let Some(number) = seal.number.as_deref() else { continue };
        let one = seals.entry(number).or_insert_with(|| Seal { number: number.to_owned(), found: None, state: None });
        if let Some(state) = seal.state.as_deref().filter(|state| *state != "applied") {
            one.state = Some(state.to_owned());
            one.found = (state != "missing").then(|| number.to_owned());
        }
    }
    seals.into_values().collect()
}

fn item(line: &LineRecord, items: &BTreeMap<DocId, ItemRecord>, arrived: Option<&BTreeSet<DocId>>) -> HandoverItem {
    let known = line.item.as_ref().and_then(|id| items.get(id));
    let is_lot = known.is_some_and(ItemRecord::is_ammunition);
    let named = |record: &ItemRecord| [&record.make, &record.model].into_iter().flatten().cloned().collect::<Vec<_>>();
    let make_model = known.map(|record| named(record).join(" ")).filter(|text| !text.is_empty());
    let quantity = line.quantity.or_else(|| known.and_then(|record| record.quantity)).filter(|_| is_lot);
    let method = known.and_then(|record| record.quantity_method.clone()).unwrap_or_else(|| "counted".to_owned());
    let serial = |record: &ItemRecord| SerialSeen {
        text: record.serial().and_then(|marking| marking.seen()).map(str::to_owned),
        status: record.serial_status().unwrap_or("not_inspected").to_owned(),
    };
    let class = |record: &ItemRecord| {
        [&record.class, &record.part_type, &record.kind].into_iter().flatten().next().cloned().unwrap_or_default()
    };
    let short = || line.item.map(|id| id.to_string().chars().take(12).collect()).unwrap_or_default();
    HandoverItem {
        tag: line.tag.clone().or_else(|| known.and_then(|record| record.tag.clone())).unwrap_or_else(short),
        class: known.map(class).unwrap_or_default(),
        make_model,
        calibre: known.and_then(|record| record.calibre.clone()),
        serial: known.filter(|_| !is_lot).map(serial),
        quantity: quantity.map(|count| Quantity { count: u64::try_from(count).unwrap_or(0), method }),
        container: line.box_name.clone(),
        received: arrived.map(|arrived| line.item.is_some_and(|id| arrived.contains(&id))),
    }
}

/// What did not agree, at loading and at receipt.
fn differences(record: &HandoverRecord, items: &BTreeMap<DocId, ItemRecord>) -> Vec<Difference> {
    let told = |one: handover::Difference| {
        let tag = match &one.subject {
            Subject::Item(item) => items.get(item).and_then(|record| record.tag.clone()),
            Subject::Tag(tag) => Some(tag.clone()),
            Subject::Unnamed(_) => None,
        };
        let what = tag.clone().unwrap_or_else(|| one.subject.to_string());
        Difference { tag, note: format!("{what}: {} ({} / {})", one.way.code(), one.found, one.expected) }
    };
    let Differences { loading, receipt, .. } = Differences::of(record);
    loading.into_iter().chain(receipt).map(told).collect()
}

/// Who signed as what; room for a pen where nobody did.
fn signature(
    role: &str,
    signed: Option<(OfficerId, i64)>,
    names: &BTreeMap<OfficerId, String>,
    authority: &Authority,
) -> Signature {
    Signature {
        role: role.to_owned(),
        name: signed.and_then(|(officer, _)| names.get(&officer).cloned()).unwrap_or_default(),
        organisation: signed.and_then(|(officer, _)| authority.organisations.get(&officer).cloned()),
        signed_at: signed.map(|(_, ms)| format_iso8601(ms)),
        key_fingerprint: None,
    }
}
