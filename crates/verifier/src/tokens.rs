//! `time.tokens` (spec §9.4): outside timestamps on the checkpoint that witnessed a seal.
//!
//! What can be checked without X.509 is checked here: that a token can be read and is of that very checkpoint. Whose signature it bears is asked of the caller
//! ([`Signatures`]); `klero-verify` has nobody to ask, and says so. Never makes a verdict better: tokens are required of nobody.

use klero_draw::hash::sha256;
use klero_draw::step::{StepKind, UnverifiedStep};
use klero_tlog::Hash;
use klero_tlog::tlog_proof::TlogProof;

use crate::bundle::{Bundle, BundleStep};
use crate::report::{CheckId, Finding, Report, Status};
use crate::token::Token;
use crate::trust::Trust;
use crate::when;

const ID: CheckId = CheckId::TimeTokens;

/// Checks the signature of tokens.
pub trait Signatures {
    /// Whether a token (DER) is signed under one of these certificates (DER), for time-stamping, at its time: by whom, in words; or why not.
    fn check(&self, token: &[u8], authorities: &[Vec<u8>]) -> Result<String, String>;
}

/// No signatures are checked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unchecked;

impl Signatures for Unchecked {
    fn check(&self, _: &[u8], _: &[Vec<u8>]) -> Result<String, String> {
        Err("this program does not check the signatures of tokens: klero verify does, and so does openssl ts"
            .to_owned())
    }
}

/// Judges the tokens of a bundle that was verified before, and puts the result into its report.
pub(crate) fn judge(text: &str, trust: Option<&Trust>, signatures: &dyn Signatures, report: &mut Report) {
    let Ok(bundle) = Bundle::parse(text) else { return };
    match judged(&bundle, trust, signatures) {
        Judged::Failed(finding) => report.fail(ID, finding),
        Judged::Passed(words) => set(report, Status::Passed, words),
        Judged::Skipped(words) => set(report, Status::Skipped, words),
    }
}

fn hex(hash: [u8; 32]) -> String {
    Hash::from_bytes(hash).to_hex()
}

fn set(report: &mut Report, status: Status, words: String) {
    for check in report.checks.iter_mut().filter(|check| check.id == ID && check.status != Status::Failed) {
        check.status = status;
        check.reason = Some(words.clone());
    }
}

enum Judged {
    Passed(String),
    Failed(Finding),
    Skipped(String),
}

fn judged(bundle: &Bundle<'_>, trust: Option<&Trust>, signatures: &dyn Signatures) -> Judged {
    let mut seal = None;
    for (at, step) in bundle.steps.iter().enumerate() {
        let Some(witnessed) = step.witnessed.as_ref().filter(|witnessed| !witnessed.tokens.is_empty()) else {
            continue;
        };
        let Ok(proof) = TlogProof::parse(witnessed.proof.as_bytes()) else {
            return Judged::Skipped(format!("the checkpoint of steps[{at}] cannot be read"));
        };
        let stamped = sha256(proof.checkpoint().text().as_bytes());
        let mut read = Vec::new();
        for bytes in &witnessed.tokens {
            match Token::parse(bytes) {
                Err(error) => return Judged::Failed(Finding::because(format!("a token of steps[{at}]: {error}"))),
                Ok(token) if token.imprint != stamped => {
                    let reason = format!("a token of steps[{at}] is of something else than its checkpoint");
                    return Judged::Failed(Finding::mismatch(hex(stamped), hex(token.imprint), reason));
                }
                Ok(token) => read.push((token.time_secs, bytes.as_slice())),
            }
        }
        if let Some(round_time) = seal_of(bundle, step, trust) {
            seal = Some((read, round_time));
        }
    }
    let Some((tokens, round_time)) = seal else {
        return Judged::Skipped("the bundle holds no outside timestamp on the seal".to_owned());
    };
    let times: Vec<String> = tokens.iter().map(|(time, _)| when::show(*time)).collect();
    let claimed = format!(
        "{} say{} {}",
        if tokens.len() == 1 { "a token" } else { "tokens" },
        if tokens.len() == 1 { "s" } else { "" },
        times.join(", ")
    );
    let authorities = trust.map_or(&[][..], |trust| trust.authorities());
    if authorities.is_empty() {
        return Judged::Skipped(format!("{claimed}; the trust file names no time-stamping authority"));
    }
    let deadline = round_time.saturating_sub(trust.map_or(0, |trust| trust.margin_secs()));
    let mut passed = None;
    let mut why = Vec::new();
    for (time, token) in tokens {
        match signatures.check(token, authorities) {
            Ok(signer) if time >= round_time => {
                let finding = Finding {
                    expected: Some(format!("before {}", when::show(round_time))),
                    found: Some(when::show(time)),
                    reason: format!("{signer} stamped the seal's checkpoint after the round"),
                };
                return Judged::Failed(finding);
            }
            Ok(signer) if time < deadline => passed = Some(format!("stamped {} by {signer}", when::show(time))),
            Ok(signer) => why.push(format!("{signer} stamped it later than the margin allows")),
            Err(reason) => why.push(reason),
        }
    }
    match passed {
        Some(words) => Judged::Passed(words),
        None => {
            why.dedup();
            Judged::Skipped(format!("{claimed}; {}", why.join("; ")))
        }
    }
}

/// time(round) of the seal, if the step is the one of the bundle's draw. That it is what it claims to be was checked when the bundle was verified.
fn seal_of(bundle: &Bundle<'_>, step: &BundleStep<'_>, trust: Option<&Trust>) -> Option<u64> {
    let step = UnverifiedStep::parse(step.entry.as_bytes()).ok()?;
    let step = step.claims();
    let StepKind::Sealed(sealed) = &step.kind else { return None };
    if step.draw.as_ref() != Some(&bundle.draw) {
        return None;
    }
    let beacon = sealed.terms.value().beacon;
    let chain = match trust {
        Some(trust) => trust.chain(&beacon.chain).cloned(),
        None => crate::trust::pinned_chains().into_iter().find(|chain| chain.hash() == beacon.chain),
    };
    chain?.info().time_of(beacon.round)
}
