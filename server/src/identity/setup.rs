//! The first start: a one-time link makes the first administrator. There is no default account.

use ploughshare_core::audit::Leaf;
use ploughshare_core::decision::Decision;
use ploughshare_core::identity::Role;
use ploughshare_core::ids::OfficerId;

use super::{IdentityError, REGISTER_SCOPE, passphrase, people, secret};
use crate::app::App;
use crate::decide::decide;
use crate::store::audit_log::{self, Log};
use crate::store::identity as rows;

/// How long a set-up link is good for, in µs.
const LIFETIME_US: i64 = 24 * 3_600_000_000;

fn hash_of(bits: &[u8; 16]) -> [u8; 32] {
    secret::hash("ploughshare setup v1", bits)
}

/// Whether anybody holds the role of administrator in the register.
pub async fn has_administrator(app: &App) -> Result<bool, IdentityError> {
    let grants = rows::grants(&app.store.feed, &REGISTER_SCOPE).await?;
    Ok(grants.iter().any(|grant| grant.role == Role::Administrator && grant.revoked_at.is_none()))
}

/// A new one-time secret, as text, while there is no administrator yet.
pub async fn offer(app: &App) -> Result<Option<String>, IdentityError> {
    people::ensure_register_scope(app).await?;
    if has_administrator(app).await? {
        return Ok(None);
    }
    let bits = app.random::<16>();
    let now = app.now_us();
    let mut tx = app.store.feed.begin_write().await?;
    rows::create_setup_link(&mut tx, &hash_of(&bits), now, now + LIFETIME_US).await?;
    let leaf = Leaf::new("setup.offered", now, "operator", &app.register.to_string());
    audit_log::append(&mut tx, Log::Audit, &[leaf.encode()?]).await?;
    tx.commit().await?;
    Ok(Some(secret::to_text(&bits)))
}

/// Makes the first administrator.
pub async fn complete(app: &App, link: &str, name: &str, words: String) -> Result<OfficerId, IdentityError> {
    let bits = secret::from_text(link).ok_or(IdentityError::BadSetupLink)?;
    if !people::is_plain(name, 120) {
        return Err(IdentityError::BadName);
    }
    let kept = passphrase::hash(words).await?;
    if has_administrator(app).await? {
        return Err(IdentityError::BadSetupLink);
    }
    let now = app.now_us();
    let id = OfficerId::from_bytes(app.random());
    let mut tx = app.store.feed.begin_write().await?;
    if !rows::consume_setup_link(&mut tx, &hash_of(&bits), now).await? {
        return Err(IdentityError::BadSetupLink);
    }
    rows::create_officer(&mut tx, &rows::Officer { id, name: name.to_owned(), active: true, created_at: now }).await?;
    rows::create_account(&mut tx, &id, &kept, now).await?;
    rows::grant(&mut tx, &REGISTER_SCOPE, &id, Role::Administrator, now, None).await?;
    let decisions = [
        Decision::OfficerNamed { officer: id, name: name.to_owned() },
        Decision::RoleGranted { officer: id, role: Role::Administrator },
    ];
    decide(app, &mut tx, &REGISTER_SCOPE, &id.to_string(), &decisions).await?;
    let leaf = Leaf::new("setup.completed", now, &id.to_string(), &app.register.to_string());
    audit_log::append(&mut tx, Log::Audit, &[leaf.encode()?]).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok(id)
}
