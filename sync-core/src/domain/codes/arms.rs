//! What an item is: kind, class, action, nature, origin, condition, part.

use super::codes;

codes!(
    /// Kinds of items that a collection takes in.
    ITEM_KIND, "item_kind",
    "weapon" => "Weapon",
    "part" => "Part or component",
    "ammunition" => "Ammunition lot",
);

codes!(
    /// Classes of weapons and other things handed in. Small arms and light weapons as divided by the International
    /// Tracing Instrument (para 4) and IDDRS 4.10; the rest is outside that definition but is collected all the same.
    WEAPON_CLASS, "weapon_class",
    "REV" => "Revolver",
    "PIS" => "Self-loading pistol",
    "PSS" => "Single-shot or multi-barrel pistol",
    "MPI" => "Machine pistol",
    "RIF" => "Rifle, bolt-action or semi-automatic",
    "CAR" => "Carbine",
    "SNI" => "Sniper or designated marksman rifle",
    "SHG" => "Shotgun",
    "SMG" => "Sub-machine gun",
    "ASR" => "Assault rifle",
    "LMG" => "Light machine gun",
    "GPM" => "General-purpose machine gun",
    "HMG" => "Heavy machine gun",
    "GLH" => "Hand-held grenade launcher",
    "GLU" => "Under-barrel grenade launcher",
    "GLM" => "Mounted grenade launcher",
    "AAG" => "Portable anti-aircraft gun",
    "ATG" => "Portable anti-tank gun or anti-materiel rifle",
    "RCL" => "Recoilless rifle",
    "ATM" => "Portable anti-tank missile launcher",
    "ATR" => "Rocket launcher, portable",
    "MAN" => "MANPADS: launcher, grip-stock or missile",
    "MOR" => "Mortar below 100 mm",
    "MOH" => "Mortar of 100 mm and above",
    "HVY" => "Heavy weapon or vehicle",
    "GRN" => "Hand grenade",
    "MIN" => "Mine",
    "EXP" => "Explosives",
    "IED" => "Improvised explosive device",
    "AMM" => "Ammunition",
    "PRT" => "Part or component",
    "ACC" => "Accessory",
    "AIR" => "Air weapon",
    "BLK" => "Blank-firing, gas or alarm weapon",
    "MEL" => "Edged weapon",
    "TOY" => "Toy",
    "REP" => "Replica",
    "OTH" => "Other",
    "UNK" => "Unknown",
);

codes!(
    /// How a weapon works.
    ACTION, "action",
    "single_shot" => "Single shot",
    "break" => "Break action",
    "bolt" => "Bolt action",
    "lever" => "Lever action",
    "pump" => "Pump action",
    "revolver" => "Revolver",
    "semi_auto" => "Semi-automatic",
    "selective_fire" => "Selective fire",
    "full_auto" => "Fully automatic",
    "muzzle_loading" => "Muzzle-loading",
    "other" => "Other",
    "not_applicable" => "Not applicable",
    "unknown" => "Unknown",
);

codes!(
    /// What ammunition is and does.
    NATURE, "nature",
    "ball" => "Ball",
    "tracer" => "Tracer",
    "armour_piercing" => "Armour-piercing",
    "armour_piercing_incendiary" => "Armour-piercing incendiary",
    "incendiary" => "Incendiary",
    "expanding" => "Expanding (hollow point, soft point)",
    "shot" => "Shot or slug",
    "blank" => "Blank",
    "training" => "Training or drill",
    "grenade_he" => "Grenade, high explosive",
    "grenade_heat" => "Grenade, shaped charge",
    "grenade_fragmentation" => "Grenade, fragmentation",
    "grenade_smoke" => "Grenade, smoke",
    "rocket_he" => "Rocket, high explosive",
    "rocket_heat" => "Rocket, shaped charge",
    "mortar_he" => "Mortar bomb, high explosive",
    "mortar_smoke" => "Mortar bomb, smoke",
    "mortar_illuminating" => "Mortar bomb, illuminating",
    "missile" => "Missile",
    "propellant" => "Bulk propellant",
    "mine_anti_personnel" => "Mine, anti-personnel",
    "mine_anti_vehicle" => "Mine, anti-vehicle",
    "hand_grenade" => "Hand grenade",
    "detonator" => "Detonator or cord",
    "spent_case" => "Fired or misfired cartridge or case",
    "other" => "Other",
    "unknown" => "Unknown",
);

codes!(
    /// United Nations hazard divisions of class 1 (explosives).
    HAZARD_DIVISION, "hazard_division",
    "1.1" => "Mass explosion",
    "1.2" => "Projection, no mass explosion",
    "1.3" => "Fire, minor blast or projection",
    "1.4" => "No significant hazard",
    "1.5" => "Very insensitive, mass explosion",
    "1.6" => "Extremely insensitive",
);

codes!(
    /// How a weapon came to be made. Licensed production and modular weapons are known causes of failed traces.
    ORIGIN_KIND, "origin_kind",
    "industrial" => "Made by industry",
    "licensed" => "Made under licence",
    "copy_unlicensed" => "Copy without licence",
    "craft" => "Craft-made",
    "converted" => "Converted (blank or alarm weapon)",
    "reactivated" => "Reactivated",
    "composed" => "Modular or composed of several weapons",
    "printed_3d" => "3D-printed, wholly or in part",
    "antique" => "Antique",
    "replica" => "Replica",
    "other" => "Other",
    "unknown" => "Unknown",
);

codes!(
    /// Condition of an item; a receipt must show whether it is serviceable (IDDRS 4.10).
    CONDITION, "condition",
    "SVC" => "Serviceable",
    "REP" => "Repairable",
    "UNS" => "Unserviceable",
    "INC" => "Incomplete",
    "DEG" => "Heavily degraded",
    "DEM" => "Demilitarised or deactivated",
    "DNG" => "Unsafe",
    "UNK" => "Not assessed",
);

codes!(
    /// Parts and components of a weapon (Firearms Protocol art 3(b), and what teams meet besides).
    PART_TYPE, "part_type",
    "frame" => "Frame",
    "receiver" => "Receiver",
    "barrel" => "Barrel",
    "slide" => "Slide",
    "bolt" => "Bolt or breech block",
    "cylinder" => "Cylinder",
    "silencer" => "Silencer",
    "magazine" => "Magazine",
    "stock" => "Stock",
    "grip_stock" => "Grip-stock of a missile launcher",
    "other" => "Other",
    "unknown" => "Unknown",
);
