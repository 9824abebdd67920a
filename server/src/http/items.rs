//! `GET /api/v1/items` and `/items/{item}`.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use axum::Json;
use axum::extract::State;
use ploughshare_core::domain::serial;
use ploughshare_core::ids::{DocId, OperationId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::body::{Asked, Named};
use super::caller::Signed;
use super::duplicates::{Judged, judged_of};
use super::persons::{self, PersonMark};
use super::problem::Problem;
use super::reviews::{self, Attestation, Review, STATES};
use super::values::{Projected, bad_cursor, cut, json_of, no_such, operations, page, projected};
use super::wait::wait;
use crate::store::read_items::{self, Item, Wanted};
use crate::store::{read_documents, read_links};

/// A day in ms.
const DAY_MS: i64 = 86_400_000;

/// What is looked for. Filters are joined by "and".
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// A piece of a serial or other marking, at least three characters; case, spaces and dashes make no difference.
    q: Option<String>,
    /// A whole serial or other marking.
    serial: Option<String>,
    /// A marking that may have been misread: 0 and O, 1 and I, 5 and S, 8 and B and their like count as equal.
    like: Option<String>,
    kind: Option<String>,
    class: Option<String>,
    make: Option<String>,
    calibre: Option<String>,
    status: Option<String>,
    context: Option<String>,
    condition: Option<String>,
    serial_status: Option<String>,
    site: Option<String>,
    store: Option<String>,
    /// Held as evidence, or not.
    evidence_hold: Option<bool>,
    /// With a trace pending, or without.
    trace_pending: Option<bool>,
    /// Handed over temporarily, under joint control, or not.
    temporary: Option<bool>,
    /// Weapons found at least so many days ago that are neither marked and recorded nor destroyed (International Tracing Instrument para 9).
    disposition_due_days: Option<u32>,
    case_number: Option<String>,
    tag: Option<String>,
    /// Id of an operation.
    #[param(value_type = Option<String>)]
    operation: Option<OperationId>,
    /// What reviews came to: none, verified, amended, has_issues, rejected or disputed.
    review: Option<String>,
    has_conflicts: Option<bool>,
    has_findings: Option<bool>,
    /// The `next` of the page before.
    after: Option<String>,
    /// 1 to 500, usually 100.
    limit: Option<u32>,
    /// `OPERATION:PLACE[,…]`: wait up to five seconds until the register has followed that far.
    wait_place: Option<String>,
    /// Why it is asked, a code or case number, for the log of reads; also as header `X-Purpose`.
    purpose: Option<String>,
}

/// A page of items.
#[derive(Debug, Serialize, ToSchema)]
pub struct Items {
    items: Vec<Item>,
    /// What to ask for as `after`; absent on the last page.
    next: Option<String>,
    /// How far the register is.
    projected: Vec<Projected>,
}

/// Items by serial and filters. A search by serial is written to the log of reads.
#[utoipa::path(get, path = "/api/v1/items", tag = "register", security(("token" = [])), params(Search), responses(
    (status = 200, body = Items), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(api): State<Shared>,
    mut signed: Signed,
    Asked(search): Asked<Search>,
) -> Result<Json<Items>, Problem> {
    let scope = signed.reads()?.narrowed(search.operation);
    signed.because(search.purpose.as_deref())?;
    let limit = page(search.limit)?;
    let wanted = search.wanted(scope.only().cloned(), limit, api.app.now_ms())?;
    wait(&api, search.wait_place.as_deref()).await?;
    let mut items = read_items::list(&api.app.store.register, &wanted).await?;
    let next = cut(&mut items, limit, |item| format!("{}:{}", item.operation, item.id));
    let projected = projected(&api, &scope).await?;
    if let Some(by) = search.by() {
        signed.note(&api, "item.searched", by, search.operation.map(|operation| operation.to_string())).await?;
    }
    Ok(Json(Items { items, next, projected }))
}

impl Search {
    /// By what part of a serial it is searched, if it is.
    fn by(&self) -> Option<&'static str> {
        let asked = [(&self.serial, "serial"), (&self.q, "serial_piece"), (&self.like, "serial_alike")];
        asked.into_iter().find(|(text, _)| text.is_some()).map(|(_, by)| by)
    }

    fn wanted(
        &self,
        within: Option<std::collections::BTreeSet<OperationId>>,
        limit: u32,
        now_ms: i64,
    ) -> Result<Wanted, Problem> {
        let equal = [
            ("kind", &self.kind),
            ("class", &self.class),
            ("make", &self.make),
            ("calibre", &self.calibre),
            ("status", &self.status),
            ("context", &self.context),
            ("condition", &self.condition),
            ("serial_status", &self.serial_status),
            ("site", &self.site),
            ("store", &self.store),
            ("case_number", &self.case_number),
            ("tag", &self.tag),
        ];
        if self.review.as_deref().is_some_and(|state| !STATES.contains(&state)) {
            return Err(Problem::bad("request.query", format!("`review` is one of {}", STATES.join(", "))));
        }
        let after = self.after.as_deref().map(|text| cursor(text).ok_or_else(bad_cursor)).transpose()?;
        Ok(Wanted {
            within,
            piece: self.q.as_deref().map(serial::normalise),
            serial: self.serial.as_deref().map(serial::normalise),
            like: self.like.as_deref().map(|text| serial::fold(&serial::normalise(text))),
            equal: equal.into_iter().filter_map(|(column, value)| Some((column, value.clone()?))).collect(),
            flags: [
                ("evidence_hold", self.evidence_hold),
                ("trace_pending", self.trace_pending),
                ("temporary", self.temporary),
            ]
            .into_iter()
            .filter_map(|(column, asked)| Some((column, asked?)))
            .collect(),
            undisposed_before_ms: self.disposition_due_days.map(|days| now_ms - i64::from(days) * DAY_MS),
            review: self.review.clone(),
            has_conflicts: self.has_conflicts,
            has_findings: self.has_findings,
            after,
            limit,
        })
    }
}

fn cursor(text: &str) -> Option<(OperationId, DocId)> {
    let (operation, item) = text.split_once(':')?;
    Some((operation.parse().ok()?, item.parse().ok()?))
}

/// What may go with a read of one document.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Reading {
    /// `OPERATION:PLACE[,…]`: wait up to five seconds until the register has followed that far.
    pub(super) wait_place: Option<String>,
    /// Why it is asked, a code or case number, for the log of reads; also as header `X-Purpose`.
    pub(super) purpose: Option<String>,
}

/// An item with everything the register holds about it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Whole {
    #[serde(flatten)]
    item: Item,
    /// Every path and its value, as the register holds it to be.
    #[schema(value_type = Object)]
    content: serde_json::Value,
    /// Whether there is a sealed record of the person it came from; never what it says.
    person: Option<PersonMark>,
    /// What reviews of it came to.
    review: Review,
    /// What officers attested of it, in the order of the fold.
    attestations: Vec<Attestation>,
    /// Items that it was compared with by a registrar, and what that came to.
    links: Vec<Link>,
    /// Where it went, when it was transferred.
    moved: Option<Moved>,
    /// Where it came from, when it was transferred.
    origin: Option<Origin>,
    projected: Vec<Projected>,
}

/// A pair with another item, as a registrar judged it last.
#[derive(Debug, Serialize, ToSchema)]
pub struct Link {
    /// The other item; left out with its operation where the caller may not read it.
    operation: Option<String>,
    item: Option<String>,
    #[serde(flatten)]
    judged: Judged,
}

/// Where an item went.
#[derive(Debug, Serialize, ToSchema)]
pub struct Moved {
    to_operation: String,
    to_item: Option<String>,
    reason: String,
    at_ms: i64,
    officer: Option<String>,
    officer_name: Option<String>,
}

/// Where an item came from.
#[derive(Debug, Serialize, ToSchema)]
pub struct Origin {
    operation: String,
    item: String,
    /// Its permanent identity: the id of its first document.
    identity: String,
}

/// What binds an item to others.
async fn bound(
    api: &Shared,
    reads: &crate::identity::caller::Scope,
    subject: read_links::Subject,
) -> Result<(Vec<Link>, Option<Moved>, Option<Origin>), Problem> {
    let register = &api.app.store.register;
    let names = read_documents::names(&api.app.store.feed).await?;
    let net = read_links::net(register, &[subject]).await?;
    let mine = net.judged.into_iter().filter(|((a, b), _)| *a == subject || *b == subject);
    let links = mine.map(|((a, b), judged)| {
        let other = Some(if a == subject { b } else { a }).filter(|(operation, _)| reads.holds(operation));
        Link {
            operation: other.map(|(operation, _)| operation.to_string()),
            item: other.map(|(_, item)| item.to_string()),
            judged: judged_of(judged, &names),
        }
    });
    let links = links.collect();
    let moved = read_links::moved(register, &subject).await?.map(|moved| Moved {
        to_operation: moved.to.to_string(),
        to_item: moved.item.map(|item| item.to_string()),
        reason: moved.reason,
        at_ms: moved.moved_at / 1000,
        officer_name: moved.officer.as_ref().and_then(|officer| names.get(officer).cloned()),
        officer: moved.officer.map(|officer| officer.to_string()),
    });
    let origin = read_links::origin(register, &subject).await?.map(|(from, first)| Origin {
        operation: from.0.to_string(),
        item: from.1.to_string(),
        identity: first.1.to_string(),
    });
    Ok((links, moved, origin))
}

/// One item, by its own id or its permanent identity. The read is written to the log of reads before the answer leaves.
#[utoipa::path(get, path = "/api/v1/items/{item}", tag = "register", security(("token" = [])),
    params(("item" = String, Path, description = "Id of the item"), Reading), responses(
    (status = 200, body = Whole), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn one(
    State(api): State<Shared>,
    mut signed: Signed,
    Named(item): Named<DocId>,
    Asked(reading): Asked<Reading>,
) -> Result<Json<Whole>, Problem> {
    let scope = signed.reads()?;
    signed.because(reading.purpose.as_deref())?;
    wait(&api, reading.wait_place.as_deref()).await?;
    let within = operations(&api, &scope).await?;
    let register = &api.app.store.register;
    let mut found = read_items::one(register, &item, &within).await?;
    if found.is_none()
        && let Some(now) = read_links::by_identity(register, &item, &within).await?
    {
        found = read_items::one(register, &now, &within).await?;
    }
    let (found, content) = found.ok_or_else(|| no_such("item"))?;
    let content = json_of(&content)?;
    let operation = found.operation.parse().map_err(|_| no_such("item"))?;
    let item: DocId = found.id.parse().map_err(|_| no_such("item"))?;
    let (review, attestations) = reviews::of(&api, &operation, &item).await?;
    let person = persons::mark(&api, &operation, &item).await?;
    let (links, moved, origin) = bound(&api, &scope, (operation, item)).await?;
    let projected = projected(&api, &scope).await?;
    signed.note(&api, "item.read", &item.to_string(), Some(found.operation.clone())).await?;
    Ok(Json(Whole { item: found, content, person, review, attestations, links, moved, origin, projected }))
}
