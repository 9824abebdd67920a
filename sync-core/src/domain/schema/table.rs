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
    fields: &[ident("rule", "Rule", 16), text("reason", "Reason", 1024)],
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
    KindSpec { kind: "officer", label: "Officer: a person who acts", fields: OFFICER_FIELDS, sets: &[] },
];

pub(super) static NAMES: &[&str] = &["item", "collection", "officer"];
