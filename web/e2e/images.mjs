// Makes the pictures in docs/images anew: the main pages of a fresh demonstration, on a phone and on a desk. `npm run images`.
// Debian's pngquant makes them small; nothing else is needed for it.

import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { idsOf, receiptOf } from "./facts.mjs";
import { demonstration, launched, opened, root } from "./support.mjs";

const OUT = join(root, "docs/images");
const PHONE = { viewport: { width: 360, height: 640 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
const DESK = { viewport: { width: 1100, height: 760 }, deviceScaleFactor: 1 };
const person = (demo) => receiptOf(join(demo.dir, "council-pool"), "council-1", "demo.kleroterion.example/log", idsOf(join(demo.dir, "answers-council.csv"))[0], join(demo.service, "boxes", "council-1"));
/** Name, page, screen, what to wait for, and what is to be at the top. */
const PICTURES = [
  ["draw-phone", () => "/fr/draws/council-1", PHONE],
  ["receipt-phone", (demo) => `/nl/check?draw=council-1#${person(demo).code}`, PHONE, ".standing"],
  ["charts-phone", () => "/en/draws/council-1", PHONE, "figure.chart", "figure.chart"],
  ["draw-desk", () => "/en/draws/council-1", DESK],
  ["ceremony-desk", () => "/en/draws/council-1/live", DESK, "[data-list] li:nth-child(17)"],
  ["verifier-desk", () => "/verifier.html?lang=en&bundle=/draws/council-1/bundle", DESK, "#verdict"],
];

mkdirSync(OUT, { recursive: true });
const [browser, demo] = await Promise.all([launched(), demonstration()]);
try {
  for (const [name, path, screen, wait, top] of PICTURES) {
    await opened(browser, demo.base, async (page) => {
      await page.goto(demo.base + path(demo));
      if (wait) await page.locator(wait).first().waitFor();
      await page.evaluate(() => document.activeElement?.blur());
      if (top) await page.locator(top).first().evaluate((part) => part.scrollIntoView());
      else if (!wait?.startsWith(".standing")) await page.evaluate(() => window.scrollTo(0, 0));
      await page.screenshot({ path: join(OUT, `${name}.png`), animations: "disabled" });
      execFileSync("pngquant", ["--force", "--ext", ".png", "--strip", "--speed", "1", join(OUT, `${name}.png`)]);
    }, { colorScheme: "light", ...screen });
    console.log(`docs/images/${name}.png`);
  }
} finally {
  await browser.close();
  await demo.stop();
}
