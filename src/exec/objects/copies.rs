//! Copies of objects on this machine, each made when somebody first needs it.
//!
//! A folder of copies stands for one address at one state: its name follows from the versions of all objects
//! there, so that what is read does not change while it is read, and what was proven of its files holds the next time.
//! Objects that are in several states are copied once and linked. What nobody used for long is deleted.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use super::client::{ObjectClient, RemoteObject};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::files;

const LONGEST_UNUSED: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Where objects are, whatever folder they are linked into.
const CONTENTS: &str = "contents";
/// Where folders are that stand for addresses.
const STATES: &str = "states";

/// An address with what is there, and the folder that stands for it.
#[derive(Debug)]
pub(super) struct CopiedAddress {
    client: ObjectClient,
    shown: String,
    /// The file or the folder here.
    root: PathBuf,
    objects: Vec<CopiedObject>,
    contents: PathBuf,
    /// One at a time copies.
    copying: Mutex<()>,
}

#[derive(Debug)]
struct CopiedObject {
    object: RemoteObject,
    /// Where it is read: an empty file until it is copied.
    file: PathBuf,
    /// The name of its content; `None`: the server tells no versions.
    content: Option<String>,
}

/// What stands for an address: the name of the file or folder, and each object with its path below it.
pub(super) struct FoundObjects {
    pub shown: String,
    pub name: String,
    /// What tells this address from others with the same objects.
    pub place: String,
    /// With the names of folders below the address, none for a file.
    pub objects: Vec<(RemoteObject, PathBuf)>,
}

impl CopiedAddress {
    /// Makes the folder, with an empty file in place of each object.
    ///
    /// # Errors
    ///
    /// `D525`: the folder cannot be written.
    pub fn new(
        client: ObjectClient,
        found: FoundObjects,
        cache: &Path,
    ) -> Result<CopiedAddress, Diagnostic> {
        let prepare = || {
            prune(cache);
            let contents = cache.join(CONTENTS);
            make_private(cache)?;
            fs::create_dir_all(&contents)?;
            let state = cache.join(STATES).join(state_name(&found));
            let root = state.join(&found.name);
            let mut objects = Vec::new();
            for (object, below) in &found.objects {
                let file = match below.as_os_str().is_empty() {
                    true => root.clone(),
                    false => root.join(below),
                };
                fs::create_dir_all(file.parent().unwrap_or(&root))?;
                reserve(&file)?;
                objects.push(CopiedObject {
                    file,
                    content: content_name(&found.place, object),
                    object: object.clone(),
                });
            }
            note_use(&state);
            Ok((contents, root, objects))
        };
        let cannot_write = |error: io::Error| unwritable(cache, &error);
        let (contents, root, objects) = prepare().map_err(cannot_write)?;
        Ok(CopiedAddress {
            client,
            shown: found.shown,
            root,
            objects,
            contents,
            copying: Mutex::new(()),
        })
    }

    /// The file or folder that stands for the address.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Copies all objects that a file or a folder stands for.
    pub fn copy(&self, path: &Path) -> Result<(), Problems> {
        let _one = self
            .copying
            .lock()
            .unwrap_or_else(|failed| failed.into_inner());
        let wanted = self.objects.iter();
        let wanted = wanted.filter(|copied| copied.file.starts_with(path) && !copied.is_there());
        let wanted: Vec<&CopiedObject> = wanted.collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let drafts = Drafts::new(&self.contents).map_err(|error| self.unwritable(&error))?;
        let (known, unknown): (Vec<_>, Vec<_>) = wanted
            .into_iter()
            .partition(|copied| copied.is_known(&self.contents));
        let draft_of = |place: usize| drafts.0.join(place.to_string());
        let asked: Vec<(&RemoteObject, PathBuf)> = unknown
            .iter()
            .enumerate()
            .map(|(place, copied)| (&copied.object, draft_of(place)))
            .collect();
        self.client.copy(&asked)?;
        let copied = unknown.iter().zip(asked.iter().map(|(_, draft)| draft));
        let place = || {
            for (copied, draft) in copied {
                copied.place(draft, &self.contents)?;
            }
            let mut all = known.iter().chain(&unknown).enumerate();
            all.try_for_each(|(place, copied)| copied.link(&self.contents, &draft_of(place)))
        };
        place().map_err(|error| self.unwritable(&error).into())
    }

    /// A text with the address in place of the folder that stands for it.
    pub fn told(&self, text: &str) -> String {
        text.replace(&self.root.display().to_string(), &self.shown)
    }

    fn unwritable(&self, error: &io::Error) -> Diagnostic {
        unwritable(&self.contents, error)
    }
}

impl CopiedObject {
    fn is_there(&self) -> bool {
        self.content.is_some() && self.is_at(&self.file)
    }

    fn is_at(&self, file: &Path) -> bool {
        fs::metadata(file).is_ok_and(|there| there.len() == self.object.size)
    }

    fn content_file(&self, contents: &Path) -> Option<PathBuf> {
        Some(contents.join(self.content.as_ref()?))
    }

    /// Whether the content was copied before.
    fn is_known(&self, contents: &Path) -> bool {
        self.content_file(contents)
            .is_some_and(|content| self.is_at(&content))
    }

    /// Puts what was copied where it is found the next time.
    fn place(&self, draft: &Path, contents: &Path) -> io::Result<()> {
        let content = self.content_file(contents);
        fs::rename(draft, content.as_deref().unwrap_or(&self.file))
    }

    /// Puts the content in place of the empty file.
    fn link(&self, contents: &Path, draft: &Path) -> io::Result<()> {
        let Some(content) = self.content_file(contents) else {
            return Ok(());
        };
        note_use(&content);
        // Not every file system has links.
        fs::hard_link(&content, draft).or_else(|_| fs::copy(&content, draft).map(drop))?;
        fs::rename(draft, &self.file)
    }
}

/// A folder for what is copied, gone with whatever is left in it.
struct Drafts(PathBuf);

impl Drafts {
    fn new(contents: &Path) -> io::Result<Drafts> {
        files::draft(&contents.join("objects")).map(Drafts)
    }
}

impl Drop for Drafts {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Drop for CopiedAddress {
    /// Nobody finds a copy again whose version is not known.
    fn drop(&mut self) {
        if self.objects.iter().any(|copied| copied.content.is_none())
            && let Some(state) = self.root.parent()
        {
            let _ = fs::remove_dir_all(state);
        }
    }
}

fn unwritable(folder: &Path, error: &io::Error) -> Diagnostic {
    let message = format!("cannot keep copies in `{}`: {error}", folder.display());
    Diagnostic::data("D525", message).help("XDG_CACHE_HOME names another folder for them")
}

/// Makes a folder that nobody else may look into.
fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A file that is empty until an object is copied there.
fn reserve(file: &Path) -> io::Result<()> {
    match File::create_new(file) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    }
}

/// A name that is another one as soon as anything at an address is.
fn state_name(found: &FoundObjects) -> String {
    let mut all = blake3::Hasher::new();
    all.update(found.shown.as_bytes());
    for (object, _) in &found.objects {
        let content = content_name(&found.place, object);
        // Without versions nothing tells whether a copy is still true.
        let unknown = || format!("{:?} {}", SystemTime::now(), std::process::id());
        all.update(content.unwrap_or_else(unknown).as_bytes());
    }
    all.finalize().to_hex()[..32].to_owned()
}

fn content_name(place: &str, object: &RemoteObject) -> Option<String> {
    let version = object.version.as_ref()?;
    let mut all = blake3::Hasher::new();
    for part in [
        place,
        object.path.as_ref(),
        version,
        &object.size.to_string(),
    ] {
        all.update(&(part.len() as u64).to_le_bytes());
        all.update(part.as_bytes());
    }
    Some(all.finalize().to_hex().to_string())
}

fn note_use(path: &Path) {
    let _ = File::open(path).and_then(|file| file.set_modified(SystemTime::now()));
}

/// Deletes what nobody used for long. Whatever fails here fails again the next time.
fn prune(cache: &Path) {
    let entries = |folder: &str| {
        fs::read_dir(cache.join(folder))
            .into_iter()
            .flatten()
            .flatten()
    };
    for entry in entries(STATES).chain(entries(CONTENTS)) {
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        let age = modified.ok().and_then(|modified| modified.elapsed().ok());
        if age.is_some_and(|age| age > LONGEST_UNUSED) {
            let path = entry.path();
            let _ = match path.is_dir() {
                true => fs::remove_dir_all(path),
                false => fs::remove_file(path),
            };
        }
    }
}
