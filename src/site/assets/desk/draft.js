// The draw wizard: rules, people, quotas, time, terms. Each step is stored on the server when it is left by its button; whoever comes back, in
// this browser or another, finds the draft as it stands.

import * as api from "./api.js";
import { button, choice, facts, field, form, fromLocal, h, LANG, link, moment, more, t, tell, toLocal, when } from "./dom.js";
import { phase } from "./draws.js";
import * as pool from "./pool.js";
import * as quotas from "./quotas.js";
import { method, titled } from "./words.js";

const STEPS = ["rules", "people", "quotas", "time", "terms"];
const LANGUAGES = { nl: "Nederlands", fr: "Français", de: "Deutsch", en: "English" };
export const TWO_WEEKS = 14 * 86_400;

/** A name for the log from a title: small letters, digits, hyphens. */
export const slug = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/ß/g, "ss").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 64);

export async function begin({ me, go }) {
  const draws = await api.all(`/organisers/${me.organiser}/draws`);
  const at = Math.ceil((Date.now() / 1_000 + TWO_WEEKS) / 3_600) * 3_600;
  return {
    title: t("home-new"),
    back: link("#/", t("back-home")),
    body: [
      h("p", { class: "lead" }, t("wizard-lead")),
      rules({ title: {}, method: { name: "equal" }, replacement: "rank", reserves: 0, draws_at: at }, draws, async (says) => {
        const made = await api.post(`/organisers/${me.organiser}/drafts`, says);
        go(`/drafts/${made.id}/people`);
      }),
    ],
  };
}

export async function page(context, id, step = "rules") {
  const { me, go } = context;
  const base = `/organisers/${me.organiser}`;
  const [{ etag, value: draft }, draws, decisions] = await Promise.all([api.getVersion(`${base}/drafts/${id}`), api.all(`${base}/draws`), api.all(`${base}/decisions`)]);
  const says = draft.says;
  const own = { ...context, base, id, etag, draft, says, draws, decisions: decisions.filter((one) => one.draw === says.draw && one.state !== "withdrawn") };
  /** Stores the draft, and goes on. */
  own.store = async (changed, next) => {
    await api.put(`${base}/drafts/${id}`, etag, { ...says, ...changed });
    tell(t("wizard-stored"));
    if (next === step) context.again();
    else go(`/drafts/${id}/${next}`);
  };
  const may = me.role === "organiser";
  const body = {
    rules: () => rules(says, draws.filter((one) => one.draw !== says.draw), (changed) => own.store(changed, "people"), draft.phase),
    people: () => pool.step(own),
    quotas: () => quotas.step(own),
    time: () => time(own),
    terms: () => terms(own),
  }[step];
  return {
    title: `${titled(says.title, says.draw)}: ${t(`step-${step}`)}`,
    back: draft.phase === undefined ? link("#/", t("back-home")) : link(`#/draws/${says.draw}`, says.draw),
    body: [
      h("nav", { "aria-label": t("wizard-steps") }, h("ol", { class: "steps" }, STEPS.map((name) => h("li", { class: done(name, own) ? "done" : "" },
        link(`#/drafts/${id}/${name}`, t(`step-${name}`), { "aria-current": name === step ? "step" : undefined }))))),
      draft.phase && h("p", {}, phase(draft.phase), " ", t(draft.phase === "announced" ? "wizard-announced" : "wizard-sealed")),
      may || step === "terms" || step === "time" ? await body() : h("p", { class: "note" }, t("wizard-read-only"), " ", link(`#/drafts/${id}/terms`, t("step-terms"))),
    ],
  };
}

function done(step, { says, draft }) {
  const announced = draft.phase !== undefined;
  return { rules: true, people: says.pool !== undefined, quotas: says.method.name !== "panels" || Boolean(says.method.job), time: announced, terms: announced && draft.phase !== "announced" }[step];
}

/** Rules: title, method, seats. What the announcement fixes cannot be changed after it. */
function rules(says, draws, store, announced) {
  const fixed = announced !== undefined;
  const titles = Object.keys(LANGUAGES).sort((a) => (a === LANG ? -1 : 0));
  const earlier = draws.filter((one) => one.phase === "drawn" || one.phase === "vacated");
  const title = (lang, first) => field(`${t("rules-title")} (${LANGUAGES[lang]})`, `title-${lang}`, {
    lang, maxlength: 200, required: first, readonly: fixed, value: says.title[lang] ?? "",
    oninput: first && !says.draw ? (event) => { const name = event.target.form.elements.draw; if (!name.dataset.own) name.value = slug(event.target.value); } : undefined,
  });
  return form(async (data) => {
    const given = {};
    for (const lang of Object.keys(LANGUAGES)) if (data.get(`title-${lang}`).trim() !== "") given[lang] = data.get(`title-${lang}`).trim();
    const name = data.get("method");
    const kept = says.method.name === name ? says.method : { equal: { name }, households: { name }, stratified: { name, by: [] }, panels: { name, job: "" } }[name];
    const changed = { ...says, draw: data.get("draw"), purpose: data.get("purpose"), title: fixed ? says.title : given, method: kept, seats: Number(data.get("seats")), reserves: Number(data.get("reserves")), replacement: data.get("replacement") };
    delete changed.from;
    if (data.get("from")) changed.from = data.get("from");
    await store(changed);
  },
  fixed && h("p", { class: "note" }, t("rules-fixed")),
  title(titles[0], true),
  more(t("rules-more-titles"), titles.slice(1).map((lang) => title(lang, false))),
  field(t("rules-name"), "draw", { required: true, maxlength: 64, pattern: "[a-z0-9]([a-z0-9\\-]*[a-z0-9])?", readonly: fixed, value: says.draw ?? "", autocapitalize: "none", spellcheck: "false", autocomplete: "off", oninput: (event) => { event.target.dataset.own = "yes"; } }, t("rules-name-hint")),
  field(t("words-purpose"), "purpose", { required: true, maxlength: 64, pattern: "[a-z0-9]([a-z0-9\\-]*[a-z0-9])?", readonly: fixed, value: says.purpose ?? "", autocapitalize: "none", spellcheck: "false", autocomplete: "off" }, t("rules-purpose-hint")),
  choice(t("words-method"), "method", ["equal", "households", "stratified", "panels"].map((name) => [name, t(`method-${name}`), t(name === "stratified" ? "method-stratified-choice" : `method-${name}-text`)]), says.method.name),
  field(t("rules-seats"), "seats", { type: "number", min: 1, max: 10_000_000, required: true, value: says.seats ?? "" }),
  field(t("words-reserves"), "reserves", { type: "number", min: 0, max: 10_000_000, required: true, value: says.reserves ?? 0 }, t("rules-reserves-hint")),
  choice(t("words-replacement"), "replacement", ["rank", "beacon", "none"].map((name) => [name, t(`replacement-${name}`), t(`replacement-${name}-text`)]), says.replacement),
  earlier.length > 0 && field(t("rules-from"), "from", { tag: "select", options: [["", t("rules-from-none")], ...earlier.map((one) => [one.draw, titled(one.title, one.draw)])], chosen: says.from ?? "" }, t("rules-from-hint")),
  h("button", { class: "primary" }, t("wizard-next")));
}

/** When: the first round of the beacon after this time decides. Then the draw is announced. */
function time(own) {
  const { me, says, draft, draws, decisions, store, go, base, id } = own;
  const announced = draws.find((one) => one.draw === says.draw);
  if (announced !== undefined) {
    return [h("p", { class: "lead" }, t("time-announced")), facts([t("words-draws_at"), moment(announced.draws_at)]),
      announced.phase === "announced" && h("p", {}, link(`#/draws/${says.draw}/change`, t("change-postponement"))), h("p", {}, link(`#/drafts/${id}/terms`, t("wizard-next"), { class: "button primary" }))];
  }
  const waiting = decisions.find((one) => one.kind === "announcement" && one.state !== "logged");
  const decides = me.role === "organiser" || me.role === "approver";
  return [
    h("p", { class: "lead" }, t("time-lead")),
    me.role === "organiser" && form((data) => store({ draws_at: fromLocal(data.get("at")) }, "time"),
      field(t("words-draws_at"), "at", { type: "datetime-local", required: true, value: toLocal(says.draws_at), step: 1 }, t("time-zone", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })),
      h("button", {}, t("time-store"))),
    h("p", {}, t("time-beacon")),
    h("h2", {}, t("kind-announcement")),
    waiting !== undefined ? [h("p", {}, t("wizard-waits", { n: waiting.signatures.length, needed: waiting.needed })), h("p", {}, link(`#/decisions/${waiting.id}`, t("wizard-sign"), { class: "button primary" }))]
      : [h("p", {}, t("time-announce-text", { at: when(says.draws_at) })), decides && button(t("time-announce"), async () => go(`/decisions/${(await api.post(`${base}/drafts/${id}/announcement`)).id}`), { class: "primary" })],
  ];
}

/** The terms: everything once more, then the note that two members sign. */
function terms(own) {
  const { me, says, draft, decisions, go, base, id } = own;
  const missing = [
    draft.phase === undefined && ["time", t("terms-missing-announcement")],
    says.pool === undefined && ["people", t("terms-missing-pool")],
    says.method.name === "stratified" && says.method.by.length === 0 && ["people", t("terms-missing-strata")],
    says.method.name === "panels" && !says.method.job && ["quotas", t("terms-missing-panels")],
  ].filter(Boolean);
  const waiting = decisions.findLast((one) => one.kind === "terms" && one.state !== "logged");
  const decides = me.role === "organiser" || me.role === "approver";
  const sealed = draft.phase !== undefined && draft.phase !== "announced";
  return [
    h("p", { class: "lead" }, t("terms-lead")),
    facts([t("words-title"), titled(says.title, says.draw)], [t("words-method"), method({ ...says.method, seats: says.seats })], [t("words-reserves"), t("reserves", { n: says.reserves })],
      [t("words-replacement"), t(`replacement-${says.replacement}-text`)], [t("words-draws_at"), moment(says.draws_at)], says.from && [t("rules-from"), says.from], says.table_reason && [t("terms-reason"), says.table_reason]),
    missing.length > 0 && !sealed && h("div", { class: "note" }, h("p", {}, h("strong", {}, t("terms-missing"))), h("ul", {}, missing.map(([step, text]) => h("li", {}, link(`#/drafts/${id}/${step}`, text))))),
    sealed && h("p", {}, link(`#/draws/${says.draw}`, t("decision-next"), { class: "button primary" })),
    waiting !== undefined && !sealed && [h("p", {}, t("wizard-waits", { n: waiting.signatures.length, needed: waiting.needed })), h("p", {}, link(`#/decisions/${waiting.id}`, t("wizard-sign"), { class: "button primary" }))],
    missing.length === 0 && waiting === undefined && !sealed && decides && [h("p", {}, t("terms-write-text")), button(t("terms-write"), async () => go(`/decisions/${(await api.post(`${base}/drafts/${id}/terms`)).id}`), { class: "primary" })],
    me.role === "organiser" && !sealed && more(t("terms-reason-title"), h("p", {}, t("terms-reason-text")), form((data) => {
      const changed = { ...says };
      delete changed.table_reason;
      const why = data.get("why").trim();
      return api.put(`${base}/drafts/${id}`, own.etag, why === "" ? changed : { ...changed, table_reason: why }).then(() => own.again());
    }, field(t("terms-reason"), "why", { maxlength: 256, value: says.table_reason ?? "" }), h("button", {}, t("time-store")))),
    me.role === "organiser" && draft.phase === undefined && more(t("draft-delete-title"), h("p", {}, t("draft-delete-text")), button(t("draft-delete"), async () => { await api.remove(`${base}/drafts/${id}`, own.etag); go("/"); })),
  ];
}
