//! `ploughshare marks add-series|list`: series of numbers for unique marks, and who was given which.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::domain::serial;
use serde_json::json;

use super::{Answer, Failure};
use crate::app::App;
use crate::identity::people;
use crate::marks::{self, MarksError};
use crate::store::identity as identities;
use crate::store::marks::{self as rows, Block, Series};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Add a series of marks, or let another operation take numbers of it.
    AddSeries {
        /// Code or id of the operation.
        #[arg(long)]
        operation: String,
        /// What stands before the number, for example `*BI`.
        #[arg(long)]
        prefix: String,
        /// What stands after the number.
        #[arg(long, default_value = "")]
        suffix: String,
        /// Digits of the number, with leading zeros.
        #[arg(long)]
        width: u32,
        /// The first number, where others were used before.
        #[arg(long, default_value_t = 1)]
        first: u64,
    },
    /// All series: the next number, the blocks given to devices, and how many marks of each were made.
    List,
}

pub(super) async fn run(app: &App, command: Command) -> Result<Answer, Failure> {
    match command {
        Command::AddSeries { operation, prefix, suffix, width, first } => {
            let operation = people::find_operation(app, &operation).await?;
            let (series, changed) = marks::add_series(app, &operation.id, &prefix, &suffix, width, first).await?;
            let text = if changed {
                format!("{} takes marks of series {}, next number {}", operation.code, series.name, series.next)
            } else {
                "it was so before; nothing was changed".to_owned()
            };
            let json = json!({
                "series": series.name, "prefix": series.prefix, "suffix": series.suffix, "width": series.width,
                "next": series.next, "operation": operation.id, "changed": changed,
            });
            Ok(Answer::new(json, text))
        }
        Command::List => list(app).await,
    }
}

async fn list(app: &App) -> Result<Answer, Failure> {
    let series = rows::all_series(&app.store.feed).await?;
    let blocks = rows::blocks(&app.store.feed).await?;
    let mut operations: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, operation) in rows::allowed(&app.store.feed).await? {
        let code = identities::operation(&app.store.feed, &operation).await?.map(|known| known.code);
        operations.entry(name).or_default().insert(code.unwrap_or_else(|| operation.to_string()));
    }
    let mut lines: Vec<(Series, Option<(Block, usize)>)> = Vec::new();
    for one in series {
        let seen = rows::marks_like(&app.store.register, &serial::normalise(&one.prefix)).await?;
        let seen: Vec<u64> = seen.iter().filter_map(|mark| marks::number_of(&one, mark)).collect();
        let before = lines.len();
        for block in blocks.iter().filter(|block| block.series == one.name) {
            let used = seen.iter().filter(|number| (block.first..block.first + block.count).contains(number)).count();
            lines.push((one.clone(), Some((block.clone(), used))));
        }
        if lines.len() == before {
            lines.push((one, None));
        }
    }
    let heads = ["series", "next", "operations", "device", "from", "count", "used"];
    let codes = |name: &str| operations.get(name).into_iter().flatten().cloned().collect::<Vec<_>>();
    let cells = |(series, block): &(Series, Option<(Block, usize)>)| {
        let of = |cell: &dyn Fn(&Block, usize) -> String| {
            block.as_ref().map(|(block, used)| cell(block, *used)).unwrap_or_default()
        };
        vec![
            series.name.clone(),
            series.next.to_string(),
            codes(&series.name).join(", "),
            of(&|block, _| block.device.to_string()),
            of(&|block, _| block.first.to_string()),
            of(&|block, _| block.count.to_string()),
            of(&|_, used| used.to_string()),
        ]
    };
    let row = |(series, block): &(Series, Option<(Block, usize)>)| {
        let block = block.as_ref().map(|(block, used)| {
            json!({
                "device": block.device, "operation": block.operation, "first": block.first, "count": block.count,
                "decision": block.decision, "used": used, "given_at_ms": block.given_at / 1000,
            })
        });
        json!({ "series": series.name, "next": series.next, "operations": codes(&series.name), "block": block })
    };
    Ok(Answer::table(&lines, &heads, cells, row))
}

impl From<MarksError> for Failure {
    fn from(error: MarksError) -> Self {
        let code = error.code();
        match error {
            MarksError::Store(error) => error.into(),
            other => Self::new(code, &other, "see `ploughshare marks list`, correct the command, run it again"),
        }
    }
}
