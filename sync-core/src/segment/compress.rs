//! zstd around a run of entries, with a shared, versioned dictionary for short runs. Sizes are checked before inflating and
//! by giving the inflater no more room than the limit.

use std::sync::OnceLock;

use zstd::bulk::Compressor;
use zstd::dict::EncoderDictionary;

use super::SegmentError;
use crate::limits;

/// Number of the newest dictionary; 0 means none. Each stays readable for ever; how they are made stands in `dictionary.rs`.
///
/// Measured on records that it was not trained on, at [`Level::Small`], bytes of a body without and with dictionary 1:
///
/// | entries | 1 | 10 | 100 | 1,000 |
/// |---|---|---|---|---|
/// | new records | 752, 344 | 4,427, 3,063 | 30,707, 28,103 | 260,253, 257,055 |
/// | edits of one field | 131, 88 | 751, 576 | 5,609, 4,971 | 50,280, 48,653 |
pub const DICTIONARY_NEWEST: u64 = 1;

/// Longest body that [`Level::Small`] presses twice, with the dictionary and without, to keep the shorter. Beyond it that costs a
/// tablet a second, and no body was found that the dictionary lengthens; the other levels always press twice.
const TRY_BOTH: usize = 16 * 1024;

/// How hard to press: a satellite link is worth more processor time than an office line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Level {
    /// zstd 3.
    Fast,
    /// zstd 9.
    Normal,
    /// zstd 19: the default, because bytes are dear where tablets work.
    #[default]
    Small,
}

impl Level {
    pub(super) fn zstd(self) -> i32 {
        match self {
            Self::Fast => 3,
            Self::Normal => 9,
            Self::Small => 19,
        }
    }
}

/// The bytes of a dictionary; none for number 0.
pub(super) fn dictionary(id: u64) -> Result<&'static [u8], SegmentError> {
    match id {
        0 => Ok(&[]),
        1 => Ok(include_bytes!("dictionary-1.bin")),
        _ => Err(SegmentError::Dictionary { id }),
    }
}

/// Presses a body with the newest dictionary or with none, whichever is shorter; gives the dictionary used and the bytes.
pub(super) fn press(body: &[u8], level: Level) -> Result<(u64, Vec<u8>), SegmentError> {
    let with = press_with(body, level, Some(ready(level)?))?;
    if level != Level::Small || body.len() <= TRY_BOTH {
        let without = press_with(body, level, None)?;
        if without.len() < with.len() {
            return Ok((0, without));
        }
    }
    Ok((DICTIONARY_NEWEST, with))
}

/// Presses a body with a dictionary made ready, or with none.
pub(super) fn press_with(
    body: &[u8],
    level: Level,
    ready: Option<&EncoderDictionary<'_>>,
) -> Result<Vec<u8>, SegmentError> {
    let press = match ready {
        Some(dictionary) => Compressor::with_prepared_dictionary(dictionary),
        None => Compressor::new(level.zstd()),
    };
    let mut press = press.map_err(|_| SegmentError::Inflate)?;
    // The size and the dictionary stand in the segment, not again in the frame.
    let bare = press.include_contentsize(false).and_then(|()| press.include_dictid(false));
    bare.map_err(|_| SegmentError::Inflate)?;
    press.compress(body).map_err(|_| SegmentError::Inflate)
}

/// The newest dictionary, made ready for a level once a process.
///
/// Made ready in this way and no other (not `Compressor::with_dictionary`), because zstd then takes tables of the body's size
/// for a body of more than six times the dictionary; otherwise it keeps those of the dictionary's, which costs 5 % on a full segment.
fn ready(level: Level) -> Result<&'static EncoderDictionary<'static>, SegmentError> {
    static READY: [OnceLock<EncoderDictionary<'static>>; 3] = [const { OnceLock::new() }; 3];
    let [fast, normal, small] = &READY;
    let slot = match level {
        Level::Fast => fast,
        Level::Normal => normal,
        Level::Small => small,
    };
    let bytes = dictionary(DICTIONARY_NEWEST)?;
    Ok(slot.get_or_init(|| EncoderDictionary::copy(bytes, level.zstd())))
}

/// Inflates a body to exactly its declared size.
pub(crate) fn inflate(bytes: &[u8], declared: u64, id: u64) -> Result<Vec<u8>, SegmentError> {
    let limit = limits::SEGMENT_INFLATED as u64;
    if declared > limit {
        return Err(SegmentError::TooLarge { bytes: declared, limit });
    }
    let mut inflater = zstd::bulk::Decompressor::with_dictionary(dictionary(id)?).map_err(|_| SegmentError::Inflate)?;
    let body = inflater.decompress(bytes, declared as usize).map_err(|_| SegmentError::Inflate)?;
    if body.len() as u64 != declared {
        return Err(SegmentError::Inflate);
    }
    Ok(body)
}
