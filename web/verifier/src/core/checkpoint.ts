// Checkpoints, cosignatures and tlog-proofs (spec §8, §9.1; C2SP tlog-checkpoint, tlog-cosignature, tlog-proof).
// Parsing believes no line: a checkpoint is signed only once somebody's key was asked.

import { Refused, clip, concat, unbase64, utf8, utf8Length } from "./bytes";
import { verifyStrict } from "./ed25519";
import { parseProof } from "./merkle";
import { type Note, type VKey, parseNote } from "./note";

export interface Checkpoint {
  readonly note: Note;
  readonly origin: string;
  readonly size: bigint;
  readonly root: Uint8Array;
}

export interface TlogProof {
  readonly index: bigint;
  readonly hashes: readonly Uint8Array[];
  readonly checkpoint: Checkpoint;
}

const MAX_PROOF = 1 << 20;
const MAX_HASHES = 64;
const MAX_U64 = (1n << 64n) - 1n;
const MAX_TIME = (1n << 63n) - 1n;

export function parseCheckpoint(whole: string): Checkpoint {
  const note = parseNote(whole);
  const rows = note.text.split("\n");
  if (rows.length !== 4 || rows[3] !== "" || rows[0] === "") throw new Refused("a checkpoint that is not three lines", "origin, size, root", `${rows.length - 1} lines`);
  const root = unbase64(rows[2]!);
  if (root.length !== 32) throw new Refused("a root that is not 32 bytes", "32", String(root.length));
  return { note, origin: rows[0]!, size: decimal(rows[1]!), root };
}

function decimal(text: string): bigint {
  if (!/^(0|[1-9][0-9]{0,19})$/.test(text) || BigInt(text) > MAX_U64) throw new Refused("not a decimal number", "digits without leading zeros", clip(text));
  return BigInt(text);
}

/** A tlog-proof without an `extra` line. */
export function parseTlogProof(text: string): TlogProof {
  if (utf8Length(text) > MAX_PROOF) throw new Refused("a tlog-proof of more than 1 MiB");
  const cut = text.indexOf("\n\n");
  if (cut < 0) throw new Refused("a proof without a checkpoint");
  const [head, index, ...hashes] = text.slice(0, cut).split("\n");
  if (head !== "c2sp.org/tlog-proof@v1") throw new Refused("not a tlog-proof", "c2sp.org/tlog-proof@v1", clip(head ?? ""));
  if (index === undefined || !index.startsWith("index ")) throw new Refused("a tlog-proof without index", "index", clip(index ?? ""));
  if (hashes.length > MAX_HASHES) throw new Refused("a tlog-proof of more than 64 hashes");
  return { index: decimal(index.slice(6)), hashes: parseProof(hashes), checkpoint: parseCheckpoint(text.slice(cut + 2)) };
}

/** Refuses a checkpoint that is not signed by `key`, or whose origin is not the key's name. Lines of unknown keys do not matter. */
export function signedBy(checkpoint: Checkpoint, key: VKey): void {
  const lines = checkpoint.note.lines.filter((l) => l.name === key.name && l.id === key.id);
  if (lines.length === 0) throw new Refused("a checkpoint without the log's signature", key.text);
  if (!lines.every((l) => verifyStrict(key.key, utf8(checkpoint.note.text), l.signature))) throw new Refused("a checkpoint whose signature by the log does not verify", key.text);
  if (checkpoint.origin !== key.name) throw new Refused("a checkpoint of another log", key.name, clip(checkpoint.origin));
}

/** The timestamps by which `witness` cosigned, in no particular order. A line in its name that does not verify is refused. */
export function cosignedAt(checkpoint: Checkpoint, witness: VKey): bigint[] {
  return checkpoint.note.lines.filter((l) => l.name === witness.name && l.id === witness.id).map((line) => {
    if (line.signature.length !== 72) throw new Refused("a cosignature of the wrong length", "72", String(line.signature.length));
    const time = new DataView(line.signature.buffer, line.signature.byteOffset).getBigUint64(0);
    const message = concat(utf8(`cosignature/v1\ntime ${time}\n`), utf8(checkpoint.note.text));
    if (time > MAX_TIME || !verifyStrict(witness.key, message, line.signature.subarray(8))) throw new Refused("a cosignature that does not verify", `a cosignature by ${witness.name}`);
    return time;
  });
}
