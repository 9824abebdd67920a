//! Lines of text: bidirectional order, shaping and line breaking. A [`Line`] is what comes out, ready to be placed.

mod shape;
mod wrap;

pub(crate) use shape::Run;
pub(crate) use wrap::wrap;

use crate::fonts::Cut;

/// Where a paragraph begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    /// At the left, whatever it says: serials, hashes, numbers, dates.
    LeftToRight,
    /// At the right, whatever it says: Arabic sentences.
    RightToLeft,
    /// Where its first letter says: names.
    FirstLetter,
}

/// How text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Style {
    /// Size in points.
    pub size: f32,
    /// Bold.
    pub bold: bool,
    /// Every character equally wide.
    pub mono: bool,
    /// 0 is black, 255 white.
    pub grey: u8,
}

impl Style {
    /// Plain black text of a size.
    pub(crate) const fn plain(size: f32) -> Self {
        Self { size, bold: false, mono: false, grey: 0 }
    }

    /// Bold black text of a size.
    pub(crate) const fn bold(size: f32) -> Self {
        Self { size, bold: true, mono: false, grey: 0 }
    }

    /// Text for serials, hashes and dates.
    pub(crate) const fn mono(size: f32) -> Self {
        Self { size, bold: false, mono: true, grey: 0 }
    }

    /// The same in grey: for labels. Dark enough for a copier.
    pub(crate) const fn grey(self) -> Self {
        Self { size: self.size, bold: self.bold, mono: self.mono, grey: 80 }
    }

    /// The cut for Latin, Greek and Cyrillic.
    fn main_cut(self) -> Cut {
        match (self.mono, self.bold) {
            (true, _) => Cut::Mono,
            (false, true) => Cut::SansBold,
            (false, false) => Cut::Sans,
        }
    }

    /// The cut for Arabic.
    fn arabic_cut(self) -> Cut {
        if self.bold { Cut::NaskhBold } else { Cut::Naskh }
    }

    /// The cut for what the main one lacks.
    fn spare_cut(self) -> Cut {
        if self.bold { Cut::SansBold } else { Cut::Sans }
    }
}

/// One line of shaped text.
#[derive(Debug, Clone)]
#[cfg_attr(not(test), expect(dead_code, reason = "tests read the text of a page"))]
pub(crate) struct Line {
    /// Its runs, from left to right as printed.
    pub runs: Vec<Run>,
    /// Its width in points.
    pub width: f32,
    /// Its characters, in the order in which they are read.
    pub text: String,
    /// How it looks.
    pub style: Style,
}
