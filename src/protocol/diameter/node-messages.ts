import { type DiameterAddress, ipAddress } from "./address.ts";
import type { Avp } from "./avp.ts";
import { avp, optionalAvp } from "./build-avp.ts";
import { APPLICATION, COMMAND } from "./command.ts";
import type { RequestEnvelope } from "./credit-control-request.ts";
import { VENDOR_3GPP } from "./dictionary.ts";
import type { Fault } from "./fault.ts";
import { answerHeader, type MessageHeader } from "./header.ts";
import { isProtocolError, RESULT } from "./result-code.ts";
import { writeMessage } from "./write-message.ts";

/** Who we are on the network. */
export interface NodeIdentity {
  readonly host: string;
  readonly realm: string;
  /** Grows at every start, so that peers see that sessions may be lost (RFC 6733 §8.16); undefined: never said. */
  readonly stateId: number | undefined;
  readonly productName: string;
}

/** Two ids that a request is known by. */
export interface MessageIds {
  readonly hopByHopId: number;
  readonly endToEndId: number;
}

/** Disconnect-Cause (RFC 6733 §5.4.3). */
export const DISCONNECT_CAUSE = { rebooting: 0, busy: 1, doNotWantToTalk: 2 } as const;

export const originOf = ({ host, realm }: NodeIdentity): readonly Avp[] => [
  avp("Origin-Host", host),
  avp("Origin-Realm", realm),
];

/**
 * A Capabilities-Exchange-Answer (RFC 6733 §5.3.2): credit control, as the IETF's application and as a vendor-specific
 * one of 3GPP, which is what Kamailio and gateways ask for.
 */
export function writeCapabilitiesAnswer(
  request: RequestEnvelope,
  node: NodeIdentity,
  { addresses, fault }: CapabilitiesAnswer,
): Buffer {
  const resultCode = fault?.resultCode ?? RESULT.success;
  const isError = isProtocolError(resultCode);
  return writeMessage(answerHeader(request.header, { isError }), [
    avp("Result-Code", resultCode),
    ...originOf(node),
    ...addresses.map((address) => avp("Host-IP-Address", address)),
    avp("Vendor-Id", 0),
    avp("Product-Name", node.productName),
    ...optionalAvp("Origin-State-Id", node.stateId),
    ...optionalAvp("Error-Message", fault?.what),
    ...optionalAvp("Failed-AVP", fault?.failed && [fault.failed]),
    avp("Supported-Vendor-Id", VENDOR_3GPP),
    avp("Auth-Application-Id", APPLICATION.creditControl),
    avp("Vendor-Specific-Application-Id", [
      avp("Vendor-Id", VENDOR_3GPP),
      avp("Auth-Application-Id", APPLICATION.creditControl),
    ]),
  ]);
}

export interface CapabilitiesAnswer {
  /** Ours, at least one. */
  readonly addresses: readonly [DiameterAddress, ...DiameterAddress[]];
  /** Why the peer is not taken; undefined: it is. */
  readonly fault: Fault | undefined;
}

/** The address of our end of a connection, as sockets name it. */
export const localAddress = (ip: string | undefined): CapabilitiesAnswer["addresses"] => [ipAddress(ip ?? "0.0.0.0")];

/** The answer to a DWR or DPR that is in order (RFC 6733 §5.5.2, §5.4.2). */
export const writePeerAnswer = ({ header }: RequestEnvelope, node: NodeIdentity): Buffer =>
  writeMessage(answerHeader(header), [
    avp("Result-Code", RESULT.success),
    ...originOf(node),
    ...(header.commandCode === COMMAND.deviceWatchdog ? optionalAvp("Origin-State-Id", node.stateId) : []),
  ]);

/**
 * The answer to a request that is refused (RFC 6733 §7.2), with what was wrong in Failed-AVP. It has the E flag for
 * 5xxx too, as §7.1.5 allows: what is missing in a request cannot be given back in the answer that its command asks
 * for.
 */
export function writeErrorAnswer(
  { header, sessionId, proxyInfo }: RequestEnvelope,
  node: NodeIdentity,
  { resultCode, what, failed }: Fault,
): Buffer {
  return writeMessage(answerHeader(header, { isError: true }), [
    ...optionalAvp("Session-Id", sessionId),
    avp("Result-Code", resultCode),
    ...originOf(node),
    ...optionalAvp("Origin-State-Id", node.stateId),
    ...(what === "" ? [] : [avp("Error-Message", what)]),
    ...(failed === undefined ? [] : [avp("Failed-AVP", [failed])]),
    ...proxyInfo,
  ]);
}

/** A Device-Watchdog-Request (RFC 6733 §5.5.1). */
export const writeWatchdog = (node: NodeIdentity, ids: MessageIds): Buffer =>
  writeMessage(peerRequest(COMMAND.deviceWatchdog, ids), [
    ...originOf(node),
    ...optionalAvp("Origin-State-Id", node.stateId),
  ]);

/** A Disconnect-Peer-Request (RFC 6733 §5.4.1). */
export const writeDisconnect = (node: NodeIdentity, ids: MessageIds, cause: number): Buffer =>
  writeMessage(peerRequest(COMMAND.disconnectPeer, ids), [...originOf(node), avp("Disconnect-Cause", cause)]);

const peerRequest = (commandCode: number, ids: MessageIds): MessageHeader => ({
  ...{ commandCode, applicationId: APPLICATION.base, ...ids },
  ...{ isRequest: true, isProxiable: false, isError: false, isRetransmission: false },
});
