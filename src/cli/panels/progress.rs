//! Progress on standard error, and Ctrl-C: the first ends the search with what was found so far, the second ends the program.

use std::cell::Cell;
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use klero_panels::{Stage, Watch};

use super::told::Told;
use crate::cli::out;
use crate::failure::Failure;
use crate::job_problem::Doing;

/// The exit code of a program that Ctrl-C ended, as shells have it.
const INTERRUPTED: i32 = 130;
/// A service is told how far a stage is no more often than this.
const PAUSE: Duration = Duration::from_millis(500);

/// Shows progress and hears Ctrl-C.
pub(crate) struct Shown {
    stop: Arc<AtomicBool>,
    stage: Cell<Option<Stage>>,
    started: Instant,
    bar: indicatif::ProgressBar,
    terminal: bool,
    heard: bool,
    told: Cell<Option<Instant>>,
}

impl Shown {
    /// Begins to listen for Ctrl-C, which is answered with `what_remains`.
    pub(crate) fn new(started: Instant, what_remains: &'static str) -> Result<Self, Failure> {
        let stop = Arc::new(AtomicBool::new(false));
        listen(Arc::clone(&stop), what_remains)?;
        let terminal = std::io::stderr().is_terminal();
        let (stage, told, heard) = (Cell::new(None), Cell::new(None), Told::is_heard());
        Ok(Self { stop, stage, started, bar: out::progress(Some(1), "reading"), terminal, heard, told })
    }

    /// Tells the service: each stage as it begins, then now and then.
    fn tell(&self, new: bool, stage: Stage, done: u32, total: u32) {
        if self.heard && (new || self.told.get().is_none_or(|last| last.elapsed() >= PAUSE)) {
            self.told.set(Some(Instant::now()));
            Told::Doing(Doing { kind: Doing::kind_of(stage).to_owned(), done, total }).tell();
        }
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
        let name = Doing::of(Doing::kind_of(stage)).words();
        let new = self.stage.replace(Some(stage)) != Some(stage);
        self.tell(new, stage, done, total);
        if new {
            self.bar.set_message(name);
            if !self.terminal && !self.heard {
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
