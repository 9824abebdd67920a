//! Files as tablets would have them, and a tablet written by hand that brings them part by part.

use ploughshare_core::edit::{Edit, Fields};
use ploughshare_core::ids::MediaHash;
use ploughshare_core::keys::sha256;
use ploughshare_core::media::receipt::MediaReceipt;
use serde_json::Value as Json;

use crate::hand::{Hand, Said, weapon};
use crate::web::Reply;

/// Bytes that look like a photo from a camera, EXIF among them, or like its working copy; different for each `n`.
pub fn jpeg(n: u8, length: usize, exif: bool) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8];
    if exif {
        bytes.extend([0xff, 0xe1, 0, 8]);
        bytes.extend(b"Exif\0\0");
    }
    bytes.extend([0xff, 0xda, 0, 3, 1]);
    let mut state = u32::from(n) + 1;
    while bytes.len() + 2 < length {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // No byte of 255, so that the end comes once.
        bytes.push((state >> 24) as u8 & 0x7f);
    }
    bytes.extend([0xff, 0xd9]);
    bytes
}

/// A small picture that decodes; another for each `n`.
pub fn picture(n: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture = image::RgbImage::from_fn(48, 32, |x, y| image::Rgb([x as u8 * 4, y as u8 * 6, n]));
    image::codecs::jpeg::JpegEncoder::new(&mut bytes).encode_image(&picture).unwrap();
    bytes
}

/// The name of a file.
pub fn name(bytes: &[u8]) -> MediaHash {
    MediaHash::from_bytes(sha256(bytes))
}

/// A member of `photos` that names a file and its working copy.
pub fn photo(original: &[u8], small: &[u8], view: &str) -> Fields {
    vec![
        ("hash".to_owned(), name(original).to_vec().into()),
        ("small".to_owned(), name(small).to_vec().into()),
        ("bytes".to_owned(), (original.len() as i64).into()),
        ("small_bytes".to_owned(), (small.len() as i64).into()),
        ("view".to_owned(), view.into()),
    ]
}

impl Hand {
    /// A new weapon with a photo: its entry and its sealed segment.
    pub fn photographed(&mut self, serial: &str, photo: Fields) -> (Said, Vec<u8>) {
        let mut birth = weapon(serial);
        if let Edit::Create { members, .. } = &mut birth {
            members.push(("photos".to_owned(), vec![photo]));
        }
        let birth = self.say(self.next, None, &[], vec![birth]);
        let sealed = self.seal(std::slice::from_ref(&birth));
        (birth, sealed)
    }

    /// The path of a file.
    pub fn media(&self, hash: &MediaHash) -> String {
        format!("/api/v1/operations/{}/media/{hash}", self.operation)
    }

    /// Brings some bytes of a file.
    pub fn part(&self, hash: &MediaHash, offset: u64, size: u64, bytes: &[u8]) -> Reply {
        let path = format!("{}?offset={offset}&size={size}", self.media(hash));
        self.web.post_as("application/octet-stream", &path, bytes.to_vec())
    }

    /// Brings a whole file in parts of a size, going on where the register is.
    pub fn bring_file(&self, bytes: &[u8], part: usize) -> Json {
        let (hash, size) = (name(bytes), bytes.len() as u64);
        let mut told = self.part(&hash, 0, size, &[]).good();
        while told.get("stored").and_then(Json::as_bool) == Some(false) {
            let at = told.get("offset").and_then(Json::as_u64).unwrap() as usize;
            let some = bytes.get(at..bytes.len().min(at + part)).unwrap();
            told = self.part(&hash, at as u64, size, some).good();
        }
        told
    }

    /// Asks which files are safe; the register's signature is checked.
    pub fn check(&self, register: &ploughshare_core::keys::PublicKey, asked: &[MediaHash]) -> MediaReceipt {
        let body = asked.iter().flat_map(|hash| *hash.as_bytes()).collect();
        let path = format!("/api/v1/operations/{}/media/check", self.operation);
        let reply = self.web.post_as("application/octet-stream", &path, body);
        assert_eq!(reply.status, 200, "{}", reply.text());
        MediaReceipt::verify(&reply.body, register).unwrap()
    }
}
