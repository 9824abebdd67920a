//! A QR code as squares, large enough to be read from paper.

use qrcode::{Color, EcLevel, QrCode};

use super::{Block, Mark, mm};
use crate::error::PaperError;

/// Bytes that a QR code may say: beyond, its squares are too small for a worn sheet and a poor camera.
pub(crate) const MOST: usize = 600;

/// Squares of quiet zone at each side.
const QUIET: usize = 4;

/// A QR code with its quiet zone, error correction M: a seventh of it may be stained.
pub(crate) fn qr(text: &str) -> Result<Block, PaperError> {
    let too_long = || PaperError::QrTooLong { length: text.len(), most: MOST };
    if text.len() > MOST {
        return Err(too_long());
    }
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).map_err(|_| too_long())?;
    let inner = code.width();
    let colours = code.to_colors();
    let across = inner + 2 * QUIET;
    let mut black = vec![false; QUIET * across];
    for row in colours.chunks(inner) {
        black.extend(std::iter::repeat_n(false, QUIET));
        black.extend(row.iter().map(|c| *c == Color::Dark));
        black.extend(std::iter::repeat_n(false, QUIET));
    }
    black.extend(std::iter::repeat_n(false, QUIET * across));
    // Half a millimetre a square, and no code smaller than a thumb.
    let side = mm(0.5).max(mm(34.0) / across as f32);
    let edge = side * across as f32;
    Ok(Block { marks: vec![Mark::Squares { x: 0.0, y: 0.0, side, across, black }], height: edge })
}
