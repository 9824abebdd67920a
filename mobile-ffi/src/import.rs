//! Reading registers that others kept: a file becomes rows, a row becomes a draft or a reason.
//!
//! ```text
//! FILE ── table ──► Row ── convert (mapping) ──► Outcome ── report
//!   CSV, XLSX              what a column means        Ready: draft, row id, changes, flags
//!   encoding, delimiter    code tables, serials       Refused: row, code, why
//! ```
//!
//! Nothing here records anything. The engine takes each [`Outcome::Ready`], looks whether it already
//! holds its [`Ready::row_id`], records the draft if it does not, and tells the [`Report`]. As the row id
//! comes from the row itself, the same file read twice, or read on after an interruption, adds nothing twice.

mod convert;
mod error;
mod lookup;
mod mapping;
mod report;
mod serial;
mod table;
mod text;
mod vocabulary;
mod when;

pub use convert::{Change, Converter, Flag, Outcome, Ready, Refused};
pub use error::ImportError;
pub use mapping::{BUILTIN_NAMES, Mapping};
pub use ploughshare_core::domain::draft::Draft;
pub use report::{Reason, ReasonRows, Report, ReportWriter, Summary};
pub use table::{Cell, CellKind, Limits, Row, Rows, Table, TableOptions};

#[cfg(test)]
mod tests;
