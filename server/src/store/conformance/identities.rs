use std::collections::BTreeSet;

use ploughshare_core::identity::Role;
use ploughshare_core::ids::EntryHash;

use super::*;
use crate::store::identity::{OfficerKey, Ticket};
use crate::store::testing::on_both;

/// Two operations and two officers.
async fn people(store: &Store) {
    let mut tx = store.feed.begin_write().await.unwrap();
    for number in [1, 2] {
        identity::create_operation(&mut tx, &operation(number)).await.unwrap();
        identity::create_officer(&mut tx, &officer(number)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn operations_and_officers_are_found_closed_and_stopped() {
    on_both(async |store, _| {
        people(store).await;
        let db = &store.feed;
        assert_eq!(identity::operations(db).await.unwrap(), [operation(1), operation(2)]);
        assert_eq!(identity::operation(db, &operation(2).id).await.unwrap(), Some(operation(2)));
        assert_eq!(identity::operation_by_code(db, "op-1").await.unwrap(), Some(operation(1)));
        assert_eq!(identity::operation_by_code(db, "op-9").await.unwrap(), None);
        assert_eq!(identity::officers(db).await.unwrap(), [officer(1), officer(2)]);
        let mut tx = db.begin_write().await.unwrap();
        assert!(identity::close_operation(&mut tx, &operation(1).id, 2_000).await.unwrap());
        assert!(!identity::close_operation(&mut tx, &operation(1).id, 3_000).await.unwrap());
        assert!(identity::set_officer_active(&mut tx, &officer(1).id, false).await.unwrap());
        assert!(!identity::set_officer_active(&mut tx, &officer(1).id, false).await.unwrap());
        assert_eq!(identity::operation(&mut tx, &operation(1).id).await.unwrap().unwrap().closed_at, Some(2_000));
        assert!(!identity::officer(&mut tx, &officer(1).id).await.unwrap().unwrap().active);
        tx.commit().await.unwrap();
        let mut tx = db.begin_write().await.unwrap();
        let mut taken = operation(3);
        taken.code = "op-1".to_owned();
        let error = identity::create_operation(&mut tx, &taken).await.unwrap_err();
        assert!(error.is_constraint("operation_code_unique"), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn a_role_is_held_once_at_a_time_and_its_history_stays() {
    on_both(async |store, _| {
        people(store).await;
        let (op, who) = (operation(1).id, officer(1).id);
        let decision = EntryHash::from_bytes([3; 32]);
        let mut tx = store.feed.begin_write().await.unwrap();
        assert!(identity::grant(&mut tx, &op, &who, Role::Collector, 10, None).await.unwrap());
        assert!(!identity::grant(&mut tx, &op, &who, Role::Collector, 11, Some(&decision)).await.unwrap());
        assert!(identity::grant(&mut tx, &op, &who, Role::Registrar, 12, Some(&decision)).await.unwrap());
        assert!(identity::revoke(&mut tx, &op, &who, Role::Collector, 20, Some(&decision)).await.unwrap());
        assert!(!identity::revoke(&mut tx, &op, &who, Role::Collector, 21, None).await.unwrap());
        assert!(identity::grant(&mut tx, &op, &who, Role::Collector, 30, None).await.unwrap());
        tx.commit().await.unwrap();
        let db = &store.feed;
        let roles = identity::roles(db, &op, &who).await.unwrap();
        assert_eq!(roles, BTreeSet::from([Role::Collector, Role::Registrar]));
        assert_eq!(identity::roles(db, &operation(2).id, &who).await.unwrap(), BTreeSet::new());
        assert_eq!(identity::roles(db, &op, &officer(2).id).await.unwrap(), BTreeSet::new());
        let history = identity::grants(db, &op).await.unwrap();
        assert_eq!(history.iter().map(|grant| grant.granted_at).collect::<Vec<_>>(), [10, 12, 30]);
        assert_eq!(history[0].revoked_at, Some(20));
        assert_eq!(history[0].revoked_decision, Some(decision));
        assert_eq!(history[1].decision, Some(decision));
        assert_eq!(identity::grants_of(db, &who).await.unwrap(), history);
    })
    .await;
}

#[tokio::test]
async fn a_device_is_enrolled_once_renewed_forwards_and_revoked_for_good() {
    on_both(async |store, _| {
        people(store).await;
        let (first, second) = (operation(1).id, operation(2).id);
        let tablet = device(1, &officer(1));
        let mut tx = store.feed.begin_write().await.unwrap();
        identity::enrol(&mut tx, &tablet, &BTreeSet::from([first])).await.unwrap();
        identity::enrol(&mut tx, &device(2, &officer(1)), &BTreeSet::new()).await.unwrap();
        tx.commit().await.unwrap();
        let db = &store.feed;
        assert_eq!(identity::device(db, &tablet.id).await.unwrap(), Some(tablet.clone()));
        assert_eq!(identity::devices(db).await.unwrap(), [device(2, &officer(1)), tablet.clone()]);
        assert!(identity::is_in_operation(db, &tablet.id, &first).await.unwrap());
        assert!(!identity::is_in_operation(db, &tablet.id, &second).await.unwrap());
        let mut tx = db.begin_write().await.unwrap();
        assert!(identity::add_to_operation(&mut tx, &tablet.id, &second).await.unwrap());
        assert!(!identity::add_to_operation(&mut tx, &tablet.id, &second).await.unwrap());
        assert_eq!(identity::device_operations(&mut tx, &tablet.id).await.unwrap(), BTreeSet::from([first, second]));
        assert!(identity::renew_lease(&mut tx, &tablet.id, 6_000).await.unwrap());
        assert!(!identity::renew_lease(&mut tx, &tablet.id, 5_500).await.unwrap());
        assert!(identity::revoke_device(&mut tx, &tablet.id, 7_000, 4).await.unwrap());
        assert!(!identity::revoke_device(&mut tx, &tablet.id, 8_000, 9).await.unwrap());
        assert!(!identity::renew_lease(&mut tx, &tablet.id, 9_000).await.unwrap());
        let revoked = identity::device(&mut tx, &tablet.id).await.unwrap().unwrap();
        assert_eq!(revoked.lease_until, 6_000);
        assert_eq!((revoked.revoked_at, revoked.revoke_effective_ms), (Some(7_000), Some(4)));
        tx.commit().await.unwrap();
        let mut tx = db.begin_write().await.unwrap();
        let mut copied = device(3, &officer(2));
        copied.public_key.clone_from(&tablet.public_key);
        let error = identity::enrol(&mut tx, &copied, &BTreeSet::new()).await.unwrap_err();
        assert!(error.is_constraint("device_public_key_unique"), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn an_officers_key_is_entered_once_known_by_operation_and_revoked_once() {
    on_both(async |store, _| {
        people(store).await;
        let (first, second) = (operation(1).id, operation(2).id);
        let tablet = device(1, &officer(1));
        let key = OfficerKey {
            public_key: vec![5; 32],
            officer: officer(1).id,
            device: tablet.id,
            added_at: 10,
            revoked_at: None,
            revoke_effective_ms: None,
        };
        let ticket = |number: u8, operation| Ticket {
            id: [number; 16],
            secret_hash: [number; 32],
            officer: officer(1).id,
            operation,
            expires_at: 100,
            used_at: None,
            used_by: None,
        };
        let mut tx = store.feed.begin_write().await.unwrap();
        identity::enrol(&mut tx, &tablet, &BTreeSet::from([first])).await.unwrap();
        identity::create_ticket(&mut tx, &ticket(1, first)).await.unwrap();
        identity::create_ticket(&mut tx, &ticket(2, second)).await.unwrap();
        identity::add_officer_key(&mut tx, &key).await.unwrap();
        for (ticket, operation, fresh) in [(1, first, true), (2, second, true), (2, second, false)] {
            let (key, ticket) = (&key.public_key, [ticket; 16]);
            let added = identity::add_officer_key_to_operation(&mut tx, key, &operation, &ticket).await;
            assert_eq!(added.unwrap(), fresh);
        }
        tx.commit().await.unwrap();
        let db = &store.feed;
        assert_eq!(identity::officer_key(db, &key.public_key).await.unwrap(), Some(key.clone()));
        assert_eq!(identity::officer_key_by_ticket(db, &[2; 16]).await.unwrap(), Some(key.clone()));
        assert_eq!(identity::officer_key_by_ticket(db, &[3; 16]).await.unwrap(), None);
        assert_eq!(identity::officer_keys_on(db, &tablet.id).await.unwrap(), vec![key.clone()]);
        assert_eq!(identity::officer_keys_on(db, &device(2, &officer(1)).id).await.unwrap(), []);
        let known = identity::officer_key_operations(db, &key.public_key).await.unwrap();
        assert_eq!(known, BTreeSet::from([first, second]));
        let mut tx = db.begin_write().await.unwrap();
        assert!(identity::revoke_officer_key(&mut tx, &key.public_key, 20, 7).await.unwrap());
        assert!(!identity::revoke_officer_key(&mut tx, &key.public_key, 30, 8).await.unwrap());
        tx.commit().await.unwrap();
        let revoked = identity::officer_keys(db).await.unwrap().remove(0);
        assert_eq!((revoked.revoked_at, revoked.revoke_effective_ms), (Some(20), Some(7)));
        let mut tx = db.begin_write().await.unwrap();
        let error = identity::add_officer_key(&mut tx, &key).await.unwrap_err();
        assert!(error.is_constraint("officer_key_pkey"), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn a_ticket_is_used_by_one_of_many_takers_and_never_after_its_time() {
    on_both(async |store, _| {
        people(store).await;
        let ticket = |number: u8| Ticket {
            id: [number; 16],
            secret_hash: [number; 32],
            officer: officer(1).id,
            operation: operation(1).id,
            expires_at: 100,
            used_at: None,
            used_by: None,
        };
        let mut tx = store.feed.begin_write().await.unwrap();
        for number in [1, 2] {
            identity::create_ticket(&mut tx, &ticket(number)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut takers = Vec::new();
        for number in 0..8_u8 {
            let db = store.feed.clone();
            takers.push(tokio::spawn(async move {
                let mut tx = db.begin_write().await.unwrap();
                let device = DeviceId::from_bytes([number; 16]);
                let taken = identity::consume_ticket(&mut tx, &[1; 32], &device, 99).await.unwrap();
                tx.commit().await.unwrap();
                taken
            }));
        }
        let mut taken = Vec::new();
        for taker in takers {
            taken.extend(taker.await.unwrap());
        }
        assert_eq!(taken.len(), 1);
        assert_eq!(identity::ticket(&store.feed, &[1; 16]).await.unwrap(), Some(taken[0].clone()));
        assert_eq!(taken[0].used_at, Some(99));
        let mut tx = store.feed.begin_write().await.unwrap();
        let late = identity::consume_ticket(&mut tx, &[2; 32], &DeviceId::from_bytes([1; 16]), 100).await.unwrap();
        assert_eq!(late, None);
        let unknown = identity::consume_ticket(&mut tx, &[9; 32], &DeviceId::from_bytes([1; 16]), 1).await.unwrap();
        assert_eq!(unknown, None);
        assert_eq!(identity::tickets(&mut tx, &operation(1).id).await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn wrong_passwords_lock_an_account_and_a_right_one_frees_it() {
    on_both(async |store, _| {
        people(store).await;
        let who = officer(1).id;
        let mut tx = store.feed.begin_write().await.unwrap();
        identity::create_account(&mut tx, &who, "$argon2id$1", 5).await.unwrap();
        for (count, locked) in [(1, None), (2, None), (3, Some(900)), (4, Some(900))] {
            assert_eq!(identity::record_failure(&mut tx, &who, 3, 900).await.unwrap(), Some(count));
            let account = identity::account(&mut tx, &who).await.unwrap().unwrap();
            assert_eq!((account.failed_count, account.locked_until), (count, locked));
        }
        identity::record_success(&mut tx, &who).await.unwrap();
        let account = identity::account(&mut tx, &who).await.unwrap().unwrap();
        assert_eq!((account.failed_count, account.locked_until), (0, None));
        assert!(identity::set_password(&mut tx, &who, "$argon2id$2").await.unwrap());
        assert_eq!(identity::account(&mut tx, &who).await.unwrap().unwrap().password_hash, "$argon2id$2");
        assert_eq!(identity::record_failure(&mut tx, &officer(2).id, 3, 900).await.unwrap(), None);
        let error = identity::create_account(&mut tx, &who, "x", 6).await.unwrap_err();
        assert!(error.is_constraint("account_pkey"), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn a_set_up_link_works_once_and_two_starts_agree_on_one_value() {
    on_both(async |store, _| {
        let mut tx = store.feed.begin_write().await.unwrap();
        identity::create_setup_link(&mut tx, &[1; 32], 1, 10).await.unwrap();
        assert!(!identity::consume_setup_link(&mut tx, &[1; 32], 10).await.unwrap());
        assert!(identity::consume_setup_link(&mut tx, &[1; 32], 9).await.unwrap());
        assert!(!identity::consume_setup_link(&mut tx, &[1; 32], 9).await.unwrap());
        assert_eq!(identity::meta_or_put(&mut tx, "key", b"first").await.unwrap(), b"first");
        assert_eq!(identity::meta_or_put(&mut tx, "key", b"second").await.unwrap(), b"first");
        identity::put_meta(&mut tx, "key", b"third").await.unwrap();
        assert_eq!(identity::meta(&mut tx, "key").await.unwrap().unwrap(), b"third");
        assert_eq!(identity::meta(&mut tx, "none").await.unwrap(), None);
    })
    .await;
}
