// The step of the wizard with the list of people: upload, roles of the columns, what is wrong with the file, and the commitment.

import * as api from "./api.js";
import { button, copied, facts, field, fill, form, h, link, more, t, tell, tick, when, wrongFile } from "./dom.js";

const TYPES = { csv: "text/csv", xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" };
const ROLES = ["private", "id", "public", "household"];

export async function step(own) {
  const { base, says, draft } = own;
  const sealed = draft.phase !== undefined && draft.phase !== "announced";
  const pools = (await api.all(`${base}/pools`)).reverse();
  const chosen = says.pool && pools.find((one) => one.id === says.pool);
  if (sealed) return h("p", {}, t("pool-sealed"));
  return [
    h("p", { class: "lead" }, says.from ? t("pool-linked", { draw: says.from }) : t("pool-lead")),
    chosen ? [h("h2", {}, t("pool-chosen", { name: chosen.name })), await one(own, chosen.id)] : says.pool && h("p", { class: "note" }, t("pool-gone")),
    chosen ? more(t("pool-other"), upload(own), existing(own, pools)) : [upload(own), existing(own, pools)],
  ];
}

function upload({ base, store }) {
  return form(async (data) => {
    const file = data.get("file");
    const type = TYPES[file.name.toLowerCase().split(".").pop()];
    if (type === undefined) throw new api.Problem("file-kind", 0);
    const made = await api.upload(`${base}/pools?name=${encodeURIComponent(file.name.slice(0, 90))}`, file, type);
    await store({ pool: made.id }, "people");
  },
  field(t("pool-file"), "file", { type: "file", required: true, accept: ".csv,.xlsx" }, t("pool-file-hint")),
  h("button", { class: "primary" }, t("pool-upload")));
}

function existing({ store, says }, pools) {
  const others = pools.filter((one) => one.id !== says.pool);
  return others.length > 0 && [h("h3", {}, t("pool-existing")), h("ul", { class: "cards" }, others.map((one) => h("li", { class: "card" },
    h("strong", {}, one.name), h("p", { class: "small" }, when(one.made), one.committed && ` · ${t("people", { n: one.committed.size })}`), button(t("pool-use"), () => store({ pool: one.id }, "people")))))];
}

/** The chosen pool: the roles of its columns, then its commitment. */
async function one(own, id) {
  const place = h("div", {});
  const show = async () => {
    const read = await api.getVersion(`${own.base}/pools/${id}`);
    const done = read.value.committed;
    const report = done?.table && await api.get(`${own.base}/pools/${id}/anonymity`);
    fill(place, done ? committed(own, read.value, report) : uncommitted(own, read, show, await earlier(own, read.value)));
  };
  await show();
  return place;
}

/** Columns of the list of the earlier draw that the file of answers has not: they can be used as well. */
async function earlier(own, pool) {
  if (!own.says.from) return [];
  const drafts = await api.all(`${own.base}/drafts`);
  const id = drafts.findLast((one) => one.says.draw === own.says.from)?.says.pool;
  const found = id && await api.get(`${own.base}/pools/${id}`).catch((problem) => { if (problem.status !== 404) throw problem; });
  return found ? found.headings.filter((name) => name !== found.roles?.id && !pool.headings.includes(name)) : [];
}

function uncommitted(own, { etag, value: pool }, show, before) {
  const { base } = own;
  const { from } = own.says;
  const roles = from ? ROLES.filter((role) => role !== "household") : ROLES;
  const given = (name) => {
    const roles = pool.roles;
    if (!roles) return pool.headings.indexOf(name) === 0 ? "id" : "private";
    return roles.id === name ? "id" : roles.public.includes(name) ? "public" : roles.household.includes(name) ? "household" : "private";
  };
  const commit = async () => {
    await api.post(`${base}/pools/${pool.id}/commitment`);
    tell(t("pool-committed"));
    await own.again();
  };
  return [
    h("p", {}, t("pool-read", { n: pool.headings.length }), pool.sheet && ` ${t("pool-sheet", { name: pool.sheet })}`),
    pool.conversion && converted(pool.conversion),
    pool.warnings.length > 0 && h("div", { class: "note", role: "status" }, h("p", {}, h("strong", {}, t("pool-no-headings"))), wrongFile({ problems: pool.warnings, total: pool.warnings.length })),
    form(async (data) => {
      const role = (wanted) => pool.headings.filter((_, at) => data.get(`role-${at}`) === wanted);
      const ids = role("id");
      if (ids.length !== 1) throw new api.Problem("one-id", 0);
      await api.put(`${base}/pools/${pool.id}/roles`, etag, { id: ids[0], public: [...role("public"), ...data.getAll("before")], household: role("household"), ...(from && { from }) });
      await show();
    },
    h("h3", {}, t("pool-roles")),
    from && h("p", { class: "note" }, t("pool-linked-kept")),
    h("dl", {}, roles.map((role) => [h("dt", {}, t(`column-${role}`)), h("dd", {}, t(`column-${role}-text`))])),
    h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("pool-column")), h("th", { scope: "col" }, t("pool-role")))),
      h("tbody", {}, pool.headings.map((name, at) => h("tr", {}, h("th", { scope: "row" }, name),
        h("td", {}, h("select", { name: `role-${at}`, "aria-label": t("pool-role-of", { column: name }) }, roles.map((role) => h("option", { value: role, selected: role === given(name) }, t(`column-${role}`)))))))))),
    before.length > 0 && h("fieldset", {}, h("legend", {}, t("pool-linked-columns")), before.map((name) => tick(name, "before", name, pool.roles?.public.includes(name)))),
    h("button", { class: pool.people === undefined ? "primary" : "" }, t("pool-check"))),
    pool.problems && h("div", { class: "verdict bad", role: "alert" }, h("p", { class: "headline" }, t("pool-problems")), wrongFile(pool.problems), h("p", {}, t("pool-problems-text"))),
    pool.people !== undefined && [
      h("div", { class: "verdict good" }, h("p", { class: "headline" }, t("pool-good", { n: pool.people }))),
      changed(pool),
      h("p", {}, t("pool-commit-text")),
      button(t("pool-commit"), commit, { class: "primary" }),
    ],
  ];
}

/** What a spreadsheet's cells were turned into, and which sheets were not read. */
function converted({ not_read, columns }) {
  return [not_read.length > 0 && h("p", { class: "note" }, t("pool-not-read", { names: not_read.join(", ") })), counted(columns, ["numbers", "dates", "truths"])];
}

/** What was tidied up in each column. */
function changed({ columns }) {
  return counted(columns, ["trimmed", "composed", "formulas"]);
}

function counted(columns, kinds) {
  const told = columns.flatMap((column) => kinds.filter((what) => column[what] > 0).map((what) => `${column.name}: ${t(`pool-${what}`, { n: column[what] })}`));
  return told.length > 0 && h("ul", {}, told.map((text) => h("li", {}, text)));
}

/** Who stands alone in what is published, and what would help. */
function likeness(report) {
  const { rows, households, suggestions } = report;
  const alone = [["pool-alone", rows.unique], ["pool-alone-households", households?.unique ?? 0]].filter(([, n]) => n > 0);
  if (alone.length === 0) return h("p", { class: "small" }, t("pool-alike", { n: rows.k }));
  return h("div", { class: "note" }, alone.map(([key, n]) => h("p", {}, t(key, { n }))), h("p", {}, t("pool-alone-text")),
    suggestions.length > 0 && [h("p", {}, t("pool-alone-help")), h("ul", {}, suggestions.map(({ change, unique_rows }) => h("li", {}, t(`pool-coarser-${change.do}`, { column: change.column, by: change.width ?? change.keep ?? change.below }), " – ", t("pool-coarser-then", { n: unique_rows }))))]);
}

function committed(own, pool, report) {
  const { says, store, base, go } = own;
  const { name } = says.method;
  const next = name === "panels" ? "quotas" : "time";
  const open = pool.roles.public;
  return [
    h("div", { class: "verdict good" }, h("p", { class: "headline" }, t("pool-is-committed", { n: pool.committed.size }))),
    facts([t("pool-root"), copied(pool.committed.root, t("pool-root"))], [t("column-id"), pool.roles.id], [t("column-public"), open.join(", ") || "–"], [t("column-household"), pool.roles.household.join(", ") || "–"]),
    pool.roles.from ? h("p", {}, t("words-from", { draw: pool.roles.from })) : says.from && h("p", { class: "note" }, t("pool-linked-other", { draw: says.from })),
    report && likeness(report),
    name === "stratified" && (open.length === 0 ? h("p", { class: "note" }, t("strata-none"))
      : form((data) => store({ method: { ...says.method, by: data.getAll("by") } }, "time"),
        h("fieldset", {}, h("legend", {}, t("strata-columns")), open.map((column) => tick(column, "by", column, says.method.by.includes(column)))),
        h("button", { class: "primary" }, t("wizard-next")))),
    name === "panels" && open.length === 0 && h("p", { class: "note" }, t("strata-none")),
    name === "households" && pool.roles.household.length === 0 && h("p", { class: "note" }, t("households-none")),
    name !== "stratified" && h("p", {}, link(`#/drafts/${own.id}/${next}`, t("wizard-next"), { class: "button primary" })),
    more(t("pool-delete-title"), h("p", {}, t("pool-delete-text")), button(t("pool-delete"), async () => {
      await api.remove(`${base}/pools/${pool.id}`);
      go(`/drafts/${own.id}/people`);
    })),
  ];
}
