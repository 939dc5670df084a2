//! Receipts, short codes and boxes (spec §2.4), against vectors that Python made.

mod pool_common;

use klero_draw::commitment::PersonHasher;
use klero_draw::names::Slug;
use klero_draw::receipt::{CheckedReceipt, PoolTerms, Receipt, ReceiptError, ShortCode, open_box, seal_box};
use pool_common::{Pool, PoolVectors, class, pool_vectors};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    draw: Slug,
    log: String,
    receipts: Vec<Accepted>,
    refused_receipts: Vec<Refused>,
    codes: Vec<Typed>,
    refused_codes: Vec<RefusedCode>,
    box_code: String,
    refused_boxes: Vec<RefusedBox>,
}

#[derive(Deserialize)]
struct Accepted {
    pool: String,
    person: usize,
    receipt: String,
    index: u32,
    private_part: String,
    public_part: String,
    fragment: String,
    code: String,
    locator: String,
    #[serde(rename = "box")]
    sealed: String,
}

#[derive(Deserialize)]
struct Refused {
    pool: String,
    name: String,
    error: String,
    receipt: String,
}

#[derive(Deserialize)]
struct Typed {
    code: String,
    typed: String,
}

#[derive(Deserialize)]
struct RefusedCode {
    name: String,
    error: String,
    typed: String,
}

#[derive(Deserialize)]
struct RefusedBox {
    name: String,
    error: String,
    #[serde(rename = "box")]
    sealed: String,
}

fn vectors() -> (Vectors, PoolVectors) {
    (serde_json::from_str(include_str!("../../../tests/vectors/receipt.json")).expect("vectors"), pool_vectors())
}

impl Vectors {
    fn terms<'a>(&'a self, pool: &'a Pool) -> PoolTerms<'a> {
        PoolTerms { columns: &pool.columns, draw: &self.draw, log: &self.log, root: pool.root, size: pool.size }
    }

    fn check(&self, pool: &Pool, text: &str) -> Result<CheckedReceipt, ReceiptError> {
        Receipt::parse(text)?.check(&self.terms(pool))
    }
}

#[test]
fn receipts_are_as_another_implementation_writes_them() {
    let (vectors, pools) = vectors();
    for case in &vectors.receipts {
        let pool = pools.pool(&case.pool);
        let person = &pool.people[case.person];
        let proof = pool.commit().tree().inclusion_proof(case.index.into(), pool.size.into()).expect("in the pool");
        let mut hasher = PersonHasher::new(&pool.key(), &pool.columns);
        let (made, checked) = person.with_row(|row| {
            let parts = hasher.parts(row).expect("a good row");
            Receipt::make(&vectors.terms(pool), row, &parts, person.index, &proof).expect("in the pool")
        });
        assert_eq!(made.encode().as_ref(), Ok(&case.receipt));
        let read = Receipt::parse(&case.receipt).expect("a receipt");
        assert!(read == made);
        assert_eq!(read.check(&vectors.terms(pool)).as_ref(), Ok(&checked));
        assert_eq!(checked.index(), case.index);
        assert_eq!(checked.private_part().to_string(), case.private_part);
        assert_eq!(checked.public_part(), case.public_part);
        assert_eq!(checked.leaf().to_string(), person.leaf);

        assert_eq!(
            (read.id(), read.index(), read.draw(), read.log()),
            (&*person.id, case.index, &vectors.draw, &*vectors.log)
        );
        assert!(read.private().values().eq(&person.private) && read.public().values().eq(&person.public));
        let address = if person.household.iter().all(String::is_empty) { &[][..] } else { &person.household };
        assert_eq!(read.address(), address);
        assert_eq!((read.columns(), read.pool()), (&pool.columns, (pool.root, pool.size)));

        assert_eq!(read.to_fragment().as_ref(), Ok(&case.fragment));
        assert!(Receipt::from_fragment(&case.fragment).expect("a fragment") == made);

        let code = ShortCode::derive(&pool.key(), &vectors.draw, &person.id);
        assert_eq!(*code.grouped(), case.code);
        assert!(ShortCode::parse(&case.code).expect("a code") == code);
        assert_eq!(code.locator().to_string(), case.locator);
        assert_eq!(case.locator.parse(), Ok(code.locator()));
        let sealed = seal_box(&code, &made).expect("sealed");
        assert_eq!(hex::encode(&sealed), case.sealed);
        assert!(open_box(&code, &sealed).expect("opened") == made);
    }
}

#[test]
fn refused_receipts_are_refused_for_their_own_reason() {
    let (vectors, pools) = vectors();
    for case in &vectors.refused_receipts {
        let error = vectors.check(pools.pool(&case.pool), &case.receipt).expect_err(&case.name);
        assert_eq!(class(&error), case.error, "{}", case.name);
        assert!(!format!("{error} {error:?}").contains("Hauptstraße"), "{}", case.name);
    }
}

#[test]
fn every_changed_byte_of_a_receipt_is_refused() {
    let (vectors, pools) = vectors();
    for case in &vectors.receipts {
        let pool = pools.pool(&case.pool);
        let bytes = case.receipt.as_bytes();
        for at in 0..bytes.len() {
            for change in [0x01, 0x04, 0x20] {
                let mut changed = bytes.to_vec();
                changed[at] ^= change;
                if let Ok(changed) = str::from_utf8(&changed) {
                    assert!(vectors.check(pool, changed).is_err(), "byte {at} changed by {change:#x}");
                }
            }
        }
    }
}

#[test]
fn a_receipt_holds_for_its_own_pool_only() {
    let (vectors, pools) = vectors();
    for case in &vectors.receipts {
        for pool in &pools.pools {
            assert_eq!(vectors.check(pool, &case.receipt).is_ok(), pool.name == case.pool);
        }
    }
}

#[test]
fn fragments_are_read_strictly() {
    let (vectors, pools) = vectors();
    let case = &vectors.receipts[1];
    let terms = vectors.terms(pools.pool(&case.pool));
    let good = &case.fragment;
    let check = |text: &str| Receipt::from_fragment(text)?.check(&terms);
    let long = format!("#{}", "A".repeat(3 << 20));
    for (text, expected) in [
        (&good[1..], "Fragment"),
        (&good.replace('#', "##"), "Fragment"),
        (&format!("{good}="), "Fragment"),
        (&format!("{good} "), "Fragment"),
        ("#", "NotCanonical"),
        ("", "Fragment"),
        ("#_____w", "Fragment"),
        (&long, "TooLong"),
    ] {
        assert_eq!(check(text).map_err(|error| class(&error)).err().as_deref(), Some(expected));
    }
    for at in 0..good.len() {
        assert!(check(&good[..at]).is_err(), "cut off at {at}");
        for other in ['A', 'b', '-', '_', '+', '/', '=', '\n'] {
            let mut changed = good.clone();
            changed.replace_range(at..=at, &other.to_string());
            assert!(changed == *good || check(&changed).is_err(), "character {at} changed to {other:?}");
        }
    }
}

#[test]
fn codes_are_read_as_people_type_them() {
    let (vectors, _) = vectors();
    for case in &vectors.codes {
        let code = ShortCode::parse(&case.typed).unwrap_or_else(|error| panic!("{}: {error}", case.typed));
        assert_eq!(*code.grouped(), case.code);
    }
    for case in &vectors.refused_codes {
        let error = ShortCode::parse(&case.typed).expect_err(&case.name);
        assert_eq!(class(&error), case.error, "{}", case.name);
    }
}

/// The check has 10 bits: about one wrong character in 1,024 passes it, and then there is no box at the other locator.
#[test]
fn wrong_characters_pass_the_check_once_in_a_thousand_and_lead_nowhere() {
    let (vectors, pools) = vectors();
    let (mut typed, mut passed) = (0u32, 0u32);
    for number in 0..60 {
        let code = ShortCode::derive(&pools.pools[0].key(), &vectors.draw, &number.to_string());
        let text = code.grouped().replace('-', "");
        for at in 0..text.len() {
            for other in "0123456789ABCDEFGHJKMNPQRSTVWXYZ".chars().filter(|c| !text[at..].starts_with(*c)) {
                let mut changed = text.clone();
                changed.replace_range(at..=at, &other.to_string());
                typed += 1;
                if let Ok(wrong) = ShortCode::parse(&changed) {
                    passed += 1;
                    assert_ne!(wrong.locator(), code.locator());
                }
            }
        }
    }
    // 48,360 wrong codes, of which 47 should pass; the keys are fixed, so this is the same in every run.
    assert!(typed == 48_360 && (20..80).contains(&passed), "{passed} of {typed} wrong codes passed");
}

#[test]
fn a_code_belongs_to_one_person_of_one_draw_of_one_pool() {
    let (vectors, pools) = vectors();
    let [first, second, ..] = &pools.pools[..] else { panic!("two pools") };
    let other_draw: Slug = "eupen-2026-letter".parse().unwrap();
    let code = ShortCode::derive(&first.key(), &vectors.draw, "1");
    // The draw's length is hashed, so that "…-letter" with the id "s1" is somebody else.
    for other in [
        ShortCode::derive(&first.key(), &vectors.draw, "2"),
        ShortCode::derive(&first.key(), &other_draw, "s1"),
        ShortCode::derive(&second.key(), &vectors.draw, "1"),
    ] {
        assert!(other != code);
        assert_ne!(other.locator(), code.locator());
    }
}

#[test]
fn boxes_are_opened_by_their_code_only() {
    let (vectors, _) = vectors();
    let code = ShortCode::parse(&vectors.box_code).expect("a code");
    for case in &vectors.refused_boxes {
        let sealed = hex::decode(&case.sealed).expect("hex");
        let error = open_box(&code, &sealed).expect_err(&case.name);
        assert_eq!(class(&error), case.error, "{}", case.name);
        assert!(!format!("{error} {error:?}").contains("Thomé"), "{}", case.name);
    }
    let case = vectors.receipts.iter().find(|case| case.code == vectors.box_code).expect("its receipt");
    let sealed = hex::decode(&case.sealed).expect("hex");
    assert_eq!(open_box(&code, &sealed).expect("opened").encode().as_ref(), Ok(&case.receipt));
    for at in 0..sealed.len() {
        for change in [0x01, 0x80] {
            let mut changed = sealed.clone();
            changed[at] ^= change;
            assert_eq!(open_box(&code, &changed).map_err(|error| class(&error)).err().as_deref(), Some("Sealed"));
        }
        assert!(open_box(&code, &sealed[..at]).is_err(), "cut off at {at}");
    }
    assert_eq!(class(&open_box(&code, &vec![0; (2 << 20) + 2048]).unwrap_err()), "Length");
}

#[test]
fn a_receipt_that_is_too_long_is_not_parsed() {
    let error = Receipt::parse(&" ".repeat((2 << 20) + 1)).unwrap_err();
    assert_eq!(error, ReceiptError::TooLong { found: (2 << 20) + 1 });
}

#[test]
fn nothing_is_made_for_a_row_that_is_not_in_the_pool() {
    let (vectors, pools) = vectors();
    let pool = &pools.pools[1];
    let tree = pool.commit().tree();
    let mut hasher = PersonHasher::new(&pool.key(), &pool.columns);
    let (person, other) = (&pool.people[0], &pool.people[1]);
    let proof = tree.inclusion_proof(other.index.into(), pool.size.into()).unwrap();
    person.with_row(|row| {
        let parts = hasher.parts(row).unwrap();
        let error = Receipt::make(&vectors.terms(pool), row, &parts, other.index, &proof).unwrap_err();
        assert_eq!(class(&error), "NotInPool");
    });
}

#[test]
fn debug_shows_no_person_and_no_code() {
    let (vectors, pools) = vectors();
    for case in &vectors.receipts {
        let pool = pools.pool(&case.pool);
        let receipt = Receipt::parse(&case.receipt).unwrap();
        let checked = receipt.check(&vectors.terms(pool)).unwrap();
        let code = ShortCode::parse(&case.code).unwrap();
        let shown = format!("{receipt:?} {checked:?} {code:?}");
        let person = &pool.people[case.person];
        let cells = person.private.iter().chain(&person.household).chain(&person.public);
        for secret in cells.chain([&person.salt, &person.id, &case.code]).filter(|text| text.len() > 3) {
            assert!(!shown.contains(secret.as_str()), "{shown}");
        }
    }
}
