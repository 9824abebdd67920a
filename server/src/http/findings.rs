//! `GET /api/v1/findings`: what the rules noticed. A finding may touch an item that the caller may not read; then that side is left out.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use ploughshare_core::ids::{DocId, OfficerId, OperationId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::body::Asked;
use super::caller::Signed;
use super::problem::Problem;
use super::values::{Projected, bad_cursor, cut, page, projected};
use super::wait::wait;
use crate::identity::caller::Scope;
use crate::store::read_documents;
use crate::store::read_findings::{self, Found, Wanted};

/// Which findings.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// A rule such as R01.
    rule: Option<String>,
    /// open, justified or fixed.
    state: Option<String>,
    severity: Option<String>,
    /// Id of an item on either side.
    #[param(value_type = Option<String>)]
    item: Option<DocId>,
    /// Id of the document it is about, on either side: an item or a procedure.
    #[param(value_type = Option<String>)]
    subject: Option<DocId>,
    /// Kind of the document it is about: item, handover, count, destruction….
    kind: Option<String>,
    /// Site of the document it is about, on either side of a hand-over.
    site: Option<String>,
    /// Id of an operation on either side.
    #[param(value_type = Option<String>)]
    operation: Option<OperationId>,
    /// The `next` of the page before.
    after: Option<String>,
    /// 1 to 500, usually 100.
    limit: Option<u32>,
    /// `OPERATION:PLACE[,…]`: wait up to five seconds until the register has followed that far.
    wait_place: Option<String>,
}

/// What a rule noticed. It proposes, a person decides.
#[derive(Debug, Serialize, ToSchema)]
pub struct Finding {
    id: String,
    rule: String,
    version: i64,
    severity: String,
    state: String,
    operation: Option<String>,
    /// Kind of the document that it is about: item, or a procedure such as handover.
    kind: String,
    /// The document that it is about.
    item: Option<String>,
    other_operation: Option<String>,
    other_item: Option<String>,
    path: Option<String>,
    /// What a justification names to mean this one finding.
    key: Option<String>,
    message: String,
    #[schema(value_type = Object)]
    args: serde_json::Value,
    opened_at_ms: i64,
    /// Why somebody found it in order.
    justification: Option<String>,
    /// Who.
    justified_by: Option<String>,
    justified_by_name: Option<String>,
    /// One side is in an operation that the caller may not read, and is left out.
    partly_hidden: bool,
}

/// A page of findings.
#[derive(Debug, Serialize, ToSchema)]
pub struct Findings {
    findings: Vec<Finding>,
    next: Option<String>,
    projected: Vec<Projected>,
}

/// What the rules noticed.
#[utoipa::path(get, path = "/api/v1/findings", tag = "register", security(("token" = [])), params(Which), responses(
    (status = 200, body = Findings), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(api): State<Shared>,
    signed: Signed,
    Asked(which): Asked<Which>,
) -> Result<Json<Findings>, Problem> {
    let reads = signed.reads()?;
    let scope = reads.clone().narrowed(which.operation);
    let limit = page(which.limit)?;
    let after = which.after.as_deref().map(|text| cursor(text).ok_or_else(bad_cursor)).transpose()?;
    wait(&api, which.wait_place.as_deref()).await?;
    let wanted = Wanted {
        within: scope.only().cloned(),
        rule: which.rule,
        state: which.state,
        severity: which.severity,
        subject: which.subject.or(which.item),
        kind: which.kind,
        site: which.site,
        after,
        limit,
    };
    let mut found = read_findings::list(&api.app.store.register, &wanted).await?;
    let next = cut(&mut found, limit, |one| hex::encode(one.id));
    let names = read_documents::names(&api.app.store.feed).await?;
    let findings = found.into_iter().map(|one| shown(one, &reads, &names)).collect();
    Ok(Json(Findings { findings, next, projected: projected(&api, &scope).await? }))
}

/// The findings on one document, the first page of them.
pub(super) async fn on(api: &Shared, reads: &Scope, doc: &DocId) -> Result<Vec<Finding>, Problem> {
    let wanted = Wanted { subject: Some(*doc), limit: page(None)?, ..Wanted::default() };
    let found = read_findings::list(&api.app.store.register, &wanted).await?;
    let names = read_documents::names(&api.app.store.feed).await?;
    Ok(found.into_iter().map(|one| shown(one, reads, &names)).collect())
}

fn shown(found: Found, reads: &Scope, names: &BTreeMap<OfficerId, String>) -> Finding {
    let own = reads.holds(&found.operation);
    let other = found.other_operation.as_ref().is_none_or(|operation| reads.holds(operation));
    let whole = own && other;
    let hidden = "an item outside your operations is involved; ask a registrar";
    Finding {
        id: hex::encode(found.id),
        rule: found.rule,
        version: found.version,
        severity: found.severity,
        state: found.state,
        operation: own.then(|| found.operation.to_string()),
        item: found.item.filter(|_| own).map(|item| item.to_string()),
        other_operation: found.other_operation.filter(|_| other).map(|operation| operation.to_string()),
        other_item: found.other_item.filter(|_| other).map(|item| item.to_string()),
        kind: found.kind,
        path: found.path.filter(|_| own),
        key: Some(found.key).filter(|_| whole),
        justification: found.justification.filter(|_| whole),
        justified_by_name: found.justified_by.filter(|_| whole).and_then(|officer| names.get(&officer).cloned()),
        justified_by: found.justified_by.filter(|_| whole).map(|officer| officer.to_string()),
        message: if whole { found.message } else { hidden.to_owned() },
        args: if whole { serde_json::from_str(&found.args).unwrap_or_default() } else { serde_json::Value::Null },
        opened_at_ms: found.opened_at / 1000,
        partly_hidden: !whole,
    }
}

fn cursor(text: &str) -> Option<[u8; 32]> {
    let mut id = [0; 32];
    hex::decode_to_slice(text, &mut id).ok().map(|()| id)
}
