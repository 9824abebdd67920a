//! Who may act: operations and officers here; grants, devices, officers' keys, tickets and accounts in rooms of their own.
//!
//! Times are microseconds and come in as parameters; so do ids and secrets. A function that changes a state returns whether
//! it did: `false` means that it was so already, or that there is no such row.

pub mod access;
pub mod devices;
pub mod grants;
pub mod officer_keys;

use ploughshare_core::ids::{OfficerId, OperationId};

pub use self::access::{
    Account, Ticket, account, consume_setup_link, consume_ticket, create_account, create_setup_link, create_ticket,
    record_failure, record_success, set_password, ticket, tickets,
};
pub use self::devices::{
    Device, add_to_operation, device, device_operations, devices, enrol, is_in_operation, renew_lease, revoke_device,
};
pub use self::grants::{Grant, grant, grants, grants_of, revoke, roles};
pub use self::officer_keys::{
    OfficerKey, add_officer_key, add_officer_key_to_operation, officer_key, officer_key_by_ticket,
    officer_key_operations, officer_keys, officer_keys_on, revoke_officer_key,
};
use super::db::{Ask, Row, Tx};
use super::error::Result;
use crate::vals;

/// A bounded effort; the unit of sharing and access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Its id.
    pub id: OperationId,
    /// A short code people use for it.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Whether it is for practice only.
    pub training: bool,
    /// When it was opened.
    pub created_at: i64,
    /// When it was closed.
    pub closed_at: Option<i64>,
}

/// A person who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Officer {
    /// Their id.
    pub id: OfficerId,
    /// The name the register shows.
    pub name: String,
    /// Whether they may act at all.
    pub active: bool,
    /// When they were entered.
    pub created_at: i64,
}

const OPERATION: &str = "select id, code, name, training, created_at, closed_at from operation";
const OFFICER: &str = "select id, name, active, created_at from officer";

/// Opens an operation, with an empty feed. A code that is taken is the constraint `operation_code_unique`.
pub async fn create_operation(tx: &mut Tx, operation: &Operation) -> Result<()> {
    let Operation { id, code, name, training, created_at, closed_at } = operation;
    tx.insert_many(
        "operation",
        &["id", "code", "name", "training", "created_at", "closed_at"],
        vec![vals![id, code, name, *training, *created_at, *closed_at]],
    )
    .await?;
    tx.insert_many("scope_head", &["operation", "next_place"], vec![vals![id, 1]]).await?;
    Ok(())
}

/// One operation.
pub async fn operation(from: impl Ask, id: &OperationId) -> Result<Option<Operation>> {
    let row = from.ask_one(sql!("{OPERATION} where id = $1"), &vals![id]).await?;
    row.as_ref().map(operation_of).transpose()
}

/// The operation with this code.
pub async fn operation_by_code(from: impl Ask, code: &str) -> Result<Option<Operation>> {
    let row = from.ask_one(sql!("{OPERATION} where code = $1"), &vals![code]).await?;
    row.as_ref().map(operation_of).transpose()
}

/// All operations, by code.
pub async fn operations(from: impl Ask) -> Result<Vec<Operation>> {
    from.ask(sql!("{OPERATION} order by code"), &[]).await?.iter().map(operation_of).collect()
}

/// Closes an operation.
pub async fn close_operation(tx: &mut Tx, id: &OperationId, at: i64) -> Result<bool> {
    let sql = "update operation set closed_at = $1 where id = $2 and closed_at is null";
    Ok(tx.execute(sql, &vals![at, id]).await? == 1)
}

/// Enters an officer.
pub async fn create_officer(tx: &mut Tx, officer: &Officer) -> Result<()> {
    let Officer { id, name, active, created_at } = officer;
    let row = vals![id, name, *active, *created_at];
    tx.insert_many("officer", &["id", "name", "active", "created_at"], vec![row]).await?;
    Ok(())
}

/// One officer.
pub async fn officer(from: impl Ask, id: &OfficerId) -> Result<Option<Officer>> {
    let row = from.ask_one(sql!("{OFFICER} where id = $1"), &vals![id]).await?;
    row.as_ref().map(officer_of).transpose()
}

/// All officers, by name.
pub async fn officers(from: impl Ask) -> Result<Vec<Officer>> {
    from.ask(sql!("{OFFICER} order by name, id"), &[]).await?.iter().map(officer_of).collect()
}

/// Lets an officer act, or stops them.
pub async fn set_officer_active(tx: &mut Tx, id: &OfficerId, active: bool) -> Result<bool> {
    let sql = "update officer set active = $1 where id = $2 and active <> $1";
    Ok(tx.execute(sql, &vals![active, id]).await? == 1)
}

/// A value the register keeps about itself, such as its sealed signing key.
pub async fn meta(from: impl Ask, key: &str) -> Result<Option<Vec<u8>>> {
    let row = from.ask_one("select value from register_meta where key = $1", &vals![key]).await?;
    row.map(|mut row| row.take_bytes(0)).transpose()
}

/// Keeps a value unless there is one; returns the one that is kept. So two servers that start at once agree.
pub async fn meta_or_put(tx: &mut Tx, key: &str, value: &[u8]) -> Result<Vec<u8>> {
    tx.insert_missing("register_meta", &["key", "value"], vec![vals![key, value]]).await?;
    Ok(meta(tx, key).await?.unwrap_or_default())
}

/// Keeps a value in place of the one before.
pub async fn put_meta(tx: &mut Tx, key: &str, value: &[u8]) -> Result<()> {
    tx.upsert_many("register_meta", &["key", "value"], &["key"], vec![vals![key, value]]).await?;
    Ok(())
}

fn operation_of(row: &Row) -> Result<Operation> {
    Ok(Operation {
        id: OperationId::from_bytes(row.array(0)?),
        code: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        training: row.flag(3)?,
        created_at: row.int(4)?,
        closed_at: row.opt_int(5)?,
    })
}

fn officer_of(row: &Row) -> Result<Officer> {
    Ok(Officer {
        id: OfficerId::from_bytes(row.array(0)?),
        name: row.text(1)?.to_owned(),
        active: row.flag(2)?,
        created_at: row.int(3)?,
    })
}
