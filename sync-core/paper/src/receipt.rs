//! The receipt for somebody who hands an item in, on A5. Their name is written by hand.

use crate::clean::field;
use crate::error::PaperError;
use crate::language::Language;
use crate::number::{day, file_date};
use crate::page::{Align, Block, Cell, Flow, Pages, Pairs, Sheet, mm};
use crate::pdf::{self, About};
use crate::said::{VALUE, foot, footed, masthead, quantity, serial};
use crate::sheet::{ReceiptDetails, ReceiptSheet};
use crate::text::Style;
use crate::words::Words;

/// Prints a receipt on A5. The same sheet gives the same bytes.
pub fn receipt(sheet: &ReceiptSheet, language: Language) -> Result<Vec<u8>, PaperError> {
    let date = file_date(&sheet.handed_in_at, "handed_in_at")?;
    let words = Words::new(language)?;
    let pages = lay_out(sheet, &words)?;
    let title = format!("{} {}", words.text("receipt-title"), field(&sheet.number));
    pdf::write(&pages, About { title, number: field(&sheet.number), date, language }, None)
}

/// What stands where.
pub(crate) fn lay_out(sheet: &ReceiptSheet, words: &Words) -> Result<Pages, PaperError> {
    let mut flow = Flow::new(Sheet::A5, words.language())?;
    let above = [field(&sheet.operation)];
    masthead(&mut flow, &above, words.text("receipt-title"), words.text("receipt-number"), &sheet.number);
    let statement = statement(words, sheet);
    flow.paragraph(&flow.said(statement, Style::plain(10.0)), Align::Start);
    flow.space(mm(3.0));
    let mut pairs = Pairs::default();
    if let Some(details) = &sheet.details {
        pen_line(&mut flow, words.text("label-name"), words.text("name-by-hand"));
        pairs.add(words.text("label-date"), Cell::forward(field(&sheet.handed_in_at), Style::mono(VALUE)));
        item(&flow, words, &mut pairs, sheet, details);
    } else {
        pairs.add(words.text("label-date"), Cell::forward(field(day(&sheet.handed_in_at)), Style::mono(VALUE)));
        pairs.add(words.text("label-tag"), Cell::forward(field(&sheet.tag), Style::mono(12.0)));
    }
    pairs.add(words.text("label-officer"), Cell::new(field(&sheet.officer), Style::plain(VALUE)));
    let organisation = sheet.organisation.as_ref();
    pairs.add_some(words.text("label-organisation"), organisation.map(|o| Cell::new(field(o), Style::plain(VALUE))));
    pairs.put(&mut flow, 2);
    flow.space(mm(2.0));
    pen_line(&mut flow, words.text("label-signature-officer"), String::new());
    flow.space(mm(4.0));
    flow.paragraph(&flow.said(words.text("receipt-no-permit"), Style::bold(9.5)), Align::Start);
    flow.space(mm(1.0));
    flow.paragraph(&flow.said(words.text("receipt-keep"), Style::plain(8.5)), Align::Start);
    let number = words.with("footer-receipt", &[("number", footed(&sheet.number))]);
    Ok(flow.finish(|page, pages| foot(words, &number, page, pages)))
}

fn item(flow: &Flow, words: &Words, pairs: &mut Pairs, sheet: &ReceiptSheet, details: &ReceiptDetails) {
    let value = |text: &str| Cell::new(field(text), Style::plain(VALUE));
    pairs.add(words.text("label-place"), value(&details.place));
    pairs.add(words.text("label-type"), flow.said(words.code("weapon_class", &details.item_type), Style::plain(VALUE)));
    pairs.add_some(words.text("label-make-model"), details.make_model.as_deref().map(value));
    let calibre = details.calibre.as_deref();
    pairs.add_some(words.text("label-calibre"), calibre.map(|c| Cell::forward(field(c), Style::plain(VALUE))));
    let condition = words.code("condition", &details.condition);
    pairs.add(words.text("label-condition"), flow.said(condition, Style::plain(VALUE)));
    match &details.quantity {
        Some(lot) => pairs.add(words.text("label-quantity"), flow.said(quantity(words, lot), Style::plain(VALUE))),
        None => pairs.add(words.text("label-serial"), serial(words, details.serial.as_ref(), 10.5)),
    }
    pairs.add(words.text("label-tag"), Cell::forward(field(&sheet.tag), Style::mono(10.5)));
}

/// What the receipt is for.
pub(crate) fn statement(words: &Words, sheet: &ReceiptSheet) -> String {
    if sheet.details.is_some() { words.text("receipt-statement") } else { words.text("receipt-statement-minimal") }
}

/// A line to be filled in by pen.
fn pen_line(flow: &mut Flow, label: String, note: String) {
    let label = if note.is_empty() { label } else { format!("{label} ({note})") };
    let mut block = flow.block(&flow.said(label, Style::plain(7.5).grey()), flow.width(), Align::Start);
    block.below(Block::space(mm(8.0)));
    block.below(Block::rule(flow.width(), 0.6));
    block.below(Block::space(mm(3.0)));
    flow.put(block);
}
