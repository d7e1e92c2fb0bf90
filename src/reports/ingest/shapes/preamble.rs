//! What stands above a table in a CSV file: the title of a report, who made it, what it covers.

use super::csv::reader;

/// A table has so many columns at least. A line of fewer cells, such as a title and a date, is looked past.
const FEWEST: usize = 4;
/// The longest name of a column, in bytes.
const LONGEST_NAME: usize = 64;

/// A table, and what stands above it.
pub(super) struct TableBelow<'a> {
    /// The lines above the table, as they are written.
    pub above: &'a str,
    /// The table, from its line of names.
    pub table: &'a str,
    /// Whether its first line are names. If not, that line is a row already.
    pub is_named: bool,
}

/// The table of a text whose first line is not its line of names; `None` where it is, or where it cannot
/// be told.
///
/// The line of names is the first of the widest, all of whose cells are names, and every line above it is
/// narrower. Where nothing but titles, of one cell each, stands above lines that are all of one width, the table
/// has no names. Lines of another width below are for the reader of the table to refuse.
pub(super) fn below(text: &str, separator: u8) -> Option<TableBelow<'_>> {
    let mut reader = reader(text, separator, false);
    let mut record = ::csv::StringRecord::new();
    // The first line, and the first of the widest with its number.
    let mut first: Option<Vec<String>> = None;
    let mut widest: Option<(u64, u64, Vec<String>)> = None;
    let (mut widest_above, mut narrowest_below) = (0, usize::MAX);
    let mut lines = 0;
    let mut before = reader.position().byte();
    while let Ok(true) = reader.read_record(&mut record) {
        let at = record.position().map_or(before, ::csv::Position::byte);
        before = reader.position().byte();
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        narrowest_below = narrowest_below.min(record.len());
        let width = widest.as_ref().map_or(0, |(_, _, cells)| cells.len());
        if record.len() > width {
            let cells: Vec<String> = record.iter().map(str::to_string).collect();
            first.get_or_insert_with(|| cells.clone());
            widest = Some((lines, at, cells));
            widest_above = width;
            narrowest_below = record.len();
        }
        lines += 1;
    }
    let (first, (line, at, cells)) = (first?, widest?);
    if line == 0 || cells.len() < FEWEST || first.len() >= FEWEST && are_names(&first) {
        return None;
    }
    let is_named = are_names(&cells);
    let is_titled = widest_above == 1 && narrowest_below == cells.len();
    let (above, table) = text.split_at_checked(usize::try_from(at).ok()?)?;
    (is_named || is_titled).then_some(TableBelow {
        above,
        table: table.trim_start_matches(['\r', '\n']),
        is_named,
    })
}

/// Whether all cells of a line can be names of columns: each begins with a letter, and none stands twice.
fn are_names(cells: &[String]) -> bool {
    let is_name =
        |cell: &String| cell.trim().starts_with(char::is_alphabetic) && cell.len() <= LONGEST_NAME;
    let mut sorted: Vec<&String> = cells.iter().collect();
    sorted.sort_unstable();
    cells.iter().all(is_name) && sorted.windows(2).all(|pair| pair[0] != pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(&str, &str, bool)> {
        below(text, b',').map(|found| (found.above, found.table, found.is_named))
    }

    #[test]
    fn lines_above_a_table_are_narrower_than_its_names() {
        let text = "\"Scan Results\",\"2026-03-01\"\n\nip,dns,qid,title\n1,a,b,c\n2,d,e,f\n";
        let table = "ip,dns,qid,title\n1,a,b,c\n2,d,e,f\n";
        let above = "\"Scan Results\",\"2026-03-01\"\n\n";
        assert_eq!(found(text), Some((above, table, true)));
        // A summary with names of its own, above the table that is wider.
        let text = "\"R\",\"1\"\ndate,hosts,total\n2026,1,2\nip,dns,qid,title\n";
        assert_eq!(
            found(text).map(|(_, table, _)| table),
            Some("ip,dns,qid,title\n")
        );
    }

    #[test]
    fn a_title_above_rows_of_one_width_is_no_line_of_names() {
        let text = "\"Tool - v2\"\na,1,2,x\nb,3,4,y\n";
        let rows = "a,1,2,x\nb,3,4,y\n";
        assert_eq!(found(text), Some(("\"Tool - v2\"\n", rows, false)));
        let twice = "\"Tool - v2\"\n\"Tool - v2\"\na,1,2,x\n";
        assert_eq!(found(twice).map(|(_, table, _)| table), Some("a,1,2,x\n"));
        assert_eq!(found("\"Tool - v2\"\na,1,2,x\nb,3,4\n"), None);
    }

    #[test]
    fn a_table_with_names_in_its_first_line_stays_one() {
        // A row that is too long is a mistake of the row, not a line of names.
        assert_eq!(found("date,title,severity,text\na,b,c,d,e\n"), None);
        assert_eq!(found("date,title,severity,text\n1,2,3,4\n1,2,3\n"), None);
        assert_eq!(found("a,b\nc,d,e\n"), None);
        assert_eq!(found(""), None);
    }
}
