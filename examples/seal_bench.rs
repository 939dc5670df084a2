//! What sealing a pool costs: `klero pool commit`, as the program that people run, beside a plain loop over the same CSV.
//!
//! ```text
//! cargo build --release --bins && cargo run --release --example seal_bench -- [ROWS] [DIR]
//! ```
//!
//! The CSV has id, name, birth year and municipality. The plain loop reads it with `csv::ByteRecord` and computes the same HMAC, leaf and
//! node hashes, and nothing else: no JSON, no bounds, no sorting, no search for repeated ids, no files written. Each runs as a process of
//! its own; times are processor time, user and system, as the kernel counts it (`getrusage`). The pool is committed twice: with all columns
//! private, and with the municipality public, which writes the table.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hmac::{Hmac, KeyInit, Mac};
use klero_tlog::{Frontier, leaf_hash};
use nix::sys::resource::{UsageWho, getrusage};
use sha2::{Digest, Sha256};

const GIVEN: [&str; 8] = ["Anna", "Paul", "Céline", "Jürgen", "Hildegard", "Luc", "Karl-Heinz", "Irène"];
const FAMILY: [&str; 8] =
    ["Schmitz", "Radermacher", "Lambertz", "Müller", "Klinkenberg", "Pauels", "Thomé", "Zimmermann"];
const MUNICIPALITIES: [&str; 9] =
    ["Amel", "Büllingen", "Burg-Reuland", "Bütgenbach", "Eupen", "Kelmis", "Lontzen", "Raeren", "Sankt Vith"];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, csv] = arguments.as_slice()
        && word == "--plain-loop"
    {
        return plain_loop(Path::new(csv));
    }
    let rows: u64 = arguments.first().map_or(Ok(1_000_000), |n| n.parse())?;
    let folder = tempfile::tempdir_in(arguments.get(1).map_or_else(std::env::temp_dir, PathBuf::from))?;
    let csv = folder.path().join("people.csv");
    write_csv(&csv, rows)?;
    let this = std::env::current_exe()?;
    let klero = this.with_file_name("../klero");

    println!("{rows} rows, {} MB of CSV", csv.metadata()?.len() / 1_000_000);
    let plain = run(Command::new(this).arg("--plain-loop").arg(&csv))?;
    println!("plain loop               {plain:7.2} s");
    for (what, public) in [("pool commit", ""), ("pool commit, with table", "municipality")] {
        let out = folder.path().join("pool");
        let mut commit = Command::new(&klero);
        commit.args(["pool", "commit", "--id", "id", "--json", "--out"]).arg(&out).arg(&csv);
        if !public.is_empty() {
            commit.args(["--public", public]);
        }
        let seconds = run(&mut commit)?;
        println!("{what:<24} {seconds:7.2} s   {:.2} × the plain loop", seconds / plain);
        std::fs::remove_dir_all(out)?;
    }
    // The largest of the children's: the plain loop holds next to nothing.
    println!("most memory of a process {:7} MB", getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss() / 1_000);
    Ok(())
}

/// Runs a program to its end; gives the processor time that it took, in seconds.
fn run(command: &mut Command) -> Result<f64, Box<dyn Error>> {
    let spent = || -> Result<f64, Box<dyn Error>> {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
        let times = [usage.user_time(), usage.system_time()];
        Ok(times.iter().map(|t| t.tv_sec() as f64 + t.tv_usec() as f64 / 1e6).sum())
    };
    let before = spent()?;
    if !command.stdout(Stdio::null()).status()?.success() {
        return Err(format!("{command:?} failed; build the programs first: cargo build --release --bins").into());
    }
    Ok(spent()? - before)
}

fn write_csv(path: &Path, rows: u64) -> Result<(), Box<dyn Error>> {
    let mut csv = BufWriter::new(File::create(path)?);
    writeln!(csv, "id,name,birth_year,municipality")?;
    for i in 0..rows {
        let mixed = i.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let pick = |list: &[&'static str], shift: u32| list[usize::try_from(mixed >> shift).unwrap_or(0) % list.len()];
        let year = 1930 + (i * 7919) % 80;
        writeln!(csv, "BE{i:09},{} {},{year},{}", pick(&GIVEN, 7), pick(&FAMILY, 23), pick(&MUNICIPALITIES, 41))?;
    }
    Ok(csv.into_inner()?.sync_all()?)
}

fn plain_loop(path: &Path) -> Result<(), Box<dyn Error>> {
    let keyed = Hmac::<Sha256>::new_from_slice(&[7; 32])?;
    let mut frontier = Frontier::new();
    let mut record = csv::ByteRecord::new();
    let mut reader = csv::Reader::from_path(path)?;
    while reader.read_byte_record(&mut record)? {
        let mut mac = keyed.clone();
        mac.update(b"salt");
        mac.update(&record[0]);
        let salt = mac.finalize().into_bytes();
        let mut private = Sha256::new_with_prefix(b"kleroterion/v1/person\0");
        for part in [&salt[..], &record[0], &record[1], &record[2]] {
            private.update(u64::try_from(part.len())?.to_be_bytes());
            private.update(part);
        }
        let mut leaf = private.finalize().to_vec();
        leaf.extend_from_slice(&record[3]);
        frontier.append(leaf_hash(&leaf));
    }
    println!("{}", frontier.root());
    Ok(())
}
