import type { EpochMs } from "../../core/time/epoch.ts";
import type { CutOutcome } from "../switches/call-cutter.ts";

/** Why a call is ended. */
export const CUT_REASONS = ["operator", "money-ended", "grant-exceeded", "given-up"] as const;
export type CutReason = (typeof CUT_REASONS)[number];

/** A call that somebody wanted to be ended, and what came of it. */
export interface Cut {
  readonly id: string;
  readonly sessionId: string;
  readonly source: string;
  readonly key: string;
  readonly account: string | null;
  readonly reason: CutReason;
  readonly askedBy: string;
  readonly why: string;
  readonly askedAt: EpochMs;
  readonly tries: number;
  /** Of the latest try: by which protocol, and what was wrong. */
  readonly way: string | null;
  readonly what: string | null;
  /** null: it waits. */
  readonly outcome: CutOutcome["kind"] | null;
  readonly doneAt: EpochMs | null;
}

/** Which cuts; what is left out does not matter. */
export interface CutFilter {
  readonly tenantId: string;
  readonly source?: string | undefined;
  readonly account?: string | undefined;
  readonly reason?: string | undefined;
  /** Only those of these sessions. */
  readonly sessionIds?: readonly string[] | undefined;
  readonly limit: number;
}
