//! `show`.

use std::sync::Arc;

use mobile_ffi::{DocumentView, ErrorKind, HttpTransport, Sayer, Tablet, TabletError};

use super::notice;
use crate::args::Show;
use crate::output::{Output, counted, line, plain, table, time};

pub fn show(tablet: &Tablet, args: Show, output: &Output) -> Result<(), TabletError> {
    let view = if args.at.is_empty() {
        match tablet.show(&args.document) {
            Err(error) if error.code == "pack.read_only" || error.kind == ErrorKind::NotFound => {
                let Some(row) = tablet.register_row(&args.document)?.filter(|row| !row.held) else { return Err(error) };
                // What was said about it is fetched if there is a link; if not, the row is shown, and that it is one.
                match tablet.open_items(Arc::new(HttpTransport::new()), std::slice::from_ref(&row.document)) {
                    Ok(_) => tablet.show(&row.document)?,
                    Err(why) => return notice::row(&row, &why, output),
                }
            }
            shown => shown?,
        }
    } else {
        tablet.show_as_seen(&args.document, args.at)?
    };
    output.print(&view, |view| words(view, args.history))
}

/// Who said something, in a few words.
pub fn who(sayer: &Sayer) -> String {
    let name = sayer.officer_name.clone().unwrap_or_else(|| sayer.officer.chars().take(8).collect());
    let device = sayer.device_label.clone().unwrap_or_else(|| "unknown device".to_owned());
    let claim = sayer.claim.as_ref().map(|why| format!("; a claim only: {why}")).unwrap_or_default();
    format!("{name} on {device}, {}{claim}", time(sayer.claimed_ms))
}

fn words(view: &DocumentView, with_history: bool) {
    let kind = view.kind.as_deref().unwrap_or("document (its first statement is not here yet)");
    line(&format!("{kind} {}", view.document));
    let decision = view.decision.map_or_else(|| "no decision held".to_owned(), |n| format!("as of decision {n}"));
    let standing = match view.standing.as_str() {
        "counts" => "all statements count",
        "partly" => "some statements are claims only",
        _ => "a claim only",
    };
    line(&format!("{standing}, {decision}"));
    if view.review_state != "none" {
        line(&format!("review: {}; `review` shows who attested what", view.review_state.replace('_', " ")));
    }
    if let Some(operation) = &view.moved_to {
        line(&format!("Moved to operation {operation}; what is said here does not reach it."));
    }
    if view.update_needed {
        line("This document holds statements of a later version and is read-only here: update this program.");
    }
    let mut fields = table(&["field", "value", "meaning", ""]);
    for field in &view.fields {
        let conflict = if field.in_conflict { "in conflict" } else { "" };
        fields.add_row(vec![
            field.path.clone(),
            plain(&field.value),
            field.meaning.clone().unwrap_or_default(),
            conflict.to_owned(),
        ]);
    }
    line(&fields.to_string());
    for conflict in &view.conflicts {
        line(&format!("Conflict at {}:", conflict.path));
        for (index, said) in conflict.values.iter().enumerate() {
            let by: Vec<String> = said.by.iter().map(who).collect();
            line(&format!("  {index}: {} — {}", plain(&said.value), by.join("; ")));
        }
    }
    for finding in &view.findings {
        let state = finding.justification.as_ref().map_or("open".to_owned(), |why| format!("justified: {why}"));
        line(&format!("Finding {} ({}, {state}): {}", finding.rule, finding.severity, finding.message));
    }
    for waiting in &view.waiting {
        let missing = counted(waiting.missing.len() as u64, "statement");
        line(&format!("Waiting for {missing} not here yet."));
    }
    for void in &view.void {
        line(&format!("A statement that cannot stand: {void}"));
    }
    if with_history {
        let mut history = table(&["field", "from", "to", "who", ""]);
        for one in &view.history {
            let from: Vec<String> = one.from.iter().map(plain).collect();
            let state = match (one.superseded, one.concurrent_with.is_empty()) {
                (true, _) => "superseded",
                (false, false) => "concurrent",
                (false, true) => "",
            };
            history.add_row(vec![one.path.clone(), from.join(" | "), plain(&one.to), who(&one.by), state.to_owned()]);
        }
        line(&history.to_string());
    } else {
        let said = counted(view.statements.len() as u64, "statement");
        line(&format!("{said}; --history shows every value that was ever said."));
    }
}
