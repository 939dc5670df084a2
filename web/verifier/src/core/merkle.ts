// RFC 6962 trees (spec §2.2, §8): heads, inclusion, consistency. One code for the pool and for the log.
// Never hashes a leaf's content: leaves are already leaf hashes.

import { Refused, concat, hex, sameBytes, unbase64 } from "./bytes";
import { sha256 } from "./hash";

const LEAF = new Uint8Array([0]);

export function leafHash(data: Uint8Array): Uint8Array {
  return sha256(concat(LEAF, data));
}

const pair = new Uint8Array(65);
pair[0] = 1;

function node(left: Uint8Array, right: Uint8Array): Uint8Array {
  pair.set(left, 1);
  pair.set(right, 33);
  return sha256(pair);
}

/** Takes leaves one by one and keeps one head for each complete subtree. */
export class TreeBuilder {
  private readonly heads: { height: number; hash: Uint8Array }[] = [];

  push(leaf: Uint8Array): void {
    let entry = { height: 0, hash: leaf };
    for (;;) {
      const last = this.heads.at(-1);
      if (last === undefined || last.height !== entry.height) break;
      this.heads.pop();
      entry = { height: entry.height + 1, hash: node(last.hash, entry.hash) };
    }
    this.heads.push(entry);
  }

  root(): Uint8Array {
    let acc: Uint8Array | undefined;
    for (let i = this.heads.length - 1; i >= 0; i--) {
      const head = this.heads[i]!.hash;
      acc = acc === undefined ? head : node(head, acc);
    }
    return acc ?? sha256(new Uint8Array(0));
  }
}

/** The root that `leaf` at `index` of a tree of `size` gives with `proof`, the leaf's sibling first. */
export function rootFromInclusion(leaf: Uint8Array, index: bigint, size: bigint, proof: readonly Uint8Array[]): Uint8Array {
  if (index >= size) throw new Refused("an index outside the tree", `below ${size}`, String(index));
  let fn = index;
  let sn = size - 1n;
  let root = leaf;
  for (const p of proof) {
    if (sn === 0n) throw new Refused("an inclusion proof that is too long");
    if ((fn & 1n) === 1n || fn === sn) {
      root = node(p, root);
      while ((fn & 1n) === 0n && fn !== 0n) { fn >>= 1n; sn >>= 1n; }
    } else {
      root = node(root, p);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  if (sn !== 0n) throw new Refused("an inclusion proof that is too short");
  return root;
}

/** Refuses unless the tree (size1, root1) is a prefix of (size2, root2). */
export function checkConsistency(size1: bigint, root1: Uint8Array, size2: bigint, root2: Uint8Array, proof: readonly Uint8Array[]): void {
  const wrong = (why: string): never => { throw new Refused(`a consistency proof that does not hold: ${why}`, hex(root2), hex(root1)); };
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
  if ((size1 & (size1 - 1n)) === 0n) path.unshift(root1);
  if (path.length === 0) wrong("it is empty");
  let fn = size1 - 1n;
  let sn = size2 - 1n;
  while ((fn & 1n) === 1n) { fn >>= 1n; sn >>= 1n; }
  let fr = path[0]!;
  let sr = path[0]!;
  for (const c of path.slice(1)) {
    if (sn === 0n) wrong("it is too long");
    if ((fn & 1n) === 1n || fn === sn) {
      fr = node(c, fr);
      sr = node(c, sr);
      while ((fn & 1n) === 0n && fn !== 0n) { fn >>= 1n; sn >>= 1n; }
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

/** A proof as JSON holds it: an array of base64 hashes. */
export function parseProof(texts: readonly string[]): Uint8Array[] {
  return texts.map((t) => {
    const h = unbase64(t);
    if (h.length !== 32) throw new Refused("a hash in a proof is not 32 bytes", "32", String(h.length));
    return h;
  });
}
