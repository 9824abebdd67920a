//! From pages to a file: PDF/A-3b, made to be kept, with the proof attached.

use krilla::Document;
use krilla::color::luma;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata, TextDirection};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;
use krilla::text::Font;
use krilla::{Data, SerializeSettings};

use crate::attachment;
use crate::error::PaperError;
use crate::fonts::Cut;
use crate::language::Language;
use crate::page::{Mark, Pages};
use crate::sheet::Attachment;

/// What a file says about itself.
pub(crate) struct About {
    /// Its title.
    pub title: String,
    /// Number of the document: the same number is the same document.
    pub number: String,
    /// The date that it bears.
    pub date: DateTime,
    /// Its language.
    pub language: Language,
}

/// Writes a file.
pub(crate) fn write(pages: &Pages, about: About, attached: Option<&Attachment>) -> Result<Vec<u8>, PaperError> {
    let writer = |what: &str| PaperError::Writer(what.to_owned());
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_B)
        .finish()
        .map_err(|e| PaperError::Writer(format!("{e:?}")))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let direction =
        if about.language.is_right_to_left() { TextDirection::RightToLeft } else { TextDirection::LeftToRight };
    document.set_metadata(
        Metadata::new()
            .title(about.title)
            .language(about.language.code().to_owned())
            .creator("Ploughshare".to_owned())
            .creation_date(about.date)
            .document_id(about.number)
            .text_direction(direction),
    );
    if let Some(attached) = attached {
        attachment::fits(&attached.bytes)?;
        document
            .embed_file(EmbeddedFile {
                path: crate::clean::clean(&attached.name, 80),
                mime_type: MimeType::new(&attached.media_type).or_else(|| MimeType::new("application/octet-stream")),
                description: Some("Proof".to_owned()),
                association_kind: AssociationKind::Data,
                data: Data::from(attached.bytes.clone()),
                modification_date: Some(about.date),
                compress: Some(true),
                location: None,
            })
            .ok_or_else(|| writer("the attachment was refused"))?;
    }
    let fonts = fonts().ok_or_else(|| writer("the type cannot be read"))?;
    for page in &pages.pages {
        let settings =
            PageSettings::from_wh(pages.width, pages.height).ok_or_else(|| writer("the page has no size"))?;
        let mut paper = document.start_page_with(settings);
        let mut surface = paper.surface();
        for mark in &page.marks {
            paint(&mut surface, &fonts, mark);
        }
        surface.finish();
        paper.finish();
    }
    document.finish().map_err(|e| PaperError::Writer(format!("{e:?}")))
}

/// The cuts, in the order of [`Cut::ALL`].
fn fonts() -> Option<Vec<(Cut, Font)>> {
    Cut::ALL.iter().map(|cut| Font::new(Data::from(cut.bytes()), 0).map(|font| (*cut, font))).collect()
}

fn ink(grey: u8) -> Fill {
    Fill { paint: luma::Color::new(grey).into(), ..Fill::default() }
}

fn paint(surface: &mut Surface<'_>, fonts: &[(Cut, Font)], mark: &Mark) {
    match mark {
        Mark::Text { line, x, y } => {
            surface.set_stroke(None);
            surface.set_fill(Some(ink(line.style.grey)));
            let mut x = *x;
            for run in &line.runs {
                if let Some((_, font)) = fonts.iter().find(|(cut, _)| *cut == run.cut) {
                    let start = Point::from_xy(x, *y);
                    surface.draw_glyphs(start, &run.glyphs, font.clone(), &run.text, run.size, false);
                }
                x += run.width;
            }
        }
        Mark::Fill { x, y, width, height, grey } => {
            surface.set_stroke(None);
            surface.set_fill(Some(ink(*grey)));
            rectangles(surface, [Rect::from_xywh(*x, *y, *width, *height)]);
        }
        Mark::Outline { x, y, width, height, stroke } => {
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke {
                paint: luma::Color::black().into(),
                width: *stroke,
                ..Stroke::default()
            }));
            rectangles(surface, [Rect::from_xywh(*x, *y, *width, *height)]);
        }
        Mark::Squares { x, y, side, across, black } => {
            surface.set_stroke(None);
            surface.set_fill(Some(Fill { rule: FillRule::NonZero, ..ink(0) }));
            let squares = black.chunks(*across).enumerate().flat_map(|(row, squares)| {
                let top = *y + *side * row as f32;
                strips(squares).map(move |(from, to)| {
                    Rect::from_xywh(*x + *side * from as f32, top, *side * (to - from) as f32, *side)
                })
            });
            rectangles(surface, squares);
        }
    }
}

/// Runs of black squares in a row: drawn in one piece, so that no hairline shows between them.
fn strips(row: &[bool]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut at = 0;
    row.chunk_by(|a, b| a == b).filter_map(move |run| {
        let from = at;
        at += run.len();
        run.first().is_some_and(|black| *black).then_some((from, at))
    })
}

fn rectangles(surface: &mut Surface<'_>, rectangles: impl IntoIterator<Item = Option<Rect>>) {
    let mut path = PathBuilder::new();
    for rectangle in rectangles.into_iter().flatten() {
        path.push_rect(rectangle);
    }
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}
