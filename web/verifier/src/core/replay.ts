// The steps of a bundle, one after another (spec §4): who signed them, what they do to the state of the log, and whose keys count.
// Never takes a step into account that the service's key did not sign.

import { sameKey } from "./bundle";
import { Refused } from "./bytes";
import type { Case } from "./case";
import { believed } from "./ledger";
import type { VKey } from "./note";
import { type Outcome, parseOutcome } from "./outcome";

/** Signatures of the steps, and the rules of §4 from step to step. */
export function replay(c: Case): void {
  for (const placed of c.scope.placed) {
    const { step, at } = placed;
    const where = `steps[${at}] (${step.kind})`;
    if (!believed(step, c.ledger)) {
      c.f.fail("log.signature", new Refused("the step is not signed by the service key in force", c.ledger.serviceKey(step)?.text ?? "an opened step", step.note.lines[0]!.name), where);
      continue;
    }
    const alone = c.scope.fromSteps.has(at);
    for (const { check, why } of c.ledger.apply(step, alone)) c.f.fail(check, why, where);
    if (step.kind === "drawn" && !alone) {
      const outcome = readOutcome(c, step.outcome);
      const state = c.ledger.draws.get(step.draw);
      if (state !== undefined && outcome !== undefined) state.drawn = new Set(outcome.drawn.map((o) => o.index));
      if (step.draw === c.raw.draw) c.outcome = outcome;
    }
    c.steps.push({ ...placed, witnessed: undefined });
  }
  if (c.ledger.opened !== undefined) c.f.ran("organiser.keys", "terms.signatures", "terms.attempts");
}

function readOutcome(c: Case, hash: string): Outcome | undefined {
  const text = c.artifacts.get(hash);
  try {
    return text === undefined ? undefined : parseOutcome(text);
  } catch (e) {
    if (e instanceof Refused) return undefined;
    throw e;
  }
}

export function checkKeys(c: Case): void {
  const inForce = c.ledger.logKeys.at(-1);
  if (inForce === undefined || !sameKey(inForce, c.raw.log)) c.f.fail("log.signature", new Refused("the bundle names another log key than its steps", inForce?.text ?? "an opened step", c.raw.log.text));
  if (c.trust === undefined) return;
  const pinned = (key: VKey, shown: readonly VKey[], whose: string): void => {
    if (!shown.some((k) => sameKey(k, key))) c.f.fail("log.signature", new Refused(`the bundle's ${whose} key is not the one that the trust file names`, key.text, shown.at(-1)?.text ?? "none"));
  };
  pinned(c.trust.log, c.ledger.logKeys, "log");
  pinned(c.trust.service, c.ledger.serviceKeys, "service");
}

/** The organiser's first enrolment is the one that trust pins. */
export function checkPins(c: Case): void {
  const id = c.draw?.organiser;
  const pin = id === undefined ? undefined : c.trust?.organisers.get(id);
  const first = id === undefined ? undefined : c.ledger.organisers.get(id)?.[0]?.step;
  if (pin === undefined || first === undefined) return;
  const show = (threshold: number, keys: readonly VKey[]): string => `${threshold} of ${keys.map((k) => k.text).sort().join(" ")}`;
  const [expected, found] = [show(pin.threshold, pin.keys), show(first.threshold, first.keys)];
  if (expected !== found) c.f.fail("organiser.keys", new Refused(`organiser '${id}' enrolled with other keys than the trust file pins`, expected, found));
}
