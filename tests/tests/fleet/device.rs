//! A tablet of the fleet: its clock is the world's with an error of its own, its chance comes from the seed, and its secrets lie in memory, so that it
//! can be restarted, set back to an older copy of its folder, or copied with its secrets.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use mobile_ffi::{BootTime, KeyVault, Platform, PlatformError, Tablet, TabletConfig};

use super::dice::Dice;

/// Time of the world, µs since the Unix epoch; it only goes forward.
#[derive(Debug)]
pub struct WorldClock(pub AtomicI64);

impl WorldClock {
    /// Now, ms since the Unix epoch.
    pub fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst) / 1000
    }

    /// Lets time pass.
    pub fn pass_ms(&self, ms: i64) {
        self.0.fetch_add(ms * 1000, Ordering::SeqCst);
    }
}

impl ploughshare_server::clock::Clock for WorldClock {
    fn now_us(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// What the operating system of a tablet gives.
pub struct Board {
    clock: Arc<WorldClock>,
    /// What its clock is wrong by, ms.
    pub skew_ms: AtomicI64,
    started_ms: i64,
    boot: u64,
    dice: Mutex<Dice>,
}

impl Platform for Board {
    fn now_ms(&self) -> Result<i64, PlatformError> {
        Ok(self.clock.now_ms() + self.skew_ms.load(Ordering::SeqCst))
    }

    fn monotonic_ms(&self) -> Result<u64, PlatformError> {
        Ok((self.clock.now_ms() - self.started_ms) as u64)
    }

    fn boot(&self) -> Result<Option<BootTime>, PlatformError> {
        Ok(Some(BootTime { id: format!("boot {}", self.boot), elapsed_ms: self.clock.now_ms() - self.started_ms }))
    }

    fn random(&self, count: u32) -> Result<Vec<u8>, PlatformError> {
        Ok(self.dice.lock().unwrap().bytes(count as usize))
    }
}

/// Secrets in memory.
#[derive(Debug, Default)]
pub struct Vault(pub Mutex<BTreeMap<String, Vec<u8>>>);

impl KeyVault for Vault {
    fn load(&self, name: &str) -> Result<Option<Vec<u8>>, PlatformError> {
        Ok(self.0.lock().unwrap().get(name).cloned())
    }

    fn store(&self, name: &str, secret: Vec<u8>) -> Result<(), PlatformError> {
        self.0.lock().unwrap().insert(name.to_owned(), secret);
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), PlatformError> {
        self.0.lock().unwrap().remove(name);
        Ok(())
    }
}

/// A statement that was saved, and whether the register has receipted it.
#[derive(Debug, Clone)]
pub struct Said {
    /// The document.
    pub document: String,
    /// The entry.
    pub entry: String,
    /// Path and value, where one field was set.
    pub field: Option<(String, String)>,
    /// Whether it is receipted.
    pub receipted: bool,
}

/// One tablet.
pub struct Device {
    /// Its name.
    pub name: String,
    folder: PathBuf,
    clock: Arc<WorldClock>,
    vault: Arc<Vault>,
    /// What runs now.
    pub tablet: Option<Tablet>,
    board: Option<Arc<Board>>,
    skew_ms: i64,
    boots: u64,
    /// Everything said on it that it must not lose.
    pub said: Vec<Said>,
    /// A copy of its folder, and how much had been said when it was made.
    backup: Option<(PathBuf, usize)>,
}

impl Device {
    /// A new one in a folder.
    pub fn new(name: &str, folder: PathBuf, clock: Arc<WorldClock>, skew_ms: i64, dice: &mut Dice) -> Self {
        let mut device = Self {
            name: name.to_owned(),
            folder,
            clock,
            vault: Arc::default(),
            tablet: None,
            board: None,
            skew_ms,
            boots: 0,
            said: Vec::new(),
            backup: None,
        };
        device.start(dice);
        device
    }

    /// The running program.
    pub fn tablet(&self) -> &Tablet {
        self.tablet.as_ref().unwrap()
    }

    /// Starts the program, after the device was off.
    pub fn start(&mut self, dice: &mut Dice) {
        self.tablet = None;
        self.boots += 1;
        let board = Arc::new(Board {
            clock: Arc::clone(&self.clock),
            skew_ms: AtomicI64::new(self.skew_ms),
            started_ms: self.clock.now_ms(),
            boot: self.boots,
            dice: Mutex::new(Dice::new(dice.below(usize::MAX) as u64)),
        });
        let config = TabletConfig::new(&self.folder.to_string_lossy());
        let platform: Arc<dyn Platform> = Arc::<Board>::clone(&board);
        let vault: Arc<dyn KeyVault> = Arc::<Vault>::clone(&self.vault);
        self.tablet = Some(Tablet::open_with(config, platform, vault).unwrap());
        self.board = Some(board);
    }

    /// Somebody sets its clock.
    pub fn set_clock(&mut self, skew_ms: i64) {
        self.skew_ms = skew_ms;
        self.board.as_ref().unwrap().skew_ms.store(skew_ms, Ordering::SeqCst);
    }

    /// Copies its folder while it is off.
    pub fn back_up(&mut self, to: &Path, dice: &mut Dice) {
        self.tablet = None;
        drop(std::fs::remove_dir_all(to));
        ploughshare_tests::copy_folder(&self.folder, to);
        self.backup = Some((to.to_owned(), self.said.len()));
        self.start(dice);
    }

    /// Puts the copy back. What was said since and is not receipted is gone with the folder, as nobody else had it for certain.
    pub fn set_back(&mut self, dice: &mut Dice) -> bool {
        let Some((copy, len)) = self.backup.clone() else { return false };
        self.tablet = None;
        std::fs::remove_dir_all(&self.folder).unwrap();
        ploughshare_tests::copy_folder(&copy, &self.folder);
        let mut at = 0;
        self.said.retain(|said| {
            at += 1;
            at <= len || said.receipted
        });
        self.start(dice);
        true
    }

    /// Another device with the same folder and the same secrets, as a cloning program makes it.
    pub fn copied(&mut self, name: &str, folder: PathBuf, dice: &mut Dice) -> Self {
        self.tablet = None;
        ploughshare_tests::copy_folder(&self.folder, &folder);
        let secrets = self.vault.0.lock().unwrap().clone();
        let mut copy = Self {
            name: name.to_owned(),
            folder,
            clock: Arc::clone(&self.clock),
            vault: Arc::new(Vault(Mutex::new(secrets))),
            tablet: None,
            board: None,
            skew_ms: self.skew_ms,
            boots: self.boots,
            said: self.said.clone(),
            backup: None,
        };
        self.start(dice);
        copy.start(dice);
        copy
    }

    /// Everything said so far has been receipted.
    pub fn all_receipted(&mut self) {
        for said in &mut self.said {
            said.receipted = true;
        }
    }
}
