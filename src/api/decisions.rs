//! Decisions: notes that members sign before they are handed in to the log. Enrolments, announcements, terms, vacancies, voids, annulments,
//! erasures: each is a text of bytes to sign, to which members add signatures by keys of their own, and which is handed in once.
//!
//! Never holds a member's private key, never changes a text once it is there, never counts two keys of one person as two people. What is in the
//! log is looked up in the log: a decision says that it is being handed in before it is, so that after a crash it is found there or handed in
//! again.

use axum::extract::State;
use axum::response::Response;
use klero_draw::hash::StepHash;
use klero_draw::names::Slug;
use klero_draw::organiser::{OrganiserNote, context};
use klero_tlog::VerifierKey;
use klero_tlog::note::{Note, NoteSignature};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::desk::{Desk, Kept, Versioned};
use super::guard::Caller;
use super::member_keys::{MemberKey, keys_of, people};
use super::organisers::Organiser;
use super::posted::{Nothing, Posted};
use super::problem::{Kind as ProblemKind, Problem};
use super::work::{Page, PageWish, Path, Query, Reply, Tx, new_id, page};
use crate::organiser_note;
use crate::service::request::{Answer, Logged, Request};

/// Decisions of one organiser that wait at once: more is a mistake or a nuisance.
const MAX_OPEN: usize = 500;
/// Two pairs of eyes, whatever the threshold.
const LEAST_PEOPLE: usize = 2;

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum DecisionKind {
    /// Who may sign for the organiser
    Enrolment,
    /// A draw is coming, or comes later
    Announcement,
    /// The rules of a draw; handing them in seals it
    Terms,
    /// Seats are given up
    Vacancy,
    /// A draw is given up before it is drawn
    Void,
    /// A result is annulled
    Annulment,
    /// Pool key, rows and table are destroyed
    Erasure,
}

impl DecisionKind {
    fn context(self) -> &'static str {
        match self {
            Self::Enrolment => context::ORGANISER,
            Self::Announcement => context::ANNOUNCE,
            Self::Terms => klero_draw::terms::TERMS_CONTEXT,
            Self::Vacancy => context::VACATE,
            Self::Void => context::VOID,
            Self::Annulment => context::ANNUL,
            Self::Erasure => context::ERASE,
        }
    }
}

/// A signature as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Signed {
    vkey: String,
    account: String,
    line: String,
    at: u64,
}

/// How far a decision has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State_ {
    Open,
    /// On its way into the log, which had this size.
    HandingIn {
        from: u64,
    },
    Logged {
        seq: u64,
        leaf: StepHash,
    },
    Withdrawn,
}

/// A decision as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Decision {
    organiser: Slug,
    id: String,
    kind: DecisionKind,
    draw: Option<Slug>,
    /// Context and JSON, each with its newline: the bytes to sign.
    text: String,
    signatures: Vec<Signed>,
    state: State_,
    by: String,
    made: u64,
    /// The pool that terms are about.
    pool: Option<String>,
}

impl Kept for Decision {
    const KIND: &'static str = "decision";
    const NAME: &'static str = "decision";
    fn id(&self) -> String {
        format!("{}/{}", self.organiser, self.id)
    }
}

/// Says that a decision is neither logged nor withdrawn: found without reading all that ever were.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct OpenDecision {
    organiser: Slug,
    id: String,
}

impl OpenDecision {
    fn of(decision: &Decision) -> Self {
        Self { organiser: decision.organiser.clone(), id: decision.id.clone() }
    }
}

impl Kept for OpenDecision {
    const KIND: &'static str = "decision-open";
    const NAME: &'static str = "open decision";
    fn id(&self) -> String {
        format!("{}/{}", self.organiser, self.id)
    }
}

/// A decision.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DecisionView {
    id: String,
    kind: DecisionKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false)]
    draw: Option<Slug>,
    /// open, handing_in, logged or withdrawn
    state: &'static str,
    /// Who wrote it
    by: String,
    /// When, Unix seconds
    made: u64,
    /// What it says
    #[schema(value_type = Object)]
    says: Value,
    /// Signatures so far, by keys in force; those that were handed in, if it was
    signatures: Vec<SignatureView>,
    /// How many signatures it needs
    needed: u64,
    /// Whether it can be handed in
    ready: bool,
    /// The step in the log
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    logged: Option<StepView>,
}

/// A signature on a decision.
#[derive(Debug, Serialize, ToSchema)]
struct SignatureView {
    /// The key's name
    key: String,
    /// Whose key it is
    account: String,
    /// When it was given, Unix seconds
    at: u64,
}

/// A step of the log.
#[derive(Debug, Serialize, ToSchema)]
struct StepView {
    /// Its index
    seq: u64,
    /// Its leaf hash
    leaf: String,
}

/// A signature.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignatureWish {
    /// The note as klero sign writes it, or the signature line alone: — name base64
    #[schema(max_length = 100_000)]
    signed: String,
}

/// A new enrolment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EnrolmentWish {
    /// The keys that are to be in force, by their ids; two to sixteen, of two people at least
    #[schema(min_items = 2, max_items = 16)]
    keys: Vec<String>,
    /// How many of them must sign
    #[schema(minimum = 2, maximum = 16)]
    threshold: u64,
    /// After too many keys were lost: the old keys need not sign, and it waits for 30 days, in public
    #[serde(default)]
    #[schema(default = false)]
    recovery: bool,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(enrol))
        .routes(routes!(list_decisions))
        .routes(routes!(show_decision, withdraw_decision))
        .routes(routes!(decision_note))
        .routes(routes!(sign_decision))
        .routes(routes!(hand_in_decision))
}

/// Writes a decision that waits for signatures.
pub(super) fn propose(
    tx: &mut Tx<'_>,
    caller: &Caller,
    kind: DecisionKind,
    draw: Option<Slug>,
    value: &impl Serialize,
    pool: Option<String>,
) -> Result<Reply, Problem> {
    let organiser = caller.organiser()?.clone();
    if tx.desk().ids::<OpenDecision>(&format!("{organiser}/"), MAX_OPEN)?.len() >= MAX_OPEN {
        return Err(Problem::refused(format!("{MAX_OPEN} decisions wait for signatures"))
            .advise("withdraw those that are not wanted any more"));
    }
    let note = organiser_note::unsigned(kind.context(), value)?;
    let text = note.strip_suffix('\n').unwrap_or(&note).to_owned();
    let decision = Decision {
        organiser: organiser.clone(),
        id: new_id(tx.now)?,
        kind,
        draw,
        text,
        signatures: Vec::new(),
        state: State_::Open,
        by: caller.login.clone(),
        made: tx.now,
        pool,
    };
    tx.batch.create(&decision)?;
    tx.batch.create(&OpenDecision::of(&decision))?;
    let at = format!("/organisers/{organiser}/decisions/{}", decision.id);
    Reply::created(&at, &view(tx.api, &decision)?)
}

impl Decision {
    fn says(&self) -> Value {
        self.text.lines().nth(1).and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default()
    }

    /// Which signatures count. As long as it is open: those that the log accepts from `keys`, each by one of them over this very text, no public key
    /// twice. One by a key that is not in force any more stays kept until then, since the key may come back, and is neither counted nor handed in:
    /// the log refuses a note with a line too many.
    fn counted(&self, keys: &[VerifierKey]) -> Vec<&Signed> {
        if self.state != State_::Open {
            return self.signatures.iter().collect();
        }
        let mut by: Vec<&VerifierKey> = Vec::new();
        let counts = |signed: &&Signed| {
            let Some(line) = NoteSignature::parse(&signed.line) else { return false };
            let key = keys.iter().find(|key| key.matches(&line) && key.verify(&self.text, &line).is_ok());
            let new = key.filter(|key| by.iter().all(|other| other.public_key() != key.public_key()));
            by.extend(new);
            new.is_some()
        };
        self.signatures.iter().filter(counts).collect()
    }

    /// The note with the signatures that count.
    fn note(&self, api: &Api) -> Result<String, Problem> {
        let wants = self.wants(api)?;
        let counted = self.counted(&wants.keys);
        if counted.is_empty() {
            return Ok(format!("{}\n", self.text));
        }
        let parsed = counted.iter().map(|signed| NoteSignature::parse(&signed.line));
        let mut lines = parsed.collect::<Option<Vec<_>>>().ok_or_else(Problem::internal)?;
        lines.sort_by(|a, b| (a.name().as_str(), a.id()).cmp(&(b.name().as_str(), b.id())));
        Note::from_parts(&self.text, lines).map(|note| note.to_text()).map_err(|_| Problem::internal())
    }

    /// The keys that may sign it, and what is still missing, in words; `None`: nothing.
    fn wants(&self, api: &Api) -> Result<Wants, Problem> {
        let (mut keys, mut missing) = (Vec::new(), None);
        let mut needed;
        let ledger = api.service().ledger();
        let in_force = ledger.organiser(&self.organiser).and_then(|state| state.in_force(api.now()));
        let old: Vec<VerifierKey> = in_force.map(|e| e.keys()).unwrap_or_default();
        let threshold = in_force.map_or(0, |e| e.note.threshold);
        if self.kind == DecisionKind::Enrolment {
            let note: OrganiserNote = serde_json::from_value(self.says()).map_err(|_| Problem::internal())?;
            keys.extend(note.keys.iter().map(|key| key.0.clone()));
            needed = keys.len();
            let both: Vec<VerifierKey> = keys.iter().chain(&old).cloned().collect();
            let counted = self.counted(&both);
            let signed = |key: &VerifierKey| counted.iter().any(|s| s.vkey == key.to_text());
            let absent: Vec<&str> = keys.iter().filter(|key| !signed(key)).map(|key| key.name().as_str()).collect();
            if !absent.is_empty() {
                missing = Some(format!("every key of an enrolment signs it; still missing: {}", absent.join(", ")));
            }
            if note.version > 1 && !note.recovery {
                let threshold = usize::try_from(threshold).unwrap_or(usize::MAX);
                let others = old.iter().filter(|key| !keys.contains(key)).count();
                needed = needed.saturating_add(threshold.min(others));
                if old.iter().filter(|key| signed(key)).count() < threshold {
                    missing = missing.or(Some(format!("{threshold} of the keys in force sign as well")));
                }
                keys.extend(old);
            }
        } else {
            if old.is_empty() {
                missing = Some("the organiser is not enrolled in the log".to_owned());
            }
            keys = old;
            needed = usize::try_from(threshold).unwrap_or(usize::MAX).max(LEAST_PEOPLE);
            let here = self.counted(&keys).len();
            if missing.is_none() && here < needed {
                let stale = self.signatures.len().saturating_sub(here);
                let stale =
                    if stale == 0 { String::new() } else { format!("; {stale} more by keys that are not in force") };
                missing = Some(format!("{needed} signatures are needed, {here} are here{stale}"));
            }
        }
        let counted = self.counted(&keys);
        let signers = counted.iter().map(|s| s.account.as_str());
        if missing.is_none() && people(&keys_of(api.desk(), &self.organiser)?, signers) < LEAST_PEOPLE {
            missing = Some("two different people sign, each with a key of their own".to_owned());
        }
        Ok(Wants { keys, needed: u64::try_from(needed).unwrap_or(u64::MAX), missing })
    }
}

struct Wants {
    keys: Vec<VerifierKey>,
    needed: u64,
    missing: Option<String>,
}

fn view(api: &Api, decision: &Decision) -> Result<DecisionView, Problem> {
    let wants = decision.wants(api)?;
    let (state, logged) = match &decision.state {
        State_::Open => ("open", None),
        State_::HandingIn { .. } => ("handing_in", None),
        State_::Logged { seq, leaf } => ("logged", Some(StepView { seq: *seq, leaf: leaf.to_string() })),
        State_::Withdrawn => ("withdrawn", None),
    };
    let name = |signed: &Signed| signed.vkey.split('+').next().unwrap_or_default().to_owned();
    Ok(DecisionView {
        id: decision.id.clone(),
        kind: decision.kind,
        draw: decision.draw.clone(),
        state,
        by: decision.by.clone(),
        made: decision.made,
        says: decision.says(),
        signatures: decision
            .counted(&wants.keys)
            .into_iter()
            .map(|signed| SignatureView { key: name(signed), account: signed.account.clone(), at: signed.at })
            .collect(),
        needed: wants.needed,
        ready: state == "open" && wants.missing.is_none(),
        logged,
    })
}

/// Write an enrolment, to be signed by all of its keys
#[utoipa::path(post, path = "/organisers/{organiser}/enrolments", tag = "decisions", params(("organiser" = String, Path)),
    request_body = EnrolmentWish, responses((status = 201, body = DecisionView)))]
async fn enrol(
    caller: Caller,
    Path(organiser): Path<String>,
    Posted { body, once }: Posted<EnrolmentWish>,
) -> Response {
    once.run(&organiser, move |tx| {
        let own = caller.organiser()?.clone();
        let kept = keys_of(tx.desk(), &own)?;
        let mut chosen: Vec<&MemberKey> = Vec::new();
        for id in &body.keys {
            let key = kept.iter().find(|key| key.id == *id).ok_or_else(|| {
                Problem::invalid("a key with one of these ids is not kept here").advise("list them: GET …/keys")
            })?;
            if chosen.iter().any(|other| other.id == key.id) {
                return Err(Problem::invalid("a key is listed twice").advise("list each once"));
            }
            chosen.push(key);
        }
        let people = people(&kept, chosen.iter().map(|key| key.account.as_str()));
        let keys = u64::try_from(chosen.len()).unwrap_or(u64::MAX);
        if people < LEAST_PEOPLE || !(2..=keys).contains(&body.threshold) {
            return Err(Problem::invalid("an organiser has keys of two people at least, and a threshold of 2 up to the number of keys")
                .advise("three keys are wise, one of them on paper: two can still decide when one is lost"));
        }
        let mut vkeys: Vec<&str> = chosen.iter().map(|key| key.vkey.as_str()).collect();
        vkeys.sort_unstable();
        let name = tx.desk().get::<Organiser>(own.as_str())?.value.name;
        let version = {
            let ledger = tx.api.service().ledger();
            let last = ledger.organiser(&own).and_then(|state| state.versions().last()).map_or(0, |last| last.note.version);
            last.saturating_add(1)
        };
        if body.recovery && version == 1 {
            return Err(Problem::refused("there is nothing to recover: the organiser was never enrolled")
                .advise("leave recovery out"));
        }
        let mut note = json!({
            "id": own, "keys": vkeys, "log": tx.api.service().origin(), "name": name, "threshold": body.threshold, "version": version,
        });
        if body.recovery {
            note["recovery"] = true.into();
        }
        propose(tx, &caller, DecisionKind::Enrolment, None, &note, None)
    })
    .await
}

/// Decisions, the latest last
#[utoipa::path(get, path = "/organisers/{organiser}/decisions", tag = "decisions", params(("organiser" = String, Path), PageWish),
    responses((status = 200, body = Page<DecisionView>)))]
async fn list_decisions(
    State(api): State<Api>,
    Path(organiser): Path<String>,
    Query(wish): Query<PageWish>,
) -> Response {
    api.read(move |api| page::<Decision, _>(api.desk(), &format!("{organiser}/"), &wish, |kept| view(api, &kept.value)))
        .await
}

/// A decision
#[utoipa::path(get, path = "/organisers/{organiser}/decisions/{decision}", tag = "decisions",
    params(("organiser" = String, Path), ("decision" = String, Path)), responses((status = 200, body = DecisionView)))]
async fn show_decision(State(api): State<Api>, Path((organiser, id)): Path<(String, String)>) -> Response {
    api.read(move |api| {
        let decision = api.desk().get::<Decision>(&format!("{organiser}/{id}"))?;
        Reply::ok(&view(api, &decision.value)?)
    })
    .await
}

/// The note: all before the blank line are the bytes to sign; after it come the signatures so far
#[utoipa::path(get, path = "/organisers/{organiser}/decisions/{decision}/note", tag = "decisions",
    params(("organiser" = String, Path), ("decision" = String, Path)),
    responses((status = 200, body = String, content_type = "text/plain; charset=utf-8")))]
async fn decision_note(State(api): State<Api>, Path((organiser, id)): Path<(String, String)>) -> Response {
    api.read(move |api| {
        let decision = api.desk().get::<Decision>(&format!("{organiser}/{id}"))?;
        Ok(Reply::text("text/plain; charset=utf-8", decision.value.note(api)?))
    })
    .await
}

/// Withdraw a decision that was not handed in
#[utoipa::path(delete, path = "/organisers/{organiser}/decisions/{decision}", tag = "decisions",
    params(("organiser" = String, Path), ("decision" = String, Path)), responses((status = 204)))]
async fn withdraw_decision(State(api): State<Api>, Path((organiser, id)): Path<(String, String)>) -> Response {
    api.change(&organiser.clone(), move |tx| {
        let mut decision = tx.desk().get::<Decision>(&format!("{organiser}/{id}"))?;
        match decision.value.state {
            State_::Open => {
                decision.value.state = State_::Withdrawn;
                tx.batch.update(&decision)?;
                tx.batch.remove::<OpenDecision>(&decision.value.id());
            }
            State_::Withdrawn => {}
            State_::HandingIn { .. } | State_::Logged { .. } => {
                return Err(Problem::refused("this decision was handed in").advise("what is in the log stays there"));
            }
        }
        Ok(Reply::nothing())
    })
    .await
}

/// Sign with a key of your own. The key never comes here: send the signature
#[utoipa::path(post, path = "/organisers/{organiser}/decisions/{decision}/signatures", tag = "decisions",
    params(("organiser" = String, Path), ("decision" = String, Path)), request_body = SignatureWish,
    responses((status = 201, body = DecisionView)))]
async fn sign_decision(
    caller: Caller,
    Path((organiser, id)): Path<(String, String)>,
    Posted { body, once }: Posted<SignatureWish>,
) -> Response {
    once.run(&organiser.clone(), move |tx| {
        let mut kept = tx.desk().get::<Decision>(&format!("{organiser}/{id}"))?;
        let decision = &mut kept.value;
        if decision.state != State_::Open {
            return Err(
                Problem::refused("this decision takes no more signatures").advise("GET it to see where it stands")
            );
        }
        let lines = given_lines(&body.signed, &decision.text)?;
        let own: Vec<MemberKey> =
            keys_of(tx.desk(), &decision.organiser)?.into_iter().filter(|key| key.account == caller.login).collect();
        let eligible = decision.wants(tx.api)?.keys;
        let before = decision.signatures.len();
        for line in &lines {
            for member in &own {
                let key = member.key()?;
                if !key.matches(line) || key.verify(&decision.text, line).is_err() {
                    continue;
                }
                if !eligible.iter().any(|known| known.public_key() == key.public_key()) {
                    return Err(Problem::refused(format!("the key {} is not in force", key.name().as_str()))
                        .advise("enrol it first: POST …/enrolments"));
                }
                if decision.signatures.iter().any(|signed| signed.vkey == member.vkey) {
                    return Err(Problem::refused(format!("{} has signed this already", key.name().as_str()))
                        .advise("pass it on to the next person"));
                }
                decision.signatures.push(Signed {
                    vkey: member.vkey.clone(),
                    account: caller.login.clone(),
                    line: line.line(),
                    at: tx.now,
                });
            }
        }
        if decision.signatures.len() == before {
            return Err(Problem::invalid("this is not a signature of these bytes by a key of yours")
                .advise("say that the key is yours with POST …/keys; sign the note of GET …/note, unchanged"));
        }
        tx.batch.update(&kept)?;
        let at = format!("/organisers/{organiser}/decisions/{id}");
        Reply::created(&at, &view(tx.api, &kept.value)?)
    })
    .await
}

/// Whether an enrolment that waits for signatures names this key.
pub(super) fn names_key(desk: &Desk, organiser: &Slug, vkey: &str) -> Result<bool, Problem> {
    for id in desk.ids::<OpenDecision>(&format!("{organiser}/"), MAX_OPEN)? {
        let open = desk.get::<Decision>(&id)?.value;
        let says = open.says();
        let mut keys = says["keys"].as_array().into_iter().flatten();
        if open.kind == DecisionKind::Enrolment && keys.any(|key| key == vkey) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Signature lines, from a whole note or alone.
pub(super) fn given_lines(signed: &str, text: &str) -> Result<Vec<NoteSignature>, Problem> {
    if signed.starts_with("kleroterion/") {
        let note = Note::parse(signed.as_bytes()).map_err(|_| {
            Problem::invalid("this is not a signed note").advise("send the file as klero sign wrote it")
        })?;
        if note.text() != text {
            return Err(
                Problem::invalid("this is another note than the one to sign").advise("fetch it again: GET …/note")
            );
        }
        return Ok(note.signatures().to_vec());
    }
    let line = signed.trim_end_matches('\n');
    NoteSignature::parse(line).map(|line| vec![line]).ok_or_else(|| {
        Problem::invalid("this is not a signature line")
            .advise("it looks like: — name base64, as on the last lines of a signed note")
    })
}

/// Hand a signed decision in to the log. Terms are thereby sealed. Asked again, it gives the same step
#[utoipa::path(post, path = "/organisers/{organiser}/decisions/{decision}/hand-in", tag = "decisions",
    params(("organiser" = String, Path), ("decision" = String, Path)), responses((status = 200, body = DecisionView)))]
async fn hand_in_decision(
    Path((organiser, id)): Path<(String, String)>,
    Posted { body: Nothing {}, once }: Posted<Nothing>,
) -> Response {
    once.run(&organiser.clone(), move |tx| {
        let mut kept = tx.desk().get::<Decision>(&format!("{organiser}/{id}"))?;
        match &kept.value.state {
            State_::Withdrawn => return Err(Problem::refused("this decision was withdrawn").advise("write it again")),
            State_::Logged { .. } => return Reply::ok(&view(tx.api, &kept.value)?),
            State_::HandingIn { .. } => settle(tx.api, &mut kept)?,
            State_::Open => {}
        }
        if kept.value.state == State_::Open {
            if let Some(missing) = kept.value.wants(tx.api)?.missing {
                return Err(Problem::refused(missing).advise("POST …/signatures first"));
            }
            hand_in(tx.api, &mut kept)?;
        }
        if let (DecisionKind::Erasure, State_::Logged { .. }, Some(draw)) =
            (kept.value.kind, &kept.value.state, kept.value.draw.clone())
        {
            forget(tx, &draw)?;
        }
        tx.batch.update(&kept)?;
        if matches!(kept.value.state, State_::Logged { .. }) {
            tx.batch.remove::<OpenDecision>(&kept.value.id());
        }
        Reply::ok(&view(tx.api, &kept.value)?)
    })
    .await
}

/// Stores a change at once, beside the batch of the request.
fn store(api: &Api, kept: &mut Versioned<Decision>) -> Result<(), Problem> {
    let mut batch = super::desk::Batch::default();
    batch.update(kept)?;
    api.desk().commit(&batch)?;
    kept.version = kept.version.saturating_add(1);
    Ok(())
}

/// Says that it is being handed in, and hands it in. Afterwards it is logged, or open again because it was refused.
fn hand_in(api: &Api, kept: &mut Versioned<Decision>) -> Result<(), Problem> {
    let note = kept.value.note(api)?;
    let request = match (kept.value.kind, &kept.value.pool) {
        (DecisionKind::Terms, Some(pool)) => {
            Request::Seal { terms: note, pool: super::pools::folder(api, kept.value.organiser.as_str(), pool) }
        }
        (DecisionKind::Terms, None) => return Err(Problem::internal()),
        _ => Request::Note { note },
    };
    // What is kept of it from now on is what is handed in.
    let keys = kept.value.wants(api)?.keys;
    kept.value.signatures = kept.value.counted(&keys).into_iter().cloned().collect();
    kept.value.state = State_::HandingIn { from: api.service().size() };
    store(api, kept)?;
    match api.service().request(request) {
        Ok(Answer::Logged(Logged { seq, leaf, .. })) => {
            kept.value.state = State_::Logged { seq, leaf };
            Ok(())
        }
        Ok(_) => Err(Problem::internal()),
        Err(failure) => {
            // It may be in the log all the same: the log says.
            settle(api, kept)?;
            if kept.value.state == State_::Open {
                store(api, kept)?;
                return Err(failure.into());
            }
            Ok(())
        }
    }
}

/// Looks in the log whether a decision that was being handed in is there, also as a step that waits for witnesses. If the log cannot be asked now,
/// this fails.
fn settle(api: &Api, kept: &mut Versioned<Decision>) -> Result<(), Problem> {
    let State_::HandingIn { from } = kept.value.state else { return Ok(()) };
    if let Some(reason) = api.service().read_only() {
        return Err(Problem::new(ProblemKind::Unavailable, format!("the log takes nothing at the moment: {reason}"))
            .advise("when the service was started again, hand it in again: it is logged once"));
    }
    // The text stands in the step as a JSON string, of which this is the part without quotation marks.
    let quoted = serde_json::to_string(&kept.value.text).map_err(|_| Problem::internal())?;
    let needle = quoted.trim_matches('"').as_bytes();
    kept.value.state = match api.service().step_with(needle, from)? {
        Some((seq, leaf)) => State_::Logged { seq, leaf },
        None => State_::Open,
    };
    Ok(())
}

/// Destroys what the desk holds of the people of an erased draw: pools, jobs and their lists, answers, complaints. Stored when it returns; may be
/// repeated.
fn forget(tx: &mut Tx<'_>, draw: &Slug) -> Result<(), Problem> {
    let state = tx.api.service().ledger().draw(draw).cloned();
    let Some(state) = state.filter(|state| state.erased().is_some()) else { return Ok(()) };
    let organiser = state.announced().organiser.to_string();
    if let Some(terms) = state.terms() {
        super::pools::destroy_by_root(tx, &organiser, &terms.pool.root.to_string())?;
    }
    super::answers::destroy(tx, &organiser, draw.as_str())?;
    super::complaints::destroy(tx, &organiser, draw.as_str())?;
    // The records first: without their key none of them could be read, nor removed by name.
    let batch = std::mem::take(&mut tx.batch);
    tx.desk().commit(&batch)?;
    Ok(super::sealed::destroy(&tx.api.folder(), &organiser, draw.as_str())?)
}

/// Settles what a crash left half way. Called once, before the API answers.
pub(super) fn recover(api: &Api) -> Result<(), Problem> {
    let known: std::collections::BTreeSet<String> =
        api.desk().ids::<OpenDecision>("", usize::MAX)?.into_iter().collect();
    let mut batch = super::desk::Batch::default();
    for mut kept in api.desk().list::<Decision>("", None, usize::MAX)? {
        if matches!(kept.value.state, State_::HandingIn { .. }) {
            settle(api, &mut kept)?;
            store(api, &mut kept)?;
        }
        // Also for a desk of a version that did not say which are open.
        let id = kept.value.id();
        match (matches!(kept.value.state, State_::Open | State_::HandingIn { .. }), known.contains(&id)) {
            (true, false) => batch.create(&OpenDecision::of(&kept.value))?,
            (false, true) => batch.remove::<OpenDecision>(&id),
            (true, true) | (false, false) => {}
        }
    }
    api.desk().commit(&batch)?;
    forget_erased(api)
}

/// Destroys what service and desk hold of all erased draws: also of those that were erased by a command, or whose step waited for witnesses.
pub(super) fn forget_erased(api: &Api) -> Result<(), Problem> {
    api.service().finish_erasures()?;
    let erased: Vec<(Slug, Slug)> = {
        let ledger = api.service().ledger();
        let states = ledger.draws().filter(|(_, state)| state.erased().is_some());
        states.map(|(draw, state)| (state.announced().organiser.clone(), draw.clone())).collect()
    };
    for (organiser, draw) in erased {
        api.locked(organiser.as_str(), |tx| forget(tx, &draw))?;
    }
    Ok(())
}
