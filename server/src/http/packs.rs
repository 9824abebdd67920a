//! `GET /api/v1/operations/{operation}/pack` and what belongs to it: read-only rows for tablets that do not hold the entries of an operation.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ploughshare_core::ids::{OperationId, PartHash};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Shared;
use super::body::{Asked, Named};
use super::caller::Signed;
use super::problem::Problem;
use crate::packs::{self, PacksError};

/// What never changes under its name may be kept by everything on the way that is the reader's own.
const FOR_EVER: &str = "private, max-age=31536000, immutable";

/// Signed bytes, which are asked for anew each time.
pub(super) fn signed_bytes(bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/cbor"), (header::CACHE_CONTROL, "no-store")], bytes).into_response()
}

/// Bytes that are named by their hash.
pub(super) fn named_bytes(hash: &PartHash, bytes: Vec<u8>) -> Response {
    let tag = format!("\"{hash}\"");
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, FOR_EVER),
        (header::ETAG, tag.as_str()),
    ];
    (headers, bytes).into_response()
}

/// Whether the caller reads this operation, as for its feed.
pub(super) fn reads(signed: &Signed, operation: &OperationId) -> Result<(), Problem> {
    if signed.reads()?.holds(operation) {
        return Ok(());
    }
    Err(Problem::forbidden("operation.not_enrolled", "this needs a role in the operation"))
}

/// The signed head of a pack: how the register held every item of the operation at one place, in parts. The read is written to the log of
/// reads. See docs/protocol.md for the bytes.
#[utoipa::path(get, path = "/api/v1/operations/{operation}/pack", tag = "sync", security(("token" = [])),
    params(("operation" = String, Path, description = "Id of the operation")), responses(
    (status = 200, body = Vec<u8>, content_type = "application/cbor"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn head(
    State(api): State<Shared>,
    signed: Signed,
    Named(operation): Named<OperationId>,
) -> Result<Response, Problem> {
    reads(&signed, &operation)?;
    let head = packs::head(&api.app, &operation).await?;
    signed.note(&api, "pack.read", &operation.to_string(), Some(operation.to_string())).await?;
    Ok(signed_bytes(head))
}

/// A part of a pack, named by its hash.
#[utoipa::path(get, path = "/api/v1/operations/{operation}/pack/parts/{hash}", tag = "sync", security(("token" = [])),
    params(("operation" = String, Path, description = "Id of the operation"),
        ("hash" = String, Path, description = "SHA-256 of the part")), responses(
    (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn part(
    State(api): State<Shared>,
    signed: Signed,
    Named((operation, hash)): Named<(OperationId, PartHash)>,
) -> Result<Response, Problem> {
    reads(&signed, &operation)?;
    let bytes = packs::part(&api.app, &operation, hash.as_bytes()).await?;
    Ok(named_bytes(&hash, bytes))
}

/// Since when.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Since {
    /// Number of the projection that the pack, or the changes before, reached.
    since: u64,
}

/// Signed rows that changed since a pack or since the changes before.
#[utoipa::path(get, path = "/api/v1/operations/{operation}/pack/changes", tag = "sync", security(("token" = [])),
    params(("operation" = String, Path, description = "Id of the operation"), Since), responses(
    (status = 200, body = Vec<u8>, content_type = "application/cbor"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn changes(
    State(api): State<Shared>,
    signed: Signed,
    Named(operation): Named<OperationId>,
    Asked(Since { since }): Asked<Since>,
) -> Result<Response, Problem> {
    reads(&signed, &operation)?;
    Ok(signed_bytes(packs::changes(&api.app, &operation, since).await?))
}

impl From<PacksError> for Problem {
    fn from(error: PacksError) -> Self {
        let (code, words) = (error.code(), error.to_string());
        match error {
            PacksError::Store(error) => error.into(),
            PacksError::Unmade => Self::internal(code, &words),
            PacksError::TooOld => Self::new(StatusCode::GONE, code, words),
            PacksError::PartUnknown => Self::missing(code, words),
        }
    }
}
