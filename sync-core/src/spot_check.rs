//! Spot checks: a sample that anybody can draw again, and what a blind second inspection says about the records.
//!
//! The sample is drawn from SHA-256 of the seed and the id of each item, so it can be drawn again in twenty years with nothing but the
//! list of items and the seed, and nobody can steer it by the order of a list. The seed has to be fixed before the day's records are
//! known to those who check.

mod compare;
mod report;
mod sample;
#[cfg(test)]
mod tests;

pub use compare::{FIELDS, Outcome, compare};
pub use report::{Report, Share, Verdict, report};
pub use sample::{Plan, Stratum, Unit, draw};

/// Why no sample can be drawn. Codes are stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpotCheckError {
    /// No such way to stratify.
    #[error("a sample cannot be stratified by '{0}': only by officer, site and device")]
    UnknownStratum(String),
    /// A share that is none.
    #[error("{0} per thousand is no share: 1 to 1000")]
    BadShare(i64),
    /// No seed.
    #[error("a sample needs a seed")]
    NoSeed,
}

impl SpotCheckError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownStratum(_) => "spot_check.unknown_stratum",
            Self::BadShare(_) => "spot_check.bad_share",
            Self::NoSeed => "spot_check.no_seed",
        }
    }
}
