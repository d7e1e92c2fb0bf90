//! `\data`: where the tables come from.

use std::path::{Path, PathBuf};

use super::{ArgumentKind, SessionCommand, first_screen};
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::render::{self, Sheet};

pub(super) const DATA: SessionCommand = SessionCommand {
    name: "data",
    arguments: "[FOLDER | TABLE=FILE …]",
    help: "where the tables come from; names another folder, or the files of single tables",
    takes: &[ArgumentKind::File],
    run: data,
};

fn data(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    if arguments.is_empty() {
        return Ok(Reply::shown(places(session)));
    }
    let (folder, tables) = split(session, arguments)?;
    let before = session.settings.tables.clone();
    let settings = &mut session.settings.tables;
    settings.connection = None;
    if let Some(folder) = folder {
        settings.data = Some(folder);
        settings.files.clear();
    }
    for (table, file) in tables {
        settings.files.retain(|(name, _)| *name != table);
        settings.files.push((table, file));
    }
    if let Err(problems) = session.locate() {
        session.settings.tables = before;
        return Err(problems);
    }
    Ok(first_screen(session))
}

/// The file of each table.
fn places(session: &Session) -> String {
    let look = session.settings.look;
    let tables = session.tables.borrow();
    if tables.locations().is_empty() {
        return render::sentence(
            "no data; \\data FOLDER names a folder of findings.csv, assets.csv, …",
            look,
        );
    }
    let mut sheet = Sheet::new().words("table").texts("file");
    for (index, table) in session.workspace.definitions.tables.iter().enumerate() {
        let mut locations = tables.locations().iter();
        let file = locations.find(|location| location.table.0 == index);
        let file = file.map_or("no file".to_string(), |file| {
            tables.told(&file.path.display().to_string())
        });
        sheet.row([table.name.clone(), file]);
    }
    sheet.render(look)
}

/// A folder and files of single tables. `name=file` is a table unless such a path is there.
#[expect(clippy::type_complexity, reason = "as the options of the command line")]
fn split(
    session: &Session,
    arguments: &str,
) -> Result<(Option<PathBuf>, Vec<(String, PathBuf)>), Problems> {
    if !arguments.contains('"') && Path::new(arguments).exists() {
        return Ok((Some(PathBuf::from(arguments)), Vec::new()));
    }
    let mut folder: Option<PathBuf> = None;
    let mut tables = Vec::new();
    for word in words(arguments) {
        match word.split_once('=') {
            Some((table, file)) if !Path::new(&word).exists() => {
                tables.push((table.to_string(), PathBuf::from(file)));
            }
            Some(_) | None => {
                if let Some(first) = folder.replace(PathBuf::from(&word)) {
                    return Err(two_folders(session, &first, &word));
                }
            }
        }
    }
    Ok((folder, tables))
}

fn two_folders(session: &Session, first: &Path, second: &str) -> Problems {
    let table = session.workspace.definitions.tables.first();
    let table = table.map_or("findings", |table| table.name.as_str());
    Diagnostic::data(
        "K960",
        format!("two folders: `{}` and `{second}`", first.display()),
    )
    .help("name one folder; a path with spaces stands in double quotes")
    .help(format!("the file of a single table: \\data {table}=FILE"))
    .into()
}

/// Words between white space; double quotes keep white space in them.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut is_quoted, mut is_open) = (false, false);
    for letter in text.chars() {
        match letter {
            '"' => (is_quoted, is_open) = (!is_quoted, true),
            letter if letter.is_whitespace() && !is_quoted => {
                if is_open {
                    words.push(std::mem::take(&mut word));
                }
                is_open = false;
            }
            letter => {
                word.push(letter);
                is_open = true;
            }
        }
    }
    if is_open {
        words.push(word);
    }
    words
}
