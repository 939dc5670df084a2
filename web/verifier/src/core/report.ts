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

interface Finding { status: Status; expected: string | null; found: string | null; reason: string | null; required: boolean }

/** What the checks found so far. A failure stands against everything; a skip stands against a pass. */
export class Findings {
  private readonly of = new Map<CheckId, Finding>();

  fail(id: CheckId, why: Refused, where = ""): void {
    if (this.of.get(id)?.status === "failed") return;
    this.of.set(id, { status: "failed", expected: why.expected, found: why.found, reason: where === "" ? why.message : `${where}: ${why.message}`, required: true });
  }

  skip(id: CheckId, reason: string, required: boolean): void {
    const before = this.of.get(id);
    if (before?.status === "failed" || (before?.status === "skipped" && (before.required || !required))) return;
    this.of.set(id, { status: "skipped", expected: null, found: null, reason, required });
  }

  /** A pass that needs a word, if nothing else was found. */
  pass(id: CheckId, reason: string | null = null): void {
    if (!this.of.has(id)) this.of.set(id, { status: "passed", expected: null, found: null, reason, required: true });
  }

  failed(id: CheckId): boolean {
    return this.of.get(id)?.status === "failed";
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

  report(rehearsal: boolean): Report {
    const checks = CHECKS.map((id): Check => {
      const f = this.of.get(id);
      return { id, status: f?.status ?? "passed", expected: f?.expected ?? null, found: f?.found ?? null, reason: f?.reason ?? null };
    });
    const refuted = checks.some((c) => c.status === "failed");
    const incomplete = [...this.of.values()].some((f) => f.status === "skipped" && f.required);
    const verdict: Verdict = refuted ? "refuted" : incomplete ? "incomplete" : "verified";
    return { verdict, exit: { verified: 0, refuted: 1, unreadable: 2, incomplete: 3 }[verdict], rehearsal, checks };
  }
}

/** The report on what is not a bundle at all. */
export function unreadable(why: Refused): Report {
  const checks = CHECKS.map((id): Check => id === "format"
    ? { id, status: "failed", expected: why.expected, found: why.found, reason: why.message }
    : { id, status: "skipped", expected: null, found: null, reason: "the bundle cannot be read" });
  return { verdict: "unreadable", exit: 2, rehearsal: false, checks };
}
