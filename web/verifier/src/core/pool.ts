// The pool (spec §2.1 to §2.3): columns, leaves, the table, openings. Nothing here knows a pool key.
// Never normalises a cell: what was committed to is what stands there.

import { Refused, clip, compareBytes, compareText, concat, hex, sameBytes, unhex, utf8, utf8Length } from "./bytes";
import { type Json, Members, asIndex, encode, parseCanonical } from "./json";
import { TreeBuilder, leafHash, parseProof, rootFromInclusion } from "./merkle";

const MAX_COLUMNS = 64;
const MAX_NAME = 128;
const MAX_PUBLIC_PART = 16384;
const MAX_CELL = 4096;

export interface Columns {
  readonly household: readonly string[];
  readonly id: string;
  readonly private: readonly string[];
  readonly public: readonly string[];
}

export function parseColumns(from: Members): Columns {
  const columns = { household: from.texts("household"), id: from.text("id"), private: from.texts("private"), public: from.texts("public") };
  from.end();
  const all = [columns.id, ...columns.household, ...columns.private, ...columns.public];
  if (all.length > MAX_COLUMNS) throw new Refused("more than 64 columns", "at most 64", String(all.length));
  for (const name of all) {
    const n = utf8Length(name);
    if (n < 1 || n > MAX_NAME || name.includes("\0")) throw new Refused("a column name out of bounds", "1 to 128 bytes without U+0000", clip(name));
  }
  if (new Set(all).size !== all.length) throw new Refused("a column stands twice");
  for (const list of [columns.private, columns.public]) {
    if (list.some((name, i) => i > 0 && compareText(list[i - 1]!, name) >= 0)) throw new Refused("columns are not sorted");
  }
  return columns;
}

export function sameColumns(a: Columns, b: Columns): boolean {
  return JSON.stringify([a.household, a.id, a.private, a.public]) === JSON.stringify([b.household, b.id, b.private, b.public]);
}

/** What the table says of one person. `values` stand in the order of the public columns. */
export interface Person {
  readonly privatePart: string;
  readonly values: readonly string[];
  readonly tag: string | undefined;
}

export interface Table {
  readonly people: readonly Person[];
}

export interface PoolCommitment {
  readonly columns: Columns;
  readonly root: string;
  readonly size: number;
}

export function poolLeaf(privatePart: Uint8Array, publicPart: string): Uint8Array {
  return leafHash(concat(privatePart, utf8(publicPart)));
}

/** Reads a table and refuses one that is not the pool of the terms. */
export function readTable(text: string, pool: PoolCommitment): Table {
  const header = "kleroterion/v1/table\n";
  if (!text.startsWith(header)) throw new Refused("not a table", "kleroterion/v1/table", clip(text.slice(0, 40)));
  const people: Person[] = [];
  const tree = new TreeBuilder();
  const interned = new Map<string, string>();
  let last: Uint8Array | undefined;
  let at = header.length;
  while (at < text.length) {
    if (people.length === pool.size) throw new Refused("more lines than people", String(pool.size), "more");
    const end = text.indexOf("\n", at);
    if (end < 0) throw new Refused("the table does not end with a newline");
    const line = text.slice(at, end);
    at = end + 1;
    if (line[64] !== " ") throw new Refused(`line ${people.length + 2} is not 64 digits, a space and a public part`);
    const privateHex = line.slice(0, 64);
    const publicPart = line.slice(65);
    const leaf = poolLeaf(unhex(privateHex, 32), publicPart);
    if (last !== undefined && compareBytes(last, leaf) >= 0) throw new Refused(`leaves are not ascending at index ${people.length}`, `above ${hex(last)}`, hex(leaf));
    last = leaf;
    tree.push(leaf);
    const { values, tag } = readPublicPart(publicPart, pool.columns);
    people.push({ privatePart: privateHex, tag, values: values.map((v) => { const known = interned.get(v); if (known !== undefined) return known; interned.set(v, v); return v; }) });
  }
  if (people.length !== pool.size) throw new Refused("fewer lines than people", String(pool.size), String(people.length));
  const root = hex(tree.root());
  if (root !== pool.root) throw new Refused("the table is not the pool that the terms commit to", pool.root, root);
  return { people };
}

/** A public part: canonical, with exactly the public columns, and a household tag only where the pool has households. */
export function readPublicPart(text: string, columns: Columns): { values: string[]; tag: string | undefined } {
  if (utf8Length(text) > MAX_PUBLIC_PART) throw new Refused("a public part of more than 16,384 bytes");
  return readPublic(parseCanonical(text), columns);
}

function readPublic(value: Json, columns: Columns): { values: string[]; tag: string | undefined } {
  const part = new Members(value, "public part");
  const row = part.members("row");
  const values = columns.public.map((name) => readCell(row, name));
  row.end();
  const tag = part.optional("household", (n) => hex(part.hex(n, 16)));
  part.end();
  if (tag !== undefined && columns.household.length === 0) throw new Refused("a household tag in a pool without households");
  return { values, tag };
}

function readCell(row: Members, name: string): string {
  const cell = row.text(name, 0, MAX_CELL);
  if (cell.includes("\0")) throw new Refused("U+0000 in a cell");
  return cell;
}

/** One person shown in an outcome: what they are in the pool, and the proof of it. */
export interface Opening {
  readonly index: number;
  readonly privatePart: string;
  readonly publicPart: string;
  readonly proof: readonly Uint8Array[];
}

export function parseOpening(value: Json): Opening {
  const from = new Members(value, "opening");
  const index = asIndex(from.take("index"), "opening: index");
  const privatePart = from.hash("private");
  const proof = parseProof(from.texts("proof"));
  const row = from.take("public");
  from.end();
  const part = new Members(row, "opening: public");
  const cells = part.members("row");
  for (const name of cells.names()) cells.text(name);
  part.optional("household", (n) => part.hex(n, 16));
  part.end();
  return { index, privatePart, publicPart: encode(row), proof };
}

/** Refuses an opening that is not what lies at its index in the pool. */
export function checkOpening(opening: Opening, pool: PoolCommitment): void {
  readPublicPart(opening.publicPart, pool.columns);
  const leaf = poolLeaf(unhex(opening.privatePart, 32), opening.publicPart);
  const root = rootFromInclusion(leaf, BigInt(opening.index), BigInt(pool.size), opening.proof);
  if (!sameBytes(root, unhex(pool.root))) throw new Refused(`the opening of index ${opening.index} is not in the pool`, pool.root, hex(root));
}
