//! `GET /api/v1/findings`: what the rules noticed; one of them with all that is known around it; and a registrar's reason why it is in
//! order. A finding may touch an item that the caller may not read; then that side is left out.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use ploughshare_core::ids::{DocId, FindingId, OfficerId, OperationId};
use ploughshare_core::rules;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::body::{Asked, Named, Said};
use super::caller::Signed;
use super::duplicates::{Judged, judged_of};
use super::problem::Problem;
use super::sides::{Side, side};
use super::values::{Projected, bad_cursor, cut, page, projected};
use super::wait::wait;
use crate::identity::caller::Scope;
use crate::registrar::justify::{self, Deed};
use crate::store::read_findings::{self, Found, Wanted};
use crate::store::{read_documents, read_links};

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
    /// Id of the document it is about, on either side: an item, a procedure or a collection.
    #[param(value_type = Option<String>)]
    subject: Option<DocId>,
    /// Kind of the document it is about: item, handover, count, destruction, collection….
    kind: Option<String>,
    /// Site of the item on either side, or of the procedure or collection it is about.
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
    /// Kind of the document that it is about: item, collection, or a procedure such as handover.
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

/// What became of a finding at one moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct Became {
    /// open, justified or fixed.
    state: String,
    at_ms: i64,
    /// Who gave the reason; none where the data changed.
    officer: Option<String>,
    officer_name: Option<String>,
    reason: Option<String>,
}

/// A finding with all that is known around it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Whole {
    #[serde(flatten)]
    finding: Finding,
    /// The rule in one line.
    title: String,
    /// What is wrong, why it matters, what to do: for training.
    explanation: String,
    /// What became of it, in order.
    history: Vec<Became>,
    /// The items that it touches, each with its whole history.
    items: Vec<Side>,
    /// How the pair was judged, the last judgement last.
    judgements: Vec<Judged>,
}

/// One finding, explained, with what became of it and the histories of the items. The read is written to the log of reads.
#[utoipa::path(get, path = "/api/v1/findings/{finding}", tag = "register", security(("token" = [])),
    params(("finding" = String, Path, description = "Id of the finding")), responses(
    (status = 200, body = Whole), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn one(
    State(api): State<Shared>,
    signed: Signed,
    Named(id): Named<FindingId>,
) -> Result<Json<Whole>, Problem> {
    let reads = signed.reads()?;
    let register = &api.app.store.register;
    let id = *id.as_bytes();
    let found = read_findings::one(register, &id).await?.ok_or_else(unknown)?;
    let own = found.item.map(|item| (found.operation, item));
    let other = found.other_operation.zip(found.other_item);
    let visible: Vec<_> = own.into_iter().chain(other).filter(|(operation, _)| reads.holds(operation)).collect();
    if visible.is_empty() {
        return Err(unknown());
    }
    let names = read_documents::names(&api.app.store.feed).await?;
    let name = |officer: &ploughshare_core::ids::OfficerId| names.get(officer).cloned();
    let history = read_findings::events(register, &id).await?.into_iter().map(|event| Became {
        state: event.state,
        at_ms: event.at / 1000,
        officer_name: event.officer.as_ref().and_then(name),
        officer: event.officer.map(|officer| officer.to_string()),
        reason: event.reason,
    });
    let history = history.collect();
    let mut items = Vec::new();
    for subject in &visible {
        items.extend(side(&api, subject, &names, true).await?);
        signed.note(&api, "item.read", &subject.1.to_string(), Some(subject.0.to_string())).await?;
    }
    let judgements = match own.zip(other) {
        Some(pair) => read_links::judgements(register, pair).await?,
        None => Vec::new(),
    };
    let rule = rules::rule(&found.rule);
    Ok(Json(Whole {
        title: rule.map_or_else(String::new, |rule| rule.title.to_owned()),
        explanation: rule.map_or_else(String::new, |rule| rule.explanation.to_owned()),
        history,
        items,
        judgements: judgements.into_iter().map(|one| judged_of(one, &names)).collect(),
        finding: shown(found, &reads, &names),
    }))
}

fn unknown() -> Problem {
    Problem::missing("finding.unknown", "there is no such finding in your operations")
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// One line of 1 to 500 characters. It stands in the feed: no personal data.
    reason: String,
}

/// A statement made about a finding.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stated {
    finding: String,
    operation: String,
    item: String,
    /// The statement.
    entry: String,
}

/// A registrar says why an open finding is in order. It stays, justified.
#[utoipa::path(post, path = "/api/v1/findings/{finding}/justify", tag = "register", security(("token" = [])), request_body = Why,
    params(("finding" = String, Path, description = "Id of the finding")), responses(
    (status = 200, body = Stated), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn justify(
    State(api): State<Shared>,
    signed: Signed,
    Named(id): Named<FindingId>,
    Said(why): Said<Why>,
) -> Result<Json<Stated>, Problem> {
    stated(&api, &signed, &id, Deed::Justify, &why.reason).await
}

/// A registrar takes the reason for a finding back. It is open again.
#[utoipa::path(post, path = "/api/v1/findings/{finding}/withdraw", tag = "register", security(("token" = [])), request_body = Why,
    params(("finding" = String, Path, description = "Id of the finding")), responses(
    (status = 200, body = Stated), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn withdraw(
    State(api): State<Shared>,
    signed: Signed,
    Named(id): Named<FindingId>,
    Said(why): Said<Why>,
) -> Result<Json<Stated>, Problem> {
    stated(&api, &signed, &id, Deed::Withdraw, &why.reason).await
}

async fn stated(
    api: &Shared,
    signed: &Signed,
    id: &FindingId,
    deed: Deed,
    reason: &str,
) -> Result<Json<Stated>, Problem> {
    let by = signed.registrar()?;
    let done = justify::settle(&api.app, &by, id.as_bytes(), deed, reason).await?;
    Ok(Json(Stated {
        finding: id.to_string(),
        operation: done.operation.to_string(),
        item: done.item.to_string(),
        entry: done.entry.to_string(),
    }))
}
