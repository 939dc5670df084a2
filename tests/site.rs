//! The public pages as a visitor's browser gets them: every page in every language, for a draw in each of its states, and what they must never
//! do: name a person, load anything from elsewhere, set a cookie, or need more than the page, one style and one script.

#![expect(clippy::unwrap_used, reason = "a test whose case cannot be prepared has failed")]

#[path = "common_service/mod.rs"]
#[expect(dead_code, reason = "shared with tests that need more")]
mod common_service;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use common_service::{BOTH, ORIGIN, ROUNDS, Wish, World, published, signed};
use kleroterion::service::http::router;
use kleroterion::site::lang::{Arg, Lang, rfc3339};
use serde_json::{Value, json};

struct Site {
    world: World,
    address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

struct Page {
    status: u16,
    head: String,
    body: String,
}

impl Site {
    fn new(world: World) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let pages = router(Arc::clone(world.service()));
        runtime.spawn(async move { axum::serve(listener, pages).await });
        Self { world, address, _runtime: runtime }
    }

    fn ask(&self, path: &str, language: &str) -> Page {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let request = format!(
            "GET {path} HTTP/1.0\r\nHost: draws.example.org\r\nAccept: text/html\r\nAccept-Language: {language}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        Page { status: head[9..12].parse().unwrap(), head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    /// What an address gives that is no text.
    #[track_caller]
    fn bytes(&self, path: &str, kind: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: draws.example.org\r\n\r\n").as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
        assert!(head.starts_with("http/1.0 200") && head.contains(&format!("content-type: {kind}")), "{path}: {head}");
        answer.split_off(end + 4)
    }

    #[track_caller]
    fn page(&self, path: &str) -> String {
        let page = self.ask(path, "en");
        assert_eq!(page.status, 200, "{path}: {}", page.head);
        page.body
    }
}

/// A world with a draw that was drawn, and one seat given up and filled.
fn drawn() -> Site {
    let round = ROUNDS[1];
    let world = World::before(round);
    let wish = Wish { method: world.strata(), reserves: 4, ..Wish::equal(round) };
    world.drawn("letters", &wish);
    let seat = world.indices("letters", "drawn")[0];
    let note = json!({"after": world.status("letters").after, "draw": "letters", "log": ORIGIN, "organiser": "eupen",
                      "seats": [{"index": seat, "reason": "declined"}]});
    world.hand_in(signed("vacate", &note, BOTH)).unwrap();
    Site::new(world)
}

/// A number with a sign between thousands.
fn grouped(number: u64, sign: &str) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let rest = digits.as_bytes()[first..].chunks(3).map(|three| std::str::from_utf8(three).unwrap());
    let parts: Vec<&str> = (first > 0).then_some(&digits[..first]).into_iter().chain(rest).collect();
    parts.join(sign)
}

const PATHS: [&str; 13] = [
    "/",
    "/draws/letters",
    "/draws/letters/press",
    "/draws/letters/live",
    "/draws/letters/minutes",
    "/draws/letters/widget",
    "/organisers/eupen",
    "/log",
    "/log/0",
    "/how",
    "/proof",
    "/check",
    "/search?q=letters",
];

#[test]
fn every_page_stands_in_every_language_and_loads_nothing_from_elsewhere() {
    let site = drawn();
    for lang in Lang::ALL {
        for path in PATHS {
            let page = site.ask(&format!("/{lang}{path}"), "en");
            let at = format!("/{lang}{path}");
            assert_eq!(page.status, 200, "{at}");
            assert!(page.body.contains(&format!("<html lang=\"{lang}\">")), "{at}");
            assert!(page.head.contains(&format!("content-language: {lang}")), "{at}");
            assert!(!page.head.contains("set-cookie"), "{at}");
            let policy = page.head.lines().find(|l| l.starts_with("content-security-policy:")).unwrap();
            assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{at}: {policy}");
            assert!(page.body.len() < 100_000, "{at}: {} bytes", page.body.len());
            for forbidden in ["<script>", " style=", "onclick=", "javascript:", "src=\"http", "@import"] {
                assert!(!page.body.contains(forbidden), "{at}: {forbidden}");
            }
            // Style and script of the page are all that it loads.
            for piece in page.body.split("src=\"").skip(1) {
                let source = piece.split('"').next().unwrap();
                assert!(source.starts_with('/') || source.starts_with("http://draws.example.org/"), "{at}: {source}");
            }
            for hole in ["{ $", "{{", "}}"] {
                assert!(!page.body.contains(hole), "{at}: a hole in a sentence");
            }
        }
    }
}

#[test]
fn the_language_is_the_browsers_wish_unless_the_address_says_it() {
    let site = drawn();
    let asked = site.ask("/draws/letters", "fr-BE,fr;q=0.9");
    assert!(asked.body.contains("<html lang=\"fr\">") && asked.head.contains("accept-language"));
    assert!(site.ask("/de/draws/letters", "fr").body.contains("<html lang=\"de\">"));
    for lang in Lang::ALL {
        assert!(asked.body.contains(&format!("href=\"/{lang}/draws/letters\" hreflang=\"{lang}\"")), "{lang}");
    }
    assert_eq!(site.ask("/es/draws/letters", "en").status, 404);
    let missing = site.ask("/de/draws/nobody", "en");
    assert!(missing.status == 404 && missing.body.contains("Diese Seite gibt es nicht"));
}

#[test]
fn the_page_of_a_draw_answers_ten_questions() {
    let site = drawn();
    let sealed_at = {
        let ledger = site.world.service().ledger();
        ledger.draw(&"letters".parse().unwrap()).unwrap().seal().unwrap().at.time
    };
    let status = site.world.status("letters");
    for lang in Lang::ALL {
        let page = site.page(&format!("/{lang}/draws/letters"));
        for question in ["who", "beacon", "when", "steer", "repeat", "pool", "chance", "replace", "me", "trust"] {
            let words = lang.t(&format!("q-{question}")).replace('\'', "&#39;");
            assert!(page.contains(&words), "{lang}: {words}");
        }
        assert!(page.contains(&status.root.clone().unwrap()) && page.contains(&status.outcome.clone().unwrap()));
        // The answers, with what happened: spelled here, in each language.
        let answers = page.split_once("<dl class=\"questions\">").unwrap().1.split_once("</dl>").unwrap().0;
        let round = match lang {
            Lang::Nl | Lang::De => grouped(ROUNDS[1], "."),
            Lang::Fr => grouped(ROUNDS[1], "\u{202f}"),
            Lang::En => grouped(ROUNDS[1], ","),
        };
        let words = match lang {
            Lang::Nl => ["Stadt Eupen bepaalde", "Deze loting gebruikte ronde", "Nee. ", "Uit 40 personen"],
            Lang::Fr => ["Stadt Eupen a fixé", "Ce tirage a utilisé la ronde", "Non. ", "Parmi 40 personnes"],
            Lang::De => ["Stadt Eupen legte", "Diese Auslosung nutzte Runde", "Nein. ", "Aus 40 Personen"],
            Lang::En => ["Stadt Eupen set", "This draw used round", "No. ", "From 40 people"],
        };
        for word in words {
            assert!(answers.contains(word), "{lang}: {word} in {answers}");
        }
        assert!(answers.contains(&format!("{} {round}", words[1])), "{lang}: {round}");
        for moment in [published(ROUNDS[1]), sealed_at] {
            let marked = format!("<time datetime=\"{}\">{}</time>", rfc3339(moment), lang.moment(moment));
            assert!(answers.contains(&marked), "{lang}: {moment}");
        }
        // A check that was not passed is not told as if it had been.
        let asked =
            lang.with("check-asked", &[("what", Arg::S(&lang.t("check-log-witnesses")))]).replace('\'', "&#39;");
        assert!(page.contains(&asked), "{lang}: {asked}");
        // The evidence of the beacon's value is one step away.
        let ledger_seq =
            site.world.service().ledger().draw(&"letters".parse().unwrap()).unwrap().result().unwrap().at.seq;
        let timeline = page.split_once("<li class=\"beacon\">").unwrap().1.split_once("</li>").unwrap().0;
        assert!(timeline.contains(&format!("href=\"/{lang}/log/{ledger_seq}\"")), "{lang}: {timeline}");
        assert!(page.contains(&lang.t("verdict-drawn")) && page.contains(&lang.t("verdict-unwitnessed")), "{lang}");
        assert!(page.contains(&lang.t("leave-declined")), "{lang}: who left, and why");
        // What is done on one's own computer: the program, and the hash to compare it with.
        for address in [format!("/{lang}/draws/letters"), format!("/{lang}/proof")] {
            let page = site.page(&address);
            assert!(page.contains("href=\"/verifier.html\" download"), "{address}");
            assert!(page.contains(&kleroterion::verifier_page::sha256()), "{address}");
        }
    }
}

#[test]
fn a_draw_in_each_of_its_states_says_which() {
    let round = ROUNDS[2];
    let world = World::before(round);
    world.announce("letters", round);
    let site = Site::new(world);
    let says = |site: &Site, key: &str| {
        let page = site.page("/en/draws/letters");
        assert!(page.contains(&Lang::En.t(key)), "{key}");
    };
    says(&site, "verdict-announced");
    site.world.seal("letters", &Wish::equal(round)).unwrap();
    says(&site, "verdict-sealed");
    assert!(site.page("/en/draws/letters/live").contains("data-state=\"sealed\""));
    assert!(site.page("/en/draws/letters/press").contains(&Lang::En.t("press-not-drawn")));
    site.world.clock.set(published(round) + 10 * 86_400);
    says(&site, "verdict-overdue");
    site.world.round("letters", round).unwrap();
    says(&site, "verdict-drawn");
    let quote = site.page("/nl/draws/letters/press");
    for lang in Lang::ALL {
        assert!(quote.contains(&format!("<blockquote lang=\"{lang}\">")), "{lang}");
    }
    let after = site.world.status("letters").after;
    let note = json!({"after": after, "draw": "letters", "log": ORIGIN, "organiser": "eupen", "reason": "complaint"});
    site.world.hand_in(signed("annul", &note, BOTH)).unwrap();
    says(&site, "verdict-annulled");
    let record = site.page("/en/organisers/eupen");
    assert!(record.contains(&Lang::En.t("state-annulled")));
    assert!(record.contains(&Lang::En.t("reason-complaint")), "the record says why");
    let feed = site.page("/en/feed.atom");
    assert!(feed.starts_with("<?xml") && feed.contains(&Lang::En.t("state-annulled")));
}

#[test]
fn nobody_is_asked_to_watch_a_draw_that_was_given_up() {
    let round = ROUNDS[2];
    let world = World::before(round);
    world.announce("letters", round);
    world.seal("letters", &Wish::equal(round)).unwrap();
    let site = Site::new(world);
    let live = "href=\"/en/draws/letters/live\"";
    assert!(site.page("/en/draws/letters").contains(live));
    let note = json!({"draw": "letters", "log": ORIGIN, "organiser": "eupen", "reason": "cancelled"});
    site.world.hand_in(signed("void", &note, BOTH)).unwrap();
    let page = site.page("/en/draws/letters");
    assert!(page.contains(&Lang::En.t("verdict-cancelled")) && !page.contains(live));
    assert!(site.page("/en/organisers/eupen").contains(&Lang::En.t("reason-cancelled")), "the record says why");
}

#[test]
fn figures_pictures_and_the_reveal_are_those_of_the_draw() {
    let site = drawn();
    let figures = site.page("/draws/letters/quotas.csv");
    assert!(figures.starts_with("column,value,earlier_pool,pool,drawn,min,max\r\n"));
    assert!(figures.contains("municipality,Eupen,,20,"), "{figures}");
    let picture = site.page("/fr/draws/letters/picture.svg");
    assert!(picture.starts_with("<svg") && picture.contains(&site.world.status("letters").outcome.unwrap()));
    assert!(site.page("/draws/letters/badge.svg").contains("draw by lot"));
    assert!(site.page("/draws/letters/widget").contains(r#"<link rel="icon" href="/assets/icon.svg""#));
    let icon = site.ask("/favicon.ico", "en");
    assert!(icon.status == 308 && icon.head.contains("location: /assets/icon.svg"), "{}", icon.head);
    let reveal: Value = serde_json::from_str(&site.page("/draws/letters/reveal")).unwrap();
    let places: Vec<u64> = reveal["people"].as_array().unwrap().iter().map(|p| p["place"].as_u64().unwrap()).collect();
    let drawn = site.world.indices("letters", "drawn");
    assert_eq!(places, drawn);
    assert!(reveal["people"][0]["ticket"].as_str().is_some_and(|t| t.len() == 32));
}

#[test]
fn minutes_and_previews_are_the_same_bytes_for_the_same_state_and_say_which() {
    let site = drawn();
    let mut seen = std::collections::BTreeSet::new();
    for lang in Lang::ALL {
        let sheet = site.bytes(&format!("/{lang}/draws/letters/minutes.pdf"), "application/pdf");
        assert!(sheet.starts_with(b"%PDF-1.7") && sheet.len() < 200_000, "{} bytes", sheet.len());
        assert_eq!(sheet, site.bytes(&format!("/{lang}/draws/letters/minutes.pdf"), "application/pdf"));
        // PDF/A-2a says so in its metadata, which are never compressed.
        let text = String::from_utf8_lossy(&sheet);
        assert!(text.contains("<pdfaid:part>2</pdfaid:part>") && text.contains("<pdfaid:conformance>A<"));
        assert!(text.contains(&format!("/Lang ({lang})")), "{lang}");
        let page = site.page(&format!("/{lang}/draws/letters"));
        let title = page.split_once("<meta property=\"og:title\" content=\"").unwrap().1;
        assert!(title.starts_with("Einladungen\""), "{}", &title[..40]);
        let says = page.split_once("<meta property=\"og:description\" content=\"").unwrap().1;
        assert!(says.starts_with(&lang.t("verdict-drawn")), "{}", &says[..80]);
        let image = format!("http://draws.example.org/{lang}/draws/letters/picture.png");
        assert!(page.contains(&format!("<meta property=\"og:image\" content=\"{image}\">")));
        let picture = site.bytes(&format!("/{lang}/draws/letters/picture.png"), "image/png");
        assert!(picture.starts_with(b"\x89PNG") && picture.len() < 200_000, "{} bytes", picture.len());
        assert!(seen.insert(picture) && seen.insert(sheet), "another language says it otherwise");
    }
    assert!(!site.page("/en/how").contains("og:image"));
    assert_eq!(site.ask("/draws/nobody/minutes.pdf", "en").status, 404);
    assert_eq!(site.ask("/draws/nobody/picture.png", "en").status, 404);
}

#[test]
fn a_letters_link_leads_to_the_check_of_its_draw_and_its_box_is_not_to_be_stored() {
    let site = drawn();
    for (path, lang) in [("/check?draw=letters", "en"), ("/fr/check?draw=letters", "fr")] {
        let page = site.ask(path, "en");
        assert_eq!(page.status, 303, "{path}");
        let to = format!("location: /verifier.html?lang={lang}&bundle=/draws/letters/bundle&letter=1");
        assert!(page.head.contains(&to), "{path}: {}", page.head);
    }
    // No draw of that name: all of them to choose from.
    for path in ["/check?draw=nobody", "/check?draw=../x", "/check?draw="] {
        assert!(site.page(path).contains("/draws/letters/bundle&#38;letter=1"), "{path}");
    }
    let locator = "00112233445566778899aabbccddeeff";
    let draw = "letters".parse().unwrap();
    site.world.service().keep_box(&draw, &locator.parse().unwrap(), &[9; 528]).unwrap();
    let found = site.ask(&format!("/draws/letters/box/{locator}"), "en");
    assert!(found.status == 200 && found.head.contains("cache-control: no-store"), "{}", found.head);
    for path in [
        "letters/box/00112233445566778899aabbccddeefe",
        "letters/box/..",
        "nobody/box/00112233445566778899aabbccddeeff",
    ] {
        assert_eq!(site.ask(&format!("/draws/{path}"), "en").status, 404, "{path}");
    }
}

#[test]
fn a_listener_is_told_of_the_draw_when_it_happens() {
    let round = ROUNDS[3];
    let world = World::before(round);
    world.announce("letters", round);
    world.seal("letters", &Wish::equal(round)).unwrap();
    let site = Site::new(world);
    let mut stream = TcpStream::connect(site.address).unwrap();
    stream.write_all(b"GET /draws/letters/events HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    let mut next = |state: &str| {
        let data = lines.find(|line| line.starts_with("data:")).unwrap();
        let told: Value = serde_json::from_str(data.trim_start_matches("data:").trim()).unwrap();
        assert_eq!((&told["state"], &told["round_at"]), (&json!(state), &json!(published(round))));
    };
    next("sealed");
    site.world.clock.set(published(round));
    site.world.round("letters", round).unwrap();
    next("drawn");
}

#[test]
fn a_search_finds_draws_steps_hashes_and_says_when_it_finds_nothing() {
    let site = drawn();
    let status = site.world.status("letters");
    let outcome = status.outcome.unwrap();
    for (query, link) in [
        ("letters", "/en/draws/letters".to_owned()),
        ("Einladung", "/en/draws/letters".to_owned()),
        ("0", "/en/log/0".to_owned()),
        (outcome.as_str(), format!("/artifact/{outcome}")),
        // The press quotes this hash: it leads to the draw, too.
        (outcome.as_str(), "/en/draws/letters".to_owned()),
        (status.root.unwrap().as_str(), "/en/draws/letters".to_owned()),
    ] {
        let page = site.page(&format!("/en/search?q={query}"));
        assert!(page.contains(&format!("href=\"{link}\"><strong>")), "{query}");
    }
    let none = site.page("/en/search?q=%3Cscript%3Ealert(1)%3C/script%3E");
    assert!(none.contains("Nothing was found") && !none.contains("<script>"));
}
