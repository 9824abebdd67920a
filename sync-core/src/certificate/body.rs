//! The body of a certificate, and how it stands in CBOR.

use std::collections::{BTreeMap, BTreeSet};

use super::CertificateError;
use crate::cbor::{self, Value};
use crate::destruction::{Fate, ItemOutcome};
use crate::domain::item::ItemRecord;
use crate::entry::Entry;
use crate::ids::{DocId, EntryHash, JournalId, OfficerId, OperationId, RegisterId};
use crate::keys::sha256;

/// An officer whose signature the certificate rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// Who.
    pub officer: OfficerId,
    /// By the name the register knows.
    pub name: String,
    /// With which public key.
    pub key: Vec<u8>,
    /// For which organisation they act, where the programme has said so.
    pub organisation: Option<String>,
}

/// An item on the list, as the register describes it, and its fate, as it was signed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CertifiedItem {
    /// The item.
    pub item: Option<DocId>,
    /// What became of it, a code of [`Fate`].
    pub fate: String,
    /// Tag.
    pub tag: Option<String>,
    /// Kind: weapon, part or ammunition.
    pub kind: Option<String>,
    /// Class.
    pub class: Option<String>,
    /// Maker.
    pub make: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Calibre.
    pub calibre: Option<String>,
    /// Serial as seen.
    pub serial: Option<String>,
    /// Status of the serial.
    pub serial_status: Option<String>,
    /// Quantity destroyed, of a lot.
    pub quantity: Option<i64>,
    /// Whether that was estimated.
    pub estimated: bool,
    /// Weight in grams.
    pub weight_g: Option<i64>,
    /// Methods used, in order.
    pub methods: Vec<String>,
    /// SHA-256 of the canonical content of the item's document when the certificate was issued.
    pub digest: Option<[u8; 32]>,
}

impl CertifiedItem {
    /// An item with what became of it.
    pub fn new(outcome: &ItemOutcome, record: &ItemRecord, digest: [u8; 32]) -> Self {
        let serial = record.serial().and_then(|marking| marking.seen()).map(str::to_owned);
        Self {
            item: Some(outcome.item),
            fate: outcome.fate.code().to_owned(),
            tag: record.tag.clone(),
            kind: record.kind.clone(),
            class: record.class.clone(),
            make: record.make.clone(),
            model: record.model.clone(),
            calibre: record.calibre.clone(),
            serial,
            serial_status: record.serial_status().map(str::to_owned),
            quantity: outcome.destroyed_quantity,
            estimated: outcome.estimated,
            weight_g: outcome.weight_g,
            methods: outcome.methods.clone(),
            digest: Some(digest),
        }
    }

    /// Whether its fate is what this outcome says: everything that was signed, nothing of how it is described.
    pub fn agrees(&self, outcome: &ItemOutcome) -> bool {
        self.item == Some(outcome.item)
            && self.fate == outcome.fate.code()
            && self.quantity == outcome.destroyed_quantity
            && self.estimated == outcome.estimated
            && self.weight_g == outcome.weight_g
            && self.methods == outcome.methods
    }

    /// Whether it was destroyed.
    pub fn is_destroyed(&self) -> bool {
        self.fate == Fate::Destroyed.code()
    }

    fn to_value(&self) -> Value {
        let mut pairs = Vec::new();
        let mut put = |key: i64, value: Option<Value>| pairs.extend(value.map(|value| (Value::Int(key), value)));
        let text = |text: &Option<String>| text.clone().map(Value::Text);
        put(1, self.item.map(|item| Value::Bytes(item.to_vec())));
        put(2, Some(Value::Text(self.fate.clone())));
        put(3, text(&self.tag));
        put(4, text(&self.kind));
        put(5, text(&self.class));
        put(6, text(&self.make));
        put(7, text(&self.model));
        put(8, text(&self.calibre));
        put(9, text(&self.serial));
        put(10, text(&self.serial_status));
        put(11, self.quantity.map(Value::Int));
        put(12, self.estimated.then_some(Value::Bool(true)));
        put(13, self.weight_g.map(Value::Int));
        let methods: Vec<Value> = self.methods.iter().map(|method| Value::Text(method.clone())).collect();
        put(14, (!methods.is_empty()).then_some(Value::Array(methods)));
        put(15, self.digest.map(|digest| Value::Bytes(digest.to_vec())));
        Value::Map(pairs)
    }

    fn from_value(value: &Value) -> Option<Self> {
        let text = |key| value.get_int(key).and_then(Value::as_text).map(str::to_owned);
        let int = |key| value.get_int(key).and_then(Value::as_int);
        let methods = value.get_int(14).and_then(Value::as_array).unwrap_or_default();
        Some(Self {
            item: Some(DocId::from_slice(value.get_int(1)?.as_bytes()?)?),
            fate: text(2)?,
            tag: text(3),
            kind: text(4),
            class: text(5),
            make: text(6),
            model: text(7),
            calibre: text(8),
            serial: text(9),
            serial_status: text(10),
            quantity: int(11),
            estimated: value.get_int(12).and_then(Value::as_bool) == Some(true),
            weight_g: int(13),
            methods: methods.iter().map(|method| method.as_text().map(str::to_owned)).collect::<Option<_>>()?,
            digest: value.get_int(15).and_then(Value::as_bytes).and_then(|bytes| bytes.try_into().ok()),
        })
    }
}

/// SHA-256 of the list of items in canonical CBOR: what is printed on paper and scanned from it.
pub fn list_hash(items: &[CertifiedItem]) -> [u8; 32] {
    sha256(&cbor::encode(&Value::Array(items.iter().map(CertifiedItem::to_value).collect())))
}

/// The body of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Which register issued it.
    pub register: RegisterId,
    /// In which operation.
    pub operation: OperationId,
    /// The operation's name.
    pub operation_name: String,
    /// Number of the certificate.
    pub number: String,
    /// The destruction.
    pub document: DocId,
    /// When it was issued, ms since the Unix epoch.
    pub issued_ms: i64,
    /// Who had it issued.
    pub issued_by: OfficerId,
    /// The register's newest decision then.
    pub decision: u64,
    /// All statements about the destruction.
    pub entries: Vec<Entry>,
    /// Those that do not count, with the codes of the reasons.
    pub left_out: BTreeMap<EntryHash, String>,
    /// Missing ones that nobody waits for.
    pub bridged: BTreeSet<EntryHash>,
    /// Journals that forked, with the first number in dispute.
    pub forked: BTreeMap<JournalId, u64>,
    /// Whose keys signed.
    pub signers: Vec<Signer>,
    /// How many witnesses the programme asked for.
    pub witnesses: i64,
    /// The items, in the order of their ids.
    pub items: Vec<CertifiedItem>,
    /// In which country, a code of ISO 3166-1, where the programme has said so.
    pub country: Option<String>,
    /// Which organisation runs the programme, where it has said so.
    pub organisation: Option<String>,
    /// Name of the officer who had it issued; none where it was the register itself.
    pub issuer: Option<String>,
}

impl Body {
    /// Its canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
        let left_out = self.left_out.iter();
        let left_out = left_out.map(|(hash, why)| Value::Array(vec![bytes(hash.as_bytes()), Value::Text(why.clone())]));
        let signers = self.signers.iter().map(|signer| {
            let mut parts =
                vec![bytes(signer.officer.as_bytes()), Value::Text(signer.name.clone()), bytes(&signer.key)];
            parts.extend(signer.organisation.clone().map(Value::Text));
            Value::Array(parts)
        });
        let forked = self.forked.iter();
        let forked =
            forked.map(|(journal, from)| Value::Array(vec![bytes(journal.as_bytes()), Value::Int(*from as i64)]));
        let values = [
            bytes(self.register.as_bytes()),
            bytes(self.operation.as_bytes()),
            Value::Text(self.operation_name.clone()),
            Value::Text(self.number.clone()),
            bytes(self.document.as_bytes()),
            Value::Int(self.issued_ms),
            bytes(self.issued_by.as_bytes()),
            Value::Int(self.decision as i64),
            Value::Array(self.entries.iter().map(|entry| bytes(&entry.to_bytes())).collect()),
            Value::Array(left_out.collect()),
            Value::Array(self.bridged.iter().map(|hash| bytes(hash.as_bytes())).collect()),
            Value::Array(signers.collect()),
            Value::Int(self.witnesses),
            Value::Array(self.items.iter().map(CertifiedItem::to_value).collect()),
            Value::Array(forked.collect()),
        ];
        let said = [&self.country, &self.organisation, &self.issuer];
        let said = (16..).zip(said).filter_map(|(key, text)| Some((Value::Int(key), Value::Text(text.clone()?))));
        cbor::encode(&Value::Map((1..).map(Value::Int).zip(values).chain(said).collect()))
    }

    /// Reads canonical bytes, and believes nothing yet.
    pub fn from_bytes(encoded: &[u8]) -> Result<Self, CertificateError> {
        let value = cbor::decode(encoded)?;
        let malformed = |part| CertificateError::Malformed { part };
        let bytes = |key, part| value.get_int(key).and_then(Value::as_bytes).ok_or(malformed(part));
        let text = |key, part| value.get_int(key).and_then(Value::as_text).map(str::to_owned).ok_or(malformed(part));
        let int = |key, part| value.get_int(key).and_then(Value::as_int).ok_or(malformed(part));
        let list = |key, part| value.get_int(key).and_then(Value::as_array).ok_or(malformed(part));
        let hash = |value: &Value| value.as_bytes().and_then(EntryHash::from_slice);
        let entries = list(9, "statements")?.iter().map(|entry| {
            let entry = entry.as_bytes().ok_or(malformed("statements"))?;
            Ok::<_, CertificateError>(Entry::from_bytes(entry)?)
        });
        let left_out = list(10, "claims")?.iter().map(|pair| match pair.as_array()? {
            [entry, why] => Some((hash(entry)?, why.as_text()?.to_owned())),
            _ => None,
        });
        let fork = |pair: &Value| match pair.as_array()? {
            [journal, from] => Some((JournalId::from_slice(journal.as_bytes()?)?, from.as_uint()?)),
            _ => None,
        };
        let signers = list(12, "signers")?.iter().map(|signer| match signer.as_array()? {
            [officer, name, key, rest @ ..] if rest.len() <= 1 => Some(Signer {
                officer: OfficerId::from_slice(officer.as_bytes()?)?,
                name: name.as_text()?.to_owned(),
                key: key.as_bytes()?.to_vec(),
                organisation: match rest.first() {
                    Some(organisation) => Some(organisation.as_text()?.to_owned()),
                    None => None,
                },
            }),
            _ => None,
        });
        let some = |key, part| match value.get_int(key) {
            Some(text) => text.as_text().map(|text| Some(text.to_owned())).ok_or(malformed(part)),
            None => Ok(None),
        };
        Ok(Self {
            register: RegisterId::from_slice(bytes(1, "register")?).ok_or(malformed("register"))?,
            operation: OperationId::from_slice(bytes(2, "operation")?).ok_or(malformed("operation"))?,
            operation_name: text(3, "operation")?,
            number: text(4, "number")?,
            document: DocId::from_slice(bytes(5, "document")?).ok_or(malformed("document"))?,
            issued_ms: int(6, "date")?,
            issued_by: OfficerId::from_slice(bytes(7, "issuer")?).ok_or(malformed("issuer"))?,
            decision: u64::try_from(int(8, "decision")?).map_err(|_| malformed("decision"))?,
            entries: entries.collect::<Result<_, _>>()?,
            left_out: left_out.collect::<Option<_>>().ok_or(malformed("claims"))?,
            bridged: list(11, "gaps")?.iter().map(hash).collect::<Option<_>>().ok_or(malformed("gaps"))?,
            signers: signers.collect::<Option<_>>().ok_or(malformed("signers"))?,
            forked: list(15, "forks")?.iter().map(fork).collect::<Option<_>>().ok_or(malformed("forks"))?,
            witnesses: int(13, "number of witnesses")?,
            items: list(14, "list")?
                .iter()
                .map(CertifiedItem::from_value)
                .collect::<Option<_>>()
                .ok_or(malformed("list"))?,
            country: some(16, "country")?,
            organisation: some(17, "organisation")?,
            issuer: some(18, "issuer")?,
        })
    }
}
