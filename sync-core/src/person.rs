//! What a person who hands something in says of themselves. It never stands in a statement: a tablet seals it to a key of the
//! register, names it by the SHA-256 of the sealed bytes, and keeps nothing that it could read again.
//!
//! ```text
//! Person ─► PersonRecord ─► padded plain form ═► sealed blob ═► register: opened, checked, sealed anew under a key of its own
//!  fields    checked         1, 4 or 16 KiB       (age)          which can be destroyed
//! ```
//!
//! A child's record is the minimal set (IDDRS 5.20): age group, sex, whether they are alone, and the number of their referral to a child
//! protection officer. Everything else about a child is refused, on the tablet and again in the register.

mod error;
mod form;
pub mod receipt;
#[cfg(test)]
mod tests;

use core::fmt;

use serde::Serialize;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::domain::codes::{CodeList, ID_DOCUMENT, PERSON_AGE_GROUP, PERSON_SEX};

pub use error::PersonError;
pub use form::SIZES;

/// The names of all fields, as people are told them.
const FIELDS: &str = "is_child, name, names_other, year_of_birth, sex, age_group, group, unit, id_kind, id_number, phone, locality, \
                      notes, unaccompanied, protection_referral";
/// Age groups of children.
const CHILDREN: [&str; 2] = ["child_0_14", "child_15_17"];
/// Whoever is younger is a child.
const OF_AGE: i64 = 18;

/// What was said of a person, not checked yet.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Zeroize, ZeroizeOnDrop)]
pub struct Person {
    /// Whether they are a child: under 18.
    pub is_child: bool,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Other names: of war, of family, in another script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub names_other: Option<String>,
    /// Year of birth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year_of_birth: Option<i64>,
    /// Sex: a code of `person_sex`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<String>,
    /// Age group: a code of `person_age_group`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_group: Option<String>,
    /// Armed group or force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Unit in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Kind of document shown: a code of `id_document`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_kind: Option<String>,
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_number: Option<String>,
    /// Telephone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Where they live.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// Anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// A child: whether they came without a parent or guardian.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unaccompanied: Option<bool>,
    /// A child: code or number of the referral to a child protection officer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protection_referral: Option<String>,
}

/// Nothing of a person is ever printed by accident.
impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person { .. }")
    }
}

/// A record of a person that is as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRecord(Person);

impl PersonRecord {
    /// What it says.
    pub fn person(&self) -> &Person {
        &self.0
    }
}

impl Person {
    /// Reads fields and values from JSON. What is wrong is told without repeating it.
    pub fn from_json(json: &serde_json::Value) -> Result<Self, PersonError> {
        let object = json.as_object().ok_or(PersonError::NotAnObject)?;
        let mut person = Self::default();
        for (name, value) in object {
            if value.is_null() {
                continue;
            }
            person.take(name, value)?;
        }
        Ok(person)
    }

    fn take(&mut self, name: &str, value: &serde_json::Value) -> Result<(), PersonError> {
        let flag = |field| value.as_bool().ok_or(PersonError::WrongType { field, expected: "true or false" });
        match name {
            "is_child" => self.is_child = flag("is_child")?,
            "unaccompanied" => self.unaccompanied = Some(flag("unaccompanied")?),
            "year_of_birth" => {
                let year = value.as_i64();
                let wrong = PersonError::WrongType { field: "year_of_birth", expected: "a whole number" };
                self.year_of_birth = Some(year.ok_or(wrong)?);
            }
            _ => {
                let (field, place) = self
                    .texts_mut()
                    .into_iter()
                    .find(|(field, _)| *field == name)
                    .ok_or(PersonError::UnknownField { fields: FIELDS })?;
                let text = value.as_str().ok_or(PersonError::WrongType { field, expected: "text" })?;
                *place = Some(text.to_owned());
            }
        }
        Ok(())
    }

    fn texts_mut(&mut self) -> [(&'static str, &mut Option<String>); 12] {
        [
            ("name", &mut self.name),
            ("names_other", &mut self.names_other),
            ("sex", &mut self.sex),
            ("age_group", &mut self.age_group),
            ("group", &mut self.group),
            ("unit", &mut self.unit),
            ("id_kind", &mut self.id_kind),
            ("id_number", &mut self.id_number),
            ("phone", &mut self.phone),
            ("locality", &mut self.locality),
            ("notes", &mut self.notes),
            ("protection_referral", &mut self.protection_referral),
        ]
    }

    /// Checks it. `this_year` is what the clock of whoever records says; without it (when sealed bytes are opened, maybe years later)
    /// a year of birth is not held against today.
    pub fn check(self, this_year: Option<i64>) -> Result<PersonRecord, PersonError> {
        let lists: [(&'static str, &Option<String>, &'static CodeList); 3] = [
            ("sex", &self.sex, &PERSON_SEX),
            ("age_group", &self.age_group, &PERSON_AGE_GROUP),
            ("id_kind", &self.id_kind, &ID_DOCUMENT),
        ];
        for (field, code, list) in lists {
            if code.as_ref().is_some_and(|code| !list.contains(code)) {
                return Err(PersonError::NotInList { field, list: list.name });
            }
        }
        let lines: [(&'static str, &Option<String>, usize); 9] = [
            ("name", &self.name, 512),
            ("names_other", &self.names_other, 512),
            ("group", &self.group, 256),
            ("unit", &self.unit, 256),
            ("id_number", &self.id_number, 128),
            ("phone", &self.phone, 64),
            ("locality", &self.locality, 512),
            ("notes", &self.notes, 4096),
            ("protection_referral", &self.protection_referral, 64),
        ];
        for (field, text, max) in lines {
            plain(field, text.as_deref(), max)?;
        }
        if self.protection_referral.as_deref().is_some_and(|text| !is_case_number(text)) {
            return Err(PersonError::Referral);
        }
        if self.is_child {
            self.check_child()?;
        } else {
            self.check_adult(this_year)?;
        }
        Ok(PersonRecord(self))
    }

    fn check_child(&self) -> Result<(), PersonError> {
        let personal = [
            ("name", self.name.is_some()),
            ("names_other", self.names_other.is_some()),
            ("year_of_birth", self.year_of_birth.is_some()),
            ("group", self.group.is_some()),
            ("unit", self.unit.is_some()),
            ("id_kind", self.id_kind.is_some()),
            ("id_number", self.id_number.is_some()),
            ("phone", self.phone.is_some()),
            ("locality", self.locality.is_some()),
            ("notes", self.notes.is_some()),
        ];
        if let Some((field, _)) = personal.into_iter().find(|(_, said)| *said) {
            return Err(PersonError::ChildField { field });
        }
        if self.age_group.as_deref().is_some_and(|group| group != "unknown" && !CHILDREN.contains(&group)) {
            return Err(PersonError::NotChildAge);
        }
        let said = [&self.sex, &self.age_group, &self.protection_referral].into_iter().any(Option::is_some);
        if said || self.unaccompanied.is_some() { Ok(()) } else { Err(PersonError::Empty) }
    }

    fn check_adult(&self, this_year: Option<i64>) -> Result<(), PersonError> {
        for (field, said) in [
            ("unaccompanied", self.unaccompanied.is_some()),
            ("protection_referral", self.protection_referral.is_some()),
        ] {
            if said {
                return Err(PersonError::AdultField { field });
            }
        }
        if self.age_group.as_deref().is_some_and(|group| CHILDREN.contains(&group)) {
            return Err(PersonError::IsChild);
        }
        if let Some(year) = self.year_of_birth {
            if !(1900..=this_year.unwrap_or(2200)).contains(&year) {
                return Err(PersonError::YearOfBirth);
            }
            if this_year.is_some_and(|now| now - year < OF_AGE) {
                return Err(PersonError::IsChild);
            }
        }
        let texts = [
            &self.name,
            &self.names_other,
            &self.sex,
            &self.age_group,
            &self.group,
            &self.unit,
            &self.id_kind,
            &self.id_number,
            &self.phone,
            &self.locality,
            &self.notes,
        ];
        let said = texts.into_iter().any(Option::is_some) || self.year_of_birth.is_some();
        if said { Ok(()) } else { Err(PersonError::Empty) }
    }
}

/// A code or case number of 1 to 64 letters, digits and `. _ - / : #`: what can be logged, because it is no name.
pub fn is_case_number(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':' | '#');
    (1..=64).contains(&text.len()) && text.chars().all(plain)
}

fn plain(field: &'static str, text: Option<&str>, max: usize) -> Result<(), PersonError> {
    let Some(text) = text else { return Ok(()) };
    if text.trim().is_empty() || text.len() > max {
        return Err(PersonError::Length { field, bytes: text.len(), max });
    }
    let lines = field == "notes";
    let turns = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    if text.chars().any(|c| (c.is_control() && !(lines && matches!(c, '\n' | '\t'))) || turns(c)) {
        return Err(PersonError::Character { field });
    }
    Ok(())
}
