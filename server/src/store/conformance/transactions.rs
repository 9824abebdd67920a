use std::time::Duration;

use super::*;
use crate::store::testing::on_both;
use crate::store::{Ask, ConstraintKind, Target};

#[tokio::test]
async fn values_come_back_as_they_went_in() {
    on_both(async |store, _| {
        let mut tx = store.register.begin_write().await.unwrap();
        let rows = vec![
            vals![[1; 16], [2; 16], "a/b", "välja \u{1F33E} '\"", i64::MAX],
            vals![[1; 16], [2; 16], "c", "", i64::MIN],
        ];
        let columns = ["operation", "doc", "path", "choices", "opened_seq"];
        assert_eq!(tx.insert_many("conflict", &columns, rows.clone()).await.unwrap(), 2);
        tx.commit().await.unwrap();
        let read = store
            .register
            .query("select operation, doc, path, choices, opened_seq from conflict order by path", &[])
            .await
            .unwrap();
        assert_eq!(read.iter().map(|row| row.values().to_vec()).collect::<Vec<_>>(), rows);
        let row = store.register.query_one("select cast(null as text), 1, 'x'", &[]).await.unwrap().unwrap();
        assert_eq!(row.opt_text(0).unwrap(), None);
        assert_eq!((row.int(1).unwrap(), row.text(2).unwrap()), (1, "x"));
        assert_eq!(row.text(1).unwrap_err().code(), "store.type");
        assert_eq!(row.int(3).unwrap_err().code(), "store.type");
    })
    .await;
}

#[tokio::test]
async fn nul_in_text_is_replaced_on_both_sides() {
    on_both(async |store, _| {
        let mut tx = store.register.begin_write().await.unwrap();
        let columns = ["operation", "doc", "path", "choices", "opened_seq"];
        tx.insert_many("conflict", &columns, vec![vals![[1; 16], [2; 16], "a\0b", "x\0", 1]]).await.unwrap();
        let found = tx.query("select choices from conflict where path = $1", &vals!["a\0b"]).await.unwrap();
        assert_eq!(found[0].text(0).unwrap(), "x\u{fffd}");
    })
    .await;
}

#[tokio::test]
async fn a_null_needs_no_type_and_a_placeholder_can_be_used_twice() {
    on_both(async |store, _| {
        let mut tx = store.feed.begin_write().await.unwrap();
        let sql = "insert into operation (id, code, name, training, created_at, closed_at)
          values ($1, $2, $2, 0, $3, $4) returning closed_at, name";
        let row = tx.query_one(sql, &vals![[1; 16], "a", 1, Val::Null]).await.unwrap().unwrap();
        assert_eq!((row.opt_int(0).unwrap(), row.text(1).unwrap()), (None, "a"));
        // The same text again, now with a value where there was a null.
        let row = tx.query_one(sql, &vals![[2; 16], "b", 1, 9]).await.unwrap().unwrap();
        assert_eq!(row.opt_int(0).unwrap(), Some(9));
    })
    .await;
}

#[tokio::test]
async fn what_is_not_committed_is_gone() {
    on_both(async |store, _| {
        let mut tx = store.feed.begin_write().await.unwrap();
        identity::create_operation(&mut tx, &operation(1)).await.unwrap();
        drop(tx);
        let mut tx = store.feed.begin_write().await.unwrap();
        identity::create_operation(&mut tx, &operation(1)).await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(identity::operations(&store.feed).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_reading_transaction_sees_one_moment() {
    on_both(async |store, _| {
        let mut reading = store.feed.begin_read().await.unwrap();
        assert_eq!(identity::operations(&mut reading).await.unwrap().len(), 0);
        let mut tx = store.feed.begin_write().await.unwrap();
        identity::create_operation(&mut tx, &operation(1)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(identity::operations(&mut reading).await.unwrap().len(), 0);
        assert_eq!(identity::operations(&store.feed).await.unwrap().len(), 1);
        let refused = reading.execute("delete from operation", &[]).await.unwrap_err();
        assert_eq!(refused.code(), "store.query", "{refused}");
    })
    .await;
}

#[tokio::test]
async fn locked_rows_give_each_writer_a_place_of_its_own() {
    on_both(async |store, _| {
        scope(store).await;
        let mut takers = Vec::new();
        for _ in 0..8 {
            let db = store.feed.clone();
            takers.push(tokio::spawn(async move {
                let mut tx = db.begin_write().await.unwrap();
                let head = tx.query_locked("select next_place from scope_head", &[]).await.unwrap();
                let place = head[0].int(0).unwrap();
                tokio::time::sleep(Duration::from_millis(5)).await;
                tx.execute("update scope_head set next_place = $1", &vals![place + 1]).await.unwrap();
                tx.commit().await.unwrap();
                place
            }));
        }
        let mut places = Vec::new();
        for taker in takers {
            places.push(taker.await.unwrap());
        }
        places.sort_unstable();
        assert_eq!(places, (1..=8).collect::<Vec<i64>>());
    })
    .await;
}

#[tokio::test]
async fn bulk_rows_of_every_number_arrive_once() {
    on_both(async |store, _| {
        let columns = ["operation", "kind", "class", "context", "status", "n"];
        for count in [0_u32, 1, 2, 3, 127, 128, 129, 1_000, 9_001] {
            let mut tx = store.register.begin_write().await.unwrap();
            let rows = (0..count).map(|n| vals![[1; 16], "item", n.to_string(), "", "", n]).collect::<Vec<_>>();
            assert_eq!(tx.insert_many("rollup", &columns, rows.clone()).await.unwrap(), u64::from(count));
            assert_eq!(tx.insert_missing("rollup", &columns, rows).await.unwrap(), 0);
            let row = tx.query_one("select count(*), cast(coalesce(sum(n), 0) as bigint) from rollup", &[]).await;
            let row = row.unwrap().unwrap();
            let expected = i64::from(count) * (i64::from(count) - 1) / 2;
            assert_eq!((row.int(0).unwrap(), row.int(1).unwrap()), (count.into(), expected.max(0)));
            tx.rollback().await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn bulk_columns_may_hold_nulls_in_some_rows_or_in_all() {
    on_both(async |store, _| {
        let mut tx = store.register.begin_write().await.unwrap();
        let columns = ["operation", "item", "key", "type", "norm", "photo", "withdrawn"];
        let rows = vec![
            vals![[1; 16], doc(1), "a", Val::Null, "ABC123", Val::Null, 0],
            vals![[1; 16], doc(1), "b", Val::Null, Val::Null, [4; 32], 1],
        ];
        tx.insert_many("marking", &columns, rows.clone()).await.unwrap();
        let sql = "select operation, item, key, type, norm, photo, withdrawn from marking order by key";
        let read = tx.query(sql, &[]).await.unwrap();
        assert_eq!(read.into_iter().map(crate::store::Row::into_values).collect::<Vec<_>>(), rows);
    })
    .await;
}

#[tokio::test]
async fn an_upsert_replaces_what_is_not_the_key_and_the_last_word_counts() {
    on_both(async |store, _| {
        let mut tx = store.register.begin_write().await.unwrap();
        let columns = ["operation", "kind", "class", "context", "status", "n"];
        let keys = ["operation", "kind", "class", "context", "status"];
        let row = |class: &str, n: i64| vals![[1; 16], "item", class, "", "", n];
        tx.insert_many("rollup", &columns, vec![row("a", 1), row("b", 1)]).await.unwrap();
        let rows = vec![row("b", 5), row("c", 6), row("b", 7)];
        assert_eq!(tx.upsert_many("rollup", &columns, &keys, rows).await.unwrap(), 2);
        let read = tx.query("select class, n from rollup order by class", &[]).await.unwrap();
        let read: Vec<_> = read.iter().map(|row| (row.text(0).unwrap(), row.int(1).unwrap())).collect();
        assert_eq!(read, [("a", 1), ("b", 7), ("c", 6)]);
        // All columns are key: nothing to update, and that is no error.
        let order = ["operation", "place"];
        tx.upsert_many("projected_scope", &order, &order[..1], vec![vals![[1; 16], 1]]).await.unwrap();
        tx.upsert_many("projected_scope", &order[..], &["operation"], vec![vals![[1; 16], 2]]).await.unwrap();
        let row = tx.query_one("select place from projected_scope", &[]).await.unwrap().unwrap();
        assert_eq!(row.int(0).unwrap(), 2);
    })
    .await;
}

#[tokio::test]
async fn bulk_rows_that_do_not_fit_are_refused_before_the_database_sees_them() {
    on_both(async |store, _| {
        let mut tx = store.register.begin_write().await.unwrap();
        for (table, columns, rows) in [
            ("rollup; drop table rollup", vec!["n"], vec![vals![1]]),
            ("rollup", vec!["n\""], vec![vals![1]]),
            ("rollup", vec!["n", "kind"], vec![vals![1]]),
        ] {
            assert_eq!(tx.insert_many(table, &columns, rows).await.unwrap_err().code(), "store.shape");
        }
        let refused = tx.upsert_many("rollup", &["n"], &["kind"], vec![vals![1]]).await.unwrap_err();
        assert_eq!(refused.code(), "store.shape");
    })
    .await;
}

#[tokio::test]
async fn constraints_have_the_same_names_on_both_sides() {
    on_both(async |store, _| {
        let operation = scope(store).await;
        let named = |error: StoreError| match error {
            StoreError::Constraint { name, kind } => (name, kind),
            other => panic!("{other:?}"),
        };
        for (row, name, kind) in [
            (segment(operation, 1, 2, "admitted"), "segment_pkey", ConstraintKind::Unique),
            (segment(operation, 2, 1, "admitted"), "segment_operation_hash_unique", ConstraintKind::Unique),
            (segment(operation, 2, 2, "perhaps"), "segment_held_state_known", ConstraintKind::Check),
            (segment(operation, 0, 2, "admitted"), "segment_place_positive", ConstraintKind::Check),
        ] {
            let mut tx = store.feed.begin_write().await.unwrap();
            put_segment(&mut tx, segment(operation, 1, 1, "admitted")).await.unwrap();
            let error = put_segment(&mut tx, row).await.unwrap_err();
            assert!(error.is_constraint(name), "{error:?}");
            assert_eq!(named(error), (name.to_owned(), kind));
        }
        let mut tx = store.feed.begin_write().await.unwrap();
        let other = segment(OperationId::from_bytes([9; 16]), 1, 1, "admitted");
        assert_eq!(named(put_segment(&mut tx, other).await.unwrap_err()).1, ConstraintKind::ForeignKey);
        drop(tx);
        let error = refusal(store, "insert into register_meta (key) values ('a')").await;
        assert_eq!(named(error), ("register_meta.value".to_owned(), ConstraintKind::NotNull));
        let error = refusal(store, "select nothing from nowhere").await;
        assert_eq!(error.code(), "store.query");
        assert!(!error.is_retryable());
    })
    .await;
}

#[tokio::test]
async fn asking_works_from_a_database_and_inside_a_transaction() {
    async fn count(from: impl Ask) -> i64 {
        from.ask_one("select count(*) from operation", &[]).await.unwrap().unwrap().int(0).unwrap()
    }
    on_both(async |store, _| {
        let mut tx = store.feed.begin_write().await.unwrap();
        identity::create_operation(&mut tx, &operation(1)).await.unwrap();
        assert_eq!((count(&mut tx).await, count(&store.feed).await), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn a_hint_reaches_another_process_when_the_deed_is_done() {
    on_both(async |store, target| {
        let mut tx = store.feed.begin_write().await.unwrap();
        let listener = store.feed.listen("ploughshare_test").await.unwrap();
        tx.hint("ploughshare_test").await.unwrap();
        tx.commit().await.unwrap();
        match (target, listener) {
            (Target::SqliteDir(_), None) => {}
            (Target::PostgresUrl { .. }, Some(mut listener)) => {
                tokio::time::timeout(Duration::from_secs(5), listener.recv()).await.unwrap().unwrap();
            }
            (target, _) => panic!("{target:?}"),
        }
    })
    .await;
}
