// The rules of §4 from step to step (§9.3 "How findings add up"): what keys, organisers and draws are after each of them.
// A step that breaks rules is taken in all the same, as far as it makes sense, and everything that it breaks is told, so that one failure does
// not hide another. Never reads an artifact but for who was drawn, which replay.ts tells.

import { type Chain, PINNED, type Round, type VerifiedRound, timeOf, verifyRound } from "./beacon";
import { Refused, sameBytes } from "./bytes";
import { sameKey } from "./bundle";
import { type ProtocolNote, type VKey, demandedSigners } from "./note";
import { parsePolicy } from "./policy";
import type { CheckId } from "./report";
import { type Announced, type Annulled, type DrawStep, type DrawnStep, type Erased, type KeyChange, type Opened, type Organiser, RECOVERY_SECS, type Replaced, type Sealed, type Step, type Vacated, type Voided, signedByService } from "./steps";
import { type BeaconRef, roundError } from "./terms";

const ZEROS = "0".repeat(64);

export interface Breach {
  readonly check: CheckId;
  readonly why: Refused;
}

type Phase = "announced" | "sealed" | "drawn" | "vacated" | "voided" | "annulled";

export interface Result { readonly step: DrawnStep; readonly round: VerifiedRound | undefined }
export interface Answer { readonly step: Replaced; readonly round: VerifiedRound | undefined }
export interface Vacancy { readonly step: Vacated; readonly roundTime: number | null; answer: Answer | undefined }

/** One draw. What counts where a step came twice: the latest announcement and result, the earliest seal, void, annulment and erasure. */
export class DrawState {
  readonly announcements: Announced[] = [];
  sealed: Sealed | undefined;
  chain: Chain | undefined;
  roundTime: number | null = null;
  readonly results: Result[] = [];
  readonly vacancies: Vacancy[] = [];
  voided: { readonly step: Voided; readonly round: VerifiedRound | undefined } | undefined;
  annulled: Annulled | undefined;
  erased: Erased | undefined;
  /** Who was drawn, where the outcome is at hand. */
  drawn: ReadonlySet<number> | undefined;
  readonly left = new Set<number>();
  readonly joined = new Set<number>();

  constructor(readonly first: Announced) {}

  get organiser(): string { return this.first.announcement.organiser; }
  get purpose(): string { return this.first.announcement.purpose; }
  get latest(): Announced["announcement"] { return this.announcements.at(-1)!.announcement; }

  phase(): Phase {
    if (this.annulled !== undefined) return "annulled";
    if (this.voided !== undefined) return "voided";
    if (this.openVacancy() !== undefined) return "vacated";
    if (this.results.length > 0) return "drawn";
    return this.sealed === undefined ? "announced" : "sealed";
  }

  openVacancy(): Vacancy | undefined {
    const last = this.vacancies.at(-1);
    const filled = this.sealed !== undefined && this.sealed.terms.replacement !== "none";
    return last !== undefined && filled && last.answer === undefined ? last : undefined;
  }

  /** Leaf hash of the latest `drawn` or `replaced`. */
  latestResult(): string | undefined {
    return this.vacancies.findLast((v) => v.answer !== undefined)?.answer?.step.hash ?? this.results.at(-1)?.step.hash;
  }

  closedBy(): string | undefined {
    return this.annulled?.hash ?? this.voided?.step.hash;
  }

  /** Undefined where nobody told who was drawn. */
  holdsSeat(index: number): boolean | undefined {
    if (this.left.has(index)) return false;
    if (this.joined.has(index)) return true;
    return this.drawn?.has(index);
  }

  inPool(index: number): boolean {
    return this.sealed === undefined || index < this.sealed.terms.pool.size;
  }
}

interface Enrolment { readonly step: Organiser; readonly from: number; cancelled: boolean }

export class Ledger {
  opened: Opened | undefined;
  readonly logKeys: VKey[] = [];
  /** For each log key the size of the log from which on it signs checkpoints. */
  private readonly logKeysFrom: number[] = [];
  readonly serviceKeys: VKey[] = [];
  readonly draws = new Map<string, DrawState>();
  readonly organisers = new Map<string, Enrolment[]>();
  time = 0;
  private closed = false;
  private next = 0;
  private head = ZEROS;
  private breaches: Breach[] = [];
  private round: VerifiedRound | undefined;

  /** The key that must have signed a checkpoint of this size (spec §4.2). */
  logKeyAt(size: bigint): VKey | undefined {
    return this.logKeys.filter((_, at) => BigInt(this.logKeysFrom[at]!) <= size).at(-1);
  }

  /** The service key by which the next step must be signed; the first step's is the one that it names itself. */
  serviceKey(step: Step): VKey | undefined {
    return this.serviceKeys.at(-1) ?? (step.kind === "opened" ? step.service : undefined);
  }

  /** Takes in a step that its service key signed, and tells what it breaks. `placeOnly`: a step that stands alone, for a linked pool. */
  apply(step: Step, placeOnly = false): readonly Breach[] {
    this.breaches = [];
    this.round = undefined;
    this.judgePlace(step);
    if (!placeOnly) this.judge(step);
    this.next = step.seq + 1;
    this.head = step.hash;
    this.time = Math.max(this.time, step.time);
    if (!placeOnly) this.record(step);
    return this.breaches;
  }

  /** The chain, if a log like this one may use it. */
  chain(hash: string): Chain | undefined {
    const rehearsal = this.opened?.rehearsal;
    return [...PINNED, ...(rehearsal === undefined ? [] : [rehearsal])].find((c) => c.hash === hash);
  }

  attempts(organiser: string, purpose: string): DrawState[] {
    return [...this.draws.values()].filter((d) => d.organiser === organiser && d.purpose === purpose);
  }

  /** The enrolment in force for a step at `time`. */
  inForce(id: string, time: number): Organiser | undefined {
    return (this.organisers.get(id) ?? []).findLast((e) => !e.cancelled && e.from <= time)?.step;
  }

  private breach(check: CheckId, message: string, expected: string | null = null, found: string | null = null): void {
    this.breaches.push({ check, why: new Refused(message, expected, found) });
  }

  private require(holds: boolean, check: CheckId, message: string, expected: unknown = null, found: unknown = null): void {
    const word = (v: unknown): string | null => (v === null || v === undefined ? null : String(v));
    if (!holds) this.breach(check, message, word(expected), word(found));
  }

  private judgePlace(step: Step): void {
    this.require(!this.closed, "log.chain", "a step after the log was closed");
    this.require(step.seq >= this.next, "log.chain", "a step that does not come after the one before it", `at least ${this.next}`, step.seq);
    // With a gap before it, what it links to is not here to be seen.
    const expected = step.seq === 0 ? ZEROS : this.head;
    if (step.seq === this.next || step.seq === 0) this.require(step.prev === expected, "log.chain", "prev is not the step before", expected, step.prev);
    this.require(step.time >= this.time, "log.chain", "time falls", `at least ${this.time}`, step.time);
  }

  private judge(step: Step): void {
    if (step.kind === "opened") {
      this.require(this.opened === undefined, "log.chain", "the log is opened twice");
      // A whole history could lie before it, and no bundle would show it.
      this.require(step.seq === 0, "log.chain", "a log is opened by its entry 0", 0, step.seq);
      this.require(!sameBytes(step.log.key, step.service.key), "log.chain", "log and service have one key");
      if (step.policy !== undefined) this.judgePolicy(step.policy);
    } else if (this.opened === undefined) this.breach("log.chain", "the log was not opened");
    else if (step.kind === "key") this.judgeKey(step);
    else if (step.kind === "organiser") this.judgeOrganiser(step);
    else if (step.kind !== "closed") this.judgeOfDraw(step);
  }

  private judgePolicy(text: string): void {
    try {
      parsePolicy(text);
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      this.breaches.push({ check: "log.chain", why: e });
    }
  }

  private judgeLog(log: string): void {
    const origin = this.opened!.log.name;
    this.require(log === origin, "terms.signatures", "a note for another log", origin, log);
  }

  private judgeKey(step: KeyChange): void {
    this.judgeLog(step.log);
    const inForce = (step.role === "log" ? this.logKeys : this.serviceKeys).at(-1)!;
    this.require(sameKey(inForce, step.old), "log.signature", "a key change from another key than the one in force", inForce.text, step.old.text);
    this.require(step.role === "service" || step.new.name === step.old.name, "log.signature", "a log key of another name", step.old.name, step.new.name);
    this.require(![...this.logKeys, ...this.serviceKeys].some((k) => sameBytes(k.key, step.new.key)), "log.signature", "a key that served before");
    const signers = this.signers("log.signature", step.inner, [step.old, step.new]);
    this.require(signers === undefined || signers.length === 2, "log.signature", "a key change is signed by the old and the new key", 2, signers?.length);
  }

  /** Undefined, and a breach, where a line is not by one of `keys`. */
  private signers(check: CheckId, note: ProtocolNote, keys: readonly VKey[]): VKey[] | undefined {
    try {
      return demandedSigners(note, keys);
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      this.breaches.push({ check, why: e });
      return undefined;
    }
  }

  private judgeOrganiser(step: Organiser): void {
    this.judgeLog(step.log);
    const highest = this.organisers.get(step.id)?.at(-1)?.step.version ?? 0;
    this.require(step.version === highest + 1, "organiser.keys", "another version than the highest ever logged plus 1", highest + 1, step.version);
    const old = this.inForce(step.id, step.time);
    const signers = this.signers("organiser.keys", step.inner, [...step.keys, ...(old?.keys ?? [])]);
    if (signers === undefined) return;
    const by = (keys: readonly VKey[]): number => keys.filter((k) => signers.some((s) => sameBytes(s.key, k.key))).length;
    this.require(by(step.keys) === step.keys.length, "organiser.keys", "an enrolment is signed by all of its keys", step.keys.length, by(step.keys));
    if (old !== undefined && !step.recovery) this.require(by(old.keys) >= old.threshold, "organiser.keys", "a new version is signed by the old threshold", old.threshold, by(old.keys));
  }

  /** `least` signatures are demanded even where the organiser's threshold is lower. */
  private judgeNote(note: ProtocolNote, log: string, organiser: string, time: number, least = 1): void {
    this.judgeLog(log);
    const enrolled = this.inForce(organiser, time);
    if (enrolled === undefined) return this.breach("organiser.keys", "an organiser who is not enrolled", null, organiser);
    const signers = this.signers("terms.signatures", note, enrolled.keys);
    const threshold = Math.max(enrolled.threshold, least);
    this.require(signers === undefined || signers.length >= threshold, "terms.signatures", "fewer signatures than are needed", threshold, signers?.length);
  }

  private judgeOfDraw(step: DrawStep): void {
    if (step.kind === "announced") return this.judgeAnnounced(step);
    const draw = this.draws.get(step.draw);
    if (draw === undefined) return this.breach("terms.attempts", "a draw that was not announced", null, step.draw);
    switch (step.kind) {
      case "sealed": return this.judgeSealed(draw, step);
      case "drawn": return this.judgeDrawn(draw, step);
      case "vacated": return this.judgeVacated(draw, step);
      case "replaced": return this.judgeReplaced(draw, step);
      case "voided": return this.judgeVoided(draw, step);
      case "annulled":
        this.judgeOrder(draw, ["drawn"]);
        this.judgeOfOrganiser(draw, step);
        return this.judgeAfter(draw, step.after);
      case "erased": return this.judgeErased(draw, step);
    }
  }

  private judgeOrder(draw: DrawState, allowed: readonly Phase[]): void {
    this.require(allowed.includes(draw.phase()), "log.chain", "this step cannot follow", allowed.join(" or "), draw.phase());
  }

  private judgeAfter(draw: DrawState, after: string): void {
    this.require(after === draw.latestResult(), "log.chain", "after is not the latest result", draw.latestResult(), after);
  }

  private judgeOfOrganiser(draw: DrawState, step: { inner: ProtocolNote; log: string; organiser: string; time: number }): void {
    this.require(step.organiser === draw.organiser, "terms.signatures", "the note of another organiser", draw.organiser, step.organiser);
    this.judgeNote(step.inner, step.log, step.organiser, step.time);
  }

  private judgeAnnounced(step: Announced): void {
    const a = step.announcement;
    this.judgeNote(step.inner, a.log, a.organiser, step.time);
    const draw = this.draws.get(a.draw);
    if (draw !== undefined) return this.judgePostponed(draw, a);
    this.require(a.postponed === 0, "terms.attempts", "the first announcement is a postponement", 0, a.postponed);
    const earlier = this.attempts(a.organiser, a.purpose);
    const last = earlier.at(-1);
    this.require(last === undefined || last.closedBy() !== undefined, "terms.attempts", "the attempt before is still open", null, last?.first.draw);
    this.require(a.attempt === earlier.length + 1, "terms.attempts", "another attempt than the next", earlier.length + 1, a.attempt);
    this.require(a.previous === last?.closedBy(), "terms.attempts", "previous is not the step that closed the attempt before", last?.closedBy(), a.previous);
  }

  private judgePostponed(draw: DrawState, a: Announced["announcement"]): void {
    const before = draw.latest;
    if (before.organiser !== a.organiser || before.purpose !== a.purpose) return this.breach("terms.attempts", "a draw's name is used again", null, a.draw);
    this.judgeOrder(draw, ["announced"]);
    this.require(a.postponed === before.postponed + 1, "terms.attempts", "postponements are counted", before.postponed + 1, a.postponed);
    for (const member of ["attempt", "previous"] as const) this.require(a[member] === before[member], "terms.attempts", `a postponement changes ${member}`, before[member], a[member]);
  }

  private judgeSealed(draw: DrawState, step: Sealed): void {
    this.judgeOrder(draw, ["announced"]);
    const terms = step.terms;
    this.judgeNote(terms.note, terms.log, terms.organiser, step.time, terms.pool.tableReason === undefined ? 1 : 2);
    const enrolled = this.inForce(terms.organiser, step.time);
    if (enrolled !== undefined) this.require(step.organiser === enrolled.hash, "organiser.keys", "the seal names another enrolment than the one in force", enrolled.hash, step.organiser);
    for (const member of ["attempt", "drawsAt", "organiser", "previous", "purpose"] as const) this.require(terms[member] === draw.latest[member], "terms.attempts", `the terms differ from the announcement in ${member}`, draw.latest[member], terms[member]);
    const chain = this.chain(terms.beacon.chain);
    if (chain === undefined) return this.breach("beacon.signature", "a beacon that is neither pinned nor this log's rehearsal", null, terms.beacon.chain);
    const time = this.judgeRound(chain, terms.beacon, terms.drawsAt, terms.drawBy);
    if (time !== null) this.require(step.time < time, "time.sealed", "sealed when the round was out", `before ${time}`, step.time);
  }

  /** §3's rule, and `draw_by` where there is one. The round's time if they hold. */
  private judgeRound(chain: Chain, beacon: BeaconRef, drawsAt: number, drawBy?: number): number | null {
    const wrong = roundError(chain, beacon, drawsAt);
    if (wrong !== null) {
      this.breaches.push({ check: "time.round", why: wrong });
      return null;
    }
    const time = timeOf(chain, beacon.round)!;
    if (drawBy !== undefined && drawBy < time) {
      this.breach("time.round", "draw_by is before the round", `at least ${time}`, String(drawBy));
      return null;
    }
    return time;
  }

  /** The round is the committed one and verifies. */
  private judgeBeacon(chain: Chain | undefined, committed: number, round: Round): void {
    if (round.round !== committed) return this.breach("beacon.signature", "another round than the committed one", String(committed), String(round.round));
    if (chain === undefined) return;
    try {
      this.round = verifyRound(chain, round);
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      this.breaches.push({ check: "beacon.signature", why: e });
    }
  }

  private judgeDrawn(draw: DrawState, step: DrawnStep): void {
    const phase = draw.phase();
    this.require(phase === "sealed" || (phase === "drawn" && draw.vacancies.length === 0), "log.chain", "this step cannot follow", "sealed, or drawn and nobody left", phase);
    this.require(step.terms === draw.sealed?.terms.hash, "log.chain", "drawn by other terms than the sealed ones", draw.sealed?.terms.hash, step.terms);
    if (draw.sealed === undefined) return;
    this.judgeBeacon(draw.chain, draw.sealed.terms.beacon.round, step.round);
    if (draw.roundTime !== null) this.require(step.time >= draw.roundTime, "time.sealed", "drawn before the round was out", `at least ${draw.roundTime}`, step.time);
  }

  private judgeVacated(draw: DrawState, step: Vacated): void {
    this.judgeOrder(draw, ["drawn"]);
    this.judgeOfOrganiser(draw, step);
    this.judgeAfter(draw, step.after);
    for (const { index } of step.seats) this.require((draw.holdsSeat(index) ?? true) && draw.inPool(index), "log.chain", "somebody gives up a seat who holds none", null, index);
    if (draw.sealed === undefined) return;
    const byBeacon = draw.sealed.terms.replacement === "beacon";
    this.require((step.beacon !== undefined) === byBeacon, "log.chain", "a fresh round is there exactly in mode beacon", draw.sealed.terms.replacement, step.beacon === undefined ? "no round" : "a round");
    if (step.beacon === undefined || step.drawsAt === undefined || draw.chain === undefined) return;
    if (step.beacon.chain !== draw.chain.hash) return this.breach("time.round", "a fresh round of another chain", draw.chain.hash, step.beacon.chain);
    const time = this.judgeRound(draw.chain, step.beacon, step.drawsAt);
    if (time !== null) this.require(step.time < time, "time.sealed", "given up when the fresh round was out", `before ${time}`, step.time);
  }

  private judgeReplaced(draw: DrawState, step: Replaced): void {
    this.judgeOrder(draw, ["vacated"]);
    const open = draw.openVacancy();
    this.require(step.vacated === open?.step.hash, "log.chain", "the replacement answers another step", open?.step.hash, step.vacated);
    if (open === undefined) return;
    const left = [...step.left].sort((a, b) => a - b);
    const leavers = open.step.seats.map((s) => s.index);
    this.require(left.length === leavers.length && left.every((n, i) => n === leavers[i]), "log.chain", "the replacement is not for exactly those who left", leavers.join(", "), left.join(", "));
    const followers = new Set(step.seated);
    this.require(followers.size === step.seated.length && followers.size <= left.length, "log.chain", "the replacement seats more people than left, or one twice");
    for (const index of followers) this.require(!draw.left.has(index) && draw.holdsSeat(index) !== true && draw.inPool(index), "log.chain", "somebody is seated who sits, or who left", null, index);
    const fresh = open.step.beacon;
    this.require((step.round !== undefined) === (fresh !== undefined), "log.chain", "a round is there exactly in mode beacon");
    if (fresh === undefined || step.round === undefined) return;
    this.judgeBeacon(draw.chain, fresh.round, step.round);
    if (open.roundTime !== null) this.require(step.time >= open.roundTime, "time.sealed", "replaced before the round was out", `at least ${open.roundTime}`, step.time);
  }

  private judgeVoided(draw: DrawState, step: Voided): void {
    this.judgeOrder(draw, ["announced", "sealed"]);
    if (step.inner !== undefined) this.judgeOfOrganiser(draw, { inner: step.inner, log: step.log!, organiser: step.organiser!, time: step.time });
    if (draw.sealed === undefined) {
      const needsSeal = step.reason === "no_quorum" || step.reason === "beacon_lost";
      return this.require(!needsSeal && step.round === undefined, "voids", "nothing was sealed: this reason cannot be, and there is no round to show", null, step.reason);
    }
    if (step.round !== undefined) {
      this.require(draw.roundTime !== null && step.time >= draw.roundTime, "voids", "the void shows a round that was not out yet", draw.roundTime === null ? null : `at least ${draw.roundTime}`, step.time);
      this.judgeBeacon(draw.chain, draw.sealed.terms.beacon.round, step.round);
    }
    if (step.reason !== "beacon_lost") return;
    const { drawBy } = draw.sealed.terms;
    this.require(step.time >= drawBy, "voids", "a beacon is lost only from draw_by on", `at least ${drawBy}`, step.time);
    this.require(this.round === undefined, "voids", "the beacon is said to be lost, and its round is there");
  }

  private judgeErased(draw: DrawState, step: Erased): void {
    this.judgeOrder(draw, ["drawn", "vacated", "voided", "annulled"]);
    this.judgeOfOrganiser(draw, step);
    this.require(draw.erased === undefined, "log.chain", "erased twice");
    this.require(step.root === draw.sealed?.terms.pool.root, "log.chain", "another pool is erased", draw.sealed?.terms.pool.root, step.root);
  }

  private record(step: Step): void {
    switch (step.kind) {
      case "opened":
        if (this.opened !== undefined) return;
        this.opened = step;
        this.logKeys.push(step.log);
        this.logKeysFrom.push(0);
        this.serviceKeys.push(step.service);
        return;
      case "key":
        (step.role === "log" ? this.logKeys : this.serviceKeys).push(step.new);
        if (step.role === "log") this.logKeysFrom.push(step.seq + 1);
        return;
      case "closed": this.closed = true; return;
      case "organiser": {
        const before = this.organisers.get(step.id) ?? [];
        for (const e of before) if (e.from > step.time) e.cancelled = true;
        this.organisers.set(step.id, [...before, { step, from: step.recovery ? step.time + RECOVERY_SECS : step.time, cancelled: false }]);
        return;
      }
      case "announced": {
        const draw = this.draws.get(step.draw) ?? new DrawState(step);
        draw.announcements.push(step);
        this.draws.set(step.draw, draw);
        return;
      }
      default: {
        const draw = this.draws.get(step.draw);
        if (draw !== undefined) this.recordInDraw(draw, step);
      }
    }
  }

  private recordInDraw(draw: DrawState, step: Exclude<DrawStep, Announced>): void {
    const round = this.round;
    switch (step.kind) {
      case "sealed":
        if (draw.sealed !== undefined) return;
        draw.sealed = step;
        draw.chain = this.chain(step.terms.beacon.chain);
        draw.roundTime = draw.chain === undefined ? null : timeOf(draw.chain, step.terms.beacon.round);
        return;
      case "drawn":
        draw.results.push({ step, round });
        draw.drawn = undefined;
        return;
      case "vacated":
        for (const seat of step.seats) draw.left.add(seat.index);
        draw.vacancies.push({ step, answer: undefined, roundTime: draw.chain === undefined || step.beacon === undefined ? null : timeOf(draw.chain, step.beacon.round) });
        return;
      case "replaced": {
        const open = draw.vacancies.find((v) => v.step.hash === step.vacated);
        if (open === undefined || open.answer !== undefined) return;
        open.answer = { step, round };
        for (const index of step.seated) draw.joined.add(index);
        return;
      }
      case "voided": draw.voided ??= { step, round }; return;
      case "annulled": draw.annulled ??= step; return;
      case "erased": draw.erased ??= step; return;
    }
  }
}

/** Whether the step's signature is by the service key that is in force at its place. */
export function believed(step: Step, ledger: Ledger): boolean {
  const key = ledger.serviceKey(step);
  return key !== undefined && signedByService(step, key);
}
