//! A world's log as public files, and a monitor that looks at them.

use std::path::{Path, PathBuf};

use klero_tlog::tile::{encode_bundle, new_bundles, new_tiles};
use klero_verifier::trust::Trust;
use kleroterion::monitor::findings::Id;
use kleroterion::monitor::tell::Told;
use kleroterion::monitor::{Monitor, Setup};
use kleroterion::place::Place;

use crate::world::World;

pub(crate) fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// Writes everything that a log serves. What was there before stays, but for the checkpoint.
pub(crate) fn publish(world: &World, dir: &Path) {
    for tile in new_tiles(0, world.tree.size()) {
        write(&dir.join(tile.path()), &tile.read_bytes(&world.tree).unwrap());
    }
    for bundle in new_bundles(0, world.tree.size()) {
        let first = usize::try_from(bundle.first_entry()).unwrap();
        let entries = &world.entries[first..first + usize::from(bundle.width())];
        write(&dir.join(bundle.path()), &encode_bundle(entries).unwrap());
    }
    for (name, text) in &world.artifacts {
        write(&dir.join("artifact").join(name.to_string()), text.as_bytes());
    }
    for (index, note) in &world.kept {
        write(&dir.join("witnessed").join(index.to_string()), &note.to_bytes());
    }
    write(&dir.join("log.vkey"), format!("{}\n", world.log.verifier_key().to_text()).as_bytes());
    write(&dir.join("checkpoint"), &world.checkpoint().to_bytes());
}

/// A temporary folder with a log and a monitor's own folder.
pub(crate) struct Site {
    /// Removed when it is dropped.
    pub(crate) _temporary: tempfile::TempDir,
    pub(crate) log: PathBuf,
    pub(crate) own: PathBuf,
}

impl Site {
    pub(crate) fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let (log, own) = (temporary.path().join("log"), temporary.path().join("watch"));
        Self { _temporary: temporary, log, own }
    }

    pub(crate) fn of(world: &World) -> Self {
        let site = Self::new();
        publish(world, &site.log);
        site
    }

    pub(crate) fn place(&self) -> Place {
        Place::open(&self.log.display().to_string()).unwrap()
    }

    /// Opens the monitor's folder, looks once, and closes it, as cron does.
    pub(crate) fn look(&self, trust: Option<Trust>, now: u64) -> Look {
        let mut monitor = Monitor::open(&self.own, Setup { trust, grace_secs: 60 }).unwrap();
        let told = monitor.pass(&self.place(), now).unwrap();
        let findings = monitor.findings().all().to_vec();
        Look { exit: told.exit(monitor.findings()), told, findings }
    }
}

/// What one look found.
#[derive(Debug)]
pub(crate) struct Look {
    pub(crate) exit: u8,
    pub(crate) told: Told,
    pub(crate) findings: Vec<kleroterion::monitor::findings::Finding>,
}

impl Look {
    /// The open findings, `id:about`.
    pub(crate) fn open(&self) -> Vec<String> {
        self.findings.iter().filter(|finding| finding.open).map(|finding| finding.key()).collect()
    }

    pub(crate) fn text(&self, id: Id) -> &str {
        &self.findings.iter().find(|finding| finding.id == id).unwrap().text
    }
}
