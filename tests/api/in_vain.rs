//! Nobody is asked to sign, or written to, in vain: what the log would refuse is refused when it is written, with what to do instead.

use kleroterion::clock::Clock as _;
use serde_json::{Value, json};

use crate::common_service::{ROUNDS, forty, published};
use crate::support::{Answer, Office};

/// Refused, with these words and with advice.
#[track_caller]
fn refused(answer: Answer, status: u16, words: &str) {
    let kind = if status == 422 { "invalid" } else { "refused" };
    let told = answer.problem(status, kind);
    assert!(told["detail"].as_str().unwrap().contains(words), "{told}");
    assert!(!told["advice"].as_str().unwrap_or_default().is_empty(), "{told}");
}

fn post(office: &Office, what: &str, body: Value) -> Answer {
    office.site.post(&office.anna, &format!("/organisers/eupen/draws/letters/{what}"), body)
}

fn announced(office: &Office, replacement: &str) -> String {
    let pool = office.pool(&forty());
    let draft = office.draft("letters", ROUNDS[1], &pool, json!({"name": "equal"}), 5, 2, replacement);
    office.decide(&office.write(&draft, "announcement"));
    draft
}

fn drawn(office: &Office, replacement: &str) -> String {
    let draft = announced(office, replacement);
    office.decide(&office.write(&draft, "terms"));
    office.site.world.clock.set(published(ROUNDS[1]));
    office.site.world.round("letters", ROUNDS[1]).unwrap();
    draft
}

fn decisions(office: &Office) -> usize {
    office.read("/decisions").json()["items"].as_array().unwrap().len()
}

#[test]
fn a_draw_is_postponed_to_a_later_time_only() {
    let office = Office::new();
    let draft = announced(&office, "rank");
    let at = office.draw("letters")["draws_at"].as_u64().unwrap();
    let waiting = decisions(&office);
    let to = |at: u64| post(&office, "postponement", json!({"draws_at": at}));
    refused(to(at - 1), 409, "not moved to an earlier time");
    refused(to(0), 409, "not moved to an earlier time");
    assert_eq!(decisions(&office), waiting);
    // Only its title may change as well.
    to(at).is(201);
    // What was announced is past: a time before now is in vain, however much later it is.
    office.site.world.clock.set(at + 100);
    refused(to(at + 50), 409, "is past");
    refused(
        office.site.post(&office.anna, &format!("/organisers/eupen/drafts/{draft}/terms"), json!({})),
        409,
        "the round was published at",
    );
    let later = published(ROUNDS[2]) - 1;
    office.decide(&to(later).is(201).json());
    assert_eq!(
        (office.draw("letters")["draws_at"].as_u64(), &office.draw("letters")["postponed"]),
        (Some(later), &json!(1))
    );
}

#[test]
fn a_draw_that_was_given_up_takes_no_note_any_more() {
    let office = Office::new();
    let draft = announced(&office, "rank");
    refused(post(&office, "void", json!({"reason": "beacon_lost"})), 409, "not sealed");
    refused(post(&office, "annulment", json!({"reason": "court"})), 409, "no outcome yet");
    office.decide(&post(&office, "void", json!({"reason": "cancelled"})).is(201).json());
    let waiting = decisions(&office);
    refused(post(&office, "void", json!({"reason": "cancelled"})), 409, "voided and cannot be given up");
    refused(post(&office, "annulment", json!({"reason": "court"})), 409, "voided and cannot be annulled");
    refused(post(&office, "erasure", json!({})), 409, "no sealed pool");
    let later = json!({"draws_at": published(ROUNDS[2])});
    refused(post(&office, "postponement", later), 409, "voided and cannot be postponed");
    let terms = format!("/organisers/eupen/drafts/{draft}/terms");
    refused(office.site.post(&office.anna, &terms, json!({})), 409, "voided and cannot be sealed");
    assert_eq!(decisions(&office), waiting);
}

#[test]
fn a_vacancy_is_written_only_for_seats_that_are_held_and_a_time_that_decides() {
    let office = Office::new();
    drawn(&office, "beacon");
    let outcome = office.read("/draws/letters/outcome").json();
    let seat = |index: &Value| json!([{"index": index, "reason": "declined"}]);
    let held = &outcome["drawn"][0];
    let ahead = published(ROUNDS[2]) - 1;
    let waiting = decisions(&office);
    refused(post(&office, "vacancies", json!({"seats": seat(held)})), 422, "time of the fresh draw is missing");
    let past = json!({"seats": seat(held), "draws_at": office.site.world.clock.now()});
    refused(post(&office, "vacancies", past), 409, "is past");
    let other = json!({"seats": seat(&outcome["reserves"][0]), "draws_at": ahead});
    refused(post(&office, "vacancies", other), 409, "holds no seat");
    assert_eq!(decisions(&office), waiting);
    let vacancy = json!({"seats": seat(held), "draws_at": ahead});
    office.decide(&post(&office, "vacancies", vacancy.clone()).is(201).json());
    // Until the seat is filled nothing else can be decided about the result.
    refused(post(&office, "vacancies", vacancy), 409, "wait to be filled");
    refused(post(&office, "annulment", json!({"reason": "court"})), 409, "wait to be filled");
    refused(post(&office, "erasure", json!({})), 409, "wait to be filled");
    refused(post(&office, "void", json!({"reason": "cancelled"})), 409, "vacated and cannot be given up");
}

#[test]
fn nobody_is_written_to_about_a_result_that_was_annulled() {
    let office = Office::new();
    let draft = drawn(&office, "rank");
    let held = office.read("/draws/letters/outcome").json()["drawn"][0].clone();
    let early = json!({"seats": [{"index": held, "reason": "ended"}], "draws_at": published(ROUNDS[2])});
    refused(post(&office, "vacancies", early), 422, "does not fit");
    office.decide(&post(&office, "annulment", json!({"reason": "complaint"})).is(201).json());
    let seats = json!({"seats": [{"index": held, "reason": "ended"}]});
    refused(post(&office, "vacancies", seats), 409, "nobody holds a seat");
    refused(post(&office, "annulment", json!({"reason": "court"})), 409, "annulled and cannot be annulled");
    refused(post(&office, "letters", json!({"to": "drawn"})), 409, "was annulled");
    for file in ["letters/drawn.csv", "letters/reserves.zip", "reminders.csv"] {
        refused(office.read(&format!("/draws/letters/{file}")), 409, "was annulled");
    }
    // The outcome stays, and with it the list of those who have to be told.
    office.read("/draws/letters/outcome").is(200);
    assert_eq!(office.people("/draws/letters/results/drawn.csv").text().lines().count(), 6);
    let terms = format!("/organisers/eupen/drafts/{draft}/terms");
    refused(office.site.post(&office.anna, &terms, json!({})), 409, "annulled and cannot be sealed");
    // Erased once, and not again.
    office.decide(&post(&office, "erasure", json!({})).is(201).json());
    refused(post(&office, "erasure", json!({})), 409, "erased already");
}

/// What the log itself refuses says what to do as well: here the log has gone on since both notes were written.
#[test]
fn a_note_that_the_log_refuses_comes_back_with_advice() {
    let office = Office::new();
    announced(&office, "rank");
    let later = |round: u64| post(&office, "postponement", json!({"draws_at": published(round) - 1})).is(201).json();
    let (first, second) = (later(ROUNDS[2]), later(ROUNDS[3]));
    for decision in [&first, &second] {
        office.sign(&office.anna, decision, "clerk").is(201);
        office.sign(&office.bert, decision, "mayor_").is(201);
    }
    office.hand_in(&first).is(200);
    let told = office.hand_in(&second).problem(409, "refused");
    assert!(told["detail"].as_str().unwrap().contains("postponed is 1, expected 2"), "{told}");
    assert!(told["advice"].as_str().unwrap().contains("write it again"), "{told}");
}
