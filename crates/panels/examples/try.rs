fn main() {
    let a: Vec<String> = std::env::args().collect();
    let q =
        klero_panels::quotas::Quotas::from_csv(&std::fs::read(format!("{}/categories.csv", a[1])).unwrap()).unwrap();
    let r = klero_panels::respondents::Respondents::from_csv(
        &std::fs::read(format!("{}/respondents.csv", a[1])).unwrap(),
        &q,
        &Default::default(),
    )
    .unwrap();
    let i = klero_panels::Instance::new(&q, &r, a[2].parse().unwrap()).unwrap();
    for o in if a.len() > 4 {
        vec![klero_panels::build::Objective::Leximin]
    } else {
        vec![
            klero_panels::build::Objective::Leximin,
            klero_panels::build::Objective::Maximin,
            klero_panels::build::Objective::Nash,
            klero_panels::build::Objective::Goldilocks,
        ]
    } {
        let s = std::time::Instant::now();
        let b = klero_panels::build::build(
            &i,
            &klero_panels::build::BuildOptions { panels: a[3].parse().unwrap(), objective: o, ..Default::default() },
            &klero_panels::watch::Unwatched,
        )
        .unwrap();
        let r = &b.report;
        println!(
            "{o:?} {:.1?} min {} max {} bound {:.6} copies {} gini {:.3} geo {:.5} distinct {} levels {} worst level gap {:.4}",
            s.elapsed(),
            r.min_chance,
            r.max_chance,
            r.bound_min_chance,
            r.bound_min_copies,
            r.gini,
            r.geometric_mean,
            r.distinct_panels,
            r.levels.len(),
            r.levels.iter().map(|l| l.bound - l.achieved).fold(0.0, f64::max)
        );
        println!(
            "  ratio {:?} never {} {}",
            r.bound_min_chance_exact, r.people_on_no_panel, r.people_proved_unseatable
        );
        println!("  {:?}", b.certificate.levels[0].quotas);
    }
    let s = std::time::Instant::now();
    let p = klero_panels::diagnose::preview(&i, &klero_panels::watch::Unwatched).unwrap();
    println!(
        "preview {:?} never {} always {} costs {:?}",
        s.elapsed(),
        p.never.len(),
        p.always.len(),
        p.costs.iter().take(4).collect::<Vec<_>>()
    );
}
