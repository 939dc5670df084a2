fn main() {
    let a: Vec<String> = std::env::args().collect();
    let q = klero_panels::quotas::Quotas::from_csv(&std::fs::read(format!("{}/categories.csv", a[1])).unwrap()).unwrap();
    let r = klero_panels::respondents::Respondents::from_csv(&std::fs::read(format!("{}/respondents.csv", a[1])).unwrap(), &q, &Default::default()).unwrap();
    let i = klero_panels::Instance::new(&q, &r, a[2].parse().unwrap()).unwrap();
    klero_panels::build::trial(&i, a[3].parse().unwrap());
}
