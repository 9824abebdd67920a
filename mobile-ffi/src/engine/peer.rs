//! Two tablets on a local network, with no register in reach: each proves its enrolment to the other, and each is given what it lacks.

mod channel;
mod invitation;
mod session;

pub use invitation::Invitation;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs as _, UdpSocket};
use std::sync::PoisonError;
use std::time::Duration;

use ploughshare_core::ids::DeviceId;
use ploughshare_core::peer::{PeerError, Side};

use super::Tablet;
use super::sync::SyncWatch;
use crate::error::{ErrorKind, TabletError};
use crate::model::PeerReport;
use crate::store::Result;
use channel::{Channel, ChannelError};

/// Longest that one side waits for the other to say something.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longest that reaching the other takes.
const REACH: Duration = Duration::from_secs(10);
/// How often a listener looks whether it is to end, in ms.
const STEP_MS: u64 = 50;

impl From<PeerError> for TabletError {
    fn from(error: PeerError) -> Self {
        let hint = match &error {
            PeerError::Version { .. } => "Everything is safe on this device. Update the older of the two programs.",
            PeerError::Refused { .. } => {
                "Everything is safe on this device. The other tablet says why on its own screen; both may have to sync first."
            }
            PeerError::BadProof => {
                "Everything is safe on this device. Somebody may stand between the two tablets: use a bundle on a card."
            }
            _ => "Everything is safe on this device. What answered is no tablet of this version.",
        };
        Self::refused(error.code(), error.to_string(), hint)
    }
}

impl From<ChannelError> for TabletError {
    fn from(error: ChannelError) -> Self {
        match error {
            ChannelError::Peer(error) => error.into(),
            ChannelError::Io(message) => Self::new(
                ErrorKind::Transport,
                "peer.interrupted",
                format!("the connection to the other tablet broke off: {message}"),
                "Everything is safe on this device, what came over as well. Connect again to go on from there.",
            ),
            ChannelError::Noise => Self::refused(
                "peer.bad_channel",
                "what came over the connection is not from the other tablet, or was changed",
                "Everything is safe on this device. Connect again; if it stays so, use a bundle on a card.",
            ),
        }
    }
}

/// A tablet that listens for others.
pub struct PeerListener {
    listener: TcpListener,
    invitation: Invitation,
}

impl PeerListener {
    /// What another tablet needs to connect: address and fingerprint.
    pub fn invitation(&self) -> &Invitation {
        &self.invitation
    }
}

impl Tablet {
    /// Begins to listen on an address, `0.0.0.0:0` for any port on all networks.
    pub fn peer_listen(&self, bind: &str) -> Result<PeerListener> {
        let device = self.engine().session()?.device;
        self.engine().session()?.key()?;
        let unusable = |error: io::Error| {
            TabletError::refused(
                "peer.bad_address",
                format!("it cannot be listened on {bind}: {error}"),
                "Name an address of this device and a free port, for example 0.0.0.0:0.",
            )
        };
        let listener = TcpListener::bind(bind).map_err(unusable)?;
        listener.set_nonblocking(true).map_err(unusable)?;
        let mut address = listener.local_addr().map_err(unusable)?;
        if address.ip().is_unspecified() {
            address.set_ip(own_address().unwrap_or(Ipv4Addr::LOCALHOST.into()));
        }
        Ok(PeerListener { listener, invitation: Invitation { address, device } })
    }

    /// Waits for one tablet to call and exchanges with it. `None` when whoever watches ends the wait.
    pub fn peer_accept(&self, listener: &PeerListener, watch: &dyn SyncWatch) -> Result<Option<PeerReport>> {
        loop {
            match listener.listener.accept() {
                Ok((stream, _)) => return self.peer_talk(stream, Side::Listener, None, watch).map(Some),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(ChannelError::Io(error.to_string()).into()),
            }
            if watch.cancelled() {
                return Ok(None);
            }
            self.platform.wait(STEP_MS, &|| watch.cancelled());
        }
    }

    /// Calls a tablet that listens and exchanges with it. `whom` is its invitation as text, or just its address; with the invitation only
    /// that very tablet is talked to.
    pub fn peer_connect(&self, whom: &str, watch: &dyn SyncWatch) -> Result<PeerReport> {
        let (address, expected) = match whom.trim().parse::<Invitation>() {
            Ok(invitation) => (invitation.address, Some(invitation.device)),
            Err(error) if invitation::is_invitation(whom) => return Err(error),
            Err(_) => (resolve(whom.trim())?, None),
        };
        let stream = TcpStream::connect_timeout(&address, REACH).map_err(|error| {
            TabletError::new(
                ErrorKind::Transport,
                "peer.unreachable",
                format!("no tablet listens at {address}: {error}"),
                "Everything is safe on this device. Both tablets must be on one network, and the other must show its code.",
            )
        })?;
        self.peer_talk(stream, Side::Caller, expected, watch)
    }

    fn peer_talk(
        &self,
        stream: TcpStream,
        side: Side,
        expected: Option<DeviceId>,
        watch: &dyn SyncWatch,
    ) -> Result<PeerReport> {
        let _one_at_a_time = self.syncing.lock().unwrap_or_else(PoisonError::into_inner);
        self.seal_all()?;
        let ready = || {
            stream.set_nonblocking(false)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            stream.set_nodelay(true)
        };
        ready().map_err(|error| ChannelError::Io(error.to_string()))?;
        let channel = Channel::open(stream, side)?;
        session::Talk::new(self, channel, side, expected, watch).run()
    }
}

fn resolve(text: &str) -> Result<SocketAddr> {
    let found = text.to_socket_addrs().ok().and_then(|mut all| all.next());
    found.ok_or_else(|| {
        TabletError::refused(
            "peer.bad_address",
            "this is neither an address with a port nor the text of a tablet's code",
            "Give what the other tablet shows, for example 192.168.1.5:40123.",
        )
    })
}

/// The address by which this device would leave its network; nothing is sent to find out.
fn own_address() -> Option<std::net::IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}
