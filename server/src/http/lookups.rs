//! `GET /api/v1/lookups` and what belongs to it: the serials that the register wants noticed, for tablets without a network.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use ploughshare_core::ids::PartHash;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Shared;
use super::body::{Asked, Named};
use super::caller::Signed;
use super::packs::{named_bytes, signed_bytes};
use super::problem::Problem;
use crate::lookups::{self, LookupsError};

/// The signed head of the newest look-up table. It holds salted hashes of serials of all operations and nothing else; whoever reads any
/// operation may have it. The read is written to the log of reads. See docs/protocol.md for the bytes.
#[utoipa::path(get, path = "/api/v1/lookups", tag = "sync", security(("token" = [])), responses(
    (status = 200, body = Vec<u8>, content_type = "application/cbor"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn head(State(api): State<Shared>, signed: Signed) -> Result<Response, Problem> {
    signed.reads()?;
    let (hash, head) = lookups::head(&api.app).await?;
    signed.note(&api, "lookups.read", &hex::encode(hash), None).await?;
    Ok(signed_bytes(head))
}

/// A part of a look-up table, named by its hash.
#[utoipa::path(get, path = "/api/v1/lookups/parts/{hash}", tag = "sync", security(("token" = [])),
    params(("hash" = String, Path, description = "SHA-256 of the part")), responses(
    (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn part(
    State(api): State<Shared>,
    signed: Signed,
    Named(hash): Named<PartHash>,
) -> Result<Response, Problem> {
    signed.reads()?;
    Ok(named_bytes(&hash, lookups::part(&api.app, hash.as_bytes()).await?))
}

/// To what, and from where on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Onwards {
    /// SHA-256 of what is signed in the head, in hex.
    #[param(value_type = String)]
    base: PartHash,
    /// Number of the first addition wanted, from 0.
    from: u64,
}

/// Signed additions to the newest look-up table.
#[utoipa::path(get, path = "/api/v1/lookups/additions", tag = "sync", security(("token" = [])), params(Onwards), responses(
    (status = 200, body = Vec<u8>, content_type = "application/cbor"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn additions(
    State(api): State<Shared>,
    signed: Signed,
    Asked(Onwards { base, from }): Asked<Onwards>,
) -> Result<Response, Problem> {
    signed.reads()?;
    Ok(signed_bytes(lookups::additions(&api.app, base.as_bytes(), from).await?))
}

impl From<LookupsError> for Problem {
    fn from(error: LookupsError) -> Self {
        let (code, words) = (error.code(), error.to_string());
        match error {
            LookupsError::Store(error) => error.into(),
            LookupsError::Damaged(_) | LookupsError::TooMany { .. } | LookupsError::Cancelled => {
                Self::internal(code, &words)
            }
            LookupsError::BaseGone => Self::new(StatusCode::GONE, code, words),
            LookupsError::PartUnknown => Self::missing(code, words),
        }
    }
}
