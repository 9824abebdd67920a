//! `ploughshare operation create|list|close`.

use serde_json::json;

use super::answer::when;
use super::{Answer, Failure};
use crate::app::App;
use crate::identity::{REGISTER_SCOPE, people};
use crate::registrar::close::close;
use crate::registrar::{By, catch_up};
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
