//! What a record can name of a photo, made on the tablet from the camera's file: its hash, its size, when it was taken, a working copy
//! without anything but the picture, and a difference hash by which near-duplicates are found.
//!
//! A file is believed nothing: its format comes from its first bytes, its dimensions are checked before a pixel is decoded.

mod copy;
mod taken;

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageError, ImageFormat, ImageReader, Limits};
use ploughshare_core::ids::MediaHash;
use ploughshare_core::keys::sha256;
use ploughshare_core::limits;
use ploughshare_core::media::{Format, is_heic};

/// Most memory that decoding may take: the most pixels with four bytes each, and some for the decoder.
const MEMORY: u64 = limits::MEDIA_PIXELS * 4 + 64 * 1024 * 1024;

/// Why no photo can be made of a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum PhotoError {
    /// More bytes than a file may have.
    #[error("the file has {bytes} bytes; a photo has at most {}", limits::MEDIA_BYTES)]
    TooLarge {
        /// How many.
        bytes: u64,
    },
    /// HEIC or AVIF.
    #[error("this is a HEIC or AVIF file, which is not read here")]
    Heic,
    /// No picture of a format that is read.
    #[error("this is no JPEG, PNG or WebP file")]
    Format,
    /// More pixels than are decoded.
    #[error("the picture is {width} by {height} pixels; at most {} are read", limits::MEDIA_PIXELS)]
    TooManyPixels {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
    },
    /// It claims a size that no memory is given to.
    #[error("the picture is larger than this device may read")]
    BeyondMemory,
    /// It begins as a picture and is none, or is cut off.
    #[error("the file begins as a picture and cannot be read as one; it may be cut off")]
    Damaged,
    /// No working copy fits.
    #[error("no working copy of this picture fits into {} bytes", limits::MEDIA_SMALL_BYTES)]
    NoCopy,
}

impl PhotoError {
    /// Stable code of this error.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "photo.too_large",
            Self::Heic => "photo.heic",
            Self::Format => "photo.format",
            Self::TooManyPixels { .. } | Self::BeyondMemory => "photo.too_many_pixels",
            Self::Damaged => "photo.damaged",
            Self::NoCopy => "photo.no_copy",
        }
    }
}

/// A photo that can be kept and named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    /// The file as the camera wrote it.
    pub original: Vec<u8>,
    /// Its name.
    pub hash: MediaHash,
    /// What it is.
    pub format: Format,
    /// Width in pixels, upright.
    pub width: u32,
    /// Height in pixels, upright.
    pub height: u32,
    /// When it was taken, as the camera says and as far as that can be.
    pub taken_ms: Option<i64>,
    /// The working copy: a JPEG with nothing but the picture, upright.
    pub small: Vec<u8>,
    /// Its name.
    pub small_hash: MediaHash,
    /// Difference hash: 64 bits in hex.
    pub dhash: String,
}

/// Makes of a camera's file what a record can name. `now_ms` bounds when it can have been taken.
pub(crate) fn make(original: Vec<u8>, now_ms: i64) -> Result<Made, PhotoError> {
    if original.len() > limits::MEDIA_BYTES {
        return Err(PhotoError::TooLarge { bytes: original.len() as u64 });
    }
    if is_heic(&original) {
        return Err(PhotoError::Heic);
    }
    let format = Format::of(&original).ok_or(PhotoError::Format)?;
    let beside = taken::read(&original, now_ms);
    let mut picture = decode(&original, format)?;
    if let Some(turned) = beside.orientation.and_then(Orientation::from_exif) {
        picture.apply_orientation(turned);
    }
    let (width, height) = (picture.width(), picture.height());
    let (small, dhash) = copy::of(&picture)?;
    let (hash, small_hash) = (name(&original), name(&small));
    Ok(Made { original, hash, format, width, height, taken_ms: beside.taken_ms, small, small_hash, dhash })
}

/// The name of a file.
pub(crate) fn name(bytes: &[u8]) -> MediaHash {
    MediaHash::from_bytes(sha256(bytes))
}

fn decode(bytes: &[u8], format: Format) -> Result<DynamicImage, PhotoError> {
    let format = match format {
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
        Format::WebP => ImageFormat::WebP,
    };
    let reader = || {
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        let mut most = Limits::default();
        most.max_alloc = Some(MEMORY);
        reader.limits(most);
        reader
    };
    let (width, height) = reader().into_dimensions().map_err(|error| unread(&error))?;
    if u64::from(width) * u64::from(height) > limits::MEDIA_PIXELS || width == 0 || height == 0 {
        return Err(PhotoError::TooManyPixels { width, height });
    }
    reader().decode().map_err(|error| unread(&error))
}

fn unread(error: &ImageError) -> PhotoError {
    if matches!(error, ImageError::Limits(_)) { PhotoError::BeyondMemory } else { PhotoError::Damaged }
}

#[cfg(test)]
mod tests;
