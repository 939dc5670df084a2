// Ed25519 verification as the protocol fixes it (spec §1): S < L, A and R canonical and not of small order, no cofactor.
// The library's own verify is laxer and is never called; here is only its arithmetic.

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { concat, hex, sameBytes } from "./bytes";

const Point = ed25519.Point;
const L = Point.Fn.ORDER;
const REMEMBERED = 8192;
const known = new Map<string, boolean>();

/** Whether `signature` (64 bytes) by `key` (32 bytes) over `message` holds. */
export function verifyStrict(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (key.length !== 32 || signature.length !== 64) return false;
  const digest = sha512(concat(signature.subarray(0, 32), key, message));
  // The verdict is a function of these bytes: the same line often stands in several places of a bundle.
  const id = hex(digest) + hex(signature) + hex(key);
  const before = known.get(id);
  if (before !== undefined) return before;
  const verdict = decide(key, signature, littleEndian(digest) % L);
  if (known.size >= REMEMBERED) known.clear();
  known.set(id, verdict);
  return verdict;
}

function decide(key: Uint8Array, signature: Uint8Array, k: bigint): boolean {
  const s = littleEndian(signature.subarray(32));
  if (s >= L) return false;
  const a = canonicalPoint(key);
  const r = canonicalPoint(signature.subarray(0, 32));
  if (a === null || r === null) return false;
  // [S]B = R + [k]A, the arithmetic being on public values only.
  const left = s === 0n ? Point.ZERO : Point.BASE.multiplyUnsafe(s);
  const right = k === 0n ? r : r.add(a.multiplyUnsafe(k));
  return left.equals(right);
}

/** Whether `key` (32 bytes) is one by which a signature can hold. */
export function isStrictKey(key: Uint8Array): boolean {
  return canonicalPoint(key) !== null;
}

/** A point whose encoding is the one encoding it has, and whose order is not 1, 2, 4 or 8. */
function canonicalPoint(bytes: Uint8Array): InstanceType<typeof Point> | null {
  try {
    const point = Point.fromBytes(bytes.slice(), false);
    if (!sameBytes(point.toBytes(), bytes) || point.isSmallOrder()) return null;
    return point;
  } catch {
    return null;
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${hex(bytes.slice().reverse()) || "0"}`);
}
