//! `ploughshare rebuild [--check]`: the register made again from what was said.

use std::fmt::Write as _;

use serde_json::json;

use super::{Answer, Failure, bar, follow};
use crate::app::App;
use crate::rebuild;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only compare: replay everything into fresh tables and hold them against the live ones, row for row.
    #[arg(long)]
    check: bool,
}

pub(super) async fn run(app: &App, args: Args) -> Result<Answer, Failure> {
    let progress = bar("replaying");
    if !args.check {
        let (segments, entries) = rebuild::rebuild(app, &mut follow(&progress)).await?;
        progress.finish_and_clear();
        let text = format!("the register was made again from {segments} segments with {entries} entries");
        return Ok(Answer::new(json!({ "segments": segments, "entries": entries }), text));
    }
    let report = rebuild::check(app, &mut follow(&progress)).await?;
    progress.finish_and_clear();
    let mut text = format!("replayed {} segments with {} entries\n", report.segments, report.entries);
    for table in report.tables.iter().filter(|table| table.differing > 0 || table.live != table.rebuilt) {
        // Writing to a string cannot fail.
        _ = writeln!(
            text,
            "  {}: {} rows live, {} rebuilt, {} differ",
            table.name, table.live, table.rebuilt, table.differing
        );
        for row in &table.rows {
            _ = writeln!(text, "    {} {}", row.key, row.columns.join(", "));
        }
    }
    let equal = report.is_equal();
    let rows: u64 = report.tables.iter().map(|table| table.live).sum();
    let verdict = if equal {
        format!("equal: {rows} rows in {} tables", report.tables.len())
    } else {
        "NOT equal. What was said is unharmed: `ploughshare rebuild` makes the tables again; `ploughshare verify` checks what was said".to_owned()
    };
    text.push_str(&verdict);
    let json =
        json!({ "equal": equal, "segments": report.segments, "entries": report.entries, "tables": report.tables });
    let answer = Answer::new(json, text);
    Ok(if equal { answer } else { answer.but_bad() })
}
