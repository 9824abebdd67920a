//! `/api/v1/destructions/{destruction}/certificate`: what stands in the way, issuing, and the file on paper and as it is.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ploughshare_core::certificate::Obstacle;
use ploughshare_core::destruction::Fate;
use ploughshare_core::identity::Role;
use ploughshare_core::ids::{DocId, OperationId};
use ploughshare_paper::Language;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::body::{Asked, Named};
use super::caller::Signed;
use super::problem::Problem;
use super::values::{no_such, operations};
use crate::audit::verifier_key;
use crate::certificate::{self, IssueError};
use crate::identity::caller::Scope;
use crate::store::certificates::Issued;
use crate::store::{certificates, read_documents};

/// Something that stands in the way of a certificate.
#[derive(Debug, Serialize, ToSchema)]
pub struct InTheWay {
    /// Stable dotted code, such as `certificate.not_witnessed`.
    code: &'static str,
    /// The item that it is about, if it is about one.
    item: Option<String>,
    /// One sentence.
    message: String,
}

impl From<Obstacle> for InTheWay {
    fn from(one: Obstacle) -> Self {
        Self { code: one.code, item: one.item.map(|item| item.to_string()), message: one.message }
    }
}

/// What a destruction came to in the state that was signed: planned = destroyed + rejected + withdrawn (IDDRS 4.10 section 8).
#[derive(Debug, Serialize, ToSchema)]
pub struct Came {
    planned: usize,
    presented: usize,
    destroyed: usize,
    needs_second_process: usize,
    failed: usize,
    rejected: usize,
    withdrawn: usize,
    unaccounted: usize,
    /// Weight of what was weighed, in grams.
    weight_g: i64,
    reconciled: bool,
}

/// A certificate that was issued.
#[derive(Debug, Serialize, ToSchema)]
pub struct Certificate {
    number: String,
    destruction: String,
    operation: String,
    issued_at_ms: i64,
    /// Number of its leaf in the audit log, from 0.
    leaf: u64,
    /// SHA-256 of its list of items in canonical CBOR, as it stands on paper.
    list_hash: String,
}

impl From<&Issued> for Certificate {
    fn from(issued: &Issued) -> Self {
        Self {
            number: issued.number.clone(),
            destruction: issued.document.to_string(),
            operation: issued.operation.to_string(),
            issued_at_ms: issued.issued_at / 1000,
            leaf: issued.leaf_index,
            list_hash: hex::encode(issued.list_hash),
        }
    }
}

/// Whether a destruction can be certified, and the certificate where it was.
#[derive(Debug, Serialize, ToSchema)]
pub struct Assessed {
    outcome: Came,
    /// Nothing where it can be certified. What was certified stays so; obstacles that appeared since are told all the same.
    obstacles: Vec<InTheWay>,
    certificate: Option<Certificate>,
}

/// Whether a destruction can be certified, what stands in the way, and the certificate if one was issued.
#[utoipa::path(get, path = "/api/v1/destructions/{destruction}/certificate", tag = "register", security(("token" = [])),
    params(("destruction" = String, Path, description = "Id of the destruction")), responses(
    (status = 200, body = Assessed), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn assess(
    State(api): State<Shared>,
    signed: Signed,
    Named(destruction): Named<DocId>,
) -> Result<Json<Assessed>, Problem> {
    let operation = find(&api, &signed.reads()?, &destruction).await?;
    let gathered = certificate::gather(&api.app, &operation, &destruction).await?;
    let assessed = gathered.assess();
    let issued = certificates::of_document(&api.app.store.feed, &operation, &destruction).await?;
    let count = |fate| assessed.outcome.count(fate);
    let outcome = Came {
        planned: assessed.outcome.planned(),
        presented: assessed.outcome.presented(),
        destroyed: count(Fate::Destroyed),
        needs_second_process: count(Fate::NeedsSecondProcess),
        failed: count(Fate::Failed),
        rejected: count(Fate::Rejected),
        withdrawn: count(Fate::Withdrawn),
        unaccounted: count(Fate::Unaccounted),
        weight_g: assessed.outcome.weight_g(),
        reconciled: assessed.outcome.is_reconciled(),
    };
    signed.note(&api, "certificate.assessed", &destruction.to_string(), Some(operation.to_string())).await?;
    Ok(Json(Assessed {
        outcome,
        obstacles: assessed.obstacles.into_iter().map(InTheWay::from).collect(),
        certificate: issued.as_ref().map(Certificate::from),
    }))
}

/// How it is to be issued.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Issue {
    /// Its number: 1 to 64 letters, digits and . _ - /; without one the next of the operation is taken.
    number: Option<String>,
}

/// Issues the certificate of a destruction. Asked again, the one that was issued is given again. A supervisor or registrar asks.
#[utoipa::path(post, path = "/api/v1/destructions/{destruction}/certificate", tag = "register", security(("token" = [])),
    params(("destruction" = String, Path, description = "Id of the destruction"), Issue), responses(
    (status = 200, body = Certificate), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn issue(
    State(api): State<Shared>,
    signed: Signed,
    Named(destruction): Named<DocId>,
    Asked(wanted): Asked<Issue>,
) -> Result<Json<Certificate>, Problem> {
    signed.reads()?;
    let scope = signed.caller.with(|role| matches!(role, Role::Supervisor | Role::Registrar));
    if scope.is_empty() {
        return Err(Problem::forbidden("role.missing", "a supervisor or registrar has certificates issued"));
    }
    let operation = find(&api, &scope, &destruction).await?;
    let officer = signed.caller.officer;
    let issued =
        certificate::issue(&api.app, Some(&officer), &operation, &destruction, wanted.number.as_deref()).await?;
    Ok(Json(Certificate::from(&issued)))
}

/// In which form.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Form {
    /// `pdf` (usual; the proof is inside) or `proof` (the file that proves itself, CBOR).
    format: Option<String>,
    /// Language of the paper, BCP 47: `en` (usual), `fr` or `ar`.
    lang: Option<String>,
}

/// The certificate: on paper with its proof inside, or the proof alone. `ploughshare verify-certificate` checks both without a network.
#[utoipa::path(get, path = "/api/v1/destructions/{destruction}/certificate/file", tag = "register", security(("token" = [])),
    params(("destruction" = String, Path, description = "Id of the destruction"), Form), responses(
    (status = 200, description = "application/pdf or application/cbor", body = Vec<u8>, content_type = "application/pdf"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn file(
    State(api): State<Shared>,
    signed: Signed,
    Named(destruction): Named<DocId>,
    Asked(form): Asked<Form>,
) -> Result<Response, Problem> {
    let operation = find(&api, &signed.reads()?, &destruction).await?;
    let language = Language::from_code(form.lang.as_deref().unwrap_or("en"))
        .ok_or_else(|| Problem::bad("certificate.language", "certificates are printed in `en`, `fr` and `ar`"))?;
    let proof = certificate::file(&api.app, &operation, &destruction).await?;
    let (kind, name, bytes) = match form.format.as_deref().unwrap_or("pdf") {
        "pdf" => {
            let key = verifier_key(&api.app).map_err(crate::audit::AuditError::from)?;
            let print = move || certificate::paper(&proof, &key, language);
            let printed = tokio::task::spawn_blocking(print).await;
            let printed = printed.map_err(|error| Problem::internal("internal.cancelled", &error))??;
            ("application/pdf", "certificate.pdf", printed)
        }
        "proof" => ("application/cbor", "certificate.ploughshare", proof),
        _ => return Err(Problem::bad("request.query", "`format` is `pdf` or `proof`")),
    };
    signed.note(&api, "certificate.read", &destruction.to_string(), Some(operation.to_string())).await?;
    let disposition = format!("attachment; filename=\"{name}\"");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition.as_str())], bytes).into_response())
}

/// The operation of a destruction that the caller may see.
async fn find(api: &Shared, scope: &Scope, destruction: &DocId) -> Result<OperationId, Problem> {
    let within = operations(api, scope).await?;
    let found = read_documents::find(&api.app.store.register, destruction, &within).await?;
    match found {
        Some((operation, kind)) if kind == "destruction" => Ok(operation),
        _ => Err(no_such("destruction")),
    }
}

impl From<IssueError> for Problem {
    fn from(error: IssueError) -> Self {
        let detail = error.to_string();
        match error {
            IssueError::Store(error) => error.into(),
            IssueError::Audit(error) => error.into(),
            IssueError::Unknown => no_such("destruction"),
            IssueError::NotIssued => Self::missing("certificate.not_issued", detail),
            IssueError::BadNumber => Self::bad("certificate.bad_number", detail),
            IssueError::NumberTaken { .. } => Self::new(StatusCode::CONFLICT, "certificate.number_taken", detail),
            IssueError::Obstacles { .. } => Self::new(StatusCode::CONFLICT, "certificate.obstacles", detail),
            other => Self::internal("certificate.failed", &other),
        }
    }
}
