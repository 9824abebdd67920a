//! What one tablet shows and another reads: where it listens, and which tablet it is, so that nobody else can answer in its place.
//!
//! ```text
//! ploughshare-peer:1:<ip>:<port>:<device id, the fingerprint of its key>      an IPv6 address stands in brackets
//! ```

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use ploughshare_core::ids::DeviceId;

use crate::error::TabletError;

const PREFIX: &str = "ploughshare-peer:";

/// Where a tablet listens and which it is. Its text fits into a QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invitation {
    /// Where it listens.
    pub address: SocketAddr,
    /// Which tablet it is: the fingerprint of its key.
    pub device: DeviceId,
}

impl fmt::Display for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}1:{}:{}", self.address, self.device)
    }
}

/// Whether a text means to be an invitation.
pub(super) fn is_invitation(text: &str) -> bool {
    text.trim().starts_with(PREFIX)
}

impl FromStr for Invitation {
    type Err = TabletError;

    fn from_str(text: &str) -> Result<Self, TabletError> {
        let read = || {
            let (address, device) = text.trim().strip_prefix(PREFIX)?.strip_prefix("1:")?.rsplit_once(':')?;
            Some(Self { address: address.parse().ok()?, device: device.parse().ok()? })
        };
        read().ok_or_else(|| {
            TabletError::refused(
                "peer.bad_code",
                "this is not the code of a tablet of this version",
                "Scan the code again, or type the address that stands beside it.",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_code_reads_back_and_others_are_refused() {
        let device = DeviceId::from_bytes([7; 16]);
        for address in ["192.168.1.5:40123", "[fe80::1]:9"] {
            let invitation = Invitation { address: address.parse().unwrap(), device };
            assert_eq!(invitation.to_string().parse::<Invitation>().unwrap(), invitation);
        }
        for bad in ["", "192.168.1.5:40123", "ploughshare-peer:2:1.2.3.4:5:00", "ploughshare-peer:1:1.2.3.4:5:07"] {
            assert_eq!(bad.parse::<Invitation>().unwrap_err().code, "peer.bad_code", "{bad}");
        }
    }
}
