//! How far things are, for those who run the server.

use super::audit_log::{self, Log};
use super::error::Result;
use super::{Ask, Db, Store};

/// How far things are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Segments admitted.
    pub segments: u64,
    /// Of these, how many are in the register.
    pub projected: u64,
    /// Entries that wait for another.
    pub waiting: u64,
    /// Segments of revoked devices set aside and not decided.
    pub aside: u64,
    /// Leaves of the audit log.
    pub audit_leaves: u64,
    /// Leaves of the log of reads.
    pub reads_leaves: u64,
    /// Findings open.
    pub findings_open: u64,
}

/// Segments admitted, and how many of them are in the register: asked often, so it costs a few rows.
pub async fn places(store: &Store) -> Result<(u64, u64)> {
    let segments = "select cast(coalesce(sum(next_place - 1), 0) as bigint) from scope_head";
    let projected = "select cast(coalesce(sum(place), 0) as bigint) from projected_scope";
    Ok((one(&store.feed, segments).await?, one(&store.register, projected).await?))
}

/// Reads it all.
pub async fn progress(store: &Store) -> Result<Progress> {
    let (feed, register) = (&store.feed, &store.register);
    let (segments, projected) = places(store).await?;
    Ok(Progress {
        segments,
        projected,
        waiting: one(register, "select count(distinct entry) from waiting").await?,
        aside: one(feed, "select count(*) from segment_aside where decided_at is null").await?,
        audit_leaves: audit_log::head(feed, Log::Audit).await?.size,
        reads_leaves: audit_log::head(feed, Log::Reads).await?.size,
        findings_open: one(register, "select count(*) from finding where state = 'open'").await?,
    })
}

async fn one(db: &Db, sql: &'static str) -> Result<u64> {
    Ok(db.ask_one(sql, &[]).await?.map(|row| row.uint(0)).transpose()?.unwrap_or(0))
}
