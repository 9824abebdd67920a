//! A certificate on paper: everything on the sheet follows from the checked file, so that anybody can print it again and compare.

use ploughshare_core::audit::VerifierKey;
use ploughshare_core::certificate::{CertifiedItem, Checked, verify};
use ploughshare_core::destruction::Fate;
use ploughshare_core::document::attestation::Attestation;
use ploughshare_core::domain::time::format_iso8601;
use ploughshare_core::ids::OfficerId;
use ploughshare_core::keys::sha256;
use ploughshare_paper::{
    AmmunitionTotal, Attachment, Authorisation, CertificateItem, CertificateSheet, Language, Proof, Quantity,
    ScrapStep, SerialSeen, Signature, Totals,
};

use super::IssueError;

/// Name of the proof inside the PDF.
const ATTACHED: &str = "certificate.ploughshare";

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// The proof alone.
    Proof,
    /// A PDF that says what its proof says, in this language.
    Agrees(Language),
}

/// The PDF of a certificate file, with the file inside. Checked before it is printed.
pub fn paper(file: &[u8], key: &VerifierKey, language: Language) -> Result<Vec<u8>, IssueError> {
    let checked = verify(file, key)?;
    Ok(ploughshare_paper::certificate(&sheet(&checked, file, key), language)?)
}

/// Reads and checks a certificate, alone or inside its PDF. A PDF has to be, byte for byte, the paper that its proof makes.
pub fn read(bytes: &[u8], key: &VerifierKey) -> Result<(Checked, Paper), IssueError> {
    if !bytes.starts_with(b"%PDF") {
        return Ok((verify(bytes, key)?, Paper::Proof));
    }
    let file = ploughshare_paper::attachment(bytes).ok_or(IssueError::NoCertificate)?;
    let checked = verify(&file, key)?;
    let sheet = sheet(&checked, &file, key);
    for language in Language::ALL {
        if ploughshare_paper::certificate(&sheet, language)? == bytes {
            return Ok((checked, Paper::Agrees(language)));
        }
    }
    Err(IssueError::PaperDiffers)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn quantity(count: i64, estimated: bool) -> Quantity {
    Quantity { count: unsigned(count), method: if estimated { "estimated" } else { "counted" }.to_owned() }
}

fn sheet(checked: &Checked, file: &[u8], key: &VerifierKey) -> CertificateSheet {
    let (body, record) = (&checked.body, &checked.record);
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let time = |ms: Option<i64>| ms.map(format_iso8601).unwrap_or_default();
    let count = |fate| checked.outcome.count(fate) as u64;
    let ended = checked.outcome.items.iter().filter_map(|one| one.at_ms);
    let (first, last) = (ended.clone().min(), ended.max());
    let ammunition = body.items.iter().filter(|item| item.is_destroyed()).filter_map(|item| {
        let rounds = item.quantity.filter(|_| item.kind.as_deref() == Some("ammunition"))?;
        let described = [&item.class, &item.calibre].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
        Some(AmmunitionTotal { description: described, quantity: quantity(rounds, item.estimated) })
    });
    let mut methods: Vec<String> = [&record.method, &record.second_method].into_iter().flatten().cloned().collect();
    for method in checked.outcome.items.iter().flat_map(|one| &one.methods) {
        if !methods.contains(method) {
            methods.push(method.clone());
        }
    }
    let scrap = record.scrap.iter().filter(|scrap| scrap.is_live()).map(|scrap| ScrapStep {
        weight_grams: scrap.weight_g.map(unsigned),
        recipient: text(&scrap.recipient),
        reference: scrap.reference.clone(),
    });
    let weighed = checked.outcome.weight_g();
    let file_hash = hex::encode(sha256(file));
    let list = hex::encode(checked.list_hash);
    CertificateSheet {
        number: body.number.clone(),
        issued_at: format_iso8601(body.issued_ms),
        issued_by: body.issuer.clone(),
        programme: body.operation_name.clone(),
        operation: body.operation.to_string(),
        country: text(&body.country),
        organisation: body.organisation.clone(),
        site: text(&record.site),
        place: text(&record.place_name),
        begun_at: time(record.started_at.or(first)),
        ended_at: time(record.ended_at.or(last)),
        methods,
        authorisation: Authorisation {
            authority: text(&record.authority),
            number: text(&record.authorisation),
            date: record.authorised_at.map(|ms| day(&format_iso8601(ms))).unwrap_or_default(),
        },
        plan_reference: record.number.clone(),
        procedure: record.sop.clone(),
        monitored_by: record.third_party.clone(),
        totals: Totals {
            planned: checked.outcome.planned() as u64,
            presented: checked.outcome.presented() as u64,
            destroyed: count(Fate::Destroyed),
            rejected: count(Fate::Rejected),
            withdrawn: count(Fate::Withdrawn),
            weight_grams: (weighed > 0).then(|| unsigned(weighed)),
            ammunition: ammunition.collect(),
        },
        scrap: scrap.collect(),
        items: body.items.iter().map(item).collect(),
        signatures: signatures(checked),
        proof: Proof {
            item_list_hash: checked.list_hash,
            log_position: Some(checked.leaf_index),
            checkpoint: vec![format!("{} {}", key.name(), checked.log_size)],
            qr: format!("PLOUGHSHARE-CERTIFICATE:1:{}:{}:{list}:{file_hash}", body.register, body.number),
        },
        attachment: Some(Attachment {
            name: ATTACHED.to_owned(),
            media_type: "application/cbor".to_owned(),
            bytes: file.to_vec(),
        }),
    }
}

fn day(iso: &str) -> String {
    iso.get(..10).unwrap_or(iso).to_owned()
}

fn item(item: &CertifiedItem) -> CertificateItem {
    let make_model = [&item.make, &item.model].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
    let is_lot = item.kind.as_deref() == Some("ammunition");
    let serial = SerialSeen { text: item.serial.clone(), status: item.serial_status.clone().unwrap_or_default() };
    let has_serial = serial.text.is_some() || !serial.status.is_empty();
    CertificateItem {
        tag: item.tag.clone().unwrap_or_default(),
        class: item.class.clone().unwrap_or_default(),
        make_model: (!make_model.is_empty()).then_some(make_model),
        calibre: item.calibre.clone(),
        serial: has_serial.then_some(serial),
        quantity: item.quantity.filter(|_| is_lot).map(|count| quantity(count, item.estimated)),
        // The code of a result on paper is that of the code list.
        result: if item.is_destroyed() { "complete".to_owned() } else { item.fate.clone() },
        weight_grams: item.weight_g.map(unsigned),
    }
}

/// Supervisors first, then witnesses, each with the time they claim.
fn signatures(checked: &Checked) -> Vec<Signature> {
    let body = &checked.body;
    let signed_at = |officer: &OfficerId, what: &str| {
        let mut said = body.entries.iter().filter(|entry| entry.officer == *officer);
        said.find(|entry| {
            let mut attested = entry.edits.iter().filter_map(Attestation::of_edit);
            attested.any(|one| one.what == what && one.digest == checked.state.digest)
        })
        .map(|entry| format_iso8601(entry.claimed_ms))
    };
    let one = |role: &str, what: &str, officer: &OfficerId, key: &Vec<u8>| {
        let signer = body.signers.iter().find(|signer| signer.officer == *officer && signer.key == *key);
        Signature {
            role: role.to_owned(),
            name: signer.map(|signer| signer.name.clone()).unwrap_or_default(),
            organisation: signer.and_then(|signer| signer.organisation.clone()),
            signed_at: signed_at(officer, what),
            key_fingerprint: Some(sha256(key).to_vec()),
        }
    };
    let supervisors = checked.state.destroyed.iter();
    let supervisors = supervisors.map(|(officer, key)| one("destruction_supervisor", "destroyed", officer, key));
    let witnesses = checked.state.witnessed.iter();
    let witnesses = witnesses.map(|(officer, key)| one("independent_witness", "witnessed", officer, key));
    supervisors.chain(witnesses).collect()
}
