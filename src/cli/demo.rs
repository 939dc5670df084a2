//! `klero demo`: the whole model of Ostbelgien on an invented register, over the real service, store, HTTP and verifier: letters, a council from
//! those who answered, refusals replaced, a third of the council rotated. Nothing in it is simulated but the people, what they answer, and the
//! beacon, which says so first. "Six months later" is a caption: the log's times are those of the clock.
//!
//! Longer than other files, since it is one story told in order.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use klero_draw::names::Slug;
use klero_draw::outcome::Outcome;
use klero_verifier::ledger::DrawState;
use serde_json::json;

use super::terms::DemoTerms;
use super::{backend, beacon, out, serve, sign};
use crate::clock::{Clock, SystemClock};
use crate::compose;
use crate::draw_proof::{DrawProof, outcome_of};
use crate::failure::{Failure, Named};
use crate::people_csv::Options;
use crate::pool_dir::{self, CommitOptions, LinkedOptions, PoolDir, TableWish};
use crate::result::{seats_now, write_files};
use crate::service::request::{DrawStatus, Request};
use crate::service::{self, NewLog, config::Config};
use crate::unfinished::{Unfinished, interruptible};
use crate::verify_io::ArtifactFolder;
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
/// A step that somebody waits for comes within this time, or something is wrong.
const PATIENCE: Duration = Duration::from_secs(90);

/// How many people the model takes: those of Ostbelgien, or fewer where the register is small.
#[derive(Debug, Clone, Copy)]
struct Scale {
    letters: u32,
    /// Answers for the council, and for the assembly.
    answers: (usize, usize),
    council: u32,
    council_reserves: u32,
    assembly: u32,
    /// A third of the council.
    rotate: u32,
}

impl Scale {
    fn of(adults: u64) -> Self {
        let letters = u32::try_from(adults / 2).unwrap_or(u32::MAX).min(1_000);
        let answers = (letters * 115 / 1_000).max((letters / 2).min(40));
        let for_assembly = (letters - answers).min(100);
        let council = (answers / 5).clamp(1, 8) * 3;
        Self {
            letters,
            answers: (answers as usize, for_assembly as usize),
            council,
            council_reserves: (council / 2).min(answers - council),
            assembly: (for_assembly / 2).min(30),
            rotate: council / 3,
        }
    }
}

/// Where the draws of the demonstration happen, and who signs.
struct Town<'t> {
    service: &'t Path,
    keys: &'t [PathBuf],
    register: &'t Path,
    scale: Scale,
}

/// The seal came too late for its round, as it was checked or as it was logged.
fn late(failure: &Failure) -> bool {
    failure.message.contains("too late") || failure.message.contains("the round was published at")
}

/// Runs it.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let temporary;
    let _unfinished;
    let interruptible = interruptible()?;
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
            _unfinished = Unfinished::new(temporary.path());
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
    // From here on Ctrl-C is how it ends, and the folder goes with it.
    drop(interruptible);
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
        let (register, adults) = self.pool(args.people)?;
        let town = Town { service: &service, keys: &keys, register: &register, scale: Scale::of(adults) };
        self.letters(&town)?;
        self.council_and_assembly(&town)?;
        self.refusals(&town)?;
        self.rotation(&town)?;
        self.verify(&town)?;
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

    /// Announces and seals a draw some seconds ahead. Where the machine was too slow, the draw is postponed, which the log shows.
    fn open(
        &mut self,
        town: &Town<'_>,
        draw: &str,
        title: serde_json::Value,
        pool: &Path,
        wish: &dyn Fn() -> DemoTerms,
    ) -> Result<Slug, Failure> {
        let slug: Slug = draw.parse().map_err(Failure::usage)?;
        let terms = self.dir.join("terms").join(format!("{draw}.note"));
        std::fs::create_dir_all(self.dir.join("terms")).named("make the folder", self.dir)?;
        for (postponed, ahead) in [(0, 2), (1, 6), (2, 30)] {
            self.sign(town, "announce", &json!({
                "attempt": 1, "draw": slug, "draws_at": SystemClock.now() + ahead, "log": ORIGIN, "organiser": ORGANISER,
                "postponed": postponed, "purpose": slug, "title": title,
            }))?;
            let seal = || {
                super::terms::write_for_demo(town.service, &slug, pool, wish(), &terms)?;
                sign::sign_quietly(&terms, town.keys, &terms)?;
                let text = std::fs::read_to_string(&terms).named("read", &terms)?;
                backend::logged(backend::ask(town.service, Request::Seal { terms: text, pool: pool.to_owned() })?)
            };
            match seal() {
                Ok(_) => break,
                Err(failure) if postponed == 2 || !late(&failure) => return Err(failure),
                Err(_) => {}
            }
        }
        Ok(slug)
    }

    /// Signs a note with both members' keys and hands it in.
    fn sign(&self, town: &Town<'_>, context: &str, value: &serde_json::Value) -> Result<(), Failure> {
        let mut note = organiser_note::unsigned(&format!("kleroterion/v1/{context}"), value)?;
        for key in town.keys {
            note = organiser_note::add_signature(&note, &signer::load(key)?)?;
        }
        backend::submit(town.service, note).map(|_| ())
    }

    fn wait(&self, town: &Town<'_>, draw: &Slug, done: impl Fn(&DrawStatus) -> bool) -> Result<DrawStatus, Failure> {
        let patience = Instant::now();
        loop {
            let status = backend::status(town.service, draw)?;
            if done(&status) {
                return Ok(status);
            }
            if patience.elapsed() > PATIENCE {
                let waiting = status.waiting_for.unwrap_or_default();
                return Err(Failure::unavailable(format!("'{draw}' still waits: {waiting}")));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The bundle of a draw as it is now, its state and outcome.
    fn outcome(&self, town: &Town<'_>, draw: &Slug) -> Result<(DrawState, Outcome), Failure> {
        outcome_of(&backend::bundle(town.service, draw)?, &ArtifactFolder::of_service(town.service), Some(draw))
    }

    fn letters(&mut self, town: &Town<'_>) -> Result<(), Failure> {
        let letters = town.scale.letters;
        let title = json!({
            "de": "Einladungen zum Bürgerdialog", "en": "Invitations to the citizens’ dialogue",
            "fr": "Invitations au dialogue citoyen", "nl": "Uitnodigingen voor de burgerdialoog",
        });
        let wish = || DemoTerms { by: vec!["municipality".to_owned()], seats: Some(letters), ..DemoTerms::default() };
        let draw = self.open(town, "letters-1", title, town.register, &wish)?;
        self.tell(format!("letters-1: sealed by two signatures, {letters} letters by municipality; its beacon round does not exist yet"))?;
        let status = self.wait(town, &draw, |status| status.outcome.is_some())?;
        self.tell(format!(
            "letters-1: drawn with beacon round {}; {letters} people are invited",
            status.round.unwrap_or_default()
        ))
    }

    /// Who answers: invented, the same in every run for the same people. Those with higher education answer more often, the young less.
    fn answers(&self, town: &Town<'_>) -> Result<Vec<Answer>, Failure> {
        let (_, outcome) = self.outcome(town, &"letters-1".parse().map_err(Failure::usage)?)?;
        let pool = PoolDir::open(town.register)?;
        let year = when::year(SystemClock.now());
        let mut answers = Vec::new();
        for opening in &outcome.drawn {
            let person = pool.person_at(opening.index)?;
            let cell = |name: &str| person.cells.iter().find(|(n, _)| n == name).map_or("", |(_, cell)| cell.as_str());
            let age = year.saturating_sub(cell("birth_year").parse().unwrap_or(year));
            let age_group = match age {
                ..30 => "16-29",
                30..45 => "30-44",
                45..65 => "45-64",
                _ => "65+",
            };
            let north = ["Eupen", "Kelmis", "Lontzen", "Raeren"].contains(&cell("municipality"));
            let eager = if cell("education") == "higher" { 2 } else { 1 } * if age < 30 { 2 } else { 3 };
            let hash = klero_draw::hash::tagged("demo_answer", &[cell("register_number").as_bytes()]);
            answers.push(Answer {
                rank: u64::from(u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])) / eager,
                id: cell("register_number").to_owned(),
                values: [cell("gender"), age_group, if north { "north" } else { "south" }, cell("education")]
                    .map(str::to_owned),
            });
        }
        answers.sort_by(|a, b| (a.rank, &a.id).cmp(&(b.rank, &b.id)));
        Ok(answers)
    }

    fn council_and_assembly(&mut self, town: &Town<'_>) -> Result<(), Failure> {
        let scale = town.scale;
        let answers = self.answers(town)?;
        let (for_council, rest) = answers.split_at(scale.answers.0.min(answers.len()));
        let for_assembly = &rest[..scale.answers.1.min(rest.len())];
        let council_pool = self.answered(town, "council", for_council, &FEATURES)?;
        let assembly_pool = self.answered(town, "assembly", for_assembly, &["sex"])?;
        self.tell(format!(
            "{} of them answer for the council, {} for an assembly: two pools linked to letters-1, by hash",
            for_council.len(),
            for_assembly.len()
        ))?;
        let panels = self.panels(&quotas_csv(&answers, for_council, scale.council), scale.council)?;
        let title = json!({"de": "Bürgerrat", "en": "Citizens’ council", "fr": "Conseil citoyen", "nl": "Burgerraad"});
        let from: Slug = "letters-1".parse().map_err(Failure::usage)?;
        let wish = || DemoTerms {
            panels: Some(panels.clone()),
            reserves: scale.council_reserves,
            // What organisers write themselves is in their own language.
            not_drawn: vec!["1=Vorsitz ohne Stimme, vom Parlament ernannt".to_owned()],
            table_reason: alone(for_council)
                .then(|| "Ohne diese vier Spalten lassen sich die Quoten nicht nachzählen.".to_owned()),
            from: Some(from.clone()),
            ..DemoTerms::default()
        };
        let council = self.open(town, "council-1", title, &council_pool, &wish)?;
        let title = json!({"de": "Bürgerversammlung", "en": "Citizens’ assembly", "fr": "Assemblée citoyenne", "nl": "Burgervergadering"});
        let wish = || DemoTerms {
            by: vec!["sex".to_owned()],
            seats: Some(scale.assembly),
            from: Some(from.clone()),
            ..DemoTerms::default()
        };
        let assembly = self.open(town, "assembly-1", title, &assembly_pool, &wish)?;
        self.wait(town, &council, |status| status.outcome.is_some())?;
        let (_, outcome) = self.outcome(town, &council)?;
        self.tell(format!(
            "council-1: {} members and {} reserves drawn: panel {} of the list; one more seat is not drawn, and the terms say why",
            outcome.drawn.len(),
            outcome.reserves.len(),
            outcome.panel.unwrap_or_default()
        ))?;
        self.wait(town, &assembly, |status| status.outcome.is_some())?;
        self.tell(format!("assembly-1: {} members drawn, stratified by sex", scale.assembly))
    }

    /// Writes answers and commits them as a pool linked to the letters.
    fn answered(&self, town: &Town<'_>, name: &str, answers: &[Answer], public: &[&str]) -> Result<PathBuf, Failure> {
        let file = self.dir.join(format!("answers-{name}.csv"));
        let failed = |e: csv::Error| Failure::unavailable(format!("cannot write the answers: {e}"));
        let mut writer = csv::Writer::from_path(&file).map_err(failed)?;
        writer.write_record(["register_number"].iter().chain(&FEATURES)).map_err(failed)?;
        for answer in answers {
            writer.write_record(std::iter::once(&answer.id).chain(&answer.values)).map_err(failed)?;
        }
        writer.flush().named("write", &file)?;
        let pool = self.dir.join(format!("{name}-pool"));
        let options = LinkedOptions {
            id: "register_number".to_owned(),
            public: public.iter().map(|name| (*name).to_owned()).collect(),
            ..LinkedOptions::default()
        };
        pool_dir::commit_linked(town.register, &file, &options, &pool, &mut |_| {})?;
        Ok(pool)
    }

    /// Quotas as the invited are, within one or two seats, and the fairest list of panels for those who answered.
    fn panels(&mut self, quotas: &str, seats: u32) -> Result<PathBuf, Failure> {
        atomic::write(&self.dir.join("quotas.csv"), quotas.as_bytes())?;
        let wrong = |e: klero_panels::InputErrors| Failure::unavailable(e.to_string());
        let quotas = klero_panels::Quotas::from_csv(quotas.as_bytes()).map_err(wrong)?;
        let file = self.dir.join("answers-council.csv");
        let bytes = std::fs::read(&file).named("read", &file)?;
        let options = klero_panels::RespondentOptions {
            id: klero_panels::IdColumn::Named("register_number".to_owned()),
            household: Vec::new(),
        };
        let people = klero_panels::Respondents::from_csv(&bytes, &quotas, &options).map_err(wrong)?;
        let instance = klero_panels::Instance::new(&quotas, &people, seats).map_err(wrong)?;
        let built = klero_panels::build(&instance, &klero_panels::BuildOptions::default(), &klero_panels::Unwatched)
            .map_err(|e| Failure::unavailable(format!("no list of panels: {e}")))?;
        let report = &built.report;
        self.tell(format!(
            "{} panels of {seats}, each meeting the quotas on sex, age, residence, education: everybody has {:.1} % to {:.1} %; no list gives everybody over {:.1} %",
            report.panels,
            report.min_chance * 100.0,
            report.max_chance * 100.0,
            report.bound_min_chance * 100.0
        ))?;
        let list = klero_panels::PanelList::new(&people, built.list.into_panels());
        let list = list.with_rules(&quotas, &people, built.certificate);
        let path = self.dir.join("panels.json");
        atomic::write(&path, list.to_json().as_bytes())?;
        Ok(path)
    }

    fn refusals(&mut self, town: &Town<'_>) -> Result<(), Failure> {
        let council: Slug = "council-1".parse().map_err(Failure::usage)?;
        let (_, outcome) = self.outcome(town, &council)?;
        let mut leavers: Vec<u32> = outcome.drawn.iter().map(|opening| opening.index).step_by(5).take(2).collect();
        leavers.sort_unstable();
        let facts = backend::facts(town.service)?;
        let seats: BTreeMap<u32, String> = leavers.iter().map(|index| (*index, "declined".to_owned())).collect();
        for ahead in [2, 6, 30] {
            let note = compose::vacancy(&facts, facts.draw(&council)?, &seats, Some(SystemClock.now() + ahead))?;
            match self.sign(town, "vacate", &note) {
                Ok(()) => break,
                // A slow machine may not be done before the round.
                Err(failure) if ahead == 30 => return Err(failure),
                Err(_) => {}
            }
        }
        self.wait(town, &council, |status| status.vacancy.is_none() && !status.replacements.is_empty())?;
        let (state, _) = self.outcome(town, &council)?;
        let seated: Vec<String> = state
            .vacancies()
            .iter()
            .filter_map(|vacancy| vacancy.answer.as_ref())
            .flat_map(|answer| answer.seated.iter().map(u32::to_string))
            .collect();
        self.tell(format!(
            "council-1: {} decline (positions {} of the pool); by a fresh beacon round and the quotas, {} follow",
            leavers.len(),
            leavers.iter().map(u32::to_string).collect::<Vec<_>>().join(" and "),
            seated.join(" and ")
        ))
    }

    fn rotation(&mut self, town: &Town<'_>) -> Result<(), Failure> {
        let rotate = town.scale.rotate;
        out::line("            … six months later (the log's times are the clock's) …")?;
        let mut drawn = Vec::new();
        for (draw, from, pool, title) in [
            (
                "leave-1",
                "council-1",
                "council-pool",
                json!({
                    "de": "Wer den Bürgerrat verlässt", "en": "Who leaves the council",
                    "fr": "Qui quitte le conseil citoyen", "nl": "Wie de burgerraad verlaat",
                }),
            ),
            (
                "enter-1",
                "assembly-1",
                "assembly-pool",
                json!({
                    "de": "Wer in den Bürgerrat kommt", "en": "Who enters the council",
                    "fr": "Qui entre au conseil citoyen", "nl": "Wie in de burgerraad komt",
                }),
            ),
        ] {
            let from: Slug = from.parse().map_err(Failure::usage)?;
            let (state, outcome) = self.outcome(town, &from)?;
            let members = seats_now(&state, &outcome)?.0.into_iter().collect();
            let holders = self.dir.join(format!("{draw}-pool"));
            pool_dir::commit_members(&self.dir.join(pool), &members, &[], &holders, &mut |_| {})?;
            let wish = || DemoTerms { seats: Some(rotate), from: Some(from.clone()), ..DemoTerms::default() };
            drawn.push((self.open(town, draw, title, &holders, &wish)?, members.len()));
        }
        for ((draw, of), what) in drawn.iter().zip(["council members leave", "former members of the assembly enter"]) {
            self.wait(town, draw, |status| status.outcome.is_some())?;
            self.tell(format!("{draw}: {rotate} of {of} {what}, drawn with equal chances"))?;
        }
        Ok(())
    }

    fn verify(&mut self, town: &Town<'_>) -> Result<(), Failure> {
        let bundles = self.dir.join("bundles");
        std::fs::create_dir_all(&bundles).named("make the folder", &bundles)?;
        let about = backend::about(town.service)?;
        let trust = self.dir.join("trust.json");
        let mut content = json!({"format": "kleroterion/v1/trust", "log": about.log, "service": about.service});
        if let Some(info) = &about.rehearsal {
            content["rehearsal"] = serde_json::to_value(info).map_err(Failure::unavailable)?;
        }
        let mut pretty = serde_json::to_string_pretty(&content).map_err(Failure::unavailable)?;
        pretty.push('\n');
        atomic::write(&trust, pretty.as_bytes())?;
        let mut arguments: Vec<OsString> = vec!["--trust".into(), trust.as_os_str().to_owned(), "--sequence".into()];
        let mut bytes = 0;
        for draw in DRAWS {
            let text = backend::bundle(town.service, &draw.parse().map_err(Failure::usage)?)?;
            let bundle = bundles.join(format!("{draw}.json"));
            atomic::write(&bundle, text.as_bytes())?;
            bytes += text.len();
            arguments.push(bundle.into_os_string());
        }
        self.tell(format!(
            "{} proof bundles in {} ({} KB), trust file {}",
            DRAWS.len(),
            bundles.display(),
            bytes / 1024,
            trust.display()
        ))?;
        let (mut report, mut complaints) = (Vec::new(), Vec::new());
        let code = crate::verify_io::run(arguments, &mut report, &mut complaints);
        let report = String::from_utf8_lossy(&report);
        if code != 0 {
            let _told = std::io::stderr().write_all(&complaints);
            out::write(&report)?;
            return Err(Failure {
                message: "the demonstration's own bundles do not verify".to_owned(),
                advice: None,
                exit: code,
                file: None,
                job: None,
            });
        }
        self.tell("all verified, each by itself and as a sequence, exit 0. Of the council the report says:")?;
        let council = report.split("\n\n").find(|report| report.contains("draw 'council-1' of")).unwrap_or(&report);
        for line in council.lines().filter(|line| !line.is_empty()).take(5) {
            let short: String = line.chars().take(150).collect();
            out::line(format!("            | {short}{}", if short.len() < line.len() { "…" } else { "" }))?;
        }
        let result = self.dir.join("result");
        let council: Slug = "council-1".parse().map_err(Failure::usage)?;
        let proof = DrawProof::of_service(town.service, &council, None)?;
        let state = proof.state(Some(&council))?;
        write_files(&self.dir.join("council-pool"), &proof, &state, &result, &mut |_| {})?;
        self.tell(format!("names of the council for the organiser alone: {}", result.join("drawn.csv").display()))
    }
}

/// The draws of the demonstration, in order.
const DRAWS: [&str; 5] = ["letters-1", "council-1", "assembly-1", "leave-1", "enter-1"];
/// What people say of themselves when they answer.
const FEATURES: [&str; 4] = ["sex", "age_group", "residence", "schooling"];

/// An invented answer.
struct Answer {
    rank: u64,
    id: String,
    values: [String; 4],
}

/// Whether somebody's answers are like nobody else's.
fn alone(answers: &[Answer]) -> bool {
    answers.iter().any(|one| answers.iter().filter(|other| other.values == one.values).count() == 1)
}

/// For each value: its share among the invited, in seats, give or take one; no more than there are among those who answered.
fn quotas_csv(invited: &[Answer], answers: &[Answer], seats: u32) -> String {
    let mut text = String::from("feature,value,min,max\n");
    let (seats, people) = (seats as usize, invited.len().max(1));
    for (at, feature) in FEATURES.iter().enumerate() {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for answer in invited {
            *counts.entry(&answer.values[at]).or_default() += 1;
        }
        for (value, count) in counts {
            let (low, high) = (seats * count / people, (seats * count).div_ceil(people));
            let here = answers.iter().filter(|answer| answer.values[at] == value).count();
            text.push_str(&format!(
                "{feature},{value},{},{}\n",
                low.saturating_sub(1).min(here),
                (high + 1).min(seats)
            ));
        }
    }
    text
}
