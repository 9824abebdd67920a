//! Leaves, checkpoints, proofs and the export file.

use ed25519_dalek::SigningKey;

use super::fuzz;
use crate::audit::checkpoint::{self, VerifierKey};
use crate::audit::export::{ExportVerifier, checkpoint_line, header_line, leaf_line};
use crate::audit::leaf::{Leaf, leaf_hash};
use crate::audit::proof::{Consistency, ConsistencyProof, Inclusion, InclusionProof};
use crate::audit::tree::{self, Edge, StoredHashes};

const REGISTER: &str = "00112233445566778899aabbccddeeff";
const SIZE: u64 = 6;

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn vkey() -> VerifierKey {
    VerifierKey::new("register.example", key().verifying_key()).unwrap()
}

fn leaf(n: u64) -> Vec<u8> {
    let leaf = Leaf::new("segment.admitted", 1_790_000_000_000_000 + n as i64, "register", &format!("{n:032x}"));
    leaf.fact("n", n).fact("journal", "ab".repeat(16)).encode().unwrap()
}

fn stored() -> StoredHashes {
    let mut edge = Edge::new();
    (0..SIZE).flat_map(|n| edge.append(leaf_hash(&leaf(n))).unwrap()).collect()
}

fn head(size: u64) -> String {
    let origin = checkpoint::origin(REGISTER, "audit");
    checkpoint::sign(&origin, size, &tree::root(size, &stored()).unwrap(), &key(), "register.example").unwrap()
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

#[test]
fn leaves_have_one_form() {
    let corpus: Vec<Vec<u8>> = (0..SIZE).map(leaf).collect();
    let read = fuzz("leaf", 50, &corpus, |bytes| {
        let Ok(leaf) = Leaf::decode(bytes) else { return false };
        assert_eq!(leaf.encode().unwrap(), bytes);
        true
    });
    assert!(read > 100, "{read}");
}

#[test]
fn only_the_checkpoint_that_was_signed_is_believed() {
    let heads: Vec<String> = (1..=SIZE).map(head).collect();
    let signed: Vec<_> = heads.iter().map(|h| checkpoint::verify(h, &vkey()).unwrap()).collect();
    let corpus: Vec<Vec<u8>> = heads.into_iter().map(String::into_bytes).collect();
    fuzz("checkpoint", 51, &corpus, |bytes| match text(bytes).map(|text| checkpoint::verify(text, &vkey())) {
        Some(Ok(read)) => {
            assert!(signed.contains(&read), "a changed checkpoint is believed");
            true
        }
        _ => false,
    });
}

#[test]
fn verifier_keys_have_one_form() {
    fuzz("verifier key", 52, &[vkey().to_string().into_bytes()], |bytes| {
        let Some(Ok(key)) = text(bytes).map(str::parse::<VerifierKey>) else { return false };
        assert_eq!(key.to_string().as_bytes(), bytes);
        true
    });
}

#[test]
fn only_a_proof_of_what_is_there_is_believed() {
    let proof = |index: u64| InclusionProof {
        inclusion: Inclusion::build(index, SIZE, &stored()).unwrap(),
        leaf: Some(leaf(index)),
        checkpoint: head(SIZE),
    };
    let origin = checkpoint::origin(REGISTER, "audit");
    let corpus: Vec<Vec<u8>> = [0, 3, 5].map(|i| proof(i).encode().into_bytes()).to_vec();
    let read = fuzz("inclusion proof", 53, &corpus, |bytes| {
        let Some(Ok(read)) = text(bytes).map(InclusionProof::decode) else { return false };
        assert_eq!(InclusionProof::decode(&read.encode()).as_ref(), Ok(&read));
        if let Ok((carried, head)) = read.verify_carried(&origin, &vkey()) {
            assert_eq!((carried.encode().unwrap(), head.size), (leaf(read.inclusion.index), SIZE));
        }
        true
    });
    assert!(read > 100, "{read}");

    let proof =
        ConsistencyProof { consistency: Consistency::build(3, SIZE, &stored()).unwrap(), checkpoint: head(SIZE) };
    let kept = checkpoint::verify(&head(3), &vkey()).unwrap();
    let read = fuzz("consistency proof", 54, &[proof.encode().into_bytes()], |bytes| {
        let Some(Ok(read)) = text(bytes).map(ConsistencyProof::decode) else { return false };
        assert_eq!(ConsistencyProof::decode(&read.encode()).as_ref(), Ok(&read));
        if let Ok(later) = read.verify(&kept, &vkey()) {
            assert_eq!((later.size, later.root), (SIZE, tree::root(SIZE, &stored()).unwrap()));
        }
        true
    });
    assert!(read > 100, "{read}");
}

#[test]
fn only_the_export_that_was_written_verifies() {
    let export = |size: u64| {
        let mut lines = vec![header_line(REGISTER, "audit", size, &vkey())];
        lines.extend((0..size).map(|n| leaf_line(n, &leaf(n))));
        lines.push(checkpoint_line(&head(size)));
        lines.join("\n").into_bytes()
    };
    let corpus: Vec<Vec<u8>> = [2, SIZE].map(export).to_vec();
    fuzz("export", 55, &corpus, |bytes| {
        let mut verifier = ExportVerifier::new(Some(vkey()));
        for line in bytes.split(|byte| *byte == b'\n') {
            if verifier.line_bytes(line).is_err() {
                return false;
            }
        }
        let believed = verifier.finish().is_ok();
        assert!(!believed || corpus.iter().any(|whole| whole == bytes), "a changed export verifies");
        believed
    });
}
