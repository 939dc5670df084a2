// The methods (spec §7.1 to §7.4): who is drawn and who is reserve, from tickets and the published artifacts.
// Each artifact is read and checked against the terms before it is used; nothing here knows the log.

import { Refused, clip, compareText } from "./bytes";
import { type Json, MAX_INDEX, Members, asIndex, parseCanonical } from "./json";
import type { Person, Table } from "./pool";
import { type Seed, stageKey } from "./seed";
import type { Method, Terms } from "./terms";
import { Tickets } from "./tickets";

const MAX_PANELS = 10000;
const MAX_QUOTAS = 10000;

export interface Drawn {
  readonly drawn: readonly number[];
  readonly reserves: readonly number[];
  readonly panel: number | undefined;
}

export interface Stratum {
  readonly values: readonly string[];
  readonly seats: number;
  readonly reserves: number;
}

export interface Quota {
  readonly column: string;
  readonly value: string;
  readonly min: number;
  readonly max: number;
}

export interface PanelList {
  readonly households: boolean;
  readonly panels: readonly (readonly number[])[];
  readonly quotas: readonly Quota[];
}

/** What the draw needs beside the seed; members are there where the method uses them. */
export interface Material {
  readonly table?: Table | undefined;
  readonly strata?: StrataList | undefined;
  readonly list?: PanelList | undefined;
}

/** The outcome that the seed gives. */
export function draw(terms: Terms, seed: Seed, material: Material): Drawn {
  const people = new Tickets(stageKey(seed, "people"));
  const { method, reserves, pool } = terms;
  switch (method.name) {
    case "equal": return split(people.lowest(pool.size, method.seats + reserves), method.seats);
    case "households": {
      const order = drawHouseholds(people, need(material.table, "the table"), method.seats + reserves);
      if (order.length < method.seats + reserves) throw new Refused("fewer households than seats and reserves", String(method.seats + reserves), String(order.length));
      return split(order, method.seats);
    }
    case "stratified": return drawStratified(people, terms, need(material.table, "the table"), need(material.strata, "the strata"), method.columns);
    case "panels": {
      const list = need(material.list, "the list of panels");
      const panel = new Tickets(stageKey(seed, "panels")).lowest(list.panels.length, 1)[0]!;
      const members = list.panels[panel]!;
      const taken = new Set(members);
      const next = people.lowest(pool.size, members.length + reserves).filter((i) => !taken.has(i));
      return { drawn: members, reserves: next.slice(0, reserves), panel };
    }
  }
}

function need<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Refused(`${what} is not here`);
  return value;
}

function split(order: readonly number[], seats: number): Drawn {
  return { drawn: order.slice(0, seats), reserves: order.slice(seats), panel: undefined };
}

/** The first `wanted` people in order of whom no two share a household; fewer, if there are fewer households. */
export function drawHouseholds(tickets: Tickets, table: Table, wanted: number): number[] {
  const taken = new Set<string>();
  const out: number[] = [];
  for (const index of tickets.lowest(table.people.length, table.people.length)) {
    if (out.length === wanted) return out;
    const tag = table.people[index]!.tag;
    if (tag !== undefined && taken.has(tag)) continue;
    if (tag !== undefined) taken.add(tag);
    out.push(index);
  }
  return out;
}

function drawStratified(tickets: Tickets, terms: Terms, table: Table, list: StrataList, columns: readonly string[]): Drawn {
  checkStrata(list, terms, columns);
  const { strata } = list;
  const groups = groupByStratum(terms, table, strata, columns);
  const drawn: number[] = [];
  const reserves: number[] = [];
  strata.forEach((stratum, s) => {
    const order = tickets.sort(groups[s]!);
    if (order.length < Math.max(1, stratum.seats + stratum.reserves)) throw new Refused("a stratum with too few people", String(stratum.seats + stratum.reserves), String(order.length));
    drawn.push(...order.slice(0, stratum.seats));
    reserves.push(...order.slice(stratum.seats, stratum.seats + stratum.reserves));
  });
  return { drawn, reserves, panel: undefined };
}

function groupByStratum(terms: Terms, table: Table, strata: readonly Stratum[], columns: readonly string[]): number[][] {
  const byValues = new Map(strata.map((s, i) => [JSON.stringify(s.values), i]));
  const groups: number[][] = strata.map(() => []);
  const positions = columns.map((c) => terms.pool.columns.public.indexOf(c));
  table.people.forEach((person, index) => {
    const s = byValues.get(JSON.stringify(positions.map((p) => person.values[p]!)));
    if (s === undefined) throw new Refused(`the person at index ${index} is in no listed stratum`);
    groups[s]!.push(index);
  });
  return groups;
}

/** The function that gives a person's stratum as a text, for "the same stratum". */
export function stratumOf(columns: readonly string[], publicColumns: readonly string[]): (person: Person) => string {
  const positions = columns.map((c) => publicColumns.indexOf(c));
  return (person) => JSON.stringify(positions.map((p) => person.values[p]!));
}

export interface StrataList {
  readonly columns: readonly string[];
  readonly strata: readonly Stratum[];
}

/** Reads a list of strata and refuses whatever it shows by itself. */
export function parseStrata(text: string): StrataList {
  const from = new Members(parseCanonical(text), "strata");
  from.oneOf("format", ["kleroterion/v1/strata"] as const);
  const columns = from.texts("columns");
  const strata = from.array("strata").map(parseStratum);
  from.end();
  strata.forEach((s, i) => {
    if (s.values.length !== columns.length) throw new Refused("a stratum has one value for each column", String(columns.length), String(s.values.length));
    if (i > 0 && compareLists(strata[i - 1]!.values, s.values, compareText) >= 0) throw new Refused("strata are not sorted and distinct");
  });
  return { columns, strata };
}

function checkStrata(list: StrataList, terms: Terms, columns: readonly string[]): void {
  if (JSON.stringify(list.columns) !== JSON.stringify(columns)) throw new Refused("strata by other columns than the terms'", columns.join(", "), clip(list.columns.join(", ")));
  const seats = list.strata.reduce((n, s) => n + s.seats, 0);
  const reserves = list.strata.reduce((n, s) => n + s.reserves, 0);
  if (seats !== terms.method.seats || reserves !== terms.reserves) throw new Refused("seats and reserves of the strata do not sum to the terms'", `${terms.method.seats} + ${terms.reserves}`, `${seats} + ${reserves}`);
}

function parseStratum(value: Json): Stratum {
  const from = new Members(value, "stratum");
  const out = { reserves: from.integer("reserves", 0, MAX_INDEX), seats: from.integer("seats", 0, MAX_INDEX), values: from.texts("values") };
  from.end();
  return out;
}

function compareLists<T>(a: readonly T[], b: readonly T[], compare: (x: T, y: T) => number): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const d = compare(a[i]!, b[i]!);
    if (d !== 0) return d;
  }
  return a.length - b.length;
}

/** Reads a list of panels and refuses whatever it shows by itself: order, numbers, quotas. */
export function parsePanelList(text: string): PanelList {
  const from = new Members(parseCanonical(text), "list of panels");
  from.oneOf("format", ["kleroterion/v1/panels"] as const);
  const households = from.take("households");
  if (typeof households !== "boolean") throw new Refused("list of panels: households is not true or false");
  const panels = from.array("panels", 1, MAX_PANELS).map((p) => {
    if (!Array.isArray(p)) throw new Refused("a panel is not an array");
    return p.map((i) => asIndex(i, "a member of a panel"));
  });
  const quotas = from.array("quotas", 0, MAX_QUOTAS).map(parseQuota);
  from.end();
  panels.forEach((panel, j) => {
    if (panel.some((index, i) => i > 0 && panel[i - 1]! >= index)) throw new Refused(`the members of panel ${j} do not ascend`);
    if (j > 0 && compareLists(panels[j - 1]!, panel, (a, b) => a - b) > 0) throw new Refused(`panel ${j} is out of order`);
  });
  quotas.forEach((q, i) => {
    if (q.min > q.max) throw new Refused("a quota whose bounds are out of order", "min ≤ max", `${q.min} to ${q.max}`);
    const before = quotas[i - 1];
    if (before !== undefined && compareLists([before.column, before.value], [q.column, q.value], compareText) >= 0) throw new Refused("quotas are not sorted and distinct");
  });
  return { households, panels, quotas };
}

function parseQuota(value: Json): Quota {
  const from = new Members(value, "quota");
  const out = { column: from.text("column"), max: from.integer("max", 0, MAX_INDEX), min: from.integer("min", 0, MAX_INDEX), value: from.text("value") };
  from.end();
  return out;
}

/** §7.4 with the table: each panel meets every quota, and the households. */
export function checkPanels(list: PanelList, terms: Terms, table: Table): void {
  const { seats } = terms.method;
  for (const q of list.quotas) if (!terms.pool.columns.public.includes(q.column)) throw new Refused("a quota by a column that is not public", null, clip(q.column));
  const count = quotaCounter(list.quotas, terms.pool.columns.public);
  const columns = new Map<string, Set<string>>();
  for (const q of list.quotas) columns.set(q.column, (columns.get(q.column) ?? new Set()).add(q.value));
  for (const [column, values] of columns) {
    const at = terms.pool.columns.public.indexOf(column);
    for (const person of table.people) if (!values.has(person.values[at]!)) throw new Refused(`a value of column ${clip(column)} has no quota`, null, clip(person.values[at]!));
  }
  list.panels.forEach((panel, j) => {
    if (panel.length !== seats) throw new Refused(`panel ${j} has another size`, String(seats), String(panel.length));
    if (panel.at(-1)! >= terms.pool.size) throw new Refused(`panel ${j} names an index outside the pool`, `below ${terms.pool.size}`, String(panel.at(-1)));
    const counts = list.quotas.map(() => 0);
    const tags = new Set<string>();
    for (const index of panel) {
      const person = table.people[index]!;
      for (const q of count(person)) counts[q]!++;
      if (!list.households || person.tag === undefined) continue;
      if (tags.has(person.tag)) throw new Refused(`panel ${j} has two members of one household`);
      tags.add(person.tag);
    }
    list.quotas.forEach((q, i) => {
      if (counts[i]! < q.min || counts[i]! > q.max) throw new Refused(`panel ${j} misses the quota of ${clip(q.column)} = ${clip(q.value)}`, `${q.min} to ${q.max}`, String(counts[i]));
    });
  });
}

/** The numbers of the quotas that a person counts for. */
export function quotaCounter(quotas: readonly Quota[], publicColumns: readonly string[]): (person: Person) => number[] {
  const byColumn = new Map<number, Map<string, number>>();
  quotas.forEach((q, i) => {
    const at = publicColumns.indexOf(q.column);
    byColumn.set(at, (byColumn.get(at) ?? new Map()).set(q.value, i));
  });
  return (person) => {
    const out: number[] = [];
    for (const [at, values] of byColumn) {
      const i = values.get(person.values[at]!);
      if (i !== undefined) out.push(i);
    }
    return out;
  };
}

/** §7.4's m, min_count and max_count: every person's number of panels, both bounds attained. */
export function checkCounts(list: PanelList, terms: Terms): void {
  const method = terms.method as Extract<Method, { name: "panels" }>;
  if (list.panels.length !== method.panels) throw new Refused("another number of panels", String(method.panels), String(list.panels.length));
  const counts = new Map<number, number>();
  for (const panel of list.panels) for (const index of panel) counts.set(index, (counts.get(index) ?? 0) + 1);
  let least = Infinity;
  let most = 0;
  let inside = 0;
  for (const [index, n] of counts) {
    if (index >= terms.pool.size) continue;
    inside++;
    least = Math.min(least, n);
    most = Math.max(most, n);
  }
  if (inside < terms.pool.size) least = 0;
  if (least !== method.minCount || most !== method.maxCount) throw new Refused("people are on another number of panels than the terms say", `${method.minCount} to ${method.maxCount}`, `${least} to ${most}`);
}
