//! `GET /api/v1/items/{item}/history`: who said what, when, what it replaced, what it contradicts, and whether it counts; also as somebody
//! saw it who saw exactly some heads.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use ploughshare_core::decision::Authority;
use ploughshare_core::document::{self, Exceptions, Statement};
use ploughshare_core::entry::Entry;
use ploughshare_core::ids::{DocId, EntryHash, OfficerId, OperationId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::body::{Asked, Named};
use super::caller::Signed;
use super::problem::Problem;
use super::values::{json, no_such, operations};
use super::wait::wait;
use crate::store::read_documents::{self, Received};

/// Most heads in `as_seen`.
const HEADS: usize = 256;

/// How the history is read.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Seeing {
    /// Entry hashes joined by commas: only what somebody saw who saw exactly these.
    as_seen: Option<String>,
    /// `OPERATION:PLACE[,…]`: wait up to five seconds until the register has followed that far.
    wait_place: Option<String>,
    /// Why it is asked, a code or case number, for the log of reads; also as header `X-Purpose`.
    purpose: Option<String>,
}

/// One value said at one path.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Line {
    /// The entry that says it.
    entry: String,
    path: String,
    /// What its author saw there: none on the first, several when they settled a conflict.
    #[schema(value_type = Vec<Object>)]
    from: Vec<serde_json::Value>,
    /// What it says.
    #[schema(value_type = Object)]
    to: serde_json::Value,
    officer: String,
    officer_name: Option<String>,
    device: String,
    /// When, as the device's clock claims.
    claimed_at_ms: i64,
    /// When the register received it.
    received_at_ms: i64,
    /// Entries that said something else here without knowing of this one.
    concurrent_with: Vec<String>,
    /// A later entry that saw it said something again.
    superseded: bool,
    /// `counts`, or `claim`: shown, but said without authority.
    status: &'static str,
    /// Why it does not count.
    reason: Option<String>,
}

/// An entry that says nothing yet, or at all.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Silent {
    entry: String,
    officer: String,
    device: String,
    claimed_at_ms: i64,
    received_at_ms: i64,
    /// `waiting` or `void`.
    status: String,
    reason: Option<String>,
}

/// The history of an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct History {
    operation: String,
    item: String,
    lines: Vec<Line>,
    /// Entries that wait for another, or are void.
    silent: Vec<Silent>,
    /// With `as_seen`: every path and its value as it was seen.
    #[schema(value_type = Option<Object>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<serde_json::Value>,
}

/// Who said what about an item. The read is written to the log of reads before the answer leaves.
#[utoipa::path(get, path = "/api/v1/items/{item}/history", tag = "register", security(("token" = [])),
    params(("item" = String, Path, description = "Id of the item"), Seeing), responses(
    (status = 200, body = History), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn history(
    State(api): State<Shared>,
    mut signed: Signed,
    Named(item): Named<DocId>,
    Asked(seeing): Asked<Seeing>,
) -> Result<Json<History>, Problem> {
    let scope = signed.reads()?;
    signed.because(seeing.purpose.as_deref())?;
    let heads = seeing.as_seen.as_deref().map(parse_heads).transpose()?;
    wait(&api, seeing.wait_place.as_deref()).await?;
    let register = &api.app.store.register;
    let within = operations(&api, &scope).await?;
    let (operation, _) = read_documents::find(register, &item, &within).await?.ok_or_else(|| no_such("item"))?;
    let received = read_documents::entries(register, &operation, &item).await?;
    let decisions = read_documents::decisions(register, &operation).await?;
    let names = read_documents::names(&api.app.store.feed).await?;
    let told = tokio::task::spawn_blocking(move || tell(item, received, &decisions, &names, heads.as_deref())).await;
    let (lines, silent, content) = told.map_err(|error| Problem::internal("internal.cancelled", &error))??;
    signed.note(&api, "item.history_read", &item.to_string(), Some(operation.to_string())).await?;
    Ok(Json(History { operation: operation.to_string(), item: item.to_string(), lines, silent, content }))
}

/// Every line of a document's history, claims among them.
pub(super) async fn lines(
    api: &Shared,
    operation: &OperationId,
    doc: &DocId,
    names: &BTreeMap<OfficerId, String>,
) -> Result<Vec<Line>, Problem> {
    let register = &api.app.store.register;
    let received = read_documents::entries(register, operation, doc).await?;
    let decisions = read_documents::decisions(register, operation).await?;
    let (doc, names) = (*doc, names.clone());
    let told = tokio::task::spawn_blocking(move || tell(doc, received, &decisions, &names, None)).await;
    Ok(told.map_err(|error| Problem::internal("internal.cancelled", &error))??.0)
}

fn parse_heads(text: &str) -> Result<Vec<EntryHash>, Problem> {
    let heads = text.split(',').map(|head| head.trim().parse().ok()).collect::<Option<Vec<EntryHash>>>();
    let fits = heads.filter(|heads| heads.len() <= HEADS);
    fits.ok_or_else(|| {
        Problem::bad("request.as_seen", format!("`as_seen` is 1 to {HEADS} entry hashes in hex, joined by commas"))
    })
}

type Told = (Vec<Line>, Vec<Silent>, Option<serde_json::Value>);

fn tell(
    item: DocId,
    received: Vec<Received>,
    decisions: &[Vec<u8>],
    names: &BTreeMap<OfficerId, String>,
    heads: Option<&[EntryHash]>,
) -> Result<Told, Problem> {
    let mut statements = Vec::with_capacity(received.len());
    for one in &received {
        let entry = Entry::from_bytes(&one.bytes).map_err(|error| Problem::internal("store.corrupt", &error))?;
        statements.push(Statement { hash: one.hash, entry });
    }
    if let Some(heads) = heads {
        statements = seen(statements, heads)?;
    }
    let known: BTreeMap<EntryHash, &Received> = received.iter().map(|one| (one.hash, one)).collect();
    let claims: BTreeSet<EntryHash> = received.iter().filter(|one| one.status == "claim").map(|one| one.hash).collect();
    let mut authority = Authority::default();
    decisions.iter().filter_map(|bytes| Entry::from_bytes(bytes).ok()).for_each(|entry| authority.take_entry(&entry));
    let all = Exceptions::of(&authority);
    let counting = all.without(claims.clone());

    let mut lines = document::history(item, &statements, &counting);
    if !claims.is_empty() {
        // Claims are shown beside what counts, with what their authors saw.
        lines
            .extend(document::history(item, &statements, &all).into_iter().filter(|line| claims.contains(&line.entry)));
    }
    let content = heads.map(|heads| {
        let document = document::fold_as_seen(item, &statements, heads, &counting);
        document.content().iter().map(|(path, value)| (path.clone(), json(value))).collect()
    });
    let present: BTreeSet<EntryHash> = statements.iter().map(|one| one.hash).collect();
    let silent =
        received.iter().filter(|one| present.contains(&one.hash) && matches!(one.status.as_str(), "waiting" | "void"));
    let silent = silent.map(silent_of).collect();
    Ok((lines.iter().filter_map(|line| line_of(line, known.get(&line.entry)?, names)).collect(), silent, content))
}

/// The heads and all that they stand on.
fn seen(statements: Vec<Statement>, heads: &[EntryHash]) -> Result<Vec<Statement>, Problem> {
    let all: BTreeMap<EntryHash, &Statement> = statements.iter().map(|one| (one.hash, one)).collect();
    if let Some(unknown) = heads.iter().find(|head| !all.contains_key(head)) {
        return Err(Problem::missing("history.unknown_head", format!("no entry {unknown} about this item is here")));
    }
    let mut kept = BTreeSet::new();
    let mut open = heads.to_vec();
    while let Some(hash) = open.pop() {
        if let Some(statement) = all.get(&hash)
            && kept.insert(hash)
        {
            open.extend(&statement.entry.after);
        }
    }
    Ok(statements.into_iter().filter(|one| kept.contains(&one.hash)).collect())
}

fn line_of(line: &document::Line, received: &Received, names: &BTreeMap<OfficerId, String>) -> Option<Line> {
    if line.path.starts_with('$') {
        return None;
    }
    let claim = received.status == "claim";
    Some(Line {
        entry: line.entry.to_string(),
        path: line.path.clone(),
        from: line.from.iter().map(json).collect(),
        to: json(&line.to),
        officer: received.officer.to_string(),
        officer_name: names.get(&received.officer).cloned(),
        device: received.device.to_string(),
        claimed_at_ms: received.claimed_at_ms,
        received_at_ms: received.received_at / 1000,
        concurrent_with: line.concurrent_with.iter().map(ToString::to_string).collect(),
        superseded: line.superseded,
        status: if claim { "claim" } else { "counts" },
        reason: if claim { received.code.clone() } else { None },
    })
}

fn silent_of(received: &Received) -> Silent {
    Silent {
        entry: received.hash.to_string(),
        officer: received.officer.to_string(),
        device: received.device.to_string(),
        claimed_at_ms: received.claimed_at_ms,
        received_at_ms: received.received_at / 1000,
        status: received.status.clone(),
        reason: received.code.clone(),
    }
}
