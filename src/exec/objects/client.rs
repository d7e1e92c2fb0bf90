//! Asking an object store or a web server, one request after another for whoever waits.

use std::error::Error as StdError;
use std::fs::File;
use std::future::Future;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::future::{self, Either};
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::http::HttpBuilder;
use object_store::path::Path as ObjectPath;
use object_store::{
    ClientConfigKey, Error, GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt, RetryConfig,
};
use tokio::runtime::{self, Runtime};
use tokio::time;

use super::address::{ObjectAddress, StoreKind};
use crate::base::cancellation;
use crate::base::diagnostic::Diagnostic;

/// Requests under way at once.
const AT_ONCE: usize = 8;
/// A server that says nothing for so long says nothing any more.
const SILENCE: Duration = Duration::from_secs(60);
const CONNECTING: &str = "10s";
/// A large object takes long: the whole of a request has no limit, its silences have.
const WHOLE_REQUEST: &str = "1day";

/// An object that is there.
#[derive(Clone, Debug)]
pub(super) struct RemoteObject {
    pub path: ObjectPath,
    pub size: u64,
    /// Another content has another one; `None`: the server does not say.
    pub version: Option<String>,
    /// What the server calls this content, to ask for no other.
    tag: Option<String>,
}

/// What is directly in a folder.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub objects: Vec<RemoteObject>,
    pub folders: Vec<ObjectPath>,
}

/// A bucket or a web server.
pub(super) struct ObjectClient {
    address: ObjectAddress,
    store: Box<dyn ObjectStore>,
    runtime: Runtime,
}

impl ObjectClient {
    /// Nothing is asked yet.
    ///
    /// # Errors
    ///
    /// `D522`: settings in the environment that cannot be used.
    pub fn new(address: ObjectAddress) -> Result<ObjectClient, Diagnostic> {
        let store = store_of(&address).map_err(|error| unreachable(&address, &error))?;
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| failed(&address, &error.to_string()))?;
        Ok(ObjectClient {
            address,
            store,
            runtime,
        })
    }

    /// An object by its path; `None`: it is not there.
    pub fn object(&self, path: &ObjectPath) -> Result<Option<RemoteObject>, Diagnostic> {
        self.run(self.look_at(path))
    }

    /// Those of some objects that are there, in their order. Servers that tell no names forbid what is not there.
    pub fn objects(&self, paths: &[ObjectPath]) -> Result<Vec<RemoteObject>, Diagnostic> {
        let looks = paths.iter().map(|path| async move {
            match self.look_at(path).await {
                Err(Error::PermissionDenied { .. } | Error::Unauthenticated { .. }) => Ok(None),
                looked => looked,
            }
        });
        let found = stream::iter(looks).buffered(AT_ONCE);
        let found = self.run(found.try_collect::<Vec<Option<RemoteObject>>>())?;
        Ok(found.into_iter().flatten().collect())
    }

    /// What is directly in a folder.
    pub fn listing(&self, folder: &ObjectPath) -> Result<Listing, Diagnostic> {
        let listed = self.run(self.store.list_with_delimiter(Some(folder)))?;
        Ok(Listing {
            objects: listed.objects.into_iter().map(RemoteObject::from).collect(),
            folders: listed.common_prefixes,
        })
    }

    /// All that is in a folder and those in it.
    pub fn all_below(&self, folder: &ObjectPath) -> Result<Vec<RemoteObject>, Diagnostic> {
        let listed = self.store.list(Some(folder)).map_ok(RemoteObject::from);
        self.run(listed.try_collect())
    }

    /// Writes objects into new files.
    ///
    /// # Errors
    ///
    /// `D522`, `D523`; `D524`: another content than was listed; `D525`: a file that cannot be written.
    pub fn copy(&self, objects: &[(&RemoteObject, PathBuf)]) -> Result<(), Diagnostic> {
        let copies = objects
            .iter()
            .map(|(object, file)| self.copy_one(object, file));
        let copies = stream::iter(copies).buffer_unordered(AT_ONCE);
        self.until_done(copies.try_collect::<()>())?
    }

    async fn copy_one(&self, object: &RemoteObject, file: &Path) -> Result<(), Diagnostic> {
        let options = GetOptions {
            if_match: object.tag.clone(),
            ..GetOptions::default()
        };
        let told = |error: Error| self.failure(&error);
        let found = self
            .store
            .get_opts(&object.path, options)
            .await
            .map_err(told)?;
        let cannot_write = |error: io::Error| {
            let message = format!(
                "cannot copy `{}` to `{}`: {error}",
                self.address.shown,
                file.display()
            );
            Diagnostic::data("D525", message)
        };
        let mut copy = File::create_new(file).map_err(cannot_write)?;
        let mut bytes = found.into_stream();
        let mut size = 0;
        while let Some(portion) = self.next(&mut bytes).await? {
            copy.write_all(&portion).map_err(cannot_write)?;
            size += portion.len() as u64;
        }
        copy.flush().map_err(cannot_write)?;
        match size == object.size {
            true => Ok(()),
            false => Err(self.changed(&object.path)),
        }
    }

    async fn next<T>(
        &self,
        bytes: &mut stream::BoxStream<'_, Result<T, Error>>,
    ) -> Result<Option<T>, Diagnostic> {
        match time::timeout(SILENCE, bytes.next()).await {
            Ok(portion) => portion.transpose().map_err(|error| self.failure(&error)),
            Err(_) => {
                let silence = format!("nothing came for {} s", SILENCE.as_secs());
                Err(failed(&self.address, &silence))
            }
        }
    }

    /// What a server says of one object. Addresses that are signed for one use allow nothing but to read it.
    async fn look_at(&self, path: &ObjectPath) -> Result<Option<RemoteObject>, Error> {
        let found = match self.address.kind {
            StoreKind::WebServer => {
                let found = self.store.get_opts(path, GetOptions::default()).await;
                found.map(|found| found.meta)
            }
            _ => self.store.head(path).await,
        };
        match found {
            Ok(meta) => Ok(Some(meta.into())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn run<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Diagnostic> {
        self.until_done(work)?.map_err(|error| self.failure(&error))
    }

    /// Waits for work to end, or for the wish to stop.
    fn until_done<T>(&self, work: impl Future<Output = T>) -> Result<T, Diagnostic> {
        const OFTEN: Duration = Duration::from_millis(50);
        let stopped = async {
            while !cancellation::is_stopping() {
                time::sleep(OFTEN).await;
            }
        };
        let done = self.runtime.block_on(async {
            match future::select(Box::pin(work), Box::pin(stopped)).await {
                Either::Left((done, _)) => Some(done),
                Either::Right(_) => None,
            }
        });
        cancellation::listen();
        done.ok_or_else(|| failed(&self.address, "it was stopped"))
    }

    fn failure(&self, error: &Error) -> Diagnostic {
        match error {
            Error::NotFound { .. } => {
                let message = format!("there is nothing at `{}`", self.address.shown);
                Diagnostic::data("D523", message)
            }
            Error::Precondition { path, .. } => self.changed(&ObjectPath::from(path.as_str())),
            _ => unreachable(&self.address, error),
        }
    }

    fn changed(&self, path: &ObjectPath) -> Diagnostic {
        let (place, name) = (&self.address.shown, path.filename().unwrap_or_default());
        let message = format!("`{name}` of `{place}` changed while it was copied");
        Diagnostic::data("D524", message).help("ask again")
    }
}

impl std::fmt::Debug for ObjectClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ObjectClient({})", self.address.shown)
    }
}

impl From<ObjectMeta> for RemoteObject {
    fn from(meta: ObjectMeta) -> RemoteObject {
        // A server that sends no date is read as 1970.
        let modified = meta.last_modified.timestamp_micros();
        let by_date = (modified != 0).then(|| modified.to_string());
        RemoteObject {
            path: meta.location,
            size: meta.size,
            version: meta.e_tag.clone().or(by_date),
            // Weak tags match nothing (RFC 9110, 13.1.1).
            tag: meta.e_tag.filter(|tag| !tag.starts_with("W/")),
        }
    }
}

fn store_of(address: &ObjectAddress) -> Result<Box<dyn ObjectStore>, Error> {
    let url = address.base.as_str();
    let retry = RetryConfig {
        max_retries: 3,
        retry_timeout: Duration::from_secs(30),
        ..RetryConfig::default()
    };
    // An address with `http:` is one that somebody typed or set.
    let client = [
        (ClientConfigKey::AllowHttp, "true"),
        (ClientConfigKey::ConnectTimeout, CONNECTING),
        (ClientConfigKey::Timeout, WHOLE_REQUEST),
    ];
    Ok(match address.kind {
        StoreKind::AmazonS3 => {
            let builder = AmazonS3Builder::from_env().with_url(url).with_retry(retry);
            let builder = client.into_iter().fold(builder, |builder, (key, value)| {
                builder.with_config(AmazonS3ConfigKey::Client(key), value)
            });
            Box::new(builder.build()?)
        }
        StoreKind::GoogleCloud => {
            let builder = GoogleCloudStorageBuilder::from_env();
            let builder = builder.with_url(url).with_retry(retry);
            let builder = client.into_iter().fold(builder, |builder, (key, value)| {
                builder.with_config(GoogleConfigKey::Client(key), value)
            });
            Box::new(builder.build()?)
        }
        StoreKind::Azure => {
            let builder = MicrosoftAzureBuilder::from_env();
            let builder = builder.with_url(url).with_retry(retry);
            let builder = client.into_iter().fold(builder, |builder, (key, value)| {
                builder.with_config(AzureConfigKey::Client(key), value)
            });
            Box::new(builder.build()?)
        }
        StoreKind::WebServer => {
            let builder = HttpBuilder::new().with_url(url).with_retry(retry);
            let builder = client.into_iter().fold(builder, |builder, (key, value)| {
                builder.with_config(key, value)
            });
            Box::new(builder.build()?)
        }
    })
}

fn unreachable(address: &ObjectAddress, error: &Error) -> Diagnostic {
    let problem = failed(address, &reason(error));
    match credentials(address.kind) {
        Some(variables) if is_about_credentials(error) => {
            problem.help(format!("who asks is told by the environment: {variables}"))
        }
        _ => problem,
    }
}

/// Whether somebody else might be let in. Listing tells a refusal by the status in its words alone.
fn is_about_credentials(error: &Error) -> bool {
    // The address at which a machine of a cloud asks who it is.
    const METADATA: [&str; 2] = ["169.254.169.254", "metadata"];
    let words = format!("{error} {}", reason(error));
    matches!(
        error,
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. }
    ) || METADATA.iter().any(|place| words.contains(place))
        || ["403", "401", "ccount"]
            .iter()
            .any(|word| words.contains(word))
}

fn credentials(kind: StoreKind) -> Option<&'static str> {
    match kind {
        StoreKind::AmazonS3 => Some(
            "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL; \
             AWS_SKIP_SIGNATURE=true for a public bucket",
        ),
        StoreKind::GoogleCloud => Some(
            "GOOGLE_APPLICATION_CREDENTIALS, GOOGLE_SERVICE_ACCOUNT_KEY; GOOGLE_SKIP_SIGNATURE=true for a public bucket",
        ),
        StoreKind::Azure => Some(
            "AZURE_STORAGE_ACCOUNT_NAME, AZURE_STORAGE_ACCOUNT_KEY or AZURE_STORAGE_SAS_KEY; \
             AZURE_SKIP_SIGNATURE=true for a public container",
        ),
        StoreKind::WebServer => None,
    }
}

fn failed(address: &ObjectAddress, reason: &str) -> Diagnostic {
    let message = format!("cannot read `{}`: {reason}", address.shown);
    Diagnostic::data("D522", message)
}

/// The innermost cause that says something, without the parts of addresses that let somebody in.
fn reason(error: &Error) -> String {
    let mut causes: Vec<String> = Vec::new();
    let mut cause: Option<&dyn StdError> = Some(error);
    while let Some(found) = cause {
        causes.push(found.to_string());
        cause = found.source();
    }
    let words = causes.pop().unwrap_or_default();
    without_queries(&in_one_line(&words))
}

/// What a server says is a page of XML or HTML: its status, and of the page the sentence for people.
fn in_one_line(words: &str) -> String {
    let Some((_, answer)) = words.split_once("status code: ") else {
        return words.lines().next().unwrap_or_default().to_owned();
    };
    let status = answer.split(':').next().unwrap_or_default();
    let message = answer.split_once("<Message>");
    let message = message.and_then(|(_, after)| after.split_once("</Message>"));
    match message {
        Some((message, _)) => format!("the server answers {status}: {}", message.trim()),
        None => format!("the server answers {status}"),
    }
}

/// `https://host/a?sig=secret` → `https://host/a?***`
fn without_queries(words: &str) -> String {
    let hidden = words.split(' ').map(|word| match word.split_once('?') {
        Some((address, _)) if address.contains("://") => format!("{address}?***"),
        _ => word.to_owned(),
    });
    hidden.collect::<Vec<_>>().join(" ")
}
