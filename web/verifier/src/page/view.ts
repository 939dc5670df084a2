// A story as elements: what matters most first. Rehearsal, verdict, whose word was taken, facts, limits, then every check.

import { type Odds, oneIn } from "../core/odds";
import type { Check } from "../core/report";
import { h } from "./dom";
import type { Story } from "./story";
import { CHECK_TEXTS, LOCALES, type Language, METHODS, STATUSES, TEXTS, type TextId, VERDICTS, pick } from "./texts";
import type { ReceiptRefused, ReceiptStory } from "./worker";

const LISTED = 60;
const MARKS = { passed: "✓", failed: "✗", skipped: "–" } as const;

export function say(id: TextId, language: Language): string {
  return pick(TEXTS[id], language);
}

/** `cheat` leads to where a reader changes this proof and sees it noticed. */
export function showReport(story: Story, sha256: string, language: Language, cheat: () => void): HTMLElement {
  const { report } = story;
  const verdict = VERDICTS[report.verdict];
  return h("div", { class: "report" },
    report.rehearsal && h("p", { class: "banner rehearsal" }, say("rehearsal", language)),
    // A rehearsal that holds is nothing to be green about.
    h("div", { class: `verdict ${report.verdict}${report.rehearsal ? " rehearsal" : ""}` },
      h("h2", { id: "verdict", tabindex: "-1" }, h("span", { class: "hidden" }, `${say("verdict", language)}: `), pick(verdict.word, language)),
      h("p", {}, title(story, language)),
      h("p", {}, pick(verdict.plain, language)),
      report.verdict !== "unreadable" && h("p", { class: "noprint" }, h("button", { type: "button", click: cheat }, say("cheatTitle", language)))),
    report.verdict !== "unreadable" && !story.hasTrust && h("p", { class: "banner" }, say("noTrust", language)),
    report.verdict !== "unreadable" && !story.hasPolicy && h("p", { class: "banner" }, say("noWitnesses", language)),
    story.draw !== undefined && facts(story, sha256, language),
    h("section", {}, h("h2", {}, say("limits", language)), h("ul", {}, ...say("limitsList", language).split("|").map((l) => h("li", {}, l)))),
    h("section", {}, h("h2", {}, say("checks", language)), h("div", { class: "checks" }, ...report.checks.map((c) => showCheck(c, language)))));
}

function title(story: Story, language: Language): string {
  return story.titles[language] ?? Object.values(story.titles)[0] ?? story.draw ?? "";
}

/** A moment in words: in UTC, which everybody can compare, and beside it in the reader's own time where that is another. */
function when(seconds: number | undefined, language: Language): string | undefined {
  if (seconds === undefined || seconds > 8e9) return seconds === undefined ? undefined : String(seconds);
  const at = new Date(seconds * 1000);
  const utc = new Intl.DateTimeFormat(LOCALES[language], { dateStyle: "long", timeStyle: "medium", timeZone: "UTC" }).format(at);
  if (at.getTimezoneOffset() === 0) return `${utc} UTC`;
  const local = new Intl.DateTimeFormat(LOCALES[language], { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", timeZoneName: "short" }).format(at);
  return `${utc} UTC (${local})`;
}

function beacon(s: Story, language: Language): string | undefined {
  if (s.round === undefined) return undefined;
  const chain = s.rehearsalUsed === true ? say("beaconRehearsal", language) : (s.chain ?? "?");
  return [chain, say("beaconRound", language).replace("{n}", String(s.round)), when(s.roundAt, language) ?? "?"].join("; ");
}

function list(indices: readonly number[] | undefined): string | undefined {
  if (indices === undefined) return undefined;
  return indices.slice(0, LISTED).join(", ") + (indices.length > LISTED ? ` … (${indices.length})` : "");
}

function facts(s: Story, sha256: string, language: Language): HTMLElement {
  const rows: [TextId, string | undefined][] = [
    ["organiser", s.organiserName === undefined ? s.organiser : `${s.organiserName} (${s.organiser})`],
    ["draw", s.draw],
    ["attempt", s.attempt?.toString()],
    ["log", s.log],
    ["method", s.method === undefined ? undefined : pick(METHODS[s.method]!, language)],
    ["pool", s.size?.toLocaleString(LOCALES[language])],
    ["seats", s.seats?.toLocaleString(LOCALES[language])],
    ["reserves", s.reserves?.toLocaleString(LOCALES[language])],
    ["announced", when(s.announcedAt, language)],
    ["sealed", when(s.sealedAt, language)],
    ["beacon", beacon(s, language)],
    ["drawn", when(s.drawnAt, language)],
    ["closed", s.closed],
    ["tableReason", s.tableReason],
    ["notDrawn", s.notDrawn.length === 0 ? undefined : s.notDrawn.map((n) => `${n.seats}: ${n.why}`).join("; ")],
    ["drawnIndices", list(s.drawn)],
    ["seatedNow", list(s.seated)],
    ["givenIndices", list(s.given)],
    ["fingerprint", sha256],
  ];
  const shown = rows.filter((r): r is [TextId, string] => r[1] !== undefined);
  const keys = s.hasTrust ? [] : [s.logKey, s.serviceKey].filter((k) => k !== undefined);
  return h("section", {}, h("h2", {}, say("facts", language)),
    h("dl", {}, ...shown.flatMap(([id, text]) => [h("dt", {}, say(id, language)), h("dd", {}, text)])),
    ...keys.map((k) => h("p", {}, h("code", {}, k))));
}

export function showCheck(check: Check, language: Language): HTMLElement {
  const words = CHECK_TEXTS[check.id];
  const evidence = ([["expected", check.expected], ["found", check.found], ["detail", check.reason]] as const).filter((e): e is ["expected" | "found" | "detail", string] => e[1] !== null);
  return h("details", { class: check.status, open: check.status === "failed" },
    h("summary", {}, h("span", { class: "mark", "aria-hidden": "true" }, MARKS[check.status]), h("span", { class: "name" }, pick(words.name, language)), h("span", { class: "status" }, pick(STATUSES[check.status], language))),
    h("p", {}, `${say("checked", language)} ${pick(words.means, language)}`),
    h("p", { class: "id" }, h("code", {}, check.id)),
    evidence.length > 0 && h("dl", {}, ...evidence.flatMap(([id, text]) => [h("dt", {}, say(id, language)), h("dd", { lang: "en" }, text)])));
}

const STANDINGS: Record<string, TextId> = { drawn: "standingDrawn", reserve: "standingReserve", "seated-later": "standingSeated", left: "standingLeft", "not-drawn": "standingNot", unknown: "standingUnknown" };

export function showReceipt(r: ReceiptStory, verified: boolean, language: Language): HTMLElement {
  const { odds } = r;
  const all: [TextId, string | undefined][] = [[odds.panels ? "receiptPanelTicket" : "receiptTicket", odds.ticket], ["receiptWinning", odds.winning], ["receiptLosing", odds.losing]];
  const tickets = all.filter((t): t is [TextId, string] => t[1] !== undefined);
  return h("div", {},
    !verified && h("p", { class: "banner" }, say("receiptRefuted", language)),
    h("p", { class: "standing" }, h("strong", {}, say(STANDINGS[r.standing.kind]!, language).replace("{n}", String(r.standing.number ?? "")))),
    h("p", {}, `${say("receiptIn", language)} `, say("receiptNotYou", language)),
    h("dl", {}, ...r.rows.flatMap(([name, cell]) => [h("dt", {}, name), h("dd", {}, cell === "" ? "–" : cell)])),
    h("dl", {},
      h("dt", {}, say("receiptNumber", language)), h("dd", {}, `${r.index}; ${say("receiptNumbers", language).replace("{n}", String(r.size - 1))}`),
      odds.chance !== undefined && h("dt", {}, say("receiptChance", language)),
      odds.chance !== undefined && h("dd", {}, chance(odds.chance, odds.panels, language)),
      ...tickets.flatMap(([id, ticket]) => [h("dt", {}, say(id, language)), h("dd", {}, h("code", {}, ticket))])),
    tickets.length > 1 && h("p", {}, say(odds.panels ? "receiptLowestPanel" : "receiptLowest", language)));
}

const MISTAKES: Record<ReceiptRefused["mistake"], TextId> = {
  length: "mistakeLength", character: "mistakeCharacter", check: "mistakeCheck", box: "mistakeBox", "other-draw": "mistakeOtherDraw", altered: "mistakeAltered",
  unsealed: "mistakeUnsealed", damaged: "mistakeDamaged",
};

/** Why a receipt was refused, and what to do: in the reader's words. The expert's follow where the reader's own hand cannot mend it. */
export function showRefusedReceipt(why: ReceiptRefused | undefined, language: Language): HTMLElement {
  const mistake = why?.mistake ?? "damaged";
  const detail = why !== undefined && (mistake === "altered" || mistake === "damaged" || mistake === "other-draw");
  return h("div", { class: "banner" }, h("p", {}, say(MISTAKES[mistake], language)),
    detail && h("p", {}, `${say("detail", language)}: `, h("span", { lang: "en" }, why.detail)));
}

/** "1 in 12 (5 of 60)", in words. */
function chance({ part, of, about }: NonNullable<Odds["chance"]>, panels: boolean, language: Language): string {
  const n = (x: number): string => x.toLocaleString(LOCALES[language]);
  const each = oneIn(part, of, language);
  const shares = say(panels ? "chancePanels" : "chanceSeats", language).replace("{n}", n(part)).replace("{m}", n(of));
  if (each === undefined) return `${say("chanceNone", language)} (${shares})`;
  return `${say(about ? "chanceAbout" : "chanceOneIn", language).replace("{n}", each)} (${shares})`;
}
