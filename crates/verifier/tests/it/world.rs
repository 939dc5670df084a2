//! A small world to verify: an organiser with three members, a pool of 40 people, a rehearsal beacon, a log in memory, two witnesses.
//!
//! Everything is deterministic: keys come from numbers, times are set. A step that breaks a rule is refused unless the world is `lawless`.
//!
//! Longer than other files, since a step of any kind is made here once, for all tests and the examples.

use std::collections::BTreeMap;

use klero_draw::artifacts::{PanelList, Quota, StrataList, Stratum};
use klero_draw::beacon::{Chain, ChainInfo};
use klero_draw::certificate::{Certificate, Level};
use klero_draw::commitment::{PersonHasher, PoolBuilder};
use klero_draw::hash::{ArtifactHash, PoolRoot, PrivatePart, StepHash};
use klero_draw::json;
use klero_draw::method::{DrawInputs, Selection, draw};
use klero_draw::names::Slug;
use klero_draw::note::SignedText;
use klero_draw::organiser::{
    AnnounceNote, AnnulNote, AnnulReason, EraseNote, LeaveReason, OrganiserNote, VacateNote, VacatedSeat, VoidNote,
    VoidReason, context,
};
use klero_draw::outcome::{FillOpening, Opening, Outcome, ProofHash, ReplacementOutcome};
use klero_draw::pool::{Columns, PoolKey, Row};
use klero_draw::rehearsal::RehearsalKey;
use klero_draw::replacement::Seats;
use klero_draw::seed::{Seed, Stage};
use klero_draw::step::{Drawn, Opened, Replaced, Sealed, SignedStep, Step, StepKind, Voided};
use klero_draw::table::{HEADER, Table};
use klero_draw::terms::{
    BeaconTerms, FromTerms, Method, PoolTerms, Replacement, TERMS_CONTEXT, Terms, TermsNote, TermsParts, Vkey,
    terms_hash,
};
use klero_tlog::cosignature::WitnessSigner;
use klero_tlog::key::KeyName;
use klero_tlog::{
    Checkpoint, ConsistencyProof, Hash, InclusionProof, MerkleTree, Note, SecretKey, SignerKey, leaf_hash,
};
use klero_verifier::build::{LogSource, build_bundle};
use klero_verifier::ledger::Ledger;
use klero_verifier::report::Report;
use klero_verifier::trust::Trust;
use klero_verifier::verify::{Options, verify};

/// Genesis of the rehearsal beacon; a round every ten seconds.
pub(crate) const GENESIS: u64 = 1_700_000_000;
pub(crate) const PERIOD: u64 = 10;
pub(crate) const ORIGIN: &str = "example.org/eupen";

pub(crate) fn signer(name: &str, number: u8) -> SignerKey {
    SignerKey::new(KeyName::new(name).unwrap(), SecretKey::from_seed(&[number; 32]))
}

pub(crate) fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

/// A committed pool.
pub(crate) struct Pool {
    pub(crate) columns: Columns,
    pub(crate) root: PoolRoot,
    pub(crate) size: u32,
    pub(crate) people: Vec<(PrivatePart, String)>,
    pub(crate) tree: MerkleTree,
    pub(crate) table: String,
}

impl Pool {
    /// `size` people with numbers for names. `extra` goes into a public column, so that one person can be in two pools.
    pub(crate) fn new(ids: &[u32], extra: &str) -> Self {
        let text = |text: &str| text.to_owned();
        let columns =
            Columns::new(vec![text("address")], text("id"), vec![text("name")], vec![text("gender"), text("note")]);
        let columns = columns.unwrap();
        let key = PoolKey::from_bytes([7; 32]);
        let mut builder = PoolBuilder::new(&key, &columns);
        for id in ids {
            with_person(*id, extra, |row| builder.push(row, u64::from(*id)).unwrap());
        }
        let commitment = builder.finish().unwrap();
        let mut hasher = PersonHasher::new(&key, &columns);
        let mut table = HEADER.to_owned();
        let mut people = Vec::new();
        for (_, handle) in commitment.entries() {
            with_person(u32::try_from(handle).unwrap(), extra, |row| {
                let parts = hasher.parts(row).unwrap();
                table.push_str(&format!("{} {}\n", parts.private, parts.public));
                people.push((parts.private, parts.public.to_owned()));
            });
        }
        Self { columns, root: commitment.root(), size: commitment.size(), people, tree: commitment.tree(), table }
    }

    pub(crate) fn forty() -> Self {
        Self::new(&(0..40).collect::<Vec<_>>(), "")
    }

    pub(crate) fn opening(&self, index: u32) -> Opening {
        let (private, public) = &self.people[usize::try_from(index).unwrap()];
        let proof = self.tree.inclusion_proof(u64::from(index), u64::from(self.size)).unwrap();
        Opening {
            index,
            private: *private,
            proof: proof.hashes().iter().map(|hash| ProofHash(hash.to_bytes())).collect(),
            public: json::decode(public).unwrap(),
        }
    }

    pub(crate) fn parsed(&self) -> Table<'_> {
        Table::parse(&self.table, &self.columns, self.size, &self.root).unwrap()
    }
}

/// Pairs share an address; every tenth person has none. Genders alternate.
fn with_person<T>(id: u32, extra: &str, each: impl FnOnce(&Row<'_>) -> T) -> T {
    let (name, number) = (format!("Person {id}"), format!("n{id}"));
    let address = if id % 10 == 9 { String::new() } else { format!("Street {}", id / 2) };
    let gender = if id.is_multiple_of(2) { "f" } else { "m" };
    each(&Row { id: &number, private: &[&name], household: &[&address], public: &[gender, extra] })
}

/// What is drawn, and how.
#[derive(Clone)]
pub(crate) struct Spec {
    pub(crate) draw: Slug,
    pub(crate) purpose: Slug,
    pub(crate) attempt: u64,
    pub(crate) previous: Option<StepHash>,
    pub(crate) method: &'static str,
    pub(crate) seats: u32,
    pub(crate) reserves: u32,
    pub(crate) replacement: Replacement,
    pub(crate) draws_at: u64,
    pub(crate) from: Option<FromTerms>,
    /// Levels of a certificate of fairness, for panels.
    pub(crate) certificate: Option<Vec<Level>>,
}

impl Spec {
    pub(crate) fn new(draw: &str, method: &'static str) -> Self {
        let seats = 6;
        Self {
            draw: slug(draw),
            purpose: slug("council"),
            attempt: 1,
            previous: None,
            method,
            seats,
            reserves: 2,
            replacement: Replacement::None,
            draws_at: GENESIS + 100,
            from: None,
            certificate: None,
        }
    }
    pub(crate) fn purpose(mut self, purpose: &str) -> Self {
        self.purpose = slug(purpose);
        self
    }
    pub(crate) fn at(mut self, draws_at: u64) -> Self {
        self.draws_at = draws_at;
        self
    }
    pub(crate) fn attempt(mut self, attempt: u64, previous: StepHash) -> Self {
        (self.attempt, self.previous) = (attempt, Some(previous));
        self
    }
    pub(crate) fn replacement(mut self, replacement: Replacement) -> Self {
        self.replacement = replacement;
        self
    }
    pub(crate) fn from(mut self, draw: &str, outcome: ArtifactHash) -> Self {
        self.from = Some(FromTerms { draw: slug(draw), outcome, replacements: Vec::new() });
        self
    }
}

/// A log and all who write in it.
pub(crate) struct World {
    pub(crate) origin: String,
    pub(crate) log: SignerKey,
    pub(crate) service: SignerKey,
    pub(crate) members: Vec<SignerKey>,
    pub(crate) beacon: RehearsalKey,
    pub(crate) info: ChainInfo,
    pub(crate) witnesses: Vec<WitnessSigner>,
    pub(crate) ledger: Ledger,
    pub(crate) entries: Vec<Vec<u8>>,
    pub(crate) tree: MerkleTree,
    pub(crate) artifacts: BTreeMap<ArtifactHash, String>,
    /// Earlier checkpoints kept for the entries that need them.
    pub(crate) kept: BTreeMap<u64, Note>,
    pub(crate) now: u64,
    pub(crate) lawless: bool,
    pub(crate) pool: Pool,
}

impl World {
    /// A log with an enrolled organiser of three members, two of whom decide.
    pub(crate) fn new() -> Self {
        let mut world = Self::opened(ORIGIN, 1);
        world.enrol(2, 1, false);
        world
    }

    pub(crate) fn opened(origin: &str, number: u8) -> Self {
        let beacon = RehearsalKey::from_seed(&[9; 32]).unwrap();
        let info = beacon.chain_info(GENESIS, PERIOD).unwrap();
        let witness = |name: &str, n| WitnessSigner::new(KeyName::new(name).unwrap(), SecretKey::from_seed(&[n; 32]));
        let mut world = Self {
            origin: origin.to_owned(),
            log: signer(origin, number),
            service: signer(&format!("{origin}/service"), number + 100),
            members: ["clerk", "judge", "mayor"]
                .iter()
                .zip(11..)
                .map(|(r, n)| signer(&format!("eupen/{r}"), n))
                .collect(),
            beacon,
            info,
            witnesses: vec![witness("witness.one", 21), witness("witness.two", 22)],
            ledger: Ledger::new(),
            entries: Vec::new(),
            tree: MerkleTree::new(),
            artifacts: BTreeMap::new(),
            kept: BTreeMap::new(),
            now: GENESIS + 1,
            lawless: false,
            pool: Pool::forty(),
        };
        let opened = Opened {
            log: world.log.verifier_key(),
            service: world.service.verifier_key(),
            policy: None,
            predecessor: None,
            rehearsal: Some(world.info.clone()),
        };
        world.step(None, StepKind::Opened(Box::new(opened)));
        world
    }

    /// Logs a step now. Panics if the ledger refuses it, unless lawless.
    pub(crate) fn step(&mut self, draw: Option<Slug>, kind: StepKind) -> StepHash {
        let step = Step {
            seq: u64::try_from(self.entries.len()).unwrap(),
            prev: self.ledger.head(),
            time: self.now,
            draw,
            kind,
        };
        let signed = SignedStep::sign(step, &self.service).unwrap();
        if self.lawless {
            self.ledger.apply_anyway(&signed);
        } else {
            self.ledger.apply(&signed).unwrap();
        }
        self.entries.push(signed.entry().to_vec());
        self.tree.append(leaf_hash(signed.entry()));
        signed.hash()
    }

    pub(crate) fn signed<T: klero_draw::note::Body>(&self, context: &'static str, value: T) -> Box<SignedText<T>> {
        Box::new(SignedText::sign(context, value, &[&self.members[0], &self.members[2]]).unwrap())
    }

    pub(crate) fn organiser_note(&self, threshold: u64, version: u64, recovery: bool) -> OrganiserNote {
        let mut keys: Vec<Vkey> = self.members.iter().map(|key| Vkey(key.verifier_key())).collect();
        keys.sort_by_key(|key| key.0.to_text());
        OrganiserNote {
            id: slug("eupen"),
            keys,
            log: self.origin.clone(),
            name: "Eupen".to_owned(),
            recovery,
            threshold,
            version,
        }
    }

    pub(crate) fn enrol(&mut self, threshold: u64, version: u64, recovery: bool) -> StepHash {
        let note = self.organiser_note(threshold, version, recovery);
        let keys: Vec<&SignerKey> = self.members.iter().collect();
        let note = SignedText::sign(context::ORGANISER, note, &keys).unwrap();
        self.step(None, StepKind::Organiser(Box::new(note)))
    }

    pub(crate) fn announcement(&self, spec: &Spec, postponed: u64) -> AnnounceNote {
        AnnounceNote {
            attempt: spec.attempt,
            draw: spec.draw.clone(),
            draws_at: spec.draws_at,
            log: self.origin.clone(),
            organiser: slug("eupen"),
            postponed,
            previous: spec.previous,
            purpose: spec.purpose.clone(),
            title: BTreeMap::from([("de".to_owned(), "Bürgerrat".to_owned())]),
        }
    }

    pub(crate) fn announce(&mut self, spec: &Spec, postponed: u64) -> StepHash {
        let note = self.signed(context::ANNOUNCE, self.announcement(spec, postponed));
        self.step(Some(spec.draw.clone()), StepKind::Announced(note))
    }

    pub(crate) fn keep(&mut self, text: String) -> ArtifactHash {
        let name = ArtifactHash::of(text.as_bytes());
        self.artifacts.insert(name, text);
        name
    }

    pub(crate) fn beacon_terms(&self, draws_at: u64) -> BeaconTerms {
        BeaconTerms { chain: self.info.chain_hash(), round: self.info.round_after(draws_at).unwrap() }
    }

    pub(crate) fn round_time(&self, draws_at: u64) -> u64 {
        self.info.time_of(self.info.round_after(draws_at).unwrap()).unwrap()
    }

    pub(crate) fn terms(&mut self, spec: &Spec) -> TermsParts {
        let method = match spec.method {
            "equal" => Method::Equal,
            "households" => Method::Households,
            "stratified" => {
                let strata = self.keep(strata(spec).text().unwrap());
                Method::Stratified { columns: vec!["gender".to_owned()], strata }
            }
            _ => {
                let (list, min_count, max_count) = panels(&self.pool, spec.seats);
                let panels = u32::try_from(list.panels().len()).unwrap();
                let list = self.keep(list.text().unwrap());
                let certificate = spec.certificate.as_ref().map(|levels| {
                    let certificate = Certificate::new(list, levels.clone()).unwrap();
                    self.keep(certificate.text().unwrap())
                });
                Method::Panels { certificate, list, panels, min_count, max_count }
            }
        };
        let table = (method.needs_table() || spec.from.is_some()).then(|| self.pool.table.clone());
        let table = table.map(|text| self.keep(text));
        TermsParts {
            attempt: spec.attempt,
            beacon: self.beacon_terms(spec.draws_at),
            draw: spec.draw.clone(),
            draw_by: self.round_time(spec.draws_at) + 3600,
            draws_at: spec.draws_at,
            log: self.origin.clone(),
            method,
            seats: spec.seats,
            not_drawn: Vec::new(),
            organiser: slug("eupen"),
            pool: PoolTerms {
                columns: self.pool.columns.clone(),
                from: spec.from.clone(),
                root: self.pool.root,
                size: self.pool.size,
                table,
                table_reason: None,
            },
            previous: spec.previous,
            purpose: spec.purpose.clone(),
            replacement: spec.replacement,
            reserves: spec.reserves,
            title: BTreeMap::from([("de".to_owned(), "Bürgerrat".to_owned())]),
        }
    }

    pub(crate) fn sign_terms(&self, parts: TermsParts) -> TermsNote {
        *self.signed(TERMS_CONTEXT, Terms::new(parts).unwrap())
    }

    pub(crate) fn seal(&mut self, spec: &Spec) -> TermsNote {
        let parts = self.terms(spec);
        self.seal_terms(parts)
    }

    pub(crate) fn seal_terms(&mut self, parts: TermsParts) -> TermsNote {
        let draw = parts.draw.clone();
        let terms = self.sign_terms(parts);
        let organiser = self.ledger.organiser(&slug("eupen")).and_then(|o| o.in_force(self.now)).unwrap().at.hash;
        let sealed = Sealed { terms: terms.clone(), organiser };
        self.step(Some(draw), StepKind::Sealed(Box::new(sealed)));
        terms
    }

    fn lists(&self, terms: &Terms) -> (Option<StrataList>, Option<PanelList>) {
        let text = terms.method.artifact().map(|name| self.artifacts[&name].clone());
        match terms.method {
            Method::Stratified { .. } => (text.map(|t| StrataList::parse(&t).unwrap()), None),
            Method::Panels { .. } => (None, text.map(|t| PanelList::parse(&t).unwrap())),
            _ => (None, None),
        }
    }

    pub(crate) fn select(&self, terms: &TermsNote) -> Selection {
        let (strata, panels) = self.lists(terms.value());
        let table = self.pool.parsed();
        let inputs = DrawInputs { people: Some(&table), strata: strata.as_ref(), panels: panels.as_ref() };
        let round = Chain::rehearsal(self.info.clone()).verify(&self.beacon.sign(terms.value().beacon.round)).unwrap();
        draw(terms.value(), &inputs, &Seed::derive(&terms_hash(terms.text()), &round)).unwrap()
    }

    pub(crate) fn outcome(&self, terms: &TermsNote, selection: &Selection) -> Outcome {
        let open = |indices: &[u32]| indices.iter().map(|index| self.pool.opening(*index)).collect();
        Outcome::new(
            terms.value().draw.clone(),
            terms_hash(terms.text()),
            open(&selection.drawn),
            open(&selection.reserves),
            selection.panel,
        )
    }

    /// Logs a result.
    pub(crate) fn log_outcome(&mut self, terms: &TermsNote, outcome: &Outcome) -> StepHash {
        let name = self.keep(outcome.text().unwrap());
        let round = self.beacon.sign(terms.value().beacon.round);
        let drawn = Drawn { terms: terms_hash(terms.text()), round, outcome: name };
        let draw = terms.value().draw.clone();
        let hash = self.step(Some(draw.clone()), StepKind::Drawn(drawn));
        self.ledger.set_outcome(&draw, &name, outcome.drawn.iter().map(|o| o.index));
        hash
    }

    /// Draws rightly, two seconds after the round.
    pub(crate) fn draw(&mut self, terms: &TermsNote) -> Outcome {
        self.now = self.now.max(self.round_time(terms.value().draws_at) + 2);
        let outcome = self.outcome(terms, &self.select(terms));
        self.log_outcome(terms, &outcome);
        outcome
    }

    /// Announced, sealed, drawn.
    pub(crate) fn whole(&mut self, spec: &Spec) -> (TermsNote, Outcome) {
        self.now = self.now.max(spec.draws_at - 90);
        self.announce(spec, 0);
        self.now = self.now.max(spec.draws_at - 50);
        let terms = self.seal(spec);
        let outcome = self.draw(&terms);
        (terms, outcome)
    }

    pub(crate) fn vacate_note(&self, terms: &TermsNote, leavers: &[u32]) -> VacateNote {
        let fresh = (terms.value().replacement == Replacement::Beacon).then_some(self.now + 20);
        let draw = &terms.value().draw;
        VacateNote {
            after: self.ledger.draw(draw).unwrap().after().unwrap(),
            beacon: fresh.map(|draws_at| self.beacon_terms(draws_at)),
            draw: draw.clone(),
            draws_at: fresh,
            log: self.origin.clone(),
            organiser: slug("eupen"),
            seats: leavers.iter().map(|index| VacatedSeat { index: *index, reason: LeaveReason::Declined }).collect(),
        }
    }

    pub(crate) fn vacate(&mut self, terms: &TermsNote, leavers: &[u32]) -> (StepHash, SignedText<VacateNote>) {
        let note = self.signed(context::VACATE, self.vacate_note(terms, leavers));
        let hash = self.step(Some(terms.value().draw.clone()), StepKind::Vacated(note.clone()));
        (hash, *note)
    }

    /// Answers a vacancy by the rule. `seats` is everybody who holds one, the leavers included.
    pub(crate) fn replace(
        &mut self,
        terms: &TermsNote,
        seats: &mut Seats,
        vacated: StepHash,
        note: &SignedText<VacateNote>,
    ) -> ReplacementOutcome {
        let leavers: Vec<u32> = note.value().seats.iter().map(|seat| seat.index).collect();
        seats.vacate(&leavers).unwrap();
        let chain = Chain::rehearsal(self.info.clone());
        let (seed, round) = match note.value().beacon {
            Some(fresh) => {
                self.now = self.now.max(self.info.time_of(fresh.round).unwrap() + 1);
                let round = self.beacon.sign(fresh.round);
                (Seed::derive_vacated(note.text(), &chain.verify(&round).unwrap()), Some(round))
            }
            None => {
                let round = self.beacon.sign(terms.value().beacon.round);
                (Seed::derive(&terms_hash(terms.text()), &chain.verify(&round).unwrap()), None)
            }
        };
        let (strata, panels) = self.lists(terms.value());
        let table = self.pool.parsed();
        let inputs = DrawInputs { people: Some(&table), strata: strata.as_ref(), panels: panels.as_ref() };
        let fills = seats.replace(&leavers, terms.value(), &inputs, &seed.key(Stage::People)).unwrap();
        let openings = fills.iter().map(|fill| FillOpening {
            left: fill.left,
            passed: fill.passed.clone(),
            seated: fill.seated.map(|index| self.pool.opening(index)),
        });
        let artifact = ReplacementOutcome::new(terms.value().draw.clone(), vacated, openings.collect());
        let outcome = self.keep(artifact.text().unwrap());
        let replaced = Replaced {
            left: fills.iter().map(|fill| fill.left).collect(),
            seated: fills.iter().filter_map(|fill| fill.seated).collect(),
            outcome,
            round,
            vacated,
        };
        self.step(Some(terms.value().draw.clone()), StepKind::Replaced(replaced));
        artifact
    }

    pub(crate) fn void(&mut self, draw: &str, reason: VoidReason, round: Option<u64>) -> StepHash {
        let value = VoidNote { draw: slug(draw), log: self.origin.clone(), organiser: slug("eupen"), reason };
        let note = (reason != VoidReason::NoQuorum).then(|| *self.signed(context::VOID, value));
        let round = round.map(|round| self.beacon.sign(round));
        self.step(Some(slug(draw)), StepKind::Voided(Voided { note, reason, round }))
    }

    pub(crate) fn annul(&mut self, draw: &str) -> StepHash {
        let value = AnnulNote {
            after: self.ledger.draw(&slug(draw)).unwrap().after().unwrap_or(StepHash::ZERO),
            draw: slug(draw),
            log: self.origin.clone(),
            organiser: slug("eupen"),
            reason: AnnulReason::Court,
        };
        let note = self.signed(context::ANNUL, value);
        self.step(Some(slug(draw)), StepKind::Annulled(note))
    }

    pub(crate) fn erase(&mut self, draw: &str) -> StepHash {
        let root = self.pool.root;
        let value = EraseNote { draw: slug(draw), log: self.origin.clone(), organiser: slug("eupen"), root };
        let note = self.signed(context::ERASE, value);
        self.step(Some(slug(draw)), StepKind::Erased(note))
    }

    pub(crate) fn checkpoint(&self) -> Note {
        Checkpoint::new(&self.origin, self.tree.head()).unwrap().sign(&self.log).unwrap()
    }

    /// A checkpoint that both witnesses cosigned at a time.
    pub(crate) fn cosigned(&self, time: u64) -> Note {
        let note = self.checkpoint();
        let lines: Vec<_> = self.witnesses.iter().map(|w| w.cosign(note.text(), time).unwrap()).collect();
        note.with_signatures(lines).unwrap()
    }

    /// Keeps a cosigned checkpoint for the latest entry.
    pub(crate) fn witness(&mut self, time: u64) {
        let note = self.cosigned(time);
        self.kept.insert(self.tree.size() - 1, note);
    }

    pub(crate) fn bundle(&self, draw: &str) -> String {
        build_bundle(&self.ledger, &slug(draw), &Source(self, self.checkpoint()), &self.artifacts).unwrap()
    }

    /// The bundle under a checkpoint that both witnesses cosigned.
    pub(crate) fn cosigned_bundle(&self, draw: &str) -> String {
        build_bundle(&self.ledger, &slug(draw), &Source(self, self.cosigned(self.now)), &self.artifacts).unwrap()
    }

    pub(crate) fn trust_text(&self, more: &str) -> String {
        format!(
            "{{\"format\":\"kleroterion/v1/trust\",\"log\":\"{}\",\"service\":\"{}\",\"rehearsal\":{}{more}}}",
            self.log.verifier_key().to_text(),
            self.service.verifier_key().to_text(),
            json::encode(&self.info).unwrap()
        )
    }

    pub(crate) fn trust(&self) -> Trust {
        Trust::parse(&self.trust_text("")).unwrap()
    }

    /// Trust with a policy that asks for both witnesses.
    pub(crate) fn trust_with_witnesses(&self) -> Trust {
        Trust::parse(&self.trust_text(&self.policy_member())).unwrap()
    }

    /// The member of a trust file that asks for both witnesses.
    pub(crate) fn policy_member(&self) -> String {
        let keys: Vec<String> = self.witnesses.iter().map(|w| w.witness_key().to_text()).collect();
        let policy = format!(
            "log {}\nwitness one {}\nwitness two {}\ngroup both all one two\nquorum both\n",
            self.log.verifier_key().to_text(),
            keys[0],
            keys[1]
        );
        format!(",\"policy\":{}", json::encode(&policy).unwrap())
    }

    /// Verifies a bundle with this world's trust.
    pub(crate) fn verify(&self, bundle: &str) -> Report {
        verify(bundle, &klero_verifier::artifacts::NoArtifacts, Some(&self.trust()), Options::default())
    }
}

/// The log as a source of proofs.
pub(crate) struct Source<'w>(pub &'w World, pub(crate) Note);

impl LogSource for Source<'_> {
    fn newest(&self) -> Result<Note, String> {
        Ok(self.1.clone())
    }
    fn entry(&self, index: u64) -> Result<Vec<u8>, String> {
        Ok(self.0.entries[usize::try_from(index).unwrap()].clone())
    }
    fn inclusion(&self, index: u64, size: u64) -> Result<InclusionProof, String> {
        self.0.tree.inclusion_proof(index, size).map_err(|e| e.to_string())
    }
    fn consistency(&self, old: u64, new: u64) -> Result<ConsistencyProof, String> {
        self.0.tree.consistency_proof(old, new).map_err(|e| e.to_string())
    }
    fn witnessed(&self, index: u64) -> Result<Option<Note>, String> {
        Ok(self.0.kept.get(&index).cloned())
    }
}

/// Half of the seats and reserves for each gender.
fn strata(spec: &Spec) -> StrataList {
    let stratum =
        |gender: &str| Stratum { reserves: spec.reserves / 2, seats: spec.seats / 2, values: vec![gender.to_owned()] };
    StrataList::new(vec!["gender".to_owned()], vec![stratum("f"), stratum("m")]).unwrap()
}

/// Twenty panels of as many women as men, no two of one household; and the fewest and most panels of a person.
fn panels(pool: &Pool, seats: u32) -> (PanelList, u32, u32) {
    let table = pool.parsed();
    let mut panels = Vec::new();
    let mut counts = [0u32; 40];
    for _ in 0..20 {
        // Those on the fewest panels first, so that the counts stay close.
        let mut order: Vec<u32> = (0..pool.size).collect();
        order.sort_by_key(|i| (counts[usize::try_from(*i).unwrap()], *i));
        let mut panel: Vec<u32> = Vec::new();
        for person in order {
            let gender = table.value(person, 0);
            let same = panel.iter().filter(|other| table.value(**other, 0) == gender).count();
            let household = table.tag(person);
            let clash = household.is_some() && panel.iter().any(|other| table.tag(*other) == household);
            if same < usize::try_from(seats / 2).unwrap() && !clash {
                panel.push(person);
            }
        }
        panel.iter().for_each(|i| counts[usize::try_from(*i).unwrap()] += 1);
        panels.push(panel);
    }
    let quota =
        |value: &str| Quota { column: "gender".to_owned(), max: seats / 2, min: seats / 2, value: value.to_owned() };
    let list = PanelList::new(true, panels, vec![quota("f"), quota("m")]).unwrap();
    (list, *counts.iter().min().unwrap(), *counts.iter().max().unwrap())
}

/// A hash with one bit turned.
pub(crate) fn turned(hash: Hash) -> Hash {
    let mut bytes = hash.to_bytes();
    bytes[0] ^= 1;
    Hash::from_bytes(bytes)
}
