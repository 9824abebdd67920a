//! Where files are kept: a folder beside the databases, or an S3-compatible store. One name for a file in both:
//! `<operation>/<first two hex digits of the hash>/<hash>`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{
    ClientOptions, GetOptions, GetRange, GetResult, ObjectStore, ObjectStoreExt as _, RetryConfig, WriteMultipart,
};
use ploughshare_core::ids::{MediaHash, OperationId};

use super::MediaError;
use crate::app::Settings;
use crate::keyfile;
use crate::store::Target;

/// Bytes of one part towards an S3-compatible store; it wants at least 5 MiB.
const PART: usize = 8 * 1024 * 1024;

/// Where files are to be kept.
#[derive(Debug, Clone, Default)]
pub enum MediaPlace {
    /// In the folder `media` of the data folder.
    #[default]
    Beside,
    /// In an S3-compatible store: `s3://BUCKET/PREFIX`; credentials, region and endpoint come from the environment (`AWS_…`).
    Bucket(String),
    /// In a store that is handed over.
    Given(Arc<dyn ObjectStore>),
}

/// The folder for files that are kept here or arrive here.
pub(super) fn folder(settings: &Settings) -> PathBuf {
    settings.media_dir.clone().unwrap_or_else(|| match &settings.target {
        Target::SqliteDir(dir) => dir.join("media"),
        Target::PostgresUrl { .. } => {
            let keys = keyfile::path(settings);
            keys.parent().map_or_else(|| PathBuf::from("media"), |dir| dir.join("media"))
        }
    })
}

/// The store of files.
#[derive(Debug)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    prefix: Key,
    /// The folder, where it is one: there a file is put by renaming it.
    folder: Option<PathBuf>,
}

impl Files {
    /// Opens the place of the settings.
    pub(super) fn open(settings: &Settings) -> Result<Self, MediaError> {
        match &settings.media_place {
            MediaPlace::Beside => {
                let folder = folder(settings);
                // No root: it need not be there yet. Keys are absolute.
                Ok(Self { store: Arc::new(LocalFileSystem::new()), prefix: Key::default(), folder: Some(folder) })
            }
            MediaPlace::Given(store) => Ok(Self { store: Arc::clone(store), prefix: Key::default(), folder: None }),
            MediaPlace::Bucket(url) => bucket(url),
        }
    }

    /// What the place is, for whoever runs the server.
    pub fn shown(&self) -> String {
        match &self.folder {
            Some(folder) => folder.display().to_string(),
            None => format!("{} {}", self.store, self.prefix),
        }
    }

    fn key(&self, operation: &OperationId, hash: &MediaHash) -> Result<Key, MediaError> {
        let (operation, hash) = (operation.to_string(), hash.to_string());
        let some = hash.get(..2).unwrap_or_default();
        match &self.folder {
            Some(folder) => {
                let file = std::path::absolute(folder.join(&operation).join(some).join(&hash))?;
                Ok(Key::from_absolute_path(file).map_err(object_store::Error::from)?)
            }
            None => Ok(self.prefix.clone().join(operation.as_str()).join(some).join(hash.as_str())),
        }
    }

    /// Puts a whole file there, durably. Where it is a folder the file is moved; `false` says that it is still where it was.
    pub(super) async fn keep(
        &self,
        file: PathBuf,
        operation: &OperationId,
        hash: &MediaHash,
    ) -> Result<bool, MediaError> {
        if let Some(folder) = &self.folder {
            let name = hash.to_string();
            let dir = folder.join(operation.to_string()).join(name.get(..2).unwrap_or_default());
            let moved = tokio::task::spawn_blocking(move || {
                std::fs::create_dir_all(&dir)?;
                std::fs::rename(file, dir.join(name))?;
                // The name is durable only with its folder, and that with the one above.
                for dir in dir.ancestors().take(3) {
                    sync_folder(dir)?;
                }
                Ok::<_, MediaError>(true)
            });
            return moved.await.map_err(|_| MediaError::Cancelled)?;
        }
        let key = self.key(operation, hash)?;
        let read = tokio::task::spawn_blocking(move || std::fs::read(file));
        let bytes = read.await.map_err(|_| MediaError::Cancelled)??;
        if bytes.len() <= PART {
            self.store.put(&key, bytes.into()).await?;
        } else {
            let mut parts = WriteMultipart::new_with_chunk_size(self.store.put_multipart(&key).await?, PART);
            parts.put(bytes.into());
            parts.finish().await?;
        }
        Ok(false)
    }

    /// How large the file there is, if it is there.
    pub async fn size(&self, operation: &OperationId, hash: &MediaHash) -> Result<Option<u64>, MediaError> {
        match self.store.head(&self.key(operation, hash)?).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads a file, or a piece of it.
    pub async fn get(
        &self,
        operation: &OperationId,
        hash: &MediaHash,
        range: Option<core::ops::Range<u64>>,
    ) -> Result<GetResult, MediaError> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        Ok(self.store.get_opts(&self.key(operation, hash)?, options).await?)
    }

    /// Reads a whole file into memory.
    pub async fn whole(&self, operation: &OperationId, hash: &MediaHash) -> Result<Vec<u8>, MediaError> {
        Ok(self.get(operation, hash, None).await?.bytes().await?.to_vec())
    }
}

fn bucket(url: &str) -> Result<Files, MediaError> {
    let bad = |problem: String| MediaError::Place { given: url.to_owned(), problem };
    let rest = url.strip_prefix("s3://").ok_or_else(|| bad("not the address of a bucket".to_owned()))?;
    let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if name.is_empty() || name.contains(|letter: char| !letter.is_ascii_alphanumeric() && !"-._".contains(letter)) {
        return Err(bad("not the name of a bucket".to_owned()));
    }
    let prefix = Key::parse(prefix).map_err(|error| bad(error.to_string()))?;
    // A request of a tablet has a minute.
    let retry = RetryConfig { max_retries: 3, retry_timeout: Duration::from_secs(20), ..RetryConfig::default() };
    let mut builder = AmazonS3Builder::from_env().with_bucket_name(name).with_retry(retry);
    let plain = std::env::var("AWS_ALLOW_HTTP").is_ok_and(|value| value.eq_ignore_ascii_case("true") || value == "1");
    builder = builder.with_client_options(
        ClientOptions::new()
            .with_timeout(Duration::from_secs(30))
            .with_connect_timeout(Duration::from_secs(5))
            .with_allow_http(plain),
    );
    let store = builder.build().map_err(|error| bad(error.to_string()))?;
    Ok(Files { store: Arc::new(store), prefix, folder: None })
}

/// Whether a text names a place for files, as the settings check it.
pub fn is_place(text: &str) -> bool {
    text.strip_prefix("s3://").is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

/// Makes the names in a folder durable, where the system can.
pub(super) fn sync_folder(dir: &Path) -> std::io::Result<()> {
    if cfg!(unix) { std::fs::File::open(dir)?.sync_all() } else { Ok(()) }
}
