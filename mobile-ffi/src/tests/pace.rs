//! The pace of an officer's day, looked at where it was worked.

use super::register::FakeRegister;
use super::{enrolled, rifle};
use crate::{Draft, Tablet, Value};

fn of_the_day(tablet: &Tablet) -> Vec<(String, String, Option<String>)> {
    let all = tablet.findings(500).unwrap().into_iter().filter(|finding| finding.rule == "R71");
    all.map(|finding| (finding.document, finding.message, finding.justification)).collect()
}

fn at(serial: &str, lat: i64) -> Draft {
    let place = [("lat", lat), ("lon", 300_000_000)].map(|(name, n)| (Value::from(name), Value::Int(n)));
    rifle(serial).with("place", Value::Map(place.to_vec()))
}

#[test]
fn more_than_anybody_inspects_in_an_hour_is_told_of_the_first_record_and_can_be_explained() {
    let dir = tempfile::tempdir().unwrap();
    let register = FakeRegister::new();
    let tablet = enrolled(dir.path(), &register, "amina");
    let first = tablet.record(rifle("KV 3")).unwrap().document;
    let more = |from: u32, to: u32| (from..to).map(|n| rifle(&format!("KV {}", n * 7919))).collect();
    tablet.record_all(more(1, 60)).unwrap();
    assert_eq!(of_the_day(&tablet), [], "sixty in an hour are usual");
    tablet.record_all(more(60, 61)).unwrap();
    let told = of_the_day(&tablet);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].0.as_str(), told[0].2.as_deref()), (first.as_str(), None));
    assert!(told[0].1.contains("61 items within an hour"), "{told:?}");
    let why = [("rule", "R71"), ("reason", "from the paper list of the night before")];
    let why = why.map(|(name, value)| (name.to_owned(), Value::from(value)));
    tablet.add_member(&first, "justifications", why.into()).unwrap();
    assert_eq!(of_the_day(&tablet)[0].2.as_deref(), Some("from the paper list of the night before"));
}

#[test]
fn two_records_farther_apart_than_anybody_travels_are_both_told() {
    let dir = tempfile::tempdir().unwrap();
    let tablet = enrolled(dir.path(), &FakeRegister::new(), "amina");
    let here = tablet.record(at("KV 3", 10_000_000)).unwrap().document;
    tablet.record(at("KV 284", 10_000_900)).unwrap();
    assert_eq!(of_the_day(&tablet), [], "ten metres on");
    let there = tablet.record(at("KV 396", 15_000_000)).unwrap().document;
    let told = of_the_day(&tablet);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().any(|one| one.0 == there) && told.iter().all(|one| one.0 != here), "{told:?}");
}
