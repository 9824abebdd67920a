//! Photos and markings of items.

use ploughshare_core::ids::{DocId, OperationId};
use serde::Serialize;
use utoipa::ToSchema;

use super::db::{Db, Row};
use super::error::Result;
use crate::vals;

/// Hashes of the photos of an item, in hex.
pub async fn of(register: &Db, operation: &OperationId, item: &DocId) -> Result<Vec<String>> {
    let sql = "select hash from photo where operation = $1 and item = $2 order by key";
    register.query(sql, &vals![operation, item]).await?.iter().map(|row| Ok(hex::encode(row.bytes(0)?))).collect()
}

/// A marking as it is compared with those of another item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Marking {
    /// Key of the member.
    pub key: String,
    /// Type, by the code list.
    pub r#type: Option<String>,
    /// Text as seen.
    pub text: Option<String>,
    /// Condition, by the code list.
    pub condition: Option<String>,
    /// Location, by the code list.
    pub location: Option<String>,
    /// Hash of its photo.
    pub photo: Option<String>,
    /// Whether it was withdrawn.
    pub withdrawn: bool,
}

/// Markings of an item.
pub async fn markings(register: &Db, operation: &OperationId, item: &DocId) -> Result<Vec<Marking>> {
    let sql = "select key, type, text, condition, location, photo, withdrawn from marking \
               where operation = $1 and item = $2 order by key";
    let one = |row: &Row| {
        let text = |column| row.opt_text(column).map(|text| text.map(str::to_owned));
        Ok(Marking {
            key: row.text(0)?.to_owned(),
            r#type: text(1)?,
            text: text(2)?,
            condition: text(3)?,
            location: text(4)?,
            photo: row.opt_bytes(5)?.map(hex::encode),
            withdrawn: row.flag(6)?,
        })
    };
    register.query(sql, &vals![operation, item]).await?.iter().map(one).collect()
}
