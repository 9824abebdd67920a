//! Which encoding a text file is in, and reading it as UTF-8 without holding it.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};

use super::super::error::ImportError;

/// Bytes read at a time.
const CHUNK: usize = 64 << 10;

/// The encoding of a file: its byte order mark, else UTF-8 if all of it is, else the one declared.
///
/// # Errors
/// When the bytes fit none of these, or the file cannot be read.
pub fn detect(path: &Path, declared: Option<&str>) -> Result<&'static Encoding, ImportError> {
    let unreadable = |source| ImportError::Unreadable { path: path.to_owned(), source };
    let declared = declared.map(by_name).transpose()?;
    let mut file = File::open(path).map_err(unreadable)?;
    let mut start = [0_u8; 3];
    let read = super::read_start(&mut file, &mut start).map_err(unreadable)?;
    if let Some((found, _)) = Encoding::for_bom(start.get(..read).unwrap_or_default()) {
        return check(path, found).map(|()| found);
    }
    match check(path, UTF_8) {
        Ok(()) => Ok(UTF_8),
        Err(ImportError::WrongEncoding { at, .. }) => match declared {
            Some(other) if other != UTF_8 => check(path, other).map(|()| other),
            _ => Err(ImportError::WrongEncoding { encoding: UTF_8.name().to_owned(), at }),
        },
        Err(other) => Err(other),
    }
}

fn by_name(name: &str) -> Result<&'static Encoding, ImportError> {
    let label = match name.to_ascii_lowercase().as_str() {
        "latin-1" | "latin 1" | "ansi" => "windows-1252".to_owned(),
        other => other.to_owned(),
    };
    Encoding::for_label(label.as_bytes()).ok_or_else(|| ImportError::UnknownEncoding { name: name.to_owned() })
}

/// Reads the file once and says whether all of it is text in this encoding.
fn check(path: &Path, encoding: &'static Encoding) -> Result<(), ImportError> {
    let unreadable = |source| ImportError::Unreadable { path: path.to_owned(), source };
    let mut reader = Utf8Reader::open(path, encoding).map_err(unreadable)?;
    let mut buffer = vec![0_u8; CHUNK];
    let mut text = false;
    loop {
        match reader.read(&mut buffer) {
            Ok(0) if text => return Ok(()),
            Ok(0) => return Err(ImportError::Empty),
            Ok(read) => {
                let part = buffer.get(..read).unwrap_or_default();
                // A NUL, or the C1 bytes no code page prints, are the mark of a file in some other encoding.
                let foreign = part.contains(&0) || part.windows(2).any(|w| matches!(w, [0xC2, 0x80..=0x9F]));
                if foreign {
                    return Err(ImportError::WrongEncoding {
                        encoding: encoding.name().to_owned(),
                        at: reader.consumed,
                    });
                }
                text |= part.iter().any(|b| !b.is_ascii_whitespace());
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(ImportError::WrongEncoding { encoding: encoding.name().to_owned(), at: reader.consumed });
            }
            Err(error) => return Err(unreadable(error)),
        }
    }
}

/// Reads a file of any encoding as UTF-8 with plain line feeds; a byte that does not fit is an error, never a replacement character.
pub struct Utf8Reader {
    inner: BufReader<File>,
    decoder: Decoder,
    encoding: &'static Encoding,
    raw: Vec<u8>,
    raw_at: usize,
    raw_end: usize,
    last: bool,
    done: bool,
    spill: Vec<u8>,
    spill_at: usize,
    last_byte: Option<u8>,
    /// Bytes of the file decoded so far.
    pub consumed: u64,
}

impl Utf8Reader {
    /// Opens the file; a byte order mark is taken off.
    pub fn open(path: &Path, encoding: &'static Encoding) -> io::Result<Self> {
        Ok(Self {
            inner: BufReader::new(File::open(path)?),
            decoder: encoding.new_decoder_with_bom_removal(),
            encoding,
            raw: vec![0; CHUNK],
            raw_at: 0,
            raw_end: 0,
            last: false,
            done: false,
            spill: Vec::new(),
            spill_at: 0,
            last_byte: None,
            consumed: 0,
        })
    }

    /// Decodes the next part into `spill`.
    fn refill(&mut self) -> io::Result<()> {
        self.spill.resize(CHUNK * 3, 0);
        self.spill_at = 0;
        loop {
            if self.raw_at == self.raw_end && !self.last {
                self.raw_at = 0;
                self.raw_end = self.inner.read(&mut self.raw)?;
                self.last = self.raw_end == 0;
            }
            let source = self.raw.get(self.raw_at..self.raw_end).unwrap_or_default();
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(source, &mut self.spill, self.last);
            self.raw_at += read;
            self.consumed += read as u64;
            match result {
                DecoderResult::Malformed(..) => {
                    let text = format!("not valid {}", self.encoding.name());
                    return Err(io::Error::new(io::ErrorKind::InvalidData, text));
                }
                DecoderResult::InputEmpty if self.last => self.done = true,
                DecoderResult::InputEmpty | DecoderResult::OutputFull => {}
            }
            if written > 0 || self.done {
                self.spill.truncate(written);
                self.one_line_end();
                return Ok(());
            }
        }
    }

    /// Every line ends with a line feed, the last one too: lines can then be counted.
    fn one_line_end(&mut self) {
        let mut last = self.last_byte;
        self.spill.retain_mut(|byte| {
            let before = last.replace(*byte);
            let second_half = before == Some(b'\r') && *byte == b'\n';
            if *byte == b'\r' {
                *byte = b'\n';
            }
            !second_half
        });
        self.last_byte = last;
        if self.done && last.is_some_and(|byte| !matches!(byte, b'\r' | b'\n')) {
            self.spill.push(b'\n');
        }
    }
}

impl Read for Utf8Reader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.spill_at == self.spill.len() {
            if self.done || out.is_empty() {
                return Ok(0);
            }
            self.refill()?;
        }
        let ready = self.spill.get(self.spill_at..).unwrap_or_default();
        let count = ready.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..count), ready.get(..count)) {
            to.copy_from_slice(from);
        }
        self.spill_at += count;
        Ok(count)
    }
}
