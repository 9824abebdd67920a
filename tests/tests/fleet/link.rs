//! The way between a tablet and the register, which loses, repeats and delays.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use mobile_ffi::{HttpRequest, HttpResponse, Transport, TransportError};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use super::device::WorldClock;
use super::dice::Dice;
use super::world::Tally;

/// Largest answer, in bytes.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// Old requests that the way may still have, to bring once more.
const KEPT: usize = 40;

/// What goes wrong on the way, in percent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    /// A request that does not arrive.
    pub lost: usize,
    /// An answer that does not arrive.
    pub mute: usize,
    /// A request that arrives twice.
    pub twice: usize,
    /// An old request that arrives once more, before this one.
    pub stale: usize,
}

/// What the way remembers, over all links.
#[derive(Default)]
pub struct Memory {
    requests: Vec<HttpRequest>,
    /// What went wrong so far.
    pub tally: Tally,
}

/// One tablet's way to the register.
pub struct Link {
    /// Where requests are served; nobody if the server is down.
    pub router: Option<Router>,
    /// What serves them.
    pub run: Arc<Runtime>,
    /// How it is on the way.
    pub weather: Weather,
    /// Chance.
    pub dice: Mutex<Dice>,
    /// What the way remembers.
    pub memory: Arc<Mutex<Memory>>,
    /// The world's time; a request takes some.
    pub clock: Arc<WorldClock>,
}

impl Link {
    fn serve(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let Some(router) = self.router.clone() else {
            return Err(TransportError::Offline { message: "nobody listens".to_owned() });
        };
        self.clock.pass_ms(200);
        self.run.block_on(async {
            let mut asked = axum::http::Request::post(&request.url);
            for header in &request.headers {
                asked = asked.header(&header.name, &header.value);
            }
            let answer = router.oneshot(asked.body(Body::from(request.body)).unwrap()).await.unwrap();
            let status = u32::from(answer.status().as_u16());
            let body = to_bytes(answer.into_body(), MOST_BYTES).await.unwrap().to_vec();
            assert!(status < 500, "the register answered {status}: {}", String::from_utf8_lossy(&body));
            Ok(HttpResponse { status, body })
        })
    }
}

impl Transport for Link {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let (lost, mute, twice, stale) = {
            let mut dice = self.dice.lock().unwrap();
            let Weather { lost, mute, twice, stale } = self.weather;
            let old =
                if dice.percent(stale) { dice.pick(&self.memory.lock().unwrap().requests).cloned() } else { None };
            (dice.percent(lost), dice.percent(mute), dice.percent(twice), old)
        };
        let mut memory = self.memory.lock().unwrap();
        if memory.requests.len() == KEPT {
            memory.requests.remove(0);
        }
        memory.requests.push(request.clone());
        memory.tally.lost += u64::from(lost);
        memory.tally.mute += u64::from(mute && !lost);
        memory.tally.twice += u64::from(twice && !lost);
        memory.tally.stale += u64::from(stale.is_some());
        drop(memory);
        if let Some(old) = stale {
            drop(self.serve(old));
        }
        if lost {
            self.clock.pass_ms(30_000);
            return Err(TransportError::Interrupted { message: "lost on the way".to_owned() });
        }
        if twice {
            self.serve(request.clone())?;
        }
        let answer = self.serve(request)?;
        if mute {
            self.clock.pass_ms(30_000);
            return Err(TransportError::Interrupted { message: "the answer was lost".to_owned() });
        }
        Ok(answer)
    }
}
