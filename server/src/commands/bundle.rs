//! `ploughshare bundle import|export`: the exchange as files on a memory card.

use std::path::{Path, PathBuf};

use ploughshare_core::ids::DeviceId;
use ploughshare_core::limits;
use serde_json::{Value, json};

use super::{Answer, Failure};
use crate::app::App;
use crate::bundles::{self, BundlesError, TakenIn};
use crate::identity::people;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Take in files that tablets made for the register, in any order. The same file again adds nothing.
    Import {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Write the receipts, sealed to the tablets, as files into this folder.
        #[arg(long, value_name = "DIR")]
        answers: Option<PathBuf>,
    },
    /// Make files for a tablet: receipts for what it wrote, and what others said since.
    Export {
        /// Id of the tablet.
        #[arg(long = "for", value_name = "DEVICE")]
        to: DeviceId,
        /// Code or id of the operation.
        #[arg(long)]
        operation: String,
        /// The folder to write them into.
        #[arg(long, default_value = ".")]
        dir: PathBuf,
        /// Most bytes of a file.
        #[arg(long, default_value_t = limits::BUNDLE_BYTES as u64)]
        max_bytes: u64,
        /// Begin behind this place of the feed instead of where the tablet's last bundle said that it stands.
        #[arg(long)]
        after: Option<u64>,
    },
}

pub(super) async fn run(app: &App, command: Command) -> Result<Answer, Failure> {
    match command {
        Command::Import { files, answers } => import(app, &files, answers.as_deref()).await,
        Command::Export { to, operation, dir, max_bytes, after } => {
            let operation = people::find_operation(app, &operation).await?;
            let given = bundles::give(app, &operation.id, &to, after, max_bytes, limits::BUNDLE_FILES).await?;
            let count = given.files.len();
            let mut names = Vec::new();
            for (bytes, number) in given.files.iter().zip(1..) {
                names.push(write(&dir, &format!("{to}-{}-{number}-of-{count}.bundle", given.upto), bytes)?);
            }
            let more = if given.more { "; there is more: import these first, then export again" } else { "" };
            let text = format!("{count} files for {to}, places {} to {}{more}", given.after + 1, given.upto);
            let json = json!({ "files": names, "after": given.after, "upto": given.upto, "more": given.more });
            Ok(Answer::new(json, text))
        }
    }
}

/// Every file is tried; one that is damaged is named and stops none of the others.
async fn import(app: &App, files: &[PathBuf], answers: Option<&Path>) -> Result<Answer, Failure> {
    let (mut rows, mut lines, mut good) = (Vec::new(), Vec::new(), true);
    for path in files {
        let name = path.display().to_string();
        let taken = match std::fs::read(path) {
            Ok(bytes) => bundles::take_in(app, bytes).await,
            Err(error) => {
                let error =
                    Failure::new("file.unreadable", format!("{name} cannot be read: {error}"), "check the path");
                return Err(error);
            }
        };
        match taken {
            Ok(taken) => {
                let answer = match (answers, &taken.reply) {
                    (Some(dir), Some(reply)) => {
                        let set = hex(&taken.label.set);
                        let number = taken.label.number + 1;
                        Some(write(dir, &format!("{}-receipts-{set}-{number}.bundle", taken.from), reply)?)
                    }
                    _ => None,
                };
                good &= taken.refused.is_empty();
                lines.push(words(&name, &taken));
                rows.push(row(&name, &taken, answer.as_deref()));
            }
            Err(error @ (BundlesError::Store(_) | BundlesError::Cancelled)) => return Err(error.into()),
            Err(error) => {
                good = false;
                lines.push(format!("{name}: not taken in: {error} [{}]", error.code()));
                rows.push(json!({ "file": name, "code": error.code(), "error": error.to_string() }));
            }
        }
    }
    let answer = Answer::new(rows, lines.join("\n"));
    Ok(if good { answer } else { answer.but_bad() })
}

fn hex(set: &[u8; 16]) -> String {
    hex::encode(set.first_chunk::<4>().copied().unwrap_or_default())
}

fn words(name: &str, taken: &TakenIn) -> String {
    let TakenIn { label, from, safe, fresh, refused, .. } = taken;
    let mut text = format!(
        "{name}: file {} of {} of set {} by {from}: {safe} segments are safe, {fresh} of them new",
        label.number + 1,
        label.files,
        hex(&label.set)
    );
    for one in refused {
        text.push_str(&format!("\n  refused: {} {} [{}]", one.hash, one.detail, one.code));
    }
    text
}

fn row(name: &str, taken: &TakenIn, answer: Option<&str>) -> Value {
    let refused: Vec<Value> = taken
        .refused
        .iter()
        .map(|one| json!({ "segment": one.hash, "code": one.code, "detail": one.detail }))
        .collect();
    json!({
        "file": name, "set": hex::encode(taken.label.set), "number": taken.label.number + 1, "files": taken.label.files,
        "from": taken.from, "operation": taken.operation, "safe": taken.safe, "fresh": taken.fresh, "refused": refused,
        "answer": answer,
    })
}

/// Writes a file whole or not at all.
fn write(dir: &Path, name: &str, bytes: &[u8]) -> Result<String, Failure> {
    let path = dir.join(name);
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(dir)?;
        let fresh = path.with_extension("new");
        std::fs::write(&fresh, bytes)?;
        std::fs::File::open(&fresh)?.sync_all()?;
        std::fs::rename(&fresh, &path)
    };
    write().map_err(|error| {
        Failure::new(
            "file.unwritable",
            format!("{} cannot be written: {error}", path.display()),
            "check folder and space",
        )
    })?;
    Ok(path.display().to_string())
}
