//! What a person who hands something in says of themselves, on its way to being sealed.

use core::fmt;

use zeroize::Zeroize as _;

use crate::Person;

/// What a person says of themselves. It is sealed at once and cannot be read on this tablet again. Of a child only `is_child`, `sex`,
/// `age_group`, `unaccompanied` and `protection_referral` are taken.
#[derive(Clone, Default, PartialEq, Eq, uniffi::Record)]
pub struct PersonDraft {
    /// Whether they are a child: under 18.
    pub is_child: bool,
    /// Name.
    #[uniffi(default)]
    pub name: Option<String>,
    /// Other names: of war, of family, in another script.
    #[uniffi(default)]
    pub names_other: Option<String>,
    /// Year of birth.
    #[uniffi(default)]
    pub year_of_birth: Option<i64>,
    /// Sex: a code of `person_sex`.
    #[uniffi(default)]
    pub sex: Option<String>,
    /// Age group: a code of `person_age_group`.
    #[uniffi(default)]
    pub age_group: Option<String>,
    /// Armed group or force.
    #[uniffi(default)]
    pub group: Option<String>,
    /// Unit in it.
    #[uniffi(default)]
    pub unit: Option<String>,
    /// Kind of document shown: a code of `id_document`.
    #[uniffi(default)]
    pub id_kind: Option<String>,
    /// Its number.
    #[uniffi(default)]
    pub id_number: Option<String>,
    /// Telephone.
    #[uniffi(default)]
    pub phone: Option<String>,
    /// Where they live.
    #[uniffi(default)]
    pub locality: Option<String>,
    /// Anything else.
    #[uniffi(default)]
    pub notes: Option<String>,
    /// A child: whether they came without a parent or guardian.
    #[uniffi(default)]
    pub unaccompanied: Option<bool>,
    /// A child: code or number of the referral to a child protection officer.
    #[uniffi(default)]
    pub protection_referral: Option<String>,
}

/// Nothing of a person is printed by accident.
impl fmt::Debug for PersonDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonDraft { .. }")
    }
}

impl PersonDraft {
    /// The same as the core takes it; what was copied is overwritten.
    pub(super) fn person(mut self) -> Person {
        let mut person = Person::default();
        person.is_child = self.is_child;
        person.year_of_birth = self.year_of_birth;
        person.unaccompanied = self.unaccompanied;
        let texts = [
            (&mut person.name, &mut self.name),
            (&mut person.names_other, &mut self.names_other),
            (&mut person.sex, &mut self.sex),
            (&mut person.age_group, &mut self.age_group),
            (&mut person.group, &mut self.group),
            (&mut person.unit, &mut self.unit),
            (&mut person.id_kind, &mut self.id_kind),
            (&mut person.id_number, &mut self.id_number),
            (&mut person.phone, &mut self.phone),
            (&mut person.locality, &mut self.locality),
            (&mut person.notes, &mut self.notes),
            (&mut person.protection_referral, &mut self.protection_referral),
        ];
        for (to, from) in texts {
            std::mem::swap(to, from);
        }
        self.year_of_birth.zeroize();
        person
    }
}
