//! Sending one request of a sync, judging what came of it, and waiting after a failure.

use super::super::token;
use super::Run;
use crate::error::TabletError;
use crate::store::{Result, segments};
use crate::transport::{HttpHeader, HttpMethod, HttpRequest, HttpResponse, TransportError};

/// What a round came to.
pub(in crate::engine) enum Round {
    Answered(HttpResponse),
    /// Worth trying again.
    Broke(Broken),
    /// The same again would be answered the same.
    Refused(HttpResponse),
}

/// A round that broke off or was put off.
pub(in crate::engine) struct Broken {
    pub error: TabletError,
    /// How long the register asks to wait, in ms.
    pub wait_ms: Option<u64>,
    /// What came of a good answer before it broke off.
    pub part: Vec<u8>,
}

impl From<TabletError> for Broken {
    fn from(error: TabletError) -> Self {
        Self { error, wait_ms: None, part: Vec::new() }
    }
}

impl Run<'_> {
    /// Sends a request; with a fresh token once, if the one at hand is not accepted.
    pub(in crate::engine) fn post(&mut self, url: &str, kind: &str, body: &[u8]) -> Result<Round> {
        for fresh in [false, true] {
            if fresh {
                self.renew_token(true)?;
            }
            let header = |name: &str, value: String| HttpHeader { name: name.to_owned(), value };
            let headers = vec![
                header("content-type", kind.to_owned()),
                header("accept", "*/*".to_owned()),
                header("authorization", format!("Bearer {}", self.token)),
            ];
            let request = HttpRequest { method: HttpMethod::Post, url: url.to_owned(), headers, body: body.to_vec() };
            let answer = match token::send(self.transport, request, &mut self.report) {
                Ok(answer) => answer,
                Err(error) if self.is_away(&error) => return Err(error.into()),
                Err(TransportError::Cut { status: 200..=299, body, message }) => {
                    self.report.bytes_received += body.len() as u64;
                    let error = TransportError::Interrupted { message }.into();
                    return Ok(Round::Broke(Broken { error, wait_ms: None, part: body }));
                }
                Err(error) => return Ok(Round::Broke(TabletError::from(error).into())),
            };
            match answer.status {
                200..=299 => return Ok(Round::Answered(answer)),
                401 if !fresh => {}
                408 | 413 | 425 | 429 | 500..=599 => {
                    let (error, wait_ms) = (token::problem(&answer), answer.retry_after_ms());
                    return Ok(Round::Broke(Broken { error, wait_ms, part: Vec::new() }));
                }
                _ => return Ok(Round::Refused(answer)),
            }
        }
        Err(TabletError::internal("a round ended without an answer"))
    }

    /// A token that holds. On a link that breaks it is asked for as patiently as everything else.
    pub(super) fn renew_token(&mut self, fresh: bool) -> Result<()> {
        loop {
            match self.tablet.token(self.transport, fresh, &mut self.report) {
                Ok(token) => {
                    self.token = token;
                    return Ok(());
                }
                Err(error) if self.nothing_yet() && error.code == "transport.offline" => return Err(error),
                Err(error) if error.is_retryable() || error.code.starts_with("rate.") => {
                    self.broke(error.into(), false)?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn nothing_yet(&self) -> bool {
        self.report.round_trips == 0 && self.report.interruptions == 0
    }

    /// Nobody is there, and was not in this sync: no link, or a wrong address. Later on the same is only a link that is down for a while.
    fn is_away(&self, error: &TransportError) -> bool {
        matches!(error, TransportError::Offline { .. }) && self.nothing_yet()
    }

    /// A round broke: waits, or gives up. `brought` when something of it is safe all the same.
    pub(in crate::engine) fn broke(&mut self, broken: Broken, brought: bool) -> Result<()> {
        let Broken { error, wait_ms, .. } = broken;
        self.report.interruptions += 1;
        self.link.broke(brought);
        let chance = self.tablet.platform.random(8)?;
        let chance = chance.iter().fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
        let wait = self.link.wait_ms(chance, wait_ms).filter(|_| !self.link.is_hopeless());
        let Some(wait) = wait else { return Err(self.given_up(error, wait_ms)?) };
        self.tell(wait)?;
        self.tablet.platform.wait(wait, &|| self.watch.cancelled());
        self.tell(0)
    }

    /// A request of another kind went well: failures are counted anew.
    pub(in crate::engine) fn went_well(&mut self) {
        self.link.answered();
    }

    /// Says what is safe and what is left.
    fn given_up(&self, mut error: TabletError, wait_ms: Option<u64>) -> Result<TabletError> {
        let left = segments::outbox_bytes(self.tablet.engine().store.read())?;
        let when = match wait_ms {
            Some(ms) => format!("Sync again in {} s, as the register asks.", ms / 1000),
            None => "Sync again when there is a better link; it goes on from here.".to_owned(),
        };
        error.hint = format!(
            "Everything is safe on this device. The register has receipted {} statements in this sync and {left} bytes are left to send. {when}",
            self.report.pushed
        );
        Ok(error)
    }
}
