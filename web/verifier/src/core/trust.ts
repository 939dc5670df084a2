// The verifier's own file (spec §9.2). Nothing in a bundle can change what it says.

import { type Chain, PINNED, parseRehearsal } from "./beacon";
import { Refused, sameBytes, unbase64, utf8Length } from "./bytes";
import { Members, isHash, isSlug, parseLenient } from "./json";
import { type VKey, parseVKey } from "./note";
import { type Policy, parsePolicy } from "./policy";
import { checkOrganiserKeys } from "./steps";

const MAX_TRUST = 1 << 20;

export interface Trust {
  readonly log: VKey;
  readonly service: VKey;
  /** Undefined as well for `quorum none`. */
  readonly policy: (Policy & { readonly quorum: NonNullable<Policy["quorum"]> }) | undefined;
  readonly marginSecs: number;
  readonly chains: readonly Chain[];
  readonly rehearsal: Chain | undefined;
  readonly organisers: ReadonlyMap<string, { readonly keys: readonly VKey[]; readonly threshold: number }>;
  /** Certificates of time-stamping authorities; this verifier does not check their signatures (§9.4). */
  readonly authorities: number;
  readonly anchor: { readonly root: string; readonly size: number } | undefined;
}

export function parseTrust(text: string): Trust {
  if (utf8Length(text) > MAX_TRUST) throw new Refused("a trust file of more than 1 MiB");
  const from = new Members(parseLenient(text), "trust");
  from.oneOf("format", ["kleroterion/v1/trust"] as const);
  const log = parseVKey(from.text("log"));
  const service = parseVKey(from.text("service"));
  const policy = from.optional("policy", (n) => parsePolicy(from.text(n)));
  const trust: Trust = {
    log, service,
    policy: policy === undefined || policy.quorum === null ? undefined : { ...policy, quorum: policy.quorum },
    marginSecs: from.optional("margin_secs", (n) => from.integer(n)) ?? 0,
    chains: from.optional("chains", (n) => from.texts(n).map(parsePinned)) ?? PINNED,
    rehearsal: from.optional("rehearsal", (n) => parseRehearsal(from.members(n))),
    organisers: from.optional("organisers", (n) => parseOrganisers(from.members(n))) ?? new Map(),
    authorities: from.optional("authorities", (n) => from.texts(n, 1, 32).map(readCertificate).length) ?? 0,
    anchor: from.optional("anchor", (n) => {
      const anchor = from.members(n);
      const out = { root: anchor.hash("root"), size: anchor.integer("size") };
      anchor.end();
      return out;
    }),
  };
  from.end();
  if (policy !== undefined && !policy.logs.some((l) => l.name === log.name && sameBytes(l.key, log.key))) throw new Refused("the policy's logs do not include the log", log.text);
  return trust;
}

const MAX_CERTIFICATE = 16384;

function readCertificate(text: string): Uint8Array {
  const der = unbase64(text);
  if (der.length > MAX_CERTIFICATE) throw new Refused("a certificate of more than 16,384 bytes");
  return der;
}

function parsePinned(hash: string): Chain {
  const chain = isHash(hash) ? PINNED.find((c) => c.hash === hash) : undefined;
  if (chain === undefined) throw new Refused("chains may name pinned chains only", PINNED.map((c) => c.hash).join(", "), hash.slice(0, 64));
  return chain;
}

function parseOrganisers(from: Members): Trust["organisers"] {
  const out = new Map<string, { keys: readonly VKey[]; threshold: number }>();
  for (const id of from.names()) {
    if (!isSlug(id)) throw new Refused("an organiser is named by a slug");
    const one = from.members(id);
    const keys = one.texts("keys", 1, 16).map((k) => parseVKey(k));
    out.set(id, { keys, threshold: one.integer("threshold", 1, keys.length) });
    one.end();
    checkOrganiserKeys([...keys].sort((a, b) => (a.text < b.text ? -1 : 1)), id);
  }
  return out;
}
