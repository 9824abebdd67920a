//! Reading a sealed record: for a purpose, by who may, written to the log of reads before anything is shown.

use std::sync::Arc;

use ploughshare_core::audit::Leaf;
use ploughshare_core::domain::codes::PERSON_PURPOSE;
use ploughshare_core::ids::{DeviceId, PersonHash};
use ploughshare_core::person::{PersonRecord, is_case_number};

use super::seal::{self, Sealed};
use super::{PersonsError, erase};
use crate::app::App;
use crate::audit::ReadsLog;
use crate::identity::caller::Scope;
use crate::store::persons::{self as rows, Blob};

/// One day in µs.
const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;

/// Why a record is read: a code of the list, and the case it is for. Neither is free text, so that both can be logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purpose {
    code: &'static str,
    reference: String,
}

impl Purpose {
    /// From what the reader says.
    pub fn new(code: &str, reference: &str) -> Result<Self, PersonsError> {
        let known = PERSON_PURPOSE.codes.iter().find(|known| known.code == code).ok_or(PersonsError::BadPurpose)?;
        if !is_case_number(reference) {
            return Err(PersonsError::BadReference);
        }
        Ok(Self { code: known.code, reference: reference.to_owned() })
    }
}

/// A record that is here, in what somebody may see.
pub async fn known(app: &App, hash: &PersonHash, scope: &Scope) -> Result<Blob, PersonsError> {
    let blob = rows::blob(&app.store.feed, hash).await?;
    blob.filter(|blob| scope.holds(&blob.operation)).ok_or(PersonsError::Unknown)
}

/// Opens a record for a reader. The line in the log of reads is durable before the record is even unsealed.
pub async fn read(
    app: &Arc<App>,
    log: &ReadsLog,
    actor: &str,
    device: Option<DeviceId>,
    hash: &PersonHash,
    scope: &Scope,
    purpose: &Purpose,
) -> Result<PersonRecord, PersonsError> {
    let blob = known(app, hash, scope).await?;
    if blob.erased.is_some() {
        return Err(PersonsError::Erased);
    }
    let keys = app.persons.ready()?;
    let mut leaf = Leaf::new("person.read", app.now_us(), actor, &hash.to_string())
        .fact("operation", blob.operation)
        .fact("purpose", purpose.code)
        .fact("reference", &purpose.reference);
    if let Some(device) = device {
        leaf = leaf.fact("device", device);
    }
    log.note(app, &leaf).await.map_err(|_| PersonsError::Unlogged)?;
    match rows::sealed(&app.store.feed, hash).await? {
        Some((sealed, wrapped)) => seal::unseal(keys, hash, &blob.operation, &Sealed { sealed, wrapped }),
        // Erased in between, or its key was taken away behind our back.
        None => Err(erase::why_gone(app, hash).await?),
    }
}

/// Records kept for more than so many days, the oldest first, with their age in whole days.
pub async fn overdue(app: &App, days: u32) -> Result<Vec<(Blob, i64)>, PersonsError> {
    let now = app.now_us();
    let blobs = rows::older_than(&app.store.feed, now - i64::from(days) * DAY_US).await?;
    Ok(blobs.into_iter().map(|blob| ((now - blob.received_at) / DAY_US, blob)).map(|(age, blob)| (blob, age)).collect())
}
