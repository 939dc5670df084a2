//! Rows, columns and commitments (spec §2.1, §2.2), against vectors that Python made.

mod pool_common;

use klero_draw::commitment::{CommitError, PersonHasher, PoolBuilder, leaf};
use klero_draw::hash::ArtifactHash;
use klero_draw::json;
use klero_draw::pool::{
    CELL_BYTES_MAX, COLUMNS_MAX, Columns, ID_BYTES_MAX, NAME_BYTES_MAX, PUBLIC_PART_BYTES_MAX, PoolKey, PublicPart, Row,
};
use klero_draw::table::{Table, TableWriter};
use pool_common::{class, columns, pool_vectors, with_row, write_table};
use proptest::prelude::*;

const KEY: [u8; 32] = [9; 32];

#[test]
fn every_hash_is_as_another_implementation_computes_it() {
    for pool in pool_vectors().pools {
        let mut hasher = PersonHasher::new(&pool.key(), &pool.columns);
        for person in &pool.people {
            person.with_row(|row| {
                let parts = hasher.parts(row).expect("a good row");
                assert_eq!(hex::encode(parts.salt.as_bytes()), person.salt, "{}", pool.name);
                assert_eq!(parts.private.to_string(), person.private_part, "{}", pool.name);
                assert_eq!(parts.public, person.public_part, "{}", pool.name);
                let key = parts.household.as_ref().map(|(key, _)| hex::encode(key.as_bytes()));
                assert_eq!(key, person.address_key, "{}", pool.name);
                assert_eq!(leaf(&parts.private, parts.public).to_string(), person.leaf, "{}", pool.name);
                let public: PublicPart = json::decode(parts.public).expect("canonical");
                assert_eq!(public.household, parts.household.map(|(_, tag)| tag), "{}", pool.name);
            });
        }
    }
}

#[test]
fn root_indices_and_table_are_as_another_implementation_computes_them() {
    for pool in pool_vectors().pools {
        let commitment = pool.commit();
        assert_eq!((commitment.size(), commitment.root()), (pool.size, pool.root), "{}", pool.name);
        assert_eq!(commitment.tree().root().as_bytes(), &pool.root.0, "{}", pool.name);
        for (handle, person) in (0..).zip(&pool.people) {
            let leaf = person.leaf.parse().expect("a leaf");
            assert_eq!(commitment.handle(person.index), Some(handle), "{}", pool.name);
            assert_eq!(commitment.leaf(person.index), Some(leaf), "{}", pool.name);
            assert_eq!(commitment.position(&leaf), Some(person.index), "{}", pool.name);
        }
        assert_eq!((commitment.leaf(pool.size), commitment.handle(pool.size)), (None, None));

        let mut hasher = PersonHasher::new(&pool.key(), &pool.columns);
        let mut writer = TableWriter::new(&commitment);
        let mut text = klero_draw::table::HEADER.to_owned();
        for (_, handle) in commitment.entries() {
            pool.people[usize::try_from(handle).unwrap()].with_row(|row| {
                text.push_str(writer.line(&hasher.parts(row).unwrap()).expect("the committed row"));
            });
        }
        assert_eq!(text, pool.table, "{}", pool.name);
        assert_eq!(writer.finish(), Ok(ArtifactHash::of(pool.table.as_bytes())), "{}", pool.name);
    }
}

#[test]
fn columns_are_bounded_distinct_and_sorted() {
    let names = |n: usize| (0..n).map(|i| format!("c{i:02}")).collect::<Vec<_>>();
    let one = |name: &str| vec![name.to_owned()];
    let check = |private: Vec<String>, public: Vec<String>, expected: &str| {
        let found = Columns::new(vec![], "id".to_owned(), private, public);
        assert_eq!(found.as_ref().map_or_else(class, |_| "accepted".to_owned()), expected);
    };
    check(vec![], vec![], "accepted");
    check(names(COLUMNS_MAX - 1), vec![], "accepted");
    check(names(COLUMNS_MAX), vec![], "TooMany");
    check(one(&"é".repeat(NAME_BYTES_MAX / 2)), vec![], "accepted");
    check(one(&format!("{}a", "é".repeat(NAME_BYTES_MAX / 2))), vec![], "NameLength");
    check(one(""), vec![], "NameLength");
    check(one("a\0b"), vec![], "NulInName");
    check(one("a"), one("a"), "Repeated");
    check(one("id"), vec![], "Repeated");
    check(vec!["a".into(), "a".into()], vec![], "Repeated");
    // Sorted by code point, which is not the order of UTF-16.
    check(vec!["\u{1f600}".into(), "\u{e000}".into()], vec![], "accepted");

    for (text, accepted) in [
        (r#"{"household":["b","a"],"id":"id","private":["c","d"],"public":["e","f"]}"#, true),
        ("{\"household\":[],\"id\":\"id\",\"private\":[],\"public\":[\"\u{e000}\",\"\u{1f600}\"]}", true),
        ("{\"household\":[],\"id\":\"id\",\"private\":[],\"public\":[\"\u{1f600}\",\"\u{e000}\"]}", false),
        (r#"{"household":[],"id":"id","private":["d","c"],"public":[]}"#, false),
        (r#"{"household":["a"],"id":"a","private":[],"public":[]}"#, false),
        (r#"{"household":[],"id":"","private":[],"public":[]}"#, false),
        (r#"{"household":[],"id":"id","private":[]}"#, false),
        (r#"{"household":[],"id":"id","private":[],"public":[],"x":[]}"#, false),
    ] {
        assert_eq!(json::decode::<Columns>(text).is_ok(), accepted, "{text}");
    }
}

#[test]
fn cells_are_bounded_and_no_error_shows_one() {
    let columns = columns(&["name"], &["street"], &["age", "b", "c", "d", "e"]);
    let mut hasher = PersonHasher::new(&PoolKey::from_bytes(KEY), &columns);
    let mut check = |id: &str, name: &str, street: &str, public: [&str; 5], expected: &str| {
        let (private, household) = ([name], [street]);
        let row = Row { id, private: &private, household: &household, public: &public };
        match hasher.parts(&row) {
            Ok(_) => assert_eq!(expected, "accepted"),
            Err(error) => {
                assert_eq!(class(&error), expected);
                for shown in [format!("{error}"), format!("{error:?}")] {
                    assert!(!shown.contains("SECRET"), "{shown}");
                }
            }
        }
    };
    let long = |n: usize| "SECRET".chars().cycle().take(n).collect::<String>();
    let (most, over) = (long(CELL_BYTES_MAX), long(CELL_BYTES_MAX + 1));
    check("SECRET", "", "", [""; 5], "accepted");
    check("", "SECRET", "", [""; 5], "EmptyId");
    check(&long(ID_BYTES_MAX), "", "", [""; 5], "accepted");
    check(&long(ID_BYTES_MAX + 1), "", "", [""; 5], "CellTooLong");
    check("SECRET\0", "", "", [""; 5], "Nul");
    check("i", &most, "", [""; 5], "accepted");
    check("i", &over, "", [""; 5], "CellTooLong");
    check("i", "SECRET\0", "", [""; 5], "Nul");
    check("i", "", &most, [""; 5], "accepted");
    check("i", "", &over, [""; 5], "CellTooLong");
    check("i", "", "SECRET\0", [""; 5], "Nul");
    check("i", "", "", [&most, "", "", "", ""], "accepted");
    check("i", "", "", [&over, "", "", "", ""], "CellTooLong");
    check("i", "", "", ["\0SECRET", "", "", "", ""], "Nul");
    // Bytes are counted, not characters, and a public part as JSON.
    check("i", &"é".repeat(CELL_BYTES_MAX / 2), "", [""; 5], "accepted");
    check("i", &"é".repeat(CELL_BYTES_MAX / 2 + 1), "", [""; 5], "CellTooLong");
    let frame = r#"{"row":{"age":"","b":"","c":"","d":"","e":""}}"#.len();
    let last = long(PUBLIC_PART_BYTES_MAX - frame - 3 * CELL_BYTES_MAX);
    check("i", "", "", [&most, &most, &most, &last, ""], "accepted");
    check("i", "", "", [&most, &most, &most, &last, "S"], "PublicPartTooLong");
    check("i", "", "", [&most, &most, &most, &last[1..], "\""], "PublicPartTooLong");

    for (private, household, public) in [(0, 1, 5), (2, 1, 5), (1, 0, 5), (1, 2, 5), (1, 1, 4), (1, 1, 6)] {
        let cells = ["SECRET"; 6];
        let row = Row { id: "i", private: &cells[..private], household: &cells[..household], public: &cells[..public] };
        assert_eq!(hasher.parts(&row).map_err(|error| class(&error)).err().as_deref(), Some("CellCount"));
    }
}

#[test]
fn an_empty_address_is_no_household() {
    let columns = columns(&[], &["street", "house"], &[]);
    let mut hasher = PersonHasher::new(&PoolKey::from_bytes(KEY), &columns);
    let mut tag = |household: [&str; 2]| {
        let row = Row { id: "i", private: &[], household: &household, public: &[] };
        let parts = hasher.parts(&row).expect("a good row");
        assert_eq!(parts.public.contains("household"), parts.household.is_some());
        parts.household.map(|(_, tag)| tag)
    };
    assert_eq!(tag(["", ""]), None);
    assert!(tag(["", " "]).is_some());
    assert_eq!(tag(["a", "1"]), tag(["a", "1"]));
    // Cells cannot run together: the address is JSON, not a joined text.
    assert_ne!(tag(["a", "b"]), tag(["ab", ""]));
    assert_ne!(tag(["a", "b"]), tag(["b", "a"]));
}

#[test]
fn repeated_ids_are_all_reported_by_handle() {
    let columns = columns(&["name"], &[], &[]);
    let mut builder = PoolBuilder::new(&PoolKey::from_bytes(KEY), &columns);
    for (handle, id) in [(70, "a"), (10, "b"), (30, "c"), (60, "a"), (20, "d"), (50, "b"), (40, "a"), (80, "e")] {
        // Other cells do not make another person.
        let name = format!("name {handle}");
        builder.push(&Row { id, private: &[&name], household: &[], public: &[] }, handle).expect("a good row");
    }
    let groups = vec![vec![10, 50], vec![40, 60, 70]];
    assert_eq!(builder.finish().err(), Some(CommitError::RepeatedIds { groups }));
}

#[test]
fn nobody_is_no_pool_and_a_refused_row_is_left_out() {
    let columns = columns(&[], &[], &[]);
    let new = || PoolBuilder::new(&PoolKey::from_bytes(KEY), &columns);
    assert_eq!(new().finish().err(), Some(CommitError::Empty));
    let row = |id| Row { id, private: &[], household: &[], public: &[] };
    let mut builder = new();
    builder.push(&row(""), 1).expect_err("no id");
    builder.push(&row("a"), 2).expect("a good row");
    assert_eq!(builder.count(), 1);
    let mut alone = new();
    alone.push(&row("a"), 5).expect("a good row");
    assert_eq!(builder.finish().unwrap().root(), alone.finish().unwrap().root());
}

#[test]
fn debug_shows_no_person_and_no_secret() {
    let columns = columns(&["name"], &["street"], &["town"]);
    let key = PoolKey::from_bytes(KEY);
    let mut hasher = PersonHasher::new(&key, &columns);
    let row = Row { id: "SECRET", private: &["SECRET"], household: &["SECRET"], public: &["SECRET"] };
    let mut builder = PoolBuilder::new(&key, &columns);
    builder.push(&row, 1).unwrap();
    let parts = hasher.parts(&row).unwrap();
    let public: PublicPart = json::decode(parts.public).unwrap();
    let (address_key, _) = parts.household.clone().unwrap();
    let shown = format!("{row:?} {key:?} {parts:?} {public:?} {:?} {address_key:?} {builder:?}", parts.salt);
    let secrets = [&KEY, parts.salt.as_bytes(), address_key.as_bytes()].map(hex::encode);
    for secret in ["SECRET", "[9, 9"].into_iter().chain(secrets.iter().map(String::as_str)) {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(!format!("{hasher:?}").contains("SECRET"));
}

#[test]
fn a_pool_key_is_64_lower_case_digits() {
    let digits = hex::encode(KEY);
    assert_eq!(digits.parse::<PoolKey>().map(|key| key.to_hex().to_string()), Ok(digits.clone()));
    let upper = "ab".repeat(32).to_uppercase();
    for bad in ["", &digits[1..], &format!("{digits}0"), &format!(" {digits}"), &upper, &"zz".repeat(32)] {
        assert!(bad.parse::<PoolKey>().is_err());
    }
}

fn any_cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zé\u{1f600} ]{0,12}",
        1 => prop::collection::vec(any::<char>(), 0..6).prop_map(|chars| chars.into_iter().filter(|c| *c != '\0').collect()),
        1 => "[\u{1}-\u{1f}\"\\\\]{0,4}",
    ]
}

proptest! {
    /// The order in which rows come reaches neither root nor table; the writer's text is what the general encoder gives.
    #[test]
    fn the_order_of_rows_does_not_matter(
        people in prop::collection::btree_map("[a-z0-9]{1,6}", prop::collection::vec(any_cell(), 4), 1..24),
        seed in any::<u64>(),
    ) {
        let columns = columns(&["name"], &["street"], &["\u{e000}", "\u{1f600}"]);
        let key = PoolKey::from_bytes(KEY);
        let rows: Vec<(String, [Vec<String>; 3])> = people.into_iter().map(|(id, cells)| {
            (id, [cells[..1].to_vec(), cells[1..2].to_vec(), cells[2..].to_vec()])
        }).collect();
        let mut shuffled: Vec<usize> = (0..rows.len()).collect();
        shuffled.sort_by_key(|i| u64::try_from(*i).unwrap().wrapping_add(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let commit = |order: &[usize]| {
            let mut builder = PoolBuilder::new(&key, &columns);
            for &i in order {
                let (id, [private, household, public]) = &rows[i];
                let handle = u64::try_from(i).unwrap();
                with_row(id, [private, household, public], |row| builder.push(row, handle)).unwrap();
            }
            builder.finish().unwrap()
        };
        let (first, second) = (commit(&(0..rows.len()).collect::<Vec<_>>()), commit(&shuffled));
        prop_assert_eq!(first.root(), second.root());
        prop_assert_eq!(first.entries().collect::<Vec<_>>(), second.entries().collect::<Vec<_>>());
        let text = write_table(&key, &columns, &first, &rows);
        let table = Table::parse(&text, &columns, first.size(), &first.root()).unwrap();
        for (index, (leaf, handle)) in (0u32..).zip(first.entries()) {
            let (private, public) = table.person(index).unwrap();
            prop_assert_eq!(klero_draw::commitment::leaf(&private, public), leaf);
            let part: PublicPart = json::decode(public).unwrap();
            let (_, [_, _, cells]) = &rows[usize::try_from(handle).unwrap()];
            prop_assert_eq!(&part.row.into_values().collect::<Vec<_>>(), cells);
        }
    }
}
