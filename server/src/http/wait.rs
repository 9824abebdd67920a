//! `?wait_place=`: a reader who has just written waits until the register has followed that far, for a few seconds at most.

use std::time::Duration;

use axum::http::StatusCode;
use ploughshare_core::ids::OperationId;

use super::Shared;
use super::problem::Problem;
use crate::projection;

/// Longest wait.
const AT_MOST: Duration = Duration::from_secs(5);
/// How often to look.
const EVERY: Duration = Duration::from_millis(20);
/// Most places in one request.
const PLACES: usize = 16;

/// Waits for `OPERATION:PLACE[,…]`.
pub async fn wait(api: &Shared, asked: Option<&str>) -> Result<(), Problem> {
    let Some(asked) = asked else { return Ok(()) };
    let places = asked.split(',').map(place).collect::<Option<Vec<_>>>().filter(|places| places.len() <= PLACES);
    let places = places.ok_or_else(|| {
        Problem::bad(
            "request.wait_place",
            format!("`wait_place` is OPERATION:PLACE, at most {PLACES} joined by commas"),
        )
    })?;
    let deadline = tokio::time::Instant::now() + AT_MOST;
    for (operation, wanted) in places {
        loop {
            let reached = projection::place(&api.app, &operation).await?;
            if reached >= wanted {
                break;
            }
            if tokio::time::Instant::now() >= deadline {
                let words = format!("the register is at place {reached} of operation {operation}, not yet at {wanted}");
                return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "projection.behind", words).retry_after(2));
            }
            tokio::time::sleep(EVERY).await;
        }
    }
    Ok(())
}

fn place(text: &str) -> Option<(OperationId, u64)> {
    let (operation, place) = text.split_once(':')?;
    Some((operation.parse().ok()?, place.parse().ok()?))
}
