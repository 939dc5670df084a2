//! `panels.certificate` (spec §7.8, §9.3): how much fairer another list could have been, recomputed with integers alone. How fair a list is never
//! decides whether a draw is valid; but a certificate that the terms name must be at hand and be one. It never says "optimal": it prints what the
//! list gives, what is provably out of reach, and the difference.

use klero_draw::certificate::{Bound, Bounds, Certificate};
use klero_draw::terms::Method;

use super::inputs::Lists;
use super::{Case, TableOf};
use crate::report::{CheckId, Finding};

const ID: CheckId = CheckId::PanelsCertificate;

impl Case<'_> {
    pub(super) fn check_certificate(&mut self, lists: Option<&Lists>, table: TableOf<'_>) {
        let Some(terms) = self.terms() else { return };
        let Method::Panels { certificate, min_count, panels, .. } = terms.method else { return };
        let Some(name) = certificate else {
            self.fairness = Some("Nothing shows how fair the list of panels is: it has no certificate.".to_owned());
            return self.checks.skip(ID, "the terms name no certificate of fairness");
        };
        // Named by signers, so it is there for everybody: a bundle without it is not whole (spec §9.1).
        self.checks.require(ID);
        let Some(text) = self.artifacts.get(&name) else {
            let words = super::artifacts::missing(&name);
            self.checks.skip(CheckId::Format, words.clone());
            return self.checks.skip(ID, words);
        };
        let certificate = match Certificate::parse(text) {
            Ok(certificate) => certificate,
            Err(error) => return self.fail(ID, Finding::because(error.to_string())),
        };
        if !self.checks.passed(CheckId::PanelsQuotas) || !self.checks.passed(CheckId::PanelsCounts) {
            return self
                .checks
                .skip(ID, "the list, with which the certificate is compared, was not counted or was refused");
        }
        let (Some(list), Some(table)) = (lists.and_then(|lists| lists.panels.as_ref()), table) else {
            return self.checks.skip(ID, "the list, with which the certificate is compared, is not at hand");
        };
        match certificate.bounds(&terms, list, table) {
            Err(error) => self.fail(ID, Finding::because(error.to_string())),
            Ok(bounds) => {
                self.checks.ran(ID);
                let Some(first) = bounds.first() else { return };
                let (numerator, denominator) = first.ratio();
                let words = words(first, &bounds, panels);
                self.fairness = Some(format!("Fairness of the list: {words}."));
                let finding =
                    Finding::mismatch(format!("{numerator}/{denominator}"), format!("{min_count}/{panels}"), words);
                self.checks.show(ID, finding);
            }
        }
    }
}

/// Achieved, bound, difference; for the first level in full, for the others the largest difference.
fn words(first: &Bound, bounds: &Bounds, panels: u32) -> String {
    let gap = |bound: &Bound| bound.panels_possible().saturating_sub(bound.panels_achieved());
    let percent = {
        let hundred_thousandths = first.billionths().div_ceil(10_000);
        format!("{}.{:03} %", hundred_thousandths / 1_000, hundred_thousandths % 1_000)
    };
    let mut words = format!(
        "everybody is on {} of the {panels} panels or more; no list whatever could give everybody a chance above {percent}, which is {} of {panels}: a difference of {}",
        first.panels_achieved(),
        first.panels_possible(),
        gap(first)
    );
    let rest = bounds.levels().get(1..).unwrap_or_default();
    if let Some(largest) = rest.iter().map(gap).max() {
        words.push_str(&format!(
            "; on further levels ({}), with everybody below held, the difference is at most {largest}",
            rest.len()
        ));
    }
    words
}
