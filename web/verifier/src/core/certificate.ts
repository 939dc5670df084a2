// The certificate of fairness (spec §7.8): what could have been fairer is bounded by counting, whoever computed the multipliers.
// Exact whole numbers throughout. It says nothing about whether a draw is valid.

import { Refused, utf8Length } from "./bytes";
import { type Json, MAX_INDEX, Members, asIndex, parseCanonical } from "./json";
import { type PanelList, quotaCounter } from "./methods";
import type { Table } from "./pool";
import type { Terms } from "./terms";

const MAX_LEVELS = 10000;
const MAX_BYTES = 32 * 1024 * 1024;

export interface Fairness {
  /** The first level's bound, in lowest terms. */
  readonly bound: string;
  /** `min_count/m` as they stand. */
  readonly achieved: string;
  readonly words: string;
  /** Of every level, in lowest terms. */
  readonly bounds: readonly string[];
}

interface Level {
  readonly households: readonly (readonly [number, bigint])[];
  readonly quotas: readonly (readonly [bigint, bigint])[];
  readonly stops: readonly number[];
  readonly total: readonly [bigint, bigint];
}

/** A certificate of good form. What it says of a list is still to be compared. */
export interface Certificate {
  readonly list: string;
  readonly levels: readonly Level[];
}

/** Refuses a certificate that is none by itself, whatever list it is beside (§9.6). */
export function parseCertificate(text: string): Certificate {
  if (utf8Length(text) > MAX_BYTES) throw new Refused("a certificate of more than 32 MiB");
  const from = new Members(parseCanonical(text), "certificate");
  from.oneOf("format", ["kleroterion/v1/certificate"] as const);
  const list = from.hash("list");
  const levels = from.array("levels", 1, MAX_LEVELS).map(parseLevel);
  from.end();
  for (const level of levels) {
    ascending(level.households.map(([index]) => index), "households");
    if (level.households.some(([, g]) => g < 1n)) throw new Refused("a household with the multiplier 0");
    ascending(level.stops, "stops");
  }
  return { list, levels };
}

/** Refuses a certificate that does not fit its list; gives what its first level bounds. */
export function checkCertificate({ list: named, levels }: Certificate, terms: Terms, list: PanelList, table: Table): Fairness {
  const { method } = terms;
  if (method.name !== "panels") throw new Refused("a certificate belongs to the method panels");
  if (named !== method.list) throw new Refused("the certificate of another list", method.list, named);
  checkFit(levels, terms, list, table);
  const bounds = boundsOf(levels, terms, list, table);
  const shown = bounds.map(([n, d]) => `${n}/${d}`);
  const achieved = `${method.minCount}/${method.panels}`;
  const bound = shown[0]!;
  return { bound, achieved, bounds: shown, words: `the smallest chance is ${achieved}; no list under these rules could lift it above ${bound} (${levels.length} levels)` };
}

function parseLevel(value: Json): Level {
  const from = new Members(value, "level");
  const pair = (v: Json): readonly [bigint, bigint] => {
    if (!Array.isArray(v) || v.length !== 2) throw new Refused("a pair of multipliers was expected");
    return [BigInt(asIndex(v[0]!, "a multiplier")), BigInt(asIndex(v[1]!, "a multiplier"))];
  };
  const level = {
    households: from.array("households").map((v) => { const [index, g] = pair(v); return [Number(index), g] as const; }),
    quotas: from.array("quotas").map(pair),
    stops: from.indices("stops"),
    total: pair(from.take("total")),
  };
  from.end();
  return level;
}

function checkFit(levels: readonly Level[], terms: Terms, list: PanelList, table: Table): void {
  const firstOfTag = new Set<number>();
  const seen = new Set<string>();
  table.people.forEach(({ tag }, index) => { if (tag !== undefined && !seen.has(tag)) { seen.add(tag); firstOfTag.add(index); } });
  const stopped = new Set<number>();
  levels.forEach((level, l) => {
    if (level.quotas.length !== list.quotas.length) throw new Refused("a level with another number of quotas than the list", String(list.quotas.length), String(level.quotas.length));
    if (level.households.length > 0 && !list.households) throw new Refused("multipliers of households, and the list has no rule for them");
    for (const [index] of level.households) if (!firstOfTag.has(index)) throw new Refused("a household is named by its first person", null, String(index));
    if (l === levels.length - 1 && stopped.size >= terms.pool.size) throw new Refused("nobody is left before the last level");
    for (const index of level.stops) {
      if (index >= terms.pool.size || index > MAX_INDEX || stopped.has(index)) throw new Refused("stops name nobody twice and nobody outside the pool", null, String(index));
      stopped.add(index);
    }
  });
}

function ascending(list: readonly number[], what: string): void {
  if (list.some((n, i) => i > 0 && list[i - 1]! >= n)) throw new Refused(`${what} do not ascend`);
}

function boundsOf(levels: readonly Level[], terms: Terms, list: PanelList, table: Table): (readonly [bigint, bigint])[] {
  const { people } = table;
  const k = BigInt(terms.method.seats);
  const m = BigInt(list.panels.length);
  const counts = new Array<bigint>(people.length).fill(0n);
  for (const panel of list.panels) for (const index of panel) counts[index]!++;
  const countsFor = quotaCounter(list.quotas, terms.pool.columns.public);
  const quotasOf = people.map((p) => countsFor(p));
  const earlier = new Set<number>();
  return levels.map((level) => {
    const ofTag = new Map(level.households.map(([index, g]) => [people[index]!.tag!, g]));
    const weights = level.quotas.map(([g, h]) => g - h);
    const total = level.total[0] - level.total[1];
    let room = total * k;
    level.quotas.forEach(([g, h], q) => { room += g * BigInt(list.quotas[q]!.max) - h * BigInt(list.quotas[q]!.min); });
    for (const [, g] of level.households) room += g;
    let slope = 0n;
    let taken = 0n;
    people.forEach((person, i) => {
      let c = total + ((person.tag === undefined ? undefined : ofTag.get(person.tag)) ?? 0n);
      for (const q of quotasOf[i]!) c += weights[q]!;
      if (c < 0n) room -= c;
      else if (c > 0n && earlier.has(i)) taken += c * counts[i]!;
      else if (c > 0n) slope += c;
    });
    for (const index of level.stops) earlier.add(index);
    return fraction(m * room - taken, m * slope);
  });
}

/** At most 1; 1 if there is nothing to divide by. In lowest terms. */
function fraction(numerator: bigint, denominator: bigint): readonly [bigint, bigint] {
  if (denominator === 0n || numerator >= denominator) return [1n, 1n];
  const sign = numerator < 0n ? -1n : 1n;
  let [a, b] = [numerator * sign, denominator];
  while (b !== 0n) [a, b] = [b, a % b];
  return [numerator / a, denominator / a];
}
