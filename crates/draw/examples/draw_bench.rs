//! Times the ticket stream and the selections over a large pool: `cargo run --release -p klero-draw --example draw_bench [people]`.
//!
//! It prints the best of five runs of each, and a digest of what came out, so that a change of speed that changes a result shows.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use klero_draw::hash::sha256;
use klero_draw::tickets::TicketKey;

fn best<T>(mut run: impl FnMut() -> T) -> (Duration, T) {
    let mut fastest: Option<(Duration, T)> = None;
    for _ in 0..5 {
        let start = Instant::now();
        let result = std::hint::black_box(run());
        let taken = start.elapsed();
        if fastest.as_ref().is_none_or(|(least, _)| taken < *least) {
            fastest = Some((taken, result));
        }
    }
    fastest.expect("there were five runs")
}

fn report(what: &str, people: u32, (taken, chosen): (Duration, Vec<u32>)) {
    let bytes: Vec<u8> = chosen.iter().flat_map(|person| person.to_be_bytes()).collect();
    let digest = hex::encode(sha256(&bytes));
    println!("{what:<44} {people:>10} people  {taken:>10.1?}  {} chosen, sha256 {}", chosen.len(), &digest[..16]);
}

fn main() {
    let people = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(10_000_000u32);
    let key = TicketKey::new(sha256(b"draw_bench"));
    let people_of = |ranked: Vec<(_, u32)>| ranked.into_iter().map(|(_, person)| person).collect();

    let stream = best(|| {
        let folded = key.tickets(0, u64::from(people)).fold(0u128, |sum, ticket| sum ^ ticket.0);
        folded.to_be_bytes().into_iter().map(u32::from).collect()
    });
    report("all tickets", people, stream);
    for wanted in [1, 1_000, 100_000, 1_000_000] {
        let chosen = best(|| people_of(key.lowest(people, wanted)));
        report(&format!("the {wanted} lowest"), people, chosen);
    }
    let households = best(|| {
        let mut taken = BTreeSet::new();
        key.order(people, 2_000).people().filter(|person| taken.insert(person / 3)).take(1_000).collect()
    });
    report("1,000 in order, one of each three", people, households);
    let few = people.min(1_000_000);
    let everybody = best(|| key.order(few, few).people().collect());
    report("everybody in order", few, everybody);
}
