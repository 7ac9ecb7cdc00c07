/** Result codes that are sent or understood (RFC 6733 §7.1, RFC 8506 §9). */
export const RESULT = {
  success: 2001,
  limitedSuccess: 2002,
  commandUnsupported: 3001,
  unableToDeliver: 3002,
  realmNotServed: 3003,
  tooBusy: 3004,
  loopDetected: 3005,
  applicationUnsupported: 3007,
  invalidHeaderBits: 3008,
  invalidAvpBits: 3009,
  unknownPeer: 3010,
  endUserServiceDenied: 4010,
  creditControlNotApplicable: 4011,
  creditLimitReached: 4012,
  avpUnsupported: 5001,
  unknownSession: 5002,
  authorizationRejected: 5003,
  invalidAvpValue: 5004,
  missingAvp: 5005,
  avpNotAllowed: 5008,
  avpOccursTooManyTimes: 5009,
  noCommonApplication: 5010,
  unsupportedVersion: 5011,
  unableToComply: 5012,
  invalidAvpLength: 5014,
  invalidMessageLength: 5015,
  userUnknown: 5030,
  ratingFailed: 5031,
} as const;

/** Of the protocol: its answer is the short one of RFC 6733 §7.2, with the E flag, whoever decided it. */
export const isProtocolError = (resultCode: number): boolean => resultCode >= 3_000 && resultCode < 4_000;

/** Whether what was asked for was done, all of it or a part. */
export const isSuccess = (resultCode: number): boolean => resultCode >= 2_000 && resultCode < 3_000;
