//! Made-up records of about 35 fields and 2 markings, the same for the same seed.

use mobile_ffi::{Draft, Value};
use ploughshare_core::cbor;

/// A small generator (splitmix64), so that the same seed gives the same records everywhere.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        // Mixed first: neighbouring seeds would otherwise give the same numbers one step apart.
        let mut mixed = Self(seed ^ 0x5851_F42D_4C95_7F2D);
        Self(mixed.next() ^ seed.rotate_left(32))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// One of the list, the first ones more often.
    pub fn of<T: Copy>(&mut self, list: &[T]) -> T {
        let n = list.len() as u64;
        let at = self.below(n).min(self.below(n)) as usize;
        list[at]
    }

    fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.next() as u8).collect()
    }
}

const MODELS: &[(&str, &str, &str, &str, &str)] = &[
    ("ASR", "IZHMASH", "AKM", "7.62x39", "RU"),
    ("ASR", "NORINCO", "Type 56", "7.62x39", "CN"),
    ("ASR", "FN HERSTAL", "FAL", "7.62x51", "BE"),
    ("PIS", "TAURUS", "PT92", "9x19", "BR"),
    ("ASR", "HECKLER & KOCH", "G3", "7.62x51", "DE"),
    ("GPM", "IZHMASH", "PKM", "7.62x54R", "RU"),
    ("ATR", "BAZALT", "RPG-7", "40 RPG", "RU"),
    ("ASR", "ZASTAVA", "M70", "7.62x39", "RS"),
    ("PIS", "TULA", "TT-33", "7.62x25", "RU"),
    ("CAR", "TULA", "SKS", "7.62x39", "RU"),
    ("SMG", "IMI", "Uzi", "9x19", "IL"),
    ("ASR", "COLT", "M16A1", "5.56x45", "US"),
];
const WORDS: &[&str] = &[
    "stock",
    "cracked",
    "barrel",
    "worn",
    "handed",
    "over",
    "with",
    "two",
    "magazines",
    "sling",
    "missing",
    "rust",
    "near",
    "the",
    "gas",
    "tube",
    "repaired",
    "locally",
    "painted",
    "green",
    "bolt",
    "does",
    "not",
    "close",
    "found",
    "in",
    "cache",
    "wrapped",
    "plastic",
    "old",
    "tag",
    "illegible",
];

fn text(t: &str) -> Value {
    Value::Text(t.to_owned())
}

/// Records as the field would enter them.
pub fn records(count: usize, seed: u64) -> Vec<Draft> {
    let mut dice = Dice::new(seed);
    (0..count).map(|i| record(&mut dice, seed, i)).collect()
}

fn record(d: &mut Dice, seed: u64, i: usize) -> Draft {
    let (class, make, model, calibre, country) = d.of(MODELS);
    let letters = "ABCDEFGHKLMNPRSTUVXYZ".as_bytes();
    let letter = |d: &mut Dice| letters[d.below(letters.len() as u64) as usize] as char;
    let serial = format!("{}{} {:06}", letter(d), letter(d), d.below(1_000_000));
    let notes: Vec<&str> = (0..5 + d.below(6)).map(|_| d.of(WORDS)).collect();
    let place = Value::Map(vec![
        (text("acc"), Value::Int(3 + d.below(30) as i64)),
        (text("lat"), Value::Int(93_000_000 + d.below(4_000_000) as i64)),
        (text("lon"), Value::Int(-132_000_000 + d.below(4_000_000) as i64)),
    ]);
    let at = 1_790_000_000_000 + (i as i64) * 95_000 + d.below(60_000) as i64;
    let mut draft = Draft::item();
    let fields: Vec<(&str, Value)> = vec![
        ("kind", text("weapon")),
        ("tag", text(&format!("T{seed}-{i:06}"))),
        ("class", text(class)),
        ("make", text(make)),
        ("model", text(model)),
        ("calibre", text(calibre)),
        ("calibre_as_seen", text(calibre)),
        ("country", text(country)),
        ("country_certainty", text(d.of(&["probable", "certain", "unknown"]))),
        ("year", Value::Int(1950 + d.below(45) as i64)),
        ("year_certainty", text(d.of(&["probable", "certain", "unknown"]))),
        ("action", text("selective_fire")),
        ("origin_kind", text(d.of(&["industrial", "licensed"]))),
        ("modular", Value::Bool(false)),
        ("rechambered", Value::Bool(false)),
        ("magazines", Value::Int(d.below(4) as i64)),
        ("serial_status", text("read")),
        ("condition", text(d.of(&["SVC", "REP", "UNS", "INC"]))),
        ("loaded", Value::Bool(d.below(20) == 0)),
        ("explosive_hazard", Value::Bool(false)),
        ("safe_to_store", Value::Bool(true)),
        ("context", text(d.of(&["DDR", "VOL", "FND"]))),
        ("holder_category", text(d.of(&["combatant", "supporter", "civilian"]))),
        ("collected_at", Value::Int(at)),
        ("place", place),
        ("place_name", text(d.of(&["Kolo bridge", "Tamba market", "Old customs post", "River camp", "Saw mill"]))),
        ("site", text(d.of(&["camp-north", "camp-south", "depot-1"]))),
        ("intended", text("destroy")),
        ("status", text("stored")),
        ("store", text(d.of(&["Container 1", "Container 2"]))),
        ("rack", text(&format!("R{}", d.below(24)))),
        ("box", text(&format!("B{}", d.below(80)))),
        ("language", text("en")),
        ("form_version", Value::Int(3)),
        ("evidence_hold", Value::Bool(false)),
    ];
    for (path, value) in fields {
        draft = draft.with(path, value);
    }
    draft = draft
        .with_member(
            "markings",
            &[
                ("type", text("SER")),
                ("text", text(&serial)),
                ("script", text("Latn")),
                ("condition", text(d.of(&["LEG", "WRN", "COR"]))),
                ("location", text("RCV")),
                ("side", text("L")),
                ("method", text("STP")),
                ("confidence", text(d.of(&["high", "medium", "low"]))),
            ],
        )
        .with_member(
            "markings",
            &[
                ("type", text("MFR")),
                ("text", text(make)),
                ("condition", text("LEG")),
                ("location", text("RCV")),
                ("method", text("STP")),
            ],
        )
        .with_member("notes", &[("text", text(&notes.join(" "))), ("language", text("en"))]);
    for view in ["left", "right"] {
        draft = draft.with_member(
            "photos",
            &[("hash", Value::Bytes(d.bytes(32))), ("view", text(view)), ("mime", text("image/jpeg"))],
        );
    }
    draft
}

/// The same records, all bearing one serial.
pub fn with_serial(mut records: Vec<Draft>, serial: &str) -> Vec<Draft> {
    for draft in &mut records {
        if let Some(marking) = draft.members.iter_mut().find(|m| m.set == "markings") {
            marking.fields.insert("text".to_owned(), text(serial));
        }
    }
    records
}

/// The serial of a record.
pub fn serial(draft: &Draft) -> String {
    let marking = draft.members.iter().find(|m| m.set == "markings");
    let text = marking.and_then(|m| m.fields.get("text")).and_then(Value::as_text);
    text.unwrap_or_default().replace(' ', "")
}

/// The same records as plain CBOR maps, with the id, time and officer that any register needs, in one zstd −19 block.
pub fn yardstick(records: &[Draft]) -> usize {
    let mut dice = Dice::new(77);
    let mut plain = Vec::new();
    for (i, record) in records.iter().enumerate() {
        let at = 1_790_000_000_000 + (i as i64) * 95_000 + dice.below(60_000) as i64;
        // A UUIDv7: the time, then 74 random bits.
        let mut id = (at as u64).to_be_bytes()[2..].to_vec();
        id.extend(dice.bytes(10));
        let mut pairs = vec![
            (text("id"), Value::Bytes(id)),
            (text("officer"), Value::Bytes(vec![3; 16])),
            (text("recorded_at"), Value::Int(at)),
        ];
        pairs.extend(record.fields.iter().map(|(k, v)| (text(k), v.clone())));
        let mut sets: std::collections::BTreeMap<&str, Vec<Value>> = std::collections::BTreeMap::new();
        for member in &record.members {
            let fields = member.fields.iter().map(|(k, v)| (text(k), v.clone())).collect();
            sets.entry(&member.set).or_default().push(Value::Map(fields));
        }
        pairs.extend(sets.into_iter().map(|(set, members)| (text(set), Value::Array(members))));
        plain.extend(cbor::encode(&Value::Map(pairs)));
    }
    zstd::bulk::compress(&plain, 19).unwrap().len()
}
