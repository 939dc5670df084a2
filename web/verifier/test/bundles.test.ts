// tests/vectors/bundles.json: whole bundles, right and forged, with the status of every check.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Refused } from "../src/core/bytes";
import { parseTrust } from "../src/core/trust";
import { verify } from "../src/core/verify";

interface Case { readonly name: string; readonly bundle: string; readonly exit: number; readonly failed: readonly string[]; readonly skipped: readonly string[] | "all others"; readonly trust?: string; readonly strict?: boolean }
const vectors = JSON.parse(readFileSync(new URL("../../../../tests/vectors/bundles.json", import.meta.url), "utf8")) as { cases: Case[]; refused_trusts: { why: string; trust: string }[] };

for (const c of vectors.cases) {
  test(`bundle ${c.name}`, () => {
    const trust = c.trust === undefined ? undefined : parseTrust(c.trust);
    const { report } = verify(c.bundle, { trust, strict: c.strict === true });
    const expected = report.checks.map(({ id }) => `${id} ${c.failed.includes(id) ? "failed" : c.skipped === "all others" || c.skipped.includes(id) ? "skipped" : "passed"}`);
    const words = report.checks.map((x) => `${x.id} ${x.status} ${x.reason ?? ""}`).join("\n");
    assert.deepEqual(report.checks.map(({ id, status }) => `${id} ${status}`), expected, words);
    assert.equal(report.exit, c.exit);
  });
}

test("trust files that are refused", () => {
  for (const { why, trust } of vectors.refused_trusts) assert.throws(() => parseTrust(trust), (e) => e instanceof Refused, why);
});
