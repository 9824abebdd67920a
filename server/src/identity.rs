//! How people and tablets come in: tickets and enrolment, proof of possession, tokens, passphrases, the first administrator.
//!
//! ```text
//! ticket ─► enrolment ─► challenge ─► proof ─► token ─► Caller      a tablet
//! set-up link ─► account ─► passphrase ──────► token ─► Caller      a person at the console
//! ```
//!
//! What a token says is for the client to read. What counts is what the register holds when the request comes: see [`caller`].

pub mod caller;
pub mod challenge;
pub mod claims;
pub mod enrol;
mod error;
pub mod officer_key;
pub mod passphrase;
pub mod people;
pub mod secret;
pub mod session;
pub mod setup;
pub mod ticket;
pub mod token;

pub use self::caller::Caller;
pub use self::error::IdentityError;

use ploughshare_core::ids::OperationId;

/// The scope of the register itself: roles held in it hold everywhere, and its feed carries the decisions about them.
pub const REGISTER_SCOPE: OperationId = OperationId::from_bytes([0; 16]);
/// The code of that scope; no operation may take it.
pub const REGISTER_SCOPE_CODE: &str = "register";
