//! A registrar's day, over real HTTP and on both databases: pairs judged and judged anew, conflicts chosen, findings justified, queues,
//! items transferred to another operation, and the same at the command line.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mobile_ffi::{HttpTransport, ListFilter, Tablet, TabletConfig};
use ploughshare_core::decision::{Decision, Judgement};
use ploughshare_core::edit::Edit;
use ploughshare_core::identity::Role;
use ploughshare_core::ids::{DocId, EntryHash, OfficerId, OperationId};
use ploughshare_server::audit::verify;
use ploughshare_server::decide::decide;
use ploughshare_server::identity::{people, ticket};
use ploughshare_server::store::identity::Operation;
use ploughshare_tests::hand::{Hand, Said, set, weapon};
use ploughshare_tests::program::Place;
use ploughshare_tests::tale::Tale;
use ploughshare_tests::{PASSPHRASE, Register, Web, blocking, on_both, postgres_url, state, sync};
use serde_json::{Value as Json, json};

/// A registrar of these operations who has signed in.
async fn registrar(register: &Register, name: &str, operations: &[&OperationId]) -> (OfficerId, Web) {
    let officer = people::add_officer(&register.app, "operator", name).await.unwrap();
    for operation in operations {
        people::grant(&register.app, "operator", operation, &officer.id, Role::Registrar).await.unwrap();
    }
    people::set_passphrase(&register.app, "operator", &officer.id, PASSPHRASE.to_owned()).await.unwrap();
    let said = json!({ "officer": officer.id.to_string(), "passphrase": PASSPHRASE });
    let token = register.web().post("/api/v1/session", &said).good();
    (officer.id, register.web().with(token["token"].as_str().unwrap()))
}

async fn south(register: &Register) -> Operation {
    people::open_operation(&register.app, "operator", "south", "South", true).await.unwrap()
}

/// The tables are what the statements add up to, the log is whole.
async fn is_in_order(register: &Register) {
    register.current().await;
    register.is_rebuilt_equal().await;
    let report = verify::database(&register.app, None, &[], &mut |_, _| {}).await.unwrap();
    assert!(report.is_whole(), "{report:?}");
}

fn judging(item: DocId, other: DocId, judgement: &str, reason: &str) -> Json {
    json!({ "item": item.to_string(), "other": other.to_string(), "judgement": judgement, "reason": reason })
}

/// Findings of a rule on a pair, by state.
fn between(web: &Web, rule: &str, a: DocId, b: DocId) -> Vec<Json> {
    let both = [a.to_string(), b.to_string()];
    let found = web.get(&format!("/api/v1/findings?rule={rule}&item={a}")).good();
    let is_pair = |one: &&Json| {
        [&one["item"], &one["other_item"]]
            .iter()
            .all(|side| both.contains(&side.as_str().unwrap_or_default().to_owned()))
    };
    found["findings"].as_array().unwrap().iter().filter(is_pair).cloned().collect()
}

fn state_of(web: &Web, rule: &str, a: DocId, b: DocId) -> String {
    let found = between(web, rule, a, b);
    assert_eq!(found.len(), 1, "{found:?}");
    found[0]["state"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pair_is_judged_same_then_different_then_unsure_and_counts_and_findings_follow_every_time() {
    on_both("judged", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        tale.joins("Boss", &[Role::Collector, Role::Registrar]).await;
        let (ruth, web) = registrar(&register, "Ruth", &[&register.operation.id]).await;
        let (a, b) = (tale.records("Amina", "KV 1230"), tale.records("Amina", "kv-1230"));
        let (c, own) = (tale.records("Ines", "KV1230"), tale.records("Boss", "KV 555"));
        register.current().await;
        let total = || web.get("/api/v1/counts").good()["total"].as_u64().unwrap();
        assert_eq!(total(), 4);
        let queue = web.get("/api/v1/duplicates").good();
        let pairs = queue["duplicates"].as_array().unwrap();
        assert_eq!(pairs.len(), 3, "{queue}");
        let first = &pairs[0];
        assert_eq!(first["reasons"][0]["rule"], "R01");
        for side in ["item", "other"] {
            assert_eq!(first[side]["marked"][0]["type"], "SER", "{first}");
            assert!(["Amina", "Ines"].contains(&first[side]["recorder_name"].as_str().unwrap()));
            let bracket = &first[side]["recorded"];
            assert!(bracket["after_ms"].as_i64().unwrap() <= bracket["before_ms"].as_i64().unwrap(), "{first}");
        }
        assert_eq!(web.get("/api/v1/duplicates?site=depot-9").good()["duplicates"], json!([]));
        // In pages, each pair once.
        let mut seen = Vec::new();
        let mut after = String::new();
        loop {
            let page = web.get(&format!("/api/v1/duplicates?limit=2{after}")).good();
            seen.extend(page["duplicates"].as_array().unwrap().iter().map(|one| one["since_ms"].clone()));
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        assert_eq!(seen.len(), 3);

        let judge = |item, other, judgement: &str| {
            web.post("/api/v1/duplicates/judge", &judging(item, other, judgement, "the photos were compared"))
        };
        let done = judge(a, b, "same").good();
        assert_eq!((&done["changed"], done["decisions"].as_object().unwrap().len()), (&json!(true), 1));
        assert_eq!(judge(a, b, "same").good()["changed"], false);
        register.current().await;
        assert_eq!((total(), state_of(&web, "R01", a, b).as_str()), (3, "fixed"));
        let lead = a.min(b);
        for item in [a, b] {
            let shown = tale.item(item).await;
            assert_eq!(shown["lead_item"].as_str(), Some(lead.to_string().as_str()));
            assert_eq!(shown["counted"], json!(item == lead), "{shown}");
            let link = &shown["links"][0];
            assert_eq!((&link["judgement"], &link["officer_name"]), (&json!("same"), &json!("Ruth")), "{shown}");
            assert_eq!(link["reason"], "the photos were compared");
        }
        let both = web.get("/api/v1/items?serial=KV1230").good();
        assert_eq!(both["items"].as_array().unwrap().len(), 3, "search shows all of them");
        let history =
            web.get(&format!("/api/v1/findings/{}", between(&web, "R01", a, b)[0]["id"].as_str().unwrap())).good();
        let became: Vec<_> =
            history["history"].as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap()).collect();
        assert_eq!(became, ["open", "fixed"], "{history}");
        assert_eq!(history["history"][1]["officer"].as_str(), Some(ruth.to_string().as_str()));
        assert!(history["explanation"].as_str().unwrap().len() > 40);

        // A chain: the third is the same as the second, so as the first.
        judge(b, c, "same").good();
        register.current().await;
        assert_eq!((total(), state_of(&web, "R01", a, c).as_str()), (2, "fixed"));
        let refused = judge(a, c, "different");
        assert_eq!((refused.status, refused.refusal().as_str()), (409, "duplicate.chained"));
        judge(b, c, "different").good();
        register.current().await;
        assert_eq!((total(), state_of(&web, "R01", b, c).as_str()), (3, "justified"));
        assert_eq!(state_of(&web, "R01", a, c), "open", "nothing holds the ends of the chain together any more");
        assert_eq!(judge(a, c, "same").refusal(), "duplicate.contradicts");
        judge(a, b, "different").good();
        register.current().await;
        assert_eq!((total(), state_of(&web, "R01", a, b).as_str()), (4, "justified"));
        judge(a, b, "unsure").good();
        register.current().await;
        assert_eq!((total(), state_of(&web, "R01", a, b).as_str()), (4, "open"));
        let listed = |state: &str| {
            web.get(&format!("/api/v1/duplicates?state={state}")).good()["duplicates"].as_array().unwrap().len()
        };
        assert_eq!(["open", "unsure", "same", "different", "all"].map(listed), [2, 1, 0, 1, 3]);

        // Refusals, each of which leaves everything as it is.
        let before = state::of(&register.app).await;
        let boss = &tale.people["Boss"].hand.web;
        let merged = boss.post("/api/v1/duplicates/judge", &judging(own, a, "same", "mine"));
        assert_eq!((merged.status, merged.refusal().as_str()), (403, "authority.merge_own"));
        assert_eq!(
            boss.post("/api/v1/duplicates/judge", &judging(a, own, "different", "x")).refusal(),
            "authority.merge_own"
        );
        assert_eq!(
            tale.auditor.post("/api/v1/duplicates/judge", &judging(a, b, "same", "x")).refusal(),
            "role.missing"
        );
        assert_eq!(judge(a, a, "same").refusal(), "duplicate.itself");
        assert_eq!(judge(a, DocId::from_bytes([7; 16]), "same").refusal(), "document.unknown");
        assert_eq!(judge(a, b, "merged").refusal(), "request.malformed");
        assert_eq!(web.post("/api/v1/duplicates/judge", &judging(a, b, "same", "")).refusal(), "reason.malformed");
        assert_eq!(web.get("/api/v1/duplicates?state=fine").refusal(), "request.query");
        assert_eq!(web.get("/api/v1/duplicates?after=x").refusal(), "request.after");
        register.current().await;
        assert_eq!(state::of(&register.app).await, before);
        is_in_order(&register).await;
    })
    .await;
}

/// What the last judgements of pairs add up to, from scratch: the lead of each item.
fn leads(items: &[(OperationId, DocId)], judged: &BTreeMap<(usize, usize), Judgement>) -> Vec<usize> {
    let mut lead: Vec<usize> = (0..items.len()).collect();
    loop {
        let mut changed = false;
        for (a, b) in judged.iter().filter(|(_, one)| **one == Judgement::Same).map(|(pair, _)| *pair) {
            let least = if items[lead[a]] < items[lead[b]] { lead[a] } else { lead[b] };
            changed |= lead[a] != least || lead[b] != least;
            (lead[a], lead[b]) = (least, least);
        }
        if !changed {
            return lead;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_any_judgements_in_any_order_counts_are_what_a_recount_from_scratch_gives() {
    const STATUSES: [&str; 3] = ["stored", "in_transit", "tagged"];
    on_both("judgements", async |register: Register| {
        let south = south(&register).await;
        let mut hands =
            [register.hand("Amina", Role::Collector).await, register.hand_in(&south.id, "Bela", Role::Collector).await];
        let mut births: Vec<(usize, Said)> = Vec::new();
        for n in 0..8 {
            let hand = &mut hands[n % 2];
            let (birth, sealed) = hand.weapon("KV 4711");
            hand.bring_good(vec![sealed]);
            births.push((n % 2, birth));
        }
        let items: Vec<(OperationId, DocId)> =
            births.iter().map(|(hand, birth)| (hands[*hand].operation, birth.0.document())).collect();
        let mut last: Vec<EntryHash> = births.iter().map(|(_, birth)| birth.0).collect();
        let mut status = vec![0usize; items.len()];
        let mut judged: BTreeMap<(usize, usize), Judgement> = BTreeMap::new();
        let mut seed = 88_172_645_463_325_252_u64;
        let mut roll = |n: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed % n as u64) as usize
        };
        let officer = OfficerId::from_bytes([3; 16]);
        for round in 0..300 {
            let mut decisions: BTreeMap<OperationId, Vec<Decision>> = BTreeMap::new();
            for _ in 0..=roll(3) {
                let (a, b) = (roll(items.len()), roll(items.len()));
                if a == b {
                    continue;
                }
                let judgement = Judgement::ALL[roll(3)];
                judged.insert((a.min(b), a.max(b)), judgement);
                for (me, they) in [(a, b), (b, a)] {
                    let decision = Decision::ItemsJudged {
                        item: items[me].1,
                        other: items[they].1,
                        other_operation: (items[they].0 != items[me].0).then_some(items[they].0),
                        judgement,
                        officer,
                        reason: format!("round {round}"),
                    };
                    if me == a || items[a].0 != items[b].0 {
                        decisions.entry(items[me].0).or_default().push(decision);
                    }
                }
            }
            let mut tx = register.app.store.feed.begin_write().await.unwrap();
            for (operation, decisions) in &decisions {
                decide(&register.app, &mut tx, operation, "operator", decisions).await.unwrap();
            }
            tx.commit().await.unwrap();
            if round % 7 == 0 {
                // What does not count changes too.
                let one = roll(items.len());
                status[one] = roll(STATUSES.len());
                let hand = &mut hands[births[one].0];
                let said =
                    hand.say(hand.next, Some(items[one].1), &[last[one]], vec![set("status", STATUSES[status[one]])]);
                last[one] = said.0;
                let sealed = hand.seal(std::slice::from_ref(&said));
                hand.bring_good(vec![sealed]);
            }
            register.app.wake.notify_one();
            register.current().await;
            let lead = leads(&items, &judged);
            let mut expected: BTreeMap<(OperationId, String), i64> = BTreeMap::new();
            for (n, item) in items.iter().enumerate().filter(|(n, _)| lead[*n] == *n) {
                *expected.entry((item.0, STATUSES[status[n]].to_owned())).or_default() += 1;
            }
            let rows = register.app.store.register.query("select operation, status, n from rollup", &[]).await.unwrap();
            let counted: BTreeMap<(OperationId, String), i64> = rows
                .iter()
                .map(|row| {
                    let key = (OperationId::from_bytes(row.array(0).unwrap()), row.text(1).unwrap().to_owned());
                    (key, row.int(2).unwrap())
                })
                .collect();
            assert_eq!(counted, expected, "round {round}: {judged:?}");
            let sql = "select operation, item, lead_operation, lead_item from item_link";
            for row in register.app.store.register.query(sql, &[]).await.unwrap() {
                let at = |i: usize| {
                    (OperationId::from_bytes(row.array(i).unwrap()), DocId::from_bytes(row.array(i + 1).unwrap()))
                };
                let place = |one| items.iter().position(|item| *item == one).unwrap();
                assert_eq!(lead[place(at(0))], place(at(2)), "round {round}");
            }
            let open =
                state::count(&register.app, "select count(*) from finding where rule = 'R01' and state = 'open'").await;
            let stands = |(a, b): (usize, usize)| {
                lead[a] != lead[b] && judged.get(&(a, b)).is_none_or(|one| *one == Judgement::Unsure)
            };
            let pairs = (0..items.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
            let contradicted =
                |(a, b): (usize, usize)| lead[a] == lead[b] && judged.get(&(a, b)) == Some(&Judgement::Different);
            let wanted = pairs.filter(|pair| stands(*pair) || contradicted(*pair)).count() as i64;
            assert_eq!(open, wanted, "round {round}: {judged:?}");
        }
        let at_items = state::count(&register.app, "select cast(sum(findings_open) as bigint) from item").await;
        let there =
            state::count(&register.app, "select count(*) + count(other_item) from finding where state = 'open'").await;
        assert_eq!(at_items, there);
        is_in_order(&register).await;
    })
    .await;
}

/// Two collectors say different things of one weapon without knowing of each other.
fn disagree(tale: &mut Tale<'_>, serial: &str) -> (DocId, [EntryHash; 2]) {
    let item = tale.records("Amina", serial);
    let seen = tale.heads(item);
    let (one, sealed) = tale.says("Amina", Some(item), &seen, set("make", "NORINCO"));
    tale.brings("Amina", sealed);
    let (other, sealed) = tale.says("Ines", Some(item), &seen, set("make", "TULA"));
    tale.brings("Ines", sealed);
    (item, [one, other])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_registrars_choose_at_the_same_moment_and_one_is_shown_what_the_other_chose() {
    on_both("choose", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let (_, ruth) = registrar(&register, "Ruth", &[&register.operation.id]).await;
        let (_, omar) = registrar(&register, "Omar", &[&register.operation.id]).await;
        let photo = Edit::Add {
            set: "photos".to_owned(),
            fields: vec![("hash".to_owned(), ploughshare_core::cbor::Value::Bytes(vec![5; 32]))],
        };
        let (item, sayers) = disagree(&mut tale, "KV 1");
        tale.tells("Amina", item, photo);
        register.current().await;
        let conflicts = ruth.get("/api/v1/conflicts?site=depot-1").good();
        let conflict = &conflicts["conflicts"][0];
        assert_eq!((&conflict["path"], &conflict["base"]), (&json!("make"), &json!(["IZHMASH"])), "{conflicts}");
        assert_eq!(conflict["photos"], json!([hex_of(5)]));
        let said: BTreeSet<_> = conflict["values"].as_array().unwrap().iter().map(|one| {
            let by = &one["by"][0];
            assert!(by["bracket"]["after_ms"].as_i64().unwrap() <= by["bracket"]["before_ms"].as_i64().unwrap());
            (one["value"].as_str().unwrap().to_owned(), by["officer_name"].as_str().unwrap().to_owned())
        }).collect();
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(said, BTreeSet::from([pair("NORINCO", "Amina"), pair("TULA", "Ines")]));
        assert!(ruth.get("/api/v1/conflicts?site=depot-9").good()["conflicts"].as_array().unwrap().is_empty());

        let choice = |path: &str, value: Json| json!({ "item": item.to_string(), "path": path, "value": value, "reason": "the stamp was read again" });
        let post = |body: &Json| ruth.post("/api/v1/conflicts/choose", body);
        let reply = post(&choice("make", json!("RADOM")));
        assert_eq!((reply.status, reply.refusal().as_str()), (422, "conflict.not_a_choice"));
        assert_eq!(post(&choice("make", json!(7))).refusal(), "conflict.bad_value");
        assert_eq!(post(&choice("model", json!("AKM"))).refusal(), "conflict.none");
        let mut stale = choice("make", json!("TULA"));
        stale["seen"] = json!([sayers[0].to_string()]);
        let reply = post(&stale);
        assert_eq!(reply.refusal(), "conflict.changed");
        assert_eq!(reply.json()["present"].as_array().unwrap().len(), 2, "{}", reply.text());
        assert_eq!(tale.auditor.post("/api/v1/conflicts/choose", &choice("make", json!("TULA"))).refusal(), "role.missing");

        let bodies = [(ruth.clone(), "NORINCO"), (omar.clone(), "TULA")];
        let asks = bodies.map(|(web, value)| {
            let mut body = choice("make", json!(value));
            body["seen"] = json!(sayers.map(|one| one.to_string()));
            tokio::task::spawn_blocking(move || (value, web.post("/api/v1/conflicts/choose", &body)))
        });
        let mut won = None;
        let mut refused = None;
        for ask in asks {
            let (value, reply) = ask.await.unwrap();
            if reply.status == 200 {
                assert!(won.replace(value).is_none(), "one of them");
            } else {
                assert_eq!((reply.status, reply.refusal().as_str()), (409, "conflict.changed"));
                refused = Some(reply.json());
            }
        }
        let won = won.unwrap();
        assert_eq!(refused.unwrap()["present"][0]["value"].as_str(), Some(won));
        let shown = tale.item(item).await;
        assert_eq!((shown["make"].as_str(), &shown["conflicts"], &shown["claims"]), (Some(won), &json!(0), &json!(0)));
        assert_eq!(post(&choice("make", json!("TULA"))).refusal(), "conflict.changed", "somebody chose");
        let history = tale.auditor.get(&format!("/api/v1/items/{item}/history")).good();
        let line = history["lines"].as_array().unwrap().iter().rev().find(|line| line["path"] == "make").unwrap().clone();
        let by = if won == "NORINCO" { "Ruth" } else { "Omar" };
        assert_eq!((&line["officer_name"], line["from"].as_array().unwrap().len()), (&json!(by), 2), "{line}");

        // Another value than both, where the registrar says so; and again after the field disagreed with the choice.
        let (item, _) = disagree(&mut tale, "KV 2");
        register.current().await;
        let mut body = json!({ "item": item.to_string(), "path": "make", "value": "RADOM", "reason": "factory 11", "new": true });
        ruth.post("/api/v1/conflicts/choose", &body).good();
        body["path"] = json!("model");
        assert_eq!(ruth.post("/api/v1/conflicts/choose", &body).refusal(), "conflict.none");
        assert_eq!(tale.item(item).await["make"], "RADOM");
        is_in_order(&register).await;
    })
    .await;
}

fn hex_of(byte: u8) -> String {
    format!("{byte:02x}").repeat(32)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_destroyed_serial_comes_back_in_another_operation_and_the_alarm_shows_both_histories() {
    on_both("came_back", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let south = south(&register).await;
        let (_, ruth) = registrar(&register, "Ruth", &[&register.operation.id, &south.id]).await;
        let gone = tale.records("Amina", "KV 204417");
        tale.tells("Samuel", gone, set("status", "destroyed"));
        tale.attests("Samuel", gone, "destroyed");
        tale.attests("Wanda", gone, "witnessed");
        let mut bela = register.hand_in(&south.id, "Bela", Role::Collector).await;
        let (birth, sealed) = bela.weapon("kv 204-417");
        bela.bring_good(vec![sealed]);
        register.current().await;
        let back = birth.0.document();
        let alarm = between(&ruth, "R02", gone, back);
        assert_eq!((alarm.len(), &alarm[0]["state"]), (1, &json!("open")), "{alarm:?}");
        assert!(alarm[0]["message"].as_str().unwrap().contains("has come back"));
        let whole = ruth.get(&format!("/api/v1/findings/{}", alarm[0]["id"].as_str().unwrap())).good();
        let sides = whole["items"].as_array().unwrap();
        assert_eq!(sides.len(), 2);
        let said = |side: &Json, path: &str| -> Vec<String> {
            let lines = side["history"].as_array().unwrap().iter().filter(|line| line["path"] == path);
            lines
                .map(|line| format!("{} {}", line["officer_name"].as_str().unwrap(), line["to"].as_str().unwrap()))
                .collect()
        };
        let of =
            |id: DocId| sides.iter().find(|side| side["item"]["id"].as_str() == Some(id.to_string().as_str())).unwrap();
        assert_eq!(said(of(gone), "status"), ["Amina stored", "Samuel destroyed"]);
        assert_eq!(said(of(back), "status"), ["Bela stored"]);
        // Who reads only the north is told that there is more.
        let hidden = tale.auditor.get(&format!("/api/v1/findings/{}", alarm[0]["id"].as_str().unwrap())).good();
        assert_eq!((hidden["items"].as_array().unwrap().len(), &hidden["partly_hidden"]), (1, &json!(true)));
        assert!(!hidden.to_string().contains(&back.to_string()));
        // That they are one does not silence the alarm.
        ruth.post("/api/v1/duplicates/judge", &judging(gone, back, "same", "the same photo")).good();
        register.current().await;
        assert_eq!(state_of(&ruth, "R02", gone, back), "open");
        assert_eq!(ruth.get("/api/v1/counts").good()["total"], 1);
        let reason = json!({ "reason": "reported to the commission, case 7" });
        let id = alarm[0]["id"].as_str().unwrap().to_owned();
        ruth.post(&format!("/api/v1/findings/{id}/justify"), &reason).good();
        register.current().await;
        assert_eq!(state_of(&ruth, "R02", gone, back), "justified");
        assert_eq!(ruth.post(&format!("/api/v1/findings/{id}/justify"), &reason).refusal(), "finding.not_open");
        ruth.post(&format!("/api/v1/findings/{id}/withdraw"), &json!({ "reason": "too early" })).good();
        register.current().await;
        assert_eq!(state_of(&ruth, "R02", gone, back), "open");
        assert_eq!(ruth.post(&format!("/api/v1/findings/{id}/withdraw"), &reason).refusal(), "finding.not_justified");
        let history = ruth.get(&format!("/api/v1/findings/{id}")).good();
        let became: Vec<_> =
            history["history"].as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap()).collect();
        assert_eq!(became, ["open", "justified", "open"]);
        assert_eq!(history["history"][1]["officer_name"], "Ruth");
        assert_eq!(history["history"][1]["reason"], "reported to the commission, case 7");
        let nowhere = hex_of(9);
        assert_eq!(ruth.get(&format!("/api/v1/findings/{nowhere}")).refusal(), "finding.unknown");
        assert_eq!(ruth.post(&format!("/api/v1/findings/{nowhere}/justify"), &reason).refusal(), "finding.unknown");
        assert_eq!(tale.auditor.post(&format!("/api/v1/findings/{id}/justify"), &reason).refusal(), "role.missing");
        is_in_order(&register).await;
    })
    .await;
}

/// An enrolled tablet of a new officer in an operation.
async fn tablet_in(register: &Register, operation: &OperationId, name: &str, dir: &std::path::Path) -> Arc<Tablet> {
    let officer = people::add_officer(&register.app, "operator", name).await.unwrap();
    people::grant(&register.app, "operator", operation, &officer.id, Role::Inspector).await.unwrap();
    let ticket = ticket::issue(&register.app, "operator", operation, &officer.id, 10).await.unwrap().text;
    let tablet = Arc::new(Tablet::open(TabletConfig::new(&dir.join(name).display().to_string())).unwrap());
    let (enrolling, address) = (Arc::clone(&tablet), register.address.clone());
    blocking(move || enrolling.enrol(Arc::new(HttpTransport::new()), &address, &ticket, "T").map(|_| ()))
        .await
        .unwrap();
    tablet
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_item_goes_on_in_another_operation_and_what_is_said_too_late_in_the_old_one_is_a_finding_on_both() {
    on_both("transfer", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let south = south(&register).await;
        let (north_id, south_id) = (register.operation.id, south.id);
        let (_, ruth) = registrar(&register, "Ruth", &[&north_id, &south_id]).await;
        let (_, omar) = registrar(&register, "Omar", &[&north_id]).await;
        let (_, sara) = registrar(&register, "Sara", &[&south_id]).await;
        let dir = tempfile::tempdir().unwrap();
        let in_north = tablet_in(&register, &north_id, "Nora", dir.path()).await;
        let in_south = tablet_in(&register, &south_id, "Sven", dir.path()).await;
        let (item, _) = disagree(&mut tale, "KV 1");
        let seen = tale.heads(item);
        let stays = tale.records("Amina", "KV 2");
        register.current().await;
        let asked = |items: &[DocId], to: &OperationId| {
            let items: Vec<_> = items.iter().map(ToString::to_string).collect();
            json!({ "items": items, "to_operation": to.to_string(), "reason": "the depot was handed over" })
        };
        for (web, code) in [(&omar, "role.missing"), (&sara, "role.missing"), (&tale.auditor, "role.missing")] {
            assert_eq!(web.post("/api/v1/transfers", &asked(&[item], &south_id)).refusal(), code);
        }
        assert_eq!(ruth.post("/api/v1/transfers", &asked(&[item], &north_id)).refusal(), "transfer.same_operation");
        assert_eq!(ruth.post("/api/v1/transfers", &asked(&[], &south_id)).refusal(), "transfer.too_many");
        let done = ruth.post("/api/v1/transfers", &asked(&[item], &south_id)).good();
        let new: DocId = done["transferred"][0]["to_item"].as_str().unwrap().parse().unwrap();
        register.current().await;
        let counts = |operation: &OperationId| {
            ruth.get(&format!("/api/v1/counts?operation={operation}")).good()["total"].as_u64().unwrap()
        };
        assert_eq!((counts(&north_id), counts(&south_id)), (1, 1));
        let old = ruth.get(&format!("/api/v1/items/{item}")).good();
        assert_eq!(
            (&old["counted"], old["moved"]["to_item"].as_str()),
            (&json!(false), Some(new.to_string().as_str()))
        );
        assert_eq!(
            (&old["moved"]["reason"], &old["moved"]["officer_name"]),
            (&json!("the depot was handed over"), &json!("Ruth"))
        );
        assert_eq!(old["moved_to_operation"].as_str(), Some(south_id.to_string().as_str()));
        // Who reads the south finds it by its permanent identity; nobody who reads the north alone finds the new one.
        let now = sara.get(&format!("/api/v1/items/{item}")).good();
        assert_eq!(
            (now["id"].as_str(), now["identity"].as_str()),
            (Some(new.to_string().as_str()), Some(item.to_string().as_str()))
        );
        assert_eq!((&now["serial"], &now["conflicts"], &now["counted"]), (&json!("KV 1"), &json!(0), &json!(true)));
        let notes = now["content"].to_string();
        assert!(
            notes.contains("In conflict at the transfer: make") && notes.contains("NORINCO") && notes.contains("TULA"),
            "{notes}"
        );
        assert_eq!(omar.get(&format!("/api/v1/items/{new}")).refusal(), "document.unknown");
        // They are one thing, and no duplicates of each other.
        assert_eq!(ruth.get("/api/v1/duplicates?state=all").good()["duplicates"], json!([]));
        assert_eq!(ruth.get("/api/v1/conflicts").good()["conflicts"], json!([]), "it is closed with its document");
        let queue = |web: &Web, name: &str| {
            let queues = web.get("/api/v1/queues").good();
            let one = queues["queues"].as_array().unwrap().iter().find(|one| one["queue"] == name).cloned();
            one.map_or(0, |one| one["count"].as_u64().unwrap())
        };
        assert_eq!(queue(&ruth, "transfers"), 0);

        // Amina's tablet does not know yet and says something; it counts there, and is a finding on both.
        let (_, late) = tale.says("Amina", Some(item), &seen, set("condition", "SVC"));
        tale.brings("Amina", late);
        let old = tale.item(item).await;
        assert_eq!((&old["condition"], &old["claims"]), (&json!("SVC"), &json!(0)), "{old}");
        assert_eq!(state_of(&ruth, "R81", item, new), "open");
        assert_eq!(queue(&ruth, "transfers"), 1);
        for id in [item, new] {
            assert_eq!(ruth.get(&format!("/api/v1/items/{id}")).good()["findings_open"], 1);
        }
        // Ines has synced since: what she says is a claim.
        tale.people.get_mut("Ines").unwrap().hand.held = register.decision().await;
        let knowing = tale.tells("Ines", item, set("condition", "UNS"));
        assert_eq!(tale.claims(item).await, BTreeMap::from([(knowing.to_string(), "authority.moved".to_owned())]));
        let id = between(&ruth, "R81", item, new)[0]["id"].as_str().unwrap().to_owned();
        ruth.post(&format!("/api/v1/findings/{id}/justify"), &json!({ "reason": "said again in the south" })).good();
        register.current().await;
        assert_eq!((state_of(&ruth, "R81", item, new).as_str(), queue(&ruth, "transfers")), ("justified", 0));

        // Tablets: one shows where it went, the other has it.
        sync(&in_north).await;
        sync(&in_south).await;
        let shown = blocking({
            let tablet = Arc::clone(&in_north);
            move || (tablet.show(&item.to_string()).unwrap(), tablet.list(ListFilter::default()).unwrap())
        })
        .await;
        assert_eq!(shown.0.moved_to.as_deref(), Some(south_id.to_string().as_str()));
        let moved: Vec<_> = shown.1.rows.iter().map(|row| (row.document.clone(), row.moved_to.is_some())).collect();
        assert!(moved.contains(&(item.to_string(), true)) && moved.contains(&(stays.to_string(), false)), "{moved:?}");
        let received = blocking({
            let tablet = Arc::clone(&in_south);
            move || tablet.show(&new.to_string()).unwrap()
        })
        .await;
        assert_eq!((received.standing.as_str(), received.moved_to), ("counts", None));

        // It may go on once more, and back; its identity stays.
        assert_eq!(ruth.post("/api/v1/transfers", &asked(&[item], &south_id)).refusal(), "item.moved");
        let back = ruth.post("/api/v1/transfers", &asked(&[new], &north_id)).good();
        let third = back["transferred"][0]["to_item"].as_str().unwrap().to_owned();
        register.current().await;
        assert_eq!((counts(&north_id), counts(&south_id)), (2, 0));
        let third = ruth.get(&format!("/api/v1/items/{third}")).good();
        assert_eq!((third["identity"].as_str(), &third["counted"]), (Some(item.to_string().as_str()), &json!(true)));
        assert_eq!(ruth.post("/api/v1/duplicates/judge", &judging(item, stays, "same", "x")).refusal(), "item.moved");

        // What does not go, and that nothing of a batch goes then.
        let ended = tale.records("Amina", "KV 3");
        tale.tells("Samuel", ended, set("status", "destroyed"));
        let held = tale.records("Amina", "KV 4");
        tale.tells("Rosa", held, Edit::Set { path: "evidence_hold".to_owned(), value: true.into() });
        let large = tale.records("Amina", "KV 5");
        for n in 0..20 {
            let note = vec![("text".to_owned(), format!("{n}{}", "x".repeat(4_000)).as_str().into())];
            tale.tells("Amina", large, Edit::Add { set: "notes".to_owned(), fields: note });
        }
        register.current().await;
        let before = state::of(&register.app).await;
        for (items, code) in [
            ([stays, ended], "transfer.ended"),
            ([stays, held], "transfer.held"),
            ([stays, large], "transfer.too_large"),
            ([stays, DocId::from_bytes([1; 16])], "document.unknown"),
        ] {
            assert_eq!(ruth.post("/api/v1/transfers", &asked(&items, &south_id)).refusal(), code);
        }
        assert_eq!(state::of(&register.app).await, before);
        let mut with_hold = asked(&[held], &south_id);
        with_hold["with_hold"] = json!(true);
        let done = ruth.post("/api/v1/transfers", &with_hold).good();
        register.current().await;
        let shown = ruth.get(&format!("/api/v1/items/{}", done["transferred"][0]["to_item"].as_str().unwrap())).good();
        assert_eq!(shown["content"]["evidence_hold"], true);
        is_in_order(&register).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_answer_says_what_waits_for_a_person_and_each_queue_leads_to_its_list() {
    on_both("queues", async |register: Register| {
        let mut tale = Tale::new(&register).await;
        let (_, ruth) = registrar(&register, "Ruth", &[&register.operation.id]).await;
        let (item, _) = disagree(&mut tale, "KV 1");
        tale.records("Amina", "KV 1");
        tale.tells("Amina", item, set("status", "destroyed"));
        let count = Edit::Create {
            kind: "count".to_owned(),
            fields: vec![("site".to_owned(), "depot-1".into())],
            members: Vec::new(),
        };
        let (_, sealed) = tale.says("Ines", None, &[], count);
        tale.brings("Ines", sealed);
        register.current().await;
        let counted = |query: &str| -> BTreeMap<String, u64> {
            let queues = ruth.get(&format!("/api/v1/queues{query}")).good();
            let all = queues["queues"].as_array().unwrap().iter();
            all.map(|one| {
                let count = one["count"].as_u64().unwrap();
                assert_eq!(one["oldest_age_ms"].is_i64(), count > 0, "{one}");
                if let Some(link) = one["link"].as_str() {
                    let list = ruth.get(link).good();
                    let name = {
                        let mut lists = list.as_object().unwrap().iter().filter(|(name, _)| *name != "projected");
                        lists.find_map(|(_, list)| list.as_array()).unwrap().len() as u64
                    };
                    assert_eq!(name, count, "{link}: {list}");
                }
                (one["queue"].as_str().unwrap().to_owned(), count)
            })
            .collect()
        };
        let all = counted("");
        for (queue, count) in [
            ("conflicts", 1),
            ("duplicates", 1),
            ("claims", 1),
            ("reviews", 2),
            ("disputed", 0),
            ("waiting", 0),
            ("procedures", 1),
            ("transfers", 0),
        ] {
            assert_eq!(all.get(queue), Some(&count), "{queue} in {all:?}");
        }
        assert!(all.keys().any(|name| name.starts_with("findings.")), "{all:?}");
        let here = ruth.get("/api/v1/queues?site=depot-1").good().to_string();
        assert!(here.contains("/api/v1/conflicts?site=depot-1"), "{here}");
        let elsewhere = ruth.get("/api/v1/queues?site=depot-9").good();
        assert!(elsewhere["queues"].as_array().unwrap().iter().all(|one| one["count"] == 0), "{elsewhere}");
        is_in_order(&register).await;
    })
    .await;
}

fn brought(hand: &mut Hand, edit: Edit) -> EntryHash {
    let said = hand.say(hand.next, None, &[], vec![edit]);
    let sealed = hand.seal(std::slice::from_ref(&said));
    hand.bring_good(vec![sealed]);
    said.0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_registrars_day_at_the_command_line_with_json() {
    let dir = tempfile::tempdir().unwrap();
    let sqlite = Place::sqlite(&dir.path().join("sqlite"));
    let postgres = postgres_url("day").map(|url| Place { data: dir.path().join("postgres"), database: Some(url) });
    for place in [Some(sqlite), postgres].into_iter().flatten() {
        let target = match &place.database {
            None => ploughshare_server::store::Target::SqliteDir(place.data.clone()),
            Some(url) => ploughshare_server::store::Target::parse(url).unwrap(),
        };
        std::fs::create_dir_all(place.data.join("keys")).unwrap();
        let key = place.data.join("keys").join("register.key");
        let register = Register::start_with(target, |settings| settings.key_file = Some(key)).await;
        let south = south(&register).await;
        let mut amina = register.hand("Amina", Role::Collector).await;
        let (a, b) = (brought(&mut amina, weapon("KV 77")), brought(&mut amina, weapon("KV-77")));
        registrar(&register, "Ruth", &[&register.operation.id, &south.id]).await;
        register.current().await;
        let (a, b) = (a.document().to_string(), b.document().to_string());
        let run = |arguments: &[&str]| tokio::task::block_in_place(|| place.run(arguments));
        let good = |arguments: &[&str]| tokio::task::block_in_place(|| place.good(arguments));

        assert_eq!(good(&["duplicates", "list"]).as_array().unwrap().len(), 1);
        let judge = |judgement: &str, officer: &str| {
            run(&[
                "duplicates",
                "judge",
                &a,
                &b,
                "--judgement",
                judgement,
                "--reason",
                "compared",
                "--officer",
                officer,
            ])
        };
        assert_eq!(judge("same", "Amina").failure(), "role.missing");
        assert_eq!(judge("same", "Ruth").json["changed"], true);
        assert_eq!(judge("same", "Ruth").json["changed"], false);
        let same = good(&["duplicates", "list", "--state", "same"]);
        assert_eq!(same[0]["judged"]["reason"], "compared", "{same}");
        assert_eq!(good(&["findings", "list", "--state", "fixed", "--rule", "R01"]).as_array().unwrap().len(), 1);
        assert_eq!(judge("unsure", "Ruth").code, Some(0));
        let open = good(&["findings", "list", "--rule", "R01"]);
        let id = open[0]["id"].as_str().unwrap().to_owned();
        let said = |deed: &str| run(&["findings", deed, &id, "--reason", "two makers", "--officer", "Ruth"]);
        assert_eq!(said("justify").code, Some(0));
        assert_eq!(said("justify").failure(), "finding.not_open");
        assert_eq!(good(&["findings", "show", &id])["state"], "justified");
        assert_eq!(said("withdraw").code, Some(0));
        assert_eq!(said("withdraw").failure(), "finding.not_justified");
        let shown = good(&["findings", "show", &id]);
        assert_eq!(
            (&shown["state"], shown["history"].as_array().unwrap().len() >= 4),
            (&json!("open"), true),
            "{shown}"
        );
        assert_eq!(run(&["findings", "show", "00"]).failure(), "finding.unknown");

        assert!(good(&["rules", "list"]).as_array().unwrap().len() > 20);
        assert!(good(&["rules", "show", "R81"])["explanation"].as_str().unwrap().contains("transferred"));
        let number = |ran: Json| ran["decision"].as_u64().unwrap();
        let first = number(good(&["rules", "disable", "R11", "--operation", "north"]));
        assert!(number(good(&["rules", "tune", "R11", "--operation", "north", "--parameter", "run=6"])) > first);
        let tuned = good(&["rules", "show", "R11", "--operation", "north"]);
        assert_eq!((&tuned["enabled"], &tuned["parameters"]["run"]), (&json!(false), &json!(6)));
        good(&["rules", "enable", "R11", "--operation", "north"]);
        let tuned = good(&["rules", "show", "R11", "--operation", "north"]);
        assert_eq!((&tuned["enabled"], &tuned["parameters"]["run"]), (&json!(true), &json!(6)));
        assert_eq!(run(&["rules", "disable", "R999", "--operation", "north"]).failure(), "rule.unknown");
        assert_eq!(
            run(&["rules", "tune", "R11", "--operation", "north", "--parameter", "Run!=6"]).failure(),
            "rule.bad_parameter"
        );
        good(&["policy", "set", "witnesses", "2", "--operation", "north"]);
        let policies = good(&["policy", "list", "--operation", "north"]);
        let witnesses = policies.as_array().unwrap().iter().find(|one| one["policy"] == "witnesses").unwrap().clone();
        assert_eq!((&witnesses["value"], &witnesses["usual"]), (&json!(2), &json!(1)));
        assert_eq!(run(&["policy", "set", "witnesses", "9", "--operation", "north"]).failure(), "policy.out_of_range");
        assert_eq!(run(&["policy", "set", "none", "1", "--operation", "north"]).failure(), "policy.unknown");
        let site = ["site", "describe", "depot-1", "--operation", "north", "--name", "Depot 1"];
        good(&[&site[..], &["--centre", "-1.29,36.82", "--radius", "800", "--hours", "07:30-16:00"]].concat());
        assert_eq!(run(&[&site[..], &["--radius", "0"]].concat()).failure(), "site.malformed");

        let transfer = ["transfer", &a, "--to", "south", "--reason", "handed over", "--officer", "Ruth"];
        let gone = good(&transfer);
        assert_eq!(gone[0]["item"].as_str(), Some(a.as_str()), "{gone}");
        assert_eq!(run(&transfer).failure(), "item.moved");
        assert_eq!(good(&["transfer", &b, "--to", "south", "--reason", "handed over"]).as_array().unwrap().len(), 1);

        let close = ["operation", "close", "south", "--reason", "it is over"];
        let refused = run(&close);
        assert_eq!(refused.failure(), "operation.unfinished");
        assert!(refused.json["error"].as_str().unwrap().contains("2 items in custody"), "{refused:?}");
        let closed = good(&[&close[..], &["--force"]].concat());
        assert_eq!((&closed["changed"], &closed["unfinished"]["in_custody"]), (&json!(true), &json!(2)));
        assert_eq!(
            good(&["operation", "close", "north", "--reason", "it is over"])["changed"],
            true,
            "nothing is left there"
        );
        assert_eq!(run(&["rules", "disable", "R11", "--operation", "south"]).failure(), "operation.closed");
        assert_eq!(good(&["rebuild", "--check"])["equal"], true);
        assert_eq!(good(&["verify"])["whole"], true);
    }
}
