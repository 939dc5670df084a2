//! What is refused about a draw once its pool was erased.

use serde_json::{Value, json};

use crate::common_service::{ROUNDS, forty, published};
use crate::support::Office;

/// Keeps what was said, and wants advice with it.
#[track_caller]
fn advised(problem: &Value) -> String {
    assert!(!problem["advice"].as_str().unwrap_or_default().is_empty(), "{problem}");
    problem["detail"].as_str().unwrap().to_owned()
}

#[test]
fn an_erased_draw_takes_nothing_more_about_its_people() {
    let office = Office::new();
    let site = &office.site;
    let pool = office.pool(&forty());
    let draft = office.draft("letters", ROUNDS[1], &pool, json!({"name": "equal"}), 5, 2, "rank");
    office.decide(&office.write(&draft, "announcement"));
    office.decide(&office.write(&draft, "terms"));
    site.world.clock.set(published(ROUNDS[1]));
    site.world.round("letters", ROUNDS[1]).unwrap();
    let of = |path: &str| format!("/organisers/eupen/draws/letters/{path}");
    let until = published(ROUNDS[1]) + 1_000;
    let period = site.put(&office.anna, &of("objection-period"), "", json!({"until": until})).is(200);
    let text = json!({"text": "My neighbour was asked twice."});
    site.post(&office.anna, &of("complaints"), text.clone()).is(201);
    office.decide(&site.post(&office.anna, &of("erasure"), json!({})).is(201).json());
    let keys = site.world.dir.path().join("service/desk/keys/eupen.letters");
    assert!(!keys.exists());

    // The period is still open: it says nothing of anybody, and stays.
    let answers = json!({"answers": [{"code": "0", "answer": "yes"}]});
    for refused in [
        site.post(&office.anna, &of("complaints"), text),
        site.put(&office.anna, &of("objection-period"), period.header("etag"), json!({"until": until + 1})),
        site.put(&office.anna, &of("response-window"), "", json!({"deadline": until})),
        site.post(&office.anna, &of("answers"), answers),
        site.post(&office.anna, &of("letters"), json!({"to": "drawn"})),
    ] {
        let detail = advised(&refused.problem(409, "refused"));
        assert!(detail.contains("erased"), "{detail}");
    }
    assert_eq!(office.read("/draws/letters/complaints").json()["items"], json!([]));
    assert_eq!(office.read("/draws/letters/objection-period").json()["until"], until);
    assert!(!keys.exists(), "no key is made for records that nothing would destroy");
}
