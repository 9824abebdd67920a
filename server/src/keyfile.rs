//! The register's secret key on disk: 32 bytes as hex, readable by its owner alone.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use ploughshare_core::keys::SecretKey;

use crate::app::Settings;
use crate::store::Target;

/// Why the key could not be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// The file cannot be read or written.
    #[error("key file {path}: {source}. Nothing was changed")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file does not hold the two secrets for records of people.
    #[error(
        "person key file {path} does not hold an age secret key and a master key. Nothing was changed; restore the file from its backup"
    )]
    PersonMalformed {
        /// Which file.
        path: PathBuf,
    },
    /// The file does not hold a key.
    #[error("key file {path} does not hold 64 hex digits. Nothing was changed; restore the file from its backup")]
    Malformed {
        /// Which file.
        path: PathBuf,
    },
}

impl KeyFileError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "start.key_file",
            Self::Malformed { .. } => "start.key_file_malformed",
            Self::PersonMalformed { .. } => "start.person_key_malformed",
        }
    }
}

/// Where the key is: as set, or beside the data. With PostgreSQL the default is `keys/register.key` in the working directory.
pub fn path(settings: &Settings) -> PathBuf {
    settings.key_file.clone().unwrap_or_else(|| match &settings.target {
        Target::SqliteDir(dir) => dir.join("keys").join("register.key"),
        Target::PostgresUrl { .. } => PathBuf::from("keys").join("register.key"),
    })
}

/// Where the secrets for records of people are: as set, or beside the register's key.
pub fn person_path(settings: &Settings) -> PathBuf {
    settings.person_key_file.clone().unwrap_or_else(|| path(settings).with_file_name("person.key"))
}

/// Reads the key, or makes one where there is no file yet.
pub fn load_or_create(path: &Path) -> Result<SecretKey, KeyFileError> {
    let io = |source| KeyFileError::Io { path: path.to_owned(), source };
    match std::fs::read_to_string(path) {
        Ok(text) => read(path, &text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut seed = [0; 32];
            getrandom::fill(&mut seed).map_err(|error| io(std::io::Error::other(error.to_string())))?;
            if let Some(dir) = path.parent() {
                std::fs::create_dir_all(dir).map_err(io)?;
            }
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            match options.open(path) {
                Ok(mut file) => {
                    file.write_all(hex::encode(seed).as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
                    Ok(SecretKey::ed25519(&seed))
                }
                // Another process was first.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                    read(path, &std::fs::read_to_string(path).map_err(io)?)
                }
                Err(error) => Err(io(error)),
            }
        }
        Err(error) => Err(io(error)),
    }
}

fn read(path: &Path, text: &str) -> Result<SecretKey, KeyFileError> {
    let mut seed = [0; 32];
    hex::decode_to_slice(text.trim(), &mut seed).map_err(|_| KeyFileError::Malformed { path: path.to_owned() })?;
    Ok(SecretKey::ed25519(&seed))
}
