//! Two tablets without a register: what they say to each other, over a channel that is encrypted already.
//!
//! ```text
//! hello     [ 1, { 1: version (1)  2: register  3: operation  4: device public key  5: decisions held  6: signature over the channel } ]
//! decisions [ 2, { 1: [segment of the register's journal …] } ]                    empty to whoever is not known yet
//! have      [ 3, { 1: [[journal, next, chain] …] } ]                               every journal that is known
//! forks     [ 6, { 1: [journal …] } ]                                              journals of which your end is not here
//! batch     [ 4, { 1: [segment …]  2: [segment that the register has …]  3: [receipt for the other …]  4: bytes left } ]
//! refusal   [ 5, { 1: code } ]
//! ```
//!
//! Each says hello and proves its key by a signature over the hash of the channel's handshake, so that nobody stands between. Who knows
//! the other as enrolled gives the decisions that the other lacks; they are the register's own words and need no trust. Only when both are known
//! to both, on the newest decisions that either holds, do they say what they have, and take turns in giving what the other lacks.

use crate::cbor::{self, CborError, Value};
use crate::exchange::{End, read_blobs, read_ends, write_blobs, write_ends};
use crate::ids::{DeviceId, JournalId, OperationId, RegisterId};
use crate::keys::{PublicKey, SecretKey};
use crate::limits;
use std::collections::BTreeMap;

/// What the signature of a hello is about, beside the channel.
const CONTEXT: &[u8] = b"ploughshare peer v1";

/// Why bytes are not a message between tablets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PeerError {
    /// Not deterministic CBOR.
    #[error("peer: {0}")]
    Cbor(#[from] CborError),
    /// A part is missing, of the wrong type, or beyond its limit.
    #[error("peer: {part} is missing, malformed or too large")]
    Malformed {
        /// Which part.
        part: &'static str,
    },
    /// A version that this build does not speak.
    #[error("peer version {version}; this build speaks 1: update needed")]
    Version {
        /// The version.
        version: i64,
    },
    /// The signature does not fit the channel and the key.
    #[error("the other side did not prove its key on this channel")]
    BadProof,
    /// The other side ends it.
    #[error("the other tablet refused: {code}")]
    Refused {
        /// Its stable code.
        code: String,
    },
}

impl PeerError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Cbor(_) | Self::Malformed { .. } => "peer.malformed",
            Self::Version { .. } => "peer.version",
            Self::BadProof => "peer.bad_proof",
            Self::Refused { .. } => "peer.refused",
        }
    }
}

fn missing(part: &'static str) -> PeerError {
    PeerError::Malformed { part }
}

/// Which end of the channel somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Who was called.
    Listener,
    /// Who called.
    Caller,
}

/// Who somebody says they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// Their register.
    pub register: RegisterId,
    /// Their operation.
    pub operation: OperationId,
    /// The public key of their device.
    pub key: Vec<u8>,
    /// Number after the newest decision they hold.
    pub decisions: u64,
    /// Signature over the channel.
    pub signature: Vec<u8>,
}

fn to_sign(side: Side, channel: &[u8]) -> Vec<u8> {
    let side: &[u8] = match side {
        Side::Listener => b"listener",
        Side::Caller => b"caller",
    };
    [CONTEXT, b"\n", side, b"\n", channel].concat()
}

impl Hello {
    /// A hello signed for one end of one channel, which `channel` names: the hash of its handshake.
    pub fn sign(
        register: RegisterId,
        operation: OperationId,
        decisions: u64,
        key: &SecretKey,
        side: Side,
        channel: &[u8],
    ) -> Self {
        let signature = key.sign(&to_sign(side, channel));
        Self { register, operation, key: key.public().as_bytes().to_vec(), decisions, signature }
    }

    /// The device that proved its key on this end of the channel.
    pub fn verify(&self, side: Side, channel: &[u8]) -> Result<DeviceId, PeerError> {
        let key = PublicKey::from_bytes(&self.key).map_err(|_| PeerError::BadProof)?;
        key.verify(&to_sign(side, channel), &self.signature).map_err(|_| PeerError::BadProof)?;
        Ok(key.device())
    }
}

/// What two tablets say to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Who I am.
    Hello(Hello),
    /// Decisions that you lack.
    Decisions(Vec<Vec<u8>>),
    /// What I have.
    Have(Vec<End>),
    /// Some of what you lack.
    Batch {
        /// Segments that the register may not have.
        segments: Vec<Vec<u8>>,
        /// Segments that the register has.
        settled: Vec<Vec<u8>>,
        /// The register's receipts for you.
        receipts: Vec<Vec<u8>>,
        /// Bytes of segments that are left to give.
        left: u64,
    },
    /// Journals of which your end is not here, although they reach as far here: give all of them.
    Forks(Vec<JournalId>),
    /// I end this.
    Refusal(String),
}

impl Message {
    /// The bytes that travel.
    pub fn to_bytes(&self) -> Vec<u8> {
        let int = |n: u64| Value::Int(n as i64);
        let (kind, parts) = match self {
            Self::Hello(hello) => {
                let parts = vec![
                    int(1),
                    Value::Bytes(hello.register.to_vec()),
                    Value::Bytes(hello.operation.to_vec()),
                    Value::Bytes(hello.key.clone()),
                    int(hello.decisions),
                    Value::Bytes(hello.signature.clone()),
                ];
                (1, parts)
            }
            Self::Decisions(segments) => (2, vec![write_blobs(segments)]),
            Self::Have(ends) => (3, vec![write_ends(ends)]),
            Self::Batch { segments, settled, receipts, left } => {
                (4, vec![write_blobs(segments), write_blobs(settled), write_blobs(receipts), int(*left)])
            }
            Self::Forks(journals) => {
                (6, vec![Value::Array(journals.iter().map(|journal| Value::Bytes(journal.to_vec())).collect())])
            }
            Self::Refusal(code) => (5, vec![Value::Text(code.clone())]),
        };
        let parts = (1..).zip(parts).map(|(key, part)| (Value::Int(key), part)).collect();
        cbor::encode(&Value::Array(vec![Value::Int(kind), Value::Map(parts)]))
    }

    /// Reads a message.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PeerError> {
        if bytes.len() > limits::EXCHANGE_BYTES {
            return Err(missing("message"));
        }
        let value = cbor::decode(bytes)?;
        let [kind, body] = value.as_array().ok_or(missing("message"))? else { return Err(missing("message")) };
        let raw = |key, part| body.get_int(key).and_then(Value::as_bytes).ok_or(missing(part));
        let blobs = |key, part: &'static str| read_blobs(body, key, part).map_err(|_| missing(part));
        Ok(match kind.as_int().ok_or(missing("kind"))? {
            1 => {
                let version = body.get_int(1).and_then(Value::as_int).ok_or(missing("version"))?;
                if version != 1 {
                    return Err(PeerError::Version { version });
                }
                Self::Hello(Hello {
                    register: RegisterId::from_slice(raw(2, "register")?).ok_or(missing("register"))?,
                    operation: OperationId::from_slice(raw(3, "operation")?).ok_or(missing("operation"))?,
                    key: raw(4, "key")?.to_vec(),
                    decisions: body.get_int(5).and_then(Value::as_uint).ok_or(missing("decisions"))?,
                    signature: raw(6, "signature")?.to_vec(),
                })
            }
            2 => Self::Decisions(blobs(1, "decisions")?),
            3 => Self::Have(read_ends(body, 1, limits::PEER_JOURNALS).map_err(|_| missing("journals"))?),
            4 => Self::Batch {
                segments: blobs(1, "segments")?,
                settled: blobs(2, "settled")?,
                receipts: blobs(3, "receipts")?,
                left: body.get_int(4).and_then(Value::as_uint).ok_or(missing("left"))?,
            },
            5 => {
                let code = body.get_int(1).and_then(Value::as_text).filter(|code| code.len() <= 64);
                Self::Refusal(code.ok_or(missing("code"))?.to_owned())
            }
            6 => {
                let list = body.get_int(1).and_then(Value::as_array).filter(|list| list.len() <= limits::PEER_JOURNALS);
                let journals = list.ok_or(missing("forks"))?.iter();
                let journals = journals.map(|value| value.as_bytes().and_then(JournalId::from_slice));
                Self::Forks(journals.collect::<Option<_>>().ok_or(missing("forks"))?)
            }
            _ => return Err(missing("kind")),
        })
    }
}

/// A journal of which the other side lacks something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lacks {
    /// Which.
    pub journal: JournalId,
    /// They have it up to this number, on this side's branch.
    pub from: u64,
    /// They hold another branch of it.
    pub forked: bool,
}

/// Journals of which their end is not here, although they reach as far here: the two hold different branches.
pub fn forked<E>(
    mine: &[End],
    theirs: &[End],
    ends_here: impl Fn(&End) -> Result<bool, E>,
) -> Result<Vec<JournalId>, E> {
    let mine: BTreeMap<JournalId, u64> = mine.iter().map(|end| (end.journal, end.next)).collect();
    let mut forked = Vec::new();
    for their in theirs.iter().filter(|their| their.next > 0) {
        if mine.get(&their.journal).is_some_and(|next| *next >= their.next) && !ends_here(their)? {
            forked.push(their.journal);
        }
    }
    Ok(forked)
}

/// What they lack of what is here. `ends_here` says whether a segment of a journal that ends at a number with a chain is here: both sides hold
/// the same branch up to there.
pub fn lacking<E>(mine: &[End], theirs: &[End], ends_here: impl Fn(&End) -> Result<bool, E>) -> Result<Vec<Lacks>, E> {
    let theirs: BTreeMap<JournalId, &End> = theirs.iter().map(|end| (end.journal, end)).collect();
    let mut lacks = Vec::new();
    for end in mine {
        let journal = end.journal;
        match theirs.get(&journal) {
            _ if end.next == 0 => {}
            None => lacks.push(Lacks { journal, from: 0, forked: false }),
            Some(their) if their.next == end.next && their.chain == end.chain => {}
            Some(their) if their.next == 0 => lacks.push(Lacks { journal, from: 0, forked: false }),
            Some(their) if their.next < end.next && ends_here(their)? => {
                lacks.push(Lacks { journal, from: their.next, forked: false });
            }
            // They are ahead, on this branch as far as can be told from here: they see whether it is.
            Some(their) if their.next > end.next => {}
            Some(_) => lacks.push(Lacks { journal, from: 0, forked: true }),
        }
    }
    Ok(lacks)
}

#[cfg(test)]
mod tests;
