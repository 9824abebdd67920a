//! One weapon's life from hand-in to furnace, over real HTTP and on both databases: who may say what after what was said before, what
//! officers sign in their own name, and what the register therefore shows. Tablets are driven by hand, keys come in by the real route.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ploughshare_core::edit::Edit;
use ploughshare_core::identity::Role;
use ploughshare_core::ids::EntryHash;
use ploughshare_server::identity::{officer_key, people};
use ploughshare_tests::hand::{set, weapon};
use ploughshare_tests::tale::Tale;
use ploughshare_tests::{PASSPHRASE, Register, on_both};
use serde_json::{Value as Json, json};

fn claim(entry: EntryHash, reason: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(entry.to_string(), reason.to_owned())])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_hand_in_to_furnace_everybody_has_their_part_and_every_step_counts() {
    on_both("furnace", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let item = tale.records("Amina", "KV 1");
        assert_eq!(tale.item(item).await["review"], json!({ "state": "none", "latest": [], "verified": null }));
        let verified = tale.attests("Ines", item, "verified");
        let shown = tale.item(item).await;
        assert_eq!(shown["review"]["state"], "verified");
        assert_eq!(shown["review"]["latest"], json!([verified.to_string()]));
        tale.tells("Samuel", item, set("status", "destroyed"));
        tale.attests("Samuel", item, "destroyed");
        tale.attests("Wanda", item, "witnessed");
        let shown = tale.item(item).await;
        assert_eq!((&shown["status"], &shown["claims"]), (&json!("destroyed"), &json!(0)), "{shown}");
        let parts: Vec<_> = shown["attestations"].as_array().unwrap().iter().collect();
        let said: Vec<_> = parts.iter().map(|one| (one["officer_name"].as_str().unwrap(), &one["what"])).collect();
        assert_eq!(
            said,
            [("Ines", &json!("verified")), ("Samuel", &json!("destroyed")), ("Wanda", &json!("witnessed"))]
        );
        assert!(parts.iter().all(|one| one["counts"] == true && one["reason"].is_null()), "{shown}");
        // What Ines verified is kept as she saw it; that it was destroyed came after.
        let review = &shown["review"];
        assert_eq!((&review["state"], &review["verified"]["officer_name"]), (&json!("amended"), &json!("Ines")));
        assert_eq!(review["verified"]["content"]["status"], "stored");
        assert_eq!(review["verified"]["amendments"], json!({ "status": "destroyed" }));
        assert_eq!(tale.claims(item).await, BTreeMap::new());
        let auditor = tale.auditor.clone();
        let listed = |state: &str| auditor.get(&format!("/api/v1/items?review={state}")).good()["items"].clone();
        assert_eq!(
            (listed("amended")[0]["id"].as_str(), &listed("none")),
            (Some(item.to_string().as_str()), &json!([]))
        );
        assert_eq!(tale.auditor.get("/api/v1/items?review=fine").refusal(), "request.query");
        let other = tale.records("Amina", "KV 2");
        register.current().await;
        assert_eq!(listed("none")[0]["id"].as_str(), Some(other.to_string().as_str()), "nobody reviewed it");
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_who_claims_destroyed_changes_nothing_and_honest_work_on_top_counts() {
    on_both("lie", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let item = tale.records("Amina", "KV 1");
        let lie = tale.tells("Amina", item, set("status", "destroyed"));
        assert_eq!(tale.claims(item).await, claim(lie, "authority.not_allowed"));
        assert_eq!(tale.item(item).await["status"], "stored");
        tale.aside.insert(lie);
        tale.attests("Ines", item, "verified");
        let shown = tale.item(item).await;
        assert_eq!((&shown["review"]["state"], &shown["status"]), (&json!("verified"), &json!("stored")), "{shown}");
        tale.tells("Samuel", item, set("status", "destroyed"));
        tale.attests("Samuel", item, "destroyed");
        tale.attests("Wanda", item, "witnessed");
        let shown = tale.item(item).await;
        assert_eq!((&shown["status"], &shown["claims"]), (&json!("destroyed"), &json!(1)), "{shown}");
        let counts = |one: &Json| one["counts"] == true;
        assert_eq!(shown["attestations"].as_array().unwrap().iter().filter(|one| counts(one)).count(), 3);
        assert_eq!(tale.claims(item).await, claim(lie, "authority.not_allowed"));
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_officer_with_every_role_cannot_play_two_parts_in_any_pairing() {
    on_both("two_parts", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        tale.joins("Boss", &Role::ALL).await;
        let deed = |tale: &mut Tale<'_>, item, deed: &str| match deed {
            "end" => tale.tells("Boss", item, set("status", "destroyed")),
            what => tale.attests("Boss", item, what),
        };
        for second in ["verified", "has_issues", "rejected", "end", "destroyed", "witnessed"] {
            let item = tale.records("Boss", "KV 1");
            let done = deed(&mut tale, item, second);
            assert_eq!(tale.claims(item).await, claim(done, "authority.own_record"), "recorder and {second}");
            let shown = tale.item(item).await;
            assert_eq!((&shown["status"], &shown["review"]["state"]), (&json!("stored"), &json!("none")), "{second}");
        }
        for (first, second) in
            [("end", "witnessed"), ("destroyed", "witnessed"), ("witnessed", "end"), ("witnessed", "destroyed")]
        {
            let item = tale.records("Amina", "KV 2");
            deed(&mut tale, item, first);
            let done = deed(&mut tale, item, second);
            assert_eq!(tale.claims(item).await, claim(done, "authority.both_roles"), "{first} and {second}");
        }
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_steps_of_a_life_make_the_same_register_in_whatever_order_the_tablets_sync() {
    on_both("orders", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let mut orders: Vec<Vec<usize>> = vec![Vec::new()];
        for n in 0..4 {
            orders = orders
                .iter()
                .flat_map(|order| (0..=order.len()).map(move |at| [&order[..at], &[n], &order[at..]].concat()))
                .collect();
        }
        assert_eq!(orders.len(), 24);
        let mut items = Vec::new();
        for (n, order) in orders.iter().enumerate() {
            let (birth, recorded) = tale.says("Amina", None, &[], weapon(&format!("KV {n}")));
            let item = birth.document();
            let word = tale.word("Ines", item, "verified");
            let (_, verified) = tale.says("Ines", Some(item), &[birth], word);
            let seen = tale.heads(item);
            let (_, ended) = tale.says("Samuel", Some(item), &seen, set("status", "destroyed"));
            let word = tale.word("Wanda", item, "witnessed");
            let seen = tale.heads(item);
            let (_, witnessed) = tale.says("Wanda", Some(item), &seen, word);
            let steps = [("Amina", recorded), ("Ines", verified), ("Samuel", ended), ("Wanda", witnessed)];
            for at in order {
                tale.brings(steps[*at].0, steps[*at].1.clone());
            }
            items.push(item);
        }
        let essence = |shown: &Json| {
            let parts = shown["attestations"].as_array().unwrap().iter();
            let parts: Vec<_> = parts.map(|one| json!([one["what"], one["counts"], one["standing"]])).collect();
            json!([shown["status"], shown["claims"], shown["conflicts"], shown["review"]["state"], parts])
        };
        let expected =
            json!(["destroyed", 0, 0, "amended", [["verified", true, "amended"], ["witnessed", true, "current"]]]);
        for (item, order) in items.into_iter().zip(&orders) {
            assert_eq!(essence(&tale.item(item).await), expected, "{order:?}");
        }
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tablets_that_verify_different_versions_are_a_dispute_and_both_are_shown() {
    on_both("dispute", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let item = tale.records("Amina", "KV 1");
        let seen = tale.heads(item);
        let early = tale.word("Ines", item, "verified");
        let edited = tale.tells("Amina", item, set("make", "NORINCO"));
        let late = tale.word("Samuel", item, "verified");
        let (second, sealed) = tale.says("Samuel", Some(item), &[edited], late);
        tale.brings("Samuel", sealed);
        let (first, sealed) = tale.says("Ines", Some(item), &seen, early);
        tale.brings("Ines", sealed);
        let shown = tale.item(item).await;
        let both: BTreeSet<_> = [first, second].map(|hash| hash.to_string()).into();
        let latest = shown["review"]["latest"].as_array().unwrap().iter();
        assert_eq!(latest.map(|one| one.as_str().unwrap().to_owned()).collect::<BTreeSet<_>>(), both);
        assert_eq!(shown["review"]["state"], "disputed");
        let standing: BTreeMap<_, _> = shown["attestations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["officer_name"].as_str().unwrap(), one["standing"].as_str().unwrap()))
            .collect();
        assert_eq!(standing, BTreeMap::from([("Ines", "amended"), ("Samuel", "current")]));
        let listed = tale.auditor.get("/api/v1/items?review=disputed").good();
        assert_eq!(listed["items"][0]["id"].as_str(), Some(item.to_string().as_str()));
        // Somebody who has seen both settles it.
        let third = tale.attests("Ines", item, "verified");
        let review = tale.item(item).await["review"].clone();
        assert_eq!((&review["state"], &review["latest"]), (&json!("verified"), &json!([third.to_string()])));
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_officer_revoked_between_two_attestations_signed_one_of_them() {
    on_both("revoked_key", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let (one, two) = (tale.records("Amina", "KV 1"), tale.records("Amina", "KV 2"));
        let before_ms = register.app.now_ms();
        register.clock.forward(Duration::from_mins(1));
        let first = tale.attests("Ines", one, "verified");
        register.clock.forward(Duration::from_mins(1));
        let fingerprint = officer_key::fingerprint(tale.people["Ines"].key.public().as_bytes());
        assert!(officer_key::revoke(&register.app, "operator", &fingerprint, None).await.unwrap());
        assert!(!officer_key::revoke(&register.app, "operator", &fingerprint, None).await.unwrap());
        let second = tale.attests("Ines", two, "verified");
        assert_eq!(tale.claims(one).await, BTreeMap::new());
        assert_eq!(tale.claims(two).await, claim(second, "authority.not_their_key"));
        assert_eq!(tale.item(one).await["review"]["latest"], json!([first.to_string()]));
        let shown = tale.item(two).await;
        assert_eq!((&shown["review"]["state"], &shown["attestations"][0]["counts"]), (&json!("none"), &json!(false)));
        // A revocation from an earlier moment takes what was brought since with it, a revoked tablet its keys.
        let third = tale.attests("Samuel", two, "verified");
        assert_eq!(tale.item(two).await["review"]["latest"], json!([third.to_string()]));
        let samuels = officer_key::fingerprint(tale.people["Samuel"].key.public().as_bytes());
        assert!(officer_key::revoke(&register.app, "operator", &samuels, Some(before_ms)).await.unwrap());
        let claims = tale.claims(two).await;
        assert_eq!(claims[&third.to_string()], "authority.not_their_key");
        let rosa = &tale.people["Rosa"].hand;
        people::revoke_device(&register.app, "operator", &rosa.device()).await.unwrap();
        let keys = officer_key::list(&register.app, Some(&rosa.officer)).await.unwrap();
        assert_eq!(keys.iter().filter(|key| key.revoke_effective_ms.is_some()).count(), 1);
        tale.item(one).await;
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evidence_is_not_destroyed_by_who_knew_and_both_stand_where_nobody_knew() {
    on_both("evidence", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let hold = || Edit::Set { path: "evidence_hold".to_owned(), value: true.into() };
        let known = tale.records("Amina", "KV 1");
        tale.tells("Rosa", known, hold());
        let end = tale.tells("Samuel", known, set("status", "destroyed"));
        assert_eq!(tale.claims(known).await, claim(end, "authority.held_as_evidence"));
        assert_eq!(tale.item(known).await["status"], "stored");
        let unknown = tale.records("Amina", "KV 2");
        let seen = tale.heads(unknown);
        let (_, held) = tale.says("Rosa", Some(unknown), &seen, hold());
        let (_, ended) = tale.says("Samuel", Some(unknown), &seen, set("status", "destroyed"));
        tale.brings("Samuel", ended);
        tale.brings("Rosa", held);
        let shown = tale.item(unknown).await;
        assert_eq!(
            (&shown["status"], &shown["content"]["evidence_hold"]),
            (&json!("destroyed"), &json!(true)),
            "{shown}"
        );
        assert_eq!(tale.claims(unknown).await, BTreeMap::new());
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tablet_that_writes_in_the_name_of_an_officer_who_has_no_key_on_it_writes_a_claim() {
    on_both("in_the_name", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let item = tale.records("Amina", "KV 1");
        let ines = tale.people["Ines"].hand.officer;
        let amina = tale.people["Amina"].hand.officer;
        tale.people.get_mut("Amina").unwrap().hand.officer = ines;
        let forged = tale.tells("Amina", item, set("condition", "SVC"));
        assert_eq!(tale.claims(item).await, claim(forged, "authority.not_their_device"));
        assert!(tale.item(item).await["condition"].is_null());
        // Once she keeps a key there it is her tablet too, and what she said on it is her word.
        register.officer_key(&tale.people["Amina"].hand, &ines).await;
        tale.people.get_mut("Amina").unwrap().hand.officer = amina;
        assert_eq!(tale.claims(item).await, BTreeMap::new());
        assert_eq!(tale.item(item).await["condition"], "SVC");
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registrar_releases_and_quarantines_with_a_reason_and_never_releases_their_own_words() {
    on_both("claims", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let items: Vec<_> = (0..5).map(|n| tale.records("Amina", &format!("KV {n}"))).collect();
        let lies: Vec<_> = items.iter().map(|item| tale.tells("Amina", *item, set("status", "destroyed"))).collect();
        register.current().await;
        // The queue in pages.
        let mut queue = Vec::new();
        let mut after = String::new();
        loop {
            let page = tale.auditor.get(&format!("/api/v1/claims?limit=2{after}")).good();
            let rows = page["claims"].as_array().unwrap();
            assert!((1..=2).contains(&rows.len()), "{page}");
            queue.extend(rows.iter().cloned());
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        let entries: BTreeSet<_> = queue.iter().map(|one| one["entry"].as_str().unwrap().to_owned()).collect();
        assert_eq!((queue.len(), entries), (5, lies.iter().map(ToString::to_string).collect()));
        assert_eq!(queue[0]["officer_name"], "Amina");
        assert_eq!(queue[0]["reason_text"], "none of the officer's roles may say this");
        let elsewhere = "/api/v1/claims?operation=00000000000000000000000000000009";
        assert_eq!(tale.auditor.get(elsewhere).good()["claims"], json!([]));
        assert_eq!(tale.auditor.get("/api/v1/claims?after=x").refusal(), "request.after");

        let rosa = &tale.people["Rosa"].hand.officer;
        people::set_passphrase(&register.app, "operator", rosa, PASSPHRASE.to_owned()).await.unwrap();
        let said = json!({ "officer": rosa.to_string(), "passphrase": PASSPHRASE });
        let token = register.web().post("/api/v1/session", &said).good();
        let rosa = register.web().with(token["token"].as_str().unwrap());
        let path = |entry: &EntryHash, deed: &str| format!("/api/v1/claims/{entry}/{deed}");
        let why = json!({ "reason": "seen by the commission on 3 May" });
        for (web, status, code) in
            [(&tale.auditor, 403, "role.missing"), (&tale.people["Samuel"].hand.web, 403, "role.missing")]
        {
            let reply = web.post(&path(&lies[0], "release"), &why);
            assert_eq!((reply.status, reply.refusal().as_str()), (status, code));
        }
        for (reason, code) in [(json!({ "reason": "" }), "claim.bad_reason"), (json!({}), "request.malformed")] {
            assert_eq!(rosa.post(&path(&lies[0], "release"), &reason).refusal(), code);
        }
        let reply = rosa.post(&path(&EntryHash::from_bytes([9; 32]), "release"), &why);
        assert_eq!((reply.status, reply.refusal().as_str()), (404, "claim.unknown"));
        let birth = tale.said[0].hash;
        let reply = rosa.post(&path(&birth, "release"), &why);
        assert_eq!((reply.status, reply.refusal().as_str()), (409, "claim.counts"));

        let done = rosa.post(&path(&lies[0], "release"), &why).good();
        assert_eq!((&done["changed"], done["decision"].as_u64()), (&json!(true), Some(register.decision().await)));
        assert_eq!(tale.item(items[0]).await["status"], "destroyed");
        assert_eq!(tale.claims(items[0]).await, BTreeMap::new());
        assert_eq!(rosa.post(&path(&lies[0], "release"), &why).good()["changed"], false);
        rosa.post(&path(&lies[0], "quarantine"), &why).good();
        assert_eq!(tale.claims(items[0]).await, claim(lies[0], "authority.quarantined"));
        assert_eq!(tale.item(items[0]).await["status"], "stored");

        // Rosa writes on her tablet what a registrar may not, and cannot release it; the other registrar can.
        let own = tale.tells("Rosa", items[1], set("status", "destroyed"));
        tale.claims(items[1]).await;
        let reply = rosa.post(&path(&own, "release"), &why);
        assert_eq!((reply.status, reply.refusal().as_str()), (403, "claim.own"));
        let ruth = register.signed_in("Ruth", Role::Registrar).await;
        ruth.post(&path(&own, "release"), &why).good();
        assert_eq!(tale.item(items[1]).await["status"], "destroyed");
        register.is_rebuilt_equal().await;
    })
    .await;
}
