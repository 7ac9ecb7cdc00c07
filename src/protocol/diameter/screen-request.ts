import { checkGrammar } from "./check-grammar.ts";
import { APPLICATION, COMMAND, REQUEST_GRAMMARS } from "./command.ts";
import type { Fault } from "./fault.ts";
import { avpValue, avpValues } from "./find-avp.ts";
import type { DiameterMessage } from "./read-message.ts";
import { RESULT } from "./result-code.ts";

/** What a server takes requests for. */
export interface Screening {
  /** Its own name, in lower case. */
  readonly host: string;
  /** All hosts and realms that it answers for, its own among them, in lower case. */
  readonly names: ReadonlySet<string>;
  /**
   * Whether AVPs with the M flag that the dictionary has not are passed over: against RFC 6733, and at times needed.
   */
  readonly passesUnknown: boolean;
}

/** Commands between peers; everything else is of an application, and may have come through relays. */
const OF_PEERS: ReadonlySet<number> = new Set([
  COMMAND.capabilitiesExchange,
  COMMAND.deviceWatchdog,
  COMMAND.disconnectPeer,
]);

/** Why a request of a connected peer is not worked on, before its command is looked at any closer. */
export function screenRequest(message: DiameterMessage, screening: Screening): Fault | undefined {
  const { header, avps, fault, unsupported } = message;
  if (fault !== undefined) return fault;
  const isOfPeers = OF_PEERS.has(header.commandCode);
  if (!isOfPeers && header.commandCode !== COMMAND.creditControl)
    return refusal(RESULT.commandUnsupported, `Command ${header.commandCode} is not supported`);
  if (header.applicationId !== (isOfPeers ? APPLICATION.base : APPLICATION.creditControl))
    return refusal(RESULT.applicationUnsupported, `Application ${header.applicationId} is not supported`);
  const routing = isOfPeers ? undefined : faultOfRouting(message, screening);
  if (routing !== undefined) return routing;
  if (unsupported !== undefined && !screening.passesUnknown) return unsupported;
  const grammar = isOfPeers ? REQUEST_GRAMMARS.get(header.commandCode) : undefined;
  return grammar && checkGrammar(avps, grammar);
}

/** Whether the request has come the right way (RFC 6733 §6.1). */
function faultOfRouting({ avps }: DiameterMessage, { host, names }: Screening): Fault | undefined {
  if (avpValues(avps, "Route-Record").some((record) => record.toLowerCase() === host))
    return refusal(RESULT.loopDetected, "The request has been here before");
  const realm = avpValue(avps, "Destination-Realm");
  if (realm !== undefined && !names.has(realm.toLowerCase()))
    return refusal(RESULT.realmNotServed, `Realm ${realm} is not served here`);
  const wanted = avpValue(avps, "Destination-Host");
  if (wanted !== undefined && !names.has(wanted.toLowerCase()))
    return refusal(RESULT.unableToDeliver, `Host ${wanted} is not here, and nothing is relayed`);
  return undefined;
}

const refusal = (resultCode: number, what: string): Fault => ({ resultCode, what, failed: undefined });
