//! From a panel list of ids to the artifact of a pool (spec §7.4): leaf indices instead of ids, quotas spelled as the pool spells them.
//!
//! No id leaves this file: neither the artifact nor a message holds one.

mod certificate;

use std::collections::BTreeMap;
use std::path::Path;

use klero_draw::artifacts::{PanelList as Artifact, Quota};
use klero_draw::certificate::Certificate;
use klero_draw::hash::ArtifactHash;
use klero_draw::table::Table;
use klero_draw::terms::Method;
use klero_panels::spelling::folded;
use klero_panels::{ListedQuota, PanelList};

use super::files;
use crate::failure::Failure;
use crate::people_csv::normalise;
use crate::pool_dir::PoolDir;

/// A list on the leaves of a pool.
pub(crate) struct OnPool {
    /// The panel list.
    pub(crate) list: Artifact,
    /// The certificate of fairness, if the list brought one.
    pub(crate) certificate: Option<Certificate>,
    /// The method that names both.
    pub(crate) method: Method,
    /// Members of each panel.
    pub(crate) seats: u32,
}

/// Takes a list, and the quotas of a file where the list does not hold them, and makes artifacts and method.
pub(crate) fn on_pool(list: PanelList, quotas: Option<&Path>, pool: &PoolDir) -> Result<OnPool, Failure> {
    let text = pool.table_text()?.ok_or_else(|| {
        Failure::refused("this pool has no table, which quotas need")
            .advise("commit the pool again with --public naming the columns that have quotas")
    })?;
    let table = Table::parse(&text, pool.columns(), pool.size(), &pool.root()).map_err(Failure::refused)?;
    let leaves = leaves(&list, pool)?;
    let listed = listed_quotas(&list, quotas)?;
    let quotas = spelled(&listed, &table)?;
    same_values(&list, &listed, &quotas, &leaves, &table)?;
    let households = households(&list, pool)?;
    let artifact =
        Artifact::new(households, panels(&list, &leaves)?, quotas.clone()).map_err(|e| other_rows(e.to_string()))?;
    let mut counts = vec![0u32; leaves.len()];
    for person in artifact.panels().iter().flatten() {
        if let Some(count) = usize::try_from(*person).ok().and_then(|at| counts.get_mut(at)) {
            *count += 1;
        }
    }
    let name = ArtifactHash::of(artifact.text().map_err(Failure::usage)?.as_bytes());
    let certificate = list
        .certificate
        .as_ref()
        .map(|proof| certificate::on_leaves(proof, name, &quotas, artifact.quotas(), &leaves, &table))
        .transpose()
        .map_err(other_rows)?;
    let certificate_text = certificate.as_ref().map(Certificate::text).transpose().map_err(Failure::usage)?;
    let number = |n: usize| u32::try_from(n).map_err(Failure::usage);
    let method = Method::Panels {
        certificate: certificate_text.map(|text| ArtifactHash::of(text.as_bytes())),
        list: name,
        panels: number(artifact.panels().len())?,
        min_count: counts.iter().copied().min().unwrap_or(0),
        max_count: counts.iter().copied().max().unwrap_or(0),
    };
    let seats = number(artifact.panels().first().map_or(0, Vec::len))?;
    Ok(OnPool { list: artifact, certificate, method, seats })
}

fn other_rows(what: impl std::fmt::Display) -> Failure {
    Failure::refused(format!("the panel list does not fit the pool: {what}"))
        .advise("build the list from the very file that the pool was committed from, with the same --id")
}

/// For each person of the list, their leaf.
fn leaves(list: &PanelList, pool: &PoolDir) -> Result<Vec<u32>, Failure> {
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
    Ok(leaf_of)
}

/// The panels with each place in the list's `people` replaced by that person's leaf.
fn panels(list: &PanelList, leaves: &[u32]) -> Result<Vec<Vec<u32>>, Failure> {
    let leaf = |place: &u32| usize::try_from(*place).ok().and_then(|place| leaves.get(place)).copied();
    let on_leaves = |(at, panel): (usize, &Vec<u32>)| {
        panel
            .iter()
            .map(leaf)
            .collect::<Option<Vec<u32>>>()
            .ok_or_else(|| other_rows(format!("panel {at} names somebody who is not among its people")))
    };
    list.panels.iter().enumerate().map(on_leaves).collect()
}

/// The quotas of the list, or of the file where the list is another program's.
fn listed_quotas(list: &PanelList, file: Option<&Path>) -> Result<Vec<ListedQuota>, Failure> {
    let read = match file {
        None => None,
        Some(path) => {
            let of_feature = |feature: &klero_panels::quotas::Feature| {
                let name = feature.name.clone();
                let one = move |quota: &klero_panels::quotas::Quota| ListedQuota {
                    feature: name.clone(),
                    value: quota.value.clone(),
                    min: quota.min,
                    max: quota.max,
                };
                feature.quotas.iter().map(one).collect::<Vec<_>>()
            };
            Some(files::quotas(path)?.features().iter().flat_map(of_feature).collect::<Vec<_>>())
        }
    };
    match (&list.quotas, read) {
        (Some(built), Some(read)) if *built != read => {
            Err(Failure::refused("the list was built by other quotas than those of --quotas")
                .advise("leave --quotas out: the list holds its own; or build the list again from the new quotas"))
        }
        (Some(built), _) => Ok(built.clone()),
        (None, Some(read)) => Ok(read),
        (None, None) => Err(Failure::usage("the list does not say which quotas its panels meet")
            .advise("give the file that it was built from: --quotas quotas.csv")),
    }
}

/// Whether no two members of a panel may share a household.
fn households(list: &PanelList, pool: &PoolDir) -> Result<bool, Failure> {
    let known = !pool.columns().household().is_empty();
    match list.households {
        // Where the list is silent, a pool that knows households is drawn from with one person of each at most.
        None => Ok(known),
        Some(true) if !known => Err(Failure::refused(
            "the list keeps people of one address apart, and the pool has no address",
        )
        .advise("commit the pool again with --household naming the columns that were given to klero panels build")),
        Some(keeps) => Ok(keeps),
    }
}

/// The quotas with columns and values as the pool spells them, in the order of the list.
fn spelled(quotas: &[ListedQuota], table: &Table<'_>) -> Result<Vec<Quota>, Failure> {
    let public = table.columns().public();
    let mut out = Vec::with_capacity(quotas.len());
    for quota in quotas {
        let found = public.iter().enumerate().find(|(_, name)| folded(name) == folded(&quota.feature));
        let (column, name) = found.ok_or_else(|| {
            Failure::refused(format!("the quotas are about '{}', which is no public column of the pool", quota.feature))
                .advise(format!("its public columns are: {}; commit the pool with --public", public.join(", ")))
        })?;
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
    Ok(out)
}

/// Everybody has in the pool the values with which the list was built.
fn same_values(
    list: &PanelList,
    listed: &[ListedQuota],
    quotas: &[Quota],
    leaves: &[u32],
    table: &Table<'_>,
) -> Result<(), Failure> {
    let Some(values) = &list.values else { return Ok(()) };
    if values.len() != leaves.len() {
        return Err(other_rows("it does not say of everybody what they are"));
    }
    let features = listed.iter().map(|quota| &quota.feature).collect::<std::collections::BTreeSet<_>>().len();
    for (at, (places, leaf)) in values.iter().zip(leaves).enumerate() {
        let mut seen = std::collections::BTreeSet::new();
        for place in places {
            let quota = usize::try_from(*place).ok().and_then(|place| quotas.get(place));
            let quota =
                quota.ok_or_else(|| other_rows(format!("person {at} counts towards a quota that is not there")))?;
            let here = table.columns().public_position(&quota.column).map_or("", |column| table.value(*leaf, column));
            if here != quota.value {
                return Err(other_rows(format!("its person {at} has another value of '{}' in the pool", quota.column)));
            }
            seen.insert(&quota.column);
        }
        if seen.len() != features {
            return Err(other_rows(format!(
                "it does not say of person {at} what they are in every column with quotas"
            )));
        }
    }
    Ok(())
}
