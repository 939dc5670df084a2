//! Tagged hashes, canonical JSON, rounds, seeds, tickets and allocation against their vectors, and against definitions.

use klero_draw::allocation::{Claim, allocate};
use klero_draw::beacon::{Chain, ChainInfo, Scheme};
use klero_draw::hash::{TermsHash, sha256, tagged};
use klero_draw::json;
use klero_draw::seed::{Seed, Stage};
use klero_draw::terms::{BeaconTerms, RoundError, check_round};
use klero_draw::tickets::{Lowest, Ticket, TicketKey};
use proptest::prelude::*;
use serde::Deserialize;

use crate::support::{beside, quicknet, vectors};

#[test]
fn tagged_hashes() {
    #[derive(Deserialize)]
    struct File {
        cases: Vec<Case>,
    }
    #[derive(Deserialize)]
    struct Case {
        label: String,
        parts: Vec<String>,
        hash: String,
    }
    let file: File = vectors("tagged.json");
    assert!(file.cases.len() > 10);
    for case in file.cases {
        let parts: Vec<Vec<u8>> = case.parts.iter().map(|part| hex::decode(part).unwrap()).collect();
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        assert_eq!(hex::encode(tagged(&case.label, &parts)), case.hash, "{}", case.label);
    }
}

#[test]
fn canonical_json() {
    #[derive(Deserialize)]
    struct File {
        canonical: Vec<String>,
        refused: Vec<String>,
    }
    let file: File = vectors("jcs.json");
    assert!(file.canonical.len() > 10 && file.refused.len() > 40);
    for text in &file.canonical {
        let value: serde_json::Value = json::decode(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(&json::encode(&value).unwrap(), text);
    }
    for text in &file.refused {
        assert!(json::decode::<serde_json::Value>(text).is_err(), "{text}");
    }
}

#[test]
fn the_examples_of_rfc_8785() {
    fn within(value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::Null => false,
            serde_json::Value::Number(n) => n.as_u64().is_some_and(|n| n < json::INTEGER_BOUND),
            serde_json::Value::Array(all) => all.iter().all(within),
            serde_json::Value::Object(all) => all.values().all(within),
            serde_json::Value::Bool(_) | serde_json::Value::String(_) => true,
        }
    }
    let mut encoded = 0;
    for name in ["arrays", "french", "structures", "unicode", "values", "weird"] {
        let Some(input) = beside(&format!("jcs/testdata/input/{name}.json")) else { return };
        let output = beside(&format!("jcs/testdata/output/{name}.json")).unwrap();
        let value: serde_json::Value = serde_json::from_str(&input).unwrap();
        if within(&value) {
            assert_eq!(json::encode(&value).unwrap(), output.trim_end(), "{name}");
            encoded += 1;
        } else {
            assert!(json::encode(&value).is_err(), "{name}");
        }
    }
    assert!(encoded >= 3);
}

fn chain(genesis: u64, period: u32) -> ChainInfo {
    let key = Chain::quicknet().info().public_key().to_vec();
    ChainInfo::new("test".to_owned(), genesis, [7; 32], period, key, Scheme::UnchainedG1).unwrap()
}

#[test]
fn rounds() {
    #[derive(Deserialize)]
    struct File {
        cases: Vec<Case>,
    }
    #[derive(Deserialize)]
    struct Case {
        genesis: u64,
        period: u32,
        draws_at: u64,
        round: Option<u64>,
        time: Option<u64>,
    }
    let file: File = vectors("rounds.json");
    assert!(file.cases.iter().any(|case| case.round.is_none()));
    for case in file.cases {
        let info = chain(case.genesis, case.period);
        assert_eq!(info.round_after(case.draws_at), case.round, "{} {}", case.genesis, case.draws_at);
        assert_eq!(case.round.and_then(|round| info.time_of(round)), case.time);
        let beacon = |round| BeaconTerms { chain: info.chain_hash(), round };
        match case.round {
            None => assert_eq!(check_round(&info, &beacon(2), case.draws_at), Err(RoundError::NoRound)),
            Some(expected) => {
                assert_eq!(check_round(&info, &beacon(expected), case.draws_at), Ok(case.time.unwrap()));
                for found in [expected - 1, expected + 1, 0, u64::MAX] {
                    let refused = check_round(&info, &beacon(found), case.draws_at);
                    assert_eq!(refused, Err(RoundError::Round { expected, found }));
                }
            }
        }
    }
}

#[test]
fn times_never_overflow() {
    for (genesis, period) in [(0, 1), (0, u32::MAX), (json::INTEGER_BOUND - 1, u32::MAX), (1_692_803_367, 3)] {
        let info = chain(genesis, period);
        assert_eq!(info.time_of(0), None);
        assert_eq!(info.time_of(1), Some(genesis));
        assert_eq!(info.time_of(u64::MAX), None);
        assert_eq!(info.round_after(u64::MAX), None);
    }
    assert_eq!(chain(0, 1).time_of(json::INTEGER_BOUND), Some(json::INTEGER_BOUND - 1));
    assert_eq!(chain(0, 1).time_of(json::INTEGER_BOUND + 1), None);
}

proptest! {
    #[test]
    fn the_round_is_the_first_after(genesis in 0u64..1 << 40, period in 1u32..100_000, elapsed in 0u64..1 << 40) {
        let info = chain(genesis, period);
        let draws_at = genesis + elapsed;
        let round = info.round_after(draws_at).unwrap();
        prop_assert!(info.time_of(round).unwrap() > draws_at);
        prop_assert!(info.time_of(round - 1).unwrap() <= draws_at);
    }
}

#[test]
fn seeds() {
    #[derive(Deserialize)]
    struct File {
        cases: Vec<Case>,
    }
    #[derive(Deserialize)]
    struct Case {
        label: String,
        text: String,
        salt: String,
        round: u64,
        signature: String,
        people: String,
        panels: String,
    }
    let file: File = vectors("seed.json");
    assert!(file.cases.len() >= 10);
    for case in file.cases {
        let round = quicknet(case.round, &case.signature);
        let salt = tagged(&case.label, &[case.text.as_bytes()]);
        assert_eq!(hex::encode(salt), case.salt);
        let seed = match case.label.as_str() {
            "terms" => Seed::derive(&TermsHash(salt), &round),
            _ => Seed::derive_vacated(&case.text, &round),
        };
        assert_eq!(seed.key(Stage::People).to_string(), case.people);
        assert_eq!(seed.key(Stage::Panels).to_string(), case.panels);
        // A seed tells nothing of itself.
        assert_eq!(format!("{seed:?}"), "Seed");
    }
}

#[test]
fn tickets() {
    #[derive(Deserialize)]
    struct File {
        cases: Vec<Case>,
    }
    #[derive(Deserialize)]
    struct Case {
        key: String,
        tickets: Vec<(u32, String)>,
        first_1000: String,
        order_of_300: Vec<u32>,
    }
    let file: File = vectors("tickets.json");
    assert!(!file.cases.is_empty());
    for case in file.cases {
        let key = TicketKey::new(hex::decode(case.key).unwrap().try_into().unwrap());
        for (index, ticket) in case.tickets {
            assert_eq!(key.ticket(index).to_string(), ticket, "{index}");
            assert_eq!(key.tickets(index, 1).next(), Some(key.ticket(index)));
        }
        let bytes: Vec<u8> = key.tickets(0, 1000).flat_map(|ticket| ticket.0.to_be_bytes()).collect();
        assert_eq!(hex::encode(sha256(&bytes)), case.first_1000);
        assert_eq!(key.order(300, 0).people().collect::<Vec<_>>(), case.order_of_300);
        let lowest: Vec<u32> = key.lowest(300, 300).into_iter().map(|(_, index)| index).collect();
        assert_eq!(lowest, case.order_of_300);
    }
}

#[test]
fn the_key_stream_is_everybodys_chacha20() {
    // draft-strombergson-chacha-test-vectors-01, TC1 and TC2: 256-bit key, 20 rounds, zero IV.
    let mut one = [0; 32];
    one[0] = 1;
    for (key, stream) in [
        (
            [0; 32],
            "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586",
        ),
        (
            one,
            "c5d30a7ce1ec119378c84f487d775a8542f13ece238a9455e8229e888de85bbd29eb63d0a17a5b999b52da22be4023eb07620a54f6fa6ad8737b71eb0464dac0",
        ),
    ] {
        let bytes: Vec<u8> = TicketKey::new(key).tickets(0, 4).flat_map(|t| t.0.to_be_bytes()).collect();
        assert_eq!(hex::encode(bytes), stream);
    }
    // Streams recomputed with OpenSSL; those without a nonce are ours.
    #[derive(Deserialize)]
    struct File {
        vectors: Vec<Case>,
    }
    #[derive(Deserialize)]
    struct Case {
        key: String,
        counter: u32,
        nonce: String,
        keystream: String,
    }
    let Some(text) = beside("chacha/rfc8439_keystream.json") else { return };
    let file: File = serde_json::from_str(&text).unwrap();
    let mut compared = 0;
    for case in file.vectors.into_iter().filter(|case| case.nonce.bytes().all(|b| b == b'0')) {
        let expected = hex::decode(case.keystream).unwrap();
        let key = TicketKey::new(hex::decode(case.key).unwrap().try_into().unwrap());
        let whole = expected.len().div_ceil(16);
        let found = key.tickets(4 * case.counter, u64::try_from(whole).unwrap());
        let bytes: Vec<u8> = found.flat_map(|ticket| ticket.0.to_be_bytes()).take(expected.len()).collect();
        assert_eq!(bytes, expected);
        compared += 1;
    }
    assert!(compared > 0);
}

#[test]
fn one_fewer_than_wanted_are_all_that_there_are() {
    let key = TicketKey::new([5; 32]);
    assert_eq!(key.as_bytes(), &[5; 32]);
    for wanted in 1..80 {
        let sorted = key.lowest(wanted - 1, wanted);
        assert_eq!(sorted, key.lowest(wanted - 1, wanted - 1));
        assert_eq!(u32::try_from(sorted.len()), Ok(wanted - 1));
    }
}

#[test]
fn the_last_tickets_are_there() {
    let key = TicketKey::new([5; 32]);
    let last = u32::MAX;
    assert_eq!(
        key.tickets(last - 5, 6).collect::<Vec<_>>(),
        (last - 5..=last).map(|i| key.ticket(i)).collect::<Vec<_>>()
    );
    assert_eq!(key.tickets(3, 0).count(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn selections_equal_sorting(key: [u8; 32], size in 0u32..3_000, wanted in 0u32..3_500, expected in 0u32..5_000) {
        let key = TicketKey::new(key);
        let mut sorted: Vec<(Ticket, u32)> = (0..size).map(|i| (key.ticket(i), i)).collect();
        sorted.sort();
        let ranked: Vec<u32> = sorted.iter().map(|(_, i)| *i).collect();
        prop_assert_eq!(key.order(size, expected).people().collect::<Vec<_>>(), ranked);
        sorted.truncate(usize::try_from(wanted).unwrap());
        prop_assert_eq!(key.lowest(size, wanted), sorted);
    }

    /// Real tickets never tie; these do nothing else.
    #[test]
    fn ties_go_to_the_lower_index(tickets in prop::collection::vec(0u128..6, 0..400), wanted in 0u32..300) {
        let mut lowest = Lowest::new(wanted);
        for (ticket, index) in tickets.iter().zip(0u32..) {
            lowest.offer(Ticket(*ticket), index);
        }
        let mut sorted: Vec<(Ticket, u32)> = tickets.iter().map(|t| Ticket(*t)).zip(0u32..).collect();
        sorted.sort();
        sorted.truncate(usize::try_from(wanted).unwrap());
        prop_assert_eq!(lowest.finish(), sorted);
    }
}

#[test]
fn allocations() {
    #[derive(Deserialize)]
    struct File {
        cases: Vec<Case>,
    }
    #[derive(Deserialize)]
    struct Case {
        seats: u64,
        claims: Vec<Written>,
        given: Option<Vec<u64>>,
    }
    #[derive(Deserialize)]
    struct Written {
        population: u64,
        capacity: Option<u64>,
    }
    let file: File = vectors("allocation.json");
    assert!(file.cases.iter().any(|case| case.given.is_none()) && file.cases.len() > 15);
    for case in file.cases {
        let claims: Vec<Claim> =
            case.claims.iter().map(|c| Claim { population: c.population, capacity: c.capacity }).collect();
        assert_eq!(allocate(case.seats, &claims).ok(), case.given, "{} {claims:?}", case.seats);
    }
}

proptest! {
    /// The defining property of largest remainders, without an algorithm: nobody's share is off by a seat or more, and nobody has a rounded-up
    /// share while somebody with a larger remainder was rounded down.
    #[test]
    fn shares_round_up_the_largest_remainders(
        seats in 0u64..10_000,
        populations in prop::collection::vec(0u64..1_000_000, 1..40),
    ) {
        prop_assume!(populations.iter().any(|p| *p > 0));
        let claims: Vec<Claim> = populations.iter().map(|p| Claim { population: *p, capacity: None }).collect();
        let given = allocate(seats, &claims).unwrap();
        let total: u64 = populations.iter().sum();
        prop_assert_eq!(given.iter().sum::<u64>(), seats);
        let rank = |i: usize| (seats * populations[i] % total, populations[i], std::cmp::Reverse(i));
        let (mut up, mut down) = (Vec::new(), Vec::new());
        for (i, share) in given.iter().enumerate() {
            let floor = seats * populations[i] / total;
            prop_assert!(*share == floor || *share == floor + 1);
            if *share == floor { down.push(rank(i)) } else { up.push(rank(i)) }
        }
        if let (Some(least), Some(most)) = (up.iter().min(), down.iter().max()) {
            prop_assert!(least > most);
        }
    }

    #[test]
    fn capacities_are_kept(
        seats in 0u64..300,
        claims in prop::collection::vec((0u64..1_000, prop::option::of(0u64..30)), 0..20),
    ) {
        let claims: Vec<Claim> = claims.iter().map(|(population, capacity)| Claim { population: *population, capacity: *capacity }).collect();
        let possible = claims.iter().filter(|c| c.population > 0).try_fold(0u64, |sum, c| c.capacity.map(|c| sum + c));
        match allocate(seats, &claims) {
            Ok(given) => {
                prop_assert_eq!(given.iter().sum::<u64>(), seats);
                for (share, claim) in given.iter().zip(&claims) {
                    prop_assert!(claim.capacity.is_none_or(|capacity| *share <= capacity));
                    prop_assert!(claim.population > 0 || *share == 0);
                }
            }
            Err(_) => prop_assert!(possible.is_some_and(|possible| possible < seats)),
        }
    }
}
