import type { AnsweredRequest, Hold } from "../../core/charging/session.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { CallAttempt, ChargingAnswer } from "./charging-request.ts";

/** A session as it is stored. */
export interface Session {
  /** The identity of the usage record that it becomes. */
  readonly id: string;
  readonly tenantId: string;
  readonly sourceId: string;
  readonly state: "open" | "closed" | "refused";
  /** Who pays; null: nobody was found. */
  readonly payer: { readonly bookId: string; readonly accountId: string } | null;
  /** One a level that pays; none once the session has ended. */
  readonly holds: readonly Hold[];
  readonly attempt: CallAttempt;
  readonly openedAt: EpochMs;
  readonly answeredAt: EpochMs | null;
  readonly usedS: number;
  readonly grantedS: number;
  readonly expiresAt: EpochMs;
  /** Since when it is to end at its switch, and gets nothing more; null: nobody wants that. */
  readonly cutAt: EpochMs | null;
  readonly answers: readonly AnsweredRequest<ChargingAnswer>[];
}
