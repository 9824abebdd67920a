//! Numbers for unique marks: series of the whole register, of which a tablet reserves a block before it goes where there is no network. A
//! number is given once, whichever operation, device or server asks, so two tablets never make the same mark.
//!
//! One transaction holds the series, states [`Decision::MarksReserved`] in the feed and moves the counter. A request repeated with its
//! nonce is answered as the first time.

use ploughshare_core::decision::Decision;
use ploughshare_core::domain::serial;
use ploughshare_core::ids::{DeviceId, OperationId};

use crate::admission::AdmissionError;
use crate::app::App;
use crate::decide::decide;
use crate::identity::people;
use crate::store::StoreError;
use crate::store::marks::{self as rows, Block, Series};

/// Most numbers of a block.
pub const MOST: u64 = 1_000;
/// Most letters before or after the number.
const LETTERS: usize = 32;

/// Why no numbers were given, or no series was added.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MarksError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The decision could not be stated.
    #[error(transparent)]
    Decision(#[from] AdmissionError),
    /// No such series in the operation.
    #[error("the operation takes no marks of this series; see `ploughshare marks list`")]
    UnknownSeries,
    /// The series is at its end.
    #[error("the series has {left} numbers left; ask for fewer, or have another series added")]
    Exhausted {
        /// How many are left.
        left: u64,
    },
    /// Too many or none.
    #[error("a block has 1 to {MOST} numbers")]
    BadCount,
    /// The nonce was used for another request.
    #[error("this nonce was used for another request of this device; make a new one")]
    NonceReused,
    /// The series cannot be read on a weapon.
    #[error(
        "a series begins with `*` and the two letters of a State and has no digit before the number; up to 32 characters stand before and after it, none of them `#`; the number has 3 to 12 digits"
    )]
    BadSeries,
    /// A mark of it could be one of another series.
    #[error("marks of this series could be taken for marks of series {other}")]
    Overlaps {
        /// Which.
        other: String,
    },
}

impl MarksError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Decision(error) => error.code(),
            Self::UnknownSeries => "marks.unknown_series",
            Self::Exhausted { .. } => "marks.exhausted",
            Self::BadCount => "marks.bad_count",
            Self::NonceReused => "marks.nonce_reused",
            Self::BadSeries => "marks.bad_series",
            Self::Overlaps { .. } => "marks.overlaps",
        }
    }
}

/// What a device asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// In which operation.
    pub operation: OperationId,
    /// For which device.
    pub device: DeviceId,
    /// Of which series, by its name.
    pub series: String,
    /// How many numbers.
    pub count: u64,
    /// The device's own number for this request.
    pub nonce: [u8; 16],
}

/// Gives a device a block of numbers that is its alone. `actor` is the officer who asks.
pub async fn reserve(app: &App, actor: &str, request: &Request) -> Result<(Series, Block), MarksError> {
    let Request { operation, device, series, count, nonce } = request;
    if !(1..=MOST).contains(count) {
        return Err(MarksError::BadCount);
    }
    let mut tx = app.store.feed.begin_write().await?;
    // Whoever holds the series' row gives its next numbers; a request that is repeated at the same time waits here.
    let found = rows::locked(&mut tx, operation, series).await?.ok_or(MarksError::UnknownSeries)?;
    if let Some(block) = rows::given(&mut tx, device, nonce).await? {
        let same = block.operation == *operation && block.series == *series && block.count == *count;
        return if same { Ok((found, block)) } else { Err(MarksError::NonceReused) };
    }
    let left = 10_u64.saturating_pow(found.width).saturating_sub(found.next);
    if left < *count {
        return Err(MarksError::Exhausted { left });
    }
    let decision = Decision::MarksReserved {
        device: *device,
        prefix: found.prefix.clone(),
        suffix: found.suffix.clone(),
        width: found.width,
        first: found.next,
        count: *count,
    };
    let decision = decide(app, &mut tx, operation, actor, &[decision]).await?;
    let block = Block {
        device: *device,
        nonce: *nonce,
        operation: *operation,
        series: series.clone(),
        first: found.next,
        count: *count,
        decision,
        given_at: app.now_us(),
    };
    rows::give(&mut tx, &block).await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok((found, block))
}

/// Adds a series, or lets another operation take numbers of one that is there. `false` if it was so already.
pub async fn add_series(
    app: &App,
    operation: &OperationId,
    prefix: &str,
    suffix: &str,
    width: u32,
    first: u64,
) -> Result<(Series, bool), MarksError> {
    let plain = |text: &str| people::is_plain(text, LETTERS) && !text.contains('#');
    let fits = plain(prefix) && (suffix.is_empty() || plain(suffix)) && (3..=12).contains(&width);
    // The form in which a tablet gives marks out and reads them back.
    let reads = ploughshare_core::marks::check_block(prefix, suffix, first, 1).is_ok();
    if !fits || !reads || first >= 10_u64.saturating_pow(width) {
        return Err(MarksError::BadSeries);
    }
    let name = name_of(prefix, suffix, width);
    let fresh = Series { name, prefix: prefix.to_owned(), suffix: suffix.to_owned(), width, next: first };
    let mut tx = app.store.feed.begin_write().await?;
    let known = rows::locked_series(&mut tx).await?;
    let series = if let Some(same) = known.iter().find(|known| known.name == fresh.name) {
        same.clone()
    } else {
        if let Some(other) = known.iter().find(|known| meet(known, &fresh)) {
            return Err(MarksError::Overlaps { other: other.name.clone() });
        }
        rows::add(&mut tx, &fresh, app.now_us()).await?;
        fresh
    };
    let changed = rows::allow(&mut tx, operation, &series.name, app.now_us()).await?;
    tx.commit().await?;
    Ok((series, changed))
}

/// The name of a series: how its marks look, a `#` for each digit.
fn name_of(prefix: &str, suffix: &str, width: u32) -> String {
    format!("{prefix}{}{suffix}", "#".repeat(width as usize))
}

/// Whether a mark of one series could be read as one of the other: equal, or easily confused with it.
fn meet(one: &Series, other: &Series) -> bool {
    let pattern = |series: &Series| {
        let fixed = |text: &str| serial::fold(text).chars().map(Some).collect::<Vec<_>>();
        let digits = vec![None; series.width as usize];
        [fixed(&series.prefix), digits, fixed(&series.suffix)].concat()
    };
    let (one, other) = (pattern(one), pattern(other));
    let alike = |a: &Option<char>, b: &Option<char>| match (a, b) {
        (Some(a), Some(b)) => a == b,
        (Some(c), None) | (None, Some(c)) => c.is_ascii_digit(),
        (None, None) => true,
    };
    one.len() == other.len() && one.iter().zip(&other).all(|(a, b)| alike(a, b))
}

/// The number of a mark in the form in which marks are compared, if it is one of this series.
pub fn number_of(series: &Series, normalised: &str) -> Option<u64> {
    let rest = normalised.strip_prefix(serial::normalise(&series.prefix).as_str())?;
    let digits = rest.strip_suffix(serial::normalise(&series.suffix).as_str())?;
    let whole = digits.len() == series.width as usize && digits.bytes().all(|b| b.is_ascii_digit());
    whole.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(prefix: &str, suffix: &str, width: u32) -> Series {
        let name = name_of(prefix, suffix, width);
        Series { name, prefix: prefix.to_owned(), suffix: suffix.to_owned(), width, next: 0 }
    }

    #[test]
    fn series_whose_marks_could_be_taken_for_each_other_meet() {
        let bi = series("*BI", "", 6);
        assert_eq!(bi.name, "*BI######");
        for (prefix, suffix, width, expected) in [
            ("*BI", "", 6, true),
            ("*BI0", "", 5, true),
            ("*B1", "", 6, true),
            ("*B", "", 7, true),
            ("* b-i", "", 6, true),
            ("*BI", "", 5, false),
            ("*CC", "", 6, false),
            ("*BI", "X", 6, false),
        ] {
            assert_eq!(meet(&bi, &series(prefix, suffix, width)), expected, "{prefix} {suffix} {width}");
            assert_eq!(meet(&series(prefix, suffix, width), &bi), expected, "{prefix} {suffix} {width}");
        }
    }

    #[test]
    fn a_mark_tells_its_number_and_another_one_none() {
        let cc = series("*CC-", "/26", 4);
        assert_eq!(number_of(&cc, &serial::normalise("*CC-0042/26")), Some(42));
        for other in ["*CC-42/26", "*CC-0042", "*CD-0042/26", "*CC-00A2/26", ""] {
            assert_eq!(number_of(&cc, &serial::normalise(other)), None, "{other}");
        }
    }
}
