//! The channel between two tablets: Noise (`NN_25519_ChaChaPoly_SHA256`) over a stream. It is secret against whoever listens; that nobody stands
//! between is proved after it stands, by signatures over the hash of its handshake.
//!
//! ```text
//! stream   frame*       frame  [length, u16 BE] [Noise message]
//! message  [length, u32 BE] [bytes]   sealed in as many frames as it takes
//! ```

use std::io::{Read, Write};

use ploughshare_core::limits;
use ploughshare_core::peer::{Message, PeerError, Side};

const PATTERN: &str = "Noise_NN_25519_ChaChaPoly_SHA256";
/// Largest Noise message.
const FRAME: usize = 65_535;
/// Most plain bytes in one; its seal takes 16.
const PLAIN: usize = FRAME - 16;

/// Why a channel broke.
#[derive(Debug, thiserror::Error)]
pub(super) enum ChannelError {
    /// The stream.
    #[error("{0}")]
    Io(String),
    /// What came does not belong to this channel.
    #[error("the channel was disturbed")]
    Noise,
    /// What came is no message, or says that the other side ends it.
    #[error(transparent)]
    Peer(#[from] PeerError),
}

impl From<std::io::Error> for ChannelError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.to_string())
    }
}

impl From<snow::Error> for ChannelError {
    fn from(_: snow::Error) -> Self {
        Self::Noise
    }
}

type Result<T> = std::result::Result<T, ChannelError>;

/// A channel that stands.
pub(super) struct Channel<S> {
    stream: S,
    noise: snow::TransportState,
    hash: Vec<u8>,
    /// Bytes that went over the stream.
    pub sent: u64,
    /// Bytes that came over it.
    pub received: u64,
}

fn write_frame(stream: &mut impl Write, bytes: &[u8]) -> Result<()> {
    let length = u16::try_from(bytes.len()).map_err(|_| ChannelError::Noise)?;
    stream.write_all(&[&length.to_be_bytes(), bytes].concat())?;
    Ok(())
}

fn read_frame(stream: &mut impl Read) -> Result<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut bytes = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

impl<S: Read + Write> Channel<S> {
    /// Shakes hands: fresh keys on both sides, one message each way.
    pub fn open(mut stream: S, side: Side) -> Result<Self> {
        let builder = snow::Builder::new(PATTERN.parse()?);
        let mut hands = match side {
            Side::Caller => builder.build_initiator()?,
            Side::Listener => builder.build_responder()?,
        };
        let mut buffer = vec![0; FRAME];
        for turn in [Side::Caller, Side::Listener] {
            if turn == side {
                let size = hands.write_message(&[], &mut buffer)?;
                write_frame(&mut stream, buffer.get(..size).unwrap_or_default())?;
            } else {
                hands.read_message(&read_frame(&mut stream)?, &mut buffer)?;
            }
        }
        let hash = hands.get_handshake_hash().to_vec();
        Ok(Self { stream, noise: hands.into_transport_mode()?, hash, sent: 0, received: 0 })
    }

    /// What names this channel and no other.
    pub fn hash(&self) -> &[u8] {
        &self.hash
    }

    /// Says something.
    pub fn send(&mut self, message: &Message) -> Result<()> {
        let bytes = message.to_bytes();
        let plain = [&(bytes.len() as u32).to_be_bytes(), bytes.as_slice()].concat();
        let mut buffer = vec![0; FRAME];
        for chunk in plain.chunks(PLAIN) {
            let size = self.noise.write_message(chunk, &mut buffer)?;
            write_frame(&mut self.stream, buffer.get(..size).unwrap_or_default())?;
            self.sent += size as u64 + 2;
        }
        self.stream.flush()?;
        Ok(())
    }

    /// Hears something.
    pub fn receive(&mut self) -> Result<Message> {
        let mut plain = self.frame()?;
        let length = plain.first_chunk::<4>().map(|length| u32::from_be_bytes(*length) as usize);
        let length = length.filter(|length| *length <= limits::EXCHANGE_BYTES).ok_or(ChannelError::Noise)?;
        while plain.len() < 4 + length {
            let more = self.frame()?;
            if more.is_empty() {
                return Err(ChannelError::Noise);
            }
            plain.extend(more);
        }
        match Message::from_bytes(plain.get(4..4 + length).unwrap_or_default())? {
            Message::Refusal(code) => Err(PeerError::Refused { code }.into()),
            message => Ok(message),
        }
    }

    fn frame(&mut self) -> Result<Vec<u8>> {
        let sealed = read_frame(&mut self.stream)?;
        self.received += sealed.len() as u64 + 2;
        let mut plain = vec![0; sealed.len()];
        let size = self.noise.read_message(&sealed, &mut plain)?;
        plain.truncate(size);
        Ok(plain)
    }
}
