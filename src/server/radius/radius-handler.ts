import type { AccessDecision } from "../../protocol/radius/access-decision.ts";
import type { AccessRequest } from "../../protocol/radius/access-request.ts";
import type { AccountingRecord } from "../../protocol/radius/accounting-record.ts";
import type { RadiusSender } from "./radius-client.ts";

/**
 * Who decides. Requests come once while the first is in work and for some seconds after; a client that starts anew
 * sends them again all the same, so both operations have to be idempotent: a request by its request key, a record by
 * session, leg and record key. A request that names no session is found again by the `token` that it was accepted with.
 *
 * Neither should take longer than a switch waits, which may be a second: what can't be decided in time is decided by
 * policy. A rejected promise is a bug or an outage: it is logged, and the client gets no answer.
 */
export interface RadiusHandler {
  /**
   * The user is who it says only if `verifyCredential` says so of `request.credential`. "busy": it cannot be decided
   * now; the client is answered as it wants to be then, or not at all.
   */
  authorise(request: AccessRequest, sender: RadiusSender): Promise<AccessDecision | "busy">;
  /** `accepted`: the record is safe, the client may forget it. `retry-later`: it gets no answer and sends it again. */
  account(record: AccountingRecord, sender: RadiusSender): Promise<"accepted" | "retry-later">;
}
