//! A spreadsheet made by hand, and a pool that keeps a solver busy.

use std::io::Write as _;

/// A workbook with one sheet of text cells.
pub(crate) fn xlsx(rows: &[&[&str]]) -> Vec<u8> {
    let cell = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let row = |cells: &&[&str]| format!("<row>{}</row>", cells.iter().map(|c| cell(c)).collect::<String>());
    workbook(&rows.iter().map(row).collect::<String>(), "")
}

/// A workbook with these rows in its first sheet, and these shared strings if there are any.
pub(crate) fn workbook(rows: &str, strings: &str) -> Vec<u8> {
    let sheet = format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData></worksheet>"
    );
    let parts = [
        ("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/></Types>".to_owned()),
        ("_rels/.rels", "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>".to_owned()),
        ("xl/workbook.xml", "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"People\" sheetId=\"1\" r:id=\"rId1\"/><sheet name=\"Notes\" sheetId=\"2\" r:id=\"rId1\"/></sheets></workbook>".to_owned()),
        ("xl/_rels/workbook.xml.rels", "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>".to_owned()),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/sharedStrings.xml", strings.to_owned()),
    ];
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in parts.into_iter().filter(|(_, text)| !text.is_empty()) {
        zip.start_file(name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Six hundred people who differ in five features.
pub(crate) fn hard_pool() -> String {
    let mut text = String::from("number,name,municipality,street,postcode,age,sex,school,language\n");
    for i in 0..600u32 {
        let n = i.wrapping_mul(2_654_435_761);
        text.push_str(&format!(
            "{i},Person {i},M{},Street {i},4700,A{},S{},E{},L{}\n",
            n % 9,
            (n >> 8) % 6,
            (n >> 16) % 2,
            (n >> 20) % 4,
            (n >> 24) % 3
        ));
    }
    text
}

/// Quotas that many panels meet, none of them easily.
pub(crate) fn hard_quotas() -> String {
    let mut text = String::from("feature,value,min,max\n");
    for (feature, letter, values, min, max) in [
        ("municipality", 'M', 9, 3, 6),
        ("age", 'A', 6, 5, 9),
        ("sex", 'S', 2, 18, 22),
        ("school", 'E', 4, 8, 13),
        ("language", 'L', 3, 11, 16),
    ] {
        for value in 0..values {
            text.push_str(&format!("{feature},{letter}{value},{min},{max}\n"));
        }
    }
    text
}
