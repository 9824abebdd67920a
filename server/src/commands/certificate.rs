//! `ploughshare certificate assess|issue|write` and `ploughshare verify-certificate FILE`.

use std::fmt::Write as _;
use std::path::PathBuf;

use ploughshare_core::audit::VerifierKey;
use ploughshare_core::certificate::Checked;
use ploughshare_core::destruction::{Fate, Outcome};
use ploughshare_core::domain::time::format_iso8601;
use ploughshare_core::ids::{DocId, OperationId};
use ploughshare_paper::Language;
use serde_json::json;

use super::{Answer, Failure, bar, open};
use crate::app::App;
use crate::audit::{AuditError, verifier_key};
use crate::certificate::{self, IssueError, Paper};
use crate::config::Config;
use crate::identity::people;
use crate::store::certificates;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// What a destruction came to, and what stands in the way of its certificate.
    Assess(Which),
    /// Issue the certificate of a destruction into the audit log.
    Issue {
        #[command(flatten)]
        which: Which,
        /// Its number; without one the next of the operation is taken.
        #[arg(long)]
        number: Option<String>,
    },
    /// Write an issued certificate to a file.
    Write {
        #[command(flatten)]
        which: Which,
        /// As PDF, with the proof inside.
        #[arg(long, value_name = "FILE", required_unless_present = "proof")]
        pdf: Option<PathBuf>,
        /// The proof alone.
        #[arg(long, value_name = "FILE")]
        proof: Option<PathBuf>,
        /// Language of the PDF: en, fr or ar.
        #[arg(long, default_value = "en", value_parser = ["en", "fr", "ar"])]
        lang: String,
    },
}

/// Which destruction.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// Id of the destruction.
    destruction: DocId,
    /// Code or id of the operation.
    #[arg(long)]
    operation: String,
}

#[derive(Debug, clap::Args)]
pub(super) struct Check {
    /// A certificate as PDF, or its proof.
    file: PathBuf,
    /// The register's verifier key, from a source that you trust and not from whoever brings the file: `name+hash+base64`. Without it the
    /// register in the data folder is asked for its own.
    #[arg(long, value_name = "KEY")]
    vkey: Option<VerifierKey>,
}

async fn operation(app: &App, which: &Which) -> Result<OperationId, Failure> {
    Ok(people::find_operation(app, &which.operation).await?.id)
}

pub(super) async fn run(app: &App, command: Command) -> Result<Answer, Failure> {
    match command {
        Command::Assess(which) => assess(app, &which).await,
        Command::Issue { which, number } => {
            let operation = operation(app, &which).await?;
            let issued = certificate::issue(app, None, &operation, &which.destruction, number.as_deref()).await?;
            let list = hex::encode(issued.list_hash);
            let text = format!(
                "certificate {} is issued, leaf {} of the audit log\nlist of items (SHA-256) {list}\nwrite it with: ploughshare certificate write {} --operation {} --pdf certificate.pdf",
                issued.number, issued.leaf_index, which.destruction, which.operation
            );
            let json = json!({ "number": issued.number, "leaf": issued.leaf_index, "list_hash": list, "issued_at_ms": issued.issued_at / 1000 });
            Ok(Answer::new(json, text))
        }
        Command::Write { which, pdf, proof, lang } => write(app, &which, pdf, proof, &lang).await,
    }
}

async fn assess(app: &App, which: &Which) -> Result<Answer, Failure> {
    let operation = operation(app, which).await?;
    let assessed = certificate::gather(app, &operation, &which.destruction).await?.assess();
    let issued = certificates::of_document(&app.store.feed, &operation, &which.destruction).await?;
    let mut text = words(&assessed.outcome);
    for one in &assessed.obstacles {
        let item = one.item.map(|item| format!(" item {item}")).unwrap_or_default();
        // Writing to a string cannot fail.
        _ = write!(text, "\n  {}{item} [{}]", one.message, one.code);
    }
    _ = match (&issued, assessed.obstacles.len()) {
        (Some(issued), _) => write!(text, "\ncertificate {} was issued", issued.number),
        (None, 0) => write!(text, "\nnothing stands in the way: `ploughshare certificate issue`"),
        (None, n) => write!(text, "\n{n} thing(s) stand in the way of a certificate"),
    };
    let obstacles: Vec<_> = assessed
        .obstacles
        .iter()
        .map(|one| json!({ "code": one.code, "item": one.item, "message": one.message }))
        .collect();
    let good = obstacles.is_empty() || issued.is_some();
    let json = json!({
        "outcome": counts(&assessed.outcome),
        "obstacles": obstacles,
        "certificate": issued.map(|issued| issued.number),
    });
    let answer = Answer::new(json, text);
    Ok(if good { answer } else { answer.but_bad() })
}

fn counts(outcome: &Outcome) -> serde_json::Value {
    json!({
        "planned": outcome.planned(),
        "presented": outcome.presented(),
        "destroyed": outcome.count(Fate::Destroyed),
        "needs_second_process": outcome.count(Fate::NeedsSecondProcess),
        "failed": outcome.count(Fate::Failed),
        "rejected": outcome.count(Fate::Rejected),
        "withdrawn": outcome.count(Fate::Withdrawn),
        "unaccounted": outcome.count(Fate::Unaccounted),
        "weight_g": outcome.weight_g(),
        "reconciled": outcome.is_reconciled(),
    })
}

fn words(outcome: &Outcome) -> String {
    let rest: usize =
        [Fate::NeedsSecondProcess, Fate::Failed, Fate::Unaccounted].iter().map(|fate| outcome.count(*fate)).sum();
    format!(
        "planned {} = destroyed {} + rejected {} + withdrawn {}{}",
        outcome.planned(),
        outcome.count(Fate::Destroyed),
        outcome.count(Fate::Rejected),
        outcome.count(Fate::Withdrawn),
        if rest > 0 { format!(" + NOT SETTLED {rest}") } else { String::new() }
    )
}

async fn write(
    app: &App,
    which: &Which,
    pdf: Option<PathBuf>,
    proof: Option<PathBuf>,
    lang: &str,
) -> Result<Answer, Failure> {
    let operation = operation(app, which).await?;
    let file = certificate::file(app, &operation, &which.destruction).await?;
    let key = verifier_key(app).map_err(AuditError::from)?;
    let language = Language::from_code(lang).unwrap_or(Language::English);
    let mut written = Vec::new();
    if let Some(path) = pdf {
        let progress = bar("printing");
        let printed = certificate::paper(&file, &key, language)?;
        progress.finish_and_clear();
        put(&path, &printed)?;
        written.push(path);
    }
    if let Some(path) = proof {
        put(&path, &file)?;
        written.push(path);
    }
    let names: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
    let check: Vec<String> =
        names.iter().map(|name| format!("check it with: ploughshare verify-certificate {name} --vkey {key}")).collect();
    let text = format!("written: {}\n{}", names.join(", "), check.join("\n"));
    Ok(Answer::new(json!({ "files": names, "vkey": key.to_string() }), text))
}

fn put(path: &std::path::Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|source| AuditError::File { path: path.to_owned(), source }.into())
}

/// Checks a certificate. With a key no store is opened at all.
pub(super) async fn check(config: &Config, args: Check) -> Result<Answer, Failure> {
    let path = args.file;
    let bytes = std::fs::read(&path).map_err(|source| AuditError::File { path: path.clone(), source })?;
    let (key, pinned) = match args.vkey {
        Some(key) => (key, true),
        None => (verifier_key(&*open(config).await?).map_err(AuditError::from)?, false),
    };
    let (checked, paper) = certificate::read(&bytes, &key)?;
    let text = told(&checked, paper, &key, pinned);
    let state = &checked.state;
    let json = json!({
        "holds": true,
        "number": checked.body.number,
        "operation": checked.body.operation,
        "operation_name": checked.body.operation_name,
        "destruction": checked.body.document,
        "register": checked.body.register,
        "issued_at_ms": checked.body.issued_ms,
        "list_hash": hex::encode(checked.list_hash),
        "leaf": checked.leaf_index,
        "log_size": checked.log_size,
        "outcome": counts(&checked.outcome),
        "attested_by": state.destroyed.keys().collect::<Vec<_>>(),
        "witnessed_by": state.witnessed.keys().collect::<Vec<_>>(),
        "paper": match paper {
            Paper::Proof => "none",
            Paper::Agrees(language) => language.code(),
        },
        "vkey_from": if pinned { "argument" } else { "store" },
    });
    Ok(Answer::new(json, text))
}

fn told(checked: &Checked, paper: Paper, key: &VerifierKey, pinned: bool) -> String {
    let body = &checked.body;
    let name = |officer| body.signers.iter().find(|signer| signer.officer == officer).map_or("?", |s| s.name.as_str());
    let names = |who: &std::collections::BTreeMap<_, _>| {
        who.keys().map(|officer| name(*officer).to_owned()).collect::<Vec<_>>().join(", ")
    };
    let mut text = format!(
        "certificate {} of operation {} HOLDS\n  issued     {}\n  {}\n  attested   {}\n  witnessed  {}\n  items      {}, list (SHA-256) {}\n  in the log leaf {} of {}, signed by {}",
        body.number,
        body.operation_name,
        format_iso8601(body.issued_ms),
        words(&checked.outcome),
        names(&checked.state.destroyed),
        names(&checked.state.witnessed),
        body.items.len(),
        hex::encode(checked.list_hash),
        checked.leaf_index,
        checked.log_size,
        key.name(),
    );
    text.push_str(match paper {
        Paper::Proof => "\n  paper      none; this is the proof alone",
        Paper::Agrees(_) => "\n  paper      says what the proof says, byte for byte",
    });
    if !pinned {
        text.push_str("\nchecked with the key of the register in this data folder; others give it with --vkey");
    }
    text
}

impl From<IssueError> for Failure {
    fn from(error: IssueError) -> Self {
        let next = match &error {
            IssueError::Store(_) | IssueError::Audit(_) => "see what the database says, then try again",
            IssueError::Unknown => {
                "look the id up with `ploughshare certificate assess`, or sync the tablet that planned it"
            }
            IssueError::NumberTaken { .. } | IssueError::BadNumber => "give another number",
            IssueError::Obstacles { .. } => "`ploughshare certificate assess` lists everything that stands in the way",
            IssueError::NotIssued => "issue it first with `ploughshare certificate issue`",
            IssueError::PaperDiffers => {
                "do not trust the paper: take the proof out of it and check that alone, or print it again from the register"
            }
            IssueError::NoCertificate | IssueError::Certificate(_) => {
                "do not rely on this file; ask the register for the certificate again, and check the key"
            }
            _ => "report this with its code",
        };
        Self::new(error.code(), &error, next)
    }
}
