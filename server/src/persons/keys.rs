//! The two secrets for records of people, in one file beside the register's key, readable by its owner alone:
//!
//! ```text
//! AGE-SECRET-KEY-1…      tablets seal to its public half (X25519, as the program `age` reads it)
//! master <64 hex>        wraps the key of each record that is kept
//! ```
//!
//! The database holds a check of them, so that a second server or a restored one does not go on with others. Where they are missing or
//! other, weapons are taken in as ever and records of people wait on the tablets.

use std::fmt;
use std::io::Write as _;
use std::path::Path;
use std::str::FromStr as _;

use age::secrecy::ExposeSecret as _;
use ploughshare_core::keys::sha256;
use zeroize::Zeroizing;

use super::PersonsError;
use crate::keyfile::KeyFileError;
use crate::store::{Db, Result as StoreResult};
use crate::vals;

/// The secrets.
pub struct PersonKeys {
    pub(super) identity: age::x25519::Identity,
    pub(super) master: Zeroizing<[u8; 32]>,
    /// The public half, as age writes it.
    pub recipient: String,
}

impl fmt::Debug for PersonKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonKeys").field("recipient", &self.recipient).finish_non_exhaustive()
    }
}

/// The secrets, or why they cannot be used.
#[derive(Debug)]
pub enum Persons {
    /// They are those of this register.
    Ready(Box<PersonKeys>),
    /// Their file is gone.
    Missing,
    /// The file holds others.
    Other,
}

impl Persons {
    /// The secrets.
    pub fn ready(&self) -> Result<&PersonKeys, PersonsError> {
        match self {
            Self::Ready(keys) => Ok(keys),
            Self::Missing => Err(PersonsError::KeyMissing),
            Self::Other => Err(PersonsError::KeyOther),
        }
    }

    /// Reads the file, or makes it where this register never had one, and holds it against what the database knows.
    pub async fn open(feed: &Db, path: &Path) -> Result<Self, crate::app::AppError> {
        let kept = kept_check(feed).await?;
        let keys = match read(path)? {
            Some(keys) => keys,
            None if kept.is_some() => {
                tracing::error!(path = %path.display(), "persons.key_missing");
                return Ok(Self::Missing);
            }
            None => create(path)?,
        };
        let check = keys.check();
        if kept.is_none() {
            let mut tx = feed.begin_write().await?;
            tx.insert_missing("register_meta", &["key", "value"], vec![vals![META, check]]).await?;
            tx.commit().await?;
        }
        // Another server may have been first.
        if kept_check(feed).await? == Some(check) {
            return Ok(Self::Ready(Box::new(keys)));
        }
        tracing::error!(path = %path.display(), "persons.key_other");
        Ok(Self::Other)
    }
}

const META: &str = "person_key_check";

async fn kept_check(feed: &Db) -> StoreResult<Option<[u8; 32]>> {
    let row = feed.query_one("select value from register_meta where key = $1", &vals![META]).await?;
    row.map(|row| row.array(0)).transpose()
}

impl PersonKeys {
    fn check(&self) -> [u8; 32] {
        let parts = [b"ploughshare person key check v1".as_slice(), self.recipient.as_bytes(), self.master.as_slice()];
        sha256(&Zeroizing::new(parts.concat()))
    }
}

fn io(path: &Path) -> impl Fn(std::io::Error) -> KeyFileError {
    move |source| KeyFileError::Io { path: path.to_owned(), source }
}

fn read(path: &Path) -> Result<Option<PersonKeys>, KeyFileError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io(path)(error)),
    };
    parse(&text).map(Some).ok_or_else(|| KeyFileError::PersonMalformed { path: path.to_owned() })
}

fn parse(text: &str) -> Option<PersonKeys> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let identity = age::x25519::Identity::from_str(lines.next()?).ok()?;
    let mut master = Zeroizing::new([0; 32]);
    hex::decode_to_slice(lines.next()?.strip_prefix("master ")?, master.as_mut_slice()).ok()?;
    let recipient = identity.to_public().to_string();
    lines.next().is_none().then_some(PersonKeys { identity, master, recipient })
}

/// Makes the file, once: the file of a process that was first counts.
fn create(path: &Path) -> Result<PersonKeys, KeyFileError> {
    let io = io(path);
    let identity = age::x25519::Identity::generate();
    let mut master = Zeroizing::new([0; 32]);
    getrandom::fill(master.as_mut_slice()).map_err(|error| io(std::io::Error::other(error.to_string())))?;
    let secret = identity.to_string();
    let text = Zeroizing::new(format!("{}\nmaster {}\n", secret.expose_secret(), hex::encode(master.as_slice())));
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).map_err(&io)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(&io)?,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(io(error)),
    }
    read(path)?.ok_or_else(|| io(std::io::ErrorKind::NotFound.into()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_file_is_made_once_for_its_owner_alone_and_reads_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys/person.key");
        let made = create(&path).unwrap();
        assert_eq!(read(&path).unwrap().unwrap().check(), made.check());
        assert_eq!(create(&path).unwrap().check(), made.check(), "the first stays");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!format!("{made:?}").contains("AGE-SECRET"), "secrets are not printed");
        for bad in ["", "x", text.lines().next().unwrap(), &format!("{text}more\n"), &text.replace("master ", "m ")] {
            std::fs::write(&path, bad).unwrap();
            assert_eq!(read(&path).unwrap_err().code(), "start.person_key_malformed", "{}", bad.len());
        }
    }
}
