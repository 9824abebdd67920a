//! Wrong input: what happened, whether the data is safe, what to do.

use super::*;

#[test]
fn every_refusal_says_what_happened_that_the_data_is_safe_and_what_to_do() {
    let world = World::new();
    let tablet = world.tablet("a", "Amina");
    let item = tablet.record(&["--class", "ASR", "--serial", "KV 1234"]);
    let half = world.file("half.json", br#"{"class":"#);
    let second_wrong = world.file("list.json", br#"[{"class":"ASR"},{"class":"ZZZ"}]"#);
    let before = tablet.json(&["status"]);
    for (arguments, code) in [
        (&["record"][..], "record.empty"),
        (&["record", "--class", "assault rifle"], "edit.not_in_list"),
        (&["record", "--year", "many"], "edit.wrong_type"),
        (&["record", "--set", "colour=blue"], "edit.unknown_path"),
        (&["record", "--set", "colour"], "usage"),
        (&["record", "--document", "wagon", "--class", "ASR"], "edit.unknown_kind"),
        (&["record", "--file", "/nonexistent"], "file.unreadable"),
        (&["record", "--file", &half], "json.malformed"),
        (&["record", "--file", &second_wrong], "edit.not_in_list"),
        (&["edit", &item], "edit.nothing"),
        (&["edit", "99999999", "--set", "year=1974"], "not_found"),
        (&["edit", &item, "--withdraw", "markings/x", "--reason", "why"], "edit.no_such_member"),
        (&["edit", &item, "--withdraw", "markings/x", "--reason", ""], "edit.no_reason"),
        (&["show", "rifle"], "document.bad_id"),
        (&["list", "--serial", "12"], "list.too_short"),
        (&["list", "--text", "ab"], "list.too_short"),
        (&["list", "--class", "XXX"], "edit.not_in_list"),
        (&["list", "--document", "wagon"], "edit.unknown_kind"),
        (&["list", "--after", "zzz"], "list.bad_page"),
        (&["resolve", &item, "class", "--index", "0", "--reason", "why"], "choose.no_conflict"),
        (&["codes", "colours"], "codes.no_such_list"),
        (&["enrol", "--server", &world.address, "--ticket", "XX"], "enrol.already"),
    ] {
        let ran = tablet.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{arguments:?}");
        let lines: Vec<&str> = ran.err.lines().collect();
        assert_eq!(lines.len(), 2, "{}", ran.err);
        assert!(lines[0].starts_with("fieldkit: ") && lines[0].ends_with(&format!("[{code}]")), "{}", ran.err);
        assert_eq!(lines[1].matches("safe").count(), 1, "{}", ran.err);
        assert!(lines[1].split_once(". ").is_some_and(|(_, todo)| !todo.is_empty()), "{}", ran.err);
        let json: Json = serde_json::from_str(&tablet.run(&[arguments, &["--json"]].concat()).err).unwrap();
        assert_eq!((&json["error"]["code"], &json["error"]["data_safe"]), (&Json::from(code), &Json::Bool(true)));
    }
    assert_eq!(tablet.json(&["status"]), before);
    assert_eq!(tablet.run(&["record", "--clas", "ASR"]).code, Some(2));
}

#[test]
fn a_ticket_that_is_wrong_or_used_and_a_register_that_is_not_there_enrol_nothing() {
    let world = World::new();
    let ticket = world.register(&["ticket", "--operation", "north", "--officer", "Amina"]);
    let ticket = ticket["ticket"].as_str().unwrap();
    let (first, second) = (world.store("a"), world.store("b"));
    assert!(second.run(&["status"]).err.contains("[store.missing]"));
    for (server, ticket, code) in [
        ("register.example", ticket, "enrol.bad_address"),
        ("http://127.0.0.1:1", ticket, "transport.offline"),
        (&*world.address, "XX", "ticket.unknown"),
    ] {
        let ran = first.run(&["enrol", "--server", server, "--ticket", ticket]);
        assert!(ran.code == Some(1) && ran.err.contains(code) && ran.err.contains("safe"), "{}", ran.err);
    }
    assert!(first.run(&["record", "--class", "ASR"]).err.contains("[enrol.missing]"));
    first.good(&["enrol", "--server", &world.address, "--ticket", ticket]);
    let used = second.run(&["enrol", "--server", &world.address, "--ticket", ticket]);
    assert!(
        used.err.contains("[ticket.used]") && used.err.contains("This tablet is not enrolled yet."),
        "{}",
        used.err
    );
}

#[test]
fn without_a_link_work_goes_on_and_sync_says_that_all_is_safe() {
    let mut world = World::new();
    let tablet = world.tablet("a", "Amina");
    world.server.kill().unwrap();
    world.server.wait().unwrap();
    tablet.record(&["--class", "ASR", "--serial", "KV 1234"]);
    let ran = tablet.run(&["sync"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("Everything is safe on this device. Sync again when there is a link."), "{}", ran.err);
    assert_eq!(tablet.found(&["--serial", "KV1234"]), 1);
}
