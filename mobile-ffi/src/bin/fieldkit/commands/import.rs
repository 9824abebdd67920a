//! `import`.

use std::sync::{Arc, Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};
use mobile_ffi::{ImportOptions, ImportProgress, Tablet, TabletError};
use serde_json::json;

use crate::args::Import;
use crate::output::{Output, line};

/// A bar on standard error.
struct Bar {
    bar: Mutex<ProgressBar>,
    hidden: bool,
}

impl ImportProgress for Bar {
    fn opened(&self, format: String, mapping: String, total: Option<u64>) {
        if self.hidden {
            return;
        }
        let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} rows  {per_sec}  {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.println(format!("{format}, read as {mapping}"));
        *self.bar.lock().unwrap_or_else(PoisonError::into_inner) = bar;
    }

    fn advanced(&self, rows: u64) {
        self.bar.lock().unwrap_or_else(PoisonError::into_inner).set_position(rows);
    }
}

pub fn import(tablet: &Tablet, args: Import, output: &Output) -> Result<(), TabletError> {
    let _signed_in = super::sign_in(tablet, &args.speaker)?;
    let progress = Arc::new(Bar { bar: Mutex::new(ProgressBar::hidden()), hidden: args.quiet || output.json });
    let options = ImportOptions {
        file: args.file,
        mapping: args.mapping,
        report: args.report,
        sheet: args.sheet,
        encoding: args.encoding,
        collection: args.collection,
    };
    let done = tablet.import_file(options, progress.clone());
    progress.bar.lock().unwrap_or_else(PoisonError::into_inner).finish_and_clear();
    let done = done?;
    let json = json!({ "summary": done.summary, "report": done.report, "seconds": done.seconds });
    output.print(&json, |_| {
        line(&done.summary.to_text());
        line(&format!("{:.1} s. Every changed, flagged or refused row: {}", done.seconds, done.report));
    })
}
