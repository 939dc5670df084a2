// Witness policies (spec §9.2; C2SP tlog-policy): which logs, which witnesses, and how many of them make a quorum.
// Never counts a witness twice: each name may stand in one group only, and each key once.

import { Refused, clip, hex, utf8Length } from "./bytes";
import { type Checkpoint, cosignedAt, signedBy } from "./checkpoint";
import { COSIGNATURE, ED25519, type VKey, parseVKey } from "./note";

export interface Policy {
  readonly logs: readonly VKey[];
  readonly witnesses: ReadonlyMap<string, VKey>;
  /** Null for `quorum none`. */
  readonly quorum: Rule | null;
}

export type Rule =
  | { readonly witness: string }
  | { readonly group: string; readonly threshold: number; readonly members: readonly Rule[] };

const MAX_POLICY = 1 << 18;
const MAX_OF_EACH = 256;

export function parsePolicy(text: string): Policy {
  if (utf8Length(text) > MAX_POLICY) throw new Refused("a policy of more than 256 KiB");
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text)) throw new Refused("a control character in a policy");
  if (text !== "" && !text.endsWith("\n")) throw new Refused("a policy whose last line has no newline");
  const logs: VKey[] = [];
  const witnesses = new Map<string, VKey>();
  const named = new Map<string, Rule>();
  const used = new Set<string>();
  const keys = { log: new Set<string>(), witness: new Set<string>() };
  let quorum: Rule | null | undefined;

  const once = (set: Set<string>, key: VKey): void => {
    if (set.has(hex(key.key))) throw new Refused("a key stands twice in a policy", null, key.name);
    set.add(hex(key.key));
  };
  const define = (name: string, rule: Rule): void => {
    if (name === "none" || named.has(name)) throw new Refused("a name that is taken in a policy", null, clip(name));
    named.set(name, rule);
  };
  const lookup = (name: string): Rule => {
    const rule = named.get(name);
    if (rule === undefined) throw new Refused("a policy names what no line before defined", null, clip(name));
    return rule;
  };

  const counts = new Map<string, number>();
  for (const line of text.split("\n")) {
    const words = line.split(/[ \t]+/).filter((w) => w !== "");
    const [verb, a, b, ...rest] = words;
    if (verb === undefined || verb.startsWith("#")) continue;
    counts.set(verb, (counts.get(verb) ?? 0) + 1);
    if (counts.get(verb)! > MAX_OF_EACH) throw new Refused(`a policy with more than ${MAX_OF_EACH} lines of one kind`, null, clip(verb));
    if (verb === "log" && a !== undefined && words.length <= 3) {
      const key = parseVKey(a, ED25519);
      once(keys.log, key);
      logs.push(key);
    } else if (verb === "witness" && a !== undefined && b !== undefined && words.length <= 4) {
      const key = parseVKey(b, COSIGNATURE);
      once(keys.witness, key);
      define(a, { witness: a });
      witnesses.set(a, key);
    } else if (verb === "group" && a !== undefined && b !== undefined && rest.length > 0) {
      const members = rest.map((name) => {
        const rule = lookup(name);
        if (used.has(name)) throw new Refused("a name stands in two groups of a policy", null, clip(name));
        used.add(name);
        return rule;
      });
      define(a, { group: a, threshold: threshold(b, members.length), members });
    } else if (verb === "quorum" && a !== undefined && words.length === 2) {
      if (quorum !== undefined) throw new Refused("a policy with two quorum lines");
      quorum = a === "none" ? null : lookup(a);
    } else {
      throw new Refused("a line of a policy that is not understood", null, clip(line));
    }
  }
  if (quorum === undefined) throw new Refused("a policy without a quorum line");
  return { logs, witnesses, quorum };
}

function threshold(word: string, members: number): number {
  if (word === "all") return members;
  if (word === "any") return 1;
  const k = /^[1-9][0-9]{0,8}$/.test(word) ? Number(word) : 0;
  if (k < 1 || k > members) throw new Refused("a group's threshold is out of bounds", `1 to ${members}`, clip(word));
  return k;
}

/**
 * When the quorum was met: for a witness its earliest cosignature, for a group of k the k-th earliest of its members. Null if it was not. Refused
 * if a log of the policy did not sign, or a cosignature in the name of one of its witnesses is false.
 */
export function quorumMetAt(policy: Policy & { readonly quorum: Rule }, checkpoint: Checkpoint, logKeys: readonly VKey[]): bigint | null {
  if (policy.logs.length > 0) {
    // A log that changed its keys is listed by one of them.
    const listed = (k: VKey): boolean => policy.logs.some((l) => l.text === k.text);
    const others = logKeys.some(listed) ? logKeys.filter((k) => !listed(k)) : [];
    const known = [...policy.logs, ...others].filter((k) => checkpoint.note.lines.some((l) => l.name === k.name && l.id === k.id));
    if (known.length === 0) throw new Refused("a checkpoint that no log of the policy signed");
    for (const key of known) signedBy(checkpoint, key);
  }
  const times = new Map([...policy.witnesses].map(([name, key]) => [name, earliest(cosignedAt(checkpoint, key))]));
  const met = (rule: Rule): bigint | null => {
    if ("witness" in rule) return times.get(rule.witness) ?? null;
    const reached = rule.members.map(met).filter((t) => t !== null).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return reached[rule.threshold - 1] ?? null;
  };
  return met(policy.quorum);
}

function earliest(times: readonly bigint[]): bigint | null {
  return times.reduce<bigint | null>((a, b) => (a === null || b < a ? b : a), null);
}
