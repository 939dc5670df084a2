// What a note says, in the reader's language: from the very bytes that are signed, so that nobody signs one thing and reads another.
// Says every member that it knows in words, and every other one as it stands: nothing of a note is left out.

import { copied, facts, h, LANG, moment, more, number, percent, t } from "./dom.js";

/** The title in the reader's language, or in the first one that there is. */
export const titled = (title, name) => title?.[LANG] ?? Object.values(title ?? {})[0] ?? name;

export function method(says) {
  const { name, seats } = says;
  const how = {
    equal: () => t("method-equal-text"),
    households: () => t("method-households-text"),
    stratified: () => t("method-stratified-text", { columns: (says.columns ?? says.by ?? []).join(", ") || "–" }),
    panels: () => (says.panels === undefined ? t("method-panels-text") : t("method-panels-list", { n: says.panels, low: percent(says.min_count / says.panels), high: percent(says.max_count / says.panels) })),
  }[name]?.() ?? name;
  return seats === undefined ? how : `${t("drawn", { n: seats })}. ${how}`;
}

const plain = (value) => h("code", {}, typeof value === "string" ? value : JSON.stringify(value));
const key = (vkey) => h("code", {}, vkey.split("+").slice(0, 2).join("+"));

const MEMBERS = {
  title: (v) => Object.entries(v).map(([lang, text]) => h("div", {}, h("span", { lang }, text), " ", h("span", { class: "soft" }, `(${lang})`))),
  draws_at: moment,
  draw_by: moment,
  method,
  reserves: (v) => t("reserves", { n: v }),
  replacement: (v) => t(`replacement-${v}-text`),
  pool: (v) => [
    t("people", { n: v.size }), h("br"), h("code", {}, v.root),
    v.table && h("div", {}, t("words-table", { columns: v.columns.public.join(", ") })),
    v.table_reason && h("div", {}, t("words-table-reason", { why: v.table_reason })),
    v.from && h("div", {}, t("words-from", { draw: v.from.draw })),
  ],
  beacon: (v) => t("words-round", { round: number(v.round) }),
  not_drawn: (v) => v.map((one) => h("div", {}, `${t("seats", { n: one.seats })}: ${one.why}`)),
  seats: (v) => h("ul", { class: "plain" }, v.map((one) => h("li", {}, `${t("place", { n: one.index })}: ${t(`leave-${one.reason}`)}`))),
  reason: (v) => t(`reason-${v}`),
  keys: (v) => v.map((one) => h("div", {}, key(one))),
  threshold: (v) => t("words-threshold-text", { n: v }),
  recovery: () => t("words-recovery-text"),
  name: (v) => v,
  attempt: number,
  postponed: number,
};
/** In this order; what is not here follows as it stands. */
const ORDER = ["draw", "title", "name", "purpose", "method", "reserves", "replacement", "pool", "draws_at", "beacon", "draw_by", "not_drawn", "seats", "reason", "keys", "threshold", "recovery", "attempt", "postponed"];
const TECHNICAL = ["log", "organiser", "previous", "after", "id", "version", "root"];

/** A signed text, in words. */
export function words(text) {
  const says = JSON.parse(text.split("\n")[1]);
  const shown = ORDER.filter((name) => says[name] !== undefined && !(name === "postponed" && says[name] === 0));
  const rest = Object.keys(says).filter((name) => !ORDER.includes(name) && !TECHNICAL.includes(name));
  return [
    facts(...shown.map((name) => [t(`words-${name}`), (MEMBERS[name] ?? plain)(says[name])]), ...rest.map((name) => [name, plain(says[name])])),
    more(t("words-bytes"), copied(text, t("words-bytes"))),
  ];
}
