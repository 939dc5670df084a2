// One verdict for every key, signature and message, the same as the other verifier's (crates/tlog/tests); and trees against RFC 6962 itself.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { concat, hex, unhex, utf8 } from "../src/core/bytes";
import { verifyStrict } from "../src/core/ed25519";
import { sha256 } from "../src/core/hash";
import { TreeBuilder, checkConsistency, leafHash, rootFromInclusion } from "../src/core/merkle";
import { parseVKey } from "../src/core/note";
import { parsePolicy } from "../src/core/policy";

const repository = new URL("../../../../", import.meta.url);

test("Ed25519: the cases of the other verifier's test", () => {
  const source = readFileSync(new URL("crates/tlog/tests/it/tests/ed25519.rs", repository), "utf8");
  const cases = [...source.matchAll(/\(\s*"([a-zA-Z_ ]*)",\s*"([0-9a-f]{64})",\s*"([0-9a-f]{128})",\s*"([^"]*)",\s*(true|false),\s*\)/g)];
  assert.ok(cases.length >= 11, `only ${cases.length} cases`);
  for (const [, flags, key, signature, message, verdict] of cases) assert.equal(verifyStrict(unhex(key!), utf8(message!), unhex(signature!)), verdict === "true", flags);
});

const shared = new URL("../shared/data/ed25519/ed25519vectors.json", repository);
test("Ed25519: all 914 edge cases of C2SP/CCTV", { skip: existsSync(shared) ? false : "../shared/data is not here" }, () => {
  const forbidden = ["low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R", "low_order_residue"];
  const cases = JSON.parse(readFileSync(shared, "utf8")) as { key: string; sig: string; msg: string; flags: string[] | null }[];
  assert.equal(cases.length, 914);
  let valid = 0;
  for (const c of cases) {
    const expected = !(c.flags ?? []).some((f) => forbidden.includes(f));
    if (expected) valid++;
    assert.equal(verifyStrict(unhex(c.key), utf8(c.msg), unhex(c.sig)), expected, JSON.stringify(c));
  }
  assert.ok(valid > 0 && valid < 914);
});

test("Ed25519: S that is not reduced, and lengths", () => {
  const [, , key, signature, message] = /\(\s*"()",\s*"([0-9a-f]{64})",\s*"([0-9a-f]{128})",\s*"([^"]*)",\s*true/.exec(readFileSync(new URL("crates/tlog/tests/it/tests/ed25519.rs", repository), "utf8"))!;
  const good = unhex(signature!);
  assert.ok(verifyStrict(unhex(key!), utf8(message!), good));
  const l = 2n ** 252n + 27742317777372353535851937790883648493n;
  const s = BigInt(`0x${hex(good.slice(32).reverse())}`) + l;
  const raised = concat(good.slice(0, 32), unhex(s.toString(16).padStart(64, "0")).reverse());
  assert.equal(verifyStrict(unhex(key!), utf8(message!), raised), false);
  assert.equal(verifyStrict(unhex(key!), utf8(message!), good.slice(0, 63)), false);
  assert.equal(verifyStrict(unhex(key!).slice(1), utf8(message!), good), false);
});

/** RFC 6962 §2.1 as it stands there. */
const root = (d: Uint8Array[]): Uint8Array => (d.length === 0 ? sha256(new Uint8Array(0)) : d.length === 1 ? d[0]! : sha256(concat(Uint8Array.of(1), root(d.slice(0, k(d.length))), root(d.slice(k(d.length))))));
const k = (n: number): number => { let p = 1; while (2 * p < n) p *= 2; return p; };
const path = (m: number, d: Uint8Array[]): Uint8Array[] => (d.length === 1 ? [] : m < k(d.length) ? [...path(m, d.slice(0, k(d.length))), root(d.slice(k(d.length)))] : [...path(m - k(d.length), d.slice(k(d.length))), root(d.slice(0, k(d.length)))]);
const sub = (m: number, d: Uint8Array[], b: boolean): Uint8Array[] => (m === d.length ? (b ? [] : [root(d)]) : m <= k(d.length) ? [...sub(m, d.slice(0, k(d.length)), b), root(d.slice(k(d.length)))] : [...sub(m - k(d.length), d.slice(k(d.length)), false), root(d.slice(0, k(d.length)))]);

test("trees, inclusion and consistency of every size to 40", () => {
  const leaves = Array.from({ length: 40 }, (_, i) => leafHash(utf8(`leaf ${i}`)));
  for (let n = 1; n <= 40; n++) {
    const d = leaves.slice(0, n);
    const builder = new TreeBuilder();
    d.forEach((l) => builder.push(l));
    assert.equal(hex(builder.root()), hex(root(d)));
    for (let m = 0; m < n; m++) {
      const proof = path(m, d);
      assert.equal(hex(rootFromInclusion(d[m]!, BigInt(m), BigInt(n), proof)), hex(root(d)));
      assert.throws(() => rootFromInclusion(d[m]!, BigInt(m), BigInt(n), [...proof, d[0]!]));
      if (proof.length > 0) assert.throws(() => rootFromInclusion(d[m]!, BigInt(m), BigInt(n), proof.slice(1)));
      assert.throws(() => rootFromInclusion(d[m]!, BigInt(n), BigInt(n), proof));
    }
    for (let m = 1; m <= n; m++) {
      const proof = sub(m, d, true);
      const [old, now] = [root(d.slice(0, m)), root(d)];
      checkConsistency(BigInt(m), old, BigInt(n), now, proof);
      assert.throws(() => checkConsistency(BigInt(m), leaves[0]!, BigInt(n), leaves[1]!, proof));
      assert.throws(() => checkConsistency(BigInt(m), old, BigInt(n), now, [...proof, old]));
      for (let i = 0; i < proof.length; i++) {
        const bent = proof.map((h, j) => (i === j ? leaves[39]! : h));
        if (hex(bent[i]!) !== hex(proof[i]!)) assert.throws(() => checkConsistency(BigInt(m), old, BigInt(n), now, bent));
      }
    }
    assert.throws(() => checkConsistency(BigInt(n + 1), root(d), BigInt(n), root(d), []));
  }
});

test("policies and verifier keys", () => {
  const example = readFileSync(new URL("keys/example-policy.txt", repository), "utf8");
  assert.equal(parsePolicy(example).witnesses.size, 3);
  const [log, w1, w2] = [/log (\S+)/, /witness w1 (\S+)/, /witness w2 (\S+)/].map((r) => r.exec(example)![1]!);
  assert.equal(parsePolicy(`# none\n\n  quorum\tnone \n`).quorum, null);
  const refused = [
    "", "quorum x\n", "quorum none\nquorum none\n", `log ${log}\nlog ${log}\nquorum none\n`, `witness a ${w1}\nwitness b ${w1}\nquorum a\n`, `witness a ${w1}\nwitness a ${w2}\nquorum a\n`,
    `witness none ${w1}\nquorum none\n`, `witness a ${log}\nquorum a\n`, `log ${w1}\nquorum none\n`, `witness a ${w1}\ngroup g 2 a\nquorum g\n`, `witness a ${w1}\ngroup g 0 a\nquorum g\n`,
    `witness a ${w1}\ngroup g any a\ngroup h any a\nquorum h\n`, `group g any a\nwitness a ${w1}\nquorum g\n`, `witness a ${w1}\ngroup g all\nquorum g\n`, `witness a ${w1}\nquorum\n`, "quorum none\r\n", "what none\n",
  ];
  for (const text of refused) assert.throws(() => parsePolicy(text), Error, text);
  assert.throws(() => parseVKey(log!.replace("+1", "+2")));
  assert.throws(() => parseVKey(w1!));
  assert.throws(() => parseVKey(log!.replace("draws", "drawz")));
});
