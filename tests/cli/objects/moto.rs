//! The S3 of the package moto, another implementation than that of [`super::server`].

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::super::Project;
use super::QUERY;

/// The server, ended with the test.
struct Moto {
    child: Child,
    address: String,
}

const KEYS: [(&str, &str); 3] = [
    ("AWS_ACCESS_KEY_ID", "ana"),
    ("AWS_SECRET_ACCESS_KEY", "sesame77"),
    ("AWS_REGION", "eu-central-1"),
];

/// Puts the files of a folder into a bucket: `python FOLDER ENDPOINT`.
const UPLOAD: &str = "
import boto3, pathlib, sys
folder, endpoint = pathlib.Path(sys.argv[1]), sys.argv[2]
client = boto3.client('s3', endpoint_url=endpoint, region_name='eu-central-1')
client.create_bucket(Bucket='exports', CreateBucketConfiguration={'LocationConstraint': 'eu-central-1'})
for file in folder.rglob('*'):
    if file.is_file():
        client.upload_file(str(file), 'exports', 'a year/' + str(file.relative_to(folder)))
client.put_object(Bucket='exports', Key='a year/')
";

impl Moto {
    /// `None`: the package is not there.
    fn start() -> Option<Moto> {
        if !packages().join("moto").is_dir() {
            eprintln!("no moto: its S3 is not asked");
            return None;
        }
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = free.local_addr().expect("an address").to_string();
        let port = address.split(':').next_back().expect("a port").to_owned();
        drop(free);
        let mut server = python();
        server.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port]);
        let server = server.stdout(Stdio::null()).stderr(Stdio::null());
        let child = server.spawn().expect("python");
        let moto = Moto { child, address };
        let begun = Instant::now();
        while TcpStream::connect(&moto.address).is_err() {
            assert!(
                begun.elapsed() < Duration::from_secs(120),
                "moto does not start"
            );
            thread::sleep(Duration::from_millis(100));
        }
        Some(moto)
    }

    fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn packages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(".moto")
}

fn python() -> Command {
    let mut command = Command::new("python3");
    command.env("PYTHONPATH", packages()).envs(KEYS);
    command
}

#[test]
fn signed_requests_of_moto() {
    let Some(moto) = Moto::start() else {
        return;
    };
    let project = Project::new();
    let wanted = project
        .with_data(&["run", QUERY, "--format", "json"])
        .json();
    let uploaded = python()
        .args(["-c", UPLOAD])
        .arg(project.path("data"))
        .arg(moto.endpoint())
        .status();
    assert!(uploaded.expect("python").success());
    fs::remove_dir_all(project.path("data")).expect("the tables are elsewhere");
    let run = |data: &str| {
        let arguments = [
            "run", QUERY, "--format", "json", "--defs", "defs", "--data", data,
        ];
        let mut command = project.command(&arguments);
        command.envs(KEYS).env("AWS_ENDPOINT_URL", moto.endpoint());
        command
            .env("XDG_CACHE_HOME", project.path("cache"))
            .output()
            .expect("the binary runs")
    };
    let answered = run("s3://exports/a year");
    let told = String::from_utf8_lossy(&answered.stderr);
    let answer: serde_json::Value =
        serde_json::from_slice(&answered.stdout).unwrap_or_else(|_| panic!("{told}"));
    assert_eq!(answer, wanted);
    let nowhere = run("s3://imports/a year");
    let told = String::from_utf8_lossy(&nowhere.stderr);
    assert_eq!(nowhere.status.code(), Some(3), "{told}");
    assert!(
        told.contains("D522") && told.contains("404 Not Found") && !told.contains("sesame77"),
        "{told}"
    );
}
