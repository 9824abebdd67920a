//! The plain form that is sealed: deterministic CBOR, then `0x80` and zeros up to a size class, so that the length of the sealed bytes
//! tells neither a child from an adult nor a short name from a long one.
//!
//! ```text
//! { 1: form (1)   2: child   3: name   4: other names   5: year of birth   6: sex   7: age group   8: group   9: unit
//!   10: kind of document   11: its number   12: telephone   13: locality   14: notes   15: unaccompanied   16: referral }
//! ```
//!
//! Absent fields are left out. A record is checked again when it is read: whoever sealed it may be anybody.

use zeroize::Zeroizing;

use super::{Person, PersonError, PersonRecord};
use crate::cbor::{self, Value};

/// The size classes of the plain form, in bytes. A child's record always fits the least.
pub const SIZES: [usize; 3] = [1024, 4096, 16 * 1024];

const FORM: i64 = 1;
const MARK: u8 = 0x80;

/// The text fields and their keys.
fn texts(person: &mut Person) -> [(i64, &mut Option<String>); 12] {
    [
        (3, &mut person.name),
        (4, &mut person.names_other),
        (6, &mut person.sex),
        (7, &mut person.age_group),
        (8, &mut person.group),
        (9, &mut person.unit),
        (10, &mut person.id_kind),
        (11, &mut person.id_number),
        (12, &mut person.phone),
        (13, &mut person.locality),
        (14, &mut person.notes),
        (16, &mut person.protection_referral),
    ]
}

impl PersonRecord {
    /// The plain form, to be sealed at once and kept nowhere.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut person = self.0.clone();
        let mut pairs = vec![(1, Value::Int(FORM)), (2, Value::Bool(person.is_child))];
        pairs.extend(person.year_of_birth.map(|year| (5, Value::Int(year))));
        pairs.extend(person.unaccompanied.map(|alone| (15, Value::Bool(alone))));
        pairs.extend(texts(&mut person).into_iter().filter_map(|(key, text)| Some((key, Value::Text(text.take()?)))));
        pairs.sort_by_key(|(key, _)| *key);
        let map = Value::Map(pairs.into_iter().map(|(key, value)| (Value::Int(key), value)).collect());
        let written = Zeroizing::new(cbor::encode(&map));
        // The fields of a checked record fit the largest class.
        let size = SIZES.into_iter().find(|size| written.len() < *size).unwrap_or(written.len() + 1);
        let mut bytes = Zeroizing::new(Vec::with_capacity(size));
        bytes.extend_from_slice(&written);
        bytes.push(MARK);
        bytes.resize(size, 0);
        bytes
    }

    /// Reads a plain form and checks what it says.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PersonError> {
        if !SIZES.contains(&bytes.len()) {
            return Err(PersonError::Malformed);
        }
        let end = bytes.iter().rposition(|byte| *byte != 0).ok_or(PersonError::Malformed)?;
        let (written, rest) = bytes.split_at(end);
        if rest.first() != Some(&MARK) {
            return Err(PersonError::Malformed);
        }
        let value = cbor::decode(written).map_err(|_| PersonError::Malformed)?;
        read(&value)?.check(None)
    }
}

fn read(value: &Value) -> Result<Person, PersonError> {
    let Value::Map(pairs) = value else { return Err(PersonError::Malformed) };
    match value.get_int(1).and_then(Value::as_int) {
        Some(FORM) => {}
        Some(version) => return Err(PersonError::Version { version }),
        None => return Err(PersonError::Malformed),
    }
    let mut person = Person::default();
    for (key, value) in pairs {
        let malformed = PersonError::Malformed;
        match key.as_int() {
            Some(1) => {}
            Some(2) => person.is_child = value.as_bool().ok_or(malformed)?,
            Some(5) => person.year_of_birth = Some(value.as_int().ok_or(malformed)?),
            Some(15) => person.unaccompanied = Some(value.as_bool().ok_or(malformed)?),
            key => {
                let text = value.as_text().ok_or(malformed)?;
                let place = texts(&mut person).into_iter().find(|(known, _)| Some(*known) == key);
                *place.ok_or(malformed)?.1 = Some(text.to_owned());
            }
        }
    }
    if value.get_int(2).is_none() { Err(PersonError::Malformed) } else { Ok(person) }
}
