import { avp } from "./build-avp.ts";
import { APPLICATION, COMMAND } from "./command.ts";
import { avpValue } from "./find-avp.ts";
import { type MessageIds, type NodeIdentity, originOf } from "./node-messages.ts";
import type { DiameterMessage } from "./read-message.ts";
import { RESULT } from "./result-code.ts";
import { writeMessage } from "./write-message.ts";

/** A session at the node that began it. */
export interface SessionAddress {
  readonly sessionId: string;
  readonly host: string;
  readonly realm: string;
}

/** What a server may ask of a session: to be asked for new units, or to be ended. */
export type SessionRequestKind = "re-auth" | "abort";

const AUTHORIZE_ONLY = 0;

/**
 * A Re-Auth-Request (RFC 6733 §8.3.1, RFC 8506 §5.5) or an Abort-Session-Request (RFC 6733 §8.5.1). `ratingGroup`: only
 * that service is asked about again.
 */
export function writeSessionRequest(
  kind: SessionRequestKind,
  { sessionId, host, realm }: SessionAddress,
  { node, ids, ratingGroup }: { readonly node: NodeIdentity; readonly ids: MessageIds; readonly ratingGroup?: number },
): Buffer {
  const isReAuth = kind === "re-auth";
  const header = {
    ...{ commandCode: isReAuth ? COMMAND.reAuth : COMMAND.abortSession, applicationId: APPLICATION.creditControl },
    ...{ ...ids, isRequest: true, isProxiable: true, isError: false, isRetransmission: false },
  };
  return writeMessage(header, [
    avp("Session-Id", sessionId),
    ...originOf(node),
    avp("Destination-Realm", realm),
    avp("Destination-Host", host),
    avp("Auth-Application-Id", APPLICATION.creditControl),
    ...(isReAuth ? [avp("Re-Auth-Request-Type", AUTHORIZE_ONLY)] : []),
    ...(isReAuth && ratingGroup !== undefined ? [avp("Rating-Group", ratingGroup)] : []),
  ]);
}

/** The Result-Code of an answer, or its Experimental-Result-Code; 5012 where it has none. */
export const resultOf = ({ avps }: DiameterMessage): number =>
  avpValue(avps, "Result-Code") ??
  avpValue(avpValue(avps, "Experimental-Result") ?? [], "Experimental-Result-Code") ??
  RESULT.unableToComply;
