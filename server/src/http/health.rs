//! `GET /healthz` and `/readyz`: whether the process lives, and whether it can do its work.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::problem::Problem;
use crate::store::read_progress;

/// The process lives.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    status: &'static str,
    version: &'static str,
}

/// Both databases answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ready {
    status: &'static str,
    register_id: String,
    /// Segments admitted.
    segments: u64,
    /// Of these, how many are in the register.
    projected: u64,
}

/// Whether the process lives. Looks at nothing else.
#[utoipa::path(get, path = "/healthz", tag = "running", responses((status = 200, body = Health)))]
pub async fn healthz() -> Json<Health> {
    Json(Health { status: "alive", version: env!("CARGO_PKG_VERSION") })
}

/// Whether both databases answer.
#[utoipa::path(get, path = "/readyz", tag = "running", responses(
    (status = 200, body = Ready), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn readyz(State(api): State<Shared>) -> Result<Json<Ready>, Problem> {
    let (segments, projected) = read_progress::places(&api.app.store).await?;
    Ok(Json(Ready { status: "ready", register_id: api.app.register.to_string(), segments, projected }))
}
