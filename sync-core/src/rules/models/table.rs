//! The tables. Models in the order of families; makers by name.

use super::Model;

/// Rifles of military pattern: recorded under any of these, and rightly so.
const RIFLES: &[&str] = &["ASR", "RIF", "CAR", "SNI"];
/// The same, and their heavy-barrelled variants.
const RIFLES_AND_LMG: &[&str] = &["ASR", "RIF", "CAR", "SNI", "LMG"];
/// The same, and their shortest variants.
const RIFLES_AND_SMG: &[&str] = &["ASR", "RIF", "CAR", "SNI", "SMG"];
/// The same, with both.
const RIFLES_AND_BOTH: &[&str] = &["ASR", "RIF", "CAR", "SNI", "SMG", "LMG"];

/// Writes one row a model.
macro_rules! models {
    ($($name:literal, [$($alias:literal),+], by [$($maker:literal),*], $classes:expr, [$($calibre:literal),*], [$($country:literal),*], $from:literal, $to:expr;)+) => {
        pub(super) static MODELS: &[Model] = &[$(Model {
            name: $name,
            aliases: &[$($alias),+],
            makers: &[$($maker),*],
            classes: $classes,
            calibres: &[$($calibre),*],
            countries: &[$($country),*],
            from: $from,
            to: $to,
        }),+];
    };
}

#[rustfmt::skip]
models! {
    "AKM", ["AKM", "AKMS", "AIM", "AMD65", "MPIKM", "PMKM"], by [], RIFLES, ["7.62x39"], ["SU", "RU", "BG", "DD", "DE", "EG", "HU", "IQ", "KP", "PL", "RO", "CU", "AM"], 1959, None;
    "AK-74", ["AK74", "AK74M", "AKS74", "AKS74U", "AK74U", "AKM74", "AK74N"], by [], RIFLES_AND_SMG, ["5.45x39"], ["SU", "RU", "BG", "DD", "DE", "PL", "RO", "AZ", "AM", "UA"], 1974, None;
    "AK pattern, variant not stated", ["AK47", "AK", "AKS47", "AKS", "KALASHNIKOV"], by [], RIFLES_AND_LMG, ["7.62x39", "5.45x39", "5.56x45"], [], 1947, None;
    "AK-103", ["AK103", "AK104"], by [], RIFLES, ["7.62x39"], ["RU", "VE", "ET", "IN", "SA"], 1994, None;
    "AK-101", ["AK101", "AK102"], by [], RIFLES, ["5.56x45"], ["RU"], 1994, None;
    "Type 56 rifle", ["TYPE56", "T56", "TYPE561", "TYPE562"], by [], RIFLES, ["7.62x39"], ["CN", "AL", "BD", "IR", "PK", "SD", "VN"], 1956, None;
    "Type 56 carbine", ["TYPE56", "T56", "TYPE56CARBINE"], by [], &["CAR", "RIF"], ["7.62x39"], ["CN"], 1956, None;
    "SKS", ["SKS", "SKS45", "SIMONOV", "M59", "M5966"], by [], &["CAR", "RIF", "SNI"], ["7.62x39"], ["SU", "RU", "CN", "YU", "RS", "RO", "AL", "DD", "DE", "KP", "VN", "EG"], 1945, None;
    "Type 81 rifle", ["TYPE81", "T81"], by [], RIFLES, ["7.62x39"], ["CN", "BD"], 1979, None;
    "Type 81 light machine gun", ["TYPE81", "T81", "TYPE81LMG"], by [], &["LMG"], ["7.62x39"], ["CN"], 1979, None;
    "Zastava M70 rifle", ["M70", "M70AB1", "M70AB2", "M70B1"], by [], RIFLES, ["7.62x39"], ["YU", "RS", "IQ"], 1970, None;
    "Zastava M70 pistol", ["M70"], by [], &["PIS"], ["7.65x17SR", "9x17", "9x19"], ["YU", "RS"], 1968, None;
    "Vz. 58", ["VZ58", "SA58", "SAVZ58"], by [], RIFLES, ["7.62x39", "5.56x45"], ["CS", "CZ"], 1958, None;
    "FN FAL", ["FAL", "FNFAL", "M964", "M964FAL", "M964A1", "M964A1PARAFAL", "PARAFAL", "LAR", "L1A1", "SLR", "C1A1", "L2A1"], by [], RIFLES_AND_LMG, ["7.62x51"], ["BE", "BR", "AR", "GB", "AU", "IN", "ZA", "IL", "AT", "CA", "MX", "VE", "DE", "ZW", "RH", "LU", "PY", "CL", "PE"], 1953, None;
    "G3", ["G3", "G3A3", "G3A4", "HKG3", "HK91"], by [], RIFLES, ["7.62x51"], ["DE", "PK", "IR", "TR", "PT", "MX", "SA", "NO", "SE", "GR", "MM", "FR", "TH", "GB", "SD", "CO", "PH", "MA"], 1958, None;
    "HK33", ["HK33", "HK33E"], by [], RIFLES, ["5.56x45"], ["DE", "TR", "TH", "FR"], 1965, None;
    "M16", ["M16", "M16A1", "M16A2", "M16A3", "M16A4", "M16A2COMMANDO", "XM16E1"], by [], RIFLES, ["5.56x45"], ["US", "KR", "PH", "SG", "CA", "MY", "TW", "IR", "CN", "SD"], 1959, None;
    "M4 carbine", ["M4", "M4A1", "M4CARBINE"], by [], RIFLES, ["5.56x45"], [], 1984, None;
    "AR-15", ["AR15"], by [], RIFLES, ["5.56x45", ".300 BLK", "7.62x39", "9x19", ".22LR"], [], 1956, None;
    "AR-10", ["AR10"], by [], RIFLES, ["7.62x51", ".300 WM"], ["US", "NL", "PT", "CA"], 1955, None;
    "M14", ["M14", "M1A"], by [], RIFLES, ["7.62x51"], ["US", "TW", "CN"], 1957, None;
    "M1 Garand", ["M1", "GARAND", "M1GARAND"], by [], &["RIF"], ["7.62x63", "7.62x51"], ["US", "IT"], 1934, Some(1960);
    "M1 carbine", ["M1", "M1CARBINE", "M1A1"], by [], &["CAR", "RIF"], ["7.62x33"], ["US", "IT"], 1941, None;
    "Galil", ["GALIL", "GALILAR", "GALILARM", "GALILSAR", "GALILACE", "ACE21", "ACE22", "ACE23", "R4"], by [], RIFLES_AND_LMG, ["5.56x45", "7.62x51", "7.62x39"], ["IL", "ZA", "CO", "VN", "IT", "MM", "CL", "PE"], 1972, None;
    "AUG", ["AUG", "STG77", "AUSTEYR", "F88"], by [], RIFLES_AND_BOTH, ["5.56x45", "9x19"], ["AT", "AU", "US", "MY", "NZ"], 1977, None;
    "FAMAS", ["FAMAS", "FAMASF1", "FAMASG2"], by [], RIFLES, ["5.56x45"], ["FR"], 1975, Some(2002);
    "SIG SG 550", ["SG550", "SG551", "SG552", "SG553", "SIG550"], by [], RIFLES, ["5.56x45", "7.62x39"], ["CH", "DE", "US"], 1983, None;
    "IMBEL MD 97", ["MD97", "MD97L", "MD97LM"], by [], RIFLES, ["5.56x45"], ["BR"], 1995, None;
    "INSAS", ["INSAS"], by [], RIFLES_AND_LMG, ["5.56x45"], ["IN"], 1994, None;
    "Mosin-Nagant", ["MOSIN", "MOSINNAGANT", "M9130", "M1891", "M189130", "M44", "M38", "9130"], by [], &["RIF", "CAR", "SNI"], ["7.62x54R", "7.92x57"], ["RU", "SU", "FI", "PL", "HU", "RO", "CN", "KP", "US", "FR", "CS"], 1891, Some(1973);
    "Mauser 98", ["K98", "KAR98K", "KAR98", "98K", "M98", "GEW98", "GEWEHR98", "MAUSER98"], by [], &["RIF", "CAR", "SNI"], [], [], 1898, None;
    "Lee-Enfield", ["LEEENFIELD", "SMLE", "NO4", "NO4MKI", "NO4MK1", "NO1MKIII", "NO5", "ENFIELDNO4"], by [], &["RIF", "CAR", "SNI"], ["7.7x56R", "7.62x51"], ["GB", "IN", "AU", "CA", "US", "PK"], 1895, None;
    "SVD Dragunov", ["SVD", "DRAGUNOV", "SVDS"], by [], &["SNI", "RIF"], ["7.62x54R"], ["SU", "RU", "CN", "IR", "KP", "BG"], 1958, None;
    "PSL", ["PSL"], by [], &["SNI", "RIF"], ["7.62x54R", "7.62x51"], ["RO"], 1974, None;
    "PK machine gun", ["PK", "PKM", "PKMS", "PKS", "PKT", "TYPE80"], by [], &["GPM", "LMG"], ["7.62x54R"], ["SU", "RU", "BG", "CN", "RO", "PL", "RS", "YU", "KZ", "UA"], 1961, None;
    "RPK", ["RPK", "RPKS"], by [], &["LMG"], ["7.62x39"], ["SU", "RU", "BG", "RO", "VN", "YU", "RS", "IQ"], 1959, None;
    "RPK-74", ["RPK74", "RPKS74"], by [], &["LMG"], ["5.45x39"], ["SU", "RU", "BG", "RO"], 1974, None;
    "RPD", ["RPD", "TYPE56LMG"], by [], &["LMG"], ["7.62x39"], ["SU", "CN", "KP", "EG", "PL", "HU", "VN"], 1944, None;
    "FN MAG", ["MAG", "FNMAG", "MAG58", "M240", "M240B", "L7A1", "L7A2"], by [], &["GPM", "LMG"], ["7.62x51"], ["BE", "AR", "GB", "IN", "US", "SG", "EG", "SE", "TW", "CA"], 1955, None;
    "M60 machine gun", ["M60", "M60E3", "M60E4"], by [], &["GPM", "LMG"], ["7.62x51"], ["US", "KR", "TW"], 1957, None;
    "Minimi", ["MINIMI", "M249"], by [], &["LMG"], ["5.56x45", "7.62x51"], ["BE", "US", "AU", "IT", "JP", "SE", "GR", "ID"], 1974, None;
    "MG 3", ["MG3", "MG1"], by [], &["GPM", "LMG"], ["7.62x51"], ["DE", "PK", "IR", "IT", "TR", "GR", "SD"], 1958, None;
    "Bren", ["BREN", "BRENGUN", "L4A4"], by [], &["LMG"], ["7.7x56R", "7.92x57", "7.62x51"], ["GB", "CA", "IN", "AU", "TW", "CN"], 1937, Some(1971);
    "DShK", ["DSHK", "DSHKM", "DSHK38", "DSHK3846"], by [], &["HMG", "AAG"], ["12.7x108"], ["SU", "RU", "CN", "CS", "CZ", "IR", "PK", "RO", "YU", "KP"], 1938, None;
    "NSV", ["NSV", "NSVT", "UTES"], by [], &["HMG"], ["12.7x108"], ["SU", "RU", "BG", "KZ", "PL", "YU", "RS", "IN", "UA"], 1971, None;
    "Browning M2", ["M2", "M2HB", "M2BROWNING", "BROWNINGM2"], by [], &["HMG", "AAG"], ["12.7x99"], ["US", "BE", "GB", "ES", "KR", "SG", "TR"], 1921, None;
    "M2 carbine", ["M2", "M2CARBINE"], by [], &["CAR", "RIF", "ASR"], ["7.62x33"], ["US"], 1944, Some(1945);
    "KPV", ["KPV", "KPVT", "ZPU1", "ZPU2", "ZPU4"], by [], &["HMG", "AAG"], ["14.5x114"], ["SU", "RU", "CN", "BG", "PL", "RO", "KP", "IR"], 1944, None;
    "Type 54 pistol", ["TYPE54", "T54"], by [], &["PIS"], ["7.62x25", "9x19"], ["CN"], 1954, None;
    "Type 54 heavy machine gun", ["TYPE54", "T54"], by [], &["HMG", "AAG"], ["12.7x108"], ["CN", "PK"], 1954, None;
    "TT-33 Tokarev", ["TT", "TT33", "TT30", "TOKAREV", "TTC", "M57TT"], by [], &["PIS"], ["7.62x25", "9x19"], ["SU", "RU", "CN", "HU", "PL", "RO", "YU", "RS", "KP", "EG", "PK", "VN"], 1930, None;
    "Zastava M57 pistol", ["M57"], by [], &["PIS"], ["7.62x25", "9x19"], ["YU", "RS"], 1957, None;
    "M57 rocket launcher", ["M57"], by [], &["ATR", "RCL"], [], ["YU"], 1957, None;
    "PM Makarov", ["PM", "MAKAROV", "PMMAKAROV", "PISTOLETMAKAROVA", "IJ70"], by [], &["PIS"], ["9x18", "9x17"], ["SU", "RU", "BG", "DD", "DE", "CN"], 1949, None;
    "APS Stechkin", ["APS", "STECHKIN"], by [], &["MPI", "PIS"], ["9x18"], ["SU", "RU"], 1951, None;
    "Nagant M1895", ["M1895", "NAGANT", "M1895NAGANT"], by [], &["REV"], ["7.62x38R"], ["RU", "SU", "BE", "PL"], 1895, Some(1950);
    "Browning Hi-Power", ["HP", "BROWNINGHP", "HP35", "HIPOWER", "GP35", "P35", "GPDA"], by [], &["PIS"], ["9x19", ".40 S&W", "7.65x21"], ["BE", "CA", "AR", "IN", "HU", "IL", "BG", "ID", "US", "PT", "NG"], 1935, None;
    "M1911", ["M1911", "M1911A1", "1911", "1911A1"], by [], &["PIS"], [".45 ACP", ".38 Super", "9x19", ".40 S&W", "10 Auto", ".22LR"], [], 1911, None;
    "Luger P08", ["P08", "LUGER", "PARABELLUM"], by [], &["PIS"], ["9x19", "7.65x21"], ["DE", "CH", "GB"], 1898, Some(1953);
    "Walther P38", ["P38"], by [], &["PIS"], ["9x19", "7.65x21"], ["DE"], 1938, None;
    "Walther PP and PPK", ["PP", "PPK", "PPKS"], by [], &["PIS"], ["7.65x17SR", "9x17", ".22LR", "6.35x16SR"], ["DE", "FR", "US", "TR"], 1929, None;
    "Beretta 92", ["92", "92F", "92FS", "92SB"], by ["BERETTA"], &["PIS"], ["9x19"], ["IT", "US", "FR", "BR", "EG"], 1975, None;
    "Beretta M9", ["M9"], by [], &["PIS"], ["9x19"], ["US", "IT"], 1985, None;
    "CZ 75", ["75", "75B", "CZ75", "CZ75B"], by ["CZ", "CESKAZBROJOVKA"], &["PIS"], ["9x19", ".40 S&W"], ["CS", "CZ"], 1975, None;
    "Glock 17", ["17", "G17", "GLOCK17", "17GEN3", "17GEN4", "17GEN5"], by ["GLOCK"], &["PIS"], ["9x19"], ["AT", "US"], 1981, None;
    "Glock 18", ["18", "G18", "GLOCK18"], by ["GLOCK"], &["MPI", "PIS"], ["9x19"], ["AT"], 1986, None;
    "Glock 19", ["19", "G19", "GLOCK19", "19GEN3", "19GEN4", "19GEN5", "19X"], by ["GLOCK"], &["PIS"], ["9x19"], ["AT", "US"], 1988, None;
    "Glock 21", ["21", "G21", "GLOCK21", "21GEN4"], by ["GLOCK"], &["PIS"], [".45 ACP"], ["AT", "US"], 1990, None;
    "Glock 22", ["22", "G22", "GLOCK22", "22GEN3", "22GEN4"], by ["GLOCK"], &["PIS"], [".40 S&W"], ["AT", "US"], 1990, None;
    "Glock 23", ["23", "G23", "GLOCK23", "23GEN4"], by ["GLOCK"], &["PIS"], [".40 S&W"], ["AT", "US"], 1990, None;
    "Glock 25", ["25", "G25", "GLOCK25"], by ["GLOCK"], &["PIS"], ["9x17"], ["AT"], 1995, None;
    "Glock 26", ["26", "G26", "GLOCK26", "26GEN4"], by ["GLOCK"], &["PIS"], ["9x19"], ["AT", "US"], 1995, None;
    "Taurus 82", ["82", "RT82", "82S"], by ["TAURUS", "FORJASTAURUS"], &["REV"], [".38 Spl"], ["BR", "US"], 1971, None;
    "Taurus 85", ["85", "RT85", "85S", "85UL"], by ["TAURUS", "FORJASTAURUS"], &["REV"], [".38 Spl"], ["BR", "US"], 1980, None;
    "Taurus 838", ["838", "RT838"], by ["TAURUS", "FORJASTAURUS"], &["REV"], [".38 Spl"], ["BR", "US"], 1995, None;
    "Taurus PT 58", ["PT58", "PT58S", "PT58HC", "PT58HCPLUS", "PT59", "PT938", "PT838"], by ["TAURUS", "FORJASTAURUS"], &["PIS"], ["9x17"], ["BR", "US"], 1988, None;
    "Taurus PT 92", ["PT92", "PT92AF", "PT92C", "PT99", "PT99AF", "PT809", "PT909", "PT917"], by ["TAURUS", "FORJASTAURUS"], &["PIS"], ["9x19"], ["BR", "US"], 1983, None;
    "Taurus PT 100", ["PT100", "PT100AF", "PT101", "PT940", "PT840"], by ["TAURUS", "FORJASTAURUS"], &["PIS"], [".40 S&W"], ["BR", "US"], 1991, None;
    "Canik TP9", ["TP9", "TP9V2", "TP9SF", "TP9SA"], by ["CANIK"], &["PIS"], ["9x19"], ["TR"], 2012, None;
    "Uzi", ["UZI", "MINIUZI", "MICROUZI"], by [], &["SMG", "MPI", "PIS"], ["9x19", ".45 ACP", ".22LR", ".40 S&W"], ["IL", "BE", "CN", "HR", "ZA", "US", "MM", "BR", "DE"], 1950, None;
    "MP5", ["MP5", "MP5A2", "MP5A3", "MP5K", "MP5SD", "HKMP5"], by [], &["SMG"], ["9x19", "10 Auto", ".40 S&W"], ["DE", "PK", "IR", "TR", "GR", "MX", "GB", "FR", "SA", "LU", "SD"], 1966, None;
    "Sten", ["STEN", "STENMKII", "STENMK2", "STENMKIII", "STENMKV"], by [], &["SMG"], ["9x19"], ["GB", "CA", "NZ", "AU", "AR", "DE", "FR", "BE", "DK", "NO", "PL"], 1941, Some(1960);
    "Sterling", ["STERLING", "L2A3", "L34A1"], by [], &["SMG"], ["9x19"], ["GB", "IN", "CA"], 1944, None;
    "PPSh-41", ["PPSH", "PPSH41"], by [], &["SMG"], ["7.62x25", "9x19"], ["SU", "CN", "HU", "KP", "RO", "VN", "IR", "YU"], 1941, None;
    "MAC-10", ["MAC10", "INGRAM", "M10", "INGRAMM10"], by [], &["SMG", "MPI"], ["9x19", ".45 ACP", "9x17"], ["US"], 1970, None;
    "INA M953", ["M953", "INA", "INAM953", "M950", "MB50"], by [], &["SMG"], [".45 ACP"], ["BR"], 1950, Some(1975);
    "Skorpion vz. 61", ["SKORPION", "VZ61", "SAVZ61"], by [], &["SMG", "MPI"], ["7.65x17SR", "9x17", "9x18", "9x19"], ["CS", "CZ", "YU", "RS"], 1961, None;
    "Remington 870", ["870", "870EXPRESS"], by ["REMINGTON"], &["SHG"], ["12 ga", "16 ga", "20 ga", "28 ga", ".410"], ["US"], 1950, None;
    "RPG-7", ["RPG7", "RPG7V", "RPG7D", "TYPE69", "TYPE69RPG"], by [], &["ATR", "RCL"], ["40 RPG"], ["SU", "RU", "BG", "CN", "EG", "IQ", "IR", "PK", "RO", "GE", "SD", "VN", "US", "CS", "CZ", "RS", "KP"], 1958, None;
    "RPG-2", ["RPG2", "B40", "TYPE56RPG"], by [], &["ATR", "RCL"], ["40 RPG"], ["SU", "CN", "VN", "PL"], 1947, None;
    "M72 LAW", ["M72", "LAW", "M72LAW", "M72A2", "M72A5"], by [], &["ATR", "RCL"], ["66mm"], ["US", "NO", "TR"], 1963, None;
    "Zastava M72 machine gun", ["M72", "M72B1"], by [], &["LMG"], ["7.62x39"], ["YU", "RS", "IQ"], 1972, None;
    "SPG-9", ["SPG9", "SPG9M"], by [], &["RCL"], ["73mm"], ["SU", "RU", "BG", "RO"], 1962, None;
    "B-10", ["B10"], by [], &["RCL"], ["82mm"], ["SU", "CN", "EG", "BG"], 1954, None;
    "Carl Gustaf", ["CARLGUSTAF", "CARLGUSTAV", "M2CG", "M3MAAWS"], by [], &["RCL", "ATR"], ["84mm"], ["SE", "IN", "US", "AU", "JP"], 1946, None;
    "Strela-2", ["STRELA2", "STRELA2M", "SA7", "SA7B", "SA7A", "9K32"], by [], &["MAN"], ["72mm", "70mm"], ["SU", "RU", "CN", "EG", "PK", "YU", "RO", "BG", "PL", "CS", "KP", "DD"], 1967, None;
    "Igla", ["IGLA", "SA16", "SA18", "SA24", "9K38", "9K310"], by [], &["MAN"], ["72mm", "70mm"], ["SU", "RU", "BG", "PL", "KP", "SG", "VN", "UA"], 1981, None;
    "M79", ["M79"], by [], &["GLH", "GLM"], ["40x46"], ["US", "KR", "VN"], 1961, None;
    "M203", ["M203", "M203A1"], by [], &["GLU"], ["40x46"], ["US", "KR", "EG", "TR", "CA"], 1969, None;
    "GP-25", ["GP25", "GP30", "GP34", "BG15"], by [], &["GLU"], ["40 VOG"], ["SU", "RU", "BG"], 1978, None;
    "AGS-17", ["AGS17", "PLAMYA"], by [], &["GLM"], ["30x29"], ["SU", "RU", "CN", "BG", "IR", "YU", "RS"], 1967, None;
    "Mk 19", ["MK19", "MK193"], by [], &["GLM"], ["40x53"], ["US", "EG", "KR"], 1966, None;
    "Type 63 rifle", ["TYPE63", "T63"], by [], RIFLES, ["7.62x39"], ["CN"], 1969, None;
    "Type 63 mortar", ["TYPE63", "T63"], by [], &["MOR"], ["60mm"], ["CN", "PK"], 1963, None;
    "Type 63 rocket launcher", ["TYPE63", "T63"], by [], &["HVY", "ATR"], ["107mm"], ["CN", "IR", "KP", "TR", "EG", "SD"], 1961, None;
}

/// Makers and the countries where they make weapons themselves.
pub(super) static MAKERS: &[(&str, &[&str])] = &[
    ("ARMALITE", &["US"]),
    ("ARSENAL", &["BG", "US", "RU"]),
    ("BERETTA", &["IT", "US", "BR"]),
    ("BERSA", &["AR"]),
    ("BOITO", &["BR"]),
    ("BUSHMASTER", &["US"]),
    ("CANIK", &["TR"]),
    ("CBC", &["BR"]),
    ("COLT", &["US", "CA"]),
    ("CUGIR", &["RO"]),
    ("CZ", &["CS", "CZ", "US"]),
    ("FEG", &["HU"]),
    ("FMAP", &["AR"]),
    ("FORJASTAURUS", &["BR"]),
    ("GIRSAN", &["TR"]),
    ("GLOCK", &["AT", "US", "SK"]),
    ("IMBEL", &["BR"]),
    ("IMI", &["IL"]),
    ("IWI", &["IL", "US"]),
    ("IZHEVSK", &["SU", "RU"]),
    ("IZHMASH", &["SU", "RU"]),
    ("KALASHNIKOVCONCERN", &["RU"]),
    ("KELTEC", &["US"]),
    ("MOSSBERG", &["US"]),
    ("NORINCO", &["CN"]),
    ("RADOM", &["PL"]),
    ("REMINGTON", &["US"]),
    ("ROMARM", &["RO"]),
    ("ROSSI", &["BR", "US"]),
    ("RUGER", &["US"]),
    ("SARSILMAZ", &["TR"]),
    ("SMITHWESSON", &["US"]),
    ("STEYR", &["AT"]),
    ("STURMRUGER", &["US"]),
    ("SW", &["US"]),
    ("TAURUS", &["BR", "US"]),
    ("TISAS", &["TR"]),
    ("TULA", &["SU", "RU"]),
    ("ZASTAVA", &["YU", "RS"]),
];
