//! Tables and linked pools (spec §2.3, §2.5): what is read, and everything that is not.

mod pool_common;

use klero_draw::commitment::{Commitment, PersonHasher, PoolBuilder, leaf};
use klero_draw::hash::{PoolRoot, PrivatePart};
use klero_draw::json;
use klero_draw::pool::{CELL_BYTES_MAX, Columns, HouseholdTag, PoolKey, PublicPart, Row};
use klero_draw::table::{EarlierOpened, HEADER, LinkError, Table, TableError, TableWriteError, TableWriter};
use pool_common::{class, columns, pool_vectors, write_table};
use proptest::prelude::*;

#[test]
fn a_table_is_read_as_it_was_written() {
    for pool in pool_vectors().pools {
        let table = Table::parse(&pool.table, &pool.columns, pool.size, &pool.root).expect("a good table");
        assert_eq!((table.size(), table.root()), (pool.size, pool.root));
        assert_eq!(table.tree().root().as_bytes(), &pool.root.0);
        let mut tags = Vec::new();
        for person in &pool.people {
            let (private, public) = table.person(person.index).expect("in the table");
            assert_eq!((private.to_string(), public), (person.private_part.clone(), person.public_part.as_str()));
            assert_eq!(table.leaf(person.index).map(|leaf| leaf.to_string()).as_ref(), Some(&person.leaf));
            for (column, cell) in person.public.iter().enumerate() {
                assert_eq!(table.value(person.index, column), cell);
                let code = table.code(person.index, column).expect("a code");
                assert_eq!(table.code_of(column, cell), Some(code));
                assert_eq!(table.values(column)[usize::try_from(code).unwrap()], *cell);
                assert_eq!(table.codes(column)[usize::try_from(person.index).unwrap()], code);
            }
            let part: PublicPart = json::decode(public).expect("canonical");
            assert_eq!(table.tag(person.index), part.household);
            assert_eq!(table.household(person.index).is_some(), part.household.is_some());
            tags.extend(part.household);
        }
        tags.sort_unstable();
        tags.dedup();
        assert_eq!(usize::try_from(table.household_count()), Ok(tags.len()));
        for column in 0..pool.columns.public().len() {
            assert!(table.values(column).is_sorted_by(|a, b| a < b), "values ascend and are distinct");
        }
        assert_eq!((table.person(pool.size), table.tag(pool.size), table.code(pool.size, 0)), (None, None, None));
        assert_eq!((table.value(0, 64), table.value(u32::MAX, 0)), ("", ""));
    }
}

/// More values than any cache of the reader holds, all of one length, so that neighbours in it are easily mistaken.
#[test]
fn many_values_are_told_apart() {
    let answer = |i: usize| format!("{:05}", i * 7919 % 1499);
    let ids: Vec<(String, String)> = (0..3000).map(|i| (format!("id {i}"), answer(i))).collect();
    let people: Vec<(&str, &str)> = ids.iter().map(|(id, answer)| (id.as_str(), answer.as_str())).collect();
    let (columns, commitment, text) = linked(&people, 1);
    let table = Table::parse(&text, &columns, commitment.size(), &commitment.root()).expect("a good table");
    let mut distinct: Vec<&str> = people.iter().map(|(_, answer)| *answer).collect();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(table.values(0), distinct);
    for (index, (_, handle)) in (0..).zip(commitment.entries()) {
        assert_eq!(table.value(index, 0), people[usize::try_from(handle).unwrap()].1);
    }
}

#[test]
fn refused_tables_are_refused_for_their_own_reason() {
    let vectors = pool_vectors();
    for case in &vectors.refused_tables {
        let pool = vectors.pool(&case.pool);
        let error = Table::parse(&case.table, &pool.columns, pool.size, &pool.root).expect_err(&case.name);
        assert_eq!(class(&error), case.error, "{}", case.name);
        for cell in pool.people.iter().flat_map(|person| &person.public).filter(|cell| cell.len() > 3) {
            assert!(!format!("{error} {error:?}").contains(cell), "{}: {error}", case.name);
        }
    }
}

#[test]
fn errors_name_the_line_and_the_counts() {
    let vectors = pool_vectors();
    let pool = vectors.pool("a town, one public column");
    let error = |name: &str| {
        let case = vectors.refused_tables.iter().find(|case| case.name == name).expect("a case of that name");
        Table::parse(&case.table, &pool.columns, pool.size, &pool.root).expect_err("refused")
    };
    assert_eq!(error("the last person missing"), TableError::LineCount { expected: 7, found: 6 });
    assert_eq!(error("one person more"), TableError::LineCount { expected: 7, found: 8 });
    assert_eq!(error("63 digits"), TableError::PrivatePart { line: 3 });
    assert_eq!(error("two people exchanged"), TableError::LeafOrder { line: 4 });
    let found = CELL_BYTES_MAX + 1;
    assert_eq!(
        error("a cell of 4,097 bytes"),
        TableError::CellTooLong { line: 2, column: "municipality".into(), found }
    );
}

#[test]
fn every_other_text_is_refused() {
    for pool in pool_vectors().pools {
        let parse = |text: &str| Table::parse(text, &pool.columns, pool.size, &pool.root).map(|_| ());
        assert_eq!(parse(&pool.table), Ok(()));
        let bytes = pool.table.as_bytes();
        for at in 0..bytes.len() {
            if let Ok(prefix) = str::from_utf8(&bytes[..at]) {
                assert!(parse(prefix).is_err(), "cut off at {at}");
            }
            for change in [0x01, 0x02, 0x10, 0x20, 0x40] {
                let mut changed = bytes.to_vec();
                changed[at] ^= change;
                // What is not UTF-8 is not a text, and never gets here.
                if let Ok(changed) = str::from_utf8(&changed) {
                    assert!(parse(changed).is_err(), "byte {at} changed by {change:#x}");
                }
            }
        }
        // Other columns, another size, another root.
        let other = columns(&[], &[], &["something else"]);
        assert!(Table::parse(&pool.table, &other, pool.size, &pool.root).is_err());
        for size in [0, pool.size - 1, pool.size + 1, u32::MAX] {
            let error = Table::parse(&pool.table, &pool.columns, size, &pool.root).expect_err("another size");
            assert_eq!(class(&error), "LineCount");
        }
        let error = Table::parse(&pool.table, &pool.columns, pool.size, &PoolRoot([0; 32])).expect_err("another root");
        assert_eq!(error, TableError::RootMismatch { sealed: PoolRoot([0; 32]), computed: pool.root });
    }
}

#[test]
fn a_writer_refuses_rows_that_were_not_committed() {
    let vectors = pool_vectors();
    let pool = vectors.pool("a town, one public column");
    let commitment = pool.commit();
    let mut hasher = PersonHasher::new(&pool.key(), &pool.columns);
    let at = |index| pool.people.iter().find(|person| person.index == index).unwrap();
    let mut writer = TableWriter::new(&commitment);
    at(0).with_row(|row| writer.line(&hasher.parts(row).unwrap()).map(|_| ())).expect("in order");
    let skipped = at(2).with_row(|row| writer.line(&hasher.parts(row).unwrap()).map(|_| ()));
    assert_eq!(skipped, Err(TableWriteError::NotTheCommittedRow { index: 1 }));
    let moved = at(1).with_row(|row| {
        let row = Row { public: &["Aubel"], ..*row };
        writer.line(&hasher.parts(&row).unwrap()).map(|_| ())
    });
    assert_eq!(moved, Err(TableWriteError::NotTheCommittedRow { index: 1 }));
    assert_eq!(writer.finish(), Err(TableWriteError::Unfinished { written: 1, size: 7 }));
}

// ---- linked pools ----

/// A pool of these ids, each with a public answer, and its table.
fn linked(people: &[(&str, &str)], key: u8) -> (Columns, Commitment, String) {
    let columns = columns(&["name"], &[], &["answer"]);
    let key = PoolKey::from_bytes([key; 32]);
    let rows: Vec<(String, [Vec<String>; 3])> = people
        .iter()
        .map(|(id, answer)| ((*id).to_owned(), [vec![format!("name of {id}")], vec![], vec![(*answer).to_owned()]]))
        .collect();
    let mut builder = PoolBuilder::new(&key, &columns);
    for (handle, (id, [private, _, public])) in (0..).zip(&rows) {
        builder
            .push(&Row { id, private: &[&private[0]], household: &[], public: &[&public[0]] }, handle)
            .expect("a good row");
    }
    let commitment = builder.finish().expect("a good row");
    let text = write_table(&key, &columns, &commitment, &rows);
    (columns, commitment, text)
}

fn private_part_of(id: &str) -> PrivatePart {
    // The earlier pool had another public column: private parts do not depend on it.
    let columns = columns(&["name"], &[], &[]);
    let mut hasher = PersonHasher::new(&PoolKey::from_bytes([1; 32]), &columns);
    let name = format!("name of {id}");
    hasher.parts(&Row { id, private: &[&name], household: &[], public: &[] }).expect("a good row").private
}

fn opened(drawn: &[&str], reserves: &[&str]) -> EarlierOpened {
    let parts = |ids: &[&str]| ids.iter().map(|id| private_part_of(id)).collect::<Vec<_>>();
    EarlierOpened::of_people((0u32..).zip(parts(drawn).into_iter().chain(parts(reserves))))
        .expect("everybody has one index")
}

#[test]
fn a_linked_pool_is_made_of_people_opened_once() {
    let (columns, commitment, text) = linked(&[("a", "yes"), ("b", "no"), ("c", "yes")], 1);
    let table = Table::parse(&text, &columns, commitment.size(), &commitment.root()).unwrap();
    let index = |id: &str| (0..3).find(|i| table.person(*i).unwrap().0 == private_part_of(id)).unwrap();

    let proof = table.check_from(&opened(&["a", "x", "b"], &["c", "y"])).expect("all of them opened");
    assert_eq!((proof.size(), proof.opened()), (3, 5));
    // Somebody else opened twice says nothing about this pool.
    assert!(table.check_from(&opened(&["a", "x", "b"], &["c", "x"])).is_ok());

    let stranger = LinkError::Stranger { index: index("c") };
    assert_eq!(table.check_from(&opened(&["a", "b"], &["x"])), Err(stranger));
    assert_eq!(table.check_from(&opened(&[], &[])), Err(LinkError::Stranger { index: 0 }));
    let twice = LinkError::OpenedTwice { index: index("b"), found: 2 };
    assert_eq!(table.check_from(&opened(&["a", "b", "c"], &["b"])), Err(twice));
    assert_eq!(table.check_from(&opened(&["a", "b", "c", "b"], &[])), Err(twice));
}

#[test]
fn one_index_of_the_earlier_pool_is_one_person() {
    let (a, b) = (private_part_of("a"), private_part_of("b"));
    assert_eq!(
        EarlierOpened::of_people([(0, a), (1, b), (0, a)]).unwrap(),
        EarlierOpened::of_people([(0, a), (1, b)]).unwrap()
    );
    assert_eq!(EarlierOpened::of_people([(0, a), (3, a), (3, b)]), Err(LinkError::TwoPeople { index: 3 }));
}

#[test]
fn a_friend_under_another_key_is_a_stranger() {
    let (columns, commitment, text) = linked(&[("a", "yes"), ("b", "no")], 2);
    let table = Table::parse(&text, &columns, commitment.size(), &commitment.root()).unwrap();
    assert_eq!(table.check_from(&opened(&["a", "b"], &[])), Err(LinkError::Stranger { index: 0 }));
}

#[test]
fn a_person_twice_in_a_linked_pool_is_found() {
    // A builder refuses a repeated id, so this table is made by hand: one private part, two answers.
    let columns = columns(&["name"], &[], &["answer"]);
    let private = private_part_of("a");
    let mut lines: Vec<_> = ["yes", "no"]
        .iter()
        .map(|answer| format!(r#"{{"row":{{"answer":"{answer}"}}}}"#))
        .map(|public| (leaf(&private, &public), format!("{private} {public}\n")))
        .collect();
    lines.sort();
    let text = lines.iter().fold(HEADER.to_owned(), |text, (_, line)| text + line);
    let root = klero_tlog::root_of(lines.iter().map(|(leaf, _)| klero_tlog::Hash::from_bytes(leaf.0)));
    let table = Table::parse(&text, &columns, 2, &PoolRoot(root.to_bytes())).expect("a good table");
    assert_eq!(table.check_from(&opened(&["a"], &[])), Err(LinkError::TwiceInTable { first: 0, second: 1 }));
}

// ---- the scanner against the general decoder ----

/// Reads one public part as the only line of a table with its own root, so that nothing but the public part decides.
fn scan(public: &str, columns: &Columns) -> Result<(Option<HouseholdTag>, Vec<String>), TableError> {
    let private = PrivatePart([5; 32]);
    let text = format!("{HEADER}{private} {public}\n");
    let root = PoolRoot(leaf(&private, public).0);
    let table = Table::parse(&text, columns, 1, &root)?;
    Ok((table.tag(0), (0..columns.public().len()).map(|column| table.value(0, column).to_owned()).collect()))
}

/// The same by the general decoder.
fn decode(public: &str, columns: &Columns) -> Option<(Option<HouseholdTag>, Vec<String>)> {
    let part: PublicPart = json::decode(public).ok()?;
    let fits = part.row.keys().eq(columns.public())
        && (part.household.is_none() || !columns.household().is_empty())
        && part.row.values().all(|cell| cell.len() <= CELL_BYTES_MAX && !cell.contains('\0'));
    fits.then(|| (part.household, part.row.into_values().collect()))
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{\"household\":\"".to_owned()),
        Just("00112233445566778899aabbccddeeff".to_owned()),
        Just("\",\"row\":{".to_owned()),
        Just("{\"row\":{".to_owned()),
        Just("\"a\":\"".to_owned()),
        Just("\",\"b\\\"\":\"".to_owned()),
        Just("\"}}".to_owned()),
        "\\\\[btnfru\"\\\\/x]?",
        "\\\\u00[0-2][0-9a-fA-F]",
        "[a-e\"\\\\,:{}é ]{0,3}",
    ];
    prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

fn literal() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof!["[a-zé/ ]{1,4}", "\\\\[btnfr\"\\\\/]", "\\\\u00[01][0-9a-f]", "\u{1f600}|\u{7f}"],
        0..5,
    )
    .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn the_scanner_accepts_what_the_decoder_accepts(
        pieces in pieces(), a in literal(), b in literal(), tag in prop::bool::ANY,
        mutate in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
    ) {
        let tag = if tag { "\"household\":\"00112233445566778899aabbccddeeff\"," } else { "" };
        let mut whole = format!("{{{tag}\"row\":{{\"a\":\"{a}\",\"b\\\"\":\"{b}\"}}}}").into_bytes();
        if let Some((at, byte)) = mutate {
            let at = at.index(whole.len());
            whole[at] = byte;
        }
        let whole = String::from_utf8(whole).unwrap_or_default();
        for columns in [columns(&[], &[], &["a", "b\""]), columns(&[], &["street"], &["a", "b\""]), columns(&[], &["s"], &[])] {
            for text in [&whole, &pieces] {
                // A newline ends the line: then it is another text that is read.
                if !text.contains('\n') {
                    prop_assert_eq!(scan(text, &columns).ok(), decode(text, &columns));
                }
            }
        }
    }
}

#[test]
fn a_long_literal_may_be_a_short_cell() {
    let columns = columns(&[], &[], &["a"]);
    for (cell, accepted) in [
        ("\\n".repeat(CELL_BYTES_MAX), true),
        ("\\n".repeat(CELL_BYTES_MAX + 1), false),
        (format!("{}é", "\\u0001".repeat(2000)), true),
        ("é".repeat(CELL_BYTES_MAX / 2), true),
        ("é".repeat(CELL_BYTES_MAX / 2 + 1), false),
    ] {
        let public = format!(r#"{{"row":{{"a":"{cell}"}}}}"#);
        assert_eq!(scan(&public, &columns).is_ok(), accepted);
        assert_eq!(decode(&public, &columns).is_some(), accepted);
    }
}
