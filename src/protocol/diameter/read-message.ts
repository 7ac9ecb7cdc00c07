import type { Avp, AvpDefinition, AvpValue } from "./avp.ts";
import { rawAvp } from "./build-avp.ts";
import { DICTIONARY, type Dictionary } from "./dictionary.ts";
import { type Fault, faultIn } from "./fault.ts";
import { HEADER_BYTES, type MessageHeader, readHeader, VERSION } from "./header.ts";
import { lengthMin, readValue } from "./read-value.ts";
import { RESULT } from "./result-code.ts";

/** A message as it was read. */
export interface DiameterMessage {
  readonly header: MessageHeader;
  /** What could be read; with a fault, the rest, so that an answer can name the session and the proxies. */
  readonly avps: readonly Avp[];
  /** The first thing that is wrong with it; undefined: nothing is. */
  readonly fault: Fault | undefined;
  /** The first AVP that is not understood and has the M flag: code 5001, unless a peer is let off. */
  readonly unsupported: Fault | undefined;
}

/** AVPs of one message, groups and what they hold counted; the largest seen of packet gateways have a few hundred. */
export const AVPS_MAX = 2_000;
/** Groups within groups; 3GPP's deepest is six. */
export const DEPTH_MAX = 12;

const VENDOR_FLAG = 0x80;
const MANDATORY_FLAG = 0x40;
const PROTECTED_FLAG = 0x20;
const RESERVED_FLAGS = 0x1f;

/**
 * Reads a message of at least 20 octets. Nothing on the wire makes it throw; time and memory grow with the message,
 * which the splitter bounds. An optional AVP whose value is malformed stays octets: RFC 6733 §4.1 lets a receiver pass
 * over it.
 */
export function readMessage(bytes: Uint8Array, dictionary: Dictionary = DICTIONARY): DiameterMessage {
  const octets = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(octets);
  const reader = new AvpReader(dictionary);
  const headerFault = faultOfHeader(octets, header);
  const avps = reader.read(octets.subarray(HEADER_BYTES), 1);
  return { header, avps, fault: headerFault ?? reader.fault, unsupported: reader.unsupported };
}

function faultOfHeader(octets: Buffer, { isRequest, isError }: MessageHeader): Fault | undefined {
  if (octets[0] !== VERSION)
    return { resultCode: RESULT.unsupportedVersion, what: `Version ${octets[0]} is not 1`, failed: undefined };
  const length = octets.readUIntBE(1, 3);
  if (length !== octets.length || length % 4 !== 0)
    return { resultCode: RESULT.invalidMessageLength, what: `The length ${length} is wrong`, failed: undefined };
  if (isRequest && isError)
    return { resultCode: RESULT.invalidHeaderBits, what: "A request with the E flag", failed: undefined };
  return undefined;
}

/** Reads one message's AVPs, and keeps the first fault of each kind. */
class AvpReader {
  fault: Fault | undefined;
  unsupported: Fault | undefined;
  readonly #dictionary: Dictionary;
  #count = 0;

  constructor(dictionary: Dictionary) {
    this.#dictionary = dictionary;
  }

  /** The AVPs of a message or of a group; ends at the first whose length is wrong, as nothing after it can be found. */
  read(octets: Buffer, depth: number): Avp[] {
    const avps: Avp[] = [];
    let at = 0;
    while (at < octets.length) {
      if (this.#count >= AVPS_MAX) {
        this.fault ??= { resultCode: RESULT.unableToComply, what: `More than ${AVPS_MAX} AVPs`, failed: undefined };
        break;
      }
      this.#count += 1;
      const framed = frameAvp(octets, at);
      if (framed.kind === "broken") {
        this.fault ??= this.#brokenFrame(framed.head);
        break;
      }
      avps.push(this.#readAvp(framed.head, framed.data, depth));
      at += framed.length + (-framed.length & 3);
    }
    return avps;
  }

  #readAvp(head: AvpHead, data: Buffer, depth: number): Avp {
    const definition = this.#dictionary.find(head.code, head.vendorId);
    if ((head.flags & RESERVED_FLAGS) !== 0)
      this.fault ??= faultOf(
        RESULT.invalidAvpBits,
        `${nameOf(head, definition)} has reserved flags`,
        rawAvp(head, data),
      );
    if (definition === undefined) return this.#unknown(head, data);
    if (definition.type === "Grouped") return this.#readGroup(head, definition, data, depth);
    const read = readValue(definition.type, data);
    if (read.kind === "value") return knownAvp(head, definition, read.value);
    const raw = rawAvp(head, data);
    if (!head.isMandatory) return raw;
    this.fault ??=
      read.kind === "wrong-length"
        ? faultOf(RESULT.invalidAvpLength, `${definition.name} has ${data.length} octets`, raw)
        : faultOf(RESULT.invalidAvpValue, `${definition.name} ${read.why}`, raw);
    return raw;
  }

  #readGroup(head: AvpHead, definition: AvpDefinition, data: Buffer, depth: number): Avp {
    const empty = knownAvp(head, definition, []);
    if (depth >= DEPTH_MAX) {
      this.fault ??= faultOf(RESULT.invalidAvpValue, `${definition.name} stands in too many groups`, empty);
      return empty;
    }
    const { fault, unsupported } = this;
    const value = this.read(data, depth + 1);
    if (!head.isMandatory) {
      // What is optional costs nothing: neither what is malformed in it, nor what is not understood.
      const isMalformed = this.fault !== fault;
      this.fault = fault;
      this.unsupported = unsupported;
      return isMalformed ? rawAvp(head, data) : knownAvp(head, definition, value);
    }
    if (this.fault !== undefined && this.fault !== fault) this.fault = faultIn(empty, this.fault);
    if (this.unsupported !== undefined && this.unsupported !== unsupported)
      this.unsupported = faultIn(empty, this.unsupported);
    return knownAvp(head, definition, value);
  }

  #unknown(head: AvpHead, data: Buffer): Avp {
    const raw = rawAvp(head, data);
    if (head.isMandatory)
      this.unsupported ??= faultOf(RESULT.avpUnsupported, `${nameOf(head, undefined)} is not supported`, raw);
    return raw;
  }

  /** The header with a zero-filled value of the least length (RFC 6733 §7.1.5, 5014). */
  #brokenFrame(head: AvpHead): Fault {
    const definition = this.#dictionary.find(head.code, head.vendorId);
    const zeros = Buffer.alloc(definition === undefined ? 0 : lengthMin(definition.type));
    return faultOf(
      RESULT.invalidAvpLength,
      `The length of ${nameOf(head, definition)} does not fit`,
      rawAvp(head, zeros),
    );
  }
}

/** The header of an AVP. */
interface AvpHead {
  readonly code: number;
  readonly vendorId: number;
  readonly flags: number;
  readonly isMandatory: boolean;
  readonly isProtected: boolean;
}

type FramedAvp =
  | { readonly kind: "avp"; readonly head: AvpHead; readonly data: Buffer; readonly length: number }
  | { readonly kind: "broken"; readonly head: AvpHead };

/** Finds the end of the AVP that begins at an octet; broken where it has none inside of the group or message. */
function frameAvp(octets: Buffer, at: number): FramedAvp {
  const left = octets.length - at;
  if (left < 8) return { kind: "broken", head: paddedHead(octets.subarray(at)) };
  const flags = octets[at + 4] ?? 0;
  const length = octets.readUIntBE(at + 5, 3);
  const hasVendor = (flags & VENDOR_FLAG) !== 0;
  const headBytes = hasVendor ? 12 : 8;
  const vendorId = hasVendor && left >= headBytes ? octets.readUInt32BE(at + 8) : 0;
  const head = headOf(octets.readUInt32BE(at), flags, vendorId);
  if (length < headBytes || length > left) return { kind: "broken", head };
  return { kind: "avp", head, data: octets.subarray(at + headBytes, at + length), length };
}

const headOf = (code: number, flags: number, vendorId: number): AvpHead => ({
  ...{ code, vendorId, flags },
  isMandatory: (flags & MANDATORY_FLAG) !== 0,
  isProtected: (flags & PROTECTED_FLAG) !== 0,
});

/** What is left of a header that the message cuts off, filled up with zeros. */
function paddedHead(rest: Buffer): AvpHead {
  const padded = Buffer.concat([rest, Buffer.alloc(8 - rest.length)]);
  return headOf(padded.readUInt32BE(0), padded[4] ?? 0, 0);
}

/** Spelt out, as all AVPs are: objects of one shape, in one order, are read faster. */
const knownAvp = (head: AvpHead, definition: AvpDefinition, value: AvpValue): Avp => ({
  code: head.code,
  vendorId: head.vendorId,
  isMandatory: head.isMandatory,
  isProtected: head.isProtected,
  definition,
  value,
});

const faultOf = (resultCode: number, what: string, failed: Avp): Fault => ({ resultCode, what, failed });

const nameOf = ({ code, vendorId }: AvpHead, definition: AvpDefinition | undefined): string =>
  definition?.name ?? (vendorId === 0 ? `AVP ${code}` : `AVP ${code} of vendor ${vendorId}`);
