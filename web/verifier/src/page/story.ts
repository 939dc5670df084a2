// What a page tells beside the checks: facts as plain values, so that they can leave the worker. Names nobody; people are numbers.

import type { Report } from "../core/report";
import type { Verified } from "../core/verify";

export interface Story {
  readonly report: Report;
  readonly titles: Readonly<Record<string, string>>;
  readonly draw?: string;
  readonly organiser?: string;
  readonly organiserName?: string;
  readonly log?: string;
  readonly logKey?: string;
  readonly serviceKey?: string;
  readonly attempt?: number;
  readonly method?: string;
  readonly size?: number;
  readonly seats?: number;
  readonly reserves?: number;
  readonly announcedAt?: number;
  readonly sealedAt?: number;
  readonly roundAt?: number;
  readonly round?: number;
  readonly chain?: string;
  readonly rehearsalUsed?: boolean;
  readonly drawnAt?: number;
  readonly drawn?: readonly number[];
  readonly seated?: readonly number[];
  readonly given?: readonly number[];
  readonly closed?: string;
  readonly tableReason?: string;
  readonly notDrawn: readonly { readonly seats: number; readonly why: string }[];
  readonly hasTrust: boolean;
  readonly hasPolicy: boolean;
}

export function tell(v: Verified, hasTrust: boolean, hasPolicy: boolean): Story {
  const { draw, ledger, report } = v;
  const out: { -readonly [K in keyof Story]: Story[K] } = { report, titles: {}, notDrawn: [], hasTrust, hasPolicy };
  if (ledger?.opened !== undefined) {
    out.log = ledger.opened.log.name;
    out.logKey = ledger.logKeys.at(-1)!.text;
    out.serviceKey = ledger.serviceKeys.at(-1)!.text;
  }
  if (draw === undefined || ledger === undefined) return out;
  out.titles = Object.fromEntries(draw.sealed?.terms.title ?? draw.latest.title);
  out.draw = draw.first.draw;
  out.organiser = draw.organiser;
  const name = ledger.organisers.get(draw.organiser)?.at(-1)?.step.name;
  if (name !== undefined) out.organiserName = name;
  out.attempt = draw.latest.attempt;
  out.announcedAt = draw.first.time;
  const { sealed } = draw;
  if (sealed !== undefined) {
    const { terms } = sealed;
    out.method = terms.method.name;
    out.size = terms.pool.size;
    out.seats = terms.method.seats;
    out.reserves = terms.reserves;
    out.sealedAt = sealed.time;
    out.round = terms.beacon.round;
    if (draw.roundTime !== null) out.roundAt = draw.roundTime;
    if (draw.chain !== undefined) {
      out.chain = draw.chain.name;
      out.rehearsalUsed = draw.chain.rehearsal;
    }
    out.notDrawn = terms.notDrawn;
    if (terms.pool.tableReason !== undefined) out.tableReason = terms.pool.tableReason;
  }
  const result = draw.results.at(-1);
  if (result !== undefined) out.drawnAt = result.step.time;
  if (v.outcome !== undefined) out.drawn = v.outcome.drawn.map((o) => o.index);
  if (v.seats !== undefined) out.seated = [...v.seats.seated].sort((a, b) => a - b);
  if (draw.voided !== undefined && v.cancelled === false && v.given !== undefined) out.given = v.given.drawn;
  if (draw.voided !== undefined) out.closed = draw.voided.step.reason;
  if (draw.annulled !== undefined) out.closed = draw.annulled.reason;
  return out;
}
