import type { CreditControlAnswer } from "../../protocol/diameter/credit-control-answer.ts";
import type { CreditControlRequest } from "../../protocol/diameter/credit-control-request.ts";
import type { PeerSettings } from "./peer-settings.ts";

/**
 * Where a request came from: the peer on the connection, which is a relay where it is not the request's origin. Whose
 * money is meant follows from the peer, which the connection proves; the origin is what the peer says.
 */
export interface RequestSender {
  readonly peer: PeerSettings;
  readonly address: string;
}

/**
 * Who decides. A request comes once while the first is in work and for a minute after; a repetition over another server
 * or after a start comes again, so a decision has to be idempotent by session id, sub-session id and request number.
 *
 * What takes longer than the answer's time limit is answered 3004 (DIAMETER_TOO_BUSY), and the peer tries again or does
 * what its failure handling says. A rejected promise is a bug or an outage: it is told, and answered 5012.
 */
export interface CreditControlHandler {
  /** "busy": too much is asked, or the database is away. */
  charge(request: CreditControlRequest, sender: RequestSender): Promise<CreditControlAnswer | "busy">;
}
