//! Markings: what they are, how they were made, where, and what is left of them.

use super::codes;

codes!(
    /// Types of markings (International Tracing Instrument para 8; proof, inspection, unit and covert marks besides).
    MARKING_TYPE, "marking_type",
    "SER" => "Serial number",
    "MFR" => "Maker's name or logo",
    "COO" => "Country of manufacture",
    "MOD" => "Model",
    "CAL" => "Calibre",
    "YOM" => "Year of manufacture",
    "ISY" => "Symbol and code in place of maker, country and serial",
    "IMP" => "Import mark",
    "STO" => "State stock mark",
    "REL" => "Release from State stock to civilian use",
    "PRF" => "Proof mark",
    "INS" => "Inspection or acceptance mark",
    "ARS" => "Arsenal or refurbishment mark",
    "UNT" => "Unit or rack number",
    "PRP" => "Programme mark, applied after collection",
    "REG" => "Number assigned by the register",
    "COV" => "Covert mark",
    "QRC" => "QR or data-matrix code",
    "OWN" => "Owner's mark",
    "CRF" => "Craftsman's mark",
    "OTH" => "Other",
    "UNK" => "Unknown",
);

codes!(
    /// What is left of a marking. "Never marked" and "obliterated" are different answers.
    MARKING_CONDITION, "marking_condition",
    "LEG" => "Legible",
    "PLE" => "Partly legible",
    "WRN" => "Worn",
    "COR" => "Corroded",
    "PAI" => "Painted over",
    "OBL" => "Obliterated",
    "SAN" => "Sanitised: removed and the surface worked",
    "ALT" => "Altered",
    "RST" => "Re-stamped",
    "NEV" => "Never marked",
    "NIN" => "Not inspected",
    "LAB" => "Recovered in a laboratory",
);

codes!(
    /// How a marking was made.
    MARKING_METHOD, "marking_method",
    "STP" => "Stamped by press or roll",
    "HND" => "Stamped by hand",
    "DOT" => "Dot-peened",
    "SCR" => "Scribed",
    "ENG" => "Engraved mechanically",
    "LAS" => "Laser",
    "CST" => "Cast or moulded",
    "ETC" => "Etched",
    "PNT" => "Paint or ink",
    "LBL" => "Label",
    "EMB" => "Embedded tag",
    "OTH" => "Other",
    "UNK" => "Unknown",
);

codes!(
    /// Where a marking is. The unique mark belongs on the frame or receiver (International Tracing Instrument para 10).
    MARKING_LOCATION, "marking_location",
    "RCV" => "Receiver",
    "FRM" => "Frame",
    "SLD" => "Slide",
    "BRL" => "Barrel",
    "CYL" => "Cylinder",
    "BLT" => "Bolt",
    "TRG" => "Trunnion",
    "STK" => "Stock",
    "MAG" => "Magazine",
    "GRP" => "Grip",
    "SIG" => "Sight block",
    "TUB" => "Launch tube",
    "BPL" => "Base plate",
    "BOX" => "Packaging",
    "OTH" => "Other",
    "UNK" => "Unknown",
);

codes!(
    /// Side of the weapon, seen from behind the butt.
    MARKING_SIDE, "marking_side",
    "L" => "Left",
    "R" => "Right",
    "T" => "Top",
    "B" => "Bottom",
);

codes!(
    /// What is known of the serial. Not marked, obliterated, not legible and not inspected are four different answers.
    SERIAL_STATUS, "serial_status",
    "read" => "Read in full",
    "partial" => "Read in part",
    "none_marked" => "No serial was ever marked",
    "obliterated" => "Obliterated",
    "not_legible" => "Not legible",
    "not_inspected" => "Not inspected",
);
