//! `count`, `incident`.

use mobile_ffi::{CountView, DiscrepancyView, NewCount, NewIncident, SightingView, Tablet, TabletError, Tally};

use super::work::{moment, named, next, safe, scan, short, spoken, with_bar};
use crate::args::{Count, Incident};
use crate::output::{Output, counted, line, table, time};

/// Items that are named in a command to copy; more are left to be filled in.
const NAMED: usize = 10;

pub fn count(tablet: &Tablet, command: Count, output: &Output) -> Result<(), TabletError> {
    match command {
        Count::New { site, store_name, occasion, word } => {
            let _signed_in = word.speak(tablet)?;
            let view = tablet.count_new(&NewCount { site, store: store_name, occasion, as_claim: word.as_claim })?;
            output.print(&view, |view| {
                line(&format!("Count {} of {} / {} is open.", short(&view.document), view.site, view.store));
                to_do(view);
                safe();
                what_next(view);
            })
        }
        Count::Scan { count, from, word } => {
            let _signed_in = word.speak(tablet)?;
            let mut all = Vec::new();
            scan(&from, |some| {
                let done = tablet.count_scan(&count, some, word.as_claim, None)?;
                told(&done, output);
                all.extend(done);
                Ok(())
            })?;
            let view = tablet.count(&count)?;
            let json = serde_json::json!({ "sightings": all, "count": view });
            output.print(&json, |_| {
                line(&format!("{} of {} looked at.", view.checked, view.expected));
                match view.to_check.len() as u64 {
                    0 => line("All serials of the sample were looked at."),
                    left => line(&format!(
                        "{} of the sample still to be looked at; see `count show`.",
                        counted(left, "serial")
                    )),
                }
                safe();
                what_next(&view);
            })
        }
        Count::Tally { count, n, kind, class, calibre, word } => {
            let _signed_in = word.speak(tablet)?;
            let view = tablet.count_tally(&count, &Tally { kind, class, calibre, quantity: n }, word.as_claim)?;
            output.print(&view, |view| {
                line(&format!("{n} written down."));
                safe();
                what_next(view);
            })
        }
        Count::Show { count } => output.print(&tablet.count(&count)?, |view| {
            line(&format!(
                "Count {} of {} / {}, {}, {}, begun {} UTC",
                view.document,
                view.site,
                view.store,
                spoken(view.occasion.as_deref()),
                spoken(view.state.as_deref()),
                time(view.at_ms)
            ));
            if view.state.as_deref() == Some("closed") {
                came_to(view);
            } else {
                to_do(view);
                discrepancies(&view.discrepancies);
                what_next(view);
            }
        }),
        Count::Close { count, word, quiet } => {
            let _signed_in = word.speak(tablet)?;
            let many = tablet.count(&count)?.checked;
            let view = with_bar(output, quiet, many, |bar| tablet.count_close(&count, word.as_claim, bar))?;
            output.print(&view, |view| {
                line(&format!("Count {} is closed.", short(&view.document)));
                came_to(view);
                safe();
            })
        }
    }
}

fn told(done: &[SightingView], output: &Output) {
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

fn to_do(view: &CountView) {
    line(&format!(
        "There should be {}, {} and {}.",
        counted(view.weapons_expected.unsigned_abs(), "weapon"),
        counted(view.parts_expected.unsigned_abs(), "part"),
        counted(view.rounds_expected.unsigned_abs(), "round")
    ));
    line(&format!("{} to look at, {} left:", counted(view.sample as u64, "serial"), view.to_check.len()));
    for item in &view.to_check {
        line(&format!("  {}", named(item)));
    }
}

fn came_to(view: &CountView) {
    let mut rows = table(&["", "should be there", "counted"]);
    let said = |counted: Option<i64>| counted.map_or("not counted".to_owned(), |n| n.to_string());
    for (what, expected, counted) in [
        ("weapons", view.weapons_expected, view.weapons_counted),
        ("parts", view.parts_expected, view.parts_counted),
        ("rounds", view.rounds_expected, view.rounds_counted),
    ] {
        if expected > 0 || counted.is_some() {
            rows.add_row(vec![what.to_owned(), expected.to_string(), said(counted)]);
        }
    }
    for (class, (expected, counted)) in &view.by_class {
        let class = if class.is_empty() { "without a class" } else { class };
        rows.add_row(vec![format!("  {class}"), expected.to_string(), format!("{counted}  ← differs")]);
    }
    line(&rows.to_string());
    discrepancies(&view.discrepancies);
    if !view.unknown.is_empty() {
        line(&format!("Scanned and not known here: {}", view.unknown.join(", ")));
    }
    if view.agrees {
        return line("Everything is as it should be.");
    }
    if view.shortage > 0 {
        line(&format!("ALARM: {} short. Nobody leaves the store; look again, then report it at once:", view.shortage));
        let gone = view.discrepancies.iter().filter(|d| matches!(d.difference.as_str(), "missing" | "not_seen"));
        let items: Vec<String> = gone.take(NAMED).map(|d| format!(" --item {}", short(&d.item.item))).collect();
        let items = if items.is_empty() { " --description \"WHAT IS GONE\"".to_owned() } else { items.concat() };
        line(&format!(
            "  fieldkit incident new --nature shortage --count {}{items} --site \"{}\" --in \"{}\" --circumstances \"…\"",
            short(&view.document),
            view.site,
            view.store
        ));
    } else {
        line("It does not agree; look at what differs.");
    }
    next(&format!("whoever counted signs: fieldkit attest {} counted --as NAME", short(&view.document)));
}

fn discrepancies(all: &[DiscrepancyView]) {
    if all.is_empty() {
        return;
    }
    let mut rows = table(&["item", "what differs", "", "last known"]);
    for one in all {
        let last = one.last_event.as_ref().zip(one.last_ms).map(|(event, at)| format!("{event} {}", time(at)));
        rows.add_row(vec![
            named(&one.item),
            spoken(Some(&one.difference)).to_uppercase(),
            one.detail.clone().unwrap_or_default(),
            last.unwrap_or_default(),
        ]);
    }
    line(&rows.to_string());
}

fn what_next(view: &CountView) {
    let id = short(&view.document);
    next(&format!(
        "fieldkit count scan {id} -   fieldkit count tally {id} --class ASR --n N   and at the end   fieldkit count close {id}"
    ));
}

pub fn incident(tablet: &Tablet, command: Incident, output: &Output) -> Result<(), TabletError> {
    let Incident::New(args) = command;
    let _signed_in = args.word.speak(tablet)?;
    let id = tablet.incident_new(&NewIncident {
        nature: args.nature,
        site: args.site,
        store: args.store_name,
        discovered_ms: moment(args.discovered.as_deref())?,
        not_before_ms: moment(args.not_before.as_deref())?,
        circumstances: args.circumstances,
        reported_to: args.reported_to,
        items: args.item,
        description: args.description,
        count: args.count,
        status: args.status,
        as_claim: args.word.as_claim,
    })?;
    output.print(&serde_json::json!({ "document": id }), |_| {
        line(&format!("Reported: incident {}", short(&id)));
        safe();
        next("fieldkit sync, as soon as there is a link: the registrar has to know");
    })
}
