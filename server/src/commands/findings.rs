//! `ploughshare findings list|show|justify|withdraw`: what the rules noticed, and what was said of it.

use std::fmt::Write as _;

use ploughshare_core::rules;
use serde_json::json;

use super::answer::when;
use super::{Answer, Failure};
use crate::app::App;
use crate::identity::people;
use crate::registrar::justify::{Deed, settle};
use crate::registrar::{By, RegistrarError, catch_up};
use crate::store::read_documents;
use crate::store::read_findings::{self, Found, Wanted};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Findings, open ones unless asked otherwise.
    List {
        /// A rule such as R01.
        #[arg(long)]
        rule: Option<String>,
        /// open, justified, fixed or all.
        #[arg(long, default_value = "open", value_parser = ["open", "justified", "fixed", "all"])]
        state: String,
        /// block, warn, flag or report.
        #[arg(long)]
        severity: Option<String>,
        /// Site of either item.
        #[arg(long)]
        site: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
    /// One finding, explained, with what became of it.
    Show {
        /// Its id.
        finding: String,
    },
    /// Say why an open finding is in order.
    Justify(Why),
    /// Take such a reason back.
    Withdraw(Why),
}

#[derive(Debug, clap::Args)]
pub(super) struct Why {
    /// Id of the finding.
    finding: String,
    /// Why, on one line.
    #[arg(long)]
    reason: String,
    /// Name or id of the registrar.
    #[arg(long)]
    officer: String,
}

pub(super) async fn run(app: &App, command: Command) -> Result<Answer, Failure> {
    catch_up(app).await?;
    match command {
        Command::List { rule, state, severity, site, limit } => {
            let state = Some(state).filter(|state| state != "all");
            let wanted = Wanted { rule, state, severity, site, limit, ..Wanted::default() };
            let mut found = read_findings::list(&app.store.register, &wanted).await?;
            found.truncate(limit as usize);
            let heads = ["id", "rule", "severity", "state", "since", "message"];
            let cells = |one: &Found| {
                let id = hex::encode(one.id);
                vec![
                    id,
                    one.rule.clone(),
                    one.severity.clone(),
                    one.state.clone(),
                    when(one.opened_at),
                    one.message.clone(),
                ]
            };
            Ok(Answer::table(&found, &heads, cells, row))
        }
        Command::Show { finding } => show(app, &finding).await,
        Command::Justify(why) => said(app, why, Deed::Justify).await,
        Command::Withdraw(why) => said(app, why, Deed::Withdraw).await,
    }
}

fn id_of(text: &str) -> Result<[u8; 32], RegistrarError> {
    let mut id = [0; 32];
    hex::decode_to_slice(text, &mut id).map(|()| id).map_err(|_| RegistrarError::FindingUnknown)
}

async fn show(app: &App, finding: &str) -> Result<Answer, Failure> {
    let id = id_of(finding)?;
    let found = read_findings::one(&app.store.register, &id).await?.ok_or(RegistrarError::FindingUnknown)?;
    let names = read_documents::names(&app.store.feed).await?;
    let events = read_findings::events(&app.store.register, &id).await?;
    let rule = rules::rule(&found.rule);
    let (title, explanation) = rule.map_or(("", ""), |rule| (rule.title, rule.explanation));
    let history: Vec<_> = events
        .iter()
        .map(|event| {
            let name = event.officer.as_ref().and_then(|officer| names.get(officer));
            json!({ "state": event.state, "at_ms": event.at / 1000, "officer": event.officer, "officer_name": name, "reason": event.reason })
        })
        .collect();
    let mut text = format!("{} {title}: {}\n{}\n\n{explanation}\n", found.rule, found.state, found.message);
    for event in &events {
        let name = event.officer.as_ref().and_then(|officer| names.get(officer)).cloned().unwrap_or_default();
        let reason = event.reason.clone().unwrap_or_default();
        // Writing to a string cannot fail.
        _ = write!(text, "\n{}  {:<10} {name} {reason}", when(event.at), event.state);
    }
    let mut json = row(&found);
    if let Some(json) = json.as_object_mut() {
        json.insert("title".to_owned(), title.into());
        json.insert("explanation".to_owned(), explanation.into());
        json.insert("history".to_owned(), history.into());
    }
    Ok(Answer::new(json, text))
}

async fn said(app: &App, why: Why, deed: Deed) -> Result<Answer, Failure> {
    let officer = people::find_officer(app, &why.officer).await?;
    let by = By::at_the_machine(app, &officer.id).await?;
    let done = settle(app, &by, &id_of(&why.finding)?, deed, &why.reason).await?;
    let json = json!({ "finding": why.finding, "operation": done.operation, "item": done.item, "entry": done.entry });
    let text = if deed == Deed::Justify { "justified; the finding stays" } else { "withdrawn; the finding is open" };
    Ok(Answer::new(json, text))
}

fn row(one: &Found) -> serde_json::Value {
    json!({
        "id": hex::encode(one.id), "rule": one.rule, "severity": one.severity, "state": one.state,
        "operation": one.operation, "item": one.item, "other_operation": one.other_operation, "other_item": one.other_item,
        "message": one.message, "opened_at_ms": one.opened_at / 1000,
    })
}
