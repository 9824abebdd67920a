//! Stories of the bundle: whoever carries it can neither change it unnoticed nor hang anybody up with it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::ids::{JournalId, SegmentHash};

fn label() -> Label {
    Label { set: [4; 16], number: 1, files: 3, to: DeviceId::from_bytes([5; 16]) }
}

fn content() -> Content {
    Content {
        register: RegisterId::from_bytes([1; 16]),
        operation: OperationId::from_bytes([2; 16]),
        made_ms: 1_900_000_000_000,
        after: 7,
        upto: 9,
        ends: vec![End { journal: JournalId::from_bytes([3; 16]), next: 4, chain: [5; 8] }],
        segments: vec![vec![1; 100], vec![2; 50]],
        settled: vec![vec![9; 30]],
        receipts: vec![vec![3; 20]],
        refused: vec![Refused { hash: SegmentHash::from_bytes([6; 32]), code: "a.b".into(), detail: "c".into() }],
    }
}

#[test]
fn a_file_reads_back_under_either_algorithm() {
    for key in [SecretKey::ed25519(&[7; 32]), SecretKey::p256(&[7; 32]).unwrap()] {
        let file = File { label: label(), sealed: content().sign(&label(), &key) };
        let read = File::from_bytes(&file.to_bytes()).unwrap();
        assert_eq!(read, file);
        let opened = OpenedBundle::open(read.label, &read.sealed).unwrap();
        assert_eq!(opened.from(), key.public().device());
        assert_eq!(opened.verify(&key.public()), Ok(content()));
        let other = SecretKey::ed25519(&[8; 32]).public();
        assert_eq!(opened.verify(&other), Err(BundleError::BadSignature));
    }
}

#[test]
fn a_file_with_another_label_is_not_believed() {
    let key = SecretKey::ed25519(&[7; 32]);
    let signed = content().sign(&label(), &key);
    let others = [
        Label { number: 2, ..label() },
        Label { files: 4, ..label() },
        Label { to: DeviceId::from_bytes([6; 16]), ..label() },
        Label { set: [0; 16], ..label() },
    ];
    for other in others {
        let opened = OpenedBundle::open(other, &signed).unwrap();
        assert_eq!(opened.verify(&key.public()), Err(BundleError::BadSignature), "{other:?}");
    }
}

#[test]
fn a_label_that_counts_beyond_its_set_and_a_file_beyond_its_limit_are_refused() {
    for (number, files) in [(3, 3), (0, 0), (0, limits::BUNDLE_FILES as u64 + 1)] {
        let file = File { label: Label { number, files, ..label() }, sealed: vec![] };
        assert_eq!(File::from_bytes(&file.to_bytes()).unwrap_err().code(), "bundle.malformed");
    }
    let large = File { label: label(), sealed: vec![0; limits::BUNDLE_BYTES] };
    assert_eq!(File::from_bytes(&large.to_bytes()).unwrap_err().code(), "bundle.too_large");
}

#[test]
fn what_travels_is_divided_over_files_that_fit() {
    let parts: Vec<Vec<u8>> = [900, 30, 4_000, 4_000, 1, 3_000].map(|n| vec![0; n]).to_vec();
    let files = split(&parts, 8_192).unwrap();
    assert_eq!(files, [0..3, 3..5, 5..6]);
    let key = SecretKey::ed25519(&[7; 32]);
    for range in files {
        let content = Content { segments: parts[range].to_vec(), ..content() };
        let file = File { label: label(), sealed: content.sign(&label(), &key) };
        assert!(file.to_bytes().len() <= 8_192 - 600, "room for the seal: {}", file.to_bytes().len());
    }
    assert_eq!(split::<Vec<u8>>(&[], 8_192).unwrap(), [0..0]);
    let BundleError::TooSmall { needed, .. } = split(&parts, 5_000).unwrap_err() else { panic!("fits") };
    assert!(split(&parts, needed).is_ok(), "{needed} was said to be enough");
}

#[test]
fn an_age_secret_is_written_as_age_writes_it() {
    let secret = age_secret(&[0; 32]).unwrap();
    assert!(secret.starts_with("AGE-SECRET-KEY-1") && secret.len() == 74, "{}", secret.len());
}

proptest! {
    #[test]
    fn changed_bytes_never_panic_and_never_pass(changes in prop::collection::vec((any::<prop::sample::Index>(), 1u8..), 1..6)) {
        let key = SecretKey::ed25519(&[7; 32]);
        let good = File { label: label(), sealed: content().sign(&label(), &key) };
        let mut bytes = good.to_bytes();
        for (at, by) in changes {
            let at = at.index(bytes.len());
            bytes[at] ^= by;
        }
        let Ok(file) = File::from_bytes(&bytes) else { return Ok(()) };
        let Ok(opened) = OpenedBundle::open(file.label, &file.sealed) else { return Ok(()) };
        if let Ok(read) = opened.verify(&key.public()) {
            prop_assert_eq!((file, read), (good, content()));
        }
    }
}
