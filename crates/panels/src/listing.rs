//! From target chances to a list of m panels.
use crate::instance::Instance;
use crate::pricing::{Effort, Pricer};

/// x
pub fn experiment(instance: &Instance, m: u32) {
    let limits = crate::watch::Limits::new(&crate::watch::Unwatched, u64::MAX);
    let s = std::time::Instant::now();
    let ladder = crate::ladder::climb(instance, 100000, None, &limits);
    let ladder = match ladder { Ok(l) => l, Err(e) => { println!("no ladder {e:?}"); return; } };
    println!("types {} rows {} levels {} complete {} first {:?} in {:?}", instance.types(), instance.bounds.len(), ladder.levels.len(), ladder.complete, ladder.levels.first().map(|l| l.chance), s.elapsed());
    let z = ladder.levels.first().map_or(0.0, |l| l.chance);
    let gap: f64 = std::env::var("GAP").map_or(0.01, |v| v.parse().unwrap());
    let alpha: f64 = std::env::var("ALPHA").map_or(0.5, |v| v.parse().unwrap());
    let nodes: usize = std::env::var("NODES").map_or(50, |v| v.parse().unwrap());
    let n = instance.kinds.len();
    let sizes: Vec<f64> = instance.kinds.iter().map(|k| f64::from(k.size())).collect();
    let mut pricer = Pricer::new(instance);
    let mut counts = vec![0.0; n];
    let mut list: Vec<Vec<u32>> = Vec::new();
    let s = std::time::Instant::now();
    let scale: Vec<f64> = (0..n).map(|t| { let p = (ladder.target[t] / sizes[t]).max(1e-4); 1.0 / (sizes[t] * p.powf(alpha)) }).collect();
    let mut fails = 0;
    for j in 1..=m {
        let w: Vec<f64> = (0..n).map(|t| (ladder.target[t] * f64::from(j) - counts[t]) * scale[t]).collect();
        let priced = pricer.best(&w, Effort { nodes_to_first: 2000, nodes_after: nodes, gap });
        if let Some((x, _)) = priced.best {
            for t in 0..n { counts[t] += f64::from(x[t]); }
            list.push(x);
        } else { fails += 1; }
        if j % (m / 4).max(1) == 0 {
            let worst = (0..n).map(|t| (ladder.target[t] * f64::from(j) - counts[t]) / sizes[t]).fold(0.0, f64::max);
            println!("  j {j} fails {fails} worst deficit/person {worst:.2} in {:?} work {}", s.elapsed(), pricer.simplex.work);
        }
    }
    let min = (0..n).map(|t| (counts[t] / sizes[t]).floor()).fold(f64::MAX, f64::min);
    println!("  min copies {min} of {:.2}", z * f64::from(m));
}
