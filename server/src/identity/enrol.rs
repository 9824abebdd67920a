//! Enrolment: a ticket, a key that the tablet made itself, and proof that it holds it. One transaction uses the ticket up, enters the
//! device, and states so in the feed. A repetition by the same key is answered as the first time.

use std::collections::BTreeSet;

use ploughshare_core::audit::Leaf;
use ploughshare_core::decision::Decision;
use ploughshare_core::ids::{DeviceId, OfficerId, OperationId};
use ploughshare_core::keys::{Algorithm, PublicKey};

use super::{IdentityError, people, secret, ticket};
use crate::app::App;
use crate::decide::decide;
use crate::store::audit_log::{self, Log};
use crate::store::identity::{self as rows, Device};
use crate::store::{StoreError, Tx};

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// What a tablet brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The ticket as typed.
    pub ticket: String,
    /// Its public key.
    pub public_key: Vec<u8>,
    /// What people call it.
    pub label: String,
    /// Its signature over [`message`].
    pub signature: Vec<u8>,
}

/// What the register says to a tablet that is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// The operation.
    pub operation: rows::Operation,
    /// The officer the ticket was for.
    pub officer: rows::Officer,
    /// The device's id.
    pub device: DeviceId,
    /// Until when it may work without contact, µs since the Unix epoch.
    pub lease_until: i64,
}

/// What a tablet signs to enrol; `ticket` and `key_hex` exactly as sent.
pub fn message(ticket: &str, key_hex: &str) -> Vec<u8> {
    format!("ploughshare enrolment v1\n{ticket}\n{key_hex}").into_bytes()
}

/// Takes a device in.
pub async fn enrol(app: &App, request: &Request) -> Result<Enrolled, IdentityError> {
    let key = PublicKey::from_bytes(&request.public_key).map_err(|_| IdentityError::BadKey)?;
    key.verify(&message(&request.ticket, &hex::encode(&request.public_key)), &request.signature)
        .map_err(|_| IdentityError::BadSignature)?;
    if !people::is_plain(&request.label, 64) {
        return Err(IdentityError::BadLabel);
    }
    let bits = secret::from_text(&request.ticket).ok_or(IdentityError::TicketUnknown)?;
    let hash = ticket::hash_of(&bits);
    let device = key.device();
    let now = app.now_us();

    let mut tx = app.store.feed.begin_write().await?;
    let Some(used) = rows::consume_ticket(&mut tx, &hash, &device, now).await? else {
        tx.rollback().await?;
        return not_consumed(app, &ticket::id_of(&hash), &device).await;
    };
    let enrolled = known(&mut tx, &used.operation, &used.officer, device, lease(app, now)).await?;
    enter(&mut tx, &key, &request.label, &enrolled, now).await?;
    let decision = Decision::DeviceEnrolled {
        device,
        key: request.public_key.clone(),
        officer: used.officer,
        label: request.label.clone(),
    };
    decide(app, &mut tx, &used.operation, &device.to_string(), &[decision]).await?;
    let leaf =
        Leaf::new("ticket.used", now, &device.to_string(), &hex::encode(used.id)).fact("operation", used.operation);
    audit_log::append(&mut tx, Log::Audit, &[leaf.encode()?]).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok(enrolled)
}

fn lease(app: &App, now: i64) -> i64 {
    now + i64::from(app.settings.lease_days) * MICROS_PER_DAY
}

/// Enters the device, or lets one that is in already take part in another operation.
async fn enter(tx: &mut Tx, key: &PublicKey, label: &str, enrolled: &Enrolled, now: i64) -> Result<(), IdentityError> {
    let operation = enrolled.operation.id;
    if let Some(device) = rows::device(&mut *tx, &enrolled.device).await? {
        if device.officer != enrolled.officer.id || device.revoked_at.is_some() {
            return Err(IdentityError::DeviceKnown);
        }
        rows::add_to_operation(tx, &device.id, &operation).await?;
        rows::renew_lease(tx, &device.id, enrolled.lease_until).await?;
        return Ok(());
    }
    let algorithm = match key.algorithm() {
        Algorithm::EdDsa => "EdDSA",
        Algorithm::Es256 => "ES256",
    };
    let device = Device {
        id: enrolled.device,
        public_key: key.as_bytes().to_vec(),
        algorithm: algorithm.to_owned(),
        officer: enrolled.officer.id,
        label: label.to_owned(),
        enrolled_at: now,
        lease_until: enrolled.lease_until,
        revoked_at: None,
        revoke_effective_ms: None,
    };
    rows::enrol(tx, &device, &BTreeSet::from([operation])).await.map_err(|error| match error {
        error if error.is_unique() => IdentityError::DeviceKnown,
        error => error.into(),
    })
}

async fn known(
    tx: &mut Tx,
    operation: &OperationId,
    officer: &OfficerId,
    device: DeviceId,
    lease_until: i64,
) -> Result<Enrolled, IdentityError> {
    let operation = rows::operation(&mut *tx, operation).await?.ok_or(IdentityError::OperationUnknown)?;
    if operation.closed_at.is_some() {
        return Err(IdentityError::OperationClosed);
    }
    let officer = rows::officer(tx, officer).await?.ok_or(IdentityError::OfficerUnknown)?;
    if !officer.active {
        return Err(IdentityError::OfficerInactive);
    }
    Ok(Enrolled { operation, officer, device, lease_until })
}

/// Says why a ticket could not be used. Only its holder can have asked, so the reason gives nothing away. A second device with the same
/// ticket is an alarm.
async fn not_consumed(app: &App, id: &[u8; 16], device: &DeviceId) -> Result<Enrolled, IdentityError> {
    let now = app.now_us();
    let ticket = rows::ticket(&app.store.feed, id).await?.ok_or(IdentityError::TicketUnknown)?;
    let Some(by) = ticket.used_by else { return Err(IdentityError::TicketExpired) };
    let mut tx = app.store.feed.begin_write().await?;
    // The same device may have used it for an officer's key; that was no enrolment.
    if by == *device && rows::officer_key_by_ticket(&mut tx, id).await?.is_none() {
        let lease_until = rows::device(&mut tx, device)
            .await?
            .filter(|device| device.revoked_at.is_none())
            .ok_or(IdentityError::DeviceKnown)?
            .lease_until;
        return known(&mut tx, &ticket.operation, &ticket.officer, *device, lease_until).await;
    }
    let leaf = Leaf::new("ticket.used_again", now, &device.to_string(), &hex::encode(id))
        .fact("first_used_by", by)
        .fact("operation", ticket.operation);
    audit_log::append(&mut tx, Log::Audit, &[leaf.encode()?]).await?;
    tx.commit().await?;
    tracing::warn!(ticket = hex::encode(id), "a ticket was used a second time, by another device");
    Err(IdentityError::TicketUsed)
}

/// A device in contact may go on without it for another lease.
pub async fn renew(app: &App, device: &DeviceId) -> Result<i64, StoreError> {
    let until = lease(app, app.now_us());
    let mut tx = app.store.feed.begin_write().await?;
    rows::renew_lease(&mut tx, device, until).await?;
    tx.commit().await?;
    Ok(until)
}
