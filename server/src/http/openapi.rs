//! `GET /openapi.json`: the description of all of this, made from the handlers themselves.

use axum::Json;
use axum::response::IntoResponse;
use utoipa::OpenApi;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::problem::Problem;
use super::{
    audit, auth, bundles, certificates, claims, codes, conflicts, counts, duplicates, enrol, entries, exchange,
    findings, handover_sheets, health, history, items, lookups, marks, media, media_reads, metrics, officer_keys, packs, person_reads,
    persons, procedures, queues, session, setup_page, statements, stores, stream, transfers, waiting,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Ploughshare",
        description = "The national register of collected and destroyed small arms. Every failure is a problem (RFC 9457) with a stable `code`."
    ),
    paths(
        enrol::enrol,
        officer_keys::add,
        auth::challenge,
        auth::token,
        session::sign_in,
        session::set_up,
        exchange::exchange,
        stream::stream,
        bundles::bring,
        bundles::make,
        entries::entries,
        packs::head,
        packs::part,
        packs::changes,
        lookups::head,
        lookups::part,
        lookups::additions,
        persons::bring,
        persons::list,
        person_reads::read,
        person_reads::erase,
        marks::reserve,
        media::check,
        media::part,
        media_reads::one,
        media_reads::missing,
        items::list,
        items::one,
        history::history,
        statements::statements,
        queues::list,
        procedures::list,
        procedures::one,
        stores::list,
        stores::balance,
        conflicts::list,
        conflicts::settle,
        duplicates::list,
        duplicates::judge,
        transfers::transfer,
        claims::list,
        claims::release,
        claims::quarantine,
        findings::list,
        findings::one,
        findings::justify,
        findings::withdraw,
        waiting::list,
        counts::counts,
        handover_sheets::sheet,
        certificates::assess,
        certificates::issue,
        certificates::file,
        audit::checkpoint,
        audit::proof,
        audit::consistency,
        setup_page::page,
        health::healthz,
        health::readyz,
        metrics::metrics,
        openapi
    ),
    components(schemas(Problem)),
    modifiers(&Bearer, &Codes)
)]
struct Description;

struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = openapi.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// Lists the codes that a problem may have.
struct Codes;

impl utoipa::Modify for Codes {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let schemas = openapi.components.as_mut().map(|components| &mut components.schemas);
        let problem = schemas.and_then(|schemas| schemas.get_mut("Problem"));
        let Some(RefOr::T(Schema::Object(problem))) = problem else { return };
        let Some(RefOr::T(Schema::Object(code))) = problem.properties.get_mut("code") else { return };
        code.enum_values = Some(codes::PROBLEMS.iter().map(|code| (*code).into()).collect());
    }
}

/// The description as a document.
pub fn document() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// This description.
#[utoipa::path(get, path = "/openapi.json", tag = "running", responses((status = 200, description = "OpenAPI 3.1")))]
pub async fn openapi() -> impl IntoResponse {
    Json(document())
}
