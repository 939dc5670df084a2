//! Methods against vectors that another program drew, and against their definitions on small random pools.

use klero_draw::artifacts::{ArtifactError, PanelList, Quota, StrataList, Stratum};
use klero_draw::hash::ArtifactHash;
use klero_draw::json;
use klero_draw::method::{DrawInputs, MethodError, People, Selection, check_feasible, draw};
use klero_draw::seed::{Seed, Stage};
use klero_draw::terms::{Method, Terms, terms_hash};
use klero_draw::tickets::TicketKey;
use proptest::prelude::*;
use serde::Deserialize;

use crate::support::{Pool, inputs, parts, quicknet, rehearsal_round, seed, terms, vectors};

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
    #[serde(default)]
    drawn: Vec<u32>,
    #[serde(default)]
    reserves: Vec<u32>,
    panel: Option<u32>,
    refused: Option<String>,
}

fn artifacts(case: &Case) -> Result<(Option<StrataList>, Option<PanelList>), ArtifactError> {
    let strata = case.strata.as_deref().map(StrataList::parse).transpose()?;
    let panels = case.panels.as_deref().map(PanelList::parse).transpose()?;
    if let Some(strata) = &strata {
        assert_eq!(Some(strata.text().unwrap()), case.strata);
    }
    if let Some(panels) = &panels {
        assert_eq!(Some(panels.text().unwrap()), case.panels);
    }
    Ok((strata, panels))
}

/// The vectors' words for refusals.
fn kind(error: &MethodError) -> &'static str {
    match error {
        MethodError::Missing(_) => "missing",
        MethodError::Size { .. } => "size",
        MethodError::NoColumn(_) => "column",
        MethodError::TooFewHouseholds { .. } => "households",
        MethodError::StrataColumns => "strata_columns",
        MethodError::Unlisted { .. } => "unlisted",
        MethodError::TooFewInStratum { .. } => "stratum",
        MethodError::StrataSum { .. } => "sum",
        MethodError::Panel { .. } => "panel",
        MethodError::NoQuota(_) => "quota",
        MethodError::Counts { .. } => "counts",
        MethodError::TooFewReserves => "reserves",
    }
}

#[test]
fn vectors_are_drawn_alike() {
    let file: File = vectors("methods.json");
    let (mut drawn, mut refused) = (0, 0);
    for case in &file.cases {
        let terms: Terms = json::decode(&case.terms).unwrap_or_else(|e| panic!("{}: {e}", case.name));
        let (strata, panels) = match artifacts(case) {
            Ok(lists) => lists,
            Err(error) => {
                assert_eq!(case.refused.as_deref(), Some("artifact"), "{}: {error}", case.name);
                refused += 1;
                continue;
            }
        };
        let inputs = inputs(&case.people, strata.as_ref(), panels.as_ref());
        let hash = terms_hash(&format!("kleroterion/v1/terms\n{}\n", case.terms));
        let seed = Seed::derive(&hash, &quicknet(case.round, &case.signature));
        let result = draw(&terms, &inputs, &seed);
        assert_eq!(check_feasible(&terms, &inputs).err(), result.as_ref().err().cloned());
        match (&case.refused, result) {
            (None, Ok(selection)) => {
                let expected =
                    Selection { drawn: case.drawn.clone(), reserves: case.reserves.clone(), panel: case.panel };
                assert_eq!(selection, expected, "{}", case.name);
                drawn += 1;
            }
            (Some(expected), Err(error)) => {
                assert_eq!(kind(&error), expected, "{}: {error}", case.name);
                refused += 1;
            }
            (expected, found) => panic!("{}: expected refusal {expected:?}, found {found:?}", case.name),
        }
    }
    assert!(drawn >= 16 && refused >= 25, "{drawn} {refused}");
}

#[test]
fn what_a_method_needs_must_be_there() {
    let pool = Pool::of_groups(&["a", "b", "a"]);
    let nothing = DrawInputs { people: None, strata: None, panels: None };
    let round = rehearsal_round(7);
    let hash = ArtifactHash([0; 32]);
    let stratified = Method::Stratified { columns: vec!["group".to_owned()], strata: hash };
    let panels = Method::Panels { certificate: None, list: hash, panels: 1, min_count: 1, max_count: 1 };
    assert!(draw(&terms(3, Method::Equal, 1, 1), &nothing, &seed(&round, 0)).is_ok());
    for method in [Method::Households, stratified.clone(), panels.clone()] {
        let terms = terms(3, method, 1, 0);
        assert_eq!(draw(&terms, &nothing, &seed(&round, 0)), Err(MethodError::Missing("the table")));
    }
    let only_people = inputs(&pool, None, None);
    for (method, what) in [(stratified.clone(), "the strata list"), (panels, "the panel list")] {
        let terms = terms(3, method, 1, 0);
        assert_eq!(check_feasible(&terms, &only_people), Err(MethodError::Missing(what)));
    }
    let other = terms(4, Method::Households, 1, 0);
    assert_eq!(check_feasible(&other, &only_people), Err(MethodError::Size { expected: 4, found: 3 }));
    let strata = StrataList::new(vec!["absent".to_owned()], Vec::new()).unwrap();
    let mut parts = parts(3, stratified, 1, 0);
    parts.method = Method::Stratified { columns: vec!["group".to_owned()], strata: hash };
    let terms = Terms::new(parts).unwrap();
    assert_eq!(check_feasible(&terms, &inputs(&pool, Some(&strata), None)), Err(MethodError::StrataColumns));
}

#[test]
fn refusals_carry_the_evidence_and_nobodys_data() {
    let pool = Pool::of_groups(&["secret-a", "secret-a", "secret-b"]).in_households(&[1, 1, 0]);
    let terms_of = |method, seats| terms(3, method, seats, 0);
    let households = check_feasible(&terms_of(Method::Households, 3), &inputs(&pool, None, None)).unwrap_err();
    assert_eq!(households, MethodError::TooFewHouseholds { needed: 3, found: 2 });
    let strata = StrataList::new(
        vec!["group".to_owned()],
        vec![Stratum { reserves: 0, seats: 1, values: vec!["secret-b".to_owned()] }],
    )
    .unwrap();
    let stratified = Method::Stratified { columns: vec!["group".to_owned()], strata: ArtifactHash([0; 32]) };
    let with_strata = inputs(&pool, Some(&strata), None);
    let unlisted = check_feasible(&terms_of(stratified, 1), &with_strata).unwrap_err();
    assert_eq!(unlisted, MethodError::Unlisted { people: 2, first: 0 });
    for error in [households, unlisted] {
        assert!(!format!("{error} {error:?}").contains("secret"));
    }
}

fn order(key: &TicketKey, size: u32) -> Vec<u32> {
    let mut people: Vec<u32> = (0..size).collect();
    people.sort_by_key(|person| (key.ticket(*person), *person));
    people
}

fn cut(taken: &[u32], seats: u32, reserves: u32) -> (Vec<u32>, Vec<u32>) {
    let (seats, reserves) = (usize::try_from(seats).unwrap(), usize::try_from(reserves).unwrap());
    (taken.iter().take(seats).copied().collect(), taken.iter().skip(seats).take(reserves).copied().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn equal_and_households_follow_their_definitions(
        numbers in prop::collection::vec(0u8..12, 1..60), seats in 1u32..20, reserves in 0u32..10, n: u32,
    ) {
        let size = u32::try_from(numbers.len()).unwrap();
        prop_assume!(seats + reserves <= size);
        let pool = Pool::of_groups(&vec!["x"; numbers.len()]).in_households(&numbers);
        let seed = seed(&rehearsal_round(7), n);
        let order = order(&seed.key(Stage::People), size);
        let all = inputs(&pool, None, None);

        let (drawn, spare) = cut(&order, seats, reserves);
        let equal = terms(size, Method::Equal, seats, reserves);
        prop_assert_eq!(draw(&equal, &all, &seed), Ok(Selection { drawn, reserves: spare, panel: None }));

        let mut taken: Vec<u32> = Vec::new();
        for person in order {
            if pool.tag(person).is_none() || taken.iter().all(|other| pool.tag(*other) != pool.tag(person)) {
                taken.push(person);
            }
        }
        let (drawn, spare) = cut(&taken, seats, reserves);
        let households = terms(size, Method::Households, seats, reserves);
        let found = draw(&households, &all, &seed);
        if taken.len() < usize::try_from(seats + reserves).unwrap() {
            let refused = MethodError::TooFewHouseholds { needed: u64::from(seats + reserves), found: u64::try_from(taken.len()).unwrap() };
            prop_assert_eq!(found, Err(refused));
        } else {
            prop_assert_eq!(found, Ok(Selection { drawn, reserves: spare, panel: None }));
        }
    }

    #[test]
    fn stratified_follows_its_definition(
        groups in prop::collection::vec(0usize..4, 1..60), seats in prop::collection::vec(0u32..6, 4), spare in prop::collection::vec(0u32..3, 4), n: u32,
    ) {
        const NAMES: [&str; 4] = ["", "a", "a b", "ü"];
        let names: Vec<&str> = groups.iter().map(|group| NAMES[*group]).collect();
        let pool = Pool::of_groups(&names);
        let size = pool.size();
        let present: Vec<usize> = (0..4).filter(|group| groups.contains(group)).collect();
        let strata = present.iter().map(|g| Stratum { reserves: spare[*g], seats: seats[*g], values: vec![NAMES[*g].to_owned()] }).collect();
        let list = StrataList::new(vec!["group".to_owned()], strata).unwrap();
        let total = |numbers: &[u32]| present.iter().map(|g| numbers[*g]).sum::<u32>();
        prop_assume!(total(&seats) > 0 && total(&seats) + total(&spare) <= size);
        let method = Method::Stratified { columns: vec!["group".to_owned()], strata: ArtifactHash([0; 32]) };
        let terms = terms(size, method, total(&seats), total(&spare));
        let seed = seed(&rehearsal_round(7), n);
        let order = order(&seed.key(Stage::People), size);
        let mut expected = Selection { drawn: Vec::new(), reserves: Vec::new(), panel: None };
        let mut possible = true;
        for group in &present {
            let mine: Vec<u32> = order.iter().copied().filter(|p| groups[usize::try_from(*p).unwrap()] == *group).collect();
            possible &= mine.len() >= usize::try_from(seats[*group] + spare[*group]).unwrap();
            let (drawn, reserves) = cut(&mine, seats[*group], spare[*group]);
            expected.drawn.extend(drawn);
            expected.reserves.extend(reserves);
        }
        let found = draw(&terms, &inputs(&pool, Some(&list), None), &seed);
        if possible {
            prop_assert_eq!(found, Ok(expected));
        } else {
            prop_assert_eq!(found.as_ref().map_err(kind), Err("stratum"));
        }
    }

    #[test]
    fn panels_follow_their_definition(
        size in 4u32..20,
        picks in prop::collection::vec(prop::collection::btree_set(0u32..20, 3), 1..30),
        groups in prop::collection::vec(0usize..2, 20),
        (most, least) in (1u32..4, 0u32..2),
        reserves in 0u32..3,
        n: u32,
    ) {
        let panels: Vec<Vec<u32>> = picks.into_iter().map(|set| set.into_iter().map(|p| p % size).collect::<std::collections::BTreeSet<_>>())
            .filter(|set| set.len() == 3).map(|set| set.into_iter().collect()).collect();
        prop_assume!(!panels.is_empty() && 3 + reserves <= size && least <= most);
        let names: Vec<&str> = groups.iter().take(usize::try_from(size).unwrap()).map(|g| ["f", "m"][*g]).collect();
        let pool = Pool::of_groups(&names);
        let quota = |value: &str| Quota { column: "group".to_owned(), max: most, min: least, value: value.to_owned() };
        let list = PanelList::new(false, panels, vec![quota("f"), quota("m")]).unwrap();
        let count = |person: u32| u32::try_from(list.panels().iter().filter(|panel| panel.contains(&person)).count()).unwrap();
        let counts: Vec<u32> = (0..size).map(count).collect();
        let method = Method::Panels {
            certificate: None,
            list: ArtifactHash([0; 32]),
            panels: u32::try_from(list.panels().len()).unwrap(),
            min_count: *counts.iter().min().unwrap(),
            max_count: *counts.iter().max().unwrap(),
        };
        let terms = terms(size, method, 3, reserves);
        let seed = seed(&rehearsal_round(7), n);
        let met = list.panels().iter().all(|panel| ["f", "m"].iter().all(|value| {
            let members = panel.iter().filter(|p| pool.value(**p, 0) == *value).count();
            (least..=most).contains(&u32::try_from(members).unwrap())
        }));
        let found = draw(&terms, &inputs(&pool, None, Some(&list)), &seed);
        if !met {
            prop_assert_eq!(found.as_ref().map_err(kind), Err("panel"));
            return Ok(());
        }
        let panel = order(&seed.key(Stage::Panels), u32::try_from(list.panels().len()).unwrap())[0];
        let drawn = list.panels()[usize::try_from(panel).unwrap()].clone();
        let spare: Vec<u32> = order(&seed.key(Stage::People), size).into_iter().filter(|p| !drawn.contains(p)).take(usize::try_from(reserves).unwrap()).collect();
        prop_assert_eq!(found, Ok(Selection { drawn, reserves: spare, panel: Some(panel) }));
    }
}
