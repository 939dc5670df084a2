// Bundle → report (spec §9). Composes the parts; every check has its function here, in the order of §9.3.
// Never reads a clock, a file or the network, and never stops at "invalid" without naming the check.

import { type Chain, PINNED, type Round, type VerifiedRound, timeOf, verifyRound } from "./beacon";
import { Artifacts, type Placed, type RawBundle, placeSteps, readBundle, sameKey } from "./bundle";
import { Refused, fromUtf8, hex, sameBytes, utf8 } from "./bytes";
import { type Checkpoint, cosignedAt, signedBy } from "./checkpoint";
import { Breach, type DrawState, Ledger } from "./ledger";
import { checkConsistency, leafHash, rootFromInclusion } from "./merkle";
import { type Drawn, type Material, checkCounts, checkPanelForm, checkPanels, draw as drawFrom, parsePanelList, parseStrata } from "./methods";
import { checkOutcome, checkReplacement, parseOutcome, parseReplacement, same } from "./outcome";
import { fulfils } from "./policy";
import { readTable } from "./pool";
import { replace, seatsAfterDraw } from "./replacement";
import { Findings, type Report, unreadable } from "./report";
import { type Seed, deriveSeed } from "./seed";
import type { Opened, Sealed, Step, Vacated, Voided } from "./steps";
import type { Terms } from "./terms";
import type { Trust } from "./trust";

export interface Options {
  readonly trust?: Trust | undefined;
  readonly strict?: boolean;
  /** Artifacts that lie beside the bundle. */
  readonly beside?: (hash: string) => string | undefined;
}

/** The report, and what a page tells beside it. */
export interface Verified {
  readonly report: Report;
  readonly raw?: RawBundle;
  readonly draw?: DrawState | undefined;
  readonly ledger?: Ledger;
  readonly result?: Drawn | undefined;
  readonly round?: VerifiedRound | undefined;
  readonly chain?: Chain | undefined;
  readonly seats?: ReadonlySet<number> | undefined;
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

class Verification {
  private readonly findings = new Findings();
  private readonly artifacts: Artifacts;
  private readonly trust: Trust | undefined;
  private readonly placed: Placed[];
  private readonly ledger: Ledger;
  private readonly opened: Opened | undefined;
  private readonly rehearsal: boolean;
  /** Draws of which only single steps are here, for the pool's sake. */
  private readonly linkedDraws: ReadonlySet<string>;
  private result: Drawn | undefined;
  private verifiedRound: VerifiedRound | undefined;
  private seats: ReadonlySet<number> | undefined;

  constructor(private readonly raw: RawBundle, private readonly options: Options) {
    this.trust = options.trust;
    this.artifacts = new Artifacts(raw.artifacts, options.beside ?? (() => undefined));
    this.placed = placeSteps(raw, this.findings);
    const first = this.placed[0]?.step;
    this.opened = first?.kind === "opened" ? first : undefined;
    this.rehearsal = this.opened?.rehearsal !== undefined;
    this.linkedDraws = new Set(this.placed.flatMap(({ step }) => (step.kind === "sealed" && step.draw === raw.draw && step.terms.pool.from !== undefined ? [step.terms.pool.from.draw] : [])));
    const rehearsal = this.trust === undefined ? this.opened?.rehearsal : this.trust.rehearsal;
    const chains = [...(this.trust?.chains ?? PINNED), ...(rehearsal === undefined ? [] : [rehearsal])];
    this.ledger = new Ledger({ chains, pins: this.trust?.organisers ?? new Map() });
  }

  run(): Verified {
    const f = this.findings;
    for (const p of this.placed) {
      try {
        this.ledger.apply(p.step, this.linkedDraws);
      } catch (e) {
        if (!(e instanceof Breach)) throw e;
        f.fail(e.check, e.why, `steps[${p.at}] (${p.step.kind})`);
      }
    }
    const draw = this.ledger.draws.get(this.raw.draw);
    this.format(draw);
    this.logSignature();
    this.inclusion();
    this.consistency();
    this.witnesses();
    if (this.opened === undefined) f.fail("log.chain", new Refused("the bundle does not begin with the log's opening"));
    if (draw === undefined) f.fail("format", new Refused("the bundle holds no announcement of its draw", this.raw.draw));
    this.sealedInTime(draw);
    f.skip("time.tokens", "outside timestamps are not part of this version", false);
    f.skip("panels.certificate", "a certificate of fairness lies beside the list; it is not part of what makes a draw valid", false);
    this.theDraw(draw);
    const chain = draw?.sealed === undefined ? undefined : this.chain(draw.sealed.terms.beacon.chain);
    return { report: f.report(this.rehearsal), raw: this.raw, draw, ledger: this.ledger, result: this.result, round: this.verifiedRound, chain, seats: this.seats };
  }

  private chain(hash: string): Chain | undefined {
    const rehearsal = this.trust === undefined ? this.opened?.rehearsal : this.trust.rehearsal;
    return [...(this.trust?.chains ?? PINNED), ...(rehearsal === undefined ? [] : [rehearsal])].find((c) => c.hash === hash);
  }

  /** §9.1: nothing superfluous, nothing missing, every artifact what its name says. */
  private format(draw: DrawState | undefined): void {
    const f = this.findings;
    const named = new Set<string>();
    const required = new Set<string>();
    for (const { step } of this.placed) {
      const own = "draw" in step && step.draw === this.raw.draw;
      const name = (hash: string | undefined, need: boolean): void => {
        if (hash === undefined) return;
        named.add(hash);
        if (own && need) required.add(hash);
      };
      if (step.kind === "sealed") {
        const { method, pool } = step.terms;
        name(pool.table, true);
        name(pool.from?.outcome, true);
        if (method.name === "stratified") name(method.strata, true);
        if (method.name === "panels") name(method.list, true);
      } else if (step.kind === "drawn" || step.kind === "replaced") name(step.outcome, true);
    }
    for (const hash of this.artifacts.names()) {
      if (!named.has(hash)) f.fail("format", new Refused("an artifact that nothing names", null, hash));
      if (this.artifacts.get(hash) === null) f.fail("format", new Refused("an artifact that does not hash to its name", hash));
    }
    for (const hash of required) {
      if (this.artifacts.get(hash) !== null) continue;
      if (this.artifacts.present(hash)) f.fail("format", new Refused("an artifact that does not hash to its name", hash));
      else if (!(draw?.erased !== undefined && hash === draw.sealed?.terms.pool.table)) f.skip("format", missing(hash), true);
    }
    this.superfluous(draw);
  }

  private superfluous(draw: DrawState | undefined): void {
    if (draw === undefined) return;
    const from = draw.sealed?.terms.pool.from;
    this.placed.forEach(({ step, at }) => {
      if (step.kind === "opened" || step.kind === "key" || step.kind === "closed") return;
      const fail = (why: string): void => this.findings.fail("format", new Refused(why, draw.draw, "draw" in step ? step.draw : step.id), `steps[${at}] (${step.kind})`);
      if (step.kind === "organiser") { if (step.id !== draw.organiser) fail("the step of another organiser"); return; }
      const of = this.ledger.draws.get(step.draw);
      if (of !== undefined && of.organiser === draw.organiser && of.purpose === draw.purpose && of.attempt <= draw.attempt) return;
      if (from !== undefined && step.draw === from.draw && step.kind === "drawn") return;
      fail("the step of another draw");
    });
  }

  private logSignature(): void {
    const f = this.findings;
    const trust = this.trust;
    if (trust !== undefined) {
      if (!this.ledger.logKeys.some((k) => sameKey(k, trust.log))) f.fail("log.signature", new Refused("the log's key is not the trust file's", trust.log.text, this.ledger.logKeys[0]?.text ?? null));
      if (!this.ledger.serviceKeys.some((k) => sameKey(k, trust.service))) f.fail("log.signature", new Refused("the service's key is not the trust file's", trust.service.text, this.ledger.serviceKeys[0]?.text ?? null));
    }
    const key = this.ledger.logKeys.at(-1);
    if (key !== undefined && !sameKey(key, this.raw.log)) f.fail("log.signature", new Refused("the bundle's log key is not the one in force", key.text, this.raw.log.text));
    const newest = this.newest();
    if (newest === undefined) return;
    if (newest.origin !== this.raw.log.name) f.fail("log.signature", new Refused("the checkpoint of another log", this.raw.log.name, newest.origin));
    if (!signedBy(newest, this.raw.log)) f.fail("log.signature", new Refused("the newest checkpoint is not signed by the log", this.raw.log.text));
  }

  private newest(): Checkpoint | undefined {
    return this.placed.find((p) => p.proof !== undefined)?.proof?.checkpoint;
  }

  private inclusion(): void {
    for (const { at, step, proof } of this.placed) {
      if (proof === undefined) continue;
      this.findings.within("log.inclusion", `steps[${at}] (${step.kind})`, () => {
        if (proof.index !== BigInt(step.seq)) throw new Refused("the proof is of another index", String(step.seq), String(proof.index));
        included(step, proof.index, proof.hashes, proof.checkpoint);
      });
    }
  }

  private consistency(): void {
    const f = this.findings;
    const newest = this.newest();
    const earlier: Checkpoint[] = [];
    for (const { at, step, witnessed } of this.placed) {
      if (witnessed === undefined || newest === undefined) continue;
      f.within("log.consistency", `steps[${at}] (${step.kind})`, () => {
        const { proof, consistency } = witnessed;
        const old = proof.checkpoint;
        if (old.origin !== newest.origin) throw new Refused("the earlier checkpoint of another log", newest.origin, old.origin);
        if (!this.ledger.logKeys.some((k) => signedBy(old, k))) throw new Refused("the earlier checkpoint is not signed by the log");
        if (proof.index !== BigInt(step.seq)) throw new Refused("the proof is of another index", String(step.seq), String(proof.index));
        included(step, proof.index, proof.hashes, old);
        checkConsistency(old.size, old.root, newest.size, newest.root, consistency);
        earlier.push(old);
      });
    }
    const anchor = this.trust?.anchor;
    if (anchor !== undefined) {
      const reached = [newest, ...earlier].some((c) => c !== undefined && c.size === BigInt(anchor.size) && hex(c.root) === anchor.root);
      const contradicted = [newest, ...earlier].find((c) => c !== undefined && c.size === BigInt(anchor.size) && hex(c.root) !== anchor.root);
      if (contradicted !== undefined) f.fail("log.consistency", new Refused("the log is not the one of the anchor", anchor.root, hex(contradicted.root)));
      else if (newest !== undefined && newest.size < BigInt(anchor.size)) f.fail("log.consistency", new Refused("the log is shorter than the anchor", `at least ${anchor.size}`, String(newest.size)));
      else if (!reached) f.skip("log.consistency", "no checkpoint of the bundle is the anchor's; reading the whole log can show it", true);
    } else if (!this.placed.some((p) => p.witnessed !== undefined)) f.skip("log.consistency", NOT_HERE, false);
  }

  private witnesses(): void {
    const policy = this.trust?.policy;
    if (policy === undefined) return this.findings.skip("log.witnesses", "no witness policy was given", this.options.strict === true);
    const newest = this.newest();
    const enough = newest !== undefined && fulfils(policy.quorum, (w) => cosignedAt(newest, policy.witnesses.get(w)!).length > 0);
    if (!enough) this.findings.skip("log.witnesses", "the newest checkpoint does not bear the quorum", true);
  }

  /** P6 for a step: whether a quorum cosigned a checkpoint that covers it before `limit`. */
  private cosignedBefore(placed: Placed, limit: bigint): "in time" | "late" | "missing" {
    const policy = this.trust!.policy!;
    const covering = [placed.witnessed?.proof.checkpoint, placed.proof?.checkpoint].filter((c) => c !== undefined);
    const holds = (c: Checkpoint, ok: (t: bigint) => boolean): boolean => fulfils(policy.quorum, (w) => cosignedAt(c, policy.witnesses.get(w)!).some(ok));
    if (covering.some((c) => holds(c, (t) => t < limit))) return "in time";
    return placed.witnessed !== undefined && holds(placed.witnessed.proof.checkpoint, () => true) ? "late" : "missing";
  }

  private find(step: Step): Placed {
    return this.placed.find((p) => p.step === step)!;
  }

  private sealedInTime(draw: DrawState | undefined): void {
    const f = this.findings;
    if (draw?.sealed === undefined) {
      f.skip("time.round", NOT_HERE, false);
      f.skip("time.sealed", NOT_HERE, false);
      return;
    }
    const inTime = (step: Sealed | Vacated, chain: string, round: number): void => {
      const policy = this.trust?.policy;
      const time = timeOf(this.chain(chain)!, round)!;
      if (policy === undefined) {
        const word = "by the service's own clock; no witness policy was given, so nobody else vouches for the time";
        if (this.options.strict === true) f.skip("time.sealed", word, true);
        else f.pass("time.sealed", word);
        return;
      }
      const found = this.cosignedBefore(this.find(step), BigInt(time) - BigInt(this.trust!.marginSecs));
      if (found === "late") f.fail("time.sealed", new Refused("cosigned too late", `before ${time - this.trust!.marginSecs}`));
      if (found === "missing") f.skip("time.sealed", "cosignatures from before the round are missing", true);
    };
    const { beacon } = draw.sealed.terms;
    inTime(draw.sealed, beacon.chain, beacon.round);
    for (const v of draw.vacated) if (v.beacon !== undefined) inTime(v, v.beacon.chain, v.beacon.round);
  }

  /** From the beacon on: everything that is of this draw alone. */
  private theDraw(draw: DrawState | undefined): void {
    const f = this.findings;
    const sealed = draw?.sealed;
    if (draw === undefined || sealed === undefined) {
      for (const id of ["beacon.signature", "pool.table", "pool.from", "panels.quotas", "panels.counts", "draw.outcome", "replacements.rule"] as const) f.skip(id, NOT_HERE, false);
      return;
    }
    const terms = sealed.terms;
    const cancelled = this.voids(draw);
    const round = this.beacon(draw, cancelled);
    const material = this.material(draw, terms);
    const seed = round === undefined ? undefined : deriveSeed("terms", terms.note.text, round);
    this.outcome(draw, terms, seed, material, cancelled);
    this.replacements(draw, terms, seed, material);
  }

  private beacon(draw: DrawState, cancelled: boolean): VerifiedRound | undefined {
    const f = this.findings;
    const terms = draw.sealed!.terms;
    const chain = this.chain(terms.beacon.chain);
    if (chain === undefined) return undefined;
    const check = (round: Round, of: Chain, where: string): VerifiedRound | undefined => f.within("beacon.signature", where, () => verifyRound(of, round));
    let verified: VerifiedRound | undefined;
    for (const step of draw.drawn) verified = check(step.round, chain, "drawn") ?? verified;
    if (draw.voided?.round !== undefined) verified = check(draw.voided.round, chain, "voided");
    for (const step of draw.replaced) if (step.round !== undefined) check(step.round, chain, "replaced");
    if (draw.drawn.length === 0 && draw.voided?.round === undefined) {
      f.skip("beacon.signature", cancelled ? NOT_HERE : "no step holds the round yet", !cancelled);
    }
    this.verifiedRound = verified;
    return verified;
  }

  private material(draw: DrawState, terms: Terms): Material {
    const f = this.findings;
    const { pool, method } = terms;
    const material: { -readonly [K in keyof Material]: Material[K] } = {};
    const gone = draw.erased !== undefined;
    if (pool.table === undefined) f.skip("pool.table", NOT_HERE, false);
    else {
      const text = this.artifacts.get(pool.table);
      if (text === null) f.skip("pool.table", gone ? "erased" : missing(pool.table), true);
      else material.table = f.within("pool.table", "table", () => readTable(text, pool));
    }
    this.linked(terms, material, gone);
    if (method.name === "stratified") {
      const text = this.artifacts.get(method.strata);
      if (text !== null) material.strata = f.within("draw.outcome", "strata", () => parseStrata(text, terms));
    }
    if (method.name !== "panels") {
      f.skip("panels.quotas", NOT_HERE, false);
      f.skip("panels.counts", NOT_HERE, false);
      return material;
    }
    const text = this.artifacts.get(method.list);
    if (text === null) {
      f.skip("panels.quotas", missing(method.list), true);
      f.skip("panels.counts", missing(method.list), true);
      return material;
    }
    const list = f.within("panels.quotas", "list of panels", () => { const l = parsePanelList(text); checkPanelForm(l, terms); return l; });
    if (list === undefined) {
      f.skip("panels.counts", "the list of panels cannot be used", true);
      return material;
    }
    material.list = list;
    if (material.table === undefined) f.skip("panels.quotas", gone ? "erased" : "the table cannot be used", true);
    else f.within("panels.quotas", "list of panels", () => checkPanels(list, terms, material.table!));
    f.within("panels.counts", "list of panels", () => checkCounts(list, terms));
    return material;
  }

  private linked(terms: Terms, material: Material, gone: boolean): void {
    const f = this.findings;
    const from = terms.pool.from;
    if (from === undefined) return f.skip("pool.from", NOT_HERE, false);
    const text = this.artifacts.get(from.outcome);
    if (text === null) return f.skip("pool.from", missing(from.outcome), true);
    if (material.table === undefined) return f.skip("pool.from", gone ? "erased" : "the table cannot be used", true);
    const { table } = material;
    f.within("pool.from", "earlier outcome", () => {
      const last = this.placed.map((p) => p.step).filter((s) => s.kind === "drawn").filter((s) => s.draw === from.draw).at(-1);
      if (last === undefined || last.outcome !== from.outcome) throw new Refused("the earlier draw's last result is another", from.outcome, last?.outcome ?? "none");
      const outcome = parseOutcome(text);
      if (outcome.draw !== from.draw) throw new Refused("the outcome of another draw", from.draw, outcome.draw);
      const times = new Map<string, number>();
      for (const o of [...outcome.drawn, ...outcome.reserves]) times.set(o.privatePart, (times.get(o.privatePart) ?? 0) + 1);
      const seen = new Set<string>();
      table.people.forEach((p, index) => {
        if (seen.has(p.privatePart)) throw new Refused(`the person at index ${index} stands twice in the table`);
        seen.add(p.privatePart);
        if (times.get(p.privatePart) !== 1) throw new Refused(`the person at index ${index} was not opened exactly once by the earlier draw`, "1", String(times.get(p.privatePart) ?? 0));
      });
    });
  }

  private outcome(draw: DrawState, terms: Terms, seed: Seed | undefined, material: Material, cancelled: boolean): void {
    const f = this.findings;
    if (cancelled) return f.skip("draw.outcome", "the draw was cancelled", false);
    const last = draw.drawn.at(-1);
    if (seed === undefined) return f.skip("draw.outcome", last === undefined ? "not drawn yet" : "the round does not verify", true);
    const lacking = this.lacking(draw, terms, material);
    if (lacking !== null) return f.skip("draw.outcome", lacking, true);
    f.within("draw.outcome", "outcome", () => {
      this.result = drawFrom(terms, seed, material);
    });
    if (last === undefined || this.result === undefined) return;
    const text = this.artifacts.get(last.outcome);
    if (text === null) return f.skip("draw.outcome", missing(last.outcome), true);
    f.within("draw.outcome", "outcome", () => checkOutcome(parseOutcome(text), terms, this.result!));
  }

  private lacking(draw: DrawState, terms: Terms, material: Material): string | null {
    if (terms.method.name === "equal") return null;
    if (material.table === undefined) return draw.erased !== undefined ? "erased" : "the table cannot be used";
    if (terms.method.name === "stratified" && material.strata === undefined) return missing(terms.method.strata);
    if (terms.method.name === "panels" && material.list === undefined) return missing(terms.method.list);
    return null;
  }

  private replacements(draw: DrawState, terms: Terms, seed: Seed | undefined, material: Material): void {
    const f = this.findings;
    if (draw.vacated.length === 0) return f.skip("replacements.rule", NOT_HERE, false);
    if (this.result === undefined) return f.skip("replacements.rule", "the draw itself could not be recomputed", true);
    let seats = seatsAfterDraw(this.result.drawn);
    for (const vacated of draw.vacated) {
      const leavers = vacated.seats.map((s) => s.index);
      const where = `steps[${this.find(vacated).at}] (vacated)`;
      const bad = leavers.find((i) => !seats.seated.has(i));
      if (bad !== undefined) return f.fail("replacements.rule", new Refused("a seat is given up by somebody who does not sit", null, String(bad)), where);
      const step = draw.replaced.find((r) => r.vacated === vacated.hash);
      if (step === undefined) {
        if (terms.replacement !== "none") f.skip("replacements.rule", "the vacancy is not filled yet", true);
        seats = { seated: new Set([...seats.seated].filter((i) => !leavers.includes(i))), passed: new Set([...seats.passed, ...leavers]) };
        continue;
      }
      const own = vacated.beacon === undefined ? seed : this.freshSeed(vacated, step.round);
      if (own === undefined) return f.skip("replacements.rule", "the fresh round does not verify", true);
      const filled = f.within("replacements.rule", where, () => replace(terms, own, seats, leavers, material));
      if (filled === undefined) return;
      seats = filled.after;
      f.within("replacements.rule", where, () => {
        same("left", filled.fills.map((x) => x.left), step.left);
        same("seated", filled.fills.flatMap((x) => (x.seated === undefined ? [] : [x.seated])), step.seated);
      });
      const text = this.artifacts.get(step.outcome);
      if (text === null) f.skip("replacements.rule", missing(step.outcome), true);
      else f.within("replacements.rule", where, () => checkReplacement(parseReplacement(text), terms, vacated.hash, filled.fills));
    }
    this.seats = seats.seated;
  }

  private freshSeed(vacated: Vacated, round: Round | undefined): Seed | undefined {
    const chain = this.chain(vacated.beacon!.chain);
    if (chain === undefined || round === undefined) return undefined;
    try {
      return deriveSeed("vacated", vacated.inner.text, verifyRound(chain, round));
    } catch {
      return undefined;
    }
  }

  /** §4.9. Whether the draw was cancelled: voided before anybody could know the result. */
  private voids(draw: DrawState): boolean {
    let cancelled = false;
    for (const d of this.ledger.attempts(draw.organiser, draw.purpose)) {
      if (d.voided === undefined) continue;
      const is = this.oneVoid(d, d.voided);
      if (d === draw) cancelled = is;
    }
    return cancelled;
  }

  private oneVoid(draw: DrawState, voided: Voided): boolean {
    const f = this.findings;
    const where = `steps[${this.find(voided).at}] (voided)`;
    const terms = draw.sealed?.terms;
    if (terms === undefined) {
      if (voided.round !== undefined) f.fail("voids", new Refused("a round of a draw that was not sealed"), where);
      return true;
    }
    const chain = this.chain(terms.beacon.chain);
    if (chain === undefined) return false;
    const time = timeOf(chain, terms.beacon.round)!;
    const limit = time - (this.trust?.marginSecs ?? 0);
    const before = this.trust?.policy === undefined ? voided.time < limit : this.cosignedBefore(this.find(voided), BigInt(limit)) === "in time";
    if (voided.round === undefined && !before) f.skip("voids", `what the abandoned draw '${draw.draw}' would have given cannot be shown: its step does not hold the round`, true);
    if (voided.reason === "beacon_lost") {
      if (voided.time < terms.drawBy) f.fail("voids", new Refused("beacon_lost before draw_by", `at least ${terms.drawBy}`, String(voided.time)), where);
      if (voided.round !== undefined && holds(() => verifyRound(chain, voided.round!))) f.fail("voids", new Refused("beacon_lost, and the round is there"), where);
    }
    if (voided.round !== undefined && voided.round.round !== terms.beacon.round) f.fail("beacon.signature", new Refused("another round than the sealed one", String(terms.beacon.round), String(voided.round.round)), where);
    return before;
  }
}

const NOT_HERE = "does not apply to this draw";

function missing(hash: string): string {
  return `artifact ${hash} is not in the bundle; give the folder that holds it`;
}

function holds(f: () => unknown): boolean {
  try { f(); return true; } catch { return false; }
}

function included(step: Step, index: bigint, proof: readonly Uint8Array[], checkpoint: Checkpoint): void {
  const root = rootFromInclusion(leafHash(utf8(step.note.whole)), index, checkpoint.size, proof);
  if (!sameBytes(root, checkpoint.root)) throw new Refused("the entry does not lie there", hex(checkpoint.root), hex(root));
}

