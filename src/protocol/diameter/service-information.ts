import type { EpochMs } from "../../core/time/epoch.ts";
import type { Avp } from "./avp.ts";
import { avpValue, avpValues } from "./find-avp.ts";

/**
 * What a request tells of the service beside its units (3GPP TS 32.299, Service-Information); undefined: nothing of the
 * kind.
 */
export interface ServiceInformation {
  readonly call: CallInformation | undefined;
  readonly data: DataInformation | undefined;
  readonly message: MessageInformation | undefined;
}

/** IMS-Information: a call. Addresses are as the peer writes them: "sip:…", "tel:…" or plain digits. */
export interface CallInformation {
  readonly calling: readonly string[];
  readonly called: string | undefined;
  /** Whom the caller dialled, where a node translated or forwarded the call. */
  readonly requested: readonly string[];
  /** Who pays instead of the subscriber. */
  readonly chargedParty: string | undefined;
  /** 0 originating, 1 terminating, 2 proxy, 3 back-to-back: the side of the call that the peer stands on. */
  readonly role: number | undefined;
  readonly nodeFunctionality: number | undefined;
  readonly sipMethod: string | undefined;
  /** The SIP Call-ID, as a rule. */
  readonly userSessionId: string | undefined;
  /** IMS-Charging-Identifier: the call, across all nodes. */
  readonly chargingId: string | undefined;
  readonly requestedAt: EpochMs | undefined;
  readonly answeredAt: EpochMs | undefined;
  readonly incomingTrunk: string | undefined;
  readonly outgoingTrunk: string | undefined;
  /** The networks on either side (Inter-Operator-Identifier). */
  readonly originatingNetwork: string | undefined;
  readonly terminatingNetwork: string | undefined;
  readonly portabilityRouting: string | undefined;
  /** How it ended: 0 normally, a SIP status, or a negative number of TS 32.299. */
  readonly causeCode: number | undefined;
}

/** PS-Information: a data session. Octet strings are in hexadecimal. */
export interface DataInformation {
  /** 3GPP-Charging-Id: with the gateway's address it names the bearer. */
  readonly chargingId: string | undefined;
  /** The access point name. */
  readonly accessPoint: string | undefined;
  readonly addresses: readonly string[];
  readonly servingNodes: readonly string[];
  readonly gateways: readonly string[];
  /** MCC and MNC of the network that serves the subscriber, and of the gateway's. */
  readonly servingNetwork: string | undefined;
  readonly gatewayNetwork: string | undefined;
  readonly ratType: string | undefined;
  readonly userLocation: string | undefined;
  readonly timeZone: string | undefined;
  readonly chargingCharacteristics: string | undefined;
  readonly imsi: string | undefined;
}

/** SMS-Information: a short message. */
export interface MessageInformation {
  readonly originator: string | undefined;
  readonly recipients: readonly string[];
  readonly messageCentre: string | undefined;
  /** SM-Message-Type of TS 32.299: 0 submission, 1 delivery report, 2 service request, … */
  readonly type: number | undefined;
  readonly serviceType: number | undefined;
}

/** Reads a Service-Information; what a peer leaves out or garbles is simply not there. */
export function readServiceInformation(group: readonly Avp[]): ServiceInformation {
  const call = avpValue(group, "IMS-Information");
  const data = avpValue(group, "PS-Information");
  const message = avpValue(group, "SMS-Information");
  return {
    call: call && readCall(call),
    data: data && readData(data),
    message: message && readShortMessage(message),
  };
}

function readCall(group: readonly Avp[]): CallInformation {
  const times = avpValue(group, "Time-Stamps") ?? [];
  const trunks = avpValue(group, "Trunk-Group-Id") ?? [];
  const networks = avpValue(group, "Inter-Operator-Identifier") ?? [];
  return {
    calling: avpValues(group, "Calling-Party-Address"),
    called: avpValue(group, "Called-Party-Address"),
    requested: avpValues(group, "Requested-Party-Address"),
    chargedParty: avpValue(group, "Alternate-Charged-Party-Address"),
    role: avpValue(group, "Role-Of-Node"),
    nodeFunctionality: avpValue(group, "Node-Functionality"),
    sipMethod: avpValue(avpValue(group, "Event-Type") ?? [], "SIP-Method"),
    userSessionId: avpValue(group, "User-Session-Id"),
    chargingId: avpValue(group, "IMS-Charging-Identifier"),
    requestedAt: avpValue(times, "SIP-Request-Timestamp"),
    answeredAt: avpValue(times, "SIP-Response-Timestamp"),
    incomingTrunk: avpValue(trunks, "Incoming-Trunk-Group-Id"),
    outgoingTrunk: avpValue(trunks, "Outgoing-Trunk-Group-Id"),
    originatingNetwork: avpValue(networks, "Originating-IOI"),
    terminatingNetwork: avpValue(networks, "Terminating-IOI"),
    portabilityRouting: avpValue(group, "Number-Portability-Routing-Information"),
    causeCode: avpValue(group, "Cause-Code"),
  };
}

const readData = (group: readonly Avp[]): DataInformation => ({
  chargingId: hex(avpValue(group, "3GPP-Charging-Id")),
  accessPoint: avpValue(group, "Called-Station-Id"),
  addresses: avpValues(group, "PDP-Address").map(({ text }) => text),
  servingNodes: avpValues(group, "SGSN-Address").map(({ text }) => text),
  gateways: avpValues(group, "GGSN-Address").map(({ text }) => text),
  servingNetwork: avpValue(group, "3GPP-SGSN-MCC-MNC"),
  gatewayNetwork: avpValue(group, "3GPP-GGSN-MCC-MNC"),
  ratType: hex(avpValue(group, "3GPP-RAT-Type")),
  userLocation: hex(avpValue(group, "3GPP-User-Location-Info")),
  timeZone: hex(avpValue(group, "3GPP-MS-TimeZone")),
  chargingCharacteristics: avpValue(group, "3GPP-Charging-Characteristics"),
  imsi: avpValue(group, "3GPP-IMSI"),
});

const readShortMessage = (group: readonly Avp[]): MessageInformation => ({
  originator:
    addressData(avpValue(group, "Originator-Received-Address")) ??
    addressData(avpValue(avpValue(group, "Originator-Interface") ?? [], "Originator-Received-Address")),
  recipients: avpValues(group, "Recipient-Info")
    .flatMap((recipient) => avpValues(recipient, "Recipient-Address"))
    .flatMap((address) => addressData(address) ?? []),
  messageCentre: avpValue(group, "SMSC-Address")?.text,
  type: avpValue(group, "SM-Message-Type"),
  serviceType: avpValue(group, "SM-Service-Type"),
});

const addressData = (address: readonly Avp[] | undefined): string | undefined =>
  address && avpValue(address, "Address-Data");

const hex = (octets: Uint8Array | undefined): string | undefined => octets && Buffer.from(octets).toString("hex");
