//! Exact answers by HiGHS (<https://highs.dev>), on one thread.
//!
//! HiGHS brings presolve and cuts, and so closes searches in which our own
//! branch and bound runs out of nodes. Its limits here are nodes, never
//! seconds, so that the list depends on the input alone; a search once begun is
//! not interrupted. Only with the feature `highs`.
//!
//! This file must never be believed, as little as our own search: see [`crate::exact`].

use highs::{ColProblem, HighsModelStatus, HighsSolutionStatus, Sense};
use num_traits::ToPrimitive;

use crate::exact::{Exact, Programme, Question};
use crate::pricing::Priced;

/// Nodes of one search at most: HiGHS spends far more on a node than our search.
const NODES: usize = 1_000;
/// Work that a simplex step is taken to be, for each column and row.
const STEP: usize = 4;

/// Answers by HiGHS.
pub(crate) struct Highs {
    programme: Programme,
    work: u64,
}

impl Highs {
    pub(crate) fn new(programme: Programme) -> Self {
        Self { programme, work: 0 }
    }

    /// One search; `None` if HiGHS refuses the model or loses its way.
    fn search(&mut self, question: &Question<'_>) -> Option<Priced> {
        let mut problem = ColProblem::new();
        let mut rows = Vec::with_capacity(self.programme.rows.len());
        for (lo, hi) in &self.programme.rows {
            rows.push(problem.add_row(*lo..=*hi));
        }
        let worth = rows.len();
        if question.floor.is_finite() {
            rows.push(problem.add_row(question.floor..));
        }
        let held = question.wanted.map(|wanted| wanted.bounds(|t| self.programme.tops[t]));
        for (t, (column, top)) in self.programme.columns.iter().zip(&self.programme.tops).enumerate() {
            let (lo, hi) = held.filter(|held| held.0 == t).map_or((0.0, *top), |(_, lo, hi)| (lo, hi));
            if lo > hi {
                return Some(Priced { panel: None, complete: true });
            }
            let mut factors: Vec<_> = column.iter().map(|&r| (rows[r], 1.0)).collect();
            factors.extend(rows.get(worth).map(|row| (*row, question.weights[t])));
            problem.add_integer_column(question.weights[t], lo..=hi, factors);
        }
        let mut model = problem.try_optimise(Sense::Maximise).ok()?;
        let nodes = i32::try_from(question.nodes.min(NODES)).ok()?;
        model.try_set_option("threads", 1).ok()?;
        model.try_set_option("parallel", "off").ok()?;
        model.try_set_option("mip_max_nodes", nodes).ok()?;
        model.try_set_option("mip_rel_gap", 0.0).ok()?;
        model.try_set_option("mip_abs_gap", 1e-8).ok()?;
        let solved = model.try_solve().ok()?;
        let steps = usize::try_from(solved.simplex_iteration_count()).unwrap_or(0).max(10);
        let work = steps.saturating_mul(STEP).saturating_mul(self.programme.columns.len() + self.programme.rows.len());
        self.work = self.work.saturating_add(u64::try_from(work).unwrap_or(u64::MAX));
        let complete = match solved.status() {
            HighsModelStatus::Optimal => true,
            HighsModelStatus::Infeasible => return Some(Priced { panel: None, complete: true }),
            HighsModelStatus::ReachedSolutionLimit | HighsModelStatus::ReachedIterationLimit => false,
            _ => return None,
        };
        if solved.primal_solution_status() != HighsSolutionStatus::Feasible {
            return Some(Priced { panel: None, complete: false });
        }
        let panel: Vec<u32> = solved.get_solution().columns().iter().map(|v| v.round().to_u32().unwrap_or(0)).collect();
        Some(Priced { panel: Some(panel), complete })
    }
}

impl Exact for Highs {
    fn ask(&mut self, question: &Question<'_>) -> Priced {
        self.search(question).unwrap_or(Priced { panel: None, complete: false })
    }

    fn take_work(&mut self) -> u64 {
        std::mem::take(&mut self.work)
    }
}
