// Replacement (spec §7.5): who follows those who gave their seat up.
// The rule is a function of tickets and table; reasons for leaving change nothing.

import { Refused } from "./bytes";
import { type Material, quotaCounter, stratumOf } from "./methods";
import { type Seed, stageKey } from "./seed";
import type { Terms } from "./terms";
import { Tickets } from "./tickets";

export interface Fill {
  readonly left: number;
  readonly seated: number | undefined;
  readonly passed: readonly number[];
}

/** Who sits, and who ever left, before a step. */
export interface Seats {
  readonly seated: ReadonlySet<number>;
  readonly passed: ReadonlySet<number>;
}

export function seatsAfterDraw(drawn: readonly number[]): Seats {
  return { seated: new Set(drawn), passed: new Set() };
}

/** Takes the seats of `leavers`, each of whom must hold one. */
export function vacate(before: Seats, leavers: readonly number[]): Seats {
  const seated = new Set(before.seated);
  for (const left of leavers) if (!seated.delete(left)) throw new Refused("a seat is given up by somebody who holds none", null, String(left));
  return { seated, passed: new Set([...before.passed, ...leavers]) };
}

/** Fills the seats that `leavers` gave up with `vacate`, in the order of their tickets. */
export function replace(terms: Terms, seed: Seed, before: Seats, leavers: readonly number[], material: Material): { fills: Fill[]; after: Seats } {
  if (leavers.some((left) => left >= terms.pool.size)) throw new Refused("a seat of nobody in the pool");
  const tickets = new Tickets(stageKey(seed, "people"));
  const seated = new Set(before.seated);
  const { passed } = before;
  const rules = new Rules(terms, material);
  const order = rules.needsWholeOrder
    ? tickets.lowest(terms.pool.size, terms.pool.size)
    : tickets.lowest(terms.pool.size, seated.size + passed.size + leavers.length);
  const fills: Fill[] = [];
  for (const left of tickets.sort(leavers)) {
    const fill = rules.fill(left, order.filter((i) => !seated.has(i) && !passed.has(i)), seated);
    if (fill.seated !== undefined) seated.add(fill.seated);
    fills.push(fill);
  }
  return { fills, after: { seated, passed } };
}

class Rules {
  readonly needsWholeOrder: boolean;
  private readonly households: boolean;

  constructor(private readonly terms: Terms, private readonly material: Material) {
    const name = terms.method.name;
    this.needsWholeOrder = name !== "equal";
    this.households = name === "households" || (name === "panels" && material.list?.households === true);
    if (this.needsWholeOrder && material.table === undefined) throw new Refused("the table is not here");
    if (name === "panels" && material.list === undefined) throw new Refused("the list of panels is not here");
  }

  /** `free` are the people who are neither seated nor passed, in order. */
  fill(left: number, free: readonly number[], seated: ReadonlySet<number>): Fill {
    const method = this.terms.method;
    if (method.name === "equal") return { left, seated: free[0], passed: [] };
    const people = this.material.table!.people;
    let candidates = free;
    if (method.name === "stratified") {
      const stratum = stratumOf(method.columns, this.terms.pool.columns.public);
      const here = stratum(people[left]!);
      candidates = free.filter((i) => stratum(people[i]!) === here);
    }
    // Whoever is said to sit and is not in the pool (another check refuses it) has neither household nor quotas.
    const tags = new Set<string>();
    if (this.households) for (const i of seated) { const tag = people[i]?.tag; if (tag !== undefined) tags.add(tag); }
    const allowed = candidates.filter((i) => { const tag = people[i]!.tag; return tag === undefined || !tags.has(tag); });
    const chosen = method.name === "panels" ? this.leastShortfall(allowed, seated) : allowed[0];
    return { left, seated: chosen, passed: chosen === undefined ? candidates : candidates.slice(0, candidates.indexOf(chosen)) };
  }

  private leastShortfall(allowed: readonly number[], seated: ReadonlySet<number>): number | undefined {
    const people = this.material.table!.people;
    const quotas = this.material.list!.quotas;
    const count = quotaCounter(quotas, this.terms.pool.columns.public);
    const counts = quotas.map(() => 0);
    for (const i of seated) { const person = people[i]; if (person !== undefined) for (const q of count(person)) counts[q]!++; }
    const shortfall = (q: number, n: number): number => Math.max(0, quotas[q]!.min - n) + Math.max(0, n - quotas[q]!.max);
    let best: { index: number; change: number } | undefined;
    for (const index of allowed) {
      // Only the quotas that the candidate counts for change the sum.
      let change = 0;
      for (const q of count(people[index]!)) change += shortfall(q, counts[q]! + 1) - shortfall(q, counts[q]!);
      if (best === undefined || change < best.change) best = { index, change };
    }
    return best?.index;
  }
}
