//! Text that was meant to break something.

use proptest::prelude::*;

use super::{all_text, well_laid};
use crate::samples::{certificate_sheet, handover_sheet, receipt_sheet};
use crate::words::Words;
use crate::*;

fn hostile() -> Vec<String> {
    vec![
        String::new(),
        "\0\u{1}\u{7f}\u{85}".to_owned(),
        "AK\u{202E}8714\u{202C}\u{2066}\u{2067}\u{2069}\u{2069}".to_owned(),
        "\u{200F}\u{061C}123\u{200B}\u{FEFF}".to_owned(),
        "7".repeat(10_240),
        "W".repeat(10_240),
        "\u{202E}".repeat(10_240),
        "ق\u{0651}\u{064E}".repeat(3_000),
        format!("a{}", "\u{0301}".repeat(10_240)),
        "中文 🔫👩‍👩‍👧 \u{10FFFF}\u{E000}\u{FFFE}".to_owned(),
        "line\nbreak\r\nand\u{2028}more\u{2029}end".to_owned(),
        "a very long name that goes on and on ".repeat(200),
        "{ $number } %PDF endstream endobj ) \\( <script>".to_owned(),
        " \u{A0}\u{3000} ".to_owned(),
    ]
}

fn poisoned(text: &str, language: Language) -> CertificateSheet {
    let mut sheet = certificate_sheet(language, 7);
    let poison = || text.to_owned();
    for field in [
        &mut sheet.number,
        &mut sheet.programme,
        &mut sheet.operation,
        &mut sheet.country,
        &mut sheet.site,
        &mut sheet.place,
        &mut sheet.begun_at,
        &mut sheet.ended_at,
        &mut sheet.authorisation.authority,
        &mut sheet.authorisation.number,
        &mut sheet.authorisation.date,
    ] {
        *field = poison();
    }
    sheet.methods = vec![poison(), poison()];
    sheet.issued_by = Some(poison());
    sheet.organisation = Some(poison());
    for item in &mut sheet.items {
        item.tag = poison();
        item.class = poison();
        item.make_model = Some(poison());
        item.calibre = Some(poison());
        item.serial = Some(SerialSeen { text: Some(poison()), status: poison() });
        item.result = poison();
    }
    for signature in &mut sheet.signatures {
        signature.role = poison();
        signature.name = poison();
        signature.organisation = Some(poison());
        signature.signed_at = Some(poison());
        signature.key_fingerprint = Some(vec![0xaa; 300]);
    }
    sheet.scrap.iter_mut().for_each(|step| step.recipient = poison());
    sheet.totals.ammunition.iter_mut().for_each(|total| total.description = poison());
    sheet.totals.weight_grams = Some(u64::MAX);
    sheet.totals.destroyed = u64::MAX;
    sheet.totals.rejected = u64::MAX;
    sheet.proof.checkpoint = vec![poison(); 40];
    if let Some(attachment) = &mut sheet.attachment {
        attachment.name = poison();
        attachment.media_type = poison();
    }
    sheet
}

#[test]
fn hostile_text_is_printed_inside_of_its_cells() {
    for language in Language::ALL {
        for text in hostile() {
            let sheet = poisoned(&text, language);
            let words = Words::new(language).unwrap();
            let pages = certificate::lay_out(&sheet, &words).unwrap();
            well_laid(&pages);
            let said = all_text(&pages);
            assert!(
                !said.chars().any(|c| c != '\n' && (c.is_control() || ('\u{202A}'..='\u{202E}').contains(&c))),
                "{text:?}"
            );
            let pdf = certificate(&sheet, language).unwrap_or_else(|e| panic!("{text:?}: {e}"));
            assert_eq!(attachment(&pdf), sheet.attachment.map(|a| a.bytes), "{text:?}");
        }
    }
}

#[test]
fn hostile_text_does_not_break_receipts_and_hand_overs() {
    for language in Language::ALL {
        for text in hostile() {
            let mut sheet = receipt_sheet(language);
            sheet.tag.clone_from(&text);
            sheet.officer.clone_from(&text);
            let details = sheet.details.as_mut().unwrap();
            details.place.clone_from(&text);
            details.serial = Some(SerialSeen { text: Some(text.clone()), status: text.clone() });
            receipt(&sheet, language).unwrap_or_else(|e| panic!("{text:?}: {e}"));
            assert!(!receipt_text(&sheet, language).contains(['\u{202E}', '\0']));

            let mut sheet = handover_sheet(language, 3);
            sheet.from.name.clone_from(&text);
            sheet.vehicle = Some(text.clone());
            sheet.seals[0].number.clone_from(&text);
            sheet.differences[0].note.clone_from(&text);
            sheet.items[0].container = Some(text.clone());
            well_laid(&handover::lay_out(&sheet, &Words::new(language).unwrap()).unwrap());
            handover(&sheet, language).unwrap_or_else(|e| panic!("{text:?}: {e}"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_can_be_printed(text in "\\PC{0,80}|[\\u{0000}-\\u{FFFF}]{0,40}|[ء-ي0-9A-Z \u{202E}\u{2067}-]{0,60}", arabic: bool) {
        let language = if arabic { Language::Arabic } else { Language::English };
        let sheet = poisoned(&text, language);
        well_laid(&certificate::lay_out(&sheet, &Words::new(language).unwrap()).unwrap());
        prop_assert!(certificate(&sheet, language).is_ok());
    }
}
