//! `POST /api/v1/session` and `/api/v1/setup`: people at the console.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::auth::Token;
use super::body::Said;
use super::caller::Whence;
use super::problem::Problem;
use crate::identity::{session, setup};

/// Who, and what only they know.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The officer's id, or their name where only one has it.
    officer: String,
    /// Their passphrase.
    passphrase: String,
}

/// The one-time link that the first start printed, and the first administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    /// What the server printed at its first start.
    token: String,
    /// The administrator's name.
    name: String,
    /// At least 15 characters.
    passphrase: String,
}

/// The first administrator.
#[derive(Debug, Serialize, ToSchema)]
pub struct Administrator {
    officer: String,
}

/// Signs a person in.
#[utoipa::path(post, path = "/api/v1/session", tag = "people", request_body = SignIn, responses(
    (status = 200, body = Token), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn sign_in(
    State(api): State<Shared>,
    Whence(from): Whence,
    Said(said): Said<SignIn>,
) -> Result<Json<Token>, Problem> {
    api.rates.passphrase(from)?;
    let claims = session::sign_in(&api.app, &said.officer, said.passphrase).await?;
    Ok(Json(Token::make(&api, claims, None)?))
}

/// Makes the first administrator.
#[utoipa::path(post, path = "/api/v1/setup", tag = "people", request_body = SetUp, responses(
    (status = 200, body = Administrator), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn set_up(
    State(api): State<Shared>,
    Whence(from): Whence,
    Said(said): Said<SetUp>,
) -> Result<Json<Administrator>, Problem> {
    api.rates.passphrase(from)?;
    let officer = setup::complete(&api.app, &said.token, &said.name, said.passphrase).await?;
    Ok(Json(Administrator { officer: officer.to_string() }))
}
