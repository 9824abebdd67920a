//! From bytes to register rows, without HTTP: admission, projection, rebuild, on both databases.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;
use std::sync::Arc;

use ploughshare_core::decision::Decision;
use ploughshare_core::edit::Edit;
use ploughshare_core::entry::{Entry, VOCABULARY};
use ploughshare_core::identity::Role;
use ploughshare_core::ids::{DocId, EntryHash, OfficerId, OperationId, SegmentHash};
use ploughshare_core::keys::SecretKey;
use ploughshare_core::receipt::Receipt;
use ploughshare_core::rules::duplicates::GROUP;
use ploughshare_core::segment::{self, Header, Level};

use crate::admission::{Bringer, accept};
use crate::app::{App, Settings};
use crate::decide::decide;
use crate::projection::{Projector, Stepped};
use crate::rebuild;
use crate::store::identity::{self, Device, Officer, Operation};
use crate::store::{Store, Target, testing};
use crate::vals;

/// A tablet written by hand.
struct Hand {
    key: SecretKey,
    nonce: [u8; 16],
    operation: OperationId,
    officer: OfficerId,
    next: u64,
    previous: Option<SegmentHash>,
    held: u64,
}

impl Hand {
    fn bringer(&self) -> Bringer {
        Bringer { device: self.key.public().device(), operation: self.operation }
    }

    fn say(&self, number: u64, document: Option<DocId>, after: &[EntryHash], edits: Vec<Edit>) -> (EntryHash, Entry) {
        let mut after = after.to_vec();
        after.sort_unstable();
        let entry = Entry {
            journal: self.key.public().journal(&self.nonce, &self.operation),
            number,
            document,
            officer: self.officer,
            claimed_ms: 1_780_000_000_000 + number as i64,
            boot: [1; 8],
            monotonic_ms: number,
            after,
            edits,
            vocabulary: VOCABULARY,
            extra: Vec::new(),
        };
        (entry.hash(), entry)
    }

    fn seal(&mut self, app: &App, entries: &[(EntryHash, Entry)]) -> Vec<u8> {
        let header = Header {
            register: app.register,
            operation: self.operation,
            journal: self.key.public().journal(&self.nonce, &self.operation),
            first: self.next,
            previous: self.previous,
            sealed_ms: 1_780_000_001_000,
            place_held: None,
            decision_held: self.held,
            nonce: self.nonce,
            after_fork: None,
            extra: Vec::new(),
        };
        let sealed = segment::seal(header, entries, &self.key, Level::Fast).unwrap().segment;
        self.next += entries.len() as u64;
        self.previous = Some(sealed.hash);
        sealed.bytes
    }

    fn clone_tablet(&self) -> Self {
        Self { key: self.key.clone(), ..*self }
    }
}

fn weapon(serial: &str) -> Edit {
    let text = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).into())).collect::<Vec<_>>();
    Edit::Create {
        kind: "item".to_owned(),
        fields: text(&[
            ("kind", "weapon"),
            ("class", "ASR"),
            ("make", "IZHMASH"),
            ("calibre", "7.62x39"),
            ("status", "stored"),
            ("site", "depot-1"),
        ]),
        members: vec![(
            "markings".to_owned(),
            vec![text(&[("type", "SER"), ("text", serial), ("condition", "LEG"), ("location", "RCV")])],
        )],
    }
}

fn set(path: &str, value: &str) -> Edit {
    Edit::Set { path: path.to_owned(), value: value.into() }
}

async fn operation(app: &App) -> OperationId {
    let id = OperationId::from_bytes(app.random());
    let mut tx = app.store.feed.begin_write().await.unwrap();
    let operation = Operation {
        id,
        code: id.to_string()[..8].to_owned(),
        name: "North".to_owned(),
        training: true,
        created_at: app.now_us(),
        closed_at: None,
    };
    identity::create_operation(&mut tx, &operation).await.unwrap();
    decide(app, &mut tx, &id, "operator", &[Decision::OperationOpened { name: "North".to_owned(), training: true }])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

async fn tablet(app: &App, operation: OperationId, seed: u8, role: Role) -> Hand {
    let officer = OfficerId::from_bytes([seed; 16]);
    let key = SecretKey::ed25519(&[seed; 32]);
    let mut tx = app.store.feed.begin_write().await.unwrap();
    let row = Officer { id: officer, name: format!("Officer {seed}"), active: true, created_at: app.now_us() };
    identity::create_officer(&mut tx, &row).await.unwrap();
    let device = Device {
        id: key.public().device(),
        public_key: key.public().as_bytes().to_vec(),
        algorithm: "EdDSA".to_owned(),
        officer,
        label: format!("tablet {seed}"),
        enrolled_at: app.now_us(),
        lease_until: app.now_us(),
        revoked_at: None,
        revoke_effective_ms: None,
    };
    identity::enrol(&mut tx, &device, &BTreeSet::from([operation])).await.unwrap();
    let decisions = [
        Decision::OfficerNamed { officer, name: row.name },
        Decision::RoleGranted { officer, role },
        Decision::DeviceEnrolled { device: device.id, key: device.public_key, officer, label: device.label },
    ];
    let held = decide(app, &mut tx, &operation, "operator", &decisions).await.unwrap();
    tx.commit().await.unwrap();
    Hand { key, nonce: [seed; 16], operation, officer, next: 0, previous: None, held }
}

async fn project(app: &App) {
    let mut projector = Projector::new(app.store.register.clone());
    while projector.step(app).await.unwrap() == Stepped::On {}
}

async fn one(app: &App, sql: &'static str, values: &[crate::store::Val]) -> Vec<crate::store::Val> {
    app.store.register.query_one(sql, values).await.unwrap().map(crate::store::Row::into_values).unwrap_or_default()
}

async fn count(app: &App, sql: &'static str) -> i64 {
    app.store.register.query_one(sql, &[]).await.unwrap().unwrap().int(0).unwrap()
}

/// Runs a story on a fresh register on each database.
async fn story(tell: impl AsyncFn(Arc<App>)) {
    testing::on_both(async |_: &Store, target: &Target| {
        let keys = tempfile::tempdir().unwrap();
        let settings = Settings { key_file: Some(keys.path().join("register.key")), ..Settings::new(target.clone()) };
        let app = App::open(settings).await.unwrap();
        tell(Arc::clone(&app)).await;
        let mut progress = |_: u64, _: u64| {};
        let report = rebuild::check(&app, &mut progress).await.unwrap();
        assert!(report.is_equal(), "{report:?}");
        app.store.close().await;
    })
    .await;
}

#[tokio::test]
async fn what_two_teams_say_reaches_the_register_with_who_said_it_and_one_resolves() {
    story(async |app| {
        let op = operation(&app).await;
        let mut a = tablet(&app, op, 1, Role::Collector).await;
        let mut b = tablet(&app, op, 2, Role::Inspector).await;
        let birth = a.say(0, None, &[], vec![weapon("KV 1234")]);
        let id = birth.0.document();
        let mine = a.say(1, Some(id), &[birth.0], vec![set("make", "TULA")]);
        let theirs = b.say(0, Some(id), &[birth.0], vec![set("make", "RADOM")]);
        let from_b = b.seal(&app, std::slice::from_ref(&theirs));
        let accepted = accept(&app, &b.bringer(), vec![from_b]).await.unwrap();
        assert_eq!((accepted.receipts.len(), accepted.refused.len()), (1, 0));
        project(&app).await;
        assert_eq!(count(&app, "select count(*) from waiting").await, 1, "it waits for the birth");
        let from_a = a.seal(&app, &[birth.clone(), mine.clone()]);
        let accepted = accept(&app, &a.bringer(), vec![from_a]).await.unwrap();
        let receipt = Receipt::verify(&accepted.receipts[0], &app.key.public()).unwrap();
        assert_eq!(receipt.safe[0].segment, a.previous.unwrap());
        project(&app).await;
        assert_eq!(count(&app, "select count(*) from waiting").await, 0);
        assert_eq!(count(&app, "select count(*) from conflict").await, 1);
        let choices = one(&app, "select choices from conflict", &[]).await;
        let crate::store::Val::Text(choices) = &choices[0] else { panic!("text") };
        assert!(choices.contains(&mine.0.to_string()) && choices.contains(&theirs.0.to_string()));
        let choose = Edit::Choose { path: "make".to_owned(), value: "TULA".into(), reason: "seen again".to_owned() };
        let chosen = b.say(1, Some(id), &[mine.0, theirs.0], vec![choose]);
        let sealed = b.seal(&app, &[chosen]);
        accept(&app, &b.bringer(), vec![sealed]).await.unwrap();
        project(&app).await;
        assert_eq!(count(&app, "select count(*) from conflict").await, 0);
        let row =
            one(&app, "select make, serial_norm, conflicts, claims from item where id = $1", &vals![id.as_bytes()])
                .await;
        assert_eq!(row, vals!["TULA", "KV1234", 0, 0]);
        assert_eq!(count(&app, "select cast(sum(n) as bigint) from rollup").await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_same_segment_sent_a_hundred_times_is_one_place_one_leaf_and_one_receipt() {
    story(async |app| {
        let op = operation(&app).await;
        let mut a = tablet(&app, op, 1, Role::Collector).await;
        let birth = a.say(0, None, &[], vec![weapon("KV 1")]);
        let sealed = a.seal(&app, &[birth]);
        let first = accept(&app, &a.bringer(), vec![sealed.clone()]).await.unwrap();
        assert_eq!(first.fresh, 1);
        for _ in 0..100 {
            let again = accept(&app, &a.bringer(), vec![sealed.clone()]).await.unwrap();
            assert_eq!((again.receipts, again.fresh), (first.receipts.clone(), 0));
        }
        project(&app).await;
        assert_eq!(count(&app, "select count(*) from item").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_claim_without_authority_is_visible_and_counts_for_nothing_until_released() {
    story(async |app| {
        let op = operation(&app).await;
        let mut a = tablet(&app, op, 1, Role::Collector).await;
        let mut keeper = tablet(&app, op, 2, Role::Storekeeper).await;
        let birth = a.say(0, None, &[], vec![weapon("KV 2")]);
        let id = birth.0.document();
        let destroyed = keeper.say(0, Some(id), &[birth.0], vec![set("status", "destroyed")]);
        let honest = a.say(1, Some(id), &[destroyed.0], vec![set("model", "AKM")]);
        for (hand, entries) in [(&mut a, vec![birth, honest]), (&mut keeper, vec![destroyed.clone()])] {
            let sealed = hand.seal(&app, &entries);
            accept(&app, &hand.bringer(), vec![sealed]).await.unwrap();
        }
        project(&app).await;
        let sql = "select status, model, claims from item where id = $1";
        assert_eq!(one(&app, sql, &vals![id.as_bytes()]).await, vals!["stored", "AKM", 1]);
        let mut tx = app.store.feed.begin_write().await.unwrap();
        let release = Decision::EntryReleased { entry: destroyed.0, reason: "seen by the registrar".to_owned() };
        decide(&app, &mut tx, &op, "operator", &[release]).await.unwrap();
        tx.commit().await.unwrap();
        project(&app).await;
        assert_eq!(one(&app, sql, &vals![id.as_bytes()]).await, vals!["destroyed", "AKM", 0]);
    })
    .await;
}

#[tokio::test]
async fn a_copied_tablet_forks_its_journal_and_both_sides_and_the_proof_are_kept() {
    story(async |app| {
        let op = operation(&app).await;
        let mut a = tablet(&app, op, 1, Role::Collector).await;
        let birth = a.say(0, None, &[], vec![weapon("KV 3")]);
        let sealed = a.seal(&app, std::slice::from_ref(&birth));
        accept(&app, &a.bringer(), vec![sealed]).await.unwrap();
        let mut copy = a.clone_tablet();
        let id = birth.0.document();
        let left = a.say(1, Some(id), &[birth.0], vec![set("make", "LEFT")]);
        let right = copy.say(1, Some(id), &[birth.0], vec![set("make", "RIGHT")]);
        let further = copy.say(2, Some(id), &[right.0], vec![set("model", "AKM")]);
        let sealed = [a.seal(&app, &[left]), copy.seal(&app, &[right]), copy.seal(&app, &[further])];
        for sealed in sealed {
            let accepted = accept(&app, &a.bringer(), vec![sealed]).await.unwrap();
            assert_eq!((accepted.receipts.len(), accepted.refused.len()), (1, 0));
        }
        project(&app).await;
        let proofs = app.store.feed.query_one("select count(*) from fork_proof", &[]).await.unwrap().unwrap();
        assert!(proofs.int(0).unwrap() >= 1);
        let row = one(&app, "select make, model, claims from item where id = $1", &vals![id.as_bytes()]).await;
        assert_eq!(row, vals!["IZHMASH", crate::store::Val::Null, 3], "the disputed part waits for a person");
    })
    .await;
}

#[tokio::test]
async fn what_is_refused_changes_nothing_is_kept_to_a_quota_and_stops_nobody() {
    story(async |app| {
        let op = operation(&app).await;
        let mut a = tablet(&app, op, 1, Role::Collector).await;
        let birth = a.say(0, None, &[], vec![weapon("KV 4")]);
        let good = a.seal(&app, &[birth]);
        let mut stranger =
            Hand { key: SecretKey::ed25519(&[9; 32]), nonce: [9; 16], next: 0, previous: None, ..a.clone_tablet() };
        let entry = stranger.say(0, None, &[], vec![weapon("KV 5")]);
        let unknown = stranger.seal(&app, &[entry]);
        let mut gap = a.clone_tablet();
        gap.next = 7;
        let later = gap.say(7, None, &[], vec![weapon("KV 6")]);
        let gap = gap.seal(&app, &[later]);
        let mut tampered = good.clone();
        let last = tampered.len() - 1;
        tampered[last] ^= 1;
        let brought = vec![vec![0xff; 40], tampered, unknown, gap, good[..good.len() - 3].to_vec(), good];
        let accepted = accept(&app, &a.bringer(), brought).await.unwrap();
        let mut codes: Vec<_> = accepted.refused.iter().map(|r| r.code.as_str()).collect();
        codes.sort_unstable();
        assert_eq!(accepted.receipts.len(), 1);
        assert!(
            codes.contains(&"device.unknown") && codes.contains(&"journal.gap") && codes.contains(&"segment.malformed"),
            "{codes:?}"
        );
        assert_eq!(codes.len(), 5);
        for i in 0..200u32 {
            let junk = vec![vec![(i % 251) as u8; 64 * 1024 + i as usize]];
            accept(&app, &a.bringer(), junk).await.unwrap();
        }
        let kept = app
            .store
            .feed
            .query_one("select count(*), cast(coalesce(sum(length(bytes)), 0) as bigint) from refusal", &[])
            .await
            .unwrap()
            .unwrap();
        assert_eq!(kept.int(0).unwrap(), 205);
        assert!(kept.uint(1).unwrap() <= app.settings.evidence_quota_bytes);
        project(&app).await;
        assert_eq!(count(&app, "select count(*) from item").await, 1);
    })
    .await;
}

#[tokio::test]
async fn duplicates_confusable_serials_and_runs_are_found_across_operations_and_never_merged() {
    story(async |app| {
        let (north, south) = (operation(&app).await, operation(&app).await);
        let mut a = tablet(&app, north, 1, Role::Collector).await;
        let mut b = tablet(&app, south, 2, Role::Collector).await;
        let serials = ["KV 1230", "KV 777O", "AB 100", "AB 101", "AB 102", "AB 103", "AB 104"];
        let entries: Vec<_> =
            serials.iter().zip(0..).map(|(serial, n)| a.say(n, None, &[], vec![weapon(serial)])).collect();
        let sealed = a.seal(&app, &entries);
        accept(&app, &a.bringer(), vec![sealed]).await.unwrap();
        project(&app).await;
        let entries = [b.say(0, None, &[], vec![weapon("kv-1230")]), b.say(1, None, &[], vec![weapon("KV7770")])];
        let sealed = b.seal(&app, &entries);
        accept(&app, &b.bringer(), vec![sealed]).await.unwrap();
        project(&app).await;
        assert_eq!(count(&app, "select count(*) from item").await, 9);
        assert_eq!(count(&app, "select count(*) from finding where rule = 'R01' and state = 'open'").await, 1);
        assert_eq!(count(&app, "select count(*) from finding where rule = 'R07' and state = 'open'").await, 1);
        assert_eq!(count(&app, "select count(*) from finding where rule = 'R11' and state = 'open'").await, 5);
        let marking =
            entries[0].1.writes(&entries[0].0).into_iter().find(|(path, _)| path.ends_with("/text")).unwrap().0;
        let fixed = b.say(2, Some(entries[0].0.document()), &[entries[0].0], vec![set(&marking, "KV 9999")]);
        let sealed = b.seal(&app, &[fixed]);
        accept(&app, &b.bringer(), vec![sealed]).await.unwrap();
        project(&app).await;
        assert_eq!(count(&app, "select count(*) from finding where rule = 'R01' and state = 'fixed'").await, 1);
        assert_eq!(count(&app, "select count(*) from finding where rule = 'R01' and state = 'open'").await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_more_items_share_than_are_compared_has_one_finding_an_item_whatever_came_first() {
    const PAIRS: i64 = (GROUP * (GROUP - 1) / 2) as i64;
    story(async |app| {
        let op = operation(&app).await;
        let mut a = tablet(&app, op, 1, Role::Collector).await;
        let open = async |rule: &'static str| {
            let sql = "select count(*) from finding where state = 'open' and rule = $1";
            let crate::store::Val::Int(n) = one(&app, sql, &vals![rule]).await[0] else {
                panic!("a count is a number")
            };
            n
        };
        let adds_up = async || {
            let at_items = count(&app, "select cast(coalesce(sum(findings_open), 0) as bigint) from item").await;
            let sql = "select count(*) + count(other_item) from finding where state = 'open'";
            assert_eq!(at_items, count(&app, sql).await, "what items show is what there is");
        };
        let entries: Vec<_> = (0..GROUP as u64).map(|n| a.say(n, None, &[], vec![weapon("KV 5005")])).collect();
        let sealed = a.seal(&app, &entries);
        accept(&app, &a.bringer(), vec![sealed]).await.unwrap();
        project(&app).await;
        assert_eq!(open("R01").await, PAIRS);
        adds_up().await;
        // One more, and then others beyond the bound.
        for number in GROUP as u64..GROUP as u64 + 3 {
            let more = a.say(number, None, &[], vec![weapon("KV 5OO5")]);
            let sealed = a.seal(&app, &[more]);
            accept(&app, &a.bringer(), vec![sealed]).await.unwrap();
            project(&app).await;
            assert_eq!((open("R01").await, open("R07").await), (number as i64 + 1, 0));
            adds_up().await;
        }
        // Three of the first have another serial after all.
        for (n, (hash, entry)) in entries.iter().take(3).enumerate() {
            let path = entry.writes(hash).into_iter().find(|(path, _)| path.ends_with("/text")).unwrap().0;
            let serial = format!("KV {}", 100 + 7 * n);
            let number = GROUP as u64 + 3 + n as u64;
            let edit = a.say(number, Some(hash.document()), &[*hash], vec![set(&path, &serial)]);
            let sealed = a.seal(&app, &[edit]);
            accept(&app, &a.bringer(), vec![sealed]).await.unwrap();
        }
        project(&app).await;
        // 61 of one spelling among each other, 3 of the other, and each of the one with each of the other.
        let (same, alike) = ((GROUP - 3) as i64, 3);
        assert_eq!(open("R01").await, same * (same - 1) / 2 + alike * (alike - 1) / 2);
        assert_eq!(open("R07").await, same * alike);
        adds_up().await;
    })
    .await;
}

#[tokio::test]
async fn a_tag_is_the_same_tag_with_and_without_dashes() {
    story(async |app| {
        let op = operation(&app).await;
        let mut a = tablet(&app, op, 1, Role::Collector).await;
        let births = [a.say(0, None, &[], vec![weapon("KV 1")]), a.say(1, None, &[], vec![weapon("KV 900")])];
        let tagged = [
            a.say(2, Some(births[0].0.document()), &[births[0].0], vec![set("tag", "T1-0007")]),
            a.say(3, Some(births[1].0.document()), &[births[1].0], vec![set("tag", "t1 0007")]),
        ];
        let sealed = a.seal(&app, &[births, tagged].concat());
        accept(&app, &a.bringer(), vec![sealed]).await.unwrap();
        project(&app).await;
        assert_eq!(count(&app, "select count(*) from finding where rule = 'R03' and state = 'open'").await, 1);
    })
    .await;
}
