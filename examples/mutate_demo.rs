//! Seeded mutations of a bundle: bytes, cuts, JSON members, and pieces of a second bundle of the same log spliced in. None may verify.
//!
//! `cargo run --release --example mutate_demo -- BUNDLE TRUST COUNT [OTHER]` prints what it did and ends with 1 if anything was accepted.
//! The same seed makes the same mutations: each is seeded by its number.
#![expect(clippy::unwrap_used, reason = "a program for developers: a failure is a panic")]

use std::process::ExitCode;
use std::time::Instant;

use klero_draw::hash::tagged;
use klero_draw::json;
use klero_verifier::artifacts::NoArtifacts;
use klero_verifier::report::Verdict;
use klero_verifier::trust::Trust;
use klero_verifier::verify::{Options, verify};
use serde_json::Value;

/// A stream of numbers that belongs to one mutation.
struct Numbers {
    seed: u64,
    drawn: u64,
}

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.drawn += 1;
        let hash = tagged("mutation", &[&self.seed.to_be_bytes(), &self.drawn.to_be_bytes()]);
        let word = u64::from_be_bytes(*hash.first_chunk().unwrap());
        usize::try_from(word % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [bundle, trust, count, rest @ ..] = args.as_slice() else {
        eprintln!("usage: mutate_demo BUNDLE TRUST COUNT [OTHER]");
        return ExitCode::from(2);
    };
    let text = std::fs::read_to_string(bundle).unwrap();
    let trust = Trust::parse(&std::fs::read_to_string(trust).unwrap()).unwrap();
    let other = rest.first().map(|path| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap());
    let count: u64 = count.parse().unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(encode(&value), text, "the bundle is canonical");
    assert_eq!(verdict(&text, &trust), Verdict::Verified, "the bundle itself verifies");
    let started = Instant::now();
    let workers = u64::try_from(std::thread::available_parallelism().map_or(1, std::num::NonZero::get)).unwrap();
    let found: Vec<(u64, &'static str)> = std::thread::scope(|scope| {
        let (text, value, trust, other) = (&text, &value, &trust, other.as_ref());
        let threads: Vec<_> = (0..workers)
            .map(|first| {
                scope.spawn(move || {
                    (first..count)
                        .step_by(usize::try_from(workers).unwrap())
                        .filter_map(|seed| {
                            let (mutant, kind) = mutate(seed, text, value, other);
                            let accepted = mutant != *text && verdict(&mutant, trust) == Verdict::Verified;
                            accepted.then_some((seed, kind))
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    println!(
        "{count} mutations of {} bytes, {} accepted, {:.0} s",
        text.len(),
        found.len(),
        started.elapsed().as_secs_f64()
    );
    for (seed, kind) in &found {
        println!("accepted: seed {seed}, {kind}");
    }
    ExitCode::from(u8::from(!found.is_empty()))
}

fn verdict(text: &str, trust: &Trust) -> Verdict {
    verify(text, &NoArtifacts, Some(trust), Options::default()).verdict
}

fn encode(value: &Value) -> String {
    let mut text = json::encode(value).unwrap();
    text.push('\n');
    text
}

fn mutate(seed: u64, text: &str, value: &Value, other: Option<&Value>) -> (String, &'static str) {
    let mut numbers = Numbers { seed, drawn: 0 };
    match numbers.below(8) {
        0 => (text.chars().take(numbers.below(text.len())).collect(), "cut"),
        1 | 2 => {
            let mut bytes = text.as_bytes().to_vec();
            let at = numbers.below(bytes.len());
            bytes[at] ^= 1 << numbers.below(7);
            (String::from_utf8_lossy(&bytes).into_owned(), "bit")
        }
        3 => {
            let mut bytes = text.as_bytes().to_vec();
            let at = numbers.below(bytes.len());
            let byte = bytes[numbers.below(text.len())];
            bytes.insert(at, byte);
            (String::from_utf8_lossy(&bytes).into_owned(), "byte put in")
        }
        4 if other.is_some() => {
            let mut mutant = value.clone();
            let path = path(&mut numbers, value);
            if let (Some(slot), Some(theirs)) = (mutant.pointer_mut(&path), other.and_then(|o| o.pointer(&path))) {
                *slot = theirs.clone();
            }
            (encode(&mutant), "spliced")
        }
        _ => {
            let mut mutant = value.clone();
            let path = path(&mut numbers, value);
            if let Some(slot) = mutant.pointer_mut(&path) {
                change(&mut numbers, slot);
            }
            (encode(&mutant), "member")
        }
    }
}

/// A random place in the bundle, as a JSON pointer; every depth is as likely.
fn path(numbers: &mut Numbers, value: &Value) -> String {
    let mut path = String::new();
    let mut here = value;
    loop {
        let (name, next) = match here {
            Value::Object(members) if !members.is_empty() => {
                let (name, next) = members.iter().nth(numbers.below(members.len())).unwrap();
                (name.clone(), next)
            }
            Value::Array(items) if !items.is_empty() => {
                let at = numbers.below(items.len());
                (at.to_string(), &items[at])
            }
            _ => return path,
        };
        path = format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
        here = next;
        if numbers.below(4) == 0 {
            return path;
        }
    }
}

fn change(numbers: &mut Numbers, slot: &mut Value) {
    match slot {
        Value::String(text) if !text.is_empty() => {
            // Within a note, a proof or an artifact: another digit, letter or line.
            let mut chars: Vec<char> = text.chars().collect();
            let at = numbers.below(chars.len());
            match numbers.below(4) {
                0 => {
                    chars.remove(at);
                }
                1 => chars.insert(at, '0'),
                2 => chars.swap(at, 0),
                _ => chars[at] = if chars[at] == '1' { '2' } else { '1' },
            }
            *text = chars.into_iter().collect();
        }
        Value::Number(number) => *slot = Value::from(number.as_u64().unwrap_or(0) + 1),
        Value::Array(items) if !items.is_empty() => {
            let at = numbers.below(items.len());
            match numbers.below(3) {
                0 => {
                    items.remove(at);
                }
                1 => {
                    let twice = items[at].clone();
                    items.push(twice);
                }
                _ => items.swap(0, at),
            }
        }
        Value::Object(members) if !members.is_empty() => {
            let name = members.keys().nth(numbers.below(members.len())).unwrap().clone();
            let taken = members.remove(&name).unwrap();
            if numbers.below(2) == 0 {
                members.insert(format!("{name}_"), taken);
            }
        }
        other => *other = Value::Bool(true),
    }
}
