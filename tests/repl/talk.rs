//! Sessions to talk to in tests.

use std::path::{Path, PathBuf};

use riskql::app::repl::{Options, Reply, Session};
use riskql::lang::project::{self, ProjectOrigin};
use riskql::render::{OutputFormat, RenderOptions};

/// The tables of the demo.
pub fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demo")
}

/// A session over the demo as a pipe sees it.
pub fn session() -> Session {
    session_with(ProjectOrigin::Library, RenderOptions::PIPE)
}

pub fn session_with(origin: ProjectOrigin, look: RenderOptions) -> Session {
    let options = Options {
        proofs: riskql::exec::data::ProofCache::default(),
        origin,
        data: Some(demo()),
        tables: Vec::new(),
        connection: None,
        as_of: None,
        known_on: None,
        format: OutputFormat::Table,
        look,
    };
    match Session::open(options) {
        Ok((session, _)) => session,
        Err(refused) => panic!("{:?}", refused.problems),
    }
}

/// The built-in definitions in a folder of one's own.
pub fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in project::library_texts() {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        std::fs::write(file, text).expect("written");
    }
    folder
}

/// What was shown, of what must have gone well.
pub fn shown(session: &mut Session, typed: &str) -> String {
    let reply = session.answer(typed);
    assert_eq!(reply.fault, None, "{typed}\n{}", reply.told);
    text(&reply)
}

/// What was told, of what must have gone well.
pub fn told(session: &mut Session, typed: &str) -> String {
    let reply = session.answer(typed);
    assert_eq!(reply.fault, None, "{typed}\n{}", reply.told);
    reply.told
}

/// What was told, of what must have been refused with a code.
pub fn refused(session: &mut Session, typed: &str, code: &str) -> String {
    let reply = session.answer(typed);
    assert!(
        reply.fault.is_some(),
        "{typed} was not refused: {}",
        text(&reply)
    );
    assert!(reply.told.contains(code), "{typed}: {}", reply.told);
    reply.told
}

pub fn text(reply: &Reply) -> String {
    String::from_utf8(reply.shown.clone()).expect("text")
}
