//! Tickets: a one-use, short-lived invitation for a device, bound to an officer and an operation.

use ploughshare_core::audit::Leaf;
use ploughshare_core::ids::{OfficerId, OperationId};

use super::{IdentityError, secret};
use crate::app::App;
use crate::store::audit_log::{self, Log};
use crate::store::identity::{self as rows, Ticket};

/// How long a ticket is good for unless said otherwise, in minutes.
pub const DEFAULT_MINUTES: u32 = 10;

/// A ticket just made. Its text exists nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// What the officer types or scans.
    pub text: String,
    /// Its name in the log.
    pub id: [u8; 16],
    /// Until when it is good, µs since the Unix epoch.
    pub expires_at: i64,
}

/// Makes a ticket. `actor` is the id of who asked for it, or `operator`.
pub async fn issue(
    app: &App,
    actor: &str,
    operation: &OperationId,
    officer: &OfficerId,
    minutes: u32,
) -> Result<Issued, IdentityError> {
    let mut tx = app.store.feed.begin_write().await?;
    let scope = rows::operation(&mut tx, operation).await?.ok_or(IdentityError::OperationUnknown)?;
    if scope.closed_at.is_some() {
        return Err(IdentityError::OperationClosed);
    }
    let known = rows::officer(&mut tx, officer).await?.ok_or(IdentityError::OfficerUnknown)?;
    if !known.active {
        return Err(IdentityError::OfficerInactive);
    }
    if rows::roles(&mut tx, operation, officer).await?.is_empty() {
        return Err(IdentityError::NoRole);
    }
    let bits = app.random::<16>();
    let now = app.now_us();
    let ticket = Ticket {
        id: id_of(&hash_of(&bits)),
        secret_hash: hash_of(&bits),
        officer: *officer,
        operation: *operation,
        expires_at: now + i64::from(minutes) * 60_000_000,
        used_at: None,
        used_by: None,
    };
    rows::create_ticket(&mut tx, &ticket).await?;
    let leaf = Leaf::new("ticket.issued", now, actor, &hex::encode(ticket.id))
        .fact("officer", officer)
        .fact("operation", operation)
        .fact("expires_us", ticket.expires_at);
    audit_log::append(&mut tx, Log::Audit, &[leaf.encode()?]).await?;
    tx.commit().await?;
    Ok(Issued { text: secret::to_text(&bits), id: ticket.id, expires_at: ticket.expires_at })
}

/// What is kept of a ticket's secret.
pub(super) fn hash_of(bits: &[u8; 16]) -> [u8; 32] {
    secret::hash("ploughshare ticket v1", bits)
}

/// A ticket's id is the beginning of its secret's hash, so that it can be found again once it is used.
pub(super) fn id_of(hash: &[u8; 32]) -> [u8; 16] {
    hash.first_chunk::<16>().copied().unwrap_or_default()
}
