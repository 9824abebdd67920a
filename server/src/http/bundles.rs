//! Bundles over HTTP, for whoever carries them and has a link: `POST /api/v1/bundles` brings one of any tablet,
//! `POST /api/v1/operations/{operation}/bundles/{device}` makes one for a tablet. The carrier can read neither.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ploughshare_core::ids::{DeviceId, OperationId};
use ploughshare_core::limits;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Shared;
use super::body::{Asked, Named, Raw};
use super::caller::{Signed, revoked};
use super::problem::Problem;
use crate::bundles;

/// The place of the feed up to which a bundle reaches.
const PLACE: HeaderName = HeaderName::from_static("ploughshare-place");
/// Whether there is more of the feed behind it.
const MORE: HeaderName = HeaderName::from_static("ploughshare-more");

fn carrier(api: &Shared, signed: &Signed, bytes: usize) -> Result<(), Problem> {
    let Some(device) = signed.caller.device else {
        return Err(Problem::forbidden("device.missing", "only an enrolled device carries bundles"));
    };
    if signed.caller.late {
        return Err(revoked());
    }
    api.rates.bytes(*device.as_bytes(), bytes)
}

/// Takes in a file of a bundle, whoever made it. The answer is a bundle with the receipts, sealed to the tablet that made it; none (204) where
/// that tablet has no key for bundles or was revoked. The same file again gets the same receipts.
#[utoipa::path(post, path = "/api/v1/bundles", tag = "sync", security(("token" = [])),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
    (status = 204, description = "Taken in; there is nobody to seal an answer to"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn bring(
    State(api): State<Shared>,
    signed: Signed,
    LimitedBody(Raw(body)): LimitedBody,
) -> Result<Response, Problem> {
    carrier(&api, &signed, body.len())?;
    let taken = bundles::take_in(&api.app, body.to_vec()).await?;
    Ok(match taken.reply {
        Some(reply) => file(reply),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

/// From where, and how much.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// The place after which the feed is wanted; by default what the tablet's last bundle said.
    after: Option<u64>,
    /// Most bytes of the file, at most 4 MiB.
    max_bytes: Option<u64>,
}

/// Makes one file for a tablet: receipts for what it wrote, and the feed from where it stands, as far as the file reaches. The headers
/// `ploughshare-place` and `ploughshare-more` say how far that is and whether there is more.
#[utoipa::path(post, path = "/api/v1/operations/{operation}/bundles/{device}", tag = "sync", security(("token" = [])),
    params(("operation" = String, Path, description = "Id of the operation"),
        ("device" = String, Path, description = "Id of the tablet it is for"), Wanted),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn make(
    State(api): State<Shared>,
    signed: Signed,
    Named((operation, device)): Named<(OperationId, DeviceId)>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Problem> {
    carrier(&api, &signed, 0)?;
    if !signed.caller.enrolled.contains(&operation) {
        return Err(Problem::forbidden("operation.not_enrolled", "the device is not enrolled in this operation"));
    }
    let most = wanted.max_bytes.unwrap_or(limits::BUNDLE_BYTES as u64);
    let given = bundles::give(&api.app, &operation, &device, wanted.after, most, 1).await?;
    let mut response = file(given.files.into_iter().next().unwrap_or_default());
    response.headers_mut().insert(PLACE, HeaderValue::from(given.upto));
    response.headers_mut().insert(MORE, HeaderValue::from_static(if given.more { "true" } else { "false" }));
    Ok(response)
}

fn file(bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response()
}

/// A file of a bundle, no larger than one may be.
pub struct LimitedBody(Raw);

impl axum::extract::FromRequest<Shared> for LimitedBody {
    type Rejection = Problem;

    async fn from_request(mut request: axum::extract::Request, api: &Shared) -> Result<Self, Problem> {
        axum::extract::DefaultBodyLimit::max(limits::BUNDLE_BYTES).apply(&mut request);
        Raw::from_request(request, api).await.map(Self)
    }
}
