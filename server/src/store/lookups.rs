//! Serials that tablets are warned of: what they are read from, and what was published.

use ploughshare_core::lookup::Noticed;

use super::db::{Ask, Db, Row, Tx};
use super::error::Result;
use super::read_filter::Filter;
use crate::vals;

/// A serial that stands on an item now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Where the next page begins.
    pub search_id: i64,
    /// The serial as compared.
    pub norm: String,
    /// The class of its item; empty where none is known.
    pub class: String,
    /// What is known of the item.
    pub noticed: Noticed,
}

const STANDING: &str = "select m.search_id, m.norm, coalesce(i.class, ''), i.status, i.trace_pending from marking as m \
    join item as i on i.operation = m.operation and i.id = m.item \
    where m.type = 'SER' and m.withdrawn = 0 and m.norm is not null \
    and not exists (select 1 from item_move as v where v.operation = m.operation and v.item = m.item)";

/// How far the register has followed the feeds, as the next audit leaf that it will look at.
pub async fn seq(from: impl Ask) -> Result<u64> {
    let row = from.ask_one("select seq from projection_head where id = 1", &[]).await?;
    Ok(row.map(|row| row.uint(0)).transpose()?.unwrap_or(0))
}

/// Serials of all operations, behind a row of the index; what was transferred is counted where it went.
pub async fn standing(tx: &mut Tx, after: i64, limit: u32) -> Result<Vec<Standing>> {
    let sql = sql!("{STANDING} and m.search_id > $1 order by m.search_id limit $2");
    tx.query(sql, &vals![after, limit]).await?.iter().map(standing_of).collect()
}

/// Serials of items whose rows changed from this leaf on, folded as they may be misread; at most so many.
pub async fn changed(tx: &mut Tx, since: u64, limit: u32) -> Result<Vec<String>> {
    let sql = "select distinct m.fold from item as i join marking as m on m.operation = i.operation and m.item = i.id \
               where i.changed_seq >= $1 and m.type = 'SER' and m.fold is not null limit $2";
    tx.query(sql, &vals![since, limit]).await?.iter().map(|row| row.text(0).map(str::to_owned)).collect()
}

/// Everything that stands under some serials, as folded.
pub async fn standing_under(tx: &mut Tx, folds: &[String]) -> Result<Vec<Standing>> {
    let mut filter = Filter::new();
    let places: Vec<_> = folds.iter().map(|fold| filter.bind(fold)).collect();
    let sql = sql!("{STANDING} and m.fold in ({})", places.join(", "));
    tx.query(sql, filter.values()).await?.iter().map(standing_of).collect()
}

fn standing_of(row: &Row) -> Result<Standing> {
    let noticed = Noticed::of(row.opt_text(3)?, row.flag(4)?);
    Ok(Standing { search_id: row.int(0)?, norm: row.text(1)?.to_owned(), class: row.text(2)?.to_owned(), noticed })
}

/// A base as published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Its number; the newest counts.
    pub number: u64,
    /// SHA-256 of what is signed in its head.
    pub hash: [u8; 32],
    /// The signed head.
    pub head: Vec<u8>,
    /// How far the register had followed the feeds.
    pub seq: u64,
    /// Keys in it.
    pub keys: u64,
    /// When it was made, in µs.
    pub made_at: i64,
}

/// The newest base, with how many additions it has.
pub async fn newest(register: &Db) -> Result<Option<(Published, u64)>> {
    let sql = "select number, hash, head, seq, keys, made_at, \
               (select count(*) from lookup_addition as a where a.base = lookup_base.hash) from lookup_base order by number desc limit 1";
    let Some(mut row) = register.query_one(sql, &[]).await? else { return Ok(None) };
    let published = Published {
        number: row.uint(0)?,
        hash: row.array(1)?,
        seq: row.uint(3)?,
        keys: row.uint(4)?,
        made_at: row.int(5)?,
        head: row.take_bytes(2)?,
    };
    Ok(Some((published, row.uint(6)?)))
}

/// The parts of a base, in order.
pub async fn parts(register: &Db, base: &[u8; 32]) -> Result<Vec<Vec<u8>>> {
    let rows = register.query("select bytes from lookup_part where base = $1 order by idx", &vals![base]).await?;
    rows.into_iter().map(|mut row| row.take_bytes(0)).collect()
}

/// A part by its hash.
pub async fn part(register: &Db, hash: &[u8; 32]) -> Result<Option<Vec<u8>>> {
    let row = register.query_one("select bytes from lookup_part where hash = $1 limit 1", &vals![hash]).await?;
    row.map(|mut row| row.take_bytes(0)).transpose()
}

/// Additions to a base from one on, in order: key, tag, and how far the register was.
pub async fn additions(register: &Db, base: &[u8; 32], from: u64) -> Result<Vec<([u8; 8], u8, u64)>> {
    let sql = "select key, tag, seq from lookup_addition where base = $1 and idx >= $2 order by idx";
    let rows = register.query(sql, &vals![base, from]).await?;
    rows.iter().map(|row| Ok((row.array(0)?, u8::try_from(row.int(1)?).unwrap_or(0), row.uint(2)?))).collect()
}

/// Publishes a base. Those before the last are dropped with what belongs to them.
pub async fn publish(tx: &mut Tx, base: &Published, parts: Vec<(Vec<u8>, [u8; 32])>) -> Result<()> {
    let Published { number, hash, head, seq, keys, made_at } = base;
    let row = vals![*number, hash, head, *seq, *keys, *made_at];
    tx.insert_many("lookup_base", &["number", "hash", "head", "seq", "keys", "made_at"], vec![row]).await?;
    for (idx, (bytes, part)) in parts.into_iter().enumerate() {
        tx.insert_many("lookup_part", &["base", "idx", "hash", "bytes"], vec![vals![hash, idx, part, bytes]]).await?;
    }
    let old = number.saturating_sub(1);
    for sql in [
        "delete from lookup_part where base in (select hash from lookup_base where number < $1)",
        "delete from lookup_addition where base in (select hash from lookup_base where number < $1)",
        "delete from lookup_base where number < $1",
    ] {
        tx.execute(sql, &vals![old]).await?;
    }
    Ok(())
}

/// Adds to a base, from number `first` on.
pub async fn add(tx: &mut Tx, base: &[u8; 32], first: u64, seq: u64, entries: &[(u64, u8)]) -> Result<()> {
    let rows = entries.iter().enumerate().map(|(n, (key, tag))| {
        let idx = first + n as u64;
        vals![base, idx, key.to_be_bytes(), *tag, seq]
    });
    tx.insert_many("lookup_addition", &["base", "idx", "key", "tag", "seq"], rows.collect()).await?;
    Ok(())
}
