//! `enrol`, `sync`, `status`, and what becomes of a store that sealed itself: `reopen`, `wipe`.

use std::sync::Arc;
use std::time::Duration;

use indicatif::ProgressBar;
use mobile_ffi::{HttpTransport, Tablet, TabletError, TabletStatus};

use crate::args::Enrol;
use crate::output::{Output, counted, line, time};

pub fn enrol(tablet: &Tablet, args: &Enrol, output: &Output) -> Result<(), TabletError> {
    let enrolment = tablet.enrol(Arc::new(HttpTransport::new()), &args.server, &args.ticket, &args.label)?;
    output.print(&enrolment, |e| {
        let exercise = if e.training { " (an exercise)" } else { "" };
        line(&format!("Enrolled in {}{exercise} for {}.", e.operation_name, e.officer_name));
        line(&format!("Good until {}. Record without a network; `sync` when there is one.", time(e.lease_until_ms)));
    })
}

pub fn sync(tablet: &Tablet, output: &Output) -> Result<(), TabletError> {
    let waiting = if output.json { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
    waiting.set_message("Talking to the register; what is recorded is safe whatever happens to the link");
    waiting.enable_steady_tick(Duration::from_millis(200));
    let report = tablet.sync(Arc::new(HttpTransport::new()));
    waiting.finish_and_clear();
    let report = report?;
    output.print(&report, |r| {
        line(&match r.pushed {
            0 => "Nothing new to send.".to_owned(),
            sent => {
                format!("Sent {}; the register gave {}.", counted(sent, "statement"), counted(r.receipts, "receipt"))
            }
        });
        line(&match r.pulled {
            0 => "Nothing new from others.".to_owned(),
            heard => format!("Took in {} of others.", counted(heard, "statement")),
        });
        if r.refused > 0 {
            line(&format!("The register refused {}; nothing is lost, see `status`.", counted(r.refused, "segment")));
        }
        if r.persons > 0 {
            line(&format!("Sent {}; they are gone from this device.", counted(r.persons, "sealed record")));
        }
        if r.persons_refused > 0 {
            let refused = counted(r.persons_refused, "sealed record");
            line(&format!("The register refused {refused} of people; see `status`."));
        }
        if let Some(code) = &r.persons_held {
            line(&format!(
                "The register takes no sealed records of people now [{code}]; they wait here for the next sync."
            ));
        }
        if r.interruptions > 0 {
            line(&format!("The link broke {}; the sync went on from there.", counted(r.interruptions, "time")));
        }
        line(&format!(
            "{}, {} up, {} down, {:.1} s.",
            counted(r.round_trips, "round trip"),
            counted(r.bytes_sent, "byte"),
            counted(r.bytes_received, "byte"),
            r.seconds
        ));
    })
}

pub fn reopen(tablet: &Tablet, output: &Output) -> Result<(), TabletError> {
    let was = tablet.sealed();
    tablet.reopen(Arc::new(HttpTransport::new()))?;
    output.print(&serde_json::json!({ "was": was, "sealed": tablet.sealed() }), |_| match was {
        None => line("The store was not sealed."),
        Some(_) => line("The store is open again; everything that was in it is there."),
    })
}

pub fn wipe(tablet: &Tablet, even_unsent: bool, output: &Output) -> Result<(), TabletError> {
    tablet.wipe(even_unsent)?;
    output
        .print(&serde_json::json!({ "wiped": true }), |_| line("Wiped: its keys are destroyed and its files deleted."))
}

pub fn status(tablet: &Tablet, output: &Output) -> Result<(), TabletError> {
    output.print(&tablet.status()?, words)
}

fn words(s: &TabletStatus) {
    match &s.enrolment {
        None => line("Not enrolled: ask the administrator for a ticket and `enrol`."),
        Some(e) => {
            let exercise = if e.training { " (an exercise)" } else { "" };
            line(&format!("{}{exercise}, {}, at {}", e.operation_name, e.officer_name, e.server));
        }
    }
    let row = |name: &str, value: String| line(&format!("  {name:<28} {value}"));
    if let Some(code) = &s.sealed {
        row("sealed", format!("[{code}] everything in it is safe; `sync` or `reopen` asks the register to open it"));
        return;
    }
    row("documents", s.documents.to_string());
    row("statements of this tablet", s.entries_own.to_string());
    row("  not sent yet", s.entries_unsent.to_string());
    row("  sent, no answer yet", s.entries_sealed.to_string());
    row("  receipted by the register", s.entries_receipted.to_string());
    if s.entries_stranded > 0 {
        row("  stranded (their key is gone)", s.entries_stranded.to_string());
    }
    row("sealed records of people", format!("{} not sent yet", s.persons_unsent));
    for refused in &s.persons_refused {
        row("  refused, record them again", format!("{} [{}]", refused.hash, refused.code));
    }
    row("documents in conflict", s.in_conflict.to_string());
    row("documents with open findings", s.with_findings.to_string());
    row("lease", lease(s));
    if let Some(days) = s.seals_in_days {
        row("seals itself without contact", format!("in {}", counted(days.unsigned_abs(), "day")));
    }
    row("last sync", s.last_sync_ms.map_or("never".to_owned(), time));
    row("place in the feed", s.place.to_string());
    if s.journals > 1 {
        row(
            "journals",
            format!("{}: this store was copied or restored, or a segment refused; nothing is lost", s.journals),
        );
    }
    row("newest decision held", s.decision.map_or("none".to_owned(), |d| d.to_string()));
    if s.update_needed > 0 {
        row("documents of a later version", format!("{}, read-only until this program is updated", s.update_needed));
    }
    if s.aside > 0 {
        row("segments put aside", s.aside.to_string());
    }
    for refused in &s.refused {
        line(&format!(
            "Refused: segment {} with {}: {} [{}]",
            refused.segment,
            counted(refused.entries, "statement"),
            refused.detail,
            refused.code
        ));
    }
    for waiting in &s.waiting {
        let hours = waiting.age_ms / 3_600_000;
        let missing = counted(waiting.missing.len() as u64, "statement");
        line(&format!("{} waits for {missing} of others, for {hours} h", waiting.document));
    }
}

fn lease(s: &TabletStatus) -> String {
    let Some((days, enrolment)) = s.lease_days_left.zip(s.enrolment.as_ref()) else { return "none".to_owned() };
    let left = match days {
        0 => "less than a day left, or ended".to_owned(),
        days => format!("{} left", counted(days.unsigned_abs(), "day")),
    };
    format!("{left} (until {} UTC)", time(enrolment.lease_until_ms))
}
