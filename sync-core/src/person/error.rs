//! Why a record of a person is refused. No error repeats what was said: errors are shown, logged and sent.

/// Why a record of a person is refused. Codes are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PersonError {
    /// Nothing was said of the person.
    #[error("there is nothing in this record of a person")]
    Empty,
    /// A child's record holds the minimal set and nothing else.
    #[error("a child's record does not hold '{field}': only age group, sex, unaccompanied and protection_referral")]
    ChildField {
        /// The field.
        field: &'static str,
    },
    /// Whoever is under 18 is recorded as a child.
    #[error("a person under 18 is recorded as a child, by the child's minimal set alone")]
    IsChild,
    /// The age group of a child's record is not a child's.
    #[error("the age group of a child's record is that of a child or unknown")]
    NotChildAge,
    /// What only a child's record holds.
    #[error("'{field}' belongs into a child's record alone")]
    AdultField {
        /// The field.
        field: &'static str,
    },
    /// A code that its list does not have.
    #[error("'{field}' is not a code of the list {list}")]
    NotInList {
        /// The field.
        field: &'static str,
        /// Name of the list.
        list: &'static str,
    },
    /// Longer than its limit, or empty.
    #[error("'{field}' is {bytes} bytes long; 1 to {max} are allowed")]
    Length {
        /// The field.
        field: &'static str,
        /// Its length in bytes of UTF-8.
        bytes: usize,
        /// Most bytes.
        max: usize,
    },
    /// A control character, or one that turns the direction of writing.
    #[error("'{field}' holds a character that is not allowed there")]
    Character {
        /// The field.
        field: &'static str,
    },
    /// A year of birth that cannot be.
    #[error("the year of birth is between 1900 and this year")]
    YearOfBirth,
    /// A referral is the number or code of a case, not a name.
    #[error("'protection_referral' is a code or case number of 1 to 64 letters, digits and . _ - / : #")]
    Referral,
    /// A field that records of people do not have.
    #[error("a record of a person has no such field: it has {fields}")]
    UnknownField {
        /// Those it has.
        fields: &'static str,
    },
    /// A value of another type.
    #[error("'{field}' must be {expected}")]
    WrongType {
        /// The field.
        field: &'static str,
        /// What it takes.
        expected: &'static str,
    },
    /// Not a JSON object.
    #[error("a record of a person is one JSON object of fields and values")]
    NotAnObject,
    /// The bytes are not a record of a person.
    #[error("not a record of a person")]
    Malformed,
    /// Written by a later build.
    #[error("a record of a person in form {version}, which this build does not know")]
    Version {
        /// The form.
        version: i64,
    },
}

impl PersonError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "person.empty",
            Self::ChildField { .. } => "person.child_field",
            Self::IsChild => "person.is_child",
            Self::NotChildAge => "person.not_child_age",
            Self::AdultField { .. } => "person.adult_field",
            Self::NotInList { .. } => "person.not_in_list",
            Self::Length { .. } => "person.length",
            Self::Character { .. } => "person.bad_character",
            Self::YearOfBirth => "person.year_of_birth",
            Self::Referral => "person.bad_referral",
            Self::UnknownField { .. } => "person.unknown_field",
            Self::WrongType { .. } => "person.wrong_type",
            Self::NotAnObject => "person.not_an_object",
            Self::Malformed => "person.malformed",
            Self::Version { .. } => "person.version",
        }
    }
}
