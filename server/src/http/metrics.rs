//! `GET /metrics`: counts for Prometheus. Numbers only, no ids of people or things.

use std::sync::OnceLock;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use super::Shared;
use super::problem::Problem;
use crate::store::read_progress;

/// The process has one recorder, however many servers tests run in it.
pub(super) fn recorder() -> Option<PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    RECORDER.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).clone()
}

/// Counts, durations and how far the register is.
#[utoipa::path(get, path = "/metrics", tag = "running", responses((status = 200, body = String, content_type = "text/plain")))]
pub async fn metrics(State(api): State<Shared>) -> Result<Response, Problem> {
    let Some(handle) = &api.metrics else {
        return Err(Problem::missing("metrics.off", "another recorder was installed in this process"));
    };
    let progress = read_progress::progress(&api.app.store).await?;
    let gauge = |name: &'static str, value: u64| metrics::gauge!(name).set(value as f64);
    gauge("ploughshare_segments", progress.segments);
    gauge("ploughshare_segments_projected", progress.projected);
    gauge("ploughshare_entries_waiting", progress.waiting);
    gauge("ploughshare_segments_set_aside", progress.aside);
    gauge("ploughshare_audit_leaves", progress.audit_leaves);
    gauge("ploughshare_reads_leaves", progress.reads_leaves);
    gauge("ploughshare_findings_open", progress.findings_open);
    handle.run_upkeep();
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()).into_response())
}
