//! What the rules are called and how they are explained. An id keeps its meaning for ever.

use super::Severity::{Block, Flag, Report, Warn};
use super::{Parameter, Rule, parameters as p};

const fn rule(id: &'static str, severity: super::Severity, title: &'static str, explanation: &'static str) -> Rule {
    Rule { id, version: 1, severity, title, explanation, parameters: &[] }
}

impl Rule {
    const fn version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }

    const fn with(mut self, parameters: &'static [Parameter]) -> Self {
        self.parameters = parameters;
        self
    }
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
        "One photo on two items",
        "The very same photo file is attached to two items, or two files that look alike: one that was sent on, made smaller or \
         saved anew differs in a few of the 64 bits that a picture comes down to. A photo shows one item; one of the two was \
         attached by mistake, or a record was copied instead of an item inspected. Photos from a fixed stand can look alike \
         though they show two weapons: compare the close-ups of the serials, and where a stand makes too many of these, let the \
         programme compare files only.",
    )
    .version(2)
    .with(&[p::ALIKE_BELOW]),
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
    )
    .with(&[p::RUN]),
    rule(
        "R12",
        Flag,
        "A mark that must be unique is used twice, or is not ours to give",
        "A programme mark or a number assigned by the register stands on two items, or a programme mark comes from no \
         block of numbers that was reserved for the device that applied it. Blocks exist so that two teams without a \
         network never give the same mark. Look at both items; the mark that was applied later is replaced by a new one, \
         and the old one stays recorded as replaced.",
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
    )
    .version(2)
    .with(&[p::TOLERANCE]),
    rule(
        "R41",
        Flag,
        "Destroyed before it could be",
        "The destruction is dated before its authorisation, or before an item on its list was collected, stored or handed \
         over; or somebody signed that it was done before it ended. Usually a date was entered wrongly; if not, the \
         papers were made without the deed. A certificate that is older than the destruction is blocked.",
    ),
    rule(
        "R42",
        Flag,
        "A break in the chain of custody",
        "The item arrives at a site without having been sent, is in two places at once, is handed over by somebody who \
         did not have it, or is in nobody's hands for longer than usual. Weapons are lost in such gaps. Ask both sides, \
         and write down the event that is missing with the time at which it was.",
    )
    .with(&[p::GAP]),
    rule(
        "R43",
        Warn,
        "The position is doubtful",
        "The position is 0, 0, is accurate to more than 500 metres only, or lies outside the site. Wait for a better fix, \
         or say that the place is withheld.",
    )
    .with(&[p::ACCURACY]),
    rule(
        "R44",
        Warn,
        "Collected when nobody collects",
        "The item is said to be collected before the programme began or after it ended, or at a static site when that was \
         closed. Check the date and the clock of the tablet. If it is right, somebody worked outside the rules that \
         protect collectors and those who hand in; say why.",
    )
    .with(&[p::FIRST_DAY, p::LAST_DAY]),
    rule(
        "R45",
        Report,
        "Waiting for too long",
        "The International Tracing Instrument (para 9) wants illicit weapons marked and recorded, or destroyed, as soon \
         as possible, and the time in store kept short. This item has waited longer than usual. Reports count such items \
         by site; nothing is wrong with the record.",
    )
    .with(&[p::DISPOSITION_DAYS, p::STORE_DAYS]),
    rule(
        "R46",
        Flag,
        "Changed after it was verified, without a reason",
        "Somebody verified this item, and its description was changed afterwards. The verified version stays what the \
         register shows; the change waits beside it. Whoever changed it gives the reason with a justification of this \
         finding; whoever looks at the weapon again verifies it anew.",
    ),
    rule(
        "R50",
        Flag,
        "What was scanned is not what is on the list",
        "At loading or at receipt something is missing, was not on the list, was scanned twice, or differs in quantity. \
         At loading this blocks: the transport does not leave with a list that is wrong. At receipt open the box with \
         both officers, scan everything again, and report what stays missing as an incident at once. There is no \
         tolerance for weapons.",
    )
    .with(&[p::ROUNDS_PERMILLE]),
    rule(
        "R51",
        Flag,
        "The store does not hold what it should",
        "What was counted differs from what came in, less what went out, was destroyed or was lost. Count again with a \
         second person, then look through the items named here: each says what was last known of it. A weapon that stays \
         missing is reported as an incident the same day.",
    ),
    rule(
        "R52",
        Flag,
        "The destruction does not add up",
        "Planned is not destroyed plus rejected plus withdrawn: of some item on the list nothing is said, or it still \
         needs a process, or something was destroyed that was not on the list. A certificate can be signed when every \
         item has its line.",
    ),
    rule(
        "R53",
        Flag,
        "Something happened to a weapon after it was destroyed",
        "A weapon that is recorded as destroyed was moved, marked, handed over or seen in a store later. Either it was \
         not destroyed and has leaked, or the wrong item was named. Look at the photos taken after destruction, and find \
         the weapon. High priority.",
    ),
    rule(
        "R54",
        Flag,
        "Destroyed without knowing what it was",
        "A weapon was destroyed without a scan of its tag or serial and without a photo before, or with another serial \
         than recorded. Nobody can prove any more which weapon it was. Scan and photograph every weapon before the first \
         cut; when it does not agree with the list, reject it and clear it up first.",
    )
    .with(&[p::SCAN_AND_PHOTO]),
    rule(
        "R55",
        Flag,
        "The weight is not that of a weapon",
        "A single weapon weighs less than half a kilogram or more than forty, or the total differs by more than a third \
         from what such weapons weigh together. The scale, the unit or the list is wrong, or parts are missing. Scrap \
         that is too light is how weapons leave a destruction site.",
    )
    .with(&[p::LEAST_G, p::MOST_G, p::TOTAL_PERCENT]),
    rule(
        "R56",
        Flag,
        "More ammunition than there was",
        "More of a lot was taken out, lost or destroyed than it held, or destroyed than was on the list; or a quantity that was estimated is suddenly \
         exact, and nobody counted. Count or weigh the lot and write that down as an event of custody.",
    ),
    rule(
        "R57",
        Flag,
        "A lot that holds different things",
        "The lot holds cartridges of different calibres, or a sealed tin is said to hold a number that no factory packs. \
         Sort by calibre, one lot for each; open tins are recorded as boxes or loose.",
    )
    .with(&[p::SEALED_MULTIPLE]),
    rule(
        "R58",
        Flag,
        "Weapons and ammunition in one shipment",
        "Weapons and ammunition travel in different shipments (IDDRS 4.10), so that who takes one cannot use it; and the \
         cargo is what the papers say it is. Split the shipment into two hand-overs.",
    ),
    rule(
        "R59",
        Flag,
        "A seal is not as it was",
        "A seal was found broken, missing, on another box, or was never applied by the papers; or its number was used \
         before. Open the box in front of both officers, compare it with the list piece by piece, and write down what was \
         found. Seals are never used twice.",
    ),
    rule(
        "R60",
        Flag,
        "The count of a store is overdue",
        "Every store is counted by number and type once a week with a tenth of the serials, and completely every six \
         months (IDDRS 4.10). This store was not, or fewer serials were looked at. Count it now; what is not counted is \
         not there.",
    )
    .with(&[p::WEEKLY_DAYS, p::HALF_YEARLY_DAYS, p::SERIALS_PERMILLE]),
    rule(
        "R61",
        Flag,
        "Unusual numbers of weapons for the persons who came",
        "Far fewer or far more weapons were handed in than persons came, or not one of them is serviceable. Poor weapons \
         are handed in while good ones stay outside, commanders keep them, or people are registered who had none. Talk \
         with the liaison officers before the next day.",
    )
    .with(&[p::LEAST_RATIO, p::MOST_RATIO, p::LEAST_PERSONS]),
    rule(
        "R62",
        Block,
        "Something on the list cannot be destroyed",
        "An item on the list is held as evidence, has a trace pending, was handed over temporarily, has a finding that \
         blocks, or is not there by its record. It is taken off the list until that is decided. An item that is not known \
         on this tablet cannot be judged here: sync, or bring its record along.",
    ),
    rule(
        "R63",
        Flag,
        "A document names an item that is not there",
        "A manifest, a count, a list for destruction or a report names an item that the register does not have, or one that \
         by its own chain of custody lay in another store or had come to its end. Either the wrong tag was scanned, or a step of custody \
         was not written down, or somebody moves on paper what is no longer there. Look for the item itself before anything else.",
    ),
    rule(
        "R70",
        Block,
        "The witness is not independent",
        "Supervisor, witness and whoever collected an item are different people, and there are as many witnesses as the \
         programme asks for. Otherwise one person could make a weapon disappear with two signatures. Let somebody else \
         witness; what was signed stays visible and does not count.",
    ),
    rule(
        "R71",
        Flag,
        "One pair of eyes, or too quick to be true",
        "The officer who recorded something also verified or approved it; or recorded more items within an hour than \
         anybody inspects, or in two places farther apart than anybody travels. Two pairs of eyes on the thing itself are \
         the whole worth of a verification. Inspect a sample of these records.",
    )
    .with(&[p::PER_HOUR, p::KM_PER_HOUR]),
    rule(
        "R72",
        Flag,
        "A signature is missing",
        "A hand-over, count or destruction is said to be done, and who has to sign it did not, or somebody else did. Let \
         the officer who was there sign in their own name, with their own key. The tablet's seal is no signature of a \
         person. Signatures here are made by keys over the very content that was seen: there is no picture of one that \
         could be pasted under two documents, and the bytes of one fit no other.",
    ),
    rule(
        "R73",
        Block,
        "No authority for what became of it",
        "Weapons that are not destroyed but transferred to the State, deactivated, exported or otherwise disposed of need \
         an authorisation, a mark and a recorded method (Firearms Protocol art. 6). Enter the number of the authorisation \
         and who gave it.",
    ),
    rule(
        "R74",
        Flag,
        "The method does not destroy, or is discouraged",
        "Burning in the open and crushing under a vehicle look well on photos and leave usable parts: each needs a second \
         process such as cutting or smelting (IDDRS 4.10 annex E). Dumping at sea and landfill cannot be verified and \
         need a reason.",
    ),
    rule(
        "R75",
        Flag,
        "A programme mark that can be erased",
        "The mark was made by laser alone, or is less than a tenth of a millimetre deep. Of stamped characters that were \
         filed off a laboratory recovers most, of lasered ones none. Stamp the unique mark, or stamp a second one.",
    )
    .with(&[p::DEPTH_UM]),
    rule(
        "R76",
        Flag,
        "Both signatures were made on one device",
        "Two people signed one act, supervisor and witness, giver and receiver, two who verify the same content or two \
         holders of a key, with keys that are kept on one device. \
         Where tablets are shared that can be in order; it is also what one person with both PINs would leave behind. Ask \
         who was there. A programme can rule that the second signature does not count.",
    ),
    rule(
        "R77",
        Warn,
        "Photos are missing or show too little",
        "A complete record of a weapon has a photo of its left side, its right side and its serial, or of the place where \
         the serial should be, large enough to read, taken when the weapon was there. Whoever traces it in ten years has \
         nothing else. Take what is missing before the weapon goes into the store or the furnace.",
    )
    .with(&[p::LEAST_BYTES, p::PHOTO_DAYS]),
    rule(
        "R78",
        Flag,
        "A unique mark is not where or as it should be",
        "The unique mark belongs on the frame or receiver, whose loss ends the weapon (International Tracing Instrument \
         para 10), on an exposed surface, conspicuous without tools, recognisable, readable, durable and as far as \
         possible recoverable (para 7). One of these was looked for and not found. Mark the weapon again; the first mark \
         stays recorded.",
    ),
    rule(
        "R80",
        Flag,
        "Personal data in a free text",
        "A text holds what looks like a telephone number or an e-mail address. Nothing about people who hand weapons in \
         stands in the record of a weapon: it goes to every tablet and stays for decades, and it can cost somebody their \
         life. Withdraw the text and write it again without the person; what identifies a person belongs into the sealed \
         record.",
    ),
    rule(
        "R81",
        Flag,
        "Something was said in the old operation after the transfer",
        "An item was transferred to another operation, and a tablet that did not know it yet said something about it in the \
         old one. It counts there, and the new document does not have it. Read what was said; where it holds, say it again \
         in the new operation, then give that as the reason why this finding is in order.",
    ),
];
