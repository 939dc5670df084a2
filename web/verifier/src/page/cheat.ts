// "Try to cheat": a reader changes a bundle and sees which check notices. The bundle that was chosen is never touched: this works on a copy.

import { type Json, encode, parseCanonical } from "../core/json";
import { h, replaceWith } from "./dom";
import { CHECK_TEXTS, type Language, type TextId, pick } from "./texts";
import { say, showCheck } from "./view";
import { type Answer, bytesText, textBytes } from "./worker";

export interface Example {
  readonly bundle: string;
  readonly trust: string;
}

type Run = (bundle: Uint8Array) => Promise<Answer>;

interface Part { readonly label: string; read(): string; write(text: string): void }

export class Cheat {
  private bundle: Map<string, Json>;
  /** The part that was chosen in another language, and its text as it was typed. */
  private readonly typed: readonly [number, string] | undefined;
  private readonly output = h("div", { role: "status", "aria-live": "polite", class: "caught" });
  private readonly select = h("select", { id: "cheat-part" });
  private readonly area = h("textarea", { id: "cheat-text", rows: "8", spellcheck: "false", autocomplete: "off" });

  constructor(private readonly original: Uint8Array, private readonly run: Run, private readonly language: Language, before?: Cheat) {
    this.bundle = before?.bundle ?? this.fresh();
    this.typed = before === undefined ? undefined : [before.select.selectedIndex, before.area.value];
  }

  element(): HTMLElement {
    const { language } = this;
    this.fill();
    if (this.typed !== undefined) [this.select.selectedIndex, this.area.value] = this.typed;
    this.select.addEventListener("change", () => { this.show(); });
    const preset = (id: TextId, change: (b: Map<string, Json>) => void): HTMLElement => h("button", {
      type: "button",
      click: () => { this.bundle = this.fresh(); change(this.bundle); this.fill(); void this.check(); },
    }, say(id, language));
    return h("div", {},
      h("div", { class: "buttons" },
        preset("cheatFriend", (b) => { editArtifact(b, "kleroterion/v1/outcome", (o) => { const first = (o.get("drawn") as Map<string, Json>[])[0]; if (first !== undefined) first.set("index", ((first.get("index") as number) + 1)); }); }),
        preset("cheatRound", (b) => { editStep(b, "drawn", (s) => { s.set("round", (s.get("round") as number) + 1); }); }),
        preset("cheatSeats", (b) => { editTerms(b, (t) => { const m = t.get("method") as Map<string, Json>; m.set("seats", (m.get("seats") as number) + 1); }); }),
        preset("cheatTime", (b) => { editStep(b, "sealed", (s) => { s.set("time", Math.max(0, (s.get("time") as number) - 3600)); }); }),
        preset("cheatStep", (b) => { b.set("steps", (b.get("steps") as Map<string, Json>[]).filter((s) => kindOf(s) !== "announced")); })),
      h("p", {}, h("label", { for: "cheat-part" }, say("cheatPart", language)), this.select),
      h("p", {}, h("label", { for: "cheat-text" }, say("cheatText", language)), this.area),
      h("div", { class: "buttons" },
        h("button", { type: "button", class: "main", click: () => { this.keep(); void this.check(); } }, say("cheatRun", language)),
        h("button", { type: "button", click: () => { this.bundle = this.fresh(); this.fill(); replaceWith(this.output); } }, say("cheatReset", language))),
      this.output);
  }

  private fresh(): Map<string, Json> {
    return parseCanonical(bytesText(this.original).slice(0, -1)) as Map<string, Json>;
  }

  private parts(): Part[] {
    const steps = this.bundle.get("steps") as Map<string, Json>[];
    const artifacts = this.bundle.get("artifacts") as Map<string, Json>;
    return [
      ...steps.map((s, i) => ({ label: `${say("step", this.language)} ${i}: ${kindOf(s)}`, read: () => s.get("entry") as string, write: (t: string) => { s.set("entry", t); } })),
      ...[...artifacts.keys()].map((k) => ({ label: `${say("artifact", this.language)} ${k.slice(0, 16)}…`, read: () => artifacts.get(k) as string, write: (t: string) => { artifacts.set(k, t); } })),
    ];
  }

  private fill(): void {
    const at = Math.max(0, this.select.selectedIndex);
    replaceWith(this.select, ...this.parts().map((p, i) => h("option", { value: String(i) }, p.label)));
    this.select.selectedIndex = Math.min(at, this.select.options.length - 1);
    this.show();
  }

  private show(): void {
    this.area.value = this.parts()[this.select.selectedIndex]?.read() ?? "";
  }

  private keep(): void {
    this.parts()[this.select.selectedIndex]?.write(this.area.value);
  }

  private async check(): Promise<void> {
    const { language, output } = this;
    replaceWith(output, say("working", language));
    const found = await this.run(textBytes(`${encode(this.bundle)}\n`));
    if (!("story" in found)) return replaceWith(output, say("broken", language));
    const failed = found.story.report.checks.filter((c) => c.status === "failed");
    if (failed.length === 0) return replaceWith(output, h("p", {}, say("cheatNone", language)));
    replaceWith(output,
      h("p", {}, h("strong", {}, `${say("cheatCaught", language)} ${failed.map((c) => pick(CHECK_TEXTS[c.id].name, language)).join(", ")}`)),
      h("div", { class: "checks" }, ...failed.map((c) => showCheck(c, language))));
  }
}

function editArtifact(bundle: Map<string, Json>, format: string, change: (a: Map<string, Json>) => void): void {
  const artifacts = bundle.get("artifacts") as Map<string, Json>;
  for (const [name, text] of artifacts) {
    if (typeof text !== "string" || !text.startsWith("{") || !text.includes(`"format":"${format}"`)) continue;
    const value = parseCanonical(text) as Map<string, Json>;
    change(value);
    artifacts.set(name, encode(value));
  }
}

function editStep(bundle: Map<string, Json>, kind: string, change: (s: Map<string, Json>) => void): void {
  for (const step of bundle.get("steps") as Map<string, Json>[]) if (kindOf(step) === kind) step.set("entry", editLine(step.get("entry") as string, change));
}

function editTerms(bundle: Map<string, Json>, change: (t: Map<string, Json>) => void): void {
  editStep(bundle, "sealed", (s) => { s.set("terms", editLine(s.get("terms") as string, change)); });
}

/** The note with its line of JSON changed, and its signatures as they were. */
function editLine(note: string, change: (v: Map<string, Json>) => void): string {
  const rows = note.split("\n");
  const value = parseCanonical(rows[1]!) as Map<string, Json>;
  change(value);
  rows[1] = encode(value);
  return rows.join("\n");
}

function kindOf(step: Map<string, Json>): string {
  try {
    const kind = (parseCanonical((step.get("entry") as string).split("\n")[1]!) as Map<string, Json>).get("kind");
    return typeof kind === "string" ? kind : "?";
  } catch {
    return "?";
  }
}
