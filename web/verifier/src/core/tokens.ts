// Outside timestamps (spec §9.4): reads an RFC 3161 token by the walk of the specification and compares its imprint with the checkpoint.
// Does not check the token's signature, and so never says that a token holds: only that it is of this checkpoint, or of something else.

import { Refused, clip, hex, sameBytes, utf8 } from "./bytes";
import { sha256 } from "./hash";

const SEQUENCE = 0x30;
const SET = 0x31;
const OID = 0x06;
const INTEGER = 0x02;
const OCTETS = 0x04;
const NULL = 0x05;
const TIME = 0x18;
const EXPLICIT = 0xa0;
const SIGNED_DATA = "2a864886f70d010702";
const TST_INFO = "2a864886f70d0109100104";
const SHA256 = "608648016503040201";

/** Refuses a token that cannot be read, or whose imprint is not that of `checkpointText`. Gives the time that it claims. */
export function readToken(der: Uint8Array, checkpointText: string | undefined): string {
  const whole = new Der(der);
  const content = whole.enter(SEQUENCE);
  whole.end();
  content.oid(SIGNED_DATA);
  const outer = content.enter(EXPLICIT);
  content.end();
  const signed = outer.enter(SEQUENCE);
  outer.end();
  signed.read(INTEGER);
  signed.enter(SET).skip();
  const encapsulated = signed.enter(SEQUENCE);
  signed.skip();
  encapsulated.oid(TST_INFO);
  const box = encapsulated.enter(EXPLICIT);
  encapsulated.end();
  const text = box.read(OCTETS);
  box.end();
  const file = new Der(text);
  const info = file.enter(SEQUENCE);
  file.end();
  if (hex(info.read(INTEGER)) !== "01") throw new Refused("a TSTInfo of another version");
  info.read(OID);
  const imprint = info.enter(SEQUENCE);
  const algorithm = imprint.enter(SEQUENCE);
  algorithm.oid(SHA256);
  if (!algorithm.done() && algorithm.read(NULL).length !== 0) throw new Refused("parameters of SHA-256 that are not NULL");
  algorithm.end();
  const digest = imprint.read(OCTETS);
  imprint.end();
  info.read(INTEGER);
  const time = String.fromCharCode(...info.read(TIME));
  if (!isTime(time)) throw new Refused("a time that is not YYYYMMDDhhmmss[.f…]Z, from 1970 on", null, clip(time));
  info.skip();
  if (checkpointText === undefined) throw new Refused("there is no checkpoint that the token could be of");
  const expected = sha256(utf8(checkpointText));
  if (!sameBytes(digest, expected)) throw new Refused("a token of something else than the checkpoint", hex(expected), hex(digest));
  return time;
}

/** A second of the calendar from 1970 on; no leap seconds. */
function isTime(text: string): boolean {
  const parts = /^([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})(\.[0-9]+)?Z$/.exec(text);
  if (parts === null) return false;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return year >= 1970 && day >= 1 && day <= days && hour <= 23 && minute <= 59 && second <= 59;
}

/** DER with definite lengths in their shortest form. */
class Der {
  private at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  done(): boolean {
    return this.at === this.bytes.length;
  }

  end(): void {
    if (!this.done()) throw new Refused("more in a token than belongs there");
  }

  /** Reads what is left to its end. */
  skip(): void {
    while (!this.done()) this.next();
  }

  enter(tag: number): Der {
    return new Der(this.read(tag));
  }

  oid(expected: string): void {
    const found = hex(this.read(OID));
    if (found !== expected) throw new Refused("another object identifier in a token", expected, found);
  }

  read(tag: number): Uint8Array {
    const [found, body] = this.next();
    if (found !== tag) throw new Refused("another element in a token", tag.toString(16), found.toString(16));
    return body;
  }

  private next(): [number, Uint8Array] {
    const { bytes } = this;
    const tag = bytes[this.at];
    const first = bytes[this.at + 1];
    if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw new Refused("a token that ends early, or a tag that none has");
    let start = this.at + 2;
    let length = first;
    if (first >= 0x80) {
      const count = first & 0x7f;
      if (count < 1 || count > 3 || start + count > bytes.length) throw new Refused("a length of a token that is not definite or too long");
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + bytes[start + i]!;
      if (length < 0x80 || (count > 1 && length < 256 ** (count - 1))) throw new Refused("a length that is not in its shortest form");
      start += count;
    }
    if (start + length > bytes.length) throw new Refused("a token that ends early");
    this.at = start + length;
    return [tag, bytes.subarray(start, start + length)];
  }
}
