//! A static table from 64-bit keys to tags in about 12 bits a key: a binary fuse filter (Graf and Lemire, 2022, four-wise) whose cells hold 8 bits of the
//! hash and a tag of 3 bits instead of a fingerprint alone. Asking reads four cells; their XOR is what was put in.
//!
//! No crate keeps a value beside the fingerprint or has a serialised form that is promised to stay, and both are what tablets rely on for
//! years; so the format is our own and is frozen by a vector.

/// Bits of a cell: 8 of the hash, 3 of the tag.
const CELL_BITS: usize = 11;
const CELL_MASK: u32 = (1 << CELL_BITS) - 1;
/// Bytes behind the last cell, so that three can always be read at once.
const TAIL: usize = 2;
/// Seeds tried; each fails less than once in a hundred times.
const SEEDS: u64 = 200;
/// Longest segment, as a power of two.
const MOST_LENGTH_BITS: u32 = 18;
/// Most keys.
const MOST_KEYS: usize = 100_000_000;

/// The table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    seed: u64,
    length_bits: u32,
    segments: u64,
    cells: Vec<u8>,
}

/// Where a key stands.
struct Places {
    at: [usize; 4],
    fingerprint: u32,
}

/// The finishing steps of splitmix64: every bit of the key moves every bit of the answer.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn places(key: u64, seed: u64, length_bits: u32, segments: u64) -> Places {
    let hash = mix(key ^ mix(seed.wrapping_add(0x9E37_79B9_7F4A_7C15)));
    let steps = mix(hash);
    let length = 1_u64 << length_bits;
    let mask = length - 1;
    let first = ((u128::from(hash) * u128::from(segments << length_bits)) >> 64) as u64;
    let second = (first + length) ^ (steps & mask);
    let third = (first + 2 * length) ^ ((steps >> 21) & mask);
    let fourth = (first + 3 * length) ^ ((steps >> 42) & mask);
    let at = [first, second, third, fourth].map(|place| place as usize);
    Places { at, fingerprint: (hash & 0xff) as u32 }
}

/// How many cells `keys` keys need: the length of a segment as a power of two, and how many segments a first cell can lie in.
fn shape(keys: usize, attempt: u64) -> (u32, u64) {
    let n = keys.max(2) as f64;
    let bits = (n.ln() / 2.91_f64.ln() - 0.5).floor().clamp(2.0, f64::from(MOST_LENGTH_BITS)) as u32;
    let factor = (0.77 + 0.305 * 600_000_f64.ln() / n.ln()).max(1.075);
    // Where luck fails again and again, a little more room helps.
    let factor = factor * (1.0 + 0.02 * (attempt / 8) as f64);
    let cells = (n * factor).ceil() as u64;
    let whole = cells.div_ceil(1 << bits);
    (bits, whole.saturating_sub(3).max(1))
}

fn cell_count(length_bits: u32, segments: u64) -> Option<usize> {
    usize::try_from(segments.checked_add(3)?.checked_mul(1 << length_bits)?).ok()
}

fn byte_count(cells: usize) -> Option<usize> {
    Some(cells.checked_mul(CELL_BITS)?.div_ceil(8) + TAIL)
}

impl Table {
    /// Puts keys with their tags (1 to 7) in. The keys are distinct; the same keys give the same table. `None` for too many or repeated keys.
    pub fn build(entries: &[(u64, u8)]) -> Option<Self> {
        if entries.len() > MOST_KEYS || !entries.is_sorted_by(|a, b| a.0 < b.0) {
            return None;
        }
        (0..SEEDS).find_map(|seed| {
            let (length_bits, segments) = shape(entries.len(), seed);
            Self::build_with(entries, seed, length_bits, segments)
        })
    }

    fn build_with(entries: &[(u64, u8)], seed: u64, length_bits: u32, segments: u64) -> Option<Self> {
        let cells = cell_count(length_bits, segments)?;
        let of = |key: u64| places(key, seed, length_bits, segments);
        // Of each cell: how many keys stand on it, and the XOR of their numbers.
        let mut count = vec![0_u32; cells];
        let mut numbers = vec![0_u32; cells];
        for (number, (key, _)) in entries.iter().enumerate() {
            for at in of(*key).at {
                *count.get_mut(at)? += 1;
                *numbers.get_mut(at)? ^= number as u32;
            }
        }
        // A cell with one key is that key's own; taking the key away may leave others alone.
        let mut alone: Vec<usize> = count.iter().enumerate().filter(|(_, n)| **n == 1).map(|(at, _)| at).collect();
        let mut order: Vec<(u32, usize)> = Vec::with_capacity(entries.len());
        while let Some(own) = alone.pop() {
            if *count.get(own)? != 1 {
                continue;
            }
            let number = *numbers.get(own)?;
            order.push((number, own));
            for at in of(entries.get(number as usize)?.0).at {
                let left = count.get_mut(at)?;
                *left -= 1;
                *numbers.get_mut(at)? ^= number;
                if *left == 1 {
                    alone.push(at);
                }
            }
        }
        if order.len() != entries.len() {
            return None;
        }
        let mut table = Self { seed, length_bits, segments, cells: vec![0; byte_count(cells)?] };
        for (number, own) in order.into_iter().rev() {
            let (key, tag) = *entries.get(number as usize)?;
            let places = of(key);
            let wanted = (places.fingerprint << 3) | u32::from(tag & 7);
            // Its own cell is still empty, so the XOR of all four is that of the other three.
            let others = places.at.iter().fold(0, |sum, at| sum ^ table.cell(*at));
            table.put(own, wanted ^ others);
        }
        Some(table)
    }

    /// The tag of a key that was put in; of another one nothing, or by chance any.
    pub fn get(&self, key: u64) -> Option<u8> {
        let places = places(key, self.seed, self.length_bits, self.segments);
        let found = places.at.iter().fold(0, |sum, at| sum ^ self.cell(*at));
        let tag = (found & 7) as u8;
        (found >> 3 == places.fingerprint && tag != 0).then_some(tag)
    }

    fn cell(&self, at: usize) -> u32 {
        let bit = at * CELL_BITS;
        let three = self.cells.get(bit / 8..bit / 8 + 3).and_then(<[u8]>::first_chunk::<3>).unwrap_or(&[0; 3]);
        let [a, b, c] = three.map(u32::from);
        ((a | b << 8 | c << 16) >> (bit % 8)) & CELL_MASK
    }

    /// Writes into an empty cell.
    fn put(&mut self, at: usize, value: u32) {
        let bit = at * CELL_BITS;
        let shifted = (value & CELL_MASK) << (bit % 8);
        for (byte, part) in self.cells.iter_mut().skip(bit / 8).zip(shifted.to_le_bytes()).take(3) {
            *byte |= part;
        }
    }

    /// Its bytes, to be cut into parts.
    pub fn cells(&self) -> &[u8] {
        &self.cells
    }

    /// What is needed beside the bytes: seed, length of a segment as a power of two, and segments.
    pub(super) fn shape(&self) -> (u64, u32, u64) {
        (self.seed, self.length_bits, self.segments)
    }

    /// From its bytes and its shape; `None` when they do not fit each other.
    pub(super) fn from_parts(seed: u64, length_bits: u32, segments: u64, cells: Vec<u8>) -> Option<Self> {
        let fits = length_bits <= MOST_LENGTH_BITS
            && segments >= 1
            && cell_count(length_bits, segments).and_then(byte_count) == Some(cells.len());
        fits.then_some(Self { seed, length_bits, segments, cells })
    }

    /// How many bytes a table of this shape has.
    pub(super) fn bytes_of(length_bits: u32, segments: u64) -> Option<usize> {
        if length_bits > MOST_LENGTH_BITS {
            return None;
        }
        cell_count(length_bits, segments).and_then(byte_count)
    }
}
