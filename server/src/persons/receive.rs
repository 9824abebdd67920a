//! Taking a sealed record in: the bytes are those named, sealed to us, and hold a record; then one transaction: leaf, sealed bytes, key.

use ploughshare_core::audit::Leaf;
use ploughshare_core::ids::PersonHash;
use ploughshare_core::keys::sha256;
use ploughshare_core::person::receipt::PersonReceipt;

use super::{PersonsError, seal};
use crate::admission::Bringer;
use crate::app::App;
use crate::store::audit_log::{self, Log};
use crate::store::persons::{self as rows, Blob};
use crate::store::{Tx, identity};

/// Takes a record in and answers with a signed receipt. The same bytes again are answered as the first time, erased or not.
#[tracing::instrument(name = "persons.receive", skip_all, fields(device = %who.device, operation = %who.operation, person = %hash))]
pub async fn receive(app: &App, who: &Bringer, hash: &PersonHash, bytes: &[u8]) -> Result<Vec<u8>, PersonsError> {
    if sha256(bytes) != *hash.as_bytes() {
        return Err(PersonsError::HashDiffers);
    }
    if let Some(known) = rows::blob(&app.store.feed, hash).await? {
        return again(app, who, &known);
    }
    let keys = app.persons.ready()?;
    let record = seal::open(keys, bytes)?;
    let kept = seal::seal(keys, hash, &who.operation, &record)?;
    drop(record);
    let now = app.now_us();

    let mut tx = app.store.feed.begin_write().await?;
    // Holds the head of the log, so that of two that bring the same at once the second sees the first.
    audit_log::append(&mut tx, Log::Audit, &[]).await?;
    if let Some(known) = rows::blob(&mut tx, hash).await? {
        tx.rollback().await?;
        return again(app, who, &known);
    }
    may_bring(app, &mut tx, who).await?;
    let leaf = Leaf::new("person.received", now, &who.device.to_string(), &hash.to_string())
        .fact("operation", who.operation)
        .encode()?;
    let leaf = audit_log::append(&mut tx, Log::Audit, &[leaf]).await?.indexes.start;
    let (hash, operation, device) = (*hash, who.operation, who.device);
    let blob = Blob { hash, operation, device, received_at: now, leaf, erased: None };
    rows::add(&mut tx, &blob, kept.sealed, kept.wrapped).await?;
    tx.commit().await?;
    tracing::debug!("persons.received");
    Ok(receipt(app, who, &blob))
}

fn again(app: &App, who: &Bringer, known: &Blob) -> Result<Vec<u8>, PersonsError> {
    if known.operation == who.operation { Ok(receipt(app, who, known)) } else { Err(PersonsError::OtherOperation) }
}

async fn may_bring(app: &App, tx: &mut Tx, who: &Bringer) -> Result<(), PersonsError> {
    let operation = identity::operation(&mut *tx, &who.operation).await?.ok_or(PersonsError::UnknownOperation)?;
    if operation.closed_at.is_some() {
        return Err(PersonsError::Closed);
    }
    let brought = rows::count_of(&mut *tx, &who.device).await?;
    if brought >= u64::from(app.settings.persons_per_device) {
        return Err(PersonsError::Quota(brought));
    }
    Ok(())
}

fn receipt(app: &App, who: &Bringer, blob: &Blob) -> Vec<u8> {
    PersonReceipt {
        register: app.register,
        operation: blob.operation,
        device: who.device,
        hash: blob.hash,
        received_ms: blob.received_at / 1000,
        leaf: blob.leaf,
    }
    .sign(&app.key)
}
