//! The models of a programme's own: stated as decisions of an operation, known from the register's own journal in the feed.

use ploughshare_core::decision::{Authority, Decision};
use ploughshare_core::ids::OperationId;
use ploughshare_core::rules::models::ModelEntry;
use ploughshare_core::segment;

use crate::admission::lock_operation;
use crate::app::App;
use crate::decide::decide;
use crate::identity::IdentityError;
use crate::store::Tx;
use crate::vals;

/// What the decisions of an operation add up to, the newest included.
pub async fn authority(app: &App, tx: &mut Tx, operation: &OperationId) -> Result<Authority, IdentityError> {
    let device = app.key.public().device();
    let sql = "select bytes from segment where operation = $1 and device = $2 order by place";
    let mut authority = Authority::default();
    for row in tx.query(sql, &vals![operation.as_bytes(), device.as_bytes()]).await? {
        let opened = segment::open(row.bytes(0)?).map_err(crate::admission::AdmissionError::from)?;
        let verified =
            opened.verify(&app.register, &app.key.public()).map_err(crate::admission::AdmissionError::from)?;
        for (_, entry) in verified.into_entries() {
            authority.take_entry(&entry);
        }
    }
    Ok(authority)
}

/// Adds models, a decision each. Gives the ids of those that were added; what is said already is not said again.
pub async fn add(
    app: &App,
    actor: &str,
    operation: &OperationId,
    models: &[ModelEntry],
) -> Result<Vec<String>, IdentityError> {
    let mut tx = app.store.feed.begin_write().await?;
    lock_operation(&mut tx, operation).await?;
    let known = authority(app, &mut tx, operation).await?;
    let table = known.models.reference();
    let fresh: Vec<&ModelEntry> = models.iter().filter(|model| table.get(&model.id) != Some(*model)).collect();
    if fresh.is_empty() {
        return Ok(Vec::new());
    }
    let decisions: Vec<_> = fresh.iter().map(|model| Decision::ModelAdded { toml: model.to_toml() }).collect();
    // A segment holds so many entries; each run is sealed on its own, in the same transaction.
    for run in decisions.chunks(MODELS_A_SEGMENT) {
        decide(app, &mut tx, operation, actor, run).await?;
    }
    tx.commit().await?;
    app.wake.notify_one();
    Ok(fresh.iter().map(|model| model.id.clone()).collect())
}

/// Most models in one segment: at the longest that a model may be they still fit.
const MODELS_A_SEGMENT: usize = 50;

/// Withdraws a model. `false` if the operation's table does not have it.
pub async fn withdraw(app: &App, actor: &str, operation: &OperationId, id: &str) -> Result<bool, IdentityError> {
    let mut tx = app.store.feed.begin_write().await?;
    lock_operation(&mut tx, operation).await?;
    let known = authority(app, &mut tx, operation).await?;
    if known.models.reference().get(id).is_none() {
        return Ok(false);
    }
    decide(app, &mut tx, operation, actor, &[Decision::ModelWithdrawn { id: id.to_owned() }]).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok(true)
}
