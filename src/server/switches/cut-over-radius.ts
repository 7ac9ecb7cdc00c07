import { parseAddress } from "../../core/tenancy/address-range.ts";
import type { NamedValue } from "../../protocol/radius/encode-attributes.ts";
import { DynamicAuthorization, type DynamicOutcome } from "../radius/dynamic-authorization.ts";
import type { RadiusClient } from "../radius/radius-client.ts";
import type { CallCutter, CallToCut, CutOutcome } from "./call-cutter.ts";

/** What Error-Cause says of a session that is not there any more (RFC 5176 §3.5). */
const SESSION_GONE = 503;

/** Ends calls by Disconnect-Request (RFC 5176) at the switches of RADIUS clients. */
export class CutOverRadius implements CallCutter {
  readonly way = "radius";
  readonly #clientOf: (sourceId: string) => RadiusClient | undefined;
  readonly #sender: DynamicAuthorization;

  constructor(clientOf: (sourceId: string) => RadiusClient | undefined, sender = new DynamicAuthorization()) {
    this.#clientOf = clientOf;
    this.#sender = sender;
  }

  reaches(call: CallToCut): boolean {
    return this.#targetOf(call) !== undefined;
  }

  async cut(call: CallToCut): Promise<CutOutcome> {
    const target = this.#targetOf(call);
    if (target === undefined) return { kind: "failed", why: "The source is no RADIUS client any more." };
    return outcomeOf(await this.#sender.disconnect(target, namesOf(call)));
  }

  /** Tells nobody anything more; what is under way fails. */
  close(): void {
    this.#sender.close();
  }

  /** Where the settings say, else where the session's packets came from, else where the client is. */
  #targetOf({ sourceId, attempt }: CallToCut) {
    const client = this.#clientOf(sourceId);
    if (client === undefined) return undefined;
    const cameFrom = attempt.handle?.way === this.way ? attempt.handle.address : undefined;
    const senderAddress =
      client.dynamicAuthorization.address ?? cameFrom ?? client.ranges.find((range) => parseAddress(range));
    return senderAddress === undefined ? undefined : { client, senderAddress };
  }
}

/** How the switch named the session; a call that came by another protocol is named by its Call-ID, else by its key. */
function namesOf({ attempt: { handle, callId, key, sipUser } }: CallToCut): readonly NamedValue[] {
  if (handle?.way === "radius" && handle.names.length > 0) return handle.names;
  return [["Acct-Session-Id", callId ?? key], ...(sipUser === null ? [] : [["User-Name", sipUser] as const])];
}

function outcomeOf(outcome: DynamicOutcome): CutOutcome {
  switch (outcome.kind) {
    case "acknowledged":
      return { kind: "ended" };
    case "refused":
      if (outcome.errorCause === SESSION_GONE) return { kind: "no-call" };
      return { kind: "failed", why: `The switch refused it, ${causeText(outcome.errorCause)}.` };
    case "no-answer":
      return { kind: "failed", why: `The switch did not answer any of ${outcome.sends} requests.` };
    case "not-writable":
      return { kind: "failed", why: "The session's names don't fit into a packet." };
    case "busy":
      return { kind: "failed", why: "As many requests to the switch are under way as may be." };
    case "stopped":
      return { kind: "failed", why: "The process stopped before an answer came." };
    default:
      return outcome satisfies never;
  }
}

const causeText = (errorCause: number | null): string =>
  errorCause === null ? "and does not say why" : `Error-Cause ${errorCause}`;
