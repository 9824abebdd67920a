//! `peer listen|connect`.

use std::time::{Duration, Instant};

use mobile_ffi::{Invitation, PeerReport, SyncProgress, SyncWatch, Tablet, TabletError, Unwatched};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde_json::json;

use crate::args::Peer;
use crate::output::{Output, counted, line, note};

/// Ends the wait at a time.
struct Until(Instant);

impl SyncWatch for Until {
    fn progress(&self, _: SyncProgress) {}

    fn cancelled(&self) -> bool {
        Instant::now() >= self.0
    }
}

pub fn peer(tablet: &Tablet, command: Peer, output: &Output) -> Result<(), TabletError> {
    match command {
        Peer::Connect { whom } => output.print(&tablet.peer_connect(&whom, &Unwatched)?, words),
        Peer::Listen { bind, seconds, once } => {
            let listener = tablet.peer_listen(&bind)?;
            show(listener.invitation(), output);
            let until = Until(Instant::now() + Duration::from_secs(seconds));
            let mut reports = Vec::new();
            loop {
                match tablet.peer_accept(&listener, &until) {
                    Ok(None) => break,
                    Ok(Some(report)) => {
                        if !output.json {
                            words(&report);
                        }
                        reports.push(report);
                    }
                    Err(error) if once => return Err(error),
                    // One that is refused, or whose link breaks, keeps nobody else away.
                    Err(error) => output.error(&error),
                }
                if once {
                    break;
                }
            }
            output.print(&reports, |reports| {
                line(&format!("Exchanged with {}.", counted(reports.len() as u64, "tablet")))
            })
        }
    }
}

fn show(invitation: &Invitation, output: &Output) {
    let text = invitation.to_string();
    if output.json {
        note(&json!({ "address": invitation.address.to_string(), "code": text }).to_string());
        return;
    }
    if let Ok(code) = QrCode::new(text.as_bytes()) {
        line(&code.render::<Dense1x2>().quiet_zone(true).build());
    }
    line(&format!("Listening at {}. On the other tablet:", invitation.address));
    line(&format!("  fieldkit peer connect {text}"));
}

fn words(report: &PeerReport) {
    let PeerReport { device, label, given, pulled, receipts, receipts_given, forks, .. } = report;
    line(&format!(
        "{label} ({device}): gave {}, took in {}.",
        counted(*given, "segment"),
        counted(*pulled, "statement")
    ));
    if receipts + receipts_given > 0 {
        line(&format!("{} came for this tablet, {receipts_given} were handed over.", counted(*receipts, "receipt")));
    }
    if *forks > 0 {
        line(&format!(
            "{} in two versions: a tablet was copied or restored. Both are kept.",
            counted(*forks, "journal")
        ));
    }
}
