//! `GET /setup`: the page behind the one-time link of the first start. The secret stands after the `#`, so it is in no log.

use axum::http::header;
use axum::response::{Html, IntoResponse};

const PAGE: &str = include_str!("setup_page.html");
/// Only what is in the page itself, and only to this server.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-Jz7FpzRgAhFO/br9Kj45a7ZjrRnRCczjLI01LmqVFtk='; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The page that makes the first administrator.
#[utoipa::path(get, path = "/setup", tag = "people", responses((status = 200, body = String, content_type = "text/html")))]
pub async fn page() -> impl IntoResponse {
    ([(header::CONTENT_SECURITY_POLICY, POLICY), (header::REFERRER_POLICY, "no-referrer")], Html(PAGE))
}
