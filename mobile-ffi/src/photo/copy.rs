//! The working copy: scaled down until it is at most 250 KB, a plain JPEG of the upright picture and nothing else.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ExtendedColorType, ImageEncoder as _, Rgb, RgbImage};
use ploughshare_core::limits;

use super::PhotoError;

/// Longest side of the first try, in pixels: enough to read a serial that was legible on the original.
const LONGEST: u32 = 1_600;
/// Shortest longest side that is still worth keeping.
const LEAST: u32 = 160;
/// Qualities, the best first.
const QUALITIES: [u8; 4] = [82, 72, 62, 50];

/// The working copy of a picture, and its difference hash.
pub(super) fn of(picture: &DynamicImage) -> Result<(Vec<u8>, String), PhotoError> {
    let longest = picture.width().max(picture.height());
    let mut side = LONGEST.min(longest);
    let mut scaled = opaque(&scaled_to(picture, side));
    let dhash = dhash(&scaled);
    loop {
        for quality in QUALITIES {
            let mut bytes = Vec::new();
            JpegEncoder::new_with_quality(&mut bytes, quality)
                .write_image(scaled.as_raw(), scaled.width(), scaled.height(), ExtendedColorType::Rgb8)
                .map_err(|_| PhotoError::NoCopy)?;
            if bytes.len() <= limits::MEDIA_SMALL_BYTES {
                return Ok((bytes, dhash));
            }
        }
        side = side * 3 / 4;
        if side < LEAST {
            return Err(PhotoError::NoCopy);
        }
        scaled = opaque(&scaled_to(&DynamicImage::ImageRgb8(scaled), side));
    }
}

/// Scaled so that its longest side is this; a picture that is smaller stays as it is.
fn scaled_to(picture: &DynamicImage, side: u32) -> DynamicImage {
    if picture.width().max(picture.height()) <= side {
        return picture.clone();
    }
    picture.thumbnail(side, side)
}

/// What is transparent lies on white: a JPEG knows no transparency.
fn opaque(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let over = |value: u8, alpha: u8| {
        let (value, alpha) = (u32::from(value), u32::from(alpha));
        ((value * alpha + 255 * (255 - alpha)) / 255) as u8
    };
    let with = picture.to_rgba8();
    let mut without = RgbImage::new(with.width(), with.height());
    for (from, to) in with.pixels().zip(without.pixels_mut()) {
        let [red, green, blue, alpha] = from.0;
        *to = Rgb([over(red, alpha), over(green, alpha), over(blue, alpha)]);
    }
    without
}

/// Difference hash: of a picture of 9 by 8 grey pixels, whether each is brighter than its right neighbour, row by row, the first the highest bit.
fn dhash(picture: &RgbImage) -> String {
    let grey = DynamicImage::ImageRgb8(picture.clone()).resize_exact(9, 8, FilterType::Triangle).to_luma8();
    let mut bits = 0_u64;
    for row in grey.rows() {
        let row: Vec<u8> = row.map(|pixel| pixel.0[0]).collect();
        for pair in row.windows(2) {
            bits = bits << 1 | u64::from(matches!(pair, [left, right] if left > right));
        }
    }
    format!("{bits:016x}")
}
