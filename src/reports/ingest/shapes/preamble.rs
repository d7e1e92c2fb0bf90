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
    let mut line = ::csv::StringRecord::new();
    let mut widest: Option<WidestLine> = None;
    while let Ok(true) = reader.read_record(&mut line) {
        if line.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        match &mut widest {
            // Nearly every table: it need not be looked through.
            None if line.len() >= FEWEST && are_names(&line) => return None,
            Some(widest) if line.len() <= widest.cells.len() => {
                widest.narrowest_below = widest.narrowest_below.min(line.len());
            }
            _ => {
                widest = Some(WidestLine {
                    at: line.position()?.byte(),
                    widest_above: widest.map_or(0, |above| above.cells.len()),
                    narrowest_below: line.len(),
                    cells: line.clone(),
                });
            }
        }
    }
    let widest = widest.filter(|line| line.widest_above > 0 && line.cells.len() >= FEWEST)?;
    let is_named = are_names(&widest.cells);
    let is_titled = widest.widest_above == 1 && widest.narrowest_below == widest.cells.len();
    let table = text.get(usize::try_from(widest.at).ok()?..)?;
    let table = table.trim_start_matches(['\r', '\n']);
    (is_named || is_titled).then_some(TableBelow {
        above: &text[..text.len() - table.len()],
        table,
        is_named,
    })
}

/// The first of the lines that have most cells.
struct WidestLine {
    cells: ::csv::StringRecord,
    /// The byte at which it begins, empty lines in front of it included.
    at: u64,
    /// Cells of the lines above, at most; 0 where there is none.
    widest_above: usize,
    /// Cells of the lines below and of itself, at least.
    narrowest_below: usize,
}

/// Whether all cells of a line can be names of columns: each begins with a letter, and none stands twice.
fn are_names(cells: &::csv::StringRecord) -> bool {
    let is_name =
        |cell: &str| cell.trim().starts_with(char::is_alphabetic) && cell.len() <= LONGEST_NAME;
    let mut sorted: Vec<&str> = cells.iter().collect();
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
