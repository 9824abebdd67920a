//! What the rules are called and how they are explained. An id keeps its meaning for ever.

use super::Rule;
use super::Severity::{Block, Flag, Warn};

const fn rule(id: &'static str, severity: super::Severity, title: &'static str, explanation: &'static str) -> Rule {
    Rule { id, version: 1, severity, title, explanation }
}

pub(super) static RULES: &[Rule] = &[
    rule(
        "R01",
        Flag,
        "Two items bear the same serial",
        "Two items that are not recorded as destroyed bear the same serial, are of the same class, and have the same maker \
         or calibre. They may be one weapon recorded twice, or two weapons: serials repeat between makers and even between \
         models of one maker. Compare the photos and the other markings. Nothing is merged unless a registrar decides it.",
    ),
    rule(
        "R02",
        Flag,
        "A weapon recorded as destroyed has come back",
        "An item bears the serial of one that is recorded as destroyed. Either the destruction did not happen as recorded \
         and the weapon leaked, or one of the two was misread, or two weapons share a serial. Look at the photos taken \
         before and after destruction first. High priority.",
    ),
    rule(
        "R03",
        Flag,
        "A tag is used twice",
        "Two items carry the same tag. A tag must name one item until its disposal. Find both items, read their tags \
         again, and give one of them a new tag.",
    ),
    rule(
        "R04",
        Flag,
        "One photo belongs to two items",
        "The very same photo file is attached to two items. A photo shows one item; one of the two was attached by \
         mistake, or a record was copied instead of an item inspected.",
    ),
    rule(
        "R05",
        Flag,
        "Parts of one weapon bear different serials",
        "The serials on the parts of this weapon do not belong together. It may be composed of several weapons, repaired, \
         or one of the serials was misread. The serial on the frame or receiver identifies the weapon; the others lead to \
         other weapons and are kept. Shortened repeats of the main serial, as many makers stamp them, are not reported.",
    ),
    rule(
        "R06",
        Warn,
        "The serial looks like another marking",
        "What is recorded as the serial equals the year, calibre, model, tag or another marking of the same weapon. \
         Mistaking another marking for the serial is a main reason why tracing requests fail. Look at the weapon again.",
    ),
    rule(
        "R07",
        Flag,
        "Two serials differ only by characters that are easily confused",
        "Two items of the same model or maker bear serials that become equal when O, Q and 0, I, L and 1, S and 5, B and \
         8, Z and 2, or look-alike letters of other scripts are taken for one another. One of them may be misread. \
         Compare the close-ups.",
    ),
    rule(
        "R08",
        Warn,
        "The serial is a placeholder",
        "Something stands in the field of the serial that is no serial: 'N/A', '123', zeros, one character repeated. If no \
         serial can be read, say so with the status of the serial: not marked, obliterated, not legible or not inspected \
         are four different answers, and each tells a tracing officer something.",
    ),
    rule(
        "R09",
        Block,
        "Serial and its status contradict each other",
        "The status says that a serial was read, but there is no text; or it says that there is none or that nobody \
         looked, but there is text. One of the two is wrong. The record cannot be finalised until they agree.",
    ),
    rule(
        "R10",
        Warn,
        "A partial serial does not show what is missing",
        "The serial was read in part, but the text does not show where characters are missing. Write '?' for each \
         character that cannot be read and '*' for an unknown number of them, so that a search can find the weapon.",
    ),
    rule(
        "R11",
        Flag,
        "A run of consecutive serials at one site",
        "More weapons than usual at one site bear serials that follow one another. They may come from one consignment, \
         which makes a strong lead for tracing; or serials were made up or copied instead of read. Inspect a sample.",
    ),
    rule(
        "R20",
        Flag,
        "Calibre and model do not go together",
        "The model recorded was not made in this calibre. Either model or calibre is wrong, or the weapon was rechambered: \
         if so, say that it was rechambered and the rule is content. Read the calibre from the barrel or the chamber, not \
         from the ammunition that came with the weapon.",
    ),
    rule(
        "R21",
        Flag,
        "Class and model do not go together",
        "A weapon of this model does not belong to the class recorded, for example a pistol among machine guns. One of the \
         two is wrong. Correct classes matter: reports to the United Nations count by class.",
    ),
    Rule {
        version: 2,
        ..rule(
            "R22",
            Flag,
            "Country of manufacture does not fit model or maker",
            "The model is not known to be made in this country, or the maker is at home in another one and nothing says that \
             the weapon was made under licence. Licensed production is a known reason why requests go to the wrong State. \
             Look for the country in the markings and proof marks, or record the licence.",
        )
    },
    rule(
        "R23",
        Flag,
        "Year of manufacture is not possible",
        "The year is outside the time in which the model was made, or in the future, or the weapon is called antique \
         though it was made after 1899. Nothing made after 1899 is an antique under the International Tracing Instrument; \
         that case blocks the record.",
    ),
    rule(
        "R24",
        Warn,
        "'AK-47' is a family, not a model",
        "Kalashnikov-pattern rifles of many countries are recorded as 'AK-47', and few of them are. Look for the stamped \
         or milled receiver, the muzzle, the gas block, the selector markings and the factory symbol, and record the model \
         that they show, such as AKM, Type 56, M70 or AIM.",
    ),
    rule(
        "R25",
        Warn,
        "The model name means more than one weapon",
        "Several different weapons bear this name, for example the Type 56 rifle and the Type 56 carbine. Record class and \
         calibre so that it is clear which one it is, or add the variant.",
    ),
    rule(
        "R26",
        Warn,
        "The serial is not written as this model's are",
        "The maker numbers this model in a way that is commonly known, such as three letters and five digits, and the \
         serial recorded is written otherwise. A character may have been lost or misread, another number taken for the \
         serial, or maker or model are wrong. It is a hint only: makers change their ways. Look at the weapon again.",
    ),
    rule(
        "R27",
        Flag,
        "The import mark contradicts country or year of manufacture",
        "The import mark names the country of manufacture itself, or a year before the weapon was made. Import marks are \
         easily taken for marks of origin and the other way round. Read both again.",
    ),
    rule(
        "R28",
        Warn,
        "Way of manufacture and markings do not fit",
        "A craft-made weapon is recorded with a maker or model of industry, or an industrial weapon bears no marking at \
         all. In the first case say that it is a copy; in the second the markings may have been removed with care: look \
         for worked surfaces and record them as sanitised.",
    ),
    rule(
        "R29",
        Flag,
        "Calibre does not fit the class",
        "A mortar of 100 mm or more is recorded as a light weapon, or a small arm or machine gun with a calibre above \
         20 mm. The limit between light and heavy weapons decides how an item is counted and who must be told.",
    ),
    rule(
        "R30",
        Warn,
        "Serviceable, but parts are missing",
        "The condition is serviceable while parts are recorded as missing or a component as incomplete. A receipt states \
         the condition; correct one of the two.",
    ),
    rule(
        "R31",
        Flag,
        "Removed or altered marking without photo or decision on evidence",
        "A marking was obliterated, sanitised or altered. That is an offence in itself under the Firearms Protocol, and a \
         laboratory may recover it. Take a close-up, and decide whether the weapon is held as evidence: yes or no.",
    ),
    rule(
        "R40",
        Block,
        "Times do not fit together",
        "Something is dated in the future, or an event of custody before the weapon was collected. Check the clock of the \
         device and the dates entered. A clock that differs by more than ten minutes from the register's is flagged.",
    ),
    rule(
        "R43",
        Warn,
        "The position is doubtful",
        "The position is 0, 0, is accurate to more than 500 metres only, or lies outside the site. Wait for a better fix, \
         or say that the place is withheld.",
    ),
    rule(
        "R80",
        Flag,
        "Something was said in the old operation after the transfer",
        "An item was transferred to another operation, and a tablet that did not know it yet said something about it in the \
         old one. It counts there, and the new document does not have it. Read what was said; where it holds, say it again \
         in the new operation, then give that as the reason why this finding is in order.",
    ),
];
