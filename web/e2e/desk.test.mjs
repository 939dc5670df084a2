// The organisers' desk as a town hall uses it, in a real browser, against a real service with a practice beacon: an admin lets two colleagues
// in; they make keys, enrol them, prepare, sign, approve, seal and draw, with one browser's storage cleared in mid-draw; then letters, answers,
// replacements, complaints, annulment and erasure. Every screen that comes by is held against axe-core, light and dark, and against 320 pixels.
// `DESK_SCREENSHOTS=folder` also writes a picture of each.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { LANGUAGES, accessible, klero, launched, opened, overflow, rehearsing, tabbed } from "./support.mjs";
import { xlsx } from "./xlsx.mjs";

/** Nobody is signed in yet, or what was asked for is not there yet: the browser's console names both. */
const EXPECTED = /status of (401|404|409|422)/;
const PASSWORD = "drei Wörter sind gut";
const SHOTS = process.env.DESK_SCREENSHOTS;

let browser, dir, service, base;
before(async () => {
  const [launch, rehearsal] = await Promise.all([launched(), rehearsing("klero-desk")]);
  browser = launch;
  ({ dir, base } = rehearsal);
  service = { dir: rehearsal.service, stop: rehearsal.stop };
});
after(async () => {
  await browser?.close();
  await service?.stop();
});

/** Six digits of RFC 6238, so many steps from now. */
function totp(secret, ahead) {
  const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const hash = createHmac("sha1", key).update(counter).digest();
  return String((hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** What `datetime-local` takes, in so many seconds from now. */
const inSeconds = (seconds) => new Date(Date.now() + seconds * 1_000).toISOString().slice(0, 19);

/** Somebody at a desk of their own. */
class Desk {
  constructor(page, lang) {
    Object.assign(this, { page, lang });
  }
  /** Goes to a screen, and waits until it stands. */
  async at(path) {
    await this.page.goto(`${base}/${this.lang}/desk#${path}`);
    await this.screen(path);
  }
  screen(path) {
    return this.page.waitForSelector(`#view[data-screen="${path}"]`);
  }
  /** Sends a form by its main button. */
  press(name) {
    return this.page.getByRole("button", { name }).first().click();
  }
  link(name) {
    return this.page.locator("#view").getByRole("link", { name }).first().click();
  }
  async fill(values) {
    for (const [name, value] of Object.entries(values)) await this.page.locator(`#view [name="${name}"]`).fill(value);
  }
  text() {
    return this.page.locator("#view").innerText();
  }
  async says(pattern) {
    await this.page.waitForFunction(([source, flags]) => new RegExp(source, flags).test(document.getElementById("view").innerText), [pattern.source, pattern.flags]);
  }
  /** Opens what is folded away below this summary. */
  async unfold(text) {
    const summary = this.page.locator("#view summary", { hasText: text }).first();
    await summary.evaluate((found) => { found.parentElement.open = true; });
  }
  /** The screen breaks no rule of axe-core, light or dark, and nothing sticks out at 320 pixels. */
  async look(name) {
    const { page } = this;
    const size = page.viewportSize();
    await page.evaluate(() => { for (const part of document.querySelectorAll("#view details")) part.open = true; });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await accessible(page, `${name}, ${this.lang}, ${colorScheme}`);
      if (SHOTS) {
        mkdirSync(SHOTS, { recursive: true });
        await page.screenshot({ path: join(SHOTS, `${name}-${colorScheme}.png`), fullPage: true });
      }
    }
    await page.setViewportSize({ width: 320, height: 568 });
    assert.equal(await overflow(page), 0, `${name}, ${this.lang}, at 320 pixels`);
    if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}-320.png`), fullPage: true });
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: "light" });
  }
  /** Signs the decision that stands here with the key of this browser. */
  async sign() {
    const before = await this.page.locator(".signatures li").count();
    await this.page.locator("#view .act button.primary, #view .act button").filter({ hasText: /eupen\// }).first().click();
    await this.page.waitForFunction((n) => document.querySelectorAll(".signatures li").length > n, before);
  }
  /** Where the decision is, for the colleague. */
  async here() {
    await this.page.waitForSelector('#view[data-screen^="/decisions/"]');
    return this.page.locator("#view").getAttribute("data-screen");
  }
  async download(name) {
    const [download] = await Promise.all([this.page.waitForEvent("download"), this.page.locator("#view").getByRole("link", { name }).first().click()]);
    return readFileSync(await download.path(), "utf8");
  }
}

const somebody = (lang, run) => opened(browser, base, (page, more) => {
  // Here a screen is left with what was typed into it; that the desk asks first is tested in typed.test.mjs.
  page.on("dialog", (dialog) => dialog.accept());
  return run(new Desk(page, lang), more);
}, { expected: EXPECTED, cookies: true, acceptDownloads: true, timezoneId: "UTC", viewport: { width: 1000, height: 800 } });

/** 60 people in six groups of ten. */
function people() {
  const lines = ["number,name,municipality,gender"];
  for (let i = 0; i < 60; i++) lines.push(`${4_000 + i},Person ${i},${["Eupen", "Kelmis", "Raeren"][i % 3]},${i % 2 ? "m" : "f"}`);
  return `${lines.join("\n")}\n`;
}

test("two organisers create, sign, approve, seal and draw; one loses the browser's storage in between; then all that follows", async () => {
  const invited = JSON.parse(klero("admin", "invite", "--dir", service.dir, "--login", "root@example.org", "--json")).secret;
  const invitations = {};
  await somebody("en", async (root, { context }) => {
    await root.at("/");
    await root.look("sign-in");
    await root.page.goto(`${base}/en/desk#/invitation/${invited}`);
    await root.says(/Accept an invitation/);
    assert.ok(!root.page.url().includes(invited), "the secret does not stay in the address");
    await root.fill({ name: "Ruth", password: PASSWORD, again: `${PASSWORD}!` });
    await root.look("invitation");
    await root.press("Make my account");
    await root.says(/passwords differ/);
    await root.fill({ again: PASSWORD });
    await root.press("Make my account");
    await root.says(/You let organisers/);
    await root.look("home-admin");
    await root.link("People");
    await root.fill({ name: "Stadt Eupen", id: "eupen" });
    await root.press("Add the organiser");
    await root.says(/Stadt Eupen/);
    for (const login of ["anna", "bert"]) {
      await root.fill({ login: `${login}@example.org` });
      await root.press("Invite");
      await root.says(new RegExp(`Invitation for ${login}`));
      invitations[login] = await root.page.locator("[data-invitation]").getAttribute("data-invitation");
    }
    await copying(root, context);
    await root.look("people");
  });

  await somebody("de", async (anna) => {
    await accept(anna, invitations.anna, "Anna Amtsrat", "Konto anlegen");
    await anna.says(/Vor der ersten Auslosung/);
    await anna.look("home-empty");
    await somebody("fr", (bert) => accept(bert, invitations.bert, "Bert Bourgmestre", "Créer mon compte").then(() => together(anna, bert)));
  });
});

/** What is passed on can be copied by keyboard; where the browser forbids it, it is selected. */
async function copying({ page }, context) {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const shown = await page.locator("[data-invitation]").innerText();
  const copy = page.getByRole("button", { name: "Copy: invitation" });
  await copy.focus();
  await page.keyboard.press("Enter");
  await page.locator("#told", { hasText: "Copied." }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), shown);
  await page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError")); });
  await page.keyboard.press("Enter");
  await page.locator("#told", { hasText: "selected" }).waitFor();
  assert.equal(await page.evaluate(() => getSelection().toString()), shown);
}

async function accept(desk, secret, name, go) {
  await desk.page.goto(`${base}/${desk.lang}/desk#/invitation/${secret}`);
  await desk.fill({ name, password: PASSWORD, again: PASSWORD });
  await desk.press(go);
  await desk.screen("/");
}

async function together(anna, bert) {
  const begun = Date.now();
  // Keys: one in each browser, one on paper. Enrolled once all three have signed.
  await anna.at("/keys");
  await anna.press("Meinen Schlüssel machen");
  await anna.says(/In diesem Browser/);
  await bert.at("/keys");
  await bert.press("Créer ma clé");
  await bert.says(/Dans ce navigateur/);
  const paper = join(dir, "paper.key");
  klero("keys", "new", "--name", "eupen/paper", "--out", paper);
  await bert.unfold("sur papier");
  // Nobody registers a key that they do not have: what proves it for Anna proves nothing for Bert.
  const proof = (login) => klero("keys", "claim", paper, "--login", login, "--log", "draws.example.org/log").trim();
  await bert.fill({ proof: proof("anna@example.org") });
  await bert.press("Enregistrer cette clé comme la mienne");
  await bert.says(/Quelque chose n’est pas correct/);
  await bert.fill({ proof: proof("bert@example.org") });
  await bert.press("Enregistrer cette clé comme la mienne");
  await bert.says(/eupen\/paper/);
  await bert.look("keys");
  // What a page can read of a key: nothing.
  const kept = await anna.page.evaluate(async () => {
    const database = await new Promise((done) => { const request = indexedDB.open("klero-desk"); request.onsuccess = () => done(request.result); });
    const [one] = await new Promise((done) => { const request = database.transaction("keys").objectStore("keys").getAll(); request.onsuccess = () => done(request.result); });
    const exported = await Promise.all(["raw", "pkcs8", "jwk"].map((format) => crypto.subtle.exportKey(format, one.key).then(() => format, (error) => error.name)));
    return { extractable: one.key.extractable, exported };
  });
  assert.deepEqual(kept, { extractable: false, exported: ["InvalidAccessError", "InvalidAccessError", "InvalidAccessError"] });
  await anna.at("/");
  await anna.at("/keys");
  await anna.press("Eintragung schreiben");
  const enrolment = await anna.here();
  await anna.sign();
  await anna.look("enrolment");
  await bert.at(enrolment);
  await bert.sign();
  await pasted(bert, paper, "klero sign");
  await bert.press("Inscrire");
  await bert.says(/étape 1 du journal/);
  await bert.look("enrolled");

  // The wizard.
  await anna.at("/drafts/new");
  await anna.fill({ "title-de": "Bürgerrat 2026" });
  assert.equal(await anna.page.locator('[name="draw"]').inputValue(), "burgerrat-2026");
  await anna.fill({ draw: "rat-2026", purpose: "rat", seats: "12", reserves: "6" });
  await anna.page.locator('[name="method"][value="panels"]').check();
  await anna.look("wizard-rules");
  await anna.press("Weiter");
  await anna.says(/Die Liste der Personen/);
  await anna.look("wizard-people");
  // A file without anybody is refused as it comes; a file with a problem is told with its line, and without its cells: both in the reader's language.
  await upload(anna, "empty.csv", "\n", /Die Datei ist leer\..*Die erste Zeile nennt die Spalten/s);
  await upload(anna, "bad.csv", `${people()}4000,Doppelt,Eupen,f\n4061,Zuwenig\n`);
  await anna.press("Liste prüfen");
  await anna.says(/So kann die Liste nicht verwendet werden/);
  assert.match(await anna.text(), /Zeile 62: Dieselbe Person wie in Zeile 2\./);
  assert.match(await anna.text(), /Zeile 63: 2 Zellen statt 4\./);
  assert.doesNotMatch(await anna.text(), /Zuwenig|Doppelt/);
  assert.equal(await anna.page.locator("#view [lang=en]").count(), 0, "nothing of it is English");
  await anna.look("wizard-problems");
  // Without names of columns the first person would be taken for them: that is said.
  await upload(anna, "headless.csv", people().replace(/^.*\n/, ""));
  await anna.says(/Die erste Zeile sieht aus wie eine Person.*Spalte 1: Ihr Name ist eine Zahl/s);
  await anna.look("wizard-headless");
  await upload(anna, "people.csv", people());
  assert.doesNotMatch(await anna.text(), /Die erste Zeile sieht aus/);
  for (const [at, role] of [[0, "id"], [1, "private"], [2, "public"], [3, "public"]]) await anna.page.locator(`[name="role-${at}"]`).selectOption(role);
  await anna.press("Liste prüfen");
  await anna.says(/in Ordnung: 60 Personen/);
  await anna.look("wizard-roles");
  await anna.press("Diese Liste festlegen");
  await anna.says(/festgelegt: 60 Personen/);
  await anna.look("wizard-committed");
  await anna.link("Weiter");

  // Quotas: impossible ones are explained, and mended by one button; then panels.
  await anna.says(/in einem Gremium von 12 Personen/);
  await anna.page.getByLabel("municipality, Eupen: Mindestens").fill("9");
  await anna.page.getByLabel("municipality, Eupen: Höchstens").fill("12");
  await anna.page.getByLabel("municipality, Kelmis: Mindestens").fill("4");
  await anna.press("Sind sie erfüllbar?");
  await anna.says(/Kein Gremium kann/);
  await anna.look("wizard-quotas");
  // Whoever builds at once is told the same, in words of their own.
  await anna.press("Gerechte Gremien bauen");
  await anna.says(/municipality: mindestens zusammen 1\d; das ist zu viel für 12 Sitze.*Diese Änderung hilft:/s);
  assert.equal(await anna.page.locator("#view [lang=en]").count(), 0, "nothing of it is English");
  await anna.look("wizard-refused");
  await anna.press("In die Tabelle übernehmen");
  await anna.press("Sind sie erfüllbar?");
  await anna.says(/kann alle Quoten erfüllen\./);
  await anna.press("Gerechte Gremien bauen");
  await anna.says(/Gremien sind gebaut/);
  await anna.look("wizard-fair");
  await anna.press("Diese Gremien verwenden");
  await anna.says(/Wann wird ausgelost/);
  await anna.look("wizard-time");

  // Announced: from here on the clock runs.
  // Two people sign twice until then: a slow machine, which has taken longer so far, gets longer.
  await anna.fill({ at: inSeconds(Math.max(60, Math.ceil((Date.now() - begun) / 1_000))) });
  await anna.press("Speichern");
  await anna.says(/Gespeichert|Ankündigung schreiben/);
  await anna.press("Ankündigung schreiben");
  const announcement = await anna.here();
  await anna.sign();
  await bert.at(announcement);
  await bert.sign();
  await bert.press("Annoncer");
  await bert.says(/du journal public/);

  // The terms, in words; Anna signs.
  await anna.at("/");
  await anna.link("Bürgerrat 2026");
  await anna.says(/Angekündigt/);
  await anna.link("Weiter vorbereiten");
  await anna.says(/Alles noch einmal/);
  await anna.press("Bedingungen schreiben");
  const terms = await anna.here();
  assert.match(await anna.text(), /12 Personen werden ausgelost\. Eines von 1\.000 Gremien wird ausgelost/);
  await anna.sign();

  // Bert's browser forgets everything: session, key, all. The server has the rest; he signs with his key on paper.
  await bert.page.context().clearCookies();
  await bert.page.evaluate(() => new Promise((done, failed) => { const request = indexedDB.deleteDatabase("klero-desk"); request.onsuccess = done; request.onerror = failed; }));
  await bert.page.goto("about:blank");
  await bert.page.goto(`${base}/fr/desk#${terms}`);
  await bert.says(/Se connecter/);
  await bert.fill({ login: "bert@example.org", password: PASSWORD });
  await bert.press("Se connecter");
  await bert.says(/Ce navigateur n’a aucune clé à vous/);
  await pasted(bert, paper, "klero terms sign");
  await bert.press("Sceller");
  await bert.says(/du journal public/);

  // Anna sees it come by itself; so does the draw.
  await anna.at("/draws/rat-2026");
  await anna.says(/Versiegelt/);
  await anna.look("draw-sealed");
  await anna.page.waitForFunction(() => document.getElementById("state")?.innerText.includes("Ausgelost"));
  await anna.says(/Zu löschen bis/);
  await anna.look("draw-drawn");
  await bert.at(terms);
  await bert.look("terms-logged");
  await bert.at("/keys");
  await bert.says(/Ce navigateur n’a aucune clé à vous/);
  await bert.look("keys-lost");

  await afterwards(anna, bert, paper);
}

/** Uploads a file by the form for it, and waits until it is the list, or until the screen says this. */
async function upload(desk, name, content, says = new RegExp(`Liste: ${name}`)) {
  writeFileSync(join(dir, name), content);
  if (await desk.page.locator("#view summary", { hasText: "andere Liste" }).count() > 0) await desk.unfold("andere Liste");
  await desk.page.locator('#view input[type="file"]').setInputFiles(join(dir, name));
  await desk.press("Hochladen");
  await desk.says(says);
}

/** Signs on "another computer": downloads the note, signs it with the command, pastes what the file then holds. */
async function pasted(desk, key, command) {
  const { page } = desk;
  const before = await page.locator(".signatures li").count();
  await desk.unfold("autre ordinateur");
  const note = join(dir, `${command.replaceAll(" ", "-")}.note`);
  writeFileSync(note, await desk.download("Télécharger le texte"));
  klero(...command.split(" ").slice(1), note, "--key", key);
  await desk.fill({ signed: readFileSync(note, "utf8") });
  await desk.press("Envoyer cette signature");
  await page.waitForFunction((n) => document.querySelectorAll(".signatures li").length > n, before);
}

async function afterwards(anna, bert, paper) {
  await anna.link("Namen und Briefe");
  await anna.says(/12 Personen haben einen Sitz/);
  assert.equal((await anna.download("Personen mit Sitz (CSV)")).trim().split("\n").length, 13);
  await anna.press("Briefe an die Ausgelosten vorbereiten");
  await anna.says(/12 Briefe sind vorbereitet/);
  await anna.look("results");
  // The auditor gets the whole list, and nobody on the way can read it.
  await anna.unfold("Für die Prüfung");
  await anna.fill({ recipient: "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p" });
  const [audit] = await Promise.all([anna.page.waitForEvent("download"), anna.press("Verschlüsselt herunterladen")]);
  assert.equal(audit.suggestedFilename(), "rat-2026.audit.age");
  assert.match(readFileSync(await audit.path(), "latin1"), /^age-encryption\.org\/v1\n/);
  const letters = (await anna.download("Datei für den Serienbrief (CSV)")).trim().split("\n").map((line) => line.split(","));
  const code = letters[0].indexOf("receipt_code");
  const codes = letters.slice(1).map((cells) => cells[code]);

  await anna.at("/draws/rat-2026/answers");
  await anna.look("answers-before");
  await anna.press("Antworten annehmen");
  await anna.says(/0 ja, 0 nein, von 12/);
  await anna.fill({ codes: codes.slice(0, 3).join("\n") });
  await anna.press("Eintragen");
  await anna.says(/3 ja, 0 nein/);
  const wrong = codes[3].replace(/^./, (c) => (c === "0" ? "1" : "0"));
  await anna.fill({ codes: wrong });
  await anna.press("Eintragen");
  await anna.says(/Daran stimmt etwas nicht/);
  await anna.fill({ codes: codes[3] });
  await anna.page.locator('[name="answer"][value="no"]').check();
  await anna.press("Eintragen");
  await anna.says(/3 ja, 1 nein/);
  assert.equal((await anna.download("Liste für Erinnerungen")).trim().split("\n").length, 9);
  await anna.look("answers");

  await anna.link("1 Absage: den Sitz besetzen");
  await anna.says(/Personen, die abgesagt haben/);
  await anna.look("seats");
  await anna.press("Schreiben, zum Unterschreiben");
  await decided(anna, bert, paper, "Libérer ces sièges");
  await anna.at("/draws/rat-2026/seats");
  await anna.says(/Ausgeschieden\s+\d/);

  await linked(anna);
  await rotation(anna, bert, paper);

  await anna.at("/draws/rat-2026/complaints");
  await anna.press("Beschwerden annehmen");
  await anna.says(/Keine Beschwerde wartet/);
  await anna.fill({ text: "Die Liste war alt." });
  await anna.press("Beschwerde eintragen");
  await anna.says(/1 Beschwerde wartet/);
  await anna.unfold("Antwort");
  await anna.page.locator('[name="ruling"][value="upheld"]').check();
  await anna.page.locator(".card textarea").fill("Das stimmt.");
  await anna.press("Antwort speichern");
  await anna.says(/Stattgegeben/);
  await anna.look("complaints");

  await anna.at("/draws/rat-2026/change");
  await anna.look("change");
  await anna.page.locator('[name="reason"][value="complaint"]').check();
  await anna.press("Schreiben, zum Unterschreiben");
  await decided(anna, bert, paper, "Invalider le résultat");
  await anna.at("/draws/rat-2026");
  await anna.says(/Annulliert/);
  await anna.at("/");
  await anna.look("home");
  // What the desk did is what a verifier sees.
  const bundle = join(dir, "rat.json");
  writeFileSync(bundle, await (await fetch(`${base}/draws/rat-2026/bundle`)).text());
  assert.match(klero("verify", bundle), /annul/i);

  await anna.at("/draws/rat-2026/change");
  await anna.press("Schreiben, zum Unterschreiben");
  await decided(anna, bert, paper, "Détruire les données");
  await anna.at("/draws/rat-2026");
  await anna.says(/Gelöscht/);

  await another(anna, bert, paper);
  await account(bert);
  for (const lang of LANGUAGES) {
    const desk = new Desk(anna.page, lang);
    for (const path of ["/", "/keys", "/people", "/account", "/drafts/new", "/draws/rat-2026", "/draws/rat-2026/rotation", "/draws/rat-2026/change", "/nowhere"]) {
      await desk.page.goto("about:blank");
      await desk.at(path);
      await desk.look(`${lang}${path.replaceAll("/", "-")}`);
    }
  }
}

/** A council from those who were drawn and answered: whoever was not drawn is refused; columns of the earlier list can be used as well. */
async function linked(anna) {
  await anna.at("/draws/rat-2026/results");
  const seated = (await anna.download("Personen mit Sitz (CSV)")).trim().split("\n").map((line) => line.split(","));
  const at = seated[0].indexOf("number");
  const answers = ["number,age", ...seated.slice(1).map((cells, n) => `${cells[at]},${n % 2 ? "young" : "old"}`)];
  await anna.at("/drafts/new");
  await anna.fill({ "title-de": "Ausschuss 2026", purpose: "ausschuss", seats: "4" });
  await anna.page.locator('[name="method"][value="stratified"]').check();
  await anna.page.locator('[name="from"]').selectOption("rat-2026");
  await anna.press("Weiter");
  await anna.says(/Alle Personen kommen aus der Auslosung rat-2026/);
  for (const [name, lines, says] of [["stranger.csv", [...answers, "9999,old"], /Zeile 14: Niemand aus der früheren Auslosung/], ["answers.csv", answers, /in Ordnung: 12 Personen/]]) {
    await upload(anna, name, `${lines.join("\n")}\n`);
    assert.equal(await anna.page.locator('[name="role-0"] option[value="household"]').count(), 0, "the address is the earlier list's");
    await anna.page.locator('[name="role-1"]').selectOption("public");
    await anna.page.locator('[name="before"][value="gender"]').check();
    await anna.look("wizard-linked");
    await anna.press("Liste prüfen");
    await anna.says(says);
  }
  await anna.press("Diese Liste festlegen");
  await anna.says(/festgelegt: 12 Personen/);
  assert.match(await anna.text(), /age, gender/);
  assert.match(await anna.text(), /Auslosung rat-2026/);
}

/** A third leaves: the list of those who hold seats is made, and drawn from like any other. */
async function rotation(anna, bert, paper) {
  await anna.at("/draws/rat-2026");
  await anna.link("Rotation");
  await anna.says(/12 Personen haben einen Sitz/);
  assert.equal(await anna.page.locator('[name="seats"]').inputValue(), "4");
  await anna.fill({ title: "Rotation 2026" });
  await anna.look("rotation");
  await anna.press("Liste machen und Auslosung vorbereiten");
  await anna.page.waitForSelector('#view[data-screen^="/drafts/"]');
  assert.equal(await anna.page.locator('[name="draw"]').inputValue(), "rotation-2026");
  await anna.press("Weiter");
  await anna.says(/festgelegt: 12 Personen/);
  await anna.link("Weiter");
  await anna.says(/Wann wird ausgelost/);
  await anna.fill({ at: inSeconds(86_400) });
  await anna.press("Speichern");
  await anna.press("Ankündigung schreiben");
  await decided(anna, bert, paper, "Annoncer");
  await anna.at("/draws/rotation-2026");
  await anna.link("Weiter vorbereiten");
  await anna.says(/Alles noch einmal/);
  await anna.press("Bedingungen schreiben");
  await anna.here();
  assert.match(await anna.text(), /4 Personen werden ausgelost\. Alle haben die gleiche Chance/);
  assert.match(await anna.text(), /Auslosung rat-2026/);
  await decided(anna, bert, paper, "Sceller", "klero terms sign");
  assert.match(await (await fetch(`${base}/de/draws/rotation-2026`)).text(), /draws\/rat-2026/, "everybody sees where the people come from");
}

/** A second draw: by groups, from a spreadsheet; postponed once, sealed, and then given up. */
async function another(anna, bert, paper) {
  await anna.at("/drafts/new");
  await anna.fill({ "title-de": "Los 2026", purpose: "los", seats: "6" });
  await anna.page.locator('[name="method"][value="stratified"]').check();
  await anna.press("Weiter");
  await upload(anna, "people.xlsx", xlsx(people().trim().split("\n").map((line) => line.split(","))));
  await anna.says(/Gelesen vom Blatt „People“/);
  await anna.page.locator('[name="role-2"]').selectOption("public");
  await anna.press("Liste prüfen");
  await anna.says(/in Ordnung: 60 Personen/);
  await anna.press("Diese Liste festlegen");
  await anna.says(/festgelegt: 60 Personen/);
  await anna.page.locator('[name="by"][value="municipality"]').check();
  await anna.look("wizard-groups");
  await anna.press("Weiter");
  await anna.says(/Wann wird ausgelost/);
  await anna.fill({ at: inSeconds(86_400) });
  await anna.press("Speichern");
  await anna.press("Ankündigung schreiben");
  await decided(anna, bert, paper, "Annoncer");

  await anna.at("/draws/los-2026/change");
  // To the minute, as the form takes it.
  await anna.fill({ at: inSeconds(2 * 86_400).slice(0, 16) });
  await anna.press("Schreiben, zum Unterschreiben");
  await decided(anna, bert, paper, "Annoncer");
  await anna.at("/draws/los-2026");
  await anna.says(/So oft verschoben\s+1/);

  await anna.link("Weiter vorbereiten");
  await anna.says(/Alles noch einmal/);
  await anna.press("Bedingungen schreiben");
  await anna.here();
  assert.match(await anna.text(), /6 Personen werden ausgelost\. Jede Gruppe bekommt Plätze im Verhältnis/);
  await decided(anna, bert, paper, "Sceller", "klero terms sign");
  await anna.at("/draws/los-2026");
  await anna.says(/Versiegelt/);
  // What the desk links to is in the reader's language.
  assert.equal(await anna.page.locator('#view a[href="/de/draws/los-2026"]').count(), 1);

  await anna.at("/draws/los-2026/change");
  await anna.page.locator('[name="reason"][value="cancelled"]').check();
  await anna.press("Schreiben, zum Unterschreiben");
  await decided(anna, bert, paper, "Abandonner le tirage");
  await anna.at("/draws/los-2026");
  await anna.says(/Vor der Auslosung aufgegeben/);
  await anna.look("draw-void");
}

/** Signed by Anna in her browser and by Bert with his paper key, and handed in by him. */
async function decided(anna, bert, paper, go, command = "klero sign") {
  const decision = await anna.here();
  await anna.sign();
  await bert.at(decision);
  await pasted(bert, paper, command);
  await bert.press(go);
  await bert.says(/du journal public/);
}

/** A second factor is set up, and needed from then on. With the keyboard alone. */
async function account(bert) {
  const { page } = bert;
  await bert.at("/account");
  await bert.press("Configurer un second facteur");
  const secret = await page.locator("[data-secret]").getAttribute("data-secret");
  assert.ok(await page.locator("img.qr").evaluate((image) => image.decode().then(() => image.naturalWidth > 0)), "a QR code for the telephone");
  await bert.look("account-totp");
  await bert.fill({ code: totp(secret, 0) });
  await bert.press("Activer");
  await bert.says(/Le second facteur est activé/);
  await bert.look("account");
  await bert.press("Se déconnecter");
  await bert.says(/Se connecter/);
  await page.reload();
  await bert.says(/Se connecter/);
  const { unseen, missed } = await tabbed(page);
  assert.deepEqual([unseen, missed], [[], []], "sign-in by keyboard: focus unseen, not reached");
  await page.reload();
  await bert.says(/Se connecter/);
  const typed = { login: "bert@example.org", password: PASSWORD, totp: totp(secret, 1) };
  for (let i = 0; i < 40 && Object.keys(typed).length > 0; i++) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => document.activeElement.name);
    if (name in typed) {
      await page.keyboard.type(typed[name]);
      delete typed[name];
    }
  }
  assert.deepEqual(typed, {});
  await page.keyboard.press("Enter");
  await bert.screen("/");
  await bert.says(/Stadt Eupen/);
}

test("the desk is light, and complete one round trip after its HTML", async () => {
  for (const lang of LANGUAGES) {
    await opened(browser, base, async (page, { context }) => {
      const client = await context.newCDPSession(page);
      await client.send("Network.enable");
      const seen = new Map();
      client.on("Network.requestWillBeSent", ({ requestId, request, initiator }) => seen.set(requestId, { url: request.url, kind: initiator.type, bytes: 0 }));
      client.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => { if (seen.has(requestId)) seen.get(requestId).bytes += encodedDataLength; });
      const address = `${base}/${lang}/desk`;
      await page.goto(address, { waitUntil: "networkidle" });
      await page.locator('#view [name="login"]').waitFor();
      const needed = [...seen.values()].filter(({ url }) => !url.includes("/api/") && !url.endsWith("/icon.svg"));
      assert.ok(needed.length > 15, "all modules came");
      const bytes = needed.reduce((sum, one) => sum + one.bytes, 0);
      assert.ok(bytes > 10_000 && bytes < 100_000, `${address}: ${bytes} bytes`);
      for (const { url, kind, bytes: came } of needed) assert.ok(url === address || kind === "parser" || came === 0, `${address}: ${url} is asked for by ${kind}: a second round trip`);
    }, { expected: EXPECTED });
  }
});

test("without a script the desk says what it needs, and loads nothing from elsewhere", async () => {
  await opened(browser, base, async (page) => {
    for (const lang of LANGUAGES) {
      await page.goto(`${base}/${lang}/desk`);
      assert.match(await page.locator("main").innerText(), /JavaScript/);
    }
  }, { javaScriptEnabled: false });
});
