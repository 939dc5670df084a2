// Bundle → report (spec §9): every check of §9.3, whatever the others found. Composes the parts; reads no clock, no file and no network.
// Never stops at "invalid" without naming the check, and never takes a step into account that the service's key did not sign.

import { type RawBundle, readBundle } from "./bundle";
import { Refused, fromUtf8 } from "./bytes";
import { Case, type Options } from "./case";
import type { DrawState, Ledger } from "./ledger";
import { gather } from "./material";
import type { Drawn, Material } from "./methods";
import type { Outcome } from "./outcome";
import { checkAnchor, checkProofs, checkWitnesses } from "./proofs";
import type { Seats } from "./replacement";
import { checkKeys, checkPins, replay } from "./replay";
import { type Report, unreadable } from "./report";
import { checkOutcome, checkReplacements } from "./results";
import { cancelled, checkBeacon, checkTimes, readTokens } from "./times";
import { checkVoids } from "./voids";

export type { Options } from "./case";

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
  const c = new Case(raw, options);
  replay(c);
  checkKeys(c);
  checkProofs(c);
  checkAnchor(c);
  checkWitnesses(c);
  checkPins(c);
  const { draw } = c;
  if (draw !== undefined) checkDraw(c, draw);
  checkVoids(c);
  const rehearsal = c.ledger.opened?.rehearsal !== undefined;
  return { report: c.f.report(rehearsal), draw, ledger: c.ledger, outcome: c.outcome, given: c.given, seats: c.seats, cancelled: draw !== undefined && cancelled(c, draw), material: c.used };
}

function checkDraw(c: Case, draw: DrawState): void {
  const { sealed } = draw;
  if (sealed === undefined) return;
  checkTimes(c, draw);
  readTokens(c, draw);
  checkBeacon(c, draw);
  const material = gather(c, draw, sealed.terms);
  c.used = material;
  checkOutcome(c, draw, sealed.terms, material);
  checkReplacements(c, draw, sealed.terms, material);
}
