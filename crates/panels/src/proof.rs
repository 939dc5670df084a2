//! From the solver's multipliers to a certificate of integers, and from a task
//! to the rules that a certificate is checked against.
//!
//! Rounding the multipliers cannot make the certificate wrong, only weaker:
//! see [`crate::certificate`].

use num_traits::ToPrimitive;

use crate::certificate::{Certificate, CertificateError, Counts, FORMAT, LevelBound, LevelProof, MAX_LEVELS, Rules};
use crate::check::BuiltList;
use crate::instance::{Instance, count, index};
use crate::ladder::{LOOSENED, Ladder, Level};

/// Common denominators tried before settling for [`FINE`].
const SMALL_DENOMINATORS: u32 = 5_000;
/// Scale for multipliers that are no small fractions.
const FINE: f64 = 1_073_741_824.0;
/// Denominator of the floors.
const FLOOR_DENOMINATOR: i64 = 1_000_000_000_000;

/// The tables that [`Rules`] borrows from.
pub(crate) struct RuleTables {
    quotas: Vec<(u32, u32)>,
    quotas_of: Vec<Vec<u32>>,
    household_of: Vec<Option<u32>>,
}

impl RuleTables {
    pub(crate) fn new(instance: &Instance) -> Self {
        let first = instance.quota_rows().start;
        let mut household_of = vec![None; index(instance.people)];
        for household in instance.groups.iter().flat_map(|g| &g.households) {
            let lowest = household.iter().min().copied();
            for &p in household {
                household_of[index(p)] = lowest;
            }
        }
        Self {
            quotas: instance.bounds[instance.quota_rows()].to_vec(),
            quotas_of: instance.rows_of.iter().map(|rows| rows.iter().map(|r| count(r - first)).collect()).collect(),
            household_of,
        }
    }

    pub(crate) fn rules(&self, seats: u32) -> Rules<'_> {
        Rules { seats, quotas: &self.quotas, quotas_of: &self.quotas_of, household_of: &self.household_of }
    }
}

/// Makes a certificate of a ladder and checks it.
pub(crate) fn certificate(
    instance: &Instance,
    ladder: &Ladder,
) -> Result<(Certificate, Vec<LevelBound>), CertificateError> {
    let mut levels: Vec<LevelProof> = ladder.levels.iter().take(MAX_LEVELS).map(|l| level_proof(instance, l)).collect();
    if levels.is_empty() {
        // nothing is known: say so with multipliers that prove a bound of 1
        levels.push(LevelProof {
            total: 0,
            quotas: vec![0; instance.quota_rows().len()],
            households: Vec::new(),
            stops: Vec::new(),
            floor: (0, 1),
        });
    }
    let certificate = Certificate { format: FORMAT.to_owned(), seats: instance.seats, people: instance.people, levels };
    let bounds = verify(instance, &certificate)?;
    Ok((certificate, bounds))
}

pub(crate) fn verify(instance: &Instance, certificate: &Certificate) -> Result<Vec<LevelBound>, CertificateError> {
    let tables = RuleTables::new(instance);
    certificate.verify(&tables.rules(instance.seats))
}

pub(crate) fn verify_beside(
    instance: &Instance,
    certificate: &Certificate,
    list: &BuiltList,
) -> Result<Vec<LevelBound>, CertificateError> {
    let tables = RuleTables::new(instance);
    certificate.verify_beside(&tables.rules(instance.seats), Counts { copies: list.copies(), panels: list.len() })
}

fn level_proof(instance: &Instance, level: &Level) -> LevelProof {
    let whole = integers(&level.multipliers);
    let quotas = instance.quota_rows();
    let group_row = quotas.end;
    let mut households: Vec<(u32, i64)> = instance
        .groups
        .iter()
        .enumerate()
        .filter(|(g, _)| whole[group_row + g] != 0)
        .flat_map(|(g, group)| {
            let multiplier = whole[group_row + g];
            group.households.iter().filter_map(move |h| h.iter().min().map(|p| (*p, multiplier)))
        })
        .collect();
    households.sort_unstable();
    let mut stops: Vec<u32> = level.stopped.iter().flat_map(|&t| instance.kinds[t].members.iter().copied()).collect();
    stops.sort_unstable();
    let denominator = FLOOR_DENOMINATOR.to_f64().unwrap_or(1.0);
    let floor = ((level.chance - LOOSENED).clamp(0.0, 1.0) * denominator).floor();
    LevelProof {
        total: whole[0],
        quotas: whole[quotas].to_vec(),
        households,
        stops,
        floor: (floor.to_i64().unwrap_or(0), FLOOR_DENOMINATOR),
    }
}

/// Integers in (nearly) the same ratio: exact where the multipliers are small
/// fractions, as they mostly are.
fn integers(multipliers: &[f64]) -> Vec<i64> {
    let rounded =
        |scale: f64| -> Vec<i64> { multipliers.iter().map(|g| (g * scale).round().to_i64().unwrap_or(0)).collect() };
    for denominator in 1..=SMALL_DENOMINATORS {
        let scale = f64::from(denominator);
        let fits = multipliers.iter().all(|g| {
            let v = g * scale;
            (v - v.round()).abs() < 1e-7 * scale.max(1.0).sqrt()
        });
        if fits {
            return rounded(scale);
        }
    }
    let largest = multipliers.iter().fold(1.0_f64, |m, g| m.max(g.abs()));
    rounded(FINE / largest)
}
