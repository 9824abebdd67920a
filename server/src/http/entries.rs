//! `POST /api/v1/operations/{operation}/entries`: what was said about some documents, for a tablet that holds a working set.

use axum::extract::State;
use axum::response::Response;
use ploughshare_core::entries::Question;
use ploughshare_core::ids::OperationId;

use super::Shared;
use super::body::Named;
use super::caller::Signed;
use super::exchange::LimitedBody;
use super::packs::{reads, signed_bytes};
use super::problem::Problem;
use crate::said::{self, SaidError};

/// Everything said about the documents named, or about every document that is no item, as signed by those who said it. Questions about items
/// are written to the log of reads. See docs/protocol.md for the bytes.
#[utoipa::path(post, path = "/api/v1/operations/{operation}/entries", tag = "sync", security(("token" = [])),
    params(("operation" = String, Path, description = "Id of the operation")),
    request_body(content = Vec<u8>, content_type = "application/cbor"), responses(
    (status = 200, body = Vec<u8>, content_type = "application/cbor"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn entries(
    State(api): State<Shared>,
    signed: Signed,
    Named(operation): Named<OperationId>,
    LimitedBody(body): LimitedBody,
) -> Result<Response, Problem> {
    reads(&signed, &operation)?;
    let question = Question::from_bytes(&body.0).map_err(|error| Problem::bad(error.code(), error.to_string()))?;
    if question.operation != operation {
        return Err(Problem::bad(
            "exchange.other_operation",
            "the message is about another operation than the address",
        ));
    }
    let said = match &question.documents {
        Some(documents) => said::about(&api.app, &operation, documents, question.after).await?,
        None => said::others(&api.app, &operation, question.after).await?,
    };
    if question.documents.is_some() {
        signed.note(&api, "entries.read", &operation.to_string(), Some(operation.to_string())).await?;
    }
    let bytes = said.to_bytes();
    metrics::counter!("ploughshare_exchange_bytes_total", "direction" => "out").increment(bytes.len() as u64);
    Ok(signed_bytes(bytes))
}

impl From<SaidError> for Problem {
    fn from(error: SaidError) -> Self {
        match error {
            SaidError::Store(error) => error.into(),
            SaidError::Segment(error) => Self::internal("entries.failed", &error),
        }
    }
}
