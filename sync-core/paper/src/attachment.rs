//! The proof that a certificate carries, found in the bytes of the file again.
//!
//! ```text
//! 7 0 obj << /Type /EmbeddedFile /Length 812 /Filter /FlateDecode … >> stream … endstream endobj
//! ```
//!
//! Not a reader of PDF in general: it walks the objects of a file that this crate wrote, skips the bytes of each stream by its
//! length, and takes the one embedded file. Two of them mean that somebody has added one: then there is none. What comes
//! out proves nothing until its signatures are checked.

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use crate::error::PaperError;

/// Bytes of an attachment at most.
const MOST: usize = 8 << 20;

/// Bytes of a file that are looked at.
const MOST_FILE: usize = 64 << 20;

/// Bytes of one dictionary at most: ours have some two hundred.
const MOST_DICTIONARY: usize = 4096;

/// Whether an attachment can be got out again.
pub(crate) fn fits(bytes: &[u8]) -> Result<(), PaperError> {
    if bytes.len() > MOST {
        return Err(PaperError::AttachmentTooLarge { length: bytes.len(), most: MOST });
    }
    Ok(())
}

/// The file attached to a certificate, or none if there is not exactly one of at most 8 MiB. Takes any bytes.
pub fn attachment(pdf: &[u8]) -> Option<Vec<u8>> {
    if pdf.len() > MOST_FILE || !pdf.starts_with(b"%PDF-") {
        return None;
    }
    let mut found = None;
    let mut at = 0;
    while let Some(stream) = next_stream(pdf, at) {
        at = stream.end;
        if stream.embedded && found.replace(stream).is_some() {
            return None;
        }
    }
    let stream = found?;
    if !stream.deflated {
        return (stream.bytes.len() <= MOST).then(|| stream.bytes.to_vec());
    }
    decompress_to_vec_zlib_with_limit(stream.bytes, MOST).ok()
}

struct Stream<'a> {
    embedded: bool,
    deflated: bool,
    bytes: &'a [u8],
    end: usize,
}

/// The next stream object at or after `at`.
fn next_stream(pdf: &[u8], at: usize) -> Option<Stream<'_>> {
    let mut from = at;
    loop {
        let object = from + find(pdf.get(from..)?, b" obj")? + 4;
        from = object;
        let Some(dictionary) = dictionary(pdf.get(object..)?) else { continue };
        let after = object + dictionary.end;
        let Some(data) = stream_begins(pdf.get(after..)?) else { continue };
        let Some(length) = value(dictionary.text, b"/Length").and_then(number) else { continue };
        let start = after + data;
        let Some(bytes) = start.checked_add(length).and_then(|end| pdf.get(start..end)) else { continue };
        let end = start + length;
        if !skip_space(pdf.get(end..)?).starts_with(b"endstream") {
            continue;
        }
        let is = |key: &[u8], name: &[u8]| value(dictionary.text, key).is_some_and(|v| is_name(v, name));
        return Some(Stream {
            embedded: is(b"/Type", b"/EmbeddedFile"),
            deflated: value(dictionary.text, b"/Filter").is_some(),
            bytes,
            end,
        });
    }
}

struct Dictionary<'a> {
    text: &'a [u8],
    end: usize,
}

/// The dictionary that an object begins with: from `<<` to the `>>` that closes it. Strings in ours hold no brackets.
fn dictionary(object: &[u8]) -> Option<Dictionary<'_>> {
    let skipped = object.len() - skip_space(object).len();
    let text = object.get(skipped..)?;
    if !text.starts_with(b"<<") {
        return None;
    }
    let mut depth = 0_usize;
    let mut i = 0;
    while i < text.len().min(MOST_DICTIONARY) {
        match text.get(i..i + 2)? {
            b"<<" => {
                depth += 1;
                i += 2;
            }
            b">>" => {
                depth = depth.checked_sub(1)?;
                i += 2;
                if depth == 0 {
                    return Some(Dictionary { text: text.get(..i)?, end: skipped + i });
                }
            }
            _ => i += 1,
        }
    }
    None
}

/// What stands after the first mention of a key.
fn value<'a>(dictionary: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let mut from = 0;
    loop {
        let at = from + find(dictionary.get(from..)?, key)? + key.len();
        let rest = dictionary.get(at..)?;
        if rest.first().is_none_or(|c| !c.is_ascii_alphanumeric()) {
            return Some(skip_space(rest));
        }
        from = at;
    }
}

fn is_name(value: &[u8], name: &[u8]) -> bool {
    value.strip_prefix(name).is_some_and(|rest| rest.first().is_none_or(|c| !c.is_ascii_alphanumeric()))
}

fn number(value: &[u8]) -> Option<usize> {
    let digits = value.iter().take_while(|c| c.is_ascii_digit()).count();
    std::str::from_utf8(value.get(..digits)?).ok()?.parse().ok()
}

/// Where the bytes of a stream begin, counted from the end of its dictionary.
fn stream_begins(after: &[u8]) -> Option<usize> {
    let word = skip_space(after);
    let rest = word.strip_prefix(b"stream")?;
    let rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n"))?;
    Some(after.len() - rest.len())
}

fn skip_space(bytes: &[u8]) -> &[u8] {
    bytes.trim_ascii_start()
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
