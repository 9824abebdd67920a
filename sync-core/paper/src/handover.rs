//! The hand-over sheet: what travels, under which seals, what was counted at both ends, and who answers for it.

use crate::clean::{clean, field};
use crate::error::PaperError;
use crate::language::Language;
use crate::number::{count, file_date};
use crate::page::{Align, Cell, Column, Figure, Flow, Pages, Pairs, PenSignature, Sheet, Table, mm};
use crate::pdf::{self, About};
use crate::said::{VALUE, few_enough, foot, footed, masthead, quantity, serial, signature};
use crate::sheet::{HandoverItem, HandoverSheet, Party};
use crate::text::Style;
use crate::words::Words;

const SIZE: f32 = 7.6;

/// Prints a hand-over sheet on A4. The same sheet gives the same bytes.
pub fn handover(sheet: &HandoverSheet, language: Language) -> Result<Vec<u8>, PaperError> {
    let date = file_date(&sheet.issued_at, "issued_at")?;
    let words = Words::new(language)?;
    let pages = lay_out(sheet, &words)?;
    let title = format!("{} {}", words.text("handover-title"), field(&sheet.number));
    pdf::write(&pages, About { title, number: field(&sheet.number), date, language }, None)
}

/// What stands where.
pub(crate) fn lay_out(sheet: &HandoverSheet, words: &Words) -> Result<Pages, PaperError> {
    few_enough(sheet.items.len() + sheet.seals.len() + sheet.differences.len())?;
    let mut flow = Flow::new(Sheet::A4, words.language())?;
    let above = [field(&sheet.operation)];
    masthead(&mut flow, &above, words.text("handover-title"), words.text("handover-number"), &sheet.number);
    journey(&mut flow, words, sheet);
    counts(&mut flow, words, sheet);
    seals(&mut flow, words, sheet);
    items(&mut flow, words, &sheet.items);
    differences(&mut flow, words, sheet);
    let both = [signature(&flow, words, &sheet.handing), signature(&flow, words, &sheet.receiving)];
    let rows = PenSignature::rows(&flow, &both);
    let declaration = flow.said(words.text("handover-declaration"), Style::plain(8.5));
    let room = rows.iter().map(|row| row.height).sum::<f32>() + mm(14.0);
    flow.heading(words.text("section-handover-signatures"), room);
    flow.paragraph(&declaration, Align::Start);
    flow.space(mm(2.0));
    for row in rows {
        flow.put(row);
    }
    let number = words.with("footer-handover", &[("number", footed(&sheet.number))]);
    Ok(flow.finish(|page, pages| foot(words, &number, page, pages)))
}

fn journey(flow: &mut Flow, words: &Words, sheet: &HandoverSheet) {
    let value = |text: &str| Cell::new(field(text), Style::plain(VALUE));
    let time = |text: &Option<String>| match text {
        Some(text) => Cell::forward(field(text), Style::mono(VALUE)),
        None => Cell::forward("–", Style::plain(VALUE)),
    };
    let mut pairs = Pairs::default();
    pairs.add(words.text("label-from"), value(&party(words, &sheet.from)));
    pairs.add(words.text("label-to"), value(&party(words, &sheet.to)));
    pairs.add(words.text("label-loaded-at"), time(&sheet.loaded_at));
    pairs.add(words.text("label-received-at"), time(&sheet.received_at));
    pairs.add_some(words.text("label-vehicle"), Some(value(sheet.vehicle.as_deref().unwrap_or("–"))));
    pairs.add_some(words.text("label-escort"), Some(value(sheet.escort.as_deref().unwrap_or("–"))));
    pairs.add_some(words.text("label-reason"), sheet.reason.as_deref().map(value));
    pairs.add(words.text("label-issued"), Cell::forward(field(&sheet.issued_at), Style::mono(VALUE)));
    pairs.put(flow, 2);
}

fn party(words: &Words, party: &Party) -> String {
    let parts = [Some(&party.name), party.organisation.as_ref(), party.place.as_ref()];
    parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .cloned()
        .collect::<Vec<_>>()
        .join(&words.text("list-comma"))
}

fn counts(flow: &mut Flow, words: &Words, sheet: &HandoverSheet) {
    flow.heading(words.text("section-counts"), mm(20.0));
    let shown = |n: Option<u64>| n.map_or_else(|| "–".to_owned(), count);
    let difference = match (sheet.loaded, sheet.received) {
        (Some(loaded), Some(received)) if received < loaded => format!("−{}", count(loaded - received)),
        (Some(loaded), Some(received)) if received > loaded => format!("+{}", count(received - loaded)),
        (Some(_), Some(_)) => "0".to_owned(),
        _ => "–".to_owned(),
    };
    Figure::put(
        flow,
        &[
            Figure { label: words.text("count-listed"), value: count(sheet.items.len() as u64) },
            Figure { label: words.text("count-loaded"), value: shown(sheet.loaded) },
            Figure { label: words.text("count-received"), value: shown(sheet.received) },
            Figure { label: words.text("count-difference"), value: difference },
        ],
    );
    if sheet.received.is_none() {
        flow.space(mm(1.6));
        flow.paragraph(&flow.said(words.text("not-received-yet"), Style::plain(8.5)), Align::Start);
    }
}

fn seals(flow: &mut Flow, words: &Words, sheet: &HandoverSheet) {
    if sheet.seals.is_empty() {
        return;
    }
    flow.heading(words.text("section-seals"), mm(14.0));
    let columns = vec![
        Column::new(words.text("column-seal"), 3.0, Align::Start),
        Column::new(words.text("column-seal-found"), 3.0, Align::Start),
        Column::new(words.text("column-seal-state"), 3.0, Align::Start),
    ];
    let rows: Vec<_> = sheet
        .seals
        .iter()
        .map(|seal| {
            let number = match &seal.found {
                Some(found) if *found == seal.number => Some(words.text("seal-same")),
                Some(_) => Some(words.text("seal-differs")),
                None => None,
            };
            let state = seal.state.as_deref().map(|state| words.code("seal_state", state));
            let said: Vec<String> = number.into_iter().chain(state).collect();
            let said = if said.is_empty() { words.text("seal-open") } else { said.join(&words.text("list-comma")) };
            vec![
                Cell::forward(clean(&seal.number, 160), Style::mono(8.5)),
                Cell::forward(clean(seal.found.as_deref().unwrap_or("–"), 160), Style::mono(8.5)),
                flow.said(said, Style::plain(8.5)),
            ]
        })
        .collect();
    Table::new(flow, columns, 8.0).put(flow, rows);
}

fn items(flow: &mut Flow, words: &Words, items: &[HandoverItem]) {
    flow.heading(words.text("section-items"), mm(14.0));
    let column = |key: &str, share: f32, align: Align| Column::new(words.text(key), share, align);
    let columns = vec![
        column("column-no", 1.2, Align::End),
        column("column-tag", 2.3, Align::Start),
        column("column-class", 2.7, Align::Start),
        column("column-make-model", 2.8, Align::Start),
        column("column-calibre", 1.6, Align::Start),
        column("column-serial", 3.2, Align::Start),
        column("column-container", 1.6, Align::Start),
        column("column-received", 1.6, Align::Start),
    ];
    let rows: Vec<_> = items.iter().enumerate().map(|(i, item)| row(flow, words, i + 1, item)).collect();
    Table::new(flow, columns, SIZE).put(flow, rows);
}

fn row(flow: &Flow, words: &Words, number: usize, item: &HandoverItem) -> Vec<Cell> {
    let plain = |text: &Option<String>| Cell::new(clean(text.as_deref().unwrap_or("–"), 160), Style::plain(SIZE));
    let identity = match &item.quantity {
        Some(lot) => flow.said(quantity(words, lot), Style::plain(SIZE)),
        None => serial(words, item.serial.as_ref(), SIZE),
    };
    let received = match item.received {
        Some(true) => words.text("received-yes"),
        Some(false) => words.text("received-no"),
        // A box to tick on paper.
        None => "□".to_owned(),
    };
    vec![
        Cell::forward(number.to_string(), Style::plain(SIZE)),
        Cell::forward(clean(&item.tag, 80), Style::mono(SIZE)),
        flow.said(words.code("weapon_class", &item.class), Style::plain(SIZE)),
        plain(&item.make_model),
        Cell::forward(clean(item.calibre.as_deref().unwrap_or("–"), 80), Style::plain(SIZE)),
        identity,
        plain(&item.container),
        flow.said(received, Style::plain(SIZE)),
    ]
}

fn differences(flow: &mut Flow, words: &Words, sheet: &HandoverSheet) {
    flow.heading(words.text("section-differences"), mm(12.0));
    if sheet.differences.is_empty() {
        let key = match sheet.received {
            None => "differences-open",
            Some(_) if sheet.received != sheet.loaded => "differences-unexplained",
            Some(_) => "no-differences",
        };
        flow.paragraph(&flow.said(words.text(key), Style::plain(VALUE)), Align::Start);
        return;
    }
    let columns = vec![
        Column::new(words.text("column-tag"), 2.5, Align::Start),
        Column::new(words.text("column-difference"), 9.0, Align::Start),
    ];
    let rows: Vec<_> = sheet
        .differences
        .iter()
        .map(|difference| {
            vec![
                Cell::forward(clean(difference.tag.as_deref().unwrap_or("–"), 80), Style::mono(8.5)),
                Cell::new(field(&difference.note), Style::plain(8.5)),
            ]
        })
        .collect();
    Table::new(flow, columns, 8.0).put(flow, rows);
}
