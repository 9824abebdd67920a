//! Signing in: a person at the console with a passphrase, a tablet with proof that it holds its key.

use ploughshare_core::audit::Leaf;
use ploughshare_core::ids::{DeviceId, OfficerId};
use ploughshare_core::keys::PublicKey;

use super::challenge::{self, Challenges};
use super::token::Claims;
use super::{Caller, IdentityError, enrol, passphrase, people};
use crate::app::App;
use crate::store::audit_log::{self, Log};
use crate::store::identity as rows;

/// Wrong passphrases after which an account rests.
const TRIES: u32 = 5;
/// How long it rests after the fifth wrong one, in µs; doubled by each further one.
const REST_US: i64 = 30_000_000;
/// Longest rest, in µs.
const LONGEST_REST_US: i64 = 3_600_000_000;

/// A person who proves who they are by a passphrase. Unknown, inactive, resting and wrong are answered alike, after the same work.
pub async fn sign_in(app: &App, who: &str, secret: String) -> Result<Claims, IdentityError> {
    let now = app.now_us();
    let found = people::find_officer(app, who).await.ok();
    let account = match &found {
        Some(officer) => rows::account(&app.store.feed, &officer.id).await?,
        None => None,
    };
    let resting = account.as_ref().and_then(|account| account.locked_until).is_some_and(|until| until > now);
    let usable = account.filter(|_| !resting && found.as_ref().is_some_and(|officer| officer.active));
    let fits = passphrase::fits(secret, usable.as_ref().map(|account| account.password_hash.clone())).await?;
    match (fits, usable) {
        (true, Some(account)) => {
            succeeded(app, &account, now).await?;
            claims(app, account.officer, None).await
        }
        (_, usable) => {
            if let Some(account) = usable {
                failed(app, &account, now).await?;
            }
            Err(IdentityError::BadPassphrase)
        }
    }
}

async fn succeeded(app: &App, account: &rows::Account, now: i64) -> Result<(), IdentityError> {
    let mut tx = app.store.feed.begin_write().await?;
    if account.failed_count > 0 {
        rows::record_success(&mut tx, &account.officer).await?;
    }
    let leaf = Leaf::new("session.opened", now, &account.officer.to_string(), &account.officer.to_string());
    audit_log::append(&mut tx, Log::Audit, &[leaf.encode()?]).await?;
    tx.commit().await?;
    Ok(())
}

async fn failed(app: &App, account: &rows::Account, now: i64) -> Result<(), IdentityError> {
    let beyond = u32::try_from(account.failed_count + 1).unwrap_or(u32::MAX).saturating_sub(TRIES);
    let rest = REST_US.saturating_mul(1 << beyond.min(20)).min(LONGEST_REST_US);
    let mut tx = app.store.feed.begin_write().await?;
    let count = rows::record_failure(&mut tx, &account.officer, TRIES, now + rest).await?;
    if count.is_some_and(|count| count >= u64::from(TRIES)) {
        let leaf =
            Leaf::new("session.locked", now, "register", &account.officer.to_string()).fact("rest_ms", rest / 1000);
        audit_log::append(&mut tx, Log::Audit, &[leaf.encode()?]).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// A tablet that signed a challenge. Its lease is renewed. A revoked one gets claims that are good for bringing late work only.
pub async fn prove(
    app: &App,
    challenges: &Challenges,
    device: &DeviceId,
    challenge: &str,
    signature: &[u8],
) -> Result<(Claims, Option<i64>), IdentityError> {
    if !challenges.recognise(challenge, device, app.now_ms()) {
        return Err(IdentityError::BadChallenge);
    }
    let known = rows::device(&app.store.feed, device).await?.ok_or(IdentityError::DeviceUnknown)?;
    let key = PublicKey::from_bytes(&known.public_key).map_err(|_| IdentityError::BadKey)?;
    key.verify(&challenge::message(challenge), signature).map_err(|_| IdentityError::BadSignature)?;
    let claims = claims(app, known.officer, Some(*device)).await?;
    let lease = if claims.late { None } else { Some(enrol::renew(app, device).await?) };
    Ok((claims, lease))
}

async fn claims(app: &App, officer: OfficerId, device: Option<DeviceId>) -> Result<Claims, IdentityError> {
    let operations = std::collections::BTreeMap::new();
    let mut claims = Claims { iss: app.register, sub: officer, device, operations, late: false, iat: 0, exp: 0 };
    let caller = Caller::load(app, &claims).await?;
    claims.operations = caller.operations();
    claims.late = caller.late;
    Ok(claims)
}
