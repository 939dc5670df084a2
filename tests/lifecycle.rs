//! A draw from the announcement to its end, in the service itself, with real rounds of quicknet and a clock that the test moves: each kind of
//! draw, each way to end it, each refusal. What is drawn is verified as anyone would verify it, with pinned keys.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

#[path = "common_service/mod.rs"]
#[expect(dead_code, reason = "shared with tests that need more")]
mod common_service;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use common_service::{BOTH, ORIGIN, ROUNDS, Wish, World, published, recorded, signed, slug};
use kleroterion::drand::Client;
use kleroterion::failure::Failure;
use kleroterion::service::request::{Logged, Request};
use kleroterion::service::scheduler::{self, Event};
use serde_json::{Value, json};

#[track_caller]
fn refused(answer: Result<Logged, Failure>, words: &str) {
    let failure = answer.expect_err("it was accepted");
    assert_eq!(failure.exit, 1, "{failure:?}");
    assert!(failure.message.contains(words), "{failure:?}");
}

fn decision(draw: &str, reason: &str) -> Value {
    json!({"draw": draw, "log": ORIGIN, "organiser": "eupen", "reason": reason})
}

fn vacancy(world: &World, draw: &str, seats: &[u64]) -> Value {
    let seats: Vec<Value> = seats.iter().map(|i| json!({"index": i, "reason": "declined"})).collect();
    json!({"after": world.status(draw).after, "draw": draw, "log": ORIGIN, "organiser": "eupen", "seats": seats})
}

#[test]
fn real_rounds_draw_by_every_method_and_verify() {
    let world = World::before(ROUNDS[1]);
    let strata = world.strata();
    let methods = [json!({"name": "equal", "seats": 5}), json!({"name": "households", "seats": 12}), strata];
    for ((draw, method), round) in ["equal", "households", "stratified"].iter().zip(methods).zip(&ROUNDS[1..]) {
        let wish = Wish { round: *round, reserves: 4, replacement: "none", method: method.clone() };
        world.clock.set(published(*round) - 600);
        world.drawn(draw, &wish);
        let report = world.verified(draw);
        assert_eq!(report.rehearsal, None, "{draw}");
        let people: BTreeSet<u64> =
            world.indices(draw, "drawn").into_iter().chain(world.indices(draw, "reserves")).collect();
        assert_eq!(people.len() as u64, method["seats"].as_u64().unwrap() + 4, "{draw}: nobody twice");
        let outcome = world.outcome(draw);
        let openings = outcome["drawn"].as_array().unwrap();
        if *draw == "households" {
            let all = openings.iter().chain(outcome["reserves"].as_array().unwrap());
            let tags: BTreeSet<String> = all.map(|o| o["public"]["household"].to_string()).collect();
            assert_eq!(tags.len(), people.len(), "one of a household");
        }
        if *draw == "stratified" {
            let of = |m: &str| openings.iter().filter(|o| o["public"]["row"]["municipality"] == m).count();
            assert_eq!([of("Eupen"), of("Kelmis"), of("Raeren")], [5, 2, 3]);
        }
    }
}

#[test]
fn restarting_between_any_two_steps_changes_nothing() {
    let round = ROUNDS[2];
    let mut world = World::before(round);
    world.restart();
    world.announce("letters", round);
    world.restart();
    world.seal("letters", &Wish::equal(round)).unwrap();
    world.restart();
    assert_eq!(world.service().all_due().len(), 1);
    world.clock.set(published(round));
    assert!(world.status("letters").waiting_for.is_some());
    world.restart();
    world.round("letters", round).unwrap();
    world.restart();
    world.verified("letters");
    let before = world.service().size();

    // The first reserve follows the first who left.
    let (drawn, reserves) = (world.indices("letters", "drawn"), world.indices("letters", "reserves"));
    let note = vacancy(&world, "letters", &drawn[..1]);
    assert_eq!(world.hand_in(signed("vacate", &note, BOTH)).unwrap().kind, "vacated");
    world.restart();
    assert_eq!(world.status("letters").phase, "drawn");
    assert_eq!(world.service().size(), before + 2, "vacated and replaced");
    let answer = {
        let ledger = world.service().ledger();
        ledger.draw(&slug("letters")).unwrap().vacancies()[0].answer.clone().unwrap()
    };
    assert_eq!(answer.seated.iter().map(|i| u64::from(*i)).collect::<Vec<_>>(), reserves[..1]);
    world.verified("letters");

    // Who left holds no seat that could be given up.
    let again = vacancy(&world, "letters", &drawn[..1]);
    refused(world.hand_in(signed("vacate", &again, BOTH)), "holds no seat");
    // A vacancy that names an outdated state is refused.
    let mut stale = vacancy(&world, "letters", &drawn[1..2]);
    stale["after"] = note["after"].clone();
    refused(world.hand_in(signed("vacate", &stale, BOTH)), "the latest result is");
    world.restart();

    let mut annul = decision("letters", "court");
    annul["after"] = json!(world.status("letters").after);
    world.hand_in(signed("annul", &annul, BOTH)).unwrap();
    world.restart();
    assert_eq!(world.status("letters").phase, "annulled");
    assert!(world.status("letters").outcome.is_some(), "the outcome stays visible");
    world.verified("letters");
    refused(world.round("letters", round), "does not wait");
}

#[test]
fn a_round_handed_in_twice_draws_once() {
    let round = ROUNDS[2];
    let mut world = World::before(round);
    world.drawn("letters", &Wish::equal(round));
    let (size, outcome) = (world.service().size(), world.status("letters").outcome);
    refused(world.round("letters", round), "does not wait");
    world.restart();
    refused(world.round("letters", round), "does not wait");
    assert_eq!((world.service().size(), world.status("letters").outcome), (size, outcome));
}

#[test]
fn only_the_committed_round_counts_and_only_in_time() {
    let round = ROUNDS[3];
    let world = World::before(round);
    world.announce("letters", round);
    world.seal("letters", &Wish::equal(round)).unwrap();
    let size = world.service().size();
    refused(world.round("letters", round), "is not due before");
    world.clock.set(published(round));
    refused(world.round("letters", ROUNDS[4]), &format!("waits for round {round}"));
    let mut false_round = recorded(ROUNDS[4]);
    false_round.round = round;
    refused(world.ask(Request::Round { draw: slug("letters"), round: false_round.clone() }), "does not count");
    false_round.signature = "nothing".to_owned();
    let failure = world.ask(Request::Round { draw: slug("letters"), round: false_round }).unwrap_err();
    assert_eq!(failure.exit, 2);
    assert_eq!(world.service().size(), size);
    // Relays of an unchained beacon may send an empty previous signature along.
    let empty =
        kleroterion::service::request::HandedRound { previous_signature: Some(String::new()), ..recorded(round) };
    world.ask(Request::Round { draw: slug("letters"), round: empty }).unwrap();
    world.verified("letters");
}

/// Names in a folder of the service.
fn names(world: &World, folder: &str) -> Vec<String> {
    let items = std::fs::read_dir(world.service().folder().join(folder)).into_iter().flatten();
    items.map(|item| item.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_pool_that_changed_after_the_commit_is_not_sealed() {
    let round = ROUNDS[3];
    let world = World::before(round);
    world.announce("letters", round);
    let wish = Wish { method: json!({"name": "households", "seats": 5}), ..Wish::equal(round) };
    let people = world.pool().join("people.csv");
    let committed = std::fs::read_to_string(&people).unwrap();
    // One row, as long as before.
    std::fs::write(&people, committed.replace("Person 17,", "Person 71,")).unwrap();
    let size = world.service().size();
    refused(world.seal("letters", &wish), "the rows are not those that were committed");
    assert_eq!(world.service().size(), size);
    assert_eq!([names(&world, "pools"), names(&world, "public/artifact")], [const { Vec::<String>::new() }; 2]);
    std::fs::write(&people, committed).unwrap();
    world.seal("letters", &wish).unwrap();
    world.clock.set(published(round));
    world.round("letters", round).unwrap();
    world.verified("letters");
}

#[test]
fn a_copy_of_the_pool_that_was_damaged_is_replaced_by_the_next_seal() {
    let round = ROUNDS[3];
    let world = World::before(round);
    world.announce("letters", round);
    world.announce("jury", round);
    world.seal("letters", &Wish::equal(round)).unwrap();
    let root = world.status("letters").root.unwrap();
    let kept = world.service().folder().join("pools").join(root);
    for name in ["people.csv.age", "index.age"] {
        let mut bytes = std::fs::read(kept.join(name)).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(kept.join(name), bytes).unwrap();
    }
    world.seal("jury", &Wish::equal(round)).unwrap();
    world.clock.set(published(round));
    for draw in ["letters", "jury"] {
        world.round(draw, round).unwrap();
        world.verified(draw);
    }
    assert_eq!(names(&world, "pools").len(), 1);
}

#[test]
fn terms_that_the_log_refuses_publish_nothing_and_leave_nothing() {
    let round = ROUNDS[3];
    let world = World::before(round);
    world.announce("letters", round);
    let terms =
        world.terms("letters", &Wish { method: json!({"name": "households", "seats": 5}), ..Wish::equal(round) });
    refused(world.seal_terms(&terms, &["clerk"]), "signed by 1 keys");
    assert_eq!([names(&world, "pools"), names(&world, "public/artifact")], [const { Vec::<String>::new() }; 2]);
    world.seal_terms(&terms, BOTH).unwrap();
    assert_eq!([names(&world, "pools").len(), names(&world, "public/artifact").len()], [1, 1]);
}

#[test]
fn terms_that_break_a_rule_are_not_sealed() {
    let round = ROUNDS[3];
    let world = World::before(round);
    refused(world.seal_terms(&json!({}), BOTH), "cannot be read");
    world.announce("letters", round);
    let good = world.terms("letters", &Wish::equal(round));
    let size = world.service().size();
    let with = |name: &str, value: Value| {
        let mut terms = good.clone();
        terms[name] = value;
        terms
    };
    let mut other_root = good.clone();
    other_root["pool"]["root"] = json!("00".repeat(32));
    let mut other_size = good.clone();
    other_size["pool"]["size"] = json!(39);
    let beacon = |round: u64| json!({"chain": good["beacon"]["chain"], "round": round});
    let cases = [
        (with("beacon", beacon(round + 1)), "round"),
        (with("beacon", beacon(ROUNDS[1])), "round"),
        (with("beacon", json!({"chain": "00".repeat(32), "round": round})), "not known"),
        (with("draw", json!("other")), "not announced"),
        (with("purpose", json!("other")), "purpose"),
        (with("attempt", json!(2)), "attempt 2 must name"),
        (with("log", json!("elsewhere.example/log")), "log"),
        (with("reserves", json!(36)), "40"),
        (with("method", json!({"name": "households", "seats": 5})), "table"),
        (other_root, "root"),
        (other_size, "size"),
    ];
    for (terms, words) in cases {
        refused(world.seal_terms(&terms, BOTH), words);
    }
    // Two of three must sign, each once and in order; strangers do not count.
    refused(world.seal_terms(&good, &["clerk"]), "signed by 1 keys");
    refused(world.seal_terms(&good, &["clerk", "stranger"]), "none of the keys that may sign");
    let once = signed("terms", &good, &["clerk"]);
    let line = once.lines().last().unwrap();
    refused(
        world.ask(Request::Seal { terms: format!("{once}{line}\n"), pool: world.pool() }),
        "is not after the one before",
    );
    let both = signed("terms", &good, BOTH);
    let (text, lines) = both.split_once("\n\n").unwrap();
    let turned: Vec<&str> = lines.lines().rev().collect();
    refused(
        world.ask(Request::Seal { terms: format!("{text}\n\n{}\n", turned.join("\n")), pool: world.pool() }),
        "is not after the one before",
    );
    // Too late by a second.
    world.clock.set(published(round));
    refused(world.seal_terms(&good, BOTH), "too late");
    assert_eq!(world.service().size(), size, "nothing was logged");

    world.clock.set(published(round) - 1);
    world.seal_terms(&good, BOTH).unwrap();
    refused(world.seal_terms(&good, BOTH), "cannot be sealed again");
    assert_eq!(world.service().size(), size + 1);
}

#[test]
fn a_postponed_draw_takes_the_later_round() {
    let (first, later) = (ROUNDS[1], ROUNDS[3]);
    let mut world = World::before(first);
    world.announce("letters", first);
    let stale = world.terms("letters", &Wish::equal(first));
    let mut note = world.announcement("letters", "letters", later);
    refused(world.hand_in(signed("announce", &note, BOTH)), "postponed is 0, expected 1");
    note["postponed"] = json!(1);
    world.hand_in(signed("announce", &note, BOTH)).unwrap();
    world.restart();
    assert_eq!(world.status("letters").postponed, 1);
    refused(world.seal_terms(&stale, BOTH), "disagree with the announcement in draws_at");
    world.seal("letters", &Wish::equal(later)).unwrap();
    note["postponed"] = json!(2);
    refused(world.hand_in(signed("announce", &note, BOTH)), "this step cannot follow");
    world.clock.set(published(later));
    world.round("letters", later).unwrap();
    world.verified("letters");
}

#[test]
fn a_second_attempt_names_how_the_first_ended() {
    let round = ROUNDS[2];
    let mut world = World::before(round);
    world.announce("first", round);
    let mut second = world.announcement("second", "first", ROUNDS[3]);
    refused(world.hand_in(signed("announce", &second, BOTH)), "still open");
    second["attempt"] = json!(2);
    second["previous"] = json!("00".repeat(32));
    refused(world.hand_in(signed("announce", &second, BOTH)), "still open");
    world.seal("first", &Wish::equal(round)).unwrap();

    refused(world.hand_in(signed("void", &decision("first", "cancelled"), &["clerk"])), "signed by 1 keys");
    world.hand_in(signed("void", &decision("first", "cancelled"), BOTH)).unwrap();
    world.restart();
    assert_eq!(world.status("first").phase, "voided");
    world.clock.set(published(round));
    refused(world.round("first", round), "does not wait");
    refused(world.hand_in(signed("void", &decision("first", "cancelled"), BOTH)), "this step cannot follow");

    refused(world.hand_in(signed("announce", &second, BOTH)), "closed the attempt before");
    second["previous"] = json!(world.status("first").closed_by.unwrap());
    let mut reused = second.clone();
    reused["draw"] = json!("first");
    refused(world.hand_in(signed("announce", &reused, BOTH)), "this step cannot follow");
    world.hand_in(signed("announce", &second, BOTH)).unwrap();
    world.restart();
    let mut terms = world.terms("second", &Wish::equal(ROUNDS[3]));
    refused(world.seal_terms(&terms, BOTH), "attempt 2 must name");
    terms["previous"] = second["previous"].clone();
    world.clock.set(published(ROUNDS[3]) - 1);
    world.seal_terms(&terms, BOTH).unwrap();
    world.clock.set(published(ROUNDS[3]));
    world.round("second", ROUNDS[3]).unwrap();
    world.verified("second");
    // The cancelled one verifies as what it is.
    world.verified("first");
    // What was drawn is annulled, never voided.
    refused(world.hand_in(signed("void", &decision("second", "cancelled"), BOTH)), "has been drawn");
}

/// A sealed draw, and a service that reaches no relay: port 9 of this machine is nobody's.
fn sealed_without_relays(round: u64, margin_secs: u64) -> World {
    let mut world = World::before(round);
    let config = world.dir.path().join("service/service.json");
    let text = std::fs::read_to_string(&config).unwrap();
    let margin = format!("\"margin_secs\": {margin_secs}");
    std::fs::write(&config, text.replace("\"margin_secs\": 0", &margin)).unwrap();
    world.restart();
    world.service_mut().use_relays(&["http://127.0.0.1:9".to_owned()]).unwrap();
    world.announce("letters", round);
    world.seal("letters", &Wish::equal(round)).unwrap();
    world
}

#[track_caller]
fn void(world: &World, reason: &str, exit: u8, words: &str) {
    let size = world.service().size();
    let failure = world.hand_in(signed("void", &decision("letters", reason), BOTH)).expect_err("it was given up");
    assert_eq!(failure.exit, exit, "{failure}");
    assert!(failure.to_string().contains(words), "{failure}");
    assert_eq!(world.service().size(), size);
}

#[test]
fn once_its_round_is_out_a_draw_is_drawn_and_not_given_up() {
    let round = ROUNDS[2];
    let world = sealed_without_relays(round, 0);
    world.clock.set(published(round));
    void(&world, "cancelled", 3, "is not given up without its round");
    let note = signed("void", &decision("letters", "cancelled"), BOTH);
    let with = |round: u64| world.ask(Request::Void { note: note.clone(), round: recorded(round) });
    refused(with(ROUNDS[3]), &format!("waits for round {round}"));
    refused(with(round), "its round is there, so it was drawn, as step 4");
    assert_eq!(world.status("letters").phase, "drawn");
    world.verified("letters");
    refused(with(round), "has been drawn");
    // Without a note that gives a draw up a round is not brought along.
    let annul = signed("annul", &decision("letters", "court"), BOTH);
    assert_eq!(world.ask(Request::Void { note: annul, round: recorded(round) }).unwrap_err().exit, 2);
}

#[test]
fn a_draw_that_cannot_be_carried_out_is_given_up_with_its_round() {
    let round = ROUNDS[2];
    let world = sealed_without_relays(round, 0);
    let root = world.status("letters").root.unwrap();
    std::fs::remove_file(world.service().folder().join("pools").join(root).join("people.csv.age")).unwrap();
    world.clock.set(published(round));
    // The round is handed in and is good; it is not asked for again.
    world.round("letters", round).unwrap_err();
    void(&world, "beacon_lost", 1, "the beacon is not lost");
    assert_eq!(world.hand_in(signed("void", &decision("letters", "pool_error"), BOTH)).unwrap().kind, "voided");
    let report = world.verified("letters");
    let shown = report.facts.iter().find(|fact| fact.contains("ABANDONED")).unwrap();
    assert!(shown.contains("the seed gave indices"), "{shown}");
}

#[test]
fn a_beacon_that_is_lost_ends_a_draw_from_draw_by_on() {
    let round = ROUNDS[2];
    let world = sealed_without_relays(round, 0);
    world.clock.set(published(round) + 599);
    void(&world, "beacon_lost", 3, "--reason beacon_lost after");
    world.clock.set(published(round) + 600);
    void(&world, "court", 3, "if nobody can bring the round, give it up with --reason beacon_lost");
    world.hand_in(signed("void", &decision("letters", "beacon_lost"), BOTH)).unwrap();
    assert_eq!(world.status("letters").phase, "voided");
}

#[test]
fn within_the_margin_of_its_round_a_draw_is_not_cancelled() {
    let round = ROUNDS[2];
    let world = sealed_without_relays(round, 30);
    world.clock.set(published(round) - 30);
    void(&world, "cancelled", 1, "too late to cancel");
    world.clock.set(published(round) - 31);
    world.hand_in(signed("void", &decision("letters", "cancelled"), BOTH)).unwrap();
    world.verified("letters");
}

#[test]
fn vacancies_by_a_fresh_round_wait_for_it() {
    let (round, fresh) = (ROUNDS[1], ROUNDS[4]);
    let mut world = World::before(round);
    let wish = Wish { replacement: "beacon", reserves: 0, ..Wish::equal(round) };
    world.drawn("jury", &wish);
    let leavers = {
        let mut all = world.indices("jury", "drawn");
        all.sort_unstable();
        all
    };
    let mut note = vacancy(&world, "jury", &leavers[..2]);
    refused(world.hand_in(signed("vacate", &note, BOTH)), "exactly when replacement is by beacon");
    note["beacon"] = json!({"chain": common_service::QUICKNET, "round": fresh});
    note["draws_at"] = json!(published(fresh) - 1);
    world.hand_in(signed("vacate", &note, BOTH)).unwrap();
    world.restart();
    assert_eq!(world.status("jury").phase, "vacated");
    refused(world.round("jury", fresh), "is not due before");
    world.clock.set(published(fresh));
    refused(world.round("jury", round), &format!("waits for round {fresh}"));
    world.restart();
    assert_eq!(world.round("jury", fresh).unwrap().kind, "replaced");
    refused(world.round("jury", fresh), "does not wait");
    world.restart();
    world.verified("jury");
}

/// A relay on this machine that knows one round; the scheduler fetches it and draws when the clock says so.
#[test]
fn the_scheduler_fetches_the_round_and_draws_once() {
    let round = ROUNDS[2];
    let mut world = World::before(round);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let body = serde_json::to_string(&recorded(round)).unwrap();
    let relay = axum::Router::new().fallback(move || async move { body });
    runtime.spawn(async move { axum::serve(listener, relay).await });
    world.service_mut().use_relays(&[format!("http://{address}")]).unwrap();
    world.announce("letters", round);
    world.seal("letters", &Wish::equal(round)).unwrap();
    let client = Client::new(std::time::Duration::from_secs(5)).unwrap();
    let (send, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let tell = move |event| send.send(event).unwrap_or_default();
    let running = runtime.spawn(scheduler::run(Arc::clone(world.service()), client, tell));
    world.clock.set(published(round));
    let event = heard.blocking_recv().unwrap();
    let seq = world.service().size() - 1;
    assert_eq!(event, Event::Done { draw: slug("letters"), seq });
    refused(world.round("letters", round), "does not wait");
    running.abort();
    assert_eq!(world.service().size(), seq + 1);
    world.verified("letters");
}

/// One relay lies, and one is late: the first is asked once, and that the draw waits is told once.
#[test]
fn the_scheduler_remembers_who_lied_and_tells_what_is_new() {
    let round = ROUNDS[2];
    let mut world = World::before(round);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let serve = |answer: Arc<dyn Fn(u32) -> (u16, String) + Send + Sync>| {
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&asked);
        let relay = axum::Router::new().fallback(move || async move {
            let (status, body) = answer(counter.fetch_add(1, Ordering::SeqCst));
            (axum::http::StatusCode::from_u16(status).unwrap(), body)
        });
        runtime.spawn(async move { axum::serve(listener, relay).await });
        (address, asked)
    };
    let text = |round| serde_json::to_string(&recorded(round)).unwrap();
    let (wrong, right) = (text(ROUNDS[3]), text(round));
    let (liar, asked) = serve(Arc::new(move |_| (200, wrong.clone())));
    let (late, _) = serve(Arc::new(move |nth| if nth < 5 { (425, String::new()) } else { (200, right.clone()) }));
    world.service_mut().use_relays(&[liar.clone(), late]).unwrap();
    world.announce("letters", round);
    world.seal("letters", &Wish::equal(round)).unwrap();
    let (send, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let tell = move |event| send.send(event).unwrap_or_default();
    let client = Client::new(std::time::Duration::from_secs(5)).unwrap();
    let running = runtime.spawn(scheduler::run(Arc::clone(world.service()), client, tell));
    world.clock.set(published(round));
    let (first, second) = (heard.blocking_recv().unwrap(), heard.blocking_recv().unwrap());
    assert!(matches!(&first, Event::Waiting { reason, .. } if reason.contains(&liar)), "{first:?}");
    assert!(matches!(second, Event::Done { .. }), "{second:?}");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    running.abort();
    world.verified("letters");
}
