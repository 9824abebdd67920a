//! `GET /api/v1/conflicts`: where people disagree, as work: what all of them saw, every value with who said it and when, and the photos.
//! `POST /api/v1/conflicts/choose` settles one.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use ploughshare_core::document;
use ploughshare_core::ids::{DocId, EntryHash, OfficerId, OperationId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::body::{Asked, Said};
use super::brackets::{Bracket, Brackets};
use super::caller::Signed;
use super::problem::Problem;
use super::values::{Projected, bad_cursor, cut, json, json_of, page, projected};
use super::wait::wait;
use crate::registrar::choose::{self, choose};
use crate::registrar::told;
use crate::store::read_documents::{self, Open, Teller, WantedConflicts};
use crate::store::read_photos;

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
    /// Site of the item.
    site: Option<String>,
    /// Its store.
    store: Option<String>,
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
    /// Between which moments of the register it was said.
    bracket: Option<Bracket>,
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
    site: Option<String>,
    store: Option<String>,
    /// Since when they disagree.
    opened_at_ms: Option<i64>,
    /// What stood there in the eyes of all who disagree: nothing, one value, or several where they disagreed already.
    #[schema(value_type = Vec<Object>)]
    base: Vec<serde_json::Value>,
    /// All of them; the first is shown by default, which means nothing.
    values: Vec<Choice>,
    /// Hashes of the photos of the item.
    photos: Vec<String>,
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
    let wanted = WantedConflicts {
        within: scope.only().cloned(),
        doc: which.item,
        site: which.site,
        store: which.store,
        after,
        limit,
    };
    let mut open = read_documents::conflicts(register, wanted).await?;
    let next = cut(&mut open, limit, |one| format!("{}:{}:{}:{}", one.opened_seq, one.operation, one.doc, one.path));
    let parsed = open.into_iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    let around = Around::read(&api, &parsed).await?;
    let conflicts = parsed.into_iter().map(|(one, choices)| around.shown(&one, choices)).collect::<Result<_, _>>()?;
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

/// What is shown around conflicts.
struct Around {
    tellers: BTreeMap<EntryHash, Teller>,
    names: BTreeMap<OfficerId, String>,
    brackets: Brackets,
    bases: BTreeMap<(OperationId, DocId, String), Vec<serde_json::Value>>,
    photos: BTreeMap<(OperationId, DocId), Vec<String>>,
}

impl Around {
    async fn read(api: &Shared, conflicts: &[(Open, Vec<Kept>)]) -> Result<Self, Problem> {
        let register = &api.app.store.register;
        let mut wanted: BTreeMap<OperationId, BTreeSet<EntryHash>> = BTreeMap::new();
        let mut docs = BTreeSet::new();
        for (one, choices) in conflicts {
            wanted.entry(one.operation).or_default().extend(choices.iter().flat_map(|choice| &choice.by));
            docs.insert((one.operation, one.doc));
        }
        let (mut tellers, mut places) = (BTreeMap::new(), BTreeSet::new());
        for (operation, hashes) in &wanted {
            let found = read_documents::tellers(register, operation, hashes).await?;
            places.extend(found.values().map(|teller| (*operation, teller.place)));
            tellers.extend(found);
        }
        let (mut bases, mut photos) = (BTreeMap::new(), BTreeMap::new());
        for (operation, doc) in docs {
            let told = told(&api.app, &operation, &doc).await?;
            for conflict in told.counts.conflicts() {
                let base = document::base(doc, &told.statements, &told.exceptions, &conflict);
                bases.insert((operation, doc, conflict.path), base.iter().map(json).collect());
            }
            photos.insert((operation, doc), read_photos::of(register, &operation, &doc).await?);
        }
        let names = read_documents::names(&api.app.store.feed).await?;
        Ok(Self { tellers, names, brackets: Brackets::read(api, &places).await?, bases, photos })
    }

    fn sayer(&self, operation: &OperationId, entry: &EntryHash) -> Sayer {
        let teller = self.tellers.get(entry);
        Sayer {
            entry: entry.to_string(),
            officer: teller.map(|teller| teller.officer.to_string()),
            officer_name: teller.and_then(|teller| self.names.get(&teller.officer).cloned()),
            device: teller.map(|teller| teller.device.to_string()),
            claimed_at_ms: teller.map(|teller| teller.claimed_at_ms),
            received_at_ms: teller.map(|teller| teller.received_at / 1000),
            bracket: teller.map(|teller| self.brackets.of(operation, teller.place, teller.received_at)),
        }
    }

    fn shown(&self, open: &Open, kept: Vec<Kept>) -> Result<Conflict, Problem> {
        let choice = |kept: Kept| {
            let bytes = hex::decode(&kept.value).map_err(|error| Problem::internal("store.corrupt", &error))?;
            let by = kept.by.iter().map(|entry| self.sayer(&open.operation, entry)).collect();
            Ok(Choice { value: json_of(&bytes)?, by })
        };
        let (subject, path) = ((open.operation, open.doc), open.path.clone());
        Ok(Conflict {
            operation: open.operation.to_string(),
            item: open.doc.to_string(),
            kind: open.kind.clone(),
            site: open.site.clone(),
            store: open.store.clone(),
            opened_at_ms: open.opened_at.map(|us| us / 1000),
            base: self.bases.get(&(subject.0, subject.1, path.clone())).cloned().unwrap_or_default(),
            path,
            values: kept.into_iter().map(choice).collect::<Result<_, Problem>>()?,
            photos: self.photos.get(&subject).cloned().unwrap_or_default(),
        })
    }
}

fn cursor(text: &str) -> Option<(u64, OperationId, DocId, String)> {
    let mut parts = text.splitn(4, ':');
    let (seq, operation) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some((seq, operation, parts.next()?.parse().ok()?, parts.next()?.to_owned()))
}

/// A choice between values.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choosing {
    /// Id of the item or other document.
    #[schema(value_type = String)]
    item: DocId,
    path: String,
    /// One of the values, as it is shown here or as forms write it.
    #[schema(value_type = Object)]
    value: serde_json::Value,
    /// One line of 1 to 500 characters. It stands in the feed: no personal data.
    reason: String,
    /// Another value than those that stand.
    #[serde(default)]
    new: bool,
    /// The entries in `by` of all values that you saw; when others stand there by now, nothing is chosen.
    #[schema(value_type = Option<Vec<String>>)]
    seen: Option<BTreeSet<EntryHash>>,
}

/// A choice made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Chosen {
    operation: String,
    item: String,
    path: String,
    /// The statement that was made.
    entry: String,
    #[schema(value_type = Object)]
    value: serde_json::Value,
}

/// Settles a conflict, in the name of the registrar who asks.
#[utoipa::path(post, path = "/api/v1/conflicts/choose", tag = "register", security(("token" = [])), request_body = Choosing, responses(
    (status = 200, body = Chosen), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn settle(
    State(api): State<Shared>,
    signed: Signed,
    Said(said): Said<Choosing>,
) -> Result<Json<Chosen>, Problem> {
    let by = signed.registrar()?;
    let (item, path) = (said.item, said.path.clone());
    let choice = choose::Choice {
        item,
        path: said.path,
        value: said.value,
        reason: said.reason,
        new: said.new,
        seen: said.seen,
    };
    let done = choose(&api.app, &by, &choice).await?;
    Ok(Json(Chosen {
        operation: done.operation.to_string(),
        item: item.to_string(),
        path,
        entry: done.entry.to_string(),
        value: json(&done.value),
    }))
}
