//! Closing an operation: the last decision in its feed, after which nothing more is taken in. What is unfinished is said first.

use ploughshare_core::decision::Decision;
use ploughshare_core::ids::OperationId;

use super::{By, RegistrarError, reasoned};
use crate::app::App;
use crate::decide::{Stated, state};
use crate::identity::{IdentityError, REGISTER_SCOPE};
use crate::store::identity as rows;
use crate::store::read_queues::{self, Unfinished};

/// Closes an operation. `false` if it was closed already.
pub async fn close(
    app: &App,
    by: &By,
    operation: &OperationId,
    reason: &str,
    force: bool,
) -> Result<(bool, Unfinished), RegistrarError> {
    reasoned(reason)?;
    let known = rows::operation(&app.store.feed, operation).await?.filter(|one| one.id != REGISTER_SCOPE);
    let known = known.ok_or(RegistrarError::Identity(IdentityError::OperationUnknown))?;
    let unfinished = read_queues::unfinished(&app.store, operation).await?;
    if known.closed_at.is_some() {
        return Ok((false, unfinished));
    }
    if !force && !unfinished.is_empty() {
        return Err(RegistrarError::Unfinished(unfinished.words()));
    }
    let mut tx = app.store.feed.begin_write().await?;
    let decision = Decision::OperationClosed { reason: reason.to_owned() };
    state(app, &mut tx, operation, &by.actor, vec![Stated::Decision(decision)]).await?;
    let closed = rows::close_operation(&mut tx, operation, app.now_us()).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok((closed, unfinished))
}
