//! `destruction`.

use std::io::Read as _;

use mobile_ffi::{
    DestructionItemView, DestructionView, IdentityView, ItemResult, NewDestruction, Planned, ScrapLeft, Tablet,
    TabletError,
};
use sha2::{Digest as _, Sha256};

use super::work::{items, kilograms, moment, named, next, refusals, safe, scan, short, spoken, with_bar};
use crate::args::{Destruction, DestructionPlan, DestructionResult};
use crate::output::{Output, counted, line, table, time};

pub fn destruction(tablet: &Tablet, command: Destruction, output: &Output) -> Result<(), TabletError> {
    match command {
        Destruction::Plan(args) => plan(tablet, *args, output),
        Destruction::Add { destruction, items, word, quiet } => {
            let _signed_in = word.speak(tablet)?;
            let items = items.all()?;
            let done = with_bar(output, quiet, items.len(), |bar| {
                tablet.destruction_add(&destruction, &items, word.as_claim, bar)
            })?;
            output.print(&done, planned)
        }
        Destruction::Withdraw { destruction, item, reason, word } => {
            let _signed_in = word.speak(tablet)?;
            let view = tablet.destruction_withdraw(&destruction, &item, &reason, word.as_claim)?;
            output.print(&view, |view| {
                line(&format!("{item} is withdrawn."));
                progress(view);
                safe();
                what_next(view);
            })
        }
        Destruction::Start { destruction, word } => {
            let _signed_in = word.speak(tablet)?;
            let view = tablet.destruction_start(&destruction, word.as_claim)?;
            output.print(&view, |view| {
                line(&format!("The destruction {} is under way.", short(&view.document)));
                safe();
                what_next(view);
            })
        }
        Destruction::Check { destruction, scan: from, word } => {
            let _signed_in = word.speak(tablet)?;
            let mut all = Vec::new();
            scan(&from, |some| {
                let done = tablet.destruction_check(&destruction, some, word.as_claim, None)?;
                checked(&done, output);
                all.extend(done);
                Ok(())
            })?;
            let view = tablet.destruction(&destruction)?;
            let json = serde_json::json!({ "checks": all, "destruction": view });
            output.print(&json, |_| {
                let checked = view.items.iter().filter(|one| one.identity.is_some()).count();
                line(&format!("{checked} of {} checked.", view.planned));
                let wrong = all
                    .iter()
                    .filter(|one| !matches!(one.identity.as_str(), "tag_and_serial" | "tag_only" | "serial_only"))
                    .count();
                if wrong > 0 {
                    line(&format!("{} to be set aside, see above.", counted(wrong as u64, "line")));
                }
                safe();
                what_next(&view);
            })
        }
        Destruction::Result(args) => result(tablet, *args, output),
        Destruction::Scrap { destruction, kg, recipient, process, reference, word } => {
            let _signed_in = word.speak(tablet)?;
            let grams = kg * 1000.0;
            if !(0.0..1e12).contains(&grams) {
                return Err(TabletError::refused(
                    "usage.bad_weight",
                    format!("{kg} is no weight"),
                    "Nothing was saved. Give kilograms.",
                ));
            }
            let scrap =
                ScrapLeft { weight_g: grams.round() as i64, recipient, process, reference, as_claim: word.as_claim };
            let view = tablet.destruction_scrap(&destruction, &scrap)?;
            output.print(&view, |view| {
                line(&format!(
                    "{} of scrap left for {}; {} in all.",
                    kilograms(scrap.weight_g),
                    scrap.recipient,
                    kilograms(view.scrap_g)
                ));
                safe();
            })
        }
        Destruction::Close { destruction, word, quiet } => {
            let _signed_in = word.speak(tablet)?;
            let many = tablet.destruction(&destruction)?.planned;
            let view = with_bar(output, quiet, many, |bar| tablet.destruction_close(&destruction, word.as_claim, bar))?;
            output.print(&view, |view| {
                line(&format!("The destruction {} is closed.", short(&view.document)));
                reconciliation(view);
                safe();
                what_next(view);
            })
        }
        Destruction::Cancel { destruction, reason, word } => {
            let _signed_in = word.speak(tablet)?;
            let view = tablet.destruction_cancel(&destruction, &reason, word.as_claim)?;
            output.print(&view, |_| {
                line("The plan is given up; its items lie in their stores again.");
                safe();
            })
        }
        Destruction::Show { destruction } => output.print(&tablet.destruction(&destruction)?, show),
    }
}

fn plan(tablet: &Tablet, args: DestructionPlan, output: &Output) -> Result<(), TabletError> {
    let _signed_in = args.word.speak(tablet)?;
    let new = NewDestruction {
        number: args.number,
        site: args.site,
        place_name: args.place_name,
        planned_for_ms: moment(args.planned_for.as_deref())?,
        method: args.method,
        second_method: args.second_method,
        override_reason: args.override_reason,
        authority: args.authority,
        authorisation: args.authorisation,
        third_party: args.third_party,
        sop: args.sop,
        risk_assessment: args.risk_assessment,
        items: items(args.item, args.items.as_deref())?,
        as_claim: args.word.as_claim,
    };
    let done = with_bar(output, args.quiet, new.items.len(), |bar| tablet.destruction_plan(&new, bar))?;
    output.print(&done, planned)
}

fn planned(done: &Planned) {
    let view = &done.destruction;
    line(&format!(
        "Destruction {}: {} put on the list, {} on it in all.",
        short(&view.document),
        counted(done.added as u64, "item"),
        view.planned
    ));
    refusals(&done.refused, "not put on the list");
    for warning in &done.warnings {
        line(warning);
    }
    safe();
    what_next(view);
}

fn checked(done: &[IdentityView], output: &Output) {
    if output.json {
        return;
    }
    for one in done {
        let item = one.item.as_ref().map_or_else(|| one.scanned.clone(), named);
        match &one.message {
            None => line(&format!("  ok  {item}")),
            Some(message) => line(&format!("  !!  {item}: {message}")),
        }
    }
}

/// A photo as its hash: given as such, or of a file that stays where it is.
fn photo(text: Option<&str>) -> Result<Option<[u8; 32]>, TabletError> {
    let Some(text) = text else { return Ok(None) };
    if let Some(hash) = hex::decode(text).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) {
        return Ok(Some(hash));
    }
    let unreadable = |error: std::io::Error| {
        TabletError::refused(
            "file.unreadable",
            format!("{text} is no SHA-256 and cannot be read as a file: {error}"),
            "Nothing was saved. Check the path.",
        )
    };
    let mut file = std::fs::File::open(text).map_err(unreadable)?;
    let (mut hasher, mut part) = (Sha256::new(), vec![0; 64 * 1024]);
    loop {
        let read = file.read(&mut part).map_err(unreadable)?;
        let Some(bytes) = part.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        hasher.update(bytes);
    }
    Ok(Some(hasher.finalize().into()))
}

fn result(tablet: &Tablet, args: DestructionResult, output: &Output) -> Result<(), TabletError> {
    let _signed_in = args.word.speak(tablet)?;
    let single = args.items.len() == 1;
    if !single && (args.before.is_some() || args.after.is_some() || args.weight_g.is_some() || args.quantity.is_some())
    {
        return Err(TabletError::refused(
            "usage.one_item",
            "photos, weights and quantities are those of one item",
            "Nothing was saved. Name one item.",
        ));
    }
    let quantity_method = [(args.counted, "counted"), (args.estimated, "estimated"), (args.weighed, "weighed")];
    let quantity_method = quantity_method.into_iter().find(|(is, _)| *is).map(|(_, code)| code.to_owned());
    let mut all: Vec<DestructionItemView> = Vec::new();
    for item in &args.items {
        let one = ItemResult {
            item: item.clone(),
            method: args.method.clone(),
            result: args.result.clone(),
            quantity: args.quantity,
            quantity_method: quantity_method.clone(),
            weight_g: args.weight_g,
            fragments: args.fragments,
            before: photo(args.before.as_deref())?,
            after: photo(args.after.as_deref())?,
            reason: args.reason.clone(),
            as_claim: args.word.as_claim,
        };
        all.push(tablet.destruction_result(&args.destruction, &one).map_err(|mut error| {
            if !all.is_empty() {
                error.hint = format!(
                    "The {} before it are written down. {}",
                    all.len(),
                    error.hint.replace("Nothing was saved. ", "")
                );
            }
            error
        })?);
    }
    let view = tablet.destruction(&args.destruction)?;
    output.print(&serde_json::json!({ "results": all, "destruction": view }), |_| {
        for one in &all {
            let quantity = one.destroyed_quantity.map(|n| format!(", {n} so far")).unwrap_or_default();
            line(&format!("  {}: {}{quantity}", named(&one.item), spoken(Some(&one.fate))));
        }
        progress(&view);
        safe();
        what_next(&view);
    })
}

fn progress(view: &DestructionView) {
    let open = view.unaccounted + view.failed + view.second_process;
    line(&format!(
        "{} planned = {} destroyed + {} rejected + {} withdrawn + {open} open",
        view.planned, view.destroyed, view.rejected, view.withdrawn
    ));
}

fn reconciliation(view: &DestructionView) {
    line(&format!(
        "{} planned = {} destroyed + {} rejected + {} withdrawn",
        view.planned, view.destroyed, view.rejected, view.withdrawn
    ));
    if view.weight_g > 0 {
        line(&format!("{} weighed, {} of scrap left the site", kilograms(view.weight_g), kilograms(view.scrap_g)));
    }
}

fn show(view: &DestructionView) {
    line(&format!("Destruction {}, {}", view.document, spoken(view.state.as_deref())));
    let row = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            line(&format!("  {name:<14} {value}"));
        }
    };
    row("number", view.number.clone());
    row("site", view.site.clone());
    row(
        "method",
        view.method
            .clone()
            .map(|m| format!("{m}{}", view.second_method.as_ref().map(|s| format!(", then {s}")).unwrap_or_default())),
    );
    row(
        "ordered by",
        view.authority.clone().map(|a| format!("{a}, {}", view.authorisation.clone().unwrap_or_default())),
    );
    row("third party", view.third_party.clone());
    row("supervisor", view.supervisor.clone());
    row("approved by", view.approved_by.clone());
    row("began (UTC)", view.started_ms.map(time));
    row("ended (UTC)", view.ended_ms.map(time));
    progress(view);
    if !view.counts {
        line("Some of this is a claim only: see `fieldkit show` for what does not count.");
    }
    let mut rows = table(&["item", "what became of it", "quantity", "identity", "methods", "photos", ""]);
    for one in &view.items {
        let quantity = match (one.destroyed_quantity, one.planned_quantity) {
            (Some(destroyed), Some(planned)) => {
                format!("{destroyed} of {planned}{}", if one.estimated { ", estimated" } else { "" })
            }
            (None, Some(planned)) => format!("0 of {planned}"),
            _ => String::new(),
        };
        let photos = match (one.has_before, one.has_after) {
            (true, true) => "both",
            (true, false) => "before",
            (false, true) => "after",
            (false, false) => "",
        };
        rows.add_row(vec![
            named(&one.item),
            spoken(Some(&one.fate)),
            quantity,
            one.identity.as_deref().map(|i| spoken(Some(i))).unwrap_or_default(),
            one.methods.join(", "),
            photos.to_owned(),
            one.reason.clone().unwrap_or_default(),
        ]);
    }
    line(&rows.to_string());
    if view.missing.is_empty() {
        line("Nothing is missing for a certificate.");
    } else {
        line("Missing for a certificate:");
        for text in &view.missing {
            line(&format!("  - {text}"));
        }
    }
    what_next(view);
}

/// What comes next, as a command.
fn what_next(view: &DestructionView) {
    let id = short(&view.document);
    let open = view.unaccounted + view.failed + view.second_process;
    match view.state.as_deref() {
        Some("planned") if view.approved_by.is_none() => next(&format!(
            "somebody who did not plan it approves: fieldkit attest {id} approved --as NAME; then fieldkit destruction start {id}"
        )),
        Some("planned") => next(&format!("fieldkit destruction start {id}")),
        Some("under_way") if view.items.iter().all(|one| one.identity.is_none()) => {
            next(&format!("fieldkit destruction check {id} --scan -     (TAG,SERIAL a line)"));
        }
        Some("under_way") if open > 0 => {
            next(&format!("fieldkit destruction result {id} ITEM --result complete --before FILE --after FILE"));
        }
        Some("under_way") => next(&format!("fieldkit destruction close {id}")),
        Some("closed") if view.attested_by.is_empty() || view.witnessed_by.is_empty() => {
            line("Now supervisor and witness sign:");
            line(&format!("  fieldkit attest {id} destroyed --as SUPERVISOR"));
            line(&format!("  fieldkit attest {id} witnessed --as WITNESS"));
        }
        _ => {}
    }
}
