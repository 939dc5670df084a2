//! The one question that needs an exact answer: is there a panel worth more
//! than so much, or one that seats somebody? Who answers it can be exchanged.
//!
//! Our own branch and bound ([`crate::pricing`]) answers by default. With the
//! feature `highs` it is HiGHS ([`crate::highs`]), which closes larger searches
//! and needs a C++ tool chain to build. Both are held to the same tests.
//!
//! This file must never be believed: panels are counted in integers before they
//! are used, and no certificate depends on an answer.

use crate::instance::Instance;
use crate::pricing::{Priced, Pricer};

/// The programme: columns (ascending row numbers), row bounds, column tops.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Programme {
    pub(crate) columns: Vec<Vec<usize>>,
    pub(crate) rows: Vec<(f64, f64)>,
    pub(crate) tops: Vec<f64>,
}

impl Programme {
    pub(crate) fn of(instance: &Instance) -> Self {
        let tops = instance.kinds.iter().map(|k| f64::from(k.size().min(instance.seats))).collect();
        Self { columns: instance.columns(), rows: instance.row_bounds(), tops }
    }
}

/// What a panel must do for a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Seat one of it at least.
    Seated(usize),
    /// Leave one of its places empty at least.
    Spared(usize),
}

impl Wanted {
    /// The type, and its seats at least and at most. `top` is how many it can have.
    pub(crate) fn bounds(self, top: impl Fn(usize) -> f64) -> (usize, f64, f64) {
        match self {
            Self::Seated(t) => (t, 1.0, top(t)),
            Self::Spared(t) => (t, 0.0, top(t) - 1.0),
        }
    }
}

/// A question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Question<'a> {
    /// Worth of a seat of each type.
    pub(crate) weights: &'a [f64],
    /// Only panels worth more than this count.
    pub(crate) floor: f64,
    /// What it must do.
    pub(crate) wanted: Option<Wanted>,
    /// Nodes and work of the search at most.
    pub(crate) nodes: usize,
    pub(crate) work: u64,
}

/// Answers questions about one programme.
pub(crate) trait Exact: Send {
    /// The best panel found; complete if there is no better one (and none at all,
    /// where none was found).
    fn ask(&mut self, question: &Question<'_>) -> Priced;
    /// Work done since the last call of this function.
    fn take_work(&mut self) -> u64;
}

/// The one that this program was built with.
#[cfg(not(feature = "highs"))]
pub(crate) fn solver(programme: Programme) -> Box<dyn Exact> {
    own(programme)
}

/// The one that this program was built with.
#[cfg(feature = "highs")]
pub(crate) fn solver(programme: Programme) -> Box<dyn Exact> {
    Box::new(crate::highs::Highs::new(programme))
}

/// Our own.
#[cfg(any(test, not(feature = "highs")))]
pub(crate) fn own(programme: Programme) -> Box<dyn Exact> {
    let simplex = crate::simplex::Simplex::new(&programme.columns, &programme.rows);
    Box::new(Pricer::of(simplex, programme.tops, b"anywhere"))
}

impl Exact for Pricer {
    fn ask(&mut self, question: &Question<'_>) -> Priced {
        match question.wanted {
            Some(wanted) => self.holding(wanted, question.weights, question.nodes),
            None => self.exact(question.weights, question.floor, question.nodes, question.work),
        }
    }

    fn take_work(&mut self) -> u64 {
        Pricer::take_work(self)
    }
}

#[cfg(test)]
mod tests {
    use microlp::{ComparisonOp, OptimizationDirection, Problem};
    use num_traits::ToPrimitive;

    use super::*;
    use crate::random::Random;

    fn solvers(programme: &Programme) -> Vec<Box<dyn Exact>> {
        vec![own(programme.clone()), solver(programme.clone())]
    }

    fn random_programme(random: &mut Random) -> Programme {
        let features = 1 + random.below(4);
        let n = 5 + random.below(30);
        let columns: Vec<Vec<usize>> = (0..n)
            .map(|_| std::iter::once(0).chain((0..features).map(|f| 1 + 3 * f + random.below(3))).collect())
            .collect();
        let mut counted = vec![0.0; 1 + 3 * features];
        for column in &columns {
            if random.below(3) == 0 {
                column.iter().for_each(|&row| counted[row] += 1.0);
            }
        }
        // now and then quotas that nobody can meet
        let impossible = f64::from(u8::from(random.below(5) == 0));
        let slack = |row: usize| f64::from(u8::from(row % 2 == 1));
        let bounds = counted.iter().enumerate();
        let rows = bounds
            .map(|(row, c)| {
                let lift = if row == 1 { 9.0 * impossible } else { 0.0 };
                (f64::max(c - slack(row), 0.0) + lift, c + slack(row) + lift)
            })
            .collect();
        let tops = (0..n).map(|_| if random.below(3) == 0 { 2.0 } else { 1.0 }).collect();
        Programme { columns, rows, tops }
    }

    /// What another solver says that the best panel is worth.
    fn truth(programme: &Programme, weights: &[f64], wanted: Option<Wanted>) -> Option<f64> {
        let mut problem = Problem::new(OptimizationDirection::Maximize);
        let variables: Vec<_> = weights
            .iter()
            .zip(&programme.tops)
            .enumerate()
            .map(|(t, (w, top))| {
                let held = wanted.map(|wanted| wanted.bounds(|t| programme.tops[t])).filter(|held| held.0 == t);
                let (low, high) = held.map_or((0.0, *top), |(_, low, high)| (low, high));
                problem.add_integer_var(*w, (low.to_i32().expect("small"), high.to_i32().expect("small")))
            })
            .collect();
        for (row, (lo, hi)) in programme.rows.iter().enumerate() {
            let members: Vec<_> = programme
                .columns
                .iter()
                .zip(&variables)
                .filter(|(c, _)| c.contains(&row))
                .map(|(_, v)| (*v, 1.0))
                .collect();
            problem.add_constraint(members.clone(), ComparisonOp::Ge, *lo);
            problem.add_constraint(members, ComparisonOp::Le, *hi);
        }
        Some(problem.solve().ok()?.into_solution().ok()?.objective())
    }

    #[test]
    fn every_solver_tells_the_truth() {
        let mut random = Random::new(b"questions");
        let (mut found, mut none, mut below) = (0, 0, 0);
        for case in 0..150 {
            let programme = random_programme(&mut random);
            let weights: Vec<f64> = programme.tops.iter().map(|_| random.unit() - 0.3).collect();
            let best = truth(&programme, &weights, None);
            let kind = random.below(weights.len());
            let held = [Wanted::Seated(kind), Wanted::Spared(kind)].map(|w| (w, truth(&programme, &weights, Some(w))));
            for (which, mut solver) in solvers(&programme).into_iter().enumerate() {
                let question = Question {
                    weights: &weights,
                    floor: f64::NEG_INFINITY,
                    wanted: None,
                    nodes: 100_000,
                    work: u64::MAX / 4,
                };
                let value = |p: &[u32]| p.iter().zip(&weights).map(|(x, w)| f64::from(*x) * w).sum::<f64>();
                let keeps = |p: &[u32]| {
                    programme.rows.iter().enumerate().all(|(row, (lo, hi))| {
                        let members = p.iter().zip(&programme.columns).filter(|(_, c)| c.contains(&row));
                        let counted: u32 = members.map(|(x, _)| *x).sum();
                        (*lo..=*hi).contains(&f64::from(counted))
                    })
                };
                let answer = solver.ask(&question);
                assert!(answer.complete, "{case} {which}");
                match (&answer.panel, best) {
                    (Some(panel), Some(best)) => {
                        assert!(keeps(panel) && (value(panel) - best).abs() < 1e-6, "{case} {which}");
                        found += 1;
                        // nothing is worth more than the best
                        let more = solver.ask(&Question { floor: best + 1e-4, ..question });
                        assert!(more.complete && more.panel.is_none(), "{case} {which}");
                        let less = solver.ask(&Question { floor: best - 1e-3, ..question });
                        assert!(less.panel.is_some_and(|p| value(&p) > best - 1e-3), "{case} {which}");
                        below += 1;
                    }
                    (None, None) => none += 1,
                    other => panic!("{case} {which}: {other:?}"),
                }
                for (wanted, truth) in held {
                    let answer = solver.ask(&Question { wanted: Some(wanted), ..question });
                    let (t, low, high) = wanted.bounds(|t| programme.tops[t]);
                    match (&answer.panel, truth) {
                        (Some(panel), Some(_)) => {
                            assert!(keeps(panel) && (low..=high).contains(&f64::from(panel[t])), "{case} {which}");
                        }
                        (None, None) => assert!(answer.complete, "{case} {which}"),
                        other => panic!("{case} {which}: {other:?}"),
                    }
                }
                // what one answer leaves behind must not change the next
                assert_eq!(solver.ask(&question).panel.map(|p| value(&p) > -1e9), best.map(|_| true));
            }
        }
        assert!(found > 100 && none > 20 && below > 100, "{found} {none} {below}");
    }
}
