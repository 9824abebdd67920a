//! `POST /api/v1/auth/…`: a tablet proves that it holds its key and gets a short-lived token.

use axum::Json;
use axum::extract::State;
use ploughshare_core::ids::DeviceId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::body::Said;
use super::caller::Whence;
use super::enrol::bytes;
use super::problem::Problem;
use crate::identity::session;
use crate::identity::token::Claims;

/// Which device asks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Asking {
    /// Its id.
    #[schema(value_type = String)]
    device: DeviceId,
}

/// Something to sign within two minutes.
#[derive(Debug, Serialize, ToSchema)]
pub struct Challenge {
    challenge: String,
}

/// A challenge, signed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The device's id.
    #[schema(value_type = String)]
    device: DeviceId,
    /// The challenge as given.
    challenge: String,
    /// Over `ploughshare device proof v1\n` and the challenge; 64 bytes in hex.
    signature: String,
}

/// A token, to be sent as `Authorization: Bearer …`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Token {
    token: String,
    expires_at_ms: i64,
    /// The officer it speaks for.
    officer: String,
    /// Until when the device may work without contact; renewed by every token.
    #[serde(skip_serializing_if = "Option::is_none")]
    lease_until_ms: Option<i64>,
    /// The device was revoked: the token is good for bringing late work and nothing else.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    revoked: bool,
}

impl Token {
    /// A token of the configured length.
    pub(super) fn make(api: &Shared, claims: Claims, lease: Option<i64>) -> Result<Self, Problem> {
        let (officer, revoked) = (claims.sub.to_string(), claims.late);
        let (token, expires_at_ms) = api.tokens.make(claims, api.app.now_ms(), api.app.settings.token_minutes)?;
        Ok(Self { token, expires_at_ms, officer, lease_until_ms: lease.map(|us| us / 1000), revoked })
    }
}

/// Gives something to sign. Any id gets one, so that nobody learns which there are.
#[utoipa::path(post, path = "/api/v1/auth/challenge", tag = "devices", request_body = Asking, responses(
    (status = 200, body = Challenge), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn challenge(
    State(api): State<Shared>,
    Whence(from): Whence,
    Said(asking): Said<Asking>,
) -> Result<Json<Challenge>, Problem> {
    api.rates.stranger(from)?;
    let challenge = api.challenges.make(&asking.device, api.app.now_ms(), &api.app.random());
    Ok(Json(Challenge { challenge }))
}

/// Gives a token for a signed challenge.
#[utoipa::path(post, path = "/api/v1/auth/token", tag = "devices", request_body = Proof, responses(
    (status = 200, body = Token), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn token(
    State(api): State<Shared>,
    Whence(from): Whence,
    Said(proof): Said<Proof>,
) -> Result<Json<Token>, Problem> {
    api.rates.stranger(from)?;
    let signature = bytes("signature", &proof.signature)?;
    let (claims, lease) =
        session::prove(&api.app, &api.challenges, &proof.device, &proof.challenge, &signature).await?;
    Ok(Json(Token::make(&api, claims, lease)?))
}
