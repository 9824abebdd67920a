//! Files on their way in: one that grows for each device, operation and hash. How long it is, is how much is here.
//!
//! A write may outlive its request (the tablet hung up): it holds the right to the file until it is done, so two never write to one file. A
//! device has a few files under way at a time; one that nobody touched for two weeks makes room.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use ploughshare_core::ids::{DeviceId, MediaHash, OperationId};

use super::MediaError;
use super::place::sync_folder;

/// After this time nobody goes on with a file.
const FORGOTTEN: Duration = Duration::from_hours(14 * 24);

type Name = (DeviceId, OperationId, MediaHash);

/// The folder in which files arrive, and which of them somebody is writing to.
#[derive(Debug)]
pub struct Incoming {
    dir: PathBuf,
    most: usize,
    busy: Arc<Mutex<BTreeSet<Name>>>,
}

/// The right to write to one file; given back when the last who holds it lets go.
#[derive(Debug)]
struct Claim {
    name: Name,
    busy: Arc<Mutex<BTreeSet<Name>>>,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}

/// A file that is being brought.
#[derive(Debug)]
pub struct Upload {
    /// Where it grows.
    pub(super) path: PathBuf,
    /// How large it will be.
    pub(super) size: u64,
    /// How much is here.
    pub(super) have: u64,
    file: Option<Arc<File>>,
    claim: Arc<Claim>,
}

impl Incoming {
    pub(super) fn new(dir: PathBuf, most: u32) -> Self {
        Self { dir, most: most as usize, busy: Arc::default() }
    }

    fn path(&self, (device, operation, hash): &Name) -> PathBuf {
        self.dir.join(device.to_string()).join(format!("{operation}.{hash}"))
    }

    /// Takes the right to a file and looks how much of it is here. Nothing is made yet.
    pub(super) fn claim(&self, name: Name, size: u64) -> Result<Upload, MediaError> {
        if !self.busy.lock().unwrap_or_else(PoisonError::into_inner).insert(name) {
            return Err(MediaError::InProgress);
        }
        let claim = Arc::new(Claim { name, busy: Arc::clone(&self.busy) });
        let path = self.path(&name);
        let have = match std::fs::metadata(&path) {
            Ok(meta) => meta.len(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error.into()),
        };
        Ok(Upload { path, size, have, file: None, claim })
    }

    /// Refuses a file that would be one too many of its device. The one that was not touched for longest makes room, if that is long ago.
    pub(super) fn room(&self, device: &DeviceId) -> Result<(), MediaError> {
        let dir = self.dir.join(device.to_string());
        let mut begun: Vec<(SystemTime, PathBuf)> = match std::fs::read_dir(&dir) {
            Ok(files) => files
                .filter_map(|file| {
                    let file = file.ok()?;
                    Some((file.metadata().ok()?.modified().ok()?, file.path()))
                })
                .collect(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        begun.sort();
        if begun.len() < self.most {
            return Ok(());
        }
        match begun.first() {
            Some((touched, path)) if touched.elapsed().is_ok_and(|since| since > FORGOTTEN) => {
                Ok(std::fs::remove_file(path)?)
            }
            _ => Err(MediaError::Unfinished(begun.len())),
        }
    }

    /// Throws away what came of a file that is stored already.
    pub(super) fn forget(&self, name: &Name) {
        // It may not be there; and what stays behind is taken away the next time.
        _ = std::fs::remove_file(self.path(name));
    }
}

impl Upload {
    /// How many bytes are here.
    pub fn have(&self) -> u64 {
        self.have
    }

    /// Whether all of it is here.
    pub fn is_whole(&self) -> bool {
        self.have == self.size
    }

    pub(super) fn device(&self) -> DeviceId {
        self.claim.name.0
    }

    /// Writes the next bytes.
    pub(super) async fn write(&mut self, bytes: axum::body::Bytes) -> Result<(), MediaError> {
        let length = bytes.len() as u64;
        if self.have + length > self.size {
            return Err(MediaError::BeyondSize);
        }
        let (path, at, opened, claim) = (self.path.clone(), self.have, self.file.clone(), Arc::clone(&self.claim));
        let written = tokio::task::spawn_blocking(move || {
            let _claim = claim;
            let file = match opened {
                Some(file) => file,
                None => Arc::new(open(&path)?),
            };
            (&*file).seek(SeekFrom::Start(at))?;
            (&*file).write_all(&bytes)?;
            Ok::<_, std::io::Error>(file)
        });
        self.file = Some(written.await.map_err(|_| MediaError::Cancelled)??);
        self.have += length;
        Ok(())
    }

    /// Makes durable what was written, so that what the tablet is told holds after a power cut.
    pub(super) async fn settle(&mut self) -> Result<(), MediaError> {
        let Some(file) = self.file.take() else { return Ok(()) };
        let claim = Arc::clone(&self.claim);
        let synced = tokio::task::spawn_blocking(move || {
            let _claim = claim;
            file.sync_data()
        });
        Ok(synced.await.map_err(|_| MediaError::Cancelled)??)
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    let dir = path.parent().unwrap_or(path);
    std::fs::create_dir_all(dir)?;
    let begun = !path.exists();
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    if begun {
        sync_folder(dir)?;
    }
    Ok(file)
}
