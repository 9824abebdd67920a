//! What stands where: marks gathered in blocks, blocks flowing over pages.
//!
//! Blocks are laid out from the start of a line; where lines begin at the right, the finished page is mirrored as a whole, and
//! each line of text keeps its own order.

mod block;
mod flow;
mod parts;
mod qr;
mod table;

pub(crate) use block::{Align, Block, Cell};
pub(crate) use flow::{Flow, Sheet, mm};
pub(crate) use parts::{Figure, Pairs, PenSignature};
pub(crate) use qr::qr;
pub(crate) use table::{Column, Table};

use crate::text::Line;

/// Something that ink is put down for. Points, from the top left of whatever holds it.
#[derive(Debug, Clone)]
pub(crate) enum Mark {
    /// A line of text with its left end and its baseline.
    Text {
        /// The line.
        line: Line,
        /// Left end.
        x: f32,
        /// Baseline.
        y: f32,
    },
    /// A filled rectangle.
    Fill {
        /// Left edge.
        x: f32,
        /// Upper edge.
        y: f32,
        /// Width.
        width: f32,
        /// Height.
        height: f32,
        /// 0 is black, 255 white.
        grey: u8,
    },
    /// The outline of a rectangle.
    Outline {
        /// Left edge.
        x: f32,
        /// Upper edge.
        y: f32,
        /// Width.
        width: f32,
        /// Height.
        height: f32,
        /// Thickness.
        stroke: f32,
    },
    /// Black squares on white, row by row: a QR code. It is never mirrored in itself.
    Squares {
        /// Left edge.
        x: f32,
        /// Upper edge.
        y: f32,
        /// Edge of one square.
        side: f32,
        /// Squares in a row.
        across: usize,
        /// Which of them are black.
        black: Vec<bool>,
    },
}

impl Mark {
    /// The same mark elsewhere.
    fn moved(mut self, dx: f32, dy: f32) -> Self {
        match &mut self {
            Self::Text { x, y, .. }
            | Self::Fill { x, y, .. }
            | Self::Outline { x, y, .. }
            | Self::Squares { x, y, .. } => {
                *x += dx;
                *y += dy;
            }
        }
        self
    }

    /// The same mark on a page of this width that begins at the right.
    fn mirrored(mut self, page: f32) -> Self {
        let own = self.width();
        match &mut self {
            Self::Text { x, .. } | Self::Fill { x, .. } | Self::Outline { x, .. } | Self::Squares { x, .. } => {
                *x = page - *x - own;
            }
        }
        self
    }

    /// How wide it is.
    pub(crate) fn width(&self) -> f32 {
        match self {
            Self::Text { line, .. } => line.width,
            Self::Fill { width, .. } | Self::Outline { width, .. } => *width,
            Self::Squares { side, across, .. } => *side * *across as f32,
        }
    }
}

/// One page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Page {
    /// What stands on it, in the order in which it is read.
    pub marks: Vec<Mark>,
}

/// A finished document, before it is a file.
#[derive(Debug)]
pub(crate) struct Pages {
    /// Width of each page.
    pub width: f32,
    /// Height of each page.
    pub height: f32,
    /// The pages.
    pub pages: Vec<Page>,
}
