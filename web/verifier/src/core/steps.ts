// Steps (spec §4): the form of each entry of the log. What a step may do after another is ledger.ts.
// Reading a step believes no signature; `signedByService` and `demandedSigners` do that.

import { type Chain, type Round, parseRehearsal } from "./beacon";
import { Refused, hex, sameBytes, utf8, utf8Length } from "./bytes";
import { type Json, Members, asIndex } from "./json";
import { leafHash } from "./merkle";
import { MAX_NAME_BYTES, type ProtocolNote, type VKey, parseProtocolNote, parseVKey } from "./note";
import { verifyStrict } from "./ed25519";
import { type BeaconRef, type Common, type Terms, parseBeaconRef, parseCommon, parseTerms } from "./terms";

const MAX_STEP = 65535;
const MAX_KEYS = 16;
export const RECOVERY_SECS = 2592000;
const LEAVING = ["declined", "not_eligible", "ended"] as const;
const VOIDING = ["cancelled", "pool_error", "terms_error", "beacon_lost", "court", "no_quorum"] as const;
const ANNULLING = ["court", "complaint"] as const;

interface Base {
  readonly note: ProtocolNote;
  /** Leaf hash of the whole note. */
  readonly hash: string;
  readonly seq: number;
  readonly prev: string;
  readonly time: number;
}

/** An organiser's note within a step. */
interface Inner {
  readonly inner: ProtocolNote;
  readonly log: string;
  readonly organiser: string;
}

export interface Opened extends Base { readonly kind: "opened"; readonly log: VKey; readonly policy: string | undefined; readonly service: VKey; readonly rehearsal: Chain | undefined }
export interface KeyChange extends Base { readonly kind: "key"; readonly inner: ProtocolNote; readonly log: string; readonly role: "log" | "service"; readonly old: VKey; readonly new: VKey }
export interface Closed extends Base { readonly kind: "closed"; readonly successor: VKey | undefined }
export interface Organiser extends Base {
  readonly kind: "organiser";
  readonly inner: ProtocolNote;
  readonly log: string;
  readonly id: string;
  readonly name: string;
  readonly keys: readonly VKey[];
  readonly threshold: number;
  readonly version: number;
  readonly recovery: boolean;
}
interface OfDraw extends Base { readonly draw: string }
export interface Announced extends OfDraw { readonly kind: "announced"; readonly inner: ProtocolNote; readonly announcement: Common & { readonly postponed: number } }
export interface Sealed extends OfDraw { readonly kind: "sealed"; readonly organiser: string; readonly terms: Terms }
export interface DrawnStep extends OfDraw { readonly kind: "drawn"; readonly terms: string; readonly outcome: string; readonly round: Round }
export interface Vacated extends OfDraw, Inner {
  readonly kind: "vacated";
  readonly after: string;
  readonly beacon: BeaconRef | undefined;
  readonly drawsAt: number | undefined;
  readonly seats: readonly { readonly index: number; readonly reason: string }[];
}
export interface Replaced extends OfDraw { readonly kind: "replaced"; readonly vacated: string; readonly outcome: string; readonly round: Round | undefined; readonly left: readonly number[]; readonly seated: readonly number[] }
export interface Voided extends OfDraw { readonly kind: "voided"; readonly reason: (typeof VOIDING)[number]; readonly inner: ProtocolNote | undefined; readonly log: string | undefined; readonly organiser: string | undefined; readonly round: Round | undefined }
export interface Annulled extends OfDraw, Inner { readonly kind: "annulled"; readonly after: string; readonly reason: string }
export interface Erased extends OfDraw, Inner { readonly kind: "erased"; readonly root: string }

export type Step = Opened | KeyChange | Closed | Organiser | Announced | Sealed | DrawnStep | Vacated | Replaced | Voided | Annulled | Erased;
export type DrawStep = Exclude<Step, Opened | KeyChange | Closed | Organiser>;

export function ofDraw(step: Step): step is DrawStep {
  return "draw" in step;
}

export function parseStep(whole: string): Step {
  const bytes = utf8Length(whole);
  if (bytes > MAX_STEP) throw new Refused("a step of more than 65,535 bytes", "at most 65535", String(bytes));
  const note = parseProtocolNote(whole, "step");
  if (note.lines.length !== 1) throw new Refused("a step has exactly one signature line", "1", String(note.lines.length));
  const from = new Members(note.json, "step");
  const base: Base = { note, hash: hex(leafHash(utf8(whole))), seq: from.integer("seq"), prev: from.hash("prev"), time: from.integer("time") };
  const kind = from.text("kind");
  const step = parseKind(kind, base, from);
  from.end();
  return step;
}

function parseKind(kind: string, base: Base, from: Members): Step {
  switch (kind) {
    case "opened": return parseOpened(base, from);
    case "key": return parseKeyChange(base, from);
    case "closed": return { ...base, kind, successor: from.optional("successor", (n) => parseVKey(from.text(n))) };
    case "organiser": return parseOrganiser(base, from);
  }
  const draw = from.slug("draw");
  const step = parseOfDraw(kind, { ...base, draw }, from);
  return step;
}

function parseOpened(base: Base, from: Members): Opened {
  const log = parseVKey(from.text("log"));
  const policy = from.optional("policy", (n) => from.text(n));
  // Where this log comes from matters to who reads both; a bundle is of one.
  from.optional("predecessor", (n) => {
    const before = from.members(n);
    before.hash("closed");
    if (parseVKey(before.text("log")).name === log.name) throw new Refused("a log that continues itself");
    before.end();
  });
  from.oneOf("protocol", ["kleroterion/v1"] as const);
  return { ...base, kind: "opened", log, policy, rehearsal: from.optional("rehearsal", (n) => parseRehearsal(from.members(n))), service: parseVKey(from.text("service")) };
}

function parseKeyChange(base: Base, from: Members): KeyChange {
  const inner = parseProtocolNote(from.text("note"), "key");
  const body = new Members(inner.json, "key note");
  const out: KeyChange = {
    ...base, kind: "key", inner, log: body.text("log", 1, MAX_NAME_BYTES), role: body.oneOf("role", ["log", "service"] as const),
    old: parseVKey(body.text("old")), new: parseVKey(body.text("new")),
  };
  body.end();
  if (sameBytes(out.old.key, out.new.key)) throw new Refused("a key that changes into itself");
  return out;
}

function parseOrganiser(base: Base, from: Members): Organiser {
  const inner = parseProtocolNote(from.text("note"), "organiser");
  const body = new Members(inner.json, "organiser note");
  const id = body.slug("id");
  const keys = body.texts("keys", 1, MAX_KEYS).map((k) => parseVKey(k));
  const out: Organiser = {
    ...base, kind: "organiser", inner, id, keys,
    log: body.text("log", 1, MAX_NAME_BYTES), name: body.text("name", 1, 256),
    threshold: body.integer("threshold", 1, keys.length), version: body.integer("version", 1),
    recovery: body.optional("recovery", (n) => { if (body.take(n) !== true) throw new Refused("recovery is true or absent"); return true; }) ?? false,
  };
  body.end();
  checkOrganiserKeys(keys, id);
  if (out.recovery && out.version === 1) throw new Refused("a recovery at version 1");
  return out;
}

/** Sorted, distinct by public key, each named `<id>/<role>`. */
export function checkOrganiserKeys(keys: readonly VKey[], id: string): void {
  keys.forEach((key, i) => {
    if (i > 0 && !(keys[i - 1]!.text < key.text)) throw new Refused("an organiser's keys are not sorted");
    if (keys.slice(0, i).some((k) => sameBytes(k.key, key.key))) throw new Refused("an organiser's key stands twice");
    const role = key.name.startsWith(`${id}/`) ? key.name.slice(id.length + 1) : "";
    if (!/^[a-z0-9_]{1,32}$/.test(role)) throw new Refused("a key of another organiser", `${id}/role`, key.name);
  });
}

function parseRound(from: Members): Round {
  return { round: from.integer("round"), signature: from.hex("signature"), previous: from.optional("previous_signature", (n) => from.hex(n)) };
}

function optionalRound(from: Members): Round | undefined {
  const there = from.has("round") || from.has("signature") || from.has("previous_signature");
  return there ? parseRound(from) : undefined;
}

function parseOfDraw(kind: string, base: Base & { draw: string }, from: Members): DrawStep {
  switch (kind) {
    case "announced": return parseAnnounced(base, from);
    case "sealed": {
      const terms = parseTerms(from.text("terms"));
      sameDraw(base.draw, terms.draw);
      return { ...base, kind, organiser: from.hash("organiser"), terms };
    }
    case "drawn": return { ...base, kind, terms: from.hash("terms"), outcome: from.hash("outcome"), round: parseRound(from) };
    case "vacated": return parseVacated(base, from);
    case "replaced": {
      return { ...base, kind, vacated: from.hash("vacated"), outcome: from.hash("outcome"), left: from.indices("left"), seated: from.indices("seated"), round: optionalRound(from) };
    }
    case "voided": return parseVoided(base, from);
    case "annulled": {
      const { body, inner } = innerNote(from, "annul", base.draw);
      const step: Annulled = { ...base, kind, ...inner, after: body.hash("after"), reason: body.oneOf("reason", ANNULLING) };
      body.end();
      return step;
    }
    case "erased": {
      const { body, inner } = innerNote(from, "erase", base.draw);
      const step: Erased = { ...base, kind, ...inner, root: body.hash("root") };
      body.end();
      return step;
    }
    default: throw new Refused("a step of an unknown kind", null, kind.slice(0, 40));
  }
}

function innerNote(from: Members, context: string, draw: string): { body: Members; inner: Inner } {
  const inner = parseProtocolNote(from.text("note"), context);
  const body = new Members(inner.json, `${context} note`);
  sameDraw(draw, body.slug("draw"));
  return { body, inner: { inner, log: body.text("log", 1, MAX_NAME_BYTES), organiser: body.slug("organiser") } };
}

function sameDraw(step: string, within: string): void {
  if (step !== within) throw new Refused("the step names another draw than what stands in it", within, step);
}

function parseAnnounced(base: Base & { draw: string }, from: Members): Announced {
  const inner = parseProtocolNote(from.text("note"), "announce");
  const body = new Members(inner.json, "announce note");
  const announcement = { ...parseCommon(body), postponed: body.integer("postponed") };
  body.end();
  sameDraw(base.draw, announcement.draw);
  return { ...base, kind: "announced", inner, announcement };
}

function parseVacated(base: Base & { draw: string }, from: Members): Vacated {
  const { body, inner } = innerNote(from, "vacate", base.draw);
  const step: Vacated = {
    ...base, kind: "vacated", ...inner, after: body.hash("after"),
    beacon: body.optional("beacon", (n) => parseBeaconRef(body.members(n))), drawsAt: body.optional("draws_at", (n) => body.integer(n)),
    seats: body.array("seats", 1).map(parseSeat),
  };
  body.end();
  if ((step.beacon === undefined) !== (step.drawsAt === undefined)) throw new Refused("beacon and draws_at are there together or not at all");
  if (step.seats.some((s, i) => i > 0 && step.seats[i - 1]!.index >= s.index)) throw new Refused("vacated seats do not ascend");
  return step;
}

function parseSeat(value: Json): { index: number; reason: string } {
  const from = new Members(value, "seat");
  const seat = { index: asIndex(from.take("index"), "seat: index"), reason: from.oneOf("reason", LEAVING) };
  from.end();
  return seat;
}

function parseVoided(base: Base & { draw: string }, from: Members): Voided {
  const reason = from.oneOf("reason", VOIDING);
  const round = optionalRound(from);
  if (reason === "no_quorum") {
    return { ...base, kind: "voided", reason, round, inner: undefined, log: undefined, organiser: undefined };
  }
  const { body, inner } = innerNote(from, "void", base.draw);
  const within = body.oneOf("reason", VOIDING);
  body.end();
  if (within !== reason) throw new Refused("the step gives another reason than its note", within, reason);
  return { ...base, kind: "voided", reason, round, ...inner };
}

/** Whether the step's one signature line is by `service`. */
export function signedByService(step: Step, service: VKey): boolean {
  const line = step.note.lines[0]!;
  return line.name === service.name && line.id === service.id && verifyStrict(service.key, utf8(step.note.text), line.signature);
}
