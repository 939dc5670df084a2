// The bundle (spec §9.1): reading it, and which of its steps and artifacts belong together.
// What cannot be read as a bundle at all is unreadable; what is a bundle and breaks §9.1 fails `format`.

import { Refused, clip, hex, sameBytes, utf8, utf8Length } from "./bytes";
import { type TlogProof, parseTlogProof } from "./checkpoint";
import { sha256 } from "./hash";
import { type Json, Members, isHash, isSlug, parseCanonical } from "./json";
import { parseProof } from "./merkle";
import { type VKey, parseVKey } from "./note";
import type { Findings } from "./report";
import { type Step, parseStep } from "./steps";

export const MAX_BUNDLE = 256 << 20;
const MAX_STEPS = 10000;

interface RawStep { readonly entry: string; readonly proof: string; readonly witnessed: { readonly consistency: string[]; readonly proof: string } | undefined }

export interface RawBundle {
  readonly artifacts: ReadonlyMap<string, string>;
  readonly draw: string;
  readonly log: VKey;
  readonly steps: readonly RawStep[];
}

/** A step of the bundle whose form is good. */
export interface Placed {
  readonly at: number;
  readonly step: Step;
  readonly proof: TlogProof | undefined;
  readonly witnessed: { readonly consistency: readonly Uint8Array[]; readonly proof: TlogProof } | undefined;
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
      const out = { consistency: w.texts("consistency"), proof: w.text("proof") };
      w.end();
      return out;
    }),
  };
  from.end();
  return step;
}

/** Reads each step and proof; what has a bad form fails `format` and takes no part in the rest. */
export function placeSteps(raw: RawBundle, findings: Findings): Placed[] {
  const placed: Placed[] = [];
  let last = -1;
  raw.steps.forEach((one, at) => {
    const where = `steps[${at}]`;
    const proof = findings.within("format", where, () => parseTlogProof(one.proof));
    const witnessed = one.witnessed === undefined ? undefined : findings.within("format", where, () => ({ consistency: parseProof(one.witnessed!.consistency), proof: parseTlogProof(one.witnessed!.proof) }));
    const step = findings.within("format", where, () => parseStep(one.entry));
    if (step === undefined) return;
    if (step.seq <= last) findings.fail("format", new Refused("steps do not ascend", `above ${last}`, String(step.seq)), where);
    last = step.seq;
    if (one.witnessed !== undefined && !["sealed", "vacated", "voided"].includes(step.kind)) findings.fail("format", new Refused("witnessed stands on a step that needs none", "sealed, vacated or voided", step.kind), where);
    placed.push({ at, step, proof, witnessed });
  });
  const proofs = placed.flatMap((p) => (p.proof === undefined ? [] : [p.proof]));
  if (proofs.some((p) => p.checkpoint.note.whole !== proofs[0]!.checkpoint.note.whole)) findings.fail("format", new Refused("the proofs hold different checkpoints"));
  return placed;
}

/** The artifact's text, if it is there and hashes to its name. `beside` are the files that lie beside the bundle. */
export class Artifacts {
  private readonly checked = new Map<string, string | null>();
  constructor(private readonly inside: ReadonlyMap<string, string>, private readonly beside: (hash: string) => string | undefined) {}

  names(): string[] {
    return [...this.inside.keys()];
  }

  get(hash: string): string | null {
    let text = this.checked.get(hash);
    if (text === undefined) {
      const candidate = this.inside.get(hash) ?? this.beside(hash);
      text = candidate !== undefined && fits(hash, candidate) ? candidate : null;
      this.checked.set(hash, text);
    }
    return text;
  }

  /** Whether something of that name is there, whatever it hashes to. */
  present(hash: string): boolean {
    return this.inside.has(hash) || this.beside(hash) !== undefined;
  }
}

function fits(hash: string, text: string): boolean {
  return hex(sha256(utf8(text))) === hash;
}

export function sameKey(a: VKey, b: VKey): boolean {
  return a.name === b.name && sameBytes(a.key, b.key);
}
