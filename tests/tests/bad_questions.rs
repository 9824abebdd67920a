//! What can be put into a JSON body, a query or a path: every route of the published description is asked with everything that has ever
//! made a server stumble. It answers, or refuses with a typed problem; it never fails, and the register stays as it is.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use ploughshare_core::identity::Role;
use ploughshare_tests::{Register, Web, on_both, state};
use serde_json::{Value as Json, json};

/// Strings that mean something to SQL, to full-text search, to browsers, to terminals, or to careless readers.
fn hostile() -> Vec<String> {
    let short = [
        "",
        " ",
        "\0",
        "KV\x00204417",
        "\u{202e}714402 VK",
        "\u{feff}\u{200b}",
        "\u{fffd}\u{1f52b}",
        "' or 1=1 --",
        "'; drop table item; --",
        "\"; drop table item; --",
        "1; select pg_sleep(10)",
        "$1",
        "?1",
        "\\",
        "%",
        "%%%",
        "___",
        "abc%",
        "\"abc",
        "\"abc\" OR \"def\"",
        "abc*",
        "norm:abc",
        "NEAR(abc def, 5)",
        "^abc",
        "-abc",
        "(abc",
        "abc AND NOT def",
        "{abc}",
        "<script>alert(1)</script>",
        "../../etc/passwd",
        "-1",
        "0",
        "501",
        "99999999999999999999",
        "9223372036854775807",
        "NaN",
        "true",
        "null",
        "[]",
        "00000000000000000000000000000000:00000000000000000000000000000000",
        "zz:zz",
        ":",
        "a:b:c:d",
    ];
    short.iter().map(|text| (*text).to_owned()).chain(["A".repeat(4_000), "é".repeat(2_000)]).collect()
}

fn escaped(text: &str) -> String {
    text.bytes().flat_map(|byte| ["%".to_owned(), hex::encode([byte])]).collect()
}

/// A path with something in the place of each name: hashes have 32 bytes, ids 16.
fn named_anyhow(path: &str) -> String {
    let part = |part: &str| match part {
        "{entry}" | "{finding}" | "{hash}" => "00".repeat(32),
        name if name.starts_with('{') => "00".repeat(16),
        other => other.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// An answer that is good, or a refusal with a code; the code.
fn answered(web: &Web, path: &str) -> Option<String> {
    let reply = web.get(path);
    let code = (reply.status != 200).then(|| reply.refusal());
    assert!(reply.status != 404 || code.as_deref() != Some("route.unknown") || path.contains("%2f"), "{path}");
    code
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_parameter_of_every_route_takes_anything_without_harm() {
    on_both("questions", async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        let (_, segment) = hand.weapon("KV 204417");
        hand.bring_good(vec![segment]);
        let web = register.signed_in("Rosa", Role::Registrar).await;
        register.current().await;
        let before = state::of(&register.app).await;
        let described = register.web().get("/openapi.json").good();
        let mut asked = 0;
        for (path, operations) in described["paths"].as_object().unwrap() {
            let Some(get) = operations.get("get") else { continue };
            let parameters = get["parameters"].as_array().cloned().unwrap_or_default();
            let named = |place: &str| -> Vec<String> {
                let of = parameters.iter().filter(|one| one["in"] == place);
                of.map(|one| one["name"].as_str().unwrap().to_owned()).collect()
            };
            let filled = named_anyhow(path);
            for text in hostile() {
                for name in named("query") {
                    // Waiting for a place that never comes is no refusal; it has a test of its own.
                    if name == "wait_place" && text.contains(':') {
                        continue;
                    }
                    answered(&web, &format!("{filled}?{name}={}", escaped(&text)));
                    asked += 1;
                }
                for name in named("path").iter().filter(|_| !text.is_empty()) {
                    let code = answered(&web, &path.replace(&format!("{{{name}}}"), &escaped(&text)));
                    assert_eq!(code.as_deref(), Some("request.path"), "{path} {text:?}");
                    asked += 1;
                }
            }
            if !named("query").is_empty() {
                for query in ["%ff=1", "x=%ff", "colour=red", "a&b&c", "=", "limit=5&limit=6"] {
                    let code = answered(&web, &format!("{filled}?{query}"));
                    assert!(code.is_some(), "{filled}?{query}: a mistyped filter must not look like no filter");
                }
            }
        }
        assert!(asked > 1_000, "{asked} questions");
        for text in ["' or 1=1 --", "%%%", "___", "\"abc\" OR \"def\"", "abc*", "norm:kv2", "\u{202e}714402VK"] {
            for name in ["q", "serial", "like", "make", "site"] {
                let reply = web.get(&format!("/api/v1/items?{name}={}", escaped(text)));
                if reply.status == 200 {
                    assert_eq!(reply.json()["items"], json!([]), "{name}={text:?} finds nothing that it is not");
                }
            }
        }
        assert_eq!(web.get("/api/v1/items?q=2044").good()["items"].as_array().unwrap().len(), 1);
        assert_eq!(state::of(&register.app).await, before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_json_route_refuses_what_is_no_json_of_its_kind() {
    on_both("bodies", async |register: Register| {
        // A registrar on a tablet may post everywhere.
        let rosa = register.hand("Rosa", Role::Registrar).await.web;
        register.current().await;
        let before = state::of(&register.app).await;
        let leaves = state::feed_count(&register.app, "select count(*) from log_leaf").await;
        let described = register.web().get("/openapi.json").good();
        let routes: Vec<(&String, &Json)> = described["paths"]
            .as_object()
            .unwrap()
            .iter()
            .filter_map(|(path, operations)| Some((path, operations.get("post")?)))
            .filter(|(_, post)| post["requestBody"]["content"].get("application/json").is_some())
            .collect();
        assert!(routes.len() >= 5, "{routes:?}");
        for (path, post) in routes {
            let guarded = post["security"].as_array().is_some_and(|list| !list.is_empty());
            let web = if guarded { rosa.clone() } else { register.web() };
            let path = &named_anyhow(path);
            let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
            let wide = format!("{{\"a\":\"{}\"}}", "x".repeat(70_000));
            for (what, body, status, code) in [
                ("nothing", b"".to_vec(), 400, "request.malformed"),
                ("cut short", b"{\"device\":\"".to_vec(), 400, "request.malformed"),
                ("no UTF-8", b"{\"device\":\"\xff\xfe\"}".to_vec(), 400, "request.malformed"),
                ("two values", b"{} {}".to_vec(), 422, "request.malformed"),
                ("a list", b"[]".to_vec(), 422, "request.malformed"),
                ("null", b"null".to_vec(), 422, "request.malformed"),
                ("an empty object", b"{}".to_vec(), 422, "request.malformed"),
                ("an unknown field", b"{\"drop\":1}".to_vec(), 422, "request.malformed"),
                ("ten thousand brackets", deep.into_bytes(), 422, "request.malformed"),
                ("too much", wide.into_bytes(), 413, "request.too_large"),
                ("five megabytes", vec![b' '; 5 << 20], 413, "request.too_large"),
            ] {
                let reply = web.post_as("application/json", path, body);
                let said = reply.refusal();
                assert_eq!(said, code, "{path}: {what}");
                assert!(reply.status == status || matches!(reply.status, 400 | 422), "{path}: {what} {}", reply.status);
            }
            for kind in ["", "text/plain", "application/cbor", "application/x-www-form-urlencoded", "application/jsonp"]
            {
                let reply = web.post_as(kind, path, b"{}".to_vec());
                assert_eq!((reply.status, reply.refusal().as_str()), (415, "request.not_json"), "{path} as {kind:?}");
            }
            // Every field with every hostile string, the others as they might be.
            let name = post["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str().unwrap();
            let schema = &described["components"]["schemas"][name.rsplit('/').next().unwrap()];
            let fields: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
            let some = hostile();
            // The routes of people take 30 tries a minute; passphrases have their own story.
            let tries = if path.ends_with("session") || path.ends_with("setup") { 6 } else { some.len() };
            for text in some.iter().take(tries) {
                for field in &fields {
                    let body: Json = fields
                        .iter()
                        .map(|f| ((*f).clone(), Json::from(if f == field { text } else { "00" })))
                        .collect::<serde_json::Map<_, _>>()
                        .into();
                    let reply = web.post(path, &body);
                    assert!(reply.status != 200 || path.ends_with("challenge"), "{path} {body}");
                    if reply.status != 200 {
                        reply.refusal();
                    }
                }
                for value in [json!(1), json!(null), json!([]), json!({})] {
                    let body: Json =
                        fields.iter().map(|f| ((*f).clone(), value.clone())).collect::<serde_json::Map<_, _>>().into();
                    assert_eq!(web.post(path, &body).refusal(), "request.malformed");
                }
            }
        }
        assert_eq!(state::of(&register.app).await, before);
        assert_eq!(state::feed_count(&register.app, "select count(*) from log_leaf").await, leaves);
        assert_eq!(state::feed_count(&register.app, "select count(*) from device").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_and_who_is_not_known_is_said_as_a_problem() {
    on_both("nowhere", async |register: Register| {
        let web = register.web();
        assert_eq!(web.get("/nothing/here?serial=KV").refusal(), "route.unknown");
        let reply = web.get("/api/v1/session");
        assert_eq!((reply.status, reply.refusal().as_str()), (405, "route.method"));
        let described = web.get("/openapi.json").good();
        let mut guarded = BTreeSet::new();
        for (path, operations) in described["paths"].as_object().unwrap() {
            let path = path.replace("{operation}", &register.operation.id.to_string());
            let path = path.replace("{item}", "00000000000000000000000000000000");
            let path = path.replace("{entry}", &"00".repeat(32));
            for (method, operation) in operations.as_object().unwrap() {
                if operation["security"].as_array().is_none_or(Vec::is_empty) {
                    continue;
                }
                guarded.insert(path.clone());
                for token in [None, Some(""), Some("x"), Some("a.b.c"), Some("%00")] {
                    let web = token.map_or_else(|| web.clone(), |token| web.with(token));
                    let reply = if method == "get" {
                        web.get(&path)
                    } else {
                        web.post_as("application/cbor", &path, Vec::new())
                    };
                    assert_eq!(reply.status, 401, "{path}: {}", reply.text());
                    assert!(reply.problem().starts_with("token."), "{path}");
                    assert_eq!(reply.headers.get("www-authenticate").map(String::as_str), Some("Bearer"));
                }
            }
        }
        assert!(guarded.len() >= 10, "{guarded:?}");
        let rosa = register.signed_in("Rosa", Role::Registrar).await;
        let unknown = "00000000000000000000000000000001";
        for part in ["", "/history", "/statements"] {
            let reply = rosa.get(&format!("/api/v1/items/{unknown}{part}"));
            assert_eq!((reply.status, reply.refusal().as_str()), (404, "document.unknown"));
        }
        // A place that is not reached is said so after some seconds.
        let reply = rosa.get(&format!("/api/v1/counts?wait_place={}:999", register.operation.id));
        assert_eq!((reply.status, reply.problem().as_str()), (503, "projection.behind"));
        assert!(reply.headers.contains_key("retry-after"));
    })
    .await;
}
