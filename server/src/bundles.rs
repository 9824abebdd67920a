//! Bundles: the exchange as files. What a file brings goes through admission like everything else; what goes back is sealed to the tablet that
//! wrote it, so that whoever carries either learns nothing and can change nothing unnoticed.

mod error;
mod give;
mod keys;
mod take_in;

pub use error::BundlesError;
pub use give::{Given, give};
pub use keys::recipient;
pub use take_in::{TakenIn, take_in};

use ploughshare_core::bundle::{Content, File, Label};

use crate::app::App;

/// Signs and seals one file to a recipient.
fn seal(app: &App, label: Label, content: &Content, to: &str) -> Result<Vec<u8>, BundlesError> {
    let to = to.parse::<age::x25519::Recipient>().map_err(|_| BundlesError::NoKey(label.to))?;
    let sealed = age::encrypt(&to, &content.sign(&label, &app.key)).map_err(|_| BundlesError::NoKey(label.to))?;
    Ok(File { label, sealed }.to_bytes())
}
