// The seed (spec §5.1): from signed text and a verified round to the keys of the tickets.
// Nothing that the service writes enters it.

import { concat, u64be, unhex, utf8 } from "./bytes";
import type { VerifiedRound } from "./beacon";
import { hkdfExpand, hkdfExtract, tagged } from "./hash";

export type Stage = "people" | "panels";

export interface Seed {
  readonly prk: Uint8Array;
}

/** `label` is "terms" for a draw and "vacated" for a replacement with a fresh round; `text` is the note's text without signatures. */
export function deriveSeed(label: "terms" | "vacated", text: string, round: VerifiedRound): Seed {
  const ikm = concat(unhex(round.chain.hash), u64be(round.round), round.randomness);
  return { prk: hkdfExtract(tagged(label, utf8(text)), ikm) };
}

export function stageKey(seed: Seed, stage: Stage): Uint8Array {
  return hkdfExpand(seed.prk, `kleroterion/v1/tickets/${stage}`, 32);
}
