//! Erasing: the wrapped key and the sealed bytes go, the row and the log say that something was erased and why.

use ploughshare_core::audit::Leaf;
use ploughshare_core::domain::codes::PERSON_ERASURE;
use ploughshare_core::ids::PersonHash;

use super::{PersonsError, known};
use crate::app::App;
use crate::identity::caller::Scope;
use crate::store::audit_log::{self, Log};
use crate::store::persons as rows;

/// Erases a record. `false` if it was erased before. The item that names it, the feed and the log stay as they are.
pub async fn erase(
    app: &App,
    actor: &str,
    hash: &PersonHash,
    scope: &Scope,
    because: &str,
) -> Result<bool, PersonsError> {
    let because = PERSON_ERASURE.codes.iter().find(|known| known.code == because).ok_or(PersonsError::BadReason)?.code;
    let operation = known(app, hash, scope).await?.operation;
    let now = app.now_us();
    let mut tx = app.store.feed.begin_write().await?;
    // Holds the head of the log, so that one of two erases.
    audit_log::append(&mut tx, Log::Audit, &[]).await?;
    let blob = rows::blob(&mut tx, hash).await?.ok_or(PersonsError::Unknown)?;
    if blob.erased.is_some() {
        tx.rollback().await?;
        return Ok(false);
    }
    let leaf = Leaf::new("person.erased", now, actor, &hash.to_string())
        .fact("operation", operation)
        .fact("because", because)
        .encode()?;
    let leaf = audit_log::append(&mut tx, Log::Audit, &[leaf]).await?.indexes.start;
    rows::erase(&mut tx, hash, now, leaf, because).await?;
    tx.commit().await?;
    app.store.feed.forget_deleted().await?;
    Ok(true)
}

/// Why a record that was there a moment ago has no key.
pub(super) async fn why_gone(app: &App, hash: &PersonHash) -> Result<PersonsError, PersonsError> {
    let blob = rows::blob(&app.store.feed, hash).await?;
    Ok(if blob.is_some_and(|blob| blob.erased.is_some()) { PersonsError::Erased } else { PersonsError::Unreadable })
}
