// What a citizen, a reader with ten questions, a hall that watches, and somebody without a network get: in a real browser, on a draw that a
// real service carried out, held to the facts of its proof.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chanceOf, factsOf, idsOf, leaks, receiptOf, secretsOf } from "./facts.mjs";
import { LANGUAGES, accessible, demonstration, folder, launched, opened, overflow, root } from "./support.mjs";

const LOG = "demo.kleroterion.example/log";
const VERIFIER = `file://${join(root, "web/verifier/dist/verifier.html")}`;
const TITLES = { nl: "Zat ik in de pool?", fr: "Étais-je dans l’urne ?", de: "War ich im Lostopf?", en: "Was I in the pool?" };
const ONE_IN = { nl: "1 op", fr: "1 sur", de: "1 von", en: "1 in" };

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

/** A chance as people say it. */
const oneIn = ({ part, of }, lang) => (of / part).toLocaleString(lang, { maximumFractionDigits: of / part < 9.95 ? 1 : 0 });

/** Receipts of somebody who was drawn and of somebody who was not. */
async function two(draw, pool, ids) {
  const facts = await factsOf(base, draw);
  const drawn = new Set(facts.outcome.drawn.map((o) => o.index));
  const found = {};
  for (const id of ids) {
    const made = receiptOf(join(demo.dir, pool), draw, LOG, id, join(demo.service, "boxes", draw));
    found[drawn.has(made.index) ? "drawn" : "not"] ??= made;
    if (found.drawn && found.not) return { facts, ...found };
  }
  throw new Error(`${draw}: nobody of the ids was drawn, or everybody`);
}

test("a citizen opens the link of a letter; the browser alone checks it, and nothing of them leaves it", async () => {
  const cases = [["letters-1", "pool", idsOf(join(demo.dir, "people.csv"))], ["council-1", "council-pool", idsOf(join(demo.dir, "answers-council.csv"))]];
  for (const [draw, pool, ids] of cases) {
    const { facts, ...people } = await two(draw, pool, ids);
    for (const lang of LANGUAGES) {
      for (const [kind, person] of Object.entries(people)) {
        const chance = chanceOf(facts, person.index);
        await opened(browser, base, async (page, { asked, context }) => {
          await page.goto(`${base}/verifier.html?lang=${lang}&bundle=/draws/${draw}/bundle${person.fragment}`);
          await page.locator(".standing").waitFor();
          const said = await page.locator("#receipt-said").innerText();
          for (const cell of [person.data.id, ...Object.values(person.data.private), ...Object.values(person.data.public)]) assert.ok(cell === "" || said.includes(cell), `${cell} in ${said}`);
          // Their own chance, and not that of the average.
          assert.ok(said.includes(`${ONE_IN[lang]} ${oneIn(chance, lang)}`), `${draw}, ${lang}: ${JSON.stringify(chance)} in ${said}`);
          const shown = await page.locator("#receipt-said code").allInnerTexts();
          assert.equal(shown.length, 3, "their ticket, the highest that won, the lowest that did not");
          const [own, winning, losing] = shown;
          assert.ok(winning < losing);
          if (facts.list === undefined) assert.equal(own <= winning, kind === "drawn", "the ticket says what the result says");
          else assert.equal(own === winning, facts.list.panels[facts.outcome.panel].includes(person.index));
          const standing = await page.locator(".standing").innerText();
          assert.equal(/niet geloot|n’avez pas été tiré|nicht ausgelost|not drawn|reserve|réserve|Nachrücker/i.test(standing), kind === "not", standing);
          // The link is still there to be read, also in another language.
          assert.equal(await page.inputValue("#receipt-typed"), person.fragment);
          await page.locator("nav button").nth((LANGUAGES.indexOf(lang) + 1) % 4).click();
          assert.equal(await page.inputValue("#receipt-typed"), person.fragment);
          assert.ok((await page.locator("#receipt-said").innerText()).includes(person.data.id));
          await accessible(page, `the receipt, ${lang}`);
          assert.equal(await overflow(page), 0);
          assert.equal(await page.getAttribute("header a", "href"), `/${LANGUAGES[(LANGUAGES.indexOf(lang) + 1) % 4]}/draws/${draw}`, "the way back");
          assert.equal(await page.locator("#bundle").isVisible(), false, "nobody is asked for a file that is here already");
          assert.deepEqual(leaks(asked, secretsOf(person)), []);
          const kept = await page.evaluate(async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, (await caches.keys()).length]);
          assert.deepEqual(kept, [0, 0, 0, 0], "nothing is kept");
          assert.deepEqual(await context.cookies(), []);
        }, { viewport: { width: 360, height: 640 } });
      }
    }
  }
});

test("a citizen follows the QR code of a letter, or types its 26 characters; the box comes by its name, and is opened in the browser alone", async () => {
  const { drawn: person } = await two("letters-1", "pool", idsOf(join(demo.dir, "people.csv")));
  const box = `${base}/draws/letters-1/box/${person.locator}`;
  for (const lang of LANGUAGES) {
    await opened(browser, base, async (page, { asked }) => {
      await page.goto(`${base}/${lang}/check?draw=letters-1#${person.code}`);
      await page.locator(".standing").waitFor();
      assert.equal(await page.getAttribute("html", "lang"), lang);
      assert.equal(await page.locator("h1").innerText(), TITLES[lang], "their place comes first");
      assert.ok((await page.locator("#receipt-said").innerText()).includes(person.data.id));
      assert.equal(asked.filter(({ url }) => url === box).length, 1);
      assert.deepEqual(leaks(asked, secretsOf(person)), []);
    }, { viewport: { width: 360, height: 640 } });
    await opened(browser, base, async (page, { asked }) => {
      await page.goto(`${base}/${lang}/check`);
      await page.locator(".card a[href*='/draws/letters-1/']").click();
      await page.locator("#verdict").waitFor();
      await page.waitForFunction(() => document.activeElement?.id === "receipt-typed");
      const typed = person.code.toLowerCase().replaceAll("-", " ");
      await page.keyboard.type(typed.replace(/.$/, (last) => (last === "z" ? "y" : "z")));
      await page.keyboard.press("Enter");
      await page.locator("#receipt-said .banner").waitFor();
      assert.equal(asked.filter(({ url }) => url.includes("/box/")).length, 0, "a mistyped code asks for nothing");
      await page.fill("#receipt-typed", typed);
      await page.keyboard.press("Enter");
      await page.locator(".standing").waitFor();
      assert.ok((await page.locator("#receipt-said").innerText()).includes(person.data.id));
      assert.deepEqual(leaks(asked, secretsOf(person)), []);
    });
  }
  const answer = await fetch(box);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.equal((await fetch(`${base}/draws/council-1/box/${person.locator}`)).status, 404, "only in its own draw");
});

test("the watch on the network would see a leak", async () => {
  const person = receiptOf(join(demo.dir, "pool"), "letters-1", LOG, idsOf(join(demo.dir, "people.csv"))[0], join(folder("boxes"), "none"));
  await opened(browser, base, async (page, { asked }) => {
    await page.goto(`${base}/en/how`);
    assert.deepEqual(leaks(asked, secretsOf(person)), []);
    await page.evaluate(([id, code]) => Promise.all([fetch(`/healthz?id=${encodeURIComponent(id)}`), fetch("/healthz", { headers: { "x-code": code } }), fetch("/nowhere", { method: "POST", body: code }).catch(() => null)]), [person.data.id, person.code]);
    assert.ok(leaks(asked, secretsOf(person)).length >= 3, "address, header and body");
  }, { expected: /status of 40\d/ });
});

test("offline, from a file on disk: the proof, the letter, and cheating", async () => {
  const { facts, drawn } = await two("letters-1", "pool", idsOf(join(demo.dir, "people.csv")));
  const dir = folder("offline");
  const bundle = join(dir, "letters-1.bundle.json");
  writeFileSync(bundle, `${JSON.stringify(facts.bundle)}\n`);
  await opened(browser, "file://", async (page, { asked, context }) => {
    await context.setOffline(true);
    await page.goto(VERIFIER + drawn.fragment);
    await page.setInputFiles("#bundle", bundle);
    await page.locator("#verdict").waitFor();
    assert.match(await page.locator(".verdict").getAttribute("class"), /verified/);
    // Typed or linked before the file was chosen, the receipt is checked as soon as the proof is there.
    await page.locator(".standing").waitFor();
    assert.ok((await page.locator("#receipt-said").innerText()).includes(drawn.data.id));
    // A code with its box from the letter's folder needs no network, either.
    await page.fill("#receipt-typed", drawn.code);
    await page.setInputFiles("#receipt-box", join(demo.service, "boxes", "letters-1", drawn.locator));
    await page.locator(".receipt form button").click();
    await page.waitForFunction(() => document.querySelector(".standing") !== null);
    assert.ok((await page.locator("#receipt-said").innerText()).includes(drawn.data.id));
    const wrong = JSON.parse(JSON.stringify(facts.bundle));
    const hash = facts.outcomeHash;
    const outcome = JSON.parse(wrong.artifacts[hash]);
    [outcome.drawn[0], outcome.drawn[1]] = [outcome.drawn[1], outcome.drawn[0]];
    wrong.artifacts[hash] = JSON.stringify(outcome);
    writeFileSync(bundle, `${JSON.stringify(wrong)}\n`);
    await page.setInputFiles("#bundle", bundle);
    await page.locator(".verdict.refuted, .verdict.unreadable, .verdict.incomplete").waitFor();
    assert.deepEqual(asked.filter(({ url }) => !url.startsWith("file://") && !url.startsWith("blob:")), [], "nothing is asked of any network");
  });
});

/** Where the answer to each question is found, and what it must say, by the facts of the draw. Written by hand, from no catalogue. */
const ANSWERS = {
  nl: { who: /Wie heeft geloot/, beacon: /beheert het baken/, when: /Wanneer/, steer: /sturen/, repeat: /herhaald/, pool: /Uit wie/, chance: /kans/, replace: /weigert/, me: /Zat ik/, trust: /vertrouwen/,
    no: /^Nee\./, rehearsal: /één persoon de sleutel/, steered: /^Ja: .*sleutel/, none: /blijft leeg/, rank: /volgende in de volgorde/, fresh: /nieuwe waarde/, letter: /code of link van uw brief.*alleen in uw browser/, server: /Niet deze server.*register/ },
  fr: { who: /Qui a tiré/, beacon: /gère la balise/, when: /Quand/, steer: /orienter/, repeat: /recommencé/, pool: /Parmi qui/, chance: /chance/, replace: /refuse/, me: /Étais-je/, trust: /confiance/,
    no: /^Non\./, rehearsal: /une seule personne détient la clé/, steered: /^Oui : .*clé/, none: /reste vide/, rank: /suivante dans l’ordre/, fresh: /nouvelle valeur/, letter: /code ou le lien de votre lettre.*seul navigateur/, server: /Pas à ce serveur.*registre/ },
  de: { who: /Wer hat ausgelost/, beacon: /betreibt/, when: /Wann/, steer: /lenken/, repeat: /wiederholt/, pool: /Aus wem/, chance: /Chance/, replace: /ablehnt/, me: /War ich/, trust: /vertrauen/,
    no: /^Nein\./, rehearsal: /Schlüssel eine Person hat/, steered: /^Ja: .*Schlüssel/, none: /bleibt leer/, rank: /nächste Person in der Reihenfolge/, fresh: /neuer Zufallswert/, letter: /Code oder Link Ihres Briefs.*nur in Ihrem Browser/, server: /Nicht diesem Server.*Register/ },
  en: { who: /Who drew/, beacon: /runs the beacon/, when: /When/, steer: /steer/, repeat: /repeated/, pool: /From whom/, chance: /chance/, replace: /declines/, me: /Was I/, trust: /trust/,
    no: /^No\./, rehearsal: /key one person holds/, steered: /^Yes: .*key/, none: /stays empty/, rank: /next in the order/, fresh: /fresh beacon value/, letter: /code or link of your letter.*your browser alone/, server: /Not this server.*register/ },
};

/** The parts of a moment in UTC as a language writes them. */
function moment(seconds, lang) {
  const at = new Date(seconds * 1000);
  const month = new Intl.DateTimeFormat(lang, { month: "long", timeZone: "UTC" }).format(at);
  return new RegExp(`\\b${at.getUTCDate()}(\\.|er)? ${month} ${at.getUTCFullYear()}, ${at.toISOString().slice(11, 19)} UTC`);
}

test("ten questions are answered on the page of a draw, in each language, with what really happened", async () => {
  for (const draw of ["letters-1", "council-1", "leave-1"]) {
    const facts = await factsOf(base, draw);
    const { terms } = facts;
    const earlier = terms.pool.from && await factsOf(base, terms.pool.from.draw);
    assert.ok(facts.rehearsal && facts.attempt === 1);
    for (const lang of LANGUAGES) {
      await opened(browser, base, async (page) => {
        await page.goto(`${base}/${lang}/draws/${draw}`);
        const pairs = await page.locator("dl.questions").evaluate((dl) => [...dl.querySelectorAll("dt")].map((dt) => [dt.innerText, dt.nextElementSibling.innerText]));
        assert.equal(pairs.length, 10);
        const words = ANSWERS[lang];
        const number = (n) => n.toLocaleString(lang === "fr" ? "fr-FR" : lang);
        const says = (question, ...expected) => {
          const found = pairs.filter(([asked]) => words[question].test(asked));
          assert.equal(found.length, 1, `${lang}: ${question}`);
          for (const part of expected) {
            const holds = part instanceof RegExp ? part.test(found[0][1]) : found[0][1].includes(part);
            assert.ok(holds, `${draw}, ${lang}, ${question}: ${part} in “${found[0][1]}”`);
          }
        };
        says("who", facts.organiser);
        says("beacon", words.rehearsal);
        says("when", moment(facts.roundAt, lang), moment(facts.sealedAt, lang));
        says("steer", words.steered);
        says("repeat", words.no, ...(facts.postponed > 0 ? [/uitgesteld|reportée|verschoben|postponed/] : []));
        says("pool", number(terms.pool.size), earlier ? earlier.titles[lang] : terms.pool.root);
        if (earlier) assert.equal(await page.locator("dl.questions a").getAttribute("href"), `/${lang}/draws/${terms.pool.from.draw}`);
        says("replace", words[{ none: "none", rank: "rank", beacon: "fresh" }[terms.replacement]]);
        says("me", words.letter);
        says("trust", words.server);
        if (facts.list) {
          const counts = terms.pool.size > 0 && Array.from({ length: terms.pool.size }, (_, i) => chanceOf(facts, i).part);
          says("chance", number(Math.min(...counts)), number(Math.max(...counts)), number(facts.list.panels.length));
        } else {
          const shares = Array.from({ length: terms.pool.size }, (_, i) => chanceOf(facts, i));
          const each = shares.map(({ part, of }) => of / part);
          says("chance", `${ONE_IN[lang]} ${oneIn({ part: 1, of: Math.max(...each) }, lang)}`, `${ONE_IN[lang]} ${oneIn({ part: 1, of: Math.min(...each) }, lang)}`);
        }
      });
    }
  }
});

test("a hall watches: the clock counts down, and the reveal is the draw's own, in its order", async () => {
  for (const [draw, reducedMotion, lang] of [["hall-1", "no-preference", "de"], ["hall-2", "reduce", "fr"]]) {
    demo.seal(draw, 15);
    await opened(browser, base, async (page) => {
      await page.goto(`${base}/${lang}/draws/${draw}/live`);
      const clock = page.locator("[data-clock]");
      await page.waitForFunction(() => /^\d+:\d\d$/.test(document.querySelector("[data-clock]").textContent));
      const first = await clock.innerText();
      await page.waitForFunction((before) => document.querySelector("[data-clock]").textContent !== before, first);
      assert.equal(await page.locator("[data-list] li").count(), 0, "nothing is shown before its time");
      assert.equal(await page.locator("[data-controls]:visible").count(), 0);
      await accessible(page, `${draw} before`);
      // Nobody reloads: the state comes over the open connection.
      await page.locator("[data-list] li").first().waitFor();
      const facts = await factsOf(base, draw);
      if (reducedMotion === "reduce") {
        assert.equal(await page.locator("[data-controls]:visible").count(), 0, "nothing to hurry where nothing moves");
        const running = await page.evaluate(() => document.getAnimations().length);
        assert.equal(running, 0);
      } else if (await page.locator("[data-all]:visible").count() > 0) await page.locator("[data-all]").click();
      const wanted = facts.outcome.drawn.map((o) => o.index);
      await page.waitForFunction((n) => document.querySelectorAll("[data-list] li").length === n, wanted.length);
      const places = await page.locator("[data-list] li").evaluateAll((all) => all.map((li) => Number(li.firstChild.textContent.replace(/\D/g, ""))));
      assert.deepEqual(places, wanted);
      const tickets = await page.locator("[data-list] li small").allInnerTexts();
      const numbers = tickets.map((text) => /[0-9a-f]{32}$/.exec(text)[0]);
      assert.deepEqual(numbers, [...numbers].sort(), "the lowest tickets, in order");
      await page.waitForFunction(() => document.getAnimations().length === 0);
      await accessible(page, `${draw} after`);
    }, { reducedMotion, viewport: { width: 1280, height: 720 } });
  }
});

test("a page is light, and complete one round trip after its HTML", async () => {
  const paths = ["/", "/draws/letters-1", "/draws/council-1", "/draws/council-1/press", "/draws/council-1/live", "/draws/council-1/minutes", "/draws/council-1/widget", "/organisers/ostbelgien", "/log", "/log/0", "/how", "/proof", "/check", "/search?q=council"];
  for (const lang of LANGUAGES) {
    for (const path of paths) {
      await opened(browser, base, async (page, { context }) => {
        const client = await context.newCDPSession(page);
        await client.send("Network.enable");
        const seen = new Map();
        client.on("Network.requestWillBeSent", ({ requestId, request, initiator, type }) => seen.set(requestId, { url: request.url, by: initiator.url ?? initiator.stack?.callFrames[0]?.url, kind: initiator.type, type, bytes: 0 }));
        client.on("Network.dataReceived", ({ requestId, dataLength }) => { if (seen.has(requestId)) seen.get(requestId).bytes += dataLength; });
        const address = `${base}/${lang}${path}`;
        await page.goto(address, { waitUntil: "load" });
        // What a script asks for later (the live page's events and reveal) is not what the page needs to be complete.
        const needed = [...seen.values()].filter(({ kind, type }) => !(kind === "script" && (type === "EventSource" || type === "Fetch")));
        const bytes = needed.filter(({ type }) => type !== "Image").reduce((sum, one) => sum + one.bytes, 0);
        assert.ok(bytes > 1_000 && bytes < 100_000, `${address}: ${bytes} bytes`);
        for (const { url, by, kind } of needed) {
          if (url === address) continue;
          assert.ok(kind === "parser" && by === address, `${address}: ${url} is asked for by ${kind} ${by}: a second round trip`);
        }
      });
    }
  }
});

test("the other languages of a search ask the same", async () => {
  await opened(browser, base, async (page) => {
    await page.goto(`${base}/en/search?q=${encodeURIComponent("council & more")}`);
    await page.locator("nav.langs a[lang=de]").click();
    await page.waitForURL(/\/de\/search\?q=/);
    assert.ok((await page.locator("main").innerText()).includes("council & more"));
  });
});

test("the minutes as PDF say what their page says, in each language, tagged, and in the same bytes", async () => {
  const dir = folder("minutes");
  for (const draw of ["council-1", "letters-1"]) {
    const facts = await factsOf(base, draw);
    for (const lang of LANGUAGES) {
      const address = `${base}/${lang}/draws/${draw}/minutes.pdf`;
      const answer = await fetch(address);
      assert.equal(answer.headers.get("content-type"), "application/pdf");
      const bytes = Buffer.from(await answer.arrayBuffer());
      assert.ok(bytes.equals(Buffer.from(await (await fetch(address)).arrayBuffer())), "the same bytes");
      const file = join(dir, `${draw}.${lang}.pdf`);
      writeFileSync(file, bytes);
      const plain = (text) => text.replace(/[\s\u00a0\u202f]+/g, " ").trim();
      const text = plain(execFileSync("pdftotext", ["-raw", file, "-"], { encoding: "utf8" }));
      for (const hash of [facts.terms.pool.root, facts.outcomeHash]) assert.ok(text.includes(hash), `${address}: ${hash}`);
      assert.ok(text.includes(String(facts.round)), "the round");
      // A foot may stand between two lines of a long list.
      const places = facts.outcome.drawn.map((o) => o.index);
      if (places.length < 100) assert.ok(text.includes(places.join(", ")), `${address}: the result`);
      else for (const place of places) assert.ok(new RegExp(`\\b${place},? `).test(text), `${address}: ${place}`);
      const info = execFileSync("pdfinfo", [file], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
      assert.match(info, /Tagged: +yes/);
      await opened(browser, base, async (page) => {
        await page.goto(`${base}/${lang}/draws/${draw}/minutes`);
        const said = await page.locator(".minutes > p:not(.numbers, .noprint), .minutes h1, .minutes .line, .minutes dl").allInnerTexts();
        assert.ok(said.length >= 6);
        for (const part of said.flatMap((s) => s.split("\n")).map(plain).filter(Boolean)) assert.ok(text.includes(part), `${address}: “${part}”`);
        assert.ok(text.includes(plain(await page.locator("aside.rehearsal").innerText())), "a rehearsal says so first");
      });
    }
  }
});

test("erased is erased: the code of a letter finds nothing any more", async () => {
  const { drawn: person } = await two("letters-1", "pool", idsOf(join(demo.dir, "people.csv")));
  demo.erase("letters-1");
  assert.equal(existsSync(join(demo.service, "boxes", "letters-1")), false);
  await opened(browser, base, async (page) => {
    await page.goto(`${base}/en/check?draw=letters-1#${person.code}`);
    await page.getByText("This site has nothing for this code in this draw.").waitFor();
    // The receipt itself, where somebody kept it, is still proved: the seal stays.
    await page.fill("#receipt-typed", person.fragment);
    await page.keyboard.press("Enter");
    await page.locator(".standing").waitFor();
    assert.ok((await page.locator("#receipt-said").innerText()).includes(person.data.id));
  }, { expected: /status of 404/ });
});
