// The report (spec §9.3): every check in its order, the verdict, the exit code. One check fails once: the first evidence stays.

import { Refused } from "./bytes";

export const CHECKS = [
  "format", "log.signature", "log.inclusion", "log.chain", "log.consistency", "log.witnesses", "organiser.keys", "terms.signatures",
  "terms.attempts", "time.round", "time.sealed", "time.tokens", "beacon.signature", "pool.table", "pool.from", "panels.quotas",
  "panels.counts", "panels.certificate", "draw.outcome", "replacements.rule", "voids",
] as const;

export type CheckId = (typeof CHECKS)[number];
export type Status = "passed" | "failed" | "skipped";
export type Verdict = "verified" | "refuted" | "unreadable" | "incomplete";

export interface Check {
  readonly id: CheckId;
  readonly status: Status;
  readonly expected: string | null;
  readonly found: string | null;
  readonly reason: string | null;
}

export interface Report {
  readonly verdict: Verdict;
  readonly exit: number;
  readonly rehearsal: boolean;
  readonly checks: readonly Check[];
}

interface Open {
  ran: boolean;
  required: boolean;
  failures: Refused[];
  skips: string[];
  pass: { reason: string | null; expected: string | null; found: string | null };
}

const NOT_HERE = "does not apply to this draw";

/**
 * What the checks found so far. Failed if anything was refuted; else skipped if a part could not run; else passed if it ran; else it does not
 * apply.
 */
export class Findings {
  private readonly of = new Map<CheckId, Open>(CHECKS.map((id) => [id, { ran: false, required: false, failures: [], skips: [], pass: { reason: null, expected: null, found: null } }]));

  private open(id: CheckId): Open {
    return this.of.get(id)!;
  }

  /** A skip of this check makes the verdict incomplete. */
  require(...ids: readonly CheckId[]): void {
    for (const id of ids) this.open(id).required = true;
  }

  ran(...ids: readonly CheckId[]): void {
    for (const id of ids) this.open(id).ran = true;
  }

  fail(id: CheckId, why: Refused, where = ""): void {
    this.open(id).failures.push(where === "" ? why : new Refused(`${where}: ${why.message}`, why.expected, why.found));
  }

  skip(id: CheckId, reason: string): void {
    this.open(id).skips.push(reason);
  }

  /** Words beside a check that passes. */
  note(id: CheckId, reason: string, expected: string | null = null, found: string | null = null): void {
    this.open(id).pass = { reason, expected, found };
  }

  failed(id: CheckId): boolean {
    return this.open(id).failures.length > 0;
  }

  /** Whether the check stands as passed. */
  passed(id: CheckId): boolean {
    return this.close(id).status === "passed";
  }

  /** Runs a part of a check; what it refuses is a failure of `id`. */
  within<T>(id: CheckId, where: string, part: () => T): T | undefined {
    try {
      return part();
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      this.fail(id, e, where);
      return undefined;
    }
  }

  private close(id: CheckId): Check {
    const { ran, failures, skips, pass } = this.open(id);
    const first = failures[0];
    if (first !== undefined) {
      const more = failures.length > 1 ? ` (and ${failures.length - 1} more)` : "";
      return { id, status: "failed", expected: first.expected, found: first.found, reason: first.message + more };
    }
    if (skips.length > 0 || !ran) return { id, status: "skipped", expected: null, found: null, reason: skips[0] ?? NOT_HERE };
    return { id, status: "passed", ...pass };
  }

  report(rehearsal: boolean): Report {
    const checks = CHECKS.map((id) => this.close(id));
    const refuted = checks.some((c) => c.status === "failed");
    const incomplete = checks.some((c) => c.status === "skipped" && this.open(c.id).required);
    const verdict: Verdict = refuted ? "refuted" : incomplete ? "incomplete" : "verified";
    return { verdict, exit: EXITS[verdict], rehearsal, checks };
  }
}

const EXITS: Record<Verdict, number> = { verified: 0, refuted: 1, unreadable: 2, incomplete: 3 };

/** The report on what is not a bundle at all. */
export function unreadable(why: Refused): Report {
  const checks = CHECKS.map((id): Check => id === "format"
    ? { id, status: "failed", expected: why.expected, found: why.found, reason: why.message }
    : { id, status: "skipped", expected: null, found: null, reason: "the bundle cannot be read" });
  return { verdict: "unreadable", exit: EXITS.unreadable, rehearsal: false, checks };
}
