//! Certificates of fairness (spec §7.8): bounds against vectors that another program made, against every lottery of small cases, and against
//! whoever writes what a certificate must not say.

use klero_draw::artifacts::{PanelList, Quota};
use klero_draw::certificate::{Certificate, CertificateError, Level};
use klero_draw::hash::ArtifactHash;
use klero_draw::terms::{Method, Terms};
use proptest::prelude::*;
use serde::Deserialize;

use crate::support::{Pool, terms, vectors};

#[derive(Deserialize)]
struct File {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    people: Pool,
    seats: u32,
    panels: String,
    certificate: String,
    bounds: Vec<(String, String, u32, u32)>,
}

fn terms_of(pool: &Pool, list: &PanelList, seats: u32) -> Terms {
    let name = ArtifactHash::of(list.text().unwrap().as_bytes());
    let counts: Vec<usize> = (0..u32::try_from(pool.rows.len()).unwrap())
        .map(|i| list.panels().iter().filter(|p| p.contains(&i)).count())
        .collect();
    let number = |n: usize| u32::try_from(n).unwrap();
    let method = Method::Panels {
        certificate: None,
        list: name,
        panels: number(list.panels().len()),
        min_count: number(*counts.iter().min().unwrap()),
        max_count: number(*counts.iter().max().unwrap()),
    };
    terms(number(pool.rows.len()), method, seats, 0)
}

#[test]
fn vectors_give_these_bounds() {
    let file: File = vectors("certificate.json");
    assert!(file.cases.len() >= 6);
    for case in &file.cases {
        let list = PanelList::parse(&case.panels).unwrap();
        let certificate = Certificate::parse(&case.certificate).unwrap();
        let bounds = certificate.bounds(&terms_of(&case.people, &list, case.seats), &list, &case.people).unwrap();
        let found: Vec<_> = bounds
            .levels()
            .iter()
            .map(|b| (b.ratio().0.to_string(), b.ratio().1.to_string(), b.panels_achieved(), b.settled()))
            .collect();
        assert_eq!(found, case.bounds);
    }
}

/// Four women, eight men; panels of two and two. Two women are on three of four panels.
fn small() -> (Pool, PanelList, Terms) {
    let groups: Vec<&str> = (0..12).map(|i| if i < 4 { "f" } else { "m" }).collect();
    let pool = Pool::of_groups(&groups);
    let quota = |value: &str| Quota { column: "group".to_owned(), max: 2, min: 2, value: value.to_owned() };
    let panels = vec![vec![0, 1, 4, 5], vec![0, 1, 6, 7], vec![0, 2, 8, 9], vec![1, 3, 10, 11]];
    let list = PanelList::new(false, panels, vec![quota("f"), quota("m")]).unwrap();
    let terms = terms_of(&pool, &list, 4);
    (pool, list, terms)
}

fn level(total: (u32, u32), quotas: [(u32, u32); 2], stops: &[u32]) -> Level {
    Level { households: Vec::new(), quotas: quotas.to_vec(), stops: stops.to_vec(), total }
}

fn name(list: &PanelList) -> ArtifactHash {
    ArtifactHash::of(list.text().unwrap().as_bytes())
}

#[test]
fn a_bound_by_hand() {
    let (pool, list, terms) = small();
    // Men share two seats: no more than a quarter each. Held at that, women share two seats among four: no more than a half.
    let men: Vec<u32> = (4..12).collect();
    let levels = vec![level((0, 0), [(0, 0), (1, 0)], &men), level((0, 0), [(1, 0), (0, 0)], &[])];
    let bounds = Certificate::new(name(&list), levels).unwrap().bounds(&terms, &list, &pool).unwrap();
    let [first, second] = bounds.levels() else { panic!("two levels") };
    assert_eq!((first.ratio(), first.panels_possible(), first.panels_achieved(), first.settled()), ((1, 4), 1, 1, 0));
    assert_eq!(
        (second.ratio(), second.panels_possible(), second.panels_achieved(), second.settled()),
        ((1, 2), 2, 1, 8)
    );
    assert_eq!(first.billionths(), 250_000_000);
    // Without multipliers nothing is proved, and that is what it says.
    let nothing = Certificate::new(name(&list), vec![level((0, 0), [(0, 0); 2], &[])]).unwrap();
    assert_eq!(nothing.bounds(&terms, &list, &pool).unwrap().first().unwrap().ratio(), (1, 1));
}

#[test]
fn what_is_no_certificate_is_refused() {
    let (pool, list, terms) = small();
    let good =
        Certificate::new(name(&list), vec![level((1, 0), [(0, 0); 2], &[3]), level((1, 0), [(0, 0); 2], &[])]).unwrap();
    let text = good.text().unwrap();
    let at = |problem| CertificateError::Level { level: 0, problem };
    let cases: Vec<(&str, &str, CertificateError)> = vec![
        ("v1/certificate", "v2/certificate", CertificateError::Format),
        ("\"stops\":[3]", "\"stops\":[3,3]", at("stops are not strictly ascending")),
        ("\"stops\":[3]", "\"stops\":[12]", at("stops name somebody beyond the pool")),
        (
            "\"stops\":[3]",
            "\"stops\":[0,1,2,3,4,5,6,7,8,9,10,11]",
            CertificateError::Level { level: 1, problem: "everybody stands in earlier levels" },
        ),
        (
            "\"stops\":[]",
            "\"stops\":[3]",
            CertificateError::Level { level: 1, problem: "stops name somebody who stands in an earlier level" },
        ),
        ("\"households\":[]", "\"households\":[[1,1],[1,1]]", at("households are not strictly ascending")),
        ("\"households\":[]", "\"households\":[[1,0]]", at("a household has the multiplier 0")),
        ("\"households\":[]", "\"households\":[[1,1]]", at("no household begins with a person that it lists")),
        ("[[0,0],[0,0]]", "[[0,0]]", at("it has not one pair of multipliers for each quota")),
    ];
    for (from, to, expected) in cases {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text);
        let found = Certificate::parse(&changed).and_then(|c| c.bounds(&terms, &list, &pool));
        assert_eq!(found, Err(expected), "{to}");
    }
    for (from, to) in
        [("[1,0]", "[-1,0]"), ("[1,0]", "[4294967296,0]"), ("\"levels\"", "\"more\":1,\"levels\""), ("{", " {")]
    {
        assert!(matches!(Certificate::parse(&text.replacen(from, to, 1)), Err(CertificateError::Json(_))), "{to}");
    }
    assert_eq!(Certificate::new(name(&list), Vec::new()), Err(CertificateError::Levels { found: 0 }));
    let other = Certificate::new(ArtifactHash([7; 32]), vec![level((1, 0), [(0, 0); 2], &[])]).unwrap();
    let expected = CertificateError::OtherList { expected: name(&list), found: ArtifactHash([7; 32]) };
    assert_eq!(other.bounds(&terms, &list, &pool), Err(expected));
    // A list that meets no quota can beat a bound; then the certificate is not about it.
    let broken = PanelList::new(false, vec![vec![4, 5, 6, 7], vec![8, 9, 10, 11]], list.quotas().to_vec()).unwrap();
    let tight = Certificate::new(
        name(&broken),
        vec![level((0, 0), [(0, 0), (1, 0)], &[0, 1, 2, 3]), level((0, 0), [(0, 0), (1, 0)], &[])],
    )
    .unwrap();
    let found = tight.bounds(&terms_of(&pool, &broken, 4), &broken, &pool);
    assert_eq!(found, Err(CertificateError::Excluded { level: 1 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever the multipliers, no lottery over panels that keep the rules beats the first bound.
    #[test]
    fn no_lottery_beats_a_bound(
        groups in prop::collection::vec(0usize..3, 6..9),
        homes in prop::collection::vec(0u8..4, 9),
        together in any::<bool>(),
        multipliers in prop::collection::vec((0u32..6, 0u32..6), 4),
        households in prop::collection::vec(0u32..4, 9),
        weights in prop::collection::vec(0u32..5, 200),
    ) {
        let size = u32::try_from(groups.len()).unwrap();
        let names: Vec<&str> = groups.iter().map(|g| ["a", "b", "c"][*g]).collect();
        let pool = Pool::of_groups(&names).in_households(&homes[..groups.len()]);
        let quota = |value: &str| Quota { column: "group".to_owned(), max: 2, min: u32::from(value == "a"), value: value.to_owned() };
        let quotas = vec![quota("a"), quota("b"), quota("c")];
        let fits = |panel: &Vec<u32>| {
            let counts = quotas.iter().map(|q| u32::try_from(panel.iter().filter(|p| names[usize::try_from(**p).unwrap()] == q.value).count()).unwrap());
            let apart = panel.iter().enumerate().all(|(i, p)| panel.iter().take(i).all(|o| pool.tag(*p).is_none() || pool.tag(*p) != pool.tag(*o)));
            quotas.iter().zip(counts).all(|(q, n)| (q.min..=q.max).contains(&n)) && (!together || apart)
        };
        let all: Vec<Vec<u32>> = (0..size).flat_map(|a| (a + 1..size).flat_map(move |b| (b + 1..size).map(move |c| vec![a, b, c]))).filter(fits).collect();
        prop_assume!(!all.is_empty());
        let list = PanelList::new(together, all, quotas.clone()).unwrap();
        let terms = terms_of(&pool, &list, 3);
        let firsts = (0..size).filter(|p| together && pool.tag(*p).is_some() && (0..*p).all(|o| pool.tag(o) != pool.tag(*p)));
        let level = Level {
            households: firsts.zip(&households).filter(|(_, g)| **g > 0).map(|(p, g)| (p, *g)).collect(),
            quotas: multipliers[..3].to_vec(),
            stops: Vec::new(),
            total: multipliers[3],
        };
        let bounds = Certificate::new(name(&list), vec![level]).unwrap().bounds(&terms, &list, &pool).unwrap();
        let (numerator, denominator) = bounds.first().unwrap().ratio();
        let weight: u32 = weights.iter().zip(list.panels()).map(|(w, _)| *w).sum();
        prop_assume!(weight > 0);
        let chance = |person: u32| -> u32 { weights.iter().zip(list.panels()).filter(|(_, p)| p.contains(&person)).map(|(w, _)| *w).sum() };
        let least = (0..size).map(chance).min().unwrap();
        prop_assert!(u128::from(least) * denominator <= numerator * u128::from(weight));
    }
}
