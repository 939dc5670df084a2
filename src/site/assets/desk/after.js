// After the draw: who was drawn, letters, answers, refusals and who follows, complaints. Names are in files that are fetched by links, and on
// no screen: a screen is seen by whoever stands behind it.

import * as api from "./api.js";
import { button, choice, copied, facts, field, form, fromLocal, h, LANG, link, moment, more, number, pill, t, tell, tick, toLocal } from "./dom.js";
import { below } from "./draws.js";
import { slug, TWO_WEEKS } from "./draft.js";
import { titled } from "./words.js";

const DAY = 86_400;
const soon = (days) => toLocal(Math.ceil((Date.now() / 1_000 + days * DAY) / 3_600) * 3_600);
const zone = () => t("time-zone", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone });
const file = (path, label) => h("li", {}, link(api.href(path), label, { download: "" }));

async function opened({ me }, name) {
  const base = `/organisers/${me.organiser}/draws/${name}`;
  return { base, draw: await api.get(base), clerk: me.role === "organiser", decides: me.role === "organiser" || me.role === "approver" };
}

export async function results(context, name) {
  const { base, draw, clerk } = await opened(context, name);
  const outcome = await api.get(`${base}/outcome`);
  const made = h("div", {});
  const prepare = (to) => button(t(`letters-${to}`), async () => {
    const letters = await api.post(`${base}/letters`, { to });
    made.replaceChildren(h("div", { class: "note", role: "status" }, h("p", {}, t("letters-made", { n: letters.letters })),
      h("ul", {}, file(`${base}/letters/${to}.csv`, t("letters-csv")), file(`${base}/letters/${to}.zip`, t("letters-zip")))));
  }, { class: to === "drawn" ? "primary" : "" });
  return {
    title: t("go-results"),
    back: below(name, draw),
    body: [
      h("p", { class: "lead" }, t("results-lead", { n: outcome.seated.length })),
      facts([t("results-seated"), number(outcome.seated.length)], [t("words-reserves"), number(outcome.reserves.length)], [t("results-left"), number(outcome.left.length)], outcome.panel !== undefined && [t("results-panel"), number(outcome.panel)], [t("results-hash"), copied(outcome.outcome, t("results-hash"))]),
      h("h2", {}, t("results-files")),
      h("p", {}, t("results-files-text")),
      h("ul", {}, file(`${base}/results/drawn.csv`, t("results-drawn")), file(`${base}/results/reserves.csv`, t("results-reserves")), file(`${base}/results/remaining.csv`, t("results-remaining"))),
      more(t("audit-title"), h("p", {}, t("audit-text")), form(async (data) => {
        const encrypted = URL.createObjectURL(await api.file(`${base}/audit.age?recipient=${encodeURIComponent(data.get("recipient").trim())}`));
        link(encrypted, "", { download: `${name}.audit.age` }).click();
        setTimeout(() => URL.revokeObjectURL(encrypted), 60_000);
      }, field(t("audit-recipient"), "recipient", { required: true, pattern: "\\s*age1[a-z0-9]{58}\\s*", spellcheck: "false", autocomplete: "off", autocapitalize: "none" }, t("audit-hint")), h("button", {}, t("audit-go")))),
      clerk && [h("h2", {}, t("letters-title")), h("p", {}, t("letters-text")), h("div", { class: "row" }, prepare("drawn"), outcome.reserves.length > 0 && prepare("reserves")), made],
    ],
  };
}

export async function answers(context, name) {
  const { again } = context;
  const { base, draw, clerk } = await opened(context, name);
  const [window_, given] = await Promise.all([api.find(`${base}/response-window`), api.all(`${base}/answers`)]);
  const deadline = (label, value, etag) => form(async (data) => { await api.put(`${base}/response-window`, etag ?? "", { deadline: fromLocal(data.get("at")) }); again(); },
    field(t("answers-deadline"), "at", { type: "datetime-local", required: true, value }, zone()), h("button", { class: etag === undefined ? "primary" : "" }, label));
  if (window_ === undefined) return { title: t("go-answers"), back: below(name, draw), body: [h("p", { class: "lead" }, t("answers-closed")), clerk && deadline(t("answers-open"), soon(14))] };
  const { etag, value } = window_;
  return {
    title: t("go-answers"),
    back: below(name, draw),
    body: [
      h("p", { class: "lead" }, t("answers-lead", { yes: value.yes, no: value.no, n: value.asked })),
      h("p", {}, pill(t(value.open ? "answers-is-open" : "answers-is-closed"), value.open ? "good" : "warn"), " ", t("answers-until"), " ", moment(value.deadline)),
      h("progress", { "aria-label": t("answers-progress"), max: Math.max(1, value.asked), value: value.yes + value.no }),
      clerk && value.open && [
        h("h2", {}, t("answers-enter")),
        form(async (data, element) => {
          const told = data.get("codes").split(/\n/).map((line) => line.trim()).filter((line) => line !== "").map((code) => ({ code, answer: data.get("answer") }));
          if (told.length === 0) throw new api.Problem("no-code", 0);
          const imported = await api.post(`${base}/answers`, { answers: told });
          element.reset();
          tell(t("answers-imported", { n: imported.imported }));
          again();
        },
        field(t("answers-codes"), "codes", { tag: "textarea", rows: 4, required: true, spellcheck: "false", autocomplete: "off", autocapitalize: "characters" }, t("answers-codes-hint")),
        choice(t("answers-answer"), "answer", [["yes", t("answers-yes")], ["no", t("answers-no")]], "yes"),
        h("button", { class: "primary" }, t("answers-go"))),
      ],
      h("h2", {}, t("answers-silent")),
      h("p", {}, t("answers-silent-text", { n: value.asked - value.yes - value.no })),
      h("ul", {}, file(`${base}/reminders.csv`, t("answers-reminders"))),
      value.refusals.length > 0 && h("p", {}, link(`#/draws/${name}/seats`, t("answers-refusals", { n: value.refusals.length }), { class: "button" })),
      given.length > 0 && more(t("answers-all", { n: given.length }), h("ul", { class: "plain" }, given.map((one) => h("li", {}, `${t("place", { n: one.index })}: ${t(`answers-${one.answer}`)} `, moment(one.at))))),
      clerk && more(t("answers-move"), deadline(t("answers-move"), toLocal(value.deadline), etag)),
    ],
  };
}

export async function seats(context, name) {
  const { go } = context;
  const { base, draw, decides } = await opened(context, name);
  const [outcome, window_] = await Promise.all([api.get(`${base}/outcome`), api.find(`${base}/response-window`)]);
  const refused = new Set(window_?.value.refusals ?? []);
  const reasons = ["declined", "not_eligible", "ended"].map((reason) => [reason, t(`leave-${reason}`)]);
  const wait = draw.phase === "vacated";
  return {
    title: t("go-seats"),
    back: below(name, draw),
    body: [
      h("p", { class: "lead" }, t("seats-lead")),
      wait && h("div", { class: "verdict" }, h("p", { class: "headline" }, t("phase-vacated-text"))),
      facts([t("results-seated"), number(outcome.seated.length)], [t("results-left"), outcome.left.length === 0 ? number(0) : outcome.left.map((n) => number(n)).join(" · ")]),
      decides && !wait && draw.phase === "drawn" && form(async (data) => {
        const chosen = outcome.seated.filter((index) => data.get(`seat-${index}`) !== null).map((index) => ({ index, reason: data.get(`why-${index}`) }));
        const typed = data.get("place").trim();
        if (typed !== "") chosen.push({ index: Number(typed), reason: data.get("why") });
        if (chosen.length === 0) throw new api.Problem("no-seat", 0);
        const body = { seats: chosen };
        if (data.get("beacon") === "yes") body.draws_at = fromLocal(data.get("at"));
        go(`/decisions/${(await api.post(`${base}/vacancies`, body)).id}`);
      },
      h("fieldset", {}, h("legend", {}, t("seats-refused")), refused.size === 0 ? h("p", {}, t("seats-none-refused")) : outcome.seated.filter((index) => refused.has(index)).map((index) => h("div", { class: "row" },
        tick(t("place", { n: index }), `seat-${index}`, "yes", true), h("input", { type: "hidden", name: `why-${index}`, value: "declined" })))),
      more(t("seats-other"), h("p", {}, t("seats-other-text")), field(t("seats-place"), "place", { type: "number", min: 0 }), field(t("seats-why"), "why", { tag: "select", options: reasons })),
      more(t("seats-beacon"), h("p", {}, t("seats-beacon-text")), tick(t("seats-beacon-use"), "beacon", "yes"), field(t("seats-beacon-at"), "at", { type: "datetime-local", value: soon(1) }, zone())),
      h("button", { class: "primary" }, t("seats-go"))),
    ],
  };
}

/** A rotation: the pool of those who hold seats, and a draft over it that is prepared like any other. */
export async function rotation(context, name) {
  const { me, go } = context;
  const { base, draw } = await opened(context, name);
  const own = `/organisers/${me.organiser}`;
  const [outcome, draws] = await Promise.all([api.get(`${base}/outcome`), api.all(`${own}/draws`)]);
  const others = draws.filter((one) => one.draw !== name && ["drawn", "vacated"].includes(one.phase));
  const holders = outcome.seated.length;
  return {
    title: t("go-rotation"),
    back: below(name, draw),
    body: [
      h("p", { class: "lead" }, t("rotation-lead")),
      form(async (data) => {
        const title = data.get("title").trim();
        const seats = Number(data.get("seats"));
        const pool = await api.post(`${base}/rotation`, { name: title.slice(0, 90), seats, gone: data.getAll("gone") });
        const enters = data.get("what") === "enter";
        const says = { draw: slug(title), purpose: slug(title), title: { [LANG]: title }, pool: pool.id, from: name, method: { name: "equal" }, seats, reserves: 0,
          replacement: enters ? "rank" : "none", draws_at: Math.ceil((Date.now() / 1_000 + TWO_WEEKS) / 3_600) * 3_600 };
        const draft = await api.post(`${own}/drafts`, says);
        tell(t("rotation-made"));
        go(`/drafts/${draft.id}/rules`);
      },
      choice(t("rotation-what"), "what", ["leave", "enter"].map((what) => [what, t(`rotation-${what}`), t(`rotation-${what}-text`)]), "leave"),
      field(t("rotation-seats"), "seats", { type: "number", min: 1, max: holders, required: true, value: Math.max(1, Math.round(holders / 3)) }, t("rotation-seats-hint", { n: holders })),
      others.length > 0 && h("fieldset", {}, h("legend", {}, t("rotation-gone")), h("p", { class: "small" }, t("rotation-gone-hint")), others.map((one) => tick(titled(one.title, one.draw), "gone", one.draw))),
      field(t("rotation-title"), "title", { required: true, maxlength: 200, pattern: ".*[A-Za-z0-9].*" }),
      h("button", { class: "primary" }, t("rotation-go"))),
    ],
  };
}

export async function complaints(context, name) {
  const { again } = context;
  const { base, draw, clerk } = await opened(context, name);
  const [period, all] = await Promise.all([api.find(`${base}/objection-period`), api.all(`${base}/complaints`)]);
  const end = (label, value, etag) => form(async (data) => { await api.put(`${base}/objection-period`, etag ?? "", { until: fromLocal(data.get("at")) }); again(); },
    field(t("complaints-until"), "at", { type: "datetime-local", required: true, value }, zone()), h("button", { class: etag === undefined ? "primary" : "" }, label));
  if (period === undefined) return { title: t("go-complaints"), back: below(name, draw), body: [h("p", { class: "lead" }, t("complaints-closed")), clerk && end(t("complaints-open"), soon(14))] };
  const rulings = [["rejected", t("ruling-rejected")], ["upheld", t("ruling-upheld")]];
  return {
    title: t("go-complaints"),
    back: below(name, draw),
    body: [
      h("p", { class: "lead" }, t("complaints-lead", { n: period.value.unanswered })),
      h("p", {}, pill(t(period.value.open ? "complaints-is-open" : "complaints-is-closed"), period.value.open ? "good" : "warn"), " ", t("answers-until"), " ", moment(period.value.until)),
      clerk && period.value.open && form(async (data, element) => { await api.post(`${base}/complaints`, { text: data.get("text") }); element.reset(); again(); },
        field(t("complaints-text"), "text", { tag: "textarea", rows: 4, required: true, maxlength: 10_000 }, t("complaints-text-hint")), h("button", { class: "primary" }, t("complaints-enter"))),
      all.length > 0 && h("ul", { class: "cards" }, all.map((one) => h("li", { class: "card" },
        h("p", { class: "small" }, moment(one.received)), h("blockquote", {}, one.text),
        one.answer ? [h("p", {}, pill(t(`ruling-${one.answer.ruling}`), one.answer.ruling === "upheld" ? "warn" : ""), " ", moment(one.answer.at)), h("p", {}, one.answer.text), one.answer.ruling === "upheld" && h("p", {}, link(`#/draws/${name}/change`, t("complaints-annul")))]
          : clerk && more(t("complaints-answer"), form(async (data) => { await api.put(`${base}/complaints/${one.id}/answer`, `"${one.version}"`, { ruling: data.get("ruling"), text: data.get("text") }); again(); },
            choice(t("complaints-ruling"), "ruling", rulings), field(t("complaints-answer"), "text", { tag: "textarea", rows: 3, required: true, maxlength: 10_000 }), h("button", {}, t("complaints-answer-go"))))))),
      clerk && more(t("complaints-move"), end(t("complaints-move"), toLocal(period.value.until), period.etag)),
    ],
  };
}
