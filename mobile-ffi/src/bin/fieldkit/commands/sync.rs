//! `enrol`, `sync`, `status`.

use std::sync::Arc;
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar};
use mobile_ffi::{
    HttpTransport, Link, Originals, SyncOptions, SyncProgress, SyncWatch, Tablet, TabletConfig, TabletError,
    TabletStatus,
};
use serde_json::json;

use super::existing_as;
use crate::args::{Enrol, Sync, Which};
use crate::output::{Output, counted, line, note, time};

pub fn enrol(tablet: &Tablet, args: &Enrol, output: &Output) -> Result<(), TabletError> {
    let enrolment = tablet.enrol(Arc::new(HttpTransport::new()), &args.server, &args.ticket, &args.label)?;
    output.print(&enrolment, |e| {
        let exercise = if e.training { " (an exercise)" } else { "" };
        line(&format!("Enrolled in {}{exercise} for {}.", e.operation_name, e.officer_name));
        line(&format!("Good until {}. Record without a network; `sync` when there is one.", time(e.lease_until_ms)));
    })
}

/// Shows how far a sync is: in a line that is written over, or as a JSON line each time on standard error.
struct Shown {
    bar: ProgressBar,
    json: bool,
}

impl SyncWatch for Shown {
    fn progress(&self, progress: SyncProgress) {
        if self.json {
            note(&json!({ "progress": progress }).to_string());
        }
        let down = progress.down_left.map_or_else(|| "unknown".to_owned(), |left| HumanBytes(left).to_string());
        let waiting = match progress.waiting_ms {
            0 => String::new(),
            ms => format!("; the link broke, next try in {:.1} s", ms as f64 / 1000.0),
        };
        self.bar.set_message(format!("left: {} up, {down} down{waiting}", HumanBytes(progress.up_left)));
    }
}

pub fn sync(store: &str, args: &Sync, output: &Output) -> Result<(), TabletError> {
    let originals = match args.originals {
        Which::Never => Originals::Never,
        Which::Wifi => Originals::Wifi,
        Which::Always => Originals::Always,
    };
    let config = TabletConfig { keep_originals: args.keep_originals, ..TabletConfig::new(store) };
    let tablet = existing_as(config)?;
    let link = Link { metered: args.metered, ..Link::default() };
    let options = SyncOptions { originals: Some(originals), link };
    let bar = if output.json { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
    bar.set_message("Talking to the register; what is recorded is safe whatever happens to the link");
    bar.enable_steady_tick(Duration::from_millis(200));
    let shown = Arc::new(Shown { bar: bar.clone(), json: args.progress && output.json });
    let report = tablet.sync_with(Arc::new(HttpTransport::new()), &options, shown);
    bar.finish_and_clear();
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
        if r.photos > 0 {
            line(&format!("Sent {} of photos.", counted(r.photos, "file")));
        }
        if r.photos_refused > 0 {
            line(&format!("The register refused {} of photos; they stay here.", counted(r.photos_refused, "file")));
        }
        if let Some(code) = &r.photos_held {
            line(&format!("The register takes no more photos now [{code}]; they wait here for the next sync."));
        }
        if r.photos_waiting > 0 {
            let (files, bytes) = (counted(r.photos_waiting, "file"), r.photos_waiting_bytes.div_ceil(1000));
            line(&format!("{files} of photos ({bytes} kB) wait here; --originals always sends them over any link."));
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
    row("documents", s.documents.to_string());
    row("statements of this tablet", s.entries_own.to_string());
    row("  not sent yet", s.entries_unsent.to_string());
    row("  sent, no answer yet", s.entries_sealed.to_string());
    row("  receipted by the register", s.entries_receipted.to_string());
    if s.entries_stranded > 0 {
        row("  stranded (their key is gone)", s.entries_stranded.to_string());
    }
    row("sealed records of people", format!("{} not sent yet", s.persons_unsent));
    let photos = &s.photos;
    if photos.copies + photos.originals + photos.refused > 0 {
        let (copies, originals) = (counted(photos.copies, "working copy"), counted(photos.originals, "original"));
        row("photos not sent yet", format!("{} and {}", copies.replace("copys", "copies"), originals));
        row("  bytes of them", (photos.copies_bytes + photos.originals_bytes).to_string());
        if photos.refused > 0 {
            row("  refused by the register", photos.refused.to_string());
        }
    }
    for refused in &s.persons_refused {
        row("  refused, record them again", format!("{} [{}]", refused.hash, refused.code));
    }
    row("documents in conflict", s.in_conflict.to_string());
    row("documents with open findings", s.with_findings.to_string());
    row("lease", lease(s));
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
    for one in &s.nearly_full {
        row("nearly full", crate::commands::nearly_full(one));
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
