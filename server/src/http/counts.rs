//! `GET /api/v1/counts`: how many items there are, kept by difference, so that it costs the same with ten or ten million.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use ploughshare_core::ids::OperationId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::body::Asked;
use super::caller::Signed;
use super::problem::Problem;
use super::values::{Projected, projected};
use super::wait::wait;
use crate::store::read_items::{self, Count};

/// Where to count.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Id of an operation.
    #[param(value_type = Option<String>)]
    operation: Option<OperationId>,
    /// `OPERATION:PLACE[,…]`: wait up to five seconds until the register has followed that far.
    wait_place: Option<String>,
}

/// Counts by operation, kind, class, context and status.
#[derive(Debug, Serialize, ToSchema)]
pub struct Counts {
    total: u64,
    by_kind: BTreeMap<String, u64>,
    counts: Vec<Count>,
    projected: Vec<Projected>,
}

/// How many items there are.
#[utoipa::path(get, path = "/api/v1/counts", tag = "register", security(("token" = [])), params(Which), responses(
    (status = 200, body = Counts), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn counts(
    State(api): State<Shared>,
    signed: Signed,
    Asked(which): Asked<Which>,
) -> Result<Json<Counts>, Problem> {
    let scope = signed.reads()?.narrowed(which.operation);
    wait(&api, which.wait_place.as_deref()).await?;
    let counts = read_items::counts(&api.app.store.register, scope.only()).await?;
    let mut by_kind: BTreeMap<String, u64> = BTreeMap::new();
    for count in &counts {
        *by_kind.entry(count.kind.clone()).or_default() += count.n;
    }
    let total = by_kind.values().sum();
    Ok(Json(Counts { total, by_kind, counts, projected: projected(&api, &scope).await? }))
}
