//! The files: the same bytes for the same sheet, and the proof in them found again.

use crate::samples::{certificate_sheet, handover_sheet, receipt_sheet};
use crate::*;

#[test]
fn the_same_sheet_gives_the_same_bytes_and_another_gives_others() {
    for language in Language::ALL {
        let sheet = certificate_sheet(language, 30);
        let pdf = certificate(&sheet, language).unwrap();
        assert!(pdf.starts_with(b"%PDF-1.7"));
        assert_eq!(pdf, certificate(&sheet.clone(), language).unwrap());
        let mut other = sheet;
        other.items[29].tag.push('X');
        assert_ne!(pdf, certificate(&other, language).unwrap());
        assert_eq!(receipt(&receipt_sheet(language), language), receipt(&receipt_sheet(language), language));
        assert_eq!(handover(&handover_sheet(language, 9), language), handover(&handover_sheet(language, 9), language));
    }
}

#[test]
fn the_proof_comes_out_as_it_went_in() {
    let noise: Vec<u8> = (0..70_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let forged = b"%PDF-1.7\n7 0 obj << /Type /EmbeddedFile /Length 3 >> stream\nabc endstream endobj".to_vec();
    for bytes in
        [certificate_sheet(Language::English, 0).attachment.unwrap().bytes, Vec::new(), noise, forged, vec![0; 1 << 20]]
    {
        let mut sheet = certificate_sheet(Language::French, 5);
        sheet.attachment = Some(Attachment { bytes: bytes.clone(), ..sheet.attachment.unwrap() });
        let pdf = certificate(&sheet, Language::French).unwrap();
        assert_eq!(attachment(&pdf).as_deref(), Some(bytes.as_slice()));
    }
}

#[test]
fn no_proof_and_two_proofs_are_none() {
    let mut sheet = certificate_sheet(Language::English, 3);
    let pdf = certificate(&sheet, Language::English).unwrap();
    let mut two = pdf;
    two.extend_from_slice(b"\n99 0 obj << /Type /EmbeddedFile /Length 3 >> stream\nabc\nendstream endobj\n");
    assert_eq!(attachment(&two), None);
    sheet.attachment = None;
    assert_eq!(attachment(&certificate(&sheet, Language::English).unwrap()), None);
    assert_eq!(attachment(b""), None);
    assert_eq!(attachment(b"%PDF-1.7 not much more"), None);
}

#[test]
fn a_proof_that_inflates_without_end_is_none() {
    let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0_u8; 64 << 20], 6);
    let mut pdf = b"%PDF-1.7\n1 0 obj << /Type /EmbeddedFile /Filter /FlateDecode /Length ".to_vec();
    pdf.extend_from_slice(format!("{} >> stream\n", bomb.len()).as_bytes());
    pdf.extend_from_slice(&bomb);
    pdf.extend_from_slice(b"\nendstream endobj\n");
    assert_eq!(attachment(&pdf), None);
}

#[test]
fn a_proof_that_is_too_large_is_refused_at_printing() {
    let mut sheet = certificate_sheet(Language::English, 1);
    sheet.attachment.as_mut().unwrap().bytes = vec![7; (8 << 20) + 1];
    assert_eq!(certificate(&sheet, Language::English).unwrap_err().code(), "paper.attachment_too_large");
}

#[test]
fn twenty_thousand_damaged_files_are_read_without_harm() {
    let whole = certificate(&certificate_sheet(Language::English, 2), Language::English).unwrap();
    let proof = attachment(&whole).unwrap();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let marks: [&[u8]; 8] = [
        b"<<",
        b">>",
        b" obj",
        b"stream\n",
        b"endstream",
        b"/Length 99999999999999999999",
        b"/Type /EmbeddedFile",
        b"/Filter",
    ];
    // What is around the proof is hit more often than the fonts, which are most of the file.
    let at_proof = whole.windows(13).position(|w| w == b"/EmbeddedFile").unwrap();
    let mut kept = 0;
    for round in 0..20_000 {
        let mut pdf = whole.clone();
        for _ in 0..=draw(3) {
            let near = at_proof.saturating_sub(60) + draw(400);
            let at = if round % 2 == 0 { near } else { draw(pdf.len()) }.min(pdf.len() - 1);
            match draw(4) {
                0 => pdf[at] ^= 1 << draw(8),
                1 => pdf.truncate(at.max(9)),
                2 => {
                    let mark = marks[draw(marks.len())];
                    pdf.splice(at..at, mark.iter().copied());
                }
                _ => {
                    let end = (at + draw(64)).min(pdf.len());
                    pdf.drain(at..end);
                }
            }
        }
        if let Some(found) = attachment(&pdf) {
            assert!(found.len() <= 8 << 20);
            kept += usize::from(found == proof);
        }
    }
    assert!(kept > 1_000 && kept < 19_000, "most damage far away spares the proof, damage at it does not: {kept}");
}

#[test]
fn only_a_real_time_gets_into_a_file() {
    let sheet = CertificateSheet { issued_at: "yesterday".to_owned(), ..certificate_sheet(Language::English, 1) };
    assert_eq!(certificate(&sheet, Language::English).unwrap_err().code(), "paper.bad_time");
}

#[test]
fn a_qr_code_that_paper_cannot_carry_is_refused() {
    let mut sheet = certificate_sheet(Language::English, 1);
    sheet.proof.qr = "A".repeat(600);
    assert!(certificate(&sheet, Language::English).is_ok());
    sheet.proof.qr.push('A');
    assert_eq!(certificate(&sheet, Language::English).unwrap_err().code(), "paper.qr_too_long");
}

#[test]
fn more_lines_than_a_document_may_have_are_refused() {
    let mut sheet = certificate_sheet(Language::English, 1);
    sheet.items = vec![CertificateItem::default(); 20_001];
    assert_eq!(certificate(&sheet, Language::English).unwrap_err().code(), "paper.too_many_lines");
}
