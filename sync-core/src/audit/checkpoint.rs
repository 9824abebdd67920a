//! The signed head of a log: a C2SP tlog-checkpoint in a C2SP signed note.
//!
//! ```text
//! <origin>                      which log this is
//! <size>                        leaves, decimal
//! <root>                        base64 of the root hash
//!                               (empty line)
//! — <key name> <base64>         Ed25519 signature; witnesses may add lines of their own
//! ```
//!
//! A verifier key is printed as `name+hash+base64` (C2SP signed-note), to be pinned by whoever checks.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use signed_note::{Note, Verifier, VerifierList, is_key_name_valid, key_id};

use super::tree::{self, Hash, MAX_TREE_SIZE};

/// The algorithm byte of Ed25519 in a verifier key (C2SP signed-note).
const ALGORITHM_ED25519: u8 = 1;
/// Longest signed checkpoint read, in bytes: room for a log's and a hundred witnesses' signatures.
pub const MAX_CHECKPOINT_BYTES: usize = 32 * 1024;
/// Longest origin or key name in bytes.
pub const MAX_NAME_BYTES: usize = 255;

/// The head of a log: `root` is the hash of all of its first `size` leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log this is.
    pub origin: String,
    /// Leaves in the tree.
    pub size: u64,
    /// The root hash of the tree.
    pub root: Hash,
}

/// The public half of a log's key, with the name it signs under.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key: VerifyingKey,
}

/// Why a checkpoint could not be signed or believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The origin is empty, too long, or holds control characters.
    #[error("the origin of a log is 1 to {MAX_NAME_BYTES} bytes without control characters")]
    BadOrigin,
    /// The key name is empty, too long, or holds spaces or a plus.
    #[error("the name of a key is 1 to {MAX_NAME_BYTES} bytes without spaces, pluses and control characters")]
    BadKeyName,
    /// The text is not a verifier key `name+hash+base64` of an Ed25519 key.
    #[error("not a verifier key: {0}")]
    BadVerifierKey(&'static str),
    /// The text is not a signed note with a checkpoint in it.
    #[error("not a signed checkpoint: {0}")]
    Malformed(&'static str),
    /// The checkpoint carries no signature by this key.
    #[error("no signature by the key {name}+{id:08x}")]
    NotSigned {
        /// Name of the key that was expected.
        name: String,
        /// Its id.
        id: u32,
    },
    /// There is a signature by this key and it is wrong.
    #[error("the signature by the key {name}+{id:08x} is wrong")]
    BadSignature {
        /// Name of the key.
        name: String,
        /// Its id.
        id: u32,
    },
    /// The checkpoint is of another log.
    #[error("a checkpoint of the log {found:?}, not of {expected:?}")]
    OtherOrigin {
        /// The log that was asked about.
        expected: String,
        /// The log that the checkpoint is of.
        found: String,
    },
}

impl CheckpointError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadOrigin => "checkpoint.bad_origin",
            Self::BadKeyName => "checkpoint.bad_key_name",
            Self::BadVerifierKey(_) => "checkpoint.bad_verifier_key",
            Self::Malformed(_) => "checkpoint.malformed",
            Self::NotSigned { .. } => "checkpoint.not_signed",
            Self::BadSignature { .. } => "checkpoint.bad_signature",
            Self::OtherOrigin { .. } => "checkpoint.other_origin",
        }
    }
}

/// The origin line of a log: `ploughshare/<register id in hex>/<name of the log>`. It binds every signed head to one register
/// and one log.
pub fn origin(register: &str, log: &str) -> String {
    format!("ploughshare/{register}/{log}")
}

/// Signs the head of the log `origin` and gives the note as text, ending in a newline.
pub fn sign(origin: &str, size: u64, root: &Hash, key: &SigningKey, key_name: &str) -> Result<String, CheckpointError> {
    check_origin(origin)?;
    tree::check_size(size).map_err(|_| CheckpointError::Malformed("more leaves than a log can have"))?;
    let verifier = VerifierKey::new(key_name, key.verifying_key())?;
    let body = tlog_tiles::Checkpoint::new(origin, size, tlog_tiles::Hash(*root), "")
        .map_err(|_| CheckpointError::BadOrigin)?
        .to_bytes();
    let signature = key.sign(&body).to_bytes().to_vec();
    let line = signed_note::Signature::new(verifier.name.clone(), verifier.id(), signature)
        .map_err(|_| CheckpointError::BadKeyName)?;
    let note = Note::new(&body, &[line]).map_err(|_| CheckpointError::BadOrigin)?;
    String::from_utf8(note.to_bytes()).map_err(|_| CheckpointError::BadOrigin)
}

/// Reads a signed checkpoint, believing it only with a right signature by `key`. Lines signed by others are left alone.
pub fn verify(text: &str, key: &VerifierKey) -> Result<Checkpoint, CheckpointError> {
    if text.len() > MAX_CHECKPOINT_BYTES {
        return Err(CheckpointError::Malformed("too long"));
    }
    let note = Note::from_bytes(text.as_bytes()).map_err(|_| CheckpointError::Malformed("not a signed note"))?;
    note.verify(&VerifierList::new(vec![Box::new(key.clone())])).map_err(|error| match error {
        signed_note::NoteError::InvalidSignature { name, id } => CheckpointError::BadSignature { name, id },
        _ => CheckpointError::NotSigned { name: key.name.clone(), id: key.id() },
    })?;
    let body = tlog_tiles::Checkpoint::from_bytes(note.text()).map_err(|_| CheckpointError::Malformed("bad body"))?;
    if !body.extension().is_empty() || body.to_bytes() != note.text() {
        return Err(CheckpointError::Malformed("more in it than origin, size and root"));
    }
    if body.size() > MAX_TREE_SIZE {
        return Err(CheckpointError::Malformed("more leaves than a log can have"));
    }
    check_origin(body.origin())?;
    Ok(Checkpoint { origin: body.origin().to_owned(), size: body.size(), root: body.hash().0 })
}

impl Checkpoint {
    /// Errors unless this is a checkpoint of the log `origin`.
    pub fn of_log(self, origin: &str) -> Result<Self, CheckpointError> {
        if self.origin == origin {
            Ok(self)
        } else {
            Err(CheckpointError::OtherOrigin { expected: origin.to_owned(), found: self.origin })
        }
    }
}

impl VerifierKey {
    /// The verifier key of an Ed25519 public key that signs under `name`.
    pub fn new(name: &str, key: VerifyingKey) -> Result<Self, CheckpointError> {
        let plain = !name.chars().any(char::is_control);
        if name.len() > MAX_NAME_BYTES || !plain || !is_key_name_valid(name) {
            return Err(CheckpointError::BadKeyName);
        }
        Ok(Self { name: name.to_owned(), key })
    }

    /// The name it signs under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The short id that finds it among the signatures of a note.
    pub fn id(&self) -> u32 {
        key_id(&self.name, &self.algorithm_and_key())
    }

    /// The Ed25519 public key.
    pub fn public_key(&self) -> &VerifyingKey {
        &self.key
    }

    fn algorithm_and_key(&self) -> Vec<u8> {
        [&[ALGORITHM_ED25519], self.key.as_bytes().as_slice()].concat()
    }
}

/// The C2SP form, `name+hash+base64`.
impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{:08x}+{}", self.name, self.id(), STANDARD.encode(self.algorithm_and_key()))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

impl FromStr for VerifierKey {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // A key name has no plus, base64 may.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(CheckpointError::BadVerifierKey("not name+hash+base64"));
        };
        let bytes = STANDARD.decode(encoded).map_err(|_| CheckpointError::BadVerifierKey("the key is not base64"))?;
        let Some((&ALGORITHM_ED25519, raw)) = bytes.split_first() else {
            return Err(CheckpointError::BadVerifierKey("not an Ed25519 key"));
        };
        let raw = raw.try_into().map_err(|_| CheckpointError::BadVerifierKey("the key is not 32 bytes"))?;
        let key = VerifyingKey::from_bytes(raw)
            .map_err(|_| CheckpointError::BadVerifierKey("the key is not a point of the curve"))?;
        let verifier = Self::new(name, key)?;
        if id != format!("{:08x}", verifier.id()) {
            return Err(CheckpointError::BadVerifierKey("the hash does not fit name and key"));
        }
        Ok(verifier)
    }
}

impl Verifier for VerifierKey {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        self.id()
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

fn check_origin(origin: &str) -> Result<(), CheckpointError> {
    let sized = (1..=MAX_NAME_BYTES).contains(&origin.len());
    if sized && !origin.chars().any(char::is_control) { Ok(()) } else { Err(CheckpointError::BadOrigin) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn verifier(seed: u8) -> VerifierKey {
        VerifierKey::new("example.org/log", key(seed).verifying_key()).unwrap()
    }

    fn signed() -> String {
        sign("example.org/log", 5, &[9; 32], &key(1), "example.org/log").unwrap()
    }

    #[test]
    fn a_signed_checkpoint_reads_back() {
        let read = verify(&signed(), &verifier(1)).unwrap();
        assert_eq!(read, Checkpoint { origin: "example.org/log".into(), size: 5, root: [9; 32] });
        assert!(read.clone().of_log("example.org/log").is_ok());
        assert_eq!(read.of_log("example.org/other").unwrap_err().code(), "checkpoint.other_origin");
    }

    #[test]
    fn another_key_or_another_text_is_not_believed() {
        assert_eq!(verify(&signed(), &verifier(2)).unwrap_err().code(), "checkpoint.not_signed");
        let altered = signed().replacen("\n5\n", "\n6\n", 1);
        assert_eq!(verify(&altered, &verifier(1)).unwrap_err().code(), "checkpoint.bad_signature");
        assert_eq!(verify("", &verifier(1)).unwrap_err().code(), "checkpoint.malformed");
    }

    #[test]
    fn what_is_signed_but_is_no_plain_checkpoint_is_refused() {
        for body in [
            "o\n5\n",
            "o\n05\nCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=\n",
            "o\n5\nCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=\nmore\n",
        ] {
            let signature = key(1).sign(body.as_bytes()).to_bytes().to_vec();
            let line = signed_note::Signature::new("example.org/log".into(), verifier(1).id(), signature).unwrap();
            let note = Note::new(body.as_bytes(), &[line]).unwrap().to_bytes();
            let error = verify(&String::from_utf8(note).unwrap(), &verifier(1)).unwrap_err();
            assert_eq!(error.code(), "checkpoint.malformed", "{body}");
        }
    }

    #[test]
    fn a_witness_may_add_its_line() {
        let other = sign("example.org/log", 5, &[9; 32], &key(3), "witness.example").unwrap();
        let line = other.lines().last().unwrap();
        let both = format!("{}{line}\n", signed());
        assert_eq!(verify(&both, &verifier(1)).unwrap().size, 5);
        let witness = VerifierKey::new("witness.example", key(3).verifying_key()).unwrap();
        assert_eq!(verify(&both, &witness).unwrap().size, 5);
    }

    #[test]
    fn the_format_is_the_one_of_other_tools() {
        // The example key of the signed note format; the library reads what is printed here, and the other way round.
        let example = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        assert_eq!(example.parse::<VerifierKey>().unwrap().to_string(), example);
        let theirs = signed_note::StandardVerifier::new(&verifier(1).to_string()).unwrap();
        let note = Note::from_bytes(signed().as_bytes()).unwrap();
        assert!(note.verify(&VerifierList::new(vec![Box::new(theirs)])).is_ok());
    }

    #[test]
    fn names_and_keys_are_read_strictly() {
        for bad in [
            "",
            "a",
            "a+b",
            "a+00000000+AQ==",
            "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        ] {
            assert_eq!(bad.parse::<VerifierKey>().unwrap_err().code(), "checkpoint.bad_verifier_key", "{bad}");
        }
        assert_eq!(sign("a\nb", 0, &[0; 32], &key(1), "k").unwrap_err(), CheckpointError::BadOrigin);
        assert_eq!(sign("a", 0, &[0; 32], &key(1), "k k").unwrap_err(), CheckpointError::BadKeyName);
        assert_eq!(sign("a", 0, &[0; 32], &key(1), "k+k").unwrap_err(), CheckpointError::BadKeyName);
    }
}
