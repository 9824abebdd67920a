//! A bad link: a proxy that is slow, loses packets, and is cut every so often. It counts what it carries.
//!
//! A lost packet is one that arrives late, as a link layer or TCP makes it: it takes its time on the link again, and a stall before that.
//! Time runs faster here than outside by the weather's `speed`, so that an hour on a hillside takes seconds in a test.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use mobile_ffi::{HttpRequest, HttpResponse, HttpTransport, Transport, TransportError};

/// Bytes of a packet.
const PACKET: usize = 536;

/// What a link is like.
#[derive(Debug, Clone, Copy)]
pub struct Weather {
    /// Bytes a second, each way.
    pub bytes_per_s: f64,
    /// How likely a packet is lost.
    pub loss: f64,
    /// How long it takes to notice a lost packet.
    pub stall: Duration,
    /// All connections break this often.
    pub cut_every: Option<Duration>,
    /// How many times faster than outside time runs here.
    pub speed: f64,
    /// Where chance begins.
    pub seed: u64,
}

impl Weather {
    /// Nothing is in the way.
    pub const CLEAR: Self =
        Self { bytes_per_s: 1e9, loss: 0.0, stall: Duration::ZERO, cut_every: None, speed: 1.0, seed: 1 };

    /// 9.6 kbit/s, 30 % loss, cut every 20 s, in fast time.
    pub fn hillside(seed: u64) -> Self {
        let (stall, cut_every) = (Duration::from_millis(200), Some(Duration::from_secs(20)));
        Self { bytes_per_s: 1_200.0, loss: 0.3, stall, cut_every, speed: 40.0, seed }
    }

    fn fast(&self, time: Duration) -> Duration {
        time.div_f64(self.speed)
    }
}

/// The proxy.
pub struct Link {
    /// Its address, as a server has one.
    pub address: String,
    weather: Weather,
    to: String,
    began: Instant,
    over: AtomicBool,
    up: AtomicU64,
    down: AtomicU64,
    late: AtomicU64,
    cuts: AtomicU64,
    chance: AtomicU64,
}

impl Link {
    /// Listens on loopback and carries to the server at this address.
    pub fn start(to: &str, weather: Weather) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let link = Arc::new(Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            weather,
            to: to.trim_start_matches("http://").to_owned(),
            began: Instant::now(),
            over: AtomicBool::new(false),
            up: AtomicU64::new(0),
            down: AtomicU64::new(0),
            late: AtomicU64::new(0),
            cuts: AtomicU64::new(0),
            chance: AtomicU64::new(weather.seed),
        });
        let accepting = Arc::clone(&link);
        std::thread::spawn(move || {
            while !accepting.over.load(Ordering::SeqCst) {
                match listener.accept() {
                    Ok((near, _)) => accepting.carry(near),
                    Err(_) => std::thread::sleep(Duration::from_millis(2)),
                }
            }
        });
        link
    }

    /// Bytes that were carried up and down, HTTP and all.
    pub fn bytes(&self) -> (u64, u64) {
        (self.up.load(Ordering::SeqCst), self.down.load(Ordering::SeqCst))
    }

    /// Packets that were lost and came late.
    pub fn late(&self) -> u64 {
        self.late.load(Ordering::SeqCst)
    }

    /// Connections that were cut.
    pub fn cuts(&self) -> u64 {
        self.cuts.load(Ordering::SeqCst)
    }

    fn window(&self) -> u64 {
        self.weather
            .cut_every
            .map_or(0, |every| (self.began.elapsed().as_nanos() / self.weather.fast(every).as_nanos()) as u64)
    }

    fn carry(self: &Arc<Self>, near: TcpStream) {
        let Ok(far) = TcpStream::connect(&self.to) else { return };
        let window = self.window();
        for (from, to, counter) in [(&near, &far, true), (&far, &near, false)] {
            let (link, from, to) = (Arc::clone(self), from.try_clone().unwrap(), to.try_clone().unwrap());
            std::thread::spawn(move || link.pump(from, to, counter, window));
        }
    }

    fn pump(&self, mut from: TcpStream, mut to: TcpStream, up: bool, window: u64) {
        from.set_nonblocking(false).unwrap();
        from.set_read_timeout(Some(Duration::from_millis(3))).unwrap();
        let counter = if up { &self.up } else { &self.down };
        let mut packet = [0; PACKET];
        loop {
            if self.window() != window || self.over.load(Ordering::SeqCst) {
                self.cuts.fetch_add(u64::from(up), Ordering::SeqCst);
                break;
            }
            let size = match from.read(&mut packet) {
                Ok(0) => break,
                Ok(size) => size,
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => continue,
                Err(_) => break,
            };
            counter.fetch_add(size as u64, Ordering::SeqCst);
            let on_the_way = Duration::from_secs_f64(size as f64 / self.weather.bytes_per_s);
            let mut time = on_the_way;
            while self.chance() < self.weather.loss {
                self.late.fetch_add(1, Ordering::SeqCst);
                time += self.weather.stall + on_the_way;
            }
            std::thread::sleep(self.weather.fast(time));
            if self.window() == window && to.write_all(packet.get(..size).unwrap_or_default()).is_err() {
                break;
            }
        }
        drop(from.shutdown(Shutdown::Both));
        drop(to.shutdown(Shutdown::Both));
    }

    /// Between 0 and 1, by xorshift.
    fn chance(&self) -> f64 {
        let next = |mut x: u64| {
            x ^= x << 13;
            x ^= x >> 7;
            x ^ (x << 17)
        };
        let before = self.chance.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |x| Some(next(x | 1))).unwrap_or(1);
        (next(before | 1) >> 11) as f64 / (1u64 << 53) as f64
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
    }
}

/// HTTP that takes the way through a link instead of straight to the server.
pub struct Through {
    inner: HttpTransport,
    straight: String,
    link: Arc<Link>,
}

impl Through {
    /// To the server at this address by this link.
    pub fn new(straight: &str, link: &Arc<Link>) -> Self {
        Self { inner: HttpTransport::with_timeout_ms(20_000), straight: straight.to_owned(), link: Arc::clone(link) }
    }
}

impl Transport for Through {
    fn send(&self, mut request: HttpRequest) -> Result<HttpResponse, TransportError> {
        if let Some(path) = request.url.strip_prefix(&self.straight) {
            request.url = format!("{}{path}", self.link.address);
        }
        self.inner.send(request)
    }
}
