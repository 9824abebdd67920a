//! `POST /api/v1/persons/{hash}/read` and `/erase`: the only routes that open a record of a person, or end one.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use ploughshare_core::identity::Role;
use ploughshare_core::ids::PersonHash;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::body::{Named, Said};
use super::caller::{Signed, revoked};
use super::problem::Problem;
use crate::identity::caller::Scope;
use crate::persons::{self, Purpose};

/// Why it is read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Because {
    /// `receipt_reissue`, `appeal`, `benefits`, `legal` or `data_subject_request`.
    purpose: String,
    /// The case: a code or number of 1 to 64 letters, digits and `. _ - / : #`.
    reference: String,
}

/// What a record of a person says.
#[derive(Serialize, ToSchema)]
pub struct Opened {
    hash: String,
    /// Fields and values as the tablet recorded them; of a child the minimal set alone.
    #[schema(value_type = Object)]
    person: serde_json::Value,
}

impl Signed {
    /// Operations whose records of people the caller may see; refused when there are none, and on a tablet: what the field seals it does
    /// not read back.
    pub(super) fn reads_persons(&self) -> Result<Scope, Problem> {
        if self.caller.late {
            return Err(revoked());
        }
        let scope = self.caller.reads_persons();
        if scope.is_empty() {
            return Err(Problem::forbidden("role.missing", "this needs the role of a case officer or registrar"));
        }
        if self.caller.device.is_some() {
            return Err(Problem::forbidden("person.not_from_tablet", "records of people are not read on tablets"));
        }
        Ok(scope)
    }
}

/// Opens a sealed record, for a case officer or registrar with a purpose. The read is in the log of reads before the answer leaves.
#[utoipa::path(post, path = "/api/v1/persons/{hash}/read", tag = "persons", security(("token" = [])), request_body = Because,
    params(("hash" = String, Path, description = "Name of the record")), responses(
    (status = 200, body = Opened), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn read(
    State(api): State<Shared>,
    signed: Signed,
    Named(hash): Named<PersonHash>,
    Said(because): Said<Because>,
) -> Result<Response, Problem> {
    let scope = signed.reads_persons()?;
    let purpose = Purpose::new(&because.purpose, &because.reference)?;
    let actor = signed.caller.officer.to_string();
    let record = persons::read(&api.app, &api.reads, &actor, signed.caller.device, &hash, &scope, &purpose).await?;
    let person = serde_json::to_value(record.person()).unwrap_or_default();
    let mut response = Json(Opened { hash: hash.to_string(), person }).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Why it is erased.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// `retention`, `data_subject_request`, `recorded_in_error`, `protection` or `legal`.
    reason: String,
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct Erased {
    hash: String,
    /// `false` when it had been erased before.
    changed: bool,
}

/// Erases a sealed record for good, by destroying its key. A registrar decides. The item that names it, the feed and the log stay.
#[utoipa::path(post, path = "/api/v1/persons/{hash}/erase", tag = "persons", security(("token" = [])), request_body = Reason,
    params(("hash" = String, Path, description = "Name of the record")), responses(
    (status = 200, body = Erased), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn erase(
    State(api): State<Shared>,
    signed: Signed,
    Named(hash): Named<PersonHash>,
    Said(why): Said<Reason>,
) -> Result<Json<Erased>, Problem> {
    signed.reads_persons()?;
    let scope = signed.caller.with(|role| role == Role::Registrar);
    if scope.is_empty() {
        return Err(Problem::forbidden("role.missing", "a registrar decides that a record is erased"));
    }
    let actor = signed.caller.officer.to_string();
    let changed = persons::erase(&api.app, &actor, &hash, &scope, &why.reason).await?;
    Ok(Json(Erased { hash: hash.to_string(), changed }))
}
