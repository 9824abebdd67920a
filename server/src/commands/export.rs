//! `ploughshare export-log FILE`.

use std::path::PathBuf;

use serde_json::json;

use super::{Answer, Failure, bar, follow};
use crate::app::App;
use crate::audit::{AuditError, export, log_named, verifier_key};
use crate::store::audit_log::Log;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where to write it.
    file: PathBuf,
    /// `audit` or `reads`.
    #[arg(long, default_value = "audit", value_parser = ["audit", "reads"])]
    log: String,
}

pub(super) async fn run(app: &App, args: Args) -> Result<Answer, Failure> {
    let log = log_named(&args.log).unwrap_or(Log::Audit);
    let progress = bar("exporting");
    let size = export::to_file(app, "operator", log, &args.file, &mut follow(&progress)).await?;
    progress.finish_and_clear();
    let vkey = verifier_key(app).map_err(AuditError::from)?.to_string();
    let json = json!({ "file": args.file, "log": args.log, "size": size, "vkey": vkey });
    let file = args.file.display();
    Ok(Answer::new(
        json,
        format!("{size} leaves written to {file}\ncheck it with: ploughshare verify --file {file} --vkey {vkey}"),
    ))
}
