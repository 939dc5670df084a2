//! From a panel list of ids to the artifact of a pool (spec §7.4): leaf indices instead of ids, quotas spelled as the pool spells them.
//!
//! No id leaves this file: neither the artifact nor a message holds one.

use std::collections::BTreeMap;
use std::path::Path;

use klero_draw::artifacts::{PanelList as Artifact, Quota};
use klero_draw::hash::ArtifactHash;
use klero_draw::table::Table;
use klero_draw::terms::Method;
use klero_panels::{PanelList, Quotas};

use super::files;
use crate::failure::Failure;
use crate::people_csv::normalise;
use crate::pool_dir::PoolDir;

/// Reads list and quotas, and makes the artifact and the method that names it.
pub(crate) fn artifact(list: &Path, quotas: &Path, pool: &PoolDir) -> Result<(Artifact, Method), Failure> {
    let list = files::panel_list(list)?;
    let quotas = files::quotas(quotas)?;
    let panels = on_leaves(list, pool)?;
    let quotas = spelled(&quotas, pool)?;
    let mut counts = vec![0u32; usize::try_from(pool.size()).map_err(Failure::usage)?];
    for person in panels.iter().flatten() {
        if let Some(count) = usize::try_from(*person).ok().and_then(|at| counts.get_mut(at)) {
            *count += 1;
        }
    }
    // A pool that knows households is drawn from with at most one person of each: members and replacements alike.
    let households = !pool.columns().household().is_empty();
    let artifact = Artifact::new(households, panels, quotas).map_err(|e| other_rows(e.to_string()))?;
    let name = ArtifactHash::of(artifact.text().map_err(Failure::usage)?.as_bytes());
    let method = Method::Panels {
        list: name,
        panels: u32::try_from(artifact.panels().len()).map_err(Failure::usage)?,
        min_count: counts.iter().copied().min().unwrap_or(0),
        max_count: counts.iter().copied().max().unwrap_or(0),
    };
    Ok((artifact, method))
}

fn other_rows(what: impl std::fmt::Display) -> Failure {
    Failure::refused(format!("the panel list does not fit the pool: {what}"))
        .advise("build the list from the very file that the pool was committed from, with the same --id")
}

/// The panels with each place in the list's `people` replaced by that person's leaf.
fn on_leaves(list: PanelList, pool: &PoolDir) -> Result<Vec<Vec<u32>>, Failure> {
    if u64::try_from(list.people.len()) != Ok(u64::from(pool.size())) {
        return Err(other_rows(format!("it has {} people, the pool {}", list.people.len(), pool.size())));
    }
    let id_column = pool.columns().id().to_owned();
    let mut leaves: BTreeMap<String, u32> = BTreeMap::new();
    for index in 0..pool.size() {
        let person = pool.person_at(index)?;
        if let Some((_, id)) = person.cells.into_iter().find(|(name, _)| *name == id_column) {
            leaves.insert(normalise(&id), index);
        }
    }
    let mut leaf_of = Vec::with_capacity(list.people.len());
    for (at, id) in list.people.iter().enumerate() {
        // Taken out, so that a second row with the same id finds nobody.
        let leaf = leaves
            .remove(&normalise(id))
            .ok_or_else(|| other_rows(format!("its person {at} is not in the pool, or stands in the list twice")))?;
        leaf_of.push(leaf);
    }
    list.panels
        .iter()
        .enumerate()
        .map(|(at, panel)| {
            let leaf = |place: &u32| usize::try_from(*place).ok().and_then(|place| leaf_of.get(place)).copied();
            panel
                .iter()
                .map(leaf)
                .collect::<Option<Vec<u32>>>()
                .ok_or_else(|| other_rows(format!("panel {at} names somebody who is not among its people")))
        })
        .collect()
}

/// The quotas with columns and values as the pool spells them.
fn spelled(quotas: &Quotas, pool: &PoolDir) -> Result<Vec<Quota>, Failure> {
    let text = pool.table_text()?.ok_or_else(|| {
        Failure::refused("this pool has no table, which quotas need")
            .advise("commit the pool again with --public naming the columns that have quotas")
    })?;
    let table = Table::parse(&text, pool.columns(), pool.size(), &pool.root()).map_err(Failure::refused)?;
    let mut out = Vec::new();
    for feature in quotas.features() {
        let public = table.columns().public();
        let found = public.iter().enumerate().find(|(_, name)| folded(name) == folded(&feature.name));
        let (column, name) = found.ok_or_else(|| {
            Failure::refused(format!("the quotas are about '{}', which is no public column of the pool", feature.name))
                .advise(format!("its public columns are: {}; commit the pool with --public", public.join(", ")))
        })?;
        for quota in &feature.quotas {
            let mut spellings = table.values(column).iter().filter(|v| folded(v) == folded(&quota.value));
            let value = match (spellings.next(), spellings.next()) {
                (Some(value), None) => value.clone().into_owned(),
                // A value that nobody has: harmless, or refused as a quota that no panel meets.
                (None, _) => normalise(&quota.value),
                (Some(one), Some(other)) => {
                    return Err(Failure::refused(format!(
                        "the pool spells a value of '{name}' in two ways: '{one}' and '{other}'"
                    ))
                    .advise("correct the pool's file, commit it again, and build the list from it"));
                }
            };
            out.push(Quota { column: name.clone(), max: quota.max, min: quota.min, value });
        }
    }
    Ok(out)
}

/// The form in which panel files compare names and values: lower case, white space as one space.
fn folded(text: &str) -> String {
    normalise(&text.to_lowercase()).split_whitespace().collect::<Vec<_>>().join(" ")
}
