//! `enrol`, `sync`, `status`.

use std::sync::Arc;

use mobile_ffi::{HttpTransport, Tablet, TabletError, TabletStatus};

use crate::args::Enrol;
use crate::output::{Output, line, table, time};

pub fn enrol(tablet: &Tablet, args: &Enrol, output: &Output) -> Result<(), TabletError> {
    let enrolment = tablet.enrol(Arc::new(HttpTransport::new()), &args.server, &args.ticket, &args.label)?;
    output.print(&enrolment, |e| {
        let exercise = if e.training { " (an exercise)" } else { "" };
        line(&format!("Enrolled in {}{exercise} for {}.", e.operation_name, e.officer_name));
        line(&format!("Lease until {}. Record without a network; `sync` when there is one.", time(e.lease_until_ms)));
    })
}

pub fn sync(tablet: &Tablet, output: &Output) -> Result<(), TabletError> {
    let report = tablet.sync(Arc::new(HttpTransport::new()))?;
    output.print(&report, |r| {
        line(&format!(
            "Sent {} statements in {} segments; {} segments are receipted.",
            r.pushed, r.segments, r.receipts
        ));
        line(&format!("Took in {} statements of others.", r.pulled));
        if r.refused > 0 {
            line(&format!("{} segments were refused; they stay here. See `status`.", r.refused));
        }
        line(&format!(
            "{} round trips, {} bytes up, {} bytes down, {:.1} s.",
            r.round_trips, r.bytes_sent, r.bytes_received, r.seconds
        ));
    })
}

pub fn status(tablet: &Tablet, output: &Output) -> Result<(), TabletError> {
    output.print(&tablet.status()?, words)
}

fn words(s: &TabletStatus) {
    match &s.enrolment {
        None => line("Not enrolled."),
        Some(e) => {
            let exercise = if e.training { " (an exercise)" } else { "" };
            line(&format!("{}{exercise}, {}, at {}", e.operation_name, e.officer_name, e.server));
        }
    }
    let mut rows = table(&["", ""]);
    let mut row = |name: &str, value: String| {
        rows.add_row(vec![name.to_owned(), value]);
    };
    row("documents", s.documents.to_string());
    row("statements of this tablet", s.entries_own.to_string());
    row("  not sealed yet", s.entries_unsent.to_string());
    row("  sealed, not answered for", s.entries_sealed.to_string());
    row("  receipted by the register", s.entries_receipted.to_string());
    if s.entries_stranded > 0 {
        row("  stranded (their key is gone)", s.entries_stranded.to_string());
    }
    row("documents in conflict", s.in_conflict.to_string());
    row("documents with open findings", s.with_findings.to_string());
    row("lease", s.lease_days_left.map_or("none".to_owned(), |d| format!("{d} days left")));
    row("last sync", s.last_sync_ms.map_or("never".to_owned(), time));
    row("place in the feed", s.place.to_string());
    row("newest decision held", s.decision.map_or("none".to_owned(), |d| d.to_string()));
    row("documents that need an update", s.update_needed.to_string());
    row("segments put aside", s.aside.to_string());
    line(&rows.to_string());
    for refused in &s.refused {
        line(&format!(
            "Refused: segment {} with {} statements: {} [{}]",
            refused.segment, refused.entries, refused.detail, refused.code
        ));
    }
    for waiting in &s.waiting {
        let hours = waiting.age_ms / 3_600_000;
        line(&format!("{} waits for {} statement(s), for {hours} h", waiting.document, waiting.missing.len()));
    }
}
