//! Addresses of objects: `s3://bucket/folder`, `gs://bucket/folder`, `az://container/folder`, `https://host/folder`.

use std::path::Path;

use object_store::path::Path as ObjectPath;
use url::Url;

use crate::base::diagnostic::Diagnostic;
use crate::exec::data::is_table_file;

/// Who keeps the objects.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum StoreKind {
    AmazonS3,
    GoogleCloud,
    Azure,
    WebServer,
}

/// Where an object or a folder of objects is.
#[derive(Clone, Debug)]
pub(super) struct ObjectAddress {
    pub kind: StoreKind,
    /// The bucket, or on a web server the folder.
    pub base: Url,
    /// Below the bucket or the folder.
    pub path: ObjectPath,
    /// The last of its names: `exports`, `findings.parquet`.
    pub name: String,
    /// As it may be shown: without what lets somebody in.
    pub shown: String,
}

/// Whether a path is an address of another machine.
pub fn is_address(path: &Path) -> bool {
    let scheme = path.to_str().and_then(|text| text.split_once("://"));
    let is_scheme = |scheme: &str| {
        let mut letters = scheme.chars();
        letters
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic())
            && letters.all(|letter| letter.is_ascii_alphanumeric() || "+.-".contains(letter))
    };
    scheme.is_some_and(|(scheme, _)| is_scheme(scheme))
}

impl ObjectAddress {
    /// Reads what somebody typed.
    ///
    /// # Errors
    ///
    /// `D521`: a kind of address that is not known, or one without a bucket.
    pub fn read(text: &str) -> Result<ObjectAddress, Diagnostic> {
        let url = Url::parse(text).map_err(|error| refused(text, &error.to_string()))?;
        let kind = match url.scheme() {
            "s3" | "s3a" => StoreKind::AmazonS3,
            "gs" => StoreKind::GoogleCloud,
            "az" | "azure" | "abfs" | "abfss" => StoreKind::Azure,
            "http" | "https" => StoreKind::WebServer,
            "file" => {
                return Err(refused(text, "it is a file of this machine")
                    .help(format!("name it plainly: {}", url.path())));
            }
            _ => return Err(refused(text, "its beginning is not known")),
        };
        if url.host_str().is_none_or(str::is_empty) {
            return Err(refused(text, "it names no bucket"));
        }
        let path = ObjectPath::from_url_path(url.path())
            .map_err(|error| refused(text, &error.to_string()))?;
        let shown = shown(&url);
        let name = path.filename().or(url.host_str()).unwrap_or_default();
        let name = name.to_owned();
        Ok(match kind {
            StoreKind::WebServer => on_web_server(url, &path, name, shown),
            _ => ObjectAddress {
                kind,
                base: url,
                path,
                name,
                shown,
            },
        })
    }

    /// Whether it is one file by its name, and not a folder.
    pub fn is_file(&self) -> bool {
        is_table_file(&self.name)
    }
}

/// A web server has no buckets: a file is asked for in its folder, with what the address has after `?`.
fn on_web_server(mut base: Url, path: &ObjectPath, name: String, shown: String) -> ObjectAddress {
    let is_file = is_table_file(&name);
    let path = match is_file {
        true => ObjectPath::from_iter(path.filename()),
        false => ObjectPath::default(),
    };
    if let Ok(mut segments) = base.path_segments_mut() {
        segments.pop_if_empty();
        if is_file {
            segments.pop();
        }
    }
    ObjectAddress {
        kind: StoreKind::WebServer,
        base,
        path,
        name,
        shown,
    }
}

fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    // What follows are errors for addresses that can have neither, and nothing is there to hide then.
    let _ = shown.set_password(None);
    if url.scheme().starts_with("http") {
        let _ = shown.set_username("");
    }
    shown.as_str().trim_end_matches('/').to_owned()
}

fn refused(text: &str, reason: &str) -> Diagnostic {
    // What follows `?` may be a secret.
    let text = text.split('?').next().unwrap_or(text);
    let message = format!("cannot read the address `{text}`: {reason}");
    Diagnostic::data("D521", message).help(
        "addresses of tables are s3://BUCKET/FOLDER, gs://BUCKET/FOLDER, az://CONTAINER/FOLDER, \
         abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/FOLDER, https://HOST/FILE",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (StoreKind, String, String, String) {
        let address = ObjectAddress::read(text).unwrap();
        (
            address.kind,
            address.path.to_string(),
            address.name,
            address.shown,
        )
    }

    #[test]
    fn addresses_of_all_kinds() {
        let cases = [
            (
                "s3://b/year/",
                StoreKind::AmazonS3,
                "year",
                "year",
                "s3://b/year",
            ),
            ("s3://b", StoreKind::AmazonS3, "", "b", "s3://b"),
            (
                "gs://b/a/findings.csv",
                StoreKind::GoogleCloud,
                "a/findings.csv",
                "findings.csv",
                "gs://b/a/findings.csv",
            ),
            (
                "abfss://c@account.dfs.core.windows.net/x",
                StoreKind::Azure,
                "x",
                "x",
                "abfss://c@account.dfs.core.windows.net/x",
            ),
            (
                "https://ana:secret@host/a/findings.csv?token=secret",
                StoreKind::WebServer,
                "findings.csv",
                "findings.csv",
                "https://host/a/findings.csv",
            ),
            (
                "https://host:8443/a/b/",
                StoreKind::WebServer,
                "",
                "b",
                "https://host:8443/a/b",
            ),
        ];
        for (text, kind, path, name, shown) in cases {
            let wanted = (kind, path.to_owned(), name.to_owned(), shown.to_owned());
            assert_eq!(read(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_file_of_a_web_server_is_asked_for_in_its_folder() {
        let address = ObjectAddress::read("https://host/a/findings.csv?token=t").unwrap();
        assert_eq!(address.base.as_str(), "https://host/a?token=t");
    }

    #[test]
    fn what_is_no_address_of_tables() {
        for text in ["s4://b/x", "s3://", "file:///tmp/x"] {
            let refused = ObjectAddress::read(text);
            assert!(
                refused.is_err_and(|problem| problem.code == "D521"),
                "{text}"
            );
        }
        assert!(!is_address(Path::new("exports/today")));
        assert!(!is_address(Path::new("C:/exports")));
        assert!(is_address(Path::new("s3://b")));
    }
}
