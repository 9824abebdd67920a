//! Restored and cloned stores never say two things under one number of a journal in silence.

use std::fs;
use std::path::Path;

use super::*;

fn copy(from: &Path, to: &Path, with_secrets: bool) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        let target = to.join(file.file_name());
        if file.path().is_dir() {
            if with_secrets {
                copy(&file.path(), &target, true);
            }
        } else {
            fs::copy(file.path(), target).unwrap();
        }
    }
}

#[test]
fn a_store_whose_installation_number_is_gone_goes_on_in_a_new_journal() {
    let dir = tempfile::tempdir().unwrap();
    let register = FakeRegister::new();
    let (first, before) = {
        let tablet = enrolled(dir.path(), &register, "Amina");
        (tablet.record(rifle("AB 1")).unwrap(), tablet.status().unwrap().journal)
    };
    fs::remove_file(dir.path().join("no-backup/installation")).unwrap();
    let tablet = reopened(dir.path());
    let second = tablet.record(rifle("AB 2")).unwrap();
    assert_eq!((first.number, second.number), (0, 0));
    let status = tablet.status().unwrap();
    assert_ne!(status.journal, before);
    assert_eq!((status.journals, status.entries_unsent), (2, 2));
    assert_eq!(tablet.sync(register.clone()).unwrap().pushed, 2);
    let headers = register.headers();
    let later = headers.iter().find(|h| h.after_fork.is_some()).unwrap();
    assert_eq!(later.after_fork.map(|j| j.to_string()), before);
    drop(tablet);
    assert_eq!(reopened(dir.path()).status().unwrap().journals, 2);
}

#[test]
fn a_torn_installation_number_counts_as_another_one() {
    let dir = tempfile::tempdir().unwrap();
    let register = FakeRegister::new();
    drop(enrolled(dir.path(), &register, "Amina"));
    for (torn, journals) in [(&b""[..], 2), (&[7; 5], 3), (&[7; 16], 4)] {
        fs::write(dir.path().join("no-backup/installation"), torn).unwrap();
        assert_eq!(reopened(dir.path()).status().unwrap().journals, journals);
    }
    assert_eq!(reopened(dir.path()).status().unwrap().journals, 4);
}

#[test]
fn a_backup_restored_over_later_work_goes_on_in_a_new_journal_once_the_register_tells() {
    let dir = tempfile::tempdir().unwrap();
    let backup = tempfile::tempdir().unwrap();
    let register = FakeRegister::new();
    let tablet = enrolled(dir.path(), &register, "Amina");
    tablet.record(rifle("AB 1")).unwrap();
    tablet.sync(register.clone()).unwrap();
    drop(tablet);
    copy(dir.path(), backup.path(), true);
    let tablet = reopened(dir.path());
    let lost = tablet.record(rifle("AB 2")).unwrap();
    tablet.sync(register.clone()).unwrap();
    drop(tablet);

    let restored = reopened(backup.path());
    restored.sync(register.clone()).unwrap();
    assert_eq!(restored.status().unwrap().journals, 2);
    restored.sync(register.clone()).unwrap();
    // What the register knew more comes back, and new work forks nothing.
    assert!(restored.show(&lost.document).is_ok());
    restored.record(rifle("AB 3")).unwrap();
    assert_eq!(restored.sync(register.clone()).unwrap().pushed, 1);
    assert_eq!(register.entries().len(), 3);
    assert_eq!(restored.status().unwrap().documents, 3);
}

#[test]
fn a_store_restored_without_its_vault_is_sealed_until_a_registrar_allows_another_tablet_to_open_it() {
    let dir = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let register = FakeRegister::new();
    register.publish_key();
    let tablet = enrolled(dir.path(), &register, "Amina");
    let doc = tablet.record(rifle("AB 1")).unwrap().document;
    let first = tablet.enrolment().unwrap().device;
    drop(tablet);
    copy(dir.path(), elsewhere.path(), false);
    let moved = reopened(elsewhere.path());
    for code in [moved.show(&doc).unwrap_err().code, moved.sync(register.clone()).unwrap_err().code] {
        assert_eq!(code, "storage.sealed_no_key");
    }
    let refused = moved.enrol(register.clone(), "http://register.test", "Amina", "B").unwrap_err();
    assert_eq!((refused.code.as_str(), refused.data_safe), ("reopen.not_allowed", true));
    assert_eq!(moved.show(&doc).unwrap_err().code, "storage.sealed_no_key");
    let now = moved.enrolment().unwrap().device;
    assert_ne!(first, now);
    register.allow_reopening(first.parse().unwrap(), now.parse().unwrap());
    moved.reopen(register.clone()).unwrap();
    assert!(moved.show(&doc).is_ok());
    // What was said under the key that is gone stays, and new work goes on under the new one.
    assert_eq!(moved.status().unwrap().entries_stranded, 1);
    moved.record(rifle("AB 2")).unwrap();
    assert_eq!(moved.sync(register.clone()).unwrap().pushed, 1);
    assert_eq!(moved.status().unwrap().entries_stranded, 1);
    drop(moved);
    assert!(reopened(elsewhere.path()).show(&doc).is_ok(), "the vault holds its key now");
}
