//! What happens: people record and correct, links come and go, tablets are restarted, set back and copied, the server goes down and up.

use std::path::PathBuf;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex};

use mobile_ffi::{Draft, Edit, ListFilter, Saved, SyncReport, TabletError, Value};
use ploughshare_core::identity::Role;
use ploughshare_server::store::identity::Operation;
use tokio::runtime::Runtime;

use super::device::{Device, Said, WorldClock};
use super::dice::Dice;
use super::laws;
use super::link::{Link, Memory, Weather};
use super::server::Server;

/// When every world begins, ms since the Unix epoch.
const BEGIN_MS: i64 = 1_780_000_000_000;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// Rounds in which everybody syncs once that may pass until a healed fleet is quiet; each takes two minutes.
const HEALING: usize = 30;

/// What happened in all.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub worlds: u64,
    pub said: u64,
    pub syncs: u64,
    pub broken_syncs: u64,
    pub conflicts: u64,
    pub lost: u64,
    pub mute: u64,
    pub twice: u64,
    pub stale: u64,
    pub tablet_restarts: u64,
    pub set_back: u64,
    pub copied: u64,
    pub clocks_set: u64,
    pub server_restarts: u64,
    pub most_rounds_to_quiet: u64,
}

impl Tally {
    /// Takes another one in.
    pub fn add(&mut self, other: &Self) {
        self.worlds += other.worlds;
        self.said += other.said;
        self.syncs += other.syncs;
        self.broken_syncs += other.broken_syncs;
        self.conflicts += other.conflicts;
        self.lost += other.lost;
        self.mute += other.mute;
        self.twice += other.twice;
        self.stale += other.stale;
        self.tablet_restarts += other.tablet_restarts;
        self.set_back += other.set_back;
        self.copied += other.copied;
        self.clocks_set += other.clocks_set;
        self.server_restarts += other.server_restarts;
        self.most_rounds_to_quiet = self.most_rounds_to_quiet.max(other.most_rounds_to_quiet);
    }

    /// What must have happened at least once among many seeds.
    pub fn faults(&self) -> [(&'static str, u64); 11] {
        [
            ("statement", self.said),
            ("broken sync", self.broken_syncs),
            ("conflict", self.conflicts),
            ("lost request", self.lost),
            ("lost answer", self.mute),
            ("repeated request", self.twice),
            ("late repetition", self.stale),
            ("restart of a tablet", self.tablet_restarts),
            ("tablet set back", self.set_back),
            ("copied tablet", self.copied),
            ("restart of the server", self.server_restarts),
        ]
    }
}

/// A world of one seed.
pub struct World {
    loud: bool,
    pub dice: Dice,
    pub clock: Arc<WorldClock>,
    pub run: Arc<Runtime>,
    pub operation: Operation,
    pub server: Option<Server>,
    pub devices: Vec<Device>,
    pub memory: Arc<Mutex<Memory>>,
    weather: Weather,
    folder: tempfile::TempDir,
    folders: u32,
}

/// A folder in memory, where the machine has one: a fleet writes much and keeps nothing.
fn folder() -> tempfile::TempDir {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

impl World {
    /// The world of a seed: 3 to 12 tablets, enrolled.
    pub fn new(seed: u64, loud: bool) -> Self {
        let mut dice = Dice::new(seed);
        let run = Arc::new(tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap());
        let clock = Arc::new(WorldClock(AtomicI64::new(BEGIN_MS * 1000)));
        let folder = folder();
        let server = Server::start(&run, folder.path(), &clock);
        let operation = server.open_operation(&run);
        let weather =
            Weather { lost: dice.below(41), mute: dice.below(31), twice: dice.below(21), stale: dice.below(21) };
        let memory = Arc::default();
        let mut world = Self {
            loud,
            dice,
            clock,
            run,
            operation,
            server: Some(server),
            devices: Vec::new(),
            memory,
            weather,
            folder,
            folders: 0,
        };
        // Most fleets are small, so that the tablets meet on the same items.
        let count = 3 + world.dice.below(4) + if world.dice.percent(20) { world.dice.below(6) } else { 0 };
        for index in 0..count {
            world.enrol(index);
        }
        world
    }

    fn new_folder(&mut self) -> PathBuf {
        self.folders += 1;
        self.folder.path().join(format!("f{}", self.folders))
    }

    fn enrol(&mut self, index: usize) {
        let roles = [Role::Collector, Role::Inspector, Role::Storekeeper, Role::Registrar];
        let name = format!("Officer {index}");
        let skew = self.skew();
        let folder = self.new_folder();
        let server = self.server.as_ref().unwrap();
        let ticket = server.ticket(&self.run, &self.operation, &name, roles[index % 4]);
        let device = Device::new(&name, folder, Arc::clone(&self.clock), skew, &mut self.dice);
        let link = self.link(Weather::default());
        device.tablet().enrol(Arc::new(link), "http://register.test", &ticket, &name).unwrap();
        self.devices.push(device);
    }

    /// What a clock is wrong by: mostly little, sometimes years.
    fn skew(&mut self) -> i64 {
        match self.dice.below(10) {
            0 => (self.dice.below(20) as i64 - 10) * 365 * DAY_MS,
            1 | 2 => (self.dice.below(200) as i64 - 100) * MINUTE_MS,
            _ => self.dice.below(20_000) as i64 - 10_000,
        }
    }

    fn link(&mut self, weather: Weather) -> Link {
        Link {
            router: self.server.as_ref().map(|server| server.router.clone()),
            run: Arc::clone(&self.run),
            weather,
            dice: Mutex::new(Dice::new(self.dice.below(usize::MAX) as u64)),
            memory: Arc::clone(&self.memory),
            clock: Arc::clone(&self.clock),
        }
    }

    fn told(&self, words: impl FnOnce() -> String) {
        if self.loud {
            eprintln!("{:>12} {}", (self.clock.now_ms() - BEGIN_MS) / 1000, words());
        }
    }

    fn tally(&self, change: impl FnOnce(&mut Tally)) {
        change(&mut self.memory.lock().unwrap().tally);
    }

    /// Lives: faults for a while, then healing, then the laws.
    pub fn live(mut self) -> Tally {
        for _ in 0..60 + self.dice.below(90) {
            self.something();
        }
        let rounds = self.heal();
        laws::hold(&mut self);
        self.tally(|tally| {
            tally.worlds = 1;
            tally.most_rounds_to_quiet = rounds as u64;
        });
        let tally = self.memory.lock().unwrap().tally.clone();
        if let Some(server) = self.server.take() {
            server.stop(&self.run);
        }
        tally
    }

    fn something(&mut self) {
        let pass = match self.dice.below(40) {
            0 => self.dice.below(10) as i64 * DAY_MS,
            1..=5 => self.dice.below(600) as i64 * MINUTE_MS,
            _ => self.dice.below(300_000) as i64,
        };
        self.clock.pass_ms(pass);
        if self.server.is_none() && self.dice.percent(15) {
            self.server_comes();
        }
        let who = self.dice.below(self.devices.len());
        match self.dice.below(100) {
            0..=9 => self.record(who),
            10..=47 => self.correct(who),
            48..=55 => self.settle(who),
            56..=82 => drop(self.sync(who, self.weather)),
            83..=86 => self.restart(who),
            87..=89 => {
                let (folder, name) = (self.new_folder(), self.devices[who].name.clone());
                self.devices[who].back_up(&folder, &mut self.dice);
                self.told(|| format!("{name} is backed up"));
            }
            90 | 91 => self.set_back(who),
            92 => self.copy(who),
            93 => {
                let skew = self.skew();
                self.devices[who].set_clock(skew);
                self.tally(|tally| tally.clocks_set += 1);
            }
            94..=96 => self.server_goes(),
            _ => {
                let steps = 1 + self.dice.below(3);
                let run = Arc::clone(&self.run);
                if let Some(server) = &mut self.server {
                    server.project(&run, steps);
                }
            }
        }
    }

    fn save(&mut self, who: usize, field: Option<(String, String)>, saved: Result<Saved, TabletError>) {
        let name = self.devices[who].name.clone();
        match saved {
            Ok(Saved { document, entry, .. }) => {
                self.told(|| format!("{name} says {} of {}: {field:?}", &entry[..8], &document[..8]));
                self.devices[who].said.push(Said { document, entry, field, receipted: false });
                self.tally(|tally| tally.said += 1);
            }
            // A set-back tablet whose key is gone, or a document that cannot be changed: nothing was said.
            Err(error) => self.told(|| format!("{name} cannot say it: {}", error.code)),
        }
    }

    fn record(&mut self, who: usize) {
        let serial = format!("KV {}", self.dice.below(12));
        let draft = Draft::item()
            .with("kind", "weapon")
            .with("class", "ASR")
            .with("make", "TULA")
            .with_member("markings", &[("type", Value::from("SER")), ("text", Value::from(serial.as_str()))]);
        let saved = self.devices[who].tablet().record(draft);
        self.save(who, None, saved);
    }

    fn documents(&self, who: usize) -> Vec<String> {
        let listed = self.devices[who].tablet().list(ListFilter { limit: 1_000, ..ListFilter::default() });
        let rows = unless_sealed(listed.map(|page| page.rows));
        let mut documents: Vec<String> = rows.into_iter().map(|row| row.document).collect();
        documents.sort_unstable();
        documents
    }

    fn correct(&mut self, who: usize) {
        let documents = self.documents(who);
        let Some(document) = self.dice.pick(&documents).cloned() else { return };
        let (path, values) = match self.dice.below(3) {
            0 => ("make", ["TULA", "RADOM", "IZHMASH", "NORINCO"]),
            1 => ("model", ["AKM", "AK-74", "Type 56", "PM md. 63"]),
            _ => ("calibre", ["7.62x39", "5.45x39", "7.62x54R", "9x18"]),
        };
        let value = values[self.dice.below(4)];
        let edits = vec![Edit::Set { path: path.to_owned(), value: value.into() }];
        let saved = self.devices[who].tablet().edit(&document, edits);
        self.save(who, Some((path.to_owned(), value.to_owned())), saved);
    }

    fn settle(&mut self, who: usize) {
        let conflicts = unless_sealed(self.devices[who].tablet().conflicts(50));
        let Some(conflict) = self.dice.pick(&conflicts).cloned() else { return };
        self.tally(|tally| tally.conflicts += 1);
        let index = self.dice.below(conflict.values.len()) as u32;
        let tablet = self.devices[who].tablet();
        let saved = tablet.resolve(&conflict.document, &conflict.path, index, "seen again");
        self.save(who, None, saved);
    }

    /// Syncs a tablet; what it did, or nothing if the link broke.
    pub fn sync(&mut self, who: usize, weather: Weather) -> Option<SyncReport> {
        let link = self.link(weather);
        let name = self.devices[who].name.clone();
        self.tally(|tally| tally.syncs += 1);
        match self.devices[who].tablet().sync(Arc::new(link)) {
            Ok(report) => {
                self.told(|| {
                    format!("{name} syncs: {} up, {} down, place {}", report.pushed, report.pulled, report.place)
                });
                let status = self.devices[who].tablet().status().unwrap();
                if status.entries_unsent + status.entries_sealed + status.entries_stranded == 0 {
                    self.devices[who].all_receipted();
                }
                Some(report)
            }
            Err(error) => {
                self.told(|| format!("{name} does not get through: {}", error.code));
                self.tally(|tally| tally.broken_syncs += 1);
                None
            }
        }
    }

    fn restart(&mut self, who: usize) {
        self.devices[who].start(&mut self.dice);
        self.tally(|tally| tally.tablet_restarts += 1);
    }

    fn set_back(&mut self, who: usize) {
        if self.devices[who].set_back(&mut self.dice) {
            let name = self.devices[who].name.clone();
            self.told(|| format!("{name} is set back to its backup"));
            self.tally(|tally| tally.set_back += 1);
        }
    }

    fn copy(&mut self, who: usize) {
        if self.devices.len() >= 12 {
            return;
        }
        let folder = self.new_folder();
        let name = format!("{} (copy)", self.devices[who].name);
        self.told(|| format!("{name} comes to be"));
        let copy = self.devices[who].copied(&name, folder, &mut self.dice);
        self.devices.push(copy);
        self.tally(|tally| tally.copied += 1);
    }

    /// The server goes down, wherever its projection is.
    fn server_goes(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop(&self.run);
            self.told(|| "the server goes down".to_owned());
        }
    }

    fn server_comes(&mut self) {
        self.server = Some(Server::start(&self.run, self.folder.path(), &self.clock));
        self.tally(|tally| tally.server_restarts += 1);
        self.told(|| "the server comes up".to_owned());
    }

    /// The faults are over: everybody syncs until nothing moves. How many rounds it took.
    fn heal(&mut self) -> usize {
        self.told(|| "the faults are over".to_owned());
        if self.server.is_none() {
            self.server_comes();
        }
        for round in 1..=HEALING {
            let mut moved = 0;
            for who in 0..self.devices.len() {
                let report = self.sync(who, Weather::default());
                let report =
                    report.unwrap_or_else(|| panic!("{} does not sync on a whole link", self.devices[who].name));
                moved += report.pushed + report.pulled + report.segments;
            }
            self.clock.pass_ms(2 * MINUTE_MS);
            if moved == 0 {
                return round;
            }
        }
        panic!("not quiet {} minutes after the faults were over", HEALING * 2);
    }
}

/// What a tablet shows: nothing while it is sealed, because its lease was over. The next sync opens it.
fn unless_sealed<T>(shown: Result<Vec<T>, TabletError>) -> Vec<T> {
    match shown {
        Err(error) if error.code.starts_with("storage.sealed_") => Vec::new(),
        shown => shown.unwrap(),
    }
}
