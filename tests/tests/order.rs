//! Law 2: the same entries, in any order, by any route, however often, make the same register. Generated histories of several tablets are
//! brought to registers with one key in different orders, by different carriers, in different messages, again and again.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use ploughshare_core::cbor::Value;
use ploughshare_core::decision::Decision;
use ploughshare_core::edit::Edit;
use ploughshare_core::entry::{Entry, VOCABULARY};
use ploughshare_core::identity::Role;
use ploughshare_core::ids::{DocId, EntryHash, OfficerId, OperationId, SegmentHash};
use ploughshare_core::keys::SecretKey;
use ploughshare_core::segment::{self, Header, Level};
use ploughshare_server::admission::{Bringer, accept};
use ploughshare_server::app::{App, Settings};
use ploughshare_server::clock::Clock;
use ploughshare_server::decide::decide;
use ploughshare_server::projection::{Projector, Stepped};
use ploughshare_server::rebuild;
use ploughshare_server::store::Target;
use ploughshare_server::store::identity::{self, Device, Officer, Operation};
use ploughshare_tests::hand::{set, weapon};
use ploughshare_tests::{postgres, state};

/// Histories on each database.
const HISTORIES: u64 = 60;
const NOW_MS: i64 = 1_780_000_000_000;

/// A clock that stands still, so that what the register itself says is the same everywhere.
struct Still;

impl Clock for Still {
    fn now_us(&self) -> i64 {
        NOW_MS * 1000
    }
}

/// A small generator (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.roll(at + 1));
        }
    }
}

fn key(history: u64, tablet: usize) -> SecretKey {
    let mut seed = [tablet as u8 + 1; 32];
    seed[..8].copy_from_slice(&history.to_be_bytes());
    SecretKey::ed25519(&seed)
}

fn operation(history: u64) -> OperationId {
    let mut id = [7; 16];
    id[..8].copy_from_slice(&history.to_be_bytes());
    OperationId::from_bytes(id)
}

fn officer(history: u64, tablet: usize) -> OfficerId {
    let mut id = [tablet as u8; 16];
    id[..8].copy_from_slice(&history.to_be_bytes());
    OfficerId::from_bytes(id)
}

/// Roles of the tablets of a history; the third may do little, so that claims arise.
const ROLES: [Role; 4] = [Role::Collector, Role::Inspector, Role::Storekeeper, Role::Registrar];

/// A tablet while a history is told: what it knows, and what it has sealed.
#[derive(Clone)]
struct Teller {
    index: usize,
    nonce: [u8; 16],
    known: BTreeMap<EntryHash, Entry>,
    unsealed: Vec<(EntryHash, Entry)>,
    number: u64,
    previous: Option<SegmentHash>,
    sealed: u64,
}

impl Teller {
    fn heads(&self, id: DocId) -> Vec<EntryHash> {
        let of: Vec<_> = self.known.iter().filter(|(hash, entry)| entry.about(hash) == id).collect();
        let covered: BTreeSet<_> = of.iter().flat_map(|(_, entry)| entry.after.iter().copied()).collect();
        of.into_iter().map(|(hash, _)| *hash).filter(|hash| !covered.contains(hash)).collect()
    }

    fn documents(&self) -> Vec<DocId> {
        let ids: BTreeSet<_> = self.known.iter().map(|(hash, entry)| entry.about(hash)).collect();
        ids.into_iter().collect()
    }

    fn say(&mut self, history: u64, document: Option<DocId>, edits: Vec<Edit>) {
        let after = document.map(|id| self.heads(id)).unwrap_or_default();
        let entry = Entry {
            journal: key(history, self.index).public().journal(&self.nonce, &operation(history)),
            number: self.number,
            document,
            officer: officer(history, self.index),
            claimed_ms: NOW_MS + self.number as i64,
            boot: [1; 8],
            monotonic_ms: self.number,
            after,
            edits,
            vocabulary: VOCABULARY,
            extra: Vec::new(),
        };
        self.number += 1;
        self.known.insert(entry.hash(), entry.clone());
        self.unsealed.push((entry.hash(), entry));
    }

    fn seal(&mut self, register: &App, history: u64, held: u64) -> Option<Vec<u8>> {
        if self.unsealed.is_empty() {
            return None;
        }
        let header = Header {
            register: register.register,
            operation: operation(history),
            journal: key(history, self.index).public().journal(&self.nonce, &operation(history)),
            first: self.sealed,
            previous: self.previous,
            sealed_ms: NOW_MS,
            place_held: None,
            decision_held: held,
            nonce: self.nonce,
            after_fork: None,
            extra: Vec::new(),
        };
        let sealed = segment::seal(header, &self.unsealed, &key(history, self.index), Level::Fast).unwrap().segment;
        self.sealed += self.unsealed.len() as u64;
        self.previous = Some(sealed.hash);
        self.unsealed.clear();
        Some(sealed.bytes)
    }
}

fn edit(dice: &mut Dice, known: &Teller, id: DocId) -> Edit {
    let value = ["TULA", "RADOM", "IZHMASH", "NORINCO"][dice.roll(4)];
    match dice.roll(10) {
        0..=2 => set("make", value),
        3 => set("model", ["AKM", "AK-74", "Type 56"][dice.roll(3)]),
        4 => Edit::Set { path: "model".to_owned(), value: Value::Null },
        5 => set("status", ["stored", "in_transit", "inspected"][dice.roll(3)]),
        6 => Edit::Choose { path: "make".to_owned(), value: value.into(), reason: "seen again".to_owned() },
        7 => Edit::Add {
            set: "markings".to_owned(),
            fields: vec![
                ("type".to_owned(), "SER".into()),
                ("text".to_owned(), format!("KV {}", dice.roll(3)).as_str().into()),
            ],
        },
        8 => {
            // Of the birth's marking, where the birth is known.
            let birth = known.known.keys().find(|hash| hash.document() == id);
            let stem = birth.map(ploughshare_core::entry::member_stem).unwrap_or_default();
            Edit::Withdraw { path: format!("markings/{stem}.0"), reason: "misread".to_owned() }
        }
        _ => set("no_such_path", value),
    }
}

/// What several tablets say in one operation: their segments, each with what must be there before it.
fn tell(register: &App, history: u64, held: u64) -> Vec<Vec<u8>> {
    let mut dice = Dice(history);
    let count = 2 + dice.roll(3);
    let teller = |index: usize| Teller {
        index,
        nonce: [index as u8; 16],
        known: BTreeMap::new(),
        unsealed: Vec::new(),
        number: 0,
        previous: None,
        sealed: 0,
    };
    let mut tellers: Vec<Teller> = (0..count).map(teller).collect();
    let mut segments = Vec::new();
    let mut copied = false;
    for _ in 0..45 + dice.roll(25) {
        let who = dice.roll(tellers.len());
        match dice.roll(12) {
            0 | 1 if tellers[who].documents().len() < 2 => {
                // Some serials of other histories too, so that duplicates are found across operations.
                let serial = format!("KV {}", [history as usize, 1, 2][dice.roll(3)] * 50 + dice.roll(2));
                tellers[who].say(history, None, vec![weapon(&serial)]);
            }
            2..=6 => {
                let documents = tellers[who].documents();
                if !documents.is_empty() {
                    let id = documents[dice.roll(documents.len())];
                    let edit = edit(&mut dice, &tellers[who], id);
                    tellers[who].say(history, Some(id), vec![edit]);
                }
            }
            7 | 8 => {
                let from = tellers[dice.roll(tellers.len())].known.clone();
                tellers[who].known.extend(from);
            }
            9 if !copied && history.is_multiple_of(4) => {
                // A tablet is copied; both go on in one journal.
                copied = true;
                segments.extend(tellers[who].seal(register, history, held));
                tellers.push(tellers[who].clone());
            }
            _ => segments.extend(tellers[who].seal(register, history, held)),
        }
    }
    for teller in &mut tellers {
        segments.extend(teller.seal(register, history, held));
    }
    segments
}

/// A register with everybody enrolled, the same in every run.
async fn register(target: Target, keys: &Path) -> (Arc<App>, u64) {
    let settings = Settings { key_file: Some(keys.to_owned()), ..Settings::new(target) };
    let app = App::open_with(settings, Arc::new(Still)).await.unwrap();
    let mut held = 0;
    for history in 0..HISTORIES {
        let id = operation(history);
        let mut tx = app.store.feed.begin_write().await.unwrap();
        let now = app.now_us();
        let code = format!("op-{history}");
        let opened = Operation { id, code, name: "North".to_owned(), training: true, created_at: now, closed_at: None };
        identity::create_operation(&mut tx, &opened).await.unwrap();
        let mut decisions = vec![Decision::OperationOpened { name: "North".to_owned(), training: true }];
        for (tablet, role) in ROLES.into_iter().enumerate() {
            let officer = officer(history, tablet);
            let row = Officer { id: officer, name: format!("Officer {tablet}"), active: true, created_at: now };
            identity::create_officer(&mut tx, &row).await.unwrap();
            let key = key(history, tablet).public();
            let device = Device {
                id: key.device(),
                public_key: key.as_bytes().to_vec(),
                algorithm: "EdDSA".to_owned(),
                officer,
                label: format!("tablet {tablet}"),
                enrolled_at: now,
                lease_until: now,
                revoked_at: None,
                revoke_effective_ms: None,
            };
            identity::enrol(&mut tx, &device, &BTreeSet::from([id])).await.unwrap();
            decisions.push(Decision::OfficerNamed { officer, name: row.name });
            decisions.push(Decision::RoleGranted { officer, role });
            decisions.push(Decision::DeviceEnrolled {
                device: device.id,
                key: device.public_key,
                officer,
                label: device.label,
            });
        }
        held = decide(&app, &mut tx, &id, "operator", &decisions).await.unwrap();
        tx.commit().await.unwrap();
    }
    (app, held)
}

/// Brings everything in an order of its own, now and then twice, by whatever tablet; what does not fit yet is brought again later.
async fn bring(app: &App, histories: &[Vec<Vec<u8>>], mut dice: Dice) {
    let mut open: Vec<(u64, Vec<u8>)> =
        (0..).zip(histories).flat_map(|(h, all)| all.iter().map(move |s| (h, s.clone()))).collect();
    let mut projector = Projector::new(app.store.register.clone());
    while !open.is_empty() {
        dice.shuffle(&mut open);
        let mut again = Vec::new();
        while let Some((history, segment)) = open.pop() {
            let mut message = vec![segment];
            while dice.roll(3) > 0 && open.last().is_some_and(|(next, _)| *next == history) {
                message.extend(open.pop().map(|(_, segment)| segment));
            }
            let device = key(history, dice.roll(ROLES.len())).public().device();
            let who = Bringer { device, operation: operation(history) };
            for _ in 0..=dice.roll(2) {
                let accepted = accept(app, &who, message.clone()).await.unwrap();
                for refused in accepted.refused {
                    assert_eq!(refused.code, "journal.gap", "{}", refused.detail);
                    let back =
                        message.iter().find(|bytes| segment::open(bytes).unwrap().hash() == refused.hash).unwrap();
                    again.push((history, back.clone()));
                }
            }
            if dice.roll(4) == 0 {
                projector.step(app).await.unwrap();
            }
        }
        again.sort_unstable();
        again.dedup();
        open = again;
    }
    while projector.step(app).await.unwrap() == Stepped::On {}
}

/// Everything that must not depend on the order of arrival, table by table.
async fn lasting(app: &App) -> BTreeMap<&'static str, Vec<String>> {
    let mut tables = BTreeMap::new();
    let arrival = [
        "received_at",
        "place",
        "idx",
        "seq",
        "since",
        "born_place",
        "changed_seq",
        "opened_seq",
        "opened_at",
        "search_id",
    ];
    for table in ["document", "conflict", "claim", "item", "marking", "photo", "collection_row", "rollup", "waiting"] {
        tables.insert(table, state::rows(app, table, &arrival).await);
    }
    // The register's own statement that a journal forked comes when it is found out.
    let mut entries =
        state::rows(app, "entry", &[&arrival[..], &["bytes", "decision_held", "number", "hash"]].concat()).await;
    entries.retain(|row| !row.contains("Text(\"decision\")"));
    tables.insert("entry", entries);
    let mut findings = state::rows(app, "finding", &arrival).await;
    findings.retain(|row| row.contains("(\"state\", Text(\"open\"))"));
    tables.insert("finding", findings);
    tables
}

async fn any_order_makes_the_same_register(targets: impl IntoIterator<Item = Target>) {
    let keys = tempfile::tempdir().unwrap();
    let key_file = keys.path().join("register.key");
    let mut first: Option<BTreeMap<&str, Vec<String>>> = None;
    for (round, target) in (0u64..).zip(targets) {
        let (app, held) = register(target, &key_file).await;
        let histories: Vec<_> = (0..HISTORIES).map(|history| tell(&app, history, held)).collect();
        bring(&app, &histories, Dice(1_000 + round)).await;
        let now = lasting(&app).await;
        assert_eq!(now["waiting"], Vec::<String>::new(), "everything came in the end");
        for table in ["item", "conflict", "claim", "finding", "marking", "entry"] {
            assert!(now[table].len() > 10, "{table}: {} rows are too few to prove anything", now[table].len());
        }
        let Some(first) = &first else {
            first = Some(now);
            let mut progress = |_: u64, _: u64| {};
            let report = rebuild::check(&app, &mut progress).await.unwrap();
            assert!(report.is_equal(), "{report:?}");
            continue;
        };
        for (table, rows) in &now {
            let differing: Vec<_> = rows.iter().zip(&first[table]).filter(|(a, b)| a != b).take(2).collect();
            assert!(
                rows.len() == first[table].len() && differing.is_empty(),
                "round {round}, {table}: {} rows, at first {}: {differing:#?}",
                rows.len(),
                first[table].len()
            );
        }
        app.store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_histories_in_any_order_by_any_route_make_one_register_on_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    let targets = (0..3).map(|n| Target::SqliteDir(dir.path().join(format!("register {n}"))));
    any_order_makes_the_same_register(targets).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_histories_in_any_order_by_any_route_make_one_register_on_postgresql_and_the_same_as_on_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    let Some(second) = postgres("order") else { return };
    any_order_makes_the_same_register([second, Target::SqliteDir(dir.path().to_owned())]).await;
}
