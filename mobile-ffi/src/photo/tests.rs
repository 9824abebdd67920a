#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use exif::experimental::Writer;
use exif::{Field, In, Rational, Tag, Value};
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage, RgbaImage};
use ploughshare_core::media::has_metadata;

use super::*;

/// 2026-05-01T12:00:00Z.
const NOW_MS: i64 = 1_777_636_800_000;

/// A picture with structure: two gradients and a bright corner; `seed` adds grain, which no JPEG makes small.
fn picture(width: u32, height: u32, grain: u32) -> RgbImage {
    let mut state = 12_345_u32;
    RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = |shift: u32| ((state >> shift) & 0xff) * grain / 255;
        let corner = if x < width / 4 && y < height / 3 { 90 } else { 0 };
        let one = |base: u32, shift: u32| (base + corner + noise(shift)).min(255) as u8;
        Rgb([one(x * 140 / width, 8), one(y * 140 / height, 12), one((x + y) * 70 / (width + height), 16)])
    })
}

/// Patches of different brightness, another pattern for each seed.
fn patches(width: u32, height: u32, seed: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let patch = (x * 9 / width) * 8 + y * 8 / height;
        let mixed = (patch + 100 * seed).wrapping_mul(2_654_435_761);
        let grey = 20 + (mixed >> 24) * 3 / 4;
        Rgb([grey as u8; 3])
    })
}

fn jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture).unwrap();
    bytes
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn ascii(tag: Tag, text: &str) -> Field {
    Field { tag, ifd_num: In::PRIMARY, value: Value::Ascii(vec![text.as_bytes().to_vec()]) }
}

/// A JPEG with these fields as a camera writes them.
fn with_exif(plain: &[u8], fields: &[Field]) -> Vec<u8> {
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut tiff = Cursor::new(Vec::new());
    writer.write(&mut tiff, false).unwrap();
    let tiff = tiff.into_inner();
    let mut bytes = plain[..2].to_vec();
    bytes.extend([0xff, 0xe1]);
    bytes.extend(u16::try_from(tiff.len() + 8).unwrap().to_be_bytes());
    bytes.extend(b"Exif\0\0");
    bytes.extend(tiff);
    bytes.extend(&plain[2..]);
    bytes
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn where_and_with_what_it_was_taken_stays_in_the_original_alone() {
    let degrees = |n| Rational { num: n, denom: 1 };
    let place = Value::Rational(vec![degrees(41), degrees(59), Rational { num: 123_456_789, denom: 1_000_003 }]);
    let fields = [
        ascii(Tag::Make, "ZqxMaker"),
        ascii(Tag::DateTimeOriginal, "2026:04:30 10:20:30"),
        ascii(Tag::OffsetTimeOriginal, "+02:00"),
        Field { tag: Tag::Orientation, ifd_num: In::PRIMARY, value: Value::Short(vec![6]) },
        Field { tag: Tag::GPSLatitude, ifd_num: In::PRIMARY, value: place },
    ];
    let file = with_exif(&jpeg(&picture(64, 32, 20), 90), &fields);
    assert!(has_metadata(&file) && holds(&file, b"ZqxMaker") && holds(&file, &123_456_789_u32.to_be_bytes()));
    let made = make(file.clone(), NOW_MS).unwrap();
    assert_eq!((made.original.as_slice(), made.hash), (file.as_slice(), name(&file)), "the original is as it came");
    assert_eq!(made.taken_ms, Some(1_777_537_230_000), "2026-04-30T08:20:30Z");
    assert_eq!((made.width, made.height), (32, 64), "upright");
    assert!(!has_metadata(&made.small));
    assert!(
        !holds(&made.small, b"Zqx")
            && !holds(&made.small, b"Exif")
            && !holds(&made.small, &123_456_789_u32.to_be_bytes())
    );
    let copy = image::load_from_memory(&made.small).unwrap().to_rgb8();
    assert_eq!(copy.dimensions(), (32, 64));
    // What was the bright top left is the top right after a quarter turn.
    let bright = |x: u32, y: u32| u32::from(copy.get_pixel(x, y).0[0]);
    assert!(bright(28, 4) > bright(4, 4) + 30, "{} {}", bright(28, 4), bright(4, 4));
}

#[test]
fn a_time_that_cannot_be_is_no_time() {
    let plain = jpeg(&picture(16, 16, 0), 80);
    for (said, offset, expected) in [
        ("2026:04:30 10:20:30", None, Some(1_777_544_430_000)),
        ("2026:04:30 10:20:30", Some("nonsense"), Some(1_777_544_430_000)),
        ("2026:05:02 11:59:00", None, Some(NOW_MS + 86_340_000)),
        ("2026:05:02 12:01:00", None, None),
        ("1999:12:31 23:59:59", None, None),
        ("0000:00:00 00:00:00", None, None),
        ("    :  :     :  :  ", None, None),
        ("yesterday", None, None),
    ] {
        let mut fields = vec![ascii(Tag::DateTimeOriginal, said)];
        fields.extend(offset.map(|offset| ascii(Tag::OffsetTimeOriginal, offset)));
        assert_eq!(make(with_exif(&plain, &fields), NOW_MS).unwrap().taken_ms, expected, "{said} {offset:?}");
    }
    assert_eq!(make(plain, NOW_MS).unwrap().taken_ms, None);
}

#[test]
fn a_working_copy_is_at_most_250_kb_whatever_the_picture_and_shows_the_same() {
    for (grain, width, height) in [(0, 1_900, 1_000), (255, 1_700, 1_700), (60, 300, 2_400), (10, 1, 1)] {
        let made = make(jpeg(&picture(width, height, grain), 92), NOW_MS).unwrap();
        assert!(made.small.len() <= limits::MEDIA_SMALL_BYTES, "{} bytes", made.small.len());
        let copy = image::load_from_memory(&made.small).unwrap();
        let (longest, ratio) = (copy.width().max(copy.height()), f64::from(copy.width()) / f64::from(copy.height()));
        assert!(longest <= 1_600 && longest <= width.max(height));
        assert!((ratio / (f64::from(width) / f64::from(height)) - 1.0).abs() < 0.02, "{ratio}");
        assert_eq!((made.small_hash, made.format), (name(&made.small), Format::Jpeg));
        assert!(!has_metadata(&made.small));
    }
}

#[test]
fn png_and_webp_are_photos_too_and_what_is_transparent_lies_on_white() {
    let plain = DynamicImage::ImageRgb8(picture(90, 60, 10));
    for (format, image_format) in [(Format::Png, ImageFormat::Png), (Format::WebP, ImageFormat::WebP)] {
        let made = make(encoded(&plain, image_format), NOW_MS).unwrap();
        assert_eq!((made.format, made.width, made.height), (format, 90, 60));
        assert_eq!(Format::of(&made.small), Some(Format::Jpeg));
    }
    let clear = DynamicImage::ImageRgba8(RgbaImage::from_pixel(20, 20, image::Rgba([0, 0, 0, 0])));
    let made = make(encoded(&clear, ImageFormat::Png), NOW_MS).unwrap();
    let copy = image::load_from_memory(&made.small).unwrap().to_rgb8();
    assert!(copy.pixels().all(|pixel| pixel.0.iter().all(|value| *value > 250)));
}

fn bits(dhash: &str) -> u64 {
    assert_eq!(dhash.len(), 16);
    u64::from_str_radix(dhash, 16).unwrap()
}

#[test]
fn near_duplicates_have_near_difference_hashes_and_other_pictures_have_not() {
    let of = |picture: &DynamicImage, quality| {
        let bytes = jpeg(&picture.to_rgb8(), quality);
        bits(&make(bytes, NOW_MS).unwrap().dhash)
    };
    let whole = DynamicImage::ImageRgb8(patches(800, 600, 1));
    let hash = of(&whole, 90);
    for (other, quality) in [(whole.clone(), 30), (whole.brighten(20), 85), (whole.thumbnail(400, 300), 80)] {
        let apart = (hash ^ of(&other, quality)).count_ones();
        assert!(apart <= 8, "{apart} bits");
    }
    for other in [whole.rotate90(), whole.fliph(), DynamicImage::ImageRgb8(patches(800, 600, 2))] {
        let apart = (hash ^ of(&other, 90)).count_ones();
        assert!(apart > 10, "{apart} bits");
    }
}

/// CRC-32 as PNG has it.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

/// A PNG that claims a size, in a few bytes.
fn claiming_png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = encoded(&DynamicImage::new_luma8(1, 1), ImageFormat::Png);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

/// A JPEG that claims a size.
fn claiming_jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = jpeg(&picture(16, 16, 0), 80);
    let frame = bytes.windows(2).position(|pair| pair[0] == 0xff && (0xc0..=0xc2).contains(&pair[1])).unwrap();
    bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

#[test]
fn what_is_too_large_or_no_photo_is_refused_by_code_before_a_pixel_is_decoded() {
    let mut heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec();
    heic.resize(1_000, 0);
    for (file, code) in [
        (claiming_png(50_000, 50_000), "photo.too_many_pixels"),
        (claiming_png(u32::MAX >> 1, 1), "photo.too_many_pixels"),
        (claiming_png(10_001, 10_000), "photo.too_many_pixels"),
        (claiming_jpeg(65_500, 65_500), "photo.too_many_pixels"),
        (heic, "photo.heic"),
        (b"%PDF-1.7".to_vec(), "photo.format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "photo.format"),
        (Vec::new(), "photo.format"),
        (b"\xff\xd8\xff\xe0".to_vec(), "photo.damaged"),
        (claiming_png(2, 2), "photo.damaged"),
        (vec![0xff; limits::MEDIA_BYTES + 1], "photo.too_large"),
    ] {
        let begun = std::time::Instant::now();
        let (bytes, head) = (file.len(), hex::encode(file.get(..24).unwrap_or(&file)));
        assert_eq!(make(file, NOW_MS).unwrap_err().code(), code, "{bytes} bytes: {head}");
        assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{code}");
    }
}

#[test]
fn a_file_that_is_cut_off_or_altered_anywhere_is_refused_or_read_and_never_worse() {
    let plain = DynamicImage::ImageRgb8(picture(24, 24, 40));
    let fields = [ascii(Tag::DateTimeOriginal, "2026:04:30 10:20:30"), ascii(Tag::Make, "Zqx")];
    let files = [
        with_exif(&jpeg(&plain.to_rgb8(), 80), &fields),
        encoded(&plain, ImageFormat::Png),
        encoded(&plain, ImageFormat::WebP),
    ];
    for file in files {
        for cut in (0..file.len()).step_by(7) {
            drop(make(file[..cut].to_vec(), NOW_MS));
        }
        for at in (0..file.len()).step_by(3) {
            for turned in [0x01, 0x80, 0xff] {
                let mut altered = file.clone();
                altered[at] ^= turned;
                drop(make(altered, NOW_MS));
            }
        }
    }
}
