import type { AvpName } from "./dictionary.ts";

/** Codes of the commands that are sent or understood. */
export const COMMAND = {
  capabilitiesExchange: 257,
  reAuth: 258,
  creditControl: 272,
  abortSession: 274,
  deviceWatchdog: 280,
  disconnectPeer: 282,
} as const;

/** Applications (RFC 6733 §2.4, RFC 8506 §1.3). */
export const APPLICATION = { base: 0, creditControl: 4, relay: 0xffff_ffff } as const;

/** Which AVPs a message has to have, and which at most once; any other may come as often as it likes. */
export interface Grammar {
  readonly required: readonly AvpName[];
  readonly atMostOnce: readonly AvpName[];
  /** Those of `required` that may come more than once. */
  readonly repeated?: readonly AvpName[];
  readonly forbidden?: readonly AvpName[];
}

const ORIGIN = ["Origin-Host", "Origin-Realm"] as const;
/** What says how a request went has no place in one. */
const OF_ANSWERS = ["Result-Code", "Experimental-Result", "Failed-AVP"] as const;
const CAPABILITIES = ["Host-IP-Address", "Vendor-Id", "Product-Name"] as const;
const SESSION = ["Session-Id", ...ORIGIN] as const;
/** Of the requests that a server sends on a session. */
const ON_SESSION = [...SESSION, "Destination-Realm", "Destination-Host", "Auth-Application-Id"] as const;
const CREDIT_CONTROL = ["CC-Request-Type", "CC-Request-Number"] as const;

/**
 * Requests by command code (RFC 6733 §5, §8, RFC 8506 §3.1). Auth-Application-Id is required in none: Kamailio leaves
 * it out of every credit-control request, and the header says the same.
 */
export const REQUEST_GRAMMARS: ReadonlyMap<number, Grammar> = new Map<number, Grammar>([
  [
    COMMAND.capabilitiesExchange,
    {
      required: [...ORIGIN, ...CAPABILITIES],
      repeated: ["Host-IP-Address"],
      atMostOnce: ["Origin-State-Id", "Firmware-Revision"],
      forbidden: OF_ANSWERS,
    },
  ],
  [COMMAND.deviceWatchdog, { required: ORIGIN, atMostOnce: ["Origin-State-Id"], forbidden: OF_ANSWERS }],
  [COMMAND.disconnectPeer, { required: [...ORIGIN, "Disconnect-Cause"], atMostOnce: [], forbidden: OF_ANSWERS }],
  [
    COMMAND.creditControl,
    {
      required: [...SESSION, "Destination-Realm", "Service-Context-Id", ...CREDIT_CONTROL],
      atMostOnce: [
        ...(["Auth-Application-Id", "Destination-Host", "User-Name", "CC-Sub-Session-Id"] as const),
        ...(["Origin-State-Id", "Event-Timestamp", "Service-Identifier", "Termination-Cause"] as const),
        ...(["Requested-Service-Unit", "Requested-Action", "Multiple-Services-Indicator"] as const),
        ...(["CC-Correlation-Id", "User-Equipment-Info", "Service-Information"] as const),
      ],
      forbidden: OF_ANSWERS,
    },
  ],
  [
    COMMAND.reAuth,
    { required: [...ON_SESSION, "Re-Auth-Request-Type"], atMostOnce: ["User-Name"], forbidden: OF_ANSWERS },
  ],
  [COMMAND.abortSession, { required: ON_SESSION, atMostOnce: ["User-Name"], forbidden: OF_ANSWERS }],
]);

/** Answers by command code; those with the E flag have {@link ERROR_GRAMMAR} instead. */
export const ANSWER_GRAMMARS: ReadonlyMap<number, Grammar> = new Map<number, Grammar>([
  [
    COMMAND.capabilitiesExchange,
    {
      required: ["Result-Code", ...ORIGIN, ...CAPABILITIES],
      repeated: ["Host-IP-Address"],
      atMostOnce: ["Origin-State-Id", "Error-Message", "Failed-AVP", "Firmware-Revision"],
    },
  ],
  [
    COMMAND.deviceWatchdog,
    { required: ["Result-Code", ...ORIGIN], atMostOnce: ["Error-Message", "Failed-AVP", "Origin-State-Id"] },
  ],
  [COMMAND.disconnectPeer, { required: ["Result-Code", ...ORIGIN], atMostOnce: ["Error-Message", "Failed-AVP"] }],
  [
    COMMAND.creditControl,
    {
      required: ["Session-Id", "Result-Code", ...ORIGIN, "Auth-Application-Id", ...CREDIT_CONTROL],
      atMostOnce: [
        ...(["User-Name", "CC-Session-Failover", "CC-Sub-Session-Id", "Origin-State-Id"] as const),
        ...(["Event-Timestamp", "Granted-Service-Unit", "Cost-Information", "Final-Unit-Indication"] as const),
        ...(["Check-Balance-Result", "Credit-Control-Failure-Handling", "Validity-Time"] as const),
        ...(["Direct-Debiting-Failure-Handling", "Failed-AVP", "Error-Message"] as const),
      ],
    },
  ],
  [COMMAND.reAuth, { required: [...SESSION, "Result-Code"], atMostOnce: ["User-Name", "Error-Message"] }],
  [COMMAND.abortSession, { required: [...SESSION, "Result-Code"], atMostOnce: ["User-Name", "Error-Message"] }],
]);

/** RFC 6733 §7.2: the short answer that tells of a protocol error. */
export const ERROR_GRAMMAR: Grammar = {
  required: ["Result-Code", ...ORIGIN],
  atMostOnce: ["Session-Id", "Origin-State-Id", "Error-Message", "Error-Reporting-Host", "Failed-AVP"],
};
