//! Files and folders that hold people in the clear before they are finished: removed when the process is interrupted, as they are when it fails.
//!
//! Commands listen for that while they work. A service has an end of its own, and writes nothing of people in the clear.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use crate::failure::Failure;

static HELD: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// How often a folder is removed again into which another thread still writes.
const ATTEMPTS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(10);

/// A file or folder that is removed if the process is interrupted before this is dropped.
#[derive(Debug)]
pub struct Unfinished(PathBuf);

impl Unfinished {
    /// Minds `path`.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        HELD.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        Self(path.to_owned())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        HELD.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

/// While it lives, Ctrl-C and SIGTERM end the process once everything unfinished is removed.
#[derive(Debug)]
pub struct Interruptible(Arc<AtomicBool>);

impl Drop for Interruptible {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Begins to listen.
pub fn interruptible() -> Result<Interruptible, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::unavailable)?;
    // Registered before the work begins: from here on a signal does not end the program by itself.
    let listen = || Ok((signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?));
    let (mut interrupt, mut terminate) =
        runtime.block_on(async { listen() }).map_err(|e: std::io::Error| Failure::unavailable(e))?;
    let alive = Arc::new(AtomicBool::new(true));
    let heard = Arc::clone(&alive);
    std::thread::spawn(move || {
        let kind = runtime.block_on(async {
            tokio::select! {
                _ = interrupt.recv() => SignalKind::interrupt(),
                _ = terminate.recv() => SignalKind::terminate(),
            }
        });
        if heard.load(Ordering::Relaxed) {
            remove_all();
            // As shells have it.
            std::process::exit(128 + kind.as_raw_value());
        }
    });
    Ok(Interruptible(alive))
}

/// Removes everything unfinished. Nothing new becomes unfinished any more: the process is about to end.
fn remove_all() {
    let held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    for path in held.iter() {
        for _ in 0..ATTEMPTS {
            let removed = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
            if removed.is_ok() || !path.exists() {
                break;
            }
            std::thread::sleep(PAUSE);
        }
    }
}
