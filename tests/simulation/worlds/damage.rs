//! Bits rot, files vanish, old copies come back. Whatever is damaged is refused, or does no harm; it is never believed. What is refused is
//! repaired as the product advises, and then everything is there again.

use std::path::PathBuf;

use kleroterion::guard::GuardError;
use kleroterion::log_check::{RepairError, repair_from_tiles, repair_tiles, restore_guard};
use kleroterion::sequencer::opening::OpenError;
use kleroterion::sequencer::{LogReader, Sequencer};

use super::ledger::{Ledger, check};
use super::rng::Rng;
use super::world::World;

/// Repairs that one another call for: of the guard, of the database, of tiles.
const MOST_REPAIRS: usize = 3;

/// One or two things of a closed log are damaged.
pub(crate) fn episode(world: &mut World) -> Result<(), String> {
    // First everything that a crash left is finished, so that to undo the damage takes nothing back that anybody saw.
    let closed = world.open().map(drop);
    world.look()?;
    closed.map_err(|error| format!("a log that nobody damaged is refused: {error}"))?;
    let image = (world.disk.image(), world.shelves.image());
    let single = !world.rng.one_in(4);
    let mut done = damage(world);
    if !single {
        done.push_str(", ");
        done.push_str(&damage(world));
    }
    let opened = world.open();
    world.look()?;
    let put_back = match opened {
        Ok(log) => {
            world.compare(&log.reader()).map_err(|words| format!("damage ({done}) was believed: {words}"))?;
            world.sum.harmless += 1;
            true
        }
        Err(error) => {
            world.sum.refused += 1;
            match mend(world, error) {
                Ok(log) => {
                    let words = |words| format!("repaired ({done}), and yet: {words}");
                    world.compare(&log.reader()).map_err(words)?;
                    world.sum.repaired += 1;
                    false
                }
                // Without a checkpoint that anybody has there is no guard; the newest is of no use to an old copy of the log.
                Err(words) if single && world.newest.is_some() && !world.forked => {
                    return Err(format!("{done}: not repaired: {words}"));
                }
                Err(_) => true,
            }
        }
    };
    if put_back {
        world.disk.put_back(image.0);
        world.shelves.put_back(image.1);
    }
    Ok(())
}

/// Follows the advice, also when one repair shows what else is wrong.
fn mend(world: &mut World, mut error: OpenError) -> Result<Sequencer<Ledger>, String> {
    for _ in 0..MOST_REPAIRS {
        repair(world, &error).map_err(|words| format!("{error}; {words}"))?;
        let opened = world.open();
        world.look()?;
        match opened {
            Ok(log) => return Ok(log),
            Err(next) => error = next,
        }
    }
    Err(format!("refused after {MOST_REPAIRS} repairs: {error}"))
}

/// Damages something, and says what.
fn damage(world: &mut World) -> String {
    let store = world.setup.folder.store().join("db");
    if world.rng.one_in(3) {
        let name = read(world, &store);
        let mut rng = world.rng.fork();
        let mut done = "nothing";
        world.shelves.rot(&name, |shelf| {
            let length = shelf.kept.len();
            match rng.below(6) {
                0 => (shelf.broken, done) = (true, "the database's files"),
                1 => {
                    shelf.kept.truncate(rng.index(length + 1));
                    done = "the last entries of the database";
                }
                2 if length > 0 => {
                    shelf.gap = Some(rng.below(length as u64));
                    done = "an entry of the database";
                }
                3 if length > 1 => {
                    shelf.kept.swap(0, length - 1);
                    done = "the order of the database";
                }
                _ if length > 0 => {
                    let entry = &mut shelf.kept[rng.index(length)];
                    let at = rng.index(entry.len());
                    entry[at] ^= 1 << rng.below(8);
                    done = "a bit of an entry";
                }
                _ => {}
            }
        });
        return done.to_owned();
    }
    let folder = world.setup.folder.path().to_owned();
    let live = |path: &PathBuf| {
        path.starts_with(folder.join("public")) || path.parent() == Some(folder.as_path()) || *path == store
    };
    let set_aside = |path: &PathBuf| path.to_string_lossy().contains("set-aside");
    let mut paths: Vec<PathBuf> = world.disk.paths().into_iter().filter(live).filter(|path| !set_aside(path)).collect();
    // As often the guard and the checkpoint as all tiles together.
    if world.rng.one_in(2) {
        paths = vec![world.setup.folder.guard(), world.public().join("checkpoint")];
    }
    let path = paths[world.rng.index(paths.len())].clone();
    let mut rng = world.rng.fork();
    let old_guard = world.old_guards.get(rng.index(world.old_guards.len())).cloned();
    match rng.below(5) {
        0 => world.disk.lose(&path),
        1 if path == world.setup.folder.guard() && old_guard.is_some() => {
            world.disk.rot(&path, |bytes| *bytes = old_guard.unwrap_or_default());
            return "an old guard".to_owned();
        }
        _ => world.disk.rot(&path, |bytes| alter(bytes, &mut rng)),
    }
    path.display().to_string()
}

fn alter(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let at = rng.index(bytes.len());
    match rng.below(4) {
        0 => bytes.truncate(at),
        1 => bytes.push(b'\n'),
        2 => bytes.iter_mut().skip(at).take(512).for_each(|byte| *byte = 0),
        _ if bytes.is_empty() => bytes.push(1),
        _ => bytes[at] ^= 1 << rng.below(8),
    }
}

fn read(world: &World, path: &std::path::Path) -> Vec<u8> {
    use kleroterion::files::Files;
    world.disk.watch(|| world.disk.read(path, 1 << 20)).ok().flatten().unwrap_or_default()
}

/// What the advice says, and once more if the machine stops while it is done.
fn repair(world: &mut World, error: &OpenError) -> Result<(), String> {
    if world.rng.one_in(3) {
        world.disk.stop_in(world.rng.below(30));
        let first = attempt(world, error);
        world.look()?;
        if first.is_ok() && !world.disk.struck() {
            world.disk.restart();
            return Ok(());
        }
        // Repairs are done by hand: after a process that was killed, the kernel has written back what it had by the time of the next.
        if world.rng.one_in(2) {
            world.disk.power_cut();
        } else {
            world.disk.restart();
            world.disk.write_back();
        }
        // It may have been done in spite of what it said; then there is nothing left to do.
        if world.open().is_ok() {
            return Ok(());
        }
    }
    attempt(world, error)
}

fn attempt(world: &mut World, error: &OpenError) -> Result<(), String> {
    let site = world.site();
    let words = |error: RepairError| error.to_string();
    match error {
        OpenError::Store(_)
        | OpenError::StoreBehind { .. }
        | OpenError::RootDiffers { .. }
        | OpenError::Entry { .. } => repair_from_tiles(&site, &mut check).map(drop).map_err(words),
        OpenError::Tiles { .. } => match repair_tiles(&site, &mut check) {
            Err(RepairError::TilesAhead(_)) => repair_from_tiles(&site, &mut check).map(drop).map_err(words),
            other => other.map(drop).map_err(words),
        },
        OpenError::Guard(GuardError::Missing { .. } | GuardError::Damaged { .. } | GuardError::Checkpoint(_))
        | OpenError::GuardBehind { .. } => {
            let (_, newest) = world.newest.clone().ok_or("nothing was ever published")?;
            restore_guard(&site, &newest, &mut check).map(drop).map_err(words)
        }
        OpenError::Checkpoint(_) | OpenError::CheckpointDiffers { .. } | OpenError::CheckpointKey { .. } => {
            world.disk.lose(&world.public().join("checkpoint"));
            Ok(())
        }
        OpenError::Key { .. } => {
            world.disk.lose(&world.public().join("log.vkey"));
            Ok(())
        }
        other => Err(format!("there is no advice that helps against: {other}")),
    }
}

/// An entry of an open log rots: readers get the right bytes, or an error.
pub(crate) fn while_open(world: &mut World, reader: &LogReader) -> Result<(), String> {
    let image = world.shelves.image();
    let name = read(world, &world.setup.folder.store().join("db"));
    let mut rng = world.rng.fork();
    let mut altered = None;
    world.shelves.rot(&name, |shelf| {
        if !shelf.kept.is_empty() {
            let index = rng.index(shelf.kept.len());
            let entry = &mut shelf.kept[index];
            let at = rng.index(entry.len());
            entry[at] ^= 1 << rng.below(8);
            altered = Some(index as u64);
        }
    });
    let read = altered.filter(|index| *index < reader.head().size).map(|index| reader.entry(index));
    world.shelves.put_back(image);
    match read {
        Some(Ok(_)) => Err("an altered entry was given to a reader".to_owned()),
        _ => Ok(()),
    }
}
