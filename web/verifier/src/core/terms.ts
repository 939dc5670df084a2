// Terms (spec §3): what the organiser signs before the draw. Reading checks everything that the terms alone can show;
// signatures, the log and the beacon's round are checked where they are known.

import { Refused, clip, utf8Length } from "./bytes";
import { type Chain, roundFor, timeOf } from "./beacon";
import { tagged } from "./hash";
import { type JsonObject, MAX_INDEX, Members, encode, isHash } from "./json";
import { MAX_NAME_BYTES, type ProtocolNote, parseProtocolNote } from "./note";
import { type Columns, type PoolCommitment, parseColumns } from "./pool";
import { hex, utf8 } from "./bytes";

const MAX_TERMS = 24576;
export const REPLACEMENTS = ["none", "rank", "beacon"] as const;

export type Method =
  | { readonly name: "equal"; readonly seats: number }
  | { readonly name: "households"; readonly seats: number }
  | { readonly name: "stratified"; readonly seats: number; readonly columns: readonly string[]; readonly strata: string }
  | { readonly name: "panels"; readonly seats: number; readonly list: string; readonly panels: number; readonly minCount: number; readonly maxCount: number; readonly certificate: string | undefined };

export interface BeaconRef {
  readonly chain: string;
  readonly round: number;
}

export interface Pool extends PoolCommitment {
  readonly table: string | undefined;
  readonly from: { readonly draw: string; readonly outcome: string; readonly replacements: readonly string[] } | undefined;
  readonly tableReason: string | undefined;
}

export interface Terms {
  readonly note: ProtocolNote;
  readonly hash: string;
  readonly attempt: number;
  readonly beacon: BeaconRef;
  readonly draw: string;
  readonly drawBy: number;
  readonly drawsAt: number;
  readonly log: string;
  readonly method: Method;
  readonly notDrawn: readonly { readonly seats: number; readonly why: string }[];
  readonly organiser: string;
  readonly pool: Pool;
  readonly previous: string | undefined;
  readonly purpose: string;
  readonly replacement: (typeof REPLACEMENTS)[number];
  readonly reserves: number;
  readonly title: ReadonlyMap<string, string>;
}

/** `tagged("terms", text of the terms note)` */
export function termsHash(text: string): string {
  return hex(tagged("terms", utf8(text)));
}

export function parseTerms(whole: string): Terms {
  if (utf8Length(whole) > MAX_TERMS) throw new Refused("terms of more than 24,576 bytes");
  const note = parseProtocolNote(whole, "terms");
  const from = new Members(note.json, "terms");
  const common = parseCommon(from);
  const terms: Terms = {
    ...common,
    note,
    hash: termsHash(note.text),
    beacon: parseBeaconRef(from.members("beacon")),
    drawBy: from.integer("draw_by"),
    method: parseMethod(from.members("method")),
    notDrawn: from.optional("not_drawn", (n) => from.array(n, 1, 16).map(parseNotDrawn)) ?? [],
    pool: parsePool(from.members("pool")),
    replacement: from.oneOf("replacement", REPLACEMENTS),
    reserves: from.integer("reserves", 0, MAX_INDEX),
  };
  from.end();
  checkTerms(terms);
  return terms;
}

/** The members that terms and announcements share. */
export interface Common {
  readonly attempt: number;
  readonly draw: string;
  readonly drawsAt: number;
  readonly log: string;
  readonly organiser: string;
  readonly previous: string | undefined;
  readonly purpose: string;
  readonly title: ReadonlyMap<string, string>;
}

export function parseCommon(from: Members): Common {
  const attempt = from.integer("attempt", 1);
  const previous = from.optional("previous", (n) => from.hash(n));
  if ((attempt > 1) !== (previous !== undefined)) throw new Refused("previous is there exactly from attempt 2", attempt > 1 ? "previous" : "no previous", `attempt ${attempt}`);
  return {
    attempt, previous,
    draw: from.slug("draw"),
    drawsAt: from.integer("draws_at"),
    log: from.text("log", 1, MAX_NAME_BYTES),
    organiser: from.slug("organiser"),
    purpose: from.slug("purpose"),
    title: parseTitle(from.take("title") as JsonObject),
  };
}

function parseTitle(value: JsonObject): ReadonlyMap<string, string> {
  if (!(value instanceof Map) || value.size === 0) throw new Refused("title is not an object with at least one language");
  const out = new Map<string, string>();
  for (const [code, text] of value) {
    if (!/^[a-z]{2}$/.test(code)) throw new Refused("a language is two letters", "[a-z][a-z]", clip(code));
    if (typeof text !== "string" || utf8Length(text) < 1 || utf8Length(text) > 256) throw new Refused("a title has 1 to 256 bytes");
    out.set(code, text);
  }
  return out;
}

export function parseBeaconRef(from: Members): BeaconRef {
  const beacon = { chain: from.hash("chain"), round: from.integer("round") };
  from.end();
  return beacon;
}

function parseNotDrawn(value: Parameters<typeof encode>[0]): { seats: number; why: string } {
  const from = new Members(value, "not_drawn");
  const out = { seats: from.integer("seats", 1, MAX_INDEX), why: from.text("why", 1, 256) };
  from.end();
  return out;
}

function parseMethod(from: Members): Method {
  const name = from.oneOf("name", ["equal", "households", "stratified", "panels"] as const);
  const seats = from.integer("seats", 1, MAX_INDEX);
  let method: Method;
  if (name === "stratified") method = { name, seats, columns: from.texts("columns", 1, 8), strata: from.hash("strata") };
  else if (name === "panels") {
    method = {
      name, seats, list: from.hash("list"), panels: from.integer("panels", 1, 10000),
      minCount: from.integer("min_count", 0, MAX_INDEX), maxCount: from.integer("max_count", 0, MAX_INDEX),
      certificate: from.optional("certificate", (n) => from.hash(n)),
    };
  } else method = { name, seats };
  from.end();
  return method;
}

function parsePool(from: Members): Pool {
  const pool: Pool = {
    columns: parseColumns(from.members("columns")),
    from: from.optional("from", (n) => {
      const link = from.members(n);
      const out = { draw: link.slug("draw"), outcome: link.hash("outcome"), replacements: link.optional("replacements", (m) => parseReplacements(link.texts(m, 1, 200))) ?? [] };
      link.end();
      return out;
    }),
    root: from.hash("root"),
    size: from.integer("size", 1, MAX_INDEX),
    table: from.optional("table", (n) => from.hash(n)),
    tableReason: from.optional("table_reason", (n) => from.text(n, 1, 1024)),
  };
  from.end();
  return pool;
}

function parseReplacements(names: readonly string[]): readonly string[] {
  if (!names.every(isHash) || new Set(names).size !== names.length) throw new Refused("replacements are distinct hashes");
  return names;
}

function checkTerms(t: Terms): void {
  const { method, pool } = t;
  if (method.seats + t.reserves > pool.size) throw new Refused("more seats and reserves than people", `at most ${pool.size}`, String(method.seats + t.reserves));
  if (t.drawBy < t.drawsAt) throw new Refused("draw_by is before draws_at", `at least ${t.drawsAt}`, String(t.drawBy));
  const needsTable = method.name !== "equal" || pool.from !== undefined;
  if (needsTable && pool.table === undefined) throw new Refused("a table is needed and not named");
  if (pool.tableReason !== undefined && pool.table === undefined) throw new Refused("a reason to publish a table, and no table");
  if (method.name === "households" && pool.columns.household.length === 0) throw new Refused("the method needs household columns");
  if (method.name === "stratified") checkStrataColumns(method.columns, pool.columns);
  if (method.name === "panels" && !(method.minCount <= method.maxCount && method.maxCount <= method.panels)) {
    throw new Refused("counts are out of order", "min_count ≤ max_count ≤ panels", `${method.minCount}, ${method.maxCount}, ${method.panels}`);
  }
}

export function checkStrataColumns(named: readonly string[], columns: Columns): void {
  if (new Set(named).size !== named.length) throw new Refused("a column of the strata stands twice");
  for (const name of named) if (!columns.public.includes(name)) throw new Refused("strata by a column that is not public", columns.public.join(", "), clip(name));
}

/** §3's rule for a round. Null where it holds. */
export function roundError(chain: Chain, beacon: BeaconRef, drawsAt: number): Refused | null {
  const right = roundFor(chain, drawsAt);
  if (right === null) return new Refused("draws_at has no round", `${chain.genesis} or later`, String(drawsAt));
  if (right !== beacon.round) return new Refused("the round is not the first after draws_at", String(right), String(beacon.round));
  return null;
}

export function roundTime(chain: Chain, beacon: BeaconRef): number {
  return timeOf(chain, beacon.round) ?? Number.MAX_SAFE_INTEGER;
}
