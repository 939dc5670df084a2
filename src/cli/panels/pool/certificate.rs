//! From the certificate that a list was built with to the artifact of spec §7.8: leaf indices instead of places in a file, quotas in the order of the
//! sealed list, and multipliers without a sign. Whatever is lost on the way can only weaken a bound; the verifier computes it again.

use std::collections::BTreeMap;

use klero_draw::artifacts::Quota;
use klero_draw::certificate::{Certificate, Level};
use klero_draw::hash::ArtifactHash;
use klero_draw::table::Table;

/// The certificate on the leaves of a pool. `quotas` are in the order of the file that it was built from, `sealed` in that of the list.
pub(super) fn on_leaves(
    built: &klero_panels::Certificate,
    list: ArtifactHash,
    quotas: &[Quota],
    sealed: &[Quota],
    leaves: &[u32],
    table: &Table<'_>,
) -> Result<Certificate, String> {
    let place_of: BTreeMap<(&str, &str), usize> =
        quotas.iter().enumerate().map(|(at, quota)| ((quota.column.as_str(), quota.value.as_str()), at)).collect();
    let order: Vec<usize> = sealed
        .iter()
        .filter_map(|quota| place_of.get(&(quota.column.as_str(), quota.value.as_str())).copied())
        .collect();
    let mut first_of: BTreeMap<u32, u32> = BTreeMap::new();
    for person in 0..table.size() {
        if let Some(tag) = table.household(person) {
            first_of.entry(tag).or_insert(person);
        }
    }
    let leaf = |place: u32| usize::try_from(place).ok().and_then(|place| leaves.get(place)).copied();
    let mut levels = Vec::with_capacity(built.levels.len());
    for level in &built.levels {
        if level.quotas.len() != quotas.len() {
            return Err("its certificate is about other quotas".to_owned());
        }
        let households = level.households.iter().map(|(_, g)| *g);
        let largest = level.quotas.iter().copied().chain(households).chain([level.total]).map(i64::unsigned_abs).max();
        // Only the ratio of the multipliers matters.
        let shift = (64 - largest.unwrap_or(0).leading_zeros()).saturating_sub(32);
        let size = |g: i64| u32::try_from(g.unsigned_abs() >> shift).unwrap_or(u32::MAX);
        let pair = |g: i64| if g > 0 { (size(g), 0) } else { (0, size(g)) };
        let mut households: Vec<(u32, u32)> = level
            .households
            .iter()
            .filter(|(_, g)| *g > 0 && size(*g) > 0)
            .filter_map(|(place, g)| {
                let tag = table.household(leaf(*place)?)?;
                Some((*first_of.get(&tag)?, size(*g)))
            })
            .collect();
        households.sort_unstable();
        households.dedup_by_key(|(first, _)| *first);
        let mut stops = level
            .stops
            .iter()
            .map(|place| leaf(*place))
            .collect::<Option<Vec<u32>>>()
            .ok_or("its certificate is about other people")?;
        stops.sort_unstable();
        let pairs = order.iter().filter_map(|at| level.quotas.get(*at).copied().map(pair)).collect();
        let settled_before: usize = levels.iter().map(|level: &Level| level.stops.len()).sum();
        let done = settled_before + stops.len() >= leaves.len();
        levels.push(Level { households, quotas: pairs, stops, total: pair(level.total) });
        if done {
            break;
        }
    }
    Certificate::new(list, levels).map_err(|e| e.to_string())
}
