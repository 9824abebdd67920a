//! Two tablets say different things about one weapon.

use serde_json::json;

use super::*;

#[test]
fn two_teams_edit_one_weapon_both_values_stand_one_resolves_and_all_agree() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let register = FakeRegister::new();
    let amina = enrolled(a.path(), &register, "Amina");
    let boris = enrolled(b.path(), &register, "Boris");
    let doc = amina.record(rifle("AB 1234")).unwrap().document;
    amina.sync(register.clone()).unwrap();
    boris.sync(register.clone()).unwrap();

    amina.edit_json(&doc, r#"{"calibre": "5.45x39"}"#).unwrap();
    boris.edit_json(&doc, r#"{"calibre": "5.56x45", "year": 1980}"#).unwrap();
    for tablet in [&amina, &boris, &amina] {
        tablet.sync(register.clone()).unwrap();
    }
    for tablet in [&amina, &boris] {
        let view = tablet.show(&doc).unwrap();
        assert_eq!(view.conflicts.len(), 1);
        let mut said: Vec<_> = view.conflicts[0]
            .values
            .iter()
            .map(|v| (v.value.clone(), v.by[0].officer_name.clone().unwrap(), v.by[0].device_label.clone().unwrap()))
            .collect();
        said.sort_by_key(|(value, ..)| value.to_string());
        let boris_said = (json!("5.56x45"), "Boris".to_owned(), "Boris".to_owned());
        assert_eq!(said, vec![(json!("5.45x39"), "Amina".to_owned(), "Amina".to_owned()), boris_said]);
        assert_eq!(tablet.conflicts(0).unwrap(), view.conflicts);
        assert_eq!(tablet.status().unwrap().in_conflict, 1);
        let history: Vec<_> = view.history.iter().filter(|l| l.path == "calibre").collect();
        assert_eq!(history.iter().filter(|l| !l.concurrent_with.is_empty()).count(), 2);
    }
    assert_eq!(amina.show(&doc).unwrap().digest, boris.show(&doc).unwrap().digest);

    let conflict = amina.conflicts(0).unwrap().remove(0);
    let index = conflict.values.iter().position(|v| v.value == json!("5.56x45")).unwrap() as u32;
    amina.resolve(&doc, "calibre", index, "measured the chamber").unwrap();
    amina.sync(register.clone()).unwrap();
    boris.sync(register.clone()).unwrap();
    let views = [amina.show(&doc).unwrap(), boris.show(&doc).unwrap()];
    for view in &views {
        assert_eq!(view.conflicts, Vec::new());
        assert_eq!(view.value("calibre"), Some(json!("5.56x45")));
        assert_eq!(view.value("year"), Some(json!(1980)));
        assert_eq!(view.history.iter().filter(|l| l.path == "calibre").count(), 4);
        assert_eq!(view.standing, "counts");
    }
    assert_eq!(views[0].digest, views[1].digest);
    assert_eq!(views[0].heads, views[1].heads);
}

#[test]
fn answering_one_another_in_turn_never_makes_a_statement_void() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let register = FakeRegister::new();
    let amina = enrolled(a.path(), &register, "Amina");
    let boris = enrolled(b.path(), &register, "Boris");
    let doc = amina.record(rifle("AB 1234")).unwrap().document;
    for year in 1970..1976 {
        for tablet in [&amina, &boris] {
            tablet.sync(register.clone()).unwrap();
            if tablet.show(&doc).is_ok() {
                tablet.edit_json(&doc, &json!({ "year": year }).to_string()).unwrap();
            }
            tablet.sync(register.clone()).unwrap();
        }
    }
    for tablet in [&amina, &boris] {
        tablet.sync(register.clone()).unwrap();
        let view = tablet.show(&doc).unwrap();
        assert_eq!(view.void, Vec::<String>::new());
        assert_eq!(view.conflicts, Vec::new());
        assert_eq!(view.value("year"), Some(json!(1975)));
        assert_eq!(view.statements.len(), 13);
    }
    assert_eq!(amina.show(&doc).unwrap().digest, boris.show(&doc).unwrap().digest);
}

#[test]
fn an_own_last_entry_that_a_head_stands_on_is_not_named_again() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let register = FakeRegister::new();
    let amina = enrolled(a.path(), &register, "Amina");
    let boris = enrolled(b.path(), &register, "Boris");
    let doc = amina.record(rifle("AB 1234")).unwrap().document;
    amina.sync(register.clone()).unwrap();
    boris.sync(register.clone()).unwrap();
    let answer = boris.edit_json(&doc, r#"{"year": 1974}"#).unwrap();
    boris.sync(register.clone()).unwrap();
    amina.sync(register).unwrap();
    let last = amina.edit_json(&doc, r#"{"year": 1975}"#).unwrap();
    let id = doc.parse().unwrap();
    let store = crate::store::Store::open(
        a.path(),
        &crate::FileVault::new(&a.path().join("no-backup").to_string_lossy()),
        &crate::SystemPlatform::default(),
    )
    .unwrap();
    let kept = crate::store::entries::about(store.read(), &id).unwrap();
    let said = kept.iter().find(|s| s.hash.to_string() == last.entry).unwrap();
    let after: Vec<String> = said.entry.after.iter().map(ToString::to_string).collect();
    assert_eq!(after, [answer.entry]);
    assert_eq!(amina.show(&doc).unwrap().void, Vec::<String>::new());
}
