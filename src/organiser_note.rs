//! Organisers' notes on their way from one desk to the next: written unsigned, signed by each member with their own key, handed in.
//!
//! An unsigned note is the text of a signed note and the blank line after it. Signing keeps the lines sorted by key name, as spec §1
//! demands. Whoever signs is shown first what the note says. Nothing here decides whether a note is valid: the log's rules do.

use klero_draw::beacon::Chain;
use klero_draw::hash::ArtifactHash;
use klero_draw::json;
use klero_tlog::SignerKey;
use klero_tlog::note::{Note, NoteSignature};
use serde::Serialize;
use serde_json::Value;

use crate::failure::Failure;
use crate::when;

/// A note without signatures: context, canonical JSON, blank line.
pub fn unsigned(context: &str, value: &impl Serialize) -> Result<String, Failure> {
    let line = json::encode(value).map_err(|e| Failure::usage(format!("this note cannot be written: {e}")))?;
    Ok(format!("{context}\n{line}\n\n"))
}

/// Text and signature lines of a signed or unsigned note.
fn split(note: &str) -> Result<(String, Vec<NoteSignature>), Failure> {
    let wrong = || {
        Failure::usage("this is not a note of Kleroterion: expected a line 'kleroterion/v1/…', a line of JSON, a blank line and signatures")
            .advise("klero terms new, klero draw … --out and klero organiser new write notes")
    };
    if !note.starts_with("kleroterion/v1/") {
        return Err(wrong());
    }
    if let Some(text) = note.strip_suffix("\n\n") {
        if text.contains("\n\n") {
            return Err(wrong());
        }
        return Ok((format!("{text}\n"), Vec::new()));
    }
    let parsed = Note::parse(note.as_bytes()).map_err(|_| wrong())?;
    Ok((parsed.text().to_owned(), parsed.signatures().to_vec()))
}

/// The note with one more signature. A key that signed already is refused, so that nobody counts twice by mistake.
pub fn add_signature(note: &str, key: &SignerKey) -> Result<String, Failure> {
    let (text, mut signatures) = split(note)?;
    let public = key.verifier_key();
    if signatures.iter().any(|s| public.matches(s)) {
        return Err(Failure::usage(format!("{} has signed this note already", public.name().as_str()))
            .advise("pass the file on to the next person"));
    }
    signatures.push(key.sign(&text));
    // By name and, where a key follows one of its own name, by key id (spec §1).
    signatures.sort_by(|a, b| (a.name().as_str(), a.id()).cmp(&(b.name().as_str(), b.id())));
    let note =
        Note::from_parts(&text, signatures).map_err(|e| Failure::usage(format!("cannot sign this note: {e}")))?;
    Ok(note.to_text())
}

/// What the note says, for the person who is about to sign it.
pub fn describe(note: &str) -> Result<String, Failure> {
    let (text, signatures) = split(note)?;
    let (context, line) = text.split_once('\n').unwrap_or((&text, ""));
    let value: Value =
        serde_json::from_str(line).map_err(|_| Failure::usage("the second line of this note is not JSON"))?;
    let mut out = String::new();
    if value["beacon"]["chain"].as_str().is_some_and(|hash| Chain::by_name_or_hash(hash).is_none()) {
        out.push_str(
            "REHEARSAL BEACON: its chain is none of the public ones. One person holds its key and can know every result beforehand.\n",
        );
    }
    out.push_str(&format!("{}\n", context.trim_start_matches("kleroterion/v1/")));
    for (name, value) in value.as_object().into_iter().flatten() {
        for (at, line) in said(name, value).iter().enumerate() {
            out.push_str(&format!("  {:<12} {line}\n", if at == 0 { name } else { "" }));
        }
    }
    for signature in &signatures {
        out.push_str(&format!("  signed by    {}\n", signature.name().as_str()));
    }
    Ok(out)
}

/// The hash of the list of strata that a note's terms name.
pub fn strata_list(note: &str) -> Result<Option<ArtifactHash>, Failure> {
    let (text, _) = split(note)?;
    let line = text.split_once('\n').map_or("", |(_, line)| line);
    let value: Value = serde_json::from_str(line).unwrap_or_default();
    Ok(value["method"]["strata"].as_str().and_then(|hash| hash.parse().ok()))
}

/// One member of a note, in words, line by line.
fn said(name: &str, value: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match (name, value) {
        ("draws_at" | "draw_by", Value::Number(n)) => vec![n.as_u64().map_or_else(|| n.to_string(), when::show)],
        ("pool", Value::Object(_)) => pool_said(value),
        ("method", Value::Object(_)) => method_said(value),
        ("not_drawn", Value::Array(groups)) => groups
            .iter()
            .map(|group| format!("{} seats are not drawn: {}", group["seats"], text(&group["why"])))
            .collect(),
        ("seats", Value::Array(seats)) => {
            seats.iter().map(|seat| format!("index {}: {}", seat["index"], text(&seat["reason"]))).collect()
        }
        ("beacon", Value::Object(_)) => {
            let chain = text(&value["chain"]);
            let named = match Chain::by_name_or_hash(&chain) {
                Some(known) => format!("drand's {} ({chain})", known.info().beacon_id()),
                None => format!("{chain}, A REHEARSAL'S"),
            };
            vec![format!("round {} of chain {named}", value["round"])]
        }
        ("keys", Value::Array(keys)) => keys.iter().map(text).collect(),
        ("title", Value::Object(titles)) => {
            let titles: Vec<String> = titles.iter().map(|(lang, title)| format!("{lang}: {}", text(title))).collect();
            vec![titles.join("; ")]
        }
        (_, Value::String(text)) => vec![text.clone()],
        (_, other) => vec![other.to_string()],
    }
}

fn names(list: &Value) -> String {
    list.as_array().map_or_else(String::new, |all| all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "))
}

/// Everything about people that these terms publish, or fix.
fn pool_said(pool: &Value) -> Vec<String> {
    let mut lines = vec![format!("{} people, root {}", pool["size"], pool["root"].as_str().unwrap_or_default())];
    if let Some(draw) = pool["from"]["draw"].as_str() {
        lines.push(format!("all of them come from draw '{draw}'"));
    }
    let columns = &pool["columns"];
    for (role, what) in [("private", "private"), ("household", "the address of a household"), ("public", "public")] {
        let named = names(&columns[role]);
        if !named.is_empty() {
            lines.push(format!("columns, {what}: {named}"));
        }
    }
    if let Some(id) = columns["id"].as_str() {
        lines.push(format!("column of the id: {id}"));
    }
    if let Some(table) = pool["table"].as_str() {
        lines.push(format!("the table of public columns will be published: {table}"));
    }
    if let Some(reason) = pool["table_reason"].as_str() {
        lines.push(format!("ALTHOUGH SOMEBODY STANDS ALONE IN IT, because: {reason}"));
    }
    lines
}

fn method_said(method: &Value) -> Vec<String> {
    let mut line = format!("{}, {} seats", method["name"].as_str().unwrap_or_default(), method["seats"]);
    if method["columns"].is_array() {
        line.push_str(&format!(" by {}", names(&method["columns"])));
    }
    let mut lines = vec![line];
    if let Some(strata) = method["strata"].as_str() {
        lines.push(format!("seats of each stratum: the list {strata}; --artifacts DIR shows them"));
    }
    if let Some(panels) = method["panels"].as_u64() {
        lines.push(format!(
            "one of {panels} panels; everybody is on {} to {} of them; {} a certificate of fairness",
            method["min_count"],
            method["max_count"],
            if method.get("certificate").is_some() { "with" } else { "without" }
        ));
    }
    if let Some(list) = method["list"].as_str() {
        lines.push(format!("the list of panels {list}"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use klero_tlog::SecretKey;
    use klero_tlog::note::KeyName;

    fn key(name: &str, seed: u8) -> SignerKey {
        SignerKey::new(KeyName::new(name).unwrap(), SecretKey::from_seed(&[seed; 32]))
    }

    #[test]
    fn signatures_are_sorted_and_single() {
        let note = unsigned("kleroterion/v1/void", &std::collections::BTreeMap::from([("draw", "a")])).unwrap();
        let one = add_signature(&note, &key("eupen/mayor", 1)).unwrap();
        let two = add_signature(&one, &key("eupen/clerk", 2)).unwrap();
        let names: Vec<_> =
            Note::parse(two.as_bytes()).unwrap().signatures().iter().map(|s| s.name().as_str().to_owned()).collect();
        assert_eq!(names, ["eupen/clerk", "eupen/mayor"]);
        assert!(add_signature(&two, &key("eupen/clerk", 2)).is_err());
        assert!(describe(&two).unwrap().contains("signed by    eupen/mayor"));
        for bad in ["", "kleroterion/v1/void", "hello\n{}\n\n", "kleroterion/v1/void\n{}\n"] {
            assert!(add_signature(bad, &key("a/b", 1)).is_err(), "{bad:?}");
        }
    }
    /// Whoever signs is shown what two members must sign for, what is published of people, and that the beacon proves nothing.
    #[test]
    fn whoever_signs_is_shown_what_they_sign() {
        let note = |chain: &str| {
            let terms = serde_json::json!({
                "beacon": {"chain": chain, "round": 7},
                "method": {"columns": ["town"], "name": "stratified", "seats": 3, "strata": "ab".repeat(32)},
                "pool": {"columns": {"household": ["street"], "id": "nr", "private": ["name"], "public": ["town"]}, "root": "cd", "size": 9,
                         "table": "ef", "table_reason": "the council decided so"},
            });
            unsigned("kleroterion/v1/terms", &terms).unwrap()
        };
        let rehearsal = describe(&note(&"0".repeat(64))).unwrap();
        assert!(rehearsal.starts_with("REHEARSAL BEACON: ") && rehearsal.contains("A REHEARSAL'S"), "{rehearsal}");
        let public = note(&Chain::quicknet().hash().to_string());
        let told = describe(&public).unwrap();
        assert!(!told.contains("REHEARSAL"), "{told}");
        for words in [
            "9 people, root cd",
            "columns, private: name",
            "columns, the address of a household: street",
            "columns, public: town",
            "the table of public columns will be published: ef",
            "ALTHOUGH SOMEBODY STANDS ALONE IN IT, because: the council decided so",
            "stratified, 3 seats by town",
            "the list abab",
        ] {
            assert!(told.contains(words), "{words}: {told}");
        }
        assert_eq!(strata_list(&public).unwrap().unwrap().to_string(), "ab".repeat(32));
        assert_eq!(strata_list("kleroterion/v1/void\n{}\n\n").unwrap(), None);
    }
}
