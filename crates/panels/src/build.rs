//! placeholder
use crate::instance::Instance;
use crate::watch::*;
/// x
pub fn trial(instance: &Instance, m: u32) {
    let limits = Limits::new(&Unwatched, 60_000_000_000);
    let s = std::time::Instant::now();
    let ladder = crate::ladder::climb(instance, 100000, None, &limits).unwrap();
    let z = ladder.levels.first().map_or(0.0, |l| l.chance);
    println!("types {} rows {} levels {} z*m {:.2} in {:?}", instance.types(), instance.bounds.len(), ladder.levels.len(), z * f64::from(m), s.elapsed());
    let l = crate::listing::build(instance, &ladder.target, m, &limits).unwrap();
    let list: Vec<&[(u32, u32)]> = l.pool.iter().flat_map(|(p, c)| std::iter::repeat_n(p.as_slice(), *c as usize)).collect();
    let panels = crate::assign::seat(instance, &list);
    let b = crate::check::check(instance, panels).unwrap();
    println!("min {} pool {} never {} interrupted {} in {:?}", b.copies().iter().min().unwrap(), l.pool.len(), l.never.len(), l.interrupted, s.elapsed());
    let mut short = vec![0; 30];
    for (t, k) in instance.kinds.iter().enumerate() { for p in &k.members { let want = (ladder.target[t] / k.members.len() as f64 * m as f64 + 1e-6).floor() as i64; let d = (want - b.copies()[*p as usize] as i64).max(0); short[d.min(29) as usize] += 1; } }
    println!("shortfalls {short:?}");
}
