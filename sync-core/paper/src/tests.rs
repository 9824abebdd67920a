//! Stories of printed sheets, told on the layout before it is a file, and on the file.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod files;
mod hostile;
mod sheets;
mod spoken;

use crate::page::{Mark, Page, Pages};

/// The lines of a page in the order in which they are read.
fn lines(page: &Page) -> Vec<&str> {
    let mut said = Vec::new();
    for mark in &page.marks {
        if let Mark::Text { line, .. } = mark {
            said.push(line.text.as_str());
        }
    }
    said
}

/// All that a document says, a line a line.
fn all_text(pages: &Pages) -> String {
    pages.pages.iter().flat_map(lines).collect::<Vec<_>>().join("\n")
}

/// Every mark stands on the paper, and no line of text runs into another one.
fn well_laid(pages: &Pages) {
    for (n, page) in pages.pages.iter().enumerate() {
        let mut spans: Vec<(i64, f32, f32, &str)> = Vec::new();
        for mark in &page.marks {
            let (x, y) = match mark {
                Mark::Text { x, y, line } => {
                    spans.push(((y * 10.0) as i64, *x, x + line.width, &line.text));
                    (*x, *y)
                }
                Mark::Fill { x, y, height, .. } | Mark::Outline { x, y, height, .. } => (*x, y + height),
                Mark::Squares { x, y, side, across, .. } => (*x, y + side * *across as f32),
            };
            assert!(x >= 30.0 && x + mark.width() <= pages.width - 30.0, "page {n}: {mark:?} leaves the sides");
            assert!(y > 20.0 && y < pages.height - 10.0, "page {n}: {mark:?} leaves the page");
        }
        spans.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        for pair in spans.windows(2) {
            let [a, b] = pair else { continue };
            assert!(a.0 != b.0 || a.2 <= b.1 + 0.5, "page {n}: {:?} runs into {:?}", a.3, b.3);
        }
    }
}
