// What the checks of one bundle share: the bundle, what the reader trusts, what was found so far, and what the steps gave. Judges nothing itself.

import { Artifacts, type Placed, type RawBundle, placeSteps } from "./bundle";
import type { Checkpoint } from "./checkpoint";
import { type DrawState, Ledger } from "./ledger";
import type { Drawn, Material } from "./methods";
import type { Outcome } from "./outcome";
import type { Seats } from "./replacement";
import { type CheckId, Findings } from "./report";
import { Scope } from "./scope";
import type { Trust } from "./trust";

export interface Options {
  readonly trust?: Trust | undefined;
  readonly strict?: boolean;
  /** Artifacts that lie beside the bundle. */
  readonly beside?: (hash: string) => string | undefined;
}

/** A step that was signed by the service key in force, and the earlier checkpoint that covers it, if there is one that holds. */
export interface Believed extends Placed { witnessed: Checkpoint | undefined }

/** What the terms name and is at hand; `usable` if nothing that the method needs is missing but the table. */
export type Gathered = Material & { readonly usable: boolean };

export class Case {
  readonly f = new Findings();
  readonly trust: Trust | undefined;
  readonly scope: Scope;
  readonly artifacts: Artifacts;
  readonly ledger = new Ledger();
  readonly steps: Believed[] = [];
  newest: Checkpoint | undefined;
  outcome: Outcome | undefined;
  given: Drawn | undefined;
  seats: Seats | undefined;
  used: Material | undefined;

  constructor(readonly raw: RawBundle, readonly options: Options) {
    this.trust = options.trust;
    this.f.require("format", "log.signature", "log.inclusion", "log.chain", "organiser.keys", "terms.signatures", "terms.attempts", "voids");
    this.f.ran("format", "log.chain", "log.signature", "voids");
    this.scope = new Scope(placeSteps(raw, this.f), raw.draw, this.f);
    this.artifacts = new Artifacts(raw.artifacts, options.beside ?? (() => undefined), this.scope.named, this.f);
  }

  get draw(): DrawState | undefined {
    return this.ledger.draws.get(this.raw.draw);
  }
}

/** A required artifact that is not at hand: whatever needs it, and `format`, cannot be judged. */
export function missing(c: Case, hash: string, ...ids: readonly CheckId[]): void {
  for (const id of ["format" as const, ...ids]) c.f.skip(id, `artifact ${hash} is not in the bundle; give the folder that holds it`);
}

export function noTable(draw: DrawState): string {
  return draw.erased !== undefined ? "erased" : "the table is not at hand, or is not the sealed pool's";
}
