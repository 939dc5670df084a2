//! Measures what reading a table costs beside one serde_json parse of a bundle that holds it, and the table's hashes.
//!
//! `cargo run --release -p klero-draw --example table_bench -- 300000`

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use klero_draw::commitment::{PersonHasher, PoolBuilder};
use klero_draw::pool::{Columns, PoolKey, Row};
use klero_draw::table::{HEADER, Table, TableWriter};
use klero_tlog::{Frontier, leaf_hash};

const MUNICIPALITIES: [&str; 9] =
    ["Amel", "Büllingen", "Burg-Reuland", "Bütgenbach", "Eupen", "Kelmis", "Lontzen", "Raeren", "Sankt Vith"];

fn main() {
    let rows: u32 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(300_000);
    let list = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let columns = Columns::new(
        list(&["street", "number"]),
        "id".into(),
        vec![],
        list(&["age", "gender", "municipality", "education"]),
    )
    .expect("fits");
    let key = PoolKey::from_bytes([7; 32]);
    let with_row = |i: u64, each: &mut dyn FnMut(&Row<'_>)| {
        let (id, age, number) = (format!("BE{i:09}"), (16 + i * 7919 % 80).to_string(), (i / 3).to_string());
        let pick = |list: &[&'static str], n: u64| list[usize::try_from(n).expect("64-bit") % list.len()];
        // Columns ascend by code point: age, education, gender, municipality.
        let public = [
            &age,
            pick(&["lower secondary or less", "upper secondary", "higher"], i / 7),
            pick(&["f", "m", "x"], i),
            pick(&MUNICIPALITIES, i / 5),
        ];
        each(&Row { id: &id, private: &[], household: &["Hauptstraße", &number], public: &public });
    };
    let mut builder = PoolBuilder::new(&key, &columns);
    for i in 0..u64::from(rows) {
        with_row(i, &mut |row| builder.push(row, i).expect("a good row"));
    }
    let commitment = builder.finish().expect("distinct ids");
    let mut hasher = PersonHasher::new(&key, &columns);
    let mut writer = TableWriter::new(&commitment);
    let mut text = String::from(HEADER);
    for (_, i) in commitment.entries() {
        with_row(i, &mut |row| {
            text.push_str(writer.line(&hasher.parts(row).expect("a good row")).expect("the committed row"));
        });
    }
    let name = writer.finish().expect("everybody").to_string();
    let bundle = serde_json::to_string(&BTreeMap::from([(name, &text)])).expect("strings");

    let (parse, parsed) = timed(|| serde_json::from_str::<BTreeMap<String, String>>(&bundle).expect("as written"));
    let (hashes, root) = timed(|| {
        let mut frontier = Frontier::new();
        for line in text.lines().skip(1) {
            let mut preimage = hex::decode(&line[..64]).expect("hexadecimal");
            preimage.extend_from_slice(&line.as_bytes()[65..]);
            frontier.append(leaf_hash(&preimage));
        }
        frontier.root()
    });
    assert_eq!(root.as_bytes(), &commitment.root().0);
    let text = parsed.into_values().next().expect("the table");
    let (read, table) = timed(|| Table::parse(&text, &columns, rows, &commitment.root()).expect("as written"));
    println!("people {}, {} bytes, {} households", table.size(), text.len(), table.household_count());
    println!("serde_json parse  {:7.3} s", parse.as_secs_f64());
    println!("hashes            {:7.3} s", hashes.as_secs_f64());
    println!("Table::parse      {:7.3} s", read.as_secs_f64());
    println!("(serde_json + Table::parse) / (2 serde_json + hashes)  {:.3}", {
        (parse + read).as_secs_f64() / (2 * parse + hashes).as_secs_f64()
    });
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = processor_time();
    let (elapsed, done) = {
        let start = Instant::now();
        let done = work();
        (start.elapsed(), done)
    };
    let time = match (start, processor_time()) {
        (Some(start), Some(end)) => end.saturating_sub(start),
        _ => elapsed,
    };
    (time, done)
}

/// Processor time of this process, where the system tells.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
