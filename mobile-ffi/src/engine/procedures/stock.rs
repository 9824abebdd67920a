//! Stock: what lies in which store, from what this tablet holds, at any moment.

use std::collections::BTreeMap;

use ploughshare_core::custody::{Balance, StockMove, StorePlace, balance, moves};
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::ids::DocId;
use serde::Serialize;

use super::{ItemLine, Reader};
use crate::engine::Tablet;
use crate::store::{Result, query};

/// What a store came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StockView {
    /// Site.
    pub site: String,
    /// Store; empty where only the site is known.
    pub store: String,
    /// At which moment, ms since the Unix epoch.
    pub at_ms: i64,
    /// Weapons and parts: all that came in, went out, was destroyed, was lost, and should be there.
    pub weapons: StockSum,
    /// The same of rounds of ammunition.
    pub rounds: StockSum,
    /// Item by item, if that was asked for: those there first, then those that were.
    pub items: Vec<StockItemView>,
}

/// `in − out − destroyed − lost = present`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct StockSum {
    /// Came in.
    pub came_in: i64,
    /// Went out.
    pub went_out: i64,
    /// Was destroyed.
    pub destroyed: i64,
    /// Was lost or stolen.
    pub lost: i64,
    /// Should be there.
    pub present: i64,
}

/// One item that is or was in a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StockItemView {
    /// The item.
    #[serde(flatten)]
    pub line: ItemLine,
    /// How many should be there; 0 where it was there and is not.
    pub quantity: i64,
    /// The event that moved it last.
    pub last_event: String,
    /// When that was, ms since the Unix epoch.
    pub last_ms: i64,
    /// Rack, as the record says now.
    pub rack: Option<String>,
    /// Box, as the record says now.
    pub box_name: Option<String>,
}

/// Every item with the movements that count.
pub(super) struct Moved {
    pub items: BTreeMap<DocId, ItemRecord>,
    pub moves: Vec<(DocId, StockMove)>,
}

impl Moved {
    /// Reads all items that are here.
    pub(super) fn read(reader: &Reader<'_>) -> Result<Self> {
        let mut ids = Vec::new();
        query::each_item(reader.conn, |id, _| {
            ids.push(id);
            Ok(())
        })?;
        let mut moved = Self { items: BTreeMap::new(), moves: Vec::new() };
        for id in ids {
            let seen = reader.see(&id)?;
            let record = ItemRecord::read(&seen.content());
            moved.moves.extend(moves(&record, seen.recorded_ms()).into_iter().map(|one| (id, one)));
            moved.items.insert(id, record);
        }
        Ok(moved)
    }

    /// The balance of a store at a moment.
    pub(super) fn balance(&self, place: &StorePlace, at_ms: i64) -> Balance {
        balance(self.moves.iter().map(|(id, one)| (id, one)), place, at_ms)
    }

    fn of_kind(&self, place: &StorePlace, at_ms: i64, rounds: bool) -> Balance {
        let wanted = |id: &DocId| self.items.get(id).is_some_and(|item| item.is_ammunition() == rounds);
        balance(self.moves.iter().filter(|(id, _)| wanted(id)).map(|(id, one)| (id, one)), place, at_ms)
    }
}

fn sum(balance: &Balance) -> StockSum {
    StockSum {
        came_in: balance.came_in,
        went_out: balance.went_out,
        destroyed: balance.destroyed,
        lost: balance.lost,
        present: balance.present(),
    }
}

impl Tablet {
    /// The balances of the stores of a site, or of one store, at a moment (now where none is given), from what this tablet holds.
    pub fn stock(
        &self,
        site: Option<&str>,
        store: Option<&str>,
        at_ms: Option<i64>,
        items: bool,
    ) -> Result<Vec<StockView>> {
        self.reading(|reader| {
            let at_ms = at_ms.unwrap_or(reader.now_ms);
            let moved = Moved::read(reader)?;
            let mut places: Vec<StorePlace> = moved
                .moves
                .iter()
                .filter(|(_, one)| one.at_ms <= at_ms)
                .filter(|(_, one)| {
                    site.is_none_or(|site| site == one.site) && store.is_none_or(|store| store == one.store)
                })
                .map(|(_, one)| StorePlace { site: one.site.clone(), store: one.store.clone() })
                .collect();
            places.sort_unstable();
            places.dedup();
            Ok(places.into_iter().map(|place| view(&moved, place, at_ms, items)).collect())
        })
    }
}

fn view(moved: &Moved, place: StorePlace, at_ms: i64, with_items: bool) -> StockView {
    let [weapons, rounds] = [false, true].map(|rounds| moved.of_kind(&place, at_ms, rounds));
    let mut items = Vec::new();
    if with_items {
        for (id, lying) in weapons.items.iter().chain(&rounds.items) {
            let Some(record) = moved.items.get(id) else { continue };
            items.push(StockItemView {
                line: ItemLine::of(id, record),
                quantity: lying.quantity,
                last_event: lying.last_event.clone(),
                last_ms: lying.last_ms,
                rack: record.rack.clone(),
                box_name: record.box_name.clone(),
            });
        }
        items.sort_by(|a, b| {
            (a.quantity == 0, &a.rack, &a.box_name, &a.line.tag).cmp(&(
                b.quantity == 0,
                &b.rack,
                &b.box_name,
                &b.line.tag,
            ))
        });
    }
    StockView { weapons: sum(&weapons), rounds: sum(&rounds), site: place.site, store: place.store, at_ms, items }
}
