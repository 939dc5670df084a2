//! One draw's life in a folder: carries commands out, ends them in the middle, and holds what is there against the model.

use std::path::PathBuf;
use std::rc::Rc;

use klero_verifier::artifacts::NoArtifacts;
use klero_verifier::report::Verdict;
use klero_verifier::verify::{Options, verify};
use kleroterion::clock::Clock as _;
use kleroterion::organiser_note::add_signature;
use serde_json::{Value, json};

use crate::common_service::{forty, member, published, slug};
use crate::model::{Command, Kind, Model, Phase};
use crate::running::{Answer, DRAW, Op, Running, carry_out_until, copy};
use crate::support::{Auth, Office};

const OWN: &str = "/organisers/eupen";
/// Who signs, and with what.
const SIGNERS: [&str; 2] = ["clerk", "mayor_"];

pub(crate) struct Life {
    /// Holds the folder that all lives begin with.
    start: Rc<Start>,
    home: tempfile::TempDir,
    model: Model,
    keys: u64,
}

struct Start {
    office: Office,
    tokens: [String; 2],
    pool: String,
    draft: String,
    model: Model,
}

impl Life {
    /// An organiser with two people, a pool and a draft; nothing is announced.
    pub(crate) fn begin() -> Self {
        let mut office = Office::new();
        let token = |auth: &Auth| {
            let wish = json!({"label": "life", "scopes": ["read", "write", "decide", "people"], "days": 1});
            office.site.post(auth, "/tokens", wish).is(201).json()["secret"].as_str().unwrap().to_owned()
        };
        let tokens = [token(&office.anna), token(&office.bert)];
        let pool = office.pool(&forty());
        let draft = office.draft(DRAW, crate::common_service::ROUNDS[1], &pool, json!({"name": "equal"}), 5, 3, "rank");
        let now = office.site.world.clock.now();
        office.site.stop();
        office.site.world.close();
        let folder = office.site.world.dir.path().join("service");
        let steps = Running::open(&folder, now).kinds();
        let start = Rc::new(Start { office, tokens, pool, draft, model: Model::new(steps, now) });
        Self::over(start)
    }

    /// Another life with the same beginning.
    pub(crate) fn again(&self) -> Self {
        Self::over(Rc::clone(&self.start))
    }

    fn over(start: Rc<Start>) -> Self {
        let life = Self { home: tempfile::tempdir().unwrap(), model: start.model.clone(), keys: 0, start };
        copy(&life.start.office.site.world.dir.path().join("service"), &life.folder());
        life
    }

    fn folder(&self) -> PathBuf {
        self.home.path().join("service")
    }

    fn open(&self) -> Running {
        Running::open(&self.folder(), self.model.now)
    }

    /// Written, signed by both, handed in; without a crash.
    pub(crate) fn decide(&mut self, kind: Kind) {
        for command in [Command::Propose(kind), Command::Sign(kind, 0), Command::Sign(kind, 1), Command::HandIn(kind)] {
            assert_eq!(self.try_it(command, None), Some(true), "{command:?}");
        }
    }

    /// Tries a command; `crash`: after how many durable writes the process ends, if the command has as many. Tells whether it was accepted;
    /// `None`: it means nothing now.
    pub(crate) fn try_it(&mut self, command: Command, crash: Option<u32>) -> Option<bool> {
        if !self.model.has_object(command) {
            return None;
        }
        let op = self.prepare(command);
        let answers = crash.and_then(|calls| carry_out_until(&self.folder(), self.model.now, &op, calls));
        let answered = answers.or_else(|| crash.is_none().then(|| self.open().carry_out(&op)));
        Some(self.settle(command, &op, answered).is_some())
    }

    /// Carries a command out once for each of its durable writes, ending after it, and once to its end. Gives how many there were.
    pub(crate) fn crash_everywhere(&mut self, command: Command) -> u32 {
        assert!(self.model.has_object(command), "{command:?}");
        let op = self.prepare(command);
        let (before, model, kept) = (self.home.path().join("before"), self.model.clone(), self.keys);
        copy(&self.folder(), &before);
        let mut repeated = Vec::new();
        for calls in 0.. {
            let answered = carry_out_until(&self.folder(), self.model.now, &op, calls);
            let whole = answered.is_some();
            let answer = self.settle(command, &op, answered).unwrap_or_else(|| panic!("{command:?} was refused"));
            if whole {
                for (calls, other) in repeated.iter().enumerate() {
                    assert_eq!(*other, answer, "{command:?} after a crash at {calls}");
                }
                return calls;
            }
            repeated.push(answer);
            copy(&before, &self.folder());
            (self.model, self.keys) = (model.clone(), kept);
        }
        unreachable!("there is no end of numbers")
    }

    /// What the command is for the service.
    fn prepare(&mut self, command: Command) -> Op {
        if command == Command::Round {
            self.model.now = self.model.now.max(published(self.model.round()));
            return Op::Round { round: self.model.round() };
        }
        self.keys += 1;
        let (who, path, body) = match command {
            Command::Propose(kind) => self.proposal(kind),
            Command::Sign(kind, who) => {
                let path = format!("{OWN}/decisions/{}", self.model.waiting[&kind].id);
                let note = self.open().get(&self.start.tokens[who], &format!("{path}/note")).body;
                let text = note.split("\n\n").next().unwrap().to_owned() + "\n\n";
                let signed = add_signature(&text, &member(SIGNERS[who])).unwrap();
                (who, format!("{path}/signatures"), json!({"signed": signed}))
            }
            Command::HandIn(kind) => {
                (1, format!("{OWN}/decisions/{}/hand-in", self.model.waiting[&kind].id), json!({}))
            }
            Command::Round => unreachable!("a round is no request"),
        };
        self.ask(who, &path, &body)
    }

    fn ask(&self, who: usize, path: &str, body: &Value) -> Op {
        Op::Ask {
            token: self.start.tokens[who].clone(),
            method: "POST".into(),
            path: path.into(),
            key: format!("life-{:016}", self.keys),
            body: body.to_string(),
        }
    }

    fn proposal(&self, kind: Kind) -> (usize, String, Value) {
        let draft = format!("{OWN}/drafts/{}", self.start.draft);
        let draw = format!("{OWN}/draws/{DRAW}");
        match kind {
            Kind::Announcement => (0, format!("{draft}/announcement"), json!({})),
            Kind::Terms => (0, format!("{draft}/terms"), json!({})),
            Kind::Postponement => {
                let draws_at = published(self.model.later().unwrap()) - 1;
                (0, format!("{draw}/postponement"), json!({"draws_at": draws_at}))
            }
            Kind::Void => (1, format!("{draw}/void"), json!({"reason": "cancelled"})),
            Kind::Annulment => (1, format!("{draw}/annulment"), json!({"reason": "complaint"})),
            Kind::Erasure => (1, format!("{draw}/erasure"), json!({})),
            Kind::Vacancy => {
                // Whoever holds the first seat; before anything is drawn there is nobody.
                let outcome = self.open().get(&self.start.tokens[0], &format!("{draw}/outcome"));
                let seat = if outcome.status == 200 { outcome.json()["seated"][0].clone() } else { json!(0) };
                (0, format!("{draw}/vacancies"), json!({"seats": [{"index": seat, "reason": "declined"}]}))
            }
        }
    }

    /// Opens what is there, holds it against the model, and asks again. `answered`: nothing, if the process has ended before. Gives the answer
    /// without what differs each time, if the command was accepted.
    fn settle(&mut self, command: Command, op: &Op, answered: Option<Vec<Answer>>) -> Option<String> {
        let expected = self.model.expect(command);
        let running = self.open();
        let told = |what: &str| format!("{command:?}: {what}; the model: {:?}", self.model);
        let before = self.model.steps.len();
        if answered.is_none() {
            let kinds = running.kinds();
            assert_eq!(kinds[..before], self.model.steps[..], "{}", told("steps that were there"));
            let gained: Vec<&str> = kinds[before..].iter().map(String::as_str).collect();
            assert!(expected.gains.starts_with(&gained), "{}: {gained:?}", told("steps after a crash"));
        }
        let first = answered.unwrap_or_else(|| running.carry_out(op)).remove(0);
        let is_request = matches!(op, Op::Ask { .. });
        // A round that was carried out before the crash is waited for no more.
        let gone = !is_request && running.kinds().len() > before && first.status == 409;
        assert_eq!((200..300).contains(&first.status) || gone, expected.accepted, "{}: {first:?}", told("the answer"));
        assert!(expected.accepted || [404, 409].contains(&first.status), "{}: {first:?}", told("the refusal"));
        if is_request {
            assert_eq!(running.carry_out(op), std::slice::from_ref(&first), "{}", told("the same request again"));
        }
        // What the scheduler would do.
        if !running.service.ranks_due().is_empty() {
            assert_eq!(running.carry_out(&Op::Replace)[0].status, 200);
        }
        if expected.accepted {
            let id = matches!(command, Command::Propose(_)).then(|| first.json()["id"].as_str().unwrap().to_owned());
            self.model.apply(command, expected.gains, id);
        }
        self.compare(&running, command);
        expected.accepted.then(|| if is_request { masked(&first) } else { format!("{:?}", running.kinds()) })
    }

    /// Everything that the model knows is so.
    fn compare(&self, running: &Running, command: Command) {
        let model = &self.model;
        let get = |path: &str| running.get(&self.start.tokens[0], &format!("{OWN}{path}"));
        assert_eq!(running.kinds(), model.steps, "{command:?}");
        let draw = get(&format!("/draws/{DRAW}"));
        if model.phase == Phase::Unknown {
            assert_eq!(draw.status, 404, "{command:?}");
        } else {
            let shown = draw.json();
            let found = (&shown["phase"], &shown["postponed"], &shown["erased"]);
            assert_eq!(
                found,
                (&json!(model.phase.name()), &json!(model.postponed), &json!(model.erased)),
                "{command:?}"
            );
        }
        for (kind, waiting) in &model.waiting {
            let shown = get(&format!("/decisions/{}", waiting.id)).json();
            let signed = waiting.signed.iter().filter(|signed| **signed).count();
            let found = (&shown["state"], shown["signatures"].as_array().unwrap().len());
            let state = if waiting.logged { "logged" } else { "open" };
            assert_eq!(found, (&json!(state), signed), "{command:?}: {kind:?}");
        }
        // Effects beside the log: the sealed copy of the pool, the outcome, the pool on the desk.
        let root = running.service.ledger().draw(&slug(DRAW)).and_then(|state| Some(state.terms()?.pool.root));
        assert_eq!(root.is_some(), model.sealed, "{command:?}");
        if let Some(root) = root {
            let kept = running.service.kept_pool(&slug(DRAW), &root).map(|pool| pool.size());
            let folder = running.service.folder().join("pools").join(root.to_string());
            assert_eq!((kept.is_ok(), folder.exists()), (!model.erased, !model.erased), "{command:?}");
        }
        assert_eq!(
            get(&format!("/pools/{}", self.start.pool)).status,
            if model.erased { 404 } else { 200 },
            "{command:?}"
        );
        let outcome = get(&format!("/draws/{DRAW}/outcome"));
        if matches!(model.phase, Phase::Drawn | Phase::Annulled) {
            assert_eq!(outcome.json()["seated"].as_array().unwrap().len(), 5, "{command:?}");
        } else {
            assert!([404, 409].contains(&outcome.status), "{command:?}: {outcome:?}");
        }
    }

    /// Two sets of terms that both have signed, handed in at once.
    pub(crate) fn race_for_the_seal(&mut self) -> u32 {
        let mut ops = Vec::new();
        for _ in 0..2 {
            for command in [Command::Propose(Kind::Terms), Command::Sign(Kind::Terms, 0), Command::Sign(Kind::Terms, 1)]
            {
                assert_eq!(self.try_it(command, None), Some(true));
            }
            ops.push(self.prepare(Command::HandIn(Kind::Terms)));
        }
        let both = Op::AtOnce(ops);
        let before = self.home.path().join("before");
        copy(&self.folder(), &before);
        let steps = self.model.steps.len();
        for calls in 0.. {
            let answered = carry_out_until(&self.folder(), self.model.now, &both, calls);
            let running = self.open();
            let kinds = running.kinds();
            assert!(kinds.len() <= steps + 1, "after {calls}: {kinds:?}");
            let whole = answered.is_some();
            let answers = answered.unwrap_or_else(|| running.carry_out(&both));
            let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 409], "after {calls}");
            assert_eq!(running.carry_out(&both), answers, "after {calls}");
            assert_eq!(running.kinds()[steps..], ["sealed"], "after {calls}");
            drop(running);
            if whole {
                return calls;
            }
            copy(&before, &self.folder());
        }
        unreachable!("there is no end of numbers")
    }

    /// Anybody's verifier finds nothing wrong with what is there.
    pub(crate) fn verified(&self) {
        if self.model.phase == Phase::Unknown {
            return;
        }
        let text = self.open().service.bundle(&slug(DRAW)).unwrap();
        let report = verify(&text, &NoArtifacts, None, Options::default());
        assert!(
            matches!(report.verdict, Verdict::Verified | Verdict::Incomplete),
            "{:?}\n{:?}",
            report.checks,
            self.model
        );
    }
}

/// An answer without the names of what it has made, which differ each time.
fn masked(answer: &Answer) -> String {
    let mut value = answer.json();
    value["id"] = Value::Null;
    format!("{} {value}", answer.status)
}
