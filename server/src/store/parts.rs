//! Beginnings of segments that a bad link cut off.

use ploughshare_core::exchange::stream::Part;

use super::db::{Ask, Tx};
use super::error::Result;
use crate::admission::Bringer;
use crate::vals;

/// The segment of this device of which the beginning is here.
pub async fn held(from: impl Ask, who: &Bringer) -> Result<Option<Part>> {
    let sql = "select hash, size, held from segment_part where operation = $1 and device = $2";
    let row = from.ask_one(sql, &vals![&who.operation, &who.device]).await?;
    row.map(|mut row| {
        let (hash, size) = (row.array(0)?, row.uint(1)?);
        Ok(Part { hash, place: 0, size, offset: 0, bytes: row.take_bytes(2)? })
    })
    .transpose()
}

/// Keeps the beginning of a segment, in place of another one's. Less than is here already changes nothing.
pub async fn keep(tx: &mut Tx, who: &Bringer, part: &Part, now_us: i64) -> Result<()> {
    if held(&mut *tx, who).await?.is_some_and(|held| held.hash == part.hash && held.bytes.len() >= part.bytes.len()) {
        return Ok(());
    }
    let row = vals![&who.operation, &who.device, part.hash, part.size, part.bytes.clone(), now_us];
    let columns = ["operation", "device", "hash", "size", "held", "received_at"];
    tx.upsert_many("segment_part", &columns, &["operation", "device"], vec![row]).await?;
    Ok(())
}

/// The segment is whole, or its bytes were not what they were named.
pub async fn drop_part(tx: &mut Tx, who: &Bringer, hash: &[u8; 32]) -> Result<()> {
    let sql = "delete from segment_part where operation = $1 and device = $2 and hash = $3";
    tx.execute(sql, &vals![&who.operation, &who.device, *hash]).await?;
    Ok(())
}
