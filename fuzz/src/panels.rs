//! `crates/panels`: quotas, respondents, panel lists, as CSV, JSON and spreadsheets.

use klero_panels::{IdColumn, Instance, PanelList, Quotas, RespondentOptions, Respondents};

use crate::shell::workbook;
use crate::{Seen, Target, loosely};

pub(crate) const TARGETS: &[Target] = &[
    ("quotas", quotas),
    ("respondents", respondents),
    ("panel_task", panel_task),
    ("quotas_sheet", |data| loosely(Quotas::from_xlsx(&workbook(data)).is_ok())),
    ("respondents_sheet", |data| loosely(known_quotas().is_some_and(|q| of_sheet(&workbook(data), &q)))),
    ("panel_list", panel_list),
];

/// A file of quotas that was read is written so that it reads as the same.
fn quotas(data: &[u8]) -> Seen {
    let Ok(quotas) = Quotas::from_csv(data) else { return Seen::Refused };
    let again = Quotas::from_csv(quotas.to_csv().as_bytes()).map(|again| again.to_csv());
    assert_eq!(again, Ok(quotas.to_csv()), "quotas change when they are written");
    Seen::AcceptedLoosely
}

fn known_quotas() -> Option<Quotas> {
    Quotas::from_csv(include_bytes!("../corpus/quotas/min_max.csv")).ok()
}

fn options() -> RespondentOptions {
    RespondentOptions { id: IdColumn::Obvious, household: vec!["street".to_owned()] }
}

fn of_sheet(bytes: &[u8], quotas: &Quotas) -> bool {
    Respondents::from_xlsx(bytes, quotas, &options()).is_ok()
}

fn respondents(data: &[u8]) -> Seen {
    loosely(known_quotas().is_some_and(|quotas| Respondents::from_csv(data, &quotas, &options()).is_ok()))
}

/// Quotas and respondents, with `---` between them: whatever is read is also counted, for several numbers of seats.
fn panel_task(data: &[u8]) -> Seen {
    let at = data.windows(5).position(|window| window == b"\n---\n");
    let Some((quotas, rest)) = at.map(|at| data.split_at(at + 1)) else { return Seen::Refused };
    let Ok(quotas) = Quotas::from_csv(quotas) else { return Seen::Refused };
    let rest = rest.get(4..).unwrap_or_default();
    let options = RespondentOptions { id: IdColumn::Generate, household: Vec::new() };
    let Ok(respondents) = Respondents::from_csv(rest, &quotas, &options) else { return Seen::Refused };
    for seats in [0, 1, 2, u32::MAX] {
        let _checked = Instance::new(&quotas, &respondents, seats);
        let _counted = Instance::even_if_impossible(&quotas, &respondents, seats);
    }
    Seen::AcceptedLoosely
}

fn panel_list(data: &[u8]) -> Seen {
    let Ok(list) = PanelList::from_json(data) else { return Seen::Refused };
    let again = PanelList::from_json(list.to_json().as_bytes()).map(|again| again.to_json());
    assert_eq!(again.ok(), Some(list.to_json()), "a panel list changes when it is written");
    Seen::AcceptedLoosely
}
