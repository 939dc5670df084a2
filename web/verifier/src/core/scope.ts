// What a bundle may hold (spec §9.1): which draws it is about, and whether a step belongs to it. Read from what the entries claim, before any
// signature is checked: it decides only what is superfluous, and never what is true.

import type { Placed } from "./bundle";
import { Refused } from "./bytes";
import type { Findings } from "./report";
import type { Step } from "./steps";

export class Scope {
  /** Every artifact that a step or terms name. */
  readonly named: ReadonlySet<string>;
  /** Places of the earlier draw's steps that a linked pool needs; they stand alone. */
  readonly fromSteps: ReadonlySet<number>;

  constructor(readonly placed: readonly Placed[], draw: string, findings: Findings) {
    const steps = placed.map((p) => p.step);
    const announcements = steps.flatMap((s) => (s.kind === "announced" ? [s.announcement] : []));
    const own = announcements.find((a) => a.draw === draw);
    if (own === undefined) findings.fail("format", new Refused("the bundle does not hold the announcement of its draw", draw));
    const draws = new Set(announcements.filter((a) => a.organiser === own?.organiser && a.purpose === own.purpose && a.attempt <= own.attempt).map((a) => a.draw));
    const terms = steps.find((s) => s.kind === "sealed" && s.draw === draw);
    const from = terms?.kind === "sealed" ? terms.terms.pool.from : undefined;
    const belongs = (s: Step): boolean => {
      if (s.kind === "opened" || s.kind === "key") return true;
      if (s.kind === "closed") return false;
      return s.kind === "organiser" ? s.id === own?.organiser : draws.has(s.draw);
    };
    const fromSteps = new Set<number>();
    let drawn = false;
    const replacements = new Set(from?.replacements);
    for (const { at, step } of placed) {
      if (belongs(step)) continue;
      if (step.kind === "drawn" && step.draw === from?.draw && !drawn) {
        drawn = true;
        fromSteps.add(at);
      } else if (step.kind === "replaced" && step.draw === from?.draw && replacements.delete(step.outcome)) fromSteps.add(at);
      else findings.fail("format", new Refused("does not belong to this bundle"), `steps[${at}] (${step.kind})`);
    }
    this.fromSteps = fromSteps;
    if (placed[0]?.at !== 0 || placed[0].step.kind !== "opened") findings.fail("format", new Refused("the first step of a bundle is the log's opened step"));
    placed.forEach(({ at, step }, i) => {
      if (i > 0 && step.seq <= steps[i - 1]!.seq) findings.fail("format", new Refused("not after the step before it in the log", `above ${steps[i - 1]!.seq}`, String(step.seq)), `steps[${at}] (${step.kind})`);
    });
    this.named = new Set(steps.flatMap(named));
  }
}

function named(step: Step): string[] {
  if (step.kind === "drawn" || step.kind === "replaced") return [step.outcome];
  if (step.kind !== "sealed") return [];
  const { method, pool } = step.terms;
  const all = [pool.table, pool.from?.outcome, ...(pool.from?.replacements ?? [])];
  if (method.name === "stratified") all.push(method.strata);
  if (method.name === "panels") all.push(method.list, method.certificate);
  return all.filter((h) => h !== undefined);
}
