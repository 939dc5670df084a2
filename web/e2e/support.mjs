// What the browser tests share: a demonstration that a real `klero` runs, a real browser, and a page that is watched.
// It changes nothing outside of a temporary folder, and lets the browser reach nothing but the service under test.
//
// KLERO names the program (target/release/klero, or target/debug/klero if that is not there), CHROMIUM the browser.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const KLERO = process.env.KLERO ?? ["release", "debug"].map((kind) => join(root, "target", kind, "klero")).find(existsSync);
export const LANGUAGES = ["nl", "fr", "de", "en"];
/** How long a page may take before a test is given up as hanging: no expectation of speed, since a busy machine may be slow for minutes. */
export const PATIENCE_MS = 600_000;

/** A folder that is gone when the tests are over. */
export function folder(name) {
  const dir = mkdtempSync(join(tmpdir(), `${name}-`));
  process.on("exit", () => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Runs `klero` and gives what it prints. */
export function klero(...args) {
  return execFileSync(KLERO, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Starts a program and waits for a line; the line's match is given back. It ends with the tests, or when `stop` is called. */
export async function started(args, line, options = {}) {
  const child = spawn(KLERO, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  const gone = new Promise((done) => child.once("exit", done));
  process.on("exit", () => child.kill("SIGKILL"));
  let said = "";
  const match = await new Promise((done, failed) => {
    const read = (chunk) => {
      said += chunk;
      const found = line.exec(said);
      if (found !== null) done(found);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", (code) => failed(new Error(`klero ${args[0]} ended with ${code}:\n${said}`)));
    child.once("error", failed);
  });
  return { match, stop: async () => { child.kill("SIGTERM"); await gone; } };
}

/** The demonstration, served: an invented register, letters, a council, an assembly, replacements, a rotation. */
export async function demonstration(people = 4_000) {
  const dir = join(folder("klero-e2e"), "demo");
  const { match, stop } = await started(["demo", "--dir", dir, "--people", String(people), "--listen", "127.0.0.1:0"], /Pages: (http:\/\/127\.0\.0\.1:\d+)/, {
    // One browser looks at every page in every language within a minute.
    env: { ...process.env, KLERO_LIMITS__REQUESTS_PER_MINUTE: "1000000" },
  });
  const service = join(dir, "service");
  const keys = readdirSync(join(dir, "keys")).map((name) => join(dir, "keys", name));
  const signers = [keys[0], keys[1]];
  const signed = signers.flatMap((key) => ["--key", key]);
  /** Announces and seals a draw of ten of the council's pool, to be drawn in so many seconds. */
  const seal = (draw, seconds) => {
    const pool = join(dir, "council-pool");
    const note = join(dir, "terms", `${draw}.note`);
    const titles = LANGUAGES.flatMap((lang) => ["--title", `${lang}=${draw} (${lang})`]);
    klero("draw", "announce", draw, "--dir", service, "--organiser", "ostbelgien", "--purpose", draw, ...titles, "--draws-at", `+${seconds}s`, ...signed);
    klero("terms", "new", "--dir", service, "--draw", draw, "--pool", pool, "--from", "letters-1", "--method", "equal", "--seats", "10", "--reserves", "2", "--table-reason", "these people are invented", "--out", note);
    for (const key of signers) klero("terms", "sign", note, "--key", key);
    klero("draw", "seal", note, "--dir", service, "--pool", pool);
  };
  /** Destroys the data of a draw's people, as the law demands. */
  const erase = (draw) => klero("erase", draw, "--dir", service, ...signed);
  return { dir, service, keys, base: match[1], seal, erase, stop };
}

/** A service with a practice beacon and no draw yet. */
export async function rehearsing(name) {
  const dir = folder(name);
  const service = join(dir, "service");
  const beacon = await started(["beacon", "serve", "--dir", join(dir, "beacon"), "--listen", "127.0.0.1:0", "--period", "1"], /(http:\/\/127\.0\.0\.1:\d+)\n(?:.*\n)*?chain information/);
  klero("init", "--dir", service, "--origin", "draws.example.org/log", "--rehearsal", join(dir, "beacon", "chain.json"), "--relay", beacon.match[1]);
  // One browser looks at many screens within a minute.
  const env = { ...process.env, KLERO_LIMITS__REQUESTS_PER_MINUTE: "1000000", KLERO_LIMITS__API_REQUESTS_PER_MINUTE: "1000000", KLERO_LIMITS__API_ATTEMPTS_PER_MINUTE: "1000" };
  const { match, stop } = await started(["serve", "--dir", service, "--listen", "127.0.0.1:0"], /serving (http:\/\/127\.0\.0\.1:\d+)/, { env });
  return { dir, service, base: match[1], stop: async () => { await stop(); await beacon.stop(); } };
}

export function launched() {
  return chromium.launch({
    timeout: PATIENCE_MS,
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/**
 * A page in a context of its own. It fails the test if anything outside of `base` is asked for, a cookie is set, a script breaks, the policy is
 * violated, or the console shows an error – but for what `expected` (a regular expression) names. What was asked is in `asked`.
 */
export async function opened(browser, base, run, { expected = /$^/, cookies = false, ...options } = {}) {
  const context = await browser.newContext({ locale: "en-GB", ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const wrong = [];
  const asked = [];
  context.on("request", (request) => {
    const url = request.url();
    asked.push({ method: request.method(), url, body: request.postData() ?? "", headers: request.headers() });
    if (!url.startsWith(`${base}/`) && !url.startsWith(`blob:${base}/`) && !url.startsWith("blob:null/") && !url.startsWith("data:image/")) wrong.push(`asked elsewhere: ${url}`);
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => wrong.push(`script: ${error.message}`));
  page.on("console", (message) => { if (message.type() === "error" && !expected.test(message.text())) wrong.push(`console: ${message.text()} ${message.location().url}`); });
  try {
    await run(page, { asked, context });
    if (!cookies) assert.deepEqual(await context.cookies(), [], "no cookie");
    assert.deepEqual(wrong, []);
  } finally {
    await context.close();
  }
}

const AXE = readFileSync(join(root, "web/e2e/node_modules/axe-core/axe.min.js"), "utf8");

/** No violation of any rule of axe-core. Playwright's evaluation runs beside the page's policy; a script element would be refused, as it should. */
export async function accessible(page, where) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run();
    return violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(" ")} ${n.html}`).slice(0, 5).join(" | ")}`);
  });
  assert.deepEqual(found, [], where);
}

/** How many pixels stick out to the right. */
export function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Presses Tab until the focus comes back, and says what was reached, and what had no visible focus. */
export async function tabbed(page, most = 400) {
  const reached = [];
  const unseen = [];
  await page.evaluate(() => { window.reached = new Set(); });
  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const e = document.activeElement;
      if (e === null || e === document.body || window.reached.has(e)) return null;
      window.reached.add(e);
      const style = getComputedStyle(e);
      const box = e.getBoundingClientRect();
      const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      return { name: e.outerHTML.slice(0, 100), seen: outlined && box.width > 0 && box.height > 0 && box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight };
    });
    if (at === null) break;
    reached.push(at.name);
    if (!at.seen) unseen.push(at.name);
  }
  const missed = await page.evaluate(() => {
    const all = document.querySelectorAll("a[href],button,input,select,textarea,summary,[tabindex='0']");
    const shown = (e) => e.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true }) && !e.disabled;
    return [...all].filter((e) => shown(e) && !window.reached.has(e)).map((e) => e.outerHTML.slice(0, 100));
  });
  return { reached, unseen, missed };
}
