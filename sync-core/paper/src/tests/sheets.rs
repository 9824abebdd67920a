//! What sheets say and how they are laid out.

use super::{all_text, lines, well_laid};
use crate::page::Mark;
use crate::samples::{certificate_sheet, handover_sheet, receipt_sheet};
use crate::words::Words;
use crate::*;

fn laid(sheet: &CertificateSheet, language: Language) -> crate::page::Pages {
    certificate::lay_out(sheet, &Words::new(language).unwrap()).unwrap()
}

#[test]
fn a_certificate_says_all_that_its_sheet_says() {
    for language in Language::ALL {
        let sheet = certificate_sheet(language, 9);
        let pages = laid(&sheet, language);
        well_laid(&pages);
        let said = all_text(&pages).replace('\n', " ");
        let mut expected = vec![
            &sheet.number,
            &sheet.programme,
            &sheet.operation,
            &sheet.country,
            &sheet.site,
            &sheet.begun_at,
            &sheet.ended_at,
            &sheet.authorisation.number,
            &sheet.authorisation.date,
            &sheet.issued_at,
        ];
        expected.extend(sheet.plan_reference.iter().chain(&sheet.procedure).chain(&sheet.monitored_by));
        expected.extend(sheet.organisation.iter().chain(&sheet.issued_by));
        expected.extend(sheet.signatures.iter().map(|s| &s.name));
        expected.extend(sheet.signatures.iter().filter_map(|s| s.organisation.as_ref()));
        expected.extend(sheet.items.iter().map(|i| &i.tag));
        expected.extend(sheet.items.iter().filter_map(|i| i.serial.as_ref()?.text.as_ref()));
        for part in expected {
            assert!(said.contains(part.as_str()), "{language:?}: {part} is missing in {said}");
        }
        for part in [
            "c3a2 01e0 4726 8564 cbaa 09e8 4f2e 8d6c",
            "d3b2 11f0 5736 9574 dbba 19f8 5f3e 9d7c",
            "4532 eba0 19d6 8f44 3dea a318 d18e 473c",
            "9 = 8 + 0 + 1",
            "12\u{202F}480",
            "48\u{202F}213",
            "ploughshare verify-certificate DC-2026-0031.pdf",
        ] {
            assert!(said.contains(part), "{language:?}: {part} is missing in {said}");
        }
        assert_eq!(pages.pages.iter().flat_map(|p| &p.marks).filter(|m| matches!(m, Mark::Squares { .. })).count(), 1);
    }
}

#[test]
fn a_country_is_named_in_the_language_of_the_sheet_beside_its_code() {
    for (language, name) in [
        (Language::English, "Congo, Democratic Republic of the"),
        (Language::French, "Congo-Kinshasa"),
        (Language::Arabic, "الكونغو"),
    ] {
        let sheet = CertificateSheet { country: "CD".to_owned(), ..certificate_sheet(language, 1) };
        let said = all_text(&laid(&sheet, language)).replace('\n', " ");
        assert!(said.contains("CD"), "{language:?}: {said}");
        assert!(said.matches(name).count() >= 2, "{language:?}: above and among the facts: {said}");
        // What is no code stands as it is, and once.
        let sheet = CertificateSheet { country: "ZZ".to_owned(), ..certificate_sheet(language, 1) };
        assert!(!all_text(&laid(&sheet, language)).contains("(ZZ"), "{language:?}");
    }
}

#[test]
fn what_does_not_add_up_is_said_loudly() {
    let mut sheet = certificate_sheet(Language::English, 9);
    sheet.totals.destroyed = 7;
    let said = all_text(&laid(&sheet, Language::English));
    assert!(said.contains("NOT RECONCILED") && said.contains("9 ≠ 7 + 0 + 1; difference 1"), "{said}");
}

#[test]
fn burning_alone_is_never_enough() {
    let mut sheet = certificate_sheet(Language::English, 1);
    sheet.methods = vec!["BRN".to_owned()];
    assert!(all_text(&laid(&sheet, Language::English)).replace('\n', " ").contains("a second process"));
    sheet.methods = vec!["BRN".to_owned(), "SML".to_owned()];
    assert!(!all_text(&laid(&sheet, Language::English)).replace('\n', " ").contains("a second process"));
}

#[test]
fn a_thousand_items_flow_under_a_repeated_header() {
    for language in Language::ALL {
        let sheet = certificate_sheet(language, 1_000);
        let pages = laid(&sheet, language);
        well_laid(&pages);
        let tag = Words::new(language).unwrap().text("column-tag");
        let annex = &pages.pages[2..];
        assert!(annex.len() > 15, "{}", annex.len());
        let mut tags = Vec::new();
        for (n, page) in pages.pages.iter().enumerate() {
            let said = lines(page);
            assert_eq!(said.iter().filter(|line| **line == tag).count(), usize::from(n >= 2), "page {n}");
            tags.extend(said.into_iter().filter(|line| line.starts_with("NRB-26-")));
            let foot = all_text(&crate::page::Pages { width: 0.0, height: 0.0, pages: vec![page.clone()] });
            assert!(foot.contains("DC-2026-0031") && foot.contains("c3a2 01e0 4726 8564"), "page {n} has no foot");
        }
        let expected: Vec<&str> = sheet.items.iter().map(|item| item.tag.as_str()).collect();
        assert_eq!(tags, expected);
    }
}

#[test]
fn arabic_begins_at_the_right_and_english_at_the_left() {
    let edge = |language| {
        let pages = laid(&certificate_sheet(language, 1), language);
        let Some(Mark::Text { x, line, .. }) = pages.pages[0].marks.first() else { panic!("no text") };
        (*x, pages.width - x - line.width)
    };
    let side = crate::page::mm(20.0);
    assert!((edge(Language::English).0 - side).abs() < 0.1);
    assert!((edge(Language::Arabic).1 - side).abs() < 0.1);
}

#[test]
fn the_sum_runs_from_left_to_right_in_arabic() {
    let pages = laid(&certificate_sheet(Language::Arabic, 9), Language::Arabic);
    let runs = pages.pages.iter().flat_map(|p| &p.marks).filter_map(|mark| match mark {
        Mark::Text { line, .. } if line.text.contains("9 = 8 + 0 + 1") => {
            Some(line.runs.iter().map(|run| run.text.as_str()).collect::<String>())
        }
        _ => None,
    });
    let printed: Vec<String> = runs.collect();
    assert!(printed.len() == 1 && printed[0].contains("9 = 8 + 0 + 1"), "{printed:?}");
}

#[test]
fn a_receipt_says_what_was_handed_in_and_leaves_the_name_to_a_pen() {
    for language in Language::ALL {
        let sheet = receipt_sheet(language);
        let words = Words::new(language).unwrap();
        let pages = receipt::lay_out(&sheet, &words).unwrap();
        well_laid(&pages);
        assert_eq!(pages.pages.len(), 1);
        let printed = all_text(&pages).replace('\n', " ");
        let typed = receipt_text(&sheet, language);
        for said in [&printed, &typed] {
            for part in [
                words.text("label-name"),
                words.text("receipt-no-permit"),
                words.code("weapon_class", "ASR"),
                words.code("condition", "UNS"),
                words.code("serial_status", "partial"),
            ] {
                assert!(said.contains(&part), "{language:?}: {part} is missing in {said}");
            }
            for part in
                ["2026-02-11T09:41:00Z", "19743?5118", "NRB-26-00417", "R-26-004711", &sheet.operation, &sheet.officer]
            {
                assert!(said.contains(part), "{language:?}: {part} is missing in {said}");
            }
        }
    }
}

#[test]
fn a_receipt_for_ammunition_says_how_much() {
    let mut sheet = receipt_sheet(Language::English);
    let details = sheet.details.as_mut().unwrap();
    details.quantity = Some(Quantity { count: 240, method: "estimated".to_owned() });
    details.serial = None;
    let typed = receipt_text(&sheet, Language::English);
    assert!(
        typed.contains("Quantity: \u{2068}240\u{2069} (\u{2068}estimated\u{2069})")
            || typed.contains("Quantity: 240 (estimated)"),
        "{typed}"
    );
    assert!(!typed.contains("Serial number"));
}

#[test]
fn a_minimal_receipt_has_no_name_no_place_no_weapon_and_no_hour() {
    for language in Language::ALL {
        let sheet = ReceiptSheet { details: None, ..receipt_sheet(language) };
        let full = receipt_sheet(language).details.unwrap();
        let words = Words::new(language).unwrap();
        let printed = all_text(&receipt::lay_out(&sheet, &words).unwrap());
        for said in [printed, receipt_text(&sheet, language)] {
            assert!(said.contains("NRB-26-00417") && said.contains("2026-02-11"));
            for part in [
                words.text("label-name"),
                words.code("weapon_class", "ASR"),
                words.text("label-serial"),
                full.place.clone(),
                "09:41".to_owned(),
            ] {
                assert!(!said.contains(&part), "{language:?}: {part} in {said}");
            }
        }
    }
}

#[test]
fn a_typed_receipt_keeps_to_eighty_columns() {
    use unicode_width::UnicodeWidthStr as _;
    for language in Language::ALL {
        let mut sheet = receipt_sheet(language);
        sheet.officer = "W".repeat(300);
        for line in receipt_text(&sheet, language).lines() {
            assert!(line.width() <= 80, "{line}");
        }
    }
}

#[test]
fn a_hand_over_shows_what_did_not_arrive() {
    for language in Language::ALL {
        let sheet = handover_sheet(language, 120);
        let words = Words::new(language).unwrap();
        let pages = handover::lay_out(&sheet, &words).unwrap();
        well_laid(&pages);
        let said = all_text(&pages).replace('\n', " ");
        for part in [
            words.text("seal-differs"),
            words.text("received-no"),
            "−1".to_owned(),
            sheet.differences[0].note.clone(),
            sheet.handing.name.clone(),
            sheet.receiving.name.clone(),
            "A-009827".to_owned(),
            words.code("seal_state", "broken"),
        ] {
            assert!(said.contains(&part), "{language:?}: {part} is missing in {said}");
        }
    }
}

#[test]
fn a_load_on_its_way_claims_no_receipt() {
    let mut sheet = handover_sheet(Language::English, 3);
    sheet.received = None;
    sheet.received_at = None;
    sheet.differences.clear();
    sheet.items.iter_mut().for_each(|item| item.received = None);
    sheet.seals.iter_mut().for_each(|seal| {
        seal.found = None;
        seal.state = None;
    });
    let words = Words::new(Language::English).unwrap();
    let said = all_text(&handover::lay_out(&sheet, &words).unwrap());
    assert!(said.contains("has not been received yet") && said.contains("To be stated at receipt"), "{said}");
    assert!(!said.contains("\nyes") && !said.contains("None."), "{said}");
    sheet.received = Some(2);
    let said = all_text(&handover::lay_out(&sheet, &words).unwrap());
    assert!(said.contains("The counts differ and no difference is stated."), "{said}");
}
