//! The secrets for records of people, in one file beside the register's key, readable by its owner alone:
//!
//! ```text
//! AGE-SECRET-KEY-1…      tablets seal to its public half (X25519, as the program `age` reads it)
//! master <64 hex>        wraps the key of each record that is kept
//! AGE-SECRET-KEY-1…      what tablets sealed to before, newest first: what is under way opens still
//! ```
//!
//! The database holds a check of the master and the first key that there ever was, so that a second server or a restored one does not go on
//! with others. Where they are missing or other, weapons are taken in as ever and records of people wait on the tablets. A running server
//! reads the file again when it changes, so that a key is rotated without stopping it.

use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use age::secrecy::ExposeSecret as _;
use ploughshare_core::keys::sha256;
use zeroize::Zeroizing;

use super::PersonsError;
use crate::keyfile::KeyFileError;
use crate::store::{Db, Result as StoreResult};
use crate::vals;

/// The secrets.
pub struct PersonKeys {
    /// Newest first; never empty.
    pub(super) identities: Vec<age::x25519::Identity>,
    pub(super) master: Zeroizing<[u8; 32]>,
    /// The public half that tablets seal to, as age writes it.
    pub recipient: String,
    /// That of the first key there ever was.
    first: String,
}

impl fmt::Debug for PersonKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonKeys").field("recipient", &self.recipient).finish_non_exhaustive()
    }
}

/// The secrets, or why they cannot be used.
#[derive(Debug)]
pub struct Persons {
    path: PathBuf,
    check: [u8; 32],
    found: RwLock<(Option<SystemTime>, Found)>,
}

#[derive(Debug, Clone)]
enum Found {
    /// They are those of this register.
    Ready(Arc<PersonKeys>),
    /// Their file is gone.
    Missing,
    /// The file holds others.
    Other,
}

impl Persons {
    /// The secrets, as the file has them now.
    pub fn ready(&self) -> Result<Arc<PersonKeys>, PersonsError> {
        let changed = changed(&self.path);
        let (read, found) = self.found.read().unwrap_or_else(PoisonError::into_inner).clone();
        let found = match (changed, found) {
            (Some(changed), _) if read != Some(changed) => self.read_again(changed),
            // A file that goes while a server runs takes nothing from it.
            (_, found) => found,
        };
        match found {
            Found::Ready(keys) => Ok(keys),
            Found::Missing => Err(PersonsError::KeyMissing),
            Found::Other => Err(PersonsError::KeyOther),
        }
    }

    fn read_again(&self, changed: SystemTime) -> Found {
        let fresh = match read(&self.path) {
            Ok(Some(keys)) if keys.check() == self.check => Some(Found::Ready(Arc::new(keys))),
            Ok(Some(_)) => Some(Found::Other),
            Ok(None) => None,
            Err(error) => {
                tracing::error!(code = error.code(), "persons.key_file");
                None
            }
        };
        let mut found = self.found.write().unwrap_or_else(PoisonError::into_inner);
        *found = (Some(changed), fresh.unwrap_or_else(|| found.1.clone()));
        found.1.clone()
    }

    /// Reads the file, or makes it where this register never had one, and holds it against what the database knows.
    pub async fn open(feed: &Db, path: &Path) -> Result<Self, crate::app::AppError> {
        let kept = kept_check(feed).await?;
        let as_found = |check, found| {
            let found = RwLock::new((changed(path), found));
            Self { path: path.to_owned(), check, found }
        };
        let keys = match (read(path)?, kept) {
            (Some(keys), _) => keys,
            (None, Some(check)) => {
                tracing::error!(path = %path.display(), "persons.key_missing");
                return Ok(as_found(check, Found::Missing));
            }
            (None, None) => create(path)?,
        };
        let check = keys.check();
        if kept.is_none() {
            let mut tx = feed.begin_write().await?;
            tx.insert_missing("register_meta", &["key", "value"], vec![vals![META, check]]).await?;
            tx.commit().await?;
        }
        // Another server may have been first.
        let kept = kept_check(feed).await?.unwrap_or(check);
        if kept == check {
            return Ok(as_found(check, Found::Ready(Arc::new(keys))));
        }
        tracing::error!(path = %path.display(), "persons.key_other");
        Ok(as_found(kept, Found::Other))
    }

    /// Makes a new key for tablets to seal to. What they seal to the one before opens still, and what is kept is not touched.
    pub fn rotate(&self) -> Result<Arc<PersonKeys>, PersonsError> {
        self.ready()?;
        // Whoever holds this file rotates, alone; then it takes the place of the other.
        let next = self.path.with_extension("key.new");
        let mut file = private(&next).map_err(io(&next))?;
        let written = read(&self.path)?.ok_or(PersonsError::KeyMissing).and_then(|keys| {
            let fresh = age::x25519::Identity::generate();
            let text = text(&[&[fresh], keys.identities.as_slice()].concat(), &keys.master);
            file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|e| io(&next)(e).into())
        });
        let written: Result<(), PersonsError> =
            written.and_then(|()| std::fs::rename(&next, &self.path).map_err(|error| io(&self.path)(error).into()));
        if let Err(error) = written {
            drop(std::fs::remove_file(&next));
            return Err(error);
        }
        // Read whatever the hour of the file: two changes may fall into one tick of its clock.
        if let Some(changed) = changed(&self.path) {
            self.read_again(changed);
        }
        self.ready()
    }
}

/// When the file was changed last.
fn changed(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|file| file.modified()).ok()
}

const META: &str = "person_key_check";

async fn kept_check(feed: &Db) -> StoreResult<Option<[u8; 32]>> {
    let row = feed.query_one("select value from register_meta where key = $1", &vals![META]).await?;
    row.map(|row| row.array(0)).transpose()
}

impl PersonKeys {
    /// Opens what a tablet sealed to a key of the register; `None` where it was sealed to none of them, or was changed.
    pub fn unseal(&self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.identities.iter().find_map(|identity| age::decrypt(identity, sealed).ok()).map(Zeroizing::new)
    }

    /// Of these keys, newest first.
    pub(super) fn of(identities: Vec<age::x25519::Identity>, master: Zeroizing<[u8; 32]>) -> Self {
        let public = |one: Option<&age::x25519::Identity>| one.map(|i| i.to_public().to_string()).unwrap_or_default();
        let (recipient, first) = (public(identities.first()), public(identities.last()));
        Self { identities, master, recipient, first }
    }

    fn check(&self) -> [u8; 32] {
        let parts = [b"ploughshare person key check v1".as_slice(), self.first.as_bytes(), self.master.as_slice()];
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
    let mut identities = vec![age::x25519::Identity::from_str(lines.next()?).ok()?];
    let mut master = Zeroizing::new([0; 32]);
    hex::decode_to_slice(lines.next()?.strip_prefix("master ")?, master.as_mut_slice()).ok()?;
    for line in lines {
        identities.push(age::x25519::Identity::from_str(line).ok()?);
    }
    Some(PersonKeys::of(identities, master))
}

fn text(identities: &[age::x25519::Identity], master: &Zeroizing<[u8; 32]>) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    for (n, identity) in identities.iter().enumerate() {
        text.push_str(identity.to_string().expose_secret());
        text.push('\n');
        if n == 0 {
            text.push_str("master ");
            text.push_str(&Zeroizing::new(hex::encode(master.as_slice())));
            text.push('\n');
        }
    }
    text
}

/// A new file that its owner alone can read.
fn private(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes the file, once: the file of a process that was first counts.
fn create(path: &Path) -> Result<PersonKeys, KeyFileError> {
    let io = io(path);
    let identity = age::x25519::Identity::generate();
    let mut master = Zeroizing::new([0; 32]);
    getrandom::fill(master.as_mut_slice()).map_err(|error| io(std::io::Error::other(error.to_string())))?;
    let text = text(&[identity], &master);
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).map_err(&io)?;
    }
    match private(path) {
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
