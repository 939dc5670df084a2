//! Progress on standard error, and Ctrl-C: the first ends the search with what was found so far, the second ends the program.

use std::cell::Cell;
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use klero_panels::{Stage, Watch};

use crate::cli::out;
use crate::failure::Failure;

/// The exit code of a program that Ctrl-C ended, as shells have it.
const INTERRUPTED: i32 = 130;

/// Shows progress and hears Ctrl-C.
pub(crate) struct Shown {
    stop: Arc<AtomicBool>,
    stage: Cell<Option<Stage>>,
    started: Instant,
    bar: indicatif::ProgressBar,
    terminal: bool,
}

impl Shown {
    /// Begins to listen for Ctrl-C, which is answered with `what_remains`.
    pub(crate) fn new(started: Instant, what_remains: &'static str) -> Result<Self, Failure> {
        let stop = Arc::new(AtomicBool::new(false));
        listen(Arc::clone(&stop), what_remains)?;
        let terminal = std::io::stderr().is_terminal();
        Ok(Self { stop, stage: Cell::new(None), started, bar: out::progress(Some(1), "reading"), terminal })
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Watch for Shown {
    fn stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn progress(&self, stage: Stage, done: u32, total: u32) {
        let name = match stage {
            Stage::Chances => "looking for the fairest chances",
            Stage::Panels => "finding panels",
            Stage::Improving => "exchanging panels for better ones",
            Stage::Choices => "looking for people who have no choice",
            Stage::Relaxing => "looking for the smallest change of the quotas",
        };
        if self.stage.replace(Some(stage)) != Some(stage) {
            self.bar.set_message(name);
            if !self.terminal {
                eprintln!("{:.1} s: {name}", self.started.elapsed().as_secs_f64());
            }
        }
        self.bar.set_length(u64::from(total));
        self.bar.set_position(u64::from(done));
    }
}

fn listen(stop: Arc<AtomicBool>, what_remains: &'static str) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::unavailable)?;
    // Registered before the work begins: from here on the first Ctrl-C does not end the program.
    let mut signal = runtime
        .block_on(async { tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt()) })
        .map_err(Failure::unavailable)?;
    std::thread::spawn(move || {
        runtime.block_on(async {
            if signal.recv().await.is_some() {
                stop.store(true, Ordering::Relaxed);
                eprintln!("\nstopping with {what_remains}; Ctrl-C again ends at once");
            }
            if signal.recv().await.is_some() {
                std::process::exit(INTERRUPTED);
            }
        });
    });
    Ok(())
}
