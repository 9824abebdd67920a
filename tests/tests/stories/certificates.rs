//! A destruction from its plan to the paper in court, over real HTTP and on both databases: what stands in the way is told, what is
//! issued holds offline, and nothing that was changed does.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use ploughshare_core::cbor::Value;
use ploughshare_core::edit::Edit;
use ploughshare_core::identity::Role;
use ploughshare_core::ids::DocId;
use ploughshare_server::audit::verifier_key;
use ploughshare_server::certificate::{self, Paper};
use ploughshare_server::registrar::{By, rulings};
use ploughshare_tests::hand::set;
use ploughshare_tests::program::ploughshare;
use ploughshare_tests::tale::Tale;
use ploughshare_tests::{Register, Web, on_both};
use serde_json::{Value as Json, json};

fn add(set: &str, fields: &[(&str, Value)]) -> Edit {
    let mut fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    fields.sort_by(|(a, _), (b, _)| (a.len(), a).cmp(&(b.len(), b)));
    Edit::Add { set: set.to_owned(), fields }
}

fn id(item: DocId) -> Value {
    Value::Bytes(item.to_vec())
}

/// Samuel plans the destruction of these, and Rosa approves.
fn plan(tale: &mut Tale<'_>, items: &[DocId]) -> DocId {
    let fields = [
        ("authority", "Ministry of the Interior"),
        ("authorisation", "12/2026"),
        ("method", "SHR"),
        ("number", "D-7"),
        ("site", "north-depot"),
        ("third_party", "Observers without borders"),
    ];
    let mut fields: Vec<_> = fields.iter().map(|(name, text)| ((*name).to_owned(), Value::from(*text))).collect();
    fields.sort_by(|(a, _), (b, _)| (a.len(), a).cmp(&(b.len(), b)));
    let create = Edit::Create { kind: "destruction".to_owned(), fields, members: Vec::new() };
    let (birth, sealed) = tale.says("Samuel", None, &[], create);
    tale.brings("Samuel", sealed);
    let document = birth.document();
    for item in items {
        tale.tells("Samuel", document, add("planned", &[("item", id(*item))]));
    }
    tale.attests("Rosa", document, "approved");
    document
}

/// Samuel checks and destroys one of them.
fn destroy(tale: &mut Tale<'_>, document: DocId, item: DocId) {
    let result = [
        ("item", id(item)),
        ("identity", "tag_and_serial".into()),
        ("result", "complete".into()),
        ("weight_g", Value::Int(3_600)),
        ("at", Value::Int(1_790_000_000_000)),
    ];
    tale.tells("Samuel", document, add("results", &result));
    tale.tells("Samuel", item, set("status", "destroyed"));
}

async fn registrar(register: &Register) -> Web {
    register.signed_in("Regina", Role::Registrar).await
}

async fn obstacles(tale: &Tale<'_>, document: DocId) -> BTreeSet<String> {
    tale.register.current().await;
    let told = tale.auditor.get(&format!("/api/v1/destructions/{document}/certificate")).good();
    told["obstacles"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
}

fn codes(list: &[&str]) -> BTreeSet<String> {
    list.iter().map(|code| (*code).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_weapons_from_the_plan_to_the_paper_in_court() {
    on_both("certificate", async |register: Register| {
        let registrar = registrar(&register).await;
        let mut tale = Tale::new(&register).await;
        let items: Vec<DocId> = (1..=3).map(|n| tale.records("Amina", &format!("KV {n}"))).collect();
        let document = plan(&mut tale, &items);
        let path = format!("/api/v1/destructions/{document}/certificate");
        register.current().await;
        assert_eq!(registrar.post(&path, &json!({})).problem(), "certificate.obstacles");
        assert_eq!(registrar.get(&format!("{path}/file")).problem(), "certificate.not_issued");
        for item in &items {
            destroy(&mut tale, document, *item);
        }
        let not_yet = obstacles(&tale, document).await;
        assert_eq!(not_yet, codes(&["certificate.not_attested", "certificate.not_closed"]));
        tale.tells("Samuel", document, set("state", "closed"));
        tale.attests("Samuel", document, "destroyed");
        assert_eq!(obstacles(&tale, document).await, codes(&["certificate.not_witnessed"]));
        tale.attests("Wanda", document, "witnessed");
        assert_eq!(obstacles(&tale, document).await, codes(&[]));

        by_whom(&tale).await;
        assert_eq!(tale.auditor.post(&path, &json!({})).problem(), "role.missing");
        assert_eq!(
            registrar.post(&format!("{path}?number=no%20spaces"), &json!({})).problem(),
            "certificate.bad_number"
        );
        let issued = registrar.post(&path, &json!({})).good();
        assert!(issued["number"].as_str().unwrap().ends_with("-0001"), "{issued}");
        assert_eq!(registrar.post(&format!("{path}?number=another"), &json!({})).good(), issued, "issued once");
        let shown = registrar.get(&path).good();
        assert_eq!((&shown["certificate"], &shown["outcome"]["destroyed"]), (&issued, &json!(3)));
        assert_eq!((&shown["outcome"]["weight_g"], &shown["outcome"]["reconciled"]), (&json!(10_800), &json!(true)));

        // What leaves the register is checked by who has nothing but the file and the key.
        let key = verifier_key(&register.app).unwrap();
        let proof = registrar.get(&format!("{path}/file?format=proof")).body;
        let (checked, paper) = certificate::read(&proof, &key).unwrap();
        assert_eq!((checked.destroyed(), paper), (3, Paper::Proof));
        assert_eq!(hex::encode(checked.list_hash), issued["list_hash"].as_str().unwrap());
        let names: BTreeSet<&str> = checked.body.signers.iter().map(|signer| signer.name.as_str()).collect();
        assert_eq!(names, BTreeSet::from(["Samuel", "Wanda"]));
        let body = &checked.body;
        assert_eq!((body.country.as_deref(), body.issuer.as_deref()), (Some("KE"), Some("Regina")));
        assert_eq!(body.organisation.as_deref(), Some("National Commission on Small Arms"));
        let of = |name: &str| body.signers.iter().find(|signer| signer.name == name).unwrap().organisation.as_deref();
        assert_eq!((of("Samuel"), of("Wanda")), (Some("Armed Forces, Ordnance"), Some("Regional Centre")));
        for (lang, language) in ["en", "fr", "ar"].into_iter().zip(ploughshare_paper::Language::ALL) {
            let pdf = registrar.get(&format!("{path}/file?lang={lang}")).body;
            assert_eq!(certificate::read(&pdf, &key).unwrap().1, Paper::Agrees(language), "{lang}");
        }
        assert_eq!(registrar.get(&format!("{path}/file?lang=xx")).problem(), "certificate.language");
        assert_eq!(registrar.get(&format!("{path}/file?format=doc")).problem(), "request.query");
        let pdf = registrar.get(&format!("{path}/file")).body;
        for at in (0..pdf.len()).step_by(pdf.len() / 60) {
            let mut flipped = pdf.clone();
            flipped[at] ^= 1;
            assert!(certificate::read(&flipped, &key).is_err(), "byte {at} of the paper");
        }
        the_shipped_program_checks_it(&pdf, &proof, &key.to_string());
        register.is_the_same_in_any_order().await;
    })
    .await;
}

/// Who runs the programme, where, and for whom the two act who sign.
async fn by_whom(tale: &Tale<'_>) {
    let (app, operation) = (&tale.register.app, &tale.register.operation.id);
    let by = By::operator(app);
    let describe = async |country, organisation| {
        rulings::describe_operation(app, &by, operation, country, organisation).await.map_err(|error| error.code())
    };
    assert_eq!(describe(Some("XX"), None).await, Err("operation.country_unknown"));
    assert_eq!(describe(None, Some("two\nlines")).await, Err("organisation.malformed"));
    describe(Some("KE"), None).await.unwrap();
    describe(None, Some("National Commission on Small Arms")).await.unwrap();
    for (name, organisation) in [("Samuel", "Armed Forces, Ordnance"), ("Wanda", "Regional Centre")] {
        let officer = tale.people[name].hand.officer;
        assert!(rulings::affiliate(app, &by, operation, officer, " ").await.is_err());
        rulings::affiliate(app, &by, operation, officer, organisation).await.unwrap();
    }
    tale.register.current().await;
}

/// In an empty folder, with no register anywhere near.
fn the_shipped_program_checks_it(pdf: &[u8], proof: &[u8], key: &str) {
    let folder = tempfile::tempdir().unwrap();
    let run = |name: &str, key: &str| {
        let mut command = Command::new(ploughshare());
        command.args(["verify-certificate", name, "--vkey", key, "--json"]).current_dir(folder.path());
        let output = command.stdin(Stdio::null()).output().unwrap();
        (output.status.code(), serde_json::from_slice::<Json>(&output.stdout).unwrap())
    };
    std::fs::write(folder.path().join("c.pdf"), pdf).unwrap();
    std::fs::write(folder.path().join("c.proof"), proof).unwrap();
    let (code, told) = run("c.pdf", key);
    assert_eq!((code, &told["holds"], &told["paper"]), (Some(0), &json!(true), &json!("en")), "{told}");
    assert_eq!(run("c.proof", key).1["outcome"]["destroyed"], 3);
    let mut flipped = proof.to_vec();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    std::fs::write(folder.path().join("c.proof"), &flipped).unwrap();
    let (code, told) = run("c.proof", key);
    assert_eq!((code, told["code"].as_str()), (Some(1), Some("certificate.bad_signature")), "{told}");
    std::fs::write(folder.path().join("c.pdf"), b"%PDF-1.7 nothing").unwrap();
    assert_eq!(run("c.pdf", key).1["code"], "certificate.none_in_file");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "no store was made: {left:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_who_recorded_a_weapon_and_a_claim_of_destruction_certify_nothing() {
    on_both("no_certificate", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        tale.joins("Wim", &[Role::Witness, Role::Collector]).await;
        let (own, other) = (tale.records("Wim", "KV 1"), tale.records("Amina", "KV 2"));
        let document = plan(&mut tale, &[own, other]);
        destroy(&mut tale, document, own);
        // That of the second one only its collector says that it was destroyed: a claim.
        let result = [("item", id(other)), ("identity", "tag_only".into()), ("result", "complete".into())];
        tale.tells("Samuel", document, add("results", &result));
        tale.tells("Amina", other, set("status", "destroyed"));
        tale.tells("Samuel", document, set("state", "closed"));
        tale.attests("Samuel", document, "destroyed");
        tale.attests("Wim", document, "witnessed");
        let told = obstacles(&tale, document).await;
        assert_eq!(told, codes(&["certificate.item_not_ended", "certificate.witness_recorded"]));
        // Samuel cannot witness his own deed, and Amina may not witness at all.
        tale.attests("Samuel", document, "witnessed");
        tale.attests("Amina", document, "witnessed");
        assert_eq!(obstacles(&tale, document).await, told);
        // Another witness of the same state, and the item ended by who may.
        tale.tells("Samuel", other, set("status", "destroyed"));
        tale.attests("Wanda", document, "witnessed");
        assert_eq!(
            obstacles(&tale, document).await,
            codes(&["certificate.witness_recorded"]),
            "Wim's word stands beside"
        );
        register.is_the_same_in_any_order().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_ask_for_a_certificate_at_once_and_get_the_same() {
    on_both("certificate_twice", async |register: Register| {
        let registrar = registrar(&register).await;
        let mut tale = Tale::new(&register).await;
        let mut documents = Vec::new();
        for n in 0..2 {
            let item = tale.records("Amina", &format!("KV {n}"));
            let document = plan(&mut tale, &[item]);
            destroy(&mut tale, document, item);
            tale.tells("Samuel", document, set("state", "closed"));
            tale.attests("Samuel", document, "destroyed");
            tale.attests("Wanda", document, "witnessed");
            documents.push(document);
        }
        register.current().await;
        let ask = |document: DocId, body: Json| {
            let registrar = registrar.clone();
            let path = format!("/api/v1/destructions/{document}/certificate");
            tokio::task::spawn_blocking(move || registrar.post(&path, &body))
        };
        let asked: Vec<_> = (0..6).map(|n| ask(documents[n % 2], json!({}))).collect();
        let mut given = BTreeSet::new();
        for asked in asked {
            let issued = asked.await.unwrap().good();
            given.insert((issued["destruction"].to_string(), issued["number"].to_string(), issued["leaf"].to_string()));
        }
        assert_eq!(given.len(), 2, "{given:?}");
        let numbers: BTreeSet<_> = given.iter().map(|(_, number, _)| number).collect();
        assert_eq!(numbers.len(), 2, "no number twice");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evidence_held_on_one_tablet_while_another_lists_it_for_destruction_is_found_and_not_certified() {
    on_both("evidence_listed", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        tale.joins("Rita", &[Role::Registrar]).await;
        let (held, free) = (tale.records("Amina", "KV 1"), tale.records("Amina", "KV 2"));
        let seen = tale.heads(held);
        let hold = Edit::Set { path: "evidence_hold".to_owned(), value: true.into() };
        let (_, sealed) = tale.says("Rita", Some(held), &seen, hold);
        // Samuel, days from any network, lists and destroys both; the hold comes in after all of it.
        let document = plan(&mut tale, &[held, free]);
        let result = |item| [("item", id(item)), ("identity", "tag_only".into()), ("result", "complete".into())];
        for item in [held, free] {
            tale.tells("Samuel", document, add("results", &result(item)));
        }
        let (_, ended) = tale.says("Samuel", Some(held), &seen, set("status", "destroyed"));
        tale.brings("Samuel", ended);
        tale.tells("Samuel", free, set("status", "destroyed"));
        tale.tells("Samuel", document, set("state", "closed"));
        tale.attests("Samuel", document, "destroyed");
        tale.attests("Wanda", document, "witnessed");
        assert_eq!(obstacles(&tale, document).await, codes(&[]), "nobody knew");
        tale.brings("Rita", sealed);
        assert_eq!(obstacles(&tale, document).await, codes(&["certificate.item_held"]));
        let found = tale.auditor.get(&format!("/api/v1/findings?subject={document}&rule=R62")).good();
        assert_eq!(found["findings"].as_array().unwrap().len(), 1, "{found}");
        register.is_the_same_in_any_order().await;
    })
    .await;
}
