//! Serials that the register wants noticed, as a small signed table: a tablet that holds it says at entry that a weapon with this serial is
//! recorded as destroyed, lost, stolen, under trace or registered already, without holding the register.
//!
//! ```text
//! register rows ─► (key, tag) … ─► Table ─► Base, signed, in parts ═► tablet ─► Watch ─► Hit
//!                        └───────────────► Additions since, signed ═════════►──┘
//! ```
//!
//! Nobody reads the serials out of it: a key is 64 bits of a salted hash over serial and class, and the table holds 8 bits of that beside the tag. So it
//! also errs: about one unknown serial in 410 asked for seems to be there. A hit is a hint to look closer, and never a block.

mod additions;
mod base;
mod table;
mod watch;

#[cfg(test)]
mod tests;

pub use additions::Additions;
pub use base::{Base, BaseHash, Manifest};
pub use table::Table;
pub use watch::{Hit, Watch};

use crate::domain::serial;
use crate::keys::sha256;

/// Of so many serials that nobody recorded, one seems to be there each time the table is asked: 8 bits of the hash and five tags of eight have
/// to fit.
pub const CHANCE: u64 = 410;
/// Fewest characters of a serial that is noticed: shorter ones are met everywhere.
pub const LEAST_CHARACTERS: usize = 3;

/// What the register knows of a serial. Of several weapons with one serial and class the last in this order is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Noticed {
    /// It is in the register.
    Registered,
    /// The weapon was destroyed.
    Destroyed,
    /// It is recorded as lost.
    Lost,
    /// It is recorded as stolen.
    Stolen,
    /// A trace is pending.
    Traced,
}

impl Noticed {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [Self::Registered, Self::Destroyed, Self::Lost, Self::Stolen, Self::Traced];

    /// What a status and a pending trace come to.
    pub fn of(status: Option<&str>, trace_pending: bool) -> Self {
        match status {
            _ if trace_pending => Self::Traced,
            Some("stolen") => Self::Stolen,
            Some("lost") => Self::Lost,
            Some("destroyed") => Self::Destroyed,
            _ => Self::Registered,
        }
    }

    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Destroyed => "destroyed",
            Self::Lost => "lost",
            Self::Stolen => "stolen",
            Self::Traced => "traced",
        }
    }

    /// Its number in the table, 1 to 5.
    pub fn tag(self) -> u8 {
        match self {
            Self::Registered => 1,
            Self::Destroyed => 2,
            Self::Lost => 3,
            Self::Stolen => 4,
            Self::Traced => 5,
        }
    }

    /// That with this number.
    pub fn from_tag(tag: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.tag() == tag)
    }
}

/// Why bytes are not what the register wants noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LookupError {
    /// Not of this format, or beyond its limits.
    #[error("not a look-up table, or beyond its limits")]
    Malformed,
    /// A version that this build does not read.
    #[error("look-up table of a later version: update needed")]
    Version,
    /// Not signed by the register's key.
    #[error("the look-up table is not signed by this register")]
    BadSignature,
    /// Signed for another register.
    #[error("the look-up table is that of another register")]
    OtherRegister,
    /// A part is not the one that the signed list names.
    #[error("part {index} of the look-up table is not the one that was signed")]
    PartDiffers {
        /// Which, from 0.
        index: usize,
    },
    /// Additions to another table, or not those that come next.
    #[error("these additions do not follow what is here")]
    NotNext,
}

impl LookupError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "lookup.malformed",
            Self::Version => "lookup.version",
            Self::BadSignature => "lookup.bad_signature",
            Self::OtherRegister => "lookup.other_register",
            Self::PartDiffers { .. } => "lookup.part_differs",
            Self::NotNext => "lookup.not_next",
        }
    }
}

/// Whether a serial as normalised can be noticed at all: whole, and no stand-in for one.
pub fn is_noticeable(norm: &str) -> bool {
    norm.chars().count() >= LEAST_CHARACTERS && !serial::is_partial(norm) && !serial::is_placeholder(norm)
}

/// In which form a serial is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As it is compared.
    Normal = 1,
    /// As it may be misread.
    Folded = 2,
}

fn key(salt: &[u8; 16], form: Form, class: &str, text: &str) -> u64 {
    let mut message = Vec::with_capacity(18 + class.len() + text.len());
    message.extend(salt);
    message.push(form as u8);
    message.extend(class.bytes());
    message.push(0);
    message.extend(text.bytes());
    u64::from_be_bytes(*sha256(&message).first_chunk::<8>().unwrap_or(&[0; 8]))
}

/// The keys under which a serial (as normalised) of a class is entered; a second one where it can be misread. `class` is empty where none is known.
pub fn keys_of(salt: &[u8; 16], norm: &str, class: &str) -> impl Iterator<Item = u64> {
    let folded = serial::fold(norm);
    let second = (folded != norm).then(|| key(salt, Form::Folded, class, &folded));
    core::iter::once(key(salt, Form::Normal, class, norm)).chain(second)
}

/// The keys under which a serial of a class is looked for: as it is, then as others that look like it.
fn keys_asked(salt: &[u8; 16], norm: &str, class: &str) -> (u64, Vec<u64>) {
    let folded = serial::fold(norm);
    let mut alike = vec![key(salt, Form::Folded, class, &folded)];
    if folded != norm {
        alike.push(key(salt, Form::Normal, class, &folded));
    }
    (key(salt, Form::Normal, class, norm), alike)
}
