//! Paper of Ploughshare: plain data in, a printable document out. Bytes in, bytes out; no I/O, no clock.
//!
//! ```text
//! Sheet ─► blocks ─► pages ─► PDF        the same sheet gives the same bytes
//!  plain    lines     what      one A4 or A5 file, archival (PDF/A-3), the proof
//!  data     of text   stands    attached to the certificate
//!           & rules   where
//! ```
//!
//! A **certificate** says that items were destroyed, a **receipt** that somebody handed one in, a **hand-over sheet** that
//! a load passed from one custodian to another. What is printed is for people; what proves it is the file attached
//! to the certificate, which [`attachment`] gets out again.
//!
//! English, French and Arabic. Numbers, serials, hashes and dates run from left to right in all of them.

#[cfg(test)]
extern crate self as ploughshare_paper;

mod attachment;
mod certificate;
mod clean;
mod error;
mod fonts;
mod handover;
mod language;
mod number;
mod page;
mod pdf;
mod receipt;
mod receipt_text;
mod said;
mod sheet;
mod text;
mod words;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub use attachment::attachment;
pub use certificate::certificate;
pub use error::PaperError;
pub use handover::handover;
pub use language::Language;
pub use receipt::receipt;
pub use receipt_text::receipt_text;
pub use sheet::{
    AmmunitionTotal, Attachment, Authorisation, CertificateItem, CertificateSheet, Difference, HandoverItem,
    HandoverSheet, Party, Proof, Quantity, ReceiptDetails, ReceiptSheet, ScrapStep, Seal, SerialSeen, Signature,
    Totals,
};
