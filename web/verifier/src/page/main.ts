// The page: files in, a report out. Opens from disk, asks no network, keeps nothing. The same script is the worker.

import { Refused } from "../core/bytes";
import { parseLenient } from "../core/json";
import { Cheat, type Example } from "./cheat";
import { type Child, h, replaceWith } from "./dom";
import { LANGUAGES, LANGUAGE_NAMES, type Language, type TextId } from "./texts";
import { say, showReceipt, showRefusedReceipt, showReport } from "./view";
import { type Answer, Work, bytesText, serve, textBytes } from "./worker";

declare const EXAMPLE: Example;

class Page {
  private language: Language = preferred();
  private bundle: Uint8Array | undefined;
  private trust: string | undefined;
  private readonly artifacts = new Map<string, string>();
  private strict = false;
  private answer: Answer | undefined;
  private cheating = false;
  /** What was changed so far, and shown, in "try to cheat": kept over a change of language. */
  private cheat: Cheat | undefined;
  /** What somebody typed of their letter, and what came of it: kept over a change of language or file, and never sent or stored. */
  private typed = location.hash;
  private box: Uint8Array | undefined;
  private receiptSaid: (() => Child[]) | undefined;
  /** Somebody came with a letter: their place comes first, the proof after it. */
  private readonly letter = location.hash.length > 1 || new URLSearchParams(location.search).has("letter");
  /** The draw's address on the site that serves this page; undefined from a disk. */
  private readonly served = servedDraw();
  private readonly work: Work;
  private readonly report = h("div", { "aria-live": "polite" });

  constructor(private readonly root: HTMLElement, source: string) {
    this.work = new Work(source);
    document.addEventListener("dragover", (e) => { e.preventDefault(); });
    document.addEventListener("drop", (e) => { e.preventDefault(); void this.take(e.dataTransfer?.files); });
    this.draw();
    void this.fetched();
  }

  private say(id: TextId): string {
    return say(id, this.language);
  }

  private draw(): void {
    const { language } = this;
    document.documentElement.lang = language;
    document.title = `${this.say("title")} – Kleroterion`;
    replaceWith(this.root,
      h("header", {}, h("p", { class: "name" }, this.served === undefined ? "Kleroterion" : h("a", { href: `/${language}${this.served}` }, `Kleroterion: ${this.say("backToDraw")}`)),
        h("nav", { "aria-label": this.say("language") }, ...LANGUAGES.map((l) => h("button", { type: "button", lang: l, "aria-pressed": String(l === language), click: () => { this.language = l; this.draw(); this.root.querySelector<HTMLElement>("[aria-pressed=true]")?.focus(); } }, LANGUAGE_NAMES[l])))),
      h("main", {},
        ...(this.letter
          ? [this.receipt("h1"), h("h2", {}, this.say("title")), ...this.proof()]
          : [h("h1", {}, this.say("title")), ...this.proof(), this.receipt("h2")]),
        this.tryToCheat()));
    this.show();
  }

  /** From a disk the files come first. A site has brought the proof along: then the verdict does, and other files are for whoever looks for them. */
  private proof(): Child[] {
    const files = this.files();
    if (this.served === undefined) return [h("p", {}, this.say("intro")), files, this.report];
    return [h("p", {}, this.say("introServed")), this.report, h("details", { class: "another" }, h("summary", {}, this.say("otherFiles")), files)];
  }

  private files(): HTMLElement {
    const file = (id: string, label: TextId, take: (files: FileList | null) => void, more: Record<string, string | boolean> = {}): HTMLElement => h("p", {},
      h("label", { for: id }, this.say(label)),
      h("input", { id, type: "file", ...more, change: (e: Event) => { take((e.target as HTMLInputElement).files); } }));
    return h("section", { class: "files" },
      file("bundle", "chooseBundle", (f) => void this.take(f, "bundle")),
      h("p", { class: "drop" }, this.say("drop")),
      h("details", { open: this.strict || this.trust !== undefined || this.artifacts.size > 0 }, h("summary", {}, this.say("more")),
        file("trust", "chooseTrust", (f) => void this.take(f, "trust")),
        file("artifacts", "chooseArtifacts", (f) => void this.take(f, "artifacts"), { multiple: true }),
        h("p", {}, h("label", {}, h("input", { id: "strict", type: "checkbox", checked: this.strict, change: (e: Event) => { this.strict = (e.target as HTMLInputElement).checked; void this.verify(); } }), ` ${this.say("strict")}`))));
  }

  /** Sorts files by what they are: an artifact by its name, trust by its format, anything else is the bundle. */
  private async take(files: FileList | null | undefined, as?: "bundle" | "trust" | "artifacts"): Promise<void> {
    for (const file of files ?? []) {
      const bytes = new Uint8Array(await file.arrayBuffer());
      if (as === "artifacts" || (as === undefined && /^[0-9a-f]{64}$/.test(file.name))) {
        try { this.artifacts.set(file.name, bytesText(bytes)); } catch (e) { if (!(e instanceof Refused)) throw e; this.artifacts.set(file.name, ""); }
      } else if (as === "trust" || (as === undefined && isTrust(bytes))) this.trust = lossy(bytes);
      else this.bundle = bytes;
    }
    await this.verify();
  }

  /** Served by a site, the page may be told which of that site's own bundles to read. Opened from a disk it asks for nothing. */
  private async fetched(): Promise<void> {
    if (this.served === undefined) return;
    replaceWith(this.report, h("p", { role: "status" }, this.say("working")));
    const answer = await fetch(`${this.served}/bundle`, { credentials: "omit" }).catch(() => undefined);
    if (answer?.ok !== true) { replaceWith(this.report, h("p", { class: "banner", role: "alert" }, this.say("broken"))); return; }
    this.bundle = new Uint8Array(await answer.arrayBuffer());
    await this.verify();
    if (this.letter && this.typed === "") document.getElementById("receipt-typed")?.focus();
  }

  private async verify(): Promise<void> {
    const { bundle } = this;
    if (bundle === undefined) return;
    replaceWith(this.report, h("p", { role: "status" }, this.say("working")));
    this.answer = await this.work.ask({ bundle, trust: this.trust, artifacts: [...this.artifacts], strict: this.strict });
    this.cheating = false;
    this.cheat = undefined;
    this.receiptSaid = undefined;
    this.draw();
    // The report begins above its verdict where a rehearsal must be told first.
    toTop("verdict", this.report);
    // Whoever typed first and chose the file then need not ask again.
    if (this.typed !== "") await this.checkReceipt(this.letter);
  }

  private show(): void {
    const { answer, language } = this;
    if (answer === undefined) return;
    if ("story" in answer) replaceWith(this.report, showReport(answer.story, answer.sha256, language, () => { this.cheating = true; this.draw(); toTop("cheat"); }));
    else if ("badTrust" in answer) replaceWith(this.report, h("p", { class: "banner", role: "alert" }, `${this.say("badTrust")}: ${answer.badTrust}`));
    else replaceWith(this.report, h("p", { class: "banner", role: "alert" }, `${this.say("broken")} ${answer.broken}`));
  }

  private receipt(heading: "h1" | "h2"): HTMLElement {
    const typed = h("input", { id: "receipt-typed", type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", input: () => { this.typed = typed.value; } });
    typed.value = this.typed;
    const box = h("input", { id: "receipt-box", type: "file", change: () => void box.files?.[0]?.arrayBuffer().then((bytes) => { this.box = new Uint8Array(bytes); }) });
    return h("section", { class: "receipt" }, h(heading, {}, this.say("receiptTitle")), h("p", { class: "noprint" }, this.say("receiptIntro")),
      h("form", { submit: (e: Event) => { e.preventDefault(); void this.checkReceipt(true); } },
        h("p", {}, h("label", { for: "receipt-typed" }, this.say("receiptLink")), typed),
        this.served === undefined && h("p", {}, h("label", { for: "receipt-box" }, this.say("receiptBox")), box),
        h("div", { class: "buttons" }, h("button", { class: "main" }, this.say("receiptCheck")))),
      h("div", { id: "receipt-said", role: "status", "aria-live": "polite", tabindex: "-1" }, ...(this.receiptSaid?.() ?? [])));
  }

  /** Checks the typed receipt, or fetches the box of the typed code by its locator, which says nothing of what is in it. */
  private async checkReceipt(focus: boolean): Promise<void> {
    const { bundle } = this;
    if (bundle === undefined) return this.sayReceipt(() => [h("p", {}, this.say("receiptNeedsBundle"))]);
    this.sayReceipt(() => [this.say("working")]);
    const ask = (box: Uint8Array | undefined): Promise<Answer> =>
      this.work.ask({ bundle, trust: this.trust, artifacts: [...this.artifacts], strict: this.strict, receipt: { typed: this.typed, box } });
    let found = await ask(this.box);
    if ("story" in found && found.needsBox !== undefined && this.served !== undefined) {
      const answer = await fetch(`${this.served}/box/${found.needsBox}`, { credentials: "omit" }).catch(() => undefined);
      if (answer?.ok !== true) return this.sayReceipt(() => [h("p", { class: "banner" }, this.say("receiptNoBox"))]);
      found = await ask(new Uint8Array(await answer.arrayBuffer()));
    }
    this.sayReceipt(() => {
      if (!("story" in found)) return [h("p", {}, this.say("broken"))];
      if (found.needsBox !== undefined) return [h("p", {}, `${this.say("receiptNeedsBox")} `, h("code", {}, found.needsBox))];
      if (found.receipt === undefined) return [showRefusedReceipt(found.receiptRefused, this.language)];
      return [showReceipt(found.receipt, found.story.report.verdict === "verified", this.language)];
    });
    if (focus) toTop("receipt-said");
  }

  private sayReceipt(said: () => Child[]): void {
    this.receiptSaid = said;
    const place = document.getElementById("receipt-said");
    if (place !== null) replaceWith(place, ...said());
  }

  private tryToCheat(): HTMLElement {
    const place = h("div", {});
    const begin = (): void => {
      const own = this.bundle !== undefined && this.answer !== undefined && "story" in this.answer && this.answer.story.report.verdict !== "unreadable";
      const original = own ? this.bundle! : textBytes(EXAMPLE.bundle);
      const trust = own ? this.trust : EXAMPLE.trust;
      const run = (bundle: Uint8Array): Promise<Answer> => this.work.ask({ bundle, trust, artifacts: [...this.artifacts], strict: false });
      this.cheating = true;
      this.cheat = new Cheat(original, run, this.language, this.cheat);
      replaceWith(place, this.cheat.element());
    };
    if (this.cheating) begin();
    else replaceWith(place, h("div", { class: "buttons" }, h("button", { type: "button", click: () => { begin(); document.getElementById("cheat-part")?.focus(); } }, this.say("cheatStart"))));
    return h("section", { class: "cheat" }, h("h2", { id: "cheat", tabindex: "-1" }, this.say("cheatTitle")), h("p", {}, this.say("cheatIntro")), place);
  }
}

/** Focus goes to where something new stands, and the reader sees it from its first line: focus alone would show its middle on a phone. */
function toTop(id: string, shown?: HTMLElement): void {
  const place = document.getElementById(id);
  place?.focus({ preventScroll: true });
  (shown ?? place)?.scrollIntoView({ block: "start" });
}

function lossy(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function isTrust(bytes: Uint8Array): boolean {
  if (bytes.length > 1 << 20) return false;
  try {
    const value = parseLenient(lossy(bytes));
    return value instanceof Map && value.get("format") === "kleroterion/v1/trust";
  } catch {
    return false;
  }
}

function servedDraw(): string | undefined {
  const path = new URLSearchParams(location.search).get("bundle");
  return location.protocol.startsWith("http") && path !== null ? /^(\/draws\/[a-z0-9-]{1,64})\/bundle$/.exec(path)?.[1] : undefined;
}

function preferred(): Language {
  const asked = LANGUAGES.find((l) => l === new URLSearchParams(location.search).get("lang"));
  if (asked !== undefined) return asked;
  for (const wanted of navigator.languages) {
    const found = LANGUAGES.find((l) => wanted.toLowerCase().startsWith(l));
    if (found !== undefined) return found;
  }
  return "en";
}

if (typeof document === "undefined") serve(self as unknown as Parameters<typeof serve>[0]);
else new Page(document.getElementById("page")!, document.currentScript!.textContent);
