#!/usr/bin/env node

// src/cli/main.ts
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

// src/core/bytes.ts
var Refused = class extends Error {
  constructor(message, expected = null, found = null) {
    super(message);
    this.expected = expected;
    this.found = found;
    this.name = "Refused";
  }
  expected;
  found;
};
var HEX = "0123456789abcdef";
var encoder = new TextEncoder();
function utf8(text2) {
  return encoder.encode(text2);
}
function fromUtf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refused("not UTF-8");
  }
}
function utf8Length(text2) {
  let n = 0;
  for (let i = 0; i < text2.length; i++) {
    const c = text2.charCodeAt(i);
    if (c < 128) n += 1;
    else if (c < 2048) n += 2;
    else if (c >= 55296 && c < 56320) {
      n += 4;
      i++;
    } else n += 3;
  }
  return n;
}
function concat(...parts) {
  let length = 0;
  for (const p of parts) length += p.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}
function u64be(n) {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(n));
  return out;
}
function u32be(n) {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, n);
  return out;
}
function hex(bytes) {
  let out = "";
  for (const b of bytes) out += HEX[b >> 4] + HEX[b & 15];
  return out;
}
function unhex(text2, length) {
  if (text2.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text2)) throw new Refused("not lower-case hexadecimal", "lower-case hexadecimal", clip(text2));
  if (length !== void 0 && text2.length !== 2 * length) throw new Refused("wrong length", `${length} bytes in hexadecimal`, `${text2.length} digits`);
  const out = new Uint8Array(text2.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = parseInt(text2.slice(2 * i, 2 * i + 2), 16);
  return out;
}
function base64(bytes) {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 4096) binary += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return btoa(binary);
}
function unbase64(text2) {
  if (text2.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text2)) throw new Refused("not base64", "base64 with padding", clip(text2));
  let binary;
  try {
    binary = atob(text2);
  } catch {
    throw new Refused("not base64", "base64 with padding", clip(text2));
  }
  const out = Uint8Array.from(binary, (c) => c.charCodeAt(0));
  if (base64(out) !== text2) throw new Refused("base64 that is not canonical", base64(out), clip(text2));
  return out;
}
function compareBytes(a, b) {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const d = a[i] - b[i];
    if (d !== 0) return d;
  }
  return a.length - b.length;
}
function sameBytes(a, b) {
  return a.length === b.length && compareBytes(a, b) === 0;
}
function compareText(a, b) {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x === y) continue;
    if (x >= 55296 && x < 57344) x += 65536;
    if (y >= 55296 && y < 57344) y += 65536;
    return x - y;
  }
  return a.length - b.length;
}
function clip(text2, limit = 80) {
  const line = text2.replace(/[\u0000-\u001f]/g, "·");
  return line.length <= limit ? line : `${line.slice(0, limit)}…`;
}

// node_modules/@noble/hashes/_u64.js
var U32_MASK64 = /* @__PURE__ */ (() => BigInt(2 ** 32 - 1))();
var _32n = /* @__PURE__ */ BigInt(32);
function fromBig(n, le = false) {
  if (le)
    return { h: Number(n & U32_MASK64), l: Number(n >> _32n & U32_MASK64) };
  return { h: Number(n >> _32n & U32_MASK64) | 0, l: Number(n & U32_MASK64) | 0 };
}
function split(lst, le = false) {
  const len = lst.length;
  let Ah = new Uint32Array(len);
  let Al = new Uint32Array(len);
  for (let i = 0; i < len; i++) {
    const { h, l } = fromBig(lst[i], le);
    [Ah[i], Al[i]] = [h, l];
  }
  return [Ah, Al];
}
var fromNumH = (n) => n / 2 ** 32 | 0;
var fromNumL = (n) => n >>> 0;
function setU64FromNum(view, byteOffset, n, isLE2) {
  const h = fromNumH(n);
  const l = fromNumL(n);
  view.setUint32(byteOffset, isLE2 ? l : h, isLE2);
  view.setUint32(byteOffset + 4, isLE2 ? h : l, isLE2);
}
var shrSH = (h, _l, s) => h >>> s;
var shrSL = (h, l, s) => h << 32 - s | l >>> s;
var rotrSH = (h, l, s) => h >>> s | l << 32 - s;
var rotrSL = (h, l, s) => h << 32 - s | l >>> s;
var rotrBH = (h, l, s) => h << 64 - s | l >>> s - 32;
var rotrBL = (h, l, s) => h >>> s - 32 | l << 64 - s;
function add(Ah, Al, Bh, Bl) {
  const l = (Al >>> 0) + (Bl >>> 0);
  return { h: Ah + Bh + (l / 2 ** 32 | 0) | 0, l: l | 0 };
}
var add3L = (Al, Bl, Cl) => (Al >>> 0) + (Bl >>> 0) + (Cl >>> 0);
var add3H = (low, Ah, Bh, Ch) => Ah + Bh + Ch + (low / 2 ** 32 | 0) | 0;
var add4L = (Al, Bl, Cl, Dl) => (Al >>> 0) + (Bl >>> 0) + (Cl >>> 0) + (Dl >>> 0);
var add4H = (low, Ah, Bh, Ch, Dh) => Ah + Bh + Ch + Dh + (low / 2 ** 32 | 0) | 0;
var add5L = (Al, Bl, Cl, Dl, El) => (Al >>> 0) + (Bl >>> 0) + (Cl >>> 0) + (Dl >>> 0) + (El >>> 0);
var add5H = (low, Ah, Bh, Ch, Dh, Eh) => Ah + Bh + Ch + Dh + Eh + (low / 2 ** 32 | 0) | 0;

// node_modules/@noble/hashes/utils.js
function isBytes(a) {
  return a instanceof Uint8Array || ArrayBuffer.isView(a) && a.constructor.name === "Uint8Array" && "BYTES_PER_ELEMENT" in a && a.BYTES_PER_ELEMENT === 1;
}
var atitle = (title) => title ? `"${title}" ` : "";
function anumber(n, title = "") {
  if (typeof n !== "number")
    throw new TypeError(atitle(title) + "expected number, got " + typeof n);
  if (!Number.isSafeInteger(n) || n < 0)
    throw new RangeError(atitle(title) + "expected integer >= 0, got " + n);
  return n;
}
function abytes(value, length, title = "") {
  if (isBytes(value) && (length === void 0 || value.length === length))
    return value;
  if (length !== void 0)
    anumber(length, "length");
  const bytes = isBytes(value);
  const ofLen = length !== void 0 ? ` of length ${length}` : "";
  const got = bytes ? `length=${value.length}` : `type=${typeof value}`;
  const message = atitle(title) + "expected Uint8Array" + ofLen + ", got " + got;
  if (!bytes)
    throw new TypeError(message);
  throw new RangeError(message);
}
function ahash(h) {
  if (typeof h !== "function" || typeof h.create !== "function")
    throw new TypeError("expected hash wrapped by utils.createHasher");
  anumber(h.outputLen);
  anumber(h.blockLen);
  if (h.outputLen < 1 || h.blockLen < 1)
    throw new Error("hash blockLen / outputLen must be >= 1");
}
var aobject = (value, label) => {
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw new TypeError((label === "object" ? "" : `"${label}" `) + "expected object, got type=" + typeof value);
};
var aopts = (value, label) => {
  aobject(value, label);
  const proto = Object.getPrototypeOf(value);
  if (proto !== Object.prototype && proto !== null)
    throw new TypeError(`"${label}" expected plain object`);
  if (Object.hasOwn(value, "__proto__"))
    throw new TypeError(`"${label}.__proto__" is not allowed`);
};
function aexists(instance, checkFinished = true) {
  if (instance.destroyed)
    throw new Error("hash was destroyed");
  if (checkFinished && instance.finished)
    throw new Error("digest() was already called");
}
function aoutput(out, instance) {
  abytes(out, void 0, "output");
  const min = instance.outputLen;
  if (!(out.length >= min)) {
    throw new RangeError('"output" expected length >= ' + min);
  }
}
function clean(...arrays) {
  for (let i = 0; i < arrays.length; i++) {
    arrays[i].fill(0);
  }
}
function createView(arr) {
  return new DataView(arr.buffer, arr.byteOffset, arr.byteLength);
}
function rotr(word, shift) {
  return word << 32 - shift | word >>> shift;
}
var hasHexBuiltin = /* @__PURE__ */ (() => (
  // @ts-ignore
  typeof Uint8Array.from([]).toHex === "function" && typeof Uint8Array.fromHex === "function"
))();
var hexes = /* @__PURE__ */ Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));
function bytesToHex(bytes) {
  abytes(bytes);
  if (hasHexBuiltin)
    return bytes.toHex();
  let hex2 = "";
  for (let i = 0; i < bytes.length; i++) {
    hex2 += hexes[bytes[i]];
  }
  return hex2;
}
function asciiToBase16(ch) {
  return ch >= 48 && ch <= 57 ? ch - 48 : ch >= 65 && ch <= 70 ? ch - (65 - 10) : ch >= 97 && ch <= 102 ? ch - (97 - 10) : void 0;
}
function hexToBytes(hex2) {
  if (typeof hex2 !== "string")
    throw new TypeError("hex string expected, got " + typeof hex2);
  if (hasHexBuiltin) {
    try {
      return Uint8Array.fromHex(hex2);
    } catch (error) {
      if (error instanceof SyntaxError)
        throw new RangeError(error.message);
      throw error;
    }
  }
  const hl = hex2.length;
  const al = hl / 2;
  if (hl % 2)
    throw new RangeError("hex string expected, got unpadded hex of length " + hl);
  const array = new Uint8Array(al);
  for (let ai = 0, hi = 0; ai < al; ai++, hi += 2) {
    const n1 = asciiToBase16(hex2.charCodeAt(hi));
    const n2 = asciiToBase16(hex2.charCodeAt(hi + 1));
    if (n1 === void 0 || n2 === void 0) {
      const char = hex2[hi] + hex2[hi + 1];
      throw new RangeError('hex string expected, got non-hex character "' + char + '" at index ' + hi);
    }
    array[ai] = n1 * 16 + n2;
  }
  return array;
}
function concatBytes(...arrays) {
  let sum = 0;
  for (let i = 0; i < arrays.length; i++) {
    const a = arrays[i];
    abytes(a);
    sum += a.length;
  }
  const res = new Uint8Array(sum);
  for (let i = 0, pad = 0; i < arrays.length; i++) {
    const a = arrays[i];
    res.set(a, pad);
    pad += a.length;
  }
  return res;
}
function checkOpts(defaults, opts, title = "opts") {
  aopts(defaults, "defaults");
  if (opts !== void 0)
    aopts(opts, title);
  const merged = Object.assign(/* @__PURE__ */ Object.create(null), defaults, opts);
  return merged;
}
function createHasher(hashCons, info = {}) {
  if (typeof hashCons !== "function")
    throw new TypeError('"hashCons" expected function, got type=' + typeof hashCons);
  info = checkOpts({}, info, "info");
  const hashC = (msg, opts) => hashCons(opts).update(msg).digest();
  const tmp = hashCons(void 0);
  hashC.outputLen = tmp.outputLen;
  hashC.blockLen = tmp.blockLen;
  hashC.canXOF = tmp.canXOF;
  hashC.create = (opts) => hashCons(opts);
  Object.assign(hashC, info);
  return Object.freeze(hashC);
}
function randomBytes(bytesLength = 32) {
  anumber(bytesLength, "bytesLength");
  const cr = typeof globalThis === "object" ? globalThis.crypto : null;
  if (typeof cr?.getRandomValues !== "function")
    throw new Error("crypto.getRandomValues must be defined");
  if (bytesLength > 65536)
    throw new RangeError(`"bytesLength" expected <= 65536, got ${bytesLength}`);
  return cr.getRandomValues(new Uint8Array(bytesLength));
}
var oidNist = (suffix) => ({
  // Current NIST hashAlgs suffixes used here fit in one DER subidentifier octet.
  // Larger suffix values would need base-128 OID encoding and a different length byte.
  oid: Uint8Array.from([6, 9, 96, 134, 72, 1, 101, 3, 4, 2, suffix])
});

// node_modules/@noble/hashes/_md.js
function Chi(a, b, c) {
  return a & b ^ ~a & c;
}
function Maj(a, b, c) {
  return a & b ^ a & c ^ b & c;
}
var HashMD = class {
  blockLen;
  outputLen;
  canXOF = false;
  padOffset;
  isLE;
  // For partial updates less than block size
  buffer;
  view;
  finished = false;
  length = 0;
  pos = 0;
  destroyed = false;
  constructor(blockLen, outputLen, padOffset, isLE2) {
    this.blockLen = blockLen;
    this.outputLen = outputLen;
    this.padOffset = padOffset;
    this.isLE = isLE2;
    this.buffer = new Uint8Array(blockLen);
    this.view = createView(this.buffer);
  }
  update(data) {
    aexists(this);
    abytes(data);
    const { view, buffer, blockLen } = this;
    const len = data.length;
    let processed = false;
    for (let pos = 0; pos < len; ) {
      const take = Math.min(blockLen - this.pos, len - pos);
      if (take === blockLen) {
        const dataView = createView(data);
        for (; blockLen <= len - pos; pos += blockLen)
          this.process(dataView, pos);
        processed = true;
        continue;
      }
      buffer.set(pos === 0 && take === len ? data : data.subarray(pos, pos + take), this.pos);
      this.pos += take;
      pos += take;
      if (this.pos === blockLen) {
        this.process(view, 0);
        this.pos = 0;
        processed = true;
      }
    }
    this.length += data.length;
    if (processed)
      this.roundClean();
    return this;
  }
  digestInto(out) {
    aexists(this);
    aoutput(out, this);
    this.finished = true;
    const { buffer, view, blockLen, isLE: isLE2 } = this;
    let { pos } = this;
    buffer[pos++] = 128;
    buffer.fill(0, pos);
    if (this.padOffset > blockLen - pos) {
      this.process(view, 0);
      buffer.fill(0);
    }
    setU64FromNum(view, blockLen - 8, this.length * 8, isLE2);
    this.process(view, 0);
    this.roundClean();
    const oview = out === buffer ? view : createView(out);
    const len = this.outputLen;
    const outLen = len / 4;
    const state = this.get();
    if (len % 4 || outLen > state.length)
      throw new Error("invalid outputLen");
    for (let i = 0; i < outLen; i++)
      oview.setUint32(4 * i, state[i], isLE2);
  }
  digest() {
    const { buffer, outputLen } = this;
    this.digestInto(buffer);
    const res = buffer.slice(0, outputLen);
    this.destroy();
    return res;
  }
  _cloneIntoMeta(to) {
    const { buffer, length, finished, destroyed, pos } = this;
    to.destroyed = destroyed;
    to.finished = finished;
    to.length = length;
    to.pos = pos;
    if (pos)
      to.buffer.set(buffer);
    return to;
  }
  clone() {
    return this._cloneInto();
  }
};
var SHA256_IV = /* @__PURE__ */ Uint32Array.from([
  1779033703,
  3144134277,
  1013904242,
  2773480762,
  1359893119,
  2600822924,
  528734635,
  1541459225
]);
var SHA512_IV = /* @__PURE__ */ Uint32Array.from([
  1779033703,
  4089235720,
  3144134277,
  2227873595,
  1013904242,
  4271175723,
  2773480762,
  1595750129,
  1359893119,
  2917565137,
  2600822924,
  725511199,
  528734635,
  4215389547,
  1541459225,
  327033209
]);

// node_modules/@noble/hashes/sha2.js
var SHA256_K = /* @__PURE__ */ Uint32Array.from([
  1116352408,
  1899447441,
  3049323471,
  3921009573,
  961987163,
  1508970993,
  2453635748,
  2870763221,
  3624381080,
  310598401,
  607225278,
  1426881987,
  1925078388,
  2162078206,
  2614888103,
  3248222580,
  3835390401,
  4022224774,
  264347078,
  604807628,
  770255983,
  1249150122,
  1555081692,
  1996064986,
  2554220882,
  2821834349,
  2952996808,
  3210313671,
  3336571891,
  3584528711,
  113926993,
  338241895,
  666307205,
  773529912,
  1294757372,
  1396182291,
  1695183700,
  1986661051,
  2177026350,
  2456956037,
  2730485921,
  2820302411,
  3259730800,
  3345764771,
  3516065817,
  3600352804,
  4094571909,
  275423344,
  430227734,
  506948616,
  659060556,
  883997877,
  958139571,
  1322822218,
  1537002063,
  1747873779,
  1955562222,
  2024104815,
  2227730452,
  2361852424,
  2428436474,
  2756734187,
  3204031479,
  3329325298
]);
var SHA256_W = /* @__PURE__ */ new Uint32Array(64);
var SHA2_32B = class extends HashMD {
  // We cannot use array here since array allows indexing by variable
  // which means optimizer/compiler cannot use registers.
  // Numeric initializers matter: starting the fields as `undefined` changes
  // V8's field representation and makes sha256 3x slower (measured).
  A = 0;
  B = 0;
  C = 0;
  D = 0;
  E = 0;
  F = 0;
  G = 0;
  H = 0;
  constructor(outputLen, IV) {
    super(64, outputLen, 8, false);
    this.A = IV[0] | 0;
    this.B = IV[1] | 0;
    this.C = IV[2] | 0;
    this.D = IV[3] | 0;
    this.E = IV[4] | 0;
    this.F = IV[5] | 0;
    this.G = IV[6] | 0;
    this.H = IV[7] | 0;
  }
  get() {
    const { A, B, C, D, E, F, G, H } = this;
    return [A, B, C, D, E, F, G, H];
  }
  // prettier-ignore
  set(A, B, C, D, E, F, G, H) {
    this.A = A | 0;
    this.B = B | 0;
    this.C = C | 0;
    this.D = D | 0;
    this.E = E | 0;
    this.F = F | 0;
    this.G = G | 0;
    this.H = H | 0;
  }
  _cloneInto(to) {
    (to ||= new this.constructor()).set(...this.get());
    return this._cloneIntoMeta(to);
  }
  process(view, offset) {
    for (let i = 0; i < 16; i++, offset += 4)
      SHA256_W[i] = view.getUint32(offset, false);
    for (let i = 16; i < 64; i++) {
      const W15 = SHA256_W[i - 15];
      const W2 = SHA256_W[i - 2];
      const s0 = rotr(W15, 7) ^ rotr(W15, 18) ^ W15 >>> 3;
      const s1 = rotr(W2, 17) ^ rotr(W2, 19) ^ W2 >>> 10;
      SHA256_W[i] = s1 + SHA256_W[i - 7] + s0 + SHA256_W[i - 16] | 0;
    }
    let { A, B, C, D, E, F, G, H } = this;
    for (let i = 0; i < 64; i++) {
      const sigma1 = rotr(E, 6) ^ rotr(E, 11) ^ rotr(E, 25);
      const T1 = H + sigma1 + Chi(E, F, G) + SHA256_K[i] + SHA256_W[i] | 0;
      const sigma0 = rotr(A, 2) ^ rotr(A, 13) ^ rotr(A, 22);
      const T2 = sigma0 + Maj(A, B, C) | 0;
      H = G;
      G = F;
      F = E;
      E = D + T1 | 0;
      D = C;
      C = B;
      B = A;
      A = T1 + T2 | 0;
    }
    A = A + this.A | 0;
    B = B + this.B | 0;
    C = C + this.C | 0;
    D = D + this.D | 0;
    E = E + this.E | 0;
    F = F + this.F | 0;
    G = G + this.G | 0;
    H = H + this.H | 0;
    this.set(A, B, C, D, E, F, G, H);
  }
  roundClean() {
    clean(SHA256_W);
  }
  destroy() {
    this.destroyed = true;
    this.set(0, 0, 0, 0, 0, 0, 0, 0);
    clean(this.buffer);
  }
};
var _SHA256 = class extends SHA2_32B {
  constructor() {
    super(32, SHA256_IV);
  }
};
var K512 = /* @__PURE__ */ (() => split([
  "0x428a2f98d728ae22",
  "0x7137449123ef65cd",
  "0xb5c0fbcfec4d3b2f",
  "0xe9b5dba58189dbbc",
  "0x3956c25bf348b538",
  "0x59f111f1b605d019",
  "0x923f82a4af194f9b",
  "0xab1c5ed5da6d8118",
  "0xd807aa98a3030242",
  "0x12835b0145706fbe",
  "0x243185be4ee4b28c",
  "0x550c7dc3d5ffb4e2",
  "0x72be5d74f27b896f",
  "0x80deb1fe3b1696b1",
  "0x9bdc06a725c71235",
  "0xc19bf174cf692694",
  "0xe49b69c19ef14ad2",
  "0xefbe4786384f25e3",
  "0x0fc19dc68b8cd5b5",
  "0x240ca1cc77ac9c65",
  "0x2de92c6f592b0275",
  "0x4a7484aa6ea6e483",
  "0x5cb0a9dcbd41fbd4",
  "0x76f988da831153b5",
  "0x983e5152ee66dfab",
  "0xa831c66d2db43210",
  "0xb00327c898fb213f",
  "0xbf597fc7beef0ee4",
  "0xc6e00bf33da88fc2",
  "0xd5a79147930aa725",
  "0x06ca6351e003826f",
  "0x142929670a0e6e70",
  "0x27b70a8546d22ffc",
  "0x2e1b21385c26c926",
  "0x4d2c6dfc5ac42aed",
  "0x53380d139d95b3df",
  "0x650a73548baf63de",
  "0x766a0abb3c77b2a8",
  "0x81c2c92e47edaee6",
  "0x92722c851482353b",
  "0xa2bfe8a14cf10364",
  "0xa81a664bbc423001",
  "0xc24b8b70d0f89791",
  "0xc76c51a30654be30",
  "0xd192e819d6ef5218",
  "0xd69906245565a910",
  "0xf40e35855771202a",
  "0x106aa07032bbd1b8",
  "0x19a4c116b8d2d0c8",
  "0x1e376c085141ab53",
  "0x2748774cdf8eeb99",
  "0x34b0bcb5e19b48a8",
  "0x391c0cb3c5c95a63",
  "0x4ed8aa4ae3418acb",
  "0x5b9cca4f7763e373",
  "0x682e6ff3d6b2b8a3",
  "0x748f82ee5defb2fc",
  "0x78a5636f43172f60",
  "0x84c87814a1f0ab72",
  "0x8cc702081a6439ec",
  "0x90befffa23631e28",
  "0xa4506cebde82bde9",
  "0xbef9a3f7b2c67915",
  "0xc67178f2e372532b",
  "0xca273eceea26619c",
  "0xd186b8c721c0c207",
  "0xeada7dd6cde0eb1e",
  "0xf57d4f7fee6ed178",
  "0x06f067aa72176fba",
  "0x0a637dc5a2c898a6",
  "0x113f9804bef90dae",
  "0x1b710b35131c471b",
  "0x28db77f523047d84",
  "0x32caab7b40c72493",
  "0x3c9ebe0a15c9bebc",
  "0x431d67c49c100d4c",
  "0x4cc5d4becb3e42b6",
  "0x597f299cfc657e2a",
  "0x5fcb6fab3ad6faec",
  "0x6c44198c4a475817"
].map((n) => BigInt(n))))();
var SHA512_Kh = /* @__PURE__ */ (() => K512[0])();
var SHA512_Kl = /* @__PURE__ */ (() => K512[1])();
var SHA512_W_H = /* @__PURE__ */ new Uint32Array(80);
var SHA512_W_L = /* @__PURE__ */ new Uint32Array(80);
var SHA2_64B = class extends HashMD {
  // We cannot use array here since array allows indexing by variable
  // which means optimizer/compiler cannot use registers.
  // h -- high 32 bits, l -- low 32 bits
  // Numeric initializers matter: starting the fields as `undefined` changes
  // V8's field representation and slows hashing down (measured on sha256).
  Ah = 0;
  Al = 0;
  Bh = 0;
  Bl = 0;
  Ch = 0;
  Cl = 0;
  Dh = 0;
  Dl = 0;
  Eh = 0;
  El = 0;
  Fh = 0;
  Fl = 0;
  Gh = 0;
  Gl = 0;
  Hh = 0;
  Hl = 0;
  constructor(outputLen, IV) {
    super(128, outputLen, 16, false);
    this.Ah = IV[0] | 0;
    this.Al = IV[1] | 0;
    this.Bh = IV[2] | 0;
    this.Bl = IV[3] | 0;
    this.Ch = IV[4] | 0;
    this.Cl = IV[5] | 0;
    this.Dh = IV[6] | 0;
    this.Dl = IV[7] | 0;
    this.Eh = IV[8] | 0;
    this.El = IV[9] | 0;
    this.Fh = IV[10] | 0;
    this.Fl = IV[11] | 0;
    this.Gh = IV[12] | 0;
    this.Gl = IV[13] | 0;
    this.Hh = IV[14] | 0;
    this.Hl = IV[15] | 0;
  }
  // prettier-ignore
  get() {
    const { Ah, Al, Bh, Bl, Ch, Cl, Dh, Dl, Eh, El, Fh, Fl, Gh, Gl, Hh, Hl } = this;
    return [Ah, Al, Bh, Bl, Ch, Cl, Dh, Dl, Eh, El, Fh, Fl, Gh, Gl, Hh, Hl];
  }
  // prettier-ignore
  set(Ah, Al, Bh, Bl, Ch, Cl, Dh, Dl, Eh, El, Fh, Fl, Gh, Gl, Hh, Hl) {
    this.Ah = Ah | 0;
    this.Al = Al | 0;
    this.Bh = Bh | 0;
    this.Bl = Bl | 0;
    this.Ch = Ch | 0;
    this.Cl = Cl | 0;
    this.Dh = Dh | 0;
    this.Dl = Dl | 0;
    this.Eh = Eh | 0;
    this.El = El | 0;
    this.Fh = Fh | 0;
    this.Fl = Fl | 0;
    this.Gh = Gh | 0;
    this.Gl = Gl | 0;
    this.Hh = Hh | 0;
    this.Hl = Hl | 0;
  }
  _cloneInto(to) {
    (to ||= new this.constructor()).set(...this.get());
    return this._cloneIntoMeta(to);
  }
  process(view, offset) {
    for (let i = 0; i < 16; i++, offset += 4) {
      SHA512_W_H[i] = view.getUint32(offset);
      SHA512_W_L[i] = view.getUint32(offset += 4);
    }
    for (let i = 16; i < 80; i++) {
      const W15h = SHA512_W_H[i - 15] | 0;
      const W15l = SHA512_W_L[i - 15] | 0;
      const s0h = rotrSH(W15h, W15l, 1) ^ rotrSH(W15h, W15l, 8) ^ shrSH(W15h, W15l, 7);
      const s0l = rotrSL(W15h, W15l, 1) ^ rotrSL(W15h, W15l, 8) ^ shrSL(W15h, W15l, 7);
      const W2h = SHA512_W_H[i - 2] | 0;
      const W2l = SHA512_W_L[i - 2] | 0;
      const s1h = rotrSH(W2h, W2l, 19) ^ rotrBH(W2h, W2l, 61) ^ shrSH(W2h, W2l, 6);
      const s1l = rotrSL(W2h, W2l, 19) ^ rotrBL(W2h, W2l, 61) ^ shrSL(W2h, W2l, 6);
      const SUMl = add4L(s0l, s1l, SHA512_W_L[i - 7], SHA512_W_L[i - 16]);
      const SUMh = add4H(SUMl, s0h, s1h, SHA512_W_H[i - 7], SHA512_W_H[i - 16]);
      SHA512_W_H[i] = SUMh | 0;
      SHA512_W_L[i] = SUMl | 0;
    }
    let { Ah, Al, Bh, Bl, Ch, Cl, Dh, Dl, Eh, El, Fh, Fl, Gh, Gl, Hh, Hl } = this;
    for (let i = 0; i < 80; i++) {
      const sigma1h = rotrSH(Eh, El, 14) ^ rotrSH(Eh, El, 18) ^ rotrBH(Eh, El, 41);
      const sigma1l = rotrSL(Eh, El, 14) ^ rotrSL(Eh, El, 18) ^ rotrBL(Eh, El, 41);
      const CHIh = Eh & Fh ^ ~Eh & Gh;
      const CHIl = El & Fl ^ ~El & Gl;
      const T1ll = add5L(Hl, sigma1l, CHIl, SHA512_Kl[i], SHA512_W_L[i]);
      const T1h = add5H(T1ll, Hh, sigma1h, CHIh, SHA512_Kh[i], SHA512_W_H[i]);
      const T1l = T1ll | 0;
      const sigma0h = rotrSH(Ah, Al, 28) ^ rotrBH(Ah, Al, 34) ^ rotrBH(Ah, Al, 39);
      const sigma0l = rotrSL(Ah, Al, 28) ^ rotrBL(Ah, Al, 34) ^ rotrBL(Ah, Al, 39);
      const MAJh = Ah & Bh ^ Ah & Ch ^ Bh & Ch;
      const MAJl = Al & Bl ^ Al & Cl ^ Bl & Cl;
      Hh = Gh | 0;
      Hl = Gl | 0;
      Gh = Fh | 0;
      Gl = Fl | 0;
      Fh = Eh | 0;
      Fl = El | 0;
      ({ h: Eh, l: El } = add(Dh | 0, Dl | 0, T1h | 0, T1l | 0));
      Dh = Ch | 0;
      Dl = Cl | 0;
      Ch = Bh | 0;
      Cl = Bl | 0;
      Bh = Ah | 0;
      Bl = Al | 0;
      const All = add3L(T1l, sigma0l, MAJl);
      Ah = add3H(All, T1h, sigma0h, MAJh);
      Al = All | 0;
    }
    ({ h: Ah, l: Al } = add(this.Ah | 0, this.Al | 0, Ah | 0, Al | 0));
    ({ h: Bh, l: Bl } = add(this.Bh | 0, this.Bl | 0, Bh | 0, Bl | 0));
    ({ h: Ch, l: Cl } = add(this.Ch | 0, this.Cl | 0, Ch | 0, Cl | 0));
    ({ h: Dh, l: Dl } = add(this.Dh | 0, this.Dl | 0, Dh | 0, Dl | 0));
    ({ h: Eh, l: El } = add(this.Eh | 0, this.El | 0, Eh | 0, El | 0));
    ({ h: Fh, l: Fl } = add(this.Fh | 0, this.Fl | 0, Fh | 0, Fl | 0));
    ({ h: Gh, l: Gl } = add(this.Gh | 0, this.Gl | 0, Gh | 0, Gl | 0));
    ({ h: Hh, l: Hl } = add(this.Hh | 0, this.Hl | 0, Hh | 0, Hl | 0));
    this.set(Ah, Al, Bh, Bl, Ch, Cl, Dh, Dl, Eh, El, Fh, Fl, Gh, Gl, Hh, Hl);
  }
  roundClean() {
    clean(SHA512_W_H, SHA512_W_L);
  }
  destroy() {
    this.destroyed = true;
    clean(this.buffer);
    this.set(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }
};
var _SHA512 = class extends SHA2_64B {
  constructor() {
    super(64, SHA512_IV);
  }
};
var sha256 = /* @__PURE__ */ createHasher(
  () => new _SHA256(),
  /* @__PURE__ */ oidNist(1)
);
var sha512 = /* @__PURE__ */ createHasher(
  () => new _SHA512(),
  /* @__PURE__ */ oidNist(3)
);

// node_modules/@noble/curves/utils.js
function aarray(item, title, inner = () => {
}) {
  if (!Array.isArray(item))
    throw new TypeError(`"${title}" expected array, got type=${typeof item}`);
  for (let i = 0; i < item.length; i++)
    inner(item[i], `${title}[${i}]`);
  return item;
}
var abytes2 = (value, length, title) => abytes(value, length, title);
var anumber2 = anumber;
function aobject2(value, title = "object") {
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw new TypeError(title === "object" ? "expected valid options object" : `"${title}" expected object, got type=${typeof value}`);
  return value;
}
function afunction(value, title) {
  if (typeof value !== "function")
    throw new TypeError(`"${title}" is invalid: expected function, got ${typeof value}`);
  return value;
}
var bytesToHex2 = bytesToHex;
var concatBytes2 = (...arrays) => concatBytes(...arrays);
var hexToBytes2 = (hex2) => hexToBytes(hex2);
var isBytes2 = isBytes;
var randomBytes2 = (bytesLength) => randomBytes(bytesLength);
var _0n = /* @__PURE__ */ BigInt(0);
var _1n = /* @__PURE__ */ BigInt(1);
var atitle2 = (title) => title ? `"${title}" ` : "";
function abool(value, title = "") {
  if (typeof value !== "boolean")
    throw new TypeError(atitle2(title) + "expected boolean, got type=" + typeof value);
  return value;
}
function abignumber(n) {
  if (typeof n === "bigint") {
    if (!isPosBig(n))
      throw new RangeError("positive bigint expected, got " + n);
  } else
    anumber2(n);
  return n;
}
function asafenumber(value, title = "") {
  if (typeof value !== "number") {
    const prefix = title && `"${title}" `;
    throw new TypeError(prefix + "expected number, got type=" + typeof value);
  }
  if (!Number.isSafeInteger(value)) {
    const prefix = title && `"${title}" `;
    throw new RangeError(prefix + "expected safe integer, got " + value);
  }
}
function hexToNumber(hex2) {
  if (typeof hex2 !== "string")
    throw new TypeError("hex string expected, got " + typeof hex2);
  return hex2 === "" ? _0n : BigInt("0x" + hex2);
}
function bytesToNumberBE(bytes) {
  return hexToNumber(bytesToHex(bytes));
}
function bytesToNumberLE(bytes) {
  return hexToNumber(bytesToHex(copyBytes(abytes(bytes)).reverse()));
}
function numberToBytesBE(n, len) {
  anumber(len);
  if (len === 0)
    throw new Error("zero output length is invalid");
  n = abignumber(n);
  const expectedLen = len * 2;
  const hex2 = n.toString(16);
  if (hex2.length > expectedLen)
    throw new RangeError("number is too large");
  return hexToBytes(hex2.padStart(expectedLen, "0"));
}
function numberToBytesLE(n, len) {
  return numberToBytesBE(n, len).reverse();
}
function copyBytes(bytes) {
  return Uint8Array.from(abytes2(bytes));
}
function asciiToBytes(ascii) {
  if (typeof ascii !== "string")
    throw new TypeError("ascii string expected, got " + typeof ascii);
  return Uint8Array.from(ascii, (c, i) => {
    const charCode = c.charCodeAt(0);
    if (c.length !== 1 || charCode > 127) {
      throw new RangeError(`string contains non-ASCII character "${ascii[i]}" with code ${charCode} at position ${i}`);
    }
    return charCode;
  });
}
function isPosBig(n) {
  return typeof n === "bigint" && _0n <= n;
}
function inRange(n, min, max) {
  return isPosBig(n) && isPosBig(min) && isPosBig(max) && min <= n && n < max;
}
function aInRange(title, n, min, max) {
  if (!inRange(n, min, max))
    throw new RangeError("expected valid " + title + ": " + min + " <= n < " + max + ", got " + n);
}
function bitLen(n) {
  if (n < _0n)
    throw new Error("expected non-negative bigint, got " + n);
  return n === _0n ? 0 : n.toString(2).length;
}
function bitGet(n, pos) {
  if (typeof n !== "bigint")
    throw new TypeError('"n" expected bigint, got type=' + typeof n);
  asafenumber(pos, "pos");
  return n >> BigInt(pos) & _1n;
}
var bitMask = (n) => {
  asafenumber(n, "n");
  return (_1n << BigInt(n)) - _1n;
};
function validateObject(object, fields2 = {}, optFields = {}, title = "object") {
  aobject2(object, title);
  aobject2(fields2, "fields");
  aobject2(optFields, "optFields");
  function checkField(fieldName, expectedType, isOpt) {
    const label = title === "object" ? `param "${String(fieldName)}"` : `"${title}.${String(fieldName)}"`;
    const val = object[fieldName];
    if (!Object.hasOwn(object, fieldName) && (isOpt ? val !== void 0 : expectedType !== "function")) {
      throw new TypeError(`${label} is invalid: expected own property`);
    }
    if (isOpt && val === void 0)
      return;
    const current = typeof val;
    if (current !== expectedType || val === null)
      throw new TypeError(`${label} is invalid: expected ${expectedType}, got ${current}`);
  }
  const iter = (f, isOpt) => Object.entries(f).forEach(([k, v]) => checkField(k, v, isOpt));
  iter(fields2, false);
  iter(optFields, true);
}
var notImplemented = () => {
  throw new Error("not implemented");
};

// node_modules/@noble/curves/abstract/modular.js
var _0n2 = /* @__PURE__ */ BigInt(0);
var _1n2 = /* @__PURE__ */ BigInt(1);
var _2n = /* @__PURE__ */ BigInt(2);
var _3n = /* @__PURE__ */ BigInt(3);
var _4n = /* @__PURE__ */ BigInt(4);
var _5n = /* @__PURE__ */ BigInt(5);
var _7n = /* @__PURE__ */ BigInt(7);
var _8n = /* @__PURE__ */ BigInt(8);
var _9n = /* @__PURE__ */ BigInt(9);
var _15n = /* @__PURE__ */ BigInt(15);
var _16n = /* @__PURE__ */ BigInt(16);
var POW_WINDOWED_MIN = /* @__PURE__ */ BigInt("0x10000000000000000");
function mod(a, b) {
  if (b <= _0n2)
    throw new Error("mod: expected positive modulus, got " + b);
  const result = a % b;
  return result >= _0n2 ? result : b + result;
}
function pow(num, power, modulo) {
  if (modulo <= _1n2)
    throw new Error("pow: expected modulus > 1, got " + modulo);
  if (typeof power !== "bigint")
    throw new TypeError("invalid exponent: expected bigint, got " + typeof power);
  if (power < _0n2)
    throw new Error("invalid exponent, negatives unsupported");
  if (power === _0n2)
    return _1n2;
  if (power === _1n2)
    return num;
  let d = num % modulo;
  if (d < _0n2)
    d += modulo;
  if (power < POW_WINDOWED_MIN) {
    let p2 = _1n2;
    while (power > _0n2) {
      if (power & _1n2)
        p2 = p2 * d % modulo;
      d = d * d % modulo;
      power >>= _1n2;
    }
    return p2;
  }
  const digits = [];
  while (power > _0n2) {
    digits.push(Number(power & _15n));
    power >>= _4n;
  }
  const table = new Array(16);
  table[0] = _1n2;
  table[1] = d;
  for (let i = 2; i < 16; i++)
    table[i] = table[i - 1] * d % modulo;
  let p = table[digits[digits.length - 1]];
  for (let w = digits.length - 2; w >= 0; w--) {
    p = p * p % modulo;
    p = p * p % modulo;
    p = p * p % modulo;
    p = p * p % modulo;
    const digit = digits[w];
    if (digit !== 0)
      p = p * table[digit] % modulo;
  }
  return p;
}
function pow2(x, power, modulo) {
  if (modulo <= _1n2)
    throw new Error("pow2: expected modulus > 1, got " + modulo);
  if (power < _0n2)
    throw new Error("pow2: expected non-negative exponent, got " + power);
  let res = x;
  while (power-- > _0n2) {
    res *= res;
    res %= modulo;
  }
  return res;
}
function invert(number, modulo) {
  if (number === _0n2)
    throw new Error("invert: expected non-zero number");
  if (modulo <= _1n2)
    throw new Error("invert: expected modulus > 1, got " + modulo);
  let a = mod(number, modulo);
  let b = modulo;
  let x = _0n2, u = _1n2;
  while (a !== _0n2) {
    const q = b / a;
    const r = b - a * q;
    const m = x - u * q;
    b = a, a = r, x = u, u = m;
  }
  const gcd = b;
  if (gcd !== _1n2)
    throw new Error("invert: does not exist");
  return mod(x, modulo);
}
function assertIsSquare(Fp3, root, n) {
  const F = Fp3;
  if (!F.eql(F.sqr(root), n))
    throw new Error("Cannot find square root");
}
function aoddModulus(order, fnName) {
  if ((order & _1n2) === _0n2)
    throw new Error(fnName + ": expected odd modulus, got " + order);
}
function sqrt3mod4(Fp3, n) {
  const F = Fp3;
  const p1div4 = (F.ORDER + _1n2) / _4n;
  const root = F.pow(n, p1div4);
  assertIsSquare(F, root, n);
  return root;
}
function sqrt5mod8(Fp3, n) {
  const F = Fp3;
  const p5div8 = (F.ORDER - _5n) / _8n;
  const n2 = F.mul(n, _2n);
  const v = F.pow(n2, p5div8);
  const nv = F.mul(n, v);
  const i = F.mul(F.mul(nv, _2n), v);
  const root = F.mul(nv, F.sub(i, F.ONE));
  assertIsSquare(F, root, n);
  return root;
}
function sqrt9mod16(P) {
  const Fp_ = Field(P);
  const tn = tonelliShanks(P);
  const c1 = tn(Fp_, Fp_.neg(Fp_.ONE));
  const c2 = tn(Fp_, c1);
  const c3 = tn(Fp_, Fp_.neg(c1));
  const c4 = (P + _7n) / _16n;
  return ((Fp3, n) => {
    const F = Fp3;
    let tv1 = F.pow(n, c4);
    let tv2 = F.mul(tv1, c1);
    const tv3 = F.mul(tv1, c2);
    const tv4 = F.mul(tv1, c3);
    const e1 = F.eql(F.sqr(tv2), n);
    const e2 = F.eql(F.sqr(tv3), n);
    tv1 = F.cmov(tv1, tv2, e1);
    tv2 = F.cmov(tv4, tv3, e2);
    const e3 = F.eql(F.sqr(tv2), n);
    const root = F.cmov(tv1, tv2, e3);
    assertIsSquare(F, root, n);
    return root;
  });
}
function tonelliShanks(P) {
  if (P < _3n)
    throw new Error("sqrt is not defined for small field");
  aoddModulus(P, "tonelliShanks");
  let Q = P - _1n2;
  let S = 0;
  while (Q % _2n === _0n2) {
    Q /= _2n;
    S++;
  }
  let Z = _2n;
  const _Fp = Field(P);
  while (FpLegendre(_Fp, Z) === 1) {
    if (Z++ > 1e3)
      throw new Error("Cannot find square root: probably non-prime P");
  }
  if (S === 1)
    return sqrt3mod4;
  let cc = _Fp.pow(Z, Q);
  const Q1div2 = (Q + _1n2) / _2n;
  return function tonelliSlow(Fp3, n) {
    const F = Fp3;
    if (F.is0(n))
      return n;
    if (FpLegendre(F, n) !== 1)
      throw new Error("Cannot find square root");
    let M = S;
    let c = F.mul(F.ONE, cc);
    let t = F.pow(n, Q);
    let R = F.pow(n, Q1div2);
    while (!F.eql(t, F.ONE)) {
      if (F.is0(t))
        throw new Error("Cannot find square root: probably non-prime P");
      let i = 1;
      let t_tmp = F.sqr(t);
      while (!F.eql(t_tmp, F.ONE)) {
        i++;
        t_tmp = F.sqr(t_tmp);
        if (i === M)
          throw new Error("Cannot find square root");
      }
      const exponent = _1n2 << BigInt(M - i - 1);
      const b = F.pow(c, exponent);
      M = i;
      c = F.sqr(b);
      t = F.mul(t, c);
      R = F.mul(R, b);
    }
    return R;
  };
}
function FpSqrt(P) {
  aoddModulus(P, "Fp.sqrt");
  if (P % _4n === _3n)
    return sqrt3mod4;
  if (P % _8n === _5n)
    return sqrt5mod8;
  if (P % _16n === _9n)
    return sqrt9mod16(P);
  return tonelliShanks(P);
}
var isNegativeLE = (num, modulo) => (mod(num, modulo) & _1n2) === _1n2;
var FIELD_FIELDS = [
  "create",
  "isValid",
  "is0",
  "neg",
  "inv",
  "sqrt",
  "sqr",
  "eql",
  "add",
  "sub",
  "mul",
  "pow",
  "div",
  "addN",
  "subN",
  "mulN",
  "sqrN"
];
function validateField(field) {
  aobject2(field, "field");
  if (typeof field.ORDER !== "bigint")
    throw new TypeError('param "ORDER" is invalid: expected bigint, got ' + typeof field.ORDER);
  asafenumber(field.BYTES, "BYTES");
  asafenumber(field.BITS, "BITS");
  for (const name of FIELD_FIELDS)
    afunction(field[name], "field." + name);
  if (field.BYTES < 1 || field.BITS < 1)
    throw new Error("invalid field: expected BYTES/BITS > 0");
  if (field.ORDER <= _1n2)
    throw new Error("invalid field: expected ORDER > 1, got " + field.ORDER);
  return field;
}
function FpPow(Fp3, num, power) {
  validateField(Fp3);
  const F = Fp3;
  if (typeof power !== "bigint")
    throw new TypeError("invalid exponent: expected bigint, got " + typeof power);
  if (power < _0n2)
    throw new Error("invalid exponent, negatives unsupported");
  if (power === _0n2)
    return F.ONE;
  if (power === _1n2)
    return num;
  if (power < POW_WINDOWED_MIN) {
    let p2 = F.ONE;
    let d = num;
    while (power > _0n2) {
      if (power & _1n2)
        p2 = F.mul(p2, d);
      d = F.sqr(d);
      power >>= _1n2;
    }
    return p2;
  }
  const digits = [];
  while (power > _0n2) {
    digits.push(Number(power & _15n));
    power >>= _4n;
  }
  const table = new Array(16);
  table[0] = F.ONE;
  table[1] = num;
  for (let i = 2; i < 16; i++)
    table[i] = F.mul(table[i - 1], num);
  let p = table[digits[digits.length - 1]];
  for (let w = digits.length - 2; w >= 0; w--) {
    p = F.sqr(F.sqr(F.sqr(F.sqr(p))));
    const digit = digits[w];
    if (digit !== 0)
      p = F.mul(p, table[digit]);
  }
  return p;
}
function FpInvertBatch(Fp3, nums, passZero = false) {
  validateField(Fp3);
  aarray(nums, "nums");
  abool(passZero, "passZero");
  const F = Fp3;
  const inverted = new Array(nums.length).fill(passZero ? F.ZERO : void 0);
  const multipliedAcc = nums.reduce((acc, num, i) => {
    if (F.is0(num))
      return acc;
    inverted[i] = acc;
    return F.mul(acc, num);
  }, F.ONE);
  const invertedAcc = F.inv(multipliedAcc);
  nums.reduceRight((acc, num, i) => {
    if (F.is0(num))
      return acc;
    inverted[i] = F.mul(acc, inverted[i]);
    return F.mul(acc, num);
  }, invertedAcc);
  return inverted;
}
function FpLegendre(Fp3, n) {
  validateField(Fp3);
  const F = Fp3;
  aoddModulus(F.ORDER, "FpLegendre");
  const p1mod2 = (F.ORDER - _1n2) / _2n;
  const powered = F.pow(n, p1mod2);
  const yes = F.eql(powered, F.ONE);
  const zero = F.eql(powered, F.ZERO);
  const no = F.eql(powered, F.neg(F.ONE));
  if (!yes && !zero && !no)
    throw new Error("invalid Legendre symbol result");
  return yes ? 1 : zero ? 0 : -1;
}
function FpIsSquare(Fp3, n) {
  const l = FpLegendre(Fp3, n);
  return l !== -1;
}
function nLength(n, nBitLength) {
  if (nBitLength !== void 0)
    anumber2(nBitLength);
  if (n <= _0n2)
    throw new Error("invalid n length: expected positive n, got " + n);
  if (nBitLength !== void 0 && nBitLength < 1)
    throw new Error("invalid n length: expected positive bit length, got " + nBitLength);
  const bits = bitLen(n);
  if (nBitLength !== void 0 && nBitLength < bits)
    throw new Error(`invalid n length: expected nBitLength (${nBitLength}) >= bitLen(n) (${bits})`);
  const _nBitLength = nBitLength !== void 0 ? nBitLength : bits;
  const nByteLength = Math.ceil(_nBitLength / 8);
  return { nBitLength: _nBitLength, nByteLength };
}
var FIELD_SQRT = /* @__PURE__ */ new WeakMap();
var _Field = class {
  ORDER;
  BITS;
  BYTES;
  isLE;
  ZERO = _0n2;
  ONE = _1n2;
  _lengths;
  _mod;
  constructor(ORDER, opts = {}) {
    if (ORDER <= _1n2)
      throw new Error("invalid field: expected ORDER > 1, got " + ORDER);
    let _nbitLength = void 0;
    this.isLE = false;
    if (opts != null && typeof opts === "object") {
      if (typeof opts.BITS === "number")
        _nbitLength = opts.BITS;
      if (typeof opts.sqrt === "function")
        Object.defineProperty(this, "sqrt", { value: opts.sqrt, enumerable: true });
      if (typeof opts.isLE === "boolean")
        this.isLE = opts.isLE;
      if (opts.allowedLengths)
        this._lengths = Object.freeze(opts.allowedLengths.slice());
      if (typeof opts.modFromBytes === "boolean")
        this._mod = opts.modFromBytes;
    }
    const { nBitLength, nByteLength } = nLength(ORDER, _nbitLength);
    if (nByteLength > 2048)
      throw new Error("invalid field: expected ORDER of <= 2048 bytes");
    this.ORDER = ORDER;
    this.BITS = nBitLength;
    this.BYTES = nByteLength;
    Object.freeze(this);
  }
  create(num) {
    return mod(num, this.ORDER);
  }
  isValid(num) {
    if (typeof num !== "bigint")
      throw new TypeError("invalid field element: expected bigint, got " + typeof num);
    return _0n2 <= num && num < this.ORDER;
  }
  is0(num) {
    return num === _0n2;
  }
  // is valid and invertible
  isValidNot0(num) {
    return !this.is0(num) && this.isValid(num);
  }
  isOdd(num) {
    return (num & _1n2) === _1n2;
  }
  neg(num) {
    return mod(-num, this.ORDER);
  }
  eql(lhs, rhs) {
    return lhs === rhs;
  }
  sqr(num) {
    return mod(num * num, this.ORDER);
  }
  add(lhs, rhs) {
    return mod(lhs + rhs, this.ORDER);
  }
  sub(lhs, rhs) {
    return mod(lhs - rhs, this.ORDER);
  }
  mul(lhs, rhs) {
    return mod(lhs * rhs, this.ORDER);
  }
  pow(num, power) {
    return pow(num, power, this.ORDER);
  }
  div(lhs, rhs) {
    return mod(lhs * invert(rhs, this.ORDER), this.ORDER);
  }
  // Same as above, but doesn't normalize
  sqrN(num) {
    return num * num;
  }
  addN(lhs, rhs) {
    return lhs + rhs;
  }
  subN(lhs, rhs) {
    return lhs - rhs;
  }
  mulN(lhs, rhs) {
    return lhs * rhs;
  }
  inv(num) {
    return invert(num, this.ORDER);
  }
  sqrt(num) {
    let sqrt = FIELD_SQRT.get(this);
    if (!sqrt)
      FIELD_SQRT.set(this, sqrt = FpSqrt(this.ORDER));
    return sqrt(this, num);
  }
  toBytes(num) {
    return this.isLE ? numberToBytesLE(num, this.BYTES) : numberToBytesBE(num, this.BYTES);
  }
  fromBytes(bytes, skipValidation = false) {
    abytes2(bytes);
    const { _lengths: allowedLengths, BYTES, isLE: isLE2, ORDER, _mod: modFromBytes } = this;
    if (allowedLengths) {
      if (bytes.length < 1 || !allowedLengths.includes(bytes.length) || bytes.length > BYTES) {
        throw new Error("Field.fromBytes: expected " + allowedLengths + " bytes, got " + bytes.length);
      }
      const padded = new Uint8Array(BYTES);
      padded.set(bytes, isLE2 ? 0 : padded.length - bytes.length);
      bytes = padded;
    }
    if (bytes.length !== BYTES)
      throw new Error("Field.fromBytes: expected " + BYTES + " bytes, got " + bytes.length);
    let scalar = isLE2 ? bytesToNumberLE(bytes) : bytesToNumberBE(bytes);
    if (modFromBytes)
      scalar = mod(scalar, ORDER);
    if (!skipValidation) {
      if (!this.isValid(scalar))
        throw new Error("invalid field element: outside of range 0..ORDER");
    }
    return scalar;
  }
  // TODO: we don't need it here, move out to separate fn
  invertBatch(lst) {
    return FpInvertBatch(this, lst, true);
  }
  // We can't move this out because Fp6, Fp12 implement it
  // and it's unclear what to return in there.
  cmov(a, b, condition) {
    abool(condition, "condition");
    return condition ? b : a;
  }
};
function Field(ORDER, opts = {}) {
  Object.freeze(_Field.prototype);
  return new _Field(ORDER, opts);
}
function getFieldBytesLength(fieldOrder) {
  if (typeof fieldOrder !== "bigint")
    throw new Error("field order must be bigint");
  if (fieldOrder <= _1n2)
    throw new Error("field order must be greater than 1");
  const bitLength = bitLen(fieldOrder - _1n2);
  return Math.ceil(bitLength / 8);
}
function getMinHashLength(fieldOrder) {
  const length = getFieldBytesLength(fieldOrder);
  return length + Math.ceil(length / 2);
}
function mapHashToField(key, fieldOrder, isLE2 = false) {
  abytes2(key);
  const len = key.length;
  const fieldLen = getFieldBytesLength(fieldOrder);
  const minLen = Math.max(getMinHashLength(fieldOrder), 16);
  if (len < minLen || len > 1024)
    throw new Error("expected " + minLen + "-1024 bytes of input, got " + len);
  const num = isLE2 ? bytesToNumberLE(key) : bytesToNumberBE(key);
  const reduced = mod(num, fieldOrder - _1n2) + _1n2;
  return isLE2 ? numberToBytesLE(reduced, fieldLen) : numberToBytesBE(reduced, fieldLen);
}

// node_modules/@noble/curves/abstract/curve.js
var _0n3 = /* @__PURE__ */ BigInt(0);
var _1n3 = /* @__PURE__ */ BigInt(1);
var _4n2 = /* @__PURE__ */ BigInt(4);
var BLIND_BYTES = 16;
var BLIND_BITS = 128;
var FW_WINDOW = 5;
var TABLE_BYTES_MAX = /* @__PURE__ */ (() => 2 ** 31)();
function validatePointCons(Point2) {
  const pc = Point2;
  if (typeof pc !== "function")
    throw new TypeError('"Point" expected constructor, got type=' + typeof Point2);
  afunction(pc.fromAffine, "Point.fromAffine");
  afunction(pc.fromBytes, "Point.fromBytes");
  afunction(pc.fromHex, "Point.fromHex");
  aobject2(pc.BASE, "Point.BASE");
  aobject2(pc.ZERO, "Point.ZERO");
  validateField(pc.Fp);
  validateField(pc.Fn);
}
function normalizeZ(c, points) {
  validatePointCons(c);
  validateMSMPoints(points, c);
  const invertedZs = FpInvertBatch(c.Fp, points.map((p) => p.Z));
  return points.map((p, i) => c.fromAffine(p.toAffine(invertedZs[i])));
}
function validateW(W, bits, min = 1) {
  if (!Number.isSafeInteger(W) || W < min || W > bits)
    throw new Error("invalid window size, expected [" + min + ".." + bits + "], got W=" + W);
}
function validateTableBytes(numPoints, fpBytes) {
  const bytes = numPoints * (4 * fpBytes + 128);
  if (bytes > TABLE_BYTES_MAX)
    throw new Error("invalid window size: table would need ~" + Math.ceil(bytes / 2 ** 20) + " MiB, max " + TABLE_BYTES_MAX / 2 ** 20 + " MiB");
}
function probeRandomBytes(randomBytes4, length) {
  if (randomBytes4 === void 0)
    return void 0;
  afunction(randomBytes4, "randomBytes");
  try {
    const probe = randomBytes4(length);
    if (!isBytes2(probe) || probe.length !== length)
      return void 0;
  } catch {
    return void 0;
  }
  return randomBytes4;
}
function validateMSMPoints(points, c) {
  aarray(points, "points");
  points.forEach((p, i) => {
    if (!(p instanceof c))
      throw new Error("invalid point at index " + i);
  });
}
function validateMSMScalars(scalars, field, maxScalar) {
  if (!Array.isArray(scalars))
    throw new Error("array of scalars expected");
  scalars.forEach((s, i) => {
    const ok = maxScalar === void 0 ? field.isValid(s) : isPosBig(s) && s < maxScalar;
    if (!ok)
      throw new Error("invalid scalar at index " + i);
  });
}
var pointWindowSizes = /* @__PURE__ */ new WeakMap();
function getWindowSize(P) {
  return pointWindowSizes.get(P) || 1;
}
function oddMultiples(p, size) {
  const dbl = p.double();
  const t = [p];
  for (let j = 1; j < size; j++)
    t.push(t[j - 1].add(dbl));
  return t;
}
function wnafDigits(n, W) {
  const size = 2 ** W;
  const half = size / 2;
  const mask = BigInt(size - 1);
  const d = [];
  while (n > _0n3) {
    let w = 0;
    if (n & _1n3) {
      w = Number(n & mask);
      if (w >= half)
        w -= size;
      n -= BigInt(w);
    }
    d.push(w);
    n >>= _1n3;
  }
  return d;
}
function signedWindowDigits(n, W, windows) {
  const size = 2 ** W;
  const half = size / 2;
  const mask = BigInt(size - 1);
  const shiftBy = BigInt(W);
  const d = [];
  for (let w = 0; w < windows; w++) {
    let v = Number(n & mask);
    n >>= shiftBy;
    if (v > half) {
      v -= size;
      n += _1n3;
    }
    d.push(v);
  }
  if (n !== _0n3)
    throw new Error("invalid wnaf");
  return d;
}
function wnafWalk(zero, tables, digits) {
  let max = 0;
  for (const d of digits)
    max = Math.max(max, d.length);
  let acc = zero;
  for (let bit = max - 1; bit >= 0; bit--) {
    if (bit !== max - 1)
      acc = acc.double();
    for (let i = 0; i < digits.length; i++) {
      const w = digits[i][bit];
      if (w) {
        const item = tables[i][Math.abs(w) - 1 >> 1];
        acc = acc.add(w < 0 ? item.negate() : item);
      }
    }
  }
  return acc;
}
var ScalarMultiplier = class {
  Point;
  BASE;
  ZERO;
  randomBytes;
  wnafPrecomputes = /* @__PURE__ */ new WeakMap();
  baseCanBeBlinded;
  bits;
  // Parametrized with a given Point class (not individual point)
  constructor(Point2, randomBytes4) {
    validatePointCons(Point2);
    this.randomBytes = probeRandomBytes(randomBytes4, BLIND_BYTES);
    this.Point = Point2;
    this.BASE = Point2.BASE;
    this.ZERO = Point2.ZERO;
    this.bits = Point2.Fn.BITS;
  }
  /**
   * Creates a signed fixed-window wNAF precomputation table: for every window w, the
   * multiples `[1..2^(W−1)]⋅2^(w⋅W)⋅P`, flattened. All doublings are baked into the table,
   * so cached multiplication is additions-only. `windows = ceil(bits/W) + 1`: the extra
   * window absorbs the final carry of signed-digit recoding.
   * For a 256-bit curve and W=6, the table is 44⋅32 = 1408 points.
   * @param point - Point instance
   * @param W - window size
   * @param bits - scalar bitlength the table must cover
   */
  buildWnafTable(point, W, bits) {
    const windows = Math.ceil(bits / W) + 1;
    const half = 2 ** (W - 1);
    const comp = [];
    let base = point;
    for (let w = 0; w < windows; w++) {
      let acc = base;
      for (let i = 0; i < half; i++) {
        comp.push(acc);
        acc = acc.add(base);
      }
      base = comp[comp.length - 1].double();
    }
    return { W, bits, windows, comp };
  }
  /**
   * Implements ec multiplication using precomputed signed fixed-window wNAF tables.
   * Constant-time: fixed window count with one table addition per window — zero digits feed
   * the fake accumulator — and no doublings; the lookup scans the whole window slice.
   * Scalar bounds are validated by the public entry points ({@link ScalarMultiplier.mulCT},
   * {@link ScalarMultiplier.mulCTBlinded}, {@link ScalarMultiplier.mulUnsafe});
   * signedWindowDigits throws if `n` exceeds the table.
   * @returns real and fake (for const-time) points
   */
  wnafCachedCT(precomputes, n) {
    const { W, windows, comp } = precomputes;
    const half = 2 ** (W - 1);
    const digits = signedWindowDigits(n, W, windows);
    let p = this.ZERO;
    let f = this.BASE;
    for (let w = 0; w < windows; w++) {
      const digit = digits[w];
      const start = w * half;
      const idx = Math.abs(digit) - 1;
      let sel = comp[start];
      for (let i = 1; i < half; i++)
        sel = i === idx ? comp[start + i] : sel;
      const neg = sel.negate();
      if (digit === 0)
        f = f.add(comp[start]);
      else
        p = p.add(digit < 0 ? neg : sel);
    }
    return { p, f };
  }
  // Cache key is point identity plus (W, bits); at most two entries exist per point (public-width
  // `Fn.BITS` and blinded `Fn.BITS + BLIND_BITS`). Callers must not reuse the same point with
  // incompatible `transform(...)` layouts and expect a separate cache entry.
  getWnafPrecomputes(W, point, bits, transform) {
    let entries = this.wnafPrecomputes.get(point);
    let comp = entries?.find((entry) => entry.W === W && entry.bits === bits);
    if (!comp) {
      comp = this.buildWnafTable(point, W, bits);
      if (typeof transform === "function")
        comp = { ...comp, comp: transform(comp.comp) };
      if (!entries) {
        entries = [];
        this.wnafPrecomputes.set(point, entries);
      }
      entries.push(comp);
    }
    return comp;
  }
  assertPoint(point) {
    if (!(point instanceof this.Point))
      throw new TypeError('"point" expected Point instance, got type=' + typeof point);
  }
  // Shared prologue of the constant-time entry points. Rejects scalar 0: in key/signature-style
  // callers a zero scalar means broken upstream plumbing, and concrete Points already reject it.
  // Uses inRange instead of Fn.isValidNot0: validateField() only certifies the arithmetic subset.
  validateMulInput(point, scalar) {
    this.assertPoint(point);
    if (!inRange(scalar, _1n3, this.Point.Fn.ORDER))
      throw new Error("invalid scalar");
  }
  // Constant-time dispatch shared by mulCT / mulCTBlinded. Un-precomputed points (W===1, e.g.
  // ECDH peer keys) skip building a throwaway cached table in favor of a small fixed-window
  // multiply. `n` must be < 2^bits.
  runCT(point, n, bits, transform) {
    const W = getWindowSize(point);
    if (W === 1)
      return this.fixedWindowCT(point, n, bits);
    return this.wnafCachedCT(this.getWnafPrecomputes(W, point, bits, transform), n);
  }
  mulCT(point, scalar, transform) {
    this.validateMulInput(point, scalar);
    return this.runCT(point, scalar, this.bits, transform);
  }
  mulCTBlinded(point, scalar, transform) {
    this.validateMulInput(point, scalar);
    if (this.randomBytes === void 0)
      throw new Error("randomBytes is required for scalar blinding");
    const bits = this.Point.Fn.BITS + BLIND_BITS;
    const blind = this.randomBytes(BLIND_BYTES);
    if (!isBytes2(blind) || blind.length !== BLIND_BYTES)
      throw new Error("randomBytes returned invalid byte array");
    blind[0] = blind[0] & 63 | 128;
    const n = scalar + bytesToNumberBE(blind) * this.Point.Fn.ORDER;
    return this.runCT(point, n, bits, transform);
  }
  /**
   * Constant-time multiplication `n*point` for an un-precomputed point, via a small fixed window.
   * A cached wNAF table only pays off when reused; a flat 2^FW_WINDOW table (`size-1` adds) is
   * far cheaper to build for a single use. The point-operation sequence is independent of `n`:
   * build the table, then per window exactly FW_WINDOW doublings, a data-oblivious scan over
   * every table entry, and one addition (adds the identity when the window digit is 0 — never
   * skipped).
   *
   * `n` must be `< 2^bits`. Assumes complete addition (adding the identity costs the same as any
   * add), which holds for the Weierstrass/Edwards point types used here. The table is left in
   * projective form (no normalizeZ): normalizing this small a table costs more than the
   * mixed-add savings it would buy for a single multiply.
   * @returns real point `p`; `f` duplicates it only to match {@link wnafCachedCT}'s return shape
   * (this path needs no fake accumulator — its op-count is already scalar-independent).
   */
  fixedWindowCT(point, n, bits) {
    const W = FW_WINDOW;
    const size = 1 << W;
    const mask = bitMask(W);
    const table = new Array(size);
    table[0] = this.ZERO;
    for (let i = 1; i < size; i++)
      table[i] = table[i - 1].add(point);
    const windows = Math.ceil(bits / W);
    let acc = this.ZERO;
    for (let window2 = windows - 1; window2 >= 0; window2--) {
      if (window2 !== windows - 1)
        for (let d = 0; d < W; d++)
          acc = acc.double();
      const digit = Number(n >> BigInt(window2 * W) & mask);
      let sel = table[0];
      for (let i = 1; i < size; i++)
        sel = i === digit ? table[i] : sel;
      acc = acc.add(sel);
    }
    return { p: acc, f: acc };
  }
  shouldBlind(point, cofactor) {
    if (this.randomBytes === void 0)
      return false;
    if (cofactor === _1n3)
      return true;
    if (point !== this.BASE)
      return false;
    if (this.baseCanBeBlinded === void 0)
      this.baseCanBeBlinded = this.mulUnsafe(this.BASE, this.Point.Fn.ORDER).is0();
    return this.baseCanBeBlinded;
  }
  mulSecret(point, scalar, cofactor, transform) {
    return this.shouldBlind(point, cofactor) ? this.mulCTBlinded(point, scalar, transform) : this.mulCT(point, scalar, transform);
  }
  mulUnsafe(point, scalar, transform) {
    this.assertPoint(point);
    if (!isPosBig(scalar))
      throw new Error("invalid scalar");
    const W = getWindowSize(point);
    if (W === 1 || scalar >= this.Point.Fn.ORDER)
      return mulAddUnsafe(this.Point, [point], [scalar], true);
    const precomputes = this.getWnafPrecomputes(W, point, this.bits, transform);
    return this.wnafCachedCT(precomputes, scalar).p;
  }
  // Remembers the window size used for precomputed wNAF multiplication of the given point
  // and drops any previously built tables. Usually only the base point is precomputed.
  // W=1 resets the point to the un-precomputed (table-less) paths.
  // W is additionally capped so tables stay under ~2 GiB ({@link TABLE_BYTES_MAX}).
  setWindowSize(point, W) {
    this.assertPoint(point);
    validateW(W, this.bits);
    const windows = Math.ceil((this.bits + BLIND_BITS) / W) + 1;
    validateTableBytes(windows * 2 ** (W - 1), this.Point.Fp.BYTES);
    pointWindowSizes.set(point, W);
    this.wnafPrecomputes.delete(point);
  }
  // True when a window size is set: tables themselves are built lazily on first multiply.
  hasWindowSize(point) {
    return getWindowSize(point) !== 1;
  }
};
function mulAddUnsafe(c, points, scalars, allowOversized = false) {
  validatePointCons(c);
  validateMSMPoints(points, c);
  abool(allowOversized, "allowOversized");
  validateMSMScalars(scalars, c.Fn, allowOversized ? c.Fn.ORDER ** _4n2 : void 0);
  if (points.length !== scalars.length)
    throw new Error("arrays of points and scalars must have equal length");
  const tables = points.map((p) => oddMultiples(p, 4));
  const digits = scalars.map((n) => wnafDigits(n, 4));
  return wnafWalk(c.ZERO, tables, digits);
}
function createField(order, field, isLE2) {
  if (field) {
    if (field.ORDER !== order)
      throw new Error("Field.ORDER must match order: Fp == p, Fn == n");
    validateField(field);
    return field;
  } else {
    return Field(order, { isLE: isLE2 });
  }
}
function createCurveFields(type, CURVE, curveOpts = {}, FpFnLE) {
  if (type !== "weierstrass" && type !== "edwards")
    throw new Error('expected curve type "weierstrass" or "edwards"');
  if (FpFnLE === void 0)
    FpFnLE = type === "edwards";
  if (!CURVE || typeof CURVE !== "object")
    throw new Error(`expected valid ${type} CURVE object`);
  validateObject(curveOpts);
  for (const p of ["p", "n", "h"]) {
    const val = CURVE[p];
    if (!(isPosBig(val) && val !== _0n3))
      throw new Error(`CURVE.${p} must be positive bigint`);
  }
  const Fp3 = createField(CURVE.p, curveOpts.Fp, FpFnLE);
  const Fn = createField(CURVE.n, curveOpts.Fn, FpFnLE);
  const _b = type === "weierstrass" ? "b" : "d";
  const params = ["Gx", "Gy", "a", _b];
  for (const p of params) {
    if (!Fp3.isValid(CURVE[p]))
      throw new Error(`CURVE.${p} must be valid field element of CURVE.Fp`);
  }
  CURVE = Object.freeze(Object.assign({}, CURVE));
  return { CURVE, Fp: Fp3, Fn };
}
function createKeygen(randomSecretKey, getPublicKey) {
  return function keygen(seed) {
    const secretKey = randomSecretKey(seed);
    return { secretKey, publicKey: getPublicKey(secretKey) };
  };
}

// node_modules/@noble/curves/abstract/edwards.js
var _0n4 = /* @__PURE__ */ BigInt(0);
var _1n4 = /* @__PURE__ */ BigInt(1);
var _2n2 = /* @__PURE__ */ BigInt(2);
var _4n3 = /* @__PURE__ */ BigInt(4);
var _8n2 = /* @__PURE__ */ BigInt(8);
function isEdValidXY(Fp3, CURVE, x, y) {
  const x2 = Fp3.sqr(x);
  const y2 = Fp3.sqr(y);
  const left = Fp3.add(Fp3.mul(CURVE.a, x2), y2);
  const right = Fp3.add(Fp3.ONE, Fp3.mul(CURVE.d, Fp3.mul(x2, y2)));
  return Fp3.eql(left, right);
}
function edwards(params, extraOpts = {}) {
  validateObject(extraOpts, {}, {}, "extraOpts");
  const opts = extraOpts;
  const validated = createCurveFields("edwards", params, opts, opts.FpFnLE);
  const { Fp: Fp3, Fn } = validated;
  let CURVE = validated.CURVE;
  const { h: cofactor } = CURVE;
  if (FpLegendre(Fp3, CURVE.a) !== 1)
    throw new Error("edwards: CURVE.a must be a square in Fp for complete addition formulas");
  if (FpLegendre(Fp3, CURVE.d) !== -1)
    throw new Error("edwards: CURVE.d must be a non-square in Fp for complete addition formulas");
  validateObject(opts, {}, { uvRatio: "function", randomBytes: "function" });
  const randomBytes4 = opts.randomBytes === void 0 ? randomBytes2 : opts.randomBytes;
  const MASK = _2n2 << BigInt(Fp3.BYTES * 8) - _1n4;
  function isOdd(n) {
    if (!Fp3.isOdd)
      throw new Error("Field does not have .isOdd()");
    return Fp3.isOdd(n);
  }
  const uvRatio2 = opts.uvRatio === void 0 ? (u, v) => {
    try {
      return { isValid: true, value: Fp3.sqrt(Fp3.div(u, v)) };
    } catch (e) {
      return { isValid: false, value: _0n4 };
    }
  } : opts.uvRatio;
  if (!isEdValidXY(Fp3, CURVE, CURVE.Gx, CURVE.Gy))
    throw new Error("bad curve params: generator point");
  const mulA = Fp3.eql(CURVE.a, Fp3.neg(Fp3.ONE)) ? (x) => Fp3.neg(x) : Fp3.eql(CURVE.a, Fp3.ONE) ? (x) => x : (x) => Fp3.mul(CURVE.a, x);
  function acoord(title, n, banZero = false) {
    const min = banZero ? _1n4 : _0n4;
    aInRange("coordinate " + title, n, min, MASK);
    return n;
  }
  function aedpoint(other) {
    if (!(other instanceof Point2))
      throw new Error("EdwardsPoint expected");
  }
  class Point2 {
    static BASE = new Point2(CURVE.Gx, CURVE.Gy, Fp3.ONE, Fp3.mul(CURVE.Gx, CURVE.Gy));
    static ZERO = new Point2(Fp3.ZERO, Fp3.ONE, Fp3.ONE, Fp3.ZERO);
    static Fp = Fp3;
    static Fn = Fn;
    X;
    Y;
    Z;
    T;
    constructor(X, Y, Z, T) {
      this.X = acoord("x", X);
      this.Y = acoord("y", Y);
      this.Z = acoord("z", Z, true);
      this.T = acoord("t", T);
      Object.freeze(this);
    }
    static CURVE() {
      return CURVE;
    }
    /**
     * Create one extended Edwards point from affine coordinates.
     * Does NOT validate that the point is on-curve or torsion-free.
     * Use `.assertValidity()` on adversarial inputs.
     */
    static fromAffine(p) {
      if (p instanceof Point2)
        throw new Error("extended point not allowed");
      const { x, y } = p || {};
      acoord("x", x);
      acoord("y", y);
      return new Point2(x, y, Fp3.ONE, Fp3.mul(x, y));
    }
    // Uses algo from RFC8032 5.1.3.
    static fromBytes(bytes, zip215 = false) {
      const len = Fp3.BYTES;
      const { a, d } = CURVE;
      bytes = copyBytes(abytes2(bytes, len, "point"));
      abool(zip215, "zip215");
      const normed = copyBytes(bytes);
      const lastByte = bytes[len - 1];
      normed[len - 1] = lastByte & ~128;
      const y = bytesToNumberLE(normed);
      const max = zip215 ? MASK : Fp3.ORDER;
      aInRange("point.y", y, _0n4, max);
      const y2 = Fp3.sqr(y);
      const u = Fp3.sub(y2, Fp3.ONE);
      const v = Fp3.sub(Fp3.mulN(d, y2), a);
      let { isValid, value: x } = uvRatio2(u, v);
      if (!isValid)
        throw new Error("bad point: invalid y coordinate");
      const isXOdd = isOdd(x);
      const isLastByteOdd = (lastByte & 128) !== 0;
      if (!zip215 && Fp3.is0(x) && isLastByteOdd)
        throw new Error("bad point: x=0 and x_0=1");
      if (isLastByteOdd !== isXOdd)
        x = Fp3.neg(x);
      return Point2.fromAffine({ x, y });
    }
    static fromHex(hex2, zip215 = false) {
      return Point2.fromBytes(hexToBytes2(hex2), zip215);
    }
    get x() {
      return this.toAffine().x;
    }
    get y() {
      return this.toAffine().y;
    }
    precompute(windowSize = 6, isLazy = true) {
      wnaf.setWindowSize(this, windowSize);
      if (!isLazy)
        this.multiply(_2n2);
      return this;
    }
    // Useful in fromAffine() - not for fromBytes(), which always created valid points.
    assertValidity() {
      const p = this;
      const { a, d } = CURVE;
      if (p.is0())
        throw new Error("bad point: ZERO");
      const { X, Y, Z, T } = p;
      const X2 = Fp3.sqr(X);
      const Y2 = Fp3.sqr(Y);
      const Z2 = Fp3.sqr(Z);
      const Z4 = Fp3.sqr(Z2);
      const aX2 = Fp3.mul(X2, a);
      const left = Fp3.mul(Fp3.add(aX2, Y2), Z2);
      const right = Fp3.add(Z4, Fp3.mul(d, Fp3.mul(X2, Y2)));
      if (!Fp3.eql(left, right))
        throw new Error("bad point: equation left != right (1)");
      const XY = Fp3.mul(X, Y);
      const ZT = Fp3.mul(Z, T);
      if (!Fp3.eql(XY, ZT))
        throw new Error("bad point: equation left != right (2)");
    }
    // Compare one point to another.
    equals(other) {
      aedpoint(other);
      const { X: X1, Y: Y1, Z: Z1 } = this;
      const { X: X2, Y: Y2, Z: Z2 } = other;
      const X1Z2 = Fp3.mul(X1, Z2);
      const X2Z1 = Fp3.mul(X2, Z1);
      const Y1Z2 = Fp3.mul(Y1, Z2);
      const Y2Z1 = Fp3.mul(Y2, Z1);
      return Fp3.eql(X1Z2, X2Z1) && Fp3.eql(Y1Z2, Y2Z1);
    }
    is0() {
      return this.equals(Point2.ZERO);
    }
    negate() {
      return new Point2(Fp3.neg(this.X), this.Y, this.Z, Fp3.neg(this.T));
    }
    // Fast algo for doubling Extended Point.
    // https://hyperelliptic.org/EFD/g1p/auto-twisted-extended.html#doubling-dbl-2008-hwcd
    // Cost: 4M + 4S + 1*a + 6add + 1*2.
    double() {
      const { X: X1, Y: Y1, Z: Z1 } = this;
      const A = Fp3.sqr(X1);
      const B = Fp3.sqr(Y1);
      const C = Fp3.mul(Fp3.sqr(Z1), _2n2);
      const D = mulA(A);
      const x1y1 = Fp3.addN(X1, Y1);
      const E = Fp3.sub(Fp3.subN(Fp3.sqr(x1y1), A), B);
      const G = Fp3.addN(D, B);
      const F = Fp3.subN(G, C);
      const H = Fp3.subN(D, B);
      const X3 = Fp3.mul(E, F);
      const Y3 = Fp3.mul(G, H);
      const T3 = Fp3.mul(E, H);
      const Z3 = Fp3.mul(F, G);
      return new Point2(X3, Y3, Z3, T3);
    }
    // Fast algo for adding 2 Extended Points.
    // https://hyperelliptic.org/EFD/g1p/auto-twisted-extended.html#addition-add-2008-hwcd
    // Cost: 9M + 1*a + 1*d + 7add.
    add(other) {
      aedpoint(other);
      const { d } = CURVE;
      const { X: X1, Y: Y1, Z: Z1, T: T1 } = this;
      const { X: X2, Y: Y2, Z: Z2, T: T2 } = other;
      const A = Fp3.mul(X1, X2);
      const B = Fp3.mul(Y1, Y2);
      const C = Fp3.mul(Fp3.mulN(T1, d), T2);
      const D = Fp3.mul(Z1, Z2);
      const E = Fp3.sub(Fp3.subN(Fp3.mulN(Fp3.addN(X1, Y1), Fp3.addN(X2, Y2)), A), B);
      const F = Fp3.subN(D, C);
      const G = Fp3.addN(D, C);
      const H = Fp3.sub(B, mulA(A));
      const X3 = Fp3.mul(E, F);
      const Y3 = Fp3.mul(G, H);
      const T3 = Fp3.mul(E, H);
      const Z3 = Fp3.mul(F, G);
      return new Point2(X3, Y3, Z3, T3);
    }
    subtract(other) {
      aedpoint(other);
      return this.add(other.negate());
    }
    // Constant-time multiplication.
    multiply(scalar) {
      if (!Fn.isValidNot0(scalar))
        throw new RangeError("invalid scalar: expected 1 <= sc < curve.n");
      const { p, f } = wnaf.mulSecret(this, scalar, cofactor, normalize);
      return normalize([p, f])[0];
    }
    // Non-constant-time multiplication. Uses double-and-add algorithm.
    // It's faster, but should only be used when you don't care about
    // an exposed private key e.g. sig verification.
    // Keeps the same subgroup-scalar contract: 0 is allowed for public-scalar callers, but
    // n and larger values are rejected instead of being reduced mod n to the identity point.
    multiplyUnsafe(scalar) {
      if (!Fn.isValid(scalar))
        throw new RangeError("invalid scalar: expected 0 <= sc < curve.n");
      if (scalar === _0n4)
        return Point2.ZERO;
      if (this.is0() || scalar === _1n4)
        return this;
      return wnaf.mulUnsafe(this, scalar, normalize);
    }
    // Checks if point is of small order.
    // If you add something to small order point, you will have "dirty"
    // point with torsion component.
    // Clears cofactor and checks if the result is 0.
    isSmallOrder() {
      return this.clearCofactor().is0();
    }
    // Multiplies point by curve order and checks if the result is 0.
    // Returns `false` is the point is dirty.
    isTorsionFree() {
      return wnaf.mulUnsafe(this, CURVE.n).is0();
    }
    // Converts Extended point to default (x, y) coordinates.
    // Can accept precomputed Z^-1 - for example, from invertBatch.
    toAffine(invertedZ) {
      const p = this;
      let iz = invertedZ;
      if (iz != null && typeof iz !== "bigint")
        throw new TypeError('"invertedZ" expected bigint, got type=' + typeof iz);
      const { X, Y, Z } = p;
      const is0 = p.is0();
      if (iz == null)
        iz = is0 ? Fp3.create(_8n2) : Fp3.inv(Z);
      const x = Fp3.mul(X, iz);
      const y = Fp3.mul(Y, iz);
      const zz = Fp3.mul(Z, iz);
      if (is0)
        return { x: Fp3.ZERO, y: Fp3.ONE };
      if (!Fp3.eql(zz, Fp3.ONE))
        throw new Error("invZ was invalid");
      return { x, y };
    }
    clearCofactor() {
      if (cofactor === _1n4)
        return this;
      if (cofactor === _2n2)
        return this.double();
      if (cofactor === _4n3)
        return this.double().double();
      if (cofactor === _8n2)
        return this.double().double().double();
      return this.multiplyUnsafe(cofactor);
    }
    toBytes() {
      const { x, y } = this.toAffine();
      const bytes = Fp3.toBytes(y);
      bytes[bytes.length - 1] |= isOdd(x) ? 128 : 0;
      return bytes;
    }
    toHex() {
      return bytesToHex2(this.toBytes());
    }
    toString() {
      return `<Point ${this.is0() ? "ZERO" : this.toHex()}>`;
    }
  }
  const normalize = (points) => normalizeZ(Point2, points);
  const wnaf = new ScalarMultiplier(Point2, randomBytes4);
  if (wnaf.bits >= 6)
    Point2.BASE.precompute(6);
  Object.freeze(Point2.prototype);
  Object.freeze(Point2);
  return Point2;
}
function eddsa(Point2, cHash, eddsaOpts = {}) {
  validatePointCons(Point2);
  if (typeof cHash !== "function")
    throw new Error('"hash" function param is required');
  const hash = cHash;
  const opts = eddsaOpts;
  validateObject(opts, {}, {
    adjustScalarBytes: "function",
    randomBytes: "function",
    domain: "function",
    prehash: "function",
    zip215: "boolean",
    mapToCurve: "function",
    toMontgomery: "function",
    toMontgomerySecret: "function"
  });
  const { prehash } = opts;
  const { BASE, Fp: Fp3, Fn } = Point2;
  const outputLen = hash.outputLen;
  const expectedLen = 2 * Fp3.BYTES;
  if (outputLen !== void 0) {
    asafenumber(outputLen, "hash.outputLen");
    if (outputLen !== expectedLen)
      throw new Error(`hash.outputLen must be ${expectedLen}, got ${outputLen}`);
  }
  const randomBytes4 = opts.randomBytes === void 0 ? randomBytes2 : opts.randomBytes;
  const toMontgomery2 = opts.toMontgomery;
  const toMontgomerySecret2 = opts.toMontgomerySecret;
  const adjustScalarBytes2 = opts.adjustScalarBytes === void 0 ? (bytes) => bytes : opts.adjustScalarBytes;
  const domain = opts.domain === void 0 ? (data, ctx, phflag) => {
    abool(phflag, "phflag");
    if (ctx.length || phflag)
      throw new Error("Contexts/pre-hash are not supported");
    return data;
  } : opts.domain;
  function modN_LE(hash2) {
    return Fn.create(bytesToNumberLE(hash2));
  }
  function getPrivateScalar(key) {
    const len = lengths.secretKey;
    abytes2(key, lengths.secretKey, "secretKey");
    const hashed = abytes2(hash(key), 2 * len, "hashedSecretKey");
    const head = adjustScalarBytes2(hashed.slice(0, len));
    const prefix = hashed.slice(len, 2 * len);
    const scalar = modN_LE(head);
    return { head, prefix, scalar };
  }
  function getExtendedPublicKey(secretKey) {
    const { head, prefix, scalar } = getPrivateScalar(secretKey);
    const point = BASE.multiply(scalar);
    const pointBytes = point.toBytes();
    return { head, prefix, scalar, point, pointBytes };
  }
  function getPublicKey(secretKey) {
    return getExtendedPublicKey(secretKey).pointBytes;
  }
  function hashDomainToScalar(context = Uint8Array.of(), ...msgs) {
    const msg = concatBytes2(...msgs);
    return modN_LE(hash(domain(msg, abytes2(context, void 0, "context"), !!prehash)));
  }
  function sign(msg, secretKey, options = {}) {
    validateObject(options, {}, {}, "options");
    msg = copyBytes(abytes2(msg, void 0, "message"));
    if (prehash)
      msg = prehash(msg);
    const { prefix, scalar, pointBytes } = getExtendedPublicKey(secretKey);
    const r = hashDomainToScalar(options.context, prefix, msg);
    const R = BASE.multiply(r).toBytes();
    const k = hashDomainToScalar(options.context, R, pointBytes, msg);
    const s = Fn.create(r + k * scalar);
    if (!Fn.isValid(s))
      throw new Error("sign failed: invalid s");
    const rs = concatBytes2(R, Fn.toBytes(s));
    return abytes2(rs, lengths.signature, "result");
  }
  const verifyOpts = {
    zip215: opts.zip215
  };
  function verify2(sig, msg, publicKey, options = verifyOpts) {
    validateObject(options);
    const { context } = options;
    const zip215 = options.zip215 === void 0 ? !!verifyOpts.zip215 : options.zip215;
    const len = lengths.signature;
    sig = abytes2(sig, len, "signature");
    msg = abytes2(msg, void 0, "message");
    publicKey = abytes2(publicKey, lengths.publicKey, "publicKey");
    if (zip215 !== void 0)
      abool(zip215, "zip215");
    if (prehash)
      msg = prehash(msg);
    const mid = len / 2;
    const r = sig.subarray(0, mid);
    const s = bytesToNumberLE(sig.subarray(mid, len));
    let A, R, SB;
    try {
      A = Point2.fromBytes(publicKey, zip215);
      R = Point2.fromBytes(r, zip215);
      SB = BASE.multiplyUnsafe(s);
    } catch (error) {
      return false;
    }
    if (!zip215 && A.isSmallOrder())
      return false;
    const k = hashDomainToScalar(context, r, publicKey, msg);
    const RkA = R.add(A.multiplyUnsafe(k));
    return RkA.subtract(SB).clearCofactor().is0();
  }
  const _size = Fp3.BYTES;
  const lengths = {
    secretKey: _size,
    publicKey: _size,
    signature: 2 * _size,
    seed: _size
  };
  function randomSecretKey(seed) {
    seed = seed === void 0 ? randomBytes4(lengths.seed) : seed;
    return abytes2(seed, lengths.seed, "seed");
  }
  function isValidSecretKey(key) {
    return isBytes2(key) && key.length === lengths.secretKey;
  }
  function isValidPublicKey(key, zip215) {
    try {
      return !!Point2.fromBytes(key, zip215 === void 0 ? verifyOpts.zip215 : zip215);
    } catch (error) {
      return false;
    }
  }
  const utils = {
    getExtendedPublicKey,
    randomSecretKey,
    isValidSecretKey,
    isValidPublicKey,
    /** Converts an Edwards public key to a companion Montgomery public key. */
    toMontgomery(publicKey) {
      if (toMontgomery2 === void 0)
        throw new Error("Montgomery conversion is not supported for this curve");
      return toMontgomery2(Point2.fromBytes(publicKey));
    },
    toMontgomerySecret(secretKey) {
      if (toMontgomerySecret2 === void 0)
        throw new Error("Montgomery conversion is not supported for this curve");
      return toMontgomerySecret2(secretKey);
    }
  };
  Object.freeze(lengths);
  Object.freeze(utils);
  return Object.freeze({
    keygen: createKeygen(randomSecretKey, getPublicKey),
    getPublicKey,
    sign,
    verify: verify2,
    utils,
    Point: Point2,
    lengths
  });
}

// node_modules/@noble/curves/abstract/hash-to-curve.js
var _0n5 = /* @__PURE__ */ BigInt(0);
var _1n5 = /* @__PURE__ */ BigInt(1);
var _2n3 = /* @__PURE__ */ BigInt(2);
var _3n2 = /* @__PURE__ */ BigInt(3);
var _4n4 = /* @__PURE__ */ BigInt(4);
var os2ip = bytesToNumberBE;
function i2osp(value, length) {
  asafenumber(value);
  asafenumber(length);
  if (length < 0 || length > 4)
    throw new Error("invalid I2OSP length: " + length);
  if (value < 0 || value > 2 ** (8 * length) - 1)
    throw new Error("invalid I2OSP input: " + value);
  const res = Array.from({ length }).fill(0);
  for (let i = length - 1; i >= 0; i--) {
    res[i] = value & 255;
    value >>>= 8;
  }
  return new Uint8Array(res);
}
function strxor(a, b) {
  const arr = new Uint8Array(a.length);
  for (let i = 0; i < a.length; i++) {
    arr[i] = a[i] ^ b[i];
  }
  return arr;
}
function normDST(DST) {
  if (!isBytes2(DST) && typeof DST !== "string")
    throw new Error("DST must be Uint8Array or ascii string");
  const dst = typeof DST === "string" ? asciiToBytes(DST) : DST;
  if (dst.length === 0)
    throw new Error("DST must be non-empty");
  return dst;
}
function expand_message_xmd(msg, DST, lenInBytes, H) {
  abytes2(msg);
  asafenumber(lenInBytes);
  if (typeof H !== "function")
    throw new Error("expand_message_xmd: expected hash function");
  asafenumber(H.outputLen, "hash.outputLen");
  asafenumber(H.blockLen, "hash.blockLen");
  DST = normDST(DST);
  if (DST.length > 255)
    DST = H(concatBytes2(asciiToBytes("H2C-OVERSIZE-DST-"), DST));
  const { outputLen: b_in_bytes, blockLen: r_in_bytes } = H;
  const ell = Math.ceil(lenInBytes / b_in_bytes);
  if (lenInBytes > 65535 || ell > 255)
    throw new Error("expand_message_xmd: invalid lenInBytes");
  const DST_prime = concatBytes2(DST, i2osp(DST.length, 1));
  const Z_pad = new Uint8Array(r_in_bytes);
  const l_i_b_str = i2osp(lenInBytes, 2);
  const b = new Array(ell);
  const b_0 = H(concatBytes2(Z_pad, msg, l_i_b_str, i2osp(0, 1), DST_prime));
  b[0] = H(concatBytes2(b_0, i2osp(1, 1), DST_prime));
  for (let i = 1; i < ell; i++) {
    const args = [strxor(b_0, b[i - 1]), i2osp(i + 1, 1), DST_prime];
    b[i] = H(concatBytes2(...args));
  }
  const pseudo_random_bytes = concatBytes2(...b);
  return pseudo_random_bytes.slice(0, lenInBytes);
}
function expand_message_xof(msg, DST, lenInBytes, k, H) {
  abytes2(msg);
  asafenumber(lenInBytes);
  asafenumber(k, "k");
  if (k < 0)
    throw new Error("expand_message_xof: invalid k");
  if (typeof H !== "function")
    throw new Error("expand_message_xof: expected XOF function");
  if (typeof H.create !== "function")
    throw new Error("expand_message_xof: expected XOF create");
  DST = normDST(DST);
  if (lenInBytes < 0 || lenInBytes > 65535)
    throw new Error("expand_message_xof: invalid lenInBytes");
  if (DST.length > 255) {
    const dkLen = Math.ceil(2 * k / 8);
    DST = H.create({ dkLen }).update(asciiToBytes("H2C-OVERSIZE-DST-")).update(DST).digest();
  }
  if (DST.length > 255)
    throw new Error("expand_message_xof: invalid DST");
  return H.create({ dkLen: lenInBytes }).update(msg).update(i2osp(lenInBytes, 2)).update(DST).update(i2osp(DST.length, 1)).digest();
}
function hash_to_field(msg, count, options) {
  validateObject(options, {
    p: "bigint",
    m: "number",
    k: "number",
    hash: "function"
  });
  const { p, k, m, hash, expand: expand2, DST } = options;
  asafenumber(hash.outputLen, "valid hash");
  abytes2(msg);
  asafenumber(count);
  asafenumber(m, "m");
  asafenumber(k, "k");
  if (p <= BigInt(1))
    throw new Error("hash_to_field: expected valid field characteristic");
  if (count < 1)
    throw new Error("hash_to_field: expected count >= 1");
  if (m < 1)
    throw new Error("hash_to_field: expected m >= 1");
  if (k < 0)
    throw new Error("hash_to_field: invalid k");
  const log2p = p.toString(2).length;
  const L2 = Math.ceil((log2p + k) / 8);
  const len_in_bytes = count * m * L2;
  let prb;
  if (expand2 === "xmd") {
    prb = expand_message_xmd(msg, DST, len_in_bytes, hash);
  } else if (expand2 === "xof") {
    prb = expand_message_xof(msg, DST, len_in_bytes, k, hash);
  } else if (expand2 === "_internal_pass") {
    prb = msg;
  } else {
    throw new Error('expand must be "xmd" or "xof"');
  }
  const u = new Array(count);
  for (let i = 0; i < count; i++) {
    const e = new Array(m);
    for (let j = 0; j < m; j++) {
      const elm_offset = L2 * (j + i * m);
      const tv = prb.subarray(elm_offset, elm_offset + L2);
      e[j] = mod(os2ip(tv), p);
    }
    u[i] = e;
  }
  return u;
}
function isogenyMap(field, map) {
  validateField(field);
  aarray(map, "map");
  const coeff = map.map((i, row) => {
    aarray(i, "map[" + row + "]");
    if (i.length < 1)
      throw new Error("isogenyMap: expected non-empty coefficients");
    return Array.from(i).reverse();
  });
  return (x, y) => {
    const [xn, xd, yn, yd] = coeff.map((val) => val.reduce((acc, i) => field.add(field.mul(acc, x), i)));
    const isZero = field.is0(xd) || field.is0(yd);
    const [xd_inv, yd_inv] = FpInvertBatch(field, [xd, yd], true);
    x = field.mul(xn, xd_inv);
    y = field.mul(y, field.mul(yn, yd_inv));
    return isZero ? { x: field.ZERO, y: field.ZERO } : { x, y };
  };
}
var _DST_scalar = "HashToScalar-";
function createHasher2(Point2, mapToCurve, defaults) {
  if (typeof mapToCurve !== "function")
    throw new Error("mapToCurve() must be defined");
  validateObject(defaults);
  const snapshot = (src) => Object.freeze({
    ...src,
    DST: isBytes2(src.DST) ? copyBytes(src.DST) : src.DST,
    ...src.encodeDST === void 0 ? {} : { encodeDST: isBytes2(src.encodeDST) ? copyBytes(src.encodeDST) : src.encodeDST }
  });
  const safeDefaults = snapshot(defaults);
  const dstOverride = (options) => options && options.DST !== void 0 ? { DST: options.DST } : void 0;
  function map(num) {
    return Point2.fromAffine(mapToCurve(num));
  }
  function clear(initial) {
    const P = initial.clearCofactor();
    if (P.equals(Point2.ZERO))
      return Point2.ZERO;
    P.assertValidity();
    return P;
  }
  return Object.freeze({
    get defaults() {
      return snapshot(safeDefaults);
    },
    Point: Point2,
    hashToCurve(msg, options) {
      const opts = Object.assign({}, safeDefaults, dstOverride(options));
      const u = hash_to_field(msg, 2, opts);
      const u0 = map(u[0]);
      const u1 = map(u[1]);
      return clear(u0.add(u1));
    },
    encodeToCurve(msg, options) {
      const optsDst = safeDefaults.encodeDST === void 0 ? {} : { DST: safeDefaults.encodeDST };
      const opts = Object.assign({}, safeDefaults, optsDst, dstOverride(options));
      const u = hash_to_field(msg, 1, opts);
      const u0 = map(u[0]);
      return clear(u0);
    },
    /** See {@link H2CHasher} */
    mapToCurve(scalars) {
      if (safeDefaults.m === 1) {
        if (typeof scalars !== "bigint")
          throw new Error("expected bigint (m=1)");
        return clear(map([scalars]));
      }
      if (!Array.isArray(scalars))
        throw new Error("expected array of bigints");
      if (scalars.length !== safeDefaults.m)
        throw new Error(`expected array of ${safeDefaults.m} bigints`);
      for (const i of scalars)
        if (typeof i !== "bigint")
          throw new Error("expected array of bigints");
      return clear(map(scalars));
    },
    // hash_to_scalar can produce 0: https://www.rfc-editor.org/errata/eid8393
    // RFC 9380, draft-irtf-cfrg-bbs-signatures-08. Default scalar DST is the shared generic
    // `HashToScalar-` prefix above unless the caller overrides it per invocation.
    hashToScalar(msg, options) {
      const N = Point2.Fn.ORDER;
      const opts = Object.assign({}, safeDefaults, { DST: _DST_scalar }, dstOverride(options), {
        p: N,
        m: 1
      });
      return hash_to_field(msg, 1, opts)[0][0];
    }
  });
}
function SWUFpSqrtRatio(Fp3, Z) {
  const F = validateField(Fp3);
  const q = F.ORDER;
  let l = _0n5;
  for (let o = q - _1n5; o % _2n3 === _0n5; o /= _2n3)
    l += _1n5;
  const c1 = l;
  const _2n_pow_c1_1 = _2n3 << c1 - _1n5 - _1n5;
  const _2n_pow_c1 = _2n_pow_c1_1 * _2n3;
  const c2 = (q - _1n5) / _2n_pow_c1;
  const c3 = (c2 - _1n5) / _2n3;
  const c4 = _2n_pow_c1 - _1n5;
  const c5 = _2n_pow_c1_1;
  const c6 = F.pow(Z, c2);
  const c7 = F.pow(Z, (c2 + _1n5) / _2n3);
  let sqrtRatio = (u, v) => {
    let tv1 = c6;
    let tv2 = F.pow(v, c4);
    let tv3 = F.sqr(tv2);
    tv3 = F.mul(tv3, v);
    let tv5 = F.mul(u, tv3);
    tv5 = F.pow(tv5, c3);
    tv5 = F.mul(tv5, tv2);
    tv2 = F.mul(tv5, v);
    tv3 = F.mul(tv5, u);
    let tv4 = F.mul(tv3, tv2);
    tv5 = F.pow(tv4, c5);
    let isQR = F.eql(tv5, F.ONE);
    tv2 = F.mul(tv3, c7);
    tv5 = F.mul(tv4, tv1);
    tv3 = F.cmov(tv2, tv3, isQR);
    tv4 = F.cmov(tv5, tv4, isQR);
    for (let i = c1; i > _1n5; i--) {
      let tv52 = i - _2n3;
      tv52 = _2n3 << tv52 - _1n5;
      let tvv5 = F.pow(tv4, tv52);
      const e1 = F.eql(tvv5, F.ONE);
      tv2 = F.mul(tv3, tv1);
      tv1 = F.mul(tv1, tv1);
      tvv5 = F.mul(tv4, tv1);
      tv3 = F.cmov(tv2, tv3, e1);
      tv4 = F.cmov(tvv5, tv4, e1);
    }
    return { isValid: !F.is0(v) && (isQR || F.is0(u)), value: tv3 };
  };
  if (F.ORDER % _4n4 === _3n2) {
    const c12 = (F.ORDER - _3n2) / _4n4;
    const c22 = F.sqrt(F.neg(Z));
    sqrtRatio = (u, v) => {
      let tv1 = F.sqr(v);
      const tv2 = F.mul(u, v);
      tv1 = F.mul(tv1, tv2);
      let y1 = F.pow(tv1, c12);
      y1 = F.mul(y1, tv2);
      const y2 = F.mul(y1, c22);
      const tv3 = F.mul(F.sqr(y1), v);
      const isQR = F.eql(tv3, u);
      let y = F.cmov(y2, y1, isQR);
      return { isValid: !F.is0(v) && isQR, value: y };
    };
  }
  return sqrtRatio;
}
function mapToCurveSimpleSWU(Fp3, opts) {
  const F = validateField(Fp3);
  validateObject(opts, {}, {}, "opts");
  const { A, B, Z } = opts;
  if (!F.isValidNot0(A) || !F.isValidNot0(B) || !F.isValid(Z))
    throw new Error("mapToCurveSimpleSWU: invalid opts");
  if (F.eql(Z, F.neg(F.ONE)) || FpIsSquare(F, Z))
    throw new Error("mapToCurveSimpleSWU: invalid opts");
  const x = F.mul(B, F.inv(F.mul(Z, A)));
  const gx = F.add(F.add(F.mul(F.sqr(x), x), F.mul(A, x)), B);
  if (!FpIsSquare(F, gx))
    throw new Error("mapToCurveSimpleSWU: invalid opts");
  const sqrtRatio = SWUFpSqrtRatio(F, Z);
  if (!F.isOdd)
    throw new Error("Field does not have .isOdd()");
  return (u) => {
    let tv1, tv2, tv3, tv4, tv5, tv6, x2, y;
    tv1 = F.sqr(u);
    tv1 = F.mul(tv1, Z);
    tv2 = F.sqr(tv1);
    tv2 = F.add(tv2, tv1);
    tv3 = F.add(tv2, F.ONE);
    tv3 = F.mul(tv3, B);
    tv4 = F.cmov(Z, F.neg(tv2), !F.eql(tv2, F.ZERO));
    tv4 = F.mul(tv4, A);
    tv2 = F.sqr(tv3);
    tv6 = F.sqr(tv4);
    tv5 = F.mul(tv6, A);
    tv2 = F.add(tv2, tv5);
    tv2 = F.mul(tv2, tv3);
    tv6 = F.mul(tv6, tv4);
    tv5 = F.mul(tv6, B);
    tv2 = F.add(tv2, tv5);
    x2 = F.mul(tv1, tv3);
    const { isValid, value } = sqrtRatio(tv2, tv6);
    y = F.mul(tv1, u);
    y = F.mul(y, value);
    x2 = F.cmov(x2, tv3, isValid);
    y = F.cmov(y, value, isValid);
    const e1 = F.isOdd(u) === F.isOdd(y);
    y = F.cmov(F.neg(y), y, e1);
    const tv4_inv = FpInvertBatch(F, [tv4], true)[0];
    x2 = F.mul(x2, tv4_inv);
    return { x: x2, y };
  };
}

// node_modules/@noble/curves/ed25519.js
var _1n6 = /* @__PURE__ */ BigInt(1);
var _2n4 = /* @__PURE__ */ BigInt(2);
var _5n2 = /* @__PURE__ */ BigInt(5);
var _8n3 = /* @__PURE__ */ BigInt(8);
var ed25519_CURVE_p = /* @__PURE__ */ BigInt("0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed");
var ed25519_CURVE = /* @__PURE__ */ (() => ({
  p: ed25519_CURVE_p,
  n: BigInt("0x1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed"),
  h: _8n3,
  a: BigInt("0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec"),
  d: BigInt("0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3"),
  Gx: BigInt("0x216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51a"),
  Gy: BigInt("0x6666666666666666666666666666666666666666666666666666666666666658")
}))();
function ed25519_pow_2_252_3(x) {
  const _10n = BigInt(10), _20n = BigInt(20), _40n = BigInt(40), _80n = BigInt(80);
  const P = ed25519_CURVE_p;
  const x2 = x * x % P;
  const b2 = x2 * x % P;
  const b4 = pow2(b2, _2n4, P) * b2 % P;
  const b5 = pow2(b4, _1n6, P) * x % P;
  const b10 = pow2(b5, _5n2, P) * b5 % P;
  const b20 = pow2(b10, _10n, P) * b10 % P;
  const b40 = pow2(b20, _20n, P) * b20 % P;
  const b80 = pow2(b40, _40n, P) * b40 % P;
  const b160 = pow2(b80, _80n, P) * b80 % P;
  const b240 = pow2(b160, _80n, P) * b80 % P;
  const b250 = pow2(b240, _10n, P) * b10 % P;
  const pow_p_5_8 = pow2(b250, _2n4, P) * x % P;
  return { pow_p_5_8, b2 };
}
function adjustScalarBytes(bytes) {
  bytes[0] &= 248;
  bytes[31] &= 127;
  bytes[31] |= 64;
  return bytes;
}
var ED25519_SQRT_M1 = /* @__PURE__ */ BigInt("19681161376707505956807079304988542015446066515923890162744021073123829784752");
function uvRatio(u, v) {
  const P = ed25519_CURVE_p;
  const v3 = mod(v * v * v, P);
  const v7 = mod(v3 * v3 * v, P);
  const pow3 = ed25519_pow_2_252_3(u * v7).pow_p_5_8;
  let x = mod(u * v3 * pow3, P);
  const vx2 = mod(v * x * x, P);
  const root1 = x;
  const root2 = mod(x * ED25519_SQRT_M1, P);
  const useRoot1 = vx2 === u;
  const useRoot2 = vx2 === mod(-u, P);
  const noRoot = vx2 === mod(-u * ED25519_SQRT_M1, P);
  if (useRoot1)
    x = root1;
  if (useRoot2 || noRoot)
    x = root2;
  if (isNegativeLE(x, P))
    x = mod(-x, P);
  return { isValid: useRoot1 || useRoot2, value: x };
}
var ed25519_Point = /* @__PURE__ */ edwards(ed25519_CURVE, { uvRatio });
var Fp = /* @__PURE__ */ (() => ed25519_Point.Fp)();
function toMontgomery(point) {
  const { y } = point;
  return Fp.toBytes(Fp.div(_1n6 + y, _1n6 - y));
}
function toMontgomerySecret(secretKey) {
  const size = ed25519_Point.Fp.BYTES;
  abytes(secretKey, size);
  return adjustScalarBytes(sha512(secretKey.subarray(0, size))).subarray(0, size);
}
function ed(opts) {
  return eddsa(ed25519_Point, sha512, Object.assign({ adjustScalarBytes, toMontgomery, toMontgomerySecret, zip215: true }, opts));
}
var ed25519 = /* @__PURE__ */ ed({});

// src/core/ed25519.ts
var Point = ed25519.Point;
var L = Point.Fn.ORDER;
var REMEMBERED = 8192;
var known = /* @__PURE__ */ new Map();
function verifyStrict(key, message, signature) {
  if (key.length !== 32 || signature.length !== 64) return false;
  const digest = sha512(concat(signature.subarray(0, 32), key, message));
  const id = hex(digest) + hex(signature) + hex(key);
  const before = known.get(id);
  if (before !== void 0) return before;
  const verdict = decide(key, signature, littleEndian(digest) % L);
  if (known.size >= REMEMBERED) known.clear();
  known.set(id, verdict);
  return verdict;
}
function decide(key, signature, k) {
  const s = littleEndian(signature.subarray(32));
  if (s >= L) return false;
  const a = canonicalPoint(key);
  const r = canonicalPoint(signature.subarray(0, 32));
  if (a === null || r === null) return false;
  const left = s === 0n ? Point.ZERO : Point.BASE.multiplyUnsafe(s);
  const right = k === 0n ? r : r.add(a.multiplyUnsafe(k));
  return left.equals(right);
}
function canonicalPoint(bytes) {
  try {
    const point = Point.fromBytes(bytes.slice(), false);
    if (!sameBytes(point.toBytes(), bytes) || point.isSmallOrder()) return null;
    return point;
  } catch {
    return null;
  }
}
function littleEndian(bytes) {
  return BigInt(`0x${hex(bytes.slice().reverse()) || "0"}`);
}

// node_modules/@noble/hashes/hmac.js
var _HMAC = class {
  oHash;
  iHash;
  blockLen;
  outputLen;
  canXOF = false;
  finished = false;
  destroyed = false;
  constructor(hash, key) {
    ahash(hash);
    abytes(key, void 0, "key");
    this.iHash = hash.create();
    if (typeof this.iHash.update !== "function")
      throw new Error("expected Hash instance");
    this.blockLen = this.iHash.blockLen;
    this.outputLen = this.iHash.outputLen;
    const blockLen = this.blockLen;
    const pad = new Uint8Array(blockLen);
    pad.set(key.length > blockLen ? hash.create().update(key).digest() : key);
    for (let i = 0; i < pad.length; i++)
      pad[i] ^= 54;
    this.iHash.update(pad);
    this.oHash = hash.create();
    for (let i = 0; i < pad.length; i++)
      pad[i] ^= 54 ^ 92;
    this.oHash.update(pad);
    clean(pad);
  }
  update(buf) {
    aexists(this);
    this.iHash.update(buf);
    return this;
  }
  digestInto(out) {
    aexists(this);
    aoutput(out, this);
    this.finished = true;
    const buf = out.subarray(0, this.outputLen);
    this.iHash.digestInto(buf);
    this.oHash.update(buf);
    this.oHash.digestInto(buf);
    this.destroy();
  }
  digest() {
    const out = new Uint8Array(this.oHash.outputLen);
    this.digestInto(out);
    return out;
  }
  _cloneInto(to) {
    to ||= Object.create(Object.getPrototypeOf(this), {});
    const { oHash, iHash, finished, destroyed, blockLen, outputLen, canXOF } = this;
    to = to;
    to.finished = finished;
    to.destroyed = destroyed;
    to.blockLen = blockLen;
    to.outputLen = outputLen;
    to.canXOF = canXOF;
    to.oHash = oHash._cloneInto(to.oHash);
    to.iHash = iHash._cloneInto(to.iHash);
    return to;
  }
  clone() {
    return this._cloneInto();
  }
  destroy() {
    this.destroyed = true;
    this.oHash.destroy();
    this.iHash.destroy();
  }
};
var hmac = /* @__PURE__ */ (() => {
  const hmac_ = ((hash, key, message) => new _HMAC(hash, key).update(message).digest());
  hmac_.create = (hash, key) => new _HMAC(hash, key);
  return hmac_;
})();

// node_modules/@noble/hashes/hkdf.js
function extract(hash, ikm, salt) {
  ahash(hash);
  if (salt === void 0)
    salt = new Uint8Array(hash.outputLen);
  return hmac(hash, salt, ikm);
}
var HKDF_COUNTER = /* @__PURE__ */ Uint8Array.of(0);
var EMPTY_BUFFER = /* @__PURE__ */ Uint8Array.of();
function expand(hash, prk, info, length = 32, _recycled) {
  ahash(hash);
  anumber(length, "length");
  abytes(prk, void 0, "prk");
  const olen = hash.outputLen;
  if (prk.length < olen)
    throw new Error('"prk" must be at least HashLen octets');
  if (length > 255 * olen)
    throw new Error("Length must be <= 255*HashLen");
  const blocks = Math.ceil(length / olen);
  if (info === void 0)
    info = EMPTY_BUFFER;
  else
    abytes(info, void 0, "info");
  if (!blocks) {
    if (_recycled)
      clean(prk);
    return new Uint8Array();
  }
  const okm = _recycled && blocks === 1 ? prk : new Uint8Array(blocks * olen);
  const { iHash, oHash } = hmac.create(hash, prk);
  const T = _recycled ? prk : new Uint8Array(olen);
  const worker = blocks > 1 ? _recycled?.iHash || hash.create() : void 0;
  for (let counter = 0; counter < blocks - 1; counter++) {
    HKDF_COUNTER[0] = counter + 1;
    const iWork = iHash._cloneInto(worker);
    if (counter)
      iWork.update(T);
    iWork.update(info).update(HKDF_COUNTER).digestInto(T);
    oHash._cloneInto(worker).update(T).digestInto(T);
    okm.set(T, olen * counter);
  }
  HKDF_COUNTER[0] = blocks;
  if (blocks > 1)
    iHash.update(T);
  iHash.update(info).update(HKDF_COUNTER).digestInto(T);
  oHash.update(T).digestInto(T);
  okm.set(T, olen * (blocks - 1));
  iHash.destroy();
  oHash.destroy();
  worker?.destroy();
  if (T !== okm)
    clean(T);
  clean(HKDF_COUNTER);
  if (length === okm.length)
    return okm;
  const res = okm.slice(0, length);
  clean(okm);
  return res;
}

// src/core/hash.ts
function tagged(label, ...parts) {
  const pieces = [utf8(`kleroterion/v1/${label}\0`)];
  for (const part of parts) pieces.push(u64be(part.length), part);
  return sha256(concat(...pieces));
}
function hkdfExtract(salt, ikm) {
  return extract(sha256, ikm, salt);
}
function hkdfExpand(prk, info, length) {
  return expand(sha256, prk, utf8(info), length);
}

// src/core/merkle.ts
var LEAF = new Uint8Array([0]);
function leafHash(data) {
  return sha256(concat(LEAF, data));
}
var pair = new Uint8Array(65);
pair[0] = 1;
function node(left, right) {
  pair.set(left, 1);
  pair.set(right, 33);
  return sha256(pair);
}
var TreeBuilder = class {
  heads = [];
  push(leaf) {
    let entry = { height: 0, hash: leaf };
    for (; ; ) {
      const last = this.heads.at(-1);
      if (last === void 0 || last.height !== entry.height) break;
      this.heads.pop();
      entry = { height: entry.height + 1, hash: node(last.hash, entry.hash) };
    }
    this.heads.push(entry);
  }
  root() {
    let acc;
    for (let i = this.heads.length - 1; i >= 0; i--) {
      const head = this.heads[i].hash;
      acc = acc === void 0 ? head : node(head, acc);
    }
    return acc ?? sha256(new Uint8Array(0));
  }
};
function rootFromInclusion(leaf, index, size, proof) {
  if (index >= size) throw new Refused("an index outside the tree", `below ${size}`, String(index));
  let fn = index;
  let sn = size - 1n;
  let root = leaf;
  for (const p of proof) {
    if (sn === 0n) throw new Refused("an inclusion proof that is too long");
    if ((fn & 1n) === 1n || fn === sn) {
      root = node(p, root);
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      root = node(root, p);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  if (sn !== 0n) throw new Refused("an inclusion proof that is too short");
  return root;
}
function checkConsistency(size1, root1, size2, root2, proof) {
  const wrong = (why) => {
    throw new Refused(`a consistency proof that does not hold: ${why}`, hex(root2), hex(root1));
  };
  if (size1 > size2) wrong("the earlier tree is the larger");
  if (size1 === size2) {
    if (proof.length !== 0) wrong("it should be empty");
    if (!sameBytes(root1, root2)) wrong("two roots of one size");
    return;
  }
  if (size1 === 0n) {
    if (proof.length !== 0) wrong("it should be empty");
    return;
  }
  const path = [...proof];
  if ((size1 & size1 - 1n) === 0n) path.unshift(root1);
  if (path.length === 0) wrong("it is empty");
  let fn = size1 - 1n;
  let sn = size2 - 1n;
  while ((fn & 1n) === 1n) {
    fn >>= 1n;
    sn >>= 1n;
  }
  let fr = path[0];
  let sr = path[0];
  for (const c of path.slice(1)) {
    if (sn === 0n) wrong("it is too long");
    if ((fn & 1n) === 1n || fn === sn) {
      fr = node(c, fr);
      sr = node(c, sr);
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      sr = node(sr, c);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  if (sn !== 0n) wrong("it is too short");
  if (!sameBytes(fr, root1)) wrong("it does not give the earlier root");
  if (!sameBytes(sr, root2)) wrong("it does not give the later root");
}
var MAX_PROOF = 64;
function parseProof(texts) {
  if (texts.length > MAX_PROOF) throw new Refused("a proof of more than 64 hashes", "at most 64", String(texts.length));
  return texts.map((t) => {
    const h = unbase64(t);
    if (h.length !== 32) throw new Refused("a hash in a proof is not 32 bytes", "32", String(h.length));
    return h;
  });
}

// src/core/json.ts
var MAX_DEPTH = 16;
var ESCAPES = { '"': '"', "\\": "\\", b: "\b", t: "	", n: "\n", f: "\f", r: "\r" };
function parseCanonical(text2) {
  return new Reader(text2, true).document();
}
function parseLenient(text2) {
  return new Reader(text2, false).document();
}
var Reader = class {
  constructor(text2, canonical) {
    this.text = text2;
    this.canonical = canonical;
  }
  text;
  canonical;
  at = 0;
  document() {
    this.space();
    const value = this.value(1);
    this.space();
    if (this.at !== this.text.length) throw this.refuse("bytes after the JSON value");
    return value;
  }
  value(depth) {
    const c = this.text[this.at];
    if (c === "{" || c === "[") {
      if (depth > MAX_DEPTH) throw this.refuse("nesting deeper than 16");
      return c === "{" ? this.object(depth) : this.array(depth);
    }
    if (c === '"') return this.string();
    if (c !== void 0 && c >= "0" && c <= "9") return this.integer();
    if (this.text.startsWith("true", this.at)) {
      this.at += 4;
      return true;
    }
    if (this.text.startsWith("false", this.at)) {
      this.at += 5;
      return false;
    }
    throw this.refuse("not an object, array, string, true, false or whole number");
  }
  object(depth) {
    const out = /* @__PURE__ */ new Map();
    this.at++;
    this.space();
    if (this.take("}")) return out;
    let last;
    for (; ; ) {
      if (this.text[this.at] !== '"') throw this.refuse("a member name was expected");
      const name = this.string();
      if (out.has(name)) throw this.refuse(`member ${JSON.stringify(clip(name))} stands twice`);
      if (this.canonical && last !== void 0 && !(last < name)) throw this.refuse("members are not sorted");
      last = name;
      this.space();
      this.expect(":");
      this.space();
      out.set(name, this.value(depth + 1));
      this.space();
      if (this.take("}")) return out;
      this.expect(",");
      this.space();
    }
  }
  array(depth) {
    const out = [];
    this.at++;
    this.space();
    if (this.take("]")) return out;
    for (; ; ) {
      out.push(this.value(depth + 1));
      this.space();
      if (this.take("]")) return out;
      this.expect(",");
      this.space();
    }
  }
  integer() {
    const digits = /[0-9]+/y;
    digits.lastIndex = this.at;
    const found = digits.exec(this.text)[0];
    if (found.length > 1 && found[0] === "0") throw this.refuse("a number begins with 0");
    const value = Number(found);
    if (found.length > 16 || !Number.isSafeInteger(value)) throw this.refuse("a number of 2^53 or more");
    this.at += found.length;
    return value;
  }
  string() {
    this.at++;
    let out = "";
    const plain = /[^"\\\u0000-\u001f]*/y;
    for (; ; ) {
      plain.lastIndex = this.at;
      const run = plain.exec(this.text)[0];
      out += run;
      this.at += run.length;
      const c = this.text[this.at];
      if (c === '"') {
        this.at++;
        break;
      }
      if (c !== "\\") throw this.refuse(c === void 0 ? "a string without end" : "a control character in a string");
      out += this.escape();
    }
    if (!out.isWellFormed()) throw this.refuse("a lone surrogate");
    return out;
  }
  escape() {
    const c = this.text[this.at + 1] ?? "";
    const short = ESCAPES[c];
    if (short !== void 0) {
      this.at += 2;
      return short;
    }
    if (!this.canonical && c === "/") {
      this.at += 2;
      return "/";
    }
    const digits = this.text.slice(this.at + 2, this.at + 6);
    if (c !== "u" || !/^[0-9a-fA-F]{4}$/.test(digits)) throw this.refuse("an unknown escape");
    const code = parseInt(digits, 16);
    this.at += 6;
    const made = String.fromCharCode(code);
    if (this.canonical && (code >= 32 || quote(made) !== `"\\u${digits}"`)) throw this.refuse("an escape that is not needed");
    return made;
  }
  space() {
    if (this.canonical) return;
    while (" 	\n\r".includes(this.text[this.at] ?? "x")) this.at++;
  }
  take(c) {
    if (this.text[this.at] !== c) return false;
    this.at++;
    return true;
  }
  expect(c) {
    if (!this.take(c)) throw this.refuse(`'${c}' was expected`);
  }
  refuse(why) {
    const form = this.canonical ? "canonical JSON" : "JSON";
    return new Refused(`not ${form}: ${why} at character ${this.at}`, form, clip(this.text.slice(this.at, this.at + 24)));
  }
};
function encode(value) {
  if (typeof value === "string") return quote(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return `[${value.map(encode).join(",")}]`;
  const names = [...value.keys()].sort((a, b) => a < b ? -1 : a > b ? 1 : 0);
  return `{${names.map((n) => `${quote(n)}:${encode(value.get(n))}`).join(",")}}`;
}
function quote(text2) {
  return JSON.stringify(text2);
}
var Members = class _Members {
  constructor(value, what) {
    this.what = what;
    if (!(value instanceof Map)) throw new Refused(`${what} is not an object`);
    this.left = new Map(value);
  }
  what;
  left;
  has(name) {
    return this.left.has(name);
  }
  names() {
    return [...this.left.keys()];
  }
  /** The raw member; refused if it is not there. */
  take(name) {
    const value = this.left.get(name);
    if (value === void 0) throw new Refused(`${this.what} has no member ${name}`);
    this.left.delete(name);
    return value;
  }
  optional(name, read2) {
    return this.left.has(name) ? read2(name) : void 0;
  }
  text(name, min = 0, max = Infinity) {
    const value = this.take(name);
    if (typeof value !== "string") throw this.refuse(name, "is not a text");
    if (max !== Infinity || min > 0) {
      const bytes = utf8Length(value);
      if (bytes < min || bytes > max) throw this.refuse(name, "has a length out of bounds", `${min} to ${max} bytes`, `${bytes} bytes`);
    }
    return value;
  }
  integer(name, min = 0, max = Number.MAX_SAFE_INTEGER) {
    const value = this.take(name);
    if (typeof value !== "number") throw this.refuse(name, "is not a whole number");
    if (value < min || value > max) throw this.refuse(name, "is out of bounds", `${min} to ${max}`, String(value));
    return value;
  }
  array(name, min = 0, max = Infinity) {
    const value = this.take(name);
    if (!Array.isArray(value)) throw this.refuse(name, "is not an array");
    if (value.length < min || value.length > max) throw this.refuse(name, "has a length out of bounds", `${min} to ${max}`, String(value.length));
    return value;
  }
  texts(name, min = 0, max = Infinity) {
    return this.array(name, min, max).map((v) => {
      if (typeof v !== "string") throw this.refuse(name, "holds what is not a text");
      return v;
    });
  }
  indices(name) {
    return this.array(name).map((v) => asIndex(v, `${this.what}: ${name}`));
  }
  hash(name) {
    const value = this.text(name);
    if (!isHash(value)) throw this.refuse(name, "is not a hash", "64 hexadecimal digits", clip(value));
    return value;
  }
  hex(name, length) {
    return unhex(this.text(name), length);
  }
  slug(name) {
    const value = this.text(name);
    if (!isSlug(value)) throw this.refuse(name, "is not a slug", "1 to 64 of a-z, 0-9 and -, beginning and ending with a letter or digit", clip(value));
    return value;
  }
  oneOf(name, choices) {
    const value = this.text(name);
    const found = choices.find((c) => c === value);
    if (found === void 0) throw this.refuse(name, "is unknown", choices.join(", "), clip(value));
    return found;
  }
  members(name) {
    return new _Members(this.take(name), `${this.what}: ${name}`);
  }
  end() {
    for (const name of this.left.keys()) throw new Refused(`${this.what} has an unknown member`, null, clip(name));
  }
  refuse(name, why, expected = null, found = null) {
    return new Refused(`${this.what}: ${name} ${why}`, expected, found);
  }
};
var MAX_INDEX = 4294967295;
function asIndex(value, what) {
  if (typeof value !== "number" || value > MAX_INDEX) throw new Refused(`${what} is not an index below 2^32`);
  return value;
}
function isHash(text2) {
  return /^[0-9a-f]{64}$/.test(text2);
}
function isSlug(text2) {
  return text2.length <= 64 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(text2);
}

// src/core/note.ts
var ED25519 = 1;
var COSIGNATURE = 4;
var NAME = /^[^\p{White_Space}+\u0000-\u001f]+$/u;
function parseVKey(text2, type = ED25519) {
  const parts = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/s.exec(text2);
  if (parts === null || !NAME.test(parts[1])) throw new Refused("not a verifier key", "name+keyid+base64", clip(text2));
  const body = unbase64(parts[3]);
  if (body.length !== 33 || body[0] !== type) throw new Refused("a verifier key of another type or length", `type ${type}, 32 bytes`, clip(text2));
  const id = keyId(parts[1], body);
  if (parts[2] !== hex(u32be(id))) throw new Refused("a verifier key whose key id is wrong", hex(u32be(id)), parts[2]);
  return { name: parts[1], id, type, key: body.slice(1), text: text2 };
}
function keyId(name, typed) {
  const digest = sha256(concat(utf8(`${name}
`), typed));
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0);
}
function parseNote(whole) {
  if (/[\u0000-\u0009\u000b-\u001f]/.test(whole)) throw new Refused("a control character in a note");
  const cut = whole.lastIndexOf("\n\n");
  if (cut < 0) throw new Refused("a note without signatures");
  const text2 = whole.slice(0, cut + 1);
  const rest = whole.slice(cut + 2);
  if (!rest.endsWith("\n")) throw new Refused("a note does not end with a newline");
  const lines = rest.slice(0, -1).split("\n").map(parseLine);
  return { whole, text: text2, lines };
}
function parseLine(line) {
  const parts = /^— ([^ ]+) ([^ ]+)$/.exec(line);
  if (parts === null || !NAME.test(parts[1])) throw new Refused("not a signature line", "— name base64", clip(line));
  const body = unbase64(parts[2]);
  if (body.length < 5) throw new Refused("a signature line without signature");
  return { name: parts[1], id: new DataView(body.buffer, body.byteOffset).getUint32(0), signature: body.slice(4) };
}
function parseProtocolNote(whole, context) {
  const note = parseNote(whole);
  const rows = note.text.split("\n");
  if (rows[0] !== `kleroterion/v1/${context}`) throw new Refused("a note of another context", `kleroterion/v1/${context}`, clip(rows[0]));
  if (rows.length !== 3 || rows[2] !== "") throw new Refused("a note that is not two lines");
  return { ...note, context, json: parseCanonical(rows[1]) };
}
function demandedSigners(note, demanded) {
  const message = utf8(note.text);
  const signers = [];
  let last;
  for (const line of note.lines) {
    if (last !== void 0 && compareLines(last, line) > 0) throw new Refused("signature lines are not sorted", `${line.name} before ${last.name}`, `${last.name} before ${line.name}`);
    last = line;
    const same2 = demanded.filter((k) => k.name === line.name && k.id === line.id);
    if (same2.length === 0) throw new Refused("a signature by a key that was not asked for", demanded.map((k) => k.name).join(", "), line.name);
    const signer = same2.find((k) => verifyStrict(k.key, message, line.signature));
    if (signer === void 0) throw new Refused("a signature that does not verify", `a signature by ${line.name}`, "another");
    if (signers.some((k) => sameBytes(k.key, signer.key))) throw new Refused("two signatures of one key", "distinct keys", line.name);
    signers.push(signer);
  }
  return signers;
}
function compareLines(a, b) {
  return compareText(a.name, b.name) || a.id - b.id;
}
function distinct(keys) {
  const sorted = [...keys].sort((a, b) => compareBytes(a.key, b.key));
  return sorted.filter((k, i) => i === 0 || !sameBytes(k.key, sorted[i - 1].key));
}

// src/core/checkpoint.ts
var MAX_U64 = (1n << 64n) - 1n;
var MAX_TIME = (1n << 63n) - 1n;
function parseCheckpoint(whole) {
  const note = parseNote(whole);
  const rows = note.text.split("\n");
  if (rows.length !== 4 || rows[3] !== "" || rows[0] === "") throw new Refused("a checkpoint that is not three lines", "origin, size, root", `${rows.length - 1} lines`);
  const root = unbase64(rows[2]);
  if (root.length !== 32) throw new Refused("a root that is not 32 bytes", "32", String(root.length));
  return { note, origin: rows[0], size: decimal(rows[1]), root };
}
function decimal(text2) {
  if (!/^(0|[1-9][0-9]{0,19})$/.test(text2) || BigInt(text2) > MAX_U64) throw new Refused("not a decimal number", "digits without leading zeros", clip(text2));
  return BigInt(text2);
}
function parseTlogProof(text2) {
  const cut = text2.indexOf("\n\n");
  if (cut < 0) throw new Refused("a proof without a checkpoint");
  const [head, index, ...hashes] = text2.slice(0, cut).split("\n");
  if (head !== "c2sp.org/tlog-proof@v1") throw new Refused("not a tlog-proof", "c2sp.org/tlog-proof@v1", clip(head ?? ""));
  if (index === void 0 || !index.startsWith("index ")) throw new Refused("a tlog-proof without index", "index", clip(index ?? ""));
  return { index: decimal(index.slice(6)), hashes: parseProof(hashes), checkpoint: parseCheckpoint(text2.slice(cut + 2)) };
}
function signedBy(checkpoint, key) {
  const lines = checkpoint.note.lines.filter((l) => l.name === key.name && l.id === key.id);
  return lines.length > 0 && lines.every((l) => verifyStrict(key.key, utf8(checkpoint.note.text), l.signature));
}
function cosignedAt(checkpoint, witness) {
  const times = [];
  for (const line of checkpoint.note.lines) {
    if (line.name !== witness.name || line.id !== witness.id || line.signature.length !== 72) continue;
    const time = new DataView(line.signature.buffer, line.signature.byteOffset).getBigUint64(0);
    if (time > MAX_TIME) continue;
    const message = concat(utf8(`cosignature/v1
time ${time}
`), utf8(checkpoint.note.text));
    if (verifyStrict(witness.key, message, line.signature.subarray(8))) times.push(time);
  }
  return times;
}

// node_modules/@noble/curves/abstract/weierstrass.js
var divNearest = (num, den) => (num + (num >= 0 ? den : -den) / _2n5) / den;
function _splitEndoScalar(k, basis, n) {
  aInRange("scalar", k, _0n6, n);
  const [[a1, b1], [a2, b2]] = basis;
  const c1 = divNearest(b2 * k, n);
  const c2 = divNearest(-b1 * k, n);
  let k1 = k - c1 * a1 - c2 * a2;
  let k2 = -c1 * b1 - c2 * b2;
  const k1neg = k1 < _0n6;
  const k2neg = k2 < _0n6;
  if (k1neg)
    k1 = -k1;
  if (k2neg)
    k2 = -k2;
  const MAX_NUM = bitMask(Math.ceil(bitLen(n) / 2)) + _1n7;
  if (k1 < _0n6 || k1 >= MAX_NUM || k2 < _0n6 || k2 >= MAX_NUM) {
    throw new Error("splitScalar (endomorphism): failed for k");
  }
  return { k1neg, k1, k2neg, k2 };
}
var _0n6 = /* @__PURE__ */ BigInt(0);
var _1n7 = /* @__PURE__ */ BigInt(1);
var _2n5 = /* @__PURE__ */ BigInt(2);
var _3n3 = /* @__PURE__ */ BigInt(3);
var _4n5 = /* @__PURE__ */ BigInt(4);
function weierstrass(params, extraOpts = {}) {
  const validated = createCurveFields("weierstrass", params, extraOpts);
  const Fp3 = validated.Fp;
  const Fn = validated.Fn;
  let CURVE = validated.CURVE;
  const { h: cofactor, n: CURVE_ORDER } = CURVE;
  validateObject(extraOpts, {}, {
    allowInfinityPoint: "boolean",
    clearCofactor: "function",
    isTorsionFree: "function",
    fromBytes: "function",
    toBytes: "function",
    endo: "object",
    randomBytes: "function"
  });
  const { endo: endoOpts, allowInfinityPoint, clearCofactor, isTorsionFree, fromBytes, toBytes } = extraOpts;
  const randomBytes4 = extraOpts.randomBytes === void 0 ? randomBytes2 : extraOpts.randomBytes;
  if (endoOpts) {
    if (!Fp3.is0(CURVE.a) || typeof endoOpts.beta !== "bigint" || !Array.isArray(endoOpts.basises)) {
      throw new Error('invalid endo: expected "beta": bigint and "basises": array');
    }
  }
  const endo = endoOpts ? {
    beta: endoOpts.beta,
    basises: endoOpts.basises.map((basis) => [...basis])
  } : void 0;
  const lengths = getWLengths(Fp3, Fn);
  function assertCompressionIsSupported() {
    if (!Fp3.isOdd)
      throw new Error("compression is not supported: Field does not have .isOdd()");
  }
  function pointToBytes(_c, point, isCompressed) {
    if (point.is0()) {
      if (!allowInfinityPoint)
        throw new Error("bad point: ZERO");
      return Uint8Array.of(0);
    }
    const { x, y } = point.toAffine();
    const bx = Fp3.toBytes(x);
    abool(isCompressed, "isCompressed");
    if (isCompressed) {
      assertCompressionIsSupported();
      const hasEvenY = !Fp3.isOdd(y);
      return concatBytes2(pprefix(hasEvenY), bx);
    } else {
      return concatBytes2(Uint8Array.of(4), bx, Fp3.toBytes(y));
    }
  }
  function pointFromBytes(bytes) {
    abytes2(bytes, void 0, "Point");
    const { publicKey: comp, publicKeyUncompressed: uncomp } = lengths;
    const length = bytes.length;
    const head = bytes[0];
    const tail = bytes.subarray(1);
    if (allowInfinityPoint && length === 1 && head === 0)
      return { x: Fp3.ZERO, y: Fp3.ZERO };
    if (length === comp && (head === 2 || head === 3)) {
      const x = Fp3.fromBytes(tail);
      if (!Fp3.isValid(x))
        throw new Error("bad point: is not on curve, wrong x");
      const y2 = weierstrassEquation(x);
      let y;
      try {
        y = Fp3.sqrt(y2);
      } catch (sqrtError) {
        const err = sqrtError instanceof Error ? ": " + sqrtError.message : "";
        throw new Error("bad point: is not on curve, sqrt error" + err);
      }
      assertCompressionIsSupported();
      const evenY = Fp3.isOdd(y);
      const evenH = (head & 1) === 1;
      if (evenH !== evenY)
        y = Fp3.neg(y);
      return { x, y };
    } else if (length === uncomp && head === 4) {
      const L2 = Fp3.BYTES;
      const x = Fp3.fromBytes(tail.subarray(0, L2));
      const y = Fp3.fromBytes(tail.subarray(L2, L2 * 2));
      if (!isValidXY(x, y))
        throw new Error("bad point: is not on curve");
      return { x, y };
    } else {
      throw new Error(`bad point: got length ${length}, expected compressed=${comp} or uncompressed=${uncomp}`);
    }
  }
  const encodePoint = toBytes === void 0 ? pointToBytes : toBytes;
  const decodePoint = fromBytes === void 0 ? pointFromBytes : fromBytes;
  const b3 = Fp3.mul(CURVE.b, _3n3);
  const mulA = Fp3.is0(CURVE.a) ? (_) => Fp3.ZERO : (x) => Fp3.mul(CURVE.a, x);
  function weierstrassEquation(x) {
    const x2 = Fp3.sqr(x);
    const x3 = Fp3.mul(x2, x);
    return Fp3.add(Fp3.add(x3, Fp3.mul(x, CURVE.a)), CURVE.b);
  }
  function isValidXY(x, y) {
    const left = Fp3.sqr(y);
    const right = weierstrassEquation(x);
    return Fp3.eql(left, right);
  }
  if (!isValidXY(CURVE.Gx, CURVE.Gy))
    throw new Error("bad curve params: generator point");
  const _4a3 = Fp3.mul(Fp3.pow(CURVE.a, _3n3), _4n5);
  const _27b2 = Fp3.mul(Fp3.sqr(CURVE.b), BigInt(27));
  if (Fp3.is0(Fp3.add(_4a3, _27b2)))
    throw new Error("bad curve params: a or b");
  function acoord(title, n, banZero = false) {
    if (!Fp3.isValid(n) || banZero && Fp3.is0(n))
      throw new Error(`bad point coordinate ${title}`);
    return typeof n === "object" && n !== null ? Fp3.create(n) : n;
  }
  function aprjpoint(other) {
    if (!(other instanceof Point2))
      throw new Error("Weierstrass Point expected");
  }
  function splitEndoScalarN(k) {
    if (!endo || !endo.basises)
      throw new Error("no endo");
    return _splitEndoScalar(k, endo.basises, Fn.ORDER);
  }
  function pushWnafPair(points, scalars, p, k) {
    if (!Fn.isValid(k))
      throw new RangeError("invalid scalar: out of range");
    if (endo) {
      const { k1neg, k1, k2neg, k2 } = splitEndoScalarN(k);
      const psi = new Point2(Fp3.mul(p.X, endo.beta), p.Y, p.Z);
      points.push(k1neg ? p.negate() : p, k2neg ? psi.negate() : psi);
      scalars.push(k1, k2);
    } else {
      points.push(p);
      scalars.push(k);
    }
  }
  const validityCache = /* @__PURE__ */ new WeakSet();
  class Point2 {
    static BASE = new Point2(CURVE.Gx, CURVE.Gy, Fp3.ONE);
    static ZERO = new Point2(Fp3.ZERO, Fp3.ONE, Fp3.ZERO);
    static Fp = Fp3;
    static Fn = Fn;
    X;
    Y;
    Z;
    /** Does NOT validate if the point is valid. Use `.assertValidity()`. */
    constructor(X, Y, Z) {
      this.X = acoord("x", X);
      this.Y = acoord("y", Y, true);
      this.Z = acoord("z", Z);
      Object.freeze(this);
    }
    static CURVE() {
      return CURVE;
    }
    /** Does NOT validate if the point is valid. Use `.assertValidity()`. */
    static fromAffine(p) {
      const { x, y } = p || {};
      if (!p || !Fp3.isValid(x) || !Fp3.isValid(y))
        throw new Error("invalid affine point");
      if (p instanceof Point2)
        throw new Error("projective point not allowed");
      if (Fp3.is0(x) && Fp3.is0(y))
        return Point2.ZERO;
      return new Point2(x, y, Fp3.ONE);
    }
    static fromBytes(bytes) {
      const P = Point2.fromAffine(decodePoint(abytes2(bytes, void 0, "point")));
      P.assertValidity();
      return P;
    }
    static fromHex(hex2) {
      return Point2.fromBytes(hexToBytes2(hex2));
    }
    get x() {
      return this.toAffine().x;
    }
    get y() {
      return this.toAffine().y;
    }
    /**
     * @param isLazy - true will defer table computation until the first multiplication
     */
    precompute(windowSize = 6, isLazy = true) {
      wnaf.setWindowSize(this, windowSize);
      if (!isLazy)
        this.multiply(_3n3);
      return this;
    }
    // TODO: return `this`
    /** A point on curve is valid if it conforms to equation. */
    assertValidity() {
      const p = this;
      if (p.is0()) {
        if (allowInfinityPoint && Fp3.is0(p.X) && Fp3.eql(p.Y, Fp3.ONE) && Fp3.is0(p.Z))
          return;
        throw new Error("bad point: ZERO");
      }
      if (validityCache.has(p))
        return;
      const { x, y } = p.toAffine();
      if (!Fp3.isValid(x) || !Fp3.isValid(y))
        throw new Error("bad point: x or y not field elements");
      if (!isValidXY(x, y))
        throw new Error("bad point: equation left != right");
      if (!p.isTorsionFree())
        throw new Error("bad point: not in prime-order subgroup");
      validityCache.add(p);
    }
    hasEvenY() {
      const { y } = this.toAffine();
      if (!Fp3.isOdd)
        throw new Error("Field doesn't support isOdd");
      return !Fp3.isOdd(y);
    }
    /** Compare one point to another. */
    equals(other) {
      aprjpoint(other);
      const { X: X1, Y: Y1, Z: Z1 } = this;
      const { X: X2, Y: Y2, Z: Z2 } = other;
      const U1 = Fp3.eql(Fp3.mul(X1, Z2), Fp3.mul(X2, Z1));
      const U2 = Fp3.eql(Fp3.mul(Y1, Z2), Fp3.mul(Y2, Z1));
      return U1 && U2;
    }
    /** Flips point to one corresponding to (x, -y) in Affine coordinates. */
    negate() {
      return new Point2(this.X, Fp3.neg(this.Y), this.Z);
    }
    // Renes-Costello-Batina exception-free doubling formula.
    // There is 30% faster Jacobian formula, but it is not complete.
    // https://eprint.iacr.org/2015/1060, algorithm 3
    // Cost: 8M + 3S + 3*a + 2*b3 + 15add.
    double() {
      const { X: X1, Y: Y1, Z: Z1 } = this;
      let X3 = Fp3.ZERO, Y3 = Fp3.ZERO, Z3 = Fp3.ZERO;
      let t0 = Fp3.mul(X1, X1);
      let t1 = Fp3.mul(Y1, Y1);
      let t2 = Fp3.mul(Z1, Z1);
      let t3 = Fp3.mul(X1, Y1);
      t3 = Fp3.add(t3, t3);
      Z3 = Fp3.mul(X1, Z1);
      Z3 = Fp3.add(Z3, Z3);
      X3 = mulA(Z3);
      Y3 = Fp3.mul(b3, t2);
      Y3 = Fp3.add(X3, Y3);
      X3 = Fp3.sub(t1, Y3);
      Y3 = Fp3.add(t1, Y3);
      Y3 = Fp3.mul(X3, Y3);
      X3 = Fp3.mul(t3, X3);
      Z3 = Fp3.mul(b3, Z3);
      t2 = mulA(t2);
      t3 = Fp3.sub(t0, t2);
      t3 = mulA(t3);
      t3 = Fp3.add(t3, Z3);
      Z3 = Fp3.add(t0, t0);
      t0 = Fp3.add(Z3, t0);
      t0 = Fp3.add(t0, t2);
      t0 = Fp3.mul(t0, t3);
      Y3 = Fp3.add(Y3, t0);
      t2 = Fp3.mul(Y1, Z1);
      t2 = Fp3.add(t2, t2);
      t0 = Fp3.mul(t2, t3);
      X3 = Fp3.sub(X3, t0);
      Z3 = Fp3.mul(t2, t1);
      Z3 = Fp3.add(Z3, Z3);
      Z3 = Fp3.add(Z3, Z3);
      return new Point2(X3, Y3, Z3);
    }
    // Renes-Costello-Batina exception-free addition formula.
    // There is 30% faster Jacobian formula, but it is not complete.
    // https://eprint.iacr.org/2015/1060, algorithm 1
    // Cost: 12M + 0S + 3*a + 3*b3 + 23add.
    add(other) {
      aprjpoint(other);
      const { X: X1, Y: Y1, Z: Z1 } = this;
      const { X: X2, Y: Y2, Z: Z2 } = other;
      let X3 = Fp3.ZERO, Y3 = Fp3.ZERO, Z3 = Fp3.ZERO;
      let t0 = Fp3.mul(X1, X2);
      let t1 = Fp3.mul(Y1, Y2);
      let t2 = Fp3.mul(Z1, Z2);
      let t3 = Fp3.add(X1, Y1);
      let t4 = Fp3.add(X2, Y2);
      t3 = Fp3.mul(t3, t4);
      t4 = Fp3.add(t0, t1);
      t3 = Fp3.sub(t3, t4);
      t4 = Fp3.add(X1, Z1);
      let t5 = Fp3.add(X2, Z2);
      t4 = Fp3.mul(t4, t5);
      t5 = Fp3.add(t0, t2);
      t4 = Fp3.sub(t4, t5);
      t5 = Fp3.add(Y1, Z1);
      X3 = Fp3.add(Y2, Z2);
      t5 = Fp3.mul(t5, X3);
      X3 = Fp3.add(t1, t2);
      t5 = Fp3.sub(t5, X3);
      Z3 = mulA(t4);
      X3 = Fp3.mul(b3, t2);
      Z3 = Fp3.add(X3, Z3);
      X3 = Fp3.sub(t1, Z3);
      Z3 = Fp3.add(t1, Z3);
      Y3 = Fp3.mul(X3, Z3);
      t1 = Fp3.add(t0, t0);
      t1 = Fp3.add(t1, t0);
      t2 = mulA(t2);
      t4 = Fp3.mul(b3, t4);
      t1 = Fp3.add(t1, t2);
      t2 = Fp3.sub(t0, t2);
      t2 = mulA(t2);
      t4 = Fp3.add(t4, t2);
      t0 = Fp3.mul(t1, t4);
      Y3 = Fp3.add(Y3, t0);
      t0 = Fp3.mul(t5, t4);
      X3 = Fp3.mul(t3, X3);
      X3 = Fp3.sub(X3, t0);
      t0 = Fp3.mul(t3, t1);
      Z3 = Fp3.mul(t5, Z3);
      Z3 = Fp3.add(Z3, t0);
      return new Point2(X3, Y3, Z3);
    }
    subtract(other) {
      aprjpoint(other);
      return this.add(other.negate());
    }
    is0() {
      return this.equals(Point2.ZERO);
    }
    /**
     * Constant time multiplication.
     * Uses precomputed tables (signed fixed-window wNAF) when available.
     * Uses scalar blinding and avoids endomorphism splitting in the secret-scalar path.
     * @param scalar - by which the point would be multiplied
     * @returns New point
     */
    multiply(scalar) {
      if (!Fn.isValidNot0(scalar))
        throw new RangeError("invalid scalar: out of range");
      const { p, f } = wnaf.mulSecret(this, scalar, cofactor, normalize);
      return normalize([p, f])[0];
    }
    /**
     * Non-constant-time multiplication. Uses width-4 wNAF with GLV endomorphism splitting
     * when available (two half-width scalars sharing one halved doubling chain).
     * It's faster, but should only be used when you don't care about
     * an exposed secret key e.g. sig verification, which works over *public* keys.
     */
    multiplyUnsafe(scalar) {
      const p = this;
      const sc = scalar;
      if (!Fn.isValid(sc))
        throw new RangeError("invalid scalar: out of range");
      if (sc === _0n6 || p.is0())
        return Point2.ZERO;
      if (sc === _1n7)
        return p;
      if (wnaf.hasWindowSize(this))
        return wnaf.mulUnsafe(p, sc, normalize);
      const points = [];
      const scalars = [];
      pushWnafPair(points, scalars, p, sc);
      return mulAddUnsafe(Point2, points, scalars);
    }
    /**
     * Non-constant-time double-scalar multiplication `a⋅this + b⋅other` (Strauss–Shamir).
     * Both walks share one doubling chain via {@link mulAddUnsafe}, and GLV endomorphism
     * (when available) halves the chain again by splitting each scalar into two half-width
     * parts. Used by ECDSA verification and public-key recovery for `R = u1⋅G + u2⋅P`.
     * Only for public scalars.
     */
    mulAddUnsafe(a, other, b) {
      aprjpoint(other);
      const points = [];
      const scalars = [];
      pushWnafPair(points, scalars, this, a);
      pushWnafPair(points, scalars, other, b);
      return mulAddUnsafe(Point2, points, scalars);
    }
    /**
     * Converts Projective point to affine (x, y) coordinates.
     * (X, Y, Z) ∋ (x=X/Z, y=Y/Z).
     * @param invertedZ - Z^-1 (inverted zero) - optional, precomputation is useful for invertBatch
     */
    toAffine(invertedZ) {
      const p = this;
      let iz = invertedZ;
      if (iz != null && !Fp3.isValid(iz))
        throw new RangeError('"invertedZ" expected valid field element');
      const { X, Y, Z } = p;
      if (Fp3.eql(Z, Fp3.ONE))
        return { x: X, y: Y };
      const is0 = p.is0();
      if (iz == null)
        iz = is0 ? Fp3.ONE : Fp3.inv(Z);
      const x = Fp3.mul(X, iz);
      const y = Fp3.mul(Y, iz);
      const zz = Fp3.mul(Z, iz);
      if (is0)
        return { x: Fp3.ZERO, y: Fp3.ZERO };
      if (!Fp3.eql(zz, Fp3.ONE))
        throw new Error("invZ was invalid");
      return { x, y };
    }
    /**
     * Checks whether Point is free of torsion elements (is in prime subgroup).
     * Always torsion-free for cofactor=1 curves.
     */
    isTorsionFree() {
      if (cofactor === _1n7)
        return true;
      if (isTorsionFree)
        return isTorsionFree(Point2, this);
      return wnaf.mulUnsafe(this, CURVE_ORDER).is0();
    }
    clearCofactor() {
      if (cofactor === _1n7)
        return this;
      if (clearCofactor)
        return clearCofactor(Point2, this);
      return this.multiplyUnsafe(cofactor);
    }
    isSmallOrder() {
      if (cofactor === _1n7)
        return this.is0();
      return this.clearCofactor().is0();
    }
    toBytes(isCompressed = true) {
      abool(isCompressed, "isCompressed");
      this.assertValidity();
      return encodePoint(Point2, this, isCompressed);
    }
    toHex(isCompressed = true) {
      return bytesToHex2(this.toBytes(isCompressed));
    }
    toString() {
      return `<Point ${this.is0() ? "ZERO" : this.toHex()}>`;
    }
  }
  const normalize = (points) => normalizeZ(Point2, points);
  const wnaf = new ScalarMultiplier(Point2, randomBytes4);
  if (wnaf.bits >= 6)
    Point2.BASE.precompute(6);
  Object.freeze(Point2.prototype);
  Object.freeze(Point2);
  return Point2;
}
function pprefix(hasEvenY) {
  return Uint8Array.of(hasEvenY ? 2 : 3);
}
function getWLengths(Fp3, Fn) {
  return {
    secretKey: Fn.BYTES,
    publicKey: 1 + Fp3.BYTES,
    publicKeyUncompressed: 1 + 2 * Fp3.BYTES,
    publicKeyHasPrefix: true,
    // Raw compact `(r || s)` signature width; DER and recovered signatures use
    // different lengths outside this helper.
    signature: 2 * Fn.BYTES
  };
}

// node_modules/@noble/curves/abstract/bls.js
var _0n7 = BigInt(0);
var _1n8 = BigInt(1);
var _2n6 = BigInt(2);
var _3n4 = BigInt(3);
function NAfDecomposition(a) {
  const res = [];
  for (; a > _1n8; a >>= _1n8) {
    if ((a & _1n8) === _0n7)
      res.unshift(0);
    else if ((a & _3n4) === _3n4) {
      res.unshift(-1);
      a += _1n8;
    } else
      res.unshift(1);
  }
  return res;
}
function aNonEmpty(arr) {
  if (!Array.isArray(arr) || arr.length === 0)
    throw new Error("expected non-empty array");
}
function createBlsPairing(fields2, G12, G22, params) {
  validateObject(fields2, { Fp: "object", Fr: "object", Fp2: "object", Fp12: "object" }, { Fp6: "object" }, "fields");
  if (typeof G12 !== "function")
    throw new TypeError('"G1_Point" expected point constructor, got type=' + typeof G12);
  if (typeof G22 !== "function")
    throw new TypeError('"G2_Point" expected point constructor, got type=' + typeof G22);
  validateObject(params, { ateLoopSize: "bigint", xNegative: "boolean", twistType: "string" }, { randomBytes: "function", postPrecompute: "function" }, "params");
  const { Fp: Fp3, Fr, Fp2: Fp23, Fp12: Fp122 } = fields2;
  const { twistType, ateLoopSize, xNegative, postPrecompute } = params;
  const fp22 = (c0, c1) => ({ c0, c1 });
  const fp2f = ({ c0, c1 }) => Object.freeze({ c0, c1 });
  const add2 = (a, b) => fp22(Fp3.add(a.c0, b.c0), Fp3.add(a.c1, b.c1));
  const sub2 = (a, b) => fp22(Fp3.sub(a.c0, b.c0), Fp3.sub(a.c1, b.c1));
  const mul2 = (a, b) => {
    const t0 = Fp3.mul(a.c0, b.c0);
    const t1 = Fp3.mul(a.c1, b.c1);
    return fp22(Fp3.sub(t0, t1), Fp3.sub(Fp3.mul(Fp3.add(a.c0, a.c1), Fp3.add(b.c0, b.c1)), Fp3.add(t0, t1)));
  };
  const mul2ByFp = (a, rhs) => fp22(Fp3.mul(a.c0, rhs), Fp3.mul(a.c1, rhs));
  const mul2ByNonresidue = (a) => Fp23.mulByNonresidue(a);
  const mul014ByLine = ({ c0: f0, c1: f1 }, o0, l1, l4, Px, Py) => {
    const o1 = mul2ByFp(l1, Px);
    const o4 = mul2ByFp(l4, Py);
    const { c0: a0, c1: a1, c2: a2 } = f0;
    const { c0: b0, c1: b1, c2: b2 } = f1;
    const t0_0 = mul2(a0, o0);
    const t0_1 = mul2(a1, o1);
    const t0_c0 = add2(mul2ByNonresidue(sub2(mul2(add2(a1, a2), o1), t0_1)), t0_0);
    const t0_c1 = sub2(sub2(mul2(add2(o0, o1), add2(a0, a1)), t0_0), t0_1);
    const t0_c2 = add2(sub2(mul2(add2(a0, a2), o0), t0_0), t0_1);
    const t1_c0 = mul2ByNonresidue(mul2(b2, o4));
    const t1_c1 = mul2(b0, o4);
    const t1_c2 = mul2(b1, o4);
    const s0 = add2(a0, b0);
    const s1 = add2(a1, b1);
    const s2 = add2(a2, b2);
    const o14 = add2(o1, o4);
    const t2_0 = mul2(s0, o0);
    const t2_1 = mul2(s1, o14);
    const t2_c0 = add2(mul2ByNonresidue(sub2(mul2(add2(s1, s2), o14), t2_1)), t2_0);
    const t2_c1 = sub2(sub2(mul2(add2(o0, o14), add2(s0, s1)), t2_0), t2_1);
    const t2_c2 = add2(sub2(mul2(add2(s0, s2), o0), t2_0), t2_1);
    return Object.freeze({
      c0: Object.freeze({
        c0: fp2f(add2(mul2ByNonresidue(t1_c2), t0_c0)),
        c1: fp2f(add2(t1_c0, t0_c1)),
        c2: fp2f(add2(t1_c1, t0_c2))
      }),
      c1: Object.freeze({
        c0: fp2f(sub2(sub2(t2_c0, t0_c0), t1_c0)),
        c1: fp2f(sub2(sub2(t2_c1, t0_c1), t1_c1)),
        c2: fp2f(sub2(sub2(t2_c2, t0_c2), t1_c2))
      })
    });
  };
  const mul034ByLine = ({ c0: f0, c1: f1 }, l0, l3, o4, Px, Py) => {
    const o0 = mul2ByFp(l0, Py);
    const o3 = mul2ByFp(l3, Px);
    const { c0: a0, c1: a1, c2: a2 } = f0;
    const { c0: b0, c1: b1, c2: b2 } = f1;
    const a_c0 = mul2(a0, o0);
    const a_c1 = mul2(a1, o0);
    const a_c2 = mul2(a2, o0);
    const b0m = mul2(b0, o3);
    const b1m = mul2(b1, o4);
    const b_c0 = add2(mul2ByNonresidue(sub2(mul2(add2(b1, b2), o4), b1m)), b0m);
    const b_c1 = sub2(sub2(mul2(add2(o3, o4), add2(b0, b1)), b0m), b1m);
    const b_c2 = add2(sub2(mul2(add2(b0, b2), o3), b0m), b1m);
    const s0 = add2(a0, b0);
    const s1 = add2(a1, b1);
    const s2 = add2(a2, b2);
    const o03 = add2(o0, o3);
    const e0m = mul2(s0, o03);
    const e1m = mul2(s1, o4);
    const e_c0 = add2(mul2ByNonresidue(sub2(mul2(add2(s1, s2), o4), e1m)), e0m);
    const e_c1 = sub2(sub2(mul2(add2(o03, o4), add2(s0, s1)), e0m), e1m);
    const e_c2 = add2(sub2(mul2(add2(s0, s2), o03), e0m), e1m);
    return Object.freeze({
      c0: Object.freeze({
        c0: fp2f(add2(mul2ByNonresidue(b_c2), a_c0)),
        c1: fp2f(add2(b_c0, a_c1)),
        c2: fp2f(add2(b_c1, a_c2))
      }),
      c1: Object.freeze({
        c0: fp2f(sub2(sub2(e_c0, a_c0), b_c0)),
        c1: fp2f(sub2(sub2(e_c1, a_c1), b_c1)),
        c2: fp2f(sub2(sub2(e_c2, a_c2), b_c2))
      })
    });
  };
  let lineFunction;
  if (twistType === "multiplicative") {
    lineFunction = (c0, c1, c2, f, Px, Py) => mul014ByLine(f, c0, c1, c2, Px, Py);
  } else if (twistType === "divisive") {
    lineFunction = (c0, c1, c2, f, Px, Py) => mul034ByLine(f, c2, c1, c0, Px, Py);
  } else
    throw new Error("bls: unknown twist type");
  const Fp2div2 = Fp23.div(Fp23.ONE, Fp23.mul(Fp23.ONE, _2n6));
  function pointDouble(ell, Rx, Ry, Rz) {
    const t0 = Fp23.sqr(Ry);
    const t1 = Fp23.sqr(Rz);
    const t2 = Fp23.mulByB(Fp23.mul(t1, _3n4));
    const t3 = Fp23.mul(t2, _3n4);
    const t4 = Fp23.sub(Fp23.sub(Fp23.sqr(Fp23.add(Ry, Rz)), t1), t0);
    const c0 = Fp23.sub(t2, t0);
    const c1 = Fp23.mul(Fp23.sqr(Rx), _3n4);
    const c2 = Fp23.neg(t4);
    ell.push([c0, c1, c2]);
    Rx = Fp23.mul(Fp23.mul(Fp23.mul(Fp23.sub(t0, t3), Rx), Ry), Fp2div2);
    Ry = Fp23.sub(Fp23.sqr(Fp23.mul(Fp23.add(t0, t3), Fp2div2)), Fp23.mul(Fp23.sqr(t2), _3n4));
    Rz = Fp23.mul(t0, t4);
    return { Rx, Ry, Rz };
  }
  function pointAdd(ell, Rx, Ry, Rz, Qx, Qy) {
    const t0 = Fp23.sub(Ry, Fp23.mul(Qy, Rz));
    const t1 = Fp23.sub(Rx, Fp23.mul(Qx, Rz));
    const c0 = Fp23.sub(Fp23.mul(t0, Qx), Fp23.mul(t1, Qy));
    const c1 = Fp23.neg(t0);
    const c2 = t1;
    ell.push([c0, c1, c2]);
    const t2 = Fp23.sqr(t1);
    const t3 = Fp23.mul(t2, t1);
    const t4 = Fp23.mul(t2, Rx);
    const t5 = Fp23.add(Fp23.sub(t3, Fp23.mul(t4, _2n6)), Fp23.mul(Fp23.sqr(t0), Rz));
    Rx = Fp23.mul(t1, t5);
    Ry = Fp23.sub(Fp23.mul(Fp23.sub(t4, t5), t0), Fp23.mul(t3, Ry));
    Rz = Fp23.mul(Rz, t3);
    return { Rx, Ry, Rz };
  }
  const ATE_NAF = NAfDecomposition(ateLoopSize);
  const calcPairingPrecomputes = (point) => {
    if (!(point instanceof G22))
      throw new TypeError('"point" expected G2 point, got type=' + typeof point);
    const p = point;
    const { x, y } = p.toAffine();
    const Qx = x, Qy = y, negQy = Fp23.neg(y);
    let Rx = Qx, Ry = Qy, Rz = Fp23.ONE;
    const ell = [];
    for (const bit of ATE_NAF) {
      const cur = [];
      ({ Rx, Ry, Rz } = pointDouble(cur, Rx, Ry, Rz));
      if (bit)
        ({ Rx, Ry, Rz } = pointAdd(cur, Rx, Ry, Rz, Qx, bit === -1 ? negQy : Qy));
      ell.push(cur);
    }
    if (postPrecompute) {
      const last = ell[ell.length - 1];
      postPrecompute(Rx, Ry, Rz, Qx, Qy, pointAdd.bind(null, last));
    }
    return ell;
  };
  function millerLoopBatch(pairs, withFinalExponent = false) {
    aarray(pairs, "pairs", (pair2, title) => {
      aarray(pair2, title);
      if (pair2.length !== 3)
        throw new TypeError(`"${title}" expected precompute tuple`);
      aarray(pair2[0], title + "[0]");
    });
    let f12 = Fp122.ONE;
    if (pairs.length) {
      const ellLen = pairs[0][0].length;
      for (let i = 0; i < ellLen; i++) {
        if (i !== 0)
          f12 = Fp122.sqr(f12);
        for (const [ell, Px, Py] of pairs) {
          for (const [c0, c1, c2] of ell[i])
            f12 = lineFunction(c0, c1, c2, f12, Px, Py);
        }
      }
    }
    if (xNegative)
      f12 = Fp122.conjugate(f12);
    return withFinalExponent ? Fp122.finalExponentiate(f12) : f12;
  }
  function pairingBatch(pairs, withFinalExponent = true) {
    aarray(pairs, "pairs");
    const res = [];
    for (let i = 0; i < pairs.length; i++) {
      const pair2 = pairs[i];
      validateObject(pair2, { g1: "object", g2: "object" }, {}, "pairs[" + i + "]");
      const { g1: g12, g2: g22 } = pair2;
      if (!(g12 instanceof G12))
        throw new TypeError('"pairs[' + i + '].g1" expected G1 point, got type=' + typeof g12);
      if (!(g22 instanceof G22))
        throw new TypeError('"pairs[' + i + '].g2" expected G2 point, got type=' + typeof g22);
      if (g12.is0() || g22.is0())
        throw new Error("pairing is not available for ZERO point");
      g12.assertValidity();
      g22.assertValidity();
      const Qa = g12.toAffine();
      res.push([calcPairingPrecomputes(g22), Qa.x, Qa.y]);
    }
    return millerLoopBatch(res, withFinalExponent);
  }
  function pairing(Q, P, withFinalExponent = true) {
    if (!(Q instanceof G12))
      throw new TypeError('"Q" expected G1 point, got type=' + typeof Q);
    if (!(P instanceof G22))
      throw new TypeError('"P" expected G2 point, got type=' + typeof P);
    return pairingBatch([{ g1: Q, g2: P }], withFinalExponent);
  }
  const lengths = {
    seed: getMinHashLength(Fr.ORDER)
  };
  const rand = params.randomBytes === void 0 ? randomBytes2 : params.randomBytes;
  const randomSecretKey = (seed) => {
    seed = seed === void 0 ? rand(lengths.seed) : seed;
    abytes2(seed, lengths.seed, "seed");
    return mapHashToField(seed, Fr.ORDER);
  };
  Object.freeze(lengths);
  return {
    lengths,
    Fr,
    Fp12: Fp122,
    // NOTE: we re-export Fp12 here because pairing results are Fp12!
    millerLoopBatch,
    pairing,
    pairingBatch,
    calcPairingPrecomputes,
    randomSecretKey
  };
}
function createBlsSig(blsPairing, PubPoint, SigPoint, isSigG1, hashToSigCurve, SignatureCoder) {
  const { Fr, Fp12: Fp122, pairingBatch, randomSecretKey, lengths } = blsPairing;
  if (!SignatureCoder) {
    SignatureCoder = {
      fromBytes: notImplemented,
      fromHex: notImplemented,
      toBytes: notImplemented,
      toHex: notImplemented
    };
  }
  const sigCoder = Object.freeze({ ...SignatureCoder });
  function normPub(point) {
    return point instanceof PubPoint ? point : PubPoint.fromBytes(point);
  }
  function normSig(point) {
    return point instanceof SigPoint ? point : sigCoder.fromBytes(point);
  }
  function amsg(m) {
    if (!(m instanceof SigPoint))
      throw new Error(`expected valid message hashed to ${!isSigG1 ? "G2" : "G1"} curve`);
    return m;
  }
  const pair2 = !isSigG1 ? (a, b) => ({ g1: a, g2: b }) : (a, b) => ({ g1: b, g2: a });
  return Object.freeze({
    lengths: Object.freeze({ ...lengths, secretKey: Fr.BYTES }),
    keygen(seed) {
      const secretKey = randomSecretKey(seed);
      const publicKey = this.getPublicKey(secretKey);
      return { secretKey, publicKey };
    },
    // P = pk x G
    getPublicKey(secretKey) {
      let sec;
      try {
        sec = PubPoint.Fn.fromBytes(secretKey);
      } catch (error) {
        throw new Error("invalid private key: " + typeof secretKey, { cause: error });
      }
      return PubPoint.BASE.multiply(sec);
    },
    // S = pk x H(m)
    sign(message, secretKey, unusedArg) {
      if (unusedArg != null)
        throw new Error("sign() expects 2 arguments");
      const sec = PubPoint.Fn.fromBytes(secretKey);
      amsg(message).assertValidity();
      return message.multiply(sec);
    },
    // Checks if pairing of public key & hash is equal to pairing of generator & signature.
    // e(P, H(m)) == e(G, S)
    // e(S, G) == e(H(m), P)
    verify(signature, message, publicKey, unusedArg) {
      if (unusedArg != null)
        throw new Error("verify() expects 3 arguments");
      signature = normSig(signature);
      publicKey = normPub(publicKey);
      const P = publicKey.negate();
      const G = PubPoint.BASE;
      const Hm = amsg(message);
      const S = signature;
      try {
        const exp = pairingBatch([pair2(P, Hm), pair2(G, S)]);
        return Fp122.eql(exp, Fp122.ONE);
      } catch {
        return false;
      }
    },
    // https://ethresear.ch/t/fast-verification-of-multiple-bls-signatures/5407
    // e(G, S) = e(G, SUM(n)(Si)) = MUL(n)(e(G, Si))
    // TODO: maybe `{message: G2Hex, publicKey: G1Hex}[]` instead?
    verifyBatch(signature, items) {
      aNonEmpty(items);
      const sig = normSig(signature);
      const nMessages = items.map((i) => amsg(i.message));
      const nPublicKeys = items.map((i) => normPub(i.publicKey));
      const messagePubKeyMap = /* @__PURE__ */ new Map();
      for (let i = 0; i < nPublicKeys.length; i++) {
        const pub = nPublicKeys[i];
        const msg = nMessages[i];
        let keys = messagePubKeyMap.get(msg);
        if (keys === void 0) {
          keys = [];
          messagePubKeyMap.set(msg, keys);
        }
        keys.push(pub);
      }
      const paired = [];
      const G = PubPoint.BASE;
      try {
        for (const [msg, keys] of messagePubKeyMap) {
          const groupPublicKey = keys.reduce((acc, msg2) => acc.add(msg2));
          paired.push(pair2(groupPublicKey, msg));
        }
        paired.push(pair2(G.negate(), sig));
        return Fp122.eql(pairingBatch(paired), Fp122.ONE);
      } catch {
        return false;
      }
    },
    // Adds a bunch of public key points together.
    // pk1 + pk2 + pk3 = pkA
    aggregatePublicKeys(publicKeys) {
      aNonEmpty(publicKeys);
      publicKeys = publicKeys.map((pub) => normPub(pub));
      const agg = publicKeys.reduce((sum, p) => sum.add(p), PubPoint.ZERO);
      agg.assertValidity();
      return agg;
    },
    // Adds a bunch of signature points together.
    // pk1 + pk2 + pk3 = pkA
    aggregateSignatures(signatures) {
      aNonEmpty(signatures);
      signatures = signatures.map((sig) => normSig(sig));
      const agg = signatures.reduce((sum, s) => sum.add(s), SigPoint.ZERO);
      agg.assertValidity();
      return agg;
    },
    hash(messageBytes, DST) {
      abytes2(messageBytes);
      const opts = DST === void 0 ? void 0 : { DST };
      return hashToSigCurve(messageBytes, opts);
    },
    Signature: Object.freeze({ ...sigCoder })
  });
}
function blsBasic(fields2, G1_Point2, G2_Point2, params) {
  const { Fp: Fp3, Fr, Fp2: Fp23, Fp6: Fp62, Fp12: Fp122 } = fields2;
  const G12 = { Point: G1_Point2 };
  const G22 = { Point: G2_Point2 };
  const pairingRes = createBlsPairing(fields2, G1_Point2, G2_Point2, params);
  const { millerLoopBatch, pairing, pairingBatch, calcPairingPrecomputes, randomSecretKey, lengths } = pairingRes;
  G12.Point.BASE.precompute(4);
  Object.freeze(G12);
  Object.freeze(G22);
  return Object.freeze({
    lengths: Object.freeze(lengths),
    millerLoopBatch,
    pairing,
    pairingBatch,
    G1: G12,
    G2: G22,
    fields: Object.freeze({ Fr, Fp: Fp3, Fp2: Fp23, Fp6: Fp62, Fp12: Fp122 }),
    params: Object.freeze({
      ateLoopSize: params.ateLoopSize,
      xNegative: params.xNegative,
      twistType: params.twistType,
      postPrecompute: params.postPrecompute
    }),
    utils: Object.freeze({
      randomSecretKey,
      calcPairingPrecomputes
    })
  });
}
function blsHashers(fields2, G1_Point2, G2_Point2, params, hasherParams) {
  const base = blsBasic(fields2, G1_Point2, G2_Point2, params);
  validateObject(hasherParams, { hasherOpts: "object", hasherOptsG1: "object", hasherOptsG2: "object" }, { mapToG1: "function", mapToG2: "function" }, "hasherParams");
  const G1Hasher = createHasher2(G1_Point2, hasherParams.mapToG1 === void 0 ? notImplemented : hasherParams.mapToG1, {
    ...hasherParams.hasherOpts,
    ...hasherParams.hasherOptsG1
  });
  const G2Hasher = createHasher2(G2_Point2, hasherParams.mapToG2 === void 0 ? notImplemented : hasherParams.mapToG2, {
    ...hasherParams.hasherOpts,
    ...hasherParams.hasherOptsG2
  });
  return Object.freeze({ ...base, G1: G1Hasher, G2: G2Hasher });
}
function bls(fields2, G1_Point2, G2_Point2, params, hasherParams, signatureCoders2) {
  const base = blsHashers(fields2, G1_Point2, G2_Point2, params, hasherParams);
  const pairingRes = {
    ...base,
    Fr: base.fields.Fr,
    Fp12: base.fields.Fp12,
    calcPairingPrecomputes: base.utils.calcPairingPrecomputes,
    randomSecretKey: base.utils.randomSecretKey
  };
  const longSignatures = createBlsSig(pairingRes, G1_Point2, G2_Point2, false, base.G2.hashToCurve, signatureCoders2?.LongSignature);
  const shortSignatures = createBlsSig(pairingRes, G2_Point2, G1_Point2, true, base.G1.hashToCurve, signatureCoders2?.ShortSignature);
  return Object.freeze({ ...base, longSignatures, shortSignatures });
}

// node_modules/@noble/curves/abstract/tower.js
var _0n8 = /* @__PURE__ */ BigInt(0);
var _1n9 = /* @__PURE__ */ BigInt(1);
var _2n7 = /* @__PURE__ */ BigInt(2);
var _3n5 = /* @__PURE__ */ BigInt(3);
var _6n = /* @__PURE__ */ BigInt(6);
var _12n = /* @__PURE__ */ BigInt(12);
var isObj = (value) => !!value && typeof value === "object";
function calcFrobeniusCoefficients(Fp3, nonResidue, modulus, degree, num = 1, divisor) {
  asafenumber(num, "num");
  asafenumber(degree, "degree");
  const divisorN = divisor === void 0 ? degree : divisor;
  asafenumber(divisorN, "divisor");
  const F = Fp3;
  if (typeof modulus !== "bigint" || modulus <= _1n9)
    throw new Error("calcFrobeniusCoefficients: expected valid modulus, got " + modulus);
  if (degree <= 0)
    throw new Error("calcFrobeniusCoefficients: expected positive degree, got " + degree);
  if (num <= 0)
    throw new Error("calcFrobeniusCoefficients: expected positive row count, got " + num);
  if (divisorN <= 0)
    throw new Error("calcFrobeniusCoefficients: expected positive divisor, got " + divisorN);
  const _divisor = BigInt(divisorN);
  const towerModulus = modulus ** BigInt(degree);
  const res = [];
  for (let i = 0; i < num; i++) {
    const a = BigInt(i + 1);
    const powers = [];
    for (let j = 0, qPower = _1n9; j < degree; j++) {
      const numer = a * qPower - a;
      if (numer % _divisor)
        throw new Error("calcFrobeniusCoefficients: inexact tower exponent");
      const power = numer / _divisor % towerModulus;
      powers.push(F.pow(nonResidue, power));
      qPower *= modulus;
    }
    res.push(powers);
  }
  return res;
}
function psiFrobenius(Fp3, Fp23, base) {
  validateField(Fp3);
  validateField(Fp23);
  validateObject(Fp23, {
    Fp: "object",
    frobeniusMap: "function",
    fromBigTuple: "function",
    mulByB: "function",
    mulByNonresidue: "function",
    reim: "function",
    Fp4Square: "function",
    NONRESIDUE: "object"
  }, {});
  if (!isObj(base) || Array.isArray(base))
    throw new TypeError('"base" expected Fp2 element, got type=' + typeof base);
  if (!Fp23.isValid(base))
    throw new RangeError('"base" expected valid Fp2 element');
  const PSI_X = Fp23.pow(base, (Fp3.ORDER - _1n9) / _3n5);
  const PSI_Y = Fp23.pow(base, (Fp3.ORDER - _1n9) / _2n7);
  function psi(x, y) {
    const x2 = Fp23.mul(Fp23.frobeniusMap(x, 1), PSI_X);
    const y2 = Fp23.mul(Fp23.frobeniusMap(y, 1), PSI_Y);
    return [x2, y2];
  }
  const PSI2_X = Fp23.pow(base, (Fp3.ORDER ** _2n7 - _1n9) / _3n5);
  const PSI2_Y = Fp23.pow(base, (Fp3.ORDER ** _2n7 - _1n9) / _2n7);
  if (!Fp23.eql(PSI2_Y, Fp23.neg(Fp23.ONE)))
    throw new Error("psiFrobenius: PSI2_Y!==-1");
  function psi2(x, y) {
    return [Fp23.mul(x, PSI2_X), Fp23.neg(y)];
  }
  const mapAffine = (fn) => (c, P) => {
    if (typeof c !== "function")
      throw new TypeError('"c" expected point constructor, got type=' + typeof c);
    validatePointCons(c);
    if (!(P instanceof c))
      throw new TypeError('"P" expected Point instance, got type=' + typeof P);
    const affine = P.toAffine();
    const p = fn(affine.x, affine.y);
    return c.fromAffine({ x: p[0], y: p[1] });
  };
  const G2psi3 = mapAffine(psi);
  const G2psi22 = mapAffine(psi2);
  return { psi, psi2, G2psi: G2psi3, G2psi2: G2psi22, PSI_X, PSI_Y, PSI2_X, PSI2_Y };
}
var _Field2 = class {
  ORDER;
  BITS;
  BYTES;
  isLE;
  ZERO;
  ONE;
  Fp;
  NONRESIDUE;
  mulByB;
  Fp_NONRESIDUE;
  Fp_div2;
  constructor(Fp3, opts = {}) {
    const { NONRESIDUE = BigInt(-1), FP2_NONRESIDUE, Fp2mulByB } = opts;
    const ORDER = Fp3.ORDER;
    const FP2_ORDER = ORDER * ORDER;
    this.Fp = Fp3;
    this.ORDER = FP2_ORDER;
    this.BITS = bitLen(FP2_ORDER);
    this.BYTES = Math.ceil(bitLen(FP2_ORDER) / 8);
    this.isLE = Fp3.isLE;
    this.ZERO = this.create({ c0: Fp3.ZERO, c1: Fp3.ZERO });
    this.ONE = this.create({ c0: Fp3.ONE, c1: Fp3.ZERO });
    this.Fp_NONRESIDUE = Fp3.create(NONRESIDUE);
    this.Fp_div2 = Fp3.div(Fp3.ONE, _2n7);
    this.NONRESIDUE = this.create({ c0: FP2_NONRESIDUE[0], c1: FP2_NONRESIDUE[1] });
    this.mulByB = (num) => {
      const { c0, c1 } = Fp2mulByB(num);
      return Object.freeze({ c0, c1 });
    };
    Object.freeze(this);
  }
  fromBigTuple(tuple) {
    if (!Array.isArray(tuple) || tuple.length !== 2)
      throw new Error("invalid Fp2.fromBigTuple");
    const [c0, c1] = tuple;
    if (typeof c0 !== "bigint" || typeof c1 !== "bigint")
      throw new Error("invalid Fp2.fromBigTuple");
    return this.create({ c0, c1 });
  }
  create(num) {
    const { Fp: Fp3 } = this;
    const c0 = Fp3.create(num.c0);
    const c1 = Fp3.create(num.c1);
    return Object.freeze({ c0, c1 });
  }
  isValid(num) {
    if (!isObj(num))
      throw new TypeError("invalid field element: expected object, got " + typeof num);
    const { c0, c1 } = num;
    const { Fp: Fp3 } = this;
    return Fp3.isValid(c0) && Fp3.isValid(c1);
  }
  is0(num) {
    if (!isObj(num))
      return false;
    const { c0, c1 } = num;
    const { Fp: Fp3 } = this;
    return Fp3.is0(c0) && Fp3.is0(c1);
  }
  isValidNot0(num) {
    return !this.is0(num) && this.isValid(num);
  }
  eql({ c0, c1 }, { c0: r0, c1: r1 }) {
    const { Fp: Fp3 } = this;
    return Fp3.eql(c0, r0) && Fp3.eql(c1, r1);
  }
  neg({ c0, c1 }) {
    const { Fp: Fp3 } = this;
    return Object.freeze({ c0: Fp3.neg(c0), c1: Fp3.neg(c1) });
  }
  pow(num, power) {
    return FpPow(this, num, power);
  }
  invertBatch(nums) {
    return FpInvertBatch(this, nums, true);
  }
  // Normalized
  add(f1, f2) {
    const { Fp: Fp3 } = this;
    const { c0, c1 } = f1;
    const { c0: r0, c1: r1 } = f2;
    return Object.freeze({
      c0: Fp3.add(c0, r0),
      c1: Fp3.add(c1, r1)
    });
  }
  sub({ c0, c1 }, { c0: r0, c1: r1 }) {
    const { Fp: Fp3 } = this;
    return Object.freeze({
      c0: Fp3.sub(c0, r0),
      c1: Fp3.sub(c1, r1)
    });
  }
  mul({ c0, c1 }, rhs) {
    const { Fp: Fp3 } = this;
    if (typeof rhs === "bigint")
      return Object.freeze({ c0: Fp3.mul(c0, rhs), c1: Fp3.mul(c1, rhs) });
    const { c0: r0, c1: r1 } = rhs;
    let t1 = Fp3.mul(c0, r0);
    let t2 = Fp3.mul(c1, r1);
    const o0 = Fp3.sub(t1, t2);
    const o1 = Fp3.sub(Fp3.mul(Fp3.add(c0, c1), Fp3.add(r0, r1)), Fp3.add(t1, t2));
    return Object.freeze({ c0: o0, c1: o1 });
  }
  sqr({ c0, c1 }) {
    const { Fp: Fp3 } = this;
    const a = Fp3.add(c0, c1);
    const b = Fp3.sub(c0, c1);
    const c = Fp3.add(c0, c0);
    return Object.freeze({ c0: Fp3.mul(a, b), c1: Fp3.mul(c, c1) });
  }
  // NonNormalized stuff
  addN(a, b) {
    return this.add(a, b);
  }
  subN(a, b) {
    return this.sub(a, b);
  }
  mulN(a, b) {
    return this.mul(a, b);
  }
  sqrN(a) {
    return this.sqr(a);
  }
  // Why inversion for bigint inside Fp instead of Fp2? it is even used in that context?
  div(lhs, rhs) {
    const { Fp: Fp3 } = this;
    return this.mul(lhs, typeof rhs === "bigint" ? Fp3.inv(Fp3.create(rhs)) : this.inv(rhs));
  }
  inv({ c0: a, c1: b }) {
    const { Fp: Fp3 } = this;
    const factor = Fp3.inv(Fp3.create(a * a + b * b));
    return Object.freeze({ c0: Fp3.mul(factor, Fp3.create(a)), c1: Fp3.mul(factor, Fp3.create(-b)) });
  }
  sqrt(num) {
    const { Fp: Fp3 } = this;
    const Fp23 = this;
    const { c0, c1 } = num;
    if (Fp3.is0(c1)) {
      if (FpLegendre(Fp3, c0) === 1)
        return Fp23.create({ c0: Fp3.sqrt(c0), c1: Fp3.ZERO });
      else
        return Fp23.create({ c0: Fp3.ZERO, c1: Fp3.sqrt(Fp3.div(c0, this.Fp_NONRESIDUE)) });
    }
    const a = Fp3.sqrt(Fp3.sub(Fp3.sqr(c0), Fp3.mul(Fp3.sqr(c1), this.Fp_NONRESIDUE)));
    let d = Fp3.mul(Fp3.add(a, c0), this.Fp_div2);
    const legendre = FpLegendre(Fp3, d);
    if (legendre === -1)
      d = Fp3.sub(d, a);
    const a0 = Fp3.sqrt(d);
    const candidateSqrt = Fp23.create({ c0: a0, c1: Fp3.div(Fp3.mul(c1, this.Fp_div2), a0) });
    if (!Fp23.eql(Fp23.sqr(candidateSqrt), num))
      throw new Error("Cannot find square root");
    const x1 = candidateSqrt;
    const x2 = Fp23.neg(x1);
    const { re: re1, im: im1 } = Fp23.reim(x1);
    const { re: re2, im: im2 } = Fp23.reim(x2);
    if (im1 > im2 || im1 === im2 && re1 > re2)
      return x1;
    return x2;
  }
  // Same as sgn0_m_eq_2 in RFC 9380
  isOdd(x) {
    const { re: x0, im: x1 } = this.reim(x);
    const sign_0 = x0 % _2n7;
    const zero_0 = x0 === _0n8;
    const sign_1 = x1 % _2n7;
    return BigInt(sign_0 || zero_0 && sign_1) == _1n9;
  }
  // Bytes util
  fromBytes(b) {
    const { Fp: Fp3 } = this;
    abytes2(b);
    if (b.length !== this.BYTES)
      throw new Error("fromBytes invalid length=" + b.length);
    return this.create({
      c0: Fp3.fromBytes(b.subarray(0, Fp3.BYTES)),
      c1: Fp3.fromBytes(b.subarray(Fp3.BYTES))
    });
  }
  toBytes({ c0, c1 }) {
    return concatBytes2(this.Fp.toBytes(c0), this.Fp.toBytes(c1));
  }
  cmov({ c0, c1 }, { c0: r0, c1: r1 }, c) {
    const { Fp: Fp3 } = this;
    return this.create({
      c0: Fp3.cmov(c0, r0, c),
      c1: Fp3.cmov(c1, r1, c)
    });
  }
  reim({ c0, c1 }) {
    return { re: c0, im: c1 };
  }
  Fp4Square(a, b) {
    const Fp23 = this;
    const a2 = Fp23.sqr(a);
    const b2 = Fp23.sqr(b);
    return {
      first: Fp23.add(Fp23.mulByNonresidue(b2), a2),
      // b² * Nonresidue + a²
      second: Fp23.sub(Fp23.sub(Fp23.sqr(Fp23.add(a, b)), a2), b2)
      // (a + b)² - a² - b²
    };
  }
  // multiply by u + 1
  mulByNonresidue({ c0, c1 }) {
    const { Fp: Fp3, NONRESIDUE: nr } = this;
    if (nr.c0 === Fp3.ONE && nr.c1 === Fp3.ONE) {
      return Object.freeze({ c0: Fp3.sub(c0, c1), c1: Fp3.add(c0, c1) });
    }
    if (nr.c1 === Fp3.ONE) {
      return Object.freeze({
        c0: Fp3.sub(Fp3.mul(c0, nr.c0), c1),
        c1: Fp3.add(c0, Fp3.mul(c1, nr.c0))
      });
    }
    return this.mul({ c0, c1 }, nr);
  }
  frobeniusMap(num, power) {
    const { c0, c1 } = num;
    const { Fp: Fp3 } = this;
    return Object.freeze({ c0, c1: power % 2 === 0 ? c1 : Fp3.neg(c1) });
  }
};
var _Field6 = class {
  ORDER;
  BITS;
  BYTES;
  isLE;
  ZERO;
  ONE;
  Fp2;
  constructor(Fp23) {
    this.Fp2 = Fp23;
    this.ORDER = Fp23.Fp.ORDER ** _6n;
    this.BITS = 3 * Fp23.BITS;
    this.BYTES = 3 * Fp23.BYTES;
    this.isLE = Fp23.isLE;
    this.ZERO = this.create({ c0: Fp23.ZERO, c1: Fp23.ZERO, c2: Fp23.ZERO });
    this.ONE = this.create({ c0: Fp23.ONE, c1: Fp23.ZERO, c2: Fp23.ZERO });
    Object.freeze(this);
  }
  // Most callers never touch Frobenius maps, so keep the sextic tables lazy:
  // eagerly deriving them dominates `bls12-381.js` / `bn254.js` import time.
  get FROBENIUS_COEFFICIENTS_1() {
    const frob2 = _FROBENIUS_COEFFICIENTS_6.get(this);
    if (frob2)
      return frob2[0];
    const { Fp2: Fp23 } = this;
    const { Fp: Fp3 } = Fp23;
    const rows = calcFrobeniusCoefficients(Fp23, Fp23.NONRESIDUE, Fp3.ORDER, 6, 2, 3);
    const cache = [Object.freeze(rows[0]), Object.freeze(rows[1])];
    _FROBENIUS_COEFFICIENTS_6.set(this, cache);
    return cache[0];
  }
  get FROBENIUS_COEFFICIENTS_2() {
    const frob2 = _FROBENIUS_COEFFICIENTS_6.get(this);
    if (frob2)
      return frob2[1];
    void this.FROBENIUS_COEFFICIENTS_1;
    return _FROBENIUS_COEFFICIENTS_6.get(this)[1];
  }
  add({ c0, c1, c2 }, { c0: r0, c1: r1, c2: r2 }) {
    const { Fp2: Fp23 } = this;
    return Object.freeze({
      c0: Fp23.add(c0, r0),
      c1: Fp23.add(c1, r1),
      c2: Fp23.add(c2, r2)
    });
  }
  sub({ c0, c1, c2 }, { c0: r0, c1: r1, c2: r2 }) {
    const { Fp2: Fp23 } = this;
    return Object.freeze({
      c0: Fp23.sub(c0, r0),
      c1: Fp23.sub(c1, r1),
      c2: Fp23.sub(c2, r2)
    });
  }
  mul({ c0, c1, c2 }, rhs) {
    const { Fp2: Fp23 } = this;
    if (typeof rhs === "bigint") {
      return Object.freeze({
        c0: Fp23.mul(c0, rhs),
        c1: Fp23.mul(c1, rhs),
        c2: Fp23.mul(c2, rhs)
      });
    }
    const { c0: r0, c1: r1, c2: r2 } = rhs;
    const t0 = Fp23.mul(c0, r0);
    const t1 = Fp23.mul(c1, r1);
    const t2 = Fp23.mul(c2, r2);
    return Object.freeze({
      // t0 + (c1 + c2) * (r1 * r2) - (T1 + T2) * (u + 1)
      c0: Fp23.add(t0, Fp23.mulByNonresidue(Fp23.sub(Fp23.mul(Fp23.add(c1, c2), Fp23.add(r1, r2)), Fp23.add(t1, t2)))),
      // (c0 + c1) * (r0 + r1) - (T0 + T1) + T2 * (u + 1)
      c1: Fp23.add(Fp23.sub(Fp23.mul(Fp23.add(c0, c1), Fp23.add(r0, r1)), Fp23.add(t0, t1)), Fp23.mulByNonresidue(t2)),
      // T1 + (c0 + c2) * (r0 + r2) - T0 + T2
      c2: Fp23.sub(Fp23.add(t1, Fp23.mul(Fp23.add(c0, c2), Fp23.add(r0, r2))), Fp23.add(t0, t2))
    });
  }
  sqr({ c0, c1, c2 }) {
    const { Fp2: Fp23 } = this;
    let t0 = Fp23.sqr(c0);
    let t1 = Fp23.mul(Fp23.mul(c0, c1), _2n7);
    let t3 = Fp23.mul(Fp23.mul(c1, c2), _2n7);
    let t4 = Fp23.sqr(c2);
    return Object.freeze({
      c0: Fp23.add(Fp23.mulByNonresidue(t3), t0),
      // T3 * (u + 1) + T0
      c1: Fp23.add(Fp23.mulByNonresidue(t4), t1),
      // T4 * (u + 1) + T1
      // T1 + (c0 - c1 + c2)² + T3 - T0 - T4
      c2: Fp23.sub(Fp23.sub(Fp23.add(Fp23.add(t1, Fp23.sqr(Fp23.add(Fp23.sub(c0, c1), c2))), t3), t0), t4)
    });
  }
  addN(a, b) {
    return this.add(a, b);
  }
  subN(a, b) {
    return this.sub(a, b);
  }
  mulN(a, b) {
    return this.mul(a, b);
  }
  sqrN(a) {
    return this.sqr(a);
  }
  create(num) {
    const { Fp2: Fp23 } = this;
    const c0 = Fp23.create(num.c0);
    const c1 = Fp23.create(num.c1);
    const c2 = Fp23.create(num.c2);
    return Object.freeze({ c0, c1, c2 });
  }
  isValid(num) {
    if (!isObj(num))
      throw new TypeError("invalid field element: expected object, got " + typeof num);
    const { c0, c1, c2 } = num;
    const { Fp2: Fp23 } = this;
    return Fp23.isValid(c0) && Fp23.isValid(c1) && Fp23.isValid(c2);
  }
  is0(num) {
    if (!isObj(num))
      return false;
    const { c0, c1, c2 } = num;
    const { Fp2: Fp23 } = this;
    return Fp23.is0(c0) && Fp23.is0(c1) && Fp23.is0(c2);
  }
  isValidNot0(num) {
    return !this.is0(num) && this.isValid(num);
  }
  neg({ c0, c1, c2 }) {
    const { Fp2: Fp23 } = this;
    return Object.freeze({ c0: Fp23.neg(c0), c1: Fp23.neg(c1), c2: Fp23.neg(c2) });
  }
  eql({ c0, c1, c2 }, { c0: r0, c1: r1, c2: r2 }) {
    const { Fp2: Fp23 } = this;
    return Fp23.eql(c0, r0) && Fp23.eql(c1, r1) && Fp23.eql(c2, r2);
  }
  sqrt(_) {
    return notImplemented();
  }
  // Do we need division by bigint at all? Should be done via order:
  div(lhs, rhs) {
    const { Fp2: Fp23 } = this;
    const { Fp: Fp3 } = Fp23;
    return this.mul(lhs, typeof rhs === "bigint" ? Fp3.inv(Fp3.create(rhs)) : this.inv(rhs));
  }
  pow(num, power) {
    return FpPow(this, num, power);
  }
  invertBatch(nums) {
    return FpInvertBatch(this, nums, true);
  }
  inv({ c0, c1, c2 }) {
    const { Fp2: Fp23 } = this;
    let t0 = Fp23.sub(Fp23.sqr(c0), Fp23.mulByNonresidue(Fp23.mul(c2, c1)));
    let t1 = Fp23.sub(Fp23.mulByNonresidue(Fp23.sqr(c2)), Fp23.mul(c0, c1));
    let t2 = Fp23.sub(Fp23.sqr(c1), Fp23.mul(c0, c2));
    let t4 = Fp23.inv(Fp23.add(Fp23.mulByNonresidue(Fp23.add(Fp23.mul(c2, t1), Fp23.mul(c1, t2))), Fp23.mul(c0, t0)));
    return Object.freeze({ c0: Fp23.mul(t4, t0), c1: Fp23.mul(t4, t1), c2: Fp23.mul(t4, t2) });
  }
  // Bytes utils
  fromBytes(b) {
    const { Fp2: Fp23 } = this;
    abytes2(b);
    if (b.length !== this.BYTES)
      throw new Error("fromBytes invalid length=" + b.length);
    const B2 = Fp23.BYTES;
    return this.create({
      c0: Fp23.fromBytes(b.subarray(0, B2)),
      c1: Fp23.fromBytes(b.subarray(B2, B2 * 2)),
      c2: Fp23.fromBytes(b.subarray(2 * B2))
    });
  }
  toBytes({ c0, c1, c2 }) {
    const { Fp2: Fp23 } = this;
    return concatBytes2(Fp23.toBytes(c0), Fp23.toBytes(c1), Fp23.toBytes(c2));
  }
  cmov({ c0, c1, c2 }, { c0: r0, c1: r1, c2: r2 }, c) {
    const { Fp2: Fp23 } = this;
    return this.create({
      c0: Fp23.cmov(c0, r0, c),
      c1: Fp23.cmov(c1, r1, c),
      c2: Fp23.cmov(c2, r2, c)
    });
  }
  fromBigSix(tuple) {
    const { Fp2: Fp23 } = this;
    if (!Array.isArray(tuple) || tuple.length !== 6)
      throw new Error("invalid Fp6.fromBigSix");
    for (let i = 0; i < 6; i++)
      if (typeof tuple[i] !== "bigint")
        throw new Error("invalid Fp6.fromBigSix");
    const t = tuple;
    return this.create({
      c0: Fp23.fromBigTuple(t.slice(0, 2)),
      c1: Fp23.fromBigTuple(t.slice(2, 4)),
      c2: Fp23.fromBigTuple(t.slice(4, 6))
    });
  }
  frobeniusMap(num, power) {
    const { c0, c1, c2 } = num;
    if (power % 6 === 0)
      return Object.freeze({ c0, c1, c2 });
    const { Fp2: Fp23 } = this;
    return Object.freeze({
      c0: Fp23.frobeniusMap(c0, power),
      c1: Fp23.mul(Fp23.frobeniusMap(c1, power), this.FROBENIUS_COEFFICIENTS_1[power % 6]),
      c2: Fp23.mul(Fp23.frobeniusMap(c2, power), this.FROBENIUS_COEFFICIENTS_2[power % 6])
    });
  }
  mulByFp2({ c0, c1, c2 }, rhs) {
    const { Fp2: Fp23 } = this;
    return Object.freeze({
      c0: Fp23.mul(c0, rhs),
      c1: Fp23.mul(c1, rhs),
      c2: Fp23.mul(c2, rhs)
    });
  }
  mulByNonresidue({ c0, c1, c2 }) {
    const { Fp2: Fp23 } = this;
    return Object.freeze({ c0: Fp23.mulByNonresidue(c2), c1: c0, c2: c1 });
  }
  // Sparse multiplication
  mul1({ c0, c1, c2 }, b1) {
    const { Fp2: Fp23 } = this;
    return Object.freeze({
      c0: Fp23.mulByNonresidue(Fp23.mul(c2, b1)),
      c1: Fp23.mul(c0, b1),
      c2: Fp23.mul(c1, b1)
    });
  }
  // Sparse multiplication
  mul01({ c0, c1, c2 }, b0, b1) {
    const { Fp2: Fp23 } = this;
    let t0 = Fp23.mul(c0, b0);
    let t1 = Fp23.mul(c1, b1);
    return Object.freeze({
      // ((c1 + c2) * b1 - T1) * (u + 1) + T0
      c0: Fp23.add(Fp23.mulByNonresidue(Fp23.sub(Fp23.mul(Fp23.add(c1, c2), b1), t1)), t0),
      // (b0 + b1) * (c0 + c1) - T0 - T1
      c1: Fp23.sub(Fp23.sub(Fp23.mul(Fp23.add(b0, b1), Fp23.add(c0, c1)), t0), t1),
      // (c0 + c2) * b0 - T0 + T1
      c2: Fp23.add(Fp23.sub(Fp23.mul(Fp23.add(c0, c2), b0), t0), t1)
    });
  }
};
var _FROBENIUS_COEFFICIENTS_6 = /* @__PURE__ */ new WeakMap();
var _Field12 = class {
  ORDER;
  BITS;
  BYTES;
  isLE;
  ZERO;
  ONE;
  Fp6;
  X_LEN;
  finalExponentiate;
  constructor(Fp62, opts) {
    const { X_LEN, Fp12finalExponentiate } = opts;
    const { Fp2: Fp23 } = Fp62;
    const { Fp: Fp3 } = Fp23;
    this.Fp6 = Fp62;
    this.ORDER = Fp3.ORDER ** _12n;
    this.BITS = 2 * Fp62.BITS;
    this.BYTES = 2 * Fp62.BYTES;
    this.isLE = Fp62.isLE;
    this.ZERO = this.create({ c0: Fp62.ZERO, c1: Fp62.ZERO });
    this.ONE = this.create({ c0: Fp62.ONE, c1: Fp62.ZERO });
    this.X_LEN = X_LEN;
    this.finalExponentiate = (num) => {
      const copy2 = ({ c0, c1 }) => Object.freeze({ c0, c1 });
      const copy6 = ({ c0, c1, c2 }) => Object.freeze({ c0: copy2(c0), c1: copy2(c1), c2: copy2(c2) });
      const res = Fp12finalExponentiate(num);
      return Object.freeze({ c0: copy6(res.c0), c1: copy6(res.c1) });
    };
    Object.freeze(this);
  }
  // Keep the degree-12 Frobenius row lazy too; after the first lookup the cached
  // array is reused exactly like the old eager table.
  get FROBENIUS_COEFFICIENTS() {
    const frob2 = _FROBENIUS_COEFFICIENTS_12.get(this);
    if (frob2)
      return frob2;
    const { Fp2: Fp23 } = this.Fp6;
    const { Fp: Fp3 } = Fp23;
    const cache = Object.freeze(calcFrobeniusCoefficients(Fp23, Fp23.NONRESIDUE, Fp3.ORDER, 12, 1, 6)[0]);
    _FROBENIUS_COEFFICIENTS_12.set(this, cache);
    return cache;
  }
  create(num) {
    const { Fp6: Fp62 } = this;
    const c0 = Fp62.create(num.c0);
    const c1 = Fp62.create(num.c1);
    return Object.freeze({ c0, c1 });
  }
  isValid(num) {
    if (!isObj(num))
      throw new TypeError("invalid field element: expected object, got " + typeof num);
    const { c0, c1 } = num;
    const { Fp6: Fp62 } = this;
    return Fp62.isValid(c0) && Fp62.isValid(c1);
  }
  is0(num) {
    if (!isObj(num))
      return false;
    const { c0, c1 } = num;
    const { Fp6: Fp62 } = this;
    return Fp62.is0(c0) && Fp62.is0(c1);
  }
  isValidNot0(num) {
    return !this.is0(num) && this.isValid(num);
  }
  neg({ c0, c1 }) {
    const { Fp6: Fp62 } = this;
    return Object.freeze({ c0: Fp62.neg(c0), c1: Fp62.neg(c1) });
  }
  eql({ c0, c1 }, { c0: r0, c1: r1 }) {
    const { Fp6: Fp62 } = this;
    return Fp62.eql(c0, r0) && Fp62.eql(c1, r1);
  }
  sqrt(_) {
    return notImplemented();
  }
  inv({ c0, c1 }) {
    const { Fp6: Fp62 } = this;
    let t = Fp62.inv(Fp62.sub(Fp62.sqr(c0), Fp62.mulByNonresidue(Fp62.sqr(c1))));
    return Object.freeze({ c0: Fp62.mul(c0, t), c1: Fp62.neg(Fp62.mul(c1, t)) });
  }
  div(lhs, rhs) {
    const { Fp6: Fp62 } = this;
    const { Fp2: Fp23 } = Fp62;
    const { Fp: Fp3 } = Fp23;
    return this.mul(lhs, typeof rhs === "bigint" ? Fp3.inv(Fp3.create(rhs)) : this.inv(rhs));
  }
  pow(num, power) {
    return FpPow(this, num, power);
  }
  invertBatch(nums) {
    return FpInvertBatch(this, nums, true);
  }
  // Normalized
  add({ c0, c1 }, { c0: r0, c1: r1 }) {
    const { Fp6: Fp62 } = this;
    return Object.freeze({
      c0: Fp62.add(c0, r0),
      c1: Fp62.add(c1, r1)
    });
  }
  sub({ c0, c1 }, { c0: r0, c1: r1 }) {
    const { Fp6: Fp62 } = this;
    return Object.freeze({
      c0: Fp62.sub(c0, r0),
      c1: Fp62.sub(c1, r1)
    });
  }
  mul({ c0, c1 }, rhs) {
    const { Fp6: Fp62 } = this;
    if (typeof rhs === "bigint")
      return Object.freeze({ c0: Fp62.mul(c0, rhs), c1: Fp62.mul(c1, rhs) });
    let { c0: r0, c1: r1 } = rhs;
    let t1 = Fp62.mul(c0, r0);
    let t2 = Fp62.mul(c1, r1);
    return Object.freeze({
      c0: Fp62.add(t1, Fp62.mulByNonresidue(t2)),
      // T1 + T2 * v
      // (c0 + c1) * (r0 + r1) - (T1 + T2)
      c1: Fp62.sub(Fp62.mul(Fp62.add(c0, c1), Fp62.add(r0, r1)), Fp62.add(t1, t2))
    });
  }
  sqr({ c0, c1 }) {
    const { Fp6: Fp62 } = this;
    let ab = Fp62.mul(c0, c1);
    return Object.freeze({
      // (c1 * v + c0) * (c0 + c1) - AB - AB * v
      c0: Fp62.sub(Fp62.sub(Fp62.mul(Fp62.add(Fp62.mulByNonresidue(c1), c0), Fp62.add(c0, c1)), ab), Fp62.mulByNonresidue(ab)),
      c1: Fp62.add(ab, ab)
    });
  }
  // NonNormalized stuff
  addN(a, b) {
    return this.add(a, b);
  }
  subN(a, b) {
    return this.sub(a, b);
  }
  mulN(a, b) {
    return this.mul(a, b);
  }
  sqrN(a) {
    return this.sqr(a);
  }
  // Bytes utils
  fromBytes(b) {
    const { Fp6: Fp62 } = this;
    abytes2(b);
    if (b.length !== this.BYTES)
      throw new Error("fromBytes invalid length=" + b.length);
    return this.create({
      c0: Fp62.fromBytes(b.subarray(0, Fp62.BYTES)),
      c1: Fp62.fromBytes(b.subarray(Fp62.BYTES))
    });
  }
  toBytes({ c0, c1 }) {
    const { Fp6: Fp62 } = this;
    return concatBytes2(Fp62.toBytes(c0), Fp62.toBytes(c1));
  }
  cmov({ c0, c1 }, { c0: r0, c1: r1 }, c) {
    const { Fp6: Fp62 } = this;
    return this.create({
      c0: Fp62.cmov(c0, r0, c),
      c1: Fp62.cmov(c1, r1, c)
    });
  }
  // Utils
  // toString() {
  //   return '' + 'Fp12(' + this.c0 + this.c1 + '* w');
  // },
  // fromTuple(c: [Fp6, Fp6]) {
  //   return new Fp12(...c);
  // }
  fromBigTwelve(tuple) {
    const { Fp6: Fp62 } = this;
    if (!Array.isArray(tuple) || tuple.length !== 12)
      throw new Error("invalid Fp12.fromBigTwelve");
    for (let i = 0; i < 12; i++)
      if (typeof tuple[i] !== "bigint")
        throw new Error("invalid Fp12.fromBigTwelve");
    const t = tuple;
    return this.create({
      c0: Fp62.fromBigSix(t.slice(0, 6)),
      c1: Fp62.fromBigSix(t.slice(6, 12))
    });
  }
  // Raises to q**i -th power
  frobeniusMap(lhs, power) {
    const p = power % 12;
    if (p === 0)
      return Object.freeze({ c0: lhs.c0, c1: lhs.c1 });
    if (p === 6)
      return this.conjugate(lhs);
    const { Fp6: Fp62 } = this;
    const { Fp2: Fp23 } = Fp62;
    const { c0, c1, c2 } = Fp62.frobeniusMap(lhs.c1, power);
    const coeff = this.FROBENIUS_COEFFICIENTS[p];
    return Object.freeze({
      c0: Fp62.frobeniusMap(lhs.c0, power),
      c1: Object.freeze({
        c0: Fp23.mul(c0, coeff),
        c1: Fp23.mul(c1, coeff),
        c2: Fp23.mul(c2, coeff)
      })
    });
  }
  mulByFp2({ c0, c1 }, rhs) {
    const { Fp6: Fp62 } = this;
    return Object.freeze({
      c0: Fp62.mulByFp2(c0, rhs),
      c1: Fp62.mulByFp2(c1, rhs)
    });
  }
  conjugate({ c0, c1 }) {
    return Object.freeze({ c0, c1: this.Fp6.neg(c1) });
  }
  // A cyclotomic group is a subgroup of Fp^n defined by
  //   GΦₙ(p) = {α ∈ Fpⁿ : α^Φₙ(p) = 1}
  // The result of any pairing is in a cyclotomic subgroup
  // https://eprint.iacr.org/2009/565.pdf
  // https://eprint.iacr.org/2010/354.pdf
  _cyclotomicSquare({ c0, c1 }) {
    const { Fp6: Fp62 } = this;
    const { Fp2: Fp23 } = Fp62;
    const { c0: c0c0, c1: c0c1, c2: c0c2 } = c0;
    const { c0: c1c0, c1: c1c1, c2: c1c2 } = c1;
    const { first: t3, second: t4 } = Fp23.Fp4Square(c0c0, c1c1);
    const { first: t5, second: t6 } = Fp23.Fp4Square(c1c0, c0c2);
    const { first: t7, second: t8 } = Fp23.Fp4Square(c0c1, c1c2);
    const t9 = Fp23.mulByNonresidue(t8);
    return Object.freeze({
      c0: Object.freeze({
        c0: Fp23.add(Fp23.mul(Fp23.sub(t3, c0c0), _2n7), t3),
        // 2 * (T3 - c0c0)  + T3
        c1: Fp23.add(Fp23.mul(Fp23.sub(t5, c0c1), _2n7), t5),
        // 2 * (T5 - c0c1)  + T5
        c2: Fp23.add(Fp23.mul(Fp23.sub(t7, c0c2), _2n7), t7)
      }),
      // 2 * (T7 - c0c2)  + T7
      c1: Object.freeze({
        c0: Fp23.add(Fp23.mul(Fp23.add(t9, c1c0), _2n7), t9),
        // 2 * (T9 + c1c0) + T9
        c1: Fp23.add(Fp23.mul(Fp23.add(t4, c1c1), _2n7), t4),
        // 2 * (T4 + c1c1) + T4
        c2: Fp23.add(Fp23.mul(Fp23.add(t6, c1c2), _2n7), t6)
      })
    });
  }
  // https://eprint.iacr.org/2009/565.pdf
  _cyclotomicExp(num, n) {
    aInRange("cyclotomic exponent", n, _0n8, _1n9 << BigInt(this.X_LEN));
    if (n === _0n8)
      return this.ONE;
    let z = num;
    for (let i = bitLen(n) - 2; i >= 0; i--) {
      z = this._cyclotomicSquare(z);
      if (bitGet(n, i))
        z = this.mul(z, num);
    }
    return z;
  }
};
var _FROBENIUS_COEFFICIENTS_12 = /* @__PURE__ */ new WeakMap();
function tower12(opts) {
  validateObject(opts, {
    ORDER: "bigint",
    X_LEN: "number",
    FP2_NONRESIDUE: "object",
    Fp2mulByB: "function",
    Fp12finalExponentiate: "function"
  }, { NONRESIDUE: "bigint" });
  asafenumber(opts.X_LEN, "X_LEN");
  if (opts.X_LEN < 1)
    throw new Error("invalid X_LEN");
  const nonresidue = opts.FP2_NONRESIDUE;
  if (!Array.isArray(nonresidue) || nonresidue.length !== 2)
    throw new Error("invalid FP2_NONRESIDUE");
  if (typeof nonresidue[0] !== "bigint" || typeof nonresidue[1] !== "bigint")
    throw new Error("invalid FP2_NONRESIDUE");
  const Fp3 = Field(opts.ORDER);
  const Fp23 = new _Field2(Fp3, opts);
  const Fp62 = new _Field6(Fp23);
  const Fp122 = new _Field12(Fp62, opts);
  return { Fp: Fp3, Fp2: Fp23, Fp6: Fp62, Fp12: Fp122 };
}

// node_modules/@noble/curves/bls12-381.js
var _0n9 = BigInt(0);
var _1n10 = BigInt(1);
var _2n8 = BigInt(2);
var _3n6 = BigInt(3);
var _4n6 = BigInt(4);
var BLS_X = BigInt("0xd201000000010000");
var BLS_X_LEN = bitLen(BLS_X);
var bls12_381_CURVE_G1 = {
  p: BigInt("0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab"),
  n: BigInt("0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001"),
  h: BigInt("0x396c8c005555e1568c00aaab0000aaab"),
  a: _0n9,
  b: _4n6,
  Gx: BigInt("0x17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"),
  Gy: BigInt("0x08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1")
};
var bls12_381_Fr = Field(bls12_381_CURVE_G1.n, {
  modFromBytes: true
});
function bls12FromCompressed(g0, g12, { g2: g22, g3, g4, g5 }) {
  return { c0: { c0: g0, c1: g4, c2: g3 }, c1: { c0: g22, c1: g12, c2: g5 } };
}
function bls12Compress({ c0, c1 }) {
  return { g2: c1.c0, g3: c0.c2, g4: c0.c1, g5: c1.c2 };
}
function bls12CyclotomicSquareCompressed({ g2: g22, g3, g4, g5 }) {
  const { first: h23c0, second: h23c1 } = Fp22.Fp4Square(g4, g5);
  const { first: h45c0, second: h45c1 } = Fp22.Fp4Square(g22, g3);
  const d2 = Fp22.add(g22, g22);
  const d3 = Fp22.add(g3, g3);
  const d4 = Fp22.add(g4, g4);
  const d5 = Fp22.add(g5, g5);
  return {
    g2: Fp22.add(Fp22.mul(Fp22.mulByNonresidue(h23c1), _3n6), d2),
    g3: Fp22.sub(Fp22.mul(h23c0, _3n6), d3),
    g4: Fp22.sub(Fp22.mul(h45c0, _3n6), d4),
    g5: Fp22.add(Fp22.mul(h45c1, _3n6), d5)
  };
}
function bls12RecoverG1Ratio({ g2: g22, g3, g4, g5 }) {
  if (Fp22.is0(g22))
    return { num: Fp22.mul(Fp22.mul(g4, g5), _2n8), den: g3 };
  return {
    num: Fp22.add(Fp22.sub(Fp22.mul(Fp22.sqr(g4), _3n6), Fp22.mul(g3, _2n8)), Fp22.mulByNonresidue(Fp22.sqr(g5))),
    den: Fp22.mul(g22, _4n6)
  };
}
function bls12RecoverG0(g12, { g2: g22, g3, g4, g5 }) {
  const g3g4 = Fp22.mul(g3, g4);
  const t = Fp22.add(Fp22.sub(Fp22.mul(Fp22.sub(Fp22.sqr(g12), g3g4), _2n8), g3g4), Fp22.mul(g22, g5));
  return Fp22.add(Fp22.mulByNonresidue(t), Fp22.ONE);
}
function bls12CyclotomicExpCompressed(num, squarings) {
  const gs = [];
  let g = bls12Compress(num);
  for (const count of squarings) {
    for (let i = 0; i < count; i++)
      g = bls12CyclotomicSquareCompressed(g);
    gs.push(g);
  }
  const isOne = gs.map(({ g2: g22, g3 }) => Fp22.is0(g22) && Fp22.is0(g3));
  const ratios = gs.map(bls12RecoverG1Ratio);
  const invDens = Fp22.invertBatch(ratios.map(({ den }) => den));
  const elems = gs.map((compressed2, i) => {
    if (isOne[i])
      return Fp12.ONE;
    const g12 = Fp22.mul(ratios[i].num, invDens[i]);
    return bls12FromCompressed(bls12RecoverG0(g12, compressed2), g12, compressed2);
  });
  return { result: Fp12.mul(Fp12.mul(elems[0], elems[1]), elems[2]), last: elems[2] };
}
function bls12CyclotomicExpX(num) {
  const { result, last } = bls12CyclotomicExpCompressed(num, [16, 32, 9]);
  let r = result;
  let s = last;
  for (let i = 0; i < 3; i++)
    s = Fp12._cyclotomicSquare(s);
  r = Fp12.mul(r, s);
  for (let i = 0; i < 2; i++)
    s = Fp12._cyclotomicSquare(s);
  r = Fp12.mul(r, s);
  s = Fp12._cyclotomicSquare(s);
  return Fp12.mul(r, s);
}
var { Fp: Fp2, Fp2: Fp22, Fp6, Fp12 } = tower12({
  ORDER: bls12_381_CURVE_G1.p,
  X_LEN: BLS_X_LEN,
  // Finite extension field over irreducible polynominal.
  // Fp(u) / (u² - β) where β = -1
  // Public `Fp2.NONRESIDUE` below is the sextic-tower value `(1, 1) = u + 1`;
  // the quadratic non-residue for the base Fp2 construction is still `-1`.
  FP2_NONRESIDUE: [_1n10, _1n10],
  Fp2mulByB: ({ c0, c1 }) => {
    const t0 = Fp2.mul(c0, _4n6);
    const t1 = Fp2.mul(c1, _4n6);
    return { c0: Fp2.sub(t0, t1), c1: Fp2.add(t0, t1) };
  },
  Fp12finalExponentiate: (num) => {
    const powMinusX = (num2) => Fp12.conjugate(bls12CyclotomicExpX(num2));
    const t0 = Fp12.div(Fp12.frobeniusMap(num, 6), num);
    const t1 = Fp12.mul(Fp12.frobeniusMap(t0, 2), t0);
    const t2 = powMinusX(t1);
    const t3 = Fp12.mul(Fp12.conjugate(Fp12._cyclotomicSquare(t1)), t2);
    const t4 = powMinusX(t3);
    const t5 = powMinusX(t4);
    const t6 = Fp12.mul(powMinusX(t5), Fp12._cyclotomicSquare(t2));
    const t7 = powMinusX(t6);
    const t2_t5_pow_q2 = Fp12.frobeniusMap(Fp12.mul(t2, t5), 2);
    const t4_t1_pow_q3 = Fp12.frobeniusMap(Fp12.mul(t4, t1), 3);
    const t6_t1c_pow_q1 = Fp12.frobeniusMap(Fp12.mul(t6, Fp12.conjugate(t1)), 1);
    const t7_t3c_t1 = Fp12.mul(Fp12.mul(t7, Fp12.conjugate(t3)), t1);
    return Fp12.mul(Fp12.mul(Fp12.mul(t2_t5_pow_q2, t4_t1_pow_q3), t6_t1c_pow_q1), t7_t3c_t1);
  }
});
var frob;
var getFrob = () => frob || (frob = psiFrobenius(Fp2, Fp22, Fp22.div(Fp22.ONE, Fp22.NONRESIDUE)));
var G2psi = (c, P) => {
  const fn = getFrob().G2psi;
  G2psi = fn;
  return fn(c, P);
};
var G2psi2 = (c, P) => {
  const fn = getFrob().G2psi2;
  G2psi2 = fn;
  return fn(c, P);
};
var hasher_opts = Object.freeze({
  DST: "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_",
  encodeDST: "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_",
  p: Fp2.ORDER,
  m: 2,
  k: 128,
  expand: "xmd",
  hash: sha256
});
var bls12_381_CURVE_G2 = {
  p: Fp22.ORDER,
  n: bls12_381_CURVE_G1.n,
  h: BigInt("0x5d543a95414e7f1091d50792876a202cd91de4547085abaa68a205b2e5a7ddfa628f1cb4d9e82ef21537e293a6691ae1616ec6e786f0c70cf1c38e31c7238e5"),
  a: Fp22.ZERO,
  b: Fp22.fromBigTuple([_4n6, _4n6]),
  Gx: Fp22.fromBigTuple([
    BigInt("0x024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"),
    BigInt("0x13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e")
  ]),
  Gy: Fp22.fromBigTuple([
    BigInt("0x0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801"),
    BigInt("0x0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be")
  ])
};
var sortBit = (parts, p) => {
  for (const part of parts) {
    if (part !== _0n9)
      return Boolean(part * _2n8 / p);
  }
  return false;
};
var fp2 = {
  // Generic tower bytes use `c0 || c1`, but the BLS12-381 G2 point/signature wire encoding uses
  // `c1 || c0`, so keep this local wrapper instead of changing generic field serialization.
  encode({ c0, c1 }) {
    const { BYTES: L2 } = Fp2;
    return concatBytes2(numberToBytesBE(c1, L2), numberToBytesBE(c0, L2));
  },
  decode(bytes) {
    const { BYTES: L2 } = Fp2;
    return Fp22.create({
      c0: decodeFp(bytes.subarray(L2)),
      c1: decodeFp(bytes.subarray(0, L2))
    });
  }
};
var BaseFp = Fp2;
function decodeFp(bytes) {
  return Fp2.fromBytes(bytes);
}
var coder = (name, Fp3, b, encode3, decode, yparts) => {
  const F = Fp3;
  const enc = encode3;
  const dec = decode;
  const W = F.BYTES;
  return (allowUncompressed) => ({
    encode(point, compressed2 = true) {
      if (!compressed2 && !allowUncompressed)
        throw new Error("invalid signature: expected compressed encoding");
      const infinity = point.is0();
      const { x, y } = point.toAffine();
      const bytes = compressed2 ? enc(x) : concatBytes2(enc(x), enc(y));
      let sort;
      if (compressed2 && !infinity)
        sort = sortBit(yparts(y), BaseFp.ORDER);
      return setMask(bytes, { compressed: compressed2, infinity, sort });
    },
    decode(bytes) {
      const raw = allowUncompressed ? abytes2(bytes, void 0, "point") : abytes2(bytes, W, "signature");
      const { compressed: compressed2, infinity, sort, value } = parseMask(raw);
      if (!allowUncompressed && !compressed2)
        throw new Error("invalid signature: expected compressed encoding");
      const len = compressed2 ? W : 2 * W;
      if (value.length !== len)
        throw new Error(`invalid ${name} point: expected ${len} bytes`);
      if (infinity) {
        for (const b2 of value) {
          if (b2)
            throw new Error(`invalid ${name} point: non-canonical zero`);
        }
        return { x: F.ZERO, y: F.ZERO };
      }
      const x = dec(compressed2 ? value : value.subarray(0, W));
      let y;
      if (compressed2) {
        y = F.sqrt(F.add(F.pow(x, _3n6), b));
        if (!y)
          throw new Error(`invalid ${name} point: compressed`);
        if (sortBit(yparts(y), BaseFp.ORDER) !== sort)
          y = F.neg(y);
      } else {
        y = dec(value.subarray(W));
      }
      if (!compressed2 && F.is0(x) && F.is0(y))
        throw new Error(`invalid ${name} point: uncompressed`);
      return { x, y };
    }
  });
};
function validateMask({ compressed: compressed2, infinity, sort }) {
  if (!compressed2 && !infinity && sort || // 0010_0000 = 0x20
  !compressed2 && infinity && sort || // 0110_0000 = 0x60
  compressed2 && infinity && sort)
    throw new Error("invalid encoding flag");
}
function parseMask(bytes) {
  bytes = copyBytes(bytes);
  const mask = bytes[0] & 224;
  const compressed2 = !!(mask >> 7 & 1);
  const infinity = !!(mask >> 6 & 1);
  const sort = !!(mask >> 5 & 1);
  validateMask({ compressed: compressed2, infinity, sort });
  bytes[0] &= 31;
  return { compressed: compressed2, infinity, sort, value: bytes };
}
function setMask(bytes, mask) {
  if (bytes[0] & 224)
    throw new Error("setMask: non-empty mask");
  validateMask({ compressed: !!mask.compressed, infinity: !!mask.infinity, sort: !!mask.sort });
  if (mask.compressed)
    bytes[0] |= 128;
  if (mask.infinity)
    bytes[0] |= 64;
  if (mask.sort)
    bytes[0] |= 32;
  return bytes;
}
var g1coder = coder("G1", Fp2, Fp2.create(bls12_381_CURVE_G1.b), (x) => numberToBytesBE(x, Fp2.BYTES), decodeFp, (y) => [y]);
var g1 = { point: g1coder(true), sig: g1coder(false) };
var signatureG1ToBytes = (point) => {
  point.assertValidity();
  return g1.sig.encode(point);
};
function signatureG1FromBytes(bytes) {
  const Point2 = bls12_381.G1.Point;
  const point = Point2.fromAffine(g1.sig.decode(bytes));
  point.assertValidity();
  return point;
}
var g2coder = coder("G2", Fp22, bls12_381_CURVE_G2.b, fp2.encode, fp2.decode, (y) => [
  y.c1,
  y.c0
]);
var g2 = { point: g2coder(true), sig: g2coder(false) };
var signatureG2ToBytes = (point) => {
  point.assertValidity();
  return g2.sig.encode(point);
};
function signatureG2FromBytes(bytes) {
  const Point2 = bls12_381.G2.Point;
  const point = Point2.fromAffine(g2.sig.decode(bytes));
  point.assertValidity();
  return point;
}
var signatureCoders = {
  ShortSignature: {
    fromBytes(bytes) {
      return signatureG1FromBytes(abytes2(bytes));
    },
    fromHex(hex2) {
      return signatureG1FromBytes(hexToBytes2(hex2));
    },
    toBytes(point) {
      return signatureG1ToBytes(point);
    },
    // Historical alias: BLS signatures have a single compressed byte format here.
    toRawBytes(point) {
      return signatureG1ToBytes(point);
    },
    toHex(point) {
      return bytesToHex2(signatureG1ToBytes(point));
    }
  },
  LongSignature: {
    fromBytes(bytes) {
      return signatureG2FromBytes(abytes2(bytes));
    },
    fromHex(hex2) {
      return signatureG2FromBytes(hexToBytes2(hex2));
    },
    toBytes(point) {
      return signatureG2ToBytes(point);
    },
    // Historical alias: BLS signatures have a single compressed byte format here.
    toRawBytes(point) {
      return signatureG2ToBytes(point);
    },
    toHex(point) {
      return bytesToHex2(signatureG2ToBytes(point));
    }
  }
};
var fields = {
  Fp: Fp2,
  Fp2: Fp22,
  Fp6,
  Fp12,
  Fr: bls12_381_Fr
};
var G1_Point = weierstrass(bls12_381_CURVE_G1, {
  // Public point APIs still accept infinity, even though the Zcash proof
  // encoding rules cited above only define nonzero point encodings.
  allowInfinityPoint: true,
  Fn: bls12_381_Fr,
  fromBytes: g1.point.decode,
  toBytes: (_c, point, isComp) => g1.point.encode(point, isComp),
  // Checks is the point resides in prime-order subgroup.
  // point.isTorsionFree() should return true for valid points
  // It returns false for shitty points.
  // https://eprint.iacr.org/2021/1130.pdf
  isTorsionFree: (c, point) => {
    const beta = BigInt("0x5f19672fdf76ce51ba69c6076a0f77eaddb3a93be6f89688de17d813620a00022e01fffffffefffe");
    const phi = new c(Fp2.mul(point.X, beta), point.Y, point.Z);
    const xP = point.multiplyUnsafe(BLS_X).negate();
    const u2P = xP.multiplyUnsafe(BLS_X);
    return u2P.equals(phi);
  },
  // Clear cofactor of G1
  // https://eprint.iacr.org/2019/403
  clearCofactor: (_c, point) => {
    return point.multiplyUnsafe(BLS_X).add(point);
  }
});
var G2_Point = weierstrass(bls12_381_CURVE_G2, {
  Fp: Fp22,
  // Public point APIs still accept infinity, even though the Zcash proof
  // encoding rules cited above only define nonzero point encodings.
  allowInfinityPoint: true,
  Fn: bls12_381_Fr,
  fromBytes: g2.point.decode,
  toBytes: (_c, point, isComp) => g2.point.encode(point, isComp),
  // https://eprint.iacr.org/2021/1130.pdf
  // Older version: https://eprint.iacr.org/2019/814.pdf
  isTorsionFree: (c, P) => {
    return P.multiplyUnsafe(BLS_X).negate().equals(G2psi(c, P));
  },
  // clear_cofactor_bls12381_g2 from RFC 9380.
  // https://eprint.iacr.org/2017/419.pdf
  // prettier-ignore
  clearCofactor: (c, P) => {
    const x = BLS_X;
    let t1 = P.multiplyUnsafe(x).negate();
    let t2 = G2psi(c, P);
    let t3 = P.double();
    t3 = G2psi2(c, t3);
    t3 = t3.subtract(t2);
    t2 = t1.add(t2);
    t2 = t2.multiplyUnsafe(x).negate();
    t3 = t3.add(t2);
    t3 = t3.subtract(t1);
    const Q = t3.subtract(P);
    return Q;
  }
});
var bls12_hasher_opts = {
  mapToG1,
  mapToG2,
  hasherOpts: hasher_opts,
  // RFC 9380 Appendix J defines distinct G1/G2 RO and NU suite IDs, and
  // draft-irtf-cfrg-bls-signature-06 §4.2.1 gives separate G1/G2 `_NUL_` DSTs.
  // Keep G1 encode-to-curve on the G1 domain instead of inheriting G2's `encodeDST`.
  hasherOptsG1: {
    ...hasher_opts,
    m: 1,
    DST: "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_",
    encodeDST: "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
  },
  hasherOptsG2: { ...hasher_opts }
};
var bls12_params = {
  ateLoopSize: BLS_X,
  // The BLS parameter x for BLS12-381
  xNegative: true,
  twistType: "multiplicative",
  randomBytes: randomBytes2
};
var bls12_381 = bls(fields, G1_Point, G2_Point, bls12_params, bls12_hasher_opts, signatureCoders);
var isogenyMapG2 = isogenyMap(Fp22, [
  // xNum
  [
    [
      "0x5c759507e8e333ebb5b7a9a47d7ed8532c52d39fd3a042a88b58423c50ae15d5c2638e343d9c71c6238aaaaaaaa97d6",
      "0x5c759507e8e333ebb5b7a9a47d7ed8532c52d39fd3a042a88b58423c50ae15d5c2638e343d9c71c6238aaaaaaaa97d6"
    ],
    [
      "0x0",
      "0x11560bf17baa99bc32126fced787c88f984f87adf7ae0c7f9a208c6b4f20a4181472aaa9cb8d555526a9ffffffffc71a"
    ],
    [
      "0x11560bf17baa99bc32126fced787c88f984f87adf7ae0c7f9a208c6b4f20a4181472aaa9cb8d555526a9ffffffffc71e",
      "0x8ab05f8bdd54cde190937e76bc3e447cc27c3d6fbd7063fcd104635a790520c0a395554e5c6aaaa9354ffffffffe38d"
    ],
    [
      "0x171d6541fa38ccfaed6dea691f5fb614cb14b4e7f4e810aa22d6108f142b85757098e38d0f671c7188e2aaaaaaaa5ed1",
      "0x0"
    ]
  ],
  // xDen
  [
    [
      "0x0",
      "0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaa63"
    ],
    [
      "0xc",
      "0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaa9f"
    ],
    ["0x1", "0x0"]
    // LAST 1
  ],
  // yNum
  [
    [
      "0x1530477c7ab4113b59a4c18b076d11930f7da5d4a07f649bf54439d87d27e500fc8c25ebf8c92f6812cfc71c71c6d706",
      "0x1530477c7ab4113b59a4c18b076d11930f7da5d4a07f649bf54439d87d27e500fc8c25ebf8c92f6812cfc71c71c6d706"
    ],
    [
      "0x0",
      "0x5c759507e8e333ebb5b7a9a47d7ed8532c52d39fd3a042a88b58423c50ae15d5c2638e343d9c71c6238aaaaaaaa97be"
    ],
    [
      "0x11560bf17baa99bc32126fced787c88f984f87adf7ae0c7f9a208c6b4f20a4181472aaa9cb8d555526a9ffffffffc71c",
      "0x8ab05f8bdd54cde190937e76bc3e447cc27c3d6fbd7063fcd104635a790520c0a395554e5c6aaaa9354ffffffffe38f"
    ],
    [
      "0x124c9ad43b6cf79bfbf7043de3811ad0761b0f37a1e26286b0e977c69aa274524e79097a56dc4bd9e1b371c71c718b10",
      "0x0"
    ]
  ],
  // yDen
  [
    [
      "0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffa8fb",
      "0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffa8fb"
    ],
    [
      "0x0",
      "0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffa9d3"
    ],
    [
      "0x12",
      "0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaa99"
    ],
    ["0x1", "0x0"]
    // LAST 1
  ]
].map((i) => i.map((pair2) => Fp22.fromBigTuple(pair2.map(BigInt)))));
var isogenyMapG1 = isogenyMap(Fp2, [
  // xNum
  [
    "0x11a05f2b1e833340b809101dd99815856b303e88a2d7005ff2627b56cdb4e2c85610c2d5f2e62d6eaeac1662734649b7",
    "0x17294ed3e943ab2f0588bab22147a81c7c17e75b2f6a8417f565e33c70d1e86b4838f2a6f318c356e834eef1b3cb83bb",
    "0xd54005db97678ec1d1048c5d10a9a1bce032473295983e56878e501ec68e25c958c3e3d2a09729fe0179f9dac9edcb0",
    "0x1778e7166fcc6db74e0609d307e55412d7f5e4656a8dbf25f1b33289f1b330835336e25ce3107193c5b388641d9b6861",
    "0xe99726a3199f4436642b4b3e4118e5499db995a1257fb3f086eeb65982fac18985a286f301e77c451154ce9ac8895d9",
    "0x1630c3250d7313ff01d1201bf7a74ab5db3cb17dd952799b9ed3ab9097e68f90a0870d2dcae73d19cd13c1c66f652983",
    "0xd6ed6553fe44d296a3726c38ae652bfb11586264f0f8ce19008e218f9c86b2a8da25128c1052ecaddd7f225a139ed84",
    "0x17b81e7701abdbe2e8743884d1117e53356de5ab275b4db1a682c62ef0f2753339b7c8f8c8f475af9ccb5618e3f0c88e",
    "0x80d3cf1f9a78fc47b90b33563be990dc43b756ce79f5574a2c596c928c5d1de4fa295f296b74e956d71986a8497e317",
    "0x169b1f8e1bcfa7c42e0c37515d138f22dd2ecb803a0c5c99676314baf4bb1b7fa3190b2edc0327797f241067be390c9e",
    "0x10321da079ce07e272d8ec09d2565b0dfa7dccdde6787f96d50af36003b14866f69b771f8c285decca67df3f1605fb7b",
    "0x6e08c248e260e70bd1e962381edee3d31d79d7e22c837bc23c0bf1bc24c6b68c24b1b80b64d391fa9c8ba2e8ba2d229"
  ],
  // xDen
  [
    "0x8ca8d548cff19ae18b2e62f4bd3fa6f01d5ef4ba35b48ba9c9588617fc8ac62b558d681be343df8993cf9fa40d21b1c",
    "0x12561a5deb559c4348b4711298e536367041e8ca0cf0800c0126c2588c48bf5713daa8846cb026e9e5c8276ec82b3bff",
    "0xb2962fe57a3225e8137e629bff2991f6f89416f5a718cd1fca64e00b11aceacd6a3d0967c94fedcfcc239ba5cb83e19",
    "0x3425581a58ae2fec83aafef7c40eb545b08243f16b1655154cca8abc28d6fd04976d5243eecf5c4130de8938dc62cd8",
    "0x13a8e162022914a80a6f1d5f43e7a07dffdfc759a12062bb8d6b44e833b306da9bd29ba81f35781d539d395b3532a21e",
    "0xe7355f8e4e667b955390f7f0506c6e9395735e9ce9cad4d0a43bcef24b8982f7400d24bc4228f11c02df9a29f6304a5",
    "0x772caacf16936190f3e0c63e0596721570f5799af53a1894e2e073062aede9cea73b3538f0de06cec2574496ee84a3a",
    "0x14a7ac2a9d64a8b230b3f5b074cf01996e7f63c21bca68a81996e1cdf9822c580fa5b9489d11e2d311f7d99bbdcc5a5e",
    "0xa10ecf6ada54f825e920b3dafc7a3cce07f8d1d7161366b74100da67f39883503826692abba43704776ec3a79a1d641",
    "0x95fc13ab9e92ad4476d6e3eb3a56680f682b4ee96f7d03776df533978f31c1593174e4b4b7865002d6384d168ecdd0a",
    "0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001"
    // LAST 1
  ],
  // yNum
  [
    "0x90d97c81ba24ee0259d1f094980dcfa11ad138e48a869522b52af6c956543d3cd0c7aee9b3ba3c2be9845719707bb33",
    "0x134996a104ee5811d51036d776fb46831223e96c254f383d0f906343eb67ad34d6c56711962fa8bfe097e75a2e41c696",
    "0xcc786baa966e66f4a384c86a3b49942552e2d658a31ce2c344be4b91400da7d26d521628b00523b8dfe240c72de1f6",
    "0x1f86376e8981c217898751ad8746757d42aa7b90eeb791c09e4a3ec03251cf9de405aba9ec61deca6355c77b0e5f4cb",
    "0x8cc03fdefe0ff135caf4fe2a21529c4195536fbe3ce50b879833fd221351adc2ee7f8dc099040a841b6daecf2e8fedb",
    "0x16603fca40634b6a2211e11db8f0a6a074a7d0d4afadb7bd76505c3d3ad5544e203f6326c95a807299b23ab13633a5f0",
    "0x4ab0b9bcfac1bbcb2c977d027796b3ce75bb8ca2be184cb5231413c4d634f3747a87ac2460f415ec961f8855fe9d6f2",
    "0x987c8d5333ab86fde9926bd2ca6c674170a05bfe3bdd81ffd038da6c26c842642f64550fedfe935a15e4ca31870fb29",
    "0x9fc4018bd96684be88c9e221e4da1bb8f3abd16679dc26c1e8b6e6a1f20cabe69d65201c78607a360370e577bdba587",
    "0xe1bba7a1186bdb5223abde7ada14a23c42a0ca7915af6fe06985e7ed1e4d43b9b3f7055dd4eba6f2bafaaebca731c30",
    "0x19713e47937cd1be0dfd0b8f1d43fb93cd2fcbcb6caf493fd1183e416389e61031bf3a5cce3fbafce813711ad011c132",
    "0x18b46a908f36f6deb918c143fed2edcc523559b8aaf0c2462e6bfe7f911f643249d9cdf41b44d606ce07c8a4d0074d8e",
    "0xb182cac101b9399d155096004f53f447aa7b12a3426b08ec02710e807b4633f06c851c1919211f20d4c04f00b971ef8",
    "0x245a394ad1eca9b72fc00ae7be315dc757b3b080d4c158013e6632d3c40659cc6cf90ad1c232a6442d9d3f5db980133",
    "0x5c129645e44cf1102a159f748c4a3fc5e673d81d7e86568d9ab0f5d396a7ce46ba1049b6579afb7866b1e715475224b",
    "0x15e6be4e990f03ce4ea50b3b42df2eb5cb181d8f84965a3957add4fa95af01b2b665027efec01c7704b456be69c8b604"
  ],
  // yDen
  [
    "0x16112c4c3a9c98b252181140fad0eae9601a6de578980be6eec3232b5be72e7a07f3688ef60c206d01479253b03663c1",
    "0x1962d75c2381201e1a0cbd6c43c348b885c84ff731c4d59ca4a10356f453e01f78a4260763529e3532f6102c2e49a03d",
    "0x58df3306640da276faaae7d6e8eb15778c4855551ae7f310c35a5dd279cd2eca6757cd636f96f891e2538b53dbf67f2",
    "0x16b7d288798e5395f20d23bf89edb4d1d115c5dbddbcd30e123da489e726af41727364f2c28297ada8d26d98445f5416",
    "0xbe0e079545f43e4b00cc912f8228ddcc6d19c9f0f69bbb0542eda0fc9dec916a20b15dc0fd2ededda39142311a5001d",
    "0x8d9e5297186db2d9fb266eaac783182b70152c65550d881c5ecd87b6f0f5a6449f38db9dfa9cce202c6477faaf9b7ac",
    "0x166007c08a99db2fc3ba8734ace9824b5eecfdfa8d0cf8ef5dd365bc400a0051d5fa9c01a58b1fb93d1a1399126a775c",
    "0x16a3ef08be3ea7ea03bcddfabba6ff6ee5a4375efa1f4fd7feb34fd206357132b920f5b00801dee460ee415a15812ed9",
    "0x1866c8ed336c61231a1be54fd1d74cc4f9fb0ce4c6af5920abc5750c4bf39b4852cfe2f7bb9248836b233d9d55535d4a",
    "0x167a55cda70a6e1cea820597d94a84903216f763e13d87bb5308592e7ea7d4fbc7385ea3d529b35e346ef48bb8913f55",
    "0x4d2f259eea405bd48f010a01ad2911d9c6dd039bb61a6290e591b36e636a5c871a5c29f4f83060400f8b49cba8f6aa8",
    "0xaccbb67481d033ff5852c1e48c50c477f94ff8aefce42d28c0f9a88cea7913516f968986f7ebbea9684b529e2561092",
    "0xad6b9514c767fe3c3613144b45f1496543346d98adf02267d5ceef9a00d9b8693000763e3b90ac11e99b138573345cc",
    "0x2660400eb2e4f3b628bdd0d53cd76f2bf565b94e72927c1cb748df27942480e420517bd8714cc80d1fadc1326ed06f7",
    "0xe0fa1d816ddc03e6b24255e0d7819c171c40f65e273b853324efcd6356caa205ca2f570f13497804415473a1d634b8f",
    "0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001"
    // LAST 1
  ]
].map((i) => i.map((j) => BigInt(j))));
var G1_SWU;
var G2_SWU;
var getG1_SWU = () => G1_SWU || (G1_SWU = mapToCurveSimpleSWU(Fp2, {
  A: Fp2.create(BigInt("0x144698a3b8e9433d693a02c96d4982b0ea985383ee66a8d8e8981aefd881ac98936f8da0e0f97f5cf428082d584c1d")),
  B: Fp2.create(BigInt("0x12e2908d11688030018b12e8753eee3b2016c1f0f24f4070a0b9c14fcef35ef55a23215a316ceaa5d1cc48e98e172be0")),
  Z: Fp2.create(BigInt(11))
}));
var getG2_SWU = () => G2_SWU || (G2_SWU = mapToCurveSimpleSWU(Fp22, {
  // SWU map for the RFC 9380 §8.8.2 pre-isogeny G2 curve E':
  // y² = x³ + 240i * x + 1012 + 1012i
  A: Fp22.create({ c0: Fp2.create(_0n9), c1: Fp2.create(BigInt(240)) }),
  // A' = 240 * I
  B: Fp22.create({ c0: Fp2.create(BigInt(1012)), c1: Fp2.create(BigInt(1012)) }),
  // B' = 1012 * (1 + I)
  Z: Fp22.create({ c0: Fp2.create(BigInt(-2)), c1: Fp2.create(BigInt(-1)) })
  // Z: -(2 + I)
}));
function mapToG1(scalars) {
  const { x, y } = getG1_SWU()(Fp2.create(scalars[0]));
  return isogenyMapG1(x, y);
}
function mapToG2(scalars) {
  const { x, y } = getG2_SWU()(Fp22.fromBigTuple(scalars));
  return isogenyMapG2(x, y);
}

// src/core/beacon.ts
var SCHEMES = ["bls-unchained-g1-rfc9380", "pedersen-bls-chained"];
var DST_G1 = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";
var DST_G2 = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_";
var G1 = bls12_381.G1;
var G2 = bls12_381.G2;
function pinned(name, scheme, key, genesis, period, seed) {
  const chain = { name, scheme, publicKey: unhex(key), genesis, period, genesisSeed: unhex(seed), rehearsal: false };
  return { ...chain, hash: chainHash(chain, name) };
}
function chainHash(chain, id) {
  const named = id === "default" ? "" : id;
  return hex(sha256(concat(u32be(chain.period), u64be(chain.genesis), chain.publicKey, chain.genesisSeed, utf8(named))));
}
var QUICKNET = pinned(
  "quicknet",
  "bls-unchained-g1-rfc9380",
  "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
  1692803367,
  3,
  "f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e"
);
var DEFAULT = pinned(
  "default",
  "pedersen-bls-chained",
  "868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5cce96366b5d7a569937c529eeda66c7293784a9402801af31",
  1595431050,
  30,
  "176f93498eac9ca337150b46d21dd58673ea4e3581185f869672e59fa4cb390a"
);
var PINNED = [QUICKNET, DEFAULT];
function parseChain(from) {
  const beaconId = from.text("beacon_id", 0, 64);
  const chain = {
    genesis: from.integer("genesis"),
    genesisSeed: from.hex("genesis_seed", 32),
    period: from.integer("period", 1, 4294967295),
    publicKey: from.hex("public_key"),
    scheme: from.oneOf("scheme", SCHEMES),
    rehearsal: true
  };
  from.end();
  const hash = chainHash(chain, beaconId);
  const same2 = PINNED.find((c) => c.hash === hash && c.scheme === chain.scheme);
  if (same2 !== void 0) return same2;
  if (chain.scheme !== "bls-unchained-g1-rfc9380") throw new Refused("a chained beacon that is not the pinned one");
  publicKeyG2(chain.publicKey);
  return { ...chain, name: beaconId, hash };
}
function parseRehearsal(from) {
  const chain = parseChain(from);
  if (!chain.rehearsal) throw new Refused("a pinned chain is not a rehearsal");
  return chain;
}
function timeOf(chain, round) {
  const time = BigInt(chain.genesis) + (BigInt(round) - 1n) * BigInt(chain.period);
  return round >= 1 && time <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(time) : null;
}
function roundFor(chain, drawsAt) {
  if (drawsAt < chain.genesis) return null;
  const round = (BigInt(drawsAt) - BigInt(chain.genesis)) / BigInt(chain.period) + 2n;
  const time = BigInt(chain.genesis) + (round - 1n) * BigInt(chain.period);
  return time > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(round);
}
var REMEMBERED2 = 512;
var known2 = /* @__PURE__ */ new Map();
function verifyRound(chain, round) {
  const id = [chain.hash, round.round, hex(round.signature), round.previous === void 0 ? "" : `:${hex(round.previous)}`].join(" ");
  let why = known2.get(id);
  if (why === void 0) {
    why = null;
    try {
      decide2(chain, round);
    } catch (e) {
      why = e instanceof Refused ? e.message : "the signature does not decode";
    }
    if (known2.size >= REMEMBERED2) known2.clear();
    known2.set(id, why);
  }
  if (why !== null) throw new Refused(`round ${round.round} does not verify: ${why}`, `the signature of round ${round.round} of chain ${chain.name}`, hex(round.signature).slice(0, 32));
  return { chain, round: round.round, randomness: sha256(round.signature) };
}
function decide2(chain, { round, signature, previous }) {
  if (round < 1) throw new Refused("there is no round 0");
  if (chain.scheme === "bls-unchained-g1-rfc9380") {
    if (previous !== void 0) throw new Refused("an unchained beacon has no previous signature");
    const point = compressed(G1.Point, signature, 48);
    const hashed = G1.hashToCurve(sha256(u64be(round)), { DST: DST_G1 });
    pairingHolds([{ g1: point, g2: G2.Point.BASE }, { g1: negated(hashed), g2: publicKeyG2(chain.publicKey) }]);
  } else {
    const first = round === 1;
    if (previous === void 0 || (first ? !sameBytes(previous, chain.genesisSeed) : previous.length !== 96)) throw new Refused("the previous signature is missing or of the wrong form");
    const point = compressed(G2.Point, signature, 96);
    const hashed = G2.hashToCurve(sha256(concat(previous, u64be(round))), { DST: DST_G2 });
    pairingHolds([{ g1: G1.Point.BASE, g2: point }, { g1: negated(compressed(G1.Point, chain.publicKey, 48)), g2: hashed }]);
  }
}
function negated(p) {
  return p.negate();
}
function publicKeyG2(key) {
  return compressed(G2.Point, key, 96);
}
function compressed(of, bytes, length) {
  if (bytes.length !== length) throw new Refused("a point of the wrong length", `${length} bytes`, `${bytes.length} bytes`);
  if ((bytes[0] & 128) === 0) throw new Refused("a point that is not compressed");
  let point;
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
function pairingHolds(pairs) {
  const product = bls12_381.pairingBatch(pairs);
  if (!bls12_381.fields.Fp12.eql(product, bls12_381.fields.Fp12.ONE)) throw new Refused("the pairing equation does not hold");
}

// src/core/policy.ts
function parsePolicy(text2) {
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text2)) throw new Refused("a control character in a policy");
  if (text2 !== "" && !text2.endsWith("\n")) throw new Refused("a policy whose last line has no newline");
  const logs = [];
  const witnesses = /* @__PURE__ */ new Map();
  const named = /* @__PURE__ */ new Map();
  const used = /* @__PURE__ */ new Set();
  const keys = { log: /* @__PURE__ */ new Set(), witness: /* @__PURE__ */ new Set() };
  let quorum;
  const once = (set, key) => {
    if (set.has(hex(key.key))) throw new Refused("a key stands twice in a policy", null, key.name);
    set.add(hex(key.key));
  };
  const define = (name, rule) => {
    if (name === "none" || named.has(name)) throw new Refused("a name that is taken in a policy", null, clip(name));
    named.set(name, rule);
  };
  const lookup = (name) => {
    const rule = named.get(name);
    if (rule === void 0) throw new Refused("a policy names what no line before defined", null, clip(name));
    return rule;
  };
  for (const line of text2.split("\n")) {
    const words = line.split(/[ \t]+/).filter((w) => w !== "");
    const [verb, a, b, ...rest] = words;
    if (verb === void 0 || verb.startsWith("#")) continue;
    if (verb === "log" && a !== void 0 && words.length <= 3) {
      const key = parseVKey(a, ED25519);
      once(keys.log, key);
      logs.push(key);
    } else if (verb === "witness" && a !== void 0 && b !== void 0 && words.length <= 4) {
      const key = parseVKey(b, COSIGNATURE);
      once(keys.witness, key);
      define(a, { witness: a });
      witnesses.set(a, key);
    } else if (verb === "group" && a !== void 0 && b !== void 0 && rest.length > 0) {
      const members = rest.map((name) => {
        const rule = lookup(name);
        if (used.has(name)) throw new Refused("a name stands in two groups of a policy", null, clip(name));
        used.add(name);
        return rule;
      });
      define(a, { group: a, threshold: threshold(b, members.length), members });
    } else if (verb === "quorum" && a !== void 0 && words.length === 2) {
      if (quorum !== void 0) throw new Refused("a policy with two quorum lines");
      quorum = a === "none" ? null : lookup(a);
    } else {
      throw new Refused("a line of a policy that is not understood", null, clip(line));
    }
  }
  if (quorum === void 0) throw new Refused("a policy without a quorum line");
  return { logs, witnesses, quorum };
}
function threshold(word, members) {
  if (word === "all") return members;
  if (word === "any") return 1;
  const k = /^[1-9][0-9]{0,8}$/.test(word) ? Number(word) : 0;
  if (k < 1 || k > members) throw new Refused("a group's threshold is out of bounds", `1 to ${members}`, clip(word));
  return k;
}
function fulfils(rule, has) {
  if ("witness" in rule) return has(rule.witness);
  return rule.members.filter((m) => fulfils(m, has)).length >= rule.threshold;
}

// src/core/pool.ts
var MAX_COLUMNS = 64;
var MAX_NAME = 128;
var MAX_PUBLIC_PART = 16384;
var MAX_CELL = 4096;
function parseColumns(from) {
  const columns = { household: from.texts("household"), id: from.text("id"), private: from.texts("private"), public: from.texts("public") };
  from.end();
  const all = [columns.id, ...columns.household, ...columns.private, ...columns.public];
  if (all.length > MAX_COLUMNS) throw new Refused("more than 64 columns", "at most 64", String(all.length));
  for (const name of all) {
    const n = utf8Length(name);
    if (n < 1 || n > MAX_NAME || name.includes("\0")) throw new Refused("a column name out of bounds", "1 to 128 bytes without U+0000", clip(name));
  }
  if (new Set(all).size !== all.length) throw new Refused("a column stands twice");
  for (const list of [columns.private, columns.public]) {
    if (list.some((name, i) => i > 0 && compareText(list[i - 1], name) >= 0)) throw new Refused("columns are not sorted");
  }
  return columns;
}
function poolLeaf(privatePart, publicPart) {
  return leafHash(concat(privatePart, utf8(publicPart)));
}
function readTable(text2, pool) {
  const header = "kleroterion/v1/table\n";
  if (!text2.startsWith(header)) throw new Refused("not a table", "kleroterion/v1/table", clip(text2.slice(0, 40)));
  const people = [];
  const tree = new TreeBuilder();
  const interned = /* @__PURE__ */ new Map();
  let last;
  let at = header.length;
  while (at < text2.length) {
    if (people.length === pool.size) throw new Refused("more lines than people", String(pool.size), "more");
    const end = text2.indexOf("\n", at);
    if (end < 0) throw new Refused("the table does not end with a newline");
    const line = text2.slice(at, end);
    at = end + 1;
    if (line[64] !== " ") throw new Refused(`line ${people.length + 2} is not 64 digits, a space and a public part`);
    const privateHex = line.slice(0, 64);
    const publicPart = line.slice(65);
    const leaf = poolLeaf(unhex(privateHex, 32), publicPart);
    if (last !== void 0 && compareBytes(last, leaf) >= 0) throw new Refused(`leaves are not ascending at index ${people.length}`, `above ${hex(last)}`, hex(leaf));
    last = leaf;
    tree.push(leaf);
    const { values, tag } = readPublicPart(publicPart, pool.columns);
    people.push({ privatePart: privateHex, tag, values: values.map((v) => {
      const known3 = interned.get(v);
      if (known3 !== void 0) return known3;
      interned.set(v, v);
      return v;
    }) });
  }
  if (people.length !== pool.size) throw new Refused("fewer lines than people", String(pool.size), String(people.length));
  const root = hex(tree.root());
  if (root !== pool.root) throw new Refused("the table is not the pool that the terms commit to", pool.root, root);
  return { people };
}
function readPublicPart(text2, columns) {
  if (utf8Length(text2) > MAX_PUBLIC_PART) throw new Refused("a public part of more than 16,384 bytes");
  return readPublic(parseCanonical(text2), columns);
}
function readPublic(value, columns) {
  const part = new Members(value, "public part");
  const row = part.members("row");
  const values = columns.public.map((name) => readCell(row, name));
  row.end();
  const tag = part.optional("household", (n) => hex(part.hex(n, 16)));
  part.end();
  if (tag !== void 0 && columns.household.length === 0) throw new Refused("a household tag in a pool without households");
  return { values, tag };
}
function readCell(row, name) {
  const cell = row.text(name, 0, MAX_CELL);
  if (cell.includes("\0")) throw new Refused("U+0000 in a cell");
  return cell;
}
function parseOpening(value) {
  const from = new Members(value, "opening");
  const index = asIndex(from.take("index"), "opening: index");
  const privatePart = from.hash("private");
  const proof = parseProof(from.texts("proof"));
  const row = from.take("public");
  from.end();
  if (!(row instanceof Map)) throw new Refused("opening: public is not an object");
  return { index, privatePart, publicPart: encode(row), publicRow: row, proof };
}
function checkOpening(opening, pool) {
  readPublicPart(opening.publicPart, pool.columns);
  const leaf = poolLeaf(unhex(opening.privatePart, 32), opening.publicPart);
  const root = rootFromInclusion(leaf, BigInt(opening.index), BigInt(pool.size), opening.proof);
  if (!sameBytes(root, unhex(pool.root))) throw new Refused(`the opening of index ${opening.index} is not in the pool`, pool.root, hex(root));
}

// src/core/terms.ts
var MAX_TERMS = 24576;
var REPLACEMENTS = ["none", "rank", "beacon"];
function termsHash(text2) {
  return hex(tagged("terms", utf8(text2)));
}
function parseTerms(whole) {
  if (utf8Length(whole) > MAX_TERMS) throw new Refused("terms of more than 24,576 bytes");
  const note = parseProtocolNote(whole, "terms");
  const from = new Members(note.json, "terms");
  const common = parseCommon(from);
  const terms = {
    ...common,
    note,
    hash: termsHash(note.text),
    beacon: parseBeaconRef(from.members("beacon")),
    drawBy: from.integer("draw_by"),
    method: parseMethod(from.members("method")),
    notDrawn: from.optional("not_drawn", (n) => from.array(n, 1, 16).map(parseNotDrawn)) ?? [],
    pool: parsePool(from.members("pool")),
    replacement: from.oneOf("replacement", REPLACEMENTS),
    reserves: from.integer("reserves", 0, MAX_INDEX)
  };
  from.end();
  checkTerms(terms);
  return terms;
}
function parseCommon(from) {
  const attempt = from.integer("attempt", 1);
  const previous = from.optional("previous", (n) => from.hash(n));
  if (attempt > 1 !== (previous !== void 0)) throw new Refused("previous is there exactly from attempt 2", attempt > 1 ? "previous" : "no previous", `attempt ${attempt}`);
  return {
    attempt,
    previous,
    draw: from.slug("draw"),
    drawsAt: from.integer("draws_at"),
    log: from.text("log", 1, 256),
    organiser: from.slug("organiser"),
    purpose: from.slug("purpose"),
    title: parseTitle(from.take("title"))
  };
}
function parseTitle(value) {
  if (!(value instanceof Map) || value.size === 0) throw new Refused("title is not an object with at least one language");
  const out = /* @__PURE__ */ new Map();
  for (const [code, text2] of value) {
    if (!/^[a-z]{2}$/.test(code)) throw new Refused("a language is two letters", "[a-z][a-z]", clip(code));
    if (typeof text2 !== "string" || utf8Length(text2) < 1 || utf8Length(text2) > 256) throw new Refused("a title has 1 to 256 bytes");
    out.set(code, text2);
  }
  return out;
}
function parseBeaconRef(from) {
  const beacon = { chain: from.hash("chain"), round: from.integer("round", 1) };
  from.end();
  return beacon;
}
function parseNotDrawn(value) {
  const from = new Members(value, "not_drawn");
  const out = { seats: from.integer("seats", 1, MAX_INDEX), why: from.text("why", 1, 256) };
  from.end();
  return out;
}
function parseMethod(from) {
  const name = from.oneOf("name", ["equal", "households", "stratified", "panels"]);
  const seats = from.integer("seats", 1, MAX_INDEX);
  let method;
  if (name === "stratified") method = { name, seats, columns: from.texts("columns", 1, 8), strata: from.hash("strata") };
  else if (name === "panels") {
    method = {
      name,
      seats,
      list: from.hash("list"),
      panels: from.integer("panels", 1, 1e4),
      minCount: from.integer("min_count", 0, MAX_INDEX),
      maxCount: from.integer("max_count", 0, MAX_INDEX)
    };
  } else method = { name, seats };
  from.end();
  return method;
}
function parsePool(from) {
  const pool = {
    columns: parseColumns(from.members("columns")),
    from: from.optional("from", (n) => {
      const link = from.members(n);
      const out = { draw: link.slug("draw"), outcome: link.hash("outcome") };
      link.end();
      return out;
    }),
    root: from.hash("root"),
    size: from.integer("size", 1, MAX_INDEX),
    table: from.optional("table", (n) => from.hash(n))
  };
  from.end();
  return pool;
}
function checkTerms(t) {
  const { method, pool } = t;
  if (method.seats + t.reserves > pool.size) throw new Refused("more seats and reserves than people", `at most ${pool.size}`, String(method.seats + t.reserves));
  if (t.drawBy < t.drawsAt) throw new Refused("draw_by is before draws_at", `at least ${t.drawsAt}`, String(t.drawBy));
  const needsTable = method.name !== "equal" || pool.from !== void 0;
  if (needsTable && pool.table === void 0) throw new Refused("a table is needed and not named");
  if (method.name === "households" && pool.columns.household.length === 0) throw new Refused("the method needs household columns");
  if (method.name === "stratified") checkStrataColumns(method.columns, pool.columns);
  if (method.name === "panels" && !(method.minCount <= method.maxCount && method.maxCount <= method.panels)) {
    throw new Refused("counts are out of order", "min_count ≤ max_count ≤ panels", `${method.minCount}, ${method.maxCount}, ${method.panels}`);
  }
}
function checkStrataColumns(named, columns) {
  if (new Set(named).size !== named.length) throw new Refused("a column of the strata stands twice");
  for (const name of named) if (!columns.public.includes(name)) throw new Refused("strata by a column that is not public", columns.public.join(", "), clip(name));
}

// src/core/steps.ts
var MAX_STEP = 65535;
var MAX_KEYS = 16;
var RECOVERY_SECS = 2592e3;
var LEAVING = ["declined", "not_eligible", "ended"];
var VOIDING = ["cancelled", "pool_error", "terms_error", "beacon_lost", "court", "no_quorum"];
var ANNULLING = ["court", "complaint"];
function parseStep(whole) {
  const bytes = utf8Length(whole);
  if (bytes > MAX_STEP) throw new Refused("a step of more than 65,535 bytes", "at most 65535", String(bytes));
  const note = parseProtocolNote(whole, "step");
  if (note.lines.length !== 1) throw new Refused("a step has exactly one signature line", "1", String(note.lines.length));
  if (note.lines[0].signature.length !== 64) throw new Refused("a step's signature is not 64 bytes");
  const from = new Members(note.json, "step");
  const base = { note, hash: hex(leafHash(utf8(whole))), seq: from.integer("seq"), prev: from.hash("prev"), time: from.integer("time") };
  const kind = from.text("kind");
  const step = parseKind(kind, base, from);
  from.end();
  return step;
}
function parseKind(kind, base, from) {
  switch (kind) {
    case "opened":
      return parseOpened(base, from);
    case "key":
      return parseKeyChange(base, from);
    case "closed":
      return { ...base, kind, successor: from.optional("successor", (n) => parseVKey(from.text(n))) };
    case "organiser":
      return parseOrganiser(base, from);
  }
  const draw2 = from.slug("draw");
  const step = parseOfDraw(kind, { ...base, draw: draw2 }, from);
  return step;
}
function parseOpened(base, from) {
  const log = parseVKey(from.text("log"));
  if (utf8Length(log.name) > 256) throw new Refused("an origin of more than 256 bytes");
  from.optional("policy", (n) => parsePolicy(from.text(n)));
  from.oneOf("protocol", ["kleroterion/v1"]);
  return { ...base, kind: "opened", log, rehearsal: from.optional("rehearsal", (n) => parseRehearsal(from.members(n))), service: parseVKey(from.text("service")) };
}
function parseKeyChange(base, from) {
  const inner = parseProtocolNote(from.text("note"), "key");
  const body = new Members(inner.json, "key note");
  const out = {
    ...base,
    kind: "key",
    inner,
    log: body.text("log", 1, 256),
    role: body.oneOf("role", ["log", "service"]),
    old: parseVKey(body.text("old")),
    new: parseVKey(body.text("new"))
  };
  body.end();
  if (sameBytes(out.old.key, out.new.key)) throw new Refused("a key that changes into itself");
  return out;
}
function parseOrganiser(base, from) {
  const inner = parseProtocolNote(from.text("note"), "organiser");
  const body = new Members(inner.json, "organiser note");
  const id = body.slug("id");
  const keys = body.texts("keys", 1, MAX_KEYS).map((k) => parseVKey(k));
  const out = {
    ...base,
    kind: "organiser",
    inner,
    id,
    keys,
    log: body.text("log", 1, 256),
    name: body.text("name", 1, 256),
    threshold: body.integer("threshold", 1, keys.length),
    version: body.integer("version", 1),
    recovery: body.optional("recovery", (n) => {
      if (body.take(n) !== true) throw new Refused("recovery is true or absent");
      return true;
    }) ?? false
  };
  body.end();
  checkOrganiserKeys(keys, id);
  if (out.recovery && out.version === 1) throw new Refused("a recovery at version 1");
  return out;
}
function checkOrganiserKeys(keys, id) {
  keys.forEach((key, i) => {
    if (i > 0 && !(keys[i - 1].text < key.text)) throw new Refused("an organiser's keys are not sorted");
    if (keys.slice(0, i).some((k) => sameBytes(k.key, key.key))) throw new Refused("an organiser's key stands twice");
    const role = key.name.startsWith(`${id}/`) ? key.name.slice(id.length + 1) : "";
    if (!/^[a-z0-9_]{1,32}$/.test(role)) throw new Refused("a key of another organiser", `${id}/role`, key.name);
  });
}
function parseRound(from) {
  return { round: from.integer("round", 1), signature: from.hex("signature"), previous: from.optional("previous_signature", (n) => from.hex(n)) };
}
function optionalRound(from) {
  const there = from.has("round") || from.has("signature") || from.has("previous_signature");
  return there ? parseRound(from) : void 0;
}
function parseOfDraw(kind, base, from) {
  switch (kind) {
    case "announced":
      return parseAnnounced(base, from);
    case "sealed": {
      const terms = parseTerms(from.text("terms"));
      sameDraw(base.draw, terms.draw);
      return { ...base, kind, organiser: from.hash("organiser"), terms };
    }
    case "drawn":
      return { ...base, kind, terms: from.hash("terms"), outcome: from.hash("outcome"), round: parseRound(from) };
    case "vacated":
      return parseVacated(base, from);
    case "replaced": {
      const step = { ...base, kind, vacated: from.hash("vacated"), outcome: from.hash("outcome"), left: from.indices("left"), seated: from.indices("seated"), round: optionalRound(from) };
      if (step.left.length === 0 || step.seated.length > step.left.length) throw new Refused("more seated than left", String(step.left.length), String(step.seated.length));
      return step;
    }
    case "voided":
      return parseVoided(base, from);
    case "annulled": {
      const { body, inner } = innerNote(from, "annul", base.draw);
      const step = { ...base, kind, ...inner, after: body.hash("after"), reason: body.oneOf("reason", ANNULLING) };
      body.end();
      return step;
    }
    case "erased": {
      const { body, inner } = innerNote(from, "erase", base.draw);
      const step = { ...base, kind, ...inner, root: body.hash("root") };
      body.end();
      return step;
    }
    default:
      throw new Refused("a step of an unknown kind", null, kind.slice(0, 40));
  }
}
function innerNote(from, context, draw2) {
  const inner = parseProtocolNote(from.text("note"), context);
  const body = new Members(inner.json, `${context} note`);
  sameDraw(draw2, body.slug("draw"));
  return { body, inner: { inner, log: body.text("log", 1, 256), organiser: body.slug("organiser") } };
}
function sameDraw(step, within) {
  if (step !== within) throw new Refused("the step names another draw than what stands in it", within, step);
}
function parseAnnounced(base, from) {
  const inner = parseProtocolNote(from.text("note"), "announce");
  const body = new Members(inner.json, "announce note");
  const announcement = { ...parseCommon(body), postponed: body.integer("postponed") };
  body.end();
  sameDraw(base.draw, announcement.draw);
  return { ...base, kind: "announced", inner, announcement };
}
function parseVacated(base, from) {
  const { body, inner } = innerNote(from, "vacate", base.draw);
  const step = {
    ...base,
    kind: "vacated",
    ...inner,
    after: body.hash("after"),
    beacon: body.optional("beacon", (n) => parseBeaconRef(body.members(n))),
    drawsAt: body.optional("draws_at", (n) => body.integer(n)),
    seats: body.array("seats", 1).map(parseSeat)
  };
  body.end();
  if (step.beacon === void 0 !== (step.drawsAt === void 0)) throw new Refused("beacon and draws_at are there together or not at all");
  if (step.seats.some((s, i) => i > 0 && step.seats[i - 1].index >= s.index)) throw new Refused("vacated seats do not ascend");
  return step;
}
function parseSeat(value) {
  const from = new Members(value, "seat");
  const seat = { index: asIndex(from.take("index"), "seat: index"), reason: from.oneOf("reason", LEAVING) };
  from.end();
  return seat;
}
function parseVoided(base, from) {
  const reason = from.oneOf("reason", VOIDING);
  const round = optionalRound(from);
  if (reason === "no_quorum") {
    return { ...base, kind: "voided", reason, round, inner: void 0, log: void 0, organiser: void 0 };
  }
  const { body, inner } = innerNote(from, "void", base.draw);
  const within = body.oneOf("reason", VOIDING);
  body.end();
  if (within !== reason) throw new Refused("the step gives another reason than its note", within, reason);
  return { ...base, kind: "voided", reason, round, ...inner };
}
function signedByService(step, service) {
  const line = step.note.lines[0];
  return line.name === service.name && line.id === service.id && verifyStrict(service.key, utf8(step.note.text), line.signature);
}

// src/core/bundle.ts
var MAX_BUNDLE = 256 << 20;
var MAX_STEPS = 1e4;
function readBundle(text2) {
  if (utf8Length(text2) > MAX_BUNDLE) throw new Refused("a bundle of more than 256 MiB");
  if (!text2.endsWith("\n")) throw new Refused("a bundle ends with one newline");
  const from = new Members(parseCanonical(text2.slice(0, -1)), "bundle");
  from.oneOf("format", ["kleroterion/v1/bundle"]);
  const bundle = {
    artifacts: readArtifacts(from.take("artifacts")),
    draw: from.text("draw"),
    log: parseVKey(from.text("log")),
    steps: from.array("steps", 0, MAX_STEPS).map(readStep)
  };
  from.end();
  if (!isSlug(bundle.draw)) throw new Refused("draw is not a slug", null, clip(bundle.draw));
  return bundle;
}
function readArtifacts(value) {
  const from = new Members(value, "artifacts");
  const out = /* @__PURE__ */ new Map();
  for (const name of from.names()) {
    if (!isHash(name)) throw new Refused("an artifact is named by its hash", "64 hexadecimal digits", clip(name));
    out.set(name, from.text(name));
  }
  return out;
}
function readStep(value) {
  const from = new Members(value, "steps");
  const step = {
    entry: from.text("entry"),
    proof: from.text("proof"),
    witnessed: from.optional("witnessed", (n) => {
      const w = from.members(n);
      const out = { consistency: w.texts("consistency"), proof: w.text("proof") };
      w.end();
      return out;
    })
  };
  from.end();
  return step;
}
function placeSteps(raw, findings) {
  const placed = [];
  let last = -1;
  raw.steps.forEach((one2, at) => {
    const where = `steps[${at}]`;
    const proof = findings.within("format", where, () => parseTlogProof(one2.proof));
    const witnessed = one2.witnessed === void 0 ? void 0 : findings.within("format", where, () => ({ consistency: parseProof(one2.witnessed.consistency), proof: parseTlogProof(one2.witnessed.proof) }));
    const step = findings.within("format", where, () => parseStep(one2.entry));
    if (step === void 0) return;
    if (step.seq <= last) findings.fail("format", new Refused("steps do not ascend", `above ${last}`, String(step.seq)), where);
    last = step.seq;
    if (one2.witnessed !== void 0 && !["sealed", "vacated", "voided"].includes(step.kind)) findings.fail("format", new Refused("witnessed stands on a step that needs none", "sealed, vacated or voided", step.kind), where);
    placed.push({ at, step, proof, witnessed });
  });
  const proofs = placed.flatMap((p) => p.proof === void 0 ? [] : [p.proof]);
  if (proofs.some((p) => p.checkpoint.note.whole !== proofs[0].checkpoint.note.whole)) findings.fail("format", new Refused("the proofs hold different checkpoints"));
  return placed;
}
var Artifacts = class {
  constructor(inside, beside) {
    this.inside = inside;
    this.beside = beside;
  }
  inside;
  beside;
  checked = /* @__PURE__ */ new Map();
  names() {
    return [...this.inside.keys()];
  }
  get(hash) {
    let text2 = this.checked.get(hash);
    if (text2 === void 0) {
      const candidate = this.inside.get(hash) ?? this.beside(hash);
      text2 = candidate !== void 0 && fits(hash, candidate) ? candidate : null;
      this.checked.set(hash, text2);
    }
    return text2;
  }
  /** Whether something of that name is there, whatever it hashes to. */
  present(hash) {
    return this.inside.has(hash) || this.beside(hash) !== void 0;
  }
};
function fits(hash, text2) {
  return hex(sha256(utf8(text2))) === hash;
}
function sameKey(a, b) {
  return a.name === b.name && sameBytes(a.key, b.key);
}

// src/core/report.ts
var CHECKS = [
  "format",
  "log.signature",
  "log.inclusion",
  "log.chain",
  "log.consistency",
  "log.witnesses",
  "organiser.keys",
  "terms.signatures",
  "terms.attempts",
  "time.round",
  "time.sealed",
  "time.tokens",
  "beacon.signature",
  "pool.table",
  "pool.from",
  "panels.quotas",
  "panels.counts",
  "panels.certificate",
  "draw.outcome",
  "replacements.rule",
  "voids"
];
var Findings = class {
  of = /* @__PURE__ */ new Map();
  fail(id, why, where = "") {
    if (this.of.get(id)?.status === "failed") return;
    this.of.set(id, { status: "failed", expected: why.expected, found: why.found, reason: where === "" ? why.message : `${where}: ${why.message}`, required: true });
  }
  skip(id, reason, required) {
    const before = this.of.get(id);
    if (before?.status === "failed" || before?.status === "skipped" && (before.required || !required)) return;
    this.of.set(id, { status: "skipped", expected: null, found: null, reason, required });
  }
  /** A pass that needs a word, if nothing else was found. */
  pass(id, reason = null) {
    if (!this.of.has(id)) this.of.set(id, { status: "passed", expected: null, found: null, reason, required: true });
  }
  failed(id) {
    return this.of.get(id)?.status === "failed";
  }
  /** Runs a part of a check; what it refuses is a failure of `id`. */
  within(id, where, part) {
    try {
      return part();
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      this.fail(id, e, where);
      return void 0;
    }
  }
  report(rehearsal) {
    const checks = CHECKS.map((id) => {
      const f = this.of.get(id);
      return { id, status: f?.status ?? "passed", expected: f?.expected ?? null, found: f?.found ?? null, reason: f?.reason ?? null };
    });
    const refuted = checks.some((c) => c.status === "failed");
    const incomplete = [...this.of.values()].some((f) => f.status === "skipped" && f.required);
    const verdict = refuted ? "refuted" : incomplete ? "incomplete" : "verified";
    return { verdict, exit: { verified: 0, refuted: 1, unreadable: 2, incomplete: 3 }[verdict], rehearsal, checks };
  }
};
function unreadable(why) {
  const checks = CHECKS.map((id) => id === "format" ? { id, status: "failed", expected: why.expected, found: why.found, reason: why.message } : { id, status: "skipped", expected: null, found: null, reason: "the bundle cannot be read" });
  return { verdict: "unreadable", exit: 2, rehearsal: false, checks };
}

// src/core/trust.ts
var MAX_TRUST = 1 << 20;
function parseTrust(text2) {
  if (utf8Length(text2) > MAX_TRUST) throw new Refused("a trust file of more than 1 MiB");
  const from = new Members(parseLenient(text2), "trust");
  from.oneOf("format", ["kleroterion/v1/trust"]);
  const log = parseVKey(from.text("log"));
  const service = parseVKey(from.text("service"));
  const policy = from.optional("policy", (n) => parsePolicy(from.text(n)));
  const trust = {
    log,
    service,
    policy: policy === void 0 || policy.quorum === null ? void 0 : { ...policy, quorum: policy.quorum },
    marginSecs: from.optional("margin_secs", (n) => from.integer(n)) ?? 0,
    chains: from.optional("chains", (n) => from.texts(n).map(parsePinned)) ?? PINNED,
    rehearsal: from.optional("rehearsal", (n) => parseRehearsal(from.members(n))),
    organisers: from.optional("organisers", (n) => parseOrganisers(from.members(n))) ?? /* @__PURE__ */ new Map(),
    anchor: from.optional("anchor", (n) => {
      const anchor = from.members(n);
      const out = { root: anchor.hash("root"), size: anchor.integer("size") };
      anchor.end();
      return out;
    })
  };
  from.end();
  if (policy !== void 0 && !policy.logs.some((l) => l.name === log.name && sameBytes(l.key, log.key))) throw new Refused("the policy's logs do not include the log", log.text);
  return trust;
}
function parsePinned(hash) {
  const chain = isHash(hash) ? PINNED.find((c) => c.hash === hash) : void 0;
  if (chain === void 0) throw new Refused("chains may name pinned chains only", PINNED.map((c) => c.hash).join(", "), hash.slice(0, 64));
  return chain;
}
function parseOrganisers(from) {
  const out = /* @__PURE__ */ new Map();
  for (const id of from.names()) {
    if (!isSlug(id)) throw new Refused("an organiser is named by a slug");
    const one2 = from.members(id);
    const keys = one2.texts("keys", 1, 16).map((k) => parseVKey(k));
    out.set(id, { keys, threshold: one2.integer("threshold", 1, keys.length) });
    one2.end();
    checkOrganiserKeys(keys, id);
  }
  return out;
}

// src/core/ledger.ts
var ZEROS = "0".repeat(64);
var Breach = class extends Error {
  constructor(check, why) {
    super(why.message);
    this.check = check;
    this.why = why;
  }
  check;
  why;
};
var Ledger = class {
  constructor(rules) {
    this.rules = rules;
  }
  rules;
  opened;
  closed = false;
  logKeys = [];
  serviceKeys = [];
  draws = /* @__PURE__ */ new Map();
  organisers = /* @__PURE__ */ new Map();
  last;
  /** Takes a step, or throws the `Breach` for which it is not taken. */
  apply(step) {
    this.follow(step);
    if (!signedByService(step, this.serviceKeys.at(-1))) breach("log.signature", "the step is not signed by the service key in force", this.serviceKeys.at(-1).text, step.note.lines[0].name);
    switch (step.kind) {
      case "opened":
        break;
      case "key":
        this.key(step);
        break;
      case "closed":
        this.closed = true;
        break;
      case "organiser":
        this.organiser(step);
        break;
      default:
        this.drawStep(step);
    }
  }
  follow(step) {
    const last = this.last;
    this.last = step;
    if (last === void 0) {
      if (step.kind !== "opened" || step.seq !== 0 || step.prev !== ZEROS) breach("log.chain", "the first step is not the log's opening", "opened, entry 0", `${step.kind}, entry ${step.seq}`);
      const opened = step;
      this.opened = opened;
      this.logKeys = [opened.log];
      this.serviceKeys = [opened.service];
      return;
    }
    if (step.kind === "opened") breach("log.chain", "the log is opened twice");
    if (this.closed) breach("log.chain", "a step after the log was closed");
    if (step.time < last.time) breach("log.chain", "time falls", `at least ${last.time}`, String(step.time));
    if (step.seq === last.seq + 1 && step.prev !== last.hash) breach("log.chain", "prev is not the step before", last.hash, step.prev);
  }
  key(step) {
    this.ownLog(step.log);
    const keys = step.role === "log" ? this.logKeys : this.serviceKeys;
    if (!sameKey(keys.at(-1), step.old)) breach("log.signature", "a key change from another key than the one in force", keys.at(-1).text, step.old.text);
    if (keys.some((k) => sameKey(k, step.new))) breach("log.signature", "a key that was used before");
    if (step.role === "log" && step.new.name !== this.origin()) breach("log.signature", "a log key of another name", this.origin(), step.new.name);
    const signers = signed("log.signature", step.inner, [step.old, step.new]);
    if (signers.length !== 2) breach("log.signature", "a key change is signed by the old and the new key", "2", String(signers.length));
    keys.push(step.new);
  }
  origin() {
    return this.opened.log.name;
  }
  ownLog(log) {
    if (log !== this.origin()) breach("log.chain", "a note for another log", this.origin(), log);
  }
  /** The enrolment in force for `id` before a step at `time`. */
  inForce(id, time) {
    const all = (this.organisers.get(id) ?? []).filter((e) => !e.cancelled && e.from <= time);
    return all.at(-1)?.step;
  }
  organiser(step) {
    this.ownLog(step.log);
    const before = this.organisers.get(step.id) ?? [];
    const highest = before.at(-1)?.step.version ?? 0;
    if (step.version !== highest + 1) breach("organiser.keys", "another version than the next", String(highest + 1), String(step.version));
    const old = this.inForce(step.id, step.time);
    const signers = signed("organiser.keys", step.inner, step.recovery || old === void 0 ? step.keys : [...step.keys, ...old.keys]);
    const by = (keys) => distinct(signers.filter((s) => keys.some((k) => sameKey(k, s)))).length;
    if (by(step.keys) !== step.keys.length) breach("organiser.keys", "an enrolment is signed by all of its keys", String(step.keys.length), String(by(step.keys)));
    if (old === void 0) {
      const pin = this.rules.pins.get(step.id);
      if (pin !== void 0 && !(pin.threshold === step.threshold && pin.keys.length === step.keys.length && pin.keys.every((k) => step.keys.some((s) => sameKey(k, s))))) breach("organiser.keys", "the first enrolment is not the one of the trust file", pin.keys.map((k) => k.text).join(" "), step.keys.map((k) => k.text).join(" "));
    } else if (!step.recovery) {
      if (by(old.keys) < old.threshold) breach("organiser.keys", "a new version is signed by the old threshold", String(old.threshold), String(by(old.keys)));
      for (const e of before) if (e.from > step.time) e.cancelled = true;
    }
    this.organisers.set(step.id, [...before, { step, from: step.recovery ? step.time + RECOVERY_SECS : step.time, cancelled: false }]);
  }
  authority(check, note, id, time) {
    const organiser = this.inForce(id, time);
    if (organiser === void 0) breach("organiser.keys", "an organiser who is not enrolled", null, id);
    const signers = signed(check, note, organiser.keys);
    if (signers.length < organiser.threshold) breach(check, "fewer signatures than the threshold", String(organiser.threshold), String(signers.length));
    return organiser;
  }
  drawStep(step) {
    if (step.kind === "announced") return this.announced(step);
    const draw2 = this.draws.get(step.draw);
    if (draw2 === void 0) return void breach(step.kind === "sealed" ? "terms.attempts" : "log.chain", "a draw that was not announced", null, step.draw);
    switch (step.kind) {
      case "sealed":
        return this.sealed(draw2, step);
      case "drawn":
        return this.drawn(draw2, step);
      case "replaced":
        return this.replaced(draw2, step);
      case "vacated":
        return this.vacated(draw2, step);
      case "voided":
        return this.voided(draw2, step);
      case "annulled":
        return this.annulled(draw2, step);
      case "erased":
        return this.erased(draw2, step);
    }
  }
  announced(step) {
    const a = step.announcement;
    this.ownLog(a.log);
    this.authority("terms.signatures", step.inner, a.organiser, step.time);
    const draw2 = this.draws.get(a.draw);
    if (draw2 !== void 0) {
      const first = draw2.announcements[0].announcement;
      if (draw2.sealed !== void 0 || draw2.voided !== void 0) breach("terms.attempts", "a postponement after the draw was sealed or voided");
      if (a.postponed !== draw2.announcements.length) breach("terms.attempts", "postponements are counted", String(draw2.announcements.length), String(a.postponed));
      for (const member of ["attempt", "organiser", "previous", "purpose"]) if (a[member] !== first[member]) breach("terms.attempts", `a postponement changes ${member}`, String(first[member]), String(a[member]));
      draw2.announcements.push(step);
      return;
    }
    if (a.postponed !== 0) breach("terms.attempts", "the first announcement is a postponement", "0", String(a.postponed));
    const earlier = this.attempts(a.organiser, a.purpose);
    const last = earlier.at(-1);
    if (a.attempt !== earlier.length + 1) breach("terms.attempts", "another attempt than the next", String(earlier.length + 1), String(a.attempt));
    if (last !== void 0) {
      const closing = last.voided?.hash ?? last.annulled?.hash;
      if (closing === void 0) breach("terms.attempts", "the attempt before is still open", null, last.draw);
      if (a.previous !== closing) breach("terms.attempts", "previous is not the step that closed the attempt before", closing ?? null, a.previous ?? null);
    }
    this.draws.set(a.draw, { draw: a.draw, organiser: a.organiser, purpose: a.purpose, attempt: a.attempt, announcements: [step], sealed: void 0, drawn: [], vacated: [], replaced: [], voided: void 0, annulled: void 0, erased: void 0 });
  }
  attempts(organiser, purpose) {
    return [...this.draws.values()].filter((d) => d.organiser === organiser && d.purpose === purpose);
  }
  sealed(draw2, step) {
    const terms = step.terms;
    this.ownLog(terms.log);
    if (draw2.sealed !== void 0) breach("log.chain", "a draw is sealed twice");
    if (draw2.voided !== void 0) breach("log.chain", "a seal after the draw was voided");
    const organiser = this.authority("terms.signatures", terms.note, terms.organiser, step.time);
    if (step.organiser !== organiser.hash) breach("organiser.keys", "the seal names another enrolment than the one in force", organiser.hash, step.organiser);
    const latest = draw2.announcements.at(-1).announcement;
    for (const member of ["attempt", "drawsAt", "organiser", "previous", "purpose"]) if (terms[member] !== latest[member]) breach("terms.attempts", `the terms differ from the announcement in ${member}`, String(latest[member]), String(terms[member]));
    const chain = this.chain(terms.beacon.chain);
    draw2.sealed = step;
    this.round(chain, terms.beacon.round, terms.drawsAt);
    const time = timeOf(chain, terms.beacon.round);
    if (terms.drawBy < time) breach("time.round", "draw_by is before the round", `at least ${time}`, String(terms.drawBy));
    if (step.time >= time) breach("time.sealed", "sealed when the round was out", `before ${time}`, String(step.time));
  }
  chain(hash) {
    const chain = this.rules.chains.find((c) => c.hash === hash);
    if (chain === void 0) breach("beacon.signature", "a beacon chain that is not accepted", this.rules.chains.map((c) => c.hash).join(", "), hash);
    return chain;
  }
  round(chain, round, drawsAt) {
    const right = roundFor(chain, drawsAt);
    if (right !== round) breach("time.round", "the round is not the first after draws_at", right === null ? null : String(right), String(round));
  }
  drawn(draw2, step) {
    const sealed = draw2.sealed;
    if (sealed === void 0) return void breach("log.chain", "drawn before it was sealed");
    if (draw2.voided !== void 0 || draw2.annulled !== void 0 || draw2.vacated.length > 0) breach("log.chain", "drawn after the draw was closed or seats were given up");
    if (step.terms !== sealed.terms.hash) breach("log.chain", "drawn by other terms than the sealed ones", sealed.terms.hash, step.terms);
    if (step.round.round !== sealed.terms.beacon.round) breach("beacon.signature", "another round than the sealed one", String(sealed.terms.beacon.round), String(step.round.round));
    const time = timeOf(this.chain(sealed.terms.beacon.chain), step.round.round);
    if (time !== null && step.time < time) breach("time.round", "drawn before the round", `at least ${time}`, String(step.time));
    draw2.drawn.push(step);
  }
  latestResult(draw2) {
    return draw2.replaced.at(-1)?.hash ?? draw2.drawn.at(-1)?.hash;
  }
  openVacancy(draw2) {
    const last = draw2.vacated.at(-1);
    return last !== void 0 && !draw2.replaced.some((r) => r.vacated === last.hash) && draw2.sealed.terms.replacement !== "none" ? last : void 0;
  }
  vacated(draw2, step) {
    this.ownNote(draw2, step);
    if (draw2.drawn.length === 0 || draw2.annulled !== void 0) breach("log.chain", "seats are given up before there are any, or after the draw was annulled");
    if (this.openVacancy(draw2) !== void 0) breach("log.chain", "seats are given up while others are still open");
    const after = this.latestResult(draw2);
    if (step.after !== after) breach("log.chain", "after is not the latest result", after ?? null, step.after);
    const terms = draw2.sealed.terms;
    if (terms.replacement === "beacon" !== (step.beacon !== void 0)) breach("log.chain", "a fresh round is there exactly in mode beacon", terms.replacement, step.beacon === void 0 ? "no round" : "a round");
    if (step.beacon !== void 0) {
      if (step.beacon.chain !== terms.beacon.chain) breach("time.round", "the fresh round is of another chain", terms.beacon.chain, step.beacon.chain);
      const chain = this.chain(step.beacon.chain);
      this.round(chain, step.beacon.round, step.drawsAt);
      const time = timeOf(chain, step.beacon.round);
      if (step.time >= time) breach("time.sealed", "given up when the fresh round was out", `before ${time}`, String(step.time));
    }
    draw2.vacated.push(step);
  }
  replaced(draw2, step) {
    const open = draw2.sealed === void 0 ? void 0 : this.openVacancy(draw2);
    if (open === void 0 || draw2.annulled !== void 0) return void breach("log.chain", "a replacement without a vacancy");
    if (step.vacated !== open.hash) breach("log.chain", "a replacement for another step", open.hash, step.vacated);
    if (open.beacon !== void 0 !== (step.round !== void 0)) breach("log.chain", "a round is there exactly in mode beacon");
    if (step.round !== void 0 && step.round.round !== open.beacon.round) breach("beacon.signature", "another round than the vacated step's", String(open.beacon.round), String(step.round.round));
    if (step.round !== void 0) {
      const time = timeOf(this.chain(open.beacon.chain), step.round.round);
      if (time !== null && step.time < time) breach("time.round", "replaced before the round", `at least ${time}`, String(step.time));
    }
    draw2.replaced.push(step);
  }
  ownNote(draw2, step) {
    this.ownLog(step.log);
    if (step.organiser !== draw2.organiser) breach("log.chain", "another organiser's draw", draw2.organiser, step.organiser);
    this.authority("terms.signatures", step.inner, step.organiser, step.time);
  }
  voided(draw2, step) {
    if (step.inner !== void 0) this.ownNote(draw2, { inner: step.inner, log: step.log, organiser: step.organiser, time: step.time });
    if (draw2.voided !== void 0 || draw2.drawn.length > 0) breach("log.chain", "voided twice, or after it was drawn");
    draw2.voided = step;
  }
  annulled(draw2, step) {
    this.ownNote(draw2, step);
    if (draw2.drawn.length === 0 || draw2.annulled !== void 0) breach("log.chain", "annulled twice, or before it was drawn");
    if (this.openVacancy(draw2) !== void 0) breach("log.chain", "annulled while a vacancy is open");
    if (step.after !== this.latestResult(draw2)) breach("log.chain", "after is not the latest result", this.latestResult(draw2) ?? null, step.after);
    draw2.annulled = step;
  }
  erased(draw2, step) {
    this.ownNote(draw2, step);
    if (draw2.erased !== void 0) breach("log.chain", "erased twice");
    if (draw2.drawn.length === 0 && draw2.voided === void 0) breach("log.chain", "erased before the draw was drawn or closed");
    if (draw2.sealed === void 0 || step.root !== draw2.sealed.terms.pool.root) breach("log.chain", "another pool is erased", draw2.sealed?.terms.pool.root ?? null, step.root);
    draw2.erased = step;
  }
};
function signed(check, note, keys) {
  try {
    return demandedSigners(note, keys);
  } catch (e) {
    if (e instanceof Refused) throw new Breach(check, e);
    throw e;
  }
}
function breach(check, message, expected = null, found = null) {
  throw new Breach(check, new Refused(message, expected, found));
}

// src/core/seed.ts
function deriveSeed(label, text2, round) {
  const ikm = concat(unhex(round.chain.hash), u64be(round.round), round.randomness);
  return { prk: hkdfExtract(tagged(label, utf8(text2)), ikm) };
}
function stageKey(seed, stage) {
  return hkdfExpand(seed.prk, `kleroterion/v1/tickets/${stage}`, 32);
}

// node_modules/@noble/ciphers/utils.js
function isBytes3(a) {
  return a instanceof Uint8Array || ArrayBuffer.isView(a) && a.constructor.name === "Uint8Array" && "BYTES_PER_ELEMENT" in a && a.BYTES_PER_ELEMENT === 1;
}
var atitle3 = (title) => title ? `"${title}" ` : "";
function abool2(value, title = "") {
  if (typeof value !== "boolean")
    throw new TypeError(atitle3(title) + "expected boolean, got type=" + typeof value);
  return value;
}
function anumber3(n, title = "") {
  if (typeof n !== "number")
    throw new TypeError(atitle3(title) + "expected number, got " + typeof n);
  if (!Number.isSafeInteger(n) || n < 0)
    throw new RangeError(atitle3(title) + "expected integer >= 0, got " + n);
  return n;
}
function abytes3(value, length, title = "") {
  if (isBytes3(value) && (length === void 0 || value.length === length))
    return value;
  if (length !== void 0)
    anumber3(length, "length");
  const bytes = isBytes3(value);
  const ofLen = length !== void 0 ? ` of length ${length}` : "";
  const got = bytes ? `length=${value.length}` : `type=${typeof value}`;
  const message = atitle3(title) + "expected Uint8Array" + ofLen + ", got " + got;
  if (!bytes)
    throw new TypeError(message);
  throw new RangeError(message);
}
var aobject3 = (value, label) => {
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw new TypeError(label === "object" ? "expected valid options object" : `"${label}" expected object, got type=${typeof value}`);
};
function u32(arr) {
  return new Uint32Array(arr.buffer, arr.byteOffset, Math.floor(arr.byteLength / 4));
}
function clean2(...arrays) {
  for (let i = 0; i < arrays.length; i++) {
    arrays[i].fill(0);
  }
}
var isLE = /* @__PURE__ */ (() => new Uint8Array(new Uint32Array([287454020]).buffer)[0] === 68)();
function byteSwap(word) {
  return word << 24 & 4278190080 | word << 8 & 16711680 | word >>> 8 & 65280 | word >>> 24 & 255;
}
function byteSwap32(arr) {
  for (let i = 0; i < arr.length; i++) {
    arr[i] = byteSwap(arr[i]);
  }
  return arr;
}
var swap32IfBE = isLE ? (u) => u : byteSwap32;
function overlapBytes(a, b) {
  if (!a.byteLength || !b.byteLength)
    return false;
  return a.buffer === b.buffer && // best we can do, may fail with an obscure Proxy
  a.byteOffset < b.byteOffset + b.byteLength && // a starts before b end
  b.byteOffset < a.byteOffset + a.byteLength;
}
function complexOverlapBytes(input, output) {
  if (overlapBytes(input, output) && input.byteOffset < output.byteOffset)
    throw new Error("complex overlap of input and output is not supported");
}
function checkOpts2(defaults, opts) {
  aobject3(defaults, "defaults");
  aobject3(opts, "opts");
  const merged = Object.assign(defaults, opts);
  return merged;
}
function getOutput(expectedLength, out, onlyAligned = true) {
  if (out === void 0)
    return new Uint8Array(expectedLength);
  abytes3(out, expectedLength, "output");
  if (onlyAligned && !isAligned32(out))
    throw new Error("invalid output, must be aligned");
  return out;
}
function isAligned32(bytes) {
  return bytes.byteOffset % 4 === 0;
}
function copyBytes2(bytes) {
  return Uint8Array.from(abytes3(bytes));
}

// node_modules/@noble/ciphers/_arx.js
var encodeStr = (str) => Uint8Array.from(str.split(""), (c) => c.charCodeAt(0));
var sigma16_32 = /* @__PURE__ */ (() => swap32IfBE(u32(encodeStr("expand 16-byte k"))))();
var sigma32_32 = /* @__PURE__ */ (() => swap32IfBE(u32(encodeStr("expand 32-byte k"))))();
function rotl(a, b) {
  return a << b | a >>> 32 - b;
}
var BLOCK_LEN = 64;
var BLOCK_LEN32 = 16;
var MAX_COUNTER = /* @__PURE__ */ (() => 2 ** 32 - 1)();
var U32_EMPTY = /* @__PURE__ */ Uint32Array.of();
function runCipher(core, sigma, key, nonce, data, output, counter, rounds) {
  const len = data.length;
  const block = new Uint8Array(BLOCK_LEN);
  const b32 = u32(block);
  const isAligned = isLE && isAligned32(data) && isAligned32(output);
  const d32 = isAligned ? u32(data) : U32_EMPTY;
  const o32 = isAligned ? u32(output) : U32_EMPTY;
  if (!isLE) {
    for (let pos = 0; pos < len; counter++) {
      core(sigma, key, nonce, b32, counter, rounds);
      swap32IfBE(b32);
      if (counter >= MAX_COUNTER)
        throw new Error("arx: counter overflow");
      const take = Math.min(BLOCK_LEN, len - pos);
      for (let j = 0, posj; j < take; j++) {
        posj = pos + j;
        output[posj] = data[posj] ^ block[j];
      }
      pos += take;
    }
    return;
  }
  for (let pos = 0; pos < len; counter++) {
    core(sigma, key, nonce, b32, counter, rounds);
    if (counter >= MAX_COUNTER)
      throw new Error("arx: counter overflow");
    const take = Math.min(BLOCK_LEN, len - pos);
    if (isAligned && take === BLOCK_LEN) {
      const pos32 = pos / 4;
      if (pos % 4 !== 0)
        throw new Error("arx: invalid block position");
      for (let j = 0, posj; j < BLOCK_LEN32; j++) {
        posj = pos32 + j;
        o32[posj] = d32[posj] ^ b32[j];
      }
      pos += BLOCK_LEN;
      continue;
    }
    for (let j = 0, posj; j < take; j++) {
      posj = pos + j;
      output[posj] = data[posj] ^ block[j];
    }
    pos += take;
  }
}
function createCipher(core, opts) {
  const { allowShortKeys, extendNonceFn, counterLength, counterRight, rounds } = checkOpts2({ allowShortKeys: false, counterLength: 8, counterRight: false, rounds: 20 }, opts);
  if (typeof core !== "function")
    throw new Error("core must be a function");
  anumber3(counterLength);
  anumber3(rounds);
  abool2(counterRight);
  abool2(allowShortKeys);
  return (key, nonce, data, output, counter = 0) => {
    abytes3(key, void 0, "key");
    abytes3(nonce, void 0, "nonce");
    abytes3(data, void 0, "data");
    const len = data.length;
    const hasOutput = output !== void 0;
    output = getOutput(len, output, false);
    if (hasOutput)
      complexOverlapBytes(data, output);
    anumber3(counter);
    if (counter < 0 || counter >= MAX_COUNTER)
      throw new Error("arx: counter overflow");
    const toClean = [];
    let l = key.length;
    let k;
    let sigma;
    if (l === 32) {
      toClean.push(k = copyBytes2(key));
      sigma = sigma32_32;
    } else if (l === 16 && allowShortKeys) {
      k = new Uint8Array(32);
      k.set(key);
      k.set(key, 16);
      sigma = sigma16_32;
      toClean.push(k);
    } else {
      abytes3(key, 32, "arx key");
      throw new Error("invalid key size");
    }
    if (!isLE || !isAligned32(nonce))
      toClean.push(nonce = copyBytes2(nonce));
    let k32 = u32(k);
    if (extendNonceFn) {
      if (nonce.length !== 24)
        throw new Error("arx: extended nonce must be 24 bytes");
      const n16 = nonce.subarray(0, 16);
      if (isLE)
        extendNonceFn(sigma, k32, u32(n16), k32);
      else {
        const sigmaRaw = swap32IfBE(Uint32Array.from(sigma));
        extendNonceFn(sigmaRaw, k32, u32(n16), k32);
        clean2(sigmaRaw);
        swap32IfBE(k32);
      }
      nonce = nonce.subarray(16);
    } else if (!isLE)
      swap32IfBE(k32);
    const nonceNcLen = 16 - counterLength;
    if (nonceNcLen !== nonce.length)
      throw new Error(`arx: nonce must be ${nonceNcLen} or 16 bytes`);
    if (nonceNcLen !== 12) {
      const nc = new Uint8Array(12);
      nc.set(nonce, counterRight ? 0 : 12 - nonce.length);
      nonce = nc;
      toClean.push(nonce);
    }
    const n32 = swap32IfBE(u32(nonce));
    try {
      runCipher(core, sigma, k32, n32, data, output, counter, rounds);
      return output;
    } finally {
      clean2(...toClean);
    }
  };
}

// node_modules/@noble/ciphers/chacha.js
function chachaCore(s, k, n, out, cnt, rounds = 20) {
  let y00 = s[0], y01 = s[1], y02 = s[2], y03 = s[3], y04 = k[0], y05 = k[1], y06 = k[2], y07 = k[3], y08 = k[4], y09 = k[5], y10 = k[6], y11 = k[7], y12 = cnt, y13 = n[0], y14 = n[1], y15 = n[2];
  let x00 = y00, x01 = y01, x02 = y02, x03 = y03, x04 = y04, x05 = y05, x06 = y06, x07 = y07, x08 = y08, x09 = y09, x10 = y10, x11 = y11, x12 = y12, x13 = y13, x14 = y14, x15 = y15;
  for (let r = 0; r < rounds; r += 2) {
    x00 = x00 + x04 | 0;
    x12 = rotl(x12 ^ x00, 16);
    x08 = x08 + x12 | 0;
    x04 = rotl(x04 ^ x08, 12);
    x00 = x00 + x04 | 0;
    x12 = rotl(x12 ^ x00, 8);
    x08 = x08 + x12 | 0;
    x04 = rotl(x04 ^ x08, 7);
    x01 = x01 + x05 | 0;
    x13 = rotl(x13 ^ x01, 16);
    x09 = x09 + x13 | 0;
    x05 = rotl(x05 ^ x09, 12);
    x01 = x01 + x05 | 0;
    x13 = rotl(x13 ^ x01, 8);
    x09 = x09 + x13 | 0;
    x05 = rotl(x05 ^ x09, 7);
    x02 = x02 + x06 | 0;
    x14 = rotl(x14 ^ x02, 16);
    x10 = x10 + x14 | 0;
    x06 = rotl(x06 ^ x10, 12);
    x02 = x02 + x06 | 0;
    x14 = rotl(x14 ^ x02, 8);
    x10 = x10 + x14 | 0;
    x06 = rotl(x06 ^ x10, 7);
    x03 = x03 + x07 | 0;
    x15 = rotl(x15 ^ x03, 16);
    x11 = x11 + x15 | 0;
    x07 = rotl(x07 ^ x11, 12);
    x03 = x03 + x07 | 0;
    x15 = rotl(x15 ^ x03, 8);
    x11 = x11 + x15 | 0;
    x07 = rotl(x07 ^ x11, 7);
    x00 = x00 + x05 | 0;
    x15 = rotl(x15 ^ x00, 16);
    x10 = x10 + x15 | 0;
    x05 = rotl(x05 ^ x10, 12);
    x00 = x00 + x05 | 0;
    x15 = rotl(x15 ^ x00, 8);
    x10 = x10 + x15 | 0;
    x05 = rotl(x05 ^ x10, 7);
    x01 = x01 + x06 | 0;
    x12 = rotl(x12 ^ x01, 16);
    x11 = x11 + x12 | 0;
    x06 = rotl(x06 ^ x11, 12);
    x01 = x01 + x06 | 0;
    x12 = rotl(x12 ^ x01, 8);
    x11 = x11 + x12 | 0;
    x06 = rotl(x06 ^ x11, 7);
    x02 = x02 + x07 | 0;
    x13 = rotl(x13 ^ x02, 16);
    x08 = x08 + x13 | 0;
    x07 = rotl(x07 ^ x08, 12);
    x02 = x02 + x07 | 0;
    x13 = rotl(x13 ^ x02, 8);
    x08 = x08 + x13 | 0;
    x07 = rotl(x07 ^ x08, 7);
    x03 = x03 + x04 | 0;
    x14 = rotl(x14 ^ x03, 16);
    x09 = x09 + x14 | 0;
    x04 = rotl(x04 ^ x09, 12);
    x03 = x03 + x04 | 0;
    x14 = rotl(x14 ^ x03, 8);
    x09 = x09 + x14 | 0;
    x04 = rotl(x04 ^ x09, 7);
  }
  let oi = 0;
  out[oi++] = y00 + x00 | 0;
  out[oi++] = y01 + x01 | 0;
  out[oi++] = y02 + x02 | 0;
  out[oi++] = y03 + x03 | 0;
  out[oi++] = y04 + x04 | 0;
  out[oi++] = y05 + x05 | 0;
  out[oi++] = y06 + x06 | 0;
  out[oi++] = y07 + x07 | 0;
  out[oi++] = y08 + x08 | 0;
  out[oi++] = y09 + x09 | 0;
  out[oi++] = y10 + x10 | 0;
  out[oi++] = y11 + x11 | 0;
  out[oi++] = y12 + x12 | 0;
  out[oi++] = y13 + x13 | 0;
  out[oi++] = y14 + x14 | 0;
  out[oi++] = y15 + x15 | 0;
}
var chacha20 = /* @__PURE__ */ createCipher(chachaCore, {
  counterRight: false,
  counterLength: 4,
  allowShortKeys: false
});

// src/core/tickets.ts
var NONCE = new Uint8Array(12);
var CHUNK = 1 << 16;
var ZEROS2 = new Uint8Array(CHUNK * 16);
var Tickets = class {
  constructor(key) {
    this.key = key;
  }
  key;
  /** The 16 bytes of one ticket. */
  ticket(index) {
    const block = Math.floor(index / 4);
    const stream = chacha20(this.key, NONCE, new Uint8Array(64), void 0, block);
    const at = 16 * (index % 4);
    return stream.slice(at, at + 16);
  }
  /** The first `count` people of 0 … size − 1 in order. */
  lowest(size, count) {
    const wanted = Math.min(size, count);
    if (wanted === 0) return [];
    const room = Math.min(size, Math.max(2 * wanted, wanted + 4096));
    const best = new Selection(room);
    const buffer = new Uint8Array(Math.min(CHUNK, size + 3) * 16);
    const view = new DataView(buffer.buffer);
    for (let from = 0; from < size; from += CHUNK) {
      const n = Math.min(CHUNK, size - from);
      const stream = buffer.subarray(0, n * 16);
      chacha20(this.key, NONCE, ZEROS2.subarray(0, n * 16), stream, from / 4);
      for (let i = 0; i < n; i++) {
        const first = view.getUint32(16 * i);
        if (first > best.bound) continue;
        best.push(from + i, first, view.getUint32(16 * i + 4), view.getUint32(16 * i + 8), view.getUint32(16 * i + 12));
        if (best.full()) best.cut(wanted);
      }
    }
    best.cut(wanted);
    return best.indices(wanted);
  }
  /** `indices` in order. */
  sort(indices) {
    const best = new Selection(indices.length);
    for (const index of indices) {
      const t = this.ticket(index);
      const view = new DataView(t.buffer, t.byteOffset);
      best.push(index, view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12));
    }
    best.cut(indices.length);
    return best.indices(indices.length);
  }
};
var Selection = class {
  constructor(room) {
    this.room = room;
    this.words = new Uint32Array(5 * room);
  }
  room;
  words;
  used = 0;
  /** No ticket whose first word is above this can be among the lowest. */
  bound = 4294967295;
  full() {
    return this.used === this.room;
  }
  push(index, a, b, c, d) {
    const at = 5 * this.used++;
    const w = this.words;
    w[at] = a;
    w[at + 1] = b;
    w[at + 2] = c;
    w[at + 3] = d;
    w[at + 4] = index;
  }
  /** Keeps the lowest `count`, sorted. */
  cut(count) {
    const w = this.words;
    const order = Uint32Array.from({ length: this.used }, (_, i) => i);
    order.sort((x, y) => {
      for (let k = 0; k < 5; k++) {
        const d = w[5 * x + k] - w[5 * y + k];
        if (d !== 0) return d;
      }
      return 0;
    });
    const kept = Math.min(count, this.used);
    const next = new Uint32Array(w.length);
    for (let i = 0; i < kept; i++) next.set(w.subarray(5 * order[i], 5 * order[i] + 5), 5 * i);
    this.words = next;
    this.used = kept;
    if (kept === count) this.bound = next[5 * (kept - 1)];
  }
  indices(count) {
    return Array.from({ length: Math.min(count, this.used) }, (_, i) => this.words[5 * i + 4]);
  }
};

// src/core/methods.ts
function draw(terms, seed, material) {
  const people = new Tickets(stageKey(seed, "people"));
  const { method, reserves, pool } = terms;
  switch (method.name) {
    case "equal":
      return split2(people.lowest(pool.size, method.seats + reserves), method.seats);
    case "households":
      return split2(drawHouseholds(people, need(material.table, "the table"), method.seats + reserves), method.seats);
    case "stratified":
      return drawStratified(people, terms, need(material.table, "the table"), need(material.strata, "the strata"), method.columns);
    case "panels": {
      const list = need(material.list, "the list of panels");
      const panel = new Tickets(stageKey(seed, "panels")).lowest(list.panels.length, 1)[0];
      const members = list.panels[panel];
      const taken = new Set(members);
      const next = people.lowest(pool.size, members.length + reserves).filter((i) => !taken.has(i));
      return { drawn: members, reserves: next.slice(0, reserves), panel };
    }
  }
}
function need(value, what) {
  if (value === void 0) throw new Refused(`${what} is not here`);
  return value;
}
function split2(order, seats) {
  return { drawn: order.slice(0, seats), reserves: order.slice(seats), panel: void 0 };
}
function drawHouseholds(tickets, table, wanted) {
  const taken = /* @__PURE__ */ new Set();
  const out = [];
  for (const index of tickets.lowest(table.people.length, table.people.length)) {
    if (out.length === wanted) return out;
    const tag = table.people[index].tag;
    if (tag !== void 0 && taken.has(tag)) continue;
    if (tag !== void 0) taken.add(tag);
    out.push(index);
  }
  if (out.length < wanted) throw new Refused("fewer households than seats and reserves", String(wanted), String(out.length));
  return out;
}
function drawStratified(tickets, terms, table, strata, columns) {
  const groups = groupByStratum(terms, table, strata, columns);
  const drawn = [];
  const reserves = [];
  strata.forEach((stratum, s) => {
    const order = tickets.sort(groups[s]);
    if (order.length < Math.max(1, stratum.seats + stratum.reserves)) throw new Refused("a stratum with too few people", String(stratum.seats + stratum.reserves), String(order.length));
    drawn.push(...order.slice(0, stratum.seats));
    reserves.push(...order.slice(stratum.seats, stratum.seats + stratum.reserves));
  });
  return { drawn, reserves, panel: void 0 };
}
function groupByStratum(terms, table, strata, columns) {
  const byValues = new Map(strata.map((s, i) => [JSON.stringify(s.values), i]));
  const groups = strata.map(() => []);
  const positions = columns.map((c) => terms.pool.columns.public.indexOf(c));
  table.people.forEach((person, index) => {
    const s = byValues.get(JSON.stringify(positions.map((p) => person.values[p])));
    if (s === void 0) throw new Refused(`the person at index ${index} is in no listed stratum`);
    groups[s].push(index);
  });
  return groups;
}
function stratumOf(columns, publicColumns) {
  const positions = columns.map((c) => publicColumns.indexOf(c));
  return (person) => JSON.stringify(positions.map((p) => person.values[p]));
}
function parseStrata(text2, terms) {
  const method = terms.method;
  const from = new Members(parseCanonical(text2), "strata");
  from.oneOf("format", ["kleroterion/v1/strata"]);
  const columns = from.texts("columns");
  const strata = from.array("strata", 1).map(parseStratum);
  from.end();
  if (JSON.stringify(columns) !== JSON.stringify(method.columns)) throw new Refused("strata by other columns than the terms'", method.columns.join(", "), clip(columns.join(", ")));
  let seats = 0;
  let reserves = 0;
  strata.forEach((s, i) => {
    if (s.values.length !== columns.length) throw new Refused("a stratum has one value for each column", String(columns.length), String(s.values.length));
    if (i > 0 && compareLists(strata[i - 1].values, s.values, compareText) >= 0) throw new Refused("strata are not sorted and distinct");
    seats += s.seats;
    reserves += s.reserves;
  });
  if (seats !== method.seats || reserves !== terms.reserves) throw new Refused("seats and reserves of the strata do not sum to the terms'", `${method.seats} + ${terms.reserves}`, `${seats} + ${reserves}`);
  return strata;
}
function parseStratum(value) {
  const from = new Members(value, "stratum");
  const out = { reserves: from.integer("reserves", 0, MAX_INDEX), seats: from.integer("seats", 0, MAX_INDEX), values: from.texts("values") };
  from.end();
  return out;
}
function compareLists(a, b, compare) {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const d = compare(a[i], b[i]);
    if (d !== 0) return d;
  }
  return a.length - b.length;
}
function parsePanelList(text2) {
  const from = new Members(parseCanonical(text2), "list of panels");
  from.oneOf("format", ["kleroterion/v1/panels"]);
  const households = from.take("households");
  if (typeof households !== "boolean") throw new Refused("list of panels: households is not true or false");
  const panels = from.array("panels").map((p) => {
    if (!Array.isArray(p)) throw new Refused("a panel is not an array");
    return p.map((i) => asIndex(i, "a member of a panel"));
  });
  const quotas = from.array("quotas").map(parseQuota);
  from.end();
  return { households, panels, quotas };
}
function parseQuota(value) {
  const from = new Members(value, "quota");
  const out = { column: from.text("column"), max: from.integer("max", 0, MAX_INDEX), min: from.integer("min", 0, MAX_INDEX), value: from.text("value") };
  from.end();
  return out;
}
function checkPanelForm(list, terms) {
  const method = terms.method;
  if (list.households && terms.pool.columns.household.length === 0) throw new Refused("panels by household in a pool without households");
  list.panels.forEach((panel, j) => {
    if (panel.length !== method.seats) throw new Refused(`panel ${j} has another size`, String(method.seats), String(panel.length));
    panel.forEach((index, i) => {
      if (index >= terms.pool.size) throw new Refused(`panel ${j} names an index outside the pool`, `below ${terms.pool.size}`, String(index));
      if (i > 0 && panel[i - 1] >= index) throw new Refused(`the members of panel ${j} do not ascend`);
    });
    if (j > 0 && compareLists(list.panels[j - 1], panel, (a, b) => a - b) > 0) throw new Refused(`panel ${j} is out of order`);
  });
  list.quotas.forEach((q, i) => {
    if (!terms.pool.columns.public.includes(q.column)) throw new Refused("a quota by a column that is not public", null, clip(q.column));
    if (q.min > q.max) throw new Refused(`a quota whose bounds are out of order`, `min ≤ max`, `${q.min} to ${q.max}`);
    const before = list.quotas[i - 1];
    if (before !== void 0 && compareLists([before.column, before.value], [q.column, q.value], compareText) >= 0) throw new Refused("quotas are not sorted and distinct");
  });
}
function checkPanels(list, terms, table) {
  const count = quotaCounter(list.quotas, terms.pool.columns.public);
  const columns = /* @__PURE__ */ new Map();
  for (const q of list.quotas) columns.set(q.column, (columns.get(q.column) ?? /* @__PURE__ */ new Set()).add(q.value));
  for (const [column, values] of columns) {
    const at = terms.pool.columns.public.indexOf(column);
    for (const person of table.people) if (!values.has(person.values[at])) throw new Refused(`a value of column ${clip(column)} has no quota`, null, clip(person.values[at]));
  }
  list.panels.forEach((panel, j) => {
    const counts = list.quotas.map(() => 0);
    const tags = /* @__PURE__ */ new Set();
    for (const index of panel) {
      const person = table.people[index];
      for (const q of count(person)) counts[q]++;
      if (!list.households || person.tag === void 0) continue;
      if (tags.has(person.tag)) throw new Refused(`panel ${j} has two members of one household`);
      tags.add(person.tag);
    }
    list.quotas.forEach((q, i) => {
      if (counts[i] < q.min || counts[i] > q.max) throw new Refused(`panel ${j} misses the quota of ${clip(q.column)} = ${clip(q.value)}`, `${q.min} to ${q.max}`, String(counts[i]));
    });
  });
}
function quotaCounter(quotas, publicColumns) {
  const byColumn = /* @__PURE__ */ new Map();
  quotas.forEach((q, i) => {
    const at = publicColumns.indexOf(q.column);
    byColumn.set(at, (byColumn.get(at) ?? /* @__PURE__ */ new Map()).set(q.value, i));
  });
  return (person) => {
    const out = [];
    for (const [at, values] of byColumn) {
      const i = values.get(person.values[at]);
      if (i !== void 0) out.push(i);
    }
    return out;
  };
}
function checkCounts(list, terms) {
  const method = terms.method;
  if (list.panels.length !== method.panels) throw new Refused("another number of panels", String(method.panels), String(list.panels.length));
  const counts = /* @__PURE__ */ new Map();
  for (const panel of list.panels) for (const index of panel) counts.set(index, (counts.get(index) ?? 0) + 1);
  let least = counts.size < terms.pool.size ? 0 : Infinity;
  let most = 0;
  for (const [index, n] of counts) {
    if (index >= terms.pool.size) throw new Refused("a panel names an index outside the pool", `below ${terms.pool.size}`, String(index));
    least = Math.min(least, n);
    most = Math.max(most, n);
  }
  if (least !== method.minCount || most !== method.maxCount) throw new Refused("people are on another number of panels than the terms say", `${method.minCount} to ${method.maxCount}`, `${least} to ${most}`);
}

// src/core/outcome.ts
function parseOutcome(text2) {
  const from = new Members(parseCanonical(text2), "outcome");
  from.oneOf("format", ["kleroterion/v1/outcome"]);
  const outcome = {
    draw: from.slug("draw"),
    drawn: from.array("drawn").map(parseOpening),
    panel: from.optional("panel", (n) => from.integer(n, 0, MAX_INDEX)),
    reserves: from.array("reserves").map(parseOpening),
    terms: from.hash("terms")
  };
  from.end();
  return outcome;
}
function parseReplacement(text2) {
  const from = new Members(parseCanonical(text2), "replacement");
  from.oneOf("format", ["kleroterion/v1/replacement"]);
  const artifact = { draw: from.slug("draw"), vacated: from.hash("vacated"), fills: from.array("fills").map(parseFill) };
  from.end();
  return artifact;
}
function parseFill(value) {
  const from = new Members(value, "fill");
  const fill = {
    left: asIndex(from.take("left"), "fill: left"),
    passed: from.indices("passed"),
    seated: from.optional("seated", (n) => parseOpening(from.take(n)))
  };
  from.end();
  return fill;
}
function checkOutcome(outcome, terms, right) {
  if (outcome.draw !== terms.draw) throw new Refused("the outcome of another draw", terms.draw, outcome.draw);
  if (outcome.terms !== terms.hash) throw new Refused("an outcome of other terms", terms.hash, outcome.terms);
  if (outcome.panel !== right.panel) throw new Refused("another panel was drawn", String(right.panel ?? "none"), String(outcome.panel ?? "none"));
  same("drawn", right.drawn, outcome.drawn.map((o) => o.index));
  same("reserves", right.reserves, outcome.reserves.map((o) => o.index));
  for (const opening of [...outcome.drawn, ...outcome.reserves]) checkOpening(opening, terms.pool);
}
function checkReplacement(artifact, terms, vacated, right) {
  if (artifact.draw !== terms.draw) throw new Refused("the replacement of another draw", terms.draw, artifact.draw);
  if (artifact.vacated !== vacated) throw new Refused("the replacement of another step", vacated, artifact.vacated);
  same("leavers", right.map((f) => f.left), artifact.fills.map((f) => f.left));
  right.forEach((fill, i) => {
    const found = artifact.fills[i];
    same(`seated for ${fill.left}`, fill.seated === void 0 ? [] : [fill.seated], found.seated === void 0 ? [] : [found.seated.index]);
    same(`passed over for ${fill.left}`, fill.passed, found.passed);
    if (found.seated !== void 0) checkOpening(found.seated, terms.pool);
  });
}
function same(what, expected, found) {
  if (expected.length === found.length && expected.every((n, i) => n === found[i])) return;
  const at = expected.findIndex((n, i) => n !== found[i]);
  const where = at < 0 ? expected.length : at;
  throw new Refused(`${what}: differ at place ${where}`, window(expected, where), window(found, where));
}
function window(list, at) {
  const from = Math.max(0, at - 2);
  const shown = list.slice(from, from + 8).join(", ");
  return `${from > 0 ? "…, " : ""}${shown}${list.length > from + 8 ? ", …" : ""} (${list.length})`;
}

// src/core/replacement.ts
function seatsAfterDraw(drawn) {
  return { seated: new Set(drawn), passed: /* @__PURE__ */ new Set() };
}
function replace(terms, seed, before, leavers, material) {
  const tickets = new Tickets(stageKey(seed, "people"));
  const seated = new Set(before.seated);
  const passed = new Set(before.passed);
  for (const left of leavers) {
    seated.delete(left);
    passed.add(left);
  }
  const rules = new Rules(terms, material);
  const order = rules.needsWholeOrder ? tickets.lowest(terms.pool.size, terms.pool.size) : tickets.lowest(terms.pool.size, seated.size + passed.size + leavers.length);
  const fills = [];
  for (const left of tickets.sort(leavers)) {
    const fill = rules.fill(left, order.filter((i) => !seated.has(i) && !passed.has(i)), seated);
    if (fill.seated !== void 0) seated.add(fill.seated);
    fills.push(fill);
  }
  return { fills, after: { seated, passed } };
}
var Rules = class {
  constructor(terms, material) {
    this.terms = terms;
    this.material = material;
    const name = terms.method.name;
    this.needsWholeOrder = name !== "equal";
    this.households = name === "households" || name === "panels" && material.list?.households === true;
    if (this.needsWholeOrder && material.table === void 0) throw new Refused("the table is not here");
    if (name === "panels" && material.list === void 0) throw new Refused("the list of panels is not here");
  }
  terms;
  material;
  needsWholeOrder;
  households;
  /** `free` are the people who are neither seated nor passed, in order. */
  fill(left, free, seated) {
    const method = this.terms.method;
    if (method.name === "equal") return { left, seated: free[0], passed: [] };
    const people = this.material.table.people;
    let candidates = free;
    if (method.name === "stratified") {
      const stratum = stratumOf(method.columns, this.terms.pool.columns.public);
      const here = stratum(people[left]);
      candidates = free.filter((i) => stratum(people[i]) === here);
    }
    const tags = /* @__PURE__ */ new Set();
    if (this.households) for (const i of seated) {
      const tag = people[i].tag;
      if (tag !== void 0) tags.add(tag);
    }
    const allowed = candidates.filter((i) => {
      const tag = people[i].tag;
      return tag === void 0 || !tags.has(tag);
    });
    const chosen = method.name === "panels" ? this.leastShortfall(allowed, seated) : allowed[0];
    return { left, seated: chosen, passed: chosen === void 0 ? candidates : candidates.slice(0, candidates.indexOf(chosen)) };
  }
  leastShortfall(allowed, seated) {
    const people = this.material.table.people;
    const quotas = this.material.list.quotas;
    const count = quotaCounter(quotas, this.terms.pool.columns.public);
    const counts = quotas.map(() => 0);
    for (const i of seated) for (const q of count(people[i])) counts[q]++;
    const shortfall = (q, n) => Math.max(0, quotas[q].min - n) + Math.max(0, n - quotas[q].max);
    let best;
    for (const index of allowed) {
      let change = 0;
      for (const q of count(people[index])) change += shortfall(q, counts[q] + 1) - shortfall(q, counts[q]);
      if (best === void 0 || change < best.change) best = { index, change };
    }
    return best?.index;
  }
};

// src/core/verify.ts
function verify(bundle, options = {}) {
  let raw;
  try {
    raw = readBundle(typeof bundle === "string" ? bundle : fromUtf8(bundle));
  } catch (e) {
    if (e instanceof Refused) return { report: unreadable(e) };
    throw e;
  }
  return new Verification(raw, options).run();
}
var Verification = class {
  constructor(raw, options) {
    this.raw = raw;
    this.options = options;
    this.trust = options.trust;
    this.artifacts = new Artifacts(raw.artifacts, options.beside ?? (() => void 0));
    this.placed = placeSteps(raw, this.findings);
    const first = this.placed[0]?.step;
    this.opened = first?.kind === "opened" ? first : void 0;
    const rehearsal = this.trust === void 0 ? this.opened?.rehearsal : this.trust.rehearsal;
    const chains = [...this.trust?.chains ?? PINNED, ...rehearsal === void 0 ? [] : [rehearsal]];
    this.ledger = new Ledger({ chains, pins: this.trust?.organisers ?? /* @__PURE__ */ new Map() });
  }
  raw;
  options;
  findings = new Findings();
  artifacts;
  trust;
  placed;
  ledger;
  opened;
  rehearsal = false;
  result;
  verifiedRound;
  seats;
  run() {
    const f = this.findings;
    for (const p of this.placed) {
      try {
        this.ledger.apply(p.step);
      } catch (e) {
        if (!(e instanceof Breach)) throw e;
        f.fail(e.check, e.why, `steps[${p.at}] (${p.step.kind})`);
      }
    }
    const draw2 = this.ledger.draws.get(this.raw.draw);
    this.format(draw2);
    this.logSignature();
    this.inclusion();
    this.consistency();
    this.witnesses();
    if (this.opened === void 0) f.fail("log.chain", new Refused("the bundle does not begin with the log's opening"));
    if (draw2 === void 0) f.fail("format", new Refused("the bundle holds no announcement of its draw", this.raw.draw));
    this.sealedInTime(draw2);
    f.skip("time.tokens", "outside timestamps are not part of this version", false);
    f.skip("panels.certificate", "a certificate of fairness lies beside the list; it is not part of what makes a draw valid", false);
    this.theDraw(draw2);
    const chain = draw2?.sealed === void 0 ? void 0 : this.chain(draw2.sealed.terms.beacon.chain);
    return { report: f.report(this.rehearsal), raw: this.raw, draw: draw2, ledger: this.ledger, result: this.result, round: this.verifiedRound, chain, seats: this.seats };
  }
  chain(hash) {
    const rehearsal = this.trust === void 0 ? this.opened?.rehearsal : this.trust.rehearsal;
    const chain = [...this.trust?.chains ?? PINNED, ...rehearsal === void 0 ? [] : [rehearsal]].find((c) => c.hash === hash);
    if (chain?.rehearsal === true) this.rehearsal = true;
    return chain;
  }
  /** §9.1: nothing superfluous, nothing missing, every artifact what its name says. */
  format(draw2) {
    const f = this.findings;
    const named = /* @__PURE__ */ new Set();
    const required = /* @__PURE__ */ new Set();
    for (const { step } of this.placed) {
      const own = "draw" in step && step.draw === this.raw.draw;
      const name = (hash, need2) => {
        if (hash === void 0) return;
        named.add(hash);
        if (own && need2) required.add(hash);
      };
      if (step.kind === "sealed") {
        const { method, pool } = step.terms;
        name(pool.table, true);
        name(pool.from?.outcome, true);
        if (method.name === "stratified") name(method.strata, true);
        if (method.name === "panels") name(method.list, true);
      } else if (step.kind === "drawn" || step.kind === "replaced") name(step.outcome, true);
    }
    for (const hash of this.artifacts.names()) {
      if (!named.has(hash)) f.fail("format", new Refused("an artifact that nothing names", null, hash));
      if (this.artifacts.get(hash) === null) f.fail("format", new Refused("an artifact that does not hash to its name", hash));
    }
    for (const hash of required) {
      if (this.artifacts.get(hash) !== null) continue;
      if (this.artifacts.present(hash)) f.fail("format", new Refused("an artifact that does not hash to its name", hash));
      else if (!(draw2?.erased !== void 0 && hash === draw2.sealed?.terms.pool.table)) f.skip("format", missing(hash), true);
    }
    this.superfluous(draw2);
  }
  superfluous(draw2) {
    if (draw2 === void 0) return;
    const from = draw2.sealed?.terms.pool.from;
    this.placed.forEach(({ step, at }) => {
      if (step.kind === "opened" || step.kind === "key" || step.kind === "closed") return;
      const fail = (why) => this.findings.fail("format", new Refused(why, draw2.draw, "draw" in step ? step.draw : step.id), `steps[${at}] (${step.kind})`);
      if (step.kind === "organiser") {
        if (step.id !== draw2.organiser) fail("the step of another organiser");
        return;
      }
      const of = this.ledger.draws.get(step.draw);
      if (of !== void 0 && of.organiser === draw2.organiser && of.purpose === draw2.purpose && of.attempt <= draw2.attempt) return;
      if (from !== void 0 && step.draw === from.draw && step.kind === "drawn") return;
      fail("the step of another draw");
    });
  }
  logSignature() {
    const f = this.findings;
    const trust = this.trust;
    if (trust !== void 0) {
      if (!this.ledger.logKeys.some((k) => sameKey(k, trust.log))) f.fail("log.signature", new Refused("the log's key is not the trust file's", trust.log.text, this.ledger.logKeys[0]?.text ?? null));
      if (!this.ledger.serviceKeys.some((k) => sameKey(k, trust.service))) f.fail("log.signature", new Refused("the service's key is not the trust file's", trust.service.text, this.ledger.serviceKeys[0]?.text ?? null));
    }
    const key = this.ledger.logKeys.at(-1);
    if (key !== void 0 && !sameKey(key, this.raw.log)) f.fail("log.signature", new Refused("the bundle's log key is not the one in force", key.text, this.raw.log.text));
    const newest = this.newest();
    if (newest === void 0) return;
    if (newest.origin !== this.raw.log.name) f.fail("log.signature", new Refused("the checkpoint of another log", this.raw.log.name, newest.origin));
    if (!signedBy(newest, this.raw.log)) f.fail("log.signature", new Refused("the newest checkpoint is not signed by the log", this.raw.log.text));
  }
  newest() {
    return this.placed.find((p) => p.proof !== void 0)?.proof?.checkpoint;
  }
  inclusion() {
    for (const { at, step, proof } of this.placed) {
      if (proof === void 0) continue;
      this.findings.within("log.inclusion", `steps[${at}] (${step.kind})`, () => {
        if (proof.index !== BigInt(step.seq)) throw new Refused("the proof is of another index", String(step.seq), String(proof.index));
        included(step, proof.index, proof.hashes, proof.checkpoint);
      });
    }
  }
  consistency() {
    const f = this.findings;
    const newest = this.newest();
    const earlier = [];
    for (const { at, step, witnessed } of this.placed) {
      if (witnessed === void 0 || newest === void 0) continue;
      f.within("log.consistency", `steps[${at}] (${step.kind})`, () => {
        const { proof, consistency } = witnessed;
        const old = proof.checkpoint;
        if (old.origin !== newest.origin) throw new Refused("the earlier checkpoint of another log", newest.origin, old.origin);
        if (!this.ledger.logKeys.some((k) => signedBy(old, k))) throw new Refused("the earlier checkpoint is not signed by the log");
        if (proof.index !== BigInt(step.seq)) throw new Refused("the proof is of another index", String(step.seq), String(proof.index));
        included(step, proof.index, proof.hashes, old);
        checkConsistency(old.size, old.root, newest.size, newest.root, consistency);
        earlier.push(old);
      });
    }
    const anchor = this.trust?.anchor;
    if (anchor !== void 0) {
      const reached = [newest, ...earlier].some((c) => c !== void 0 && c.size === BigInt(anchor.size) && hex(c.root) === anchor.root);
      const contradicted = [newest, ...earlier].find((c) => c !== void 0 && c.size === BigInt(anchor.size) && hex(c.root) !== anchor.root);
      if (contradicted !== void 0) f.fail("log.consistency", new Refused("the log is not the one of the anchor", anchor.root, hex(contradicted.root)));
      else if (newest !== void 0 && newest.size < BigInt(anchor.size)) f.fail("log.consistency", new Refused("the log is shorter than the anchor", `at least ${anchor.size}`, String(newest.size)));
      else if (!reached) f.skip("log.consistency", "no checkpoint of the bundle is the anchor's; reading the whole log can show it", true);
    } else if (!this.placed.some((p) => p.witnessed !== void 0)) f.skip("log.consistency", NOT_HERE, false);
  }
  witnesses() {
    const policy = this.trust?.policy;
    if (policy === void 0) return this.findings.skip("log.witnesses", "no witness policy was given", this.options.strict === true);
    const newest = this.newest();
    const enough = newest !== void 0 && fulfils(policy.quorum, (w) => cosignedAt(newest, policy.witnesses.get(w)).length > 0);
    if (!enough) this.findings.skip("log.witnesses", "the newest checkpoint does not bear the quorum", true);
  }
  /** P6 for a step: whether a quorum cosigned a checkpoint that covers it before `limit`. */
  cosignedBefore(placed, limit) {
    const policy = this.trust.policy;
    const covering = [placed.witnessed?.proof.checkpoint, placed.proof?.checkpoint].filter((c) => c !== void 0);
    const holds2 = (c, ok) => fulfils(policy.quorum, (w) => cosignedAt(c, policy.witnesses.get(w)).some(ok));
    if (covering.some((c) => holds2(c, (t) => t < limit))) return "in time";
    return placed.witnessed !== void 0 && holds2(placed.witnessed.proof.checkpoint, () => true) ? "late" : "missing";
  }
  find(step) {
    return this.placed.find((p) => p.step === step);
  }
  sealedInTime(draw2) {
    const f = this.findings;
    if (draw2?.sealed === void 0) {
      f.skip("time.round", NOT_HERE, false);
      f.skip("time.sealed", NOT_HERE, false);
      return;
    }
    const inTime = (step, chain, round) => {
      const policy = this.trust?.policy;
      const time = timeOf(this.chain(chain), round);
      if (policy === void 0) {
        const word = "by the service's own clock; no witness policy was given, so nobody else vouches for the time";
        if (this.options.strict === true) f.skip("time.sealed", word, true);
        else f.pass("time.sealed", word);
        return;
      }
      const found = this.cosignedBefore(this.find(step), BigInt(time) - BigInt(this.trust.marginSecs));
      if (found === "late") f.fail("time.sealed", new Refused("cosigned too late", `before ${time - this.trust.marginSecs}`));
      if (found === "missing") f.skip("time.sealed", "cosignatures from before the round are missing", true);
    };
    const { beacon } = draw2.sealed.terms;
    inTime(draw2.sealed, beacon.chain, beacon.round);
    for (const v of draw2.vacated) if (v.beacon !== void 0) inTime(v, v.beacon.chain, v.beacon.round);
  }
  /** From the beacon on: everything that is of this draw alone. */
  theDraw(draw2) {
    const f = this.findings;
    const sealed = draw2?.sealed;
    if (draw2 === void 0 || sealed === void 0) {
      for (const id of ["beacon.signature", "pool.table", "pool.from", "panels.quotas", "panels.counts", "draw.outcome", "replacements.rule"]) f.skip(id, NOT_HERE, false);
      return;
    }
    const terms = sealed.terms;
    const cancelled = this.voids(draw2);
    const round = this.beacon(draw2, cancelled);
    const material = this.material(draw2, terms);
    const seed = round === void 0 ? void 0 : deriveSeed("terms", terms.note.text, round);
    this.outcome(draw2, terms, seed, material, cancelled);
    this.replacements(draw2, terms, seed, material);
  }
  beacon(draw2, cancelled) {
    const f = this.findings;
    const terms = draw2.sealed.terms;
    const chain = this.chain(terms.beacon.chain);
    if (chain === void 0) return void 0;
    const check = (round, of, where) => f.within("beacon.signature", where, () => verifyRound(of, round));
    let verified;
    for (const step of draw2.drawn) verified = check(step.round, chain, "drawn") ?? verified;
    if (draw2.voided?.round !== void 0) verified = check(draw2.voided.round, chain, "voided");
    for (const step of draw2.replaced) if (step.round !== void 0) check(step.round, chain, "replaced");
    if (draw2.drawn.length === 0 && draw2.voided?.round === void 0) {
      f.skip("beacon.signature", cancelled ? NOT_HERE : "no step holds the round yet", !cancelled);
    }
    this.verifiedRound = verified;
    return verified;
  }
  material(draw2, terms) {
    const f = this.findings;
    const { pool, method } = terms;
    const material = {};
    const gone = draw2.erased !== void 0;
    if (pool.table === void 0) f.skip("pool.table", NOT_HERE, false);
    else {
      const text3 = this.artifacts.get(pool.table);
      if (text3 === null) f.skip("pool.table", gone ? "erased" : missing(pool.table), true);
      else material.table = f.within("pool.table", "table", () => readTable(text3, pool));
    }
    this.linked(terms, material, gone);
    if (method.name === "stratified") {
      const text3 = this.artifacts.get(method.strata);
      if (text3 !== null) material.strata = f.within("draw.outcome", "strata", () => parseStrata(text3, terms));
    }
    if (method.name !== "panels") {
      f.skip("panels.quotas", NOT_HERE, false);
      f.skip("panels.counts", NOT_HERE, false);
      return material;
    }
    const text2 = this.artifacts.get(method.list);
    if (text2 === null) {
      f.skip("panels.quotas", missing(method.list), true);
      f.skip("panels.counts", missing(method.list), true);
      return material;
    }
    const list = f.within("panels.quotas", "list of panels", () => {
      const l = parsePanelList(text2);
      checkPanelForm(l, terms);
      return l;
    });
    if (list === void 0) {
      f.skip("panels.counts", "the list of panels cannot be used", true);
      return material;
    }
    material.list = list;
    if (material.table === void 0) f.skip("panels.quotas", gone ? "erased" : "the table cannot be used", true);
    else f.within("panels.quotas", "list of panels", () => checkPanels(list, terms, material.table));
    f.within("panels.counts", "list of panels", () => checkCounts(list, terms));
    return material;
  }
  linked(terms, material, gone) {
    const f = this.findings;
    const from = terms.pool.from;
    if (from === void 0) return f.skip("pool.from", NOT_HERE, false);
    const text2 = this.artifacts.get(from.outcome);
    if (text2 === null) return f.skip("pool.from", missing(from.outcome), true);
    if (material.table === void 0) return f.skip("pool.from", gone ? "erased" : "the table cannot be used", true);
    const { table } = material;
    f.within("pool.from", "earlier outcome", () => {
      const last = this.placed.map((p) => p.step).filter((s) => s.kind === "drawn").filter((s) => s.draw === from.draw).at(-1);
      if (last === void 0 || last.outcome !== from.outcome) throw new Refused("the earlier draw's last result is another", from.outcome, last?.outcome ?? "none");
      const outcome = parseOutcome(text2);
      if (outcome.draw !== from.draw) throw new Refused("the outcome of another draw", from.draw, outcome.draw);
      const times = /* @__PURE__ */ new Map();
      for (const o of [...outcome.drawn, ...outcome.reserves]) times.set(o.privatePart, (times.get(o.privatePart) ?? 0) + 1);
      const seen = /* @__PURE__ */ new Set();
      table.people.forEach((p, index) => {
        if (seen.has(p.privatePart)) throw new Refused(`the person at index ${index} stands twice in the table`);
        seen.add(p.privatePart);
        if (times.get(p.privatePart) !== 1) throw new Refused(`the person at index ${index} was not opened exactly once by the earlier draw`, "1", String(times.get(p.privatePart) ?? 0));
      });
    });
  }
  outcome(draw2, terms, seed, material, cancelled) {
    const f = this.findings;
    if (cancelled) return f.skip("draw.outcome", "the draw was cancelled", false);
    const last = draw2.drawn.at(-1);
    if (seed === void 0) return f.skip("draw.outcome", last === void 0 ? "not drawn yet" : "the round does not verify", true);
    const lacking = this.lacking(draw2, terms, material);
    if (lacking !== null) return f.skip("draw.outcome", lacking, true);
    f.within("draw.outcome", "outcome", () => {
      this.result = draw(terms, seed, material);
    });
    if (last === void 0 || this.result === void 0) return;
    const text2 = this.artifacts.get(last.outcome);
    if (text2 === null) return f.skip("draw.outcome", missing(last.outcome), true);
    f.within("draw.outcome", "outcome", () => checkOutcome(parseOutcome(text2), terms, this.result));
  }
  lacking(draw2, terms, material) {
    if (terms.method.name === "equal") return null;
    if (material.table === void 0) return draw2.erased !== void 0 ? "erased" : "the table cannot be used";
    if (terms.method.name === "stratified" && material.strata === void 0) return missing(terms.method.strata);
    if (terms.method.name === "panels" && material.list === void 0) return missing(terms.method.list);
    return null;
  }
  replacements(draw2, terms, seed, material) {
    const f = this.findings;
    if (draw2.vacated.length === 0) return f.skip("replacements.rule", NOT_HERE, false);
    if (this.result === void 0) return f.skip("replacements.rule", "the draw itself could not be recomputed", true);
    let seats = seatsAfterDraw(this.result.drawn);
    for (const vacated of draw2.vacated) {
      const leavers = vacated.seats.map((s) => s.index);
      const where = `steps[${this.find(vacated).at}] (vacated)`;
      const bad = leavers.find((i) => !seats.seated.has(i));
      if (bad !== void 0) return f.fail("replacements.rule", new Refused("a seat is given up by somebody who does not sit", null, String(bad)), where);
      const step = draw2.replaced.find((r) => r.vacated === vacated.hash);
      if (step === void 0) {
        if (terms.replacement !== "none") f.skip("replacements.rule", "the vacancy is not filled yet", true);
        seats = { seated: new Set([...seats.seated].filter((i) => !leavers.includes(i))), passed: /* @__PURE__ */ new Set([...seats.passed, ...leavers]) };
        continue;
      }
      const own = vacated.beacon === void 0 ? seed : this.freshSeed(vacated, step.round);
      if (own === void 0) return f.skip("replacements.rule", "the fresh round does not verify", true);
      const filled = f.within("replacements.rule", where, () => replace(terms, own, seats, leavers, material));
      if (filled === void 0) return;
      seats = filled.after;
      f.within("replacements.rule", where, () => {
        same("left", filled.fills.map((x) => x.left), step.left);
        same("seated", filled.fills.flatMap((x) => x.seated === void 0 ? [] : [x.seated]), step.seated);
      });
      const text2 = this.artifacts.get(step.outcome);
      if (text2 === null) f.skip("replacements.rule", missing(step.outcome), true);
      else f.within("replacements.rule", where, () => checkReplacement(parseReplacement(text2), terms, vacated.hash, filled.fills));
    }
    this.seats = seats.seated;
  }
  freshSeed(vacated, round) {
    const chain = this.chain(vacated.beacon.chain);
    if (chain === void 0 || round === void 0) return void 0;
    try {
      return deriveSeed("vacated", vacated.inner.text, verifyRound(chain, round));
    } catch {
      return void 0;
    }
  }
  /** §4.9. Whether the draw was cancelled: voided before anybody could know the result. */
  voids(draw2) {
    let cancelled = false;
    for (const d of this.ledger.attempts(draw2.organiser, draw2.purpose)) {
      if (d.voided === void 0) continue;
      const is = this.oneVoid(d, d.voided);
      if (d === draw2) cancelled = is;
    }
    return cancelled;
  }
  oneVoid(draw2, voided) {
    const f = this.findings;
    const where = `steps[${this.find(voided).at}] (voided)`;
    const terms = draw2.sealed?.terms;
    if (terms === void 0) {
      if (voided.round !== void 0) f.fail("voids", new Refused("a round of a draw that was not sealed"), where);
      return true;
    }
    const chain = this.chain(terms.beacon.chain);
    if (chain === void 0) return false;
    const time = timeOf(chain, terms.beacon.round);
    const limit = time - (this.trust?.marginSecs ?? 0);
    const before = this.trust?.policy === void 0 ? voided.time < limit : this.cosignedBefore(this.find(voided), BigInt(limit)) === "in time";
    if (voided.reason === "beacon_lost") {
      if (voided.time < terms.drawBy) f.fail("voids", new Refused("beacon_lost before draw_by", `at least ${terms.drawBy}`, String(voided.time)), where);
      if (voided.round !== void 0 && holds(() => verifyRound(chain, voided.round))) f.fail("voids", new Refused("beacon_lost, and the round is there"), where);
    }
    if (voided.round !== void 0 && voided.round.round !== terms.beacon.round) f.fail("beacon.signature", new Refused("another round than the sealed one", String(terms.beacon.round), String(voided.round.round)), where);
    return before;
  }
};
var NOT_HERE = "does not apply to this draw";
function missing(hash) {
  return `artifact ${hash} is not in the bundle; give the folder that holds it`;
}
function holds(f) {
  try {
    f();
    return true;
  } catch {
    return false;
  }
}
function included(step, index, proof, checkpoint) {
  const root = rootFromInclusion(leafHash(utf8(step.note.whole)), index, checkpoint.size, proof);
  if (!sameBytes(root, checkpoint.root)) throw new Refused("the entry does not lie there", hex(checkpoint.root), hex(root));
}

// src/cli/main.ts
var USAGE = `Usage: node cli.mjs BUNDLE... [--trust FILE] [--artifacts DIR] [--strict] [--json]

Exit codes: 0 verified, 1 refuted, 2 unreadable or wrong usage, 3 incomplete. With several bundles the worst counts: 2, then 1, then 3.
`;
function main(words) {
  if (words.includes("--help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  let args;
  let trust;
  try {
    args = read(words);
    trust = args.trust === void 0 ? void 0 : parseTrust(fromUtf8(readFileSync(args.trust)));
  } catch (e) {
    process.stderr.write(`${e instanceof Error ? e.message : String(e)}
${USAGE}`);
    return 2;
  }
  const exits = args.bundles.map((path) => {
    const report = one(path, args, trust);
    process.stdout.write(args.json ? `${JSON.stringify(report)}
` : text(path, report));
    return report.exit;
  });
  return [2, 1, 3].find((code) => exits.includes(code)) ?? 0;
}
function read(words) {
  const args = { bundles: [], strict: false, json: false };
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    const value = () => {
      const next = words[++i];
      if (next === void 0) throw new Error(`${word} needs a value`);
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
function one(path, args, trust) {
  let bytes;
  try {
    if (statSync(path).size > MAX_BUNDLE) throw new Error("a bundle of more than 256 MiB");
    bytes = readFileSync(path);
  } catch (e) {
    return unreadable(new Refused(e instanceof Error ? e.message : String(e)));
  }
  const folder = args.artifacts;
  const beside = (hash) => {
    if (folder === void 0) return void 0;
    const file = join(folder, hash);
    if (!existsSync(file)) return void 0;
    try {
      return fromUtf8(readFileSync(file));
    } catch {
      return "";
    }
  };
  return verify(bytes, { trust, strict: args.strict, beside }).report;
}
function text(path, report) {
  const lines = [`${report.verdict.toUpperCase()}: ${path}`];
  if (report.rehearsal) lines.unshift("REHEARSAL BEACON: this draw proves nothing.");
  for (const c of report.checks) {
    const evidence = [c.reason, c.expected === null ? null : `expected ${c.expected}`, c.found === null ? null : `found ${c.found}`].filter((x) => x !== null);
    lines.push(`  ${c.status.padEnd(8)} ${c.id.padEnd(20)} ${evidence.join("; ")}`.trimEnd());
  }
  return `${lines.join("\n")}
`;
}
process.exitCode = main(process.argv.slice(2));
