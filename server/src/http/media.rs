//! Bringing photos and files: `POST /api/v1/operations/{operation}/media/{hash}` takes the next part of one, and `…/media/check` says which
//! are safe here.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt as _;
use ploughshare_core::ids::{DeviceId, MediaHash, OperationId};
use ploughshare_core::limits;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::body::{Asked, Named, Raw};
use super::caller::{Signed, revoked};
use super::problem::Problem;
use crate::media::{self, Begun, Bringer, MediaError, Upload};

/// Longest time that one part may take. What came until then stays.
const AT_MOST: Duration = Duration::from_secs(35);

/// Which part is brought.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Part {
    /// Where in the file the body begins: as many bytes as the register has of it.
    offset: u64,
    /// How large the whole file is, 1 to 30,000,000 bytes.
    size: u64,
}

/// How much of a file is here.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaGot {
    /// How many bytes are here; the next part begins there.
    offset: u64,
    /// Whether all of it is here, is what the hash names, and is stored.
    stored: bool,
}

/// Takes the next part of a photo or file: at most 1 MiB, beginning where the register is. With an empty body it only says where that is.
/// A part that is cut off is kept as far as it came. When all is here its SHA-256 must be the hash; then it is stored, and only then does
/// the answer say so. A part that begins elsewhere is refused with 409 `media.offset`, and `present.offset` says where to go on.
#[utoipa::path(post, path = "/api/v1/operations/{operation}/media/{hash}", tag = "sync", security(("token" = [])),
    params(("operation" = String, Path, description = "Id of the operation"),
        ("hash" = String, Path, description = "SHA-256 of the whole file"), Part),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 200, body = MediaGot),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn part(
    State(api): State<Shared>,
    signed: Signed,
    Named((operation, hash)): Named<(OperationId, MediaHash)>,
    Asked(part): Asked<Part>,
    body: Body,
) -> Result<Json<MediaGot>, Problem> {
    let who = bringer(&signed, operation)?;
    let mut upload = match media::begin(&api.app, who, hash, part.size).await? {
        Begun::Stored(bytes) => return Ok(Json(MediaGot { offset: bytes, stored: true })),
        Begun::Open(upload) => upload,
    };
    let came = take(&api, &who.device, &part, body, &mut upload).await;
    // Whatever became of the rest, what is here stays here.
    media::settle(&mut upload).await?;
    let whole = upload.is_whole();
    if let (Err(problem), false) = (came, whole) {
        return Err(problem);
    }
    let offset = upload.have();
    if whole {
        media::finish(&api.app, who, hash, upload).await?;
    }
    Ok(Json(MediaGot { offset, stored: whole }))
}

/// Writes what comes, as it comes.
async fn take(
    api: &Shared,
    device: &DeviceId,
    part: &Part,
    mut body: Body,
    upload: &mut Upload,
) -> Result<(), Problem> {
    let begin = upload.have();
    let until = Instant::now() + AT_MOST;
    let mut came = 0;
    loop {
        let frame = match tokio::time::timeout_at(until, body.frame()).await {
            // The tablet is slow: it hears how far it came and sends less at once.
            Err(_) => return Ok(()),
            Ok(None) => return Ok(()),
            Ok(Some(Ok(frame))) => frame,
            Ok(Some(Err(error))) => return Err(Problem::bad("request.cut_off", error.to_string())),
        };
        let Ok(bytes) = frame.into_data() else { continue };
        if bytes.is_empty() {
            continue;
        }
        if part.offset != begin {
            return Err(MediaError::Offset { have: begin }.into());
        }
        came += bytes.len();
        if came > limits::MEDIA_PART_BYTES {
            return Err(MediaError::PartTooLarge.into());
        }
        api.rates.bytes(*device.as_bytes(), bytes.len())?;
        media::append(upload, bytes).await?;
    }
}

/// The device that asks, as somebody who brings files for an operation.
fn bringer(signed: &Signed, operation: OperationId) -> Result<Bringer, Problem> {
    let caller = &signed.caller;
    let Some(device) = caller.device else {
        return Err(Problem::forbidden("device.missing", "only an enrolled device brings files"));
    };
    if !caller.enrolled.contains(&operation) {
        return Err(Problem::forbidden("operation.not_enrolled", "the device is not enrolled in this operation"));
    }
    Ok(Bringer { device, operation, late: caller.late })
}

/// Says which of some files are stored, for the device that asks: a receipt signed by the register (see docs/protocol.md). The body is 1 to
/// 1,000 hashes of 32 bytes, one after the other. A tablet gives up an original only on a receipt in which nothing is missing.
#[utoipa::path(post, path = "/api/v1/operations/{operation}/media/check", tag = "sync", security(("token" = [])),
    params(("operation" = String, Path, description = "Id of the operation")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 200, body = Vec<u8>, content_type = "application/cose"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn check(
    State(api): State<Shared>,
    signed: Signed,
    Named(operation): Named<OperationId>,
    Raw(body): Raw,
) -> Result<Response, Problem> {
    let who = bringer(&signed, operation)?;
    if who.late {
        return Err(revoked());
    }
    let receipt = media::receipt(&api.app, &operation, &who.device, &body).await?;
    Ok(([(header::CONTENT_TYPE, "application/cose")], receipt).into_response())
}

impl From<MediaError> for Problem {
    fn from(error: MediaError) -> Self {
        use MediaError as E;
        let (code, words) = (error.code(), error.to_string());
        let status = match error {
            E::Store(error) => return error.into(),
            E::Leaf(_) | E::Place { .. } | E::Files(_) | E::Lost | E::Cancelled => return Self::internal(code, &words),
            E::Away => return Self::new(StatusCode::SERVICE_UNAVAILABLE, code, words).retry_after(10),
            E::InProgress => return Self::new(StatusCode::CONFLICT, code, words).retry_after(1),
            E::Offset { have } => {
                let present = serde_json::json!({ "offset": have });
                return Self::new(StatusCode::CONFLICT, code, words).and_present(present);
            }
            E::Full => StatusCode::INSUFFICIENT_STORAGE,
            E::UnknownOperation | E::Unknown | E::NotHere => StatusCode::NOT_FOUND,
            E::Closed => StatusCode::CONFLICT,
            E::BadSize | E::PartTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            E::Revoked | E::Quota(_) | E::Unnamed(_) | E::Unfinished(_) => StatusCode::FORBIDDEN,
            E::BeyondSize | E::BadQuestion => StatusCode::BAD_REQUEST,
            E::HashDiffers => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, code, words)
    }
}
