//! A store that was copied, with its key and its installation number: both copies go on, in journals of their own, and nothing is lost.

use super::*;

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let (path, target) = file.map(|f| (f.path(), to.join(f.file_name()))).unwrap();
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(path, target).unwrap();
        }
    }
}

#[test]
fn both_copies_of_a_store_go_on_in_new_journals_and_every_record_arrives() {
    let world = World::new();
    let (one, reader) = (world.tablet("one", "Amina"), world.tablet("reader", "Joseph"));
    let item = one.record(&["--class", "ASR", "--serial", "F 0001"]);
    one.good(&["sync"]);
    let other = world.store("other");
    copy(&one.0, &other.0);

    // Both say something under the same number, also about the same item.
    one.record(&["--class", "ASR", "--serial", "F 0002"]);
    one.good(&["edit", &item, "--set", "year=1974"]);
    other.record(&["--class", "ASR", "--serial", "F 0003"]);
    other.good(&["edit", &item, "--set", "condition=SVC"]);
    one.good(&["sync"]);
    other.good(&["sync"]);
    // What is said from here on stands in journals that only one of them writes.
    other.record(&["--class", "ASR", "--serial", "F 0004"]);
    other.good(&["edit", &item, "--set", "tag=other"]);
    for store in [&other, &one, &other] {
        store.good(&["sync"]);
    }
    one.record(&["--class", "ASR", "--serial", "F 0005"]);
    for store in [&one, &other, &reader] {
        store.good(&["sync"]);
    }
    let journals = [&one, &other].map(|store| {
        let status = store.json(&["status"]);
        assert_eq!((status["entries_unsent"].as_u64(), status["entries_sealed"].as_u64()), (Some(0), Some(0)));
        assert_eq!((status["refused"].as_array().unwrap().len(), status["entries_stranded"].as_u64()), (0, Some(0)));
        assert_eq!(status["journals"], Json::from(2));
        assert!(store.good(&["status"]).contains("copied or restored"));
        status["journal"].clone()
    });
    assert_ne!(journals[0], journals[1]);
    for store in [&one, &other, &reader] {
        assert_eq!(store.found(&["--serial", "F 000"]), 5);
    }
    let views = [&one, &other, &reader].map(|store| store.json(&["show", &item])["digest"].clone());
    assert!(views.iter().all(|digest| *digest == views[0]), "{views:?}");
    let shown = reader.good(&["show", &item]);
    assert!(shown.contains("1974") && shown.contains("other"), "{shown}");
    assert_ne!(world.register(&["verify"])["good"], Json::Bool(false));
}
