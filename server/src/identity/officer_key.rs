//! Officers' own keys: made on a tablet, kept there behind a PIN, made known to the register by a ticket of that officer. What weighs
//! (that an item was verified, destroyed, witnessed) is signed with such a key, so that a tablet alone cannot say it.
//!
//! One transaction uses the ticket up, enters the key, and states so in the feed. A repetition by the same key is answered as the
//! first time.

use ploughshare_core::audit::Leaf;
use ploughshare_core::decision::Decision;
use ploughshare_core::ids::{DeviceId, OfficerId, OperationId};
use ploughshare_core::keys::PublicKey;

use super::{IdentityError, secret, ticket};
use crate::admission::{AdmissionError, lock_operation};
use crate::app::App;
use crate::decide::decide;
use crate::store::Tx;
use crate::store::audit_log::{self, Log};
use crate::store::identity::{self as rows, Officer, OfficerKey, Ticket};

/// What a tablet brings for an officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The ticket as typed.
    pub ticket: String,
    /// The officer's public key.
    pub public_key: Vec<u8>,
    /// The officer's signature over [`message`].
    pub signature: Vec<u8>,
}

/// What the register says to an officer who can sign now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// The officer the ticket was for.
    pub officer: Officer,
    /// The operation it was for.
    pub operation: OperationId,
    /// Until when the tablet may work without contact, µs since the Unix epoch.
    pub lease_until: i64,
}

/// What an officer signs with the new key; `ticket` and `key_hex` exactly as sent.
pub fn message(ticket: &str, device: &DeviceId, key_hex: &str) -> Vec<u8> {
    format!("ploughshare officer key v1\n{ticket}\n{device}\n{key_hex}").into_bytes()
}

/// What people call a key by: the first 16 bytes of the SHA-256 of its public half, in hex, as a device is named by its own.
pub fn fingerprint(public_key: &[u8]) -> String {
    let digest = ploughshare_core::keys::sha256(public_key);
    hex::encode(digest.first_chunk::<16>().copied().unwrap_or_default())
}

/// Takes an officer's key in, brought by a device.
pub async fn add(app: &App, device: &DeviceId, request: &Request) -> Result<Added, IdentityError> {
    let key = PublicKey::from_bytes(&request.public_key).map_err(|_| IdentityError::BadKey)?;
    key.verify(&message(&request.ticket, device, &hex::encode(&request.public_key)), &request.signature)
        .map_err(|_| IdentityError::BadSignature)?;
    let bits = secret::from_text(&request.ticket).ok_or(IdentityError::TicketUnknown)?;
    let hash = ticket::hash_of(&bits);
    let now = app.now_us();

    // Whatever is refused below leaves the ticket unused: nothing is kept of a transaction that is not committed.
    let mut tx = app.store.feed.begin_write().await?;
    let Some(used) = rows::consume_ticket(&mut tx, &hash, device, now).await? else {
        tx.rollback().await?;
        return not_consumed(app, &ticket::id_of(&hash), device, &request.public_key).await;
    };
    let added = may_have_one(&mut tx, &used, device).await?;
    enter(&mut tx, &key, &used, device, now).await?;
    let decision =
        Decision::OfficerKeyAdded { officer: used.officer, key: request.public_key.clone(), device: *device };
    decide(app, &mut tx, &used.operation, &device.to_string(), &[decision]).await?;
    let leaf = Leaf::new("ticket.used", now, &device.to_string(), &hex::encode(used.id))
        .fact("operation", used.operation)
        .fact("officer", used.officer);
    audit_log::append(&mut tx, Log::Audit, &[leaf.encode()?]).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok(added)
}

/// The device is in the operation and not revoked; the officer is active and holds a role there.
async fn may_have_one(tx: &mut Tx, ticket: &Ticket, device: &DeviceId) -> Result<Added, IdentityError> {
    let known = rows::device(&mut *tx, device).await?.filter(|known| known.revoked_at.is_none());
    let lease_until = known.ok_or(IdentityError::DeviceUnknown)?.lease_until;
    if !rows::is_in_operation(&mut *tx, device, &ticket.operation).await? {
        return Err(IdentityError::NotEnrolled);
    }
    let operation = rows::operation(&mut *tx, &ticket.operation).await?.ok_or(IdentityError::OperationUnknown)?;
    if operation.closed_at.is_some() {
        return Err(IdentityError::OperationClosed);
    }
    let officer = rows::officer(&mut *tx, &ticket.officer).await?.ok_or(IdentityError::OfficerUnknown)?;
    if !officer.active {
        return Err(IdentityError::OfficerInactive);
    }
    if rows::roles(tx, &ticket.operation, &ticket.officer).await?.is_empty() {
        return Err(IdentityError::NoRole);
    }
    Ok(Added { officer, operation: operation.id, lease_until })
}

/// Enters the key, or makes one of this officer on this device known in another operation. A key of a device is nobody's own.
async fn enter(
    tx: &mut Tx,
    key: &PublicKey,
    ticket: &Ticket,
    device: &DeviceId,
    now: i64,
) -> Result<(), IdentityError> {
    let public_key = key.as_bytes().to_vec();
    if rows::device(&mut *tx, &key.device()).await?.is_some() {
        return Err(IdentityError::OfficerKeyKnown);
    }
    match rows::officer_key(&mut *tx, &public_key).await? {
        Some(known) if known.officer != ticket.officer || known.device != *device || known.revoked_at.is_some() => {
            return Err(IdentityError::OfficerKeyKnown);
        }
        Some(_) => {}
        None => {
            let (officer, public_key) = (ticket.officer, public_key.clone());
            let fresh = OfficerKey {
                public_key,
                officer,
                device: *device,
                added_at: now,
                revoked_at: None,
                revoke_effective_ms: None,
            };
            rows::add_officer_key(tx, &fresh).await.map_err(|error| match error {
                error if error.is_unique() => IdentityError::OfficerKeyKnown,
                error => error.into(),
            })?;
        }
    }
    if !rows::add_officer_key_to_operation(tx, &public_key, &ticket.operation, &ticket.id).await? {
        return Err(IdentityError::OfficerKeyKnown);
    }
    Ok(())
}

/// Says why a ticket could not be used, or answers a repetition. Somebody else with the same ticket is an alarm.
async fn not_consumed(app: &App, id: &[u8; 16], device: &DeviceId, public_key: &[u8]) -> Result<Added, IdentityError> {
    let now = app.now_us();
    let mut tx = app.store.feed.begin_write().await?;
    let ticket = rows::ticket(&mut tx, id).await?.ok_or(IdentityError::TicketUnknown)?;
    let Some(by) = ticket.used_by else { return Err(IdentityError::TicketExpired) };
    let first = rows::officer_key_by_ticket(&mut tx, id).await?;
    if let Some(first) = first.filter(|first| by == *device && first.public_key == public_key) {
        if first.revoked_at.is_some() {
            return Err(IdentityError::OfficerKeyKnown);
        }
        return may_have_one(&mut tx, &ticket, device).await;
    }
    let leaf = Leaf::new("ticket.used_again", now, &device.to_string(), &hex::encode(id))
        .fact("first_used_by", by)
        .fact("operation", ticket.operation);
    audit_log::append(&mut tx, Log::Audit, &[leaf.encode()?]).await?;
    tx.commit().await?;
    tracing::warn!(ticket = hex::encode(id), "a ticket was used a second time, for another key");
    Err(IdentityError::TicketUsed)
}

/// The keys of an officer, or of everybody, in the order in which they came in.
pub async fn list(app: &App, of: Option<&OfficerId>) -> Result<Vec<OfficerKey>, IdentityError> {
    let mut keys = rows::officer_keys(&app.store.feed).await?;
    keys.retain(|key| of.is_none_or(|officer| key.officer == *officer));
    Ok(keys)
}

/// Revokes the key with this fingerprint in all its operations, from a moment on that is not to come. `false` if it was revoked
/// already.
pub async fn revoke(app: &App, actor: &str, named: &str, effective_ms: Option<i64>) -> Result<bool, IdentityError> {
    let now_ms = app.now_ms();
    let effective_ms = effective_ms.unwrap_or(now_ms);
    if effective_ms > now_ms {
        return Err(IdentityError::NotYet);
    }
    let keys = rows::officer_keys(&app.store.feed).await?;
    let key = keys.into_iter().find(|key| fingerprint(&key.public_key) == named);
    let key = key.ok_or(IdentityError::OfficerKeyUnknown)?;
    let mut tx = app.store.feed.begin_write().await?;
    if !rows::revoke_officer_key(&mut tx, &key.public_key, app.now_us(), effective_ms).await? {
        return Ok(false);
    }
    let mut open = Vec::new();
    for operation in rows::officer_key_operations(&mut tx, &key.public_key).await? {
        match lock_operation(&mut tx, &operation).await {
            Ok(_) => open.push(operation),
            Err(AdmissionError::Closed(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    for operation in open {
        let decision = Decision::OfficerKeyRevoked { key: key.public_key.clone(), effective_ms };
        decide(app, &mut tx, &operation, actor, &[decision]).await?;
    }
    tx.commit().await?;
    app.wake.notify_one();
    Ok(true)
}

/// Revokes every key kept on a device that is being revoked, and gives the decisions that say so, by operation. The caller states them.
pub(super) async fn revoke_on(
    tx: &mut Tx,
    device: &DeviceId,
    at: i64,
    effective_ms: i64,
) -> Result<Vec<(OperationId, Decision)>, IdentityError> {
    let mut decisions = Vec::new();
    for key in rows::officer_keys_on(&mut *tx, device).await? {
        if !rows::revoke_officer_key(tx, &key.public_key, at, effective_ms).await? {
            continue;
        }
        for operation in rows::officer_key_operations(&mut *tx, &key.public_key).await? {
            decisions.push((operation, Decision::OfficerKeyRevoked { key: key.public_key.clone(), effective_ms }));
        }
    }
    Ok(decisions)
}
