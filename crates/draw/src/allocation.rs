//! Allocation of seats to strata by largest remainder (spec §7.3), so that nobody does it by hand. Outside what makes a draw valid, but
//! reproducible: integers alone, ties by rule.

/// One stratum's claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Population of the stratum.
    pub population: u64,
    /// The most seats that it can take; `None` for no bound.
    pub capacity: Option<u64>,
}

/// Seats that cannot be allocated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AllocationError {
    /// Nobody lives anywhere.
    #[error("the populations add up to zero")]
    NoPopulation,
    /// All strata together can take fewer.
    #[error("{seats} seats are to be allocated, but the strata can take only {capacity}")]
    TooManySeats {
        /// Seats asked for.
        seats: u64,
        /// What all strata with people can take.
        capacity: u64,
    },
}

/// Seats for each claim, in the order given; they add up to `seats`.
///
/// With total population P, population p and S seats: ⌊S·p/P⌋ first; the rest one each to the largest remainders (S·p mod P), ties to the
/// larger p, then to the earlier claim. What exceeds a capacity is allocated again among the others in the same way.
pub fn allocate(seats: u64, claims: &[Claim]) -> Result<Vec<u64>, AllocationError> {
    let mut given = vec![0u64; claims.len()];
    let mut open: Vec<usize> = (0..claims.len()).filter(|i| claims.get(*i).is_some_and(|c| c.population > 0)).collect();
    if open.is_empty() {
        return if seats == 0 { Ok(given) } else { Err(AllocationError::NoPopulation) };
    }
    let mut left = seats;
    // Each pass fills at least one stratum to its capacity or ends.
    while !open.is_empty() {
        let shares = largest_remainder(left, claims, &open);
        let over: Vec<usize> = open
            .iter()
            .zip(&shares)
            .filter(|(i, share)| capacity(claims, **i).is_some_and(|capacity| **share > capacity))
            .map(|(i, _)| *i)
            .collect();
        if over.is_empty() {
            for (i, share) in open.iter().zip(shares) {
                if let Some(slot) = given.get_mut(*i) {
                    *slot = share;
                }
            }
            return Ok(given);
        }
        for i in &over {
            let capacity = capacity(claims, *i).unwrap_or(0);
            if let Some(slot) = given.get_mut(*i) {
                *slot = capacity;
            }
            left = left.saturating_sub(capacity);
        }
        open.retain(|i| !over.contains(i));
    }
    if left == 0 { Ok(given) } else { Err(AllocationError::TooManySeats { seats, capacity: seats - left }) }
}

fn capacity(claims: &[Claim], i: usize) -> Option<u64> {
    claims.get(i).and_then(|claim| claim.capacity)
}

fn largest_remainder(seats: u64, claims: &[Claim], open: &[usize]) -> Vec<u64> {
    let population = |i: usize| claims.get(i).map_or(0, |claim| u128::from(claim.population));
    let total: u128 = open.iter().map(|i| population(*i)).sum::<u128>().max(1);
    let product = |i: usize| u128::from(seats) * population(i);
    let mut shares: Vec<u64> = open.iter().map(|i| u64::try_from(product(*i) / total).unwrap_or(u64::MAX)).collect();
    let rest = seats.saturating_sub(shares.iter().sum());
    let mut order: Vec<usize> = (0..open.len()).collect();
    order.sort_by_key(|at| {
        let i = open.get(*at).copied().unwrap_or(0);
        (std::cmp::Reverse((product(i) % total, population(i))), *at)
    });
    for at in order.into_iter().take(usize::try_from(rest).unwrap_or(usize::MAX)) {
        if let Some(share) = shares.get_mut(at) {
            *share += 1;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(seats: u64, claims: &[(u64, Option<u64>)]) -> Result<Vec<u64>, AllocationError> {
        let claims: Vec<Claim> = claims
            .iter()
            .map(|(population, capacity)| Claim { population: *population, capacity: *capacity })
            .collect();
        allocate(seats, &claims)
    }

    #[test]
    fn shares_follow_the_largest_remainder() {
        // Hamilton's method on a textbook case: quotas 41.0, 36.5…, 22.4….
        assert_eq!(of(100, &[(410, None), (365, None), (225, None)]), Ok(vec![41, 37, 22]));
        assert_eq!(of(1, &[(5, None), (5, None)]), Ok(vec![1, 0]));
        assert_eq!(of(1, &[(1, None), (3, None), (3, None)]), Ok(vec![0, 1, 0]));
        assert_eq!(of(10, &[(9, Some(3)), (1, None)]), Ok(vec![3, 7]));
        assert_eq!(of(0, &[]), Ok(vec![]));
        assert_eq!(of(1, &[(0, None)]), Err(AllocationError::NoPopulation));
        assert_eq!(of(9, &[(9, Some(3)), (1, Some(2))]), Err(AllocationError::TooManySeats { seats: 9, capacity: 5 }));
        assert_eq!(of(u64::MAX, &[(u64::MAX, None)]), Ok(vec![u64::MAX]));
    }
}
