import { type Nanos, NO_NANOS, nanos, nanosFromSql } from "../../core/money/nanos.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { ChargingAnswer } from "../charging/charging-request.ts";
import type { JournalEntry } from "./journal-entry.ts";

/** A request in the journal: what its switch was told, and when that is safe on disk. */
export interface Pending {
  readonly requestKey: string;
  readonly answer: ChargingAnswer;
  /** When it came. */
  readonly at: EpochMs;
  /** Resolves once the entry is synced. */
  readonly safe: Promise<void>;
}

/** What the journal has that is not replayed, by session; and what is risked with it, by account. */
export class PendingRequests {
  readonly #bySession = new Map<string, Pending[]>();
  readonly #risks = new Map<string, bigint>();
  #count = 0;
  #less = Promise.withResolvers<void>();

  get size(): number {
    return this.#count;
  }

  /** When the first of them came; undefined: none waits. Looks at all of them. */
  oldestAt(): EpochMs | undefined {
    let oldest: EpochMs | undefined;
    for (const [first] of this.#bySession.values())
      if (first !== undefined && (oldest === undefined || first.at < oldest)) oldest = first.at;
    return oldest;
  }

  /** Whether anything of a session waits, so that what comes now belongs behind it. */
  has(sessionId: string): boolean {
    return this.#bySession.has(sessionId);
  }

  /** What waits of a session, in order. */
  of(sessionId: string): readonly Pending[] {
    return this.#bySession.get(sessionId) ?? [];
  }

  /** What may be lost with an account's calls that were granted blindly. */
  riskOf(accountId: string): Nanos {
    return nanos(this.#risks.get(accountId) ?? NO_NANOS);
  }

  /** Resolves when fewer wait than at the call. */
  less(): Promise<void> {
    return this.#less.promise;
  }

  add(sessionId: string, { request: { requestKey }, answer, at, risks }: JournalEntry, safe: Promise<void>): void {
    const ofSession = this.#bySession.get(sessionId) ?? [];
    ofSession.push({ requestKey, answer, at, safe });
    this.#bySession.set(sessionId, ofSession);
    this.#count += 1;
    for (const { accountId, amount } of risks) this.#addRisk(accountId, nanosFromSql(amount));
  }

  remove(sessionId: string, { request: { requestKey }, risks }: JournalEntry): void {
    const ofSession = this.#bySession.get(sessionId) ?? [];
    const at = ofSession.findIndex((pending) => pending.requestKey === requestKey);
    if (at < 0) return;
    ofSession.splice(at, 1);
    if (ofSession.length === 0) this.#bySession.delete(sessionId);
    this.#count -= 1;
    for (const { accountId, amount } of risks) this.#addRisk(accountId, -nanosFromSql(amount));
    this.#less.resolve();
    this.#less = Promise.withResolvers<void>();
  }

  #addRisk(accountId: string, amount: bigint): void {
    const risk = (this.#risks.get(accountId) ?? 0n) + amount;
    if (risk === 0n) this.#risks.delete(accountId);
    else this.#risks.set(accountId, risk);
  }
}
