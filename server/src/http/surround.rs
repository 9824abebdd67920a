//! What stands around every route: limits, panics caught, time limit, log line and metrics, and answers where there is no route.

use std::any::Any;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument as _;

use super::Shared;
use super::hear_out::hear_out;
use super::problem::Problem;

/// Largest body where a route does not say otherwise.
const BODY_BYTES: usize = 64 * 1024;
/// Longest time a request may take, its body included.
const AT_MOST: Duration = Duration::from_mins(1);

/// Puts everything around the routes.
pub fn layers(router: Router<Shared>) -> Router<Shared> {
    router
        .fallback(
            |uri: Uri| async move { Problem::missing("route.unknown", format!("there is nothing at {}", uri.path())) },
        )
        .method_not_allowed_fallback(|method: Method| async move {
            let words = format!("{method} is not understood here; see /openapi.json");
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "route.method", words)
        })
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(hear_out))
        .layer(from_fn(watched))
}

/// A panic is a fault of this program; the client gets a number to name, the process goes on.
fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response {
    let words = cause.downcast_ref::<&str>().copied().or_else(|| cause.downcast_ref::<String>().map(String::as_str));
    Problem::internal("internal.panic", &words.unwrap_or("no message")).into_response()
}

/// Logs ids, routes, statuses and durations; never paths with what was asked, nor bodies.
async fn watched(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!("http.request", %method, route);
    let answered = tokio::time::timeout(AT_MOST, next.run(request).instrument(span.clone())).await;
    let mut response = answered.unwrap_or_else(|_| {
        let words = "the request took more than a minute; nothing that was receipted is lost. Send less at once";
        Problem::new(StatusCode::REQUEST_TIMEOUT, "request.timeout", words).into_response()
    });
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    let status = response.status().as_u16();
    let duration = began.elapsed();
    span.in_scope(|| {
        tracing::debug!(status, duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX), "http.answered");
    });
    let labels = [("method", method.to_string()), ("route", route), ("status", status.to_string())];
    metrics::counter!("ploughshare_http_requests_total", &labels).increment(1);
    metrics::histogram!("ploughshare_http_request_seconds", &labels).record(duration.as_secs_f64());
    response
}
