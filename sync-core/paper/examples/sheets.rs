//! Prints one of each sheet in each language into a folder: `cargo run -p ploughshare-paper --example sheets -- OUTDIR`.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::print_stdout,
    reason = "an example is a program: it writes files"
)]

use std::path::PathBuf;
use std::time::Instant;

use ploughshare_paper::{Language, ReceiptSheet, attachment, certificate, handover, receipt, receipt_text};

#[path = "../src/samples.rs"]
mod samples;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("sheets OUTDIR")?);
    std::fs::create_dir_all(&folder)?;
    for language in Language::ALL {
        let code = language.code();
        let sheet = samples::certificate_sheet(language, 60);
        std::fs::write(folder.join(format!("certificate-{code}.pdf")), certificate(&sheet, language)?)?;
        let full = samples::receipt_sheet(language);
        let minimal = ReceiptSheet { details: None, ..full.clone() };
        std::fs::write(folder.join(format!("receipt-{code}.pdf")), receipt(&full, language)?)?;
        std::fs::write(folder.join(format!("receipt-minimal-{code}.pdf")), receipt(&minimal, language)?)?;
        std::fs::write(folder.join(format!("receipt-{code}.txt")), receipt_text(&full, language))?;
        std::fs::write(folder.join(format!("receipt-minimal-{code}.txt")), receipt_text(&minimal, language))?;
        let sheet = samples::handover_sheet(language, 24);
        std::fs::write(folder.join(format!("handover-{code}.pdf")), handover(&sheet, language)?)?;
    }
    for language in Language::ALL {
        let sheet = samples::certificate_sheet(language, 1_000);
        let begun = Instant::now();
        let pdf = certificate(&sheet, language)?;
        let took = begun.elapsed();
        let found = attachment(&pdf).map_or(0, |bytes| bytes.len());
        println!("{}: 1,000 items, {took:?}, {} bytes, proof of {found} bytes found", language.code(), pdf.len());
        std::fs::write(folder.join(format!("certificate-1000-{}.pdf", language.code())), pdf)?;
    }
    Ok(())
}
