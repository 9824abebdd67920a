//! What the platform gives: time, chance, and a place for secrets outside backups.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use zeroize::Zeroizing;

use crate::error::{ErrorKind, TabletError};

/// Why the platform did not give what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlatformError {
    /// The secret store is locked, for example before the first unlock after a start.
    #[error("the secret store is locked")]
    Locked,
    /// Anything else.
    #[error("{message}")]
    Failed {
        /// What happened.
        message: String,
    },
}

impl PlatformError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Locked => "platform.locked",
            Self::Failed { .. } => "platform.failed",
        }
    }
}

impl From<PlatformError> for TabletError {
    fn from(error: PlatformError) -> Self {
        Self::new(ErrorKind::Platform, error.code(), error.to_string(), "Unlock the device and try again.")
    }
}

fn failed(what: &str, error: impl std::fmt::Display) -> PlatformError {
    PlatformError::Failed { message: format!("{what}: {error}") }
}

/// Which start of the device this is, and for how long it has run since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootTime {
    /// Another text after every start, for example Linux's boot id or Android's boot count.
    pub id: String,
    /// Milliseconds since that start, sleep included; nobody can set them.
    pub elapsed_ms: i64,
}

/// Time and chance.
pub trait Platform: Send + Sync {
    /// What the device's clock claims, in ms since the Unix epoch.
    fn now_ms(&self) -> Result<i64, PlatformError>;
    /// Milliseconds of a clock that is never set back, since any fixed moment of this run.
    fn monotonic_ms(&self) -> Result<u64, PlatformError>;
    /// Which start of the device this is and how long it has run, where the platform can tell. Waiting times after wrong PINs are
    /// counted by it; without it only by a clock that whoever holds the device can set.
    fn boot(&self) -> Result<Option<BootTime>, PlatformError> {
        Ok(None)
    }
    /// That many random bytes, fit for keys.
    fn random(&self, count: u32) -> Result<Vec<u8>, PlatformError>;
}

/// Secrets of this installation, kept outside backups.
pub trait KeyVault: Send + Sync {
    /// The secret of that name, if it is there.
    fn load(&self, name: &str) -> Result<Option<Vec<u8>>, PlatformError>;
    /// Keeps a secret; durable when this returns.
    fn store(&self, name: &str, secret: Vec<u8>) -> Result<(), PlatformError>;
    /// Forgets a secret for good; one that is not there is forgotten already.
    fn remove(&self, name: &str) -> Result<(), PlatformError>;
}

/// The operating system's clock and randomness.
#[derive(Debug)]
pub struct SystemPlatform {
    start: Instant,
}

impl Default for SystemPlatform {
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

impl Platform for SystemPlatform {
    fn now_ms(&self) -> Result<i64, PlatformError> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|e| failed("clock", e))?;
        i64::try_from(since.as_millis()).map_err(|e| failed("clock", e))
    }

    fn monotonic_ms(&self) -> Result<u64, PlatformError> {
        Ok(self.start.elapsed().as_millis() as u64)
    }

    /// Linux tells it in two files; elsewhere nothing is known.
    fn boot(&self) -> Result<Option<BootTime>, PlatformError> {
        let read = |path| fs::read_to_string(path).ok();
        let Some((id, uptime)) = read("/proc/sys/kernel/random/boot_id").zip(read("/proc/uptime")) else {
            return Ok(None);
        };
        let seconds = uptime.split_whitespace().next().and_then(|text| text.parse::<f64>().ok());
        Ok(seconds.map(|seconds| BootTime { id: id.trim().to_owned(), elapsed_ms: (seconds * 1000.0) as i64 }))
    }

    fn random(&self, count: u32) -> Result<Vec<u8>, PlatformError> {
        let mut bytes = vec![0; count as usize];
        getrandom::fill(&mut bytes).map_err(|e| failed("randomness", e))?;
        Ok(bytes)
    }
}

/// Secrets as files of mode 0600 in one folder, named `no-backup` so that backup programs can leave it out.
#[derive(Debug)]
pub struct FileVault {
    folder: PathBuf,
}

impl FileVault {
    /// A vault in this folder; it is made when the first secret is kept.
    pub fn new(folder: &str) -> Self {
        Self { folder: PathBuf::from(folder) }
    }
}

impl KeyVault for FileVault {
    fn load(&self, name: &str) -> Result<Option<Vec<u8>>, PlatformError> {
        match fs::read(self.folder.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("reading a secret", error)),
        }
    }

    fn store(&self, name: &str, secret: Vec<u8>) -> Result<(), PlatformError> {
        let secret = Zeroizing::new(secret);
        fs::create_dir_all(&self.folder).map_err(|e| failed("making the folder for secrets", e))?;
        restrict(&self.folder, 0o700)?;
        let fresh = self.folder.join(format!("{name}.new"));
        let write = || -> std::io::Result<()> {
            let mut options = fs::OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&fresh)?;
            file.write_all(&secret)?;
            file.sync_all()?;
            fs::rename(&fresh, self.folder.join(name))?;
            fs::File::open(&self.folder)?.sync_all()
        };
        write().map_err(|e| failed("keeping a secret", e))
    }

    fn remove(&self, name: &str) -> Result<(), PlatformError> {
        match fs::remove_file(self.folder.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed("forgetting a secret", error)),
            _ => Ok(()),
        }
    }
}

#[cfg(unix)]
fn restrict(path: &Path, mode: u32) -> Result<(), PlatformError> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(|e| failed("closing the folder for secrets", e))
}

#[cfg(not(unix))]
fn restrict(_: &Path, _: u32) -> Result<(), PlatformError> {
    Ok(())
}
