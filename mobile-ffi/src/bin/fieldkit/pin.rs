//! Asking for PINs: on the terminal, where nothing shows, or from standard input. Never as an argument, which other programs could read.

use mobile_ffi::{Pin, TabletError};
use zeroize::Zeroizing;

fn unreadable(error: &std::io::Error) -> TabletError {
    TabletError::refused(
        "officer.no_pin",
        format!("no PIN could be read: {error}"),
        "Nothing was saved. Ask on a terminal, or give the PIN on standard input with --pin-stdin.",
    )
}

/// The next line of standard input.
fn line() -> Result<Pin, TabletError> {
    let mut line = Zeroizing::new(String::new());
    let read = std::io::stdin().read_line(&mut line).map_err(|error| unreadable(&error))?;
    if read == 0 {
        return Err(unreadable(&std::io::ErrorKind::UnexpectedEof.into()));
    }
    Ok(Pin::from(line.trim_end_matches(['\r', '\n'])))
}

fn asked(prompt: &str) -> Result<Zeroizing<String>, TabletError> {
    rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(|error| unreadable(&error))
}

/// The PIN of an officer who has one.
pub fn known(officer: &str, from_stdin: bool) -> Result<Pin, TabletError> {
    if from_stdin { line() } else { Ok(Pin::from(asked(&format!("PIN of {officer}: "))?.as_str())) }
}

/// A new PIN, asked for twice on a terminal.
pub fn new(from_stdin: bool) -> Result<Pin, TabletError> {
    if from_stdin {
        return line();
    }
    let first = asked("New PIN (6 digits or 8 characters, or more): ")?;
    if *first != *asked("The same again: ")? {
        return Err(TabletError::refused(
            "officer.pin_differs",
            "the two PINs are not the same",
            "Nothing was saved. Try again.",
        ));
    }
    Ok(Pin::from(first.as_str()))
}
