//! A block: marks that stay together, and how high they are.

use super::Mark;
use crate::fonts::Faces;
use crate::text::{Base, Style, wrap};

/// Lines of one cell at most; what is longer was never meant for a table.
const MOST_LINES: usize = 60;

/// Where in its width a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// Where lines begin.
    Start,
    /// In the middle.
    Middle,
    /// Where lines end.
    End,
}

/// Text with its looks.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    /// What it says.
    pub text: String,
    /// How it looks.
    pub style: Style,
    /// Which way it runs.
    pub base: Base,
    /// A remark below it, in the plain type and the language of the document.
    pub note: Option<(String, Base)>,
}

impl Cell {
    /// Text that runs as its first letter says.
    pub(crate) fn new(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style, base: Base::FirstLetter, note: None }
    }

    /// A serial, hash, number or date: from left to right.
    pub(crate) fn forward(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style, base: Base::LeftToRight, note: None }
    }
}

/// Marks that stay together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Block {
    /// The marks, from the block's own upper start corner.
    pub marks: Vec<Mark>,
    /// Height.
    pub height: f32,
}

impl Block {
    /// A block of empty space.
    pub(crate) fn space(height: f32) -> Self {
        Self { marks: Vec::new(), height }
    }

    /// Text in a width.
    pub(crate) fn text(faces: &Faces, cell: &Cell, width: f32, align: Align, leading: f32) -> Self {
        let step = cell.style.size * leading;
        let mut lines = wrap(faces, &cell.text, cell.style, cell.base, width);
        if lines.len() > MOST_LINES {
            lines.truncate(MOST_LINES - 1);
            lines.extend(wrap(faces, "[…]", cell.style, cell.base, width).into_iter().take(1));
        }
        let height = step * lines.len() as f32;
        let marks = lines.into_iter().enumerate().map(|(i, line)| {
            let x = match align {
                Align::Start => 0.0,
                Align::Middle => (width - line.width) / 2.0,
                Align::End => width - line.width,
            };
            // The baseline of Latin text stands where its capitals are in the middle of the step.
            let y = step * i as f32 + step / 2.0 + cell.style.size * 0.36;
            Mark::Text { line, x, y }
        });
        let mut block = Self { marks: marks.collect(), height };
        if let Some((text, base)) = &cell.note {
            let style = Style { mono: false, ..cell.style };
            let note = Cell { text: text.clone(), style, base: *base, note: None };
            block.below(Self::text(faces, &note, width, align, leading));
        }
        block
    }

    /// A rule over a width.
    pub(crate) fn rule(width: f32, thickness: f32) -> Self {
        Self { marks: vec![Mark::Fill { x: 0.0, y: 0.0, width, height: thickness, grey: 0 }], height: thickness }
    }

    /// Puts another block at a place in this one, which grows as needed.
    pub(crate) fn put(&mut self, block: Self, x: f32, y: f32) {
        self.height = self.height.max(y + block.height);
        self.marks.extend(block.marks.into_iter().map(|mark| mark.moved(x, y)));
    }

    /// Puts another block below this one.
    pub(crate) fn below(&mut self, block: Self) {
        let y = self.height;
        self.put(block, 0.0, y);
    }
}
