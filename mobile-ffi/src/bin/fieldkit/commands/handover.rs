//! `handover`.

use mobile_ffi::{DiffView, HandoverView, NewHandover, ReceiptOptions, ScanView, SealSeen, Tablet, TabletError};

use super::work::{items, named, next, refusals, safe, scan, short, spoken};
use crate::args::{Handover, HandoverNew};
use crate::output::{Output, counted, line, table, time};

pub fn handover(tablet: &Tablet, command: Handover, output: &Output) -> Result<(), TabletError> {
    match command {
        Handover::New(args) => new(tablet, *args, output),
        Handover::Add { handover, items, word } => {
            let _signed_in = word.speak(tablet)?;
            let view = tablet.handover_add(&handover, &items.all()?, word.as_claim)?;
            output.print(&view, |view| {
                line(&format!("The manifest has {} now.", counted(view.lines as u64, "line")));
                refusals(&view.refused, "cannot go");
                what_next(view);
            })
        }
        Handover::Load { handover, scan: from, box_name, word } => {
            let _signed_in = word.speak(tablet)?;
            let mut all = Vec::new();
            scan(&from, |some| {
                let done = tablet.handover_load(&handover, some, box_name.as_deref(), word.as_claim, None)?;
                told(&done, output);
                all.extend(done);
                Ok(())
            })?;
            after_scanning(tablet, &handover, &all, "loaded", output)
        }
        Handover::Seal { handover, seals, box_name, state, word } => {
            let _signed_in = word.speak(tablet)?;
            let seen =
                |number: &String| SealSeen { number: number.clone(), box_name: box_name.clone(), state: state.clone() };
            let seals: Vec<SealSeen> = seals.iter().map(seen).collect();
            let view = tablet.handover_seal(&handover, &seals, word.as_claim)?;
            output.print(&view, |view| {
                line(&format!("{} written down as {state}.", counted(seals.len() as u64, "seal")));
                differences(&view.differences);
                safe();
                what_next(view);
            })
        }
        Handover::Depart { handover, short_because, word } => {
            let _signed_in = word.speak(tablet)?;
            let view = tablet.handover_depart(&handover, short_because.as_deref(), word.as_claim)?;
            output.print(&view, |view| {
                line(&format!(
                    "Departed with {}.",
                    counted(if view.loaded > 0 { view.loaded } else { view.lines } as u64, "item")
                ));
                safe();
                what_next(view);
            })
        }
        Handover::Receive { handover, scan: from, rack, box_name, condition, exception, close, word } => {
            let _signed_in = word.speak(tablet)?;
            let as_claim = word.as_claim;
            let mut options = ReceiptOptions { rack, box_name, condition, exception, close: false, as_claim };
            let mut all = Vec::new();
            if let Some(from) = from {
                scan(&from, |some| {
                    let done = tablet.handover_receive(&handover, some, &options, None)?;
                    told(&done, output);
                    all.extend(done);
                    Ok(())
                })?;
            }
            if close && tablet.handover(&handover)?.state.as_deref() != Some("received") {
                options.close = true;
                tablet.handover_receive(&handover, &[], &options, None)?;
            }
            after_scanning(tablet, &handover, &all, "received", output)
        }
        Handover::Diff { handover } => output.print(&tablet.handover_diff(&handover)?, |all| {
            if all.is_empty() {
                return line("Nothing differs, as far as it was scanned.");
            }
            differences(all);
        }),
        Handover::Show { handover } => output.print(&tablet.handover(&handover)?, show),
        Handover::Cancel { handover, reason, word } => {
            let _signed_in = word.speak(tablet)?;
            let view = tablet.handover_cancel(&handover, &reason, word.as_claim)?;
            output.print(&view, |_| {
                line("Cancelled. What was loaded lies again where it came from.");
                safe();
            })
        }
    }
}

fn new(tablet: &Tablet, args: HandoverNew, output: &Output) -> Result<(), TabletError> {
    let _signed_in = args.word.speak(tablet)?;
    let view = tablet.handover_new(NewHandover {
        manner: args.manner,
        cargo: args.cargo,
        number: args.number,
        from_site: args.from_site,
        from_store: args.from_store,
        from_body: args.from_body,
        to_site: args.to_site,
        to_store: args.to_store,
        to_body: args.to_body,
        vehicle: args.vehicle,
        escort: args.escort,
        authority: args.authority,
        authorisation: args.authorisation,
        key_body_a: args.key_a,
        key_body_b: args.key_b,
        reason: args.reason,
        seals: args.seal,
        items: items(args.item, args.items.as_deref())?,
        as_claim: args.word.as_claim,
    })?;
    output.print(&view, |view| {
        line(&format!("Hand-over {}: {} on the manifest.", short(&view.document), counted(view.lines as u64, "item")));
        refusals(&view.refused, "cannot go");
        safe();
        what_next(view);
    })
}

/// Each scanned line, at once.
fn told(done: &[ScanView], output: &Output) {
    if output.json {
        return;
    }
    for one in done {
        let item = one.item.as_ref().map_or_else(|| one.scanned.clone(), named);
        match (&one.message, one.outcome.as_str()) {
            (None, "ok") => line(&format!("  ok  {item}")),
            (Some(message), "ok") => line(&format!("  !!  {item}: {message}")),
            (message, outcome) => {
                let saved = if one.saved { "" } else { " [not written down]" };
                line(&format!("  !!  {item}: {}{saved}", message.clone().unwrap_or_else(|| spoken(Some(outcome)))));
            }
        }
    }
}

fn after_scanning(
    tablet: &Tablet,
    handover: &str,
    scans: &[ScanView],
    verb: &str,
    output: &Output,
) -> Result<(), TabletError> {
    let view = tablet.handover(handover)?;
    let json = serde_json::json!({ "scans": scans, "handover": view });
    output.print(&json, |_| {
        let (done, of) = match verb {
            "loaded" => (view.loaded, view.lines),
            _ => (view.received, if view.loaded > 0 { view.loaded } else { view.lines }),
        };
        line(&format!("{done} of {of} {verb}."));
        let others = scans.iter().filter(|one| !one.saved).count() as u64;
        if others > 0 {
            line(&format!("{} not written down, see above.", counted(others, "line")));
        }
        let stage = if verb == "loaded" { "loading" } else { "receipt" };
        let of_stage: Vec<DiffView> =
            view.differences.iter().filter(|d| d.stage != "loading" || stage == "loading").cloned().collect();
        differences(&of_stage);
        safe();
        what_next(&view);
    })
}

fn differences(all: &[DiffView]) {
    if all.is_empty() {
        return;
    }
    let mut rows = table(&["at", "what differs", "item or seal", "box", "expected", "found"]);
    for one in all {
        let item = one.item.as_ref().map(named).or_else(|| one.named.clone()).unwrap_or_default();
        rows.add_row(vec![
            one.stage.clone(),
            spoken(Some(&one.way)).to_uppercase(),
            item,
            one.box_name.clone().unwrap_or_default(),
            one.expected.to_string(),
            one.found.to_string(),
        ]);
    }
    line(&rows.to_string());
}

fn show(view: &HandoverView) {
    line(&format!("Hand-over {}, {}", view.document, spoken(view.state.as_deref())));
    let row = |name: &str, value: &Option<String>| {
        if let Some(value) = value {
            line(&format!("  {name:<12} {value}"));
        }
    };
    row("number", &view.number);
    row("manner", &view.manner);
    row("cargo", &view.cargo);
    row("from", &view.from);
    row("to", &view.to);
    row("vehicle", &view.vehicle);
    row("escort", &view.escort);
    row("departed", &view.departed_ms.map(time));
    row("arrived", &view.arrived_ms.map(time));
    line(&format!(
        "  {:<12} {} listed, {} loaded, {} received, {} on",
        "items",
        view.lines,
        view.loaded,
        view.received,
        counted(view.seals as u64, "seal")
    ));
    if !view.counts {
        line("Some of this is a claim only: see `show` for what does not count.");
    }
    differences(&view.differences);
    what_next(view);
}

/// What comes next, as a command.
fn what_next(view: &HandoverView) {
    let id = short(&view.document);
    let transport = view.manner.as_deref() == Some("transport");
    match view.state.as_deref() {
        Some("planned") if transport => {
            next(&format!("fieldkit handover load {id} --scan -     (then `handover seal`, `handover depart`)"));
        }
        Some("planned") => next(&format!("fieldkit handover receive {id} --scan -")),
        Some("loaded") => next(&format!("fieldkit handover seal {id} NUMBER…, then fieldkit handover depart {id}")),
        Some("under_way") if view.received > 0 => {
            next(&format!("scan what is missing again, or end the receipt: fieldkit handover receive {id} --close"));
        }
        Some("under_way") => next(&format!(
            "whoever gives signs: fieldkit attest {id} handed_over --as NAME; on arrival: fieldkit handover receive {id} --scan -"
        )),
        Some("received") => next(&format!(
            "both sign: fieldkit attest {id} handed_over --as NAME, and fieldkit attest {id} received --as NAME"
        )),
        _ => {}
    }
}
