//! Rules that need more than a document, over real HTTP and on both databases: each with what it finds, what it lets pass by a hair, how the
//! finding goes away again, and the same after a decision on the rule as in a register made anew.

use std::collections::BTreeMap;

use ploughshare_core::cbor::Value;
use ploughshare_core::decision::{Decision, Judgement};
use ploughshare_core::edit::Edit;
use ploughshare_core::ids::DocId;
use ploughshare_server::decide::decide;
use ploughshare_server::marks;
use ploughshare_tests::hand::{Said, set, weapon};
use ploughshare_tests::tale::Tale;
use ploughshare_tests::{Register, on_both};
use serde_json::{Value as Json, json};

const DAY: i64 = 86_400_000;

type Fields = Vec<(String, Value)>;

fn fields(pairs: &[(&str, Value)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn id(doc: DocId) -> Value {
    Value::Bytes(doc.to_vec())
}

fn create(kind: &str, scalars: &[(&str, Value)]) -> Edit {
    Edit::Create { kind: kind.to_owned(), fields: fields(scalars), members: Vec::new() }
}

fn add(set: &str, pairs: &[(&str, Value)]) -> Edit {
    Edit::Add { set: set.to_owned(), fields: fields(pairs) }
}

/// A weapon with one more field.
fn with(edit: Edit, name: &str, value: Value) -> Edit {
    match edit {
        Edit::Create { kind, mut fields, members } => {
            fields.push((name.to_owned(), value));
            Edit::Create { kind, fields, members }
        }
        other => other,
    }
}

/// A weapon with a marking beside its serial.
fn marked(serial: &str, mark: &[(&str, Value)]) -> Edit {
    match weapon(serial) {
        Edit::Create { kind, fields: scalars, mut members } => {
            members[0].1.push(fields(mark));
            Edit::Create { kind, fields: scalars, members }
        }
        other => other,
    }
}

/// Somebody makes a document and brings it.
fn makes(tale: &mut Tale<'_>, name: &str, edit: Edit) -> DocId {
    let (hash, sealed) = tale.says(name, None, &[], edit);
    tale.brings(name, sealed);
    hash.document()
}

/// Findings of one rule on a document, as the register shows them.
async fn found(tale: &Tale<'_>, doc: DocId, rule: &str) -> Vec<Json> {
    tale.register.current().await;
    let findings = tale.auditor.get(&format!("/api/v1/findings?subject={doc}&rule={rule}&limit=500")).good();
    findings["findings"].as_array().unwrap().clone()
}

/// Their states, in order.
async fn states(tale: &Tale<'_>, doc: DocId, rule: &str) -> Vec<String> {
    let mut states: Vec<String> =
        found(tale, doc, rule).await.iter().map(|one| one["state"].as_str().unwrap().to_owned()).collect();
    states.sort();
    states
}

async fn decides(register: &Register, decision: Decision) {
    let mut tx = register.app.store.feed.begin_write().await.unwrap();
    decide(&register.app, &mut tx, &register.operation.id, "operator", &[decision]).await.unwrap();
    tx.commit().await.unwrap();
    register.app.wake.notify_one();
}

fn tuned(rule: &str, enabled: bool, parameters: &[(&str, i64)]) -> Decision {
    let parameters: BTreeMap<String, i64> = parameters.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
    Decision::RuleTuned { rule: rule.to_owned(), enabled, parameters }
}

/// Switches a rule off and on again: what it finds when everything is looked at anew is what it had found.
async fn off_and_on(tale: &Tale<'_>, doc: DocId, rule: &str, expected: &[&str]) {
    assert_eq!(states(tale, doc, rule).await, expected);
    decides(tale.register, tuned(rule, false, &[])).await;
    assert!(states(tale, doc, rule).await.iter().all(|state| state == "fixed"), "{rule} is off");
    decides(tale.register, tuned(rule, true, &[])).await;
    assert_eq!(states(tale, doc, rule).await, expected, "{rule} is on again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_verified_is_not_changed_by_the_way() {
    on_both("edited", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let (item, other) = (tale.records("Amina", "KV 1"), tale.records("Amina", "KV 284"));
        tale.attests("Ines", item, "verified");
        tale.tells("Amina", other, set("calibre", "5.45x39"));
        tale.tells("Samuel", item, set("status", "in_transit"));
        assert_eq!(states(&tale, other, "R46").await, [""; 0], "nobody verified it");
        assert_eq!(states(&tale, item, "R46").await, [""; 0], "its life goes on");
        tale.tells("Amina", item, set("calibre", "5.45x39"));
        let finding = &found(&tale, item, "R46").await[0];
        assert_eq!((&finding["state"], &finding["key"]), (&json!("open"), &json!("calibre")), "{finding}");
        off_and_on(&tale, item, "R46", &["open"]).await;
        register.is_rebuilt_equal().await;
        tale.attests("Ines", item, "verified");
        assert_eq!(states(&tale, item, "R46").await, ["fixed"]);
        register.is_the_same_in_any_order().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_mark_on_two_items_is_found_and_in_a_crowd_every_item_once() {
    on_both("reused", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let mark = |kind: &str, number: &str| [("type", text(kind)), ("text", text(number))];
        let one = makes(&mut tale, "Amina", marked("KV 100", &mark("PRP", "*KE-DDR 000123")));
        let near = makes(&mut tale, "Amina", marked("KV 284", &mark("PRP", "*KE-DDR 000124")));
        let other_kind = makes(&mut tale, "Amina", marked("KV 396", &mark("INV", "*KE-DDR 000123")));
        let (birth, sealed) = tale.says("Ines", None, &[], marked("KV 471", &mark("REG", "*ke ddr-000123")));
        tale.brings("Ines", sealed);
        let two = birth.document();
        for (doc, expected) in [(one, vec!["open"]), (two, vec!["open"]), (near, vec![]), (other_kind, vec![])] {
            assert_eq!(states(&tale, doc, "R12").await, expected);
        }
        off_and_on(&tale, one, "R12", &["open"]).await;
        let shown = tale.item(two).await;
        let key = shown["content"].as_object().unwrap().iter().find(|(_, value)| **value == json!("REG")).unwrap().0;
        let path = key.strip_suffix("/type").unwrap().to_owned();
        tale.tells("Ines", two, Edit::Withdraw { path, reason: "read wrongly".to_owned() });
        assert_eq!(states(&tale, one, "R12").await, ["fixed"]);
        register.is_rebuilt_equal().await;

        // Sixty-four bear it: each two are a pair. Two more, and every item but the first is paired with the first alone.
        let hand = &mut tale.people.get_mut("Amina").unwrap().hand;
        let born: Vec<Said> = (hand.next..)
            .take(65)
            .map(|n| {
                hand.say(n, None, &[], vec![marked(&format!("XY {}", n * 7919 + 3), &mark("PRP", "*KE-DDR 000123"))])
            })
            .collect();
        let sealed = hand.seal(&born[..63]);
        hand.bring_good(vec![sealed]);
        assert_eq!(states(&tale, one, "R12").await.iter().filter(|state| *state == "open").count(), 63);
        let hand = &mut tale.people.get_mut("Amina").unwrap().hand;
        let sealed = hand.seal(&born[63..]);
        hand.bring_good(vec![sealed]);
        let mut bearers: Vec<DocId> = born.iter().map(|(hash, _)| hash.document()).chain([one]).collect();
        bearers.sort();
        let open =
            async |tale: &Tale<'_>, doc| states(tale, doc, "R12").await.iter().filter(|state| *state == "open").count();
        assert_eq!((open(&tale, bearers[0]).await, open(&tale, bearers[40]).await), (65, 1));
        decides(&register, tuned("R12", false, &[])).await;
        assert_eq!((open(&tale, bearers[0]).await, open(&tale, bearers[40]).await), (0, 0));
        decides(&register, tuned("R12", true, &[])).await;
        assert_eq!((open(&tale, bearers[0]).await, open(&tale, bearers[40]).await), (65, 1));
        register.is_the_same_in_any_order().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mark_from_no_block_of_its_tablet_is_found_as_soon_as_blocks_are_given() {
    on_both("blocks", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let operation = register.operation.id;
        let session = makes(&mut tale, "Samuel", create("marking_session", &[("site", text("depot-1"))]));
        let mark =
            |number: &str, session: DocId| [("type", text("PRP")), ("text", text(number)), ("session", id(session))];
        let own = makes(&mut tale, "Amina", marked("KV 100", &mark("*BI000001", session)));
        let late = makes(&mut tale, "Amina", marked("KV 284", &mark("*BI000009", session)));
        let others = makes(&mut tale, "Ines", marked("KV 396", &mark("*BI000002", session)));
        // It was there when the item was found.
        let old = makes(&mut tale, "Amina", marked("KV 471", &mark("*BI000077", session)[..2]));
        assert_eq!(states(&tale, late, "R12").await, [""; 0], "no block was given");
        marks::add_series(&register.app, &operation, "*BI", "", 6, 1).await.unwrap();
        let path = format!("/api/v1/operations/{operation}/marks");
        let amina = tale.people["Amina"].hand.web.clone();
        let wish = |n: u8| json!({ "series": "*BI######", "count": 5, "nonce": hex::encode([n; 16]) });
        assert_eq!(amina.post(&path, &wish(1)).good()["first"], 1);
        for (doc, expected) in [(own, vec![]), (late, vec!["open"]), (others, vec!["open"]), (old, vec![])] {
            assert_eq!(states(&tale, doc, "R12").await, expected);
        }
        let message = found(&tale, others, "R12").await[0]["message"].as_str().unwrap().to_owned();
        assert!(message.contains("reserved for device"), "{message}");
        off_and_on(&tale, late, "R12", &["open"]).await;
        register.is_rebuilt_equal().await;
        assert_eq!(amina.post(&path, &wish(2)).good()["first"], 6);
        assert_eq!(states(&tale, late, "R12").await, ["fixed"], "its block was given after all");
        assert_eq!(states(&tale, others, "R12").await, ["open"]);
        register.is_the_same_in_any_order().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_that_is_off_is_off_for_judged_pairs_as_well() {
    on_both("judged", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        decides(&register, tuned("R01", false, &[])).await;
        let (item, other) = (tale.records("Amina", "KV 1"), tale.records("Amina", "KV 1"));
        let officer = tale.people["Rosa"].hand.officer;
        let judged = Decision::ItemsJudged {
            item,
            other,
            other_operation: None,
            judgement: Judgement::Different,
            officer,
            reason: "two makers".to_owned(),
        };
        decides(&register, judged).await;
        assert_eq!(states(&tale, item, "R01").await, [""; 0]);
        decides(&register, tuned("R01", true, &[])).await;
        assert_eq!(states(&tale, item, "R01").await, ["justified"]);
        register.is_the_same_in_any_order().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn few_weapons_for_many_persons_are_found_on_the_collection_until_more_come() {
    on_both("ratio", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let persons = |n| create("collection", &[("site", text("depot-1")), ("persons", Value::Int(n))]);
        let brings = |tale: &mut Tale<'_>, n: u32, to: DocId| {
            makes(tale, "Amina", with(weapon(&format!("KV {}", n * 7919 + 3)), "collection", id(to)))
        };
        let (few, near) = (makes(&mut tale, "Amina", persons(20)), makes(&mut tale, "Amina", persons(20)));
        let first: Vec<DocId> = (0..5).map(|n| brings(&mut tale, n, few)).collect();
        for n in 10..16 {
            brings(&mut tale, n, near);
        }
        assert_eq!(states(&tale, near, "R61").await, ["fixed"], "six of twenty are usual");
        let finding = found(&tale, few, "R61").await.into_iter().find(|one| one["state"] == "open").unwrap();
        assert_eq!((&finding["kind"], &finding["key"]), (&json!("collection"), &json!("ratio")), "{finding}");
        assert_eq!((&finding["args"]["weapons"], &finding["args"]["persons"]), (&json!("5"), &json!("20")));
        for (site, n) in [("depot-1", 1), ("depot-2", 0)] {
            let path = format!("/api/v1/findings?kind=collection&state=open&site={site}");
            let listed = tale.auditor.get(&path).good();
            assert_eq!(listed["findings"].as_array().unwrap().len(), n, "{site}");
        }
        off_and_on(&tale, few, "R61", &["open"]).await;
        // One goes over from there, and is missed there no more than six are.
        let sixth = brings(&mut tale, 20, few);
        assert_eq!(states(&tale, few, "R61").await, ["fixed"]);
        let over = Edit::Set { path: "collection".to_owned(), value: id(near) };
        tale.tells("Amina", sixth, over);
        assert_eq!(states(&tale, few, "R61").await, ["open"]);
        tale.tells("Amina", few, Edit::Set { path: "persons".to_owned(), value: Value::Int(12) });
        assert_eq!(states(&tale, few, "R61").await, ["fixed"]);
        assert_eq!(states(&tale, first[0], "R61").await, [""; 0], "it is said of the collection alone");
        register.is_the_same_in_any_order().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_estimate_that_becomes_exact_by_itself_is_found_until_somebody_counts() {
    on_both("recounted", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let lot = |method: &str| {
            let scalars = [
                ("kind", text("ammunition")),
                ("class", text("AMM")),
                ("calibre", text("7.62x39")),
                ("quantity", Value::Int(487)),
                ("quantity_method", text(method)),
            ];
            create("item", &scalars)
        };
        let now = register.app.now_ms();
        let counted = || add("custody", &[("event", text("counted")), ("at", Value::Int(now))]);
        let item = makes(&mut tale, "Amina", lot("estimated"));
        let near = makes(&mut tale, "Amina", lot("estimated"));
        let always = makes(&mut tale, "Amina", lot("weighed"));
        tale.tells("Ines", near, counted());
        for doc in [item, near, always] {
            tale.tells("Amina", doc, set("quantity_method", "counted"));
        }
        assert_eq!(states(&tale, item, "R56").await, ["open"]);
        assert_eq!(states(&tale, near, "R56").await, [""; 0], "somebody counted before it was said");
        assert_eq!(states(&tale, always, "R56").await, [""; 0], "it never was estimated");
        // Saying it once more explains nothing.
        tale.tells("Amina", item, set("quantity_method", "weighed"));
        tale.tells("Amina", item, set("rack", "R1"));
        off_and_on(&tale, item, "R56", &["open"]).await;
        register.is_rebuilt_equal().await;
        tale.tells("Ines", item, counted());
        assert_eq!(states(&tale, item, "R56").await, ["fixed"]);
        register.is_the_same_in_any_order().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_store_shows_which_counts_are_overdue() {
    on_both("overdue", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let now = register.app.now_ms();
        let lies = |tale: &mut Tale<'_>, serial: &str, store: &str, since: i64| {
            let item = makes(tale, "Amina", with(weapon(serial), "store", text(store)));
            let pairs = [
                ("event", text("stored")),
                ("at", Value::Int(since)),
                ("site", text("depot-1")),
                ("store", text(store)),
            ];
            tale.tells("Amina", item, add("custody", &pairs));
        };
        lies(&mut tale, "KV 100", "A", now - 200 * DAY);
        lies(&mut tale, "KV 284", "B", now - 8 * DAY);
        let overdue = async |tale: &Tale<'_>, store: &str| {
            register.current().await;
            let stores = tale.auditor.get("/api/v1/stores").good();
            let one = stores["stores"].as_array().unwrap().iter().find(|one| one["store"] == store).unwrap().clone();
            let due = one["overdue"].as_array().unwrap().iter();
            due.map(|one| (one["count"].as_str().unwrap().to_owned(), one["days"].as_i64().unwrap()))
                .collect::<Vec<_>>()
        };
        let due = |count: &str, days: i64| (count.to_owned(), days);
        assert_eq!(overdue(&tale, "A").await, [due("weekly", 200), due("half_yearly", 200)]);
        assert_eq!(overdue(&tale, "B").await, [], "a day is left");
        let counts = |occasion: &str, state: &str, at: i64| {
            let scalars = [
                ("site", text("depot-1")),
                ("store", text("A")),
                ("state", text(state)),
                ("occasion", text(occasion)),
                ("at", Value::Int(at)),
            ];
            create("count", &scalars)
        };
        makes(&mut tale, "Ines", counts("half_yearly", "broken_off", now - DAY));
        assert_eq!(overdue(&tale, "A").await.len(), 2, "it was broken off");
        makes(&mut tale, "Ines", counts("weekly", "closed", now - 3 * DAY));
        assert_eq!(overdue(&tale, "A").await, [due("half_yearly", 200)]);
        decides(&register, tuned("R60", true, &[("weekly_days", 2), ("half_yearly_days", 300)])).await;
        assert_eq!(overdue(&tale, "A").await, [due("weekly", 3)]);
        assert_eq!(overdue(&tale, "B").await, [due("weekly", 8)]);
        decides(&register, tuned("R60", false, &[])).await;
        assert_eq!(overdue(&tale, "B").await, []);
        register.is_the_same_in_any_order().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rush_of_records_and_a_leap_are_found_as_they_come_and_whatever_comes_first() {
    on_both("pace", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        decides(&register, tuned("R71", true, &[("per_hour", 5)])).await;
        let noon = register.app.now_ms().div_euclid(DAY) * DAY - DAY / 2;
        let at = |tale: &mut Tale<'_>, minutes: i64, lat: Option<i64>| {
            let hand = &mut tale.people.get_mut("Amina").unwrap().hand;
            hand.clock_ms = noon + minutes * 60_000 - hand.next as i64;
            let mut edit = weapon(&format!("KV {}", hand.next * 7919 + 3));
            if let Some(lat) = lat {
                let place = [("lat", lat), ("lon", 300_000_000)].map(|(name, n)| (Value::from(name), Value::Int(n)));
                edit = with(edit, "place", Value::Map(place.to_vec()));
            }
            makes(tale, "Amina", edit)
        };
        let paced = async |tale: &Tale<'_>, doc| {
            let all = found(tale, doc, "R71").await;
            let open = all.into_iter().filter(|one| one["state"] == "open");
            open.map(|one| one["args"].to_string()).collect::<Vec<_>>()
        };
        let first: Vec<DocId> = (0..5).map(|n| at(&mut tale, n * 10, None)).collect();
        assert_eq!(paced(&tale, first[0]).await, [""; 0], "five in an hour are usual");
        // The sixth comes first in time and last by the network.
        let sixth = at(&mut tale, -5, None);
        let told = paced(&tale, sixth).await;
        assert!(told.len() == 1 && told[0].contains("\"count\":\"6\""), "{told:?}");
        assert_eq!(paced(&tale, first[0]).await, [""; 0], "a rush is told once, of its first record");
        decides(&register, tuned("R71", true, &[("per_hour", 6)])).await;
        assert_eq!(paced(&tale, sixth).await, [""; 0]);
        decides(&register, tuned("R71", true, &[("per_hour", 5)])).await;
        assert_eq!(paced(&tale, sixth).await.len(), 1);

        let here = at(&mut tale, 300, Some(10_000_000));
        let far = at(&mut tale, 310, Some(15_000_000));
        assert_eq!(paced(&tale, far).await.len(), 1, "fifty kilometres in ten minutes");
        assert_eq!(paced(&tale, here).await.len(), 1, "it is told of both");
        let between = at(&mut tale, 305, Some(12_000_000));
        assert_eq!((paced(&tale, here).await.len(), paced(&tale, between).await.len()), (1, 2));
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_is_to_have_its_photos_once_it_is_verified_or_listed_for_destruction() {
    on_both("photos", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let (verified, listed) = (tale.records("Amina", "KV 1"), tale.records("Amina", "KV 284"));
        assert_eq!(states(&tale, verified, "R77").await, [""; 0], "it is still being written");
        tale.attests("Ines", verified, "verified");
        tale.tells("Samuel", listed, set("status", "scheduled_for_destruction"));
        for doc in [verified, listed] {
            assert_eq!(states(&tale, doc, "R77").await, ["open"; 3], "left, right and serial");
        }
        let photo = add("photos", &[("hash", Value::Bytes(vec![7; 32])), ("view", text("left"))]);
        tale.tells("Amina", verified, photo);
        assert_eq!(states(&tale, verified, "R77").await, ["fixed", "open", "open"]);
        off_and_on(&tale, listed, "R77", &["open"; 3]).await;
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_there_was_is_not_taken_out_of_a_lot_by_two_who_did_not_know() {
    on_both("overdrawn", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let now = register.app.now_ms() - DAY;
        let scalars = [("kind", text("ammunition")), ("class", text("AMM")), ("calibre", text("7.62x39"))];
        let lot = with(create("item", &scalars), "quantity", Value::Int(1000));
        let lot = makes(&mut tale, "Amina", lot);
        let event = |event: &str, at: i64, quantity: i64| {
            let place = [("site", text("depot-1")), ("store", text("M"))];
            let said = [("event", text(event)), ("at", Value::Int(at)), ("quantity", Value::Int(quantity))];
            add("custody", &[said.as_slice(), &place].concat())
        };
        tale.tells("Amina", lot, event("stored", now, 1000));
        let seen = tale.heads(lot);
        let (_, one) = tale.says("Amina", Some(lot), &seen, event("split", now + 1, 700));
        let (_, other) = tale.says("Ines", Some(lot), &seen, event("split", now + 2, 301));
        tale.brings("Amina", one);
        assert_eq!(states(&tale, lot, "R56").await, [""; 0]);
        tale.brings("Ines", other);
        assert_eq!(states(&tale, lot, "R56").await, ["open"]);
        off_and_on(&tale, lot, "R56", &["open"]).await;
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn photos_that_look_alike_are_found_in_a_crowd_once_an_item_and_never_by_the_order_in_which_they_came() {
    on_both("alike", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let look = 0x3c5a_96e1_0f78_b42d_u64;
        let photo = |n: u8, bits: u64| {
            [("hash", Value::Bytes(vec![n; 32])), ("view", text("left")), ("dhash", text(&format!("{bits:016x}")))]
        };
        let items: Vec<DocId> = [1, 284, 396, 471].map(|n| tale.records("Amina", &format!("KV {n}"))).to_vec();
        let [one, sent_on, near, dark] = items[..] else { unreachable!() };
        tale.tells("Amina", one, add("photos", &photo(1, look)));
        tale.tells("Ines", sent_on, add("photos", &photo(2, look ^ 1 << 63 ^ 1)));
        tale.tells("Amina", near, add("photos", &photo(3, look ^ 0b1110)));
        tale.tells("Amina", dark, add("photos", &photo(4, 3)));
        for (doc, expected) in [(one, vec!["open"]), (sent_on, vec!["open"]), (near, vec![]), (dark, vec![])] {
            assert_eq!(states(&tale, doc, "R04").await, expected);
        }
        let finding = &found(&tale, one, "R04").await[0];
        assert_eq!((&finding["args"]["bits"], &finding["severity"]), (&json!("2"), &json!("flag")), "{finding}");
        off_and_on(&tale, one, "R04", &["open"]).await;
        decides(&register, tuned("R04", true, &[("alike_below", 4)])).await;
        assert_eq!(states(&tale, near, "R04").await, ["open"], "three bits apart");
        decides(&register, tuned("R04", true, &[("alike_below", 0)])).await;
        assert_eq!(states(&tale, one, "R04").await, ["fixed"; 2], "files only");
        decides(&register, tuned("R04", true, &[])).await;
        assert_eq!(states(&tale, one, "R04").await, ["fixed", "open"]);

        // Withdrawn, it is no photo of it any more; put back as the very same file, it is the finding of one file.
        let shown = tale.item(sent_on).await;
        let key = shown["content"].as_object().unwrap().keys().find(|key| key.ends_with("/dhash")).unwrap();
        let path = key.strip_suffix("/dhash").unwrap().to_owned();
        tale.tells("Ines", sent_on, Edit::Withdraw { path, reason: "of another weapon".to_owned() });
        assert_eq!(states(&tale, one, "R04").await, ["fixed"; 2]);
        tale.tells("Ines", sent_on, add("photos", &photo(1, look)));
        let open: Vec<Json> =
            found(&tale, one, "R04").await.into_iter().filter(|finding| finding["state"] == "open").collect();
        assert!(open.len() == 1 && open[0]["args"]["photo"].is_string(), "{open:?}");
        register.is_rebuilt_equal().await;

        // A fixed stand: sixty-four look alike, each two are a pair; one more, and every item has one finding. One less, and they are pairs.
        let stand = look.rotate_left(11);
        let mut docs = Vec::new();
        for n in 0..64_u8 {
            let doc = tale.records("Amina", &format!("QX {}", 1000 + 37 * u32::from(n)));
            tale.tells("Amina", doc, add("photos", &photo(100 + n, stand ^ u64::from(n % 2))));
            docs.push(doc);
        }
        let open = async |tale: &Tale<'_>, doc| {
            let all = found(tale, doc, "R04").await;
            all.iter().filter(|one| one["state"] == "open").map(|one| one["key"] == "look").collect::<Vec<_>>()
        };
        assert_eq!(open(&tale, docs[0]).await, [false; 63]);
        let last = tale.records("Amina", "QX 9000");
        tale.tells("Amina", last, add("photos", &photo(200, stand)));
        for doc in [docs[0], docs[63], last] {
            assert_eq!(open(&tale, doc).await, [true], "a crowd");
        }
        let shown = tale.item(last).await;
        let key = shown["content"].as_object().unwrap().keys().find(|key| key.ends_with("/dhash")).unwrap();
        let path = key.strip_suffix("/dhash").unwrap().to_owned();
        tale.tells("Amina", last, Edit::Withdraw { path, reason: "of another weapon".to_owned() });
        assert_eq!(open(&tale, docs[0]).await, [false; 63]);
        assert_eq!(open(&tale, last).await, [false; 0]);
        register.is_the_same_in_any_order().await;
    })
    .await;
}
