//! Importing a file: its rows become documents, many in one transaction, each under its row id, so that an import that was
//! interrupted is simply run again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{BatchOutcome, BatchRow, Tablet};
use crate::error::{ErrorKind, TabletError};
use crate::import::{Converter, ImportError, Mapping, Outcome, Refused, Report, ReportWriter, Summary, Table};
use crate::store::Result;

/// Rows a transaction.
const BATCH: usize = 200;

/// What to import, and how.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// The file: CSV or XLSX.
    pub file: String,
    /// A mapping file, or the name of a mapping that ships with the program; found out from the headers if not given.
    pub mapping: Option<String>,
    /// Where the report of every changed, flagged or refused row goes; a file beside the store if not given.
    pub report: Option<String>,
    /// The sheet of a workbook, if the mapping's is not the right one.
    pub sheet: Option<String>,
    /// The encoding of a CSV file, if the mapping's is not the right one.
    pub encoding: Option<String>,
    /// The collection that all items came in by, as a document id.
    pub collection: Option<String>,
}

/// Told how far an import is.
pub trait ImportProgress: Send + Sync {
    /// The file is open: how it is read, which mapping, and how many rows it says it has.
    fn opened(&self, format: String, mapping: String, total: Option<u64>);
    /// So many rows are durable.
    fn advanced(&self, rows: u64);
}

/// What an import did.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportDone {
    /// Sums.
    pub summary: Summary,
    /// Where the report is.
    pub report: String,
    /// How long it took.
    pub seconds: f64,
}

impl From<ImportError> for TabletError {
    fn from(error: ImportError) -> Self {
        let hint = match &error {
            ImportError::NoMappingFits { .. } => {
                format!(
                    "--mapping names a mapping file, or one that ships with the program: {}.",
                    Mapping::shipped().join(", ")
                )
            }
            ImportError::BrokeOff { .. } | ImportError::Report { .. } => {
                "Importing the file again goes on where it stopped; nothing is added twice.".to_owned()
            }
            _ => "When that is done, import again.".to_owned(),
        };
        Self::new(ErrorKind::Refused, error.code(), error.to_string(), &hint)
    }
}

fn mapping(options: &ImportOptions) -> Result<Mapping> {
    let Some(named) = &options.mapping else { return Ok(Mapping::detect(Path::new(&options.file))?) };
    let path = Path::new(named);
    match Mapping::builtin(named) {
        Some(shipped) if !path.exists() => Ok(shipped?),
        None if !path.exists() => Err(TabletError::refused(
            "import.mapping.unknown",
            format!("there is no mapping file {named}, and no mapping of that name ships with the program"),
            &format!("Nothing was saved. Shipped are: {}.", Mapping::shipped().join(", ")),
        )),
        _ => Ok(Mapping::load(path)?),
    }
}

impl Tablet {
    /// Imports a file. Rows that were imported before add nothing.
    pub fn import_file(&self, options: ImportOptions, progress: Arc<dyn ImportProgress>) -> Result<ImportDone> {
        if self.enrolment().is_none() {
            return Err(TabletError::not_enrolled());
        }
        let begun = self.platform.monotonic_ms()?;
        let mapping = mapping(&options)?;
        let mut table_options = mapping.table_options();
        if options.sheet.is_some() {
            table_options.sheet.clone_from(&options.sheet);
        }
        if options.encoding.is_some() {
            table_options.encoding.clone_from(&options.encoding);
        }
        let collection = match &options.collection {
            Some(named) => Some(super::document_id(self.engine().store.read(), named)?),
            None => None,
        };
        let mut table = Table::open(Path::new(&options.file), &table_options)?;
        progress.opened(table.format().to_owned(), mapping.title().to_owned(), table.total());
        let mut converter = Converter::new(&mapping, table.headers());
        let path = self.report_path(&options)?;
        let mut report = ReportWriter::create(&path, Report::new(&converter))?;
        let mut batch = Vec::with_capacity(BATCH);
        let mut done = 0;
        for row in table.rows()? {
            let row = match row {
                Ok(row) => row,
                Err(error) => {
                    self.import_batch(&mut batch, &mut report)?;
                    report.flush()?;
                    return Err(error.into());
                }
            };
            let mut outcome = converter.convert(&row);
            if let (Outcome::Ready(ready), Some(collection)) = (&mut outcome, &collection) {
                ready.draft.set("collection", collection.to_vec());
            }
            batch.push(outcome);
            if batch.len() >= BATCH {
                done += batch.len() as u64;
                self.import_batch(&mut batch, &mut report)?;
                progress.advanced(done);
            }
        }
        done += batch.len() as u64;
        self.import_batch(&mut batch, &mut report)?;
        progress.advanced(done);
        let summary = report.finish()?;
        let seconds = self.platform.monotonic_ms()?.saturating_sub(begun) as f64 / 1000.0;
        Ok(ImportDone { summary, report: path.to_string_lossy().into_owned(), seconds })
    }

    fn import_batch(&self, batch: &mut Vec<Outcome>, report: &mut ReportWriter) -> Result<()> {
        let ready = batch.iter().filter_map(|outcome| match outcome {
            Outcome::Ready(ready) => Some(BatchRow {
                row_id: ready.row_id.clone(),
                content_hash: ready.content_hash.clone(),
                draft: ready.draft.clone(),
            }),
            Outcome::Refused(_) => None,
        });
        let mut recorded = self.record_batch(ready.collect())?.into_iter();
        for outcome in batch.drain(..) {
            match outcome {
                Outcome::Refused(refused) => report.refused(&refused)?,
                Outcome::Ready(ready) => match recorded.next() {
                    Some(BatchOutcome::Recorded(_)) => report.recorded(&ready)?,
                    Some(BatchOutcome::Already { different, .. }) => report.already(&ready, different)?,
                    Some(BatchOutcome::Refused(error)) => {
                        let why = format!("{}: {}", error.code, error.message);
                        report.refused(&Refused { row: ready.row, code: "row.not_recorded", why })?;
                    }
                    None => return Err(TabletError::internal("a batch gave fewer answers than rows")),
                },
            }
        }
        report.flush()?;
        Ok(())
    }

    fn report_path(&self, options: &ImportOptions) -> Result<PathBuf> {
        if let Some(path) = &options.report {
            return Ok(PathBuf::from(path));
        }
        let folder = self.dir.join("imports");
        std::fs::create_dir_all(&folder).map_err(|error| {
            let message = format!("the folder for reports cannot be made: {error}");
            TabletError::new(
                ErrorKind::Storage,
                "storage.access",
                message,
                "Check that the store folder may be written.",
            )
        })?;
        let name = Path::new(&options.file).file_name().map_or_else(|| "import".into(), |n| n.to_string_lossy());
        Ok(folder.join(format!("{name}.report.jsonl")))
    }
}
