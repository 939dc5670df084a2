// A bundle of a draw by `equal` from as many people as one likes, without making them: all leaves are one and the same, so that the tree of
// millions is hashed in a moment. (Without a table nobody sees that.) Everything else is as in the world's bundle, signed anew.

import { PINNED, parseRehearsal, verifyRound } from "../src/core/beacon";
import { base64, concat, hex, utf8 } from "../src/core/bytes";
import { sha256 } from "../src/core/hash";
import { type Json, Members, encode, parseCanonical } from "../src/core/json";
import { poolLeaf } from "../src/core/pool";
import { deriveSeed, stageKey } from "../src/core/seed";
import { parseStep } from "../src/core/steps";
import { termsHash } from "../src/core/terms";
import { Tickets } from "../src/core/tickets";
import { forged } from "./forge";

export function largeEqual(text: string, size: number): string {
  const bundle = parseCanonical(text.slice(0, -1)) as Map<string, Json>;
  const steps = bundle.get("steps") as Map<string, Json>[];
  const parsed = steps.map((s) => parseStep(s.get("entry") as string));
  const sealed = parsed.find((s) => s.kind === "sealed")!;
  const drawn = parsed.find((s) => s.kind === "drawn")!;
  if (sealed.kind !== "sealed" || drawn.kind !== "drawn") throw new Error("not a whole draw");
  const opened = open(steps[0]!.get("entry") as string);
  const chain = PINNED.find((c) => c.hash === sealed.terms.beacon.chain) ?? parseRehearsal(new Members(opened.get("rehearsal"), "chain"));
  const round = verifyRound(chain, drawn.round);

  const publicPart = encode(new Map<string, Json>([["row", new Map<string, Json>(sealed.terms.pool.columns.public.map((c) => [c, ""]))]]));
  const privatePart = sha256(utf8("somebody"));
  const leaf = poolLeaf(privatePart, publicPart);
  const tree = new Uniform(leaf, size);
  const terms = editTerms(steps, (t) => {
    const pool = t.get("pool") as Map<string, Json>;
    pool.set("size", size).set("root", hex(tree.root()));
    pool.delete("table");
  });
  const seed = deriveSeed("terms", terms.text, round);
  const wanted = sealed.terms.method.seats + sealed.terms.reserves;
  const order = new Tickets(stageKey(seed, "people")).lowest(size, wanted);
  const opening = (index: number): Json => new Map<string, Json>([["index", index], ["private", hex(privatePart)], ["proof", tree.path(index).map(base64)], ["public", parseCanonical(publicPart)]]);
  const outcome = encode(new Map<string, Json>([
    ["draw", sealed.draw], ["drawn", order.slice(0, sealed.terms.method.seats).map(opening)], ["format", "kleroterion/v1/outcome"],
    ["reserves", order.slice(sealed.terms.method.seats).map(opening)], ["terms", terms.hash],
  ]));
  const entry = steps.find((s) => parseStep(s.get("entry") as string).kind === "drawn")!;
  const name = hex(sha256(utf8(outcome)));
  entry.set("entry", editNote(entry.get("entry") as string, (s) => { s.set("outcome", name).set("terms", terms.hash); }));
  bundle.set("artifacts", new Map<string, Json>([[name, outcome]]));
  return forged(bundle);
}

/** A tree all of whose leaves are one. */
class Uniform {
  private readonly known = new Map<number, Uint8Array>();
  constructor(private readonly leaf: Uint8Array, private readonly size: number) {}

  root(n = this.size): Uint8Array {
    if (n === 1) return this.leaf;
    let hash = this.known.get(n);
    if (hash === undefined) {
      const k = split(n);
      hash = sha256(concat(Uint8Array.of(1), this.root(k), this.root(n - k)));
      this.known.set(n, hash);
    }
    return hash;
  }

  path(m: number, n = this.size): Uint8Array[] {
    if (n === 1) return [];
    const k = split(n);
    return m < k ? [...this.path(m, k), this.root(n - k)] : [...this.path(m - k, n - k), this.root(k)];
  }
}

function split(n: number): number {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
}

function open(note: string): Map<string, Json> {
  return parseCanonical(note.split("\n")[1]!) as Map<string, Json>;
}

function editNote(note: string, change: (v: Map<string, Json>) => void): string {
  const rows = note.split("\n");
  const value = open(note);
  change(value);
  rows[1] = encode(value);
  return rows.join("\n");
}

function editTerms(steps: readonly Map<string, Json>[], change: (t: Map<string, Json>) => void): { text: string; hash: string } {
  let text = "";
  for (const step of steps) {
    const entry = step.get("entry") as string;
    if (open(entry).get("kind") !== "sealed") continue;
    step.set("entry", editNote(entry, (s) => {
      const note = editNote(s.get("terms") as string, change);
      s.set("terms", note);
      text = note.slice(0, note.lastIndexOf("\n\n") + 1);
    }));
  }
  return { text, hash: termsHash(text) };
}
