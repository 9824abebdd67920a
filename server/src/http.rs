//! The outside: every route on one screen, and what stands around all of them. A resource is a file in this room.

mod audit;
mod auth;
pub mod body;
mod brackets;
mod bundles;
mod caller;
mod came_to;
mod certificates;
mod claims;
pub mod codes;
mod conflicts;
mod count;
mod counts;
mod duplicates;
mod enrol;
mod entries;
mod exchange;
mod findings;
mod handover_sheets;
mod health;
mod hear_out;
mod history;
mod items;
mod lookups;
mod marks;
mod media;
mod media_reads;
mod metrics;
mod officer_keys;
mod openapi;
mod packs;
mod person_reads;
mod persons;
mod problem;
mod procedures;
mod queues;
mod rates;
mod reviews;
mod session;
mod setup_page;
mod sides;
mod statements;
mod stores;
mod stream;
mod surround;
mod transfers;
mod values;
mod wait;
mod waiting;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, on};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;

use crate::app::App;
use crate::audit::ReadsLog;
use crate::identity::challenge::Challenges;
use crate::identity::token::Tokens;

pub use self::caller::Signed;
pub use self::openapi::document as openapi_document;
pub use self::problem::Problem;
pub use self::rates::Rates;
pub use self::values::json as plain_json;

/// What every handler is given.
pub struct Api {
    /// The server's parts.
    pub app: Arc<App>,
    pub(crate) tokens: Tokens,
    pub(crate) challenges: Challenges,
    pub(crate) rates: Rates,
    pub(crate) reads: ReadsLog,
    pub(crate) metrics: Option<PrometheusHandle>,
}

/// Handlers' state.
pub type Shared = Arc<Api>;

/// A router that remembers its routes, so that a test can hold them against the published description.
struct Routes {
    router: Router<Shared>,
    known: Vec<(Method, &'static str)>,
}

impl Routes {
    fn new() -> Self {
        Self { router: Router::new(), known: Vec::new() }
    }

    fn get<T: 'static>(self, path: &'static str, handler: impl Handler<T, Shared>) -> Self {
        self.route(Method::GET, MethodFilter::GET, path, handler)
    }

    fn post<T: 'static>(self, path: &'static str, handler: impl Handler<T, Shared>) -> Self {
        self.route(Method::POST, MethodFilter::POST, path, handler)
    }

    fn route<T: 'static>(
        mut self,
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        handler: impl Handler<T, Shared>,
    ) -> Self {
        self.router = self.router.route(path, on(filter, handler));
        self.known.push((method, path));
        self
    }
}

/// Every route.
fn routes() -> Routes {
    Routes::new()
        .post("/api/v1/enrol", enrol::enrol)
        .post("/api/v1/officers/keys", officer_keys::add)
        .post("/api/v1/auth/challenge", auth::challenge)
        .post("/api/v1/auth/token", auth::token)
        .post("/api/v1/session", session::sign_in)
        .post("/api/v1/setup", session::set_up)
        .post("/api/v1/operations/{operation}/exchange", exchange::exchange)
        .post("/api/v1/operations/{operation}/stream", stream::stream)
        .post("/api/v1/bundles", bundles::bring)
        .post("/api/v1/operations/{operation}/bundles/{device}", bundles::make)
        .post("/api/v1/operations/{operation}/entries", entries::entries)
        .get("/api/v1/operations/{operation}/pack", packs::head)
        .get("/api/v1/operations/{operation}/pack/parts/{hash}", packs::part)
        .get("/api/v1/operations/{operation}/pack/changes", packs::changes)
        .get("/api/v1/lookups", lookups::head)
        .get("/api/v1/lookups/parts/{hash}", lookups::part)
        .get("/api/v1/lookups/additions", lookups::additions)
        .post("/api/v1/operations/{operation}/persons", persons::bring)
        .get("/api/v1/persons", persons::list)
        .post("/api/v1/persons/{hash}/read", person_reads::read)
        .post("/api/v1/persons/{hash}/erase", person_reads::erase)
        .post("/api/v1/operations/{operation}/marks", marks::reserve)
        .post("/api/v1/operations/{operation}/media/check", media::check)
        .get("/api/v1/operations/{operation}/media/missing", media_reads::missing)
        .post("/api/v1/operations/{operation}/media/{hash}", media::part)
        .get("/api/v1/operations/{operation}/media/{hash}", media_reads::one)
        .get("/api/v1/items", items::list)
        .get("/api/v1/items/{item}", items::one)
        .get("/api/v1/items/{item}/history", history::history)
        .get("/api/v1/items/{item}/statements", statements::statements)
        .get("/api/v1/queues", queues::list)
        .get("/api/v1/procedures", procedures::list)
        .get("/api/v1/procedures/{procedure}", procedures::one)
        .get("/api/v1/handovers/{handover}/sheet", handover_sheets::sheet)
        .get("/api/v1/stores", stores::list)
        .get("/api/v1/stores/balance", stores::balance)
        .get("/api/v1/conflicts", conflicts::list)
        .post("/api/v1/conflicts/choose", conflicts::settle)
        .get("/api/v1/duplicates", duplicates::list)
        .post("/api/v1/duplicates/judge", duplicates::judge)
        .post("/api/v1/transfers", transfers::transfer)
        .get("/api/v1/claims", claims::list)
        .post("/api/v1/claims/{entry}/release", claims::release)
        .post("/api/v1/claims/{entry}/quarantine", claims::quarantine)
        .get("/api/v1/findings", findings::list)
        .get("/api/v1/findings/{finding}", findings::one)
        .post("/api/v1/findings/{finding}/justify", findings::justify)
        .post("/api/v1/findings/{finding}/withdraw", findings::withdraw)
        .get("/api/v1/waiting", waiting::list)
        .get("/api/v1/counts", counts::counts)
        .get("/api/v1/destructions/{destruction}/certificate", certificates::assess)
        .post("/api/v1/destructions/{destruction}/certificate", certificates::issue)
        .get("/api/v1/destructions/{destruction}/certificate/file", certificates::file)
        .get("/api/v1/audit/checkpoint", audit::checkpoint)
        .get("/api/v1/audit/proof", audit::proof)
        .get("/api/v1/audit/consistency", audit::consistency)
        .get("/setup", setup_page::page)
        .get("/healthz", health::healthz)
        .get("/readyz", health::readyz)
        .get("/metrics", metrics::metrics)
        .get("/openapi.json", openapi::openapi)
}

/// Every method and path that is answered.
pub fn known_routes() -> Vec<(Method, &'static str)> {
    routes().known
}

/// The whole of the outside as one service.
pub fn router(app: Arc<App>) -> Router {
    let tokens = Tokens::new(app.register, &app.key);
    let challenges = Challenges::new(&app.key);
    let rates = Rates::new(app.settings.requests_per_minute, app.settings.bytes_per_minute);
    let metrics = metrics::recorder();
    let api = Arc::new(Api { app, tokens, challenges, rates, reads: ReadsLog::default(), metrics });
    surround::layers(routes().router).with_state(api)
}

/// Serves until `shutdown` is ready, then lets requests that are under way finish. Follows the feeds meanwhile.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let router = router(Arc::clone(&app));
    let projector = app.spawn_projector();
    let served = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(shutdown)
        .await;
    // A transaction that is cut off here is rolled back and made again at the next start.
    projector.abort();
    served
}
