//! `POST /api/v1/operations/{operation}/exchange`: one round of sync, CBOR both ways.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ploughshare_core::exchange::{Answer, Request};
use ploughshare_core::identity::Role;
use ploughshare_core::ids::OperationId;
use ploughshare_core::limits;

use super::Shared;
use super::body::{Named, Raw};
use super::caller::{Signed, revoked};
use super::problem::Problem;
use crate::admission::{self, Bringer};
use crate::feed;

/// The media type of both messages.
const CBOR: &str = "application/cbor";

/// Brings segments and asks for others'. See docs/protocol.md for the bytes.
#[utoipa::path(post, path = "/api/v1/operations/{operation}/exchange", tag = "sync", security(("token" = [])),
    params(("operation" = String, Path, description = "Id of the operation")),
    request_body(content = Vec<u8>, content_type = "application/cbor"), responses(
    (status = 200, body = Vec<u8>, content_type = "application/cbor"),
    (status = 429, body = Problem, content_type = "application/problem+json"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn exchange(
    State(api): State<Shared>,
    signed: Signed,
    Named(operation): Named<OperationId>,
    LimitedBody(Raw(body)): LimitedBody,
) -> Result<Response, Problem> {
    let caller = &signed.caller;
    let Some(device) = caller.device else {
        return Err(Problem::forbidden("device.missing", "only an enrolled device exchanges segments"));
    };
    api.rates.bytes(*device.as_bytes(), body.len())?;
    if !caller.enrolled.contains(&operation) {
        return Err(Problem::forbidden("operation.not_enrolled", "the device is not enrolled in this operation"));
    }
    let request = Request::from_bytes(&body).map_err(|error| Problem::bad(error.code(), error.to_string()))?;
    if request.operation != operation {
        return Err(Problem::bad(
            "exchange.other_operation",
            "the message is about another operation than the address",
        ));
    }
    let who = Bringer { device, operation };
    metrics::counter!("ploughshare_exchange_bytes_total", "direction" => "in").increment(body.len() as u64);
    if caller.late {
        // What it brings is set aside for a person to decide; it learns nothing.
        admission::accept(&api.app, &who, request.segments).await?;
        return Err(revoked());
    }
    // A case officer has no say about weapons and is shown none.
    let heard = caller.roles.get(&operation).is_some_and(|roles| roles.iter().any(|role| *role != Role::CaseOfficer));
    let answer =
        if heard { feed::exchange(&api.app, &who, request).await? } else { take_only(&api, &who, request).await? };
    let bytes = answer.to_bytes();
    metrics::counter!("ploughshare_exchange_bytes_total", "direction" => "out").increment(bytes.len() as u64);
    Ok(([(header::CONTENT_TYPE, CBOR)], bytes).into_response())
}

/// An officer whose roles were all taken back may still bring what was recorded before, and is shown nothing.
async fn take_only(api: &Shared, who: &Bringer, request: Request) -> Result<Answer, Problem> {
    let brought = !request.segments.is_empty();
    let accepted = admission::accept(&api.app, who, request.segments).await?;
    let ends = admission::differing_ends(&api.app, who, &request.journals, brought).await?;
    let (receipts, refused) = (accepted.receipts, accepted.refused);
    Ok(Answer { place: request.place, receipts, segments: Vec::new(), more: false, ends, refused })
}

/// A body of the exchange: of the right type, and no larger than a message may be.
pub struct LimitedBody(Raw);

impl axum::extract::FromRequest<Shared> for LimitedBody {
    type Rejection = Problem;

    async fn from_request(mut request: axum::extract::Request, api: &Shared) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if kind != Some(CBOR) {
            let words = "the exchange speaks application/cbor";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "request.not_cbor", words));
        }
        axum::extract::DefaultBodyLimit::max(limits::EXCHANGE_BYTES).apply(&mut request);
        Raw::from_request(request, api).await.map(Self)
    }
}
