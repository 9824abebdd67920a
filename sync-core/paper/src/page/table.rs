//! A table that flows over pages and repeats its header on each of them.

use super::{Align, Block, Cell, Flow, Mark};
use crate::text::Style;

/// Space between the text of a cell and its edges.
const PAD_X: f32 = 2.6;
const PAD_Y: f32 = 1.6;
const APART: f32 = 5.0;

/// A column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// What stands in the header.
    pub title: String,
    /// Its share of the width; all shares are summed.
    pub share: f32,
    /// Where its cells stand.
    pub align: Align,
}

impl Column {
    /// A column.
    pub(crate) fn new(title: String, share: f32, align: Align) -> Self {
        Self { title, share, align }
    }
}

/// A table.
pub(crate) struct Table {
    columns: Vec<Column>,
    widths: Vec<f32>,
    header: Block,
    width: f32,
}

impl Table {
    /// A table as wide as the page.
    pub(crate) fn new(flow: &Flow, columns: Vec<Column>, size: f32) -> Self {
        let width = flow.width();
        let sum: f32 = columns.iter().map(|c| c.share).sum();
        let widths = columns.iter().map(|c| c.share / sum * width).collect();
        let mut table = Self { columns, widths, header: Block::default(), width };
        let titles: Vec<Cell> = table.columns.iter().map(|c| flow.said(c.title.clone(), Style::bold(size))).collect();
        let text = table.lay(flow, &titles);
        let mut header = Block::space(text.height);
        header.marks.push(Mark::Fill { x: 0.0, y: 0.0, width, height: text.height, grey: 228 });
        header.put(text, 0.0, 0.0);
        header.below(Block::rule(width, 0.7));
        table.header = header;
        table
    }

    /// Puts the rows.
    pub(crate) fn put(&self, flow: &mut Flow, rows: impl IntoIterator<Item = Vec<Cell>>) {
        let mut begun = false;
        for row in rows {
            let mut block = self.lay(flow, &row);
            block.marks.push(Mark::Fill { x: 0.0, y: block.height, width: self.width, height: 0.3, grey: 120 });
            block.height += 0.3;
            if !begun || block.height > flow.left() {
                flow.need(self.header.height + block.height);
                flow.put(self.header.clone());
                begun = true;
            }
            flow.put(block);
        }
    }

    fn lay(&self, flow: &Flow, cells: &[Cell]) -> Block {
        let mut row = Block::default();
        let mut x = 0.0;
        for ((cell, column), width) in cells.iter().zip(&self.columns).zip(&self.widths) {
            // Numbers at the end of a column keep away from text at the start of the next one.
            let apart = if column.align == Align::End && x + width < self.width - 1.0 { APART } else { 0.0 };
            row.put(flow.block(cell, width - 2.0 * PAD_X - apart, column.align), x + PAD_X, PAD_Y);
            x += width;
        }
        row.height += PAD_Y;
        row
    }
}
