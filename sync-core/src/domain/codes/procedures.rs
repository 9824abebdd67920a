//! What people do with many items at once: marking sessions, hand-overs, counts, incidents, destructions, spot checks.

use super::codes;

codes!(
    /// How far a piece of work is.
    WORK_STATE, "work_state",
    "open" => "Open",
    "closed" => "Closed",
    "broken_off" => "Broken off",
);

codes!(
    /// How custody passes. Temporary hand-overs lie under the joint control of two key holders and may lawfully be returned
    /// (IDDRS 4.11 section 6.1.2).
    HANDOVER_MANNER, "handover_manner",
    "direct" => "From hand to hand",
    "transport" => "By transport",
    "temporary" => "Temporarily, under joint control",
    "return" => "Lawful return of a temporary hand-over",
);

codes!(
    /// What is carried. Weapons and ammunition go in different shipments (IDDRS 4.10 section 7).
    CARGO, "cargo",
    "weapons" => "Weapons",
    "parts" => "Parts",
    "ammunition" => "Ammunition",
);

codes!(
    /// How far a hand-over is.
    HANDOVER_STATE, "handover_state",
    "planned" => "Planned",
    "loaded" => "Loaded",
    "under_way" => "Under way",
    "received" => "Received",
    "cancelled" => "Cancelled",
);

codes!(
    /// State of a seal.
    SEAL_STATE, "seal_state",
    "applied" => "Applied",
    "intact" => "Found intact",
    "broken" => "Found broken",
    "missing" => "Missing",
);

codes!(
    /// Why a store is counted: by number and type with a tenth of the serials every week, everything every six months
    /// (IDDRS 4.10 section 7.3).
    COUNT_OCCASION, "count_occasion",
    "weekly" => "Weekly count",
    "half_yearly" => "Half-yearly count of everything",
    "handover" => "Change of the storekeeper",
    "spot" => "Unannounced",
);

codes!(
    /// What became of looking for an item.
    SIGHTING, "sighting",
    "present" => "Present",
    "missing" => "Missing",
    "unexpected" => "Present, though it should not be",
    "serial_differs" => "Present with another serial",
);

codes!(
    /// Natures of incidents.
    INCIDENT_NATURE, "incident_nature",
    "loss" => "Loss",
    "theft" => "Theft",
    "shortage" => "Shortage found at a count",
    "damage" => "Damage",
    "accident" => "Accident",
    "other" => "Other",
);

codes!(
    /// How far an incident is.
    INCIDENT_STATE, "incident_state",
    "reported" => "Reported",
    "under_investigation" => "Under investigation",
    "closed" => "Closed",
);

codes!(
    /// How far a destruction is.
    DESTRUCTION_STATE, "destruction_state",
    "planned" => "Planned",
    "under_way" => "Under way",
    "closed" => "Closed",
    "cancelled" => "Cancelled",
);

codes!(
    /// How it was made sure, before its destruction, that an item is the one on the list.
    IDENTITY_CHECK, "identity_check",
    "tag_and_serial" => "Tag and serial agree",
    "serial_only" => "Serial agrees, no tag",
    "tag_only" => "Tag agrees, no serial to be read",
    "mismatch" => "Tag or serial disagree",
    "not_checked" => "Not checked",
);
