//! What a receipt says to somebody who hands an item in. There is no field for that person's name: it is written by hand,
//! on the paper that they keep, and nowhere else.

use super::{Quantity, SerialSeen};

/// A receipt for one item handed in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReceiptSheet {
    /// Number of the receipt.
    pub number: String,
    /// Name of the operation.
    pub operation: String,
    /// When it was handed in, ISO 8601 in UTC.
    pub handed_in_at: String,
    /// The code on the tag of the item: with it the item is found again, for instance in an appeal.
    pub tag: String,
    /// Name of the officer who received it.
    pub officer: String,
    /// For whom the officer acts.
    pub organisation: Option<String>,
    /// All the rest. None for a child: a paper that ties a child to a weapon, a place or a group can do harm, so theirs says
    /// that something was handed in, on which day, under which tag, and has no line for a name. It does not say
    /// that it is a child's.
    pub details: Option<ReceiptDetails>,
}

/// What a receipt says about item and place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReceiptDetails {
    /// Where it was handed in.
    pub place: String,
    /// What it is: a code of the list `weapon_class`, or words.
    pub item_type: String,
    /// Make and model.
    pub make_model: Option<String>,
    /// Calibre.
    pub calibre: Option<String>,
    /// Serviceability: a code of the list `condition`.
    pub condition: String,
    /// Serial number as seen; none for ammunition.
    pub serial: Option<SerialSeen>,
    /// Quantity, for ammunition.
    pub quantity: Option<Quantity>,
}
