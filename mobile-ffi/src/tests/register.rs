//! A register in memory: it verifies, chains, gives places and receipts, and can be told to misbehave.

use std::collections::BTreeMap;
use std::sync::Mutex;

use ploughshare_core::decision::Decision;
use ploughshare_core::entry::{Entry, VOCABULARY};
use ploughshare_core::exchange::stream::{Ask, Part, Piece, Reader, Reply};
use ploughshare_core::exchange::{Answer, End, Refused, Request};
use ploughshare_core::identity::Role;
use ploughshare_core::ids::{DeviceId, JournalId, OfficerId, OperationId, SegmentHash};
use ploughshare_core::journal::{Fit, Tail};
use ploughshare_core::keys::{PublicKey, SecretKey, sha256};
use ploughshare_core::receipt::{Receipt, Safe};
use ploughshare_core::reopening::Keys;
use ploughshare_core::segment::{Header, Level, open, seal};
use serde_json::{Value as Json, json};

use crate::{HttpRequest, HttpResponse, Transport, TransportError};

/// Time of everything the register does, ms since the Unix epoch.
const NOW: i64 = 1_900_000_000_000;
const NONCE: [u8; 16] = [9; 16];

/// What the register does wrong.
#[derive(Default)]
pub struct Faults {
    /// Exchanges that are taken in and whose answer is lost.
    pub lose_answers: u32,
    /// Exchanges that find nobody.
    pub offline: u32,
    /// Tokens that are not accepted any more.
    pub forget_tokens: bool,
    /// Refuse every segment brought, with this code.
    pub refuse: Option<&'static str>,
    /// Sign receipts with another key.
    pub forge_receipts: bool,
    /// Officers' keys that are taken in and whose answer is lost.
    pub lose_key_answers: u32,
    /// Hold decisions back from the feed.
    pub hold_decisions: bool,
    /// Numbers for marks that are given and whose answer is lost.
    pub lose_mark_answers: u32,
}

struct Row {
    journal: JournalId,
    hash: SegmentHash,
    bytes: Vec<u8>,
    by_register: bool,
}

struct State {
    faults: Faults,
    devices: BTreeMap<DeviceId, PublicKey>,
    /// Officers' keys by the ticket that brought them.
    officer_keys: BTreeMap<String, Vec<u8>>,
    /// Numbers for marks that were given, by device and nonce, and the next one.
    marks: BTreeMap<(DeviceId, String), Json>,
    next_mark: u64,
    feed: Vec<Row>,
    tails: BTreeMap<JournalId, Tail>,
    decision: u64,
    token: u64,
    /// Devices that were revoked, with how many segments of theirs were set aside.
    revoked: BTreeMap<DeviceId, BTreeSet<[u8; 32]>>,
    /// Devices whose stores may be opened once, with which device may.
    reopenings: BTreeMap<DeviceId, DeviceId>,
    largest_body: usize,
    /// Segments of which the beginning is here.
    parts: BTreeMap<DeviceId, Part>,
    exchanges: u64,
}

/// The register.
pub struct FakeRegister {
    key: SecretKey,
    /// What tablets seal to.
    identity: age::x25519::Identity,
    operation: OperationId,
    state: Mutex<State>,
}

/// The officer of that name.
pub fn officer(name: &str) -> OfficerId {
    OfficerId::from_bytes(sha256(name.as_bytes())[..16].try_into().unwrap())
}

impl FakeRegister {
    pub fn new() -> std::sync::Arc<Self> {
        let register = Self {
            key: SecretKey::ed25519(&[42; 32]),
            identity: age::x25519::Identity::generate(),
            operation: OperationId::from_bytes([7; 16]),
            state: Mutex::new(State {
                faults: Faults::default(),
                devices: BTreeMap::new(),
                officer_keys: BTreeMap::new(),
                marks: BTreeMap::new(),
                next_mark: 1,
                feed: Vec::new(),
                tails: BTreeMap::new(),
                decision: 0,
                token: 0,
                revoked: BTreeMap::new(),
                reopenings: BTreeMap::new(),
                largest_body: 0,
                parts: BTreeMap::new(),
                exchanges: 0,
            }),
        };
        register.decide(&[Decision::OperationOpened { name: "Exercise".to_owned(), training: true, bundle_key: None }]);
        std::sync::Arc::new(register)
    }

    pub fn faults(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.state.lock().unwrap().faults);
    }

    pub fn segments(&self) -> usize {
        self.state.lock().unwrap().feed.iter().filter(|r| !r.by_register).count()
    }

    /// Entries of others than the register, each counted as often as it is in the feed.
    pub fn entries(&self) -> Vec<ploughshare_core::ids::EntryHash> {
        let state = self.state.lock().unwrap();
        let all = state.feed.iter().filter(|r| !r.by_register).flat_map(|r| {
            open(&r.bytes)
                .unwrap()
                .verify(&self.key.public().register(), &state.devices[&open(&r.bytes).unwrap().device()])
                .unwrap()
                .into_entries()
        });
        all.map(|(hash, _)| hash).collect()
    }

    /// Headers of all segments of others.
    pub fn headers(&self) -> Vec<Header> {
        let state = self.state.lock().unwrap();
        state.feed.iter().filter(|r| !r.by_register).map(|r| open(&r.bytes).unwrap().header().clone()).collect()
    }

    /// Forgets everything of the feed from this place on, as after a restore.
    pub fn forget_from(&self, place: usize) {
        let mut state = self.state.lock().unwrap();
        state.feed.truncate(place);
        let rows: Vec<(JournalId, Vec<u8>)> = state.feed.iter().map(|r| (r.journal, r.bytes.clone())).collect();
        state.tails.clear();
        for (journal, bytes) in rows {
            let opened = open(&bytes).unwrap();
            let (hash, next) = (opened.hash(), opened.header().first);
            let tail = Tail { journal, next, last: opened.header().previous };
            let key = state.devices.get(&opened.device()).cloned().unwrap_or_else(|| self.key.public());
            let verified = opened.verify(&self.key.public().register(), &key).unwrap();
            assert_eq!(verified.hash(), hash);
            state.tails.insert(journal, tail.after(&verified));
        }
    }

    pub fn places(&self) -> usize {
        self.state.lock().unwrap().feed.len()
    }

    pub fn decide(&self, decisions: &[Decision]) {
        let mut state = self.state.lock().unwrap();
        let journal = self.key.public().journal(&NONCE, &self.operation);
        let tail = *state.tails.entry(journal).or_insert_with(|| Tail::empty(journal));
        let entries: Vec<_> = (tail.next..)
            .zip(decisions)
            .map(|(number, decision)| {
                let entry = Entry {
                    journal,
                    number,
                    document: None,
                    officer: OfficerId::from_bytes([0; 16]),
                    claimed_ms: NOW,
                    boot: [0; 8],
                    monotonic_ms: 0,
                    after: Vec::new(),
                    edits: vec![decision.to_edit()],
                    vocabulary: VOCABULARY,
                    extra: Vec::new(),
                };
                (entry.hash(), entry)
            })
            .collect();
        let header = Header {
            register: self.key.public().register(),
            operation: self.operation,
            journal,
            first: tail.next,
            previous: tail.last,
            sealed_ms: NOW,
            place_held: None,
            decision_held: tail.next,
            nonce: NONCE,
            after_fork: None,
            extra: Vec::new(),
        };
        let sealed = seal(header, &entries, &self.key, Level::Fast).unwrap().segment;
        let next = tail.next + entries.len() as u64;
        state.tails.insert(journal, Tail { journal, next, last: Some(sealed.hash) });
        state.feed.push(Row { journal, hash: sealed.hash, bytes: sealed.bytes, by_register: true });
        state.decision = next - 1;
    }

    /// A ticket is the officer's name.
    fn enrol(&self, body: &Json) -> (u32, Json) {
        let name = body["ticket"].as_str().unwrap();
        let public = body["public_key"].as_str().unwrap();
        let key = PublicKey::from_bytes(&hex::decode(public).unwrap()).unwrap();
        let signature = hex::decode(body["signature"].as_str().unwrap()).unwrap();
        let message = format!("ploughshare enrolment v1\n{name}\n{public}");
        if key.verify(message.as_bytes(), &signature).is_err() {
            return (403, json!({ "code": "enrol.bad_signature", "detail": "no" }));
        }
        if name == "used" {
            return (
                410,
                json!({ "title": "Gone", "status": 410, "code": "ticket.used", "detail": "the ticket was used" }),
            );
        }
        self.state.lock().unwrap().devices.insert(key.device(), key.clone());
        let who = officer(name);
        let label = body["label"].as_str().unwrap().to_owned();
        self.decide(&[
            Decision::OfficerNamed { officer: who, name: name.to_owned() },
            Decision::RoleGranted { officer: who, role: Role::Collector },
            Decision::DeviceEnrolled {
                device: key.device(),
                key: key.as_bytes().to_vec(),
                officer: who,
                label,
                bundle_key: None,
            },
        ]);
        let said = json!({
            "register_id": self.key.public().register().to_string(),
            "register_key": hex::encode(self.key.public().as_bytes()),
            "operation": self.operation.to_string(),
            "operation_name": "Exercise",
            "training": true,
            "officer": who.to_string(),
            "officer_name": name,
            "device": key.device().to_string(),
            "lease_until_ms": i64::MAX / 2,
            "log_vkey": "register.test+00000000+AA",
        });
        (200, said)
    }

    /// A ticket for a key ends with the officer's name; the same ticket and key get the same answer.
    fn officer_key(&self, body: &Json, device: DeviceId) -> (u32, Json) {
        let ticket = body["ticket"].as_str().unwrap();
        let public = body["public_key"].as_str().unwrap();
        let key = PublicKey::from_bytes(&hex::decode(public).unwrap()).unwrap();
        let signature = hex::decode(body["signature"].as_str().unwrap()).unwrap();
        let message = format!("ploughshare officer key v1\n{ticket}\n{device}\n{public}");
        assert_eq!(key.verify(message.as_bytes(), &signature), Ok(()));
        let ticket = ticket.to_uppercase();
        let Some((_, name)) = ticket.split_once(' ') else {
            return (410, json!({ "code": "ticket.used", "detail": "the ticket was used" }));
        };
        let name = format!("{}{}", &name[..1], name[1..].to_lowercase());
        let known = self.state.lock().unwrap().officer_keys.get(&ticket).cloned();
        match known {
            Some(known) if known != key.as_bytes() => return (410, json!({ "code": "ticket.used", "detail": "used" })),
            Some(_) => {}
            None => {
                self.state.lock().unwrap().officer_keys.insert(ticket, key.as_bytes().to_vec());
                let key = key.as_bytes().to_vec();
                self.decide(&[Decision::OfficerKeyAdded { officer: officer(&name), key, device }]);
            }
        }
        let said = json!({
            "officer": officer(&name).to_string(),
            "officer_name": name,
            "operation": self.operation.to_string(),
            "lease_until_ms": NOW + 14 * 24 * 60 * 60 * 1000,
        });
        (200, said)
    }

    /// Gives a device a block of numbers; the same request gets the same answer.
    fn reserve(&self, body: &Json, device: DeviceId) -> (u32, Json) {
        let (series, count) = (body["series"].as_str().unwrap(), body["count"].as_u64().unwrap());
        let nonce = (device, body["nonce"].as_str().unwrap().to_owned());
        if let Some(known) = self.state.lock().unwrap().marks.get(&nonce) {
            return (200, known.clone());
        }
        let (prefix, width) = (series.trim_end_matches('#').to_owned(), series.matches('#').count() as u32);
        let first = self.state.lock().unwrap().next_mark;
        let suffix = String::new();
        let block = Decision::MarksReserved { device, prefix: prefix.clone(), suffix, width, first, count };
        self.decide(&[block]);
        let mut state = self.state.lock().unwrap();
        state.next_mark += count;
        let decision = state.decision;
        let said = json!({
            "operation": self.operation.to_string(), "series": series, "device": device.to_string(), "prefix": prefix,
            "suffix": "", "width": width, "first": first, "count": count, "decision": decision,
        });
        state.marks.insert(nonce, said.clone());
        (200, said)
    }

    /// Tells tablets to which key they seal, as a register does that has one.
    pub fn publish_key(&self) {
        self.decide(&[Decision::PersonKeyPublished { key: self.identity.to_public().to_string() }]);
    }

    /// Revokes a device.
    pub fn revoke_device(&self, device: DeviceId) {
        self.state.lock().unwrap().revoked.insert(device, BTreeSet::new());
        self.decide(&[Decision::DeviceRevoked { device, effective_ms: NOW }]);
    }

    /// Segments that a revoked device brought and that were set aside.
    pub fn set_aside(&self, device: DeviceId) -> usize {
        self.state.lock().unwrap().revoked[&device].len()
    }

    /// A registrar allows a sealed store to be opened once.
    pub fn allow_reopening(&self, device: DeviceId, by: DeviceId) {
        self.state.lock().unwrap().reopenings.insert(device, by);
    }

    /// Opens an escrow for a device that may have it.
    fn reopen(&self, body: &Json, by: DeviceId) -> (u32, Json) {
        let escrow = hex::decode(body["escrow"].as_str().unwrap()).unwrap();
        let keys = Keys::from_bytes(&age::decrypt(&self.identity, &escrow).unwrap()).unwrap();
        let mut state = self.state.lock().unwrap();
        let allowed =
            state.reopenings.get(&keys.device) == Some(&by) && state.reopenings.remove(&keys.device).is_some();
        if !allowed && (state.revoked.contains_key(&by) || keys.device != by) {
            return (403, json!({ "code": "reopen.not_allowed", "detail": "a registrar has to allow this" }));
        }
        let to: age::x25519::Recipient = body["recipient"].as_str().unwrap().parse().unwrap();
        (200, json!({ "sealed": hex::encode(age::encrypt(&to, &keys.to_bytes()).unwrap()) }))
    }

    /// How many blocks of numbers were given.
    pub fn mark_blocks(&self) -> usize {
        self.state.lock().unwrap().marks.len()
    }

    /// How many officers' keys are known.
    pub fn officer_keys(&self) -> usize {
        self.state.lock().unwrap().officer_keys.len()
    }

    /// Revokes all officers' keys from a moment on.
    pub fn revoke_officer_keys(&self, effective_ms: i64) {
        let keys: Vec<_> = self.state.lock().unwrap().officer_keys.values().cloned().collect();
        let revoked = keys.into_iter().map(|key| Decision::OfficerKeyRevoked { key, effective_ms });
        self.decide(&revoked.collect::<Vec<_>>());
    }

    fn exchange(&self, request: &Request, device: DeviceId) -> Answer {
        let mut state = self.state.lock().unwrap();
        state.exchanges += 1;
        let mut refused = Vec::new();
        let mut safe = Vec::new();
        for bytes in &request.segments {
            let opened = open(bytes).unwrap();
            let segment = opened.verify(&self.key.public().register(), &state.devices[&device]).unwrap();
            if let Some(code) = state.faults.refuse {
                refused.push(Refused { hash: segment.hash(), code: code.to_owned(), detail: "told to".to_owned() });
                continue;
            }
            if let Some(at) = state.feed.iter().position(|r| r.hash == segment.hash()) {
                safe.push(Safe { segment: segment.hash(), place: at as u64 + 1, leaf: 1 });
                continue;
            }
            let journal = segment.header().journal;
            let tail = *state.tails.entry(journal).or_insert_with(|| Tail::empty(journal));
            match tail.fit(&segment) {
                Fit::Gap { .. } => {
                    let detail = "something is missing".to_owned();
                    refused.push(Refused { hash: segment.hash(), code: "journal.gap".to_owned(), detail });
                    continue;
                }
                Fit::Next => drop(state.tails.insert(journal, tail.after(&segment))),
                Fit::Earlier | Fit::Unchained => {
                    if segment.next() > tail.next {
                        state.tails.insert(journal, tail.after(&segment));
                    }
                }
            }
            state.feed.push(Row { journal, hash: segment.hash(), bytes: bytes.clone(), by_register: false });
            safe.push(Safe { segment: segment.hash(), place: state.feed.len() as u64, leaf: 2 });
        }
        let ends = request.journals.iter().filter_map(|end| {
            let tail = state.tails.get(&end.journal).copied().unwrap_or_else(|| Tail::empty(end.journal));
            let ahead = tail.next > end.next || (tail.next == end.next && tail.chain() != end.chain);
            let known = End { journal: end.journal, next: tail.next, chain: tail.chain() };
            (ahead || (tail.next < end.next && request.segments.is_empty())).then_some(known)
        });
        let ends = ends.collect();
        let mut place = request.place;
        let (mut segments, mut bytes, mut more) = (Vec::new(), 0, false);
        for (at, row) in state.feed.iter().enumerate().skip(request.place as usize) {
            if request.journals.iter().any(|end| end.journal == row.journal)
                || (row.by_register && state.faults.hold_decisions)
            {
                place = at as u64 + 1;
                continue;
            }
            if !segments.is_empty() && bytes + row.bytes.len() as u64 > request.budget {
                more = true;
                break;
            }
            bytes += row.bytes.len() as u64;
            segments.push(row.bytes.clone());
            place = at as u64 + 1;
        }
        let key = if state.faults.forge_receipts { SecretKey::ed25519(&[1; 32]) } else { self.key.clone() };
        let receipt = Receipt {
            register: self.key.public().register(),
            operation: self.operation,
            device,
            received_ms: NOW,
            safe,
            decision: state.decision,
        };
        let receipts = if receipt.safe.is_empty() { Vec::new() } else { vec![receipt.sign(&key)] };
        Answer { place, receipts, segments, more, ends, refused, ahead: 0 }
    }
}

impl FakeRegister {
    /// The same exchange as a stream. The beginning of a segment is kept for the next one.
    fn stream(&self, body: &[u8], device: DeviceId) -> Vec<u8> {
        let (mut ask, mut brought, mut reader) = (None, Vec::new(), Reader::default());
        let mut held = self.state.lock().unwrap().parts.remove(&device);
        for piece in reader.push(body).unwrap() {
            match piece {
                Piece::Head(head) => ask = Some(Ask::from_head(&head).unwrap()),
                Piece::Frame(part) => {
                    let part = part.behind(held.take().as_ref()).unwrap();
                    assert!(part.is_whole());
                    brought.push(part.bytes);
                }
            }
        }
        let rest = reader.rest().map(|part| part.behind(held.as_ref()).unwrap()).or(held);
        let begun = rest.as_ref().and_then(Part::begun);
        self.state.lock().unwrap().parts.extend(rest.map(|part| (device, part)));
        let mut ask = ask.unwrap();
        let known = |hash: &SegmentHash| {
            let state = self.state.lock().unwrap();
            state.feed.iter().find(|row| row.hash == *hash).map(|row| row.bytes.clone())
        };
        // A segment that is here already is answered as the first time.
        brought.extend(ask.wanted.iter().filter_map(known));
        ask.request.segments = brought;
        let mut answer = self.exchange(&ask.request, device);
        let segments = std::mem::take(&mut answer.segments);
        let places: Vec<u64> = {
            let state = self.state.lock().unwrap();
            let place = |bytes: &Vec<u8>| state.feed.iter().position(|row| row.bytes == *bytes).unwrap() as u64 + 1;
            segments.iter().map(place).collect()
        };
        let mut bytes = Reply { answer, begun }.to_bytes();
        for (place, segment) in places.into_iter().zip(segments) {
            Part::whole(place, segment).write(0, u64::MAX, &mut bytes);
        }
        bytes
    }
}

impl Transport for FakeRegister {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let json_answer = |(status, body): (u32, Json)| {
            Ok(HttpResponse { status, headers: vec![], body: body.to_string().into_bytes() })
        };
        let path = request.url.strip_prefix("http://register.test/api/v1/").unwrap();
        if !path.ends_with("/exchange") && !path.ends_with("/stream") {
            let body: Json = serde_json::from_slice(&request.body).unwrap();
            return json_answer(match path {
                "enrol" => self.enrol(&body),
                "devices/reopen" => {
                    let token = request.headers.iter().find(|h| h.name == "authorization").unwrap();
                    self.reopen(&body, token.value.split_once('.').unwrap().1.parse().unwrap())
                }
                "officers/keys" => {
                    let token = request.headers.iter().find(|h| h.name == "authorization").unwrap();
                    let device = token.value.split_once('.').unwrap().1.parse().unwrap();
                    let answer = self.officer_key(&body, device);
                    let mut state = self.state.lock().unwrap();
                    if state.faults.lose_key_answers > 0 {
                        state.faults.lose_key_answers -= 1;
                        return Err(TransportError::Interrupted { message: "told to".to_owned() });
                    }
                    answer
                }
                marks if marks == format!("operations/{}/marks", self.operation) => {
                    let token = request.headers.iter().find(|h| h.name == "authorization").unwrap();
                    let device = token.value.split_once('.').unwrap().1.parse().unwrap();
                    let answer = self.reserve(&body, device);
                    let mut state = self.state.lock().unwrap();
                    if state.faults.lose_mark_answers > 0 {
                        state.faults.lose_mark_answers -= 1;
                        return Err(TransportError::Interrupted { message: "told to".to_owned() });
                    }
                    answer
                }
                "auth/challenge" => (200, json!({ "challenge": "c0ffee" })),
                "auth/token" => {
                    let device: DeviceId = body["device"].as_str().unwrap().parse().unwrap();
                    let mut state = self.state.lock().unwrap();
                    let signature = hex::decode(body["signature"].as_str().unwrap()).unwrap();
                    state.devices[&device].verify(b"ploughshare device proof v1\nc0ffee", &signature).unwrap();
                    state.token += 1;
                    let revoked = state.revoked.contains_key(&device);
                    let token = format!("{}.{device}", state.token);
                    (200, json!({ "token": token, "expires_at_ms": i64::MAX / 2, "revoked": revoked }))
                }
                other => panic!("no such path: {other}"),
            });
        }
        {
            let mut state = self.state.lock().unwrap();
            if state.faults.offline > 0 {
                state.faults.offline -= 1;
                return Err(TransportError::Offline { message: "told to".to_owned() });
            }
            state.largest_body = state.largest_body.max(request.body.len());
        }
        let token =
            request.headers.iter().find(|h| h.name == "authorization").unwrap().value.strip_prefix("Bearer ").unwrap();
        let (number, device) = token.split_once('.').unwrap();
        let expired = {
            let mut state = self.state.lock().unwrap();
            let out = state.faults.forget_tokens && number.parse::<u64>().unwrap() <= state.token;
            state.faults.forget_tokens = false;
            out
        };
        if expired {
            return json_answer((401, json!({ "code": "auth.expired", "detail": "the token has run out" })));
        }
        let device = device.parse().unwrap();
        let streamed = path == format!("operations/{}/stream", self.operation);
        if !streamed {
            assert_eq!(path, format!("operations/{}/exchange", self.operation));
        }
        if let Some(aside) = self.state.lock().unwrap().revoked.get_mut(&device) {
            if !streamed {
                let said = Request::from_bytes(&request.body).unwrap();
                aside.extend(said.segments.iter().map(|bytes| sha256(bytes)));
            }
            return json_answer((403, json!({ "code": "device.revoked", "detail": "this device was revoked" })));
        }
        let answer = if streamed {
            self.stream(&request.body, device)
        } else {
            self.exchange(&Request::from_bytes(&request.body).unwrap(), device).to_bytes()
        };
        let mut state = self.state.lock().unwrap();
        if state.faults.lose_answers > 0 {
            state.faults.lose_answers -= 1;
            return Err(TransportError::Interrupted { message: "told to".to_owned() });
        }
        Ok(HttpResponse { status: 200, headers: vec![], body: answer })
    }
}
