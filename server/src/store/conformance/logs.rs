use ploughshare_core::audit::leaf_hash;
use ploughshare_core::audit::tree::EMPTY_ROOT;

use super::*;
use crate::store::audit_log::{self, Head, Log};
use crate::store::testing::on_both;

fn leaves(from: u64, to: u64) -> Vec<Vec<u8>> {
    (from..to).map(|number| format!("leaf {number}").into_bytes()).collect()
}

async fn append(store: &Store, log: Log, leaves: &[Vec<u8>]) -> Head {
    let mut tx = store.feed.begin_write().await.unwrap();
    let appended = audit_log::append(&mut tx, log, leaves).await.unwrap();
    assert_eq!(appended.indexes.end - appended.indexes.start, leaves.len() as u64);
    assert_eq!(appended.indexes.end, appended.head.size);
    tx.commit().await.unwrap();
    appended.head
}

#[tokio::test]
async fn every_leaf_can_be_proven_in_every_later_head_and_heads_follow_from_each_other() {
    on_both(async |store, _| {
        let db = &store.feed;
        assert_eq!(audit_log::head(db, Log::Audit).await.unwrap(), Head { size: 0, root: EMPTY_ROOT });
        let mut heads = vec![append(store, Log::Audit, &[]).await];
        for (from, to) in [(0, 1), (1, 3), (3, 7), (7, 8), (8, 21)] {
            heads.push(append(store, Log::Audit, &leaves(from, to)).await);
        }
        for new in &heads {
            for index in 0..new.size {
                let bytes = audit_log::leaf(db, Log::Audit, index).await.unwrap().unwrap();
                let proof = audit_log::inclusion(db, Log::Audit, index, new.size).await.unwrap();
                proof.verify(&leaf_hash(&bytes), new.size, &new.root).unwrap();
                assert!(proof.verify(&leaf_hash(b"other"), new.size, &new.root).is_err());
            }
            for old in heads.iter().filter(|old| old.size <= new.size) {
                let proof = audit_log::consistency(db, Log::Audit, old.size, new.size).await.unwrap();
                proof.verify(&old.root, new.size, &new.root).unwrap();
            }
        }
        assert_eq!(audit_log::verify(db, Log::Audit).await.unwrap(), *heads.last().unwrap());
        assert_eq!(audit_log::verify(db, Log::Reads).await.unwrap().size, 0);
        let page = audit_log::leaves(db, Log::Audit, 19, 10).await.unwrap();
        assert_eq!(page, [(19, b"leaf 19".to_vec()), (20, b"leaf 20".to_vec())]);
        assert_eq!(audit_log::leaf(db, Log::Audit, 21).await.unwrap(), None);
        assert_eq!(audit_log::inclusion(db, Log::Audit, 21, 21).await.unwrap_err().code(), "tree.no_such_leaf");
    })
    .await;
}

#[tokio::test]
async fn writers_at_once_get_leaves_without_gaps_and_an_undone_deed_leaves_none() {
    on_both(async |store, _| {
        let mut writers = Vec::new();
        for writer in 0..8_u64 {
            let store = store.clone();
            writers.push(tokio::spawn(async move {
                for round in 0..5_u64 {
                    append(&store, Log::Audit, &leaves(writer * 100 + round * 2, writer * 100 + round * 2 + 2)).await;
                    let mut tx = store.feed.begin_write().await.unwrap();
                    audit_log::append(&mut tx, Log::Audit, &leaves(0, 3)).await.unwrap();
                    tx.rollback().await.unwrap();
                }
            }));
        }
        for writer in writers {
            writer.await.unwrap();
        }
        assert_eq!(audit_log::verify(&store.feed, Log::Audit).await.unwrap().size, 80);
    })
    .await;
}

#[tokio::test]
async fn a_log_that_was_tampered_with_is_noticed() {
    for (drop_trigger, harm) in [
        ("log_leaf_append_only_update", "update log_leaf set bytes = X'00' where idx = 3"),
        ("log_hash_append_only_update", "update log_hash set hash = zeroblob(32) where idx = 6"),
        ("log_leaf_append_only_delete", "delete from log_leaf where idx = 4"),
        ("log_leaf_append_only_delete", "delete from log_leaf where idx = 2"),
        ("log_head_append_only_update", "update log_head set size = 4 where log = 'audit'"),
    ] {
        // The harm is done behind the program's back, where SQLite's file can be written: one database shows it.
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&crate::store::Target::SqliteDir(dir.path().to_owned())).await.unwrap();
        append(&store, Log::Audit, &leaves(0, 5)).await;
        let mut tx = store.feed.begin_write().await.unwrap();
        tx.execute(sql!("drop trigger {drop_trigger}"), &[]).await.unwrap();
        tx.execute(harm, &[]).await.unwrap();
        tx.commit().await.unwrap();
        let error = audit_log::verify(&store.feed, Log::Audit).await.unwrap_err();
        assert_eq!(error.code(), "store.corrupt", "{harm}");
    }
}

#[tokio::test]
async fn nothing_is_appended_to_a_log_whose_hashes_do_not_give_its_root() {
    on_both(async |store, _| {
        append(store, Log::Reads, &leaves(0, 4)).await;
        let mut tx = store.feed.begin_write().await.unwrap();
        // The head may grow, so it can be led astray without breaking a trigger.
        tx.execute("update log_head set size = 5 where log = 'reads'", &[]).await.unwrap();
        assert!(audit_log::append(&mut tx, Log::Reads, &leaves(4, 5)).await.is_err());
        tx.rollback().await.unwrap();
        append(store, Log::Reads, &leaves(4, 5)).await;
    })
    .await;
}

#[tokio::test]
async fn signed_heads_are_kept_once_for_each_size() {
    on_both(async |store, _| {
        let db = &store.feed;
        assert_eq!(audit_log::latest_checkpoint(db, Log::Audit).await.unwrap(), None);
        let mut tx = store.feed.begin_write().await.unwrap();
        assert!(audit_log::put_checkpoint(&mut tx, Log::Audit, 3, "note 3", 10).await.unwrap());
        assert!(!audit_log::put_checkpoint(&mut tx, Log::Audit, 3, "another", 11).await.unwrap());
        assert!(audit_log::put_checkpoint(&mut tx, Log::Audit, 9, "note 9", 12).await.unwrap());
        tx.commit().await.unwrap();
        let latest = audit_log::latest_checkpoint(db, Log::Audit).await.unwrap().unwrap();
        assert_eq!((latest.size, latest.note.as_slice(), latest.made_at), (9, &b"note 9"[..], 12));
        let first = audit_log::checkpoint_at(db, Log::Audit, 3).await.unwrap().unwrap();
        assert_eq!(first.note, b"note 3");
        assert_eq!(audit_log::checkpoint_at(db, Log::Reads, 3).await.unwrap(), None);
    })
    .await;
}
