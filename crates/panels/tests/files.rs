//! The files that come in as spreadsheets and those that go out.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use klero_panels::error::Place;
use klero_panels::output::{PanelListError, people_csv, remaining};
use klero_panels::{
    BuildOptions, Instance, PanelList, Quotas, RespondentOptions, Respondents, Unwatched, build, check, html, preview,
};

const QUOTAS: &str = "feature,value,min,max\ngender,female,1,1\ngender,male,1,1\n";
const PEOPLE: &str =
    "id,name,gender,home\n1,\"Ada, A.\",female,x\n2,Bo,male,x\n3,\"Cy \"\"C\"\"\",female,\n4,Di,male,y\n5,Ed,male,y\n";

fn task(household: &[&str]) -> (Respondents, Instance) {
    let quotas = Quotas::from_csv(QUOTAS.as_bytes()).unwrap();
    let household = household.iter().map(|c| (*c).to_owned()).collect();
    let options = RespondentOptions { household, ..RespondentOptions::default() };
    let people = Respondents::from_csv(PEOPLE.as_bytes(), &quotas, &options).unwrap();
    let instance = Instance::new(&quotas, &people, 2).unwrap();
    (people, instance)
}

#[test]
#[cfg(feature = "xlsx")]
fn a_spreadsheet_reads_like_the_same_csv() {
    let book = include_bytes!("fixtures/people.xlsx");
    let quotas =
        Quotas::from_csv(b"feature,value,min,max\ngender,female,0,2\ngender,male,0,2\nage,34,0,2\nage,41,0,1\n");
    let quotas = quotas.unwrap();
    let read = Respondents::from_xlsx(book, &quotas, &RespondentOptions::default()).unwrap();
    assert_eq!(read.ids().collect::<Vec<_>>(), ["a1", "b2", "c3"]);
    assert_eq!(read.row(1).unwrap(), ["b2", "Male", "34", "TRUE"]);
    // row 3 of the sheet is empty, so the last person stands in row 5
    let narrow = Quotas::from_csv(b"feature,value,min,max\nage,34,0,2\n").unwrap();
    let refused = Respondents::from_xlsx(book, &narrow, &RespondentOptions::default()).unwrap_err();
    assert_eq!((refused.total(), refused.shown()[0].place), (1, Place::Respondents(Some(5))));
}

#[test]
fn panel_lists_go_out_and_come_back() {
    let (people, instance) = task(&[]);
    let options = BuildOptions { panels: 12, ..BuildOptions::default() };
    let built = build(&instance, &options, &Unwatched).unwrap();
    let list = PanelList::new(&people, built.list.panels().to_vec());
    let json = list.to_json();
    assert!(json.starts_with("{\"people\":[\"1\",\"2\",\"3\",\"4\",\"5\"],\"panels\":[[0,1],"), "{json}");
    let back = PanelList::from_json(json.as_bytes()).unwrap();
    assert_eq!(back, list);
    assert_eq!(back.matches(&people), Ok(()));
    assert_eq!(check(&instance, back.panels).unwrap(), built.list);
    let mut other = list.clone();
    other.people.swap(1, 3);
    assert_eq!(other.matches(&people), Err(PanelListError::OtherPeople { index: 1 }));
    other.people.truncate(1);
    assert_eq!(other.matches(&people), Err(PanelListError::OtherPeople { index: 1 }));
    for (text, says) in [
        ("{\"people\":[],\"panels\":[],\"more\":1}", "not a panel list: \"more\" is no part of one"),
        ("{\"people\":[]}", "not a panel list: it has no \"panels\""),
        ("{\"people\":[],\"panels\":[[\"Ada\"]]}", "not a panel list: line 1, column 29"),
        ("[]", "not a panel list: line 1, column 2"),
    ] {
        assert_eq!(PanelList::from_json(text.as_bytes()).unwrap_err().to_string(), says);
    }
    assert!(!format!("{list:?}").contains("Ada"));
}

#[test]
fn everybody_is_selected_reserve_or_remaining() {
    let (people, _) = task(&[]);
    assert_eq!(remaining(&people, &[1, 2], &[4]), [0, 3]);
    let csv = people_csv(&people, &[2, 0]);
    assert_eq!(csv, "id,name,gender,home\n3,\"Cy \"\"C\"\"\",female,\n1,\"Ada, A.\",female,x\n");
}

/// The draw knows people of one address by the very text, trimmed and normalised (spec §2.2): so do panels, and they tell of near misses.
#[test]
fn addresses_are_one_where_the_pool_has_them_as_one() {
    let quotas = Quotas::from_csv(b"feature,value,min,max\ngender,x,0,9\n").unwrap();
    let homes = [
        "Rue de l'E\u{301}cole 5",
        "\u{a0}Rue de l'\u{c9}cole 5",
        "rue de l'\u{e9}cole  5",
        "RUE DE L'\u{c9}COLE 5",
        "",
        "",
        "B 1",
    ];
    let rows: String = homes.iter().enumerate().map(|(i, home)| format!("{i},x,{home}\n")).collect();
    let options = RespondentOptions { household: vec!["home".into()], ..RespondentOptions::default() };
    let people = Respondents::from_csv(format!("id,gender,home\n{rows}").as_bytes(), &quotas, &options).unwrap();
    assert_eq!(people.nearly_equal_addresses(), [(2, 4), (2, 5)]);
    let instance = Instance::new(&quotas, &people, 2).unwrap();
    assert!(check(&instance, vec![vec![0, 1]]).is_err(), "one address, however its accent is written");
    assert!(check(&instance, vec![vec![0, 2]]).is_ok() && check(&instance, vec![vec![4, 5]]).is_ok());
}

#[test]
fn accents_are_the_same_composed_and_decomposed() {
    let quotas =
        Quotas::from_csv("feature,value,min,max\nr\u{e9}gion,Li\u{e8}ge,0,2\nr\u{e9}gion,Lie,0,2\n".as_bytes())
            .unwrap();
    let text = "id,re\u{301}gion\ne\u{301},Lie\u{300}ge\nb,LI\u{c8}GE\n";
    let options = RespondentOptions::default();
    let people = Respondents::from_csv(text.as_bytes(), &quotas, &options).unwrap();
    assert_eq!(people.row(0).unwrap(), ["e\u{301}", "Lie\u{300}ge"], "what goes out is what came in");
    let twice = format!("{text}\u{e9},Lie\n");
    let refused = Respondents::from_csv(twice.as_bytes(), &quotas, &options).unwrap_err();
    assert_eq!(refused.to_string(), "respondents, line 4: this id is already on line 2");
}

#[test]
fn nobody_sits_beside_their_household() {
    let (_, instance) = task(&["home"]);
    let built = build(&instance, &BuildOptions::default(), &Unwatched).unwrap();
    assert!(!built.list.panels().contains(&vec![0, 1]));
    // 1 cannot sit with 2: the best is that 3 sits with 2, and everybody has a fair share
    assert_eq!(built.report.people_on_no_panel, 0);
    let refused = check(&instance, vec![vec![0, 1]]);
    assert!(refused.is_err());
}

#[test]
fn the_page_escapes_what_it_shows_and_names_nobody() {
    let quotas = Quotas::from_csv(QUOTAS.replace("male,1,1\n", "<b>&,1,1\n").as_bytes()).unwrap();
    let text = PEOPLE.replace(",male", ",<b>&").replace("female", "fe<b>&");
    let people = Respondents::from_csv(text.as_bytes(), &quotas, &RespondentOptions::default()).unwrap();
    let instance = Instance::new(&quotas, &people, 2).unwrap();
    let built = build(&instance, &BuildOptions::default(), &Unwatched).unwrap();
    let shown = preview(&instance, &Unwatched).unwrap();
    let page = html::render(&built.report, Some(&shown), "Council <2027>");
    assert!(page.contains("Council &lt;2027&gt;") && page.contains("&lt;b&gt;&amp;"));
    // A value that was not escaped would stand whole before the next tag; the page's own <b> before an escaped one does not.
    assert!(!page.contains("<b>&<") && !page.contains("fe<b>") && !page.contains("<2027>"));
    for name in ["Ada", "Cy", "Ed"] {
        assert!(!page.contains(name), "{name}");
    }
    for tag in ["svg", "table", "details", "figure", "main", "html"] {
        let (open, close) = (format!("<{tag}"), format!("</{tag}>"));
        assert_eq!(page.matches(&open).count(), page.matches(&close).count(), "{tag}");
    }
}
