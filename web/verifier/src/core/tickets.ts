// Tickets (spec §6): 16 bytes of the ChaCha20 key stream for each person; lowest wins, ties to the lower index.
// Never sorts more than it must: the lowest k of many millions are found in one pass.

import { chacha20 } from "@noble/ciphers/chacha.js";

const NONCE = new Uint8Array(12);
const CHUNK = 1 << 16; // tickets: 1 MiB of key stream at a time
const ZEROS = new Uint8Array(CHUNK * 16);

export class Tickets {
  constructor(private readonly key: Uint8Array) {}

  /** The 16 bytes of one ticket. */
  ticket(index: number): Uint8Array {
    const block = Math.floor(index / 4);
    const stream = chacha20(this.key, NONCE, new Uint8Array(64), undefined, block);
    const at = 16 * (index % 4);
    return stream.slice(at, at + 16);
  }

  /** The first `count` people of 0 … size − 1 in order. */
  lowest(size: number, count: number): number[] {
    const wanted = Math.min(size, count);
    if (wanted === 0) return [];
    const room = Math.min(size, Math.max(2 * wanted, wanted + 4096));
    const best = new Selection(room);
    const buffer = new Uint8Array(Math.min(CHUNK, size + 3) * 16);
    const view = new DataView(buffer.buffer);
    for (let from = 0; from < size; from += CHUNK) {
      const n = Math.min(CHUNK, size - from);
      const stream = buffer.subarray(0, n * 16);
      chacha20(this.key, NONCE, ZEROS.subarray(0, n * 16), stream, from / 4);
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
  sort(indices: readonly number[]): number[] {
    const best = new Selection(indices.length);
    for (const index of indices) {
      const t = this.ticket(index);
      const view = new DataView(t.buffer, t.byteOffset);
      best.push(index, view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12));
    }
    best.cut(indices.length);
    return best.indices(indices.length);
  }
}

/** Tickets under consideration, as five words each: four of the ticket and the index. */
class Selection {
  private words: Uint32Array;
  private used = 0;
  /** No ticket whose first word is above this can be among the lowest. */
  bound = 0xffffffff;

  constructor(private readonly room: number) {
    this.words = new Uint32Array(5 * room);
  }

  full(): boolean {
    return this.used === this.room;
  }

  push(index: number, a: number, b: number, c: number, d: number): void {
    const at = 5 * this.used++;
    const w = this.words;
    w[at] = a; w[at + 1] = b; w[at + 2] = c; w[at + 3] = d; w[at + 4] = index;
  }

  /** Keeps the lowest `count`, sorted. */
  cut(count: number): void {
    const w = this.words;
    const order = Uint32Array.from({ length: this.used }, (_, i) => i);
    order.sort((x, y) => {
      for (let k = 0; k < 5; k++) {
        const d = w[5 * x + k]! - w[5 * y + k]!;
        if (d !== 0) return d;
      }
      return 0;
    });
    const kept = Math.min(count, this.used);
    const next = new Uint32Array(w.length);
    for (let i = 0; i < kept; i++) next.set(w.subarray(5 * order[i]!, 5 * order[i]! + 5), 5 * i);
    this.words = next;
    this.used = kept;
    if (kept === count) this.bound = next[5 * (kept - 1)]!;
  }

  indices(count: number): number[] {
    return Array.from({ length: Math.min(count, this.used) }, (_, i) => this.words[5 * i + 4]!);
  }
}
