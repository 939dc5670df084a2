// When (spec §8): sealed before the round, by whose word, from the beacon that was named; and whether a draw was given up before anybody could know.

import { type Placed, readTlogProof } from "./bundle";
import { Refused } from "./bytes";
import type { Case } from "./case";
import type { Checkpoint } from "./checkpoint";
import type { DrawState } from "./ledger";
import { quorumMetAt } from "./policy";
import { Findings } from "./report";
import { readToken } from "./tokens";

type InTime = { readonly kind: "yes" | "late" | "missing" } | { readonly kind: "false"; readonly why: Refused };

export function checkTimes(c: Case, draw: DrawState): void {
  const { f } = c;
  const timed: { step: Placed["step"]; time: number | null }[] = [{ step: draw.sealed!, time: draw.roundTime }];
  for (const v of draw.vacancies) if (v.step.beacon !== undefined) timed.push({ step: v.step, time: v.roundTime });
  f.require("time.round", "time.sealed");
  f.ran("time.round", "time.sealed");
  if (timed.some((t) => t.time === null)) {
    f.skip("time.round", "the time of the committed round is not known");
    f.skip("time.sealed", "the time of the committed round is not known");
  }
  if (c.trust?.policy === undefined) {
    const words = "by the service's own clock; no witness policy was given, so nobody else vouches for the time";
    return c.options.strict === true ? f.skip("time.sealed", words) : f.note("time.sealed", words);
  }
  for (const { step, time } of timed) {
    if (time === null) continue;
    const found = witnessedBefore(c, step, time);
    if (found.kind === "late") f.fail("time.sealed", new Refused("witnessed too late", `before ${time - c.trust.marginSecs}`), step.kind);
    if (found.kind === "false") f.fail("time.sealed", found.why, step.kind);
    if (found.kind === "missing") f.skip("time.sealed", `${step.kind}: not shown to be witnessed in time`);
  }
}

/** P6 (§8): whether a checkpoint that covers the step bore the quorum before the round, less the margin. Only with a policy. */
function witnessedBefore(c: Case, step: Placed["step"], time: number): InTime {
  const policy = c.trust!.policy!;
  const limit = BigInt(Math.max(0, time - c.trust!.marginSecs));
  const judge = (checkpoint: Checkpoint | undefined): InTime | undefined => {
    if (checkpoint === undefined) return undefined;
    try {
      const met = quorumMetAt(policy, checkpoint, c.ledger.logKeys);
      return { kind: met === null ? "missing" : met < limit ? "yes" : "late" };
    } catch (e) {
      if (e instanceof Refused) return { kind: "false", why: e };
      throw e;
    }
  };
  const earlier = judge(c.steps.find((s) => s.step === step)?.witnessed);
  const newest = judge(c.newest);
  if (earlier?.kind === "yes" || newest?.kind === "yes") return { kind: "yes" };
  if (earlier !== undefined) return earlier;
  // The newest checkpoint is naturally late: it says nothing about when the step was witnessed first.
  return newest === undefined || newest.kind === "late" ? { kind: "missing" } : newest;
}

/** §9.4. This verifier reads tokens and does not check their signatures. */
export function readTokens(c: Case, draw: DrawState): void {
  const seal = c.steps.find((s) => s.step === draw.sealed);
  const witnessed = seal === undefined ? undefined : c.raw.steps[seal.at]!.witnessed;
  let any = false;
  for (const { at } of c.steps) {
    const w = c.raw.steps[at]!.witnessed;
    if (w === undefined || w.tokens.length === 0) continue;
    any = true;
    const checkpoint = readTlogProof(w.proof, at, new Findings())?.checkpoint;
    w.tokens.forEach((token) => c.f.within("time.tokens", `steps[${at}]`, () => readToken(token, checkpoint?.note.text)));
  }
  if (!any || witnessed === undefined || witnessed.tokens.length === 0) c.f.skip("time.tokens", "no outside timestamps");
  else c.f.skip("time.tokens", "this verifier does not check the signatures of outside timestamps");
}

export function checkBeacon(c: Case, draw: DrawState): void {
  const { f } = c;
  const hash = draw.sealed!.terms.beacon.chain;
  const shown = draw.voided?.round !== undefined || draw.results.length > 0;
  const cancelled = draw.voided !== undefined && cancelledByOwnTime(draw, 0);
  const come = draw.roundTime !== null && c.ledger.time >= draw.roundTime;
  if (come && !cancelled) f.require("beacon.signature");
  const accepted = c.trust === undefined || [...c.trust.chains, c.trust.rehearsal].some((chain) => chain?.hash === hash);
  if (!accepted) f.fail("beacon.signature", new Refused("the beacon chain is not one that the trust file accepts", null, hash));
  else if (shown) f.ran("beacon.signature");
  else f.skip("beacon.signature", cancelled ? "cancelled before the round" : "no step holds the round yet");
}

function cancelledByOwnTime(draw: DrawState, margin: number): boolean {
  if (draw.voided === undefined) return false;
  return draw.sealed === undefined || (draw.roundTime !== null && draw.voided.step.time < Math.max(0, draw.roundTime - margin));
}

/** §4.9: given up before anybody could know the result. */
export function cancelled(c: Case, draw: DrawState): boolean {
  if (draw.voided === undefined) return false;
  if (draw.sealed === undefined) return true;
  if (!cancelledByOwnTime(draw, c.trust?.marginSecs ?? 0)) return false;
  return c.trust?.policy === undefined || witnessedBefore(c, draw.voided.step, draw.roundTime!).kind === "yes";
}
