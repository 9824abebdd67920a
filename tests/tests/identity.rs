//! Who is let in, and who is not: tickets, tokens, passphrases, revocation, budgets. Over real HTTP, on both databases.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::time::Duration;

use ploughshare_core::exchange::Request;
use ploughshare_core::identity::Role;
use ploughshare_core::keys::SecretKey;
use ploughshare_server::identity::{people, setup, ticket};
use ploughshare_server::registrar::By;
use ploughshare_server::registrar::close::close;
use ploughshare_server::store::Target;
use ploughshare_tests::hand::{Hand, officer_key_of};
use ploughshare_tests::{PASSPHRASE, Register, on_both, on_both_with, state, ticket_of};
use serde_json::json;

const MINUTE: Duration = Duration::from_mins(1);

async fn leaves(register: &Register, verb: &str) -> usize {
    let rows = register.app.store.feed.query("select bytes from log_leaf", &[]).await.unwrap();
    rows.iter().filter(|row| row.bytes(0).unwrap().windows(verb.len()).any(|part| part == verb.as_bytes())).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_lets_one_tablet_in_and_a_second_use_is_an_alarm() {
    on_both("ticket", async |register: Register| {
        let ticket = register.ticket("Amina", Role::Collector).await;
        let (first, second) = (SecretKey::ed25519(&[1; 32]), SecretKey::ed25519(&[2; 32]));
        let web = register.web();
        let wrong = json!({ "signature": "00".repeat(64) });
        let mut forged = ticket_of(&first, &ticket, "Tablet");
        forged["signature"] = wrong["signature"].clone();
        assert_eq!(web.post("/api/v1/enrol", &forged).refusal(), "key.bad_signature");
        let welcome = web.post("/api/v1/enrol", &ticket_of(&first, &ticket, "Tablet")).good();
        // A lost answer is asked for again.
        assert_eq!(web.post("/api/v1/enrol", &ticket_of(&first, &ticket, "Tablet")).good(), welcome);
        assert_eq!(leaves(&register, "ticket.used_again").await, 0);
        let reply = web.post("/api/v1/enrol", &ticket_of(&second, &ticket, "Other"));
        assert_eq!((reply.status, reply.refusal().as_str()), (409, "ticket.used"));
        assert_eq!(leaves(&register, "ticket.used_again").await, 1);
        assert_eq!(state::feed_count(&register.app, "select count(*) from device").await, 1);
        let unknown = web.post("/api/v1/enrol", &ticket_of(&second, "ABCDE-FGHJK-MNPQR-STVWX-YZ0123", "Other"));
        assert_eq!((unknown.status, unknown.refusal().as_str()), (401, "ticket.unknown"));
        let late = register.ticket("Joseph", Role::Collector).await;
        register.clock.forward(MINUTE * 11);
        let reply = web.post("/api/v1/enrol", &ticket_of(&second, &late, "Other"));
        assert_eq!((reply.status, reply.refusal().as_str()), (410, "ticket.expired"));
        let label = web.post("/api/v1/enrol", &ticket_of(&second, &late, "a\0b"));
        assert_eq!(label.refusal(), "device.bad_label");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_that_use_one_ticket_at_once_exactly_one_is_let_in() {
    on_both("race", async |register: Register| {
        for round in 0..4u8 {
            let ticket = register.ticket(&format!("Officer {round}"), Role::Collector).await;
            let mut racing = Vec::new();
            for n in 0..8u8 {
                let said = ticket_of(&SecretKey::ed25519(&[round * 8 + n + 1; 32]), &ticket, "Tablet");
                let web = register.web();
                racing.push(tokio::task::spawn_blocking(move || web.post("/api/v1/enrol", &said)));
            }
            let mut codes = Vec::new();
            for racer in racing {
                let reply = racer.await.unwrap();
                codes.push(if reply.status == 200 { "in".to_owned() } else { reply.refusal() });
            }
            codes.sort_unstable();
            assert_eq!(codes, [vec!["in"], vec!["ticket.used"; 7]].concat());
        }
        assert_eq!(state::feed_count(&register.app, "select count(*) from device").await, 4);
        assert_eq!(leaves(&register, "ticket.used_again").await, 28);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_counts_here_now_for_its_operation_and_as_it_was_signed() {
    on_both("token", async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        let dir = tempfile::tempdir().unwrap();
        let elsewhere = Register::start(Target::SqliteDir(dir.path().to_owned())).await;
        let stranger = elsewhere.hand("Eve", Role::Registrar).await;
        let (_, segment) = hand.weapon("KV 1");
        hand.bring_good(vec![segment]);
        let body = hand.request(Vec::new()).to_bytes();
        let path = format!("/api/v1/operations/{}/exchange", hand.operation);
        let token = ploughshare_tests::hand::token(&register.web(), &hand.key);
        let parts: Vec<&str> = token.split('.').collect();
        // {"alg":"none"}, {"alg":"HS256"}, and one that names the signer's key as its own.
        for header in ["eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzI1NiJ9", "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9"] {
            for signature in ["", parts[2]] {
                let web = register.web().with(&format!("{header}.{}.{signature}", parts[1]));
                let reply = web.post_as("application/cbor", &path, body.clone());
                assert_eq!((reply.status, reply.refusal().as_str()), (401, "token.invalid"));
            }
        }
        let foreign = ploughshare_tests::hand::token(&elsewhere.web(), &stranger.key);
        for (token, code) in [
            (foreign, "token.invalid"),
            (format!("{}.{}.{}", parts[0], parts[1], "A".repeat(86)), "token.invalid"),
            (format!("{}.{}x.{}", parts[0], parts[1], parts[2]), "token.invalid"),
        ] {
            let reply = register.web().with(&token).post_as("application/cbor", &path, body.clone());
            assert_eq!((reply.status, reply.refusal().as_str()), (401, code));
        }
        // Its own operation only.
        let south = people::open_operation(&register.app, "operator", "south", "South", true).await.unwrap();
        let there = Request { operation: south.id, ..hand.request(Vec::new()) };
        let reply = hand.web.post_as(
            "application/cbor",
            &format!("/api/v1/operations/{}/exchange", south.id),
            there.to_bytes(),
        );
        assert_eq!((reply.status, reply.refusal().as_str()), (403, "operation.not_enrolled"));
        // A person's token brings no segments.
        let rosa = register.signed_in("Rosa", Role::Registrar).await;
        let reply = rosa.post_as("application/cbor", &path, body.clone());
        assert_eq!((reply.status, reply.refusal().as_str()), (403, "device.missing"));
        register.clock.forward(MINUTE * 16);
        let reply = hand.send(body);
        assert_eq!((reply.status, reply.refusal().as_str()), (401, "token.expired"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_challenge_is_for_one_device_for_two_minutes_and_wants_its_signature() {
    on_both("challenge", async |register: Register| {
        let (amina, joseph) =
            (register.hand("Amina", Role::Collector).await, register.hand("Joseph", Role::Collector).await);
        let web = register.web();
        let device = |key: &SecretKey| key.public().device().to_string();
        let challenge = || {
            let asked = web.post("/api/v1/auth/challenge", &json!({ "device": device(&amina.key) })).good();
            asked["challenge"].as_str().unwrap().to_owned()
        };
        let prove = |of: &SecretKey, by: &SecretKey, challenge: &str| {
            let signature = hex::encode(by.sign(format!("ploughshare device proof v1\n{challenge}").as_bytes()));
            web.post(
                "/api/v1/auth/token",
                &json!({ "device": device(of), "challenge": challenge, "signature": signature }),
            )
        };
        let fresh = challenge();
        assert_eq!(prove(&amina.key, &joseph.key, &fresh).refusal(), "key.bad_signature");
        assert_eq!(prove(&joseph.key, &joseph.key, &fresh).refusal(), "challenge.invalid");
        assert_eq!(prove(&amina.key, &amina.key, &fresh.replacen('0', "1", 1)).refusal(), "challenge.invalid");
        prove(&amina.key, &amina.key, &fresh).good();
        let nobody = SecretKey::ed25519(&[77; 32]);
        let asked = web.post("/api/v1/auth/challenge", &json!({ "device": device(&nobody) })).good();
        let reply = prove(&nobody, &nobody, asked["challenge"].as_str().unwrap());
        assert_eq!((reply.status, reply.refusal().as_str()), (401, "device.unknown"));
        let old = challenge();
        register.clock.forward(MINUTE * 3);
        assert_eq!(prove(&amina.key, &amina.key, &old).refusal(), "challenge.invalid");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_asks_without_pause_is_told_when_to_come_back_and_slows_nobody() {
    let few = |settings: &mut ploughshare_server::app::Settings| {
        settings.requests_per_minute = 10;
        settings.bytes_per_minute = 8 << 20;
    };
    on_both_with("rates", few, async |register: Register| {
        let (amina, joseph) =
            (register.hand("Amina", Role::Collector).await, register.hand("Joseph", Role::Collector).await);
        let nothing = || amina.send(amina.request(Vec::new()).to_bytes());
        let later = (0..11).map(|_| nothing()).find(|reply| reply.status != 200).unwrap();
        assert_eq!((later.status, later.refusal().as_str()), (429, "rate.requests"));
        let seconds: u64 = later.headers["retry-after"].parse().unwrap();
        assert!((1..=60).contains(&seconds), "{seconds}");
        for _ in 0..3 {
            joseph.bring(Vec::new());
        }
        // Four megabytes twice are the budget of bytes.
        let large = |n: u8| joseph.request(vec![vec![n; 1_000_000]; 4]).to_bytes();
        let replies: Vec<_> = (0..3).map(|n| joseph.send(large(n))).collect();
        assert_eq!((replies[0].status, replies[1].status), (200, 200));
        assert_eq!((replies[2].status, replies[2].refusal().as_str()), (429, "rate.bytes"));
        assert!(replies[2].headers.contains_key("retry-after"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revocation_counts_from_the_next_request_on_whatever_the_token_says() {
    on_both("revocation", async |register: Register| {
        let mut amina = register.hand("Amina", Role::Inspector).await;
        let joseph = register.hand("Joseph", Role::Inspector).await;
        let (_, first) = amina.weapon("KV 1");
        amina.bring_good(vec![first]);
        assert_eq!(amina.web.get("/api/v1/items").status, 200);
        people::revoke_device(&register.app, "operator", &amina.key.public().device()).await.unwrap();
        for path in ["/api/v1/items", "/api/v1/conflicts", "/api/v1/counts"] {
            let reply = amina.web.get(path);
            assert_eq!((reply.status, reply.refusal().as_str()), (403, "device.revoked"), "{path}");
        }
        let (_, late) = amina.weapon("KV 2");
        let reply = amina.send(amina.request(vec![late]).to_bytes());
        assert_eq!((reply.status, reply.refusal().as_str()), (403, "device.revoked"));
        assert_eq!(state::feed_count(&register.app, "select count(*) from segment_aside").await, 1);
        // Somebody else's tablet cannot carry it in either.
        let (_, later) = amina.weapon("KV 3");
        let carried = joseph.bring(vec![later]);
        assert_eq!((carried.refused[0].code.as_str(), carried.receipts.len()), ("device.revoked", 0));
        assert_eq!(joseph.web.get("/api/v1/items").status, 200);
        people::revoke_role(&register.app, "operator", &register.operation.id, &joseph.officer, Role::Inspector)
            .await
            .unwrap();
        let reply = joseph.web.get("/api/v1/items");
        assert_eq!((reply.status, reply.refusal().as_str()), (403, "role.missing"));
        assert_eq!(joseph.bring(Vec::new()).segments.len(), 0, "without a role nothing is shown");
        register.current().await;
        assert_eq!(state::count(&register.app, "select count(*) from item").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_officers_key_comes_in_by_one_ticket_on_one_tablet_and_a_lost_answer_is_given_again() {
    on_both("officer_key", async |register: Register| {
        let amina = register.hand("Amina", Role::Collector).await;
        let joseph = register.hand("Joseph", Role::Inspector).await;
        let (own, other) = (SecretKey::ed25519(&[21; 32]), SecretKey::ed25519(&[22; 32]));
        let ticket = register.ticket_for(&joseph.officer).await;
        let send = |said: &serde_json::Value| amina.web.post("/api/v1/officers/keys", said);
        // Another register's or tablet's message, another key's signature: refused, and the ticket stays good.
        let elsewhere = officer_key_of(&own, &ticket, &joseph.device());
        let mut others = officer_key_of(&other, &ticket, &amina.device());
        others["public_key"] = officer_key_of(&own, &ticket, &amina.device())["public_key"].clone();
        for forged in [&elsewhere, &others] {
            let reply = send(forged);
            assert_eq!((reply.status, reply.refusal().as_str()), (401, "key.bad_signature"));
        }
        let said = officer_key_of(&own, &ticket, &amina.device());
        let known = send(&said).good();
        assert_eq!((&known["officer_name"], &known["officer"]), (&json!("Joseph"), &json!(joseph.officer.to_string())));
        assert_eq!(known["operation"], register.operation.id.to_string());
        assert!(known["lease_until_ms"].as_i64().unwrap() > register.app.now_ms());
        let decision = register.decision().await;
        assert_eq!(send(&said).good(), known, "a lost answer is asked for again");
        assert_eq!(register.decision().await, decision);
        assert_eq!(
            (leaves(&register, "officer_key.added").await, leaves(&register, "ticket.used_again").await),
            (1, 0)
        );
        // It was no enrolment, and it is no other key's ticket.
        let reply = send(&officer_key_of(&other, &ticket, &amina.device()));
        assert_eq!((reply.status, reply.refusal().as_str()), (409, "ticket.used"));
        let reply = register.web().post("/api/v1/enrol", &ticket_of(&amina.key, &ticket, "T"));
        assert_eq!((reply.status, reply.refusal().as_str()), (409, "ticket.used"));
        assert_eq!(leaves(&register, "ticket.used_again").await, 2);
        // A key has one owner and one place; a tablet's own key is nobody's.
        let again = register.ticket_for(&joseph.officer).await;
        let elsewhere = joseph.web.post("/api/v1/officers/keys", &officer_key_of(&own, &again, &joseph.device()));
        assert_eq!((elsewhere.status, elsewhere.refusal().as_str()), (409, "officer.key_known"));
        let theirs = register.ticket_for(&amina.officer).await;
        assert_eq!(send(&officer_key_of(&own, &theirs, &amina.device())).refusal(), "officer.key_known");
        assert_eq!(send(&officer_key_of(&amina.key, &theirs, &amina.device())).refusal(), "officer.key_known");
        // Refused is not used up.
        send(&officer_key_of(&other, &theirs, &amina.device())).good();
        register.current().await;
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_officers_key_is_refused_to_who_has_no_business_with_it_each_with_the_reason() {
    on_both("officer_key_refused", async |register: Register| {
        let amina = register.hand("Amina", Role::Collector).await;
        let key = SecretKey::ed25519(&[23; 32]);
        let send = |hand: &Hand, ticket: &str| {
            let reply = hand.web.post("/api/v1/officers/keys", &officer_key_of(&key, ticket, &hand.device()));
            (reply.status, reply.refusal())
        };
        let refused = |status: u16, code: &str| (status, code.to_owned());
        assert_eq!(send(&amina, "ABCDE-FGHJK-MNPQR-STVWX-YZ0123"), refused(401, "ticket.unknown"));
        let said = officer_key_of(&key, "x", &amina.device());
        assert_eq!(register.web().post("/api/v1/officers/keys", &said).refusal(), "token.missing");
        let console = register.signed_in("Rosa", Role::Registrar).await;
        let reply = console.post("/api/v1/officers/keys", &said);
        assert_eq!((reply.status, reply.refusal().as_str()), (403, "device.missing"));
        // Another operation than the tablet is in.
        let south = people::open_operation(&register.app, "operator", "south", "South", true).await.unwrap();
        people::grant(&register.app, "operator", &south.id, &amina.officer, Role::Collector).await.unwrap();
        let there = ticket::issue(&register.app, "operator", &south.id, &amina.officer, 10).await.unwrap().text;
        assert_eq!(send(&amina, &there), refused(403, "operation.not_enrolled"));
        // What is not taken in yet keeps an operation open.
        register.current().await;
        let operator = By::operator(&register.app);
        close(&register.app, &operator, &south.id, "it is over", false).await.unwrap();
        // An officer whose only role was taken back meanwhile.
        let noor = register.hand("Noor", Role::Inspector).await;
        let roleless = register.ticket_for(&noor.officer).await;
        let north = register.operation.id;
        people::revoke_role(&register.app, "operator", &north, &noor.officer, Role::Inspector).await.unwrap();
        assert_eq!(send(&amina, &roleless), refused(403, "role.missing"));
        // Too late.
        let old = register.ticket_for(&amina.officer).await;
        register.clock.forward(MINUTE * 11);
        assert_eq!(send(&amina, &old), refused(410, "ticket.expired"));
        let fresh = register.ticket_for(&amina.officer).await;
        people::revoke_device(&register.app, "operator", &amina.device()).await.unwrap();
        assert_eq!(send(&amina, &fresh), refused(403, "device.revoked"));
        assert_eq!(state::feed_count(&register.app, "select count(*) from officer_key").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passphrase_signs_in_and_after_five_wrong_ones_the_account_rests() {
    on_both("passphrase", async |register: Register| {
        let officer = register.officer("Rosa", Role::Registrar).await;
        let web = register.web();
        let sign_in =
            |who: &str, words: &str| web.post("/api/v1/session", &json!({ "officer": who, "passphrase": words }));
        let token = sign_in("Rosa", PASSPHRASE).good();
        assert_eq!(token["officer"], officer.to_string());
        web.with(token["token"].as_str().unwrap()).get("/api/v1/items").good();
        assert_eq!(sign_in(&officer.to_string(), PASSPHRASE).status, 200);
        for who in ["Rosa", "Nobody", "", "\0", "00000000000000000000000000000000"] {
            let reply = sign_in(who, "a field of oats in June");
            assert_eq!((reply.status, reply.refusal().as_str()), (401, "session.refused"), "{who:?}");
        }
        for _ in 0..4 {
            assert_eq!(sign_in("Rosa", "").refusal(), "session.refused");
        }
        assert_eq!(sign_in("Rosa", PASSPHRASE).refusal(), "session.refused", "it rests");
        assert_eq!(leaves(&register, "session.locked").await, 1);
        register.clock.forward(MINUTE);
        sign_in("Rosa", PASSPHRASE).good();
        // From one address 30 passphrases a minute are heard.
        let many = (0..40).map(|_| sign_in("Nobody", "x")).find(|reply| reply.status == 429).unwrap();
        assert_eq!(many.refusal(), "rate.passphrases");
        assert!(many.headers.contains_key("retry-after"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_administrator_comes_in_by_a_link_that_works_once_and_sees_no_content() {
    on_both("setup", async |register: Register| {
        let web = register.web();
        let set_up = |token: &str, name: &str, words: &str| {
            web.post("/api/v1/setup", &json!({ "token": token, "name": name, "passphrase": words }))
        };
        let old = setup::offer(&register.app).await.unwrap().unwrap();
        register.clock.forward(MINUTE * 60 * 25);
        assert_eq!(set_up(&old, "Ada", PASSPHRASE).refusal(), "setup.invalid", "it is good for a day");
        let link = setup::offer(&register.app).await.unwrap().unwrap();
        assert_eq!(set_up("nonsense", "Ada", PASSPHRASE).refusal(), "setup.invalid");
        assert_eq!(set_up(&link, "", PASSPHRASE).refusal(), "name.malformed");
        assert_eq!(set_up(&link, "Ada", "short").refusal(), "passphrase.weak");
        let racing: Vec<_> = (0..4)
            .map(|n| {
                let (web, said) =
                    (web.clone(), json!({ "token": link, "name": format!("Ada {n}"), "passphrase": PASSPHRASE }));
                tokio::task::spawn_blocking(move || web.post("/api/v1/setup", &said))
            })
            .collect();
        let mut made = Vec::new();
        for racer in racing {
            let reply = racer.await.unwrap();
            if reply.status == 200 {
                made.push(reply.json()["officer"].as_str().unwrap().to_owned());
            } else {
                assert_eq!((reply.status, reply.refusal().as_str()), (403, "setup.invalid"));
            }
        }
        assert_eq!(made.len(), 1);
        assert_eq!(set_up(&link, "Ada", PASSPHRASE).refusal(), "setup.invalid");
        assert!(setup::offer(&register.app).await.unwrap().is_none(), "there is an administrator now");
        let said = json!({ "officer": made[0], "passphrase": PASSPHRASE });
        let token = web.post("/api/v1/session", &said).good();
        let reply = web.with(token["token"].as_str().unwrap()).get("/api/v1/items");
        assert_eq!((reply.status, reply.refusal().as_str()), (403, "role.missing"));
        let page = web.get("/setup");
        assert_eq!(page.status, 200);
        assert!(page.headers["content-security-policy"].contains("default-src 'none'"));
    })
    .await;
}
