//! What people do with many items at once, over real HTTP and on both databases: hand-overs, counts and destructions as the register
//! shows them, what lies in which store at any hour, what is found, and numbers for marks that nobody is given twice.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::cbor::Value;
use ploughshare_core::decision::Decision;
use ploughshare_core::domain::place::Place;
use ploughshare_core::edit::Edit;
use ploughshare_core::identity::Role;
use ploughshare_core::ids::{DocId, EntryHash};
use ploughshare_server::decide::decide;
use ploughshare_server::handover_sheet::draw_up;
use ploughshare_server::marks;
use ploughshare_tests::hand::{Said, set};
use ploughshare_tests::tale::Tale;
use ploughshare_tests::{Register, on_both};
use serde_json::{Value as Json, json};

const HOUR: i64 = 3_600_000;

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

fn create(kind: &str, scalars: &[(&str, Value)], members: Vec<(String, Vec<Fields>)>) -> Edit {
    Edit::Create { kind: kind.to_owned(), fields: fields(scalars), members }
}

fn add(set: &str, pairs: &[(&str, Value)]) -> Edit {
    Edit::Add { set: set.to_owned(), fields: fields(pairs) }
}

/// An event of custody; where and how many, if that is said.
fn event(name: &str, at: i64, place: Option<(&str, &str)>, quantity: Option<i64>) -> Edit {
    let mut pairs = vec![("event", text(name)), ("at", Value::Int(at))];
    if let Some((site, store)) = place {
        pairs.extend([("site", text(site)), ("store", text(store))]);
    }
    pairs.extend(quantity.map(|quantity| ("quantity", Value::Int(quantity))));
    add("custody", &pairs)
}

fn weapon(serial: &str, site: &str, store: &str) -> Edit {
    let marking =
        fields(&[("type", text("SER")), ("text", text(serial)), ("condition", text("LEG")), ("location", text("RCV"))]);
    let scalars = [
        ("kind", text("weapon")),
        ("class", text("ASR")),
        ("make", text("IZHMASH")),
        ("calibre", text("7.62x39")),
        ("status", text("stored")),
        ("site", text(site)),
        ("store", text(store)),
    ];
    create("item", &scalars, vec![("markings".to_owned(), vec![marking])])
}

fn rounds(quantity: i64) -> Edit {
    let scalars = [
        ("kind", text("ammunition")),
        ("class", text("AMM")),
        ("calibre", text("7.62x39")),
        ("quantity", Value::Int(quantity)),
        ("quantity_method", text("counted")),
    ];
    create("item", &scalars, Vec::new())
}

/// The last whole hour but ten.
fn ten_hours_ago(register: &Register) -> i64 {
    register.app.now_ms() / HOUR * HOUR - 10 * HOUR
}

/// Somebody makes a document and brings it.
fn makes(tale: &mut Tale<'_>, name: &str, edit: Edit) -> DocId {
    let (hash, sealed) = tale.says(name, None, &[], edit);
    tale.brings(name, sealed);
    hash.document()
}

async fn procedure(tale: &Tale<'_>, doc: DocId) -> Json {
    tale.register.current().await;
    tale.auditor.get(&format!("/api/v1/procedures/{doc}")).good()
}

/// Findings of one rule on a document, as the register shows them.
async fn found(tale: &Tale<'_>, doc: DocId, rule: &str) -> Vec<Json> {
    tale.register.current().await;
    let findings = tale.auditor.get(&format!("/api/v1/findings?subject={doc}&rule={rule}&limit=500")).good();
    findings["findings"].as_array().unwrap().clone()
}

fn states(findings: &[Json]) -> Vec<&str> {
    findings.iter().map(|one| one["state"].as_str().unwrap()).collect()
}

async fn decides(register: &Register, decision: Decision) {
    let mut tx = register.app.store.feed.begin_write().await.unwrap();
    decide(&register.app, &mut tx, &register.operation.id, "operator", &[decision]).await.unwrap();
    tx.commit().await.unwrap();
    register.app.wake.notify_one();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_that_is_short_by_one_at_receipt_shows_which_and_is_found_until_somebody_says_why() {
    on_both("short_by_one", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let t = ten_hours_ago(&register);
        let items: Vec<DocId> =
            (0..5).map(|n| makes(&mut tale, "Amina", weapon(&format!("KV {n}81"), "depot-1", "A"))).collect();
        for item in &items {
            tale.tells("Amina", *item, event("stored", t, Some(("depot-1", "A")), None));
        }
        let line = |item: &DocId| fields(&[("item", id(*item)), ("box", text("1"))]);
        let scan = |item: &DocId| fields(&[("item", id(*item)), ("box", text("1")), ("at", Value::Int(t + HOUR))]);
        let scalars = [
            ("number", text("TR-7")),
            ("manner", text("transport")),
            ("cargo", text("weapons")),
            ("state", text("under_way")),
            ("from_site", text("depot-1")),
            ("from_store", text("A")),
            ("to_site", text("depot-2")),
            ("to_store", text("B")),
            ("departed_at", Value::Int(t + HOUR + 60_000)),
        ];
        let lists = vec![
            ("lines".to_owned(), items.iter().map(line).collect()),
            ("loaded".to_owned(), items.iter().map(scan).collect()),
        ];
        let handover = makes(&mut tale, "Samuel", create("handover", &scalars, lists));
        for item in &items {
            tale.tells("Samuel", *item, event("loaded", t + HOUR, None, None));
        }
        let shown = procedure(&tale, handover).await;
        assert_eq!(shown["differences"], json!({ "loading": [], "receipt": [], "seals": [] }), "{shown}");
        assert_eq!((&shown["state"], &shown["number"]), (&json!("under_way"), &json!("TR-7")));
        assert_eq!(shown["members"]["lines"].as_array().unwrap().len(), 5);
        assert!(found(&tale, handover, "R50").await.is_empty());

        for item in &items[..4] {
            let scanned = [("item", id(*item)), ("box", text("1")), ("at", Value::Int(t + 3 * HOUR))];
            tale.tells("Ines", handover, add("received", &scanned));
            tale.tells("Ines", *item, event("received", t + 3 * HOUR, Some(("depot-2", "B")), None));
        }
        tale.tells("Ines", handover, Edit::Set { path: "arrived_at".to_owned(), value: Value::Int(t + 3 * HOUR) });
        tale.tells("Ines", handover, set("state", "received"));
        the_sheet_is_printed_for_who_may_see_it(&tale, handover).await;
        let shown = procedure(&tale, handover).await;
        let missing = &shown["differences"]["receipt"];
        assert_eq!(missing.as_array().unwrap().len(), 1, "{shown}");
        let short = items[4].to_string();
        assert_eq!((&missing[0]["way"], missing[0]["item"].as_str()), (&json!("missing"), Some(short.as_str())));
        assert!(shown["findings_open"].as_i64().unwrap() > 0, "{shown}");
        let findings = found(&tale, handover, "R50").await;
        assert_eq!((states(&findings), &findings[0]["kind"]), (vec!["open"], &json!("handover")), "{findings:?}");
        let listed = |query: &str| tale.auditor.get(query).good();
        let at_site = listed("/api/v1/findings?kind=handover&site=depot-2&rule=R50");
        assert_eq!(at_site["findings"][0]["item"].as_str(), Some(handover.to_string().as_str()));
        assert_eq!(listed("/api/v1/findings?rule=R50&site=depot-9")["findings"], json!([]));
        for (query, expected) in [
            (format!("kind=handover&state=received&item={short}"), 1),
            ("kind=handover&site=depot-2&store=B".to_owned(), 1),
            ("kind=destruction".to_owned(), 0),
            ("site=depot-3".to_owned(), 0),
        ] {
            let page = listed(&format!("/api/v1/procedures?{query}"));
            assert_eq!(page["procedures"].as_array().unwrap().len(), expected, "{query} {page}");
        }

        // A reason for another finding is none for this one; the right one names who gave it.
        let because = |key: &str| {
            let pairs =
                [("rule", text("R50")), ("key", text(key)), ("reason", text("found under the seat, see TR-7 b"))];
            add("justifications", &pairs)
        };
        tale.tells("Ines", handover, because("something else"));
        assert_eq!(states(&found(&tale, handover, "R50").await), ["open"]);
        tale.tells("Ines", handover, because(findings[0]["key"].as_str().unwrap()));
        let justified = found(&tale, handover, "R50").await;
        assert_eq!(
            (&justified[0]["state"], &justified[0]["justified_by_name"], &justified[0]["justification"]),
            (&json!("justified"), &json!("Ines"), &json!("found under the seat, see TR-7 b"))
        );
        // The fifth is scanned after all.
        let late = [("item", id(items[4])), ("box", text("1")), ("at", Value::Int(t + 4 * HOUR))];
        tale.tells("Ines", handover, add("received", &late));
        tale.tells("Ines", items[4], event("received", t + 4 * HOUR, Some(("depot-2", "B")), None));
        assert_eq!(states(&found(&tale, handover, "R50").await), ["fixed"]);
        assert_eq!(procedure(&tale, handover).await["differences"]["receipt"], json!([]));
        assert_eq!(tale.claims(handover).await, BTreeMap::new());
        register.is_the_same_in_any_order().await;
    })
    .await;
}

/// Five were on the list and loaded, four received; the paper says so in each language, and reading it is written down.
async fn the_sheet_is_printed_for_who_may_see_it(tale: &Tale<'_>, handover: DocId) {
    let (app, operation) = (&tale.register.app, tale.register.operation.id);
    tale.register.current().await;
    let (found, sheet) = draw_up(app, &BTreeSet::from([operation]), &handover).await.unwrap();
    assert_eq!((found, sheet.number.as_str(), sheet.loaded, sheet.received), (operation, "TR-7", Some(5), Some(4)));
    assert_eq!((sheet.from.name.as_str(), sheet.to.name.as_str()), ("depot-1 / A", "depot-2 / B"));
    assert_eq!(sheet.items.iter().filter(|item| item.received == Some(false)).count(), 1);
    assert!(sheet.items.iter().all(|item| item.container.as_deref() == Some("1") && item.class == "ASR"));
    let missing = sheet.items.iter().find(|item| item.received == Some(false)).unwrap();
    assert_eq!(missing.serial.as_ref().unwrap().text.as_deref(), Some("KV 481"));
    assert_eq!(sheet.differences.len(), 1, "{:?}", sheet.differences);
    let path = format!("/api/v1/handovers/{handover}/sheet");
    let mut printed = BTreeSet::new();
    for lang in ["en", "fr", "ar"] {
        let reply = tale.auditor.get(&format!("{path}?lang={lang}"));
        assert_eq!((reply.status, reply.body.get(..5)), (200, Some(b"%PDF-".as_slice())), "{lang}");
        printed.insert(reply.body);
    }
    assert_eq!(printed.len(), 3, "each in its own words");
    assert!(printed.contains(&tale.auditor.get(&path).body), "the same sheet gives the same bytes");
    assert_eq!(tale.auditor.get(&format!("{path}?lang=tlh")).problem(), "handover.language");
    let nobody = "00".repeat(16);
    assert_eq!(tale.auditor.get(&format!("/api/v1/handovers/{nobody}/sheet")).status, 404);
    let collector = &tale.people["Amina"].hand.web;
    assert!(collector.get(&path).status >= 400, "a tablet has its own");
}

/// The balance of a store as the register shows it.
fn balance(tale: &Tale<'_>, site: &str, store: &str, more: &str) -> Json {
    let operation = tale.register.operation.id;
    tale.auditor.get(&format!("/api/v1/stores/balance?operation={operation}&site={site}&store={store}{more}")).good()
}

fn figures(json: &Json) -> [i64; 5] {
    ["in", "out", "destroyed", "lost", "present"].map(|name| json[name].as_i64().unwrap_or(0))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_balance_of_a_store_closes_hour_by_hour_and_is_explained_item_by_item() {
    on_both("balance", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let t = ten_hours_ago(&register);
        let a = Some(("depot-1", "A"));
        let items: Vec<DocId> =
            (0..4).map(|n| makes(&mut tale, "Amina", weapon(&format!("KV {n}82"), "depot-1", "A"))).collect();
        let lot = makes(&mut tale, "Amina", rounds(100));
        for item in items.iter().chain([&lot]) {
            tale.tells("Amina", *item, event("received", t + 10, a, None));
        }
        tale.tells("Amina", items[1], event("moved", t + HOUR + 10, Some(("depot-1", "B")), None));
        tale.tells("Samuel", items[2], set("status", "lost"));
        tale.tells("Samuel", items[3], event("destroyed", t + 3 * HOUR, a, None));
        tale.tells("Samuel", items[3], set("status", "destroyed"));
        tale.tells("Samuel", lot, event("destroyed", t + 3 * HOUR + 10, None, Some(40)));
        tale.tells("Samuel", lot, event("split", t + 4 * HOUR + 10, None, Some(10)));
        register.current().await;

        let end = format!("&at={}", t + 5 * HOUR);
        let shown = balance(&tale, "depot-1", "A", &end);
        assert_eq!(figures(&shown["by_kind"]["weapon"]), [4, 1, 1, 1, 1], "{shown}");
        assert_eq!(figures(&shown["by_kind"]["ammunition"]), [100, 10, 40, 0, 50], "{shown}");
        assert_eq!(figures(&balance(&tale, "depot-1", "B", &end)["total"]), [1, 0, 0, 0, 1]);
        let hours = balance(&tale, "depot-1", "A", &format!("&by=hour&from={}&to={}", t - HOUR, t + 5 * HOUR));
        let weapons: Vec<[i64; 5]> =
            hours["hours"].as_array().unwrap().iter().map(|hour| figures(&hour["by_kind"]["weapon"])).collect();
        // Destroyed at the very end of the third hour: it belongs to it. What was lost is gone from the last moment its chain knows.
        let expected =
            [[0, 0, 0, 0, 0], [4, 0, 0, 1, 3], [0, 1, 0, 0, 2], [0, 0, 1, 0, 1], [0, 0, 0, 0, 1], [0, 0, 0, 0, 1]];
        assert_eq!(weapons, expected, "{hours}");
        let explained = balance(&tale, "depot-1", "A", &format!("{end}&explain=true&limit=3"));
        let next = explained["next"].as_str().unwrap();
        let rest = balance(&tale, "depot-1", "A", &format!("{end}&explain=true&limit=3&after={next}"));
        let all: Vec<&Json> =
            explained["items"].as_array().unwrap().iter().chain(rest["items"].as_array().unwrap()).collect();
        assert_eq!((all.len(), &rest["next"]), (5, &Json::Null));
        let lost = all.iter().find(|one| one["item"] == items[2].to_string()).unwrap();
        assert_eq!((&lost["present"], &lost["moves"][1]["direction"]), (&json!(0), &json!("lost")), "{lost}");
        let stores = tale.auditor.get("/api/v1/stores").good();
        let row = |store: &str| {
            stores["stores"].as_array().unwrap().iter().find(|one| one["store"] == store).unwrap().clone()
        };
        assert_eq!((&row("A")["weapons"], &row("A")["rounds"], &row("A")["lots"]), (&json!(1), &json!(50), &json!(1)));
        assert_eq!(row("B")["weapons"], 1);
        let operation = register.operation.id;
        for query in [
            "/api/v1/stores/balance?site=depot-1".to_owned(),
            format!("/api/v1/stores/balance?operation={operation}"),
            format!("/api/v1/stores/balance?operation={operation}&site=x&by=day&from=0&to=1"),
            format!("/api/v1/stores/balance?operation={operation}&site=x&by=hour&from=0&to=9000000000000"),
            format!("/api/v1/stores/balance?operation={operation}&site=x&by=hour&from=5&to=5"),
        ] {
            assert_eq!(tale.auditor.get(&query).refusal(), "request.query", "{query}");
        }
        let elsewhere = "/api/v1/stores/balance?operation=00000000000000000000000000000009&site=x";
        assert_eq!(tale.auditor.get(elsewhere).refusal(), "document.unknown");
        register.is_the_same_in_any_order().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_count_is_held_against_the_books_and_a_late_word_changes_what_it_found() {
    on_both("count", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let t = ten_hours_ago(&register);
        let (a, b) = (Some(("depot-1", "A")), Some(("depot-1", "B")));
        let items: Vec<DocId> =
            (0..3).map(|n| makes(&mut tale, "Amina", weapon(&format!("KV {n}83"), "depot-1", "A"))).collect();
        for (item, place) in items.iter().zip([a, a, b]) {
            tale.tells("Amina", *item, event("stored", t, place, None));
        }
        let scalars = [
            ("occasion", text("half_yearly")),
            ("state", text("closed")),
            ("site", text("depot-1")),
            ("store", text("A")),
            ("at", Value::Int(t + 2 * HOUR)),
            ("weapons", Value::Int(2)),
            ("parts", Value::Int(0)),
            ("rounds", Value::Int(0)),
        ];
        let saw = |item: DocId, result: &str| fields(&[("item", id(item)), ("result", text(result))]);
        let sightings = vec![saw(items[0], "present"), saw(items[1], "missing"), saw(items[2], "unexpected")];
        let count = makes(&mut tale, "Ines", create("count", &scalars, vec![("sightings".to_owned(), sightings)]));
        register.current().await;
        let shown = balance(&tale, "depot-1", "A", &format!("&count={count}"));
        let held = &shown["count"];
        assert_eq!(held["weapons"], json!({ "expected": 2, "counted": 2 }), "{shown}");
        assert_eq!((&held["shortage"], &held["agrees"]), (&json!(1), &json!(false)));
        let differs: BTreeMap<&str, (&str, &str)> = held["discrepancies"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let said = |json: &'_ Json| -> &str { Box::leak(json.as_str().unwrap().to_owned().into_boxed_str()) };
                (said(&one["item"]), (said(&one["difference"]), said(&one["last"]["store"])))
            })
            .collect();
        let (missing, unexpected) = (items[1].to_string(), items[2].to_string());
        let expected =
            BTreeMap::from([(missing.as_str(), ("missing", "A")), (unexpected.as_str(), ("unexpected", "B"))]);
        assert_eq!(differs, expected);
        assert!(states(&found(&tale, count, "R51").await).contains(&"open"));
        // Two steps that nobody had written down come in late, and the count is as it should be.
        tale.tells("Amina", items[1], event("moved", t + HOUR, b, None));
        tale.tells("Amina", items[2], event("moved", t + HOUR, a, None));
        let after = found(&tale, count, "R51").await;
        assert!(!after.is_empty() && states(&after).iter().all(|state| *state == "fixed"), "{after:?}");
        let of_other_store =
            format!("/api/v1/stores/balance?operation={}&site=depot-1&store=B&count={count}", register.operation.id);
        assert_eq!(tale.auditor.get(&of_other_store).refusal(), "request.query");
        register.is_the_same_in_any_order().await;
    })
    .await;
}

/// A small generator, so that a history can be told again from its number.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// One item's history: what was said of it, by whom, on what it stood. Some of it was said without knowing of the rest.
struct History {
    entries: Vec<(EntryHash, Vec<EntryHash>, &'static str)>,
}

impl History {
    fn heads(&self, known: usize) -> Vec<EntryHash> {
        let seen = &self.entries[..known];
        let stood_on: BTreeSet<_> = seen.iter().flat_map(|(_, after, _)| after).collect();
        seen.iter().map(|(hash, ..)| *hash).filter(|hash| !stood_on.contains(hash)).collect()
    }
}

fn random_edit(dice: &mut Dice, t: i64, is_lot: bool) -> (&'static str, Edit) {
    let places = [("depot-1", "A"), ("depot-1", "B"), ("depot-2", "C"), ("depot-2", "")];
    let at = t + dice.below(10) as i64 * HOUR + dice.below(4) as i64 * HOUR / 4;
    let place = Some(places[dice.below(4) as usize]);
    let quantity = (is_lot && dice.below(2) == 0).then(|| dice.below(60) as i64);
    let who = ["Amina", "Ines", "Samuel"][dice.below(3) as usize];
    match dice.below(12) {
        0..=2 => (who, event("moved", at, place, None)),
        3 => (who, event("stored", at, place, quantity)),
        4 => (who, event("handed_over", at, None, None)),
        5 => (who, event("received", at, place, None)),
        6 => (who, event("loaded", at, None, None)),
        7 => (who, event("found_again", at, place, None)),
        8 if is_lot => (who, event("split", at, None, Some(dice.below(40) as i64))),
        9 => ("Samuel", event("destroyed", at, None, is_lot.then(|| dice.below(50) as i64))),
        10 => {
            ("Samuel", set("status", ["lost", "stolen", "destroyed", "transferred_to_state"][dice.below(4) as usize]))
        }
        _ => (who, set("status", "stored")),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_histories_with_late_and_concurrent_words_close_in_every_store_and_hour() {
    on_both("histories", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let t = ten_hours_ago(&register);
        let mut dice = Dice(20_261_124);
        let mut said: BTreeMap<&str, Vec<Said>> = BTreeMap::new();
        for n in 0..200 {
            let is_lot = dice.below(4) == 0;
            let birth = if is_lot { rounds(100) } else { weapon(&format!("H {n:05} Q"), "depot-1", "A") };
            let mut say = |tale: &Tale<'_>, name: &'static str, doc, after: &[EntryHash], edit| {
                let hand = &tale.people[name].hand;
                let mine = said.entry(name).or_default();
                let one = hand.say(mine.len() as u64, doc, after, vec![edit]);
                let hash = one.0;
                mine.push(one);
                hash
            };
            let birth = say(&tale, "Amina", None, &[], birth);
            let mut history = History { entries: vec![(birth, Vec::new(), "Amina")] };
            for _ in 0..3 + dice.below(6) {
                let (name, edit) = random_edit(&mut dice, t, is_lot);
                // Now and then somebody has not seen the newest; their own last word everybody knows.
                let known = history.entries.len();
                let own = history.entries.iter().rposition(|(_, _, by)| *by == name).map_or(0, |at| at + 1);
                let seen = if dice.below(3) == 0 { 1 + dice.below(known as u64) as usize } else { known };
                let after = history.heads(seen.max(own));
                let hash = say(&tale, name, Some(birth.document()), &after, edit);
                history.entries.push((hash, after, name));
            }
        }
        // The tablets come in one after the other, in pieces, the one that recorded everything last of all.
        let mut pieces: Vec<(&str, Vec<Said>)> = Vec::new();
        for name in ["Samuel", "Ines", "Amina"] {
            pieces.extend(said[name].chunks(120).map(|some| (name, some.to_vec())));
        }
        pieces.sort_by_key(|(name, some)| (some[0].1.number / 240, *name != "Samuel", *name != "Ines"));
        let mut brought = 0;
        for (name, some) in pieces {
            let hand = &mut tale.people.get_mut(name).unwrap().hand;
            assert_eq!(hand.next, some[0].1.number);
            let sealed = hand.seal(&some);
            hand.bring_good(vec![sealed]);
            brought += some.len();
        }
        assert_eq!(brought, said.values().map(Vec::len).sum::<usize>());
        register.current().await;
        let lying = what_lies(&register).await;
        let mut stores: BTreeSet<(String, String)> =
            lying.keys().map(|(site, store, ..)| (site.clone(), store.clone())).collect();
        stores.extend([("depot-1".to_owned(), "A".to_owned())]);
        assert_eq!(stores.len(), 4, "{stores:?}");
        let (from, to) = (t - HOUR, t + 14 * HOUR);
        let mut compared = 0;
        for (site, store) in &stores {
            let shown = balance(&tale, site, store, &format!("&by=hour&from={from}&to={to}&at={to}"));
            let mut sums: BTreeMap<String, [i64; 5]> = BTreeMap::new();
            for hour in shown["hours"].as_array().unwrap() {
                let until = hour["until_ms"].as_i64().unwrap();
                for (kind, one) in hour["by_kind"].as_object().unwrap() {
                    let sum = sums.entry(kind.clone()).or_default();
                    let one = figures(one);
                    (0..4).for_each(|i| sum[i] += one[i]);
                    let present = sum[0] - sum[1] - sum[2] - sum[3];
                    assert_eq!(present, one[4], "{site} {store} {kind} {until}");
                    let by_chains =
                        lying.get(&(site.clone(), store.clone(), kind.clone(), until)).copied().unwrap_or(0);
                    assert_eq!(present, by_chains, "{site} {store} {kind} {until}");
                    assert!(present >= 0);
                    compared += usize::from(present > 0);
                }
            }
            for (kind, sum) in &sums {
                assert_eq!(figures(&shown["by_kind"][kind])[..4], sum[..4], "{site} {store} {kind}");
            }
        }
        assert!(compared > 60, "{compared}");
        register.is_the_same_in_any_order().await;
    })
    .await;
}

/// What lies where at the end of each hour, told from each item's own chain.
async fn what_lies(register: &Register) -> BTreeMap<(String, String, String, i64), i64> {
    use ploughshare_core::custody;
    use ploughshare_core::domain::item::ItemRecord;
    let t = ten_hours_ago(register);
    let rows = register.app.store.register.query("select content, recorded_at_ms from item", &[]).await.unwrap();
    assert_eq!(rows.len(), 200);
    let mut lying = BTreeMap::new();
    for row in rows {
        let content = ploughshare_core::cbor::decode(row.bytes(0).unwrap()).unwrap();
        let pairs = content.as_map().unwrap().iter();
        let record = ItemRecord::read(&pairs.map(|(k, v)| (k.as_text().unwrap().to_owned(), v.clone())).collect());
        let steps = custody::steps(&record, row.int(1).unwrap());
        for until in (0..15).map(|n| t + n * HOUR) {
            if let Some((place, quantity)) = custody::lying(&steps, until) {
                let kind = record.kind.clone().unwrap();
                *lying.entry((place.site.clone(), place.store.clone(), kind, until)).or_default() += quantity;
            }
        }
    }
    lying
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ghosts_in_manifests_are_all_found_and_nothing_else_is_taken_for_one() {
    on_both("ghosts", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let t = ten_hours_ago(&register);
        let mut entries = Vec::new();
        let hand = tale.people["Amina"].hand.clone();
        for n in 0..95_u64 {
            // Three of them lie elsewhere.
            let site = if n % 40 == 7 { "depot-3" } else { "depot-1" };
            let birth = hand.say(2 * n, None, &[], vec![weapon(&format!("G {n:03} Z"), site, "A")]);
            let stored = event("stored", t, Some((site, "A")), None);
            let stored = hand.say(2 * n + 1, Some(birth.0.document()), &[birth.0], vec![stored]);
            entries.extend([birth, stored]);
        }
        let real: Vec<DocId> =
            entries.iter().filter(|(_, entry)| entry.document.is_none()).map(|(hash, _)| hash.document()).collect();
        // The manifests come before the tablet that recorded the items, and two lines name nothing at all.
        let nothing: Vec<DocId> = (0..2_u8).map(|n| DocId::from_bytes([0xA0 + n; 16])).collect();
        let mut lines: Vec<DocId> = real.clone();
        lines.extend(&nothing);
        let mut manifests = Vec::new();
        for some in lines.chunks(20) {
            let scalars = [
                ("state", text("under_way")),
                ("cargo", text("weapons")),
                ("from_site", text("depot-1")),
                ("from_store", text("A")),
                ("to_site", text("depot-2")),
                ("departed_at", Value::Int(t + HOUR)),
            ];
            let some = some.iter().map(|item| fields(&[("item", id(*item))])).collect();
            manifests.push(makes(&mut tale, "Samuel", create("handover", &scalars, vec![("lines".to_owned(), some)])));
        }
        let open = async |tale: &Tale<'_>| {
            let mut open = BTreeSet::new();
            for manifest in &manifests {
                let found = found(tale, *manifest, "R63").await;
                let items = found.iter().filter(|one| one["state"] == "open").map(|one| one["args"]["item"].clone());
                open.extend(items.map(|item| item.as_str().unwrap().to_owned()));
            }
            open
        };
        assert_eq!(open(&tale).await.len(), lines.len(), "nothing of it is here yet");
        let hand = &mut tale.people.get_mut("Amina").unwrap().hand;
        let sealed = hand.seal(&entries);
        hand.bring_good(vec![sealed]);
        let elsewhere = real.iter().enumerate().filter(|(n, _)| n % 40 == 7).map(|(_, item)| item);
        let ghosts: BTreeSet<String> = elsewhere.chain(&nothing).map(ToString::to_string).collect();
        assert_eq!(ghosts.len(), 5);
        assert_eq!(open(&tale).await, ghosts);
        register.is_the_same_in_any_order().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_on_a_rule_or_a_site_is_felt_on_everything_there_is() {
    on_both("tuned", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let mut far = weapon("KV 1", "depot-1", "A");
        let here = Place { lat_e7: 100_000_000, lon_e7: 200_000_000, accuracy_m: Some(10) };
        if let Edit::Create { fields, .. } = &mut far {
            fields.push(("place".to_owned(), here.to_value()));
        }
        let item = makes(&mut tale, "Amina", far);
        let twin = makes(&mut tale, "Amina", weapon("KV 1", "depot-1", "A"));
        assert_eq!(states(&found(&tale, item, "R01").await), ["open"]);
        assert_eq!(states(&found(&tale, item, "R43").await), Vec::<&str>::new());
        let centre = Place { lat_e7: 110_000_000, lon_e7: 200_000_000, accuracy_m: None };
        let site = |place| Decision::SiteDescribed {
            site: "depot-1".to_owned(),
            name: "Depot 1".to_owned(),
            place: Some(place),
            radius_m: 2_000,
            hours: None,
        };
        decides(&register, site(centre)).await;
        assert_eq!(states(&found(&tale, item, "R43").await), ["open"]);
        decides(&register, site(here)).await;
        assert_eq!(states(&found(&tale, item, "R43").await), ["fixed"]);
        let switch = |enabled| Decision::RuleTuned { rule: "R01".to_owned(), enabled, parameters: BTreeMap::new() };
        decides(&register, switch(false)).await;
        assert_eq!(states(&found(&tale, item, "R01").await), ["fixed"]);
        assert_eq!(tale.item(twin).await["findings_open"], tale.item(item).await["findings_open"]);
        let third = makes(&mut tale, "Amina", weapon("KV 1", "depot-1", "A"));
        assert_eq!(states(&found(&tale, third, "R01").await), Vec::<&str>::new());
        decides(&register, switch(true)).await;
        assert_eq!(states(&found(&tale, third, "R01").await), ["open", "open"]);
        assert_eq!(states(&found(&tale, item, "R01").await), ["open", "open"]);
        register.is_the_same_in_any_order().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_signatures_with_keys_on_one_device_are_found() {
    on_both("same_device", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let (one, other) = (tale.records("Amina", "KV 184"), tale.records("Amina", "KV 285"));
        for item in [one, other] {
            tale.tells("Samuel", item, set("status", "destroyed"));
            tale.attests("Samuel", item, "destroyed");
        }
        tale.attests("Wanda", one, "witnessed");
        let wanda = tale.people["Wanda"].hand.officer;
        tale.people.get_mut("Wanda").unwrap().key = register.officer_key(&tale.people["Samuel"].hand, &wanda).await;
        let held = register.decision().await;
        tale.people.get_mut("Wanda").unwrap().hand.held = held;
        tale.attests("Wanda", other, "witnessed");
        assert_eq!(states(&found(&tale, one, "R76").await), Vec::<&str>::new());
        let findings = found(&tale, other, "R76").await;
        assert_eq!(states(&findings), ["open"], "{findings:?}");
        // Where the programme rules that it does not count, it is found all the same.
        decides(&register, Decision::PolicySet { policy: "one_device_counts".to_owned(), value: 0 }).await;
        assert_eq!(states(&found(&tale, other, "R76").await), ["open"]);
        assert_eq!(tale.claims(other).await.into_values().collect::<Vec<_>>(), ["authority.same_device"]);
        assert_eq!(tale.claims(one).await, BTreeMap::new());
        register.is_the_same_in_any_order().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_destruction_tells_what_became_of_each_item_and_what_is_held_is_listed() {
    on_both("destruction", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let t = ten_hours_ago(&register);
        let items: Vec<DocId> =
            (0..3).map(|n| makes(&mut tale, "Amina", weapon(&format!("KV {n}86"), "depot-1", "A"))).collect();
        tale.tells("Rosa", items[2], Edit::Set { path: "evidence_hold".to_owned(), value: Value::Bool(true) });
        let planned = items.iter().map(|item| fields(&[("item", id(*item))])).collect();
        let scalars = [
            ("number", text("D-1")),
            ("state", text("under_way")),
            ("site", text("depot-1")),
            ("method", text("CUT-T")),
            ("started_at", Value::Int(t)),
        ];
        let destruction =
            makes(&mut tale, "Samuel", create("destruction", &scalars, vec![("planned".to_owned(), planned)]));
        let result = |item: DocId, method: &str, result: &str| {
            let at = Value::Int(t + HOUR);
            add("results", &[("item", id(item)), ("method", text(method)), ("result", text(result)), ("at", at)])
        };
        tale.tells("Samuel", destruction, result(items[0], "CUT-T", "complete"));
        tale.tells("Samuel", destruction, result(items[1], "BRN", "complete"));
        let shown = procedure(&tale, destruction).await;
        let outcome = &shown["outcome"];
        assert_eq!((&outcome["planned"], &outcome["reconciled"]), (&json!(3), &json!(false)), "{shown}");
        assert_eq!(outcome["fates"]["destroyed"], 1);
        assert_eq!(outcome["fates"]["needs_second_process"], 1, "burning alone destroys nothing");
        assert_eq!(outcome["fates"]["unaccounted"], 1);
        assert_eq!(states(&found(&tale, destruction, "R62").await), ["open"], "evidence on the list");
        // The hold is taken off: what is found of the list changes with the item.
        tale.tells("Rosa", items[2], Edit::Set { path: "evidence_hold".to_owned(), value: Value::Bool(false) });
        assert_eq!(states(&found(&tale, destruction, "R62").await), ["fixed"]);
        tale.tells("Rosa", items[2], Edit::Set { path: "trace_pending".to_owned(), value: Value::Bool(true) });
        register.current().await;
        let auditor = tale.auditor.clone();
        let ids = |query: &str| -> BTreeSet<String> {
            let page = auditor.get(&format!("/api/v1/items?{query}")).good();
            page["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
        };
        let of = |some: &[DocId]| some.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
        assert_eq!(ids("trace_pending=true"), of(&items[2..]));
        assert_eq!(ids("evidence_hold=true"), of(&[]));
        assert_eq!(ids("evidence_hold=false&store=A"), of(&items));
        assert_eq!(ids("temporary=true"), of(&[]));
        assert_eq!(ids("disposition_due_days=0"), of(&items));
        assert_eq!(ids("disposition_due_days=2"), of(&[]));
        tale.tells("Samuel", items[0], set("status", "destroyed"));
        register.current().await;
        assert_eq!(ids("disposition_due_days=0"), of(&items[1..]));
        register.clock.forward(std::time::Duration::from_hours(72));
        let later = register.signed_in("Olga", Role::Auditor).await;
        let page = later.get("/api/v1/items?disposition_due_days=2").good();
        assert_eq!(page["items"].as_array().unwrap().len(), 2, "{page}");
        register.is_the_same_in_any_order().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_for_marks_are_given_once_whoever_asks_on_whichever_server() {
    on_both("marks", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let operation = register.operation.id;
        let (second, other_address) = register.second().await;
        let path = format!("/api/v1/operations/{operation}/marks");
        let amina = tale.people["Amina"].hand.web.clone();
        let nonce = |n: u8| hex::encode([n; 16]);
        let wish = |n: u8, count: u64| json!({ "series": "*BI######", "count": count, "nonce": nonce(n) });
        assert_eq!(amina.post(&path, &wish(1, 5)).refusal(), "marks.unknown_series");
        marks::add_series(&register.app, &operation, "*BI", "", 6, 1).await.unwrap();
        let (_, again) = marks::add_series(&second, &operation, "*BI", "", 6, 1).await.unwrap();
        assert!(!again, "it was there");
        let overlapping = marks::add_series(&register.app, &operation, "*BIO", "", 5, 1).await.unwrap_err();
        assert_eq!(overlapping.code(), "marks.overlaps", "*BIO could be read as *BI0");
        assert_eq!(
            marks::add_series(&register.app, &operation, "BI", "", 6, 1).await.unwrap_err().code(),
            "marks.bad_series"
        );

        // Eight at once, four tablets on two servers.
        let elsewhere = |name: &str| {
            let key = &tale.people[name].hand.key;
            let web = ploughshare_tests::Web::new(&other_address);
            web.with(&ploughshare_tests::hand::token(&web, key))
        };
        let asking: Vec<_> = [
            tale.people["Amina"].hand.web.clone(),
            tale.people["Ines"].hand.web.clone(),
            elsewhere("Amina"),
            elsewhere("Samuel"),
        ]
        .into_iter()
        .flat_map(|web| [web.clone(), web])
        .zip(10_u8..)
        .collect();
        let threads: Vec<_> = asking
            .into_iter()
            .map(|(web, n)| {
                let (path, wish) = (path.clone(), wish(n, 25));
                std::thread::spawn(move || web.post(&path, &wish).good())
            })
            .collect();
        let given: Vec<Json> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        let firsts: BTreeSet<u64> = given.iter().map(|one| one["first"].as_u64().unwrap()).collect();
        assert_eq!(firsts, (0..8).map(|n| 1 + 25 * n).collect(), "no number twice, none left out");

        // The same request again is answered as the first time; another one with its nonce is not.
        let first = amina.post(&path, &wish(50, 7)).good();
        assert_eq!(amina.post(&path, &wish(50, 7)).good(), first);
        assert_eq!(amina.post(&path, &wish(50, 8)).refusal(), "marks.nonce_reused");
        assert_eq!(first["first"], 201);
        for (wish, code) in [
            (wish(60, 0), "marks.bad_count"),
            (wish(60, 1_001), "marks.bad_count"),
            (json!({ "series": "*BI######", "count": 1, "nonce": "ff" }), "request.hex"),
            (json!({ "series": "*XX######", "count": 1, "nonce": nonce(60) }), "marks.unknown_series"),
        ] {
            assert_eq!(amina.post(&path, &wish).refusal(), code, "{wish}");
        }
        assert_eq!(tale.people["Wanda"].hand.web.post(&path, &wish(61, 1)).refusal(), "role.missing");
        assert_eq!(tale.auditor.post(&path, &wish(61, 1)).refusal(), "device.missing");
        marks::add_series(&register.app, &operation, "*CC", "", 3, 995).await.unwrap();
        let last = json!({ "series": "*CC###", "count": 6, "nonce": nonce(70) });
        assert_eq!(amina.post(&path, &last).refusal(), "marks.exhausted");

        // The decision stands in the feed, so a tablet knows its numbers without a network.
        register.current().await;
        let decisions = ploughshare_server::store::read_documents::decisions(&register.app.store.register, &operation);
        let mut authority = ploughshare_core::decision::Authority::default();
        for bytes in decisions.await.unwrap() {
            authority.take_entry(&ploughshare_core::entry::Entry::from_bytes(&bytes).unwrap());
        }
        let mut numbers = BTreeSet::new();
        for block in &authority.marks {
            assert!((block.first..block.first + block.count).all(|number| numbers.insert(number)), "{block:?}");
        }
        assert_eq!((authority.marks.len(), numbers.len()), (9, 207));
        assert_eq!(tale.records("Amina", "KV 1").to_string().len(), 32);
        register.is_the_same_in_any_order().await;
    })
    .await;
}
