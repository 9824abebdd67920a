//! Parts that several documents share: pairs of label and value, boxed figures, signatures.

use super::{Align, Block, Cell, Flow, Mark, mm};
use crate::text::Style;

/// Pairs of label and value in two columns.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    pairs: Vec<(String, Cell)>,
}

impl Pairs {
    /// Adds a pair.
    pub(crate) fn add(&mut self, label: String, value: Cell) {
        self.pairs.push((label, value));
    }

    /// Adds a pair, unless there is nothing to say.
    pub(crate) fn add_some(&mut self, label: String, value: Option<Cell>) {
        if let Some(value) = value {
            self.add(label, value);
        }
    }

    /// Puts them in as many columns.
    pub(crate) fn put(self, flow: &mut Flow, columns: usize) {
        let gap = mm(6.0);
        let width = (flow.width() - gap * (columns - 1) as f32) / columns as f32;
        for row in self.pairs.chunks(columns) {
            let mut block = Block::default();
            for (i, (label, value)) in row.iter().enumerate() {
                let mut pair = flow.block(&flow.said(label.clone(), Style::plain(7.5).grey()), width, Align::Start);
                pair.below(flow.block(value, width, Align::Start));
                block.put(pair, (width + gap) * i as f32, 0.0);
            }
            block.below(Block::space(mm(1.2)));
            flow.put(block);
        }
    }
}

/// A figure in a box with its label.
#[derive(Debug)]
pub(crate) struct Figure {
    /// What it counts.
    pub label: String,
    /// How many.
    pub value: String,
}

impl Figure {
    /// Puts figures side by side.
    pub(crate) fn put(flow: &mut Flow, figures: &[Self]) {
        let width = flow.width() / figures.len().max(1) as f32;
        let mut block = Block::default();
        for (i, figure) in figures.iter().enumerate() {
            let mut box_ = Block::space(mm(1.2));
            let inner = width - 6.0;
            box_.below(flow.block(&Cell::forward(figure.value.clone(), Style::bold(15.0)), inner, Align::Middle));
            box_.below(flow.block(&flow.said(figure.label.clone(), Style::plain(7.5)), inner, Align::Middle));
            block.put(box_, width * i as f32 + 3.0, 0.0);
        }
        let height = block.height + mm(1.2);
        for i in 0..figures.len() {
            block.marks.push(Mark::Outline { x: width * i as f32, y: 0.0, width, height, stroke: 0.5 });
        }
        block.height = height;
        flow.put(block);
    }
}

/// A signature: what was signed on a device, and a line for a pen.
#[derive(Debug)]
pub(crate) struct PenSignature {
    /// What the signer signs as.
    pub role: String,
    /// Lines below it.
    pub lines: Vec<Cell>,
    /// What stands under the line for the pen.
    pub caption: String,
}

impl PenSignature {
    /// Signatures in rows of two.
    pub(crate) fn rows(flow: &Flow, signatures: &[Self]) -> Vec<Block> {
        let gap = mm(5.0);
        let width = (flow.width() - gap) / 2.0;
        let pad = mm(2.2);
        let mut rows = Vec::new();
        for row in signatures.chunks(2) {
            let laid: Vec<Block> = row.iter().map(|s| s.lay(flow, width - 2.0 * pad)).collect();
            let text = laid.iter().map(|b| b.height).fold(0.0, f32::max);
            let pen = mm(13.0);
            let mut block = Block::default();
            for (i, (signature, lines)) in row.iter().zip(laid).enumerate() {
                let x = (width + gap) * i as f32;
                block.put(lines, x + pad, pad);
                block.put(Block::rule(width - 2.0 * pad, 0.6), x + pad, pad + text + pen);
                let caption = flow.said(signature.caption.clone(), Style::plain(7.0).grey());
                block.put(flow.block(&caption, width - 2.0 * pad, Align::Start), x + pad, pad + text + pen + 2.0);
            }
            let height = block.height + pad * 0.7;
            for i in 0..row.len() {
                let x = (width + gap) * i as f32;
                block.marks.push(Mark::Outline { x, y: 0.0, width, height, stroke: 0.5 });
            }
            block.height = height + mm(3.0);
            rows.push(block);
        }
        rows
    }

    fn lay(&self, flow: &Flow, width: f32) -> Block {
        let mut block = flow.block(&flow.said(self.role.clone(), Style::bold(9.0)), width, Align::Start);
        for line in &self.lines {
            block.below(flow.block(line, width, Align::Start));
        }
        block
    }
}
