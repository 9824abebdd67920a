//! `attest`.

use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use mobile_ffi::{AttestProgress, Attesting, Tablet, TabletError};

use super::read;
use crate::args::Attest;
use crate::output::{Output, counted, line};
use crate::pin;

/// A bar on standard error.
struct Bar(ProgressBar);

impl AttestProgress for Bar {
    fn advanced(&self, documents: u64) {
        self.0.set_position(documents);
    }
}

pub fn attest(tablet: &Tablet, mut args: Attest, output: &Output) -> Result<(), TabletError> {
    let what = args.said.pop().unwrap_or_default();
    let mut documents = args.said;
    documents.append(&mut args.item);
    // The PIN is the first line where both come on standard input.
    let pin = pin::known(&args.officer, args.pin_stdin)?;
    if let Some(file) = &args.items {
        let text = read(file)?;
        documents.extend(text.lines().map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned));
    }
    let session = tablet.sign_in(&args.officer, &pin)?;
    let count = documents.len() as u64;
    let bar = if args.quiet || output.json || count < 2 { ProgressBar::hidden() } else { ProgressBar::new(count) };
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} signed  {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let said = Attesting { documents, what, note: args.note, as_claim: args.as_claim };
    let done = tablet.attest(&session, said, Some(Arc::new(Bar(bar.clone()))));
    bar.finish_and_clear();
    output.print(&done?, |all| {
        let new = all.iter().filter(|one| !one.already).count() as u64;
        line(&format!(
            "{} signed {}. It is safe on this device; `sync` brings it to the register.",
            session.name(),
            counted(new, "attestation")
        ));
        let again = all.len() as u64 - new;
        if again > 0 {
            line(&format!("{} had been signed before.", counted(again, "document")));
        }
        for one in all {
            if let Some(reason) = &one.claim {
                line(&format!("A claim only, for {}: {reason}", one.document));
            }
        }
    })
}
