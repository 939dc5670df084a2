// The result (spec §6, §7): drawn again from the seed, and each replacement after it.

import type { VerifiedRound } from "./beacon";
import { Refused } from "./bytes";
import { type Case, type Gathered, missing, noTable } from "./case";
import type { DrawState, Vacancy } from "./ledger";
import { draw as drawFrom } from "./methods";
import { compareOutcome, compareReplacement, parseOutcome, parseReplacement } from "./outcome";
import { checkOpening } from "./pool";
import { type Seats, replace, seatsAfterDraw, vacate } from "./replacement";
import { deriveSeed } from "./seed";
import type { Terms } from "./terms";
import { cancelled } from "./times";

export function checkOutcome(c: Case, draw: DrawState, terms: Terms, material: Gathered): void {
  const { f } = c;
  if (draw.voided !== undefined) {
    if (cancelled(c, draw)) return;
    f.require("draw.outcome");
    return abandoned(c, draw, draw.voided.round, material);
  }
  f.require("draw.outcome");
  const last = draw.results.at(-1);
  if (last === undefined) return f.skip("draw.outcome", "not drawn yet");
  if (last.round === undefined) return f.skip("draw.outcome", "the round did not verify, so there is no seed");
  const text = c.artifacts.get(last.step.outcome);
  if (text === undefined) return missing(c, last.step.outcome, "draw.outcome");
  const outcome = c.outcome;
  if (outcome === undefined) return void f.within("draw.outcome", "the outcome cannot be read", () => parseOutcome(text));
  if (f.failed("panels.quotas") || f.failed("panels.counts")) f.skip("draw.outcome", "the panel list was refused");
  else if (terms.method.name !== "equal" && material.table === undefined) f.skip("draw.outcome", noTable(draw));
  else if (!material.usable) f.skip("draw.outcome", "the list that the terms name cannot be used");
  else {
    const seed = deriveSeed("terms", terms.note.text, last.round);
    c.given = f.within("draw.outcome", "", () => drawFrom(terms, seed, material));
    if (c.given !== undefined) { f.ran("draw.outcome"); compareOutcome(outcome, c.given, (why) => f.fail("draw.outcome", why)); }
  }
  if (outcome.draw !== c.raw.draw || outcome.terms !== terms.hash) f.fail("draw.outcome", new Refused("the outcome of another draw or of other terms", terms.hash, outcome.terms));
  for (const opening of [...outcome.drawn, ...outcome.reserves]) f.within("draw.outcome", "", () => checkOpening(opening, terms.pool));
}

/** What the seed gave in a draw that was given up when its round could be known. */
function abandoned(c: Case, draw: DrawState, round: VerifiedRound | undefined, material: Gathered): void {
  const terms = draw.sealed!.terms;
  let words: string | undefined;
  if (round === undefined) words = "the step that gave it up does not show the round";
  else if (terms.method.name !== "equal" && material.table === undefined) words = noTable(draw);
  else if (!material.usable || c.f.failed("panels.quotas") || c.f.failed("panels.counts")) words = "the list that the terms name cannot be used";
  else {
    try {
      c.given = drawFrom(terms, deriveSeed("terms", terms.note.text, round), material);
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      words = e.message;
    }
  }
  if (words === undefined) {
    c.f.ran("draw.outcome");
    c.f.note("draw.outcome", "abandoned: there is no result; what the seed gave was recomputed");
  } else {
    c.f.skip("draw.outcome", words);
    c.f.skip("voids", `what the abandoned draw '${c.raw.draw}' would have given cannot be shown: ${words}`);
  }
}

export function checkReplacements(c: Case, draw: DrawState, terms: Terms, material: Gathered): void {
  const { f } = c;
  if (draw.vacancies.length === 0) return;
  f.require("replacements.rule");
  const { outcome } = c;
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
      const after = checkAnswer(c, draw, terms, material, vacancy, seats, leavers);
      if (after === undefined) return;
      seats = after;
    }
    c.seats = seats;
  }
}

/** One replacement. Undefined if what follows cannot be judged. */
function checkAnswer(c: Case, draw: DrawState, terms: Terms, material: Gathered, vacancy: Vacancy, seats: Seats, leavers: readonly number[]): Seats | undefined {
  const { f } = c;
  const id = "replacements.rule";
  const { step, round } = vacancy.answer!;
  const own = terms.replacement === "rank" ? draw.results.at(-1)?.round : round;
  if (own === undefined || terms.replacement === "none") { f.skip(id, "the round did not verify, so there are no tickets"); return undefined; }
  const seed = terms.replacement === "rank" ? deriveSeed("terms", terms.note.text, own) : deriveSeed("vacated", vacancy.step.inner.text, own);
  const text = c.artifacts.get(step.outcome);
  if (text === undefined) { missing(c, step.outcome, id); return undefined; }
  const found = f.within(id, "the replacement cannot be read", () => parseReplacement(text));
  if (found === undefined) return undefined;
  if (terms.method.name !== "equal" && material.table === undefined) { f.skip(id, noTable(draw)); return undefined; }
  if (!material.usable) { f.skip(id, "the list that the terms name cannot be used"); return undefined; }
  const right = f.within(id, "", () => replace(terms, seed, seats, leavers, material));
  if (right === undefined) return undefined;
  f.ran(id);
  if (found.draw !== c.raw.draw || found.vacated !== vacancy.step.hash) f.fail(id, new Refused("the replacement of another draw or for another step", vacancy.step.hash, found.vacated));
  compareReplacement(found, step, right.fills, (why) => f.fail(id, why));
  for (const fill of found.fills) if (fill.seated !== undefined) { const { seated } = fill; f.within(id, "", () => checkOpening(seated, terms.pool)); }
  return right.after;
}
