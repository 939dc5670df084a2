//! Looks for texts in bytes and in files, in every form in which a program might have left them there: as they are, in capitals or not, in
//! hexadecimal, in base64 at each of its three places, for URLs, for JSON and for HTML, in UTF-16. What it finds it names; a test that uses it
//! plants something first and sees that it is found.

use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use base64::Engine as _;

/// Shorter needles would be found in anything.
const LEAST_BYTES: usize = 6;

pub(crate) struct Search {
    automaton: AhoCorasick,
    needles: Vec<Needle>,
}

struct Needle {
    text: String,
    form: &'static str,
    /// What is found exactly as it stands, or not at all: in base64, capitals are other letters.
    exact: Option<Vec<u8>>,
}

impl Search {
    /// Looks for each of these texts.
    pub(crate) fn for_texts<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        let (mut needles, mut patterns) = (Vec::new(), Vec::new());
        for text in texts {
            let text = text.as_ref();
            assert!(text.len() >= LEAST_BYTES, "'{text}' is too short to be looked for");
            for (form, pattern) in forms(text) {
                if pattern.len() >= LEAST_BYTES {
                    let exact = form.starts_with("base64").then(|| pattern.clone());
                    needles.push(Needle { text: text.to_owned(), form, exact });
                    patterns.push(pattern);
                }
            }
        }
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(&patterns).unwrap();
        Self { automaton, needles }
    }

    /// The first text that these bytes hold, and its form.
    pub(crate) fn find(&self, bytes: &[u8]) -> Option<String> {
        let found = self.automaton.find_overlapping_iter(bytes).find(|found| {
            let exact = &self.needles[found.pattern().as_usize()].exact;
            exact.as_ref().is_none_or(|exact| *exact == bytes[found.range()])
        })?;
        let Needle { text, form, .. } = &self.needles[found.pattern().as_usize()];
        Some(format!("'{text}' ({form}) at byte {}", found.start()))
    }

    /// Fails if these bytes hold one of the texts.
    #[track_caller]
    pub(crate) fn clean(&self, what: &str, bytes: &[u8]) {
        if let Some(found) = self.find(bytes) {
            panic!("{what} holds {found}");
        }
    }

    /// Every file below, and every name of one, that holds one of the texts.
    pub(crate) fn below(&self, folder: &Path) -> Vec<(PathBuf, String)> {
        let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
        while let Some(folder) = folders.pop() {
            // What goes meanwhile holds nothing any more.
            for item in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = item.path();
                if let Some(text) = self.find(item.file_name().as_encoded_bytes()) {
                    found.push((path.clone(), format!("its name: {text}")));
                }
                let kind = item.file_type().unwrap();
                if kind.is_dir() {
                    folders.push(path);
                } else if let Some(text) =
                    kind.is_file().then(|| std::fs::read(&path).ok()).flatten().and_then(|b| self.find(&b))
                {
                    found.push((path, text));
                }
            }
        }
        found.sort();
        found
    }
}

fn forms(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = text.as_bytes();
    let escape = |keep: &dyn Fn(u8) -> bool, write: &dyn Fn(u8) -> String| -> Vec<u8> {
        bytes.iter().flat_map(|&b| if keep(b) { vec![b] } else { write(b).into_bytes() }).collect()
    };
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let percent = |b: u8| format!("%{b:02X}");
    let plus = |b: u8| if b == b' ' { "+".to_owned() } else { percent(b) };
    let of_chars = |write: &dyn Fn(char) -> String| -> Vec<u8> {
        text.chars().map(|c| if c.is_ascii() { c.to_string() } else { write(c) }).collect::<String>().into_bytes()
    };
    let mut forms = vec![
        ("plain", bytes.to_vec()),
        ("upper case", text.to_uppercase().into_bytes()),
        ("lower case", text.to_lowercase().into_bytes()),
        ("hexadecimal", hex::encode(bytes).into_bytes()),
        ("UTF-16", text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("percent-encoded", escape(&unreserved, &percent)),
        ("of a form", escape(&unreserved, &plus)),
        ("JSON", of_chars(&|c| format!("\\u{:04x}", u32::from(c)))),
        ("HTML, decimal", of_chars(&|c| format!("&#{};", u32::from(c)))),
        ("HTML, hexadecimal", of_chars(&|c| format!("&#x{:x};", u32::from(c)))),
    ];
    for (form, engine) in [
        ("base64", &base64::engine::general_purpose::STANDARD_NO_PAD),
        ("base64 for URLs", &base64::engine::general_purpose::URL_SAFE_NO_PAD),
    ] {
        for before in 0..3usize {
            let shifted = [&vec![0; before][..], bytes].concat();
            let encoded = engine.encode(&shifted);
            // Only the characters that the text alone decides.
            let (from, to) = ((before * 8).div_ceil(6), shifted.len() * 8 / 6);
            forms.push((form, encoded.as_bytes()[from..to].to_vec()));
        }
    }
    forms
}

/// Finds a text that was planted, in every form, and nothing where there is nothing.
pub(crate) fn assert_that_it_finds(folder: &Path) {
    let text = "Örtchen Canary-4711";
    let search = Search::for_texts([text]);
    let below = folder.join("planted");
    std::fs::create_dir_all(&below).unwrap();
    let base64 = &base64::engine::general_purpose::STANDARD;
    let planted: Vec<Vec<u8>> = vec![
        format!("xx{text}yy").into_bytes(),
        text.to_lowercase().into_bytes(),
        hex::encode_upper(text).into_bytes(),
        hex::encode(format!("before {text} after")).into_bytes(),
        base64.encode(format!("{text} after")).into_bytes(),
        base64.encode(format!("b{text} after")).into_bytes(),
        base64.encode(format!("be{text} after")).into_bytes(),
        b"q=%C3%96rtchen%20Canary-4711&".to_vec(),
        b"q=%C3%96rtchen+Canary-4711".to_vec(),
        b"{\"a\":\"\\u00d6rtchen Canary-4711\"}".to_vec(),
        b"<p>&#214;rtchen Canary-4711</p>".to_vec(),
        text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ];
    let (others, path) = ("Ortchen Canary-4711, and whatever else stands here", below.join("file"));
    std::fs::write(&path, others).unwrap();
    assert_eq!(search.below(&below), []);
    for bytes in planted {
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(search.below(&below).len(), 1, "{}", String::from_utf8_lossy(&bytes));
    }
    std::fs::remove_file(&path).unwrap();
    std::fs::write(below.join(format!("{text}.csv")), b"").unwrap();
    assert_eq!(search.below(&below).len(), 1, "a file's name");
    std::fs::remove_dir_all(&below).unwrap();
}
