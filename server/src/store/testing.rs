//! A fresh, empty store on each database, for tests.
#![expect(clippy::expect_used, reason = "tests")]

use std::sync::atomic::{AtomicU32, Ordering};

use super::{Store, Target};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// Where tests may make schemas; a base address without a `schema` parameter.
pub(crate) fn postgres_url() -> Option<String> {
    let url = std::env::var("PLOUGHSHARE_TEST_POSTGRES").ok().filter(|url| !url.is_empty());
    if url.is_none() {
        assert!(
            std::env::var("PLOUGHSHARE_REQUIRE_ALL").as_deref() != Ok("1"),
            "PLOUGHSHARE_REQUIRE_ALL=1 but PLOUGHSHARE_TEST_POSTGRES is not set"
        );
        eprintln!("PostgreSQL skipped: set PLOUGHSHARE_TEST_POSTGRES");
    }
    url
}

/// Runs a test on SQLite, and on PostgreSQL where there is one.
pub(crate) async fn on_both(test: impl AsyncFn(&Store, &Target)) {
    let dir = tempfile::tempdir().expect("a directory");
    run(Target::SqliteDir(dir.path().to_owned()), &test).await;
    if let Some(url) = postgres_url() {
        let name = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let joint = if url.contains('?') { '&' } else { '?' };
        let target = Target::parse(&format!("{url}{joint}schema={name}")).expect("an address");
        run(target.clone(), &test).await;
        super::open::drop_all(&target).await.expect("schemas dropped");
    }
}

async fn run(target: Target, test: &impl AsyncFn(&Store, &Target)) {
    let store = Store::open(&target).await.expect("a store");
    test(&store, &target).await;
    store.close().await;
}
