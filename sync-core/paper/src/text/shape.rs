//! From characters of one direction to glyphs.

use krilla::text::{GlyphId, KrillaGlyph};
use rustybuzz::{Direction, UnicodeBuffer};

use super::Style;
use crate::fonts::{Cut, Faces};

/// Glyphs of one cut and one direction.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// The cut that they are of.
    pub cut: Cut,
    /// Their size in points.
    pub size: f32,
    /// From left to right as printed.
    pub glyphs: Vec<KrillaGlyph>,
    /// Their characters, in the order in which they are read.
    pub text: String,
    /// How wide they are, in points.
    pub width: f32,
}

/// The runs of `text`, which is of one direction, from left to right as printed.
pub(crate) fn shape(faces: &Faces, text: &str, right_to_left: bool, style: Style) -> Vec<Run> {
    let mut runs: Vec<Run> = split(faces, text, right_to_left, style)
        .into_iter()
        .map(|(cut, part)| run(faces, cut, part, right_to_left, style.size * cut.scale()))
        .collect();
    if right_to_left {
        runs.reverse();
    }
    runs
}

/// The parts of `text` that one cut each can print. Marks stay with their letter, spaces with what they follow; what
/// only steers direction has done its work and is left out.
fn split<'a>(faces: &Faces, text: &'a str, right_to_left: bool, style: Style) -> Vec<(Cut, &'a str)> {
    let mut parts: Vec<(Cut, &'a str)> = Vec::new();
    let mut open: Option<(Cut, usize)> = None;
    for (at, c) in text.char_indices() {
        let cut = if steers(c) { None } else { Some(choose(faces, c, right_to_left, style, open.map(|(cut, _)| cut))) };
        if open.map(|(cut, _)| cut) == cut {
            continue;
        }
        if let Some((before, from)) = open {
            parts.extend(text.get(from..at).map(|part| (before, part)));
        }
        open = cut.map(|cut| (cut, at));
    }
    if let Some((cut, from)) = open {
        parts.extend(text.get(from..).map(|part| (cut, part)));
    }
    parts
}

fn choose(faces: &Faces, c: char, right_to_left: bool, style: Style, before: Option<Cut>) -> Cut {
    if !c.is_alphanumeric()
        && let Some(cut) = before
        && faces.has(cut, c)
    {
        return cut;
    }
    let (main, arabic) = (style.main_cut(), style.arabic_cut());
    let order = if right_to_left {
        [arabic, main, style.spare_cut(), Cut::Mono]
    } else {
        [main, style.spare_cut(), arabic, Cut::Mono]
    };
    order.into_iter().find(|cut| faces.has(*cut, c)).unwrap_or(main)
}

/// Whether a character only says how text runs.
pub(super) fn steers(c: char) -> bool {
    matches!(c, '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}')
}

fn run(faces: &Faces, cut: Cut, text: &str, right_to_left: bool, size: f32) -> Run {
    let face = faces.face(cut);
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    buffer.set_direction(if right_to_left { Direction::RightToLeft } else { Direction::LeftToRight });
    let shaped = rustybuzz::shape(face, &[], buffer);

    let mut starts: Vec<usize> = shaped.glyph_infos().iter().map(|info| info.cluster as usize).collect();
    starts.sort_unstable();
    starts.dedup();
    let end_of = |start: usize| {
        let next = starts.partition_point(|s| *s <= start);
        starts.get(next).copied().unwrap_or(text.len())
    };
    let em = face.units_per_em() as f32;
    let mut width = 0.0;
    let glyphs = shaped
        .glyph_infos()
        .iter()
        .zip(shaped.glyph_positions())
        .map(|(info, position)| {
            let start = info.cluster as usize;
            width += position.x_advance as f32 / em * size;
            KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                position.x_advance as f32 / em,
                position.x_offset as f32 / em,
                position.y_offset as f32 / em,
                position.y_advance as f32 / em,
                start..end_of(start),
                None,
            )
        })
        .collect();
    Run { cut, size, glyphs, text: text.to_owned(), width }
}
