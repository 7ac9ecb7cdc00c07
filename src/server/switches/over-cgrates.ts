import { epochMs } from "../../core/time/epoch.ts";
import {
  type CgratesRequest,
  doneAnswer,
  errorAnswer,
  limitAnswer,
  type CgratesCall as ReadCall,
} from "../../protocol/json-rpc/cgrates-session.ts";
import type { JsonRpcId } from "../../protocol/json-rpc/json-rpc.ts";
import type { Charging } from "../charging/charging.ts";
import type { ChargingAnswer } from "../charging/charging-request.ts";
import type { CgratesPeer } from "../json-rpc/cgrates-server.ts";
import type { PushedSource } from "../mediation/push-token.ts";
import { attemptOf, type CgratesCall, startCall, stopCall } from "./cgrates-call.ts";
import { handleOf } from "./opensips-handle.ts";

type Asked = Exclude<CgratesRequest, { readonly kind: "other" | "malformed" }>;

/**
 * Charges the calls that OpenSIPS's module `cgrates` asks about. As nothing says whether a script tells of calls that
 * are not answered, nothing is held before the answer: how long the call may last is told, and held from its start on.
 */
export class ChargingOverCgrates {
  readonly #charging: Charging;
  readonly #sourceOf: (sourceId: string) => PushedSource | undefined;

  constructor(charging: Charging, sourceOf: (sourceId: string) => PushedSource | undefined) {
    this.#charging = charging;
    this.#sourceOf = sourceOf;
  }

  /** Answers a request. Errors: those of charging. */
  async answer(request: Asked, { id, peer }: { readonly id: JsonRpcId; readonly peer: CgratesPeer }): Promise<string> {
    const source = this.#sourceOf(peer.sourceId);
    if (source === undefined) return errorAnswer(id, "SOURCE_UNKNOWN");
    const { kind, generation } = request;
    const call = callOf(request.call);
    const handle = handleOf(request);
    switch (kind) {
      case "authorise": {
        if (call.destination === null) return errorAnswer(id, "DESTINATION_MISSING");
        const answer = await this.#charging.decide(source.tenantId, {
          ...{ kind: "authorise", sourceId: source.sourceId, requestKey: `authorise ${id}`, isQuote: true },
          attempt: attemptOf(call, `quote of ${request.call.originId}`, handle),
          wantedS: null,
        });
        return limitAnswer(id, kind, generation, talkOf(answer));
      }
      case "start": {
        // At 0 seconds the module ends the call by itself.
        const answer = await startCall(this.#charging, source, { call, handle });
        return limitAnswer(id, kind, generation, talkOf(answer));
      }
      case "stop":
        await stopCall(this.#charging, source, { call, handle, requestKey: "end" });
        return doneAnswer(id);
      case "call-record":
        if (call.talkedMs === null || call.destination === null) return errorAnswer(id, "RECORD_INCOMPLETE");
        await stopCall(this.#charging, source, { call, handle, requestKey: "record" });
        return doneAnswer(id);
      default:
        return kind satisfies never;
    }
  }
}

const talkOf = (answer: ChargingAnswer): number => (answer.kind === "granted" ? answer.talkS : 0);

/** Times of OpenSIPS are whole seconds. */
const callOf = ({ setupAtS, answeredAtS, ...call }: ReadCall): CgratesCall => ({
  ...call,
  setupAt: setupAtS === null ? null : epochMs(setupAtS * 1_000),
  answeredAt: answeredAtS === null ? null : epochMs(answeredAtS * 1_000),
});
