//! What the register itself says: entries in its own journal of an operation, sealed and admitted like any others, in the transaction of
//! the deed that they state. Decisions, and statements that an officer makes at the register and not on a tablet. Whoever holds the
//! operation's head row is the one writer of that journal.

use ploughshare_core::audit::Leaf;
use ploughshare_core::decision::Decision;
use ploughshare_core::edit::Edit;
use ploughshare_core::entry::{Entry, VOCABULARY};
use ploughshare_core::ids::{DocId, EntryHash, JournalId, OfficerId, OperationId, SegmentHash};
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

/// Something that the register's journal is to say.
#[derive(Debug, Clone)]
pub enum Stated {
    /// A decision of the register.
    Decision(Decision),
    /// A statement about a document by an officer at the register.
    Said(Said),
}

/// A statement about a document by an officer at the register.
#[derive(Debug, Clone)]
pub struct Said {
    /// The document; none where it is born.
    pub document: Option<DocId>,
    /// Its heads, as the officer saw them.
    pub after: Vec<EntryHash>,
    /// Who says it.
    pub officer: OfficerId,
    /// What.
    pub edits: Vec<Edit>,
    /// Verb of the leaf in the audit log.
    pub verb: &'static str,
}

/// Who makes the register speak, as the audit log has it.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Id of the officer, or `operator` for the command line of the machine.
    pub id: String,
    /// How that is known: the device or the session.
    pub evidence: Vec<(&'static str, String)>,
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
    let actor = Actor { id: actor.to_owned(), evidence: Vec::new() };
    let stated = decisions.iter().cloned().map(Stated::Decision).collect();
    let said = state(app, tx, operation, &actor, stated).await?;
    match said.last() {
        Some((_, number)) => Ok(*number),
        None => Ok(register_next(app, tx, operation).await?.0.saturating_sub(1)),
    }
}

/// Number of the next entry of the register's journal, and its last segment.
async fn register_next(
    app: &App,
    tx: &mut Tx,
    operation: &OperationId,
) -> Result<(u64, Option<SegmentHash>), AdmissionError> {
    let journal = register_journal(app, operation);
    let sql = "select next_number, last_segment_hash from journal where operation = $1 and id = $2";
    let row = tx.query_one(sql, &vals![operation.as_bytes(), journal.as_bytes()]).await?;
    Ok(match row {
        Some(row) => (row.uint(0)?, row.opt_array(1)?.map(SegmentHash::from_bytes)),
        None => (0, None),
    })
}

/// Says it all in the register's journal, in as many segments as it takes; gives each entry with its number. The caller commits, then
/// wakes the projector.
pub async fn state(
    app: &App,
    tx: &mut Tx,
    operation: &OperationId,
    actor: &Actor,
    stated: Vec<Stated>,
) -> Result<Vec<(EntryHash, u64)>, AdmissionError> {
    let mut head = lock_operation(tx, operation).await?;
    let journal = register_journal(app, operation);
    let (first, mut previous) = register_next(app, tx, operation).await?;
    let now_us = app.now_us();
    let entry = |number: u64, one: &Stated| {
        let (document, mut after, officer, edits) = match one {
            Stated::Decision(decision) => {
                (None, Vec::new(), OfficerId::from_bytes(*app.register.as_bytes()), vec![decision.to_edit()])
            }
            Stated::Said(said) => (said.document, said.after.clone(), said.officer, said.edits.clone()),
        };
        after.sort_unstable();
        let entry = Entry {
            journal,
            number,
            document,
            officer,
            claimed_ms: now_us / 1000,
            boot: [0; 8],
            monotonic_ms: (now_us / 1000).unsigned_abs(),
            after,
            edits,
            vocabulary: VOCABULARY,
            extra: Vec::new(),
        };
        (entry.hash(), entry)
    };
    let entries: Vec<_> = stated.iter().zip(first..).map(|(one, number)| entry(number, one)).collect();
    let mut left = entries.as_slice();
    while let Some((_, next)) = left.first() {
        let header = Header {
            register: app.register,
            operation: *operation,
            journal,
            first: next.number,
            previous,
            sealed_ms: now_us / 1000,
            place_held: None,
            decision_held: first,
            nonce: register_nonce(app),
            after_fork: None,
            extra: Vec::new(),
        };
        let sealed = segment::seal(header, left, &app.key, Level::Normal)?;
        left = left.get(sealed.taken.max(1)..).unwrap_or_default();
        let sealed = sealed.segment;
        let verified = segment::open(&sealed.bytes)?.verify(&app.register, &app.key.public())?;
        if let Admitted::Refused(refusal) = admit_one(app, tx, &mut head, Proven::of(&verified), now_us).await? {
            tracing::error!(code = refusal.code, "the register's own segment does not fit its journal");
            return Err(AdmissionError::Cancelled);
        }
        previous = Some(sealed.hash);
    }
    head.store(tx).await?;
    let leaves: Vec<Vec<u8>> = stated
        .iter()
        .zip(&entries)
        .map(|(one, (hash, entry))| {
            let verb = match one {
                Stated::Decision(decision) => decision.verb(),
                Stated::Said(said) => said.verb,
            };
            let mut leaf = Leaf::new(verb, now_us, &actor.id, &hash.to_string()).fact("operation", operation);
            leaf = match one {
                Stated::Decision(_) => leaf.fact("decision", entry.number),
                Stated::Said(_) => leaf.fact("document", entry.about(hash)).fact("number", entry.number),
            };
            actor.evidence.iter().fold(leaf, |leaf, (name, value)| leaf.fact(name, value)).encode()
        })
        .collect::<Result<_, _>>()?;
    if !leaves.is_empty() {
        audit_log::append(tx, Log::Audit, &leaves).await?;
        tx.hint("feed").await?;
    }
    Ok(entries.iter().map(|(hash, entry)| (*hash, entry.number)).collect())
}
