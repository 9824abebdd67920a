//! Decisions: the register's own statements. They stand in the register's journal of an operation, travel in the feed like any other,
//! and tablets know by them who is who. A decision's number is the number of its entry.

use std::collections::{BTreeMap, BTreeSet};

use crate::cbor::Value;
use crate::domain::place::Place;
use crate::edit::Edit;
use crate::entry::Entry;
use crate::identity::Role;
use crate::ids::{DeviceId, DocId, EntryHash, JournalId, OfficerId, OperationId};
use crate::rules::models::{Maker, ModelEntry, OwnModels};

/// One decision of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// The operation is open under this name.
    OperationOpened {
        /// Its name.
        name: String,
        /// Whether it is an exercise with nothing real in it.
        training: bool,
        /// The key to which bundles for the register are sealed, as age writes it.
        bundle_key: Option<String>,
    },
    /// An officer is known by this name.
    OfficerNamed {
        /// Who.
        officer: OfficerId,
        /// The name shown.
        name: String,
    },
    /// An officer holds a role from now on.
    RoleGranted {
        /// Who.
        officer: OfficerId,
        /// What.
        role: Role,
    },
    /// An officer holds a role no longer.
    RoleRevoked {
        /// Who.
        officer: OfficerId,
        /// What.
        role: Role,
        /// From when, ms since the Unix epoch.
        effective_ms: i64,
    },
    /// A device may bring segments.
    DeviceEnrolled {
        /// Which.
        device: DeviceId,
        /// Its public key.
        key: Vec<u8>,
        /// The officer it was enrolled for.
        officer: OfficerId,
        /// What people call it.
        label: String,
        /// The key to which bundles for this device are sealed, as age writes it.
        bundle_key: Option<String>,
    },
    /// A device may bring nothing more.
    DeviceRevoked {
        /// Which.
        device: DeviceId,
        /// From when, ms since the Unix epoch.
        effective_ms: i64,
    },
    /// An officer signs with this key of their own, kept on this device behind a PIN.
    OfficerKeyAdded {
        /// Who.
        officer: OfficerId,
        /// The public key.
        key: Vec<u8>,
        /// Where it is kept.
        device: DeviceId,
    },
    /// An officer's key signs nothing more.
    OfficerKeyRevoked {
        /// Which.
        key: Vec<u8>,
        /// From when, ms since the Unix epoch.
        effective_ms: i64,
    },
    /// An entry does not count.
    EntryQuarantined {
        /// Which.
        entry: EntryHash,
        /// Why.
        reason: String,
    },
    /// A quarantined entry, or a claim, counts after all.
    EntryReleased {
        /// Which.
        entry: EntryHash,
        /// Why.
        reason: String,
    },
    /// Nobody waits for this missing entry any longer.
    EntryBridged {
        /// Which.
        entry: EntryHash,
        /// Why.
        reason: String,
    },
    /// Two different entries stand under one number of this journal: it is frozen, the proof is kept.
    JournalForked {
        /// Which.
        journal: JournalId,
        /// The first number at which the branches differ.
        number: u64,
    },
    /// A journal is complete; nothing more will come.
    JournalClosed {
        /// Which.
        journal: JournalId,
        /// Number of entries it has.
        next: u64,
    },
    /// The operation is closed; what is said by who knows that does not count.
    OperationClosed {
        /// Why.
        reason: String,
    },
    /// A rule is switched or tuned for this operation.
    RuleTuned {
        /// Which, for example `R11`.
        rule: String,
        /// Whether it is run at all.
        enabled: bool,
        /// Its parameters by name; those not named keep their usual value.
        parameters: BTreeMap<String, i64>,
    },
    /// A policy of the programme is set; [`crate::policy`] lists them.
    PolicySet {
        /// Which.
        policy: String,
        /// To what.
        value: i64,
    },
    /// A site lies here, and is open then.
    SiteDescribed {
        /// Its code, as documents name it.
        site: String,
        /// Its name.
        name: String,
        /// Where its centre is; none where that is withheld.
        place: Option<Place>,
        /// Its radius in metres.
        radius_m: i64,
        /// Minutes after midnight UTC at which it opens and closes; none where it is always open.
        hours: Option<(i64, i64)>,
    },
    /// A block of numbers for unique marks is this device's alone (International Tracing Instrument paras 7 to 10).
    MarksReserved {
        /// Whose.
        device: DeviceId,
        /// What stands before the number, for example `*CC`.
        prefix: String,
        /// What stands after it.
        suffix: String,
        /// Digits of the number, with leading zeros.
        width: u32,
        /// The first number.
        first: u64,
        /// How many.
        count: u64,
    },
    /// A registrar judged whether two items are one. Nothing is merged: both keep their histories, and a later judgement takes its place.
    ItemsJudged {
        /// An item of this operation.
        item: DocId,
        /// The other item.
        other: DocId,
        /// Its operation, where that is another one.
        other_operation: Option<OperationId>,
        /// What it came to.
        judgement: Judgement,
        /// Who judged; the register signs.
        officer: OfficerId,
        /// Why.
        reason: String,
    },
    /// A document is closed here, because its item goes on in another operation.
    DocumentMoved {
        /// Which.
        document: DocId,
        /// Where it goes on.
        to: OperationId,
        /// Why.
        reason: String,
    },
    /// A model of the programme's own is in the table, in place of the one with its id.
    ModelAdded {
        /// A file of one model (`rules::models`).
        toml: String,
    },
    /// A model is in the table no longer.
    ModelWithdrawn {
        /// Its id.
        id: String,
    },
    /// A maker of the programme's own is in the table, in place of the one of its name.
    MakerAdded {
        /// A file of one maker (`rules::models`).
        toml: String,
    },
    /// A maker is in the table no longer.
    MakerWithdrawn {
        /// Its name.
        name: String,
    },
    /// In which country and by whom the programme is run, as its papers say. What is said later stands in place of it.
    OperationDescribed {
        /// The country, a code of ISO 3166-1.
        country: Option<String>,
        /// The organisation that runs it.
        organisation: Option<String>,
    },
    /// For which organisation an officer acts in this operation, as papers that they sign say.
    OfficerAffiliated {
        /// Who.
        officer: OfficerId,
        /// Their organisation.
        organisation: String,
    },
    /// Tablets seal what people who hand weapons in say of themselves to this key, from now on.
    PersonKeyPublished {
        /// The public key, as age writes it: `age1…`.
        key: String,
    },
}

/// Whether two items are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Judgement {
    /// They are one item, recorded twice.
    Same,
    /// They are two.
    Different,
    /// It cannot be told.
    Unsure,
}

impl Judgement {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Same, Self::Different, Self::Unsure];

    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
            Self::Unsure => "unsure",
        }
    }

    /// The judgement with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

fn bytes(value: &[u8]) -> Value {
    Value::Bytes(value.to_vec())
}

impl Decision {
    /// Its dotted verb, for example `role.granted`; also the verb of its audit leaf.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::OperationOpened { .. } => "operation.opened",
            Self::OfficerNamed { .. } => "officer.named",
            Self::RoleGranted { .. } => "role.granted",
            Self::RoleRevoked { .. } => "role.revoked",
            Self::DeviceEnrolled { .. } => "device.enrolled",
            Self::DeviceRevoked { .. } => "device.revoked",
            Self::OfficerKeyAdded { .. } => "officer_key.added",
            Self::OfficerKeyRevoked { .. } => "officer_key.revoked",
            Self::EntryQuarantined { .. } => "entry.quarantined",
            Self::EntryReleased { .. } => "entry.released",
            Self::EntryBridged { .. } => "entry.bridged",
            Self::JournalForked { .. } => "journal.forked",
            Self::JournalClosed { .. } => "journal.closed",
            Self::OperationClosed { .. } => "operation.closed",
            Self::RuleTuned { .. } => "rule.tuned",
            Self::PolicySet { .. } => "policy.set",
            Self::SiteDescribed { .. } => "site.described",
            Self::MarksReserved { .. } => "marks.reserved",
            Self::ItemsJudged { .. } => "items.judged",
            Self::DocumentMoved { .. } => "document.moved",
            Self::ModelAdded { .. } => "model.added",
            Self::ModelWithdrawn { .. } => "model.withdrawn",
            Self::MakerAdded { .. } => "maker.added",
            Self::MakerWithdrawn { .. } => "maker.withdrawn",
            Self::OperationDescribed { .. } => "operation.described",
            Self::OfficerAffiliated { .. } => "officer.affiliated",
            Self::PersonKeyPublished { .. } => "person_key.published",
        }
    }

    /// As it stands in an entry.
    pub fn to_edit(&self) -> Edit {
        let text = |t: &String| Value::Text(t.clone());
        let arguments: Vec<(&str, Value)> = match self {
            Self::OperationOpened { name, training, bundle_key } => {
                let key = bundle_key.iter().map(|key| ("bundle_key", text(key)));
                [("name", text(name)), ("training", Value::Bool(*training))].into_iter().chain(key).collect()
            }
            Self::OfficerNamed { officer, name } => vec![("officer", bytes(officer.as_bytes())), ("name", text(name))],
            Self::RoleGranted { officer, role } => {
                vec![("officer", bytes(officer.as_bytes())), ("role", role.code().into())]
            }
            Self::RoleRevoked { officer, role, effective_ms } => vec![
                ("officer", bytes(officer.as_bytes())),
                ("role", role.code().into()),
                ("effective", Value::Int(*effective_ms)),
            ],
            Self::DeviceEnrolled { device, key, officer, label, bundle_key } => {
                let bundle_key = bundle_key.iter().map(|key| ("bundle_key", text(key)));
                let rest = [
                    ("device", bytes(device.as_bytes())),
                    ("key", bytes(key)),
                    ("officer", bytes(officer.as_bytes())),
                    ("label", text(label)),
                ];
                rest.into_iter().chain(bundle_key).collect()
            }
            Self::DeviceRevoked { device, effective_ms } => {
                vec![("device", bytes(device.as_bytes())), ("effective", Value::Int(*effective_ms))]
            }
            Self::OfficerKeyAdded { officer, key, device } => {
                vec![("officer", bytes(officer.as_bytes())), ("key", bytes(key)), ("device", bytes(device.as_bytes()))]
            }
            Self::OfficerKeyRevoked { key, effective_ms } => {
                vec![("key", bytes(key)), ("effective", Value::Int(*effective_ms))]
            }
            Self::EntryQuarantined { entry, reason }
            | Self::EntryReleased { entry, reason }
            | Self::EntryBridged { entry, reason } => {
                vec![("entry", bytes(entry.as_bytes())), ("reason", text(reason))]
            }
            Self::JournalForked { journal, number } => {
                vec![("journal", bytes(journal.as_bytes())), ("number", Value::Int(*number as i64))]
            }
            Self::JournalClosed { journal, next } => {
                vec![("journal", bytes(journal.as_bytes())), ("next", Value::Int(*next as i64))]
            }
            Self::OperationClosed { reason } => vec![("reason", text(reason))],
            Self::RuleTuned { rule, enabled, parameters } => {
                let pairs = parameters.iter().map(|(name, value)| (Value::Text(name.clone()), Value::Int(*value)));
                let mut pairs: Vec<_> = pairs.collect();
                pairs.sort_by(|(a, _), (b, _)| crate::cbor::key_order(a, b));
                vec![("rule", text(rule)), ("enabled", Value::Bool(*enabled)), ("parameters", Value::Map(pairs))]
            }
            Self::PolicySet { policy, value } => vec![("policy", text(policy)), ("value", Value::Int(*value))],
            Self::SiteDescribed { site, name, place, radius_m, hours } => {
                let mut arguments = vec![("site", text(site)), ("name", text(name)), ("radius", Value::Int(*radius_m))];
                arguments.extend(place.map(|place| ("place", place.to_value())));
                if let Some((opens, closes)) = hours {
                    arguments.extend([("opens", Value::Int(*opens)), ("closes", Value::Int(*closes))]);
                }
                arguments
            }
            Self::MarksReserved { device, prefix, suffix, width, first, count } => vec![
                ("device", bytes(device.as_bytes())),
                ("prefix", text(prefix)),
                ("suffix", text(suffix)),
                ("width", Value::Int(i64::from(*width))),
                ("first", Value::Int(*first as i64)),
                ("count", Value::Int(*count as i64)),
            ],
            Self::ItemsJudged { item, other, other_operation, judgement, officer, reason } => {
                let mut arguments = vec![
                    ("item", bytes(item.as_bytes())),
                    ("other", bytes(other.as_bytes())),
                    ("judgement", judgement.code().into()),
                    ("officer", bytes(officer.as_bytes())),
                    ("reason", text(reason)),
                ];
                arguments.extend(other_operation.map(|operation| ("operation", bytes(operation.as_bytes()))));
                arguments
            }
            Self::DocumentMoved { document, to, reason } => {
                vec![("document", bytes(document.as_bytes())), ("to", bytes(to.as_bytes())), ("reason", text(reason))]
            }
            Self::ModelAdded { toml } => vec![("toml", text(toml))],
            Self::ModelWithdrawn { id } => vec![("id", text(id))],
            Self::MakerAdded { toml } => vec![("toml", text(toml))],
            Self::MakerWithdrawn { name } => vec![("name", text(name))],
            Self::OperationDescribed { country, organisation } => {
                let country = country.iter().map(|country| ("country", text(country)));
                country.chain(organisation.iter().map(|name| ("organisation", text(name)))).collect()
            }
            Self::OfficerAffiliated { officer, organisation } => {
                vec![("officer", bytes(officer.as_bytes())), ("organisation", text(organisation))]
            }
            Self::PersonKeyPublished { key } => vec![("key", text(key))],
        };
        let mut pairs: Vec<_> = arguments.into_iter().map(|(k, v)| (Value::Text(k.to_owned()), v)).collect();
        pairs.sort_by(|(a, _), (b, _)| crate::cbor::key_order(a, b));
        Edit::Decide { verb: self.verb().to_owned(), arguments: Value::Map(pairs) }
    }

    /// Reads a decision; `None` for a verb of a later version, which is kept and changes nothing here.
    pub fn from_edit(edit: &Edit) -> Option<Self> {
        let Edit::Decide { verb, arguments } = edit else { return None };
        let text = |key: &str| arguments.get_text(key)?.as_text().map(str::to_owned);
        let int = |key: &str| arguments.get_text(key)?.as_int();
        let raw = |key: &str| arguments.get_text(key)?.as_bytes();
        let officer = || OfficerId::from_slice(raw("officer")?);
        let device = || DeviceId::from_slice(raw("device")?);
        let entry = || EntryHash::from_slice(raw("entry")?);
        let journal = || JournalId::from_slice(raw("journal")?);
        let role = || Role::from_code(arguments.get_text("role")?.as_text()?);
        let document = |key: &str| DocId::from_slice(raw(key)?);
        let number = |key: &str| int(key).and_then(|n| u64::try_from(n).ok());
        Some(match verb.as_str() {
            "operation.opened" => {
                let training = arguments.get_text("training")?.as_bool()?;
                Self::OperationOpened { name: text("name")?, training, bundle_key: text("bundle_key") }
            }
            "officer.named" => Self::OfficerNamed { officer: officer()?, name: text("name")? },
            "role.granted" => Self::RoleGranted { officer: officer()?, role: role()? },
            "role.revoked" => Self::RoleRevoked { officer: officer()?, role: role()?, effective_ms: int("effective")? },
            "device.enrolled" => Self::DeviceEnrolled {
                device: device()?,
                key: raw("key")?.to_vec(),
                officer: officer()?,
                label: text("label")?,
                bundle_key: text("bundle_key"),
            },
            "device.revoked" => Self::DeviceRevoked { device: device()?, effective_ms: int("effective")? },
            "officer_key.added" => {
                Self::OfficerKeyAdded { officer: officer()?, key: raw("key")?.to_vec(), device: device()? }
            }
            "officer_key.revoked" => {
                Self::OfficerKeyRevoked { key: raw("key")?.to_vec(), effective_ms: int("effective")? }
            }
            "entry.quarantined" => Self::EntryQuarantined { entry: entry()?, reason: text("reason")? },
            "entry.released" => Self::EntryReleased { entry: entry()?, reason: text("reason")? },
            "entry.bridged" => Self::EntryBridged { entry: entry()?, reason: text("reason")? },
            "journal.forked" => Self::JournalForked { journal: journal()?, number: number("number")? },
            "journal.closed" => Self::JournalClosed { journal: journal()?, next: number("next")? },
            "operation.closed" => Self::OperationClosed { reason: text("reason")? },
            "rule.tuned" => {
                let parameters = arguments.get_text("parameters")?.as_map()?.iter();
                let parameters = parameters.map(|(k, v)| Some((k.as_text()?.to_owned(), v.as_int()?)));
                Self::RuleTuned {
                    rule: text("rule")?,
                    enabled: arguments.get_text("enabled")?.as_bool()?,
                    parameters: parameters.collect::<Option<_>>()?,
                }
            }
            "policy.set" => Self::PolicySet { policy: text("policy")?, value: int("value")? },
            "site.described" => Self::SiteDescribed {
                site: text("site")?,
                name: text("name")?,
                place: arguments.get_text("place").and_then(Place::from_value),
                radius_m: int("radius")?,
                hours: int("opens").zip(int("closes")),
            },
            "marks.reserved" => Self::MarksReserved {
                device: device()?,
                prefix: text("prefix")?,
                suffix: text("suffix")?,
                width: number("width").and_then(|width| u32::try_from(width).ok())?,
                first: number("first")?,
                count: number("count")?,
            },
            "items.judged" => Self::ItemsJudged {
                item: document("item")?,
                other: document("other")?,
                other_operation: raw("operation").and_then(OperationId::from_slice),
                judgement: Judgement::from_code(arguments.get_text("judgement")?.as_text()?)?,
                officer: officer()?,
                reason: text("reason")?,
            },
            "document.moved" => Self::DocumentMoved {
                document: document("document")?,
                to: OperationId::from_slice(raw("to")?)?,
                reason: text("reason")?,
            },
            "model.added" => Self::ModelAdded { toml: text("toml")? },
            "model.withdrawn" => Self::ModelWithdrawn { id: text("id")? },
            "maker.added" => Self::MakerAdded { toml: text("toml")? },
            "maker.withdrawn" => Self::MakerWithdrawn { name: text("name")? },
            "operation.described" => {
                Self::OperationDescribed { country: text("country"), organisation: text("organisation") }
            }
            "officer.affiliated" => {
                Self::OfficerAffiliated { officer: officer()?, organisation: text("organisation")? }
            }
            "person_key.published" => Self::PersonKeyPublished { key: text("key")? },
            _ => return None,
        })
    }
}

/// What the decisions of an operation add up to. Fed in the order of their numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authority {
    /// Number after the newest decision taken in.
    pub next: u64,
    /// Name of the operation and whether it is an exercise.
    pub operation: Option<(String, bool)>,
    /// Names of officers.
    pub officers: BTreeMap<OfficerId, String>,
    /// The country in which the programme is run, a code of ISO 3166-1.
    pub country: Option<String>,
    /// The organisation that runs it.
    pub organisation: Option<String>,
    /// For which organisations officers act.
    pub organisations: BTreeMap<OfficerId, String>,
    /// The key to which bundles for the register are sealed, as age writes it.
    pub bundle_key: Option<String>,
    /// Who holds what: granted at which decision, and revoked at which decision and from when.
    pub grants: BTreeMap<(OfficerId, Role), Vec<Grant>>,
    /// Devices with their keys.
    pub devices: BTreeMap<DeviceId, Enrolment>,
    /// Keys with which officers sign in their own name.
    pub officer_keys: BTreeMap<Vec<u8>, OfficerKey>,
    /// Entries that do not count.
    pub quarantined: BTreeSet<EntryHash>,
    /// Claims that count after all, with the decision that said so.
    pub released: BTreeMap<EntryHash, u64>,
    /// Missing entries that nobody waits for.
    pub bridged: BTreeSet<EntryHash>,
    /// Journals that forked, with the first number in dispute.
    pub forked: BTreeMap<JournalId, u64>,
    /// Journals that are complete.
    pub closed: BTreeMap<JournalId, u64>,
    /// The decision by which the operation was closed.
    pub closed_by: Option<u64>,
    /// Rules that are switched or tuned.
    pub rules: BTreeMap<String, Tuning>,
    /// Policies that are set.
    pub policies: BTreeMap<String, i64>,
    /// Sites that are described, by code.
    pub sites: BTreeMap<String, Site>,
    /// Blocks of numbers for marks, in the order in which they were given.
    pub marks: Vec<MarkBlock>,
    /// How pairs of items were judged last, by the pair.
    pub judged: BTreeMap<(DocId, DocId), Judged>,
    /// Documents closed here because their item goes on in another operation: where, and by which decision.
    pub moved: BTreeMap<DocId, (OperationId, u64)>,
    /// Models and makers that the programme added or withdrew.
    pub models: OwnModels,
    /// The key to which records of people are sealed, once it is published; the newest.
    pub person_key: Option<String>,
    /// When the decisions were made, ms since the Unix epoch by the register's clock, where that was told.
    pub decided_ms: BTreeMap<u64, i64>,
}

/// How a rule is run in an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tuning {
    /// Whether it is run at all.
    pub enabled: bool,
    /// Parameters that differ from the usual ones.
    pub parameters: BTreeMap<String, i64>,
}

/// A site as the register describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Its name.
    pub name: String,
    /// Its centre; none where that is withheld.
    pub place: Option<Place>,
    /// Its radius in metres.
    pub radius_m: i64,
    /// Minutes after midnight UTC at which it opens and closes; none where it is always open.
    pub hours: Option<(i64, i64)>,
}

/// A block of numbers for unique marks that is one device's alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkBlock {
    /// Given by this decision.
    pub decision: u64,
    /// Whose.
    pub device: DeviceId,
    /// What stands before the number.
    pub prefix: String,
    /// What stands after it.
    pub suffix: String,
    /// Digits of the number.
    pub width: u32,
    /// The first number.
    pub first: u64,
    /// How many.
    pub count: u64,
}

/// How a pair of items was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// By this decision.
    pub decision: u64,
    /// What it came to.
    pub judgement: Judgement,
    /// Who judged.
    pub officer: OfficerId,
    /// Why.
    pub reason: String,
}

/// One time of holding a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// Granted by this decision.
    pub granted: u64,
    /// Revoked by this decision, effective from this time (ms since the Unix epoch).
    pub revoked: Option<(u64, i64)>,
}

/// A device as the register knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// Its public key.
    pub key: Vec<u8>,
    /// The officer it was enrolled for.
    pub officer: OfficerId,
    /// What people call it.
    pub label: String,
    /// Revoked from this time (ms since the Unix epoch).
    pub revoked_ms: Option<i64>,
    /// The key to which bundles for it are sealed, as age writes it.
    pub bundle_key: Option<String>,
}

/// A key with which an officer signs in their own name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerKey {
    /// Whose it is.
    pub officer: OfficerId,
    /// Where it is kept.
    pub device: DeviceId,
    /// Revoked by this decision, effective from this time (ms since the Unix epoch).
    pub revoked: Option<(u64, i64)>,
}

impl Authority {
    /// Takes in a whole entry of the register's journal: its decisions, and when they were made.
    pub fn take_entry(&mut self, entry: &Entry) {
        self.next = self.next.max(entry.number + 1);
        self.decided_ms.insert(entry.number, entry.claimed_ms);
        for decision in entry.edits.iter().filter_map(Decision::from_edit) {
            self.take(entry.number, &decision);
        }
    }

    /// The value of a policy; the usual one where none was set.
    pub fn policy(&self, policy: &crate::policy::Policy) -> i64 {
        self.policies.get(policy.name).copied().filter(|value| policy.range.contains(value)).unwrap_or(policy.usual)
    }

    /// Whether what this device seals can be this officer's word: it was enrolled for them, or they keep a key of their own on it.
    pub fn speaks_on(&self, officer: &OfficerId, device: &DeviceId) -> bool {
        self.devices.get(device).is_some_and(|enrolment| enrolment.officer == *officer)
            || self.officer_keys.values().any(|key| key.officer == *officer && key.device == *device)
    }

    /// By how much a device's clock was ahead of the register's when it wrote an entry (negative if behind), as far as that shows:
    /// the entry claims a time after the register received it, or before a decision that its segment already held.
    pub fn clock_drift_ms(&self, claimed_ms: i64, held: u64, received_ms: i64) -> Option<i64> {
        if claimed_ms > received_ms {
            return Some(claimed_ms.saturating_sub(received_ms));
        }
        let decided = *self.decided_ms.get(&held)?;
        (claimed_ms < decided).then(|| claimed_ms.saturating_sub(decided))
    }

    /// Whether a signature by this key is this officer's, for an entry whose segment held this decision and which the register received
    /// then. A key is good from the moment it was made; a revocation reaches back as far as the entry's time bracket is open.
    pub fn is_key_of(&self, officer: &OfficerId, key: &[u8], held: u64, received_ms: i64) -> bool {
        self.officer_keys.get(key).is_some_and(|known| {
            known.officer == *officer
                && known.revoked.is_none_or(|(decision, effective)| decision > held && effective > received_ms)
        })
    }

    /// Takes in the decision with the next number.
    pub fn take(&mut self, number: u64, decision: &Decision) {
        self.next = self.next.max(number + 1);
        match decision {
            Decision::OperationOpened { name, training, bundle_key } => {
                self.operation = Some((name.clone(), *training));
                self.bundle_key.clone_from(bundle_key);
            }
            Decision::OfficerNamed { officer, name } => drop(self.officers.insert(*officer, name.clone())),
            Decision::RoleGranted { officer, role } => {
                self.grants.entry((*officer, *role)).or_default().push(Grant { granted: number, revoked: None });
            }
            Decision::RoleRevoked { officer, role, effective_ms } => {
                for grant in self.grants.entry((*officer, *role)).or_default() {
                    grant.revoked.get_or_insert((number, *effective_ms));
                }
            }
            Decision::DeviceEnrolled { device, key, officer, label, bundle_key } => {
                let (label, bundle_key) = (label.clone(), bundle_key.clone());
                let fresh = Enrolment { key: key.clone(), officer: *officer, label, revoked_ms: None, bundle_key };
                self.devices.entry(*device).or_insert(fresh);
            }
            Decision::DeviceRevoked { device, effective_ms } => {
                if let Some(enrolment) = self.devices.get_mut(device) {
                    enrolment.revoked_ms.get_or_insert(*effective_ms);
                }
            }
            Decision::OfficerKeyAdded { officer, key, device } => {
                let fresh = OfficerKey { officer: *officer, device: *device, revoked: None };
                self.officer_keys.entry(key.clone()).or_insert(fresh);
            }
            Decision::OfficerKeyRevoked { key, effective_ms } => {
                if let Some(known) = self.officer_keys.get_mut(key) {
                    known.revoked.get_or_insert((number, *effective_ms));
                }
            }
            Decision::EntryQuarantined { entry, .. } => {
                self.released.remove(entry);
                self.quarantined.insert(*entry);
            }
            Decision::EntryReleased { entry, .. } => {
                self.quarantined.remove(entry);
                self.released.insert(*entry, number);
            }
            Decision::EntryBridged { entry, .. } => drop(self.bridged.insert(*entry)),
            Decision::JournalForked { journal, number } => {
                // A second proof may show that it forked earlier.
                let from = self.forked.entry(*journal).or_insert(*number);
                *from = (*from).min(*number);
            }
            Decision::JournalClosed { journal, next } => drop(self.closed.insert(*journal, *next)),
            Decision::OperationClosed { .. } => drop(self.closed_by.get_or_insert(number)),
            Decision::RuleTuned { rule, enabled, parameters } => {
                let tuning = Tuning { enabled: *enabled, parameters: parameters.clone() };
                self.rules.insert(rule.clone(), tuning);
            }
            Decision::PolicySet { policy, value } => drop(self.policies.insert(policy.clone(), *value)),
            Decision::SiteDescribed { site, name, place, radius_m, hours } => {
                let fresh = Site { name: name.clone(), place: *place, radius_m: *radius_m, hours: *hours };
                self.sites.insert(site.clone(), fresh);
            }
            Decision::MarksReserved { device, prefix, suffix, width, first, count } => self.marks.push(MarkBlock {
                decision: number,
                device: *device,
                prefix: prefix.clone(),
                suffix: suffix.clone(),
                width: *width,
                first: *first,
                count: *count,
            }),
            Decision::ItemsJudged { item, other, judgement, officer, reason, .. } => {
                let judged =
                    Judged { decision: number, judgement: *judgement, officer: *officer, reason: reason.clone() };
                self.judged.insert((*item.min(other), *item.max(other)), judged);
            }
            Decision::DocumentMoved { document, to, .. } => {
                self.moved.entry(*document).or_insert((*to, number));
            }
            Decision::ModelAdded { toml } => {
                // What a later version wrote and this one cannot read changes nothing here.
                if let Ok(model) = ModelEntry::from_toml(toml) {
                    self.models.add(model);
                }
            }
            Decision::ModelWithdrawn { id } => self.models.withdraw(id),
            Decision::MakerAdded { toml } => {
                if let Ok(maker) = Maker::from_toml(toml) {
                    self.models.add_maker(maker);
                }
            }
            Decision::MakerWithdrawn { name } => self.models.withdraw_maker(name),
            Decision::OperationDescribed { country, organisation } => {
                self.country.clone_from(country);
                self.organisation.clone_from(organisation);
            }
            Decision::OfficerAffiliated { officer, organisation } => {
                self.organisations.insert(*officer, organisation.clone());
            }
            Decision::PersonKeyPublished { key } => self.person_key = Some(key.clone()),
        }
    }

    /// The roles that an officer holds as an entry has to be judged: granted by a decision that its segment says it held, and not revoked
    /// either by such a decision or with effect before the end of the entry's time bracket (when the register received it).
    pub fn roles(&self, officer: &OfficerId, held: u64, received_ms: i64) -> BTreeSet<Role> {
        let holds = |grant: &Grant| {
            grant.granted <= held
                && grant.revoked.is_none_or(|(decision, effective)| decision > held && effective > received_ms)
        };
        Role::ALL
            .into_iter()
            .filter(|role| self.grants.get(&(*officer, *role)).is_some_and(|grants| grants.iter().any(holds)))
            .collect()
    }
}
