//! A programme adds a model of its own: register and tablets judge by it from then on, what was recorded before included, and a rebuild
//! comes to the same.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use mobile_ffi::Draft;
use ploughshare_core::identity::Role;
use ploughshare_core::rules::models::{ModelEntry, Reference};
use ploughshare_server::models;
use ploughshare_tests::{Register, blocking, on_both, sync};
use serde_json::json;

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
        let both = [akm, ModelEntry::from_toml(own).unwrap()];
        let (app, operation) = (&register.app, &register.operation.id);
        assert_eq!(models::add(app, "operator", operation, &both).await.unwrap(), ["akm", "north"]);
        assert_eq!(models::add(app, "operator", operation, &both).await.unwrap(), [""; 0], "said already");
        register.current().await;
        assert_eq!(open(), 0);
        assert_eq!(noticed(&amina), 1, "the tablet has not heard of it");
        sync(&amina).await;
        assert_eq!(noticed(&amina), 0);
        assert_eq!(amina.models("northern").unwrap()[0].id, "north");

        assert!(models::withdraw(app, "operator", operation, "akm").await.unwrap());
        assert!(!models::withdraw(app, "operator", operation, "akm").await.unwrap());
        let [akm, _] = both;
        let builtin = Reference::builtin().get("akm").unwrap().clone();
        assert_ne!(akm, builtin);
        models::add(app, "operator", operation, &[builtin]).await.unwrap();
        register.current().await;
        sync(&amina).await;
        assert_eq!((noticed(&amina), open()), (1, 1));
        register.is_rebuilt_equal().await;
    })
    .await;
}
