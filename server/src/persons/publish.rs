//! Telling tablets to which key they seal: a decision in each operation's feed, signed like every decision, so that nobody on the way can
//! put another key in its place.

use ploughshare_core::decision::Decision;
use ploughshare_core::ids::OperationId;

use crate::admission::AdmissionError;
use crate::app::App;
use crate::decide::decide;
use crate::identity::REGISTER_SCOPE;
use crate::store::persons as rows;
use crate::store::{Tx, identity};

/// The decision that tells an operation's tablets the key, if they were not told and there is one. The caller states it.
pub async fn publication(app: &App, tx: &mut Tx, operation: &OperationId) -> Result<Option<Decision>, AdmissionError> {
    let Ok(keys) = app.persons.ready() else { return Ok(None) };
    let fresh = rows::publish(tx, operation, &keys.recipient, app.now_us()).await?;
    Ok(fresh.then(|| Decision::PersonKeyPublished { key: keys.recipient.clone() }))
}

/// Tells every open operation that was not told: those from before there was a key.
pub async fn ensure_published(app: &App) -> Result<(), AdmissionError> {
    let Ok(keys) = app.persons.ready() else { return Ok(()) };
    for operation in identity::operations(&app.store.feed).await? {
        let told = rows::is_published(&app.store.feed, &operation.id, &keys.recipient).await?;
        if operation.id == REGISTER_SCOPE || operation.closed_at.is_some() || told {
            continue;
        }
        let mut tx = app.store.feed.begin_write().await?;
        if let Some(decision) = publication(app, &mut tx, &operation.id).await? {
            decide(app, &mut tx, &operation.id, "register", &[decision]).await?;
            tx.commit().await?;
            app.wake.notify_one();
        }
    }
    Ok(())
}
