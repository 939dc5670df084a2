// What somebody has typed at the desk and not sent yet: kept over the end of a session, and given up by no link, no button of the browser and no
// closing of the window without a question. Also: sent once, with the focus where it was.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, klero, launched, opened, rehearsing } from "./support.mjs";

const PASSWORD = "drei Wörter sind gut";
/** Signed out, out of date, or cut off: the browser's console names each. */
const EXPECTED = /status of (401|403|409)|ERR_FAILED/;

let browser, service, base;
before(async () => {
  const [launch, rehearsal] = await Promise.all([launched(), rehearsing("klero-typed")]);
  browser = launch;
  service = rehearsal;
  base = rehearsal.base;
});
after(async () => {
  await browser?.close();
  await service?.stop();
});

let people = 0;
/** An admin of their own, at the screen where organisers and people are let in. `asked` holds what the browser asked, `says` what is answered. */
const admin = (run) => opened(browser, base, async (page, more) => {
  const login = `ruth${(people += 1)}@example.org`;
  const { secret } = JSON.parse(klero("admin", "invite", "--dir", service.service, "--login", login, "--json"));
  const dialogs = { asked: [], accept: false };
  page.on("dialog", (dialog) => { dialogs.asked.push(dialog.type()); return dialogs.accept ? dialog.accept() : dialog.dismiss(); });
  await page.goto(`${base}/en/desk#/invitation/${secret}`);
  for (const [name, text] of [["name", "Ruth"], ["password", PASSWORD], ["again", PASSWORD]]) await page.fill(`[name=${name}]`, text);
  await page.getByRole("button", { name: "Make my account" }).click();
  await page.waitForSelector('#view[data-screen="/"]');
  await page.locator("#nav").getByRole("link", { name: "People" }).click();
  await page.waitForSelector('#view[data-screen="/people"]');
  await run(page, { ...more, login, dialogs });
}, { expected: EXPECTED, cookies: true });

const organiser = async (page, id) => {
  await page.fill("[name=name]", `Town ${id}`);
  await page.fill("[name=id]", id);
};
const add = (page) => page.getByRole("button", { name: "Add the organiser" });
const there = (page, id) => page.locator("#view li code", { hasText: new RegExp(`^${id}$`) }).waitFor();

test("a session that ends in mid-form loses nothing: signed in again, the form is as it was, and is sent by one key", async () => {
  await admin(async (page, { context, login }) => {
    await organiser(page, "kelmis");
    await context.clearCookies();
    await add(page).click();
    await page.locator("#gate").waitFor();
    assert.equal(await page.locator("#view").isVisible(), false, "what was on the screen is not for whoever comes by");
    assert.equal(await page.inputValue("#gate [name=login]"), login);
    assert.equal(await page.evaluate(() => document.activeElement.name), "password");
    await accessible(page, "signing in again");
    await page.keyboard.type("not this one, surely");
    await page.keyboard.press("Enter");
    await page.locator("#gate .trouble").waitFor();
    await page.fill("#gate [name=password]", PASSWORD);
    await page.keyboard.press("Enter");
    await page.locator("#gate").waitFor({ state: "detached" });
    assert.equal(await page.inputValue("[name=id]"), "kelmis");
    assert.equal(await page.locator("#view .trouble").count(), 0, "nothing says any more that one is signed out");
    await page.keyboard.press("Enter");
    await there(page, "kelmis");
  });
});

test("whoever signs in instead sees a screen of their own, and not what somebody else had typed", async () => {
  await admin(async (page, { context }) => {
    await organiser(page, "raeren");
    await admin(async (_, other) => {
      await context.clearCookies();
      await add(page).click();
      await page.fill("#gate [name=login]", other.login);
      await page.fill("#gate [name=password]", PASSWORD);
      await page.keyboard.press("Enter");
      await page.locator("#gate").waitFor({ state: "detached" });
    });
    await page.waitForFunction(() => document.querySelector("#view [name=id]")?.value === "");
  });
});

test("nothing that was typed is left without a question: by a link, the browser's button, or a new page", async () => {
  await admin(async (page, { dialogs }) => {
    const stays = async (leave, kind) => {
      dialogs.asked.length = 0;
      await leave();
      await page.waitForFunction(() => location.hash === "#/people");
      assert.deepEqual(dialogs.asked, [kind]);
      assert.equal(await page.inputValue("[name=id]"), "eynatten");
    };
    await organiser(page, "eynatten");
    await stays(() => page.locator("#nav").getByRole("link", { name: "Account" }).click(), "confirm");
    await stays(() => page.evaluate(() => new Promise((done) => { addEventListener("hashchange", () => setTimeout(done), { once: true }); history.back(); })), "confirm");
    await stays(() => Promise.all([page.waitForEvent("dialog"), page.evaluate((to) => { location.href = to; }, `${base}/en/`)]), "beforeunload");
    dialogs.accept = true;
    dialogs.asked.length = 0;
    await page.locator("#nav").getByRole("link", { name: "Account" }).click();
    await page.waitForSelector('#view[data-screen="/account"]');
    assert.deepEqual(dialogs.asked, ["confirm"]);
    // What is sent, or was never typed, is no matter.
    await page.locator("#nav").getByRole("link", { name: "People" }).click();
    await page.waitForSelector('#view[data-screen="/people"]');
    await organiser(page, "eynatten");
    await add(page).click();
    await there(page, "eynatten");
    await page.locator("#nav").getByRole("link", { name: "Account" }).click();
    await page.waitForSelector('#view[data-screen="/account"]');
    assert.deepEqual(dialogs.asked, ["confirm"]);
  });
});

test("signed in anew in another window, the first goes on", async () => {
  await admin(async (page, { context, login, asked }) => {
    await organiser(page, "walhorn");
    const other = await context.newPage();
    await context.clearCookies();
    await other.goto(`${base}/en/desk`);
    await other.fill("[name=login]", login);
    await other.fill("[name=password]", PASSWORD);
    await other.keyboard.press("Enter");
    await other.waitForSelector('#view[data-screen="/"]');
    const tokens = () => asked.filter(({ method, url }) => method === "POST" && url.endsWith("/organisers")).map(({ headers }) => headers["x-csrf-token"]);
    await add(page).click();
    await there(page, "walhorn");
    assert.equal(new Set(tokens()).size, 2, "the first token was out of date");
  });
});

test("pressed twice, a form is sent once, and the focus is not lost; what cannot be reached is said, and sent by the next press", async () => {
  await admin(async (page, { context, asked }) => {
    const sent = () => asked.filter(({ method, url }) => method === "POST" && url.endsWith("/organisers"));
    let open;
    const opening = new Promise((done) => { open = done; });
    await context.route("**/api/v1/organisers", async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      await opening;
      return sent().length === 1 ? route.abort() : route.continue();
    });
    await organiser(page, "hauset");
    await add(page).focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press("Enter");
    assert.equal(await add(page).getAttribute("aria-disabled"), "true");
    open();
    await page.locator("#view .trouble").waitFor();
    assert.equal(sent().length, 1);
    assert.equal(await page.inputValue("[name=id]"), "hauset");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Add the organiser");
    await page.keyboard.press("Enter");
    await there(page, "hauset");
    assert.equal(new Set(sent().map(({ headers }) => headers["idempotency-key"])).size, 1, "the same request again");
    assert.equal(await page.evaluate(() => document.getElementById("view").contains(document.activeElement)), true, "the focus is in the new screen");
  });
});
