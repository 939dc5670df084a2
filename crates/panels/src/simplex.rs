//! A dual simplex for programmes with few rows, many boxed columns and
//! coefficients 0 or 1: the shape that quotas have.
//!
//! `A x − s = 0`, every column `x_t` between two finite bounds, every row
//! activity `s_r` between two finite bounds. Because everything is boxed, any
//! basis is dual feasible once each non-basic column stands at the bound that
//! its reduced cost asks for; so the dual method needs no first phase, starts
//! warm after any change of bounds or of objective, and its proof of
//! infeasibility is one row of the inverse basis: exactly the multipliers that
//! a [`crate::certificate`] is made of.
//!
//! This file must never be believed: it computes in floating point, and what
//! comes out is only a proposal that integers check afterwards.

#![expect(clippy::needless_range_loop, reason = "columns are numbers here: they index five vectors at once")]

/// Feasibility tolerance, in seats.
pub(crate) const FEASIBLE: f64 = 1e-8;
/// Entries of a tableau row below this are taken to be zero.
const PIVOT: f64 = 1e-7;
/// Pivots between two fresh inversions of the basis.
const REFRESH: usize = 120;

/// How a solve ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Solved {
    /// The columns hold an optimal point.
    Optimal,
    /// No point within the bounds: for these row multipliers `g`, with
    /// `c_t = Σ_{r∋t} g_r`, the identity `Σ c_t x_t = Σ g_r s_r` cannot hold.
    Infeasible(Vec<f64>),
    /// The pivot limit was reached, or the numbers went bad.
    GaveUp,
}

/// One programme and its current basis.
#[derive(Debug, Clone)]
pub(crate) struct Simplex {
    rows: usize,
    columns: usize,
    /// `entries[start[t]..start[t + 1]]` are the rows of column `t`; one that stands
    /// there twice has the coefficient 2.
    start: Vec<usize>,
    entries: Vec<usize>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    cost: Vec<f64>,
    basis: Vec<usize>,
    /// Row of the basis in which a column stands, if any.
    place: Vec<Option<usize>>,
    at_upper: Vec<bool>,
    value: Vec<f64>,
    reduced: Vec<f64>,
    /// Inverse basis, row by row.
    inverse: Vec<f64>,
    since_refresh: usize,
    /// Columns and activities that are not fixed; as of the last settling.
    active: Vec<usize>,
    /// Multiplications done so far, roughly: the unit of all work limits.
    pub(crate) work: u64,
    work_per_pivot: u64,
}

impl Simplex {
    /// A programme from its columns (ascending row numbers) and row bounds.
    pub(crate) fn new(columns: &[Vec<usize>], row_bounds: &[(f64, f64)]) -> Self {
        let rows = row_bounds.len();
        let n = columns.len();
        let mut start = Vec::with_capacity(n + 1);
        let mut entries = Vec::new();
        start.push(0);
        for column in columns {
            entries.extend_from_slice(column);
            start.push(entries.len());
        }
        let mut lower = vec![0.0; n];
        let mut upper = vec![0.0; n];
        lower.extend(row_bounds.iter().map(|b| b.0));
        upper.extend(row_bounds.iter().map(|b| b.1));
        let mut simplex = Self {
            rows,
            columns: n,
            start,
            entries,
            lower,
            upper,
            cost: vec![0.0; n + rows],
            basis: Vec::new(),
            place: Vec::new(),
            at_upper: vec![false; n + rows],
            value: vec![0.0; n + rows],
            reduced: vec![0.0; n + rows],
            inverse: Vec::new(),
            since_refresh: 0,
            active: Vec::new(),
            work: 0,
            work_per_pivot: 0,
        };
        simplex.reset();
        simplex
    }

    /// Forget the basis: every row activity basic again.
    pub(crate) fn reset(&mut self) {
        let (m, n) = (self.rows, self.columns);
        self.basis = (n..n + m).collect();
        self.place = vec![None; n + m];
        self.inverse = vec![0.0; m * m];
        for i in 0..m {
            self.place[n + i] = Some(i);
            // the activity's column is −e_i
            self.inverse[i * m + i] = -1.0;
        }
        self.since_refresh = 0;
    }

    pub(crate) fn set_bounds(&mut self, column: usize, lower: f64, upper: f64) {
        self.lower[column] = lower;
        self.upper[column] = upper;
    }

    pub(crate) fn bounds(&self, column: usize) -> (f64, f64) {
        (self.lower[column], self.upper[column])
    }

    pub(crate) fn set_row_bounds(&mut self, row: usize, lower: f64, upper: f64) {
        self.lower[self.columns + row] = lower;
        self.upper[self.columns + row] = upper;
    }

    /// The objective, to be maximised; one weight per column.
    pub(crate) fn set_objective(&mut self, weights: &[f64]) {
        for (cost, weight) in self.cost.iter_mut().zip(weights) {
            *cost = *weight;
        }
    }

    /// Reduced costs; 0 for basic and for fixed columns.
    pub(crate) fn reduced(&self) -> &[f64] {
        &self.reduced[..self.columns]
    }

    pub(crate) fn values(&self) -> &[f64] {
        &self.value[..self.columns]
    }

    pub(crate) fn objective(&self) -> f64 {
        self.values().iter().zip(&self.cost).map(|(x, c)| x * c).sum()
    }

    /// Sum of a row vector over a column's entries.
    fn dot(&self, column: usize, row_vector: &[f64]) -> f64 {
        if column < self.columns {
            self.entries[self.start[column]..self.start[column + 1]].iter().map(|&r| row_vector[r]).sum()
        } else {
            -row_vector[column - self.columns]
        }
    }

    /// `inverse × column`.
    fn transform(&self, column: usize) -> Vec<f64> {
        let m = self.rows;
        let mut out = vec![0.0; m];
        if column < self.columns {
            let rows = &self.entries[self.start[column]..self.start[column + 1]];
            for (i, slot) in out.iter_mut().enumerate() {
                let row = &self.inverse[i * m..(i + 1) * m];
                *slot = rows.iter().map(|&r| row[r]).sum();
            }
        } else {
            let r = column - self.columns;
            for (i, slot) in out.iter_mut().enumerate() {
                *slot = -self.inverse[i * m + r];
            }
        }
        out
    }

    /// Inverts the basis afresh; columns that turn out dependent give way to
    /// row activities.
    fn refresh(&mut self) {
        let m = self.rows;
        let wanted = self.basis.clone();
        self.reset();
        self.work += u64::try_from(m * m * m / 2).unwrap_or(0);
        // activities first: they cost nothing
        let mut structural = Vec::new();
        let mut free_row = vec![true; m];
        for &column in &wanted {
            if column >= self.columns {
                free_row[column - self.columns] = false;
            } else {
                structural.push(column);
            }
        }
        for column in structural {
            let transformed = self.transform(column);
            let pick =
                (0..m).filter(|&i| free_row[i]).max_by(|&a, &b| transformed[a].abs().total_cmp(&transformed[b].abs()));
            if let Some(i) = pick
                && transformed[i].abs() > PIVOT
            {
                free_row[i] = false;
                self.exchange(i, column, &transformed);
            }
        }
        self.since_refresh = 0;
    }

    fn exchange(&mut self, row: usize, entering: usize, transformed: &[f64]) {
        let m = self.rows;
        let leaving = self.basis[row];
        self.place[leaving] = None;
        self.place[entering] = Some(row);
        self.basis[row] = entering;
        let scale = 1.0 / transformed[row];
        let mut pivot_row: Vec<f64> = self.inverse[row * m..(row + 1) * m].to_vec();
        for v in &mut pivot_row {
            *v *= scale;
        }
        for (i, &factor) in transformed.iter().enumerate() {
            if i != row && factor != 0.0 {
                let target = &mut self.inverse[i * m..(i + 1) * m];
                for (t, p) in target.iter_mut().zip(&pivot_row) {
                    *t -= factor * p;
                }
            }
        }
        self.inverse[row * m..(row + 1) * m].copy_from_slice(&pivot_row);
    }

    /// The basis of a programme with the same rows and the same first columns.
    pub(crate) fn start_from(&mut self, earlier: &Self) {
        if earlier.rows != self.rows || earlier.columns > self.columns {
            return;
        }
        let moved = |column: usize| {
            if column < earlier.columns { column } else { column - earlier.columns + self.columns }
        };
        let basis: Vec<usize> = earlier.basis.iter().map(|&c| moved(c)).collect();
        for column in 0..earlier.columns + earlier.rows {
            self.at_upper[moved(column)] = earlier.at_upper[column];
        }
        self.place.fill(None);
        for (i, &column) in basis.iter().enumerate() {
            self.place[column] = Some(i);
        }
        self.basis = basis;
        self.inverse.clone_from(&earlier.inverse);
        self.since_refresh = earlier.since_refresh;
    }

    /// The row prices of the basis: a column's reduced cost is its cost less the
    /// sum of the prices of its rows.
    pub(crate) fn prices(&self) -> Vec<f64> {
        let m = self.rows;
        let mut prices = vec![0.0; m];
        for (i, &column) in self.basis.iter().enumerate() {
            let c = self.cost[column];
            if c != 0.0 {
                for (p, v) in prices.iter_mut().zip(&self.inverse[i * m..(i + 1) * m]) {
                    *p += c * v;
                }
            }
        }
        prices
    }

    /// Puts non-basic columns at the bound their reduced cost asks for, and
    /// recomputes everything that follows from the basis.
    fn settle(&mut self) {
        let m = self.rows;
        let prices = self.prices();
        self.active.clear();
        let mut entries = 0;
        for column in 0..self.columns + m {
            self.reduced[column] = 0.0;
            if self.upper[column] <= self.lower[column] {
                continue;
            }
            self.active.push(column);
            if self.place[column].is_some() {
                continue;
            }
            entries += if column < self.columns { self.start[column + 1] - self.start[column] } else { 1 };
            let d = self.cost[column] - self.dot(column, &prices);
            self.reduced[column] = d;
            if d > 1e-12 {
                self.at_upper[column] = true;
            } else if d < -1e-12 {
                self.at_upper[column] = false;
            }
        }
        self.settle_values();
        let total = self.columns / 8 + entries + 3 * m * m;
        self.work_per_pivot = u64::try_from(total).unwrap_or(u64::MAX);
        self.work += self.work_per_pivot;
    }

    fn settle_values(&mut self) {
        let m = self.rows;
        let mut activity = vec![0.0; m];
        for column in 0..self.columns + m {
            if self.place[column].is_some() {
                continue;
            }
            let v = if self.at_upper[column] { self.upper[column] } else { self.lower[column] };
            self.value[column] = v;
            if v != 0.0 {
                if column < self.columns {
                    for &r in &self.entries[self.start[column]..self.start[column + 1]] {
                        activity[r] += v;
                    }
                } else {
                    activity[column - self.columns] -= v;
                }
            }
        }
        for i in 0..m {
            let row = &self.inverse[i * m..(i + 1) * m];
            let sum: f64 = row.iter().zip(&activity).map(|(a, b)| a * b).sum();
            self.value[self.basis[i]] = -sum;
        }
    }

    /// Row of the basis that violates its bounds most, by steepest edge.
    fn leaving_row(&self) -> Option<(usize, f64)> {
        let m = self.rows;
        let mut best: Option<(usize, f64, f64)> = None;
        for (i, &column) in self.basis.iter().enumerate() {
            let v = self.value[column];
            let miss = if v < self.lower[column] - FEASIBLE {
                self.lower[column] - v
            } else if v > self.upper[column] + FEASIBLE {
                self.upper[column] - v
            } else {
                continue;
            };
            let norm: f64 = self.inverse[i * m..(i + 1) * m].iter().map(|a| a * a).sum();
            let score = miss * miss / norm.max(1e-12);
            if best.is_none_or(|(_, _, s)| score > s) {
                best = Some((i, miss, score));
            }
        }
        best.map(|(i, miss, _)| (i, miss))
    }

    /// Whether the identity `Σ c_t x_t = Σ g_r s_r` is out of reach within the bounds.
    fn refutes(&self, rho: &[f64], sign: f64) -> bool {
        let mut reach = 0.0;
        for r in 0..self.rows {
            let g = rho[r] * sign;
            let at = self.columns + r;
            reach += g * if g > 0.0 { self.upper[at] } else { self.lower[at] };
        }
        for column in 0..self.columns {
            let c = self.dot(column, rho) * sign;
            reach -= c * if c > 0.0 { self.lower[column] } else { self.upper[column] };
        }
        reach < -FEASIBLE * 0.25
    }

    /// What rounding a fractional basic column down and up would cost at least:
    /// the first dual step of either (Driebeck's penalties).
    pub(crate) fn penalties(&mut self, column: usize) -> Option<(f64, f64)> {
        let row = self.place[column]?;
        self.work += self.work_per_pivot / 2;
        let m = self.rows;
        let rho = &self.inverse[row * m..(row + 1) * m];
        let (mut down, mut up) = (f64::INFINITY, f64::INFINITY);
        for &other in &self.active {
            if self.place[other].is_some() {
                continue;
            }
            let alpha = self.dot(other, rho);
            if alpha.abs() <= PIVOT {
                continue;
            }
            let ratio = self.reduced[other].abs() / alpha.abs();
            // raising the column needs the others' sum to fall, and the reverse
            if (alpha > 0.0) == self.at_upper[other] {
                up = up.min(ratio);
            } else {
                down = down.min(ratio);
            }
        }
        let fraction = self.value[column] - self.value[column].floor();
        Some((down * fraction, up * (1.0 - fraction)))
    }

    /// Maximises the objective from the present basis.
    pub(crate) fn solve(&mut self, pivot_limit: usize) -> Solved {
        let m = self.rows;
        if self.since_refresh >= REFRESH {
            self.refresh();
        }
        self.settle();
        let mut candidates: Vec<(f64, f64, usize)> = Vec::new();
        let mut tableau = vec![0.0; self.columns + m];
        let mut troubles = 0;
        for _ in 0..pivot_limit {
            let Some((row, miss)) = self.leaving_row() else {
                return Solved::Optimal;
            };
            self.work += self.work_per_pivot;
            let rho: Vec<f64> = self.inverse[row * m..(row + 1) * m].to_vec();
            let sign = if miss > 0.0 { 1.0 } else { -1.0 };
            candidates.clear();
            for &column in &self.active {
                if self.place[column].is_some() {
                    continue;
                }
                let alpha = self.dot(column, &rho);
                tableau[column] = alpha;
                let directed = sign * alpha;
                let useful = if self.at_upper[column] { directed > PIVOT } else { directed < -PIVOT };
                if useful {
                    let ratio = self.reduced[column].abs() / alpha.abs();
                    candidates.push((ratio, alpha.abs(), column));
                }
            }
            // pass over columns that may simply change sides
            let mut slope = miss.abs();
            let mut entering = None;
            let mut flips = 0;
            while flips < candidates.len() {
                // the next in order; sorted outright only if many are passed
                if flips < 6 {
                    let next = (flips..candidates.len())
                        .min_by(|&a, &b| by_ratio(&candidates[a], &candidates[b]))
                        .unwrap_or(flips);
                    candidates.swap(flips, next);
                } else if flips == 6 {
                    candidates[flips..].sort_unstable_by(by_ratio);
                }
                let (_, size, column) = candidates[flips];
                slope -= size * (self.upper[column] - self.lower[column]);
                if slope <= FEASIBLE * 0.5 {
                    entering = Some(column);
                    break;
                }
                flips += 1;
            }
            let Some(entering) = entering else {
                // believe it only if the multipliers prove it by themselves
                if !self.refutes(&rho, sign) {
                    self.refresh();
                    self.settle();
                    troubles += 1;
                    if troubles > 20 {
                        return Solved::GaveUp;
                    }
                    continue;
                }
                return Solved::Infeasible(rho.iter().map(|v| v * sign).collect());
            };
            let transformed = self.transform(entering);
            if (transformed[row] - tableau[entering]).abs() > 1e-6 * (1.0 + transformed[row].abs())
                || transformed[row].abs() < PIVOT
            {
                self.refresh();
                self.settle();
                troubles += 1;
                if troubles > 20 {
                    return Solved::GaveUp;
                }
                continue;
            }
            let theta = self.reduced[entering] / tableau[entering];
            if flips > 0 {
                let mut activity = vec![0.0; m];
                for &(_, _, column) in &candidates[..flips] {
                    let up = !self.at_upper[column];
                    self.at_upper[column] = up;
                    let v = if up { self.upper[column] } else { self.lower[column] };
                    let change = v - self.value[column];
                    self.value[column] = v;
                    if column < self.columns {
                        for &r in &self.entries[self.start[column]..self.start[column + 1]] {
                            activity[r] += change;
                        }
                    } else {
                        activity[column - self.columns] -= change;
                    }
                }
                for i in 0..m {
                    let inverse_row = &self.inverse[i * m..(i + 1) * m];
                    let sum: f64 = inverse_row.iter().zip(&activity).map(|(a, b)| a * b).sum();
                    self.value[self.basis[i]] -= sum;
                }
            }
            for &column in &self.active {
                if self.place[column].is_none() {
                    self.reduced[column] -= theta * tableau[column];
                }
            }
            let leaving = self.basis[row];
            self.reduced[leaving] = -theta;
            self.reduced[entering] = 0.0;
            let goal = if sign > 0.0 { self.lower[leaving] } else { self.upper[leaving] };
            self.at_upper[leaving] = sign < 0.0;
            let step = (self.value[leaving] - goal) / transformed[row];
            for (i, &a) in transformed.iter().enumerate() {
                self.value[self.basis[i]] -= a * step;
            }
            self.value[leaving] = goal;
            self.value[entering] += step;
            self.exchange(row, entering, &transformed);
            self.since_refresh += 1;
            if self.since_refresh >= REFRESH {
                self.refresh();
                self.settle();
            }
        }
        Solved::GaveUp
    }
}

/// Least ratio first; of equal ones the larger pivot; of equal ones the first.
fn by_ratio(a: &(f64, f64, usize), b: &(f64, f64, usize)) -> std::cmp::Ordering {
    a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2))
}
