// Forged bundles: a field is changed, and then everything that could betray it by form alone is made right again. Notes are signed anew with the
// organiser's keys of the tests' world, steps by its service and chained, hashes that named the old bytes name the new, artifacts bear their new
// names, the tree is built again and the checkpoint signed and cosigned. What is left is the change itself, for the rules to find.

import { ed25519 } from "@noble/curves/ed25519.js";
import { base64, concat, hex, u32be, u64be, utf8 } from "../src/core/bytes";
import { sha256, tagged } from "../src/core/hash";
import { type Json, encode, parseCanonical } from "../src/core/json";
import { leafHash } from "../src/core/merkle";
import { parseNote, parseVKey, type VKey } from "../src/core/note";
import { get, other, paths, put } from "./mutate";
import type { Numbers } from "./numbers";

/** Secret keys of the tests' world: 32 times the same number. */
const NUMBERS = [1, 11, 12, 13, 21, 22, 51, 52, 61, 101];
const SECRETS = new Map(NUMBERS.map((n) => { const secret = new Uint8Array(32).fill(n); return [hex(ed25519.getPublicKey(secret)), secret]; }));

/** A key of the world that signs no note of an organiser. */
const STRANGER = named("eupen/stranger", 21);

function named(name: string, number: number): VKey {
  const key = ed25519.getPublicKey(new Uint8Array(32).fill(number));
  const id = sha256(concat(utf8(`${name}\n`), Uint8Array.of(1), key));
  return { name, id: new DataView(id.buffer, id.byteOffset).getUint32(0), type: 1, key, text: "" };
}

interface Entry { text: string; readonly seq: number }

export function* forgeries(text: string, numbers: Numbers, count: number): Generator<{ what: string; text: string }> {
  const whole = parseCanonical(text.slice(0, -1)) as Map<string, Json>;
  const all = paths(whole).filter((p) => p.length > 2 && ((p[0] === "steps" && p[2] === "entry" && p.length > 4) || (p[0] === "artifacts" && p.length > 3)) && p.at(-1) !== "¶");
  const shallow = all.filter((p) => p[0] === "steps");
  for (let i = 0; i < count; i++) {
    const path = numbers.pick(numbers.below(4) === 0 ? all : shallow);
    const donor = get(whole, numbers.pick(all));
    const value = other(get(whole, path), numbers, donor);
    const doctored = numbers.below(5) === 0 ? dropOrRepeat(whole, numbers) : put(whole, path, value);
    try {
      yield { what: `forged ${path.join("/")}`, text: `${encode(new Forger(doctored as Map<string, Json>, numbers).remade())}\n` };
    } catch (e) {
      if (!(e instanceof Unforgeable)) throw e;
    }
  }
}

/** A whole step left out, logged twice, or exchanged with its neighbour: histories that never were. */
function dropOrRepeat(whole: Map<string, Json>, numbers: Numbers): Json {
  const steps = (whole.get("steps") as Json[]).slice();
  const at = 1 + numbers.below(steps.length - 1);
  const kind = numbers.below(3);
  if (kind === 0) steps.splice(at, 1);
  else if (kind === 1) steps.splice(at, 0, steps[at]!);
  else if (at + 1 < steps.length) [steps[at], steps[at + 1]] = [steps[at + 1]!, steps[at]!];
  return new Map(whole).set("steps", steps);
}

/** The bundle with everything made right that hashes, proofs and signatures could betray. */
export function forged(bundle: Map<string, Json>): string {
  return `${encode(new Forger(bundle, undefined).remade())}\n`;
}

class Unforgeable extends Error {}

class Forger {
  private readonly renamed = new Map<string, string>();
  /** Which of the notes within steps has its signature lines bent as well, if any, and how. */
  private readonly bent: { at: number; how: number } | undefined;
  private notes = 0;

  constructor(private readonly bundle: Map<string, Json>, private readonly numbers: Numbers | undefined) {
    if (numbers?.below(5) === 0) this.bent = { at: numbers.below(5), how: numbers.below(5) };
  }

  remade(): Json {
    const steps = this.bundle.get("steps") as Map<string, Json>[];
    const artifacts = this.artifacts();
    const entries: Entry[] = [];
    const keepsGaps = this.numbers?.below(8) === 0;
    let gap = 0;
    let before = -1;
    let head = "0".repeat(64);
    let service = this.serviceKey(steps);
    for (const step of steps) {
      const old = step.get("entry");
      if (typeof old !== "string") throw new Unforgeable("no entry");
      const { context, json } = open(old);
      const seq = json.get("seq");
      if (before >= 0 && typeof seq === "number" && seq > before + 1) gap += seq - before - 1;
      before = typeof seq === "number" ? seq : before + 1;
      const place = entries.length + gap;
      const remade = this.remakeNotes(this.rename(json) as Map<string, Json>);
      if (!keepsGaps) {
        remade.set("seq", place);
        if (gapless(entries, place)) remade.set("prev", head);
      }
      const text = sign(`${context}\n${encode(remade)}\n`, [service]);
      service = nextService(remade) ?? service;
      this.renamed.set(leaf(old), leaf(text));
      head = leaf(text);
      entries.push({ text, seq: typeof remade.get("seq") === "number" ? (remade.get("seq") as number) : place });
    }
    return this.assemble(steps, entries, artifacts);
  }

  /** Artifacts under their new names. */
  private artifacts(): Map<string, Json> {
    const out = new Map<string, Json>();
    const given = this.bundle.get("artifacts");
    if (!(given instanceof Map)) throw new Unforgeable("no artifacts");
    for (const [name, text] of given) {
      if (typeof text !== "string") throw new Unforgeable("no text");
      const now = hex(sha256(utf8(text)));
      if (now !== name) this.renamed.set(name, now);
      out.set(now, text);
    }
    return out;
  }

  private serviceKey(steps: readonly Map<string, Json>[]): VKey {
    const first = steps[0]?.get("entry");
    if (typeof first !== "string") throw new Unforgeable("no opening");
    const name = open(first).json.get("service");
    try {
      return parseVKey(name as string);
    } catch {
      throw new Unforgeable("no service key");
    }
  }

  private rename(value: Json): Json {
    if (typeof value === "string") return this.renamed.get(value) ?? value;
    if (Array.isArray(value)) return value.map((v) => this.rename(v));
    if (value instanceof Map) return new Map([...value].map(([k, v]) => [k, this.rename(v)]));
    return value;
  }

  /** Signs the notes within a step anew, with the keys that had signed them. */
  private remakeNotes(step: Map<string, Json>): Map<string, Json> {
    for (const member of ["note", "terms"]) {
      const old = step.get(member);
      if (typeof old !== "string" || !old.startsWith("kleroterion/")) continue;
      const { context, json } = open(old);
      const text = `${context}\n${encode(this.rename(json))}\n`;
      const now = this.bend(sign(text, signersOf(old)));
      if (context.endsWith("/terms")) this.renamed.set(termsHash(old), termsHash(now));
      step.set(member, now);
    }
    return step;
  }

  /** Signature lines left out, doubled, exchanged, or one by somebody whom nobody asked. */
  private bend(note: string): string {
    if (this.bent?.at !== this.notes++) return note;
    const cut = note.lastIndexOf("\n\n") + 2;
    const [text, lines] = [note.slice(0, cut), note.slice(cut, -1).split("\n")];
    const at = this.numbers!.below(lines.length);
    switch (this.bent.how) {
      case 0: lines.splice(at, 1); break;
      case 1: lines.splice(at, 0, lines[at]!); break;
      case 2: lines.splice(at, 0, lines.splice((at + 1) % lines.length, 1)[0]!); break;
      case 3: lines.push(sign(text.slice(0, -1), [STRANGER]).slice(cut, -1)); break;
      default: lines.splice(at, 1, lines[(at + 1) % lines.length]!); break;
    }
    return `${text}${lines.join("\n")}\n`;
  }

  private assemble(steps: readonly Map<string, Json>[], entries: readonly Entry[], artifacts: Map<string, Json>): Json {
    const size = Math.max(...entries.map((e) => e.seq)) + 1;
    if (!(size > 0 && size < 4096)) throw new Unforgeable("a log too long");
    const leaves = Array.from({ length: size }, (_, i) => leafHash(utf8(entries.find((e) => e.seq === i)?.text ?? `gap ${i}`)));
    const log = parseVKey(this.bundle.get("log") as string);
    const newest = checkpoint(log, leaves, newestCosignatures(steps));
    const remade = steps.map((step, i) => {
      const entry = entries[i]!;
      const out = new Map<string, Json>([["entry", entry.text], ["proof", proof(leaves, entry.seq, newest)]]);
      const witnessed = step.get("witnessed");
      if (witnessed instanceof Map) {
        const then = leaves.slice(0, entry.seq + 1);
        const old = checkpoint(log, then, cosignatures(witnessed.get("proof") as string));
        out.set("witnessed", new Map<string, Json>([["consistency", consistency(then.length, leaves).map(base64)], ["proof", proof(then, entry.seq, old)]]));
      }
      return out;
    });
    // Artifacts that hold a hash which changed are left as they are: the rule that compares it has its case.
    return new Map<string, Json>(this.bundle).set("steps", remade).set("artifacts", artifacts);
  }
}

/** The service key from a `key` step on, if that is what it changes. */
function nextService(step: Map<string, Json>): VKey | undefined {
  const note = step.get("note");
  if (step.get("kind") !== "key" || typeof note !== "string") return undefined;
  const { json } = open(note);
  try { return json.get("role") === "service" ? parseVKey(json.get("new") as string) : undefined; } catch { return undefined; }
}

function gapless(entries: readonly Entry[], place: number): boolean {
  return entries.length === 0 || entries.at(-1)!.seq === place - 1;
}

function open(note: string): { context: string; json: Map<string, Json> } {
  const rows = note.split("\n");
  try {
    const json = parseCanonical(rows[1] ?? "");
    if (json instanceof Map) return { context: rows[0]!, json };
  } catch { /* below */ }
  throw new Unforgeable("no note");
}

function leaf(note: string): string {
  return hex(leafHash(utf8(note)));
}

function termsHash(note: string): string {
  return hex(tagged("terms", utf8(note.slice(0, note.lastIndexOf("\n\n") + 1))));
}

/** The keys whose lines the note bears, by name and key id, as far as the world's secrets know them. */
function signersOf(note: string): VKey[] {
  let lines;
  try { lines = parseNote(note).lines; } catch { throw new Unforgeable("no signatures"); }
  return lines.flatMap((line) => {
    for (const key of SECRETS.keys()) {
      const raw = Uint8Array.from(Buffer.from(key, "hex"));
      const typed = concat(Uint8Array.of(1), raw);
      if (hex(sha256(concat(utf8(`${line.name}\n`), typed)).slice(0, 4)) === hex(u32be(line.id))) return [{ name: line.name, id: line.id, type: 1, key: raw, text: "" }];
    }
    return [];
  });
}

function sign(text: string, keys: readonly VKey[]): string {
  if (!text.isWellFormed()) throw new Unforgeable("no text");
  const lines = keys.map((key) => {
    const secret = SECRETS.get(hex(key.key));
    if (secret === undefined) throw new Unforgeable("a key that nobody has");
    return `— ${key.name} ${base64(concat(u32be(key.id), ed25519.sign(utf8(text), secret)))}\n`;
  });
  return `${text}\n${lines.join("")}`;
}

interface Cosigning { readonly name: string; readonly id: number; readonly time: bigint }

function newestCosignatures(steps: readonly Map<string, Json>[]): Cosigning[] {
  const proofText = steps[0]?.get("proof");
  return typeof proofText === "string" ? cosignatures(proofText) : [];
}

function cosignatures(proofText: string): Cosigning[] {
  const at = proofText.indexOf("\n\n");
  if (at < 0) return [];
  return parseNote(proofText.slice(at + 2)).lines.filter((l) => l.signature.length === 72)
    .map((l) => ({ name: l.name, id: l.id, time: new DataView(l.signature.buffer, l.signature.byteOffset).getBigUint64(0) }));
}

function checkpoint(log: VKey, leaves: readonly Uint8Array[], cosigned: readonly Cosigning[]): string {
  const text = `${log.name}\n${leaves.length}\n${base64(root(leaves))}\n`;
  const lines = cosigned.map(({ name, id, time }) => {
    const secret = [21, 22].map((n) => new Uint8Array(32).fill(n)).find((s) => hex(sha256(concat(utf8(`${name}\n`), Uint8Array.of(4), ed25519.getPublicKey(s))).slice(0, 4)) === hex(u32be(id)));
    if (secret === undefined) return "";
    return `— ${name} ${base64(concat(u32be(id), u64be(time), ed25519.sign(utf8(`cosignature/v1\ntime ${time}\n${text}`), secret)))}\n`;
  });
  return sign(text, [log]) + lines.join("");
}

function proof(leaves: readonly Uint8Array[], index: number, note: string): string {
  const hashes = inclusion(index, leaves).map((h) => `${base64(h)}\n`).join("");
  return `c2sp.org/tlog-proof@v1\nindex ${index}\n${hashes}\n${note}`;
}

/** RFC 6962 §2.1, as it stands there: recursive, and nothing but right. */
function root(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0]!;
  const k = split(leaves.length);
  return sha256(concat(Uint8Array.of(1), root(leaves.slice(0, k)), root(leaves.slice(k))));
}

function split(n: number): number {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
}

function inclusion(m: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return m < k ? [...inclusion(m, leaves.slice(0, k)), root(leaves.slice(k))] : [...inclusion(m - k, leaves.slice(k)), root(leaves.slice(0, k))];
}

function consistency(m: number, leaves: readonly Uint8Array[], whole = true): Uint8Array[] {
  if (m === leaves.length) return whole ? [] : [root(leaves)];
  const k = split(leaves.length);
  return m <= k ? [...consistency(m, leaves.slice(0, k), whole), root(leaves.slice(k))] : [...consistency(m - k, leaves.slice(k), false), root(leaves.slice(0, k))];
}

