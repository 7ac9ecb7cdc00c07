import type { ProblemDocument } from "../../core/problem-document.ts";
import type { EpochMs } from "../../core/time/epoch.ts";

export const OPERATION_STATES = ["waiting", "running", "done", "failed"] as const;

/** Work that a request began, as it stands. */
export interface Operation {
  readonly id: string;
  readonly kind: string;
  readonly state: (typeof OPERATION_STATES)[number];
  readonly rowsDone: number;
  /** Null: not known yet. */
  readonly rowsTotal: number | null;
  /** What it did, once it is done. */
  readonly result: unknown;
  readonly problem: ProblemDocument | null;
  readonly begunBy: string;
  readonly begunAt: EpochMs;
  readonly endedAt: EpochMs | null;
}
