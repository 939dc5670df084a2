// What one person's chance was, and the tickets about the line between drawn and not drawn (spec §6, §7). Exact where the rules make it exact;
// where they do not (households), it says "about".

import { hex } from "./bytes";
import { type Material, drawHouseholds } from "./methods";
import { deriveSeed, stageKey } from "./seed";
import type { Terms } from "./terms";
import { Tickets } from "./tickets";
import type { VerifiedRound } from "./beacon";

export interface Odds {
  /** `part` of `of`: seats of the people with the same chance, or panels with this person of all panels. Absent where what it needs is not here. */
  readonly chance?: { readonly part: number; readonly of: number; readonly about: boolean };
  /** Tickets are those of panels, and `ticket` is the lowest of this person's panels. */
  readonly panels: boolean;
  readonly ticket?: string;
  /** The highest ticket that won, and the lowest that did not, among those that this person's was compared with. */
  readonly winning?: string;
  readonly losing?: string;
}

/** The same people's indices, in the order of their tickets, and how many of them are drawn; undefined where the table is not here. */
interface Line { readonly order: readonly number[]; readonly seats: number }

export function oddsOf(index: number, terms: Terms, material: Material, round: VerifiedRound | undefined): Odds {
  const { method, pool } = terms;
  const seed = round === undefined ? undefined : deriveSeed("terms", terms.note.text, round);
  if (method.name === "panels") {
    const { list } = material;
    if (list === undefined) return { panels: true };
    const own = list.panels.flatMap((members, j) => (members.includes(index) ? [j] : []));
    const chance = { part: own.length, of: list.panels.length, about: false };
    if (seed === undefined) return { chance, panels: true };
    const tickets = new Tickets(stageKey(seed, "panels"));
    const best = tickets.sort(own)[0];
    const line: Line = { order: tickets.lowest(list.panels.length, 2), seats: 1 };
    return { chance, panels: true, ...about(tickets, line), ...(best === undefined ? {} : { ticket: hex(tickets.ticket(best)) }) };
  }
  const tickets = seed === undefined ? undefined : new Tickets(stageKey(seed, "people"));
  const told = tickets === undefined ? { panels: false } : { panels: false, ticket: hex(tickets.ticket(index)) };
  if (method.name === "stratified") {
    const { table, strata } = material;
    const person = table?.people[index];
    if (table === undefined || strata === undefined || person === undefined) return told;
    const at = method.columns.map((c) => pool.columns.public.indexOf(c));
    const values = (p: { readonly values: readonly string[] }): string => JSON.stringify(at.map((i) => p.values[i]!));
    const wanted = values(person);
    const stratum = strata.strata.find((s) => JSON.stringify(s.values) === wanted);
    if (stratum === undefined) return told;
    const group = table.people.flatMap((p, i) => (values(p) === wanted ? [i] : []));
    const chance = { part: stratum.seats, of: group.length, about: false };
    return { ...told, chance, ...(tickets === undefined ? {} : about(tickets, { order: tickets.sort(group), seats: stratum.seats })) };
  }
  const chance = { part: method.seats, of: pool.size, about: method.name === "households" };
  if (tickets === undefined) return { ...told, chance };
  if (method.name === "equal") return { ...told, chance, ...about(tickets, { order: tickets.lowest(pool.size, method.seats + 1), seats: method.seats }) };
  // One more than is drawn, if there is another household.
  return material.table === undefined ? { ...told, chance } : { ...told, chance, ...about(tickets, { order: drawHouseholds(tickets, material.table, method.seats + 1), seats: method.seats }) };
}

function about(tickets: Tickets, { order, seats }: Line): Pick<Odds, "winning" | "losing"> {
  const shown = (i: number | undefined): string | undefined => (i === undefined ? undefined : hex(tickets.ticket(i)));
  const [winning, losing] = [shown(seats === 0 ? undefined : order[seats - 1]), shown(order[seats])];
  return { ...(winning === undefined ? {} : { winning }), ...(losing === undefined ? {} : { losing }) };
}

/** A chance as "1 in so many": whole, or one decimal below ten; undefined if there is none. */
export function oneIn(part: number, of: number, language: string): string | undefined {
  if (part === 0) return undefined;
  const each = of / part;
  return each.toLocaleString(language, { maximumFractionDigits: each < 9.95 ? 1 : 0 });
}
