// Draws that were given up (spec §4.9): each is what it says, and what its seed gave can be told.

import { Refused } from "./bytes";
import type { Case } from "./case";
import type { DrawState } from "./ledger";
import { type Material, checkCounts, checkPanels, draw as drawFrom, parsePanelList, parseStrata } from "./methods";
import { readTable } from "./pool";
import { deriveSeed } from "./seed";
import { cancelled } from "./times";

export function checkVoids(c: Case): void {
  const { f } = c;
  const given = [...c.ledger.draws.values()].filter((d) => d.voided !== undefined);
  const before = given.filter((d) => cancelled(c, d)).length;
  if (given.length > 0) f.note("voids", `${before} cancelled, ${given.length - before} abandoned`);
  for (const d of given) if (!cancelled(c, d) && d.first.draw !== c.raw.draw) earlierAbandoned(c, d);
}

/** What an earlier attempt that was abandoned would have given can be told too. */
function earlierAbandoned(c: Case, draw: DrawState): void {
  const slug = draw.first.draw;
  try {
    const terms = draw.sealed!.terms;
    const round = draw.voided!.round;
    if (round === undefined) throw new Refused("the step that gave it up does not show the round");
    const { method, pool } = terms;
    const get = (hash: string): string => { const t = c.artifacts.get(hash); if (t === undefined) throw new Refused(`artifact ${hash} is not in the bundle`); return t; };
    const read = <T>(part: () => T): T => {
      try { return part(); } catch (e) { if (e instanceof Refused) c.f.fail("voids", e, slug); throw e; }
    };
    const material: { -readonly [K in keyof Material]: Material[K] } = {};
    if (method.name === "stratified") { const t = get(method.strata); material.strata = read(() => parseStrata(t)); }
    if (method.name === "panels") { const t = get(method.list); material.list = read(() => parsePanelList(t)); }
    if (method.name !== "equal" && pool.table !== undefined) material.table = readTable(get(pool.table), pool);
    // A list that breaks §7.4 gives nobody.
    if (material.list !== undefined && material.table !== undefined) {
      checkPanels(material.list, terms, material.table);
      checkCounts(material.list, terms);
    }
    drawFrom(terms, deriveSeed("terms", terms.note.text, round), material);
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    c.f.skip("voids", `what the abandoned draw '${slug}' would have given cannot be shown: ${e.message}`);
  }
}
