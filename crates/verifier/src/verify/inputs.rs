//! What a method is carried out on, put together from artifacts: strata and panel lists.

use klero_draw::artifacts::{PanelList, StrataList};
use klero_draw::method::{DrawInputs, People};
use klero_draw::table::Table;
use klero_draw::terms::{Method, Terms};

use super::Case;
use super::artifacts::{Artifacts, missing};
use crate::report::{CheckId, Finding};

/// A draw's lists, as far as they are there and can be read.
#[derive(Default)]
pub(super) struct Lists {
    pub(super) strata: Option<StrataList>,
    pub(super) panels: Option<PanelList>,
}

/// Why lists cannot be had.
pub(super) enum NoLists {
    /// Not at hand.
    Missing(String),
    /// Not what terms may name.
    Refused(String),
}

impl Lists {
    /// The lists that terms name.
    pub(super) fn read(terms: &Terms, artifacts: &Artifacts<'_>) -> Result<Self, NoLists> {
        let Some(name) = terms.method.artifact() else { return Ok(Self::default()) };
        let text = artifacts.get(&name).ok_or_else(|| NoLists::Missing(missing(&name)))?;
        let refused = |error: klero_draw::artifacts::ArtifactError| NoLists::Refused(error.to_string());
        Ok(match terms.method {
            Method::Stratified { .. } => Self { strata: Some(StrataList::parse(text).map_err(refused)?), panels: None },
            Method::Panels { .. } => Self { strata: None, panels: Some(PanelList::parse(text).map_err(refused)?) },
            Method::Equal | Method::Households => Self::default(),
        })
    }

    pub(super) fn inputs<'t>(&'t self, table: Option<&'t Table<'t>>) -> DrawInputs<'t> {
        let people = table.map(|table| -> &dyn People { table });
        DrawInputs { people, strata: self.strata.as_ref(), panels: self.panels.as_ref() }
    }
}

impl Case<'_> {
    /// The draw's own lists; `None` where one is named and cannot be used. A list that cannot be used is refused under `draw.outcome`, or
    /// `panels.quotas`.
    pub(super) fn read_lists(&mut self) -> Option<Lists> {
        let Some(terms) = self.draw().and_then(|draw| draw.terms()) else { return Some(Lists::default()) };
        let ids: &[CheckId] = match terms.method {
            Method::Panels { .. } => &[CheckId::PanelsQuotas, CheckId::PanelsCounts],
            _ => &[CheckId::DrawOutcome],
        };
        match Lists::read(terms, &self.artifacts) {
            Ok(lists) => return Some(lists),
            Err(NoLists::Missing(words)) => {
                self.checks.skip(CheckId::Format, words.clone());
                ids.iter().for_each(|id| self.checks.skip(*id, words.clone()));
            }
            Err(NoLists::Refused(words)) => {
                ids.iter().for_each(|id| self.checks.fail(*id, Finding::because(words.clone())));
            }
        }
        None
    }
}
