// The page's words and its embedded example.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CHECKS } from "../src/core/report";
import { parseTrust } from "../src/core/trust";
import { verify } from "../src/core/verify";
import { CHECK_TEXTS, LANGUAGES, METHODS, STATUSES, TEXTS, VERDICTS, type Words } from "../src/page/texts";

test("every text is there in every language, and no two languages by mistake the same sentence", () => {
  const all: [string, Words][] = [
    ...Object.entries(TEXTS), ...Object.entries(METHODS), ...Object.entries(STATUSES),
    ...Object.entries(VERDICTS).flatMap(([k, v]): [string, Words][] => [[`${k} word`, v.word], [`${k} plain`, v.plain]]),
    ...CHECKS.flatMap((id): [string, Words][] => [[`${id} name`, CHECK_TEXTS[id].name], [`${id} means`, CHECK_TEXTS[id].means]]),
  ];
  for (const [name, words] of all) {
    assert.equal(words.length, LANGUAGES.length, name);
    for (const word of words) assert.ok(word.trim() === word && word.length > 0, name);
    if (words[3].includes(" ")) assert.equal(new Set(words).size, 4, `${name} is not translated`);
    assert.equal(new Set(words.map((w) => w.split("|").length)).size, 1, `${name} has as many parts in each language`);
    assert.equal(new Set(words.map((w) => w.includes("{n}"))).size, 1, `${name} has its number in each language`);
  }
});

test("the example verifies", () => {
  const read = (name: string): string => readFileSync(new URL(`../../src/page/${name}`, import.meta.url), "utf8");
  assert.equal(verify(read("example.json"), { trust: parseTrust(read("example.trust.json")) }).report.verdict, "verified");
});
