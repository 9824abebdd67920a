//! `spot-check`.

use std::collections::BTreeMap;

use mobile_ffi::{NewSpotCheck, SpotCheckView, SpotReading, Tablet, TabletError};
use serde_json::json;

use super::marking::verdict;
use super::work::{named, next, safe, short};
use crate::args::{SpotCheck, SpotRead};
use crate::output::{Output, counted, line, table};
use crate::values;

pub fn spot_check(tablet: &Tablet, command: SpotCheck, output: &Output) -> Result<(), TabletError> {
    match command {
        SpotCheck::Plan { permille, by, seed, site, limit, title, word } => {
            let _signed_in = word.speak(tablet)?;
            let view = tablet.spot_check_plan(&NewSpotCheck {
                permille,
                by,
                seed,
                site,
                limit_permille: limit,
                title,
                as_claim: word.as_claim,
            })?;
            output.print(&view, |view| {
                line(&format!(
                    "Spot check {}: {} drawn of {}.",
                    short(&view.document),
                    counted(view.sample as u64, "item"),
                    view.population
                ));
                safe();
                next(&format!(
                    "a second inspector, who did not record them: fieldkit spot-check next {}",
                    short(&view.document)
                ));
            })
        }
        SpotCheck::Next { check } => {
            let found = tablet.spot_check_next(&check)?;
            output.print(&json!({ "next": found }), |_| match &found {
                None => {
                    line("All of the sample was looked for.");
                    next(&format!("fieldkit spot-check report {check}"));
                }
                Some(one) => {
                    let tag = one.tag.clone().unwrap_or_else(|| short(&one.item));
                    line(&format!("Look for {tag} ({} of {} left)", one.left, one.sample));
                    for (name, part) in
                        [("site", &one.site), ("store", &one.store), ("rack", &one.rack), ("box", &one.box_name)]
                    {
                        if let Some(part) = part {
                            line(&format!("  {name:<6} {part}"));
                        }
                    }
                    line("Read it yourself; do not look at its record.");
                    next(&format!(
                        "fieldkit spot-check read {check} \"{tag}\" --class … --make … --model … --calibre … --serial …   or --not-found"
                    ));
                }
            })
        }
        SpotCheck::Read(args) => read(tablet, *args, output),
        SpotCheck::Report { check, unblind } => {
            let blind = tablet.spot_check(&check)?;
            if blind.unread > 0 && blind.verdict != "stop" && !unblind {
                return Err(TabletError::refused(
                    "spot_check.not_all_read",
                    format!("{} of the sample were not looked for yet", blind.unread),
                    "The report would tell what the records say. Read the rest first, or give --unblind.",
                ));
            }
            output.print(&tablet.spot_check_report(&check)?, report)
        }
    }
}

fn read(tablet: &Tablet, args: SpotRead, output: &Output) -> Result<(), TabletError> {
    let _signed_in = args.word.speak(tablet)?;
    let mut fields = BTreeMap::new();
    for (name, text) in [
        ("tag", &args.tag),
        ("class", &args.class),
        ("make", &args.make),
        ("model", &args.model),
        ("calibre", &args.calibre),
        ("country", &args.country),
        ("year", &args.year),
        ("serial", &args.serial),
        ("serial_status", &args.serial_status),
        ("condition", &args.condition),
        ("quantity", &args.quantity),
    ] {
        if let Some(text) = text {
            fields.insert(name.to_owned(), values::typed("spot_check", &format!("readings/*/{name}"), text)?);
        }
    }
    let as_claim = args.word.as_claim;
    tablet
        .spot_check_read(&args.check, &SpotReading { item: args.item, not_found: args.not_found, fields, as_claim })?;
    let view = tablet.spot_check(&args.check)?;
    output.print(&view, |view| {
        line(&format!("Written down; {} left.", counted(view.unread as u64, "item")));
        safe();
        let id = short(&view.document);
        if view.verdict == "stop" {
            line(&verdict(&view.verdict));
        }
        next(&if view.unread > 0 && view.verdict != "stop" {
            format!("fieldkit spot-check next {id}")
        } else {
            format!("fieldkit spot-check report {id}")
        });
    })
}

fn report(view: &SpotCheckView) {
    let permille = |n: u64| format!("{}.{} %", n / 10, n % 10);
    line(&format!(
        "Spot check {}, seed {}: {} drawn of {}, {} not looked for yet",
        short(&view.document),
        view.seed.clone().unwrap_or_default(),
        view.sample,
        view.population,
        view.unread
    ));
    line(&format!(
        "{} of {} in error ({}){}",
        view.errors,
        counted(view.looked_for, "item"),
        permille(view.permille),
        view.limit_permille
            .map(|limit| format!("; the limit is {}", permille(limit.unsigned_abs())))
            .unwrap_or_default()
    ));
    let mut rows = table(&["field", "errors", "read", "rate"]);
    for one in &view.fields {
        rows.add_row(vec![one.field.clone(), one.errors.to_string(), one.read.to_string(), permille(one.permille)]);
    }
    line(&rows.to_string());
    for item in &view.not_found {
        line(&format!("Not found: {}", named(item)));
    }
    for (item, fields) in &view.in_error {
        line(&format!("In error: {}: {}", named(item), fields.join(", ")));
    }
    line(&verdict(&view.verdict));
}
