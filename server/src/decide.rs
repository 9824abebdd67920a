//! Decisions of the register: entries in its own journal of an operation, sealed and admitted like any others, in the transaction of the
//! deed that they state. Whoever holds the operation's head row is the one writer of that journal.

use ploughshare_core::audit::Leaf;
use ploughshare_core::decision::Decision;
use ploughshare_core::entry::{Entry, VOCABULARY};
use ploughshare_core::ids::{JournalId, OfficerId, OperationId, SegmentHash};
use ploughshare_core::keys::sha256;
use ploughshare_core::segment::{self, Header, Level};

use crate::admission::{AdmissionError, Admitted, Proven, admit_one, lock_operation};
use crate::app::App;
use crate::store::Tx;
use crate::store::audit_log::{self, Log};
use crate::vals;

/// The nonce of the register's own journals: it has no installation that could be copied apart from its key.
pub fn register_nonce(app: &App) -> [u8; 16] {
    let digest = sha256(&[app.register.as_bytes().as_slice(), b"register journal"].concat());
    digest.first_chunk::<16>().copied().unwrap_or_default()
}

/// The register's own journal in an operation.
pub fn register_journal(app: &App, operation: &OperationId) -> JournalId {
    app.key.public().journal(&register_nonce(app), operation)
}

/// States decisions; returns the number of the last. The caller commits, then wakes the projector. `actor` is the id of the officer who
/// decided, or `operator` for the command line of the machine.
pub async fn decide(
    app: &App,
    tx: &mut Tx,
    operation: &OperationId,
    actor: &str,
    decisions: &[Decision],
) -> Result<u64, AdmissionError> {
    let mut head = lock_operation(tx, operation).await?;
    let journal = register_journal(app, operation);
    let row = tx
        .query_one(
            "select next_number, last_segment_hash from journal where operation = $1 and id = $2",
            &vals![operation.as_bytes(), journal.as_bytes()],
        )
        .await?;
    let (first, previous) = match row {
        Some(row) => (row.uint(0)?, row.opt_array(1)?.map(SegmentHash::from_bytes)),
        None => (0, None),
    };
    let now_us = app.now_us();
    let entries: Vec<_> = decisions
        .iter()
        .zip(first..)
        .map(|(decision, number)| {
            let entry = Entry {
                journal,
                number,
                document: None,
                officer: OfficerId::from_bytes(*app.register.as_bytes()),
                claimed_ms: now_us / 1000,
                boot: [0; 8],
                monotonic_ms: (now_us / 1000).unsigned_abs(),
                after: Vec::new(),
                edits: vec![decision.to_edit()],
                vocabulary: VOCABULARY,
                extra: Vec::new(),
            };
            (entry.hash(), entry)
        })
        .collect();
    let Some(last) = entries.last().map(|(_, entry)| entry.number) else { return Ok(first.saturating_sub(1)) };
    let header = Header {
        register: app.register,
        operation: *operation,
        journal,
        first,
        previous,
        sealed_ms: now_us / 1000,
        place_held: None,
        decision_held: first,
        nonce: register_nonce(app),
        after_fork: None,
        extra: Vec::new(),
    };
    let sealed = segment::seal(header, &entries, &app.key, Level::Normal)?.segment;
    let verified = segment::open(&sealed.bytes)?.verify(&app.register, &app.key.public())?;
    if let Admitted::Refused(refusal) = admit_one(app, tx, &mut head, Proven::of(&verified), now_us).await? {
        tracing::error!(code = refusal.code, "the register's own segment does not fit its journal");
        return Err(AdmissionError::Cancelled);
    }
    head.store(tx).await?;
    let leaves: Vec<Vec<u8>> = decisions
        .iter()
        .zip(&entries)
        .map(|(decision, (hash, entry))| {
            Leaf::new(decision.verb(), now_us, actor, &hash.to_string())
                .fact("operation", operation)
                .fact("decision", entry.number)
                .encode()
        })
        .collect::<Result<_, _>>()?;
    audit_log::append(tx, Log::Audit, &leaves).await?;
    tx.hint("feed").await?;
    Ok(last)
}
