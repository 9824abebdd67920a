//! What officers attested of a document, and what their reviews came to.

use ploughshare_core::ids::{DocId, EntryHash, OfficerId, OperationId};

use super::db::{Db, Row};
use super::error::Result;
use crate::vals;

/// An attestation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attested {
    /// The statement that carries it.
    pub entry: EntryHash,
    /// What was attested.
    pub what: String,
    /// Who.
    pub officer: OfficerId,
    /// Whether it still is what the document says.
    pub standing: String,
    /// Why it does not count, if it does not.
    pub reason: Option<String>,
    /// A word beside it.
    pub note: String,
    /// When, as the device's clock claims.
    pub claimed_at_ms: i64,
}

/// All attestations of a document, in the order of the fold.
pub async fn attestations(register: &Db, operation: &OperationId, doc: &DocId) -> Result<Vec<Attested>> {
    let sql = "select entry, what, officer, standing, reason, note, claimed_at_ms from attestation
      where operation = $1 and doc = $2 order by idx";
    let one = |row: &Row| {
        Ok(Attested {
            entry: EntryHash::from_bytes(row.array(0)?),
            what: row.text(1)?.to_owned(),
            officer: OfficerId::from_bytes(row.array(2)?),
            standing: row.text(3)?.to_owned(),
            reason: row.opt_text(4)?.map(str::to_owned),
            note: row.text(5)?.to_owned(),
            claimed_at_ms: row.int(6)?,
        })
    };
    register.query(sql, &vals![operation, doc]).await?.iter().map(one).collect()
}

/// What the reviews of a document came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewed {
    /// none, verified, amended, has_issues, rejected or disputed.
    pub state: String,
    /// The version verified last.
    pub verified: Option<VerifiedRow>,
}

/// A verified version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedRow {
    /// The statement that carries the attestation.
    pub entry: EntryHash,
    /// Who verified.
    pub officer: OfficerId,
    /// Paths and values that were verified, as CBOR.
    pub content: Vec<u8>,
    /// Paths that say something else by now, with what they say, as CBOR.
    pub amendments: Vec<u8>,
}

/// The review of a document; none where nobody attested anything.
pub async fn review(register: &Db, operation: &OperationId, doc: &DocId) -> Result<Option<Reviewed>> {
    let sql = "select state, entry, officer, content, amendments from review where operation = $1 and doc = $2";
    let row = register.query_one(sql, &vals![operation, doc]).await?;
    row.map(|row| {
        let state = row.text(0)?.to_owned();
        let (entry, officer) = (row.opt_array(1)?, row.opt_array(2)?);
        let (content, amendments) = (row.opt_bytes(3)?, row.opt_bytes(4)?);
        let verified = match (entry, officer, content, amendments) {
            (Some(entry), Some(officer), Some(content), Some(amendments)) => Some(VerifiedRow {
                entry: EntryHash::from_bytes(entry),
                officer: OfficerId::from_bytes(officer),
                content: content.to_vec(),
                amendments: amendments.to_vec(),
            }),
            _ => None,
        };
        Ok(Reviewed { state, verified })
    })
    .transpose()
}
