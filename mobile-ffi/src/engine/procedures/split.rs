//! Splitting a lot: a part of it becomes a lot of its own, and both say so.

use ploughshare_core::custody::steps;
use ploughshare_core::domain::draft::Draft;
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::domain::schema;

use super::custody::{beginning, words};
use super::{ItemLine, needed, on_hand, refused};
use crate::engine::Tablet;
use crate::engine::deed::{Says, id_value, short};
use crate::store::Result;

/// Fields that are the old lot's own.
const OWN: &[&str] =
    &["tag", "quantity", "status", "destruction", "split_from", "origin_operation", "origin_item", "weight_g"];

impl Tablet {
    /// Takes a part out of an ammunition lot. The new lot is described as the old one is and lies where it lies.
    pub fn split_lot(
        &self,
        lot: &str,
        quantity: i64,
        tag: Option<&str>,
        reason: &str,
        as_claim: bool,
    ) -> Result<ItemLine> {
        needed(reason, "edit.no_reason", "the reason", "Say why in a few words: --reason.")?;
        self.deed(as_claim, |deed| {
            let seen = deed.item(lot)?;
            let content = seen.content();
            let record = ItemRecord::read(&content);
            let there = on_hand(&seen, &record);
            if !record.is_ammunition() {
                return Err(refused("item.no_lot", format!("{lot} is no ammunition lot"), "Only lots are split."));
            }
            if quantity <= 0 || quantity >= there {
                let message = format!("the lot holds {there}: {quantity} cannot be taken out of it");
                return Err(refused("item.bad_quantity", message, "Take out less than the whole of it."));
            }
            let place = steps(&record, seen.recorded_ms()).last().and_then(|step| step.after.clone());
            let mut draft = Draft::item();
            for field in schema::kind("item").map(|kind| kind.fields).unwrap_or_default() {
                if let Some(value) = content.get(field.name).filter(|_| !OWN.contains(&field.name)) {
                    draft.set(field.name, value.clone());
                }
            }
            let says = Says::default().maybe("tag", tag).maybe("status", record.status.clone());
            draft.fields.extend(says.fields());
            draft.set("quantity", quantity);
            draft.set("split_from", id_value(&seen.id));
            let received = Says::default()
                .with("event", "received")
                .with("at", deed.now_ms)
                .with("from", format!("lot {}", record.tag.clone().unwrap_or_else(|| short(&seen.id))))
                .with("reason", reason.trim())
                .maybe("site", place.as_ref().map(|place| place.site.clone()))
                .maybe("store", place.as_ref().map(|place| place.store.clone()));
            draft.add("custody", received.fields().into_iter().collect());
            let id = deed.create(draft)?;
            let taken = Says::default()
                .with("event", "split")
                .with("at", deed.now_ms)
                .with("quantity", quantity)
                .with("to", format!("lot {}", tag.map_or_else(|| short(&id), str::to_owned)))
                .with("reason", reason.trim())
                .maybe("from", place.as_ref().map(words));
            let mut said: Vec<_> = beginning(&seen, &record).into_iter().collect();
            said.push(taken.add("custody"));
            deed.say(&seen.id, said)?;
            Ok(ItemLine::of(&id, &ItemRecord::read(&deed.see(&id)?.content())))
        })
    }
}
