// Bundle → report (spec §9): every check of §9.3, whatever the others found. Composes the parts; reads no clock, no file and no network.
// Never stops at "invalid" without naming the check, and never takes a step into account that the service's key did not sign.

import type { VerifiedRound } from "./beacon";
import { Artifacts, type Placed, type RawBundle, placeSteps, readBundle, readTlogProof, sameKey } from "./bundle";
import { Refused, fromUtf8, hex, sameBytes, utf8 } from "./bytes";
import { checkCertificate, parseCertificate } from "./certificate";
import { type Checkpoint, type TlogProof, signedBy } from "./checkpoint";
import { type DrawState, Ledger, type Vacancy, believed } from "./ledger";
import { checkConsistency, leafHash, rootFromInclusion } from "./merkle";
import { type Drawn, type Material, checkCounts, checkPanels, draw as drawFrom, parsePanelList, parseStrata } from "./methods";
import type { VKey } from "./note";
import { type Outcome, compareOutcome, compareReplacement, parseOutcome, parseReplacement } from "./outcome";
import { quorumMetAt } from "./policy";
import { checkOpening, readTable } from "./pool";
import { type Seats, replace, seatsAfterDraw, vacate } from "./replacement";
import { type CheckId, Findings, type Report, unreadable } from "./report";
import { Scope } from "./scope";
import { deriveSeed } from "./seed";
import type { Terms } from "./terms";
import { readToken } from "./tokens";
import type { Trust } from "./trust";

export interface Options {
  readonly trust?: Trust | undefined;
  readonly strict?: boolean;
  /** Artifacts that lie beside the bundle. */
  readonly beside?: (hash: string) => string | undefined;
}

/** The report, and what a page tells beside it. Nothing but the report is a verdict. */
export interface Verified {
  readonly report: Report;
  readonly draw?: DrawState | undefined;
  readonly ledger?: Ledger;
  readonly outcome?: Outcome | undefined;
  /** What the seed gives, where it was recomputed. */
  readonly given?: Drawn | undefined;
  readonly seats?: Seats | undefined;
  readonly cancelled?: boolean;
  /** Table and list, where they are here and are those of the terms. */
  readonly material?: Material | undefined;
}

export function verify(bundle: Uint8Array | string, options: Options = {}): Verified {
  let raw: RawBundle;
  try {
    raw = readBundle(typeof bundle === "string" ? bundle : fromUtf8(bundle));
  } catch (e) {
    if (e instanceof Refused) return { report: unreadable(e) };
    throw e;
  }
  return new Verification(raw, options).run();
}

type InTime = { readonly kind: "yes" | "late" | "missing" } | { readonly kind: "false"; readonly why: Refused };

/** A step that was signed by the service key in force, and the earlier checkpoint that covers it, if there is one that holds. */
interface Believed extends Placed { witnessed: Checkpoint | undefined }

class Verification {
  private readonly f = new Findings();
  private readonly trust: Trust | undefined;
  private readonly scope: Scope;
  private readonly artifacts: Artifacts;
  private readonly ledger = new Ledger();
  private readonly steps: Believed[] = [];
  private newest: Checkpoint | undefined;
  private outcome: Outcome | undefined;
  private given: Drawn | undefined;
  private seats: Seats | undefined;
  private used: Material | undefined;

  constructor(private readonly raw: RawBundle, private readonly options: Options) {
    this.trust = options.trust;
    this.f.require("format", "log.signature", "log.inclusion", "log.chain", "organiser.keys", "terms.signatures", "terms.attempts", "voids");
    this.f.ran("format", "log.chain", "log.signature", "voids");
    this.scope = new Scope(placeSteps(raw, this.f), raw.draw, this.f);
    this.artifacts = new Artifacts(raw.artifacts, options.beside ?? (() => undefined), this.scope.named, this.f);
  }

  run(): Verified {
    this.replay();
    this.keys();
    this.proofs();
    this.anchor();
    this.witnesses();
    this.pins();
    const draw = this.draw;
    if (draw !== undefined) this.theDraw(draw);
    this.voids();
    const rehearsal = this.ledger.opened?.rehearsal !== undefined;
    return { report: this.f.report(rehearsal), draw, ledger: this.ledger, outcome: this.outcome, given: this.given, seats: this.seats, cancelled: draw !== undefined && this.cancelled(draw), material: this.used };
  }

  private get draw(): DrawState | undefined {
    return this.ledger.draws.get(this.raw.draw);
  }

  /** Signatures of the steps, and the rules of §4 from step to step. */
  private replay(): void {
    for (const placed of this.scope.placed) {
      const { step, at } = placed;
      const where = `steps[${at}] (${step.kind})`;
      if (!believed(step, this.ledger)) {
        this.f.fail("log.signature", new Refused("the step is not signed by the service key in force", this.ledger.serviceKey(step)?.text ?? "an opened step", step.note.lines[0]!.name), where);
        continue;
      }
      const alone = this.scope.fromSteps.has(at);
      for (const { check, why } of this.ledger.apply(step, alone)) this.f.fail(check, why, where);
      if (step.kind === "drawn" && !alone) {
        const outcome = this.readOutcome(step.outcome);
        const state = this.ledger.draws.get(step.draw);
        if (state !== undefined && outcome !== undefined) state.drawn = new Set(outcome.drawn.map((o) => o.index));
        if (step.draw === this.raw.draw) this.outcome = outcome;
      }
      this.steps.push({ ...placed, witnessed: undefined });
    }
    if (this.ledger.opened !== undefined) this.f.ran("organiser.keys", "terms.signatures", "terms.attempts");
  }

  private readOutcome(hash: string): Outcome | undefined {
    const text = this.artifacts.get(hash);
    try {
      return text === undefined ? undefined : parseOutcome(text);
    } catch (e) {
      if (e instanceof Refused) return undefined;
      throw e;
    }
  }

  private keys(): void {
    const inForce = this.ledger.logKeys.at(-1);
    if (inForce === undefined || !sameKey(inForce, this.raw.log)) this.f.fail("log.signature", new Refused("the bundle names another log key than its steps", inForce?.text ?? "an opened step", this.raw.log.text));
    if (this.trust === undefined) return;
    const pinned = (key: VKey, shown: readonly VKey[], whose: string): void => {
      if (!shown.some((k) => sameKey(k, key))) this.f.fail("log.signature", new Refused(`the bundle's ${whose} key is not the one that the trust file names`, key.text, shown.at(-1)?.text ?? "none"));
    };
    pinned(this.trust.log, this.ledger.logKeys, "log");
    pinned(this.trust.service, this.ledger.serviceKeys, "service");
  }

  /** The newest checkpoint, each entry under it, and each entry under its earlier checkpoint. */
  private proofs(): void {
    const proofs = this.raw.steps.map((s, at) => readTlogProof(s.proof, at, this.f));
    const newest = proofs.find((p) => p !== undefined)?.checkpoint;
    if (newest === undefined) return;
    proofs.forEach((p, at) => {
      if (p !== undefined && p.checkpoint.note.whole !== newest.note.whole) this.f.fail("format", new Refused(`steps[${at}] is proved under another checkpoint than the first step`));
    });
    if (!this.logSigned(newest, this.raw.log)) return;
    this.newest = newest;
    this.f.ran("log.inclusion");
    for (const step of this.steps) {
      const proof = proofs[step.at];
      if (proof !== undefined) this.included(step, proof, newest);
    }
    for (const step of this.steps) this.earlier(step, newest);
  }

  /** Whether this key signed; otherwise `log.signature` fails. */
  private logSigned(checkpoint: Checkpoint, key: VKey): boolean {
    return this.f.within("log.signature", "", () => { signedBy(checkpoint, key); return true; }) ?? false;
  }

  private included({ at, step }: Placed, proof: TlogProof, under: Checkpoint): boolean {
    return this.f.within("log.inclusion", `steps[${at}] (${step.kind})`, () => {
      if (proof.index !== BigInt(step.seq)) throw new Refused("proved at another place than its seq", String(step.seq), String(proof.index));
      const { size, root } = under;
      const found = rootFromInclusion(leafHash(utf8(step.note.whole)), proof.index, size, proof.hashes);
      if (!sameBytes(found, root)) throw new Refused("the entry does not lie in the log at its place", hex(root), hex(found));
      return true;
    }) ?? false;
  }

  private earlier(believedStep: Believed, newest: Checkpoint): void {
    const { at, step } = believedStep;
    const witnessed = this.raw.steps[at]!.witnessed;
    if (witnessed === undefined) return;
    const where = `steps[${at}] (${step.kind})`;
    if (step.kind !== "sealed" && step.kind !== "vacated" && step.kind !== "voided") return this.f.fail("format", new Refused("an earlier checkpoint, which a step of this kind does not need", "sealed, vacated or voided", step.kind), where);
    this.f.require("log.consistency");
    const proof = readTlogProof(witnessed.proof, at, this.f);
    if (proof === undefined) return;
    // Not just any key of the log: one that was replaced signs nothing that covers its replacement.
    if (!this.logSigned(proof.checkpoint, this.ledger.logKeyAt(proof.checkpoint.size) ?? this.raw.log)) return;
    this.f.ran("log.consistency");
    const old = proof.checkpoint;
    const extends_ = this.f.within("log.consistency", where, () => { checkConsistency(old.size, old.root, newest.size, newest.root, witnessed.consistency); return true; });
    if (extends_ === true && this.included(believedStep, proof, old)) believedStep.witnessed = old;
  }

  private anchor(): void {
    const anchor = this.trust?.anchor;
    if (anchor === undefined) return;
    this.f.require("log.consistency");
    const heads = [...this.steps.map((s) => s.witnessed), this.newest].filter((c) => c !== undefined);
    const same = heads.find((c) => c.size === BigInt(anchor.size));
    if (same === undefined) this.f.skip("log.consistency", `the bundle holds no checkpoint of the anchor's size, ${anchor.size}; reading the whole log decides`);
    else if (hex(same.root) !== anchor.root) this.f.fail("log.consistency", new Refused("the log shows another history than the one seen earlier", anchor.root, hex(same.root)));
    else this.f.ran("log.consistency");
  }

  private witnesses(): void {
    if (this.options.strict === true) this.f.require("log.witnesses");
    const policy = this.trust?.policy;
    if (policy === undefined) return this.f.skip("log.witnesses", "no witness policy was given");
    this.f.require("log.witnesses");
    const { newest } = this;
    if (newest === undefined) return;
    const met = this.f.within("log.witnesses", "", () => quorumMetAt(policy, newest, this.ledger.logKeys));
    if (met === null) this.f.skip("log.witnesses", "the newest checkpoint does not bear the quorum's cosignatures");
    else if (met !== undefined) this.f.ran("log.witnesses");
  }

  /** The organiser's first enrolment is the one that trust pins. */
  private pins(): void {
    const id = this.draw?.organiser;
    const pin = id === undefined ? undefined : this.trust?.organisers.get(id);
    const first = id === undefined ? undefined : this.ledger.organisers.get(id)?.[0]?.step;
    if (pin === undefined || first === undefined) return;
    const show = (threshold: number, keys: readonly VKey[]): string => `${threshold} of ${keys.map((k) => k.text).sort().join(" ")}`;
    const [expected, found] = [show(pin.threshold, pin.keys), show(first.threshold, first.keys)];
    if (expected !== found) this.f.fail("organiser.keys", new Refused(`organiser '${id}' enrolled with other keys than the trust file pins`, expected, found));
  }

  private theDraw(draw: DrawState): void {
    const sealed = draw.sealed;
    if (sealed === undefined) return;
    this.times(draw);
    this.tokens(draw);
    this.beacon(draw);
    const material = this.material(draw, sealed.terms);
    this.used = material;
    this.checkOutcome(draw, sealed.terms, material);
    this.replacements(draw, sealed.terms, material);
  }

  private times(draw: DrawState): void {
    const f = this.f;
    const timed: { step: Placed["step"]; time: number | null }[] = [{ step: draw.sealed!, time: draw.roundTime }];
    for (const v of draw.vacancies) if (v.step.beacon !== undefined) timed.push({ step: v.step, time: v.roundTime });
    f.require("time.round", "time.sealed");
    f.ran("time.round", "time.sealed");
    if (timed.some((t) => t.time === null)) {
      f.skip("time.round", "the time of the committed round is not known");
      f.skip("time.sealed", "the time of the committed round is not known");
    }
    if (this.trust?.policy === undefined) {
      const words = "by the service's own clock; no witness policy was given, so nobody else vouches for the time";
      return this.options.strict === true ? f.skip("time.sealed", words) : f.note("time.sealed", words);
    }
    for (const { step, time } of timed) {
      if (time === null) continue;
      const found = this.witnessedBefore(step, time);
      if (found.kind === "late") f.fail("time.sealed", new Refused("witnessed too late", `before ${time - this.trust.marginSecs}`), step.kind);
      if (found.kind === "false") f.fail("time.sealed", found.why, step.kind);
      if (found.kind === "missing") f.skip("time.sealed", `${step.kind}: not shown to be witnessed in time`);
    }
  }

  /** P6 (§8): whether a checkpoint that covers the step bore the quorum before the round, less the margin. Only with a policy. */
  private witnessedBefore(step: Placed["step"], time: number): InTime {
    const policy = this.trust!.policy!;
    const limit = BigInt(Math.max(0, time - this.trust!.marginSecs));
    const judge = (checkpoint: Checkpoint | undefined): InTime | undefined => {
      if (checkpoint === undefined) return undefined;
      try {
        const met = quorumMetAt(policy, checkpoint, this.ledger.logKeys);
        return { kind: met === null ? "missing" : met < limit ? "yes" : "late" };
      } catch (e) {
        if (e instanceof Refused) return { kind: "false", why: e };
        throw e;
      }
    };
    const earlier = judge(this.steps.find((s) => s.step === step)?.witnessed);
    const newest = judge(this.newest);
    if (earlier?.kind === "yes" || newest?.kind === "yes") return { kind: "yes" };
    if (earlier !== undefined) return earlier;
    // The newest checkpoint is naturally late: it says nothing about when the step was witnessed first.
    return newest === undefined || newest.kind === "late" ? { kind: "missing" } : newest;
  }

  /** §9.4. This verifier reads tokens and does not check their signatures. */
  private tokens(draw: DrawState): void {
    const seal = this.steps.find((s) => s.step === draw.sealed);
    const witnessed = seal === undefined ? undefined : this.raw.steps[seal.at]!.witnessed;
    let any = false;
    for (const { at } of this.steps) {
      const w = this.raw.steps[at]!.witnessed;
      if (w === undefined || w.tokens.length === 0) continue;
      any = true;
      const checkpoint = readTlogProof(w.proof, at, new Findings())?.checkpoint;
      w.tokens.forEach((token) => this.f.within("time.tokens", `steps[${at}]`, () => readToken(token, checkpoint?.note.text)));
    }
    if (!any || witnessed === undefined || witnessed.tokens.length === 0) this.f.skip("time.tokens", "no outside timestamps");
    else this.f.skip("time.tokens", "this verifier does not check the signatures of outside timestamps");
  }

  private beacon(draw: DrawState): void {
    const f = this.f;
    const hash = draw.sealed!.terms.beacon.chain;
    const shown = draw.voided?.round !== undefined || draw.results.length > 0;
    const cancelled = draw.voided !== undefined && this.cancelledByOwnTime(draw, 0);
    const come = draw.roundTime !== null && this.ledger.time >= draw.roundTime;
    if (come && !cancelled) f.require("beacon.signature");
    const accepted = this.trust === undefined || [...this.trust.chains, this.trust.rehearsal].some((c) => c?.hash === hash);
    if (!accepted) f.fail("beacon.signature", new Refused("the beacon chain is not one that the trust file accepts", null, hash));
    else if (shown) f.ran("beacon.signature");
    else f.skip("beacon.signature", cancelled ? "cancelled before the round" : "no step holds the round yet");
  }

  private material(draw: DrawState, terms: Terms): Material & { readonly usable: boolean } {
    const f = this.f;
    const { pool, method } = terms;
    const material: { -readonly [K in keyof Material]: Material[K] } = {};
    if (pool.table !== undefined) {
      f.require("pool.table");
      const text = this.artifacts.get(pool.table);
      if (text !== undefined) {
        f.ran("pool.table");
        material.table = f.within("pool.table", "", () => readTable(text, pool));
      } else if (draw.erased !== undefined) f.skip("pool.table", "erased");
      else this.missing(pool.table, "pool.table");
    }
    this.linked(draw, terms, material);
    const named = method.name === "stratified" ? method.strata : method.name === "panels" ? method.list : undefined;
    if (named === undefined) return { ...material, usable: true };
    const ids: CheckId[] = method.name === "panels" ? ["panels.quotas", "panels.counts"] : ["draw.outcome"];
    const text = this.artifacts.get(named);
    if (text === undefined) this.missing(named, ...ids);
    else {
      try {
        if (method.name === "stratified") material.strata = parseStrata(text);
        else material.list = parsePanelList(text);
      } catch (e) {
        if (!(e instanceof Refused)) throw e;
        for (const id of ids) f.fail(id, e);
      }
    }
    if (method.name === "panels") {
      this.panels(draw, terms, material);
      this.certificate(terms, material);
    }
    return { ...material, usable: material.strata !== undefined || material.list !== undefined };
  }

  /** A required artifact that is not at hand: whatever needs it, and `format`, cannot be judged. */
  private missing(hash: string, ...ids: readonly CheckId[]): void {
    for (const id of ["format" as const, ...ids]) this.f.skip(id, `artifact ${hash} is not in the bundle; give the folder that holds it`);
  }

  private noTable(draw: DrawState): string {
    return draw.erased !== undefined ? "erased" : "the table is not at hand, or is not the sealed pool's";
  }

  private panels(draw: DrawState, terms: Terms, material: Material): void {
    const f = this.f;
    f.require("panels.quotas", "panels.counts");
    const { list, table } = material;
    if (list === undefined) return;
    if (table === undefined) f.skip("panels.quotas", this.noTable(draw));
    else if (f.within("panels.quotas", "", () => { checkPanels(list, terms, table); return true; }) === true) f.ran("panels.quotas");
    if (f.within("panels.counts", "", () => { checkCounts(list, terms); return true; }) === true) f.ran("panels.counts");
  }

  private certificate(terms: Terms, material: Material): void {
    const f = this.f;
    const { method } = terms;
    if (method.name !== "panels" || method.certificate === undefined) return;
    f.require("panels.certificate");
    const text = this.artifacts.get(method.certificate);
    if (text === undefined) return this.missing(method.certificate, "panels.certificate");
    const certificate = f.within("panels.certificate", "", () => parseCertificate(text));
    if (certificate === undefined) return;
    if (!f.passed("panels.quotas") || !f.passed("panels.counts")) return f.skip("panels.certificate", "the list, with which the certificate is compared, was not counted or was refused");
    const found = f.within("panels.certificate", "", () => checkCertificate(certificate, terms, material.list!, material.table!));
    if (found === undefined) return;
    f.ran("panels.certificate");
    f.note("panels.certificate", found.words, found.bound, found.achieved);
  }

  private linked(draw: DrawState, terms: Terms, material: Material): void {
    const f = this.f;
    const from = terms.pool.from;
    if (from === undefined) return;
    f.require("pool.from");
    const own = this.steps.find((s) => s.step === draw.sealed)!.step.seq;
    const ofEarlier = this.steps.map((s) => s.step).filter((s) => "draw" in s && s.draw === from.draw);
    const last = ofEarlier.findLast((s) => s.kind === "drawn");
    const answers = ofEarlier.flatMap((s) => (s.kind === "replaced" ? [s.outcome] : []));
    if (last?.kind !== "drawn" || answers.length !== from.replacements.length) return f.fail("format", new Refused(`the bundle does not hold the result and the replacements of draw '${from.draw}', to which the pool is linked`));
    if (last.outcome !== from.outcome) f.fail("pool.from", new Refused("the pool is linked to another outcome than the earlier draw's", last.outcome, from.outcome));
    if (answers.some((hash, i) => hash !== from.replacements[i])) f.fail("pool.from", new Refused("the replacements are not in the order of the log", answers.join(", "), from.replacements.join(", ")));
    const latest = ofEarlier.findLast((s) => s.kind === "drawn" || s.kind === "replaced")!.seq;
    if (own <= Math.max(last.seq, latest)) f.fail("pool.from", new Refused(`draw '${from.draw}' was drawn, or its seats filled, only after this one was sealed`));
    const texts = [from.outcome, ...from.replacements].map((hash) => { const text = this.artifacts.get(hash); if (text === undefined) this.missing(hash, "pool.from"); return text; });
    if (texts.some((t) => t === undefined)) return;
    const opened = f.within("pool.from", "", () => openedBefore(from.draw, texts as string[]));
    if (opened === undefined) return;
    const { table } = material;
    if (table === undefined) return f.skip("pool.from", this.noTable(draw));
    if (f.within("pool.from", "", () => { checkLinked(table.people.map((p) => p.privatePart), opened); return true; }) === true) f.ran("pool.from");
  }

  private checkOutcome(draw: DrawState, terms: Terms, material: Material & { readonly usable: boolean }): void {
    const f = this.f;
    if (draw.voided !== undefined) {
      if (this.cancelled(draw)) return;
      f.require("draw.outcome");
      return this.abandoned(draw, draw.voided.round, material);
    }
    f.require("draw.outcome");
    const last = draw.results.at(-1);
    if (last === undefined) return f.skip("draw.outcome", "not drawn yet");
    if (last.round === undefined) return f.skip("draw.outcome", "the round did not verify, so there is no seed");
    const text = this.artifacts.get(last.step.outcome);
    if (text === undefined) return this.missing(last.step.outcome, "draw.outcome");
    const outcome = this.outcome;
    if (outcome === undefined) return void f.within("draw.outcome", "the outcome cannot be read", () => parseOutcome(text));
    if (f.failed("panels.quotas") || f.failed("panels.counts")) f.skip("draw.outcome", "the panel list was refused");
    else if (terms.method.name !== "equal" && material.table === undefined) f.skip("draw.outcome", this.noTable(draw));
    else if (!material.usable) f.skip("draw.outcome", "the list that the terms name cannot be used");
    else {
      const seed = deriveSeed("terms", terms.note.text, last.round);
      this.given = f.within("draw.outcome", "", () => drawFrom(terms, seed, material));
      if (this.given !== undefined) { f.ran("draw.outcome"); compareOutcome(outcome, this.given, (why) => f.fail("draw.outcome", why)); }
    }
    if (outcome.draw !== this.raw.draw || outcome.terms !== terms.hash) f.fail("draw.outcome", new Refused("the outcome of another draw or of other terms", terms.hash, outcome.terms));
    for (const opening of [...outcome.drawn, ...outcome.reserves]) f.within("draw.outcome", "", () => checkOpening(opening, terms.pool));
  }

  /** What the seed gave in a draw that was given up when its round could be known. */
  private abandoned(draw: DrawState, round: VerifiedRound | undefined, material: Material & { readonly usable: boolean }): void {
    const terms = draw.sealed!.terms;
    let words: string | undefined;
    if (round === undefined) words = "the step that gave it up does not show the round";
    else if (terms.method.name !== "equal" && material.table === undefined) words = this.noTable(draw);
    else if (!material.usable) words = "the list that the terms name cannot be used";
    else {
      try {
        this.given = drawFrom(terms, deriveSeed("terms", terms.note.text, round), material);
      } catch (e) {
        if (!(e instanceof Refused)) throw e;
        words = e.message;
      }
    }
    if (words === undefined) {
      this.f.ran("draw.outcome");
      this.f.note("draw.outcome", "abandoned: there is no result; what the seed gave was recomputed");
    } else {
      this.f.skip("draw.outcome", words);
      this.f.skip("voids", `what the abandoned draw '${this.raw.draw}' would have given cannot be shown: ${words}`);
    }
  }

  private replacements(draw: DrawState, terms: Terms, material: Material & { readonly usable: boolean }): void {
    const f = this.f;
    if (draw.vacancies.length === 0) return;
    f.require("replacements.rule");
    const { outcome } = this;
    if (outcome === undefined || draw.voided !== undefined) return f.skip("replacements.rule", "without the outcome nobody knows who held a seat");
    let seats = seatsAfterDraw(outcome.drawn.map((o) => o.index));
    for (const vacancy of draw.vacancies) {
      const leavers = vacancy.step.seats.map((s) => s.index);
      const left = f.within("replacements.rule", "", () => vacate(seats, leavers));
      if (left === undefined) return;
      seats = left;
      const { answer } = vacancy;
      if (answer === undefined && terms.replacement !== "none") return f.skip("replacements.rule", "a vacancy waits to be filled");
      if (answer === undefined) f.ran("replacements.rule");
      else {
        const after = this.answer(draw, terms, material, vacancy, seats, leavers);
        if (after === undefined) return;
        seats = after;
      }
      this.seats = seats;
    }
  }

  /** One replacement. Undefined if what follows cannot be judged. */
  private answer(draw: DrawState, terms: Terms, material: Material & { readonly usable: boolean }, vacancy: Vacancy, seats: Seats, leavers: readonly number[]): Seats | undefined {
    const f = this.f;
    const id = "replacements.rule";
    const { step, round } = vacancy.answer!;
    const own = terms.replacement === "rank" ? draw.results.at(-1)?.round : round;
    if (own === undefined || terms.replacement === "none") { f.skip(id, "the round did not verify, so there are no tickets"); return undefined; }
    const seed = terms.replacement === "rank" ? deriveSeed("terms", terms.note.text, own) : deriveSeed("vacated", vacancy.step.inner.text, own);
    const text = this.artifacts.get(step.outcome);
    if (text === undefined) { this.missing(step.outcome, id); return undefined; }
    const found = f.within(id, "the replacement cannot be read", () => parseReplacement(text));
    if (found === undefined) return undefined;
    if (terms.method.name !== "equal" && material.table === undefined) { f.skip(id, this.noTable(draw)); return undefined; }
    if (!material.usable) { f.skip(id, "the list that the terms name cannot be used"); return undefined; }
    const right = f.within(id, "", () => replace(terms, seed, seats, leavers, material));
    if (right === undefined) return undefined;
    f.ran(id);
    if (found.draw !== this.raw.draw || found.vacated !== vacancy.step.hash) f.fail(id, new Refused("the replacement of another draw or for another step", vacancy.step.hash, found.vacated));
    compareReplacement(found, step, right.fills, (why) => f.fail(id, why));
    for (const fill of found.fills) if (fill.seated !== undefined) { const { seated } = fill; f.within(id, "", () => checkOpening(seated, terms.pool)); }
    return right.after;
  }

  private cancelledByOwnTime(draw: DrawState, margin: number): boolean {
    if (draw.voided === undefined) return false;
    return draw.sealed === undefined || (draw.roundTime !== null && draw.voided.step.time < Math.max(0, draw.roundTime - margin));
  }

  /** §4.9: given up before anybody could know the result. */
  private cancelled(draw: DrawState): boolean {
    if (draw.voided === undefined) return false;
    if (draw.sealed === undefined) return true;
    if (!this.cancelledByOwnTime(draw, this.trust?.marginSecs ?? 0)) return false;
    return this.trust?.policy === undefined || this.witnessedBefore(draw.voided.step, draw.roundTime!).kind === "yes";
  }

  private voids(): void {
    const f = this.f;
    const given = [...this.ledger.draws.values()].filter((d) => d.voided !== undefined);
    const cancelled = given.filter((d) => this.cancelled(d)).length;
    if (given.length > 0) f.note("voids", `${cancelled} cancelled, ${given.length - cancelled} abandoned`);
    for (const d of given) if (!this.cancelled(d) && d.first.draw !== this.raw.draw) this.earlierAbandoned(d);
  }

  /** The same for an earlier attempt. */
  private earlierAbandoned(draw: DrawState): void {
    const slug = draw.first.draw;
    try {
      const terms = draw.sealed!.terms;
      const round = draw.voided!.round;
      if (round === undefined) throw new Refused("the step that gave it up does not show the round");
      const { method, pool } = terms;
      const get = (hash: string): string => { const t = this.artifacts.get(hash); if (t === undefined) throw new Refused(`artifact ${hash} is not in the bundle`); return t; };
      const read = <T>(part: () => T): T => {
        try { return part(); } catch (e) { if (e instanceof Refused) this.f.fail("voids", e, slug); throw e; }
      };
      const material: { -readonly [K in keyof Material]: Material[K] } = {};
      if (method.name === "stratified") { const t = get(method.strata); material.strata = read(() => parseStrata(t)); }
      if (method.name === "panels") { const t = get(method.list); material.list = read(() => parsePanelList(t)); }
      if (method.name !== "equal" && pool.table !== undefined) material.table = readTable(get(pool.table), pool);
      drawFrom(terms, deriveSeed("terms", terms.note.text, round), material);
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      this.f.skip("voids", `what the abandoned draw '${slug}' would have given cannot be shown: ${e.message}`);
    }
  }
}

/** Who was opened by an earlier draw, by index: those drawn, the reserves, and those seated later (§2.5). */
function openedBefore(draw: string, texts: readonly string[]): Map<string, number> {
  const outcome = parseOutcome(texts[0]!);
  if (outcome.draw !== draw) throw new Refused("the outcome of another draw", draw, outcome.draw);
  const byIndex = new Map<number, string>();
  for (const o of [...outcome.drawn, ...outcome.reserves]) byIndex.set(o.index, o.privatePart);
  for (const text of texts.slice(1)) {
    const r = parseReplacement(text);
    if (r.draw !== draw) throw new Refused("the replacement of another draw", draw, r.draw);
    for (const fill of r.fills) if (fill.seated !== undefined) byIndex.set(fill.seated.index, fill.seated.privatePart);
  }
  const times = new Map<string, number>();
  for (const part of byIndex.values()) times.set(part, (times.get(part) ?? 0) + 1);
  return times;
}

function checkLinked(parts: readonly string[], opened: ReadonlyMap<string, number>): void {
  const seen = new Set<string>();
  parts.forEach((part, index) => {
    if (seen.has(part)) throw new Refused(`the person at index ${index} stands twice in the table`);
    seen.add(part);
    if (opened.get(part) !== 1) throw new Refused(`the person at index ${index} was not opened exactly once by the earlier draw`, "1", String(opened.get(part) ?? 0));
  });
}

