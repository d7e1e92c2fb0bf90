//! A server on loopback that has the files of a folder, as a web server and as object stores have them. It ends with the
//! test.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How a server answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manner {
    /// With entity tags and dates.
    Usual,
    /// Without anything that tells versions.
    Plain,
    /// It lets nobody in.
    Closed,
    /// Each request finds another content than the one before.
    Restless,
    /// It sends half a file and then nothing.
    Stuck,
}

pub struct FolderServer {
    address: String,
    ends: Arc<AtomicBool>,
    asked: Arc<Mutex<Vec<String>>>,
    thread: Option<JoinHandle<()>>,
}

impl FolderServer {
    /// Serves a folder: each folder in it is a bucket.
    pub fn start(folder: PathBuf, manner: Manner) -> FolderServer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let ends = Arc::new(AtomicBool::new(false));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (is_over, log) = (Arc::clone(&ends), Arc::clone(&asked));
        let thread = thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if is_over.load(Ordering::Relaxed) {
                    return;
                }
                let (folder, log, is_over) =
                    (folder.clone(), Arc::clone(&log), Arc::clone(&is_over));
                thread::spawn(move || converse(&stream, &folder, manner, &log, &is_over));
            }
        });
        FolderServer {
            address,
            ends,
            asked,
            thread: Some(thread),
        }
    }

    /// `127.0.0.1:40123`
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The lines of all requests: `GET /bucket/findings.csv HTTP/1.1`.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("requests").clone()
    }
}

impl Drop for FolderServer {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        // The listener waits for somebody.
        let _ = TcpStream::connect(&self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Answers the requests of one connection.
fn converse(
    stream: &TcpStream,
    folder: &Path,
    manner: Manner,
    log: &Mutex<Vec<String>>,
    is_over: &AtomicBool,
) {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    while reader
        .read_line(&mut request)
        .is_ok_and(|length| length > 0)
    {
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).is_err() || line.trim().is_empty() {
                break;
            }
            headers.push(line.trim().to_lowercase());
        }
        log.lock()
            .expect("requests")
            .push(request.trim().to_owned());
        let answer = answer(
            &request,
            &headers,
            folder,
            manner,
            log.lock().expect("requests").len(),
        );
        let mut writer = stream;
        if writer.write_all(answer.head.as_bytes()).is_err() {
            return;
        }
        let is_stuck = manner == Manner::Stuck && answer.is_file;
        let sent = if is_stuck {
            answer.body.len() / 2
        } else {
            answer.body.len()
        };
        let _ = writer.write_all(&answer.body[..sent]);
        while is_stuck && !is_over.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(20));
        }
        request.clear();
    }
}

struct HttpAnswer {
    head: String,
    body: Vec<u8>,
    is_file: bool,
}

fn answer(
    request: &str,
    headers: &[String],
    folder: &Path,
    manner: Manner,
    count: usize,
) -> HttpAnswer {
    let mut words = request.split(' ');
    let (method, target) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let decoded = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8_lossy()
            .into_owned()
    };
    let path = decoded(path.trim_matches('/'));
    if manner == Manner::Closed {
        return page(
            "403 Forbidden",
            "<Error><Message>no entry</Message></Error>",
        );
    }
    let parameter = |name: &str| {
        let mut parts = query.split('&').filter_map(|part| part.split_once('='));
        parts
            .find(|(key, _)| *key == name)
            .map(|(_, value)| decoded(value))
    };
    let is_list = parameter("list-type").is_some() || parameter("comp").is_some();
    if is_list {
        let prefix = parameter("prefix").unwrap_or_default();
        let bucket = folder.join(&path);
        let is_azure = parameter("comp").is_some();
        let listed = listing(&bucket, &prefix, parameter("delimiter").is_some(), is_azure);
        return page("200 OK", &listed);
    }
    let Ok(body) = fs::read(folder.join(&path)) else {
        return page(
            "404 Not Found",
            "<Error><Message>nothing here</Message></Error>",
        );
    };
    let mut tag = tag_of(&body);
    if manner == Manner::Restless {
        tag = format!("\"{count}\"");
    }
    let asked_for = headers
        .iter()
        .find_map(|line| line.strip_prefix("if-match: "));
    if asked_for.is_some_and(|asked_for| asked_for != tag) {
        return page("412 Precondition Failed", "");
    }
    let told = match manner {
        Manner::Plain => String::new(),
        _ => format!("ETag: {tag}\r\nLast-Modified: Tue, 01 Dec 2026 00:00:00 GMT\r\n"),
    };
    HttpAnswer {
        head: format!(
            "HTTP/1.1 200 OK\r\n{told}Content-Length: {}\r\n\r\n",
            body.len()
        ),
        body: if method == "HEAD" { Vec::new() } else { body },
        is_file: method != "HEAD",
    }
}

fn page(status: &str, text: &str) -> HttpAnswer {
    HttpAnswer {
        head: format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nContent-Length: {}\r\n\r\n",
            text.len()
        ),
        body: text.as_bytes().to_vec(),
        is_file: false,
    }
}

fn tag_of(body: &[u8]) -> String {
    let sum = body
        .iter()
        .fold(7_u64, |sum, byte| sum.wrapping_mul(31) + u64::from(*byte));
    format!("\"{sum:x}\"")
}

/// The objects of a bucket whose names begin with a prefix, as S3 and Google list them, or as Azure does.
fn listing(bucket: &Path, prefix: &str, by_folder: bool, is_azure: bool) -> String {
    let mut names = Vec::new();
    collect(bucket, "", &mut names);
    names.sort();
    let (mut objects, mut folders) = (String::new(), BTreeSet::new());
    for name in names.iter().filter(|name| name.starts_with(prefix)) {
        if let (true, Some((inner, _))) = (by_folder, name[prefix.len()..].split_once('/')) {
            folders.insert(format!("{prefix}{inner}/"));
            continue;
        }
        let body = fs::read(bucket.join(name)).expect("a file");
        let (size, tag) = (body.len(), tag_of(&body));
        objects += &match is_azure {
            true => format!(
                "<Blob><Name>{name}</Name><Properties><Last-Modified>Tue, 01 Dec 2026 00:00:00 GMT</Last-Modified>\
                 <Content-Length>{size}</Content-Length><Content-Type>x</Content-Type><Etag>{tag}</Etag></Properties></Blob>"
            ),
            false => format!(
                "<Contents><Key>{name}</Key><Size>{size}</Size>\
                 <LastModified>2026-12-01T00:00:00.000Z</LastModified><ETag>{tag}</ETag></Contents>"
            ),
        };
    }
    let folder = |name: &String| match is_azure {
        true => format!("<BlobPrefix><Name>{name}</Name></BlobPrefix>"),
        false => format!("<CommonPrefixes><Prefix>{name}</Prefix></CommonPrefixes>"),
    };
    let folders: String = folders.iter().map(folder).collect();
    match is_azure {
        true => format!(
            "<?xml version=\"1.0\"?><EnumerationResults><Blobs>{objects}{folders}</Blobs><NextMarker/></EnumerationResults>"
        ),
        false => format!(
            "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>false</IsTruncated>{objects}{folders}</ListBucketResult>"
        ),
    }
}

fn collect(folder: &Path, before: &str, names: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = format!("{before}{}", entry.file_name().to_string_lossy());
        match entry.path().is_dir() {
            true => collect(&entry.path(), &format!("{name}/"), names),
            false => names.push(name),
        }
    }
}
