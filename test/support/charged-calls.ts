import { now } from "../../src/clock.ts";
import { epochMs, fromInstant } from "../../src/core/time/epoch.ts";
import type { Authorise, CallAttempt, Stop, Update } from "../../src/server/charging/charging-request.ts";

/** What a switch sends of calls of one source, whose account codes say who pays. */
export class ChargedCalls {
  readonly #sourceId: string;

  constructor(sourceId: string) {
    this.#sourceId = sourceId;
  }

  /** A call to Germany, begun long enough ago that one of any length has ended by now. */
  authorise(
    key: string,
    accountCode: string,
    own: Partial<Authorise> & { attempt?: never } = {},
    call: Partial<CallAttempt> = {},
  ): Authorise {
    const attempt: CallAttempt = {
      ...{ key, leg: "", callId: null, direction: "originating", calling: "442071234567", called: "4930123456" },
      ...{ startedAt: epochMs(fromInstant(now()) - 600_000), accountCode, sipUser: null, sourceAddress: null },
      ...{ ingressTrunk: null, egressTrunk: null },
      ...call,
    };
    return { kind: "authorise", sourceId: this.#sourceId, requestKey: "authorise", wantedS: null, ...own, attempt };
  }

  update(key: string, talkedS: number, own: Partial<Update> = {}): Update {
    return {
      ...{ kind: "update", sourceId: this.#sourceId, requestKey: `update ${talkedS}`, key, leg: "" },
      ...{ answeredAt: fromInstant(now()), talkedMs: talkedS * 1_000, counted: "whole-call", wantedS: null },
      ...{ recordKey: null, ...own },
    };
  }

  stop(key: string, talkedS: number): Stop {
    const endedAt = fromInstant(now());
    return {
      ...{ kind: "stop", sourceId: this.#sourceId, requestKey: "stop", key, leg: "", endedAt },
      answeredAt: talkedS === 0 ? null : epochMs(endedAt - talkedS * 1_000),
      ...{ talkedMs: talkedS * 1_000, counted: "whole-call", reportedS: talkedS, recordKey: null, attempt: null },
      ...{ cause: { q850: 16, sip: null, text: null }, isGivenUp: false },
    };
  }
}
