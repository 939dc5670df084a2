// Bytes, hexadecimal, base64 and UTF-8 (spec §1). Every decoder takes only the one form that its encoder writes.
// Never accepts a second spelling of the same bytes.

/** Why an input was not taken. `expected` and `found` are the evidence for the report. */
export class Refused extends Error {
  constructor(message: string, readonly expected: string | null = null, readonly found: string | null = null) {
    super(message);
    this.name = "Refused";
  }
}

const HEX = "0123456789abcdef";
const encoder = new TextEncoder();

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** UTF-8 bytes as text; a byte order mark stays what it is: a character that no format here allows. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refused("not UTF-8");
  }
}

/** How many bytes `text` has as UTF-8, without making them. */
export function utf8Length(text: string): number {
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x80) n += 1;
    else if (c < 0x800) n += 2;
    else if (c >= 0xd800 && c < 0xdc00) { n += 4; i++; } else n += 3;
  }
  return n;
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  let length = 0;
  for (const p of parts) length += p.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const p of parts) { out.set(p, at); at += p.length; }
  return out;
}

export function u64be(n: bigint | number): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(n));
  return out;
}

export function u32be(n: number): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, n);
  return out;
}

export function hex(bytes: Uint8Array): string {
  let out = "";
  for (const b of bytes) out += HEX[b >> 4]! + HEX[b & 15]!;
  return out;
}

/** Lower-case hexadecimal, of exactly `length` bytes where it is given. */
export function unhex(text: string, length?: number): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) throw new Refused("not lower-case hexadecimal", "lower-case hexadecimal", clip(text));
  if (length !== undefined && text.length !== 2 * length) throw new Refused("wrong length", `${length} bytes in hexadecimal`, `${text.length} digits`);
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return out;
}

export function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 4096) binary += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return btoa(binary);
}

/** RFC 4648 §4 with padding and with zero bits behind the last byte. */
export function unbase64(text: string): Uint8Array {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new Refused("not base64", "base64 with padding", clip(text));
  let binary: string;
  try { binary = atob(text); } catch { throw new Refused("not base64", "base64 with padding", clip(text)); }
  const out = Uint8Array.from(binary, (c) => c.charCodeAt(0));
  if (base64(out) !== text) throw new Refused("base64 that is not canonical", base64(out), clip(text));
  return out;
}

export function unbase64url(text: string): Uint8Array {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Refused("not base64url without padding");
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  return unbase64(standard + "=".repeat((4 - (standard.length % 4)) % 4));
}

/** Order of bytes: negative, zero or positive. A proper prefix comes first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const d = a[i]! - b[i]!;
    if (d !== 0) return d;
  }
  return a.length - b.length;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0;
}

/** Order of texts by Unicode code point, which is the order of their UTF-8 bytes and not the order of `<`. */
export function compareText(a: string, b: string): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x === y) continue;
    // Surrogates stand for code points above U+FFFF: lift them over U+E000 to U+FFFF.
    if (x >= 0xd800 && x < 0xe000) x += 0x10000;
    if (y >= 0xd800 && y < 0xe000) y += 0x10000;
    return x - y;
  }
  return a.length - b.length;
}

/** A piece of foreign text for a message: short, on one line. */
export function clip(text: string, limit = 80): string {
  const line = text.replace(/[\u0000-\u001f]/g, "·");
  return line.length <= limit ? line : `${line.slice(0, limit)}…`;
}
