// Signed notes and verifier keys (spec §1; C2SP signed-note). Parsing keeps the text as it stands: it is what was signed.
// Never takes a line by a key that was not demanded, even if it verifies.

import { Refused, base64, clip, compareText, concat, hex, sameBytes, u32be, unbase64, utf8, utf8Length } from "./bytes";
import { isStrictKey, verifyStrict } from "./ed25519";
import { sha256 } from "./hash";
import { type Json, parseCanonical } from "./json";

export const ED25519 = 0x01;
export const COSIGNATURE = 0x04;

export interface VKey {
  readonly name: string;
  readonly id: number;
  readonly type: number;
  readonly key: Uint8Array;
  readonly text: string;
}

export interface SignatureLine {
  readonly name: string;
  readonly id: number;
  readonly signature: Uint8Array;
}

export interface Note {
  readonly whole: string;
  /** With its last newline, without the blank line. */
  readonly text: string;
  readonly lines: readonly SignatureLine[];
}

/** A note of this protocol: a context line and one line of canonical JSON. */
export interface ProtocolNote extends Note {
  readonly context: string;
  readonly json: Json;
}

const MAX_NOTE = 1 << 20;
const MAX_SIGNATURES = 100;
/** Longest name of a key, in bytes. */
export const MAX_NAME_BYTES = 255;
const NAME = /^[^\p{White_Space}+\u0000-\u001f\u007f]+$/u;

/** `name+keyid+base64(type ‖ key)`, the key id being what name and key give. */
export function parseVKey(text: string, type = ED25519): VKey {
  const parts = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/s.exec(text);
  if (parts === null || !isKeyName(parts[1]!)) throw new Refused("not a verifier key", "name+keyid+base64", clip(text));
  const body = unbase64(parts[3]!);
  if (body.length !== 33 || body[0] !== type) throw new Refused("a verifier key of another type or length", `type ${type}, 32 bytes`, clip(text));
  const id = keyId(parts[1]!, body);
  if (parts[2] !== hex(u32be(id))) throw new Refused("a verifier key whose key id is wrong", hex(u32be(id)), parts[2]!);
  const key = body.slice(1);
  if (!isStrictKey(key)) throw new Refused("a verifier key that is no point, not canonical or of small order", null, clip(text));
  return { name: parts[1]!, id, type, key, text };
}

function isKeyName(name: string): boolean {
  return NAME.test(name) && utf8Length(name) <= MAX_NAME_BYTES;
}

function keyId(name: string, typed: Uint8Array): number {
  const digest = sha256(concat(utf8(`${name}\n`), typed));
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0);
}

/** Any signed note; its text is separated from the signatures by the last empty line. */
export function parseNote(whole: string): Note {
  if (utf8Length(whole) > MAX_NOTE) throw new Refused("a note of more than 1 MiB");
  if (/[\u0000-\u0009\u000b-\u001f]/.test(whole)) throw new Refused("a control character in a note");
  const cut = whole.lastIndexOf("\n\n");
  if (cut < 0) throw new Refused("a note without signatures");
  const text = whole.slice(0, cut + 1);
  const rest = whole.slice(cut + 2);
  if (!rest.endsWith("\n")) throw new Refused("a note does not end with a newline");
  const rows = rest.slice(0, -1).split("\n");
  if (rows.length > MAX_SIGNATURES) throw new Refused("a note with more than 100 signature lines");
  const lines = rows.map(parseLine);
  return { whole, text, lines };
}

function parseLine(line: string): SignatureLine {
  const parts = /^— ([^ ]+) ([^ ]+)$/.exec(line);
  if (parts === null || !isKeyName(parts[1]!)) throw new Refused("not a signature line", "— name base64", clip(line));
  const body = unbase64(parts[2]!);
  if (body.length < 5) throw new Refused("a signature line without signature");
  return { name: parts[1]!, id: new DataView(body.buffer, body.byteOffset).getUint32(0), signature: body.slice(4) };
}

/** A note whose text is exactly the given context and one line of canonical JSON. */
export function parseProtocolNote(whole: string, context: string): ProtocolNote {
  const note = parseNote(whole);
  const rows = note.text.split("\n");
  if (rows[0] !== `kleroterion/v1/${context}`) throw new Refused("a note of another context", `kleroterion/v1/${context}`, clip(rows[0]!));
  if (rows.length !== 3 || rows[2] !== "") throw new Refused("a note that is not two lines");
  return { ...note, context, json: parseCanonical(rows[1]!) };
}

/** A note as it is written. */
export function formatNote(text: string, lines: readonly SignatureLine[]): string {
  return `${text}\n${lines.map((l) => `— ${l.name} ${base64(concat(u32be(l.id), l.signature))}\n`).join("")}`;
}

/**
 * The keys that signed, each once. Refused: a line that verifies under none of the `demanded` keys of its name and id, lines out of
 * order, and two lines of one key.
 */
export function demandedSigners(note: Note, demanded: readonly VKey[]): VKey[] {
  const message = utf8(note.text);
  const signers: VKey[] = [];
  let last: SignatureLine | undefined;
  for (const line of note.lines) {
    if (last !== undefined && compareLines(last, line) >= 0) throw new Refused("signature lines are not sorted, or two have one name and key id", `${line.name} before ${last.name}`, `${last.name} before ${line.name}`);
    last = line;
    const same = demanded.filter((k) => k.name === line.name && k.id === line.id);
    if (same.length === 0) throw new Refused("a signature by a key that was not asked for", demanded.map((k) => k.name).join(", "), line.name);
    const signer = same.find((k) => verifyStrict(k.key, message, line.signature));
    if (signer === undefined) throw new Refused("a signature that does not verify", `a signature by ${line.name}`, "another");
    if (signers.some((k) => sameBytes(k.key, signer.key))) throw new Refused("two signatures of one key", "distinct keys", line.name);
    signers.push(signer);
  }
  return signers;
}

function compareLines(a: SignatureLine, b: SignatureLine): number {
  return compareText(a.name, b.name) || a.id - b.id;
}
