//! Programme marks: how they read, which number comes next in the blocks that a device was given, and what makes a mark good
//! (International Tracing Instrument paras 7 and 10).
//!
//! A programme mark is `*` and two letters for the State, as the Nairobi guidelines ask for (`*KE`), then what the programme puts before
//! the number, the number, and what it puts behind it:
//!
//! ```text
//! *KE-DDR 000123 /B
//! └─────┘ └────┘ └┘
//! prefix  number suffix
//! ```

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::decision::MarkBlock;
use crate::domain::item::{ItemRecord, MarkingRecord};
use crate::domain::{codes, serial};
use crate::ids::DeviceId;

/// The most digits of a number.
const WIDEST: usize = 18;

/// A programme mark, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProgrammeMark {
    /// What stands before the number: `*`, the State, what the programme adds.
    pub prefix: String,
    /// The number.
    pub number: u64,
    /// With how many digits it is written at least.
    pub width: u32,
    /// What stands behind it.
    pub suffix: String,
}

/// Why a text is no programme mark. Codes are stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarkError {
    /// It does not begin with `*` and two letters.
    #[error("'{0}' does not begin with '*' and the two letters of a State")]
    NoState(String),
    /// The two letters name no State.
    #[error("'{0}' is no code of a State")]
    UnknownState(String),
    /// There is no number of 1 to 18 digits.
    #[error("'{0}' has no number of 1 to 18 digits")]
    NoNumber(String),
}

impl MarkError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoState(_) => "mark.no_state",
            Self::UnknownState(_) => "mark.unknown_state",
            Self::NoNumber(_) => "mark.no_number",
        }
    }
}

impl ProgrammeMark {
    /// Takes a mark apart. Blanks between its parts are passed over; letters are read as capitals.
    pub fn parse(text: &str) -> Result<Self, MarkError> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect();
        state_of(&text)?;
        let no_number = || MarkError::NoNumber(text.clone());
        let from = text.find(|c: char| c.is_ascii_digit()).ok_or_else(no_number)?;
        let (prefix, rest) = text.split_at_checked(from).ok_or_else(no_number)?;
        let to = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, suffix) = rest.split_at_checked(to).ok_or_else(no_number)?;
        let number = digits.parse().ok().filter(|_| digits.len() <= WIDEST).ok_or_else(no_number)?;
        let width = u32::try_from(digits.len()).unwrap_or(u32::MAX);
        Ok(Self { prefix: prefix.to_owned(), number, width, suffix: suffix.to_owned() })
    }

    /// The State that it names, ISO 3166.
    pub fn state(&self) -> Option<&str> {
        state_of(&self.prefix).ok()
    }

    /// In the form in which marks are compared.
    pub fn compared(&self) -> String {
        serial::normalise(&self.to_string())
    }
}

impl core::fmt::Display for ProgrammeMark {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let width = usize::try_from(self.width).unwrap_or(WIDEST).min(WIDEST);
        write!(f, "{}{:0width$}{}", self.prefix, self.number, self.suffix)
    }
}

/// The two letters behind the `*`, if they name a State.
fn state_of(text: &str) -> Result<&str, MarkError> {
    let no_state = || MarkError::NoState(text.to_owned());
    let letters = text.strip_prefix('*').and_then(|rest| rest.get(..2)).ok_or_else(no_state)?;
    if !letters.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(no_state());
    }
    if codes::COUNTRY.contains(letters) { Ok(letters) } else { Err(MarkError::UnknownState(letters.to_owned())) }
}

/// Whether a block of numbers can give programme marks: its prefix names a State and has no digits, its suffix begins with none (also
/// where a dash or slash is overlooked), and its numbers fit. What stands in such a block is read back as it was given.
pub fn check_block(prefix: &str, suffix: &str, first: u64, count: u64) -> Result<(), MarkError> {
    state_of(prefix)?;
    let digit = |c: char| c.is_ascii_digit();
    let last = first.checked_add(count.saturating_sub(1));
    let fits = last.is_some_and(|last| last.to_string().len() <= WIDEST);
    let reads = !prefix.contains(digit) && !serial::normalise(suffix).starts_with(digit);
    if count > 0 && fits && reads { Ok(()) } else { Err(MarkError::NoNumber(format!("{prefix}{first}{suffix}"))) }
}

/// The mark with a number of a block.
fn mark_of(block: &MarkBlock, number: u64) -> ProgrammeMark {
    ProgrammeMark { prefix: block.prefix.clone(), number, width: block.width, suffix: block.suffix.clone() }
}

/// The next mark of a device that nobody used yet: its blocks in the order in which they were given, each from its first number.
/// `used` holds marks as they are compared ([`ProgrammeMark::compared`], [`serial::normalise`]). `None` where its blocks are used up.
pub fn next_free(blocks: &[MarkBlock], device: &DeviceId, used: &BTreeSet<String>) -> Option<ProgrammeMark> {
    let mut own: Vec<&MarkBlock> = blocks.iter().filter(|block| block.device == *device).collect();
    own.sort_by_key(|block| (block.decision, block.first));
    own.into_iter().find_map(|block| {
        let last = block.first.checked_add(block.count.checked_sub(1)?)?;
        (block.first..=last).map(|number| mark_of(block, number)).find(|mark| !used.contains(&mark.compared()))
    })
}

/// How many numbers of a device are not used, so that it can ask for more before it leaves the network.
pub fn left(blocks: &[MarkBlock], device: &DeviceId, used: &BTreeSet<String>) -> u64 {
    let own = blocks.iter().filter(|block| block.device == *device);
    let given = own.clone().fold(0_u64, |sum, block| sum.saturating_add(block.count));
    let taken = used.iter().filter_map(|text| ProgrammeMark::parse(text).ok());
    let taken = taken.filter(|mark| own.clone().any(|block| holds(block, mark))).count();
    given.saturating_sub(u64::try_from(taken).unwrap_or(u64::MAX))
}

/// Where a mark stands among the blocks that were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reserved {
    /// In a block of this device.
    Own,
    /// In a block of another device.
    Others(DeviceId),
    /// In none.
    None,
}

/// Whose number a mark is.
pub fn reserved(blocks: &[MarkBlock], device: &DeviceId, mark: &ProgrammeMark) -> Reserved {
    let mut owners = blocks.iter().filter(|block| holds(block, mark)).map(|block| block.device);
    match owners.next() {
        None => Reserved::None,
        Some(first) if first == *device || owners.any(|other| other == *device) => Reserved::Own,
        Some(first) => Reserved::Others(first),
    }
}

fn holds(block: &MarkBlock, mark: &ProgrammeMark) -> bool {
    let same = |a: &str, b: &str| serial::normalise(a) == serial::normalise(b);
    let within = mark.number >= block.first && mark.number - block.first < block.count;
    within && same(&block.prefix, &mark.prefix) && same(&block.suffix, &mark.suffix)
}

/// The six qualities of a mark (International Tracing Instrument para 7), by the names of their fields.
pub const QUALITIES: [&str; 6] = ["exposed", "conspicuous", "recognisable", "readable", "durable", "recoverable"];

/// The qualities of a mark that somebody looked for and did not find. What nobody looked at is not among them.
pub fn lacking(marking: &MarkingRecord) -> Vec<&'static str> {
    qualities(marking).into_iter().filter(|(_, said)| *said == Some(false)).map(|(name, _)| name).collect()
}

/// The qualities of a mark that nobody looked at.
pub fn unchecked(marking: &MarkingRecord) -> Vec<&'static str> {
    qualities(marking).into_iter().filter(|(_, said)| said.is_none()).map(|(name, _)| name).collect()
}

fn qualities(marking: &MarkingRecord) -> [(&'static str, Option<bool>); 6] {
    let [exposed, conspicuous, recognisable, readable, durable, recoverable] = QUALITIES;
    [
        (exposed, marking.exposed),
        (conspicuous, marking.conspicuous),
        (recognisable, marking.recognisable),
        (readable, marking.readable),
        (durable, marking.durable),
        (recoverable, marking.recoverable),
    ]
}

/// Whether a mark is on the frame or receiver, or on the part that stands for it (the tube of a launcher, the trunnion of a stamped
/// receiver); `None` where its place was not said.
pub fn on_essential_part(marking: &MarkingRecord) -> Option<bool> {
    match marking.location.as_deref()? {
        "UNK" => None,
        place => Some(matches!(place, "FRM" | "RCV" | "TRG" | "TUB")),
    }
}

/// Marks of an item that a programme or the register put on it and that still stand.
pub fn applied(item: &ItemRecord) -> impl Iterator<Item = &MarkingRecord> {
    item.live_markings().filter(|marking| matches!(marking.kind.as_deref(), Some("PRP" | "REG")))
}

/// Whether the programme marks of an item were all made by laser. Of stamped characters that were erased a study recovered all, of
/// lasered ones none; so a laser alone deserves a warning.
pub fn by_laser_alone(item: &ItemRecord) -> bool {
    let mut methods = item.live_markings().filter(|m| m.kind.as_deref() == Some("PRP")).map(|m| m.method.as_deref());
    let first = methods.next();
    first == Some(Some("LAS")) && methods.all(|method| method == Some("LAS"))
}

/// Whether a mark is less deep than it should be; `false` where its depth was not measured.
pub fn too_shallow(marking: &MarkingRecord, least_um: i64) -> bool {
    marking.depth_um.is_some_and(|depth| depth < least_um)
}
