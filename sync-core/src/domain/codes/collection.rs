//! How items come in: context, holder, ground for calling a weapon illicit, and how sure somebody is.

use super::codes;

codes!(
    /// Contexts in which items are collected.
    CONTEXT, "context",
    "DDR" => "Disarmament, demobilisation and reintegration programme",
    "CVR" => "Community violence reduction",
    "VOL" => "Voluntary surrender or amnesty",
    "PRE" => "Pre-disarmament hand-over",
    "SPO" => "Spontaneous surrender",
    "FND" => "Found without a holder",
    "CAC" => "Cache",
    "SEI" => "Seizure in a criminal case",
    "ADM" => "Administrative seizure",
    "BRD" => "Seizure at a border or by customs",
    "CMB" => "Battlefield recovery",
    "EXC" => "Weapons in exchange for development",
    "INH" => "Inherited or heirloom, handed in",
    "STK" => "Surplus of State stocks",
    "OTH" => "Other",
    "UNK" => "Unknown",
);

/// Category of indicator 16.4.2 of the Sustainable Development Goals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SdgCategory {
    /// Seized in a criminal matter.
    Seized,
    /// Found.
    Found,
    /// Surrendered.
    Surrendered,
    /// National law decides which: a person must say.
    Depends,
    /// Not counted.
    NotCounted,
}

/// The category of a context for indicator 16.4.2. Administrative seizures and State stock do not count.
pub fn sdg_category(context: &str) -> SdgCategory {
    match context {
        "DDR" | "CVR" | "VOL" | "PRE" | "SPO" | "EXC" | "INH" => SdgCategory::Surrendered,
        "FND" => SdgCategory::Found,
        "SEI" | "BRD" => SdgCategory::Seized,
        "ADM" | "STK" => SdgCategory::NotCounted,
        _ => SdgCategory::Depends,
    }
}

codes!(
    /// Category of the holder before collection. A category and never a person.
    HOLDER_CATEGORY, "holder_category",
    "combatant" => "Combatant",
    "supporter" => "Supporter of an armed group",
    "group_leader" => "Leader, for a group asset",
    "civilian" => "Civilian",
    "state_agent" => "Agent of the State",
    "finder" => "Finder",
    "trader" => "Trader",
    "child" => "Child",
    "other" => "Other",
    "unknown" => "Unknown",
);

codes!(
    /// Grounds on which a weapon is illicit (International Tracing Instrument para 6).
    ILLICIT_BASIS, "illicit_basis",
    "national_law" => "Illicit under the law of the State where found",
    "embargo" => "Moved in breach of a Security Council embargo",
    "not_marked" => "Not marked as the instrument requires",
    "no_licence" => "Made or assembled without licence",
    "no_authorisation" => "Transferred without authorisation",
);

codes!(
    /// How sure a person is of what they say.
    CERTAINTY, "certainty",
    "certain" => "Certain",
    "probable" => "Probable",
    "unknown" => "Unknown",
);

codes!(
    /// How sure the reader of a marking is.
    CONFIDENCE, "confidence",
    "high" => "High",
    "medium" => "Medium",
    "low" => "Low",
);

codes!(
    /// Whether the agreement under which items are collected permits tracing them (IDDRS 4.10 section 7).
    TRACING_PERMITTED, "tracing_permitted",
    "yes" => "Yes",
    "no" => "No",
    "restricted" => "Restricted",
);
