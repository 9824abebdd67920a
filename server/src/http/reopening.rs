//! `POST /api/v1/devices/reopen`: a tablet whose store sealed itself has it opened.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::body::Said;
use super::caller::Signed;
use super::enrol::bytes;
use super::problem::Problem;
use crate::reopening::{ReopenError, reopen as open_again};

/// The keys of a store in escrow, and to which key they are wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// What the tablet sealed to the register's key while it was open, in lower-case hex.
    escrow: String,
    /// A fresh X25519 key of the tablet, as age writes it: `age1…`.
    recipient: String,
}

/// The same keys, sealed to the tablet's fresh key.
#[derive(Serialize, ToSchema)]
pub struct Opened {
    /// In lower-case hex.
    sealed: String,
}

/// Opens a sealed tablet again. Its own store, if it was not revoked; otherwise once, after a registrar allowed it.
#[utoipa::path(post, path = "/api/v1/devices/reopen", tag = "devices", security(("token" = [])), request_body = Sealed, responses(
    (status = 200, body = Opened), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn reopen(
    State(api): State<Shared>,
    signed: Signed,
    Said(said): Said<Sealed>,
) -> Result<Json<Opened>, Problem> {
    let Some(device) = signed.caller.device else {
        return Err(Problem::forbidden("device.missing", "a sealed store is opened by the tablet that holds it"));
    };
    let escrow = bytes("escrow", &said.escrow)?;
    let sealed = open_again(&api.app, &device, signed.caller.late, &escrow, &said.recipient).await?;
    Ok(Json(Opened { sealed: hex::encode(sealed) }))
}

impl From<ReopenError> for Problem {
    fn from(error: ReopenError) -> Self {
        let (code, words) = (error.code(), error.to_string());
        let status = match error {
            ReopenError::Store(error) => return error.into(),
            ReopenError::Keys(error) => return error.into(),
            ReopenError::Leaf(_) => return Self::internal(code, &words),
            ReopenError::BadEscrow | ReopenError::BadRecipient => StatusCode::UNPROCESSABLE_ENTITY,
            ReopenError::NotAllowed(_) => StatusCode::FORBIDDEN,
            ReopenError::UnknownDevice => StatusCode::NOT_FOUND,
        };
        Self::new(status, code, words)
    }
}
