//! A link that counts what goes over it and, when it is told to, breaks every connection after some bytes.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A link to a server, on loopback.
#[derive(Debug)]
pub struct Link {
    /// Where it is entered.
    pub address: String,
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Bytes up after which a connection breaks: at least this many; 0 never.
    least: AtomicU64,
    /// And less than so many more.
    more: AtomicU64,
    seed: AtomicU64,
    up: AtomicU64,
    down: AtomicU64,
    cuts: AtomicU64,
}

impl Inner {
    /// How much the next connection carries.
    fn budget(&self) -> u64 {
        let least = self.least.load(Ordering::SeqCst);
        if least == 0 {
            return u64::MAX;
        }
        let seed = self.seed.load(Ordering::SeqCst);
        let next = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.seed.store(next, Ordering::SeqCst);
        least + (next >> 33) % self.more.load(Ordering::SeqCst).max(1)
    }
}

impl Link {
    /// A link to a server; whole until it is told to break.
    pub fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (server, inner) = (server.strip_prefix("http://").unwrap().to_owned(), Arc::<Inner>::default());
        let shared = Arc::clone(&inner);
        std::thread::spawn(move || {
            for near in listener.incoming() {
                let Ok(near) = near else { return };
                let Ok(far) = TcpStream::connect(&server) else { continue };
                let (budget, inner) = (shared.budget(), Arc::clone(&shared));
                std::thread::spawn(move || carry(near, far, budget, &inner));
            }
        });
        Self { address, inner }
    }

    /// From now on every connection breaks after `least` to `least + more` bytes up.
    pub fn breaks(&self, least: u64, more: u64, seed: u64) {
        self.inner.seed.store(seed, Ordering::SeqCst);
        self.inner.more.store(more, Ordering::SeqCst);
        self.inner.least.store(least, Ordering::SeqCst);
    }

    /// It is whole again.
    pub fn holds(&self) {
        self.inner.least.store(0, Ordering::SeqCst);
    }

    /// Bytes that went up and down over it, headers and all.
    pub fn bytes(&self) -> (u64, u64) {
        (self.inner.up.load(Ordering::SeqCst), self.inner.down.load(Ordering::SeqCst))
    }

    /// How often it broke.
    pub fn cuts(&self) -> u64 {
        self.inner.cuts.load(Ordering::SeqCst)
    }
}

fn carry(mut near: TcpStream, far: TcpStream, budget: u64, inner: &Arc<Inner>) {
    let (mut back, mut answers) = (near.try_clone().unwrap(), far.try_clone().unwrap());
    let counting = Arc::clone(inner);
    std::thread::spawn(move || {
        let mut some = [0; 16 * 1024];
        while let Ok(read @ 1..) = answers.read(&mut some) {
            counting.down.fetch_add(read as u64, Ordering::SeqCst);
            if back.write_all(&some[..read]).is_err() {
                break;
            }
        }
        drop(back.shutdown(Shutdown::Both));
    });
    let (mut far, mut left, mut some) = (far, budget, [0; 16 * 1024]);
    while let Ok(read @ 1..) = near.read(&mut some) {
        let passes = read.min(usize::try_from(left).unwrap_or(usize::MAX));
        left -= passes as u64;
        inner.up.fetch_add(passes as u64, Ordering::SeqCst);
        if far.write_all(&some[..passes]).is_err() {
            break;
        }
        if left == 0 {
            inner.cuts.fetch_add(1, Ordering::SeqCst);
            drop(near.shutdown(Shutdown::Both));
            break;
        }
    }
    drop(far.shutdown(Shutdown::Both));
}
