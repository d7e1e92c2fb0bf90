//! Small workbooks, written for tests.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A sheet: its name, its rows as XML, and what stands behind them.
pub struct SheetXml {
    pub name: &'static str,
    pub is_hidden: bool,
    pub rows: String,
    pub after: &'static str,
}

/// A sheet that is not hidden and has nothing behind its rows.
pub fn sheet(name: &'static str, rows: String) -> SheetXml {
    SheetXml {
        name,
        is_hidden: false,
        rows,
        after: "",
    }
}

/// A row of texts, from the first column on; an empty one is no cell.
pub fn texts(number: u32, cells: &[&str]) -> String {
    let cells = cells
        .iter()
        .enumerate()
        .filter(|(_, text)| !text.is_empty());
    let cells = cells.map(|(column, text)| {
        let place = format!("{}{number}", char::from(b'A' + column as u8));
        format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#)
    });
    row(number, &cells.collect::<String>())
}

pub fn row(number: u32, cells: &str) -> String {
    format!(r#"<row r="{number}">{cells}</row>"#)
}

/// The file. Style 1 is a date, style 2 a date and a time.
pub fn workbook(sheets: &[SheetXml]) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let listed = sheets.iter().enumerate().map(|(index, sheet)| {
        let (number, name) = (index + 1, sheet.name);
        let state = if sheet.is_hidden {
            r#" state="hidden""#
        } else {
            ""
        };
        format!(r#"<sheet name="{name}" sheetId="{number}"{state} r:id="rId{number}"/>"#)
    });
    let listed: String = listed.collect();
    let related = (1..=sheets.len()).map(|number| {
        format!(r#"<Relationship Id="rId{number}" Type="{relations}/worksheet" Target="worksheets/sheet{number}.xml"/>"#)
    });
    let related: String = related.collect();
    let mut members = vec![
        (
            "[Content_Types].xml".to_string(),
            format!(r#"<Types xmlns="{package}/content-types"/>"#),
        ),
        (
            "_rels/.rels".to_string(),
            format!(
                r#"<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml".to_string(),
            format!(
                r#"<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>{listed}</sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels".to_string(),
            format!(
                r#"<Relationships xmlns="{package}/relationships">{related}<Relationship Id="rId99" Type="{relations}/styles" Target="styles.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/styles.xml".to_string(),
            format!(
                r#"<styleSheet xmlns="{main}"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>"#
            ),
        ),
    ];
    for (index, SheetXml { rows, after, .. }) in sheets.iter().enumerate() {
        let xml = format!(
            r#"<worksheet xmlns="{main}"><sheetData>{rows}</sheetData>{after}</worksheet>"#
        );
        members.push((format!("xl/worksheets/sheet{}.xml", index + 1), xml));
    }
    packed(&members)
}

/// An archive of members.
pub fn packed(members: &[(String, String)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in members {
        archive
            .start_file(name.as_str(), SimpleFileOptions::default())
            .expect("a member");
        archive.write_all(text.as_bytes()).expect("its bytes");
    }
    archive.finish().expect("an archive").into_inner()
}
