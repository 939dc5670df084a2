// The command-line face of this verifier, so that it can be compared with the other one check by check.
// `node dist/cli.mjs BUNDLE… [--trust FILE] [--artifacts DIR] [--strict] [--json]`

import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { MAX_BUNDLE } from "../core/bundle";
import { Refused, fromUtf8 } from "../core/bytes";
import { type Report, unreadable } from "../core/report";
import { type Trust, parseTrust } from "../core/trust";
import { verify } from "../core/verify";

const USAGE = `Usage: node cli.mjs BUNDLE... [--trust FILE] [--artifacts DIR] [--strict] [--json]

Exit codes: 0 verified, 1 refuted, 2 unreadable or wrong usage, 3 incomplete. With several bundles the worst counts: 2, then 1, then 3.
`;

interface Arguments { bundles: string[]; trust?: string; artifacts?: string; strict: boolean; json: boolean }

function main(words: readonly string[]): number {
  if (words.includes("--help")) { process.stdout.write(USAGE); return 0; }
  let args: Arguments;
  let trust: Trust | undefined;
  try {
    args = read(words);
    trust = args.trust === undefined ? undefined : parseTrust(fromUtf8(readFileSync(args.trust)));
  } catch (e) {
    process.stderr.write(`${e instanceof Error ? e.message : String(e)}\n${USAGE}`);
    return 2;
  }
  const exits = args.bundles.map((path) => {
    const report = one(path, args, trust);
    process.stdout.write(args.json ? `${JSON.stringify(report)}\n` : text(path, report));
    return report.exit;
  });
  return [2, 1, 3].find((code) => exits.includes(code)) ?? 0;
}

function read(words: readonly string[]): Arguments {
  const args: Arguments = { bundles: [], strict: false, json: false };
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const value = (): string => {
      const next = words[++i];
      if (next === undefined) throw new Error(`${word} needs a value`);
      return next;
    };
    if (word === "--trust") args.trust = value();
    else if (word === "--artifacts") args.artifacts = value();
    else if (word === "--strict") args.strict = true;
    else if (word === "--json") args.json = true;
    else if (word.startsWith("-")) throw new Error(`unknown option ${word}`);
    else args.bundles.push(word);
  }
  if (args.bundles.length === 0) throw new Error("no bundle was named");
  return args;
}

function one(path: string, args: Arguments, trust: Trust | undefined): Report {
  let bytes: Uint8Array;
  try {
    if (statSync(path).size > MAX_BUNDLE) throw new Error("a bundle of more than 256 MiB");
    bytes = readFileSync(path);
  } catch (e) {
    return unreadable(new Refused(e instanceof Error ? e.message : String(e)));
  }
  const folder = args.artifacts;
  const beside = (hash: string): string | undefined => {
    if (folder === undefined) return undefined;
    const file = join(folder, hash);
    if (!existsSync(file)) return undefined;
    try { return fromUtf8(readFileSync(file)); } catch { return ""; }
  };
  return verify(bytes, { trust, strict: args.strict, beside }).report;
}

function text(path: string, report: Report): string {
  const lines = [`${report.verdict.toUpperCase()}: ${path}`];
  if (report.rehearsal) lines.unshift("REHEARSAL BEACON: this draw proves nothing.");
  for (const c of report.checks) {
    const evidence = [c.reason, c.expected === null ? null : `expected ${c.expected}`, c.found === null ? null : `found ${c.found}`].filter((x) => x !== null);
    lines.push(`  ${c.status.padEnd(8)} ${c.id.padEnd(20)} ${evidence.join("; ")}`.trimEnd());
  }
  return `${lines.join("\n")}\n`;
}

process.exitCode = main(process.argv.slice(2));
