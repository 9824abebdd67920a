//! The laws of the log, and its frozen vectors.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use ed25519_dalek::SigningKey;
use proptest::prelude::*;
use tlog_tiles::HashReader;

use super::checkpoint::{self, Checkpoint, VerifierKey};
use super::leaf::{Leaf, leaf_hash};
use super::proof::{Consistency, ConsistencyProof, Inclusion, InclusionProof};
use super::tree::{self, EMPTY_ROOT, Edge, Hash, StoredHashes, TreeError};

mod export;

const REGISTER: &str = "00112233445566778899aabbccddeeff";
const KEY_NAME: &str = "register.example";

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn vkey() -> VerifierKey {
    VerifierKey::new(KEY_NAME, key().verifying_key()).unwrap()
}

fn origin() -> String {
    checkpoint::origin(REGISTER, "audit")
}

fn leaf(n: u64) -> Vec<u8> {
    let verb = ["segment.admitted", "item.read", "officer.role_granted"][(n % 3) as usize];
    let leaf = Leaf::new(verb, 1_767_225_600_000_000 + n as i64, "register", &format!("{n:032x}"));
    leaf.fact("n", n).encode().unwrap()
}

fn head(size: u64, stored: &StoredHashes) -> String {
    checkpoint::sign(&origin(), size, &tree::root(size, stored).unwrap(), &key(), KEY_NAME).unwrap()
}

/// All stored hashes of a log of `size` leaves.
fn grown(size: u64) -> StoredHashes {
    let mut edge = Edge::new();
    (0..size).flat_map(|n| edge.append(leaf_hash(&leaf(n))).unwrap()).collect()
}

/// Only the stored hashes that were asked for: what a database would have handed in.
fn only(indexes: &[u64], stored: &StoredHashes) -> StoredHashes {
    indexes.iter().map(|index| (*index, stored[index])).collect()
}

struct Reference(Vec<tlog_tiles::Hash>);

impl HashReader for Reference {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|index| self.0[*index as usize]).collect())
    }
}

#[test]
fn the_tree_is_the_one_of_the_reference() {
    let mut reference = Reference(Vec::new());
    let mut edge = Edge::new();
    let mut stored = StoredHashes::new();
    assert_eq!(edge.root(), EMPTY_ROOT);
    for n in 0..300 {
        let theirs = tlog_tiles::stored_hashes(n, &leaf(n), &reference).unwrap();
        let ours = edge.append(leaf_hash(&leaf(n))).unwrap();
        let first = reference.0.len() as u64;
        assert_eq!(ours, theirs.iter().enumerate().map(|(i, hash)| (first + i as u64, hash.0)).collect::<Vec<_>>());
        reference.0.extend(theirs);
        stored.extend(ours);
        assert_eq!(edge.root(), tlog_tiles::tree_hash(n + 1, &reference).unwrap().0);

        let needed = only(&tree::edge_indexes(n + 1).unwrap(), &stored);
        assert_eq!(Edge::from_stored(n + 1, &needed).unwrap(), edge);
        assert_eq!(Edge::from_parts(n + 1, edge.hashes().to_vec()).unwrap(), edge);
    }
}

#[test]
fn every_inclusion_proof_verifies_and_shows_nothing_else() {
    let stored = grown(70);
    for size in 1..=70 {
        let root = tree::root(size, &stored).unwrap();
        for index in 0..size {
            let needed = only(&tree::inclusion_indexes(index, size).unwrap(), &stored);
            let proof = Inclusion::build(index, size, &needed).unwrap();
            let hash = leaf_hash(&leaf(index));
            proof.verify(&hash, size, &root).unwrap();

            assert!(proof.verify(&leaf_hash(b"other"), size, &root).is_err());
            assert!(proof.verify(&hash, size, &[0; 32]).is_err());
            assert!(proof.verify(&hash, index, &root).is_err());
            for at in 0..proof.hashes.len() {
                let mut altered = proof.clone();
                altered.hashes[at][31] ^= 1;
                assert!(altered.verify(&hash, size, &root).is_err());
            }
            let mut longer = proof.clone();
            longer.hashes.push([0; 32]);
            assert!(longer.verify(&hash, size, &root).is_err());
            let moved = Inclusion { index: (index + 1) % size, ..proof };
            assert_eq!(moved.verify(&hash, size, &root).is_ok(), size == 1);
        }
    }
}

#[test]
fn every_consistency_proof_verifies_and_shows_nothing_else() {
    let stored = grown(70);
    for new in 0..=70 {
        let new_root = tree::root(new, &stored).unwrap();
        for old in 0..=new {
            let old_root = tree::root(old, &stored).unwrap();
            let needed = only(&tree::consistency_indexes(old, new).unwrap(), &stored);
            let proof = Consistency::build(old, new, &needed).unwrap();
            proof.verify(&old_root, new, &new_root).unwrap();

            assert!(proof.verify(&[1; 32], new, &new_root).is_err());
            if old > 0 {
                assert!(proof.verify(&old_root, new, &[1; 32]).is_err());
            }
            for at in 0..proof.hashes.len() {
                let mut altered = proof.clone();
                altered.hashes[at][0] ^= 1;
                assert!(altered.verify(&old_root, new, &new_root).is_err());
            }
        }
    }
}

#[test]
fn what_is_missing_or_impossible_is_named() {
    let stored = grown(5);
    let mut holey = stored.clone();
    holey.remove(&tree::edge_indexes(5).unwrap()[0]);
    assert_eq!(tree::root(5, &holey), Err(TreeError::MissingHash(6)));
    assert_eq!(Inclusion::build(4, 5, &holey).unwrap_err().code(), "tree.missing_hash");
    assert_eq!(tree::inclusion_indexes(5, 5), Err(TreeError::NoSuchLeaf { index: 5, size: 5 }));
    assert_eq!(tree::consistency_indexes(6, 5), Err(TreeError::OldIsLarger { old: 6, new: 5 }));
    for size in [tree::MAX_TREE_SIZE + 1, u64::MAX] {
        assert_eq!(tree::edge_indexes(size), Err(TreeError::TooLarge(size)));
        assert_eq!(tree::inclusion_indexes(0, size), Err(TreeError::TooLarge(size)));
        assert_eq!(tree::consistency_indexes(1, size), Err(TreeError::TooLarge(size)));
        let proof = Inclusion { index: 0, hashes: Vec::new() };
        assert_eq!(proof.verify(&[0; 32], size, &[0; 32]).unwrap_err().code(), "tree.too_large");
    }
    assert_eq!(Edge::from_parts(5, vec![[0; 32]]).unwrap_err().code(), "tree.edge_length");
    assert_eq!(tree::inclusion_indexes(0, tree::MAX_TREE_SIZE).unwrap().len(), 48);
}

#[test]
fn a_proof_as_text_is_checked_with_a_public_key_alone() {
    let stored = grown(11);
    let proof = InclusionProof {
        inclusion: Inclusion::build(6, 11, &stored).unwrap(),
        leaf: Some(leaf(6)),
        checkpoint: head(11, &stored),
    };
    let text = proof.encode();
    let read = InclusionProof::decode(&text).unwrap();
    assert_eq!(read, proof);
    let (carried, shown) = read.verify_carried(&origin(), &vkey()).unwrap();
    assert_eq!((carried, shown.size), (Leaf::decode(&leaf(6)).unwrap(), 11));
    assert!(read.verify(&leaf(7), &origin(), &vkey()).is_err());
    let reads = checkpoint::origin(REGISTER, "reads");
    assert_eq!(read.verify(&leaf(6), &reads, &vkey()).unwrap_err().code(), "checkpoint.other_origin");
    let bare = InclusionProof { leaf: None, ..proof };
    assert_eq!(InclusionProof::decode(&bare.encode()).unwrap(), bare);
    assert_eq!(bare.verify_carried(&origin(), &vkey()).unwrap_err().code(), "proof.no_leaf");
}

#[test]
fn a_later_head_is_checked_against_the_one_that_was_kept() {
    let stored = grown(20);
    let kept = checkpoint::verify(&head(13, &stored), &vkey()).unwrap();
    let proof =
        ConsistencyProof { consistency: Consistency::build(13, 20, &stored).unwrap(), checkpoint: head(20, &stored) };
    let read = ConsistencyProof::decode(&proof.encode()).unwrap();
    assert_eq!(read, proof);
    assert_eq!(read.verify(&kept, &vkey()).unwrap().size, 20);
    let other = Checkpoint { root: [3; 32], ..kept.clone() };
    assert_eq!(read.verify(&other, &vkey()).unwrap_err().code(), "proof.not_consistent");
    let shorter = Checkpoint { size: 12, ..kept };
    assert_eq!(read.verify(&shorter, &vkey()).unwrap_err().code(), "proof.not_consistent");
}

#[test]
fn every_altered_byte_of_a_proof_text_is_found() {
    let stored = grown(11);
    let proof = InclusionProof {
        inclusion: Inclusion::build(6, 11, &stored).unwrap(),
        leaf: Some(leaf(6)),
        checkpoint: head(11, &stored),
    };
    let text = proof.encode().into_bytes();
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut altered = text.clone();
            altered[at] ^= 1 << bit;
            let believed = std::str::from_utf8(&altered)
                .ok()
                .and_then(|text| InclusionProof::decode(text).ok())
                .is_some_and(|proof| proof.verify_carried(&origin(), &vkey()).is_ok());
            assert!(!believed, "bit {bit} of byte {at}");
        }
    }
}

/// Frozen: five leaves and the root over them. If this fails, logs that exist can no longer be checked.
#[test]
fn five_leaves_and_their_root_are_frozen() {
    let bytes = (0..5).map(|n| hex::encode(leaf(n))).collect::<Vec<_>>();
    assert_eq!(bytes, GOLDEN_LEAVES);
    assert_eq!(hex::encode(tree::root(5, &grown(5)).unwrap()), GOLDEN_ROOT);
    assert_eq!(vkey().to_string(), GOLDEN_VKEY);
    assert_eq!(head(5, &grown(5)), GOLDEN_CHECKPOINT);
}

const GOLDEN_LEAVES: [&str; 5] = [
    "a66176016476657262707365676d656e742e61646d6974746564656163746f726872656769737465726561745f75731b0006474846204000656661637473a1616e6130677375626a65637478203030303030303030303030303030303030303030303030303030303030303030",
    "a66176016476657262696974656d2e72656164656163746f726872656769737465726561745f75731b0006474846204001656661637473a1616e6131677375626a65637478203030303030303030303030303030303030303030303030303030303030303031",
    "a66176016476657262746f6666696365722e726f6c655f6772616e746564656163746f726872656769737465726561745f75731b0006474846204002656661637473a1616e6132677375626a65637478203030303030303030303030303030303030303030303030303030303030303032",
    "a66176016476657262707365676d656e742e61646d6974746564656163746f726872656769737465726561745f75731b0006474846204003656661637473a1616e6133677375626a65637478203030303030303030303030303030303030303030303030303030303030303033",
    "a66176016476657262696974656d2e72656164656163746f726872656769737465726561745f75731b0006474846204004656661637473a1616e6134677375626a65637478203030303030303030303030303030303030303030303030303030303030303034",
];
const GOLDEN_ROOT: &str = "9b4c5a38980a837b7a0366e770270a76fdfb3c64e8e70c34e63a2911ee9f8b64";
const GOLDEN_VKEY: &str = "register.example+1bc797c9+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
const GOLDEN_CHECKPOINT: &str = "\
ploughshare/00112233445566778899aabbccddeeff/audit
5
m0xaOJgKg3t6A2bncCcKdv37PGTo5ww05jopEe6fi2Q=

— register.example G8eXySfFH3sZWaz5zuYLr0u83PYPOUX4q6YfkG0FCGkUKLWRzYv3pZLcu44gyMpkcCP8NeEYXFUBDV/PtqoydTJQWAM=
";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn however_leaves_are_batched_the_log_is_the_same(batches in prop::collection::vec(0_u64..40, 0..12)) {
        let mut stored = StoredHashes::new();
        let mut size = 0;
        for batch in batches {
            // Each batch begins with what a database hands in: the hashes of the edge and no others.
            let mut edge = Edge::from_stored(size, &only(&tree::edge_indexes(size).unwrap(), &stored)).unwrap();
            for _ in 0..batch {
                let written = edge.append(leaf_hash(&leaf(edge.size()))).unwrap();
                for (index, hash) in written {
                    prop_assert!(stored.insert(index, hash).is_none(), "a stored hash is written once");
                }
            }
            size = edge.size();
        }
        prop_assert_eq!(stored, grown(size));
    }

    #[test]
    fn proofs_verify_in_any_log(size in 1_u64..2_000, at in any::<prop::sample::Index>(), old in any::<prop::sample::Index>()) {
        let stored = grown(size);
        let root = tree::root(size, &stored).unwrap();
        let index = at.index(size as usize) as u64;
        let needed = only(&tree::inclusion_indexes(index, size).unwrap(), &stored);
        let proof = Inclusion::build(index, size, &needed).unwrap();
        prop_assert!(proof.verify(&leaf_hash(&leaf(index)), size, &root).is_ok());

        let old = old.index(size as usize) as u64 + 1;
        let needed = only(&tree::consistency_indexes(old, size).unwrap(), &stored);
        let proof = Consistency::build(old, size, &needed).unwrap();
        let old_root = tree::root(old, &only(&tree::edge_indexes(old).unwrap(), &stored)).unwrap();
        prop_assert!(proof.verify(&old_root, size, &root).is_ok());
    }

    #[test]
    fn bytes_are_one_leaf_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(leaf) = Leaf::decode(&bytes) {
            prop_assert_eq!(leaf.encode().unwrap(), bytes);
        }
    }

    #[test]
    fn an_altered_leaf_is_another_leaf_or_none(n in 0_u64..9, at in any::<prop::sample::Index>(), flip in 1_u8..) {
        let mut bytes = leaf(n);
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if let Ok(read) = Leaf::decode(&bytes) {
            prop_assert_ne!(read, Leaf::decode(&leaf(n)).unwrap());
        }
    }

    #[test]
    fn a_leaf_of_any_content_reads_back(
        verb in "[a-z_]{1,20}(\\.[a-z0-9_]{1,20}){1,2}",
        at_us in any::<i64>(),
        facts in prop::collection::btree_map("[a-z0-9_]{1,64}", "\\PC{0,80}", 0..20),
    ) {
        let leaf = Leaf { verb, at_us, actor: "operator".into(), subject: "a:1/b-2.c_3".into(), facts };
        let bytes = leaf.encode().unwrap();
        prop_assert_eq!(Leaf::decode(&bytes).unwrap(), leaf);
    }

    #[test]
    fn any_text_is_refused_as_proof_without_panic(text in "\\PC{0,300}|(c2sp.org/tlog-proof@v1\n(extra [a-zA-Z=]{0,9}\n)?index [0-9]{1,21}\n([A-Za-z0-9+/=]{0,44}\n){0,5}\n.*)") {
        if let Ok(proof) = InclusionProof::decode(&text) {
            prop_assert!(proof.verify(b"leaf", &origin(), &vkey()).is_err());
        }
        let read = ConsistencyProof::decode(&text);
        prop_assert!(read.is_err() || text.starts_with("old "));
    }

    #[test]
    fn random_hashes_prove_nothing(
        size in 0_u64..1 << 49,
        index in any::<u64>(),
        hashes in prop::collection::vec(any::<Hash>(), 0..70),
    ) {
        let proof = Inclusion { index, hashes: hashes.clone() };
        prop_assert!(proof.verify(&[1; 32], size, &[2; 32]).is_err());
        let proof = Consistency { old_size: index, hashes };
        prop_assert!(proof.verify(&[1; 32], size, &[2; 32]).is_err());
    }
}
