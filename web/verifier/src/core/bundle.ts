// The bundle (spec §9.1): reading it, and which of its steps and artifacts belong together.
// What cannot be read as a bundle at all is unreadable; what is a bundle and breaks §9.1 fails `format`.

import { Refused, clip, hex, sameBytes, unbase64, utf8, utf8Length } from "./bytes";
import { type TlogProof, parseTlogProof } from "./checkpoint";
import { sha256 } from "./hash";
import { type Json, Members, isHash, isSlug, parseCanonical } from "./json";
import { parseProof } from "./merkle";
import { type VKey, parseVKey } from "./note";
import type { Findings } from "./report";
import { type Step, parseStep } from "./steps";

export const MAX_BUNDLE = 256 << 20;
const MAX_INSIDE = 32 << 20;
const MAX_STEPS = 10000;
const MAX_CONSISTENCY = 128;
const MAX_TOKEN = 16384;

interface RawStep { readonly entry: string; readonly proof: string; readonly witnessed: RawWitnessed | undefined }
export interface RawWitnessed { readonly consistency: readonly Uint8Array[]; readonly proof: string; readonly tokens: readonly Uint8Array[] }

export interface RawBundle {
  readonly artifacts: ReadonlyMap<string, string>;
  readonly draw: string;
  readonly log: VKey;
  readonly steps: readonly RawStep[];
}

/** An entry whose form is that of a step. Nothing in it is to be believed. */
export interface Placed {
  readonly at: number;
  readonly step: Step;
}

/** Throws `Refused` for what is not a bundle. */
export function readBundle(text: string): RawBundle {
  if (utf8Length(text) > MAX_BUNDLE) throw new Refused("a bundle of more than 256 MiB");
  if (!text.endsWith("\n")) throw new Refused("a bundle ends with one newline");
  const from = new Members(parseCanonical(text.slice(0, -1)), "bundle");
  from.oneOf("format", ["kleroterion/v1/bundle"] as const);
  const bundle: RawBundle = {
    artifacts: readArtifacts(from.take("artifacts")),
    draw: from.text("draw"),
    log: parseVKey(from.text("log")),
    steps: from.array("steps", 0, MAX_STEPS).map(readStep),
  };
  from.end();
  if (!isSlug(bundle.draw)) throw new Refused("draw is not a slug", null, clip(bundle.draw));
  return bundle;
}

function readArtifacts(value: Json): ReadonlyMap<string, string> {
  const from = new Members(value, "artifacts");
  const out = new Map<string, string>();
  for (const name of from.names()) {
    if (!isHash(name)) throw new Refused("an artifact is named by its hash", "64 hexadecimal digits", clip(name));
    out.set(name, from.text(name));
  }
  return out;
}

function readStep(value: Json): RawStep {
  const from = new Members(value, "steps");
  const step = {
    entry: from.text("entry"), proof: from.text("proof"),
    witnessed: from.optional("witnessed", (n) => {
      const w = from.members(n);
      const out = { consistency: parseProof(w.texts("consistency", 0, MAX_CONSISTENCY)), proof: w.text("proof"), tokens: w.optional("tokens", (m) => readTokens(w.texts(m, 1, 8))) ?? [] };
      w.end();
      return out;
    }),
  };
  from.end();
  return step;
}

function readTokens(texts: readonly string[]): readonly Uint8Array[] {
  if (new Set(texts).size !== texts.length) throw new Refused("an outside timestamp stands twice");
  return texts.map((t) => {
    const der = unbase64(t);
    if (der.length > MAX_TOKEN) throw new Refused("an outside timestamp of more than 16,384 bytes");
    return der;
  });
}

/** Reads each entry; what is no step fails `format` and takes no part in anything else. */
export function placeSteps(raw: RawBundle, findings: Findings): Placed[] {
  return raw.steps.flatMap((one, at) => {
    const step = findings.within("format", `steps[${at}] is not a step`, () => parseStep(one.entry));
    return step === undefined ? [] : [{ at, step }];
  });
}

/** Reads a proof of the entry at `at`; a bad one fails `format`. */
export function readTlogProof(text: string, at: number, findings: Findings): TlogProof | undefined {
  return findings.within("format", `the proof of steps[${at}]`, () => parseTlogProof(text));
}

/** The artifacts at hand: those in the bundle and those beside it, each hashed to its name before anybody reads it. */
export class Artifacts {
  private readonly texts = new Map<string, string>();

  /** `named` are those that a step or terms name: the bundle may hold no other. */
  constructor(inside: ReadonlyMap<string, string>, beside: (hash: string) => string | undefined, named: ReadonlySet<string>, findings: Findings) {
    const take = (hash: string, text: string): void => {
      const found = hex(sha256(utf8(text)));
      if (found === hash) this.texts.set(hash, text);
      else findings.fail("format", new Refused("an artifact that does not hash to its name", hash, found));
    };
    for (const [hash, text] of inside) {
      if (!named.has(hash)) findings.fail("format", new Refused("an artifact that no step and no terms name", null, hash));
      else if (utf8Length(text) > MAX_INSIDE) findings.fail("format", new Refused("an artifact of this size lies beside the bundle", "at most 32 MiB", String(utf8Length(text))));
      else take(hash, text);
    }
    for (const hash of named) {
      const text = inside.has(hash) ? undefined : beside(hash);
      if (text !== undefined) take(hash, text);
    }
  }

  get(hash: string): string | undefined {
    return this.texts.get(hash);
  }
}

export function sameKey(a: VKey, b: VKey): boolean {
  return a.name === b.name && sameBytes(a.key, b.key);
}
