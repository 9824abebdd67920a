//! Cases across items, officers and versions.

use serde_json::{Value as Json, json};

use super::world::{doc_id, ms, officer, record, x};
use super::{Case, Turn, hit, miss, turn};
use crate::decision::MarkBlock;
use crate::document::{Review, ReviewState, Verified};
use crate::domain::collection::CollectionRecord;
use crate::domain::item::ItemRecord;
use crate::domain::place::Place;
use crate::ids::{DeviceId, EntryHash};
use crate::rules::applied_marks::{MarkUse, out_of_block, reused};
use crate::rules::duplicates::{Identity, compare_as_tuned, runs, usual_run};
use crate::rules::pace::{Recorded, paced};
use crate::rules::transfers::said_after;
use crate::rules::{Finding, Tunings, collections, review};

fn rifle(serial: &str) -> Json {
    json!({ "class": "ASR", "make": "IZHMASH", "model": "AKM", "site": "S1", "markings": [{ "type": "SER", "text": serial }] })
}

/// What a photo of something looks like.
const LOOK: u64 = 0x3c5a_96e1_0f78_b42d;

fn pair(one: Json, other: Json) -> impl Fn(&Tunings) -> Vec<Finding> {
    move |tuning| {
        let (a, b) = (Identity::of(doc_id(1), &record(&one)), Identity::of(doc_id(2), &record(&other)));
        compare_as_tuned(&a, &b, tuning).into_iter().map(|pair| pair.finding).collect()
    }
}

fn run_of(count: u8) -> impl Fn(&Tunings) -> Vec<Finding> {
    move |tuning| {
        let one = |n: u8| Identity::of(doc_id(n), &record(&rifle(&format!("KM{:04}", 1200 + i32::from(n)))));
        let items: Vec<Identity> = (1..=count).map(one).collect();
        let found = runs(&items, usual_run(tuning)).into_iter().map(|run| run.finding);
        found.filter(|finding| tuning.enabled(finding.rule)).collect()
    }
}

fn marked(one: &'static str, other: &'static str) -> impl Fn(&Tunings) -> Vec<Finding> {
    move |tuning| {
        let uses = |n: u8, text: &str| {
            let item =
                record(&json!({ "markings": [{ "type": "REG", "text": text }, { "type": "SER", "text": "A1" }] }));
            MarkUse::of(doc_id(n), &item)
        };
        let all: Vec<MarkUse> = uses(1, one).into_iter().chain(uses(2, other)).collect();
        reused(&all, tuning).into_iter().map(|pair| pair.finding).collect()
    }
}

fn from_block(text: &'static str) -> impl Fn(&Tunings) -> Vec<Finding> {
    move |tuning| {
        let device = |n: u8| DeviceId::from_bytes([n; 16]);
        let block = |n: u8, first: u64| MarkBlock {
            decision: 1,
            device: device(n),
            prefix: "*BI".to_owned(),
            suffix: String::new(),
            width: 4,
            first,
            count: 10,
        };
        let item = record(&json!({ "markings": [{ "type": "PRP", "text": text, "session": x(7) }] }));
        out_of_block(&item, &|_| Some(device(1)), &[block(1, 10), block(2, 20)], tuning)
    }
}

fn changed(path: &'static str, justified: bool) -> impl Fn(&Tunings) -> Vec<Finding> {
    move |tuning| {
        let mut json = json!({ "model": "AKM", "status": "stored" });
        if justified {
            json["justifications"] = json!([{ "rule": "R46", "reason": "read again under a lamp" }]);
        }
        let amendments = [(path.to_owned(), crate::cbor::Value::from("x"))].into();
        let verified = Verified {
            entry: EntryHash::from_bytes([1; 32]),
            officer: officer(1),
            heads: Vec::new(),
            content: crate::document::Content::new(),
            amendments,
        };
        let review = Review { state: ReviewState::Amended, latest: Vec::new(), verified: Some(verified) };
        review::edited(&record(&json), &review, tuning)
    }
}

fn collection(persons: i64, weapons: usize, condition: &'static str) -> impl Fn(&Tunings) -> Vec<Finding> {
    move |tuning| {
        let collection = CollectionRecord { persons: Some(persons), ..CollectionRecord::default() };
        let item: ItemRecord = record(&json!({ "kind": "weapon", "condition": condition }));
        collections::check(&collection, &vec![&item; weapons], tuning)
    }
}

fn day(count: i64, minutes: i64, km: i64) -> impl Fn(&Tunings) -> Vec<Finding> {
    move |tuning| {
        let one = |n: i64| Recorded {
            item: doc_id(u8::try_from(n).unwrap()),
            officer: officer(1),
            claimed_ms: ms("2024-05-01T08:00:00Z") + n * minutes * 60_000,
            // A degree of latitude is 111 km.
            place: Place::new(n * km * 90_000, 300_000_000, Some(20)),
        };
        let records: Vec<Recorded> = (0..count).map(one).collect();
        paced(&records, tuning).into_iter().map(|one| one.finding).collect()
    }
}

pub(super) fn cases() -> Vec<Case> {
    let destroyed = || {
        let mut json = rifle("AB12345");
        json["status"] = json!("destroyed");
        json
    };
    let with = |name: &str, value: Json| {
        let mut json = rifle("AB12345");
        json["markings"] = json!([]);
        json[name] = value;
        json
    };
    let late =
        |statements| move |tuning: &Tunings| said_after(doc_id(1), doc_id(2), statements, tuning).into_iter().collect();
    let photo = |n: u8| json!([{ "hash": super::world::hash(n) }]);
    let look = |n: u8, bits: u64| json!([{ "hash": super::world::hash(n), "dhash": format!("{bits:016x}") }]);
    vec![
        hit("R81", "two statements in the old operation after a transfer", late(2)),
        miss("R81", "nothing was said there any more", late(0)),
        hit("R01", "one serial twice", pair(rifle("AB 12345"), rifle("ab-12345"))),
        miss("R01", "two serials", pair(rifle("AB12345"), rifle("AB12346"))),
        hit("R02", "a destroyed serial comes back", pair(destroyed(), rifle("AB12345"))),
        miss("R02", "another serial comes", pair(destroyed(), rifle("AB12346"))),
        hit("R03", "one tag twice", pair(with("tag", json!("T-1")), with("tag", json!("t 1")))),
        miss("R03", "two tags", pair(with("tag", json!("T-1")), with("tag", json!("T-11")))),
        hit("R04", "one photo twice", pair(with("photos", photo(1)), with("photos", photo(1)))),
        miss("R04", "two photos", pair(with("photos", photo(1)), with("photos", photo(2)))),
        hit(
            "R04",
            "two photos that look alike",
            pair(with("photos", look(1, LOOK)), with("photos", look(2, LOOK ^ 3))),
        ),
        miss("R04", "three bits apart", pair(with("photos", look(1, LOOK)), with("photos", look(2, LOOK ^ 7)))),
        miss("R04", "a hand before the lens", pair(with("photos", look(1, 3)), with("photos", look(2, 3)))),
        hit("R07", "an O for a zero", pair(rifle("AB0812"), rifle("ABO812"))),
        miss("R07", "a one for a zero", pair(rifle("AB0812"), rifle("AB1812"))),
        hit("R11", "five in a row", run_of(5)),
        miss("R11", "four in a row", run_of(4)),
        hit("R12", "a number of the register twice", marked("BI-77", "bi 77")),
        miss("R12", "two numbers of the register", marked("BI-77", "BI-78")),
        hit("R12", "a mark out of another's block", from_block("*BI0021")),
        hit("R12", "a mark out of no block", from_block("*BI0030")),
        miss("R12", "a mark out of one's own block", from_block("*BI0019")),
        hit("R46", "another model after it was verified", changed("model", false)),
        miss("R46", "stored after it was verified", changed("status", false)),
        miss("R46", "a member of its life after it was verified", changed("custody/aaaaaaaaaaaaaaaa.0/event", false)),
        hit("R61", "100 persons with 20 weapons", collection(100, 20, "SVC")),
        miss("R61", "100 persons with 30 weapons", collection(100, 30, "SVC")),
        hit("R61", "nothing but scrap", collection(20, 20, "UNS")),
        miss("R61", "nine weapons, all scrap", collection(9, 9, "UNS")),
        hit("R71", "61 records in an hour", day(122, 0, 0)),
        miss("R71", "60 records in an hour", day(120, 1, 0)),
        hit("R71", "50 kilometres in ten minutes", day(2, 10, 50)),
        miss("R71", "30 kilometres in ten minutes", day(2, 10, 30)),
    ]
}

pub(super) fn turns() -> Vec<Turn> {
    let look = |n: u8, bits: u64| {
        let mut json = rifle(&format!("AB{n}2345"));
        json["photos"] = json!([{ "hash": super::world::hash(n), "dhash": format!("{bits:016x}") }]);
        json
    };
    vec![
        turn("R04", "alike_below", 4, pair(look(1, LOOK), look(2, LOOK ^ 7))),
        turn("R04", "alike_below", 1, pair(look(1, LOOK), look(2, LOOK ^ 1))),
        turn("R11", "usual_run", 5, run_of(5)),
        turn("R61", "least_permille", 100, collection(100, 20, "SVC")),
        turn("R61", "most_permille", 1000, collection(100, 120, "SVC")),
        turn("R61", "least_persons", 9, collection(9, 9, "UNS")),
        turn("R71", "per_hour", 30, day(60, 1, 0)),
        turn("R71", "km_per_hour", 500, day(2, 10, 50)),
    ]
}

#[test]
fn a_change_after_verification_that_was_explained_is_justified_and_stays() {
    let found = changed("model", true)(&Tunings::default());
    assert!(found[0].justified && found[0].key == "model");
}

#[test]
fn a_rush_is_one_finding_with_all_its_records_and_the_order_does_not_matter() {
    let records: Vec<Recorded> = (0_u8..200)
        .map(|n| Recorded { item: doc_id(n), officer: officer(n % 2), claimed_ms: i64::from(n) * 20_000, place: None })
        .collect();
    let found = paced(&records, &Tunings::default());
    assert_eq!(found.iter().map(|one| one.items.len()).collect::<Vec<_>>(), [100, 100]);
    assert_eq!(found[0].finding.args["count"], "90");
    let mut turned = records;
    turned.reverse();
    assert_eq!(paced(&turned, &Tunings::default()), found);
}
