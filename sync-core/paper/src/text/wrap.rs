//! From a paragraph to lines that fit a width.

use std::ops::Range;

use unicode_bidi::{BidiInfo, Level};
use unicode_segmentation::UnicodeSegmentation as _;

use super::shape::{Run, shape, steers};
use super::{Base, Line, Style};
use crate::fonts::Faces;

/// Allowance for sums of rounded widths.
const SLACK: f32 = 0.01;

/// `text`, one paragraph, in lines no wider than `width`: broken where its script allows, and inside of a word that is
/// wider than a line. Empty text has no lines.
pub(crate) fn wrap(faces: &Faces, text: &str, style: Style, base: Base, width: f32) -> Vec<Line> {
    let level = match base {
        Base::LeftToRight => Some(Level::ltr()),
        Base::RightToLeft => Some(Level::rtl()),
        Base::FirstLetter => None,
    };
    let bidi = BidiInfo::new(text, level);
    let measure = |range: &Range<usize>| measure(faces, &bidi, range.clone(), style);
    let mut lines = Vec::new();
    let mut line = 0..0;
    let mut used = 0.0;
    for piece in pieces(text) {
        let bare = trimmed(text, &piece);
        let (whole, visible) = (measure(&piece), measure(&bare));
        if used > 0.0 && used + visible > width + SLACK {
            lines.push(std::mem::replace(&mut line, piece.start..piece.start));
            used = 0.0;
        }
        if visible > width + SLACK {
            let mut from = piece.start;
            for (at, grapheme) in text.get(piece.clone()).unwrap_or_default().grapheme_indices(true) {
                let (start, end) = (piece.start + at, piece.start + at + grapheme.len());
                if start > from && measure(&(from..end)) > width + SLACK && !grapheme.trim().is_empty() {
                    lines.push(from..start);
                    from = start;
                }
            }
            line = from..piece.end;
            used = measure(&line);
        } else {
            line.end = piece.end;
            used += whole;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines.into_iter().filter_map(|range| set(faces, &bidi, trimmed(text, &range), style)).collect()
}

/// The parts of `text` between places where a line may end.
fn pieces(text: &str) -> Vec<Range<usize>> {
    let mut from = 0;
    unicode_linebreak::linebreaks(text)
        .map(|(at, _)| {
            let piece = from..at;
            from = at;
            piece
        })
        .collect()
}

/// A range without the spaces at its ends.
fn trimmed(text: &str, range: &Range<usize>) -> Range<usize> {
    let part = text.get(range.clone()).unwrap_or_default();
    let start = range.start + (part.len() - part.trim_start_matches(' ').len());
    (start..range.start + part.trim_end_matches(' ').len()).clone()
}

/// How wide a range is on one line.
fn measure(faces: &Faces, bidi: &BidiInfo<'_>, range: Range<usize>, style: Style) -> f32 {
    visual(faces, bidi, range, style).iter().map(|run| run.width).sum()
}

/// A range as one line.
fn set(faces: &Faces, bidi: &BidiInfo<'_>, range: Range<usize>, style: Style) -> Option<Line> {
    if range.is_empty() {
        return None;
    }
    let text = bidi.text.get(range.clone())?.chars().filter(|c| !steers(*c)).collect();
    let runs = visual(faces, bidi, range, style);
    Some(Line { width: runs.iter().map(|run| run.width).sum(), runs, text, style })
}

/// The runs of a range, from left to right as printed.
fn visual(faces: &Faces, bidi: &BidiInfo<'_>, range: Range<usize>, style: Style) -> Vec<Run> {
    let Some(paragraph) = bidi.paragraphs.first() else { return Vec::new() };
    if range.is_empty() || range.end > paragraph.range.end {
        return Vec::new();
    }
    let (levels, runs) = bidi.visual_runs(paragraph, range);
    runs.into_iter()
        .flat_map(|run| {
            let right_to_left = levels.get(run.start).is_some_and(Level::is_rtl);
            shape(faces, bidi.text.get(run).unwrap_or_default(), right_to_left, style)
        })
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn printed(text: &str, base: Base) -> Vec<String> {
        let faces = Faces::get().unwrap();
        let lines = wrap(faces, text, Style::plain(10.0), base, 1_000.0);
        lines.iter().flat_map(|l| l.runs.iter().map(|r| r.text.trim().to_owned())).collect()
    }

    #[test]
    fn no_line_is_wider_than_it_may_be() {
        let faces = Faces::get().unwrap();
        for text in [
            "a word and another, and one that is far-too-long-for-any-line_whatever_it_is_broken_at",
            &"W".repeat(400),
            &"ق".repeat(300),
            "رقم الشهادة \u{2068}AK-1234567890123456789\u{2069} من السجل الوطني",
        ] {
            for width in [20.0, 55.0, 140.0] {
                let lines = wrap(faces, text, Style::mono(8.0), Base::FirstLetter, width);
                assert!(lines.len() > 1);
                for line in &lines {
                    assert!(line.width <= width + 0.5, "{} > {width}: {}", line.width, line.text);
                }
                let kept: String = lines.iter().flat_map(|l| l.text.chars()).filter(|c| *c != ' ').collect();
                assert_eq!(
                    kept,
                    text.chars().filter(|c| *c != ' ' && !steers(*c)).collect::<String>(),
                    "nothing is lost"
                );
            }
        }
    }

    #[test]
    fn a_date_keeps_its_order_in_an_arabic_line() {
        let runs = printed("التاريخ \u{2066}2026-03-01\u{2069} في الموقع", Base::RightToLeft);
        assert_eq!(runs, ["في الموقع", "2026-03-01", "التاريخ"], "from left to right as printed");
    }

    #[test]
    fn arabic_letters_join() {
        let faces = Faces::get().unwrap();
        let glyphs = |text: &str| -> Vec<u32> {
            let lines = wrap(faces, text, Style::plain(10.0), Base::RightToLeft, 1_000.0);
            lines[0].runs.iter().flat_map(|r| r.glyphs.iter().map(|g| g.glyph_id.to_u32())).collect()
        };
        let (alone, joined) = (glyphs("ب"), glyphs("ببب"));
        assert_eq!(
            joined.iter().filter(|g| alone.contains(g)).count(),
            0,
            "initial, medial and final forms: {joined:?}"
        );
    }

    #[test]
    fn a_latin_name_in_an_arabic_line_reads_forward() {
        assert_eq!(printed("السيد John Smith حضر", Base::RightToLeft), ["حضر", "John Smith", "السيد"]);
    }
}
