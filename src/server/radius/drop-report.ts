import type { AccountingFault } from "../../protocol/radius/accounting-record.ts";
import type { AuthenticityFault } from "../../protocol/radius/authenticity.ts";
import type { PacketFaultReason } from "../../protocol/radius/packet.ts";

/** Why a user who tried to prove who he is was refused: guessing shows in their number. */
export type RefusedProof = "password-wrong" | "locked-out";

/**
 * Why a packet got no answer, or not the one that was asked for. A closed set: counters never grow with what is sent.
 */
export type DropReason =
  | "client-unknown"
  | PacketFaultReason
  | AuthenticityFault
  | AccountingFault["reason"]
  | "tls-refused"
  | "certificate-name"
  | "stream-broken"
  | "code-unexpected"
  | "repeated-in-work"
  | "busy"
  | RefusedProof
  | "retry-later"
  | "reply-not-writable"
  | "handler-failed";

/** What is told of drops: the last one, and how many of its kind there were since this was told before. */
export interface DropNotice {
  readonly reason: DropReason;
  readonly address: string;
  readonly times: number;
  /** Of `handler-failed`, `reply-not-writable` and `tls-refused`. */
  readonly error: unknown;
}

/** Each reason is told at most once in this time: a flood fills no log. */
const NOTICE_MS = 10_000;

/** Counts packets that were dropped, and tells of them at a bounded rate. */
export class DropReport {
  readonly #tell: (notice: DropNotice) => void;
  readonly #nowMs: () => number;
  readonly #counts = new Map<DropReason, number>();
  readonly #told = new Map<DropReason, { readonly atMs: number; readonly count: number }>();

  constructor(tell: (notice: DropNotice) => void, nowMs: () => number) {
    this.#tell = tell;
    this.#nowMs = nowMs;
  }

  /** How many there were of each since the start. */
  get counts(): ReadonlyMap<DropReason, number> {
    return this.#counts;
  }

  drop(reason: DropReason, address: string, error?: unknown): void {
    const count = (this.#counts.get(reason) ?? 0) + 1;
    this.#counts.set(reason, count);
    const told = this.#told.get(reason);
    const now = this.#nowMs();
    if (told !== undefined && now - told.atMs < NOTICE_MS) return;
    this.#told.set(reason, { atMs: now, count });
    this.#tell({ reason, address, times: count - (told?.count ?? 0), error });
  }
}
