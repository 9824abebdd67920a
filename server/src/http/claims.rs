//! `GET /api/v1/claims`: statements that are shown and do not count, as a queue; and what a registrar decides about one.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use axum::Json;
use axum::extract::State;
use ploughshare_core::authorise::{Act, Reason};
use ploughshare_core::identity::Role;
use ploughshare_core::ids::{DocId, EntryHash, OperationId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::body::{Asked, Named, Said};
use super::caller::{Signed, revoked};
use super::problem::Problem;
use super::values::{Projected, bad_cursor, cut, operations, page, projected};
use super::wait::wait;
use crate::identity::IdentityError;
use crate::identity::claims::{Deed, settle};
use crate::store::read_claims;
use crate::store::read_documents;

/// Which of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Id of an operation.
    #[param(value_type = Option<String>)]
    operation: Option<OperationId>,
    /// Id of an item or other document.
    #[param(value_type = Option<String>)]
    item: Option<DocId>,
    /// The `next` of the page before.
    after: Option<String>,
    /// 1 to 500, usually 100.
    limit: Option<u32>,
    /// `OPERATION:PLACE[,…]`: wait up to five seconds until the register has followed that far.
    wait_place: Option<String>,
}

/// A statement that is shown and does not count.
#[derive(Debug, Serialize, ToSchema)]
pub struct Claim {
    operation: String,
    item: String,
    entry: String,
    officer: String,
    officer_name: Option<String>,
    device: String,
    /// Stable code of why it does not count.
    reason: String,
    /// The same in words.
    reason_text: String,
    claimed_at_ms: i64,
    received_at_ms: i64,
}

/// A page of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Claims {
    claims: Vec<Claim>,
    next: Option<String>,
    projected: Vec<Projected>,
}

/// Statements that do not count, by operation and item.
#[utoipa::path(get, path = "/api/v1/claims", tag = "register", security(("token" = [])), params(Which), responses(
    (status = 200, body = Claims), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(api): State<Shared>,
    signed: Signed,
    Asked(which): Asked<Which>,
) -> Result<Json<Claims>, Problem> {
    let scope = signed.reads()?.narrowed(which.operation);
    let limit = page(which.limit)?;
    let after = which.after.as_deref().map(|text| cursor(text).ok_or_else(bad_cursor)).transpose()?;
    wait(&api, which.wait_place.as_deref()).await?;
    let register = &api.app.store.register;
    let mut found = read_claims::claims(register, scope.only(), which.item.as_ref(), after, limit).await?;
    let next = cut(&mut found, limit, |one| format!("{}:{}:{}", one.operation, one.doc, one.entry));
    let names = read_documents::names(&api.app.store.feed).await?;
    let claims = found.into_iter().map(|one| Claim {
        operation: one.operation.to_string(),
        item: one.doc.to_string(),
        entry: one.entry.to_string(),
        officer: one.officer.to_string(),
        officer_name: names.get(&one.officer).cloned(),
        device: one.device.to_string(),
        reason_text: words(&one.reason),
        reason: one.reason,
        claimed_at_ms: one.claimed_at_ms,
        received_at_ms: one.received_at / 1000,
    });
    Ok(Json(Claims { claims: claims.collect(), next, projected: projected(&api, &scope).await? }))
}

fn cursor(text: &str) -> Option<(OperationId, DocId, EntryHash)> {
    let mut parts = text.splitn(3, ':');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// A reason's code in words.
fn words(code: &str) -> String {
    use Reason as R;
    let known = [
        R::NoRole,
        R::Quarantined,
        R::NotTheRegister,
        R::Forked,
        R::NotTheirDevice,
        R::OwnRecord,
        R::BothRoles,
        R::Ended,
        R::HeldAsEvidence,
        R::UnderTrace,
        R::Temporary,
        R::NotTemporary,
        R::Moved,
        R::OperationClosed,
        R::SameDevice,
        R::Unsigned,
        R::NotTheirKey,
        R::NotAnAttestation,
    ];
    if code == R::NotAllowed(Act::Unknown).code() {
        return "none of the officer's roles may say this".to_owned();
    }
    known.iter().find(|reason| reason.code() == code).map_or_else(|| code.to_owned(), ToString::to_string)
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// One line of 1 to 500 characters. It stands in the feed with the decision: no personal data.
    reason: String,
}

/// What was decided.
#[derive(Debug, Serialize, ToSchema)]
pub struct Settled {
    operation: String,
    entry: String,
    /// Number of the decision; absent when it had been decided so before.
    decision: Option<u64>,
    changed: bool,
}

/// A statement counts although its officer was not entitled to it. A registrar decides, and not about their own words.
#[utoipa::path(post, path = "/api/v1/claims/{entry}/release", tag = "register", security(("token" = [])), request_body = Why,
    params(("entry" = String, Path, description = "Id of the statement")), responses(
    (status = 200, body = Settled), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn release(
    State(api): State<Shared>,
    signed: Signed,
    Named(entry): Named<EntryHash>,
    Said(why): Said<Why>,
) -> Result<Json<Settled>, Problem> {
    decided(&api, &signed, entry, Deed::Release, &why.reason).await
}

/// A statement does not count, whoever said it. A registrar decides.
#[utoipa::path(post, path = "/api/v1/claims/{entry}/quarantine", tag = "register", security(("token" = [])), request_body = Why,
    params(("entry" = String, Path, description = "Id of the statement")), responses(
    (status = 200, body = Settled), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn quarantine(
    State(api): State<Shared>,
    signed: Signed,
    Named(entry): Named<EntryHash>,
    Said(why): Said<Why>,
) -> Result<Json<Settled>, Problem> {
    decided(&api, &signed, entry, Deed::Quarantine, &why.reason).await
}

async fn decided(
    api: &Shared,
    signed: &Signed,
    entry: EntryHash,
    deed: Deed,
    reason: &str,
) -> Result<Json<Settled>, Problem> {
    if signed.caller.late {
        return Err(revoked());
    }
    let scope = signed.caller.with(|role| role == Role::Registrar);
    if scope.is_empty() {
        return Err(Problem::forbidden("role.missing", "a registrar decides which statements count"));
    }
    let within = operations(api, &scope).await?;
    let judged = read_claims::statement(&api.app.store.register, &entry, &within).await?;
    let judged = judged.ok_or(IdentityError::StatementUnknown)?;
    let done = settle(&api.app, &signed.caller.officer, &entry, &judged, deed, reason).await?;
    Ok(Json(Settled {
        operation: done.operation.to_string(),
        entry: entry.to_string(),
        decision: done.decision,
        changed: done.decision.is_some(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_said_in_words() {
        for code in ["authority.own_record", "authority.not_allowed", "authority.not_an_attestation"] {
            assert!(words(code).contains(' '), "{code}");
        }
        assert_eq!(words("authority.of_a_later_build"), "authority.of_a_later_build");
    }
}
