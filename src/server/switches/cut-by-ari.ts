import { hangupChannel } from "../../protocol/agi/ari-request.ts";
import type { AriClient } from "../ari/ari-client.ts";
import type { CallCutter, CallToCut, CutOutcome } from "./call-cutter.ts";

/** Q.850: normal call clearing; the caller of a call that was up hears of no other. */
const CLEARING = 16;

/** Ends calls at Asterisk by its REST interface, whatever interface they were authorised by: by their channel. */
export class AriCutter implements CallCutter {
  readonly way = "ari";
  readonly #clientOf: (sourceId: string) => AriClient | undefined;

  constructor(clientOf: (sourceId: string) => AriClient | undefined) {
    this.#clientOf = clientOf;
  }

  reaches({ sourceId }: CallToCut): boolean {
    return this.#clientOf(sourceId) !== undefined;
  }

  async cut({ sourceId, attempt }: CallToCut): Promise<CutOutcome> {
    const client = this.#clientOf(sourceId);
    if (client === undefined) return { kind: "failed", why: "the source has no settings of ARI any more" };
    const answer = await client.ask(hangupChannel(attempt.key, CLEARING));
    switch (answer.kind) {
      case "done":
        return { kind: "ended" };
      case "not-found":
        return { kind: "no-call" };
      case "unanswered":
        return { kind: "failed", why: answer.why };
      case "conflict":
      case "failed":
        return { kind: "failed", why: answer.message || `Asterisk answered ${answer.kind}` };
      default:
        return answer satisfies never;
    }
  }
}
