//! What anybody can see of a world, and what must hold of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use klero_tlog::{Hash, Note, TreeHead, VerifiedCheckpoint, leaf_hash};
use kleroterion::files::Files;
use kleroterion::log_check::{Export, ExportError};
use kleroterion::sequencer::LogReader;
use kleroterion::sequencer::reader::MAX_RANGE;

use super::ledger::Item;
use super::world::{World, check, round_value};

impl World {
    /// Everything that got the name of a checkpoint or a guard since the last look.
    pub(super) fn look(&mut self) -> Result<(), String> {
        for (what, bytes) in self.disk.take_seen() {
            if what == "guard" {
                let text = String::from_utf8(bytes.clone()).map_err(|error| error.to_string())?;
                let (_, note) = text.split_once("\n\n").ok_or("a guard without a note was written")?;
                let head = self.open_note(note.as_bytes())?;
                let before = *self.guarded.entry(head.size).or_insert(head.root);
                check(self.forked || before == head.root, || format!("two roots of {} were guarded", head.size))?;
                self.old_guards.push(bytes);
                continue;
            }
            let head = self.open_note(&bytes)?;
            let before = *self.published.entry(head.size).or_insert(head.root);
            check(before == head.root, || format!("two checkpoints of {} entries were published", head.size))?;
            if let Some(net) = self.net.as_ref().filter(|_| head.size > 0) {
                let note = Note::parse(&bytes).map_err(|error| error.to_string())?;
                check(net.policy.evaluate(&note).is_ok(), || format!("{} was published without a quorum", head.size))?;
            }
            if self.newest.as_ref().is_none_or(|(size, _)| *size <= head.size) {
                self.newest = Some((head.size, bytes));
            }
        }
        Ok(())
    }

    fn open_note(&self, bytes: &[u8]) -> Result<TreeHead, String> {
        let opened = VerifiedCheckpoint::open(bytes, std::slice::from_ref(&self.log_key));
        opened
            .map(|checkpoint| checkpoint.head())
            .map_err(|error| format!("an unsigned checkpoint was written: {error}"))
    }

    /// What an open log must have: everything that was acknowledged, and every root that was published.
    pub(super) fn compare(&mut self, reader: &LogReader) -> Result<(), String> {
        if self.forked {
            return Ok(());
        }
        let shared = self.book.shared();
        for (seq, item) in &self.kept {
            let found = usize::try_from(*seq).ok().and_then(|seq| shared.items.get(seq));
            check(found == Some(item), || {
                format!("entry {seq} was {item:?} when it was acknowledged; it is {found:?}")
            })?;
        }
        drop(shared);
        let size = reader.head().size;
        let mut at = 0;
        while at < size {
            let end = size.min(at + MAX_RANGE);
            for (seq, entry) in (at..).zip(reader.entries(at..end).map_err(|error| error.to_string())?) {
                let leaf = *self.leaves.entry(seq).or_insert_with(|| leaf_hash(&entry));
                check(leaf == leaf_hash(&entry), || format!("entry {seq}, which was public, has changed"))?;
            }
            at = end;
        }
        for (size, root) in self.published.range(..=size) {
            check(reader.root_at(*size) == Ok(*root), || format!("the published root of {size} is not the log's"))?;
        }
        Ok(())
    }

    /// Reads the public folder as anybody can, and compares it with what the log says.
    pub(super) fn read_public(&self, reader: &LogReader) -> Result<(), String> {
        let leaves = self.public_leaves()?;
        // One that was lost comes back when witnesses have agreed.
        check(leaves.is_some() || self.net.is_some(), || "no checkpoint is published".to_owned())?;
        for (seq, leaf) in leaves.into_iter().flatten() {
            check(reader.leaf(seq) == Ok(leaf), || format!("entry {seq} in the tiles is not the log's"))?;
        }
        Ok(())
    }

    /// The leaves of all entries in the tiles, proved under the published checkpoint; `None` if none is published.
    pub(super) fn public_leaves(&self) -> Result<Option<Vec<(u64, Hash)>>, String> {
        let keys = std::slice::from_ref(&self.log_key);
        let files: Arc<dyn Files> = self.disk.clone();
        let read = self.disk.watch(|| {
            let entries = Export::open(&self.setup.folder.public(), files, keys)?;
            entries.map(|entry| entry.map(|(seq, bytes)| (seq, leaf_hash(&bytes)))).collect()
        });
        match read {
            Ok(leaves) => Ok(Some(leaves)),
            Err(ExportError::NoCheckpoint { .. }) => Ok(None),
            Err(error) => Err(format!("a published checkpoint's tiles do not verify: {error}")),
        }
    }

    /// Each public result is the one of its draw.
    pub(super) fn results(&mut self, size: u64) -> Result<(), String> {
        let shared = self.book.shared();
        let mut drawn = BTreeSet::new();
        for item in shared.items.iter().take(usize::try_from(size).unwrap_or(usize::MAX)) {
            if let Item::Result(draw, value) = item {
                check(drawn.insert(*draw) && *value == round_value(*draw), || format!("draw {draw} has two results"))?;
            }
        }
        self.sum.drawn += drawn.len() as u64;
        Ok(())
    }
}
