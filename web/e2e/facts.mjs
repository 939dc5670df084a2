// What really happened in a draw, read from its proof alone, so that pages can be held to it. Knows nothing of the pages, nor of their catalogues.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { KLERO } from "./support.mjs";

const note = (text) => JSON.parse(text.split("\n")[1]);

/** A draw's facts from the bundle that a service hands out. */
export async function factsOf(base, draw) {
  const bundle = await (await fetch(`${base}/draws/${draw}/bundle`)).json();
  const steps = bundle.steps.map((step) => note(step.entry)).filter((step) => step.draw === draw || step.kind === "organiser" || step.kind === "opened");
  const of = (kind) => steps.filter((step) => step.kind === kind);
  const opened = of("opened")[0];
  const sealed = of("sealed")[0];
  const terms = note(sealed.terms);
  const organiser = of("organiser").map((step) => note(step.note)).filter((o) => o.id === terms.organiser).at(-1);
  const announced = of("announced").map((step) => note(step.note));
  const drawn = of("drawn").at(-1);
  const artifact = (hash) => bundle.artifacts[hash];
  const chain = opened.rehearsal;
  return {
    draw, bundle, terms, sealedAt: sealed.time, organiser: organiser.name, titles: announced.at(-1).title, rehearsal: chain !== undefined,
    attempt: terms.attempt, postponed: announced.length - 1, round: terms.beacon.round, roundAt: chain.genesis + (terms.beacon.round - 1) * chain.period,
    outcome: drawn && JSON.parse(artifact(drawn.outcome)), outcomeHash: drawn?.outcome,
    list: terms.method.list && JSON.parse(artifact(terms.method.list)), strata: terms.method.strata && JSON.parse(artifact(terms.method.strata)),
    table: terms.pool.table && artifact(terms.pool.table).split("\n").slice(1, -1).map((line) => JSON.parse(line.slice(65)).row),
  };
}

/** The chance of the person at an index: `part` of `of`. */
export function chanceOf(facts, index) {
  const { terms, list, strata, table } = facts;
  if (list) return { part: list.panels.filter((panel) => panel.includes(index)).length, of: list.panels.length };
  if (!strata) return { part: terms.method.seats, of: terms.pool.size };
  const group = (row) => JSON.stringify(strata.columns.map((column) => row[column]));
  const own = group(table[index]);
  return { part: strata.strata.find((s) => JSON.stringify(s.values) === own).seats, of: table.filter((row) => group(row) === own).length };
}

/** A person's receipt, code and locator, as a clerk makes them at the desk; `boxes` is where the service looks for boxes. */
export function receiptOf(pool, draw, log, id, boxes) {
  const more = boxes ? ["--boxes", boxes] : [];
  const made = JSON.parse(execFileSync(KLERO, ["receipt", "make", "--pool", pool, "--draw", draw, "--log", log, "--id", id, "--json", ...more], { encoding: "utf8" }));
  return { ...made, data: JSON.parse(made.receipt) };
}

/** Ids in the first column of a CSV. */
export function idsOf(file) {
  return readFileSync(file, "utf8").split("\n").slice(1).filter(Boolean).map((line) => line.split(",")[0]);
}

/** Every text of a receipt that says who somebody is, in each form in which it could travel. */
export function secretsOf({ receipt, fragment, code, data }) {
  const cells = [data.id, ...Object.values(data.private), ...Object.values(data.public), ...(data.household?.address ?? [])];
  // A short number may stand in any hash by chance.
  const telling = cells.filter((cell) => cell.length >= 4 && !/^[0-9a-f]{1,6}$/.test(cell));
  const all = [...telling, data.salt, data.household?.key, fragment.slice(1), receipt, code, code?.replaceAll("-", "")].filter(Boolean);
  return [...new Set(all.flatMap((text) => [text, encodeURIComponent(text), Buffer.from(text).toString("base64"), Buffer.from(text).toString("base64url"), Buffer.from(text).toString("hex")]))];
}

/** Which of the secrets stands in what the browser asked for: address, headers or body. */
export function leaks(asked, secrets) {
  const found = [];
  for (const { method, url, headers, body } of asked) {
    const sent = [method, url, decoded(url), body, ...Object.entries(headers).flat()].join("\n").toLowerCase();
    for (const secret of secrets) if (sent.includes(secret.toLowerCase())) found.push(`${secret.slice(0, 40)} in ${method} ${url.slice(0, 120)}`);
  }
  return found;
}

function decoded(url) {
  try { return decodeURIComponent(url); } catch { return url; }
}
