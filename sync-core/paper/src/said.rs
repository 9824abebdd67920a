//! What several documents say in the same way: their head and foot, serials, quantities, weights, signatures.

use crate::clean::{clean, field};
use crate::error::PaperError;
use crate::number::{count, hex_lines, kilograms};
use crate::page::{Align, Block, Cell, Flow, PenSignature, mm};
use crate::sheet::{Quantity, SerialSeen, Signature};
use crate::text::{Base, Style};
use crate::words::Words;

/// Lines of one document at most.
pub(crate) const MOST_LINES: usize = 20_000;

/// Size of values.
pub(crate) const VALUE: f32 = 9.5;

/// Refuses more lines than a document may have.
pub(crate) fn few_enough(length: usize) -> Result<(), PaperError> {
    if length > MOST_LINES {
        return Err(PaperError::TooManyLines { length, most: MOST_LINES });
    }
    Ok(())
}

/// A number as it stands at the foot of a page: on one line, whatever it is.
pub(crate) fn footed(number: &str) -> String {
    clean(number, 28)
}

/// The foot of a page.
pub(crate) fn foot(words: &Words, what: &str, page: usize, pages: usize) -> (Cell, Cell) {
    let style = Style::plain(7.0);
    let base = base(words);
    let number = words.with("footer-page", &[("page", page.to_string()), ("pages", pages.to_string())]);
    (Cell { base, ..Cell::new(what, style) }, Cell { base, ..Cell::new(number, style) })
}

/// The head of a document: whose it is, what it is, its number.
pub(crate) fn masthead(flow: &mut Flow, above: &[String], title: String, label: String, number: &str) {
    let above = above.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" · ");
    if !above.is_empty() {
        flow.paragraph(&Cell::new(above, Style::plain(9.0)), Align::Start);
    }
    let half = flow.width() * 0.36;
    let mut block = Block::default();
    let mut right = flow.block(&flow.said(label, Style::plain(7.5).grey()), half, Align::End);
    right.below(flow.block(&Cell::forward(field(number), Style::mono(10.5)), half, Align::End));
    let left = flow.block(&flow.said(title, Style::bold(19.0)), flow.width() - half - 6.0, Align::Start);
    let height = left.height.max(right.height);
    let (down_left, down_right) = (height - left.height, height - right.height);
    block.put(left, 0.0, down_left);
    block.put(right, flow.width() - half, down_right);
    block.below(Block::space(mm(1.0)));
    block.below(Block::rule(flow.width(), 1.4));
    flow.put(block);
    flow.space(mm(2.5));
}

/// A weight in kilograms, or a dash.
pub(crate) fn weight(words: &Words, grams: Option<u64>, size: f32) -> Cell {
    Cell::forward(grams.map_or_else(|| "–".to_owned(), |g| kilograms(g, words.language())), Style::plain(size))
}

/// A serial as seen, or why there is none; what was read in part says so.
pub(crate) fn serial(words: &Words, seen: Option<&SerialSeen>, size: f32) -> Cell {
    let Some(seen) = seen else { return Cell::forward("–", Style::plain(size)) };
    let text = seen.text.as_deref().map(field).filter(|text| !text.is_empty());
    match text {
        Some(text) if seen.status == "read" => Cell::forward(text, Style::mono(size)),
        Some(text) => {
            let note = format!("({})", words.code("serial_status", &seen.status));
            Cell { note: Some((note, base(words))), ..Cell::forward(text, Style::mono(size)) }
        }
        None => Cell { base: base(words), ..Cell::new(words.code("serial_status", &seen.status), Style::plain(size)) },
    }
}

/// A quantity, and how it was found.
pub(crate) fn quantity(words: &Words, quantity: &Quantity) -> String {
    let method = words.code("quantity_method", &quantity.method);
    words.with("quantity", &[("count", count(quantity.count)), ("method", method)])
}

fn base(words: &Words) -> Base {
    if words.language().is_right_to_left() { Base::RightToLeft } else { Base::LeftToRight }
}

/// Characters of a signer's name at most: a signature is never cut in two by the end of a page.
const SIGNER: usize = 120;

/// A signature as it is printed.
pub(crate) fn signature(flow: &Flow, words: &Words, signature: &Signature) -> PenSignature {
    let mut lines = vec![Cell::new(clean(&signature.name, SIGNER), Style::plain(VALUE))];
    if let Some(organisation) = &signature.organisation {
        lines.push(Cell::new(clean(organisation, SIGNER), Style::plain(8.5)));
    }
    match (&signature.signed_at, &signature.key_fingerprint) {
        (None, None) => lines.push(flow.said(words.text("not-signed-on-device"), Style::plain(7.5).grey())),
        (signed, key) => {
            if let Some(time) = signed {
                lines.push(flow.said(words.with("signed-at", &[("time", clean(time, 40))]), Style::plain(7.5)));
            }
            if let Some(key) = key {
                lines.push(flow.said(words.text("label-key"), Style::plain(7.5).grey()));
                let shown = key.get(..64).unwrap_or(key);
                lines.extend(hex_lines(shown).map(|line| Cell::forward(line, Style::mono(7.5))));
            }
        }
    }
    PenSignature {
        role: words.code("signer", &clean(&signature.role, SIGNER)),
        lines,
        caption: words.text("pen-signature"),
    }
}
