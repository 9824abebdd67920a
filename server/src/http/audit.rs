//! `GET /api/v1/audit/…`: signed heads and proofs, as text that proves itself. They hold ids only, so whoever has a token may have them.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Shared;
use super::body::Asked;
use super::caller::{Signed, revoked};
use super::problem::Problem;
use crate::audit;
use crate::identity::caller::Scope;
use crate::store::audit_log::Log;

/// Which log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// `audit` (usual) or `reads`.
    log: Option<String>,
}

/// Which leaf.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Leaf {
    /// `audit` (usual) or `reads`.
    log: Option<String>,
    /// Its number, from 0; a receipt names it.
    index: u64,
    /// Against the head over so many leaves, which was signed before; else the newest.
    size: Option<u64>,
}

/// From which earlier head.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Since {
    /// `audit` (usual) or `reads`.
    log: Option<String>,
    /// Leaves of the earlier head.
    from: u64,
}

/// The signed head of a log: a C2SP checkpoint.
#[utoipa::path(get, path = "/api/v1/audit/checkpoint", tag = "audit", security(("token" = [])), params(Which), responses(
    (status = 200, body = String, content_type = "text/plain"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn checkpoint(
    State(api): State<Shared>,
    signed: Signed,
    Asked(which): Asked<Which>,
) -> Result<Response, Problem> {
    let log = log(&signed, which.log.as_deref())?;
    let (_, note) = audit::checkpoint(&api.app, log).await?;
    Ok(text(note))
}

/// Proof that a leaf is in a log: a C2SP tlog-proof, with the leaf for those who audit.
#[utoipa::path(get, path = "/api/v1/audit/proof", tag = "audit", security(("token" = [])), params(Leaf), responses(
    (status = 200, body = String, content_type = "text/plain"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn proof(State(api): State<Shared>, signed: Signed, Asked(leaf): Asked<Leaf>) -> Result<Response, Problem> {
    let log = log(&signed, leaf.log.as_deref())?;
    let mut proof = audit::inclusion(&api.app, log, leaf.index, leaf.size).await?;
    if !audits(&signed) {
        // A tablet makes the hash of its own leaf itself; others' are not its business.
        proof.leaf = None;
    }
    Ok(text(proof.encode()))
}

/// Proof that an earlier head is the beginning of the newest one.
#[utoipa::path(get, path = "/api/v1/audit/consistency", tag = "audit", security(("token" = [])), params(Since), responses(
    (status = 200, body = String, content_type = "text/plain"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn consistency(
    State(api): State<Shared>,
    signed: Signed,
    Asked(since): Asked<Since>,
) -> Result<Response, Problem> {
    let log = log(&signed, since.log.as_deref())?;
    Ok(text(audit::consistency(&api.app, log, since.from).await?.encode()))
}

/// Who reads the leaves of the whole register: those who audit all of it, and administrators.
fn audits(signed: &Signed) -> bool {
    use ploughshare_core::identity::Role;
    signed.caller.with(|role| matches!(role, Role::Auditor | Role::Administrator)) == Scope::All
}

fn log(signed: &Signed, name: Option<&str>) -> Result<Log, Problem> {
    if signed.caller.late {
        return Err(revoked());
    }
    audit::log_named(name.unwrap_or("audit"))
        .ok_or_else(|| Problem::bad("audit.unknown_log", "the logs are `audit` and `reads`"))
}

fn text(body: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], body).into_response()
}
