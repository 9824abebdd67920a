//! `GET /api/v1/conflicts`: where people disagree, every value with who said it.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use ploughshare_core::ids::{DocId, EntryHash, OfficerId, OperationId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::body::Asked;
use super::caller::Signed;
use super::problem::Problem;
use super::values::{Projected, bad_cursor, cut, json_of, page, projected};
use super::wait::wait;
use crate::store::read_documents::{self, Open, Teller};

/// Which conflicts.
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

/// Who said a value.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sayer {
    entry: String,
    officer: Option<String>,
    officer_name: Option<String>,
    device: Option<String>,
    claimed_at_ms: Option<i64>,
    received_at_ms: Option<i64>,
}

/// One of the values.
#[derive(Debug, Serialize, ToSchema)]
pub struct Choice {
    #[schema(value_type = Object)]
    value: serde_json::Value,
    by: Vec<Sayer>,
}

/// A path at which several values stand.
#[derive(Debug, Serialize, ToSchema)]
pub struct Conflict {
    operation: String,
    item: String,
    kind: String,
    path: String,
    /// All of them; the first is shown by default, which means nothing.
    values: Vec<Choice>,
}

/// A page of conflicts.
#[derive(Debug, Serialize, ToSchema)]
pub struct Conflicts {
    conflicts: Vec<Conflict>,
    next: Option<String>,
    projected: Vec<Projected>,
}

/// Where people disagree.
#[utoipa::path(get, path = "/api/v1/conflicts", tag = "register", security(("token" = [])), params(Which), responses(
    (status = 200, body = Conflicts), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(api): State<Shared>,
    signed: Signed,
    Asked(which): Asked<Which>,
) -> Result<Json<Conflicts>, Problem> {
    let scope = signed.reads()?.narrowed(which.operation);
    let limit = page(which.limit)?;
    let after = which.after.as_deref().map(|text| cursor(text).ok_or_else(bad_cursor)).transpose()?;
    wait(&api, which.wait_place.as_deref()).await?;
    let register = &api.app.store.register;
    let mut open = read_documents::conflicts(register, scope.only(), which.item.as_ref(), after, limit).await?;
    let next = cut(&mut open, limit, |one| format!("{}:{}:{}", one.operation, one.doc, one.path));
    let parsed = open.into_iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    let mut wanted: BTreeMap<OperationId, BTreeSet<EntryHash>> = BTreeMap::new();
    for (one, choices) in &parsed {
        wanted.entry(one.operation).or_default().extend(choices.iter().flat_map(|choice| &choice.by));
    }
    let mut tellers = BTreeMap::new();
    for (operation, hashes) in &wanted {
        tellers.extend(read_documents::tellers(register, operation, hashes).await?);
    }
    let names = read_documents::names(&api.app.store.feed).await?;
    let conflicts =
        parsed.into_iter().map(|(one, choices)| shown(&one, choices, &tellers, &names)).collect::<Result<_, _>>()?;
    Ok(Json(Conflicts { conflicts, next, projected: projected(&api, &scope).await? }))
}

/// As the projection writes them.
#[derive(Deserialize)]
struct Kept {
    value: String,
    by: Vec<EntryHash>,
}

fn parse(open: Open) -> Result<(Open, Vec<Kept>), Problem> {
    let kept = serde_json::from_str(&open.choices).map_err(|error| Problem::internal("store.corrupt", &error))?;
    Ok((open, kept))
}

fn shown(
    open: &Open,
    kept: Vec<Kept>,
    tellers: &BTreeMap<EntryHash, Teller>,
    names: &BTreeMap<OfficerId, String>,
) -> Result<Conflict, Problem> {
    let sayer = |entry: &EntryHash| {
        let teller = tellers.get(entry);
        Sayer {
            entry: entry.to_string(),
            officer: teller.map(|teller| teller.officer.to_string()),
            officer_name: teller.and_then(|teller| names.get(&teller.officer).cloned()),
            device: teller.map(|teller| teller.device.to_string()),
            claimed_at_ms: teller.map(|teller| teller.claimed_at_ms),
            received_at_ms: teller.map(|teller| teller.received_at / 1000),
        }
    };
    let choice = |kept: Kept| {
        let bytes = hex::decode(&kept.value).map_err(|error| Problem::internal("store.corrupt", &error))?;
        Ok(Choice { value: json_of(&bytes)?, by: kept.by.iter().map(sayer).collect() })
    };
    Ok(Conflict {
        operation: open.operation.to_string(),
        item: open.doc.to_string(),
        kind: open.kind.clone(),
        path: open.path.clone(),
        values: kept.into_iter().map(choice).collect::<Result<_, Problem>>()?,
    })
}

fn cursor(text: &str) -> Option<(OperationId, DocId, String)> {
    let mut parts = text.splitn(3, ':');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.to_owned()))
}
