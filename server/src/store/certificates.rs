//! Certificates of destruction that were issued, and what one is made of.

use ploughshare_core::ids::{DocId, OfficerId, OperationId};

use super::db::{Ask, Db, Row, Tx};
use super::error::Result;
use crate::vals;

/// A certificate that was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// In which operation.
    pub operation: OperationId,
    /// Of which destruction.
    pub document: DocId,
    /// Its number.
    pub number: String,
    /// When it was issued, in µs.
    pub issued_at: i64,
    /// Who had it issued.
    pub issued_by: OfficerId,
    /// Number of its leaf in the audit log.
    pub leaf_index: u64,
    /// SHA-256 of its list of items.
    pub list_hash: [u8; 32],
    /// Its body.
    pub body: Vec<u8>,
    /// The file, once it is sealed.
    pub file: Option<Vec<u8>>,
}

const ISSUED: &str =
    "select operation, document, number, issued_at, issued_by, leaf_index, list_hash, body, file from certificate";

fn issued_of(mut row: Row) -> Result<Issued> {
    Ok(Issued {
        operation: OperationId::from_bytes(row.array(0)?),
        document: DocId::from_bytes(row.array(1)?),
        number: row.text(2)?.to_owned(),
        issued_at: row.int(3)?,
        issued_by: OfficerId::from_bytes(row.array(4)?),
        leaf_index: row.uint(5)?,
        list_hash: row.array(6)?,
        file: row.opt_bytes(8)?.map(<[u8]>::to_vec),
        body: row.take_bytes(7)?,
    })
}

/// The certificate of a destruction, if there is one.
pub async fn of_document(from: impl Ask, operation: &OperationId, document: &DocId) -> Result<Option<Issued>> {
    let sql = sql!("{ISSUED} where operation = $1 and document = $2");
    let rows = from.ask(sql, &vals![operation, document]).await?;
    rows.into_iter().next().map(issued_of).transpose()
}

/// The certificate with this number.
pub async fn of_number(from: impl Ask, operation: &OperationId, number: &str) -> Result<Option<Issued>> {
    let sql = sql!("{ISSUED} where operation = $1 and number = $2");
    let rows = from.ask(sql, &vals![operation, number]).await?;
    rows.into_iter().next().map(issued_of).transpose()
}

/// How many certificates an operation has.
pub async fn count(from: impl Ask, operation: &OperationId) -> Result<u64> {
    let rows = from.ask(sql!("select count(*) from certificate where operation = $1"), &vals![operation]).await?;
    rows.first().map_or(Ok(0), |row| row.uint(0))
}

/// Enters a certificate. A second one of the destruction is the constraint `certificate_pkey`, a number twice `certificate_number_unique`.
pub async fn add(tx: &mut Tx, one: &Issued) -> Result<()> {
    let columns =
        ["operation", "document", "number", "issued_at", "issued_by", "leaf_index", "list_hash", "body", "file"];
    let Issued { operation, document, number, issued_at, issued_by, leaf_index, list_hash, body, file } = one;
    let row = vals![operation, document, number, *issued_at, issued_by, *leaf_index, *list_hash, body, file.clone()];
    tx.insert_many("certificate", &columns, vec![row]).await?;
    Ok(())
}

/// Keeps the sealed file, once.
pub async fn put_file(tx: &mut Tx, operation: &OperationId, document: &DocId, file: &[u8]) -> Result<()> {
    let sql = "update certificate set file = $1 where operation = $2 and document = $3 and file is null";
    tx.execute(sql, &vals![file.to_vec(), operation, document]).await?;
    Ok(())
}

/// An item of a destruction as the register holds it to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its content, CBOR.
    pub content: Vec<u8>,
    /// SHA-256 of its canonical content.
    pub digest: [u8; 32],
    /// Who recorded it.
    pub recorder: OfficerId,
    /// Rules whose blocking findings on it are open.
    pub blocking: Vec<String>,
}

/// An item, if it counts in this operation.
pub async fn item(register: &Db, operation: &OperationId, id: &DocId) -> Result<Option<Item>> {
    let sql = "select item.content, document.digest, item.recorder from item \
               join document on document.operation = item.operation and document.id = item.id \
               where item.operation = $1 and item.id = $2";
    let Some(mut row) = register.query_one(sql, &vals![operation, id]).await? else { return Ok(None) };
    let (digest, recorder) = (row.array(1)?, OfficerId::from_bytes(row.array(2)?));
    let sql = "select distinct rule from finding \
               where operation = $1 and item = $2 and state = 'open' and severity = 'block' order by rule";
    let rules = register.query(sql, &vals![operation, id]).await?;
    let blocking = rules.iter().map(|row| row.text(0).map(str::to_owned)).collect::<Result<_>>()?;
    Ok(Some(Item { content: row.take_bytes(0)?, digest, recorder, blocking }))
}
