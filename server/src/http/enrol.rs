//! `POST /api/v1/enrol`: a tablet comes in.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::body::Said;
use super::caller::Whence;
use super::problem::Problem;
use crate::audit;
use crate::identity::enrol;

/// A ticket, the tablet's own key, and proof that it holds it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Enrolment {
    /// The ticket as typed; case, dashes and O for 0 make no difference.
    ticket: String,
    /// 32 bytes of Ed25519 or 33 of P-256, in lower-case hex.
    public_key: String,
    /// What people call the device, 1 to 64 characters.
    label: String,
    /// Over `ploughshare enrolment v1\n`, the ticket as sent, `\n`, the key as sent; 64 bytes in hex.
    signature: String,
}

/// What the register says to a tablet that is in. The tablet pins `register_key` and `log_vkey`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Welcome {
    register_id: String,
    register_key: String,
    operation: String,
    operation_code: String,
    operation_name: String,
    training: bool,
    officer: String,
    officer_name: String,
    device: String,
    lease_until_ms: i64,
    log_vkey: String,
}

/// Enrols a device by a one-use ticket.
#[utoipa::path(post, path = "/api/v1/enrol", tag = "devices", request_body = Enrolment, responses(
    (status = 200, body = Welcome), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn enrol(
    State(api): State<Shared>,
    Whence(from): Whence,
    Said(said): Said<Enrolment>,
) -> Result<Json<Welcome>, Problem> {
    api.rates.stranger(from)?;
    let request = enrol::Request {
        public_key: bytes("public_key", &said.public_key)?,
        signature: bytes("signature", &said.signature)?,
        ticket: said.ticket,
        label: said.label,
    };
    let enrolled = enrol::enrol(&api.app, &request).await?;
    Ok(Json(Welcome {
        register_id: api.app.register.to_string(),
        register_key: hex::encode(api.app.key.public().as_bytes()),
        operation: enrolled.operation.id.to_string(),
        operation_code: enrolled.operation.code,
        operation_name: enrolled.operation.name,
        training: enrolled.operation.training,
        officer: enrolled.officer.id.to_string(),
        officer_name: enrolled.officer.name,
        device: enrolled.device.to_string(),
        lease_until_ms: enrolled.lease_until / 1000,
        log_vkey: audit::verifier_key(&api.app).map_err(audit::AuditError::from)?.to_string(),
    }))
}

/// Bytes as lower-case hex, the one form that is signed.
pub(super) fn bytes(field: &'static str, text: &str) -> Result<Vec<u8>, Problem> {
    let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    hex::decode(text)
        .ok()
        .filter(|_| lower)
        .ok_or_else(|| Problem::bad("request.hex", format!("`{field}` is not lower-case hex")))
}
