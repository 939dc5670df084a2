//! The desk: what the service keeps besides the log, as typed records. Accounts, sessions, tokens, invitations, drafts, decisions that wait for
//! signatures, jobs, answers, complaints, and answers to requests that may be repeated.
//!
//! The state of a draw is never kept here: it is the log's. Changes that belong together are one [`Batch`], which is stored whole or not at
//! all. A record has a version, which grows with every change. What reaches the disk is encrypted ([`super::sealed`]).

use std::ops::ControlFlow;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use crate::store::{RecordChange, Records};

/// Something that is kept as a record.
pub trait Kept: Serialize + DeserializeOwned {
    /// First part of the key.
    const KIND: &'static str;
    /// What it is called in messages.
    const NAME: &'static str;
    /// Second part of the key; begins with the organiser's name and `/` for what belongs to an organiser.
    fn id(&self) -> String;
}

/// A record with its version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versioned<T> {
    /// 1 when it was made, and one more with every change.
    pub version: u64,
    /// The record.
    pub value: T,
}

impl<T> Versioned<T> {
    /// The `ETag` of this version.
    #[must_use]
    pub fn etag(&self) -> String {
        format!("\"{}\"", self.version)
    }
}

/// Records.
#[derive(Clone)]
pub struct Desk {
    records: Arc<dyn Records>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

/// Changes that are stored together or not at all.
#[derive(Debug, Default)]
pub struct Batch(Vec<RecordChange>);

impl Batch {
    /// Stores a new record.
    pub fn create<T: Kept>(&mut self, value: &T) -> Result<(), Problem> {
        self.write(value, 1)
    }
    /// Stores a changed record.
    pub fn update<T: Kept>(&mut self, changed: &Versioned<T>) -> Result<(), Problem> {
        self.write(&changed.value, changed.version.saturating_add(1))
    }
    /// Removes a record.
    pub fn remove<T: Kept>(&mut self, id: &str) {
        self.0.push((key::<T>(id), None));
    }
    /// Stores bytes as they are.
    pub(super) fn raw(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        self.0.push((key, value));
    }
    fn write<T: Kept>(&mut self, value: &T, version: u64) -> Result<(), Problem> {
        #[derive(Serialize)]
        struct Written<'a, T> {
            version: u64,
            value: &'a T,
        }
        let text = serde_json::to_vec(&Written { version, value }).map_err(|_| Problem::internal())?;
        if text.len() > super::sealed::MAX_VALUE {
            return Err(Problem::invalid(format!("this {} is too long to be kept", T::NAME))
                .advise("shorten its texts or lists"));
        }
        self.0.push((key::<T>(&value.id()), Some(text)));
        Ok(())
    }
}

fn key<T: Kept>(id: &str) -> Vec<u8> {
    format!("{}/{id}", T::KIND).into_bytes()
}

impl Desk {
    /// A desk over these records.
    pub fn new(records: Arc<dyn Records>) -> Self {
        Self { records }
    }

    /// A record, if there is one.
    pub fn find<T: Kept>(&self, id: &str) -> Result<Option<Versioned<T>>, Problem> {
        self.records.get(&key::<T>(id))?.map(|bytes| decode(&bytes)).transpose()
    }

    /// A record that must be there.
    pub fn get<T: Kept>(&self, id: &str) -> Result<Versioned<T>, Problem> {
        self.find(id)?.ok_or_else(|| Problem::not_found(T::NAME))
    }

    /// Records whose id begins with `prefix` and is greater than `after`, ascending: at most `limit`.
    pub fn list<T: Kept>(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<Versioned<T>>, Problem> {
        self.list_of(prefix, after, limit, |_| true)
    }

    /// The same, of those records alone that are `wanted`.
    pub fn list_of<T: Kept>(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
        wanted: impl Fn(&T) -> bool,
    ) -> Result<Vec<Versioned<T>>, Problem> {
        let (mut found, mut wrong) = (Vec::new(), None);
        let after = after.map(key::<T>);
        self.records.range(&key::<T>(prefix), after.as_deref(), &mut |_, value| {
            if found.len() >= limit {
                return ControlFlow::Break(());
            }
            match decode::<T>(value) {
                Ok(record) if wanted(&record.value) => found.push(record),
                Ok(_) => {}
                Err(problem) => {
                    wrong = Some(problem);
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        })?;
        wrong.map_or(Ok(found), Err)
    }

    /// Ids of the records whose id begins with `prefix`, ascending: at most `limit`. The records themselves are not read.
    pub fn ids<T: Kept>(&self, prefix: &str, limit: usize) -> Result<Vec<String>, Problem> {
        let (mut found, kind) = (Vec::new(), key::<T>(""));
        self.records.keys(&key::<T>(prefix), &mut |key| {
            if found.len() >= limit {
                return ControlFlow::Break(());
            }
            let id = key.strip_prefix(kind.as_slice()).unwrap_or_default();
            found.push(String::from_utf8_lossy(id).into_owned());
            ControlFlow::Continue(())
        })?;
        Ok(found)
    }

    /// Raw bytes.
    pub(super) fn raw(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Problem> {
        Ok(self.records.get(key)?)
    }

    /// Visits raw records.
    pub(super) fn each_raw(&self, prefix: &[u8], visit: &mut crate::store::VisitRecord<'_>) -> Result<(), Problem> {
        Ok(self.records.range(prefix, None, visit)?)
    }

    /// Stores a batch. When this returns `Ok`, it is on the disk.
    pub fn commit(&self, batch: &Batch) -> Result<(), Problem> {
        if batch.0.is_empty() {
            return Ok(());
        }
        Ok(self.records.commit_durably(&batch.0)?)
    }
}

/// A record that this version did not write is a fault, not a request's.
fn decode<T: Kept>(bytes: &[u8]) -> Result<Versioned<T>, Problem> {
    serde_json::from_slice(bytes).map_err(|_| Problem::internal())
}
