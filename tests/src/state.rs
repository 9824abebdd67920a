//! What a register holds, table by table, so that two moments or two registers can be compared.

use std::collections::BTreeMap;

use ploughshare_core::keys::sha256;
use ploughshare_server::app::App;
use ploughshare_server::store::schema::{self, REGISTER};

/// A digest of every table of the register.
pub async fn of(app: &App) -> BTreeMap<&'static str, [u8; 32]> {
    let mut state = BTreeMap::new();
    for table in REGISTER {
        let (names, rows) = schema::page(&app.store.register, &app.store.register, table, 0, 1_000_000).await.unwrap();
        let rows: Vec<_> = rows.iter().map(ploughshare_server::store::Row::values).collect();
        state.insert(table.name, sha256(format!("{names:?} {rows:?}").as_bytes()));
    }
    state
}

/// Every row of a table without some columns, sorted.
pub async fn rows(app: &App, table: &str, without: &[&str]) -> Vec<String> {
    let table = REGISTER.iter().find(|known| known.name == table).unwrap();
    let (names, rows) = schema::page(&app.store.register, &app.store.register, table, 0, 1_000_000).await.unwrap();
    let mut said: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells = names.iter().zip(row.values()).filter(|(name, _)| !without.contains(&name.as_str()));
            format!("{:?}", cells.collect::<Vec<_>>())
        })
        .collect();
    said.sort_unstable();
    said
}

/// A number that a query of the register gives.
pub async fn count(app: &App, sql: &'static str) -> i64 {
    app.store.register.query_one(sql, &[]).await.unwrap().unwrap().int(0).unwrap()
}

/// A number that a query of the feed gives.
pub async fn feed_count(app: &App, sql: &'static str) -> i64 {
    app.store.feed.query_one(sql, &[]).await.unwrap().unwrap().int(0).unwrap()
}
