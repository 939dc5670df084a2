// The page in a real browser, from disk and without a network: verdicts, languages, small screens, the keyboard, accessibility, receipts, and
// cheating. `VERIFIER_WORLDS` names the folder that `cargo run -p klero-verifier --example worlds DIR` wrote; `CHROMIUM` another browser.

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, type Page, chromium } from "playwright-core";
import { base64, hex, unhex, utf8 } from "../src/core/bytes";
import { tagged } from "../src/core/hash";
import { type Json, encode, parseCanonical } from "../src/core/json";
import { receiptFragment } from "../src/core/receipt";
import { poolLeaf } from "../src/core/pool";
import { parseStep } from "../src/core/steps";
import { CHECKS } from "../src/core/report";
import { CHECK_TEXTS, LANGUAGES, LANGUAGE_NAMES, TEXTS, VERDICTS, pick } from "../src/page/texts";
import { largeEqual } from "../compare/large";

const here = fileURLToPath(new URL("../..", import.meta.url));
const file = `file://${here}dist/verifier.html`;
const worlds = process.env["VERIFIER_WORLDS"] ?? "";
const world = (name: string): string => join(worlds, name);
const axe = readFileSync(join(here, "node_modules/axe-core/axe.min.js"), "utf8");
/** How long anything may take before a test is given up as hanging: no expectation of speed, since a busy machine may be slow for minutes. */
const PATIENCE_MS = 600_000;
const work = mkdtempSync(join(tmpdir(), "verifier-"));

let browser: Browser;
before(async () => {
  assert.notEqual(worlds, "", "VERIFIER_WORLDS is not set");
  browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-quic"], timeout: PATIENCE_MS });
});
after(async () => { await browser.close(); });

/** A page that fails the test if it asks for anything but itself and its own worker, or if a script breaks. */
async function opened(run: (page: Page) => Promise<void>, options: Parameters<Browser["newContext"]>[0] = {}): Promise<void> {
  const context: BrowserContext = await browser.newContext({ locale: "en-GB", ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const asked: string[] = [];
  const wrong: string[] = [];
  context.on("request", (r) => { if (r.url() !== file && !r.url().startsWith(`${file}#`) && !r.url().startsWith("blob:")) asked.push(r.url()); });
  const page = await context.newPage();
  page.on("pageerror", (e) => wrong.push(e.message));
  page.on("console", (m) => { if (m.type() === "error") wrong.push(m.text()); });
  try {
    await page.goto(file);
    await run(page);
    assert.deepEqual(asked, [], "no request leaves the page");
    assert.deepEqual(wrong, [], "nothing breaks");
  } finally {
    await context.close();
  }
}

async function verify(page: Page, name: string, trust?: string): Promise<string> {
  if (trust !== undefined) {
    await page.locator("details:has(#trust) > summary").click();
    await page.setInputFiles("#trust", trust);
  }
  await page.setInputFiles("#bundle", name);
  await page.waitForSelector("#verdict");
  return (await page.locator(".verdict").getAttribute("class"))!.split(" ")[1]!;
}

async function accessible(page: Page, where: string): Promise<void> {
  // Playwright's evaluate runs beside the page's policy; a script element would be refused by it, as it should.
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { axe: tool } = window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
    return (await tool.run()).violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`);
  });
  assert.deepEqual(found, [], where);
}

test("every kind of verdict, from a file on disk", async () => {
  for (const [name, trust, verdict] of [
    ["whole-equal.json", "whole-equal.trust.json", "verified"],
    ["replaced-beacon-panels.json", "replaced-beacon-panels.witnesses.json", "verified"],
    ["witnessed-late.json", "witnessed-late.witnesses.json", "refuted"],
    ["erased-stratified.json", "erased-stratified.trust.json", "incomplete"],
    ["whole-equal.trust.json", undefined, "unreadable"],
  ] as const) {
    await opened(async (page) => { assert.equal(await verify(page, world(name), trust === undefined ? undefined : world(trust)), verdict, name); });
  }
});

test("the report says first what matters, and all of it", async () => {
  await opened(async (page) => {
    await verify(page, world("whole-stratified.json"));
    const text = (await page.locator(".report").innerText()).replaceAll("\n", " ");
    assert.ok(text.startsWith("REHEARSAL"), text.slice(0, 80));
    assert.ok(text.includes("VERIFIED") && text.includes("You gave no trust file") && text.includes("No") && text.includes("What this does not prove"));
    assert.equal(await page.locator(".checks details").count(), CHECKS.length);
    for (const id of CHECKS) assert.ok(text.includes(pick(CHECK_TEXTS[id].name, "en")), id);
    assert.equal(await page.evaluate(() => document.activeElement?.id), "verdict");
    assert.match(text, /rehearsal beacon; round \d+ of the beacon; \d+ [A-Z][a-z]+ \d{4} at \d\d:\d\d:\d\d UTC/);
    // A rehearsal that holds does not look like a proof.
    const [verdict, passed] = await Promise.all([".verdict", ".checks .passed .mark"].map((at) => page.locator(at).first().evaluate((e) => getComputedStyle(e).color)));
    assert.notEqual(verdict, passed);
    assert.ok((await page.locator(".checks details > p").allTextContents()).filter((p) => p.startsWith("What is checked: ")).length === CHECKS.length);
    assert.ok(text.includes(createHash("sha256").update(readFileSync(world("whole-stratified.json"))).digest("hex")));
  });
});

test("each language, light and dark, wide and at 320 pixels, without a violation", async () => {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const language of LANGUAGES) {
      await opened(async (page) => {
        await page.getByRole("button", { name: LANGUAGE_NAMES[language] }).click();
        await accessible(page, `${language}, ${colorScheme}, empty`);
        await verify(page, world("witnessed-late.json"), world("witnessed-late.witnesses.json"));
        assert.equal(await page.getAttribute("html", "lang"), language);
        assert.ok((await page.locator("#verdict").innerText()).includes(pick(VERDICTS.refuted.word, language)));
        await page.locator(".cheat .buttons button").first().click();
        await accessible(page, `${language}, ${colorScheme}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(wide, 0, `${language}: nothing sticks out at 320 pixels`);
      }, { colorScheme, viewport: { width: 320, height: 640 } });
    }
  }
});

test("with the keyboard alone", async () => {
  await opened(async (page) => {
    // Asked for before the first key: the browser has long been told by the time it would open its dialog.
    const chooser = page.waitForEvent("filechooser");
    chooser.catch(() => {});
    const focused = async (): Promise<string> => page.evaluate(() => document.activeElement?.id ?? "");
    for (let i = 0; i < 12 && (await focused()) !== "bundle"; i++) await page.keyboard.press("Tab");
    assert.equal(await focused(), "bundle");
    await page.keyboard.press("Space");
    await (await chooser).setFiles(world("whole-equal.json"));
    await page.waitForSelector("#verdict");
    await page.waitForFunction(() => document.activeElement?.id === "verdict");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Try to cheat");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), "SUMMARY");
    await page.keyboard.press("Enter");
    assert.equal(await page.locator(".checks details[open]").count(), 1);
  });
});

test("cheating is caught, and named", async () => {
  await opened(async (page) => {
    await page.locator(".cheat .buttons button").first().click();
    const presets = page.locator(".cheat .buttons").first().locator("button");
    assert.equal(await presets.count(), 5);
    for (let i = 0; i < 5; i++) {
      await presets.nth(i).click();
      await page.waitForFunction(() => document.querySelector(".caught .checks details") !== null);
      assert.ok(await page.locator(".caught .checks details.failed").count() > 0);
      await page.evaluate(() => document.querySelector(".caught")!.replaceChildren());
    }
    await page.locator(".cheat").getByRole("button", { name: "Put everything back" }).click();
    await page.locator(".cheat").getByRole("button", { name: "Check the changed proof" }).click();
    await page.waitForFunction(() => document.querySelector(".caught")?.textContent?.includes("the proof holds"));
    const text = await page.inputValue("#cheat-text");
    await page.fill("#cheat-text", text.replace(/"time":\d/, '"time":9'));
    await page.locator(".cheat").getByRole("button", { name: "Check the changed proof" }).click();
    await page.waitForFunction(() => document.querySelector(".caught .failed") !== null);
  });
});

test("another language changes the words alone: what was typed and ticked stays, and so does the focus", async () => {
  await opened(async (page) => {
    await page.locator("details:has(#strict) > summary").click();
    await page.check("#strict");
    await page.locator(".cheat .buttons button").first().click();
    await page.selectOption("#cheat-part", "1");
    await page.fill("#cheat-text", "not a step");
    await page.locator("nav button[lang=fr]").focus();
    await page.keyboard.press("Enter");
    await page.locator(".cheat").getByRole("button", { name: "Vérifier la preuve modifiée" }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("lang")), "fr");
    assert.equal(await page.inputValue("#cheat-text"), "not a step");
    assert.equal(await page.inputValue("#cheat-part"), "1");
    assert.ok(await page.isChecked("#strict"), "strict, as it was chosen");
    assert.ok(await page.locator("#strict").isVisible());
    await page.locator(".cheat").getByRole("button", { name: "Vérifier la preuve modifiée" }).click();
    await page.waitForFunction(() => document.querySelector(".caught .failed, .caught .checks details, .caught strong") !== null);
  });
});

/** The receipt of a person of the world's pool, made as an organiser would, from the pool key and the table. */
function receiptOf(id: number, bundleFile: string): { text: string; index: number } {
  const bundle = parseCanonical(readFileSync(bundleFile, "utf8").slice(0, -1)) as Map<string, Json>;
  const steps = (bundle.get("steps") as Map<string, Json>[]).map((s) => parseStep(s.get("entry") as string));
  const sealed = steps.find((s) => s.kind === "sealed")!;
  if (sealed.kind !== "sealed") throw new Error("no seal");
  const { pool } = sealed.terms;
  const rows = ((bundle.get("artifacts") as Map<string, string>).get(pool.table!)!).split("\n").slice(1, -1).map((l) => [l.slice(0, 64), l.slice(65)] as const);
  const leaves = rows.map(([a, b]) => poolLeaf(unhex(a), b));
  const key = new Uint8Array(32).fill(7);
  const mac = (m: Uint8Array): Uint8Array => Uint8Array.from(createHmac("sha256", key).update(m).digest());
  const salt = mac(Buffer.concat([utf8("salt"), utf8(`n${id}`)]));
  const part = hex(tagged("person", salt, utf8(encode(new Map<string, Json>([["id", `n${id}`], ["row", new Map([["name", `Person ${id}`]])]])))));
  const index = rows.findIndex(([a]) => a === part);
  assert.ok(index >= 0);
  const address = [`Street ${Math.floor(id / 2)}`];
  const root = (d: Uint8Array[]): Uint8Array => (d.length === 1 ? d[0]! : Uint8Array.from(createHash("sha256").update(Uint8Array.of(1)).update(root(d.slice(0, k(d.length)))).update(root(d.slice(k(d.length)))).digest()));
  const k = (n: number): number => { let p = 1; while (2 * p < n) p *= 2; return p; };
  const path = (m: number, d: Uint8Array[]): Uint8Array[] => (d.length === 1 ? [] : m < k(d.length) ? [...path(m, d.slice(0, k(d.length))), root(d.slice(k(d.length)))] : [...path(m - k(d.length), d.slice(k(d.length))), root(d.slice(0, k(d.length)))]);
  const lists = (l: readonly string[]): Json => [...l];
  const text = encode(new Map<string, Json>([
    ["columns", new Map<string, Json>([["household", lists(pool.columns.household)], ["id", pool.columns.id], ["private", lists(pool.columns.private)], ["public", lists(pool.columns.public)]])],
    ["draw", sealed.draw], ["log", sealed.terms.log], ["format", "kleroterion/v1/receipt"],
    ["household", new Map<string, Json>([["address", address], ["key", hex(mac(Buffer.concat([utf8("household"), utf8(encode(address))])))]])],
    ["id", `n${id}`], ["private", new Map<string, Json>([["name", `Person ${id}`]])], ["public", (parseCanonical(rows[index]![1]) as Map<string, Json>).get("row")!],
    ["index", index], ["size", pool.size], ["proof", path(index, leaves).map(base64)], ["root", pool.root], ["salt", hex(salt)],
  ]));
  return { text, index };
}

test("a citizen checks a receipt, and nothing leaves the page", async () => {
  const name = world("whole-stratified.json");
  const { text, index } = receiptOf(5, name);
  await opened(async (page) => {
    await page.fill("#receipt-typed", receiptFragment(text));
    const check = page.getByRole("button", { name: "Check my entry" });
    await check.click();
    await page.getByText("Choose the proof file of the draw first.").waitFor();
    await verify(page, name, world("whole-stratified.trust.json"));
    await page.fill("#receipt-typed", receiptFragment(text));
    await check.click();
    await page.waitForSelector(".standing");
    const shown = await page.locator("section.receipt").innerText();
    assert.ok(shown.includes("Person 5") && shown.includes("n5") && shown.includes(String(index)), shown);
    assert.match(shown, /You were|You are reserve/);
    await page.fill("#receipt-typed", receiptFragment(text.replace("Person 5", "Person 6")));
    await check.click();
    await page.getByText("This receipt does not hold:").waitFor();
    await page.fill("#receipt-typed", "X366H-44RXS-1QZMT-R6KGR-QAW9PG");
    await check.click();
    await page.getByText("This code belongs to the box of this name:").waitFor();
  });
});

test("who mistypes a code, or has half a link, is told so in their language", async () => {
  const name = world("whole-stratified.json");
  const { text } = receiptOf(5, name);
  const link = receiptFragment(text);
  const other = receiptFragment(text.replace(/"draw":"[^"]*"/, '"draw":"another"'));
  const cases: [string, keyof typeof TEXTS][] = [
    ["X366H-44RXS", "mistakeLength"], ["", "mistakeLength"], ["U366H-44RXS-1QZMT-R6KGR-QAW9PG", "mistakeCharacter"], ["X366H-44RXS-1QZMT-R6KGR-QAW9PH", "mistakeCheck"],
    [link.slice(0, 400), "mistakeDamaged"], [other, "mistakeOtherDraw"],
  ];
  for (const language of LANGUAGES) {
    await opened(async (page) => {
      await page.getByRole("button", { name: LANGUAGE_NAMES[language] }).click();
      await verify(page, name);
      for (const [typed, mistake] of cases) {
        await page.fill("#receipt-typed", typed);
        await page.locator(".receipt button.main").click();
        await page.locator("#receipt-said .banner").getByText(pick(TEXTS[mistake], language)).waitFor();
      }
      await page.fill("#receipt-typed", link);
      await page.locator(".receipt button.main").click();
      await page.locator(".standing").waitFor();
    });
  }
});

test("on a telephone the answer is what is seen first; on paper it stays", async () => {
  const name = world("whole-stratified.json");
  await opened(async (page) => {
    await verify(page, name);
    const top = (at: string): Promise<number> => page.locator(at).evaluate((e) => Math.round(e.getBoundingClientRect().top));
    assert.ok((await top(".banner.rehearsal")) >= 0, "the rehearsal is told first");
    await page.fill("#receipt-typed", receiptFragment(receiptOf(5, name).text));
    await page.locator(".receipt button.main").click();
    await page.locator(".standing").waitFor();
    const standing = await top(".standing");
    assert.ok(standing >= 0 && standing < 200, `the answer begins at ${standing}`);
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.locator(".standing").isVisible() && await page.getByText("Person 5").isVisible());
    for (const gone of [".receipt form", ".files", ".cheat", "nav"]) assert.equal(await page.locator(gone).isVisible(), false, gone);
  }, { viewport: { width: 360, height: 640 } });
});

test("a draw from ten million people", async () => {
  const size = 10_000_000;
  const name = join(work, "large.json");
  writeFileSync(name, largeEqual(readFileSync(world("whole-equal.json"), "utf8"), size));
  await opened(async (page) => {
    // How long it took is told, and held to nothing here: machines differ.
    const started = performance.now();
    assert.equal(await verify(page, name, world("whole-equal.trust.json")), "verified");
    console.log(`an equal draw of ${size.toLocaleString("en")} tickets checked in the browser in ${((performance.now() - started) / 1000).toFixed(2)} s`);
    assert.ok((await page.locator(".report").innerText()).includes("10,000,000"));
  });
});
