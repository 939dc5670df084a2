// What a draw is made from (spec §2, §5): the table, its link to an earlier draw, the groups or the list, each held to what the terms say of it.

import { Refused } from "./bytes";
import { type Case, type Gathered, missing, noTable } from "./case";
import { checkCertificate, parseCertificate } from "./certificate";
import type { DrawState } from "./ledger";
import { type Material, checkCounts, checkPanels, parsePanelList, parseStrata } from "./methods";
import { parseOutcome, parseReplacement } from "./outcome";
import { type Opening, readTable } from "./pool";
import type { CheckId } from "./report";
import type { Terms } from "./terms";

export function gather(c: Case, draw: DrawState, terms: Terms): Gathered {
  const { f } = c;
  const { pool, method } = terms;
  const material: { -readonly [K in keyof Material]: Material[K] } = {};
  if (pool.table !== undefined) {
    f.require("pool.table");
    const text = c.artifacts.get(pool.table);
    if (text !== undefined) {
      f.ran("pool.table");
      material.table = f.within("pool.table", "", () => readTable(text, pool));
    } else if (draw.erased !== undefined) f.skip("pool.table", "erased");
    else missing(c, pool.table, "pool.table");
  }
  checkOrigin(c, draw, terms, material);
  const named = method.name === "stratified" ? method.strata : method.name === "panels" ? method.list : undefined;
  if (named === undefined) return { ...material, usable: true };
  const ids: CheckId[] = method.name === "panels" ? ["panels.quotas", "panels.counts"] : ["draw.outcome"];
  const text = c.artifacts.get(named);
  if (text === undefined) missing(c, named, ...ids);
  else {
    try {
      if (method.name === "stratified") material.strata = parseStrata(text);
      else material.list = parsePanelList(text);
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      for (const id of ids) f.fail(id, e);
    }
  }
  if (method.name === "panels") {
    checkList(c, draw, terms, material);
    checkBound(c, terms, material);
  }
  return { ...material, usable: material.strata !== undefined || material.list !== undefined };
}

function checkList(c: Case, draw: DrawState, terms: Terms, material: Material): void {
  const { f } = c;
  f.require("panels.quotas", "panels.counts");
  const { list, table } = material;
  if (list === undefined) return;
  if (table === undefined) f.skip("panels.quotas", noTable(draw));
  else if (f.within("panels.quotas", "", () => { checkPanels(list, terms, table); return true; }) === true) f.ran("panels.quotas");
  if (f.within("panels.counts", "", () => { checkCounts(list, terms); return true; }) === true) f.ran("panels.counts");
}

function checkBound(c: Case, terms: Terms, material: Material): void {
  const { f } = c;
  const { method } = terms;
  if (method.name !== "panels" || method.certificate === undefined) return;
  f.require("panels.certificate");
  const text = c.artifacts.get(method.certificate);
  if (text === undefined) return missing(c, method.certificate, "panels.certificate");
  const certificate = f.within("panels.certificate", "", () => parseCertificate(text));
  if (certificate === undefined) return;
  if (!f.passed("panels.quotas") || !f.passed("panels.counts")) return f.skip("panels.certificate", "the list, with which the certificate is compared, was not counted or was refused");
  const found = f.within("panels.certificate", "", () => checkCertificate(certificate, terms, material.list!, material.table!));
  if (found === undefined) return;
  f.ran("panels.certificate");
  f.note("panels.certificate", found.words, found.bound, found.achieved);
}

function checkOrigin(c: Case, draw: DrawState, terms: Terms, material: Material): void {
  const { f } = c;
  const from = terms.pool.from;
  if (from === undefined) return;
  f.require("pool.from");
  const own = c.steps.find((s) => s.step === draw.sealed)!.step.seq;
  const ofEarlier = c.steps.map((s) => s.step).filter((s) => "draw" in s && s.draw === from.draw);
  const last = ofEarlier.findLast((s) => s.kind === "drawn");
  const answers = ofEarlier.flatMap((s) => (s.kind === "replaced" ? [s.outcome] : []));
  if (last?.kind !== "drawn" || answers.length !== from.replacements.length) return f.fail("format", new Refused(`the bundle does not hold the result and the replacements of draw '${from.draw}', to which the pool is linked`));
  if (last.outcome !== from.outcome) f.fail("pool.from", new Refused("the pool is linked to another outcome than the earlier draw's", last.outcome, from.outcome));
  if (answers.some((hash, i) => hash !== from.replacements[i])) f.fail("pool.from", new Refused("the replacements are not in the order of the log", answers.join(", "), from.replacements.join(", ")));
  const latest = ofEarlier.findLast((s) => s.kind === "drawn" || s.kind === "replaced")!.seq;
  if (own <= Math.max(last.seq, latest)) f.fail("pool.from", new Refused(`draw '${from.draw}' was drawn, or its seats filled, only after this one was sealed`));
  const texts = [from.outcome, ...from.replacements].map((hash) => { const text = c.artifacts.get(hash); if (text === undefined) missing(c, hash, "pool.from"); return text; });
  if (texts.some((t) => t === undefined)) return;
  const opened = f.within("pool.from", "", () => openedBefore(from.draw, texts as string[]));
  if (opened === undefined) return;
  const { table } = material;
  if (table === undefined) return f.skip("pool.from", noTable(draw));
  if (f.within("pool.from", "", () => { checkLinked(table.people.map((p) => p.privatePart), opened); return true; }) === true) f.ran("pool.from");
}

/** Who was opened by an earlier draw, by index: those drawn, the reserves, and those seated later (§2.5). */
function openedBefore(draw: string, texts: readonly string[]): Map<string, number> {
  const outcome = parseOutcome(texts[0]!);
  if (outcome.draw !== draw) throw new Refused("the outcome of another draw", draw, outcome.draw);
  const byIndex = new Map<number, string>();
  const open = ({ index, privatePart }: Opening): void => {
    const before = byIndex.get(index) ?? privatePart;
    if (before !== privatePart) throw new Refused(`the earlier draw opens two people under index ${index}`, before, privatePart);
    byIndex.set(index, privatePart);
  };
  [...outcome.drawn, ...outcome.reserves].forEach(open);
  for (const text of texts.slice(1)) {
    const r = parseReplacement(text);
    if (r.draw !== draw) throw new Refused("the replacement of another draw", draw, r.draw);
    for (const fill of r.fills) if (fill.seated !== undefined) open(fill.seated);
  }
  const times = new Map<string, number>();
  for (const part of byIndex.values()) times.set(part, (times.get(part) ?? 0) + 1);
  return times;
}

function checkLinked(parts: readonly string[], opened: ReadonlyMap<string, number>): void {
  const seen = new Set<string>();
  parts.forEach((part, index) => {
    if (seen.has(part)) throw new Refused(`the person at index ${index} stands twice in the table`);
    seen.add(part);
    if (opened.get(part) !== 1) throw new Refused(`the person at index ${index} was not opened exactly once by the earlier draw`, "1", String(opened.get(part) ?? 0));
  });
}
