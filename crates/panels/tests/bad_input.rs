//! Every kind of bad input, what is said about it, and on which line.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use klero_panels::error::{Place, Problem, SHOWN_ERRORS};
use klero_panels::{
    BuildError, BuildOptions, IdColumn, InputErrors, Instance, Quotas, RespondentOptions, Respondents, Unwatched,
    build, check,
};

const QUOTAS: &str = "feature,value,min,max\ngender,female,1,2\ngender,male,1,2\n";
const PEOPLE: &str = "id,gender\na,female\nb,male\nc,female\n";

fn quotas(text: &[u8]) -> Result<Quotas, InputErrors> {
    Quotas::from_csv(text)
}

fn people(text: &[u8], options: &RespondentOptions) -> Result<Respondents, InputErrors> {
    Respondents::from_csv(text, &quotas(QUOTAS.as_bytes()).unwrap(), options)
}

#[test]
fn quotas_are_refused_with_line_and_reason() {
    let long_name = "x".repeat(100);
    let cases: Vec<(Vec<u8>, Option<u64>, &str)> = vec![
        (b"".to_vec(), None, "the file has no header line"),
        (b"feature,value,min,max\n".to_vec(), None, "the file has no quotas"),
        (b"feature,value,min\ng,f,1\n".to_vec(), Some(1), "there is no column \"max\""),
        (b"feture,value,min,max\ng,f,1,2\n".to_vec(), Some(1), "did you mean \"feture\"?"),
        (b"feature,value,min,max,min_flx\ng,f,1,2,0\n".to_vec(), Some(1), "did you mean \"min_flx\"?"),
        (b"feature,value,min,max,max\ng,f,1,2,2\n".to_vec(), Some(1), "two columns are called \"max\""),
        (b"feature,value,min,max\n,f,1,2\n".to_vec(), Some(2), "the cell under \"feature\" is empty"),
        (b"feature,value,min,max\ng,f,,2\n".to_vec(), Some(2), "the cell under \"min\" is empty"),
        (b"feature,value,min,max\ng,f,1,two\n".to_vec(), Some(2), "\"two\" under \"max\" is not a whole number"),
        (b"feature,value,min,max\ng,f,-1,2\n".to_vec(), Some(2), "\"-1\" under \"min\""),
        (b"feature,value,min,max\ng,f,1.5,2\n".to_vec(), Some(2), "\"1.5\" under \"min\""),
        (b"feature,value,min,max\ng,f,3,2\n".to_vec(), Some(2), "the minimum 3 is greater than the maximum 2"),
        (b"feature,value,min,max\ng,f,99999999999,2\n".to_vec(), Some(2), "not a whole number"),
        (b"feature,value,min,max\ng,f,1,2\ng, F ,1,2\n".to_vec(), Some(3), "already has a quota on line 2"),
        (b"feature,value,min,max\ng,f,1\n".to_vec(), Some(2), "has 3 cells, the header has 4"),
        (b"feature,value,min,max,min_flex,max_flex\ng,f,1,2,2,3\n".to_vec(), Some(2), "does not contain 1 to 2"),
        (b"feature,value,min,max\ng,\xff,1,2\n".to_vec(), Some(2), "is not UTF-8"),
        (format!("feature,value,min,max\ng,{long_name},3,2\n").into_bytes(), Some(2), "xxxx…"),
    ];
    for (text, line, says) in cases {
        let shown = String::from_utf8_lossy(&text).into_owned();
        let errors = quotas(&text).expect_err(&shown);
        let first = &errors.shown()[0];
        assert_eq!(first.place, Place::Quotas(line), "{shown}: {errors}");
        assert!(errors.to_string().contains(says), "{shown}: {errors}");
    }
}

#[test]
fn quotas_are_read_in_every_spelling() {
    let plain = quotas(QUOTAS.as_bytes()).unwrap();
    for text in [
        "category,name,min,max\ngender,female,1,2\ngender,male,1,2\n",
        "category,feature,min,max\ngender,female,1,2\ngender,male,1,2\n",
        "\u{feff}Feature,Value,MIN,Max\r\ngender,female,1,2\r\ngender,male,1,2\r\n",
        "feature;value;min;max\ngender;female;1;2\ngender;male;1;2\n",
        "feature\tvalue\tmin\tmax\ngender\tfemale\t1\t2\ngender\tmale\t1\t2\n",
        "feature,value,min,max,min_flex,max_flex\ngender,female,1,2,0,-1\ngender,male,1,2,,\n",
        "max,min,value,feature\n2,1,female,gender\n2,1,male,gender\n",
        "feature,value,min,max\n\n gender , female ,1,2\ngender,male,1,2\n",
    ] {
        let mut read = quotas(text.as_bytes()).unwrap_or_else(|e| panic!("{text}: {e}"));
        // the line is where it stood; everything else must agree
        if text.contains("\n\n") {
            assert_eq!(read.features()[0].quotas[0].line, 3);
            read = quotas(text.replace("\n\n", "\n").as_bytes()).unwrap();
        }
        assert_eq!(read, plain, "{text}");
    }
    assert_eq!(quotas(plain.to_csv().as_bytes()).unwrap(), plain);
}

#[test]
fn respondents_are_refused_with_line_and_reason() {
    let cases: Vec<(&str, Option<u64>, &str)> = vec![
        ("", None, "no header line"),
        ("id,gender\n", None, "no respondents"),
        ("id,gendr\na,female\n", Some(1), "there is no column \"gender\"; did you mean \"gendr\"?"),
        (
            "name,gender\na,female\n",
            Some(1),
            "name it with --id, or have ids made: klero panels build --generate-ids FILE",
        ),
        (
            "id,gender\na,femal\n",
            Some(2),
            "\"femal\" is not a value of \"gender\" in the quotas; did you mean \"female\"?",
        ),
        ("id,gender\na,xyzzyxyzzy\n", Some(2), "in the quotas"),
        ("id,gender\na,\n", Some(2), "no value for \"gender\""),
        ("id,gender\n,female\n", Some(2), "no id"),
        ("id,gender\na,female\nb,male\na,male\n", Some(4), "this id is already on line 2"),
        ("id,gender\na\n", Some(2), "has 1 cells, the header has 2"),
        ("id,gender\na,female,extra\n", Some(2), "has 3 cells, the header has 2"),
    ];
    for (text, line, says) in cases {
        let errors = people(text.as_bytes(), &RespondentOptions::default()).expect_err(text);
        assert_eq!(errors.shown()[0].place, Place::Respondents(line), "{text}: {errors}");
        assert!(errors.to_string().contains(says), "{text}: {errors}");
    }
    let errors = people(
        PEOPLE.as_bytes(),
        &RespondentOptions { id: IdColumn::Named("number".into()), household: vec!["adress".into()] },
    )
    .expect_err("two columns are missing");
    assert_eq!(errors.total(), 2);
}

#[test]
fn all_errors_are_counted_and_the_first_are_shown() {
    let mut text = String::from("id,gender\n");
    for i in 0..200 {
        text.push_str(&format!("p{i},femal\n"));
    }
    let errors = people(text.as_bytes(), &RespondentOptions::default()).expect_err("200 mistakes");
    assert_eq!((errors.shown().len(), errors.total()), (SHOWN_ERRORS, 200));
    assert_eq!(errors.shown()[49].place, Place::Respondents(Some(51)));
    assert!(errors.to_string().ends_with("… and 150 more"));
}

#[test]
fn no_error_repeats_an_id() {
    let secret = "secret-person-id";
    let text = format!("id,gender\n{secret},female\n{secret},mal\n");
    let errors = people(text.as_bytes(), &RespondentOptions::default()).expect_err("duplicate");
    assert!(!errors.to_string().contains(secret) && !format!("{errors:?}").contains(secret));
    let fine = people(PEOPLE.as_bytes(), &RespondentOptions::default()).unwrap();
    assert_eq!(format!("{fine:?}"), "Respondents { people: 3, .. }");
}

#[test]
fn ids_can_be_generated_and_values_are_compared_without_case() {
    let text = "name,Gender\nx, FEMALE \ny,Male\nz,female\n";
    let options = RespondentOptions { id: IdColumn::Generate, household: vec![] };
    let read = people(text.as_bytes(), &options).unwrap();
    assert_eq!(read.ids().collect::<Vec<_>>(), ["p1", "p2", "p3"]);
    assert_eq!(read.id_column(), "generated_id");
    // what was written out with these ids is read again without naming the column
    let all: Vec<u32> = (0..3).collect();
    let again =
        people(klero_panels::output::people_csv(&read, &all).as_bytes(), &RespondentOptions::default()).unwrap();
    assert!(again.ids().eq(read.ids()));
}

#[test]
fn contradictions_between_seats_quotas_and_people() {
    let cases: Vec<(&str, u32, Problem)> = vec![
        (QUOTAS, 0, Problem::ZeroSeats),
        (
            "feature,value,min,max\ngender,female,0,9\ngender,male,0,9\n",
            4,
            Problem::MoreSeatsThanPeople { seats: 4, people: 3 },
        ),
        (
            "feature,value,min,max\ngender,female,0,1\ngender,male,0,1\n",
            3,
            Problem::MaximaTooLow { feature: "gender".into(), sum: 2, seats: 3 },
        ),
        (
            "feature,value,min,max\ngender,female,2,2\ngender,male,1,1\n",
            2,
            Problem::MinimaTooHigh { feature: "gender".into(), sum: 3, seats: 2 },
        ),
        (
            "feature,value,min,max\ngender,female,0,2\ngender,male,0,2\ngender,other,1,2\n",
            2,
            Problem::TooFewPeople { feature: "gender".into(), value: "other".into(), min: 1, people: 0 },
        ),
    ];
    for (text, seats, problem) in cases {
        let quotas = quotas(text.as_bytes()).unwrap();
        let people = Respondents::from_csv(PEOPLE.as_bytes(), &quotas, &RespondentOptions::default()).unwrap();
        let errors = Instance::new(&quotas, &people, seats).expect_err(text);
        assert!(errors.shown().iter().any(|e| e.problem == problem), "{text}: {errors}");
    }
}

#[test]
fn damaged_spreadsheets_are_refused() {
    for bytes in [&b""[..], b"PK\x03\x04 not a workbook", PEOPLE.as_bytes()] {
        let read = Quotas::from_xlsx(bytes).expect_err("no spreadsheet");
        assert_eq!(read.shown()[0].place, Place::Quotas(None));
    }
}

/// Rows of people with values `v0`… chosen by a fixed generator, and quotas for them.
fn made(people: u32, features: u32, values: u32, quota: &str) -> (String, String) {
    let mut state = 3_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % u64::from(values)
    };
    let mut text = String::from("id");
    let mut quotas = String::from("feature,value,min,max\n");
    for f in 0..features {
        text.push_str(&format!(",f{f}"));
        for v in 0..values {
            quotas.push_str(&format!("f{f},v{v},{quota}\n"));
        }
    }
    for p in 0..people {
        text.push_str(&format!("\n{p}"));
        for _ in 0..features {
            text.push_str(&format!(",v{}", next()));
        }
    }
    (text, quotas)
}

#[test]
fn very_large_tasks_end_in_a_list_or_in_words() {
    for (people, features, values, quota, seats) in
        [(300, 200, 2, "2,18", 20), (50_000, 4, 5, "5,20", 50), (300, 200, 2, "10,10", 20), (12, 3, 2, "0,0", 4)]
    {
        let (text, quota_text) = made(people, features, values, quota);
        let quotas = quotas(quota_text.as_bytes()).unwrap();
        let people = Respondents::from_csv(text.as_bytes(), &quotas, &RespondentOptions::default()).unwrap();
        let instance = match Instance::new(&quotas, &people, seats) {
            Ok(instance) => instance,
            Err(errors) => {
                // an empty category: nobody may have any of its values
                assert!(errors.to_string().contains("the maxima add up to 0, too few for 4 seats"), "{errors}");
                continue;
            }
        };
        let options = BuildOptions { panels: 50, work: 200_000_000, ..BuildOptions::default() };
        match build(&instance, &options, &Unwatched) {
            Ok(built) => assert_eq!(check(&instance, built.list.panels().to_vec()), Ok(built.list)),
            Err(error) => {
                assert!(matches!(error, BuildError::NotFound | BuildError::Infeasible | BuildError::Solver), "{error}");
            }
        }
    }
}

#[test]
fn values_that_nobody_has_and_columns_that_are_empty_are_named() {
    let quotas = quotas(b"feature,value,min,max\ngender,female,0,2\ngender,male,0,2\nage,old,0,2\n").unwrap();
    let errors = Respondents::from_csv(b"id,gender,age\na,female,\nb,male,\n", &quotas, &RespondentOptions::default())
        .expect_err("nobody has an age");
    assert_eq!(errors.total(), 2);
    assert!(errors.to_string().contains("respondents, line 2: this person has no value for \"age\""), "{errors}");
}
