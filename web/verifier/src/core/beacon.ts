// The beacon (spec §3, §5.2): pinned drand chains, rehearsal chains, rounds and their BLS signatures.
// Randomness is recomputed from the signature, never read. Where a round came from does not matter; whether it verifies does.

import { bls12_381 } from "@noble/curves/bls12-381.js";
import { Refused, concat, hex, sameBytes, u32be, u64be, unhex, utf8 } from "./bytes";
import { sha256 } from "./hash";
import { Members } from "./json";

const SCHEMES = ["bls-unchained-g1-rfc9380", "pedersen-bls-chained"] as const;
const DST_G1 = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";
const DST_G2 = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_";
const G1 = bls12_381.G1;
const G2 = bls12_381.G2;

export interface Chain {
  readonly name: string;
  readonly hash: string;
  readonly scheme: (typeof SCHEMES)[number];
  readonly publicKey: Uint8Array;
  readonly genesis: number;
  readonly period: number;
  readonly genesisSeed: Uint8Array;
  readonly rehearsal: boolean;
}

/** A round as a step carries it. */
export interface Round {
  readonly round: number;
  readonly signature: Uint8Array;
  readonly previous?: Uint8Array | undefined;
}

/** Made by `verifyRound` alone. */
export interface VerifiedRound {
  readonly chain: Chain;
  readonly round: number;
  readonly randomness: Uint8Array;
}

function pinned(name: string, scheme: Chain["scheme"], key: string, genesis: number, period: number, seed: string): Chain {
  const chain = { name, scheme, publicKey: unhex(key), genesis, period, genesisSeed: unhex(seed), rehearsal: false };
  return { ...chain, hash: chainHash(chain, name) };
}

function chainHash(chain: Omit<Chain, "hash" | "name">, id: string): string {
  const named = id === "default" ? "" : id;
  return hex(sha256(concat(u32be(chain.period), u64be(chain.genesis), chain.publicKey, chain.genesisSeed, utf8(named))));
}

export const QUICKNET = pinned("quicknet", "bls-unchained-g1-rfc9380",
  "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
  1692803367, 3, "f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e");

export const DEFAULT = pinned("default", "pedersen-bls-chained",
  "868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5cce96366b5d7a569937c529eeda66c7293784a9402801af31",
  1595431050, 30, "176f93498eac9ca337150b46d21dd58673ea4e3581185f869672e59fa4cb390a");

export const PINNED: readonly Chain[] = [QUICKNET, DEFAULT];

/** Chain information of any chain that could be used: either a pinned one or a well-formed rehearsal. */
export function parseChain(from: Members): Chain {
  const beaconId = from.text("beacon_id", 0, 64);
  const chain = {
    genesis: from.integer("genesis"),
    genesisSeed: from.hex("genesis_seed", 32),
    period: from.integer("period", 1, 0xffffffff),
    publicKey: from.hex("public_key"),
    scheme: from.oneOf("scheme", SCHEMES),
    rehearsal: true,
  };
  from.end();
  const hash = chainHash(chain, beaconId);
  const same = PINNED.find((c) => c.hash === hash && c.scheme === chain.scheme);
  if (same !== undefined) return same;
  if (chain.scheme !== "bls-unchained-g1-rfc9380") throw new Refused("a chained beacon that is not the pinned one");
  publicKeyG2(chain.publicKey);
  return { ...chain, name: beaconId, hash };
}

/** Chain information of a rehearsal: of a chain that is not pinned. */
export function parseRehearsal(from: Members): Chain {
  const chain = parseChain(from);
  if (!chain.rehearsal) throw new Refused("a pinned chain is not a rehearsal");
  return chain;
}

/** `genesis + (round − 1) · period`; null where it is 2^53 or later. */
export function timeOf(chain: Chain, round: number): number | null {
  const time = BigInt(chain.genesis) + (BigInt(round) - 1n) * BigInt(chain.period);
  return round >= 1 && time <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(time) : null;
}

/** The first round strictly after `drawsAt`; null before genesis and where its time is 2^53 or later. */
export function roundFor(chain: Chain, drawsAt: number): number | null {
  if (drawsAt < chain.genesis) return null;
  const round = (BigInt(drawsAt) - BigInt(chain.genesis)) / BigInt(chain.period) + 2n;
  const time = BigInt(chain.genesis) + (round - 1n) * BigInt(chain.period);
  return time > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(round);
}

const REMEMBERED = 512;
const known = new Map<string, string | null>();

/** The round, if the beacon signed it. */
export function verifyRound(chain: Chain, round: Round): VerifiedRound {
  const id = [chain.hash, round.round, hex(round.signature), round.previous === undefined ? "" : `:${hex(round.previous)}`].join(" ");
  let why = known.get(id);
  if (why === undefined) {
    why = null;
    try { decide(chain, round); } catch (e) { why = e instanceof Refused ? e.message : "the signature does not decode"; }
    if (known.size >= REMEMBERED) known.clear();
    known.set(id, why);
  }
  if (why !== null) throw new Refused(`round ${round.round} does not verify: ${why}`, `the signature of round ${round.round} of chain ${chain.name}`, hex(round.signature).slice(0, 32));
  return { chain, round: round.round, randomness: sha256(round.signature) };
}

function decide(chain: Chain, { round, signature, previous }: Round): void {
  if (round < 1) throw new Refused("there is no round 0");
  if (chain.scheme === "bls-unchained-g1-rfc9380") {
    if (previous !== undefined) throw new Refused("an unchained beacon has no previous signature");
    const point = compressed(G1.Point, signature, 48);
    const hashed = G1.hashToCurve(sha256(u64be(round)), { DST: DST_G1 });
    // e(signature, g2) = e(H(m), key)
    pairingHolds([{ g1: point, g2: G2.Point.BASE }, { g1: negated(hashed), g2: publicKeyG2(chain.publicKey) }]);
  } else {
    const first = round === 1;
    if (previous === undefined || (first ? !sameBytes(previous, chain.genesisSeed) : previous.length !== 96)) throw new Refused("the previous signature is missing or of the wrong form");
    const point = compressed(G2.Point, signature, 96);
    const hashed = G2.hashToCurve(sha256(concat(previous, u64be(round))), { DST: DST_G2 });
    // e(g1, signature) = e(key, H(m))
    pairingHolds([{ g1: G1.Point.BASE, g2: point }, { g1: negated(compressed(G1.Point, chain.publicKey, 48)), g2: hashed as typeof point }]);
  }
}

type G1Point = typeof G1.Point.BASE;
type G2Point = typeof G2.Point.BASE;

function negated(p: unknown): G1Point {
  return (p as G1Point).negate();
}

function publicKeyG2(key: Uint8Array): G2Point {
  return compressed(G2.Point, key, 96);
}

interface Decoder<P> { fromBytes(bytes: Uint8Array): P }
interface Point { is0(): boolean; assertValidity(): void; isTorsionFree(): boolean; toBytes(compressed?: boolean): Uint8Array }

/** A compressed point: exact length, canonical, on the curve, in the prime-order subgroup, not the identity. */
function compressed<P extends Point>(of: Decoder<P>, bytes: Uint8Array, length: number): P {
  if (bytes.length !== length) throw new Refused("a point of the wrong length", `${length} bytes`, `${bytes.length} bytes`);
  if ((bytes[0]! & 0x80) === 0) throw new Refused("a point that is not compressed");
  let point: P;
  try {
    point = of.fromBytes(bytes.slice());
    if (point.is0()) throw new Refused("the identity");
    point.assertValidity();
  } catch (e) {
    throw e instanceof Refused ? e : new Refused("not a point of the curve");
  }
  if (!point.isTorsionFree()) throw new Refused("a point outside the subgroup");
  if (!sameBytes(point.toBytes(true), bytes)) throw new Refused("an encoding that is not canonical");
  return point;
}

function pairingHolds(pairs: { g1: G1Point; g2: G2Point }[]): void {
  const product = bls12_381.pairingBatch(pairs);
  if (!bls12_381.fields.Fp12.eql(product, bls12_381.fields.Fp12.ONE)) throw new Refused("the pairing equation does not hold");
}

/** What a step or a note says of its beacon. */
export function chainOf(hash: string, accepted: readonly Chain[]): Chain | undefined {
  return accepted.find((c) => c.hash === hash);
}

