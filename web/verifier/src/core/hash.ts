// SHA-256 under labels, HMAC and HKDF (spec §1, §2.2, §5.1). Never hashes two things without saying where one ends.

import { hmac } from "@noble/hashes/hmac.js";
import { expand, extract } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, u64be, utf8 } from "./bytes";

export { sha256 };

/** `SHA-256("kleroterion/v1/" ‖ t ‖ 0x00 ‖ u64be(len x1) ‖ x1 ‖ …)` */
export function tagged(label: string, ...parts: Uint8Array[]): Uint8Array {
  const pieces: Uint8Array[] = [utf8(`kleroterion/v1/${label}\0`)];
  for (const part of parts) pieces.push(u64be(part.length), part);
  return sha256(concat(...pieces));
}

export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  return hmac(sha256, key, message);
}

export function hkdfExtract(salt: Uint8Array, ikm: Uint8Array): Uint8Array {
  return extract(sha256, ikm, salt);
}

export function hkdfExpand(prk: Uint8Array, info: string, length: number): Uint8Array {
  return expand(sha256, prk, utf8(info), length);
}
