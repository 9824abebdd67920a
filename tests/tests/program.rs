//! The shipped program: every subcommand with `--json`, its exit codes, what it says when it cannot start, and what its log never holds.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use mobile_ffi::{HttpTransport, Tablet, TabletConfig};
use ploughshare_tests::hand::{officer_key_of, token};
use ploughshare_tests::program::{Place, Ran};
use ploughshare_tests::{PASSPHRASE, Web, postgres_url, ticket_of};
use serde_json::{Value as Json, json};

/// A place on each database.
fn places(dir: &Path, name: &str) -> Vec<Place> {
    let sqlite = Place::sqlite(&dir.join("sqlite"));
    let postgres = postgres_url(name).map(|url| Place { data: dir.join("postgres"), database: Some(url) });
    [Some(sqlite), postgres].into_iter().flatten().collect()
}

fn with_input(place: &Place, arguments: &[&str], input: &str) -> Ran {
    let mut command = place.command(&[arguments, &["--json"]].concat());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Ran::of(&child.wait_with_output().unwrap())
}

#[test]
fn every_subcommand_answers_with_json_and_the_right_exit_code() {
    let dir = tempfile::tempdir().unwrap();
    for place in places(dir.path(), "subcommands") {
        let north = place.good(&["operation", "create", "--code", "north", "--name", "North", "--training"]);
        assert_eq!((north["code"].as_str(), north["training"].as_bool()), (Some("north"), Some(true)));
        place.good(&["operation", "create", "--code", "south", "--name", "South"]);
        assert_eq!(place.good(&["operation", "list"]).as_array().unwrap().len(), 2);
        let amina = place.good(&["officer", "add", "--name", "Amina", "--operation", "north", "--role", "collector"]);
        assert_eq!(amina["roles"], json!(["collector"]));
        let grant = ["officer", "grant", "Amina", "--role", "inspector", "--operation", "north"];
        assert_eq!(place.good(&grant)["changed"], true);
        assert_eq!(place.good(&grant)["changed"], false);
        let everywhere = ["officer", "grant", "Amina", "--role", "auditor", "--operation", "register"];
        assert_eq!(place.good(&everywhere)["changed"], true);
        let officers = place.good(&["officer", "list"]);
        assert_eq!(officers[0]["roles"].as_array().unwrap().len(), 3, "{officers}");
        let revoke = ["officer", "revoke", "Amina", "--role", "inspector", "--operation", "north"];
        assert_eq!(place.good(&revoke)["changed"], true);
        assert_eq!(place.good(&revoke)["changed"], false);
        let said = with_input(&place, &["officer", "passphrase", "Amina"], &format!("{PASSPHRASE}\n"));
        assert_eq!((said.code, said.json["officer"].as_str()), (Some(0), amina["id"].as_str()));
        let weak = with_input(&place, &["officer", "passphrase", "Amina"], "short\n");
        assert_eq!((weak.code, weak.failure()), (Some(1), "passphrase.weak"));
        let series = ["marks", "add-series", "--operation", "north", "--prefix", "*BI", "--width", "6"];
        assert_eq!(place.good(&series)["changed"], true);
        assert_eq!(place.good(&series)["changed"], false);
        let south = ["marks", "add-series", "--operation", "south", "--prefix", "*BI", "--width", "6"];
        assert_eq!(place.good(&south)["series"], "*BI######");
        let alike = ["marks", "add-series", "--operation", "south", "--prefix", "*BIO", "--width", "5"];
        assert_eq!(place.run(&alike).failure(), "marks.overlaps");
        let listed = place.good(&["marks", "list"]);
        assert_eq!((&listed[0]["next"], &listed[0]["operations"]), (&json!(1), &json!(["north", "south"])), "{listed}");
        let ticket = place.good(&["ticket", "--operation", "north", "--officer", "Amina", "--role", "registrar"]);
        assert!(ticket["ticket"].as_str().unwrap().len() >= 26, "{ticket}");

        let server = place.serve("127.0.0.1:0");
        let key = ploughshare_core::keys::SecretKey::ed25519(&[3; 32]);
        Web::new(&server.address)
            .post("/api/v1/enrol", &ticket_of(&key, ticket["ticket"].as_str().unwrap(), "T"))
            .good();
        let device = key.public().device().to_string();
        let own = ploughshare_core::keys::SecretKey::ed25519(&[4; 32]);
        let web = Web::new(&server.address);
        let web = web.with(&token(&web, &key));
        for _ in 0..2 {
            let ticket = place.good(&["ticket", "--operation", "north", "--officer", "Amina"]);
            let said = officer_key_of(&own, ticket["ticket"].as_str().unwrap(), &key.public().device());
            drop(web.post("/api/v1/officers/keys", &said));
        }
        let keys = place.good(&["officer", "keys"]);
        assert_eq!(keys, place.good(&["officer", "keys", "Amina"]));
        assert_eq!((keys.as_array().unwrap().len(), &keys[0]["revoked_from_ms"]), (1, &Json::Null), "{keys}");
        assert_eq!(
            (keys[0]["device"].as_str(), keys[0]["officer"].as_str()),
            (Some(device.as_str()), amina["id"].as_str())
        );
        let fingerprint = keys[0]["fingerprint"].as_str().unwrap();
        let revoke = ["officer", "revoke-key", fingerprint, "--effective", "2026-01-01T00:00:00Z"];
        let early = place.run(&["officer", "revoke-key", fingerprint, "--effective", "9999-01-01"]);
        assert_eq!(early.failure(), "officer.key_not_yet");
        assert_eq!(place.good(&revoke)["changed"], true);
        assert_eq!(place.good(&revoke)["changed"], false);
        assert_eq!(place.good(&["officer", "keys"])[0]["revoked_from_ms"], 1_767_225_600_000_i64);
        assert_eq!(place.good(&["device", "list"])[0]["id"].as_str(), Some(device.as_str()));
        assert_eq!(place.good(&["device", "revoke", &device])["changed"], true);
        assert_eq!(place.good(&["device", "revoke", &device])["changed"], false);
        drop(server);

        assert_eq!(place.good(&["rebuild"])["segments"].as_u64().map(|n| n > 0), Some(true));
        assert_eq!(place.good(&["rebuild", "--check"])["equal"], true);
        assert_eq!(place.good(&["verify"])["whole"], true);
        for log in ["audit", "reads"] {
            let file = dir.path().join(log).display().to_string();
            let exported = place.good(&["export-log", &file, "--log", log]);
            let vkey = exported["vkey"].as_str().unwrap();
            let verified = place.good(&["verify", "--file", &file, "--vkey", vkey]);
            assert_eq!((&verified["size"], &verified["pinned"]), (&exported["size"], &json!(true)));
        }
        assert!(place.good(&["openapi"])["paths"].is_object());
        let roles = place.good(&["roles"]);
        let of = |role: &str| {
            roles["roles"].as_array().unwrap().iter().find(|one| one["role"] == role).unwrap()["may"].clone()
        };
        assert_eq!((of("witness"), of("auditor")), (json!(["witness", "unknown"]), json!([])));
        assert!(roles["duties"].to_string().contains("authority.both_roles"), "{roles}");
        let close = ["operation", "close", "south", "--reason", "it is over"];
        assert_eq!(place.good(&close)["changed"], true);
        assert_eq!(place.good(&close)["changed"], false);

        // 1: not done. 2: misunderstood.
        for (arguments, code) in [
            (&["operation", "create", "--code", "north", "--name", "Again"][..], "operation.code_taken"),
            (&["operation", "create", "--code", "No Code", "--name", "x"], "operation.bad_code"),
            (&["operation", "close", "west", "--reason", "x"], "operation.unknown"),
            (&["officer", "add", "--name", ""], "name.malformed"),
            (&["officer", "grant", "Nobody", "--role", "auditor", "--operation", "north"], "officer.unknown"),
            (&["officer", "grant", "Amina", "--role", "auditor", "--operation", "south"], "operation.closed"),
            (&["ticket", "--operation", "south", "--officer", "Amina"], "operation.closed"),
            (&["device", "revoke", "00000000000000000000000000000000"], "device.unknown"),
            (&["officer", "revoke-key", "00000000000000000000000000000000"], "officer.key_unknown"),
            (&["officer", "keys", "Nobody"], "officer.unknown"),
            (&["export-log", "/nowhere/at/all"], "audit.file"),
            (&["verify", "--file", "/nowhere/at/all"], "audit.file"),
        ] {
            let ran = place.run(arguments);
            assert_eq!((ran.code, ran.failure()), (Some(1), code), "{arguments:?}: {ran:?}");
            for part in ["error", "data", "next"] {
                assert!(!ran.json[part].as_str().unwrap().is_empty(), "{arguments:?}: {part}");
            }
        }
        for arguments in [
            &["frobnicate"][..],
            &["ticket"],
            &["officer", "grant", "Amina", "--role", "king", "--operation", "north"],
            &["device", "revoke", "xyz"],
            &["officer", "revoke-key", "xyz", "--effective", "yesterday"],
            &["ticket", "--operation", "north", "--officer", "Amina", "--minutes", "0"],
            &["verify", "--vkey", "nonsense"],
            &["export-log", "f", "--log", "diary"],
        ] {
            let ran = place.command(arguments).output().unwrap();
            assert_eq!(ran.status.code(), Some(2), "{arguments:?}");
            assert!(ran.stdout.is_empty() && !ran.stderr.is_empty(), "{arguments:?}");
        }
        for arguments in [&["--help"][..], &["--version"], &["help", "verify"]] {
            let ran = std::process::Command::new(ploughshare_tests::ploughshare()).args(arguments).output().unwrap();
            assert_eq!(ran.status.code(), Some(0), "{arguments:?}");
        }
        let ran = place.run(&["verify", "--file", "x", "--witnessed", "y"]);
        assert_eq!((ran.code, ran.failure()), (Some(2), "verify.no_key"));
    }
}

/// What a start that fails says, in one value of JSON on standard output and in words on standard error.
fn cannot_start(place: &Place, more: &[&str], exit: i32, code: &str, hint: &str) {
    let ran = place.run(&[&["serve", "--listen", "127.0.0.1:0"], more].concat());
    assert_eq!((ran.code, ran.failure()), (Some(exit), code), "{ran:?}");
    assert!(ran.errors.contains(hint), "`{hint}` in {}", ran.errors);
    assert!(ran.errors.contains("data:") && ran.errors.contains("next:"), "{}", ran.errors);
    assert!(!ran.errors.contains("panicked"), "{}", ran.errors);
}

#[test]
fn a_start_that_cannot_be_says_what_is_wrong_whether_the_data_is_safe_and_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    for place in places(dir.path(), "starts") {
        // The port is taken.
        let server = place.serve("127.0.0.1:0");
        let taken = server.address.trim_start_matches("http://").to_owned();
        let ran = place.run(&["serve", "--listen", &taken]);
        assert_eq!((ran.code, ran.failure()), (Some(1), "start.port_in_use"), "{ran:?}");
        assert!(ran.errors.contains(&taken) && ran.errors.contains("--listen"), "{}", ran.errors);
        drop(server);
        // The wrong key.
        let key = place.data.join("keys/register.key");
        let own = std::fs::read_to_string(&key).unwrap();
        std::fs::write(&key, "ab".repeat(32)).unwrap();
        cannot_start(&place, &[], 1, "start.other_register", "key file");
        std::fs::write(&key, "no key").unwrap();
        cannot_start(&place, &[], 1, "start.key_file_malformed", "64 hex digits");
        std::fs::write(&key, own).unwrap();
        drop(place.serve("127.0.0.1:0"));
    }
}

#[test]
fn a_database_that_is_away_newer_or_in_a_place_that_cannot_be_written_is_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    // A file stands where the directory should be: nobody, root included, can write there.
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    cannot_start(&Place::sqlite(&file.join("data")), &[], 1, "store.path", "--data");
    let secret = "postgres://ploughshare:hunter2@127.0.0.1:1/none";
    let away = Place { data: dir.path().join("away"), database: Some(secret.to_owned()) };
    cannot_start(&away, &[], 1, "store.unavailable", "database");
    assert!(!away.run(&["serve"]).errors.contains("hunter2"), "passwords are not shown");
    let nonsense = Place { data: dir.path().join("x"), database: Some("mysql://x".to_owned()) };
    cannot_start(&nonsense, &[], 2, "config.bad_value", "postgres://");
    for (setting, code) in [
        ("log_filter=,,=", "config.bad_value"),
        ("token_minutes=0", "config.bad_value"),
        ("tokens=5", "config.unknown_setting"),
        ("nothing", "config.bad_set"),
    ] {
        let ran = Place::sqlite(&dir.path().join("y")).run(&["serve", "--set", setting]);
        assert_eq!((ran.code, ran.failure()), (Some(2), code), "{setting}: {ran:?}");
    }
    for place in places(dir.path(), "newer") {
        drop(place.good(&["operation", "list"]));
        sql(
            &place,
            "feed",
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time) values (9999, 'x', true, 'x', 0)",
        );
        cannot_start(&place, &[], 1, "store.schema_newer", "9999");
    }
}

/// Changes a database behind the program's back.
fn sql(place: &Place, part: &str, statement: &str) {
    let statement = statement.to_owned();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        match &place.database {
            None => {
                let file = place.data.join(format!("{part}.db"));
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
                let db = sqlx::SqlitePool::connect_with(options).await.unwrap();
                sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&db).await.unwrap();
                db.close().await;
            }
            Some(url) => {
                let (base, schema) = url.rsplit_once("schema=").unwrap();
                let db = sqlx::PgPool::connect(base.trim_end_matches(['?', '&'])).await.unwrap();
                let statement =
                    format!("set search_path to {schema}_{part}; {}", statement.replace("'x', 0)", "'\\x00', 0)"));
                sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&db).await.unwrap();
                db.close().await;
            }
        }
    });
}

/// A register with a few weapons, made by the program and a tablet.
fn furnished(place: &Place, dir: &Path, records: &[Json]) {
    let server = place.serve("127.0.0.1:0");
    place.good(&["operation", "create", "--code", "north", "--name", "North"]);
    place.good(&["officer", "add", "--name", "Amina", "--operation", "north", "--role", "collector"]);
    let ticket = place.good(&["ticket", "--operation", "north", "--officer", "Amina"]);
    let tablet = Tablet::open(TabletConfig::new(&dir.display().to_string())).unwrap();
    tablet
        .enrol(Arc::new(HttpTransport::new()), &server.address, ticket["ticket"].as_str().unwrap(), "Tablet")
        .unwrap();
    for record in records {
        tablet.record_json(&record.to_string()).unwrap();
        tablet.sync(Arc::new(HttpTransport::new())).unwrap();
    }
    wait_until_current(&server.address);
}

fn wait_until_current(address: &str) {
    for _ in 0..500 {
        let ready = Web::new(address).get("/readyz").good();
        if ready["segments"] == ready["projected"] {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("the register does not follow");
}

fn record(serial: &str) -> Json {
    json!({ "kind": "weapon", "class": "ASR", "make": "IZHMASH", "model": "AKM", "calibre": "7.62x39", "status": "stored",
        "serial_status": "read", "markings": [{ "type": "SER", "text": serial, "condition": "LEG", "location": "RCV" }] })
}

#[test]
fn a_row_changed_by_sql_is_named_by_verify_in_the_feed_and_by_rebuild_in_the_register() {
    let dir = tempfile::tempdir().unwrap();
    for (n, place) in places(dir.path(), "changed").into_iter().enumerate() {
        let records: Vec<Json> = (0..5).map(|n| record(&format!("KV {}", n * 100))).collect();
        furnished(&place, &dir.path().join(format!("tablet {n}")), &records);
        assert_eq!(place.good(&["verify"])["whole"], true);
        assert_eq!(place.good(&["rebuild", "--check"])["equal"], true);

        // In the register: the tables no longer add up; the feed is still good; a rebuild puts it right.
        sql(&place, "register", "update item set make = 'TULA' where serial_norm = 'KV300'");
        let ran = place.run(&["rebuild", "--check"]);
        assert_eq!((ran.code, &ran.json["equal"]), (Some(1), &json!(false)));
        let differing: Vec<&Json> =
            ran.json["tables"].as_array().unwrap().iter().filter(|t| t["differing"] != 0).collect();
        assert_eq!(
            (differing.len(), &differing[0]["name"], &differing[0]["differing"]),
            (1, &json!("item"), &json!(1))
        );
        let rows = differing[0]["rows"].to_string();
        assert!(rows.contains("make"), "the row and the column are named: {}", differing[0]);
        assert_eq!(place.good(&["verify"])["whole"], true);
        place.good(&["rebuild"]);
        assert_eq!(place.good(&["rebuild", "--check"])["equal"], true);
        sql(&place, "register", "delete from marking where text = 'KV 200'");
        let ran = place.run(&["rebuild", "--check"]);
        assert_eq!((ran.code, &ran.json["equal"]), (Some(1), &json!(false)), "a row that is gone is found too");
        place.good(&["rebuild"]);

        // In the feed: first it defends itself, then it is found out.
        let (triggers, flip, flip_leaf) = if place.database.is_some() {
            (
                "alter table segment disable trigger user; alter table log_leaf disable trigger user",
                "update segment set bytes = set_byte(bytes, length(bytes) - 1, get_byte(bytes, length(bytes) - 1) # 1) where place = (select max(place) - 1 from segment where operation in (select id from operation where code = 'north')) and operation in (select id from operation where code = 'north')",
                "update log_leaf set bytes = set_byte(bytes, 20, get_byte(bytes, 20) # 1) where idx = 5 and log = 'audit'",
            )
        } else {
            (
                "drop trigger segment_append_only_update; drop trigger log_leaf_append_only_update",
                "update segment set bytes = cast(substr(bytes, 1, length(bytes) - 1) || x'00' as blob) where place = (select max(place) - 1 from segment where operation in (select id from operation where code = 'north')) and operation in (select id from operation where code = 'north')",
                "update log_leaf set bytes = cast(substr(bytes, 1, 20) || x'00' || substr(bytes, 22) as blob) where idx = 5 and log = 'audit'",
            )
        };
        sql(&place, "feed", triggers);
        for (statement, table, row) in [(flip, "segment", " 7"), (flip_leaf, "log_leaf", "audit 5")] {
            sql(&place, "feed", statement);
            let ran = place.run(&["verify"]);
            assert_eq!((ran.code, &ran.json["whole"]), (Some(1), &json!(false)), "{table}");
            let faults = ran.json["report"]["faults"].as_array().unwrap();
            let named =
                faults.iter().any(|fault| fault["table"] == table && fault["row"].as_str().unwrap().ends_with(row));
            assert!(named, "{table} {row} in {faults:?}");
        }
    }
}

#[test]
fn an_export_is_checked_with_the_key_alone_and_a_flip_of_any_bit_is_found() {
    let dir = tempfile::tempdir().unwrap();
    for (n, place) in places(dir.path(), "export").into_iter().enumerate() {
        let records: Vec<Json> = (0..20).map(|n| record(&format!("KV {}", n * 100))).collect();
        furnished(&place, &dir.path().join(format!("tablet {n}")), &records);
        let file = dir.path().join(format!("export {n}"));
        let exported = place.good(&["export-log", &file.display().to_string()]);
        let vkey = exported["vkey"].as_str().unwrap();
        let verified = place.good(&["verify", "--file", &file.display().to_string(), "--vkey", vkey]);
        assert_eq!((&verified["whole"], &verified["size"]), (&json!(true), &exported["size"]));
        assert_eq!(verified["by_verb"]["segment.admitted"].as_u64().map(|n| n >= 20), Some(true), "{verified}");
        let whole = std::fs::read(&file).unwrap();
        let key: ploughshare_core::audit::VerifierKey = vkey.parse().unwrap();
        let other = dir.path().join("flipped");
        let check = |bytes: &[u8]| {
            std::fs::write(&other, bytes).unwrap();
            ploughshare_server::audit::verify::file(&other, Some(key.clone()), Vec::new(), &mut |_, _| ()).is_ok()
        };
        assert!(check(&whole));
        for flip in 0..1_000 {
            let mut bytes = whole.clone();
            let at = flip * whole.len() / 1_000;
            bytes[at] ^= 1 << (flip % 8);
            assert!(!check(&bytes), "bit {} of byte {at} was flipped", flip % 8);
        }
        // Through the program as well, and what is cut off or put behind it.
        let refused = |bytes: &[u8]| {
            std::fs::write(&other, bytes).unwrap();
            let ran = place.run(&["verify", "--file", &other.display().to_string(), "--vkey", vkey]);
            assert_eq!(ran.code, Some(1), "{ran:?}");
            assert!(ran.failure().contains('.') && ran.json["next"].as_str().unwrap().contains("evidence"), "{ran:?}");
        };
        let mut bytes = whole.clone();
        bytes[whole.len() / 2] ^= 1;
        refused(&bytes);
        refused(&whole[..whole.len() - 1]);
        refused(&[&whole[..], b"\n"].concat());
        let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
        refused(&[&lines[..5], &lines[6..]].concat().concat());
        refused(&[&lines[..5], &[lines[6], lines[5]], &lines[7..]].concat().concat());
    }
}

#[test]
fn the_log_holds_ids_and_never_serials_names_places_or_secrets_even_at_debug() {
    let dir = tempfile::tempdir().unwrap();
    let canaries = [
        "ZQXSERIAL77",
        "ZQX SERIAL 77",
        "Zqxamina",
        "Zqxplace",
        "Zqxmake",
        "Zqxnote",
        "9.3123457",
        "93123457",
        "13.1234567",
        "131234567",
        "Zqxtablet",
        "Zqxnorth",
        "Zqxpurpose",
        "barley",
    ];
    for (n, place) in places(dir.path(), "log").into_iter().enumerate() {
        let log = dir.path().join(format!("log {n}"));
        let server = place.serve_with(
            "127.0.0.1:0",
            &["--set", "log_filter=debug", "--set", "log_format=json"],
            Stdio::from(std::fs::File::create(&log).unwrap()),
        );
        place.good(&["operation", "create", "--code", "north", "--name", "Zqxnorth"]);
        place.good(&["officer", "add", "--name", "Zqxamina", "--operation", "north", "--role", "registrar"]);
        with_input(&place, &["officer", "passphrase", "Zqxamina"], PASSPHRASE);
        let ticket = place.good(&["ticket", "--operation", "north", "--officer", "Zqxamina"]);
        let ticket = ticket["ticket"].as_str().unwrap();
        let tablet =
            Tablet::open(TabletConfig::new(&dir.path().join(format!("tablet {n}")).display().to_string())).unwrap();
        tablet.enrol(Arc::new(HttpTransport::new()), &server.address, ticket, "Zqxtablet").unwrap();
        let mut weapon = record("ZQX SERIAL 77");
        weapon["make"] = json!("Zqxmake");
        weapon["place_name"] = json!("Zqxplace");
        weapon["place"] = json!({ "lat": "9.3123457", "lon": "-13.1234567", "accuracy_m": 5 });
        weapon["notes"] = json!([{ "text": "Zqxnote", "language": "en" }]);
        let id = tablet.record_json(&weapon.to_string()).unwrap().document;
        tablet.sync(Arc::new(HttpTransport::new())).unwrap();
        wait_until_current(&server.address);
        let web = Web::new(&server.address);
        let token = web.post("/api/v1/session", &json!({ "officer": "Zqxamina", "passphrase": PASSPHRASE })).good();
        let token = token["token"].as_str().unwrap().to_owned();
        let signed = web.with(&token);
        for path in [
            "/api/v1/items?serial=ZQXSERIAL77&purpose=Zqxpurpose".to_owned(),
            "/api/v1/items?q=XSERIAL".to_owned(),
            "/api/v1/items?make=Zqxmake".to_owned(),
            format!("/api/v1/items/{id}"),
            format!("/api/v1/items/{id}/history"),
            "/api/v1/findings".to_owned(),
        ] {
            signed.get(&path).good();
        }
        // What goes wrong is where logs grow talkative.
        web.post("/api/v1/session", &json!({ "officer": "Zqxamina", "passphrase": "Zqxnote Zqxnote Zqxnote" }))
            .refusal();
        web.post_as("application/json", "/api/v1/session", b"{\"officer\":\"Zqxamina\",".to_vec()).refusal();
        signed.get("/api/v1/items?colour=Zqxmake").refusal();
        signed.get("/api/v1/items/Zqxplace").refusal();
        web.get("/Zqxplace").refusal();
        signed.post_as("application/cbor", "/api/v1/operations/Zqxplace/exchange", b"Zqxnote".to_vec()).refusal();
        drop(server);
        let said = std::fs::read_to_string(&log).unwrap();
        assert!(said.contains("http.answered") && said.contains("/api/v1/items/{item}"), "the log is on: {said}");
        assert!(said.lines().all(|line| serde_json::from_str::<Json>(line).is_ok()), "every line is JSON");
        let lower = said.to_lowercase();
        for canary in canaries.iter().copied().chain([ticket, token.as_str()]) {
            let at = lower.find(&canary.to_lowercase());
            assert!(at.is_none(), "`{canary}` in the log: {}", at.map_or("", |at| &said[at.saturating_sub(200)..]));
        }
    }
}
