//! Issuing: the leaf and the row in one transaction, then the file around a proof of that leaf. Asked again, the first answer is given again.

use std::collections::BTreeMap;

use ploughshare_core::audit::Leaf;
use ploughshare_core::certificate::{Body, CertifiedItem, Signer, VERB, list_hash, seal};
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::ids::{DocId, OfficerId, OperationId};
use ploughshare_core::keys::sha256;
use ploughshare_core::policy;

use super::{Gathered, IssueError, gather};
use crate::app::App;
use crate::audit;
use crate::store::audit_log::{self, Log};
use crate::store::certificates::{self, Issued};
use crate::store::{identity, read_documents};

/// How often the next number is tried before somebody else's work is to blame.
const TRIES: u64 = 20;

/// Issues the certificate of a destruction; gives the one that was issued where there is one. `officer` is who asked for it, none for the
/// command line of the machine. Without a number the next one of the operation is taken.
pub async fn issue(
    app: &App,
    officer: Option<&OfficerId>,
    operation: &OperationId,
    document: &DocId,
    number: Option<&str>,
) -> Result<Issued, IssueError> {
    if number.is_some_and(|number| !is_number(number)) {
        return Err(IssueError::BadNumber);
    }
    if let Some(issued) = certificates::of_document(&app.store.feed, operation, document).await? {
        return sealed(app, issued).await;
    }
    let gathered = gather(app, operation, document).await?;
    let mut body = body(app, officer, &gathered).await?;
    for attempt in 0..TRIES {
        body.number = match number {
            Some(number) => number.to_owned(),
            None => next_number(app, operation, body.issued_ms, attempt).await?,
        };
        match enter(app, officer, &body).await {
            Err(IssueError::Store(error)) if error.is_unique() => {
                // Somebody else issued it meanwhile, or took the number.
                if let Some(issued) = certificates::of_document(&app.store.feed, operation, document).await? {
                    return sealed(app, issued).await;
                }
                if number.is_some() {
                    break;
                }
            }
            entered => return sealed(app, entered?).await,
        }
    }
    Err(IssueError::NumberTaken { number: body.number })
}

/// The file of an issued certificate.
pub async fn file(app: &App, operation: &OperationId, document: &DocId) -> Result<Vec<u8>, IssueError> {
    let issued = certificates::of_document(&app.store.feed, operation, document).await?;
    let issued = sealed(app, issued.ok_or(IssueError::NotIssued)?).await?;
    issued.file.ok_or(IssueError::NotIssued)
}

fn is_number(number: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    (1..=64).contains(&number.len()) && number.chars().all(plain)
}

/// The next number of an operation, such as `north-2026-0007`.
async fn next_number(app: &App, operation: &OperationId, now_ms: i64, attempt: u64) -> Result<String, IssueError> {
    let code = identity::operation(&app.store.feed, operation).await?.map(|one| one.code).unwrap_or_default();
    let next = certificates::count(&app.store.feed, operation).await? + 1 + attempt;
    let date = ploughshare_core::domain::time::format_iso8601(now_ms);
    Ok(format!("{code}-{}-{next:04}", date.get(..4).unwrap_or_default()))
}

/// The body, without its number; refused while anything stands in the way.
async fn body(app: &App, officer: Option<&OfficerId>, gathered: &Gathered) -> Result<Body, IssueError> {
    let assessed = gathered.assess();
    if !assessed.obstacles.is_empty() {
        return Err(IssueError::Obstacles { obstacles: assessed.obstacles });
    }
    let names = read_documents::names(&app.store.feed).await?;
    let keys: BTreeMap<&OfficerId, &Vec<u8>> =
        assessed.state.iter().flat_map(|state| state.destroyed.iter().chain(&state.witnessed)).collect();
    let signer = |(officer, key): (&&OfficerId, &&Vec<u8>)| Signer {
        officer: **officer,
        name: names.get(*officer).cloned().unwrap_or_default(),
        key: (*key).clone(),
        organisation: gathered.authority.organisations.get(*officer).cloned(),
    };
    let item = |one: &ploughshare_core::destruction::ItemOutcome| match gathered.items.get(&one.item) {
        Some(known) => CertifiedItem::new(one, &known.record, known.digest),
        None => CertifiedItem { digest: None, ..CertifiedItem::new(one, &ItemRecord::default(), [0; 32]) },
    };
    let operation = identity::operation(&app.store.feed, &gathered.operation).await?;
    Ok(Body {
        register: app.register,
        operation: gathered.operation,
        operation_name: operation.map(|operation| operation.name).unwrap_or_default(),
        number: String::new(),
        document: gathered.document,
        issued_ms: app.now_ms(),
        issued_by: officer.copied().unwrap_or_else(|| OfficerId::from_bytes(*app.register.as_bytes())),
        decision: gathered.authority.next.saturating_sub(1),
        entries: gathered.statements.iter().map(|statement| statement.entry.clone()).collect(),
        left_out: gathered.left_out.clone(),
        bridged: gathered.authority.bridged.clone(),
        forked: gathered.authority.forked.clone(),
        signers: keys.iter().map(signer).collect(),
        witnesses: gathered.authority.policy(&policy::WITNESSES),
        items: assessed.outcome.items.iter().map(item).collect(),
        country: gathered.authority.country.clone(),
        organisation: gathered.authority.organisation.clone(),
        issuer: officer.and_then(|officer| names.get(officer).cloned()),
    })
}

/// Leaf and row, in one transaction.
async fn enter(app: &App, officer: Option<&OfficerId>, body: &Body) -> Result<Issued, IssueError> {
    let bytes = body.to_bytes();
    let list_hash = list_hash(&body.items);
    let actor = officer.map_or_else(|| "operator".to_owned(), ToString::to_string);
    let at_us = app.now_us();
    let leaf = Leaf::new(VERB, at_us, &actor, &body.document.to_string())
        .fact("operation", body.operation)
        .fact("body", hex::encode(sha256(&bytes)))
        .fact("list", hex::encode(list_hash))
        .encode()?;
    let mut tx = app.store.feed.begin_write().await?;
    let appended = audit_log::append(&mut tx, Log::Audit, &[leaf]).await?;
    let issued = Issued {
        operation: body.operation,
        document: body.document,
        number: body.number.clone(),
        issued_at: at_us,
        issued_by: body.issued_by,
        leaf_index: appended.indexes.start,
        list_hash,
        body: bytes,
        file: None,
    };
    certificates::add(&mut tx, &issued).await?;
    tx.commit().await?;
    Ok(issued)
}

/// With its file: sealed now where that was not done yet. Of two who seal at once, the first file is kept and given to both.
async fn sealed(app: &App, issued: Issued) -> Result<Issued, IssueError> {
    if issued.file.is_some() {
        return Ok(issued);
    }
    let proof = audit::inclusion(app, Log::Audit, issued.leaf_index, None).await?;
    let file = seal(&issued.body, &proof, &app.key)?;
    let mut tx = app.store.feed.begin_write().await?;
    certificates::put_file(&mut tx, &issued.operation, &issued.document, &file).await?;
    tx.commit().await?;
    let kept = certificates::of_document(&app.store.feed, &issued.operation, &issued.document).await?;
    kept.ok_or(IssueError::NotIssued)
}
