//! Writes the seeds that are made by the product's own code, from fixed keys. `cargo run -p klero-fuzz --example seeds`, in `fuzz/`'s parent.
//! Seeds that exist are left alone: a corpus also remembers inputs that once went wrong.

#![expect(clippy::unwrap_used, reason = "a program for who works on the corpus")]

use std::fmt::Write as _;
use std::path::Path;

use base64::Engine as _;
use klero_draw::hash::{from_hex, sha256};
use klero_draw::json;
use klero_draw::names::Slug;
use klero_draw::pool::{Columns, PoolKey};
use klero_draw::receipt::{Receipt, ShortCode, seal_box};
use klero_tlog::cosignature::WitnessSigner;
use klero_tlog::note::{KeyName, SignerKey};
use klero_tlog::tile::{encode_bundle, encode_tile};
use klero_tlog::witness_wire::{AddCheckpoint, conflict_size, cosignature_lines};
use klero_tlog::{Checkpoint, MerkleTree, SecretKey, VerifiedCheckpoint, leaf_hash};
use klero_verifier::fraud::{Relation, compare};
use kleroterion::files::RealFiles;
use kleroterion::guard::Guard;
use kleroterion::monitor::findings::{Findings, Id};
use kleroterion::monitor::state::State;
use kleroterion::monitor::steps::Steps;
use kleroterion::people_csv::Options;
use kleroterion::pool_dir::{CommitOptions, TableWish, commit};

const ORIGIN: &str = "draws.example.org/log";

fn put(name: &str, seed: &str, bytes: impl AsRef<[u8]>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(seed);
    if !path.exists() {
        std::fs::write(&path, bytes).unwrap();
        println!("{}", path.display());
    }
}

fn main() {
    logs();
    draws();
    shell();
}

fn signer() -> SignerKey {
    SignerKey::new(KeyName::new(ORIGIN).unwrap(), SecretKey::from_seed(&[7; 32]))
}

fn witness() -> WitnessSigner {
    WitnessSigner::new(KeyName::new("witness.example.net").unwrap(), SecretKey::from_seed(&[9; 32]))
}

fn tree(size: u64, salt: &str) -> MerkleTree {
    let mut tree = MerkleTree::new();
    (0..size).for_each(|n| tree.append(leaf_hash(format!("entry {n}{salt}").as_bytes())));
    tree
}

fn logs() {
    let (signer, witness) = (signer(), witness());
    put("signer_key", "0", signer.to_text().as_bytes());
    put("witness_signer", "0", witness.to_text().as_bytes());
    put("vkey", "seeds", signer.verifier_key().to_text());
    put("witness_key", "0", witness.witness_key().to_text());
    let small = tree(5, "");
    let note = Checkpoint::new(ORIGIN, tree(11, "").head()).unwrap().sign(&signer).unwrap();
    put("signed_checkpoint", "0", note.to_bytes());
    let line = witness.cosign(note.text(), 1_800_000_000).unwrap();
    put("note_line", "0", line.line());
    put("cosignature_lines", "0", cosignature_lines(std::slice::from_ref(&line)));
    let cosigned = note.with_signatures([line]).unwrap();
    put("cosigned", "0", cosigned.to_bytes());
    put("witness_state", "0", cosigned.to_bytes());
    put("conflict_size", "0", conflict_size(17));
    let proof = tree(11, "").consistency_proof(5, 11).unwrap();
    put("add_checkpoint", "0", AddCheckpoint::new(5, proof, note.clone()).unwrap().to_text());
    put("tile", "0", encode_tile(small.leaves()));
    let entries: Vec<String> = (0..3).map(|n| format!("entry {n}")).collect();
    put("entry_bundle", "0", [&[2][..], &encode_bundle(&entries).unwrap()].concat());
    put("hash_hex", "0", small.root().to_hex());
    put("hash_base64", "0", small.root().to_base64());

    let keys = [signer.verifier_key()];
    let verified = VerifiedCheckpoint::open(&note.to_bytes(), &keys).unwrap();
    let other = tree(13, "!");
    let larger = Checkpoint::new(ORIGIN, other.head()).unwrap().sign(&signer).unwrap();
    let larger = VerifiedCheckpoint::open(&larger.to_bytes(), &keys).unwrap();
    if let Some(Relation::Fork(proof)) = compare(&verified, &larger, Some(&other)).unwrap() {
        put("fraud", "0", proof.to_text().unwrap());
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guard");
    Guard::new(verified).write(&RealFiles, &path).unwrap();
    put("guard", "0", std::fs::read(&path).unwrap());
}

fn draws() {
    let key = PoolKey::from_bytes([3; 32]);
    put("pool_key", "0", key.to_hex().as_bytes());
    put("slug", "0", "eupen-citizens-2026");
    put("hex_hash", "0", hex::encode(sha256(b"artifact")));
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let columns =
        Columns::new(names(&["street"]), "number".into(), names(&["name"]), names(&["municipality"])).unwrap();
    put("columns", "0", json::encode(&columns).unwrap());
    let code = ShortCode::derive(&key, &"eupen-citizens-2026".parse::<Slug>().unwrap(), "N007");
    put("short_code", "grouped", code.grouped().as_bytes());
    put("short_code", "typed", code.grouped().to_lowercase().replace('-', " ").replace('0', "o"));
    put("locator", "0", code.locator().to_string());
    let receipt = Receipt::parse(include_str!("../corpus/receipt/r")).unwrap();
    let sealed = seal_box(&code, &receipt).unwrap();
    put("receipt_box", "0", format!("{}\n{}", code.grouped().as_str(), hex::encode(sealed)));
    put("scanner", "0", "[\"a\\u0000\\n\\\"é\":7,\"\\\\\":4294967295]");
    for (chain, name) in
        [(klero_draw::beacon::Chain::quicknet(), "quicknet"), (klero_draw::beacon::Chain::default_chain(), "default")]
    {
        put("chain_info", name, json::encode(chain.info()).unwrap());
    }
    // The first pool of tests/vectors/pool.json with a table of several people.
    let vectors: serde_json::Value = serde_json::from_str(include_str!("../../tests/vectors/pool.json")).unwrap();
    for (at, pool) in vectors["pools"].as_array().unwrap().iter().enumerate().take(4) {
        if let (Some(table), Some(root)) = (pool["table"].as_str(), pool["root"].as_str())
            && from_hex::<32>(root).is_some()
        {
            put("table", &at.to_string(), format!("{root}\n{}\n{table}", pool["columns"]));
        }
    }
}

const PEOPLE: &str = "id,name,street,age,birth,quarter\n1,Ann,\"Road, 1\",34,1991-02-03,north\n2,Bo,Road 2,71,1954-01-01,south\n3,É,Road 3,18,2008-12-31,north\n";
const SHEET: &str = "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><dimension ref=\"A1:D3\"/><sheetData>\
    <row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>id</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>street</t></is></c><c r=\"C1\" t=\"inlineStr\"><is><t>quarter</t></is></c><c r=\"D1\" t=\"inlineStr\"><is><t>feature</t></is></c></row>\
    <row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"B2\" t=\"inlineStr\"><is><t>Road &amp; 1</t></is></c><c r=\"C2\" t=\"str\"><v>north</v></c><c r=\"D2\" t=\"b\"><v>1</v></c></row>\
    <row r=\"3\"><c r=\"A3\"><v>2.5e3</v></c><c r=\"B3\" t=\"inlineStr\"><is><t>Road 2</t></is></c><c r=\"C3\" t=\"str\"><v>south</v></c><c r=\"D3\"><v>0.1</v></c></row>\
    </sheetData></worksheet>";

fn shell() {
    put("people_csv", "people.csv", PEOPLE);
    put("people_headings", "people.csv", PEOPLE);
    put("coarsen", "people.csv", PEOPLE);
    put("coarser", "0", "age=10");
    for target in ["people_sheet", "uploaded_sheet"] {
        put(target, "sheet.xml", SHEET);
    }
    let quotas = sheet(&[["feature", "value", "min", "max"], ["gender", "f", "1", "2"], ["gender", "m", "1", "2"]]);
    put("quotas_sheet", "sheet.xml", quotas);
    let people =
        sheet(&[["id", "street", "gender", "age"], ["1", "Road 1", "f", "16-29"], ["2", "Road 2", "m", "30+"]]);
    put("respondents_sheet", "sheet.xml", people);
    // One cell in the last corner that a sheet can have.
    let far = SHEET.replace("</sheetData>", "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData>");
    for target in ["people_sheet", "uploaded_sheet", "quotas_sheet", "respondents_sheet"] {
        put(target, "refused-far.xml", &far);
    }
    put("relay", "0", "https://api.drand.sh");
    put("address", "0", "https://witness.example.net/prefix/");
    put("time", "utc", "2026-12-01T20:00:00Z");
    put("time", "zone", "2026-12-01T21:00:00+01:00[Europe/Brussels]");
    put("time", "ahead", "+90s");
    put("time", "secs", "1800000000");
    put("language", "0", "nl-BE,nl;q=0.9,fr;q=0.800,en;q=0.1");
    put("login", "0", "clerk@eupen.example");
    put("api_records", "none", "kleroterion/records/1\n");
    put("cursor", "0", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode("00deadbeef"));
    put("forwarded", "0", "6.6.6.6, 2001:db8::1");
    put("cookie", "0", format!("a=b; __Host-klero={}", "ab".repeat(32)));
    put("key_file", "0", format!("{}\n", signer().to_text().as_str()));
    put("public_key_file", "0", format!("{}\n", signer().verifier_key().to_text()));
    put("witness_key_file", "0", format!("{}\n", witness().to_text().as_str()));
    put("rehearsal_key_file", "0", format!("{}\n", "07".repeat(32)));
    put("kept_tokens", "0", "AAECAw==\nBAUGBw==\n");
    put("data_key", "0", data_key());
    put("control_request", "note", "{\"do\":\"note\",\"note\":\"x\"}\n");
    put(
        "control_request",
        "round",
        "{\"do\":\"round\",\"draw\":\"jury\",\"round\":{\"round\":7,\"signature\":\"aa\"}}\n",
    );
    put("control_request", "seal", "{\"do\":\"seal\",\"terms\":\"x\",\"pool\":\"/tmp/pool\"}\n");
    put("service_config", "service.json", format!("{{\"origin\":\"{ORIGIN}\"}}\n"));
    let mut findings = Findings::default();
    findings.find(Id::LogFork, "log", "two histories", 1_800_000_000);
    put("monitor_findings", "0", findings.to_json().unwrap());
    put("monitor_state", "0", State::new(signer().verifier_key().to_text(), true).to_json().unwrap());

    let folder = tempfile::tempdir().unwrap();
    let steps = folder.path().join("steps");
    let mut written = Steps::open(&steps, 0, &mut |_, _, _| Ok(())).unwrap();
    written
        .append(&[("a".into(), b"one".to_vec()), ("b".into(), b"two".to_vec()), ("a".into(), b"three".to_vec())])
        .unwrap();
    put("monitor_steps", "0", std::fs::read(&steps).unwrap());

    let (csv, pool) = (folder.path().join("people.csv"), folder.path().join("pool"));
    std::fs::write(&csv, PEOPLE).unwrap();
    let roles =
        Options { id: "id".into(), public: vec!["quarter".into()], household: vec!["street".into()], delimiter: None };
    commit(&csv, &CommitOptions { roles, table: TableWish::Never }, &pool, &mut |_| {}).unwrap();
    let files = ["pool.json", "pool.key", "people.csv", "index"].map(|name| std::fs::read(pool.join(name)).unwrap());
    let mut lengths = String::new();
    files.iter().for_each(|file| write!(lengths, "{} ", file.len()).unwrap());
    put("pool_folder", "0", [format!("{}\n", lengths.trim_end()).as_bytes(), &files.concat()].concat());
    put("backup", "0", backup());
}

fn sheet(rows: &[[&str; 4]]) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>",
    );
    for (row, number) in rows.iter().zip(1..) {
        write!(text, "<row r=\"{number}\">").unwrap();
        for (cell, column) in row.iter().zip(["A", "B", "C", "D"]) {
            write!(text, "<c r=\"{column}{number}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>").unwrap();
        }
        text.push_str("</row>");
    }
    text + "</sheetData></worksheet>"
}

/// A backup of three files, with the list at its end.
fn backup() -> Vec<u8> {
    let head =
        format!("{{\"format\":\"kleroterion/backup/2\",\"origin\":\"{ORIGIN}\",\"size\":11,\"made_at\":1800000000}}");
    let files = [
        ("backup.json", head),
        ("public/tile/entries/000", "entry".into()),
        ("accounts.age", "age-encryption.org/v1\n".into()),
    ];
    let hashes: std::collections::BTreeMap<_, _> =
        files.iter().map(|(name, text)| (*name, hex::encode(sha256(text.as_bytes())))).collect();
    let mut tar = tar::Builder::new(Vec::new());
    let all = files.iter().cloned().chain([("hashes.json", serde_json::to_string(&hashes).unwrap())]);
    for (name, text) in all {
        let mut header = tar::Header::new_gnu();
        header.set_size(u64::try_from(text.len()).unwrap());
        header.set_entry_type(tar::EntryType::Regular);
        tar.append_data(&mut header, name, text.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap()
}

/// A data key as the service makes it.
fn data_key() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.key");
    kleroterion::vault::Vault::create(&path).unwrap();
    std::fs::read(&path).unwrap()
}
