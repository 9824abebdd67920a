//! The certificate of destruction: what was destroyed, how, by whose order, before whose eyes, and how to check it.
//!
//! The certificate proper comes first, with signatures and proof; the list of items follows as its annex, however long. Each
//! page of the annex bears the beginning of the hash of the whole list.

mod annex;

use crate::clean::{clean, field};
use crate::error::PaperError;
use crate::language::Language;
use crate::number::{count, file_date, hex_groups, hex_lines, kilograms};
use crate::page::{Align, Block, Cell, Column, Figure, Flow, Pages, Pairs, PenSignature, Sheet, Table, mm, qr};
use crate::pdf::{self, About};
use crate::said::{VALUE, few_enough, foot, footed, masthead, signature, weight};
use crate::sheet::{CertificateSheet, Signature, Totals};
use crate::text::Style;
use crate::words::Words;

/// Prints a certificate of destruction on A4. The same sheet gives the same bytes.
pub fn certificate(sheet: &CertificateSheet, language: Language) -> Result<Vec<u8>, PaperError> {
    let date = file_date(&sheet.issued_at, "issued_at")?;
    let words = Words::new(language)?;
    let pages = lay_out(sheet, &words)?;
    let title = format!("{} {}", words.text("certificate-title"), field(&sheet.number));
    let about = About { title, number: field(&sheet.number), date, language };
    pdf::write(&pages, about, sheet.attachment.as_ref())
}

/// What stands where.
pub(crate) fn lay_out(sheet: &CertificateSheet, words: &Words) -> Result<Pages, PaperError> {
    let lines = sheet.items.len() + sheet.scrap.len() + sheet.signatures.len() + sheet.totals.ammunition.len();
    few_enough(lines + sheet.proof.checkpoint.len() + sheet.methods.len())?;
    let mut flow = Flow::new(Sheet::A4, words.language())?;
    head(&mut flow, words, sheet);
    operation(&mut flow, words, sheet);
    totals(&mut flow, words, &sheet.totals);
    scrap(&mut flow, words, sheet);
    signatures(&mut flow, words, &sheet.signatures);
    proof(&mut flow, words, sheet)?;
    annex::put(&mut flow, words, sheet);
    let number = words.with("footer-certificate", &[("number", footed(&sheet.number))]);
    let hash: String = hex_groups(&sheet.proof.item_list_hash).chars().take(19).collect();
    let list = words.with("footer-list", &[("hash", format!("{hash} …"))]);
    Ok(flow.finish(|page, pages| foot(words, &format!("{number} · {list}"), page, pages)))
}

fn head(flow: &mut Flow, words: &Words, sheet: &CertificateSheet) {
    let above = [words.code("country", &sheet.country), field(&sheet.programme)];
    masthead(flow, &above, words.text("certificate-title"), words.text("certificate-number"), &sheet.number);
    let statement = words.with(
        "certificate-statement",
        &[("destroyed", count(sheet.totals.destroyed)), ("site", field(&sheet.site)), ("place", field(&sheet.place))],
    );
    flow.paragraph(&flow.said(statement, Style::plain(10.0)), Align::Start);
}

fn operation(flow: &mut Flow, words: &Words, sheet: &CertificateSheet) {
    flow.heading(words.text("section-operation"), mm(16.0));
    let value = |text: &str| Cell::new(field(text), Style::plain(VALUE));
    let time = |text: &str| Cell::forward(field(text), Style::mono(VALUE));
    let some = |text: &Option<String>| Some(value(text.as_deref().unwrap_or("–")));
    let mut pairs = Pairs::default();
    pairs.add(words.text("label-programme"), value(&sheet.programme));
    pairs.add(words.text("label-operation"), value(&sheet.operation));
    pairs.add_some(words.text("label-organisation"), sheet.organisation.as_deref().map(value));
    pairs.add(words.text("label-country"), flow.said(country(words, &sheet.country), Style::plain(VALUE)));
    pairs.add(words.text("label-site"), value(&[sheet.site.as_str(), &sheet.place].join(&words.text("list-comma"))));
    pairs.add(words.text("label-begun"), time(&sheet.begun_at));
    pairs.add(words.text("label-ended"), time(&sheet.ended_at));
    let authorisation = words.with(
        "authorisation",
        &[
            ("authority", field(&sheet.authorisation.authority)),
            ("number", field(&sheet.authorisation.number)),
            ("date", field(&sheet.authorisation.date)),
        ],
    );
    pairs.add(words.text("label-methods"), flow.said(methods(words, &sheet.methods), Style::plain(VALUE)));
    pairs.add(words.text("label-authorisation"), flow.said(authorisation, Style::plain(VALUE)));
    pairs.add_some(words.text("label-plan"), some(&sheet.plan_reference));
    pairs.add_some(words.text("label-procedure"), some(&sheet.procedure));
    pairs.add_some(words.text("label-monitored"), some(&sheet.monitored_by));
    let issued = match &sheet.issued_by {
        Some(by) => words.with("issued", &[("time", field(&sheet.issued_at)), ("by", field(by))]),
        None => field(&sheet.issued_at),
    };
    pairs.add(words.text("label-issued"), flow.said(issued, Style::plain(VALUE)));
    pairs.put(flow, 2);
}

/// A country by name and code; one that is not known here as it stands.
fn country(words: &Words, code: &str) -> String {
    let name = words.code("country", code);
    if name == field(code) {
        return name;
    }
    words.with("country-and-code", &[("name", name), ("code", field(code))])
}

/// The methods in order, and what is to be said of those that are never final alone (IDDRS 4.10, annex E).
fn methods(words: &Words, methods: &[String]) -> String {
    let named: Vec<String> = methods.iter().map(|code| words.code("destruction_method", code)).collect();
    let named = named.join(&words.text("list-comma"));
    let never_final = !methods.is_empty() && methods.iter().all(|code| matches!(code.as_str(), "BRN" | "CRH"));
    if never_final { format!("{named}. {}", words.text("needs-second-process")) } else { named }
}

fn totals(flow: &mut Flow, words: &Words, totals: &Totals) {
    flow.heading(words.text("section-totals"), mm(20.0));
    let figure = |label: &str, value: u64| Figure { label: words.text(label), value: count(value) };
    Figure::put(
        flow,
        &[
            figure("total-planned", totals.planned),
            figure("total-presented", totals.presented),
            figure("total-destroyed", totals.destroyed),
            figure("total-rejected", totals.rejected),
            figure("total-withdrawn", totals.withdrawn),
        ],
    );
    flow.space(mm(1.6));
    flow.paragraph(&flow.said(reconciliation(words, totals), Style::plain(VALUE)), Align::Start);
    if let Some(grams) = totals.weight_grams {
        let text = words.with("total-weight", &[("weight", kilograms(grams, words.language()))]);
        flow.paragraph(&flow.said(text, Style::plain(VALUE)), Align::Start);
    }
    if totals.ammunition.is_empty() {
        return;
    }
    flow.space(mm(2.0));
    let columns = vec![
        Column::new(words.text("column-ammunition"), 6.0, Align::Start),
        Column::new(words.text("column-quantity"), 2.0, Align::End),
        Column::new(words.text("column-quantity-method"), 2.4, Align::Start),
    ];
    let rows = totals.ammunition.iter().map(|total| {
        vec![
            Cell::new(field(&total.description), Style::plain(8.5)),
            Cell::forward(count(total.quantity.count), Style::plain(8.5)),
            flow.said(words.code("quantity_method", &total.quantity.method), Style::plain(8.5)),
        ]
    });
    let rows: Vec<_> = rows.collect();
    Table::new(flow, columns, 8.0).put(flow, rows);
}

/// What was presented against what became of it.
pub(crate) fn reconciliation(words: &Words, totals: &Totals) -> String {
    let ends = [totals.destroyed, totals.rejected, totals.withdrawn];
    let sum = ends.iter().fold(0_u64, |sum, n| sum.saturating_add(*n));
    // The sum is one expression and runs from left to right in every language.
    let equation = format!(
        "{} = {} + {} + {}",
        count(totals.presented),
        count(totals.destroyed),
        count(totals.rejected),
        count(totals.withdrawn)
    );
    if sum == totals.presented {
        return words.with("reconciled", &[("equation", equation)]);
    }
    let equation = equation.replacen('=', "≠", 1);
    words.with("not-reconciled", &[("equation", equation), ("difference", count(sum.abs_diff(totals.presented)))])
}

fn scrap(flow: &mut Flow, words: &Words, sheet: &CertificateSheet) {
    if sheet.scrap.is_empty() {
        return;
    }
    flow.heading(words.text("section-scrap"), mm(14.0));
    let columns = vec![
        Column::new(words.text("column-weight"), 2.0, Align::End),
        Column::new(words.text("column-recipient"), 5.0, Align::Start),
        Column::new(words.text("column-reference"), 4.0, Align::Start),
    ];
    let rows: Vec<_> = sheet
        .scrap
        .iter()
        .map(|step| {
            vec![
                weight(words, step.weight_grams, 8.5),
                Cell::new(field(&step.recipient), Style::plain(8.5)),
                Cell::forward(field(step.reference.as_deref().unwrap_or("–")), Style::mono(8.5)),
            ]
        })
        .collect();
    Table::new(flow, columns, 8.0).put(flow, rows);
}

fn signatures(flow: &mut Flow, words: &Words, signatures: &[Signature]) {
    if signatures.is_empty() {
        return;
    }
    let signatures: Vec<PenSignature> = signatures.iter().map(|s| signature(flow, words, s)).collect();
    let rows = PenSignature::rows(flow, &signatures);
    flow.heading(words.text("section-signatures"), rows.first().map_or(0.0, |row| row.height));
    for row in rows {
        flow.put(row);
    }
}

fn proof(flow: &mut Flow, words: &Words, sheet: &CertificateSheet) -> Result<(), PaperError> {
    let code = qr(&sheet.proof.qr)?;
    let edge = code.height;
    let gap = mm(5.0);
    let width = flow.width() - edge - gap;
    let label = |flow: &Flow, text: String| flow.block(&flow.said(text, Style::plain(7.5).grey()), width, Align::Start);
    let mut text = label(flow, words.text("label-list-hash"));
    for line in hex_lines(&sheet.proof.item_list_hash) {
        text.below(flow.block(&Cell::forward(line, Style::mono(9.0)), width, Align::Start));
    }
    text.below(Block::space(mm(1.4)));
    text.below(label(flow, words.text("label-log")));
    let position = match sheet.proof.log_position {
        Some(n) => words.with("log-position", &[("position", count(n))]),
        None => words.text("log-position-none"),
    };
    text.below(flow.block(&flow.said(position, Style::plain(8.5)), width, Align::Start));
    for line in sheet.proof.checkpoint.iter().take(12) {
        text.below(flow.block(&Cell::forward(clean(line, 200), Style::mono(6.6)), width, Align::Start));
    }
    text.below(Block::space(mm(1.4)));
    text.below(label(flow, words.text("label-check")));
    text.below(flow.block(&flow.said(words.text("check-offline"), Style::plain(8.5)), width, Align::Start));
    let command = format!("ploughshare verify-certificate {}.pdf", file_name(&sheet.number));
    text.below(flow.block(&Cell::forward(command, Style::mono(8.0)), width, Align::Start));
    let mut block = Block::default();
    // The quiet zone is white already: it may reach into the gap.
    block.put(code, flow.width() - edge, 0.0);
    block.put(text, 0.0, 0.0);
    flow.heading(words.text("section-proof"), block.height);
    flow.put(block);
    Ok(())
}

/// The number of a document as the name of its file.
fn file_name(number: &str) -> String {
    number
        .chars()
        .take(60)
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' })
        .collect()
}
