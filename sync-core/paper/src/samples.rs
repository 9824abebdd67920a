//! Sheets to print in tests and in the example: all names, numbers and keys in them are made up.

use ploughshare_paper::{
    AmmunitionTotal, Attachment, Authorisation, CertificateItem, CertificateSheet, Difference, HandoverItem,
    HandoverSheet, Language, Party, Proof, Quantity, ReceiptDetails, ReceiptSheet, ScrapStep, Seal, SerialSeen,
    Signature, Totals,
};

/// One of three texts, by language.
fn by<'a>(language: Language, english: &'a str, french: &'a str, arabic: &'a str) -> &'a str {
    match language {
        Language::English => english,
        Language::French => french,
        Language::Arabic => arabic,
    }
}

fn key(seed: u8) -> Vec<u8> {
    (0..32_u8).map(|i| seed.wrapping_mul(31).wrapping_add(i.wrapping_mul(73)) ^ 0x5a).collect()
}

fn read(text: &str) -> SerialSeen {
    SerialSeen { text: Some(text.to_owned()), status: "read".to_owned() }
}

/// A certificate of so many items.
pub(crate) fn certificate_sheet(language: Language, items: usize) -> CertificateSheet {
    let made = |i: usize| -> CertificateItem {
        let tag = format!("NRB-26-{:05}", 417 + i);
        let item = CertificateItem { tag, result: "complete".to_owned(), ..CertificateItem::default() };
        match i % 7 {
            0 => CertificateItem {
                class: "ASR".to_owned(),
                make_model: Some("Izhmash AKM".to_owned()),
                calibre: Some("7.62x39".to_owned()),
                serial: Some(read(&format!("{}", 1_974_305_118_u64 + i as u64 * 37))),
                weight_grams: Some(3_140),
                ..item
            },
            1 => CertificateItem {
                class: "PIS".to_owned(),
                make_model: Some("FN Browning HP-35".to_owned()),
                calibre: Some("9x19".to_owned()),
                serial: Some(SerialSeen { text: Some("T31?80".to_owned()), status: "partial".to_owned() }),
                weight_grams: Some(1_002),
                ..item
            },
            2 => CertificateItem {
                class: "ASR".to_owned(),
                make_model: Some("Norinco Type 56".to_owned()),
                calibre: Some("7.62x39".to_owned()),
                serial: Some(SerialSeen { text: None, status: "obliterated".to_owned() }),
                weight_grams: Some(3_815),
                ..item
            },
            3 => CertificateItem {
                class: "AMM".to_owned(),
                make_model: Some(by(language, "ball, loose", "ordinaires, en vrac", "عادية، سائبة").to_owned()),
                calibre: Some("7.62x39".to_owned()),
                quantity: Some(Quantity { count: 12_480, method: "counted".to_owned() }),
                weight_grams: Some(203_424),
                ..item
            },
            4 => CertificateItem {
                class: "GPM".to_owned(),
                make_model: Some("PKM".to_owned()),
                calibre: Some("7.62x54R".to_owned()),
                serial: Some(read("ЖА-4471")),
                weight_grams: Some(7_500),
                result: "second_process".to_owned(),
                ..item
            },
            5 => CertificateItem {
                class: "RIF".to_owned(),
                make_model: Some(by(language, "craft-made", "fabrication artisanale", "صنع محلي").to_owned()),
                serial: Some(SerialSeen { text: None, status: "none_marked".to_owned() }),
                weight_grams: Some(2_905),
                ..item
            },
            _ => CertificateItem {
                class: "RIF".to_owned(),
                make_model: Some("Lee-Enfield No. 4 Mk I".to_owned()),
                calibre: Some("7.7x56R".to_owned()),
                serial: Some(read("٤٧١٢٣ ج")),
                result: "withdrawn".to_owned(),
                ..item
            },
        }
    };
    let items: Vec<CertificateItem> = (0..items).map(made).collect();
    let withdrawn = items.iter().filter(|item| item.result == "withdrawn").count() as u64;
    let lots = items.iter().filter(|item| item.quantity.is_some()).count() as u64;
    let presented = items.len() as u64;
    CertificateSheet {
        number: "DC-2026-0031".to_owned(),
        issued_at: "2026-03-04T16:20:00Z".to_owned(),
        issued_by: Some(by(language, "National Register of Small Arms", "Registre national des armes légères", "السجل الوطني للأسلحة الصغيرة").to_owned()),
        programme: by(language, "Disarmament, Demobilisation and Reintegration", "Désarmement, démobilisation et réintégration", "نزع السلاح والتسريح وإعادة الإدماج").to_owned(),
        operation: by(language, "Operation North River, second phase", "Opération Fleuve Nord, deuxième phase", "عملية النهر الشمالي، المرحلة الثانية").to_owned(),
        country: by(language, "Republic of Exampleland", "République d’Exemplie", "جمهورية المثال").to_owned(),
        organisation: Some(
            by(language, "National Commission on Small Arms", "Commission nationale des armes légères", "اللجنة الوطنية للأسلحة الصغيرة")
                .to_owned(),
        ),
        site: by(language, "Central Workshop", "Atelier central", "الورشة المركزية").to_owned(),
        place: by(language, "Port Sample, Eastern Province", "Port-Modèle, province de l’Est", "ميناء النموذج، المحافظة الشرقية").to_owned(),
        begun_at: "2026-03-04T07:30:00Z".to_owned(),
        ended_at: "2026-03-04T15:05:00Z".to_owned(),
        methods: vec!["CUT-T".to_owned(), "SML".to_owned()],
        authorisation: Authorisation {
            authority: by(language, "Ministry of the Interior", "Ministère de l’Intérieur", "وزارة الداخلية").to_owned(),
            number: "MI/ARM/2026/114".to_owned(),
            date: "2026-02-19".to_owned(),
        },
        plan_reference: Some("DP-2026-07, rev. 2".to_owned()),
        procedure: Some("SOP-09 v3.1".to_owned()),
        monitored_by: Some(by(language, "Regional Centre on Small Arms", "Centre régional sur les armes légères", "المركز الإقليمي للأسلحة الصغيرة").to_owned()),
        totals: Totals {
            planned: presented + 2,
            presented,
            destroyed: presented - withdrawn,
            rejected: 0,
            withdrawn,
            weight_grams: Some(items.iter().filter_map(|item| item.weight_grams).sum()),
            ammunition: vec![
                AmmunitionTotal { description: "7.62x39".to_owned(), quantity: Quantity { count: lots * 12_480, method: "counted".to_owned() } },
                AmmunitionTotal { description: "12.7x108".to_owned(), quantity: Quantity { count: 900, method: "estimated".to_owned() } },
            ],
        },
        scrap: vec![ScrapStep {
            weight_grams: Some(38_200),
            recipient: by(language, "Sample Steel Works, furnace 2", "Aciérie Modèle, four 2", "مصنع النموذج للصلب، الفرن 2").to_owned(),
            reference: Some("WB-20260305-118".to_owned()),
        }],
        items,
        signatures: vec![
            Signature {
                role: "destruction_supervisor".to_owned(),
                name: by(language, "Capt. Ada Mensah", "Cap. Ada Mensah", "النقيب آدا منساه").to_owned(),
                organisation: Some(by(language, "Armed Forces, Ordnance Branch", "Forces armées, service du matériel", "القوات المسلحة، فرع الذخائر").to_owned()),
                signed_at: Some("2026-03-04T15:12:41Z".to_owned()),
                key_fingerprint: Some(key(1)),
            },
            Signature {
                role: "independent_witness".to_owned(),
                name: by(language, "Dr Lucie Fontaine", "Dr Lucie Fontaine", "د. لوسي فونتين").to_owned(),
                organisation: Some(by(language, "Regional Centre on Small Arms", "Centre régional sur les armes légères", "المركز الإقليمي للأسلحة الصغيرة").to_owned()),
                signed_at: Some("2026-03-04T15:14:03Z".to_owned()),
                key_fingerprint: Some(key(2)),
            },
            Signature {
                role: "registrar".to_owned(),
                name: by(language, "Samir Haddad", "Samir Haddad", "سمير حداد").to_owned(),
                organisation: None,
                signed_at: None,
                key_fingerprint: None,
            },
        ],
        proof: Proof {
            item_list_hash: std::array::from_fn(|i| (i as u8).wrapping_mul(97) ^ 0xc3),
            log_position: Some(48_213),
            checkpoint: vec![
                "register.example/log".to_owned(),
                "48220".to_owned(),
                "Qm9ndXMgcm9vdCBoYXNoIGZvciBhIHNhbXBsZSBzaGVldCE=".to_owned(),
                "— register.example/log A1b2C3d4ZXhhbXBsZXNpZ25hdHVyZWV4YW1wbGVzaWduYXR1cmVleGFtcGxlc2lnbmF0dXJlZXhhbXBsZXNpZw==".to_owned(),
            ],
            qr: "PLOUGHSHARE:1:DC-2026-0031:C3A2017060C1B0936F7E4D5C2B1A09F8E7D6C5B4A39281706F5E4D3C2B1A0918:48213".to_owned(),
        },
        attachment: Some(Attachment {
            name: "certificate.json".to_owned(),
            media_type: "application/json".to_owned(),
            bytes: br#"{"certificate":"DC-2026-0031","endstream":">> endstream endobj 7 0 obj << /Type /EmbeddedFile"}"#.to_vec(),
        }),
    }
}

/// A receipt for a rifle.
pub(crate) fn receipt_sheet(language: Language) -> ReceiptSheet {
    ReceiptSheet {
        number: "R-26-004711".to_owned(),
        operation: by(language, "Operation North River", "Opération Fleuve Nord", "عملية النهر الشمالي").to_owned(),
        handed_in_at: "2026-02-11T09:41:00Z".to_owned(),
        tag: "NRB-26-00417".to_owned(),
        officer: by(language, "Sgt. Jonas Weber", "Sgt Jonas Weber", "الرقيب يونس وهبي").to_owned(),
        organisation: Some(
            by(language, "National DDR Commission", "Commission nationale DDR", "اللجنة الوطنية لنزع السلاح").to_owned(),
        ),
        details: Some(ReceiptDetails {
            place: by(
                language,
                "Pick-up point 4, Sample Bridge",
                "Point de collecte 4, Pont-Modèle",
                "نقطة الجمع 4، جسر النموذج",
            )
            .to_owned(),
            item_type: "ASR".to_owned(),
            make_model: Some("Izhmash AKM".to_owned()),
            calibre: Some("7.62x39".to_owned()),
            condition: "UNS".to_owned(),
            serial: Some(SerialSeen { text: Some("19743?5118".to_owned()), status: "partial".to_owned() }),
            quantity: None,
        }),
    }
}

/// A hand-over of so many items, one of which did not arrive.
pub(crate) fn handover_sheet(language: Language, items: usize) -> HandoverSheet {
    let listed = certificate_sheet(language, items).items;
    HandoverSheet {
        number: "HO-2026-0102".to_owned(),
        issued_at: "2026-02-27T05:50:00Z".to_owned(),
        operation: by(language, "Operation North River", "Opération Fleuve Nord", "عملية النهر الشمالي").to_owned(),
        reason: Some(by(language, "To destruction", "Vers la destruction", "إلى التدمير").to_owned()),
        from: Party {
            name: by(language, "Store 2", "Dépôt 2", "المخزن 2").to_owned(),
            organisation: Some(
                by(language, "National DDR Commission", "Commission nationale DDR", "اللجنة الوطنية لنزع السلاح")
                    .to_owned(),
            ),
            place: Some(by(language, "Sample Bridge", "Pont-Modèle", "جسر النموذج").to_owned()),
        },
        to: Party {
            name: by(language, "Central Workshop", "Atelier central", "الورشة المركزية").to_owned(),
            organisation: Some(
                by(
                    language,
                    "Armed Forces, Ordnance Branch",
                    "Forces armées, service du matériel",
                    "القوات المسلحة، فرع الذخائر",
                )
                .to_owned(),
            ),
            place: Some(by(language, "Port Sample", "Port-Modèle", "ميناء النموذج").to_owned()),
        },
        loaded_at: Some("2026-02-27T06:30:00Z".to_owned()),
        received_at: Some("2026-02-27T13:45:00Z".to_owned()),
        vehicle: Some(by(language, "Truck, UN 4417", "Camion, UN 4417", "شاحنة، UN 4417").to_owned()),
        escort: Some(
            by(language, "Military Police, 6 persons", "Police militaire, 6 personnes", "الشرطة العسكرية، 6 أفراد")
                .to_owned(),
        ),
        seals: vec![
            Seal {
                number: "A-009871".to_owned(),
                found: Some("A-009871".to_owned()),
                state: Some("intact".to_owned()),
            },
            Seal {
                number: "A-009872".to_owned(),
                found: Some("A-009827".to_owned()),
                state: Some("broken".to_owned()),
            },
        ],
        items: listed
            .into_iter()
            .enumerate()
            .map(|(i, item)| HandoverItem {
                tag: item.tag,
                class: item.class,
                make_model: item.make_model,
                calibre: item.calibre,
                serial: item.serial,
                quantity: item.quantity,
                container: Some(format!("B{}", i / 4 + 1)),
                received: Some(i != 2),
            })
            .collect(),
        loaded: Some(items as u64),
        received: Some(items as u64 - 1),
        differences: vec![Difference {
            tag: Some("NRB-26-00419".to_owned()),
            note: by(
                language,
                "Not in box B1 at receipt; reported to the military police.",
                "Absent de la caisse B1 à la réception ; signalé à la police militaire.",
                "غير موجود في الصندوق B1 عند الاستلام؛ أُبلغت الشرطة العسكرية.",
            )
            .to_owned(),
        }],
        handing: Signature {
            role: "handing_officer".to_owned(),
            name: by(language, "Marie Koffi", "Marie Koffi", "مريم قاسم").to_owned(),
            organisation: Some(
                by(language, "National DDR Commission", "Commission nationale DDR", "اللجنة الوطنية لنزع السلاح")
                    .to_owned(),
            ),
            signed_at: Some("2026-02-27T06:34:12Z".to_owned()),
            key_fingerprint: Some(key(4)),
        },
        receiving: Signature {
            role: "receiving_officer".to_owned(),
            name: by(language, "Capt. Ada Mensah", "Cap. Ada Mensah", "النقيب آدا منساه").to_owned(),
            organisation: Some(
                by(
                    language,
                    "Armed Forces, Ordnance Branch",
                    "Forces armées, service du matériel",
                    "القوات المسلحة، فرع الذخائر",
                )
                .to_owned(),
            ),
            signed_at: Some("2026-02-27T14:02:55Z".to_owned()),
            key_fingerprint: Some(key(5)),
        },
    }
}
