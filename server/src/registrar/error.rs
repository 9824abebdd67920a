//! Why a registrar's deed was not done.

use serde_json::Value as Json;

use crate::admission::AdmissionError;
use crate::identity::IdentityError;
use crate::store::StoreError;

/// Why a registrar's deed was not done. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistrarError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It could not be stated.
    #[error(transparent)]
    Stating(#[from] AdmissionError),
    /// An officer or operation is not what was asked for.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The register is behind its feeds.
    #[error("the register has not taken in yet what was said; try again in a moment")]
    Behind,
    /// Others said something again and again while it was tried.
    #[error("something is said there all the time; try again in a moment")]
    Busy,
    /// The work was cut off.
    #[error("the work was cut off; nothing was changed")]
    Cancelled,
    /// The caller is no registrar in every operation concerned.
    #[error("this needs a registrar of every operation concerned")]
    NoRegistrar,
    /// A reason is missing, too long, or more than a line.
    #[error("a reason is 1 to 500 characters on one line")]
    BadReason,
    /// No such item in the operations of the caller.
    #[error("there is no such item in your operations")]
    ItemUnknown,
    /// Whoever merges did not create.
    #[error("you recorded one of the two yourself: somebody else has to judge them")]
    MergeOwn,
    /// An item is no duplicate of itself.
    #[error("both are the same item")]
    Itself,
    /// The item goes on elsewhere.
    #[error("item {item} was transferred to operation {to}; name the item that it became there")]
    Moved {
        /// The item.
        item: String,
        /// Where it went.
        to: String,
    },
    /// The two are one through others.
    #[error("the two are one through other judgements ({through}); judge one of those anew first")]
    Chained {
        /// Through which items.
        through: String,
    },
    /// Making them one would make one of two that were judged different.
    #[error("items {one} and {other} were judged different and would become one; judge them anew first")]
    Contradicts {
        /// One of them.
        one: String,
        /// The other.
        other: String,
    },
    /// There is nothing to choose.
    #[error("one value stands at this path; there is nothing to choose")]
    NoConflict,
    /// Somebody chose, or said something else, meanwhile.
    #[error("what stands at this path has changed since you saw it; look at `present` and choose again")]
    ConflictChanged {
        /// What stands there now.
        present: Json,
    },
    /// The value is none of those that stand.
    #[error("the value is none of those that stand; say `new` if you mean another one")]
    NotAChoice,
    /// The value does not fit the path.
    #[error("the value cannot stand there: {0}")]
    BadValue(String),
    /// No such finding in the operations of the caller.
    #[error("there is no such finding in your operations")]
    FindingUnknown,
    /// The finding is not open.
    #[error("the finding is {0}, not open")]
    FindingNotOpen(String),
    /// No reason stands that could be withdrawn.
    #[error("no reason stands in the items for this finding; a judgement of the pair is judged anew instead")]
    NotJustified,
    /// The item has come to its end.
    #[error("item {0} has come to its end; it stays where it is")]
    Ended(String),
    /// The item is held as evidence.
    #[error("item {0} is held as evidence; say that the hold goes with it if you mean it")]
    Held(String),
    /// The item is there already.
    #[error("item {0} is in this operation already")]
    SameOperation(String),
    /// A later version said something about the item.
    #[error("item {0} holds statements of a later version, which this build cannot carry")]
    UpdateNeeded(String),
    /// The content does not fit into one entry.
    #[error("what is said of item {item} takes {bytes} bytes; an entry has at most {most}")]
    TooLarge {
        /// The item.
        item: String,
        /// How much it is.
        bytes: usize,
        /// How much fits.
        most: usize,
    },
    /// Too many at once, or none.
    #[error("name 1 to {0} items at a time")]
    TooMany(usize),
    /// No such rule.
    #[error("there is no rule `{0}`; see `ploughshare rules list`")]
    RuleUnknown(String),
    /// A parameter that the rule does not have, or out of its range.
    #[error("rule {rule} does not take this parameter: {what}")]
    BadParameter {
        /// The rule.
        rule: String,
        /// What is wrong.
        what: String,
    },
    /// A programme that ends before it begins.
    #[error("the last day is before the first")]
    DaysReversed,
    /// No such policy.
    #[error("there is no policy `{0}`; see `ploughshare policy list`")]
    PolicyUnknown(String),
    /// A value that the policy does not take.
    #[error("policy {policy} takes {least} to {most}")]
    PolicyRange {
        /// The policy.
        policy: &'static str,
        /// Least.
        least: i64,
        /// Most.
        most: i64,
    },
    /// The description of a site is not whole.
    #[error("the site cannot be described so: {0}")]
    BadSite(&'static str),
    /// A country that the code list does not have.
    #[error("'{0}' is no code of a country: two letters of ISO 3166-1, such as KE")]
    CountryUnknown(String),
    /// The name of an organisation is not a line of text.
    #[error("the name of an organisation is 1 to 120 characters on one line")]
    BadOrganisation,
    /// Something is unfinished in the operation.
    #[error("the operation is not finished: {0}. Finish it, or close it by --force")]
    Unfinished(String),
}

impl RegistrarError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Stating(error) => error.code(),
            Self::Identity(error) => error.code(),
            Self::Behind | Self::Busy => "projection.behind",
            Self::Cancelled => "internal.cancelled",
            Self::NoRegistrar => "role.missing",
            Self::BadReason => "reason.malformed",
            Self::ItemUnknown => "document.unknown",
            Self::MergeOwn => "authority.merge_own",
            Self::Itself => "duplicate.itself",
            Self::Moved { .. } => "item.moved",
            Self::Chained { .. } => "duplicate.chained",
            Self::Contradicts { .. } => "duplicate.contradicts",
            Self::NoConflict => "conflict.none",
            Self::ConflictChanged { .. } => "conflict.changed",
            Self::NotAChoice => "conflict.not_a_choice",
            Self::BadValue(_) => "conflict.bad_value",
            Self::FindingUnknown => "finding.unknown",
            Self::FindingNotOpen(_) => "finding.not_open",
            Self::NotJustified => "finding.not_justified",
            Self::Ended(_) => "transfer.ended",
            Self::Held(_) => "transfer.held",
            Self::SameOperation(_) => "transfer.same_operation",
            Self::UpdateNeeded(_) => "transfer.update_needed",
            Self::TooLarge { .. } => "transfer.too_large",
            Self::TooMany(_) => "transfer.too_many",
            Self::RuleUnknown(_) => "rule.unknown",
            Self::BadParameter { .. } => "rule.bad_parameter",
            Self::DaysReversed => "operation.days_reversed",
            Self::PolicyUnknown(_) => "policy.unknown",
            Self::PolicyRange { .. } => "policy.out_of_range",
            Self::BadSite(_) => "site.malformed",
            Self::CountryUnknown(_) => "operation.country_unknown",
            Self::BadOrganisation => "organisation.malformed",
            Self::Unfinished(_) => "operation.unfinished",
        }
    }
}
