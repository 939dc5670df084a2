// Canonical JSON (spec §1): RFC 8785 restricted to objects, arrays, strings, booleans and integers in [0, 2^53).
// The canonical reader accepts a text only in the one form that `encode` would write; it never repairs anything.
// The lenient reader is for the trust file alone: white space, any order and any escapes, but no doubled member.

import { Refused, clip, unhex, utf8Length } from "./bytes";

export type Json = boolean | number | string | Json[] | JsonObject;
export type JsonObject = Map<string, Json>;

const MAX_DEPTH = 16;
const ESCAPES: Record<string, string> = { '"': '"', "\\": "\\", b: "\b", t: "\t", n: "\n", f: "\f", r: "\r" };

/** Reads a text that must be canonical. */
export function parseCanonical(text: string): Json {
  return new Reader(text, true).document();
}

/** Reads a text that people write by hand (§9.2). */
export function parseLenient(text: string): Json {
  return new Reader(text, false).document();
}

class Reader {
  private at = 0;
  constructor(private readonly text: string, private readonly canonical: boolean) {}

  document(): Json {
    this.space();
    const value = this.value(1);
    this.space();
    if (this.at !== this.text.length) throw this.refuse("bytes after the JSON value");
    return value;
  }

  private value(depth: number): Json {
    const c = this.text[this.at];
    if (c === "{" || c === "[") {
      if (depth > MAX_DEPTH) throw this.refuse("nesting deeper than 16");
      return c === "{" ? this.object(depth) : this.array(depth);
    }
    if (c === '"') return this.string();
    if (c !== undefined && c >= "0" && c <= "9") return this.integer();
    if (this.text.startsWith("true", this.at)) { this.at += 4; return true; }
    if (this.text.startsWith("false", this.at)) { this.at += 5; return false; }
    throw this.refuse("not an object, array, string, true, false or whole number");
  }

  private object(depth: number): JsonObject {
    const out: JsonObject = new Map();
    this.at++;
    this.space();
    if (this.take("}")) return out;
    let last: string | undefined;
    for (;;) {
      if (this.text[this.at] !== '"') throw this.refuse("a member name was expected");
      const name = this.string();
      if (out.has(name)) throw this.refuse(`member ${JSON.stringify(clip(name))} stands twice`);
      // `<` compares UTF-16 code units: the order of RFC 8785.
      if (this.canonical && last !== undefined && !(last < name)) throw this.refuse("members are not sorted");
      last = name;
      this.space();
      this.expect(":");
      this.space();
      out.set(name, this.value(depth + 1));
      this.space();
      if (this.take("}")) return out;
      this.expect(",");
      this.space();
    }
  }

  private array(depth: number): Json[] {
    const out: Json[] = [];
    this.at++;
    this.space();
    if (this.take("]")) return out;
    for (;;) {
      out.push(this.value(depth + 1));
      this.space();
      if (this.take("]")) return out;
      this.expect(",");
      this.space();
    }
  }

  private integer(): number {
    const digits = /[0-9]+/y;
    digits.lastIndex = this.at;
    const found = digits.exec(this.text)![0];
    if (found.length > 1 && found[0] === "0") throw this.refuse("a number begins with 0");
    const value = Number(found);
    if (found.length > 16 || !Number.isSafeInteger(value)) throw this.refuse("a number of 2^53 or more");
    this.at += found.length;
    return value;
  }

  private string(): string {
    this.at++;
    let out = "";
    const plain = /[^"\\\u0000-\u001f]*/y;
    for (;;) {
      plain.lastIndex = this.at;
      const run = plain.exec(this.text)![0];
      out += run;
      this.at += run.length;
      const c = this.text[this.at];
      if (c === '"') { this.at++; break; }
      if (c !== "\\") throw this.refuse(c === undefined ? "a string without end" : "a control character in a string");
      out += this.escape();
    }
    if (!out.isWellFormed()) throw this.refuse("a lone surrogate");
    return out;
  }

  private escape(): string {
    const c = this.text[this.at + 1] ?? "";
    const short = ESCAPES[c];
    if (short !== undefined) { this.at += 2; return short; }
    if (!this.canonical && c === "/") { this.at += 2; return "/"; }
    const digits = this.text.slice(this.at + 2, this.at + 6);
    if (c !== "u" || !/^[0-9a-fA-F]{4}$/.test(digits)) throw this.refuse("an unknown escape");
    const code = parseInt(digits, 16);
    this.at += 6;
    const made = String.fromCharCode(code);
    if (this.canonical && (code >= 0x20 || quote(made) !== `"\\u${digits}"`)) throw this.refuse("an escape that is not needed");
    return made;
  }

  private space(): void {
    if (this.canonical) return;
    while (" \t\n\r".includes(this.text[this.at] ?? "x")) this.at++;
  }

  private take(c: string): boolean {
    if (this.text[this.at] !== c) return false;
    this.at++;
    return true;
  }

  private expect(c: string): void {
    if (!this.take(c)) throw this.refuse(`'${c}' was expected`);
  }

  private refuse(why: string): Refused {
    const form = this.canonical ? "canonical JSON" : "JSON";
    return new Refused(`not ${form}: ${why} at character ${this.at}`, form, clip(this.text.slice(this.at, this.at + 24)));
  }
}

/** RFC 8785 of the values of this protocol. */
export function encode(value: Json): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return `[${value.map(encode).join(",")}]`;
  const names = [...value.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${names.map((n) => `${quote(n)}:${encode(value.get(n)!)}`).join(",")}}`;
}

/** For well-formed text `JSON.stringify` writes exactly the escapes of RFC 8785. */
function quote(text: string): string {
  return JSON.stringify(text);
}

/** An object's members, each taken once; what is left at the end was not known and is refused. */
export class Members {
  private readonly left: JsonObject;
  constructor(value: Json | undefined, private readonly what: string) {
    if (!(value instanceof Map)) throw new Refused(`${what} is not an object`);
    this.left = new Map(value);
  }

  has(name: string): boolean {
    return this.left.has(name);
  }

  names(): string[] {
    return [...this.left.keys()];
  }

  /** The raw member; refused if it is not there. */
  take(name: string): Json {
    const value = this.left.get(name);
    if (value === undefined) throw new Refused(`${this.what} has no member ${name}`);
    this.left.delete(name);
    return value;
  }

  optional<T>(name: string, read: (name: string) => T): T | undefined {
    return this.left.has(name) ? read(name) : undefined;
  }

  text(name: string, min = 0, max = Infinity): string {
    const value = this.take(name);
    if (typeof value !== "string") throw this.refuse(name, "is not a text");
    if (max !== Infinity || min > 0) {
      const bytes = utf8Length(value);
      if (bytes < min || bytes > max) throw this.refuse(name, "has a length out of bounds", `${min} to ${max} bytes`, `${bytes} bytes`);
    }
    return value;
  }

  integer(name: string, min = 0, max = Number.MAX_SAFE_INTEGER): number {
    const value = this.take(name);
    if (typeof value !== "number") throw this.refuse(name, "is not a whole number");
    if (value < min || value > max) throw this.refuse(name, "is out of bounds", `${min} to ${max}`, String(value));
    return value;
  }

  array(name: string, min = 0, max = Infinity): Json[] {
    const value = this.take(name);
    if (!Array.isArray(value)) throw this.refuse(name, "is not an array");
    if (value.length < min || value.length > max) throw this.refuse(name, "has a length out of bounds", `${min} to ${max}`, String(value.length));
    return value;
  }

  texts(name: string, min = 0, max = Infinity): string[] {
    return this.array(name, min, max).map((v) => {
      if (typeof v !== "string") throw this.refuse(name, "holds what is not a text");
      return v;
    });
  }

  indices(name: string): number[] {
    return this.array(name).map((v) => asIndex(v, `${this.what}: ${name}`));
  }

  hash(name: string): string {
    const value = this.text(name);
    if (!isHash(value)) throw this.refuse(name, "is not a hash", "64 hexadecimal digits", clip(value));
    return value;
  }

  hex(name: string, length?: number): Uint8Array {
    return unhex(this.text(name), length);
  }

  slug(name: string): string {
    const value = this.text(name);
    if (!isSlug(value)) throw this.refuse(name, "is not a slug", "1 to 64 of a-z, 0-9 and -, beginning and ending with a letter or digit", clip(value));
    return value;
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.text(name);
    const found = choices.find((c) => c === value);
    if (found === undefined) throw this.refuse(name, "is unknown", choices.join(", "), clip(value));
    return found;
  }

  members(name: string): Members {
    return new Members(this.take(name), `${this.what}: ${name}`);
  }

  end(): void {
    for (const name of this.left.keys()) throw new Refused(`${this.what} has an unknown member`, null, clip(name));
  }

  private refuse(name: string, why: string, expected: string | null = null, found: string | null = null): Refused {
    return new Refused(`${this.what}: ${name} ${why}`, expected, found);
  }
}

export const MAX_INDEX = 0xffffffff;

export function asIndex(value: Json, what: string): number {
  if (typeof value !== "number" || value > MAX_INDEX) throw new Refused(`${what} is not an index below 2^32`);
  return value;
}

export function isHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

export function isSlug(text: string): boolean {
  return text.length <= 64 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(text);
}
