//! A browser without a window: lays pages out and says what it sees.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value as Json;

const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Which colours a page is asked for in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scheme {
    Light,
    Dark,
}

/// The browser, if this machine has one; else the tests that want one say that they do nothing.
pub fn browser() -> Option<&'static Path> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let folders = std::env::var_os("PATH").unwrap_or_default();
        let folders: Vec<PathBuf> = std::env::split_paths(&folders).collect();
        let mut files = NAMES
            .iter()
            .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
        files.find(|file| file.is_file())
    });
    if found.is_none() {
        eprintln!("no Chromium: pages are not laid out");
    }
    found.as_deref()
}

fn run(browser: &Path, scheme: Scheme, more: &[String]) -> Output {
    let profile = tempfile::tempdir().expect("a folder");
    let colours = match scheme {
        Scheme::Light => "--blink-settings=preferredColorScheme=1",
        Scheme::Dark => "--blink-settings=preferredColorScheme=0",
    };
    Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            colours,
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
        ])
        .args(["--enable-logging=stderr", "--virtual-time-budget=4000"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(more)
        .output()
        .expect("the browser starts")
}

/// What `measure.js` finds on a page that is so many pixels wide: texts that are cut, cover each other or are hard
/// to read. What is folded is measured too where `unfolded`.
pub fn measured(browser: &Path, page: &str, width: u32, scheme: Scheme, unfolded: bool) -> Json {
    let folder = tempfile::tempdir().expect("a folder");
    let page = page.replace('&', "&amp;").replace('"', "&quot;");
    let script = include_str!("measure.js");
    let wrapper = format!(
        "<!doctype html><meta charset=utf-8><body><iframe id=page style=\"width:{width}px;height:1200px;border:0\" srcdoc=\"{page}\"></iframe>\
         <script>{script}\naddEventListener('load', () => {{ const pre = document.createElement('pre'); pre.id = 'found'; \
         pre.textContent = JSON.stringify(measure(document.getElementById('page'), {unfolded})); document.body.append(pre); \
         document.getElementById('page').remove(); }});</script>"
    );
    let file = folder.path().join("wrapper.html");
    fs::write(&file, wrapper).expect("the page can be written");
    let window = format!("--window-size={},1300", width + 40);
    let output = run(
        browser,
        scheme,
        &[
            "--dump-dom".into(),
            window,
            format!("file://{}", file.display()),
        ],
    );
    let text = String::from_utf8_lossy(&output.stdout);
    let found = text
        .split("<pre id=\"found\">")
        .nth(1)
        .and_then(|rest| rest.split("</pre>").next());
    let found = found.unwrap_or_else(|| {
        panic!(
            "nothing measured: {text:.2000}{}",
            String::from_utf8_lossy(&output.stderr)
        )
    });
    let found = found
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    serde_json::from_str(&found).expect("JSON")
}

/// What the console of a page says when it is opened.
pub fn console(browser: &Path, file: &Path) -> Vec<String> {
    let output = run(
        browser,
        Scheme::Light,
        &["--dump-dom".into(), format!("file://{}", file.display())],
    );
    let text = String::from_utf8_lossy(&output.stderr);
    let lines = text.lines().filter(|line| line.contains("CONSOLE"));
    lines.map(str::to_string).collect()
}

/// A page as PDF.
pub fn printed(browser: &Path, file: &Path, pdf: &Path) -> Vec<u8> {
    let more = [
        format!("--print-to-pdf={}", pdf.display()),
        "--no-pdf-header-footer".to_string(),
        format!("file://{}", file.display()),
    ];
    run(browser, Scheme::Dark, &more);
    fs::read(pdf).expect("a PDF")
}
