//! Small random tasks, and the truth about them by trying every panel.

use klero_panels::{Instance, Quotas, RespondentOptions, Respondents};
use microlp::{ComparisonOp, OptimizationDirection, Problem};

/// A generator of numbers that is the same everywhere.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(end)).unwrap()
    }
}

/// A task in plain form.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) seats: u32,
    /// Per feature and value: min, max.
    pub(crate) quotas: Vec<Vec<(u32, u32)>>,
    /// Per person: value of each feature.
    pub(crate) people: Vec<Vec<u32>>,
    /// Per person: household, 0 for none.
    pub(crate) household: Vec<u32>,
}

impl Task {
    /// A random one. About half of them are feasible.
    pub(crate) fn random(seed: u64, most_people: u32) -> Self {
        let mut n = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..5 {
            n.below(2);
        }
        let people = 3 + n.below(most_people - 2);
        let seats = 1 + n.below(people.min(5));
        let values: Vec<u32> = (0..1 + n.below(3)).map(|_| 2 + n.below(2)).collect();
        let rows: Vec<Vec<u32>> = (0..people).map(|_| values.iter().map(|v| n.below(*v)).collect()).collect();
        let homes = n.below(3) == 0;
        let household = (0..people).map(|_| if homes { n.below(people) } else { 0 }).collect();
        // quotas around the counts of some group, mostly
        let around: Vec<u32> = (0..seats).map(|_| n.below(people)).collect();
        let honest = n.below(4) > 0;
        let quotas = values
            .iter()
            .enumerate()
            .map(|(f, v)| {
                (0..*v)
                    .map(|value| {
                        let have = around.iter().filter(|p| rows[usize::try_from(**p).unwrap()][f] == value).count();
                        let have = u32::try_from(have).unwrap();
                        let have = if honest { have } else { n.below(seats + 1) };
                        (have.saturating_sub(n.below(2)), have + n.below(2))
                    })
                    .collect()
            })
            .collect();
        Self { seats, quotas, people: rows, household }
    }

    pub(crate) fn quotas(&self) -> Quotas {
        let mut text = String::from("feature,value,min,max\n");
        for (f, values) in self.quotas.iter().enumerate() {
            for (v, (min, max)) in values.iter().enumerate() {
                text.push_str(&format!("f{f},v{v},{min},{max}\n"));
            }
        }
        Quotas::from_csv(text.as_bytes()).unwrap()
    }

    pub(crate) fn respondents(&self) -> Respondents {
        let mut text = String::from("id,home");
        for f in 0..self.quotas.len() {
            text.push_str(&format!(",f{f}"));
        }
        text.push('\n');
        for (p, row) in self.people.iter().enumerate() {
            let home = self.household[p];
            text.push_str(&format!("p{p},{}", if home == 0 { String::new() } else { format!("h{home}") }));
            for v in row {
                text.push_str(&format!(",v{v}"));
            }
            text.push('\n');
        }
        let options = RespondentOptions { household: vec!["home".into()], ..RespondentOptions::default() };
        Respondents::from_csv(text.as_bytes(), &self.quotas(), &options).unwrap()
    }

    /// `None` if counting alone shows that it cannot work.
    pub(crate) fn instance(&self) -> Option<Instance> {
        Instance::new(&self.quotas(), &self.respondents(), self.seats).ok()
    }

    /// Every group of the right size without two people of one household.
    pub(crate) fn groups(&self) -> Vec<Vec<u32>> {
        let n = u32::try_from(self.people.len()).unwrap();
        (0_u32..1 << n)
            .filter(|set| set.count_ones() == self.seats)
            .map(|set| (0..n).filter(|p| set >> p & 1 == 1).collect::<Vec<u32>>())
            .filter(|group| {
                let mut homes: Vec<u32> =
                    group.iter().map(|p| self.household[usize::try_from(*p).unwrap()]).filter(|h| *h > 0).collect();
                homes.sort_unstable();
                homes.windows(2).all(|w| w[0] != w[1])
            })
            .collect()
    }

    /// By how many people a group misses the quotas.
    pub(crate) fn shortfall(&self, group: &[u32]) -> u32 {
        let mut total = 0;
        for (f, values) in self.quotas.iter().enumerate() {
            for (v, &(min, max)) in values.iter().enumerate() {
                let have = group
                    .iter()
                    .filter(|p| usize::try_from(self.people[usize::try_from(**p).unwrap()][f]).unwrap() == v)
                    .count();
                let have = u32::try_from(have).unwrap();
                total += min.saturating_sub(have) + have.saturating_sub(max);
            }
        }
        total
    }

    /// Every panel.
    pub(crate) fn panels(&self) -> Vec<Vec<u32>> {
        self.groups().into_iter().filter(|g| self.shortfall(g) == 0).collect()
    }
}

/// The best possible minimum chance over all lotteries on these panels.
pub(crate) fn best_minimum(panels: &[Vec<u32>], people: usize) -> f64 {
    let mut program = Problem::new(OptimizationDirection::Maximize);
    let z = program.add_var(1.0, (0.0, 1.0));
    let shares: Vec<_> = panels.iter().map(|_| program.add_var(0.0, (0.0, 1.0))).collect();
    let all: Vec<_> = shares.iter().map(|s| (*s, 1.0)).collect();
    program.add_constraint(all, ComparisonOp::Eq, 1.0);
    for person in 0..people {
        let person = u32::try_from(person).unwrap();
        let mut row: Vec<_> =
            panels.iter().zip(&shares).filter(|(panel, _)| panel.contains(&person)).map(|(_, s)| (*s, 1.0)).collect();
        row.push((z, -1.0));
        program.add_constraint(row, ComparisonOp::Ge, 0.0);
    }
    program.solve().unwrap().into_solution().unwrap().objective()
}
