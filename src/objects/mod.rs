//! Publication on object storage (spec §8.3): `DIR/public`, on S3, on another store, or in another folder.
//!
//! Order: tiles and entries, artifacts, kept checkpoints, the key; then the checkpoint, by a write that the store refuses unless the checkpoint there is
//! the one that was looked at just before. So a reader finds everything under what they read, and of two services that publish to one place at most
//! one goes on. What is there already is found out from the checkpoint that is there, so that a stop at any point costs time only.
//!
//! Never publishes over a checkpoint that ours does not extend: that is told, and a person decides. Never deletes anything but the tables of draws
//! that the log says were erased.

pub mod run;
mod transport;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use klero_tlog::tile::{new_bundles, new_tiles};
use klero_tlog::tile_reader::TileReader;
use klero_tlog::{TreeHead, VerifiedCheckpoint, VerifierKey};
use klero_verifier::ledger::{DrawState, Ledger};
use object_store::aws::{AmazonS3Builder, S3ConditionalPut};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{
    Attribute, Attributes, Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, RetryConfig,
    UpdateVersion,
};
use tokio::task::JoinSet;

use crate::place::{CHECKPOINT_LIMIT, Place};

/// A tile, a bundle of entries or an artifact never changes.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// What may change has to be asked for again.
const FRESH: &str = "no-cache";
/// Uploads under way at once.
const AT_ONCE: usize = 8;
/// Longest file that is uploaded in one piece, in bytes; object stores take up to 5 GiB.
const FILE_LIMIT: u64 = 4 << 30;

/// Why nothing was published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShipError {
    /// The store could not be asked, or refused; trying again may help.
    #[error("object storage: {0}")]
    Store(String),
    /// Our own files cannot be read.
    #[error("the public folder: {0}")]
    Own(String),
    /// There is a checkpoint of somebody else's there.
    #[error("a checkpoint lies at {place} that this log's key did not sign")]
    Foreign {
        /// Where.
        place: String,
    },
    /// There is a longer log there.
    #[error(
        "{place} holds {found} entries, this log {have}: another service publishes there, or this one was restored from a backup"
    )]
    Ahead {
        /// Where.
        place: String,
        /// Entries there.
        found: u64,
        /// Entries here.
        have: u64,
    },
    /// There is another history there.
    #[error("{place} holds another history of this log, of {found} entries: another service signs with its key")]
    Fork {
        /// Where.
        place: String,
        /// Entries there.
        found: u64,
    },
    /// Somebody else wrote the checkpoint in between.
    #[error("somebody else wrote the checkpoint at {place} at the same time")]
    Contended {
        /// Where.
        place: String,
    },
}

impl ShipError {
    /// Whether trying again without a person's decision is of no use.
    #[must_use]
    pub fn lasts(&self) -> bool {
        matches!(self, Self::Foreign { .. } | Self::Ahead { .. } | Self::Fork { .. })
    }

    /// The same for everybody's eyes: without places, and without what a store or a disk says of itself.
    #[must_use]
    pub fn for_everybody(&self) -> &'static str {
        match self {
            Self::Store(_) => "the place where the log is published besides cannot be reached, or refuses",
            Self::Own(_) => "the log's own public files cannot be read",
            Self::Foreign { .. } => "the place where the log is published besides holds another log",
            Self::Ahead { .. } => "the place where the log is published besides holds more entries than this log",
            Self::Fork { .. } => "the place where the log is published besides holds another history of this log",
            Self::Contended { .. } => "somebody else writes to the place where the log is published besides",
        }
    }
}

/// The tables of draws that the log says were erased, but for those that a draw which is not erased names too: a pool may be sealed again.
#[must_use]
pub fn erased_tables(ledger: &Ledger) -> BTreeSet<String> {
    let table = |draw: &DrawState| draw.terms()?.pool.table;
    let of = |erased: bool| ledger.draws().filter(move |(_, draw)| draw.erased().is_some() == erased);
    let needed: BTreeSet<_> = of(false).filter_map(|(_, draw)| table(draw)).collect();
    let gone = of(true).filter_map(|(_, draw)| table(draw)).filter(|table| !needed.contains(table));
    gone.map(|table| table.to_string()).collect()
}

/// What one round of publication did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shipped {
    /// Entries that are published now.
    pub size: u64,
    /// Files uploaded, the checkpoint included.
    pub files: u64,
}

/// Publishes one log's public folder at one place.
pub struct Shipper {
    store: Arc<dyn ObjectStore>,
    prefix: Key,
    place: String,
    /// A folder: it has neither headers nor conditional writes over an existing file.
    folder: bool,
    public: PathBuf,
    /// Sizes of artifacts and kept checkpoints that are there; `None` until it was asked.
    there: Option<BTreeMap<String, u64>>,
    key_shipped: Option<Vec<u8>>,
}

impl std::fmt::Debug for Shipper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shipper").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Shipper {
    /// For a place: `s3://BUCKET/PREFIX`, or `file:///FOLDER`. Credentials, region and endpoint of S3 come from the environment, as AWS names them.
    pub fn new(place: &str, public: &Path) -> Result<Self, String> {
        Self::with_options(place, public, &[])
    }

    /// Whether a place is named so that it can be one. Asks nobody and makes nothing: for whoever looks at settings.
    pub fn check(place: &str) -> Result<(), String> {
        let (scheme, rest) = place.split_once("://").ok_or_else(|| unknown(place))?;
        match scheme {
            "file" => {
                let folder = Path::new(rest);
                if !folder.is_absolute() {
                    return Err(format!(
                        "'{place}' names no folder: write file:// and a path from the root, as in file:///var/www/draws"
                    ));
                }
                // The nearest that exists has to be a folder, so that the rest can be made in it.
                match folder.ancestors().find(|path| path.exists()) {
                    Some(path) if !path.is_dir() => Err(format!("{} is not a folder", path.display())),
                    _ => Ok(()),
                }
            }
            "s3" if rest.starts_with('/') || rest.is_empty() => Err(format!("'{place}' names no bucket")),
            "s3" => Ok(()),
            #[cfg(feature = "gcs")]
            "gs" => Ok(()),
            #[cfg(feature = "azure")]
            "az" => Ok(()),
            _ => Err(unknown(place)),
        }
    }

    /// A shipper, with options of S3 over those of the environment, by the same names.
    pub fn with_options(place: &str, public: &Path, options: &[(&str, &str)]) -> Result<Self, String> {
        Self::check(place)?;
        let (scheme, rest) = place.split_once("://").ok_or_else(|| unknown(place))?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let (store, prefix, folder): (Arc<dyn ObjectStore>, &str, bool) = match scheme {
            "file" => {
                std::fs::create_dir_all(rest).map_err(|e| format!("{rest}: {e}"))?;
                let store = LocalFileSystem::new_with_prefix(rest).map_err(|e| e.to_string())?;
                (Arc::new(store), "", true)
            }
            "s3" => {
                let mut builder = AmazonS3Builder::from_env();
                for (name, value) in options {
                    builder = builder.with_config(name.parse().map_err(|e: Error| e.to_string())?, *value);
                }
                let builder = builder
                    .with_bucket_name(bucket)
                    .with_conditional_put(S3ConditionalPut::ETagMatch)
                    .with_retry(retries())
                    .with_http_connector(transport::Transport);
                (Arc::new(builder.build().map_err(|e| e.to_string())?), prefix, false)
            }
            #[cfg(feature = "gcs")]
            "gs" => {
                let builder = object_store::gcp::GoogleCloudStorageBuilder::from_env()
                    .with_bucket_name(bucket)
                    .with_retry(retries())
                    .with_http_connector(transport::Transport);
                (Arc::new(builder.build().map_err(|e| e.to_string())?), prefix, false)
            }
            #[cfg(feature = "azure")]
            "az" => {
                let builder = object_store::azure::MicrosoftAzureBuilder::from_env()
                    .with_container_name(bucket)
                    .with_retry(retries())
                    .with_http_connector(transport::Transport);
                (Arc::new(builder.build().map_err(|e| e.to_string())?), prefix, false)
            }
            _ => return Err(unknown(place)),
        };
        let prefix = Key::parse(prefix).map_err(|e| e.to_string())?;
        let (place, public) = (place.trim_end_matches('/').to_owned(), public.to_owned());
        Ok(Self { store, prefix, place, folder, public, there: None, key_shipped: None })
    }

    /// Publishes what is new. `keys` are all that ever signed this log's checkpoints: they change while a service runs. `erased` are the tables that
    /// have to go ([`erased_tables`]).
    pub async fn ship(&mut self, keys: &[VerifierKey], erased: &BTreeSet<String>) -> Result<Shipped, ShipError> {
        let note = self.own("checkpoint")?.ok_or_else(|| ShipError::Own("there is no checkpoint".to_owned()))?;
        let here = VerifiedCheckpoint::open(&note, keys).map_err(|e| ShipError::Own(e.to_string()))?;
        let found = self.checkpoint_there().await?;
        let from = self.relate(keys, here.head(), found.as_ref().map(|(bytes, _)| bytes.as_slice()))?;
        let mut files = 0;
        let tiles = new_tiles(from, here.head().size).map(|tile| tile.path());
        let bundles = new_bundles(from, here.head().size).map(|bundle| bundle.path());
        files += self.put_all(tiles.chain(bundles).collect(), IMMUTABLE).await?;
        files += self.put_named("artifact", IMMUTABLE, erased).await?;
        files += self.put_named("witnessed", FRESH, erased).await?;
        self.delete_erased(erased).await?;
        let key = self.own("log.vkey")?;
        if key.is_some() && key != self.key_shipped {
            files += self.put_all(vec!["log.vkey".to_owned()], FRESH).await?;
            self.key_shipped = key;
        }
        if found.as_ref().is_none_or(|(bytes, _)| *bytes != note) {
            self.put_checkpoint(&note, found.map(|(_, version)| version)).await?;
            files += 1;
        }
        Ok(Shipped { size: here.head().size, files })
    }

    fn own(&self, path: &str) -> Result<Option<Vec<u8>>, ShipError> {
        match std::fs::read(self.public.join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(ShipError::Own(format!("{path}: {e}"))),
        }
    }

    fn key(&self, path: &str) -> Key {
        path.split('/').fold(self.prefix.clone(), |key, part| key.join(part))
    }

    fn store_failed(&self, error: &Error) -> ShipError {
        ShipError::Store(format!("{}: {error}", self.place))
    }

    async fn checkpoint_there(&self) -> Result<Option<(Vec<u8>, UpdateVersion)>, ShipError> {
        match self.store.get(&self.key("checkpoint")).await {
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.store_failed(&error)),
            Ok(found) if found.meta.size > CHECKPOINT_LIMIT => Err(ShipError::Foreign { place: self.place.clone() }),
            Ok(found) => {
                let version = UpdateVersion { e_tag: found.meta.e_tag.clone(), version: found.meta.version.clone() };
                let bytes = found.bytes().await.map_err(|e| self.store_failed(&e))?;
                Ok(Some((bytes.to_vec(), version)))
            }
        }
    }

    /// The entries that are published, if ours extend them.
    fn relate(&self, keys: &[VerifierKey], here: TreeHead, there: Option<&[u8]>) -> Result<u64, ShipError> {
        let Some(bytes) = there else { return Ok(0) };
        let place = self.place.clone();
        let Ok(checkpoint) = VerifiedCheckpoint::open(bytes, keys) else {
            return Err(ShipError::Foreign { place });
        };
        let found = checkpoint.head();
        if found == here {
            return Ok(found.size);
        }
        if found.size > here.size {
            return Err(ShipError::Ahead { place, found: found.size, have: here.size });
        }
        let own = |e: &dyn std::fmt::Display| ShipError::Own(e.to_string());
        let files = Place::open(&self.public.display().to_string()).map_err(|e| own(&e))?;
        let reader = TileReader::open(&files, here).map_err(|e| own(&e))?;
        let root = klero_tlog::tree::read_root(&reader, found.size).map_err(|e| own(&e))?;
        if root == found.root { Ok(found.size) } else { Err(ShipError::Fork { place, found: found.size }) }
    }

    fn options(&self, caching: &'static str, path: &str) -> PutOptions {
        let mut attributes = Attributes::new();
        if !self.folder {
            let text = path.starts_with("artifact/") || !path.starts_with("tile/");
            let kind = if text { "text/plain; charset=utf-8" } else { "application/octet-stream" };
            attributes.insert(Attribute::CacheControl, caching.into());
            attributes.insert(Attribute::ContentType, kind.into());
        }
        PutOptions { attributes, ..PutOptions::default() }
    }

    /// Uploads files, several at a time. All of them are there when this returns `Ok`.
    async fn put_all(&self, paths: Vec<String>, caching: &'static str) -> Result<u64, ShipError> {
        let mut running: JoinSet<Result<(), ShipError>> = JoinSet::new();
        let count = paths.len() as u64;
        for path in paths {
            if running.len() >= AT_ONCE
                && let Some(done) = running.join_next().await
            {
                done.map_err(|e| ShipError::Store(e.to_string()))??;
            }
            let file = self.public.join(&path);
            let (store, key, options) = (Arc::clone(&self.store), self.key(&path), self.options(caching, &path));
            let place = self.place.clone();
            running.spawn(async move {
                let own = |e: &dyn std::fmt::Display| ShipError::Own(format!("{path}: {e}"));
                if tokio::fs::metadata(&file).await.map_err(|e| own(&e))?.len() > FILE_LIMIT {
                    return Err(own(&format!("longer than {FILE_LIMIT} bytes")));
                }
                let bytes = tokio::fs::read(&file).await.map_err(|e| own(&e))?;
                let put = store.put_opts(&key, PutPayload::from(bytes), options).await;
                put.map(|_| ()).map_err(|e| ShipError::Store(format!("{place}: {e}")))
            });
        }
        while let Some(done) = running.join_next().await {
            done.map_err(|e| ShipError::Store(e.to_string()))??;
        }
        Ok(count)
    }

    /// Files of one folder that are not there yet, or of another length.
    async fn put_named(
        &mut self,
        folder: &str,
        caching: &'static str,
        erased: &BTreeSet<String>,
    ) -> Result<u64, ShipError> {
        self.ask_what_is_there().await?;
        let own = |e: std::io::Error| ShipError::Own(format!("{folder}: {e}"));
        let mut new = Vec::new();
        match std::fs::read_dir(self.public.join(folder)) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(own(e)),
            Ok(items) => {
                for item in items {
                    let item = item.map_err(own)?;
                    let Ok(name) = item.file_name().into_string() else { continue };
                    let path = format!("{folder}/{name}");
                    let length = item.metadata().map_err(own)?.len();
                    let there = self.there.as_ref().and_then(|there| there.get(&path)).copied();
                    // A hidden name is an unfinished write.
                    if !name.starts_with('.') && !erased.contains(&name) && there != Some(length) {
                        new.push((path, length));
                    }
                }
            }
        }
        new.sort();
        let count = self.put_all(new.iter().map(|(path, _)| path.clone()).collect(), caching).await?;
        self.there.get_or_insert_default().extend(new);
        Ok(count)
    }

    async fn ask_what_is_there(&mut self) -> Result<(), ShipError> {
        if self.there.is_some() {
            return Ok(());
        }
        let mut there = BTreeMap::new();
        for folder in ["artifact", "witnessed"] {
            let listed = self.store.list_with_delimiter(Some(&self.key(folder))).await;
            for object in listed.map_err(|e| self.store_failed(&e))?.objects {
                if let Some(name) = object.location.filename() {
                    there.insert(format!("{folder}/{name}"), object.size);
                }
            }
        }
        self.there = Some(there);
        Ok(())
    }

    async fn delete_erased(&mut self, erased: &BTreeSet<String>) -> Result<(), ShipError> {
        for table in erased {
            let path = format!("artifact/{table}");
            if !self.there.as_ref().is_some_and(|there| there.contains_key(&path)) {
                continue;
            }
            match self.store.delete(&self.key(&path)).await {
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(self.store_failed(&error)),
            }
            if let Some(there) = &mut self.there {
                there.remove(&path);
            }
        }
        Ok(())
    }

    /// Writes the checkpoint if the one there is still the one that was looked at.
    async fn put_checkpoint(&self, note: &[u8], over: Option<UpdateVersion>) -> Result<(), ShipError> {
        let mut options = self.options(FRESH, "checkpoint");
        options.mode = match over {
            _ if self.folder => PutMode::Overwrite,
            None => PutMode::Create,
            Some(version) => PutMode::Update(version),
        };
        let put = self.store.put_opts(&self.key("checkpoint"), PutPayload::from(note.to_vec()), options).await;
        match put {
            Ok(_) => Ok(()),
            // An answer that was lost looks like any failure: if what is there is ours, it was written.
            Err(error) => match self.checkpoint_there().await? {
                Some((bytes, _)) if bytes == note => Ok(()),
                _ if matches!(error, Error::AlreadyExists { .. } | Error::Precondition { .. }) => {
                    Err(ShipError::Contended { place: self.place.clone() })
                }
                _ => Err(self.store_failed(&error)),
            },
        }
    }
}

fn unknown(place: &str) -> String {
    format!("'{place}' is no place to publish to: write s3://BUCKET/PREFIX or file:///FOLDER")
}

fn retries() -> RetryConfig {
    RetryConfig { max_retries: 5, retry_timeout: Duration::from_secs(60), ..RetryConfig::default() }
}
