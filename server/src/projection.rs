//! Projection: what was said becomes the register. One projector follows the segments of all operations in the order of their audit leaves,
//! an order fixed at admission, so that a rebuild walks the same way and rules that look across operations see the same rows. How far it is
//! stands in the same transaction as its tables. A bug in a rule never blocks intake.

mod apply;
mod authority;
mod findings;
mod fold;
mod follow;
mod links;
mod plan;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use ploughshare_core::ids::OperationId;

use crate::app::App;
use crate::store::StoreError;
use crate::vals;

pub use follow::{Projector, Stepped};

/// Why the projection cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectionError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A segment that was admitted does not verify any more: the feed was changed behind our back.
    #[error(
        "the segment at place {place} of operation {operation} does not verify: {source}. Run `ploughshare verify`"
    )]
    Segment {
        /// Its operation.
        operation: OperationId,
        /// Its place.
        place: u64,
        /// Why.
        source: ploughshare_core::segment::SegmentError,
    },
    /// The work was cut off.
    #[error("the work was cut off; it will be taken up again")]
    Cancelled,
}

impl ProjectionError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Segment { .. } => "projection.segment",
            Self::Cancelled => "internal.cancelled",
        }
    }
}

/// How long to wait before looking again when nothing wakes us.
const POLL: Duration = Duration::from_millis(250);
/// How long to wait after something went wrong.
const AFTER_ERROR: Duration = Duration::from_secs(2);

impl App {
    /// Follows the feeds until the task is aborted.
    pub fn spawn_projector(self: &Arc<Self>) -> tokio::task::JoinHandle<()> {
        let app = Arc::clone(self);
        tokio::spawn(async move {
            let mut projector = Projector::new(app.store.register.clone());
            loop {
                match projector.step(&app).await {
                    Ok(stepped) => {
                        app.projected.send_replace(projector.next_leaf());
                        if stepped == Stepped::Nothing {
                            // A hint may be lost, so there is always a look by the clock as well.
                            drop(tokio::time::timeout(POLL, app.wake.notified()).await);
                        }
                    }
                    Err(error) => {
                        tracing::error!(code = error.code(), %error, "projection.stalled");
                        projector.forget();
                        tokio::time::sleep(AFTER_ERROR).await;
                    }
                }
            }
        })
    }
}

/// The place of an operation's feed up to which the register is made.
pub async fn place(app: &App, operation: &OperationId) -> Result<u64, StoreError> {
    let sql = "select place from projected_scope where operation = $1";
    let row = app.store.register.query_one(sql, &vals![operation.as_bytes()]).await?;
    Ok(row.map(|row| row.uint(0)).transpose()?.unwrap_or(0))
}

/// Whether everything admitted is in the register.
pub async fn is_current(app: &App) -> Result<bool, StoreError> {
    let last = app.store.feed.query_one("select coalesce(max(leaf_index), -1) + 1 from segment", &[]).await?;
    let last = last.map(|row| row.uint(0)).transpose()?.unwrap_or(0);
    let seq = app.store.register.query_one("select seq from projection_head where id = 1", &[]).await?;
    Ok(seq.map(|row| row.uint(0)).transpose()?.unwrap_or(0) >= last)
}

/// Waits until everything admitted is in the register; `false` if it is not within the time.
pub async fn wait_until_current(app: &App, at_most: Duration) -> Result<bool, StoreError> {
    let deadline = tokio::time::Instant::now() + at_most;
    loop {
        if is_current(app).await? {
            return Ok(true);
        }
        if tokio::time::Instant::now() >= deadline {
            return Ok(false);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Keys put into one statement.
const KEYS_A_STATEMENT: usize = 128;

/// The statements that go through many keys, a page each: text and values. Short pages are filled up with their last key: two
/// texts in all instead of one for every length.
fn pages<'a>(
    sql: &'a str,
    fixed: &'a [crate::store::Val],
    keys: &'a [crate::store::Val],
) -> impl Iterator<Item = (sqlx::AssertSqlSafe<String>, Vec<crate::store::Val>)> + 'a {
    keys.chunks(KEYS_A_STATEMENT).map(move |page| {
        let width = if page.len() == 1 { 1 } else { KEYS_A_STATEMENT };
        let placeholders: Vec<String> = (0..width).map(|i| format!("${}", fixed.len() + 1 + i)).collect();
        let mut values = fixed.to_vec();
        values.extend_from_slice(page);
        if let Some(last) = page.last() {
            values.resize(fixed.len() + width, last.clone());
        }
        (sqlx::AssertSqlSafe(sql.replace("{}", &placeholders.join(", "))), values)
    })
}

/// The rows of many keys; `{}` in the statement stands for the list.
pub(crate) async fn by_keys(
    tx: &mut crate::store::Tx,
    sql: &str,
    fixed: &[crate::store::Val],
    keys: &[crate::store::Val],
) -> Result<Vec<crate::store::Row>, StoreError> {
    let mut rows = Vec::new();
    for (sql, values) in pages(sql, fixed, keys) {
        rows.extend(tx.query(sql, &values).await?);
    }
    Ok(rows)
}

/// Changes the rows of many keys; `{}` in the statement stands for the list.
async fn change_by_keys(
    tx: &mut crate::store::Tx,
    sql: &str,
    fixed: &[crate::store::Val],
    keys: &[crate::store::Val],
) -> Result<(), StoreError> {
    for (sql, values) in pages(sql, fixed, keys) {
        tx.execute(sql, &values).await?;
    }
    Ok(())
}
