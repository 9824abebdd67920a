//! Operations, officers, roles and devices: every change is a row, a decision in the feed, and a leaf, in one transaction.

use ploughshare_core::audit::Leaf;
use ploughshare_core::decision::Decision;
use ploughshare_core::identity::Role;
use ploughshare_core::ids::{DeviceId, EntryHash, OfficerId, OperationId};

use super::{IdentityError, REGISTER_SCOPE, REGISTER_SCOPE_CODE, officer_key, passphrase};
use crate::admission::{AdmissionError, lock_operation};
use crate::app::App;
use crate::decide::{decide, register_journal};
use crate::persons;
use crate::store::audit_log::{self, Log};
use crate::store::identity::{self as rows, Officer, Operation};
use crate::store::{StoreError, Tx};
use crate::vals;

/// Whether a text is one line of 1 to `most` characters, with no spaces around it.
pub fn is_plain(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.chars().count()) && text.trim() == text && !text.chars().any(char::is_control)
}

/// Makes the scope of the register itself, once.
pub async fn ensure_register_scope(app: &App) -> Result<(), IdentityError> {
    if rows::operation(&app.store.feed, &REGISTER_SCOPE).await?.is_some() {
        return Ok(());
    }
    let now = app.now_us();
    let name = "The register".to_owned();
    let code = REGISTER_SCOPE_CODE.to_owned();
    let scope =
        Operation { id: REGISTER_SCOPE, code, name: name.clone(), training: false, created_at: now, closed_at: None };
    let mut tx = app.store.feed.begin_write().await?;
    match rows::create_operation(&mut tx, &scope).await {
        Ok(()) => {}
        // Another process was first.
        Err(error) if error.is_unique() => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    decide(app, &mut tx, &REGISTER_SCOPE, "register", &[Decision::OperationOpened { name, training: false }]).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok(())
}

/// Opens an operation.
pub async fn open_operation(
    app: &App,
    actor: &str,
    code: &str,
    name: &str,
    training: bool,
) -> Result<Operation, IdentityError> {
    let letters = code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !letters || !(1..=64).contains(&code.len()) || code == REGISTER_SCOPE_CODE {
        return Err(IdentityError::BadCode);
    }
    if !is_plain(name, 120) {
        return Err(IdentityError::BadName);
    }
    let id = OperationId::from_bytes(app.random());
    let (code, name) = (code.to_owned(), name.to_owned());
    let operation = Operation { id, code, name: name.clone(), training, created_at: app.now_us(), closed_at: None };
    let mut tx = app.store.feed.begin_write().await?;
    rows::create_operation(&mut tx, &operation).await.map_err(|error| match error {
        error if error.is_constraint("operation_code_unique") => IdentityError::CodeTaken,
        error => error.into(),
    })?;
    let mut decisions = vec![Decision::OperationOpened { name, training }];
    decisions.extend(persons::publication(app, &mut tx, &id).await?);
    decide(app, &mut tx, &id, actor, &decisions).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok(operation)
}

/// The operation with this code or id.
pub async fn find_operation(app: &App, text: &str) -> Result<Operation, IdentityError> {
    let db = &app.store.feed;
    let found = match text.parse::<OperationId>() {
        Ok(id) => rows::operation(db, &id).await?,
        Err(_) => rows::operation_by_code(db, text).await?,
    };
    found.ok_or(IdentityError::OperationUnknown)
}

/// Enters an officer.
pub async fn add_officer(app: &App, actor: &str, name: &str) -> Result<Officer, IdentityError> {
    if !is_plain(name, 120) {
        return Err(IdentityError::BadName);
    }
    let now = app.now_us();
    let officer =
        Officer { id: OfficerId::from_bytes(app.random()), name: name.to_owned(), active: true, created_at: now };
    let mut tx = app.store.feed.begin_write().await?;
    rows::create_officer(&mut tx, &officer).await?;
    let leaf = Leaf::new("officer.added", now, actor, &officer.id.to_string());
    audit_log::append(&mut tx, Log::Audit, &[leaf.encode()?]).await?;
    tx.commit().await?;
    Ok(officer)
}

/// The officer with this id, or the only one of this name.
pub async fn find_officer(app: &App, text: &str) -> Result<Officer, IdentityError> {
    let db = &app.store.feed;
    if let Ok(id) = text.parse::<OfficerId>() {
        return rows::officer(db, &id).await?.ok_or(IdentityError::OfficerUnknown);
    }
    let found = db.query("select id from officer where name = $1 limit 2", &vals![text]).await?;
    let [row] = found.as_slice() else { return Err(IdentityError::OfficerUnknown) };
    let id = OfficerId::from_bytes(row.array(0)?);
    rows::officer(db, &id).await?.ok_or(IdentityError::OfficerUnknown)
}

/// Gives a role. `false` if the officer holds it already. The first role in an operation also states the officer's name there.
pub async fn grant(
    app: &App,
    actor: &str,
    operation: &OperationId,
    officer: &OfficerId,
    role: Role,
) -> Result<bool, IdentityError> {
    let mut tx = app.store.feed.begin_write().await?;
    let scope = rows::operation(&mut tx, operation).await?.ok_or(IdentityError::OperationUnknown)?;
    if scope.closed_at.is_some() {
        return Err(IdentityError::OperationClosed);
    }
    let known = rows::officer(&mut tx, officer).await?.ok_or(IdentityError::OfficerUnknown)?;
    if rows::roles(&mut tx, operation, officer).await?.contains(&role) {
        return Ok(false);
    }
    let grants = rows::grants(&mut tx, operation).await?;
    let mut decisions = Vec::new();
    if !grants.iter().any(|grant| grant.officer == *officer) {
        decisions.push(Decision::OfficerNamed { officer: *officer, name: known.name });
    }
    decisions.push(Decision::RoleGranted { officer: *officer, role });
    decide(app, &mut tx, operation, actor, &decisions).await?;
    let decision = last_decision(app, &mut tx, operation).await?;
    if !rows::grant(&mut tx, operation, officer, role, app.now_us(), decision.as_ref()).await? {
        return Ok(false);
    }
    tx.commit().await?;
    app.wake.notify_one();
    Ok(true)
}

/// Takes a role back, from now on. `false` if the officer does not hold it.
pub async fn revoke_role(
    app: &App,
    actor: &str,
    operation: &OperationId,
    officer: &OfficerId,
    role: Role,
) -> Result<bool, IdentityError> {
    let mut tx = app.store.feed.begin_write().await?;
    if !rows::roles(&mut tx, operation, officer).await?.contains(&role) {
        return Ok(false);
    }
    let decision = Decision::RoleRevoked { officer: *officer, role, effective_ms: app.now_ms() };
    decide(app, &mut tx, operation, actor, &[decision]).await?;
    let decision = last_decision(app, &mut tx, operation).await?;
    rows::revoke(&mut tx, operation, officer, role, app.now_us(), decision.as_ref()).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok(true)
}

async fn last_decision(app: &App, tx: &mut Tx, operation: &OperationId) -> Result<Option<EntryHash>, StoreError> {
    let journal = register_journal(app, operation);
    let sql = "select last_entry_hash from journal where operation = $1 and id = $2";
    let row = tx.query_one(sql, &vals![operation.as_bytes(), journal.as_bytes()]).await?;
    Ok(row.map(|row| row.opt_array(0)).transpose()?.flatten().map(EntryHash::from_bytes))
}

/// Gives an officer a passphrase for the console, or another one.
pub async fn set_passphrase(app: &App, actor: &str, officer: &OfficerId, words: String) -> Result<(), IdentityError> {
    let kept = passphrase::hash(words).await?;
    let now = app.now_us();
    let mut tx = app.store.feed.begin_write().await?;
    if rows::officer(&mut tx, officer).await?.is_none() {
        return Err(IdentityError::OfficerUnknown);
    }
    if !rows::set_password(&mut tx, officer, &kept).await? {
        rows::create_account(&mut tx, officer, &kept, now).await?;
    }
    let leaf = Leaf::new("passphrase.set", now, actor, &officer.to_string());
    audit_log::append(&mut tx, Log::Audit, &[leaf.encode()?]).await?;
    tx.commit().await?;
    Ok(())
}

/// Revokes a device in all its operations, from now on, and with it the officers' keys that are kept on it. `false` if it was revoked
/// already.
pub async fn revoke_device(app: &App, actor: &str, device: &DeviceId) -> Result<bool, IdentityError> {
    let effective_ms = app.now_ms();
    let mut tx = app.store.feed.begin_write().await?;
    if rows::device(&mut tx, device).await?.is_none() {
        return Err(IdentityError::DeviceUnknown);
    }
    if !rows::revoke_device(&mut tx, device, app.now_us(), effective_ms).await? {
        return Ok(false);
    }
    // All feeds are locked in the order of their ids before the log is, as everybody does who takes several.
    let mut open = Vec::new();
    for operation in rows::device_operations(&mut tx, device).await? {
        match lock_operation(&mut tx, &operation).await {
            Ok(_) => open.push(operation),
            Err(AdmissionError::Closed(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let keys = officer_key::revoke_on(&mut tx, device, app.now_us(), effective_ms).await?;
    for operation in open {
        let mut decisions = vec![Decision::DeviceRevoked { device: *device, effective_ms }];
        decisions.extend(keys.iter().filter(|(of, _)| *of == operation).map(|(_, decision)| decision.clone()));
        decide(app, &mut tx, &operation, actor, &decisions).await?;
    }
    tx.commit().await?;
    app.wake.notify_one();
    Ok(true)
}
