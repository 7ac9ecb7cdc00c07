import type { EpochMs } from "../../core/time/epoch.ts";
import type { DiameterAddress } from "./address.ts";

/** What a value of each format is in the program (RFC 6733 §4.2–4.4). */
export interface ValueByType {
  readonly OctetString: Uint8Array;
  readonly Integer32: number;
  readonly Integer64: bigint;
  readonly Unsigned32: number;
  readonly Unsigned64: bigint;
  readonly Float32: number;
  readonly Float64: number;
  readonly Grouped: readonly Avp[];
  readonly Address: DiameterAddress;
  readonly Time: EpochMs;
  readonly UTF8String: string;
  readonly DiameterIdentity: string;
  readonly DiameterURI: string;
  readonly Enumerated: number;
  readonly IPFilterRule: string;
  readonly QoSFilterRule: string;
}

export type AvpType = keyof ValueByType;
export type AvpValue = ValueByType[AvpType];

/**
 * AVPs of one vendor as data: name → code, format, and "M" where the flag has to be set when it is sent. What is read
 * is taken with or without the flag.
 */
export type AvpTable = Readonly<Record<string, readonly [code: number, type: AvpType, flags?: "M"]>>;

/** An AVP as a dictionary knows it. */
export interface AvpDefinition {
  readonly name: string;
  readonly code: number;
  /** SMI enterprise number; 0 for the IETF's own, which are sent without the vendor field. */
  readonly vendorId: number;
  readonly type: AvpType;
  readonly isMandatory: boolean;
}

/** An AVP of a message: read, or to be sent. */
export interface Avp {
  readonly code: number;
  /** 0 for the IETF's own. */
  readonly vendorId: number;
  /** The M flag: who does not understand the AVP has to refuse the message. */
  readonly isMandatory: boolean;
  /** The P flag, which nobody uses since RFC 6733 and everybody passes on. */
  readonly isProtected: boolean;
  /** Undefined: its value stays octets, because the AVP is unknown, or optional and malformed. */
  readonly definition: AvpDefinition | undefined;
  /**
   * In the type that the definition names; octets where there is none. Octets that were read are a view into the
   * message: copy what outlives it.
   */
  readonly value: AvpValue;
}
