import { RESULT } from "../../protocol/diameter/result-code.ts";
import type { SessionAddress } from "../../protocol/diameter/session-requests.ts";
import type { CallHandle } from "../charging/charging-request.ts";
import type { DiameterServer, SessionRequestOutcome } from "../diameter/diameter-server.ts";
import type { CallCutter, CallToCut, CutOutcome } from "./call-cutter.ts";

/** How a session's node is reached: its own names, and the peer that its requests came by. */
export const diameterHandle = ({ sessionId, host, realm }: SessionAddress, peer: string): CallHandle => ({
  way: "diameter",
  address: peer,
  names: [
    ["Session-Id", sessionId],
    ["Origin-Host", host],
    ["Origin-Realm", realm],
  ],
});

/**
 * Ends calls at Diameter peers: by Abort-Session-Request (RFC 6733 §8.5), and where the peer does not know that, by
 * Re-Auth-Request (RFC 8506 §5.5): it asks for units then, and is told that there are no more.
 */
export class CutOverDiameter implements CallCutter {
  readonly way = "diameter";
  readonly #server: Pick<DiameterServer, "request" | "connectedPeers">;

  constructor(server: Pick<DiameterServer, "request" | "connectedPeers">) {
    this.#server = server;
  }

  reaches(call: CallToCut): boolean {
    const address = addressOf(call);
    return address !== undefined && this.#server.connectedPeers.includes(address.via.toLowerCase());
  }

  async cut(call: CallToCut): Promise<CutOutcome> {
    const address = addressOf(call);
    if (address === undefined) return { kind: "failed", why: "The call did not come over Diameter." };
    const aborted = outcomeOf(await this.#server.request("abort", address), "Abort-Session");
    return aborted.kind === "failed"
      ? outcomeOf(await this.#server.request("re-auth", address), "Abort-Session, nor Re-Auth")
      : aborted;
  }
}

function addressOf({ attempt: { handle } }: CallToCut): (SessionAddress & { readonly via: string }) | undefined {
  if (handle?.way !== "diameter") return undefined;
  const names = new Map(handle.names);
  const [sessionId, host, realm] = [names.get("Session-Id"), names.get("Origin-Host"), names.get("Origin-Realm")];
  if (sessionId === undefined || host === undefined || realm === undefined) return undefined;
  return { sessionId, host, realm, via: handle.address ?? host };
}

function outcomeOf(outcome: SessionRequestOutcome, asked: string): CutOutcome {
  switch (outcome.kind) {
    case "answered": {
      const { resultCode } = outcome;
      // RFC 6733 §8.3.2: a Re-Auth is answered with limited success where a request for units follows.
      if (resultCode === RESULT.success || resultCode === RESULT.limitedSuccess) return { kind: "ended" };
      if (resultCode === RESULT.unknownSession) return { kind: "no-call" };
      return { kind: "failed", why: `The peer does not take ${asked}: Result-Code ${resultCode}.` };
    }
    case "unanswered":
      return { kind: "failed", why: `The peer does not answer ${asked}.` };
    case "not-connected":
      return { kind: "failed", why: "The peer is not connected any more." };
    default:
      return outcome satisfies never;
  }
}
