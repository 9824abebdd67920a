//! Blocks flow down the page and on to the next one.

use super::{Align, Block, Cell, Mark, Page, Pages};
use crate::error::PaperError;
use crate::fonts::Faces;
use crate::language::Language;
use crate::text::{Base, Style};

/// Millimetres in points.
pub(crate) const fn mm(millimetres: f32) -> f32 {
    millimetres * 72.0 / 25.4
}

/// A size of paper and its margins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sheet {
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
    /// Margin at both sides: wide enough to be punched and bound.
    pub side: f32,
    /// Margin above.
    pub top: f32,
    /// Margin below, footer included.
    pub bottom: f32,
}

impl Sheet {
    /// ISO A4.
    pub(crate) const A4: Self =
        Self { width: mm(210.0), height: mm(297.0), side: mm(20.0), top: mm(16.0), bottom: mm(20.0) };
    /// ISO A5.
    pub(crate) const A5: Self =
        Self { width: mm(148.0), height: mm(210.0), side: mm(13.0), top: mm(12.0), bottom: mm(13.0) };
}

/// Where blocks go.
pub(crate) struct Flow {
    /// The type.
    pub faces: &'static Faces,
    /// The language.
    pub language: Language,
    sheet: Sheet,
    done: Vec<Page>,
    page: Page,
    y: f32,
}

impl Flow {
    /// An empty document.
    pub(crate) fn new(sheet: Sheet, language: Language) -> Result<Self, PaperError> {
        Ok(Self { faces: Faces::get()?, language, sheet, done: Vec::new(), page: Page::default(), y: sheet.top })
    }

    /// How wide a block may be.
    pub(crate) fn width(&self) -> f32 {
        self.sheet.width - 2.0 * self.sheet.side
    }

    /// How much is left of this page.
    pub(crate) fn left(&self) -> f32 {
        self.sheet.height - self.sheet.bottom - self.y
    }

    /// Line height over size of type. Arabic needs more room above and below.
    pub(crate) fn leading(&self) -> f32 {
        if self.language.is_right_to_left() { 1.55 } else { 1.34 }
    }

    /// Which way the sentences of this language run.
    pub(crate) fn base(&self) -> Base {
        if self.language.is_right_to_left() { Base::RightToLeft } else { Base::LeftToRight }
    }

    /// A cell that says something in the language of the document.
    pub(crate) fn said(&self, text: impl Into<String>, style: Style) -> Cell {
        Cell { text: text.into(), style, base: self.base(), note: None }
    }

    /// A block of text.
    pub(crate) fn block(&self, cell: &Cell, width: f32, align: Align) -> Block {
        Block::text(self.faces, cell, width, align, self.leading())
    }

    /// Begins a new page, unless this one is empty.
    pub(crate) fn new_page(&mut self) {
        if !self.page.marks.is_empty() {
            self.done.push(std::mem::take(&mut self.page));
        }
        self.y = self.sheet.top;
    }

    /// Begins a new page if less than this is left.
    pub(crate) fn need(&mut self, height: f32) {
        if height > self.left() {
            self.new_page();
        }
    }

    /// Puts a block on this page, or on the next one if it does not fit.
    pub(crate) fn put(&mut self, block: Block) {
        self.need(block.height);
        let (dx, dy) = (self.sheet.side, self.y);
        self.y += block.height;
        self.page.marks.extend(block.marks.into_iter().map(|mark| mark.moved(dx, dy)));
    }

    /// Leaves space, but not at the head of a page.
    pub(crate) fn space(&mut self, height: f32) {
        if self.y > self.sheet.top {
            self.y += height;
        }
    }

    /// Puts text.
    pub(crate) fn paragraph(&mut self, cell: &Cell, align: Align) {
        let block = self.block(cell, self.width(), align);
        self.put(block);
    }

    /// Puts the heading of a section. It is not left alone at the foot of a page.
    pub(crate) fn heading(&mut self, text: String, with: f32) {
        self.space(mm(4.2));
        let mut block = self.block(&self.said(text, Style::bold(9.5)), self.width(), Align::Start);
        block.below(Block::space(0.8));
        block.below(Block::rule(self.width(), 0.7));
        block.below(Block::space(mm(1.4)));
        self.need(block.height + with);
        self.put(block);
    }

    /// Ends the document. `footer` says what stands at the foot of page n of m: at the start and at the end of the line.
    pub(crate) fn finish(mut self, footer: impl Fn(usize, usize) -> (Cell, Cell)) -> Pages {
        self.new_page();
        let total = self.done.len();
        let Sheet { width, height, side, bottom, .. } = self.sheet;
        let mut pages = std::mem::take(&mut self.done);
        for (i, page) in pages.iter_mut().enumerate() {
            let (start, end) = footer(i + 1, total);
            let mut block = Block::rule(self.width(), 0.4);
            let end = self.block(&end, self.width() * 0.3, Align::End);
            block.put(end, self.width() * 0.7, 3.0);
            block.put(self.block(&start, self.width() * 0.69, Align::Start), 0.0, 3.0);
            let top = height - bottom + mm(4.0);
            page.marks.extend(block.marks.into_iter().map(|mark| mark.moved(side, top)));
            if self.language.is_right_to_left() {
                page.marks =
                    std::mem::take(&mut page.marks).into_iter().map(|mark: Mark| mark.mirrored(width)).collect();
            }
        }
        Pages { width, height, pages }
    }
}
