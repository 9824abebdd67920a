//! A blind reading against the record, field by field, in the forms in which they are searched.

use std::collections::BTreeMap;

use crate::domain::item::{ItemRecord, MarkingRecord};
use crate::domain::procedures::ReadingRecord;
use crate::domain::{calibre, serial};

/// The fields that are compared, in the order of their names.
pub const FIELDS: [&str; 11] =
    ["calibre", "class", "condition", "country", "make", "model", "quantity", "serial", "serial_status", "tag", "year"];

/// What became of comparing a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Both say the same.
    Same,
    /// One of them says less, and what both say agrees: a serial read in part, a calibre that leaves the cartridge open.
    Agrees,
    /// They differ, or the record lacks what the second inspector read.
    Differs,
    /// The second inspector did not read it.
    NotRead,
}

impl Outcome {
    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Agrees => "agrees",
            Self::Differs => "differs",
            Self::NotRead => "not_read",
        }
    }
}

/// Compares a reading with the record. A reading that the item was not found compares nothing.
pub fn compare(record: &ItemRecord, reading: &ReadingRecord) -> BTreeMap<&'static str, Outcome> {
    if reading.not_found == Some(true) {
        return FIELDS.into_iter().map(|field| (field, Outcome::NotRead)).collect();
    }
    let number = |recorded: Option<i64>, read: Option<i64>| match read {
        None => Outcome::NotRead,
        read if read == recorded => Outcome::Same,
        _ => Outcome::Differs,
    };
    let exact = |a: &str, b: &str| if a == b { Outcome::Same } else { Outcome::Differs };
    let spelt = |a: &str, b: &str| exact(&serial::normalise(a), &serial::normalise(b));
    let text = |recorded: Option<&str>, read: Option<&String>, by: &dyn Fn(&str, &str) -> Outcome| {
        let Some(read) = read.map(String::as_str).filter(|read| !read.trim().is_empty()) else {
            return Outcome::NotRead;
        };
        recorded.map_or(Outcome::Differs, |recorded| by(recorded, read))
    };
    BTreeMap::from([
        ("calibre", text(record.calibre.as_deref(), reading.calibre.as_ref(), &calibres)),
        ("class", text(record.class.as_deref(), reading.class.as_ref(), &exact)),
        ("condition", text(record.condition.as_deref(), reading.condition.as_ref(), &exact)),
        ("country", text(record.country.as_deref(), reading.country.as_ref(), &exact)),
        ("make", text(record.make.as_deref(), reading.make.as_ref(), &spelt)),
        ("model", text(record.model.as_deref(), reading.model.as_ref(), &spelt)),
        ("quantity", number(record.quantity, reading.quantity)),
        ("serial", text(record.serial().and_then(MarkingRecord::seen), reading.serial.as_ref(), &serials)),
        ("serial_status", text(record.serial_status(), reading.serial_status.as_ref(), &exact)),
        ("tag", text(record.tag.as_deref(), reading.tag.as_ref(), &spelt)),
        ("year", number(record.year, reading.year)),
    ])
}

fn calibres(recorded: &str, read: &str) -> Outcome {
    let of = |text: &str| calibre::canonical(text).map_or_else(|| serial::normalise(text), str::to_owned);
    let (recorded, read) = (of(recorded), of(read));
    if recorded == read {
        Outcome::Same
    } else if calibre::compatible(&recorded, &read) {
        Outcome::Agrees
    } else {
        Outcome::Differs
    }
}

fn serials(recorded: &str, read: &str) -> Outcome {
    if serial::normalise(recorded) == serial::normalise(read) {
        Outcome::Same
    } else if serial::matches(recorded, read) || serial::matches(read, recorded) {
        Outcome::Agrees
    } else {
        Outcome::Differs
    }
}
