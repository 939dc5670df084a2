// The vectors of tests/vectors, which an independent script made: every formula of the specification and its refusals.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { PINNED, parseChain, parseRehearsal, roundFor, timeOf, verifyRound, type Chain } from "../src/core/beacon";
import { Refused, hex, unhex, utf8, concat, compareText } from "../src/core/bytes";
import { checkCertificate, parseCertificate } from "../src/core/certificate";
import { hmacSha256, sha256, tagged } from "../src/core/hash";
import { Members, encode, parseCanonical } from "../src/core/json";
import { TreeBuilder } from "../src/core/merkle";
import { checkCounts, checkPanels, draw, parsePanelList, parseStrata, type Material } from "../src/core/methods";
import { demandedSigners, parseVKey } from "../src/core/note";
import { poolLeaf, readTable } from "../src/core/pool";
import * as receipts from "../src/core/receipt";
import { replace, seatsAfterDraw, vacate } from "../src/core/replacement";
import { deriveSeed, stageKey } from "../src/core/seed";
import { parseStep, signedByService } from "../src/core/steps";
import { parseTerms, roundError } from "../src/core/terms";
import { Tickets } from "../src/core/tickets";

type Any = any;
const vectors = (name: string): Any => JSON.parse(readFileSync(new URL(`../../../../tests/vectors/${name}.json`, import.meta.url), "utf8"));
const refuses = (what: string, f: () => unknown): void => { assert.throws(f, (e) => e instanceof Refused, what); };

test("JSON is canonical or refused", () => {
  const { canonical, refused } = vectors("jcs");
  for (const text of canonical) assert.equal(encode(parseCanonical(text)), text);
  for (const text of refused) refuses(text, () => parseCanonical(text));
  parseCanonical("[".repeat(16) + "]".repeat(16));
  refuses("17 deep", () => parseCanonical("[".repeat(17) + "]".repeat(17)));
});

test("tagged hashes", () => {
  for (const c of vectors("tagged").cases) assert.equal(hex(tagged(c.label, ...c.parts.map((p: string) => unhex(p)))), c.hash);
});

test("pools, tables and leaves", () => {
  const { pools, refused_tables } = vectors("pool");
  for (const p of pools) {
    const key = unhex(p.pool_key);
    const tree = new TreeBuilder();
    for (const person of [...p.people].sort((a: Any, b: Any) => a.index - b.index)) {
      assert.equal(hex(hmacSha256(key, concat(utf8("salt"), utf8(person.id)))), person.salt);
      const part = tagged("person", unhex(person.salt), utf8(person.private_json));
      assert.equal(hex(part), person.private_part);
      assert.equal(hex(poolLeaf(part, person.public_part)), person.leaf);
      tree.push(unhex(person.leaf));
    }
    assert.equal(hex(tree.root()), p.root);
    const table = readTable(p.table, p);
    assert.deepEqual(table.people.map((x) => x.privatePart), [...p.people].sort((a: Any, b: Any) => a.index - b.index).map((x: Any) => x.private_part));
  }
  for (const t of refused_tables) refuses(t.name, () => readTable(t.table, pools.find((p: Any) => p.name === t.pool)));
});

test("receipts, codes and boxes", () => {
  const v = vectors("receipt");
  const { pools } = vectors("pool");
  const termsOf = (name: string): Any => ({ draw: v.draw, log: v.log, pool: pools.find((p: Any) => p.name === name) });
  for (const r of v.receipts) {
    const receipt = receipts.parseReceipt(r.receipt);
    receipts.checkReceipt(receipt, termsOf(r.pool));
    assert.equal(receipt.index, r.index);
    assert.equal(receipt.privatePart, r.private_part);
    assert.equal(receipt.publicPart, r.public_part);
    assert.equal(receipts.receiptFromFragment(r.fragment), r.receipt);
    assert.equal(receipts.receiptFragment(r.receipt), r.fragment);
    const pool = pools.find((p: Any) => p.name === r.pool);
    const secret = receipts.readCode(r.code);
    assert.deepEqual(receipts.codeSecret(unhex(pool.pool_key), v.draw, receipt.id), secret);
    assert.equal(receipts.formatCode(secret), r.code);
    assert.equal(receipts.codeLocator(secret), r.locator);
    assert.equal(hex(receipts.codeKey(secret)), r.code_key);
    assert.equal(receipts.openBox(secret, unhex(r.box)), r.receipt);
  }
  for (const r of v.refused_receipts) refuses(r.name, () => receipts.checkReceipt(receipts.parseReceipt(r.receipt), termsOf(r.pool)));
  for (const c of v.codes) assert.equal(receipts.formatCode(receipts.readCode(c.typed)), c.code);
  for (const c of v.refused_codes) refuses(c.name, () => receipts.readCode(c.typed));
  for (const b of v.refused_boxes) refuses(b.name, () => receipts.parseReceipt(receipts.openBox(receipts.readCode(v.box_code), unhex(b.box))));
});

test("rounds", () => {
  for (const c of vectors("rounds").cases) {
    const chain = { genesis: c.genesis, period: c.period } as Chain;
    assert.equal(roundFor(chain, c.draws_at), c.round ?? null, JSON.stringify(c));
    if (c.round !== undefined) assert.equal(timeOf(chain, c.round), c.time);
  }
});

const chainsOf = (infos: string[]): Chain[] => infos.map((i) => parseChain(new Members(parseCanonical(i), "chain")));

test("terms", () => {
  const v = vectors("terms");
  const keys = v.keys.map((k: string) => parseVKey(k));
  const chains = chainsOf(v.chains);
  const read = (note: string): string => {
    const terms = parseTerms(note);
    const chain = chains.find((c) => c.hash === terms.beacon.chain);
    if (chain === undefined) throw new Refused("another chain");
    const wrong = roundError(chain, terms.beacon, terms.drawsAt);
    if (wrong !== null) throw wrong;
    if (terms.drawBy < timeOf(chain, terms.beacon.round)!) throw new Refused("due before the round");
    if (demandedSigners(terms.note, keys).length < v.threshold) throw new Refused("too few");
    return terms.hash;
  };
  for (const a of v.accepted) assert.equal(read(a.note), a.terms_hash, a.name);
  read(v.all_three);
  for (const r of v.refused) refuses(r.why, () => read(r.note));
});

test("steps", () => {
  const v = vectors("steps");
  for (const s of v.log) {
    const step = parseStep(s.entry);
    assert.equal(step.kind, s.kind);
    assert.equal(step.hash, s.hash);
    assert.ok(signedByService(step, parseVKey(s.service)), s.kind);
  }
  for (const r of v.refused) {
    if (r.class === "form") refuses(r.why, () => parseStep(r.entry));
    else assert.equal(signedByService(parseStep(r.entry), parseVKey(v.service)), false, r.why);
  }
});

test("beacon chains and rounds", () => {
  const v = vectors("beacon");
  const chains = [...PINNED];
  for (const c of v.chains) {
    const [chain] = chainsOf([c.info]);
    assert.equal(chain!.hash, c.hash);
    chains.push(chain!);
  }
  for (const c of v.refused_chains) refuses(c.why, () => parseRehearsal(new Members(parseCanonical(c.info), "chain")));
  const round = (r: Any): string => hex(verifyRound(chains.find((c) => c.name === r.chain || c.hash === r.chain)!, { round: r.round, signature: unhex(r.signature), previous: r.previous_signature === undefined ? undefined : unhex(r.previous_signature) }).randomness);
  for (const r of v.rounds) assert.equal(round(r), r.randomness);
  for (const r of v.refused) refuses(r.why, () => round(r));
});

test("seeds and stage keys", () => {
  const chains = [...PINNED, ...chainsOf(vectors("beacon").chains.map((c: Any) => c.info))];
  for (const c of vectors("seed").cases) {
    const chain = chains.find((x) => x.name === c.chain)!;
    const seed = deriveSeed(c.label, c.text, { chain, round: c.round, randomness: sha256(unhex(c.signature)) });
    assert.equal(hex(tagged(c.label, utf8(c.text))), c.salt);
    assert.equal(hex(seed.prk), c.prk);
    assert.equal(hex(stageKey(seed, "people")), c.people);
    assert.equal(hex(stageKey(seed, "panels")), c.panels);
  }
});

test("tickets", () => {
  for (const c of vectors("tickets").cases) {
    const tickets = new Tickets(unhex(c.key));
    for (const [i, t] of c.tickets) assert.equal(hex(tickets.ticket(i)), t);
    assert.equal(hex(sha256(concat(...Array.from({ length: 1000 }, (_, i) => tickets.ticket(i))))), c.first_1000);
    assert.deepEqual(tickets.lowest(300, 300), c.order_of_300);
    for (const k of [0, 1, 7, 299]) assert.deepEqual(tickets.lowest(300, k), c.order_of_300.slice(0, k));
    assert.deepEqual(tickets.sort(c.order_of_300.slice().reverse()), c.order_of_300);
  }
  const many = new Tickets(new Uint8Array(32));
  const all = many.lowest(200_000, 200_000);
  assert.deepEqual(many.lowest(200_000, 25), all.slice(0, 25));
  assert.deepEqual(many.lowest(200_000, 70_000), all.slice(0, 70_000));
});

/** The terms of a vector: the JSON line alone, in a note that nobody signed. */
function termsOf(line: string): Any {
  return parseTerms(`kleroterion/v1/terms\n${line}\n\n— eupen/clerk ${btoa("x".repeat(68))}\n`);
}

function materialOf(c: Any, terms: Any): Material {
  const table = { people: c.people.rows.map((values: string[], i: number) => ({ values, privatePart: "", tag: c.people.households[i] === "" ? undefined : c.people.households[i] })) };
  assert.deepEqual(c.people.columns, terms.pool.columns.public);
  const material: Any = { table };
  if (c.strata !== undefined) material.strata = parseStrata(c.strata);
  if (c.panels !== undefined) {
    material.list = parsePanelList(c.panels);
    
    checkPanels(material.list, terms, table);
    checkCounts(material.list, terms);
  }
  return material;
}

const roundOf = (c: Any): Any => verifyRound(PINNED[0]!, { round: c.round, signature: unhex(c.signature) });

test("methods", () => {
  for (const c of vectors("methods").cases) {
    const run = (): Any => {
      const terms = termsOf(c.terms);
      return draw(terms, deriveSeed("terms", terms.note.text, roundOf(c)), materialOf(c, terms));
    };
    if (c.refused !== undefined) { refuses(c.name, run); continue; }
    const found = run();
    assert.deepEqual(found.drawn, c.drawn, c.name);
    assert.deepEqual(found.reserves, c.reserves, c.name);
    assert.equal(found.panel, c.panel, c.name);
  }
});

test("certificates of fairness", () => {
  for (const c of vectors("certificate").cases) {
    const list = parsePanelList(c.panels);
    const table = { people: c.people.rows.map((values: string[], i: number) => ({ values, privatePart: "", tag: c.people.households[i] === "" ? undefined : c.people.households[i] })) };
    const terms: Any = { method: { name: "panels", list: hex(sha256(utf8(c.panels))), seats: c.seats, panels: list.panels.length, minCount: 0 }, pool: { size: table.people.length, columns: { public: c.people.columns } } };
    assert.deepEqual(checkCertificate(parseCertificate(c.certificate), terms, list, table).bounds, c.bounds.map((b: Any) => `${b[0]}/${b[1]}`));
    refuses("another list", () => checkCertificate(parseCertificate(c.certificate), { ...terms, method: { ...terms.method, list: "0".repeat(64) } }, list, table));
    refuses("an unknown member", () => parseCertificate(c.certificate.replace('{"format"', '{"a":1,"format"')));
  }
});

test("replacements", () => {
  for (const c of vectors("replacement").cases) {
    const terms = termsOf(c.terms);
    const material = materialOf(c, terms);
    const seed = deriveSeed("terms", terms.note.text, roundOf(c));
    assert.deepEqual(draw(terms, seed, material).drawn, c.drawn);
    let seats = seatsAfterDraw(c.drawn);
    for (const s of c.steps) {
      const own = s.note === undefined ? seed : deriveSeed("vacated", s.note, roundOf(s));
      const { fills, after } = replace(terms, own, vacate(seats, s.leavers), s.leavers, material);
      assert.deepEqual(fills.map((f) => (f.seated === undefined ? { left: f.left, passed: f.passed } : { left: f.left, passed: f.passed, seated: f.seated })), s.fills, c.name);
      assert.deepEqual([...after.seated].sort((a, b) => a - b), s.seated_after, c.name);
      seats = after;
    }
  }
});

test("text sorts by code point", () => {
  const sorted = ["", "a", "aa", "b", "é", "\ue000", "\uffff", "😀"];
  for (let i = 0; i < sorted.length; i++) for (let j = 0; j < sorted.length; j++) assert.equal(Math.sign(compareText(sorted[i]!, sorted[j]!)), Math.sign(i - j));
});

