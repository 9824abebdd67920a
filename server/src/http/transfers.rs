//! `POST /api/v1/transfers`: items go on in another operation.

use axum::Json;
use axum::extract::State;
use ploughshare_core::ids::{DocId, OperationId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::body::Said;
use super::caller::Signed;
use super::problem::Problem;
use crate::registrar::transfer::{self, Transferred};

/// A transfer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// Ids of 1 to 200 items.
    #[schema(value_type = Vec<String>)]
    items: Vec<DocId>,
    /// Id of the operation that they go to.
    #[schema(value_type = String)]
    to_operation: OperationId,
    /// One line of 1 to 500 characters. It stands in both feeds: no personal data.
    reason: String,
    /// Also what is held as evidence; the hold goes with it.
    #[serde(default)]
    with_hold: bool,
}

/// An item that was transferred.
#[derive(Debug, Serialize, ToSchema)]
pub struct Gone {
    operation: String,
    item: String,
    to_operation: String,
    /// What it is now.
    to_item: String,
    /// Number of the decision in the old operation.
    decision: u64,
}

/// All of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Transfers {
    transferred: Vec<Gone>,
}

impl From<Transferred> for Gone {
    fn from(one: Transferred) -> Self {
        Self {
            operation: one.from.0.to_string(),
            item: one.from.1.to_string(),
            to_operation: one.to.0.to_string(),
            to_item: one.to.1.to_string(),
            decision: one.decision,
        }
    }
}

/// Transfers items to another operation: all of them or none. A registrar of both operations does.
#[utoipa::path(post, path = "/api/v1/transfers", tag = "register", security(("token" = [])), request_body = Transfer, responses(
    (status = 200, body = Transfers), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn transfer(
    State(api): State<Shared>,
    signed: Signed,
    Said(said): Said<Transfer>,
) -> Result<Json<Transfers>, Problem> {
    let by = signed.registrar()?;
    let Transfer { items, to_operation, reason, with_hold } = said;
    let asked = transfer::Transfer { items, to: to_operation, reason, with_hold };
    let done = transfer::transfer(&api.app, &by, &asked).await?;
    Ok(Json(Transfers { transferred: done.into_iter().map(Gone::from).collect() }))
}
