//! `POST /api/v1/officers/keys`: an officer's own key becomes known, brought by the tablet that keeps it.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::body::Said;
use super::caller::{Signed, Whence, revoked};
use super::enrol::bytes;
use super::problem::Problem;
use crate::identity::officer_key;

/// A ticket of the officer, their new key, and proof that they hold it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// The ticket as typed; case, dashes and O for 0 make no difference.
    ticket: String,
    /// 32 bytes of Ed25519 or 33 of P-256, in lower-case hex.
    public_key: String,
    /// By the new key over `ploughshare officer key v1\n`, the ticket as sent, `\n`, the device's id in hex, `\n`, the key as sent; 64
    /// bytes in hex.
    signature: String,
}

/// What the register says to an officer who can sign now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Known {
    officer: String,
    officer_name: String,
    operation: String,
    /// Until when the tablet may work without contact.
    lease_until_ms: i64,
}

/// Makes an officer's key known by a one-use ticket. It is good from the moment it was made.
#[utoipa::path(post, path = "/api/v1/officers/keys", tag = "devices", security(("token" = [])), request_body = NewKey, responses(
    (status = 200, body = Known), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn add(
    State(api): State<Shared>,
    signed: Signed,
    Whence(from): Whence,
    Said(said): Said<NewKey>,
) -> Result<Json<Known>, Problem> {
    // Whoever guesses tickets has the budget of a stranger as well.
    api.rates.stranger(from)?;
    let Some(device) = signed.caller.device else {
        return Err(Problem::forbidden("device.missing", "an officer's key is kept on an enrolled device"));
    };
    if signed.caller.late {
        return Err(revoked());
    }
    let request = officer_key::Request {
        public_key: bytes("public_key", &said.public_key)?,
        signature: bytes("signature", &said.signature)?,
        ticket: said.ticket,
    };
    let added = officer_key::add(&api.app, &device, &request).await?;
    Ok(Json(Known {
        officer: added.officer.id.to_string(),
        officer_name: added.officer.name,
        operation: added.operation.to_string(),
        lease_until_ms: added.lease_until / 1000,
    }))
}
