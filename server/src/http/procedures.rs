//! `GET /api/v1/procedures` and `/procedures/{procedure}`: what people did with many items at once.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use ploughshare_core::ids::{DocId, OperationId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::body::{Asked, Named};
use super::caller::Signed;
use super::came_to::{self, Differences, Outcome};
use super::findings::{self, Finding};
use super::items::Reading;
use super::problem::Problem;
use super::reviews::{self, Attestation, Review};
use super::values::{Projected, bad_cursor, cut, json, no_such, operations, page, projected};
use super::wait::wait;
use crate::store::read_procedures::{self, Procedure, Wanted};

/// Which procedures. Filters are joined by "and".
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// `marking_session`, handover, count, incident, destruction or `spot_check`.
    kind: Option<String>,
    state: Option<String>,
    /// Site, on either side of a hand-over.
    site: Option<String>,
    /// Store, on either side of a hand-over.
    store: Option<String>,
    /// Id of an item that it names.
    #[param(value_type = Option<String>)]
    item: Option<DocId>,
    /// Id of an operation.
    #[param(value_type = Option<String>)]
    operation: Option<OperationId>,
    /// The `next` of the page before.
    after: Option<String>,
    /// 1 to 500, usually 100.
    limit: Option<u32>,
    /// `OPERATION:PLACE[,…]`: wait up to five seconds until the register has followed that far.
    wait_place: Option<String>,
}

/// A page of procedures.
#[derive(Debug, Serialize, ToSchema)]
pub struct Procedures {
    procedures: Vec<Procedure>,
    next: Option<String>,
    projected: Vec<Projected>,
}

/// Procedures by filters, in the order of operation and id.
#[utoipa::path(get, path = "/api/v1/procedures", tag = "register", security(("token" = [])), params(Which), responses(
    (status = 200, body = Procedures), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(api): State<Shared>,
    signed: Signed,
    Asked(which): Asked<Which>,
) -> Result<Json<Procedures>, Problem> {
    let scope = signed.reads()?.narrowed(which.operation);
    let limit = page(which.limit)?;
    let after = which.after.as_deref().map(|text| cursor(text).ok_or_else(bad_cursor)).transpose()?;
    wait(&api, which.wait_place.as_deref()).await?;
    let Which { kind, state, site, store, item, .. } = which;
    let wanted = Wanted { within: scope.only().cloned(), kind, state, site, store, item, after, limit };
    let mut procedures = read_procedures::list(&api.app.store.register, &wanted).await?;
    let next = cut(&mut procedures, limit, |one| format!("{}:{}", one.operation, one.id));
    Ok(Json(Procedures { procedures, next, projected: projected(&api, &scope).await? }))
}

fn cursor(text: &str) -> Option<(OperationId, DocId)> {
    let (operation, id) = text.split_once(':')?;
    Some((operation.parse().ok()?, id.parse().ok()?))
}

/// A procedure with everything the register holds about it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Whole {
    #[serde(flatten)]
    procedure: Procedure,
    /// Its own fields by name.
    #[schema(value_type = Object)]
    fields: serde_json::Map<String, serde_json::Value>,
    /// Its members by set, in the order of their keys; one that was withdrawn says why in `withdrawn`.
    #[schema(value_type = Object)]
    members: BTreeMap<String, Vec<serde_json::Map<String, serde_json::Value>>>,
    /// What reviews of it came to.
    review: Review,
    /// What officers attested of it, in the order of the fold.
    attestations: Vec<Attestation>,
    /// What rules noticed on it.
    findings: Vec<Finding>,
    /// Of a destruction: what became of each item.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
    /// Of a hand-over: how manifest, loading and receipt differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    differences: Option<Differences>,
    projected: Vec<Projected>,
}

/// One procedure. The read is written to the log of reads before the answer leaves.
#[utoipa::path(get, path = "/api/v1/procedures/{procedure}", tag = "register", security(("token" = [])),
    params(("procedure" = String, Path, description = "Id of the procedure"), Reading), responses(
    (status = 200, body = Whole), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn one(
    State(api): State<Shared>,
    mut signed: Signed,
    Named(id): Named<DocId>,
    Asked(reading): Asked<Reading>,
) -> Result<Json<Whole>, Problem> {
    let scope = signed.reads()?;
    signed.because(reading.purpose.as_deref())?;
    wait(&api, reading.wait_place.as_deref()).await?;
    let within = operations(&api, &scope).await?;
    let found = read_procedures::one(&api.app.store.register, &id, &within).await?;
    let (procedure, bytes) = found.ok_or_else(|| no_such("procedure"))?;
    let operation = procedure.operation.parse().map_err(|_| no_such("procedure"))?;
    let content = came_to::content(&bytes)?;
    let (review, attestations) = reviews::of(&api, &operation, &id).await?;
    let findings = findings::on(&api, &scope, &id).await?;
    let (fields, members) = taken_apart(&content);
    let outcome = (procedure.kind == "destruction").then(|| came_to::outcome(&content));
    let differences = (procedure.kind == "handover").then(|| came_to::differences(&content));
    let projected = projected(&api, &scope).await?;
    signed.note(&api, "procedure.read", &id.to_string(), Some(procedure.operation.clone())).await?;
    Ok(Json(Whole { procedure, fields, members, review, attestations, findings, outcome, differences, projected }))
}

type Fields = serde_json::Map<String, serde_json::Value>;

/// Content by what it is of: the document, or a member of a set.
fn taken_apart(content: &ploughshare_core::document::Content) -> (Fields, BTreeMap<String, Vec<Fields>>) {
    let mut fields = Fields::new();
    let mut members: BTreeMap<&str, BTreeMap<&str, Fields>> = BTreeMap::new();
    for (path, value) in content {
        let mut steps = path.splitn(3, '/');
        match (steps.next(), steps.next(), steps.next()) {
            (Some(set), Some(key), Some(name)) => {
                let member = members.entry(set).or_default().entry(key).or_default();
                member.insert("key".to_owned(), key.into());
                // A field of this name would hide the member's own key.
                let name = if name == "key" { "about" } else { name };
                member.insert(name.to_owned(), json(value));
            }
            _ => drop(fields.insert(path.clone(), json(value))),
        }
    }
    let members = members.into_iter().map(|(set, members)| (set.to_owned(), members.into_values().collect()));
    (fields, members.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_taken_apart_into_fields_and_members() {
        let content = BTreeMap::from([
            ("state".to_owned(), "planned".into()),
            ("lines/ab.0/tag".to_owned(), "T 1".into()),
            ("justifications/ab.1/key".to_owned(), "x".into()),
        ]);
        let (fields, members) = taken_apart(&content);
        assert_eq!(serde_json::Value::Object(fields), serde_json::json!({ "state": "planned" }));
        let expected = serde_json::json!({
            "lines": [{ "key": "ab.0", "tag": "T 1" }], "justifications": [{ "key": "ab.1", "about": "x" }],
        });
        assert_eq!(serde_json::to_value(members).ok(), Some(expected));
    }
}
