//! The table of kinds, sets and fields, version 1. No field holds personal data of people who hand weapons in.

use super::{FieldSpec, FieldType, KindSpec, SetSpec};
use crate::domain::codes as c;
use crate::limits::TEXT_BYTES;

/// A name, a place name, a marking: one line.
const LINE: usize = 512;

const fn field(name: &'static str, label: &'static str, ty: FieldType) -> FieldSpec {
    FieldSpec { name, label, ty, identifier: false }
}

const fn text(name: &'static str, label: &'static str, max: usize) -> FieldSpec {
    field(name, label, FieldType::Text { max })
}

const fn ident(name: &'static str, label: &'static str, max: usize) -> FieldSpec {
    FieldSpec { name, label, ty: FieldType::Text { max }, identifier: true }
}

const fn code(name: &'static str, label: &'static str, list: &'static c::CodeList) -> FieldSpec {
    field(name, label, FieldType::Code(list))
}

const fn int(name: &'static str, label: &'static str, min: i64, max: i64) -> FieldSpec {
    field(name, label, FieldType::Int { min, max })
}

const fn flag(name: &'static str, label: &'static str) -> FieldSpec {
    field(name, label, FieldType::Bool)
}

/// Every member of every set can be withdrawn, with a reason.
pub(super) static WITHDRAWN: FieldSpec = text("withdrawn", "Withdrawn, because", 1024);

const MARKINGS: SetSpec = SetSpec {
    name: "markings",
    label: "Markings",
    fields: &[
        code("type", "Type", &c::MARKING_TYPE),
        text("text", "Text as seen", LINE),
        field("script", "Script", FieldType::Script),
        text("normalised", "Text, normalised", LINE),
        code("condition", "Condition", &c::MARKING_CONDITION),
        code("location", "Location", &c::MARKING_LOCATION),
        code("side", "Side", &c::MARKING_SIDE),
        code("method", "Method", &c::MARKING_METHOD),
        field("photo", "Photo", FieldType::Hash),
        field("component", "Component", FieldType::MemberKey),
        code("confidence", "Confidence of the reader", &c::CONFIDENCE),
        field("second_reader", "Second reader", FieldType::Id),
        field("country", "Country named by it", FieldType::Country),
        int("year", "Year named by it", 1500, 2100),
        // What was applied by us: in which session, how deep, and in place of what (International Tracing Instrument paras 7 to 10).
        field("session", "Marking session", FieldType::Id),
        field("applied_at", "Applied at", FieldType::Time),
        int("depth_um", "Depth in micrometres", 0, 20_000),
        field("replaces", "Stands for the marking", FieldType::MemberKey),
        flag("exposed", "On an exposed surface"),
        flag("conspicuous", "Conspicuous without tools"),
        flag("recognisable", "Easily recognisable"),
        flag("readable", "Readable"),
        flag("durable", "Durable"),
        flag("recoverable", "Recoverable as far as possible"),
    ],
};

const COMPONENTS: SetSpec = SetSpec {
    name: "components",
    label: "Components",
    fields: &[
        code("part", "Part", &c::PART_TYPE),
        code("serial_status", "Status of its serial", &c::SERIAL_STATUS),
        code("condition", "Condition", &c::CONDITION),
        ident("make", "Maker", 80),
        ident("model", "Model", 80),
        text("note", "Note", 1024),
    ],
};

const PHOTOS: SetSpec = SetSpec {
    name: "photos",
    label: "Photos",
    fields: &[
        field("hash", "SHA-256 of the file", FieldType::Hash),
        code("view", "View", &c::PHOTO_VIEW),
        field("marking", "Marking shown", FieldType::MemberKey),
        ident("mime", "Media type", 80),
        int("bytes", "Size in bytes", 0, 1 << 40),
        field("taken_at", "Taken at", FieldType::Time),
    ],
};

const NOTES: SetSpec = SetSpec {
    name: "notes",
    label: "Notes",
    fields: &[text("text", "Note", 4096), field("language", "Language", FieldType::Language)],
};

const CUSTODY: SetSpec = SetSpec {
    name: "custody",
    label: "Custody",
    fields: &[
        code("event", "Event", &c::CUSTODY_EVENT),
        text("from", "From", LINE),
        text("to", "To", LINE),
        field("at", "At", FieldType::Time),
        text("site", "Site", 64),
        field("place", "Place", FieldType::Place),
        text("reason", "Reason", 1024),
        ident("seal", "Seal number", 64),
        int("quantity", "Quantity", 0, 1_000_000_000),
        field("counterparty", "Other officer", FieldType::Id),
        text("exception", "Exception", 1024),
        text("store", "Store", 64),
        text("rack", "Rack", 64),
        text("box", "Box", 64),
        field("handover", "Hand-over", FieldType::Id),
        text("authority", "Authority and reference", LINE),
    ],
};

const REFS: SetSpec = SetSpec {
    name: "refs",
    label: "References to other registers",
    fields: &[ident("scheme", "Scheme", 64), ident("value", "Value", LINE)],
};

const ILLICIT_BASIS: SetSpec = SetSpec {
    name: "illicit_basis",
    label: "Grounds for being illicit",
    fields: &[code("basis", "Ground", &c::ILLICIT_BASIS)],
};

const JUSTIFICATIONS: SetSpec = SetSpec {
    name: "justifications",
    label: "Justified findings",
    fields: &[ident("rule", "Rule", 16), text("reason", "Reason", 1024), text("key", "Finding", LINE)],
};

const LINES: SetSpec = SetSpec {
    name: "lines",
    label: "Manifest",
    fields: &[
        field("item", "Item", FieldType::Id),
        ident("tag", "Tag", 64),
        int("quantity", "Quantity", 0, 1_000_000_000),
        text("box", "Box", 64),
    ],
};

const LOADED: SetSpec = SetSpec {
    name: "loaded",
    label: "Scanned at loading",
    fields: &[
        field("item", "Item", FieldType::Id),
        ident("tag", "Tag as scanned", 64),
        int("quantity", "Quantity", 0, 1_000_000_000),
        text("box", "Box", 64),
        field("at", "At", FieldType::Time),
    ],
};

const RECEIVED: SetSpec = SetSpec {
    name: "received",
    label: "Scanned at receipt",
    fields: &[
        field("item", "Item", FieldType::Id),
        ident("tag", "Tag as scanned", 64),
        int("quantity", "Quantity", 0, 1_000_000_000),
        text("box", "Box", 64),
        field("at", "At", FieldType::Time),
        code("condition", "Condition", &c::CONDITION),
        text("exception", "Exception", 1024),
    ],
};

const SEALS: SetSpec = SetSpec {
    name: "seals",
    label: "Seals",
    fields: &[
        ident("number", "Number", 64),
        text("box", "Box", 64),
        code("state", "State", &c::SEAL_STATE),
        field("at", "At", FieldType::Time),
    ],
};

const TALLIES: SetSpec = SetSpec {
    name: "tallies",
    label: "Counted by type",
    fields: &[
        code("kind", "Kind of item", &c::ITEM_KIND),
        code("class", "Class", &c::WEAPON_CLASS),
        code("calibre", "Calibre", &c::CALIBRE),
        int("quantity", "Quantity", 0, 1_000_000_000),
    ],
};

const SIGHTINGS: SetSpec = SetSpec {
    name: "sightings",
    label: "Items looked for",
    fields: &[
        field("item", "Item", FieldType::Id),
        ident("tag", "Tag as seen", 64),
        code("result", "Result", &c::SIGHTING),
        text("serial", "Serial as seen", LINE),
        int("quantity", "Quantity", 0, 1_000_000_000),
        text("note", "Note", 1024),
    ],
};

const CONCERNED: SetSpec = SetSpec {
    name: "items",
    label: "Items concerned",
    fields: &[
        field("item", "Item", FieldType::Id),
        int("quantity", "Quantity", 0, 1_000_000_000),
        text("description", "Description", 1024),
    ],
};

const PLANNED: SetSpec = SetSpec {
    name: "planned",
    label: "Items to be destroyed",
    fields: &[
        field("item", "Item", FieldType::Id),
        ident("tag", "Tag", 64),
        int("quantity", "Quantity", 0, 1_000_000_000),
    ],
};

const RESULTS: SetSpec = SetSpec {
    name: "results",
    label: "Results, item by item",
    fields: &[
        field("item", "Item", FieldType::Id),
        ident("tag", "Tag as scanned", 64),
        code("identity", "Identity check before", &c::IDENTITY_CHECK),
        text("serial", "Serial as seen", LINE),
        field("before", "Photo before", FieldType::Hash),
        field("after", "Photo after", FieldType::Hash),
        code("method", "Method", &c::DESTRUCTION_METHOD),
        code("result", "Result", &c::DESTRUCTION_RESULT),
        int("quantity", "Quantity", 0, 1_000_000_000),
        code("quantity_method", "How the quantity was found", &c::QUANTITY_METHOD),
        int("weight_g", "Weight in grams", 0, 1_000_000_000),
        int("fragments", "Fragments", 0, 1_000_000),
        field("at", "At", FieldType::Time),
        text("reason", "Reason", 1024),
    ],
};

const SCRAP: SetSpec = SetSpec {
    name: "scrap",
    label: "Scrap",
    fields: &[
        int("weight_g", "Weight in grams", 0, 1_000_000_000_000),
        text("recipient", "Recipient", LINE),
        code("process", "What becomes of it", &c::DESTRUCTION_METHOD),
        ident("reference", "Weighbridge slip or certificate", LINE),
        field("at", "At", FieldType::Time),
    ],
};

const SAMPLE: SetSpec = SetSpec {
    name: "sample",
    label: "Sample",
    fields: &[
        field("item", "Item", FieldType::Id),
        ident("tag", "Tag", 64),
        text("site", "Site", 64),
        text("store", "Store", 64),
    ],
};

const READINGS: SetSpec = SetSpec {
    name: "readings",
    label: "Readings of the second inspection",
    fields: &[
        field("item", "Item", FieldType::Id),
        field("at", "At", FieldType::Time),
        flag("not_found", "Not found"),
        ident("tag", "Tag", 64),
        code("class", "Class", &c::WEAPON_CLASS),
        ident("make", "Maker", 80),
        ident("model", "Model", 80),
        code("calibre", "Calibre", &c::CALIBRE),
        field("country", "Country of manufacture", FieldType::Country),
        int("year", "Year of manufacture", 1500, 2100),
        text("serial", "Serial as seen", LINE),
        code("serial_status", "Status of the serial", &c::SERIAL_STATUS),
        code("condition", "Condition", &c::CONDITION),
        int("quantity", "Quantity", 0, 1_000_000_000),
    ],
};

static ITEM_FIELDS: &[FieldSpec] = &[
    code("kind", "Kind of item", &c::ITEM_KIND),
    ident("tag", "Tag", 64),
    code("class", "Class", &c::WEAPON_CLASS),
    text("class_as_seen", "Class, as seen", LINE),
    ident("make", "Maker", 80),
    text("make_as_seen", "Maker, as seen", LINE),
    ident("model", "Model", 80),
    text("model_as_seen", "Model, as seen", LINE),
    text("variant", "Variant", LINE),
    code("calibre", "Calibre", &c::CALIBRE),
    text("calibre_as_seen", "Calibre, as seen", LINE),
    field("country", "Country of manufacture", FieldType::Country),
    text("country_as_seen", "Country, as seen", LINE),
    code("country_certainty", "Certainty of the country", &c::CERTAINTY),
    int("year", "Year of manufacture", 1500, 2100),
    code("year_certainty", "Certainty of the year", &c::CERTAINTY),
    code("action", "Action", &c::ACTION),
    code("origin_kind", "How it was made", &c::ORIGIN_KIND),
    flag("modular", "Modular"),
    flag("rechambered", "Rechambered"),
    flag("antique", "Antique"),
    flag("licence", "Made under licence"),
    text("finish", "Finish", LINE),
    int("magazines", "Magazines", 0, 10_000),
    code("serial_status", "Status of the serial", &c::SERIAL_STATUS),
    code("condition", "Condition", &c::CONDITION),
    flag("loaded", "Loaded when handed in"),
    flag("explosive_hazard", "Explosive hazard"),
    flag("safe_to_store", "Safe to store"),
    text("missing_parts", "Missing parts", LINE),
    code("nature", "Nature of the ammunition", &c::NATURE),
    int("quantity", "Quantity", 0, 1_000_000_000),
    code("quantity_method", "How the quantity was found", &c::QUANTITY_METHOD),
    code("packaging", "Packaging", &c::PACKAGING),
    ident("lot_number", "Lot number", 64),
    text("headstamp", "Headstamp", LINE),
    code("hazard_division", "Hazard division", &c::HAZARD_DIVISION),
    code("part_type", "Part", &c::PART_TYPE),
    field("collection", "Collection", FieldType::Id),
    code("context", "Context of the collection", &c::CONTEXT),
    code("holder_category", "Category of the holder", &c::HOLDER_CATEGORY),
    field("collected_at", "Collected at", FieldType::Time),
    field("place", "Place", FieldType::Place),
    flag("place_withheld", "Place withheld"),
    text("place_name", "Name of the place", LINE),
    text("site", "Site", 64),
    text("group_code", "Group code", 64),
    code("intended", "Intended disposition", &c::INTENDED),
    code("status", "Status", &c::STATUS),
    flag("evidence_hold", "Held as evidence"),
    text("store", "Store", 64),
    text("rack", "Rack", 64),
    text("box", "Box", 64),
    field("language", "Language of the record", FieldType::Language),
    int("form_version", "Version of the form", 0, 1_000_000),
    flag("state_stock", "From State stock"),
    text("stock_owner", "Stock of", LINE),
    text("case_number", "Case number", 128),
    text("offence", "Offence", 4096),
    // Who handed it in, as a sealed record outside all statements, named by its hash; this build cannot read it either.
    field("person", "Sealed record of who handed it in", FieldType::Hash),
    flag("trace_pending", "A trace is pending"),
    flag("temporary", "Handed over temporarily, under joint control"),
    int("weight_g", "Weight in grams", 0, 1_000_000_000),
    field("destruction", "Destruction in which it ended", FieldType::Id),
    field("split_from", "Lot that it was taken from", FieldType::Id),
    field("origin_operation", "Operation that it came from", FieldType::Id),
    field("origin_item", "Its document there", FieldType::Id),
];

static COLLECTION_FIELDS: &[FieldSpec] = &[
    code("context", "Context", &c::CONTEXT),
    code("holder_category", "Category of the holders", &c::HOLDER_CATEGORY),
    text("operation_name", "Name of the operation", LINE),
    text("site", "Site", 64),
    field("place", "Place", FieldType::Place),
    flag("place_withheld", "Place withheld"),
    text("place_name", "Name of the place", LINE),
    field("opened_at", "Opened at", FieldType::Time),
    field("closed_at", "Closed at", FieldType::Time),
    int("persons", "Persons", 0, 10_000_000),
    int("weapons_expected", "Weapons expected", 0, 10_000_000),
    text("group_code", "Group code", 64),
    field("language", "Language of the record", FieldType::Language),
    code("tracing_permitted", "Tracing permitted", &c::TRACING_PERMITTED),
];

static MARKING_SESSION_FIELDS: &[FieldSpec] = &[
    text("site", "Site", 64),
    field("place", "Place", FieldType::Place),
    field("operator", "Operator", FieldType::Id),
    text("machine", "Machine", LINE),
    code("method", "Method", &c::MARKING_METHOD),
    int("depth_um", "Depth in micrometres", 0, 20_000),
    ident("prefix", "Mark before the number", 32),
    ident("suffix", "Mark after the number", 32),
    code("state", "State", &c::WORK_STATE),
    field("opened_at", "Opened at", FieldType::Time),
    field("closed_at", "Closed at", FieldType::Time),
    text("fault", "Fault of the machine", 1024),
    int("downtime_min", "Downtime in minutes", 0, 1_000_000),
    text("cost", "Fuel, staff and other cost", 1024),
];

static HANDOVER_FIELDS: &[FieldSpec] = &[
    ident("number", "Number", 64),
    code("manner", "Manner", &c::HANDOVER_MANNER),
    code("cargo", "Cargo", &c::CARGO),
    code("state", "State", &c::HANDOVER_STATE),
    text("from_site", "From site", 64),
    text("from_store", "From store", 64),
    text("from_body", "From body", LINE),
    field("giver", "Officer who gives", FieldType::Id),
    text("to_site", "To site", 64),
    text("to_store", "To store", 64),
    text("to_body", "To body", LINE),
    field("receiver", "Officer who receives", FieldType::Id),
    ident("vehicle", "Vehicle", 64),
    text("escort", "Escort", LINE),
    text("authority", "Authority that allowed it", LINE),
    ident("authorisation", "Authorisation number", 128),
    field("authorised_at", "Authorised at", FieldType::Time),
    field("departed_at", "Departed at", FieldType::Time),
    field("arrived_at", "Arrived at", FieldType::Time),
    text("key_body_a", "First holder of a key", LINE),
    text("key_body_b", "Second holder of a key", LINE),
    text("reason", "Reason", 1024),
];

static COUNT_FIELDS: &[FieldSpec] = &[
    code("occasion", "Occasion", &c::COUNT_OCCASION),
    code("state", "State", &c::WORK_STATE),
    text("site", "Site", 64),
    text("store", "Store", 64),
    field("at", "Counted at", FieldType::Time),
    int("weapons", "Weapons counted", 0, 1_000_000_000),
    int("parts", "Parts counted", 0, 1_000_000_000),
    int("rounds", "Ammunition counted", 0, 1_000_000_000_000),
];

static INCIDENT_FIELDS: &[FieldSpec] = &[
    code("nature", "Nature", &c::INCIDENT_NATURE),
    code("state", "State", &c::INCIDENT_STATE),
    text("site", "Site", 64),
    text("store", "Store", 64),
    field("discovered_at", "Discovered at", FieldType::Time),
    field("not_before", "Not before", FieldType::Time),
    text("circumstances", "Circumstances", 4096),
    text("reported_to", "Reported to", LINE),
    text("case_number", "Case number", 128),
    text("outcome", "Outcome of the investigation", 4096),
];

static DESTRUCTION_FIELDS: &[FieldSpec] = &[
    ident("number", "Number", 64),
    code("state", "State", &c::DESTRUCTION_STATE),
    text("site", "Site", 64),
    field("place", "Place", FieldType::Place),
    text("place_name", "Name of the place", LINE),
    field("planned_for", "Planned for", FieldType::Time),
    code("method", "Method", &c::DESTRUCTION_METHOD),
    code("second_method", "Second process", &c::DESTRUCTION_METHOD),
    text("override_reason", "Why a discouraged method", 1024),
    text("authority", "Authority that ordered it", LINE),
    ident("authorisation", "Authorisation number", 128),
    field("authorised_at", "Authorised at", FieldType::Time),
    text("third_party", "Third party that monitors", LINE),
    ident("sop", "Operating procedure and version", 128),
    ident("risk_assessment", "Risk assessment", 128),
    field("supervisor", "Supervisor", FieldType::Id),
    field("started_at", "Started at", FieldType::Time),
    field("ended_at", "Ended at", FieldType::Time),
    flag("public", "Media or public present"),
    int("total_weight_g", "Total weight in grams", 0, 1_000_000_000_000),
];

static SPOT_CHECK_FIELDS: &[FieldSpec] = &[
    text("title", "Title", LINE),
    code("state", "State", &c::WORK_STATE),
    ident("seed", "Seed of the sample", 64),
    int("population", "Items to draw from", 0, 1_000_000_000),
    int("permille", "Share drawn, per thousand", 1, 1000),
    int("limit_permille", "Stop when more errors, per thousand", 0, 1000),
    ident("strata", "Stratified by", 64),
    text("site", "Site", 64),
    field("planned_at", "Planned at", FieldType::Time),
    field("closed_at", "Closed at", FieldType::Time),
];

/// Officers are known to the register only; nothing here says anything about people who hand weapons in.
static OFFICER_FIELDS: &[FieldSpec] = &[text("name", "Name or service number", 256), text("note", "Note", TEXT_BYTES)];

pub(super) static KINDS: &[KindSpec] = &[
    KindSpec {
        kind: "item",
        label: "Item: a weapon, a part or an ammunition lot",
        fields: ITEM_FIELDS,
        sets: &[MARKINGS, COMPONENTS, PHOTOS, NOTES, CUSTODY, REFS, ILLICIT_BASIS, JUSTIFICATIONS],
    },
    KindSpec {
        kind: "collection",
        label: "Collection: how items came in",
        fields: COLLECTION_FIELDS,
        sets: &[NOTES, REFS, PHOTOS],
    },
    KindSpec {
        kind: "marking_session",
        label: "Marking session: marks applied with one machine",
        fields: MARKING_SESSION_FIELDS,
        sets: &[NOTES, REFS, PHOTOS, JUSTIFICATIONS],
    },
    KindSpec {
        kind: "handover",
        label: "Hand-over: custody passes, with or without a transport",
        fields: HANDOVER_FIELDS,
        sets: &[LINES, LOADED, RECEIVED, SEALS, NOTES, REFS, PHOTOS, JUSTIFICATIONS],
    },
    KindSpec {
        kind: "count",
        label: "Count: what is in a store",
        fields: COUNT_FIELDS,
        sets: &[TALLIES, SIGHTINGS, NOTES, REFS, PHOTOS, JUSTIFICATIONS],
    },
    KindSpec {
        kind: "incident",
        label: "Incident: loss, theft, shortage or damage",
        fields: INCIDENT_FIELDS,
        sets: &[CONCERNED, NOTES, REFS, PHOTOS, JUSTIFICATIONS],
    },
    KindSpec {
        kind: "destruction",
        label: "Destruction: plan, deed and result",
        fields: DESTRUCTION_FIELDS,
        sets: &[PLANNED, RESULTS, SCRAP, NOTES, REFS, PHOTOS, JUSTIFICATIONS],
    },
    KindSpec {
        kind: "spot_check",
        label: "Spot check: a blind second inspection",
        fields: SPOT_CHECK_FIELDS,
        sets: &[SAMPLE, READINGS, NOTES, JUSTIFICATIONS],
    },
    KindSpec { kind: "officer", label: "Officer: a person who acts", fields: OFFICER_FIELDS, sets: &[] },
];

pub(super) static NAMES: &[&str] =
    &["item", "collection", "marking_session", "handover", "count", "incident", "destruction", "spot_check", "officer"];
