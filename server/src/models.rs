//! The models and makers of a programme's own: stated as decisions of an operation, known from the register's own journal in the feed.

use ploughshare_core::decision::{Authority, Decision};
use ploughshare_core::ids::OperationId;
use ploughshare_core::rules::models::{Maker, ModelEntry, ModelsFile};
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

/// What was added to a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Added {
    /// Ids of models.
    pub models: Vec<String>,
    /// Names of makers.
    pub makers: Vec<String>,
}

/// Adds the models and makers of a file, a decision each. What is said already is not said again.
pub async fn add(app: &App, actor: &str, operation: &OperationId, file: &ModelsFile) -> Result<Added, IdentityError> {
    let mut tx = app.store.feed.begin_write().await?;
    lock_operation(&mut tx, operation).await?;
    let known = authority(app, &mut tx, operation).await?;
    let table = known.models.reference();
    let makers: Vec<&Maker> = file.makers.iter().filter(|maker| table.maker(&maker.name) != Some(*maker)).collect();
    let models: Vec<&ModelEntry> = file.models.iter().filter(|model| table.get(&model.id) != Some(*model)).collect();
    if makers.is_empty() && models.is_empty() {
        return Ok(Added::default());
    }
    let decisions: Vec<_> = makers
        .iter()
        .map(|maker| Decision::MakerAdded { toml: maker.to_toml() })
        .chain(models.iter().map(|model| Decision::ModelAdded { toml: model.to_toml() }))
        .collect();
    // A segment holds so many entries; each run is sealed on its own, in the same transaction.
    for run in decisions.chunks(MODELS_A_SEGMENT) {
        decide(app, &mut tx, operation, actor, run).await?;
    }
    tx.commit().await?;
    app.wake.notify_one();
    Ok(Added {
        models: models.iter().map(|model| model.id.clone()).collect(),
        makers: makers.iter().map(|maker| maker.name.clone()).collect(),
    })
}

/// Most models or makers in one segment: at the longest that one may be they still fit.
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

/// Withdraws a maker, named by any of its names. Gives the name that it had; `None` if the operation's table does not have it.
pub async fn withdraw_maker(
    app: &App,
    actor: &str,
    operation: &OperationId,
    name: &str,
) -> Result<Option<String>, IdentityError> {
    let mut tx = app.store.feed.begin_write().await?;
    lock_operation(&mut tx, operation).await?;
    let known = authority(app, &mut tx, operation).await?;
    let Some(name) = known.models.reference().maker(name).map(|maker| maker.name.clone()) else { return Ok(None) };
    decide(app, &mut tx, operation, actor, &[Decision::MakerWithdrawn { name: name.clone() }]).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok(Some(name))
}
