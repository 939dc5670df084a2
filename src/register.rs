//! A synthetic population register for demonstrations: the nine municipalities of the German-speaking Community of Belgium in
//! their real proportions. Every person in it is invented; the same `people` gives the same register.

use klero_draw::hash::tagged;

/// Municipalities with their inhabitants at the time of the first draw of the permanent citizens' dialogue (2019, rounded to
/// what matters here: proportions).
pub const MUNICIPALITIES: [(&str, u64); 9] = [
    ("Amel", 5_526),
    ("Büllingen", 5_472),
    ("Burg-Reuland", 3_943),
    ("Bütgenbach", 5_605),
    ("Eupen", 19_526),
    ("Kelmis", 10_984),
    ("Lontzen", 5_755),
    ("Raeren", 10_744),
    ("Sankt Vith", 9_683),
];

/// The youngest age at which somebody of the register can be invited.
pub const MINIMUM_AGE: u64 = 16;

/// Columns of the register, in file order.
pub const COLUMNS: [&str; 7] =
    ["register_number", "name", "birth_year", "gender", "municipality", "street", "education"];

const GIVEN: [[&str; 16]; 2] = [
    [
        "Anna",
        "Lena",
        "Marie",
        "Julie",
        "Sophie",
        "Claudia",
        "Ursula",
        "Petra",
        "Céline",
        "Monika",
        "Irène",
        "Laura",
        "Elke",
        "Nathalie",
        "Hildegard",
        "Yasmina",
    ],
    [
        "Paul",
        "Luc",
        "Thomas",
        "Jürgen",
        "Pascal",
        "Werner",
        "Noah",
        "Emil",
        "Karl-Heinz",
        "Mathieu",
        "Ralph",
        "Alain",
        "Bruno",
        "Ahmed",
        "Günther",
        "Leon",
    ],
];
const FAMILY: [&str; 32] = [
    "Schmitz",
    "Müller",
    "Lambertz",
    "Heinen",
    "Jost",
    "Keller",
    "Palm",
    "Theissen",
    "Mertens",
    "Kohnen",
    "Cremer",
    "Pauels",
    "Radermacher",
    "Klinkenberg",
    "Servais",
    "Collard",
    "Dethier",
    "Schröder",
    "Weynand",
    "Hilgers",
    "Niessen",
    "Reuter",
    "Thomé",
    "Wertz",
    "Zimmermann",
    "Kever",
    "Barth",
    "Faymonville",
    "Velz",
    "Grosch",
    "Yılmaz",
    "El Amrani",
];
const STREETS: [&str; 16] = [
    "Hauptstraße",
    "Kirchweg",
    "Bahnhofstraße",
    "Am Bach",
    "Neustraße",
    "Malmedyer Straße",
    "Schulstraße",
    "Bergstraße",
    "Lindenweg",
    "Hochstraße",
    "Im Winkel",
    "Aachener Straße",
    "Feldweg",
    "Rathausplatz",
    "Heidberg",
    "Mühlenweg",
];
const EDUCATION: [(&str, u64); 3] = [("lower secondary or less", 34), ("upper secondary", 38), ("higher", 28)];
/// Ages in bands of (first age, number of ages, people in 1,000): 160 of 1,000 are under 16.
const AGES: [(u64, u64, u64); 8] =
    [(0, 6, 57), (6, 10, 103), (16, 9, 98), (25, 15, 180), (40, 15, 205), (55, 10, 152), (65, 15, 150), (80, 16, 55)];

/// One invented person.
#[derive(Debug)]
pub struct Inhabitant {
    /// Age in whole years at the end of the register's year.
    pub age: u64,
    /// Cells in the order of [`COLUMNS`].
    pub cells: [String; 7],
}

/// How many people each municipality has in a register of `people`: largest remainder over [`MUNICIPALITIES`].
#[must_use]
pub fn proportions(people: u64) -> Vec<(&'static str, u64)> {
    let total: u64 = MUNICIPALITIES.iter().map(|(_, n)| n).sum();
    let mut counts: Vec<_> = MUNICIPALITIES.iter().map(|(name, n)| (*name, people * n / total)).collect();
    let mut by_remainder: Vec<usize> = (0..counts.len()).collect();
    by_remainder.sort_by_key(|&i| (std::cmp::Reverse(people * MUNICIPALITIES[i].1 % total), i));
    let missing = people.saturating_sub(counts.iter().map(|(_, n)| n).sum());
    for i in by_remainder.into_iter().take(usize::try_from(missing).unwrap_or(0)) {
        counts[i].1 += 1;
    }
    counts
}

/// The register: `people` invented inhabitants as of the end of `year`, municipality by municipality.
pub fn inhabitants(people: u64, year: u64) -> impl Iterator<Item = Inhabitant> {
    proportions(people)
        .into_iter()
        .flat_map(|(name, n)| std::iter::repeat_n(name, usize::try_from(n).unwrap_or(0)))
        .zip(1u64..)
        .map(move |(municipality, number)| inhabitant(number, municipality, year))
}

fn inhabitant(number: u64, municipality: &str, year: u64) -> Inhabitant {
    let bytes = tagged("demo_register", &[&number.to_be_bytes()]);
    let pick = |at: usize, n: u64| {
        let word: [u8; 4] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        u64::from(u32::from_be_bytes(word)) % n
    };
    let index = |at: usize, n: usize| usize::try_from(pick(at, n as u64)).unwrap_or(0);
    let gender = index(0, 2);
    let age = age(pick(4, 1000), pick(8, 1 << 20));
    let mut share = pick(20, 100);
    let education = EDUCATION.iter().find(|(_, weight)| {
        let here = share < *weight;
        share = share.saturating_sub(*weight);
        here
    });
    Inhabitant {
        age,
        cells: [
            format!("DG-{number:06}"),
            format!("{} {}", GIVEN[gender][index(12, 16)], FAMILY[index(16, 32)]),
            (year - age).to_string(),
            if gender == 0 { "female" } else { "male" }.to_owned(),
            municipality.to_owned(),
            format!("{} {}", STREETS[index(24, 16)], 1 + pick(28, 120)),
            education.map_or("", |(name, _)| name).to_owned(),
        ],
    }
}

fn age(mut in_thousand: u64, within: u64) -> u64 {
    for (first, ages, weight) in AGES {
        if in_thousand < weight {
            return first + within % ages;
        }
        in_thousand -= weight;
    }
    MINIMUM_AGE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_register_has_every_inhabitant_in_proportion() {
        assert_eq!(inhabitants(77_000, 2026).count(), 77_000);
        let counts = proportions(77_000);
        assert_eq!(counts.iter().map(|(_, n)| n).sum::<u64>(), 77_000);
        assert_eq!(counts[4], ("Eupen", 19_466));
        let adults = inhabitants(77_000, 2026).filter(|p| p.age >= MINIMUM_AGE).count();
        assert!((64_000..66_000).contains(&adults), "{adults}");
    }
}
