//! `ploughshare duplicates list|judge`: pairs of items that may be one.

use ploughshare_core::decision::Judgement;
use ploughshare_core::ids::DocId;
use serde_json::json;

use super::answer::when;
use super::{Answer, Failure};
use crate::app::App;
use crate::identity::people;
use crate::registrar::judge::{Judging, judge};
use crate::registrar::{By, catch_up};
use crate::store::read_documents;
use crate::store::read_links::{self, Candidate, Wanted};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Pairs that may be one.
    List {
        /// open (what waits), unsure, same, different or all.
        #[arg(long, default_value = "open", value_parser = ["open", "unsure", "same", "different", "all"])]
        state: String,
        /// Site of either item.
        #[arg(long)]
        site: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
    /// Judge a pair, in the name of a registrar of both operations who recorded neither.
    Judge {
        /// One item.
        item: DocId,
        /// The other.
        other: DocId,
        /// same, different or unsure.
        #[arg(long, value_parser = judgement)]
        judgement: Judgement,
        /// Why, on one line.
        #[arg(long)]
        reason: String,
        /// Name or id of the registrar.
        #[arg(long)]
        officer: String,
    },
}

fn judgement(code: &str) -> Result<Judgement, String> {
    Judgement::from_code(code).ok_or_else(|| "judgements are same, different, unsure".to_owned())
}

pub(super) async fn run(app: &App, command: Command) -> Result<Answer, Failure> {
    catch_up(app).await?;
    match command {
        Command::List { state, site, limit } => {
            let wanted = Wanted { state, site, limit, ..Wanted::default() };
            let mut found = read_links::candidates(&app.store.register, &wanted).await?;
            found.truncate(limit as usize);
            let names = read_documents::names(&app.store.feed).await?;
            let heads = ["item", "other", "since", "judged", "by", "reason"];
            let cells = |one: &Candidate| {
                let judged = one.judged.as_ref();
                let by = judged.and_then(|judged| names.get(&judged.officer).cloned()).unwrap_or_default();
                vec![
                    one.pair.0.1.to_string(),
                    one.pair.1.1.to_string(),
                    when(one.since),
                    judged.map(|judged| judged.judgement.clone()).unwrap_or_default(),
                    by,
                    judged.map(|judged| judged.reason.clone()).unwrap_or_default(),
                ]
            };
            let row = |one: &Candidate| {
                let judged = one.judged.as_ref().map(|judged| {
                    json!({ "judgement": judged.judgement, "officer": judged.officer, "reason": judged.reason, "at_ms": judged.decided_at / 1000 })
                });
                json!({
                    "operation": one.pair.0.0, "item": one.pair.0.1, "other_operation": one.pair.1.0, "other": one.pair.1.1,
                    "since_ms": one.since / 1000, "judged": judged,
                })
            };
            Ok(Answer::table(&found, &heads, cells, row))
        }
        Command::Judge { item, other, judgement, reason, officer } => {
            let officer = people::find_officer(app, &officer).await?;
            let by = By::at_the_machine(app, &officer.id).await?;
            let done = judge(app, &by, &Judging { item, other, judgement, reason }).await?;
            let changed = !done.decisions.is_empty();
            let json = json!({ "item": item, "other": other, "judgement": judgement.code(), "changed": changed, "decisions": done.decisions });
            let text = if changed { judgement.code() } else { "it was judged so before; nothing was changed" };
            Ok(Answer::new(json, text))
        }
    }
}
