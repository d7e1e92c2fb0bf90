//! Table files on other machines: in object stores and on web servers.
//!
//! Takes addresses; gives a folder or file of this machine for each, as if somebody had copied what is there, and
//! [`RemoteFiles`] that copies the files of a table when a query first needs them. What is there is listed once: queries
//! of one process see one state of it.

mod address;
mod client;
mod copies;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use object_store::path::Path as ObjectPath;

use self::address::{ObjectAddress, StoreKind};
use self::client::{ObjectClient, RemoteObject};
use self::copies::{CopiedAddress, FoundObjects};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::exec::data::{RemoteFiles, file_names, is_table_file};

pub use address::is_address;

/// Which objects of a folder belong to tables.
pub struct WantedObjects<'a> {
    pub tables: Vec<&'a str>,
    /// A file that makes a folder whole: all that is below is needed, but for some folders.
    pub mark: &'a str,
    pub left_out: &'a [&'a str],
}

/// Addresses, and what stands for them here.
#[derive(Debug)]
pub struct ObjectCopies(Vec<CopiedAddress>);

/// What was named, with files and folders of this machine in place of addresses.
pub struct LocalTables {
    pub folder: Option<PathBuf>,
    pub files: Vec<(String, PathBuf)>,
    pub copies: Arc<ObjectCopies>,
}

/// Looks at what is at addresses; paths that are none stay as they are.
///
/// # Errors
///
/// `D521` to `D525`, all of them.
pub fn open(
    folder: Option<&Path>,
    files: &[(String, PathBuf)],
    wanted: &WantedObjects,
    cache: Option<&Path>,
) -> Result<LocalTables, Problems> {
    let mut copies = Vec::new();
    let mut problems = Problems::default();
    let mut here = |path: &Path, is_table: bool| {
        if !is_address(path) {
            return path.to_owned();
        }
        match look(path, is_table, wanted, cache) {
            Ok(copied) => {
                let root = copied.root().to_owned();
                copies.push(copied);
                root
            }
            Err(problem) => {
                problems.push(problem);
                path.to_owned()
            }
        }
    };
    let folder = folder.map(|folder| here(folder, false));
    let files = files.iter();
    let files = files.map(|(table, file)| (table.clone(), here(file, true)));
    let files = files.collect();
    match problems.has_errors() {
        true => Err(problems),
        false => Ok(LocalTables {
            folder,
            files,
            copies: Arc::new(ObjectCopies(copies)),
        }),
    }
}

impl ObjectCopies {
    /// Copies all that there is.
    ///
    /// # Errors
    ///
    /// As of [`RemoteFiles::copy`].
    pub fn copy_all(&self) -> Result<(), Problems> {
        self.0
            .iter()
            .try_for_each(|copied| copied.copy(copied.root()))
    }
}

impl RemoteFiles for ObjectCopies {
    fn copy(&self, path: &Path) -> Result<(), Problems> {
        self.0.iter().try_for_each(|copied| copied.copy(path))
    }

    fn told(&self, text: &str) -> String {
        let told = |text: String, copied: &CopiedAddress| copied.told(&text);
        self.0.iter().fold(text.to_owned(), told)
    }
}

fn look(
    path: &Path,
    is_table: bool,
    wanted: &WantedObjects,
    cache: Option<&Path>,
) -> Result<CopiedAddress, Diagnostic> {
    let address = ObjectAddress::read(path.to_str().unwrap_or_default())?;
    let cache = cache.ok_or_else(|| {
        let message = format!("there is no folder for copies of `{}`", address.shown);
        Diagnostic::data("D525", message).help("XDG_CACHE_HOME names one")
    })?;
    let client = ObjectClient::new(address.clone())?;
    let objects = match (address.is_file(), address.kind) {
        (true, _) => client.object(&address.path)?.into_iter().collect(),
        (false, StoreKind::WebServer) if is_table => Vec::new(),
        (false, StoreKind::WebServer) => of_web_server(&client, wanted)?,
        (false, _) if is_table => client.all_below(&address.path)?,
        (false, _) => in_folder(&client, &address, wanted)?,
    };
    if objects.is_empty() {
        return Err(nothing(&address, is_table));
    }
    let found = FoundObjects {
        place: format!("{} {}", endpoint(address.kind), address.base),
        objects: placed(&address, objects),
        name: address.name,
        shown: address.shown,
    };
    CopiedAddress::new(client, found, cache)
}

fn nothing(address: &ObjectAddress, is_table: bool) -> Diagnostic {
    let shown = &address.shown;
    if address.kind != StoreKind::WebServer || address.is_file() {
        return Diagnostic::data("D523", format!("there is nothing at `{shown}`"));
    }
    let problem = Diagnostic::data("D523", format!("there is no table file at `{shown}`"));
    match is_table {
        true => problem.help(format!(
            "web servers tell no names of files: name the file, such as {shown}/part-0.parquet"
        )),
        false => problem.help(format!(
            "web servers tell no names of files; one of another name is told which table it is: --table findings={shown}/NAME.parquet"
        )),
    }
}

/// The objects of a folder that may hold tables: those directly in it, and all in folders that are called like a table.
fn in_folder(
    client: &ObjectClient,
    address: &ObjectAddress,
    wanted: &WantedObjects,
) -> Result<Vec<RemoteObject>, Diagnostic> {
    if wanted.tables.contains(&address.name.as_str()) {
        return client.all_below(&address.path);
    }
    let listing = client.listing(&address.path)?;
    let is_called = |path: &ObjectPath, name: &str| path.filename() == Some(name);
    let is_whole = listing
        .objects
        .iter()
        .any(|object| is_called(&object.path, wanted.mark));
    let is_wanted = |folder: &&ObjectPath| match is_whole {
        true => !wanted.left_out.iter().any(|name| is_called(folder, name)),
        false => wanted.tables.iter().any(|name| is_called(folder, name)),
    };
    let mut objects = listing.objects;
    objects.retain(|object| is_whole || object.path.filename().is_some_and(is_table_file));
    for folder in listing.folders.iter().filter(is_wanted) {
        objects.extend(client.all_below(folder)?);
    }
    Ok(objects)
}

/// A web server tells no names, so each that a table may have is asked for.
fn of_web_server(
    client: &ObjectClient,
    wanted: &WantedObjects,
) -> Result<Vec<RemoteObject>, Diagnostic> {
    let names = wanted.tables.iter().flat_map(|table| file_names(table));
    client.objects(&names.map(ObjectPath::from).collect::<Vec<_>>())
}

/// Each object with its path below the address.
fn placed(address: &ObjectAddress, objects: Vec<RemoteObject>) -> Vec<(RemoteObject, PathBuf)> {
    let objects = objects.into_iter().map(|object| {
        let below = object.path.prefix_match(&address.path);
        let below: PathBuf = below
            .into_iter()
            .flatten()
            .map(|part| part.as_ref().to_owned())
            .collect();
        (object, below)
    });
    // Some stores keep an empty object for a folder, which has the name of the folder itself.
    let mut placed: Vec<(RemoteObject, PathBuf)> = objects
        .filter(|(_, below)| address.is_file() || !below.as_os_str().is_empty())
        .collect();
    placed.sort_by(|(_, left), (_, right)| left.cmp(right));
    placed
}

/// Where the environment says that a store is.
fn endpoint(kind: StoreKind) -> String {
    let variables: &[&str] = match kind {
        StoreKind::AmazonS3 => &["AWS_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"],
        StoreKind::GoogleCloud => &["GOOGLE_BASE_URL", "GOOGLE_STORAGE_EMULATOR_HOST"],
        StoreKind::Azure => &["AZURE_STORAGE_ENDPOINT", "AZURE_STORAGE_ACCOUNT_NAME"],
        StoreKind::WebServer => &[],
    };
    let values = variables.iter().filter_map(|name| std::env::var(name).ok());
    values.collect::<Vec<_>>().join(" ")
}

/// The codes of this room's problems and what each means.
pub const CODES: &[(&str, &str)] = &[
    ("D521", "an address of tables that cannot be read"),
    (
        "D522",
        "a server of objects that cannot be reached or lets nobody in",
    ),
    ("D523", "an address at which nothing is"),
    ("D524", "an object that changed while it was copied"),
    ("D525", "copies of objects that cannot be kept"),
];
