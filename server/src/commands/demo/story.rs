//! The tablets' side of the demo: enrol, record offline, sync with one interruption, disagree, agree.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mobile_ffi::{
    Draft, HttpRequest, HttpResponse, HttpTransport, Tablet, TabletConfig, TabletError, Transport, TransportError,
    Value,
};
use serde::Serialize;

use super::items;

/// How many items the three teams record together.
const ITEMS: usize = 297;

/// Who takes part: name, role, ticket.
pub(super) struct Cast {
    pub tickets: Vec<(String, String, String)>,
}

/// One sync of one tablet.
#[derive(Debug, Serialize)]
pub(super) struct Synced {
    officer: String,
    what: String,
    up: u64,
    down: u64,
    bytes: u64,
    round_trips: u64,
}

/// What happened.
#[derive(Debug, Default, Serialize)]
pub(super) struct Told {
    pub address: String,
    pub folder: String,
    recorded: Vec<(String, String, usize)>,
    syncs: Vec<Synced>,
    conflict: Vec<(String, String, String, String)>,
    chosen: String,
    weapon: String,
    agree: bool,
    interrupted: bool,
    pub held: Vec<(String, String, i64)>,
    pub findings: Vec<(String, i64, String, String)>,
    pub claims: usize,
    pub conflicts_left: usize,
    pub audit: (u64, String),
}

/// Delivers the first exchange that brings work, and loses its answer on the way back.
struct LosesOneAnswer {
    inner: HttpTransport,
    lost: AtomicBool,
}

impl Transport for LosesOneAnswer {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let brings = request.url.ends_with("/exchange") && request.body.len() > 1_000;
        let answer = self.inner.send(request)?;
        if brings && !self.lost.swap(true, Ordering::SeqCst) {
            return Err(TransportError::Interrupted {
                message: "the link went down before the answer came".to_owned(),
            });
        }
        Ok(answer)
    }
}

/// Tells the story.
pub(super) fn tell(server: &str, dir: &Path, cast: &Cast, aloud: bool) -> Result<Told, TabletError> {
    let say = |text: &str| {
        if aloud {
            eprintln!("{text}");
        }
    };
    let mut told = Told::default();
    say("Three tablets enrol …");
    let mut tablets = Vec::new();
    for (n, (name, role, ticket)) in cast.tickets.iter().enumerate() {
        let place = dir.join(format!("tablet-{}", n + 1));
        let tablet = Tablet::open(TabletConfig::new(&place.display().to_string()))?;
        tablet.enrol(Arc::new(HttpTransport::new()), server, ticket, &format!("Tablet {}", n + 1))?;
        tablets.push((name.clone(), role.clone(), tablet));
    }
    let [(a_name, _, a), (b_name, _, b), (c_name, _, c)] = tablets.as_slice() else {
        return Ok(told);
    };
    say("… go where there is no network, and record …");
    for (team, (name, role, tablet)) in tablets.iter().enumerate() {
        let collection = Draft::collection()
            .with("context", text("DDR"))
            .with("site", text("river-camp"))
            .with("persons", Value::Int(40));
        let collection = hex::decode(tablet.record(collection)?.document).unwrap_or_default();
        let drafts = items::drafts(team, ITEMS, &collection)?;
        // One more is recorded below, for the story.
        told.recorded.push((name.clone(), role.clone(), drafts.len() + 1));
        for draft in drafts {
            tablet.record(draft)?;
        }
    }
    // Two teams have one weapon in their hands, and a serial is entered twice.
    let shared = a.record(weapon("AKM", "7.62x39", "KV 204417"))?.document;
    b.record(weapon("AKM", "7.62x39", "KV 204417"))?;
    c.record(weapon("AKM", "9x19", "KV 118350"))?;

    say("… and come back to a link, which breaks once …");
    let broken = Arc::new(LosesOneAnswer { inner: HttpTransport::new(), lost: AtomicBool::new(false) });
    sync(&mut told, a_name, "first, answer lost", a, broken.clone())?;
    told.interrupted = broken.lost.load(Ordering::SeqCst);
    sync(&mut told, b_name, "first", b, Arc::new(HttpTransport::new()))?;
    sync(&mut told, c_name, "first", c, Arc::new(HttpTransport::new()))?;
    sync(&mut told, a_name, "hears the others", a, Arc::new(HttpTransport::new()))?;
    sync(&mut told, b_name, "hears the others", b, Arc::new(HttpTransport::new()))?;

    say("… two disagree about one weapon, without a network again …");
    a.edit_json(&shared, r#"{"make":"TULA","make_as_seen":"arrow in a star"}"#)?;
    b.edit_json(&shared, r#"{"make":"IZHMASH","make_as_seen":"arrow in a triangle"}"#)?;
    // A storekeeper cannot end a weapon's life alone.
    c.edit_json(&shared, r#"{"status":"destroyed"}"#)?;
    for (name, _, tablet) in &tablets {
        sync(&mut told, name, "own view", tablet, Arc::new(HttpTransport::new()))?;
    }
    sync(&mut told, b_name, "hears the others", b, Arc::new(HttpTransport::new()))?;
    let view = b.show(&shared)?;
    "AKM, serial KV 204417".clone_into(&mut told.weapon);
    for conflict in view.conflicts.iter().filter(|c| c.path == "make") {
        for said in &conflict.values {
            for by in &said.by {
                told.conflict.push((
                    conflict.label.clone(),
                    said.value.as_str().unwrap_or_default().to_owned(),
                    by.officer_name.clone().unwrap_or_default(),
                    by.device_label.clone().unwrap_or_default(),
                ));
            }
        }
    }
    for path in ["make", "make_as_seen"] {
        let value = if path == "make" { "IZHMASH" } else { "arrow in a triangle" };
        b.choose(&shared, path, text(value), "proof mark seen under the rear sight")?;
    }
    told.chosen = format!("{b_name} looked again and chose IZHMASH: proof mark seen under the rear sight");
    for (name, tablet) in [(b_name, b), (a_name, a), (c_name, c)] {
        sync(&mut told, name, "the choice", tablet, Arc::new(HttpTransport::new()))?;
    }
    let digests = [a.show(&shared)?.digest, b.show(&shared)?.digest, c.show(&shared)?.digest];
    told.agree = digests.iter().all(|d| Some(d) == digests.first());
    Ok(told)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn weapon(model: &str, calibre: &str, serial: &str) -> Draft {
    Draft::item()
        .with("kind", text("weapon"))
        .with("class", text("ASR"))
        .with("make", text("unknown"))
        .with("model", text(model))
        .with("calibre", text(calibre))
        .with("serial_status", text("read"))
        .with("status", text("stored"))
        .with_member(
            "markings",
            &[("type", text("SER")), ("text", text(serial)), ("condition", text("LEG")), ("location", text("RCV"))],
        )
}

fn sync(
    told: &mut Told,
    officer: &str,
    what: &str,
    tablet: &Tablet,
    by: Arc<dyn Transport>,
) -> Result<(), TabletError> {
    let report = tablet.sync(by)?;
    told.syncs.push(Synced {
        officer: officer.to_owned(),
        what: what.to_owned(),
        up: report.pushed,
        down: report.pulled,
        bytes: report.bytes_sent + report.bytes_received,
        round_trips: report.round_trips,
    });
    Ok(())
}

impl Told {
    /// For people.
    pub fn in_words(&self) -> String {
        let mut out = String::from("\nTRAINING: everything below is made up\n\nRecorded without a network\n");
        let mut put = |text: String| _ = writeln!(out, "{text}");
        for (name, role, count) in &self.recorded {
            put(format!("  {name:<9} {role:<12} {count:>4} items and 1 collection"));
        }
        put("\nSync over HTTP (sent and heard in statements)\n  officer   sync                   sent  heard    bytes  trips".to_owned());
        for s in &self.syncs {
            put(format!(
                "  {:<9} {:<20} {:>6} {:>6} {:>8} {:>6}",
                s.officer, s.what, s.up, s.down, s.bytes, s.round_trips
            ));
        }
        let resumed = if self.interrupted {
            "One answer was lost on the way; the tablet asked again, and nothing was lost or doubled."
        } else {
            ""
        };
        put(format!("  {resumed}\n\nTwo teams, one weapon ({})", self.weapon));
        for (label, value, officer, device) in &self.conflict {
            put(format!("  {label}: {value:<9} says {officer}, on {device}"));
        }
        put(format!("  {}", self.chosen));
        put(format!("  All three tablets show the same afterwards: {}", if self.agree { "yes" } else { "NO" }));
        put(format!("\nThe register holds {} items", self.held.iter().map(|(_, _, n)| n).sum::<i64>()));
        for (kind, class, n) in &self.held {
            let label =
                ploughshare_core::domain::codes::list("weapon_class").and_then(|l| l.label(class)).unwrap_or(class);
            put(format!("  {n:>4}  {kind:<11} {label}"));
        }
        put(format!(
            "\n  Conflicts open: {}\n  Claims kept, shown and not counted: {} (a storekeeper alone said \"destroyed\")\n\nWhat does not fit; people decide, nothing is corrected by itself",
            self.conflicts_left, self.claims
        ));
        for (rule, n, title, example) in &self.findings {
            put(format!("  {n:>4} ×  {title} [{rule}]\n           such as: {example}"));
        }
        put(format!("\nAudit log: {} leaves under the root {}", self.audit.0, self.audit.1));
        put(format!(
            "\nThe server runs at {}; its description is at {}/openapi.json\nMeanwhile, in another terminal (from the sources: cargo run --release -- …):\n  ploughshare verify --data {}\n      checks logs, signatures and rights",
            self.address, self.address, self.folder
        ));
        put(format!(
            "  ploughshare rebuild --check --data {}\n      makes the tables again from what was said, and compares\nCtrl-C ends it.",
            self.folder
        ));
        out
    }
}
