//! `GET /api/v1/waiting`: statements that stand on others not here yet, and for how long.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use axum::Json;
use axum::extract::State;
use ploughshare_core::ids::{EntryHash, OperationId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::body::Asked;
use super::caller::Signed;
use super::problem::Problem;
use super::values::{Projected, bad_cursor, cut, page, projected};
use super::wait::wait;
use crate::store::read_documents::{self, Waiting};

/// Which of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Id of an operation.
    #[param(value_type = Option<String>)]
    operation: Option<OperationId>,
    /// The `next` of the page before.
    after: Option<String>,
    /// 1 to 500, usually 100.
    limit: Option<u32>,
    /// `OPERATION:PLACE[,…]`: wait up to five seconds until the register has followed that far.
    wait_place: Option<String>,
}

/// A statement that waits for one other; a row for each that is missing.
#[derive(Debug, Serialize, ToSchema)]
pub struct Row {
    operation: String,
    document: String,
    /// The entry that waits.
    entry: String,
    /// The entry that is not here.
    missing: String,
    /// Journal, device and officer of the entry that waits.
    journal: String,
    device: String,
    officer: String,
    since_ms: i64,
    age_ms: i64,
}

/// A page of what waits.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rows {
    waiting: Vec<Row>,
    next: Option<String>,
    projected: Vec<Projected>,
}

/// What waits.
#[utoipa::path(get, path = "/api/v1/waiting", tag = "register", security(("token" = [])), params(Which), responses(
    (status = 200, body = Rows), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(api): State<Shared>,
    signed: Signed,
    Asked(which): Asked<Which>,
) -> Result<Json<Rows>, Problem> {
    let scope = signed.reads()?.narrowed(which.operation);
    let limit = page(which.limit)?;
    let after = which.after.as_deref().map(|text| cursor(text).ok_or_else(bad_cursor)).transpose()?;
    wait(&api, which.wait_place.as_deref()).await?;
    let mut found = read_documents::waiting(&api.app.store.register, scope.only(), after, limit).await?;
    let next = cut(&mut found, limit, |one| format!("{}:{}:{}", one.operation, one.entry, one.missing));
    let now = api.app.now_us();
    let waiting = found.iter().map(|one| row(one, now)).collect();
    Ok(Json(Rows { waiting, next, projected: projected(&api, &scope).await? }))
}

fn row(one: &Waiting, now: i64) -> Row {
    Row {
        operation: one.operation.to_string(),
        document: one.doc.to_string(),
        entry: one.entry.to_string(),
        missing: one.missing.to_string(),
        journal: one.journal.to_string(),
        device: one.device.to_string(),
        officer: one.officer.to_string(),
        since_ms: one.since / 1000,
        age_ms: (now - one.since).max(0) / 1000,
    }
}

fn cursor(text: &str) -> Option<(OperationId, EntryHash, EntryHash)> {
    let mut parts = text.splitn(3, ':');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}
