//! Sealed records of people: `POST /api/v1/operations/{operation}/persons` takes one in, `GET /api/v1/persons` lists which there are.
//! What a record says is read in [`super::person_reads`] alone.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ploughshare_core::ids::{DocId, OperationId, PersonHash};
use ploughshare_core::limits;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::body::{Asked, Named, Raw};
use super::caller::{Signed, revoked};
use super::problem::Problem;
use super::values::{bad_cursor, cut, operations, page};
use super::wait::wait;
use crate::admission::Bringer;
use crate::identity::caller::Scope;
use crate::persons;
use crate::store::persons::{self as rows, Blob};

/// Which bytes are brought.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Name {
    /// SHA-256 of the body, in lower-case hex: the record's name.
    #[param(value_type = String)]
    hash: PersonHash,
}

/// Takes a sealed record of a person in: an age file to the register's person key, at most 64 KiB. The answer is a receipt signed by the
/// register (see docs/protocol.md); the same bytes again get the same answer.
#[utoipa::path(post, path = "/api/v1/operations/{operation}/persons", tag = "sync", security(("token" = [])),
    params(("operation" = String, Path, description = "Id of the operation"), Name),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 200, body = Vec<u8>, content_type = "application/cose"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn bring(
    State(api): State<Shared>,
    signed: Signed,
    Named(operation): Named<OperationId>,
    Asked(name): Asked<Name>,
    LimitedBody(Raw(body)): LimitedBody,
) -> Result<Response, Problem> {
    let caller = &signed.caller;
    let Some(device) = caller.device else {
        return Err(Problem::forbidden("device.missing", "only an enrolled device brings records of people"));
    };
    api.rates.bytes(*device.as_bytes(), body.len())?;
    if caller.late {
        return Err(revoked());
    }
    if !caller.enrolled.contains(&operation) {
        return Err(Problem::forbidden("operation.not_enrolled", "the device is not enrolled in this operation"));
    }
    let receipt = persons::receive(&api.app, &Bringer { device, operation }, &name.hash, &body).await?;
    Ok(([(header::CONTENT_TYPE, "application/cose")], receipt).into_response())
}

/// A sealed record: of bytes that are not read as text, and no larger than one may be.
pub struct LimitedBody(Raw);

impl axum::extract::FromRequest<Shared> for LimitedBody {
    type Rejection = Problem;

    async fn from_request(mut request: axum::extract::Request, api: &Shared) -> Result<Self, Problem> {
        axum::extract::DefaultBodyLimit::max(limits::PERSON_BYTES).apply(&mut request);
        match Raw::from_request(request, api).await {
            // How the limit is worded below says nothing to whoever holds a tablet.
            Err(problem) if problem.code == "request.too_large" => Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "request.too_large",
                format!("a sealed record has at most {} bytes", limits::PERSON_BYTES),
            )),
            other => other.map(Self),
        }
    }
}

/// Which of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Id of an operation.
    #[param(value_type = Option<String>)]
    operation: Option<OperationId>,
    /// Id of an item: the record that it names.
    #[param(value_type = Option<String>)]
    item: Option<DocId>,
    /// Only those that no item names, or only those that one does.
    unreferenced: Option<bool>,
    /// The `next` of the page before.
    after: Option<String>,
    /// 1 to 500, usually 100.
    limit: Option<u32>,
    /// `OPERATION:PLACE[,…]`: wait up to five seconds until the register has followed that far.
    wait_place: Option<String>,
}

/// A sealed record, from the outside.
#[derive(Debug, Serialize, ToSchema)]
pub struct SealedRecord {
    hash: String,
    operation: String,
    /// `sealed` or `erased`.
    state: &'static str,
    /// Which device brought it.
    device: String,
    received_at_ms: i64,
    erased_at_ms: Option<i64>,
    /// A code of the list `person_erasure`.
    erased_because: Option<String>,
    /// The items that name it.
    items: Vec<String>,
}

/// A page of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct SealedRecords {
    persons: Vec<SealedRecord>,
    next: Option<String>,
}

/// Which sealed records there are, for case officers and registrars; never what one says. The look is written to the log of reads.
#[utoipa::path(get, path = "/api/v1/persons", tag = "persons", security(("token" = [])), params(Which), responses(
    (status = 200, body = SealedRecords), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(api): State<Shared>,
    signed: Signed,
    Asked(which): Asked<Which>,
) -> Result<Json<SealedRecords>, Problem> {
    let scope = signed.reads_persons()?.narrowed(which.operation);
    let limit = page(which.limit)?;
    let after = which.after.as_deref().map(|text| text.parse().map_err(|_| bad_cursor())).transpose()?;
    wait(&api, which.wait_place.as_deref()).await?;
    let mut found = match &which.item {
        Some(item) => of_item(&api, &scope, item).await?,
        None => matching(&api, &scope, which.unreferenced, after, limit).await?,
    };
    let next = cut(&mut found, limit, |one| one.hash.clone());
    let subject = which.item.map_or_else(|| "persons".to_owned(), |item| item.to_string());
    signed.note(&api, "person.listed", &subject, which.operation.map(|operation| operation.to_string())).await?;
    Ok(Json(SealedRecords { persons: found, next }))
}

async fn of_item(api: &Shared, scope: &Scope, item: &DocId) -> Result<Vec<SealedRecord>, Problem> {
    let mut found = Vec::new();
    for operation in operations(api, scope).await? {
        if let Some(hash) = rows::of_item(&api.app.store.register, &operation, item).await?
            && let Some(blob) = rows::blob(&api.app.store.feed, &hash).await?
            && scope.holds(&blob.operation)
        {
            found.extend(shown(api, vec![blob]).await?);
        }
    }
    Ok(found)
}

/// Goes through the records until there is one more than a page.
async fn matching(
    api: &Shared,
    scope: &Scope,
    unreferenced: Option<bool>,
    mut after: Option<PersonHash>,
    limit: u32,
) -> Result<Vec<SealedRecord>, Problem> {
    let mut found = Vec::new();
    while found.len() <= limit as usize {
        let blobs = rows::page(&api.app.store.feed, scope.only(), after.as_ref(), limit + 1).await?;
        let Some(last) = blobs.last() else { break };
        after = Some(last.hash);
        let fits = |one: &SealedRecord| unreferenced.is_none_or(|wanted| one.items.is_empty() == wanted);
        found.extend(shown(api, blobs).await?.into_iter().filter(fits));
    }
    Ok(found)
}

async fn shown(api: &Shared, blobs: Vec<Blob>) -> Result<Vec<SealedRecord>, Problem> {
    let hashes: Vec<PersonHash> = blobs.iter().map(|blob| blob.hash).collect();
    let items = rows::items_of(&api.app.store.register, &hashes).await?;
    let one = |blob: Blob| SealedRecord {
        hash: blob.hash.to_string(),
        operation: blob.operation.to_string(),
        state: if blob.erased.is_some() { "erased" } else { "sealed" },
        device: blob.device.to_string(),
        received_at_ms: blob.received_at / 1000,
        erased_at_ms: blob.erased.as_ref().map(|(at, ..)| at / 1000),
        items: items.get(&blob.hash).into_iter().flatten().map(|(_, item)| item.to_string()).collect(),
        erased_because: blob.erased.map(|(.., because)| because),
    };
    Ok(blobs.into_iter().map(one).collect())
}

/// Whether there is a sealed record of the person that an item came from.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonMark {
    /// The record's name.
    hash: String,
    /// `sealed`, `erased`, or `not_here` while the tablet still holds it.
    state: &'static str,
}

/// What an item says of its record.
pub(super) async fn mark(api: &Shared, operation: &OperationId, item: &DocId) -> Result<Option<PersonMark>, Problem> {
    let Some(hash) = rows::of_item(&api.app.store.register, operation, item).await? else { return Ok(None) };
    let blob = rows::blob(&api.app.store.feed, &hash).await?.filter(|blob| blob.operation == *operation);
    let state = match blob {
        None => "not_here",
        Some(blob) if blob.erased.is_some() => "erased",
        Some(_) => "sealed",
    };
    Ok(Some(PersonMark { hash: hash.to_string(), state }))
}
