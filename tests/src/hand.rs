//! A tablet written by hand, so that a story can say over real HTTP what no honest tablet would.

use ploughshare_core::edit::Edit;
use ploughshare_core::entry::{Entry, VOCABULARY};
use ploughshare_core::exchange::{Answer, End, Request};
use ploughshare_core::identity::Role;
use ploughshare_core::ids::{DeviceId, DocId, EntryHash, JournalId, OfficerId, OperationId, RegisterId, SegmentHash};
use ploughshare_core::keys::SecretKey;
use ploughshare_core::segment::{self, Header, Level};
use ploughshare_server::identity::{people, ticket};

use crate::web::{Reply, Web};
use crate::{Register, ticket_of};

/// An entry with its identity.
pub type Said = (EntryHash, Entry);

/// A tablet written by hand.
#[derive(Clone)]
pub struct Hand {
    /// The device's key.
    pub key: SecretKey,
    /// The installation's number.
    pub nonce: [u8; 16],
    /// The register it speaks to.
    pub register: RegisterId,
    /// The operation.
    pub operation: OperationId,
    /// Who holds it.
    pub officer: OfficerId,
    /// Number of the next entry to be sealed.
    pub next: u64,
    /// The segment sealed last.
    pub previous: Option<SegmentHash>,
    /// The newest decision it says it holds.
    pub held: u64,
    /// What its clock says.
    pub clock_ms: i64,
    /// Its way to the register, with its token.
    pub web: Web,
}

impl Register {
    /// An enrolled tablet, written by hand, of a new officer.
    pub async fn hand(&self, name: &str, role: Role) -> Hand {
        self.hand_in(&self.operation.id, name, role).await
    }

    /// The same in another operation.
    pub async fn hand_in(&self, operation: &OperationId, name: &str, role: Role) -> Hand {
        let officer = people::add_officer(&self.app, "operator", name).await.unwrap();
        people::grant(&self.app, "operator", operation, &officer.id, role).await.unwrap();
        let issued = ticket::issue(&self.app, "operator", operation, &officer.id, 10).await.unwrap();
        let key = SecretKey::ed25519(&self.app.random());
        let web = Web::new(&self.address);
        web.post("/api/v1/enrol", &ticket_of(&key, &issued.text, name)).good();
        let mut hand = Hand {
            nonce: self.app.random(),
            register: self.app.register,
            operation: *operation,
            officer: officer.id,
            next: 0,
            previous: None,
            held: 0,
            clock_ms: self.app.now_ms(),
            web: web.with(&token(&web, &key)),
            key,
        };
        hand.held = self.decision_in(operation).await;
        hand
    }

    /// A ticket for somebody who is known.
    pub async fn ticket_for(&self, officer: &OfficerId) -> String {
        ticket::issue(&self.app, "operator", &self.operation.id, officer, 10).await.unwrap().text
    }

    /// An officer's own key, made on a tablet and made known by the route.
    pub async fn officer_key(&self, hand: &Hand, officer: &OfficerId) -> SecretKey {
        let key = SecretKey::ed25519(&self.app.random());
        let ticket = self.ticket_for(officer).await;
        let known = hand.web.post("/api/v1/officers/keys", &officer_key_of(&key, &ticket, &hand.device())).good();
        assert_eq!(known.get("officer").and_then(serde_json::Value::as_str), Some(officer.to_string().as_str()));
        key
    }

    /// The register's newest decision in its operation.
    pub async fn decision(&self) -> u64 {
        self.decision_in(&self.operation.id).await
    }

    /// The same in another operation.
    pub async fn decision_in(&self, operation: &OperationId) -> u64 {
        let journal = ploughshare_server::decide::register_journal(&self.app, operation);
        let sql = "select next_number from journal where operation = $1 and id = $2";
        let key = ploughshare_server::vals![operation.as_bytes(), journal.as_bytes()];
        let row = self.app.store.feed.query_one(sql, &key).await.unwrap();
        row.map_or(0, |row| row.uint(0).unwrap() - 1)
    }
}

/// What a tablet says to make an officer's key known by a ticket.
pub fn officer_key_of(key: &SecretKey, ticket: &str, device: &DeviceId) -> serde_json::Value {
    let public = hex::encode(key.public().as_bytes());
    let message = format!("ploughshare officer key v1\n{ticket}\n{device}\n{public}");
    let signature = hex::encode(key.sign(message.as_bytes()));
    serde_json::json!({ "ticket": ticket, "public_key": public, "signature": signature })
}

/// A token for a key that is enrolled.
pub fn token(web: &Web, key: &SecretKey) -> String {
    let device = key.public().device().to_string();
    let asked = web.post("/api/v1/auth/challenge", &serde_json::json!({ "device": device })).good();
    let challenge = asked.get("challenge").and_then(serde_json::Value::as_str).unwrap().to_owned();
    let signature = hex::encode(key.sign(format!("ploughshare device proof v1\n{challenge}").as_bytes()));
    let proof = serde_json::json!({ "device": device, "challenge": challenge, "signature": signature });
    let token = web.post("/api/v1/auth/token", &proof).good();
    token.get("token").and_then(serde_json::Value::as_str).unwrap().to_owned()
}

impl Hand {
    /// Its id.
    pub fn device(&self) -> DeviceId {
        self.key.public().device()
    }

    /// Its journal.
    pub fn journal(&self) -> JournalId {
        self.key.public().journal(&self.nonce, &self.operation)
    }

    /// The same device with another installation number, and so another journal.
    #[must_use]
    pub fn installed_anew(&self, nonce: [u8; 16]) -> Self {
        Self { nonce, next: 0, previous: None, ..self.clone() }
    }

    /// An entry. Without a document it makes one.
    pub fn say(&self, number: u64, document: Option<DocId>, after: &[EntryHash], edits: Vec<Edit>) -> Said {
        self.say_in(VOCABULARY, number, document, after, edits)
    }

    /// An entry in a vocabulary of another version.
    pub fn say_in(
        &self,
        vocabulary: u32,
        number: u64,
        document: Option<DocId>,
        after: &[EntryHash],
        edits: Vec<Edit>,
    ) -> Said {
        let mut after = after.to_vec();
        after.sort_unstable();
        let entry = Entry {
            journal: self.journal(),
            number,
            document,
            officer: self.officer,
            claimed_ms: self.clock_ms + number as i64,
            boot: [1; 8],
            monotonic_ms: number,
            after,
            edits,
            vocabulary,
            extra: Vec::new(),
        };
        (entry.hash(), entry)
    }

    /// What a segment of it says at its head.
    pub fn header(&self) -> Header {
        Header {
            register: self.register,
            operation: self.operation,
            journal: self.journal(),
            first: self.next,
            previous: self.previous,
            sealed_ms: self.clock_ms,
            place_held: None,
            decision_held: self.held,
            nonce: self.nonce,
            after_fork: None,
            extra: Vec::new(),
        }
    }

    /// Seals entries into the next segment of its journal.
    pub fn seal(&mut self, entries: &[Said]) -> Vec<u8> {
        let sealed = segment::seal(self.header(), entries, &self.key, Level::Fast).unwrap();
        assert_eq!(sealed.taken, entries.len(), "one segment holds all of it");
        self.next += entries.len() as u64;
        self.previous = Some(sealed.segment.hash);
        sealed.segment.bytes
    }

    /// A new weapon, sealed: its entry and its segment.
    pub fn weapon(&mut self, serial: &str) -> (Said, Vec<u8>) {
        let birth = self.say(self.next, None, &[], vec![weapon(serial)]);
        let sealed = self.seal(std::slice::from_ref(&birth));
        (birth, sealed)
    }

    /// A round of sync.
    pub fn request(&self, segments: Vec<Vec<u8>>) -> Request {
        let chain = self.previous.and_then(|hash| hash.as_bytes().first_chunk::<8>().copied()).unwrap_or_default();
        let journals =
            if self.next == 0 { Vec::new() } else { vec![End { journal: self.journal(), next: self.next, chain }] };
        Request { operation: self.operation, place: 0, journals, segments, budget: 0 }
    }

    /// Sends bytes to the exchange.
    pub fn send(&self, body: Vec<u8>) -> Reply {
        self.web.post_as("application/cbor", &format!("/api/v1/operations/{}/exchange", self.operation), body)
    }

    /// Brings segments, and gives what the register answered.
    pub fn bring(&self, segments: Vec<Vec<u8>>) -> Answer {
        let reply = self.send(self.request(segments).to_bytes());
        assert_eq!(reply.status, 200, "{}", reply.text());
        Answer::from_bytes(&reply.body).unwrap()
    }

    /// Brings segments that must all be taken.
    pub fn bring_good(&self, segments: Vec<Vec<u8>>) -> Answer {
        let answer = self.bring(segments);
        assert_eq!((answer.refused.as_slice(), answer.receipts.len()), (&[][..], 1));
        answer
    }
}

/// A weapon with a serial.
pub fn weapon(serial: &str) -> Edit {
    let text = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).into())).collect::<Vec<_>>();
    let marking = text(&[("type", "SER"), ("text", serial), ("condition", "LEG"), ("location", "RCV")]);
    Edit::Create {
        kind: "item".to_owned(),
        fields: text(&[
            ("kind", "weapon"),
            ("class", "ASR"),
            ("make", "IZHMASH"),
            ("calibre", "7.62x39"),
            ("status", "stored"),
            ("site", "depot-1"),
        ]),
        members: vec![("markings".to_owned(), vec![marking])],
    }
}

/// A value said.
pub fn set(path: &str, value: &str) -> Edit {
    Edit::Set { path: path.to_owned(), value: value.into() }
}
