//! The list of items, as long as it is.

use crate::clean::{clean, field};
use crate::number::hex_groups;
use crate::page::{Align, Cell, Column, Flow, Table, mm};
use crate::said::{quantity, serial, weight};
use crate::sheet::{CertificateItem, CertificateSheet};
use crate::text::Style;
use crate::words::Words;

const SIZE: f32 = 7.2;

/// Puts the list on a page of its own.
pub(super) fn put(flow: &mut Flow, words: &Words, sheet: &CertificateSheet) {
    flow.new_page();
    flow.paragraph(&flow.said(words.text("annex-title"), Style::bold(13.0)), Align::Start);
    let of = words.with("annex-of", &[("number", field(&sheet.number)), ("count", sheet.items.len().to_string())]);
    flow.paragraph(&flow.said(of, Style::plain(8.5)), Align::Start);
    let hash = hex_groups(&sheet.proof.item_list_hash);
    flow.paragraph(&flow.said(words.with("annex-hash", &[("hash", hash)]), Style::plain(7.5).grey()), Align::Start);
    flow.space(mm(2.0));
    let column = |key: &str, share: f32, align: Align| Column::new(words.text(key), share, align);
    let columns = vec![
        column("column-no", 1.2, Align::End),
        column("column-tag", 2.3, Align::Start),
        column("column-class", 2.7, Align::Start),
        column("column-make-model", 3.0, Align::Start),
        column("column-calibre", 1.7, Align::Start),
        column("column-serial", 3.2, Align::Start),
        column("column-result", 2.1, Align::Start),
        column("column-weight", 1.2, Align::End),
    ];
    let rows: Vec<_> = sheet.items.iter().enumerate().map(|(i, item)| row(flow, words, i + 1, item)).collect();
    Table::new(flow, columns, SIZE).put(flow, rows);
    flow.space(mm(2.0));
    flow.paragraph(&flow.said(words.text("annex-end"), Style::plain(7.5).grey()), Align::Middle);
}

fn row(flow: &Flow, words: &Words, number: usize, item: &CertificateItem) -> Vec<Cell> {
    let plain = |text: &Option<String>| Cell::new(clean(text.as_deref().unwrap_or("–"), 160), Style::plain(SIZE));
    let identity = match &item.quantity {
        Some(lot) => flow.said(quantity(words, lot), Style::plain(SIZE)),
        None => serial(words, item.serial.as_ref(), SIZE),
    };
    vec![
        Cell::forward(number.to_string(), Style::plain(SIZE)),
        Cell::forward(clean(&item.tag, 80), Style::mono(SIZE)),
        flow.said(words.code("weapon_class", &item.class), Style::plain(SIZE)),
        plain(&item.make_model),
        Cell::forward(clean(item.calibre.as_deref().unwrap_or("–"), 80), Style::plain(SIZE)),
        identity,
        flow.said(words.code("destruction_result", &item.result), Style::plain(SIZE)),
        weight(words, item.weight_grams, SIZE),
    ]
}
