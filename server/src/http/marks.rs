//! `POST /api/v1/operations/{operation}/marks`: a tablet reserves numbers for unique marks before it goes where there is no network.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ploughshare_core::authorise::{Act, may};
use ploughshare_core::ids::OperationId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::body::{Named, Said};
use super::caller::{Signed, revoked};
use super::enrol::bytes;
use super::problem::Problem;
use crate::identity::IdentityError;
use crate::marks::{self, MarksError, Request};

/// What a tablet asks for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// The series as it is read, a `#` for each digit: `*BI######`.
    series: String,
    /// How many numbers, 1 to 1,000.
    count: u64,
    /// 16 bytes in lower-case hex that the tablet chose for this request: repeated with the same, it is answered as the first time.
    nonce: String,
}

/// A block of numbers that is this tablet's alone.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reserved {
    operation: String,
    series: String,
    device: String,
    prefix: String,
    suffix: String,
    /// Digits of the number, with leading zeros.
    width: u32,
    /// The first number.
    first: u64,
    count: u64,
    /// The decision that says so in the feed.
    decision: u64,
}

/// Reserves a block of numbers for marks. No number is given twice, whoever asks where.
#[utoipa::path(post, path = "/api/v1/operations/{operation}/marks", tag = "devices", security(("token" = [])), request_body = Wish,
    params(("operation" = String, Path, description = "Id of the operation")), responses(
    (status = 200, body = Reserved), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn reserve(
    State(api): State<Shared>,
    signed: Signed,
    Named(operation): Named<OperationId>,
    Said(wish): Said<Wish>,
) -> Result<Json<Reserved>, Problem> {
    let Some(device) = signed.caller.device else {
        return Err(Problem::forbidden(
            "device.missing",
            "numbers for marks are reserved by the tablet that uses them",
        ));
    };
    if signed.caller.late {
        return Err(revoked());
    }
    if !signed.caller.enrolled.contains(&operation) {
        return Err(IdentityError::NotEnrolled.into());
    }
    let roles = signed.caller.roles.get(&operation);
    if !roles.is_some_and(|roles| roles.iter().any(|role| may(*role, Act::Mark))) {
        return Err(Problem::forbidden("role.missing", "this needs a role in the operation that may apply marks"));
    }
    let nonce = bytes("nonce", &wish.nonce)?;
    let nonce = <[u8; 16]>::try_from(nonce.as_slice())
        .map_err(|_| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "request.hex", "`nonce` is 16 bytes in hex"))?;
    let request = Request { operation, device, series: wish.series, count: wish.count, nonce };
    let (series, block) = marks::reserve(&api.app, &signed.caller.officer.to_string(), &request).await?;
    Ok(Json(Reserved {
        operation: operation.to_string(),
        series: block.series,
        device: device.to_string(),
        prefix: series.prefix,
        suffix: series.suffix,
        width: series.width,
        first: block.first,
        count: block.count,
        decision: block.decision,
    }))
}

impl From<MarksError> for Problem {
    fn from(error: MarksError) -> Self {
        let (code, words) = (error.code(), error.to_string());
        let status = match error {
            MarksError::Store(error) => return error.into(),
            MarksError::Decision(error) => return error.into(),
            MarksError::UnknownSeries => StatusCode::NOT_FOUND,
            MarksError::Exhausted { .. } | MarksError::NonceReused | MarksError::Overlaps { .. } => {
                StatusCode::CONFLICT
            }
            MarksError::BadCount | MarksError::BadSeries => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, code, words)
    }
}
