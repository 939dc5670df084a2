//! What chances a panel list gives, for whoever is about to sign terms that name it.

use std::fmt;

use klero_draw::artifacts::PanelList;
use klero_draw::certificate::Bounds;
use serde::Serialize;

/// The chances of a list that was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chances {
    /// People of the pool.
    pub people: u32,
    /// Panels of the list.
    pub panels: u32,
    /// Panels of whoever is on fewest.
    pub min_count: u32,
    /// Panels of whoever is on most.
    pub max_count: u32,
    /// People who are on no panel.
    pub never: u32,
    /// On how many panels a fairer list could put everybody at best, if a certificate proves it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub possible: Option<u32>,
    /// The smallest chance that no list can exceed, in billionths, if a certificate proves it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound_billionths: Option<u64>,
}

impl Chances {
    /// Counts a list.
    #[must_use]
    pub fn of(list: &PanelList, people: u32, bounds: Option<&Bounds>) -> Self {
        let mut counts = vec![0u32; usize::try_from(people).unwrap_or(0)];
        for person in list.panels().iter().flatten() {
            if let Some(count) = usize::try_from(*person).ok().and_then(|at| counts.get_mut(at)) {
                *count += 1;
            }
        }
        let never = counts.iter().filter(|count| **count == 0).count();
        let first = bounds.and_then(Bounds::first);
        Self {
            people,
            panels: u32::try_from(list.panels().len()).unwrap_or(u32::MAX),
            min_count: counts.iter().copied().min().unwrap_or(0),
            max_count: counts.iter().copied().max().unwrap_or(0),
            never: u32::try_from(never).unwrap_or(u32::MAX),
            possible: first.map(klero_draw::certificate::Bound::panels_possible),
            bound_billionths: first.and_then(|bound| u64::try_from(bound.billionths()).ok()),
        }
    }
}

impl fmt::Display for Chances {
    /// One line each, for an organiser.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { people, panels, min_count: least, max_count: most, never, .. } = self;
        let share = |count: u32| f64::from(count) / f64::from((*panels).max(1)) * 100.0;
        writeln!(
            f,
            "chances from {:.2} % to {:.2} %: everybody is on {least} to {most} of {panels} panels",
            share(*least),
            share(*most)
        )?;
        match (self.possible, self.bound_billionths) {
            (Some(possible), Some(billionths)) => {
                let gap = possible.saturating_sub(*least);
                // 10,000,000 billionths are one in a hundred; thousandths of it, rounded up
                let thousandths = billionths.div_ceil(10_000);
                let (whole, rest) = (thousandths / 1_000, thousandths % 1_000);
                writeln!(
                    f,
                    "certified: no list can give everybody more than {whole}.{rest:03} %, which is {possible} of {panels} panels; this one is {gap} below that"
                )?;
            }
            _ => writeln!(f, "no certificate goes with the list: how fair another could be is not proved")?,
        }
        if *never > 0 {
            writeln!(
                f,
                "WARNING: {never} of {people} people are on no panel: their chance is 0. klero panels check tells whether the quotas leave them none"
            )?;
        }
        Ok(())
    }
}
