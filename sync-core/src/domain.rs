//! The vocabulary of arms: code lists, the schema of documents, serials, and documents read as typed records.
//!
//! A document is one flat map from path to value. Here stands what the paths mean, which values they take, and how
//! a person's own words for a calibre or a serial become something that can be compared, with the words kept.
//!
//! - [`codes`]: every code list; codes are stable and never re-coded.
//! - [`schema`]: kinds of documents, their sets and fields, and the check that a value fits.
//! - [`serial`]: serials as seen, normalised and folded.
//! - [`item`], [`collection`], [`procedures`]: typed, owned, total views of a document's content.
//! - [`draft`]: a new document, from builder calls or from plain JSON.
//! - [`place`], [`time`]: positions and instants, exact and without floats or clocks.

pub mod calibre;
pub mod codes;
pub mod collection;
pub mod draft;
pub mod item;
mod members;
pub mod place;
pub mod procedures;
pub mod schema;
pub mod serial;
pub mod time;
