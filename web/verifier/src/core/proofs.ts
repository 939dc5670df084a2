// The log as the bundle shows it (spec §3): the newest checkpoint, each entry under it, each entry under an earlier one, and who cosigned.

import { type Placed, readTlogProof } from "./bundle";
import { Refused, hex, sameBytes, utf8 } from "./bytes";
import type { Believed, Case } from "./case";
import { type Checkpoint, type TlogProof, signedBy } from "./checkpoint";
import { checkConsistency, leafHash, rootFromInclusion } from "./merkle";
import type { VKey } from "./note";
import { quorumMetAt } from "./policy";

/** The newest checkpoint, each entry under it, and each entry under its earlier checkpoint. */
export function checkProofs(c: Case): void {
  const proofs = c.raw.steps.map((s, at) => readTlogProof(s.proof, at, c.f));
  const newest = proofs.find((p) => p !== undefined)?.checkpoint;
  if (newest === undefined) return;
  proofs.forEach((p, at) => {
    if (p !== undefined && p.checkpoint.note.whole !== newest.note.whole) c.f.fail("format", new Refused(`steps[${at}] is proved under another checkpoint than the first step`));
  });
  if (!logSigned(c, newest, c.raw.log)) return;
  c.newest = newest;
  c.f.ran("log.inclusion");
  for (const step of c.steps) {
    const proof = proofs[step.at];
    if (proof !== undefined) included(c, step, proof, newest);
  }
  for (const step of c.steps) earlier(c, step, newest);
}

/** Whether this key signed; otherwise `log.signature` fails. */
function logSigned(c: Case, checkpoint: Checkpoint, key: VKey): boolean {
  return c.f.within("log.signature", "", () => { signedBy(checkpoint, key); return true; }) ?? false;
}

function included(c: Case, { at, step }: Placed, proof: TlogProof, under: Checkpoint): boolean {
  return c.f.within("log.inclusion", `steps[${at}] (${step.kind})`, () => {
    if (proof.index !== BigInt(step.seq)) throw new Refused("proved at another place than its seq", String(step.seq), String(proof.index));
    const { size, root } = under;
    const found = rootFromInclusion(leafHash(utf8(step.note.whole)), proof.index, size, proof.hashes);
    if (!sameBytes(found, root)) throw new Refused("the entry does not lie in the log at its place", hex(root), hex(found));
    return true;
  }) ?? false;
}

function earlier(c: Case, believedStep: Believed, newest: Checkpoint): void {
  const { at, step } = believedStep;
  const witnessed = c.raw.steps[at]!.witnessed;
  if (witnessed === undefined) return;
  const where = `steps[${at}] (${step.kind})`;
  if (step.kind !== "sealed" && step.kind !== "vacated" && step.kind !== "voided") return c.f.fail("format", new Refused("an earlier checkpoint, which a step of this kind does not need", "sealed, vacated or voided", step.kind), where);
  c.f.require("log.consistency");
  const proof = readTlogProof(witnessed.proof, at, c.f);
  if (proof === undefined) return;
  // Not just any key of the log: one that was replaced signs nothing that covers its replacement.
  if (!logSigned(c, proof.checkpoint, c.ledger.logKeyAt(proof.checkpoint.size) ?? c.raw.log)) return;
  c.f.ran("log.consistency");
  const old = proof.checkpoint;
  const extends_ = c.f.within("log.consistency", where, () => { checkConsistency(old.size, old.root, newest.size, newest.root, witnessed.consistency); return true; });
  if (extends_ === true && included(c, believedStep, proof, old)) believedStep.witnessed = old;
}

export function checkAnchor(c: Case): void {
  const anchor = c.trust?.anchor;
  if (anchor === undefined) return;
  c.f.require("log.consistency");
  const heads = [...c.steps.map((s) => s.witnessed), c.newest].filter((head) => head !== undefined);
  const same = heads.find((head) => head.size === BigInt(anchor.size));
  if (same === undefined) c.f.skip("log.consistency", `the bundle holds no checkpoint of the anchor's size, ${anchor.size}; reading the whole log decides`);
  else if (hex(same.root) !== anchor.root) c.f.fail("log.consistency", new Refused("the log shows another history than the one seen earlier", anchor.root, hex(same.root)));
  else c.f.ran("log.consistency");
}

export function checkWitnesses(c: Case): void {
  if (c.options.strict === true) c.f.require("log.witnesses");
  const policy = c.trust?.policy;
  if (policy === undefined) return c.f.skip("log.witnesses", "no witness policy was given");
  c.f.require("log.witnesses");
  const { newest } = c;
  if (newest === undefined) return;
  const met = c.f.within("log.witnesses", "", () => quorumMetAt(policy, newest, c.ledger.logKeys));
  if (met === null) c.f.skip("log.witnesses", "the newest checkpoint does not bear the quorum's cosignatures");
  else if (met !== undefined) c.f.ran("log.witnesses");
}
