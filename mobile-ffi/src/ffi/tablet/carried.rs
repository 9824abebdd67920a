//! Photos, and bundles: what travels beside the statements, or instead of a network.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Tablet;
use crate::engine::BundleFor;
use crate::error::{ErrorKind, TabletError};
use crate::ffi::cancel::CancelHandle;
use crate::ffi::error::AppError;
use crate::model::{BundleTaken, KeptPhoto, PhotoFetched, PhotoView, Saved};

/// A bundle that was written to a folder.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct BundleWritten {
    /// Name of the set, in hex.
    pub set: String,
    /// For whom: a device's id.
    pub to: String,
    /// Its files. All of them are carried, in any order.
    pub files: Vec<String>,
    /// Segments in them.
    pub segments: u64,
    /// Receipts in them.
    pub receipts: u64,
}

/// Writes a file so that it is whole or not there.
fn write(folder: &str, name: &str, bytes: &[u8]) -> Result<String, TabletError> {
    let path = PathBuf::from(folder).join(name);
    let fresh = path.with_extension("part");
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&fresh, bytes))
        .and_then(|()| std::fs::File::open(&fresh)?.sync_all())
        .and_then(|()| std::fs::rename(&fresh, &path));
    written.map_err(|error| file_trouble("file.unwritable", &path, &error))?;
    Ok(path.display().to_string())
}

fn read(path: &str) -> Result<Vec<u8>, TabletError> {
    std::fs::read(path).map_err(|error| file_trouble("file.unreadable", Path::new(path), &error))
}

fn file_trouble(code: &str, path: &Path, error: &std::io::Error) -> TabletError {
    let message = format!("{}: {error}", path.display());
    TabletError::new(
        ErrorKind::Refused,
        code,
        message,
        "Nothing was changed. Check the path and the space that is left.",
    )
}

#[uniffi::export]
impl Tablet {
    /// Keeps a photo from a camera's file (JPEG, PNG, WebP), sealed, with a working copy; durable when it returns. It can then be named in what
    /// is said. The same file again is the same photo. Delete the camera's file afterwards: it is not sealed.
    pub async fn photo_keep(&self, path: String) -> Result<KeptPhoto, AppError> {
        self.core.read(move |tablet| tablet.photo_keep_file(&path)).await
    }

    /// Names a photo that was kept in a document, for example as its `left` side; `marking` is the key of the marking that it shows.
    #[uniffi::method(default(marking = None))]
    pub async fn photo_add(
        &self,
        document: String,
        photo: KeptPhoto,
        view: String,
        marking: Option<String>,
    ) -> Result<Saved, AppError> {
        self.core.change(move |tablet| tablet.photo_add(&document, &photo, &view, marking.as_deref())).await
    }

    /// The photos that a document shows, and how far each has come.
    pub async fn photos(&self, document: String) -> Result<Vec<PhotoView>, AppError> {
        self.core.read(move |tablet| tablet.photos(&document)).await
    }

    /// The bytes of a working copy that is here (250 KB at most), or of an original (some MB: show copies), by hash.
    pub async fn photo_bytes(&self, hash: String) -> Result<Vec<u8>, AppError> {
        self.core.read(move |tablet| tablet.photo_bytes(&hash)).await
    }

    /// Fetches the working copies of a document's photos from the register. What is here already is not fetched again, and what the register
    /// does not have yet is left out.
    #[uniffi::method(default(cancel = None))]
    pub async fn photos_fetch(
        &self,
        document: String,
        cancel: Option<Arc<CancelHandle>>,
    ) -> Result<Vec<PhotoFetched>, AppError> {
        self.core.talk(cancel, move |tablet, transport| tablet.photos_fetch(transport, &document)).await
    }

    /// Writes what the register has not receipted as sealed files into a folder, for a card or for another tablet to carry: to the register,
    /// or to the tablet with this id (`everything`: all that is held here). Nothing counts as sent by it; receipts come back.
    #[uniffi::method(default(to = None, max_bytes = None, everything = false))]
    pub async fn bundle_export(
        &self,
        folder: String,
        to: Option<String>,
        max_bytes: Option<u64>,
        everything: bool,
    ) -> Result<BundleWritten, AppError> {
        let export = move |tablet: &crate::engine::Tablet| {
            let to = to.map_or(BundleFor::Register, |device| BundleFor::Tablet { device, everything });
            let made = tablet.bundle_export(&to, max_bytes)?;
            let names = made.names();
            let files = names.iter().zip(&made.files).map(|(name, bytes)| write(&folder, name, bytes));
            let files = files.collect::<Result<_, _>>()?;
            Ok(BundleWritten { set: made.set, to: made.to, files, segments: made.segments, receipts: made.receipts })
        };
        self.core.read(export).await
    }

    /// Takes in one file of a bundle that is for this tablet. The same file again adds nothing.
    pub async fn bundle_import(&self, path: String) -> Result<BundleTaken, AppError> {
        self.core.change(move |tablet| tablet.bundle_import(&read(&path)?)).await
    }

    /// Brings one file of a bundle that is sealed for the register, whoever made it. Its answer for the tablet that made it is written into the
    /// folder; none where the register has nobody to seal it to.
    #[uniffi::method(default(cancel = None))]
    pub async fn bundle_upload(
        &self,
        path: String,
        folder: String,
        cancel: Option<Arc<CancelHandle>>,
    ) -> Result<Option<String>, AppError> {
        let upload = move |tablet: &crate::engine::Tablet, transport| {
            let name =
                Path::new(&path).file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
            let answer = tablet.bundle_upload(transport, &read(&path)?)?;
            answer.map(|bytes| write(&folder, &format!("{name}-receipts.bundle"), &bytes)).transpose()
        };
        self.core.talk(cancel, upload).await
    }

    /// Fetches files for another tablet into a folder: receipts for what it wrote, and what others said from where its last bundle said that it
    /// stands.
    #[uniffi::method(default(max_bytes = None, cancel = None))]
    pub async fn bundle_fetch(
        &self,
        device: String,
        folder: String,
        max_bytes: Option<u64>,
        cancel: Option<Arc<CancelHandle>>,
    ) -> Result<Vec<String>, AppError> {
        let fetch = move |tablet: &crate::engine::Tablet, transport| {
            let files = tablet.bundle_fetch(transport, &device, max_bytes)?;
            let count = files.len();
            let named = (1..).zip(&files);
            named.map(|(n, bytes)| write(&folder, &format!("{device}-{n}-of-{count}.bundle"), bytes)).collect()
        };
        self.core.talk(cancel, fetch).await
    }
}
