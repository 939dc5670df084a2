//! `klero demo`: a whole draw on an invented register, over the real service, store, HTTP and verifier. Nothing in it is simulated but the
//! people and the beacon, which says so first.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use klero_draw::names::Slug;
use serde_json::json;

use super::{backend, beacon, out, serve, sign};
use crate::clock::{Clock, SystemClock};
use crate::failure::{Failure, Named};
use crate::people_csv::Options;
use crate::pool_dir::{self, CommitOptions, TableWish};
use crate::service::request::Request;
use crate::service::{self, NewLog, config::Config};
use crate::{atomic, organiser_note, register, signer, when};

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  klero demo                     and then open the address that it prints\n  klero demo --once --dir demo   leave everything in the folder 'demo' and end"
)]
pub struct Args {
    /// End after the draw instead of serving the pages
    #[arg(long)]
    once: bool,
    /// Folder to work in; must be new or empty. A temporary one, removed at the end, if absent
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Address of the pages; any free port if absent
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Inhabitants of the invented register
    #[arg(long, value_name = "N", default_value_t = 77_000, value_parser = clap::value_parser!(u64).range(100..=10_000_000))]
    people: u64,
}

const ORIGIN: &str = "demo.kleroterion.example/log";
const ORGANISER: &str = "ostbelgien";
/// Invitations to draw, as in the Ostbelgien model.
const SEATS: u64 = 1_000;

/// Runs it.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let temporary;
    let dir = match &args.dir {
        Some(dir) => {
            if std::fs::read_dir(dir).is_ok_and(|mut items| items.next().is_some()) {
                return Err(Failure::usage(format!("{} is not empty", dir.display()))
                    .advise("choose a new folder for the demo"));
            }
            std::fs::create_dir_all(dir).named("make the folder", dir)?;
            dir.as_path()
        }
        None => {
            temporary = tempfile::tempdir().map_err(|e| Failure::unavailable(format!("no temporary folder: {e}")))?;
            temporary.path()
        }
    };
    let runtime = tokio::runtime::Runtime::new().map_err(Failure::unavailable)?;
    let demo = Demo { dir, started: Instant::now(), line: 0 };
    let address = demo.run(args, &runtime)?;
    if args.once {
        return Ok(0);
    }
    out::line(format!("\nPages: http://{address}   (Ctrl-C ends)"))?;
    runtime.block_on(serve::wait_for_end())?;
    Ok(0)
}

struct Demo<'a> {
    dir: &'a Path,
    started: Instant,
    line: u32,
}

impl Demo<'_> {
    fn tell(&mut self, text: impl std::fmt::Display) -> Result<(), Failure> {
        self.line += 1;
        out::line(format!("{:>2}  {:>5.1} s  {text}", self.line, self.started.elapsed().as_secs_f64()))
    }

    fn run(mut self, args: &Args, runtime: &tokio::runtime::Runtime) -> Result<SocketAddr, Failure> {
        out::line(
            "REHEARSAL BEACON: PROVES NOTHING. This demonstration runs its own beacon, so whoever runs it knows the result.\n",
        )?;
        let (relay, info_path) = self.beacon(runtime)?;
        let service = self.dir.join("service");
        let running = self.service(args, runtime, &relay, &info_path)?;
        let keys = self.organiser(&service)?;
        let (pool, adults) = self.pool(args.people)?;
        let draw = self.seal(&service, &pool, &keys, adults)?;
        self.wait(&service, &draw)?;
        self.verify(&service, &draw, &pool)?;
        let address = running.address;
        if !args.once {
            // The service goes on as long as the process; its tasks end with the runtime.
            std::mem::forget(running);
        }
        Ok(address)
    }

    fn beacon(&mut self, runtime: &tokio::runtime::Runtime) -> Result<(String, PathBuf), Failure> {
        let folder = self.dir.join("beacon");
        let (key, info) = beacon::open_rehearsal(&folder, 1, SystemClock.now())?;
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .map_err(|e| Failure::unavailable(format!("no port for the beacon: {e}")))?;
        let address = listener.local_addr().map_err(Failure::unavailable)?;
        runtime.spawn(crate::rehearsal::serve(listener, key, info, Arc::new(SystemClock)));
        self.tell(format!("rehearsal beacon: a round every second, http://{address}"))?;
        Ok((format!("http://{address}"), folder.join("chain.json")))
    }

    fn service(
        &mut self,
        args: &Args,
        runtime: &tokio::runtime::Runtime,
        relay: &str,
        info_path: &Path,
    ) -> Result<serve::Running, Failure> {
        let folder = self.dir.join("service");
        let config = Config { origin: ORIGIN.to_owned(), relays: vec![relay.to_owned()], margin_secs: 0 };
        let new = NewLog { config, policy: None, rehearsal: Some(beacon::chain_info(info_path)?) };
        service::init(&folder, &new, Arc::new(SystemClock))?;
        let running = runtime.block_on(serve::start(&folder, args.listen, &[], Box::new(|_| {})))?;
        self.tell(format!("service: log '{ORIGIN}', pages at http://{}", running.address))?;
        Ok(running)
    }

    fn organiser(&mut self, service: &Path) -> Result<Vec<PathBuf>, Failure> {
        let folder = self.dir.join("keys");
        std::fs::create_dir_all(&folder).named("make the folder", &folder)?;
        let mut files = Vec::new();
        let mut vkeys = Vec::new();
        for role in ["clerk", "speaker", "paper"] {
            let file = folder.join(format!("{role}.key"));
            vkeys.push(signer::create(&file, &format!("{ORGANISER}/{role}"))?.to_text());
            files.push(file);
        }
        vkeys.sort();
        let mut note = organiser_note::unsigned(
            "kleroterion/v1/organiser",
            &json!({
                "id": ORGANISER, "keys": vkeys, "log": ORIGIN, "name": "Parlament der Deutschsprachigen Gemeinschaft (demo)",
                "threshold": 2, "version": 1,
            }),
        )?;
        for file in &files {
            note = organiser_note::add_signature(&note, &signer::load(file)?)?;
        }
        backend::submit(service, note)?;
        self.tell("organiser enrolled: three keys, two of them must sign every decision")?;
        files.truncate(2);
        Ok(files)
    }

    fn pool(&mut self, people: u64) -> Result<(PathBuf, u64), Failure> {
        let csv = self.dir.join("people.csv");
        let year = when::year(SystemClock.now());
        let mut writer = csv::Writer::from_path(&csv)
            .map_err(|e| Failure::unavailable(format!("cannot write the register: {e}")))?;
        let failed = |e: csv::Error| Failure::unavailable(format!("cannot write the register: {e}"));
        writer.write_record(register::COLUMNS).map_err(failed)?;
        let mut adults = 0u64;
        for person in register::inhabitants(people, year).filter(|p| p.age >= register::MINIMUM_AGE) {
            writer.write_record(&person.cells).map_err(failed)?;
            adults += 1;
        }
        writer.flush().named("write", &csv)?;
        self.tell(format!(
            "register: {people} invented inhabitants of nine municipalities, {adults} of them aged 16 or more: the pool"
        ))?;
        let pool = self.dir.join("pool");
        let roles =
            Options { id: "register_number".to_owned(), public: vec!["municipality".to_owned()], ..Options::default() };
        let committed =
            pool_dir::commit(&csv, &CommitOptions { roles, table: TableWish::IfUseful }, &pool, &mut |_| {})?;
        self.tell(format!("pool committed: root {}…", &committed.root.to_string()[..16]))?;
        Ok((pool, adults))
    }

    fn seal(&mut self, service: &Path, pool: &Path, keys: &[PathBuf], adults: u64) -> Result<Slug, Failure> {
        let draw: Slug = "letters-1".parse().map_err(Failure::usage)?;
        let title = json!({
            "de": "Einladungen zum Bürgerdialog", "en": "Invitations to the citizens’ dialogue",
            "fr": "Invitations au dialogue citoyen", "nl": "Uitnodigingen voor de burgerdialoog",
        });
        let draws_at = SystemClock.now() + 2;
        let mut note = organiser_note::unsigned(
            "kleroterion/v1/announce",
            &json!({
                "attempt": 1, "draw": draw, "draws_at": draws_at, "log": ORIGIN, "organiser": ORGANISER, "postponed": 0,
                "purpose": "letters", "title": title,
            }),
        )?;
        for key in keys {
            note = organiser_note::add_signature(&note, &signer::load(key)?)?;
        }
        backend::submit(service, note)?;
        let terms = self.dir.join("terms.note");
        let seats = SEATS.min(adults / 2).to_string();
        super::terms::write_for_demo(service, &draw, pool, &seats, &terms)?;
        for key in keys {
            sign::sign_quietly(&terms, key)?;
        }
        let text = std::fs::read_to_string(&terms).named("read", &terms)?;
        let request = Request::Seal { terms: text, pool: pool.to_owned() };
        let logged = backend::logged(backend::ask(service, request)?)?;
        let status = backend::status(service, &draw)?;
        self.tell(format!(
            "sealed as step {} by two signatures: {seats} seats by municipality; beacon round {} does not exist yet",
            logged.seq,
            status.round.unwrap_or_default()
        ))?;
        Ok(draw)
    }

    fn wait(&mut self, service: &Path, draw: &Slug) -> Result<(), Failure> {
        let patience = Instant::now();
        loop {
            let status = backend::status(service, draw)?;
            if status.outcome.is_some() {
                return self.tell(format!(
                    "drawn at {} with beacon round {}",
                    when::show(SystemClock.now()),
                    status.round.unwrap_or_default()
                ));
            }
            if patience.elapsed() > Duration::from_secs(60) {
                return Err(Failure::unavailable(format!(
                    "no result after a minute: {}",
                    status.waiting_for.unwrap_or_default()
                )));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn verify(&mut self, service: &Path, draw: &Slug, pool: &Path) -> Result<(), Failure> {
        let bundles = self.dir.join("bundles");
        std::fs::create_dir_all(&bundles).named("make the folder", &bundles)?;
        let bundle = bundles.join(format!("{draw}.json"));
        let text = backend::bundle(service, draw)?;
        atomic::write(&bundle, text.as_bytes())?;
        let about = backend::about(service)?;
        let trust = self.dir.join("trust.json");
        let mut content = json!({"format": "kleroterion/v1/trust", "log": about.log, "service": about.service});
        if let Some(info) = &about.rehearsal {
            content["rehearsal"] = serde_json::to_value(info).map_err(Failure::unavailable)?;
        }
        let mut pretty = serde_json::to_string_pretty(&content).map_err(Failure::unavailable)?;
        pretty.push('\n');
        atomic::write(&trust, pretty.as_bytes())?;
        self.tell(format!("bundle {} ({} KB), trust file {}", bundle.display(), text.len() / 1024, trust.display()))?;
        let arguments = [bundle.as_os_str().to_owned(), "--trust".into(), trust.as_os_str().to_owned()];
        let (mut report, mut complaints) = (Vec::new(), Vec::new());
        let code = crate::verify_io::run(arguments, &mut report, &mut complaints);
        let report = String::from_utf8_lossy(&report);
        if code != 0 {
            let _told = std::io::stderr().write_all(&complaints);
            out::write(&report)?;
            return Err(Failure {
                message: "the demonstration's own bundle does not verify".to_owned(),
                advice: None,
                exit: code,
            });
        }
        self.tell("verified with the trust file, exit 0. The report begins:")?;
        for line in report.lines().filter(|line| !line.is_empty()).take(3) {
            out::line(format!("            | {line}"))?;
        }
        let result = self.dir.join("result");
        crate::result::from_bundle(pool, &text, None, Some(draw), &result)?;
        self.tell(format!("names for the organiser alone: {}", result.join("drawn.csv").display()))
    }
}
