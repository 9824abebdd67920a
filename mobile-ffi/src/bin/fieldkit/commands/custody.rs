//! `store`, `move`, `custody`, `hold`, `split`, `stock`.

use mobile_ffi::{ChainView, Hold, Placed, Placing, StepView, StockSum, StockView, Tablet, TabletError};

use super::show::who;
use super::work::{duration, moment, named, next, safe, short, spoken, with_bar};
use crate::args;
use crate::output::{Output, counted, line, table, time};

/// Lines that are shown item by item; more are counted.
const SHOWN: usize = 20;

pub fn store(tablet: &Tablet, args: args::Store, output: &Output) -> Result<(), TabletError> {
    let _signed_in = args.word.speak(tablet)?;
    let placing = Placing {
        items: args.items.all()?,
        site: Some(args.site),
        store: Some(args.store_name),
        rack: args.rack,
        box_name: args.box_name,
        seal: args.seal,
        reason: args.reason,
        at_ms: moment(args.at.as_deref())?,
        as_claim: args.word.as_claim,
    };
    let done = with_bar(output, args.quiet, placing.items.len(), |bar| tablet.store_items(placing, bar))?;
    output.print(&done, |done| placed(done, "Stored"))
}

pub fn move_items(tablet: &Tablet, args: args::Move, output: &Output) -> Result<(), TabletError> {
    let _signed_in = args.word.speak(tablet)?;
    let placing = Placing {
        items: args.items.all()?,
        site: args.site,
        store: args.store_name,
        rack: args.rack,
        box_name: args.box_name,
        seal: None,
        reason: args.reason,
        at_ms: moment(args.at.as_deref())?,
        as_claim: args.word.as_claim,
    };
    let done = with_bar(output, args.quiet, placing.items.len(), |bar| tablet.move_items(placing, bar))?;
    output.print(&done, |done| placed(done, "Moved"))
}

fn placed(done: &[Placed], verb: &str) {
    line(&format!("{verb} {}.", counted(done.len() as u64, "item")));
    for one in done.iter().take(SHOWN) {
        let from = one.before.as_ref().map(|from| format!(" (from {from})")).unwrap_or_default();
        let claim = one.claim.as_ref().map(|why| format!("; a claim only: {why}")).unwrap_or_default();
        line(&format!("  {} → {}{from}{claim}", named(&one.line), one.now));
    }
    if done.len() > SHOWN {
        line(&format!("  and {} more", done.len() - SHOWN));
    }
    safe();
}

pub fn hold(tablet: &Tablet, args: args::Hold, output: &Output) -> Result<(), TabletError> {
    let Some(which) = Hold::from_name(&args.hold) else {
        return Err(TabletError::refused(
            "hold.no_such_hold",
            format!("there is no hold '{}'", args.hold),
            "Nothing was saved. Say `evidence` or `trace`.",
        ));
    };
    let _signed_in = args.word.speak(tablet)?;
    let item = tablet.hold(&args.item, which, !args.off, &args.reason, args.word.as_claim)?;
    output.print(&item, |item| {
        let (what, ended) = match which {
            Hold::Evidence => ("held as evidence", "it cannot be destroyed or returned"),
            Hold::Trace => ("held for a trace", "it cannot be destroyed or returned"),
        };
        let held = if args.off { format!("no longer {what}") } else { format!("{what}: {ended}") };
        line(&format!("{} is {held}.", named(item)));
        safe();
    })
}

pub fn split(tablet: &Tablet, args: args::Split, output: &Output) -> Result<(), TabletError> {
    let _signed_in = args.word.speak(tablet)?;
    let new = tablet.split_lot(&args.lot, args.quantity, args.tag.as_deref(), &args.reason, args.word.as_claim)?;
    output.print(&new, |new| {
        line(&format!("{} were taken out of {}; they are the lot {}.", args.quantity, args.lot, named(new)));
        safe();
    })
}

pub fn custody(tablet: &Tablet, item: &str, output: &Output) -> Result<(), TabletError> {
    output.print(&tablet.custody(item)?, chain)
}

fn chain(view: &ChainView) {
    line(&named(&view.line));
    let lies = view.now.clone().unwrap_or_else(|| "in no store".to_owned());
    let status = view.status.as_deref().map_or("no status said".to_owned(), |status| spoken(Some(status)));
    line(&format!("{status}; lies {}{lies}", if view.now.is_some() { "in " } else { "" }));
    for (is, words) in [
        (view.evidence_hold, "Held as evidence."),
        (view.trace_pending, "A trace is pending."),
        (view.temporary, "Handed over temporarily, under joint control."),
    ] {
        if is {
            line(words);
        }
    }
    let mut rows = table(&["when (UTC)", "what", "where", "who", ""]);
    for step in &view.steps {
        if let Some(gap) = step.gap_ms.filter(|gap| *gap > 0) {
            rows.add_row(vec![
                String::new(),
                format!("… {} in no store", duration(gap)),
                String::new(),
                String::new(),
                String::new(),
            ]);
        }
        let by = step.by.as_ref().map_or_else(|| "the record".to_owned(), who);
        rows.add_row(vec![time(step.at_ms), step.meaning.clone(), place(step), by, beside(step)]);
    }
    line(&rows.to_string());
    for gap in &view.gaps {
        line(&format!("Out of order: {gap}"));
    }
    if !view.claims.is_empty() {
        line(&format!("{} of its custody that count for nothing:", counted(view.claims.len() as u64, "statement")));
        for claim in &view.claims {
            line(&format!("  {}", who(claim)));
        }
    }
}

fn place(step: &StepView) -> String {
    let mut place = step.after.clone().or_else(|| step.to.as_ref().map(|to| format!("→ {to}"))).unwrap_or_default();
    for (name, part) in [("rack", &step.rack), ("box", &step.box_name)] {
        if let Some(part) = part {
            let name = if part.to_lowercase().starts_with(name) { String::new() } else { format!("{name} ") };
            place = format!("{place} / {name}{part}");
        }
    }
    place
}

fn beside(step: &StepView) -> String {
    let mut notes = Vec::new();
    if step.taken > 0 && step.quantity > 0 {
        notes.push(format!("{} of it; {} left", step.taken, step.quantity));
    }
    for (name, text) in
        [("", &step.exception), ("", &step.reason), ("seal ", &step.seal), ("by authority ", &step.authority)]
    {
        if let Some(text) = text {
            notes.push(format!("{name}{text}"));
        }
    }
    if let Some(handover) = &step.handover {
        notes.push(format!("hand-over {}", short(handover)));
    }
    notes.join("; ")
}

pub fn stock(tablet: &Tablet, args: &args::Stock, output: &Output) -> Result<(), TabletError> {
    let at_ms = moment(args.at.as_deref())?;
    let stock = tablet.stock(args.site.as_deref(), args.store_name.as_deref(), at_ms, args.items)?;
    output.print(&stock, |stock| words(stock))
}

fn words(stock: &[StockView]) {
    let Some(first) = stock.first() else {
        line("Nothing that this tablet knows of lies or lay there.");
        return next("`sync` brings what others recorded; `store` says where items lie.");
    };
    line(&format!("At {} UTC, from what this tablet holds:", time(first.at_ms)));
    let mut rows = table(&["site", "store", "what", "in", "out", "destroyed", "lost", "present"]);
    let moved = |sum: &StockSum| sum.came_in + sum.went_out + sum.destroyed + sum.lost > 0;
    for one in stock {
        for (what, sum) in [("weapons and parts", one.weapons), ("rounds", one.rounds)] {
            if moved(&sum) {
                let mut row = vec![one.site.clone(), one.store.clone(), what.to_owned()];
                row.extend([sum.came_in, sum.went_out, sum.destroyed, sum.lost, sum.present].map(|n| n.to_string()));
                rows.add_row(row);
            }
        }
    }
    line(&rows.to_string());
    for one in stock.iter().filter(|one| !one.items.is_empty()) {
        line(&format!("{} / {}", one.site, one.store));
        let mut rows = table(&["item", "present", "rack", "box", "last event", "when (UTC)"]);
        for item in &one.items {
            rows.add_row(vec![
                named(&item.line),
                if item.quantity == 0 { "gone".to_owned() } else { item.quantity.to_string() },
                item.rack.clone().unwrap_or_default(),
                item.box_name.clone().unwrap_or_default(),
                spoken(Some(&item.last_event)),
                time(item.last_ms),
            ]);
        }
        line(&rows.to_string());
    }
}
