//! `klero panels`: from respondents and quotas to a list of panels, its count, its report, and the way out where no panel is possible.
//!
//! Everything that decides is in the crate `klero_panels`; here files are read and written, progress is shown, Ctrl-C is heard. Nothing here
//! draws anybody, and no message repeats a person's cells.

mod ahead;
pub(crate) mod files;
pub(crate) mod pool;
mod progress;
pub(crate) mod told;

use std::path::PathBuf;
use std::time::Instant;

use klero_panels::build::{DEFAULT_PANELS, DEFAULT_WORK, MAX_PANELS, verify_certificate_beside};
use klero_panels::{
    BuildError, BuildOptions, Built, Certificate, Feasibility, Instance, NoRelaxation, Objective, PanelList, Report,
    Watch, build, check, diagnose, preview, relax,
};

use super::out;
use crate::atomic;
use crate::failure::Failure;
use crate::job_problem::{JobProblem, JobProblems};
use files::{Sources, Task};
use progress::Shown;
use told::Told;

/// Subcommands.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Build a list of panels, each of which meets every quota, with chances as fair as the quotas allow
    #[command(
        after_help = "Example:\n  klero panels build --respondents answers.csv --quotas quotas.csv --seats 24 --id number --out panels.json\n\nQuotas: feature,value,min,max and perhaps min_flex,max_flex. CSV or XLSX. Ctrl-C keeps the best list so far."
    )]
    Build(Build),
    /// Look ahead at quotas before a list is built, or count every panel of a list again
    #[command(
        after_help = "Examples:\n  klero panels check --respondents answers.csv --quotas quotas.csv --seats 24\n  klero panels check --respondents answers.csv --quotas quotas.csv --panels panels.json --id number\n\nWithout a list: whether a panel is possible, who can be on none or must be on all, and what each quota costs in fairness."
    )]
    Check(Check),
    /// Write a page about a list: chances, quotas, figures
    #[command(
        after_help = "Example:\n  klero panels report --respondents answers.csv --quotas quotas.csv --panels panels.json --certificate proof.json --out report.html"
    )]
    Report(ReportArgs),
    /// Print the smallest relaxation of the quotas, within min_flex and max_flex, that makes a panel possible
    #[command(
        after_help = "Example:\n  klero panels relax --respondents answers.csv --quotas quotas.csv --seats 24 --out relaxed.csv"
    )]
    Relax(Relax),
}

/// What "fair" is to mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ObjectiveName {
    /// The smallest chance as large as possible, then the next smallest, and so on
    Leximin,
    /// The smallest chance as large as possible
    Maximin,
    /// The product of all chances as large as possible
    Nash,
    /// Neither very small nor very large chances
    Goldilocks,
}

impl ObjectiveName {
    fn objective(self) -> Objective {
        match self {
            Self::Leximin => Objective::Leximin,
            Self::Maximin => Objective::Maximin,
            Self::Nash => Objective::Nash,
            Self::Goldilocks => Objective::Goldilocks,
        }
    }
}

/// Arguments of `build`.
#[derive(Debug, clap::Args)]
pub struct Build {
    #[command(flatten)]
    sources: Sources,
    /// Seats of a panel
    #[arg(long, value_name = "K")]
    seats: u32,
    /// What is to be fair
    #[arg(long, value_enum, default_value = "leximin")]
    objective: ObjectiveName,
    /// Panels of the list
    #[arg(long, value_name = "M", default_value_t = DEFAULT_PANELS, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_PANELS)))]
    count: u32,
    /// Number the respondents and write them, with their new ids, to this CSV: the pool is committed from it
    #[arg(long, value_name = "FILE", conflicts_with = "id")]
    generate_ids: Option<PathBuf>,
    /// List to write; '-': to standard output, after the figures
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Write the proof of the bounds here
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct Check {
    #[command(flatten)]
    sources: Sources,
    /// The list; without it, the quotas are looked at before there is one
    #[arg(long, value_name = "FILE", required_unless_present = "seats")]
    panels: Option<PathBuf>,
    /// Seats that a panel must have; those of the first panel of the list if absent
    #[arg(long, value_name = "K")]
    seats: Option<u32>,
    /// The proof of the bounds
    #[arg(long, value_name = "FILE", requires = "panels")]
    certificate: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `report`.
#[derive(Debug, clap::Args)]
pub struct ReportArgs {
    #[command(flatten)]
    sources: Sources,
    /// The list
    #[arg(long, value_name = "FILE")]
    panels: PathBuf,
    /// The proof of the bounds
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Title of the page
    #[arg(long, default_value = "Panel list")]
    title: String,
    /// Leave out what each quota costs in fairness, which takes a while
    #[arg(long)]
    no_costs: bool,
    /// Page to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Arguments of `relax`.
#[derive(Debug, clap::Args)]
pub struct Relax {
    #[command(flatten)]
    sources: Sources,
    /// Seats of a panel
    #[arg(long, value_name = "K")]
    seats: u32,
    /// Write the relaxed quotas here
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs it.
pub fn run(command: Command) -> Result<u8, Failure> {
    if Told::is_heard() {
        end_with_the_service();
    }
    let done = match command {
        Command::Build(args) => write_list(&args),
        Command::Check(args) => count(&args),
        Command::Report(args) => page(&args),
        Command::Relax(args) => way_out(&args),
    };
    if let Err(Failure { job: Some(problems), .. }) = &done
        && Told::is_heard()
    {
        Told::Wrong((**problems).clone()).tell();
    }
    done.map(|()| 0)
}

/// Ends this process when the one that began it is gone, however that ended: nobody waits for the list any more.
pub(super) fn end_with_the_service() {
    let service = std::os::unix::process::parent_id();
    std::thread::spawn(move || {
        while std::os::unix::process::parent_id() == service {
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
        std::process::exit(3);
    });
}

fn write_list(args: &Build) -> Result<(), Failure> {
    let started = Instant::now();
    let watch = Shown::new(started, "the best list so far")?;
    let task = args.sources.read(args.seats, args.generate_ids.is_some(), &watch)?;
    let options = BuildOptions { objective: args.objective.objective(), panels: args.count, work: DEFAULT_WORK };
    let built = build(&task.instance, &options, &watch).map_err(|e| why_not(&task, e, &watch));
    watch.finish();
    let Built { list, report, certificate } = built?;
    if let Some(path) = &args.generate_ids {
        atomic::write(path, task.everybody().as_bytes())?;
    }
    if let Some(path) = &args.certificate {
        let text = serde_json::to_string(&certificate).map_err(Failure::unavailable)?;
        atomic::write(path, format!("{text}\n").as_bytes())?;
    }
    let list = PanelList::new(&task.respondents, list.into_panels());
    let list = list.with_rules(&task.quotas, &task.respondents, certificate).with_search(&report);
    let to_stdout = args.out.as_os_str() == "-";
    if !to_stdout {
        atomic::write(&args.out, list.to_json().as_bytes())?;
    }
    let seconds = started.elapsed().as_secs_f64();
    if args.json {
        figures_json(&report, Some(seconds))?;
        return if to_stdout { out::write(&list.to_json()) } else { Ok(()) };
    }
    figures(&report)?;
    if report.interrupted {
        out::line("stopped early: this is the best list so far")?;
    }
    if to_stdout {
        return out::write(&list.to_json());
    }
    out::line(format!("written: {} after {seconds:.1} s", args.out.display()))?;
    out::line(format!("next: klero pool commit, then klero terms new --panels {} --pool DIR", args.out.display()))
}

/// What to tell an organiser whose list was not made.
fn why_not(task: &Task, error: BuildError, watch: &Shown) -> Failure {
    match error {
        BuildError::Infeasible => infeasible(task, watch),
        BuildError::Panels { .. } => Failure::usage(&error).of_job(&error),
        BuildError::NotFound | BuildError::Solver | BuildError::Discarded(_) | BuildError::Certificate(_) => {
            Failure::unavailable(&error).of_job(&error).advise("widen a quota by a person or two; nothing was written")
        }
    }
}

fn infeasible(task: &Task, watch: &dyn Watch) -> Failure {
    let mut message = String::from("no panel can meet all quotas at once");
    let mut told = vec![JobProblem::of("no-panel")];
    if let Feasibility::Infeasible(conflict) = diagnose(&task.instance, watch) {
        message.push_str(if conflict.minimal { "; these contradict each other:" } else { "; the conflict is among:" });
        for (feature, value, min, max) in &conflict.quotas {
            message.push_str(&format!("\n  {feature} / {value}: {min} to {max}"));
            told.push(JobProblem {
                feature: Some(feature.clone()),
                value: Some(value.clone()),
                min: Some(u64::from(*min)),
                max: Some(u64::from(*max)),
                ..JobProblem::of("conflict")
            });
        }
        if conflict.households {
            message.push_str("\n  at most one person of a household");
            told.push(JobProblem::of("conflict-households"));
        }
    }
    let told = JobProblems::all(told);
    match relax(&task.instance, watch) {
        Ok(relaxation) => {
            Failure::refused(message).advise(files::proposed(&relaxation)).of_job(told.helped_by(&relaxation.changes))
        }
        Err(e) => Failure::refused(message).advise(e.to_string()).of_job(told),
    }
}

/// The figures of a list on disk, counted anew.
fn counted(
    sources: &Sources,
    panels: &std::path::Path,
    seats: Option<u32>,
    certificate: Option<&std::path::Path>,
    watch: &Shown,
) -> Result<(Instance, Report), Failure> {
    let mut list = files::panel_list(panels)?;
    let (own, search) = (list.certificate.take(), list.search.take());
    let first = list.panels.first().map_or(0, Vec::len);
    let seats = seats.or_else(|| u32::try_from(first).ok()).unwrap_or(u32::MAX);
    let task = sources.read(seats, false, watch)?;
    let named = |e: &dyn std::fmt::Display| Failure::refused(format!("{}: {e}", panels.display()));
    if list.households == Some(true) && !task.respondents.has_household_rule() {
        return Err(Failure::usage(format!(
            "{}: the list was built so that no two members share an address, and no address is named here",
            panels.display()
        ))
        .advise("name the columns of the address, as when it was built: --household COLUMNS"));
    }
    list.matches(&task.respondents)
        .map_err(|e| named(&e).advise("give the respondents file, and the --id, with which the list was built"))?;
    let list = check(&task.instance, list.panels)
        .map_err(|e| named(&e).advise("build the list again; never seal one that fails the count"))?;
    // the list brings its own, unless another is named
    let (proof, path) = match certificate {
        None => (own, panels),
        Some(path) => (Some(files::json::<Certificate>(path, "a certificate")?), path),
    };
    let proof = match proof {
        None => None,
        Some(proof) => {
            let bounds = verify_certificate_beside(&task.instance, &proof, &list).map_err(|e| {
                Failure::refused(format!("{}: {e}", path.display()))
                    .advise("the list may be good; this certificate does not belong to these quotas")
            })?;
            Some((proof, bounds))
        }
    };
    let proof = proof.as_ref().map(|(proof, bounds)| (proof, bounds.as_slice()));
    let report = Report::of_list(&task.instance, &list, proof).with_search(search.as_ref());
    Ok((task.instance, report))
}

fn count(args: &Check) -> Result<(), Failure> {
    let watch = Shown::new(Instant::now(), "what is known so far")?;
    let Some(panels) = &args.panels else {
        let task = args.sources.read(args.seats.unwrap_or_default(), false, &watch)?;
        return ahead::look(&task, &watch, || watch.finish(), args.json);
    };
    let certificate = args.certificate.as_deref();
    let (_, report) = counted(&args.sources, panels, args.seats, certificate, &watch)?;
    watch.finish();
    if args.json {
        return figures_json(&report, None);
    }
    out::line(format!("every panel has {} people and meets all {} quotas", report.seats, report.quotas.len()))?;
    figures(&report)
}

fn page(args: &ReportArgs) -> Result<(), Failure> {
    let certificate = args.certificate.as_deref();
    let watch = Shown::new(Instant::now(), "what is known so far")?;
    let (instance, report) = counted(&args.sources, &args.panels, None, certificate, &watch)?;
    let costs = if args.no_costs { None } else { preview(&instance, &watch).ok() };
    watch.finish();
    let html = klero_panels::html::render(&report, costs.as_ref(), &args.title);
    atomic::write(&args.out, html.as_bytes())?;
    out::line(format!("written: {}", args.out.display()))
}

fn way_out(args: &Relax) -> Result<(), Failure> {
    let task = args.sources.read_even_if_impossible(args.seats)?;
    let watch = Shown::new(Instant::now(), "the smallest change found so far")?;
    let relaxation = relax(&task.instance, &watch);
    watch.finish();
    let stopped = watch.stop();
    let relaxation = relaxation.map_err(|e| match e {
        NoRelaxation::BeyondFlex => Failure::refused(e).of_job(e),
        NoRelaxation::NotFound if stopped => {
            Failure::unavailable("stopped before any change was found that makes a panel possible").of_job(e)
        }
        NoRelaxation::NotFound => {
            Failure::unavailable(e).of_job(e).advise("widen min_flex and max_flex, so that more can be moved")
        }
    })?;
    if let Some(path) = &args.out {
        atomic::write(path, relaxation.apply(&task.quotas).to_csv().as_bytes())?;
    }
    if args.json {
        return out::json(&relaxation);
    }
    if relaxation.changes.is_empty() {
        return out::line("a panel is possible as the quotas are: nothing to relax");
    }
    for change in files::changes(&relaxation) {
        out::line(change)?;
    }
    let claim = match (relaxation.smallest, stopped) {
        (true, _) => "no smaller change does it",
        (false, false) => "the smallest found; that none is smaller was not proved",
        (false, true) => "the smallest found before the search was stopped; a smaller one may exist",
    };
    out::line(format!("{} in people; {claim}", relaxation.people))
}

fn figures_json(report: &Report, seconds: Option<f64>) -> Result<(), Failure> {
    let mut value = serde_json::to_value(report).map_err(Failure::unavailable)?;
    if let Some(seconds) = seconds {
        value["seconds"] = seconds.into();
    }
    out::json(&value)
}

fn figures(report: &Report) -> Result<(), Failure> {
    let percent = |chance: f64| format!("{:.2} %", chance * 100.0);
    out::line(format!(
        "{} panels ({} distinct) of {} from {} people of {} types",
        report.panels, report.distinct_panels, report.seats, report.people, report.types
    ))?;
    out::line(format!(
        "chances from {} to {}, {} on average; Gini {:.3}",
        percent(report.min_chance),
        percent(report.max_chance),
        percent(report.mean_chance),
        report.gini
    ))?;
    if !report.levels.is_empty() {
        out::line(format!(
            "no list can give everybody more than {}: at most {} copies, here {}",
            percent(report.bound_min_chance),
            report.bound_min_copies,
            report.min_copies
        ))?;
    }
    // The others may give less on purpose.
    let for_the_smallest = matches!(report.objective, Some(Objective::Leximin | Objective::Maximin));
    let before =
        report.min_chance_before_rounding.filter(|before| for_the_smallest && *before > report.min_chance + 1e-9);
    if let Some(before) = before {
        out::line(format!(
            "with shares instead of whole copies the smallest chance could be {:.3} %: a longer list (--count) comes closer",
            before * 100.0
        ))?;
    }
    if report.people_on_no_panel > 0 {
        let proved = match report.people_proved_unseatable {
            0 => String::new(),
            proved => format!("; {proved} of them provably cannot be, under these quotas"),
        };
        out::line(format!("{} people are on no panel{proved}", report.people_on_no_panel))?;
    }
    Ok(())
}
