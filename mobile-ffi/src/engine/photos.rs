//! Photos: kept sealed the moment they are given, named in what is said, brought after the statements.
//!
//! ```text
//! file ─► photo::make ─► row "kept", sealed files (durable) ─► a statement names them ─► "waiting" ─► sent ─► signed receipt ─► "stored"
//! ```
//!
//! A photo that no statement came to name is forgotten after a week. An original leaves the tablet on the register's signed word that it
//! holds every file this tablet's statements name, and on nothing less.

mod choose;
mod fetch;
mod receipt;
mod send;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::time::Duration;

use ploughshare_core::cbor::Value;
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::edit::Edit;
use ploughshare_core::ids::MediaHash;
use ploughshare_core::{limits, media as core_media};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Tablet, document_id, exceptions};
use crate::error::TabletError;
use crate::model::{KeptPhoto, PhotoView, Saved};
use crate::photo::{self, PhotoError};
use crate::platform::Platform;
use crate::store::media::{self, Media};
use crate::store::sealed_file::{FileName, SealedFiles};
use crate::store::{Connection, Result, entries, kv};

/// A photo that nobody named is forgotten after this time, in ms.
const FORGOTTEN_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// A file without a row is left alone for this time: it may be on its way to one.
const ORPHAN: Duration = Duration::from_hours(24);

/// What stands sealed in a file's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Info {
    /// The file's hash.
    pub hash: MediaHash,
}

impl From<PhotoError> for TabletError {
    fn from(error: PhotoError) -> Self {
        let hint = match error {
            PhotoError::Heic => {
                "Nothing was saved. Let the camera save JPEG (most phones: \"most compatible\"), and take it again."
            }
            PhotoError::Format => "Nothing was saved. Give a JPEG, PNG or WebP file.",
            PhotoError::TooLarge { .. } | PhotoError::TooManyPixels { .. } => {
                "Nothing was saved. Let the camera take smaller pictures, and take it again."
            }
            _ => "Nothing was saved. Take the photo again.",
        };
        Self::refused(error.code(), error.to_string(), hint)
    }
}

impl KeptPhoto {
    /// The fields of a member of `photos` that names it.
    pub fn member(&self, view: Option<&str>, marking: Option<&str>) -> BTreeMap<String, Value> {
        let raw = |hex: &str| Value::Bytes(hex::decode(hex).unwrap_or_default());
        let mut fields = BTreeMap::from([
            ("hash".to_owned(), raw(&self.hash)),
            ("small".to_owned(), raw(&self.small)),
            ("mime".to_owned(), self.mime.as_str().into()),
            ("bytes".to_owned(), (self.bytes as i64).into()),
            ("small_bytes".to_owned(), (self.small_bytes as i64).into()),
            ("width".to_owned(), i64::from(self.width).into()),
            ("height".to_owned(), i64::from(self.height).into()),
            ("dhash".to_owned(), self.dhash.as_str().into()),
        ]);
        let more = [
            ("view", view.map(Value::from)),
            ("marking", marking.map(Value::from)),
            ("taken_at", self.taken_ms.map(Value::from)),
        ];
        fields.extend(more.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        fields
    }

    /// Its hash.
    pub(in crate::engine) fn name(&self) -> Option<MediaHash> {
        self.hash.parse().ok()
    }
}

impl Tablet {
    /// The sealed files of this tablet. The key that their names come of is made when the first is kept.
    pub(super) fn sealed_files(&self) -> Result<SealedFiles> {
        let mut engine = self.engine();
        let names = if let Some(names) = kv::get(engine.store.read(), kv::FILE_NAMES)? {
            Zeroizing::new(names)
        } else {
            let names = Zeroizing::new(random::<32>(self.platform.as_ref())?.to_vec());
            let tx = engine.store.write()?;
            kv::put(&tx, kv::FILE_NAMES, &names)?;
            tx.commit()?;
            names
        };
        let names = names.as_slice().try_into().map_err(|_| TabletError::damaged("the key of file names"))?;
        Ok(SealedFiles::new(&self.dir, Zeroizing::new(names), engine.store.read().file_keys()?))
    }

    /// Keeps a photo from a camera's file, sealed; durable when it returns. It can then be named in what is said. The same file again is the
    /// same photo.
    pub fn photo_keep(&self, file: Vec<u8>) -> Result<KeptPhoto> {
        let now_ms = self.platform.now_ms()?;
        let made = photo::make(file, now_ms)?;
        let files = self.sealed_files()?;
        let already = media::one(self.engine().store.read(), &files.name(&made.hash))?.is_some();
        self.keep_file(&files, &made.small_hash, &made.small, false, "kept")?;
        self.keep_file(&files, &made.hash, &made.original, true, "kept")?;
        Ok(KeptPhoto {
            hash: made.hash.to_string(),
            small: made.small_hash.to_string(),
            mime: made.format.mime().to_owned(),
            bytes: made.original.len() as u64,
            small_bytes: made.small.len() as u64,
            width: made.width,
            height: made.height,
            taken_ms: made.taken_ms,
            dhash: made.dhash,
            already,
        })
    }

    /// The same from a path. A file that is too large is not read.
    pub fn photo_keep_file(&self, path: &str) -> Result<KeptPhoto> {
        let unreadable = |error: std::io::Error| {
            let message = format!("{path} cannot be read: {error}");
            TabletError::refused("file.unreadable", message, "Nothing was saved. Check the path.")
        };
        let opened = std::fs::File::open(path).map_err(unreadable)?;
        let length = opened.metadata().map_err(unreadable)?.len();
        if length > limits::MEDIA_BYTES as u64 {
            return Err(PhotoError::TooLarge { bytes: length }.into());
        }
        let mut bytes = Vec::with_capacity(length as usize);
        opened.take(limits::MEDIA_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        self.photo_keep(bytes)
    }

    /// The row first: what has one is not swept away while its file is being written.
    pub(super) fn keep_file(
        &self,
        files: &SealedFiles,
        hash: &MediaHash,
        bytes: &[u8],
        original: bool,
        state: &str,
    ) -> Result<()> {
        let name = files.name(hash);
        let saved_ms = self.platform.now_ms()?;
        {
            let mut engine = self.engine();
            let tx = engine.store.write()?;
            let row = Media {
                name,
                info: media::seal_info(&tx, &name, &Info { hash: *hash })?,
                original,
                bytes: bytes.len() as u64,
                saved_ms,
                begun: false,
                state: state.to_owned(),
                refused: None,
            };
            media::add(&tx, &row)?;
            tx.commit()?;
        }
        files.keep(hash, bytes, random(self.platform.as_ref())?)
    }

    /// Names a photo that was kept in a document, for example as its `left` side. Refused where the document shows it already.
    pub fn photo_add(&self, document: &str, photo: &KeptPhoto, view: &str, marking: Option<&str>) -> Result<Saved> {
        let there = self.photos(document)?.into_iter().any(|one| one.hash.as_deref() == Some(photo.hash.as_str()));
        if there {
            return Err(TabletError::refused(
                "photo.there",
                "this document shows this very photo already",
                "Nothing was saved. See `fieldkit photo list`.",
            ));
        }
        let fields = photo.member(Some(view), marking).into_iter().collect();
        self.edit(document, vec![Edit::Add { set: "photos".to_owned(), fields }])
    }

    /// The photos that a document shows, and how far each has come.
    pub fn photos(&self, document: &str) -> Result<Vec<PhotoView>> {
        let files = self.sealed_files()?;
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let conn = engine.store.read();
        let id = document_id(conn, document)?;
        let statements = entries::about(conn, &id)?;
        let folded = ploughshare_core::document::fold(id, &statements, &exceptions(&engine.authority));
        let record = ItemRecord::read(&folded.content());
        let mut views = Vec::new();
        for photo in record.photos.iter().filter(|photo| photo.is_live()) {
            let state = |hash: Option<[u8; 32]>| -> Result<Option<String>> {
                let Some(hash) = hash.map(MediaHash::from_bytes) else { return Ok(None) };
                Ok(media::one(conn, &files.name(&hash))?.map(|row| row.state))
            };
            let here = |hash: Option<[u8; 32]>| -> Result<bool> {
                hash.map_or(Ok(false), |hash| Ok(files.length(&MediaHash::from_bytes(hash))?.is_some()))
            };
            views.push(PhotoView {
                key: photo.key.clone(),
                hash: photo.hash.map(hex::encode),
                small: photo.small.map(hex::encode),
                view: photo.view.clone(),
                bytes: photo.bytes.map(|bytes| bytes.unsigned_abs()),
                width: photo.width.and_then(|width| u32::try_from(width).ok()),
                height: photo.height.and_then(|height| u32::try_from(height).ok()),
                taken_ms: photo.taken_at,
                state: state(photo.hash)?,
                small_state: state(photo.small)?,
                here: here(photo.hash)?,
                small_here: here(photo.small)?,
            });
        }
        Ok(views)
    }

    /// A file that is here: an original or a working copy, by its hash.
    pub fn photo_bytes(&self, hash: &str) -> Result<Vec<u8>> {
        let hash = file_hash(hash)?;
        self.sealed_files()?.whole(&hash)?.ok_or_else(|| {
            TabletError::refused(
                "photo.not_here",
                "this file is not on this device",
                "Fetch its working copy with `fieldkit photo get`, where there is a network.",
            )
        })
    }

    /// Looks which kept files statements name by now, and forgets what nobody came to name.
    pub(super) fn settle_photos(&self, files: &SealedFiles) -> Result<()> {
        let now_ms = self.platform.now_ms()?;
        let mut gone = Vec::new();
        {
            let mut engine = self.engine();
            let tx = engine.store.write()?;
            let said = said_names(&tx, files)?;
            for row in media::in_state(&tx, "kept")? {
                if said.contains(&row.name) {
                    media::now(&tx, &row.name, "waiting")?;
                } else if row.saved_ms < now_ms - FORGOTTEN_MS {
                    media::forget(&tx, &row.name)?;
                    gone.push(row.name);
                }
            }
            media::looked(&tx)?;
            gone.extend(media::in_state(&tx, "dropped")?.into_iter().map(|row| row.name));
            tx.commit()?;
        }
        for name in gone {
            files.remove(&name)?;
        }
        self.sweep(files)
    }

    /// Takes away files that no row knows: what a crash left behind.
    fn sweep(&self, files: &SealedFiles) -> Result<()> {
        for (name, path) in files.all()? {
            let old = path
                .metadata()
                .and_then(|meta| meta.modified())
                .is_ok_and(|at| at.elapsed().is_ok_and(|age| age > ORPHAN));
            let unfinished = path.extension().is_some();
            if old && (unfinished || media::one(self.engine().store.read(), &name)?.is_none()) {
                // What cannot be taken away now is taken away the next time.
                _ = std::fs::remove_file(path);
            }
        }
        Ok(())
    }
}

/// The keyed names of all files that statements name, of the documents of which something was said since the last look.
fn said_names(conn: &Connection, files: &SealedFiles) -> Result<BTreeSet<FileName>> {
    let mut names = BTreeSet::new();
    for document in media::all_said(conn)? {
        for statement in entries::about(conn, &document)? {
            names.extend(core_media::named(&statement.entry.edits).into_iter().map(|named| files.name(&named.hash)));
        }
    }
    Ok(names)
}

/// Notes that a statement names files, in the transaction that saves it.
pub(super) fn note_said(conn: &Connection, edits: &[Edit], document: &ploughshare_core::ids::DocId) -> Result<()> {
    if core_media::named(edits).is_empty() { Ok(()) } else { media::said(conn, document) }
}

/// The hash of a file from its text.
fn file_hash(text: &str) -> Result<MediaHash> {
    text.trim().parse().map_err(|_| {
        TabletError::refused(
            "photo.bad_hash",
            "a file is named by its hash: 64 hex digits",
            "Look it up with `photo list`.",
        )
    })
}

/// What a row says of its file.
fn info(conn: &Connection, row: &Media) -> Result<Info> {
    media::info(conn, row)
}

fn random<const N: usize>(platform: &dyn Platform) -> Result<[u8; N]> {
    let bytes = platform.random(N as u32)?;
    bytes.try_into().map_err(|_| TabletError::internal("the platform gave too few random bytes"))
}
