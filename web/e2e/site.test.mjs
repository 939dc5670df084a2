// The public pages as people use them, in a real browser, on a demonstration that a real service runs: newcomer, citizen, keyboard, small
// screens, large type, no script, ceremony, every language, light and dark.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LANGUAGES, accessible, demonstration, launched, opened, overflow, tabbed } from "./support.mjs";

const PHONE = { viewport: { width: 360, height: 640 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
/** Every kind of page, without its language. */
const KINDS = [
  "/", "/draws/letters-1", "/draws/council-1", "/draws/leave-1", "/draws/council-1/press", "/draws/council-1/live", "/draws/council-1/minutes",
  "/draws/council-1/widget", "/organisers/ostbelgien", "/log", "/log/0", "/log/7", "/how", "/proof", "/check", "/search?q=council",
  "/search?q=nothing-of-that-name", "/draws/nobody",
];
/** Pages that are not there say so; the console names them, too. */
const MISSING = /status of 404/;

let browser, demo, base;
before(async () => {
  // The browser last: one that is never closed keeps the tests from ending.
  demo = await demonstration();
  browser = await launched();
  base = demo.base;
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const at = (path, run, options) => opened(browser, base, async (page, more) => { await page.goto(base + path); await run(page, more); }, options);

test("a newcomer reaches a verdict from the home page within three taps, on a phone", async () => {
  for (const [lang, javaScriptEnabled] of [["de", true], ["fr", false]]) {
    await at(`/${lang}/`, async (page) => {
      let taps = 0;
      const tap = async (locator) => { taps += 1; await locator.tap(); };
      await tap(page.locator(".card a", { hasText: /Bürgerrat|Conseil/ }).first());
      await page.waitForURL(/\/draws\//);
      // The first screen holds verdict, date, organiser, counts and limits.
      const verdict = page.locator("section.verdict");
      for (const part of [page.locator("h1"), verdict.locator(".headline"), verdict]) {
        const box = await part.boundingBox();
        assert.ok(box !== null && box.y + box.height <= 640, `${lang}: ${JSON.stringify(box)} is on the first screen`);
      }
      const text = await verdict.innerText();
      assert.match(text, /24/);
      assert.match(text, /2\d{3} · Parlament der Deutschsprachigen/);
      if (javaScriptEnabled) {
        await tap(page.locator(".actions a.primary"));
        await page.waitForSelector("#verdict");
        assert.ok((await page.locator(".verdict").getAttribute("class")).includes("verified"));
      }
      assert.ok(taps <= 3, `${taps} taps`);
    }, { ...PHONE, javaScriptEnabled });
  }
});

test("no page of any kind, in any language, light or dark, violates a rule of axe-core", async () => {
  await Promise.all(LANGUAGES.map((lang) => opened(browser, base, async (page) => {
    for (const path of KINDS) {
      // At rest: colours are measured when nothing is still fading in.
      await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
      await page.goto(`${base}/${lang}${path}`);
      assert.equal(await page.getAttribute("html", "lang"), lang);
      await page.evaluate(() => { for (const part of document.querySelectorAll("details")) part.open = true; });
      await accessible(page, `/${lang}${path}, light`);
      await page.emulateMedia({ colorScheme: "dark" });
      await accessible(page, `/${lang}${path}, dark`);
    }
  }, { expected: MISSING })));
});

test("nothing sticks out at 320 pixels, at 200 % zoom, or with type of twice the size", async () => {
  for (const [name, viewport, size] of [["320 px", { width: 320, height: 568 }], ["200 % of 1280", { width: 640, height: 512 }], ["twice the type", { width: 1280, height: 1024 }, "200%"], ["twice the type on a phone", { width: 360, height: 640 }, "200%"]]) {
    await opened(browser, base, async (page) => {
      for (const lang of LANGUAGES) {
        for (const path of KINDS) {
          await page.goto(`${base}/${lang}${path}`);
          await page.evaluate((font) => {
            if (font) document.documentElement.style.fontSize = font;
            for (const part of document.querySelectorAll("details")) part.open = true;
          }, size);
          assert.equal(await overflow(page), 0, `/${lang}${path} at ${name}`);
        }
      }
    }, { viewport, expected: MISSING });
  }
});

test("with the keyboard alone: everything is reached, the focus is seen, and the content is one step away", async () => {
  for (const path of KINDS) {
    await at(`/en${path}`, async (page) => {
      const { reached, unseen, missed } = await tabbed(page);
      assert.ok(reached.length > 0, path);
      assert.deepEqual(unseen, [], `${path}: focus that nobody sees`);
      assert.deepEqual(missed, [], `${path}: not reached`);
      if (path.endsWith("/widget")) return;
      assert.match(reached[0], /class="skip"/);
      await page.reload();
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.keyboard.press("Tab");
      const inside = await page.evaluate(() => {
        const main = document.getElementById("content");
        return main.contains(document.activeElement) || main.compareDocumentPosition(document.activeElement) === Node.DOCUMENT_POSITION_FOLLOWING;
      });
      assert.ok(inside, `${path}: the skip link leads to the content`);
    }, { expected: MISSING, reducedMotion: "reduce" });
  }
});

test("without a script every page says all it has to say", async () => {
  await opened(browser, base, async (page) => {
    for (const lang of LANGUAGES) {
      for (const path of KINDS) {
        await page.goto(`${base}/${lang}${path}`);
        assert.ok((await page.locator("main").innerText()).length > 40, `/${lang}${path}`);
      }
    }
    await page.goto(`${base}/en/draws/council-1`);
    await page.locator("main details summary").first().click();
    assert.ok(await page.locator("main details").first().locator("table, ul").first().isVisible());
    await page.goto(`${base}/en/draws/council-1/live`);
    assert.ok(await page.locator("noscript").first().isVisible());
    assert.equal(await page.locator("[data-print]:visible, [data-controls]:visible").count(), 0, "no button that does nothing");
  }, { javaScriptEnabled: false, expected: MISSING });
});

test("menu and languages are on the first screen of every page, whole, in every language", async () => {
  for (const [name, options] of [["phone", PHONE], ["desk", { viewport: { width: 1280, height: 800 } }]]) {
    for (const lang of LANGUAGES) {
      await at(`/${lang}/`, async (page) => {
        if (name === "phone") await page.locator(".menu summary").tap();
        for (const link of [...await page.locator(".menu a").all(), ...await page.locator("nav.langs a").all()]) {
          const box = await link.boundingBox();
          assert.ok(box && box.x >= 0 && box.x + box.width <= options.viewport.width && box.y + box.height <= 640, `${lang}, ${name}: ${await link.innerText()} at ${JSON.stringify(box)}`);
        }
        assert.equal(await page.locator(".menu a:visible").count(), 5);
        await page.locator("nav.langs a").first().click();
        await page.waitForURL(/\/nl\/$/);
      }, options);
    }
  }
});

test("the record of an organiser shows every state on a phone, without scrolling to the side", async () => {
  for (const lang of LANGUAGES) {
    await at(`/${lang}/organisers/ostbelgien`, async (page) => {
      const pills = await page.locator(".record .pill").all();
      assert.ok(pills.length >= 5);
      for (const pill of pills) {
        const box = await pill.boundingBox();
        assert.ok(box.x + box.width <= 360, `${lang}: ${JSON.stringify(box)}`);
      }
    }, PHONE);
  }
});

test("paper holds what the screen folds up, and every name that was typed", async () => {
  await at("/de/draws/council-1", async (page) => {
    assert.ok(!await page.locator(".checks li").first().isVisible());
    await page.emulateMedia({ media: "print" });
    for (const folded of [".checks li", ".chart table"]) assert.ok(await page.locator(folded).first().isVisible(), folded);
  });
  await at("/de/draws/council-1/minutes", async (page) => {
    const names = Array.from({ length: 14 }, (_, i) => `Zeuge Nummer ${i + 1}`).join("\n");
    await page.fill("#present", names);
    await page.emulateMedia({ media: "print" });
    const hidden = await page.locator("#present").evaluate((field) => field.scrollHeight - field.clientHeight);
    assert.ok(hidden <= 1, `${hidden} pixels of names are cut off`);
    assert.ok((await page.locator(".minutes h2").first().innerText()).startsWith("Ausgeloste Nummern"));
  });
});

test("a screen in a hall shows the draw alone, and the number that was just revealed; a panel's members have no tickets", async () => {
  await at("/de/draws/council-1/live", async (page) => {
    const places = page.locator("[data-list] li:not(.panel)");
    await page.waitForFunction(() => document.querySelectorAll("[data-list] li:not(.panel)").length === 24);
    const last = await places.last().boundingBox();
    assert.ok(last.y >= 0 && last.y + last.height <= 720 + 16, `the last one is seen: ${JSON.stringify(last)}`);
    for (const part of ["header.top", "footer"]) assert.ok(!await page.locator(part).isVisible(), part);
    assert.equal(await page.locator("[data-list] li.panel small").count(), 1);
    assert.equal(await places.locator("small").count(), 0, "the panel's ticket alone decided");
  }, { viewport: { width: 1280, height: 720 } });
});

test("a rehearsal says so wherever it is shown", async () => {
  for (const [lang, words] of [["de", "Probe: beweist nichts."], ["en", "Rehearsal: proves nothing."]]) {
    await at(`/${lang}/draws/council-1`, async (page) => {
      assert.ok((await page.getAttribute("meta[property='og:description']", "content")).startsWith(words));
      const picture = await (await fetch(`${base}/${lang}/draws/council-1/picture.svg`)).text();
      assert.ok(picture.includes(words) && !picture.includes("M6.5 12.5"), "no tick beside it");
    });
  }
});

test("moments say the visitor's own clock, with the day where it is another one there", async () => {
  await at("/en/draws/council-1", async (page) => {
    const said = await page.locator(".questions time, .facts time").allInnerTexts();
    assert.ok(said.length >= 3);
    for (const text of said) assert.match(text, /UTC \((\d+ \w+ at )?\d\d:\d\d GMT\+14\)$/);
    assert.ok(said.some((text) => new Date().getUTCHours() < 10 || /\(\d+ \w+ at /.test(text)));
  }, { timezoneId: "Pacific/Kiritimati" });
});

test("what is meant to be copied is copied with one press", async () => {
  await at("/en/draws/council-1/press", async (page, { context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.locator("[data-copy='quote-fr']").click();
    await page.locator("[data-copy='quote-fr']", { hasText: "Copied" }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await page.locator("#quote-fr").innerText());
  });
});
