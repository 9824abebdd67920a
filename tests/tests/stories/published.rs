//! What the register publishes for tablets that do not hold its entries: serials to be noticed, packs of rows, and the entries of what is
//! opened. Over real HTTP, on both databases.

use std::collections::BTreeSet;

use ploughshare_core::document::{Exceptions, Statement, fold};
use ploughshare_core::domain::serial;
use ploughshare_core::edit::Edit;
use ploughshare_core::entries::{Question, Said};
use ploughshare_core::identity::Role;
use ploughshare_core::ids::{DocId, OperationId};
use ploughshare_core::lookup::{self, Additions, Noticed, Watch};
use ploughshare_core::pack::{self, Changes, Row};
use ploughshare_core::segment::{open, open_excerpt};
use ploughshare_server::identity::people;
use ploughshare_server::rebuild;
use ploughshare_tests::hand::{Hand, set, weapon};
use ploughshare_tests::{Register, Web, on_both};

/// A weapon of a class with a status.
fn kept(serial: &str, class: &str, status: &str) -> Edit {
    let Edit::Create { kind, mut fields, members } = weapon(serial) else { unreachable!() };
    for (name, value) in [("class", class), ("status", status)] {
        fields.retain(|(known, _)| known != name);
        fields.push((name.to_owned(), value.into()));
    }
    Edit::Create { kind, fields, members }
}

/// Records weapons in one segment; gives their documents.
fn records(hand: &mut Hand, weapons: Vec<Edit>) -> Vec<DocId> {
    let said: Vec<_> = weapons
        .into_iter()
        .enumerate()
        .map(|(n, edit)| hand.say(hand.next + n as u64, None, &[], vec![edit]))
        .collect();
    let sealed = hand.seal(&said);
    hand.bring_good(vec![sealed]);
    said.iter().map(|(hash, _)| hash.document()).collect()
}

/// Says one thing more about what this hand created, as the only one who did.
fn says(hand: &mut Hand, documents: &[DocId], first: &[(ploughshare_core::ids::EntryHash, DocId)], edit: &Edit) {
    let said: Vec<_> = documents
        .iter()
        .enumerate()
        .map(|(n, doc)| {
            let birth = first.iter().find(|(_, known)| known == doc).unwrap().0;
            hand.say(hand.next + n as u64, Some(*doc), &[birth], vec![edit.clone()])
        })
        .collect();
    let sealed = hand.seal(&said);
    hand.bring_good(vec![sealed]);
}

struct Reader<'a> {
    register: &'a Register,
    web: &'a Web,
}

impl Reader<'_> {
    fn key(&self) -> ploughshare_core::keys::PublicKey {
        self.register.app.key.public()
    }

    fn bytes(&self, path: &str) -> Vec<u8> {
        let reply = self.web.get(path);
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        reply.body
    }

    /// The newest look-up table, fetched part by part.
    fn watch(&self) -> Watch {
        let head = self.bytes("/api/v1/lookups");
        let head = lookup::Manifest::verify(&head, &self.register.app.register, &self.key()).unwrap();
        let parts: Vec<Vec<u8>> = head
            .parts()
            .iter()
            .map(|hash| self.bytes(&format!("/api/v1/lookups/parts/{}", hex::encode(hash))))
            .collect();
        Watch::new(head.assemble(parts.iter().map(Vec::as_slice)).unwrap())
    }

    /// Takes in what was added since.
    fn follow(&self, watch: &mut Watch) -> u64 {
        let path = format!("/api/v1/lookups/additions?base={}&from={}", hex::encode(watch.base()), watch.next());
        let bytes = self.bytes(&path);
        let additions = Additions::verify(&bytes, &self.register.app.register, &self.key()).unwrap();
        watch.add(&additions).unwrap();
        additions.entries.len() as u64
    }

    fn pack_in(&self, operation: &OperationId) -> (pack::Manifest, Vec<Row>) {
        let head = self.bytes(&format!("/api/v1/operations/{operation}/pack"));
        let head = pack::Manifest::verify(&head, &self.register.app.register, operation, &self.key()).unwrap();
        let rows = head.parts.iter().flat_map(|part| {
            let path = format!("/api/v1/operations/{operation}/pack/parts/{}", hex::encode(part.hash));
            part.read(&self.bytes(&path)).unwrap()
        });
        (head.clone(), rows.collect())
    }

    fn changes(&self, since: u64) -> Changes {
        let operation = self.register.operation.id;
        let bytes = self.bytes(&format!("/api/v1/operations/{operation}/pack/changes?since={since}"));
        Changes::verify(&bytes, &self.register.app.register, &operation, since, &self.key()).unwrap()
    }

    fn said(&self, documents: Option<Vec<DocId>>, after: u64) -> Said {
        let operation = self.register.operation.id;
        let question = Question { operation, documents, after };
        let path = format!("/api/v1/operations/{operation}/entries");
        let reply = self.web.post_as("application/cbor", &path, question.to_bytes());
        assert_eq!(reply.status, 200, "{}", reply.text());
        Said::from_bytes(&reply.body).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tablet_is_warned_of_what_was_destroyed_lost_or_stolen_and_of_what_comes_in_later() {
    on_both("lookups", async |register: Register| {
        let mut amina = register.hand("Amina", Role::Collector).await;
        records(
            &mut amina,
            vec![kept("KV 204417", "ASR", "stored"), kept("BO 71522", "PIS", "stolen"), kept("N/A", "PIS", "stolen")],
        );
        register.current().await;
        let reader = Reader { register: &register, web: &amina.web.clone() };
        let mut watch = reader.watch();
        let noticed = |watch: &Watch, serial: &str, class: &str| -> Option<(Noticed, bool)> {
            watch.look(serial, Some(class)).first().map(|hit| (hit.noticed, hit.alike))
        };
        assert_eq!(noticed(&watch, "kv-204417", "ASR"), Some((Noticed::Registered, false)));
        assert_eq!(noticed(&watch, "80 71522", "PIS"), Some((Noticed::Stolen, true)));
        assert_eq!(noticed(&watch, "KV204417", "PIS"), None);
        assert_eq!(watch.table().keys, 3, "one as it is, one of them also as it may be misread");
        assert_eq!(reader.follow(&mut watch), 0);

        // What comes in later is added, and of a serial that is there already the graver is told from then on.
        records(&mut amina, vec![kept("TT 900113", "ASR", "stored"), kept("KV-204417", "ASR", "stolen")]);
        register.current().await;
        assert_eq!(noticed(&watch, "TT900113", "ASR"), None);
        assert!(reader.follow(&mut watch) >= 2);
        assert_eq!(noticed(&watch, "KV204417", "ASR"), Some((Noticed::Stolen, false)));
        assert_eq!(noticed(&watch, "TT900113", "ASR"), Some((Noticed::Registered, false)));
        assert_eq!(watch.look("TT900113", Some("ASR"))[0].one_in, None, "an addition never errs");

        // Another server of the same register adds to the same base.
        if register.app.store.register.is_postgres() {
            let (_, address) = register.second().await;
            let web = amina.web.at(&address);
            let other = Reader { register: &register, web: &web };
            assert_eq!(other.watch().base(), watch.base());
            assert_eq!(other.follow(&mut watch), 0);
        }
        // A rebuild drops it and compares none of it; the next one has another salt.
        let before = *watch.base();
        register.is_rebuilt_equal().await;
        rebuild::rebuild(&register.app, &mut |_, _| ()).await.unwrap();
        register.current().await;
        let fresh = reader.watch();
        assert_ne!(*fresh.base(), before);
        assert_eq!(noticed(&fresh, "KV204417", "ASR"), Some((Noticed::Stolen, false)));
        let old = format!("/api/v1/lookups/additions?base={}&from=0", hex::encode(before));
        assert_eq!((amina.web.get(&old).status, amina.web.get(&old).refusal()), (410, "lookup.base_gone".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_class_that_the_base_does_not_name_brings_a_new_base() {
    on_both("classes", async |register: Register| {
        let mut amina = register.hand("Amina", Role::Collector).await;
        let reader = Reader { register: &register, web: &amina.web.clone() };
        let empty = reader.watch();
        assert_eq!((empty.table().keys, empty.look("KV204417", None).len()), (0, 0));
        records(&mut amina, vec![kept("KV 204417", "ASR", "stolen")]);
        register.current().await;
        let mut watch = empty.clone();
        // The additions tell it to whoever names the class; the new base to everybody.
        reader.follow(&mut watch);
        assert_eq!(watch.look("KV204417", Some("ASR"))[0].noticed, Noticed::Stolen);
        let begun = std::time::Instant::now();
        let fresh = loop {
            let fresh = reader.watch();
            if fresh.base() != empty.base() {
                break fresh;
            }
            assert!(begun.elapsed().as_secs() < 20, "no new base");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        };
        assert_eq!(fresh.look("KV204417", None)[0].noticed, Noticed::Stolen);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pack_says_what_the_register_holds_and_changes_follow_it() {
    on_both("packs", async |register: Register| {
        let mut amina = register.hand("Amina", Role::Collector).await;
        let weapons: Vec<Edit> = (0..30).map(|n| kept(&format!("KV {n:06}"), "ASR", "stored")).collect();
        let births: Vec<_> = weapons
            .iter()
            .enumerate()
            .map(|(n, edit)| amina.say(n as u64, None, &[], vec![edit.clone()]).0)
            .map(|hash| (hash, hash.document()))
            .collect();
        let items = records(&mut amina, weapons);
        register.current().await;
        let reader = Reader { register: &register, web: &amina.web.clone() };
        let operation = register.operation.id;
        let (head, rows) = reader.pack_in(&operation);
        let ids: BTreeSet<DocId> = rows.iter().map(|row| row.id).collect();
        assert_eq!((ids, rows.len()), (items.iter().copied().collect(), 30));
        let listed = amina.web.get("/api/v1/items?limit=500").good();
        for (row, item) in rows.iter().zip(listed["items"].as_array().unwrap()) {
            let same = [
                (Some(row.id.to_string()), "id"),
                (Some(row.kind.clone()), "kind"),
                (row.class.clone(), "class"),
                (row.status.clone(), "status"),
                (row.make.clone(), "make"),
                (row.site.clone(), "site"),
                (row.serials.first().cloned(), "serial"),
            ];
            for (here, name) in same {
                assert_eq!(here.as_deref(), item[name].as_str(), "{name}");
            }
            assert_eq!(Some(row.findings), item["findings_open"].as_u64());
        }
        assert_eq!(head.decision, register.decision().await);
        // The same register at the same place gives the same bytes, also when it is made anew.
        let path = format!("/api/v1/operations/{operation}/pack");
        let once = reader.bytes(&path);
        assert_eq!(reader.bytes(&path), once);
        let mut tx = register.app.store.register.begin_write().await.unwrap();
        tx.execute("delete from pack", &[]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(reader.bytes(&path), once);

        // An edit changes one row, and whatever findings it opens elsewhere change theirs.
        says(&mut amina, &items[3..4], &births, &set("make", "TULA"));
        register.current().await;
        let changes = reader.changes(head.seq);
        let changed = changes.rows.iter().find(|row| row.id == items[3]).unwrap();
        assert_eq!(changed.make.as_deref(), Some("TULA"));
        assert!(changes.rows.len() < 30 && changes.seq > head.seq && changes.place > head.place);
        assert_eq!(reader.changes(changes.seq).rows, Vec::new());
        // The same serial again opens a finding at both: the first row changes though nobody said anything about it.
        let twin = records(&mut amina, vec![kept("KV 000007", "ASR", "stored")]);
        register.current().await;
        let changes = reader.changes(changes.seq);
        let of = |id: DocId| changes.rows.iter().find(|row| row.id == id).map(|row| row.findings);
        assert!(of(twin[0]).is_some_and(|n| n > 0), "{changes:?}");
        assert!(of(items[7]).is_some_and(|n| n > 0), "{changes:?}");
        // The pack and the changes since add up to the pack of now.
        let mut sum: std::collections::BTreeMap<DocId, Row> = rows.into_iter().map(|row| (row.id, row)).collect();
        sum.extend(reader.changes(head.seq).rows.into_iter().map(|row| (row.id, row)));
        let mut tx = register.app.store.register.begin_write().await.unwrap();
        tx.execute("delete from pack", &[]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(sum.into_values().collect::<Vec<_>>(), reader.pack_in(&operation).1);
        // A number that the register has not reached is from another time.
        let ahead = amina.web.get(&format!("{path}/changes?since={}", u32::MAX));
        assert_eq!((ahead.status, ahead.refusal()), (410, "pack.too_old".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_entries_of_one_item_come_alone_and_fold_to_what_the_register_holds() {
    on_both("entries", async |register: Register| {
        let mut amina = register.hand("Amina", Role::Collector).await;
        let weapons: Vec<Edit> = (0..200).map(|n| kept(&format!("KV {n:06}"), "ASR", "stored")).collect();
        let births: Vec<_> = weapons
            .iter()
            .enumerate()
            .map(|(n, edit)| amina.say(n as u64, None, &[], vec![edit.clone()]).0)
            .map(|hash| (hash, hash.document()))
            .collect();
        let items = records(&mut amina, weapons);
        says(&mut amina, &items[17..19], &births, &set("make", "TULA"));
        register.current().await;
        let reader = Reader { register: &register, web: &amina.web.clone() };
        let said = reader.said(Some(vec![items[17]]), 0);
        assert!(!said.more && said.excerpts.len() + said.segments.len() == 2);
        let key = amina.key.public();
        let mut statements = Vec::new();
        for excerpt in &said.excerpts {
            let verified = open_excerpt(excerpt).unwrap().verify(&register.app.register, &key).unwrap();
            statements.extend(verified.into_entries());
        }
        for whole in &said.segments {
            statements.extend(open(whole).unwrap().verify(&register.app.register, &key).unwrap().into_entries());
        }
        let statements: Vec<Statement> = statements
            .into_iter()
            .filter(|(hash, entry)| entry.about(hash) == items[17])
            .map(|(hash, entry)| Statement { hash, entry })
            .collect();
        assert_eq!(statements.len(), 2);
        let folded = fold(items[17], &statements, &Exceptions::default());
        let digest = register
            .app
            .store
            .register
            .query_one("select digest from document where id = $1", &ploughshare_server::vals![items[17]])
            .await
            .unwrap()
            .unwrap();
        assert_eq!(folded.digest().as_slice(), digest.bytes(0).unwrap());
        // The large segment came as an excerpt: far less than all of it.
        assert!(said.to_bytes().len() < 12_000, "{}", said.to_bytes().len());
        assert_eq!(reader.said(Some(vec![items[17]]), said.place), Said { place: said.place, ..Said::default() });
        assert_eq!(reader.said(Some(vec![DocId::from_bytes([9; 16])]), 0).excerpts.len(), 0);

        // What is about no item comes as well, without the items: the decisions whole, and a collection out of a mixed segment.
        let collection = Edit::Create {
            kind: "collection".to_owned(),
            fields: vec![("site".to_owned(), "depot-1".into())],
            members: Vec::new(),
        };
        let mut mixed: Vec<Edit> = (0..40).map(|n| kept(&format!("QV {n:06}"), "ASR", "stored")).collect();
        mixed.push(collection);
        let added = records(&mut amina, mixed);
        register.current().await;
        let others = reader.said(None, 0);
        let own = register.app.key.public();
        let decisions: usize = others
            .segments
            .iter()
            .map(|whole| open(whole).unwrap())
            .map(|opened| opened.verify(&register.app.register, &own).unwrap().entries().len())
            .sum();
        assert_eq!(decisions as u64, register.decision().await + 1);
        assert_eq!(others.excerpts.len(), 1);
        let excerpt = open_excerpt(&others.excerpts[0]).unwrap().verify(&register.app.register, &key).unwrap();
        let about: Vec<DocId> = excerpt.entries().iter().map(|(hash, entry)| entry.about(hash)).collect();
        assert_eq!(about, vec![added[40]]);
        assert!(!others.more);
        assert_eq!(reader.said(None, others.place), Said { place: others.place, ..Said::default() });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_published_is_for_those_who_read_the_operation_and_nothing_is_shown_of_others() {
    on_both("published", async |register: Register| {
        let mut amina = register.hand("Amina", Role::Collector).await;
        records(&mut amina, vec![kept("KV 204417", "ASR", "stored")]);
        register.current().await;
        let operation = register.operation.id;
        let south = people::open_operation(&register.app, "operator", "south", "South", true).await.unwrap();
        let sana = register.hand_in(&south.id, "Sana", Role::Collector).await;
        let case = register.hand("Carla", Role::CaseOfficer).await;
        let admin = register.signed_in("Ada", Role::Administrator).await;
        let pack = format!("/api/v1/operations/{operation}/pack");
        let part = format!("{pack}/parts/{}", "00".repeat(32));
        let changes = format!("{pack}/changes?since=0");
        for path in [pack.as_str(), &part, &changes] {
            assert_eq!(register.web().get(path).refusal(), "token.missing");
            assert_eq!(sana.web.get(path).refusal(), "operation.not_enrolled", "{path}");
            assert_eq!(case.web.get(path).refusal(), "role.missing", "{path}");
            assert_eq!(admin.get(path).refusal(), "role.missing", "{path}");
        }
        for path in ["/api/v1/lookups", &format!("/api/v1/lookups/parts/{}", "00".repeat(32))] {
            assert_eq!(register.web().get(path).refusal(), "token.missing");
            assert_eq!(case.web.get(path).refusal(), "role.missing", "{path}");
            assert_eq!(admin.get(path).refusal(), "role.missing", "{path}");
        }
        assert_eq!(amina.web.get(&part).refusal(), "pack.part_unknown");
        let unknown = amina.web.get(&format!("/api/v1/lookups/parts/{}", "00".repeat(32)));
        assert_eq!((unknown.status, unknown.refusal()), (404, "lookup.part_unknown".to_owned()));
        // A part of another operation's pack is none of this one's.
        let reader = Reader { register: &register, web: &amina.web };
        let (head, _) = reader.pack_in(&operation);
        let elsewhere = format!("/api/v1/operations/{}/pack/parts/{}", south.id, hex::encode(head.parts[0].hash));
        assert_eq!(sana.web.get(&elsewhere).refusal(), "pack.part_unknown");
        // Serials of one operation are noticed in another: hashes of them, and nothing else.
        let other = Reader { register: &register, web: &sana.web };
        assert_eq!(other.watch().look("KV204417", Some("ASR"))[0].noticed, Noticed::Registered);
        let cached = amina.web.get(&format!("{pack}/parts/{}", hex::encode(head.parts[0].hash)));
        assert!(cached.headers["cache-control"].contains("immutable"));
        // Entries likewise, and a question that is none is refused.
        let question = Question { operation, documents: None, after: 0 };
        let path = format!("/api/v1/operations/{operation}/entries");
        let ask = |web: &Web, body: Vec<u8>| web.post_as("application/cbor", &path, body).refusal();
        assert_eq!(ask(&sana.web, question.to_bytes()), "operation.not_enrolled");
        assert_eq!(ask(&case.web, question.to_bytes()), "role.missing");
        assert_eq!(ask(&amina.web, b"no".to_vec()), "exchange.malformed");
        let crossed = Question { operation: south.id, ..question.clone() };
        assert_eq!(ask(&amina.web, crossed.to_bytes()), "exchange.other_operation");
        // Each of these reads is in the log of reads.
        let leaves =
            register.app.store.feed.query("select bytes from log_leaf where log = 'reads'", &[]).await.unwrap();
        let text: String =
            leaves.iter().map(|row| String::from_utf8_lossy(row.bytes(0).unwrap()).into_owned()).collect();
        for verb in ["pack.read", "lookups.read"] {
            assert!(text.contains(verb), "{verb}");
        }
        assert!(!text.contains("204417"));
    })
    .await;
}

/// Figures for an operation of many items: how long the register takes, and how many bytes a tablet waits for. Rows are put into the tables
/// directly, as they would be projected.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures; takes a minute"]
async fn figures_of_a_hundred_thousand_items() {
    const ITEMS: u64 = 100_000;
    on_both("figures", async |register: Register| {
        let amina = register.hand("Amina", Role::Collector).await;
        let operation = register.operation.id;
        register.current().await;
        put_items(&register, ITEMS).await;
        let reader = Reader { register: &register, web: &amina.web };
        let begun = std::time::Instant::now();
        let head = reader.bytes(&format!("/api/v1/operations/{operation}/pack"));
        let made = begun.elapsed();
        let (manifest, rows) = reader.pack_in(&operation);
        let bytes = head.len() as u64 + manifest.bytes();
        println!(
            "pack of {} rows: made in {made:?}, {bytes} bytes in {} parts, {:.1} minutes at 256 kbit/s",
            rows.len(),
            manifest.parts.len(),
            bytes as f64 * 8.0 / 256_000.0 / 60.0
        );
        let others = reader.said(None, 0).to_bytes().len();
        println!("decisions and what is about no item: {others} bytes");
        change(&register, 100).await;
        let path = format!("/api/v1/operations/{operation}/pack/changes?since={}", manifest.seq);
        let begun = std::time::Instant::now();
        let changes = reader.bytes(&path).len();
        println!("changes after 100 rows: {changes} bytes in {:?}", begun.elapsed());

        let begun = std::time::Instant::now();
        let head = reader.bytes("/api/v1/lookups").len();
        let made = begun.elapsed();
        let watch = reader.watch();
        let parts: usize = watch.table().parts().map(<[u8]>::len).sum();
        let keys = watch.table().keys;
        println!(
            "look-up table of {keys} keys: made in {made:?}, {} bytes, {:.2} bits a key, {:.2} a serial",
            head + parts,
            parts as f64 * 8.0 / keys as f64,
            parts as f64 * 8.0 / ITEMS as f64
        );
        let begun = std::time::Instant::now();
        let asked = 20_000_u64;
        let (mut exact, mut alike) = (0_u64, 0_u64);
        for n in 0..asked {
            let hits = watch.look(&format!("UNKNOWN{n}"), Some("ASR"));
            exact += u64::from(hits.iter().any(|hit| !hit.alike));
            alike += u64::from(hits.iter().any(|hit| hit.alike));
        }
        println!(
            "{:?} a look-up; of {asked} unknown serials {exact} seem to be there, {alike} to look alike",
            begun.elapsed() / asked as u32
        );
        assert_eq!(rows.len() as u64, ITEMS);
        assert!(bytes < 5_000_000 && changes < 12_000);
    })
    .await;
}

async fn put_items(register: &Register, count: u64) {
    let operation = register.operation.id;
    let mut tx = register.app.store.register.begin_write().await.unwrap();
    for from in (0..count).step_by(5_000) {
        let mut items = Vec::new();
        let mut markings = Vec::new();
        for n in from..(from + 5_000).min(count) {
            let id: [u8; 16] = ploughshare_core::keys::sha256(&n.to_be_bytes())[..16].try_into().unwrap();
            let mixed = u64::from_be_bytes(ploughshare_core::keys::sha256(&id)[..8].try_into().unwrap());
            let text = format!(
                "{}{} {:06}",
                (b'A' + (mixed % 26) as u8) as char,
                (b'A' + (mixed / 26 % 26) as u8) as char,
                mixed / 676 % 1_000_000
            );
            let norm = serial::normalise(&text);
            let fold = serial::fold(&norm);
            let class = ["ASR", "RIF", "PIS", "SHG", "REV", "SMG"][(mixed >> 33) as usize % 6];
            let status = ["stored", "stored", "destroyed", "reserved"][(mixed >> 40) as usize % 4];
            items.push(ploughshare_server::vals![
                operation,
                id,
                "weapon",
                format!("T-{n:06}"),
                class,
                ["IZHMASH", "FN", "COLT"][(mixed >> 20) as usize % 3],
                ["AKM", "FAL", "M16A1", "AK-47"][(mixed >> 25) as usize % 4],
                "7.62x39",
                text.clone(),
                norm.clone(),
                fold.clone(),
                status,
                format!("depot-{}", mixed % 30),
                format!("store-{}", mixed % 120),
                0,
                [1_u8; 16],
                [2_u8; 16],
                1_790_000_000_000_i64,
                1_790_000_000_000_000_i64,
                1,
                0,
                0,
                0,
                [0xa0_u8],
                1,
                0,
                0,
                0
            ]);
            markings.push(ploughshare_server::vals![operation, id, "m.0", "SER", text, norm, fold, 0]);
        }
        let columns = [
            "operation",
            "id",
            "kind",
            "tag",
            "class",
            "make",
            "model",
            "calibre",
            "serial_text",
            "serial_norm",
            "serial_fold",
            "status",
            "site",
            "store",
            "place_withheld",
            "recorder",
            "device",
            "recorded_at_ms",
            "received_at",
            "markings_count",
            "photos_count",
            "conflicts",
            "claims",
            "content",
            "changed_seq",
            "evidence_hold",
            "trace_pending",
            "temporary",
        ];
        tx.insert_many("item", &columns, items).await.unwrap();
        let columns = ["operation", "item", "key", "type", "text", "norm", "fold", "withdrawn"];
        tx.insert_many("marking", &columns, markings).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn change(register: &Register, count: u32) {
    let mut tx = register.app.store.register.begin_write().await.unwrap();
    let head =
        tx.query_one("select seq from projection_head where id = 1", &[]).await.unwrap().unwrap().int(0).unwrap();
    let sql =
        "update item set status = 'lost', changed_seq = $1 where id in (select id from item order by id limit $2)";
    tx.execute(sql, &ploughshare_server::vals![head, count]).await.unwrap();
    tx.execute("update projection_head set seq = seq + 1", &[]).await.unwrap();
    tx.commit().await.unwrap();
}
