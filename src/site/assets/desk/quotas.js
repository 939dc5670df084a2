// The quotas editor: how many of each value a panel has at least and at most; whether that is possible, and how fair it is, by jobs that run
// on the server and are followed live.

import * as api from "./api.js";
import { button, facts, fill, form, h, known, link, number, percent, pill, t, tell, trouble } from "./dom.js";

export async function step(own) {
  const { base, says, onLeave } = own;
  if (says.method.name !== "panels") return [h("p", { class: "lead" }, t("quotas-not-needed")), h("p", {}, link(`#/drafts/${own.id}/time`, t("wizard-next"), { class: "button primary" }))];
  if (says.pool === undefined) return h("p", { class: "note" }, link(`#/drafts/${own.id}/people`, t("terms-missing-pool")));
  const pool = await api.get(`${base}/pools/${says.pool}`);
  if (!pool.committed) return h("p", { class: "note" }, link(`#/drafts/${own.id}/people`, t("quotas-uncommitted")));
  const [{ columns }, jobs] = await Promise.all([api.get(`${base}/pools/${says.pool}/values`), api.all(`${base}/jobs`)]);
  const mine = jobs.filter((job) => job.pool === says.pool && job.seats === says.seats);
  const last = mine.at(-1);
  const bounds = last === undefined ? proportional(columns, pool.committed.size, says.seats) : parsed(last.quotas);
  const watched = h("div", {});
  const editor = edit(own, columns, bounds, watched, onLeave);
  if (last !== undefined) watch(own, last, watched, onLeave, editor.apply).catch((problem) => fill(watched, trouble(problem)));
  return [
    h("p", { class: "lead" }, t("quotas-lead", { n: says.seats })),
    says.method.job && h("p", {}, pill(t("quotas-chosen"), "good"), " ", link(`#/drafts/${own.id}/time`, t("wizard-next"), { class: "button primary" })),
    editor.element, watched,
  ];
}

const cell = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const keyOf = (feature, value) => JSON.stringify([feature, value]);

/** As many as in the pool, a person more or less. */
function proportional(columns, people, seats) {
  const all = new Map();
  for (const column of columns) {
    for (const { value, people: here } of column.values) {
      const share = (here * seats) / people;
      all.set(keyOf(column.name, value), [Math.max(0, Math.floor(share) - (share >= 3 ? 1 : 0)), Math.min(seats, Math.ceil(share) + 1)]);
    }
  }
  return all;
}

/** The quotas of an earlier job, as it wrote them. */
function parsed(csv) {
  const all = new Map();
  for (const line of csv.trim().split("\n").slice(1)) {
    const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((m) => (m[1] === undefined ? m[2] : m[1].replaceAll('""', '"')));
    all.set(keyOf(cells[0], cells[1]), [Number(cells[2]), Number(cells[3])]);
  }
  return all;
}

function edit(own, columns, bounds, watched, onLeave) {
  const { base, says } = own;
  const rows = [];
  const used = new Set([...bounds.keys()].map((key) => JSON.parse(key)[0]));
  const tables = columns.map((column) => {
    const include = h("input", { type: "checkbox", checked: used.has(column.name), id: `use-${column.name}` });
    const body = column.values.map(({ value, people }) => {
      const [min, max] = bounds.get(keyOf(column.name, value)) ?? [0, says.seats];
      const input = (bound, label) => h("input", { type: "number", min: 0, max: says.seats, required: true, value: String(bound), "aria-label": `${column.name}, ${value}: ${label}` });
      const row = { feature: column.name, value, include, min: input(min, t("quotas-min")), max: input(max, t("quotas-max")) };
      rows.push(row);
      return h("tr", {}, h("th", { scope: "row" }, value), h("td", {}, number(people)), h("td", {}, row.min), h("td", {}, row.max));
    });
    return [
      h("h2", {}, column.name),
      h("div", { class: "choice" }, include, h("label", { for: `use-${column.name}` }, t("quotas-use", { column: column.name }))),
      column.more && h("p", { class: "small" }, t("quotas-too-many")),
      h("div", { class: "scroll" }, h("table", {}, h("caption", { class: "small" }, t("quotas-caption", { column: column.name })),
        h("thead", {}, h("tr", {}, ["quotas-value", "quotas-pool", "quotas-min", "quotas-max"].map((key) => h("th", { scope: "col" }, t(key))))), h("tbody", {}, body))),
    ];
  });
  const apply = (changes) => {
    for (const change of changes) {
      const row = rows.find((one) => one.feature === change.feature && one.value === change.value);
      if (row !== undefined) [row.min.value, row.max.value] = change.after.map(String);
    }
    tell(t("quotas-applied"));
  };
  const start = (kind) => async () => {
    const lines = rows.filter((row) => row.include.checked).map((row) => [cell(row.feature), cell(row.value), row.min.value, row.max.value].join(","));
    if (lines.length === 0) throw new api.Problem("no-quota", 0);
    const job = await api.post(`${base}/jobs`, { kind, pool: says.pool, seats: says.seats, quotas: `feature,value,min,max\n${lines.join("\n")}\n` });
    await watch(own, job, watched, onLeave, apply);
  };
  return {
    apply,
    element: form(start("feasibility"), tables,
      h("div", { class: "row" }, h("button", {}, t("quotas-check")), button(t("quotas-build"), start("panels"), { class: "primary" }))),
  };
}

/** Follows a job to its end, and shows how it ended. */
async function watch(own, begun, place, onLeave, apply) {
  const { base } = own;
  const path = `${base}/jobs/${begun.id}`;
  let job = begun;
  if (job.state === "queued" || job.state === "running") {
    const doing = h("p", { role: "status" });
    const steps = h("p", { class: "small" });
    const bar = h("progress", { "aria-label": t("job-runs") });
    fill(place, h("h2", {}, t(`job-${job.kind}`)), h("p", {}, t("job-runs")), bar, doing, steps, button(t("job-cancel"), () => api.post(`${path}/cancel`)));
    const events = new EventSource(api.href(`${path}/events`));
    onLeave(() => events.close());
    await new Promise((done) => {
      events.addEventListener("doing", (event) => tells(JSON.parse(event.data), doing, bar, steps));
      events.addEventListener("ended", () => { events.close(); done(); });
      onLeave(done);
    });
    job = await api.get(path);
  }
  if (place.isConnected || begun === job) fill(place, h("h2", {}, t(`job-${job.kind}`)), ended(own, job, apply));
}

/** What a job does now. Only another stage is read out; its steps are there to be seen. */
function tells({ kind, done, total }, doing, bar, steps) {
  const words = t(known(`job-doing-${kind}`) ? `job-doing-${kind}` : "job-runs");
  if (doing.textContent !== words) doing.textContent = words;
  steps.textContent = total > 0 ? t("job-doing-steps", { done, total }) : "";
  if (total > 0) Object.assign(bar, { max: total, value: Math.min(done, total) });
  else bar.removeAttribute("value");
}

const range = ([min, max]) => `${number(min)}–${number(max)}`;
const moved = (changes, apply) => [h("ul", {}, changes.map((change) => h("li", {}, `${change.feature}, ${change.value}: ${range(change.before)} → ${range(change.after)}`))),
  h("p", {}, h("button", { type: "button", onclick: () => apply(changes) }, t("job-apply")))];

/** Why a job came to no end: said here, from kinds and numbers. A kind that is not known stays English. */
function failed({ message, wrong }, apply) {
  const { problems = [], total = 0, changes = [] } = wrong ?? {};
  const said = problems.length > 0 && problems.every(({ kind }) => known(`job-wrong-${kind}`));
  // Many people may lack the same: it is said once.
  const lines = said ? [...new Set(problems.map((one) => `${one.line === undefined ? "" : `${t("file-line", { line: one.line })} `}${t(`job-wrong-${one.kind}`, one)}`))] : [];
  return h("div", { class: "verdict bad", role: "alert" }, h("p", { class: "headline" }, t("job-failed")),
    said ? h("ul", { class: "wrong" }, lines.map((line) => h("li", {}, line))) : h("pre", { class: "wrap", lang: "en" }, message ?? ""),
    said && lines.length > 1 && total > problems.length && h("p", {}, t("file-more", { n: total - problems.length })),
    changes.length > 0 && [h("p", {}, t("job-helps")), moved(changes, apply)]);
}

function ended(own, job, apply) {
  const { says, store } = own;
  if (job.state === "failed") return failed(job, apply);
  if (job.state !== "done") return h("p", { role: "status" }, t("job-cancelled"));
  const result = job.result;
  if (job.kind === "feasibility") {
    if (result.changes.length === 0) return h("div", { class: "verdict good", role: "status" }, h("p", { class: "headline" }, t("job-possible")));
    return h("div", { class: "verdict warn", role: "status" }, h("p", { class: "headline" }, t("job-impossible")),
      h("p", {}, t(result.smallest ? "job-smallest" : "job-smaller", { n: result.people })),
      moved(result.changes, apply));
  }
  const chosen = says.method.job === job.id;
  return [
    h("div", { class: "verdict good", role: "status" }, h("p", { class: "headline" }, t("job-built", { n: result.panels }))),
    facts([t("fair-smallest"), percent(result.min_chance)], [t("fair-largest"), percent(result.max_chance)], [t("fair-mean"), percent(result.mean_chance)], [t("fair-bound"), percent(result.bound_min_chance)], [t("fair-nobody"), number(result.people_on_no_panel)]),
    h("p", {}, t("fair-text")),
    chosen ? h("p", {}, pill(t("quotas-chosen"), "good")) : button(t("quotas-choose"), () => store({ method: { name: "panels", job: job.id } }, "time"), { class: "primary" }),
  ];
}
