//! The four languages of the public pages: choice, sentences, numbers and dates.
//!
//! Sentences stand in `locales/*.ftl` (Fluent, with each language's plural rules). A key that a language lacks is a failed test, never a
//! hole in a page. Nothing here remembers a visitor: the language is in the address, or in what the browser asks for.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lang {
    /// Dutch.
    Nl,
    /// French.
    Fr,
    /// German.
    De,
    /// English.
    En,
}

impl Lang {
    /// All of them, in the order in which pages offer them.
    pub const ALL: [Self; 4] = [Self::Nl, Self::Fr, Self::De, Self::En];

    /// The two-letter code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Nl => "nl",
            Self::Fr => "fr",
            Self::De => "de",
            Self::En => "en",
        }
    }

    /// Its own name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nl => "Nederlands",
            Self::Fr => "Français",
            Self::De => "Deutsch",
            Self::En => "English",
        }
    }

    /// The language with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.code() == code)
    }

    /// The title in this language, else in English, else in any.
    #[must_use]
    pub fn of(self, titles: &BTreeMap<String, String>) -> Option<&str> {
        titles.get(self.code()).or_else(|| titles.get("en")).or_else(|| titles.values().next()).map(String::as_str)
    }

    /// What a browser prefers, by its `Accept-Language` (RFC 9110 §12.5.4); English where it names none of ours. At most 32 ranges are read.
    #[must_use]
    pub fn accepted(header: &str) -> Self {
        let mut best: Option<(u32, Self)> = None;
        for range in header.split(',').take(32) {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or("").trim().to_ascii_lowercase();
            let primary = tag.split('-').next().unwrap_or("");
            let weight = parts.find_map(|p| p.trim().strip_prefix("q=").map(thousandths)).unwrap_or(1_000);
            if let (Some(lang), true) = (Self::from_code(primary), weight > 0)
                && best.is_none_or(|(w, _)| weight > w)
            {
                best = Some((weight, lang));
            }
        }
        best.map_or(Self::En, |(_, lang)| lang)
    }

    /// The catalogues: the public pages', and the organisers' desk's, whose keys begin with `desk-`.
    fn sources(self) -> [&'static str; 2] {
        match self {
            Self::Nl => [include_str!("locales/nl.ftl"), include_str!("locales/desk.nl.ftl")],
            Self::Fr => [include_str!("locales/fr.ftl"), include_str!("locales/desk.fr.ftl")],
            Self::De => [include_str!("locales/de.ftl"), include_str!("locales/desk.de.ftl")],
            Self::En => [include_str!("locales/en.ftl"), include_str!("locales/desk.en.ftl")],
        }
    }

    /// The catalogue of the organisers' desk.
    pub(super) fn desk(self) -> &'static str {
        self.sources()[1]
    }

    /// All that the catalogue holds, for tests.
    #[cfg(test)]
    pub(super) fn everything(self) -> String {
        self.sources().concat()
    }

    fn bundle(self) -> &'static FluentBundle<FluentResource> {
        static BUNDLES: OnceLock<Vec<FluentBundle<FluentResource>>> = OnceLock::new();
        let bundles = BUNDLES.get_or_init(|| Self::ALL.into_iter().map(load).collect());
        let at = Self::ALL.iter().position(|lang| *lang == self).unwrap_or(0);
        &bundles[at]
    }

    /// The sentence of a key.
    #[must_use]
    pub fn t(self, key: &str) -> String {
        self.with(key, &[])
    }

    /// The sentence of a key, with its arguments. A number stands in it as `$name_s`, grouped as the language groups, and as `$name` for the plural rules.
    #[must_use]
    pub fn with(self, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        let mut given = FluentArgs::new();
        for (name, arg) in args {
            match arg {
                Arg::N(n) => {
                    given.set((*name).to_owned(), FluentValue::from(*n));
                    given.set(format!("{name}_s"), FluentValue::from(self.number(*n)));
                }
                Arg::S(text) => given.set((*name).to_owned(), FluentValue::from((*text).to_owned())),
            }
        }
        let bundle = self.bundle();
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let mut errors = Vec::new();
        bundle.format_pattern(pattern, Some(&given), &mut errors).into_owned()
    }

    /// A number, grouped by thousands: 77.000, 77 000 (narrow no-break space), 77,000.
    #[must_use]
    pub fn number(self, n: u64) -> String {
        let separator = match self {
            Self::Nl | Self::De => '.',
            Self::Fr => '\u{202f}',
            Self::En => ',',
        };
        let digits = n.to_string();
        let mut out = String::with_capacity(digits.len() * 2);
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push(separator);
            }
            out.push(digit);
        }
        out
    }

    /// A share as a percentage with one decimal, rounded half up.
    #[must_use]
    pub fn percent(self, part: u64, whole: u64) -> String {
        let tenths = (u128::from(part) * 2_000 + u128::from(whole)).checked_div(u128::from(whole) * 2).unwrap_or(0);
        let point = if self == Self::En { '.' } else { ',' };
        let space = match self {
            Self::En | Self::Nl => "",
            Self::De | Self::Fr => "\u{a0}",
        };
        format!("{}{point}{}{space}%", tenths / 10, tenths % 10)
    }

    /// A moment, in words and UTC.
    #[must_use]
    pub fn moment(self, secs: u64) -> String {
        let Some(at) = i64::try_from(secs).ok().and_then(|s| jiff::Timestamp::from_second(s).ok()) else {
            return format!("{secs} s");
        };
        let civil = jiff::tz::Offset::UTC.to_datetime(at);
        let clock = format!("{:02}:{:02}:{:02}", civil.hour(), civil.minute(), civil.second());
        self.with("moment", &[("day", Arg::S(&self.day(civil.date()))), ("clock", Arg::S(&clock))])
    }

    /// The day of a moment, in words and UTC.
    #[must_use]
    pub fn date(self, secs: u64) -> String {
        let Some(at) = i64::try_from(secs).ok().and_then(|s| jiff::Timestamp::from_second(s).ok()) else {
            return format!("{secs} s");
        };
        self.day(jiff::tz::Offset::UTC.to_datetime(at).date())
    }

    fn day(self, date: jiff::civil::Date) -> String {
        let month = self.t(&format!("month-{}", date.month()));
        let day = date.day();
        let day = match self {
            Self::De => format!("{day}."),
            Self::Fr if day == 1 => "1er".to_owned(),
            _ => day.to_string(),
        };
        format!("{day} {month} {}", date.year())
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An argument of a sentence.
#[derive(Debug, Clone, Copy)]
pub enum Arg<'a> {
    /// A number: chooses the plural.
    N(u64),
    /// A text.
    S(&'a str),
}

/// RFC 3339 in UTC, for `<time datetime>` and feeds.
#[must_use]
pub fn rfc3339(secs: u64) -> String {
    let at = i64::try_from(secs).ok().and_then(|s| jiff::Timestamp::from_second(s).ok());
    at.map_or_else(String::new, |at| at.to_string())
}

/// A quality value in thousandths; what is not one counts as nothing.
fn thousandths(text: &str) -> u32 {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    if !matches!(whole, "0" | "1") || part.len() > 3 || !part.bytes().all(|b| b.is_ascii_digit()) {
        return 0;
    }
    let part: u32 = format!("{part:0<3}").parse().unwrap_or(0);
    (whole.parse::<u32>().unwrap_or(0) * 1_000 + part).min(1_000)
}

fn load(lang: Lang) -> FluentBundle<FluentResource> {
    let id = lang.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Isolation marks are for mixed directions; all four languages run left to right, and the marks would end up in copied text.
    bundle.set_use_isolating(false);
    for source in lang.sources() {
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(partial, _)| partial);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Key → the variables that its sentence uses.
    fn keys(lang: Lang) -> BTreeMap<String, BTreeSet<String>> {
        for source in lang.sources() {
            if let Err((_, errors)) = FluentResource::try_new(source.to_owned()) {
                panic!("{lang}: the catalogue does not parse: {errors:?}");
            }
        }
        let source = lang.sources().concat();
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut current = String::new();
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            if let Some((key, _)) = line.split_once('=')
                && line.starts_with(|c: char| c.is_ascii_lowercase())
            {
                current = key.trim().to_owned();
                assert!(all.insert(current.clone(), BTreeSet::new()).is_none(), "{lang}: {current} stands twice");
            }
            for piece in line.split('$').skip(1) {
                let name: String = piece.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                // `$n` and `$n_s` are one argument.
                all.entry(current.clone()).or_default().insert(name.trim_end_matches("_s").to_owned());
            }
        }
        all
    }

    /// Keys named in templates and in the code: `t("key")`, `with("key"`.
    fn used() -> BTreeSet<String> {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/site");
        let mut found = BTreeSet::new();
        // Modules of the desk say t("key"), without the prefix that all of its keys have.
        for file in std::fs::read_dir(root.join("assets/desk")).unwrap().flatten() {
            let text = std::fs::read_to_string(file.path()).unwrap();
            for (at, _) in text.match_indices("t(\"") {
                let alone = text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '.' && c != '_');
                if let (true, Some(key)) = (alone, text[at + 3..].split('"').next()) {
                    found.insert(format!("desk-{key}"));
                }
            }
        }
        for folder in [root.clone(), root.join("templates"), root.join("assets")] {
            for file in std::fs::read_dir(folder).unwrap().flatten() {
                let Ok(text) = std::fs::read_to_string(file.path()) else { continue };
                for opening in [".t(\"", ".with(\"", ".with(\n            \"", "key(\""] {
                    for piece in text.split(opening).skip(1) {
                        let key = piece.split('"').next().unwrap_or("");
                        if !key.contains('{') && !key.is_empty() {
                            found.insert(key.to_owned());
                        }
                    }
                }
            }
        }
        found
    }

    #[test]
    fn no_language_lacks_a_key_or_an_argument() {
        let english = keys(Lang::En);
        assert!(english.len() > 100);
        for lang in Lang::ALL {
            let here = keys(lang);
            let missing: Vec<_> = english.keys().filter(|k| !here.contains_key(*k)).collect();
            let more: Vec<_> = here.keys().filter(|k| !english.contains_key(*k)).collect();
            assert!(missing.is_empty() && more.is_empty(), "{lang}: missing {missing:?}, not in English {more:?}");
            for (key, variables) in &here {
                assert_eq!(variables, &english[key], "{lang}: {key}");
            }
        }
    }

    #[test]
    fn every_key_that_a_page_names_exists() {
        let english = keys(Lang::En);
        let used = used();
        assert!(used.len() > 60, "{}", used.len());
        let unknown: Vec<_> = used.iter().filter(|key| !english.contains_key(*key)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn every_sentence_can_be_said_without_a_hole() {
        for lang in Lang::ALL {
            for (key, variables) in keys(lang) {
                for n in [0, 1, 2, 5, 1_234_567] {
                    let numbers: Vec<(&str, Arg<'_>)> =
                        variables.iter().map(|name| (name.as_str(), Arg::N(n))).collect();
                    let said = lang.with(&key, &numbers);
                    assert!(!said.contains('{') && !said.is_empty() && said != key, "{lang} {key}: {said}");
                }
            }
        }
    }

    #[test]
    fn one_person_is_not_people() {
        let counts = [("drawn", Arg::N(1)), ("reserves", Arg::N(0)), ("people", Arg::N(1)), ("from", Arg::S("x"))];
        for (lang, words) in [
            (Lang::Nl, ["1 persoon werd geloot, zonder reserves.", "Uit 1 persoon", "werd op"]),
            (
                Lang::Fr,
                ["1 personne a été tirée au sort, sans réserve.", "Parmi 1 personne ", "a été tirée au sort le"],
            ),
            (Lang::De, ["Ausgelost wurde 1 Person, ohne Reserve.", "Aus 1 Person,", "wurde am"]),
            (Lang::En, ["1 person was drawn, without reserves.", "From 1 person ", "people was drawn by lot"]),
        ] {
            for (key, words) in ["minutes-text-drawn", "a-pool-from", "press-paragraph"].into_iter().zip(words) {
                let said = lang.with(key, &counts);
                assert!(said.contains(words), "{lang} {key}: {said}");
            }
        }
        let many = [("drawn", Arg::N(24)), ("reserves", Arg::N(12))];
        let said = Lang::De.with("minutes-text-drawn", &many);
        assert!(said.contains("Ausgelost wurden 24 Personen, dazu 12 als Reserve. Der Hash"), "{said}");
    }

    #[test]
    fn the_browser_chooses() {
        for (header, expected) in [
            ("", Lang::En),
            ("de-BE,de;q=0.9,en;q=0.8", Lang::De),
            ("es, fr;q=0.4, nl;q=0.7", Lang::Nl),
            ("nl;q=0, fr", Lang::Fr),
            ("xx;q=9, en-GB;q=0.1, de;q=0.05", Lang::En),
            ("fr;q=abc,,;;,*", Lang::En),
        ] {
            assert_eq!(Lang::accepted(header), expected, "{header}");
        }
    }

    #[test]
    fn numbers_and_days() {
        let n = 1_234_567;
        let all: Vec<String> = Lang::ALL.iter().map(|l| l.number(n)).collect();
        assert_eq!(all, ["1.234.567", "1\u{202f}234\u{202f}567", "1.234.567", "1,234,567"]);
        assert_eq!(Lang::En.number(999), "999");
        assert_eq!(Lang::En.percent(1, 3), "33.3%");
        assert_eq!(Lang::Fr.percent(2, 3), "66,7\u{a0}%");
        assert_eq!(Lang::En.percent(1, 0), "0.0%");
        assert_eq!(Lang::De.date(1_692_803_367), "23. August 2023");
        assert_eq!(Lang::Fr.date(1_696_118_400), "1er octobre 2023");
    }
}
