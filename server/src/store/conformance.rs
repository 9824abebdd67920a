//! What the rest of the server relies on, held against SQLite always and PostgreSQL where `PLOUGHSHARE_TEST_POSTGRES` names one.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod identities;
mod logs;
mod searching;
mod tables;
mod transactions;

use ploughshare_core::ids::{DeviceId, DocId, OfficerId, OperationId};

use super::identity::{self, Device, Officer, Operation};
use super::{Result, Store, StoreError, Tx, Val};
use crate::vals;

fn operation(number: u8) -> Operation {
    Operation {
        id: OperationId::from_bytes([number; 16]),
        code: format!("op-{number}"),
        name: format!("Operation {number}"),
        training: false,
        created_at: 1_000,
        closed_at: None,
    }
}

fn officer(number: u8) -> Officer {
    Officer {
        id: OfficerId::from_bytes([number; 16]),
        name: format!("Officer {number}"),
        active: true,
        created_at: 1_000,
    }
}

fn device(number: u8, officer: &Officer) -> Device {
    Device {
        id: DeviceId::from_bytes([number; 16]),
        public_key: vec![number; 32],
        algorithm: "EdDSA".to_owned(),
        officer: officer.id,
        label: format!("Tablet {number}"),
        enrolled_at: 1_000 + i64::from(number),
        lease_until: 5_000,
        revoked_at: None,
        revoke_effective_ms: None,
    }
}

fn doc(number: u8) -> DocId {
    DocId::from_bytes([number; 16])
}

/// An operation with a journal, so that segments can be put in.
async fn scope(store: &Store) -> OperationId {
    let mut tx = store.feed.begin_write().await.unwrap();
    let operation = operation(1);
    identity::create_operation(&mut tx, &operation).await.unwrap();
    let row = vals![operation.id, [7; 16], [8; 16], 1];
    tx.insert_many("journal", &["operation", "id", "device", "next_number"], vec![row]).await.unwrap();
    tx.commit().await.unwrap();
    operation.id
}

const SEGMENT: [&str; 13] = [
    "operation",
    "place",
    "hash",
    "journal",
    "device",
    "first_number",
    "entry_count",
    "sealed_at_ms",
    "decision_held",
    "received_at",
    "leaf_index",
    "held_state",
    "bytes",
];

fn segment(operation: OperationId, place: i64, hash: u8, held_state: &str) -> Vec<Val> {
    let leaf = place * 1_000 + i64::from(hash);
    vals![operation, place, [hash; 32], [7; 16], [8; 16], 1, 1, 5, None::<i64>, 6, leaf, held_state, [1, 2, 3]]
}

async fn put_segment(tx: &mut Tx, row: Vec<Val>) -> Result<u64> {
    tx.insert_many("segment", &SEGMENT, vec![row]).await
}

/// Runs one statement in a transaction of its own and gives its error.
async fn refusal(store: &Store, sql: &'static str) -> StoreError {
    let mut tx = store.feed.begin_write().await.unwrap();
    tx.execute(sql, &[]).await.unwrap_err()
}
