//! Builds a list for a folder with `categories.csv` and `respondents.csv` and
//! prints one line of JSON: the report's figures and the seconds it took. A last
//! column `address` names households.
//!
//! `cargo run --release -p klero-panels --example panels_bench -- DIR SEATS [OBJECTIVE] [PANELS]`

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use klero_panels::{BuildOptions, Instance, Objective, Quotas, RespondentOptions, Respondents, Unwatched, build};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, seats, rest @ ..] = arguments.as_slice() else {
        return Err("usage: panels_bench DIR SEATS [leximin|maximin|nash|goldilocks] [PANELS]".into());
    };
    let objective = match rest.first().map(String::as_str) {
        None | Some("leximin") => Objective::Leximin,
        Some("maximin") => Objective::Maximin,
        Some("nash") => Objective::Nash,
        Some("goldilocks") => Objective::Goldilocks,
        Some(other) => return Err(format!("unknown objective {other}").into()),
    };
    let panels = rest.get(1).map_or(Ok(1_000), |p| p.parse())?;
    let start = Instant::now();
    let folder = Path::new(folder);
    let quotas = Quotas::from_csv(&std::fs::read(folder.join("categories.csv"))?)?;
    let people = std::fs::read(folder.join("respondents.csv"))?;
    let household = if people.split(|b| *b == b'\n').next().is_some_and(|header| header.ends_with(b",address")) {
        vec!["address".to_owned()]
    } else {
        Vec::new()
    };
    let options = RespondentOptions { household, ..RespondentOptions::default() };
    let people = Respondents::from_csv(&people, &quotas, &options)?;
    let instance = Instance::new(&quotas, &people, seats.parse()?)?;
    let options = BuildOptions { objective, panels, ..BuildOptions::default() };
    let built = build(&instance, &options, &Unwatched)?;
    let mut figures = serde_json::to_value(&built.report)?;
    if let Some(object) = figures.as_object_mut() {
        for long in ["quotas", "people_by_copies", "levels"] {
            object.remove(long);
        }
        object.insert("seconds".into(), start.elapsed().as_secs_f64().into());
    }
    println!("{figures}");
    Ok(())
}
