//! Reading what the panel commands are given. A file is a spreadsheet if it begins like one, whatever its name says.

use std::path::{Path, PathBuf};

use klero_panels::relax::Change;
use klero_panels::{
    IdColumn, InputErrors, Instance, PanelList, Quotas, Relaxation, RespondentOptions, Respondents, Watch, output,
    relax,
};
use serde::de::DeserializeOwned;

use crate::columns::{self, ColumnNames};
use crate::failure::{Failure, Named};
use crate::job_problem::JobProblems;

/// How every XLSX file begins, as any ZIP archive.
const ZIP: &[u8] = b"PK\x03\x04";

/// Respondents and quotas.
#[derive(Debug, clap::Args)]
pub(crate) struct Sources {
    /// The people who may be drawn: CSV or XLSX
    #[arg(long, value_name = "FILE")]
    respondents: PathBuf,
    /// Quotas: CSV or XLSX
    #[arg(long, value_name = "FILE")]
    quotas: PathBuf,
    /// Column with the ids; 'id', 'nationbuilder_id' or 'generated_id' if absent
    #[arg(long, value_name = "COL")]
    pub(crate) id: Option<String>,
    /// Columns that together are the address, compared as a pool compares it: at most one person of it on a panel. A name with a comma stands in quotation marks: 'street,"town, country"'
    #[arg(long, value_name = "COLS")]
    household: Vec<ColumnNames>,
}

/// A task that was read without a complaint.
pub(crate) struct Task {
    /// The quotas.
    pub(crate) quotas: Quotas,
    /// The people.
    pub(crate) respondents: Respondents,
    /// Both, with the seats.
    pub(crate) instance: Instance,
}

impl Task {
    /// All respondents as CSV, with generated ids if there are any.
    pub(crate) fn everybody(&self) -> String {
        let all: Vec<u32> = (0..self.instance.people()).collect();
        output::people_csv(&self.respondents, &all)
    }
}

impl Sources {
    /// Reads both files, and names all that is wrong with them.
    pub(crate) fn read(&self, seats: u32, generate_ids: bool, watch: &dyn Watch) -> Result<Task, Failure> {
        let (quotas, respondents) = self.files(generate_ids)?;
        match Instance::new(&quotas, &respondents, seats) {
            Ok(instance) => Ok(Task { quotas, respondents, instance }),
            Err(errors) => {
                // where moving a few quotas would help, say which
                let way_out = Instance::even_if_impossible(&quotas, &respondents, seats)
                    .ok()
                    .and_then(|instance| relax(&instance, watch).ok());
                Err(match way_out {
                    Some(relaxation) => Failure::usage(&errors)
                        .advise(proposed(&relaxation))
                        .of_job(JobProblems::from(&errors).helped_by(&relaxation.changes)),
                    None => wrong(&errors),
                })
            }
        }
    }

    /// The same for [`relax`], which has an answer to quotas that contradict the seats or the people.
    pub(crate) fn read_even_if_impossible(&self, seats: u32) -> Result<Task, Failure> {
        let (quotas, respondents) = self.files(false)?;
        let instance = Instance::even_if_impossible(&quotas, &respondents, seats).map_err(|e| wrong(&e))?;
        Ok(Task { quotas, respondents, instance })
    }

    fn files(&self, generate_ids: bool) -> Result<(Quotas, Respondents), Failure> {
        let quotas = quotas(&self.quotas)?;
        let id = match (&self.id, generate_ids) {
            (Some(name), _) => IdColumn::Named(name.clone()),
            (None, true) => IdColumn::Generate,
            (None, false) => IdColumn::Obvious,
        };
        let options = RespondentOptions { id, household: columns::all(&self.household) };
        let bytes = std::fs::read(&self.respondents).named("read the respondents", &self.respondents)?;
        let respondents = if bytes.starts_with(ZIP) {
            Respondents::from_xlsx(&bytes, &quotas, &options)
        } else {
            Respondents::from_csv(&bytes, &quotas, &options)
        }
        .map_err(|e| wrong(&e))?;
        warn_of_nearly_equal(respondents.nearly_equal_addresses());
        Ok((quotas, respondents))
    }
}

/// Tells of addresses that are one to a reader, and two to the draw.
fn warn_of_nearly_equal(pairs: &[(u64, u64)]) {
    let Some((one, other)) = pairs.first() else { return };
    eprintln!(
        "warning: {} addresses differ from another one in capitals or spacing alone, such as those on lines {one} and {other}: \
         they count as different households, on panels and in a draw; write them alike if they are one",
        pairs.len()
    );
}

/// Reads quotas.
pub(crate) fn quotas(path: &Path) -> Result<Quotas, Failure> {
    let bytes = std::fs::read(path).named("read the quotas", path)?;
    if bytes.starts_with(ZIP) { Quotas::from_xlsx(&bytes) } else { Quotas::from_csv(&bytes) }.map_err(|e| wrong(&e))
}

/// Reads a panel list.
pub(crate) fn panel_list(path: &Path) -> Result<PanelList, Failure> {
    let bytes = std::fs::read(path).named("read the panel list", path)?;
    panel_list_of(&bytes, &path.display())
}

/// Reads a panel list that is in memory. `what` says which it is.
pub(crate) fn panel_list_of(bytes: &[u8], what: &dyn std::fmt::Display) -> Result<PanelList, Failure> {
    let list = PanelList::from_json(bytes)
        .map_err(|e| Failure::usage(format!("{what}: {e}")).advise("klero panels build writes it as panels.json"))?;
    let empty =
        |why: String| Failure::usage(format!("{what}: {why}")).advise("build the list again: klero panels build");
    if list.panels.is_empty() {
        return Err(empty("the list has no panels, so that nobody could be drawn".to_owned()));
    }
    match list.panels.iter().position(Vec::is_empty) {
        Some(panel) => Err(empty(format!("panel {panel} of the list (counted from 0) seats nobody"))),
        None => Ok(list),
    }
}

/// Reads any JSON file. The error tells the place, never the content.
pub(crate) fn json<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T, Failure> {
    let bytes = std::fs::read(path).named("read", path)?;
    serde_json::from_slice(&bytes).map_err(|e| {
        Failure::usage(format!("{} is not {what}: line {}, column {}", path.display(), e.line(), e.column()))
    })
}

/// A way out in one sentence.
pub(crate) fn proposed(relaxation: &Relaxation) -> String {
    format!(
        "the smallest change{}, {} in people: {}; klero panels relax --out writes it",
        if relaxation.smallest { "" } else { " that was found" },
        relaxation.people,
        changes(relaxation).join("; ")
    )
}

/// Each change in words.
pub(crate) fn changes(relaxation: &Relaxation) -> Vec<String> {
    let shown = |c: &Change| {
        format!("{} / {} from {}–{} to {}–{}", c.feature, c.value, c.before.0, c.before.1, c.after.0, c.after.1)
    };
    relaxation.changes.iter().map(shown).collect()
}

fn wrong(errors: &InputErrors) -> Failure {
    let advice = match errors.total() {
        1 => "correct this; nothing was written".to_owned(),
        n => format!("correct these {n}; nothing was written"),
    };
    Failure::usage(errors).advise(advice).of_job(errors)
}
