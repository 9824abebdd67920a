//! `receipt`: what somebody who hands an item in is given (IDDRS 4.10 section 6.2, step 6). Their name is written on the paper by hand and
//! stands nowhere in the data.

use mobile_ffi::{DocumentView, Enrolment, Tablet, TabletError};
use ploughshare_core::domain::time::format_iso8601;
use ploughshare_paper::{Language, Quantity, ReceiptDetails, ReceiptSheet, SerialSeen};
use serde_json::{Value as Json, json};

use crate::args::Receipt;
use crate::output::{Output, line};

pub fn receipt(tablet: &Tablet, args: &Receipt, output: &Output) -> Result<(), TabletError> {
    let enrolment = tablet.enrolment().ok_or_else(|| {
        TabletError::refused("tablet.not_enrolled", "this store is not enrolled", "Enrol it with a ticket first.")
    })?;
    let view = tablet.show(&args.item)?;
    if view.kind.as_deref() != Some("item") {
        return Err(TabletError::refused(
            "receipt.no_item",
            "a receipt is for an item, and this is something else",
            "Nothing was written. Name the item by its id or tag.",
        ));
    }
    let language = Language::from_code(&args.lang).unwrap_or(Language::English);
    let sheet = sheet(&view, &enrolment, args.minimal);
    let unprintable = |error: ploughshare_paper::PaperError| {
        TabletError::refused(error.code(), error.to_string(), "Nothing was written. Report this with its code.")
    };
    let text = ploughshare_paper::receipt_text(&sheet, language);
    if let Some(path) = &args.pdf {
        let bytes = ploughshare_paper::receipt(&sheet, language).map_err(unprintable)?;
        std::fs::write(path, bytes).map_err(|error| {
            let message = format!("{path} cannot be written: {error}");
            TabletError::refused("file.unwritable", message, "The item is safe. Name a file that this user may write.")
        })?;
    }
    let printed = json!({ "item": view.document, "text": text, "pdf": args.pdf });
    output.print(&printed, |_| {
        line(&text);
        if let Some(path) = &args.pdf {
            line(&format!("Written to {path}: print it twice, and have both signed."));
        }
    })
}

/// A scalar of the item as text.
fn text(view: &DocumentView, path: &str) -> Option<String> {
    match &view.fields.iter().find(|field| field.path == path)?.value {
        Json::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The serial as seen, of the first marking that is one, and why there is none.
fn serial(view: &DocumentView) -> SerialSeen {
    let mut of_serial = view.fields.iter().filter(|field| {
        let key = field.path.strip_suffix("/type");
        field.path.starts_with("markings/") && key.is_some() && field.value == "SER"
    });
    let seen = of_serial.find_map(|field| text(view, &format!("{}/text", field.path.strip_suffix("/type")?)));
    let usual = if seen.is_some() { "read" } else { "not_inspected" };
    SerialSeen { status: text(view, "serial_status").unwrap_or_else(|| usual.to_owned()), text: seen }
}

fn sheet(view: &DocumentView, enrolment: &Enrolment, minimal: bool) -> ReceiptSheet {
    let make_model = [text(view, "make"), text(view, "model")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let is_lot = text(view, "kind").as_deref() == Some("ammunition");
    let count = text(view, "quantity").and_then(|text| text.parse().ok());
    let method = text(view, "quantity_method").unwrap_or_else(|| "counted".to_owned());
    let first = view.history.iter().map(|line| line.by.claimed_ms).min().unwrap_or_default();
    let kind = text(view, "class").or_else(|| text(view, "part_type"));
    let details = ReceiptDetails {
        place: text(view, "place_name").or_else(|| text(view, "site")).unwrap_or_default(),
        item_type: kind.or_else(|| text(view, "kind")).unwrap_or_default(),
        make_model: (!make_model.is_empty()).then_some(make_model),
        calibre: text(view, "calibre"),
        condition: text(view, "condition").unwrap_or_default(),
        serial: (!is_lot).then(|| serial(view)),
        quantity: count.filter(|_| is_lot).map(|count| Quantity { count, method }),
    };
    // Without a tag the item is found again by the beginning of its id.
    let number: String = view.document.chars().take(12).collect();
    ReceiptSheet {
        tag: text(view, "tag").unwrap_or_else(|| number.clone()),
        number,
        operation: enrolment.operation_name.clone(),
        handed_in_at: text(view, "collected_at").unwrap_or_else(|| format_iso8601(first)),
        officer: enrolment.officer_name.clone(),
        organisation: None,
        details: (!minimal).then_some(details),
    }
}
