//! `ploughshare operation create|list|dates|describe|close`.

use std::collections::BTreeMap;

use ploughshare_core::domain::time::parse_iso8601;
use serde_json::json;

use super::answer::when;
use super::{Answer, Failure};
use crate::app::App;
use crate::identity::{REGISTER_SCOPE, people};
use crate::registrar::close::close;
use crate::registrar::{By, RegistrarError, catch_up, rulings};
use crate::store::identity::{self as rows, Operation};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Open an operation.
    Create {
        /// A short code: lower-case letters, digits, dashes.
        #[arg(long)]
        code: String,
        /// Its name.
        #[arg(long)]
        name: String,
        /// An exercise: nothing in it is real.
        #[arg(long)]
        training: bool,
    },
    /// All operations.
    List,
    /// Say on which days the programme collects: rule R44 finds what is said to be collected before or after. It tunes that rule, as
    /// `rules tune R44` and the API do.
    Dates {
        /// Its code or id.
        operation: String,
        /// The first day, such as 2026-03-01; `open` where nothing is ruled.
        #[arg(value_parser = day)]
        first: i64,
        /// The last day; `open` where it is not known yet.
        #[arg(value_parser = day)]
        last: i64,
    },
    /// Say in which country and by which organisation the programme is run: certificates of destruction name both. What is not given stays.
    #[command(group(clap::ArgGroup::new("said").required(true).multiple(true)))]
    Describe {
        /// Its code or id.
        operation: String,
        /// The country: two letters of ISO 3166-1, such as KE.
        #[arg(long, group = "said")]
        country: Option<String>,
        /// The organisation that runs it.
        #[arg(long, group = "said")]
        organisation: Option<String>,
    },
    /// Close an operation: nothing more is taken in. What is unfinished is said first.
    Close {
        /// Its code or id.
        operation: String,
        /// Why, on one line; it stands in the feed.
        #[arg(long)]
        reason: String,
        /// Also when something is unfinished.
        #[arg(long)]
        force: bool,
    },
}

pub(super) async fn run(app: &App, command: Command) -> Result<Answer, Failure> {
    match command {
        Command::Create { code, name, training } => {
            let operation = people::open_operation(app, "operator", &code, &name, training).await?;
            let text = format!("operation {} is open, id {}", operation.code, operation.id);
            Ok(Answer::new(row(&operation), text))
        }
        Command::List => {
            let mut all = rows::operations(&app.store.feed).await?;
            all.retain(|operation| operation.id != REGISTER_SCOPE);
            let heads = ["code", "name", "id", "training", "opened", "closed"];
            let text = |one: &Operation| {
                let training = if one.training { "training" } else { "" };
                let closed = one.closed_at.map(when).unwrap_or_default();
                vec![
                    one.code.clone(),
                    one.name.clone(),
                    one.id.to_string(),
                    training.to_owned(),
                    when(one.created_at),
                    closed,
                ]
            };
            Ok(Answer::table(&all, &heads, text, row))
        }
        Command::Dates { operation, first, last } => {
            if last > 0 && last < first {
                return Err(RegistrarError::DaysReversed.into());
            }
            catch_up(app).await?;
            let operation = people::find_operation(app, &operation).await?.id;
            let days = BTreeMap::from([("first_day".to_owned(), first), ("last_day".to_owned(), last)]);
            let decision = rulings::tune(app, &By::operator(app), &operation, "R44", None, &days).await?;
            let json = json!({ "operation": operation, "first_day": first, "last_day": last, "decision": decision });
            Ok(Answer::new(json, format!("decision {decision}: what is collected on other days is found")))
        }
        Command::Describe { operation, country, organisation } => {
            catch_up(app).await?;
            let operation = people::find_operation(app, &operation).await?.id;
            let (country, organisation) = (country.as_deref(), organisation.as_deref());
            let decision =
                rulings::describe_operation(app, &By::operator(app), &operation, country, organisation).await?;
            let json = json!({
                "operation": operation, "country": country, "organisation": organisation, "decision": decision
            });
            Ok(Answer::new(json, format!("decision {decision}: certificates issued from now on say so")))
        }
        Command::Close { operation, reason, force } => {
            catch_up(app).await?;
            let operation = people::find_operation(app, &operation).await?;
            let (changed, unfinished) = close(app, &By::operator(app), &operation.id, &reason, force).await?;
            let text = if changed {
                "closed; tablets keep their own data"
            } else {
                "it was closed before; nothing was changed"
            };
            Ok(Answer::new(
                json!({ "id": operation.id, "closed": true, "changed": changed, "unfinished": unfinished }),
                text,
            ))
        }
    }
}

/// A day as its number since 1970-01-01; 0 is no day.
fn day(text: &str) -> Result<i64, String> {
    if text == "open" {
        return Ok(0);
    }
    let day = parse_iso8601(text).map(|ms| ms.div_euclid(86_400_000)).filter(|day| *day > 0);
    day.ok_or_else(|| "write it as 2026-03-01, or `open`".to_owned())
}

fn row(operation: &Operation) -> serde_json::Value {
    json!({
        "id": operation.id,
        "code": operation.code,
        "name": operation.name,
        "training": operation.training,
        "opened_at_ms": operation.created_at / 1000,
        "closed_at_ms": operation.closed_at.map(|us| us / 1000),
    })
}
