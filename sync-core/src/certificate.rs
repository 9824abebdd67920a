//! A certificate of destruction as a file that proves itself: with it and the register's public key, anybody can check, years later and
//! without a network, who attested what of which items, and that the register put it into its log.
//!
//! ```text
//! file    = [payload, signature of the register over it]                     deterministic CBOR
//! payload = { 1: version   2: body, pressed   3: proof that its leaf is in the log (C2SP tlog-proof with the leaf) }
//! body    = { 1: register   2: operation   3: its name   4: number   5: document   6: issued (ms)   7: issued by
//!             8: decision   9: [entry bytes …]   10: [[entry left out, why] …]   11: [bridged …]
//!             12: [[officer, name, key, organisation?] …]   13: witnesses asked for   14: [item …]
//!             15: [[forked journal, from] …]   16: country?   17: organisation?   18: name of who had it issued? }
//! ```
//!
//! What is checked is not what the register says of the destruction but what was said: the entries are folded again, the content that the
//! supervisor and the witnesses signed is made again and compared with what they signed, and the list of items must be what that
//! content comes to. The register vouches for whose keys these are, for whom they act, and how the items are described.

mod assess;
mod body;
mod checked;
mod error;
#[cfg(test)]
mod tests;

pub use assess::{Assessment, Case, CaseItem, Obstacle, SignedState, assess, signed_states};
pub use body::{Body, CertifiedItem, Signer, list_hash};
pub use checked::{Checked, seal, verify};
pub use error::CertificateError;

/// Version of the file.
pub const VERSION: i64 = 1;

/// Verb of the audit leaf of a certificate.
pub const VERB: &str = "certificate.issued";

/// Largest file that is read, in bytes.
pub const FILE_BYTES: usize = 8 * 1024 * 1024;

/// Largest body once inflated, in bytes.
pub const BODY_BYTES: usize = 32 * 1024 * 1024;
