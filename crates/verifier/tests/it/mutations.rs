//! A seeded sample of mutations; `examples/mutate.rs` does every byte and every truncation. No single change is accepted. What a bundle cannot
//! show has tests of its own, by name: `later_steps_left_out_are_seen_in_the_whole_log_alone`,
//! `lines_of_unknown_keys_on_a_checkpoint_are_ignored` and `postponements_that_end_where_they_began_are_seen_here_alone`.

use klero_verifier::report::Verdict;
use serde_json::Value;

use crate::bundles::{METHODS, Numbers, bundle, verdict};

#[test]
fn single_bytes_and_truncations() {
    for method in METHODS {
        let (text, trust) = bundle(method);
        let bytes = text.as_bytes();
        assert_eq!(verdict(bytes, &trust), Verdict::Verified);
        let mut numbers = Numbers(1);
        for _ in 0..150 {
            let at = numbers.below(bytes.len());
            let mut bent = bytes.to_vec();
            bent[at] ^= u8::try_from(1 + numbers.below(255)).unwrap();
            assert_ne!(verdict(&bent, &trust), Verdict::Verified, "{method}: byte {at}");
            let mut less = bytes.to_vec();
            less.remove(at);
            assert_ne!(verdict(&less, &trust), Verdict::Verified, "{method}: without byte {at}");
            let mut more = bytes.to_vec();
            more.insert(at, bytes[numbers.below(bytes.len())]);
            assert!(more == bytes || verdict(&more, &trust) != Verdict::Verified, "{method}: before byte {at}");
            assert_eq!(verdict(&bytes[..at], &trust), Verdict::Unreadable, "{method}: cut at {at}");
        }
    }
}

#[test]
fn splices_within_a_bundle() {
    for method in METHODS {
        let (text, trust) = bundle(method);
        let bytes = text.as_bytes();
        let mut numbers = Numbers(2);
        for _ in 0..150 {
            let (from, to, len) = (numbers.below(bytes.len()), numbers.below(bytes.len()), 1 + numbers.below(200));
            let piece = &bytes[from..(from + len).min(bytes.len())];
            let mut bent = bytes.to_vec();
            let end = (to + piece.len()).min(bent.len());
            bent.splice(to..end, piece.iter().copied());
            assert!(bent == bytes || verdict(&bent, &trust) != Verdict::Verified, "{method}: {from}+{len} to {to}");
        }
    }
}

/// Every member, at every depth that the bundle itself has, is changed, left out, or given another's value.
#[test]
fn members() {
    for method in METHODS {
        let (text, trust) = bundle(method);
        let whole: Value = serde_json::from_str(&text).unwrap();
        let mut paths = Vec::new();
        collect(&whole, &mut Vec::new(), &mut paths);
        let values: Vec<Value> = paths.iter().map(|path| at(&whole, path).clone()).collect();
        let mut numbers = Numbers(3);
        for path in &paths {
            let donor = values[numbers.below(values.len())].clone();
            for value in [Some(donor), Some(Value::String(String::new())), Some(Value::Bool(true)), None] {
                let mut bent = whole.clone();
                replace(&mut bent, path, value);
                if bent == whole {
                    continue;
                }
                let text = klero_draw::json::encode(&bent).unwrap() + "\n";
                assert_ne!(verdict(text.as_bytes(), &trust), Verdict::Verified, "{method}: {path:?}");
            }
        }
    }
}

fn collect(value: &Value, here: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    let mut each = |name: String, value: &Value| {
        here.push(name);
        paths.push(here.clone());
        collect(value, here, paths);
        here.pop();
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| each(name.clone(), value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, value)| each(i.to_string(), value)),
        _ => {}
    }
}

fn at<'v>(value: &'v Value, path: &[String]) -> &'v Value {
    path.iter().fold(value, |value, name| match value {
        Value::Array(items) => &items[name.parse::<usize>().unwrap()],
        other => &other[name],
    })
}

fn replace(value: &mut Value, path: &[String], new: Option<Value>) {
    let (last, before) = path.split_last().unwrap();
    let parent = before.iter().fold(value, |value, name| match value {
        Value::Array(items) => &mut items[name.parse::<usize>().unwrap()],
        other => &mut other[name],
    });
    match (parent, new) {
        (Value::Array(items), Some(new)) => items[last.parse::<usize>().unwrap()] = new,
        (Value::Array(items), None) => drop(items.remove(last.parse().unwrap())),
        (Value::Object(members), Some(new)) => drop(members.insert(last.clone(), new)),
        (Value::Object(members), None) => drop(members.remove(last)),
        _ => unreachable!("a path leads through arrays and objects"),
    }
}

#[test]
fn deep_or_huge_or_not_json() {
    let (_, trust) = bundle("equal");
    let deep = "[".repeat(1_000_000);
    let deep_inside = format!("{{\"artifacts\":{{}},\"draw\":{}", "{\"a\":".repeat(100_000));
    for text in
        ["", "\n", "{}", "null", "{}\n", "\u{feff}{\"artifacts\":{}", deep.as_str(), deep_inside.as_str(), "hello"]
    {
        assert_eq!(verdict(text.as_bytes(), &trust), Verdict::Unreadable);
    }
    assert_eq!(verdict(b"\xff\xfe{\x00", &trust), Verdict::Unreadable);
    let unknown = "{\"artifacts\":{},\"draw\":\"x\",\"format\":\"kleroterion/v2/bundle\",\"log\":\"\",\"steps\":[]}\n";
    assert_eq!(verdict(unknown.as_bytes(), &trust), Verdict::Unreadable);
}
