//! `ploughshare verify`: from the database, or with `--file` from an export and a public key alone.

use std::fmt::Write as _;
use std::path::PathBuf;

use ploughshare_core::audit::VerifierKey;
use serde_json::json;

use super::{Answer, Failure, bar, follow, open};
use crate::audit::verify::{self, Report};
use crate::audit::{AuditError, verifier_key};
use crate::config::Config;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Check this export file instead of the database.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The register's verifier key, known beforehand: `name+hash+base64`.
    #[arg(long, value_name = "KEY")]
    vkey: Option<VerifierKey>,
    /// A signed checkpoint that somebody outside has kept; may be given several times.
    #[arg(long, value_name = "FILE")]
    witnessed: Vec<PathBuf>,
}

pub(super) async fn run(config: &Config, args: Args) -> Result<Answer, Failure> {
    let progress = bar("checking");
    match &args.file {
        Some(_) => from_file(args, &progress),
        None => from_database(config, args, &progress).await,
    }
}

async fn from_database(config: &Config, args: Args, progress: &indicatif::ProgressBar) -> Result<Answer, Failure> {
    let app = open(config).await?;
    let own = verifier_key(&app).map_err(AuditError::from)?;
    let key = args.vkey.as_ref().unwrap_or(&own);
    let witnessed = args.witnessed.iter().map(|path| verify::witnessed(path, key)).collect::<Result<Vec<_>, _>>()?;
    let report = verify::database(&app, args.vkey.as_ref(), &witnessed, &mut follow(progress)).await?;
    progress.finish_and_clear();
    let answer =
        Answer::new(json!({ "whole": report.is_whole(), "vkey": own.to_string(), "report": report }), words(&report));
    Ok(if report.is_whole() { answer } else { answer.but_bad() })
}

fn words(report: &Report) -> String {
    let mut text = format!(
        "{} leaves of the audit log, {} of the log of reads, {} signed heads, {} segments, {} decisions, {} sealed records of people checked\n",
        report.audit_leaves, report.reads_leaves, report.checkpoints, report.segments, report.decisions, report.persons
    );
    for fault in &report.faults {
        // Writing to a string cannot fail.
        _ = writeln!(text, "  {} {}: {}", fault.table, fault.row, fault.what);
    }
    let unlisted = report.faults_count - report.faults.len() as u64;
    if unlisted > 0 {
        _ = writeln!(text, "  and {unlisted} more");
    }
    text.push_str(if report.is_whole() {
        "everything is as it was written"
    } else {
        "NOT as it was written. Keep a copy of everything as it is, and compare with the last backup"
    });
    text
}

fn from_file(args: Args, progress: &indicatif::ProgressBar) -> Result<Answer, Failure> {
    let (Some(path), vkey) = (args.file, args.vkey) else {
        return Err(Failure::new("verify.no_file", "no file was named", "name it with --file").misunderstood());
    };
    let witnessed = match &vkey {
        Some(key) => args.witnessed.iter().map(|path| verify::witnessed(path, key)).collect::<Result<Vec<_>, _>>()?,
        None if args.witnessed.is_empty() => Vec::new(),
        None => {
            let next = "name the key with --vkey; without it nobody knows who signed the checkpoint";
            return Err(Failure::new("verify.no_key", "--witnessed needs --vkey", next).misunderstood());
        }
    };
    let verified = verify::file(&path, vkey, witnessed, &mut follow(progress))?;
    progress.finish_and_clear();
    let json = json!({
        "whole": true,
        "register": verified.register,
        "log": verified.log,
        "size": verified.size,
        "root": hex::encode(verified.root),
        "by_verb": verified.by_verb,
        "vkey": verified.vkey.to_string(),
        "pinned": verified.pinned,
        "witnessed": verified.witnessed,
    });
    let mut text = format!(
        "{} leaves of the {} log of register {}: all there, in order, unaltered",
        verified.size, verified.log, verified.register
    );
    for (verb, count) in &verified.by_verb {
        // Writing to a string cannot fail.
        _ = write!(text, "\n  {count:>8}  {verb}");
    }
    if !verified.pinned {
        text.push_str("\nNo key was given with --vkey: this shows only that the file agrees with itself");
    }
    Ok(Answer::new(json, text))
}
