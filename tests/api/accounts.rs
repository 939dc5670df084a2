//! Accounts: how people come in, what they may do, and how it ends.

use kleroterion::api::Limits;
use kleroterion::api::access::Role;
use kleroterion::clock::Clock as _;
use serde_json::{Value, json};

use crate::common_service::{ROUNDS, World, forty, published};
use crate::support::{Auth, PASSWORD, Site, generous};

#[test]
fn an_invitation_makes_one_account_within_a_week() {
    let site = Site::new();
    let admin = site.with_organisers(&["eupen"]);
    let wish = json!({"login": "Anna@Example.org", "role": "organiser", "organiser": "eupen"});
    let invited = site.post(&admin, "/invitations", wish.clone()).is(201).json();
    let secret = invited["secret"].as_str().unwrap();
    let accept = |secret: &str| json!({"secret": secret, "name": "Anna", "password": PASSWORD});
    site.post(&Auth::Nobody, "/invitations/accept", json!({"secret": secret, "name": "Anna", "password": "short"}))
        .problem(422, "invalid");
    site.post(&Auth::Nobody, "/invitations/accept", accept("invite_0")).problem(422, "invalid");
    let account = site.post(&Auth::Nobody, "/invitations/accept", accept(secret)).is(201).json();
    assert_eq!((&account["login"], &account["organiser"]), (&json!("anna@example.org"), &json!("eupen")));
    site.post(&Auth::Nobody, "/invitations/accept", accept(secret)).problem(422, "invalid");
    site.post(&admin, "/invitations", wish).problem(409, "refused");

    let late = site
        .post(&admin, "/invitations", json!({"login": "b", "role": "auditor", "organiser": "eupen"}))
        .is(201)
        .json();
    site.world.clock.set(site.world.clock.now() + 7 * 86_400);
    let admin = site.sign_in("root@example.org");
    site.post(&Auth::Nobody, "/invitations/accept", accept(late["secret"].as_str().unwrap())).problem(422, "invalid");

    // An organiser's people invite auditors of their own; whoever signs is invited by an admin, so that nobody lets in a second self.
    let anna = site.sign_in("anna@example.org");
    site.post(&anna, "/organisers", json!({"id": "raeren", "name": "Raeren"})).problem(403, "forbidden");
    site.post(&admin, "/organisers", json!({"id": "raeren", "name": "Raeren"})).is(201);
    site.post(&anna, "/invitations", json!({"login": "c", "role": "auditor", "organiser": "raeren"}))
        .problem(403, "forbidden");
    site.post(&anna, "/invitations", json!({"login": "c", "role": "admin"})).problem(403, "forbidden");
    for signs in ["organiser", "approver"] {
        site.post(&anna, "/invitations", json!({"login": "c", "role": signs, "organiser": "eupen"}))
            .problem(403, "forbidden");
    }
    let open = site.post(&anna, "/invitations", json!({"login": "c", "role": "auditor", "organiser": "eupen"})).is(201);
    let listed = site.get(&anna, "/invitations").is(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert!(!listed.to_string().contains("invite_"), "the secret is shown once");
    site.delete(&anna, open.header("location").strip_prefix("/api/v1").unwrap()).is(204);
    site.post(&Auth::Nobody, "/invitations/accept", accept(open.json()["secret"].as_str().unwrap()))
        .problem(422, "invalid");
}

#[test]
fn sessions_are_for_one_host_and_need_their_token() {
    let site = Site::new();
    let _admin = site.with_organisers(&["eupen"]);
    let wrong = json!({"login": "root@example.org", "password": "not the password"});
    site.post(&Auth::Nobody, "/session", wrong).problem(401, "unauthenticated");
    site.post(&Auth::Nobody, "/session", json!({"login": "nobody", "password": PASSWORD}))
        .problem(401, "unauthenticated");
    let answer =
        site.post(&Auth::Nobody, "/session", json!({"login": "root@example.org", "password": PASSWORD})).is(201);
    let cookie = answer.header("set-cookie").to_owned();
    assert!(cookie.starts_with("__Host-klero="), "{cookie}");
    for flag in ["Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    assert!(!cookie.contains("Domain"));
    assert_eq!(answer.header("cache-control"), "no-store");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let csrf = answer.json()["csrf"].as_str().unwrap().to_owned();
    let session = Auth::Session { cookie: cookie.clone(), csrf };
    assert_eq!(site.get(&session, "/session").is(200).json()["role"], "admin");
    for wrong in ["", "0", &"0".repeat(64)] {
        let forged = Auth::Session { cookie: cookie.clone(), csrf: wrong.into() };
        site.post(&forged, "/organisers", json!({"id": "x", "name": "X"})).problem(403, "csrf");
    }
    // What lies on the disk does not let anybody in.
    let secret = cookie.split_once('=').unwrap().1;
    let mut kept = Vec::new();
    site.records()
        .range(b"", None, &mut |key, value| {
            kept.extend_from_slice(key);
            kept.extend_from_slice(value);
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    for what in [secret, PASSWORD] {
        assert!(!kept.windows(what.len()).any(|w| w == what.as_bytes()));
    }
    assert!(kept.windows(10).any(|w| w == b"$argon2id$"));
    // A password that changes ends all other sessions; signing out ends this one; time ends every one.
    let other = site.sign_in("root@example.org");
    site.put(&session, "/account/password", "", json!({"old": "wrong wrong wrong", "new": PASSWORD}))
        .problem(403, "forbidden");
    site.put(&session, "/account/password", "", json!({"old": PASSWORD, "new": PASSWORD})).is(204);
    site.get(&other, "/session").problem(401, "unauthenticated");
    site.delete(&session, "/session").is(204);
    site.get(&session, "/session").problem(401, "unauthenticated");
    let last = site.sign_in("root@example.org");
    site.world.clock.set(site.world.clock.now() + 12 * 3_600);
    site.get(&last, "/session").problem(401, "unauthenticated");
}

#[test]
fn a_token_reaches_as_far_as_its_scopes_and_no_longer() {
    let site = Site::new();
    let admin = site.with_organisers(&["eupen"]);
    let wish = json!({"label": "monitor", "scopes": ["read"], "days": 2});
    let made = site.post(&admin, "/tokens", wish).is(201).json();
    let secret = made["secret"].as_str().unwrap();
    assert_eq!(secret.len(), "klero_".len() + 64);
    let token = Auth::Token(secret.into());
    site.get(&token, "/organisers").is(200);
    site.post(&token, "/organisers", json!({"id": "x", "name": "X"})).problem(403, "forbidden");
    // A token makes no tokens.
    site.post(&token, "/tokens", json!({"label": "more", "scopes": ["admin"], "days": 2})).problem(403, "forbidden");
    site.get(&Auth::Token(format!("klero_{}", "0".repeat(64))), "/organisers").problem(401, "unauthenticated");
    assert!(!site.get(&admin, "/tokens").is(200).text().contains(secret), "the secret is shown once");
    site.world.clock.set(site.world.clock.now() + 2 * 86_400);
    site.get(&token, "/organisers").problem(401, "unauthenticated");

    let admin = site.sign_in("root@example.org");
    let made = site.post(&admin, "/tokens", json!({"label": "b", "scopes": ["admin"], "days": 1})).is(201).json();
    let token = Auth::Token(made["secret"].as_str().unwrap().into());
    site.post(&token, "/organisers", json!({"id": "x", "name": "X"})).is(201);
    site.delete(&admin, &format!("/tokens/{}", made["id"].as_str().unwrap())).is(204);
    site.get(&token, "/organisers").problem(401, "unauthenticated");
    for bad in [
        json!({"label": "", "scopes": ["read"], "days": 1}),
        json!({"label": "a", "scopes": [], "days": 1}),
        json!({"label": "a", "scopes": ["read"], "days": 367}),
        json!({"label": "a", "scopes": ["everything"], "days": 1}),
        json!({"label": "a", "scopes": ["read"], "days": 1, "more": 1}),
    ] {
        site.post(&admin, "/tokens", bad).problem(422, "invalid");
    }
}

#[test]
fn a_second_factor_counts_once_for_each_code() {
    let site = Site::new();
    let admin = site.with_organisers(&[]);
    let begun = site.post(&admin, "/account/totp", json!({})).is(201).json();
    assert!(begun["uri"].as_str().unwrap().starts_with("otpauth://totp/"));
    assert!(begun["qr"].as_str().unwrap().contains("<svg"));
    let secret = totp_rs::Secret::try_from_base32(begun["secret"].as_str().unwrap()).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    let code = |at: u64| totp.generate(at).to_string();
    let now = site.world.clock.now();
    site.sign_in("root@example.org");
    site.put(&admin, "/account/totp", "", json!({"code": "000000"})).problem(422, "invalid");
    site.put(&admin, "/account/totp", "", json!({"code": code(now)})).is(204);
    let with = |code: &str| json!({"login": "root@example.org", "password": PASSWORD, "totp": code});
    site.post(&Auth::Nobody, "/session", json!({"login": "root@example.org", "password": PASSWORD}))
        .problem(401, "unauthenticated");
    site.post(&Auth::Nobody, "/session", with(&code(now))).problem(401, "unauthenticated");
    site.world.clock.set(now + 60);
    site.post(&Auth::Nobody, "/session", with(&code(now + 60))).is(201);
    site.post(&Auth::Nobody, "/session", with(&code(now + 60))).problem(401, "unauthenticated");
    site.world.clock.set(now + 120);
    site.put(&admin, "/account/totp", "", json!({"code": code(now + 120), "enabled": false})).is(204);
    site.sign_in("root@example.org");
}

#[test]
fn closing_an_account_ends_all_that_it_had() {
    let site = Site::new();
    let admin = site.with_organisers(&["eupen"]);
    let anna = site.person("anna", Role::Organiser, Some("eupen"));
    let made = site.post(&anna, "/tokens", json!({"label": "b", "scopes": ["read"], "days": 1})).is(201).json();
    let token = Auth::Token(made["secret"].as_str().unwrap().into());
    site.get(&token, "/organisers/eupen").is(200);
    site.delete(&admin, "/accounts/root@example.org").problem(409, "refused");
    site.delete(&admin, "/accounts/nobody").problem(404, "not-found");
    site.delete(&admin, "/accounts/anna").is(204);
    site.get(&anna, "/session").problem(401, "unauthenticated");
    site.get(&token, "/organisers/eupen").problem(401, "unauthenticated");
    site.post(&Auth::Nobody, "/session", json!({"login": "anna", "password": PASSWORD}))
        .problem(401, "unauthenticated");
    // The name is free for a new invitation.
    let anna = site.person("anna", Role::Auditor, Some("eupen"));
    assert_eq!(site.get(&anna, "/session").is(200).json()["role"], "auditor");
}

#[test]
fn the_same_key_gives_the_same_answer() {
    let site = Site::new();
    let admin = site.with_organisers(&[]);
    let body = json!({"label": "b", "scopes": ["read"], "days": 1}).to_string();
    let post = |key: &str, path: &str, body: &str| {
        site.ask(&admin, "POST", path, &[("Idempotency-Key", key)], "application/json", body.as_bytes())
    };
    let key = "0123456789abcdef";
    let first = post(key, "/tokens", &body).is(201);
    let again = post(key, "/tokens", &body).is(201);
    assert_eq!(first.body, again.body, "even what is shown once");
    assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), ("", "true"));
    assert_eq!(first.header("location"), again.header("location"));
    let listed = |site: &Site| site.get(&admin, "/tokens").is(200).json()["items"].as_array().unwrap().len();
    assert_eq!(listed(&site), 1);
    post(key, "/tokens", &body.replace("\"b\"", "\"c\"")).problem(422, "idempotency-key-reused");
    post(key, "/organisers", &body).problem(422, "idempotency-key-reused");
    for bad in ["short", "with space in the middle", &"x".repeat(129)] {
        post(bad, "/tokens", &body).problem(400, "idempotency-key-missing");
    }
    let cookie = match &admin {
        Auth::Session { cookie, csrf } => {
            [("Cookie", cookie.as_str()), ("X-CSRF-Token", csrf.as_str()), ("Content-Type", "application/json")]
        }
        _ => panic!("a session"),
    };
    site.send("POST", "/api/v1/tokens", &cookie, body.as_bytes()).problem(400, "idempotency-key-missing");
    // A refusal is an answer too.
    let taken = json!({"id": "eupen", "name": "Eupen"}).to_string();
    post("organiser-eupen-1", "/organisers", &taken).is(201);
    post("organiser-eupen-2", "/organisers", &taken).problem(409, "refused");
    post("organiser-eupen-2", "/organisers", &taken).problem(409, "refused");
    // Another account's key is another key.
    let other = site.person("other", Role::Admin, None);
    site.ask(&other, "POST", "/tokens", &[("Idempotency-Key", key)], "application/json", body.as_bytes()).is(201);
    // What is kept of an answer cannot be read without its key.
    let secret = first.json()["secret"].as_str().unwrap().to_owned();
    site.records()
        .range(b"once/", None, &mut |_, value| {
            assert!(!value.windows(secret.len()).any(|w| w == secret.as_bytes()));
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    // After a day it is forgotten.
    site.world.clock.set(site.world.clock.now() + 86_400);
    site.api.as_ref().unwrap().sweep().unwrap();
    let mut kept = 0;
    site.records()
        .range(b"once/", None, &mut |_, _| {
            kept += 1;
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(kept, 0);
}

#[test]
fn many_at_once_with_one_key_are_one() {
    let site = Site::new();
    let admin = site.with_organisers(&[]);
    let body = json!({"label": "b", "scopes": ["read"], "days": 1}).to_string();
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    let key = [("Idempotency-Key", "all-at-once-with-one-key")];
                    site.ask(&admin, "POST", "/tokens", &key, "application/json", body.as_bytes()).status
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|status| [201, 409].contains(status)), "{answers:?}");
    assert!(answers.contains(&201));
    assert_eq!(site.get(&admin, "/tokens").json()["items"].as_array().unwrap().len(), 1);
}

#[test]
fn whoever_guesses_waits() {
    let world = World::empty(published(ROUNDS[1]) - 3_600, &forty());
    let site = Site::with(world, Limits { attempts_per_minute: 5, ..generous() });
    let guess = json!({"login": "root@example.org", "password": "guess"});
    let answers: Vec<u16> = (0..8).map(|_| site.post(&Auth::Nobody, "/session", guess.clone()).status).collect();
    assert_eq!(answers, [401, 401, 401, 401, 401, 429, 429, 429]);
    let waiting = site.post(&Auth::Nobody, "/session", guess);
    assert_eq!(waiting.header("retry-after"), "60");
    waiting.problem(429, "too-many-requests");
    let world = World::empty(published(ROUNDS[1]) - 3_600, &forty());
    let site = Site::with(world, Limits { requests_per_minute: 3, ..generous() });
    let answers: Vec<u16> = (0..5).map(|_| site.get(&Auth::Nobody, "/session").status).collect();
    assert_eq!(answers, [401, 401, 401, 429, 429]);
    // Guessed secrets, paths and methods count as well.
    let guesses = [
        (Auth::Token(format!("klero_{}", "0".repeat(64))), "GET", "/session", 401),
        (Auth::Session { cookie: "__Host-klero=0".into(), csrf: "0".into() }, "GET", "/organisers", 401),
        (Auth::Nobody, "GET", "/nothing", 404),
        (Auth::Nobody, "INVENTED", "/session", 405),
        (Auth::Nobody, "PATCH", "/openapi.json", 405),
    ];
    for (n, (who, method, path, status)) in guesses.iter().enumerate() {
        let from = [("X-Forwarded-For", format!("192.0.2.{n}"))];
        let from = [(from[0].0, from[0].1.as_str())];
        let answers: Vec<u16> = (0..5).map(|_| site.ask(who, method, path, &from, "", b"").status).collect();
        assert_eq!(answers, [*status, *status, *status, 429, 429], "{method} {path}");
    }
}

#[test]
fn who_guesses_elsewhere_keeps_nobody_out() {
    let world = World::empty(published(ROUNDS[1]) - 3_600, &forty());
    let site = Site::with(world, Limits { attempts_per_minute: 3, ..generous() });
    let root = "root@example.org";
    site.person(root, Role::Admin, None);
    let sign_in = |from: &str, login: &str, password: &str| {
        let body = json!({"login": login, "password": password}).to_string();
        let from = [("X-Forwarded-For", from)];
        site.ask(&Auth::Nobody, "POST", "/session", &from, "application/json", body.as_bytes())
    };
    // The addresses of a household's network are one.
    let guess = |n: u16| sign_in(&format!("2001:db8::{n:x}"), root, "guess").status;
    assert_eq!((1..=6).map(guess).collect::<Vec<_>>(), [401, 401, 401, 429, 429, 429]);
    sign_in("2001:db8:0:1::1", root, PASSWORD).is(201);
    // Many who guess together are slowed down.
    let answers: Vec<u16> = (0..40).map(|n| sign_in(&format!("192.0.2.{n}"), root, "guess").status).collect();
    assert!(answers.starts_with(&[401; 20]) && answers.contains(&429), "{answers:?}");
    // What cannot be a name is neither counted as one nor kept.
    sign_in("198.51.100.1", &"x".repeat(129), PASSWORD).problem(422, "invalid");
}

#[test]
fn bodies_are_bounded_and_errors_repeat_nothing() {
    let world = World::empty(published(ROUNDS[1]) - 3_600, &forty());
    let site = Site::with(world, Limits { body_bytes: 1_000, ..generous() });
    let admin = site.with_organisers(&[]);
    site.post(&admin, "/organisers", json!({"id": "x", "name": "y".repeat(2_000)})).problem(413, "too-large");
    let told = site.post(&admin, "/organisers", json!({"id": 7, "name": "Xanthippe"})).problem(422, "invalid");
    assert!(!told.to_string().contains("Xanthippe"));
    let told = site
        .ask(&admin, "POST", "/organisers", &[], "application/json", b"{\"id\": Xanthippe}")
        .problem(400, "malformed");
    assert!(!told.to_string().contains("Xanthippe"));
    site.ask(&admin, "POST", "/organisers", &[], "text/plain", b"{}").problem(415, "unsupported-media-type");
    site.get(&admin, "/nothing").problem(404, "not-found");
    site.delete(&admin, "/organisers").problem(405, "method-not-allowed");
    for bad in ["limit=0", "limit=101", "cursor=%00", "cursor=!!"] {
        site.get(&admin, &format!("/organisers?{bad}")).problem(422, "invalid");
    }
}

#[test]
fn lists_go_on_where_they_ended() {
    let site = Site::new();
    let ids: Vec<String> = (0..7).map(|i| format!("town-{i}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let admin = site.with_organisers(&ids);
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = site.get(&admin, &format!("/organisers?limit=3{cursor}")).is(200).json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 3);
        seen.extend(items.iter().map(|o| o["id"].as_str().unwrap().to_owned()));
        let Value::String(next) = &page["next"] else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ids);
}

#[test]
fn members_keys_and_invitations_go_on_page_by_page() {
    let site = Site::new();
    let admin = site.with_organisers(&["eupen", "raeren"]);
    let anna = site.person("anna", Role::Organiser, Some("eupen"));
    for login in ["bert", "carl", "dora"] {
        site.person(login, Role::Approver, Some("eupen"));
        site.person(&format!("{login}-r"), Role::Approver, Some("raeren"));
    }
    // Members' keys have names of different lengths in tests.
    for role in ["k", "ke", "key", "key1"] {
        site.register(&anna, "anna", role);
    }
    for n in 0..4 {
        for organiser in ["eupen", "raeren"] {
            let wish = json!({"login": format!("{organiser}-{n}"), "role": "auditor", "organiser": organiser});
            site.post(&admin, "/invitations", wish).is(201);
        }
    }
    let pages = |who: &Auth, path: &str, member: &str| {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = site.get(who, &format!("{path}?limit=3{cursor}")).is(200).json();
            let items = page["items"].as_array().unwrap();
            assert!((1..=3).contains(&items.len()), "{page}");
            seen.extend(items.iter().map(|one| one[member].as_str().unwrap().to_owned()));
            let Value::String(next) = &page["next"] else { break };
            cursor = format!("&cursor={next}");
        }
        let count = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), count, "{path}: nobody twice");
        seen
    };
    assert_eq!(pages(&anna, "/organisers/eupen/members", "login"), ["anna", "bert", "carl", "dora"]);
    assert_eq!(pages(&anna, "/organisers/eupen/keys", "id").len(), 4);
    assert_eq!(pages(&anna, "/invitations", "login"), ["eupen-0", "eupen-1", "eupen-2", "eupen-3"]);
    assert_eq!(pages(&admin, "/invitations", "login").len(), 8);
}
