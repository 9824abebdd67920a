//! From tablets without a network to the register over real HTTP, on both databases: collecting, and a tablet that was copied.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;

use mobile_ffi::{HttpTransport, Tablet};
use ploughshare_core::identity::Role;
use ploughshare_tests::{Register, blocking, copy_folder, on_both, reopened, state, sync};

fn weapon(n: usize) -> String {
    format!(
        r#"{{"kind":"weapon","class":"ASR","make":"IZHMASH","model":"AKM","calibre":"7.62x39","status":"stored",
        "serial_status":"read","markings":[{{"type":"SER","text":"KV {n:06}","condition":"LEG","location":"RCV"}}]}}"#
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_collected_without_a_network_is_in_the_register_after_the_next_sync_with_who_said_it() {
    on_both("collect", async |register: Register| {
        let dir = tempfile::tempdir().unwrap();
        let amina = register.tablet("Amina", Role::Collector, dir.path()).await;
        let mut ids = Vec::new();
        for n in 0..40 {
            ids.push(amina.record_json(&weapon(n * 7)).unwrap().document);
        }
        amina.edit_json(&ids[3], r#"{"make":"TULA"}"#).unwrap();
        let status = amina.status().unwrap();
        assert_eq!((status.entries_unsent, status.entries_receipted), (41, 0));
        drop(amina);
        // The tablet is switched off and on again in between.
        let amina = reopened(&dir.path().join("Amina"));
        let report = sync(&amina).await;
        assert_eq!((report.pushed, report.refused), (41, 0));
        let status = amina.status().unwrap();
        assert_eq!((status.entries_unsent, status.entries_sealed, status.entries_receipted), (0, 0, 41));
        let again = sync(&amina).await;
        assert_eq!((again.pushed, again.segments), (0, 0));
        assert!(again.bytes_sent < 1_000, "a round with nothing new is small: {}", again.bytes_sent);
        register.current().await;
        let web = register.signed_in("Rosa", Role::Registrar).await;
        let item = web.get(&format!("/api/v1/items/{}", ids[3])).good();
        assert_eq!(item["make"], "TULA");
        assert!(item["content"].to_string().contains("KV 000021"), "{item}");
        assert_eq!(web.get("/api/v1/counts").good()["total"], 40);
        let found = web.get("/api/v1/items?serial=kv-000021").good();
        assert_eq!(
            (found["items"].as_array().unwrap().len(), found["items"][0]["id"].as_str()),
            (1, Some(ids[3].as_str()))
        );
        let history = web.get(&format!("/api/v1/items/{}/history", ids[3])).good().to_string();
        assert!(history.contains("IZHMASH") && history.contains("TULA") && history.contains("Amina"), "{history}");
        // Page by page, each item once.
        let mut seen = Vec::new();
        let mut next = String::new();
        loop {
            let page = web.get(&format!("/api/v1/items?limit=7{next}")).good();
            seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
            let Some(after) = page["next"].as_str() else { break };
            next = format!("&after={after}");
        }
        seen.sort_unstable();
        ids.sort_unstable();
        assert_eq!(seen, ids);
        register.is_rebuilt_equal().await;
    })
    .await;
}

async fn try_sync(tablet: &Arc<Tablet>) {
    let tablet = Arc::clone(tablet);
    blocking(move || drop(tablet.sync(Arc::new(HttpTransport::new())))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copied_tablet_forks_in_the_open_both_sides_are_kept_and_both_go_on_in_new_journals() {
    on_both("fork", async |register: Register| {
        let dir = tempfile::tempdir().unwrap();
        let tablet = register.tablet("Amina", Role::Collector, dir.path()).await;
        let id = tablet.record_json(&weapon(1)).unwrap().document;
        sync(&tablet).await;
        let first_journal = tablet.status().unwrap().journal.unwrap();
        drop(tablet);
        let (left, right) = (dir.path().join("Amina"), dir.path().join("copy"));
        copy_folder(&left, &right);
        let (left, right) = (reopened(&left), reopened(&right));
        // Both go on without knowing of each other.
        left.edit_json(&id, r#"{"make":"TULA"}"#).unwrap();
        let left_only = left.record_json(&weapon(200)).unwrap().document;
        right.edit_json(&id, r#"{"make":"RADOM"}"#).unwrap();
        let right_only = right.record_json(&weapon(300)).unwrap().document;
        sync(&left).await;
        for _ in 0..3 {
            try_sync(&right).await;
            try_sync(&left).await;
        }
        register.current().await;
        let proofs = state::feed_count(&register.app, "select count(*) from fork_proof").await;
        assert_eq!(proofs, 1, "the pair is proof");
        let forked =
            register.app.store.feed.query("select id from journal where forked_at is not null", &[]).await.unwrap();
        let forked: Vec<String> = forked.iter().map(|row| hex::encode(row.bytes(0).unwrap())).collect();
        assert_eq!(forked, std::slice::from_ref(&first_journal));
        // Seen by people: as claims with their reason, and nothing disputed counts until somebody decides.
        let web = register.signed_in("Rosa", Role::Registrar).await;
        let history = web.get(&format!("/api/v1/items/{id}/history")).good().to_string();
        assert!(history.contains("TULA") && history.contains("RADOM"), "both sides are kept: {history}");
        assert!(history.contains("authority.forked"), "{history}");
        let item = web.get(&format!("/api/v1/items/{id}")).good();
        assert_eq!((item["make"].as_str(), item["claims"].as_i64()), (Some("IZHMASH"), Some(2)), "{item}");
        // Both tablets go on, each in a journal of its own, and what they say from now on counts.
        let mut fresh = Vec::new();
        for (n, tablet) in [&left, &right].into_iter().enumerate() {
            try_sync(tablet).await;
            let journal = tablet.status().unwrap().journal.unwrap();
            fresh.push(journal);
            fresh.push(tablet.record_json(&weapon(500 + n * 100)).unwrap().document);
            sync(tablet).await;
            assert_eq!(tablet.status().unwrap().entries_sealed, 0);
        }
        assert!(
            fresh[0] != fresh[2] && fresh[0] != first_journal && fresh[2] != first_journal,
            "{fresh:?} after {first_journal}"
        );
        register.current().await;
        for document in [&fresh[1], &fresh[3]] {
            web.get(&format!("/api/v1/items/{document}")).good();
        }
        // Both have all of it in the end.
        sync(&left).await;
        sync(&right).await;
        let all = [("left", &left_only), ("right", &right_only), ("left's new", &fresh[1]), ("right's new", &fresh[3])];
        for (by, tablet) in [("left", &left), ("right", &right)] {
            for (of, document) in all {
                assert!(tablet.show(document).is_ok(), "{by} has what {of} journal said");
            }
        }
        for (_, document) in all {
            assert_eq!(left.show(document).unwrap().digest, right.show(document).unwrap().digest);
        }
        assert_eq!(left.show(&id).unwrap().digest, right.show(&id).unwrap().digest);
        register.is_rebuilt_equal().await;
    })
    .await;
}
