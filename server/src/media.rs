//! Photos and other files: taken in part by part, checked against the hash that names them, kept in a folder or in an S3-compatible store,
//! shown to those who may see what names them.
//!
//! ```text
//! parts ─► incoming/<device>/<operation>.<hash>   a file that grows; its length is the offset that the tablet is told
//!              │ whole: SHA-256 is the name?  no ─► refused, evidence kept, begun anew
//!              ▼ yes
//!          the store, durable ─► row of media_blob and leaf of the audit log, one transaction ─► "stored"
//! ```
//!
//! Cut off between any two of these, nothing is lost that the tablet was told is stored: what was not finished is finished, or sent again.

mod error;
mod incoming;
mod known;
mod place;
mod receive;

pub use self::error::MediaError;
pub use self::incoming::{Incoming, Upload};
pub use self::known::{Missing, Shown, find, missing, of_document, receipt};
pub use self::place::{Files, MediaPlace, is_place};
pub use self::receive::{Begun, Bringer, append, begin, finish, settle};

use crate::app::Settings;

/// What the server needs to keep files.
#[derive(Debug)]
pub struct Media {
    /// Where they are kept.
    pub files: Files,
    /// Where they arrive.
    pub incoming: Incoming,
    /// How many are put together and checked at once; each takes the memory of its file.
    pub(crate) finishing: tokio::sync::Semaphore,
}

/// Files that are put together and checked at once.
const FINISHING: usize = 4;

impl Media {
    /// Opens the place of the settings. Nothing is made before the first file comes.
    pub fn open(settings: &Settings) -> Result<Self, MediaError> {
        let files = Files::open(settings)?;
        let incoming = Incoming::new(place::folder(settings).join("incoming"), settings.media_uploads_per_device);
        Ok(Self { files, incoming, finishing: tokio::sync::Semaphore::new(FINISHING) })
    }
}
