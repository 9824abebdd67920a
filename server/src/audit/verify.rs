//! The check of everything that is kept for ever, from the database or from an export file. Every fault names its row.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use ploughshare_core::audit::export::{ExportVerifier, MAX_LINE_BYTES, Verified};
use ploughshare_core::audit::tree::Edge;
use ploughshare_core::audit::{Checkpoint, ExportError, VerifierKey, checkpoint, leaf_hash};
use serde::Serialize;

use super::{AuditError, verifier_key};
use crate::app::App;
use crate::store::audit_log::{self, Log};
use crate::vals;

mod deeds;
mod persons;

/// Rows read at a time.
const PAGE: u32 = 1_024;
/// Most faults listed; the count goes on.
const MOST_FAULTS: usize = 100;

/// One thing that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The table.
    pub table: &'static str,
    /// The row, by its key.
    pub row: String,
    /// What is wrong with it.
    pub what: String,
}

/// What the check of the database found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Leaves of the audit log checked.
    pub audit_leaves: u64,
    /// Leaves of the log of reads checked.
    pub reads_leaves: u64,
    /// Signed heads checked.
    pub checkpoints: u64,
    /// Checkpoints kept by others that were found to be beginnings of the log.
    pub witnessed: u64,
    /// Segments whose signature, journal, place and leaf were checked.
    pub segments: u64,
    /// Devices whose keys and roles of officers were compared with the decisions that made them.
    pub decisions: u64,
    /// Sealed records of people compared with what the log tells of them.
    pub persons: u64,
    /// Faults in all.
    pub faults_count: u64,
    /// The first of them.
    pub faults: Vec<Fault>,
}

impl Report {
    pub(crate) fn fault(&mut self, table: &'static str, row: impl ToString, what: impl ToString) {
        self.faults_count += 1;
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(Fault { table, row: row.to_string(), what: what.to_string() });
        }
    }

    /// Whether everything is as it was written.
    pub fn is_whole(&self) -> bool {
        self.faults_count == 0
    }
}

/// Checks logs, segments and the rows that say who may act. `vkey` is a key known beforehand; without it the register's own is taken.
/// `progress` is told rows done and rows in all.
pub async fn database(
    app: &App,
    vkey: Option<&VerifierKey>,
    witnessed: &[Checkpoint],
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Report, AuditError> {
    let own = verifier_key(app)?;
    let mut report = Report::default();
    if let Some(pinned) = vkey.filter(|pinned| **pinned != own) {
        report.fault(
            "register_meta",
            "register",
            format!("the register signs with {own}, not with the pinned {pinned}"),
        );
    }
    let audit = audit_log::head(&app.store.feed, Log::Audit).await?;
    let reads = audit_log::head(&app.store.feed, Log::Reads).await?;
    let segments = app.store.feed.query_one("select count(*) from segment", &[]).await?;
    let segments = segments.map(|row| row.uint(0)).transpose()?.unwrap_or(0);
    let all = audit.size + reads.size + segments;
    let mut done = 0;
    for log in [Log::Audit, Log::Reads] {
        let mut told = |n: u64| progress(done + n, all);
        let size = one_log(app, log, &own, witnessed, &mut report, &mut told).await?;
        done += size;
    }
    let mut told = |n: u64| progress(done + n, all);
    deeds::check(app, &mut report, &mut told).await?;
    persons::check(app, &mut report).await?;
    for kept in witnessed {
        if ![Log::Audit, Log::Reads].iter().any(|log| app.log_origin(log.name()) == kept.origin) {
            report.fault("checkpoint", &kept.origin, "the witnessed checkpoint is of another register or log");
        }
    }
    Ok(report)
}

/// Every leaf against its hash, every stored hash, every signed head and every witnessed one.
async fn one_log(
    app: &App,
    log: Log,
    vkey: &VerifierKey,
    witnessed: &[Checkpoint],
    report: &mut Report,
    told: &mut (dyn FnMut(u64) + Send),
) -> Result<u64, AuditError> {
    let name = log.name();
    let mut tx = app.store.feed.begin_read().await?;
    let kept = audit_log::head(&mut tx, log).await?;
    let mut heads: Vec<Checkpoint> = Vec::new();
    for row in tx.query("select size, note from checkpoint where log = $1 order by size", &vals![name]).await? {
        let (size, note) = (row.uint(0)?, String::from_utf8_lossy(row.bytes(1)?).into_owned());
        match checkpoint::verify(&note, vkey).and_then(|head| head.of_log(&app.log_origin(name))) {
            Ok(head) if head.size == size => heads.push(head),
            Ok(head) => report.fault(
                "checkpoint",
                format!("{name} {size}"),
                format!("the signed head is over {} leaves", head.size),
            ),
            Err(error) => report.fault("checkpoint", format!("{name} {size}"), error),
        }
    }
    report.checkpoints += heads.len() as u64;
    let origin = app.log_origin(name);
    let theirs: Vec<&Checkpoint> = witnessed.iter().filter(|head| head.origin == origin).collect();
    for head in heads.iter().chain(theirs.iter().copied()).filter(|head| head.size > kept.size) {
        report.fault(
            "log_head",
            name,
            format!("a signed head is over {} leaves, the log has {}", head.size, kept.size),
        );
    }

    let mut edge = Edge::new();
    loop {
        let size = edge.size();
        for head in heads.iter().filter(|head| head.size == size && head.root != edge.root()) {
            report.fault(
                "checkpoint",
                format!("{name} {}", head.size),
                "the leaves do not give the root that was signed",
            );
        }
        for head in theirs.iter().filter(|head| head.size == size) {
            if head.root == edge.root() {
                report.witnessed += 1;
            } else {
                report.fault(
                    "log_leaf",
                    format!("{name} before {size}"),
                    "history differs from the witnessed checkpoint",
                );
            }
        }
        if size == kept.size {
            break;
        }
        if size.is_multiple_of(u64::from(PAGE)) {
            told(size);
        }
        let row =
            tx.query_one("select bytes, hash from log_leaf where log = $1 and idx = $2", &vals![name, size]).await?;
        let Some(row) = row else {
            report.fault("log_leaf", format!("{name} {size}"), "the row is missing");
            return Ok(size);
        };
        let hash = leaf_hash(row.bytes(0)?);
        if row.array::<32>(1)? != hash {
            report.fault("log_leaf", format!("{name} {size}"), "the bytes are not those that were hashed");
        }
        // The row's own hash carries on, so that one altered row is one fault and not all that follow.
        for (number, expected) in edge.append(row.array(1)?)? {
            let stored =
                tx.query_one("select hash from log_hash where log = $1 and idx = $2", &vals![name, number]).await?;
            let same = stored.map(|row| row.array::<32>(0)).transpose()? == Some(expected);
            if !same {
                report.fault("log_hash", format!("{name} {number}"), "the stored hash is not that of its leaves");
            }
        }
    }
    if edge.root() != kept.root {
        report.fault("log_head", name, "the leaves do not give the root of the head");
    }
    let extra =
        tx.query_one("select count(*) from log_leaf where log = $1 and idx >= $2", &vals![name, kept.size]).await?;
    if extra.map(|row| row.uint(0)).transpose()?.unwrap_or(0) > 0 {
        report.fault("log_leaf", format!("{name} {}", kept.size), "there are rows beyond the head");
    }
    match log {
        Log::Audit => report.audit_leaves = kept.size,
        Log::Reads => report.reads_leaves = kept.size,
    }
    told(kept.size);
    Ok(kept.size)
}

/// Checks an export file. Memory does not grow with the file. `progress` is told bytes done and bytes in all.
pub fn file(
    path: &Path,
    vkey: Option<VerifierKey>,
    witnessed: Vec<Checkpoint>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Verified, AuditError> {
    let failed = |source| AuditError::File { path: path.to_owned(), source };
    let opened = std::fs::File::open(path).map_err(failed)?;
    let all = opened.metadata().map_err(failed)?.len();
    let mut reader = BufReader::with_capacity(1 << 16, opened);
    let mut verifier = witnessed.into_iter().fold(ExportVerifier::new(vkey), ExportVerifier::with_witnessed);
    let mut done = 0;
    let mut number = 0_u64;
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut reader).take(MAX_LINE_BYTES as u64 + 2).read_until(b'\n', &mut line).map_err(failed)?;
        if read == 0 {
            break;
        }
        number += 1;
        done += read as u64;
        if line.pop_if(|last| *last == b'\n').is_none() && line.len() <= MAX_LINE_BYTES {
            return Err(ExportError::Unfinished { line: number }.into());
        }
        verifier.line_bytes(&line)?;
        if number.is_multiple_of(4_096) {
            progress(done, all);
        }
    }
    progress(all, all);
    Ok(verifier.finish()?)
}

/// Reads a checkpoint that somebody outside has kept, believing it only if the register signed it.
pub fn witnessed(path: &Path, vkey: &VerifierKey) -> Result<Checkpoint, AuditError> {
    let failed = |source| AuditError::File { path: path.to_owned(), source };
    let mut text = String::new();
    let most = checkpoint::MAX_CHECKPOINT_BYTES as u64 + 1;
    std::fs::File::open(path).map_err(failed)?.take(most).read_to_string(&mut text).map_err(failed)?;
    Ok(checkpoint::verify(&text, vkey)?)
}
