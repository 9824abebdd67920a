//! A programme adds a model of its own: register and tablets judge by it from then on, what was recorded before included, and a rebuild
//! comes to the same.

use std::path::Path;

use mobile_ffi::Draft;
use ploughshare_core::identity::Role;
use ploughshare_core::rules::models::{Maker, ModelEntry, ModelsFile, Reference};
use ploughshare_server::models;
use ploughshare_tests::program::{Place, Server, fieldkit};
use ploughshare_tests::{Register, blocking, on_both, postgres_url, sync};
use serde_json::{Value as Json, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_added_by_decision_judges_on_every_side_and_is_added_once() {
    on_both("models", async |register: Register| {
        let dir = tempfile::tempdir().unwrap();
        let amina = register.tablet("Amina", Role::Collector, dir.path()).await;
        let auditor = register.signed_in("Otto", Role::Auditor).await;
        let open = || auditor.get("/api/v1/findings?state=open&rule=R20").good()["findings"].as_array().unwrap().len();
        let rifle = json!({ "kind": "weapon", "class": "ASR", "model": "AKM", "calibre": "5.56x45" });
        let tablet = std::sync::Arc::clone(&amina);
        blocking(move || tablet.record(Draft::from_json(&rifle).unwrap())).await.unwrap();
        let noticed = |tablet: &mobile_ffi::Tablet| {
            tablet.findings(0).unwrap().iter().filter(|finding| finding.rule == "R20").count()
        };
        sync(&amina).await;
        register.current().await;
        assert_eq!((noticed(&amina), open()), (1, 1));

        let mut akm = Reference::builtin().get("akm").unwrap().clone();
        akm.calibres.push("5.56x45".to_owned());
        let own = "version = 1\n[[model]]\nid = \"north\"\nname = \"Northern carbine\"\nclasses = [\"CAR\"]\n";
        let of = |models: &[ModelEntry]| ModelsFile { models: models.to_vec(), makers: Vec::new() };
        let both = of(&[akm, ModelEntry::from_toml(own).unwrap()]);
        let (app, operation) = (&register.app, &register.operation.id);
        assert_eq!(models::add(app, "operator", operation, &both).await.unwrap().models, ["akm", "north"]);
        assert_eq!(models::add(app, "operator", operation, &both).await.unwrap().models, [""; 0], "said already");
        register.current().await;
        assert_eq!(open(), 0);
        assert_eq!(noticed(&amina), 1, "the tablet has not heard of it");
        sync(&amina).await;
        assert_eq!(noticed(&amina), 0);
        assert_eq!(amina.models("northern").unwrap()[0].id, "north");

        assert!(models::withdraw(app, "operator", operation, "akm").await.unwrap());
        assert!(!models::withdraw(app, "operator", operation, "akm").await.unwrap());
        let builtin = Reference::builtin().get("akm").unwrap().clone();
        assert_ne!(both.models[0], builtin);
        models::add(app, "operator", operation, &of(&[builtin])).await.unwrap();
        register.current().await;
        sync(&amina).await;
        assert_eq!((noticed(&amina), open()), (1, 1));
        register.is_the_same_in_any_order().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_maker_added_by_decision_judges_on_every_side_and_is_at_home_where_the_programme_says() {
    on_both("makers", async |register: Register| {
        let dir = tempfile::tempdir().unwrap();
        let amina = register.tablet("Amina", Role::Collector, dir.path()).await;
        let auditor = register.signed_in("Otto", Role::Auditor).await;
        let open = || auditor.get("/api/v1/findings?state=open&rule=R22").good()["findings"].as_array().unwrap().len();
        for make in ["Northern Works", "N.W.", "Southern Works"] {
            let rifle = json!({ "kind": "weapon", "class": "ASR", "make": make, "country": "KE" });
            let tablet = std::sync::Arc::clone(&amina);
            blocking(move || tablet.record(Draft::from_json(&rifle).unwrap())).await.unwrap();
        }
        let noticed = |tablet: &mobile_ffi::Tablet| {
            tablet.findings(0).unwrap().iter().filter(|finding| finding.rule == "R22").count()
        };
        sync(&amina).await;
        register.current().await;
        assert_eq!((noticed(&amina), open()), (0, 0), "nobody knows these makers");
        let (app, operation) = (&register.app, &register.operation.id);
        let at_home_in = |country: &str| {
            let (name, aliases) = ("Northern Works".to_owned(), vec!["NW".to_owned()]);
            let maker = Maker { name, aliases, countries: vec![country.to_owned()] };
            ModelsFile { models: Vec::new(), makers: vec![maker] }
        };
        let added = models::add(app, "operator", operation, &at_home_in("UG")).await.unwrap();
        assert_eq!(added.makers, ["Northern Works"]);
        register.current().await;
        assert_eq!((noticed(&amina), open()), (0, 2), "by both of its names; the tablet has not heard of it");
        sync(&amina).await;
        assert_eq!(noticed(&amina), 2);
        models::add(app, "operator", operation, &at_home_in("KE")).await.unwrap();
        assert_eq!(models::add(app, "operator", operation, &at_home_in("KE")).await.unwrap(), models::Added::default());
        register.current().await;
        sync(&amina).await;
        assert_eq!((noticed(&amina), open()), (0, 0));
        models::add(app, "operator", operation, &at_home_in("UG")).await.unwrap();
        let withdraw = async |name| models::withdraw_maker(app, "operator", operation, name).await.unwrap();
        assert_eq!(withdraw("n w").await.as_deref(), Some("Northern Works"));
        assert_eq!(withdraw("n w").await, None);
        register.current().await;
        sync(&amina).await;
        assert_eq!((noticed(&amina), open()), (0, 0));
        register.is_the_same_in_any_order().await;
    })
    .await;
}

/// A tablet on the command line, enrolled for a new officer.
fn enrolled(place: &Place, server: &Server, store: &Path, name: &str, role: &str) {
    place.good(&["officer", "add", "--name", name, "--operation", "north", "--role", role]);
    let ticket = place.good(&["ticket", "--operation", "north", "--officer", name]);
    let ticket = ticket["ticket"].as_str().unwrap();
    good(store, &["enrol", "--server", &server.address, "--ticket", ticket]);
}

/// What a command line of the tablet answers, which must be good.
fn good(store: &Path, arguments: &[&str]) -> Json {
    let (code, said, errors) = fieldkit(store, &[&["--json"], arguments].concat(), "");
    assert_eq!(code, Some(0), "{arguments:?}: {errors}");
    serde_json::from_str(&said).unwrap()
}

/// The code of a refusal of the tablet.
fn refused(store: &Path, arguments: &[&str]) -> String {
    let (code, said, errors) = fieldkit(store, &[&["--json"], arguments].concat(), "");
    assert_eq!((code, said.as_str()), (Some(1), ""), "{arguments:?}");
    serde_json::from_str::<Json>(&errors).unwrap()["error"]["code"].as_str().unwrap().to_owned()
}

fn places(dir: &Path, name: &str) -> Vec<Place> {
    let sqlite = Place::sqlite(&dir.join("sqlite"));
    let postgres = postgres_url(name).map(|url| Place { data: dir.join("postgres"), database: Some(url) });
    [Some(sqlite), postgres].into_iter().flatten().collect()
}

#[test]
fn by_the_programs_a_file_of_models_is_checked_and_added_and_a_tablet_judges_by_it_after_its_sync() {
    let dir = tempfile::tempdir().unwrap();
    for (n, place) in places(dir.path(), "own_models").into_iter().enumerate() {
        let server = place.serve("127.0.0.1:0");
        place.good(&["operation", "create", "--code", "north", "--name", "North"]);
        let store = dir.path().join(format!("tablet {n}"));
        enrolled(&place, &server, &store, "Amina", "collector");
        let file = dir.path().join(format!("own {n}.toml"));
        let path = file.display().to_string();
        let own = "version = 1\n[[model]]\nid = \"north\"\nname = \"Northern carbine\"\nclasses = [\"CAR\"]\n";
        std::fs::write(&file, own.replace("CAR", "XYZ")).unwrap();
        for deed in ["check", "add"] {
            let ran = place.run(&["models", deed, &path, "--operation", "north"]);
            assert_eq!(ran.code, Some(1), "{ran:?}");
            assert!(ran.json.to_string().contains("models."), "{ran:?}");
        }
        std::fs::write(&file, own).unwrap();
        good(&store, &["record", "--class", "ASR", "--model", "Northern carbine", "--serial", "KV 1"]);
        assert_eq!(good(&store, &["models", "northern"]), json!([]));
        let noticed = || {
            let all = good(&store, &["findings"]);
            all.as_array().unwrap().iter().filter(|one| one["rule"] == "R21").count()
        };
        assert_eq!(noticed(), 0, "nobody knows this model");
        place.good(&["models", "check", &path, "--operation", "north"]);
        good(&store, &["sync"]);
        assert_eq!(good(&store, &["models", "northern"]), json!([]), "a check adds nothing");
        place.good(&["models", "add", &path, "--operation", "north"]);
        place.good(&["models", "add", &path, "--operation", "north"]);
        assert_eq!((good(&store, &["models", "northern"]), noticed()), (json!([]), 0), "not heard yet");
        good(&store, &["sync"]);
        assert_eq!((&good(&store, &["models", "northern"])[0]["id"], noticed()), (&json!("north"), 1));
        assert_eq!(good(&store, &["models", "show", "north"])["name"], "Northern carbine");
        let maker = "version = 1\n[[maker]]\nname = \"Northern Works\"\ncountries = [\"UG\"]\n";
        std::fs::write(&file, maker).unwrap();
        let checked = place.good(&["models", "check", &path, "--operation", "north"]);
        assert_eq!(checked["makers"], json!([{ "maker": "Northern Works", "does": "is new" }]));
        let added = place.good(&["models", "add", &path, "--operation", "north"]);
        assert_eq!((&added["added_makers"], &added["added"]), (&json!(["Northern Works"]), &json!([])));
        let listed = place.good(&["models", "makers", "ug", "--operation", "north"]);
        assert_eq!(listed, json!([{ "name": "Northern Works", "countries": ["UG"] }]));
        place.good(&["models", "withdraw-maker", "northern works", "--operation", "north"]);
        let gone = place.run(&["models", "withdraw-maker", "northern works", "--operation", "north"]);
        assert!(gone.code == Some(1) && gone.json.to_string().contains("models.unknown_maker"), "{gone:?}");
        place.good(&["models", "withdraw", "north", "--operation", "north"]);
        good(&store, &["sync"]);
        assert_eq!((refused(&store, &["models", "show", "north"]).as_str(), noticed()), ("models.unknown", 0));
        drop(server);
        assert_eq!(place.good(&["rebuild", "--check"])["equal"], true);
    }
}

#[test]
fn by_the_programs_numbers_for_marks_are_reserved_given_to_items_and_given_once() {
    let dir = tempfile::tempdir().unwrap();
    for (n, place) in places(dir.path(), "own_marks").into_iter().enumerate() {
        let server = place.serve("127.0.0.1:0");
        place.good(&["operation", "create", "--code", "north", "--name", "North"]);
        place.good(&["marks", "add-series", "--operation", "north", "--prefix", "*BI", "--width", "6"]);
        let stores = ["a", "b"].map(|name| dir.path().join(format!("{name} {n}")));
        for (store, name) in stores.iter().zip(["Amina", "Joseph"]) {
            enrolled(&place, &server, store, name, "collector");
        }
        let [amina, joseph] = &stores;
        assert_eq!(refused(amina, &["marks", "reserve", "--series", "*KE"]), "marks.unknown_series");
        let mut given = std::collections::BTreeSet::new();
        for (store, serial) in [(amina, "KV 1"), (joseph, "KV 2"), (amina, "KV 3")] {
            good(store, &["marks", "reserve", "--series", "*BI", "--count", "5"]);
            let item = good(store, &["record", "--class", "ASR", "--serial", serial]);
            let item = item["document"].as_str().unwrap().to_owned();
            drop(fieldkit(store, &["marking-session", "open", "--machine", "M 1", "--method", "DOT"], ""));
            good(store, &["mark", &item, "--location", "RCV"]);
            let shown = good(store, &["show", &item]).to_string();
            let at = shown.find("*BI").unwrap();
            given.insert(shown[at..at + 9].to_owned());
            good(store, &["sync"]);
        }
        assert_eq!(given.len(), 3, "{given:?}");
        assert!(given.contains("*BI000001") && given.contains("*BI000006"), "{given:?}");
        let listed = place.good(&["marks", "list"]);
        assert_eq!(listed[0]["next"], 16, "{listed}");
        drop(server);
        assert_eq!(place.good(&["rebuild", "--check"])["equal"], true);
    }
}
