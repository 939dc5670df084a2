// tests/vectors/bundles.json: whole bundles, right and forged, with the status of every check; and the bundles of log.json and sequences.json, each by itself.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Refused } from "../src/core/bytes";
import { parseTrust } from "../src/core/trust";
import { verify } from "../src/core/verify";

interface Expected { readonly exit: number; readonly failed: readonly string[]; readonly skipped: readonly string[] | "all others" }
interface Case extends Expected { readonly name: string; readonly bundle: string; readonly trust?: string | undefined; readonly strict?: boolean }
interface Together { readonly name: string; readonly trust?: string; readonly bundles: readonly { bundle: string; alone: Expected }[] }
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../../../tests/vectors/${name}.json`, import.meta.url), "utf8"));
const vectors = read("bundles") as { cases: Case[]; refused_trusts: { why: string; trust: string }[] };
const together = ["log", "sequences"].flatMap((file) => (read(file) as { cases: Together[] }).cases.flatMap(({ name, trust, bundles }) =>
  bundles.map(({ bundle, alone }, at): Case => ({ ...alone, name: `${at} of ${file} ${name}`, bundle, trust }))));

for (const c of [...vectors.cases, ...together]) {
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
