// Bundles changed by byte (turned, cut, doubled, spliced) and by field (a member left out, exchanged, or given another's value).
// By field reaches into the strings that hold JSON: steps, the notes in them, artifacts.

import { type Json, encode, parseCanonical } from "../src/core/json";
import type { Numbers } from "./numbers";

export function* byteMutations(bytes: Uint8Array, numbers: Numbers, count: number): Generator<{ what: string; bytes: Uint8Array }> {
  for (let i = 0; i < count; i++) {
    const at = numbers.below(bytes.length);
    const kind = numbers.below(6);
    if (kind <= 1) {
      const turned = bytes.slice();
      turned[at] = turned[at]! ^ (kind === 0 ? 1 : 1 + numbers.below(255));
      yield { what: `byte ${at} turned`, bytes: turned };
    } else if (kind === 2) yield { what: `byte ${at} removed`, bytes: join(bytes.subarray(0, at), bytes.subarray(at + 1)) };
    else if (kind === 3) yield { what: `byte put in before ${at}`, bytes: join(bytes.subarray(0, at), bytes.subarray(numbers.below(bytes.length)).subarray(0, 1), bytes.subarray(at)) };
    else if (kind === 4) {
      // A digit becomes another digit: the likeliest to keep the form.
      const digits = [...bytes.keys()].slice(at, at + 4000).filter((k) => bytes[k]! >= 0x30 && bytes[k]! <= 0x39);
      const k = digits[0] ?? at;
      const turned = bytes.slice();
      turned[k] = 0x30 + numbers.below(10);
      yield { what: `digit ${k} changed`, bytes: turned };
    } else {
      const from = numbers.below(bytes.length);
      const length = 1 + numbers.below(120);
      const piece = bytes.subarray(from, from + length);
      yield { what: `${from}+${length} over ${at}`, bytes: join(bytes.subarray(0, at), piece, bytes.subarray(at + piece.length)) };
    }
  }
}

function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/** Where a value is: member names and places, with "¶" for "the canonical JSON in this text's last full line". */
export type Path = readonly (string | number)[];

/** A tree over a bundle whose strings that hold JSON lines are opened. */
export function paths(value: Json, here: Path = [], out: Path[] = []): Path[] {
  if (here.length > 0) out.push(here);
  if (value instanceof Map) for (const [k, v] of value) paths(v, [...here, k], out);
  else if (Array.isArray(value)) value.forEach((v, i) => paths(v, [...here, i], out));
  else if (typeof value === "string") {
    const inner = opened(value);
    if (inner !== undefined) paths(inner.json, [...here, "¶"], out);
  }
  return out;
}

/** A text that is JSON, or a note with one line of JSON. */
function opened(text: string): { before: string; json: Json; after: string } | undefined {
  if (text.startsWith("{")) return attempt("", text, "");
  if (!text.startsWith("kleroterion/v1/") || text.startsWith("kleroterion/v1/table")) return undefined;
  const start = text.indexOf("\n") + 1;
  const end = text.indexOf("\n", start);
  return end < 0 ? undefined : attempt(text.slice(0, start), text.slice(start, end), text.slice(end));
}

function attempt(before: string, middle: string, after: string): { before: string; json: Json; after: string } | undefined {
  try { return { before, json: parseCanonical(middle), after }; } catch { return undefined; }
}

export function get(value: Json, path: Path): Json {
  let now = value;
  for (const p of path) {
    if (p === "¶") now = opened(now as string)!.json;
    else now = Array.isArray(now) ? now[p as number]! : (now as Map<string, Json>).get(p as string)!;
  }
  return now;
}

/** A copy with the value at `path` put in the place of what is there, or left out. */
export function put(value: Json, path: Path, next: Json | undefined): Json {
  const [head, ...rest] = path;
  if (head === undefined) return next!;
  if (head === "¶") {
    const inner = opened(value as string)!;
    const changed = rest.length === 0 ? next : put(inner.json, rest, next);
    return inner.before + (changed === undefined ? "" : encode(changed)) + inner.after;
  }
  if (Array.isArray(value)) {
    const copy = value.slice();
    if (rest.length === 0 && next === undefined) copy.splice(head as number, 1);
    else copy[head as number] = put(copy[head as number]!, rest, next);
    return copy;
  }
  const copy = new Map(value as Map<string, Json>);
  if (rest.length === 0 && next === undefined) copy.delete(head as string);
  else copy.set(head as string, put(copy.get(head as string)!, rest, next));
  return copy;
}

/** Another value for a place: near it, of another kind, or one that stands elsewhere. */
export function other(value: Json, numbers: Numbers, donor: Json): Json | undefined {
  const choices: (Json | undefined)[] = [donor, undefined];
  if (typeof value === "number") choices.push(value + 1, Math.max(0, value - 1), 0, value * 2 + 7, value + 1000);
  else if (typeof value === "boolean") choices.push(!value);
  else if (typeof value === "string") {
    const at = numbers.below(Math.max(1, value.length));
    choices.push("", value + "x", value.slice(0, at) + (value[at] === "0" ? "1" : "0") + value.slice(at + 1), value.toUpperCase());
  } else if (Array.isArray(value)) choices.push([], [...value].reverse(), value.slice(1), [...value, ...value.slice(0, 1)]);
  else choices.push(new Map());
  return numbers.pick(choices);
}

export function* fieldMutations(text: string, numbers: Numbers, count: number): Generator<{ what: string; text: string }> {
  const whole = parseCanonical(text.slice(0, -1));
  const all = paths(whole);
  for (let i = 0; i < count; i++) {
    const path = numbers.pick(all);
    const changed = encode(put(whole, path, other(get(whole, path), numbers, get(whole, numbers.pick(all)))));
    yield { what: `field ${path.join("/")}`, text: `${changed}\n` };
  }
}
