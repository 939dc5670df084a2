// Receipts and short codes (spec §2.4): what one person can check alone. Everything happens here, on the person's own machine;
// a receipt is personal data and is never sent anywhere nor kept.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { Refused, clip, concat, fromUtf8, hex, u64be, unbase64url, unhex, utf8, utf8Length } from "./bytes";
import { hmacSha256, tagged } from "./hash";
import { type Json, type JsonObject, MAX_INDEX, Members, encode, parseCanonical } from "./json";
import { parseProof, rootFromInclusion } from "./merkle";
import type { Outcome } from "./outcome";
import { type Columns, parseColumns, poolLeaf, sameColumns } from "./pool";
import { deriveSeed, stageKey } from "./seed";
import type { Terms } from "./terms";
import { Tickets } from "./tickets";
import type { VerifiedRound } from "./beacon";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const MAX_RECEIPT = 2 << 20;
const MAX_ID = 256;
const MAX_TYPED = 128;
const MAX_CELL = 4096;
const MAX_PUBLIC_PART = 16384;

export interface Receipt {
  readonly columns: Columns;
  readonly draw: string;
  readonly log: string;
  readonly id: string;
  readonly private: ReadonlyMap<string, string>;
  readonly public: ReadonlyMap<string, string>;
  readonly address: readonly string[] | undefined;
  readonly index: number;
  readonly size: number;
  readonly root: string;
  readonly privatePart: string;
  readonly publicPart: string;
}

/** What somebody with a letter can do something about; everything else that is wrong with a receipt is for experts. */
export type Mistake = "length" | "character" | "check" | "box" | "other-draw" | "altered";

/** A refusal that can be said in plain words, in the reader's language. */
export class Mistaken extends Refused {
  constructor(readonly mistake: Mistake, message: string, expected: string | null = null, found: string | null = null) {
    super(message, expected, found);
  }
}

/** Reads a receipt and refuses one whose proof does not lead from its data to its root. */
export function parseReceipt(text: string): Receipt {
  if (utf8Length(text) > MAX_RECEIPT) throw new Refused("a receipt of more than 2 MiB");
  const from = new Members(parseCanonical(text), "receipt");
  from.oneOf("format", ["kleroterion/v1/receipt"] as const);
  const columns = parseColumns(from.members("columns"));
  const home = from.optional("household", (n) => {
    const h = from.members(n);
    const out = { address: h.texts("address"), key: h.hex("key", 32) };
    h.end();
    return out;
  });
  const id = from.text("id", 1, MAX_ID);
  const receipt = {
    columns, id,
    draw: from.slug("draw"),
    log: from.text("log", 1, 256),
    private: readRow(from.take("private"), columns.private),
    public: readRow(from.take("public"), columns.public),
    index: from.integer("index", 0, MAX_INDEX),
    size: from.integer("size", 1, MAX_INDEX),
    root: from.hash("root"),
    address: home?.address,
  };
  const proof = parseProof(from.texts("proof"));
  const salt = from.hex("salt", 32);
  from.end();
  if (id.includes("\0")) throw new Refused("U+0000 in the id");
  const tag = home === undefined ? undefined : householdTag(home.address, home.key, columns);
  const privatePart = tagged("person", salt, utf8(encode(new Map<string, Json>([["id", id], ["row", new Map(receipt.private)]]))));
  const part: JsonObject = new Map<string, Json>([["row", new Map(receipt.public)]]);
  if (tag !== undefined) part.set("household", tag);
  const publicPart = encode(part);
  if (utf8Length(publicPart) > MAX_PUBLIC_PART) throw new Refused("a public part of more than 16,384 bytes");
  const root = hex(rootFromInclusion(poolLeaf(privatePart, publicPart), BigInt(receipt.index), BigInt(receipt.size), proof));
  if (root !== receipt.root) throw new Mistaken("altered", "the receipt's data are not what lies in its pool", receipt.root, root);
  return { ...receipt, privatePart: hex(privatePart), publicPart };
}

function readRow(value: Json, columns: readonly string[]): ReadonlyMap<string, string> {
  const from = new Members(value, "row");
  const row = new Map(columns.map((name) => [name, readCell(from.text(name, 0, MAX_CELL))]));
  from.end();
  return row;
}

function readCell(cell: string): string {
  if (utf8Length(cell) > MAX_CELL || cell.includes("\0")) throw new Refused("a cell out of bounds", "at most 4,096 bytes without U+0000");
  return cell;
}

/** `hex of the first 16 bytes of tagged("household", address_key, address)` */
function householdTag(address: readonly string[], key: Uint8Array, columns: Columns): string {
  if (columns.household.length === 0 || address.length !== columns.household.length) throw new Refused("an address of another form than the columns", String(columns.household.length), String(address.length));
  for (const cell of address) readCell(cell);
  if (address.every((cell) => cell === "")) throw new Refused("an empty address has no tag");
  return hex(tagged("household", key, utf8(encode([...address]))).subarray(0, 16));
}

/** A link's or QR code's `#…`. */
export function receiptFromFragment(fragment: string): string {
  if (!fragment.startsWith("#")) throw new Refused("a receipt's link holds # and the receipt");
  return fromUtf8(unbase64url(fragment.slice(1)));
}

export function receiptFragment(text: string): string {
  return `#${btoa(String.fromCharCode(...utf8(text))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}

/** Refuses a receipt of another draw, log or pool than the terms'. */
export function checkReceipt(receipt: Receipt, terms: Terms): void {
  const compare = (what: string, expected: string, found: string): void => {
    if (expected !== found) throw new Mistaken("other-draw", `a receipt of another ${what}`, expected, found);
  };
  compare("draw", terms.draw, receipt.draw);
  compare("log", terms.log, receipt.log);
  compare("pool", terms.pool.root, receipt.root);
  compare("pool size", String(terms.pool.size), String(receipt.size));
  if (!sameColumns(receipt.columns, terms.pool.columns)) throw new Refused("a receipt of other columns");
}

export type Standing =
  | { readonly kind: "drawn" }
  | { readonly kind: "reserve"; readonly number: number }
  | { readonly kind: "seated-later" }
  | { readonly kind: "left" }
  | { readonly kind: "not-drawn" };

/** What became of the person: from the outcome, then from the replacements in the order of the log. */
export function standing(index: number, outcome: Outcome, replacements: readonly { readonly left: readonly number[]; readonly seated: readonly number[] }[], vacated: readonly number[] = []): Standing {
  let now: Standing = { kind: "not-drawn" };
  const reserve = outcome.reserves.findIndex((o) => o.index === index);
  if (reserve >= 0) now = { kind: "reserve", number: reserve + 1 };
  if (outcome.drawn.some((o) => o.index === index)) now = { kind: "drawn" };
  for (const r of replacements) {
    if (r.left.includes(index)) now = { kind: "left" };
    if (r.seated.includes(index)) now = { kind: "seated-later" };
  }
  if (vacated.includes(index)) now = { kind: "left" };
  return now;
}

/** A person's ticket of stage `people`, in hexadecimal. */
export function ticketOf(index: number, terms: Terms, round: VerifiedRound): string {
  return hex(new Tickets(stageKey(deriveSeed("terms", terms.note.text, round), "people")).ticket(index));
}

/** A code as somebody typed it, as its 15 secret bytes. */
export function readCode(typed: string): Uint8Array {
  if (utf8Length(typed) > MAX_TYPED) throw new Mistaken("length", "a code of more than 128 bytes");
  const text = typed.replace(/[ -]/g, "").toUpperCase().replaceAll("O", "0").replace(/[IL]/g, "1");
  if (text.length !== 26) throw new Mistaken("length", "a code has 26 characters", "26", String(text.length));
  let bits = 0n;
  for (const c of text) {
    const v = ALPHABET.indexOf(c);
    if (v < 0) throw new Mistaken("character", "a character that no code has", ALPHABET, clip(c));
    bits = (bits << 5n) | BigInt(v);
  }
  const secret = unhex((bits >> 10n).toString(16).padStart(30, "0"));
  if (Number(bits & 1023n) !== codeCheck(secret)) throw new Mistaken("check", "the code does not fit its check: a character is mistyped");
  return secret;
}

function codeCheck(secret: Uint8Array): number {
  const digest = tagged("code_check", secret);
  return (digest[0]! << 2) | (digest[1]! >> 6);
}

/** In groups, as letters show it. */
export function formatCode(secret: Uint8Array): string {
  let bits = (BigInt(`0x${hex(secret)}`) << 10n) | BigInt(codeCheck(secret));
  let text = "";
  for (let i = 0; i < 26; i++) { text = ALPHABET[Number(bits & 31n)]! + text; bits >>= 5n; }
  return [text.slice(0, 5), text.slice(5, 10), text.slice(10, 15), text.slice(15, 20), text.slice(20)].join("-");
}

/** Only who holds the pool key can make one; here for the vectors. */
export function codeSecret(poolKey: Uint8Array, draw: string, id: string): Uint8Array {
  return hmacSha256(poolKey, concat(utf8("code"), u64be(utf8(draw).length), utf8(draw), utf8(id))).slice(0, 15);
}

export function codeLocator(secret: Uint8Array): string {
  return hex(tagged("code_locator", secret).subarray(0, 16));
}

export function codeKey(secret: Uint8Array): Uint8Array {
  return tagged("code_key", secret);
}

/** Opens the box that lies at the code's locator; gives the receipt's text. */
export function openBox(secret: Uint8Array, box: Uint8Array): string {
  if (box.length < 528 || (box.length - 16) % 512 !== 0) throw new Refused("a box of a length that no box has", "a multiple of 512, and 16", String(box.length));
  let plain: Uint8Array;
  try {
    plain = chacha20poly1305(codeKey(secret), new Uint8Array(12), utf8(codeLocator(secret))).decrypt(box);
  } catch {
    throw new Mistaken("box", "the code does not open this box");
  }
  const length = new DataView(plain.buffer, plain.byteOffset).getUint32(0);
  if (length + 4 > plain.length || plain.length - length - 4 >= 512) throw new Refused("a box whose length is wrong");
  if (plain.subarray(4 + length).some((b) => b !== 0)) throw new Refused("a box that is not filled with zeros");
  return fromUtf8(plain.subarray(4, 4 + length));
}
