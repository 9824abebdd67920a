//! `GET /api/v1/queues`: what waits for a person, in one answer: how much of each kind, since when, and where the list is.

#![expect(unused_qualifications, reason = "the macro qualifies the parameters that it is given")]

use axum::Json;
use axum::extract::State;
use ploughshare_core::ids::OperationId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::body::Asked;
use super::caller::Signed;
use super::problem::Problem;
use super::values::{Projected, projected};
use super::wait::wait;
use crate::store::read_links::{self, Wanted};
use crate::store::read_queues;

/// Where to look.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// A site.
    site: Option<String>,
    /// Id of an operation.
    #[param(value_type = Option<String>)]
    operation: Option<OperationId>,
    /// `OPERATION:PLACE[,…]`: wait up to five seconds until the register has followed that far.
    wait_place: Option<String>,
}

/// A queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct Queue {
    /// conflicts, duplicates, findings.SEVERITY, reviews, amended, disputed, claims, waiting, procedures or transfers.
    queue: String,
    count: u64,
    oldest_ms: Option<i64>,
    /// For how long the oldest has waited.
    oldest_age_ms: Option<i64>,
    /// Where the list is; none where there is only the count.
    link: Option<String>,
}

/// All of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Queues {
    queues: Vec<Queue>,
    projected: Vec<Projected>,
}

/// What waits for a person.
#[utoipa::path(get, path = "/api/v1/queues", tag = "register", security(("token" = [])), params(Which), responses(
    (status = 200, body = Queues), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(api): State<Shared>,
    signed: Signed,
    Asked(which): Asked<Which>,
) -> Result<Json<Queues>, Problem> {
    let scope = signed.reads()?.narrowed(which.operation);
    wait(&api, which.wait_place.as_deref()).await?;
    let register = &api.app.store.register;
    let site = which.site.as_deref();
    let mut found = read_queues::queues(register, scope.only(), site).await?;
    let wanted = Wanted {
        within: scope.only().cloned(),
        state: "open".to_owned(),
        site: which.site.clone(),
        ..Wanted::default()
    };
    let (count, oldest) = read_links::candidates_count(register, &wanted).await?;
    found.insert(1.min(found.len()), read_queues::Queue { name: "duplicates".to_owned(), count, oldest });
    let now_ms = api.app.now_ms();
    let queues = found.into_iter().map(|one| {
        let oldest_ms = one.oldest.map(|us| us / 1000);
        Queue {
            link: link(&one.name, site, which.operation.as_ref()),
            oldest_age_ms: oldest_ms.map(|oldest| (now_ms - oldest).max(0)),
            oldest_ms,
            count: one.count,
            queue: one.name,
        }
    });
    Ok(Json(Queues { queues: queues.collect(), projected: projected(&api, &scope).await? }))
}

/// Where the list of a queue is.
fn link(queue: &str, site: Option<&str>, operation: Option<&OperationId>) -> Option<String> {
    let (path, by_site) = match queue {
        "conflicts" => ("/api/v1/conflicts?".to_owned(), true),
        "duplicates" => ("/api/v1/duplicates?state=open".to_owned(), true),
        "reviews" => ("/api/v1/items?review=none".to_owned(), true),
        "amended" => ("/api/v1/items?review=amended".to_owned(), true),
        "disputed" => ("/api/v1/items?review=disputed".to_owned(), true),
        "claims" => ("/api/v1/claims?".to_owned(), false),
        "waiting" => ("/api/v1/waiting?".to_owned(), false),
        "transfers" => ("/api/v1/findings?rule=R81&state=open".to_owned(), true),
        "procedures" => return None,
        findings => {
            let severity = findings.strip_prefix("findings.")?;
            (format!("/api/v1/findings?state=open&severity={severity}"), true)
        }
    };
    let mut parts = vec![path];
    parts.extend(site.filter(|_| by_site).map(|site| format!("site={}", escaped(site))));
    parts.extend(operation.map(|operation| format!("operation={operation}")));
    let link = parts.join("&").replace("?&", "?");
    Some(link.trim_end_matches('?').to_owned())
}

/// A value in a query.
fn escaped(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_queue_but_procedures_leads_to_its_list() {
        assert_eq!(link("conflicts", None, None).as_deref(), Some("/api/v1/conflicts"));
        assert_eq!(
            link("conflicts", Some("dépôt 1"), None).as_deref(),
            Some("/api/v1/conflicts?site=d%C3%A9p%C3%B4t%201")
        );
        let severe = link("findings.block", Some("a"), None);
        assert_eq!(severe.as_deref(), Some("/api/v1/findings?state=open&severity=block&site=a"));
        assert_eq!(link("procedures", None, None), None);
    }
}
