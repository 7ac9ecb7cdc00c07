/** Why a month can't be archived yet. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly count: number;
}

export type RefusalCode =
  | "not-over"
  | "unbilled"
  | "unaccrued"
  | "open-calls"
  | "waiting-rows"
  | "replay-due"
  | "rerating";
