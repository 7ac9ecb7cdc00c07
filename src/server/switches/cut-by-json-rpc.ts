import { dialogKey } from "../../mediation/acc/dialog-key.ts";
import { type EndOutcome, readEndOutcome } from "../../protocol/json-rpc/end-outcome.ts";
import type { JsonRpcAnswer } from "../../protocol/json-rpc/json-rpc.ts";
import {
  dialogOfCall,
  endDialog,
  type KamailioDialog,
  readKamailioDialogs,
} from "../../protocol/json-rpc/kamailio-dialog.ts";
import { endOpensipsDialog } from "../../protocol/json-rpc/opensips-dialog.ts";
import type { CommandOutcome, JsonRpcClient } from "../json-rpc/json-rpc-client.ts";
import type { CallCutter, CallToCut, CutOutcome } from "./call-cutter.ts";
import { sipCallIds } from "./sip-call-ids.ts";

/** Which sources' switches take commands by JSON-RPC. */
export type ClientOf = (call: CallToCut) => JsonRpcClient | undefined;

/** Kamailio lists a dialog that ended for a while. */
const KAMAILIO_ENDED = 5;

/** Ends calls at Kamailio by JSON-RPC over HTTP, whatever protocol it asked by: it is given BYE on both sides. */
export class KamailioRpcCutter implements CallCutter {
  readonly way = "kamailio-rpc";
  readonly #clientOf: ClientOf;

  constructor(clientOf: ClientOf) {
    this.#clientOf = clientOf;
  }

  reaches(call: CallToCut): boolean {
    return this.#clientOf(call) !== undefined;
  }

  async cut(call: CallToCut): Promise<CutOutcome> {
    const client = this.#clientOf(call);
    if (client === undefined) return NO_WAY;
    for (const callId of sipCallIds(call.attempt)) {
      const answer = await client.command((id) => dialogOfCall(id, callId));
      if (answer.kind === "unanswered") return { kind: "failed", why: answer.why };
      if (answer.kind === "error" && answer.code !== 404) return { kind: "failed", why: answer.message };
      const dialogs = dialogsOf(answer).filter((dialog) => isOf(dialog, call) && dialog.state !== KAMAILIO_ENDED);
      if (dialogs.length > 0) return await endAll(client, dialogs);
    }
    return { kind: "no-call" };
  }
}

/** Ends calls at OpenSIPS by JSON-RPC over HTTP. */
export class OpensipsRpcCutter implements CallCutter {
  readonly way = "opensips";
  readonly #clientOf: ClientOf;

  constructor(clientOf: ClientOf) {
    this.#clientOf = clientOf;
  }

  reaches(call: CallToCut): boolean {
    return this.#clientOf(call) !== undefined;
  }

  async cut(call: CallToCut): Promise<CutOutcome> {
    const client = this.#clientOf(call);
    if (client === undefined) return NO_WAY;
    for (const callId of sipCallIds(call.attempt)) {
      const outcome = outcomeOf(await client.command((id) => endOpensipsDialog(id, callId)));
      if (outcome.kind !== "no-call") return outcome;
    }
    return { kind: "no-call" };
  }
}

const NO_WAY: CutOutcome = { kind: "failed", why: "the source has no settings of JSON-RPC any more" };

const dialogsOf = (answer: JsonRpcAnswer): readonly KamailioDialog[] =>
  answer.kind === "result" ? readKamailioDialogs(answer.result) : [];

/** Forks of a call share its Call-ID: where the session knows its tags, they tell which dialog it is. */
function isOf({ callId, fromTag, toTag }: KamailioDialog, { attempt: { recordKey } }: CallToCut): boolean {
  if (recordKey === undefined || !recordKey.startsWith(`${callId};`) || !fromTag || !toTag) return true;
  return dialogKey({ callId, fromTag, toTag }) === recordKey;
}

/** One that failed counts most, for it is still up. */
async function endAll(client: JsonRpcClient, dialogs: readonly KamailioDialog[]): Promise<CutOutcome> {
  const outcomes: CutOutcome[] = [];
  for (const { hashEntry, hashId } of dialogs)
    outcomes.push(outcomeOf(await client.command((id) => endDialog(id, hashEntry, hashId))));
  const of = (kind: CutOutcome["kind"]) => outcomes.find((outcome) => outcome.kind === kind);
  return of("failed") ?? of("ended") ?? { kind: "no-call" };
}

function outcomeOf(answer: CommandOutcome): CutOutcome {
  if (answer.kind === "unanswered") return { kind: "failed", why: answer.why };
  const outcome: EndOutcome = readEndOutcome(answer);
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
