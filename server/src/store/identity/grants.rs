//! Who was given which role in which operation, by which decision, and until when.

use std::collections::BTreeSet;

use ploughshare_core::identity::Role;
use ploughshare_core::ids::{EntryHash, OfficerId, OperationId};

use crate::store::db::{Ask, Row, Tx};
use crate::store::error::{Result, StoreError};
use crate::vals;

/// A role that was given once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// In which operation.
    pub operation: OperationId,
    /// To whom.
    pub officer: OfficerId,
    /// Which role.
    pub role: Role,
    /// When.
    pub granted_at: i64,
    /// The register's statement that gave it; none for the first administrator.
    pub decision: Option<EntryHash>,
    /// When it was taken back.
    pub revoked_at: Option<i64>,
    /// The register's statement that took it back.
    pub revoked_decision: Option<EntryHash>,
}

const GRANT: &str =
    "select operation, officer, role, granted_at, decision, revoked_at, revoked_decision from role_grant";

/// Gives a role. `false` if the officer holds it already.
pub async fn grant(
    tx: &mut Tx,
    operation: &OperationId,
    officer: &OfficerId,
    role: Role,
    at: i64,
    decision: Option<&EntryHash>,
) -> Result<bool> {
    let row = vals![operation, officer, role.code(), at, decision];
    let columns = ["operation", "officer", "role", "granted_at", "decision"];
    Ok(tx.insert_missing("role_grant", &columns, vec![row]).await? == 1)
}

/// Takes a role back. `false` if the officer does not hold it.
pub async fn revoke(
    tx: &mut Tx,
    operation: &OperationId,
    officer: &OfficerId,
    role: Role,
    at: i64,
    decision: Option<&EntryHash>,
) -> Result<bool> {
    let sql = "update role_grant set revoked_at = $1, revoked_decision = $2
      where operation = $3 and officer = $4 and role = $5 and revoked_at is null";
    Ok(tx.execute(sql, &vals![at, decision, operation, officer, role.code()]).await? == 1)
}

/// The roles an officer holds in an operation now.
pub async fn roles(from: impl Ask, operation: &OperationId, officer: &OfficerId) -> Result<BTreeSet<Role>> {
    let sql = "select role from role_grant where operation = $1 and officer = $2 and revoked_at is null";
    from.ask(sql, &vals![operation, officer]).await?.iter().map(|row| role_of(row.text(0)?)).collect()
}

/// Every grant ever made in an operation, in the order made.
pub async fn grants(from: impl Ask, operation: &OperationId) -> Result<Vec<Grant>> {
    let sql = sql!("{GRANT} where operation = $1 order by granted_at, officer, role");
    from.ask(sql, &vals![operation]).await?.iter().map(grant_of).collect()
}

/// Every grant ever made to an officer, in the order made.
pub async fn grants_of(from: impl Ask, officer: &OfficerId) -> Result<Vec<Grant>> {
    let sql = sql!("{GRANT} where officer = $1 order by granted_at, operation, role");
    from.ask(sql, &vals![officer]).await?.iter().map(grant_of).collect()
}

fn role_of(code: &str) -> Result<Role> {
    Role::from_code(code).ok_or_else(|| StoreError::Corrupt(format!("role `{code}` is not known to this build")))
}

fn grant_of(row: &Row) -> Result<Grant> {
    Ok(Grant {
        operation: OperationId::from_bytes(row.array(0)?),
        officer: OfficerId::from_bytes(row.array(1)?),
        role: role_of(row.text(2)?)?,
        granted_at: row.int(3)?,
        decision: row.opt_array(4)?.map(EntryHash::from_bytes),
        revoked_at: row.opt_int(5)?,
        revoked_decision: row.opt_array(6)?.map(EntryHash::from_bytes),
    })
}
