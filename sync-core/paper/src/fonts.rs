//! The type that documents are set in, carried in the crate: Noto Sans for Latin, Greek and Cyrillic, Noto Naskh for Arabic,
//! DejaVu Sans Mono for serials and hashes, because it tells 0 from O and 1 from l.

use std::sync::LazyLock;

use crate::error::PaperError;

/// One cut of type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Cut {
    /// Noto Sans.
    Sans,
    /// Noto Sans, bold.
    SansBold,
    /// Noto Naskh Arabic.
    Naskh,
    /// Noto Naskh Arabic, bold.
    NaskhBold,
    /// DejaVu Sans Mono.
    Mono,
}

impl Cut {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [Self::Sans, Self::SansBold, Self::Naskh, Self::NaskhBold, Self::Mono];

    /// The bytes of the font file.
    pub(crate) fn bytes(self) -> &'static [u8] {
        match self {
            Self::Sans => include_bytes!("../fonts/NotoSans-Regular.ttf"),
            Self::SansBold => include_bytes!("../fonts/NotoSans-Bold.ttf"),
            Self::Naskh => include_bytes!("../fonts/NotoNaskhArabic-Regular.ttf"),
            Self::NaskhBold => include_bytes!("../fonts/NotoNaskhArabic-Bold.ttf"),
            Self::Mono => include_bytes!("../fonts/DejaVuSansMono.ttf"),
        }
    }

    /// How much larger it is set, so that all cuts look alike at one size.
    pub(crate) fn scale(self) -> f32 {
        match self {
            Self::Sans | Self::SansBold => 1.0,
            Self::Naskh | Self::NaskhBold => 1.16,
            Self::Mono => 0.94,
        }
    }
}

/// The cuts, parsed for shaping.
pub(crate) struct Faces {
    faces: [rustybuzz::Face<'static>; 5],
}

static FACES: LazyLock<Option<Faces>> = LazyLock::new(|| {
    let [a, b, c, d, e] = Cut::ALL.map(|cut| rustybuzz::Face::from_slice(cut.bytes(), 0));
    Some(Faces { faces: [a?, b?, c?, d?, e?] })
});

impl Faces {
    /// The cuts that this crate carries.
    pub(crate) fn get() -> Result<&'static Self, PaperError> {
        FACES.as_ref().ok_or_else(|| PaperError::Writer("the type cannot be read".to_owned()))
    }

    /// The face of a cut.
    pub(crate) fn face(&self, cut: Cut) -> &rustybuzz::Face<'static> {
        let [sans, sans_bold, naskh, naskh_bold, mono] = &self.faces;
        match cut {
            Cut::Sans => sans,
            Cut::SansBold => sans_bold,
            Cut::Naskh => naskh,
            Cut::NaskhBold => naskh_bold,
            Cut::Mono => mono,
        }
    }

    /// Whether a cut has a glyph for this character.
    pub(crate) fn has(&self, cut: Cut, c: char) -> bool {
        self.face(cut).glyph_index(c).is_some()
    }
}

/// Whether any text, whatever its style, has a glyph for this character.
pub(crate) fn covers(c: char) -> bool {
    FACES.as_ref().is_some_and(|faces| [Cut::Sans, Cut::Naskh, Cut::Mono].iter().any(|cut| faces.has(*cut, c)))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_cut_can_be_read_and_is_small() {
        assert!(Faces::get().is_ok());
        for cut in Cut::ALL {
            assert!(cut.bytes().len() < 300_000, "{cut:?}");
        }
    }

    #[test]
    fn bold_has_all_that_regular_has() {
        let faces = Faces::get().unwrap();
        for c in (0x20..0xFFFF_u32).filter_map(char::from_u32) {
            assert_eq!(faces.has(Cut::Sans, c), faces.has(Cut::SansBold, c), "{c}");
            assert_eq!(faces.has(Cut::Naskh, c), faces.has(Cut::NaskhBold, c), "{c}");
        }
    }

    #[test]
    fn the_three_scripts_are_there() {
        for c in "Aéœñ Ωλ Жщѣ قىچپ 0123456789 ٠١٢ «»—…№°€→≠\u{202F}".chars() {
            assert!(covers(c), "{c}");
        }
    }
}
