//! `handover sheet`: the paper that travels with a load. It says what the tablet holds of the hand-over, and leaves room for two pens.

use std::collections::BTreeMap;

use mobile_ffi::{DocumentView, Tablet, TabletError};
use ploughshare_core::domain::time::format_iso8601;
use ploughshare_paper::{Difference, HandoverItem, HandoverSheet, Language, Party, Quantity, Seal, Signature};
use serde_json::{Value as Json, json};

use super::receipt::{serial, text};
use super::work::{named, spoken};
use crate::output::{Output, line};

/// Members of a set by their keys, each with its fields; those that were withdrawn are left out.
type Members = BTreeMap<String, BTreeMap<String, String>>;

pub fn sheet(tablet: &Tablet, handover: &str, out: &str, lang: &str, output: &Output) -> Result<(), TabletError> {
    let view = tablet.handover(handover)?;
    let language = Language::from_code(lang).unwrap_or(Language::English);
    let sheet = drawn_up(tablet, &view.document)?;
    let bytes = ploughshare_paper::handover(&sheet, language).map_err(|error| {
        TabletError::refused(error.code(), error.to_string(), "Nothing was written. Report this with its code.")
    })?;
    std::fs::write(out, bytes).map_err(|error| {
        let message = format!("{out} cannot be written: {error}");
        TabletError::refused("file.unwritable", message, "Everything is safe. Name a file that this user may write.")
    })?;
    let printed = json!({ "handover": view.document, "items": sheet.items.len(), "pdf": out });
    output.print(&printed, |_| line(&format!("Written to {out}: print it twice, and have both sign.")))
}

fn drawn_up(tablet: &Tablet, handover: &str) -> Result<HandoverSheet, TabletError> {
    let view = tablet.show(handover)?;
    let (loaded, received) = (members(&view, "loaded"), members(&view, "received"));
    let is_received = text(&view, "state").as_deref() == Some("received");
    let items: Vec<HandoverItem> =
        members(&view, "lines").values().map(|listed| item(tablet, listed, is_received.then_some(&received))).collect();
    let written = view.history.iter().map(|line| line.by.claimed_ms).min().unwrap_or_default();
    let differences = tablet.handover_diff(handover)?.into_iter().map(|one| {
        let what = one.item.as_ref().map(named).or(one.named).unwrap_or_default();
        let note = format!("{what}: {} ({} / {})", spoken(Some(&one.way)), one.found, one.expected);
        Difference { tag: one.item.and_then(|item| item.tag), note }
    });
    let count = |scans: &Members| u64::try_from(scans.len()).unwrap_or_default();
    Ok(HandoverSheet {
        number: text(&view, "number").unwrap_or_else(|| view.document.chars().take(12).collect()),
        issued_at: format_iso8601(written),
        operation: tablet.enrolment().map(|enrolment| enrolment.operation_name).unwrap_or_default(),
        reason: text(&view, "reason"),
        from: party(&view, "from"),
        to: party(&view, "to"),
        loaded_at: loaded.values().filter_map(|scan| scan.get("at").cloned()).max(),
        received_at: text(&view, "arrived_at").filter(|_| is_received),
        vehicle: text(&view, "vehicle"),
        escort: text(&view, "escort"),
        seals: seals(&members(&view, "seals")),
        items,
        loaded: (!loaded.is_empty()).then(|| count(&loaded)),
        received: is_received.then(|| count(&received)),
        differences: differences.collect(),
        handing: signature(tablet, handover, "handed_over", "handing_officer")?,
        receiving: signature(tablet, handover, "received", "receiving_officer")?,
    })
}

fn members(view: &DocumentView, set: &str) -> Members {
    let mut members = Members::new();
    for field in &view.fields {
        let mut parts = field.path.splitn(3, '/');
        let (Some(of), Some(key), Some(name)) = (parts.next(), parts.next(), parts.next()) else { continue };
        let value = match &field.value {
            Json::String(text) => text.clone(),
            Json::Null => continue,
            other => other.to_string(),
        };
        if of == set {
            members.entry(key.to_owned()).or_default().insert(name.to_owned(), value);
        }
    }
    members.retain(|_, fields| !fields.contains_key("withdrawn"));
    members
}

/// Site and store of one side, or the body that it is.
fn party(view: &DocumentView, side: &str) -> Party {
    let of = |what: &str| text(view, &format!("{side}_{what}"));
    let place = [of("site"), of("store")].into_iter().flatten().collect::<Vec<_>>().join(" / ");
    match (of("body"), place.is_empty()) {
        (Some(body), true) => Party { name: body, ..Party::default() },
        (organisation, _) => Party { name: place, organisation, place: None },
    }
}

/// Each seal once: as it was put on, and as it was found.
fn seals(said: &Members) -> Vec<Seal> {
    let mut seals: BTreeMap<&str, Seal> = BTreeMap::new();
    for seal in said.values() {
        let Some(number) = seal.get("number") else { continue };
        let one = seals.entry(number).or_insert_with(|| Seal { number: number.clone(), found: None, state: None });
        if let Some(state) = seal.get("state").filter(|state| *state != "applied") {
            one.state = Some(state.clone());
            one.found = (state != "missing").then(|| number.clone());
        }
    }
    seals.into_values().collect()
}

fn item(tablet: &Tablet, listed: &BTreeMap<String, String>, received: Option<&Members>) -> HandoverItem {
    let id = listed.get("item");
    let found = received.map(|scans| scans.values().any(|scan| scan.get("item") == id));
    let known = id.and_then(|id| tablet.show(id).ok());
    let of = |path: &str| known.as_ref().and_then(|view| text(view, path));
    let is_lot = of("kind").as_deref() == Some("ammunition");
    let make_model = [of("make"), of("model")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let count = listed.get("quantity").cloned().or_else(|| of("quantity")).and_then(|text| text.parse().ok());
    let method = of("quantity_method").unwrap_or_else(|| "counted".to_owned());
    let short = || id.map(|id| id.chars().take(12).collect()).unwrap_or_default();
    HandoverItem {
        tag: listed.get("tag").cloned().unwrap_or_else(short),
        class: of("class").or_else(|| of("part_type")).or_else(|| of("kind")).unwrap_or_default(),
        make_model: (!make_model.is_empty()).then_some(make_model),
        calibre: of("calibre"),
        serial: known.as_ref().filter(|_| !is_lot).map(serial),
        quantity: count.filter(|_| is_lot).map(|count| Quantity { count, method }),
        container: listed.get("box").cloned(),
        received: found,
    }
}

/// Who signed as what; room for a pen where nobody did.
fn signature(tablet: &Tablet, handover: &str, what: &str, role: &str) -> Result<Signature, TabletError> {
    let review = tablet.review(handover)?;
    let signed = review.attestations.into_iter().rev().find(|one| one.what == what && one.claim_code.is_none());
    Ok(Signature {
        role: role.to_owned(),
        name: signed.as_ref().and_then(|one| one.by.officer_name.clone()).unwrap_or_default(),
        organisation: None,
        signed_at: signed.map(|one| format_iso8601(one.by.claimed_ms)),
        key_fingerprint: None,
    })
}
