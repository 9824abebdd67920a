//! The published description says what is there, neither more nor less; and the routes for whoever runs the server.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ploughshare_core::identity::Role;
use ploughshare_server::http::{codes, known_routes, openapi_document};
use ploughshare_tests::{Register, on_both};
use serde_json::Value as Json;

#[test]
fn the_description_names_exactly_the_routes_that_are_answered() {
    let described = serde_json::to_value(openapi_document()).unwrap();
    let mut there = BTreeSet::new();
    for (path, operations) in described["paths"].as_object().unwrap() {
        there.extend(operations.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())));
    }
    let known: BTreeSet<_> =
        known_routes().iter().map(|(method, path)| (method.to_string(), (*path).to_owned())).collect();
    assert_eq!(there, known);
    assert!(known.len() > 20, "{known:?}");
}

#[test]
fn every_operation_says_what_it_answers_and_who_may_ask() {
    let described = serde_json::to_value(openapi_document()).unwrap();
    for (path, operations) in described["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.contains_key("200"), "{method} {path}");
            assert!(
                !operation["summary"].as_str().or(operation["description"].as_str()).unwrap_or_default().is_empty(),
                "{method} {path}"
            );
            if path.starts_with("/api/") {
                let problem = &responses["4XX"]["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(problem, "#/components/schemas/Problem", "{method} {path}");
                let open = [
                    "/api/v1/enrol",
                    "/api/v1/auth/challenge",
                    "/api/v1/auth/token",
                    "/api/v1/session",
                    "/api/v1/setup",
                ];
                let guarded = operation["security"].as_array().is_some_and(|list| !list.is_empty());
                assert_eq!(guarded, !open.contains(&path.as_str()), "{method} {path}");
            }
            for named in path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()) {
                let parameters = operation["parameters"].as_array().unwrap();
                assert!(
                    parameters.iter().any(|one| one["in"] == "path" && one["name"] == named),
                    "{method} {path} {named}"
                );
            }
        }
    }
    // Every schema that is named is there.
    let text = described.to_string();
    for named in text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(described["components"]["schemas"].get(named).is_some(), "{named}");
    }
}

fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(dir).unwrap().map(|file| file.unwrap().path()) {
        if file.is_dir() { found.extend(sources(&file)) } else { found.push(file) }
    }
    found
}

/// Dotted codes among the text literals of some sources.
fn dotted(text: &str) -> BTreeSet<String> {
    let plain = |literal: &&str| {
        let letters = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        literal.split_once('.').is_some_and(|(left, right)| letters(left) && letters(right))
    };
    text.split('"').filter(plain).map(str::to_owned).collect()
}

#[test]
fn every_code_that_a_problem_can_have_is_documented_and_every_documented_one_can_be_had() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let described = serde_json::to_value(openapi_document()).unwrap();
    let listed = described["components"]["schemas"]["Problem"]["properties"]["code"]["enum"].as_array().unwrap();
    let listed: Vec<&str> = listed.iter().map(|code| code.as_str().unwrap()).collect();
    assert_eq!(listed, codes::PROBLEMS);
    for list in [codes::PROBLEMS, codes::REFUSALS] {
        assert!(list.is_sorted_by(|a, b| a < b), "each once, in order");
    }
    // The errors that become problems: each arm of their `code` is one.
    let errors = [
        "server/src/admission.rs",
        "server/src/bundles/error.rs",
        "server/src/identity/error.rs",
        "server/src/lookups.rs",
        "server/src/marks.rs",
        "server/src/media/error.rs",
        "server/src/packs.rs",
        "server/src/identity/token.rs",
        "server/src/persons/error.rs",
        "server/src/registrar/error.rs",
        "server/src/reopening.rs",
        "server/src/projection.rs",
        "server/src/audit.rs",
        "server/src/store/error.rs",
        "sync-core/src/bundle.rs",
        "sync-core/src/exchange.rs",
        "sync-core/src/audit/tree.rs",
        "sync-core/src/audit/proof.rs",
        "sync-core/src/audit/leaf.rs",
        "sync-core/src/audit/checkpoint.rs",
    ];
    let mut had = BTreeSet::new();
    for path in errors {
        let text = read(path);
        had.extend(
            text.split("=> \"").skip(1).flat_map(|rest| dotted(&format!("\"{}\"", rest.split('"').next().unwrap()))),
        );
    }
    // And what handlers say themselves; what else is dotted there are names of log lines and verbs of leaves.
    let others = [
        "certificate.assessed",
        "certificate.pdf",
        "certificate.ploughshare",
        "certificate.read",
        "entries.read",
        "http.answered",
        "http.disk_full",
        "http.internal",
        "http.request",
        "http.unavailable",
        "item.history_read",
        "item.read",
        "item.searched",
        "item.statements_read",
        "media.read",
        "lookups.read",
        "pack.read",
        "person.listed",
        "procedure.read",
        "setup_page.html",
        "store.balance_read",
        "stores.read",
    ];
    for path in sources(&root.join("server/src/http")) {
        if path.extension().is_some_and(|kind| kind == "rs") && !path.ends_with("codes.rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            had.extend(dotted(text.split("#[cfg(test)]").next().unwrap()));
        }
    }
    had.retain(|code| !others.contains(&code.as_str()));
    let documented: BTreeSet<String> = codes::PROBLEMS.iter().map(|code| (*code).to_owned()).collect();
    assert_eq!(had.difference(&documented).collect::<Vec<_>>(), Vec::<&String>::new(), "not documented");
    assert_eq!(documented.difference(&had).collect::<Vec<_>>(), Vec::<&String>::new(), "documented, but never said");
    let admission = [
        "server/src/admission/verify.rs",
        "server/src/admission/admit.rs",
        "sync-core/src/segment.rs",
        "sync-core/src/entry.rs",
        "sync-core/src/keys.rs",
    ];
    let said: BTreeSet<String> = admission.iter().flat_map(|path| dotted(&read(path))).collect();
    let missing: Vec<_> = codes::REFUSALS.iter().filter(|code| !said.contains(**code)).collect();
    assert!(missing.is_empty(), "documented, but never said: {missing:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_runs_the_server_sees_that_it_lives_that_it_can_work_and_how_much_it_did() {
    on_both("running", async |register: Register| {
        let web = register.web();
        let health = web.get("/healthz").good();
        assert_eq!(
            (&health["status"], health["version"].as_str()),
            (&Json::from("alive"), Some(env!("CARGO_PKG_VERSION")))
        );
        let mut hand = register.hand("Amina", Role::Collector).await;
        let (_, segment) = hand.weapon("KV 204417");
        hand.bring_good(vec![segment]);
        register.current().await;
        let ready = web.get("/readyz").good();
        assert_eq!(
            (&ready["status"], ready["register_id"].as_str()),
            (&Json::from("ready"), Some(register.app.register.to_string().as_str()))
        );
        assert_eq!(ready["segments"], ready["projected"]);
        let reply = web.get("/metrics");
        assert_eq!((reply.status, reply.headers["content-type"].starts_with("text/plain; version=0.0.4")), (200, true));
        let text = reply.text();
        for name in [
            "ploughshare_segments ",
            "ploughshare_segments_projected ",
            "ploughshare_entries_waiting ",
            "ploughshare_segments_set_aside ",
            "ploughshare_audit_leaves ",
            "ploughshare_findings_open ",
            "ploughshare_exchange_bytes_total{direction=\"in\"}",
            "ploughshare_http_requests_total{",
            "ploughshare_http_request_seconds",
        ] {
            assert!(text.lines().any(|line| line.starts_with(name)), "{name} in {text}");
        }
        let line = text.lines().find(|line| line.starts_with("ploughshare_segments ")).unwrap();
        assert_eq!(line.split(' ').nth(1), ready["segments"].as_u64().map(|n| n.to_string()).as_deref());
        assert!(!text.contains("204417") && !text.contains("Amina") && !text.contains(&hand.officer.to_string()));
        let described = web.get("/openapi.json").good();
        assert_eq!(described, serde_json::to_value(openapi_document()).unwrap());
        // A database that is away is said so; the process lives.
        register.app.store.close().await;
        let reply = web.get("/readyz");
        assert_eq!((reply.status, reply.problem().as_str()), (503, "store.unavailable"));
        assert_eq!(web.get("/healthz").status, 200);
    })
    .await;
}

#[test]
fn every_test_that_the_documents_name_is_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for (document, at_least) in [("docs/trust.md", 60), ("docs/threats.md", 50)] {
        let text = std::fs::read_to_string(root.join(document)).unwrap();
        let mut named = 0;
        for part in text.split('`').filter(|part| part.contains(".rs::")) {
            let (file, test) = part.split_once("::").unwrap();
            let source = std::fs::read_to_string(root.join(file));
            let source = source.unwrap_or_else(|error| panic!("{document}: {file}: {error}"));
            assert!(source.contains(&format!("fn {test}(")), "{document} names `{test}`, which is not in {file}");
            named += 1;
        }
        assert!(named >= at_least, "{document} names {named} tests");
    }
    let trust = std::fs::read_to_string(root.join("docs/trust.md")).unwrap();
    for threat in 1..=24 {
        assert!(trust.contains(&format!("\n| T{threat} |")), "T{threat} has a row");
    }
}
