//! Files as they come: encodings, delimiters, formulas, and every way of being broken.

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use super::*;

fn options() -> TableOptions {
    TableOptions {
        required: vec![vec!["Número".to_owned(), "Serial".to_owned()]],
        known: vec!["Número".to_owned(), "Cor".to_owned()],
        ..TableOptions::default()
    }
}

fn rows(path: &Path, options: &TableOptions) -> Vec<Row> {
    Table::open(path, options).unwrap().rows().unwrap().map(Result::unwrap).collect()
}

fn code(path: &Path, options: &TableOptions) -> &'static str {
    match Table::open(path, options) {
        Ok(_) => "ok",
        Err(error) => {
            let text = error.to_string();
            assert!(text.contains("Nothing was imported"), "{text}");
            error.code()
        }
    }
}

#[test]
fn every_encoding_gives_the_same_rows() {
    let text = "Cor;NUMERO\r\nmarrom \"çã\";0012\r\n\"a;b\";\"x\ny\"\r\n\r\n;\r\nlast;=\"0034\"\r\n";
    let utf16 = |big: bool| {
        let mut bytes = if big { vec![0xFE, 0xFF] } else { vec![0xFF, 0xFE] };
        bytes.extend(text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }));
        bytes
    };
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let with_mark = [&[0xEF, 0xBB, 0xBF], text.as_bytes()].concat();
    for bytes in [text.as_bytes().to_vec(), with_mark, utf16(true), utf16(false), latin] {
        let (_folder, path) = file("a.csv", &bytes);
        let options = TableOptions { encoding: Some("latin-1".to_owned()), ..options() };
        assert_eq!(Table::open(&path, &options).unwrap().total(), Some(3));
        let rows = rows(&path, &options);
        let seen: Vec<(&str, &str)> = rows.iter().map(|row| (row.text(0), row.text(1))).collect();
        assert_eq!(seen, [("marrom \"çã\"", "0012"), ("a;b", "x\ny"), ("last", "0034")]);
        assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [2, 3, 7]);
    }
}

#[test]
fn the_delimiter_is_found_even_where_decimal_commas_stand() {
    for (delimiter, name) in [(";", ";"), ("\t", "tabs"), ("|", "|"), (",", ",")] {
        let text = ["Título sem sentido", "Número;Cor", "\"7,62\";\"a, b, c\""].join("\n").replace(';', delimiter);
        let (_folder, path) = file("a.txt", text.as_bytes());
        let mut table = Table::open(&path, &options()).unwrap();
        assert!(table.format().ends_with(&format!("separated by {name}")), "{}", table.format());
        assert_eq!(table.header_row(), 2);
        assert_eq!(table.rows().unwrap().next().unwrap().unwrap().text(0), "7,62");
    }
}

#[test]
fn broken_files_are_refused_with_a_reason_and_nothing_is_imported() {
    let many = format!("Número{}\n1", ",x".repeat(600));
    let cases: [(&str, &[u8], &str); 12] = [
        ("a.csv", b"", "import.file.empty"),
        ("a.csv", b" \r\n \n", "import.file.empty"),
        ("a.xlsx", b"", "import.file.empty"),
        ("a.csv", b"Nome,Cor\n1,2\n", "import.file.no_header"),
        ("a.csv", "Número,Cor\n".as_bytes(), "import.file.no_rows"),
        ("a.csv", "Número,Cor,numero\n1,2,3\n".as_bytes(), "import.file.two_headers"),
        ("a.csv", b"Serial,Cor\nx,marrom \xE7\xE3\n", "import.file.wrong_encoding"),
        ("a.csv", b"S\0e\0r\0i\0a\0l\0,\0C\0\n\0", "import.file.wrong_encoding"),
        ("a.csv", many.as_bytes(), "import.file.too_many_columns"),
        ("a.xlsx", b"PK\x03\x04 and then nothing", "import.file.broken_workbook"),
        ("a.xlsx", "Número,Cor\n1,2\n".as_bytes(), "import.file.broken_workbook"),
        ("a.xls", &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], "import.file.old_or_protected_workbook"),
    ];
    for (name, bytes, expected) in cases {
        let (_folder, path) = file(name, bytes);
        assert_eq!(
            code(&path, &options()),
            expected,
            "{name} {:?}",
            String::from_utf8_lossy(bytes.get(..30).unwrap_or(bytes))
        );
    }
    let (folder, path) = file("a.csv", "Número,Cor\n1,2\n".as_bytes());
    assert_eq!(code(folder.path(), &options()), "import.file.unreadable");
    assert_eq!(code(&folder.path().join("none.csv"), &options()), "import.file.unreadable");
    assert_eq!(
        code(&path, &TableOptions { encoding: Some("klingon".to_owned()), ..options() }),
        "import.file.unknown_encoding"
    );
    let limits = Limits { file_bytes: 10, ..Limits::default() };
    assert_eq!(code(&path, &TableOptions { limits, ..options() }), "import.file.too_large");
}

/// A workbook with a title above the header, formulas with and without a value, numbers and dates.
fn workbook() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xlsx");
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Capa").unwrap().write(0, 0, "Cover").unwrap();
    let sheet = book.add_worksheet().set_name("Dados").unwrap();
    let date = Format::new().set_num_format("dd/mm/yyyy hh:mm:ss");
    sheet.write(2, 0, "Cor").unwrap().write(2, 1, "Número").unwrap().write(2, 3, "Data").unwrap();
    sheet.write(3, 1, Formula::new("=CONCATENATE(\"60777\")").set_result("")).unwrap();
    sheet.write(4, 1, Formula::new("=\"00\" & T(\"12\")").set_result("wrong")).unwrap();
    sheet.write(5, 1, Formula::new("=A1&\"x\"").set_result("seen")).unwrap();
    sheet.write(6, 1, 7.62).unwrap().write(6, 0, 60777.0).unwrap();
    let instant = ExcelDateTime::from_ymd(2018, 1, 31).unwrap().and_hms(23, 59, 59.999).unwrap();
    sheet.write_with_format(6, 3, &instant, &date).unwrap();
    sheet.write(9, 1, "=concatenar(\"\"AB 0012\"\")").unwrap();
    sheet.write(9, 0, true).unwrap();
    book.save(&path).unwrap();
    (folder, path)
}

#[test]
fn a_workbook_is_read_as_a_person_sees_it() {
    let (_folder, path) = workbook();
    let mut table = Table::open(&path, &options()).unwrap();
    assert_eq!((table.header_row(), table.total(), table.format()), (3, Some(7), "XLSX, sheet Dados"));
    assert_eq!(table.headers(), ["Cor", "Número", "", "Data"]);
    let rows: Vec<Row> = table.rows().unwrap().map(Result::unwrap).collect();
    let seen: Vec<(u64, &str, &str)> = rows.iter().map(|row| (row.number, row.text(1), row.text(0))).collect();
    assert_eq!(
        seen,
        [(4, "60777", ""), (5, "0012", ""), (6, "seen", ""), (7, "7.62", "60777"), (10, "AB 0012", "TRUE")]
    );
    let kinds: Vec<&CellKind> = rows.iter().map(|row| &row.cells[1].kind).collect();
    assert_eq!(
        kinds,
        [
            &CellKind::LiteralFormula,
            &CellKind::LiteralFormula,
            &CellKind::CachedFormula,
            &CellKind::Number,
            &CellKind::LiteralFormula
        ]
    );
    assert_eq!((rows[3].text(3), &rows[3].cells[3].kind), ("2018-02-01", &CellKind::Date));
    assert_eq!(table.rows().unwrap().count(), 5, "the rows can be read again");
}

#[test]
fn a_sheet_that_is_not_there_is_named_with_those_that_are() {
    let (_folder, path) = workbook();
    let error = Table::open(&path, &TableOptions { sheet: Some("2019".to_owned()), ..options() }).err().unwrap();
    assert_eq!(error.code(), "import.file.no_sheet");
    assert!(error.to_string().contains("Capa, Dados"), "{error}");
    assert_eq!(code(&path, &TableOptions { sheet: Some("capa".to_owned()), ..options() }), "import.file.no_header");
    assert_eq!(code(&path, &TableOptions { sheet: Some("dados".to_owned()), ..options() }), "ok");
}

#[test]
fn a_workbook_that_inflates_beyond_the_limits_is_refused_before_it_is_read() {
    let (_folder, path) = workbook();
    let small = Limits { inflated_bytes: 4_000, ..Limits::default() };
    assert_eq!(code(&path, &TableOptions { limits: small, ..options() }), "import.file.inflates");
    let held = Limits { held_bytes: 500, ..Limits::default() };
    assert_eq!(code(&path, &TableOptions { limits: held, ..options() }), "import.file.inflates");
    let narrow = Limits { columns: 3, ..Limits::default() };
    assert_eq!(code(&path, &TableOptions { limits: narrow, ..options() }), "import.file.broken_workbook");
}

/// The workbook with the text of one part replaced.
fn with_part(path: &Path, part: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    use std::io::{Read as _, Write as _};
    let mut from = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut to = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for index in 0..from.len() {
        let mut entry = from.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        to.start_file(name.clone(), zip::write::SimpleFileOptions::default()).unwrap();
        to.write_all(if name == part { change(text) } else { text }.as_bytes()).unwrap();
    }
    to.finish().unwrap().into_inner()
}

#[test]
fn a_workbook_damaged_or_forged_inside_is_an_error_and_not_a_crash() {
    let (_folder, path) = workbook();
    let sheet = "xl/worksheets/sheet2.xml";
    let forged = |change: &dyn Fn(String) -> String| file("b.xlsx", &with_part(&path, sheet, change));
    let (_a, shared) = forged(&|text| text.replacen("<f>", "<f t=\"shared\" si=\"4294967295\">", 1));
    assert_eq!(code(&shared, &options()), "import.file.broken_workbook");
    let (_b, strings) = forged(&|text| text.replacen("<sheetData>", "<si></si><sheetData>", 1));
    assert_eq!(code(&strings, &options()), "import.file.broken_workbook");
    let (_c, cut) = forged(&|text| text.split_at(text.find("<f>A1").unwrap()).0.to_owned());
    assert_ne!(code(&cut, &options()), "ok");
    // A formula without a value: the row is refused, not the file.
    let (_d, bare) = forged(&|text| text.replace("<v>seen</v>", ""));
    let row = rows(&bare, &options()).remove(2);
    assert_eq!((row.text(1), &row.cells[1].kind), ("=A1&\"x\"", &CellKind::UnknownFormula));
    let bytes = std::fs::read(&path).unwrap();
    for cut in [30, 200, bytes.len() / 2, bytes.len() - 30] {
        let (_e, half) = file("c.xlsx", &bytes[..cut]);
        assert_eq!(code(&half, &options()), "import.file.broken_workbook", "cut at {cut}");
    }
}

#[test]
fn reading_that_breaks_off_says_that_what_was_recorded_stands() {
    let (_folder, path) = workbook();
    let rows_then_damage = with_part(&path, "xl/worksheets/sheet2.xml", |text| {
        text.replace("r=\"10\"", "r=\"5\"").replace("\"A10\"", "\"A5\"").replace("\"B10\"", "\"B5\"")
    });
    let (_b, damaged) = file("b.xlsx", &rows_then_damage);
    // The disorder stands below the ten rows searched for the header only if they are fewer.
    let options = TableOptions { search_rows: 4, ..options() };
    let mut table = Table::open(&damaged, &options).unwrap();
    let mut rows = table.rows().unwrap();
    let read: Vec<u64> = rows.by_ref().map_while(|row| row.ok().map(|row| row.number)).collect();
    assert_eq!(read, [4, 5, 6, 7]);
    assert!(rows.next().is_none(), "nothing follows an error");
    drop(rows);
    let error = table.rows().unwrap().find_map(Result::err).unwrap();
    assert_eq!(error.code(), "import.file.broke_off");
    assert!(error.to_string().contains("not added twice"), "{error}");
}
