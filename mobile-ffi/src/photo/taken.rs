//! What a camera wrote beside the picture, as far as it is used: which way is up, and when it was taken. Where it was taken is read by
//! nobody here; it stays in the original and goes nowhere else.

use std::io::Cursor;

use exif::{Exif, In, Tag, Value};
use ploughshare_core::domain::time::parse_iso8601;

/// No camera of this programme took a photo before 2000-01-01, ms since the Unix epoch.
const EARLIEST_MS: i64 = 946_684_800_000;
/// How far a camera's clock may run ahead, in ms.
const AHEAD_MS: i64 = 24 * 60 * 60 * 1000;

/// What is used of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Beside {
    /// 1 to 8, as EXIF numbers them.
    pub orientation: Option<u8>,
    /// When it was taken, ms since the Unix epoch. Where the camera names no offset from UTC, as if its clock showed UTC.
    pub taken_ms: Option<i64>,
}

/// Reads it, or nothing where there is none or it is broken.
pub(super) fn read(bytes: &[u8], now_ms: i64) -> Beside {
    let Ok(exif) = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)) else {
        return Beside::default();
    };
    let orientation = exif.get_field(Tag::Orientation, In::PRIMARY).and_then(|field| field.value.get_uint(0));
    let taken_ms = moment(&exif).filter(|at| (EARLIEST_MS..=now_ms.saturating_add(AHEAD_MS)).contains(at));
    Beside { orientation: orientation.and_then(|value| u8::try_from(value).ok()), taken_ms }
}

fn moment(exif: &Exif) -> Option<i64> {
    let at = text(exif, Tag::DateTimeOriginal).or_else(|| text(exif, Tag::DateTimeDigitized))?;
    let (day, time) = at.trim().split_once(' ')?;
    let offset = text(exif, Tag::OffsetTimeOriginal).map(|text| text.trim().to_owned());
    let iso = |offset: &str| parse_iso8601(&format!("{}T{time}{offset}", day.replace(':', "-")));
    offset.filter(|offset| !offset.is_empty()).and_then(|offset| iso(&offset)).or_else(|| iso("Z"))
}

fn text(exif: &Exif, tag: Tag) -> Option<String> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(parts) => Some(String::from_utf8_lossy(parts.first()?).trim_end_matches('\0').to_owned()),
        _ => None,
    }
}
