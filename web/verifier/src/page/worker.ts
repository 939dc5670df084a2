// The work, off the page's thread: a bundle in, a story out. The worker is this same script, from a blob; where a browser allows none, the page
// calls `answer` itself.

import { Refused, fromUtf8, utf8, hex } from "../core/bytes";
import { sha256 } from "../core/hash";
import { type Odds, oddsOf } from "../core/odds";
import { Mistaken, type Mistake, checkReceipt, codeLocator, openBox, parseReceipt, readCode, receiptFromFragment, standing } from "../core/receipt";
import { type Trust, parseTrust } from "../core/trust";
import { type Verified, verify } from "../core/verify";
import { type Story, tell } from "./story";

export interface Job {
  readonly id: number;
  readonly bundle: Uint8Array;
  readonly trust?: string | undefined;
  readonly artifacts: readonly (readonly [string, string])[];
  readonly strict: boolean;
  readonly receipt?: { readonly typed: string; readonly box?: Uint8Array | undefined } | undefined;
}

export interface ReceiptStory {
  readonly rows: readonly (readonly [string, string])[];
  readonly index: number;
  readonly size: number;
  readonly odds: Odds;
  readonly standing: { readonly kind: string; readonly number?: number };
}

/** Why a receipt was refused: in plain words where `mistake` names them, with the expert's words beside it. */
export interface ReceiptRefused {
  readonly mistake: Mistake | "unsealed" | "damaged";
  readonly detail: string;
}

export type Answer = { readonly id: number } & (
  | { readonly story: Story; readonly sha256: string; readonly receipt?: ReceiptStory; readonly receiptRefused?: ReceiptRefused; readonly needsBox?: string }
  | { readonly badTrust: string }
  | { readonly broken: string }
);

export function answer(job: Job): Answer {
  const { id } = job;
  try {
    let trust: Trust | undefined;
    try {
      trust = job.trust === undefined ? undefined : parseTrust(job.trust);
    } catch (e) {
      if (e instanceof Refused) return { id, badTrust: e.message };
      throw e;
    }
    const beside = new Map(job.artifacts);
    const verified = verify(job.bundle, { trust, strict: job.strict, beside: (hash) => beside.get(hash) });
    const story = tell(verified, trust !== undefined, trust?.policy !== undefined);
    const told = { id, story, sha256: hex(sha256(job.bundle)) };
    return job.receipt === undefined ? told : { ...told, ...readReceipt(job.receipt, verified) };
  } catch (e) {
    return { id, broken: e instanceof Error ? e.message : String(e) };
  }
}

/** Longest text that is read as a code (spec §2.4). */
const MAX_CODE = 128;

type ReceiptPart = { receipt: ReceiptStory } | { receiptRefused: ReceiptRefused } | { needsBox: string };

function readReceipt({ typed, box }: NonNullable<Job["receipt"]>, v: Verified): ReceiptPart {
  try {
    const given = typed.slice(typed.indexOf("#") + 1).trim();
    let text: string;
    // What stands after # in a letter's link is a receipt or a code; a code is far shorter than any receipt.
    if (given.length > MAX_CODE) text = receiptFromFragment(`#${given}`);
    else {
      const secret = readCode(given);
      if (box === undefined) return { needsBox: codeLocator(secret) };
      text = openBox(secret, box);
    }
    const receipt = parseReceipt(text);
    const { draw } = v;
    const sealed = draw?.sealed;
    if (draw === undefined || sealed === undefined) return { receiptRefused: { mistake: "unsealed", detail: "the bundle does not show sealed terms" } };
    checkReceipt(receipt, sealed.terms);
    const round = draw.results.at(-1)?.round;
    const steps = draw.vacancies.map((x) => ({ left: x.step.seats.map((s) => s.index), seated: x.answer?.step.seated ?? [] }));
    return {
      receipt: {
        rows: [[receipt.columns.id, receipt.id], ...receipt.private, ...receipt.public, ...(receipt.address ?? []).map((cell, i) => [receipt.columns.household[i]!, cell] as const)],
        index: receipt.index, size: receipt.size,
        odds: oddsOf(receipt.index, sealed.terms, v.material ?? {}, round),
        standing: v.outcome === undefined ? { kind: "unknown" } : standing(receipt.index, v.outcome, steps),
      },
    };
  } catch (e) {
    if (e instanceof Refused) return { receiptRefused: { mistake: e instanceof Mistaken ? e.mistake : "damaged", detail: e.message } };
    throw e;
  }
}

/** Asks a worker where there can be one. Later jobs make earlier ones moot, but each gets its answer. */
export class Work {
  private readonly worker: Worker | undefined;
  private readonly waiting = new Map<number, (a: Answer) => void>();
  private last = 0;

  constructor(source: string) {
    try {
      this.worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
      this.worker.onmessage = (event: MessageEvent<Answer>) => {
        this.waiting.get(event.data.id)?.(event.data);
        this.waiting.delete(event.data.id);
      };
      this.worker.onerror = () => { for (const [id, done] of this.waiting) done({ id, broken: "the worker ended" }); };
    } catch {
      this.worker = undefined;
    }
  }

  ask(job: Omit<Job, "id">): Promise<Answer> {
    const whole = { ...job, id: ++this.last };
    const { worker } = this;
    if (worker === undefined) return new Promise((done) => { setTimeout(() => { done(answer(whole)); }, 20); });
    return new Promise((done) => {
      this.waiting.set(whole.id, done);
      worker.postMessage(whole);
    });
  }
}

/** In the worker: answers jobs as they come. */
export function serve(scope: { onmessage: unknown; postMessage(a: Answer): void }): void {
  scope.onmessage = (event: MessageEvent<Job>) => { scope.postMessage(answer(event.data)); };
}

export function textBytes(text: string): Uint8Array {
  return utf8(text);
}

export function bytesText(bytes: Uint8Array): string {
  return fromUtf8(bytes);
}
