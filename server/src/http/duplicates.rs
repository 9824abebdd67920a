//! `GET /api/v1/duplicates`: pairs of items that may be one, side by side, with the reasons; and how a registrar judges one. Nothing is
//! ever merged by itself.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use axum::Json;
use axum::extract::State;
use ploughshare_core::decision::Judgement;
use ploughshare_core::ids::{DocId, OfficerId, OperationId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::body::{Asked, Said};
use super::caller::Signed;
use super::problem::Problem;
use super::sides::{Side, pair_of, side};
use super::values::{Projected, bad_cursor, cut, page, projected};
use super::wait::wait;
use crate::registrar::judge::{self, Judging};
use crate::store::read_documents;
use crate::store::read_findings::{self, Wanted as WantedFindings};
use crate::store::read_links::{self, Candidate, Pair, Wanted};

/// What candidates can be asked for.
const STATES: [&str; 5] = ["open", "unsure", "same", "different", "all"];
/// Rules that say two items may be one.
const RULES: [&str; 5] = ["R01", "R02", "R03", "R04", "R07"];

/// Which pairs.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// open (what waits; the usual), unsure, same, different or all.
    state: Option<String>,
    /// Site of either item.
    site: Option<String>,
    /// Id of an operation of either item.
    #[param(value_type = Option<String>)]
    operation: Option<OperationId>,
    /// The `next` of the page before.
    after: Option<String>,
    /// 1 to 500, usually 100.
    limit: Option<u32>,
    /// `OPERATION:PLACE[,…]`: wait up to five seconds until the register has followed that far.
    wait_place: Option<String>,
}

/// Why two items may be one.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reason {
    finding: String,
    rule: String,
    state: String,
    message: String,
}

/// How a pair was judged.
#[derive(Debug, Serialize, ToSchema)]
pub struct Judged {
    judgement: String,
    officer: String,
    officer_name: Option<String>,
    reason: String,
    at_ms: i64,
}

/// A pair of items that may be one. A side in an operation that the caller may not read is left out.
#[derive(Debug, Serialize, ToSchema)]
pub struct Duplicate {
    item: Option<Side>,
    other: Option<Side>,
    reasons: Vec<Reason>,
    /// The judgement that holds.
    judged: Option<Judged>,
    since_ms: i64,
    partly_hidden: bool,
}

/// A page of pairs.
#[derive(Debug, Serialize, ToSchema)]
pub struct Duplicates {
    duplicates: Vec<Duplicate>,
    next: Option<String>,
    projected: Vec<Projected>,
}

/// Pairs of items that may be one.
#[utoipa::path(get, path = "/api/v1/duplicates", tag = "register", security(("token" = [])), params(Which), responses(
    (status = 200, body = Duplicates), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(api): State<Shared>,
    signed: Signed,
    Asked(which): Asked<Which>,
) -> Result<Json<Duplicates>, Problem> {
    let reads = signed.reads()?;
    let scope = reads.clone().narrowed(which.operation);
    let limit = page(which.limit)?;
    let state = which.state.unwrap_or_else(|| "open".to_owned());
    if !STATES.contains(&state.as_str()) {
        return Err(Problem::bad("request.query", format!("`state` is one of {}", STATES.join(", "))));
    }
    let after = which.after.as_deref().map(|text| pair_of(text).ok_or_else(bad_cursor)).transpose()?;
    wait(&api, which.wait_place.as_deref()).await?;
    let wanted = Wanted { within: scope.only().cloned(), state, site: which.site, after, limit };
    let mut found = read_links::candidates(&api.app.store.register, &wanted).await?;
    let next = cut(&mut found, limit, |one| {
        let ((a, b), (c, d)) = one.pair;
        format!("{a}:{b}:{c}:{d}")
    });
    let names = read_documents::names(&api.app.store.feed).await?;
    let mut duplicates = Vec::with_capacity(found.len());
    for one in found {
        duplicates.push(shown(&api, &reads, &names, one).await?);
    }
    Ok(Json(Duplicates { duplicates, next, projected: projected(&api, &scope).await? }))
}

async fn shown(
    api: &Shared,
    reads: &crate::identity::caller::Scope,
    names: &BTreeMap<OfficerId, String>,
    one: Candidate,
) -> Result<Duplicate, Problem> {
    let (a, b) = one.pair;
    let (mine, theirs) = (reads.holds(&a.0), reads.holds(&b.0));
    let whole = mine && theirs;
    let wanted = WantedFindings { subject: Some(a.1), limit: 500, ..WantedFindings::default() };
    let mut found = read_findings::list(&api.app.store.register, &wanted).await?;
    let touches = |item: Option<DocId>| item == Some(a.1) || item == Some(b.1);
    found.retain(|one| RULES.contains(&one.rule.as_str()) && touches(one.item) && touches(one.other_item));
    let reasons = found.into_iter().map(|one| Reason {
        finding: hex::encode(one.id),
        rule: one.rule,
        state: one.state,
        message: if whole { one.message } else { String::new() },
    });
    Ok(Duplicate {
        item: if mine { side(api, &a, names, false).await? } else { None },
        other: if theirs { side(api, &b, names, false).await? } else { None },
        reasons: reasons.collect(),
        judged: one.judged.map(|judged| judged_of(judged, names)),
        since_ms: one.since / 1000,
        partly_hidden: !whole,
    })
}

/// A judgement with the name of who judged.
pub(super) fn judged_of(pair: Pair, names: &BTreeMap<OfficerId, String>) -> Judged {
    Judged {
        officer_name: names.get(&pair.officer).cloned(),
        officer: pair.officer.to_string(),
        judgement: pair.judgement,
        reason: pair.reason,
        at_ms: pair.decided_at / 1000,
    }
}

/// A judgement of a pair.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// Id of one item.
    #[schema(value_type = String)]
    item: DocId,
    /// Id of the other.
    #[schema(value_type = String)]
    other: DocId,
    /// same, different or unsure.
    judgement: String,
    /// One line of 1 to 500 characters. It stands in the feed: no personal data.
    reason: String,
}

/// A judgement made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Done {
    item: String,
    other: String,
    judgement: String,
    /// Number of the decision in each operation concerned.
    decisions: BTreeMap<String, u64>,
    /// It had not been judged so before, with the same words.
    changed: bool,
}

/// Judges whether two items are one. A registrar of both operations does who recorded neither; a later judgement takes its place.
#[utoipa::path(post, path = "/api/v1/duplicates/judge", tag = "register", security(("token" = [])), request_body = Verdict, responses(
    (status = 200, body = Done), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn judge(
    State(api): State<Shared>,
    signed: Signed,
    Said(verdict): Said<Verdict>,
) -> Result<Json<Done>, Problem> {
    let by = signed.registrar()?;
    let judgement = Judgement::from_code(&verdict.judgement)
        .ok_or_else(|| Problem::bad("request.malformed", "`judgement` is same, different or unsure"))?;
    let asked = Judging { item: verdict.item, other: verdict.other, judgement, reason: verdict.reason };
    let done = judge::judge(&api.app, &by, &asked).await?;
    Ok(Json(Done {
        item: verdict.item.to_string(),
        other: verdict.other.to_string(),
        judgement: verdict.judgement,
        changed: !done.decisions.is_empty(),
        decisions: done.decisions.into_iter().map(|(operation, number)| (operation.to_string(), number)).collect(),
    }))
}
