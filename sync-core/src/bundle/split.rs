//! Dividing what is to travel over files of a size that fits the card.

use core::ops::Range;

use super::BundleError;

/// Bytes that a file needs beside what it carries: label, envelope, signature.
const FRAME: u64 = 2 * 1024;
/// Bytes that each part needs beside its own.
const HEAD: u64 = 8;

/// Something that has a size.
pub trait Measured {
    /// In bytes.
    fn size(&self) -> u64;
}

impl Measured for Vec<u8> {
    fn size(&self) -> u64 {
        self.len() as u64
    }
}

/// Which of the parts go into which file, in their order; at least one file, and no file larger than `most`.
pub fn split<T: Measured>(parts: &[T], most: u64) -> Result<Vec<Range<usize>>, BundleError> {
    // Sealing adds 16 bytes to every 64 KiB.
    let room = (most - most / 4_000).saturating_sub(FRAME);
    let mut files = Vec::new();
    let (mut from, mut used) = (0, 0);
    for (at, part) in parts.iter().enumerate() {
        let size = part.size() + HEAD;
        if size > room {
            let needed = size + FRAME;
            return Err(BundleError::TooSmall { asked: most, needed: needed + needed / 2_000 });
        }
        if used + size > room {
            files.push(from..at);
            (from, used) = (at, 0);
        }
        used += size;
    }
    files.push(from..parts.len());
    Ok(files)
}
