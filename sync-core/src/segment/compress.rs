//! zstd around a run of entries, with a shared, versioned dictionary for short runs. Sizes are checked before inflating and
//! by giving the inflater no more room than the limit.

use super::SegmentError;
use crate::limits;

/// Number of the newest dictionary; 0 means none.
pub const DICTIONARY_NEWEST: u64 = 1;

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
    fn zstd(self) -> i32 {
        match self {
            Self::Fast => 3,
            Self::Normal => 9,
            Self::Small => 19,
        }
    }
}

fn dictionary(id: u64) -> Result<&'static [u8], SegmentError> {
    match id {
        0 => Ok(&[]),
        1 => Ok(include_bytes!("dictionary-1.bin")),
        _ => Err(SegmentError::Dictionary { id }),
    }
}

/// Presses a body; gives the dictionary used and the bytes.
pub(super) fn press(body: &[u8], level: Level) -> Result<(u64, Vec<u8>), SegmentError> {
    let mut press = zstd::bulk::Compressor::with_dictionary(level.zstd(), dictionary(DICTIONARY_NEWEST)?)
        .map_err(|_| SegmentError::Inflate)?;
    // The size and the dictionary stand in the segment, not again in the frame.
    let bare = press.include_contentsize(false).and_then(|()| press.include_dictid(false));
    bare.map_err(|_| SegmentError::Inflate)?;
    let bytes = press.compress(body).map_err(|_| SegmentError::Inflate)?;
    Ok((DICTIONARY_NEWEST, bytes))
}

/// Inflates a body to exactly its declared size.
pub(super) fn inflate(bytes: &[u8], declared: u64, id: u64) -> Result<Vec<u8>, SegmentError> {
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
