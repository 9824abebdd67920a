//! `GET /api/v1/items/{item}/statements`: the entries themselves, byte for byte, for whoever checks them.

use axum::Json;
use axum::extract::State;
use ploughshare_core::entry::Entry;
use ploughshare_core::ids::DocId;
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::body::{Asked, Named};
use super::caller::Signed;
use super::items::Reading;
use super::problem::Problem;
use super::values::{no_such, operations};
use super::wait::wait;
use crate::store::read_documents::{self, Received};

/// One entry as received.
#[derive(Debug, Serialize, ToSchema)]
pub struct Entered {
    /// SHA-256 of `bytes`.
    entry: String,
    journal: String,
    number: u64,
    officer: String,
    device: String,
    claimed_at_ms: i64,
    received_at_ms: i64,
    /// Place of its segment in the feed.
    place: u64,
    /// Entries that its author saw.
    after: Vec<String>,
    /// folded, waiting, void or claim.
    status: String,
    reason: Option<String>,
    /// The canonical bytes in hex.
    bytes: String,
}

/// What was said about an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct Statements {
    operation: String,
    item: String,
    statements: Vec<Entered>,
}

/// Everything said about an item, in the order received. The read is written to the log of reads before the answer leaves.
#[utoipa::path(get, path = "/api/v1/items/{item}/statements", tag = "register", security(("token" = [])),
    params(("item" = String, Path, description = "Id of the item"), Reading), responses(
    (status = 200, body = Statements), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn statements(
    State(api): State<Shared>,
    mut signed: Signed,
    Named(item): Named<DocId>,
    Asked(reading): Asked<Reading>,
) -> Result<Json<Statements>, Problem> {
    let scope = signed.reads()?;
    signed.because(reading.purpose.as_deref())?;
    wait(&api, reading.wait_place.as_deref()).await?;
    let register = &api.app.store.register;
    let within = operations(&api, &scope).await?;
    let (operation, _) = read_documents::find(register, &item, &within).await?.ok_or_else(|| no_such("item"))?;
    let received = read_documents::entries(register, &operation, &item).await?;
    let statements = received.into_iter().map(entered).collect::<Result<_, _>>()?;
    signed.note(&api, "item.statements_read", &item.to_string(), Some(operation.to_string())).await?;
    Ok(Json(Statements { operation: operation.to_string(), item: item.to_string(), statements }))
}

fn entered(received: Received) -> Result<Entered, Problem> {
    let entry = Entry::from_bytes(&received.bytes).map_err(|error| Problem::internal("store.corrupt", &error))?;
    Ok(Entered {
        entry: received.hash.to_string(),
        journal: received.journal.to_string(),
        number: received.number,
        officer: received.officer.to_string(),
        device: received.device.to_string(),
        claimed_at_ms: received.claimed_at_ms,
        received_at_ms: received.received_at / 1000,
        place: received.place,
        after: entry.after.iter().map(ToString::to_string).collect(),
        status: received.status,
        reason: received.code,
        bytes: hex::encode(received.bytes),
    })
}
