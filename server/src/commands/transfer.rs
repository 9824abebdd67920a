//! `ploughshare transfer`: items go on in another operation.

use ploughshare_core::ids::DocId;
use serde_json::json;

use super::{Answer, Failure};
use crate::app::App;
use crate::identity::people;
use crate::registrar::transfer::{Transfer, Transferred, transfer};
use crate::registrar::{By, catch_up};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Ids of the items.
    #[arg(required = true)]
    items: Vec<DocId>,
    /// Code or id of the operation that they go to.
    #[arg(long)]
    to: String,
    /// Why, on one line.
    #[arg(long)]
    reason: String,
    /// Also what is held as evidence; the hold goes with it.
    #[arg(long)]
    with_hold: bool,
    /// Name or id of a registrar of both operations; whoever runs the machine, unless given.
    #[arg(long)]
    officer: Option<String>,
}

pub(super) async fn run(app: &App, args: Args) -> Result<Answer, Failure> {
    catch_up(app).await?;
    let to = people::find_operation(app, &args.to).await?.id;
    let by = match &args.officer {
        None => By::operator(app),
        Some(officer) => By::at_the_machine(app, &people::find_officer(app, officer).await?.id).await?,
    };
    let asked = Transfer { items: args.items, to, reason: args.reason, with_hold: args.with_hold };
    let done = transfer(app, &by, &asked).await?;
    let cells = |one: &Transferred| vec![one.from.1.to_string(), one.to.1.to_string(), one.decision.to_string()];
    let row = |one: &Transferred| {
        json!({
            "operation": one.from.0, "item": one.from.1, "to_operation": one.to.0, "to_item": one.to.1, "decision": one.decision,
        })
    };
    Ok(Answer::table(&done, &["item", "is now", "decision"], cells, row))
}
