//! `marks`, `marking-session`, `mark`.

use std::sync::Arc;

use mobile_ffi::{HttpTransport, MarkGiven, Marking, NewSession, SessionView, Tablet, TabletError};

use super::work::{named, next, safe, short, spoken};
use crate::args::{Mark, MarkingSession, Marks};
use crate::output::{Output, counted, line, table};

/// The six qualities of a mark.
const QUALITIES: [&str; 6] = ["exposed", "conspicuous", "recognisable", "readable", "durable", "recoverable"];

pub fn marks(tablet: &Tablet, command: Marks, output: &Output) -> Result<(), TabletError> {
    match command {
        Marks::Reserve { series, count } => {
            let reserved = tablet.marks_reserve(Arc::new(HttpTransport::new()), &series, count)?;
            let view = tablet.marks_status()?;
            output.print(&serde_json::json!({ "reserved": reserved, "status": view }), |_| {
                line(&format!("Reserved {}: they are this tablet's alone.", counted(reserved.count, "number")));
                status(&view);
            })
        }
        Marks::Status => output.print(&tablet.marks_status()?, status),
        Marks::Spoil { mark, reason, word } => {
            let _signed_in = word.speak(tablet)?;
            let bore = tablet.spoil_mark(&mark, &reason, word.as_claim)?;
            output.print(&serde_json::json!({ "mark": mark, "item": bore }), |_| {
                match &bore {
                    Some(item) => line(&format!("{mark} is spoilt; the marking of {} is withdrawn.", named(item))),
                    None => line(&format!("{mark} is spoilt; nobody gets it.")),
                }
                safe();
                if let Some(item) = &bore {
                    next(&format!("fieldkit mark {} --location …", short(&item.item)));
                }
            })
        }
    }
}

fn status(view: &SessionView) {
    match (&view.session, &view.machine) {
        (Some(session), machine) => line(&format!(
            "Session {} is open: {}, {}{}",
            short(session),
            machine.clone().unwrap_or_default(),
            view.method.clone().unwrap_or_default(),
            view.depth_um.map(|depth| format!(", {depth} µm deep")).unwrap_or_default()
        )),
        _ => line("No marking session is open on this tablet."),
    }
    if view.asked {
        line("A request for numbers waits for its answer: give the same `marks reserve` again when there is a link.");
    }
    if view.blocks.is_empty() {
        line("This tablet has no numbers for marks.");
        return next("fieldkit marks reserve --series '*CC' --count 200   (needs a network)");
    }
    let mut rows = table(&["from", "to", "numbers", "left", ""]);
    for block in &view.blocks {
        let note = if block.usable { "" } else { "not usable: this store was restored or copied" };
        rows.add_row(vec![
            block.first.clone(),
            block.last.clone(),
            block.count.to_string(),
            block.left.to_string(),
            note.to_owned(),
        ]);
    }
    line(&rows.to_string());
    line(&format!(
        "{} given, {} spoilt, {} left; next is {}",
        view.given,
        view.spoilt,
        view.left,
        view.next.as_deref().unwrap_or("none")
    ));
    if view.few {
        line("Few are left: reserve more before the network is left.");
    }
}

pub fn session(tablet: &Tablet, command: MarkingSession, output: &Output) -> Result<(), TabletError> {
    match command {
        MarkingSession::Open { machine, method, depth_um, site, word } => {
            let _signed_in = word.speak(tablet)?;
            let id = tablet.marking_session_open(&NewSession {
                site,
                machine,
                method,
                depth_um,
                as_claim: word.as_claim,
            })?;
            let view = tablet.marks_status()?;
            output.print(&serde_json::json!({ "document": id, "status": view }), |_| {
                status(&view);
                safe();
                if view.left > 0 {
                    next("fieldkit mark ITEM --location RCV --qualities all");
                }
            })
        }
        MarkingSession::Close { fault, downtime, cost, word } => {
            let _signed_in = word.speak(tablet)?;
            let id = tablet.marking_session_close(fault.as_deref(), downtime, cost.as_deref(), word.as_claim)?;
            output.print(&serde_json::json!({ "document": id }), |_| {
                line(&format!("Session {} is closed.", short(&id)));
                safe();
            })
        }
    }
}

pub fn mark(tablet: &Tablet, args: Mark, output: &Output) -> Result<(), TabletError> {
    let _signed_in = args.word.speak(tablet)?;
    let all = args.qualities.iter().any(|quality| quality.eq_ignore_ascii_case("all"));
    let has = if all { QUALITIES.map(str::to_owned).to_vec() } else { args.qualities.clone() };
    let has: Vec<String> = has.into_iter().filter(|quality| !args.not.contains(quality)).collect();
    let mut given = Vec::new();
    for item in &args.items {
        let marking = Marking {
            item: item.clone(),
            location: args.location.clone(),
            side: args.side.clone(),
            has: has.clone(),
            lacks: args.not.clone(),
            replaces: args.replaces.clone(),
            depth_um: args.depth_um,
            session: args.session.clone(),
            again: args.again,
            as_claim: args.word.as_claim,
        };
        let one = tablet.mark(&marking).map_err(|mut error| {
            if !given.is_empty() {
                error.hint = format!(
                    "The {} before it have their marks, which are safe. {}",
                    given.len(),
                    error.hint.replace("Nothing was saved. ", "")
                );
            }
            error
        })?;
        if !output.json {
            told(&one);
        }
        given.push(one);
    }
    output.print(&given, |given| {
        let left = given.last().map_or(0, |one| one.left);
        line(&format!("{} given and safe on this device; {left} left.", counted(given.len() as u64, "mark")));
        next("apply them; a botched one: fieldkit marks spoil MARK --reason …");
    })
}

fn told(one: &MarkGiven) {
    line(&format!("  {}   {}", one.mark, named(&one.item)));
    for warning in &one.warnings {
        line(&format!("      !! {warning}"));
    }
}

/// A verdict in words.
pub fn verdict(code: &str) -> String {
    match code {
        "stop" => "STOP: more errors than the limit allows. Inspect everything again.".to_owned(),
        "passed" => "All was read, and the errors are within the limit.".to_owned(),
        "all_read" => "All was read; no limit was set.".to_owned(),
        "go_on" => "Go on: there are items left to read.".to_owned(),
        other => spoken(Some(other)),
    }
}
