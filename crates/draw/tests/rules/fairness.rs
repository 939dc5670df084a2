//! Whether chances are what they are said to be, over thousands of fixed seeds: the same ones in every run, so that nothing here is luck.
//!
//! The statistic is Pearson's, with the correction for drawing without replacement. Both tails count: counts that are too even are as
//! suspicious as counts that are too uneven.

use std::collections::BTreeMap;

use klero_draw::artifacts::{PanelList, Quota, StrataList, Stratum};
use klero_draw::hash::ArtifactHash;
use klero_draw::method::{DrawInputs, Selection, draw};
use klero_draw::replacement::Seats;
use klero_draw::seed::{Seed, Stage};
use klero_draw::terms::{Method, Terms};

use crate::support::{Pool, inputs, rehearsal_round, seed, terms};

const DRAWS: u32 = 12_000;

fn selections<'a>(terms: &'a Terms, inputs: &'a DrawInputs<'a>) -> impl Iterator<Item = Selection> + 'a {
    let round = rehearsal_round(3);
    (0..DRAWS).map(move |n| draw(terms, inputs, &seed(&round, n)).unwrap())
}

/// Counts `members` of each selection that are in `class`, of whom `each` are always drawn, and demands that no member is preferred.
fn check(class: &[u32], each: f64, members: impl Iterator<Item = Vec<u32>>) {
    let mut counts: BTreeMap<u32, u32> = class.iter().map(|person| (*person, 0)).collect();
    let mut draws = 0.0;
    for drawn in members {
        draws += 1.0;
        for person in drawn {
            if let Some(count) = counts.get_mut(&person) {
                *count += 1;
            }
        }
    }
    let n = f64::from(u32::try_from(class.len()).unwrap());
    let expected = draws * each / n;
    assert!(expected > 100.0);
    let total: f64 = counts.values().map(|count| f64::from(*count)).sum();
    assert!((total - draws * each).abs() < 0.5, "{total} of {}", draws * each);
    let squares: f64 = counts.values().map(|count| (f64::from(*count) - expected).powi(2)).sum();
    // With `each` of n drawn without replacement a count has variance draws · p(1 − p), and the counts' sum is fixed.
    let variance = expected * (1.0 - each / n);
    let statistic = squares / variance * (n - 1.0) / n;
    // Wilson and Hilferty: (χ²/k)^⅓ is nearly normal. 3.3 standard deviations on both sides: 1 in 1,000.
    let k = n - 1.0;
    let z = ((statistic / k).cbrt() - (1.0 - 2.0 / (9.0 * k))) / (2.0 / (9.0 * k)).sqrt();
    assert!(z.abs() < 3.3, "z = {z:.2}, counts {counts:?}");
}

#[test]
fn equal_gives_everybody_the_same_chance() {
    let pool = Pool::of_groups(&["x"; 20]);
    let all: Vec<u32> = (0..20).collect();
    let terms = terms(20, Method::Equal, 5, 2);
    let inputs = inputs(&pool, None, None);
    check(&all, 5.0, selections(&terms, &inputs).map(|s| s.drawn));
    check(&all, 1.0, selections(&terms, &inputs).map(|s| vec![s.drawn[0]]));
    check(&all, 1.0, selections(&terms, &inputs).map(|s| vec![s.reserves[0]]));
    check(&all, 1.0, selections(&terms, &inputs).map(|s| vec![s.reserves[1]]));
}

#[test]
fn equal_gives_every_pair_the_same_chance() {
    let pool = Pool::of_groups(&["x"; 8]);
    let terms = terms(8, Method::Equal, 2, 0);
    let pair = |a: u32, b: u32| 8 * a.min(b) + a.max(b);
    let pairs: Vec<u32> = (0..8).flat_map(|a| (a + 1..8).map(move |b| pair(a, b))).collect();
    assert_eq!(pairs.len(), 28);
    check(&pairs, 1.0, selections(&terms, &inputs(&pool, None, None)).map(|s| vec![pair(s.drawn[0], s.drawn[1])]));
}

#[test]
fn households_prefers_nobody_of_the_same_kind() {
    // Four alone, two pairs, one household of four.
    let pool = Pool::of_groups(&["x"; 12]).in_households(&[0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 3, 3]);
    let terms = terms(12, Method::Households, 7, 0);
    let inputs = inputs(&pool, None, None);
    // Seven households, seven seats: one member of each, each as likely as the other.
    for (class, each) in [(vec![4, 5], 1.0), (vec![6, 7], 1.0), (vec![8, 9, 10, 11], 1.0)] {
        check(&class, each, selections(&terms, &inputs).map(|s| s.drawn));
    }
    assert!(selections(&terms, &inputs).take(100).all(|s| (0..4).all(|alone| s.drawn.contains(&alone))));
    // The first seat goes to anybody.
    let all: Vec<u32> = (0..12).collect();
    check(&all, 1.0, selections(&terms, &inputs).map(|s| vec![s.drawn[0]]));
}

#[test]
fn stratified_is_equal_in_each_stratum() {
    let groups: Vec<&str> = (0..30).map(|i| if i % 3 == 0 { "a" } else { "b" }).collect();
    let pool = Pool::of_groups(&groups);
    let stratum = |value: &str, seats, reserves| Stratum { reserves, seats, values: vec![value.to_owned()] };
    let list = StrataList::new(vec!["group".to_owned()], vec![stratum("a", 4, 1), stratum("b", 3, 2)]).unwrap();
    let method = Method::Stratified { columns: vec!["group".to_owned()], strata: ArtifactHash([0; 32]) };
    let terms = terms(30, method, 7, 3);
    let inputs = inputs(&pool, Some(&list), None);
    let (a, b): (Vec<u32>, Vec<u32>) = (0..30).partition(|i| i % 3 == 0);
    check(&a, 4.0, selections(&terms, &inputs).map(|s| s.drawn));
    check(&b, 3.0, selections(&terms, &inputs).map(|s| s.drawn));
    check(&a, 1.0, selections(&terms, &inputs).map(|s| s.reserves));
    check(&b, 2.0, selections(&terms, &inputs).map(|s| s.reserves));
}

#[test]
fn panels_gives_every_panel_the_same_chance() {
    // Every person is on exactly five of ten panels; f and m are two each.
    let groups: Vec<&str> = (0..8).map(|i| if i < 4 { "f" } else { "m" }).collect();
    let pool = Pool::of_groups(&groups);
    let pairs = [[0, 1], [2, 3], [0, 2], [1, 3], [0, 3]];
    let panels: Vec<Vec<u32>> = pairs
        .iter()
        .flat_map(|[a, b]| {
            let others: Vec<u32> = (0..4).filter(|p| p != a && p != b).collect();
            [vec![*a, *b, 4 + others[0], 4 + others[1]], vec![others[0], others[1], 4 + a, 4 + b]]
        })
        .collect();
    let quota = |value: &str| Quota { column: "group".to_owned(), max: 2, min: 2, value: value.to_owned() };
    let list = PanelList::new(false, panels, vec![quota("f"), quota("m")]).unwrap();
    let method =
        Method::Panels { certificate: None, list: ArtifactHash([0; 32]), panels: 10, min_count: 5, max_count: 5 };
    let terms = terms(8, method, 4, 1);
    let inputs = inputs(&pool, None, Some(&list));
    let numbers: Vec<u32> = (0..10).collect();
    check(&numbers, 1.0, selections(&terms, &inputs).map(|s| vec![s.panel.unwrap()]));
    // A person's chance is their number of panels over m: a half. Panels are not independent of one another in whom they seat, so the counts
    // are held against the binomial bound of each person alone.
    let mut counts = [0i64; 8];
    for selection in selections(&terms, &inputs) {
        assert_eq!(selection.drawn, list.panels()[usize::try_from(selection.panel.unwrap()).unwrap()]);
        assert!(!selection.drawn.contains(&selection.reserves[0]));
        for person in selection.drawn {
            counts[usize::try_from(person).unwrap()] += 1;
        }
    }
    // Standard deviation √(12,000 / 4) ≈ 55; four of them.
    assert!(counts.iter().all(|count| (count - 6_000).abs() < 220), "{counts:?}");
}

#[test]
fn reserves_of_panels_are_as_likely_as_each_other() {
    // Two panels that share nobody; the reserve is anybody outside of the drawn one.
    let pool = Pool::of_groups(&["x"; 9]);
    let list = PanelList::new(false, vec![vec![0, 1, 2], vec![3, 4, 5]], Vec::new()).unwrap();
    let method =
        Method::Panels { certificate: None, list: ArtifactHash([0; 32]), panels: 2, min_count: 0, max_count: 1 };
    let terms = terms(9, method, 3, 1);
    let inputs = inputs(&pool, None, Some(&list));
    let of_panel = |panel: u32| {
        let chosen = selections(&terms, &inputs).filter(move |s| s.panel == Some(panel));
        chosen.map(|s| s.reserves).collect::<Vec<_>>().into_iter()
    };
    check(&[3, 4, 5, 6, 7, 8], 1.0, of_panel(0));
    check(&[0, 1, 2, 6, 7, 8], 1.0, of_panel(1));
}

/// Who follows the first of the drawn, in both modes: by the draw's own tickets, and by a fresh round.
fn followers<'a>(
    terms: &'a Terms,
    inputs: &'a DrawInputs<'a>,
    fresh: bool,
    leaver: u32,
) -> impl Iterator<Item = Vec<u32>> + 'a {
    let round = rehearsal_round(5);
    (0..DRAWS).filter_map(move |n| {
        let own = seed(&round, n);
        let selection = draw(terms, inputs, &own).unwrap();
        let key = if fresh { Seed::derive_vacated(&format!("vacancy {n}"), &round) } else { own }.key(Stage::People);
        selection.drawn.contains(&leaver).then(|| {
            let mut seats = Seats::new(&selection.drawn);
            seats.vacate(&[leaver]).unwrap();
            seats.replace(&[leaver], terms, inputs, &key).unwrap().iter().filter_map(|fill| fill.seated).collect()
        })
    })
}

#[test]
fn whoever_may_follow_is_as_likely_as_the_others() {
    let pool =
        Pool::of_groups(&["x", "x", "x", "x", "x", "x", "y", "y", "y"]).in_households(&[1, 1, 2, 0, 0, 0, 0, 0, 0]);
    let others: Vec<u32> = (0..9).filter(|p| *p != 3).collect();
    for fresh in [false, true] {
        // equal: everybody but the leaver, who holds a seat for a third of the draws.
        let equal = terms(9, Method::Equal, 3, 0);
        let input = inputs(&pool, None, None);
        check(&others, 1.0, followers(&equal, &input, fresh, 3));

        // stratified: the leaver's own stratum.
        let stratum = |value: &str, seats| Stratum { reserves: 0, seats, values: vec![value.to_owned()] };
        let strata = StrataList::new(vec!["group".to_owned()], vec![stratum("x", 2), stratum("y", 1)]).unwrap();
        let method = Method::Stratified { columns: vec!["group".to_owned()], strata: ArtifactHash([0; 32]) };
        let stratified = terms(9, method, 3, 0);
        let input = inputs(&pool, Some(&strata), None);
        check(&[0, 1, 2, 4, 5], 1.0, followers(&stratified, &input, fresh, 3));

        // households: two who live together are one chance between them, shared evenly; the others are alike.
        let households = terms(9, Method::Households, 3, 0);
        let input = inputs(&pool, None, None);
        let followed: Vec<Vec<u32>> = followers(&households, &input, fresh, 3).collect();
        let only = |class: &'static [u32]| followed.iter().filter(move |f| class.contains(&f[0])).cloned();
        check(&[0, 1], 1.0, only(&[0, 1]));
        check(&[4, 5, 6, 7, 8], 1.0, only(&[4, 5, 6, 7, 8]));

        // panels: whoever keeps the quotas; one x is wanted, and the x left.
        let quota = |value: &str, n| Quota { column: "group".to_owned(), max: n, min: n, value: value.to_owned() };
        let list = PanelList::new(false, vec![vec![3, 6, 7]], vec![quota("x", 1), quota("y", 2)]).unwrap();
        let method =
            Method::Panels { certificate: None, list: ArtifactHash([0; 32]), panels: 1, min_count: 0, max_count: 1 };
        let panels = terms(9, method, 3, 0);
        let input = inputs(&pool, None, Some(&list));
        check(&[0, 1, 2, 4, 5], 1.0, followers(&panels, &input, fresh, 3));
    }
}
