//! Records of people who hand weapons in: taken in sealed, kept sealed, read for a purpose by few, erased by destroying their key.
//!
//! ```text
//! tablet ═ age to the register's person key ═► receive: opened, checked, sealed anew under a key of its own
//!                                                         │            that key wrapped by the master key
//! read (role, purpose, leaf in the log of reads) ◄────────┤
//! erase (reason, leaf in the audit log) ──────────────────► the wrapped key and the sealed bytes are gone; item, feed and log stand
//! ```
//!
//! Nothing of what a record says is ever in an error, a log line, a metric or a leaf.

mod erase;
mod error;
pub mod keys;
mod publish;
mod read;
mod receive;
mod seal;

pub use self::erase::erase;
pub use self::error::PersonsError;
pub use self::keys::{PersonKeys, Persons};
pub use self::publish::{ensure_published, publication};
pub use self::read::{Purpose, known, overdue, read};
pub use self::receive::receive;
