//! Where the law wants two people, or two pairs of eyes, and one is not enough: over real HTTP and on both databases, rebuilt to the same rows.

use std::collections::BTreeMap;

use ploughshare_core::cbor::Value;
use ploughshare_core::decision::Decision;
use ploughshare_core::edit::Edit;
use ploughshare_core::identity::Role;
use ploughshare_core::ids::{DocId, OfficerId};
use ploughshare_server::decide::decide;
use ploughshare_server::identity::people;
use ploughshare_tests::hand::{set, weapon};
use ploughshare_tests::tale::Tale;
use ploughshare_tests::{PASSPHRASE, Register, Web, on_both};
use serde_json::{Value as Json, json};

async fn decides(register: &Register, decision: Decision) {
    let mut tx = register.app.store.feed.begin_write().await.unwrap();
    decide(&register.app, &mut tx, &register.operation.id, "operator", &[decision]).await.unwrap();
    tx.commit().await.unwrap();
    register.app.wake.notify_one();
}

/// Findings of one rule on a document, as the register shows them.
async fn found(web: &Web, register: &Register, doc: DocId, rule: &str) -> Vec<Json> {
    register.current().await;
    let findings = web.get(&format!("/api/v1/findings?subject={doc}&rule={rule}&limit=500")).good();
    findings["findings"].as_array().unwrap().clone()
}

async fn states(tale: &Tale<'_>, doc: DocId, rule: &str) -> Vec<String> {
    let found = found(&tale.auditor, tale.register, doc, rule).await;
    found.iter().map(|one| one["state"].as_str().unwrap().to_owned()).collect()
}

fn holder(which: &str, officer: OfficerId) -> Edit {
    Edit::Set { path: which.to_owned(), value: Value::Bytes(officer.to_vec()) }
}

/// A registrar of these operations who has signed in.
async fn registrar(register: &Register, name: &str, operations: &[&ploughshare_core::ids::OperationId]) -> Web {
    let officer = people::add_officer(&register.app, "operator", name).await.unwrap();
    for operation in operations {
        people::grant(&register.app, "operator", operation, &officer.id, Role::Registrar).await.unwrap();
    }
    people::set_passphrase(&register.app, "operator", &officer.id, PASSPHRASE.to_owned()).await.unwrap();
    let said = json!({ "officer": officer.id.to_string(), "passphrase": PASSPHRASE });
    let token = register.web().post("/api/v1/session", &said).good();
    register.web().with(token["token"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_two_hold_a_key_to_is_returned_when_both_have_consented() {
    on_both("consent", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        for name in ["Kofi", "Mona"] {
            tale.joins(name, &[Role::Storekeeper]).await;
        }
        let held = register.decision().await;
        tale.people.values_mut().for_each(|person| person.hand.held = held);
        let (kofi, mona) = (tale.people["Kofi"].hand.officer, tale.people["Mona"].hand.officer);
        let item = tale.records("Amina", "KV 1");
        tale.tells("Amina", item, Edit::Set { path: "temporary".to_owned(), value: Value::Bool(true) });
        tale.tells("Amina", item, holder("key_holder_a", kofi));
        tale.tells("Amina", item, holder("key_holder_b", mona));
        tale.attests("Kofi", item, "consented");
        // Kofi twice is not two.
        tale.attests("Kofi", item, "consented");
        let early = tale.tells("Samuel", item, set("status", "returned_to_owner"));
        assert_eq!(tale.claims(item).await, BTreeMap::from([(early.to_string(), "authority.no_consent".to_owned())]));
        assert_eq!(tale.item(item).await["status"], "stored", "nothing is returned yet");
        tale.aside.insert(early);
        tale.attests("Mona", item, "consented");
        tale.tells("Samuel", item, set("status", "returned_to_owner"));
        assert_eq!(tale.item(item).await["status"], "returned_to_owner");
        assert_eq!(tale.claims(item).await.len(), 1, "what was said too early stays what it was");
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_verifications_from_one_device_are_found_and_can_be_ruled_to_be_one() {
    on_both("verified_twice", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let (one, other) = (tale.records("Amina", "KV 1"), tale.records("Amina", "KV 284"));
        for item in [one, other] {
            tale.attests("Ines", item, "verified");
        }
        tale.attests("Samuel", one, "verified");
        assert_eq!(states(&tale, one, "R76").await, [""; 0], "two people on two tablets");
        let samuel = tale.people["Samuel"].hand.officer;
        let key = register.officer_key(&tale.people["Ines"].hand, &samuel).await;
        let held = register.decision().await;
        let person = tale.people.get_mut("Samuel").unwrap();
        (person.key, person.hand.held) = (key, held);
        let second = tale.attests("Samuel", other, "verified");
        assert_eq!(states(&tale, other, "R76").await, ["open"]);
        decides(&register, Decision::PolicySet { policy: "one_device_counts".to_owned(), value: 0 }).await;
        assert_eq!(
            tale.claims(other).await,
            BTreeMap::from([(second.to_string(), "authority.same_device".to_owned())]),
            "the first one stands"
        );
        assert_eq!(states(&tale, other, "R76").await, ["open"], "and a registrar still sees it");
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_recorded_an_item_does_not_verify_it_where_it_was_transferred_to() {
    on_both("carried", async |register: Register| {
        let south = people::open_operation(&register.app, "operator", "south", "South", true).await.unwrap();
        let mut tale = Tale::new(&register).await;
        let ruth = registrar(&register, "Ruth", &[&register.operation.id, &south.id]).await;
        let item = tale.records("Ines", "KV 1");
        let ines = tale.people["Ines"].hand.officer;
        register.current().await;
        let asked =
            json!({ "items": [item.to_string()], "to_operation": south.id.to_string(), "reason": "handed over" });
        let done = ruth.post("/api/v1/transfers", &asked).good();
        let new: DocId = done["transferred"][0]["to_item"].as_str().unwrap().parse().unwrap();
        register.current().await;
        let shown = ruth.get(&format!("/api/v1/items/{new}")).good();
        assert_eq!(shown["recorder"].as_str(), Some(ines.to_string().as_str()), "{shown}");
        let old = ruth.get(&format!("/api/v1/items/{item}")).good();
        assert_eq!(old["moved"]["officer_name"], "Ruth", "who transferred it is told as well");
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_mark_on_two_records_of_one_weapon_is_settled_by_who_judges_them_the_same() {
    on_both("one_mark", async |register: Register| {
        let south = people::open_operation(&register.app, "operator", "south", "South", true).await.unwrap();
        let mut tale = Tale::new(&register).await;
        let ruth = registrar(&register, "Ruth", &[&register.operation.id, &south.id]).await;
        let persons = |n| Edit::Create {
            kind: "collection".to_owned(),
            fields: vec![("site".to_owned(), "depot-1".into()), ("persons".to_owned(), Value::Int(n))],
            members: Vec::new(),
        };
        let (birth, sealed) = tale.says("Amina", None, &[], persons(20));
        tale.brings("Amina", sealed);
        let collection = birth.document();
        let marked = |serial: &str, mark: Option<&str>| {
            let Edit::Create { kind, mut fields, mut members } = weapon(serial) else { unreachable!() };
            fields.push(("collection".to_owned(), Value::Bytes(collection.to_vec())));
            if let Some(mark) = mark {
                members[0].1.push(vec![("type".to_owned(), "PRP".into()), ("text".to_owned(), mark.into())]);
            }
            Edit::Create { kind, fields, members }
        };
        let makes = |tale: &mut Tale<'_>, edit: Edit| {
            let (hash, sealed) = tale.says("Amina", None, &[], edit);
            tale.brings("Amina", sealed);
            hash.document()
        };
        let one = makes(&mut tale, marked("KV 100", Some("*KE-DDR 000123")));
        let twin = makes(&mut tale, marked("LT 2841", Some("*KE-DDR 000123")));
        for n in 1..5 {
            makes(&mut tale, marked(&format!("QX {}", n * 7919 + 3), None));
        }
        let mut hand = register.hand_in(&south.id, "Sven", Role::Collector).await;
        let Edit::Create { kind, fields, mut members } = weapon("MN 3965") else { unreachable!() };
        members[0].1.push(vec![("type".to_owned(), "PRP".into()), ("text".to_owned(), "*KE-DDR 000123".into())]);
        let said = hand.say(0, None, &[], vec![Edit::Create { kind, fields, members }]);
        let sealed = hand.seal(std::slice::from_ref(&said));
        hand.bring_good(vec![sealed]);
        let far = said.0.document();

        let open = async |doc: DocId, rule: &str| {
            let all = found(&ruth, &register, doc, rule).await;
            all.iter().filter(|one| one["state"] == "open").count()
        };
        assert_eq!((open(one, "R12").await, open(far, "R12").await), (2, 2));
        assert_eq!(open(collection, "R61").await, 0, "six of twenty are usual");
        let judge = |item: DocId, other: DocId, judgement: &str| {
            let said = json!({ "item": item.to_string(), "other": other.to_string(), "judgement": judgement, "reason": "seen together" });
            ruth.post("/api/v1/duplicates/judge", &said).good();
        };
        judge(one, far, "same");
        assert_eq!((open(one, "R12").await, open(far, "R12").await), (1, 1), "over two operations");
        judge(one, twin, "same");
        assert_eq!((open(one, "R12").await, open(far, "R12").await, open(twin, "R12").await), (0, 0, 0));
        assert_eq!(open(collection, "R61").await, 1, "one weapon is counted once");
        judge(one, twin, "different");
        judge(one, far, "different");
        assert_eq!(open(collection, "R61").await, 0);
        let states: Vec<Json> =
            found(&ruth, &register, one, "R12").await.iter().map(|one| one["state"].clone()).collect();
        assert_eq!(states, ["justified", "justified"]);
        register.is_rebuilt_equal().await;
    })
    .await;
}
