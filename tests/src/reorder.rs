//! Law 2 on whatever a story told: everything that its register admitted is brought to fresh registers of the same identity in other
//! orders, by other carriers, in other messages, and now and then twice. Documents, values, reviews, balances and open findings must be the
//! same.
//!
//! Not every order is one that could have happened. These things stay as they were, and nothing else:
//!
//! - A journal's segments follow each other, and what the register says follows what it said before, in whichever operation.
//! - Nobody holds a decision before it is made: a segment comes after the newest decision that it says it held.
//! - The register speaks of what it has: what it says of an entry, an item, a procedure or a journal comes after all that it had of it by then.
//!   A transfer carries what the register has at that moment, so what was missing then comes later in every order (rule R81 tells of it).
//! - A segment arrives at the hour at which it arrived, give or take a second and never across a revocation: how far a revocation reaches
//!   back is a matter of hours, not of order (law 4).
//!
//! Not compared is what tells of the arrival itself (places, hours, clocks held against an hour), and findings that nobody has any more.
#![expect(clippy::indexing_slicing, reason = "a story stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use ploughshare_core::decision::Decision;
use ploughshare_core::edit::Edit;
use ploughshare_core::ids::{DeviceId, DocId, EntryHash, JournalId, OperationId, SegmentHash};
use ploughshare_core::segment;
use ploughshare_server::admission::{Bringer, accept};
use ploughshare_server::app::{App, Settings};
use ploughshare_server::clock::Clock;
use ploughshare_server::projection::{Projector, Stepped};
use ploughshare_server::store::identity::{self, Officer};
use ploughshare_server::store::schema::{self, FEED};
use ploughshare_server::store::{Target, Val};

use crate::{Register, postgres, state};

/// Orders tried at the end of a story on SQLite; `PLOUGHSHARE_ORDERS` asks for more. On PostgreSQL it is one.
const ORDERS: u64 = 2;

/// What tells of the arrival, and so differs with it.
const ARRIVAL: [&str; 13] = [
    "received_at",
    "heard_at",
    "clock_drift_ms",
    "place",
    "idx",
    "seq",
    "since",
    "born_place",
    "changed_seq",
    "opened_seq",
    "opened_at",
    "moved_at",
    "search_id",
];

/// What must not depend on the order of arrival.
const LASTING: [&str; 23] = [
    "entry",
    "waiting",
    "document",
    "conflict",
    "claim",
    "attestation",
    "review",
    "item",
    "marking",
    "photo",
    "photo_look",
    "item_person",
    "collection_row",
    "procedure_row",
    "procedure_reference",
    "procedure_seal",
    "stock_move",
    "justification",
    "finding",
    "item_pair",
    "item_move",
    "item_link",
    "rollup",
];

/// A small generator (splitmix64), so that an order can be had again from its seed.
pub struct Dice(pub u64);

impl Dice {
    /// A number below `n`.
    pub fn roll(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    /// Brings a list into any order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.roll(at + 1));
        }
    }
}

/// Everything that must not depend on the order of arrival, table by table.
pub async fn lasting(app: &App) -> BTreeMap<&'static str, Vec<String>> {
    let mut tables = BTreeMap::new();
    for table in LASTING {
        let mut rows = state::rows(app, table, &ARRIVAL).await;
        rows.retain(|row| table != "finding" || !row.contains("(\"state\", Text(\"fixed\"))"));
        tables.insert(table, rows);
    }
    tables
}

/// Says where two registers differ, if they do.
pub fn differences(ours: &BTreeMap<&str, Vec<String>>, theirs: &BTreeMap<&str, Vec<String>>) -> Vec<String> {
    let mut told = Vec::new();
    for (table, rows) in ours {
        let (ours, theirs): (BTreeSet<_>, BTreeSet<_>) = (rows.iter().collect(), theirs[table].iter().collect());
        let some = |mark: &str, rows: Vec<&&String>| {
            rows.iter().take(3).map(|row| format!("{mark} {table}: {row}")).collect::<Vec<_>>()
        };
        told.extend(some("as told", ours.difference(&theirs).collect()));
        told.extend(some("in this order", theirs.difference(&ours).collect()));
    }
    told
}

/// A clock that says the hour at which something arrived.
#[derive(Default)]
struct Hour(AtomicI64);

impl Clock for Hour {
    fn now_us(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A segment as the register admitted it, and the segments that come before it in every order.
struct Piece {
    operation: OperationId,
    /// Said by the register itself.
    own: bool,
    received_us: i64,
    bytes: Vec<u8>,
    needs: BTreeSet<usize>,
}

/// What is known of the segments so far, while the needs of the next are found.
#[derive(Default)]
struct Known {
    segments: BTreeMap<SegmentHash, usize>,
    entries: BTreeMap<EntryHash, usize>,
    about: BTreeMap<DocId, BTreeSet<usize>>,
    of_journal: BTreeMap<JournalId, BTreeSet<usize>>,
    /// By operation and number: the segment that carries the decision.
    decisions: BTreeMap<(OperationId, u64), usize>,
    last_own: Option<usize>,
    /// Which transfer an item left with.
    moved: BTreeMap<DocId, usize>,
}

impl Known {
    /// What the register had of all that a statement of its own speaks of.
    fn spoken_of(&self, edit: &Edit) -> BTreeSet<usize> {
        let about = |doc: &DocId| self.about.get(doc).cloned().unwrap_or_default();
        let entry = |hash: &EntryHash| self.entries.get(hash).copied().into_iter().collect::<BTreeSet<_>>();
        if let Edit::Create { fields, .. } = edit {
            let origin = fields.iter().find(|(name, _)| name == "origin_item").and_then(|(_, value)| value.as_bytes());
            let origin = origin.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok()).map(DocId::from_bytes);
            return origin.map(|doc| about(&doc)).unwrap_or_default();
        }
        match Decision::from_edit(edit) {
            Some(
                Decision::EntryQuarantined { entry: hash, .. }
                | Decision::EntryReleased { entry: hash, .. }
                | Decision::EntryBridged { entry: hash, .. },
            ) => entry(&hash),
            Some(Decision::ItemsJudged { item, other, .. }) => about(&item).union(&about(&other)).copied().collect(),
            Some(Decision::DocumentMoved { document, .. }) => about(&document),
            Some(Decision::JournalClosed { journal, .. }) => self.of_journal.get(&journal).cloned().unwrap_or_default(),
            Some(Decision::JournalForked { .. }) => {
                panic!("a fork is found when its second branch arrives; `order.rs` brings those in any order")
            }
            _ => BTreeSet::new(),
        }
    }
}

/// Everything admitted, in the order of the log, and the moments from which something was revoked.
async fn admitted(app: &App) -> (Vec<Piece>, BTreeSet<i64>) {
    let rows = app
        .store
        .feed
        .query("select operation, received_at, bytes from segment order by leaf_index", &[])
        .await
        .unwrap();
    let (mut known, mut pieces, mut revoked) = (Known::default(), Vec::new(), BTreeSet::new());
    for (index, row) in rows.iter().enumerate() {
        let operation = OperationId::from_bytes(row.array(0).unwrap());
        let (received_us, bytes) = (row.int(1).unwrap(), row.bytes(2).unwrap().to_vec());
        let opened = segment::open(&bytes).unwrap();
        let own = opened.device() == app.key.public().device();
        let header = opened.header();
        let mut needs: BTreeSet<usize> = header.previous.iter().map(|hash| known.segments[hash]).collect();
        if own {
            needs.extend(known.last_own.replace(index));
        } else {
            needs.extend(known.decisions.get(&(operation, header.decision_held)));
        }
        for (hash, entry) in opened.entries() {
            if own {
                needs.extend(entry.after.iter().filter_map(|hash| known.entries.get(hash)));
                for edit in &entry.edits {
                    needs.extend(known.spoken_of(edit));
                    match Decision::from_edit(edit) {
                        Some(
                            Decision::RoleRevoked { effective_ms, .. }
                            | Decision::DeviceRevoked { effective_ms, .. }
                            | Decision::OfficerKeyRevoked { effective_ms, .. },
                        ) => drop(revoked.insert(effective_ms)),
                        Some(Decision::DocumentMoved { document, .. }) => drop(known.moved.insert(document, index)),
                        _ => {}
                    }
                }
                known.decisions.insert((operation, entry.number), index);
            }
            let doc = entry.about(hash);
            needs.extend(known.moved.get(&doc));
            known.entries.insert(*hash, index);
            known.about.entry(doc).or_default().insert(index);
        }
        needs.remove(&index);
        known.of_journal.entry(header.journal).or_default().insert(index);
        known.segments.insert(opened.hash(), index);
        pieces.push(Piece { operation, own, received_us, bytes, needs });
    }
    (pieces, revoked)
}

/// A legal order: what came last comes as early as it can, or chance decides.
fn order(pieces: &[Piece], dice: &mut Dice, last_first: bool) -> Vec<usize> {
    let mut open: BTreeSet<usize> = (0..pieces.len()).collect();
    let (mut done, mut order) = (BTreeSet::new(), Vec::new());
    while !open.is_empty() {
        let ready: Vec<usize> = open.iter().copied().filter(|one| pieces[*one].needs.is_subset(&done)).collect();
        let next = if last_first { ready[ready.len() - 1] } else { ready[dice.roll(ready.len())] };
        open.remove(&next);
        done.insert(next);
        order.push(next);
    }
    order
}

/// Cuts an order into messages, such as carriers bring.
fn messages(pieces: &[Piece], order: &[usize], revoked: &BTreeSet<i64>, dice: &mut Dice) -> Vec<Vec<usize>> {
    let mut messages: Vec<Vec<usize>> = Vec::new();
    let mut before: BTreeSet<usize> = BTreeSet::new();
    for next in order {
        let piece = &pieces[*next];
        let fits = messages.last().is_some_and(|message| {
            let hours = message.iter().chain([next]).map(|one| pieces[*one].received_us);
            let (first, last) = (hours.clone().min().unwrap_or(0), hours.max().unwrap_or(0));
            let alike = message.iter().chain([next]).all(|one| !pieces[*one].own)
                && message.iter().all(|one| pieces[*one].operation == piece.operation);
            // What is in one message may come in any order, but that of its journal.
            let settled = message.iter().chain([next]).all(|one| {
                let needs = &pieces[*one].needs;
                needs.iter().all(|need| before.contains(need) || (message.contains(need) && !pieces[*need].own))
            });
            let at_once = last - first < 1_000_000
                && !revoked.iter().any(|moment| first / 1000 < *moment && *moment <= last / 1000);
            alike && settled && at_once && dice.roll(3) > 0
        });
        match messages.last_mut() {
            Some(message) if fits => message.push(*next),
            _ => {
                before.extend(messages.last().into_iter().flatten());
                messages.push(vec![*next]);
            }
        }
    }
    messages
}

/// A register of the same identity with everybody enrolled, and nothing said.
async fn fresh(register: &App, target: Target, hour: &Arc<Hour>) -> Arc<App> {
    let files = &register.settings;
    let settings = Settings {
        key_file: files.key_file.clone(),
        person_key_file: files.person_key_file.clone(),
        ..Settings::new(target)
    };
    let app = App::open_with(settings, Arc::<Hour>::clone(hour)).await.unwrap();
    let mut tx = app.store.feed.begin_write().await.unwrap();
    for name in ["operation", "officer", "device", "device_operation"] {
        let table = FEED.iter().find(|table| table.name == name).unwrap();
        let (columns, rows) =
            schema::page(&register.store.feed, &register.store.feed, table, 0, 1_000_000).await.unwrap();
        // All of it was admitted before anything was closed or revoked.
        let undone = ["closed_at", "revoked_at", "revoke_effective_ms"];
        let rows = rows.into_iter().map(|row| {
            let cells = columns.iter().zip(row.into_values());
            cells.map(|(name, value)| if undone.contains(&name.as_str()) { Val::Null } else { value }).collect()
        });
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        tx.insert_many(name, &columns, rows.collect()).await.unwrap();
    }
    // What the register said travels like anything else, so it is a device here.
    let id = register.register.as_bytes();
    let itself = Officer {
        id: ploughshare_core::ids::OfficerId::from_bytes(*id),
        name: "the register".to_owned(),
        active: true,
        created_at: 0,
    };
    identity::create_officer(&mut tx, &itself).await.unwrap();
    let key = register.key.public();
    let device = identity::Device {
        id: key.device(),
        public_key: key.as_bytes().to_vec(),
        algorithm: "EdDSA".to_owned(),
        officer: itself.id,
        label: itself.name,
        enrolled_at: 0,
        lease_until: 0,
        revoked_at: None,
        revoke_effective_ms: None,
    };
    let all = register.store.feed.query("select id from operation", &[]).await.unwrap();
    let all = all.iter().map(|row| OperationId::from_bytes(row.array(0).unwrap())).collect();
    identity::enrol(&mut tx, &device, &all).await.unwrap();
    tx.commit().await.unwrap();
    app
}

/// Brings everything in an order, by whatever device, now and then twice.
async fn bring(app: &App, hour: &Hour, pieces: &[Piece], messages: &[Vec<usize>], dice: &mut Dice) {
    let mut carriers: BTreeMap<OperationId, Vec<DeviceId>> = BTreeMap::new();
    for row in app.store.feed.query("select operation, device from device_operation", &[]).await.unwrap() {
        let (operation, device) = (row.array(0).unwrap(), row.array(1).unwrap());
        carriers.entry(OperationId::from_bytes(operation)).or_default().push(DeviceId::from_bytes(device));
    }
    let mut projector = Projector::new(app.store.register.clone());
    for message in messages {
        let operation = pieces[message[0]].operation;
        let carriers = &carriers[&operation];
        let who = Bringer { device: carriers[dice.roll(carriers.len())], operation };
        let arrival = message.iter().map(|one| pieces[*one].received_us).max().unwrap_or(0);
        hour.0.store(arrival, Ordering::SeqCst);
        for time in 0..=usize::from(dice.roll(8) == 0) {
            let mut segments: Vec<_> = message.iter().map(|one| pieces[*one].bytes.clone()).collect();
            dice.shuffle(&mut segments);
            let accepted = accept(app, &who, segments).await.unwrap();
            assert_eq!(accepted.refused, [], "what was admitted once is admitted");
            assert_eq!(accepted.fresh, if time == 0 { message.len() } else { 0 });
        }
        if dice.roll(4) == 0 {
            projector.step(app).await.unwrap();
        }
    }
    while projector.step(app).await.unwrap() == Stepped::On {}
}

impl Register {
    /// The tables are what the statements add up to, and would be the same if tablets had synced in other orders.
    pub async fn is_the_same_in_any_order(&self) {
        self.current().await;
        self.is_rebuilt_equal().await;
        let expected = lasting(&self.app).await;
        let (pieces, revoked) = admitted(&self.app).await;
        let asked = std::env::var("PLOUGHSHARE_ORDERS").ok().and_then(|text| text.parse().ok());
        let on_postgres = self.app.store.feed.is_postgres();
        let orders = asked.unwrap_or(if on_postgres { 1 } else { ORDERS });
        let dir = tempfile::tempdir().unwrap();
        for seed in 0..orders {
            let target = if on_postgres { postgres("reorder") } else { None };
            let target = target.unwrap_or_else(|| Target::SqliteDir(dir.path().join(format!("order {seed}"))));
            let mut dice = Dice(seed);
            // The first brings last what came first; a database that is asked once is asked by chance.
            let order = order(&pieces, &mut dice, seed == 0 && orders > 1);
            let messages = messages(&pieces, &order, &revoked, &mut dice);
            eprintln!("order {seed}: {} segments in {} messages", pieces.len(), messages.len());
            let hour = Arc::new(Hour::default());
            let app = fresh(&self.app, target, &hour).await;
            bring(&app, &hour, &pieces, &messages, &mut dice).await;
            let told = differences(&expected, &lasting(&app).await);
            assert!(told.is_empty(), "order {seed} of {orders}, {order:?}:\n{}", told.join("\n"));
            app.store.close().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Dice, Piece, messages, order};
    use ploughshare_core::ids::OperationId;
    use std::collections::BTreeSet;

    fn piece(own: bool, needs: &[usize]) -> Piece {
        let needs = needs.iter().copied().collect();
        Piece { operation: OperationId::from_bytes([1; 16]), own, received_us: 0, bytes: Vec::new(), needs }
    }

    #[test]
    fn every_order_keeps_what_must_come_first_and_they_differ() {
        let pieces = [piece(true, &[]), piece(false, &[0]), piece(false, &[1]), piece(false, &[0]), piece(true, &[0])];
        let mut seen = BTreeSet::new();
        for seed in 0..50 {
            let mut dice = Dice(seed);
            let order = order(&pieces, &mut dice, seed == 0);
            for (at, one) in order.iter().enumerate() {
                assert!(pieces[*one].needs.iter().all(|need| order[..at].contains(need)), "{order:?}");
            }
            let messages = messages(&pieces, &order, &BTreeSet::new(), &mut dice);
            assert_eq!(messages.concat(), order);
            assert!(messages.iter().all(|m| m.len() == 1 || m.iter().all(|one| !pieces[*one].own)), "{messages:?}");
            seen.insert(order);
        }
        assert!(seen.len() > 5, "{seen:?}");
        assert_eq!(order(&pieces, &mut Dice(0), true), [0, 4, 3, 1, 2]);
    }
}
