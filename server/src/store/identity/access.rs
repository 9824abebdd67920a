//! Ways in: one-use tickets for devices, accounts with passwords for the console, the link that sets up a new register.
//!
//! Secrets come in as hashes. Each one-use thing is consumed by a single conditional UPDATE, so two takers at once cannot both
//! have it.

use ploughshare_core::ids::{DeviceId, OfficerId, OperationId};

use crate::store::db::{Ask, Row, Tx};
use crate::store::error::Result;
use crate::vals;

/// A one-use invitation for a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Its id, which may be shown.
    pub id: [u8; 16],
    /// SHA-256 of its secret.
    pub secret_hash: [u8; 32],
    /// For whom.
    pub officer: OfficerId,
    /// For which operation.
    pub operation: OperationId,
    /// Until when it can be used.
    pub expires_at: i64,
    /// When it was used.
    pub used_at: Option<i64>,
    /// By which device.
    pub used_by: Option<DeviceId>,
}

/// An officer's account at the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Whose.
    pub officer: OfficerId,
    /// The password hash in PHC form.
    pub password_hash: String,
    /// When it was made.
    pub created_at: i64,
    /// Wrong passwords since the last right one.
    pub failed_count: u64,
    /// Until when it takes no password.
    pub locked_until: Option<i64>,
}

const TICKET: &str = "select id, secret_hash, officer, operation, expires_at, used_at, used_by from ticket";

/// Keeps a new ticket.
pub async fn create_ticket(tx: &mut Tx, ticket: &Ticket) -> Result<()> {
    let Ticket { id, secret_hash, officer, operation, expires_at, used_at, used_by } = ticket;
    let row = vals![id, secret_hash, officer, operation, *expires_at, *used_at, *used_by];
    let columns = ["id", "secret_hash", "officer", "operation", "expires_at", "used_at", "used_by"];
    tx.insert_many("ticket", &columns, vec![row]).await?;
    Ok(())
}

/// One ticket.
pub async fn ticket(from: impl Ask, id: &[u8; 16]) -> Result<Option<Ticket>> {
    let row = from.ask_one(sql!("{TICKET} where id = $1"), &vals![id]).await?;
    row.as_ref().map(ticket_of).transpose()
}

/// All tickets of an operation, the last to expire first.
pub async fn tickets(from: impl Ask, operation: &OperationId) -> Result<Vec<Ticket>> {
    let sql = sql!("{TICKET} where operation = $1 order by expires_at desc, id");
    from.ask(sql, &vals![operation]).await?.iter().map(ticket_of).collect()
}

/// Uses a ticket up for a device. `None` if there is no such ticket, it was used, or it has expired: the caller need not,
/// and should not, tell which.
pub async fn consume_ticket(
    tx: &mut Tx,
    secret_hash: &[u8; 32],
    device: &DeviceId,
    now: i64,
) -> Result<Option<Ticket>> {
    let sql = "update ticket set used_at = $1, used_by = $2
      where secret_hash = $3 and used_at is null and expires_at > $1
      returning id, secret_hash, officer, operation, expires_at, used_at, used_by";
    let row = tx.query_one(sql, &vals![now, device, secret_hash]).await?;
    row.as_ref().map(ticket_of).transpose()
}

/// Makes an account. One that exists is the constraint `account_pkey`.
pub async fn create_account(tx: &mut Tx, officer: &OfficerId, password_hash: &str, now: i64) -> Result<()> {
    let row = vals![officer, password_hash, now, 0];
    tx.insert_many("account", &["officer", "password_hash", "created_at", "failed_count"], vec![row]).await?;
    Ok(())
}

/// An officer's account.
pub async fn account(from: impl Ask, officer: &OfficerId) -> Result<Option<Account>> {
    let sql = "select officer, password_hash, created_at, failed_count, locked_until from account where officer = $1";
    let row = from.ask_one(sql, &vals![officer]).await?;
    row.map(|row| {
        Ok(Account {
            officer: OfficerId::from_bytes(row.array(0)?),
            password_hash: row.text(1)?.to_owned(),
            created_at: row.int(2)?,
            failed_count: row.uint(3)?,
            locked_until: row.opt_int(4)?,
        })
    })
    .transpose()
}

/// Puts another password in place and forgets failures.
pub async fn set_password(tx: &mut Tx, officer: &OfficerId, password_hash: &str) -> Result<bool> {
    let sql = "update account set password_hash = $1, failed_count = 0, locked_until = null where officer = $2";
    Ok(tx.execute(sql, &vals![password_hash, officer]).await? == 1)
}

/// Counts a wrong password; from the `most`th on the account is locked until `lock_until`. Returns the count, or `None` if there is no
/// such account.
pub async fn record_failure(tx: &mut Tx, officer: &OfficerId, most: u32, lock_until: i64) -> Result<Option<u64>> {
    let sql = "update account set failed_count = failed_count + 1,
        locked_until = case when failed_count + 1 >= $1 then $2 else locked_until end
      where officer = $3 returning failed_count";
    let row = tx.query_one(sql, &vals![most, lock_until, officer]).await?;
    row.map(|row| row.uint(0)).transpose()
}

/// Forgets wrong passwords after a right one.
pub async fn record_success(tx: &mut Tx, officer: &OfficerId) -> Result<()> {
    tx.execute("update account set failed_count = 0, locked_until = null where officer = $1", &vals![officer]).await?;
    Ok(())
}

/// Keeps a link that sets up a new register.
pub async fn create_setup_link(tx: &mut Tx, secret_hash: &[u8; 32], now: i64, expires_at: i64) -> Result<()> {
    let row = vals![secret_hash, now, expires_at];
    tx.insert_many("setup_link", &["secret_hash", "created_at", "expires_at"], vec![row]).await?;
    Ok(())
}

/// Uses a set-up link up.
pub async fn consume_setup_link(tx: &mut Tx, secret_hash: &[u8; 32], now: i64) -> Result<bool> {
    let sql = "update setup_link set used_at = $1 where secret_hash = $2 and used_at is null and expires_at > $1";
    Ok(tx.execute(sql, &vals![now, secret_hash]).await? == 1)
}

fn ticket_of(row: &Row) -> Result<Ticket> {
    Ok(Ticket {
        id: row.array(0)?,
        secret_hash: row.array(1)?,
        officer: OfficerId::from_bytes(row.array(2)?),
        operation: OperationId::from_bytes(row.array(3)?),
        expires_at: row.int(4)?,
        used_at: row.opt_int(5)?,
        used_by: row.opt_array(6)?.map(DeviceId::from_bytes),
    })
}
