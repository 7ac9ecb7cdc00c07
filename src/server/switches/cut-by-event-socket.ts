import { uuidKillCommand } from "../../protocol/esl/command.ts";
import { readEslEndOutcome } from "../../protocol/esl/end-outcome.ts";
import type { EventSocketConnection } from "../event-socket/event-socket-connection.ts";
import type { CallCutter, CallToCut, CutOutcome } from "./call-cutter.ts";

/** A connection to the FreeSWITCH that a call is on; undefined: this process has none now. */
export type ConnectionOf = (call: CallToCut) => EventSocketConnection | undefined;

/** Ends calls at FreeSWITCH by `uuid_kill`. */
export class EventSocketCutter implements CallCutter {
  readonly way = "event-socket";
  readonly #connectionOf: ConnectionOf;

  constructor(connectionOf: ConnectionOf) {
    this.#connectionOf = connectionOf;
  }

  reaches(call: CallToCut): boolean {
    return this.#connectionOf(call) !== undefined;
  }

  async cut(call: CallToCut): Promise<CutOutcome> {
    const connection = this.#connectionOf(call);
    if (connection === undefined) return { kind: "failed", why: "there is no connection to FreeSWITCH now" };
    const answer = await connection.ask(uuidKillCommand(call.attempt.key, "CALL_REJECTED"));
    if (answer.kind === "unanswered") return { kind: "failed", why: answer.why };
    const outcome = readEslEndOutcome(answer.text);
    switch (outcome.kind) {
      case "ended":
        return { kind: "ended" };
      case "not-found":
        return { kind: "no-call" };
      case "failed":
        return { kind: "failed", why: outcome.message };
      default:
        return outcome satisfies never;
    }
  }
}
