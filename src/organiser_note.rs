//! Organisers' notes on their way from one desk to the next: written unsigned, signed by each member with their own key, handed in.
//!
//! An unsigned note is the text of a signed note and the blank line after it. Signing keeps the lines sorted by key name, as spec §1
//! demands. Whoever signs is shown first what the note says. Nothing here decides whether a note is valid: the log's rules do.

use klero_draw::json;
use klero_tlog::SignerKey;
use klero_tlog::note::{Note, NoteSignature};
use serde::Serialize;

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
    let value: serde_json::Value =
        serde_json::from_str(line).map_err(|_| Failure::usage("the second line of this note is not JSON"))?;
    let mut out = format!("{}\n", context.trim_start_matches("kleroterion/v1/"));
    if let Some(members) = value.as_object() {
        for (name, value) in members {
            let shown = match (name.as_str(), value) {
                ("draws_at" | "draw_by", serde_json::Value::Number(n)) => {
                    n.as_u64().map_or_else(|| n.to_string(), when::show)
                }
                ("pool", pool) => format!(
                    "{} people, root {}{}{}",
                    pool["size"],
                    pool["root"].as_str().unwrap_or_default(),
                    if pool.get("table").is_some() { "; the table of public columns will be published" } else { "" },
                    pool["from"]["draw"]
                        .as_str()
                        .map_or_else(String::new, |draw| format!("; all of them come from draw '{draw}'"))
                ),
                ("method", method) => format!(
                    "{}, {} seats{}{}",
                    method["name"].as_str().unwrap_or_default(),
                    method["seats"],
                    method["columns"].as_array().map_or_else(String::new, |columns| {
                        let names: Vec<&str> = columns.iter().filter_map(serde_json::Value::as_str).collect();
                        format!(" by {}", names.join(", "))
                    }),
                    method["panels"].as_u64().map_or_else(String::new, |panels| format!(
                        ": one of {panels} panels; everybody is on {} to {} of them; {}",
                        method["min_count"],
                        method["max_count"],
                        if method.get("certificate").is_some() {
                            "with a certificate of fairness"
                        } else {
                            "without a certificate of fairness"
                        }
                    ))
                ),
                ("not_drawn", serde_json::Value::Array(groups)) => groups
                    .iter()
                    .map(|group| {
                        format!("{} seats are not drawn: {}", group["seats"], group["why"].as_str().unwrap_or_default())
                    })
                    .collect::<Vec<_>>()
                    .join("\n               "),
                ("seats", serde_json::Value::Array(seats)) => seats
                    .iter()
                    .map(|seat| format!("index {}: {}", seat["index"], seat["reason"].as_str().unwrap_or_default()))
                    .collect::<Vec<_>>()
                    .join("\n               "),
                ("beacon", beacon) => {
                    format!("round {} of chain {}", beacon["round"], beacon["chain"].as_str().unwrap_or_default())
                }
                ("keys", serde_json::Value::Array(keys)) => {
                    keys.iter().filter_map(serde_json::Value::as_str).collect::<Vec<_>>().join("\n               ")
                }
                ("title", serde_json::Value::Object(titles)) => titles
                    .iter()
                    .map(|(language, text)| format!("{language}: {}", text.as_str().unwrap_or_default()))
                    .collect::<Vec<_>>()
                    .join("; "),
                (_, serde_json::Value::String(text)) => text.clone(),
                (_, other) => other.to_string(),
            };
            out.push_str(&format!("  {name:<12} {shown}\n"));
        }
    }
    for signature in &signatures {
        out.push_str(&format!("  signed by    {}\n", signature.name().as_str()));
    }
    Ok(out)
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
}
