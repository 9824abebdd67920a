//! The sync core of Ploughshare: what tablets, second tablets, memory cards and the national register all share.
//!
//! Three words carry it. A **statement** is what somebody said, signed. A **document** is what the statements
//! about one thing add up to. The **register** is what the State holds to be so; it lives in the server.
//!
//! ```text
//! Edit ─► Entry ─► Journal ─► SealedSegment ═► OpenedSegment ─► VerifiedSegment ─► Document
//!  what    who,     a device's   hashes of a      decoded,         signature and      fold of
//!  was     when,    own log,     run of entries,  bounded          chain checked      statements
//!  said    about    append-only  signed
//! ```
//!
//! Nothing here does I/O, reads a clock or draws a random number: they come in by the door.

pub mod audit;
pub mod authorise;
pub mod bundle;
pub mod cbor;
pub mod certificate;
pub mod custody;
pub mod decision;
pub mod destruction;
pub mod document;
pub mod domain;
pub mod edit;
pub mod entries;
pub mod entry;
pub mod exchange;
pub mod handover;
#[cfg(test)]
mod hostile;
pub mod identity;
pub mod ids;
pub mod journal;
pub mod keys;
#[cfg(test)]
mod laws;
pub mod limits;
pub mod lookup;
pub mod marks;
pub mod media;
pub mod pack;
pub mod peer;
pub mod person;
pub mod policy;
pub mod receipt;
pub mod reopening;
pub mod rules;
#[cfg(test)]
mod samples;
pub mod segment;
mod signed;
pub mod spot_check;
#[cfg(test)]
mod vectors;
