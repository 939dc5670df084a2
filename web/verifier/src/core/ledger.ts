// The rules of §4 from step to step: what the log's keys, organisers and draws are after each of them.
// A step that breaks a rule changes nothing; the rule's check gets the evidence. Never reads an artifact: those are verify.ts's.

import { type Chain, roundFor, timeOf } from "./beacon";
import { Refused } from "./bytes";
import { sameKey } from "./bundle";
import { type ProtocolNote, type VKey, demandedSigners, distinct } from "./note";
import type { CheckId } from "./report";
import { type Annulled, type Announced, type DrawStep, type DrawnStep, type Erased, type KeyChange, type Opened, type Organiser, RECOVERY_SECS, type Replaced, type Sealed, type Step, type Vacated, type Voided, signedByService } from "./steps";

const ZEROS = "0".repeat(64);

/** A refusal that knows which check it belongs to. */
export class Breach extends Error {
  constructor(readonly check: CheckId, readonly why: Refused) { super(why.message); }
}

export interface DrawState {
  readonly draw: string;
  readonly organiser: string;
  readonly purpose: string;
  readonly attempt: number;
  announcements: Announced[];
  sealed: Sealed | undefined;
  drawn: DrawnStep[];
  vacated: Vacated[];
  replaced: Replaced[];
  voided: Voided | undefined;
  annulled: Annulled | undefined;
  erased: Erased | undefined;
}

interface Enrolment { readonly step: Organiser; readonly from: number; cancelled: boolean }

export interface Rules {
  readonly chains: readonly Chain[];
  readonly pins: ReadonlyMap<string, { readonly keys: readonly VKey[]; readonly threshold: number }>;
}

export class Ledger {
  opened: Opened | undefined;
  closed = false;
  logKeys: VKey[] = [];
  serviceKeys: VKey[] = [];
  readonly draws = new Map<string, DrawState>();
  private readonly organisers = new Map<string, Enrolment[]>();
  private last: Step | undefined;

  constructor(private readonly rules: Rules) {}

  /** Takes a step, or throws the `Breach` for which it is not taken. */
  apply(step: Step): void {
    this.follow(step);
    if (!signedByService(step, this.serviceKeys.at(-1)!)) breach("log.signature", "the step is not signed by the service key in force", this.serviceKeys.at(-1)!.text, step.note.lines[0]!.name);
    switch (step.kind) {
      case "opened": break;
      case "key": this.key(step); break;
      case "closed": this.closed = true; break;
      case "organiser": this.organiser(step); break;
      default: this.drawStep(step);
    }
  }

  private follow(step: Step): void {
    const last = this.last;
    this.last = step;
    if (last === undefined) {
      if (step.kind !== "opened" || step.seq !== 0 || step.prev !== ZEROS) breach("log.chain", "the first step is not the log's opening", "opened, entry 0", `${step.kind}, entry ${step.seq}`);
      const opened = step as Opened;
      this.opened = opened;
      this.logKeys = [opened.log];
      this.serviceKeys = [opened.service];
      return;
    }
    if (step.kind === "opened") breach("log.chain", "the log is opened twice");
    if (this.closed) breach("log.chain", "a step after the log was closed");
    if (step.time < last.time) breach("log.chain", "time falls", `at least ${last.time}`, String(step.time));
    if (step.seq === last.seq + 1 && step.prev !== last.hash) breach("log.chain", "prev is not the step before", last.hash, step.prev);
  }

  private key(step: KeyChange): void {
    this.ownLog(step.log);
    const keys = step.role === "log" ? this.logKeys : this.serviceKeys;
    if (!sameKey(keys.at(-1)!, step.old)) breach("log.signature", "a key change from another key than the one in force", keys.at(-1)!.text, step.old.text);
    if (keys.some((k) => sameKey(k, step.new))) breach("log.signature", "a key that was used before");
    if (step.role === "log" && step.new.name !== this.origin()) breach("log.signature", "a log key of another name", this.origin(), step.new.name);
    const signers = signed("log.signature", step.inner, [step.old, step.new]);
    if (signers.length !== 2) breach("log.signature", "a key change is signed by the old and the new key", "2", String(signers.length));
    keys.push(step.new);
  }

  private origin(): string {
    return this.opened!.log.name;
  }

  private ownLog(log: string): void {
    if (log !== this.origin()) breach("log.chain", "a note for another log", this.origin(), log);
  }

  /** The enrolment in force for `id` before a step at `time`. */
  inForce(id: string, time: number): Organiser | undefined {
    const all = (this.organisers.get(id) ?? []).filter((e) => !e.cancelled && e.from <= time);
    return all.at(-1)?.step;
  }

  private organiser(step: Organiser): void {
    this.ownLog(step.log);
    const before = this.organisers.get(step.id) ?? [];
    const highest = before.at(-1)?.step.version ?? 0;
    if (step.version !== highest + 1) breach("organiser.keys", "another version than the next", String(highest + 1), String(step.version));
    const old = this.inForce(step.id, step.time);
    const signers = signed("organiser.keys", step.inner, step.recovery || old === undefined ? step.keys : [...step.keys, ...old.keys]);
    const by = (keys: readonly VKey[]): number => distinct(signers.filter((s) => keys.some((k) => sameKey(k, s)))).length;
    if (by(step.keys) !== step.keys.length) breach("organiser.keys", "an enrolment is signed by all of its keys", String(step.keys.length), String(by(step.keys)));
    if (old === undefined) {
      const pin = this.rules.pins.get(step.id);
      if (pin !== undefined && !(pin.threshold === step.threshold && pin.keys.length === step.keys.length && pin.keys.every((k) => step.keys.some((s) => sameKey(k, s))))) breach("organiser.keys", "the first enrolment is not the one of the trust file", pin.keys.map((k) => k.text).join(" "), step.keys.map((k) => k.text).join(" "));
    } else if (!step.recovery) {
      if (by(old.keys) < old.threshold) breach("organiser.keys", "a new version is signed by the old threshold", String(old.threshold), String(by(old.keys)));
      for (const e of before) if (e.from > step.time) e.cancelled = true;
    }
    this.organisers.set(step.id, [...before, { step, from: step.recovery ? step.time + RECOVERY_SECS : step.time, cancelled: false }]);
  }

  private authority(check: CheckId, note: ProtocolNote, id: string, time: number): Organiser {
    const organiser = this.inForce(id, time);
    if (organiser === undefined) breach("organiser.keys", "an organiser who is not enrolled", null, id);
    const signers = signed(check, note, organiser!.keys);
    if (signers.length < organiser!.threshold) breach(check, "fewer signatures than the threshold", String(organiser!.threshold), String(signers.length));
    return organiser!;
  }

  private drawStep(step: DrawStep): void {
    if (step.kind === "announced") return this.announced(step);
    const draw = this.draws.get(step.draw);
    if (draw === undefined) return void breach(step.kind === "sealed" ? "terms.attempts" : "log.chain", "a draw that was not announced", null, step.draw);
    switch (step.kind) {
      case "sealed": return this.sealed(draw, step);
      case "drawn": return this.drawn(draw, step);
      case "replaced": return this.replaced(draw, step);
      case "vacated": return this.vacated(draw, step);
      case "voided": return this.voided(draw, step);
      case "annulled": return this.annulled(draw, step);
      case "erased": return this.erased(draw, step);
    }
  }

  private announced(step: Announced): void {
    const a = step.announcement;
    this.ownLog(a.log);
    this.authority("terms.signatures", step.inner, a.organiser, step.time);
    const draw = this.draws.get(a.draw);
    if (draw !== undefined) {
      const first = draw.announcements[0]!.announcement;
      if (draw.sealed !== undefined || draw.voided !== undefined) breach("terms.attempts", "a postponement after the draw was sealed or voided");
      if (a.postponed !== draw.announcements.length) breach("terms.attempts", "postponements are counted", String(draw.announcements.length), String(a.postponed));
      for (const member of ["attempt", "organiser", "previous", "purpose"] as const) if (a[member] !== first[member]) breach("terms.attempts", `a postponement changes ${member}`, String(first[member]), String(a[member]));
      draw.announcements.push(step);
      return;
    }
    if (a.postponed !== 0) breach("terms.attempts", "the first announcement is a postponement", "0", String(a.postponed));
    const earlier = this.attempts(a.organiser, a.purpose);
    const last = earlier.at(-1);
    if (a.attempt !== earlier.length + 1) breach("terms.attempts", "another attempt than the next", String(earlier.length + 1), String(a.attempt));
    if (last !== undefined) {
      const closing = last.voided?.hash ?? last.annulled?.hash;
      if (closing === undefined) breach("terms.attempts", "the attempt before is still open", null, last.draw);
      if (a.previous !== closing) breach("terms.attempts", "previous is not the step that closed the attempt before", closing ?? null, a.previous ?? null);
    }
    this.draws.set(a.draw, { draw: a.draw, organiser: a.organiser, purpose: a.purpose, attempt: a.attempt, announcements: [step], sealed: undefined, drawn: [], vacated: [], replaced: [], voided: undefined, annulled: undefined, erased: undefined });
  }

  attempts(organiser: string, purpose: string): DrawState[] {
    return [...this.draws.values()].filter((d) => d.organiser === organiser && d.purpose === purpose);
  }

  private sealed(draw: DrawState, step: Sealed): void {
    const terms = step.terms;
    this.ownLog(terms.log);
    if (draw.sealed !== undefined) breach("log.chain", "a draw is sealed twice");
    if (draw.voided !== undefined) breach("log.chain", "a seal after the draw was voided");
    const organiser = this.authority("terms.signatures", terms.note, terms.organiser, step.time);
    if (step.organiser !== organiser.hash) breach("organiser.keys", "the seal names another enrolment than the one in force", organiser.hash, step.organiser);
    const latest = draw.announcements.at(-1)!.announcement;
    for (const member of ["attempt", "drawsAt", "organiser", "previous", "purpose"] as const) if (terms[member] !== latest[member]) breach("terms.attempts", `the terms differ from the announcement in ${member}`, String(latest[member]), String(terms[member]));
    const chain = this.chain(terms.beacon.chain);
    draw.sealed = step;
    this.round(chain, terms.beacon.round, terms.drawsAt);
    const time = timeOf(chain, terms.beacon.round)!;
    if (terms.drawBy < time) breach("time.round", "draw_by is before the round", `at least ${time}`, String(terms.drawBy));
    if (step.time >= time) breach("time.sealed", "sealed when the round was out", `before ${time}`, String(step.time));
  }

  private chain(hash: string): Chain {
    const chain = this.rules.chains.find((c) => c.hash === hash);
    if (chain === undefined) breach("beacon.signature", "a beacon chain that is not accepted", this.rules.chains.map((c) => c.hash).join(", "), hash);
    return chain!;
  }

  private round(chain: Chain, round: number, drawsAt: number): void {
    const right = roundFor(chain, drawsAt);
    if (right !== round) breach("time.round", "the round is not the first after draws_at", right === null ? null : String(right), String(round));
  }

  private drawn(draw: DrawState, step: DrawnStep): void {
    const sealed = draw.sealed;
    if (sealed === undefined) return void breach("log.chain", "drawn before it was sealed");
    if (draw.voided !== undefined || draw.annulled !== undefined || draw.vacated.length > 0) breach("log.chain", "drawn after the draw was closed or seats were given up");
    if (step.terms !== sealed.terms.hash) breach("log.chain", "drawn by other terms than the sealed ones", sealed.terms.hash, step.terms);
    if (step.round.round !== sealed.terms.beacon.round) breach("beacon.signature", "another round than the sealed one", String(sealed.terms.beacon.round), String(step.round.round));
    const time = timeOf(this.chain(sealed.terms.beacon.chain), step.round.round);
    if (time !== null && step.time < time) breach("time.round", "drawn before the round", `at least ${time}`, String(step.time));
    draw.drawn.push(step);
  }

  private latestResult(draw: DrawState): string | undefined {
    return draw.replaced.at(-1)?.hash ?? draw.drawn.at(-1)?.hash;
  }

  private openVacancy(draw: DrawState): Vacated | undefined {
    const last = draw.vacated.at(-1);
    return last !== undefined && !draw.replaced.some((r) => r.vacated === last.hash) && draw.sealed!.terms.replacement !== "none" ? last : undefined;
  }

  private vacated(draw: DrawState, step: Vacated): void {
    this.ownNote(draw, step);
    if (draw.drawn.length === 0 || draw.annulled !== undefined) breach("log.chain", "seats are given up before there are any, or after the draw was annulled");
    if (this.openVacancy(draw) !== undefined) breach("log.chain", "seats are given up while others are still open");
    const after = this.latestResult(draw);
    if (step.after !== after) breach("log.chain", "after is not the latest result", after ?? null, step.after);
    const terms = draw.sealed!.terms;
    if ((terms.replacement === "beacon") !== (step.beacon !== undefined)) breach("log.chain", "a fresh round is there exactly in mode beacon", terms.replacement, step.beacon === undefined ? "no round" : "a round");
    if (step.beacon !== undefined) {
      if (step.beacon.chain !== terms.beacon.chain) breach("time.round", "the fresh round is of another chain", terms.beacon.chain, step.beacon.chain);
      const chain = this.chain(step.beacon.chain);
      this.round(chain, step.beacon.round, step.drawsAt!);
      const time = timeOf(chain, step.beacon.round)!;
      if (step.time >= time) breach("time.sealed", "given up when the fresh round was out", `before ${time}`, String(step.time));
    }
    draw.vacated.push(step);
  }

  private replaced(draw: DrawState, step: Replaced): void {
    const open = draw.sealed === undefined ? undefined : this.openVacancy(draw);
    if (open === undefined || draw.annulled !== undefined) return void breach("log.chain", "a replacement without a vacancy");
    if (step.vacated !== open.hash) breach("log.chain", "a replacement for another step", open.hash, step.vacated);
    if ((open.beacon !== undefined) !== (step.round !== undefined)) breach("log.chain", "a round is there exactly in mode beacon");
    if (step.round !== undefined && step.round.round !== open.beacon!.round) breach("beacon.signature", "another round than the vacated step's", String(open.beacon!.round), String(step.round.round));
    if (step.round !== undefined) {
      const time = timeOf(this.chain(open.beacon!.chain), step.round.round);
      if (time !== null && step.time < time) breach("time.round", "replaced before the round", `at least ${time}`, String(step.time));
    }
    draw.replaced.push(step);
  }

  private ownNote(draw: DrawState, step: { inner: ProtocolNote; log: string; organiser: string; time: number }): void {
    this.ownLog(step.log);
    if (step.organiser !== draw.organiser) breach("log.chain", "another organiser's draw", draw.organiser, step.organiser);
    this.authority("terms.signatures", step.inner, step.organiser, step.time);
  }

  private voided(draw: DrawState, step: Voided): void {
    if (step.inner !== undefined) this.ownNote(draw, { inner: step.inner, log: step.log!, organiser: step.organiser!, time: step.time });
    if (draw.voided !== undefined || draw.drawn.length > 0) breach("log.chain", "voided twice, or after it was drawn");
    draw.voided = step;
  }

  private annulled(draw: DrawState, step: Annulled): void {
    this.ownNote(draw, step);
    if (draw.drawn.length === 0 || draw.annulled !== undefined) breach("log.chain", "annulled twice, or before it was drawn");
    if (this.openVacancy(draw) !== undefined) breach("log.chain", "annulled while a vacancy is open");
    if (step.after !== this.latestResult(draw)) breach("log.chain", "after is not the latest result", this.latestResult(draw) ?? null, step.after);
    draw.annulled = step;
  }

  private erased(draw: DrawState, step: Erased): void {
    this.ownNote(draw, step);
    if (draw.erased !== undefined) breach("log.chain", "erased twice");
    if (draw.drawn.length === 0 && draw.voided === undefined) breach("log.chain", "erased before the draw was drawn or closed");
    if (draw.sealed === undefined || step.root !== draw.sealed.terms.pool.root) breach("log.chain", "another pool is erased", draw.sealed?.terms.pool.root ?? null, step.root);
    draw.erased = step;
  }
}

function signed(check: CheckId, note: ProtocolNote, keys: readonly VKey[]): VKey[] {
  try {
    return demandedSigners(note, keys);
  } catch (e) {
    if (e instanceof Refused) throw new Breach(check, e);
    throw e;
  }
}

function breach(check: CheckId, message: string, expected: string | null = null, found: string | null = null): void {
  throw new Breach(check, new Refused(message, expected, found));
}

