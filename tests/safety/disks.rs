//! Disks that are full, folders that cannot be written: the store stays as it was.
//!
//! Both need a small file system of their own, which only some may mount; elsewhere this is said and
//! skipped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Place;

/// A file system in memory, taken away when dropped.
struct Disk {
    folder: PathBuf,
}

impl Disk {
    fn mount(folder: &Path, size: &str) -> Option<Disk> {
        fs::create_dir_all(folder).expect("a folder");
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(folder)
            .output();
        if !done.is_ok_and(|done| done.status.success()) {
            eprintln!("skipped: a file system cannot be mounted here");
            return None;
        }
        Some(Disk {
            folder: folder.to_path_buf(),
        })
    }

    fn make_unwritable(&self) {
        let done = Command::new("mount")
            .args(["-o", "remount,ro"])
            .arg(&self.folder)
            .status();
        assert!(done.expect("mount").success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.folder).status();
    }
}

#[test]
fn a_full_disk_leaves_the_store_as_it_was() {
    let place = Place::new();
    let Some(_disk) = Disk::mount(&place.path("disk"), "256k") else {
        return;
    };
    let reports = place.reports(0..40);
    let mut added = Vec::new();
    let mut told = String::new();
    for report in &reports {
        let done = place.output(&super::ingesting(
            "disk/store",
            std::slice::from_ref(report),
        ));
        if done.status.success() {
            added.push(report.clone());
        } else {
            assert_eq!(done.status.code(), Some(3));
            told = String::from_utf8(done.stderr).expect("text");
        }
        place.run(&["store", "verify", "--store", "disk/store"]);
    }
    assert!(!added.is_empty() && added.len() < reports.len());
    assert!(
        told.contains("D420") && told.contains("the store is as it was"),
        "{told}"
    );
    let told = place.fails(&["run", "weaknesses", "--data", "disk/store"]);
    assert!(told.contains("D420"), "{told}");
    // Elsewhere there is room: what was added is what was said to be added.
    let copied = Command::new("cp")
        .args(["-r", "disk/store", "store"])
        .current_dir(place.folder.path())
        .status();
    assert!(copied.expect("cp").success());
    place.ingest("expected", &added);
    assert_eq!(place.facts("store"), place.facts("expected"));
}

#[test]
fn a_store_that_cannot_be_written_is_left_alone() {
    let place = Place::new();
    let Some(disk) = Disk::mount(&place.path("disk"), "16m") else {
        return;
    };
    let reports = place.reports(0..4);
    place.ingest("disk/store", &reports[..2]);
    place.run(&["run", "weaknesses", "--data", "disk/store"]);
    disk.make_unwritable();
    let told = place.fails(&super::ingesting("disk/store", &reports[2..]));
    assert!(told.contains("D420"), "{told}");
    place.fails(&super::ingesting("disk/new", &reports));
    place.fails(&["store", "compact", "--store", "disk/store"]);
    // Reading goes on, as long as the tables are there.
    place.run(&["store", "verify", "--store", "disk/store"]);
    place.run(&["store", "--store", "disk/store"]);
    place.run(&["run", "weaknesses", "--data", "disk/store"]);
}

#[test]
fn a_full_disk_leaves_the_answer_before() {
    let place = Place::new();
    let Some(_disk) = Disk::mount(&place.path("disk"), "64k") else {
        return;
    };
    let reports = place.reports(0..2);
    place.ingest("store", &reports);
    let asked = [
        "run",
        "weaknesses",
        "--data",
        "store",
        "-o",
        "disk/answer.csv",
    ];
    place.run(&asked);
    let before = fs::read(place.path("disk/answer.csv")).expect("an answer");
    let room = vec![0; 256 << 10];
    let _ = fs::write(place.path("disk/filled"), room);
    let told = place.fails(&asked);
    assert!(told.contains("D902"), "{told}");
    assert_eq!(
        fs::read(place.path("disk/answer.csv")).expect("an answer"),
        before
    );
    let left = fs::read_dir(place.path("disk")).expect("a folder").count();
    assert_eq!(left, 2, "nothing half written is left");
}
