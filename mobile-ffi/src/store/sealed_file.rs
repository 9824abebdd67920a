//! Files of the tablet, sealed: a lost tablet shows none. One file each, named by a keyed hash, so that not even the name says which.
//!
//! ```text
//! file  = "PSF1" ‖ key id (1) ‖ prefix (16 random bytes) ‖ chunk …
//! chunk = XChaCha20-Poly1305(key, ≤ 64 KiB;  nonce = prefix ‖ number (8 bytes, big-endian)
//!                                            AAD = "ploughshare sealed file v1" ‖ hash ‖ number ‖ last? (1 byte))
//! ```
//!
//! A chunk says which file it is of, where it stands and whether it is the last: none can be moved, left out or cut off unseen. Any chunk
//! can be read alone, so that an upload goes on from anywhere.
//!
//! The keys are subkeys of the data keys of the store, under the same ids. Names come of a key of their own, which stays when those change.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use ploughshare_core::ids::MediaHash;
use ploughshare_core::keys::sha256;
use zeroize::Zeroizing;

use super::Result;
use crate::error::{ErrorKind, TabletError};

const MAGIC: &[u8; 4] = b"PSF1";
const PREFIX: usize = 16;
const HEAD: u64 = (MAGIC.len() + 1 + PREFIX) as u64;
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;
const ABOUT: &[u8] = b"ploughshare sealed file v1";

/// The keyed name of a file.
pub(crate) type FileName = [u8; 16];

/// A key of sealed files.
pub(crate) type FileKey = Zeroizing<[u8; 32]>;

/// The folder of sealed files, with the keys that open them.
pub(crate) struct SealedFiles {
    dir: PathBuf,
    names: FileKey,
    keys: BTreeMap<u8, FileKey>,
}

impl SealedFiles {
    /// The files of a store: the key that names come of, and the keys that open them, by id. What is written is sealed with the newest.
    pub(crate) fn new(store: &Path, names: FileKey, keys: BTreeMap<u8, FileKey>) -> Self {
        Self { dir: store.join("media"), names, keys }
    }

    /// The name under which a file is kept.
    pub(crate) fn name(&self, hash: &MediaHash) -> FileName {
        let keyed =
            sha256(&[b"ploughshare sealed file name v1".as_slice(), self.names.as_slice(), hash.as_bytes()].concat());
        let mut name = [0; 16];
        name.copy_from_slice(keyed.first_chunk::<16>().unwrap_or(&[0; 16]));
        name
    }

    fn path(&self, name: &FileName) -> PathBuf {
        self.dir.join(hex::encode(name))
    }

    /// Keeps a file; durable when this returns. One that is here already is not written again.
    pub(crate) fn keep(&self, hash: &MediaHash, bytes: &[u8], prefix: [u8; PREFIX]) -> Result<()> {
        // One that was damaged is written again.
        if self.whole(hash).is_ok_and(|kept| kept.is_some()) {
            return Ok(());
        }
        self.write(hash, bytes, prefix)
    }

    /// Seals a file anew with the newest key, if it is here under an older one. Killed meanwhile, it is here as it was.
    pub(crate) fn seal_anew(&self, hash: &MediaHash, prefix: [u8; PREFIX]) -> Result<()> {
        let mut head = [0; MAGIC.len() + 1];
        match File::open(self.path(&self.name(hash))).and_then(|mut file| file.read_exact(&mut head)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Err(damaged()),
            other => other.map_err(|error| failed(&error))?,
        }
        if head.last() == self.keys.keys().next_back() {
            return Ok(());
        }
        let bytes = self.whole(hash)?.map(Zeroizing::new).ok_or_else(damaged)?;
        self.write(hash, &bytes, prefix)
    }

    fn write(&self, hash: &MediaHash, bytes: &[u8], prefix: [u8; PREFIX]) -> Result<()> {
        let path = self.path(&self.name(hash));
        let missing = || TabletError::internal("sealed files without a key");
        let (id, key) = self.keys.last_key_value().ok_or_else(missing)?;
        let fresh = path.with_extension("new");
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(&self.dir)?;
            let mut file = File::create(&fresh)?;
            file.write_all(MAGIC)?;
            file.write_all(&[*id])?;
            file.write_all(&prefix)?;
            let count = bytes.len().div_ceil(CHUNK);
            for (number, chunk) in bytes.chunks(CHUNK).enumerate() {
                let sealed = seal(key, hash, &prefix, number as u64, number + 1 == count, chunk);
                file.write_all(&sealed.map_err(|()| std::io::Error::other("sealing failed"))?)?;
            }
            file.sync_all()?;
            fs::rename(&fresh, &path)?;
            if cfg!(unix) { File::open(&self.dir)?.sync_all() } else { Ok(()) }
        };
        write().map_err(|error| failed(&error))
    }

    /// How long a file is, if it is here.
    pub(crate) fn length(&self, hash: &MediaHash) -> Result<Option<u64>> {
        match fs::metadata(self.path(&self.name(hash))) {
            Ok(meta) => Ok(plain_length(meta.len())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    /// Up to so many bytes of a file from a place on; `None` where the file is not here.
    pub(crate) fn read(&self, hash: &MediaHash, from: u64, most: usize) -> Result<Option<Vec<u8>>> {
        let mut file = match File::open(self.path(&self.name(hash))) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(&error)),
        };
        let whole = file.metadata().map_err(|error| failed(&error))?.len();
        let length = plain_length(whole).ok_or_else(damaged)?;
        let mut head = [0; HEAD as usize];
        file.read_exact(&mut head).map_err(|error| failed(&error))?;
        let (magic, prefix) = head.split_first_chunk::<4>().ok_or_else(damaged)?;
        let (id, prefix) = prefix.split_first().ok_or_else(damaged)?;
        let prefix: [u8; PREFIX] = prefix.try_into().map_err(|_| damaged())?;
        let key = self.keys.get(id).ok_or_else(damaged)?;
        if magic != MAGIC {
            return Err(damaged());
        }
        let until = length.min(from.saturating_add(most as u64));
        let count = length.div_ceil(CHUNK as u64);
        let mut found = Vec::new();
        let mut at = from;
        while at < until {
            let number = at / CHUNK as u64;
            let place = HEAD + number * (CHUNK + TAG) as u64;
            file.seek(SeekFrom::Start(place)).map_err(|error| failed(&error))?;
            let mut sealed = Vec::new();
            (&mut file).take((CHUNK + TAG) as u64).read_to_end(&mut sealed).map_err(|error| failed(&error))?;
            let plain = open(key, hash, &prefix, number, number + 1 == count, &sealed).ok_or_else(damaged)?;
            let start = (at % CHUNK as u64) as usize;
            let end = plain.len().min(start + (until - at) as usize);
            let some = plain.get(start..end).filter(|some| !some.is_empty()).ok_or_else(damaged)?;
            found.extend_from_slice(some);
            at += some.len() as u64;
        }
        Ok(Some(found))
    }

    /// A whole file.
    pub(crate) fn whole(&self, hash: &MediaHash) -> Result<Option<Vec<u8>>> {
        let found = self.read(hash, 0, ploughshare_core::limits::MEDIA_BYTES)?;
        if found.as_ref().is_some_and(|bytes| sha256(bytes) != *hash.as_bytes()) {
            return Err(damaged());
        }
        Ok(found)
    }

    /// Forgets a file.
    pub(crate) fn remove(&self, name: &FileName) -> Result<()> {
        match fs::remove_file(self.path(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(&error)),
            _ => Ok(()),
        }
    }

    /// The names of the files that are here, and those that were begun and not finished.
    pub(crate) fn all(&self) -> Result<Vec<(FileName, PathBuf)>> {
        let files = match fs::read_dir(&self.dir) {
            Ok(files) => files,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(&error)),
        };
        let named = files.filter_map(|file| {
            let path = file.ok()?.path();
            let mut name = FileName::default();
            hex::decode_to_slice(path.file_stem()?.to_str()?, &mut name).ok()?;
            Some((name, path))
        });
        Ok(named.collect())
    }
}

fn seal(
    key: &FileKey,
    hash: &MediaHash,
    prefix: &[u8; PREFIX],
    number: u64,
    last: bool,
    plain: &[u8],
) -> std::result::Result<Vec<u8>, ()> {
    let cipher = XChaCha20Poly1305::new((&**key).into());
    let aad = about(hash, number, last);
    cipher.encrypt((&nonce(prefix, number)).into(), Payload { msg: plain, aad: &aad }).map_err(|_| ())
}

fn open(
    key: &FileKey,
    hash: &MediaHash,
    prefix: &[u8; PREFIX],
    number: u64,
    last: bool,
    sealed: &[u8],
) -> Option<Vec<u8>> {
    let cipher = XChaCha20Poly1305::new((&**key).into());
    let aad = about(hash, number, last);
    cipher.decrypt((&nonce(prefix, number)).into(), Payload { msg: sealed, aad: &aad }).ok()
}

fn nonce(prefix: &[u8; PREFIX], number: u64) -> [u8; 24] {
    let mut nonce = [0; 24];
    let parts = prefix.iter().copied().chain(number.to_be_bytes());
    nonce.iter_mut().zip(parts).for_each(|(place, byte)| *place = byte);
    nonce
}

fn about(hash: &MediaHash, number: u64, last: bool) -> Vec<u8> {
    [ABOUT, hash.as_bytes(), &number.to_be_bytes(), &[u8::from(last)]].concat()
}

/// How many bytes are sealed in a file of this length.
fn plain_length(length: u64) -> Option<u64> {
    let body = length.checked_sub(HEAD)?;
    let chunks = body.div_ceil((CHUNK + TAG) as u64);
    body.checked_sub(chunks * TAG as u64)
}

fn damaged() -> TabletError {
    TabletError::damaged("a sealed file")
}

fn failed(error: &std::io::Error) -> TabletError {
    let (code, hint) = match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            ("storage.full", "Free some space on the device. What was saved before is safe; this photo is not saved.")
        }
        std::io::ErrorKind::PermissionDenied => {
            ("storage.access", "Check that the store folder exists and may be written.")
        }
        _ => ("storage.failed", "What was saved before is safe. Try again."),
    };
    TabletError::new(ErrorKind::Storage, code, format!("the sealed files of this device: {error}"), hint)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn files(dir: &Path, key: u8) -> SealedFiles {
        SealedFiles::new(dir, Zeroizing::new([9; 32]), BTreeMap::from([(key, Zeroizing::new([key; 32]))]))
    }

    fn some(length: usize) -> (Vec<u8>, MediaHash) {
        let bytes: Vec<u8> = (0..length).map(|n| (n * 7 / 3) as u8).collect();
        let hash = MediaHash::from_bytes(sha256(&bytes));
        (bytes, hash)
    }

    #[test]
    fn a_file_reads_from_anywhere_as_it_was_kept() {
        let dir = tempfile::tempdir().unwrap();
        let files = files(dir.path(), 1);
        for length in [1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7] {
            let (bytes, hash) = some(length);
            files.keep(&hash, &bytes, [length as u8; 16]).unwrap();
            assert_eq!(files.length(&hash).unwrap(), Some(length as u64));
            assert_eq!(files.whole(&hash).unwrap().unwrap(), bytes);
            for (from, most) in [(0, 10), (length / 2, CHUNK), (length - 1, 5), (length, 5), (CHUNK - 3, 6)] {
                let end = length.min(from + most);
                let expected = bytes.get(from..end).unwrap_or_default();
                assert_eq!(files.read(&hash, from as u64, most).unwrap().unwrap(), expected, "{length}: {from} {most}");
            }
        }
        let (_, unknown) = some(12_345);
        assert_eq!((files.length(&unknown).unwrap(), files.whole(&unknown).unwrap()), (None, None));
    }

    #[test]
    fn no_bit_turned_no_chunk_moved_and_no_end_cut_off_goes_unseen_and_nothing_can_be_read() {
        let dir = tempfile::tempdir().unwrap();
        let files = files(dir.path(), 1);
        let (bytes, hash) = some(2 * CHUNK + 10);
        files.keep(&hash, &bytes, [9; 16]).unwrap();
        let path = files.path(&files.name(&hash));
        let kept = fs::read(&path).unwrap();
        assert!(!kept.windows(32).any(|window| window == &bytes[..32]));
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(!hash.to_string().contains(&name), "the name does not say which it is");
        for at in (0..kept.len()).step_by(997) {
            let mut turned = kept.clone();
            turned[at] ^= 1;
            fs::write(&path, turned).unwrap();
            assert_eq!(files.whole(&hash).unwrap_err().code, "storage.damaged", "byte {at}");
        }
        let (head, one) = (HEAD as usize, CHUNK + TAG);
        let swapped =
            [&kept[..head], &kept[head + one..head + 2 * one], &kept[head..head + one], &kept[head + 2 * one..]]
                .concat();
        let cut = kept[..head + 2 * one].to_vec();
        let shorter = kept[..kept.len() - 1].to_vec();
        for odd in [swapped, cut, shorter, kept[..head - 1].to_vec(), Vec::new()] {
            fs::write(&path, odd).unwrap();
            assert_eq!(files.whole(&hash).unwrap_err().code, "storage.damaged");
        }
        // Another file's bytes under this name, or another key.
        fs::write(&path, &kept).unwrap();
        let (other_bytes, other) = some(2 * CHUNK + 11);
        files.keep(&other, &other_bytes, [8; 16]).unwrap();
        fs::copy(files.path(&files.name(&other)), &path).unwrap();
        assert_eq!(files.whole(&hash).unwrap_err().code, "storage.damaged");
        fs::write(&path, &kept).unwrap();
        assert_eq!(super::tests::files(dir.path(), 2).whole(&hash).unwrap_err().code, "storage.damaged");
        let stranger = BTreeMap::from([(1, Zeroizing::new([2; 32]))]);
        let stranger = SealedFiles::new(dir.path(), Zeroizing::new([9; 32]), stranger);
        assert_eq!(stranger.whole(&hash).unwrap_err().code, "storage.damaged");
        assert_eq!(files.whole(&hash).unwrap().unwrap(), bytes);
    }

    #[test]
    fn a_file_is_sealed_anew_with_the_newest_key_under_the_same_name() {
        let dir = tempfile::tempdir().unwrap();
        let (bytes, hash) = some(CHUNK + 5);
        files(dir.path(), 1).keep(&hash, &bytes, [9; 16]).unwrap();
        let keys = |ids: &[u8]| ids.iter().map(|id| (*id, Zeroizing::new([*id; 32]))).collect();
        let both = SealedFiles::new(dir.path(), Zeroizing::new([9; 32]), keys(&[1, 2]));
        assert_eq!(both.whole(&hash).unwrap().unwrap(), bytes);
        both.seal_anew(&hash, [7; 16]).unwrap();
        let sealed = fs::read(both.path(&both.name(&hash))).unwrap();
        both.seal_anew(&hash, [8; 16]).unwrap();
        assert_eq!(fs::read(both.path(&both.name(&hash))).unwrap(), sealed, "once is enough");
        assert_eq!(files(dir.path(), 2).whole(&hash).unwrap().unwrap(), bytes);
        assert_eq!(files(dir.path(), 1).whole(&hash).unwrap_err().code, "storage.damaged");
        both.seal_anew(&some(3).1, [7; 16]).unwrap();
    }
}
