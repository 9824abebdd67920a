//! All SQL lives here. Two databases in one: the **feed** (what was said; never made again) and the **register** (what is
//! made of it; can always be made again). On SQLite two files, on PostgreSQL two schemas.

pub mod db;
pub mod error;
mod open;
pub mod schema;

pub use self::db::{Ask, Db, Row, Tx, Val};
pub use self::error::{ConstraintKind, Result, StoreError};
pub use self::open::{Scratch, Store, Target};
