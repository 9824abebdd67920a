use super::*;
use crate::store::search::markings_holding;
use crate::store::testing::on_both;

const COLUMNS: [&str; 5] = ["operation", "item", "key", "norm", "withdrawn"];
const KEYS: [&str; 3] = ["operation", "item", "key"];

fn marking(item: u8, key: &str, norm: Option<&str>) -> Vec<Val> {
    vals![[1; 16], doc(item), key, norm, 0]
}

async fn put(store: &Store, rows: Vec<Vec<Val>>) {
    let mut tx = store.register.begin_write().await.unwrap();
    tx.upsert_many("marking", &COLUMNS, &KEYS, rows).await.unwrap();
    tx.commit().await.unwrap();
}

async fn found(store: &Store, fragment: &str) -> Vec<String> {
    let hits = markings_holding(&store.register, fragment, 100).await.unwrap();
    hits.into_iter().map(|hit| format!("{}:{}", hit.norm, hit.item.as_bytes()[0])).collect()
}

#[tokio::test]
async fn a_piece_of_a_serial_finds_its_items_in_order() {
    on_both(async |store, _| {
        put(
            store,
            vec![
                marking(1, "a", Some("AK9Q1Z3456")),
                marking(2, "a", Some("9Q1Z3")),
                marking(3, "a", Some("XX9Q1Z")),
                marking(4, "a", None),
                marking(5, "a", Some("ЖД4711")),
            ],
        )
        .await;
        assert_eq!(found(store, "9Q1Z").await, ["9Q1Z3:2", "AK9Q1Z3456:1", "XX9Q1Z:3"]);
        assert_eq!(found(store, "9Q1Z3456").await, ["AK9Q1Z3456:1"]);
        assert_eq!(found(store, "ЖД4").await, ["ЖД4711:5"]);
        assert_eq!(found(store, "9Q1Z34567").await, Vec::<String>::new());
        // All pieces are there, the run of them is not.
        put(store, vec![marking(6, "a", Some("ABCDXBCDE"))]).await;
        assert_eq!(found(store, "ABCDE").await, Vec::<String>::new());
        assert_eq!(markings_holding(&store.register, "9Q1Z", 1).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_searched_follows_what_is_written() {
    on_both(async |store, _| {
        put(store, vec![marking(1, "a", Some("AAA111"))]).await;
        put(store, vec![marking(1, "a", Some("BBB222"))]).await;
        assert_eq!(found(store, "AA1").await, Vec::<String>::new());
        assert_eq!(found(store, "BB2").await, ["BBB222:1"]);
        put(store, vec![marking(1, "a", None)]).await;
        assert_eq!(found(store, "BB2").await, Vec::<String>::new());
        put(store, vec![marking(1, "a", Some("CCC333"))]).await;
        assert_eq!(found(store, "CC3").await, ["CCC333:1"]);
        let mut tx = store.register.begin_write().await.unwrap();
        tx.execute("update marking set withdrawn = 1", &[]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(found(store, "CC3").await, Vec::<String>::new());
        let mut tx = store.register.begin_write().await.unwrap();
        tx.execute("delete from marking", &[]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(found(store, "CC3").await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn every_character_of_a_piece_stands_for_itself() {
    on_both(async |store, _| {
        put(
            store,
            vec![
                marking(1, "a", Some("A%B_C\\D")),
                marking(2, "a", Some("AXBYCZD")),
                marking(3, "a", Some("Q\" OR norm:*'")),
                marking(4, "a", Some("abc def")),
            ],
        )
        .await;
        assert_eq!(found(store, "A%B").await, ["A%B_C\\D:1"]);
        assert_eq!(found(store, "B_C").await, ["A%B_C\\D:1"]);
        assert_eq!(found(store, "C\\D").await, ["A%B_C\\D:1"]);
        assert_eq!(found(store, "\" OR norm:*'").await, ["Q\" OR norm:*':3"]);
        assert_eq!(found(store, "ABC").await, Vec::<String>::new(), "case is the business of normalising");
        let error = markings_holding(&store.register, "AB", 1).await.unwrap_err();
        assert_eq!(error.code(), "store.fragment_too_short");
    })
    .await;
}
