// Compares the two verifiers check by check: status of every check, verdict, exit code and rehearsal flag, on whole bundles, on bundles changed
// by byte and by field, and on forged ones: changed by field and then signed, chained and proved anew with the keys of the tests' world.
//
// `node .build/compare.mjs --rust PATH/klero-verify --worlds DIR [--demo DIR]… [--seed N] [--bytes N] [--fields N] [--forged N]`
// Everything follows from the seed. A difference is printed with the file that shows it, and the exit code is 1.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromUtf8 } from "../src/core/bytes";
import type { Report } from "../src/core/report";
import { parseTrust } from "../src/core/trust";
import { verify } from "../src/core/verify";
import { byteMutations, fieldMutations } from "./mutate";
import { forgeries } from "./forge";
import { Numbers } from "./numbers";

interface Case { readonly name: string; readonly bundle: Uint8Array; readonly trust: string | undefined; readonly strict: boolean }

const options = new Map<string, string[]>();
for (let i = 2; i < process.argv.length; i += 2) {
  const name = process.argv[i]!.replace(/^--/, "");
  options.set(name, [...(options.get(name) ?? []), process.argv[i + 1]!]);
}
const option = (name: string, otherwise?: string): string => {
  const value = options.get(name)?.[0] ?? otherwise;
  if (value === undefined) throw new Error(`--${name} is missing`);
  return value;
};

const rust = option("rust");
const work = mkdtempSync(join(tmpdir(), "compare-"));
const keep = options.get("keep")?.[0];

interface Base { readonly name: string; readonly bundle: string; readonly trusts: readonly string[]; readonly world: boolean }

function bases(): Base[] {
  const out: Base[] = [];
  const folder = option("worlds");
  for (const file of readdirSync(folder).filter((f) => /^[a-z-]+[0-9a-z-]*\.json$/.test(f)).sort()) {
    const name = file.slice(0, -5);
    out.push({ name, bundle: readFileSync(join(folder, file), "utf8"), trusts: ["trust", "witnesses"].map((t) => join(folder, `${name}.${t}.json`)), world: true });
  }
  for (const demo of options.get("demo") ?? []) {
    for (const file of readdirSync(join(demo, "bundles")).filter((f) => f.endsWith(".json")).sort()) {
      out.push({ name: `demo-${file.slice(0, -5)}`, bundle: readFileSync(join(demo, "bundles", file), "utf8"), trusts: [join(demo, "trust.json")], world: false });
    }
  }
  return out;
}

function* cases(all: readonly Base[]): Generator<Case> {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  for (const b of all) {
    for (const trust of [...b.trusts, undefined]) for (const strict of [false, true]) yield { name: `${b.name} whole`, bundle: bytes(b.bundle), trust, strict };
  }
  const small = all.filter((b) => b.bundle.length < 300_000);
  const share = (name: string): number => Math.ceil(Number(option(name, "0")) / small.length);
  const seed = Number(option("seed", "1"));
  for (const [i, b] of small.entries()) {
    const trust = (n: number): string | undefined => [...b.trusts, undefined][n % (b.trusts.length + 1)];
    let n = 0;
    for (const m of byteMutations(bytes(b.bundle), new Numbers(seed * 1000 + i), share("bytes"))) yield { name: `${b.name} ${m.what}`, bundle: m.bytes, trust: trust(n++), strict: false };
    for (const m of fieldMutations(b.bundle, new Numbers(seed * 1000 + i + 300), share("fields"))) yield { name: `${b.name} ${m.what}`, bundle: bytes(m.text), trust: trust(n++), strict: false };
    if (!b.world) continue;
    for (const m of forgeries(b.bundle, new Numbers(seed * 1000 + i + 600), share("forged"))) yield { name: `${b.name} ${m.what}`, bundle: bytes(m.text), trust: trust(n++), strict: n % 7 === 0 };
  }
}

/** One line for a report: what must agree. */
function gist(report: Report): string {
  return `${report.exit} ${report.verdict} ${report.rehearsal} ${report.checks.map((c) => `${c.id}=${c.status}`).join(" ")}`;
}

function ours(c: Case): Report {
  const trust = c.trust === undefined ? undefined : parseTrust(fromUtf8(readFileSync(c.trust)));
  return verify(c.bundle, { trust, strict: c.strict }).report;
}

const BATCH = 300;
let compared = 0;
let differing = 0;
const verdicts = new Map<string, number>();
const outcomes = new Map<string, number>();
const kinds = new Map<string, number>();

function flush(group: readonly Case[]): void {
  if (group.length === 0) return;
  const folder = join(work, "batch");
  mkdirSync(folder, { recursive: true });
  const files = group.map((c, i) => { const file = join(folder, `${i}.json`); writeFileSync(file, c.bundle); return file; });
  const { trust, strict } = group[0]!;
  const words = [...files, "--json", ...(trust === undefined ? [] : ["--trust", trust]), ...(strict ? ["--strict"] : [])];
  const run = spawnSync(rust, words, { encoding: "utf8", maxBuffer: 1 << 30 });
  const lines = run.stdout.trimEnd().split("\n");
  if (lines.length !== group.length) throw new Error(`${rust} gave ${lines.length} reports for ${group.length} bundles: ${run.stderr}`);
  group.forEach((c, i) => {
    const theirs = JSON.parse(lines[i]!) as Report;
    const mine = ours(c);
    compared++;
    for (const t of theirs.checks) if (t.status !== "passed") outcomes.set(`${t.id} ${t.status}`, (outcomes.get(`${t.id} ${t.status}`) ?? 0) + 1);
    verdicts.set(theirs.verdict, (verdicts.get(theirs.verdict) ?? 0) + 1);
    if (gist(theirs) === gist(mine)) return;
    differing++;
    const diff = theirs.checks.flatMap((t, k) => {
      const m = mine.checks[k]!;
      return t.status === m.status && t.id === m.id ? [] : [`${t.id}: theirs ${t.status} (${t.reason ?? ""}) ours ${m.status} (${m.reason ?? ""})`];
    });
    const kind = theirs.checks.flatMap((t, k) => (t.status === mine.checks[k]!.status ? [] : [`${t.id} ${t.status}/${mine.checks[k]!.status}`])).join(", ");
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    if ((kinds.get(kind) ?? 0) > Number(option("show", "2"))) return;
    console.log(`DIFFERENT: ${c.name}; trust ${c.trust ?? "none"}${c.strict ? ", strict" : ""}\n  rust ${theirs.verdict} ${theirs.exit} ${theirs.rehearsal}, ours ${mine.verdict} ${mine.exit} ${mine.rehearsal}\n  ${diff.join("\n  ")}`);
    if (keep !== undefined) { mkdirSync(keep, { recursive: true }); writeFileSync(join(keep, `${differing}.json`), c.bundle); console.log(`  kept as ${keep}/${differing}.json`); }
  });
  rmSync(folder, { recursive: true });
}

const pending = new Map<string, Case[]>();
for (const c of cases(bases())) {
  const group = `${c.trust}|${c.strict}`;
  const list = pending.get(group) ?? [];
  list.push(c);
  pending.set(group, list);
  if (list.length === BATCH) { flush(list); pending.delete(group); }
}
for (const list of pending.values()) flush(list);
rmSync(work, { recursive: true, force: true });
console.log(`compared ${compared} (${[...verdicts].map(([v, n]) => `${n} ${v}`).join(", ")}), ${differing} differ`);
console.log(`failed: ${[...outcomes].filter(([k]) => k.endsWith(" failed")).map(([k, n]) => `${k.slice(0, -7)} ${n}`).join(", ")}`);
for (const [kind, n] of [...kinds].sort((a, b) => b[1] - a[1])) console.log(`  ${n} × ${kind || "(verdict only)"}`);
process.exitCode = differing === 0 && compared > 0 ? 0 : 1;
