//! All SQL lives here. Two databases in one: the **feed** (what was said; never made again) and the **register** (what is
//! made of it; can always be made again). On SQLite two files, on PostgreSQL two schemas.
//!
//! ```text
//! open ─► Store { feed, register } ─► Db ─► Tx ─► rows
//!                                     └── the one file that knows SQLite from PostgreSQL
//! ```

/// Text put together from constants of this room, never from what somebody sent.
macro_rules! sql {
    ($($part:tt)*) => { sqlx::AssertSqlSafe(format!($($part)*)) };
}

pub mod audit_log;
pub mod bundles;
pub mod certificates;
pub mod content;
pub mod db;
pub mod error;
pub mod identity;
pub mod lookups;
pub mod marks;
pub mod media;
mod open;
pub mod packs;
pub mod parts;
pub mod persons;
pub mod read_claims;
pub mod read_documents;
pub mod read_filter;
pub mod read_findings;
pub mod read_items;
pub mod read_links;
pub mod read_photos;
pub mod read_procedures;
pub mod read_progress;
pub mod read_queues;
pub mod read_reviews;
pub mod read_said;
pub mod read_stock;
pub mod reopenings;
pub mod schema;
pub mod search;

#[cfg(test)]
mod conformance;
#[cfg(test)]
pub(crate) mod testing;

pub use self::db::{Ask, Db, Row, Tx, Val};
pub use self::error::{ConstraintKind, Result, StoreError};
pub use self::open::{Scratch, Store, Target};
