//! What a file is, by its first bytes alone, and whether it carries what a camera or a program wrote beside the picture (EXIF, XMP,
//! comments: where and when it was taken, by which machine). Nothing is decoded here; no length that a file claims is believed.

/// A format of pictures that tablets make working copies of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
}

impl Format {
    /// The format that a file begins as.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::WebP)
        } else {
            None
        }
    }

    /// Its media type.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }

    /// The usual ending of a file's name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
        }
    }
}

/// Whether a file begins as HEIC or AVIF, which phones make and this build does not read.
pub fn is_heic(bytes: &[u8]) -> bool {
    const BRANDS: [&[u8; 4]; 10] =
        [b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"];
    bytes.get(4..8) == Some(b"ftyp")
        && bytes.get(8..12).is_some_and(|brand| BRANDS.iter().any(|known| known.as_slice() == brand))
}

/// Whether a file may carry more than a picture. What is not understood counts as carrying it.
pub fn has_metadata(bytes: &[u8]) -> bool {
    let plain = match Format::of(bytes) {
        Some(Format::Jpeg) => plain_jpeg(bytes),
        Some(Format::Png) => plain_png(bytes),
        Some(Format::WebP) => plain_webp(bytes),
        None => None,
    };
    plain != Some(true)
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at.checked_add(4)?)?.first_chunk::<4>()?;
    usize::try_from(u32::from_be_bytes(*four)).ok()
}

/// Segments up to the picture: APP0 (JFIF) is plain, every other APP segment and comments are not. Nothing may follow the picture.
fn plain_jpeg(bytes: &[u8]) -> Option<bool> {
    let mut at = 2_usize;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            0xff => at += 1,
            0xe1..=0xef | 0xfe => return Some(false),
            // The picture itself: to the end of the file, which must be the end of the picture.
            0xda => return Some(ends_once(bytes.get(at..)?)),
            _ => {
                let length = usize::from(u16::from_be_bytes(*bytes.get(at + 2..at + 4)?.first_chunk::<2>()?));
                at = at.checked_add(2)?.checked_add(length.max(2))?;
            }
        }
    }
}

/// The end mark of a JPEG stands once, as its last two bytes.
fn ends_once(picture: &[u8]) -> bool {
    picture.windows(2).position(|pair| pair == [0xff, 0xd9]).is_some_and(|at| at + 2 == picture.len())
}

/// Chunks that make the picture or its colours are plain; text, times and EXIF are not.
fn plain_png(bytes: &[u8]) -> Option<bool> {
    const PLAIN: [&[u8; 4]; 12] =
        [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"bKGD", b"sBIT", b"cICP"];
    let mut at = 8_usize;
    loop {
        let length = number(bytes, at)?;
        let kind = bytes.get(at + 4..at + 8)?;
        if !PLAIN.iter().any(|known| known.as_slice() == kind) {
            return Some(false);
        }
        at = at.checked_add(12)?.checked_add(length)?;
        if kind == b"IEND" {
            return Some(at == bytes.len());
        }
    }
}

/// Chunks that make the picture are plain; EXIF, XMP and whatever else is not.
fn plain_webp(bytes: &[u8]) -> Option<bool> {
    const PLAIN: [&[u8; 4]; 6] = [b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"];
    let mut at = 12_usize;
    while at < bytes.len() {
        let kind = bytes.get(at..at.checked_add(4)?)?;
        if !PLAIN.iter().any(|known| known.as_slice() == kind) {
            return Some(false);
        }
        let four = bytes.get(at + 4..at + 8)?.first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*four)).ok()?;
        at = at.checked_add(8)?.checked_add(length)?.checked_add(length % 2)?;
    }
    Some(at == bytes.len())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]
    use super::*;

    /// A JPEG as far as its segments go: JFIF, what is given, tables, a picture.
    fn jpeg(more: &[u8], behind: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 1];
        bytes.extend(more);
        bytes.extend([0xff, 0xdb, 0, 4, 9, 9, 0xff, 0xda, 0, 3, 1, 0x55, 0xff, 0x00, 0x11, 0xff, 0xd9]);
        bytes.extend(behind);
        bytes
    }

    fn png(kinds: &[&[u8; 4]]) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        for kind in kinds {
            bytes.extend([0, 0, 0, 2]);
            bytes.extend(*kind);
            bytes.extend([1, 2, 0, 0, 0, 0]);
        }
        bytes
    }

    fn webp(kinds: &[&[u8; 4]]) -> Vec<u8> {
        let mut bytes = b"RIFF\0\0\0\0WEBP".to_vec();
        for kind in kinds {
            bytes.extend(*kind);
            bytes.extend([3, 0, 0, 0, 1, 2, 3, 0]);
        }
        bytes
    }

    #[test]
    fn a_picture_with_nothing_beside_it_is_told_from_one_that_carries_more() {
        for plain in
            [jpeg(&[], &[]), png(&[b"IHDR", b"sRGB", b"IDAT", b"IDAT", b"IEND"]), webp(&[b"VP8X", b"ALPH", b"VP8 "])]
        {
            assert!(!has_metadata(&plain), "{plain:?}");
            for cut in 0..plain.len() {
                // A WebP may end at the end of any chunk; every other cut leaves something that is not understood.
                let chunk = Format::of(&plain) == Some(Format::WebP) && cut >= 12 && (cut - 12) % 12 == 0;
                assert!(chunk || has_metadata(&plain[..cut]), "{cut} of {plain:?}");
            }
        }
        for more in [
            jpeg(&[0xff, 0xe1, 0, 4, 1, 1], &[]),
            jpeg(&[0xff, 0xfe, 0, 4, 1, 1], &[]),
            jpeg(&[], b"another file"),
            png(&[b"IHDR", b"eXIf", b"IDAT", b"IEND"]),
            png(&[b"IHDR", b"iTXt", b"IDAT", b"IEND"]),
            [png(&[b"IHDR", b"IDAT", b"IEND"]), b"more".to_vec()].concat(),
            webp(&[b"VP8X", b"EXIF"]),
            b"plain text".to_vec(),
            Vec::new(),
        ] {
            assert!(has_metadata(&more), "{more:?}");
        }
    }

    #[test]
    fn what_phones_call_a_photo_and_this_build_does_not_read_is_known_by_name() {
        assert!(is_heic(b"\0\0\0\x18ftypheic\0\0\0\0"));
        assert!(!is_heic(b"\0\0\0\x18ftypmp42"));
        assert!(!is_heic(b"\xff\xd8\xff"));
    }
}
