//! Replacement against vectors that another program made, and against spec §7.5 written out literally on small random pools.

use klero_draw::artifacts::{PanelList, Quota, StrataList, Stratum};
use klero_draw::hash::ArtifactHash;
use klero_draw::json;
use klero_draw::method::{DrawInputs, People, draw};
use klero_draw::replacement::{Fill, ReplacementError, Seats};
use klero_draw::seed::{Seed, Stage};
use klero_draw::terms::{Method, Replacement, Terms, terms_hash};
use klero_draw::tickets::TicketKey;
use proptest::prelude::*;
use serde::Deserialize;

use crate::support::{Pool, inputs, quicknet, rehearsal_round, seed, terms, vectors};

#[derive(Deserialize)]
struct File {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    terms: String,
    round: u64,
    signature: String,
    people: Pool,
    strata: Option<String>,
    panels: Option<String>,
    drawn: Vec<u32>,
    steps: Vec<Wave>,
}

#[derive(Deserialize)]
struct Wave {
    leavers: Vec<u32>,
    note: Option<String>,
    round: Option<u64>,
    signature: Option<String>,
    fills: Vec<Written>,
    seated_after: Vec<u32>,
}

#[derive(Deserialize)]
struct Written {
    left: u32,
    passed: Vec<u32>,
    seated: Option<u32>,
}

#[test]
fn vectors_are_filled_alike() {
    let file: File = vectors("replacement.json");
    let (mut empty, mut passed) = (0, 0);
    for case in &file.cases {
        let terms: Terms = json::decode(&case.terms).unwrap();
        let strata = case.strata.as_deref().map(|text| StrataList::parse(text).unwrap());
        let panels = case.panels.as_deref().map(|text| PanelList::parse(text).unwrap());
        let inputs = inputs(&case.people, strata.as_ref(), panels.as_ref());
        let hash = terms_hash(&format!("kleroterion/v1/terms\n{}\n", case.terms));
        let own = Seed::derive(&hash, &quicknet(case.round, &case.signature));
        let selection = draw(&terms, &inputs, &own).unwrap();
        assert_eq!(selection.drawn, case.drawn, "{}", case.name);
        let mut seats = Seats::new(&selection.drawn);
        for (wave, number) in case.steps.iter().zip(1..) {
            let key = match (&wave.note, wave.round, &wave.signature) {
                (Some(note), Some(round), Some(signature)) => {
                    assert_eq!(terms.replacement, Replacement::Beacon);
                    Seed::derive_vacated(note, &quicknet(round, signature)).key(Stage::People)
                }
                _ => own.key(Stage::People),
            };
            seats.vacate(&wave.leavers).unwrap();
            let expected: Vec<Fill> = wave
                .fills
                .iter()
                .map(|fill| Fill { left: fill.left, passed: fill.passed.clone(), seated: fill.seated })
                .collect();
            assert_eq!(
                seats.replace(&wave.leavers, &terms, &inputs, &key),
                Ok(expected.clone()),
                "{} {number}",
                case.name
            );
            assert_eq!(seats.seated().iter().copied().collect::<Vec<_>>(), wave.seated_after);
            empty += expected.iter().filter(|fill| fill.seated.is_none()).count();
            passed += expected.iter().map(|fill| fill.passed.len()).sum::<usize>();
        }
    }
    assert!(file.cases.len() >= 18 && empty >= 10 && passed >= 50, "{empty} {passed}");
}

/// Spec §7.5 as it is written: everybody sorted, everybody's total shortfall counted from nothing.
fn by_definition(
    seated: &mut Vec<u32>,
    passed_over: &[u32],
    leavers: &[u32],
    (terms, pool, strata, panels): (&Terms, &Pool, Option<&StrataList>, Option<&PanelList>),
    key: &TicketKey,
) -> Vec<Fill> {
    let sorted = |people: &mut Vec<u32>| people.sort_by_key(|person| (key.ticket(*person), *person));
    let mut order: Vec<u32> = (0..pool.size()).collect();
    sorted(&mut order);
    let mut leavers = leavers.to_vec();
    sorted(&mut leavers);
    let group = |person: u32| strata.map(|_| pool.value(person, 0));
    let households = matches!(terms.method, Method::Households) || panels.is_some_and(PanelList::households);
    let shortfall = |members: &[u32]| -> u32 {
        let quotas = panels.map_or(&[][..], PanelList::quotas);
        let one = |quota: &Quota| {
            let column = pool.column(&quota.column).unwrap();
            let members = members.iter().filter(|p| pool.value(**p, column) == quota.value).count();
            let count = u32::try_from(members).unwrap();
            quota.min.saturating_sub(count) + count.saturating_sub(quota.max)
        };
        quotas.iter().map(one).sum()
    };
    let mut fills = Vec::new();
    for left in leavers {
        let candidates: Vec<u32> = order
            .iter()
            .copied()
            .filter(|p| !seated.contains(p) && !passed_over.contains(p) && group(*p) == group(left))
            .collect();
        let fits = |person: &u32| {
            let tag = pool.tag(*person);
            !households || tag.is_none() || seated.iter().all(|other| pool.tag(*other) != tag)
        };
        let total = |person: u32| shortfall(&[seated.as_slice(), &[person]].concat());
        let fit: Vec<u32> = candidates.iter().copied().filter(fits).collect();
        let least = fit.iter().map(|p| total(*p)).min();
        let chosen = fit.into_iter().find(|p| Some(total(*p)) == least);
        let passed = candidates.into_iter().take_while(|p| Some(*p) != chosen).collect();
        seated.extend(chosen);
        fills.push(Fill { left, passed, seated: chosen });
    }
    fills
}

#[derive(Debug, Clone)]
struct Story {
    groups: Vec<usize>,
    households: Vec<u8>,
    quotas: Vec<(u32, u32)>,
    together: bool,
    leave: Vec<usize>,
    n: u32,
}

fn stories() -> impl Strategy<Value = Story> {
    (
        (4usize..24)
            .prop_flat_map(|size| (prop::collection::vec(0usize..3, size), prop::collection::vec(0u8..8, size))),
        prop::collection::vec((0u32..4, 0u32..4), 3),
        any::<bool>(),
        prop::collection::vec(0usize..100, 1..6),
        any::<u32>(),
    )
        .prop_map(|((groups, households), quotas, together, leave, n)| Story {
            groups,
            households,
            quotas,
            together,
            leave,
            n,
        })
}

const GROUPS: [&str; 3] = ["a", "b", "c"];

/// Three waves of leavers; the state is compared after each.
fn play(
    story: &Story,
    method: Method,
    drawn: &[u32],
    strata: Option<&StrataList>,
    panels: Option<&PanelList>,
) -> Result<(), TestCaseError> {
    let names: Vec<&str> = story.groups.iter().map(|group| GROUPS[*group]).collect();
    let pool = Pool::of_groups(&names).in_households(&story.households);
    let terms = terms(pool.size(), method, u32::try_from(drawn.len()).unwrap(), 0);
    let inputs: DrawInputs<'_> = inputs(&pool, strata, panels);
    let round = rehearsal_round(11);
    let mut seats = Seats::new(drawn);
    let (mut seated, mut left) = (drawn.to_vec(), Vec::new());
    for wave in 0..3 {
        let key = seed(&round, story.n ^ wave).key(Stage::People);
        let mut leavers: Vec<u32> =
            story.leave.iter().filter_map(|at| seated.get(at % seated.len().max(1)).copied()).collect();
        leavers.sort_unstable();
        leavers.dedup();
        seated.retain(|person| !leavers.contains(person));
        left.extend(&leavers);
        seats.vacate(&leavers).unwrap();
        let found = seats.replace(&leavers, &terms, &inputs, &key).unwrap();
        let expected = by_definition(&mut seated, &left, &leavers, (&terms, &pool, strata, panels), &key);
        prop_assert_eq!(found, expected);
        prop_assert_eq!(seats.seated(), &seated.iter().copied().collect());
        prop_assert!(left.iter().all(|person| !seated.contains(person)));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn equal_and_households(story in stories()) {
        play(&story, Method::Equal, &[0, 1, 3], None, None)?;
        // Whoever sits here may well share a household: the rule asks only about those who follow.
        play(&story, Method::Households, &[0, 2, 3], None, None)?;
    }

    #[test]
    fn stratified(story in stories()) {
        let stratum = |group: &str| Stratum { reserves: 0, seats: 1, values: vec![group.to_owned()] };
        let list = StrataList::new(vec!["group".to_owned()], GROUPS.iter().map(|group| stratum(group)).collect()).unwrap();
        let method = Method::Stratified { columns: vec!["group".to_owned()], strata: ArtifactHash([0; 32]) };
        play(&story, method, &[0, 1, 3], Some(&list), None)?;
    }

    /// Quotas on two columns and households, after a real draw, by its own tickets and by fresh ones.
    #[test]
    fn panels_by_two_columns_in_both_modes(story in stories()) {
        let size = story.groups.len();
        let side = |person: usize| if story.households[person] % 2 == 0 { "left" } else { "right" };
        let rows = (0..size).map(|i| vec![GROUPS[story.groups[i]].to_owned(), side(i).to_owned()]).collect();
        let columns = vec!["group".to_owned(), "side".to_owned()];
        let pool = Pool { columns, rows, households: Vec::new() }.in_households(&story.households);
        let quota = |column: &str, value: &str, (min, more): (u32, u32)| Quota {
            column: column.to_owned(), max: min + more, min, value: value.to_owned(),
        };
        // The drawn panel meets its quotas, as every panel does: they are widened to hold it.
        let panel = [0u32, 1, 2, 3];
        let here = |column: usize, value: &str| {
            u32::try_from(panel.iter().filter(|p| pool.value(**p, column) == value).count()).unwrap()
        };
        let wide = |column: usize, value: &str, (less, more): (u32, u32)| {
            let n = here(column, value);
            let (min, max) = (n.saturating_sub(less.min(1)), n + more.min(1));
            quota(["group", "side"][column], value, (min, max - min))
        };
        let mut quotas: Vec<Quota> = GROUPS.iter().zip(&story.quotas).map(|(g, q)| wide(0, g, *q)).collect();
        quotas.extend(["left", "right"].iter().zip(&story.quotas).map(|(s, q)| wide(1, s, *q)));
        let list = PanelList::new(false, vec![panel.to_vec()], quotas).unwrap();
        let method = Method::Panels { certificate: None, list: ArtifactHash([0; 32]), panels: 1, min_count: u32::from(size == 4), max_count: 1 };
        let mut parts = crate::support::parts(pool.size(), method, 4, 0);
        let text = |words: &str| words.to_owned();
        parts.pool.columns = klero_draw::pool::Columns::new(vec![text("address")], text("id"), Vec::new(), vec![text("group"), text("side")]).unwrap();
        let terms = Terms::new(parts).unwrap();
        let inputs = inputs(&pool, None, Some(&list));
        let round = rehearsal_round(13);
        let own = seed(&round, story.n);
        let drawn = draw(&terms, &inputs, &own).unwrap().drawn;
        for fresh in [false, true] {
            let mut seats = Seats::new(&drawn);
            let (mut seated, mut left) = (drawn.clone(), Vec::new());
            for wave in 0..3 {
                let key = if fresh { Seed::derive_vacated(&format!("wave {wave}"), &round) } else { own.clone() }.key(Stage::People);
                let mut leavers: Vec<u32> = story.leave.iter().take(2).filter_map(|at| seated.get(at % seated.len().max(1)).copied()).collect();
                leavers.sort_unstable();
                leavers.dedup();
                seated.retain(|person| !leavers.contains(person));
                left.extend(&leavers);
                seats.vacate(&leavers).unwrap();
                let found = seats.replace(&leavers, &terms, &inputs, &key).unwrap();
                let expected = by_definition(&mut seated, &left, &leavers, (&terms, &pool, None, Some(&list)), &key);
                prop_assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn panels(story in stories()) {
        let quota = |(group, (min, more)): (&&str, &(u32, u32))| Quota {
            column: "group".to_owned(), max: min + more, min: *min, value: (*group).to_owned(),
        };
        let quotas = GROUPS.iter().zip(&story.quotas).map(quota).collect();
        let list = PanelList::new(story.together, vec![vec![0, 1, 2, 3]], quotas).unwrap();
        let method = Method::Panels { certificate: None, list: ArtifactHash([0; 32]), panels: 1, min_count: 0, max_count: 1 };
        play(&story, method, &[0, 1, 2, 3], None, Some(&list))?;
    }
}

#[test]
fn only_the_seated_leave_and_only_vacant_seats_are_filled() {
    let pool = Pool::of_groups(&["a"; 6]);
    let terms = terms(6, Method::Equal, 3, 0);
    let inputs = inputs(&pool, None, None);
    let key = TicketKey::new([4; 32]);
    let mut seats = Seats::new(&[0, 1, 2]);
    let before = seats.clone();
    assert_eq!(seats.vacate(&[1, 5]), Err(ReplacementError::NotSeated { index: 5 }));
    assert_eq!(seats.vacate(&[1, 1]), Err(ReplacementError::NotSeated { index: 1 }));
    assert_eq!(seats, before);
    assert_eq!(seats.replace(&[1], &terms, &inputs, &key), Err(ReplacementError::NotVacant { index: 1 }));
    seats.vacate(&[1, 2]).unwrap();
    assert_eq!(seats.vacate(&[1]), Err(ReplacementError::NotSeated { index: 1 }));
    assert_eq!(seats.replace(&[1, 1], &terms, &inputs, &key), Err(ReplacementError::NotVacant { index: 1 }));
    // The leavers' order is the tickets', not the list's.
    let mut other = seats.clone();
    let fills = seats.replace(&[1, 2], &terms, &inputs, &key).unwrap();
    assert_eq!(other.replace(&[2, 1], &terms, &inputs, &key), Ok(fills.clone()));
    assert_eq!(fills.len(), 2);
    assert_eq!(seats.left().iter().copied().collect::<Vec<_>>(), [1, 2]);
}
