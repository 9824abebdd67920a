//! Calibres: one code a calibre, its bore, and the spellings that mean it.
//!
//! Sources: designations of the C.I.P. and NATO tables, common trade names. Where a text leaves the cartridge open
//! ("7.62 mm", ".38") there is a code that says just that: nothing is guessed. Order is that of the forms; codes are
//! never re-coded.

use super::{Code, CodeList};
use crate::domain::calibre::Calibre;

/// Writes the table and the code list from the same rows.
macro_rules! calibres {
    ($($code:literal, $label:literal, $bore:literal, $exact:literal, $group:literal, [$($spelling:literal),*];)+) => {
        /// Every calibre.
        pub static CALIBRES: &[Calibre] = &[$(Calibre {
            code: $code,
            label: $label,
            bore: $bore,
            exact: $exact,
            group: $group,
            spellings: &[$($spelling),*],
        }),+];

        /// Calibres of cartridges, gauges of shotguns, bores of launchers and mortars.
        pub static CALIBRE: CodeList =
            CodeList { name: "calibre", version: 1, codes: &[$(Code { code: $code, label: $label }),+] };
    };
}

calibres! {
    ".22 Short", ".22 Short", 560, true, "", ["22 SHORT", "22 CURTO", "5.6X11R"];
    ".22 Long", ".22 Long", 560, true, "", ["22 LONG", "22 LARGO"];
    ".22LR", ".22 Long Rifle", 560, true, "", ["22 LR", "22 LONG RIFLE", "5.6X15R", "5.6X15.6R", "22LFB"];
    ".22 WMR", ".22 Winchester Magnum", 560, true, "", ["22 WMR", "22 MAGNUM", "22 WIN MAG", "22 WINCHESTER MAGNUM"];
    "5.5 Velo Dog", "5.5 mm Velo Dog", 560, true, "", ["5.5 VELO DOG", "5.5 MM VELO DOG", "5.75 VELO DOG"];
    "6.35x16SR", "6.35x16 mm SR (.25 ACP)", 635, true, "", ["25 ACP", "25 AUTO", "6.35", "6.35 MM", "6.35 BROWNING", "6.35 MM BROWNING", "6.35X16", "6.35X15.5", "6.35X15.5SR", "25"];
    "7.62x25", "7.62x25 mm Tokarev", 762, true, "", ["7.62 TOKAREV", "7.62 MM TOKAREV", "7.62X25MM TOKAREV", "7.62 TT"];
    "7.63x25", "7.63x25 mm Mauser", 762, true, "", ["7.63 MAUSER", "7.63 MM MAUSER", "30 MAUSER"];
    "7.62x38R", "7.62x38 mm R Nagant", 762, true, "", ["7.62 NAGANT", "7.62X38", "7.62 MM NAGANT"];
    "7.65x17SR", "7.65x17 mm SR (.32 ACP)", 765, true, "", ["32 ACP", "32 AUTO", "7.65 BROWNING", "7.65 MM BROWNING", "7.65X17"];
    "7.65x21", "7.65x21 mm Parabellum", 765, true, "", ["30 LUGER", "7.65 PARABELLUM", "7.65 MM PARABELLUM", "7.65 LUGER"];
    ".320", ".320 Revolver", 765, true, "", ["320", "320 REVOLVER"];
    ".32 S&W", ".32 Smith & Wesson", 765, true, "", ["32 S&W", "32 SW", "32 S&W SHORT", "32 SHORT", "32 S&W CURTO", "32 CURTO"];
    ".32 S&W L", ".32 Smith & Wesson Long", 765, true, "", ["32 S&W LONG", "32 LONG", "32 SWL", "32 SW LONG", "32 S&WL", "32 COLT NEW POLICE"];
    ".32-20", ".32-20 Winchester", 794, true, "", ["32-20 WIN", "32-20 WINCHESTER", "32 WCF", "32 WINCHESTER"];
    "9x17", "9x17 mm (.380 ACP)", 900, true, "", ["380 ACP", "380 AUTO", "380", "9 KURZ", "9 MM KURZ", "9 CORTO", "9 MM CORTO", "9 MM SHORT", "9X17K", "9 BROWNING SHORT", "9 BROWNING COURT", "9X17 CURTO", "9 MM CURTO"];
    "9x18", "9x18 mm Makarov", 900, true, "", ["9 MAKAROV", "9 MM MAKAROV", "9X18 PM", "9X18 MAKAROV"];
    "9x19", "9x19 mm Parabellum", 900, true, "", ["9 PARA", "9 MM PARA", "9 PARABELLUM", "9 MM PARABELLUM", "9 LUGER", "9 MM LUGER", "9 NATO", "9 MM NATO", "9X19 PARABELLUM", "9X19 LUGER", "9X19 NATO"];
    "9x21", "9x21 mm IMI", 900, true, "", ["9X21 IMI", "9 IMI", "9 MM IMI"];
    "9x23 Largo", "9x23 mm Largo", 900, true, "", ["9 LARGO", "9 MM LARGO", "9X23", "9 BERGMANN-BAYARD"];
    "9x20SR", "9x20 mm SR Browning Long", 900, true, "", ["9 BROWNING LONG", "9 MM BROWNING LONG", "9X20"];
    ".38 Super", ".38 Super Auto", 906, true, "", ["38 SUPER", "38 SUPER AUTO", "9X23SR"];
    ".38 S&W", ".38 Smith & Wesson", 906, true, "", ["38 S&W", "38 SW", "9X20R", "38/200", "380 REVOLVER", "38 S&W SHORT"];
    ".38 Short", ".38 Short", 906, true, "", ["38 SHORT", "38 SHORT COLT", "38 CURTO"];
    ".38 Spl", ".38 Special", 906, true, "", ["38 SPL", "38 SPECIAL", "38 SPL SPECIAL", "38 SPC", "38 SWL", "38 SW SPECIAL", "38 S&W SPECIAL", "9X29R", "9X29.5", "9X29.5R"];
    ".357 Mag", ".357 Magnum", 906, true, "", ["357 MAG", "357 MAGNUM", "357", "357 S&W MAGNUM", "9X33R"];
    ".40 S&W", ".40 Smith & Wesson", 1000, true, "", ["40 S&W", "40 SW", "40", "10X22", "40 AUTO", "40 SMITH & WESSON"];
    "10 Auto", "10 mm Auto", 1000, true, "", ["10 MM AUTO", "10X25", "10 MM"];
    ".38-40", ".38-40 Winchester", 1000, true, "", ["38-40 WIN", "38-40 WINCHESTER", "38 WCF"];
    ".41 AE", ".41 Action Express", 1040, true, "", ["41 AE", "41 ACTION EXPRESS"];
    ".44 Mag", ".44 Magnum", 1090, true, "", ["44 MAG", "44 MAGNUM", "44 REM MAG", "44 REMINGTON MAGNUM", "44 REM MAGNUM"];
    ".44 Spl", ".44 Special", 1090, true, "", ["44 SPL", "44 SPECIAL", "44 S&W SPECIAL"];
    ".44-40", ".44-40 Winchester", 1090, true, "", ["44-40 WIN", "44-40 WINCHESTER", "44 WCF", "44/40", "44 WINCHESTER"];
    ".45 ACP", ".45 ACP", 1143, true, "", ["45 ACP", "45 AUTO", "11.43X23", "11.43", "11.43 MM"];
    ".45 Colt", ".45 Colt", 1143, true, "", ["45 COLT", "45 LONG COLT", "45 LC"];
    ".454 Casull", ".454 Casull", 1143, true, "", ["454 CASULL", "454"];
    ".455", ".455 Webley", 1143, true, "", ["455", "455 WEBLEY"];
    ".50 AE", ".50 Action Express", 1270, true, "", ["50 AE", "50 ACTION EXPRESS"];
    "4.5mm", "4.5 mm (.177) air", 450, true, "", ["4.5", "177", "4.5 MM"];
    "4.6x30", "4.6x30 mm HK", 460, true, "", ["4.6X30 HK"];
    "5.7x28", "5.7x28 mm FN", 570, true, "", ["5.7 FN", "5.7X28 FN", "5.7"];
    "5.45x39", "5.45x39 mm", 545, true, "", ["5.45", "5.45 MM", "5.45X39.5", "5.45 SOVIET"];
    "5.56x45", "5.56x45 mm NATO", 556, true, "5.56x45", ["5.56", "5.56 MM", "5.56 NATO", "5.56 MM NATO", "5.56X45 NATO"];
    ".223 Rem", ".223 Remington", 556, true, "5.56x45", ["223", "223 REM", "223 REMINGTON", "223 ARMALITE"];
    ".222 Rem", ".222 Remington", 556, true, "", ["222", "222 REM", "222 REMINGTON"];
    ".22-250", ".22-250 Remington", 556, true, "", ["22-250 REM", "22-250 REMINGTON"];
    "5.8x42", "5.8x42 mm", 580, true, "", ["5.8"];
    ".243 Win", ".243 Winchester", 610, true, "", ["243", "243 WIN", "243 WINCHESTER"];
    "6.5x55", "6.5x55 mm", 650, true, "", ["6.5X55 SWEDISH", "6.5X55 MAUSER"];
    "6.5x52", "6.5x52 mm Carcano", 650, true, "", ["6.5 CARCANO"];
    ".270 Win", ".270 Winchester", 690, true, "", ["270", "270 WIN", "270 WINCHESTER"];
    "7x57", "7x57 mm Mauser", 700, true, "", ["7 MAUSER", "7 MM MAUSER", "7X57 MAUSER"];
    "7.5x54", "7.5x54 mm French", 750, true, "", ["7.5 MAS", "7.5 FRENCH", "7.5X54 MAS"];
    "7.5x55", "7.5x55 mm Swiss", 750, true, "", ["7.5 SWISS", "7.5X55 SWISS", "GP11"];
    "7.62x33", "7.62x33 mm (.30 Carbine)", 762, true, "", ["30 CARBINE", "30 M1", "30 CARBINA", "30 M1 CARBINE"];
    "7.62x39", "7.62x39 mm", 762, true, "", ["7.62 KALASHNIKOV", "7.62 MM KALASHNIKOV", "7.62X39 M43", "7.62X39 SOVIET", "7.62 M43", "7.62 SHORT", "7.62 SOVIET"];
    "7.62x45", "7.62x45 mm", 762, true, "", ["7.62X45 CZ", "7.62X45 M1952"];
    "7.62x51", "7.62x51 mm NATO", 762, true, "7.62x51", ["7.62 NATO", "7.62 MM NATO", "7.62X51 NATO"];
    ".308 Win", ".308 Winchester", 762, true, "7.62x51", ["308", "308 WIN", "308 WINCHESTER"];
    "7.62x54R", "7.62x54 mm R", 762, true, "", ["7.62X54", "7.62X53R", "7.62 RUSSIAN", "7.62 MM RUSSIAN", "7.62 PKM", "7.62 RIMMED", "7.62X54 RUSSIAN", "7.62X54 M1908/30"];
    "7.62x63", "7.62x63 mm (.30-06)", 762, true, "", ["30-06", "30-06 SPRINGFIELD", "30-06 SPR", "30/06", "3006", ".30-06 SPRG"];
    ".30-30", ".30-30 Winchester", 762, true, "", ["30-30", "30-30 WIN", "30-30 WINCHESTER", "30 WCF"];
    ".300 BLK", ".300 AAC Blackout", 762, true, "", ["300 BLK", "300 BLACKOUT", "300 AAC BLACKOUT", "7.62X35"];
    ".300 WM", ".300 Winchester Magnum", 762, true, "", ["300 WM", "300 WIN MAG", "300 WINCHESTER MAGNUM"];
    "7.65x53", "7.65x53 mm Mauser", 765, true, "", ["7.65X53 MAUSER", "7.65 MAUSER", "7.65 MM MAUSER", "7.65 ARGENTINE"];
    "7.7x56R", "7.7x56 mm R (.303 British)", 770, true, "", ["303", "303 BRITISH", "303 BRIT", "7.7X56"];
    "7.7x58", "7.7x58 mm Arisaka", 770, true, "", ["7.7 ARISAKA", "7.7 JAPANESE"];
    "7.92x33", "7.92x33 mm Kurz", 792, true, "", ["7.92 KURZ", "7.92 MM KURZ", "8 KURZ"];
    "7.92x57", "7.92x57 mm Mauser", 792, true, "7.92x57", ["7.92 MAUSER", "7.92 MM MAUSER", "8 MAUSER", "8 MM MAUSER", "7.92"];
    "8x57", "8x57 mm IS", 792, true, "7.92x57", ["8X57IS", "8X57JS"];
    "8x50R", "8x50 mm R", 800, true, "", ["8 LEBEL", "8X50R LEBEL", "8 MM LEBEL", "8X50R MANNLICHER"];
    ".338 LM", ".338 Lapua Magnum", 858, true, "", ["338 LM", "338 LAPUA", "338 LAPUA MAGNUM", "8.6X70"];
    "9x39", "9x39 mm", 900, true, "", [];
    "12.7x99", "12.7x99 mm (.50 BMG)", 1270, true, "", ["50 BMG", "12.7X99 NATO", "50 BROWNING", "12.7 NATO"];
    "12.7x108", "12.7x108 mm", 1270, true, "", ["12.7 RUSSIAN", "12.7 SOVIET", "12.7 DSHK"];
    "14.5x114", "14.5x114 mm", 1450, true, "", ["14.5", "14.5 MM"];
    "20x102", "20x102 mm", 2000, true, "", [];
    "20x110", "20x110 mm", 2000, true, "", [];
    "20x139", "20x139 mm", 2000, true, "", [];
    "23x115", "23x115 mm", 2300, true, "", [];
    "23x152", "23x152 mm B", 2300, true, "", ["23X152B"];
    "12 ga", "12 gauge", 1850, true, "", ["12", "12 GAUGE", "CAL 12", "12/70", "12/76", "12/67.5", "12/65", "12 BORE", "12 GA", "12X70", "12X76"];
    "16 ga", "16 gauge", 1680, true, "", ["16", "16 GAUGE", "16/70", "16/65", "16/67.5", "16 BORE", "16X70"];
    "20 ga", "20 gauge", 1560, true, "", ["20", "20 GAUGE", "20/70", "20/76", "20/65", "20 BORE", "20X70"];
    "24 ga", "24 gauge", 1470, true, "", ["24", "24 GAUGE", "24/65", "24/63.5", "24X63.5"];
    "28 ga", "28 gauge", 1400, true, "", ["28", "28 GAUGE", "28/70", "28/65", "28 BORE", "28X70", "28X63.5", "28/63.5"];
    "32 ga", "32 gauge", 1340, true, "", ["32 GAUGE", "32/63.5", "32/65", "32X63.5", "32/63.5 BAGOS"];
    "36 ga", "36 gauge (.410)", 1040, true, ".410", ["36", "36 GAUGE", "36/63.5", "36/65", "36/76", "36X63.5", "36/63.5 KNOCK"];
    ".410", ".410 bore", 1040, true, ".410", ["410", "410 BORE", "410 GAUGE"];
    "30x29", "30x29 mm", 3000, true, "", ["30X29B", "VOG-17"];
    "40x46", "40x46 mm", 4000, true, "", ["40X46SR"];
    "40x53", "40x53 mm", 4000, true, "", ["40X53SR"];
    "40 VOG", "40 mm caseless (VOG-25)", 4000, true, "", ["VOG-25", "40 MM VOG", "40 MM VOG-25"];
    "40 RPG", "40 mm launch tube (RPG)", 4000, true, "", ["RPG 40", "40 MM RPG", "PG-7", "PG-7V"];
    "64mm", "64 mm", 6400, true, "", ["64"];
    "66mm", "66 mm", 6600, true, "", ["66"];
    "70mm", "70 mm", 7000, true, "", ["70"];
    "72mm", "72 mm", 7200, true, "", ["72"];
    "73mm", "73 mm", 7300, true, "", ["73", "PG-9"];
    "75mm", "75 mm", 7500, true, "", ["75"];
    "82mm", "82 mm", 8200, true, "", ["82"];
    "84mm", "84 mm", 8400, true, "", ["84"];
    "90mm", "90 mm", 9000, true, "", ["90"];
    "105mm", "105 mm", 10_500, true, "", ["105"];
    "106mm", "106 mm", 10_600, true, "", ["106"];
    "107mm", "107 mm", 10_700, true, "", ["107"];
    "120mm", "120 mm", 12_000, true, "", ["120"];
    "51mm", "51 mm", 5100, true, "", ["51"];
    "52mm", "52 mm", 5200, true, "", ["52"];
    "60mm", "60 mm", 6000, true, "", ["60"];
    "81mm", "81 mm", 8100, true, "", ["81"];
    ".22", ".22, case not stated", 560, false, "", ["22", "5.6", "5.6 MM"];
    "7.62", "7.62 mm, case not stated", 762, false, "", ["7.62 MM"];
    ".30", ".30, case not stated", 762, false, "", ["30"];
    "7.65", "7.65 mm, case not stated", 765, false, "", ["7.65 MM"];
    ".32", ".32, case not stated", 765, false, "", ["32"];
    "9", "9 mm, case not stated", 900, false, "", ["9 MM", "9MM"];
    ".38", ".38, case not stated", 906, false, "", ["38"];
    ".44", ".44, case not stated", 1090, false, "", ["44"];
    ".45", ".45, case not stated", 1143, false, "", ["45"];
    "12.7", "12.7 mm, case not stated", 1270, false, "", ["12.7 MM", "12.70", "50"];
    "40mm", "40 mm, case not stated", 4000, false, "", [];
    "other", "Other", 0, true, "", ["OTHER"];
    "unknown", "Unknown", 0, true, "", ["UNKNOWN"];
}
