// Outcome and replacement artifacts (spec §7.6, §7.7): what the service published. Reading them believes nothing in them;
// `checkOutcome` compares with what the seed gives.

import { Refused } from "./bytes";
import { type Json, MAX_INDEX, Members, asIndex, parseCanonical } from "./json";
import type { Drawn } from "./methods";
import { type Opening, parseOpening } from "./pool";
import type { Fill } from "./replacement";

export interface Outcome {
  readonly draw: string;
  readonly drawn: readonly Opening[];
  readonly panel: number | undefined;
  readonly reserves: readonly Opening[];
  readonly terms: string;
}

export interface ReplacementArtifact {
  readonly draw: string;
  readonly vacated: string;
  readonly fills: readonly { readonly left: number; readonly passed: readonly number[]; readonly seated: Opening | undefined }[];
}

export function parseOutcome(text: string): Outcome {
  const from = new Members(parseCanonical(text), "outcome");
  from.oneOf("format", ["kleroterion/v1/outcome"] as const);
  const outcome = {
    draw: from.slug("draw"),
    drawn: from.array("drawn").map(parseOpening),
    panel: from.optional("panel", (n) => from.integer(n, 0, MAX_INDEX)),
    reserves: from.array("reserves").map(parseOpening),
    terms: from.hash("terms"),
  };
  from.end();
  return outcome;
}

export function parseReplacement(text: string): ReplacementArtifact {
  const from = new Members(parseCanonical(text), "replacement");
  from.oneOf("format", ["kleroterion/v1/replacement"] as const);
  const artifact = { draw: from.slug("draw"), vacated: from.hash("vacated"), fills: from.array("fills").map(parseFill) };
  from.end();
  return artifact;
}

function parseFill(value: Json): ReplacementArtifact["fills"][number] {
  const from = new Members(value, "fill");
  const fill = {
    left: asIndex(from.take("left"), "fill: left"),
    passed: from.indices("passed"),
    seated: from.optional("seated", (n) => parseOpening(from.take(n))),
  };
  from.end();
  return fill;
}

/** Tells every difference between an outcome and what the seed gives. */
export function compareOutcome(outcome: Outcome, right: Drawn, differs: (why: Refused) => void): void {
  if (outcome.panel !== right.panel) differs(new Refused("another panel was drawn", String(right.panel ?? "none"), String(outcome.panel ?? "none")));
  same("drawn", right.drawn, outcome.drawn.map((o) => o.index), differs);
  same("reserves", right.reserves, outcome.reserves.map((o) => o.index), differs);
}

/** Tells every difference between a replacement, its step, and what the rule gives. */
export function compareReplacement(artifact: ReplacementArtifact, step: { readonly left: readonly number[]; readonly seated: readonly number[] }, right: readonly Fill[], differs: (why: Refused) => void): void {
  const left = right.map((f) => f.left);
  const seated = right.flatMap((f) => (f.seated === undefined ? [] : [f.seated]));
  same("the step's left", left, step.left, differs);
  same("the step's seated", seated, step.seated, differs);
  same("left", left, artifact.fills.map((f) => f.left), differs);
  artifact.fills.slice(0, right.length).forEach((found, i) => {
    const fill = right[i]!;
    same(`seated for ${fill.left}`, fill.seated === undefined ? [] : [fill.seated], found.seated === undefined ? [] : [found.seated.index], differs);
    same(`passed over for ${fill.left}`, fill.passed, found.passed, differs);
  });
}

function same(what: string, expected: readonly number[], found: readonly number[], differs: (why: Refused) => void): void {
  if (expected.length === found.length && expected.every((n, i) => n === found[i])) return;
  const at = expected.findIndex((n, i) => n !== found[i]);
  const where = at < 0 ? expected.length : at;
  differs(new Refused(`${what}: differ at place ${where}`, window(expected, where), window(found, where)));
}

function window(list: readonly number[], at: number): string {
  const from = Math.max(0, at - 2);
  const shown = list.slice(from, from + 8).join(", ");
  return `${from > 0 ? "…, " : ""}${shown}${list.length > from + 8 ? ", …" : ""} (${list.length})`;
}
