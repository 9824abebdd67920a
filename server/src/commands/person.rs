//! `ploughshare person list|read|erase|due`.

use std::fmt::Write as _;
use std::sync::Arc;

use ploughshare_core::ids::PersonHash;
use serde_json::json;

use super::answer::when;
use super::{Answer, Failure};
use crate::app::App;
use crate::audit::ReadsLog;
use crate::identity::caller::Scope;
use crate::persons::{self, Purpose};
use crate::store::persons::{self as rows, Blob};

/// Records looked at in one go.
const PAGE: u32 = 500;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Which sealed records there are; never what one says.
    List {
        /// Only those that no item names.
        #[arg(long)]
        unreferenced: bool,
    },
    /// Open a sealed record. The read is written to the log of reads first.
    Read {
        /// Its name: 64 hex digits.
        hash: PersonHash,
        /// A code: receipt_reissue, appeal, benefits, legal, data_subject_request.
        #[arg(long)]
        purpose: String,
        /// The case: a code or number, never a name.
        #[arg(long)]
        reference: String,
    },
    /// Erase a sealed record for good, by destroying its key. The item, the feed and the log stay as they are.
    Erase {
        /// Its name: 64 hex digits.
        hash: PersonHash,
        /// A code: retention, data_subject_request, recorded_in_error, protection, legal.
        #[arg(long)]
        reason: String,
    },
    /// Records kept for longer than person_retention_days. Nothing is erased by this.
    Due {
        /// Days, instead of the setting.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=36_500))]
        days: Option<u32>,
    },
}

pub(super) async fn run(app: &Arc<App>, command: Command) -> Result<Answer, Failure> {
    match command {
        Command::List { unreferenced } => list(app, unreferenced).await,
        Command::Read { hash, purpose, reference } => {
            let purpose = Purpose::new(&purpose, &reference)?;
            let log = ReadsLog::default();
            let record = persons::read(app, &log, "operator", None, &hash, &Scope::All, &purpose).await?;
            let person = serde_json::to_value(record.person()).unwrap_or_default();
            let mut text = String::new();
            for (field, value) in person.as_object().into_iter().flatten() {
                // Writing to a string cannot fail.
                _ = writeln!(text, "{field:<20} {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            }
            Ok(Answer::new(json!({ "hash": hash, "person": person }), text.trim_end()))
        }
        Command::Erase { hash, reason } => {
            let changed = persons::erase(app, "operator", &hash, &Scope::All, &reason).await?;
            let text =
                if changed { "erased; its key is destroyed" } else { "it was erased before; nothing was changed" };
            Ok(Answer::new(json!({ "hash": hash, "erased": true, "changed": changed }), text))
        }
        Command::Due { days } => due(app, days).await,
    }
}

async fn list(app: &App, unreferenced: bool) -> Result<Answer, Failure> {
    let mut all: Vec<(Blob, usize)> = Vec::new();
    let mut after = None;
    loop {
        let page = rows::page(&app.store.feed, None, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.hash);
        let hashes: Vec<_> = page.iter().map(|blob| blob.hash).collect();
        let items = rows::items_of(&app.store.register, &hashes).await?;
        let counted = page.into_iter().map(|blob| (items.get(&blob.hash).map_or(0, Vec::len), blob));
        all.extend(counted.filter(|(items, _)| !unreferenced || *items == 0).map(|(items, blob)| (blob, items)));
    }
    let state = |blob: &Blob| if blob.erased.is_some() { "erased" } else { "sealed" };
    let cells = |(blob, items): &(Blob, usize)| {
        vec![blob.hash.to_string(), state(blob).to_owned(), when(blob.received_at), items.to_string()]
    };
    let row = |(blob, items): &(Blob, usize)| {
        json!({ "hash": blob.hash, "operation": blob.operation, "state": state(blob), "device": blob.device,
            "received_at_ms": blob.received_at / 1000, "items": items })
    };
    Ok(Answer::table(&all, &["record", "state", "received", "items"], cells, row))
}

async fn due(app: &App, days: Option<u32>) -> Result<Answer, Failure> {
    let Some(days) = days.or(app.settings.person_retention_days) else {
        let next = "set person_retention_days, or name the days with --days";
        return Err(Failure::new("person.no_retention", "nobody said how long records are kept", next).misunderstood());
    };
    let due = persons::overdue(app, days).await?;
    let cells = |(blob, age): &(Blob, i64)| vec![blob.hash.to_string(), when(blob.received_at), age.to_string()];
    let row = |(blob, age): &(Blob, i64)| json!({ "hash": blob.hash, "operation": blob.operation, "received_at_ms": blob.received_at / 1000, "days": age });
    Ok(Answer::table(&due, &["record", "received", "days"], cells, row))
}
