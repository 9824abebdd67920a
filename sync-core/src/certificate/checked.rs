//! Sealing a certificate, and checking one with nothing but the file and the register's public key.

use std::collections::BTreeSet;

use super::assess::{SignedState, signed_states};
use super::body::{Body, list_hash};
use super::{BODY_BYTES, CertificateError, FILE_BYTES, VERB, VERSION};
use crate::audit::{self, InclusionProof, Leaf, VerifierKey};
use crate::cbor::{self, Value};
use crate::destruction::{Outcome, outcome};
use crate::document::{Exceptions, Statement, fold_as_seen};
use crate::domain::procedures::DestructionRecord;
use crate::ids::EntryHash;
use crate::keys::{PublicKey, SecretKey, sha256};

/// A certificate that holds.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What it says.
    pub body: Body,
    /// SHA-256 of its list of items.
    pub list_hash: [u8; 32],
    /// The state that was signed.
    pub state: SignedState,
    /// The destruction at that state.
    pub record: DestructionRecord,
    /// What it came to.
    pub outcome: Outcome,
    /// Its leaf in the log.
    pub leaf: Leaf,
    /// Number of that leaf, from 0.
    pub leaf_index: u64,
    /// Leaves in the log when it was issued.
    pub log_size: u64,
}

impl Checked {
    /// How many were destroyed.
    pub fn destroyed(&self) -> usize {
        self.body.items.iter().filter(|item| item.is_destroyed()).count()
    }
}

/// The file of a certificate whose leaf is in the log.
pub fn seal(body: &[u8], proof: &InclusionProof, key: &SecretKey) -> Result<Vec<u8>, CertificateError> {
    let pressed = zstd::bulk::compress(body, 19).map_err(|_| CertificateError::Inflate)?;
    let payload = cbor::encode(&Value::Map(vec![
        (Value::Int(1), Value::Int(VERSION)),
        (Value::Int(2), Value::Bytes(pressed)),
        (Value::Int(3), Value::Text(proof.encode())),
    ]));
    let signature = key.sign(&payload);
    Ok(cbor::encode(&Value::Array(vec![Value::Bytes(payload), Value::Bytes(signature)])))
}

/// Checks a certificate. `key` is the register's, from a place that is trusted, and not from whoever brings the file.
pub fn verify(file: &[u8], key: &VerifierKey) -> Result<Checked, CertificateError> {
    if file.len() > FILE_BYTES {
        return Err(CertificateError::TooLarge { limit: FILE_BYTES });
    }
    let malformed = |part| CertificateError::Malformed { part };
    let outer = cbor::decode(file)?;
    let Some([Value::Bytes(payload), Value::Bytes(signature)]) = outer.as_array() else {
        return Err(malformed("frame"));
    };
    let register_key = PublicKey::from_bytes(key.public_key().as_bytes())?;
    register_key.verify(payload, signature).map_err(|_| CertificateError::BadSignature)?;
    let inner = cbor::decode(payload)?;
    let version = inner.get_int(1).and_then(Value::as_int).ok_or(malformed("version"))?;
    if version != VERSION {
        return Err(CertificateError::Version { version });
    }
    let pressed = inner.get_int(2).and_then(Value::as_bytes).ok_or(malformed("body"))?;
    let proof = inner.get_int(3).and_then(Value::as_text).ok_or(malformed("proof"))?;
    let bytes = zstd::bulk::decompress(pressed, BODY_BYTES).map_err(|_| CertificateError::Inflate)?;
    let body = Body::from_bytes(&bytes)?;
    let list_hash = list_hash(&body.items);
    if key.name() != format!("ploughshare/{}", body.register) {
        return Err(CertificateError::BadSignature);
    }
    let proof = InclusionProof::decode(proof)?;
    let origin = audit::checkpoint::origin(&body.register.to_string(), "audit");
    let (leaf, head) = proof.verify_carried(&origin, key)?;
    check_leaf(&leaf, &body, &bytes, &list_hash)?;
    let (state, record, outcome) = check_deed(&body)?;
    let leaf_index = proof.inclusion.index;
    Ok(Checked { body, list_hash, state, record, outcome, leaf, leaf_index, log_size: head.size })
}

/// The leaf is that of this very certificate.
fn check_leaf(leaf: &Leaf, body: &Body, bytes: &[u8], list: &[u8; 32]) -> Result<(), CertificateError> {
    let fact = |name: &str| leaf.facts.get(name).map(String::as_str);
    let expected = [
        ("verb", Some(leaf.verb.as_str()), VERB.to_owned()),
        ("document", Some(leaf.subject.as_str()), body.document.to_string()),
        ("body", fact("body"), hex::encode(sha256(bytes))),
        ("list", fact("list"), hex::encode(list)),
    ];
    match expected.iter().find(|(_, found, wanted)| *found != Some(wanted.as_str())) {
        Some((what, ..)) => Err(CertificateError::OtherLeaf { what }),
        None => Ok(()),
    }
}

/// What was said is folded again: the signed state, and the list that it comes to.
fn check_deed(body: &Body) -> Result<(SignedState, DestructionRecord, Outcome), CertificateError> {
    let statements: Vec<Statement> = body.entries.iter().cloned().map(Statement::new).collect();
    if statements.iter().any(|s| s.entry.about(&s.hash) != body.document) {
        return Err(CertificateError::Foreign);
    }
    let left_out = |hash: &EntryHash| body.left_out.contains_key(hash);
    let known = |officer, key: &Vec<u8>| body.signers.iter().any(|s| s.officer == officer && s.key == *key);
    let state = signed_states(body.document, &statements, &left_out, &body.bridged).into_iter().find(|state| {
        let mut signatures = state.destroyed.iter().chain(&state.witnessed);
        state.is_complete(body.witnesses) && signatures.all(|(officer, key)| known(*officer, key))
    });
    let state = state.ok_or(CertificateError::NotSigned { witnesses: body.witnesses })?;
    let left_out: BTreeSet<EntryHash> = body.left_out.keys().copied().collect();
    let counting = Exceptions { left_out, bridged: body.bridged.clone(), ..Exceptions::default() };
    let content = fold_as_seen(body.document, &statements, &state.heads, &counting).content();
    let record = DestructionRecord::read(&content);
    let outcome = outcome(&record);
    if !outcome.is_reconciled() {
        return Err(CertificateError::NotReconciled);
    }
    let differs = outcome.items.iter().zip(&body.items).find(|(one, listed)| !listed.agrees(one));
    if let Some((one, _)) = differs {
        return Err(CertificateError::OtherList { item: one.item });
    }
    if outcome.items.len() != body.items.len() {
        let longer = outcome.items.iter().map(|one| one.item).chain(body.items.iter().filter_map(|one| one.item)).max();
        return Err(CertificateError::OtherList { item: longer.unwrap_or(body.document) });
    }
    Ok((state, record, outcome))
}
