//! The laws of the export file: what is whole verifies, what is not is found and named.

use std::collections::BTreeSet;

use ed25519_dalek::SigningKey;

use super::super::checkpoint::{self, Checkpoint, VerifierKey};
use super::super::export::{
    ExportError, ExportVerifier, MAX_LINE_BYTES, Verified, checkpoint_line, header_line, leaf_line,
};
use super::super::leaf::leaf_hash;
use super::super::tree::{self, EMPTY_ROOT, Edge};
use super::{KEY_NAME, REGISTER, grown, head, key, leaf, origin, vkey};

fn export(size: u64) -> String {
    let stored = grown(size);
    let mut lines = vec![header_line(REGISTER, "audit", size, &vkey())];
    lines.extend((0..size).map(|n| leaf_line(n, &leaf(n))));
    lines.push(checkpoint_line(&head(size, &stored)));
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// Reads a file as the command does: every line ends in one newline, the last one too.
fn check(mut verifier: ExportVerifier, file: &[u8]) -> Result<Verified, ExportError> {
    let mut lines = file.split(|byte| *byte == b'\n').collect::<Vec<_>>();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    for line in lines {
        verifier.line_bytes(line)?;
    }
    verifier.finish()
}

#[test]
fn a_whole_export_verifies() {
    let file = export(20);
    let verified = check(ExportVerifier::new(Some(vkey())), file.as_bytes()).unwrap();
    assert_eq!(verified.size, 20);
    assert_eq!(verified.root, tree::root(20, &grown(20)).unwrap());
    assert_eq!(verified.by_verb["item.read"], 7);
    assert_eq!(verified.by_verb.values().sum::<u64>(), 20);
    assert!(verified.pinned);
    assert!(!check(ExportVerifier::new(None), file.as_bytes()).unwrap().pinned);
    assert_eq!(check(ExportVerifier::new(Some(vkey())), export(0).as_bytes()).unwrap().root, EMPTY_ROOT);
    assert!(file.lines().all(|line| line.len() < MAX_LINE_BYTES));
}

#[test]
fn a_leaf_left_out_doubled_swapped_or_added_is_named_by_line_and_index() {
    let file = export(6);
    let lines = file.lines().map(str::to_owned).collect::<Vec<_>>();
    let altered = |edit: &dyn Fn(&mut Vec<String>)| {
        let mut lines = lines.clone();
        edit(&mut lines);
        check(ExportVerifier::new(Some(vkey())), lines.join("\n").as_bytes()).unwrap_err()
    };
    let out_of_place = |line, expected, found| ExportError::OutOfPlace { line, expected, found };
    assert_eq!(altered(&|lines| drop(lines.remove(3))), out_of_place(4, 2, 3));
    assert_eq!(altered(&|lines| lines.insert(3, lines[3].clone())), out_of_place(5, 3, 2));
    assert_eq!(altered(&|lines| lines.swap(2, 3)), out_of_place(3, 1, 2));
    assert_eq!(altered(&|lines| drop(lines.pop())), ExportError::Unfinished { line: 7 });
    assert_eq!(altered(&|lines| lines.push("{}".into())), ExportError::AfterTheEnd { line: 9 });
    let other = leaf_line(2, &leaf(9));
    assert_eq!(altered(&|lines| lines[3].clone_from(&other)), ExportError::OtherTree { line: 8, signed: 6, found: 6 });
    let not_a_leaf = leaf_line(2, b"\xa0");
    let error = altered(&|lines| lines[3].clone_from(&not_a_leaf));
    assert!(matches!(error, ExportError::BadLeaf { line: 4, index: 2, .. }), "{error}");
    assert_eq!(altered(&|lines| lines.clear()), ExportError::Unfinished { line: 0 });
}

#[test]
fn an_export_of_another_key_is_refused_when_a_key_is_pinned() {
    let other = VerifierKey::new(KEY_NAME, SigningKey::from_bytes(&[8; 32]).verifying_key()).unwrap();
    let error = check(ExportVerifier::new(Some(other)), export(3).as_bytes()).unwrap_err();
    assert_eq!(error.code(), "export.other_key");
}

/// The owner of the key can sign whatever they like. A checkpoint kept outside shows that they did.
#[test]
fn rewritten_and_shortened_history_is_found_by_a_kept_checkpoint() {
    let stored = grown(20);
    let kept = |size| checkpoint::verify(&head(size, &stored), &vkey()).unwrap();
    let whole = export(20);
    let verifier = (0..=20).fold(ExportVerifier::new(Some(vkey())), |v, size| v.with_witnessed(kept(size)));
    assert_eq!(check(verifier, whole.as_bytes()).unwrap().witnessed, 21);

    let mut edge = Edge::new();
    let mut lines = vec![header_line(REGISTER, "audit", 20, &vkey())];
    for n in 0..20 {
        let bytes = leaf(if n == 12 { 99 } else { n });
        edge.append(leaf_hash(&bytes)).unwrap();
        lines.push(leaf_line(n, &bytes));
    }
    let note = checkpoint::sign(&origin(), 20, &edge.root(), &key(), KEY_NAME).unwrap();
    lines.push(checkpoint_line(&note));
    let rewritten = lines.join("\n");
    assert!(check(ExportVerifier::new(Some(vkey())), rewritten.as_bytes()).is_ok());
    let watched = ExportVerifier::new(Some(vkey())).with_witnessed(kept(12)).with_witnessed(kept(15));
    assert_eq!(check(watched, rewritten.as_bytes()), Err(ExportError::HistoryRewritten { line: 16, size: 15 }));

    let watched = ExportVerifier::new(Some(vkey())).with_witnessed(kept(15));
    assert_eq!(
        check(watched, export(14).as_bytes()),
        Err(ExportError::ShorterThanWitnessed { size: 14, witnessed: 15 })
    );
    let elsewhere = Checkpoint { origin: "ploughshare/00/audit".into(), ..kept(3) };
    let watched = ExportVerifier::new(Some(vkey())).with_witnessed(elsewhere);
    assert_eq!(check(watched, whole.as_bytes()).unwrap_err().code(), "export.witnessed_other");
}

/// A thousand positions, drawn by a fixed rule, each with one of the 255 other values.
#[test]
fn every_flipped_byte_of_an_export_is_found() {
    let file = export(20).into_bytes();
    let last = file.len() - 1;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut seen = BTreeSet::new();
    while seen.len() < 1_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = (state >> 33) as usize % file.len();
        let flip = ((state >> 24) as u8).max(1);
        if !seen.insert(at) {
            continue;
        }
        let mut altered = file.clone();
        altered[at] ^= flip;
        let result = check(ExportVerifier::new(Some(vkey())), &altered);
        assert!(result.is_err(), "byte {at} of {last} flipped by {flip:#04x} was not found");
        // Without a pinned key, too: the key of the file is under the signature by its own hash.
        assert!(check(ExportVerifier::new(None), &altered).is_err(), "byte {at}, no pinned key");
    }
}
