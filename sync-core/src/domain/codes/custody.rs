//! What becomes of items: status, custody, destruction, packaging, photos.

use super::codes;

codes!(
    /// Status and final disposition of an item.
    STATUS, "status",
    "registered" => "Registered",
    "inspected" => "Inspected",
    "tagged" => "Tagged",
    "stored" => "Stored",
    "in_transit" => "In transit",
    "marked_retained" => "Marked and retained",
    "scheduled_for_destruction" => "Scheduled for destruction",
    "destroyed" => "Destroyed",
    "transferred_to_state" => "Transferred to the State",
    "deactivated" => "Deactivated",
    "exported_returned" => "Exported or returned to another State",
    "evidence_hold" => "Held as evidence",
    "lost" => "Lost",
    "stolen" => "Stolen",
    "returned_to_owner" => "Returned to its owner",
    "disposed_other" => "Disposed of otherwise, as authorised",
);

codes!(
    /// What is meant to become of an item.
    INTENDED, "intended",
    "retain" => "Retain",
    "destroy" => "Destroy",
    "transfer" => "Transfer",
    "return" => "Return",
    "evidence" => "Keep as evidence",
    "undecided" => "Undecided",
);

codes!(
    /// Events of custody.
    CUSTODY_EVENT, "custody_event",
    "received" => "Received",
    "handed_over" => "Handed over",
    "stored" => "Stored",
    "moved" => "Moved",
    "loaded" => "Loaded",
    "unloaded" => "Unloaded",
    "returned" => "Returned",
    "counted" => "Counted",
    "seized" => "Seized",
    "destroyed" => "Destroyed",
    "split" => "Taken out into another lot",
    "found_again" => "Found again",
    "lost" => "Lost",
    "stolen" => "Stolen",
    "left" => "Left the programme: transferred, returned, deactivated",
);

codes!(
    /// Methods of destruction. Burning and crushing are never final on their own (IDDRS 4.10 annex E).
    DESTRUCTION_METHOD, "destruction_method",
    "CUT-T" => "Cut by torch",
    "CUT-S" => "Cut by saw or disc",
    "SHR" => "Hydraulic shear",
    "CRH" => "Crushed",
    "SHD" => "Shredded",
    "SML" => "Smelted",
    "BRN" => "Burned",
    "DET" => "Detonated",
    "BND" => "Bent",
    "DIS" => "Dismantled and recycled",
    "CNC" => "Encased in concrete",
    "OB" => "Ammunition, open burning",
    "OD" => "Ammunition, open detonation",
    "IND" => "Industrial demilitarisation",
    "SEA" => "Dumped at sea",
    "LFL" => "Landfill",
    "OTH" => "Other",
);

codes!(
    /// Result of a destruction.
    DESTRUCTION_RESULT, "destruction_result",
    "complete" => "Complete",
    "second_process" => "Needs a second process",
    "failed" => "Failed",
    "rejected" => "Rejected: not the item, or not to be destroyed",
    "withdrawn" => "Withdrawn from the plan",
);

codes!(
    /// How a quantity was found.
    QUANTITY_METHOD, "quantity_method",
    "counted" => "Counted",
    "estimated" => "Estimated",
    "weighed" => "Weighed",
);

codes!(
    /// Packaging of ammunition.
    PACKAGING, "packaging",
    "loose" => "Loose",
    "box" => "Box",
    "crate" => "Crate",
    "sealed_tin" => "Sealed tin",
    "belt" => "Belt",
    "other" => "Other",
);

codes!(
    /// What a photo shows.
    PHOTO_VIEW, "photo_view",
    "left" => "Left side",
    "right" => "Right side",
    "serial" => "Serial, or where it should be",
    "marking" => "Another marking",
    "top" => "Top",
    "before" => "Before destruction",
    "after" => "After destruction",
    "document" => "Document",
    "other" => "Other",
);
