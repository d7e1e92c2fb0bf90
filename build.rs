//! Rebuilds the crate when a definition is added to or removed from the embedded library: the macro
//! that embeds it notices changed files, but not new ones.

fn main() {
    println!("cargo:rerun-if-changed=kpi-defs");
}
